//! Everything in one database, copied into another: what backup, restore and moving to a server are made of.
//!
//! One transaction reads, one writes; a copy that breaks off leaves the target as empty as it was. Rows are streamed,
//! so a region does not have to fit into memory. Sessions are left behind: people sign in again. A test compares the
//! tables named here with those of the schema.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::TenantId;

use crate::audit::{Act, Entry, Resource};
use crate::engine::{Tx, values};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::{Store, migrate};

statements! {
    IN_USE = "SELECT (SELECT COUNT(*) FROM tenant) + (SELECT COUNT(*) FROM organisation) + (SELECT COUNT(*) FROM service) AS n";
    SEQUENCE = "SELECT value FROM directory_sequence WHERE only_row = 1";
    HOLD_MESSAGES = "UPDATE outbox SET failed_at = $1, last_error = 'restored' WHERE sent_at IS NULL AND failed_at IS NULL";
    HOLD_JOBS = "UPDATE job SET failed_at = $1, last_error = 'restored' WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1";
    SET_SEQUENCE = "UPDATE directory_sequence SET value = $1 WHERE only_row = 1";
}

/// A table with the statements that read and write all of it.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    select: &'static str,
    insert: &'static str,
    count: &'static str,
}

/// Writes the tables down once: name and columns, parents before children.
macro_rules! tables {
    ($($table:literal: $first:literal $($column:literal)*;)+) => {
        const TABLES: &[Table] = &[$(Table {
            name: $table,
            columns: &[$first, $($column),*],
            select: concat!("SELECT ", $first, $(", ", $column,)* " FROM ", $table),
            insert: tables!(@insert [concat!("INSERT INTO ", $table, " (", $first, $(", ", $column,)* ") VALUES ($1")]
                [] [$($column)*]
                ["$2" "$3" "$4" "$5" "$6" "$7" "$8" "$9" "$10" "$11" "$12" "$13" "$14" "$15" "$16" "$17" "$18" "$19" "$20" "$21"
                 "$22" "$23" "$24" "$25" "$26" "$27" "$28" "$29" "$30" "$31" "$32" "$33" "$34" "$35" "$36" "$37" "$38" "$39" "$40"]),
            count: concat!("SELECT COUNT(*) AS n FROM ", $table),
        }),+];
    };
    (@insert [$head:expr] [$($marks:literal)*] [] [$($rest:literal)*]) => { concat!($head, $(", ", $marks,)* ")") };
    (@insert [$head:expr] [$($marks:literal)*] [$column:literal $($columns:literal)*] [$mark:literal $($rest:literal)*]) => {
        tables!(@insert [$head] [$($marks)* $mark] [$($columns)*] [$($rest)*])
    };
}

tables! {
    "installation": "key" "value";
    "tenant": "id" "created_at";
    "organisation": "id" "slug" "kind" "name" "name_folded" "status" "parent" "address" "postcode" "phone" "opened_on" "closed_on" "setting" "source" "changed_at";
    "organisation_identifier": "system" "value" "organisation";
    "organisation_member": "member" "body" "since" "until";
    "import_run": "id" "kind" "source" "finished_at" "rows_read" "added" "changed" "unchanged" "refused";
    "scheme": "tenant" "organisation" "min_age" "max_age" "sessions_agreed" "answer_working_days";
    "scheme_practice": "tenant" "practice" "scheme";
    "app_user": "tenant" "id" "name" "email" "email_folded" "job_title" "password_hash" "totp_secret" "totp_last_step" "disabled" "failed_attempts" "locked_until" "created_at";
    "membership": "tenant" "user_id" "organisation" "role";
    "link_worker": "tenant" "user_id" "scheme" "languages" "phone" "places";
    "link_worker_practice": "tenant" "practice" "user_id" "scheme" "days";
    "one_time_link": "tenant" "id" "token_hash" "scope" "subject" "created_at" "expires_at" "used_at" "revoked_at";
    "person": "tenant" "id" "given" "family" "preferred" "name_folded" "born" "nhs_number" "address" "postcode" "phone" "email" "communication" "reach" "guidance" "risk" "risk_note" "created_at";
    "case_file": "tenant" "id" "person" "scheme" "worker" "practice" "opened_at" "sent_at" "sessions_agreed" "sessions_used" "happened_count" "first_contact" "last_contact" "next_action" "next_due" "matters" "matters_on" "referrer_hears" "closed_at" "outcome" "changed" "continues" "version";
    "referral": "tenant" "id" "reference" "state" "scheme" "practice" "referrer" "request_key" "given" "family" "preferred" "name_folded" "born" "nhs_number" "address" "postcode" "phone" "email" "communication" "needs" "words" "reach" "guidance" "risk" "risk_note" "agreement" "created_at" "sent_at" "answer_due" "decided_at" "decided_by" "reason" "alternative" "case_id" "joined_case";
    "contact": "tenant" "id" "case_id" "request_key" "kind" "happened" "on_day" "session_no" "author" "recorded_at";
    "contact_note": "tenant" "contact" "version" "body" "author" "written_at";
    "disclosure": "tenant" "id" "referral" "recipient" "basis" "fields" "given_at" "recorded_by" "withdrawn_at";
    "feedback": "tenant" "id" "referral" "disclosure" "kind" "sections" "sent_at" "opened_at";
    "job": "tenant" "id" "kind" "subject" "run_at" "attempts" "done_at" "failed_at" "last_error";
    "outbox": "tenant" "id" "template" "recipient_kind" "recipient" "subject" "run_at" "attempts" "sent_at" "failed_at" "last_error";
    "audit_row": "lane" "seq" "at" "tenant" "actor" "organisation" "act" "resource" "resource_id" "ground" "detail" "block";
    "audit_block": "number" "previous" "hash" "row_count" "sealed_at";
    "plan_version": "tenant" "case_id" "version" "body" "author" "written_at";
    "service": "id" "source" "hsds_id" "name" "body" "seq" "changed_at";
    "postcode": "postcode" "latitude" "longitude" "lsoa" "source";
    "connection": "tenant" "id" "case_id" "service" "service_name" "request_key" "state" "ask" "first_visit" "told" "group_email" "offered_by" "offered_at" "answered_at" "answered_by" "reason" "started_on" "came" "missed" "ended_at";
    "connection_visit": "tenant" "connection" "on_day" "came" "told_by" "told_at";
    "questionnaire": "code" "version" "body" "added_at";
    "assessment": "tenant" "id" "case_id" "questionnaire" "version" "moment" "mode" "request_key" "begun_by" "begun_at" "finished_at";
    "assessment_answer": "tenant" "assessment" "item" "answer" "answered_at";
    "self_description": "tenant" "person" "characteristic" "version" "answer" "words" "said_at";
    "access_needs": "tenant" "person" "version" "needs" "may_share" "review_on" "asked_at";
    "signpost": "tenant" "id" "organisation" "service" "service_name" "request_key" "how" "made_at" "taken_back_at";
}

/// Tables of the schema that are not copied row by row, and why nothing is lost by it.
#[cfg(test)]
pub(crate) const NOT_COPIED: &[(&str, &str)] = &[
    ("session", "people sign in again"),
    ("directory_sequence", "its only row is set"),
    ("schema_step", "the target has its own"),
];

/// Every statement that copies, with the name of its table.
#[cfg(test)]
pub(crate) fn copy_statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.iter().flat_map(|table| [table.select, table.insert, table.count].map(|sql| (table.name, sql)))
}

/// The tables that are copied, with their columns.
#[cfg(test)]
pub(crate) fn copied() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    TABLES.iter().map(|table| (table.name, table.columns))
}

async fn count(tx: &mut Tx, table: &Table) -> Result<i64> {
    tx.row(table.count, vec![]).await?.map_or(Ok(0), |row| row.int("n"))
}

impl Store {
    /// True when nothing has been put into this database yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_untouched(&self) -> Result<bool> {
        let mut tx = self.db().read().await?;
        Ok(tx.row(IN_USE, vec![]).await?.map_or(Ok(0), |row| row.int("n"))? == 0)
    }

    /// Notes in the audit that everything is about to be copied out of this database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_copy_out(&self, now: Timestamp) -> Result<()> {
        self.looked(now, Entry::system(TenantId::main(), Act::CopyOut, Resource::Installation)).await
    }

    /// Ends what a restore brought back: messages that had not left and jobs that are due are held, because the database they came
    /// from may still be sending them. Gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_restored(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.db().write().await?;
        let held = tx.run(HOLD_MESSAGES, values![now]).await? + tx.run(HOLD_JOBS, values![now]).await?;
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
            let copied = from.copy_rows((table.select, table.columns), (&mut to, table.insert)).await?;
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
