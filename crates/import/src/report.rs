//! What became of each row.

use std::fmt;

use fingerpost_store::ImportCounts;

/// Reasons that are kept one by one, one for each row of the largest register; the rest are only counted. Some 30 MB at most.
const MOST_LINES: usize = crate::MOST_ROWS as usize;

/// A row that was not taken, or not taken as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file, where several are read together.
    pub file: Option<String>,
    /// Its line in a table, its place in a list, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{file}, {}: {}", self.line, self.reason),
            None => write!(f, "line {}: {}", self.line, self.reason),
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read, added, changed, unchanged, refused.
    pub counts: ImportCounts,
    /// The rows that were not taken, or not taken as they stood; the first 200,000.
    pub refused: Vec<Refused>,
    /// How many more there were.
    pub more: u64,
}

impl Report {
    /// Counts a row that was not taken.
    pub(crate) fn refuse(&mut self, line: u64, reason: impl Into<String>) {
        self.counts.refused += 1;
        self.note(line, reason);
    }

    /// Writes a reason down that was counted elsewhere.
    pub(crate) fn note(&mut self, line: u64, reason: impl Into<String>) {
        self.keep(None, line, reason.into());
    }

    /// Writes down what is wrong in one of several files.
    pub(crate) fn note_in(&mut self, file: &str, line: u64, reason: impl Into<String>) {
        self.keep(Some(file.to_owned()), line, reason.into());
    }

    /// Writes the rows that were not taken as a table: file, line, reason.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, into: impl std::io::Write) -> Result<(), csv::Error> {
        let mut table = csv::Writer::from_writer(into);
        table.write_record(["file", "line", "reason"])?;
        for refused in &self.refused {
            let line = refused.line.to_string();
            table.write_record([refused.file.as_deref().unwrap_or_default(), &line, &refused.reason])?;
        }
        Ok(table.flush()?)
    }

    fn keep(&mut self, file: Option<String>, line: u64, reason: String) {
        if self.refused.len() < MOST_LINES {
            self.refused.push(Refused { file, line, reason });
        } else {
            self.more += 1;
        }
    }
}
