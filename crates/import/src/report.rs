//! What became of each row.

use fingerpost_store::ImportCounts;

/// Reasons that are written out one by one; the rest are only counted.
const MOST_LINES: usize = 1_000;

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read, added, changed, unchanged, refused.
    pub counts: ImportCounts,
    /// The first thousand rows that were not taken.
    pub refused: Vec<Refused>,
}

impl Report {
    /// Counts a row that was not taken.
    pub(crate) fn refuse(&mut self, line: u64, reason: impl Into<String>) {
        self.counts.refused += 1;
        self.note(line, reason);
    }

    /// Writes a reason down that was counted elsewhere.
    pub(crate) fn note(&mut self, line: u64, reason: impl Into<String>) {
        if self.refused.len() < MOST_LINES {
            self.refused.push(Refused { line, reason: reason.into() });
        }
    }
}
