//! The tables of a folder, under the names of HSDS 1 to 3.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use crate::rows::{broken, not_cut, text_of};
use crate::{ImportError, MOST_ROWS};

/// The folder that holds the tables: this one, or its `data` as packages have it.
pub(crate) fn folder_of(path: &Path) -> Option<PathBuf> {
    [path.to_owned(), path.join("data")].into_iter().find(|folder| find(folder, &["services", "service"]).is_some())
}

fn find(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names.iter().map(|name| folder.join(format!("{name}.csv"))).find(|file| file.is_file())
}

/// A table that has been read whole.
pub(crate) struct Table {
    /// The name of its file.
    pub file: String,
    columns: HashMap<String, usize>,
    rows: Vec<(u64, StringRecord)>,
    /// Rows that were cut off, and why they are not among the others.
    pub cut: Vec<(u64, String)>,
}

/// One row of a table, by the names of its columns.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'t> {
    table: &'t Table,
    /// Its line in the file.
    pub line: u64,
    row: &'t StringRecord,
}

impl<'t> Cells<'t> {
    /// A cell as it stands, empty where there is none.
    pub(crate) fn raw(&self, column: &str) -> &'t str {
        self.table.columns.get(column).and_then(|at| self.row.get(*at)).unwrap_or("").trim()
    }

    /// A cell with something in it.
    pub(crate) fn text(&self, column: &str) -> Option<String> {
        Some(self.raw(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A number; what is not one is none.
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        self.raw(column).parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl Table {
    /// Reads the first of the tables named that is there; an empty one where none is.
    pub(crate) fn read(folder: &Path, names: &[&str]) -> Result<Self, ImportError> {
        let Some(path) = find(folder, names) else {
            return Ok(Self { file: String::new(), columns: HashMap::new(), rows: vec![], cut: vec![] });
        };
        let text = text_of(&path)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(broken(&path))?;
        let (width, mut cut) = (header.len(), vec![]);
        let columns = header.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
        let mut rows = vec![];
        for row in reader.records() {
            let row = row.map_err(broken(&path))?;
            let line = row.position().map_or(1, csv::Position::line);
            match not_cut(&row, width) {
                Ok(()) => rows.push((line, row)),
                Err(reason) => cut.push((line, reason)),
            }
            if (rows.len() + cut.len()) as u64 > MOST_ROWS {
                return Err(ImportError::TooLarge(path.display().to_string()));
            }
        }
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { file, columns, rows, cut })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Cells<'_>> {
        self.rows.iter().map(|(line, row)| Cells { table: self, line: *line, row })
    }

    /// The rows by what stands in a column, in their order.
    pub(crate) fn by(&self, column: &str) -> HashMap<&str, Vec<Cells<'_>>> {
        let mut grouped: HashMap<&str, Vec<Cells<'_>>> = HashMap::new();
        for cells in self.rows() {
            grouped.entry(cells.raw(column)).or_default().push(cells);
        }
        grouped
    }
}
