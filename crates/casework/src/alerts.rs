//! Answers that may mean danger: whoever can see to them is told, again every hour, until somebody says that they have.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{AssessmentId, CaseId, OrganisationId, UserId};
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
    /// In the reader's own cases at once; in those of the whole scheme (given before `$5`) once everybody was told.
    OPEN = concat!(
        "SELECT a.id, a.case_id, a.alert_at, p.given, p.family, p.preferred, p.phone, p.guidance, u.name AS worker_name, CAST(CASE WHEN ",
        theirs!("c.worker", "$3", "$4"),
        " THEN 1 ELSE 0 END AS BIGINT) AS own FROM assessment a CROSS JOIN case_file c \
         JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE a.tenant = $1 AND a.alert_at > 0 AND a.alert_at IS NOT NULL AND a.alert_answered_at IS NULL AND c.tenant = a.tenant AND c.id = a.case_id AND c.scheme = $2 AND (a.alert_at <= $5 OR ",
        theirs!("c.worker", "$3", "$4"),
        ") ORDER BY a.alert_at, a.id LIMIT 50"
    );
    OF = "SELECT a.case_id, a.alert_at, a.alert_answered_at, c.scheme FROM assessment a JOIN case_file c ON c.tenant = a.tenant AND c.id = a.case_id WHERE a.tenant = $1 AND a.id = $2";
    SEEN_TO = "UPDATE assessment SET alert_answered_by = $3, alert_answered_at = $4 WHERE tenant = $1 AND id = $2 AND alert_at IS NOT NULL AND alert_answered_at IS NULL";
    WHO = "SELECT c.scheme, c.worker, a.alert_at, (SELECT MIN(b.cover) FROM absence b WHERE b.tenant = c.tenant AND b.scheme = c.scheme AND b.worker = c.worker \
           AND b.from_day <= $3 AND b.until_day >= $3 AND b.ended_at IS NULL) AS cover \
           FROM assessment a JOIN case_file c ON c.tenant = a.tenant AND c.id = a.case_id \
           WHERE a.tenant = $1 AND a.id = $2 AND a.alert_at IS NOT NULL AND a.alert_answered_at IS NULL";
}

/// Until somebody has seen to it, it comes again after so long.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
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
    /// The reader may open the case; otherwise everybody was told, because nobody has seen to it.
    pub own: bool,
    /// Whose case it is.
    pub worker_name: String,
    /// The person's telephone, and what to know when ringing.
    pub ring: Option<(String, Option<String>)>,
}

impl Casework {
    /// Answers that may mean danger, the oldest first: in the cases that the reader may open, and an hour later in those of
    /// the whole scheme.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alerts(&self, ctx: &Ctx<ReadCaseload>) -> Result<Vec<AlertRow>> {
        let grant = &ctx.grant;
        let wanted =
            values![grant.tenant(), grant.organisation(), grant.only_user(), day_of(ctx.now), told_all_before(ctx.now)];
        let rows = self.0.ledger().db().rows(OPEN, wanted).await?;
        if !rows.is_empty() {
            self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Assessment).because("alert")).await?;
        }
        rows.iter()
            .map(|row| {
                let guidance = row.opt_text("guidance")?;
                Ok(AlertRow {
                    id: row.parsed("id")?,
                    case: row.parsed("case_id")?,
                    name: person_name(row)?,
                    at: row.at("alert_at")?,
                    own: row.flag("own")?,
                    worker_name: row.text("worker_name")?,
                    ring: row.opt_text("phone")?.map(|phone| (phone, guidance)),
                })
            })
            .collect()
    }

    /// Notes that somebody has seen to it: nobody is told again. A second press changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; once everybody was told, outside the scheme.
    pub async fn see_to(&self, ctx: &Ctx<WorkCase>, (case, id): (CaseId, AssessmentId)) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        let row = tx.row(OF, values![tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let here = row.parsed::<OrganisationId>("scheme")? == ctx.grant.organisation();
        let given = row.opt_at("alert_at")?.ok_or(StoreError::NotFound)?;
        if row.parsed::<CaseId>("case_id")? != case || !here {
            return Err(StoreError::NotFound);
        }
        if given > told_all_before(ctx.now) {
            case_in_scope(&mut tx, ctx, case).await?;
        }
        if tx.run(SEEN_TO, values![tenant, id, ctx.grant.user(), ctx.now]).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
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
            let first = row.at("alert_at")? > told_all_before(now);
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

/// What was given by then has been told to everybody in the scheme.
fn told_all_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(AGAIN).unwrap_or(Timestamp::MIN)
}
