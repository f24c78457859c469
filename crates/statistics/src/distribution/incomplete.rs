//! The incomplete gamma and beta functions, lower and upper part at once. The leading factor is Loader's saddle-point form,
//! which keeps full precision for counts in the millions where logarithms of factorials lose it.

use super::HALF_LN_TAU;

/// Terms after which a series or fraction is given up, with NaN. Enough for counts of 1e11.
const MOST_TERMS: u32 = 5_000_000;

/// P(a, x) and Q(a, x), the regularised lower and upper incomplete gamma function; NaN outside `a > 0`.
pub(super) fn gamma_pair(a: f64, x: f64) -> (f64, f64) {
    if !(a > 0.0 && a.is_finite()) || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    let density = poisson_density(a, x);
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0, 1.0);
        for n in 1..MOST_TERMS {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * f64::EPSILON {
                let lower = (density * sum).min(1.0);
                return (lower, 1.0 - lower);
            }
        }
        return (f64::NAN, f64::NAN);
    }
    // Legendre's continued fraction by the modified Lentz method.
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in 1..MOST_TERMS {
        let n = f64::from(n);
        let an = n * (a - n);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b);
        c = nonzero(b + an / c);
        let factor = d * c;
        fraction *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            let upper = (density * a * fraction).min(1.0);
            return (1.0 - upper, upper);
        }
    }
    (f64::NAN, f64::NAN)
}

/// I_x(a, b) and its complement; `y` is 1 - x, given apart so that neither loses digits.
pub(super) fn beta_pair(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if !(a > 0.0 && b > 0.0) || a.is_infinite() || b.is_infinite() || x.is_nan() || y.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let edge = binomial_density(a, a + b, x, y) * (a / (a + b) * b);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (edge / beta_fraction(a, b, x, y)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (edge / beta_fraction(b, a, y, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// The continued fraction of Didonato and Morris (1992) by the modified Lentz method; I_x(a, b) is x^a y^b / B(a, b) over it.
/// Written with a y - b x, which is small for a large `a` exactly where one minus x would have lost its digits.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let lambda = a * y - b * x;
    let denominator = |m: f64| {
        m + m * (b - m) * x / (a + 2.0 * m - 1.0) + (a + m) * (lambda + 1.0 + m * (1.0 + y)) / (a + 2.0 * m + 1.0)
    };
    let mut fraction = nonzero(a * (lambda + 1.0) / (a + 1.0));
    let mut c = fraction;
    let mut d = 0.0;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let inner = (a + 2.0 * m - 1.0) / x;
        let numerator = (a + m - 1.0) / inner * ((a + b + m - 1.0) / inner) * m * (b - m);
        let term = denominator(m);
        d = 1.0 / nonzero(term + numerator * d);
        c = nonzero(term + numerator / c);
        let factor = d * c;
        fraction *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            return fraction;
        }
    }
    f64::NAN
}

fn nonzero(value: f64) -> f64 {
    if value.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { value }
}

/// x^a e^-x / Gamma(a + 1): the Poisson probability of `a` at mean `x`, for real `a` >= 0.
pub(super) fn poisson_density(a: f64, mean: f64) -> f64 {
    if a == 0.0 {
        return (-mean).exp();
    }
    if mean <= 0.0 {
        return 0.0;
    }
    (-stirling_error(a) - deviance(a, mean) - HALF_LN_TAU).exp() / a.sqrt()
}

/// The binomial probability of `k` out of `n` at probability `p` (`q` is 1 - p), for real 0 < k < n.
pub(super) fn binomial_density(k: f64, n: f64, p: f64, q: f64) -> f64 {
    let rest = n - k;
    let ln = stirling_error(n)
        - stirling_error(k)
        - stirling_error(rest)
        - deviance(k, n * p)
        - deviance(rest, n * q)
        - HALF_LN_TAU;
    ln.exp() * (n / (k * rest)).sqrt()
}

/// ln Gamma(n + 1) less Stirling's formula, by its series from 15 on. Below, one step up at a time: each step's share is near
/// zero, so that nothing is lost as it is in a difference of two logarithms of factorials.
fn stirling_error(n: f64) -> f64 {
    let (mut at, mut steps) = (n, 0.0);
    while at < 15.0 {
        steps += (at + 0.5) * (1.0 / at).ln_1p() - 1.0;
        at += 1.0;
    }
    let square = at * at;
    let series = (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0) / square) / square) / square) / square)
        / at;
    steps + series
}

/// x ln(x / mean) + mean - x, without cancellation where the two are close.
fn deviance(x: f64, mean: f64) -> f64 {
    if (x - mean).abs() < 0.1 * (x + mean) {
        let v = (x - mean) / (x + mean);
        let mut sum = (x - mean) * v;
        let mut term = 2.0 * x * v;
        let square = v * v;
        for j in 1..1000 {
            term *= square;
            let next = sum + term / f64::from(2 * j + 1);
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    x * (x / mean).ln() + mean - x
}
