//! What travels between directories: a page of a feed or a single service, as HSDS-UK 3.0 writes it or as Open Referral UK
//! 1.0 did, which many councils still publish.
//!
//! Nothing that a page says about itself is believed (`claims`): real feeds say 31 and send 128. Version 1 is brought into
//! the names of version 3; what neither names is kept as it came.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::hsds::Service;

/// What a page says about its feed. Worth reporting where it is wrong; good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Claims {
    /// Services in the whole feed.
    pub total: Option<u64>,
    /// Pages of the whole feed.
    pub pages: Option<u64>,
}

/// A page of a feed: its items as they came, unread, so that a page of millions of small things costs no more than its bytes.
#[derive(Debug)]
pub struct Page<'a> {
    /// Its items.
    pub items: Vec<&'a RawValue>,
    /// What it says about its feed.
    pub claims: Claims,
}

/// An envelope of version 3, or of version 1.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, alias = "content")]
    contents: Option<Vec<&'a RawValue>>,
    #[serde(borrow, alias = "totalElements")]
    total_items: Option<&'a RawValue>,
    #[serde(borrow, alias = "totalPages")]
    total_pages: Option<&'a RawValue>,
    id: Option<IgnoredAny>,
    name: Option<IgnoredAny>,
}

/// Reads a page: an envelope of either version, a bare list, or a service by itself. `None` for other JSON.
///
/// # Errors
/// Where it is no JSON.
pub fn page(text: &str) -> serde_json::Result<Option<Page<'_>>> {
    let whole: &RawValue = serde_json::from_str(text)?;
    if whole.get().starts_with('[') {
        let items = serde_json::from_str(text)?;
        return Ok(Some(Page { items, claims: Claims::default() }));
    }
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) else { return Ok(None) };
    fn said<T: serde::de::DeserializeOwned>(raw: Option<&RawValue>) -> Option<T> {
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
    }
    let claims = Claims { total: said(envelope.total_items), pages: said(envelope.total_pages) };
    if let Some(items) = envelope.contents {
        return Ok(Some(Page { items, claims }));
    }
    let alone = envelope.id.is_some() && envelope.name.is_some();
    Ok(alone.then(|| Page { items: vec![whole], claims: Claims::default() }))
}

/// The longest id of an item, in bytes.
const LONGEST_ID: usize = 200;

/// The id of an item, in whatever way it is written; none where it is longer than any id, or holds what is no letter.
#[must_use]
pub fn id_of(item: &Value) -> Option<String> {
    let id = match item.get("id")? {
        Value::String(id) => id.trim().to_owned(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    let fits = !id.is_empty() && id.len() <= LONGEST_ID && !id.contains(char::is_control);
    fits.then_some(id)
}

/// Parts that only a whole service has. A list carries the service and its organisation, sometimes more of it; its times and
/// places are asked for by themselves.
const PARTS: &[&str] = &["schedules", "regular_schedule", "regular_schedules", "service_at_locations"];

/// The item says when or where, not only what: nobody has to ask for it by itself.
#[must_use]
pub fn is_whole(item: &Value) -> bool {
    PARTS.iter().any(|part| item.get(*part).and_then(Value::as_array).is_some_and(|list| !list.is_empty()))
}

/// Takes out what says "nothing": feeds write an empty list as `null` as often as they leave it out.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Properties that are numbers in the standard.
const NUMBERS: &[&str] = &["minimum_age", "maximum_age", "latitude", "longitude", "amount", "available", "maximum"];

/// An id is a text and an age a number, however a feed spells them.
fn retyped(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let is_id = name == "id" || name.ends_with("_id");
                match field {
                    Value::Number(number) if is_id => *field = Value::String(number.to_string()),
                    Value::String(text) if NUMBERS.contains(&name.as_str()) => {
                        *field = text.trim().parse::<f64>().map_or(Value::Null, |number| json!(number));
                    }
                    other => retyped(other),
                }
            }
            fields.retain(|_, field| !field.is_null());
        }
        Value::Array(items) => items.iter_mut().for_each(retyped),
        _ => {}
    }
}

/// Moves a list to the name that version 3 has for it, each item mended on the way.
fn moved(of: &mut Map<String, Value>, from: &[&str], to: &str, mend: impl Fn(&mut Map<String, Value>)) {
    let Some(Value::Array(mut items)) = from.iter().find_map(|name| of.remove(*name)) else { return };
    items.iter_mut().filter_map(Value::as_object_mut).for_each(mend);
    if let Some(there) = of.entry(to).or_insert_with(|| json!([])).as_array_mut() {
        there.extend(items);
    }
}

fn renamed(of: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = of.remove(from)
        && !of.contains_key(to)
    {
        of.insert(to.to_owned(), value);
    }
}

/// Days by their names, as iCalendar shortens them.
fn byday(weekday: &str) -> Option<&'static str> {
    let two: String = weekday.trim().chars().take(2).collect::<String>().to_uppercase();
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].into_iter().find(|day| *day == two)
}

fn schedule(of: &mut Map<String, Value>) {
    if let Some(day) = of.get("weekday").and_then(Value::as_str).and_then(byday) {
        of.remove("weekday");
        of.entry("byday").or_insert_with(|| json!(day));
        of.entry("freq").or_insert_with(|| json!("WEEKLY"));
    }
}

fn location(of: &mut Map<String, Value>) {
    for (from, kind) in
        [(["physical_addresses", "physical_address"], "physical"), (["postal_addresses", "postal_address"], "postal")]
    {
        moved(of, &from, "addresses", |address| {
            address.entry("address_type").or_insert_with(|| json!(kind));
        });
    }
    moved(of, &["accessibility_for_disabilities"], "accessibility", |each| renamed(each, "details", "description"));
    of.entry("location_type").or_insert_with(|| json!("physical"));
}

/// Brings an item of version 1 into the names of version 3. An item of version 3 stays as it is.
fn lifted(item: &mut Map<String, Value>) {
    if let Some(by) = item.get_mut("organization").and_then(Value::as_object_mut) {
        renamed(by, "url", "website");
    }
    moved(item, &["regular_schedules", "regular_schedule"], "schedules", schedule);
    moved(item, &["service_taxonomys", "service_taxonomies", "service_taxonomy"], "attributes", |given| {
        if let Some(mut term) = given.remove("taxonomy") {
            if let Some(term) = term.as_object_mut() {
                renamed(term, "vocabulary", "taxonomy");
            }
            given.insert("taxonomy_term".to_owned(), term);
        }
    });
    if let Some(languages) = item.get_mut("languages").and_then(Value::as_array_mut) {
        languages.iter_mut().filter_map(Value::as_object_mut).for_each(|each| renamed(each, "language", "name"));
    }
    // Ages stood in a table of their own, in words or numbers.
    let rules = ["eligibilitys", "eligibilities", "eligibility"].iter().find_map(|name| item.remove(*name));
    for rule in rules.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
        for age in ["minimum_age", "maximum_age"] {
            if let Some(value) = rule.get(age) {
                item.entry(age).or_insert_with(|| value.clone());
            }
        }
        if let Some(words) = rule.get("eligibility").filter(|words| words.is_string()) {
            item.entry("eligibility_description").or_insert_with(|| words.clone());
        }
    }
    // Telephones hung on contacts.
    let contacts = item.get("contacts").and_then(Value::as_array);
    let phones: Vec<Value> = contacts
        .into_iter()
        .flatten()
        .filter_map(|contact| contact.get("phones").and_then(Value::as_array))
        .flatten()
        .filter(|phone| phone.get("number").is_some_and(Value::is_string))
        .cloned()
        .collect();
    if !phones.is_empty() {
        item.entry("phones").or_insert(Value::Array(phones));
    }
    for at in item.get_mut("service_at_locations").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(at) = at.as_object_mut() else { continue };
        moved(at, &["regular_schedules", "regular_schedule"], "schedules", schedule);
        if let Some(place) = at.get_mut("location").and_then(Value::as_object_mut) {
            location(place);
        }
    }
    // How it is attended stood beside the service, and stands beside its times now.
    if let Some(attending) = item.get("attending_type").filter(|attending| attending.is_string()).cloned() {
        for each in item.get_mut("schedules").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(each) = each.as_object_mut() {
                each.entry("attending_type").or_insert_with(|| attending.clone());
            }
        }
    }
}

/// The service of an item, of either version.
///
/// # Errors
/// Why it is none, in words.
pub fn service(mut item: Value) -> Result<Service, String> {
    if let (Some(id), Some(fields)) = (id_of(&item), item.as_object_mut()) {
        fields.insert("id".to_owned(), Value::String(id));
    }
    without_nulls(&mut item);
    if let Some(fields) = item.as_object_mut() {
        lifted(fields);
    }
    retyped(&mut item);
    serde_json::from_value(item).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_both_versions_are_read_and_their_claims_only_noted() {
        let read = |text: &str| page(text).unwrap().map(|page| (page.items.len(), page.claims));
        let three = r#"{"total_items": 31, "total_pages": 2, "last_page": false, "contents": [{"id": "1"}, {"id": "2"}], "more": [1]}"#;
        let claims = Claims { total: Some(31), pages: Some(2) };
        assert_eq!(read(three), Some((2, claims)));
        let one = read(r#"{"totalElements": "many", "totalPages": 1, "last": true, "content": []}"#).unwrap();
        assert_eq!(one, (0, Claims { total: None, pages: Some(1) }));
        assert_eq!(read(r#" [{"id": 3}]"#).unwrap().0, 1);
        assert_eq!(read(r#"{"id": "4", "name": "Choir"}"#).unwrap().0, 1);
        assert_eq!((read(r#"{"error": "no"}"#), read("7"), read(r#"{"contents": {}}"#)), (None, None, None));
        assert!(page("<html>").is_err() && page("[1,").is_err());
    }

    #[test]
    fn version_one_stands_under_the_names_of_version_three() {
        let old = json!({
            "id": 1502, "name": "Walking football", "status": "active", "attending_type": "in_person",
            "organization": { "id": 7, "name": "Wexley Leisure", "url": "https://leisure.example" },
            "regular_schedules": [{ "id": "a", "weekday": "Tuesday", "opens_at": "10:00", "closes_at": "11:30" }],
            "eligibilitys": [{ "eligibility": "Over fifties", "minimum_age": "50", "maximum_age": null }],
            "service_taxonomys": [{ "id": "t", "taxonomy": { "id": "esdServiceType:1", "name": "Football", "vocabulary": "esdServiceType" } }],
            "languages": [{ "language": "Welsh" }],
            "contacts": [{ "id": "c", "name": "Ada", "phones": [{ "number": "01632 960100" }] }],
            "service_at_locations": [{ "id": 9, "location": {
                "id": 12, "name": "Hall", "latitude": "53.1", "longitude": "-1.4",
                "physical_addresses": [{ "id": "p", "address_1": "1 Mill Lane", "city": "Wexley", "postal_code": "WX1 1AA" }],
                "accessibility_for_disabilities": [{ "accessibility": "Step free", "details": "Ramp at the side" }]
            } }],
            "reviews": [{ "score": "5" }]
        });
        let read = service(old).unwrap();
        assert_eq!((read.id.as_str(), read.minimum_age, read.maximum_age), ("1502", Some(50.0), None));
        assert_eq!(read.eligibility_description.as_deref(), Some("Over fifties"));
        let when = &read.schedules[0];
        assert_eq!(
            (when.byday.as_deref(), when.freq.as_deref(), when.attending_type.as_deref()),
            (Some("TU"), Some("WEEKLY"), Some("in_person"))
        );
        assert_eq!(read.terms().collect::<Vec<_>>(), ["Football"]);
        assert_eq!(read.attributes[0].taxonomy_term.as_ref().unwrap().taxonomy.as_deref(), Some("esdServiceType"));
        assert_eq!(read.languages[0].name.as_deref(), Some("Welsh"));
        assert_eq!(read.phones[0].number, "01632 960100");
        assert_eq!(read.organization.as_ref().unwrap().website.as_deref(), Some("https://leisure.example"));
        let place = read.locations().next().unwrap();
        assert_eq!((place.latitude, place.id.as_str()), (Some(53.1), "12"));
        assert_eq!(place.addresses[0].postal_code.as_deref(), Some("WX1 1AA"));
        assert_eq!(place.accessibility[0].description.as_deref(), Some("Ramp at the side"));
        assert_eq!(read.more["reviews"][0]["score"], "5", "what neither names is kept");
    }

    #[test]
    fn version_three_stays_as_it_came() {
        let new = json!({ "id": "1", "name": "Choir", "schedules": [{ "id": "s", "byday": "MO" }], "organization": { "id": "o", "name": "T" } });
        assert_eq!(serde_json::to_value(service(new.clone()).unwrap()).unwrap(), new);
        assert!(is_whole(&new) && !is_whole(&json!({ "id": "1", "contacts": [{ "id": "c" }], "schedules": [] })));
        for odd in [json!("a\u{0}b"), json!("x".repeat(201)), json!({}), json!("")] {
            assert_eq!(id_of(&json!({ "id": odd })), None);
        }
        assert_eq!(service(json!({ "id": " 7 ", "name": "Choir" })).unwrap().id, "7");
        assert_eq!((id_of(&json!({ "id": 5 })), id_of(&json!({ "id": " " }))), (Some("5".to_owned()), None));
        assert!(service(json!({ "id": "1", "name": ["no"] })).is_err());
    }
}
