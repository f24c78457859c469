//! The forms that others read keep their columns.

use serde_json::Value;

use crate::asking::{examples, json_in};

fn names(table: &Value) -> Vec<String> {
    table.as_object().unwrap().keys().cloned().collect()
}

fn holds(table: &Value, columns: &[&str]) {
    let there = names(table);
    assert!(
        columns.iter().all(|column| there.iter().any(|known| known == column)),
        "{there:?} lacks one of {columns:?}"
    );
}

#[test]
fn rates_keep_their_columns() {
    let answer = json_in(&examples(), "rate --events referrals.csv --by practice --population practices.csv");
    holds(&answer["results"], &["practice", "events", "population", "rate", "lower", "upper"]);
    assert_eq!(answer["results"]["practice"].as_array().unwrap().len(), 12);
}

#[test]
fn a_practice_without_a_referral_is_in_the_rates_with_0() {
    let answer = json_in(&examples(), "rate --events referrals.csv --by practice --population practices.csv");
    let at = answer["results"]["practice"].as_array().unwrap().iter().position(|name| name == "A81012").unwrap();
    assert_eq!(answer["results"]["events"][at], 0);
    assert_eq!(answer["results"]["rate"][at], 0.0);
}

#[test]
fn further_columns_group_the_rates_again() {
    let answer =
        json_in(&examples(), "rate --events referrals.csv --by practice,imd_decile --population practices.csv");
    let table = &answer["tables"]["groupings"];
    holds(table, &["by", "group", "events", "population", "rate", "lower", "upper"]);
    let groups: Vec<&str> = table["group"].as_array().unwrap().iter().map(|group| group.as_str().unwrap()).collect();
    assert_eq!(groups, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
}

#[test]
fn matching_keeps_its_columns_and_tables() {
    let line = "match people.csv --treat referred --outcome wellbeing_after --covariates age,female,imd,visits_before --caliper 0.2";
    let answer = json_in(&examples(), line);
    holds(&answer["results"], &["att", "se", "lower", "upper", "pairs"]);
    assert!(answer["tables"]["balance"].is_object() && answer["tables"]["pairs"].is_object());
    assert_eq!(answer["results"]["pairs"][0].as_u64().unwrap() as usize, {
        let pairs = answer["tables"]["pairs"].as_object().unwrap();
        pairs.values().next().unwrap().as_array().unwrap().len()
    });
}

#[test]
fn charts_keep_their_columns_with_group_first() {
    let columns = ["group", "date", "value", "mean", "lower", "upper", "outside", "trend", "two_of_three", "shift"];
    for line in [
        "xmr practice-months.csv --group practice --date month --value referrals",
        "xmr monthly.csv --date month --value referrals",
    ] {
        let text = crate::asking::ask_in(&examples(), &format!("{line} --json")).unwrap();
        // The order in the text: a parsed object would sort its keys.
        let results = text.split("\"results\":{").nth(1).unwrap();
        let places: Vec<usize> = columns.iter().map(|name| results.find(&format!("\"{name}\":")).unwrap()).collect();
        assert!(places.is_sorted() && places[0] == 0, "{line}: {places:?}");
    }
}
