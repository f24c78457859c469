//! The one loop over the rows of a table: counted, bounded, each taken or refused with its line.

use std::path::Path;

use csv::StringRecord;

use crate::report::Report;
use crate::{ImportError, decode};

/// The error of a table that cannot be read as one.
pub(crate) fn broken(path: &Path) -> impl Fn(csv::Error) -> ImportError + '_ {
    |error| ImportError::Table { path: path.display().to_string(), message: error.to_string() }
}

/// The text of a table, unless it breaks off within a quote: what is left of its last cell would be read as a whole one.
pub(crate) fn text_of(path: &Path) -> Result<String, ImportError> {
    let text = decode::read(path)?;
    let open = text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
    if open && !text.ends_with(['\n', '\r']) {
        let message = "it ends within a quote: was it cut short?".to_owned();
        return Err(ImportError::Table { path: path.display().to_string(), message });
    }
    Ok(text)
}

/// Refuses a row with fewer cells than there are columns: what is left of a row that was cut off would stand where a whole one stood.
pub(crate) fn not_cut(row: &StringRecord, columns: usize) -> Result<(), String> {
    if row.len() < columns {
        return Err(format!("it has {} of {columns} columns: is it cut off?", row.len()));
    }
    Ok(())
}

/// Gives every row that is whole with its line to `take`; what either refuses goes into the report.
///
/// # Errors
/// [`ImportError::Table`] when the table breaks off, [`ImportError::TooLarge`] when it does not end.
pub(crate) fn each(
    path: &Path,
    (columns, most): (usize, u64),
    rows: impl Iterator<Item = csv::Result<StringRecord>>,
    mut take: impl FnMut(u64, &StringRecord) -> Result<(), String>,
) -> Result<Report, ImportError> {
    let mut report = Report::default();
    for row in rows {
        let row = row.map_err(broken(path))?;
        report.counts.read += 1;
        if report.counts.read > most {
            return Err(ImportError::TooLarge(path.display().to_string()));
        }
        let line = row.position().map_or(1, csv::Position::line);
        if let Err(reason) = not_cut(&row, columns).and_then(|()| take(line, &row)) {
            report.refuse(line, reason);
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_until_there_are_too_many_and_cut_ones_are_refused() {
        let path = Path::new("sizes.csv");
        let row = |cells: &[&str]| Ok(StringRecord::from(cells.to_vec()));
        let mut taken = 0;
        let mut each = |most: u64| {
            let rows = [row(&["a", "b"]), row(&["a"]), row(&["c", "d"])];
            each(path, (2, most), rows.into_iter(), |_, _| {
                taken += 1;
                Ok(())
            })
        };
        let report = each(3).unwrap();
        assert_eq!((report.counts.read, report.counts.refused), (3, 1));
        assert_eq!(report.refused[0].reason, "it has 1 of 2 columns: is it cut off?");
        assert!(matches!(each(2), Err(ImportError::TooLarge(_))));
        assert_eq!(taken, 2 + 1);
    }
}
