//! XmR charts with the rules of NHS England's Making Data Count: is this month different, or is it the usual coming and going?
//! Limits are the mean and 2.66 average moving ranges; 2.66 is the published constant. Points are consecutive months in order;
//! nothing is sorted here.

mod answers;

use std::iter;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

pub use answers::answer;
use serde::Serialize;

use crate::numbers::{at_least, finite};
use crate::refusal::{Refusal, RefusalKind};
use crate::steps::Steps;

/// Limits lie this many average moving ranges from the mean (3 over d2 = 1.128, as published).
pub const LIMIT: f64 = 2.66;

/// A moving range at or above this many average ones is screened out.
pub const SCREEN: f64 = 3.267;

/// Points of a shift, and of a trend.
pub const RUN: usize = 7;

/// Points below which limits are not to be trusted.
pub const FEW: usize = 12;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    #[default]
    Neither,
}

/// How a chart is drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Leave moving ranges of 3.267 averages and more out of the average (the R package), or keep them (the Excel tool).
    pub screen: bool,
    /// Work out the limits from this many first points only, and hold them.
    pub fix_after: Option<usize>,
    /// Positions, counted from 0 within a group, at which new limits begin.
    pub rebase: Vec<usize>,
    /// A target to compare with.
    pub target: Option<f64>,
    /// Which way is better.
    pub better: Better,
}

impl Default for Settings {
    fn default() -> Self {
        Self { screen: true, fix_after: None, rebase: Vec::new(), target: None, better: Better::Neither }
    }
}

/// Why a point is out of the ordinary: the first rule that holds, in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Outside the limits.
    Outside,
    /// Part of seven points that rise, or fall, without a break.
    Trend,
    /// One of two in three points in the outer third, all three on one side of the mean.
    TwoOfThree,
    /// Part of seven points on one side of the mean.
    Shift,
}

/// What a point, or the latest point of a chart, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// The usual coming and going.
    CommonCause,
    /// Out of the ordinary, for the better.
    Improvement,
    /// Out of the ordinary, for the worse.
    Concern,
    /// Out of the ordinary, where neither way is better: upwards.
    High,
    /// Out of the ordinary, where neither way is better: downwards.
    Low,
}

/// What the limits say of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Met every time, unless something changes.
    Passing,
    /// Missed every time, unless something changes.
    Failing,
    /// Met and missed by chance.
    HitAndMiss,
}

/// Points of one or more charts, in columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// Centre line.
    pub mean: Steps,
    /// Lower process limit.
    pub lower: Steps,
    /// Upper process limit.
    pub upper: Steps,
    /// Outside the limits.
    pub outside: Vec<bool>,
    /// Part of seven points that rise or fall.
    pub trend: Vec<bool>,
    /// Whether that trend rises; not read where there is none. A point that ends one trend and begins another belongs to the first.
    pub rising: Vec<bool>,
    /// One of two in three points in the outer third.
    pub two_of_three: Vec<bool>,
    /// Part of seven points on one side.
    pub shift: Vec<bool>,
}

impl Chart {
    /// Room for this many points.
    pub fn with_capacity(points: usize) -> Self {
        Self {
            outside: Vec::with_capacity(points),
            trend: Vec::with_capacity(points),
            rising: Vec::with_capacity(points),
            two_of_three: Vec::with_capacity(points),
            shift: Vec::with_capacity(points),
            ..Self::default()
        }
    }

    /// The points of others behind these.
    fn append(&mut self, mut more: Self) {
        for (steps, more) in
            [(&mut self.mean, &more.mean), (&mut self.lower, &more.lower), (&mut self.upper, &more.upper)]
        {
            more.steps().for_each(|(value, points)| steps.extend(value, points));
        }
        self.outside.append(&mut more.outside);
        self.trend.append(&mut more.trend);
        self.rising.append(&mut more.rising);
        self.two_of_three.append(&mut more.two_of_three);
        self.shift.append(&mut more.shift);
    }

    /// The first rule that holds at a point, and whether it points upwards.
    pub fn rule(&self, index: usize, values: &[f64]) -> Option<(Rule, bool)> {
        let (value, mean) = (*values.get(index)?, self.mean.get(index)?);
        let at = |flags: &[bool]| flags.get(index).copied().unwrap_or(false);
        if at(&self.outside) {
            return Some((Rule::Outside, value > mean));
        }
        if at(&self.trend) {
            return Some((Rule::Trend, at(&self.rising)));
        }
        if at(&self.two_of_three) {
            return Some((Rule::TwoOfThree, value > mean));
        }
        at(&self.shift).then_some((Rule::Shift, value > mean))
    }

    /// What a point says, given which way is better.
    pub fn variation(&self, index: usize, values: &[f64], better: Better) -> Variation {
        match (self.rule(index, values), better) {
            (None, _) => Variation::CommonCause,
            (Some((_, true)), Better::Neither) => Variation::High,
            (Some((_, false)), Better::Neither) => Variation::Low,
            (Some((_, up)), _) if up == (better == Better::Higher) => Variation::Improvement,
            (Some(_), _) => Variation::Concern,
        }
    }

    /// What the limits at a point say of a target; nothing where neither way is better.
    pub fn assurance(&self, index: usize, target: f64, better: Better) -> Option<Assurance> {
        let (lower, upper) = (self.lower.get(index)?, self.upper.get(index)?);
        let (beyond, within) = match better {
            Better::Higher => (target > upper, target < lower),
            Better::Lower => (target < lower, target > upper),
            Better::Neither => return None,
        };
        Some(match (beyond, within) {
            (true, _) => Assurance::Failing,
            (_, true) => Assurance::Passing,
            _ => Assurance::HitAndMiss,
        })
    }
}

/// One XmR chart: mean -+ 2.66 average moving ranges, and four rules. In their order: outside the limits; seven points rising
/// or falling; two of three in the outer third on one side; seven points on one side of the mean.
///
/// Refuses fewer than two points, NaN, and a rebase outside the points. Fewer than twelve points are drawn, and the answer
/// warns. Source: NHS England, Making Data Count; the R package NHSRplotthedots.
///
/// ```
/// use fingerpost_statistics::xmr::{Settings, chart};
/// let values = [1.0, 2.0, 1.0, 2.0, 10.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0];
/// let drawn = chart(&values, &Settings::default()).unwrap();
/// assert!((drawn.upper[0] - 4.604_444).abs() < 1e-6);
/// assert!(drawn.outside[4] && !drawn.outside[3]);
/// ```
pub fn chart(values: &[f64], settings: &Settings) -> Result<Chart, Refusal> {
    let mut drawn = Chart::with_capacity(values.len());
    extend(&mut drawn, values, settings)?;
    Ok(drawn)
}

/// Points below which a second thread would cost more than it saves.
const WORTH_A_THREAD: usize = 1 << 15;

/// Many charts in one set of columns: `ends` holds the position after the last point of each group, rising. Many points are worked
/// on by as many threads as there are processors; the charts are the same.
///
/// Refusals as for [`chart`], and ends that do not rise or do not reach the end of the values.
///
/// ```
/// use fingerpost_statistics::xmr::{Settings, charts};
/// let values = [1.0, 3.0, 1.0, 3.0, 10.0, 20.0, 10.0, 20.0];
/// let drawn = charts(&values, &[4, 8], &Settings::default()).unwrap();
/// assert_eq!((drawn.mean.get(0), drawn.mean.get(7)), (Some(2.0), Some(15.0)));
/// ```
pub fn charts(values: &[f64], ends: &[usize], settings: &Settings) -> Result<Chart, Refusal> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(1 + values.len() / WORTH_A_THREAD);
    let groups = ends.len().div_ceil(threads).max(1);
    let starts = iter::once(&0).chain(ends).step_by(groups);
    let parts = ends.chunks(groups).zip(starts);
    let drawn = if threads == 1 {
        part(values, 0, ends, settings)?
    } else {
        thread::scope(|scope| {
            let parts = parts.map(|(ends, start)| scope.spawn(move || part(values, *start, ends, settings)));
            let mut drawn = Chart::with_capacity(values.len());
            for part in parts.collect::<Vec<_>>() {
                drawn.append(part.join().unwrap_or_else(|panic| resume_unwind(panic))?);
            }
            Ok(drawn)
        })?
    };
    if drawn.outside.len() != values.len() {
        return Err(Refusal::new(RefusalKind::BadShape, "The last group does not end where the values end."));
    }
    Ok(drawn)
}

/// The charts of groups that follow each other from `start` on.
fn part(values: &[f64], mut start: usize, ends: &[usize], settings: &Settings) -> Result<Chart, Refusal> {
    let points = ends.last().map_or(0, |end| end.saturating_sub(start)).min(values.len());
    let mut drawn = Chart::with_capacity(points);
    for &end in ends {
        let Some(group) = values.get(start..end) else {
            return Err(Refusal::new(RefusalKind::BadShape, "The ends of the groups do not rise within the values."));
        };
        extend(&mut drawn, group, settings)
            .map_err(|refusal| Refusal { index: Some(start + refusal.index.unwrap_or(0)), ..refusal })?;
        start = end;
    }
    Ok(drawn)
}

/// Adds one group's chart to the columns; no allocation beyond their growth.
fn extend(drawn: &mut Chart, values: &[f64], settings: &Settings) -> Result<(), Refusal> {
    finite("values", values)?;
    let mut start = 0;
    for &next in settings.rebase.iter().chain(std::iter::once(&values.len())) {
        let Some(part) = values.get(start..next).filter(|part| !part.is_empty()) else {
            return Err(Refusal::new(
                RefusalKind::BadShape,
                format!(
                    "New limits at point {next} do not follow the ones before: give rising positions within the points."
                ),
            ));
        };
        segment(drawn, part, settings)?;
        start = next;
    }
    Ok(())
}

fn segment(drawn: &mut Chart, values: &[f64], settings: &Settings) -> Result<(), Refusal> {
    let base = settings.fix_after.unwrap_or(values.len()).min(values.len());
    let base = values.get(..base).unwrap_or(values);
    at_least("points to work out limits from", base.len(), 2)?;
    // From the first value, so that equal values lie exactly on their mean and not a rounding error outside.
    let first = base.first().copied().unwrap_or(f64::NAN);
    let mean = first + base.iter().map(|value| value - first).sum::<f64>() / base.len() as f64;
    let margin = LIMIT * average_moving_range(base, settings.screen);
    let (lower, upper) = (mean - margin, mean + margin);
    let from = drawn.outside.len();
    let to = from + values.len();
    drawn.mean.extend(mean, values.len());
    drawn.lower.extend(lower, values.len());
    drawn.upper.extend(upper, values.len());
    drawn.outside.extend(values.iter().map(|value| *value < lower || *value > upper));
    for flags in [&mut drawn.trend, &mut drawn.rising, &mut drawn.two_of_three, &mut drawn.shift] {
        flags.resize(to, false);
    }
    mark_shift(drawn.shift.get_mut(from..).unwrap_or_default(), values, mean);
    let trend = (drawn.trend.get_mut(from..).unwrap_or_default(), drawn.rising.get_mut(from..).unwrap_or_default());
    mark_trend(trend, values);
    mark_two_of_three(drawn.two_of_three.get_mut(from..).unwrap_or_default(), values, mean, margin);
    Ok(())
}

fn average_moving_range(values: &[f64], screen: bool) -> f64 {
    let ranges = || values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let all = ranges().sum::<f64>() / (values.len() - 1) as f64;
    if !screen || all == 0.0 {
        return all;
    }
    let limit = SCREEN * all;
    let (total, kept) =
        ranges().filter(|range| *range < limit).fold((0.0, 0_u32), |(total, kept), range| (total + range, kept + 1));
    total / f64::from(kept)
}

/// -1, 0 or 1: below, on or above.
fn side(value: f64, line: f64) -> i8 {
    i8::from(value > line) - i8::from(value < line)
}

/// Marks every run of at least [`RUN`] points on one side of the line. A point on the line ends a run.
fn mark_shift(flags: &mut [bool], values: &[f64], mean: f64) {
    for_each_run(values.iter().map(|value| side(*value, mean)), RUN, |points, _| flags[points].fill(true));
}

/// Marks every run of at least six steps in one direction, and the point it starts from. Equal neighbours end a run.
fn mark_trend((flags, rising): (&mut [bool], &mut [bool]), values: &[f64]) {
    for_each_run(values.windows(2).map(|pair| side(pair[1], pair[0])), RUN - 1, |steps, sign| {
        for point in steps.start..=steps.end {
            rising[point] = if flags[point] { rising[point] } else { sign > 0 };
            flags[point] = true;
        }
    });
}

/// Calls `mark` with the positions and the sign of each stretch by which a run of equal signs, not zero, reaches `least` or grows
/// beyond it.
fn for_each_run(signs: impl Iterator<Item = i8>, least: usize, mut mark: impl FnMut(Range<usize>, i8)) {
    let (mut run, mut last) = (0, 0_i8);
    for (index, sign) in signs.enumerate() {
        run = if sign != 0 && sign == last { run + 1 } else { usize::from(sign != 0) };
        last = sign;
        if run == least {
            mark(index + 1 - least..index + 1, sign);
        } else if run > least {
            mark(index..index + 1, sign);
        }
    }
}

/// Marks points in the outer third of the limits, but within them, of which there are two in three points on one side.
fn mark_two_of_three(flags: &mut [bool], values: &[f64], mean: f64, margin: f64) {
    let near = |value: f64| {
        let away = (value - mean).abs();
        // Outside is its own rule, and is asked exactly as there.
        away > margin * 2.0 / 3.0 && value >= mean - margin && value <= mean + margin
    };
    for (start, three) in values.windows(3).enumerate() {
        let one_side = side(three[0], mean);
        let same = one_side != 0 && three.iter().all(|value| side(*value, mean) == one_side);
        if same && three.iter().filter(|value| near(**value)).count() >= 2 {
            for (offset, value) in three.iter().enumerate() {
                flags[start + offset] |= near(*value);
            }
        }
    }
}
