//! Funnel plots: which practices differ from the whole by more than chance lets expect. Limits widen where few are counted.
//! Differences in exposure only are allowed for; a funnel is no league table. Where nearly everybody lies outside, the limits
//! are wrong and not the practices: that is overdispersion, in the module below.

pub mod overdispersion;

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::normal_quantile;
use crate::interval::{Interval, said};
use crate::numbers::{at_least, positive, same_length, sum};
use crate::rate::exact_poisson_of;
use crate::refusal::{Refusal, RefusalKind};

/// What a funnel is drawn of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A share of people: binomial limits about the overall share.
    Proportion,
    /// Events per population: Poisson limits about the overall rate.
    Rate,
    /// Observed over expected: Poisson limits about one.
    Ratio,
}

/// How far a unit lies from the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Significance {
    /// Below the 99.8 per cent limit.
    VeryLow,
    /// Below the 95 per cent limit.
    Low,
    /// Within.
    Within,
    /// Above the 95 per cent limit.
    High,
    /// Above the 99.8 per cent limit.
    VeryHigh,
}

impl Significance {
    /// The label as English public health tools print it.
    pub fn label(self) -> &'static str {
        match self {
            Self::VeryLow => "Low (0.001)",
            Self::Low => "Low (0.025)",
            Self::Within => "Not significant",
            Self::High => "High (0.025)",
            Self::VeryHigh => "High (0.001)",
        }
    }

    pub(crate) fn of(value: f64, narrow: Interval, wide: Interval) -> Self {
        match value {
            _ if value < wide.lower => Self::VeryLow,
            _ if value > wide.upper => Self::VeryHigh,
            _ if value < narrow.lower => Self::Low,
            _ if value > narrow.upper => Self::High,
            _ => Self::Within,
        }
    }
}

/// A funnel: the centre, and for each unit its value and limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Funnel {
    /// The overall share, rate, or one.
    pub centre: f64,
    /// The units' values.
    pub value: Vec<f64>,
    /// 95 per cent limits.
    pub limits_95: Vec<Interval>,
    /// 99.8 per cent limits.
    pub limits_998: Vec<Interval>,
    /// Where each lies.
    pub significance: Vec<Significance>,
}

/// A funnel about the whole. Proportions: p -+ z sqrt(p(1 - p)/n), which is where Wilson's limit of a unit just reaches the
/// whole. Rates and ratios: exact Poisson limits of the count expected at the overall rate, over that count.
///
/// Refuses fewer than two units, no event at all, denominators not above zero, and shares above one. Source: Spiegelhalter 2005, Stat Med
/// 24:1185; Public Health England, "Funnel plots".
///
/// ```
/// use fingerpost_statistics::funnel::{Measure, Significance, funnel};
/// let drawn = funnel(&[40, 5, 11], &[100.0, 100.0, 100.0], Measure::Proportion).unwrap();
/// assert_eq!(drawn.significance, [Significance::VeryHigh, Significance::VeryLow, Significance::Low]);
/// ```
pub fn funnel(counts: &[u64], denominators: &[f64], measure: Measure) -> Result<Funnel, Refusal> {
    same_length(("counts", counts.len()), ("denominators", denominators.len()))?;
    at_least("units", counts.len(), 2)?;
    positive("denominators", denominators)?;
    let all = sum(denominators.iter().copied());
    let whole = sum(counts.iter().map(|count| *count as f64)) / all;
    if whole == 0.0 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "No unit has an event: there is nothing by which they could differ.",
        ));
    }
    let mut drawn = Funnel {
        centre: if measure == Measure::Ratio { 1.0 } else { whole },
        value: Vec::with_capacity(counts.len()),
        limits_95: Vec::with_capacity(counts.len()),
        limits_998: Vec::with_capacity(counts.len()),
        significance: Vec::with_capacity(counts.len()),
    };
    for (index, (&count, &n)) in counts.iter().zip(denominators).enumerate() {
        let value = count as f64 / n;
        if measure == Measure::Proportion && value > 1.0 {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                index,
                format!("Row {} counts {count} of {n}: a share is at most all; use a rate for events.", index + 1),
            ));
        }
        let (narrow, wide) = match measure {
            Measure::Proportion => (binomial(whole, n, 0.975), binomial(whole, n, 0.999)),
            Measure::Rate | Measure::Ratio => (poisson(drawn.centre, n, 0.95)?, poisson(drawn.centre, n, 0.998)?),
        };
        drawn.value.push(value);
        drawn.limits_95.push(narrow);
        drawn.limits_998.push(wide);
        drawn.significance.push(Significance::of(value, narrow, wide));
    }
    Ok(drawn)
}

fn binomial(share: f64, n: f64, p: f64) -> Interval {
    let limits = Interval::about(share, normal_quantile(p) * (share * (1.0 - share) / n).sqrt());
    Interval { lower: limits.lower.max(0.0), upper: limits.upper.min(1.0) }
}

fn poisson(centre: f64, n: f64, level: f64) -> Result<Interval, Refusal> {
    exact_poisson_of(centre * n, level).map(|limits| limits.times(1.0 / n))
}

/// [`funnel`] in the shared shape, one row per unit.
pub fn answer(units: &[&str], counts: &[u64], denominators: &[f64], measure: Measure) -> Answer {
    let (name, limits) = match measure {
        Measure::Proportion => ("proportion", "binomial, normal quantile"),
        Measure::Rate => ("rate", "exact poisson"),
        Measure::Ratio => ("ratio", "exact poisson"),
    };
    let options = Options::default().with("measure", name).with("limits", limits).with("levels", "0.95 and 0.998");
    let given = same_length(("units", units.len()), ("counts", counts.len())).and_then(|()| {
        let drawn = funnel(counts, denominators, measure)?;
        let outside = drawn.significance.iter().filter(|found| **found != Significance::Within).count();
        let far = drawn
            .significance
            .iter()
            .filter(|found| matches!(found, Significance::VeryHigh | Significance::VeryLow))
            .count();
        let n = units.len();
        let table = limits_table(units, &drawn.value, &drawn.limits_95, &drawn.limits_998, &drawn.significance)
            .with("count", counts.to_vec())
            .with("denominator", denominators.to_vec());
        Ok(Given::new(table)
            .table("centre", Table::default().with("centre", drawn.centre))
            .warn_if(n < 10, || format!("{n} units are few for a funnel: read each with its own interval."))
            .warn_if(n >= 10 && outside as f64 > 0.1 * n as f64, || {
                format!("{outside} of {n} units lie outside the 95 per cent limits: ask for the overdispersed funnel.")
            })
            .may(format!("{far} of {n} units lie outside the 99.8 per cent limits about {}.", said(drawn.centre)))
            .may_not("A rank order of units: a funnel asks who differs from the whole, not who is best.")
            .may_not("That a unit outside does worse: its people may differ."))
    });
    Answer::new("funnel", options, units.len() as u64, given)
}

fn limits_table(
    units: &[&str],
    value: &[f64],
    narrow: &[Interval],
    wide: &[Interval],
    significance: &[Significance],
) -> Table {
    Table::default()
        .with("unit", units.to_vec())
        .with("value", value.to_vec())
        .with("lower_95", narrow.iter().map(|limits| limits.lower).collect::<Vec<_>>())
        .with("upper_95", narrow.iter().map(|limits| limits.upper).collect::<Vec<_>>())
        .with("lower_998", wide.iter().map(|limits| limits.lower).collect::<Vec<_>>())
        .with("upper_998", wide.iter().map(|limits| limits.upper).collect::<Vec<_>>())
        .with("significance", significance.iter().map(|found| found.label()).collect::<Vec<_>>())
}
