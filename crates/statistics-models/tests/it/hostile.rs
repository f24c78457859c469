//! Whatever is handed in, every door answers or refuses: it never panics, and no estimate it prints is infinite or not a number.

use fingerpost_statistics::answer::{Answer, Column, Outcome};
use fingerpost_statistics_models::counts::{self, BeforeAfterOptions, before_after_answer};
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::difference::{self, PanelOptions, event_study_answer, paired_answer, panel_answer};
use fingerpost_statistics_models::glm::{self, Family, GlmOptions};
use fingerpost_statistics_models::imputation::{self, Fill, ImputeOptions, Variable};
use fingerpost_statistics_models::interrupted::{self, SegmentOptions};
use fingerpost_statistics_models::linear::{self, Covariance};
use fingerpost_statistics_models::matching::{self, MatchOptions};
use fingerpost_statistics_models::mixed::{MixedOptions, Repeated, random_effects_answer, repeated_measures_answer};
use fingerpost_statistics_models::survival::{self, Limits};
use fingerpost_statistics_models::weighting::{self, Weights};
use proptest::prelude::*;

/// Numbers as they come in real files, and as they should not.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        12 => (0_u8..12).prop_map(f64::from),
        6 => -50.0..50.0_f64,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(1e300),
        1 => Just(-1e-300),
        1 => Just(1e15),
    ]
}

#[derive(Debug, Clone)]
struct Input {
    y: Vec<f64>,
    x: Vec<f64>,
    z: Vec<f64>,
    flag: Vec<bool>,
    other: Vec<bool>,
    code: Vec<usize>,
    visit: Vec<usize>,
    level: f64,
}

fn input() -> impl Strategy<Value = Input> {
    (0_usize..45, any::<bool>()).prop_flat_map(|(n, clean)| {
        let numbers = move || {
            let whole = prop::collection::vec((0_u8..9).prop_map(f64::from), n);
            if clean { whole.boxed() } else { prop::collection::vec(value(), n.saturating_sub(1)..=n + 1).boxed() }
        };
        let flags = move || prop::collection::vec(any::<bool>(), n);
        let codes = move |most: usize| prop::collection::vec(0..most, n);
        let level = prop_oneof![8 => Just(0.95), 1 => Just(1.0), 1 => Just(f64::NAN)];
        (numbers(), numbers(), numbers(), flags(), flags(), codes(9), codes(4), level)
            .prop_map(|(y, x, z, flag, other, code, visit, level)| Input { y, x, z, flag, other, code, visit, level })
    })
}

/// The main table of an answered question holds finite estimates with errors above zero.
fn sound(answer: &Answer) {
    let Outcome::Answered { results, .. } = &answer.outcome else { return };
    for name in ["estimate", "standard_error", "lower", "upper", "ratio", "ratio_lower", "ratio_upper"] {
        if let Some(Column::Number(values)) = results.column(name) {
            assert!(values.iter().all(|value| value.is_finite()), "{}: {name} is {values:?}", answer.method);
        }
    }
    if let Some(Column::Number(errors)) = results.column("standard_error") {
        // One positive error for each estimate.
        assert!(errors.iter().all(|error| *error > 0.0), "{}: {errors:?}", answer.method);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_door_panics_and_no_estimate_is_infinite(given in input()) {
        let Input { y, x, z, flag, other, code, visit, level } = &given;
        let level = *level;
        let plain = Design::with_intercept(x.len());
        let covariates = plain.clone().column("x", x).unwrap();
        let both = covariates.clone().column("z", z).unwrap_or_else(|_| covariates.clone());
        for kind in [Covariance::Model, Covariance::Hc3, Covariance::Clustered(code), Covariance::NeweyWest { lag: 2, adjusted: true }] {
            sound(&linear::answer(y, &both, kind, level));
        }
        let ones: Vec<f64> = flag.iter().map(|flag| f64::from(u8::from(*flag))).collect();
        for family in [Family::Logit, Family::Poisson, Family::QuasiPoisson, Family::NegativeBinomial] {
            let outcome = if family == Family::Logit { &ones } else { y };
            sound(&glm::answer(family, outcome, &covariates, GlmOptions { offset: None, covariance: Covariance::Hc0, level }));
            sound(&counts::answer(y, x, flag, None, family, Some(code), level));
            let options = BeforeAfterOptions { exposed: Some(flag), family, level, ..Default::default() };
            sound(&before_after_answer(y, x, options));
        }
        sound(&before_after_answer(y, x, BeforeAfterOptions { person_time: Some((z, x)), level, ..Default::default() }));
        for options in [
            MatchOptions { level, ..MatchOptions::default() },
            MatchOptions { ratio: 2, replacement: true, caliper_sd: Some(0.5), level },
        ] {
            sound(&matching::answer(y, flag, &both, options));
        }
        for kind in [Weights::Inverse, Weights::Stabilised, Weights::TreatedOdds] {
            sound(&weighting::answer(y, flag, &covariates, kind, level));
        }
        sound(&weighting::standardised_answer(y, flag, &covariates, &["x"], level));
        sound(&difference::answer(y, flag, other, Some(&Design::without_intercept(x.len()).column("x", x).unwrap()), Covariance::Hc1, level));
        sound(&paired_answer(y, x, flag, level));
        let panel_options = PanelOptions { level, ..PanelOptions::default() };
        sound(&panel_answer(code, visit, y, flag, panel_options));
        let calendar: Vec<i64> = visit.iter().map(|visit| *visit as i64).collect();
        let start: Vec<Option<i64>> = code.iter().map(|code| (*code % 2 == 0).then_some((*code / 2) as i64)).collect();
        sound(&event_study_answer(code, &calendar, y, &start, 2, panel_options));
        let segments = SegmentOptions { level, lag: Some(1), ..SegmentOptions::monthly(visit.len() / 2) };
        sound(&interrupted::answer(y, segments));
        sound(&interrupted::counts_answer(y, x, SegmentOptions { lag: None, harmonics: 1, period: 6.0, ..segments }));
        let labels: Vec<String> = visit.iter().map(usize::to_string).collect();
        sound(&survival::answer(y, flag, Some(&labels), Some(4.0), Limits::LogLog, level));
        let fill = Fill::MeanMatching { donors: 3 };
        let variables = [
            Variable { name: "y", values: y, fill, delta: 0.0 },
            Variable { name: "x", values: x, fill: Fill::Normal, delta: 0.0 },
        ];
        sound(&imputation::answer(&variables, ImputeOptions { imputations: 2, rounds: 2, seed: 1 }, level));
        for kind in [Repeated::Unstructured, Repeated::CompoundSymmetry, Repeated::Autoregressive] {
            sound(&repeated_measures_answer(y, &covariates, code, visit, kind, MixedOptions { reml: true, level }));
        }
        sound(&random_effects_answer(y, &covariates, code, &plain, MixedOptions { reml: false, level }));
    }
}
