//! The design of a regression: named columns of equal length, with treatment contrasts for groups and products for
//! interactions. It holds numbers only; it must never reorder or drop a row, because outcome, weights and clusters stand in the
//! same order beside it.

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

/// The columns of a regression, in the order in which their coefficients are reported.
///
/// ```
/// use fingerpost_statistics_models::design::Design;
/// let design = Design::with_intercept(4)
///     .factor("area", &["rural", "urban", "urban", "rural"])?
///     .column("age", &[61.0, 72.0, 48.0, 80.0])?
///     .product("areaurban", "age")?;
/// assert_eq!(design.names(), ["(Intercept)", "areaurban", "age", "areaurban:age"]);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    rows: usize,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Design {
    /// A design of `rows` rows whose first column is the constant 1, named `(Intercept)`.
    pub fn with_intercept(rows: usize) -> Self {
        Self { rows, names: vec!["(Intercept)".to_owned()], columns: vec![vec![1.0; rows]] }
    }

    /// A design of `rows` rows and no column yet.
    pub fn without_intercept(rows: usize) -> Self {
        Self { rows, names: Vec::new(), columns: Vec::new() }
    }

    /// One more column of numbers. Refuses a column of another length.
    pub fn column(mut self, name: impl Into<String>, values: &[f64]) -> Result<Self, Refusal> {
        let name = name.into();
        self.fits(&name, values.len())?;
        self.names.push(name);
        self.columns.push(values.to_vec());
        Ok(self)
    }

    /// One more column that is 1 where `values` is true.
    pub fn flag(self, name: impl Into<String>, values: &[bool]) -> Result<Self, Refusal> {
        let numbers: Vec<f64> = values.iter().map(|value| f64::from(u8::from(*value))).collect();
        self.column(name, &numbers)
    }

    /// Treatment contrasts: one column per group but the first in alphabetical order, named `name` + group.
    pub fn factor<S: AsRef<str>>(self, name: &str, groups: &[S]) -> Result<Self, Refusal> {
        let mut levels: Vec<&str> = groups.iter().map(AsRef::as_ref).collect();
        levels.sort_unstable();
        levels.dedup();
        self.contrasts(name, groups, &levels)
    }

    /// Treatment contrasts against the first of `levels`, in the order of `levels`. Refuses a group that is not among them.
    pub fn contrasts<S: AsRef<str>>(mut self, name: &str, groups: &[S], levels: &[&str]) -> Result<Self, Refusal> {
        self.fits(name, groups.len())?;
        if let Some(row) = groups.iter().position(|group| !levels.contains(&group.as_ref())) {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                row,
                format!("In {name}, the group of row {} is not among the levels; name every level.", row + 1),
            ));
        }
        for level in levels.iter().skip(1) {
            let column: Vec<f64> = groups.iter().map(|group| f64::from(u8::from(group.as_ref() == *level))).collect();
            self.names.push(format!("{name}{level}"));
            self.columns.push(column);
        }
        Ok(self)
    }

    /// The product of two columns, named `first:second`. Refuses a name that is not in the design.
    pub fn product(mut self, first: &str, second: &str) -> Result<Self, Refusal> {
        let product: Vec<f64> = self.named(first)?.iter().zip(self.named(second)?).map(|(a, b)| a * b).collect();
        self.names.push(format!("{first}:{second}"));
        self.columns.push(product);
        Ok(self)
    }

    /// A column by name.
    pub fn named(&self, name: &str) -> Result<&[f64], Refusal> {
        self.names
            .iter()
            .position(|known| known == name)
            .and_then(|at| self.columns.get(at))
            .map(Vec::as_slice)
            .ok_or_else(|| {
                Refusal::new(
                    RefusalKind::BadShape,
                    format!("There is no column named {name}; add it to the design first."),
                )
            })
    }

    /// Names of the columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The same columns at the given rows, in the given order; a row may come more than once. Rows that do not exist are left
    /// out.
    #[must_use]
    pub fn rows_at(&self, rows: &[usize]) -> Self {
        let columns: Vec<Vec<f64>> = self.columns.iter().map(|column| crate::check::at(column, rows)).collect();
        let count = rows.iter().filter(|row| **row < self.rows).count();
        Self { rows: count, names: self.names.clone(), columns }
    }

    /// The columns' values row after row, for loops that go through the rows.
    pub(crate) fn row_major(&self) -> Vec<f64> {
        let width = self.width();
        let mut values = vec![0.0; self.rows * width];
        for (j, column) in self.columns.iter().enumerate() {
            for (slot, value) in values.iter_mut().skip(j).step_by(width.max(1)).zip(column) {
                *slot = *value;
            }
        }
        values
    }

    fn fits(&self, name: &str, length: usize) -> Result<(), Refusal> {
        if length == self.rows {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalKind::BadShape,
            format!(
                "Column {name} has {length} values and the design {} rows; give one value for each row.",
                self.rows
            ),
        ))
    }
}

/// Codes 0, 1, 2, … for labels, by first appearance: what clusters, persons and groups are given as.
///
/// ```
/// use fingerpost_statistics_models::design::codes;
/// assert_eq!(codes(&["F86001", "F86002", "F86001"]), [0, 1, 0]);
/// ```
pub fn codes<S: AsRef<str>>(labels: &[S]) -> Vec<usize> {
    let mut known = std::collections::HashMap::new();
    labels
        .iter()
        .map(|label| {
            let next = known.len();
            *known.entry(label.as_ref()).or_insert(next)
        })
        .collect()
}
