//! Groups beside each other: standardised rates, funnels, and what inequality there is between them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fingerpost_statistics::answer::{Answer, Column, Options, Outcome, Table};
use fingerpost_statistics::concentration;
use fingerpost_statistics::equity::{self, Scale, Simulation};
use fingerpost_statistics::funnel::overdispersion::{self, Transform, Trim};
use fingerpost_statistics::funnel::{self, Measure};
use fingerpost_statistics::refusal::{Refusal, RefusalKind};
use fingerpost_statistics::standardised::{self, EUROPEAN_2013};

use super::Ask;
use super::model::{above_zero, at_option};
use crate::InputError;
use crate::columns::{Columns, Kind, Labels, Wanted};
use crate::order::known_places;

/// Directly standardised rates: what the rate would be with the ages of a standard population.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: ages.csv has a line for each area and age band.

  area,age,referrals,people
  Northtown,0-4,0,1800
  Northtown,5-9,1,1750

  fingerpost stats dsr ages.csv --group area --age age --events referrals --population people \\
      --per 1000

Without --weights the standard is the European one of 2013: its bands are found by their names, 0-4,
5-9 ... 85-89, 90+, in any order. Fewer than ten events are refused.

The whole table: fingerpost stats example ages.csv")]
pub struct Dsr {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the area; without it there is one
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// The column that names the age band
    #[arg(long, value_name = "COLUMN", required_unless_present = "weights")]
    age: Option<String>,
    /// The column with the events of an age band
    #[arg(long, value_name = "COLUMN")]
    events: String,
    /// The column with its people
    #[arg(long, value_name = "COLUMN")]
    population: String,
    /// The column with the standard population
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// The rate is for so many people
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000.0)]
    per: f64,
}

/// The rows of each group, groups in the order in which they appear.
fn rows_of(groups: &Labels) -> Vec<(String, Vec<usize>)> {
    let mut all: Vec<(String, Vec<usize>)> = groups.names().iter().map(|name| (name.clone(), vec![])).collect();
    for (row, code) in groups.codes().into_iter().enumerate() {
        if let Some((_, rows)) = all.get_mut(code) {
            rows.push(row);
        }
    }
    all
}

fn at<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| values.get(*row)).copied().collect()
}

/// The rows of a table below those of another with the same columns.
fn below(rows: Table, more: &Table) -> Table {
    if rows.rows() == 0 {
        return more.clone();
    }
    let both = rows.columns().iter().zip(more.columns()).map(|((name, one), (_, other))| {
        let mut column = one.clone();
        match (&mut column, other) {
            (Column::Text(one), Column::Text(other)) => *one = one.iter().chain(other.iter()).collect(),
            (Column::Number(one), Column::Number(other)) => one.extend_from_slice(other),
            (Column::Steps(one), Column::Steps(other)) => {
                other.steps().for_each(|(value, rows)| one.extend(value, rows));
            }
            (Column::Count(one), Column::Count(other)) => one.extend_from_slice(other),
            (Column::Flag(one), Column::Flag(other)) => one.extend_from_slice(other),
            _ => {}
        }
        (name.clone(), column)
    });
    both.fold(Table::default(), |table, (name, column)| table.with(name, column))
}

/// Groups of each of which it is said what may be claimed.
const MOST_CLAIMS: usize = 12;

/// One answer of several, a row for each group; a group that is refused is named in a warning and has no row.
fn stacked(name: &str, all: Vec<(String, Answer)>) -> Result<Answer, InputError> {
    let (mut names, mut rows, mut refused, mut first) = (vec![], Table::default(), vec![], None);
    let (groups, mut may) = (all.len(), vec![]);
    let mut n = 0;
    for (group, answer) in all {
        match &answer.outcome {
            Outcome::Refused { refusal } => refused.push(format!("{group}: {}", refusal.message)),
            Outcome::Answered { results, claims, .. } => {
                match groups {
                    1 => may.clone_from(&claims.may),
                    // Hundreds of areas are read in the table.
                    2..=MOST_CLAIMS => may.extend(claims.may.iter().map(|claim| format!("{group}: {claim}"))),
                    _ => {}
                }
                names.extend(vec![group; results.rows()]);
                rows = below(rows, results);
                n += answer.n;
            }
        }
        first = Some(match first {
            Some(kept @ Answer { outcome: Outcome::Answered { .. }, .. }) => kept,
            _ => answer,
        });
    }
    let first = first.ok_or_else(|| InputError::of(name, "there is no group"))?;
    let mut answer = first.with_results(|_| Table::default().with(name, names).followed_by(rows));
    if let Outcome::Answered { warnings, claims, .. } = &mut answer.outcome {
        answer.n = n;
        claims.may = may;
        warnings.extend(refused);
    }
    Ok(answer)
}

/// Which band of the European standard a name is: 0-4, 5 to 9, 90+, 90 and over.
fn european_band(name: &str) -> Option<usize> {
    let mut numbers = name.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    let from: usize = numbers.next()?.parse().ok()?;
    let to = numbers.next().map(str::parse::<usize>);
    let last = EUROPEAN_2013.len() - 1;
    let fits = match (from / 5 == last, to) {
        (true, None) => true,
        (false, Some(Ok(to))) => to == from + 4,
        _ => false,
    };
    (from.is_multiple_of(5) && from / 5 <= last && fits).then_some(from / 5)
}

/// The European weight of each row's band.
fn european(columns: &Columns, ages: &Labels, column: &str) -> Result<Vec<f64>, InputError> {
    let weight = |(row, name): (usize, &str)| {
        european_band(name).and_then(|band| EUROPEAN_2013.get(band)).copied().ok_or_else(|| {
            columns.fault(row, column, format!("{name} is no band of the European standard (0-4, 5-9 ... 85-89, 90+)"))
        })
    };
    ages.each().into_iter().enumerate().map(weight).collect()
}

impl Ask for Dsr {
    fn answer(&self) -> Result<Answer, InputError> {
        let per = above_zero("--per", self.per)?;
        let mut wanted = Wanted::default();
        let (events, people) = (wanted.ask(&self.events, Kind::Count), wanted.ask(&self.population, Kind::Number));
        let group = wanted.ask_if(self.group.as_deref(), Kind::Label);
        let weights = wanted.ask_if(self.weights.as_deref(), Kind::Number);
        let age = wanted.ask_if(self.age.as_deref(), Kind::Label);
        let mut columns = wanted.read(&self.file)?;
        let (events, people) = (columns.counts(events), columns.numbers(people));
        let groups = group.map_or_else(|| Labels::same("all", events.len()), |at| columns.labels(at));
        columns.not_negative(&self.population, &people)?;
        let ages = age.map(|at| columns.labels(at));
        if let (Some(ages), Some(name)) = (&ages, &self.age) {
            columns.once(&[&groups, ages], name)?;
        }
        let weights = match (weights.map(|at| columns.numbers(at)), &ages, &self.age) {
            (Some(weights), ..) => weights,
            (None, Some(ages), Some(name)) => european(&columns, ages, name)?,
            _ => return Err(InputError::of("--age", "names the column with the age bands")),
        };
        if let Some(name) = &self.weights {
            columns.above_zero(name, &weights)?;
        }
        let all = rows_of(&groups).into_iter().map(|(group, rows)| {
            // The bands of the standard in its own order; bands of weights of one's own as they come.
            let mut rows = rows;
            if self.weights.is_none() {
                let place = |row: &usize| ages.as_ref().and_then(|ages| ages.get(*row)).and_then(european_band);
                rows.sort_by_key(place);
                if !rows.iter().map(place).eq((0..EUROPEAN_2013.len()).map(Some)) {
                    let message = format!(
                        "There are {} rows, not one for each of the {} age bands.",
                        rows.len(),
                        EUROPEAN_2013.len()
                    );
                    let refused = Err(Refusal::new(RefusalKind::BadShape, message));
                    return (group, Answer::new("standardised_rate", Options::default(), 0, refused));
                }
            }
            let answer =
                standardised::direct_answer(&at(&events, &rows), &at(&people, &rows), &at(&weights, &rows), per);
            (group, answer)
        });
        stacked(self.group.as_deref().unwrap_or("group"), all.collect())
    }
}

/// Indirectly standardised ratios: observed over what the ages of the area would let one expect.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: ages.csv has a line for each area and age band, with the events and people of a
reference beside it.

  area,age,referrals,people,england_referrals,england_people
  Northtown,0-4,0,1800,410,3200000

  fingerpost stats isr ages.csv --group area --events referrals --population people \\
      --reference-events england_referrals --reference-population england_people

The whole table: fingerpost stats example ages.csv")]
pub struct Isr {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the area; without it there is one
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// The column with the events of an age band
    #[arg(long, value_name = "COLUMN")]
    events: String,
    /// The column with its people
    #[arg(long, value_name = "COLUMN")]
    population: String,
    /// The column with the events of the reference
    #[arg(long, value_name = "COLUMN")]
    reference_events: String,
    /// The column with the people of the reference
    #[arg(long, value_name = "COLUMN")]
    reference_population: String,
    /// The rate is for so many people
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000.0)]
    per: f64,
}

/// The indirectly standardised rate beside the ratio: the ratio times the reference's own rate.
fn with_rate(answer: Answer, reference: f64) -> Answer {
    answer.with_results(|table| {
        let times = |name: &str| match table.column(name) {
            Some(Column::Number(values)) => values.iter().map(|value| value * reference).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let (rate, lower, upper) = (times("ratio"), times("lower_95"), times("upper_95"));
        table.with("rate", rate).with("rate_lower_95", lower).with("rate_upper_95", upper)
    })
}

impl Ask for Isr {
    fn answer(&self) -> Result<Answer, InputError> {
        let per = above_zero("--per", self.per)?;
        let mut wanted = vec![
            (self.events.as_str(), Kind::Count),
            (self.population.as_str(), Kind::Number),
            (self.reference_events.as_str(), Kind::Number),
            (self.reference_population.as_str(), Kind::Number),
        ];
        wanted.extend(self.group.as_deref().map(|group| (group, Kind::Label)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (events, people) = (columns.counts(0), columns.numbers(1));
        let (reference, of) = (columns.numbers(2), columns.numbers(3));
        let groups = match &self.group {
            Some(_) => columns.labels(4),
            None => Labels::same("all", events.len()),
        };
        columns.above_zero(&self.population, &people)?;
        columns.above_zero(&self.reference_population, &of)?;
        columns.not_negative(&self.reference_events, &reference)?;
        let mut all = vec![];
        for (group, rows) in rows_of(&groups) {
            let expected = standardised::expected(&at(&people, &rows), &at(&reference, &rows), &at(&of, &rows));
            let expected = expected.map_err(|refusal| at_option(&refusal))?;
            let total = |values: &[f64]| at(values, &rows).iter().sum::<f64>();
            let answer = standardised::indirect_answer(at(&events, &rows).iter().sum(), expected);
            let answer = Answer { options: answer.options.clone().with("per", per), ..answer };
            all.push((group, with_rate(answer, per * total(&reference) / total(&of))));
        }
        stacked(self.group.as_deref().unwrap_or("group"), all)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// A share: count of denominator
    Proportion,
    /// A rate: events per denominator
    Rate,
    /// A ratio: observed over expected
    Ratio,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Spread {
    /// Logarithm of observed over expected (SHMI)
    LogRatio,
    /// Square root of observed over expected (CQC)
    SquareRoot,
    /// Arcsine of a share
    Arcsine,
    /// Logarithm of the ratio of two counts
    RatioOfCounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ends {
    /// Every unit counts as it is
    Keep,
    /// The lowest and highest tenth are left out (SHMI)
    Truncate,
    /// The lowest and highest tenth are drawn in
    Winsorise,
}

/// A funnel: which units lie beyond what chance alone would do.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: practices.csv has a line for each practice.

  practice,referred,list_size
  A81001,41,4120

  fingerpost stats funnel practices.csv --unit practice --count referred --denominator list_size \\
      --measure proportion --svg funnel.svg

Where practices differ by more than chance for many reasons, --spread widens the limits
(Spiegelhalter 2005).

The whole table: fingerpost stats example practices.csv")]
pub struct Funnel {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the unit
    #[arg(long, value_name = "COLUMN")]
    unit: String,
    /// The column with the count, or what was observed
    #[arg(long, value_name = "COLUMN")]
    count: String,
    /// The column with the denominator, or what was expected
    #[arg(long, value_name = "COLUMN")]
    denominator: String,
    /// What count and denominator make; proportion, unless --spread is one of ratios
    #[arg(long, value_enum)]
    measure: Option<What>,
    /// Limits that take in how much units differ anyway
    #[arg(long, value_enum, value_name = "TRANSFORM")]
    spread: Option<Spread>,
    /// With --spread: what is done with the ends
    #[arg(long, value_enum, default_value = "winsorise", requires = "spread")]
    ends: Ends,
}

impl Ask for Funnel {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted = [
            (self.unit.as_str(), Kind::Label),
            (self.count.as_str(), Kind::Count),
            (self.denominator.as_str(), Kind::Number),
        ];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (units, counts, of) = (columns.labels(0), columns.counts(1), columns.numbers(2));
        columns.once(&[&units], &self.unit)?;
        let Some(spread) = self.spread else {
            let measure = match self.measure.unwrap_or(What::Proportion) {
                What::Proportion => Measure::Proportion,
                What::Rate => Measure::Rate,
                What::Ratio => Measure::Ratio,
            };
            return Ok(columns.placed(funnel::answer(&units.each(), &counts, &of, measure)));
        };
        // Observed over expected, a share, two counts: each has its own spread.
        let (fits, made) = match spread {
            Spread::Arcsine => (What::Proportion, "proportion"),
            _ => (What::Ratio, "ratio"),
        };
        if self.measure.is_some_and(|measure| measure != fits) {
            let fault = format!(
                "this spread is for --measure {made}; shares go with arcsine, observed and expected with the others"
            );
            return Err(InputError::of("--spread", fault));
        }
        let transform = match spread {
            Spread::LogRatio => Transform::LogRatio,
            Spread::SquareRoot => Transform::SquareRootRatio,
            Spread::Arcsine => Transform::Arcsine,
            Spread::RatioOfCounts => Transform::RatioOfCounts,
        };
        let trim = match self.ends {
            Ends::Keep => Trim::Nothing,
            Ends::Truncate => Trim::Truncate,
            Ends::Winsorise => Trim::Winsorise(0.1),
        };
        let counts: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
        let answer = columns.placed(overdispersion::answer(&units.each(), &counts, &of, transform, trim));
        // As without the spread: the table has what a unit was measured by.
        Ok(answer.with_results(|table| table.with("count", counts).with("denominator", of)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scales {
    /// Values as they are
    Plain,
    /// Rates
    Log,
    /// Shares
    Logit,
}

/// The slope and the relative index of inequality, over tenths of deprivation.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: tenths.csv has a line for each tenth of deprivation; 1 is the most deprived.

  tenth,people,rate,se
  1,41200,5.1,0.4
  2,40100,5.6,0.4

  fingerpost stats inequality tenths.csv --group tenth --population people --value rate \\
      --standard-error se --scale log --edition 'IMD 2019'

The whole table: fingerpost stats example tenths.csv")]
pub struct Inequality {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the tenth: a number, or words with one; they are put in its order
    #[arg(long, value_name = "COLUMN")]
    group: String,
    /// The column with its people
    #[arg(long, value_name = "COLUMN")]
    population: String,
    /// The column with its value
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// The column with the standard error of the value
    #[arg(long, value_name = "COLUMN")]
    standard_error: String,
    /// What the values are
    #[arg(long, value_enum, default_value = "plain")]
    scale: Scales,
    /// Which deprivation index, and of when
    #[arg(long, value_name = "NAME")]
    edition: String,
    /// The tenths from the first end to the last, where they are words without a number
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    order: Vec<String>,
    /// Simulated sets for the interval
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    draws: usize,
    /// Equal seeds give equal answers
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

impl Ask for Inequality {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted = [
            (self.group.as_str(), Kind::Label),
            (self.population.as_str(), Kind::Number),
            (self.value.as_str(), Kind::Number),
            (self.standard_error.as_str(), Kind::Number),
        ];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let scale = match self.scale {
            Scales::Plain => Scale::Plain,
            Scales::Log => Scale::Log,
            Scales::Logit => Scale::Logit,
        };
        let simulation = Simulation { draws: self.draws, seed: self.seed, ..Simulation::default() };
        let groups = columns.labels(0);
        let (people, values, errors) = (columns.numbers(1), columns.numbers(2), columns.numbers(3));
        columns.once(&[&groups], &self.group)?;
        let places = known_places(&groups, &self.order, &self.group)?;
        let place = |row: &usize| groups.coded().get(*row).and_then(|code| places.get(*code as usize)).copied();
        let mut rows: Vec<usize> = (0..people.len()).collect();
        rows.sort_by_key(place);
        let (names, people, values, errors) =
            (groups.in_order(&rows), at(&people, &rows), at(&values, &rows), at(&errors, &rows));
        let answer = equity::answer(&names.each(), &people, &values, &errors, scale, &self.edition, &simulation);
        Ok(columns.placed_by(answer, |position| rows.get(position).copied()))
    }
}

/// The concentration index: whether the poor or the rich have more of something.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person; they are ranked from the worst off to the best off.

  id,sessions,income
  1,4,1180

  fingerpost stats concentration people.csv --value sessions --rank-by income

Values between two ends (a score from 0 to 10) want both: --lowest 0 --highest 10.

The whole table: fingerpost stats example people.csv")]
pub struct Concentration {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with what is had
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// The column by which people are ranked, worst off first
    #[arg(long, value_name = "COLUMN")]
    rank_by: String,
    /// The lowest that a value can be
    #[arg(long, value_name = "NUMBER", requires = "highest", allow_negative_numbers = true)]
    lowest: Option<f64>,
    /// The highest that a value can be
    #[arg(long, value_name = "NUMBER", requires = "lowest", allow_negative_numbers = true)]
    highest: Option<f64>,
}

impl Ask for Concentration {
    fn answer(&self) -> Result<Answer, InputError> {
        let wanted = [(self.value.as_str(), Kind::Number), (self.rank_by.as_str(), Kind::Number)];
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (values, ranks) = (columns.numbers(0), columns.numbers(1));
        Ok(columns.placed(concentration::answer(&values, &ranks, self.lowest.zip(self.highest))))
    }
}
