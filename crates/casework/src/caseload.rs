//! The caseload: whose turn it is, most urgent first, and the cases that are closed.

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::{Outcome, Urgency};
use fingerpost_domain::id::{CaseId, UserId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::ReadCaseload;
use fingerpost_store::{Ctx, PAGE_ROWS, person_name, theirs};

use crate::Casework;

statements! {
    CASELOAD = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, p.risk, p.risk_note, c.opened_at, c.sent_at, c.first_contact, c.last_contact, c.next_action, c.next_due, \
         c.sessions_agreed, c.sessions_used, c.review_on, c.worker, u.name AS worker_name, \
         CASE WHEN CAST($3 AS TEXT) IS NULL THEN NULL ELSE (SELECT n.review_on FROM access_needs n WHERE n.tenant = c.tenant AND n.person = c.person ORDER BY n.version DESC LIMIT 1) END AS access_review, \
         CASE WHEN c.first_contact IS NULL THEN (SELECT COUNT(*) FROM referral r \
         WHERE r.tenant = c.tenant AND r.case_id = c.id AND (r.urgent = 1 OR r.safeguarding IS NOT NULL)) ELSE 0 END AS worries \
         FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NULL AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.next_due NULLS FIRST, c.id LIMIT $5"
    );
    CLOSED = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, c.closed_at, c.outcome, u.name AS worker_name \
         FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NOT NULL AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.closed_at DESC, c.id LIMIT $5"
    );
    PLACES = "SELECT COALESCE(CAST(SUM(places) AS BIGINT), 0) AS n FROM link_worker WHERE tenant = $1 AND scheme = $2 AND (CAST($3 AS TEXT) IS NULL OR user_id = $3)";
}

/// Open cases that one caseload page sorts and shows at most.
const CASELOAD_ROWS: i64 = 500;

/// One line of a caseload.
#[derive(Debug, Clone)]
pub struct CaseloadRow {
    /// The case.
    pub id: CaseId,
    /// The person.
    pub name: PersonName,
    /// The risk answer's code.
    pub risk: String,
    /// The risk.
    pub risk_note: Option<String>,
    /// When the case was opened.
    pub opened_at: Timestamp,
    /// When the referral was sent.
    pub sent_at: Timestamp,
    /// First contact that took place.
    pub first_contact: Option<Date>,
    /// Last contact that took place.
    pub last_contact: Option<Date>,
    /// What comes next.
    pub next_action: Option<String>,
    /// By when.
    pub next_due: Option<Date>,
    /// Sessions agreed.
    pub sessions_agreed: u16,
    /// Sessions used.
    pub sessions_used: u16,
    /// Words of danger or a worry about harm, and nobody has spoken with them yet.
    pub worried: bool,
    /// When the plan is looked at again.
    pub plan_review: Option<Date>,
    /// When they are asked again how words reach them; read for whoever sees their own people.
    pub access_review: Option<Date>,
    /// Whose case it is.
    pub worker_name: String,
    /// It is somebody else's, and the reader covers for them today.
    pub covered: bool,
}

/// One line of the closed cases.
#[derive(Debug, Clone)]
pub struct ClosedRow {
    /// The case.
    pub id: CaseId,
    /// The person.
    pub name: PersonName,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Whose case it was.
    pub worker_name: String,
}

impl CaseloadRow {
    /// What orders it.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency {
            worried: self.worried,
            due: self.next_due,
            risk_open: self.risk != "none_known",
            last_contact: self.last_contact,
            opened_on: day_of(self.opened_at),
        }
    }
}

fn caseload_row(row: &Row, reader: Option<UserId>) -> Result<CaseloadRow> {
    let worker: UserId = row.parsed("worker")?;
    Ok(CaseloadRow {
        id: row.parsed("id")?,
        name: person_name(row)?,
        risk: row.text("risk")?,
        risk_note: row.opt_text("risk_note")?,
        opened_at: row.at("opened_at")?,
        sent_at: row.at("sent_at")?,
        first_contact: row.opt_parsed("first_contact")?,
        last_contact: row.opt_parsed("last_contact")?,
        next_action: row.opt_text("next_action")?,
        next_due: row.opt_parsed("next_due")?,
        sessions_agreed: row.small("sessions_agreed")?,
        sessions_used: row.small("sessions_used")?,
        worried: row.int("worries")? > 0,
        plan_review: row.opt_parsed("review_on")?,
        access_review: row.opt_parsed("access_review")?,
        worker_name: row.text("worker_name")?,
        covered: reader.is_some_and(|reader| reader != worker),
    })
}

impl Casework {
    /// The open cases of the reader and of those whom they cover today, or of the scheme for its supervisor, most urgent first, and the
    /// places there are. At most 500.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn caseload(&self, ctx: &Ctx<ReadCaseload>) -> Result<(Vec<CaseloadRow>, i64)> {
        let grant = &ctx.grant;
        let mut tx = self.0.ledger().db().read().await?;
        let scope = values![grant.tenant(), grant.organisation(), grant.only_user()];
        let today = day_of(ctx.now);
        let rows = tx.rows(CASELOAD, [scope.clone(), values![today, CASELOAD_ROWS]].concat()).await?;
        let places = tx.row(PLACES, scope).await?.map_or(Ok(0), |row| row.int("n"))?;
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload)).await?;
        let mut cases = rows.iter().map(|row| caseload_row(row, grant.only_user())).collect::<Result<Vec<_>>>()?;
        cases.sort_by_key(|case| (case.urgency().key(today), case.id));
        Ok((cases, places))
    }

    /// The closed cases of the reader, or of the scheme for its supervisor, last closed first. At most
    /// [`PAGE_ROWS`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn closed_cases(&self, ctx: &Ctx<ReadCaseload>) -> Result<Vec<ClosedRow>> {
        let grant = &ctx.grant;
        let scope = values![grant.tenant(), grant.organisation(), grant.only_user(), day_of(ctx.now), PAGE_ROWS];
        let rows = self.0.ledger().db().rows(CLOSED, scope).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload).because("closed")).await?;
        rows.iter()
            .map(|row| {
                Ok(ClosedRow {
                    id: row.parsed("id")?,
                    name: person_name(row)?,
                    closed_at: row.at("closed_at")?,
                    outcome: row.coded("outcome", Outcome::from_code)?,
                    worker_name: row.text("worker_name")?,
                })
            })
            .collect()
    }
}
