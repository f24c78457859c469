//! Least squares and small symmetric systems, on faer. A column that the columns before it already say is refused by name,
//! never dropped in silence.

use faer::Mat;
use faer::Side;
use faer::linalg::solvers::Solve;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::design::Design;

/// A column whose part that is new against the columns before it is smaller than this, relative to itself, says nothing new
/// (the tolerance of LINPACK's dqrdc2 as R uses it in `lm`).
const RANK_TOLERANCE: f64 = 1e-7;

/// A weighted least-squares solution.
pub(crate) struct LeastSquares {
    /// Coefficients.
    pub beta: Vec<f64>,
    /// (X'WX)^-1.
    pub inverse_gram: Mat<f64>,
}

/// Minimises sum w (y - x b)^2 by a QR decomposition of [sqrt(w) X | sqrt(w) y]. Refuses singular designs by the column's name.
pub(crate) fn least_squares(y: &[f64], weights: Option<&[f64]>, design: &Design) -> Result<LeastSquares, Refusal> {
    let width = design.width();
    let rows = design.rows();
    let root = |row: usize| weights.and_then(|w| w.get(row)).map_or(1.0, |w| w.sqrt());
    let columns = design.columns();
    let value =
        |row: usize, column: usize| columns.get(column).map_or(y, Vec::as_slice).get(row).copied().unwrap_or(0.0);
    let augmented = Mat::from_fn(rows, width + 1, |row, column| root(row) * value(row, column));
    let qr = augmented.qr();
    let r = qr.thin_R();
    if r.nrows() <= width {
        return Err(Refusal::new(
            RefusalKind::TooFew,
            "There are no more rows than columns; leave columns out.".to_owned(),
        ));
    }
    for column in 0..width {
        let norm = (0..=column).map(|row| r[(row, column)].powi(2)).sum::<f64>().sqrt();
        if r[(column, column)].abs() <= RANK_TOLERANCE * norm || norm == 0.0 {
            return Err(singular(design, column));
        }
    }
    let mut inverse = Mat::<f64>::zeros(width, width);
    for column in 0..width {
        inverse[(column, column)] = 1.0 / r[(column, column)];
        for row in (0..column).rev() {
            let dot: f64 = (row + 1..=column).map(|k| r[(row, k)] * inverse[(k, column)]).sum();
            inverse[(row, column)] = -dot / r[(row, row)];
        }
    }
    let mut beta = vec![0.0; width];
    for row in (0..width).rev() {
        let known: f64 = beta.iter().enumerate().skip(row + 1).map(|(k, b)| r[(row, k)] * b).sum();
        let solved = (r[(row, width)] - known) / r[(row, row)];
        if let Some(slot) = beta.get_mut(row) {
            *slot = solved;
        }
    }
    let inverse_gram = &inverse * inverse.transpose();
    Ok(LeastSquares { beta, inverse_gram })
}

fn singular(design: &Design, column: usize) -> Refusal {
    let name = design.names().get(column).map_or("a column", String::as_str);
    Refusal::new(
        RefusalKind::Singular,
        format!("{name} says nothing that the columns before it do not already say; leave it out or join groups."),
    )
}

/// The inverse of a symmetric positive definite matrix, or none when it is not that. Rows and columns are scaled to a unit
/// diagonal first, so that units do not decide.
pub(crate) fn inverse_spd(matrix: &Mat<f64>) -> Option<Mat<f64>> {
    let width = matrix.nrows();
    let scale: Vec<f64> = (0..width).map(|i| matrix[(i, i)].sqrt()).collect();
    if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return None;
    }
    let scaled = Mat::from_fn(width, width, |i, j| matrix[(i, j)] / scale_at(&scale, i) / scale_at(&scale, j));
    let factor = scaled.llt(Side::Lower).ok()?;
    if (0..width).any(|i| factor.L()[(i, i)] < 1e-8) {
        return None;
    }
    let inverse = factor.solve(Mat::<f64>::identity(width, width));
    Some(Mat::from_fn(width, width, |i, j| {
        (inverse[(i, j)] + inverse[(j, i)]) / 2.0 / scale_at(&scale, i) / scale_at(&scale, j)
    }))
}

/// log |matrix| of a symmetric positive definite matrix, or none.
pub(crate) fn log_determinant(matrix: &Mat<f64>) -> Option<f64> {
    let factor = matrix.llt(Side::Lower).ok()?;
    let log: f64 = (0..matrix.nrows()).map(|i| factor.L()[(i, i)].ln()).sum();
    log.is_finite().then_some(2.0 * log)
}

fn scale_at(scale: &[f64], at: usize) -> f64 {
    scale.get(at).copied().unwrap_or(1.0)
}

/// matrix times vector.
pub(crate) fn times(matrix: &Mat<f64>, vector: &[f64]) -> Vec<f64> {
    (0..matrix.nrows()).map(|i| vector.iter().enumerate().map(|(j, v)| matrix[(i, j)] * v).sum()).collect()
}

/// a' M b.
pub(crate) fn quadratic(a: &[f64], matrix: &Mat<f64>, b: &[f64]) -> f64 {
    dot(a, &times(matrix, b))
}

/// a' b.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// X b, row by row.
pub(crate) fn predict(design: &Design, beta: &[f64]) -> Vec<f64> {
    let mut fitted = vec![0.0; design.rows()];
    for (column, b) in design.columns().iter().zip(beta) {
        for (value, x) in fitted.iter_mut().zip(column) {
            *value += b * x;
        }
    }
    fitted
}

/// A matrix as rows, for results.
pub(crate) fn rows_of(matrix: &Mat<f64>) -> Vec<Vec<f64>> {
    (0..matrix.nrows()).map(|i| (0..matrix.ncols()).map(|j| matrix[(i, j)]).collect()).collect()
}
