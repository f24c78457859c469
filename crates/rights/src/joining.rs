//! Two records of one person put together, and taken apart again; and a referral that was taken for somebody's who was here, taken out.
//!
//! Nothing is copied and nothing is deleted: cases move to the record that is kept, and the other stands without any, so that it can
//! come back. What the kept record says of reaching them and of risks is joined as a further referral joins it.

use fingerpost_domain::calendar::{add_working_days, day_of};
use fingerpost_domain::case::Outcome;
use fingerpost_domain::id::{CaseId, PersonId, PersonJoinId, ReferralId, TenantId};
use fingerpost_domain::matching::Match;
use fingerpost_domain::person::{PersonDetails, PersonName};
use fingerpost_domain::referral::{ReferralEvent, ReferralState};
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::{self as people, Body, Joined, Moved, PersonHere};
use fingerpost_policy::MergePeople;

use fingerpost_store::{
    Ctx, MessageTemplate, access_of, hold_case, hold_scheme, message_not_needed, person_name, stop_writing,
    to_be_answered, triagers_of,
};

use crate::Rights;

statements! {
    CASE = "SELECT person FROM case_file WHERE tenant = $1 AND scheme = $2 AND id = $3";
    CASES = "SELECT c.id, c.opened_at, c.closed_at, c.outcome, u.name AS worker_name FROM case_file c JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
             WHERE c.tenant = $1 AND c.person = $2 AND c.scheme = $3 ORDER BY c.opened_at DESC, c.id LIMIT 50";
    ELSEWHERE = "SELECT COUNT(*) AS n FROM case_file WHERE tenant = $1 AND person = $2 AND scheme <> $3";
    NEWEST_CASE = "SELECT id FROM case_file WHERE tenant = $1 AND person = $2 AND scheme = $3 ORDER BY opened_at DESC, id DESC LIMIT 1";
    BY_REFERENCE = "SELECT case_id FROM referral WHERE tenant = $1 AND reference = $2 AND scheme = $3 AND case_id IS NOT NULL";
    REFERRALS = "SELECT r.id, r.reference, r.given, r.family, r.preferred, r.sent_at, r.joined_case, r.case_id, r.source, u.name AS referrer_name, o.name AS practice_name, \
                 (SELECT COUNT(*) FROM feedback f WHERE f.tenant = r.tenant AND f.referral = r.id AND f.withdrawn_at IS NULL) AS letters \
                 FROM case_file c CROSS JOIN referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer JOIN organisation o ON o.id = r.practice \
                 WHERE c.tenant = $1 AND c.person = $2 AND c.scheme = $3 AND r.tenant = c.tenant AND r.case_id = c.id ORDER BY r.sent_at DESC, r.id LIMIT 50";
    JOINS = "SELECT j.id, j.gone, j.why, j.joined_at, j.undone_at, a.name AS joined_by, b.name AS undone_by, p.given, p.family, p.preferred \
             FROM person_join j JOIN person p ON p.tenant = j.tenant AND p.id = j.gone JOIN app_user a ON a.tenant = j.tenant AND a.id = j.joined_by \
             LEFT JOIN app_user b ON b.tenant = j.tenant AND b.id = j.undone_by \
             WHERE j.tenant = $1 AND j.kept = $2 AND j.scheme = $3 ORDER BY j.joined_at DESC, j.id DESC LIMIT 20";
    JOIN = "SELECT gone, body, joined_at FROM person_join WHERE tenant = $1 AND id = $2 AND kept = $3 AND scheme = $4 AND gone IS NOT NULL AND undone_at IS NULL";
    STANDING = "SELECT body FROM person_join WHERE tenant = $1 AND kept = $2 AND scheme = $3 AND gone IS NOT NULL AND undone_at IS NULL ORDER BY joined_at LIMIT 50";
    JOIN_OF_REFERRAL = "SELECT id, kept, body, joined_at FROM person_join WHERE tenant = $1 AND referral = $2 AND undone_at IS NULL ORDER BY joined_at DESC LIMIT 1";
    UNDONE = "UPDATE person_join SET undone_by = $3, undone_at = $4 WHERE tenant = $1 AND id = $2 AND undone_at IS NULL";
    /// Open cases first, as whoever accepts a referral takes them; then the records. Whoever changes either at this moment waits, or was
    /// before us.
    OPEN = "SELECT id, scheme FROM case_file WHERE tenant = $1 AND person = $2 AND closed_at IS NULL \
            UNION SELECT id, scheme FROM case_file WHERE tenant = $1 AND person = $3 AND closed_at IS NULL ORDER BY 2, 1 LIMIT 40";
    HOLD = "UPDATE person SET created_at = created_at WHERE tenant = $1 AND id = $2 AND merged_into IS NULL";
    WENT = "UPDATE person SET merged_into = $3, nhs_number = NULL WHERE tenant = $1 AND id = $2";
    CAME_BACK = "UPDATE person SET merged_into = NULL, nhs_number = $3 WHERE tenant = $1 AND id = $2";
    NUMBER = "SELECT nhs_number, messages_stopped_at FROM person WHERE tenant = $1 AND id = $2";
    EARLIER = "SELECT id FROM person WHERE tenant = $1 AND merged_into = $2";
    FOLLOW = "UPDATE person SET merged_into = $3 WHERE tenant = $1 AND id = $2";
    MOVE_CASE = "UPDATE case_file SET person = $4, version = version + 1 WHERE tenant = $1 AND id = $2 AND person = $3";
    TURN_MESSAGES = "UPDATE outbox SET recipient = $3 WHERE tenant = $1 AND case_id = $2 AND recipient_kind = 'person' AND sent_at IS NULL AND failed_at IS NULL";
    END_CASE = "UPDATE case_file SET closed_at = $3, outcome = 'joined_record', next_action = NULL, next_due = NULL, version = version + 1 \
                WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    REOPEN = "UPDATE case_file SET closed_at = NULL, outcome = NULL, next_action = $3, next_due = $4, version = version + 1 \
              WHERE tenant = $1 AND id = $2 AND outcome = 'joined_record'";
    OF_CASE = "SELECT id, joined_case FROM referral WHERE tenant = $1 AND case_id = $2";
    MOVE_REFERRAL = "UPDATE referral SET case_id = $4, joined_case = $5 WHERE tenant = $1 AND id = $2 AND case_id = $3";
    /// What goes on in a case, and would be left behind by its ending.
    GOES_ON = "SELECT (SELECT COUNT(*) FROM visit WHERE tenant = $1 AND case_id = $2 AND on_day >= $3 AND cancelled_at IS NULL) \
               + (SELECT COUNT(*) FROM connection WHERE tenant = $1 AND case_id = $2 AND state IN ('offered', 'accepted', 'started')) \
               + (SELECT COUNT(*) FROM assessment WHERE tenant = $1 AND case_id = $2 AND finished_at IS NULL) AS n";
    LINKS = "SELECT id FROM one_time_link WHERE tenant = $1 AND scope = 'stop_messages' AND subject = $2";
    MOVE_LINK = "UPDATE one_time_link SET subject = $3 WHERE tenant = $1 AND id = $2 AND scope = 'stop_messages'";
    HOLDS = "SELECT id FROM record_hold WHERE tenant = $1 AND person = $2 AND scheme = $3";
    MOVE_HOLD = "UPDATE record_hold SET person = $3 WHERE tenant = $1 AND id = $2";
    SAID = "SELECT DISTINCT characteristic FROM self_description WHERE tenant = $1 AND person = $2 \
            AND characteristic NOT IN (SELECT characteristic FROM self_description WHERE tenant = $1 AND person = $3)";
    MOVE_SAID = "UPDATE self_description SET person = $4 WHERE tenant = $1 AND person = $2 AND characteristic = $3 AND said_at <= $5";
    MOVE_ACCESS = "UPDATE access_needs SET person = $3 WHERE tenant = $1 AND person = $2 AND asked_at <= $4";
    REFERRAL = "SELECT r.state, r.case_id, r.joined_case, r.source, r.given, r.family, r.preferred, r.born, r.nhs_number, r.address, r.postcode, r.phone, r.email, r.communication, \
                r.reach, r.guidance, r.risk, r.risk_note, c.person, s.answer_working_days FROM referral r JOIN case_file c ON c.tenant = r.tenant AND c.id = r.case_id \
                JOIN scheme s ON s.tenant = r.tenant AND s.organisation = r.scheme WHERE r.tenant = $1 AND r.scheme = $2 AND r.id = $3";
    WAIT_AGAIN = "UPDATE referral SET state = 'sent', case_id = NULL, joined_case = 0, decided_at = NULL, decided_by = NULL, answer_due = $4 \
                  WHERE tenant = $1 AND id = $2 AND case_id = $3 AND state = 'accepted'";
    NOT_THEIRS = "UPDATE case_file SET next_action = 'Read it again: what was referred last is about somebody else', version = version + 1 \
                  WHERE tenant = $1 AND id = $2 AND next_action LIKE 'Call: they were referred again%'";
    /// Letters that told whoever sent one referral of somebody else, and the news of them that has not left.
    TAKE_BACK_LETTERS = "UPDATE feedback SET withdrawn_at = $3 WHERE tenant = $1 AND referral = $2 AND sent_at >= $4 AND withdrawn_at IS NULL";
    TAKE_BACK_NEWS = "UPDATE outbox SET failed_at = $3, last_error = 'taken_back', settled_at = $3 WHERE tenant = $1 AND template = 'feedback_arrived' AND sent_at IS NULL AND failed_at IS NULL \
                      AND recipient = (SELECT referrer FROM referral WHERE tenant = $1 AND id = $2) \
                      AND subject IN (SELECT id FROM feedback WHERE tenant = $1 AND referral = $2 AND sent_at >= $4)";
    TAKE_BACK_WORD = "UPDATE disclosure SET withdrawn_at = $3 WHERE tenant = $1 AND referral = $2 AND recipient = 'referrer' AND given_at >= $4 AND withdrawn_at IS NULL";
}

const READ_IT_AGAIN: &str = "Read it again: it was taken apart from another record";
const LOOK_WORKING_DAYS: u32 = 5;

/// Why two records are not put together, or not taken apart, as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// It is one record already.
    OneRecord,
    /// Both have an NHS number, and it is not the same.
    TwoNumbers,
    /// Another scheme works, or worked, with the second: its record is not ours to move.
    Elsewhere,
    /// Both have an open case, and something is planned or goes on in the second.
    GoesOn,
}

impl Obstacle {
    /// Whether it may be no obstacle where the other record is kept.
    #[must_use]
    pub const fn other_way_round(self) -> bool {
        matches!(self, Self::Elsewhere | Self::GoesOn)
    }

    /// What it is, and what to do about it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OneRecord => "This is one record already.",
            Self::TwoNumbers => {
                "They have two different NHS numbers. Either they are two people, or one number is mistyped: put it right in its case first."
            }
            Self::Elsewhere => {
                "Another scheme knows the second one, and its record is not yours to move. Keep that one instead, or talk to that scheme."
            }
            Self::GoesOn => {
                "Both have an open case, and in the second something still goes on: a visit that is planned, a group that was asked, \
                 questions that are out. Finish or cancel it there first, or keep that one instead."
            }
        }
    }
}

/// One case of a record, in a line.
#[derive(Debug, Clone)]
pub struct CaseLine {
    /// Its id.
    pub id: CaseId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When and how it ended; none while it is open.
    pub closed: Option<(Timestamp, Outcome)>,
    /// Whose it is.
    pub worker_name: String,
}

/// One of two records, to be compared with the other.
#[derive(Debug, Clone)]
pub struct RecordSide {
    /// The case by which it was opened.
    pub case: CaseId,
    /// Who they are, how they are reached, what is known of risks.
    pub here: PersonHere,
    /// How information has to reach them, in codes; none where nobody asked.
    pub access: Option<Vec<fingerpost_domain::access::AccessNeed>>,
    /// They want no messages that send themselves.
    pub stopped: bool,
    /// Their cases with the scheme.
    pub cases: Vec<CaseLine>,
}

/// Two records beside each other.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The one that would be kept.
    pub kept: RecordSide,
    /// The other.
    pub gone: RecordSide,
    /// What would stand afterwards.
    pub after: PersonHere,
    /// Why it cannot be.
    pub obstacle: Option<Obstacle>,
}

impl Comparison {
    /// Both have an open case: that of the second ends, and its referrals join the first.
    #[must_use]
    pub fn both_open(&self) -> bool {
        [&self.kept, &self.gone].iter().all(|side| side.cases.iter().any(|case| case.closed.is_none()))
    }
}

/// Two records that were put together.
#[derive(Debug, Clone)]
pub struct JoinRow {
    /// Its id.
    pub id: PersonJoinId,
    /// The name on the other record.
    pub name: PersonName,
    /// How it was known that they are one.
    pub why: String,
    /// By whom and when.
    pub made: (String, Timestamp),
    /// By whom and when it was taken apart.
    pub undone: Option<(String, Timestamp)>,
}

/// A referral that led to a case of the person.
#[derive(Debug, Clone)]
pub struct ReferralLine {
    /// Its id.
    pub id: ReferralId,
    /// The reference that people read out.
    pub reference: String,
    /// The name on it.
    pub name: PersonName,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// By whom, where a practice sent it.
    pub from: Option<(String, String)>,
    /// It joined a case that was open.
    pub joined: bool,
    /// It came with another record, and leaves with it.
    pub came_along: bool,
    /// Letters that were written to whoever sent it.
    pub letters: u32,
}

/// Who may be the person of a case too, and what was taken for theirs.
#[derive(Debug, Clone)]
pub struct Likenesses {
    /// Whose case it is.
    pub person: PersonDetails,
    /// Others with a case here, each with how alike they are.
    pub likely: Vec<(CaseId, PersonDetails, Match)>,
    /// What was put together, newest first.
    pub joins: Vec<JoinRow>,
    /// The referrals of their cases, newest first.
    pub referrals: Vec<ReferralLine>,
    /// Cases with the scheme, newest first.
    pub cases: Vec<CaseLine>,
}

async fn person_of(tx: &mut Tx, ctx: &Ctx<MergePeople>, case: CaseId) -> Result<PersonId> {
    let row = tx.row(CASE, values![ctx.grant.tenant(), ctx.grant.organisation(), case]).await?;
    row.ok_or(StoreError::NotFound)?.parsed("person")
}

/// Holds two records, or one, until the change ends: no case is opened for either, and nothing of them is changed.
async fn hold(tx: &mut Tx, ctx: &Ctx<MergePeople>, mut both: [PersonId; 2]) -> Result<()> {
    let tenant = ctx.grant.tenant();
    hold_scheme(tx, tenant, ctx.grant.organisation()).await?;
    both.sort_unstable();
    for row in tx.rows(OPEN, values![tenant, both[0], both[1]]).await? {
        hold_case(tx, tenant, row.parsed("id")?, None).await?;
    }
    for person in both {
        if tx.run(HOLD, values![tenant, person]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
    }
    Ok(())
}

async fn cases_of(tx: &mut Tx, ctx: &Ctx<MergePeople>, person: PersonId) -> Result<Vec<CaseLine>> {
    let rows = tx.rows(CASES, values![ctx.grant.tenant(), person, ctx.grant.organisation()]).await?;
    rows.iter()
        .map(|row| {
            Ok(CaseLine {
                id: row.parsed("id")?,
                opened_at: row.at("opened_at")?,
                closed: row.opt_at("closed_at")?.zip(row.opt_coded("outcome", Outcome::from_code)?),
                worker_name: row.text("worker_name")?,
            })
        })
        .collect()
}

async fn side(tx: &mut Tx, ctx: &Ctx<MergePeople>, (case, person): (CaseId, PersonId)) -> Result<RecordSide> {
    let tenant = ctx.grant.tenant();
    let row = people::row(tx, tenant, person).await?.ok_or(StoreError::NotFound)?;
    Ok(RecordSide {
        case,
        here: people::here(&row)?,
        access: access_of(tx, tenant, person).await?.map(|access| access.needs),
        stopped: row.opt_at("messages_stopped_at")?.is_some(),
        cases: cases_of(tx, ctx, person).await?,
    })
}

/// The comparison, and the records that it is about.
async fn compared(
    tx: &mut Tx,
    ctx: &Ctx<MergePeople>,
    (case, other): (CaseId, CaseId),
) -> Result<(Comparison, (PersonId, PersonId))> {
    let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
    let (kept, gone) = (person_of(tx, ctx, case).await?, person_of(tx, ctx, other).await?);
    let both = (kept, gone);
    let (kept, gone) = (side(tx, ctx, (case, kept)).await?, side(tx, ctx, (other, gone)).await?);
    let numbers = (&kept.here.details.nhs_number, &gone.here.details.nhs_number);
    let elsewhere = tx.row(ELSEWHERE, values![tenant, both.1, scheme]).await?.map_or(Ok(0), |row| row.int("n"))? > 0;
    let open = |side: &RecordSide| side.cases.iter().find(|case| case.closed.is_none()).map(|case| case.id);
    let goes_on = match (open(&kept), open(&gone)) {
        (Some(_), Some(ending)) => {
            let row = tx.row(GOES_ON, values![tenant, ending, day_of(ctx.now)]).await?;
            row.map_or(Ok(0), |row| row.int("n"))? > 0
        }
        _ => false,
    };
    let obstacle = match numbers {
        _ if both.0 == both.1 => Some(Obstacle::OneRecord),
        (Some(one), Some(two)) if one != two => Some(Obstacle::TwoNumbers),
        _ if elsewhere => Some(Obstacle::Elsewhere),
        _ if goes_on => Some(Obstacle::GoesOn),
        _ => None,
    };
    let after = kept.here.joined_by(&gone.here);
    Ok((Comparison { kept, gone, after, obstacle }, both))
}

/// Referrals that came with records which were put together with this one: they go on in its open case in place of their own.
async fn came_along(tx: &mut Tx, ctx: &Ctx<MergePeople>, person: PersonId) -> Result<Vec<ReferralId>> {
    let rows = tx.rows(STANDING, values![ctx.grant.tenant(), person, ctx.grant.organisation()]).await?;
    let mut all = vec![];
    for row in &rows {
        all.extend(Body::read(row)?.moved.referrals.into_iter().map(|(referral, _)| referral));
    }
    Ok(all)
}

async fn ids<T: std::str::FromStr>(
    tx: &mut Tx,
    (sql, column): (&'static str, &str),
    of: Vec<fingerpost_engine::Value>,
) -> Result<Vec<T>> {
    tx.rows(sql, of).await?.iter().map(|row| row.parsed(column)).collect()
}

/// Whatever was written to the referrer of one referral since then was about somebody else.
async fn take_letters_back(
    tx: &mut Tx,
    tenant: &TenantId,
    referral: ReferralId,
    (since, now): (Timestamp, Timestamp),
) -> Result<()> {
    for sql in [TAKE_BACK_NEWS, TAKE_BACK_LETTERS, TAKE_BACK_WORD] {
        tx.run(sql, values![tenant, referral, now, since]).await?;
    }
    Ok(())
}

fn from(row: &Row) -> Result<Option<(String, String)>> {
    let practice = row.coded("source", ReferralSource::from_code)? == ReferralSource::Practice;
    Ok(if practice { Some((row.text("referrer_name")?, row.text("practice_name")?)) } else { None })
}

impl Rights {
    /// Who may be the person of a case too, and what was put together with their record before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme.
    pub async fn likenesses(&self, ctx: &Ctx<MergePeople>, case: CaseId) -> Result<Likenesses> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let id = person_of(&mut tx, ctx, case).await?;
        let person = people::one(&mut tx, tenant, id).await?.details;
        let mut likely = vec![];
        for other in people::alike(&mut tx, tenant, scheme, &person).await? {
            // Of somebody whom only another scheme knows, nothing is told here.
            let newest = tx.row(NEWEST_CASE, values![tenant, other.id, scheme]).await?;
            if let (Some(row), true) = (newest, other.id != id) {
                likely.push((row.parsed("id")?, other.details, other.likeness));
            }
        }
        let joins = tx.rows(JOINS, values![tenant, id, scheme]).await?;
        let joins = joins.iter().map(|row| {
            Ok(JoinRow {
                id: row.parsed("id")?,
                name: person_name(row)?,
                why: row.text("why")?,
                made: (row.text("joined_by")?, row.at("joined_at")?),
                undone: row.opt_text("undone_by")?.zip(row.opt_at("undone_at")?),
            })
        });
        let joins = joins.collect::<Result<_>>()?;
        let referrals = tx.rows(REFERRALS, values![tenant, id, scheme]).await?;
        let along = came_along(&mut tx, ctx, id).await?;
        let referrals = referrals.iter().map(|row| {
            let referral: ReferralId = row.parsed("id")?;
            Ok(ReferralLine {
                id: referral,
                came_along: along.contains(&referral),
                reference: row.text("reference")?,
                name: person_name(row)?,
                sent_at: row.at("sent_at")?,
                from: from(row)?,
                joined: row.flag("joined_case")?,
                letters: row.small("letters")?,
            })
        });
        let referrals = referrals.collect::<Result<_>>()?;
        let cases = cases_of(&mut tx, ctx, id).await?;
        drop(tx);
        let entry = ctx.entry(Act::Read, Resource::Case).of(case).because("likenesses");
        self.0.ledger().looked(ctx.now, entry).await?;
        Ok(Likenesses { person, likely, joins, referrals, cases })
    }

    /// The case to which the referral of a reference led; none where none did with this scheme.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_of_reference(&self, ctx: &Ctx<MergePeople>, reference: &str) -> Result<Option<CaseId>> {
        let of = values![ctx.grant.tenant(), reference, ctx.grant.organisation()];
        self.0.ledger().db().row(BY_REFERENCE, of).await?.map(|row| row.parsed("case_id")).transpose()
    }

    /// Two records beside each other: that of `case`, which would be kept, and that of `other`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where either is outside the scheme.
    pub async fn compare(&self, ctx: &Ctx<MergePeople>, (case, other): (CaseId, CaseId)) -> Result<Comparison> {
        let mut tx = self.0.ledger().db().read().await?;
        let (comparison, _) = compared(&mut tx, ctx, (case, other)).await?;
        drop(tx);
        for looked_at in [case, other] {
            let entry = ctx.entry(Act::Read, Resource::Case).of(looked_at).because("compared");
            self.0.ledger().looked(ctx.now, entry).await?;
        }
        Ok(comparison)
    }

    /// Puts two records of one person together. The cases of the other move to the kept one; where both have an open case, the other's
    /// ends and its referrals join the kept one's, without a letter to anybody.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where either is outside the scheme; [`StoreError::ChangedMeanwhile`] where an [`Obstacle`] stands in
    /// the way, or either was put together with another at this moment.
    pub async fn join_records(&self, ctx: &Ctx<MergePeople>, pair: (CaseId, CaseId), why: &Line<200>) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let both = [person_of(&mut tx, ctx, pair.0).await?, person_of(&mut tx, ctx, pair.1).await?];
        hold(&mut tx, ctx, both).await?;
        let (comparison, (kept, gone)) = compared(&mut tx, ctx, pair).await?;
        if comparison.obstacle.is_some() {
            return Err(StoreError::ChangedMeanwhile);
        }
        let before = people::stood(&mut tx, tenant, kept).await?;
        let row = tx.row(NUMBER, values![tenant, gone]).await?.ok_or(StoreError::NotFound)?;
        let mut moved = Moved {
            nhs_number: row.opt_text("nhs_number")?,
            earlier: ids(&mut tx, (EARLIER, "id"), values![tenant, gone]).await?,
            links: ids(&mut tx, (LINKS, "id"), values![tenant, gone]).await?,
            holds: ids(&mut tx, (HOLDS, "id"), values![tenant, gone, scheme]).await?,
            said: ids(&mut tx, (SAID, "characteristic"), values![tenant, gone, kept]).await?,
            access: comparison.kept.access.is_none() && comparison.gone.access.is_some(),
            cases: comparison.gone.cases.iter().map(|case| case.id).collect(),
            ..Moved::default()
        };
        tx.run(WENT, values![tenant, gone, kept]).await?;
        people::change_care(&mut tx, tenant, kept, &comparison.after).await?;
        people::add_number(&mut tx, tenant, kept, &comparison.after.details).await?;
        if row.opt_at("messages_stopped_at")?.is_some() {
            stop_writing(&mut tx, tenant, kept, ctx.now).await?;
        }
        for person in &moved.earlier {
            tx.run(FOLLOW, values![tenant, *person, kept]).await?;
        }
        let open = |side: &RecordSide| side.cases.iter().find(|case| case.closed.is_none()).map(|case| case.id);
        if let (Some(goes_on), Some(ending)) = (open(&comparison.kept), open(&comparison.gone)) {
            if tx.run(END_CASE, values![tenant, ending, ctx.now]).await? == 0 {
                return Err(StoreError::ChangedMeanwhile);
            }
            for row in tx.rows(OF_CASE, values![tenant, ending]).await? {
                let referral: ReferralId = row.parsed("id")?;
                moved.referrals.push((referral, row.flag("joined_case")?));
                tx.run(MOVE_REFERRAL, values![tenant, referral, ending, goes_on, true]).await?;
            }
            moved.ended = Some(ending);
        }
        for case in &moved.cases {
            if tx.run(MOVE_CASE, values![tenant, *case, gone, kept]).await? == 0 {
                return Err(StoreError::ChangedMeanwhile);
            }
            tx.run(TURN_MESSAGES, values![tenant, *case, kept]).await?;
        }
        for link in &moved.links {
            tx.run(MOVE_LINK, values![tenant, *link, kept]).await?;
        }
        for hold in &moved.holds {
            tx.run(MOVE_HOLD, values![tenant, *hold, kept]).await?;
        }
        for characteristic in &moved.said {
            tx.run(MOVE_SAID, values![tenant, gone, characteristic, kept, Timestamp::MAX]).await?;
        }
        if moved.access {
            tx.run(MOVE_ACCESS, values![tenant, gone, kept, Timestamp::MAX]).await?;
        }
        let body = Body { before, after: people::stood(&mut tx, tenant, kept).await?, moved };
        let join: PersonJoinId = self.0.entropy().id(ctx.now);
        let joined = (kept, Joined::Record(gone), why.as_str());
        people::note_join(&mut tx, (tenant, scheme, join), joined, &body, (ctx.grant.user(), ctx.now)).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::Join, Resource::Case).of(pair.0).because("records")).await
    }

    /// Takes two records apart again. What moved moves back, and what the kept record says is as it was, where nobody has changed it
    /// since; letters that were written meanwhile to whoever had sent the other are taken back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme; [`StoreError::ChangedMeanwhile`] where it was taken apart already, or the kept one
    /// was put together with a third since.
    pub async fn take_apart(&self, ctx: &Ctx<MergePeople>, case: CaseId, join: PersonJoinId) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let kept = person_of(&mut tx, ctx, case).await?;
        hold(&mut tx, ctx, [kept, kept]).await?;
        let row = tx.row(JOIN, values![tenant, join, kept, scheme]).await?.ok_or(StoreError::ChangedMeanwhile)?;
        let (gone, at): (PersonId, _) = (row.parsed("gone")?, row.at("joined_at")?);
        let Body { before, after, moved } = Body::read(&row)?;
        tx.run(UNDONE, values![tenant, join, ctx.grant.user(), ctx.now]).await?;
        let stands = people::stood(&mut tx, tenant, kept).await?.without((&before, &after));
        people::put_back(&mut tx, tenant, kept, &stands).await?;
        tx.run(CAME_BACK, values![tenant, gone, moved.nhs_number.as_deref()]).await?;
        for person in &moved.earlier {
            tx.run(FOLLOW, values![tenant, *person, gone]).await?;
        }
        for case in &moved.cases {
            tx.run(MOVE_CASE, values![tenant, *case, kept, gone]).await?;
            tx.run(TURN_MESSAGES, values![tenant, *case, gone]).await?;
        }
        if let Some(ended) = moved.ended {
            let look = add_working_days(day_of(ctx.now), LOOK_WORKING_DAYS);
            tx.run(REOPEN, values![tenant, ended, READ_IT_AGAIN, look]).await?;
            for (referral, joined) in &moved.referrals {
                let row = tx.row(REFERRAL, values![tenant, scheme, *referral]).await?;
                let Some(row) = row else { continue };
                tx.run(MOVE_REFERRAL, values![tenant, *referral, row.text("case_id")?, ended, *joined]).await?;
                take_letters_back(&mut tx, tenant, *referral, (at, ctx.now)).await?;
            }
        }
        for link in &moved.links {
            tx.run(MOVE_LINK, values![tenant, *link, gone]).await?;
        }
        for hold in &moved.holds {
            tx.run(MOVE_HOLD, values![tenant, *hold, gone]).await?;
        }
        for characteristic in &moved.said {
            tx.run(MOVE_SAID, values![tenant, kept, characteristic, gone, at]).await?;
        }
        if moved.access {
            tx.run(MOVE_ACCESS, values![tenant, kept, gone, at]).await?;
        }
        ledger.commit(tx, ctx.now, ctx.entry(Act::TakeApart, Resource::Case).of(case).because("records")).await
    }

    /// A referral was taken for this person's and is about somebody else. Where it had joined their open case it waits to be taken up
    /// again, and letters to whoever sent it are taken back; where it had opened a case, that case moves to a record of its own. Gives
    /// whether it waits again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme; [`StoreError::ChangedMeanwhile`] where it is the only one of the person, was taken
    /// out already, or came with another record and leaves with that; [`StoreError::AlreadyThere`] where it bears the person's own NHS number: one of the two is wrong.
    pub async fn take_out(&self, ctx: &Ctx<MergePeople>, case: CaseId, referral: ReferralId) -> Result<bool> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let person = person_of(&mut tx, ctx, case).await?;
        hold(&mut tx, ctx, [person, person]).await?;
        let row = tx.row(REFERRAL, values![tenant, scheme, referral]).await?.ok_or(StoreError::NotFound)?;
        if row.parsed::<PersonId>("person")? != person {
            return Err(StoreError::NotFound);
        }
        let its_case: CaseId = row.parsed("case_id")?;
        let join = tx.row(JOIN_OF_REFERRAL, values![tenant, referral]).await?;
        let mut since = Timestamp::UNIX_EPOCH;
        if let Some(join) = &join {
            since = join.at("joined_at")?;
            tx.run(UNDONE, values![tenant, join.text("id")?, ctx.grant.user(), ctx.now]).await?;
            // It may have been noted of another record that was put together with this one since.
            if join.parsed::<PersonId>("kept")? == person {
                let Body { before, after, .. } = Body::read(join)?;
                let stands = people::stood(&mut tx, tenant, person).await?.without((&before, &after));
                people::put_back(&mut tx, tenant, person, &stands).await?;
            }
        }
        if came_along(&mut tx, ctx, person).await?.contains(&referral) {
            return Err(StoreError::ChangedMeanwhile);
        }
        let waits = row.flag("joined_case")?;
        if waits {
            row.coded("state", ReferralState::from_code)?.after(ReferralEvent::WaitAgain)?;
            let due: Date = add_working_days(day_of(ctx.now), u32::from(row.small::<u16>("answer_working_days")?));
            tx.run(WAIT_AGAIN, values![tenant, referral, its_case, due]).await?;
            tx.run(NOT_THEIRS, values![tenant, its_case]).await?;
            take_letters_back(&mut tx, tenant, referral, (since, ctx.now)).await?;
            let about = format!("{referral}/{}", ctx.now.as_microsecond());
            let triagers = triagers_of(&mut tx, tenant, scheme).await?;
            to_be_answered(&self.0, &mut tx, tenant, (referral, &triagers, &about), (due, ctx.now)).await?;
        } else {
            if cases_of(&mut tx, ctx, person).await?.len() < 2 {
                return Err(StoreError::ChangedMeanwhile);
            }
            let new: PersonId = self.0.entropy().id(ctx.now);
            people::insert(&mut tx, tenant, new, &PersonHere::of_referral(&row)?, ctx.now).await?;
            tx.run(MOVE_CASE, values![tenant, its_case, person, new]).await?;
            tx.run(TURN_MESSAGES, values![tenant, its_case, new]).await?;
        }
        // "Somebody will be in touch" has not left yet, and would go to the wrong one.
        let hello = (MessageTemplate::WorkerWillBeInTouch, person, referral.to_string());
        message_not_needed(&mut tx, tenant, (hello.0, hello.1, &hello.2), ctx.now).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::TakeApart, Resource::Referral).of(referral)).await?;
        Ok(waits)
    }
}
