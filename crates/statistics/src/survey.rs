//! Means, totals and ratios of a sample that was drawn in strata or clusters, or weighted to known totals. Standard errors are
//! those of the design (Taylor linearisation), with the finite population correction where the population is known.

mod raking;

use std::collections::BTreeMap;

pub use raking::{Margin, Raked, rake, rake_answer};
use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::t_quantile;
use crate::interval::{Interval, from_to, said};
use crate::numbers::{at_least, confidence, finite, positive, same_length, sum};
use crate::refusal::{Refusal, RefusalKind};

/// How a sample was drawn. Every slice has one entry per respondent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Design<'a> {
    /// How many of the population each respondent stands for.
    pub weights: &'a [f64],
    /// Strata; one stratum when `None`.
    pub strata: Option<&'a [&'a str]>,
    /// Clusters (practices, say) that were drawn as a whole; each respondent is one when `None`.
    pub clusters: Option<&'a [&'a str]>,
    /// Clusters (or people, without clusters) in the stratum's population; no correction when `None`.
    pub population: Option<&'a [f64]>,
}

/// An estimate with its design-based standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Respondents.
    pub n: u64,
    /// The estimate.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// Degrees of freedom: clusters less strata.
    pub df: f64,
    /// Student's limits on these degrees of freedom.
    pub interval: Interval,
    /// Design effect of the weights alone (Kish), 1 + their squared coefficient of variation.
    pub weight_effect: f64,
}

/// Weighted mean, sum w y / sum w.
///
/// Refuses weights not above zero, and a stratum of one cluster, whose variance nothing tells. Source: Lumley 2010, Complex
/// Surveys; Sarndal, Swensson and Wretman 1992.
///
/// ```
/// use fingerpost_statistics::survey::{Design, mean};
/// let weights = [10.0; 4];
/// let found = mean(&[1.0, 2.0, 3.0, 6.0], &Design { weights: &weights, ..Design::default() }, 0.95).unwrap();
/// assert_eq!(found.estimate, 3.0);
/// ```
pub fn mean(values: &[f64], design: &Design<'_>, level: f64) -> Result<Estimate, Refusal> {
    check(values, design)?;
    let all = sum(design.weights.iter().copied());
    let estimate = weighted(values, design.weights) / all;
    let scores: Vec<f64> = values.iter().zip(design.weights).map(|(y, w)| w * (y - estimate) / all).collect();
    finish(estimate, &scores, design, level)
}

/// Estimated total, sum w y.
/// Refusals and source as for [`mean`].
///
/// ```
/// use fingerpost_statistics::survey::{Design, total};
/// let found = total(&[1.0, 2.0, 3.0], &Design { weights: &[10.0, 10.0, 20.0], ..Design::default() }, 0.95).unwrap();
/// assert_eq!(found.estimate, 90.0);
/// ```
pub fn total(values: &[f64], design: &Design<'_>, level: f64) -> Result<Estimate, Refusal> {
    check(values, design)?;
    let scores: Vec<f64> = values.iter().zip(design.weights).map(|(y, w)| w * y).collect();
    finish(sum(scores.iter().copied()), &scores, design, level)
}

/// Ratio of two totals, sum w y / sum w x. Refuses a denominator that adds up to zero.
/// Source as for [`mean`].
///
/// ```
/// use fingerpost_statistics::survey::{Design, ratio};
/// let design = Design { weights: &[1.0; 3], ..Design::default() };
/// assert_eq!(ratio(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], &design, 0.95).unwrap().estimate, 0.5);
/// ```
pub fn ratio(numerator: &[f64], denominator: &[f64], design: &Design<'_>, level: f64) -> Result<Estimate, Refusal> {
    same_length(("numerator", numerator.len()), ("denominator", denominator.len()))?;
    check(numerator, design)?;
    finite("denominator", denominator)?;
    let below = weighted(denominator, design.weights);
    if below == 0.0 {
        return Err(Refusal::new(RefusalKind::BadValue, "The denominator adds up to zero: there is no ratio."));
    }
    let estimate = weighted(numerator, design.weights) / below;
    let rows = numerator.iter().zip(denominator).zip(design.weights);
    let scores: Vec<f64> = rows.map(|((y, x), w)| w * (y - estimate * x) / below).collect();
    finish(estimate, &scores, design, level)
}

fn weighted(values: &[f64], weights: &[f64]) -> f64 {
    sum(values.iter().zip(weights).map(|(y, w)| w * y))
}

fn check(values: &[f64], design: &Design<'_>) -> Result<(), Refusal> {
    finite("values", values)?;
    at_least("respondents", values.len(), 2)?;
    same_length(("values", values.len()), ("weights", design.weights.len()))?;
    positive("weights", design.weights)?;
    for (name, labels) in [("strata", design.strata), ("clusters", design.clusters)] {
        if let Some(labels) = labels {
            same_length(("values", values.len()), (name, labels.len()))?;
        }
    }
    if let Some(population) = design.population {
        same_length(("values", values.len()), ("population", population.len()))?;
        positive("population", population)?;
    }
    Ok(())
}

/// Variance of the sum of the scores under the design.
fn finish(estimate: f64, scores: &[f64], design: &Design<'_>, level: f64) -> Result<Estimate, Refusal> {
    confidence(level)?;
    // Ordered maps, so that sums run in one order on every machine.
    let mut strata: BTreeMap<&str, BTreeMap<(&str, usize), f64>> = BTreeMap::new();
    let mut populations: BTreeMap<&str, f64> = BTreeMap::new();
    for (row, score) in scores.iter().enumerate() {
        let stratum = design.strata.and_then(|labels| labels.get(row).copied()).unwrap_or_default();
        let cluster = match design.clusters {
            Some(labels) => (labels.get(row).copied().unwrap_or_default(), 0),
            None => ("", row),
        };
        *strata.entry(stratum).or_default().entry(cluster).or_insert(0.0) += score;
        if let Some(people) = design.population.and_then(|population| population.get(row)) {
            let known = *populations.entry(stratum).or_insert(*people);
            if known != *people {
                return Err(Refusal::at(
                    RefusalKind::BadValue,
                    row,
                    format!(
                        "Row {} gives its stratum another population than the rows before: correct one of them.",
                        row + 1
                    ),
                ));
            }
        }
    }
    let (mut variance, mut clusters) = (Vec::with_capacity(strata.len()), 0.0);
    for (stratum, totals) in &strata {
        let n = totals.len() as f64;
        if totals.len() < 2 {
            return Err(Refusal::new(
                RefusalKind::TooFew,
                format!("Stratum \"{stratum}\" has a single cluster, so that nothing tells its variance: join strata."),
            ));
        }
        let sampled = match populations.get(stratum) {
            Some(population) if *population < n => {
                return Err(Refusal::new(
                    RefusalKind::BadValue,
                    format!("Stratum \"{stratum}\" has a larger sample than its population: correct the population."),
                ));
            }
            Some(population) => n / population,
            None => 0.0,
        };
        let middle = sum(totals.values().copied()) / n;
        variance.push((1.0 - sampled) * n / (n - 1.0) * sum(totals.values().map(|total| (total - middle).powi(2))));
        clusters += n;
    }
    let se = sum(variance).sqrt();
    let df = clusters - strata.len() as f64;
    let margin = t_quantile(1.0 - (1.0 - level) / 2.0, df) * se;
    Ok(Estimate {
        n: scores.len() as u64,
        estimate,
        se,
        df,
        interval: Interval::about(estimate, margin),
        weight_effect: weight_effect(design.weights),
    })
}

/// Kish's design effect, n sum w^2 / (sum w)^2.
pub(crate) fn weight_effect(weights: &[f64]) -> f64 {
    let all = sum(weights.iter().copied());
    weights.len() as f64 * sum(weights.iter().map(|w| w * w)) / (all * all)
}

/// [`mean`] in the shared shape.
pub fn mean_answer(values: &[f64], design: &Design<'_>, level: f64) -> Answer {
    shape("survey_mean", mean(values, design, level), values.len(), design, level)
}

/// [`total`] in the shared shape.
pub fn total_answer(values: &[f64], design: &Design<'_>, level: f64) -> Answer {
    shape("survey_total", total(values, design, level), values.len(), design, level)
}

/// [`ratio`] in the shared shape.
pub fn ratio_answer(numerator: &[f64], denominator: &[f64], design: &Design<'_>, level: f64) -> Answer {
    shape("survey_ratio", ratio(numerator, denominator, design, level), numerator.len(), design, level)
}

fn shape(method: &'static str, found: Result<Estimate, Refusal>, n: usize, design: &Design<'_>, level: f64) -> Answer {
    let options = Options::default()
        .with("level", level)
        .with("strata", design.strata.is_some())
        .with("clusters", design.clusters.is_some())
        .with("finite_population", design.population.is_some())
        .with("variance", "taylor linearisation");
    let given = found.map(|found| {
        Given::new(
            Table::default()
                .with("n", found.n)
                .with("estimate", found.estimate)
                .with("se", found.se)
                .with("df", found.df)
                .with("lower", found.interval.lower)
                .with("upper", found.interval.upper)
                .with("weight_effect", found.weight_effect),
        )
        .warn_if(found.weight_effect > 2.0, || {
            format!("Unequal weights cost as much as a sample {} times smaller.", said(found.weight_effect))
        })
        .may(format!(
            "The estimate for the population is {}; the interval goes {}.",
            said(found.estimate),
            from_to(found.interval)
        ))
        .may_not("That those who did not answer are like those who did: weights mend only what they know.")
    });
    Answer::new(method, options, n as u64, given)
}
