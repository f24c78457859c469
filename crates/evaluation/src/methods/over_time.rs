//! What changed over time, against others or against the line that stood before.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics_models::counts;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::difference::{self, Absorbed, PanelOptions};
use fingerpost_statistics_models::interrupted::{self, SegmentOptions};
use fingerpost_statistics_models::linear::Covariance;
use fingerpost_statistics_models::survival::{self, Limits};

use super::Ask;
use super::model::{Counts, Level, Terms};
use crate::InputError;
use crate::columns::{Columns, Kind, Labels, Wanted};
use crate::order::InTime;

/// Difference in differences: two groups, before and after.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: contacts.csv has a line for each person and time.

  visits,referred,after,practice
  10,1,0,A81001
  8,1,1,A81001
  4,0,0,A81002

  fingerpost stats did contacts.csv --outcome visits --exposed referred --after after \\
      --cluster practice

With one line for each person, and a column before and one after:

  fingerpost stats did appointments.csv --before before --after-value after --exposed referred

The whole table: fingerpost stats example contacts.csv, fingerpost stats example appointments.csv")]
pub struct Did {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN", requires = "after", required_unless_present = "before")]
    outcome: Option<String>,
    /// The column that says who was exposed: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    exposed: String,
    /// The column that says what was after: 1 or 0
    #[arg(long, value_name = "COLUMN", requires = "outcome")]
    after: Option<String>,
    /// The column with the outcome before, a line for each person
    #[arg(long, value_name = "COLUMN", requires = "after_value", conflicts_with = "outcome")]
    before: Option<String>,
    /// The column with the outcome after, a line for each person
    #[arg(long, value_name = "COLUMN", requires = "before")]
    after_value: Option<String>,
    /// Columns to adjust for
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "outcome")]
    adjust: Vec<String>,
    /// Standard errors for rows that belong together, by this column; without it HC1
    #[arg(long, value_name = "COLUMN", requires = "outcome")]
    cluster: Option<String>,
    #[command(flatten)]
    level: Level,
}

impl Ask for Did {
    fn answer(&self) -> Result<Answer, InputError> {
        if let (Some(before), Some(after)) = (&self.before, &self.after_value) {
            let wanted = [
                (before.as_str(), Kind::NumberOrNone),
                (after.as_str(), Kind::NumberOrNone),
                (self.exposed.as_str(), Kind::Flag),
            ];
            let mut columns = Columns::read(&self.file, &wanted)?;
            let (before, after, exposed) = (columns.numbers(0), columns.numbers(1), columns.flags(2));
            return Ok(columns.placed(difference::paired_answer(&before, &after, &exposed, self.level.level)));
        }
        let terms = Terms::read(&self.adjust);
        let mut wanted = vec![
            (self.outcome.as_deref().unwrap_or_default(), Kind::NumberOrNone),
            (self.exposed.as_str(), Kind::Flag),
            (self.after.as_deref().unwrap_or_default(), Kind::Flag),
        ];
        wanted.extend(terms.wanted());
        let cluster_at = wanted.len();
        wanted.extend(self.cluster.as_deref().map(|name| (name, Kind::Label)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (outcome, exposed, after) = (columns.numbers(0), columns.flags(1), columns.flags(2));
        let empty = Design::without_intercept(outcome.len());
        let adjust = if self.adjust.is_empty() { None } else { Some(terms.added_to(empty, &mut columns, 3)?) };
        let clusters = self.cluster.as_ref().map(|_| columns.labels(cluster_at).codes());
        let covariance = clusters.as_deref().map_or(Covariance::Hc1, Covariance::Clustered);
        let answer = difference::answer(&outcome, &exposed, &after, adjust.as_ref(), covariance, self.level.level);
        Ok(columns.placed(answer))
    }
}

/// Many units over many periods (two-way fixed effects), or the event study around each unit's start.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: panel.csv has a line for each practice and quarter.

  practice,quarter,rate,live,began
  A81001,1,4.1,0,2
  A81001,2,5.0,1,2

  fingerpost stats panel panel.csv --unit practice --period quarter --outcome rate --exposed live

For an event study give --start, the column with the period in which the unit began (empty where it
never did), in place of --exposed. The answer has an effect for each period before and after, and
those before should be near 0:

  fingerpost stats panel panel.csv --unit practice --period quarter --outcome rate --start began

The whole table: fingerpost stats example panel.csv")]
pub struct Panel {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the unit
    #[arg(long, value_name = "COLUMN")]
    unit: String,
    /// The column with the period, a whole number
    #[arg(long, value_name = "COLUMN")]
    period: String,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The column that says when the unit was exposed: 1 or 0
    #[arg(long, value_name = "COLUMN", required_unless_present = "start")]
    exposed: Option<String>,
    /// The column with the period in which the unit began
    #[arg(long, value_name = "COLUMN", conflicts_with = "exposed")]
    start: Option<String>,
    /// Periods on either side that an event study shows by themselves
    #[arg(long, value_name = "PERIODS", default_value_t = 4)]
    window: i64,
    /// Standard errors for units that belong together, by this column; without it by unit
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    #[command(flatten)]
    level: Level,
}

/// Whole numbers in a column of numbers; an empty cell is none.
fn whole(columns: &Columns, name: &str, values: &[f64]) -> Result<Vec<Option<i64>>, InputError> {
    let whole = |(row, value): (usize, &f64)| match *value {
        value if value.is_nan() => Ok(None),
        value if value.fract() == 0.0 && value.abs() < 1e15 => Ok(Some(value as i64)),
        value => Err(columns.fault(row, name, format!("{value} is not a whole number"))),
    };
    values.iter().enumerate().map(whole).collect()
}

impl Ask for Panel {
    fn answer(&self) -> Result<Answer, InputError> {
        let third = match (&self.exposed, &self.start) {
            (_, Some(start)) => (start.as_str(), Kind::NumberOrNone),
            (exposed, None) => (exposed.as_deref().unwrap_or_default(), Kind::Flag),
        };
        let mut wanted = vec![
            (self.unit.as_str(), Kind::Label),
            (self.period.as_str(), Kind::Number),
            (self.outcome.as_str(), Kind::NumberOrNone),
            third,
        ];
        wanted.extend(self.cluster.as_deref().map(|name| (name, Kind::Label)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (units, periods, outcome) = (columns.labels(0).codes(), columns.numbers(1), columns.numbers(2));
        // None of them is empty: the column is asked for as numbers.
        let periods: Vec<i64> = whole(&columns, &self.period, &periods)?.into_iter().flatten().collect();
        let clusters = self.cluster.as_ref().map(|_| columns.labels(4).codes());
        let options =
            PanelOptions { clusters: clusters.as_deref(), absorbed: Absorbed::default(), level: self.level.level };
        let Some(start) = &self.start else {
            let mut known: Vec<i64> = periods.clone();
            known.sort_unstable();
            known.dedup();
            let codes: Vec<usize> = periods.iter().filter_map(|period| known.binary_search(period).ok()).collect();
            let answer = difference::panel_answer(&units, &codes, &outcome, &columns.flags(3), options);
            return Ok(columns.placed(answer));
        };
        let begun = columns.numbers(3);
        let starts = whole(&columns, start, &begun)?;
        let answer = difference::event_study_answer(&units, &periods, &outcome, &starts, self.window, options);
        Ok(columns.placed(answer))
    }
}

/// An interrupted time series.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: monthly.csv has a line for each month.

  month,admissions,people
  2022-01-01,410,120000

  fingerpost stats interrupted monthly.csv --date month --value admissions --person-time people \\
      --before 36 --harmonics 2 --svg series.svg

A month that is missing, or that has no value, is refused: the line through the others would be
another one.

With --person-time the values are counts (quasi-Poisson, rate ratios); without it they are numbers
(least squares). --lag gives Newey-West standard errors for points that are related in time.

The whole table: fingerpost stats example monthly.csv")]
pub struct Interrupted {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the date
    #[arg(long, value_name = "COLUMN")]
    date: String,
    /// The column with the value or the count
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// The values are counts over these people, or this time
    #[arg(long, value_name = "COLUMN")]
    person_time: Option<String>,
    /// Points before the change
    #[arg(long, value_name = "POINTS")]
    before: usize,
    /// Only the level changes, not the slope
    #[arg(long)]
    level_only: bool,
    /// Pairs of sine and cosine for the season; 2 is usual for months
    #[arg(long, value_name = "PAIRS", default_value_t = 0)]
    harmonics: usize,
    /// Points in a year
    #[arg(long, value_name = "POINTS", default_value_t = 12.0)]
    period: f64,
    /// Points are related up to this distance
    #[arg(long, value_name = "LAG")]
    lag: Option<usize>,
    #[command(flatten)]
    level: Level,
}

impl Ask for Interrupted {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.value.as_str(), Kind::NumberOrNone), (self.date.as_str(), Kind::Label)];
        wanted.extend(self.person_time.as_deref().map(|time| (time, Kind::Number)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (values, dates) = (columns.numbers(0), columns.labels(1));
        let time = InTime::of(&columns, &dates, &self.date)?;
        time.whole(&self.date)?;
        let values = time.numbers(values);
        let options = SegmentOptions {
            before: self.before,
            slope_change: !self.level_only,
            harmonics: self.harmonics,
            period: self.period,
            lag: self.lag,
            adjusted: true,
            level: self.level.level,
        };
        let answer = match &self.person_time {
            Some(_) => interrupted::counts_answer(&values, &time.numbers(columns.numbers(2)), options),
            None => interrupted::answer(&values, options),
        };
        Ok(time.told(&columns, answer))
    }
}

/// A rate ratio of two groups.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person.

  visits,years,referred,age,practice
  4,1,1,71,A81001

  fingerpost stats rate-ratio people.csv --events visits --person-time years --exposed referred \\
      --adjust age --family negative-binomial --cluster practice

The whole table: fingerpost stats example people.csv")]
pub struct RateRatio {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the count
    #[arg(long, value_name = "COLUMN")]
    events: String,
    /// The column with the time during which it was counted
    #[arg(long, value_name = "COLUMN")]
    person_time: Option<String>,
    /// The column that says who was exposed: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    exposed: String,
    /// Columns to adjust for
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    adjust: Vec<String>,
    /// The model of the counts
    #[arg(long, value_enum, default_value = "poisson")]
    family: Counts,
    /// Standard errors for rows that belong together, by this column
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    #[command(flatten)]
    level: Level,
}

impl Ask for RateRatio {
    fn answer(&self) -> Result<Answer, InputError> {
        let terms = Terms::read(&self.adjust);
        let mut wanted = Wanted::default();
        let (events, exposed) = (wanted.ask(&self.events, Kind::NumberOrNone), wanted.ask(&self.exposed, Kind::Flag));
        let first = wanted.ask_all(terms.wanted());
        let cluster = wanted.ask_if(self.cluster.as_deref(), Kind::Label);
        let time = wanted.ask_if(self.person_time.as_deref(), Kind::NumberOrNone);
        let mut columns = wanted.read(&self.file)?;
        let (events, exposed) = (columns.numbers(events), columns.flags(exposed));
        let empty = Design::without_intercept(events.len());
        let adjust = if self.adjust.is_empty() { None } else { Some(terms.added_to(empty, &mut columns, first)?) };
        let clusters = cluster.map(|at| columns.labels(at).codes());
        let time = time.map_or_else(|| vec![1.0; events.len()], |at| columns.numbers(at));
        let (family, level) = (self.family.into(), self.level.level);
        let answer = counts::answer(&events, &time, &exposed, adjust.as_ref(), family, clusters.as_deref(), level);
        Ok(columns.placed(answer))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bounds {
    /// What R's survfit gives
    Log,
    /// Always between 0 and 1
    LogLog,
}

/// Waiting times, with those who still wait (Kaplan-Meier).
#[derive(Debug, Args)]
#[command(after_help = "\
Example: waits.csv has a line for each person; seen is 0 for those who still wait, with the
days until today.

  days,seen,practice
  12,1,A81001
  30,0,A81001

  fingerpost stats waiting waits.csv --time days --event seen --group practice \\
      --target 14 --svg waits.svg

The whole table: fingerpost stats example waits.csv")]
pub struct Waiting {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the time waited
    #[arg(long, value_name = "COLUMN")]
    time: String,
    /// The column that says whether the wait is over: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    event: String,
    /// What stands in that column when the wait is over, where it is not 1: 2, or seen
    #[arg(long, value_name = "TEXT")]
    over: Option<String>,
    /// The column that names the group; groups are compared by the log-rank test
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// The share seen within this time
    #[arg(long, value_name = "TIME")]
    target: Option<f64>,
    /// How limits are made
    #[arg(long, value_enum, default_value = "log")]
    limits: Bounds,
    #[command(flatten)]
    level: Level,
}

impl Ask for Waiting {
    fn answer(&self) -> Result<Answer, InputError> {
        let kind = if self.over.is_some() { Kind::Label } else { Kind::Flag };
        let mut wanted = vec![(self.time.as_str(), Kind::NumberOrNone), (self.event.as_str(), kind)];
        wanted.extend(self.group.as_deref().map(|group| (group, Kind::Label)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let time = columns.numbers(0);
        let event = match &self.over {
            None => columns.flags(1),
            Some(over) => {
                let labels = columns.labels(1);
                let known = labels.find(over.as_bytes());
                known.ok_or_else(|| {
                    let there = labels.names().join(", ");
                    InputError::of(format!("column {}", self.event), format!("is never {over}. It has: {there}"))
                })?;
                labels.each().into_iter().map(|label| label == over).collect()
            }
        };
        let groups: Option<Labels> = self.group.as_ref().map(|_| columns.labels(2));
        let each = groups.as_ref().map(Labels::each);
        let limits = match self.limits {
            Bounds::Log => Limits::Log,
            Bounds::LogLog => Limits::LogLog,
        };
        let answer = survival::answer(&time, &event, each.as_deref(), self.target, limits, self.level.level);
        Ok(columns.placed(answer))
    }
}
