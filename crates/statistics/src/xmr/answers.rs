//! XmR charts in the shared shape: a row per point, and a summary with the two icons per group.

use super::{Assurance, Better, Chart, FEW, Rule, Settings, Variation, charts};
use crate::answer::{Answer, Given, Options, Table};
use crate::numbers::same_length;
use crate::refusal::{Refusal, RefusalKind};
use crate::words::Words;

/// Charts of one or more groups. Rows of one group stand together, in the order of their dates. That is checked where dates are
/// numbers or begin with the year (2024-03-01).
///
/// ```
/// use fingerpost_statistics::xmr::{Settings, answer};
/// let groups = ["A"; 12];
/// let dates = (1..=12).map(|month| format!("2024-{month:02}-01"));
/// let values = vec![9.0, 11.0, 10.0, 12.0, 9.0, 10.0, 11.0, 9.0, 10.0, 12.0, 11.0, 30.0];
/// let answer = answer(groups.iter().collect(), dates.collect(), values, &Settings::default());
/// assert_eq!(answer.given().unwrap().rows(), 12);
/// ```
pub fn answer(groups: Words, dates: Words, values: Vec<f64>, settings: &Settings) -> Answer {
    let mut options = Options::default()
        .with("limit", super::LIMIT)
        .with("screen", settings.screen)
        .with("rules", "outside, trend of 7, 2 of 3, shift of 7")
        .with("better", word(settings.better));
    options = match settings.fix_after {
        Some(points) => options.with("fix_after", points as f64),
        None => options.with("fix_after", "no"),
    };
    options = match settings.target {
        Some(target) => options.with("target", target),
        None => options.with("target", "none"),
    };
    let rebase = settings.rebase.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    options = options.with("rebase", if rebase.is_empty() { "no".to_owned() } else { rebase });
    let n = values.len() as u64;
    let given = ends_of(&groups, &dates, &values).and_then(|ends| {
        let drawn = charts(&values, &ends, settings)?;
        Ok(said(groups, dates, values, &ends, drawn, settings))
    });
    Answer::new("xmr", options, n, given)
}

/// Whether the second date is later: by the alphabet (2024-03-01), or as numbers where both are (9, 10). Of dates that are written
/// in another way (01/03/2024) the caller knows the order: they are not alike.
fn later(first: &str, second: &str) -> bool {
    if let (Ok(first), Ok(second)) = (first.parse::<f64>(), second.parse::<f64>()) {
        return first < second;
    }
    let year_first = |date: &str| date.len() > 4 && date.bytes().take(4).all(|byte| byte.is_ascii_digit());
    let by_letters = first.len() == second.len() && year_first(first) && year_first(second);
    if by_letters { first < second } else { first != second }
}

/// Where each group ends; refuses a group in two places and dates that do not rise.
fn ends_of(groups: &Words, dates: &Words, values: &[f64]) -> Result<Vec<usize>, Refusal> {
    same_length(("groups", groups.len()), ("values", values.len()))?;
    same_length(("dates", dates.len()), ("values", values.len()))?;
    if values.is_empty() {
        return Err(Refusal::new(RefusalKind::TooFew, "There are no points: give at least twelve months."));
    }
    let wrong = |index: usize, fault: &str| {
        let message = format!("Row {} {fault}", index + 2);
        Err(Refusal::at(RefusalKind::BadShape, index + 1, message))
    };
    let mut ends = Vec::new();
    let mut ended = vec![false; groups.kept().len()];
    // Months come again in every group: of each word, the one that was last found to be later.
    let mut next = vec![None; dates.kept().len()];
    for (index, (group, date)) in groups.codes().windows(2).zip(dates.codes().windows(2)).enumerate() {
        if group[0] != group[1] {
            ends.push(index + 1);
            ended[group[0] as usize] = true;
            if ended[group[1] as usize] {
                return wrong(index, "goes back to an earlier group: keep the rows of a group together.");
            }
        } else if next[date[0] as usize] != Some(date[1]) {
            let [first, second] = [index, index + 1].map(|row| dates.get(row).unwrap_or_default());
            if !later(first, second) {
                return wrong(index, "is not later than the row before: sort each group by date, one row per date.");
            }
            next[date[0] as usize] = Some(date[1]);
        }
    }
    ends.push(values.len());
    Ok(ends)
}

fn said(groups: Words, dates: Words, values: Vec<f64>, ends: &[usize], drawn: Chart, settings: &Settings) -> Given {
    let (mut points, mut variation, mut assurance, mut rules) = (vec![], vec![], vec![], vec![]);
    let (mut start, mut short, mut special) = (0, 0_usize, 0_usize);
    for &end in ends {
        let last = end - 1;
        points.push((end - start) as u64);
        short += usize::from(least_points(end - start, settings) < FEW);
        let latest =
            values.get(start..end).map_or(Variation::CommonCause, |_| drawn.variation(last, &values, settings.better));
        special += usize::from(latest != Variation::CommonCause);
        variation.push(variation_word(latest));
        rules.push(drawn.rule(last, &values).map_or("", |(rule, _)| rule_word(rule)));
        assurance.push(match settings.target.and_then(|target| drawn.assurance(last, target, settings.better)) {
            None => "",
            Some(Assurance::Passing) => "passing",
            Some(Assurance::Failing) => "failing",
            Some(Assurance::HitAndMiss) => "hit and miss",
        });
        start = end;
    }
    let count = ends.len();
    let summary = Table::default()
        .with("group", groups.of_rows(ends.iter().map(|end| end - 1)))
        .with("points", points)
        .with("variation", variation)
        .with("rule", rules)
        .with("assurance", assurance);
    let results = Table::default()
        .with("group", groups)
        .with("date", dates)
        .with("value", values)
        .with("mean", drawn.mean)
        .with("lower", drawn.lower)
        .with("upper", drawn.upper)
        .with("outside", drawn.outside)
        .with("trend", drawn.trend)
        .with("two_of_three", drawn.two_of_three)
        .with("shift", drawn.shift);
    Given::new(results)
        .table("summary", summary)
        .warn_if(short > 0, || {
            format!("Charts with limits from fewer than {FEW} points: {short} of {count}; these limits will move as months are added.")
        })
        .may(match (special, count) {
            (0, 1) => "The latest point is part of the usual coming and going.".to_owned(),
            (_, 1) => "The latest point is out of the ordinary for this chart.".to_owned(),
            _ => format!("The latest point is out of the ordinary in {special} of {count} charts, each by its own limits."),
        })
        .may_not("Why a point is out of the ordinary: a chart says when to ask, not what happened.")
        .may_not("That a service caused a change: something else may have happened in the same month.")
}

/// The fewest points from which any limits of a chart come.
fn least_points(points: usize, settings: &Settings) -> usize {
    let mut from = 0;
    let cuts = settings.rebase.iter().copied().chain(std::iter::once(points));
    let shortest = cuts.map(|to| to.saturating_sub(std::mem::replace(&mut from, to))).min().unwrap_or(points);
    shortest.min(settings.fix_after.unwrap_or(shortest))
}

fn word(better: Better) -> &'static str {
    match better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither",
    }
}

fn variation_word(variation: Variation) -> &'static str {
    match variation {
        Variation::CommonCause => "common cause",
        Variation::Improvement => "special cause, improvement",
        Variation::Concern => "special cause, concern",
        Variation::High => "special cause, high",
        Variation::Low => "special cause, low",
    }
}

fn rule_word(rule: Rule) -> &'static str {
    match rule {
        Rule::Outside => "outside",
        Rule::Trend => "trend",
        Rule::TwoOfThree => "two of three",
        Rule::Shift => "shift",
    }
}
