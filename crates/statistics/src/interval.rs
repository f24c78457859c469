//! A lower and an upper limit, and how they are said in a sentence.

use serde::Serialize;

/// The limits of a confidence interval or of a control chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

impl Interval {
    /// Both limits times a factor (a unit, a denominator).
    ///
    /// ```
    /// use fingerpost_statistics::interval::Interval;
    /// assert_eq!(Interval { lower: 1.0, upper: 2.0 }.times(10.0).upper, 20.0);
    /// ```
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { lower: self.lower * factor, upper: self.upper * factor }
    }

    /// An estimate plus and minus.
    pub fn about(estimate: f64, margin: f64) -> Self {
        Self { lower: estimate - margin, upper: estimate + margin }
    }

    /// Whether a value lies within, ends included.
    pub fn holds(self, value: f64) -> bool {
        value >= self.lower && value <= self.upper
    }
}

/// A number as a sentence shows it: about three digits, never more than the reader can use.
pub(crate) fn said(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "unknown".to_owned() } else { "without limit".to_owned() };
    }
    let size = value.abs();
    let decimals = match size {
        _ if value == 0.0 || size >= 100.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ if size >= 0.1 => 3,
        _ if size >= 0.001 => 4,
        _ => return format!("{value:.1e}"),
    };
    format!("{value:.decimals$}")
}

/// "from 1.20 to 3.40".
pub(crate) fn from_to(interval: Interval) -> String {
    format!("from {} to {}", said(interval.lower), said(interval.upper))
}

/// What an interval says of an effect: a direction, or no evidence of one.
pub(crate) fn effect(what: &str, estimate: f64, interval: Interval, none: f64) -> String {
    if interval.lower.is_nan() || interval.upper.is_nan() {
        return format!("Nothing can be said of {what}: there is no interval.");
    }
    if interval.holds(none) {
        format!(
            "No evidence of {what}: the estimate is {}, and the interval goes {}.",
            said(estimate),
            from_to(interval)
        )
    } else {
        format!("Evidence of {what}: the estimate is {}, and the interval goes {}.", said(estimate), from_to(interval))
    }
}
