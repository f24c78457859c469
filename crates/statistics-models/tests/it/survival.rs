//! Waiting times against printed textbook curves and R.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::survival::{Limits, answer, kaplan_meier, log_rank};

use crate::support::{case, close, printed};

/// Freireich et al. 1963, weeks in remission: 6-MP (negative: still in remission), then placebo.
const SIX_MP: [f64; 21] = [
    6.0, 6.0, 6.0, -6.0, 7.0, -9.0, 10.0, -10.0, -11.0, 13.0, 16.0, -17.0, -19.0, -20.0, 22.0, 23.0, -25.0, -32.0,
    -32.0, -34.0, -35.0,
];
const PLACEBO: [f64; 21] =
    [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0, 15.0, 17.0, 22.0, 23.0];
/// Miller 1981, weeks to relapse of leukaemia: maintained and not.
const MAINTAINED: [f64; 11] = [9.0, 13.0, -13.0, 18.0, 23.0, -28.0, 31.0, 34.0, -45.0, 48.0, -161.0];
const NOT_MAINTAINED: [f64; 12] = [5.0, 5.0, 8.0, 8.0, 12.0, -16.0, 23.0, 27.0, 30.0, 33.0, 43.0, 45.0];

fn split(signed: &[f64]) -> (Vec<f64>, Vec<bool>) {
    (signed.iter().map(|t| t.abs()).collect(), signed.iter().map(|t| *t > 0.0).collect())
}

#[test]
fn remission_under_6_mp_has_the_printed_curve() {
    // Cox & Oakes 1984; Kleinbaum & Klein 2012, table 2.
    let (time, event) = split(&SIX_MP);
    let curve = kaplan_meier(&time, &event, Limits::Log, 0.95).unwrap();
    printed(curve.at(6.0).survival, "0.857");
    printed(curve.at(6.0).standard_error, "0.0764");
    printed(curve.at(10.0).survival, "0.753");
    printed(curve.at(23.5).survival, "0.448");
    printed(curve.at(23.5).standard_error, "0.1346");
    assert_eq!(curve.median().time, 23.0);
    assert_eq!(curve.at(5.9).survival, 1.0);
}

#[test]
fn the_log_rank_test_of_6_mp_is_the_printed_one() {
    let (mut time, mut event) = split(&SIX_MP);
    let (t, e) = split(&PLACEBO);
    time.extend(t);
    event.extend(e);
    let group: Vec<usize> = (0..42).map(|i| i / 21).collect();
    let test = log_rank(&time, &event, &group).unwrap();
    printed(test.chi_squared, "16.79");
    printed(test.expected[0], "19.25");
    printed(test.expected[1], "10.75");
}

#[test]
fn relapse_with_and_without_maintenance_has_medians_31_and_23() {
    let median = |signed: &[f64]| {
        let (time, event) = split(signed);
        kaplan_meier(&time, &event, Limits::Log, 0.95).unwrap().median()
    };
    let (with, without) = (median(&MAINTAINED), median(&NOT_MAINTAINED));
    assert_eq!((with.time, with.lower), (31.0, 18.0));
    assert!(with.upper.is_nan());
    assert_eq!((without.time, without.lower), (23.0, 8.0));
    let (mut time, mut event) = split(&MAINTAINED);
    let (t, e) = split(&NOT_MAINTAINED);
    time.extend(t);
    event.extend(e);
    let group: Vec<usize> = (0..23).map(|i| usize::from(i >= 11)).collect();
    let test = log_rank(&time, &event, &group).unwrap();
    printed(test.chi_squared, "3.4");
    printed(test.p, "0.0653");
}

#[test]
fn lung_cancer_survival_comes_out_as_in_r() {
    let Some(case) = case("15_km_lung") else { return };
    let rows = case.csv("input.csv");
    let (time, sex) = (rows.numbers("time"), rows.numbers("sex"));
    let event: Vec<bool> = rows.numbers("status").iter().map(|status| *status == 2.0).collect();
    let curve = kaplan_meier(&time, &event, Limits::Log, 0.95).unwrap();
    let median = curve.median();
    assert_eq!((curve.n, curve.events), (228, 165));
    assert_eq!((median.time, median.lower, median.upper), (310.0, 285.0, 363.0));
    let point = curve.at(365.0);
    close(point.survival, case.number("/surv_at_365/surv"), 1e-12);
    close(point.standard_error, case.number("/surv_at_365/std.err"), 1e-12);
    close(point.lower, case.number("/surv_at_365/lower"), 1e-12);
    close(point.upper, case.number("/surv_at_365/upper"), 1e-12);
    let (mean, error) = curve.restricted_mean(1022.0).unwrap();
    close(mean, case.number("/all/rmean"), 1e-12);
    close(error, case.number("/all/se(rmean)"), 1e-12);
    let log_log = kaplan_meier(&time, &event, Limits::LogLog, 0.95).unwrap().median();
    assert_eq!((log_log.lower, log_log.upper), (case.number("/loglog_ci"), case.number("/loglog_u")));
    let codes: Vec<usize> = sex.iter().map(|sex| *sex as usize).collect();
    close(log_rank(&time, &event, &codes).unwrap().chi_squared, case.number("/logrank_chi2"), 1e-12);
    for at in 0..2 {
        let own: Vec<usize> = (0..228).filter(|row| codes[*row] == at + 1).collect();
        let t: Vec<f64> = own.iter().map(|row| time[*row]).collect();
        let e: Vec<bool> = own.iter().map(|row| event[*row]).collect();
        let median = kaplan_meier(&t, &e, Limits::Log, 0.95).unwrap().median();
        let expected = |key: &str| case.number(&format!("/sex/{at}/{key}"));
        assert_eq!(
            (median.time, median.lower, median.upper),
            (expected("median"), expected("0.95LCL"), expected("0.95UCL"))
        );
    }
}

#[test]
fn without_censoring_the_curve_is_the_share_still_waiting() {
    let time = [4.0, 1.0, 3.0, 2.0, 3.0];
    let curve = kaplan_meier(&time, &[true; 5], Limits::LogLog, 0.95).unwrap();
    close(curve.at(3.0).survival, 0.2, 1e-12);
    close(curve.at(1.0).standard_error, (0.8_f64 * 0.2 / 5.0).sqrt(), 1e-12);
    close(curve.restricted_mean(4.0).unwrap().0, 2.6, 1e-12);
    close(curve.within(2.0).unwrap().share, 0.4, 1e-12);
}

#[test]
fn a_curve_exactly_at_one_half_gives_the_middle_of_the_stretch() {
    let curve = kaplan_meier(&[1.0, 2.0, 5.0, 7.0], &[true; 4], Limits::Log, 0.95).unwrap();
    assert_eq!(curve.median().time, 3.5);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let kind = |time: &[f64], event: &[bool]| kaplan_meier(time, event, Limits::Log, 0.95).unwrap_err().kind;
    assert_eq!(kind(&[1.0, -2.0], &[true, true]), RefusalKind::BadValue);
    assert_eq!(kind(&[1.0, 2.0], &[false, false]), RefusalKind::Constant);
    assert_eq!(kind(&[1.0], &[true]), RefusalKind::TooFew);
    assert_eq!(log_rank(&[1.0, 2.0], &[true, true], &[3, 3]).unwrap_err().kind, RefusalKind::OneGroup);
    let curve = kaplan_meier(&[1.0, 2.0], &[true, false], Limits::Log, 0.95).unwrap();
    assert_eq!(curve.within(9.0).unwrap_err().kind, RefusalKind::BadShape);
}

#[test]
fn the_answer_counts_those_still_waiting() {
    let (time, event) = split(&SIX_MP);
    let said = answer::<&str>(&time, &event, None, Some(20.0), Limits::Log, 0.95);
    let Outcome::Answered { warnings, results, .. } = said.outcome else { panic!("refused") };
    assert!(warnings[0].starts_with("12 are still waiting"));
    assert!(results.column("within_target").is_some());
}
