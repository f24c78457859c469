//! Change in the shared shape: completeness in the first columns, change after it, one row per measure.

use std::collections::HashSet;

use super::{LowBaseline, PairedChange, Settings, any_better_by, paired_change};
use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{effect, said};
use crate::numbers::same_length;
use crate::pre_post::{NO_COMPARISON, regression_note};
use crate::proportion::Proportion;
use crate::refusal::{Refusal, RefusalKind};

/// Share lost to follow-up from which the answer warns.
const MANY_LOST: f64 = 0.2;

/// Change in one or more measures: one row of input per person and measure, `None` where somebody was not followed up.
///
/// ```
/// use fingerpost_statistics::paired_change::{Settings, answer};
/// let people = ["a", "b", "c"];
/// let answer = answer(&people, &["mood"; 3], &[1.0, 2.0, 3.0], &[Some(2.0), Some(2.0), Some(5.0)], &Settings::default());
/// assert_eq!(answer.given().unwrap().rows(), 1);
/// ```
pub fn answer(
    people: &[&str],
    measures: &[&str],
    before: &[f64],
    after: &[Option<f64>],
    settings: &Settings,
) -> Answer {
    let mut names: Vec<(&str, Settings)> = Vec::new();
    for name in measures {
        if !names.iter().any(|(known, _)| known == name) {
            names.push((name, settings.clone()));
        }
    }
    answer_of_each(people, measures, before, after, &names)
}

/// [`answer`] with settings for each measure, since which way is better, what is low and how reliable it is belong to the measure.
/// A measure without settings is read as [`Settings::default`] says.
///
/// ```
/// use fingerpost_statistics::paired_change::{Settings, answer_of_each};
/// let lower = Settings { higher_is_better: false, ..Settings::default() };
/// let answer = answer_of_each(
///     &["a", "b", "a", "b"],
///     &["mood", "mood", "worry", "worry"],
///     &[1.0, 2.0, 9.0, 8.0],
///     &[Some(2.0), Some(4.0), Some(5.0), Some(7.0)],
///     &[("mood", Settings::default()), ("worry", lower)],
/// );
/// assert_eq!(answer.given().unwrap().rows(), 2);
/// ```
pub fn answer_of_each(
    people: &[&str],
    measures: &[&str],
    before: &[f64],
    after: &[Option<f64>],
    settings: &[(&str, Settings)],
) -> Answer {
    let first = settings.first().map(|(_, settings)| settings.clone()).unwrap_or_default();
    let alike = settings.iter().all(|(_, other)| *other == first);
    let listed = |pick: &dyn Fn(&Settings) -> Option<String>| {
        let each: Vec<String> =
            settings.iter().filter_map(|(name, settings)| Some(format!("{name} {}", pick(settings)?))).collect();
        each.join(", ")
    };
    let mut options = if alike {
        Options::default().with("higher_is_better", first.higher_is_better)
    } else {
        let way = |settings: &Settings| Some(if settings.higher_is_better { "yes" } else { "no" }.to_owned());
        Options::default().with("higher_is_better", listed(&way))
    };
    options = options.with("level", first.level).with("reliable_beyond", super::RELIABLE);
    options = match first.low_baseline {
        Some(score) if alike => options.with("low_baseline", score),
        None if alike => options.with("low_baseline", "not set"),
        _ => options.with("low_baseline", listed(&|settings| settings.low_baseline.map(said))),
    };
    let known = settings.iter().find_map(|(_, settings)| settings.reliability.as_ref());
    options = match known {
        Some(known) if alike => options.with("reliability", known.r),
        Some(_) => {
            options.with("reliability", listed(&|settings| settings.reliability.as_ref().map(|known| said(known.r))))
        }
        None => options.with("reliability", "not given"),
    };
    if let Some(known) = known {
        options = options.with("reliability_source", known.source.clone());
    }
    let n = after.iter().flatten().count();
    let given = given(people, measures, before, after, settings);
    Answer::new("paired_change", options, n as u64, given).with_missing((after.len() - n) as u64)
}

fn given(
    people: &[&str],
    measures: &[&str],
    before: &[f64],
    after: &[Option<f64>],
    settings: &[(&str, Settings)],
) -> Result<Given, Refusal> {
    let of = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, s)| s.clone()).unwrap_or_default();
    same_length(("people", people.len()), ("measures", measures.len()))?;
    same_length(("people", people.len()), ("scores before", before.len()))?;
    same_length(("people", people.len()), ("scores after", after.len()))?;
    let mut names: Vec<&str> = Vec::new();
    let mut seen = HashSet::with_capacity(people.len());
    for (index, row) in people.iter().zip(measures).enumerate() {
        if !seen.insert(row) {
            return Err(Refusal::at(
                RefusalKind::Duplicate,
                index,
                format!("Row {} repeats a person and a measure: keep one row of each.", index + 1),
            ));
        }
        if !names.contains(row.1) {
            names.push(row.1);
        }
    }
    let mut found = Vec::with_capacity(names.len());
    for name in &names {
        let rows: Vec<usize> = (0..measures.len()).filter(|index| measures[*index] == *name).collect();
        let first: Vec<f64> = rows.iter().map(|index| before[*index]).collect();
        let second: Vec<Option<f64>> = rows.iter().map(|index| after[*index]).collect();
        found.push(paired_change(&first, &second, &of(name)).map_err(|refusal| Refusal {
            index: refusal.index.and_then(|index| rows.get(index).copied()),
            message: format!("{name}: {}", refusal.message),
            ..refusal
        })?);
    }
    let level = settings.first().map_or(0.95, |(_, settings)| settings.level);
    let higher: Vec<(&str, bool)> = names.iter().map(|name| (*name, of(name).higher_is_better)).collect();
    let any = any_better_by(people, before, after, level, |row| {
        measures
            .get(row)
            .and_then(|name| higher.iter().find(|(known, _)| known == name))
            .is_none_or(|(_, higher)| *higher)
    })?;
    let reliable = names.iter().all(|name| of(name).reliability.is_some());
    let everybody = people.iter().collect::<HashSet<_>>().len() as u64;
    Ok(said_of(&names, &found, any, everybody, reliable))
}

fn said_of(names: &[&str], found: &[PairedChange], any: Proportion, everybody: u64, reliable: bool) -> Given {
    let total: u64 = found.iter().map(|change| change.n_total).sum();
    let lost: u64 = found.iter().map(|change| change.lost).sum();
    let mut given = Given::new(table(names, found))
        .table(
            "any_measure",
            Table::default()
                .with("n_total", everybody)
                .with("n_paired", any.n)
                .with("lost", everybody - any.n)
                .with("per_cent_lost", 100.0 * (everybody - any.n) as f64 / everybody as f64)
                .with("better", any.count)
                .with("share_better", any.share)
                .with("lower", any.interval.lower)
                .with("upper", any.interval.upper),
        )
        .warn_if(lost > 0, || {
            format!(
                "{lost} of {total} second scores ({} per cent) are missing; nothing is known of them.",
                said(100.0 * lost as f64 / total as f64)
            )
        })
        .warn_if(found.iter().any(|change| change.lost as f64 > MANY_LOST * change.n_total as f64), || {
            "In a measure more than a fifth were lost: compare the first scores of those lost with those of the others."
                .to_owned()
        })
        .warn(NO_COMPARISON)
        .warn_if(!reliable, || match found.iter().any(|change| change.reliable.is_some()) {
            true => "Where no reliability is given, no change is called reliable.".to_owned(),
            false => "No reliability is given, so no change is called reliable.".to_owned(),
        });
    for (name, change) in names.iter().zip(found) {
        given = given.warn(format!("{name}: {}", regression_note(change.correlation)));
    }
    let mut low = Table::default();
    let rows: Vec<(&str, LowBaseline)> =
        names.iter().zip(found).filter_map(|(name, change)| change.low_baseline.map(|low| (*name, low))).collect();
    if !rows.is_empty() {
        let column = |pick: fn(&LowBaseline) -> f64| rows.iter().map(|(_, row)| pick(row)).collect::<Vec<_>>();
        low = low
            .with("measure", rows.iter().map(|(name, _)| *name).collect::<Vec<_>>())
            .with("n_total", rows.iter().map(|(_, row)| row.n_total).collect::<Vec<_>>())
            .with("n_paired", rows.iter().map(|(_, row)| row.progress.better.n).collect::<Vec<_>>())
            .with("lost", rows.iter().map(|(_, row)| row.lost).collect::<Vec<_>>())
            .with("per_cent_lost", column(|row| 100.0 * row.lost as f64 / row.n_total as f64))
            .with("better", rows.iter().map(|(_, row)| row.progress.better.count).collect::<Vec<_>>())
            .with("share_better", column(|row| row.progress.better.share))
            .with("lower", column(|row| row.progress.better.interval.lower))
            .with("upper", column(|row| row.progress.better.interval.upper))
            .with("same", rows.iter().map(|(_, row)| row.progress.same).collect::<Vec<_>>())
            .with("worse", rows.iter().map(|(_, row)| row.progress.worse).collect::<Vec<_>>())
            .with("mean_change", column(|row| row.mean_change))
            .with("by_regression", column(|row| row.by_regression));
        given = given.table("low_baseline", low);
        for (name, row) in &rows {
            given = given.warn(format!(
                "{name}: those with a low baseline gained {} on average; about {} of it would come by chance alone (regression to the mean).",
                said(row.mean_change),
                said(row.by_regression)
            ));
        }
    }
    for (name, change) in names.iter().zip(found) {
        if change.sd_change == 0.0 {
            given = given.warn(format!(
                "{name}: everybody changed by the same amount, so that there is no test and no interval."
            ));
            continue;
        }
        given = given.may(format!("{name}: {}", effect("a mean change", change.mean_change, change.interval, 0.0)));
    }
    given
        .may(format!(
            "{} of {} people ({} per cent) got better in at least one measure.",
            any.count,
            any.n,
            said(100.0 * any.share)
        ))
        .may_not("That anything caused the change: there is no comparison group.")
        .may_not("Anything about those who were not followed up.")
        .may_not("Better in at least one of several measures is no measure of benefit: chance alone moves one of many.")
}

fn table(names: &[&str], found: &[PairedChange]) -> Table {
    let number = |pick: fn(&PairedChange) -> f64| found.iter().map(pick).collect::<Vec<_>>();
    let count = |pick: fn(&PairedChange) -> u64| found.iter().map(pick).collect::<Vec<_>>();
    let reliable = |pick: fn(&super::ReliableChange) -> f64| {
        found.iter().map(|change| change.reliable.as_ref().map_or(f64::NAN, pick)).collect::<Vec<_>>()
    };
    Table::default()
        .with("measure", names.to_vec())
        .with("n_total", count(|change| change.n_total))
        .with("n_paired", count(|change| change.n_paired))
        .with("lost", count(|change| change.lost))
        .with("per_cent_lost", number(|change| 100.0 * change.lost as f64 / change.n_total as f64))
        .with("mean_before_lost", number(|change| change.mean_before_lost))
        .with("mean_before", number(|change| change.mean_before))
        .with("mean_after", number(|change| change.mean_after))
        .with("mean_change", number(|change| change.mean_change))
        .with("sd_change", number(|change| change.sd_change))
        .with("lower", number(|change| change.interval.lower))
        .with("upper", number(|change| change.interval.upper))
        .with("t", number(|change| change.t))
        .with("p", number(|change| change.p))
        .with("d_z", number(|change| change.d_z))
        .with("d_average", number(|change| change.d_average))
        .with("glass", number(|change| change.glass))
        .with("hedges", number(|change| change.hedges))
        .with("better", count(|change| change.progress.better.count))
        .with("same", count(|change| change.progress.same))
        .with("worse", count(|change| change.progress.worse))
        .with("share_better", number(|change| change.progress.better.share))
        .with("s_diff", reliable(|change| change.s_diff))
        .with("reliable_beyond", reliable(|change| change.threshold))
        .with("reliably_better", reliable(|change| change.better.count as f64))
        .with("reliably_worse", reliable(|change| change.worse as f64))
}
