//! Background work, stored with the change that causes it: one job for each kind and subject.

use fingerpost_domain::id::{JobId, TenantId};
use fingerpost_domain::{Timestamp, coded};
use jiff::SignedDuration;

use crate::Store;
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::{Tx, values};
use fingerpost_ledger::dialect;

coded! {
    /// What is to be done.
    pub enum JobKind {
        /// When the promised answer is due and the referral still waits, or somebody who was turned down has still to be told, tell those
        /// who triage.
        RemindTriage = "remind_triage",
        /// A referrer was asked something before their referral is answered: ask again, or tell the scheme to decide without.
        NudgeReferrer = "nudge_referrer",
        /// A referral was begun: tell its writer when it lies unsent.
        DraftWaits = "draft_waits",
        /// A moment was reached at which the scheme may write a letter to the referrer.
        Milestone = "milestone",
        /// When two months after a change are over and nobody has counted again, tell whoever planned it.
        RemindRepeatCount = "remind_repeat_count",
        /// When the months of a third count are over and nobody has counted them, tell whoever planned the change or studied it.
        RemindThirdCount = "remind_third_count",
        /// When a survey has been open for two weeks and not everybody has answered, tell whoever opened it.
        RemindSurvey = "remind_survey",
        /// An answer may mean danger: tell those who can see to it, until somebody has.
        AnswerAlert = "answer_alert",
        /// When a link worker has not said that they are back from a visit, tell others.
        VisitOverdue = "visit_overdue",
        /// The day before a visit that the person was told of, tell them again.
        RemindVisit = "remind_visit",
        /// A case was closed: call off what was planned with the person.
        EndVisits = "end_visits",
        /// A list of those who could be referred has lain for a year: throw it away.
        ForgetList = "forget_list",
        /// A survey has ended: forget the colleagues to whom Fingerpost wrote about it.
        ForgetColleagues = "forget_colleagues",
        /// A prize draw was drawn some weeks ago: forget who won.
        ForgetDraw = "forget_draw",
    }
}

/// A job whose turn it is.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// Tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: JobKind,
    /// The record it is about.
    pub subject: String,
    /// Attempts so far, with this one.
    pub attempts: i64,
}

statements! {
    ADD = "INSERT INTO job (tenant, id, kind, subject, run_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant, kind, subject) DO UPDATE SET run_at = excluded.run_at, attempts = 0, done_at = NULL, failed_at = NULL, last_error = NULL";
    DONE = "UPDATE job SET done_at = $3 WHERE tenant = $1 AND id = $2";
    FAILED = "UPDATE job SET failed_at = $3, last_error = $4 WHERE tenant = $1 AND id = $2";
}

/// A job whose worker died is taken up again after this.
const CLAIM_FOR: SignedDuration = SignedDuration::from_mins(5);
const GIVE_UP_AFTER: i64 = 10;

/// Work to be done at `run_at`. What was done once already, or waits for another time, is to be done then.
///
/// # Errors
/// When the database fails.
pub async fn add(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (kind, subject): (JobKind, &str),
    (run_at, now): (Timestamp, Timestamp),
) -> Result<()> {
    let id: JobId = store.entropy().id(now);
    tx.later(ADD, values![tenant, id, kind.code(), subject, run_at]).await
}

/// A job is done, with the change that did it.
///
/// # Errors
/// When the database fails.
pub async fn done(tx: &mut Tx, job: &ClaimedJob, now: Timestamp) -> Result<()> {
    tx.run(DONE, values![&job.tenant, job.id, now]).await.map(drop)
}

impl Store {
    /// Claims up to `limit` due jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_jobs(&self, limit: i64, now: Timestamp) -> Result<Vec<ClaimedJob>> {
        let mut tx = self.db().write().await?;
        let again = now.saturating_add(CLAIM_FOR).unwrap_or(Timestamp::MAX);
        let claim = dialect::claim_job(&tx);
        let rows = tx.rows(claim, values![now, again, limit]).await?;
        let mut claimed = vec![];
        for row in &rows {
            let (tenant, id): (TenantId, JobId) = (row.parsed("tenant")?, row.parsed("id")?);
            // A job of a newer program, or a broken one, must not hold up the rest.
            match JobKind::from_code(&row.text("kind")?) {
                Some(kind) => {
                    let (subject, attempts) = (row.text("subject")?, row.int("attempts")?);
                    claimed.push(ClaimedJob { tenant, id, kind, subject, attempts });
                }
                None => drop(tx.run(FAILED, values![&tenant, id, now, "unreadable"]).await?),
            }
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// Gives a job up after too many attempts; until then it comes round again by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job_failed(&self, job: &ClaimedJob, reason: &str, now: Timestamp) -> Result<()> {
        if job.attempts < GIVE_UP_AFTER {
            return Ok(());
        }
        let mut tx = self.db().write().await?;
        tx.run(FAILED, values![&job.tenant, job.id, now, reason]).await?;
        tx.commit().await
    }
}
