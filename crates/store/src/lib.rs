//! Every question about people, schemes and the world they live in, as SQL.
//!
//! [`Store`] answers questions: one public method for each thing a page or a command needs. Methods that
//! touch people take a [`Ctx`] with the grant of exactly that right, put its scope into the WHERE clause,
//! and write the audit row before they answer: what a reader may not see is [`StoreError::NotFound`].
//! Writes are one short transaction with the change, its audit row and its outbox and job rows.
//!
//! How one SQL text serves two engines:
#![doc = include_str!("../PORTABILITY.md")]

/// The part of a WHERE clause that says whose cases somebody may see: everybody's where no user is given (`$user` is null),
/// their own, and those of whoever they cover on that day. `$1` is the tenant and `$2` the scheme.
#[macro_export]
macro_rules! theirs {
    ($worker:literal, $user:literal, $today:literal) => {
        concat!(
            "(CAST(",
            $user,
            " AS TEXT) IS NULL OR ",
            $worker,
            " = ",
            $user,
            " OR ",
            $worker,
            " IN (SELECT b.worker FROM absence b WHERE b.tenant = $1 AND b.scheme = $2 AND b.cover = ",
            $user,
            " AND b.from_day <= ",
            $today,
            " AND b.until_day >= ",
            $today,
            " AND b.ended_at IS NULL))"
        )
    };
}

mod about;
mod assessments;
mod cases;
mod connections;
mod directory;
mod disclosures;
mod episodes;
mod feedback;
mod imports;
mod jobs;
mod links;
mod organisations;
mod outbox;
mod plans;
mod questions;
mod refer_frame;
mod reference;
mod referrals;
mod schemes;
mod self_referrals;
mod triage;
mod users;

use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Entropy;
use fingerpost_policy::{Grant, Permission};

pub use about::{AboutPerson, access as access_of, note_access};
pub use assessments::Assessment;
pub use cases::{CasePage, ContactRow, LetterRow, NoteVersion, SentBy, in_scope as case_in_scope, touch as hold_case};
pub use connections::{
    ConnectionChange, ConnectionRow, THE_GROUP, arrival as arrival_of, happen as connection_happens,
    take_back_all as connections_end, visits as connection_visits,
};
pub use directory::{PlacesDigest, PostcodePlace};
pub use episodes::{Answered, Asked, Connected, Episode, Work};
pub use feedback::{FeedbackRow, agreement_ends};
pub use fingerpost_engine::{Result, StoreError, Upserted, Value};
pub use fingerpost_entries::{Entries, StoredService};
pub use fingerpost_ledger::{
    Act, Address, AuditHead, AuditReport, Entry, Everything, Health, Ledger, Resource, SCHEMA_VERSION, StoredSession,
};
pub use fingerpost_people::{LikelyPerson, PersonHere, details as person_details, person_name};
pub use imports::ImportCounts;
pub use jobs::{ClaimedJob, JobKind, add as add_job, done as job_done};
pub use links::{
    LinkScope, LiveLink, mint as mint_link, mint_beside as mint_link_beside, still_live as link_still_live,
};
pub use organisations::{Membership, OrganisationSummary};
pub use outbox::{
    About, Addressee, ClaimedMessage, MessageTemplate, OutboxEnd, Way, not_needed as message_not_needed, reach_of,
    stop_messages as messages_stop, stop_writing, to_colleague as write_to_colleague, to_entry as write_to_entry,
    to_group as write_to_group, to_link as write_to_link, to_person as write_to_person,
    to_referrer as write_to_referrer, to_user as write_to_user, write_again,
};
pub use plans::{PlanRecord, PlanSaved};
pub use questions::QuestionRow;
pub use refer_frame::{ReferFrame, WorkerCard};
pub use reference::{Appointments, Deprivation, Edition, ListSize, NewEdition, Reference};
pub use referrals::{Draft, SentPage, SentRow, Started, to_be_answered};
pub use schemes::{
    NewScheme, WorkerDays, hold as hold_scheme, holders as holders_of_role, settings as intake_settings_of,
    triagers as triagers_of,
};
pub use self_referrals::{Asking, Followed, OpenScheme};
pub use triage::{
    Accepted, Allocation, CALL_AGAIN_WORDS, SamePerson, WaitingPage, WaitingRow, WorkerLoad, hold_open_cases,
};
pub use users::{NewUser, SignInRecord, SignedIn, UserRow};

use fingerpost_engine::{Db, Tx};

/// Rows of a list that one page shows at most.
pub const PAGE_ROWS: i64 = 200;

/// An action of somebody who may do it: the grant and the instant.
#[derive(Debug, Clone)]
pub struct Ctx<P> {
    /// The proof.
    pub grant: Grant<P>,
    /// When it happens.
    pub now: Timestamp,
}

impl<P: Permission> Ctx<P> {
    /// An entry of the audit, by this person in this organisation on this ground.
    #[must_use]
    pub fn entry(&self, act: Act, resource: Resource) -> Entry {
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
pub struct Store(Ledger);

impl Store {
    /// Opens the database at `address`, creating it and bringing its schema up to date.
    ///
    /// # Errors
    /// When the address cannot be used, or the database is newer than this program.
    pub async fn open(address: &Address, entropy: Entropy, now: Timestamp) -> Result<Self> {
        Ledger::open(address, entropy, now).await.map(Self)
    }

    /// Opens a database as an older program left it.
    #[cfg(test)]
    pub(crate) async fn open_at(address: &Address, version: i64, now: Timestamp) -> Self {
        Self(Ledger::open_at(address, version, Entropy::from_number(1), now).await.unwrap())
    }

    /// The database itself: its marks, its audit, sessions, copies of everything.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.0
    }

    /// The entries of the directory.
    #[must_use]
    pub fn entries(&self) -> Entries {
        Entries::over(self.0.clone())
    }

    /// The source of ids and tokens.
    #[must_use]
    pub fn entropy(&self) -> &Entropy {
        self.0.entropy()
    }

    /// Closes every connection, after what was begun has ended.
    pub async fn close(&self) {
        self.0.close().await;
    }

    pub(crate) fn db(&self) -> &Db {
        self.0.db()
    }

    pub(crate) async fn stored_before(&self, tx: Tx) -> Result<()> {
        self.0.stored_before(tx).await
    }

    pub(crate) async fn commit(&self, tx: Tx, now: Timestamp, entry: Entry) -> Result<()> {
        self.0.commit(tx, now, entry).await
    }

    pub(crate) async fn looked(&self, now: Timestamp, entry: Entry) -> Result<()> {
        self.0.looked(now, entry).await
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        about::STATEMENTS,
        assessments::STATEMENTS,
        cases::STATEMENTS,
        connections::STATEMENTS,
        directory::STATEMENTS,
        disclosures::STATEMENTS,
        episodes::STATEMENTS,
        feedback::STATEMENTS,
        imports::STATEMENTS,
        jobs::STATEMENTS,
        links::STATEMENTS,
        organisations::STATEMENTS,
        outbox::STATEMENTS,
        plans::STATEMENTS,
        questions::STATEMENTS,
        reference::STATEMENTS,
        refer_frame::STATEMENTS,
        referrals::STATEMENTS,
        schemes::STATEMENTS,
        self_referrals::STATEMENTS,
        triage::STATEMENTS,
        users::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
