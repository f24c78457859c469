//! How long records are kept, which of them are due for review, keeping one longer, and destroying one for good.
//!
//! The audit stays: it names records by their ids alone, and after a record is gone its ids lead nowhere.

use std::collections::BTreeSet;

use fingerpost_correspondence_rules::retention::{ErasureGround, Schedule};
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{CaseId, ErasureId, PersonId, RecordHoldId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::text::{Line, Note};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::{KeepRecords, Permission};
use fingerpost_store::{Ctx, person_name};
use jiff::Span;

use crate::Rights;

statements! {
    SCHEDULES = "SELECT version, adult_years, child_until_age, seventeen_until_age, in_force_from, source, confirmed_at, u.name FROM retention_schedule s \
                 JOIN app_user u ON u.tenant = s.tenant AND u.id = s.confirmed_by WHERE s.tenant = $1 AND s.scheme = $2 ORDER BY s.version DESC LIMIT 20";
    CONFIRM = "INSERT INTO retention_schedule (tenant, scheme, version, adult_years, child_until_age, seventeen_until_age, in_force_from, source, confirmed_by, confirmed_at) \
               SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9 FROM retention_schedule WHERE tenant = $1 AND scheme = $2";
    /// The last case of everybody whose last case ended long ago, unless the newest decision keeps it; read on from the one before.
    ENDED = "SELECT c.id, c.closed_at, p.given, p.family, p.preferred, p.born FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
             WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at < $3 \
             AND NOT EXISTS (SELECT 1 FROM case_file l WHERE l.tenant = c.tenant AND l.person = c.person AND l.scheme = c.scheme \
             AND (l.closed_at IS NULL OR l.closed_at > c.closed_at OR (l.closed_at = c.closed_at AND l.id > c.id))) \
             AND COALESCE((SELECT h.until_on FROM record_hold h WHERE h.tenant = c.tenant AND h.person = c.person AND h.scheme = c.scheme \
             ORDER BY h.decided_at DESC, h.id DESC LIMIT 1), '') < $4 \
             AND (c.closed_at > $5 OR (c.closed_at = $5 AND c.id > $6)) ORDER BY c.closed_at, c.id LIMIT $7";
    /// The person of a case, and when the last of their cases with the scheme ended.
    OF_CASE = "SELECT c.person, p.given, p.family, p.preferred, p.born, p.name_folded, p.nhs_number, \
               (SELECT MAX(o.closed_at) FROM case_file o WHERE o.tenant = c.tenant AND o.person = c.person AND o.scheme = c.scheme) AS ended, \
               (SELECT COUNT(*) FROM case_file o WHERE o.tenant = c.tenant AND o.person = c.person AND o.scheme = c.scheme) AS cases, \
               (SELECT COUNT(*) FROM case_file o WHERE o.tenant = c.tenant AND o.person = c.person AND o.scheme = c.scheme AND o.closed_at IS NULL) AS open \
               FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person WHERE c.tenant = $1 AND c.scheme = $2 AND c.id = $3";
    CASES = "SELECT id FROM case_file WHERE tenant = $1 AND person = $2 AND scheme = $3 AND closed_at IS NOT NULL";
    OPEN = "SELECT COUNT(*) AS n FROM case_file WHERE tenant = $1 AND person = $2 AND scheme = $3 AND closed_at IS NULL";
    /// Referrals of the same name and birthday that no case came of: the number, where both have one, is the same too.
    UNCASED = "SELECT id FROM referral WHERE tenant = $1 AND scheme = $2 AND case_id IS NULL AND name_folded = $3 AND born = $4 \
               AND state IN ('not_accepted', 'declined_by_person', 'withdrawn') AND (nhs_number IS NULL OR CAST($5 AS TEXT) IS NULL OR nhs_number = $5) AND sent_at <= $6";
    /// The same under another name, with their number on it: without it they may be somebody else's.
    UNCASED_NUMBERED = "SELECT id FROM referral WHERE tenant = $1 AND scheme = $2 AND case_id IS NULL AND name_folded = $3 AND born = $4 \
                        AND state IN ('not_accepted', 'declined_by_person', 'withdrawn') AND nhs_number = $5 AND sent_at <= $6";
    NOTES = "SELECT COUNT(*) AS n FROM contact WHERE tenant = $1 AND case_id IN (SELECT id FROM case_file WHERE tenant = $1 AND person = $2 AND scheme = $3)";
    /// Whatever of a case messages are written about.
    OF_THE_CASE = "SELECT id FROM referral WHERE tenant = $1 AND case_id = $2 UNION ALL SELECT id FROM assessment WHERE tenant = $1 AND case_id = $2 \
                   UNION ALL SELECT id FROM visit WHERE tenant = $1 AND case_id = $2 UNION ALL SELECT id FROM connection WHERE tenant = $1 AND case_id = $2 \
                   UNION ALL SELECT id FROM handover WHERE tenant = $1 AND case_id = $2 \
                   UNION ALL SELECT id FROM feedback WHERE tenant = $1 AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2) \
                   UNION ALL SELECT id FROM one_time_link WHERE tenant = $1 AND scope IN ('answer_connection', 'keep_register') \
                   AND subject IN (SELECT id FROM connection WHERE tenant = $1 AND case_id = $2)";
    LETTERS = "SELECT id FROM feedback WHERE tenant = $1 AND referral = $2";
    /// What a message is about is an id, alone or before a stroke.
    MESSAGES = "SELECT id FROM outbox WHERE tenant = $1 AND substr(subject, 1, 26) = $2";
    FORGET_MESSAGE = "DELETE FROM outbox WHERE tenant = $1 AND id = $2";
    HELD = "SELECT until_on, reason, decided_at FROM record_hold WHERE tenant = $1 AND person = $2 AND scheme = $3 ORDER BY decided_at DESC, id DESC LIMIT 20";
    HOLD = "INSERT INTO record_hold (tenant, id, scheme, person, until_on, reason, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ERASED = "INSERT INTO erasure (tenant, id, scheme, ground, ended_year, row_count, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ERASURES = "SELECT e.ground, e.ended_year, e.decided_at, u.name FROM erasure e JOIN app_user u ON u.tenant = e.tenant AND u.id = e.decided_by \
                WHERE e.tenant = $1 AND e.scheme = $2 ORDER BY e.decided_at DESC LIMIT 50";
    FORGET_HOLDS = "DELETE FROM record_hold WHERE tenant = $1 AND person = $2 AND scheme = $3";
    /// Records of theirs that this scheme put together with the one that stands.
    WENT_INTO = "SELECT p.id, p.name_folded, p.born FROM person p WHERE p.tenant = $1 AND p.merged_into = $2 \
                 AND EXISTS (SELECT 1 FROM person_join j WHERE j.tenant = p.tenant AND j.gone = p.id AND j.scheme = $3 AND j.undone_at IS NULL)";
    /// Names under which they were sent with the number that is theirs.
    SENT_AS = "SELECT DISTINCT r.name_folded, r.born FROM case_file c CROSS JOIN referral r WHERE c.tenant = $1 AND c.person = $2 AND c.scheme = $3 \
               AND r.tenant = c.tenant AND r.case_id = c.id AND r.nhs_number = $4";
    FORGET_JOINS = "DELETE FROM person_join WHERE tenant = $1 AND kept = $2 AND scheme = $3";
    LEFT_ELSEWHERE = "SELECT (SELECT COUNT(*) FROM case_file WHERE tenant = $1 AND person = $2) AS n";
}

/// What is deleted of a referral that no case came of. Each takes the tenant and the referral.
const OF_ONE_REFERRAL: &[(&str, &str)] = &[
    ("feedback", "DELETE FROM feedback WHERE tenant = $1 AND referral = $2"),
    ("disclosure", "DELETE FROM disclosure WHERE tenant = $1 AND referral = $2"),
    ("referral_question", "DELETE FROM referral_question WHERE tenant = $1 AND referral = $2"),
    (
        "one_time_link",
        "DELETE FROM one_time_link WHERE tenant = $1 AND scope = 'ask_for_help' AND subject IN (SELECT id FROM self_referral WHERE tenant = $1 AND referral = $2)",
    ),
    ("self_referral", "DELETE FROM self_referral WHERE tenant = $1 AND referral = $2"),
    (
        "job",
        "DELETE FROM job WHERE tenant = $1 AND kind IN ('remind_triage', 'nudge_referrer', 'draft_waits') AND subject = $2",
    ),
    ("person_join", "DELETE FROM person_join WHERE tenant = $1 AND referral = $2"),
    ("referral", "DELETE FROM referral WHERE tenant = $1 AND id = $2"),
];

/// What is deleted of one case, children before parents. Each takes the tenant and the case.
const OF_ONE_CASE: &[(&str, &str)] = &[
    ("feedback", "DELETE FROM feedback WHERE tenant = $1 AND about_case = $2"),
    (
        "contact_note",
        "DELETE FROM contact_note WHERE tenant = $1 AND contact IN (SELECT id FROM contact WHERE tenant = $1 AND case_id = $2)",
    ),
    ("contact", "DELETE FROM contact WHERE tenant = $1 AND case_id = $2"),
    (
        "connection_visit",
        "DELETE FROM connection_visit WHERE tenant = $1 AND connection IN (SELECT id FROM connection WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "group_key",
        "DELETE FROM group_key WHERE tenant = $1 AND link IN (SELECT id FROM one_time_link WHERE tenant = $1 AND scope IN ('answer_connection', 'keep_register') \
         AND subject IN (SELECT id FROM connection WHERE tenant = $1 AND case_id = $2))",
    ),
    (
        "one_time_link",
        "DELETE FROM one_time_link WHERE tenant = $1 AND scope IN ('answer_connection', 'keep_register') \
         AND subject IN (SELECT id FROM connection WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "one_time_link",
        "DELETE FROM one_time_link WHERE tenant = $1 AND scope = 'answer_questions' AND subject IN (SELECT id FROM assessment WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "one_time_link",
        "DELETE FROM one_time_link WHERE tenant = $1 AND scope = 'ask_for_help' AND subject IN (SELECT id FROM self_referral WHERE tenant = $1 \
         AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2))",
    ),
    ("connection", "DELETE FROM connection WHERE tenant = $1 AND case_id = $2"),
    ("telling", "DELETE FROM telling WHERE tenant = $1 AND case_id = $2"),
    ("consent", "DELETE FROM consent WHERE tenant = $1 AND case_id = $2"),
    ("record_copy", "DELETE FROM record_copy WHERE tenant = $1 AND case_id = $2"),
    (
        "assessment_answer",
        "DELETE FROM assessment_answer WHERE tenant = $1 AND assessment IN (SELECT id FROM assessment WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "job",
        "DELETE FROM job WHERE tenant = $1 AND kind = 'answer_alert' AND subject IN (SELECT id FROM assessment WHERE tenant = $1 AND case_id = $2)",
    ),
    ("assessment", "DELETE FROM assessment WHERE tenant = $1 AND case_id = $2"),
    (
        "job",
        "DELETE FROM job WHERE tenant = $1 AND kind IN ('visit_overdue', 'remind_visit') AND subject IN (SELECT id FROM visit WHERE tenant = $1 AND case_id = $2)",
    ),
    ("job", "DELETE FROM job WHERE tenant = $1 AND kind = 'end_visits' AND subject = $2"),
    (
        "job",
        "DELETE FROM job WHERE tenant = $1 AND kind = 'milestone' AND subject IN ($2 || '/first_contact', $2 || '/plan', $2 || '/started')",
    ),
    ("visit", "DELETE FROM visit WHERE tenant = $1 AND case_id = $2"),
    ("handover", "DELETE FROM handover WHERE tenant = $1 AND case_id = $2"),
    ("plan_version", "DELETE FROM plan_version WHERE tenant = $1 AND case_id = $2"),
    ("outbox", "DELETE FROM outbox WHERE tenant = $1 AND case_id = $2"),
    (
        "feedback",
        "DELETE FROM feedback WHERE tenant = $1 AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "disclosure",
        "DELETE FROM disclosure WHERE tenant = $1 AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "referral_question",
        "DELETE FROM referral_question WHERE tenant = $1 AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "self_referral",
        "DELETE FROM self_referral WHERE tenant = $1 AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "job",
        "DELETE FROM job WHERE tenant = $1 AND kind IN ('remind_triage', 'nudge_referrer', 'draft_waits') AND subject IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)",
    ),
    (
        "person_join",
        "DELETE FROM person_join WHERE tenant = $1 AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)",
    ),
    ("referral", "DELETE FROM referral WHERE tenant = $1 AND case_id = $2"),
    ("case_file", "DELETE FROM case_file WHERE tenant = $1 AND id = $2"),
];

/// What is deleted of a person of whom no case is left. Each takes the tenant and the person.
const OF_THE_PERSON: &[(&str, &str)] = &[
    ("self_description", "DELETE FROM self_description WHERE tenant = $1 AND person = $2"),
    ("access_needs", "DELETE FROM access_needs WHERE tenant = $1 AND person = $2"),
    ("one_time_link", "DELETE FROM one_time_link WHERE tenant = $1 AND scope = 'stop_messages' AND subject = $2"),
    ("record_hold", "DELETE FROM record_hold WHERE tenant = $1 AND person = $2"),
    ("person_join", "DELETE FROM person_join WHERE tenant = $1 AND kept = $2"),
    ("person_join", "DELETE FROM person_join WHERE tenant = $1 AND gone = $2"),
    ("person", "DELETE FROM person WHERE tenant = $1 AND id = $2"),
];

/// Every statement that deletes, with the table that it deletes from.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn deletions() -> impl Iterator<Item = (&'static str, &'static str)> {
    [OF_ONE_REFERRAL, OF_ONE_CASE, OF_THE_PERSON].into_iter().flatten().copied()
}

/// A schedule that a scheme confirmed.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// What it says.
    pub schedule: Schedule,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A record whose work has ended.
#[derive(Debug, Clone)]
pub struct EndedRecord {
    /// The last case of it.
    pub case: CaseId,
    /// Whose it is.
    pub name: PersonName,
    /// When they were born.
    pub born: Date,
    /// The day on which the last work ended.
    pub ended: Date,
}

/// What is held of somebody, before it is decided about.
#[derive(Debug, Clone)]
pub struct ReviewedRecord {
    /// The record: what is decided about is what was looked at.
    pub person: PersonId,
    /// Whose it is.
    pub name: PersonName,
    /// When they were born.
    pub born: Date,
    /// The day on which the last work ended; none while some goes on.
    pub ended: Option<Date>,
    /// Cases with this scheme.
    pub cases: u64,
    /// Contacts in them.
    pub contacts: u64,
    /// Decisions to keep it: until when, why, when. The newest stands first, and counts.
    pub held: Vec<(Date, String, Timestamp)>,
}

impl ReviewedRecord {
    /// The decision that keeps it on a day, whatever the schedule says.
    #[must_use]
    pub fn held_on(&self, day: Date) -> Option<&(Date, String, Timestamp)> {
        self.held.first().filter(|(until, ..)| *until >= day)
    }
}

/// That a record was destroyed.
#[derive(Debug, Clone)]
pub struct ErasureRow {
    /// Why.
    pub ground: ErasureGround,
    /// The year in which the last work with them had ended.
    pub ended_year: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Records of one page of the review.
pub const RECORDS: usize = 25;
/// Records that are read at once. Those of children are kept longer than the shortest time, so not each that is read is due.
const AT_ONCE: usize = 200;
/// How often it is read on at most.
const TURNS: usize = 50;

fn schedule(row: &Row) -> Result<Schedule> {
    let years = |column| u8::try_from(row.int(column)?).map_err(|_| StoreError::corrupt("schedule"));
    let source = Line::parse(&row.text("source")?).ok().flatten().ok_or_else(|| StoreError::corrupt("source"))?;
    Ok(Schedule {
        adult_years: years("adult_years")?,
        child_until_age: years("child_until_age")?,
        seventeen_until_age: years("seventeen_until_age")?,
        in_force_from: row.parsed("in_force_from")?,
        source,
    })
}

async fn person_of(tx: &mut Tx, ctx: &Ctx<KeepRecords>, case: CaseId) -> Result<(PersonId, Row)> {
    let key = values![ctx.grant.tenant(), ctx.grant.organisation(), case];
    let row = tx.row(OF_CASE, key).await?.ok_or(StoreError::NotFound)?;
    Ok((row.parsed("person")?, row))
}

/// The person of a case, held until the change ends: whoever accepts a referral of theirs meanwhile waits, or was before us. Where their
/// record was put together with another at this moment, nobody has looked at what there is now.
async fn held(tx: &mut Tx, ctx: &Ctx<KeepRecords>, case: CaseId) -> Result<(PersonId, Row)> {
    let (person, _) = person_of(tx, ctx, case).await?;
    fingerpost_people::hold(tx, ctx.grant.tenant(), person).await?;
    let (same, row) = person_of(tx, ctx, case).await?;
    if same == person { Ok((person, row)) } else { Err(StoreError::ChangedMeanwhile) }
}

/// Deletes what was written to colleagues about a record. Read first: no engine finds what it deletes by an index on part of a text.
async fn forget_messages(tx: &mut Tx, ctx: &Ctx<KeepRecords>, about: &str) -> Result<u64> {
    let mut gone = 0;
    for row in tx.rows(MESSAGES, values![ctx.grant.tenant(), about]).await? {
        gone += tx.run(FORGET_MESSAGE, values![ctx.grant.tenant(), row.text("id")?]).await?;
    }
    Ok(gone)
}

/// Deletes a record of somebody of whom no case is left.
async fn forget_person(tx: &mut Tx, ctx: &Ctx<KeepRecords>, person: PersonId) -> Result<u64> {
    let mut gone = forget_messages(tx, ctx, &person.to_string()).await?;
    for (_, delete) in OF_THE_PERSON {
        gone += tx.run(delete, values![ctx.grant.tenant(), person]).await?;
    }
    Ok(gone)
}

/// Decides that a record is kept longer.
pub(crate) async fn hold_until<P: Permission>(
    tx: &mut Tx,
    ctx: &Ctx<P>,
    (id, person): (RecordHoldId, PersonId),
    (until, reason): (Date, &str),
) -> Result<()> {
    let (tenant, scheme, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
    tx.run(HOLD, values![tenant, id, scheme, person, until, reason, user, ctx.now]).await.map(drop)
}

fn ended(row: &Row) -> Result<Option<Date>> {
    if row.int("open")? > 0 { Ok(None) } else { Ok(row.opt_at("ended")?.map(day_of)) }
}

impl Rights {
    /// The schedules that the scheme has confirmed, the newest first, at most 20.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schedules(&self, ctx: &Ctx<KeepRecords>) -> Result<Vec<Confirmed>> {
        let key = values![ctx.grant.tenant(), ctx.grant.organisation()];
        let rows = self.0.ledger().db().rows(SCHEDULES, key).await?;
        rows.iter()
            .map(|row| Ok(Confirmed { schedule: schedule(row)?, by: row.text("name")?, at: row.at("confirmed_at")? }))
            .collect()
    }

    /// The schedule that counts on a day: the newest that is in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schedule_on(&self, ctx: &Ctx<KeepRecords>, day: Date) -> Result<Option<Schedule>> {
        let all = self.schedules(ctx).await?;
        Ok(all.into_iter().map(|confirmed| confirmed.schedule).find(|schedule| schedule.in_force_from <= day))
    }

    /// Confirms how long records are kept, as the schedule's next version; not where the newest says the same already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_schedule(&self, ctx: &Ctx<KeepRecords>, schedule: &Schedule) -> Result<()> {
        let ledger = self.0.ledger();
        if self.schedules(ctx).await?.first().is_some_and(|newest| newest.schedule == *schedule) {
            return Ok(());
        }
        let mut tx = ledger.db().write().await?;
        let row = values![
            ctx.grant.tenant(),
            ctx.grant.organisation(),
            i64::from(schedule.adult_years),
            i64::from(schedule.child_until_age),
            i64::from(schedule.seventeen_until_age),
            schedule.in_force_from,
            schedule.source.as_str(),
            ctx.grant.user(),
            ctx.now
        ];
        tx.run(CONFIRM, row).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Organisations).because("retention")).await
    }

    /// Records whose time is over and of which nobody decided to keep them longer, the oldest first, at most [`RECORDS`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_for_review(&self, ctx: &Ctx<KeepRecords>, schedule: &Schedule) -> Result<Vec<EndedRecord>> {
        let today = day_of(ctx.now);
        let shortest = today.saturating_sub(Span::new().years(i64::from(schedule.shortest_years())));
        let before = instant_at(plus_days(shortest, 1), 0);
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let (mut due, mut after) = (vec![], (Timestamp::UNIX_EPOCH, String::new()));
        for _ in 0..TURNS {
            let wanted = values![tenant, scheme, before, today, after.0, &after.1, AT_ONCE as i64];
            let rows = self.0.ledger().db().rows(ENDED, wanted).await?;
            for row in &rows {
                after = (row.at("closed_at")?, row.text("id")?);
                let (born, ended) = (row.parsed("born")?, day_of(after.0));
                if schedule.keep_until(born, ended) < today {
                    due.push(EndedRecord { case: row.parsed("id")?, name: person_name(row)?, born, ended });
                }
            }
            if rows.len() < AT_ONCE || due.len() >= RECORDS {
                break;
            }
        }
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload)).await?;
        due.truncate(RECORDS);
        Ok(due)
    }

    /// What is held of the person of a case, to decide about it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme.
    pub async fn record_to_review(&self, ctx: &Ctx<KeepRecords>, case: CaseId) -> Result<ReviewedRecord> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let (person, row) = person_of(&mut tx, ctx, case).await?;
        let contacts = tx.row(NOTES, values![tenant, person, scheme]).await?.map_or(Ok(0), |row| row.small("n"))?;
        let held = tx.rows(HELD, values![tenant, person, scheme]).await?;
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Case).of(case)).await?;
        Ok(ReviewedRecord {
            person,
            name: person_name(&row)?,
            born: row.parsed("born")?,
            ended: ended(&row)?,
            cases: row.small("cases")?,
            contacts,
            held: held
                .iter()
                .map(|row| Ok((row.parsed("until_on")?, row.text("reason")?, row.at("decided_at")?)))
                .collect::<Result<_>>()?,
        })
    }

    /// Keeps a record longer than the schedule says.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme.
    pub async fn keep_longer(
        &self,
        ctx: &Ctx<KeepRecords>,
        case: CaseId,
        (until, reason): (Date, &Note<600>),
    ) -> Result<()> {
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let (person, _) = held(&mut tx, ctx, case).await?;
        let newest = tx.row(HELD, values![ctx.grant.tenant(), person, ctx.grant.organisation()]).await?;
        if let Some(row) = newest
            && (row.parsed::<Date>("until_on")?, row.text("reason")?.as_str()) == (until, reason.as_str())
        {
            return ledger.stored_before(tx).await;
        }
        hold_until(&mut tx, ctx, (self.0.entropy().id(ctx.now), person), (until, reason.as_str())).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::KeepLonger, Resource::Case).of(case)).await
    }

    /// Destroys everything that the scheme holds about the person of a case, for good: all of it or nothing. With it go referrals of
    /// theirs that no case came of. Who is with another scheme of the tenant stays known to that one. Gives how many rows are gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme; [`StoreError::ChangedMeanwhile`] while a case of theirs is open, or a decision
    /// keeps the record.
    pub async fn erase(&self, ctx: &Ctx<KeepRecords>, case: CaseId, ground: ErasureGround) -> Result<u64> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let (person, row) = held(&mut tx, ctx, case).await?;
        let Some(last) = ended(&row)? else { return Err(StoreError::ChangedMeanwhile) };
        let held = tx.row(HELD, values![tenant, person, scheme]).await?;
        if held.map(|row| row.parsed::<Date>("until_on")).transpose()?.is_some_and(|until| until >= day_of(ctx.now)) {
            return Err(StoreError::ChangedMeanwhile);
        }
        let mut gone = 0;
        // Whoever asks again after a case has ended, and is refused, is kept from then on; a mistake takes its own referral alone.
        let until = match ground {
            ErasureGround::TimeOver => row.at("ended")?,
            ErasureGround::TheyAsked => ctx.now,
            ErasureGround::Mistake => Timestamp::UNIX_EPOCH,
        };
        let went: Vec<Row> = tx.rows(WENT_INTO, values![tenant, person, scheme]).await?;
        let number = row.opt_text("nhs_number")?;
        let sent_as = tx.rows(SENT_AS, values![tenant, person, scheme, number.as_deref()]).await?;
        let (mut names, mut numbered) = (BTreeSet::new(), BTreeSet::new());
        for row in [&row].into_iter().chain(&went) {
            names.insert((UNCASED, row.text("name_folded")?, row.text("born")?));
        }
        for row in &sent_as {
            numbered.insert((UNCASED_NUMBERED, row.text("name_folded")?, row.text("born")?));
        }
        for (sql, name, born) in names.into_iter().chain(numbered) {
            let sought = values![tenant, scheme, name, born, number.as_deref(), until];
            for row in tx.rows(sql, sought).await? {
                for row in tx.rows(LETTERS, values![tenant, row.text("id")?]).await? {
                    gone += forget_messages(&mut tx, ctx, &row.text("id")?).await?;
                }
                gone += forget_messages(&mut tx, ctx, &row.text("id")?).await?;
                for (_, delete) in OF_ONE_REFERRAL {
                    gone += tx.run(delete, values![tenant, row.text("id")?]).await?;
                }
            }
        }
        for row in tx.rows(CASES, values![tenant, person, scheme]).await? {
            let case: CaseId = row.parsed("id")?;
            for row in tx.rows(OF_THE_CASE, values![tenant, case]).await? {
                gone += forget_messages(&mut tx, ctx, &row.text("id")?).await?;
            }
            gone += forget_messages(&mut tx, ctx, &case.to_string()).await?;
            for (_, delete) in OF_ONE_CASE {
                gone += tx.run(delete, values![tenant, case]).await?;
            }
        }
        // A case that was opened in this very moment: nothing of it is touched, and nothing else either.
        if tx.row(OPEN, values![tenant, person, scheme]).await?.map_or(Ok(0), |row| row.int("n"))? > 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        gone += tx.run(FORGET_HOLDS, values![tenant, person, scheme]).await?;
        for row in &went {
            gone += forget_person(&mut tx, ctx, row.parsed("id")?).await?;
        }
        gone += tx.run(FORGET_JOINS, values![tenant, person, scheme]).await?;
        let left = tx.row(LEFT_ELSEWHERE, values![tenant, person]).await?.map_or(Ok(0), |row| row.int("n"))?;
        if left == 0 {
            gone += forget_person(&mut tx, ctx, person).await?;
        }
        let id: ErasureId = self.0.entropy().id(ctx.now);
        let rows = i64::try_from(gone).unwrap_or(i64::MAX);
        let (year, user) = (i64::from(last.year()), ctx.grant.user());
        tx.run(ERASED, values![tenant, id, scheme, ground.code(), year, rows, user, ctx.now]).await?;
        let entry = ctx.entry(Act::Erase, Resource::Case).of(case).because(ground.code());
        ledger.commit(tx, ctx.now, entry).await?;
        Ok(gone)
    }

    /// What was destroyed before, the newest first, at most 50.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erasures(&self, ctx: &Ctx<KeepRecords>) -> Result<Vec<ErasureRow>> {
        let key = values![ctx.grant.tenant(), ctx.grant.organisation()];
        let rows = self.0.ledger().db().rows(ERASURES, key).await?;
        rows.iter()
            .map(|row| {
                Ok(ErasureRow {
                    ground: row.coded("ground", ErasureGround::from_code)?,
                    ended_year: row.int("ended_year")?,
                    at: row.at("decided_at")?,
                    by: row.text("name")?,
                })
            })
            .collect()
    }
}
