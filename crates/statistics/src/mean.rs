//! A mean with Student's t limits.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::t_quantile;
use crate::interval::{Interval, from_to, said};
use crate::numbers::{self, at_least, confidence, finite};
use crate::refusal::Refusal;

/// A mean and its limits, in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// Values.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation (divisor n - 1).
    pub sd: f64,
    /// Standard error of the mean.
    pub se: f64,
    /// Limits.
    pub interval: Interval,
}

/// Mean with limits mean -+ t(1 - a/2; n - 1) sd / sqrt n.
///
/// Assumes independent values, and few of them only when they are about normal. Refuses fewer than two.
/// Source: Student 1908, Biometrika 6:1.
///
/// ```
/// use fingerpost_statistics::mean::mean;
/// let waits = mean(&[3.0, 5.0, 7.0, 9.0], 0.95).unwrap();
/// assert_eq!(waits.mean, 6.0);
/// assert!((waits.interval.upper - 10.108).abs() < 1e-3);
/// ```
pub fn mean(values: &[f64], level: f64) -> Result<Mean, Refusal> {
    finite("values", values)?;
    at_least("values", values.len(), 2)?;
    confidence(level)?;
    let n = values.len() as f64;
    let (middle, sd) = (numbers::mean(values), numbers::standard_deviation(values));
    let se = sd / n.sqrt();
    let margin = t_quantile(1.0 - (1.0 - level) / 2.0, n - 1.0) * se;
    Ok(Mean { n: values.len() as u64, mean: middle, sd, se, interval: Interval::about(middle, margin) })
}

/// [`mean`] in the shared shape.
pub fn answer(values: &[f64], level: f64) -> Answer {
    let options = Options::default().with("level", level).with("limits", "student t");
    let given = mean(values, level).map(|found| {
        Given::new(
            Table::default()
                .with("n", found.n)
                .with("mean", found.mean)
                .with("sd", found.sd)
                .with("se", found.se)
                .with("lower", found.interval.lower)
                .with("upper", found.interval.upper),
        )
        .warn_if(found.sd == 0.0, || {
            "All values are the same: the limits have no width because nothing varies, not because the mean is known."
                .to_owned()
        })
        .warn_if(found.n < 12, || format!("{} values: the limits count on a normal distribution.", found.n))
        .may(format!(
            "The mean of {} values is {}; the interval goes {}.",
            found.n,
            said(found.mean),
            from_to(found.interval)
        ))
        .may_not("The mean says nothing of single people: some lie far from it.")
    });
    Answer::new("mean", options, values.len() as u64, given)
}
