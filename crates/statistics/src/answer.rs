//! The one shape of an answer: method, options, n, missing, then a refusal or results, warnings and claims. Results are
//! columns, so that a table of ten million rows is ten million numbers and not ten million objects.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::refusal::Refusal;

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
    Text(Vec<String>),
    /// Numbers at full precision; NaN where there is none.
    Number(Vec<f64>),
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
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Self {
        debug_assert!(
            self.columns.first().is_none_or(|(_, first)| first.len() == column.len()),
            "columns of one length"
        );
        self.columns.push((name.into(), column));
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

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (name, column) in &self.columns {
            match column {
                Column::Text(values) => map.serialize_entry(name, values)?,
                // serde_json writes NaN and infinities as null.
                Column::Number(values) => map.serialize_entry(name, values)?,
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
