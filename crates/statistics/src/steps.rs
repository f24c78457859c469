//! Numbers that stay the same for many rows, each kept once: the limits of seven thousand charts are seven thousand numbers,
//! however many points they have.

use std::ops::Index;

use serde::ser::{Serialize, Serializer};

/// Numbers of many rows.
///
/// ```
/// use fingerpost_statistics::steps::Steps;
/// let mut limits = Steps::default();
/// limits.extend(4.6, 36);
/// limits.extend(5.1, 12);
/// assert_eq!((limits.len(), limits.get(35), limits.get(36), limits.get(48)), (48, Some(4.6), Some(5.1), None));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    values: Vec<f64>,
    /// The row after the last of each value, rising.
    ends: Vec<usize>,
}

impl Steps {
    /// So many rows more, all with this value.
    pub fn extend(&mut self, value: f64, rows: usize) {
        if rows > 0 {
            self.values.push(value);
            self.ends.push(self.len() + rows);
        }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<f64> {
        self.values.get(self.step(row)).copied()
    }

    /// Each value with its rows, in order.
    pub fn steps(&self) -> impl Iterator<Item = (f64, usize)> {
        let mut from = 0;
        self.values.iter().zip(&self.ends).map(move |(value, end)| (*value, end - std::mem::replace(&mut from, *end)))
    }

    /// The value of each row.
    pub fn iter(&self) -> impl Iterator<Item = f64> {
        self.steps().flat_map(|(value, rows)| std::iter::repeat_n(value, rows))
    }

    fn step(&self, row: usize) -> usize {
        self.ends.partition_point(|end| *end <= row)
    }
}

impl Index<usize> for Steps {
    type Output = f64;

    /// The value of a row that is there.
    fn index(&self, row: usize) -> &f64 {
        &self.values[self.step(row)]
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
