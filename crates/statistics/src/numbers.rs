//! Checks and sums that every method uses. A slice is checked once at the door; after that a method may count on finite
//! numbers of the promised length.

use crate::distribution::normal_quantile;
use crate::refusal::{Refusal, RefusalKind};

/// Numbers beyond this, and positive ones below its inverse, are refused: their squares and quotients have no room left.
pub const LARGEST: f64 = 1e100;

/// Refuses NaN, infinite values and those beyond [`LARGEST`], naming the column and the first row.
///
/// ```
/// use fingerpost_statistics::numbers::finite;
/// assert!(finite("score", &[1.0, 2.0]).is_ok());
/// assert_eq!(finite("score", &[1.0, f64::NAN]).unwrap_err().index, Some(1));
/// ```
pub fn finite(name: &str, values: &[f64]) -> Result<(), Refusal> {
    refuse_first(name, values, |value| value.abs() <= LARGEST, "is not a finite number of sensible size")
}

/// Refuses a single value that is not finite, or beyond [`LARGEST`].
pub fn finite_value(name: &str, value: f64) -> Result<(), Refusal> {
    if value.abs() <= LARGEST {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::BadValue, format!("{name} is not a finite number of sensible size: give a number.")))
}

/// Refuses values that are not finite or not above zero.
pub fn positive(name: &str, values: &[f64]) -> Result<(), Refusal> {
    finite(name, values)?;
    refuse_first(name, values, |value| value >= 1.0 / LARGEST, "is not above zero")
}

fn refuse_first(name: &str, values: &[f64], sound: impl Fn(f64) -> bool, fault: &str) -> Result<(), Refusal> {
    match values.iter().position(|value| !sound(*value)) {
        None => Ok(()),
        Some(index) => Err(Refusal::at(
            RefusalKind::BadValue,
            index,
            format!("Row {} of {name} {fault}: leave the row out or correct it.", index + 1),
        )),
    }
}

/// Refuses values that are not finite or below zero.
pub fn not_negative(name: &str, values: &[f64]) -> Result<(), Refusal> {
    finite(name, values)?;
    refuse_first(name, values, |value| value >= 0.0, "is below zero")
}

/// The largest count that whole-number methods take, four thousand million: beyond it numbers are no counts of anything here.
pub const LARGEST_COUNT: u64 = 1 << 32;

/// Refuses counts above [`LARGEST_COUNT`].
pub fn countable(name: &str, counts: &[u64]) -> Result<(), Refusal> {
    match counts.iter().position(|count| *count > LARGEST_COUNT) {
        None => Ok(()),
        Some(index) => Err(Refusal::at(
            RefusalKind::BadValue,
            index,
            format!("Row {} of {name} is too large to be a count: correct it.", index + 1),
        )),
    }
}

/// Refuses slices of different lengths.
pub fn same_length(first: (&str, usize), second: (&str, usize)) -> Result<(), Refusal> {
    if first.1 == second.1 {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::BadShape,
        format!("{} has {} rows and {} has {}: give one value of each per row.", first.0, first.1, second.0, second.1),
    ))
}

/// Refuses fewer than `least` observations.
pub fn at_least(what: &str, n: usize, least: usize) -> Result<(), Refusal> {
    if n >= least {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::TooFew,
        format!("This needs at least {least} {what} and has {n}: collect more before asking again."),
    ))
}

/// Refuses a confidence level that is not strictly between 0 and 1.
pub fn confidence(level: f64) -> Result<f64, Refusal> {
    if level > 0.0 && level < 1.0 {
        return Ok(level);
    }
    Err(Refusal::new(
        RefusalKind::BadShape,
        "The confidence level lies outside 0 to 1: give 0.95 for 95 per cent.".to_owned(),
    ))
}

/// The two-sided normal quantile of a confidence level: 1.959963984540054 for 0.95.
pub fn z_of(level: f64) -> Result<f64, Refusal> {
    confidence(level).map(|level| normal_quantile(1.0 - (1.0 - level) / 2.0))
}

/// A sum that does not lose the small terms (Neumaier's compensation), the same on every machine.
///
/// ```
/// use fingerpost_statistics::numbers::sum;
/// assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
/// ```
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// Arithmetic mean; NaN of nothing. Worked out from the first value, so that the mean of equal values is that value and their
/// variance exactly zero.
///
/// ```
/// use fingerpost_statistics::numbers::{mean, variance};
/// assert_eq!((mean(&[0.1; 3]), variance(&[0.1; 3])), (0.1, 0.0));
/// ```
pub fn mean(values: &[f64]) -> f64 {
    let Some(first) = values.first() else { return f64::NAN };
    first + sum(values.iter().map(|value| value - first)) / values.len() as f64
}

/// Sample variance (divisor n - 1), from deviations; NaN below two values.
pub fn variance(values: &[f64]) -> f64 {
    covariance(values, values)
}

/// Sample standard deviation (divisor n - 1).
pub fn standard_deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

/// Sample covariance (divisor n - 1) of two slices of one length; NaN below two pairs.
pub fn covariance(left: &[f64], right: &[f64]) -> f64 {
    if left.len() < 2 || left.len() != right.len() {
        return f64::NAN;
    }
    let (mean_left, mean_right) = (mean(left), mean(right));
    sum(left.iter().zip(right).map(|(a, b)| (a - mean_left) * (b - mean_right))) / (left.len() as f64 - 1.0)
}

/// Pearson's correlation; NaN when either side does not vary.
pub fn correlation(left: &[f64], right: &[f64]) -> f64 {
    (covariance(left, right) / (variance(left).sqrt() * variance(right).sqrt())).clamp(-1.0, 1.0)
}

/// Median: the middle value, or the mean of the two middle ones; NaN of nothing.
///
/// ```
/// use fingerpost_statistics::numbers::median;
/// assert_eq!(median(&[3.0, 1.0, 2.0, 10.0]), 2.5);
/// ```
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Quantile by linear interpolation between order statistics (type 7, the default of R); NaN of nothing.
pub fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_sorted(&sorted, p)
}

/// As [`quantile`], of values already sorted.
pub fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = (p.clamp(0.0, 1.0)) * last as f64;
    // As R: a position a rounding error below a whole number is that whole number.
    let below = (position + 4.0 * f64::EPSILON * position.max(1.0)).floor();
    let share = (position - below).max(0.0);
    let low = sorted.get(below as usize).copied().unwrap_or(f64::NAN);
    let high = sorted.get((below as usize + 1).min(last)).copied().unwrap_or(f64::NAN);
    if share <= 4.0 * f64::EPSILON * position.max(1.0) { low } else { low + share * (high - low) }
}

/// Ranks from 1, ties sharing their mean rank, and the sum of t^3 - t over groups of t ties.
pub fn ranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let (mut start, mut ties) = (0, 0.0);
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]] == values[order[start]] {
            end += 1;
        }
        let shared = (start + 1 + end) as f64 / 2.0;
        for &index in &order[start..end] {
            ranks[index] = shared;
        }
        let t = (end - start) as f64;
        ties += t * t * t - t;
        start = end;
    }
    (ranks, ties)
}
