//! The negative binomial's theta by maximum likelihood: in turn coefficients for a theta and theta for the means, until neither
//! moves. Counts that are no more spread than Poisson have no finite theta, and are refused.

use fingerpost_statistics::refusal::{Refusal, RefusalKind};
use statrs::function::gamma::digamma;

use crate::design::Design;
use crate::irls::{self, Settled, Variance};

/// Theta of NB2: the variance is mu + mu²/theta; 1/theta is Hilbe's alpha.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theta {
    /// Maximum-likelihood estimate.
    pub value: f64,
    /// 1 / sqrt(observed information of theta).
    pub standard_error: f64,
}

pub(crate) fn negative_binomial(
    y: &[f64],
    offset: Option<&[f64]>,
    design: &Design,
) -> Result<(Settled, Theta), Refusal> {
    let mut settled = irls::run(Variance::Poisson, y, offset, design, None)?;
    // The slope of the log-likelihood in 1/theta at Poisson; not positive means that the best theta is infinite.
    let excess: f64 = y.iter().zip(&settled.mu).map(|(value, mu)| (value - mu).powi(2) - value).sum();
    if excess <= 0.0 {
        return Err(Refusal::new(
            RefusalKind::Assumption,
            "The counts are no more spread than Poisson, so a negative binomial has no theta; use poisson.",
        ));
    }
    let spread: f64 = y.iter().zip(&settled.mu).map(|(value, mu)| (value / mu - 1.0).powi(2)).sum();
    let mut theta = y.len() as f64 / spread.max(1e-8);
    for _ in 0..200 {
        let next = best_theta(y, &settled.mu, theta)?;
        settled = irls::run(Variance::NegativeBinomial(next), y, offset, design, Some(&settled.beta))?;
        let moved = (next / theta - 1.0).abs();
        theta = next;
        if moved < 1e-11 {
            let (_, information) = slopes(y, &settled.mu, theta);
            if information <= 0.0 {
                return Err(Refusal::new(
                    RefusalKind::NotConverged,
                    "Theta did not settle at a maximum; use quasi_poisson.",
                ));
            }
            return Ok((settled, Theta { value: theta, standard_error: 1.0 / information.sqrt() }));
        }
    }
    Err(Refusal::new(RefusalKind::NotConverged, "Theta did not settle; use quasi_poisson."))
}

/// Theta at which the log-likelihood given the means is greatest: Newton on log theta, with steps no longer than 1.
fn best_theta(y: &[f64], mu: &[f64], start: f64) -> Result<f64, Refusal> {
    let mut log = start.clamp(1e-6, 1e7).ln();
    for _ in 0..200 {
        let theta = log.exp();
        let (slope, information) = slopes(y, mu, theta);
        // On the log scale: first derivative theta·s, second theta·s - theta²·information.
        let (first, second) = (theta * slope, theta * slope - theta * theta * information);
        let step = if second < 0.0 { -first / second } else { first.signum() };
        let step = step.clamp(-1.0, 1.0);
        log += step;
        if log > 18.0 {
            return Err(Refusal::new(
                RefusalKind::Assumption,
                "The counts are hardly more spread than Poisson, so theta has no end; use poisson.",
            ));
        }
        if step.abs() < 1e-13 {
            break;
        }
    }
    Ok(log.exp())
}

/// Derivative of the log-likelihood in theta, and the observed information.
fn slopes(y: &[f64], mu: &[f64], theta: f64) -> (f64, f64) {
    let (at_theta, curve_at_theta) = (digamma(theta), trigamma(theta));
    y.iter().zip(mu).fold((0.0, 0.0), |(slope, information), (value, mu)| {
        let both = theta + mu;
        (
            slope + digamma(theta + value) - at_theta + (theta / both).ln() + 1.0 - (value + theta) / both,
            information - trigamma(theta + value) + curve_at_theta - 1.0 / theta + 2.0 / both
                - (value + theta) / (both * both),
        )
    })
}

/// Second derivative of ln gamma, by recurrence to x >= 12 and the asymptotic series (Abramowitz & Stegun 6.4.12).
fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 12.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = r
        * (1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * (5.0 / 66.0 - r * 691.0 / 2730.0)))));
    sum + 1.0 / x + r / 2.0 + series / x
}

#[cfg(test)]
mod tests {
    use super::trigamma;

    #[test]
    fn trigamma_agrees_with_its_closed_forms() {
        let pi2 = std::f64::consts::PI.powi(2);
        assert!((trigamma(1.0) - pi2 / 6.0).abs() < 1e-14);
        assert!((trigamma(0.5) - pi2 / 2.0).abs() < 1e-13);
        assert!((trigamma(30.0) - trigamma(31.0) - 1.0 / 900.0).abs() < 1e-16);
    }
}
