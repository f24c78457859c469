//! The one loop under every generalised linear model: Newton steps on normal equations, then a last step by QR, so that a
//! hundred thousand rows are quick and the last digits are those of a QR.

use faer::Mat;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};
use statrs::function::gamma::ln_gamma;

use crate::algebra;
use crate::design::Design;

/// Variance function with its link: logit for the binomial, log for counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Variance {
    Binomial,
    Poisson,
    /// NB2 with theta given.
    NegativeBinomial(f64),
}

impl Variance {
    /// Variance at a mean.
    pub fn of(self, mu: f64) -> f64 {
        match self {
            Self::Binomial => mu * (1.0 - mu),
            Self::Poisson => mu,
            Self::NegativeBinomial(theta) => mu + mu * mu / theta,
        }
    }

    /// d mean / d linear predictor.
    pub fn slope(self, mu: f64) -> f64 {
        match self {
            Self::Binomial => mu * (1.0 - mu),
            Self::Poisson | Self::NegativeBinomial(_) => mu,
        }
    }

    /// Mean at a linear predictor, kept off the ends so that no logarithm is infinite.
    fn mean(self, eta: f64) -> f64 {
        match self {
            Self::Binomial => {
                let mu = 1.0 / (1.0 + (-eta).exp());
                mu.clamp(f64::EPSILON, 1.0 - f64::EPSILON)
            }
            Self::Poisson | Self::NegativeBinomial(_) => eta.exp().max(f64::MIN_POSITIVE),
        }
    }

    fn start(self, y: f64) -> (f64, f64) {
        match self {
            Self::Binomial => {
                let mu: f64 = (y + 0.5) / 2.0;
                (mu, (mu / (1.0 - mu)).ln())
            }
            Self::Poisson | Self::NegativeBinomial(_) => {
                let mu = if y > 0.0 { y } else { 1.0 / 6.0 };
                (mu, mu.ln())
            }
        }
    }

    fn unit_deviance(self, y: f64, mu: f64) -> f64 {
        let y_log_y_over_mu = if y > 0.0 { y * (y / mu).ln() } else { 0.0 };
        match self {
            Self::Binomial => -2.0 * if y > 0.5 { mu.ln() } else { (1.0 - mu).ln() },
            Self::Poisson => 2.0 * (y_log_y_over_mu - (y - mu)),
            Self::NegativeBinomial(theta) => 2.0 * (y_log_y_over_mu - (y + theta) * ((y + theta) / (mu + theta)).ln()),
        }
    }

    /// Logarithm of the probability of y.
    pub fn log_density(self, y: f64, mu: f64) -> f64 {
        match self {
            Self::Binomial => {
                if y > 0.5 {
                    mu.ln()
                } else {
                    (1.0 - mu).ln()
                }
            }
            Self::Poisson => y * mu.ln() - mu - ln_gamma(y + 1.0),
            Self::NegativeBinomial(theta) => {
                ln_gamma(theta + y) - ln_gamma(theta) - ln_gamma(y + 1.0)
                    + theta * (theta / (mu + theta)).ln()
                    + y * (mu / (mu + theta)).ln()
            }
        }
    }
}

/// A model that has settled.
pub(crate) struct Settled {
    pub variance: Variance,
    pub beta: Vec<f64>,
    pub eta: Vec<f64>,
    pub mu: Vec<f64>,
    pub deviance: f64,
    /// (X'WX)^-1 at the estimates.
    pub inverse_information: Mat<f64>,
    pub iterations: u64,
}

const MOST_STEPS: u64 = 60;
/// The linear predictor of no row moves more than this in the last step; the QR step after it squares the error.
const SETTLED: f64 = 1e-7;
/// A step that still moves a row this far after many steps is a runaway estimate.
const RUNAWAY: f64 = 0.3;

/// Fits by Newton steps (Fisher scoring), from `start` or from the outcomes themselves.
pub(crate) fn run(
    variance: Variance,
    y: &[f64],
    offset: Option<&[f64]>,
    design: &Design,
    start: Option<&[f64]>,
) -> Result<Settled, Refusal> {
    let width = design.width();
    let rows = design.row_major();
    let offset_at = |row: usize| offset.and_then(|values| values.get(row)).copied().unwrap_or(0.0);
    let mut beta = match start {
        Some(beta) => beta.to_vec(),
        None => first_step(variance, y, &offset_at, design, &rows)?,
    };
    let mut eta = linear_predictor(&rows, &beta, &offset_at, y.len());
    let mut deviance = total_deviance(variance, y, &eta);
    for iteration in 1..=MOST_STEPS {
        let (information, gradient) = normal_equations(width, &rows, |row| {
            let mu = variance.mean(eta.get(row).copied().unwrap_or(0.0));
            let slope = variance.slope(mu);
            let v = variance.of(mu);
            (slope * slope / v, slope * (y.get(row).copied().unwrap_or(0.0) - mu) / v)
        });
        let Some(inverse) = algebra::inverse_spd(&information) else {
            return Err(not_invertible(design, iteration));
        };
        let mut step = algebra::times(&inverse, &gradient);
        let mut halved = 0;
        let (next, next_eta, next_deviance) = loop {
            let next: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b + s).collect();
            let next_eta = linear_predictor(&rows, &next, &offset_at, y.len());
            let next_deviance = total_deviance(variance, y, &next_eta);
            if next_deviance.is_finite() && next_deviance <= deviance + 1e-6 * (deviance.abs() + 1.0) {
                break (next, next_eta, next_deviance);
            }
            halved += 1;
            if halved > 30 {
                return Err(not_settled());
            }
            for part in &mut step {
                *part /= 2.0;
            }
        };
        let moved = eta.iter().zip(&next_eta).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        (beta, eta, deviance) = (next, next_eta, next_deviance);
        if moved <= SETTLED {
            return finish(variance, y, &offset_at, design, &rows, &beta, &eta, iteration);
        }
        if iteration >= 20 && halved == 0 && moved > RUNAWAY {
            return Err(separated(design, &step));
        }
    }
    Err(not_settled())
}

/// Least squares on the working response at the starting means.
fn first_step(
    variance: Variance,
    y: &[f64],
    offset_at: &dyn Fn(usize) -> f64,
    design: &Design,
    rows: &[f64],
) -> Result<Vec<f64>, Refusal> {
    let (information, gradient) = normal_equations(design.width(), rows, |row| {
        let value = y.get(row).copied().unwrap_or(0.0);
        let (mu, eta) = variance.start(value);
        let slope = variance.slope(mu);
        let weight = slope * slope / variance.of(mu);
        (weight, weight * (eta - offset_at(row) + (value - mu) / slope))
    });
    match algebra::inverse_spd(&information) {
        Some(inverse) => Ok(algebra::times(&inverse, &gradient)),
        None => Err(not_invertible(design, 1)),
    }
}

/// The last step, by QR, with the covariance from its triangle.
#[expect(clippy::too_many_arguments, reason = "the state of one loop, handed over once")]
fn finish(
    variance: Variance,
    y: &[f64],
    offset_at: &dyn Fn(usize) -> f64,
    design: &Design,
    rows: &[f64],
    beta: &[f64],
    eta: &[f64],
    iterations: u64,
) -> Result<Settled, Refusal> {
    let mu: Vec<f64> = eta.iter().map(|value| variance.mean(*value)).collect();
    let weights: Vec<f64> = mu.iter().map(|mu| variance.slope(*mu).powi(2) / variance.of(*mu)).collect();
    let working: Vec<f64> = y.iter().zip(&mu).map(|(value, mu)| (value - mu) / variance.slope(*mu)).collect();
    let last = algebra::least_squares(&working, Some(&weights), design)?;
    let beta: Vec<f64> = beta.iter().zip(&last.beta).map(|(b, step)| b + step).collect();
    let eta = linear_predictor(rows, &beta, offset_at, y.len());
    let mu: Vec<f64> = eta.iter().map(|value| variance.mean(*value)).collect();
    let deviance = total_deviance(variance, y, &eta);
    Ok(Settled { variance, beta, eta, mu, deviance, inverse_information: last.inverse_gram, iterations })
}

/// sum w x x' and sum r x over the rows, where `at` gives (w, r).
fn normal_equations(width: usize, rows: &[f64], at: impl Fn(usize) -> (f64, f64)) -> (Mat<f64>, Vec<f64>) {
    let mut gram = vec![0.0; width * width];
    let mut right = vec![0.0; width];
    for (row, x) in rows.chunks_exact(width.max(1)).enumerate() {
        let (w, r) = at(row);
        for ((line, slot), xj) in gram.chunks_exact_mut(width.max(1)).zip(&mut right).zip(x) {
            *slot += r * xj;
            let factor = w * xj;
            for (cell, xk) in line.iter_mut().zip(x) {
                *cell += factor * xk;
            }
        }
    }
    (Mat::from_fn(width, width, |i, j| gram.get(i * width + j).copied().unwrap_or(0.0)), right)
}

fn linear_predictor(rows: &[f64], beta: &[f64], offset_at: &dyn Fn(usize) -> f64, n: usize) -> Vec<f64> {
    let mut eta = Vec::with_capacity(n);
    for (row, x) in rows.chunks_exact(beta.len().max(1)).enumerate() {
        eta.push(offset_at(row) + algebra::dot(x, beta));
    }
    eta
}

fn total_deviance(variance: Variance, y: &[f64], eta: &[f64]) -> f64 {
    y.iter().zip(eta).map(|(value, eta)| variance.unit_deviance(*value, variance.mean(*eta))).sum()
}

/// At the first step the design itself is at fault; later the weights of a runaway estimate are.
fn not_invertible(design: &Design, iteration: u64) -> Refusal {
    if iteration == 1 {
        let ones = vec![1.0; design.rows()];
        if let Err(refusal) = algebra::least_squares(&ones, None, design) {
            return refusal;
        }
    }
    Refusal::new(
        RefusalKind::Separation,
        "A covariate, or several together, tell the outcomes apart completely, so no estimate exists; join groups or leave it out.",
    )
}

fn separated(design: &Design, step: &[f64]) -> Refusal {
    let reach = |column: &[f64]| {
        let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = column.iter().copied().fold(f64::INFINITY, f64::min);
        high - low
    };
    let worst = design
        .columns()
        .iter()
        .zip(step)
        .zip(design.names())
        .map(|((column, part), name)| (part.abs() * reach(column), name.as_str()))
        .fold((0.0, "A covariate"), |most, next| if next.0 > most.0 { next } else { most });
    Refusal::new(
        RefusalKind::Separation,
        format!(
            "{} tells the outcomes apart completely in some group, so its estimate has no end; join groups or leave it out.",
            worst.1
        ),
    )
}

fn not_settled() -> Refusal {
    Refusal::new(
        RefusalKind::NotConverged,
        "The estimates did not settle; use fewer columns, or rescale very large values.",
    )
}
