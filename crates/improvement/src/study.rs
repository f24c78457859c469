//! What the counts of a project show: how much more or less, how sure that is, and what became of the goal. In words that promise no
//! more than the numbers do.

use std::cmp::Ordering;

use fingerpost_domain::Date;
use fingerpost_domain::calendar::plus_days;
use fingerpost_domain::text::capital;
use fingerpost_improvement_rules::project::{Count, CountSource, Goal, Measured, MonthCount, Period, Project, Stage};
use fingerpost_statistics::count_ratio::count_ratio;
use fingerpost_statistics::interval::Interval;
use fingerpost_statistics::proportion::{difference, wilson};
use fingerpost_statistics::run_chart::{LEAST_USEFUL, RunChart, run_chart};

/// The level of every interval.
const LEVEL: f64 = 0.95;

/// Months of a run chart at most, and how many of them lie before a change where there are so many.
const RUN_MONTHS: u8 = 24;
const BEFORE_CHANGE: i32 = 12;

/// The whole months that a run chart of a project shows: a year before its change, and all after it, two years at most. None where
/// Fingerpost does not know them: somebody typed the counts, or the goal is a share.
#[must_use]
pub fn run_period(project: &Project, today: Date) -> Option<Period> {
    let counted = project.count(Stage::Baseline).is_none_or(|count| count.source == CountSource::Counted);
    if project.goal.measured != Measured::Referrals || !counted {
        return None;
    }
    let last = plus_days(today.first_of_month(), -1).first_of_month();
    let change = project.change.as_ref().map_or(last, |change| change.on.first_of_month().min(last));
    let earlier = |month: Date, months: i32| month.saturating_sub(jiff::Span::new().months(months));
    let first = earlier(change, BEFORE_CHANGE).max(earlier(last, i32::from(RUN_MONTHS) - 1));
    let months = (i32::from(last.year()) - i32::from(first.year())) * 12 + i32::from(last.month())
        - i32::from(first.month())
        + 1;
    Some(Period { first, months: u8::try_from(months).ok()? })
}

/// What the two rules of a run chart say of months in their order, in words; the chart where there are months enough.
#[must_use]
pub fn run_words(months: &[MonthCount]) -> (Option<RunChart>, String) {
    let values: Vec<f64> = months.iter().map(month_value).collect();
    let Ok(chart) = run_chart(&values) else {
        let told = format!(
            "At least {LEAST_USEFUL} months that differ from their middle value are needed to tell a move from chance. There are fewer."
        );
        return (None, told);
    };
    let runs = chart.runs;
    let head = if runs.signal { "Something moved." } else { "No sign that anything moved beyond chance." };
    let told = format!(
        "{head} The longest run on one side of the median is {} months, where chance lets expect up to {}; the line crosses it {} times, \
         where chance lets expect at least {}.",
        runs.longest, runs.longest_expected, runs.crossings, runs.crossings_expected
    );
    (Some(chart), told)
}

/// What may be said so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The third count is not in.
    TooEarly,
    /// More, beyond chance, at the repeat and at the third count.
    Lasted,
    /// More, beyond chance, at the third count, but not before.
    More,
    /// Fewer, beyond chance, at the third count.
    Fewer,
    /// The third count is within what chance brings.
    CannotTell,
}

impl Verdict {
    /// The first words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TooEarly => "Too early to say.",
            Self::Lasted => "More than before, and it lasted.",
            Self::More => "More than before, at the third count.",
            Self::Fewer => "Fewer than before.",
            Self::CannotTell => "We cannot tell.",
        }
    }
}

/// What the newest count shows beside the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What may be said.
    pub verdict: Verdict,
    /// The numbers, as sentences.
    pub text: String,
    /// How they were worked out, and what was not done.
    pub how: String,
    /// After over before for referrals, after less before for a share; none where it cannot be said.
    pub effect: Option<(f64, Interval)>,
}

fn months(count: &Count) -> f64 {
    count.months.len() as f64
}

/// What one count shows beside another: the ratio of their months, or the difference of their shares, with its limits. None where there
/// is nothing to compare with.
fn compared(measured: Measured, before: &Count, after: &Count) -> Option<(f64, Interval)> {
    match measured {
        Measured::Referrals => {
            let found = count_ratio((before.total(), months(before)), (after.total(), months(after)), LEVEL).ok()?;
            // From nothing there is no percentage.
            found.ratio.is_finite().then_some((found.ratio, found.interval))
        }
        Measured::Share => {
            let found = difference((before.total(), before.of()), (after.total(), after.of()), LEVEL).ok()?;
            Some((found.difference, found.interval))
        }
    }
}

/// Which way an interval lies beyond what chance brings.
fn beyond_chance(measured: Measured, interval: Interval) -> Ordering {
    let none = match measured {
        Measured::Referrals => 1.0,
        Measured::Share => 0.0,
    };
    if interval.lower > none {
        Ordering::Greater
    } else if interval.upper < none {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}

/// "22% more", "20% fewer", "no change" of a ratio.
fn change(ratio: f64) -> String {
    let percent = ((ratio - 1.0).abs() * 100.0).round();
    match percent {
        0.0 => "no change".to_owned(),
        percent if ratio > 1.0 => format!("{percent:.0}% more"),
        percent => format!("{percent:.0}% fewer"),
    }
}

fn verdict(project: &Project, effect: Option<(f64, Interval)>) -> Verdict {
    let measured = project.goal.measured;
    let lies = |effect: Option<(f64, Interval)>| effect.map(|(_, interval)| beyond_chance(measured, interval));
    // The repeat lay beyond chance already: only then is there something that can have lasted.
    let rose_at_once = || {
        let (before, repeat) = project.count(Stage::Baseline).zip(project.count(Stage::Repeat))?;
        lies(compared(measured, before, repeat))
    };
    match (project.count(Stage::Third), lies(effect)) {
        (None, _) => Verdict::TooEarly,
        (_, Some(Ordering::Greater)) if rose_at_once() == Some(Ordering::Greater) => Verdict::Lasted,
        (_, Some(Ordering::Greater)) => Verdict::More,
        (_, Some(Ordering::Less)) => Verdict::Fewer,
        _ => Verdict::CannotTell,
    }
}

const WAIT: &str = " Wait for the third count before you say it worked.";
const CHANCE: &str = " A change of this size comes by chance alone.";
const OF_REFERRALS: &str = "Ratio of two counts for each month, with an exact 95% range (conditional on both counts). Each referral counts \
                            once. Months count alike, however long; holiday months and the number of appointments were not adjusted for.";
const OF_SHARES: &str = "Two shares, each with Wilson's 95% range, and their difference with Newcombe's. The months of a count are taken \
                         together.";
const ALONE: &str = "No other practice was counted beside it: something else may have happened in the same months.";

fn ending(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::TooEarly => WAIT,
        Verdict::CannotTell => CHANCE,
        Verdict::Lasted | Verdict::More | Verdict::Fewer => "",
    }
}

/// What the newest count shows beside the first; nothing before something was counted again.
#[must_use]
pub fn finding(project: &Project) -> Option<Finding> {
    let (before, after) = (project.count(Stage::Baseline)?, project.newest()?);
    let measured = project.goal.measured;
    let effect = compared(measured, before, after);
    let verdict = verdict(project, effect);
    let (counts, how) = match measured {
        Measured::Referrals => (referred(before, after), OF_REFERRALS),
        Measured::Share => {
            (format!("{} of {}, then {} of {}", before.total(), before.of(), after.total(), after.of()), OF_SHARES)
        }
    };
    let text = match (measured, effect) {
        (_, None) => format!("{counts}. Nobody was counted at the start, so that there is nothing to compare with."),
        (Measured::Referrals, Some((ratio, interval))) => format!(
            "{} a month: {counts}. The true change could be anything from {} to {}.{}",
            capital(&change(ratio)),
            change(interval.lower),
            change(interval.upper),
            ending(verdict)
        ),
        (Measured::Share, Some((_, interval))) => format!(
            "{:.0}% of them, was {:.0}%: {counts}. The true change could be anything from {} to {}.{}",
            value(after),
            value(before),
            points(interval.lower),
            points(interval.upper),
            ending(verdict)
        ),
    };
    Some(Finding { verdict, text: capital(&text), how: format!("{how} {ALONE}"), effect })
}

/// "54 in 3 months, then 44 in 2".
fn referred(before: &Count, after: &Count) -> String {
    let (n, unit) = (before.months.len(), if before.months.len() == 1 { "month" } else { "months" });
    format!("{} in {n} {unit}, then {} in {}", before.total(), after.total(), after.months.len())
}

/// "20 points up" of a difference of shares.
fn points(difference: f64) -> String {
    let size = (difference.abs() * 100.0).round();
    format!("{size:.0} points {}", if difference < 0.0 { "down" } else { "up" })
}

/// Which way the newest count lies beyond chance: nothing before something was counted again.
#[must_use]
pub fn direction(project: &Project) -> Option<Ordering> {
    let (before, after) = (project.count(Stage::Baseline)?, project.newest()?);
    let effect = compared(project.goal.measured, before, after);
    Some(effect.map_or(Ordering::Equal, |(_, interval)| beyond_chance(project.goal.measured, interval)))
}

/// The value of a count as its goal is set: people a month, or hundredths.
#[must_use]
pub fn value(count: &Count) -> f64 {
    let of = count.of();
    let whole = if of > 0 { of as f64 / 100.0 } else { months(count) };
    count.total() as f64 / whole
}

/// The value of one month.
#[must_use]
pub fn month_value(month: &MonthCount) -> f64 {
    match month.of {
        None => f64::from(month.count),
        Some(0) => f64::NAN,
        Some(of) => f64::from(month.count) * 100.0 / f64::from(of),
    }
}

/// "18 a month", "92%": one decimal where it is not whole.
#[must_use]
pub fn worded(value: f64, measured: Measured) -> String {
    let number = format!("{value:.1}");
    let number = number.strip_suffix(".0").unwrap_or(&number);
    match measured {
        Measured::Referrals => format!("{number} a month"),
        Measured::Share => format!("{number}%"),
    }
}

/// What became of the goal, by the newest count.
#[must_use]
pub fn goal_reached(project: &Project, today: Date) -> Option<(bool, String)> {
    let newest = project.newest()?;
    let (goal, reached) = (&project.goal, value(newest) >= f64::from(project.goal.target));
    let now = worded(value(newest), goal.measured);
    let target = worded(f64::from(goal.target), goal.measured);
    let by = goal.by.strftime("%-d %B %Y");
    let range = match goal.measured {
        Measured::Share => wilson(newest.total(), newest.of(), LEVEL).ok().map_or_else(String::new, |found| {
            format!(" (95% range {:.0}% to {:.0}%)", found.interval.lower * 100.0, found.interval.upper * 100.0)
        }),
        Measured::Referrals => String::new(),
    };
    let text = match reached {
        true if newest.period().is_some_and(|period| period.first > goal.by) => {
            format!("Reached, later than aimed at: {now}{range}. {} was aimed at by {by}.", capital(&target))
        }
        true => format!("Reached: {now}{range}, where {target} was aimed at by {by}."),
        false if today < goal.by => format!("Not reached yet: {now}{range}. {} is aimed at by {by}.", capital(&target)),
        false => format!("Not reached: {now}{range}, where {target} was aimed at by {by}."),
    };
    Some((reached, text))
}

/// The goal as a sentence, with where one started once that was counted.
#[must_use]
pub fn goal_sentence(project: &Project) -> String {
    let Goal { measured, target, what, by, .. } = &project.goal;
    let by = by.strftime("%-d %B %Y");
    let start = project.count(Stage::Baseline).map(|count| worded(value(count), *measured));
    match (measured, start) {
        (Measured::Referrals, Some(start)) => {
            format!("From {} to {target} referrals a month, by {by}.", start.trim_end_matches(" a month"))
        }
        (Measured::Referrals, None) => format!("{target} referrals a month, by {by}."),
        (Measured::Share, Some(start)) => {
            format!("From {start} to {target}%: {}, by {by}.", what.as_ref().map_or("", |what| what.as_str()))
        }
        (Measured::Share, None) => format!("{target}%: {}, by {by}.", what.as_ref().map_or("", |what| what.as_str())),
    }
}

/// The counts as `fingerpost stats repeat` reads them, for whoever wants to check; nothing before something was counted again.
#[must_use]
pub fn table(project: &Project) -> Option<String> {
    if project.goal.measured != Measured::Referrals {
        return None;
    }
    project.count(Stage::Baseline).zip(project.newest())?;
    let row = |stage: &Stage| {
        let count = project.count(*stage)?;
        Some(format!("{},{},{}\r\n", stage.code(), count.total(), count.months.len()))
    };
    Some(format!("count,referrals,months\r\n{}", Stage::ALL.iter().filter_map(row).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use fingerpost_improvement_rules::project::{CountSource, GoalAnswers};
    use fingerpost_statistics::count_ratio;
    use jiff::civil::date;

    use super::*;

    fn project(measured: &str, target: &str) -> Project {
        let answers = GoalAnswers {
            title: "T".into(),
            led_by: "L".into(),
            measured: measured.into(),
            target: target.into(),
            what: "packs with the leaflet in them".into(),
            by_day: "31".into(),
            by_month: "1".into(),
            by_year: "2027".into(),
            ..GoalAnswers::default()
        };
        Project::new(answers.check(None, date(2026, 5, 1)).unwrap())
    }

    fn count(month: i8, numbers: &[(u32, Option<u32>)]) -> Option<Count> {
        let months = numbers.iter().zip(month..);
        let months = months.map(|(&(count, of), month)| MonthCount { month: date(2026, month, 1), count, of });
        Some(Count { source: CountSource::Typed, months: months.collect() })
    }

    #[test]
    fn the_example_of_the_prototype_comes_out_in_its_words() {
        let mut project = project("referrals", "26");
        assert_eq!(goal_sentence(&project), "26 referrals a month, by 31 January 2027.");
        project.counts[0] = count(5, &[(18, None), (17, None), (19, None)]);
        assert_eq!(goal_sentence(&project), "From 18 to 26 referrals a month, by 31 January 2027.");
        assert_eq!(finding(&project), None);
        project.counts[1] = count(9, &[(21, None), (23, None)]);
        let found = finding(&project).unwrap();
        assert_eq!(
            found.text,
            "22% more a month: 54 in 3 months, then 44 in 2. The true change could be anything from 20% fewer to 85% more. \
             Wait for the third count before you say it worked."
        );
        assert_eq!(found.verdict, Verdict::TooEarly);
        let (reached, words) = goal_reached(&project, date(2026, 11, 25)).unwrap();
        assert!(!reached);
        assert_eq!(words, "Not reached yet: 22 a month. 26 a month is aimed at by 31 January 2027.");
    }

    #[test]
    fn only_a_third_count_beyond_chance_is_said_to_have_lasted() {
        let mut project = project("referrals", "26");
        project.counts = [
            count(1, &[(18, None), (17, None), (19, None)]),
            count(5, &[(40, None)]),
            count(10, &[(19, None), (20, None)]),
        ];
        assert_eq!(finding(&project).unwrap().verdict, Verdict::CannotTell);
        project.counts[2] = count(10, &[(40, None), (41, None)]);
        assert_eq!(finding(&project).unwrap().verdict, Verdict::Lasted);
        let mut late = project.clone();
        late.counts[1] = count(5, &[(19, None)]);
        assert_eq!(finding(&late).unwrap().verdict, Verdict::More, "the repeat showed no rise: nothing lasted");
        project.counts[2] = count(10, &[(2, None), (1, None)]);
        assert_eq!(finding(&project).unwrap().verdict, Verdict::Fewer);
    }

    #[test]
    fn from_nothing_there_is_no_percentage() {
        let mut project = project("referrals", "5");
        project.counts = [count(1, &[(0, None)]), count(5, &[(4, None)]), None];
        let found = finding(&project).unwrap();
        assert!(found.effect.is_none() && found.text.starts_with("0 in 1 month, then 4 in 1."), "{}", found.text);
        project.counts[1] = count(5, &[(0, None)]);
        assert!(finding(&project).unwrap().effect.is_none());
        assert!(!goal_reached(&project, date(2027, 3, 1)).unwrap().0);
    }

    #[test]
    fn a_share_is_compared_as_a_share() {
        let mut project = project("share", "90");
        project.counts = [count(1, &[(10, Some(50))]), count(5, &[(20, Some(22)), (26, Some(28))]), None];
        let found = finding(&project).unwrap();
        assert!(found.text.starts_with("92% of them, was 20%: 10 of 50, then 46 of 50."), "{}", found.text);
        let (reached, words) = goal_reached(&project, date(2026, 11, 25)).unwrap();
        assert!(reached && words.starts_with("Reached: 92% (95% range 81% to 97%), where 90%"), "{words}");
        assert!(table(&project).is_none());
    }

    #[test]
    fn what_is_shown_is_what_the_statistics_answer() {
        let mut project = project("referrals", "26");
        project.counts = [count(5, &[(18, None), (17, None), (19, None)]), count(9, &[(21, None), (23, None)]), None];
        assert_eq!(table(&project).unwrap(), "count,referrals,months\r\nbaseline,54,3\r\nrepeat,44,2\r\n");
        let answer = count_ratio::answer(&["baseline", "repeat"], &[54, 44], &[3.0, 2.0], 1.0);
        let table = answer.given().unwrap();
        let Some(fingerpost_statistics::answer::Column::Number(ratio)) = table.column("ratio") else {
            panic!("a ratio")
        };
        assert_eq!(finding(&project).unwrap().effect.unwrap().0.to_bits(), ratio[1].to_bits());
    }

    #[test]
    fn a_run_chart_shows_a_year_before_the_change_and_says_when_it_moved() {
        let mut project = project("referrals", "26");
        let today = date(2026, 11, 25);
        let period = run_period(&project, today).unwrap();
        assert_eq!((period.first, period.months), (date(2025, 10, 1), 13), "without a change, the year up to now");
        project.counts = [count(5, &[(18, None)]), None, None];
        assert!(run_period(&project, today).is_none(), "typed in");
        let months = |values: &[u32]| -> Vec<MonthCount> {
            let months = Period { first: date(2025, 1, 1), months: u8::try_from(values.len()).unwrap() };
            months.each().zip(values).map(|(month, count)| MonthCount { month, count: *count, of: None }).collect()
        };
        let (chart, words) = run_words(&months(&[4, 5, 3, 4, 5, 4, 3, 9, 8, 9, 8, 9, 8, 9]));
        assert!(chart.unwrap().runs.signal && words.starts_with("Something moved. The longest run"), "{words}");
        let (chart, words) = run_words(&months(&[4, 9, 4, 9, 4, 9, 4, 9, 4, 9, 4, 9]));
        assert!(!chart.unwrap().runs.signal && words.starts_with("No sign"), "{words}");
        assert!(run_words(&months(&[4, 9, 4])).0.is_none());
    }
}
