//! The diary: visits as planned, who is out on one now, and what groups answered.
//!
//! Whether a visit has happened is never marked by hand: it has when a contact of that day is recorded in the case.
//! Being out is no alarm system: it tells others, after a while, that somebody has not said that they are back.

use fingerpost_directory::place::Point;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::connection::{ConnectionState, GroupReason};
use fingerpost_domain::id::{CaseId, ConnectionId, OrganisationId, RequestKey, TenantId, UserId, VisitId};
use fingerpost_domain::person::{PersonName, Postcode};
use fingerpost_domain::role::Role;
use fingerpost_domain::text::Line;
use fingerpost_domain::visit::{GRACE, Visit, VisitKind};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::{ReadCase, ReadCaseload, WorkCase};
use fingerpost_store::{
    ClaimedJob, Ctx, JobKind, LinkScope, LiveLink, MessageTemplate, add_job, case_in_scope, hold_case, holders_of_role,
    job_done, mint_link_beside, person_name, theirs, write_to_user,
};
use jiff::civil::Time;
use jiff::{SignedDuration, ToSpan as _};

use crate::Casework;

/// A visit with what its card shows of the person; `$place` and `$join` say where it is.
macro_rules! visits {
    ($place:literal, $join:literal) => {
        concat!(
            "SELECT v.id, v.case_id, v.kind, v.on_day, v.at_minute, v.minutes, v.place, v.postcode, v.remember, v.gone_by, v.left_at, v.back_by, v.back_at, \
             p.given, p.family, p.preferred, p.address, p.postcode AS home, p.risk, p.risk_note, p.communication, u.name AS worker_name, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM contact t WHERE t.tenant = v.tenant AND t.case_id = v.case_id AND t.on_day = v.on_day \
             AND (t.kind = CASE v.kind WHEN 'home' THEN 'home_visit' WHEN 'go_along' THEN 'went_along' WHEN 'call' THEN 'phone' ELSE 'met' END OR (v.kind = 'call' AND t.kind = 'video'))) THEN 1 ELSE 0 END AS BIGINT) AS recorded, ",
            $place,
            " FROM visit v JOIN case_file c ON c.tenant = v.tenant AND c.id = v.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
             JOIN app_user u ON u.tenant = v.tenant AND u.id = v.worker ",
            $join
        )
    };
}

statements! {
    PLAN = "INSERT INTO visit (tenant, id, case_id, worker, request_key, kind, on_day, at_minute, minutes, place, postcode, remember, planned_by, planned_at) \
            SELECT $1, $2, id, worker, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM case_file WHERE tenant = $1 AND id = $3 \
            ON CONFLICT (tenant, planned_by, request_key) DO NOTHING";
    /// The visits of some days in the cases that the reader may open; whoever is inside sees that one until they are out.
    DIARY = concat!(
        visits!("z.latitude, z.longitude", "LEFT JOIN postcode z ON z.postcode = COALESCE(v.postcode, CASE WHEN v.kind = 'home' THEN p.postcode END) "),
        "WHERE v.tenant = $1 AND c.scheme = $2 AND v.on_day >= $5 AND v.on_day <= $6 AND v.cancelled_at IS NULL AND ((v.gone_by = $3 AND v.left_at IS NOT NULL AND v.back_at IS NULL) OR (c.closed_at IS NULL AND ",
        theirs!("c.worker", "$3", "$4"),
        ")) ORDER BY v.on_day, v.at_minute, v.id LIMIT $7"
    );
    OF_CASE = concat!(
        visits!("CAST(NULL AS BIGINT) AS latitude, CAST(NULL AS BIGINT) AS longitude", ""),
        "WHERE v.tenant = $1 AND v.case_id = $2 AND v.on_day >= $3 AND v.cancelled_at IS NULL ORDER BY v.on_day, v.at_minute, v.id LIMIT 40"
    );
    ONE = concat!(visits!("CAST(NULL AS BIGINT) AS latitude, CAST(NULL AS BIGINT) AS longitude", ""), "WHERE v.tenant = $1 AND v.case_id = $2 AND v.id = $3 AND v.cancelled_at IS NULL");
    CANCEL = "UPDATE visit SET cancelled_at = $4 WHERE tenant = $1 AND id = $2 AND case_id = $3 AND cancelled_at IS NULL AND (left_at IS NULL OR back_at IS NOT NULL)";
    GO_IN = "UPDATE visit SET gone_by = $6, left_at = $4, back_by = $5, back_at = NULL, raised = 0, answered_by = NULL, answered_at = NULL \
             WHERE tenant = $1 AND id = $2 AND case_id = $3 AND cancelled_at IS NULL AND (left_at IS NULL OR back_at IS NOT NULL)";
    /// Whoever went in may always say that they are out, whosever case it is by then.
    COME_OUT = "UPDATE visit SET back_at = $5 WHERE tenant = $1 AND id = $2 AND case_id = $3 AND gone_by = $4 AND left_at IS NOT NULL AND back_at IS NULL";
    STANDS = "SELECT gone_by, back_by, back_at, cancelled_at, answered_at FROM visit WHERE tenant = $1 AND id = $2 AND case_id = $3";
    ANSWERED = "UPDATE visit SET answered_by = $3, answered_at = $4 WHERE tenant = $1 AND id = $2 AND left_at IS NOT NULL AND back_at IS NULL AND raised > 0 AND answered_at IS NULL";
    TIMES = "SELECT kind, minutes FROM visit WHERE tenant = $1 AND id = $2 AND case_id = $3 AND cancelled_at IS NULL";
    SCHEME_OF = "SELECT c.scheme FROM visit v JOIN case_file c ON c.tenant = v.tenant AND c.id = v.case_id WHERE v.tenant = $1 AND v.id = $2";
    OUT = "SELECT v.id, v.kind, v.place, v.left_at, v.back_by, v.raised, v.answered_at, u.name AS worker_name, w.phone AS worker_phone, p.address, p.postcode AS home, a.name AS answered_name \
           FROM visit v JOIN case_file c ON c.tenant = v.tenant AND c.id = v.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
           JOIN app_user u ON u.tenant = v.tenant AND u.id = COALESCE(v.gone_by, v.worker) LEFT JOIN link_worker w ON w.tenant = v.tenant AND w.user_id = COALESCE(v.gone_by, v.worker) AND w.scheme = c.scheme \
           LEFT JOIN app_user a ON a.tenant = v.tenant AND a.id = v.answered_by \
           WHERE v.tenant = $1 AND c.scheme = $2 AND v.left_at >= $4 AND v.left_at IS NOT NULL AND v.back_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR v.raised > 1) ORDER BY v.back_by, v.id LIMIT 50";
    OVERDUE = "SELECT c.scheme, v.gone_by, v.back_by, v.raised FROM visit v JOIN case_file c ON c.tenant = v.tenant AND c.id = v.case_id \
               WHERE v.tenant = $1 AND v.id = $2 AND v.left_at IS NOT NULL AND v.back_at IS NULL AND v.answered_at IS NULL";
    RAISE = "UPDATE visit SET raised = $3 WHERE tenant = $1 AND id = $2";
    /// Answers of groups to offers in open cases, and days on which they did not see somebody whom nobody has spoken to
    /// since; newest first; those of the reader, and of whoever they cover.
    ANSWERS = concat!(
        "SELECT id, case_id, service_name, state, reason, answered_at, missed_on, given, family, preferred FROM ( \
         SELECT n.id, n.case_id, n.service_name, n.state, n.reason, n.answered_at, CAST(NULL AS TEXT) AS missed_on, p.given, p.family, p.preferred \
         FROM case_file c CROSS JOIN connection n JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
         WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NULL AND n.tenant = c.tenant AND n.case_id = c.id AND n.answered_at >= $5 AND n.answered_by = 'group' AND n.state IN ('accepted', 'declined_by_group') AND ",
        theirs!("c.worker", "$3", "$4"),
        " UNION ALL SELECT n.id, n.case_id, n.service_name, n.state, CAST(NULL AS TEXT) AS reason, v.told_at AS answered_at, v.on_day AS missed_on, p.given, p.family, p.preferred \
         FROM case_file c CROSS JOIN connection n CROSS JOIN connection_visit v JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
         WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NULL AND n.tenant = c.tenant AND n.case_id = c.id AND n.state IN ('accepted', 'started') \
         AND v.tenant = n.tenant AND v.connection = n.id AND v.came = 0 AND v.told_by = 'group' AND v.told_at >= $5 \
         AND NOT EXISTS (SELECT 1 FROM contact t WHERE t.tenant = c.tenant AND t.case_id = c.id AND t.recorded_at > v.told_at) AND ",
        theirs!("c.worker", "$3", "$4"),
        ") told ORDER BY answered_at DESC, id, missed_on LIMIT 20"
    );
    FEED_OWNER = "SELECT id FROM app_user WHERE tenant = $1 AND id = $2 AND disabled = 0";
    FEED = "SELECT v.id, v.kind, v.on_day, v.at_minute, v.minutes, v.planned_at FROM visit v JOIN case_file c ON c.tenant = v.tenant AND c.id = v.case_id \
            WHERE v.tenant = $1 AND v.worker = $2 AND v.on_day >= $3 AND v.cancelled_at IS NULL AND c.closed_at IS NULL ORDER BY v.on_day, v.at_minute, v.id LIMIT 500";
    END_FEEDS = "UPDATE one_time_link SET revoked_at = $4 WHERE tenant = $1 AND scope = $2 AND subject = $3 AND revoked_at IS NULL";
    FEEDS = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM one_time_link WHERE tenant = $1 AND scope = $2 AND subject = $3 AND revoked_at IS NULL AND expires_at > $4";
}

/// Visits that a page shows at most.
const MOST_VISITS: i64 = 200;
/// Answers of groups are shown for so many days.
const ANSWERS_SHOWN: i64 = 14;
/// A second time others are told after this, and then more of them.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Whoever forgot to say that they are back is shown for so long.
const OUT_SHOWN: SignedDuration = SignedDuration::from_hours(72);
/// A calendar elsewhere may follow the diary for so long; then its owner makes the address anew.
const FEED_LASTS: SignedDuration = SignedDuration::from_hours(24 * 365);
/// What a calendar elsewhere sees of the past, days.
const FEED_BACK: i64 = 31;

/// A visit in a diary.
#[derive(Debug, Clone)]
pub struct VisitRow {
    /// Its id.
    pub id: VisitId,
    /// The case.
    pub case: CaseId,
    /// As planned.
    pub visit: Visit,
    /// The person.
    pub name: PersonName,
    /// Where they live.
    pub home: Option<String>,
    /// The risk answer's code.
    pub risk: String,
    /// The risk.
    pub risk_note: Option<String>,
    /// How to communicate.
    pub communication: Option<String>,
    /// In whose diary it stands.
    pub worker_name: String,
    /// A contact of that day is recorded.
    pub recorded: bool,
    /// When somebody went in, and by when they said they would be back.
    pub out: Option<(Timestamp, Timestamp)>,
    /// Who went in.
    pub gone_by: Option<UserId>,
    /// When they said that they were back.
    pub back_at: Option<Timestamp>,
    /// Where it is, when its postcode is known.
    pub point: Option<Point>,
}

/// Somebody who has gone in and has not said that they are back.
#[derive(Debug, Clone)]
pub struct OutRow {
    /// The visit.
    pub id: VisitId,
    /// Who.
    pub worker_name: String,
    /// Their telephone.
    pub worker_phone: Option<String>,
    /// Where they went.
    pub place: String,
    /// When they went in.
    pub left_at: Timestamp,
    /// By when they said they would be back.
    pub back_by: Timestamp,
    /// 0 while nobody was told; 1 once supervisors were, 2 once everybody was.
    pub raised: i64,
    /// Who said that they were reached, and when.
    pub answered: Option<(String, Timestamp)>,
}

/// A group's answer.
#[derive(Debug, Clone)]
pub struct AnswerRow {
    /// The connection.
    pub connection: ConnectionId,
    /// The case.
    pub case: CaseId,
    /// The person.
    pub name: PersonName,
    /// The group.
    pub service: String,
    /// Where it stands.
    pub state: ConnectionState,
    /// Why not, where it was no.
    pub reason: Option<GroupReason>,
    /// The day on which they were expected and did not come, where that is what the group says.
    pub missed_on: Option<Date>,
    /// When.
    pub at: Timestamp,
}

/// What a calendar elsewhere is told of a visit: no person, no place.
#[derive(Debug, Clone)]
pub struct FeedVisit {
    /// Its id.
    pub id: VisitId,
    /// Where they meet, as a kind.
    pub kind: VisitKind,
    /// When it begins.
    pub begins: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// When it was planned.
    pub planned_at: Timestamp,
}

fn time_of(minutes: i64) -> Result<Time> {
    Time::midnight().checked_add(minutes.minutes()).map_err(|_| StoreError::corrupt("at_minute"))
}

fn minutes_of(at: Time) -> i64 {
    i64::from(at.hour()) * 60 + i64::from(at.minute())
}

pub(crate) fn visit_of(row: &Row) -> Result<Visit> {
    let line = |column: &'static str| row.opt_text(column);
    Ok(Visit {
        kind: row.coded("kind", VisitKind::from_code)?,
        on: row.parsed("on_day")?,
        at: time_of(row.int("at_minute")?)?,
        minutes: row.small("minutes")?,
        place: Line::parse(&line("place")?.unwrap_or_default()).map_err(|_| StoreError::corrupt("place"))?,
        postcode: line("postcode")?
            .map(|text| Postcode::parse(&text))
            .transpose()
            .map_err(|_| StoreError::corrupt("postcode"))?,
        remember: Line::parse(&line("remember")?.unwrap_or_default()).map_err(|_| StoreError::corrupt("remember"))?,
    })
}

/// "14 Tannery Row, WX4 1TN".
fn home_of(row: &Row) -> Result<Option<String>> {
    let parts: Vec<String> = [row.opt_text("address")?, row.opt_text("home")?].into_iter().flatten().collect();
    Ok((!parts.is_empty()).then(|| parts.join(", ")))
}

fn visit_row(row: &Row) -> Result<VisitRow> {
    let out = match (row.opt_at("left_at")?, row.opt_at("back_by")?) {
        (Some(left), Some(by)) => Some((left, by)),
        _ => None,
    };
    let point = match (row.opt_int("latitude")?, row.opt_int("longitude")?) {
        (Some(latitude), Some(longitude)) => Point::from_micro(latitude, longitude),
        _ => None,
    };
    Ok(VisitRow {
        id: row.parsed("id")?,
        case: row.parsed("case_id")?,
        visit: visit_of(row)?,
        name: person_name(row)?,
        home: home_of(row)?,
        risk: row.text("risk")?,
        risk_note: row.opt_text("risk_note")?,
        communication: row.opt_text("communication")?,
        worker_name: row.text("worker_name")?,
        recorded: row.flag("recorded")?,
        out,
        gone_by: row.opt_parsed("gone_by")?,
        back_at: row.opt_at("back_at")?,
        point,
    })
}

/// What is planned with a person, from `today` on.
pub(crate) async fn of_case(tx: &mut Tx, tenant: &TenantId, case: CaseId, today: Date) -> Result<Vec<VisitRow>> {
    let rows = tx.rows(OF_CASE, values![tenant, case, today]).await?;
    rows.iter().map(visit_row).collect()
}

/// Calls a visit off, unless somebody is there now. Says whether it was.
pub(crate) async fn call_off(
    tx: &mut Tx,
    (tenant, visit, case): (&TenantId, VisitId, CaseId),
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.run(CANCEL, values![tenant, visit, case, now]).await? > 0)
}

impl Casework {
    /// The visits of the reader, and of those whom they cover today, from one day to another; of the whole scheme for its
    /// supervisor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn diary(&self, ctx: &Ctx<ReadCaseload>, (from, until): (Date, Date)) -> Result<Vec<VisitRow>> {
        let grant = &ctx.grant;
        let (user, today) = (grant.only_user(), day_of(ctx.now));
        let wanted = values![grant.tenant(), grant.organisation(), user, today, from, until, MOST_VISITS];
        let rows = self.0.ledger().db().rows(DIARY, wanted).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload).because("diary")).await?;
        rows.iter().map(visit_row).collect()
    }

    /// One visit of a case; none where it was called off or never was.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn visit(&self, ctx: &Ctx<ReadCase>, (case, id): (CaseId, VisitId)) -> Result<Option<VisitRow>> {
        let mut tx = self.0.ledger().db().read().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(ONE, values![ctx.grant.tenant(), case, id]).await?;
        row.as_ref().map(visit_row).transpose()
    }

    /// Plans a visit into the diary of whose case it is, and tells the person where `tell` says so. The same key plans it
    /// once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed case.
    pub async fn plan_visit(
        &self,
        ctx: &Ctx<WorkCase>,
        case: CaseId,
        (visit, tell, key): (&Visit, bool, RequestKey),
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        hold_case(&mut tx, tenant, case, None).await?;
        let id: VisitId = self.0.entropy().id(ctx.now);
        let planned = values![
            tenant,
            id,
            case,
            key,
            visit.kind.code(),
            visit.on,
            minutes_of(visit.at),
            i64::from(visit.minutes),
            visit.place.as_ref().map(Line::as_str),
            visit.postcode.as_ref().map(Postcode::as_str),
            visit.remember.as_ref().map(Line::as_str),
            user,
            ctx.now,
        ];
        if tx.run(PLAN, planned).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
        }
        if tell {
            self.tell_of_visit(&mut tx, (tenant, id), ctx.now).await?;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Visit).of(id)).await
    }

    /// Calls a visit off, and tells the person where they had heard of it by a message; says whether. A second press changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] while somebody is there.
    pub async fn cancel_visit(&self, ctx: &Ctx<WorkCase>, (case, visit): (CaseId, VisitId)) -> Result<bool> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        if !call_off(&mut tx, (tenant, visit, case), ctx.now).await? {
            let row = tx.row(STANDS, values![tenant, visit, case]).await?.ok_or(StoreError::NotFound)?;
            if row.opt_at("cancelled_at")?.is_none() {
                return Err(StoreError::ChangedMeanwhile);
            }
            self.0.ledger().stored_before(tx).await?;
            return Ok(false);
        }
        let entry = ctx.entry(Act::Change, Resource::Visit).of(visit).because("cancelled");
        let told = self.tell_of_end(&mut tx, (tenant, visit), ctx.now).await?;
        self.0.ledger().commit(tx, ctx.now, entry).await?;
        Ok(told)
    }

    /// Notes that the reader goes in now. When they have not said that they are back [`GRACE`] after the visit should have
    /// ended, others are told. Gives by when they are expected back; a second press gives the same.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope or without such a visit; [`StoreError::ChangedMeanwhile`] when
    /// somebody else is there, or it was called off.
    pub async fn go_in(&self, ctx: &Ctx<WorkCase>, (case, visit): (CaseId, VisitId)) -> Result<Timestamp> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(TIMES, values![tenant, visit, case]).await?.ok_or(StoreError::NotFound)?;
        let back_by = after(ctx.now, SignedDuration::from_mins(row.int("minutes")?));
        if tx.run(GO_IN, values![tenant, visit, case, ctx.now, back_by, user]).await? == 0 {
            let row = tx.row(STANDS, values![tenant, visit, case]).await?.ok_or(StoreError::NotFound)?;
            let mine = row.opt_parsed::<UserId>("gone_by")? == Some(user) && row.opt_at("back_at")?.is_none();
            let before = row.opt_at("back_by")?.filter(|_| mine).ok_or(StoreError::ChangedMeanwhile)?;
            self.0.ledger().stored_before(tx).await?;
            return Ok(before);
        }
        let late = after(back_by, GRACE);
        add_job(&self.0, &mut tx, tenant, (JobKind::VisitOverdue, &visit.to_string()), (late, ctx.now)).await?;
        let entry = ctx.entry(Act::Change, Resource::Visit).of(visit).because("went_in");
        self.0.ledger().commit(tx, ctx.now, entry).await?;
        Ok(back_by)
    }

    /// Notes that the reader, who went in, has left again; whosever case it is by then. A second press changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it was not they who went in.
    pub async fn come_out(&self, ctx: &Ctx<WorkCase>, (case, visit): (CaseId, VisitId)) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(COME_OUT, values![tenant, visit, case, user, ctx.now]).await? == 0 {
            let row = tx.row(STANDS, values![tenant, visit, case]).await?.ok_or(StoreError::NotFound)?;
            if row.opt_parsed::<UserId>("gone_by")? != Some(user) {
                return Err(StoreError::NotFound);
            }
            return self.0.ledger().stored_before(tx).await;
        }
        let entry = ctx.entry(Act::Change, Resource::Visit).of(visit).because("came_out");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Those who are out and have not said that they are back: all of them for a supervisor; for a colleague only once
    /// everybody was told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn out_now(&self, ctx: &Ctx<ReadCaseload>) -> Result<Vec<OutRow>> {
        let grant = &ctx.grant;
        let since = ctx.now.saturating_sub(OUT_SHOWN).unwrap_or(Timestamp::MIN);
        let wanted = values![grant.tenant(), grant.organisation(), grant.only_user(), since];
        let rows = self.0.ledger().db().rows(OUT, wanted).await?;
        if !rows.is_empty() {
            self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Visit).because("out")).await?;
        }
        rows.iter()
            .map(|row| {
                let kind = row.coded("kind", VisitKind::from_code)?;
                let home = if kind == VisitKind::Home { home_of(row)? } else { None };
                let place: Vec<String> = [home, row.opt_text("place")?].into_iter().flatten().collect();
                let answered = match (row.opt_text("answered_name")?, row.opt_at("answered_at")?) {
                    (Some(name), Some(at)) => Some((name, at)),
                    _ => None,
                };
                Ok(OutRow {
                    id: row.parsed("id")?,
                    worker_name: row.text("worker_name")?,
                    worker_phone: row.opt_text("worker_phone")?,
                    place: if place.is_empty() { kind.label().to_owned() } else { place.join(", ") },
                    left_at: row.at("left_at")?,
                    back_by: row.at("back_by")?,
                    raised: row.int("raised")?,
                    answered,
                })
            })
            .collect()
    }

    /// Notes that a late worker was reached: nobody else is told. It changes nothing when they are back, or somebody noted it
    /// before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] in another scheme.
    pub async fn reached(&self, ctx: &Ctx<ReadCaseload>, visit: VisitId) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        let row = tx.row(SCHEME_OF, values![tenant, visit]).await?.ok_or(StoreError::NotFound)?;
        if row.parsed::<OrganisationId>("scheme")? != ctx.grant.organisation() {
            return Err(StoreError::NotFound);
        }
        if tx.run(ANSWERED, values![tenant, visit, user, ctx.now]).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Visit).of(visit).because("reached")).await
    }

    /// Tells others that somebody has not said that they are back: those who triage first, the whole scheme half an hour
    /// later. Nobody is told when they are back by then, or were reached.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn raise_overdue(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let visit: VisitId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let tenant = &job.tenant;
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        if let Some(row) = tx.row(OVERDUE, values![tenant, visit]).await? {
            let (scheme, before) = (row.parsed("scheme")?, row.int("raised")?);
            let gone: Option<UserId> = row.opt_parsed("gone_by")?;
            // Who is late is not asked after themself.
            let others = |found: Vec<UserId>| found.into_iter().filter(|user| Some(*user) != gone).collect::<Vec<_>>();
            let mut told = others(holders_of_role(&mut tx, tenant, scheme, Role::Supervisor).await?);
            let first = before == 0 && !told.is_empty();
            if !first {
                told.extend(others(holders_of_role(&mut tx, tenant, scheme, Role::LinkWorker).await?));
            }
            told.sort_unstable();
            told.dedup();
            // Each time somebody goes in, and each time they are late, is a message of its own.
            let about = format!("{visit}/{}/{}", row.at("back_by")?.as_second(), before + 1);
            for user in told {
                write_to_user(&self.0, &mut tx, tenant, MessageTemplate::VisitOverdue, (user, &about), now).await?;
            }
            tx.run(RAISE, values![tenant, visit, if first { 1_i64 } else { 2 }]).await?;
            if first {
                let again = (JobKind::VisitOverdue, job.subject.as_str());
                add_job(&self.0, &mut tx, tenant, again, (after(now, AGAIN_AFTER), now)).await?;
            }
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Visit).of(visit);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

    /// What groups said in the last two weeks, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answers(&self, ctx: &Ctx<ReadCaseload>) -> Result<Vec<AnswerRow>> {
        let grant = &ctx.grant;
        let today = day_of(ctx.now);
        let since = fingerpost_domain::calendar::instant_at(plus_days(today, -ANSWERS_SHOWN), 0);
        let wanted = values![grant.tenant(), grant.organisation(), grant.only_user(), today, since];
        // Part of the caseload, whose look is audited with it.
        let rows = self.0.ledger().db().rows(ANSWERS, wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(AnswerRow {
                    connection: row.parsed("id")?,
                    case: row.parsed("case_id")?,
                    name: person_name(row)?,
                    service: row.text("service_name")?,
                    state: row.coded("state", ConnectionState::from_code)?,
                    reason: row.opt_coded("reason", GroupReason::from_code)?,
                    missed_on: row.opt_parsed("missed_on")?,
                    at: row.at("answered_at")?,
                })
            })
            .collect()
    }

    /// Makes the address at which a calendar elsewhere follows the reader's diary, and ends earlier ones: the only time that
    /// its token is seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_feed(&self, ctx: &Ctx<ReadCaseload>) -> Result<String> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user().to_string());
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(END_FEEDS, values![tenant, LinkScope::FollowDiary.code(), &user, ctx.now]).await?;
        let until = after(ctx.now, FEED_LASTS);
        let token = mint_link_beside(&self.0, &mut tx, tenant, LinkScope::FollowDiary, &user, (ctx.now, until)).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Link).because("diary")).await?;
        Ok(token)
    }

    /// Ends the address of the reader's diary.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_feed(&self, ctx: &Ctx<ReadCaseload>) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user().to_string());
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(END_FEEDS, values![tenant, LinkScope::FollowDiary.code(), user, ctx.now]).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Link).because("diary")).await
    }

    /// Whether a calendar elsewhere may follow the reader's diary.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_feed(&self, ctx: &Ctx<ReadCaseload>) -> Result<bool> {
        let of = values![ctx.grant.tenant(), LinkScope::FollowDiary.code(), ctx.grant.user().to_string(), ctx.now];
        let row = self.0.ledger().db().row(FEEDS, of).await?;
        row.map_or(Ok(false), |row| Ok(row.int("n")? > 0))
    }

    /// The diary behind an address: times and kinds, nobody's name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope, or of somebody who may not sign in any more.
    pub async fn feed(&self, link: &LiveLink, now: Timestamp) -> Result<Vec<FeedVisit>> {
        if link.scope != LinkScope::FollowDiary {
            return Err(StoreError::NotFound);
        }
        let user: UserId = link.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        self.owner(&link.tenant, user).await?;
        let since = plus_days(day_of(now), -FEED_BACK);
        let rows = self.0.ledger().db().rows(FEED, values![&link.tenant, user, since]).await?;
        rows.iter()
            .map(|row| {
                let (on, at) = (row.parsed("on_day")?, time_of(row.int("at_minute")?)?);
                let begins = fingerpost_domain::visit::instant(on, at);
                Ok(FeedVisit {
                    id: row.parsed("id")?,
                    kind: row.coded("kind", VisitKind::from_code)?,
                    begins,
                    ends: after(begins, SignedDuration::from_mins(row.int("minutes")?)),
                    planned_at: row.at("planned_at")?,
                })
            })
            .collect()
    }

    async fn owner(&self, tenant: &TenantId, user: UserId) -> Result<()> {
        let row = self.0.ledger().db().row(FEED_OWNER, values![tenant, user]).await?;
        row.map(drop).ok_or(StoreError::NotFound)
    }
}

fn after(from: Timestamp, long: SignedDuration) -> Timestamp {
    from.saturating_add(long).unwrap_or(Timestamp::MAX)
}
