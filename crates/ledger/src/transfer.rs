//! Everything in one database, copied into another: what backup, restore and moving to a server are made of.
//!
//! One transaction reads, one writes; a copy that breaks off leaves the target as empty as it was. Rows are streamed,
//! so a region does not have to fit into memory. Sessions are left behind: people sign in again.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::TenantId;

use crate::audit::{Act, Entry, Resource};
use crate::tables::{self, TABLES};
use crate::{Ledger, migrate};
use fingerpost_engine::Table;
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, Value, values};

statements! {
    IN_USE = "SELECT (SELECT COUNT(*) FROM tenant) + (SELECT COUNT(*) FROM organisation) + (SELECT COUNT(*) FROM service) AS n";
    SEQUENCE = "SELECT value FROM directory_sequence WHERE only_row = 1";
    HOLD_MESSAGES = "UPDATE outbox SET failed_at = $1, last_error = 'restored' WHERE sent_at IS NULL AND failed_at IS NULL";
    HOLD_JOBS = "UPDATE job SET failed_at = $1, last_error = 'restored' WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1";
    FORGET_ANSWERS = "DELETE FROM self_referral WHERE referral IS NULL";
    FORGET_LAUNCHES = "UPDATE launch SET person = '' WHERE expires_at > 0 AND person <> ''";
    SET_SEQUENCE = "UPDATE directory_sequence SET value = $1 WHERE only_row = 1";
}

/// Tables of the schema that are not copied row by row, and why nothing is lost by it.
pub const NOT_COPIED: &[(&str, &str)] = &[
    ("session", "people sign in again"),
    ("directory_sequence", "its only row is set"),
    ("schema_step", "the target has its own"),
];

/// Every statement that copies, with the name of its table.
#[cfg(any(test, feature = "testing"))]
pub fn copy_statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.iter().flat_map(|table| [table.select, table.count].map(|sql| (table.name, sql)))
}

/// Everything, table by table, as one moment left it.
#[derive(Debug)]
pub struct Everything(Tx);

impl Everything {
    /// The tables with their columns, parents before children.
    pub fn tables() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        TABLES.iter().map(|table| (table.name, table.columns))
    }

    /// Every row of a table, its cells in the order of the table's columns.
    ///
    /// # Errors
    /// When the database fails, or `each` does.
    pub async fn each_row<E: From<StoreError>>(
        &mut self,
        table: &'static str,
        mut each: impl FnMut(Vec<Value>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.0.each_row(tables::named(table)?, async |cells| each(cells)).await
    }
}

async fn count(tx: &mut Tx, table: &Table) -> Result<i64> {
    tx.row(table.count, vec![]).await?.map_or(Ok(0), |row| row.int("n"))
}

impl Ledger {
    /// True when nothing has been put into this database yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_untouched(&self) -> Result<bool> {
        Ok(self.db().row(IN_USE, vec![]).await?.map_or(Ok(0), |row| row.int("n"))? == 0)
    }

    /// Notes in the audit that everything is about to be copied out of this database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_copy_out(&self, now: Timestamp) -> Result<()> {
        self.looked(now, Entry::system(TenantId::main(), Act::CopyOut, Resource::Installation)).await
    }

    /// Everything, to be read out of this database. The audit notes it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn everything(&self, now: Timestamp) -> Result<Everything> {
        self.note_copy_out(now).await?;
        Ok(Everything(self.db().read().await?))
    }

    /// Ends what a restore brought back: messages that had not left and jobs that are due are held, because the database they came
    /// from may still be sending them. Gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_restored(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.db().write().await?;
        let held = tx.run(HOLD_MESSAGES, values![now]).await? + tx.run(HOLD_JOBS, values![now]).await?;
        // What people deleted, or did not send, does not come back with a backup.
        tx.run(FORGET_ANSWERS, vec![]).await?;
        tx.run(FORGET_LAUNCHES, vec![]).await?;
        self.commit(tx, now, Entry::system(TenantId::main(), Act::Restore, Resource::Installation)).await?;
        Ok(held)
    }

    /// Copies everything but sessions into an untouched database of the same schema: all of it or nothing. Each
    /// table is counted afterwards. Gives the number of rows.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when the target is in use; [`StoreError::Schema`] when the schemas differ;
    /// [`StoreError::Corrupt`] when a table did not arrive whole.
    pub async fn copy_into(&self, target: &Self, mut progress: impl FnMut(usize, usize)) -> Result<u64> {
        if !target.is_untouched().await? {
            return Err(StoreError::AlreadyThere);
        }
        let (found, known) = (migrate::version(self.db()).await?, migrate::version(target.db()).await?);
        if found != known {
            return Err(StoreError::Schema { found, known, advice: "start each with the same program first" });
        }
        let mut from = self.db().read().await?;
        let mut to = target.db().write().await?;
        let mut rows = 0;
        for (at, table) in TABLES.iter().enumerate() {
            let copied = from.copy_rows(table, &mut to).await?;
            if i64::try_from(copied).ok() != Some(count(&mut to, table).await?) {
                return Err(StoreError::corrupt(table.name));
            }
            rows += copied;
            progress(at + 1, TABLES.len());
        }
        let seq = from.row(SEQUENCE, vec![]).await?.map_or(Ok(0), |row| row.int("value"))?;
        to.run(SET_SEQUENCE, values![seq]).await?;
        to.commit().await?;
        Ok(rows)
    }
}
