//! Comparisons of people who were treated with others who were not, made alike by what is known of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::matching::{self, MatchOptions};
use fingerpost_statistics_models::weighting::{self, Weights};

use super::Ask;
use super::model::{Level, Terms};
use crate::InputError;
use crate::columns::{Columns, Kind};

/// Who was treated, what came of it, and in what the two should be alike.
#[derive(Debug, Args)]
pub struct People {
    /// The table, a line for each person; - reads standard input
    file: PathBuf,
    /// The column that says who was treated: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    treat: String,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The columns in which the two should be alike; a*b adds a product, age*age a square, group(area) takes numbers as names
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    covariates: Vec<String>,
}

impl People {
    fn read(&self) -> Result<(Vec<bool>, Vec<f64>, Design, Columns), InputError> {
        let terms = Terms::read(&self.covariates);
        let mut wanted = vec![(self.treat.as_str(), Kind::Flag), (self.outcome.as_str(), Kind::NumberOrNone)];
        wanted.extend(terms.wanted());
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (treated, outcome) = (columns.flags(0), columns.numbers(1));
        let design = terms.design(treated.len(), &mut columns, 2)?;
        Ok((treated, outcome, design, columns))
    }
}

/// Matched comparison.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person, those who were referred and those who were not.

  id,referred,age,female,imd,visits_before,wellbeing_after
  1,1,71,1,2,9,6
  2,0,68,1,3,8,5

  fingerpost stats match people.csv --treat referred --outcome wellbeing_after \\
      --covariates age,female,imd,visits_before --caliper 0.2

The answer has the effect on those treated (att) with its interval, how alike the groups were before
and after matching, and who was matched with whom (rows are counted from 0). Rows with an
empty cell are left out and counted.

The whole table: fingerpost stats example people.csv")]
pub struct Match {
    #[command(flatten)]
    people: People,
    /// Nobody is matched further away than so many standard deviations of the score
    #[arg(long, value_name = "NUMBER")]
    caliper: Option<f64>,
    /// Controls for each treated person
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    ratio: usize,
    /// A control may be matched more than once
    #[arg(long)]
    replacement: bool,
    #[command(flatten)]
    level: Level,
}

impl Ask for Match {
    fn answer(&self) -> Result<Answer, InputError> {
        let (treated, outcome, design, columns) = self.people.read()?;
        let (ratio, replacement, caliper_sd) = (self.ratio, self.replacement, self.caliper);
        let options = MatchOptions { ratio, replacement, caliper_sd, level: self.level.level };
        let answer = matching::answer(&outcome, &treated, &design, options);
        Ok(columns
            .placed(answer)
            .with_results(|table| table.renamed("estimate", "att").renamed("standard_error", "se")))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whom {
    /// The effect if everybody were treated, against nobody
    Everybody,
    /// The same, with weights of mean near 1
    Stabilised,
    /// The effect on those who were treated
    Treated,
}

/// Weighting by the propensity to be treated.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person, as for `match`.

  fingerpost stats weight people.csv --treat referred --outcome wellbeing_after \\
      --covariates age,female,imd,visits_before --effect-on stabilised

The largest weight is shown: a few people with large weights decide the answer.

The whole table: fingerpost stats example people.csv")]
pub struct Weight {
    #[command(flatten)]
    people: People,
    /// On whom the effect is
    #[arg(long, value_enum, default_value = "everybody")]
    effect_on: Whom,
    #[command(flatten)]
    level: Level,
}

impl Ask for Weight {
    fn answer(&self) -> Result<Answer, InputError> {
        let (treated, outcome, design, columns) = self.people.read()?;
        let kind = match self.effect_on {
            Whom::Everybody => Weights::Inverse,
            Whom::Stabilised => Weights::Stabilised,
            Whom::Treated => Weights::TreatedOdds,
        };
        Ok(columns.placed(weighting::answer(&outcome, &treated, &design, kind, self.level.level)))
    }
}

/// Standardisation: the outcome a model says had everybody been treated, and had nobody.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person, as for `match`; the effect may differ by age.

  fingerpost stats standardise people.csv --treat referred --outcome wellbeing_after \\
      --covariates age,female,imd --differs-by age

The whole table: fingerpost stats example people.csv")]
pub struct Standardise {
    #[command(flatten)]
    people: People,
    /// Columns of the covariates by which the effect may differ
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    differs_by: Vec<String>,
    #[command(flatten)]
    level: Level,
}

impl Ask for Standardise {
    fn answer(&self) -> Result<Answer, InputError> {
        let (treated, outcome, design, columns) = self.people.read()?;
        let differs: Vec<&str> = self.differs_by.iter().map(String::as_str).collect();
        let answer = weighting::standardised_answer(&outcome, &treated, &design, &differs, self.level.level);
        Ok(columns.placed(answer))
    }
}
