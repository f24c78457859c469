//! Mixed models for people seen several times: random intercepts and slopes, and repeated measures with an unstructured,
//! compound-symmetry or AR(1) covariance, by REML or ML, with Satterthwaite's degrees of freedom. People with gaps stay in.

mod fitting;
mod likelihood;
mod reply;
mod structure;

use faer::Mat;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;
use crate::check;
use crate::design::Design;
use crate::inference::{Reference, Term};

pub use reply::{random_effects_answer, repeated_measures_answer};

/// Covariance of one person's measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// A variance for each visit and a covariance for each pair: assumes nothing.
    Unstructured,
    /// One variance, one covariance.
    CompoundSymmetry,
    /// One variance, correlation rho^distance between visits, visits counted by their codes.
    Autoregressive,
}

impl Repeated {
    /// Its name as the command takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unstructured => "unstructured",
            Self::CompoundSymmetry => "compound_symmetry",
            Self::Autoregressive => "ar1",
        }
    }
}

/// How a mixed model is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixedOptions {
    /// Restricted maximum likelihood; plain maximum likelihood when false (for comparing models with different columns).
    pub reml: bool,
    /// Confidence level.
    pub level: f64,
}

impl Default for MixedOptions {
    fn default() -> Self {
        Self { reml: true, level: 0.95 }
    }
}

/// A variance, covariance or correlation.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Which: `variance((Intercept))`, `covariance(2, 1)`, `residual`, `rho`.
    pub name: String,
    /// Estimate.
    pub estimate: f64,
    /// From the observed information; not for testing a variance against zero.
    pub standard_error: f64,
}

/// A mixed model.
#[derive(Debug, Clone, PartialEq)]
pub struct MixedFit {
    /// Coefficients, each with its own Satterthwaite degrees of freedom.
    pub terms: Vec<Term>,
    /// Their covariance (X'V⁻¹X)⁻¹.
    pub covariance: Vec<Vec<f64>>,
    /// Variances and covariances.
    pub components: Vec<Component>,
    /// -2 log likelihood, restricted for REML (as SAS and lme4 count it: without log |X'X|).
    pub minus_two_log_likelihood: f64,
    /// Rows.
    pub n: u64,
    /// People.
    pub persons: u64,
    /// Steps taken.
    pub iterations: u64,
    level: f64,
    beta: Vec<f64>,
    /// d covariance / d component, one for each component.
    slopes: Vec<Mat<f64>>,
    /// Asymptotic covariance of the components.
    spread: Mat<f64>,
}

impl MixedFit {
    /// A coefficient by the column's name.
    pub fn term(&self, name: &str) -> Result<&Term, Refusal> {
        self.terms.iter().find(|term| term.name == name).ok_or_else(|| {
            Refusal::new(
                RefusalKind::BadShape,
                format!("There is no coefficient named {name}; use a name of the design."),
            )
        })
    }

    /// A combination of coefficients, for instance a difference at one visit, with its own degrees of freedom
    /// 2 v² / (g' A g), where v is its variance, g the slope of v in the components and A their covariance (Satterthwaite 1946;
    /// Giesbrecht & Burns 1985).
    pub fn combination(&self, name: &str, weights: &[f64]) -> Result<Term, Refusal> {
        check::same_length("The list of weights", weights.len(), self.beta.len())?;
        check::finite("Weights", weights)?;
        let estimate = algebra::dot(&self.beta, weights);
        let variance: f64 = self.covariance.iter().zip(weights).map(|(row, w)| w * algebra::dot(row, weights)).sum();
        if variance.is_nan() || variance <= 0.0 {
            return Err(Refusal::new(
                RefusalKind::Constant,
                format!("{name} has no variance; give a weight to at least one coefficient."),
            ));
        }
        let slopes: Vec<f64> = self.slopes.iter().map(|slope| algebra::quadratic(weights, slope, weights)).collect();
        let df = 2.0 * variance * variance / algebra::quadratic(&slopes, &self.spread, &slopes);
        if df.is_nan() || df < 1.0 {
            return Err(Refusal::new(
                RefusalKind::TooFew,
                format!(
                    "There are too few people to say how sure {name} is (less than one degree of freedom); use a simpler covariance."
                ),
            ));
        }
        Term::new(name, estimate, variance.sqrt(), Reference::T(df), self.level)
    }
}

/// Repeated measures of people: one covariance within every person, nothing between people.
///
/// `person` and `visit` are codes; a row is one measurement, and a missing visit is simply not there. Assumes that what is
/// missing is missing at random given what was seen, and normal errors. Refuses a person measured twice at a visit, visits
/// that were never seen together (unstructured), singular designs, and covariances that do not settle.
/// Sources: Mallinckrodt et al. 2008 (MMRM); Lindstrom & Bates 1988.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, mixed::{MixedOptions, Repeated, repeated_measures}};
/// let y = [5.1, 6.2, 4.2, 5.4, 6.3, 6.9, 3.8, 5.2, 5.5, 6.6, 4.9, 5.3];
/// let person: Vec<usize> = (0..12).map(|i| i / 2).collect();
/// let visit: Vec<usize> = (0..12).map(|i| i % 2).collect();
/// let later: Vec<bool> = visit.iter().map(|visit| *visit == 1).collect();
/// let design = Design::with_intercept(12).flag("later", &later)?;
/// let fit = repeated_measures(&y, &design, &person, &visit, Repeated::Unstructured, MixedOptions::default())?;
/// // With two complete visits this is the paired t test.
/// assert!((fit.term("later")?.df - 5.0).abs() < 1e-6);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn repeated_measures(
    y: &[f64],
    design: &Design,
    person: &[usize],
    visit: &[usize],
    structure: Repeated,
    options: MixedOptions,
) -> Result<MixedFit, Refusal> {
    check::same_length("The list of visits", visit.len(), y.len())?;
    let shape = structure::Shape::repeated(structure, visit);
    fitting::fit(y, design, person, visit, shape, options)
}

/// Random effects: each person has an own deviation for every column of `random` (an intercept, a slope in time).
///
/// y = X b + Z u + e, u normal with a free covariance, e independent with one variance. Assumes normal deviations. Refuses data
/// in which people do not differ in a random column (its variance is estimated at the boundary), and what
/// [`repeated_measures`] refuses. Source: Laird & Ware 1982.
///
/// ```
/// use fingerpost_statistics_models::{design::Design, mixed::{MixedOptions, random_effects}};
/// let y = [5.1, 6.2, 4.2, 5.4, 6.3, 6.9, 3.8, 5.2, 5.5, 6.6, 4.9, 5.3];
/// let person: Vec<usize> = (0..12).map(|i| i / 2).collect();
/// let time: Vec<f64> = (0..12).map(|i| f64::from(i % 2)).collect();
/// let design = Design::with_intercept(12).column("time", &time)?;
/// let fit = random_effects(&y, &design, &person, &Design::with_intercept(12), MixedOptions::default())?;
/// assert!((fit.term("time")?.estimate - 5.8 / 6.0).abs() < 1e-9);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn random_effects(
    y: &[f64],
    design: &Design,
    person: &[usize],
    random: &Design,
    options: MixedOptions,
) -> Result<MixedFit, Refusal> {
    check::same_length("The random columns", random.rows(), y.len())?;
    for (name, column) in random.names().iter().zip(random.columns()) {
        check::finite(&format!("Random column {name}"), column)?;
    }
    if random.width() == 0 {
        return Err(Refusal::new(RefusalKind::BadShape, "There is no random column; add an intercept."));
    }
    let visit: Vec<usize> = (0..y.len()).collect();
    fitting::fit(y, design, person, &visit, structure::Shape::random(random), options)
}
