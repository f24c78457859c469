//! Generalised linear models by iteratively reweighted least squares: logistic, Poisson, quasi-Poisson and negative binomial
//! (NB2). A model whose estimates run away, because a covariate tells the outcomes apart, is refused and not printed.

use faer::Mat;
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::design::Design;
use crate::inference::{Estimates, Reference};
use crate::linear::{Covariance, beside, complete_rows, covariance_at, scaled};
use crate::reply::{Reply, Said};
use crate::{check, reply, sandwich};

pub use crate::dispersion::Theta;

/// Which outcome and which link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Outcome 0 or 1, logit link; ratios are odds ratios.
    Logit,
    /// Counts, log link, variance equal to the mean; ratios are rate ratios.
    Poisson,
    /// As Poisson, with the variance scaled by Pearson's X² / (n - p).
    QuasiPoisson,
    /// Counts, log link, variance mu + mu²/theta, theta by maximum likelihood.
    NegativeBinomial,
}

impl Family {
    /// Its name as the command takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logit => "logit",
            Self::Poisson => "poisson",
            Self::QuasiPoisson => "quasi_poisson",
            Self::NegativeBinomial => "negative_binomial",
        }
    }
}

/// Options of a fit.
#[derive(Debug, Clone, Copy)]
pub struct GlmOptions<'a> {
    /// A term with coefficient 1, for instance the logarithm of person-time.
    pub offset: Option<&'a [f64]>,
    /// Which standard errors.
    pub covariance: Covariance<'a>,
    /// Confidence level.
    pub level: f64,
}

impl Default for GlmOptions<'_> {
    fn default() -> Self {
        Self { offset: None, covariance: Covariance::Model, level: 0.95 }
    }
}

/// A generalised linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct GlmFit {
    /// Which model.
    pub family: Family,
    /// Coefficients on the scale of the link; [`crate::inference::Term::ratio`] gives odds or rate ratios. The reference is the
    /// normal distribution for every family, quasi-Poisson included.
    pub estimates: Estimates,
    /// Rows.
    pub n: u64,
    /// n - p.
    pub df_residual: f64,
    /// Residual deviance.
    pub deviance: f64,
    /// Log-likelihood with all constants; NaN for quasi-Poisson, which has none.
    pub log_likelihood: f64,
    /// Pearson's X² / (n - p): above 1, the outcomes are more spread than the model says.
    pub dispersion: f64,
    /// Theta of a negative binomial.
    pub theta: Option<Theta>,
    /// Fitted means, row by row.
    pub fitted: Vec<f64>,
    /// Linear predictor with the offset, row by row.
    pub linear_predictor: Vec<f64>,
    /// Newton steps taken.
    pub iterations: u64,
}

/// Fits a generalised linear model by maximum likelihood.
///
/// Units: a coefficient is a difference in log odds (logit) or log rate (counts) per unit of its column. Assumes independent
/// rows unless the covariance says otherwise. Refuses an outcome that is not 0/1 or not a count, an outcome of one value,
/// columns that say the same, a covariate that separates the outcomes, and for the negative binomial counts that are no more
/// spread than Poisson. Sources: McCullagh & Nelder 1989; Venables & Ripley 2002 section 7.4 (NB2).
///
/// ```
/// use fingerpost_statistics_models::{design::Design, glm::{Family, GlmOptions, fit}};
/// // 10 of 30 and 20 of 30: the odds ratio is (20 · 20) / (10 · 10).
/// let y: Vec<f64> = (0..60).map(|i| f64::from(u8::from(i % 30 < if i < 30 { 10 } else { 20 }))).collect();
/// let linked: Vec<bool> = (0..60).map(|i| i >= 30).collect();
/// let model = fit(Family::Logit, &y, &Design::with_intercept(60).flag("linked", &linked)?, GlmOptions::default())?;
/// assert!((model.estimates.term("linked")?.ratio().0 - 4.0).abs() < 1e-10);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn fit(family: Family, y: &[f64], design: &Design, options: GlmOptions<'_>) -> Result<GlmFit, Refusal> {
    check::level(options.level)?;
    check::same_length("The outcome", y.len(), design.rows())?;
    check_outcome(family, y)?;
    check::design(design)?;
    if let Some(offset) = options.offset {
        check::same_length("The offset", offset.len(), y.len())?;
        check::finite("The offset", offset)?;
    }
    let (core, theta) = match family {
        Family::Logit => (crate::irls::run(crate::irls::Variance::Binomial, y, options.offset, design, None)?, None),
        Family::Poisson | Family::QuasiPoisson => {
            (crate::irls::run(crate::irls::Variance::Poisson, y, options.offset, design, None)?, None)
        }
        Family::NegativeBinomial => {
            let (core, theta) = crate::dispersion::negative_binomial(y, options.offset, design)?;
            (core, Some(theta))
        }
    };
    let variance = core.variance;
    let (n, p) = (design.rows() as f64, design.width() as f64);
    let pearson: f64 = y.iter().zip(&core.mu).map(|(value, mu)| (value - mu).powi(2) / variance.of(*mu)).sum();
    let dispersion = pearson / (n - p);
    let matrix: Mat<f64> = match options.covariance {
        Covariance::Model if family == Family::QuasiPoisson => scaled(&core.inverse_information, dispersion),
        Covariance::Model => core.inverse_information.clone(),
        robust => {
            let scores: Vec<f64> = y
                .iter()
                .zip(&core.mu)
                .map(|(value, mu)| (value - mu) * variance.slope(*mu) / variance.of(*mu))
                .collect();
            let working: Vec<f64> = core.mu.iter().map(|mu| variance.slope(*mu).powi(2) / variance.of(*mu)).collect();
            sandwich::covariance(robust, design, &scores, Some(&working), &core.inverse_information)?
        }
    };
    let log_likelihood = match family {
        Family::QuasiPoisson => f64::NAN,
        _ => y.iter().zip(&core.mu).map(|(value, mu)| variance.log_density(*value, *mu)).sum(),
    };
    // As for least squares: the sandwich knows no more than there are clusters, and few of them make it too sure.
    let reference = match options.covariance {
        Covariance::Clustered(clusters) => Reference::T(sandwich::cluster_count(clusters, design.rows())? as f64 - 1.0),
        _ => Reference::Normal,
    };
    Ok(GlmFit {
        family,
        estimates: Estimates::new(design.names(), &core.beta, &matrix, reference, options.level)?,
        n: design.rows() as u64,
        df_residual: n - p,
        deviance: core.deviance,
        log_likelihood,
        dispersion,
        theta,
        fitted: core.mu,
        linear_predictor: core.eta,
        iterations: core.iterations,
    })
}

fn check_outcome(family: Family, y: &[f64]) -> Result<(), Refusal> {
    check::not_negative("The outcome", y)?;
    let (bad, what) = match family {
        Family::Logit => (y.iter().position(|value| *value != 0.0 && *value != 1.0), "0 or 1"),
        _ => (y.iter().position(|value| value.fract() != 0.0), "a whole number"),
    };
    if let Some(row) = bad {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("The outcome of row {} is not {what}; correct the row or choose another model.", row + 1),
        ));
    }
    let constant = y.windows(2).all(|pair| pair.first() == pair.last());
    if constant && (family == Family::Logit || y.first().is_none_or(|first| *first == 0.0)) {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "The outcome has one value only; there is nothing to explain.",
        ));
    }
    Ok(())
}

/// [`fit`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn answer(family: Family, y: &[f64], design: &Design, options: GlmOptions<'_>) -> Answer {
    let more: Vec<&[f64]> = std::iter::once(y).chain(options.offset).collect();
    let rows = complete_rows(design, &more);
    let head = Reply::of("glm", &rows, design.rows())
        .word("family", family.name())
        .word("covariance", options.covariance.name())
        .flag("offset", options.offset.is_some())
        .number("level", options.level)
        .clusters(options.covariance.clusters(), &rows);
    let mut kept = Vec::new();
    let all = design.rows();
    let beside = [
        ("The outcome", y.len()),
        ("The offset", options.offset.map_or(all, <[f64]>::len)),
        beside(options.covariance, all),
    ];
    let said = check::all_same_length(&beside, all).and_then(|()| {
        let offset = options.offset.map(|offset| check::at(offset, &rows));
        let covariance = covariance_at(options.covariance, &rows, &mut kept);
        let options = GlmOptions { offset: offset.as_deref(), covariance, level: options.level };
        fit(family, &check::at(y, &rows), &design.rows_at(&rows), options)
    });
    head.settle(said.map(|fit| said_of(&fit)))
}

fn said_of(fit: &GlmFit) -> Said {
    let mut warnings = Vec::new();
    let model_based_poisson = fit.family == Family::Poisson;
    if model_based_poisson && fit.dispersion > 1.5 {
        warnings.push(format!(
            "The counts are {} times as spread as Poisson: model-based intervals are too narrow; use quasi_poisson, negative_binomial or clustered standard errors.",
            reply::words(fit.dispersion)
        ));
    }
    let mut summary = vec![
        ("deviance", fit.deviance),
        ("df_residual", fit.df_residual),
        ("log_likelihood", fit.log_likelihood),
        ("dispersion", fit.dispersion),
    ];
    if let Some(theta) = fit.theta {
        summary.push(("theta", theta.value));
        summary.push(("theta_standard_error", theta.standard_error));
    }
    Said {
        results: reply::ratios_table(&fit.estimates.terms),
        tables: vec![("fit", reply::row(&summary))],
        warnings,
        may: vec![
            "By what ratio odds or rates differ between rows that differ by one unit in one column and in no other."
                .to_owned(),
        ],
        may_not: vec!["That changing a column would change the outcome: an association is not an effect.".to_owned()],
    }
}
