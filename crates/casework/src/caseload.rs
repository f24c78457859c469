//! The caseload: whose turn it is, most urgent first, and the cases that are closed.

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::{Outcome, Urgency};
use fingerpost_domain::id::{CaseId, UserId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, Value, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::ReadCaseload;
use fingerpost_store::{Ctx, PAGE_ROWS, person_name, theirs};

use crate::Casework;

statements! {
    /// Whose turn it may be: what orders the list, and nothing to be shown.
    TURNS = concat!(
        "SELECT c.id, c.worker, p.risk, c.opened_at, c.last_contact, c.next_due, c.review_on, \
         CASE WHEN CAST($3 AS TEXT) IS NULL THEN NULL ELSE (SELECT n.review_on FROM access_needs n WHERE n.tenant = c.tenant AND n.person = c.person ORDER BY n.version DESC LIMIT 1) END AS access_review, \
         CASE WHEN c.first_contact IS NULL THEN (SELECT COUNT(*) FROM referral r \
         WHERE r.tenant = c.tenant AND r.case_id = c.id AND (r.urgent = 1 OR r.safeguarding IS NOT NULL)) ELSE 0 END AS worries \
         FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
         WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NULL AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.next_due NULLS FIRST, c.id LIMIT $5"
    );
    /// Fifty at once, of those that `TURNS` gave: where fewer are wanted, the last stands there again.
    SHOWN = "SELECT c.id, p.given, p.family, p.preferred, p.risk, p.risk_note, c.sent_at, c.first_contact, c.next_action, c.sessions_agreed, c.sessions_used, u.name AS worker_name \
             FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
             WHERE c.tenant = $1 AND c.id IN (\
             $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51)";
    NAME = "SELECT name FROM app_user WHERE tenant = $1 AND id = $2";
    CLOSED = concat!(
        "SELECT c.id, p.given, p.family, p.preferred, c.closed_at, c.outcome, u.name AS worker_name \
         FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
         WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NOT NULL AND ",
        theirs!("c.worker", "$3", "$4"),
        " ORDER BY c.closed_at DESC, c.id LIMIT $5"
    );
    PLACES = "SELECT COALESCE(CAST(SUM(places) AS BIGINT), 0) AS n FROM link_worker WHERE tenant = $1 AND scheme = $2 AND (CAST($3 AS TEXT) IS NULL OR user_id = $3)";
}

/// Open cases that one caseload sorts at most: three times the largest scheme of a large region.
const MOST_OPEN: i64 = 5_000;
/// Cases that are read at once to be shown.
const SHOWN_AT_ONCE: usize = 50;

/// An open case, as far as it has a place in the order.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// The case.
    pub id: CaseId,
    /// Whose case it is.
    pub worker: UserId,
    /// What orders it.
    pub urgency: Urgency,
    /// When the plan is looked at again.
    pub plan_review: Option<Date>,
    /// When they are asked again how words reach them; read for whoever sees their own people.
    pub access_review: Option<Date>,
    /// It is somebody else's, and the reader covers for them today.
    pub covered: bool,
}

/// Whose turn it is.
#[derive(Debug, Clone)]
pub struct Turns {
    /// Every open case, most urgent first.
    pub all: Vec<Turn>,
    /// Names of those for whom the reader covers today.
    pub covering: Vec<String>,
    /// Places there are.
    pub places: i64,
}

/// One line of a caseload.
#[derive(Debug, Clone)]
pub struct CaseloadRow {
    /// Its place in the order.
    pub turn: Turn,
    /// The person.
    pub name: PersonName,
    /// The risk answer's code.
    pub risk: String,
    /// The risk.
    pub risk_note: Option<String>,
    /// When the referral was sent.
    pub sent_at: Timestamp,
    /// First contact that took place.
    pub first_contact: Option<Date>,
    /// What comes next.
    pub next_action: Option<String>,
    /// Sessions agreed.
    pub sessions_agreed: u16,
    /// Sessions used.
    pub sessions_used: u16,
    /// Whose case it is.
    pub worker_name: String,
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

fn turn(row: &Row, reader: Option<UserId>) -> Result<Turn> {
    let worker: UserId = row.parsed("worker")?;
    Ok(Turn {
        id: row.parsed("id")?,
        worker,
        urgency: Urgency {
            worried: row.int("worries")? > 0,
            due: row.opt_parsed("next_due")?,
            risk_open: row.text("risk")? != "none_known",
            last_contact: row.opt_parsed("last_contact")?,
            opened_on: day_of(row.at("opened_at")?),
        },
        plan_review: row.opt_parsed("review_on")?,
        access_review: row.opt_parsed("access_review")?,
        covered: reader.is_some_and(|reader| reader != worker),
    })
}

fn shown(row: &Row, turn: Turn) -> Result<CaseloadRow> {
    Ok(CaseloadRow {
        turn,
        name: person_name(row)?,
        risk: row.text("risk")?,
        risk_note: row.opt_text("risk_note")?,
        sent_at: row.at("sent_at")?,
        first_contact: row.opt_parsed("first_contact")?,
        next_action: row.opt_text("next_action")?,
        sessions_agreed: row.small("sessions_agreed")?,
        sessions_used: row.small("sessions_used")?,
        worker_name: row.text("worker_name")?,
    })
}

impl Casework {
    /// Whose turn it is among the open cases of the reader and of those whom they cover today, or of the scheme for its
    /// supervisor (at most 5,000), and what is shown of those that `pick` names, in its order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn caseload(
        &self,
        ctx: &Ctx<ReadCaseload>,
        pick: impl FnOnce(&[Turn]) -> Vec<Turn>,
    ) -> Result<(Turns, Vec<CaseloadRow>)> {
        let grant = &ctx.grant;
        let (tenant, scheme) = (grant.tenant(), grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let scope = values![tenant, scheme, grant.only_user()];
        let today = day_of(ctx.now);
        let rows = tx.rows(TURNS, [scope.clone(), values![today, MOST_OPEN]].concat()).await?;
        let mut all = rows.iter().map(|row| turn(row, grant.only_user())).collect::<Result<Vec<_>>>()?;
        all.sort_by_cached_key(|turn| (turn.urgency.key(today), turn.id));
        let places = tx.row(PLACES, scope).await?.map_or(Ok(0), |row| row.int("n"))?;
        let mut covered: Vec<UserId> = all.iter().filter(|turn| turn.covered).map(|turn| turn.worker).collect();
        covered.sort_unstable();
        covered.dedup();
        let mut covering = vec![];
        for worker in covered {
            covering.extend(tx.row(NAME, values![tenant, worker]).await?.map(|row| row.text("name")).transpose()?);
        }
        covering.sort_unstable();
        let mut picked = vec![];
        for some in pick(&all).chunks(SHOWN_AT_ONCE) {
            let Some(last) = some.last() else { break };
            let padded =
                some.iter().chain(std::iter::repeat(last)).take(SHOWN_AT_ONCE).map(|turn| Value::from(turn.id));
            let rows = tx.rows(SHOWN, values![tenant].into_iter().chain(padded).collect()).await?;
            let ids = rows.iter().map(|row| row.parsed("id")).collect::<Result<Vec<CaseId>>>()?;
            for turn in some {
                if let Some(at) = ids.iter().position(|id| *id == turn.id) {
                    picked.push(shown(&rows[at], *turn)?);
                }
            }
        }
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload)).await?;
        Ok((Turns { all, covering, places }, picked))
    }

    /// All of a caseload that is small.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whole_caseload(&self, ctx: &Ctx<ReadCaseload>) -> Result<Vec<CaseloadRow>> {
        Ok(self.caseload(ctx, <[Turn]>::to_vec).await?.1)
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
