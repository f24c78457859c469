//! Shewhart's control charts for proportions (p, and Laney's p'), rates (u), counts (c) and single values (I and MR). Limits lie
//! three standard deviations from the centre; special points can be left out of the calculation, and limits can be held from
//! a baseline on.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::Interval;
use crate::numbers::{at_least, finite, not_negative, positive, same_length, sum};
use crate::refusal::{Refusal, RefusalKind};
use crate::run_chart::{Runs, runs, runs_table};

/// Mean range of two normal values in standard deviations, as printed in tables of control chart constants.
const D2: f64 = 1.128;

/// Upper limit of a moving range in average ones.
const D4: f64 = 3.267;

/// The kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Shares: limits p -+ 3 sqrt(p(1 - p)/n).
    P,
    /// Laney's p': the limits of p times the spread of z between points, for very large n.
    LaneyP,
    /// Events per exposure: u -+ 3 sqrt(u/n).
    U,
    /// Counts with equal exposure: c -+ 3 sqrt c.
    C,
    /// Single values: mean -+ 3 average moving ranges over 1.128, ranges above 3.267 averages screened out.
    I,
    /// Moving ranges of single values: up to 3.267 average ones.
    Mr,
}

/// A control chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ControlChart {
    /// Points as drawn; NaN for the first moving range.
    pub value: Vec<f64>,
    /// The centre.
    pub centre: f64,
    /// The limits of each point.
    pub limits: Vec<Interval>,
    /// Outside its limits.
    pub outside: Vec<bool>,
    /// Points that the centre and the limits were worked out from.
    pub based_on: u64,
    /// Runs and crossings about the centre, over all points that were not left out.
    pub runs: Runs,
}

/// A control chart.
///
/// `counts` are events (or values for I and MR); `sizes` are denominators for p, p' and u, and are not read otherwise. `baseline`
/// is how many first points the limits come from (all, when `None`); `excluded` are positions left out of the calculation
/// because their cause is known, and still drawn. Refuses fewer than two points to work from, and shares above one.
///
/// Source: Montgomery, Introduction to Statistical Quality Control, chapters 6 and 7; Laney 2002, Qual Eng 14:531.
///
/// ```
/// use fingerpost_statistics::shewhart::{Kind, control_chart};
/// let chart = control_chart(Kind::C, &[21.0, 24.0, 16.0, 12.0, 15.0], &[], None, &[]).unwrap();
/// assert!((chart.centre - 17.6).abs() < 1e-12);
/// assert!((chart.limits[0].upper - (17.6 + 3.0 * 17.6_f64.sqrt())).abs() < 1e-12);
/// ```
pub fn control_chart(
    kind: Kind,
    counts: &[f64],
    sizes: &[f64],
    baseline: Option<usize>,
    excluded: &[usize],
) -> Result<ControlChart, Refusal> {
    check(kind, counts, sizes, excluded)?;
    let value: Vec<f64> = match kind {
        Kind::P | Kind::LaneyP | Kind::U => counts.iter().zip(sizes).map(|(count, size)| count / size).collect(),
        Kind::C | Kind::I => counts.to_vec(),
        Kind::Mr => std::iter::once(f64::NAN).chain(counts.windows(2).map(|pair| (pair[1] - pair[0]).abs())).collect(),
    };
    let out: std::collections::HashSet<usize> = excluded.iter().copied().collect();
    let base: Vec<usize> =
        (0..baseline.unwrap_or(counts.len()).min(counts.len())).filter(|index| !out.contains(index)).collect();
    at_least("points to work out limits from", base.len(), 2)?;
    let of = |values: &[f64]| base.iter().filter_map(|&index| values.get(index).copied()).collect::<Vec<f64>>();
    let (base_counts, base_sizes) = (of(counts), of(sizes));
    let (events, all) = (sum(base_counts.iter().copied()), sum(base_sizes.iter().copied()));
    let shares = matches!(kind, Kind::P | Kind::LaneyP);
    if !matches!(kind, Kind::I | Kind::Mr) && (events == 0.0 || (shares && events == all)) {
        let (what, limit) = if events == 0.0 { ("no events", "zero") } else { ("nothing but events", "one") };
        return Err(Refusal::new(
            RefusalKind::Constant,
            format!(
                "There are {what} among the points that limits come from: every limit would be {limit}, and nothing could be usual."
            ),
        ));
    }
    let (centre, limits) = limits(kind, &base_counts, &base_sizes, &value, sizes, &base);
    let outside =
        value.iter().zip(&limits).map(|(value, limits)| *value < limits.lower || *value > limits.upper).collect();
    let kept: Vec<f64> = value.iter().enumerate().filter(|(index, _)| !out.contains(index)).map(|(_, v)| *v).collect();
    let runs = runs(&kept, centre);
    Ok(ControlChart { value, centre, limits, outside, based_on: base.len() as u64, runs })
}

fn check(kind: Kind, counts: &[f64], sizes: &[f64], excluded: &[usize]) -> Result<(), Refusal> {
    match kind {
        Kind::I | Kind::Mr => finite("values", counts)?,
        Kind::C => not_negative("counts", counts)?,
        Kind::P | Kind::LaneyP | Kind::U => {
            not_negative("counts", counts)?;
            same_length(("counts", counts.len()), ("sizes", sizes.len()))?;
            positive("sizes", sizes)?;
        }
    }
    let above = counts.iter().zip(sizes).position(|(count, size)| count > size);
    if let (Kind::P | Kind::LaneyP, Some(index)) = (kind, above) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            index,
            format!("Row {} counts more than its size: use a u chart for events.", index + 1),
        ));
    }
    match excluded.iter().find(|index| **index >= counts.len()) {
        Some(index) => Err(Refusal::new(
            RefusalKind::BadShape,
            format!("Point {index} is left out but does not exist: positions are counted from 0."),
        )),
        None => Ok(()),
    }
}

fn limits(
    kind: Kind,
    counts: &[f64],
    base_sizes: &[f64],
    value: &[f64],
    sizes: &[f64],
    base: &[usize],
) -> (f64, Vec<Interval>) {
    let mean = sum(counts.iter().copied()) / counts.len() as f64;
    let pooled = sum(counts.iter().copied()) / sum(base_sizes.iter().copied());
    let same = |margin: f64, centre: f64, lowest: f64| {
        let limits = Interval::about(centre, margin);
        vec![Interval { lower: limits.lower.max(lowest), upper: limits.upper }; value.len()]
    };
    match kind {
        Kind::C => (mean, same(3.0 * mean.sqrt(), mean, 0.0)),
        Kind::I => (mean, same(3.0 * screened_range(counts) / D2, mean, f64::NEG_INFINITY)),
        Kind::Mr => {
            let ranges: Vec<f64> = base.iter().filter_map(|&index| value.get(index).copied()).collect();
            let used: Vec<f64> = ranges.into_iter().filter(|range| !range.is_nan()).collect();
            let centre = sum(used.iter().copied()) / used.len() as f64;
            (centre, vec![Interval { lower: 0.0, upper: D4 * centre }; value.len()])
        }
        Kind::U => (pooled, sizes.iter().map(|n| clipped(pooled, 3.0 * (pooled / n).sqrt(), f64::INFINITY)).collect()),
        Kind::P | Kind::LaneyP => {
            let sd = |n: &f64| (pooled * (1.0 - pooled) / n).sqrt();
            let spread = if kind == Kind::P {
                1.0
            } else {
                let z: Vec<f64> = counts.iter().zip(base_sizes).map(|(x, n)| (x / n - pooled) / sd(n)).collect();
                screened_range(&z) / D2
            };
            (pooled, sizes.iter().map(|n| clipped(pooled, 3.0 * spread * sd(n), 1.0)).collect())
        }
    }
}

fn clipped(centre: f64, margin: f64, most: f64) -> Interval {
    let limits = Interval::about(centre, margin);
    Interval { lower: limits.lower.max(0.0), upper: limits.upper.min(most) }
}

/// Average moving range without ranges above 3.267 averages.
fn screened_range(values: &[f64]) -> f64 {
    let ranges: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let all = sum(ranges.iter().copied()) / ranges.len() as f64;
    let kept: Vec<f64> = ranges.into_iter().filter(|range| *range <= D4 * all).collect();
    sum(kept.iter().copied()) / kept.len() as f64
}

/// [`control_chart`] in the shared shape, one row per point.
pub fn answer(
    kind: Kind,
    dates: &[&str],
    counts: &[f64],
    sizes: &[f64],
    baseline: Option<usize>,
    excluded: &[usize],
) -> Answer {
    let name = match kind {
        Kind::P => "p",
        Kind::LaneyP => "laney p'",
        Kind::U => "u",
        Kind::C => "c",
        Kind::I => "i",
        Kind::Mr => "mr",
    };
    let options = Options::default()
        .with("chart", name)
        .with("sigmas", 3.0)
        .with("baseline", baseline.map_or_else(|| "all points".to_owned(), |points| format!("first {points} points")))
        .with("excluded", excluded.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let given = same_length(("dates", dates.len()), ("counts", counts.len())).and_then(|()| {
        let chart = control_chart(kind, counts, sizes, baseline, excluded)?;
        let (outside, n) = (chart.outside.iter().filter(|outside| **outside).count(), chart.value.len());
        let table = Table::default()
            .with("date", dates.to_vec())
            .with("value", chart.value.clone())
            .with("centre", vec![chart.centre; n])
            .with("lower", chart.limits.iter().map(|limits| limits.lower).collect::<Vec<_>>())
            .with("upper", chart.limits.iter().map(|limits| limits.upper).collect::<Vec<_>>())
            .with("outside", chart.outside.clone());
        Ok(Given::new(table)
            .table("runs", runs_table(&chart.runs))
            .warn_if(chart.based_on < 20, || {
                format!("The limits come from {} points; twenty are usual.", chart.based_on)
            })
            .warn_if(!excluded.is_empty(), || {
                format!("{} points were left out of the calculation: say why each was.", excluded.len())
            })
            .may(format!("{outside} of {n} points lie outside three standard deviations."))
            .may_not("Why a point is outside, or that a service caused it."))
    });
    Answer::new("control_chart", options, counts.len() as u64, given)
}
