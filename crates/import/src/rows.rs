//! The one loop over the rows of a table: counted, bounded, each taken or refused with its line.

use std::path::Path;

use csv::StringRecord;

use crate::report::Report;
use crate::{ImportError, MOST_ROWS};

/// The error of a table that cannot be read as one.
pub(crate) fn broken(path: &Path) -> impl Fn(csv::Error) -> ImportError + '_ {
    |error| ImportError::Table { path: path.display().to_string(), message: error.to_string() }
}

/// Gives every row with its line to `take`; what it refuses goes into the report.
///
/// # Errors
/// [`ImportError::Table`] when the table breaks off, [`ImportError::TooLarge`] when it does not end.
pub(crate) fn each(
    path: &Path,
    rows: impl Iterator<Item = csv::Result<StringRecord>>,
    mut take: impl FnMut(u64, &StringRecord) -> Result<(), String>,
) -> Result<Report, ImportError> {
    let mut report = Report::default();
    for row in rows {
        let row = row.map_err(broken(path))?;
        report.counts.read += 1;
        if report.counts.read > MOST_ROWS {
            return Err(ImportError::TooLarge(path.display().to_string()));
        }
        let line = row.position().map_or(1, csv::Position::line);
        if let Err(reason) = take(line, &row) {
            report.refuse(line, reason);
        }
    }
    Ok(report)
}
