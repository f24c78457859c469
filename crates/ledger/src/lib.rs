//! The database of an installation before any question of a page: its schema and how it grows, the audit row that every change is
//! stored with, sessions, and copies of everything.
//!
//! [`Ledger::commit`] ends a change and asks for its audit [`Entry`], so that none can be forgotten; [`Ledger::looked`] records a look.
//! Whoever asks about people looks into `store`, which is built on this.

mod audit;
pub mod dialect;
mod installation;
mod migrate;
mod sessions;
pub mod tables;
mod transfer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::JobId;
use fingerpost_engine::{Db, Result, Tx};
use sha2::{Digest, Sha256};

pub use audit::{Act, AuditHead, AuditReport, Entry, Resource};
pub use installation::Health;
pub use migrate::SCHEMA_VERSION;
pub use sessions::{StoredSession, end_sessions_of};
#[cfg(any(test, feature = "testing"))]
pub use transfer::copy_statements;
pub use transfer::{Everything, NOT_COPIED};

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A folder with a SQLite file in it.
    Folder(PathBuf),
    /// A PostgreSQL server: `postgres://user@host/database`.
    Postgres(String),
}

/// The name of the SQLite file inside its folder.
const FILE: &str = "fingerpost.sqlite";

impl Address {
    async fn open(&self) -> Result<Db> {
        match self {
            Self::Folder(folder) => Db::sqlite(&folder.join(FILE)).await,
            Self::Postgres(url) => Db::postgres(url).await,
        }
    }
}

/// An open database at the schema of this program. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Ledger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    entropy: Entropy,
    lane: String,
    next_seq: AtomicI64,
}

impl Ledger {
    /// Opens the database at `address`, creating it and bringing its schema up to date.
    ///
    /// # Errors
    /// When the address cannot be used, or the database is newer than this program.
    pub async fn open(address: &Address, entropy: Entropy, now: Timestamp) -> Result<Self> {
        Self::open_at(address, SCHEMA_VERSION, entropy, now).await
    }

    /// Opens a database and brings its schema up to a version at most: as an older program left it, for the tests of upgrading.
    ///
    /// # Errors
    /// When the address cannot be used, or the database is newer than this program.
    pub async fn open_at(address: &Address, version: i64, entropy: Entropy, now: Timestamp) -> Result<Self> {
        let db = address.open().await?;
        migrate::run_to(&db, version, now).await?;
        let lane: JobId = entropy.id(now);
        Ok(Self(Arc::new(Inner { db, entropy, lane: lane.to_string(), next_seq: AtomicI64::new(1) })))
    }

    /// Whether a folder holds a database.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// The file of the database in a folder.
    #[must_use]
    pub fn file_in(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// The source of ids and tokens.
    #[must_use]
    pub fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }

    /// The engine underneath.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Closes every connection, after what was begun has ended.
    pub async fn close(&self) {
        match &self.0.db {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    /// Ends a transaction that found its work done already, by another press of the same button. That one may still wait for
    /// its flush of the disk: nobody is told "saved" before it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stored_before(&self, tx: Tx) -> Result<()> {
        drop(tx);
        self.db().write().await?.commit().await
    }

    fn next_in_lane(&self) -> (&str, i64) {
        (&self.0.lane, self.0.next_seq.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends a change: its audit row is stored with it or not at all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit(&self, mut tx: Tx, now: Timestamp, entry: Entry) -> Result<()> {
        self.note(&mut tx, now, entry).await?;
        tx.commit().await
    }

    /// Records a look. Called by every reading method before it gives its answer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn looked(&self, now: Timestamp, entry: Entry) -> Result<()> {
        let tx = self.db().write().await?;
        self.commit(tx, now, entry).await
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What is kept in place of a secret that is shown once: SHA-256, hexadecimal. Such secrets are long and random, so that nothing slower
/// is needed.
#[must_use]
pub fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    let named =
        [audit::STATEMENTS, installation::STATEMENTS, migrate::STATEMENTS, sessions::STATEMENTS, transfer::STATEMENTS];
    named.into_iter().flatten().copied()
}

#[cfg(any(test, feature = "testing"))]
pub mod testing;
