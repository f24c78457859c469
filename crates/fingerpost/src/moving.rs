//! Backup, restore, and moving to another database: one copy in three directions. A backup is a SQLite file of its
//! own, whichever engine it was taken from, so that it can be opened, checked and restored anywhere.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use fingerpost_domain::Timestamp;
use fingerpost_store::{Address, Ledger, Store, StoreError};

use crate::ambient;

async fn copy(from: &Store, to: &Store, progress: impl FnMut(usize, usize)) -> anyhow::Result<u64> {
    match from.ledger().copy_into(to.ledger(), progress).await {
        Err(StoreError::AlreadyThere) => bail!("the target is in use: choose an empty folder or database"),
        copied => Ok(copied?),
    }
}

/// The head of the audit, for the log of whoever keeps the copy, and what is wrong with it. A fault is said after the
/// copy is made: evidence is worth most when something is wrong.
async fn head_of(store: &Store) -> anyhow::Result<(String, Vec<String>)> {
    let report = store.ledger().verify_audit(None).await?;
    Ok((format!("{}:{}", report.head.number, report.head.hash), report.faults))
}

fn said(faults: &[String]) -> anyhow::Result<()> {
    ensure!(faults.is_empty(), "the copy is made, but its audit does not verify: {}", faults.join("; "));
    Ok(())
}

/// A folder beside `file` in which a database is put together; nobody else may look into it.
fn workshop(file: &Path) -> anyhow::Result<tempfile::TempDir> {
    let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    tempfile::Builder::new()
        .prefix(".fingerpost-")
        .tempdir_in(beside)
        .with_context(|| format!("{}: the folder cannot be written to", beside.display()))
}

/// Writes everything into a new file.
pub(crate) async fn backup(
    store: &Store,
    file: &Path,
    (now, progress): (Timestamp, impl FnMut(usize, usize)),
) -> anyhow::Result<()> {
    ensure!(!file.exists(), "{}: the file is there already; a backup never writes over another", file.display());
    let folder = workshop(file)?;
    let target = Store::open(&Address::Folder(folder.path().to_owned()), ambient::entropy()?, now).await?;
    store.ledger().note_copy_out(now).await?;
    let rows = copy(store, &target, progress).await?;
    let (head, faults) = head_of(&target).await?;
    target.close().await;
    let made = Ledger::file_in(folder.path());
    ensure!(!left_over(&made), "the backup could not be brought into one file");
    fs::set_permissions(&made, Permissions::from_mode(0o600))?;
    fs::File::open(&made)?.sync_all()?;
    fs::rename(&made, file).with_context(|| format!("{}: the file cannot be written", file.display()))?;
    println!("{rows} rows are in {}. Audit head {head}.", file.display());
    said(&faults)
}

/// Whether SQLite left part of a database beside its file.
fn left_over(file: &Path) -> bool {
    let beside = PathBuf::from(format!("{}-wal", file.display()));
    fs::metadata(beside).is_ok_and(|found| found.len() > 0)
}

/// Reads everything from a backup into an untouched database. A backup of an older program is brought to the schema
/// of this one on the way; the file itself stays as it is.
pub(crate) async fn restore(
    store: &Store,
    file: &Path,
    (now, progress): (Timestamp, impl FnMut(usize, usize)),
) -> anyhow::Result<()> {
    ensure!(store.ledger().is_untouched().await?, "this database is in use: restore into an empty folder or database");
    let folder = tempfile::tempdir().context("no folder for the work could be made")?;
    let copied = Ledger::file_in(folder.path());
    fs::copy(file, &copied).with_context(|| format!("{}: the file cannot be read", file.display()))?;
    let source = match Store::open(&Address::Folder(folder.path().to_owned()), ambient::entropy()?, now).await {
        Err(StoreError::Engine(_)) => bail!("{}: this is not a backup of Fingerpost", file.display()),
        opened => opened?,
    };
    ensure!(!source.ledger().is_untouched().await?, "{}: there is nothing in this file", file.display());
    // The head of the backup, to compare with the one that was noted: what is held next adds to the audit.
    let (head, faults) = head_of(&source).await?;
    let rows = copy(&source, store, progress).await?;
    let held = store.ledger().settle_restored(now).await?;
    source.close().await;
    println!(
        "{rows} rows are back. Audit head {head}. People sign in again. {held} messages and reminders that were due are held."
    );
    said(&faults)
}

/// Copies everything into another untouched database: a PostgreSQL address, or a folder.
pub(crate) async fn copy_to(
    store: &Store,
    target: &str,
    (now, progress): (Timestamp, impl FnMut(usize, usize)),
) -> anyhow::Result<()> {
    let is_server = target.starts_with("postgres://") || target.starts_with("postgresql://");
    let address = if is_server { Address::Postgres(target.to_owned()) } else { Address::Folder(target.into()) };
    let target = Store::open(&address, ambient::entropy()?, now).await?;
    store.ledger().note_copy_out(now).await?;
    let rows = copy(store, &target, progress).await?;
    let (head, faults) = head_of(&target).await?;
    target.close().await;
    println!("{rows} rows are there. Audit head {head}. Serve the new database from now on; people sign in again.");
    said(&faults)
}
