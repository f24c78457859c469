//! The (restricted) likelihood of a covariance with its slope and both informations, person by person.
//!
//! With P = V⁻¹ - V⁻¹X Φ X'V⁻¹, Φ = (X'V⁻¹X)⁻¹ and e = V⁻¹(y - Xb): slope_k = tr(P V_k) - e'V_k e, and its slope in l is
//! tr(P V_kl) - tr(P V_k P V_l) - e'V_kl e + 2 e'V_k P V_l e (Searle, Casella & McCulloch 1992, ch. 6). Maximum likelihood has
//! V⁻¹ for P in the traces.

use faer::Mat;

use super::structure::{Block, Shape};
use crate::algebra;

/// What is known at one value of the parameters.
pub(super) struct At {
    /// -2 log likelihood.
    pub value: f64,
    pub slope: Vec<f64>,
    /// Second slopes of the value.
    pub observed: Mat<f64>,
    /// Their expectation.
    pub expected: Mat<f64>,
    pub beta: Vec<f64>,
    /// Φ.
    pub covariance: Mat<f64>,
    /// X'V⁻¹ V_k V⁻¹X, one for each parameter.
    pub moved: Vec<Mat<f64>>,
}

/// One person's share before the coefficients are known.
struct Share {
    inverse: Mat<f64>,
    slopes: Vec<Mat<f64>>,
    /// V⁻¹ X.
    weighted: Mat<f64>,
}

/// Evaluates everything, or nothing where the parameters give no covariance.
pub(super) fn evaluate(shape: &Shape, theta: &[f64], blocks: &[Block], y: &[f64], reml: bool) -> Option<At> {
    if !shape.admits(theta) {
        return None;
    }
    let p = blocks.first()?.x.ncols();
    let mut information = Mat::<f64>::zeros(p, p);
    let mut right = vec![0.0; p];
    let mut value = 0.0;
    let mut shares = Vec::with_capacity(blocks.len());
    for block in blocks {
        let matrix = shape.matrix(theta, block);
        let inverse = algebra::inverse_spd(&matrix)?;
        value += algebra::log_determinant(&matrix)?;
        let weighted = &inverse * &block.x;
        information += block.x.transpose() * &weighted;
        let own = outcome(block, y);
        for (j, slot) in right.iter_mut().enumerate() {
            *slot += own.iter().enumerate().map(|(i, value)| weighted[(i, j)] * value).sum::<f64>();
        }
        let slopes = (0..theta.len()).map(|k| shape.slope(theta, block, k)).collect();
        shares.push(Share { inverse, slopes, weighted });
    }
    let covariance = algebra::inverse_spd(&information)?;
    let beta = algebra::times(&covariance, &right);
    if reml {
        value += algebra::log_determinant(&information)?;
    }
    let rows: usize = blocks.iter().map(|block| block.rows.len()).sum();
    let free = if reml { rows - p } else { rows } as f64;
    value += free * (2.0 * std::f64::consts::PI).ln();
    let mut sums = Sums::new(theta.len(), p);
    for (block, share) in blocks.iter().zip(&shares) {
        let fitted = algebra::times(&block.x, &beta);
        let residual: Vec<f64> = outcome(block, y).iter().zip(&fitted).map(|(value, fit)| value - fit).collect();
        let e = algebra::times(&share.inverse, &residual);
        value += algebra::dot(&residual, &e);
        sums.add(shape, theta, block, share, &e, &covariance, reml);
    }
    Some(sums.close(value, beta, covariance, reml))
}

fn outcome(block: &Block, y: &[f64]) -> Vec<f64> {
    crate::check::at(y, &block.rows)
}

/// Sums over people of what slope and informations are made of.
struct Sums {
    /// tr(V⁻¹V_k).
    trace: Vec<f64>,
    /// e'V_k e.
    square: Vec<f64>,
    /// X'V⁻¹V_kV⁻¹X.
    moved: Vec<Mat<f64>>,
    /// X'V⁻¹V_k e.
    pulled: Vec<Vec<f64>>,
    /// tr(V⁻¹V_kV⁻¹V_l).
    traces: Mat<f64>,
    /// tr(Φ X'V⁻¹V_kV⁻¹V_lV⁻¹X).
    crossed: Mat<f64>,
    /// e'V_kV⁻¹V_l e.
    squares: Mat<f64>,
    /// tr(P V_kl) - e'V_kl e.
    curves: Mat<f64>,
}

impl Sums {
    fn new(parameters: usize, p: usize) -> Self {
        let square = || Mat::zeros(parameters, parameters);
        Self {
            trace: vec![0.0; parameters],
            square: vec![0.0; parameters],
            moved: vec![Mat::zeros(p, p); parameters],
            pulled: vec![vec![0.0; p]; parameters],
            traces: square(),
            crossed: square(),
            squares: square(),
            curves: square(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one person's part of a sum, with all it is made of")]
    fn add(
        &mut self,
        shape: &Shape,
        theta: &[f64],
        block: &Block,
        share: &Share,
        e: &[f64],
        covariance: &Mat<f64>,
        reml: bool,
    ) {
        // V⁻¹V_k and V_k e, once for each parameter.
        let turned: Vec<Mat<f64>> = share.slopes.iter().map(|slope| &share.inverse * slope).collect();
        let pushed: Vec<Vec<f64>> = share.slopes.iter().map(|slope| algebra::times(slope, e)).collect();
        for (k, (slope, turn)) in share.slopes.iter().zip(&turned).enumerate() {
            add_at(&mut self.trace, k, (0..turn.nrows()).map(|i| turn[(i, i)]).sum());
            if let Some(push) = pushed.get(k) {
                add_at(&mut self.square, k, algebra::dot(e, push));
                if let Some(pull) = self.pulled.get_mut(k) {
                    for (j, slot) in pull.iter_mut().enumerate() {
                        *slot += push.iter().enumerate().map(|(i, value)| share.weighted[(i, j)] * value).sum::<f64>();
                    }
                }
            }
            if let Some(moved) = self.moved.get_mut(k) {
                *moved += share.weighted.transpose() * slope * &share.weighted;
            }
        }
        for (k, (turn_k, push_k)) in turned.iter().zip(&pushed).enumerate() {
            for (l, (turn_l, push_l)) in turned.iter().zip(&pushed).enumerate().take(k + 1) {
                self.traces[(k, l)] += trace_of_product(turn_k, turn_l);
                self.squares[(k, l)] += algebra::quadratic(push_k, &share.inverse, push_l);
                if reml {
                    let slope_k = share.slopes.get(k).map(|slope| share.weighted.transpose() * slope);
                    if let Some(left) = slope_k {
                        self.crossed[(k, l)] += trace_of_product(covariance, &(left * turn_l * &share.weighted));
                    }
                }
                if let Some(curve) = shape.curve(theta, block, k, l) {
                    let mut part = trace_of_product(&share.inverse, &curve) - algebra::quadratic(e, &curve, e);
                    if reml {
                        part -= trace_of_product(covariance, &(share.weighted.transpose() * &curve * &share.weighted));
                    }
                    self.curves[(k, l)] += part;
                }
            }
        }
    }

    fn close(self, value: f64, beta: Vec<f64>, covariance: Mat<f64>, reml: bool) -> At {
        let count = self.trace.len();
        let turned: Vec<Mat<f64>> = self.moved.iter().map(|moved| &covariance * moved).collect();
        let slope = (0..count)
            .map(|k| {
                let lost = if reml {
                    turned.get(k).map_or(0.0, |turn| (0..turn.nrows()).map(|i| turn[(i, i)]).sum())
                } else {
                    0.0
                };
                self.trace.get(k).copied().unwrap_or(0.0) - lost - self.square.get(k).copied().unwrap_or(0.0)
            })
            .collect();
        let mut expected = Mat::<f64>::zeros(count, count);
        let mut observed = Mat::<f64>::zeros(count, count);
        for k in 0..count {
            for l in 0..=k {
                let (Some(turn_k), Some(turn_l)) = (turned.get(k), turned.get(l)) else { continue };
                let (Some(pull_k), Some(pull_l)) = (self.pulled.get(k), self.pulled.get(l)) else { continue };
                let both = trace_of_product(turn_k, turn_l);
                let traces = self.traces[(k, l)] + if reml { both - 2.0 * self.crossed[(k, l)] } else { 0.0 };
                let squares = self.squares[(k, l)] - algebra::quadratic(pull_k, &covariance, pull_l);
                expected[(k, l)] = traces;
                expected[(l, k)] = traces;
                let second = self.curves[(k, l)] - traces + 2.0 * squares;
                observed[(k, l)] = second;
                observed[(l, k)] = second;
            }
        }
        At { value, slope, observed, expected, beta, covariance, moved: self.moved }
    }
}

fn add_at(values: &mut [f64], at: usize, more: f64) {
    if let Some(slot) = values.get_mut(at) {
        *slot += more;
    }
}

/// tr(A B).
fn trace_of_product(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    (0..a.nrows()).map(|i| (0..a.ncols()).map(|j| a[(i, j)] * b[(j, i)]).sum::<f64>()).sum()
}
