//! The same people before and after.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::paired_change::{self, Reliability, Settings};
use fingerpost_statistics::pre_post;
use fingerpost_statistics::wilcoxon::Zeros;
use fingerpost_statistics_models::counts::{self, BeforeAfterOptions};

use super::Ask;
use super::model::{Counts, Level};
use crate::InputError;
use crate::columns::{Columns, Kind, Labels};
use crate::order::warned;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NoChange {
    /// Left out before ranking
    Drop,
    /// Ranked, then left out
    Pratt,
}

/// A question asked before and after, of the same people.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: survey.csv has a line for each person, with an empty cell where they answered only once.

  code,before,after
  k7,2,4
  m3,3,

  fingerpost stats pre-post survey.csv --key code --before before --after after --highest 5

Two surveys in two files: survey-1.csv --second survey-2.csv, each with the key. Answers without a
partner are counted and never paired by their row. Questions of yes (1) and no (0) are asked by
McNemar's test:

  fingerpost stats pre-post survey.csv --key code --before knows_before --after knows_after --yes-no

The whole table: fingerpost stats example survey.csv")]
pub struct PrePost {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the code by which a person's answers are paired
    #[arg(long, value_name = "COLUMN")]
    key: String,
    /// The column with the answer before
    #[arg(long, value_name = "COLUMN")]
    before: String,
    /// The column with the answer after
    #[arg(long, value_name = "COLUMN")]
    after: String,
    /// The answers after stand in a table of their own
    #[arg(long, value_name = "FILE")]
    second: Option<PathBuf>,
    /// The highest answer of the scale
    #[arg(long, value_name = "NUMBER", required_unless_present = "yes_no")]
    highest: Option<f64>,
    /// The answers are yes and no
    #[arg(long)]
    yes_no: bool,
    /// What is done with people who did not change
    #[arg(long, value_enum, default_value = "drop")]
    no_change: NoChange,
    #[command(flatten)]
    level: Level,
}

/// One side of a question: keys and answers, without the rows that have none.
struct Side {
    keys: Labels,
    values: Vec<f64>,
}

impl PrePost {
    fn side(&self, columns: &Columns, keys: &Labels, values: &[f64], name: &str) -> Result<Side, InputError> {
        let mut seen = HashSet::new();
        let mut rows = vec![];
        for (row, (key, value)) in keys.each().into_iter().zip(values).enumerate() {
            if value.is_nan() {
                continue;
            }
            if !seen.insert(key) {
                return Err(columns.fault(row, &self.key, format!("{key} has an answer already. Each person has one")));
            }
            if self.yes_no && ![0.0, 1.0].contains(value) {
                return Err(columns.fault(row, name, format!("{value} is neither yes (1) nor no (0)")));
            }
            rows.push(row);
        }
        let values = rows.iter().filter_map(|row| values.get(*row)).copied().collect();
        Ok(Side { keys: keys.in_order(&rows), values })
    }

    /// Both sides, from one table or from two.
    fn sides(&self) -> Result<(Side, Side), InputError> {
        let mut first = vec![(self.key.as_str(), Kind::Label), (self.before.as_str(), Kind::NumberOrNone)];
        if let Some(file) = &self.second {
            let second = [(self.key.as_str(), Kind::Label), (self.after.as_str(), Kind::NumberOrNone)];
            let (mut one, mut two) = (Columns::read(&self.file, &first)?, Columns::read(file, &second)?);
            let (keys, values) = (one.labels(0), one.numbers(1));
            let before = self.side(&one, &keys, &values, &self.before)?;
            let (keys, values) = (two.labels(0), two.numbers(1));
            return Ok((before, self.side(&two, &keys, &values, &self.after)?));
        }
        first.push((self.after.as_str(), Kind::NumberOrNone));
        let mut columns = Columns::read(&self.file, &first)?;
        let (keys, before, after) = (columns.labels(0), columns.numbers(1), columns.numbers(2));
        let before = self.side(&columns, &keys, &before, &self.before)?;
        Ok((before, self.side(&columns, &keys, &after, &self.after)?))
    }
}

impl Ask for PrePost {
    fn answer(&self) -> Result<Answer, InputError> {
        let (before, after) = self.sides()?;
        let (keys_before, keys_after) = (before.keys.each(), after.keys.each());
        if self.yes_no {
            let yes = |values: &[f64]| values.iter().map(|value| *value == 1.0).collect::<Vec<_>>();
            let (one, two) = (yes(&before.values), yes(&after.values));
            return Ok(pre_post::yes_no_answer(&keys_before, &one, &keys_after, &two, self.level.level));
        }
        let zeros = match self.no_change {
            NoChange::Drop => Zeros::Drop,
            NoChange::Pratt => Zeros::Pratt,
        };
        let highest = self.highest.unwrap_or(f64::NAN);
        Ok(pre_post::answer(&keys_before, &before.values, &keys_after, &after.values, highest, zeros, self.level.level))
    }
}

/// Change of each person in one or more measures.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: scores.csv has a line for each person and measure, with an empty cell where they were
not followed up.

  person,measure,before,after
  p1,wellbeing,3,5
  p2,wellbeing,4,

  fingerpost stats change scores.csv --person person --measure measure --before before \\
      --after after --low-baseline wellbeing=4,lonely=5 --reliability wellbeing=0.85 \\
      --reliability-source 'the manual of the measure, 2012'

Of measures in which a lower score is better: --lower-is-better=lonely,PHQ-9.

Who was lost comes before what changed. A change without a comparison is said to be one, with the
size of regression to the mean.

The whole table: fingerpost stats example scores.csv")]
pub struct Change {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the person
    #[arg(long, value_name = "COLUMN")]
    person: String,
    /// The column that names the measure; without it there is one
    #[arg(long, value_name = "COLUMN")]
    measure: Option<String>,
    /// The column with the score before
    #[arg(long, value_name = "COLUMN")]
    before: String,
    /// The column with the score after
    #[arg(long, value_name = "COLUMN")]
    after: String,
    /// A lower score is better: in all measures, or in those named
    #[arg(long, value_name = "MEASURES", value_delimiter = ',', num_args = 0..=1, require_equals = true, default_missing_value = "")]
    lower_is_better: Option<Vec<String>>,
    /// Show those apart who began at this score or worse: one for all, or MEASURE=SCORE for each
    #[arg(long, value_name = "SCORE", value_delimiter = ',', allow_hyphen_values = true)]
    low_baseline: Vec<String>,
    /// The reliability, from 0 to 1, for reliable change: one for all, or MEASURE=NUMBER for each
    #[arg(long, value_name = "NUMBER", value_delimiter = ',', requires = "reliability_source")]
    reliability: Vec<String>,
    /// Where the reliability was published
    #[arg(long, value_name = "TEXT")]
    reliability_source: Option<String>,
    #[command(flatten)]
    level: Level,
}

fn known<'a>(option: &str, mut named: impl Iterator<Item = &'a str>, measures: &Labels) -> Result<(), InputError> {
    match named.find(|name| measures.find(name.as_bytes()).is_none()) {
        Some(name) => Err(InputError::of(option, format!("there is no measure {name}"))),
        None => Ok(()),
    }
}

/// What was typed for each measure: a number for all, which MEASURE=NUMBER overrides.
fn of_each(option: &str, typed: &[String], measures: &Labels) -> Result<Vec<Option<f64>>, InputError> {
    let number = |text: &str| {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| InputError::of(option, format!("{text} is not a number")))
    };
    let all = typed.iter().find(|text| !text.contains('=')).map(|text| number(text)).transpose()?;
    let mut each = vec![all; measures.names().len()];
    for text in typed {
        let Some((name, value)) = text.rsplit_once('=') else { continue };
        known(option, std::iter::once(name), measures)?;
        if let Some(slot) = measures.find(name.as_bytes()).and_then(|code| each.get_mut(code as usize)) {
            *slot = Some(number(value)?);
        }
    }
    Ok(each)
}

impl Ask for Change {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![
            (self.person.as_str(), Kind::Label),
            (self.before.as_str(), Kind::Number),
            (self.after.as_str(), Kind::NumberOrNone),
        ];
        wanted.extend(self.measure.as_deref().map(|measure| (measure, Kind::Label)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (people, before, after) = (columns.labels(0), columns.numbers(1), columns.numbers(2));
        let measures = match &self.measure {
            Some(_) => columns.labels(3),
            None => Labels::same(&self.before, before.len()),
        };
        let after: Vec<Option<f64>> = after.into_iter().map(|score| (!score.is_nan()).then_some(score)).collect();
        let mut lower = self.lower_is_better.clone().unwrap_or_default();
        lower.retain(|name| !name.is_empty());
        known("--lower-is-better", lower.iter().map(String::as_str), &measures)?;
        let all_lower = self.lower_is_better.is_some() && lower.is_empty();
        let low = of_each("--low-baseline", &self.low_baseline, &measures)?;
        let reliability = of_each("--reliability", &self.reliability, &measures)?;
        let source = self.reliability_source.clone().unwrap_or_default();
        let settings: Vec<(&str, Settings)> = measures
            .names()
            .iter()
            .zip(low.into_iter().zip(reliability))
            .map(|(name, (low_baseline, r))| {
                let settings = Settings {
                    higher_is_better: !all_lower && !lower.contains(name),
                    low_baseline,
                    reliability: r.map(|r| Reliability { r, source: source.clone() }),
                    level: self.level.level,
                };
                (name.as_str(), settings)
            })
            .collect();
        let answer = paired_change::answer_of_each(&people.each(), &measures.each(), &before, &after, &settings);
        let shared = |typed: &[String]| typed.iter().any(|text| !text.contains('='));
        let shared = shared(&self.low_baseline) || shared(&self.reliability) || all_lower;
        let several = measures.names().len();
        let said = (shared && several > 1).then(|| {
            format!("One score, reliability or direction is taken for all {several} measures: that is right only where they share a scale.")
        });
        Ok(warned(columns.placed(answer), said))
    }
}

/// Visits of the same people before and after, with or without others to compare with.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: appointments.csv has a line for each person.

  person,before,after,referred
  p1,10,8,1
  p2,4,5,0

  fingerpost stats before-after appointments.csv --before before --after after --exposed referred

With --exposed the answer is the ratio of ratios. Without it nothing is compared, and the answer says
how much of a fall would come by itself; --usual is the mean of such people where it is known.

The whole table: fingerpost stats example appointments.csv")]
pub struct BeforeAfter {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the count before
    #[arg(long, value_name = "COLUMN")]
    before: String,
    /// The column with the count after
    #[arg(long, value_name = "COLUMN")]
    after: String,
    /// The column that says who was referred: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    exposed: Option<String>,
    /// The column with the time before
    #[arg(long, value_name = "COLUMN", requires = "time_after")]
    time_before: Option<String>,
    /// The column with the time after
    #[arg(long, value_name = "COLUMN", requires = "time_before")]
    time_after: Option<String>,
    /// The usual mean of such people before
    #[arg(long, value_name = "NUMBER")]
    usual: Option<f64>,
    /// The model of the counts
    #[arg(long, value_enum, default_value = "poisson")]
    family: Counts,
    #[command(flatten)]
    level: Level,
}

impl Ask for BeforeAfter {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.before.as_str(), Kind::NumberOrNone), (self.after.as_str(), Kind::NumberOrNone)];
        wanted.extend(self.exposed.as_deref().map(|exposed| (exposed, Kind::Flag)));
        let times_at = wanted.len();
        wanted.extend(
            [&self.time_before, &self.time_after].into_iter().flatten().map(|time| (time.as_str(), Kind::Number)),
        );
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (before, after) = (columns.numbers(0), columns.numbers(1));
        let exposed = self.exposed.as_ref().map(|_| columns.flags(2));
        let times = self.time_before.as_ref().map(|_| (columns.numbers(times_at), columns.numbers(times_at + 1)));
        let options = BeforeAfterOptions {
            exposed: exposed.as_deref(),
            person_time: times.as_ref().map(|(before, after)| (before.as_slice(), after.as_slice())),
            usual: self.usual,
            family: self.family.into(),
            level: self.level.level,
        };
        Ok(columns.placed(counts::before_after_answer(&before, &after, options)))
    }
}
