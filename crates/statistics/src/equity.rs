//! Inequality across deprivation: the slope index (how far apart the two ends of society lie) and the relative index, from one
//! value per decile or fifth. Limits are simulated from each group's own uncertainty, as English public health statistics do.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, effect};
use crate::numbers::{at_least, confidence, finite, positive, same_length, sum};
use crate::random::{Draws, enough, middle};
use crate::refusal::{Refusal, RefusalKind};

/// The scale on which a straight line is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Values as they are (life expectancy, mean scores).
    Plain,
    /// Logarithms (rates).
    Log,
    /// Log odds (proportions).
    Logit,
}

impl Scale {
    fn to(self, value: f64) -> f64 {
        match self {
            Self::Plain => value,
            Self::Log => value.ln(),
            Self::Logit => (value / (1.0 - value)).ln(),
        }
    }

    fn from(self, value: f64) -> f64 {
        match self {
            Self::Plain => value,
            Self::Log => value.exp(),
            Self::Logit => 1.0 / (1.0 + (-value).exp()),
        }
    }

    /// A standard error on this scale, by the delta method.
    fn error(self, value: f64, error: f64) -> f64 {
        match self {
            Self::Plain => error,
            Self::Log => error / value,
            Self::Logit => error / (value * (1.0 - value)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Log => "log",
            Self::Logit => "logit",
        }
    }
}

/// Slope and relative index of inequality.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// The fitted value at the last end less that at the first, in the unit of the values.
    pub sii: f64,
    /// Its simulated limits.
    pub sii_interval: Interval,
    /// The fitted value at the last end over that at the first; NaN where one of them is not above zero.
    pub rii: f64,
    /// Its simulated limits; NaN where a draw had no ratio.
    pub rii_interval: Interval,
    /// Fitted value at the first end (the most deprived, when groups begin there).
    pub first: f64,
    /// Fitted value at the last end.
    pub last: f64,
}

/// How limits are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Simulation {
    /// Draws.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Confidence level.
    pub level: f64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self { draws: 10_000, seed: 1, level: 0.95 }
    }
}

/// Slope and relative index of inequality: a straight line through the groups' values over x, where x is the middle of each
/// group's share of the population (its ridit), weighted by population.
///
/// Groups stand in order from the first end to the last (decile 1, the most deprived, to 10); a negative slope then means lower
/// values among the less deprived. Assumes that the line fits. Refuses fewer than three groups, empty groups, values that the scale does
/// not know (rates not above zero, proportions not within 0 to 1). Source: Low and Low 2004, J Public Health 26:390; Public
/// Health England's `phe_sii`.
///
/// ```
/// use fingerpost_statistics::equity::{Scale, Simulation, slope};
/// let found = slope(&[100.0; 5], &[10.0, 11.0, 12.0, 13.0, 14.0], &[0.1; 5], Scale::Plain, &Simulation::default()).unwrap();
/// assert!((found.sii - 5.0).abs() < 1e-12);
/// ```
pub fn slope(
    population: &[f64],
    values: &[f64],
    standard_errors: &[f64],
    scale: Scale,
    simulation: &Simulation,
) -> Result<Slope, Refusal> {
    same_length(("population", population.len()), ("values", values.len()))?;
    same_length(("population", population.len()), ("standard errors", standard_errors.len()))?;
    positive("population", population)?;
    finite("values", values)?;
    crate::numbers::not_negative("standard errors", standard_errors)?;
    at_least("groups", values.len(), 3)?;
    confidence(simulation.level)?;
    enough(simulation.draws)?;
    let fits = |value: f64| scale.to(value).is_finite() && (scale == Scale::Plain || value > 0.0);
    if let Some(index) = values.iter().position(|value| !fits(*value)) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            index,
            format!(
                "Row {} has no place on the {} scale: use the plain scale, or larger groups.",
                index + 1,
                scale.name()
            ),
        ));
    }
    let line = Line::through(population);
    let on_scale: Vec<f64> = values.iter().map(|value| scale.to(*value)).collect();
    let errors: Vec<f64> =
        values.iter().zip(standard_errors).map(|(value, error)| scale.error(*value, *error)).collect();
    let (first, last) = line.ends(&on_scale, scale);
    let mut draws = Draws::seeded(simulation.seed);
    let mut drawn = vec![0.0; values.len()];
    let (mut differences, mut ratios) = (Vec::with_capacity(simulation.draws), Vec::with_capacity(simulation.draws));
    for _ in 0..simulation.draws {
        for ((drawn, value), error) in drawn.iter_mut().zip(&on_scale).zip(&errors) {
            *drawn = value + error * draws.normal();
        }
        let (first, last) = line.ends(&drawn, scale);
        differences.push(last - first);
        ratios.push(over(last, first));
    }
    Ok(Slope {
        sii: last - first,
        sii_interval: middle(&mut differences, simulation.level),
        rii: over(last, first),
        rii_interval: if ratios.iter().any(|ratio| ratio.is_nan()) {
            Interval { lower: f64::NAN, upper: f64::NAN }
        } else {
            middle(&mut ratios, simulation.level)
        },
        first,
        last,
    })
}

/// A ratio, where both ends are above zero and it means something.
fn over(last: f64, first: f64) -> f64 {
    if last > 0.0 && first > 0.0 { last / first } else { f64::NAN }
}

/// Weights with which values add up to the fitted line at both ends.
struct Line {
    first: Vec<f64>,
    last: Vec<f64>,
}

impl Line {
    fn through(population: &[f64]) -> Self {
        let all = sum(population.iter().copied());
        let shares: Vec<f64> = population.iter().map(|people| people / all).collect();
        let mut below = 0.0;
        let ridits: Vec<f64> = shares
            .iter()
            .map(|share| {
                below += share;
                below - share / 2.0
            })
            .collect();
        // The mean ridit is one half whatever the shares.
        let spread = sum(shares.iter().zip(&ridits).map(|(w, x)| w * (x - 0.5).powi(2)));
        let end =
            |at: f64| shares.iter().zip(&ridits).map(|(w, x)| w * (1.0 + (at - 0.5) * (x - 0.5) / spread)).collect();
        Self { first: end(0.0), last: end(1.0) }
    }

    fn ends(&self, values: &[f64], scale: Scale) -> (f64, f64) {
        let at = |weights: &[f64]| scale.from(sum(weights.iter().zip(values).map(|(w, y)| w * y)));
        (at(&self.first), at(&self.last))
    }
}

/// Values and standard errors for [`slope`] from counts: rates with Poisson errors for the logarithmic scale (and the plain one),
/// shares with binomial errors for the logit scale.
///
/// Refuses a group without events, or in which all have the property: its error would be zero, and is not.
///
/// ```
/// use fingerpost_statistics::equity::{Scale, from_counts};
/// let (rates, errors) = from_counts(&[100, 25], &[1000.0, 1000.0], 1000.0, Scale::Log).unwrap();
/// assert_eq!((rates, errors), (vec![100.0, 25.0], vec![10.0, 5.0]));
/// ```
pub fn from_counts(
    counts: &[u64],
    population: &[f64],
    per: f64,
    scale: Scale,
) -> Result<(Vec<f64>, Vec<f64>), Refusal> {
    same_length(("counts", counts.len()), ("population", population.len()))?;
    positive("population", population)?;
    positive("multiplier", &[per])?;
    let rows = || counts.iter().map(|count| *count as f64).zip(population.iter().copied());
    let empty = rows().position(|(count, n)| count == 0.0 || (scale == Scale::Logit && count >= n));
    if let Some(index) = empty {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            index,
            format!("Row {} counts none, or all: join it with its neighbour.", index + 1),
        ));
    }
    let of = |(count, n): (f64, f64)| match scale {
        Scale::Logit => (count / n, (count / n * (1.0 - count / n) / n).sqrt()),
        Scale::Plain | Scale::Log => (per * count / n, per * count.sqrt() / n),
    };
    Ok(rows().map(of).unzip())
}

/// [`from_counts`] and [`slope`] in the shared shape.
pub fn counts_answer(
    groups: &[&str],
    (counts, population): (&[u64], &[f64]),
    per: f64,
    scale: Scale,
    edition: &str,
    simulation: &Simulation,
) -> Answer {
    match from_counts(counts, population, per, scale) {
        Ok((values, errors)) => {
            let mut found = answer(groups, population, &values, &errors, scale, edition, simulation);
            found.options = found.options.with("per", if scale == Scale::Logit { 1.0 } else { per });
            found
        }
        Err(refusal) => {
            let options =
                Options::default().with("scale", scale.name()).with("deprivation_index", edition).with("per", per);
            Answer::new("slope_index", options, groups.len() as u64, Err(refusal))
        }
    }
}

/// [`slope`] in the shared shape. `groups` are named from the first end to the last; `edition` is that of the deprivation index.
pub fn answer(
    groups: &[&str],
    population: &[f64],
    values: &[f64],
    standard_errors: &[f64],
    scale: Scale,
    edition: &str,
    simulation: &Simulation,
) -> Answer {
    let options = Options::default()
        .with("scale", scale.name())
        .with("deprivation_index", edition)
        .with("level", simulation.level)
        .with("draws", simulation.draws as f64)
        .with("seed", simulation.seed.to_string());
    let given = same_length(("groups", groups.len()), ("values", values.len())).and_then(|()| {
        let found = slope(population, values, standard_errors, scale, simulation)?;
        let (from, to) = (groups.first().copied().unwrap_or_default(), groups.last().copied().unwrap_or_default());
        let results = Table::default()
            .with("sii", found.sii)
            .with("sii_lower", found.sii_interval.lower)
            .with("sii_upper", found.sii_interval.upper)
            .with("rii", found.rii)
            .with("rii_lower", found.rii_interval.lower)
            .with("rii_upper", found.rii_interval.upper)
            .with("first_end", found.first)
            .with("last_end", found.last);
        let rows = Table::default()
            .with("group", groups.to_vec())
            .with("population", population.to_vec())
            .with("value", values.to_vec())
            .with("standard_error", standard_errors.to_vec());
        Ok(Given::new(results)
            .table("groups", rows)
            .may(effect(&format!("a slope from {from} to {to}"), found.sii, found.sii_interval, 0.0))
            .may_not("That deprivation causes the difference, or that a service widened or narrowed it.")
            .may_not("Anything about single people: the index belongs to areas."))
    });
    Answer::new("slope_index", options, groups.len() as u64, given)
}
