//! Entries of different sources that are one service: compared as they change, joined where the evidence is strong, put before a
//! steward where it is not, and taken apart again by a press.

use std::collections::HashSet;

use fingerpost_directory::edit::BY_HAND;
use fingerpost_directory::hsds::Service;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{ServiceId, TenantId};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_entries::joined::{self, JoinedBy, Judged, Member, Pair, are_two, forget_waiting, judge, note};
use fingerpost_entries::shown::{parts, standing_for};
use fingerpost_entries::take::Sequence;
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_linkage::{Linker, Match, Verdict};
use fingerpost_policy::KeepDirectory;
use fingerpost_store::{Ctx, StoredService};

use crate::Stewardship;

statements! {
    /// What each source says, as it changed.
    CHANGED = "SELECT id, source, COALESCE(source_body, body) AS said, seq, left_on, to_compare FROM service WHERE seq > $1 ORDER BY seq LIMIT $2";
    /// Unless it changed meanwhile.
    COMPARED = "UPDATE service SET to_compare = 0 WHERE id = $1 AND seq = $2";
    NOTHING_TO_COMPARE = "UPDATE service SET to_compare = 0 WHERE to_compare = 1";
    SOURCES = "SELECT MIN(source) AS first, MAX(source) AS last FROM service";
    /// What speaks for an entry as the one that stands for others.
    LEADS = "SELECT s.id, s.source, s.used, s.withheld, COALESCE((SELECT d.republish FROM directory_source d WHERE d.name = s.source), 0) AS republish, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM service_joined j WHERE j.member = s.id) OR EXISTS (SELECT 1 FROM service_joined j WHERE j.lead = s.id) THEN 1 ELSE 0 END AS BIGINT) AS joined \
             FROM service s WHERE s.id = $1";
}

/// Entries read at once, and entries of which the matches are written with one transaction.
const READ_AT_ONCE: i64 = 1_000;
const WRITTEN_AT_ONCE: usize = 100;
/// Pairs on a page.
const MOST_PAIRS: i64 = 20;
/// Entries that were joined lately, on a page.
const MOST_LATELY: i64 = 20;

/// The entries as this process compares them: kept in memory, and up to date with the directory as far as `seq`.
#[derive(Debug, Default)]
pub struct Comparing {
    linker: Linker,
    /// The change as far as which entries are in memory: none, while there is only one source.
    seq: i64,
    /// The change as far as which somebody looked.
    looked_at: i64,
}

/// What a comparison brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compared {
    /// Entries that were compared with all others.
    pub compared: usize,
    /// Entries for which another one stands now.
    pub joined: usize,
    /// Pairs that somebody has to judge.
    pub asked: usize,
}

/// Two entries that may be one service, as a steward sees them.
#[derive(Debug, Clone)]
pub struct PairRow {
    /// The one that would stand for both.
    pub lead: StoredService,
    /// The other.
    pub other: StoredService,
}

/// What was found of one entry, as it stood with the change `seq`.
struct Found {
    id: ServiceId,
    seq: i64,
    matches: Vec<(Match, Verdict)>,
}

/// What follows for two entries of which the comparison thinks something.
enum Next {
    Nothing,
    /// Of the entries that stand for each.
    Ask(ServiceId, ServiceId),
    Join {
        lead: ServiceId,
        member: ServiceId,
    },
}

/// What speaks for an entry as the one that stands for others: typed here, given to others, used.
type Merits = (bool, bool, i64);

/// How an entry stands beside another one.
struct Beside {
    merits: Merits,
    source: String,
    held: bool,
    /// Another one stands for it, or it for others.
    joined: bool,
}

async fn beside(tx: &mut Tx, id: ServiceId) -> Result<Beside> {
    let row = tx.row(LEADS, values![id]).await?.ok_or(StoreError::NotFound)?;
    let source = row.text("source")?;
    let merits = (source == BY_HAND, row.flag("republish")?, row.int("used")?);
    Ok(Beside { merits, source, held: row.flag("withheld")?, joined: row.flag("joined")? })
}

/// Which of two entries would stand for both, as `(lead, member)`; where nothing speaks for either, the first here.
fn who_leads((one, its): (ServiceId, &Beside), (other, theirs): (ServiceId, &Beside)) -> (ServiceId, ServiceId) {
    let first = (its.merits, std::cmp::Reverse(one)) >= (theirs.merits, std::cmp::Reverse(other));
    if first { (one, other) } else { (other, one) }
}

async fn next(tx: &mut Tx, id: ServiceId, (found, verdict): &(Match, Verdict)) -> Result<Next> {
    let (mut one, mut other) = (id, found.other);
    let (mut its, mut theirs) = (beside(tx, one).await?, beside(tx, other).await?);
    let mut unclear = its.held || theirs.held || its.source == theirs.source;
    if its.joined || theirs.joined {
        (one, other) = (standing_for(tx, one).await?, standing_for(tx, other).await?);
        if one == other {
            return Ok(Next::Nothing);
        }
        (its, theirs) = (beside(tx, one).await?, beside(tx, other).await?);
        // What already stands for several on both sides, or is listed twice by one source, is for somebody to judge.
        let (ones, others) = (parts(tx, one).await?, parts(tx, other).await?);
        let sources: HashSet<&str> = ones.iter().map(|(_, part)| part.source.as_str()).collect();
        let twice = others.iter().any(|(_, part)| sources.contains(part.source.as_str()));
        unclear |= twice || its.held || theirs.held || (ones.len() > 1 && others.len() > 1);
    }
    if are_two(tx, (one, other), its.joined || theirs.joined).await? {
        return Ok(Next::Nothing);
    }
    let (lead, member) = who_leads((one, &its), (other, &theirs));
    match verdict {
        Verdict::Same if !unclear => Ok(Next::Join { lead, member }),
        Verdict::Same | Verdict::Ask => Ok(Next::Ask(one, other)),
    }
}

impl Stewardship {
    /// Compares what changed since it was last compared with all entries of other sources. Safe to do twice, and by two at once.
    ///
    /// # Errors
    /// When the database fails; what was joined so far stays, and the rest is compared the next time.
    pub async fn compare(&self, comparing: &mut Comparing, now: impl Fn() -> Timestamp) -> Result<Compared> {
        let db = self.0.ledger().db();
        let newest = self.0.entries().seq().await?;
        let mut done = Compared::default();
        if newest <= comparing.looked_at {
            return Ok(done);
        }
        if self.only_one_source().await? {
            comparing.looked_at = newest;
            return Ok(done);
        }
        let (mut to_compare, mut gone) = (vec![], vec![]);
        while comparing.seq < newest {
            let rows = db.rows(CHANGED, values![comparing.seq, READ_AT_ONCE]).await?;
            let Some(last) = rows.last() else { break };
            comparing.seq = last.int("seq")?;
            for row in &rows {
                let id: ServiceId = row.parsed("id")?;
                let said: Service =
                    serde_json::from_str(&row.text("said")?).map_err(|_| StoreError::corrupt("body"))?;
                let there = row.opt_text("left_on")?.is_none() && (said.is_open() || said.is_resting());
                if !there {
                    if comparing.linker.remove(id) {
                        gone.push(id);
                    }
                    continue;
                }
                comparing.linker.put(id, &row.text("source")?, &said);
                if row.flag("to_compare")? {
                    to_compare.push((id, row.int("seq")?));
                }
            }
        }
        self.forget_pairs(&gone).await?;
        // Each pair is found from both of its ends.
        let mut asked = HashSet::new();
        for some in to_compare.chunks(WRITTEN_AT_ONCE) {
            let found: Vec<Found> = some
                .iter()
                .map(|(id, seq)| Found { id: *id, seq: *seq, matches: comparing.linker.matches(*id) })
                .collect();
            done.joined += self.write_matches(&found, &mut asked, now()).await?;
            done.compared += some.len();
        }
        done.asked = asked.len();
        comparing.looked_at = newest;
        Ok(done)
    }

    /// Nobody has to judge what is not there any more.
    async fn forget_pairs(&self, gone: &[ServiceId]) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.ledger().db().write().await?;
        for id in gone {
            forget_waiting(&mut tx, *id).await?;
        }
        tx.commit().await
    }

    /// With one source there is nothing to compare: what is there is compared with what another one brings, by that.
    async fn only_one_source(&self) -> Result<bool> {
        let mut tx = self.0.ledger().db().write().await?;
        // Nobody brings another source meanwhile.
        Sequence::take(&mut tx).await?;
        let sources = tx.row(SOURCES, vec![]).await?;
        let one = match sources {
            Some(row) => row.opt_text("first")? == row.opt_text("last")?,
            None => true,
        };
        if one {
            tx.run(NOTHING_TO_COMPARE, vec![]).await?;
            tx.commit().await?;
        }
        Ok(one)
    }

    async fn write_matches(
        &self,
        found: &[Found],
        asked: &mut HashSet<(ServiceId, ServiceId)>,
        now: Timestamp,
    ) -> Result<usize> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let mut joined_here = 0;
        // Before anything is joined: that moves entries on.
        for of in found {
            tx.later(COMPARED, values![of.id, of.seq]).await?;
        }
        for of in found {
            forget_waiting(&mut tx, of.id).await?;
            for one in &of.matches {
                let evidence = one.0.evidence;
                match next(&mut tx, of.id, one).await? {
                    Next::Nothing => {}
                    Next::Ask(one, other) => {
                        asked.insert((one.min(other), one.max(other)));
                        note(&mut tx, Pair { one, other, evidence }, now).await?;
                    }
                    Next::Join { lead, member } => {
                        joined_here += 1;
                        let by = (JoinedBy::Comparison, Some(evidence), now);
                        joined::join(&mut tx, (lead, member), &mut seq, by).await?;
                        let entry = Entry::system(TenantId::main(), Act::Change, Resource::Directory);
                        self.0.ledger().note(&mut tx, now, entry.of(lead).because("joined")).await?;
                    }
                }
            }
        }
        seq.keep(&mut tx).await?;
        tx.commit().await?;
        Ok(joined_here)
    }

    /// Pairs that somebody has to judge, the likeliest first, and how many there are in all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pairs(&self, _: &Ctx<KeepDirectory>) -> Result<(Vec<PairRow>, i64)> {
        let waiting = self.0.entries().pairs_waiting().await?;
        let pairs = self.0.entries().pairs(MOST_PAIRS).await?;
        let ids: Vec<ServiceId> = pairs.iter().flat_map(|pair| [pair.one, pair.other]).collect();
        let stored = self.0.entries().some(&ids).await?;
        let of = |id: ServiceId| stored.iter().find(|one| one.id == id).cloned();
        let mut tx = self.0.ledger().db().read().await?;
        let mut all = vec![];
        for pair in pairs {
            let (its, theirs) = (beside(&mut tx, pair.one).await?, beside(&mut tx, pair.other).await?);
            let (lead, other) = who_leads((pair.one, &its), (pair.other, &theirs));
            if let (Some(lead), Some(other)) = (of(lead), of(other)) {
                all.push(PairRow { lead, other });
            }
        }
        Ok((all, waiting))
    }

    /// How many pairs wait for somebody to judge them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pairs_waiting(&self, _: &Ctx<KeepDirectory>) -> Result<i64> {
        self.0.entries().pairs_waiting().await
    }

    /// Entries that the program joined by itself, the last first: each with the one that stands for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn joined_lately(&self, _: &Ctx<KeepDirectory>) -> Result<Vec<(StoredService, Member)>> {
        let lately = self.0.entries().joined_lately(MOST_LATELY).await?;
        let leads: Vec<ServiceId> = lately.iter().map(|(lead, _)| *lead).collect();
        let stored = self.0.entries().some(&leads).await?;
        let of = |id: ServiceId| stored.iter().find(|one| one.id == id).cloned();
        Ok(lately.into_iter().filter_map(|(lead, member)| Some((of(lead)?, member))).collect())
    }

    /// The entries for which one stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(&self, _: &Ctx<KeepDirectory>, id: ServiceId) -> Result<Vec<Member>> {
        self.0.entries().members(id).await
    }

    /// A steward says that two entries are one service. Gives the one that stands for both from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not there.
    pub async fn join(&self, ctx: &Ctx<KeepDirectory>, one: ServiceId, other: ServiceId) -> Result<ServiceId> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let (one, other) = (standing_for(&mut tx, one).await?, standing_for(&mut tx, other).await?);
        if one == other {
            return Ok(one);
        }
        let (its, theirs) = (beside(&mut tx, one).await?, beside(&mut tx, other).await?);
        let (lead, member) = who_leads((one, &its), (other, &theirs));
        joined::join(&mut tx, (lead, member), &mut seq, (JoinedBy::Steward, None, ctx.now)).await?;
        judge(&mut tx, (lead, member), Judged::Same, ctx.now).await?;
        seq.keep(&mut tx).await?;
        let entry = ctx.entry(Act::Change, Resource::Directory).of(lead).because("joined");
        self.0.ledger().commit(tx, ctx.now, entry).await?;
        Ok(lead)
    }

    /// A steward says that two entries are two services: nobody is asked again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not there.
    pub async fn are_two(&self, ctx: &Ctx<KeepDirectory>, one: ServiceId, other: ServiceId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        for id in [one, other] {
            beside(&mut tx, id).await?;
        }
        judge(&mut tx, (one, other), Judged::Two, ctx.now).await?;
        let entry = ctx.entry(Act::Change, Resource::Directory).of(one).because("are_two");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// A steward takes an entry out from behind the one that stands for it: each is again what its source says.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it does not stand behind it.
    pub async fn part(&self, ctx: &Ctx<KeepDirectory>, lead: ServiceId, member: ServiceId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        joined::part(&mut tx, (lead, member), &mut seq, ctx.now).await?;
        seq.keep(&mut tx).await?;
        let entry = ctx.entry(Act::Change, Resource::Directory).of(member).because("parted");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}
