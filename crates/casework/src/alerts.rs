//! Answers that may mean danger: whoever can see to them is told, again every hour, until somebody says that they have.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{AssessmentId, CaseId, UserId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::role::Role;
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::{ReadCaseload, WorkCase};
use fingerpost_store::{
    ClaimedJob, Ctx, JobKind, MessageTemplate, add_job, case_in_scope, holders_of_role, job_done, person_name, theirs,
    write_to_user,
};
use jiff::SignedDuration;

use crate::Casework;

statements! {
    OPEN = concat!(
        "SELECT a.id, a.case_id, a.alert_at, p.given, p.family, p.preferred, p.phone FROM assessment a CROSS JOIN case_file c \
         JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
         WHERE a.tenant = $1 AND a.alert_at >= $5 AND a.alert_at IS NOT NULL AND a.alert_answered_at IS NULL AND c.tenant = a.tenant AND c.id = a.case_id AND c.scheme = $2 AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY a.alert_at, a.id LIMIT 50"
    );
    OF = "SELECT case_id FROM assessment WHERE tenant = $1 AND id = $2";
    SEEN_TO = "UPDATE assessment SET alert_answered_by = $3, alert_answered_at = $4 WHERE tenant = $1 AND id = $2 AND alert_at IS NOT NULL AND alert_answered_at IS NULL";
    WHO = "SELECT c.scheme, c.worker, a.alert_at, (SELECT MIN(b.cover) FROM absence b WHERE b.tenant = c.tenant AND b.scheme = c.scheme AND b.worker = c.worker \
           AND b.from_day <= $3 AND b.until_day >= $3 AND b.ended_at IS NULL) AS cover \
           FROM assessment a JOIN case_file c ON c.tenant = a.tenant AND c.id = a.case_id \
           WHERE a.tenant = $1 AND a.id = $2 AND a.alert_at IS NOT NULL AND a.alert_answered_at IS NULL";
}

/// Until somebody has seen to it, it comes again after so long.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// One that nobody saw to is shown for so long; the case keeps the answer.
const SHOWN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// An answer that may mean danger, and that nobody has seen to.
#[derive(Debug, Clone)]
pub struct AlertRow {
    /// The assessment.
    pub id: AssessmentId,
    /// The case.
    pub case: CaseId,
    /// The person.
    pub name: PersonName,
    /// When it was given.
    pub at: Timestamp,
}

impl Casework {
    /// Answers that may mean danger in the cases that the reader may open, the oldest first. Part of the caseload, whose
    /// look is audited with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alerts(&self, ctx: &Ctx<ReadCaseload>) -> Result<Vec<AlertRow>> {
        let grant = &ctx.grant;
        let since = ctx.now.saturating_sub(SHOWN).unwrap_or(Timestamp::MIN);
        let wanted = values![grant.tenant(), grant.organisation(), grant.only_user(), day_of(ctx.now), since];
        let rows = self.0.ledger().db().rows(OPEN, wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(AlertRow {
                    id: row.parsed("id")?,
                    case: row.parsed("case_id")?,
                    name: person_name(row)?,
                    at: row.at("alert_at")?,
                })
            })
            .collect()
    }

    /// Notes that somebody has seen to it: nobody is told again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] when somebody had before.
    pub async fn see_to(&self, ctx: &Ctx<WorkCase>, (case, id): (CaseId, AssessmentId)) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(OF, values![tenant, id]).await?.ok_or(StoreError::NotFound)?;
        if row.parsed::<CaseId>("case_id")? != case {
            return Err(StoreError::NotFound);
        }
        if tx.run(SEEN_TO, values![tenant, id, ctx.grant.user(), ctx.now]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let entry = ctx.entry(Act::Change, Resource::Assessment).of(id).because("seen_to");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Tells whoever has the case, whoever covers for them and the supervisors; again every hour until somebody has seen to
    /// it, then the scheme's other link workers too.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn raise_alert(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let id: AssessmentId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let tenant = &job.tenant;
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        if let Some(row) = tx.row(WHO, values![tenant, id, day_of(now)]).await? {
            let scheme = row.parsed("scheme")?;
            let first = row.at("alert_at")?.saturating_add(AGAIN).unwrap_or(Timestamp::MAX) > now;
            let mut told: Vec<UserId> = vec![row.parsed("worker")?];
            told.extend(row.opt_parsed::<UserId>("cover")?);
            told.extend(holders_of_role(&mut tx, tenant, scheme, Role::Supervisor).await?);
            if !first {
                told.extend(holders_of_role(&mut tx, tenant, scheme, Role::LinkWorker).await?);
            }
            told.sort_unstable();
            told.dedup();
            // Each hour is a message of its own.
            let about = format!("{id}/{}", now.as_second() / 60);
            for user in told {
                write_to_user(&self.0, &mut tx, tenant, MessageTemplate::AnswerAlert, (user, &about), now).await?;
            }
            let next = now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX);
            add_job(&self.0, &mut tx, tenant, (JobKind::AnswerAlert, &job.subject), (next, now)).await?;
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Assessment).of(id);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
