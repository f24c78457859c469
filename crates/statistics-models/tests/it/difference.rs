//! Differences in differences against R, a published panel, and their own arithmetic.

use fingerpost_statistics::answer::Outcome;
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics_models::counts::{BeforeAfterOptions, before_after, before_after_answer, rate_ratio};
use fingerpost_statistics_models::difference::{
    Absorbed, PanelOptions, event_study, paired, panel, panel_answer, two_by_two,
};
use fingerpost_statistics_models::glm::Family;
use fingerpost_statistics_models::linear::Covariance;

use crate::support::{case, close, printed, stream};

/// Kessler & Roth 2014, organ donation rates of 27 states from the last quarter of 2010 to the first of 2012 (causaldata, MIT
/// licence). California, the third, changed its question after the third quarter.
const DONATIONS: [[f64; 6]; 27] = [
    [0.75, 0.77, 0.77, 0.78, 0.78, 0.79],
    [0.2634, 0.2092, 0.2261, 0.2503, 0.2351, 0.2587],
    [0.2666, 0.2731, 0.2743, 0.2636, 0.2607, 0.2641],
    [0.6653, 0.6674, 0.6736, 0.6715, 0.6699, 0.6594],
    [0.3905, 0.3853, 0.3952, 0.4031, 0.3864, 0.3984],
    [0.3319, 0.2866, 0.2951, 0.4024, 0.3791, 0.3646],
    [0.3753, 0.3795, 0.3947, 0.4181, 0.4037, 0.407],
    [0.417, 0.4105, 0.4271, 0.4294, 0.4307, 0.4108],
    [0.5372, 0.546, 0.5619, 0.5949, 0.551, 0.5486],
    [0.4635, 0.4529, 0.4679, 0.459, 0.495, 0.456],
    [0.1563, 0.1491, 0.1923, 0.2461, 0.2294, 0.4216],
    [0.5358, 0.5173, 0.5202, 0.5246, 0.528, 0.5398],
    [0.4025, 0.3987, 0.4063, 0.4089, 0.415, 0.4127],
    [0.6429, 0.6406, 0.6578, 0.6683, 0.6674, 0.6523],
    [0.4541, 0.4337, 0.436, 0.4405, 0.4389, 0.4519],
    [0.5576, 0.5594, 0.5643, 0.5334, 0.5248, 0.5253],
    [0.3037, 0.3109, 0.3039, 0.3109, 0.3127, 0.3334],
    [0.1249, 0.1267, 0.1314, 0.1451, 0.1277, 0.1229],
    [0.5239, 0.519, 0.532, 0.534, 0.5284, 0.5126],
    [0.5545, 0.5593, 0.5701, 0.5701, 0.5751, 0.5645],
    [0.4531, 0.4536, 0.4553, 0.4559, 0.4551, 0.4527],
    [0.3083, 0.2617, 0.2556, 0.2641, 0.2966, 0.228],
    [0.3268, 0.3249, 0.3382, 0.3428, 0.3385, 0.34],
    [0.2645, 0.3623, 0.3455, 0.359, 0.3443, 0.3701],
    [0.5811, 0.5893, 0.5882, 0.5846, 0.5842, 0.5947],
    [0.5735, 0.571, 0.572, 0.5688, 0.566, 0.5814],
    [0.5931, 0.5946, 0.5937, 0.5911, 0.5854, 0.5881],
];

fn donations() -> (Vec<usize>, Vec<usize>, Vec<f64>, Vec<bool>) {
    let cells = (0..27).flat_map(|state| (0..6).map(move |quarter| (state, quarter)));
    let (unit, period): (Vec<usize>, Vec<usize>) = cells.unzip();
    let rate = unit.iter().zip(&period).map(|(state, quarter)| DONATIONS[*state][*quarter]).collect();
    let exposed = unit.iter().zip(&period).map(|(state, quarter)| *state == 2 && *quarter >= 3).collect();
    (unit, period, rate, exposed)
}

#[test]
fn california_s_active_choice_has_the_published_effect() {
    // Huntington-Klein, The Effect, ch. 18: -0.022 (0.006) with nested units not counted; 0.0067 with dummies counted.
    let (unit, period, rate, exposed) = donations();
    let counted = panel(&unit, &period, &rate, &exposed, PanelOptions::default()).unwrap();
    printed(counted.effect.estimate, "-0.0225");
    printed(counted.effect.standard_error, "0.0067");
    let options = PanelOptions { absorbed: Absorbed::NestedNotCounted, ..PanelOptions::default() };
    let nested = panel(&unit, &period, &rate, &exposed, options).unwrap();
    printed(nested.effect.standard_error, "0.0061");
    assert_eq!((nested.units, nested.periods, nested.staggered), (27, 6, false));
}

#[test]
fn a_balanced_panel_with_one_start_is_the_four_means() {
    let (unit, period, rate, exposed) = donations();
    let ours = panel(&unit, &period, &rate, &exposed, PanelOptions::default()).unwrap();
    let california: Vec<bool> = unit.iter().map(|state| *state == 2).collect();
    let after: Vec<bool> = period.iter().map(|quarter| *quarter >= 3).collect();
    let means = two_by_two(&rate, &california, &after, None, Covariance::Hc1, 0.95).unwrap();
    close(ours.effect.estimate, means.effect.estimate, 1e-10);
}

#[test]
fn an_event_study_is_measured_against_the_period_before() {
    let (unit, period, rate, _) = donations();
    let start: Vec<Option<i64>> = unit.iter().map(|state| (*state == 2).then_some(3)).collect();
    let calendar: Vec<i64> = period.iter().map(|quarter| *quarter as i64).collect();
    let study = event_study(&unit, &calendar, &rate, &start, 5, PanelOptions::default()).unwrap();
    assert_eq!(study.since, [-3, -2, 0, 1, 2]);
    // With one exposed unit the effect is its change since the quarter before, less the others' mean change.
    let others = |quarter: usize| {
        (0..27).filter(|s| *s != 2).map(|s| DONATIONS[s][quarter] - DONATIONS[s][2]).sum::<f64>() / 26.0
    };
    for (effect, quarter) in study.effects.iter().zip([0, 1, 3, 4, 5]) {
        close(effect.estimate, DONATIONS[2][quarter] - DONATIONS[2][2] - others(quarter), 1e-9);
    }
}

#[test]
fn wooldridge_s_table_of_means_gives_the_interaction() {
    let Some(case) = case("19_did_injury") else { return };
    let rows = case.csv("input.csv");
    let y = rows.numbers("ldurat");
    let result = two_by_two(&y, &rows.flags("highearn"), &rows.flags("afchnge"), None, Covariance::Hc1, 0.95).unwrap();
    close(result.effect.estimate, case.number("/coef/3/Estimate"), 1e-9);
    close(result.effect.standard_error, case.number("/hc1/afchnge:highearn"), 1e-9);
    close(result.others_before, case.number("/cellmeans/h0_a0"), 1e-10);
    close(result.others_after, case.number("/cellmeans/h0_a1"), 1e-10);
    close(result.exposed_before, case.number("/cellmeans/h1_a0"), 1e-10);
    close(result.exposed_after, case.number("/cellmeans/h1_a1"), 1e-10);
}

#[test]
fn the_hackney_like_file_gives_its_difference_its_ratios_and_its_warning() {
    let Some(case) = case("S4_city_hackney_like") else { return };
    let rows = case.csv("consultations.csv");
    let (before, after, exposed) =
        (rows.numbers("gp_year_before"), rows.numbers("gp_year_after"), rows.flags("referred"));
    let result =
        before_after(&before, &after, BeforeAfterOptions { exposed: Some(&exposed), ..Default::default() }).unwrap();
    let difference = result.difference.as_ref().unwrap();
    close(difference.effect.estimate, case.number("/did"), 1e-9);
    close(difference.effect.standard_error, case.number("/did_se"), 1e-9);
    close(result.exposed_ratio.ratio().0, case.number("/rate_ratio_ref"), 1e-9);
    close(result.other_ratio.as_ref().unwrap().ratio().0, case.number("/rate_ratio_ctl"), 1e-9);
    close(result.ratio_of_ratios.as_ref().unwrap().ratio().0, case.number("/ratio_of_ratios"), 1e-9);
    close(result.exposed_rates.0, case.number("/means/ref_before"), 1e-12);
    close(result.other_rates.unwrap().1, case.number("/means/ctl_after"), 1e-12);
    let said =
        before_after_answer(&before, &after, BeforeAfterOptions { exposed: Some(&exposed), ..Default::default() });
    let Outcome::Answered { warnings, .. } = said.outcome else { panic!("refused") };
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("Regression to the mean: the exposed start at 10.0 where 3.90"))
    );
}

#[test]
fn the_negative_binomial_and_poisson_say_the_same_ratio_of_ratios() {
    let mut next = stream(8);
    let exposed: Vec<bool> = (0..200).map(|i| i < 80).collect();
    let draw = |mean: f64, next: &mut dyn FnMut() -> f64| (-mean * 2.0 * next().ln() * next()).floor();
    let before: Vec<f64> = (0..200).map(|i| draw(if i < 80 { 9.0 } else { 4.0 }, &mut next)).collect();
    let after: Vec<f64> = (0..200).map(|i| draw(if i < 80 { 7.0 } else { 4.2 }, &mut next)).collect();
    let ratio = |family| {
        let options = BeforeAfterOptions { exposed: Some(&exposed), family, ..Default::default() };
        before_after(&before, &after, options).unwrap().ratio_of_ratios.unwrap()
    };
    // The means of four cells are fitted exactly by both.
    close(ratio(Family::NegativeBinomial).estimate, ratio(Family::Poisson).estimate, 1e-8);
}

#[test]
fn a_change_without_others_is_no_effect_and_has_its_size_of_regression() {
    let before = [12.0, 9.0, 15.0, 8.0, 11.0, 14.0];
    let after = [8.0, 7.0, 11.0, 7.0, 10.0, 9.0];
    let options = BeforeAfterOptions { usual: Some(5.0), ..Default::default() };
    let result = before_after(&before, &after, options).unwrap();
    let mean = result.regression_to_the_mean;
    close(mean.expected_change.unwrap(), (mean.kept - 1.0) * (11.5 - 5.0), 1e-12);
    let Outcome::Answered { claims, warnings, .. } =
        before_after_answer(&before, &after, BeforeAfterOptions::default()).outcome
    else {
        panic!("refused")
    };
    assert!(claims.may_not[0].contains("caused"));
    assert!(warnings[0].contains("Only 6 in the smaller group"));
    assert!(warnings[1].contains("without any effect"));
}

#[test]
fn who_was_lost_comes_before_what_changed() {
    let before = [12.0, 9.0, 15.0, 8.0, 11.0, 14.0];
    let after = [8.0, 7.0, f64::NAN, 7.0, f64::NAN, 9.0];
    let said = before_after_answer(&before, &after, BeforeAfterOptions::default());
    assert_eq!((said.n, said.missing), (4, 2));
    let Outcome::Answered { warnings, .. } = said.outcome else { panic!("refused") };
    assert!(warnings[0].starts_with("2 of 6 people (33.3 %)"));
}

#[test]
fn an_empty_cell_a_constant_exposure_and_a_repeated_row_are_refused() {
    let flags = [true, true, false, false];
    let kind = two_by_two(&[1.0, 2.0, 3.0, 4.5], &flags, &flags, None, Covariance::Model, 0.95).unwrap_err().kind;
    assert_eq!(kind, RefusalKind::OneGroup);
    let (unit, period, rate, _) = donations();
    let always: Vec<bool> = unit.iter().map(|state| *state == 2).collect();
    let refusal = panel(&unit, &period, &rate, &always, PanelOptions::default()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Singular);
    assert!(refusal.message.starts_with("exposed"));
    let twice = panel(&[0, 0, 1, 1], &[0, 0, 0, 1], &[1.0, 2.0, 3.0, 4.0], &flags, PanelOptions::default());
    assert_eq!(twice.unwrap_err().kind, RefusalKind::Duplicate);
    assert_eq!(paired(&[1.0; 4], &[2.0, 3.0, 4.0, 5.0], &flags, 0.95).unwrap_err().kind, RefusalKind::TooFew);
    let none = rate_ratio(&[1.0, 2.0], &[1.0, 0.0], &[true, false], None, Family::Poisson, None, 0.95);
    assert_eq!(none.unwrap_err().kind, RefusalKind::BadValue);
}

#[test]
fn a_panel_answers_in_the_shared_shape() {
    let (unit, period, mut rate, exposed) = donations();
    rate[7] = f64::NAN;
    let said = panel_answer(&unit, &period, &rate, &exposed, PanelOptions::default());
    assert_eq!((said.n, said.missing, said.method), (161, 1, "panel_difference_in_differences"));
    assert!(matches!(said.outcome, Outcome::Answered { .. }));
}

#[test]
fn student_s_sleep_has_welch_s_degrees_of_freedom() {
    // Student 1908: extra hours of sleep under two drugs, read as two groups; R's t.test prints t = 1.8608, df = 17.776,
    // p = 0.07939, -0.2054832 to 3.3654832.
    let extra =
        [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0, 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    let before: Vec<f64> = (0..20).map(|i| 6.0 + f64::from(i % 4)).collect();
    let after: Vec<f64> = before.iter().zip(extra).map(|(hours, more)| hours + more).collect();
    let exposed: Vec<bool> = (0..20).map(|i| i >= 10).collect();
    let effect = paired(&before, &after, &exposed, 0.95).unwrap().effect;
    printed(effect.statistic, "1.8608");
    printed(effect.df, "17.776");
    printed(effect.p, "0.07939");
    printed(effect.lower, "-0.2054832");
    printed(effect.upper, "3.3654832");
}
