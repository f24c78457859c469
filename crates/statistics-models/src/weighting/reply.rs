//! Weighted and standardised comparisons as answers, with the weights' extremes in plain sight.

use fingerpost_statistics::answer::Answer;

use super::{WeightedComparison, Weights, standardised, weighted_comparison};
use crate::check;
use crate::design::Design;
use crate::linear::complete_rows;
use crate::matching::{balance_table, imbalance};
use crate::reply::{Reply, Said, UNMEASURED, interval_sentence, row, terms_table, words};

/// A weight this many times the mean is named.
const GREAT: f64 = 10.0;

/// [`weighted_comparison`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn answer(y: &[f64], treated: &[bool], covariates: &Design, kind: Weights, level: f64) -> Answer {
    let rows = complete_rows(covariates, &[y]);
    let head = Reply::of("inverse_probability_weighting", &rows, covariates.rows())
        .word("weights", kind.name())
        .word("score", "logit")
        .word("covariance", "sandwich")
        .number("level", level);
    let beside = [("The outcome", y.len()), ("The list of who was treated", treated.len())];
    let fitted = check::all_same_length(&beside, covariates.rows()).and_then(|()| {
        weighted_comparison(&check::at(y, &rows), &check::at(treated, &rows), &covariates.rows_at(&rows), kind, level)
    });
    head.settle(fitted.map(|result| said(&result, kind, level)))
}

fn said(result: &WeightedComparison, kind: Weights, level: f64) -> Said {
    let effect = &result.effect;
    let mut warnings: Vec<String> = imbalance(&result.balance).into_iter().collect();
    if result.greatest_weight > GREAT * result.mean_weight {
        warnings.push(format!(
            "One person counts {} times the mean weight: the groups hardly overlap there, and a few people carry the result.",
            words(result.greatest_weight / result.mean_weight)
        ));
    }
    let whom = match kind {
        Weights::TreatedOdds => "the outcome of those treated, treated against untreated",
        _ => "the outcome, everybody treated against nobody",
    };
    Said {
        results: terms_table(&[effect.clone(), result.effect_with_estimated_score.clone()]),
        tables: vec![
            (
                "weights",
                row(&[
                    ("mean_weight", result.mean_weight),
                    ("greatest_weight", result.greatest_weight),
                    ("effective_treated", result.effective.0),
                    ("effective_others", result.effective.1),
                ]),
            ),
            ("balance", balance_table(&result.balance)),
            ("coefficients", terms_table(&result.propensity.terms)),
        ],
        warnings,
        may: vec![interval_sentence(whom, effect.estimate, effect.lower, effect.upper, 0.0, level)],
        may_not: vec![
            UNMEASURED.to_owned(),
            "Anything about people who could only ever have been in one group.".to_owned(),
        ],
    }
}

/// [`standardised`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn standardised_answer(
    y: &[f64],
    treated: &[bool],
    covariates: &Design,
    interactions: &[&str],
    level: f64,
) -> Answer {
    let rows = complete_rows(covariates, &[y]);
    let head = Reply::of("standardisation", &rows, covariates.rows())
        .word("outcome_model", "linear")
        .word("interactions", interactions.join(", "))
        .number("level", level);
    let beside = [("The outcome", y.len()), ("The list of who was treated", treated.len())];
    let fitted = check::all_same_length(&beside, covariates.rows()).and_then(|()| {
        standardised(&check::at(y, &rows), &check::at(treated, &rows), &covariates.rows_at(&rows), interactions, level)
    });
    head.settle(fitted.map(|effect| Said {
        results: terms_table(std::slice::from_ref(&effect)),
        may: vec![interval_sentence(
            "the outcome, everybody treated against nobody",
            effect.estimate,
            effect.lower,
            effect.upper,
            0.0,
            level,
        )],
        may_not: vec![
            UNMEASURED.to_owned(),
            "That the outcome model is right: a wrong one gives a wrong effect.".to_owned(),
        ],
        ..Said::default()
    }))
}
