//! Entries of the directory, as SQL: taken from their sources, joined where several sources list one service, read by
//! whoever searches. Belongs to the installation; it is public knowledge, so looking at it is not audited. Changing it is,
//! by those who call what is here inside their own transaction.
//!
//! An entry's row keeps what its source said (`source_body`, where that is not what is shown) and what is shown (`body`).
//! [`shown::settle`] is the one place that works out the second from the first: what each source of the service says, with what
//! was changed here laid over it.

pub mod joined;
pub mod shown;
pub mod take;

use fingerpost_directory::hsds::Service;
use fingerpost_directory::joined::{Part, Provenance, compose};
use fingerpost_directory::standing::Standing;
use fingerpost_domain::id::ServiceId;
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_ledger::Ledger;

/// The columns of an entry as it is read. An entry has left where every source has that lists the service.
#[macro_export]
macro_rules! entry_columns {
    () => {
        "s.id, s.source, s.body, s.seq, s.confirmed_on, s.asked_on, s.withheld, s.asked, s.accepted, s.reply_days, s.open_reports, s.told_by, s.bounced_on, \
         (SELECT j.lead FROM service_joined j WHERE j.member = s.id) AS lead, \
         CASE WHEN s.left_on IS NOT NULL AND EXISTS (SELECT 1 FROM service_joined k JOIN service m ON m.id = k.member WHERE k.lead = s.id AND m.left_on IS NULL) THEN NULL ELSE s.left_on END AS left_on"
    };
}

statements! {
    SEQUENCE = "SELECT value FROM directory_sequence WHERE only_row = 1";
    AFTER = concat!("SELECT ", entry_columns!(), " FROM service s WHERE s.seq > $1 ORDER BY s.seq LIMIT $2");
    /// Fifty at once: where fewer are wanted, the last stands there again.
    SOME = concat!("SELECT ", entry_columns!(), " FROM service s WHERE s.id IN (\
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50\
            ) ORDER BY s.id");
    /// The entry that stands for it, where one does.
    ONE = concat!("SELECT ", entry_columns!(), " FROM service s WHERE s.id = COALESCE((SELECT h.lead FROM service_joined h WHERE h.member = $1), $1)");
}

/// A service as it stands in the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredService {
    /// Its id here.
    pub id: ServiceId,
    /// Where the entry comes from: the source of the entry that leads.
    pub source: String,
    /// The number of its last change.
    pub seq: i64,
    /// What is known here beyond what it says.
    pub standing: Standing,
    /// The entry that stands for it: it is not shown by itself then.
    pub lead: Option<ServiceId>,
    /// Where each part of it comes from.
    pub told: Provenance,
    /// What it says.
    pub service: Service,
}

/// Entries that are read at once by their ids.
pub const SOME_AT_ONCE: usize = 50;

/// Reads an entry and what is known of it, from the columns of [`entry_columns`].
///
/// # Errors
/// When a column is not what it should be.
pub fn stored(row: &Row) -> Result<StoredService> {
    let count = |column| row.int(column).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let source = row.text("source")?;
    let told = match row.opt_text("told_by")? {
        Some(told) => serde_json::from_str(&told).map_err(|_| StoreError::corrupt("told_by"))?,
        None => Provenance { sources: vec![source.clone()], ..Provenance::default() },
    };
    Ok(StoredService {
        id: row.parsed("id")?,
        source,
        seq: row.int("seq")?,
        standing: Standing {
            asked: count("asked")?,
            accepted: count("accepted")?,
            reply_days: row.opt_int("reply_days")?.and_then(|days| u32::try_from(days).ok()),
            open_reports: count("open_reports")?,
            asked_on: row.opt_parsed("asked_on")?,
            confirmed_on: row.opt_parsed("confirmed_on")?,
            withheld: row.flag("withheld")?,
            left_on: row.opt_parsed("left_on")?,
            bounced_on: row.opt_parsed("bounced_on")?,
        },
        lead: row.opt_parsed("lead")?,
        told,
        service: serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?,
    })
}

/// The entries of the directory. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Entries(Ledger);

impl Entries {
    /// Over an open database.
    #[must_use]
    pub const fn over(ledger: Ledger) -> Self {
        Self(ledger)
    }

    /// The number of the directory's last change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seq(&self) -> Result<i64> {
        self.0.db().row(SEQUENCE, vec![]).await?.map_or(Ok(0), |row| row.int("value"))
    }

    /// Entries that changed after `seq`, in that order, at most `limit`; those for which another stands too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn after(&self, seq: i64, limit: i64) -> Result<Vec<StoredService>> {
        self.0.db().rows(AFTER, values![seq, limit]).await?.iter().map(stored).collect()
    }

    /// An entry, or the one that stands for it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none under the id.
    pub async fn one(&self, id: ServiceId) -> Result<StoredService> {
        self.0.db().row(ONE, values![id]).await?.as_ref().map(stored).transpose()?.ok_or(StoreError::NotFound)
    }

    /// An entry as it would be shown by the leading source and those others that `may` be heard; nothing, where none of them lists it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none under the id.
    pub async fn told_by(&self, id: ServiceId, may: impl Fn(&str) -> bool) -> Result<Option<Service>> {
        let mut tx = self.0.db().read().await?;
        let parts = shown::parts(&mut tx, id).await?;
        let Some(((_, own), others)) = parts.split_first() else { return Err(StoreError::NotFound) };
        let others: Vec<Part> = others.iter().map(|(_, part)| part).filter(|part| may(&part.source)).cloned().collect();
        if !own.listed && others.iter().all(|part| !part.listed) {
            return Ok(None);
        }
        let (shown, _) = compose(own, &others);
        serde_json::from_value(shown.into()).map(Some).map_err(|_| StoreError::corrupt("body"))
    }

    /// Entries by their ids, at most [`SOME_AT_ONCE`] with each question: each once, those for which another stands as that one; those that
    /// are not there are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn some(&self, ids: &[ServiceId]) -> Result<Vec<StoredService>> {
        let mut all = self.these(ids).await?;
        let leads: Vec<ServiceId> = all.iter().filter_map(|one| one.lead).collect();
        all.retain(|one| one.lead.is_none());
        if !leads.is_empty() {
            all.extend(self.these(&leads).await?);
            all.sort_by_key(|one| one.id);
            all.dedup_by_key(|one| one.id);
        }
        Ok(all)
    }

    async fn these(&self, ids: &[ServiceId]) -> Result<Vec<StoredService>> {
        let mut all = vec![];
        for some in ids.chunks(SOME_AT_ONCE) {
            let Some(last) = some.last() else { break };
            let padded = some.iter().chain(std::iter::repeat(last)).take(SOME_AT_ONCE);
            let rows = self.0.db().rows(SOME, padded.map(|id| (*id).into()).collect()).await?;
            for row in &rows {
                all.push(stored(row)?);
            }
        }
        Ok(all)
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [STATEMENTS, joined::STATEMENTS, shown::STATEMENTS, take::STATEMENTS].into_iter().flatten().copied()
}
