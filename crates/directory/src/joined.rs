//! One service that several sources list: what each of them says, put together property by property, with who said each of
//! it and how lately. Nothing is made up and nothing is lost: every source keeps what it said, and taken apart again each
//! entry is what it was.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fingerpost_domain::Date;
use fingerpost_domain::text::folded;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::entry::confirmed;
use crate::hsds::Service;

/// A property that was changed here.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedHere {
    /// Its name in HSDS.
    pub field: String,
    /// What it says; nothing, where it was taken out.
    pub value: Option<Value>,
    /// Who said so: `group` or `steward`.
    pub by: String,
    /// The day.
    pub on: Date,
    /// Which change came later, of two of one property.
    pub order: i64,
}

/// What one source says of a service, and what was changed of it here.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The source.
    pub source: String,
    /// What it says, as HSDS.
    pub said: Map<String, Value>,
    /// What was changed here.
    pub changed: Vec<ChangedHere>,
    /// The source still lists it.
    pub listed: bool,
}

/// Who said a property, and when that was last confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The name of a source; `group` or `steward`, where it was changed here.
    pub by: String,
    /// It was changed here, by whom `by` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub here: bool,
    /// The day on which it was confirmed or changed, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
}

/// Where an entry comes from: its sources, the leading one first, and who said each property.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// The sources.
    pub sources: Vec<String>,
    /// Properties of HSDS; those that are not named come from the first source, as it stands there.
    pub fields: BTreeMap<String, Told>,
}

/// Properties that mean something together: they are taken from one source, so that no price stands beside another's words.
const TOGETHER: &[&[&str]] = &[
    &["organization", "organization_id"],
    &["minimum_age", "maximum_age", "eligibility_description"],
    &["cost_options", "fees"],
    &["status", "alert", "reopens_on"],
    &["assured_date", "last_modified", "assurer_email"],
    &["application_process", "wait_time"],
];
/// Properties that are the leading entry's, whatever others say: which entry it is, and what it is called.
const LEADING: &[&str] = &["id", "name"];
/// The terms of all sources stand beside each other: each is a way to find it, and each a condition to ask about.
const TERMS: &str = "attributes";
/// Another name: what another source calls it, where the leading one has none.
const OTHER_NAME: &str = "alternate_name";

fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn confirmed_on(said: &Map<String, Value>) -> Option<Date> {
    let days = |field: &str| said.get(field).cloned().unwrap_or_default();
    let read = Service {
        assured_date: days("assured_date").as_str().map(str::to_owned),
        last_modified: days("last_modified").as_str().map(str::to_owned),
        ..Service::default()
    };
    confirmed(&read)
}

/// The properties that go together with one.
fn unit(field: &str) -> Vec<&str> {
    TOGETHER.iter().find(|unit| unit.contains(&field)).map_or_else(|| vec![field], |unit| unit.to_vec())
}

/// What sorts two terms out as one: the id of the term.
fn term_of(attribute: &Value) -> Option<&str> {
    attribute.get("taxonomy_term")?.get("id")?.as_str()
}

/// The entry as it is shown, put together of `lead` and `others`, and where it comes from.
///
/// Each property is what the source says that confirmed its entry last and says anything of it; what was changed here stands
/// over all of them, the last change over those before. A source that does not list the service any more says nothing, unless
/// none lists it. The order of `others` changes nothing.
#[must_use]
pub fn compose(lead: &Part, others: &[Part]) -> (Map<String, Value>, Provenance) {
    let (mut shown, mut provenance) = sources_say(lead, others);
    let mut changed: Vec<&ChangedHere> =
        lead.changed.iter().chain(others.iter().flat_map(|part| &part.changed)).collect();
    changed.sort_by_key(|change| change.order);
    for change in changed.into_iter().filter(|change| change.field != "id" && change.field != "organization_id") {
        match &change.value {
            Some(value) => shown.insert(change.field.clone(), value.clone()),
            None => shown.remove(&change.field),
        };
        let told = Told { by: change.by.clone(), here: true, on: Some(change.on) };
        provenance.fields.insert(change.field.clone(), told);
    }
    (shown, provenance)
}

/// What the sources say, before what was changed here.
fn sources_say(lead: &Part, others: &[Part]) -> (Map<String, Value>, Provenance) {
    let mut provenance = Provenance { sources: vec![lead.source.clone()], fields: BTreeMap::new() };
    if others.is_empty() {
        return (lead.said.clone(), provenance);
    }
    let all_left = !lead.listed && others.iter().all(|part| !part.listed);
    let leading = std::iter::once((true, lead)).chain(others.iter().map(|part| (false, part)));
    let mut parts: Vec<(bool, Option<Date>, &Part)> = leading
        .filter(|(leads, part)| all_left || part.listed || *leads)
        .map(|(leads, part)| (leads, confirmed_on(&part.said), part))
        .collect();
    // A leading source that left says its id and its name, and the rest only where nobody else does.
    parts.sort_by(|(one_leads, one_day, one), (other_leads, other_day, other)| {
        let rank = |leads: &bool, day: &Option<Date>, part: &Part| {
            (Reverse(part.listed || all_left), Reverse(*day), Reverse(*leads), part.source.clone())
        };
        rank(one_leads, one_day, one)
            .cmp(&rank(other_leads, other_day, other))
            .then_with(|| own_id(one).cmp(&own_id(other)))
    });
    let mut shown = Map::new();
    let mut fields: Vec<&str> = parts.iter().flat_map(|(_, _, part)| part.said.keys()).map(String::as_str).collect();
    fields.sort_unstable();
    fields.dedup();
    for field in fields {
        if shown.contains_key(field) {
            continue;
        }
        let unit = unit(field);
        let says =
            |part: &&(bool, Option<Date>, &Part)| unit.iter().any(|one| part.2.said.get(*one).is_some_and(is_said));
        let teller =
            if LEADING.contains(&field) { parts.iter().find(|(leads, ..)| *leads) } else { parts.iter().find(says) };
        let Some((_, on, teller)) = teller else { continue };
        for one in unit {
            if let Some(value) = teller.said.get(one).filter(|value| is_said(value)) {
                shown.insert(one.to_owned(), value.clone());
                let told = Told { by: teller.source.clone(), here: false, on: *on };
                provenance.fields.insert(one.to_owned(), told);
            }
        }
    }
    all_terms(&parts, &mut shown);
    other_name(lead, &parts, &mut shown, &mut provenance);
    let mut names: Vec<&String> =
        parts.iter().map(|(_, _, part)| &part.source).filter(|name| **name != lead.source).collect();
    names.sort_unstable();
    names.dedup();
    provenance.sources.extend(names.into_iter().cloned());
    (shown, provenance)
}

fn own_id(part: &Part) -> Option<&str> {
    part.said.get("id").and_then(Value::as_str)
}

/// The terms of all parts, each once.
fn all_terms(parts: &[(bool, Option<Date>, &Part)], shown: &mut Map<String, Value>) {
    let mut known: Vec<Option<&str>> = vec![];
    let mut terms: Vec<Value> = vec![];
    for attribute in parts.iter().filter_map(|(_, _, part)| part.said.get(TERMS)?.as_array()).flatten() {
        let term = term_of(attribute);
        if term.is_none() || !known.contains(&term) {
            known.push(term);
            terms.push(attribute.clone());
        }
    }
    if !terms.is_empty() {
        shown.insert(TERMS.to_owned(), terms.into());
    }
}

/// What another source calls it, so that it is found by that name too.
fn other_name(
    lead: &Part,
    parts: &[(bool, Option<Date>, &Part)],
    shown: &mut Map<String, Value>,
    provenance: &mut Provenance,
) {
    let name = |said: &Map<String, Value>| said.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let own = folded(&name(&lead.said));
    if shown.contains_key(OTHER_NAME) {
        return;
    }
    let other = parts.iter().find(|(_, _, part)| {
        let other = folded(&name(&part.said));
        !other.is_empty() && other != own
    });
    if let Some((_, on, part)) = other {
        shown.insert(OTHER_NAME.to_owned(), name(&part.said).into());
        let told = Told { by: part.source.clone(), here: false, on: *on };
        provenance.fields.insert(OTHER_NAME.to_owned(), told);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn part(source: &str, said: Value) -> Part {
        Part { source: source.to_owned(), said: said.as_object().unwrap().clone(), changed: vec![], listed: true }
    }

    fn council() -> Part {
        part(
            "Council",
            json!({ "id": "1", "name": "Tannery Choir", "email": "old@choir.example", "fees": "3", "assured_date": "2025-01-01",
                    "attributes": [{ "id": "a", "taxonomy_term": { "id": "t1", "name": "Music" } }] }),
        )
    }

    fn charity() -> Part {
        part(
            "Charity",
            json!({ "id": "9", "name": "The choir at the Tannery", "email": "new@choir.example", "phones": [{ "number": "1" }],
                    "cost_options": [{ "amount": 2.0 }], "last_modified": "2026-05-01T10:00:00Z",
                    "attributes": [{ "id": "b", "taxonomy_term": { "id": "t2", "name": "Singing" } },
                                   { "id": "c", "taxonomy_term": { "id": "t1", "name": "Music" } }] }),
        )
    }

    #[test]
    fn each_property_is_what_was_confirmed_last_and_says_who_said_it() {
        let (shown, from) = compose(&council(), &[charity()]);
        assert_eq!((&shown["id"], &shown["name"]), (&json!("1"), &json!("Tannery Choir")));
        assert_eq!(shown["email"], "new@choir.example");
        assert_eq!(shown[OTHER_NAME], "The choir at the Tannery");
        assert!(!shown.contains_key("fees"), "no price of one beside the words of another");
        assert_eq!(shown["attributes"].as_array().unwrap().len(), 2, "terms stand beside each other, each once");
        assert_eq!(from.sources, ["Council", "Charity"]);
        assert_eq!(from.fields["phones"].on, Some(Date::constant(2026, 5, 1)));
        assert_eq!(from.fields["name"].by, "Council");
    }

    #[test]
    fn what_was_changed_here_stands_over_every_source() {
        let change = |field: &str, value: Option<Value>, order: i64| ChangedHere {
            field: field.to_owned(),
            value,
            by: "group".to_owned(),
            on: Date::constant(2026, 6, 1),
            order,
        };
        let (mut one, mut other) = (council(), charity());
        one.changed = vec![change("email", Some(json!("first@choir.example")), 1)];
        other.changed = vec![change("email", Some(json!("last@choir.example")), 2), change("phones", None, 3)];
        let (shown, from) = compose(&one, &[other]);
        assert_eq!(shown["email"], "last@choir.example");
        assert!(!shown.contains_key("phones") && from.fields["phones"].here);
    }

    #[test]
    fn a_source_that_lists_it_no_more_says_nothing_unless_none_does() {
        let (mut one, mut other) = (council(), charity());
        other.listed = false;
        let (shown, from) = compose(&one, std::slice::from_ref(&other));
        assert_eq!((shown["email"].as_str(), from.sources.len()), (Some("old@choir.example"), 1));
        one.listed = false;
        let (shown, _) = compose(&one, std::slice::from_ref(&other));
        assert_eq!(shown["email"], "new@choir.example");
        other.listed = true;
        let (shown, _) = compose(&one, std::slice::from_ref(&other));
        assert_eq!(
            (shown["id"].as_str(), shown["email"].as_str()),
            (Some("1"), Some("new@choir.example")),
            "it stays under its id"
        );
    }

    proptest! {
        /// One source alone is shown as it is; the order in which others came changes nothing.
        #[test]
        fn alone_it_is_itself_and_order_changes_nothing(fields in proptest::collection::btree_map("[a-e]", "[x-z]{1,2}", 0..5),
                                                         days in proptest::collection::vec(1u8..28, 3), turn in 0usize..6) {
            let said = |id: &str, day: u8| {
                let mut said: Map<String, Value> = fields.iter().map(|(k, v)| (k.clone(), json!(format!("{v}{id}")))).collect();
                said.insert("id".into(), json!(id));
                said.insert("name".into(), json!("Choir"));
                said.insert("assured_date".into(), json!(format!("2026-01-{day:02}")));
                said
            };
            let parts: Vec<Part> = (0..3).map(|n| Part { source: format!("s{n}"), said: said(&n.to_string(), days[n]), changed: vec![], listed: true }).collect();
            let (alone, from) = compose(&parts[0], &[]);
            prop_assert_eq!(&alone, &parts[0].said);
            prop_assert!(from.fields.is_empty() && from.sources == ["s0"]);
            let (one, other) = if turn % 2 == 0 { (1, 2) } else { (2, 1) };
            let there = compose(&parts[0], &[parts[1].clone(), parts[2].clone()]);
            prop_assert_eq!(there, compose(&parts[0], &[parts[one].clone(), parts[other].clone()]));
        }
    }
}
