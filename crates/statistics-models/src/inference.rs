//! What every regression reports of its coefficients: estimate, standard error, statistic, p value, interval; combinations of
//! coefficients; and joint tests. The reference distribution is part of the answer and never guessed.

use faer::Mat;
use fingerpost_statistics::distribution;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;

/// The distribution against which a statistic is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reference {
    /// Standard normal; joint tests are chi squared.
    Normal,
    /// Student's t with these degrees of freedom; joint tests are F.
    T(f64),
}

impl Reference {
    /// The quantile that an interval of this level reaches to on either side.
    pub fn quantile(self, level: f64) -> f64 {
        let p = 0.5 + level / 2.0;
        match self {
            Self::Normal => distribution::normal_quantile(p),
            Self::T(df) => distribution::t_quantile(p, df),
        }
    }

    /// The two-sided p value.
    pub fn p(self, statistic: f64) -> f64 {
        match self {
            Self::Normal => distribution::normal_two_sided(statistic),
            Self::T(df) => distribution::t_two_sided(statistic, df),
        }
    }

    /// Its degrees of freedom; infinite for the normal.
    pub fn df(self) -> f64 {
        match self {
            Self::Normal => f64::INFINITY,
            Self::T(df) => df,
        }
    }
}

/// One coefficient, or one combination of coefficients, on the scale of the linear predictor.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The column's name.
    pub name: String,
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub standard_error: f64,
    /// Estimate divided by standard error.
    pub statistic: f64,
    /// Degrees of freedom; infinite for a normal reference.
    pub df: f64,
    /// Two-sided p value.
    pub p: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

impl Term {
    /// A term from its estimate, standard error and reference. Refuses an estimate that is not finite, an error that is not
    /// above zero, and limits without an end: such a number could not be printed.
    pub fn new(
        name: impl Into<String>,
        estimate: f64,
        standard_error: f64,
        reference: Reference,
        level: f64,
    ) -> Result<Self, Refusal> {
        let name = name.into();
        let statistic = estimate / standard_error;
        let reach = reference.quantile(level) * standard_error;
        if !estimate.is_finite()
            || standard_error.is_nan()
            || standard_error <= 0.0
            || !(estimate.abs() + reach).is_finite()
        {
            return Err(Refusal::new(
                RefusalKind::Assumption,
                format!(
                    "The error of {name} cannot be computed from these rows; use more rows, people or clusters, or leave the column out."
                ),
            ));
        }
        Ok(Self {
            name,
            estimate,
            standard_error,
            statistic,
            df: reference.df(),
            p: reference.p(statistic),
            lower: estimate - reach,
            upper: estimate + reach,
        })
    }

    /// The same on the ratio scale: estimate, lower and upper limit as exp(·).
    pub fn ratio(&self) -> (f64, f64, f64) {
        (self.estimate.exp(), self.lower.exp(), self.upper.exp())
    }
}

/// A test of several coefficients at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joint {
    /// F, or chi squared with a normal reference.
    pub statistic: f64,
    /// Coefficients tested.
    pub df: f64,
    /// Denominator degrees of freedom; infinite for chi squared.
    pub df_denominator: f64,
    /// p value.
    pub p: f64,
}

/// The coefficients of a fit with all that inference needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// One term for each column.
    pub terms: Vec<Term>,
    /// Covariance of the coefficients, in the order of the terms.
    pub covariance: Vec<Vec<f64>>,
    /// What the statistics are held against.
    pub reference: Reference,
    /// Confidence level of the intervals.
    pub level: f64,
}

impl Estimates {
    pub(crate) fn new(
        names: &[String],
        beta: &[f64],
        covariance: &Mat<f64>,
        reference: Reference,
        level: f64,
    ) -> Result<Self, Refusal> {
        let mut terms = Vec::with_capacity(names.len());
        for (at, (name, estimate)) in names.iter().zip(beta).enumerate() {
            terms.push(Term::new(name.clone(), *estimate, covariance[(at, at)].sqrt(), reference, level)?);
        }
        Ok(Self { terms, covariance: algebra::rows_of(covariance), reference, level })
    }

    /// A term by the column's name.
    pub fn term(&self, name: &str) -> Result<&Term, Refusal> {
        self.terms.iter().find(|term| term.name == name).ok_or_else(|| {
            Refusal::new(
                RefusalKind::BadShape,
                format!("There is no coefficient named {name}; use a name of the design."),
            )
        })
    }

    /// The estimates alone.
    pub fn beta(&self) -> Vec<f64> {
        self.terms.iter().map(|term| term.estimate).collect()
    }

    /// The combination sum w_j b_j with its standard error sqrt(w' V w). One weight for each coefficient.
    pub fn combination(&self, name: &str, weights: &[f64]) -> Result<Term, Refusal> {
        crate::check::same_length("The list of weights", weights.len(), self.terms.len())?;
        crate::check::finite("Weights", weights)?;
        let variance: f64 = self.covariance.iter().zip(weights).map(|(row, w)| w * algebra::dot(row, weights)).sum();
        if variance <= 0.0 || !variance.is_finite() {
            return Err(Refusal::new(
                RefusalKind::Constant,
                format!("{name} has no variance; give a weight to at least one coefficient."),
            ));
        }
        Term::new(name, algebra::dot(&self.beta(), weights), variance.sqrt(), self.reference, self.level)
    }

    /// The Wald test that all coefficients named are zero: b' V^-1 b, divided by their number and held against F when the
    /// reference is t. Refuses coefficients that depend on one another.
    pub fn joint(&self, names: &[&str]) -> Result<Joint, Refusal> {
        let mut places = Vec::with_capacity(names.len());
        for name in names {
            let term = self.term(name)?;
            places.extend(self.terms.iter().position(|known| known == term));
        }
        let entry = |i: usize, j: usize| self.covariance.get(i).and_then(|row| row.get(j)).copied().unwrap_or(f64::NAN);
        let block = Mat::from_fn(places.len(), places.len(), |a, b| {
            entry(places.get(a).copied().unwrap_or(0), places.get(b).copied().unwrap_or(0))
        });
        let estimates: Vec<f64> = crate::check::at(&self.beta(), &places);
        let inverse = algebra::inverse_spd(&block).ok_or_else(|| {
            Refusal::new(
                RefusalKind::Singular,
                "These coefficients cannot be tested together with so few rows or clusters; test fewer at once."
                    .to_owned(),
            )
        })?;
        let wald = algebra::quadratic(&estimates, &inverse, &estimates);
        let df = places.len() as f64;
        Ok(match self.reference {
            Reference::Normal => Joint {
                statistic: wald,
                df,
                df_denominator: f64::INFINITY,
                p: distribution::chi_squared_upper(wald, df),
            },
            Reference::T(below) => {
                let f = wald / df;
                Joint { statistic: f, df, df_denominator: below, p: distribution::f_upper(f, df, below) }
            }
        })
    }
}
