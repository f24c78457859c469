//! What was changed here stands over what a source says: property by property, by their names in HSDS. A pull of the
//! source never takes a local change away, and what was not changed here follows the source.

use serde_json::{Map, Value};

/// A property that was changed here: its name, and what it says; nothing, where it was taken out.
pub type Changed = (String, Option<Value>);

/// Properties that nobody changes here: they say which entry it is.
const FIXED: &[&str] = &["id", "organization_id"];

/// The entry as it is shown: the source's, with what was changed here.
#[must_use]
pub fn apply(source: &Map<String, Value>, changed: &[Changed]) -> Map<String, Value> {
    let mut shown = source.clone();
    for (field, value) in changed.iter().filter(|(field, _)| !FIXED.contains(&field.as_str())) {
        match value {
            Some(value) => shown.insert(field.clone(), value.clone()),
            None => shown.remove(field),
        };
    }
    shown
}

/// The properties in which two versions differ, with what each says: the older first.
#[must_use]
pub fn differences<'a>(
    older: &'a Map<String, Value>,
    newer: &'a Map<String, Value>,
) -> Vec<(&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let mut fields: Vec<&str> = older.keys().chain(newer.keys()).map(String::as_str).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
        .into_iter()
        .map(|field| (field, older.get(field), newer.get(field)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_was_changed_here_survives_the_next_pull() {
        let first = map(json!({ "id": "1", "name": "Choir", "email": "old@example.org", "fees": "2" }));
        let changed = [("email".to_owned(), Some(json!("new@example.org"))), ("fees".to_owned(), None)];
        let pulled = map(json!({ "id": "1", "name": "Choir of Wexley", "email": "older@example.org", "fees": "3" }));
        assert_eq!(apply(&first, &changed)["email"], "new@example.org");
        assert_eq!(
            Value::Object(apply(&pulled, &changed)),
            json!({ "id": "1", "name": "Choir of Wexley", "email": "new@example.org" })
        );
        let fixed = [("id".to_owned(), Some(json!("2")))];
        assert_eq!(apply(&first, &fixed)["id"], "1");
    }

    proptest! {
        /// Going back to an older version and forth again ends where it began.
        #[test]
        fn differences_are_the_way_from_one_to_the_other(one in proptest::collection::btree_map("[a-d]", 0..3i32, 0..4),
                                                          other in proptest::collection::btree_map("[a-d]", 0..3i32, 0..4)) {
            let map = |of: &std::collections::BTreeMap<String, i32>| of.iter().map(|(k, v)| (k.clone(), json!(v))).collect::<Map<_, _>>();
            let (one, other) = (map(&one), map(&other));
            let way: Vec<Changed> = differences(&one, &other).into_iter().map(|(field, _, after)| (field.to_owned(), after.cloned())).collect();
            prop_assert_eq!(apply(&one, &way), other);
        }
    }
}
