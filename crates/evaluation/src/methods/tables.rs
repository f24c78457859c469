//! Tables that are given on, surveys, and what coders found in words.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::coding;
use fingerpost_statistics::disclosure::{self, HOSPITAL, HOSPITAL_BEFORE_2018};
use fingerpost_statistics::survey::{self, Design, Margin};
use fingerpost_statistics_models::imputation::{self, Fill, ImputeOptions, Variable};

use super::Ask;
use super::model::Level;
use crate::InputError;
use crate::columns::{self, Columns, Kind, Labels};
use crate::order::known_places;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rules {
    /// 1 to 7 hidden, others to the nearest 5
    Hospital,
    /// 1 to 5 hidden, and further cells with them
    #[value(name = "hospital-before-2018")]
    HospitalBefore2018,
    /// 1 to 4 hidden, and further cells with them
    #[value(name = "below-5")]
    Below5,
    /// 1 to 7 hidden, and further cells with them
    #[value(name = "below-8")]
    Below8,
    /// 1 to 9 hidden, and further cells with them
    #[value(name = "below-10")]
    Below10,
}

/// A table of counts made safe to give on, and an attack on it.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: counts.csv has a line for each cell.

  practice,outcome,people
  A81001,reached,20
  A81001,left,4

  fingerpost stats protect counts.csv --row practice --column outcome --count people --rule below-5

Cells that are small are hidden, and others with them, so that nobody can work them out from the
totals. A table that cannot be protected is refused.

The whole table: fingerpost stats example counts.csv")]
pub struct Protect {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the row
    #[arg(long, value_name = "COLUMN")]
    row: String,
    /// The column that names the column
    #[arg(long, value_name = "COLUMN")]
    column: String,
    /// The column with the count
    #[arg(long, value_name = "COLUMN")]
    count: String,
    /// The rule
    #[arg(long, value_enum, default_value = "hospital")]
    rule: Rules,
}

impl Ask for Protect {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted =
            [(self.row.as_str(), Kind::Label), (self.column.as_str(), Kind::Label), (self.count.as_str(), Kind::Count)];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (rows, across, counts) = (columns.labels(0), columns.labels(1), columns.counts(2));
        let wide = across.names().len();
        let mut cells: Vec<Option<u64>> = vec![None; rows.names().len() * wide];
        for ((row, column), count) in rows.codes().into_iter().zip(across.codes()).zip(counts) {
            match cells.get_mut(row * wide + column) {
                Some(cell @ None) => *cell = Some(count),
                _ => {
                    let names = (rows.names().get(row), across.names().get(column));
                    let place =
                        format!("{}, {}", names.0.map_or("", String::as_str), names.1.map_or("", String::as_str));
                    return Err(InputError::of(self.file.display().to_string(), format!("has two lines for {place}")));
                }
            }
        }
        let rule = match self.rule {
            Rules::Hospital => HOSPITAL,
            Rules::HospitalBefore2018 => HOSPITAL_BEFORE_2018,
            Rules::Below5 => disclosure::below(5),
            Rules::Below8 => disclosure::below(8),
            Rules::Below10 => disclosure::below(10),
        };
        // A cell without a line has nobody in it.
        let cells: Vec<u64> = cells.into_iter().map(|cell| cell.unwrap_or(0)).collect();
        let (names, heads): (Vec<&str>, Vec<&str>) =
            (rows.names().iter().map(String::as_str).collect(), across.names().iter().map(String::as_str).collect());
        Ok(disclosure::answer(&names, &heads, &cells, &rule))
    }
}

/// Counts with noise of a known size (the two-sided geometric mechanism).
#[derive(Debug, Args)]
#[command(after_help = "\
Example: cells.csv has a line for each cell.

  practice,people
  A81001,31

  fingerpost stats noise cells.csv --cell practice --count people --epsilon 1 --seed 48151623

The seed is a secret: who knows it can take the noise off again. Each release spends its epsilon;
they add up.

The whole table: fingerpost stats example cells.csv")]
pub struct Noise {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the cell
    #[arg(long, value_name = "COLUMN")]
    cell: String,
    /// The column with the count
    #[arg(long, value_name = "COLUMN")]
    count: String,
    /// How much is given away: less is safer and noisier
    #[arg(long, value_name = "NUMBER")]
    epsilon: f64,
    /// By how much one person can change the counts
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    sensitivity: f64,
    /// The secret from which the noise is drawn
    #[arg(long, value_name = "NUMBER")]
    seed: u64,
}

impl Ask for Noise {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted = [(self.cell.as_str(), Kind::Label), (self.count.as_str(), Kind::Count)];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (cells, counts) = (columns.labels(0), columns.counts(1));
        columns.once(&[&cells], &self.cell)?;
        Ok(disclosure::geometric_answer(&cells.each(), &counts, self.epsilon, self.sensitivity, self.seed))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// The mean of the population
    Mean,
    /// Its total
    Total,
    /// The ratio of two totals
    Ratio,
}

/// A weighted survey: mean, total or ratio.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: answers.csv has a line for each respondent, with a weight, and how many there are in the
stratum (for the correction that a large part of a small population brings).

  score,weight,region,in_region
  6,44.2,north,4421

  fingerpost stats survey answers.csv --value score --weight weight --stratum region \\
      --population in_region

The whole table: fingerpost stats example answers.csv")]
pub struct Survey {
    /// The table; - reads standard input
    file: PathBuf,
    /// What is asked for
    #[arg(long, value_enum, default_value = "mean")]
    estimate: Wanted,
    /// The column with the value
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// For a ratio: the column below the line
    #[arg(long, value_name = "COLUMN", required_if_eq("estimate", "ratio"))]
    divided_by: Option<String>,
    /// The column with the weight
    #[arg(long, value_name = "COLUMN")]
    weight: String,
    /// The column that names the stratum
    #[arg(long, value_name = "COLUMN")]
    stratum: Option<String>,
    /// The column that names the cluster
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// The column with how many there are in the stratum
    #[arg(long, value_name = "COLUMN")]
    population: Option<String>,
    #[command(flatten)]
    level: Level,
}

impl Ask for Survey {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = columns::Wanted::default();
        let (value, weight) = (wanted.ask(&self.value, Kind::Number), wanted.ask(&self.weight, Kind::Number));
        let below = wanted.ask_if(self.divided_by.as_deref(), Kind::Number);
        let strata = wanted.ask_if(self.stratum.as_deref(), Kind::Label);
        let clusters = wanted.ask_if(self.cluster.as_deref(), Kind::Label);
        let population = wanted.ask_if(self.population.as_deref(), Kind::Number);
        let mut columns = wanted.read(&self.file)?;
        let (values, weights) = (columns.numbers(value), columns.numbers(weight));
        let (below, population) = (below.map(|at| columns.numbers(at)), population.map(|at| columns.numbers(at)));
        let (strata, clusters) = (strata.map(|at| columns.labels(at)), clusters.map(|at| columns.labels(at)));
        let (strata, clusters) = (strata.as_ref().map(Labels::each), clusters.as_ref().map(Labels::each));
        let design = Design {
            weights: &weights,
            strata: strata.as_deref(),
            clusters: clusters.as_deref(),
            population: population.as_deref(),
        };
        let answer = match (self.estimate, &below) {
            (Wanted::Total, _) => survey::total_answer(&values, &design, self.level.level),
            (Wanted::Ratio, Some(below)) => survey::ratio_answer(&values, below, &design, self.level.level),
            _ => survey::mean_answer(&values, &design, self.level.level),
        };
        Ok(columns.placed(answer))
    }
}

/// Weights that make a sample look like its population (raking).
#[derive(Debug, Args)]
#[command(after_help = "\
Example: answers.csv has a line for each respondent, targets.csv one for each group of the
population. Every group of a margin needs its line.

  answers.csv      targets.csv
  id,age,sex       margin,group,people
  1,65+,F          age,65+,2100
                   sex,F,5200

  fingerpost stats rake answers.csv --margins age,sex --targets targets.csv

The whole table: fingerpost stats example answers.csv, fingerpost stats example targets.csv")]
pub struct Rake {
    /// The table of respondents; - reads standard input
    file: PathBuf,
    /// The columns whose groups are known of the population
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    margins: Vec<String>,
    /// The table with margin, group and people
    #[arg(long, value_name = "FILE")]
    targets: PathBuf,
    /// The column with the weights to begin with; without it each is 1
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
}

impl Ask for Rake {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted: Vec<(&str, Kind)> = self.margins.iter().map(|name| (name.as_str(), Kind::Label)).collect();
        wanted.extend(self.weight.as_deref().map(|weight| (weight, Kind::Number)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let labels: Vec<Labels> = (0..self.margins.len()).map(|at| columns.labels(at)).collect();
        let rows = labels.first().map_or(0, |labels| labels.codes().len());
        let weights = if self.weight.is_some() { columns.numbers(self.margins.len()) } else { vec![1.0; rows] };
        let known = [("margin", Kind::Label), ("group", Kind::Label), ("people", Kind::Number)];
        let mut targets = Columns::read(&self.targets, &known)?;
        let (margin_labels, group_labels, people) = (targets.labels(0), targets.labels(1), targets.numbers(2));
        let each: Vec<Vec<&str>> = labels.iter().map(Labels::each).collect();
        let (margins, groups) = (margin_labels.each(), group_labels.each());
        let of = |name: &str| {
            let rows = margins.iter().zip(&groups).zip(&people).filter(|((margin, _), _)| **margin == name);
            rows.map(|((_, group), people)| (*group, *people)).collect::<Vec<_>>()
        };
        let known: Vec<Vec<(&str, f64)>> = self.margins.iter().map(|name| of(name)).collect();
        let all: Vec<Margin<'_>> = self
            .margins
            .iter()
            .zip(each.iter().zip(&known))
            .map(|(name, (labels, targets))| Margin { name, labels, targets })
            .collect();
        targets.above_zero("people", &people)?;
        targets.once(&[&margin_labels, &group_labels], "group")?;
        Ok(columns.placed(survey::rake_answer(&weights, &all)))
    }
}

/// Themes that two coders found in what people said.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: codes.csv has a line for each respondent and theme.

  respondent,theme,first,second
  r1,holistic,1,1
  r1,signposting,0,1

  fingerpost stats themes codes.csv --respondent respondent --theme theme \\
      --first first --second second

The whole table: fingerpost stats example codes.csv")]
pub struct Themes {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the respondent
    #[arg(long, value_name = "COLUMN")]
    respondent: String,
    /// The column that names the theme
    #[arg(long, value_name = "COLUMN")]
    theme: String,
    /// The column that says whether the first coder found it: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    first: String,
    /// The column that says whether the second coder found it: 1 or 0
    #[arg(long, value_name = "COLUMN")]
    second: String,
}

impl Ask for Themes {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted = [
            (self.respondent.as_str(), Kind::Label),
            (self.theme.as_str(), Kind::Label),
            (self.first.as_str(), Kind::Flag),
            (self.second.as_str(), Kind::Flag),
        ];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (respondents, themes) = (columns.labels(0), columns.labels(1));
        let (first, second) = (columns.flags(2), columns.flags(3));
        Ok(columns.placed(coding::answer(&respondents.each(), &themes.each(), &first, &second)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Near {
    /// Agree or not
    None,
    /// One step apart counts for something
    Linear,
    /// One step apart counts for much
    Quadratic,
}

/// How far coders agree (kappa).
#[derive(Debug, Args)]
#[command(after_help = "\
Example: two coders, a line for each item with the code of each:

  fingerpost stats kappa items.csv --first first --second second

More coders, a line for each item with how many of them chose each category:

  fingerpost stats kappa items.csv --categories yes,no,unclear

The whole table: fingerpost stats example items.csv")]
pub struct Kappa {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the first coder's code
    #[arg(long, value_name = "COLUMN", requires = "second", required_unless_present = "categories")]
    first: Option<String>,
    /// The column with the second coder's code
    #[arg(long, value_name = "COLUMN", requires = "first")]
    second: Option<String>,
    /// Whether codes that are near each other agree in part
    #[arg(long, value_enum, default_value = "none")]
    weighting: Near,
    /// With --weighting: the codes from the first to the last, where they are words without a number
    #[arg(long, value_name = "CODES", value_delimiter = ',', requires = "first")]
    order: Vec<String>,
    /// The columns with how many coders chose each category
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "first")]
    categories: Vec<String>,
}

impl Ask for Kappa {
    fn answer(&self) -> Result<Answer, InputError> {
        let (Some(first), Some(second)) = (&self.first, &self.second) else {
            let wanted: Vec<(&str, Kind)> = self.categories.iter().map(|name| (name.as_str(), Kind::Count)).collect();
            let mut columns = Columns::read(&self.file, &wanted)?;
            let each: Vec<Vec<u64>> = (0..wanted.len()).map(|at| columns.counts(at)).collect();
            let rows = each.first().map_or(0, Vec::len);
            let counts: Vec<u64> =
                (0..rows).flat_map(|row| each.iter().filter_map(move |column| column.get(row).copied())).collect();
            return Ok(columns.placed(coding::fleiss_answer(&counts, wanted.len())));
        };
        let mut columns = Columns::read(&self.file, &[(first, Kind::Label), (second, Kind::Label)])?;
        let (one, other) = (columns.labels(0), columns.labels(1));
        // Both coders' codes in one order.
        let mut both = Labels::default();
        one.each().into_iter().chain(other.each()).for_each(|code| both.push(code));
        let places: Vec<usize> = match self.weighting {
            Near::None if self.order.is_empty() => (0..both.names().len()).collect(),
            _ => known_places(&both, &self.order, first)?,
        };
        // A code that nobody used lies between its neighbours all the same.
        let categories = both.names().len().max(self.order.len());
        let ranks: Vec<usize> = both.codes().into_iter().filter_map(|code| places.get(code)).copied().collect();
        let mut table = vec![0.0; categories * categories];
        let rows = one.codes().len();
        for (left, right) in ranks.iter().take(rows).zip(ranks.iter().skip(rows)) {
            if let Some(cell) = table.get_mut(left * categories + right) {
                *cell += 1.0;
            }
        }
        let (power, word) = match self.weighting {
            Near::None => (0.0, "none"),
            Near::Linear => (1.0, "linear"),
            Near::Quadratic => (2.0, "quadratic"),
        };
        let agreement: Vec<f64> = if power == 0.0 {
            (0..categories * categories).map(|at| f64::from(u8::from(at / categories == at % categories))).collect()
        } else {
            coding::weights(categories, power)
        };
        Ok(coding::cohen_answer(&table, &agreement, word))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Filling {
    /// The value of somebody alike
    MeanMatching,
    /// A draw from the normal distribution
    Normal,
}

/// A regression with the gaps filled many times over, beside the complete cases.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person, with empty cells where something is not known.

  id,referred,age,wellbeing_before,wellbeing_after
  1,1,71,4.2,
  2,0,68,,5.1

  fingerpost stats impute people.csv --outcome wellbeing_after \\
      --covariates wellbeing_before,age,referred --imputations 40

--delta adds a number to each outcome that is filled: how far does the answer hold when those
lost did worse than they look?

The whole table: fingerpost stats example people.csv")]
pub struct Impute {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the outcome
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The columns that may explain it, all numbers
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    covariates: Vec<String>,
    /// How gaps are filled
    #[arg(long, value_enum, default_value = "mean-matching")]
    fill: Filling,
    /// For mean-matching: people from whom a value is drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    donors: usize,
    /// Added to each outcome that is filled
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0, allow_negative_numbers = true)]
    delta: f64,
    /// Filled sets of data
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    imputations: usize,
    /// Rounds through all columns for each set
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    rounds: usize,
    /// Equal seeds give equal answers
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    level: Level,
}

impl Ask for Impute {
    fn answer(&self) -> Result<Answer, InputError> {
        let names: Vec<&str> = [&self.outcome].into_iter().chain(&self.covariates).map(String::as_str).collect();
        let wanted: Vec<(&str, Kind)> = names.iter().map(|name| (*name, Kind::NumberOrNone)).collect();
        let mut columns = Columns::read(&self.file, &wanted)?;
        let values: Vec<Vec<f64>> = (0..names.len()).map(|at| columns.numbers(at)).collect();
        let fill = match self.fill {
            Filling::MeanMatching => Fill::MeanMatching { donors: self.donors },
            Filling::Normal => Fill::Normal,
        };
        let variables: Vec<Variable<'_>> = names
            .iter()
            .zip(&values)
            .enumerate()
            .map(|(at, (name, values))| Variable { name, values, fill, delta: if at == 0 { self.delta } else { 0.0 } })
            .collect();
        let options = ImputeOptions { imputations: self.imputations, rounds: self.rounds, seed: self.seed };
        Ok(imputation::answer(&variables, options, self.level.level))
    }
}
