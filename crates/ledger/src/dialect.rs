//! The few statements that SQLite and PostgreSQL do not share. Nothing else may branch on the engine.

use fingerpost_engine::Result;
use fingerpost_engine::{Db, Tx, values};

/// Keys of the locks that only one node may hold at a time.
#[derive(Debug, Clone, Copy)]
pub enum Lock {
    /// Bringing the schema up to date.
    Migrate = 4_711_001,
    /// Sealing the audit.
    Seal = 4_711_002,
}

const PG_LOCK: &str = "SELECT pg_advisory_xact_lock($1)";
const PG_TRY_LOCK: &str = "SELECT CAST(pg_try_advisory_xact_lock($1) AS INT) AS got, CAST(1 AS BIGINT) AS one";

const CLAIM_OUTBOX_SQLITE: &str = "UPDATE outbox SET attempts = attempts + 1, run_at = $2 WHERE (tenant, id) IN \
     (SELECT tenant, id FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL AND run_at <= $1 ORDER BY run_at, id LIMIT $3) \
     RETURNING tenant, id, template, recipient_kind, recipient, subject, attempts, scheme";
const CLAIM_OUTBOX_PG: &str = "UPDATE outbox SET attempts = attempts + 1, run_at = $2 WHERE (tenant, id) IN \
     (SELECT tenant, id FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL AND run_at <= $1 ORDER BY run_at, id LIMIT $3 \
      FOR UPDATE SKIP LOCKED) \
     RETURNING tenant, id, template, recipient_kind, recipient, subject, attempts, scheme";
const CLAIM_JOB_SQLITE: &str = "UPDATE job SET attempts = attempts + 1, run_at = $2 WHERE (tenant, id) IN \
     (SELECT tenant, id FROM job WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1 ORDER BY run_at, id LIMIT $3) \
     RETURNING tenant, id, kind, subject, attempts";
const CLAIM_JOB_PG: &str = "UPDATE job SET attempts = attempts + 1, run_at = $2 WHERE (tenant, id) IN \
     (SELECT tenant, id FROM job WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1 ORDER BY run_at, id LIMIT $3 \
      FOR UPDATE SKIP LOCKED) \
     RETURNING tenant, id, kind, subject, attempts";

/// The statements of one engine, for the test that prepares them all.
#[cfg(any(test, feature = "testing"))]
#[must_use]
pub fn own_statements(tx: &Tx) -> &'static [&'static str] {
    match tx {
        Tx::Sqlite(_) => &[CLAIM_OUTBOX_SQLITE, CLAIM_JOB_SQLITE],
        Tx::Postgres(_) => &[PG_LOCK, PG_TRY_LOCK, CLAIM_OUTBOX_PG, CLAIM_JOB_PG],
    }
}

/// The statement that claims due outbox rows: `$1` now, `$2` when to try again, `$3` how many.
#[must_use]
pub const fn claim_outbox(tx: &Tx) -> &'static str {
    match tx {
        Tx::Sqlite(_) => CLAIM_OUTBOX_SQLITE,
        Tx::Postgres(_) => CLAIM_OUTBOX_PG,
    }
}

/// The statement that claims due jobs; values as for [`claim_outbox`].
#[must_use]
pub const fn claim_job(tx: &Tx) -> &'static str {
    match tx {
        Tx::Sqlite(_) => CLAIM_JOB_SQLITE,
        Tx::Postgres(_) => CLAIM_JOB_PG,
    }
}

/// Waits for a lock that lasts until the transaction ends. SQLite's only writer is lock enough.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &mut Tx, lock: Lock) -> Result<()> {
    if let Tx::Postgres(_) = tx {
        tx.rows(PG_LOCK, values![lock as i64]).await?;
    }
    Ok(())
}

/// Takes a lock if nobody holds it.
///
/// # Errors
/// When the database fails.
pub async fn try_lock(tx: &mut Tx, lock: Lock) -> Result<bool> {
    match tx {
        Tx::Sqlite(_) => Ok(true),
        Tx::Postgres(_) => {
            let row = tx.row(PG_TRY_LOCK, values![lock as i64]).await?;
            Ok(match row {
                Some(fingerpost_engine::Row::Postgres(row)) => sqlx::Row::try_get::<i32, _>(&row, "got")? == 1,
                _ => false,
            })
        }
    }
}

/// The part of a migration that is the engine's own.
pub(crate) const fn own<'a>(db: &Db, sqlite: &'a str, postgres: &'a str) -> &'a str {
    match db {
        Db::Sqlite { .. } => sqlite,
        Db::Postgres(_) => postgres,
    }
}

/// Whether the engine itself finds its file whole. PostgreSQL checks its pages as it reads them.
pub(crate) async fn integrity(db: &Db, tx: &mut Tx) -> Result<Vec<String>> {
    match db {
        Db::Sqlite { .. } => {
            let rows = tx.rows("PRAGMA integrity_check", vec![]).await?;
            let found = rows.iter().map(|row| row.text("integrity_check")).collect::<Result<Vec<_>>>()?;
            Ok(found.into_iter().filter(|line| line != "ok").collect())
        }
        Db::Postgres(_) => Ok(vec![]),
    }
}
