//! The command on published cases, as a new user would type it: what R answers comes out of the words alone. The tables are kept
//! beside the project, because not all of them may be copied into it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::asking::json_in;

/// The folder of a case and what it is to answer, where they are there.
fn case(name: &str) -> Option<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference").join(name);
    let Ok(text) = std::fs::read_to_string(folder.join("expected.json")) else {
        println!("LEFT OUT: {name} is not beside the project");
        return None;
    };
    Some((folder, serde_json::from_str(&text).unwrap()))
}

fn close(answer: &Value, expected: &Value, tolerance: f64) {
    let (answer, expected) = (answer.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!((answer - expected).abs() <= tolerance * expected.abs().max(1.0), "{answer} is not {expected}");
}

#[test]
fn waiting_times_coded_1_and_2_are_those_of_survfit() {
    let Some((folder, expected)) = case("15_km_lung") else { return };
    let all = json_in(&folder, "waiting input.csv --time time --event status --over 2");
    for (name, known) in [("median", "median"), ("median_lower", "0.95LCL"), ("median_upper", "0.95UCL")] {
        close(&all["results"][name][0], &expected["all"][known], 1e-12);
    }
    let by_sex = json_in(&folder, "waiting input.csv --time time --event status --over 2 --group sex");
    close(&by_sex["tables"]["log_rank"]["chi_squared"][0], &expected["logrank_chi2"], 1e-9);
}

#[test]
fn weighting_by_squares_and_groups_of_numbers_is_that_of_the_book() {
    let Some((folder, expected)) = case("18_ipw_nhefs") else { return };
    let covariates = "sex,race,age*age,group(education),smokeintensity*smokeintensity,smokeyrs*smokeyrs,\
        group(exercise),group(active),wt71*wt71"
        .replace(' ', "");
    let answer =
        json_in(&folder, &format!("weight input.csv --treat qsmk --outcome wt82_71 --covariates {covariates}"));
    close(&answer["results"]["estimate"][0], &expected["ipw"]["est"], 1e-6);
    close(&answer["results"]["standard_error"][0], &expected["ipw"]["se"], 1e-4);
}

#[test]
fn matching_within_a_caliper_is_that_of_the_greedy_matcher() {
    let Some((folder, expected)) = case("17_psm_lalonde") else { return };
    let line = "match input.csv --treat treat --outcome re78 --covariates age,educ,race,married,nodegree,re74,re75 --caliper 0.2";
    let (answer, known) = (json_in(&folder, line), &expected["greedy_caliper_0.2sd"]);
    close(&answer["results"]["pairs"][0], &known["pairs"], 0.0);
    close(&answer["results"]["att"][0], &known["att"], 1e-9);
    close(&answer["results"]["se"][0], &known["cluster_se_HC1"], 1e-9);
}

#[test]
fn difference_in_differences_is_that_of_lm_with_hc1() {
    let Some((folder, expected)) = case("19_did_injury") else { return };
    let answer = json_in(&folder, "did input.csv --outcome ldurat --exposed highearn --after afchnge");
    close(&answer["results"]["estimate"][0], &expected["coef"][3]["Estimate"], 1e-10);
    close(&answer["results"]["standard_error"][0], &expected["hc1"]["afchnge:highearn"], 1e-10);
}

#[test]
fn an_interrupted_series_of_levels_is_that_of_glm() {
    let Some((folder, expected)) = case("21_its_sicily") else { return };
    let line = "interrupted input.csv --date time --value aces --person-time stdpop --before 36 --level-only";
    let answer = json_in(&folder, line);
    let terms = answer["results"]["term"].as_array().unwrap();
    let at = terms.iter().position(|term| term == "level").unwrap();
    // The second model of the case: quasi-Poisson, the same terms.
    close(&answer["results"]["estimate"][at], &expected["model2"][1]["est"], 1e-9);
    close(&answer["results"]["standard_error"][at], &expected["model2"][1]["se"], 1e-6);
}

#[test]
fn negative_binomial_counts_are_those_of_glm_nb() {
    let Some((folder, expected)) = case("22_nb_quine") else { return };
    let answer =
        json_in(&folder, "regression input.csv --family negative-binomial --outcome Days --terms Eth,Sex,Age,Lrn");
    for (at, known) in expected["nb_main"]["coef"].as_array().unwrap().iter().enumerate() {
        close(&answer["results"]["estimate"][at], &known["est"], 1e-5);
        close(&answer["results"]["standard_error"][at], &known["se"], 1e-5);
    }
}
