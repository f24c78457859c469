//! The person's plan: every version is kept, the newest stands.
//!
//! What matters to the person stands on the case, because a contact may change it too; a plan is always read
//! with what matters now.

use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::{CaseId, TenantId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::plan::{self, Conflict, Plan};
use fingerpost_domain::text::Note;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_intake_rules::settings::Milestone;
use fingerpost_policy::{Permission, ReadCase, WorkCase};

use crate::{Ctx, Store, cases, feedback};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::person_name;

statements! {
    NEWEST = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, c.opened_at, c.closed_at, c.matters, c.referrer_hears, u.name AS worker_name, w.phone AS worker_phone, \
              COALESCE(v.version, 0) AS version, v.body, v.written_at, a.name AS author_name \
              FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
              LEFT JOIN link_worker w ON w.tenant = c.tenant AND w.user_id = c.worker AND w.scheme = c.scheme \
              LEFT JOIN plan_version v ON v.tenant = c.tenant AND v.case_id = c.id \
              AND v.version = (SELECT MAX(m.version) FROM plan_version m WHERE m.tenant = c.tenant AND m.case_id = c.id) \
              LEFT JOIN app_user a ON a.tenant = v.tenant AND a.id = v.author \
              WHERE c.tenant = $1 AND c.scheme = $2 AND c.id = $3 AND ",
        theirs!("c.worker", "$4", "$5")
    );
    BODY = "SELECT body FROM plan_version WHERE tenant = $1 AND case_id = $2 AND version = $3";
    LAST = "SELECT body FROM plan_version WHERE tenant = $1 AND case_id = $2 ORDER BY version DESC LIMIT 1";
    WRITE = "INSERT INTO plan_version (tenant, case_id, version, body, author, written_at) VALUES ($1, $2, $3, $4, $5, $6)";
    REVIEW = "UPDATE case_file SET review_on = $3 WHERE tenant = $1 AND id = $2";
    MATTERS = "UPDATE case_file SET matters = $3, matters_on = $4 WHERE tenant = $1 AND id = $2";
}

/// A plan with what its page needs to know around it.
#[derive(Debug, Clone)]
pub struct PlanRecord {
    /// The case.
    pub case: CaseId,
    /// Whose plan it is.
    pub name: PersonName,
    /// The plan as it stands.
    pub plan: Plan,
    /// Its version; 0 when none has been written.
    pub version: i64,
    /// When the newest version was written, and by whom.
    pub written: Option<(Timestamp, String)>,
    /// The case is open: the plan may be changed.
    pub open: bool,
    /// What the referrer may hear.
    pub referrer_hears: ReferrerHears,
    /// The link worker.
    pub worker_name: String,
    /// Their phone.
    pub worker_phone: Option<String>,
}

/// How saving a plan ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanSaved {
    /// It stands.
    Saved,
    /// Somebody else changed the same fields meanwhile: nothing was saved. The plan holds both changes, with the
    /// writer's own words where they contradict.
    Conflicting {
        /// Both changes together.
        merged: Plan,
        /// The fields to look at.
        conflicts: Vec<Conflict>,
        /// The version that stands: what the next attempt was read from.
        version: i64,
    },
}

fn parsed(body: &str) -> Result<Plan> {
    serde_json::from_str(body).map_err(|_| StoreError::corrupt("body"))
}

fn matters(row: &Row) -> Result<Option<Note<2000>>> {
    let text = row.opt_text("matters")?.unwrap_or_default();
    Note::parse(&text).map_err(|_| StoreError::corrupt("matters"))
}

fn record(row: &Row) -> Result<PlanRecord> {
    let written = match row.opt_at("written_at")? {
        Some(at) => Some((at, row.text("author_name")?)),
        None => None,
    };
    let stored = row.opt_text("body")?.as_deref().map(parsed).transpose()?.unwrap_or_default();
    Ok(PlanRecord {
        case: row.parsed("id")?,
        name: person_name(row)?,
        plan: Plan { matters: matters(row)?, ..stored },
        version: row.int("version")?,
        written,
        open: row.opt_at("closed_at")?.is_none(),
        referrer_hears: row.coded("referrer_hears", ReferrerHears::from_code)?,
        worker_name: row.text("worker_name")?,
        worker_phone: row.opt_text("worker_phone")?,
    })
}

async fn newest<P: Permission>(tx: &mut Tx, ctx: &Ctx<P>, id: CaseId) -> Result<PlanRecord> {
    let row = tx.row(NEWEST, cases::scoped(ctx, id)).await?.ok_or(StoreError::NotFound)?;
    record(&row)
}

/// The version that a form was read from. Before the first one there was nothing.
async fn version_of(tx: &mut Tx, (tenant, case): (&TenantId, CaseId), version: i64) -> Result<Plan> {
    let row = tx.row(BODY, values![tenant, case, version]).await?;
    row.map(|row| parsed(&row.text("body")?)).transpose().map(Option::unwrap_or_default)
}

impl Store {
    /// The plan of a case as it stands.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn plan(&self, ctx: &Ctx<ReadCase>, id: CaseId) -> Result<PlanRecord> {
        let mut tx = self.db().read().await?;
        let found = newest(&mut tx, ctx, id).await?;
        drop(tx);
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Case).of(id).because("plan")).await?;
        Ok(found)
    }

    /// Writes a new version of a plan that was read as `read_version`, when `read_matters` was what mattered.
    /// Changes that somebody else made meanwhile are kept beside it; where both changed the same field, nothing is
    /// saved and both are given back. A plan that is the same as before makes no version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed case.
    pub async fn save_plan(
        &self,
        ctx: &Ctx<WorkCase>,
        id: CaseId,
        (mine, read_version, read_matters): (&Plan, i64, Option<Note<2000>>),
        today: Date,
    ) -> Result<PlanSaved> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.db().write().await?;
        newest(&mut tx, ctx, id).await?;
        cases::touch(&mut tx, tenant, id, None).await?;
        // Read again now that the case is held: on PostgreSQL somebody may have written between the two.
        let theirs = newest(&mut tx, ctx, id).await?;
        let base = Plan { matters: read_matters, ..version_of(&mut tx, (tenant, id), read_version).await? };
        let (merged, conflicts) = plan::merge(&base, &theirs.plan, mine);
        if !conflicts.is_empty() {
            return Ok(PlanSaved::Conflicting { merged, conflicts, version: theirs.version });
        }
        if merged == theirs.plan {
            self.stored_before(tx).await?;
            return Ok(PlanSaved::Saved);
        }
        let body = serde_json::to_string(&merged).map_err(|_| StoreError::corrupt("body"))?;
        tx.run(WRITE, values![tenant, id, theirs.version + 1, body, user, ctx.now]).await?;
        if theirs.version == 0 {
            feedback::reached(self, &mut tx, (tenant, id), (Milestone::Plan, ctx.now)).await?;
        }
        if merged.review_on != theirs.plan.review_on {
            tx.run(REVIEW, values![tenant, id, merged.review_on]).await?;
        }
        if merged.matters != theirs.plan.matters {
            let words = merged.matters.as_ref().map(Note::as_str);
            tx.run(MATTERS, values![tenant, id, words, words.map(|_| today)]).await?;
        }
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Case).of(id).because("plan")).await?;
        Ok(PlanSaved::Saved)
    }
}

/// The plan as it was last written, for the case page and the closing letter.
pub(crate) async fn of_case(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<Option<Plan>> {
    let row = tx.row(LAST, values![tenant, case]).await?;
    row.map(|row| parsed(&row.text("body")?)).transpose()
}
