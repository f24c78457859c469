//! Matching against an independent greedy matcher (case 17), against the plain scan, and on its own promises.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::matching::{
    MatchOptions, MatchedComparison, answer, balance, match_scores, matched_comparison,
};

use crate::support::{Case, case, close, stream};

fn lalonde(case: &Case) -> (Vec<f64>, Vec<bool>, Design) {
    let rows = case.csv("input.csv");
    let y = rows.numbers("re78");
    let mut design = Design::with_intercept(y.len()).column("age", &rows.numbers("age")).unwrap();
    design = design.column("educ", &rows.numbers("educ")).unwrap().factor("race", &rows.text("race")).unwrap();
    for name in ["married", "nodegree", "re74", "re75"] {
        design = design.column(name, &rows.numbers(name)).unwrap();
    }
    (y, rows.flags("treat"), design)
}

fn agrees(case: &Case, key: &str, comparison: &MatchedComparison) {
    let at = |name: &str| case.number(&format!("/{key}/{name}"));
    assert_eq!(comparison.matching.pairs.len() as f64, at("pairs"));
    close(comparison.att.estimate, at("att"), 1e-9);
    close(comparison.att.standard_error, at("cluster_se_HC1"), 1e-9);
    let gaps: f64 = comparison.matching.pairs.iter().map(|pair| pair.gap).sum();
    // The expected scores come from a fit that stopped at 1e-8 of its deviance, so gaps agree to their eighth digit.
    close(gaps / comparison.matching.pairs.len() as f64, at("mean_gap"), 1e-7);
    for entry in &comparison.balance {
        if let Some(expected) = case.expected.pointer(&format!("/{key}/smd/{}", entry.name)) {
            close(entry.smd_after, expected.as_f64().unwrap(), 1e-9);
        }
    }
}

#[test]
fn the_training_programme_comes_out_as_two_independent_matchers_say() {
    let Some(case) = case("17_psm_lalonde") else { return };
    let (y, treated, design) = lalonde(&case);
    let plain = matched_comparison(&y, &treated, &design, MatchOptions::default()).unwrap();
    agrees(&case, "greedy_nearest", &plain);
    let options = MatchOptions { caliper_sd: Some(0.2), ..MatchOptions::default() };
    let narrow = matched_comparison(&y, &treated, &design, options).unwrap();
    agrees(&case, "greedy_caliper_0.2sd", &narrow);
    close(narrow.matching.caliper.unwrap(), case.number("/greedy_caliper_0.2sd/caliper"), 1e-7);
    assert_eq!((narrow.matching.unmatched_treated.len(), narrow.matching.unmatched_controls), (72, 316));
    for term in &plain.propensity.terms {
        close(term.estimate, case.number(&format!("/ps_coef/{}", term.name)), 1e-7);
    }
    for entry in
        plain.balance.iter().filter(|entry| !entry.name.starts_with("race") && entry.name != "propensity_score")
    {
        close(entry.smd_before, case.number(&format!("/smd_before/{}", entry.name)), 1e-9);
    }
    close(plain.unadjusted, case.number("/naive_diff"), 1e-9);
}

#[test]
fn every_pair_is_that_of_the_independent_matcher() {
    let Some(case) = case("17_psm_lalonde") else { return };
    let (y, treated, design) = lalonde(&case);
    let comparison = matched_comparison(&y, &treated, &design, MatchOptions::default()).unwrap();
    let rows = case.csv("pairs_expected.csv");
    let controls = rows.numbers("control_row");
    let scores = rows.numbers("ps");
    for (ours, theirs) in comparison.scores.iter().zip(&scores) {
        close(*ours, *theirs, 1e-7);
    }
    for pair in &comparison.matching.pairs {
        assert_eq!((pair.control + 1) as f64, controls[pair.treated], "partner of row {}", pair.treated + 1);
    }
}

fn people(n: usize, seed: u64) -> (Vec<f64>, Vec<bool>, Design) {
    let mut next = stream(seed);
    let age: Vec<f64> = (0..n).map(|_| (18.0 + 77.0 * next()).floor()).collect();
    let visits: Vec<f64> = (0..n).map(|_| (14.0 * next() * next()).floor()).collect();
    let treated: Vec<bool> =
        (0..n).map(|i| next() < 1.0 / (1.0 + (3.2 - 0.012 * age[i] - 0.1 * visits[i]).exp())).collect();
    let y =
        (0..n).map(|i| 50.0 - 0.4 * visits[i] + 1.5 * f64::from(u8::from(treated[i])) + 8.0 * (next() - 0.5)).collect();
    (y, treated, Design::with_intercept(n).column("age", &age).unwrap().column("visits", &visits).unwrap())
}

#[test]
fn the_effect_of_one_to_one_pairs_is_the_mean_difference_within_pairs() {
    let (y, treated, design) = people(900, 3);
    let comparison = matched_comparison(&y, &treated, &design, MatchOptions::default()).unwrap();
    let differences: Vec<f64> =
        comparison.matching.pairs.iter().map(|pair| y[pair.treated] - y[pair.control]).collect();
    let m = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / m;
    close(comparison.att.estimate, mean, 1e-10);
    // Clustering by pair gives the paired standard error, up to its factor (2m - 1)/(2m - 2) · m/(m - 1) · (m - 1)/m.
    let paired = (differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (m - 1.0) / m).sqrt();
    close(comparison.att.standard_error, paired * ((2.0 * m - 1.0) / (2.0 * m - 2.0)).sqrt(), 1e-10);
}

#[test]
fn a_control_serves_once_without_replacement_and_nearest_with_it() {
    let (_, treated, _) = people(400, 9);
    let mut next = stream(1);
    let scores: Vec<f64> = (0..400).map(|_| (next() * 50.0).floor() / 50.0).collect();
    let two = match_scores(&treated, &scores, MatchOptions { ratio: 2, ..MatchOptions::default() }).unwrap();
    let mut controls: Vec<usize> = two.pairs.iter().map(|pair| pair.control).collect();
    controls.sort_unstable();
    controls.dedup();
    assert_eq!(controls.len(), two.pairs.len());
    let again =
        match_scores(&treated, &scores, MatchOptions { ratio: 2, replacement: true, ..MatchOptions::default() })
            .unwrap();
    for pair in &again.pairs {
        let nearer =
            (0..400).filter(|row| !treated[*row] && (scores[*row] - scores[pair.treated]).abs() < pair.gap).count();
        assert!(nearer < 2);
    }
    let total: f64 = again.weights.iter().zip(&treated).filter(|(_, flag)| !**flag).map(|(weight, _)| weight).sum();
    close(total, treated.iter().filter(|flag| **flag).count() as f64, 1e-12);
}

#[test]
fn no_control_within_the_caliper_is_refused_and_one_group_too() {
    let treated = [true, true, false, false];
    let far = match_scores(
        &treated,
        &[0.9, 0.8, 0.1, 0.2],
        MatchOptions { caliper_sd: Some(0.1), ..MatchOptions::default() },
    );
    assert_eq!(far.unwrap_err().kind, RefusalKind::Assumption);
    let one = match_scores(&[false; 4], &[0.9, 0.8, 0.1, 0.2], MatchOptions::default());
    assert_eq!(one.unwrap_err().kind, RefusalKind::OneGroup);
    let bad = match_scores(&treated, &[0.9, f64::NAN, 0.1, 0.2], MatchOptions::default());
    assert_eq!(bad.unwrap_err().kind, RefusalKind::BadValue);
}

#[test]
fn balance_is_in_standard_deviations_of_the_treated() {
    let design = Design::with_intercept(5).column("age", &[40.0, 50.0, 60.0, 30.0, 40.0]).unwrap();
    let treated = [true, true, true, false, false];
    let entry = balance(&treated, &design, &[1.0, 0.0, 1.0, 0.0, 2.0]).unwrap().remove(0);
    close(entry.smd_before, 1.5, 1e-12);
    close(entry.smd_after, 1.0, 1e-12);
}

#[test]
fn the_answer_names_rows_of_the_input_and_says_what_it_does_not_show() {
    let (mut y, treated, design) = people(300, 4);
    y[0] = f64::NAN;
    let said = answer(&y, &treated, &design, MatchOptions::default());
    assert_eq!((said.n, said.missing), (299, 1));
    let Outcome::Answered { tables, claims, .. } = said.outcome else { panic!("refused") };
    assert!(claims.may_not[0].contains("unmeasured"));
    let pairs = &tables.iter().find(|(name, _)| *name == "pairs").unwrap().1;
    let Some(fingerpost_statistics::answer::Column::Count(rows)) = pairs.column("treated_row") else {
        panic!("no rows")
    };
    assert!(rows.iter().all(|row| treated[*row as usize]));
}

#[test]
fn pairs_too_far_apart_are_named_until_a_caliper_is_set() {
    let (y, treated, design) = people(120, 6);
    // Everybody above 70 is treated, so the oldest have no counterpart.
    let age = design.named("age").unwrap().to_vec();
    let treated: Vec<bool> = treated.iter().zip(&age).map(|(flag, age)| *flag || *age > 75.0).collect();
    let warnings = |options: MatchOptions| match answer(&y, &treated, &design, options).outcome {
        Outcome::Answered { warnings, .. } => warnings,
        Outcome::Refused { refusal } => panic!("{refusal}"),
    };
    assert!(warnings(MatchOptions::default()).iter().any(|warning| warning.contains("set a caliper")));
    let narrow = warnings(MatchOptions { caliper_sd: Some(0.2), ..MatchOptions::default() });
    assert!(narrow.iter().all(|warning| !warning.contains("set a caliper")));
    assert!(narrow.iter().any(|warning| warning.contains("have no match")));
}
