//! What every import of reference data leaves behind: its counts, a line in the ledger, a row of the audit.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{ImportRunId, TenantId};

use crate::Store;
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::{Tx, Upserted, values};
use fingerpost_ledger::{Act, Entry, Resource};

statements! {
    RECORD_RUN = "INSERT INTO import_run (id, kind, source, finished_at, rows_read, added, changed, unchanged, refused) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

/// Counts of an import, for the report and the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Rows read.
    pub read: u64,
    /// New here.
    pub added: u64,
    /// Here already, and different.
    pub changed: u64,
    /// Here already, the same.
    pub unchanged: u64,
    /// Not taken, with a reason in the report.
    pub refused: u64,
}

impl ImportCounts {
    /// Counts one record that was taken.
    pub const fn count(&mut self, done: Upserted) {
        match done {
            Upserted::Added => self.added += 1,
            Upserted::Changed => self.changed += 1,
            Upserted::Unchanged => self.unchanged += 1,
        }
    }
}

impl Store {
    /// Notes an import in the ledger and the audit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_import(
        &self,
        tx: &mut Tx,
        (kind, source): (&str, &str),
        (counts, resource): (ImportCounts, Resource),
        now: Timestamp,
    ) -> Result<()> {
        let id: ImportRunId = self.entropy().id(now);
        let n = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let values = values![
            id,
            kind,
            source,
            now,
            n(counts.read),
            n(counts.added),
            n(counts.changed),
            n(counts.unchanged),
            n(counts.refused),
        ];
        tx.run(RECORD_RUN, values).await?;
        self.ledger().note(tx, now, Entry::system(TenantId::main(), Act::Import, resource).of(id)).await
    }
}
