//! The one place that knows SQL.
//!
//! [`Store`] answers questions: one public method for each thing a page or a command needs. Methods that
//! touch people take a [`Ctx`] with the grant of exactly that right, put its scope into the WHERE clause,
//! and write the audit row before they answer: what a reader may not see is [`StoreError::NotFound`].
//! Writes are one short transaction with the change, its audit row and its outbox and job rows.
//!
//! How one SQL text serves two engines:
#![doc = include_str!("../PORTABILITY.md")]

mod about;
mod assessments;
mod audit;
mod cases;
mod connections;
mod dialect;
mod directory;
mod disclosures;
mod episodes;
mod feedback;
mod flow;
mod imports;
mod installation;
mod jobs;
mod links;
mod migrate;
mod organisations;
mod outbox;
mod people;
mod plans;
mod reference;
mod referrals;
mod schemes;
mod sessions;
mod signposts;
mod tables;
mod transfer;
mod triage;
mod users;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Entropy;
use fingerpost_policy::{Grant, Permission};

pub use about::AboutPerson;
pub use assessments::Assessment;
pub use audit::{Act, AuditHead, AuditReport, Resource};
pub use cases::{CasePage, CaseloadRow, ClosedRow, ContactRow, NoteVersion, SentBy};
pub use connections::{ConnectionChange, ConnectionRow, GroupView, PersonForGroup};
pub use directory::{PostcodePlace, StoredService};
pub use episodes::{Answered, Asked, Connected, Episode, Work};
pub use feedback::FeedbackRow;
pub use fingerpost_engine::{Result, StoreError, Value};
pub use flow::{Counted, CountedRow, FlowRow, MonthRow, PracticeRow, SignpostsRow};
pub use imports::ImportCounts;
pub use installation::Health;
pub use jobs::{ClaimedJob, JobKind};
pub use links::{LinkScope, LiveLink};
pub use migrate::SCHEMA_VERSION;
pub use organisations::{Membership, OrganisationSummary};
pub use outbox::{Addressee, ClaimedMessage, MessageTemplate, OutboxEnd};
pub use people::{LikelyPerson, PersonHere};
pub use plans::{PlanRecord, PlanSaved};
pub use reference::{Appointments, Deprivation, Edition, ListSize, NewEdition, Reference};
pub use referrals::{Draft, ReferFrame, SentPage, SentRow, Started, WorkerCard};
pub use schemes::{NewScheme, WorkerDays};
pub use sessions::StoredSession;
pub use signposts::SignpostRow;
pub use transfer::Everything;
pub use triage::{Accepted, Allocation, SamePerson, WaitingPage, WaitingRow, WorkerLoad};
pub use users::{NewUser, SignInRecord, SignedIn, UserRow};

use audit::Entry;
use fingerpost_engine::{Db, Tx};

/// Rows of a list that one page shows at most.
pub const PAGE_ROWS: i64 = 200;

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A folder with a SQLite file in it.
    Folder(PathBuf),
    /// A PostgreSQL server: `postgres://user@host/database`.
    Postgres(String),
}

/// An action of somebody who may do it: the grant and the instant.
#[derive(Debug, Clone)]
pub struct Ctx<P> {
    /// The proof.
    pub grant: Grant<P>,
    /// When it happens.
    pub now: Timestamp,
}

impl<P: Permission> Ctx<P> {
    pub(crate) fn entry(&self, act: Act, resource: Resource) -> Entry {
        Entry {
            tenant: self.grant.tenant().clone(),
            actor: Some(self.grant.user()),
            organisation: Some(self.grant.organisation()),
            act,
            resource,
            resource_id: None,
            ground: self.grant.ground().code(),
            detail: None,
        }
    }
}

/// The store. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    entropy: Entropy,
    lane: String,
    next_seq: AtomicI64,
}

/// The name of the SQLite file inside its folder.
const FILE: &str = "fingerpost.sqlite";
impl Store {
    /// Opens the database at `address`, creating it and bringing its schema up to date.
    ///
    /// # Errors
    /// When the address cannot be used, or the database is newer than this program.
    pub async fn open(address: &Address, entropy: Entropy, now: Timestamp) -> Result<Self> {
        let db = match address {
            Address::Folder(folder) => Db::sqlite(&folder.join(FILE)).await?,
            Address::Postgres(url) => Db::postgres(url).await?,
        };
        migrate::run(&db, now).await?;
        let lane: fingerpost_domain::id::JobId = entropy.id(now);
        Ok(Self(Arc::new(Inner { db, entropy, lane: lane.to_string(), next_seq: AtomicI64::new(1) })))
    }

    /// Opens a database as an older program left it.
    #[cfg(test)]
    pub(crate) async fn open_at(address: &Address, version: i64, now: Timestamp) -> Self {
        let opened = match address {
            Address::Folder(folder) => Db::sqlite(&folder.join(FILE)).await,
            Address::Postgres(url) => Db::postgres(url).await,
        };
        let (db, entropy) = (opened.unwrap(), Entropy::from_number(1));
        migrate::run_to(&db, version, now).await.unwrap();
        let lane: fingerpost_domain::id::JobId = entropy.id(now);
        Self(Arc::new(Inner { db, entropy, lane: lane.to_string(), next_seq: AtomicI64::new(1) }))
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
    pub(crate) async fn stored_before(&self, tx: Tx) -> Result<()> {
        drop(tx);
        self.db().write().await?.commit().await
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn next_in_lane(&self) -> (&str, i64) {
        (&self.0.lane, self.0.next_seq.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends a change: its audit row is stored with it or not at all.
    pub(crate) async fn commit(&self, mut tx: Tx, now: Timestamp, entry: Entry) -> Result<()> {
        audit::append(self, &mut tx, now, entry).await?;
        tx.commit().await
    }

    /// Records a look. Called by every reading method before it gives its answer.
    pub(crate) async fn looked(&self, now: Timestamp, entry: Entry) -> Result<()> {
        let tx = self.db().write().await?;
        self.commit(tx, now, entry).await
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
