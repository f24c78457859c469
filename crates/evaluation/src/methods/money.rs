//! What it cost and what it was worth; carbon.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::carbon::{self, Basis, Factor};
use fingerpost_statistics::economics::{self, Outcome};
use fingerpost_statistics::interval::Interval;

use super::Ask;
use crate::InputError;
use crate::columns::{Columns, Kind};

/// Cost and effect: net benefit, and a cost for each unit of effect where that has a meaning.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: trial.csv has a line for each person.

  qaly,cost,referred
  0.71,410,1
  0.69,380,0

  fingerpost stats cost trial.csv --effect qaly --cost cost --treat referred \\
      --prices 20000,30000 --price-year 2025/26

Without --treat each line is one drawn difference of effect and cost, from a model of your own.

The whole table: fingerpost stats example trial.csv")]
pub struct Cost {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the effect
    #[arg(long, value_name = "COLUMN")]
    effect: String,
    /// The column with the cost
    #[arg(long, value_name = "COLUMN")]
    cost: String,
    /// The column that says who was treated: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    treat: Option<String>,
    /// What a unit of effect may cost
    #[arg(long, value_name = "PRICES", value_delimiter = ',', default_values_t = [20_000.0, 30_000.0])]
    prices: Vec<f64>,
    /// The year whose money the costs are in
    #[arg(long, value_name = "YEAR")]
    price_year: String,
    /// Samples that are drawn from the people
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    draws: usize,
    /// Equal seeds give equal answers
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

impl Ask for Cost {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.effect.as_str(), Kind::Number), (self.cost.as_str(), Kind::Number)];
        wanted.extend(self.treat.as_deref().map(|treat| (treat, Kind::Flag)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (effects, costs) = (columns.numbers(0), columns.numbers(1));
        Ok(match &self.treat {
            None => economics::answer(&effects, &costs, &self.prices, &self.price_year),
            Some(_) => {
                let drawn = (self.draws, self.seed);
                economics::people_answer(&effects, &costs, &columns.flags(2), &self.prices, &self.price_year, drawn)
            }
        })
    }
}

/// Social return on investment.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: outcomes.csv has a line for each outcome; shares go from 0 to 1.

  name,quantity,proxy,deadweight,displacement,attribution,drop_off,years
  Less lonely,60,1100,0.25,0.05,0.3,0.2,3

  fingerpost stats sroi outcomes.csv --investment 48000 --price-year 2025/26

The whole table: fingerpost stats example outcomes.csv")]
pub struct Sroi {
    /// The table; - reads standard input
    file: PathBuf,
    /// What was spent
    #[arg(long, value_name = "MONEY")]
    investment: f64,
    /// By how much a year later is worth less
    #[arg(long, value_name = "SHARE", default_value_t = 0.035)]
    rate: f64,
    /// The year whose money it is
    #[arg(long, value_name = "YEAR")]
    price_year: String,
}

const SHARES: [&str; 6] = ["quantity", "proxy", "deadweight", "displacement", "attribution", "drop_off"];

impl Ask for Sroi {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![("name", Kind::Label), ("years", Kind::Count)];
        wanted.extend(SHARES.map(|name| (name, Kind::Number)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (names, years) = (columns.labels(0), columns.counts(1));
        let numbers: Vec<Vec<f64>> = (0..SHARES.len()).map(|at| columns.numbers(at + 2)).collect();
        let of =
            |part: usize, row: usize| numbers.get(part).and_then(|column| column.get(row)).copied().unwrap_or(f64::NAN);
        let outcomes: Vec<Outcome> = names
            .each()
            .into_iter()
            .zip(years)
            .enumerate()
            .map(|(row, (name, years))| Outcome {
                name: name.to_owned(),
                quantity: of(0, row),
                proxy: of(1, row),
                deadweight: of(2, row),
                displacement: of(3, row),
                attribution: of(4, row),
                drop_off: of(5, row),
                years: u32::try_from(years).unwrap_or(u32::MAX),
            })
            .collect();
        Ok(economics::social_return_answer(&outcomes, self.investment, self.rate, &self.price_year))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ground {
    /// Against a comparison group
    Compared,
    /// From before to after, with nothing beside it
    RawDrop,
}

/// Carbon of appointments that did not have to take place.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, with the avoided appointments and their interval from `before-after` or `did`:

  fingerpost stats carbon --avoided 180 --lower 20 --upper 340 --basis compared")]
pub struct Carbon {
    /// Appointments avoided
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    avoided: f64,
    /// Lower limit of them
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    lower: f64,
    /// Upper limit of them
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    upper: f64,
    /// How the number was found
    #[arg(long, value_enum)]
    basis: Ground,
    /// Kilograms for each appointment, in place of the usual factor
    #[arg(long, value_name = "KG", requires_all = ["factor_lowest", "factor_highest", "factor_source"])]
    factor: Option<f64>,
    /// The lowest factor that was published
    #[arg(long, value_name = "KG", requires = "factor")]
    factor_lowest: Option<f64>,
    /// The highest factor that was published
    #[arg(long, value_name = "KG", requires = "factor")]
    factor_highest: Option<f64>,
    /// Where the factor stands, with its year
    #[arg(long, value_name = "TEXT", requires = "factor")]
    factor_source: Option<String>,
}

impl Ask for Carbon {
    fn answer(&self) -> Result<Answer, InputError> {
        let factor = match (self.factor, self.factor_lowest, self.factor_highest, &self.factor_source) {
            (Some(kg), Some(lowest), Some(highest), Some(source)) => {
                Factor { kg, lowest, highest, source: source.clone() }
            }
            _ => Factor::default(),
        };
        let basis = match self.basis {
            Ground::Compared => Basis::Compared,
            Ground::RawDrop => Basis::RawDrop,
        };
        Ok(carbon::answer(self.avoided, Interval { lower: self.lower, upper: self.upper }, basis, &factor))
    }
}
