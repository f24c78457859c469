//! The one shape of an answer: method, options, n, missing, then a refusal or results, warnings and claims. Results are
//! columns, so that a table of ten million rows is ten million numbers and not ten million objects.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::refusal::Refusal;
use crate::steps::Steps;
use crate::words::Words;

/// What a method says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The method by its stable name, as the command takes it.
    pub method: &'static str,
    /// Options in force, those left at their defaults too.
    pub options: Options,
    /// Observations used.
    pub n: u64,
    /// Observations left out because a value was missing.
    pub missing: u64,
    /// A refusal, or results.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A refusal, or results with what may be said of them. Never both.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// No number.
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// Numbers.
    Answered {
        /// The main table.
        results: Table,
        /// Further tables by name: balance, coefficients, pairs.
        #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "named")]
        tables: Vec<(&'static str, Table)>,
        /// What a reader has to know first, in sentences.
        warnings: Vec<String>,
        /// What may be claimed and what not.
        claims: Claims,
    },
}

/// Sentences that the numbers bear, and sentences that they do not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// "You may claim".
    pub may: Vec<String>,
    /// "You may not claim".
    pub may_not: Vec<String>,
}

/// Options by name, in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(pub Vec<(&'static str, Setting)>);

/// The value of one option.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// A word.
    Word(String),
    /// A number.
    Number(f64),
    /// On or off.
    Flag(bool),
}

/// Columns of equal length, in order. A missing number is NaN in memory and null in JSON.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Words.
    Text(Words),
    /// Numbers at full precision; NaN where there is none.
    Number(Vec<f64>),
    /// Numbers that stay the same for many rows.
    Steps(Steps),
    /// Counts.
    Count(Vec<u64>),
    /// Yes or no.
    Flag(Vec<bool>),
}

impl Column {
    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Steps(values) => values.len(),
            Self::Count(values) => values.len(),
            Self::Flag(values) => values.len(),
        }
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Table {
    /// A table with one more column. Every column of a table has the same length: a shorter one is a fault of the method.
    ///
    /// ```
    /// use fingerpost_statistics::answer::{Column, Table};
    /// let table = Table::default().with("rate", Column::Number(vec![2.4, 3.1]));
    /// assert_eq!(table.rows(), 2);
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, column: impl Into<Column>) -> Self {
        let column = column.into();
        debug_assert!(
            self.columns.first().is_none_or(|(_, first)| first.len() == column.len()),
            "columns of one length"
        );
        self.columns.push((name.into(), column));
        self
    }

    /// The table with the columns of another behind its own.
    #[must_use]
    pub fn followed_by(self, other: Self) -> Self {
        other.columns.into_iter().fold(self, |table, (name, column)| table.with(name, column))
    }

    /// The table with a column under another name: what the rows are called in the table that was read.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        self.columns.iter_mut().filter(|(name, _)| name == from).for_each(|(name, _)| to.clone_into(name));
        self
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }
}

impl From<Vec<f64>> for Column {
    fn from(values: Vec<f64>) -> Self {
        Self::Number(values)
    }
}

impl From<Steps> for Column {
    fn from(values: Steps) -> Self {
        Self::Steps(values)
    }
}

impl From<f64> for Column {
    fn from(value: f64) -> Self {
        Self::Number(vec![value])
    }
}

impl From<Vec<u64>> for Column {
    fn from(values: Vec<u64>) -> Self {
        Self::Count(values)
    }
}

impl From<u64> for Column {
    fn from(value: u64) -> Self {
        Self::Count(vec![value])
    }
}

impl From<Vec<bool>> for Column {
    fn from(values: Vec<bool>) -> Self {
        Self::Flag(values)
    }
}

impl From<Vec<String>> for Column {
    fn from(values: Vec<String>) -> Self {
        Self::Text(values.into_iter().collect())
    }
}

impl From<Words> for Column {
    fn from(values: Words) -> Self {
        Self::Text(values)
    }
}

impl From<&[&str]> for Column {
    fn from(values: &[&str]) -> Self {
        Self::Text(values.iter().collect())
    }
}

impl From<Vec<&str>> for Column {
    fn from(values: Vec<&str>) -> Self {
        Self::Text(values.into_iter().collect())
    }
}

impl From<&str> for Column {
    fn from(value: &str) -> Self {
        Self::Text([value].into_iter().collect())
    }
}

impl From<f64> for Setting {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Setting {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<&str> for Setting {
    fn from(value: &str) -> Self {
        Self::Word(value.to_owned())
    }
}

impl From<String> for Setting {
    fn from(value: String) -> Self {
        Self::Word(value)
    }
}

impl Options {
    /// The options with one more.
    ///
    /// ```
    /// use fingerpost_statistics::answer::Options;
    /// let options = Options::default().with("level", 0.95).with("screen", true);
    /// assert_eq!(options.0.len(), 2);
    /// ```
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Setting>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The word of an option; nothing where it is not there, or is no word.
    ///
    /// ```
    /// use fingerpost_statistics::answer::Options;
    /// assert_eq!(Options::default().with("scale", "log").word("scale"), "log");
    /// ```
    pub fn word(&self, name: &str) -> &str {
        self.0
            .iter()
            .find_map(|(known, value)| match value {
                Setting::Word(word) if *known == name => Some(word.as_str()),
                _ => None,
            })
            .unwrap_or_default()
    }
}

/// Numbers on their way into an [`Answer`]: the main table, and what is said about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    results: Table,
    tables: Vec<(&'static str, Table)>,
    warnings: Vec<String>,
    claims: Claims,
}

impl Given {
    /// The main table.
    pub fn new(results: Table) -> Self {
        Self { results, ..Self::default() }
    }

    /// A further table.
    #[must_use]
    pub fn table(mut self, name: &'static str, table: Table) -> Self {
        self.tables.push((name, table));
        self
    }

    /// A warning.
    #[must_use]
    pub fn warn(mut self, sentence: impl Into<String>) -> Self {
        self.warnings.push(sentence.into());
        self
    }

    /// A warning where there is cause for one.
    #[must_use]
    pub fn warn_if(self, cause: bool, sentence: impl FnOnce() -> String) -> Self {
        if cause { self.warn(sentence()) } else { self }
    }

    /// What the numbers bear.
    #[must_use]
    pub fn may(mut self, sentence: impl Into<String>) -> Self {
        self.claims.may.push(sentence.into());
        self
    }

    /// What the numbers do not bear.
    #[must_use]
    pub fn may_not(mut self, sentence: impl Into<String>) -> Self {
        self.claims.may_not.push(sentence.into());
        self
    }
}

impl Answer {
    /// An answer from what a method gave or refused. Nothing is missing unless [`Answer::with_missing`] says so.
    ///
    /// ```
    /// use fingerpost_statistics::answer::{Answer, Given, Options, Table};
    /// let given = Given::new(Table::default().with("mean", 3.5)).may("The mean is 3.5.");
    /// let answer = Answer::new("mean", Options::default(), 4, Ok(given)).with_missing(1);
    /// assert!(answer.given().is_some());
    /// ```
    pub fn new(method: &'static str, options: Options, n: u64, outcome: Result<Given, Refusal>) -> Self {
        let outcome = match outcome {
            Err(refusal) => Outcome::Refused { refusal },
            Ok(Given { results, tables, warnings, claims }) => Outcome::Answered { results, tables, warnings, claims },
        };
        Self { method, options, n, missing: 0, outcome }
    }

    /// The answer with the number of observations that were left out.
    #[must_use]
    pub fn with_missing(mut self, missing: u64) -> Self {
        self.missing = missing;
        self
    }

    /// The answer with its main table changed; a refusal stays as it is.
    #[must_use]
    pub fn with_results(mut self, change: impl FnOnce(Table) -> Table) -> Self {
        if let Outcome::Answered { results, .. } = &mut self.outcome {
            *results = change(std::mem::take(results));
        }
        self
    }

    /// The answer with one more named table; a refusal stays as it is.
    #[must_use]
    pub fn with_table(mut self, name: &'static str, table: Table) -> Self {
        if let Outcome::Answered { tables, .. } = &mut self.outcome {
            tables.push((name, table));
        }
        self
    }

    /// The main table, unless it was refused.
    pub fn given(&self) -> Option<&Table> {
        match &self.outcome {
            Outcome::Refused { .. } => None,
            Outcome::Answered { results, .. } => Some(results),
        }
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (name, column) in &self.columns {
            match column {
                Column::Text(values) => map.serialize_entry(name, values)?,
                // serde_json writes NaN and infinities as null.
                Column::Number(values) => map.serialize_entry(name, values)?,
                Column::Steps(values) => map.serialize_entry(name, values)?,
                Column::Count(values) => map.serialize_entry(name, values)?,
                Column::Flag(values) => map.serialize_entry(name, values)?,
            }
        }
        map.end()
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn named<S: Serializer>(tables: &[(&'static str, Table)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(tables.iter().map(|(name, table)| (name, table)))
}
