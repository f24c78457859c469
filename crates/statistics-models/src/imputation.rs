//! Missing data: who was lost compared with who was kept, chained equations that fill gaps several times over, and Rubin's rules
//! that join the answers. Pooling is arithmetic; filling is random and repeats itself for an equal seed.

mod chained;
mod reply;

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::check;
use crate::design::Design;
use crate::inference::{Estimates, Reference, Term};
use crate::matching::{Balance, balance};

pub use chained::{Fill, ImputeOptions, Variable, impute};
pub use reply::answer;

/// One estimate pooled over imputed data sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Pooled {
    /// Estimate, standard error, t, degrees of freedom, p and limits.
    pub term: Term,
    /// Imputed data sets.
    pub imputations: u64,
    /// Mean of the squared standard errors.
    pub within: f64,
    /// Variance of the estimates.
    pub between: f64,
    /// within + (1 + 1/m)·between.
    pub total: f64,
    /// Relative increase in variance because of the gaps: (1 + 1/m)·between / within.
    pub relative_increase: f64,
    /// Share of the total variance that the gaps bring: (1 + 1/m)·between / total.
    pub lambda: f64,
    /// Fraction of missing information: (r + 2/(df + 3)) / (1 + r).
    pub missing_information: f64,
}

/// Rubin's rules for one estimate.
///
/// Degrees of freedom by Barnard & Rubin 1999: with L = lambda, old = (m - 1)/L², observed = (c + 1)/(c + 3)·c·(1 - L) for c =
/// `df_complete`, and df = old·observed/(old + observed); without `df_complete` the old ones (Rubin 1987). Refuses fewer than
/// two imputations and standard errors that are not positive.
///
/// ```
/// use fingerpost_statistics_models::imputation::pool;
/// let pooled = pool("change", &[2.0, 3.0, 4.0], &[1.0, 1.0, 1.0], None, 0.95)?;
/// assert_eq!((pooled.term.estimate, pooled.within, pooled.between), (3.0, 1.0, 1.0));
/// assert!((pooled.total - 7.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn pool(
    name: &str,
    estimates: &[f64],
    standard_errors: &[f64],
    df_complete: Option<f64>,
    level: f64,
) -> Result<Pooled, Refusal> {
    check::level(level)?;
    check::same_length("The list of standard errors", standard_errors.len(), estimates.len())?;
    check::at_least("imputed data sets", estimates.len(), 2)?;
    check::finite("Estimates", estimates)?;
    check::finite("Standard errors", standard_errors)?;
    if let Some(at) = standard_errors.iter().position(|error| *error <= 0.0) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            at,
            "A standard error must be above zero; check that analysis.",
        ));
    }
    if df_complete.is_some_and(|df| df.is_nan() || df <= 0.0) {
        return Err(Refusal::new(RefusalKind::BadShape, "Degrees of freedom of the complete data must be above zero."));
    }
    let m = estimates.len() as f64;
    let within = standard_errors.iter().map(|error| error * error).sum::<f64>() / m;
    let between = check::variance(estimates);
    let gaps = (1.0 + 1.0 / m) * between;
    let total = within + gaps;
    let lambda = gaps / total;
    let old = if lambda > 0.0 { (m - 1.0) / (lambda * lambda) } else { f64::INFINITY };
    let df = match df_complete {
        Some(complete) if complete.is_finite() => {
            let observed = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - lambda);
            if old.is_finite() { old * observed / (old + observed) } else { observed }
        }
        _ => old,
    };
    let relative_increase = gaps / within;
    let reference = if df.is_finite() { Reference::T(df) } else { Reference::Normal };
    Ok(Pooled {
        term: Term::new(name, check::mean(estimates), total.sqrt(), reference, level)?,
        imputations: estimates.len() as u64,
        within,
        between,
        total,
        relative_increase,
        lambda,
        missing_information: (relative_increase + 2.0 / (df + 3.0)) / (1.0 + relative_increase),
    })
}

/// [`pool`] for every coefficient of a model fitted to each imputed data set. The complete-data degrees of freedom are those
/// of the first fit. Refuses fits with different columns.
/// Sources as for [`pool`].
///
/// ```
/// use fingerpost_statistics_models::{design::Design, imputation::pool_estimates, linear::{Covariance, ols}};
/// let fit = |last: f64| ols(&[2.0, 3.0, 5.0, last], &Design::with_intercept(4), Covariance::Model, 0.95);
/// let pooled = pool_estimates(&[fit(6.0)?.estimates, fit(8.0)?.estimates])?;
/// assert!((pooled[0].term.estimate - 4.25).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn pool_estimates(fits: &[Estimates]) -> Result<Vec<Pooled>, Refusal> {
    let Some(first) = fits.first() else {
        return Err(Refusal::new(RefusalKind::TooFew, "There is no fit to pool; impute at least twice."));
    };
    let df = first.reference.df();
    let complete = df.is_finite().then_some(df);
    first
        .terms
        .iter()
        .map(|term| {
            let own = fits.iter().map(|fit| fit.term(&term.name)).collect::<Result<Vec<_>, _>>()?;
            let estimates: Vec<f64> = own.iter().map(|term| term.estimate).collect();
            let errors: Vec<f64> = own.iter().map(|term| term.standard_error).collect();
            pool(&term.name, &estimates, &errors, complete, first.level)
        })
        .collect()
}

/// How those lost to follow-up differed at the start from those kept: standardised mean differences, lost minus kept, in
/// standard deviations of the lost. Refuses when nobody was lost or nobody was kept.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, imputation::lost_and_kept};
/// let baseline = Design::with_intercept(4).column("score", &[2.0, 4.0, 6.0, 8.0])?;
/// let found = lost_and_kept(&baseline, &[false, false, true, true])?;
/// assert!(found[0].smd_before < 0.0);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn lost_and_kept(baseline: &Design, kept: &[bool]) -> Result<Vec<Balance>, Refusal> {
    let lost: Vec<bool> = kept.iter().map(|flag| !flag).collect();
    balance(&lost, baseline, &vec![1.0; lost.len()])
}
