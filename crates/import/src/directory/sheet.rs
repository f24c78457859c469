//! A spreadsheet of groups that was saved as CSV: with commas, semicolons or tabs, the first row names the columns.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use fingerpost_directory::sheet::{Column, Columns};

use super::Taken;
use crate::rows::{broken, not_cut, text_of};
use crate::{ImportError, MOST_ROWS};

/// Which column was read as what, in their order; nothing, where it was left.
pub type Understood = Vec<(String, Option<Column>)>;

/// Whether a file is a sheet, by its name.
pub(crate) fn is_one(path: &Path) -> bool {
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase());
    end.is_some_and(|end| matches!(end.as_str(), "csv" | "tsv" | "txt"))
}

/// What stands oftenest between the headings.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    // The comma, where nothing is oftener.
    [b';', b'\t', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

pub(crate) fn read(path: &Path, said: &[(Column, String)], taken: &mut Taken<'_>) -> Result<Understood, ImportError> {
    let text = text_of(path)?;
    let mut reader = ReaderBuilder::new().flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
    let headings: StringRecord = reader.headers().map_err(broken(path))?.clone();
    let headings: Vec<&str> = headings.iter().collect();
    let mut columns = Columns::guessed(&headings);
    for (column, under) in said {
        let with = columns.with(&headings, *column, under);
        columns =
            with.ok_or_else(|| ImportError::NoHeading { path: path.display().to_string(), heading: under.clone() })?;
    }
    if !columns.has(Column::Name) {
        return Err(ImportError::NoNames { path: path.display().to_string(), headings: headings.join(", ") });
    }
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for row in reader.records() {
        let row = row.map_err(broken(path))?;
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if taken.report.counts.read >= MOST_ROWS {
            return Err(ImportError::TooLarge(path.display().to_string()));
        }
        let line = row.position().map_or(1, csv::Position::line);
        let cells: Vec<&str> = row.iter().collect();
        let service = not_cut(&row, headings.len()).and_then(|()| columns.service(&cells));
        taken.take((&file, line), service);
    }
    Ok(headings.iter().map(|text| (*text).to_owned()).zip(columns.iter()).collect())
}
