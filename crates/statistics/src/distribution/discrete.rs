//! Binomial and Poisson probabilities and quantiles.

use super::incomplete::{beta_pair, binomial_density, gamma_pair, poisson_density};
use super::normal_quantile;

/// How far a cumulative probability may fall short of `p` by rounding alone.
const FUZZ: f64 = 64.0 * f64::EPSILON;

/// P(X = k) for the binomial distribution.
///
/// ```
/// use fingerpost_statistics::distribution::binomial_pmf;
/// assert!((binomial_pmf(2, 4, 0.5) - 0.375).abs() < 1e-15);
/// ```
pub fn binomial_pmf(k: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k > n {
        return 0.0;
    }
    if p == 0.0 || p == 1.0 {
        return f64::from(u8::from((p == 0.0 && k == 0) || (p == 1.0 && k == n)));
    }
    if k == 0 {
        return (n as f64 * (-p).ln_1p()).exp();
    }
    if k == n {
        return (n as f64 * p.ln()).exp();
    }
    binomial_density(k as f64, n as f64, p, 1.0 - p)
}

/// P(X <= k) for the binomial distribution.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k >= n {
        return 1.0;
    }
    beta_pair((n - k) as f64, k as f64 + 1.0, 1.0 - p, p).0
}

/// P(X > k) for the binomial distribution.
pub fn binomial_upper(k: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k >= n {
        return 0.0;
    }
    beta_pair((n - k) as f64, k as f64 + 1.0, 1.0 - p, p).1
}

/// The smallest k with P(X <= k) >= p; `None` when `p` or `probability` is no probability.
///
/// ```
/// use fingerpost_statistics::distribution::binomial_quantile;
/// assert_eq!(binomial_quantile(0.05, 19, 0.5), Some(6));
/// ```
pub fn binomial_quantile(p: f64, n: u64, probability: f64) -> Option<u64> {
    if !(0.0..=1.0).contains(&p) || !(0.0..=1.0).contains(&probability) {
        return None;
    }
    if p == 1.0 {
        return Some(if probability == 0.0 { 0 } else { n });
    }
    Some(smallest(p, n, |k| binomial_cdf(k, n, probability)))
}

/// P(X = k) for the Poisson distribution with this mean.
pub fn poisson_pmf(k: u64, mean: f64) -> f64 {
    if !(mean.is_finite() && mean >= 0.0) {
        return f64::NAN;
    }
    poisson_density(k as f64, mean)
}

/// P(X <= k) for the Poisson distribution with this mean.
///
/// ```
/// use fingerpost_statistics::distribution::poisson_cdf;
/// assert!((poisson_cdf(1, 2.0) - 3.0 * (-2.0_f64).exp()).abs() < 1e-14);
/// ```
pub fn poisson_cdf(k: u64, mean: f64) -> f64 {
    if !(mean.is_finite() && mean >= 0.0) {
        return f64::NAN;
    }
    gamma_pair(k as f64 + 1.0, mean).1
}

/// The smallest k with P(X <= k) >= p, for p < 1; `None` outside the domain.
pub fn poisson_quantile(p: f64, mean: f64) -> Option<u64> {
    if !((0.0..1.0).contains(&p) && mean.is_finite() && mean >= 0.0) {
        return None;
    }
    let above = mean + 10.0 + 4.0 * mean.sqrt() * (1.0 + normal_quantile(p).abs().min(40.0));
    Some(smallest(p, above.min(9.0e15) as u64, |k| poisson_cdf(k, mean)))
}

/// The smallest k in 0..=most whose cumulative probability reaches p, by halving.
fn smallest(p: f64, most: u64, cumulative: impl Fn(u64) -> f64) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if cumulative(middle) >= p * (1.0 - FUZZ) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
