//! Entries of one service that stand as one: joined, taken apart, and pairs that somebody has to judge.

use fingerpost_domain::id::ServiceId;
use fingerpost_domain::{Date, Timestamp, coded};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};

use crate::Entries;
use crate::shown::{read_again, settle};
use crate::take::Sequence;

statements! {
    JOIN = "INSERT INTO service_joined (member, lead, joined_by, joined_at, evidence) VALUES ($1, $2, $3, $4, $5)";
    /// Those for which a member stood follow it.
    TAKE_ALONG = "UPDATE service_joined SET lead = $2 WHERE lead = $1";
    PART = "DELETE FROM service_joined WHERE member = $1 AND lead = $2";
    /// Reports that nobody has settled belong to the entry that is shown.
    REPORTS = "UPDATE service_report SET service = $2 WHERE service = $1 AND settled_at IS NULL";
    COUNT_REPORTS = "UPDATE service SET open_reports = (SELECT COUNT(*) FROM service_report r WHERE r.service = service.id AND r.settled_at IS NULL) WHERE id = $1";
    /// What is held back stays so.
    WITHHOLD = "UPDATE service SET withheld = 1 WHERE id = $2 AND EXISTS (SELECT 1 FROM service m WHERE m.id = $1 AND m.withheld = 1)";
    CONFIRMED = "SELECT confirmed_on, confirmed_by FROM service WHERE id = $1";
    CONFIRM = "UPDATE service SET confirmed_on = $2, confirmed_by = $3 WHERE id = $1 AND (confirmed_on IS NULL OR confirmed_on < $2)";
    MEMBERS = "SELECT j.member, j.joined_by, j.joined_at, s.source, s.name, s.left_on FROM service_joined j JOIN service s ON s.id = j.member WHERE j.lead = $1 ORDER BY s.source, s.id LIMIT $2";
    LATELY = "SELECT j.member, j.lead, j.joined_by, j.joined_at, s.source, s.name, s.left_on FROM service_joined j JOIN service s ON s.id = j.member \
              WHERE j.joined_by = $1 ORDER BY j.joined_at DESC, j.member LIMIT $2";
    NOTE_PAIR = "INSERT INTO service_pair (one, other, evidence, found_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (one, other) DO UPDATE SET evidence = excluded.evidence";
    JUDGE = "INSERT INTO service_pair (one, other, evidence, found_at, judged, judged_at) VALUES ($1, $2, 0, $3, $4, $3) \
             ON CONFLICT (one, other) DO UPDATE SET judged = excluded.judged, judged_at = excluded.judged_at";
    JUDGED = "SELECT judged FROM service_pair WHERE one = $1 AND other = $2";
    FORGET = "DELETE FROM service_pair WHERE judged IS NULL AND (one = $1 OR other = $1)";
    /// Pairs that wait, the likeliest first; what is joined meanwhile, or not shown, waits no more.
    WAITING = "SELECT p.one, p.other, p.evidence FROM service_pair p \
               WHERE p.judged IS NULL AND NOT EXISTS (SELECT 1 FROM service_joined j WHERE j.member IN (p.one, p.other)) \
               ORDER BY p.evidence DESC, p.one, p.other LIMIT $1";
    HOW_MANY = "SELECT COUNT(*) AS n FROM service_pair p WHERE p.judged IS NULL AND NOT EXISTS (SELECT 1 FROM service_joined j WHERE j.member IN (p.one, p.other))";
}

coded! {
    /// Who found that two entries are one service.
    pub enum JoinedBy {
        /// Compared by the program.
        Comparison = "comparison",
        /// A steward.
        Steward = "steward",
    }
}

coded! {
    /// What somebody said of a pair.
    pub enum Judged {
        /// They are one service.
        Same = "same",
        /// They are two.
        Two = "two",
    }
}

/// An entry for which another one stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The entry.
    pub id: ServiceId,
    /// What its source calls it.
    pub name: String,
    /// Whose entry it is.
    pub source: String,
    /// Who joined it.
    pub by: JoinedBy,
    /// When.
    pub at: Timestamp,
    /// Its source lists it.
    pub listed: bool,
}

/// Two entries that may be one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// One.
    pub one: ServiceId,
    /// The other.
    pub other: ServiceId,
    /// Evidence in bits, in thousandths.
    pub evidence: i64,
}

/// Members of one entry that are read: a service that more sources list than this has no equal.
const MOST_MEMBERS: i64 = 200;

fn ordered(one: ServiceId, other: ServiceId) -> (ServiceId, ServiceId) {
    if one.to_string() <= other.to_string() { (one, other) } else { (other, one) }
}

async fn all_of(tx: &mut Tx, lead: ServiceId) -> Result<Vec<ServiceId>> {
    let members = tx.rows(MEMBERS, values![lead, MOST_MEMBERS]).await?;
    let mut all = vec![lead];
    for row in &members {
        all.push(row.parsed("member")?);
    }
    Ok(all)
}

/// Has `lead` stand for `member` too, and for those for which that stood. Both stand for themselves: [`standing_for`] has been asked.
///
/// [`standing_for`]: crate::shown::standing_for
///
/// # Errors
/// [`StoreError::NotFound`] when one of them is not there.
pub async fn join(
    tx: &mut Tx,
    (lead, member): (ServiceId, ServiceId),
    seq: &mut Sequence,
    (by, evidence, now): (JoinedBy, Option<i64>, Timestamp),
) -> Result<()> {
    let confirmed = tx.row(CONFIRMED, values![member]).await?.ok_or(StoreError::NotFound)?;
    let stood_for_others = tx.run(TAKE_ALONG, values![member, lead]).await? > 0;
    tx.later(JOIN, values![member, lead, by.code(), now, evidence]).await?;
    tx.later(REPORTS, values![member, lead]).await?;
    tx.later(WITHHOLD, values![member, lead]).await?;
    for id in [member, lead] {
        tx.later(COUNT_REPORTS, values![id]).await?;
    }
    if let Some(day) = confirmed.opt_parsed::<Date>("confirmed_on")? {
        let by = confirmed.opt_text("confirmed_by")?;
        tx.later(CONFIRM, values![lead, day.to_string(), by]).await?;
    }
    // What it showed of those for which it stood is shown by the other now.
    if stood_for_others {
        settle(tx, (member, None), seq, (now, by.code())).await?;
        for id in all_of(tx, lead).await? {
            read_again(tx, id, seq).await?;
        }
    }
    settle(tx, (lead, None), seq, (now, by.code())).await?;
    for id in [member, lead] {
        read_again(tx, id, seq).await?;
    }
    Ok(())
}

/// Takes `member` out from behind `lead`: it stands for itself again, as what its source says of it, and is not joined with any
/// of them again by comparison.
///
/// # Errors
/// [`StoreError::NotFound`] when it does not stand behind it.
pub async fn part(
    tx: &mut Tx,
    (lead, member): (ServiceId, ServiceId),
    seq: &mut Sequence,
    now: Timestamp,
) -> Result<()> {
    if tx.run(PART, values![member, lead]).await? == 0 {
        return Err(StoreError::NotFound);
    }
    for other in all_of(tx, lead).await? {
        judge(tx, (member, other), Judged::Two, now).await?;
    }
    for id in [member, lead] {
        settle(tx, (id, None), seq, (now, "steward")).await?;
        read_again(tx, id, seq).await?;
    }
    Ok(())
}

/// Notes what somebody said of a pair.
///
/// # Errors
/// When the database fails.
pub async fn judge(tx: &mut Tx, (one, other): (ServiceId, ServiceId), what: Judged, now: Timestamp) -> Result<()> {
    let (one, other) = ordered(one, other);
    tx.run(JUDGE, values![one, other, now, what.code()]).await.map(drop)
}

/// Whether somebody said of two entries that they are two; with `all`, of any for which they stand.
///
/// # Errors
/// When the database fails.
pub async fn are_two(tx: &mut Tx, (one, other): (ServiceId, ServiceId), all: bool) -> Result<bool> {
    let (ones, others) =
        if all { (all_of(tx, one).await?, all_of(tx, other).await?) } else { (vec![one], vec![other]) };
    for one in &ones {
        for other in &others {
            let (one, other) = ordered(*one, *other);
            let judged = tx.row(JUDGED, values![one, other]).await?;
            let judged = judged.map(|row| row.opt_coded("judged", Judged::from_code)).transpose()?.flatten();
            if judged == Some(Judged::Two) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Notes a pair that somebody has to judge.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, pair: Pair, now: Timestamp) -> Result<()> {
    let (one, other) = ordered(pair.one, pair.other);
    tx.run(NOTE_PAIR, values![one, other, pair.evidence, now]).await.map(drop)
}

/// Forgets the pairs of an entry that nobody has judged: it is compared anew.
///
/// # Errors
/// When the database fails.
pub async fn forget_waiting(tx: &mut Tx, id: ServiceId) -> Result<()> {
    tx.later(FORGET, values![id]).await
}

fn member(row: &Row) -> Result<Member> {
    Ok(Member {
        id: row.parsed("member")?,
        name: row.text("name")?,
        source: row.text("source")?,
        by: row.coded("joined_by", JoinedBy::from_code)?,
        at: row.at("joined_at")?,
        listed: row.opt_text("left_on")?.is_none(),
    })
}

impl Entries {
    /// The entries for which one stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(&self, lead: ServiceId) -> Result<Vec<Member>> {
        self.0.db().rows(MEMBERS, values![lead, MOST_MEMBERS]).await?.iter().map(member).collect()
    }

    /// Pairs that somebody has to judge, the likeliest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pairs(&self, limit: i64) -> Result<Vec<Pair>> {
        let pair = |row: &Row| {
            Ok(Pair { one: row.parsed("one")?, other: row.parsed("other")?, evidence: row.int("evidence")? })
        };
        self.0.db().rows(WAITING, values![limit]).await?.iter().map(pair).collect()
    }

    /// Entries that the program joined by itself, the last ones first, at most `limit`: each with the one that stands for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn joined_lately(&self, limit: i64) -> Result<Vec<(ServiceId, Member)>> {
        let rows = self.0.db().rows(LATELY, values![JoinedBy::Comparison.code(), limit]).await?;
        rows.iter().map(|row| Ok((row.parsed("lead")?, member(row)?))).collect()
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pairs_waiting(&self) -> Result<i64> {
        self.0.db().row(HOW_MANY, vec![]).await?.map_or(Ok(0), |row| row.int("n"))
    }
}
