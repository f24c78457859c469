//! Charts over time.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::xmr::{self, Better, Settings};
use fingerpost_statistics::{run_chart, shewhart};

use super::Ask;
use crate::InputError;
use crate::columns::{Columns, Kind, Labels};
use crate::order::InTime;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    Higher,
    Lower,
    Neither,
}

/// XmR charts by the NHS Making Data Count rules.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: practice-months.csv has a line for each practice and month.

  practice,month,referrals
  A81001,2025-01-01,14
  A81001,2025-02-01,11

  fingerpost stats xmr practice-months.csv --group practice --date month --value referrals \\
      --better higher --target 20

Each row comes back with mean, limits and the four rules; the summary has the two icons of each
practice. Dates are days or months as they are written here (2025-01-01, 01/02/2025, Feb 2025), or
numbers; the rows may be in any order, and months that are missing are named. --svg chart.svg draws
the charts below each other, at most eight.

The whole table: fingerpost stats example practice-months.csv")]
pub struct Xmr {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the chart; without it there is one chart
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// The column with the date
    #[arg(long, value_name = "COLUMN")]
    date: String,
    /// The column with the value
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// Keep moving ranges that are themselves out of the ordinary, as the NHS Excel tool does
    #[arg(long)]
    no_screening: bool,
    /// The value that is aimed at
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    target: Option<f64>,
    /// Which way is better
    #[arg(long, value_enum, default_value = "neither")]
    better: Way,
    /// Limits from the first so many points
    #[arg(long, value_name = "POINTS", conflicts_with = "rebase")]
    fix_after: Option<usize>,
    /// New limits from these points on, counted from 1
    #[arg(long, value_name = "POINTS", value_delimiter = ',')]
    rebase: Vec<usize>,
}

/// Points as they are counted from 0.
fn points(option: &str, counted: &[usize], last: usize) -> Result<Vec<usize>, InputError> {
    let from_0 = |point: &usize| match point {
        0 => Err(InputError::of(option, "points are counted from 1")),
        point if *point > last => Err(InputError::of(option, format!("there is no point {point}: there are {last}"))),
        point => Ok(point - 1),
    };
    counted.iter().map(from_0).collect()
}

impl Ask for Xmr {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.date.as_str(), Kind::Label), (self.value.as_str(), Kind::Number)];
        wanted.extend(self.group.as_deref().map(|group| (group, Kind::Label)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (dates, values) = (columns.labels(0), columns.numbers(1));
        let groups = match &self.group {
            Some(_) => columns.labels(2),
            None => Labels::same(&self.value, values.len()),
        };
        let time = InTime::within(&columns, (Some(&groups), &dates), &self.date)?;
        let (groups, dates, values) = (time.labels(groups), time.labels(dates), time.numbers(values));
        let settings = Settings {
            screen: !self.no_screening,
            fix_after: self.fix_after,
            rebase: points("--rebase", &self.rebase, usize::MAX)?,
            target: self.target,
            better: match self.better {
                Way::Higher => Better::Higher,
                Way::Lower => Better::Lower,
                Way::Neither => Better::Neither,
            },
        };
        let answer = xmr::answer(groups.into_words(), dates.into_words(), values, &settings);
        Ok(time.told(&columns, answer))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Chart {
    /// Shares of unequal numbers
    P,
    /// Shares of very large numbers (Laney)
    LaneyP,
    /// Events per exposure
    U,
    /// Counts over equal exposure
    C,
    /// Single values
    I,
    /// Moving ranges of single values
    Mr,
}

/// Shewhart's control charts.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: monthly.csv has a line for each month.

  month,coded,offered
  2025-01-01,41,60

  fingerpost stats shewhart monthly.csv --chart p --date month --value coded --size offered \\
      --svg chart.svg

The whole table: fingerpost stats example monthly.csv")]
pub struct Shewhart {
    /// The table; - reads standard input
    file: PathBuf,
    /// Which chart
    #[arg(long, value_enum)]
    chart: Chart,
    /// The column with the date
    #[arg(long, value_name = "COLUMN")]
    date: String,
    /// The column with the count or value
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// For p, laney-p and u: the column with of how many
    #[arg(long, value_name = "COLUMN")]
    size: Option<String>,
    /// Limits from the first so many points
    #[arg(long, value_name = "POINTS")]
    baseline: Option<usize>,
    /// Points that the limits leave out, counted from 1
    #[arg(long, value_name = "POINTS", value_delimiter = ',')]
    exclude: Vec<usize>,
}

impl Ask for Shewhart {
    fn answer(&self) -> Result<Answer, InputError> {
        let kind = match self.chart {
            Chart::P => shewhart::Kind::P,
            Chart::LaneyP => shewhart::Kind::LaneyP,
            Chart::U => shewhart::Kind::U,
            Chart::C => shewhart::Kind::C,
            Chart::I => shewhart::Kind::I,
            Chart::Mr => shewhart::Kind::Mr,
        };
        if matches!(self.chart, Chart::P | Chart::LaneyP | Chart::U) && self.size.is_none() {
            return Err(InputError::of("--size", "this chart needs the column with of how many"));
        }
        let mut wanted = vec![(self.date.as_str(), Kind::Label), (self.value.as_str(), Kind::Number)];
        wanted.extend(self.size.as_deref().map(|size| (size, Kind::Number)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (dates, values) = (columns.labels(0), columns.numbers(1));
        let sizes = if self.size.is_some() { columns.numbers(2) } else { vec![1.0; values.len()] };
        let time = InTime::of(&columns, &dates, &self.date)?;
        let (dates, values, sizes) = (time.labels(dates), time.numbers(values), time.numbers(sizes));
        let excluded = points("--exclude", &self.exclude, values.len())?;
        let answer = shewhart::answer(kind, &dates.each(), &values, &sizes, self.baseline, &excluded);
        Ok(time.told(&columns, answer))
    }
}

/// A run chart: the median, the longest run and the crossings.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: monthly.csv has a line for each month; something was done before the 37th of them.

  month,referrals
  2022-01-01,52

  fingerpost stats run monthly.csv --date month --value referrals --change 37 --svg run.svg

The whole table: fingerpost stats example monthly.csv")]
pub struct Run {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the date
    #[arg(long, value_name = "COLUMN")]
    date: String,
    /// The column with the value
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// The first point after something was done, counted from 1: drawn in another shape
    #[arg(long, value_name = "POINT")]
    change: Option<usize>,
}

impl Ask for Run {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted = [(self.date.as_str(), Kind::Label), (self.value.as_str(), Kind::Number)];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (dates, values) = (columns.labels(0), columns.numbers(1));
        let time = InTime::of(&columns, &dates, &self.date)?;
        let (dates, values) = (time.labels(dates), time.numbers(values));
        let change = points("--change", self.change.as_slice(), values.len())?.first().copied();
        Ok(time.told(&columns, run_chart::answer(&dates.each(), &values, change)))
    }
}
