//! Reads real reference files into the store.
//!
//! The frame is the same for every import: the file is decoded (UTF-8, or Windows-1252 as registers still
//! send it), each row is read into a domain record or into a line of the report, then all records go into
//! the store in one transaction, or none. A second run of the same file changes nothing. A dry run does
//! everything and undoes it.

mod decode;
mod directory;
mod figures;
mod networks;
mod postcodes;
mod practices;
mod report;
mod rows;

use std::path::Path;

use fingerpost_domain::{Date, Timestamp};
use fingerpost_store::{NewEdition, Store, StoreError};

pub use directory::sheet::Understood;
use fingerpost_directory::sheet::Column;
pub use report::{Refused, Report};

/// Rows of a file at most: ten times the largest register.
const MOST_ROWS: u64 = 200_000;
/// Rows of a table of figures at most: the patients of every practice in England by sex and single year of age are 630,000.
const MOST_FIGURES: u64 = 1_000_000;
/// Bytes of a file at most.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Why an import did nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read.
    #[error("{path}: {source}. Check the path and that the file may be read")]
    File {
        /// The path as given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Larger than any register.
    #[error(
        "{0}: this is larger than anything that is read here (64 MiB a file; {MOST_ROWS} rows of a register, {MOST_FIGURES} of \
         figures, 100,000 services)"
    )]
    TooLarge(String),
    /// A table of figures without the end of its last line: a copy that broke off looks so.
    #[error("{0}: the last line has no end, as in a file that was cut short. Where it is whole, say --trust")]
    CutShort(String),
    /// Figures much fewer than those of the edition before.
    #[error(
        "{path}: {rows} rows are much fewer than the {before} of the newest edition here. Where that is right, say --trust"
    )]
    MuchFewer {
        /// The path as given.
        path: String,
        /// Rows that could be read.
        rows: usize,
        /// Rows of the newest edition.
        before: i64,
    },
    /// Neither of the layouts that we know.
    #[error("{0}: this is neither the national 27-column file nor a table with the columns ods_code and name")]
    UnknownLayout(String),
    /// Not a directory in a shape that we know.
    #[error(
        "{0}: this is no directory of services. Give a folder of HSDS tables (services.csv and those beside it), a file of \
         HSDS-UK JSON, a folder of such pages, or a spreadsheet saved as .csv"
    )]
    NoDirectory(String),
    /// No column of the sheet says what a group is called.
    #[error(
        "{path}: no column is known to say what a group is called. The columns are: {headings}. Say which: --column name='Group title'"
    )]
    NoNames {
        /// The path as given.
        path: String,
        /// What stands above the columns.
        headings: String,
    },
    /// A column that was named and is not there.
    #[error("{path}: no column is called {heading}")]
    NoHeading {
        /// The path as given.
        path: String,
        /// What was named.
        heading: String,
    },
    /// Columns without which the table says nothing.
    #[error("{path}: the table needs {columns}, named in its first row")]
    NoColumns {
        /// The path as given.
        path: String,
        /// What is missing.
        columns: &'static str,
    },
    /// Every row was refused: this is another file.
    #[error("{path}: none of its {rows} rows could be read. The first: {first}")]
    NothingRead {
        /// The path as given.
        path: String,
        /// Rows in the file.
        rows: u64,
        /// Why the first was refused.
        first: String,
    },
    /// The figures do not say which day they are for.
    #[error("{0}: the table does not say which day it is for: give --as-of, as 2019-09-26")]
    NoDay(String),
    /// The table itself is broken.
    #[error("{path}: {message}")]
    Table {
        /// The path as given.
        path: String,
        /// What is wrong, with the line.
        message: String,
    },
    /// The store failed; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which reference figures a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Patients registered with practices.
    ListSizes,
    /// Deprivation by area, practice or network.
    Deprivation,
    /// Appointments by area and month.
    Appointments,
}

/// How an import is run.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Where the file says it comes from: kept with every record.
    pub source: &'a str,
    /// Do everything and undo it.
    pub dry_run: bool,
    /// When.
    pub now: Timestamp,
}

/// Imports a register of practices: the national 27-column file, or a table with a header row.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn practices(
    store: &Store,
    path: &Path,
    run: Run<'_>,
    progress: impl FnMut(usize, usize),
) -> Result<Report, ImportError> {
    let text = rows::text_of(path)?;
    let (records, mut report) = practices::read(path, &text)?;
    let origin = (run.source, report.counts.read, report.counts.refused);
    report.counts = store.import_organisations(&records, origin, (run.now, run.dry_run), progress).await?;
    Ok(report)
}

/// Imports primary care networks from the details file, and which practice belongs to which from the core
/// partner file.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn networks(
    store: &Store,
    (details, partners): (&Path, &Path),
    run: Run<'_>,
    progress: impl FnMut(usize, usize),
) -> Result<(Report, Report), ImportError> {
    let text = rows::text_of(details)?;
    let (records, mut bodies) = networks::read_bodies(details, &text)?;
    let text = rows::text_of(partners)?;
    let (memberships, lines, mut members) = networks::read_members(partners, &text)?;
    let origin = (run.source, bodies.counts, members.counts);
    let (body_counts, member_counts, unknown) =
        store.import_networks((&records, &memberships), origin, (run.now, run.dry_run), progress).await?;
    bodies.counts = body_counts;
    members.counts = member_counts;
    for at in unknown {
        let membership = &memberships[at];
        members.note(lines[at], format!("{} or {} is not here: import it first", membership.member, membership.body));
    }
    Ok((bodies, members))
}

/// The services of a folder or file, as the directory would keep them; nothing is written anywhere.
///
/// # Errors
/// When it cannot be read.
pub fn read_services(path: &Path, source: &str) -> Result<Vec<fingerpost_directory::hsds::Service>, ImportError> {
    Ok(directory::read(path, source)?.services)
}

/// Imports a directory of services: a folder of HSDS tables, a file of HSDS-UK JSON, or a folder of its pages.
/// Services that the source no longer lists stay.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn directory(
    store: &Store,
    path: &Path,
    run: Run<'_>,
    progress: impl FnMut(usize, usize),
) -> Result<Report, ImportError> {
    take(store, directory::read(path, run.source)?, run, progress).await
}

async fn take(
    store: &Store,
    taken: directory::Taken<'_>,
    run: Run<'_>,
    progress: impl FnMut(usize, usize),
) -> Result<Report, ImportError> {
    let mut report = taken.report;
    let origin = (run.source, report.counts.read, report.counts.refused);
    report.counts = store.import_services(&taken.services, origin, (run.now, run.dry_run), progress).await?;
    Ok(report)
}

/// Imports a spreadsheet of groups that was saved as CSV: its columns are known by what stands above them, or by what was `said` of
/// them. Gives which column was read as what, too.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn sheet(
    store: &Store,
    path: &Path,
    said: &[(Column, String)],
    run: Run<'_>,
    progress: impl FnMut(usize, usize),
) -> Result<(Report, Understood), ImportError> {
    let (taken, understood) = directory::read_sheet(path, run.source, said)?;
    Ok((take(store, taken, run, progress).await?, understood))
}

/// Whether a file is a spreadsheet, by its name.
#[must_use]
pub fn is_sheet(path: &Path) -> bool {
    path.is_file() && directory::sheet::is_one(path)
}

/// Imports reference figures as an edition of their day, which the file says, or `as_of`. What looks cut short is refused, because
/// the newest edition is the one that is used; not where it is to be trusted.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn figures(
    store: &Store,
    (kind, path): (FigureKind, &Path),
    as_of: Option<Date>,
    trusting: bool,
    run: Run<'_>,
) -> Result<Report, ImportError> {
    let text = rows::text_of(path)?;
    if !trusting && !text.is_empty() && !text.ends_with(['\n', '\r']) {
        return Err(ImportError::CutShort(path.display().to_string()));
    }
    let found = match kind {
        FigureKind::ListSizes => figures::list_sizes(path, &text),
        FigureKind::Deprivation => figures::deprivation(path, &text),
        FigureKind::Appointments => figures::appointments(path, &text),
    }?;
    let as_of = as_of.or(found.as_of).ok_or_else(|| ImportError::NoDay(path.display().to_string()))?;
    let newest = store.editions().await?;
    let newest =
        newest.iter().rfind(|edition| (edition.kind.as_str(), &edition.name) == (found.figures.kind(), &found.name));
    if let (false, Some(before)) = (trusting, newest.map(|edition| edition.rows))
        && i64::try_from(found.figures.len()).is_ok_and(|rows| rows * 10 < before * 9)
    {
        return Err(ImportError::MuchFewer { path: path.display().to_string(), rows: found.figures.len(), before });
    }
    let mut report = found.report;
    let edition = NewEdition { name: &found.name, as_of, source: run.source };
    let rows = (report.counts.read, report.counts.refused);
    report.counts = store.import_reference(&found.figures, edition, rows, (run.now, run.dry_run)).await?;
    Ok(report)
}

/// Imports where postcodes are, from a table with a header row, plain or gzipped, as an edition of `as_of` or of the month that
/// the file's name tells.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn postcodes(
    store: &Store,
    path: &Path,
    (as_of, trusting): (Option<Date>, bool),
    run: Run<'_>,
    progress: impl FnMut(usize, usize),
) -> Result<Report, ImportError> {
    // Gone through once to see that it can be read to its end: what breaks off halfway must change nothing.
    let as_of = as_of
        .or_else(|| postcodes::month_in_name(path))
        .ok_or_else(|| ImportError::NoDay(path.display().to_string()))?;
    let mut places = postcodes::open(path)?;
    let (found, digest) = places.gone_through();
    if let Some(error) = places.broke {
        return Err(rows::broken(path)(error));
    }
    if !trusting && places.ends_open() {
        return Err(ImportError::CutShort(path.display().to_string()));
    }
    let mut report = places.report;
    if let (0, Some(first)) = (found, report.refused.first()) {
        let first = first.to_string();
        return Err(ImportError::NothingRead { path: path.display().to_string(), rows: report.counts.read, first });
    }
    let origin = (report.counts.read, report.counts.refused);
    let rows = postcodes::open(path)?;
    let edition = NewEdition { name: postcodes::NAME, as_of, source: run.source };
    report.counts =
        store.import_postcodes(rows, (edition, &digest, found), origin, (run.now, run.dry_run), progress).await?;
    Ok(report)
}

#[cfg(test)]
mod tests;
