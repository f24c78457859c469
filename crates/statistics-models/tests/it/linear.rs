//! Least squares against NIST's certified values and against R.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::{Design, codes};
use fingerpost_statistics_models::linear::{Covariance, answer, ols, wls};

use crate::support::{case, close, stream};

/// Longley 1967, as in NIST's Statistical Reference Datasets (public domain).
const LONGLEY: [[f64; 7]; 16] = [
    [60323.0, 83.0, 234289.0, 2356.0, 1590.0, 107608.0, 1947.0],
    [61122.0, 88.5, 259426.0, 2325.0, 1456.0, 108632.0, 1948.0],
    [60171.0, 88.2, 258054.0, 3682.0, 1616.0, 109773.0, 1949.0],
    [61187.0, 89.5, 284599.0, 3351.0, 1650.0, 110929.0, 1950.0],
    [63221.0, 96.2, 328975.0, 2099.0, 3099.0, 112075.0, 1951.0],
    [63639.0, 98.1, 346999.0, 1932.0, 3594.0, 113270.0, 1952.0],
    [64989.0, 99.0, 365385.0, 1870.0, 3547.0, 115094.0, 1953.0],
    [63761.0, 100.0, 363112.0, 3578.0, 3350.0, 116219.0, 1954.0],
    [66019.0, 101.2, 397469.0, 2904.0, 3048.0, 117388.0, 1955.0],
    [67857.0, 104.6, 419180.0, 2822.0, 2857.0, 118734.0, 1956.0],
    [68169.0, 108.4, 442769.0, 2936.0, 2798.0, 120445.0, 1957.0],
    [66513.0, 110.8, 444546.0, 4681.0, 2637.0, 121950.0, 1958.0],
    [68655.0, 112.6, 482704.0, 3813.0, 2552.0, 123366.0, 1959.0],
    [69564.0, 114.2, 502601.0, 3931.0, 2514.0, 125368.0, 1960.0],
    [69331.0, 115.7, 518173.0, 4806.0, 2572.0, 127852.0, 1961.0],
    [70551.0, 116.9, 554894.0, 4007.0, 2827.0, 130081.0, 1962.0],
];

#[test]
fn longley_comes_out_as_nist_certifies_it() {
    let column = |j: usize| LONGLEY.iter().map(|row| row[j]).collect::<Vec<_>>();
    let mut design = Design::with_intercept(16);
    for j in 1..7 {
        design = design.column(format!("x{j}"), &column(j)).unwrap();
    }
    let fit = ols(&column(0), &design, Covariance::Model, 0.95).unwrap();
    let certified = [
        (-3482258.63459582, 890420.383607373),
        (15.0618722713733, 84.9149257747669),
        (-0.0358191792925910, 0.0334910077722432),
        (-2.02022980381683, 0.488399681651699),
        (-1.03322686717359, 0.214274163161675),
        (-0.0511041056535807, 0.226073200069370),
        (1829.15146461355, 455.478499142212),
    ];
    for (term, (estimate, error)) in fit.estimates.terms.iter().zip(certified) {
        // The matrix has a condition number near 5e9, so that seven of sixteen digits is what double precision promises.
        close(term.estimate, estimate, 1e-8);
        close(term.standard_error, error, 1e-8);
    }
    close(fit.residual_sd, 304.854073561965, 1e-8);
    close(fit.r_squared, 0.995479004577296, 1e-10);
}

fn cells(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>, Vec<bool>) {
    let mut next = stream(seed);
    let x: Vec<f64> = (0..n).map(|_| 10.0 * next()).collect();
    let flag: Vec<bool> = (0..n).map(|_| next() > 0.5).collect();
    let y = (0..n).map(|i| 2.0 + 0.3 * x[i] + f64::from(u8::from(flag[i])) + (next() - 0.5) * (1.0 + x[i])).collect();
    (y, x, flag)
}

#[test]
fn robust_errors_of_two_means_are_their_closed_forms() {
    // For two groups HC2 of the difference is Welch's s1²/n1 + s2²/n2, HC0 has n instead of n - 1.
    let y = [3.0, 5.0, 4.0, 8.0, 9.0, 14.0, 10.0];
    let flag = [false, false, false, true, true, true, true];
    let design = Design::with_intercept(7).flag("linked", &flag).unwrap();
    let error = |kind| ols(&y, &design, kind, 0.95).unwrap().estimates.term("linked").unwrap().standard_error;
    let (ss0, ss1): (f64, f64) = (2.0, 20.75);
    close(error(Covariance::Hc2), (ss0 / 2.0 / 3.0 + ss1 / 3.0 / 4.0).sqrt(), 1e-12);
    close(error(Covariance::Hc0), (ss0 / 9.0 + ss1 / 16.0).sqrt(), 1e-12);
    close(error(Covariance::Hc1), (7.0 / 5.0 * (ss0 / 9.0 + ss1 / 16.0)).sqrt(), 1e-12);
    close(error(Covariance::Hc3), (ss0 / 4.0 + ss1 / 9.0).sqrt(), 1e-12);
}

#[test]
fn every_row_its_own_cluster_is_hc1_and_newey_west_without_lag_is_hc0() {
    let (y, x, flag) = cells(60, 7);
    let design = Design::with_intercept(60).column("x", &x).unwrap().flag("linked", &flag).unwrap();
    let own: Vec<usize> = (0..60).collect();
    let errors = |kind| {
        ols(&y, &design, kind, 0.95).unwrap().estimates.terms.iter().map(|t| t.standard_error).collect::<Vec<_>>()
    };
    for (a, b) in errors(Covariance::Clustered(&own)).iter().zip(errors(Covariance::Hc1)) {
        close(*a, b, 1e-12);
    }
    for (a, b) in errors(Covariance::NeweyWest { lag: 0, adjusted: false }).iter().zip(errors(Covariance::Hc0)) {
        close(*a, b, 1e-12);
    }
}

#[test]
fn order_of_rows_and_units_do_not_matter() {
    let (y, x, flag) = cells(80, 11);
    let cluster: Vec<usize> = (0..80).map(|i| i / 8).collect();
    let design = Design::with_intercept(80).column("x", &x).unwrap().flag("linked", &flag).unwrap();
    let fit = ols(&y, &design, Covariance::Clustered(&cluster), 0.95).unwrap();
    let order: Vec<usize> = (0..80).map(|i| (i * 37) % 80).collect();
    let other: Vec<usize> = order.iter().map(|i| 99 - cluster[*i]).collect();
    let thousand: Vec<f64> = order.iter().map(|i| 1000.0 * y[*i]).collect();
    let again = ols(&thousand, &design.rows_at(&order), Covariance::Clustered(&other), 0.95).unwrap();
    for (a, b) in fit.estimates.terms.iter().zip(&again.estimates.terms) {
        close(b.estimate, 1000.0 * a.estimate, 1e-9);
        close(b.p, a.p, 1e-8);
    }
}

#[test]
fn equal_weights_are_no_weights() {
    let (y, x, _) = cells(30, 3);
    let design = Design::with_intercept(30).column("x", &x).unwrap();
    let plain = ols(&y, &design, Covariance::Hc1, 0.9).unwrap();
    let weighted = wls(&y, &[2.5; 30], &design, Covariance::Hc1, 0.9).unwrap();
    close(weighted.estimates.terms[1].standard_error, plain.estimates.terms[1].standard_error, 1e-12);
    close(weighted.r_squared, plain.r_squared, 1e-12);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let design = Design::with_intercept(4).column("x", &[1.0, 2.0, 3.0, 4.0]).unwrap();
    let kind = |y: &[f64], design: &Design| ols(y, design, Covariance::Model, 0.95).unwrap_err().kind;
    assert_eq!(kind(&[1.0, f64::NAN, 2.0, 3.0], &design), RefusalKind::BadValue);
    assert_eq!(kind(&[1.0, 2.0], &design), RefusalKind::BadShape);
    assert_eq!(kind(&[5.0; 4], &design), RefusalKind::Constant);
    assert_eq!(kind(&[1.0, 2.0, 3.0, 4.0], &design), RefusalKind::Constant);
    let twice = design.clone().column("twice", &[2.0, 4.0, 6.0, 8.0]).unwrap();
    let refusal = ols(&[1.0, 3.0, 2.0, 5.0], &twice, Covariance::Model, 0.95).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Singular);
    assert!(refusal.message.starts_with("twice"));
    assert_eq!(kind(&[1.0], &Design::with_intercept(1)), RefusalKind::TooFew);
    assert_eq!(
        ols(&[1.0, 3.0, 2.0, 5.0], &design, Covariance::Clustered(&[0; 4]), 0.95).unwrap_err().kind,
        RefusalKind::OneGroup
    );
    assert_eq!(ols(&[1.0, 3.0, 2.0, 5.0], &design, Covariance::Model, 1.0).unwrap_err().kind, RefusalKind::BadShape);
}

#[test]
fn the_answer_leaves_incomplete_rows_out_and_counts_them() {
    let (mut y, x, _) = cells(30, 5);
    y[3] = f64::NAN;
    let mut x = x;
    x[4] = f64::NAN;
    let cluster: Vec<usize> = (0..30).map(|i| i / 3).collect();
    let said = answer(&y, &Design::with_intercept(30).column("x", &x).unwrap(), Covariance::Clustered(&cluster), 0.95);
    assert_eq!((said.n, said.missing), (28, 2));
    let Outcome::Answered { results, .. } = said.outcome else { panic!("refused") };
    assert_eq!(results.rows(), 2);
}

#[test]
fn wooldridge_s_injury_regression_comes_out_as_in_r() {
    let Some(case) = case("19_did_injury") else { return };
    let rows = case.csv("input.csv");
    let (y, after, high) = (rows.numbers("ldurat"), rows.flags("afchnge"), rows.flags("highearn"));
    let design = Design::with_intercept(y.len())
        .flag("afchnge", &after)
        .unwrap()
        .flag("highearn", &high)
        .unwrap()
        .product("afchnge", "highearn")
        .unwrap();
    let fit = ols(&y, &design, Covariance::Model, 0.95).unwrap();
    let robust = ols(&y, &design, Covariance::Hc1, 0.95).unwrap();
    for (at, name) in ["(Intercept)", "afchnge", "highearn", "afchnge:highearn"].iter().enumerate() {
        let term = fit.estimates.term(name).unwrap();
        // The estimate of afchnge is a difference of near-equal means, so its last digits are the summation's.
        close(term.estimate, case.number(&format!("/coef/{at}/Estimate")), 1e-9);
        close(term.standard_error, case.number(&format!("/coef/{at}/Std. Error")), 1e-9);
        close(term.p, case.number(&format!("/coef/{at}/Pr(>|t|)")), 1e-9);
        close(robust.estimates.term(name).unwrap().standard_error, case.number(&format!("/hc1/{name}")), 1e-9);
    }
    close(fit.r_squared, case.number("/r2"), 1e-9);
}

#[test]
fn codes_follow_first_appearance() {
    assert_eq!(codes(&["b", "a", "b", "c"]), [0, 1, 0, 2]);
}

#[test]
fn a_joint_test_of_one_is_its_t_squared_and_of_all_the_f_of_the_regression() {
    let (y, x, flag) = cells(40, 13);
    let design = Design::with_intercept(40).column("x", &x).unwrap().flag("linked", &flag).unwrap();
    let fit = ols(&y, &design, Covariance::Model, 0.95).unwrap();
    let one = fit.estimates.joint(&["x"]).unwrap();
    let term = fit.estimates.term("x").unwrap();
    close(one.statistic, term.statistic.powi(2), 1e-10);
    close(one.p, term.p, 1e-9);
    let all = fit.estimates.joint(&["x", "linked"]).unwrap();
    close(all.statistic, fit.r_squared / 2.0 / ((1.0 - fit.r_squared) / 37.0), 1e-9);
    assert_eq!((all.df, all.df_denominator), (2.0, 37.0));
    let moved = fit.estimates.combination("at 5, linked", &[1.0, 5.0, 1.0]).unwrap();
    let shifted: Vec<f64> = x.iter().map(|x| x - 5.0).collect();
    let other: Vec<bool> = flag.iter().map(|flag| !flag).collect();
    let again = Design::with_intercept(40).column("x", &shifted).unwrap().flag("other", &other).unwrap();
    let centred = ols(&y, &again, Covariance::Model, 0.95).unwrap().estimates.terms[0].clone();
    close(moved.estimate, centred.estimate, 1e-10);
    close(moved.standard_error, centred.standard_error, 1e-10);
}
