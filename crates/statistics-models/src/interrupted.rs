//! Interrupted time series: one series before and after a start, its level and slope, the line as it would have gone on, and
//! what lies between. It allows for season and for neighbouring months being alike; it cannot allow for something else that
//! started in the same month.

mod reply;

use fingerpost_statistics::distribution::normal_quantile;
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::algebra;
use crate::check;
use crate::design::Design;
use crate::glm::{Family, GlmOptions, fit};
use crate::inference::{Estimates, Term};
use crate::linear::{Covariance, ols};

pub use reply::{answer, counts_answer};

/// Points asked for on each side of the start.
pub const LEAST_POINTS: usize = 8;

/// What the line may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentOptions {
    /// Points before the start; the first of them is time 1.
    pub before: usize,
    /// The slope may change too.
    pub slope_change: bool,
    /// Pairs of sine and cosine for the season; 2 is usual for months, 0 is none.
    pub harmonics: usize,
    /// Points in a year.
    pub period: f64,
    /// Lag of Newey-West standard errors; none for the model's own.
    pub lag: Option<usize>,
    /// Newey-West times n / (n - p).
    pub adjusted: bool,
    /// Confidence level.
    pub level: f64,
}

impl SegmentOptions {
    /// Monthly points, slope change, no season, the model's own errors, 95 %.
    pub fn monthly(before: usize) -> Self {
        Self { before, slope_change: true, harmonics: 0, period: 12.0, lag: None, adjusted: false, level: 0.95 }
    }

    fn covariance(&self) -> Covariance<'static> {
        self.lag.map_or(Covariance::Model, |lag| Covariance::NeweyWest { lag, adjusted: self.adjusted })
    }
}

/// A segmented regression.
#[derive(Debug, Clone, PartialEq)]
pub struct InterruptedSeries {
    /// Coefficients: `(Intercept)`, `time`, `level`, `slope` where asked for, `sin1`, `cos1`, …
    pub estimates: Estimates,
    /// Fitted value at each point: a mean, or for counts an expected count.
    pub fitted: Vec<f64>,
    /// The same with level and slope change set to zero.
    pub counterfactual: Vec<f64>,
    /// Fitted minus counterfactual at the last point (delta method for counts).
    pub at_end: Term,
    /// Sum of fitted minus counterfactual over all points after the start.
    pub total: Term,
    /// Durbin-Watson statistic of the residuals (Pearson residuals for counts): 2 means unrelated neighbours.
    pub durbin_watson: f64,
    /// Autocorrelation of the residuals at lags 1, 2, …
    pub autocorrelation: Vec<f64>,
    /// Autocorrelations within ± this are what unrelated residuals show in 95 of 100 series.
    pub autocorrelation_bound: f64,
    /// Pearson's X² / (n - p), for counts.
    pub dispersion: Option<f64>,
}

/// The design y = b0 + b1·t + b2·X + b3·(t - T0)·X + season, with t = 1, 2, … and T0 the last point before the start.
fn design(points: usize, options: &SegmentOptions) -> Result<Design, Refusal> {
    check::level(options.level)?;
    let after = points.saturating_sub(options.before);
    if options.before < LEAST_POINTS || after < LEAST_POINTS {
        return Err(Refusal::new(
            RefusalKind::TooFew,
            format!(
                "A line on each side of the start needs at least {LEAST_POINTS} points; before it: {}, after it: {after}.",
                options.before.min(points)
            ),
        ));
    }
    if options.harmonics > 0
        && (options.period.is_nan() || options.period <= 2.0 || (points as f64) < 2.0 * options.period)
    {
        return Err(Refusal::new(
            RefusalKind::TooFew,
            "A season needs at least two whole years of points and more than two points in a year; leave the harmonics out.",
        ));
    }
    let time: Vec<f64> = (1..=points).map(|t| t as f64).collect();
    let start = options.before as f64;
    let is_after: Vec<bool> = time.iter().map(|t| *t > start).collect();
    let mut design = Design::with_intercept(points).column("time", &time)?.flag("level", &is_after)?;
    if options.slope_change {
        let since: Vec<f64> = time.iter().map(|t| (t - start).max(0.0)).collect();
        design = design.column("slope", &since)?;
    }
    for k in 1..=options.harmonics {
        let turn = |t: &f64| 2.0 * std::f64::consts::PI * k as f64 * t / options.period;
        design = design.column(format!("sin{k}"), &time.iter().map(|t| turn(t).sin()).collect::<Vec<_>>())?;
        design = design.column(format!("cos{k}"), &time.iter().map(|t| turn(t).cos()).collect::<Vec<_>>())?;
    }
    Ok(design)
}

/// The same design with level and slope change at zero.
fn without_change(design: &Design) -> Result<Design, Refusal> {
    let mut other = Design::without_intercept(design.rows());
    for (name, column) in design.names().iter().zip(design.columns()) {
        let zero = name == "level" || name == "slope";
        other = other.column(name.clone(), &if zero { vec![0.0; column.len()] } else { column.clone() })?;
    }
    Ok(other)
}

/// Segmented linear regression of a series in the order of time, without gaps.
///
/// Units: `level` in units of the outcome, `slope` in units per point. With a lag, errors allow for neighbours being alike
/// (Newey & West 1987). Refuses fewer than eight points on a side, a missing point, and a season without two whole years.
/// Sources: Wagner et al. 2002; Bernal, Cummins & Gasparrini 2017.
///
/// ```
/// use fingerpost_statistics_models::interrupted::{SegmentOptions, segmented};
/// let y: Vec<f64> = (1..=24).map(|t| 100.0 + f64::from(t) - if t > 12 { 20.0 } else { 0.0 } + f64::from(t * 7 % 3)).collect();
/// let series = segmented(&y, SegmentOptions { lag: Some(3), ..SegmentOptions::monthly(12) })?;
/// assert!((series.estimates.term("level")?.estimate + 20.0).abs() < 1.0);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn segmented(y: &[f64], options: SegmentOptions) -> Result<InterruptedSeries, Refusal> {
    let design = design(y.len(), &options)?;
    let fit = ols(y, &design, options.covariance(), options.level)?;
    let other = without_change(&design)?;
    let counterfactual = algebra::predict(&other, &fit.estimates.beta());
    let ones = vec![1.0; y.len()];
    let gradient = |rows: &[usize]| gradient(&design, &other, &ones, &ones, rows);
    let (at_end, total) = effects(&fit.estimates, y.len(), options.before, gradient, &fit.fitted, &counterfactual)?;
    Ok(InterruptedSeries {
        durbin_watson: durbin_watson(&fit.residuals),
        autocorrelation: autocorrelation(&fit.residuals, most_lags(y.len())),
        autocorrelation_bound: bound(y.len()),
        fitted: fit.fitted,
        counterfactual,
        at_end,
        total,
        dispersion: None,
        estimates: fit.estimates,
    })
}

/// Segmented quasi-Poisson regression of counts with person-time (or population) as offset.
///
/// exp(`level`) is the rate ratio at the start, exp(`slope`) its change per point. The variance is scaled by Pearson's
/// X² / (n - p), intervals use the normal quantile. Refusals as in [`segmented`], and person-time of zero.
/// Source: Bernal, Cummins & Gasparrini 2017, Int J Epidemiol 46:348.
///
/// ```
/// use fingerpost_statistics_models::interrupted::{SegmentOptions, segmented_counts};
/// let events: Vec<f64> = (0..40).map(|month| if month < 20 { 100.0 } else { 50.0 } + f64::from(month % 3)).collect();
/// let found = segmented_counts(&events, &[1_000.0; 40], SegmentOptions::monthly(20))?;
/// assert!((found.estimates.term("level")?.ratio().0 - 0.5).abs() < 0.02);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn segmented_counts(
    events: &[f64],
    person_time: &[f64],
    options: SegmentOptions,
) -> Result<InterruptedSeries, Refusal> {
    check::same_length("The list of person-time", person_time.len(), events.len())?;
    check::finite("Person-time", person_time)?;
    if let Some(row) = person_time.iter().position(|time| *time <= 0.0) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("Point {} has no person-time; give the population.", row + 1),
        ));
    }
    let design = design(events.len(), &options)?;
    let offset: Vec<f64> = person_time.iter().map(|time| time.ln()).collect();
    let glm = GlmOptions { offset: Some(&offset), covariance: options.covariance(), level: options.level };
    let fit = fit(Family::QuasiPoisson, events, &design, glm)?;
    let other = without_change(&design)?;
    let lines = algebra::predict(&other, &fit.estimates.beta());
    let counterfactual: Vec<f64> = lines.iter().zip(&offset).map(|(line, log)| (line + log).exp()).collect();
    let gradient = |rows: &[usize]| gradient(&design, &other, &fit.fitted, &counterfactual, rows);
    let (at_end, total) =
        effects(&fit.estimates, events.len(), options.before, gradient, &fit.fitted, &counterfactual)?;
    let residuals: Vec<f64> =
        events.iter().zip(&fit.fitted).map(|(count, mean)| (count - mean) / mean.sqrt()).collect();
    Ok(InterruptedSeries {
        durbin_watson: durbin_watson(&residuals),
        autocorrelation: autocorrelation(&residuals, most_lags(events.len())),
        autocorrelation_bound: bound(events.len()),
        fitted: fit.fitted,
        counterfactual,
        at_end,
        total,
        dispersion: Some(fit.dispersion),
        estimates: fit.estimates,
    })
}

/// d (sum of fitted - counterfactual over rows) / d coefficients.
fn gradient(design: &Design, other: &Design, slope: &[f64], other_slope: &[f64], rows: &[usize]) -> Vec<f64> {
    let weighted = |column: &[f64], slope: &[f64]| algebra::dot(&check::at(column, rows), &check::at(slope, rows));
    design.columns().iter().zip(other.columns()).map(|(x, z)| weighted(x, slope) - weighted(z, other_slope)).collect()
}

fn effects(
    estimates: &Estimates,
    points: usize,
    before: usize,
    gradient: impl Fn(&[usize]) -> Vec<f64>,
    fitted: &[f64],
    counterfactual: &[f64],
) -> Result<(Term, Term), Refusal> {
    let effect = |name: &str, rows: &[usize]| -> Result<Term, Refusal> {
        let difference = check::sum(&check::at(fitted, rows)) - check::sum(&check::at(counterfactual, rows));
        let error = estimates.combination(name, &gradient(rows))?.standard_error;
        Term::new(name, difference, error, estimates.reference, estimates.level)
    };
    let after: Vec<usize> = (before..points).collect();
    Ok((effect("at_end", &[points.saturating_sub(1)])?, effect("total", &after)?))
}

/// sum (e_t - e_(t-1))² / sum e_t² (Durbin & Watson 1950).
pub fn durbin_watson(residuals: &[f64]) -> f64 {
    let steps: f64 = residuals.iter().zip(residuals.iter().skip(1)).map(|(a, b)| (b - a).powi(2)).sum();
    steps / residuals.iter().map(|e| e * e).sum::<f64>()
}

/// Autocorrelation at lags 1 to `lags`: products of deviations from the mean, all divided by n and by the variance at lag 0
/// (Box & Jenkins 1976).
pub fn autocorrelation(values: &[f64], lags: usize) -> Vec<f64> {
    let mean = check::mean(values);
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let whole: f64 = centred.iter().map(|value| value * value).sum();
    (1..=lags.min(values.len().saturating_sub(1)))
        .map(|lag| centred.iter().zip(centred.iter().skip(lag)).map(|(a, b)| a * b).sum::<f64>() / whole)
        .collect()
}

/// R's default number of lags, floor(10 log10 n).
fn most_lags(points: usize) -> usize {
    (10.0 * (points as f64).log10()).floor() as usize
}

fn bound(points: usize) -> f64 {
    normal_quantile(0.975) / (points as f64).sqrt()
}
