//! Weighting and standardisation: comparisons in which each person counts by how unlikely their group was, or in which an
//! outcome model predicts everybody under both conditions. Weights are shown, because a few great ones can carry a result.

mod reply;

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;
use crate::check;
use crate::design::Design;
use crate::inference::{Estimates, Reference, Term};
use crate::linear::{Covariance, ols};
use crate::matching::{Balance, balance, propensity};

pub use reply::{answer, standardised_answer};

/// Which weights, and with them which question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// 1/p for the treated, 1/(1 - p) for the others: the effect if everybody were treated against nobody.
    Inverse,
    /// The same times the share treated, or not treated: the same estimate with weights of mean near 1.
    Stabilised,
    /// 1 for the treated, p/(1 - p) for the others: the effect on those who were treated.
    TreatedOdds,
}

impl Weights {
    /// Its name as the command takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inverse => "inverse",
            Self::Stabilised => "stabilised",
            Self::TreatedOdds => "treated_odds",
        }
    }
}

/// Weights of rows from their scores. Refuses scores at or beyond 0 and 1.
/// Sources: Horvitz & Thompson 1952; Robins, Hernan & Brumback 2000; Hirano & Imbens 2001.
///
/// ```
/// use fingerpost_statistics_models::weighting::{Weights, weights};
/// assert_eq!(weights(&[true, false], &[0.25, 0.25], Weights::TreatedOdds)?, [1.0, 0.25 / 0.75]);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn weights(treated: &[bool], scores: &[f64], kind: Weights) -> Result<Vec<f64>, Refusal> {
    check::same_length("The list of scores", scores.len(), treated.len())?;
    check::two_groups("Treated and others", treated)?;
    if let Some(row) = scores.iter().position(|p| p.is_nan() || *p <= 0.0 || *p >= 1.0) {
        return Err(Refusal::at(
            RefusalKind::Assumption,
            row,
            format!(
                "The score of row {} is not between 0 and 1, so such a person has no counterpart to weight.",
                row + 1
            ),
        ));
    }
    let share = treated.iter().filter(|flag| **flag).count() as f64 / treated.len() as f64;
    Ok(treated
        .iter()
        .zip(scores)
        .map(|(flag, p)| match (kind, flag) {
            (Weights::Inverse, true) => 1.0 / p,
            (Weights::Inverse, false) => 1.0 / (1.0 - p),
            (Weights::Stabilised, true) => share / p,
            (Weights::Stabilised, false) => (1.0 - share) / (1.0 - p),
            (Weights::TreatedOdds, true) => 1.0,
            (Weights::TreatedOdds, false) => p / (1.0 - p),
        })
        .collect())
}

/// A weighted comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedComparison {
    /// Weighted mean of the treated minus that of the others; sandwich error with the score taken as known, normal limits.
    pub effect: Term,
    /// The same estimate with an error that counts the estimation of the score (Lunceford & Davidian 2004).
    pub effect_with_estimated_score: Term,
    /// The propensity model.
    pub propensity: Estimates,
    /// Scores, row by row.
    pub scores: Vec<f64>,
    /// Weights, row by row.
    pub weights: Vec<f64>,
    /// Mean weight: near 2 for inverse, near 1 for stabilised weights.
    pub mean_weight: f64,
    /// Greatest weight.
    pub greatest_weight: f64,
    /// Kish's effective number of treated and of others: (sum w)² / sum w².
    pub effective: (f64, f64),
    /// Balance before and after weighting.
    pub balance: Vec<Balance>,
}

/// Inverse-probability weighting by a logistic score.
///
/// The estimate is the difference of weighted means (Hajek), as from a weighted regression with sandwich (HC0) errors. Assumes
/// no unmeasured confounding and that everybody could have been in either group (positivity). Refuses what
/// [`crate::matching::propensity`] refuses. Source: Hernan & Robins, Causal Inference: What If, ch. 12.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, weighting::{Weights, weighted_comparison}};
/// let age: Vec<f64> = (0..40).map(|i| f64::from(40 + i % 8)).collect();
/// let treated: Vec<bool> = (0..40).map(|i| (i * 3 + i / 8) % 5 < 2).collect();
/// let y: Vec<f64> = (0..40).map(|i| age[i] / 10.0 + if treated[i] { 1.0 } else { 0.0 } + (i % 3) as f64 / 10.0).collect();
/// let covariates = Design::with_intercept(40).column("age", &age)?;
/// let result = weighted_comparison(&y, &treated, &covariates, Weights::Stabilised, 0.95)?;
/// assert!((result.effect.estimate - 1.0).abs() < 0.1 && (result.mean_weight - 1.0).abs() < 0.05);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn weighted_comparison(
    y: &[f64],
    treated: &[bool],
    covariates: &Design,
    kind: Weights,
    level: f64,
) -> Result<WeightedComparison, Refusal> {
    check::same_length("The outcome", y.len(), treated.len())?;
    check::finite("The outcome", y)?;
    let (scores, propensity) = propensity(treated, covariates, level)?;
    let weights = weights(treated, &scores, kind)?;
    let influence = influence(y, treated, &weights);
    let total: f64 = influence.parts.iter().map(|part| part * part).sum();
    if total <= 0.0 || !total.is_finite() {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "The outcome does not vary within the groups; there is no error to judge by.",
        ));
    }
    let correction = score_correction(&influence, treated, &scores, covariates, &propensity, kind);
    let corrected: f64 = influence.parts.iter().zip(&correction).map(|(part, more)| (part + more).powi(2)).sum();
    let term = |name: &str, variance: f64| Term::new(name, influence.effect, variance.sqrt(), Reference::Normal, level);
    let effective = |wanted: bool| {
        let own = weights.iter().zip(treated).filter(|(_, flag)| **flag == wanted);
        let (sum, squares) = own.fold((0.0, 0.0), |(sum, squares), (w, _)| (sum + w, squares + w * w));
        sum * sum / squares
    };
    Ok(WeightedComparison {
        effect: term("effect", total)?,
        effect_with_estimated_score: term("effect_with_estimated_score", corrected)?,
        balance: balance(treated, covariates, &weights)?,
        mean_weight: check::mean(&weights),
        greatest_weight: weights.iter().copied().fold(0.0, f64::max),
        effective: (effective(true), effective(false)),
        propensity,
        scores,
        weights,
    })
}

/// Each row's part in the difference of weighted means.
struct Influence {
    effect: f64,
    /// w (y - mean) / sum of w, signed by group.
    parts: Vec<f64>,
    /// (y - mean) / sum of w, signed by group: what one unit more of weight would do.
    per_weight: Vec<f64>,
}

fn influence(y: &[f64], treated: &[bool], weights: &[f64]) -> Influence {
    let side = |wanted: bool| {
        let own = y.iter().zip(weights).zip(treated).filter(|(_, flag)| **flag == wanted);
        let (sum, total) = own.fold((0.0, 0.0), |(sum, total), ((y, w), _)| (sum + w * y, total + w));
        (sum / total, total)
    };
    let (treated_side, other_side) = (side(true), side(false));
    let per_weight: Vec<f64> = y
        .iter()
        .zip(treated)
        .map(|(y, flag)| {
            let ((mean, total), sign) = if *flag { (treated_side, 1.0) } else { (other_side, -1.0) };
            sign * (y - mean) / total
        })
        .collect();
    let parts = per_weight.iter().zip(weights).map(|(part, w)| part * w).collect();
    Influence { effect: treated_side.0 - other_side.0, parts, per_weight }
}

/// What estimating the score adds to each row's part: (d effect / d coefficients) · inverse information · x (t - p).
fn score_correction(
    influence: &Influence,
    treated: &[bool],
    scores: &[f64],
    covariates: &Design,
    propensity: &Estimates,
    kind: Weights,
) -> Vec<f64> {
    let share = treated.iter().filter(|flag| **flag).count() as f64 / treated.len() as f64;
    // d weight / d linear predictor, row by row.
    let slopes: Vec<f64> = treated
        .iter()
        .zip(scores)
        .map(|(flag, p)| match (kind, flag) {
            (Weights::Inverse, true) => -(1.0 - p) / p,
            (Weights::Inverse, false) => p / (1.0 - p),
            (Weights::Stabilised, true) => -share * (1.0 - p) / p,
            (Weights::Stabilised, false) => (1.0 - share) * p / (1.0 - p),
            (Weights::TreatedOdds, true) => 0.0,
            (Weights::TreatedOdds, false) => p / (1.0 - p),
        })
        .collect();
    let moved: Vec<f64> = influence.per_weight.iter().zip(&slopes).map(|(part, slope)| part * slope).collect();
    let gradient: Vec<f64> = covariates.columns().iter().map(|column| algebra::dot(column, &moved)).collect();
    let direction: Vec<f64> = propensity.covariance.iter().map(|row| algebra::dot(row, &gradient)).collect();
    let along = algebra::predict(covariates, &direction);
    along.iter().zip(treated).zip(scores).map(|((along, flag), p)| along * (f64::from(u8::from(*flag)) - p)).collect()
}

/// Standardisation (the parametric g-formula): an outcome model predicts everybody treated and everybody untreated.
///
/// The model is linear in `covariates` (with intercept), treatment, and treatment times each of `interactions`. The effect is
/// the mean difference of the two predictions; its error joins the HC0 sandwich of the model and the spread of the
/// differences, with normal limits. Assumes that the outcome model is right. Refuses what [`ols`] refuses.
/// Source: Hernan & Robins, Causal Inference: What If, ch. 13.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, weighting::standardised};
/// let age: Vec<f64> = (0..40).map(|i| f64::from(40 + i % 8)).collect();
/// let treated: Vec<bool> = (0..40).map(|i| (i * 3 + i / 8) % 5 < 2).collect();
/// let y: Vec<f64> = (0..40).map(|i| age[i] / 10.0 + if treated[i] { 1.0 } else { 0.0 } + (i % 3) as f64 / 10.0).collect();
/// let effect = standardised(&y, &treated, &Design::with_intercept(40).column("age", &age)?, &["age"], 0.95)?;
/// assert!((effect.estimate - 1.0).abs() < 0.1);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn standardised(
    y: &[f64],
    treated: &[bool],
    covariates: &Design,
    interactions: &[&str],
    level: f64,
) -> Result<Term, Refusal> {
    check::same_length("The list of who was treated", treated.len(), covariates.rows())?;
    check::two_groups("Treated and others", treated)?;
    let mut design = covariates.clone().flag("treated", treated)?;
    for name in interactions {
        design = design.product("treated", name)?;
    }
    let fit = ols(y, &design, Covariance::Hc0, level)?;
    let beta = fit.estimates.beta();
    let width = covariates.width();
    // The difference between both predictions of a row: the treatment coefficient and those of its products.
    let mut differences = vec![beta.get(width).copied().unwrap_or(f64::NAN); y.len()];
    let mut weights = vec![0.0; design.width()];
    for (slot, mean) in weights.iter_mut().skip(width).zip(
        std::iter::once(1.0)
            .chain(interactions.iter().map(|name| covariates.named(name).map_or(f64::NAN, check::mean))),
    ) {
        *slot = mean;
    }
    for (name, coefficient) in interactions.iter().zip(beta.iter().skip(width + 1)) {
        for (difference, x) in differences.iter_mut().zip(covariates.named(name)?) {
            *difference += coefficient * x;
        }
    }
    let model = fit.estimates.combination("standardised", &weights)?;
    let spread = if interactions.is_empty() { 0.0 } else { check::variance(&differences) / y.len() as f64 };
    let error = (model.standard_error.powi(2) + spread).sqrt();
    Term::new("standardised", check::mean(&differences), error, Reference::Normal, level)
}
