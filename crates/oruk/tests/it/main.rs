//! What is given on, against the profile's own schemas, formats checked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use fingerpost_oruk::shape;
use serde_json::Value;

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("FINGERPOST_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let found = root.join("realdata").join(path);
    if !found.exists() {
        eprintln!("left out: {path} is not there");
        return None;
    }
    Some(found)
}

fn schema(name: &str) -> Option<jsonschema::Validator> {
    let file = shared(&format!("oruk/uk-profile/schema/compiled/{name}.json"))?;
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    Some(jsonschema::options().should_validate_formats(true).build(&schema).unwrap())
}

fn check(validator: &jsonschema::Validator, value: &Value) {
    let faults: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).take(5).collect();
    assert!(faults.is_empty(), "{}: {faults:#?}", value["name"]);
}

/// Four thousand real entries, dirty as they come.
#[test]
fn every_entry_of_a_real_directory_is_valid_once_it_is_whole() {
    let (Some(folder), Some(service)) = (shared("hsds_us_miami211/data"), schema("service")) else { return };
    let all = fingerpost_import::read_services(&folder, "miami").unwrap();
    assert!(all.len() > 4_000);
    for one in &all {
        check(&service, &shape::whole(one));
    }
}

#[test]
fn the_profiles_own_examples_stay_valid() {
    let (Some(file), Some(service)) =
        (shared("oruk/OpenReferralApi/Mocks/V3.0-UK-Default/service_full.json"), schema("service"))
    else {
        return;
    };
    let taken = fingerpost_import::read_services(&file, "mock").unwrap();
    assert!(!taken.is_empty());
    for one in &taken {
        check(&service, &shape::whole(one));
    }
}
