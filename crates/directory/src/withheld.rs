//! Places that must not be found by whoever looks for them: refuges and other confidential places. An entry that looks
//! like one is shown to staff only, until a steward has looked at it. Better one group too many than one address.

use crate::hsds::Service;
use crate::words::{position, stems};

/// Words in a name or a term that mean a place of refuge.
const IN_NAME: &[&str] = &[
    "refuge",
    "women's aid",
    "womens aid",
    "safe house",
    "domestic abuse",
    "domestic violence",
    "family violence",
    "sexual violence",
    "sexual assault",
    "rape crisis",
    "honour based",
    "forced marriage",
    "trafficking",
    "battered",
    "confidential address",
    "victim shelter",
];
/// Words in the text that mean the same, where the whole phrase stands there.
const IN_TEXT: &[&str] = &[
    "confidential location",
    "confidential address",
    "undisclosed location",
    "secret address",
    "address is confidential",
    "location is confidential",
    "domestic abuse refuge",
    "domestic violence shelter",
    "victims of domestic violence",
    "emergency shelter for women",
];

/// Whether the entry itself says that its place has to stay unknown.
#[must_use]
pub fn says_confidential(service: &Service) -> bool {
    service.more.get("confidential").is_some_and(|flag| flag.as_bool() == Some(true))
        || service
            .locations()
            .any(|location| location.more.get("confidential").is_some_and(|flag| flag.as_bool() == Some(true)))
}

/// Whether an entry is held back after a change. What was held back stays so until a steward releases it; what a steward
/// released is held back again only when it begins to say itself that it is confidential.
#[must_use]
pub fn holds_back((withheld, released): (bool, bool), before: &Service, after: &[&Service]) -> bool {
    let begins = !says_confidential(before) && after.iter().any(|service| says_confidential(service));
    withheld || begins || (!released && after.iter().any(|service| looks_confidential(service)))
}

/// Whether the entry says of itself, or looks as if, its place has to stay unknown.
#[must_use]
pub fn looks_confidential(service: &Service) -> bool {
    let names = std::iter::once(service.name.as_str())
        .chain(service.alternate_name.as_deref())
        .chain(service.organization.as_ref().map(|by| by.name.as_str()))
        .chain(service.terms());
    let has = |text: &str, phrases: &[&str]| {
        let text = stems(text);
        phrases.iter().any(|phrase| position(&text, &stems(phrase)).is_some())
    };
    says_confidential(service)
        || names.into_iter().any(|name| has(name, IN_NAME))
        || service.description.as_deref().is_some_and(|text| has(text, IN_TEXT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(value: serde_json::Value) -> bool {
        looks_confidential(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn what_is_held_back_stays_so_until_somebody_looked() {
        let read = |value: serde_json::Value| serde_json::from_value::<Service>(value).unwrap();
        let plain = read(serde_json::json!({ "id": "1", "name": "Oak House" }));
        let says = read(serde_json::json!({ "id": "1", "name": "Oak House", "confidential": true }));
        let looks = read(serde_json::json!({ "id": "1", "name": "Oak House refuge" }));
        assert!(holds_back((true, false), &looks, &[&plain]), "new words of its source release nothing");
        assert!(!holds_back((false, true), &looks, &[&looks]), "a steward looked at it");
        assert!(holds_back((false, true), &plain, &[&says]), "it says so itself now");
        assert!(!holds_back((false, true), &says, &[&says]), "it said so when the steward looked");
        assert!(
            holds_back((false, false), &plain, &[&plain, &looks]),
            "by either of what its source says and what is shown"
        );
    }

    #[test]
    fn a_refuge_is_held_back_and_a_choir_is_not() {
        for held in [
            serde_json::json!({ "id": "1", "name": "Wexley Women\u{2019}s Aid" }),
            serde_json::json!({ "id": "1", "name": "Safe Houses Wexley" }),
            serde_json::json!({ "id": "1", "name": "Oak House", "description": "At an undisclosed location." }),
            serde_json::json!({ "id": "1", "name": "Oak House", "confidential": true }),
            serde_json::json!({ "id": "1", "name": "Oak", "attributes": [{ "taxonomy_term": { "name": "Domestic Violence Shelters" } }] }),
        ] {
            assert!(looks(held.clone()), "{held}");
        }
        assert!(!looks(
            serde_json::json!({ "id": "1", "name": "Tannery Choir", "description": "A safe place to sing in our house." })
        ));
        assert!(!looks(serde_json::json!({ "id": "1", "name": "Animal Refugees' Friends" })), "refugees are no refuge");
    }
}
