//! Two records of one person put together, and taken apart again; and a referral that was taken for somebody's who was here, taken out.
//!
//! Nothing is copied and nothing is deleted: cases move to the record that is kept, and the other stands without any, so that it can
//! come back. What the kept record says of reaching them and of risks is joined as a further referral joins it.

pub(crate) mod acts;

use fingerpost_domain::Timestamp;
use fingerpost_domain::access::AccessNeeds;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::Outcome;
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::{CaseId, PersonId, PersonJoinId, ReferralId, TenantId};
use fingerpost_domain::matching::Match;
use fingerpost_domain::person::{PersonDetails, PersonName};
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Resource, hex};
use fingerpost_people::{self as people, Next, PersonHere};
use fingerpost_policy::MergePeople;

use fingerpost_store::{Ctx, access_of, person_name};

use sha2::{Digest as _, Sha256};

use crate::Rights;

statements! {
    CASE = "SELECT person FROM case_file WHERE tenant = $1 AND scheme = $2 AND id = $3";
    CASES = "SELECT c.id, c.opened_at, c.closed_at, c.outcome, c.version, u.name AS worker_name FROM case_file c JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
             WHERE c.tenant = $1 AND c.person = $2 AND c.scheme = $3 ORDER BY c.opened_at DESC, c.id LIMIT 1000";
    ELSEWHERE = "SELECT COUNT(*) AS n FROM case_file WHERE tenant = $1 AND person = $2 AND scheme <> $3";
    BY_REFERENCE = "SELECT case_id FROM referral WHERE tenant = $1 AND reference = $2 AND scheme = $3 AND case_id IS NOT NULL";
    REFERRALS = "SELECT r.id, r.reference, r.given, r.family, r.preferred, r.sent_at, r.joined_case, r.case_id, r.source, u.name AS referrer_name, o.name AS practice_name, \
                 (SELECT COUNT(*) FROM feedback f WHERE f.tenant = r.tenant AND f.referral = r.id AND f.withdrawn_at IS NULL) AS letters, \
                 (SELECT j.id FROM person_join j WHERE j.tenant = r.tenant AND j.referral = r.id AND j.kept = c.person AND j.undone_at IS NULL ORDER BY j.joined_at DESC LIMIT 1) AS noted \
                 FROM case_file c CROSS JOIN referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer JOIN organisation o ON o.id = r.practice \
                 WHERE c.tenant = $1 AND c.person = $2 AND c.scheme = $3 AND r.tenant = c.tenant AND r.case_id = c.id ORDER BY r.sent_at DESC, r.id LIMIT 50";
    JOINS = "SELECT j.id, j.gone, j.why, j.joined_at, j.undone_at, a.name AS joined_by, b.name AS undone_by, p.given, p.family, p.preferred \
             FROM person_join j JOIN person p ON p.tenant = j.tenant AND p.id = j.gone JOIN app_user a ON a.tenant = j.tenant AND a.id = j.joined_by \
             LEFT JOIN app_user b ON b.tenant = j.tenant AND b.id = j.undone_by \
             WHERE j.tenant = $1 AND j.kept = $2 AND j.scheme = $3 ORDER BY j.joined_at DESC, j.id DESC LIMIT 20";
    /// What was put together with a record and stands, newest first.
    STANDING = "SELECT id, gone FROM person_join WHERE tenant = $1 AND kept = $2 AND undone_at IS NULL ORDER BY joined_at DESC, id DESC LIMIT 200";
    NEXT = "SELECT next_action, next_due, referrer_hears FROM case_file WHERE tenant = $1 AND id = $2";
    /// What goes on in a case, and would be left behind by its ending.
    GOES_ON = "SELECT (SELECT COUNT(*) FROM visit WHERE tenant = $1 AND case_id = $2 AND on_day >= $3 AND cancelled_at IS NULL AND back_at IS NULL) \
               + (SELECT COUNT(*) FROM connection WHERE tenant = $1 AND case_id = $2 AND state IN ('offered', 'accepted', 'started')) \
               + (SELECT COUNT(*) FROM assessment WHERE tenant = $1 AND case_id = $2 AND finished_at IS NULL) AS n";
}

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
    /// Both have an open case, and in one of them the person said that the referrer hears nothing.
    Silence,
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
            Self::Silence => {
                "Both have an open case, and in one of them it was agreed that whoever sent them hears nothing. Ask them which it is, write the \
                 same in both cases, and come back."
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
    /// Counts its changes.
    pub version: i64,
}

/// One of two records, to be compared with the other.
#[derive(Debug, Clone)]
pub struct RecordSide {
    /// The case by which it was opened.
    pub case: CaseId,
    /// Who they are, how they are reached, what is known of risks.
    pub here: PersonHere,
    /// How information has to reach them; none where nobody asked.
    pub access: Option<AccessNeeds>,
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
    /// Tells these two records, as they stand, from any others: what is put together is what was compared.
    pub mark: String,
}

impl RecordSide {
    /// The case that is open.
    #[must_use]
    pub fn open(&self) -> Option<CaseId> {
        self.cases.iter().find(|case| case.closed.is_none()).map(|case| case.id)
    }
}

impl Comparison {
    /// Both have an open case: that of the second ends, and its referrals join the first.
    #[must_use]
    pub fn both_open(&self) -> bool {
        self.kept.open().is_some() && self.gone.open().is_some()
    }

    /// How information has to reach them afterwards: what either needs; none where nobody asked.
    #[must_use]
    pub fn access(&self) -> Option<AccessNeeds> {
        match (&self.kept.access, &self.gone.access) {
            (Some(kept), Some(gone)) => Some(kept.joined_by(gone)),
            (one, other) => one.clone().or_else(|| other.clone()),
        }
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
    /// What it said of risks and reaching them leaves with it: nothing was put together with the record since.
    pub leaves: bool,
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
    /// A record that was put together with this one stands so: nothing is taken out before they are apart.
    pub joined: bool,
}

async fn person_of(tx: &mut Tx, ctx: &Ctx<MergePeople>, case: CaseId) -> Result<PersonId> {
    let row = tx.row(CASE, values![ctx.grant.tenant(), ctx.grant.organisation(), case]).await?;
    row.ok_or(StoreError::NotFound)?.parsed("person")
}

/// Ids of what stands put together with a record, newest first; and whether another record is among it.
async fn standing(tx: &mut Tx, tenant: &TenantId, person: PersonId) -> Result<(Vec<(PersonJoinId, bool)>, bool)> {
    let rows = tx.rows(STANDING, values![tenant, person]).await?;
    let all: Vec<(PersonJoinId, bool)> =
        rows.iter().map(|row| Ok((row.parsed("id")?, row.opt_text("gone")?.is_some()))).collect::<Result<_>>()?;
    let records = all.iter().any(|(_, record)| *record);
    Ok((all, records))
}

/// What comes next in a case, and what its referrers hear.
async fn next(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<(Next, ReferrerHears)> {
    let row = tx.row(NEXT, values![tenant, case]).await?.ok_or(StoreError::NotFound)?;
    let next = Next { next_action: row.opt_text("next_action")?, next_due: row.opt_parsed("next_due")? };
    Ok((next, row.coded("referrer_hears", ReferrerHears::from_code)?))
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
                version: row.int("version")?,
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
        access: access_of(tx, tenant, person).await?.map(|(access, ..)| access),
        stopped: row.opt_at("messages_stopped_at")?.is_some(),
        cases: cases_of(tx, ctx, person).await?,
    })
}

/// Holding counts as one change of each open case.
const HELD: i64 = 1;

/// The comparison, and the records that it is about. `changes` of each open case are our own.
async fn compared(
    tx: &mut Tx,
    ctx: &Ctx<MergePeople>,
    (case, other): (CaseId, CaseId),
    changes: i64,
) -> Result<(Comparison, (PersonId, PersonId))> {
    let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
    let (kept, gone) = (person_of(tx, ctx, case).await?, person_of(tx, ctx, other).await?);
    let both = (kept, gone);
    let (kept, gone) = (side(tx, ctx, (case, kept)).await?, side(tx, ctx, (other, gone)).await?);
    let numbers = (&kept.here.details.nhs_number, &gone.here.details.nhs_number);
    let elsewhere = tx.row(ELSEWHERE, values![tenant, both.1, scheme]).await?.map_or(Ok(0), |row| row.int("n"))? > 0;
    let (mut goes_on, mut silence) = (false, false);
    if let (Some(first), Some(ending)) = (kept.open(), gone.open()) {
        let row = tx.row(GOES_ON, values![tenant, ending, day_of(ctx.now)]).await?;
        goes_on = row.map_or(Ok(0), |row| row.int("n"))? > 0;
        let hears = (next(tx, tenant, first).await?.1, next(tx, tenant, ending).await?.1);
        silence = hears.0 != hears.1 && (hears.0 == ReferrerHears::Nothing || hears.1 == ReferrerHears::Nothing);
    }
    let obstacle = match numbers {
        _ if both.0 == both.1 => Some(Obstacle::OneRecord),
        (Some(one), Some(two)) if one != two => Some(Obstacle::TwoNumbers),
        _ if elsewhere => Some(Obstacle::Elsewhere),
        _ if goes_on => Some(Obstacle::GoesOn),
        _ if silence => Some(Obstacle::Silence),
        _ => None,
    };
    let after = kept.here.joined_by(&gone.here);
    let versions = kept.cases.iter().chain(&gone.cases).map(|case| {
        let version = case.version - if case.closed.is_none() { changes } else { 0 };
        format!("{}.{version}", case.id)
    });
    let mark = [both.0.to_string(), both.1.to_string()].into_iter().chain(versions).collect::<Vec<_>>().join("-");
    let mark = hex(&Sha256::digest(mark.as_bytes()));
    Ok((Comparison { kept, gone, after, obstacle, mark }, both))
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
        let alike = people::alike(&mut tx, tenant, scheme, &person).await?;
        // Of somebody whom only another scheme knows, nothing is told here.
        let others = alike.into_iter().filter(|other| other.id != id);
        let likely = others.filter_map(|other| Some((other.newest_case?, other.details, other.likeness))).collect();
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
        let (stands, joined) = standing(&mut tx, tenant, id).await?;
        let newest = stands.first().map(|(join, _)| *join);
        let referrals = referrals.iter().map(|row| {
            let noted: Option<PersonJoinId> = row.opt_parsed("noted")?;
            Ok(ReferralLine {
                id: row.parsed("id")?,
                leaves: noted.is_some() && noted == newest,
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
        Ok(Likenesses { person, likely, joins, referrals, cases, joined })
    }

    /// The case to which the referral of a reference led; none where none did with this scheme.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_of_reference(&self, ctx: &Ctx<MergePeople>, reference: &str) -> Result<Option<CaseId>> {
        let of = values![ctx.grant.tenant(), reference, ctx.grant.organisation()];
        let row = self.0.ledger().db().row(BY_REFERENCE, of).await?;
        let found: Option<CaseId> = row.map(|row| row.parsed("case_id")).transpose()?;
        let entry = ctx.entry(Act::Read, Resource::Case).because("reference");
        self.0.ledger().looked(ctx.now, found.map_or(entry.clone(), |case| entry.of(case))).await?;
        Ok(found)
    }

    /// Two records beside each other: that of `case`, which would be kept, and that of `other`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where either is outside the scheme.
    pub async fn compare(&self, ctx: &Ctx<MergePeople>, (case, other): (CaseId, CaseId)) -> Result<Comparison> {
        let mut tx = self.0.ledger().db().read().await?;
        let (comparison, _) = compared(&mut tx, ctx, (case, other), 0).await?;
        drop(tx);
        for looked_at in [case, other] {
            let entry = ctx.entry(Act::Read, Resource::Case).of(looked_at).because("compared");
            self.0.ledger().looked(ctx.now, entry).await?;
        }
        Ok(comparison)
    }
}
