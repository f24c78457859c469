//! Survey designs, raking, coders and themes.

use fingerpost_statistics::coding::{answer, cohen, fleiss, saturation, themes, weights};
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics::survey::{Design, Margin, mean, mean_answer, rake, ratio, total};

use crate::close::{Rows, USUAL, close, expected, near, number, reference, rows};

#[test]
fn a_stratified_sample_has_the_textbook_variance() {
    // By hand: strata of 100 and 300, means 2 and 6, variances 1 and 4, three and four drawn:
    // mean (100 x 2 + 300 x 6)/400 = 5; variance sum of W^2 (1 - f) s^2/n.
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0];
    let strata = ["a", "a", "a", "b", "b", "b", "b"];
    let weights = [100.0 / 3.0, 100.0 / 3.0, 100.0 / 3.0, 75.0, 75.0, 75.0, 75.0];
    let people = [100.0, 100.0, 100.0, 300.0, 300.0, 300.0, 300.0];
    let design = Design { weights: &weights, strata: Some(&strata), clusters: None, population: Some(&people) };
    let found = mean(&values, &design, 0.95).unwrap();
    close(found.estimate, 5.0, 1e-12);
    let (s2_b, f_a, f_b) = (10.0 / 3.0, 3.0 / 100.0, 4.0 / 300.0);
    let variance: f64 = 0.25_f64.powi(2) * (1.0 - f_a) / 3.0 + 0.75_f64.powi(2) * (1.0 - f_b) * s2_b / 4.0;
    close(found.se, variance.sqrt(), 1e-12);
    assert_eq!(found.df, 5.0);
    close(total(&values, &design, 0.95).unwrap().se, 400.0 * variance.sqrt(), 1e-12);
}

#[test]
fn the_schools_of_california_have_the_printed_estimates() {
    let (Some(all), Some(input)) = (expected("24_survey_stratified"), rows("24_survey_stratified", "input.csv")) else {
        return;
    };
    let (strata, weights, people) = (input.words("stype"), input.numbers("pw"), input.numbers("fpc"));
    let design = Design { weights: &weights, strata: Some(&strata), clusters: None, population: Some(&people) };
    let api = mean(&input.numbers("api00"), &design, 0.95).unwrap();
    close(api.estimate, number(&all["mean"]), USUAL);
    close(api.se, number(&all["se"]), USUAL);
    let enrolled = total(&input.numbers("enroll"), &design, 0.95).unwrap();
    close(enrolled.estimate, number(&all["total"]), USUAL);
    close(enrolled.se, number(&all["se_total"]), USUAL);
    let share = ratio(&input.numbers("api.stu"), &input.numbers("enroll"), &design, 0.95).unwrap();
    close(share.estimate, number(&all["ratio"]), USUAL);
    close(share.se, number(&all["se_ratio"]), USUAL);
}

#[test]
fn clusters_are_the_units_of_chance() {
    let values = [1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 3.0, 3.0, 3.0];
    let clusters = ["x", "x", "x", "y", "y", "y", "z", "z", "z"];
    let weights = [2.0; 9];
    let design = Design { weights: &weights, clusters: Some(&clusters), ..Design::default() };
    let found = mean(&values, &design, 0.95).unwrap();
    // Three cluster means 1, 5, 3: their standard error is 2 / sqrt 3.
    close(found.se, 2.0 / 3.0_f64.sqrt(), 1e-12);
    assert_eq!(found.df, 2.0);
    let order = [8, 0, 3, 6, 1, 4, 7, 2, 5];
    let (turned, names): (Vec<f64>, Vec<&str>) = order.iter().map(|row| (values[*row], clusters[*row])).unzip();
    let mixed =
        mean(&turned, &Design { weights: &weights, clusters: Some(&names), ..Design::default() }, 0.95).unwrap();
    close(mixed.se, found.se, 1e-12);
}

#[test]
fn a_stratum_of_one_and_a_wrong_population_are_refused() {
    let weights = [1.0; 3];
    let lone = Design { weights: &weights, strata: Some(&["a", "a", "b"]), ..Design::default() };
    assert_eq!(mean(&[1.0, 2.0, 3.0], &lone, 0.95).unwrap_err().kind, RefusalKind::TooFew);
    assert!(mean_answer(&[1.0, 2.0, 3.0], &lone, 0.95).given().is_none());
    let small = Design { weights: &weights, population: Some(&[2.0; 3]), ..Design::default() };
    assert_eq!(mean(&[1.0, 2.0, 3.0], &small, 0.95).unwrap_err().kind, RefusalKind::BadValue);
    let uneven = Design { weights: &weights, population: Some(&[9.0, 9.0, 8.0]), ..Design::default() };
    assert_eq!(mean(&[1.0, 2.0, 3.0], &uneven, 0.95).unwrap_err().index, Some(2));
    let none = Design { weights: &weights, ..Design::default() };
    assert!(ratio(&[1.0, 2.0, 3.0], &[0.0; 3], &none, 0.95).is_err());
    assert!(mean(&[1.0, 2.0], &none, 0.95).is_err());
    assert!(mean(&[1.0, 2.0, 3.0], &Design { weights: &[1.0, 0.0, 1.0], ..Design::default() }, 0.95).is_err());
}

#[test]
fn raked_weights_meet_every_margin_and_keep_odds_ratios() {
    let sex = ["m", "m", "f", "f", "f", "m"];
    let age = ["y", "o", "y", "o", "o", "y"];
    let margins = [
        Margin { name: "sex", labels: &sex, targets: &[("m", 48.0), ("f", 52.0)] },
        Margin { name: "age", labels: &age, targets: &[("y", 30.0), ("o", 70.0)] },
    ];
    let found = rake(&[1.0; 6], &margins).unwrap();
    let of = |labels: &[&str], label: &str| -> f64 {
        labels.iter().zip(&found.weights).filter(|(known, _)| **known == label).map(|(_, weight)| weight).sum()
    };
    for (labels, label, target) in [(&sex, "m", 48.0), (&sex, "f", 52.0), (&age, "y", 30.0), (&age, "o", 70.0)] {
        close(of(labels, label), target, 1e-9);
    }
    // Raking leaves the odds ratio of the sample (2 x 2)/(1 x 1) as it is.
    let cell = |s: &str, a: &str| -> f64 {
        (0..6).filter(|row| sex[*row] == s && age[*row] == a).map(|row| found.weights[row]).sum()
    };
    near(cell("m", "y") * cell("f", "o") / (cell("m", "o") * cell("f", "y")), 4.0, 1e-8);
    let other = Margin { name: "age", labels: &age, targets: &[("y", 30.0), ("o", 80.0)] };
    assert_eq!(rake(&[1.0; 6], &[margins[0], other]).unwrap_err().kind, RefusalKind::BadValue);
    let nobody = Margin { name: "sex", labels: &sex, targets: &[("m", 40.0), ("f", 52.0), ("x", 8.0)] };
    assert_eq!(rake(&[1.0; 6], &[nobody]).unwrap_err().kind, RefusalKind::TooFew);
    let unknown = Margin { name: "sex", labels: &sex, targets: &[("m", 40.0)] };
    assert_eq!(rake(&[1.0; 6], &[unknown]).unwrap_err().index, Some(2));
}

#[test]
fn margins_that_contradict_each_other_do_not_settle() {
    // All men are young and all women old, but the totals differ.
    let margins = [
        Margin { name: "sex", labels: &["m", "f"], targets: &[("m", 50.0), ("f", 50.0)] },
        Margin { name: "age", labels: &["y", "o"], targets: &[("y", 30.0), ("o", 70.0)] },
    ];
    assert_eq!(rake(&[1.0; 2], &margins).unwrap_err().kind, RefusalKind::NotConverged);
}

fn plain(k: usize) -> Vec<f64> {
    (0..k * k).map(|cell| f64::from(u8::from(cell / k == cell % k))).collect()
}

/// The error of kappa by the delta method with slopes found by small steps: an independent way to the same number.
fn error_by_small_steps(table: &[f64], agreement: &[f64]) -> f64 {
    let n: f64 = table.iter().sum();
    let slopes: Vec<f64> = (0..table.len())
        .map(|cell| {
            let moved = |by: f64| {
                let mut table = table.to_vec();
                table[cell] += by;
                cohen(&table, agreement).unwrap().kappa
            };
            // A count moves the shares of all cells; in shares the step is one n-th of it.
            (moved(1e-4) - moved(-1e-4)) / 2e-4 * n
        })
        .collect();
    let mean: f64 = table.iter().zip(&slopes).map(|(count, slope)| count / n * slope).sum();
    let square: f64 = table.iter().zip(&slopes).map(|(count, slope)| count / n * slope * slope).sum();
    ((square - mean * mean) / n).sqrt()
}

#[test]
fn kappa_is_the_one_printed_by_fleiss_and_its_error_that_of_the_delta_method() {
    // Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, table 18.1: kappa 0.68.
    let table = [75.0, 1.0, 4.0, 5.0, 4.0, 1.0, 0.5, 0.5, 9.0];
    let printed = [75.0, 1.0, 4.0, 5.0, 4.0, 1.0, 0.0, 0.0, 10.0];
    assert!((cohen(&printed, &plain(3)).unwrap().kappa - 0.68).abs() < 0.005);
    for agreement in [plain(3), weights(3, 1.0), weights(3, 2.0)] {
        close(cohen(&table, &agreement).unwrap().se, error_by_small_steps(&table, &agreement), 1e-5);
    }
    // Two categories have one kind of disagreement only.
    let two = [20.0, 5.0, 10.0, 15.0];
    close(cohen(&two, &plain(2)).unwrap().kappa, 0.4, 1e-12);
    close(cohen(&two, &weights(2, 2.0)).unwrap().se, cohen(&two, &plain(2)).unwrap().se, 1e-14);
}

#[test]
fn cohens_weighted_example_has_its_printed_values() {
    let case = "16_kappa_cohen";
    let (Some(all), Some(input), Some(disagreement)) =
        (expected(case), reference(case, "input.csv"), reference(case, "disagreement_weights.csv"))
    else {
        return;
    };
    let table = |text: &str| -> Vec<f64> {
        let rows = Rows::read(text);
        let columns: Vec<Vec<f64>> = ["V1", "V2", "V3"].iter().map(|name| rows.numbers(name)).collect();
        (0..9).map(|cell| columns[cell % 3][cell / 3]).collect()
    };
    let counts = table(&input);
    let found = cohen(&counts, &plain(3)).unwrap();
    close(found.kappa, number(&all["kappa"]), USUAL);
    close(found.observed, number(&all["po"]), USUAL);
    close(found.interval.lower, number(&all["confid"][0][0]), USUAL);
    close(found.interval.upper, number(&all["confid"][0][2]), USUAL);
    let agreement: Vec<f64> = table(&disagreement).iter().map(|weight| 1.0 - weight / 6.0).collect();
    let weighted = cohen(&counts, &agreement).unwrap();
    close(weighted.kappa, number(&all["weighted"]), USUAL);
    close(cohen(&counts, &weights(3, 2.0)).unwrap().kappa, number(&all["quadratic_weighted"]), USUAL);
    // The package's limits of the weighted kappa (-0.34 to 1) are not compared: our error agrees with the delta method.
    close(weighted.se, error_by_small_steps(&counts, &agreement), 1e-5);
}

#[test]
fn fleiss_with_two_coders_is_scotts_pi() {
    // The table 20, 5, 10, 15 as things: agreement 0.7, by chance 0.55^2 + 0.45^2, so pi = 0.195 / 0.495.
    let mut counts = Vec::new();
    for (times, row) in [(20, [2, 0]), (15, [1, 1]), (15, [0, 2])] {
        for _ in 0..times {
            counts.extend(row);
        }
    }
    let found = fleiss(&counts, 2).unwrap();
    close(found.kappa, 0.195 / 0.495, 1e-12);
    // Under no agreement two coders' kappa has variance 1/n in two categories.
    close(found.se_null, 1.0 / 50.0_f64.sqrt(), 1e-12);
    assert_eq!(fleiss(&[2, 0, 2, 0], 2).unwrap_err().kind, RefusalKind::Constant);
    assert_eq!(fleiss(&[2, 0, 1, 0], 2).unwrap_err().index, Some(1));
    assert!(fleiss(&[1, 0, 0, 1], 2).is_err() && fleiss(&[1, 0, 0], 2).is_err() && fleiss(&[], 0).is_err());
}

#[test]
fn themes_of_two_coders_have_their_counts_and_kappas() {
    let (Some(all), Some(input)) = (expected("S5_thematic_matrix"), rows("S5_thematic_matrix", "codes_long.csv"))
    else {
        return;
    };
    let flags = |column: &str| -> Vec<bool> { input.words(column).iter().map(|word| *word == "1").collect() };
    let found =
        themes(&input.words("respondent"), &input.words("definition"), &flags("coder_a"), &flags("coder_b")).unwrap();
    assert_eq!(found.len(), 7);
    let said = answer(&input.words("respondent"), &input.words("definition"), &flags("coder_a"), &flags("coder_b"));
    let said = serde_json::to_value(said).unwrap();
    let matrix = &said["tables"]["coders_who_found_it"];
    let column: u64 = matrix["link worker"].as_array().unwrap().iter().map(|cell| cell.as_u64().unwrap()).sum();
    assert_eq!(column, 6 + 8);
    let curve = said["tables"]["saturation"]["themes_expected"].as_array().unwrap();
    assert_eq!((curve.len(), number(&curve[22])), (23, 6.0));
    for theme in &found {
        let want = &all[if theme.name == "all" { "ALL" } else { theme.name.as_str() }];
        assert_eq!(theme.n, want["n"].as_u64().unwrap());
        assert_eq!(theme.first, want["coder_a"].as_u64().unwrap());
        assert_eq!(theme.second, want["coder_b"].as_u64().unwrap());
        assert_eq!(theme.both, want["both"].as_u64().unwrap());
        close(theme.agreement, number(&want["agreement"]), USUAL);
        close(theme.kappa.unwrap(), number(&want["kappa"]), USUAL);
    }
}

#[test]
fn coders_who_leave_nothing_to_chance_get_no_kappa() {
    assert_eq!(cohen(&[9.0, 0.0, 0.0, 0.0], &plain(2)).unwrap_err().kind, RefusalKind::Constant);
    assert_eq!(cohen(&[0.0; 4], &plain(2)).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(cohen(&[1.0, f64::NAN, 0.0, 1.0], &plain(2)).unwrap_err().kind, RefusalKind::BadValue);
    assert!(cohen(&[1.0; 5], &[1.0; 5]).is_err() && cohen(&[], &[]).is_err());
    let names = ["1", "2"];
    let said = answer(&names, &["x"; 2], &[true, true], &[true, true]);
    assert!(serde_json::to_string(&said).unwrap().contains("no kappa"));
    assert_eq!(themes(&["1", "1"], &["x"; 2], &[true; 2], &[true; 2]).unwrap_err().kind, RefusalKind::Duplicate);
}

#[test]
fn the_saturation_curve_is_the_mean_over_all_orders() {
    let found = [vec![0, 1], vec![0], vec![2], vec![0, 2, 2]];
    let curve = saturation(&found).unwrap();
    let orders: Vec<[usize; 4]> = (0..256)
        .map(|code| [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3])
        .filter(|order| (0..4).all(|one| order.contains(&one)))
        .collect();
    assert_eq!(orders.len(), 24);
    for read in 1..=4 {
        let total: usize = orders
            .iter()
            .map(|order| {
                let seen: std::collections::HashSet<usize> =
                    order[..read].iter().flat_map(|respondent| found[*respondent].clone()).collect();
                seen.len()
            })
            .sum();
        close(curve[read - 1], total as f64 / 24.0, 1e-12);
    }
    assert!(saturation(&[]).is_err());
}
