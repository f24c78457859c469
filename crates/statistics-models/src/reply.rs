//! From typed results to the one shape of an answer: tables of coefficients, sentences with intervals, refusals with the
//! options that were in force. It computes nothing.

use fingerpost_statistics::answer::{Answer, Claims, Column, Options, Outcome, Setting, Table};
use fingerpost_statistics::refusal::Refusal;

use crate::inference::Term;

/// The head of an answer while it is put together.
pub(crate) struct Reply {
    method: &'static str,
    options: Vec<(&'static str, Setting)>,
    n: usize,
    missing: usize,
    few: Option<String>,
    /// Which rows of the table are used, where some are not.
    rows: Vec<usize>,
}

/// Clusters below which their standard errors come out too small: of 600 studies without any effect each, 27 in a hundred found one
/// with 4 clusters, 16 with 6 and 11 with 10 (counts, normal limits); t limits mend a part of it.
const FEW_CLUSTERS: usize = 40;

/// What an answered question says.
#[derive(Default)]
pub(crate) struct Said {
    pub results: Table,
    pub tables: Vec<(&'static str, Table)>,
    pub warnings: Vec<String>,
    pub may: Vec<String>,
    pub may_not: Vec<String>,
}

/// A refusal counts the rows that are used; whoever reads it counts those of the table.
fn placed(refusal: Refusal, rows: &[usize]) -> Refusal {
    match refusal.index.and_then(|used| rows.get(used)) {
        Some(row) => Refusal { index: Some(*row), message: refusal.said_of(&format!("row {}", row + 1)), ..refusal },
        None => refusal,
    }
}

impl Reply {
    pub fn new(method: &'static str, n: usize, missing: usize) -> Self {
        Self { method, options: Vec::new(), n, missing, few: None, rows: Vec::new() }
    }

    /// Of `all` rows these are used, and the others are missing.
    pub fn of(method: &'static str, rows: &[usize], all: usize) -> Self {
        Self { rows: rows.to_vec(), ..Self::new(method, rows.len(), all - rows.len()) }
    }

    pub fn word(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.options.push((name, Setting::Word(value.into())));
        self
    }

    pub fn number(mut self, name: &'static str, value: f64) -> Self {
        self.options.push((name, Setting::Number(value)));
        self
    }

    pub fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.options.push((name, Setting::Flag(value)));
        self
    }

    /// Says it where the rows that are used belong to few clusters.
    pub fn clusters(mut self, clusters: Option<&[usize]>, rows: &[usize]) -> Self {
        let known = |clusters: &[usize]| {
            rows.iter().filter_map(|row| clusters.get(*row)).collect::<std::collections::HashSet<_>>().len()
        };
        self.few = clusters.map(known).filter(|count| *count < FEW_CLUSTERS).map(|count| {
            format!("Only {count} clusters: with fewer than {FEW_CLUSTERS} the intervals come out too narrow and p too small.")
        });
        self
    }

    pub fn settle(self, said: Result<Said, Refusal>) -> Answer {
        let outcome = match said {
            Err(refusal) => Outcome::Refused { refusal: placed(refusal, &self.rows) },
            Ok(said) => Outcome::Answered {
                results: said.results,
                tables: said.tables,
                warnings: self.few.into_iter().chain(said.warnings).collect(),
                claims: Claims { may: said.may, may_not: said.may_not },
            },
        };
        Answer {
            method: self.method,
            options: Options(self.options),
            n: self.n as u64,
            missing: self.missing as u64,
            outcome,
        }
    }
}

/// Terms as a table: name, estimate, standard error, statistic, df, p, limits.
pub(crate) fn terms_table(terms: &[Term]) -> Table {
    let number = |value: fn(&Term) -> f64| Column::Number(terms.iter().map(value).collect());
    Table::default()
        .with("term", Column::Text(terms.iter().map(|term| term.name.clone()).collect()))
        .with("estimate", number(|term| term.estimate))
        .with("standard_error", number(|term| term.standard_error))
        .with("statistic", number(|term| term.statistic))
        .with("df", number(|term| if term.df.is_finite() { term.df } else { f64::NAN }))
        .with("p", number(|term| term.p))
        .with("lower", number(|term| term.lower))
        .with("upper", number(|term| term.upper))
}

/// Terms as a table with ratio, ratio_lower and ratio_upper beside the logarithms.
pub(crate) fn ratios_table(terms: &[Term]) -> Table {
    let number = |value: fn(&Term) -> f64| Column::Number(terms.iter().map(value).collect());
    terms_table(terms)
        .with("ratio", number(|term| term.ratio().0))
        .with("ratio_lower", number(|term| term.ratio().1))
        .with("ratio_upper", number(|term| term.ratio().2))
}

/// A table of one row of numbers.
pub(crate) fn row(values: &[(&str, f64)]) -> Table {
    values.iter().fold(Table::default(), |table, (name, value)| table.with(*name, Column::Number(vec![*value])))
}

/// A number for a sentence: three significant digits, no exponent.
pub(crate) fn words(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (2.0 - magnitude).clamp(0.0, 8.0) as usize;
    format!("{value:.decimals$}")
}

/// A level as a percentage without needless zeros: 95, 99.8.
pub(crate) fn percent(level: f64) -> String {
    format!("{}", (level * 100_000.0).round() / 1_000.0)
}

/// What an interval bears, as a sentence: `null` is the value of no difference (0 for differences, 1 for ratios).
pub(crate) fn interval_sentence(what: &str, estimate: f64, lower: f64, upper: f64, null: f64, level: f64) -> String {
    let (estimate, low, high) = (words(estimate), words(lower), words(upper));
    let percent = percent(level);
    if lower <= null && null <= upper {
        format!(
            "No evidence of a difference in {what}: the estimate is {estimate} and the {percent} % interval goes from {low} to {high}."
        )
    } else {
        format!("{what}: {estimate}; the {percent} % interval goes from {low} to {high}.")
    }
}

/// What no comparison without randomisation bears.
pub(crate) const UNMEASURED: &str =
    "That the groups differ in nothing else: this assumes no unmeasured confounding, which no number here can show.";
