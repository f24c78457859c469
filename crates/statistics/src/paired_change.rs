//! How people's scores changed between two times: first how many were lost, then the change, its effect sizes and how many
//! changed by more than the instrument's own error. It has no comparison group, and says so, with an estimate of how much
//! better people with a poor start would score by chance alone.

mod answers;

pub use answers::{answer, answer_of_each};
use serde::Serialize;

use crate::distribution::{t_quantile, t_two_sided};
use crate::interval::Interval;
use crate::numbers::{at_least, confidence, correlation, finite, mean, same_length, standard_deviation};
use crate::proportion::{Proportion, wilson};
use crate::refusal::{Refusal, RefusalKind};

/// Changes beyond this many standard errors of a difference are reliable, as published (Jacobson and Truax 1991).
pub const RELIABLE: f64 = 1.96;

/// How reliably an instrument measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// Test-retest or internal reliability, from 0 to below 1.
    pub r: f64,
    /// Where it was published.
    pub source: String,
}

/// How scores are read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Whether a higher score is better.
    pub higher_is_better: bool,
    /// A start at this score or worse is a low baseline (2 of 5, for instance).
    pub low_baseline: Option<f64>,
    /// Reliability of the instrument; without it no change is called reliable.
    pub reliability: Option<Reliability>,
    /// Confidence level.
    pub level: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { higher_is_better: true, low_baseline: None, reliability: None, level: 0.95 }
    }
}

/// How many got better, stayed and got worse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Progress {
    /// Better, of all pairs.
    pub better: Proportion,
    /// The same.
    pub same: u64,
    /// Worse.
    pub worse: u64,
}

/// Change beyond the error of the instrument.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliableChange {
    /// Standard error of a difference: sqrt(2 (s sqrt(1 - r))^2), s the SD of the paired first scores.
    pub s_diff: f64,
    /// 1.96 of them.
    pub threshold: f64,
    /// Reliably better, of all pairs.
    pub better: Proportion,
    /// Reliably worse.
    pub worse: u64,
}

/// Those with a low baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LowBaseline {
    /// People with a low baseline, followed up or not.
    pub n_total: u64,
    /// Those of them who were lost.
    pub lost: u64,
    /// Their progress.
    pub progress: Progress,
    /// Their mean change, better being positive.
    pub mean_change: f64,
    /// How much of it chance alone would bring: (1 - r) times the distance of their mean start from everybody's.
    pub by_regression: f64,
}

/// Change between two times. Better is positive in every number, whichever way the scale runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedChange {
    /// People with a first score.
    pub n_total: u64,
    /// People with both.
    pub n_paired: u64,
    /// People without a second score.
    pub lost: u64,
    /// Mean first score of those lost; NaN when none was.
    pub mean_before_lost: f64,
    /// Mean first score of pairs.
    pub mean_before: f64,
    /// Mean second score.
    pub mean_after: f64,
    /// Mean change.
    pub mean_change: f64,
    /// SD of changes.
    pub sd_change: f64,
    /// Student's limits of the mean change.
    pub interval: Interval,
    /// t, on n - 1 degrees of freedom; NaN when every change is the same.
    pub t: f64,
    /// Its two-sided p value; NaN where t is.
    pub p: f64,
    /// Mean change over the SD of changes (also called the standardised response mean).
    pub d_z: f64,
    /// Mean change over the root mean square of both SDs.
    pub d_average: f64,
    /// Mean change over the SD of first scores (Glass).
    pub glass: f64,
    /// d_z with Hedges' correction, 1 - 3/(4(n - 1) - 1).
    pub hedges: f64,
    /// Correlation of first and second scores; NaN when one does not vary.
    pub correlation: f64,
    /// Better, same, worse.
    pub progress: Progress,
    /// Reliable change, where a reliability is given.
    pub reliable: Option<ReliableChange>,
    /// Those with a low baseline, where one is set and somebody has it.
    pub low_baseline: Option<LowBaseline>,
}

/// Change of the same people between two times; `None` is somebody who was not followed up.
///
/// Assumes pairs independent of each other and, with few of them, changes about normal. Refuses fewer than two pairs and a
/// reliability outside 0 to 1. Sources: Jacobson and Truax 1991, J Consult Clin Psychol 59:12; Lakens 2013, Front Psychol 4:863.
///
/// ```
/// use fingerpost_statistics::paired_change::{Settings, paired_change};
/// let settings = Settings { low_baseline: Some(2.0), ..Settings::default() };
/// let found = paired_change(&[1.0, 2.0, 4.0, 3.0], &[Some(3.0), Some(3.0), Some(4.0), None], &settings).unwrap();
/// assert_eq!((found.n_total, found.lost, found.mean_change), (4, 1, 1.0));
/// assert_eq!(found.low_baseline.unwrap().progress.better.count, 2);
/// ```
pub fn paired_change(before: &[f64], after: &[Option<f64>], settings: &Settings) -> Result<PairedChange, Refusal> {
    same_length(("scores before", before.len()), ("scores after", after.len()))?;
    finite("scores before", before)?;
    confidence(settings.level)?;
    let (mut first, mut second, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        match after {
            Some(after) if !after.is_finite() => {
                return Err(Refusal::at(
                    RefusalKind::BadValue,
                    index,
                    format!("Row {} of scores after is not a finite number: leave it empty or correct it.", index + 1),
                ));
            }
            Some(after) => {
                first.push(*before);
                second.push(*after);
            }
            None => lost.push(*before),
        }
    }
    at_least("people with both scores", first.len(), 2)?;
    let sign = if settings.higher_is_better { 1.0 } else { -1.0 };
    let change: Vec<f64> = first.iter().zip(&second).map(|(before, after)| sign * (after - before)).collect();
    let n = change.len() as f64;
    let (mean_change, sd_change) = (mean(&change), standard_deviation(&change));
    let error = sd_change / n.sqrt();
    let margin = t_quantile(1.0 - (1.0 - settings.level) / 2.0, n - 1.0) * error;
    let over = |sd: f64| if sd > 0.0 { mean_change / sd } else { f64::NAN };
    let (sd_before, sd_after) = (standard_deviation(&first), standard_deviation(&second));
    let (t, d_z, r) = (over(error), over(sd_change), correlation(&first, &second));
    Ok(PairedChange {
        n_total: before.len() as u64,
        n_paired: first.len() as u64,
        lost: lost.len() as u64,
        mean_before_lost: mean(&lost),
        mean_before: mean(&first),
        mean_after: mean(&second),
        mean_change,
        sd_change,
        interval: Interval::about(mean_change, margin),
        t,
        p: t_two_sided(t, n - 1.0),
        d_z,
        d_average: over((0.5 * (sd_before * sd_before + sd_after * sd_after)).sqrt()),
        glass: over(sd_before),
        hedges: d_z * (1.0 - 3.0 / (4.0 * (n - 1.0) - 1.0)),
        correlation: r,
        progress: progress(&change, settings.level)?,
        reliable: reliable(&change, sd_before, settings)?,
        low_baseline: low((&first, &change), &lost, r, settings)?,
    })
}

fn progress(change: &[f64], level: f64) -> Result<Progress, Refusal> {
    let count = |test: fn(f64) -> bool| change.iter().filter(|change| test(**change)).count() as u64;
    Ok(Progress {
        better: wilson(count(|change| change > 0.0), change.len() as u64, level)?,
        same: count(|change| change == 0.0),
        worse: count(|change| change < 0.0),
    })
}

fn reliable(change: &[f64], sd: f64, settings: &Settings) -> Result<Option<ReliableChange>, Refusal> {
    let Some(reliability) = &settings.reliability else { return Ok(None) };
    let s_diff = standard_error_of_difference(sd, reliability.r)?;
    let threshold = RELIABLE * s_diff;
    let better = change.iter().filter(|change| **change > threshold).count() as u64;
    Ok(Some(ReliableChange {
        s_diff,
        threshold,
        better: wilson(better, change.len() as u64, settings.level)?,
        worse: change.iter().filter(|change| **change < -threshold).count() as u64,
    }))
}

fn low(
    (first, change): (&[f64], &[f64]),
    lost: &[f64],
    r: f64,
    settings: &Settings,
) -> Result<Option<LowBaseline>, Refusal> {
    let Some(threshold) = settings.low_baseline else { return Ok(None) };
    let poor = |score: f64| if settings.higher_is_better { score <= threshold } else { score >= threshold };
    let (mut starts, mut changes) = (Vec::new(), Vec::new());
    for (score, change) in first.iter().zip(change).filter(|(score, _)| poor(**score)) {
        starts.push(*score);
        changes.push(*change);
    }
    if changes.is_empty() {
        return Ok(None);
    }
    // Without a published reliability the correlation of both scores stands in: it also holds true change, so that the
    // estimate is then an upper one.
    let r = settings.reliability.as_ref().map_or(r, |reliability| reliability.r).clamp(0.0, 1.0);
    let lost = lost.iter().filter(|score| poor(**score)).count() as u64;
    Ok(Some(LowBaseline {
        n_total: changes.len() as u64 + lost,
        lost,
        progress: progress(&changes, settings.level)?,
        mean_change: mean(&changes),
        by_regression: (1.0 - r) * (mean(first) - mean(&starts)).abs(),
    }))
}

/// sqrt(2 (s sqrt(1 - r))^2), the standard error of a difference of two scores of one person.
pub fn standard_error_of_difference(sd: f64, r: f64) -> Result<f64, Refusal> {
    if !(sd.is_finite() && sd > 0.0) {
        return Err(Refusal::new(RefusalKind::Constant, "First scores do not vary: no change can be called reliable."));
    }
    if !(0.0..1.0).contains(&r) {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "The reliability lies outside 0 to below 1: take it from the instrument's paper.",
        ));
    }
    Ok((2.0 * sd * sd * (1.0 - r)).sqrt())
}

/// One person's reliable change index: the change over the standard error of a difference.
///
/// ```
/// use fingerpost_statistics::paired_change::reliable_change_index;
/// // Jacobson and Truax 1991: s 7.5, r 0.80, from 47.5 to 32.5.
/// assert!((reliable_change_index(47.5, 32.5, 7.5, 0.8).unwrap() + 3.16).abs() < 0.005);
/// ```
pub fn reliable_change_index(before: f64, after: f64, sd: f64, r: f64) -> Result<f64, Refusal> {
    finite("scores", &[before, after])?;
    standard_error_of_difference(sd, r).map(|error| (after - before) / error)
}

/// People who got better in at least one measure, of people with both scores in at least one.
///
/// `people` names the person of each row (one row per person and measure).
/// Refuses scores before that are no numbers, and nobody with both. The share has Wilson's limits.
///
/// ```
/// use fingerpost_statistics::paired_change::{Settings, any_better};
/// let after = [Some(1.0), Some(4.0), Some(2.0), None];
/// let better = any_better(&["a", "a", "b", "b"], &[2.0, 3.0, 2.0, 1.0], &after, &Settings::default()).unwrap();
/// assert_eq!((better.count, better.n), (1, 2));
/// ```
pub fn any_better(
    people: &[&str],
    before: &[f64],
    after: &[Option<f64>],
    settings: &Settings,
) -> Result<Proportion, Refusal> {
    any_better_by(people, before, after, settings.level, |_| settings.higher_is_better)
}

/// The same where measures differ in which way is better: `higher` says it of each row.
fn any_better_by(
    people: &[&str],
    before: &[f64],
    after: &[Option<f64>],
    level: f64,
    higher: impl Fn(usize) -> bool,
) -> Result<Proportion, Refusal> {
    same_length(("people", people.len()), ("scores before", before.len()))?;
    same_length(("people", people.len()), ("scores after", after.len()))?;
    finite("scores before", before)?;
    let mut better = std::collections::HashMap::new();
    for (row, ((person, before), after)) in people.iter().zip(before).zip(after).enumerate() {
        let Some(after) = after else { continue };
        let gain = if higher(row) { after > before } else { after < before };
        *better.entry(*person).or_insert(false) |= gain;
    }
    wilson(better.values().filter(|better| **better).count() as u64, better.len() as u64, level)
}
