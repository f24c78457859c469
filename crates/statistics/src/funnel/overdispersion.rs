//! Funnels whose units differ by more than chance, for reasons nobody has measured. The spread between units is estimated after
//! the extremes are cut or drawn in, and the limits are widened by it (additive random effects; Spiegelhalter 2005).

use serde::Serialize;

use super::{Significance, limits_table};
use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, said};
use crate::numbers::{at_least, not_negative, positive, quantile, ranks, same_length, sum, z_of};
use crate::refusal::{Refusal, RefusalKind};

/// Units below which the spread between them is not estimated.
pub const LEAST_UNITS: usize = 10;

/// The scale on which units are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Logarithm of observed over expected; NHS Digital's Summary Hospital-level Mortality Indicator (SHMI).
    LogRatio,
    /// Square root of observed over expected; the Care Quality Commission (CQC).
    SquareRootRatio,
    /// Arcsine of the square root of a proportion (PR).
    Arcsine,
    /// Logarithm of the ratio of two counts, half added to each (RC).
    RatioOfCounts,
}

/// What is done with the extremes before the spread is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trim {
    /// Nothing.
    Nothing,
    /// The lowest and the highest tenth are left out, as SHMI does.
    Truncate,
    /// Values beyond this quantile at either end are drawn in to it; 0.1 is usual.
    Winsorise(f64),
}

/// The spread between units, and each unit on the chosen scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overdispersion {
    /// The scale.
    pub transform: Transform,
    /// The centre on that scale.
    pub target: f64,
    /// Each unit on that scale.
    pub transformed: Vec<f64>,
    /// Its standard error by chance alone.
    pub standard_error: Vec<f64>,
    /// z before trimming.
    pub z: Vec<f64>,
    /// Whether a unit took part in the estimate.
    pub used: Vec<bool>,
    /// Ratio of the spread seen to the spread of chance: the mean square of the trimmed z.
    pub phi: f64,
    /// Variance between units on the transformed scale; 0 where chance explains the spread.
    pub tau_squared: f64,
}

/// The spread between units: z = (Y - theta)/s, trimmed; phi = sum of z^2 over n;
/// tau^2 = max(0, (n phi - (n - 1)) / (sum w - sum w^2 / sum w)) with w = 1/s^2.
///
/// `numerators` are observed counts; `denominators` are expected counts, totals or the other count, by `transform`. Refuses
/// fewer than ten units, and for logarithms a count of zero. Source: Spiegelhalter 2005, Qual Saf Health Care 14:347.
///
/// ```
/// use fingerpost_statistics::funnel::overdispersion::{Transform, Trim, overdispersion};
/// let observed = [12.0, 30.0, 18.0, 25.0, 9.0, 40.0, 22.0, 14.0, 31.0, 20.0];
/// let spread = overdispersion(&observed, &[20.0; 10], Transform::SquareRootRatio, Trim::Winsorise(0.1)).unwrap();
/// assert!(spread.phi > 1.0 && spread.tau_squared > 0.0);
/// ```
pub fn overdispersion(
    numerators: &[f64],
    denominators: &[f64],
    transform: Transform,
    trim: Trim,
) -> Result<Overdispersion, Refusal> {
    same_length(("numerators", numerators.len()), ("denominators", denominators.len()))?;
    at_least("units", numerators.len(), LEAST_UNITS)?;
    not_negative("numerators", numerators)?;
    positive("denominators", denominators)?;
    check(numerators, denominators, transform)?;
    let all = sum(numerators.iter().copied()) / sum(denominators.iter().copied());
    let target = match transform {
        Transform::LogRatio => 0.0,
        Transform::SquareRootRatio => 1.0,
        Transform::Arcsine => all.sqrt().asin(),
        Transform::RatioOfCounts => all.ln(),
    };
    let pairs = || numerators.iter().zip(denominators).map(|(&o, &n)| (o, n));
    let transformed: Vec<f64> = pairs().map(|(o, n)| on_scale(o, n, transform)).collect();
    let standard_error: Vec<f64> = pairs().map(|(o, n)| chance(o, n, transform)).collect();
    let z: Vec<f64> = transformed.iter().zip(&standard_error).map(|(y, s)| (y - target) / s).collect();
    let (kept, used) = trimmed(&z, trim)?;
    let squares = sum(kept.iter().zip(&used).filter(|(_, used)| **used).map(|(z, _)| z * z));
    let n = used.iter().filter(|used| **used).count() as f64;
    let weights = || standard_error.iter().zip(&used).filter(|(_, used)| **used).map(|(s, _)| 1.0 / (s * s));
    let total = sum(weights());
    let spread = total - sum(weights().map(|w| w * w)) / total;
    let phi = squares / n;
    let tau_squared = ((squares - (n - 1.0)) / spread).max(0.0);
    if !(phi.is_finite() && tau_squared.is_finite()) {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Too few units are left after trimming to estimate their spread: trim less or use the plain funnel.",
        ));
    }
    Ok(Overdispersion { transform, target, transformed, standard_error, z, used, phi, tau_squared })
}

fn check(numerators: &[f64], denominators: &[f64], transform: Transform) -> Result<(), Refusal> {
    let fault = match transform {
        Transform::LogRatio => numerators
            .iter()
            .position(|o| *o == 0.0)
            .map(|index| (index, "has a count of zero, which has no logarithm: take the square root ratio")),
        Transform::Arcsine => numerators
            .iter()
            .zip(denominators)
            .position(|(o, n)| o > n)
            .map(|index| (index, "counts more than all: check numerator and denominator")),
        Transform::SquareRootRatio | Transform::RatioOfCounts => None,
    };
    if let Some((index, what)) = fault {
        return Err(Refusal::at(RefusalKind::BadValue, index, format!("Row {} {what}.", index + 1)));
    }
    if numerators.iter().all(|o| *o == 0.0) {
        return Err(Refusal::new(RefusalKind::Constant, "Every count is zero: there is nothing to compare."));
    }
    Ok(())
}

fn on_scale(count: f64, n: f64, transform: Transform) -> f64 {
    match transform {
        Transform::LogRatio => (count / n).ln(),
        Transform::SquareRootRatio => (count / n).sqrt(),
        Transform::Arcsine => (count / n).sqrt().asin(),
        Transform::RatioOfCounts => ((count + 0.5) / (n + 0.5)).ln(),
    }
}

fn chance(count: f64, n: f64, transform: Transform) -> f64 {
    match transform {
        Transform::LogRatio => 1.0 / n.sqrt(),
        Transform::SquareRootRatio | Transform::Arcsine => 1.0 / (2.0 * n.sqrt()),
        Transform::RatioOfCounts => (count / (count + 0.5).powi(2) + n / (n + 0.5).powi(2)).sqrt(),
    }
}

fn back(value: f64, transform: Transform) -> f64 {
    match transform {
        Transform::LogRatio | Transform::RatioOfCounts => value.exp(),
        Transform::SquareRootRatio => value.max(0.0).powi(2),
        Transform::Arcsine => value.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
    }
}

fn trimmed(z: &[f64], trim: Trim) -> Result<(Vec<f64>, Vec<bool>), Refusal> {
    match trim {
        Trim::Nothing => Ok((z.to_vec(), vec![true; z.len()])),
        Trim::Truncate => {
            let tenth = |rank: f64| (10.0 * rank / (z.len() as f64 + 1.0)).floor();
            let used = ranks(z).0.into_iter().map(|rank| (1.0..9.0).contains(&tenth(rank))).collect();
            Ok((z.to_vec(), used))
        }
        Trim::Winsorise(share) if share > 0.0 && share < 0.5 => {
            let (low, high) = (quantile(z, share), quantile(z, 1.0 - share));
            Ok((z.iter().map(|z| z.clamp(low, high)).collect(), vec![true; z.len()]))
        }
        Trim::Winsorise(_) => Err(Refusal::new(
            RefusalKind::BadShape,
            "The share drawn in at each end lies outside 0 to 0.5: give 0.1 for a tenth.",
        )),
    }
}

impl Overdispersion {
    /// Limits at `level`, widened by the spread between units, on the scale of the ratio or proportion: the transformed limits
    /// target -+ z sqrt(s^2 + tau^2), taken back.
    pub fn limits(&self, level: f64) -> Result<Vec<Interval>, Refusal> {
        let z = z_of(level)?;
        let limits = self.standard_error.iter().map(|s| {
            let wide = Interval::about(self.target, z * (s * s + self.tau_squared).sqrt());
            Interval { lower: back(wide.lower, self.transform), upper: back(wide.upper, self.transform) }
        });
        Ok(limits.collect())
    }
}

/// [`overdispersion`] and its limits in the shared shape, one row per unit.
pub fn answer(units: &[&str], numerators: &[f64], denominators: &[f64], transform: Transform, trim: Trim) -> Answer {
    let name = match transform {
        Transform::LogRatio => "log ratio (shmi)",
        Transform::SquareRootRatio => "square root ratio (cqc)",
        Transform::Arcsine => "arcsine of a proportion",
        Transform::RatioOfCounts => "log ratio of counts",
    };
    let options = Options::default().with("transform", name).with("levels", "0.95 and 0.998").with(
        "trim",
        match trim {
            Trim::Nothing => "nothing".to_owned(),
            Trim::Truncate => "a tenth left out at each end".to_owned(),
            Trim::Winsorise(share) => format!("{share} drawn in at each end"),
        },
    );
    let given = same_length(("units", units.len()), ("numerators", numerators.len())).and_then(|()| {
        let spread = overdispersion(numerators, denominators, transform, trim)?;
        let (narrow, wide) = (spread.limits(0.95)?, spread.limits(0.998)?);
        let value: Vec<f64> = numerators.iter().zip(denominators).map(|(o, n)| o / n).collect();
        let found: Vec<Significance> =
            value.iter().zip(&narrow).zip(&wide).map(|((v, narrow), wide)| Significance::of(*v, *narrow, *wide)).collect();
        let far = found.iter().filter(|found| matches!(found, Significance::VeryHigh | Significance::VeryLow)).count();
        let table = limits_table(units, &value, &narrow, &wide, &found)
            .with("z", spread.z.clone())
            .with("used", spread.used.clone());
        Ok(Given::new(table)
            .table(
                "spread",
                Table::default()
                    .with("phi", spread.phi)
                    .with("tau_squared", spread.tau_squared)
                    .with("target", back(spread.target, transform)),
            )
            .may(format!(
                "{far} of {} units lie outside the 99.8 per cent limits, after allowing for a spread {} times that of chance.",
                units.len(),
                said(spread.phi)
            ))
            .may_not("That the spread between units is harmless: it is only not explained.")
            .may_not("A rank order of units."))
    });
    Answer::new("funnel_overdispersed", options, units.len() as u64, given)
}
