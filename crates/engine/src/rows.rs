//! Tables as their columns say they are, and rows on their way into them, many with each statement.

use crate::engine::{Tx, Value};
use crate::error::Result;

/// A table. Its texts are constants: see the store's own list.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Reads every row, the cells in the order of the columns.
    pub select: &'static str,
    /// Counts its rows, as `n`.
    pub count: &'static str,
}

/// Rows that one statement writes. SQLite takes 32,766 values in one, PostgreSQL 65,535: the widest table stays below both.
const ROWS_AT_ONCE: usize = 64;

impl Table {
    /// The statement that writes so many rows: one of two, so that each is prepared once.
    fn insert(&self, rows: usize, mark: fn(usize) -> String) -> String {
        let width = self.columns.len();
        let row = |at: usize| {
            let marks: Vec<String> = (1..=width).map(|column| mark(at * width + column)).collect();
            format!("({})", marks.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {}", self.name, self.columns.join(", "), rows.join(", "))
    }
}

/// Rows of one table on their way into it, many with each statement. What is left goes with [`Rows::end`].
#[derive(Debug)]
pub struct Rows {
    table: &'static Table,
    many: String,
    one: String,
    waiting: Vec<Value>,
    written: u64,
}

impl Rows {
    /// Rows of `table`, written by `tx`.
    pub fn of(table: &'static Table, tx: &Tx) -> Self {
        let mark = tx.mark();
        let (many, one) = (table.insert(ROWS_AT_ONCE, mark), table.insert(1, mark));
        Self { table, many, one, waiting: vec![], written: 0 }
    }

    /// Takes one row, its cells in the order of the table's columns.
    ///
    /// # Errors
    /// When the database refuses what has gathered by now.
    pub async fn put(&mut self, tx: &mut Tx, row: Vec<Value>) -> Result<()> {
        debug_assert_eq!(row.len(), self.table.columns.len(), "{}", self.table.name);
        self.waiting.extend(row);
        if self.waiting.len() == ROWS_AT_ONCE * self.table.columns.len() {
            self.written += tx.run_written(&self.many, std::mem::take(&mut self.waiting)).await?;
        }
        Ok(())
    }

    /// Writes what still waits; gives how many rows there were in all.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn end(&mut self, tx: &mut Tx) -> Result<u64> {
        let mut waiting = std::mem::take(&mut self.waiting).into_iter();
        while waiting.len() > 0 {
            let row = waiting.by_ref().take(self.table.columns.len()).collect();
            self.written += tx.run_written(&self.one, row).await?;
        }
        Ok(self.written)
    }
}
