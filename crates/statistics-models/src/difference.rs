//! Difference in differences: what changed among the exposed beyond what changed among the others. Two groups and two periods,
//! the same people before and after, panels with fixed effects, and event studies that show whether trends ran parallel before.

mod event_study;
mod panel;
mod reply;

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::check;
use crate::design::Design;
use crate::inference::{Reference, Term};
use crate::linear::{Covariance, LinearFit, ols};

pub use event_study::{EventStudy, event_study};
pub use panel::{Absorbed, Panel, PanelOptions, panel};
pub use reply::{answer, event_study_answer, paired_answer, panel_answer};

/// Four means and their difference in differences.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferenceInDifferences {
    /// (after - before) of the exposed minus (after - before) of the others, in units of the outcome.
    pub effect: Term,
    /// Mean of the others before.
    pub others_before: f64,
    /// Mean of the others after.
    pub others_after: f64,
    /// Mean of the exposed before.
    pub exposed_before: f64,
    /// Mean of the exposed after.
    pub exposed_after: f64,
    /// The regression behind the effect.
    pub fit: LinearFit,
}

/// Difference in differences by a regression with interaction: y = a + b·exposed + c·after + d·exposed·after (+ covariates).
///
/// The effect is d. Assumes that without exposure both groups would have changed alike (parallel trends). Rows of the same
/// person or practice want [`Covariance::Clustered`]. Refuses an empty cell and what [`ols`] refuses. `adjust` holds covariates
/// without an intercept. Source: Wooldridge, Introductory Econometrics, ch. 13.
///
/// ```
/// use fingerpost_statistics_models::{difference::two_by_two, linear::Covariance};
/// let exposed = [true, true, true, true, false, false, false, false];
/// let after = [false, false, true, true, false, false, true, true];
/// let visits = [10.0, 11.0, 8.0, 9.0, 4.0, 5.0, 5.0, 4.5];
/// let result = two_by_two(&visits, &exposed, &after, None, Covariance::Hc1, 0.95)?;
/// assert!((result.effect.estimate + 2.25).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn two_by_two(
    y: &[f64],
    exposed: &[bool],
    after: &[bool],
    adjust: Option<&Design>,
    covariance: Covariance<'_>,
    level: f64,
) -> Result<DifferenceInDifferences, Refusal> {
    check::same_length("The list of who was exposed", exposed.len(), y.len())?;
    check::same_length("The list of what is after", after.len(), y.len())?;
    check::finite("The outcome", y)?;
    let mut design =
        Design::with_intercept(y.len()).flag("exposed", exposed)?.flag("after", after)?.product("exposed", "after")?;
    if let Some(adjust) = adjust {
        for (name, column) in adjust.names().iter().zip(adjust.columns()) {
            design = design.column(name.clone(), column)?;
        }
    }
    let mean = |of: bool, at: bool| cell_mean(y, exposed, after, of, at);
    let (others_before, others_after) = (mean(false, false)?, mean(false, true)?);
    let (exposed_before, exposed_after) = (mean(true, false)?, mean(true, true)?);
    let fit = ols(y, &design, covariance, level)?;
    let effect = fit.estimates.term("exposed:after")?.clone();
    Ok(DifferenceInDifferences { effect, others_before, others_after, exposed_before, exposed_after, fit })
}

fn cell_mean(y: &[f64], exposed: &[bool], after: &[bool], of: bool, at: bool) -> Result<f64, Refusal> {
    let rows = y.iter().zip(exposed).zip(after).filter(|((_, e), a)| **e == of && **a == at);
    let values: Vec<f64> = rows.map(|((value, _), _)| *value).collect();
    if values.is_empty() {
        return Err(Refusal::new(
            RefusalKind::OneGroup,
            "One of the four cells (exposed or not, before or after) is empty; a difference in differences needs all four.",
        ));
    }
    Ok(check::mean(&values))
}

/// Difference in differences of people seen before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedDifference {
    /// Mean change of the exposed minus mean change of the others, with Welch's standard error.
    pub effect: Term,
    /// The same with the baseline held equal: regression of the value after on exposure and the value before (HC2). The two
    /// differ when the groups start apart, and then neither is safe.
    pub adjusted_for_baseline: Term,
    /// Mean before and after among the exposed.
    pub exposed: (f64, f64),
    /// Mean before and after among the others.
    pub others: (f64, f64),
    /// Slope of the value after on the value before among the others: what a start one unit higher leaves of itself.
    pub slope_of_others: f64,
    /// (slope - 1) · (difference at the start): the part of the effect that regression to the mean alone would bring.
    pub regression_to_the_mean: f64,
}

/// Difference in differences of the same people before and after: mean changes compared.
///
/// Standard error sqrt(s1²/n1 + s0²/n0) with Welch's degrees of freedom. When the exposed were
/// chosen because they stood high, part of their fall would have come anyway; its size is estimated from the others
/// (Barnett, van der Pols & Dobson 2005). Refuses one group, fewer than three people in a group, and values that do not vary.
///
/// ```
/// use fingerpost_statistics_models::difference::paired;
/// let before = [10.0, 12.0, 9.0, 4.0, 3.0, 5.0, 4.0];
/// let after = [8.0, 9.0, 8.5, 4.5, 3.0, 5.5, 3.5];
/// let result = paired(&before, &after, &[true, true, true, false, false, false, false], 0.95)?;
/// assert!((result.effect.estimate + 1.8333333333333333 + 0.125).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn paired(before: &[f64], after: &[f64], exposed: &[bool], level: f64) -> Result<PairedDifference, Refusal> {
    check::same_length("The list of values after", after.len(), before.len())?;
    check::same_length("The list of who was exposed", exposed.len(), before.len())?;
    check::finite("Values before", before)?;
    check::finite("Values after", after)?;
    check::two_groups("Exposed and others", exposed)?;
    for wanted in [true, false] {
        check::at_least("people in the smaller group", exposed.iter().filter(|flag| **flag == wanted).count(), 3)?;
    }
    let change: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    let groups = Design::with_intercept(before.len()).flag("exposed", exposed)?;
    let with_baseline = groups.column("before", before)?;
    let adjusted = ols(after, &with_baseline, Covariance::Hc2, level)?.estimates.term("exposed")?.clone();
    let of = |values: &[f64], wanted: bool| {
        let rows: Vec<usize> = (0..values.len()).filter(|row| exposed.get(*row) == Some(&wanted)).collect();
        check::at(values, &rows)
    };
    let effect = welch(&of(&change, true), &of(&change, false), level)?;
    let means = |wanted: bool| (check::mean(&of(before, wanted)), check::mean(&of(after, wanted)));
    let (x, y) = (of(before, false), of(after, false));
    let spread = check::variance(&x) * (x.len() as f64 - 1.0);
    if spread <= 0.0 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "The others all start at one value, so nothing can be said of regression to the mean.",
        ));
    }
    let (mx, my) = (check::mean(&x), check::mean(&y));
    let slope_of_others = x.iter().zip(&y).map(|(a, b)| (a - mx) * (b - my)).sum::<f64>() / spread;
    let (exposed_means, other_means) = (means(true), means(false));
    Ok(PairedDifference {
        effect,
        adjusted_for_baseline: Term { name: "adjusted_for_baseline".to_owned(), ..adjusted },
        exposed: exposed_means,
        others: other_means,
        slope_of_others,
        regression_to_the_mean: (slope_of_others - 1.0) * (exposed_means.0 - other_means.0),
    })
}

/// The difference of two means with Welch's error and degrees of freedom (Welch 1947).
fn welch(exposed: &[f64], others: &[f64], level: f64) -> Result<Term, Refusal> {
    let (a, b) = (check::variance(exposed) / exposed.len() as f64, check::variance(others) / others.len() as f64);
    if a + b <= 0.0 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Everybody in a group changed by the same; there is no error to judge by.",
        ));
    }
    let df = (a + b).powi(2) / (a * a / (exposed.len() as f64 - 1.0) + b * b / (others.len() as f64 - 1.0));
    let estimate = check::mean(exposed) - check::mean(others);
    Term::new("difference_in_differences", estimate, (a + b).sqrt(), Reference::T(df), level)
}
