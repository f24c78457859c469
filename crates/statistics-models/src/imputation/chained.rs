//! Filling gaps by chained equations: each variable in turn is drawn from a regression on all others, with the uncertainty of
//! the regression drawn too. The same seed gives the same values; the first of ten data sets is the first of five.

use faer::Side;
use fingerpost_statistics::distribution::chi_squared_quantile;
use fingerpost_statistics::random::Draws;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;
use crate::check;
use crate::design::Design;

/// How the gaps of a variable are filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// A draw from the regression's normal distribution: any value may come.
    Normal,
    /// Predictive mean matching: the value of one of the `donors` people whose prediction is nearest, drawn at random. Only
    /// values that were seen can come. 5 donors are usual.
    MeanMatching {
        /// People to draw from.
        donors: usize,
    },
}

/// A variable with gaps (NaN) or without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Values; NaN where missing.
    pub values: &'a [f64],
    /// How gaps are filled.
    pub fill: Fill,
    /// Added to every filled value: 0 when gaps are missing at random, another number to see how far an answer holds when
    /// those lost did worse or better than they look (sensitivity analysis).
    pub delta: f64,
}

/// How often and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImputeOptions {
    /// Filled data sets; 20 or more for a report.
    pub imputations: usize,
    /// Rounds through all variables for each data set.
    pub rounds: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for ImputeOptions {
    fn default() -> Self {
        Self { imputations: 20, rounds: 10, seed: 1 }
    }
}

/// Filled data sets: for each imputation the variables in order, without gaps.
///
/// Each round draws, for each variable with gaps, a residual variance (residual sum of squares / chi squared), coefficients
/// around their least-squares values, and then the gaps. Assumes that gaps are missing at random given the other variables.
/// Refuses a variable without enough seen values for a regression on all others, columns that say the same, and infinities.
/// Sources: Rubin 1987; Little 1988 (mean matching); van Buuren & Groothuis-Oudshoorn 2011.
///
/// ```
/// use fingerpost_statistics_models::imputation::{Fill, ImputeOptions, Variable, impute};
/// let before: Vec<f64> = (0..20).map(|i| f64::from(i % 7)).collect();
/// let after: Vec<f64> = (0..20).map(|i| if i % 6 == 5 { f64::NAN } else { f64::from(i % 7 + i % 2) }).collect();
/// let fill = Fill::MeanMatching { donors: 5 };
/// let variables = [
///     Variable { name: "before", values: &before, fill, delta: 0.0 },
///     Variable { name: "after", values: &after, fill, delta: 0.0 },
/// ];
/// let filled = impute(&variables, ImputeOptions { imputations: 3, ..ImputeOptions::default() })?;
/// assert!(filled.iter().all(|set| set[1].iter().all(|value| value.is_finite())));
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn impute(variables: &[Variable<'_>], options: ImputeOptions) -> Result<Vec<Vec<Vec<f64>>>, Refusal> {
    let rows = variables.first().map_or(0, |variable| variable.values.len());
    check::at_least("variables", variables.len(), 2)?;
    check::at_least("imputations", options.imputations, 1)?;
    check::at_least("rounds", options.rounds, 1)?;
    let mut seen = Vec::with_capacity(variables.len());
    for variable in variables {
        check::same_length(variable.name, variable.values.len(), rows)?;
        if let Some(row) = variable.values.iter().position(|value| value.is_infinite()) {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                row,
                format!("{}: row {} is infinite.", variable.name, row + 1),
            ));
        }
        if !variable.delta.is_finite() || variable.fill == (Fill::MeanMatching { donors: 0 }) {
            return Err(Refusal::new(RefusalKind::BadShape, "A delta is a finite number, and donors are at least 1."));
        }
        let own: Vec<usize> = (0..rows).filter(|row| variable.values.get(*row).is_some_and(|v| !v.is_nan())).collect();
        if own.len() < variables.len() + 2 {
            return Err(Refusal::new(
                RefusalKind::TooFew,
                format!(
                    "{} was seen {} times; filling it needs at least {}.",
                    variable.name,
                    own.len(),
                    variables.len() + 2
                ),
            ));
        }
        seen.push(own);
    }
    (0..options.imputations)
        .map(|at| {
            let mut random = Draws::seeded(own_seed(options.seed, at as u64));
            one(variables, &seen, rows, options.rounds, &mut random)
        })
        .collect()
}

fn one(
    variables: &[Variable<'_>],
    seen: &[Vec<usize>],
    rows: usize,
    rounds: usize,
    random: &mut Draws,
) -> Result<Vec<Vec<f64>>, Refusal> {
    let gaps = |at: usize| -> Vec<usize> {
        let values = variables.get(at).map_or(&[][..], |variable| variable.values);
        (0..rows).filter(|row| values.get(*row).is_some_and(|value| value.is_nan())).collect()
    };
    let missing: Vec<Vec<usize>> = (0..variables.len()).map(gaps).collect();
    let mut filled: Vec<Vec<f64>> = variables.iter().map(|variable| variable.values.to_vec()).collect();
    // Gaps begin as values that were seen.
    for ((column, own), holes) in filled.iter_mut().zip(seen).zip(&missing) {
        let known = check::at(column, own);
        for row in holes {
            let pick = known.get(random.below(known.len())).copied();
            set(column, *row, pick.unwrap_or(f64::NAN));
        }
    }
    for _ in 0..rounds {
        for (at, variable) in variables.iter().enumerate() {
            let (Some(own), Some(holes)) = (seen.get(at), missing.get(at)) else { continue };
            if holes.is_empty() {
                continue;
            }
            let mut design = Design::with_intercept(rows);
            for (other, column) in
                variables.iter().zip(&filled).enumerate().filter(|(j, _)| *j != at).map(|(_, pair)| pair)
            {
                design = design.column(other.name, column)?;
            }
            let known = check::at(variable.values, own);
            let values = draw(&known, &design.rows_at(own), &design.rows_at(holes), variable.fill, random)?;
            if let Some(column) = filled.get_mut(at) {
                for (row, value) in holes.iter().zip(values) {
                    set(column, *row, value + variable.delta);
                }
            }
        }
    }
    Ok(filled)
}

/// A seed for each data set (SplitMix64, Steele, Lea & Flood 2014), so that the first does not depend on how many follow.
fn own_seed(seed: u64, at: u64) -> u64 {
    let mut mixed = seed.wrapping_add(at.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn set(values: &mut [f64], at: usize, value: f64) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

/// Values for the rows of `wanted`, by a regression of `known` on the rows of `design` with its uncertainty drawn.
fn draw(known: &[f64], design: &Design, wanted: &Design, fill: Fill, random: &mut Draws) -> Result<Vec<f64>, Refusal> {
    let fit = algebra::least_squares(known, None, design)?;
    let fitted = algebra::predict(design, &fit.beta);
    let rss: f64 = known.iter().zip(&fitted).map(|(value, fit)| (value - fit).powi(2)).sum();
    let df = (design.rows() - design.width()) as f64;
    let chi = chi_squared_quantile(random.uniform(), df);
    let sigma = (rss / chi).sqrt();
    let factor = fit.inverse_gram.llt(Side::Lower).map_err(|_| too_few())?;
    let normal: Vec<f64> = (0..design.width()).map(|_| random.normal()).collect();
    let shifts = algebra::times(&factor.L().to_owned(), &normal);
    let beta: Vec<f64> = fit.beta.iter().zip(&shifts).map(|(b, shift)| b + sigma * shift).collect();
    let predicted = algebra::predict(wanted, &beta);
    match fill {
        Fill::Normal => Ok(predicted.into_iter().map(|mean| mean + sigma * random.normal()).collect()),
        Fill::MeanMatching { donors } => {
            let mut sorted: Vec<(f64, f64)> = fitted.into_iter().zip(known.iter().copied()).collect();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            Ok(predicted.into_iter().map(|mean| donor(&sorted, mean, donors, random)).collect())
        }
    }
}

fn too_few() -> Refusal {
    Refusal::new(RefusalKind::TooFew, "There are too few complete rows to draw from; leave variables out.")
}

/// The value of one of the `donors` people predicted nearest to `mean`.
fn donor(sorted: &[(f64, f64)], mean: f64, donors: usize, random: &mut Draws) -> f64 {
    let distance = |at: usize| sorted.get(at).map_or(f64::INFINITY, |(fit, _)| (fit - mean).abs());
    let start = sorted.partition_point(|(fit, _)| *fit < mean);
    let (mut low, mut high) = (start, start);
    while high - low < donors && (low > 0 || high < sorted.len()) {
        if low > 0 && distance(low - 1) <= distance(high) { low -= 1 } else { high += 1 }
    }
    sorted.get(low + random.below(high - low)).map_or(f64::NAN, |(_, value)| *value)
}
