//! Regressions: one outcome, several columns.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::glm::{self, Family, GlmOptions};
use fingerpost_statistics_models::linear::{self, Covariance};
use fingerpost_statistics_models::mixed::{self, MixedOptions, Repeated as Structure};

use super::Ask;
use super::model::{Level, Terms};
use crate::InputError;
use crate::columns::{Columns, Kind, Wanted};
use crate::order::{InTime, known_places};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kinds {
    /// A number
    Linear,
    /// Yes or no; odds ratios
    Logit,
    /// A count; rate ratios
    Poisson,
    /// A count whose variance is scaled by what is seen
    QuasiPoisson,
    /// A count whose variance grows faster than its mean
    NegativeBinomial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Errors {
    Model,
    Hc0,
    Hc1,
    Hc2,
    Hc3,
}

/// A regression.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person.

  visits,years,age,sex,practice
  4,1,71,F,A81001
  2,0.5,68,M,A81001

  fingerpost stats regression people.csv --family negative-binomial --outcome visits \\
      --terms age,sex --person-time years --cluster practice

A column of names, such as sex, becomes one of 0 and 1 for each name but the first of the alphabet.
a*b adds both and their product, age*age a square; group(education) takes numbers as names.
Rows with an empty cell are left out and counted.

The whole table: fingerpost stats example people.csv")]
pub struct Regression {
    /// The table; - reads standard input
    file: PathBuf,
    /// What the outcome is
    #[arg(long, value_enum, default_value = "linear")]
    family: Kinds,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The columns that may explain it
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    terms: Vec<String>,
    /// For counts: the column with the time during which they were counted
    #[arg(long, value_name = "COLUMN")]
    person_time: Option<String>,
    /// Which standard errors
    #[arg(long, value_enum, default_value = "model", conflicts_with_all = ["cluster", "newey_west"])]
    errors: Errors,
    /// Standard errors for rows that belong together, by this column
    #[arg(long, value_name = "COLUMN", conflicts_with = "newey_west")]
    cluster: Option<String>,
    /// Standard errors for rows in time, which are related up to this distance
    #[arg(long, value_name = "LAG", requires = "date")]
    newey_west: Option<usize>,
    /// The column with the date, for rows in time
    #[arg(long, value_name = "COLUMN", requires = "newey_west")]
    date: Option<String>,
    #[command(flatten)]
    level: Level,
}

/// The order of rows in time, of which none may be missing or be left out: either closes a gap.
fn in_time(
    columns: &mut Columns,
    (at, name): (usize, &str),
    outcome: &[f64],
    design: &Design,
) -> Result<InTime, InputError> {
    let dates = columns.labels(at);
    let order = InTime::of(columns, &dates, name)?;
    order.whole(name)?;
    let seen = |values: &[f64], row: usize| values.get(row).is_some_and(|value| value.is_finite());
    let whole = |row: usize| seen(outcome, row) && design.columns().iter().all(|column| seen(column, row));
    match (0..outcome.len()).find(|row| !whole(*row)) {
        Some(row) => {
            let fault = "has an empty cell in the outcome or a term: rows in time have to be whole";
            Err(columns.fault(row, name, fault))
        }
        None => Ok(order),
    }
}

impl Ask for Regression {
    fn answer(&self) -> Result<Answer, InputError> {
        let terms = Terms::read(&self.terms);
        let mut wanted = Wanted::default();
        let outcome = wanted.ask(&self.outcome, Kind::NumberOrNone);
        let first = wanted.ask_all(terms.wanted());
        let cluster = wanted.ask_if(self.cluster.as_deref(), Kind::Label);
        let time = wanted.ask_if(self.person_time.as_deref(), Kind::Number);
        let date = wanted.ask_if(self.date.as_deref(), Kind::Label);
        let mut columns = wanted.read(&self.file)?;
        let mut outcome = columns.numbers(outcome);
        let mut design = terms.design(outcome.len(), &mut columns, first)?;
        let mut time = time.map(|at| columns.numbers(at));
        if let (Some(time), Some(name)) = (&time, &self.person_time) {
            columns.above_zero(name, time)?;
        }
        let order = match (date, &self.date) {
            (Some(at), Some(name)) => in_time(&mut columns, (at, name), &outcome, &design)?,
            _ => InTime::default(),
        };
        if let Some(rows) = order.rows() {
            design = design.rows_at(rows);
        }
        outcome = order.numbers(outcome);
        time = time.map(|time| order.numbers(time));
        let clusters = cluster.map(|at| columns.labels(at).codes());
        let covariance = match (&clusters, self.newey_west, self.errors) {
            (Some(codes), ..) => Covariance::Clustered(codes),
            (None, Some(lag), _) => Covariance::NeweyWest { lag, adjusted: true },
            (None, None, Errors::Model) => Covariance::Model,
            (None, None, Errors::Hc0) => Covariance::Hc0,
            (None, None, Errors::Hc1) => Covariance::Hc1,
            (None, None, Errors::Hc2) => Covariance::Hc2,
            (None, None, Errors::Hc3) => Covariance::Hc3,
        };
        let family = match self.family {
            Kinds::Linear => {
                let answer = linear::answer(&outcome, &design, covariance, self.level.level);
                return Ok(order.told(&columns, answer));
            }
            Kinds::Logit => Family::Logit,
            Kinds::Poisson => Family::Poisson,
            Kinds::QuasiPoisson => Family::QuasiPoisson,
            Kinds::NegativeBinomial => Family::NegativeBinomial,
        };
        let offset: Option<Vec<f64>> = time.map(|time| time.into_iter().map(f64::ln).collect());
        let options = GlmOptions { offset: offset.as_deref(), covariance, level: self.level.level };
        let answer = glm::answer(family, &outcome, &design, options);
        Ok(order.told(&columns, answer))
    }
}

/// A mixed model with random effects of each person.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: repeated.csv has a line for each person and visit.

  person,visit,week,arm,score
  p1,1,0,link worker,4
  p1,2,8,link worker,6

  fingerpost stats mixed repeated.csv --outcome score --person person --terms 'arm*week' \\
      --slope week

Each person has a starting point of their own and, with --slope, a slope of their own.

The whole table: fingerpost stats example repeated.csv")]
pub struct Mixed {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The column that names the person
    #[arg(long, value_name = "COLUMN")]
    person: String,
    /// The columns that may explain the outcome
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    terms: Vec<String>,
    /// Columns whose effect differs from person to person
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    slope: Vec<String>,
    /// Plain maximum likelihood in place of restricted
    #[arg(long)]
    ml: bool,
    #[command(flatten)]
    level: Level,
}

impl Ask for Mixed {
    fn answer(&self) -> Result<Answer, InputError> {
        let (terms, slopes) = (Terms::read(&self.terms), Terms::read(&self.slope));
        let mut wanted = vec![(self.outcome.as_str(), Kind::NumberOrNone), (self.person.as_str(), Kind::Label)];
        wanted.extend(terms.wanted());
        let slopes_at = wanted.len();
        wanted.extend(slopes.wanted());
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (outcome, person) = (columns.numbers(0), columns.labels(1).codes());
        let design = terms.design(outcome.len(), &mut columns, 2)?;
        let random = slopes.design(outcome.len(), &mut columns, slopes_at)?;
        let options = MixedOptions { reml: !self.ml, level: self.level.level };
        Ok(columns.placed(mixed::random_effects_answer(&outcome, &design, &person, &random, options)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Structures {
    /// A variance for each visit, a covariance for each pair
    Unstructured,
    /// One variance, one covariance
    CompoundSymmetry,
    /// One variance, a correlation that falls with the distance
    Autoregressive,
}

/// Repeated measures of the same people (MMRM).
#[derive(Debug, Args)]
#[command(after_help = "\
Example: repeated.csv has a line for each person and visit.

  person,visit,week,arm,score
  p1,1,0,link worker,4
  p1,2,8,link worker,6

  fingerpost stats repeated repeated.csv --outcome score --person person --visit visit \\
      --terms 'arm*visit'

People with some visits missing stay in with those they have; the answer is right when visits are
missing at random.

The whole table: fingerpost stats example repeated.csv")]
pub struct Repeated {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The column that names the person
    #[arg(long, value_name = "COLUMN")]
    person: String,
    /// The column that names the visit, a number or words with one
    #[arg(long, value_name = "COLUMN")]
    visit: String,
    /// The visits from the first to the last, where they are words without a number
    #[arg(long, value_name = "VISITS", value_delimiter = ',')]
    order: Vec<String>,
    /// The columns that may explain the outcome
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    terms: Vec<String>,
    /// How the visits of a person go together
    #[arg(long, value_enum, default_value = "unstructured")]
    covariance: Structures,
    /// Plain maximum likelihood in place of restricted
    #[arg(long)]
    ml: bool,
    #[command(flatten)]
    level: Level,
}

impl Ask for Repeated {
    fn answer(&self) -> Result<Answer, InputError> {
        let terms = Terms::read(&self.terms);
        let mut wanted = vec![
            (self.outcome.as_str(), Kind::NumberOrNone),
            (self.person.as_str(), Kind::Label),
            (self.visit.as_str(), Kind::Label),
        ];
        wanted.extend(terms.wanted());
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (outcome, person, visits) = (columns.numbers(0), columns.labels(1).codes(), columns.labels(2));
        let places = known_places(&visits, &self.order, &self.visit)?;
        let visit: Vec<usize> = visits.codes().into_iter().filter_map(|code| places.get(code)).copied().collect();
        let design = terms.design(outcome.len(), &mut columns, 3)?;
        let structure = match self.covariance {
            Structures::Unstructured => Structure::Unstructured,
            Structures::CompoundSymmetry => Structure::CompoundSymmetry,
            Structures::Autoregressive => Structure::Autoregressive,
        };
        let options = MixedOptions { reml: !self.ml, level: self.level.level };
        let answer = mixed::repeated_measures_answer(&outcome, &design, &person, &visit, structure, options);
        Ok(columns.placed(answer))
    }
}
