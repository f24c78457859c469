//! Rubin's rules against mice, and the imputer on its promises: a seed, observed values, and estimates that come back.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::imputation::{
    Fill, ImputeOptions, Variable, answer, impute, lost_and_kept, pool, pool_estimates,
};
use fingerpost_statistics_models::linear::{Covariance, ols};

use crate::support::{case, close, stream};

#[test]
fn five_imputed_surveys_pool_as_in_mice() {
    let Some(case) = case("23_multiple_imputation_rubin") else { return };
    let fit = |file: &str| {
        let rows = case.csv(file);
        let keep: Vec<usize> = (0..25)
            .filter(|row| ["age", "bmi", "chl"].iter().all(|name| rows.numbers(name)[*row].is_finite()))
            .collect();
        let of = |name: &str| keep.iter().map(|row| rows.numbers(name)[*row]).collect::<Vec<_>>();
        let design =
            Design::with_intercept(keep.len()).column("age", &of("age")).unwrap().column("bmi", &of("bmi")).unwrap();
        ols(&of("chl"), &design, Covariance::Model, 0.95).unwrap()
    };
    let fits: Vec<_> = (1..=5).map(|m| fit(&format!("imputed_{m}.csv")).estimates).collect();
    for (at, pooled) in pool_estimates(&fits).unwrap().iter().enumerate() {
        let number = |key: &str| case.number(&format!("/pooled/{at}/{key}"));
        close(pooled.term.estimate, number("estimate"), 1e-9);
        close(pooled.term.standard_error, number("std.error"), 1e-9);
        close(pooled.term.df, number("df"), 1e-9);
        close(pooled.term.p, number("p.value"), 1e-9);
        close(pooled.term.lower, number("2.5 %"), 1e-9);
        close(pooled.term.upper, number("97.5 %"), 1e-9);
        let detail = |key: &str| case.number(&format!("/details/{at}/{key}"));
        close(pooled.within, detail("ubar"), 1e-9);
        close(pooled.between, detail("b"), 1e-9);
        close(pooled.total, detail("t"), 1e-9);
        close(pooled.relative_increase, detail("riv"), 1e-9);
        close(pooled.lambda, detail("lambda"), 1e-9);
        close(pooled.missing_information, detail("fmi"), 1e-9);
    }
    let complete = fit("nhanes_with_missing.csv");
    assert_eq!(complete.n as f64, case.number("/cc_n"));
    for (at, term) in complete.estimates.terms.iter().enumerate() {
        close(term.estimate, case.number(&format!("/complete_case/{at}/Estimate")), 1e-9);
        close(term.standard_error, case.number(&format!("/complete_case/{at}/Std. Error")), 1e-9);
    }
}

#[test]
fn rubin_s_rules_are_their_arithmetic() {
    // within 1, between 4, m 4: total 6, lambda 5/6, old df 3/(25/36) = 4.32; observed (21/23)·20·(1/6).
    let errors = [1.0; 4];
    let estimates = [10.0 - 6.0_f64.sqrt(), 10.0 + 6.0_f64.sqrt(), 10.0, 10.0];
    let pooled = pool("x", &estimates, &errors, Some(20.0), 0.95).unwrap();
    close(pooled.total, 6.0, 1e-12);
    let observed = 21.0 / 23.0 * 20.0 / 6.0;
    close(pooled.term.df, 4.32 * observed / (4.32 + observed), 1e-12);
    close(pool("x", &estimates, &errors, None, 0.95).unwrap().term.df, 4.32, 1e-12);
}

#[test]
fn equal_estimates_lose_nothing_to_the_gaps() {
    let pooled = pool("x", &[3.0; 5], &[0.5; 5], Some(40.0), 0.95).unwrap();
    assert_eq!((pooled.between, pooled.lambda), (0.0, 0.0));
    close(pooled.term.df, 41.0 / 43.0 * 40.0, 1e-12);
}

fn gappy(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut next = stream(seed);
    let x: Vec<f64> = (0..n).map(|_| (0..4).map(|_| next()).sum::<f64>() * 5.0).collect();
    // The higher x, the more often y is missing: complete cases are biased for the mean of y, not for the slope.
    let y = x.iter().map(|x| 2.0 + 1.5 * x + 4.0 * ((0..4).map(|_| next()).sum::<f64>() - 2.0)).collect::<Vec<_>>();
    let seen = x.iter().zip(y).map(|(x, y)| if next() < (x - 5.0) / 12.0 { f64::NAN } else { y }).collect();
    (x, seen)
}

fn variables<'a>(x: &'a [f64], y: &'a [f64], fill: Fill) -> [Variable<'a>; 2] {
    [Variable { name: "y", values: y, fill, delta: 0.0 }, Variable { name: "x", values: x, fill, delta: 0.0 }]
}

#[test]
fn one_seed_gives_one_answer_and_the_first_of_ten_is_the_first_of_five() {
    let (x, y) = gappy(80, 3);
    let run = |imputations| {
        impute(&variables(&x, &y, Fill::Normal), ImputeOptions { imputations, rounds: 3, seed: 9 }).unwrap()
    };
    assert_eq!(run(5)[..], run(10)[..5]);
    let other =
        impute(&variables(&x, &y, Fill::Normal), ImputeOptions { imputations: 1, rounds: 3, seed: 10 }).unwrap();
    assert_ne!(run(5)[0], other[0]);
}

#[test]
fn what_was_seen_stays_and_mean_matching_only_gives_what_was_seen() {
    let (x, y) = gappy(80, 4);
    let filled = impute(&variables(&x, &y, Fill::MeanMatching { donors: 5 }), ImputeOptions::default()).unwrap();
    for set in &filled {
        for (before, after) in y.iter().zip(&set[0]) {
            if before.is_nan() {
                assert!(y.contains(after));
            } else {
                assert_eq!(before, after);
            }
        }
    }
}

#[test]
fn both_fills_recover_the_mean_that_complete_cases_miss() {
    let (x, y) = gappy(3000, 5);
    let truth = 2.0 + 1.5 * x.iter().sum::<f64>() / 3000.0;
    let seen: Vec<f64> = y.iter().copied().filter(|value| value.is_finite()).collect();
    let complete = seen.iter().sum::<f64>() / seen.len() as f64;
    assert!((complete - truth).abs() > 0.8, "{complete} {truth}");
    for fill in [Fill::Normal, Fill::MeanMatching { donors: 5 }] {
        let options = ImputeOptions { imputations: 5, rounds: 2, seed: 2 };
        let filled = impute(&variables(&x, &y, fill), options).unwrap();
        let mean = filled.iter().map(|set| set[0].iter().sum::<f64>() / 3000.0).sum::<f64>() / 5.0;
        assert!((mean - truth).abs() < 0.15, "{fill:?}: {mean} for {truth}");
    }
}

#[test]
fn a_delta_moves_the_filled_values_by_itself() {
    let (x, y) = gappy(100, 6);
    let run = |delta: f64| {
        let mut both = variables(&x, &y, Fill::Normal);
        both[0].delta = delta;
        impute(&both, ImputeOptions { imputations: 2, rounds: 1, seed: 4 }).unwrap()
    };
    for (plain, moved) in
        run(0.0)[1][0].iter().zip(&run(-3.0)[1][0]).zip(&y).filter(|(_, y)| y.is_nan()).map(|(pair, _)| pair)
    {
        close(*moved, plain - 3.0, 1e-12);
    }
}

#[test]
fn too_little_to_draw_from_is_refused() {
    let fill = Fill::Normal;
    let mostly = [1.0, f64::NAN, f64::NAN, 2.0, f64::NAN, f64::NAN];
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0];
    assert_eq!(impute(&variables(&x, &mostly, fill), ImputeOptions::default()).unwrap_err().kind, RefusalKind::TooFew);
    let y = [1.0, 4.0, f64::NAN, 2.0, 3.0, 5.0];
    assert_eq!(
        impute(&variables(&[2.0; 6], &y, fill), ImputeOptions::default()).unwrap_err().kind,
        RefusalKind::Singular
    );
    assert_eq!(pool("x", &[1.0], &[1.0], None, 0.95).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(pool("x", &[1.0, 2.0], &[1.0, 0.0], None, 0.95).unwrap_err().kind, RefusalKind::BadValue);
}

#[test]
fn the_answer_stands_beside_the_complete_cases() {
    let (x, y) = gappy(120, 7);
    let said = answer(&variables(&x, &y, Fill::Normal), ImputeOptions { imputations: 30, rounds: 2, seed: 1 }, 0.95);
    let gaps = y.iter().filter(|value| value.is_nan()).count() as u64;
    assert_eq!((said.n, said.missing), (120, gaps));
    let Outcome::Answered { tables, .. } = said.outcome else { panic!("refused") };
    assert_eq!(tables.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["gaps", "complete_cases"]);
}

#[test]
fn those_lost_are_compared_with_those_kept() {
    let design = Design::with_intercept(6).column("score", &[1.0, 2.0, 3.0, 7.0, 8.0, 9.0]).unwrap();
    let balance = lost_and_kept(&design, &[false, false, false, true, true, true]).unwrap();
    close(balance[0].smd_before, -6.0, 1e-12);
}
