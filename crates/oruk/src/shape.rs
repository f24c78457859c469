//! An entry as HSDS-UK 3.0 wants it. The directory keeps what its sources wrote; here what the profile demands is made
//! whole, and what it forbids is left out: an address that is no address, a mailbox that is none. What the profile does
//! not name stays, as it allows.
//!
//! Source: the Open Referral UK profile 3.0, required fields and formats.

use fingerpost_directory::hsds::{Service, is_uuid, stable_id};
use fingerpost_domain::person::Email;
use serde_json::{Map, Value, json};

/// Kinds of records, for what each must have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Service,
    Organization,
    Location,
    Address,
    Term,
    Other,
}

fn kind_of(key: &str) -> Option<Kind> {
    Some(match key {
        "organization" => Kind::Organization,
        "location" => Kind::Location,
        "addresses" => Kind::Address,
        "taxonomy_term" => Kind::Term,
        "schedules"
        | "service_areas"
        | "service_at_locations"
        | "languages"
        | "funding"
        | "cost_options"
        | "contacts"
        | "attributes"
        | "phones"
        | "accessibility"
        | "organization_identifiers"
        | "capacities"
        | "unit" => Kind::Other,
        _ => return None,
    })
}

/// An address of the web as a URI; none where it is not one.
fn uri(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let read = url::Url::parse(&whole).ok()?;
    let web = matches!(read.scheme(), "http" | "https") && read.host_str().is_some_and(|host| host.contains('.'));
    // A browser lets letters stand that a URI must write as numbers.
    let written = |c: char| if "{}|\\^`<>\" ".contains(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() };
    web.then(|| read.as_str().chars().map(written).collect())
}

/// A day or an instant as an instant; none where it is neither.
fn instant(text: &str) -> Option<String> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.to_string());
    }
    let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
    Some(format!("{day}T00:00:00Z"))
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Puts the right value in, or takes a wrong one out.
fn settle(map: &mut Map<String, Value>, key: &str, right: impl Fn(&str) -> Option<String>) {
    let Some(value) = map.get(key) else { return };
    match value.as_str().and_then(right) {
        Some(right) => drop(map.insert(key.to_owned(), Value::from(right))),
        None => drop(map.remove(key)),
    }
}

fn one_of(map: &mut Map<String, Value>, key: &str, allowed: &[&str]) {
    settle(map, key, |text| {
        allowed.iter().find(|allowed| allowed.eq_ignore_ascii_case(text)).map(|allowed| (*allowed).to_owned())
    });
}

fn default(map: &mut Map<String, Value>, key: &str, value: &str) {
    if text(map, key).is_none() {
        map.insert(key.to_owned(), Value::from(value));
    }
}

fn object(map: &mut Map<String, Value>, kind: Kind, place: &str) {
    // People who are named in a source were not asked whether the whole world may have their names.
    map.retain(|key, value| !value.is_null() && key != "contacts");
    let id = text(map, "id").map_or_else(|| stable_id("oruk", "part", place), |id| stable_id("oruk", "part", id));
    map.insert("id".to_owned(), Value::from(id));
    let others: Vec<String> = map.keys().filter(|key| key.ends_with("_id")).cloned().collect();
    for key in others {
        settle(map, &key, |id| is_uuid(id).then(|| id.trim().to_lowercase()));
    }
    for key in ["url", "website", "uri", "term_uri", "schedule_link"] {
        settle(map, key, uri);
    }
    for key in ["email", "assurer_email"] {
        settle(map, key, |mail| {
            Email::parse(mail).ok().filter(|_| mail.is_ascii()).map(|mail| mail.as_str().to_owned())
        });
    }
    settle(map, "last_modified", instant);
    one_of(map, "freq", &["WEEKLY", "MONTHLY"]);
    match kind {
        Kind::Service => {
            one_of(map, "status", &["active", "inactive", "defunct", "temporarily closed"]);
            default(map, "status", "active");
        }
        Kind::Organization | Kind::Term => {
            let name = text(map, "name").unwrap_or("Not named").to_owned();
            default(map, "name", &name);
            default(map, "description", &name);
        }
        Kind::Location => {
            one_of(map, "location_type", &["physical", "postal", "virtual"]);
            default(map, "location_type", "physical");
        }
        Kind::Address => {
            one_of(map, "address_type", &["physical", "postal", "virtual"]);
            default(map, "address_type", "physical");
            for key in ["address_1", "city", "state_province", "postal_code"] {
                map.entry(key).or_insert_with(|| Value::from(""));
            }
            default(map, "country", "GB");
        }
        Kind::Other => {}
    }
    let keys: Vec<String> = map.keys().cloned().collect();
    for key in keys {
        let Some(kind) = kind_of(&key) else { continue };
        match map.get_mut(&key) {
            Some(Value::Object(inner)) => object(inner, kind, &format!("{place}/{key}")),
            Some(Value::Array(all)) => {
                all.retain(Value::is_object);
                for (at, inner) in all.iter_mut().filter_map(Value::as_object_mut).enumerate() {
                    object(inner, kind, &format!("{place}/{key}/{at}"));
                }
            }
            _ => drop(map.remove(&key)),
        }
    }
}

/// The entry, whole.
#[must_use]
pub fn whole(service: &Service) -> Value {
    let mut value = serde_json::to_value(service).unwrap_or_else(|_| json!({}));
    if let Some(map) = value.as_object_mut() {
        object(map, Kind::Service, &service.id);
    }
    value
}

/// The entry without what is inside it: for a list of places.
#[must_use]
pub fn at_locations(service: &Service) -> Vec<Value> {
    let mut whole = whole(service);
    let Some(map) = whole.as_object_mut() else { return vec![] };
    let places = map.remove("service_at_locations").and_then(|places| places.as_array().cloned()).unwrap_or_default();
    places
        .into_iter()
        .map(|mut place| {
            if let Some(place) = place.as_object_mut() {
                place.insert("service_id".to_owned(), map.get("id").cloned().unwrap_or_default());
                place.insert("service".to_owned(), Value::Object(map.clone()));
            }
            place
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_profile_demands_is_there_and_what_it_forbids_is_not() {
        let service: Service = serde_json::from_value(json!({
            "id": "136", "name": "Choir", "url": "www.example.org", "email": "ring us", "status": "Running",
            "last_modified": "2026-03-01", "organization": { "id": "7", "name": "Tannery", "website": "not a page" },
            "schedules": [{ "freq": "DAILY", "byday": "TU" }], "logo": null, "contacts": [{ "name": "Josie" }, "Ann"],
            "service_at_locations": [{ "location": { "addresses": [{ "address_1": "1 High Street", "city": "Wexley" }] } }],
            "attributes": [{ "taxonomy_term": { "name": "Singing" } }], "funding": "lottery"
        }))
        .unwrap();
        let whole = whole(&service.settled("test").unwrap());
        assert_eq!(whole["url"], "https://www.example.org/");
        assert_eq!((&whole["status"], &whole["last_modified"]), (&json!("active"), &json!("2026-03-01T00:00:00Z")));
        assert!(whole.get("email").is_none() && whole["organization"].get("website").is_none());
        assert_eq!(whole["organization"]["description"], "Tannery");
        assert!(whole["schedules"][0].get("freq").is_none() && whole.get("funding").is_none());
        let place = &whole["service_at_locations"][0]["location"];
        assert_eq!((&place["location_type"], &place["addresses"][0]["country"]), (&json!("physical"), &json!("GB")));
        assert!(whole.get("contacts").is_none(), "nobody's name goes out");
        assert!(is_uuid(whole["attributes"][0]["id"].as_str().unwrap()));
        assert_eq!(whole["attributes"][0]["taxonomy_term"]["description"], "Singing");
    }
}
