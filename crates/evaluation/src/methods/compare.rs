//! Comparisons of two groups of people.

use std::path::PathBuf;

use clap::Args;
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::matching::{self, MatchOptions};

use super::Ask;
use crate::InputError;
use crate::columns::{Columns, Kind};

/// Matched comparison: each treated person with the most alike control.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person, those who were referred and those who were not.

  id,referred,age,female,imd,visits_before,wellbeing_after
  1,1,71,1,2,9,6
  2,0,68,1,3,8,5

  fingerpost stats match people.csv --treat referred --outcome wellbeing_after --covariates age,female,imd,visits_before --caliper 0.2

The answer has the effect with its interval, how alike the groups were before and after matching, and who was matched with whom (rows
are counted from 0). Rows with an empty cell are left out and counted.")]
pub struct Match {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that says who was treated: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    treat: String,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The columns in which the two should be alike
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    covariates: Vec<String>,
    /// Nobody is matched further away than so many standard deviations of the score
    #[arg(long, value_name = "NUMBER")]
    caliper: Option<f64>,
    /// Controls for each treated person
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    ratio: usize,
    /// A control may be matched more than once
    #[arg(long)]
    replacement: bool,
    /// How sure the interval is
    #[arg(long, value_name = "NUMBER", default_value_t = 0.95)]
    level: f64,
}

/// A refusal of a design is a fault of the options.
fn design(names: &[String], columns: &[Vec<f64>], rows: usize) -> Result<Design, InputError> {
    let fault = |refusal: fingerpost_statistics::refusal::Refusal| InputError::of("--covariates", refusal.message);
    let empty = Design::with_intercept(rows);
    names.iter().zip(columns).try_fold(empty, |design, (name, column)| design.column(name, column)).map_err(fault)
}

impl Ask for Match {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.treat.as_str(), Kind::Flag), (self.outcome.as_str(), Kind::NumberOrNone)];
        wanted.extend(self.covariates.iter().map(|name| (name.as_str(), Kind::NumberOrNone)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (treated, outcome) = (columns.flags(0), columns.numbers(1));
        let covariates: Vec<Vec<f64>> = (0..self.covariates.len()).map(|at| columns.numbers(at + 2)).collect();
        let design = design(&self.covariates, &covariates, treated.len())?;
        let options = MatchOptions {
            caliper_sd: self.caliper,
            ratio: self.ratio,
            replacement: self.replacement,
            level: self.level,
        };
        let answer = matching::answer(&outcome, &treated, &design, options);
        Ok(answer.with_results(|table| table.renamed("estimate", "att").renamed("standard_error", "se")))
    }
}
