//! Who is away, who covers, and who looks after somebody from now on.

use fingerpost_domain::away::{Away, HandOver};
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{AbsenceId, CaseId, HandoverId, TenantId, UserId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::Reallocate;
use fingerpost_store::{Ctx, MessageTemplate, PAGE_ROWS, case_in_scope, hold_case, person_name, write_to_user};

use crate::Casework;

statements! {
    WORKERS = "SELECT w.user_id, u.name, w.places, (SELECT COUNT(*) FROM case_file c WHERE c.tenant = w.tenant AND c.scheme = w.scheme AND c.worker = w.user_id AND c.closed_at IS NULL) AS open_cases, \
               (SELECT MAX(b.until_day) FROM absence b WHERE b.tenant = w.tenant AND b.scheme = w.scheme AND b.worker = w.user_id AND b.from_day <= $3 AND b.until_day >= $3 AND b.ended_at IS NULL) AS away_until \
               FROM link_worker w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id AND u.disabled = 0 \
               WHERE w.tenant = $1 AND w.scheme = $2 ORDER BY u.name, w.user_id LIMIT $4";
    AWAY = "SELECT b.id, b.worker, b.from_day, b.until_day, u.name AS worker_name, k.name AS cover_name FROM absence b \
            JOIN app_user u ON u.tenant = b.tenant AND u.id = b.worker LEFT JOIN app_user k ON k.tenant = b.tenant AND k.id = b.cover \
            WHERE b.tenant = $1 AND b.scheme = $2 AND b.ended_at IS NULL AND b.until_day >= $3 ORDER BY b.from_day, b.id LIMIT $4";
    RECORD_AWAY = "INSERT INTO absence (tenant, id, scheme, worker, from_day, until_day, cover, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SAME_AWAY = "SELECT from_day, until_day, cover FROM absence WHERE tenant = $1 AND scheme = $2 AND worker = $3 AND ended_at IS NULL AND from_day <= $5 AND until_day >= $4 LIMIT 1";
    /// One after the other: two forms at once would both find nothing.
    HOLD_WORKER = "UPDATE link_worker SET places = places WHERE tenant = $1 AND scheme = $2 AND user_id = $3";
    ENDED = "SELECT ended_at FROM absence WHERE tenant = $1 AND scheme = $2 AND id = $3 AND (CAST($4 AS TEXT) IS NULL OR worker = $4)";
    /// The same form sent twice: theirs already, and given by the same person.
    GIVEN = "SELECT h.id FROM handover h JOIN case_file c ON c.tenant = h.tenant AND c.id = h.case_id AND c.worker = h.to_worker \
             WHERE h.tenant = $1 AND h.case_id = $2 AND h.to_worker = $3 AND h.handed_by = $4 LIMIT 1";
    END_AWAY = "UPDATE absence SET ended_at = $4 WHERE tenant = $1 AND scheme = $2 AND id = $3 AND ended_at IS NULL AND (CAST($5 AS TEXT) IS NULL OR worker = $5)";
    /// Whoever covers works the cases of those who are away, and gives none of them to others.
    OPEN = "SELECT c.id, p.given, p.family, p.preferred, u.name AS worker_name, c.next_action, c.next_due FROM case_file c \
            JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
            WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR c.worker = $3) \
            ORDER BY CASE WHEN c.id = $5 THEN 0 ELSE 1 END, u.name, p.name_folded, c.id LIMIT $4";
    WHOSE = "SELECT worker FROM case_file WHERE tenant = $1 AND scheme = $2 AND id = $3";
    IS_WORKER = "SELECT w.user_id FROM link_worker w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id AND u.disabled = 0 WHERE w.tenant = $1 AND w.scheme = $2 AND w.user_id = $3";
    GIVE = "UPDATE case_file SET worker = $3 WHERE tenant = $1 AND id = $2 AND worker <> $3";
    GIVE_VISITS = "UPDATE visit SET worker = $3 WHERE tenant = $1 AND case_id = $2 AND on_day >= $4 AND cancelled_at IS NULL AND left_at IS NULL";
    NOTE = "INSERT INTO handover (tenant, id, case_id, from_worker, to_worker, note, handed_by, handed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    OF_CASE = "SELECT h.note, h.handed_at, f.name AS from_name, t.name AS to_name, b.name AS by_name FROM handover h \
               JOIN app_user f ON f.tenant = h.tenant AND f.id = h.from_worker JOIN app_user t ON t.tenant = h.tenant AND t.id = h.to_worker \
               JOIN app_user b ON b.tenant = h.tenant AND b.id = h.handed_by WHERE h.tenant = $1 AND h.case_id = $2 ORDER BY h.handed_at DESC, h.id LIMIT 40";
}

/// A link worker of the scheme.
#[derive(Debug, Clone)]
pub struct WorkerRow {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Places they have.
    pub places: i64,
    /// Cases open now.
    pub open_cases: i64,
    /// The last day of being away, where they are today.
    pub away_until: Option<Date>,
}

/// Days on which somebody is away, now or later.
#[derive(Debug, Clone)]
pub struct AwayRow {
    /// Its id.
    pub id: AbsenceId,
    /// Who.
    pub worker: UserId,
    /// Their name.
    pub worker_name: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Who covers.
    pub cover_name: Option<String>,
}

/// Somebody who can be handed over.
#[derive(Debug, Clone)]
pub struct CaseToHandOver {
    /// The case.
    pub id: CaseId,
    /// The person.
    pub name: PersonName,
    /// Whose case it is.
    pub worker_name: String,
    /// What comes next.
    pub next_action: Option<String>,
    /// By when.
    pub next_due: Option<Date>,
}

/// That a case was handed over.
#[derive(Debug, Clone)]
pub struct HandoverRow {
    /// Whose it was.
    pub from_name: String,
    /// Whose it is since.
    pub to_name: String,
    /// Who did it.
    pub by_name: String,
    /// What the next one needs to know.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

impl Casework {
    /// The link workers of the scheme, with how many people each looks after.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workers(&self, ctx: &Ctx<Reallocate>) -> Result<Vec<WorkerRow>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), day_of(ctx.now), PAGE_ROWS];
        let rows = self.0.ledger().db().rows(WORKERS, of).await?;
        rows.iter()
            .map(|row| {
                Ok(WorkerRow {
                    id: row.parsed("user_id")?,
                    name: row.text("name")?,
                    places: row.int("places")?,
                    open_cases: row.int("open_cases")?,
                    away_until: row.opt_parsed("away_until")?,
                })
            })
            .collect()
    }

    /// Who of the scheme is away today or later. It names colleagues, nobody else.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn away(&self, ctx: &Ctx<Reallocate>) -> Result<Vec<AwayRow>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), day_of(ctx.now), PAGE_ROWS];
        let rows = self.0.ledger().db().rows(AWAY, of).await?;
        rows.iter()
            .map(|row| {
                Ok(AwayRow {
                    id: row.parsed("id")?,
                    worker: row.parsed("worker")?,
                    worker_name: row.text("worker_name")?,
                    from: row.parsed("from_day")?,
                    until: row.parsed("until_day")?,
                    cover_name: row.opt_text("cover_name")?,
                })
            })
            .collect()
    }

    /// Notes that somebody is away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for somebody of another scheme, or for a colleague where the reader speaks only for themself;
    /// [`StoreError::AlreadyThere`] when they are away on one of those days already.
    pub async fn record_away(&self, ctx: &Ctx<Reallocate>, away: &Away) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        if ctx.grant.only_user().is_some_and(|own| own != away.worker) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.0.ledger().db().write().await?;
        for user in [Some(away.worker), away.cover].into_iter().flatten() {
            tx.row(IS_WORKER, values![tenant, scheme, user]).await?.ok_or(StoreError::NotFound)?;
        }
        tx.run(HOLD_WORKER, values![tenant, scheme, away.worker]).await?;
        if let Some(row) = tx.row(SAME_AWAY, values![tenant, scheme, away.worker, away.from, away.until]).await? {
            let stands = (row.parsed::<Date>("from_day")?, row.parsed::<Date>("until_day")?, row.opt_parsed("cover")?);
            if stands != (away.from, away.until, away.cover) {
                return Err(StoreError::AlreadyThere);
            }
            return self.0.ledger().stored_before(tx).await;
        }
        let id: AbsenceId = self.0.entropy().id(ctx.now);
        let user = ctx.grant.user();
        let all = values![tenant, id, scheme, away.worker, away.from, away.until, away.cover, user, ctx.now];
        tx.run(RECORD_AWAY, all).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Absence).of(id)).await
    }

    /// Takes days away out again: whoever covered covers no more, from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there are no such days, or they are a colleague's and the reader speaks only for themself.
    pub async fn end_away(&self, ctx: &Ctx<Reallocate>, id: AbsenceId) -> Result<()> {
        let grant = &ctx.grant;
        let mut tx = self.0.ledger().db().write().await?;
        let of = values![grant.tenant(), grant.organisation(), id, ctx.now, grant.only_user()];
        if tx.run(END_AWAY, of).await? == 0 {
            let of = values![grant.tenant(), grant.organisation(), id, grant.only_user()];
            tx.row(ENDED, of).await?.ok_or(StoreError::NotFound)?;
            return self.0.ledger().stored_before(tx).await;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Absence).of(id).because("ended")).await
    }

    /// The open cases that the reader may hand over, `first` before all others, then by link worker; of one of them where
    /// `of` says so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to_hand_over(
        &self,
        ctx: &Ctx<Reallocate>,
        (of, first): (Option<UserId>, Option<CaseId>),
    ) -> Result<Vec<CaseToHandOver>> {
        let grant = &ctx.grant;
        let only = grant.only_user().or(of);
        let wanted = values![grant.tenant(), grant.organisation(), only, PAGE_ROWS, first];
        let rows = self.0.ledger().db().rows(OPEN, wanted).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload).because("hand_over")).await?;
        rows.iter()
            .map(|row| {
                Ok(CaseToHandOver {
                    id: row.parsed("id")?,
                    name: person_name(row)?,
                    worker_name: row.text("worker_name")?,
                    next_action: row.opt_text("next_action")?,
                    next_due: row.opt_parsed("next_due")?,
                })
            })
            .collect()
    }

    /// Gives cases to another link worker: all of them, or none. Visits that are planned go along; the note stands in each
    /// case. Gives how many changed hands, those by the same form sent before
    /// with them: those that were theirs already did not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case outside the reader's scope, or for somebody who is no link worker here;
    /// [`StoreError::ChangedMeanwhile`] when one was closed meanwhile.
    pub async fn hand_over(&self, ctx: &Ctx<Reallocate>, given: &HandOver) -> Result<usize> {
        let (tenant, scheme, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
        let today = day_of(ctx.now);
        let mut tx = self.0.ledger().db().write().await?;
        tx.row(IS_WORKER, values![tenant, scheme, given.to]).await?.ok_or(StoreError::NotFound)?;
        let (mut handed, mut given_before) = (vec![], 0);
        for case in &given.cases {
            if tx.row(GIVEN, values![tenant, *case, given.to, user]).await?.is_some() {
                given_before += 1;
                continue;
            }
            case_in_scope(&mut tx, ctx, *case).await?;
            hold_case(&mut tx, tenant, *case, None).await?;
            let row = tx.row(WHOSE, values![tenant, scheme, *case]).await?.ok_or(StoreError::NotFound)?;
            let before: UserId = row.parsed("worker")?;
            if ctx.grant.only_user().is_some_and(|own| own != before) {
                return Err(StoreError::NotFound);
            }
            if tx.run(GIVE, values![tenant, *case, given.to]).await? == 0 {
                continue;
            }
            tx.run(GIVE_VISITS, values![tenant, *case, given.to, today]).await?;
            let id: HandoverId = self.0.entropy().id(ctx.now);
            let note = values![tenant, id, *case, before, given.to, given.note.as_str(), user, ctx.now];
            tx.run(NOTE, note).await?;
            handed.push((id, *case));
        }
        let Some(((first, first_case), others)) = handed.split_first() else {
            self.0.ledger().stored_before(tx).await?;
            return Ok(given_before);
        };
        // One message, however many: what it is about is the first of them.
        let about = first.to_string();
        if given.to != user {
            write_to_user(&self.0, &mut tx, tenant, MessageTemplate::PeopleHandedOver, (given.to, &about), ctx.now)
                .await?;
        }
        let entry = |case: CaseId| ctx.entry(Act::Reallocate, Resource::Case).of(case);
        for (_, case) in others {
            self.0.ledger().note(&mut tx, ctx.now, entry(*case)).await?;
        }
        self.0.ledger().commit(tx, ctx.now, entry(*first_case)).await?;
        Ok(handed.len() + given_before)
    }
}

/// When a case was handed over, newest first.
pub(crate) async fn of_case(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<Vec<HandoverRow>> {
    let rows = tx.rows(OF_CASE, values![tenant, case]).await?;
    rows.iter()
        .map(|row| {
            Ok(HandoverRow {
                from_name: row.text("from_name")?,
                to_name: row.text("to_name")?,
                by_name: row.text("by_name")?,
                note: row.text("note")?,
                at: row.at("handed_at")?,
            })
        })
        .collect()
}
