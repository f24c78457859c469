//! Writes what others may have.
//!
//! The directory leaves as one file of HSDS-UK JSON (everything, also what we do not name) and as a folder of HSDS
//! tables (what the tables have columns for). What was exported can be imported and exported again, and is the same to
//! the letter. Services are read a few hundred at a time; nothing is held but the ids of what has been written.
//!
//! Everything that is stored leaves as CSV with a dictionary, for whoever moves elsewhere.

mod everything;
mod tables;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use fingerpost_store::{Store, StoreError};

pub use everything::everything;

/// Services read at once.
const AT_ONCE: i64 = 500;

/// Why an export did not end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder has something in it already.
    #[error("{0}: choose a new or an empty folder; an export never writes over another")]
    InUse(String),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A table cannot be written.
    #[error("a table cannot be written: {0}")]
    Table(#[from] csv::Error),
    /// A record cannot be written.
    #[error("a record cannot be written: {0}")]
    Record(#[from] serde_json::Error),
    /// A column that the dictionary does not describe: a fault of ours.
    #[error("{0}.{1} is not described in the dictionary")]
    Undescribed(String, String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> ExportError + '_ {
    |source| ExportError::File { path: path.display().to_string(), source }
}

/// Makes a folder for an export, or takes an empty one.
fn empty_folder(folder: &Path) -> Result<PathBuf, ExportError> {
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let folder = &std::fs::canonicalize(folder).map_err(failed(folder))?;
    if std::fs::read_dir(folder).map_err(failed(folder))?.next().is_some() {
        return Err(ExportError::InUse(folder.display().to_string()));
    }
    Ok(folder.to_owned())
}

/// Writes the whole directory into `folder`: `services.json` and the folder `tables`. Gives the number of services.
///
/// # Errors
/// [`ExportError`]; what was written so far stays.
pub async fn directory(store: &Store, folder: &Path, mut progress: impl FnMut(usize)) -> Result<usize, ExportError> {
    let folder = empty_folder(folder)?;
    let file = folder.join("services.json");
    let mut json = BufWriter::new(File::create(&file).map_err(failed(&file))?);
    let mut tables = tables::Tables::create(&empty_folder(&folder.join("tables"))?)?;
    json.write_all(b"[").map_err(failed(&file))?;
    let (mut seq, mut seen) = (0, HashSet::new());
    loop {
        let some = store.entries().after(seq, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        seq = last.seq;
        for stored in &some {
            // Changed while we read, it comes round again at its new place: written once. What another entry stands for is in that.
            if stored.lead.is_some() || !seen.insert(stored.id) {
                continue;
            }
            json.write_all(if seen.len() == 1 { b"\n" } else { b",\n" }).map_err(failed(&file))?;
            serde_json::to_writer(&mut json, &stored.service)?;
            tables.write(&stored.service)?;
        }
        progress(seen.len());
    }
    json.write_all(b"\n]\n").map_err(failed(&file))?;
    json.into_inner().map_err(|error| failed(&file)(error.into_error()))?.sync_all().map_err(failed(&file))?;
    tables.finish()?;
    Ok(seen.len())
}

#[cfg(test)]
mod tests;
