//! Interrupted time series against a published paper, R, and the two lines they are made of.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::interrupted::{
    SegmentOptions, answer, autocorrelation, counts_answer, durbin_watson, segmented, segmented_counts,
};
use fingerpost_statistics_models::linear::{Covariance, ols};

use crate::support::{Case, case, close, printed, stream};

fn terms(
    case: &Case,
    model: &str,
    names: &[&str],
    series: &fingerpost_statistics_models::interrupted::InterruptedSeries,
) {
    for (at, name) in names.iter().enumerate() {
        let term = series.estimates.term(name).unwrap();
        // R's standard errors come from the weights of the step before its last, here 1.4e-7 off the maximum.
        close(term.estimate, case.number(&format!("/{model}/{at}/est")), 1e-7);
        close(term.standard_error, case.number(&format!("/{model}/{at}/se")), 1e-6);
        close(term.ratio().0, case.number(&format!("/{model}/{at}/rr")), 1e-6);
        close(term.ratio().1, case.number(&format!("/{model}/{at}/lo")), 1e-6);
        close(term.ratio().2, case.number(&format!("/{model}/{at}/hi")), 1e-6);
    }
}

#[test]
fn sicily_s_smoking_ban_comes_out_as_published_and_as_in_r() {
    let Some(case) = case("21_its_sicily") else { return };
    let rows = case.csv("input.csv");
    let (events, people) = (rows.numbers("aces"), rows.numbers("stdpop"));
    let level = SegmentOptions { slope_change: false, ..SegmentOptions::monthly(36) };
    let plain = segmented_counts(&events, &people, level).unwrap();
    terms(&case, "model2", &["(Intercept)", "level", "time"], &plain);
    // summary.glm divides by the variance at the step before the last: stopping after its three steps gives R's 3.55919463 to
    // the last digit, going on to the maximum gives ours.
    close(plain.dispersion.unwrap(), case.number("/disp2"), 1e-5);
    let season = segmented_counts(&events, &people, SegmentOptions { harmonics: 2, ..level }).unwrap();
    terms(&case, "model3", &["(Intercept)", "level", "time", "sin1", "cos1", "sin2", "cos2"], &season);
    close(season.dispersion.unwrap(), case.number("/disp3"), 1e-5);
    printed(season.estimates.term("level").unwrap().ratio().0, "0.885");
    printed(season.estimates.term("level").unwrap().ratio().1, "0.839");
    printed(season.estimates.term("level").unwrap().ratio().2, "0.933");
    let slope =
        segmented_counts(&events, &people, SegmentOptions { harmonics: 2, ..SegmentOptions::monthly(36) }).unwrap();
    terms(&case, "model4", &["(Intercept)", "level", "time", "slope", "sin1", "cos1", "sin2", "cos2"], &slope);
}

#[test]
fn sicily_s_rate_has_r_s_newey_west_errors() {
    let Some(case) = case("21_its_sicily") else { return };
    let rows = case.csv("input.csv");
    let people = rows.numbers("stdpop");
    let rate: Vec<f64> = rows.numbers("aces").iter().zip(&people).map(|(count, people)| 1e5 * count / people).collect();
    for (key, lag, adjusted) in [("nw_lag3", 3, false), ("nw_lag3_adj", 3, true), ("nw_lag12", 12, false)] {
        let series =
            segmented(&rate, SegmentOptions { lag: Some(lag), adjusted, ..SegmentOptions::monthly(36) }).unwrap();
        for (at, (name, theirs)) in [
            ("(Intercept)", "(Intercept)"),
            ("time", "time"),
            ("level", "smokban"),
            ("slope", "I((time - 36) * smokban)"),
        ]
        .iter()
        .enumerate()
        {
            let term = series.estimates.term(name).unwrap();
            close(term.estimate, case.number(&format!("/ols/coef/{theirs}")), 1e-9);
            close(term.standard_error, case.number(&format!("/ols/{key}/{at}")), 1e-9);
        }
        close(series.durbin_watson, case.number("/ols/dw"), 1e-9);
    }
}

fn series(seed: u64) -> Vec<f64> {
    let mut next = stream(seed);
    (1..=40)
        .map(|t| 80.0 + 0.5 * f64::from(t) + 8.0 * next() - if t > 18 { 12.0 + 0.3 * f64::from(t - 18) } else { 0.0 })
        .collect()
}

#[test]
fn level_and_slope_are_the_difference_of_two_separate_lines() {
    let y = series(2);
    let fit = segmented(&y, SegmentOptions::monthly(18)).unwrap();
    let line = |from: usize, to: usize| {
        let time: Vec<f64> = (from..to).map(|t| (t + 1) as f64).collect();
        let design = Design::with_intercept(to - from).column("time", &time).unwrap();
        ols(&y[from..to], &design, Covariance::Model, 0.95).unwrap().estimates.beta()
    };
    let (early, late) = (line(0, 18), line(18, 40));
    close(fit.estimates.term("slope").unwrap().estimate, late[1] - early[1], 1e-9);
    close(fit.estimates.term("level").unwrap().estimate, late[0] - early[0] + 18.0 * (late[1] - early[1]), 1e-9);
    close(fit.counterfactual[39], early[0] + 40.0 * early[1], 1e-10);
    close(fit.at_end.estimate, late[0] + 40.0 * late[1] - fit.counterfactual[39], 1e-9);
    let sum: f64 = (18..40).map(|t| fit.fitted[t] - fit.counterfactual[t]).sum();
    close(fit.total.estimate, sum, 1e-10);
}

#[test]
fn the_effect_at_the_end_has_the_error_of_its_combination() {
    let y = series(3);
    let fit = segmented(&y, SegmentOptions { lag: Some(2), ..SegmentOptions::monthly(18) }).unwrap();
    let by_hand = fit.estimates.combination("end", &[0.0, 0.0, 1.0, 22.0]).unwrap();
    close(fit.at_end.estimate, by_hand.estimate, 1e-9);
    close(fit.at_end.standard_error, by_hand.standard_error, 1e-12);
}

#[test]
fn the_long_run_variance_of_a_mean_is_its_bartlett_sum() {
    let y = series(4);
    let fit = ols(&y, &Design::with_intercept(40), Covariance::NeweyWest { lag: 3, adjusted: false }, 0.95).unwrap();
    let mean = y.iter().sum::<f64>() / 40.0;
    let gamma = |lag: usize| (lag..40).map(|t| (y[t] - mean) * (y[t - lag] - mean)).sum::<f64>() / 40.0;
    let variance = (gamma(0) + 2.0 * (0.75 * gamma(1) + 0.5 * gamma(2) + 0.25 * gamma(3))) / 40.0;
    close(fit.estimates.terms[0].standard_error, variance.sqrt(), 1e-12);
}

#[test]
fn durbin_watson_and_autocorrelation_are_their_arithmetic() {
    close(durbin_watson(&[1.0, -1.0, 1.0, -1.0]), 3.0, 1e-15);
    let lags = autocorrelation(&[1.0, 2.0, 3.0, 4.0, 5.0], 2);
    close(lags[0], 0.4, 1e-15);
    close(lags[1], -0.1, 1e-14);
}

#[test]
fn eight_points_on_each_side_and_two_years_for_a_season() {
    let y = series(5);
    assert_eq!(segmented(&y, SegmentOptions::monthly(7)).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(segmented(&y, SegmentOptions::monthly(33)).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(segmented(&y, SegmentOptions::monthly(90)).unwrap_err().kind, RefusalKind::TooFew);
    let season = SegmentOptions { harmonics: 1, ..SegmentOptions::monthly(10) };
    assert_eq!(segmented(&y[..20], season).unwrap_err().kind, RefusalKind::TooFew);
    let mut hole = y.clone();
    hole[5] = f64::NAN;
    assert_eq!(segmented(&hole, SegmentOptions::monthly(18)).unwrap_err().kind, RefusalKind::BadValue);
}

#[test]
fn the_answer_draws_both_lines_and_names_what_one_series_cannot_show() {
    let y = series(6);
    let Outcome::Answered { tables, claims, .. } = answer(&y, SegmentOptions::monthly(18)).outcome else {
        panic!("refused")
    };
    assert!(tables.iter().any(|(name, table)| *name == "line" && table.rows() == 40));
    assert!(claims.may_not[0].contains("nothing else changed"));
    let counts: Vec<f64> = y.iter().map(|value| value.round()).collect();
    let said = counts_answer(&counts, &[1000.0; 40], SegmentOptions { harmonics: 2, ..SegmentOptions::monthly(18) });
    let Outcome::Answered { results, .. } = said.outcome else { panic!("refused") };
    assert!(results.column("ratio").is_some());
}
