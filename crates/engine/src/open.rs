//! Opening a database of either engine, with the settings under which an acknowledged write survives.

use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::engine::Db;
use crate::error::{Result, StoreError};
use crate::group::Writer;

/// The file that is held while the SQLite file is opened.
const LOCK: &str = "fingerpost.lock";
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;
/// A connection that has rested no longer than this is taken without asking whether it is still there.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

impl Db {
    /// Opens the SQLite file, making it and its folder where they are not there yet.
    ///
    /// # Errors
    /// When the folder or the file cannot be used.
    pub async fn sqlite(file: &Path) -> Result<Self> {
        open_sqlite(file).await
    }

    /// Opens the database at `postgres://user@host/database`.
    ///
    /// # Errors
    /// When the address is none, or nobody answers there.
    pub async fn postgres(url: &str) -> Result<Self> {
        open_postgres(url).await
    }
}

async fn open_sqlite(file: &Path) -> Result<Db> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    // Health data: nobody else on the machine may look into a folder that we make.
    if !folder.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let _turn = turn_to_open(folder.join(LOCK)).await?;
    // Before SQLite writes into it: what it puts beside the file takes the file's mode.
    if !file.exists() {
        std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(file)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // 16 MiB of log between checkpoints: the pages that every write touches are copied back less often.
        .pragma("wal_autocheckpoint", "4096")
        .busy_timeout(Duration::from_secs(10));
    // 16 MiB: the upper pages of the indexes of a region.
    // What is deleted is overwritten where that costs no further write.
    // What a savepoint might have to undo (the pages that a change writes to) stays in memory: from 64 KiB on it would be a file, for
    // almost every press.
    let writing = options
        .clone()
        .pragma("cache_size", "-16384")
        .pragma("secure_delete", "fast")
        .pragma("temp_store", "memory")
        // A change is one of some hundred texts, and begins in one of four ways.
        .statement_cache_capacity(512);
    let writer = Writer::over(writing.connect().await?);
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .min_connections(1)
        // A file does not go away: asking each connection first whether it is still there would double the turns of a question.
        .test_before_acquire(false)
        .connect_with(options.pragma("query_only", "1"))
        .await?;
    Ok(Db::Sqlite { writer, readers })
}

/// Waits until nobody else is opening the database of this folder: two who turn a new file to WAL at the same
/// moment are told "locked" at once, because SQLite does not wait there, whatever its busy timeout.
async fn turn_to_open(path: PathBuf) -> Result<std::fs::File> {
    let opened = tokio::task::spawn_blocking(move || {
        let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    Ok(opened.await.map_err(std::io::Error::other)??)
}

async fn open_postgres(url: &str) -> Result<Db> {
    // The URL may hold a password: the error names only what is wrong with it.
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Address("write it as postgres://user:password@host:5432/database".to_owned()))?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        // A server may have gone away and come back. One that answered a moment ago is not asked again.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > TRUSTED_FOR {
                    return Ok(connection.ping().await.is_ok());
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    Ok(Db::Postgres(pool))
}
