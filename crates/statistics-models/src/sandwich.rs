//! Robust covariance: bread times meat times bread, with meat from single observations, from clusters, or from observations
//! near in time. One place for linear and generalised linear models, so that both say the same under the same name.

use faer::Mat;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;
use crate::design::Design;

/// Which standard errors. n: observations, p: coefficients, G: clusters.
///
/// Sources: White 1980 (HC0); MacKinnon & White 1985 (HC1 to HC3); Liang & Zeger 1986 (clusters); Newey & West 1987.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Covariance<'a> {
    /// What the model itself says: right when variance and independence are as modelled.
    Model,
    /// No correction.
    Hc0,
    /// HC0 times n / (n - p).
    Hc1,
    /// Each squared residual divided by 1 - h.
    Hc2,
    /// Each squared residual divided by (1 - h)^2.
    Hc3,
    /// Sums within clusters (codes from [`crate::design::codes`]), times G/(G - 1) · (n - 1)/(n - p).
    Clustered(&'a [usize]),
    /// Bartlett weights 1 - l/(lag + 1) on rows that stand in the order of time; `adjusted` multiplies by n / (n - p).
    NeweyWest {
        /// Longest distance in time at which rows still count as related.
        lag: usize,
        /// Multiply by n / (n - p).
        adjusted: bool,
    },
}

impl<'a> Covariance<'a> {
    /// The clusters, where errors are clustered.
    pub fn clusters(&self) -> Option<&'a [usize]> {
        match self {
            Self::Clustered(clusters) => Some(clusters),
            _ => None,
        }
    }

    /// Its name as shown beside the numbers.
    pub fn name(&self) -> String {
        match self {
            Self::Model => "model".to_owned(),
            Self::Hc0 => "hc0".to_owned(),
            Self::Hc1 => "hc1".to_owned(),
            Self::Hc2 => "hc2".to_owned(),
            Self::Hc3 => "hc3".to_owned(),
            Self::Clustered(_) => "clustered".to_owned(),
            Self::NeweyWest { lag, adjusted: false } => format!("newey_west_lag_{lag}"),
            Self::NeweyWest { lag, adjusted: true } => format!("newey_west_lag_{lag}_adjusted"),
        }
    }
}

/// How many clusters there are; refuses fewer than two and a wrong length.
pub(crate) fn cluster_count(clusters: &[usize], rows: usize) -> Result<usize, Refusal> {
    crate::check::same_length("The list of clusters", clusters.len(), rows)?;
    let count = clusters.iter().collect::<std::collections::HashSet<_>>().len();
    if count < 2 {
        return Err(Refusal::new(
            RefusalKind::OneGroup,
            "Clustered standard errors need at least two clusters.".to_owned(),
        ));
    }
    Ok(count)
}

/// Covariance of the coefficients. `scores` holds for each row the factor u with score x·u (for least squares w·e); `bread` is
/// the inverse information, `working` the weights in it (for leverages).
pub(crate) fn covariance(
    kind: Covariance<'_>,
    design: &Design,
    scores: &[f64],
    working: Option<&[f64]>,
    bread: &Mat<f64>,
) -> Result<Mat<f64>, Refusal> {
    let width = design.width();
    let (n, p) = (design.rows() as f64, width as f64);
    let rows = design.row_major();
    let row_at = |row: usize| rows.get(row * width..(row + 1) * width).unwrap_or_default();
    let mut meat = Mat::<f64>::zeros(width, width);
    let factor = match kind {
        Covariance::Model => return Ok(bread.clone()),
        Covariance::Hc0 | Covariance::Hc1 | Covariance::Hc2 | Covariance::Hc3 => {
            for (row, u) in scores.iter().enumerate() {
                let x = row_at(row);
                let weight = working.and_then(|w| w.get(row)).copied().unwrap_or(1.0);
                let free = 1.0 - weight * leverage(kind, x, bread);
                if free <= 1e-12 {
                    return Err(Refusal::at(
                        RefusalKind::Assumption,
                        row,
                        format!(
                            "Row {} alone decides a coefficient, so HC2 and HC3 do not exist; use HC1 or leave the column out.",
                            row + 1
                        ),
                    ));
                }
                let divisor = if matches!(kind, Covariance::Hc3) { free } else { free.sqrt() };
                add_outer(&mut meat, x, x, (u / divisor).powi(2));
            }
            if matches!(kind, Covariance::Hc1) { n / (n - p) } else { 1.0 }
        }
        Covariance::Clustered(clusters) => {
            let groups = cluster_count(clusters, design.rows())? as f64;
            for sums in cluster_sums(clusters, scores, &row_at, width) {
                add_outer(&mut meat, &sums, &sums, 1.0);
            }
            groups / (groups - 1.0) * (n - 1.0) / (n - p)
        }
        Covariance::NeweyWest { lag, adjusted } => {
            crate::check::at_least("rows in time", design.rows(), lag + 2)?;
            for (row, u) in scores.iter().enumerate() {
                add_outer(&mut meat, row_at(row), row_at(row), u * u);
                for distance in 1..=lag.min(row) {
                    let weight = 1.0 - distance as f64 / (lag as f64 + 1.0);
                    let product = weight * u * scores.get(row - distance).copied().unwrap_or(0.0);
                    add_outer(&mut meat, row_at(row), row_at(row - distance), product);
                    add_outer(&mut meat, row_at(row - distance), row_at(row), product);
                }
            }
            if adjusted { n / (n - p) } else { 1.0 }
        }
    };
    let product = bread * meat * bread;
    Ok(Mat::from_fn(width, width, |i, j| factor * (product[(i, j)] + product[(j, i)]) / 2.0))
}

fn leverage(kind: Covariance<'_>, x: &[f64], bread: &Mat<f64>) -> f64 {
    if matches!(kind, Covariance::Hc2 | Covariance::Hc3) { algebra::quadratic(x, bread, x) } else { 0.0 }
}

/// Scores summed within each cluster, clusters in the order of first appearance.
fn cluster_sums<'r>(
    clusters: &[usize],
    scores: &[f64],
    row_at: &dyn Fn(usize) -> &'r [f64],
    width: usize,
) -> Vec<Vec<f64>> {
    let mut places = std::collections::HashMap::new();
    let mut sums: Vec<Vec<f64>> = Vec::new();
    for (row, (cluster, u)) in clusters.iter().zip(scores).enumerate() {
        let place = *places.entry(*cluster).or_insert_with(|| {
            sums.push(vec![0.0; width]);
            sums.len() - 1
        });
        if let Some(sum) = sums.get_mut(place) {
            for (slot, x) in sum.iter_mut().zip(row_at(row)) {
                *slot += x * u;
            }
        }
    }
    sums
}

fn add_outer(meat: &mut Mat<f64>, a: &[f64], b: &[f64], factor: f64) {
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            meat[(i, j)] += factor * x * y;
        }
    }
}
