//! Effects by time since exposure began, before and after: the picture that shows whether trends ran parallel.

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use super::panel::{PanelOptions, distinct, within};
use crate::check;
use crate::design::{Design, codes};
use crate::inference::{Joint, Term};

/// An event study.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStudy {
    /// Periods since exposure began; -1 is the reference and not among them.
    pub since: Vec<i64>,
    /// Effect at each, against the period before exposure.
    pub effects: Vec<Term>,
    /// Wald test that all effects before exposure are zero; none when only the reference lies before.
    pub before_exposure: Option<Joint>,
    /// Units.
    pub units: u64,
    /// Exposure begins in different periods.
    pub staggered: bool,
}

/// Effects by period since exposure began, with fixed effects of unit and period and clustered errors.
///
/// `period` counts calendar periods; `start` is the first exposed period of the row's unit, none if it never was. Periods
/// further than `window` from the start are joined to the ends. Effects before the start should be near zero; that they are is
/// no proof of parallel trends. Refuses designs in which nobody stays unexposed and all start together.
/// Source: Jacobson, LaLonde & Sullivan 1993; Sun & Abraham 2021 on staggered starts.
///
/// ```
/// use fingerpost_statistics_models::difference::{PanelOptions, event_study};
/// let mut unit = Vec::new(); let mut period = Vec::new(); let mut y = Vec::new(); let mut start = Vec::new();
/// for u in 0..6_usize {
///     for t in 0..4_i64 {
///         unit.push(u); period.push(t); start.push((u < 3).then_some(2));
///         y.push(u as f64 + t as f64 + if u < 3 && t >= 2 { 5.0 } else { 0.0 } + ((u as i64 * 7 + t * 5) % 3) as f64 / 100.0);
///     }
/// }
/// let study = event_study(&unit, &period, &y, &start, 3, PanelOptions::default())?;
/// assert_eq!(study.since, [-2, 0, 1]);
/// assert!((study.effects[1].estimate - 5.0).abs() < 0.05);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn event_study(
    unit: &[usize],
    period: &[i64],
    y: &[f64],
    start: &[Option<i64>],
    window: i64,
    options: PanelOptions<'_>,
) -> Result<EventStudy, Refusal> {
    check::same_length("The list of periods", period.len(), y.len())?;
    check::same_length("The list of starts", start.len(), y.len())?;
    check::same_length("The list of units", unit.len(), y.len())?;
    if window < 1 {
        return Err(Refusal::new(RefusalKind::BadShape, "The window must be at least one period."));
    }
    let mut known = std::collections::HashMap::new();
    if let Some(row) = unit.iter().zip(start).position(|(unit, start)| *known.entry(unit).or_insert(start) != start) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("Row {} gives its unit another start than an earlier row; a unit starts once.", row + 1),
        ));
    }
    let since: Vec<Option<i64>> = period
        .iter()
        .zip(start)
        .map(|(period, start)| start.map(|start| period.saturating_sub(start).clamp(-window, window)))
        .collect();
    let mut steps: Vec<i64> = since.iter().flatten().copied().filter(|step| *step != -1).collect();
    steps.sort_unstable();
    steps.dedup();
    if !since.contains(&Some(-1)) || steps.is_empty() {
        return Err(Refusal::new(
            RefusalKind::OneGroup,
            "Nobody is seen in the period before exposure began, which is what effects are measured against.",
        ));
    }
    let name = |step: i64| format!("since_{step}");
    let mut design = Design::without_intercept(y.len());
    for step in &steps {
        let flags: Vec<bool> = since.iter().map(|known| known == &Some(*step)).collect();
        design = design.flag(name(*step), &flags)?;
    }
    let calendar: Vec<String> = period.iter().map(i64::to_string).collect();
    let fit = within(unit, &codes(&calendar), y, &design, options)?;
    let early: Vec<String> = steps.iter().filter(|step| **step < -1).map(|step| name(*step)).collect();
    let names: Vec<&str> = early.iter().map(String::as_str).collect();
    let before_exposure = if names.is_empty() { None } else { fit.estimates.joint(&names).ok() };
    let starts: Vec<usize> = codes(&start.iter().flatten().map(i64::to_string).collect::<Vec<_>>());
    Ok(EventStudy {
        since: steps,
        effects: fit.estimates.terms,
        before_exposure,
        units: fit.units as u64,
        staggered: distinct(&starts).len() > 1,
    })
}
