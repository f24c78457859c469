//! Waiting times as an answer: one row for each group, the curves to draw, and the test between groups.

use fingerpost_statistics::answer::{Answer, Column, Table};
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use super::{KaplanMeier, Limits, Share, kaplan_meier, log_rank};
use crate::check;
use crate::design::codes;
use crate::reply::{Reply, Said, row, words};

/// [`kaplan_meier`] for each group (one group when `group` is none), the median, the share seen within `target`, and
/// [`super::log_rank`] between groups. Rows with a missing time (NaN) are left out and counted.
pub fn answer<S: AsRef<str>>(
    time: &[f64],
    event: &[bool],
    group: Option<&[S]>,
    target: Option<f64>,
    limits: Limits,
    level: f64,
) -> Answer {
    let rows = check::complete(time.len(), &[time]);
    let head = Reply::of("waiting_time", &rows, time.len())
        .word("limits", limits.name())
        .number("target", target.unwrap_or(f64::NAN))
        .number("level", level);
    head.settle(said(time, event, group, &rows, target, limits, level))
}

fn said<S: AsRef<str>>(
    time: &[f64],
    event: &[bool],
    group: Option<&[S]>,
    rows: &[usize],
    target: Option<f64>,
    limits: Limits,
    level: f64,
) -> Result<Said, Refusal> {
    check::same_length("The list of events", event.len(), time.len())?;
    let labels: Vec<&str> = match group {
        Some(group) => group.iter().map(AsRef::as_ref).collect(),
        None => vec!["all"; time.len()],
    };
    check::same_length("The list of groups", labels.len(), time.len())?;
    let (time, event, labels) = (check::at(time, rows), check::at(event, rows), check::at(&labels, rows));
    let mut names = labels.clone();
    names.sort_unstable();
    names.dedup();
    let mut curves = Vec::with_capacity(names.len());
    for name in &names {
        let own: Vec<usize> = (0..labels.len()).filter(|at| labels.get(*at) == Some(name)).collect();
        curves.push((*name, kaplan_meier(&check::at(&time, &own), &check::at(&event, &own), limits, level)?));
    }
    let mut tables = vec![("curve", curve_table(&curves))];
    if names.len() > 1 {
        let test = log_rank(&time, &event, &codes(&labels))?;
        tables.push(("log_rank", row(&[("chi_squared", test.chi_squared), ("df", test.df), ("p", test.p)])));
    }
    let waiting = event.iter().filter(|seen| !**seen).count();
    let mut warnings = Vec::new();
    if waiting > 0 {
        let done: Vec<f64> = time.iter().zip(&event).filter(|(_, seen)| **seen).map(|(time, _)| *time).collect();
        warnings.push(format!(
            "{waiting} are still waiting and count here as waiting so far; the mean of completed waits ({}) leaves them out and is too short.",
            words(check::mean(&done))
        ));
    }
    for (name, _) in curves.iter().filter(|(_, curve)| target.is_some_and(|target| curve.within(target).is_err())) {
        warnings.push(format!(
            "Group {name} has not been watched as long as the target, so its share within it is not known."
        ));
    }
    Ok(Said {
        results: summary_table(&curves, target)?,
        tables,
        warnings,
        may: vec!["How long half of the people waited, counting those still waiting.".to_owned()],
        may_not: vec![
            "That those still waiting will wait like the others, if they left the list for a reason that has to do with waiting.".to_owned(),
        ],
    })
}

fn summary_table(curves: &[(&str, KaplanMeier)], target: Option<f64>) -> Result<Table, Refusal> {
    let number =
        |value: fn(&KaplanMeier) -> f64| Column::Number(curves.iter().map(|(_, curve)| value(curve)).collect());
    let mut table = Table::default()
        .with("group", Column::Text(curves.iter().map(|(name, _)| (*name).to_owned()).collect()))
        .with("n", Column::Count(curves.iter().map(|(_, curve)| curve.n).collect()))
        .with("events", Column::Count(curves.iter().map(|(_, curve)| curve.events).collect()))
        .with("median", number(|curve| curve.median().time))
        .with("median_lower", number(|curve| curve.median().lower))
        .with("median_upper", number(|curve| curve.median().upper));
    if let Some(target) = target {
        // A group not seen as long as the target has no share yet; the others keep theirs.
        let none = Share { target, share: f64::NAN, lower: f64::NAN, upper: f64::NAN };
        let shares: Vec<Share> = curves.iter().map(|(_, curve)| curve.within(target).unwrap_or(none)).collect();
        if shares.iter().all(|share| share.share.is_nan()) {
            return Err(Refusal::new(
                RefusalKind::BadShape,
                "The target must lie between 0 and the longest time seen; nothing is known beyond.",
            ));
        }
        table = table
            .with("within_target", Column::Number(shares.iter().map(|share| share.share).collect()))
            .with("within_target_lower", Column::Number(shares.iter().map(|share| share.lower).collect()))
            .with("within_target_upper", Column::Number(shares.iter().map(|share| share.upper).collect()));
    }
    Ok(table)
}

fn curve_table(curves: &[(&str, KaplanMeier)]) -> Table {
    let points: Vec<_> =
        curves.iter().flat_map(|(name, curve)| curve.points.iter().map(move |point| (*name, point))).collect();
    let number =
        |value: fn(&super::Point) -> f64| Column::Number(points.iter().map(|(_, point)| value(point)).collect());
    Table::default()
        .with("group", Column::Text(points.iter().map(|(name, _)| (*name).to_owned()).collect()))
        .with("time", number(|point| point.time))
        .with("at_risk", Column::Count(points.iter().map(|(_, point)| point.at_risk).collect()))
        .with("events", Column::Count(points.iter().map(|(_, point)| point.events).collect()))
        .with("survival", number(|point| point.survival))
        .with("standard_error", number(|point| point.standard_error))
        .with("lower", number(|point| point.lower))
        .with("upper", number(|point| point.upper))
}
