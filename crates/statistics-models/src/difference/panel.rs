//! Panels with fixed effects of unit and period, by taking the units' means out and keeping dummies for the periods, which
//! holds for unbalanced panels too.

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;
use crate::check;
use crate::design::Design;
use crate::inference::{Estimates, Reference, Term};
use crate::linear::{Covariance, scaled};
use crate::sandwich;

/// How the means taken out count in the factor (n - 1)/(n - K) of clustered standard errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Absorbed {
    /// K counts every unit, as a regression with dummies does: the wider interval.
    #[default]
    Counted,
    /// K leaves the units out when they lie within the clusters (reghdfe, fixest).
    NestedNotCounted,
}

/// Options of a panel regression.
#[derive(Debug, Clone, Copy)]
pub struct PanelOptions<'a> {
    /// Clusters; the units themselves when none are given.
    pub clusters: Option<&'a [usize]>,
    /// How absorbed units count.
    pub absorbed: Absorbed,
    /// Confidence level.
    pub level: f64,
}

impl Default for PanelOptions<'_> {
    fn default() -> Self {
        Self { clusters: None, absorbed: Absorbed::Counted, level: 0.95 }
    }
}

/// A two-way fixed-effects regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Effect of exposure, in units of the outcome.
    pub effect: Term,
    /// Rows.
    pub n: u64,
    /// Units.
    pub units: u64,
    /// Periods.
    pub periods: u64,
    /// Units whose exposure begins in different periods: their effects are mixed with weights that can be negative.
    pub staggered: bool,
}

/// Effect of exposure with fixed effects of unit and period: y_it = a_i + g_t + d·exposed_it + e_it.
///
/// `unit` and `period` are codes; standard errors are clustered by unit, t with clusters - 1 degrees of freedom. Assumes
/// parallel trends and one effect for all. Refuses exposure that does not vary within units and periods.
/// Sources: Wooldridge 2010 ch. 10; Goodman-Bacon 2021 on staggered starts.
///
/// ```
/// use fingerpost_statistics_models::difference::{PanelOptions, panel};
/// let unit = [0, 0, 0, 1, 1, 1, 2, 2, 2];
/// let month = [0, 1, 2, 0, 1, 2, 0, 1, 2];
/// let exposed = [false, false, true, false, false, false, false, false, false];
/// let y = [5.0, 6.0, 4.0, 3.0, 4.1, 5.0, 7.0, 7.9, 9.0];
/// let result = panel(&unit, &month, &y, &exposed, PanelOptions::default())?;
/// assert!((result.effect.estimate + 3.0).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn panel(
    unit: &[usize],
    period: &[usize],
    y: &[f64],
    exposed: &[bool],
    options: PanelOptions<'_>,
) -> Result<Panel, Refusal> {
    check::same_length("The list of who was exposed", exposed.len(), y.len())?;
    let columns = Design::without_intercept(y.len()).flag("exposed", exposed)?;
    let fit = within(unit, period, y, &columns, options)?;
    let mut starts: Vec<usize> = Vec::new();
    for code in distinct(unit) {
        let own = unit.iter().zip(period).zip(exposed).filter(|((known, _), flag)| **known == code && **flag);
        starts.extend(own.map(|((_, period), _)| *period).min());
    }
    starts.sort_unstable();
    starts.dedup();
    Ok(Panel {
        effect: fit.estimates.term("exposed")?.clone(),
        n: y.len() as u64,
        units: fit.units as u64,
        periods: fit.periods as u64,
        staggered: starts.len() > 1,
    })
}

pub(super) struct Within {
    /// The columns asked for, then the periods.
    pub estimates: Estimates,
    pub units: usize,
    pub periods: usize,
}

pub(super) fn distinct(codes: &[usize]) -> Vec<usize> {
    let mut all = codes.to_vec();
    all.sort_unstable();
    all.dedup();
    all
}

/// Regression on `columns` with unit and period effects.
pub(super) fn within(
    unit: &[usize],
    period: &[usize],
    y: &[f64],
    columns: &Design,
    options: PanelOptions<'_>,
) -> Result<Within, Refusal> {
    check::level(options.level)?;
    check::same_length("The list of units", unit.len(), y.len())?;
    check::same_length("The list of periods", period.len(), y.len())?;
    check::finite("The outcome", y)?;
    let (units, periods) = (distinct(unit), distinct(period));
    if units.len() < 2 || periods.len() < 2 {
        return Err(Refusal::new(RefusalKind::OneGroup, "A panel needs at least two units and two periods."));
    }
    if let Some(row) = repeated(unit, period) {
        return Err(Refusal::at(
            RefusalKind::Duplicate,
            row,
            format!("Row {} repeats a unit and period; keep one row for each unit in each period.", row + 1),
        ));
    }
    let mut full = columns.clone();
    for code in periods.iter().skip(1) {
        let flags: Vec<bool> = period.iter().map(|known| known == code).collect();
        full = full.flag(format!("period_{code}"), &flags)?;
    }
    let places: Vec<usize> = unit.iter().map(|code| units.partition_point(|known| known < code)).collect();
    let mut design = Design::without_intercept(y.len());
    for (name, column) in full.names().iter().zip(full.columns()) {
        design = design.column(name.clone(), &without_means(column, &places, units.len()))?;
    }
    let (n, absorbed, p) = (y.len() as f64, units.len() as f64, design.width() as f64);
    check::at_least("rows", y.len(), units.len() + design.width() + 1)?;
    let outcome = without_means(y, &places, units.len());
    let solution = algebra::least_squares(&outcome, None, &design)?;
    let fitted = algebra::predict(&design, &solution.beta);
    let residuals: Vec<f64> = outcome.iter().zip(&fitted).map(|(value, fit)| value - fit).collect();
    let clusters = options.clusters.unwrap_or(unit);
    let groups = sandwich::cluster_count(clusters, y.len())?;
    let plain =
        sandwich::covariance(Covariance::Clustered(clusters), &design, &residuals, None, &solution.inverse_gram)?;
    let counted = match options.absorbed {
        Absorbed::NestedNotCounted if nested(unit, clusters) => p + 1.0,
        _ => p + absorbed,
    };
    let matrix = scaled(&plain, (n - p) / (n - counted));
    let reference = Reference::T(groups as f64 - 1.0);
    // Only the columns asked for are reported: the periods' own effects are nuisance.
    let wanted = columns.width();
    let names = design.names().get(..wanted).unwrap_or_default();
    let beta = solution.beta.get(..wanted).unwrap_or_default();
    let estimates =
        Estimates::new(names, beta, &matrix.submatrix(0, 0, wanted, wanted).to_owned(), reference, options.level)?;
    Ok(Within { estimates, units: units.len(), periods: periods.len() })
}

fn repeated(unit: &[usize], period: &[usize]) -> Option<usize> {
    let mut seen = std::collections::HashSet::new();
    unit.iter().zip(period).position(|key| !seen.insert(key))
}

/// Every unit lies within one cluster.
fn nested(unit: &[usize], clusters: &[usize]) -> bool {
    let mut of = std::collections::HashMap::new();
    unit.iter().zip(clusters).all(|(unit, cluster)| of.entry(unit).or_insert(cluster) == &cluster)
}

/// A column minus its unit's mean; exactly zero where nothing but rounding is left.
fn without_means(column: &[f64], places: &[usize], units: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); units];
    for (value, place) in column.iter().zip(places) {
        if let Some(sum) = sums.get_mut(*place) {
            *sum = (sum.0 + value, sum.1 + 1.0);
        }
    }
    let mean = |place: usize| sums.get(place).map_or(0.0, |(sum, count)| sum / count);
    let left: Vec<f64> = column.iter().zip(places).map(|(value, place)| value - mean(*place)).collect();
    let size = algebra::dot(column, column).sqrt();
    if algebra::dot(&left, &left).sqrt() <= 1e-12 * size { vec![0.0; left.len()] } else { left }
}
