//! Weighting and standardisation against Hernan & Robins and R.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::linear::{Covariance, ols, wls};
use fingerpost_statistics_models::weighting::{
    Weights, answer, standardised, standardised_answer, weighted_comparison, weights,
};

use crate::support::{case, close, data, printed, stream};

fn smokers() -> (Vec<f64>, Vec<bool>, Design) {
    let rows = data("nhefs.csv");
    let number = |name: &str| rows.numbers(name);
    let square = |name: &str| number(name).iter().map(|x| x * x).collect::<Vec<_>>();
    let design = Design::with_intercept(1566)
        .column("sex", &number("sex"))
        .and_then(|d| d.column("race", &number("race")))
        .and_then(|d| d.column("age", &number("age")))
        .and_then(|d| d.column("I(age^2)", &square("age")))
        .and_then(|d| d.factor("factor(education)", &rows.text("education")))
        .and_then(|d| d.column("smokeintensity", &number("smokeintensity")))
        .and_then(|d| d.column("I(smokeintensity^2)", &square("smokeintensity")))
        .and_then(|d| d.column("smokeyrs", &number("smokeyrs")))
        .and_then(|d| d.column("I(smokeyrs^2)", &square("smokeyrs")))
        .and_then(|d| d.factor("factor(exercise)", &rows.text("exercise")))
        .and_then(|d| d.factor("factor(active)", &rows.text("active")))
        .and_then(|d| d.column("wt71", &number("wt71")))
        .and_then(|d| d.column("I(wt71^2)", &square("wt71")))
        .unwrap();
    (number("wt82_71"), rows.flags("qsmk"), design)
}

fn expected() -> serde_json::Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/nhefs_expected.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn quitting_smoking_and_weight_comes_out_as_in_what_if() {
    let (y, treated, design) = smokers();
    let expected = expected();
    let at = |pointer: &str| expected.pointer(pointer).unwrap().as_f64().unwrap();
    let inverse = weighted_comparison(&y, &treated, &design, Weights::Inverse, 0.95).unwrap();
    close(inverse.effect.estimate, at("/ipw/est"), 1e-7);
    close(inverse.effect.standard_error, at("/ipw/se"), 1e-7);
    // The case's interval is estimate ± 1.96 standard errors; ours uses the exact quantile.
    close(inverse.effect.estimate - 1.96 * inverse.effect.standard_error, at("/ipw/ci/0"), 1e-7);
    close(inverse.mean_weight, at("/mean_w"), 1e-7);
    let stabilised = weighted_comparison(&y, &treated, &design, Weights::Stabilised, 0.95).unwrap();
    close(stabilised.effect.estimate, at("/stabilised/est"), 1e-7);
    close(stabilised.effect.standard_error, at("/stabilised/se"), 1e-7);
    close(stabilised.mean_weight, at("/mean_sw"), 1e-7);
    for term in &inverse.propensity.terms {
        close(term.estimate, at(&format!("/ps_coef/{}", term.name)), 1e-6);
    }
    printed(inverse.effect.estimate, "3.44");
    printed(inverse.effect.lower, "2.41");
    printed(inverse.effect.upper, "4.47");
}

#[test]
fn the_g_formula_comes_out_as_in_what_if() {
    let (y, treated, design) = smokers();
    let expected = expected().pointer("/gformula").unwrap().as_f64().unwrap();
    let effect = standardised(&y, &treated, &design, &["smokeintensity"], 0.95).unwrap();
    close(effect.estimate, expected, 1e-9);
    // The book's bootstrap interval is 2.6 to 4.5.
    printed(effect.lower, "2.6");
    printed(effect.upper, "4.5");
}

#[test]
fn the_unadjusted_difference_comes_out_as_in_what_if() {
    let (y, treated, _) = smokers();
    let fit = ols(&y, &Design::with_intercept(1566).flag("qsmk", &treated).unwrap(), Covariance::Model, 0.95).unwrap();
    let term = fit.estimates.term("qsmk").unwrap();
    close(term.estimate, expected().pointer("/unadjusted/est").unwrap().as_f64().unwrap(), 1e-9);
    close(term.lower, expected().pointer("/unadjusted/ci/0").unwrap().as_f64().unwrap(), 1e-9);
    close(term.upper, expected().pointer("/unadjusted/ci/1").unwrap().as_f64().unwrap(), 1e-9);
}

#[test]
fn the_sandwich_is_that_of_a_weighted_regression() {
    let (y, treated, design) = smokers();
    let ours = weighted_comparison(&y, &treated, &design, Weights::TreatedOdds, 0.95).unwrap();
    let groups = Design::with_intercept(1566).flag("qsmk", &treated).unwrap();
    let theirs = wls(&y, &ours.weights, &groups, Covariance::Hc0, 0.95).unwrap();
    close(ours.effect.estimate, theirs.estimates.term("qsmk").unwrap().estimate, 1e-10);
    close(ours.effect.standard_error, theirs.estimates.term("qsmk").unwrap().standard_error, 1e-10);
}

#[test]
fn the_training_programme_s_odds_weights_come_out_as_in_r() {
    let Some(case) = case("17_psm_lalonde") else { return };
    let rows = case.csv("input.csv");
    let mut design = Design::with_intercept(614).column("age", &rows.numbers("age")).unwrap();
    design = design.column("educ", &rows.numbers("educ")).unwrap().factor("race", &rows.text("race")).unwrap();
    for name in ["married", "nodegree", "re74", "re75"] {
        design = design.column(name, &rows.numbers(name)).unwrap();
    }
    let treated = rows.flags("treat");
    let result = weighted_comparison(&rows.numbers("re78"), &treated, &design, Weights::TreatedOdds, 0.95).unwrap();
    close(result.effect.estimate, case.number("/ipw_att/est"), 1e-7);
    close(result.effect.standard_error, case.number("/ipw_att/robust_se_HC0"), 1e-7);
    let controls: f64 = result.weights.iter().zip(&treated).filter(|(_, flag)| !**flag).map(|(w, _)| w).sum();
    close(controls, case.number("/ipw_att/sum_w_control"), 1e-7);
}

#[test]
fn a_score_of_one_share_leaves_a_plain_comparison() {
    // With an intercept alone every weight is a constant in its group; estimating the score then changes nothing.
    let mut next = stream(12);
    let treated: Vec<bool> = (0..50).map(|i| i % 3 == 0).collect();
    let y: Vec<f64> = (0..50).map(|_| next()).collect();
    let result = weighted_comparison(&y, &treated, &Design::with_intercept(50), Weights::Inverse, 0.95).unwrap();
    let mean = |wanted: bool| {
        let own: Vec<f64> = y.iter().zip(&treated).filter(|(_, flag)| **flag == wanted).map(|(y, _)| *y).collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    close(result.effect.estimate, mean(true) - mean(false), 1e-12);
    close(result.effect_with_estimated_score.standard_error, result.effect.standard_error, 1e-10);
}

#[test]
fn counting_the_estimated_score_narrows_the_average_effect_here() {
    let (y, treated, design) = smokers();
    let result = weighted_comparison(&y, &treated, &design, Weights::Inverse, 0.95).unwrap();
    assert!(result.effect_with_estimated_score.standard_error < result.effect.standard_error);
}

#[test]
fn a_certain_score_is_refused() {
    let refusal = weights(&[true, false], &[1.0, 0.3], Weights::Inverse).unwrap_err();
    assert_eq!((refusal.kind, refusal.index), (RefusalKind::Assumption, Some(0)));
}

#[test]
fn the_answers_show_weights_and_unmeasured_confounding() {
    let (mut y, treated, design) = smokers();
    y[9] = f64::NAN;
    let said = answer(&y, &treated, &design, Weights::Stabilised, 0.95);
    assert_eq!((said.n, said.missing), (1565, 1));
    let Outcome::Answered { tables, claims, .. } = said.outcome else { panic!("refused") };
    assert!(tables.iter().any(|(name, _)| *name == "weights"));
    assert!(claims.may_not[0].contains("unmeasured"));
    let said = standardised_answer(&y, &treated, &design, &["smokeintensity"], 0.95);
    assert!(matches!(said.outcome, Outcome::Answered { .. }));
}
