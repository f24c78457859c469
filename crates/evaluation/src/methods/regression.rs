//! Regressions: one outcome, several columns.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics_models::glm::{self, Family, GlmOptions};
use fingerpost_statistics_models::linear::{self, Covariance};
use fingerpost_statistics_models::mixed::{self, MixedOptions, Repeated as Structure};

use super::Ask;
use super::model::{Level, Terms};
use crate::InputError;
use crate::columns::{Columns, Kind, Wanted};

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
Rows with an empty cell are left out and counted.")]
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
    #[arg(long, value_name = "LAG")]
    newey_west: Option<usize>,
    #[command(flatten)]
    level: Level,
}

impl Ask for Regression {
    fn answer(&self) -> Result<Answer, InputError> {
        let terms = Terms::read(&self.terms);
        let mut wanted = Wanted::default();
        let outcome = wanted.ask(&self.outcome, Kind::NumberOrNone);
        let first = wanted.ask_all(terms.wanted());
        let cluster = wanted.ask_if(self.cluster.as_deref(), Kind::Label);
        let time = wanted.ask_if(self.person_time.as_deref(), Kind::Number);
        let mut columns = wanted.read(&self.file)?;
        let outcome = columns.numbers(outcome);
        let design = terms.design(outcome.len(), &mut columns, first)?;
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
            Kinds::Linear => return Ok(linear::answer(&outcome, &design, covariance, self.level.level)),
            Kinds::Logit => Family::Logit,
            Kinds::Poisson => Family::Poisson,
            Kinds::QuasiPoisson => Family::QuasiPoisson,
            Kinds::NegativeBinomial => Family::NegativeBinomial,
        };
        let offset: Option<Vec<f64>> = time.map(|at| columns.numbers(at).into_iter().map(f64::ln).collect());
        let options = GlmOptions { offset: offset.as_deref(), covariance, level: self.level.level };
        Ok(glm::answer(family, &outcome, &design, options))
    }
}

/// A mixed model with random effects of each person.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: repeated.csv has a line for each person and visit.

  person,visit,week,arm,score
  p1,1,0,link worker,4
  p1,2,8,link worker,6

  fingerpost stats mixed repeated.csv --outcome score --person person --terms 'arm*week' --slope week

Each person has a starting point of their own and, with --slope, a slope of their own.")]
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
        Ok(mixed::random_effects_answer(&outcome, &design, &person, &random, options))
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
missing at random.")]
pub struct Repeated {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The column that names the person
    #[arg(long, value_name = "COLUMN")]
    person: String,
    /// The column that names the visit; visits go in the order of numbers, or of the alphabet
    #[arg(long, value_name = "COLUMN")]
    visit: String,
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
        let (outcome, person, visit) = (columns.numbers(0), columns.labels(1).codes(), columns.labels(2).ranks());
        let design = terms.design(outcome.len(), &mut columns, 3)?;
        let structure = match self.covariance {
            Structures::Unstructured => Structure::Unstructured,
            Structures::CompoundSymmetry => Structure::CompoundSymmetry,
            Structures::Autoregressive => Structure::Autoregressive,
        };
        let options = MixedOptions { reml: !self.ml, level: self.level.level };
        Ok(mixed::repeated_measures_answer(&outcome, &design, &person, &visit, structure, options))
    }
}
