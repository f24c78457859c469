//! Linear regression by least squares, with standard errors that say what they allow for: the model's own, robust (HC0 to HC3),
//! clustered, or Newey-West in time. It refuses designs whose answer would not be unique.

use faer::Mat;
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::design::Design;
use crate::inference::{Estimates, Reference};
use crate::reply::{Reply, Said};
use crate::{algebra, check, reply, sandwich};

pub use crate::sandwich::Covariance;

/// A linear regression.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    /// Coefficients. The reference is t with n - p degrees of freedom; with clusters, G - 1.
    pub estimates: Estimates,
    /// Rows.
    pub n: u64,
    /// n - p.
    pub df_residual: f64,
    /// Residual standard deviation sqrt(sum w e² / (n - p)), in units of the outcome.
    pub residual_sd: f64,
    /// 1 - residual / total sum of squares, the total about the mean when the design holds a constant, else about zero.
    pub r_squared: f64,
    /// R² with both sums divided by their degrees of freedom.
    pub r_squared_adjusted: f64,
    /// Fitted values, row by row.
    pub fitted: Vec<f64>,
    /// Outcome minus fitted, row by row.
    pub residuals: Vec<f64>,
}

/// Ordinary least squares: minimises sum (y - x b)² by a QR decomposition.
///
/// Units: a coefficient is in units of the outcome per unit of its column. Assumes that the mean is linear in the columns; the
/// covariance says what is assumed of the errors. Refuses missing or infinite values, no more rows than columns, a column that
/// the others already say, an outcome that does not vary, and an outcome that the columns reproduce exactly.
/// Source: Golub & Van Loan, Matrix Computations, ch. 5; see [`Covariance`] for the standard errors.
///
/// ```
/// use fingerpost_statistics_models::design::Design;
/// use fingerpost_statistics_models::linear::{Covariance, ols};
/// let design = Design::with_intercept(4).column("week", &[1.0, 2.0, 3.0, 4.0])?;
/// let fit = ols(&[2.0, 4.0, 5.0, 8.0], &design, Covariance::Model, 0.95)?;
/// assert!((fit.estimates.term("week")?.estimate - 1.9).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn ols(y: &[f64], design: &Design, covariance: Covariance<'_>, level: f64) -> Result<LinearFit, Refusal> {
    fit(y, None, design, covariance, level)
}

/// Weighted least squares: minimises sum w (y - x b)². Weights are positive; with frequency or sampling weights only the robust
/// and clustered standard errors mean what they say. Refusals as in [`ols`].
///
/// Source as for [`ols`].
///
/// ```
/// use fingerpost_statistics_models::{design::Design, linear::{Covariance, wls}};
/// let mean = wls(&[2.0, 5.0, 5.0], &[2.0, 1.0, 1.0], &Design::with_intercept(3), Covariance::Hc1, 0.95)?;
/// assert!((mean.estimates.terms[0].estimate - 3.5).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn wls(
    y: &[f64],
    weights: &[f64],
    design: &Design,
    covariance: Covariance<'_>,
    level: f64,
) -> Result<LinearFit, Refusal> {
    check::same_length("The list of weights", weights.len(), y.len())?;
    check::not_negative("Weights", weights)?;
    fit(y, Some(weights), design, covariance, level)
}

fn fit(
    y: &[f64],
    weights: Option<&[f64]>,
    design: &Design,
    covariance: Covariance<'_>,
    level: f64,
) -> Result<LinearFit, Refusal> {
    check::level(level)?;
    check::same_length("The outcome", y.len(), design.rows())?;
    check::finite("The outcome", y)?;
    check::design(design)?;
    if y.windows(2).all(|pair| pair.first() == pair.last()) {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "The outcome has one value only; there is nothing to explain.",
        ));
    }
    let solution = algebra::least_squares(y, weights, design)?;
    let (n, p) = (design.rows() as f64, design.width() as f64);
    let fitted = algebra::predict(design, &solution.beta);
    let residuals: Vec<f64> = y.iter().zip(&fitted).map(|(value, fit)| value - fit).collect();
    let weight = |row: usize| weights.and_then(|w| w.get(row)).copied().unwrap_or(1.0);
    let rss: f64 = residuals.iter().enumerate().map(|(row, e)| weight(row) * e * e).sum();
    let total = total_sum_of_squares(y, &weight, design);
    let size: f64 = y.iter().enumerate().map(|(row, value)| weight(row) * value * value).sum();
    if rss <= 1e-24 * size {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "The columns reproduce the outcome exactly, so nothing is left to judge errors by; a column may hold the outcome itself.",
        ));
    }
    let df = n - p;
    let sigma2 = rss / df;
    let matrix = match covariance {
        Covariance::Model => scaled(&solution.inverse_gram, sigma2),
        _ => {
            let scores: Vec<f64> = residuals.iter().enumerate().map(|(row, e)| weight(row) * e).collect();
            sandwich::covariance(covariance, design, &scores, weights, &solution.inverse_gram)?
        }
    };
    let reference = match covariance {
        Covariance::Clustered(clusters) => Reference::T(sandwich::cluster_count(clusters, design.rows())? as f64 - 1.0),
        _ => Reference::T(df),
    };
    let constant = f64::from(u8::from(has_constant(design)));
    let r_squared = 1.0 - rss / total;
    Ok(LinearFit {
        estimates: Estimates::new(design.names(), &solution.beta, &matrix, reference, level)?,
        n: design.rows() as u64,
        df_residual: df,
        residual_sd: sigma2.sqrt(),
        r_squared,
        r_squared_adjusted: 1.0 - (1.0 - r_squared) * (n - constant) / df,
        fitted,
        residuals,
    })
}

/// One column is the same everywhere and not zero.
fn has_constant(design: &Design) -> bool {
    design.columns().iter().any(|column| {
        column.first().is_some_and(|first| *first != 0.0) && column.windows(2).all(|pair| pair.first() == pair.last())
    })
}

fn total_sum_of_squares(y: &[f64], weight: &dyn Fn(usize) -> f64, design: &Design) -> f64 {
    let sum_of_weights: f64 = (0..y.len()).map(weight).sum();
    let centre = if has_constant(design) {
        y.iter().enumerate().map(|(row, value)| weight(row) * value).sum::<f64>() / sum_of_weights
    } else {
        0.0
    };
    y.iter().enumerate().map(|(row, value)| weight(row) * (value - centre).powi(2)).sum()
}

pub(crate) fn scaled(matrix: &Mat<f64>, factor: f64) -> Mat<f64> {
    Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)] * factor)
}

/// The same covariance for some of the rows.
pub(crate) fn covariance_at<'a>(
    covariance: Covariance<'_>,
    rows: &[usize],
    kept: &'a mut Vec<usize>,
) -> Covariance<'a> {
    match covariance {
        Covariance::Model => Covariance::Model,
        Covariance::Hc0 => Covariance::Hc0,
        Covariance::Hc1 => Covariance::Hc1,
        Covariance::Hc2 => Covariance::Hc2,
        Covariance::Hc3 => Covariance::Hc3,
        Covariance::NeweyWest { lag, adjusted } => Covariance::NeweyWest { lag, adjusted },
        Covariance::Clustered(clusters) => {
            *kept = check::at(clusters, rows);
            Covariance::Clustered(kept)
        }
    }
}

/// The clusters and their number, or the number of rows where there are none.
pub(crate) fn beside(covariance: Covariance<'_>, rows: usize) -> (&'static str, usize) {
    match covariance {
        Covariance::Clustered(clusters) => ("The list of clusters", clusters.len()),
        _ => ("The list of clusters", rows),
    }
}

/// Rows complete in the outcome and in every column.
pub(crate) fn complete_rows(design: &Design, more: &[&[f64]]) -> Vec<usize> {
    let mut slices: Vec<&[f64]> = design.columns().iter().map(Vec::as_slice).collect();
    slices.extend_from_slice(more);
    check::complete(design.rows(), &slices)
}

/// [`ols`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn answer(y: &[f64], design: &Design, covariance: Covariance<'_>, level: f64) -> Answer {
    let rows = complete_rows(design, &[y]);
    let head = Reply::of("linear", &rows, design.rows())
        .word("covariance", covariance.name())
        .number("level", level)
        .clusters(covariance.clusters(), &rows);
    let mut kept = Vec::new();
    let said = check::all_same_length(&[("The outcome", y.len()), beside(covariance, design.rows())], design.rows())
        .and_then(|()| {
            let covariance = covariance_at(covariance, &rows, &mut kept);
            ols(&check::at(y, &rows), &design.rows_at(&rows), covariance, level)
        });
    head.settle(said.map(|fit| Said {
        results: reply::terms_table(&fit.estimates.terms),
        tables: vec![(
            "fit",
            reply::row(&[
                ("residual_sd", fit.residual_sd),
                ("df_residual", fit.df_residual),
                ("r_squared", fit.r_squared),
                ("r_squared_adjusted", fit.r_squared_adjusted),
            ]),
        )],
        warnings: Vec::new(),
        may: vec!["How the mean of the outcome differs between rows that differ by one unit in one column and in no other.".to_owned()],
        may_not: vec!["That changing a column would change the outcome: an association is not an effect.".to_owned()],
    }))
}
