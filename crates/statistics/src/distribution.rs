//! Probabilities and quantiles, accurate to about 1e-13 relative also far out in the tails. Each probability is worked out in
//! the tail it is asked for, never as one minus the other; each quantile is refined by Newton steps on the logarithm of the
//! tail. Arguments outside a function's domain give NaN: the methods refuse such input before they come here.

mod discrete;
mod incomplete;

pub use discrete::{
    binomial_cdf, binomial_pmf, binomial_quantile, binomial_upper, poisson_cdf, poisson_pmf, poisson_quantile,
};
use incomplete::{beta_pair, binomial_density, gamma_pair, poisson_density};
use statrs::function::erf::erfc_inv;

/// Half of the natural logarithm of 2 pi.
pub(crate) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// Density of the standard normal distribution.
///
/// ```
/// use fingerpost_statistics::distribution::normal_pdf;
/// assert!((normal_pdf(0.0) - 0.398_942_280_401_432_7).abs() < 1e-15);
/// ```
pub fn normal_pdf(x: f64) -> f64 {
    (-0.5 * x * x - HALF_LN_TAU).exp()
}

/// P(Z <= x) for a standard normal Z.
///
/// ```
/// use fingerpost_statistics::distribution::normal_cdf;
/// assert!((normal_cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
/// ```
pub fn normal_cdf(x: f64) -> f64 {
    normal_upper(-x)
}

/// P(Z > x) for a standard normal Z, accurate far out where `1.0 - normal_cdf(x)` is not.
pub fn normal_upper(x: f64) -> f64 {
    let half = 0.5 * normal_two_sided(x);
    if x < 0.0 { 1.0 - half } else { half }
}

/// P(|Z| > |x|): the two-sided p value of a standard normal statistic.
pub fn normal_two_sided(x: f64) -> f64 {
    // The square of a standard normal is chi squared with one degree of freedom; the usual polynomial for the error function
    // holds to 1e-11 only.
    gamma_pair(0.5, 0.5 * x * x).1
}

/// The z with P(Z <= z) = p, for 0 < p < 1 (infinite at 0 and 1).
///
/// ```
/// use fingerpost_statistics::distribution::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    // By symmetry in the smaller tail, where the probability keeps its relative precision.
    let tail = p.min(1.0 - p);
    let mut z = std::f64::consts::SQRT_2 * erfc_inv(2.0 * tail);
    for _ in 0..2 {
        let error = normal_upper(z) - tail;
        let step = error / normal_pdf(z);
        z += step / (1.0 - 0.5 * z * step);
    }
    if p < 0.5 { -z } else { z }
}

/// P(T <= x) for Student's t with `df` > 0 degrees of freedom (infinite: the normal).
///
/// ```
/// use fingerpost_statistics::distribution::t_cdf;
/// assert!((t_cdf(12.706_204_736_174_7, 1.0) - 0.975).abs() < 1e-13);
/// ```
pub fn t_cdf(x: f64, df: f64) -> f64 {
    let half = 0.5 * t_two_sided(x, df);
    if x < 0.0 { half } else { 1.0 - half }
}

/// P(T > x) for Student's t.
pub fn t_upper(x: f64, df: f64) -> f64 {
    let half = 0.5 * t_two_sided(x, df);
    if x < 0.0 { 1.0 - half } else { half }
}

/// P(|T| > |x|): the two-sided p value of a t statistic.
pub fn t_two_sided(x: f64, df: f64) -> f64 {
    if x.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df.is_infinite() {
        return normal_two_sided(x);
    }
    if x.is_infinite() {
        return 0.0;
    }
    let ratio = x * x / df;
    if ratio.is_infinite() {
        // I_y(df/2, 1/2) for a y too small to be written: its leading term.
        let ln_y = df.ln() - 2.0 * x.abs().ln();
        return (0.5 * df * ln_y - (0.5 * df).ln() - ln_beta(0.5 * df, 0.5)).exp();
    }
    beta_pair(0.5 * df, 0.5, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)).0
}

/// The t with P(T <= t) = p, for 0 < p < 1 and `df` > 0.
///
/// ```
/// use fingerpost_statistics::distribution::t_quantile;
/// assert!((t_quantile(0.975, 10.0) - 2.228_138_851_986_275).abs() < 1e-13);
/// ```
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df.is_infinite() || p == 0.0 || p == 1.0 {
        return normal_quantile(p);
    }
    if p == 0.5 {
        return 0.0;
    }
    let tail = p.min(1.0 - p);
    let ln_scale = -0.5 * df.ln() - ln_beta(0.5 * df, 0.5);
    let solved = solve(tail, -normal_quantile(tail), f64::INFINITY, false, |t| {
        let density = (ln_scale - 0.5 * (df + 1.0) * (t * t / df).ln_1p()).exp();
        (0.5 * t_two_sided(t, df), -density)
    });
    if p < 0.5 { -solved } else { solved }
}

/// P(X <= x) for chi squared with `df` > 0 degrees of freedom.
///
/// ```
/// use fingerpost_statistics::distribution::chi_squared_cdf;
/// assert!((chi_squared_cdf(3.841_458_820_694_124, 1.0) - 0.95).abs() < 1e-14);
/// ```
pub fn chi_squared_cdf(x: f64, df: f64) -> f64 {
    gamma_pair(0.5 * df, 0.5 * x).0
}

/// P(X > x) for chi squared: the p value of a chi squared statistic.
pub fn chi_squared_upper(x: f64, df: f64) -> f64 {
    gamma_pair(0.5 * df, 0.5 * x).1
}

/// The x with P(X <= x) = p for chi squared with `df` > 0.
///
/// ```
/// use fingerpost_statistics::distribution::chi_squared_quantile;
/// // Two degrees of freedom have a closed form.
/// assert!((chi_squared_quantile(0.975, 2.0) + 2.0 * 0.025_f64.ln()).abs() < 1e-13);
/// ```
pub fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma_quantile(p, 0.5 * df)
}

/// The x with P(X <= x) = p for the gamma distribution with this shape and scale 1.
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !shape.is_finite() || shape <= 0.0 {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { 0.0 } else { f64::INFINITY };
    }
    // Wilson and Hilferty's cube, or the leading term of the series where that is not positive.
    let cube = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(p) / (3.0 * shape.sqrt());
    let start = if cube > 0.2 {
        shape * cube.powi(3)
    } else {
        ((p.ln() + statrs::function::gamma::ln_gamma(shape + 1.0)) / shape).exp()
    };
    let density = |x: f64| poisson_density(shape, x) * shape / x;
    if p < 0.5 {
        solve(p, start, f64::INFINITY, true, |x| (gamma_pair(shape, x).0, density(x)))
    } else {
        solve(1.0 - p, start, f64::INFINITY, false, |x| (gamma_pair(shape, x).1, -density(x)))
    }
}

/// P(X <= x) for the F distribution with `df1`, `df2` > 0.
///
/// ```
/// use fingerpost_statistics::distribution::{f_cdf, t_cdf};
/// // The square of a t is an F with one degree of freedom.
/// assert!((f_cdf(4.0, 1.0, 7.0) - (2.0 * t_cdf(2.0, 7.0) - 1.0)).abs() < 1e-14);
/// ```
pub fn f_cdf(x: f64, df1: f64, df2: f64) -> f64 {
    f_pair(x, df1, df2).0
}

/// P(X > x) for F: the p value of an F statistic.
pub fn f_upper(x: f64, df1: f64, df2: f64) -> f64 {
    f_pair(x, df1, df2).1
}

fn f_pair(x: f64, df1: f64, df2: f64) -> (f64, f64) {
    if x.is_nan() || df1.is_nan() || df2.is_nan() || df1 <= 0.0 || df2 <= 0.0 || df1.is_infinite() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if df2.is_infinite() {
        return gamma_pair(0.5 * df1, 0.5 * df1 * x);
    }
    let ratio = df1 * x / df2;
    if ratio.is_infinite() {
        return (1.0, 0.0);
    }
    beta_pair(0.5 * df1, 0.5 * df2, ratio / (1.0 + ratio), 1.0 / (1.0 + ratio))
}

/// The x with P(X <= x) = p for F.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if df2.is_infinite() {
        return chi_squared_quantile(p, df1) / df1;
    }
    let beta = beta_quantile(p, 0.5 * df1, 0.5 * df2);
    let rest = beta_quantile_upper(p, 0.5 * df1, 0.5 * df2);
    df2 * beta / (df1 * rest)
}

/// P(X <= x) for the beta distribution with `a`, `b` > 0.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    beta_pair(a, b, x, 1.0 - x).0
}

/// The x with P(X <= x) = p for the beta distribution.
///
/// ```
/// use fingerpost_statistics::distribution::beta_quantile;
/// assert!((beta_quantile(0.3, 1.0, 4.0) - (1.0 - 0.7_f64.powf(0.25))).abs() < 1e-14);
/// ```
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let density = |x: f64| binomial_density(a, a + b, x, 1.0 - x) * a * b / ((a + b) * x * (1.0 - x));
    let start = a / (a + b);
    if p <= beta_pair(a, b, start, 1.0 - start).0 {
        solve(p, start, 1.0, true, |x| (beta_pair(a, b, x, 1.0 - x).0, density(x)))
    } else {
        solve(1.0 - p, start, 1.0, false, |x| (beta_pair(a, b, x, 1.0 - x).1, -density(x)))
    }
}

/// One minus the beta quantile, without the loss of the subtraction.
fn beta_quantile_upper(p: f64, a: f64, b: f64) -> f64 {
    beta_quantile(1.0 - p, b, a)
}

pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    statrs::function::beta::checked_ln_beta(a, b).unwrap_or(f64::NAN)
}

/// The root in (0, `upper`) of a monotone `f(x) = target`, where `f` gives value and derivative. Newton on the logarithm of
/// the value, which is nearly straight in a tail, held inside a bracket. Far out the slope underflows, so the direction is given.
fn solve(target: f64, start: f64, upper: f64, rising: bool, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (0.0, upper);
    let mut x = start;
    for _ in 0..400 {
        let (value, slope) = f(x);
        if value.is_nan() {
            return f64::NAN;
        }
        let above = value > target;
        if above == rising {
            high = x;
        } else {
            low = x;
        }
        let next = x - value * ((value - target) / target).ln_1p() / slope;
        let inside = next > low && next < high;
        let next = if inside { next } else { halve(low, high) };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x || next == low || next == high {
            return next;
        }
        x = next;
    }
    x
}

/// A point between two ends, on the logarithmic scale where they are far apart.
fn halve(low: f64, high: f64) -> f64 {
    if high.is_infinite() {
        return if low == 0.0 { 1.0 } else { low * 16.0 };
    }
    if low == 0.0 {
        return high / 16.0;
    }
    if high > 4.0 * low { (low.ln() * 0.5 + high.ln() * 0.5).exp() } else { 0.5 * (low + high) }
}
