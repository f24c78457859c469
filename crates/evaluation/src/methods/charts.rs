//! Charts over time.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::xmr::{self, Better, Settings};
use fingerpost_statistics::{run_chart, shewhart};

use super::Ask;
use crate::InputError;
use crate::columns::{Columns, Kind, Labels};

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
practice. Dates are written so that they sort (2025-01-01), or are numbers; the rows may be in any
order. --svg chart.svg draws the charts below each other, at most eight.")]
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

/// The order of the rows by group and date, groups as they first appear; none where they stand in it already.
fn in_time(groups: &Labels, dates: &Labels) -> Option<Vec<usize>> {
    let places = dates.places();
    let keys = || groups.coded().iter().zip(dates.coded()).map(|(group, date)| (*group, places.get(*date as usize)));
    if keys().is_sorted() {
        return None;
    }
    let keys: Vec<_> = keys().collect();
    let mut rows: Vec<usize> = (0..keys.len()).collect();
    rows.sort_by_key(|row| keys.get(*row).copied());
    Some(rows)
}

/// Which row of the file stands at a position.
fn row_at(order: Option<&[usize]>, position: usize) -> Option<usize> {
    order.map_or(Some(position), |rows| rows.get(position).copied())
}

fn labels_in(order: Option<&[usize]>, labels: Labels) -> Labels {
    match order {
        Some(rows) => labels.in_order(rows),
        None => labels,
    }
}

fn numbers_in(order: Option<&[usize]>, values: Vec<f64>) -> Vec<f64> {
    match order {
        Some(rows) => rows.iter().filter_map(|row| values.get(*row)).copied().collect(),
        None => values,
    }
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
        let order = in_time(&groups, &dates);
        let order = order.as_deref();
        let (groups, dates, values) = (labels_in(order, groups), labels_in(order, dates), numbers_in(order, values));
        let settings = Settings {
            screen: !self.no_screening,
            fix_after: self.fix_after,
            rebase: self.rebase.iter().map(|point| point.saturating_sub(1)).collect(),
            target: self.target,
            better: match self.better {
                Way::Higher => Better::Higher,
                Way::Lower => Better::Lower,
                Way::Neither => Better::Neither,
            },
        };
        let answer = xmr::answer(groups.into_words(), dates.into_words(), values, &settings);
        Ok(columns.placed_by(answer, |position| row_at(order, position)))
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
      --svg chart.svg")]
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
        let order = in_time(&Labels::same("", values.len()), &dates);
        let order = order.as_deref();
        let (dates, values, sizes) = (labels_in(order, dates), numbers_in(order, values), numbers_in(order, sizes));
        let excluded: Vec<usize> = self.exclude.iter().map(|point| point.saturating_sub(1)).collect();
        let answer = shewhart::answer(kind, &dates.each(), &values, &sizes, self.baseline, &excluded);
        Ok(columns.placed_by(answer, |position| row_at(order, position)))
    }
}

/// A run chart: the median, the longest run and the crossings.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: monthly.csv has a line for each month; something was done before the 37th of them.

  month,referrals
  2022-01-01,52

  fingerpost stats run monthly.csv --date month --value referrals --change 37 --svg run.svg")]
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
        let order = in_time(&Labels::same("", values.len()), &dates);
        let (dates, values) = (labels_in(order.as_deref(), dates), numbers_in(order.as_deref(), values));
        let change = self.change.map(|point| point.saturating_sub(1));
        Ok(run_chart::answer(&dates.each(), &values, change))
    }
}
