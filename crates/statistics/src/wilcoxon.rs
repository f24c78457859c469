//! Wilcoxon's signed-rank test for answers on a scale, before and after: exact where no two differences are alike, and by the
//! normal distribution with a correction for ties where they are, as they are on a five-point scale. Unchanged answers are left
//! out (Wilcoxon) or ranked and then left out (Pratt).

use serde::Serialize;

use crate::distribution::{normal_quantile, normal_two_sided, normal_upper};
use crate::interval::Interval;
use crate::numbers::{confidence, finite, median, quantile_sorted, ranks};
use crate::refusal::{Refusal, RefusalKind};

/// From this many differences on the normal distribution is used, as R does.
pub const EXACT_BELOW: usize = 50;

/// Above this many differences the pairwise means of the estimate are too many to be worth it.
pub const MOST_FOR_ESTIMATE: usize = 5_000;

/// What becomes of differences of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Zeros {
    /// Left out before ranking.
    #[default]
    Drop,
    /// Ranked with the others, then left out (Pratt 1959); no continuity correction.
    Pratt,
}

/// How the p value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// From every way the signs can fall.
    Exact,
    /// Normal distribution.
    Normal,
}

/// A signed-rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SignedRank {
    /// Differences.
    pub n: u64,
    /// Of them zero.
    pub zeros: u64,
    /// Sum of the ranks of positive differences.
    pub v: f64,
    /// How p was found.
    pub how: How,
    /// z without correction; NaN when exact.
    pub z: f64,
    /// Two-sided p value: exact, or with continuity correction (without it for Pratt).
    pub p: f64,
    /// One-sided p value that differences are above zero.
    pub p_greater: f64,
    /// Two-sided p value without continuity correction; NaN when exact.
    pub p_uncorrected: f64,
    /// Median of all pairwise means (Hodges and Lehmann); NaN above [`MOST_FOR_ESTIMATE`] differences.
    pub estimate: f64,
    /// Its limits by order of the pairwise means (Tukey); NaN where the estimate is.
    pub interval: Interval,
    /// The level that the limits reach: with five pairs and fewer it falls short of 0.95. NaN where the estimate is.
    pub reached: f64,
}

/// The signed-rank test of differences after - before.
///
/// Assumes that differences are symmetric about their middle. The estimate and its limits leave zeros in, and its limits
/// follow Hollander and Wolfe (C-alpha by the exact or the normal distribution), where R searches for a root when there are ties.
/// Refuses no differences, or only zeros. Source: Wilcoxon 1945, Biometrics 1:80; Pratt 1959, J Am Stat Assoc 54:655.
///
/// ```
/// use fingerpost_statistics::wilcoxon::{Zeros, signed_rank};
/// // Hollander and Wolfe 1973, page 29: depression before and after a tranquilliser.
/// let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
/// let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
/// let fall: Vec<f64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
/// let found = signed_rank(&fall, Zeros::Drop, 0.95).unwrap();
/// assert_eq!(found.v, 40.0);
/// assert!((found.p_greater - 0.01953).abs() < 1e-5);
/// ```
pub fn signed_rank(differences: &[f64], zeros: Zeros, level: f64) -> Result<SignedRank, Refusal> {
    finite("differences", differences)?;
    confidence(level)?;
    let nonzero: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    if nonzero.is_empty() {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Nobody changed, or nobody answered twice: there is no difference to test.",
        ));
    }
    let dropped = differences.len() - nonzero.len();
    let test = match zeros {
        Zeros::Drop => usual(&nonzero, dropped),
        Zeros::Pratt => pratt(differences),
    };
    let (estimate, interval, reached) = hodges_lehmann(differences, level);
    Ok(SignedRank { n: differences.len() as u64, zeros: dropped as u64, estimate, interval, reached, ..test })
}

fn blank(v: f64, how: How) -> SignedRank {
    let none = Interval { lower: f64::NAN, upper: f64::NAN };
    let nan = f64::NAN;
    SignedRank {
        n: 0,
        zeros: 0,
        v,
        how,
        z: nan,
        p: nan,
        p_greater: nan,
        p_uncorrected: nan,
        estimate: nan,
        interval: none,
        reached: nan,
    }
}

fn usual(nonzero: &[f64], dropped: usize) -> SignedRank {
    let size: Vec<f64> = nonzero.iter().map(|difference| difference.abs()).collect();
    let (ranks, ties) = ranks(&size);
    let v: f64 = nonzero.iter().zip(&ranks).filter(|(difference, _)| **difference > 0.0).map(|(_, rank)| rank).sum();
    let n = nonzero.len() as f64;
    if nonzero.len() < EXACT_BELOW && ties == 0.0 && dropped == 0 {
        let cumulative = distribution(nonzero.len());
        let at = |k: f64| if k < 0.0 { 0.0 } else { cumulative.get(k as usize).copied().unwrap_or(1.0) };
        let most = n * (n + 1.0) / 2.0;
        // By symmetry P(V >= v) = P(V <= most - v).
        let (below, above) = (at(v), at(most - v));
        return SignedRank { p: (2.0 * below.min(above)).min(1.0), p_greater: above, ..blank(v, How::Exact) };
    }
    let gap = v - n * (n + 1.0) / 4.0;
    let sigma = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0).sqrt();
    let corrected = (gap.abs() - 0.5).max(0.0) / sigma;
    SignedRank {
        z: gap / sigma,
        p: normal_two_sided(corrected),
        p_greater: normal_upper((gap - 0.5) / sigma),
        p_uncorrected: normal_two_sided(gap / sigma),
        ..blank(v, How::Normal)
    }
}

fn pratt(differences: &[f64]) -> SignedRank {
    let size: Vec<f64> = differences.iter().map(|difference| difference.abs()).collect();
    let ranks = ranks(&size).0;
    let (mut v, mut all, mut squares) = (0.0, 0.0, 0.0);
    for (difference, rank) in differences.iter().zip(&ranks).filter(|(difference, _)| **difference != 0.0) {
        v += if *difference > 0.0 { *rank } else { 0.0 };
        all += rank;
        squares += rank * rank;
    }
    let z = (v - all / 2.0) / (squares / 4.0).sqrt();
    let p = normal_two_sided(z);
    SignedRank { z, p, p_greater: normal_upper(z), p_uncorrected: p, ..blank(v, How::Normal) }
}

/// P(V <= k) for every k, for n ranks whose signs fall freely.
fn distribution(n: usize) -> Vec<f64> {
    let most = n * (n + 1) / 2;
    let mut ways = vec![0.0; most + 1];
    if let Some(first) = ways.first_mut() {
        *first = 1.0;
    }
    for rank in 1..=n {
        for sum in (rank..=most).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    let all = 2.0_f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut total = 0.0;
    ways.iter()
        .map(|ways| {
            total += ways;
            total / all
        })
        .collect()
}

fn hodges_lehmann(differences: &[f64], level: f64) -> (f64, Interval, f64) {
    let n = differences.len();
    if n > MOST_FOR_ESTIMATE {
        return (f64::NAN, Interval { lower: f64::NAN, upper: f64::NAN }, f64::NAN);
    }
    let mut means = Vec::with_capacity(n * (n + 1) / 2);
    for (index, one) in differences.iter().enumerate() {
        means.extend(differences[index..].iter().map(|other| 0.5 * (one + other)));
    }
    means.sort_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    let (count, reached) = if n < EXACT_BELOW {
        let below = distribution(n);
        let count = below.iter().position(|below| *below >= tail).unwrap_or(0).max(1);
        (count, 1.0 - 2.0 * below.get(count - 1).copied().unwrap_or(f64::NAN))
    } else {
        let n = n as f64;
        let middle = n * (n + 1.0) / 4.0 + normal_quantile(tail) * (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
        (middle.max(1.0) as usize, level)
    };
    let interval = Interval {
        lower: means.get(count - 1).copied().unwrap_or(f64::NAN),
        upper: means.get(means.len() - count).copied().unwrap_or(f64::NAN),
    };
    (quantile_sorted(&means, 0.5), interval, reached)
}

/// Medians and directions of paired answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Directions {
    /// Median before.
    pub median_before: f64,
    /// Median after.
    pub median_after: f64,
    /// Higher after.
    pub up: u64,
    /// The same.
    pub same: u64,
    /// Lower after.
    pub down: u64,
}

/// Medians, and how many went up, stayed and went down. The slices are of one length.
pub(crate) fn directions(before: &[f64], after: &[f64]) -> Directions {
    let count = |test: fn(f64, f64) -> bool| before.iter().zip(after).filter(|(b, a)| test(**b, **a)).count() as u64;
    Directions {
        median_before: median(before),
        median_after: median(after),
        up: count(|before, after| after > before),
        same: count(|before, after| after == before),
        down: count(|before, after| after < before),
    }
}
