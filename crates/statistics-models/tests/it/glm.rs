//! Generalised linear models against closed forms, printed textbook values and R.

use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::glm::{Family, GlmOptions, fit};
use fingerpost_statistics_models::linear::Covariance;

use crate::support::{Case, case, close, printed, stream};

#[test]
fn a_two_by_two_table_has_the_log_odds_ratio_and_its_woolf_error() {
    let (a, b, c, d) = (17.0_f64, 43.0_f64, 29.0_f64, 31.0_f64);
    let y: Vec<f64> = [(17, 1.0), (43, 0.0), (29, 1.0), (31, 0.0)].iter().flat_map(|(n, v)| vec![*v; *n]).collect();
    let group: Vec<bool> = (0..120).map(|i| i < 60).collect();
    let model =
        fit(Family::Logit, &y, &Design::with_intercept(120).flag("g", &group).unwrap(), GlmOptions::default()).unwrap();
    let term = model.estimates.term("g").unwrap();
    close(term.estimate, (a * d / (b * c)).ln(), 1e-12);
    close(term.standard_error, (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt(), 1e-12);
}

#[test]
fn two_rates_have_the_log_ratio_and_its_poisson_error() {
    let offset = [120.0_f64.ln(), 80.0_f64.ln(), 100.0_f64.ln(), 50.0_f64.ln()];
    let options = GlmOptions { offset: Some(&offset), ..GlmOptions::default() };
    let design = Design::with_intercept(4).flag("after", &[false, false, true, true]).unwrap();
    let model = fit(Family::Poisson, &[11.0, 9.0, 5.0, 7.0], &design, options).unwrap();
    let term = model.estimates.term("after").unwrap();
    close(term.estimate, ((12.0 / 150.0) / (20.0 / 200.0_f64)).ln(), 1e-12);
    close(term.standard_error, (1.0 / 12.0 + 1.0 / 20.0_f64).sqrt(), 1e-12);
}

#[test]
fn dobson_s_randomised_trial_comes_out_as_printed() {
    // Dobson 1990, An Introduction to Generalized Linear Models, p. 93.
    let counts = [18.0, 17.0, 15.0, 20.0, 10.0, 20.0, 25.0, 13.0, 12.0];
    let outcome = ["1", "2", "3", "1", "2", "3", "1", "2", "3"];
    let treatment = ["1", "1", "1", "2", "2", "2", "3", "3", "3"];
    let design =
        Design::with_intercept(9).factor("outcome", &outcome).unwrap().factor("treatment", &treatment).unwrap();
    let model = fit(Family::Poisson, &counts, &design, GlmOptions::default()).unwrap();
    let term = |name| model.estimates.term(name).unwrap().clone();
    printed(term("(Intercept)").estimate, "3.0445");
    printed(term("(Intercept)").standard_error, "0.1709");
    printed(term("outcome2").estimate, "-0.4543");
    printed(term("outcome2").standard_error, "0.2022");
    printed(term("outcome3").estimate, "-0.2930");
    printed(term("outcome3").standard_error, "0.1927");
    assert!(term("treatment2").estimate.abs() < 1e-12);
    printed(term("treatment2").standard_error, "0.2000");
    printed(model.deviance, "5.1291");
    printed(-2.0 * model.log_likelihood + 10.0, "56.76");
}

#[test]
fn mites_on_apple_leaves_have_the_published_k() {
    // Bliss & Fisher 1953, Biometrics 9:176: 150 leaves, maximum likelihood k = 1.02459.
    let leaves = [70, 38, 17, 10, 9, 3, 2, 1];
    let y: Vec<f64> = leaves.iter().enumerate().flat_map(|(mites, n)| vec![mites as f64; *n]).collect();
    let model = fit(Family::NegativeBinomial, &y, &Design::with_intercept(150), GlmOptions::default()).unwrap();
    printed(model.theta.unwrap().value, "1.02459");
    close(model.fitted[0], 172.0 / 150.0, 1e-12);
}

#[test]
fn rate_models_do_not_depend_on_order_or_unit_of_time() {
    let mut next = stream(5);
    let years: Vec<f64> = (0..90).map(|_| 0.5 + next()).collect();
    let x: Vec<f64> = (0..90).map(|_| next()).collect();
    let y: Vec<f64> = (0..90).map(|i| (years[i] * (1.0 + 6.0 * next() * next()) * (1.0 + x[i])).floor()).collect();
    let design = Design::with_intercept(90).column("x", &x).unwrap();
    let log = |factor: f64| years.iter().map(|t| (t * factor).ln()).collect::<Vec<_>>();
    for family in [Family::Poisson, Family::QuasiPoisson, Family::NegativeBinomial] {
        let offset = log(1.0);
        let one = fit(family, &y, &design, GlmOptions { offset: Some(&offset), ..GlmOptions::default() }).unwrap();
        let order: Vec<usize> = (0..90).rev().collect();
        let days: Vec<f64> = log(365.25).into_iter().rev().collect();
        let back: Vec<f64> = y.iter().rev().copied().collect();
        let two =
            fit(family, &back, &design.rows_at(&order), GlmOptions { offset: Some(&days), ..GlmOptions::default() })
                .unwrap();
        close(two.estimates.terms[1].estimate, one.estimates.terms[1].estimate, 1e-9);
        close(two.estimates.terms[1].standard_error, one.estimates.terms[1].standard_error, 1e-9);
        close(two.estimates.terms[0].estimate, one.estimates.terms[0].estimate - 365.25_f64.ln(), 1e-9);
    }
}

#[test]
fn a_covariate_that_tells_outcomes_apart_is_refused_by_name() {
    let y = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    let age = [41.0, 45.0, 50.0, 52.0, 61.0, 64.0, 70.0, 77.0];
    let design = Design::with_intercept(8).column("age", &age).unwrap();
    let refusal = fit(Family::Logit, &y, &design, GlmOptions::default()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Separation);
    // No event in one group: quasi-separation, in a count model too.
    let design =
        Design::with_intercept(8).flag("rural", &[false, true, true, false, true, false, false, true]).unwrap();
    let refusal =
        fit(Family::Poisson, &[3.0, 0.0, 0.0, 2.0, 0.0, 1.0, 4.0, 0.0], &design, GlmOptions::default()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Separation);
    assert!(refusal.message.starts_with("rural"), "{}", refusal.message);
}

#[test]
fn what_is_no_count_or_has_no_theta_is_refused() {
    let design = Design::with_intercept(4);
    let kind = |family, y: &[f64]| fit(family, y, &design, GlmOptions::default()).unwrap_err().kind;
    assert_eq!(kind(Family::Poisson, &[1.0, 2.5, 3.0, 0.0]), RefusalKind::BadValue);
    assert_eq!(kind(Family::Poisson, &[0.0; 4]), RefusalKind::Constant);
    assert_eq!(kind(Family::Logit, &[1.0; 4]), RefusalKind::Constant);
    assert_eq!(kind(Family::Logit, &[1.0, 2.0, 0.0, 0.0]), RefusalKind::BadValue);
    assert_eq!(kind(Family::NegativeBinomial, &[3.0, 3.0, 4.0, 4.0]), RefusalKind::Assumption);
    assert_eq!(kind(Family::Poisson, &[1.0, -2.0, 3.0, 0.0]), RefusalKind::BadValue);
}

fn quine_terms(case: &Case, pointer: &str, model: &fingerpost_statistics_models::glm::GlmFit, tolerance: f64) {
    for (at, term) in model.estimates.terms.iter().enumerate() {
        assert_eq!(case.expected.pointer(&format!("{pointer}/{at}/term")).unwrap(), term.name.as_str());
        close(term.estimate, case.number(&format!("{pointer}/{at}/est")), tolerance);
        close(term.standard_error, case.number(&format!("{pointer}/{at}/se")), tolerance);
        close(term.ratio().0, case.number(&format!("{pointer}/{at}/rr")), tolerance);
        close(term.ratio().1, case.number(&format!("{pointer}/{at}/lo")), tolerance);
        close(term.ratio().2, case.number(&format!("{pointer}/{at}/hi")), tolerance);
    }
}

#[test]
fn days_off_school_come_out_as_in_r() {
    let Some(case) = case("22_nb_quine") else { return };
    let rows = case.csv("input.csv");
    let days = rows.numbers("Days");
    let design = Design::with_intercept(days.len())
        .factor("Eth", &rows.text("Eth"))
        .and_then(|d| d.factor("Sex", &rows.text("Sex")))
        .and_then(|d| d.factor("Age", &rows.text("Age")))
        .and_then(|d| d.factor("Lrn", &rows.text("Lrn")))
        .unwrap();
    let poisson = fit(Family::Poisson, &days, &design, GlmOptions::default()).unwrap();
    // R takes standard errors from the weights of the step before its last (glm.control(epsilon = 1e-8)), which here is 3e-6
    // away from the information at the maximum; the estimates themselves agree to 1e-8.
    quine_terms(&case, "/poisson", &poisson, 1e-5);
    close(poisson.estimates.terms[1].estimate, case.number("/poisson/1/est"), 1e-8);
    close(poisson.dispersion, case.number("/pearson_disp"), 1e-8);
    let nb = fit(Family::NegativeBinomial, &days, &design, GlmOptions::default()).unwrap();
    // R stops its alternation at 1e-8 of the log-likelihood, which leaves about five digits of theta.
    quine_terms(&case, "/nb_main/coef", &nb, 1e-5);
    let theta = nb.theta.unwrap();
    close(theta.value, case.number("/nb_main/theta"), 1e-5);
    close(theta.standard_error, case.number("/nb_main/se_theta"), 1e-5);
    close(2.0 * nb.log_likelihood, case.number("/nb_main/twologlik"), 1e-9);
}

#[test]
fn robust_errors_of_a_saturated_rate_model_are_their_closed_form() {
    // With one group flag, HC0 of the log rate is sum of squared residuals over the squared sum of means, group by group.
    let y = [3.0, 5.0, 1.0, 8.0, 2.0, 2.0, 0.0];
    let flag = [false, false, false, false, true, true, true];
    let design = Design::with_intercept(7).flag("linked", &flag).unwrap();
    let options = GlmOptions { covariance: Covariance::Hc0, ..GlmOptions::default() };
    let model = fit(Family::Poisson, &y, &design, options).unwrap();
    let of = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (mean * values.len() as f64).powi(2)
    };
    close(model.estimates.term("linked").unwrap().standard_error, (of(&y[..4]) + of(&y[4..])).sqrt(), 1e-12);
}
