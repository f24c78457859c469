//! Propensity-score matching: a logistic score, greedy nearest-neighbour pairs, balance before and after, and the average
//! effect on the treated with errors clustered by pair. It never drops an unmatched person in silence, and it never says
//! that the groups are alike in what was not measured.

mod neighbours;
mod reply;

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::check;
use crate::design::Design;
use crate::inference::{Estimates, Term};
use crate::linear::{Covariance, wls};

pub use reply::answer;
pub(crate) use reply::{balance_table, imbalance};

/// How pairs are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchOptions {
    /// Controls for each treated.
    pub ratio: usize,
    /// A control may serve more than one treated.
    pub replacement: bool,
    /// Widest gap allowed, in standard deviations of the score over all rows; 0.2 is usual (Austin 2011).
    pub caliper_sd: Option<f64>,
    /// Confidence level.
    pub level: f64,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self { ratio: 1, replacement: false, caliper_sd: None, level: 0.95 }
    }
}

/// A treated row and one of its controls, as positions in the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Row of the treated.
    pub treated: usize,
    /// Row of the control.
    pub control: usize,
    /// Distance between their scores.
    pub gap: f64,
}

/// Who was matched with whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// Pairs in the order in which they were made; with k:1 a treated row comes up to k times.
    pub pairs: Vec<Pair>,
    /// Treated rows without any control, in the order of the input.
    pub unmatched_treated: Vec<usize>,
    /// Control rows that serve nobody.
    pub unmatched_controls: u64,
    /// The caliper on the scale of the score, where one was asked for.
    pub caliper: Option<f64>,
    /// Weight of each input row in the matched sample: 1 for a matched treated, for a control the sum over its pairs of
    /// 1 / (controls of that treated), 0 for the unmatched.
    pub weights: Vec<f64>,
    replacement: bool,
}

/// How alike the groups are in one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The column.
    pub name: String,
    /// Mean of all treated.
    pub mean_treated: f64,
    /// Mean of all controls.
    pub mean_control: f64,
    /// Difference of means divided by the standard deviation of all treated; NaN when the treated do not vary.
    pub smd_before: f64,
    /// The same in the matched (or weighted) sample, with the same divisor.
    pub smd_after: f64,
}

/// A matched comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedComparison {
    /// The propensity model.
    pub propensity: Estimates,
    /// Its score for each row.
    pub scores: Vec<f64>,
    /// Who was matched with whom.
    pub matching: Matching,
    /// Balance of the score and of every covariate.
    pub balance: Vec<Balance>,
    /// Average effect on the matched treated, in units of the outcome.
    pub att: Term,
    /// Difference of means before any matching.
    pub unadjusted: f64,
}

/// Scores by logistic regression of `treated` on the covariates.
///
/// Refuses what [`crate::glm::fit`] refuses; a covariate that tells treated from controls means that there is no overlap.
/// Source: Rosenbaum & Rubin 1983.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, matching::propensity};
/// let treated = [true, false, true, false, true, false];
/// let covariates = Design::with_intercept(6).column("age", &[30.0, 40.0, 50.0, 35.0, 45.0, 60.0])?;
/// let (scores, _) = propensity(&treated, &covariates, 0.95)?;
/// assert!((scores.iter().sum::<f64>() - 3.0).abs() < 1e-9);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn propensity(treated: &[bool], covariates: &Design, level: f64) -> Result<(Vec<f64>, Estimates), Refusal> {
    check::same_length("The list of who was treated", treated.len(), covariates.rows())?;
    check::two_groups("Treated and controls", treated)?;
    let outcome: Vec<f64> = treated.iter().map(|flag| f64::from(u8::from(*flag))).collect();
    let options = crate::glm::GlmOptions { level, ..crate::glm::GlmOptions::default() };
    let fit = crate::glm::fit(crate::glm::Family::Logit, &outcome, covariates, options)?;
    Ok((fit.fitted, fit.estimates))
}

/// Greedy nearest-neighbour matching on given scores.
///
/// Treated rows choose in descending score (equal scores: lowest row first). Each takes the control with the smallest gap that
/// is still free and within the caliper; of equal gaps the lowest row. With `ratio` k and no replacement, all treated choose
/// once before anybody chooses again. With replacement every treated takes its k nearest controls.
/// The search goes through groups of equal scores with links over those used up, so that it grows as n log n.
/// Refuses scores that are not finite, one group, and a caliper or ratio that leaves no pair.
/// Source: the algorithm called "nearest" in Ho, Imai, King & Stuart 2011.
///
/// ```
/// use fingerpost_statistics_models::matching::{MatchOptions, match_scores};
/// let treated = [true, false, false, true, false];
/// let scores = [0.30, 0.31, 0.52, 0.50, 0.90];
/// let matching = match_scores(&treated, &scores, MatchOptions::default())?;
/// let pairs: Vec<_> = matching.pairs.iter().map(|pair| (pair.treated, pair.control)).collect();
/// assert_eq!(pairs, [(3, 2), (0, 1)]);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn match_scores(treated: &[bool], scores: &[f64], options: MatchOptions) -> Result<Matching, Refusal> {
    check::same_length("The list of scores", scores.len(), treated.len())?;
    check::finite("Scores", scores)?;
    check::two_groups("Treated and controls", treated)?;
    if options.ratio == 0 {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "Each treated needs at least one control; ask for a ratio of 1 or more.",
        ));
    }
    let caliper = match options.caliper_sd {
        None => None,
        Some(width) if width > 0.0 && width.is_finite() => Some(width * check::variance(scores).sqrt()),
        Some(_) => {
            return Err(Refusal::new(RefusalKind::BadShape, "A caliper is a positive number of standard deviations."));
        }
    };
    let pairs = neighbours::pairs(treated, scores, options, caliper.unwrap_or(f64::INFINITY));
    if pairs.is_empty() {
        return Err(Refusal::new(
            RefusalKind::Assumption,
            "No treated has a control within the caliper: the groups do not overlap.",
        ));
    }
    let mut counts = vec![0_u32; treated.len()];
    for pair in &pairs {
        add(&mut counts, pair.treated, 1);
    }
    let mut weights = vec![0.0; treated.len()];
    for pair in &pairs {
        let share = 1.0 / f64::from(counts.get(pair.treated).copied().unwrap_or(1).max(1));
        add(&mut weights, pair.control, share);
        if let Some(slot) = weights.get_mut(pair.treated) {
            *slot = 1.0;
        }
    }
    let unmatched = |wanted: bool| {
        let flags = treated.iter().zip(&weights).enumerate();
        flags.filter(move |(_, (flag, weight))| **flag == wanted && **weight == 0.0).map(|(row, _)| row)
    };
    let (unmatched_treated, unmatched_controls) = (unmatched(true).collect(), unmatched(false).count() as u64);
    Ok(Matching { pairs, unmatched_treated, unmatched_controls, caliper, weights, replacement: options.replacement })
}

fn add<T: std::ops::AddAssign>(values: &mut [T], at: usize, more: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot += more;
    }
}

/// Standardised mean differences of every column but a constant one, before (all rows equal) and after (by `weights`).
///
/// SMD = (mean of treated - mean of controls) / standard deviation of all treated, denominator n - 1. Below 0.1 is usually
/// taken as balanced (Austin 2009). Refuses one group and a wrong length.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, matching::balance};
/// let covariates = Design::with_intercept(4).column("age", &[40.0, 60.0, 30.0, 50.0])?;
/// let found = balance(&[true, true, false, false], &covariates, &[1.0; 4])?;
/// assert_eq!((found[0].mean_treated, found[0].mean_control), (50.0, 40.0));
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn balance(treated: &[bool], covariates: &Design, weights: &[f64]) -> Result<Vec<Balance>, Refusal> {
    check::same_length("The list of who was treated", treated.len(), covariates.rows())?;
    check::same_length("The list of weights", weights.len(), covariates.rows())?;
    check::two_groups("Treated and controls", treated)?;
    let varies = |column: &[f64]| column.windows(2).any(|pair| pair.first() != pair.last());
    let named = covariates.names().iter().zip(covariates.columns());
    Ok(named
        .filter(|(_, column)| varies(column))
        .map(|(name, column)| balance_of(name, treated, column, weights))
        .collect())
}

fn balance_of(name: &str, treated: &[bool], column: &[f64], weights: &[f64]) -> Balance {
    // Index 0: controls, 1: treated.
    let mut plain = [(0.0, 0.0); 2];
    let mut weighted = [(0.0, 0.0); 2];
    for ((flag, value), weight) in treated.iter().zip(column).zip(weights) {
        let [controls, all_treated] = &mut plain;
        let side = if *flag { all_treated } else { controls };
        *side = (side.0 + 1.0, side.1 + value);
        let [controls, all_treated] = &mut weighted;
        let side = if *flag { all_treated } else { controls };
        *side = (side.0 + weight, side.1 + weight * value);
    }
    let [mean_control, mean_treated] = plain.map(|(count, sum)| sum / count);
    let [after_control, after_treated] = weighted.map(|(count, sum)| sum / count);
    let squares: f64 =
        treated.iter().zip(column).filter(|(flag, _)| **flag).map(|(_, value)| (value - mean_treated).powi(2)).sum();
    let [_, (count, _)] = plain;
    let sd = (squares / (count - 1.0)).sqrt();
    let smd = |difference: f64| if sd > 0.0 { difference / sd } else { f64::NAN };
    Balance {
        name: name.to_owned(),
        mean_treated,
        mean_control,
        smd_before: smd(mean_treated - mean_control),
        smd_after: smd(after_treated - after_control),
    }
}

/// The average effect on the matched treated: weighted regression of the outcome on treatment in the matched sample.
///
/// Without replacement the errors are clustered by matched set (t with sets - 1 degrees of freedom); with replacement a control
/// belongs to several sets, and the errors are HC1. Both take the score as known. Refuses fewer than two sets.
/// Sources: Stuart 2010; Austin & Small 2014.
///
/// ```
/// use fingerpost_statistics_models::matching::{MatchOptions, att, match_scores};
/// let treated = [true, false, true, false];
/// let matching = match_scores(&treated, &[0.3, 0.3, 0.6, 0.6], MatchOptions::default())?;
/// assert!((att(&[5.0, 3.0, 8.0, 5.0], &treated, &matching, 0.95)?.estimate - 2.5).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn att(y: &[f64], treated: &[bool], matching: &Matching, level: f64) -> Result<Term, Refusal> {
    check::same_length("The outcome", y.len(), treated.len())?;
    check::same_length("The matching", matching.weights.len(), treated.len())?;
    let mut sets = vec![usize::MAX; treated.len()];
    for pair in &matching.pairs {
        for row in [pair.treated, pair.control] {
            if let Some(slot) = sets.get_mut(row) {
                *slot = pair.treated;
            }
        }
    }
    let rows: Vec<usize> =
        (0..treated.len()).filter(|row| sets.get(*row).is_some_and(|set| *set != usize::MAX)).collect();
    let flags = check::at(treated, &rows);
    check::at_least("matched treated", flags.iter().filter(|flag| **flag).count(), 2)?;
    let design = Design::with_intercept(rows.len()).flag("treated", &flags)?;
    let (outcome, weights, sets) = (check::at(y, &rows), check::at(&matching.weights, &rows), check::at(&sets, &rows));
    let covariance = if matching.replacement { Covariance::Hc1 } else { Covariance::Clustered(&sets) };
    let fit = wls(&outcome, &weights, &design, covariance, level)?;
    fit.estimates.term("treated").cloned()
}

/// Score, pairs, balance and effect in one: the matched comparison of an outcome.
///
/// Assumes that every difference that matters for the outcome is among the covariates, and that the groups overlap. Refusals as
/// in [`propensity`], [`match_scores`] and [`att`].
///
/// ```
/// use fingerpost_statistics_models::{design::Design, matching::{MatchOptions, matched_comparison}};
/// let age: Vec<f64> = (0..60).map(|i| f64::from(30 + (i * 37) % 50)).collect();
/// let treated: Vec<bool> = (0..60).map(|i| i % 3 == 0).collect();
/// let y: Vec<f64> = (0..60).map(|i| 10.0 + 0.1 * age[i] + if treated[i] { 2.0 } else { 0.0 } + (i % 5) as f64 / 10.0).collect();
/// let covariates = Design::with_intercept(60).column("age", &age)?;
/// let comparison = matched_comparison(&y, &treated, &covariates, MatchOptions::default())?;
/// assert_eq!(comparison.matching.pairs.len(), 20);
/// assert!((comparison.att.estimate - 2.0).abs() < 0.3);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn matched_comparison(
    y: &[f64],
    treated: &[bool],
    covariates: &Design,
    options: MatchOptions,
) -> Result<MatchedComparison, Refusal> {
    check::same_length("The outcome", y.len(), treated.len())?;
    check::finite("The outcome", y)?;
    let (scores, propensity) = propensity(treated, covariates, options.level)?;
    let matching = match_scores(treated, &scores, options)?;
    let mut all = vec![balance_of("propensity_score", treated, &scores, &matching.weights)];
    all.extend(balance(treated, covariates, &matching.weights)?);
    let att = att(y, treated, &matching, options.level)?;
    let unadjusted = difference_of_means(y, treated);
    Ok(MatchedComparison { propensity, scores, matching, balance: all, att, unadjusted })
}

fn difference_of_means(y: &[f64], treated: &[bool]) -> f64 {
    let mean = |wanted: bool| {
        let values: Vec<f64> =
            y.iter().zip(treated).filter(|(_, flag)| **flag == wanted).map(|(value, _)| *value).collect();
        check::mean(&values)
    };
    mean(true) - mean(false)
}
