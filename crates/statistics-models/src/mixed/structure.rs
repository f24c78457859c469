//! Covariance structures in their natural parameters: the matrix of one person, and its first and second slopes.

use faer::Mat;

use super::Repeated;
use crate::algebra;
use crate::check;
use crate::design::Design;

/// A structure with what it needs to know of the data.
pub(super) enum Shape {
    /// Lower triangle of the random covariance, row by row, then the residual variance.
    Random { columns: Design },
    /// Lower triangle over the visits, row by row.
    Unstructured { visits: Vec<usize> },
    /// Covariance between visits, then what is added on the diagonal.
    CompoundSymmetry,
    /// Variance, then rho.
    Autoregressive,
}

/// The measurements of one person.
pub(super) struct Block {
    pub rows: Vec<usize>,
    /// Places of the visits (unstructured), or their codes.
    pub visits: Vec<usize>,
    pub x: Mat<f64>,
    z: Mat<f64>,
}

/// Row and column of entry k of a lower triangle stored row by row.
fn triangle(k: usize) -> (usize, usize) {
    let mut row = 0;
    let mut before = 0;
    while before + row < k {
        before += row + 1;
        row += 1;
    }
    (row, k - before)
}

impl Shape {
    pub fn repeated(kind: Repeated, visit: &[usize]) -> Self {
        match kind {
            Repeated::Unstructured => {
                let mut visits = visit.to_vec();
                visits.sort_unstable();
                visits.dedup();
                Self::Unstructured { visits }
            }
            Repeated::CompoundSymmetry => Self::CompoundSymmetry,
            Repeated::Autoregressive => Self::Autoregressive,
        }
    }

    pub fn random(columns: &Design) -> Self {
        Self::Random { columns: columns.clone() }
    }

    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Random { columns } => {
                let name = |at: usize| columns.names().get(at).cloned().unwrap_or_default();
                let mut names: Vec<String> = (0..columns.width() * (columns.width() + 1) / 2)
                    .map(|k| {
                        let (i, j) = triangle(k);
                        if i == j {
                            format!("variance({})", name(i))
                        } else {
                            format!("covariance({}, {})", name(i), name(j))
                        }
                    })
                    .collect();
                names.push("residual".to_owned());
                names
            }
            Self::Unstructured { visits } => (0..visits.len() * (visits.len() + 1) / 2)
                .map(|k| {
                    let (i, j) = triangle(k);
                    if i == j { format!("variance({})", i + 1) } else { format!("covariance({}, {})", i + 1, j + 1) }
                })
                .collect(),
            Self::CompoundSymmetry => vec!["covariance".to_owned(), "residual".to_owned()],
            Self::Autoregressive => vec!["variance".to_owned(), "rho".to_owned()],
        }
    }

    /// The block of one person from its rows.
    pub fn block(&self, rows: Vec<usize>, visit: &[usize], design: &Design) -> Block {
        let cell = |of: &Design, i: usize, j: usize| {
            let row = rows.get(i).copied().unwrap_or(usize::MAX);
            of.columns().get(j).and_then(|column| column.get(row)).copied().unwrap_or(0.0)
        };
        let x = Mat::from_fn(rows.len(), design.width(), |i, j| cell(design, i, j));
        let z = match self {
            Self::Random { columns } => Mat::from_fn(rows.len(), columns.width(), |i, j| cell(columns, i, j)),
            _ => Mat::zeros(rows.len(), 0),
        };
        let codes = check::at(visit, &rows);
        let visits = match self {
            Self::Unstructured { visits } => {
                codes.iter().map(|code| visits.partition_point(|known| known < code)).collect()
            }
            _ => codes,
        };
        Block { rows, visits, x, z }
    }

    /// Where the search begins, from the residual variance of least squares.
    pub fn start(&self, variance: f64) -> Vec<f64> {
        match self {
            Self::Random { columns } => {
                let q = columns.width();
                let size = |at: usize| {
                    let column = columns.columns().get(at).map_or(&[][..], Vec::as_slice);
                    algebra::dot(column, column) / column.len().max(1) as f64
                };
                let mut theta: Vec<f64> = (0..q * (q + 1) / 2)
                    .map(|k| {
                        let (i, j) = triangle(k);
                        if i == j { variance / (2.0 * q as f64) / size(i).max(1e-12) } else { 0.0 }
                    })
                    .collect();
                theta.push(variance / 2.0);
                theta
            }
            Self::Unstructured { visits } => (0..visits.len() * (visits.len() + 1) / 2)
                .map(|k| if triangle(k).0 == triangle(k).1 { variance } else { 0.0 })
                .collect(),
            Self::CompoundSymmetry => vec![variance / 4.0, variance * 0.75],
            Self::Autoregressive => vec![variance, 0.3],
        }
    }

    /// The parameters lie where the structure is a covariance.
    pub fn admits(&self, theta: &[f64]) -> bool {
        match self {
            Self::Random { columns } => {
                theta.last().is_some_and(|residual| *residual > 0.0)
                    && algebra::inverse_spd(&covariance_of(theta, columns.width())).is_some()
            }
            Self::Unstructured { visits } => algebra::inverse_spd(&covariance_of(theta, visits.len())).is_some(),
            // Persons with any number of visits must have a covariance; the likelihood checks each.
            Self::CompoundSymmetry => theta.last().is_some_and(|residual| *residual > 0.0),
            Self::Autoregressive => {
                theta.first().is_some_and(|variance| *variance > 0.0) && theta.last().is_some_and(|rho| rho.abs() < 1.0)
            }
        }
    }

    /// A random column in which people hardly differ: the place where a search ends at the boundary.
    pub fn at_boundary(&self, theta: &[f64]) -> Option<String> {
        let Self::Random { columns } = self else { return None };
        let q = columns.width();
        let scale = |at: usize| covariance_of(theta, q)[(at, at)].sqrt();
        let matrix = covariance_of(theta, q);
        let residual = theta.last().copied().unwrap_or(f64::NAN);
        for at in 0..q {
            let column = columns.columns().get(at).map_or(&[][..], Vec::as_slice);
            let size = algebra::dot(column, column) / column.len().max(1) as f64;
            if matrix[(at, at)] * size < 1e-5 * residual {
                return columns.names().get(at).cloned();
            }
        }
        let alike = (0..q).any(|i| (0..i).any(|j| matrix[(i, j)].abs() > 0.9999 * scale(i) * scale(j)));
        if alike { columns.names().last().cloned() } else { None }
    }

    /// The covariance of one person's measurements.
    pub fn matrix(&self, theta: &[f64], block: &Block) -> Mat<f64> {
        let n = block.rows.len();
        let at = |k: usize| theta.get(k).copied().unwrap_or(f64::NAN);
        let visit = |i: usize| block.visits.get(i).copied().unwrap_or(0);
        match self {
            Self::Random { columns } => {
                let residual = theta.last().copied().unwrap_or(f64::NAN);
                let spread = &block.z * covariance_of(theta, columns.width()) * block.z.transpose();
                Mat::from_fn(n, n, |i, j| spread[(i, j)] + if i == j { residual } else { 0.0 })
            }
            Self::Unstructured { .. } => Mat::from_fn(n, n, |i, j| at(place(visit(i), visit(j)))),
            Self::CompoundSymmetry => Mat::from_fn(n, n, |i, j| at(0) + if i == j { at(1) } else { 0.0 }),
            Self::Autoregressive => Mat::from_fn(n, n, |i, j| at(0) * power(at(1), visit(i).abs_diff(visit(j)))),
        }
    }

    /// Its slope in parameter k.
    pub fn slope(&self, theta: &[f64], block: &Block, k: usize) -> Mat<f64> {
        let n = block.rows.len();
        let at = |k: usize| theta.get(k).copied().unwrap_or(f64::NAN);
        let visit = |i: usize| block.visits.get(i).copied().unwrap_or(0);
        match self {
            Self::Random { columns } if k < columns.width() * (columns.width() + 1) / 2 => {
                let (a, b) = triangle(k);
                let z = &block.z;
                let both = if a == b { 0.5 } else { 1.0 };
                Mat::from_fn(n, n, |i, j| both * (z[(i, a)] * z[(j, b)] + z[(i, b)] * z[(j, a)]))
            }
            Self::Random { .. } => Mat::identity(n, n),
            Self::Unstructured { .. } => Mat::from_fn(n, n, |i, j| f64::from(u8::from(place(visit(i), visit(j)) == k))),
            Self::CompoundSymmetry if k == 0 => Mat::from_fn(n, n, |_, _| 1.0),
            Self::CompoundSymmetry => Mat::identity(n, n),
            Self::Autoregressive => Mat::from_fn(n, n, |i, j| {
                let d = visit(i).abs_diff(visit(j));
                if k == 0 { power(at(1), d) } else { at(0) * rho_slope(at(1), d) }
            }),
        }
    }

    /// Its second slope in parameters k and l, where the structure is not linear.
    pub fn curve(&self, theta: &[f64], block: &Block, k: usize, l: usize) -> Option<Mat<f64>> {
        let Self::Autoregressive = self else { return None };
        let (variance, rho) = (theta.first().copied()?, theta.last().copied()?);
        let n = block.rows.len();
        let visit = |i: usize| block.visits.get(i).copied().unwrap_or(0);
        (k + l > 0).then(|| {
            Mat::from_fn(n, n, |i, j| {
                let d = visit(i).abs_diff(visit(j));
                match k + l {
                    1 => rho_slope(rho, d),
                    _ if d < 2 => 0.0,
                    _ => variance * d as f64 * (d as f64 - 1.0) * power(rho, d - 2),
                }
            })
        })
    }
}

fn power(rho: f64, distance: usize) -> f64 {
    rho.powi(i32::try_from(distance).unwrap_or(i32::MAX))
}

fn rho_slope(rho: f64, distance: usize) -> f64 {
    if distance == 0 { 0.0 } else { distance as f64 * power(rho, distance - 1) }
}

/// Place of an entry in the lower triangle.
fn place(i: usize, j: usize) -> usize {
    let (high, low) = (i.max(j), i.min(j));
    high * (high + 1) / 2 + low
}

fn covariance_of(theta: &[f64], width: usize) -> Mat<f64> {
    Mat::from_fn(width, width, |i, j| theta.get(place(i, j)).copied().unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::{place, triangle};

    #[test]
    fn a_triangle_is_counted_row_by_row() {
        for k in 0..30 {
            let (i, j) = triangle(k);
            assert!(j <= i);
            assert_eq!(place(i, j), k);
            assert_eq!(place(j, i), k);
        }
    }
}
