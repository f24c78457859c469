//! Directories of others that are followed: who may add one, whose turn it is, what a pull has read so far, and taking it.
//!
//! What a pull reads is kept page by page (`feed_staged`), so a pull that breaks off, or a process that is killed, goes on
//! where it was. Nothing reaches the directory before all of it has been read and looks like the feed that it was. Then its
//! services are taken some at a time: nobody who works meanwhile waits for a whole county.

use fingerpost_directory::feed::{Ending, FeedAddress};
use fingerpost_directory::hsds::stable_id;
use fingerpost_directory::{pages, tidy};
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{FeedId, PullId, TenantId};
use fingerpost_engine::{Result, Row, StoreError, Tx, Value, statements, values};
use fingerpost_entries::shown::left_or_back;
use fingerpost_entries::take::{Sequence, take};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::KeepDirectory;
use fingerpost_store::{Ctx, ImportCounts};
use jiff::SignedDuration;

use crate::Stewardship;
use crate::sources::{Source, join as join_source, put as put_source};

statements! {
    ADD = "INSERT INTO feed (id, source, url, every_hours, paused, trust_next, added_at, next_at, failures) VALUES ($1, $2, $3, $4, 0, 0, $5, $5, 0) ON CONFLICT (source) DO NOTHING";
    ALL = "SELECT f.id, f.source, f.url, f.every_hours, f.paused, f.trust_next, f.next_at, f.failures, f.claimed_until, \
           s.licence, s.attribution, COALESCE(s.republish, 0) AS republish, (SELECT COUNT(*) FROM feed_item i WHERE i.feed = f.id AND i.missing = 0) AS items, \
           p.id AS pull, p.began_at, p.ended_at, p.ending, p.next_page, p.read_all, p.cut_short, p.requests, p.listed, p.added, p.changed, p.unchanged, p.refused, p.missing, p.left_out, '[]' AS notes \
           FROM feed f LEFT JOIN directory_source s ON s.name = f.source \
           LEFT JOIN feed_pull p ON p.id = (SELECT q.id FROM feed_pull q WHERE q.feed = f.id ORDER BY q.began_at DESC, q.id DESC LIMIT 1) \
           WHERE CAST($1 AS TEXT) IS NULL OR f.id = $1 ORDER BY f.source LIMIT $2";
    PULLS = "SELECT id AS pull, began_at, ended_at, ending, next_page, read_all, cut_short, requests, listed, added, changed, unchanged, refused, missing, left_out, notes \
             FROM feed_pull WHERE feed = $1 ORDER BY began_at DESC, id DESC LIMIT $2";
    /// Whoever is at it lets go when it is stopped.
    HOW = "UPDATE feed SET every_hours = $2, paused = $3, url = $4, next_at = CASE WHEN next_at > $5 THEN $5 ELSE next_at END, \
           claimed_until = CASE WHEN CAST($3 AS BIGINT) = 1 THEN NULL ELSE claimed_until END WHERE id = $1";
    NOW = "UPDATE feed SET next_at = $2, failures = 0, trust_next = CASE WHEN $3 = 1 THEN 1 ELSE trust_next END, paused = 0 WHERE id = $1";
    /// Asked first, because mostly it is nobody's turn, and claiming keeps others from writing.
    DUE = "SELECT id FROM feed WHERE paused = 0 AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1) AND (CAST($2 AS TEXT) IS NULL OR id = $2) LIMIT 1";
    /// Whose turn it is: one, for a while.
    CLAIM = "UPDATE feed SET claimed_until = $2 WHERE id = (SELECT id FROM feed WHERE paused = 0 AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1) AND (CAST($3 AS TEXT) IS NULL OR id = $3) ORDER BY next_at, id LIMIT 1) \
             AND (claimed_until IS NULL OR claimed_until <= $1) RETURNING id, source, url";
    /// Whoever lost its claim writes nothing more.
    HOLD = "UPDATE feed SET claimed_until = $3 WHERE id = $1 AND claimed_until = $2 AND paused = 0 RETURNING failures";
    RUNNING = "SELECT id, next_page, read_all, promised FROM feed_pull WHERE feed = $1 AND ended_at IS NULL ORDER BY began_at DESC LIMIT 1";
    BEGIN = "INSERT INTO feed_pull (id, feed, began_at, next_page, read_all, promised, bytes, cut_short, requests, listed, added, changed, unchanged, refused, missing, left_out, notes) VALUES ($1, $2, $3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '[]')";
    DIGEST = "SELECT digest FROM feed_item WHERE feed = $1 AND item = $2";
    STAGED_ON = "SELECT page FROM feed_staged WHERE pull = $1 AND item = $2";
    STAGE = "INSERT INTO feed_staged (pull, item, page, digest, body, taken) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (pull, item) DO NOTHING";
    NOTES = "SELECT notes FROM feed_pull WHERE id = $1";
    READ_ON = "UPDATE feed_pull SET next_page = $2, requests = requests + $3, listed = listed + $4, bytes = bytes + $5, \
               promised = CASE WHEN promised > $6 THEN promised ELSE $6 END, read_all = $7, cut_short = $8, notes = $9 WHERE id = $1 RETURNING listed, bytes";
    WELL_AGAIN = "UPDATE feed SET failures = 0 WHERE id = $1 AND failures > 0";
    NOTED = "UPDATE feed_pull SET notes = $2 WHERE id = $1";
    COUNTS = "SELECT listed, cut_short FROM feed_pull WHERE id = $1";
    /// How many the feed listed the last time, and how many of them are there again.
    AGAIN = "SELECT COUNT(*) AS had, COALESCE(CAST(SUM(CASE WHEN s.item IS NULL THEN 0 ELSE 1 END) AS BIGINT), 0) AS again \
             FROM feed_item i LEFT JOIN feed_staged s ON s.pull = $2 AND s.item = i.item WHERE i.feed = $1 AND i.missing = 0";
    TO_TAKE = "SELECT item, body FROM feed_staged WHERE pull = $1 AND taken = 0 AND body IS NOT NULL ORDER BY item LIMIT $2";
    /// Its digest goes where it was refused: a program that can read it asks for it again.
    IS_TAKEN = "UPDATE feed_staged SET taken = 1, body = NULL, digest = CASE WHEN $3 = 1 THEN digest ELSE '' END WHERE pull = $1 AND item = $2";
    COUNTED = "UPDATE feed_pull SET added = added + $2, changed = changed + $3, unchanged = unchanged + $4, refused = refused + $5, notes = $6 WHERE id = $1";
    UNTOUCHED = "SELECT COUNT(*) AS n FROM feed_staged WHERE pull = $1 AND taken = 0 AND body IS NULL AND digest <> ''";
    KEEP_ITEMS = "INSERT INTO feed_item (feed, item, digest, missing) SELECT CAST($1 AS TEXT), s.item, s.digest, 0 FROM feed_staged s WHERE s.pull = $2 \
                  ON CONFLICT (feed, item) DO UPDATE SET digest = excluded.digest, missing = 0";
    BACK = "SELECT i.item FROM feed_item i JOIN feed_staged s ON s.pull = $2 AND s.item = i.item WHERE i.feed = $1 AND i.missing > 0 ORDER BY i.item LIMIT $3";
    GONE = "UPDATE feed_item SET missing = missing + 1 WHERE feed = $1 AND NOT EXISTS (SELECT 1 FROM feed_staged s WHERE s.pull = $2 AND s.item = feed_item.item)";
    /// Those that have left long ago are not said to be missing every day.
    MISSING = "SELECT COUNT(*) AS n FROM feed_item i WHERE i.feed = $1 AND i.missing < 2 AND NOT EXISTS (SELECT 1 FROM feed_staged s WHERE s.pull = $2 AND s.item = i.item)";
    /// An entry leaves with the second whole pull, one after the other, that does not list it: once, because its count goes on.
    TO_LEAVE = "SELECT item FROM feed_item WHERE feed = $1 AND missing = 2 ORDER BY item LIMIT $2";
    LEAVE = "UPDATE service SET left_on = $3, seq = $4 WHERE source = $1 AND hsds_id = $2 AND left_on IS NULL RETURNING id";
    RETURN = "UPDATE service SET left_on = NULL, to_compare = 1, seq = $3 WHERE source = $1 AND hsds_id = $2 AND left_on IS NOT NULL RETURNING id";
    CLEAR = "DELETE FROM feed_staged WHERE pull = $1";
    END = "UPDATE feed_pull SET ended_at = $2, ending = $3, missing = $4, left_out = $5, unchanged = unchanged + $6, notes = $7 WHERE id = $1";
    REST = "UPDATE feed SET claimed_until = NULL, failures = $3, trust_next = CASE WHEN $5 = 1 THEN 0 ELSE trust_next END, next_at = $4 WHERE id = $1 AND claimed_until = $2";
    EVERY = "SELECT every_hours, trust_next FROM feed WHERE id = $1";
}

/// Feeds of one installation, at most.
const MOST_FEEDS: i64 = 500;
/// Pulls that one page shows.
const MOST_PULLS: i64 = 20;
/// Sentences that are kept of one pull, and letters of each.
const MOST_NOTES: (usize, usize) = (200, 300);
/// Bytes that one pull may bring: what a county writes, many times over.
const MOST_BYTES: i64 = 1 << 30;
/// Services of one feed, at most.
const MOST_ITEMS: i64 = 100_000;
/// Services of one transaction.
const AT_ONCE: i64 = 200;
/// How long a node has for one page and its services.
const CLAIMED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// Attempts, one after the other, before a pull gives up.
const PATIENCE: i64 = 5;
/// A feed that lists fewer than four of five of what it had may be broken: nothing leaves.
const KEEPS_AT_LEAST: (i64, i64) = (4, 5);
/// Below so many entries the shares of a feed say nothing.
const FEW: i64 = 20;

/// What somebody says of a feed.
#[derive(Debug, Clone)]
pub struct NewFeed {
    /// The source: what its entries are known by, its licence, and whether they may be given on.
    pub source: Source,
    /// Where it is.
    pub address: FeedAddress,
    /// Hours between two pulls.
    pub every_hours: u16,
}

/// A pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its id.
    pub id: PullId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub ending: Option<Ending>,
    /// The page that is asked for next.
    pub next_page: u32,
    /// It broke off before the end that it had promised.
    pub cut_short: bool,
    /// Questions that were put to it.
    pub requests: i64,
    /// Services that it listed, each once.
    pub listed: i64,
    /// New here.
    pub added: i64,
    /// Different from what was here.
    pub changed: i64,
    /// The same.
    pub unchanged: i64,
    /// Not taken.
    pub refused: i64,
    /// Listed before, and not now.
    pub missing: i64,
    /// Of these, out of the search with this pull.
    pub left_out: i64,
    /// What was strange about it.
    pub notes: Vec<String>,
}

/// A feed.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// Its source.
    pub source: Source,
    /// Where it is.
    pub url: String,
    /// Hours between two pulls.
    pub every_hours: i64,
    /// Nobody pulls it.
    pub paused: bool,
    /// When it is pulled next.
    pub next_at: Timestamp,
    /// Attempts that broke off, one after the other.
    pub failures: i64,
    /// Services that it listed.
    pub items: i64,
    /// The newest pull.
    pub last: Option<Pull>,
}

/// A feed whose turn it is, held for a while.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The feed.
    pub feed: FeedId,
    /// The source of its entries.
    pub source: String,
    /// Where it is.
    pub url: String,
    /// The pull that goes on.
    pub pull: PullId,
    /// The page that is asked for next.
    pub next_page: u32,
    /// Every page was read already.
    pub read_all: bool,
    /// Pages that the feed has promised.
    pub promised: i64,
    until: Timestamp,
}

/// What is known of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Under which digest it was last taken.
    pub digest: Option<String>,
    /// On which page of this pull it stood already.
    pub page: Option<u32>,
}

/// An item of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Its id in the feed.
    pub item: String,
    /// SHA-256 of what the list says of it; empty where it has to be asked for again the next time.
    pub digest: String,
    /// The service as it came; nothing where it has not changed.
    pub body: Option<String>,
}

/// What was kept of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Items that had not stood on an earlier page.
    pub fresh: u64,
    /// The pull has brought more than any directory has.
    pub too_much: bool,
}

/// How far a page has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOn {
    /// Questions that were put for it.
    pub requests: i64,
    /// Pages that it says there are.
    pub promised: i64,
    /// All of it was read: the next one is asked for.
    pub turned: bool,
    /// Nothing follows.
    pub last: bool,
    /// It had promised more.
    pub cut_short: bool,
    /// Services that it says it has, where that is to be compared.
    pub total: Option<u64>,
}

fn notes(row: &Row) -> Result<Vec<String>> {
    serde_json::from_str(&row.text("notes")?).map_err(|_| StoreError::corrupt("notes"))
}

/// The notes of a pull with `more`, as many as are kept, as they are stored.
async fn noted(tx: &mut Tx, pull: PullId, more: impl IntoIterator<Item = String>) -> Result<String> {
    let mut all = tx.row(NOTES, values![pull]).await?.map_or(Ok(vec![]), |row| notes(&row))?;
    for note in more {
        if all.len() >= MOST_NOTES.0 {
            break;
        }
        // What a feed calls itself is shown on a page and in a terminal.
        let note: String = tidy::line(&note).chars().take(MOST_NOTES.1).collect();
        if !all.contains(&note) {
            all.push(note);
        }
    }
    serde_json::to_string(&all).map_err(|_| StoreError::corrupt("notes"))
}

async fn count(tx: &mut Tx, statement: &'static str, of: Vec<Value>) -> Result<i64> {
    tx.row(statement, of).await?.map_or(Ok(0), |row| row.int("n"))
}

fn pull(row: &Row) -> Result<Pull> {
    Ok(Pull {
        id: row.parsed("pull")?,
        began_at: row.at("began_at")?,
        ended_at: row.opt_at("ended_at")?,
        ending: row.opt_text("ending")?.as_deref().and_then(Ending::from_code),
        next_page: u32::try_from(row.int("next_page")?).unwrap_or(u32::MAX),
        cut_short: row.flag("cut_short")?,
        requests: row.int("requests")?,
        listed: row.int("listed")?,
        added: row.int("added")?,
        changed: row.int("changed")?,
        unchanged: row.int("unchanged")?,
        refused: row.int("refused")?,
        missing: row.int("missing")?,
        left_out: row.int("left_out")?,
        notes: notes(row)?,
    })
}

fn feed(row: &Row) -> Result<Feed> {
    let has_pull = row.opt_text("pull")?.is_some();
    Ok(Feed {
        id: row.parsed("id")?,
        source: Source {
            name: row.text("source")?,
            licence: row.opt_text("licence")?,
            attribution: row.opt_text("attribution")?,
            republish: row.flag("republish")?,
        },
        url: row.text("url")?,
        every_hours: row.int("every_hours")?,
        paused: row.flag("paused")?,
        next_at: row.at("next_at")?,
        failures: row.int("failures")?,
        items: row.int("items")?,
        last: has_pull.then(|| pull(row)).transpose()?,
    })
}

/// The audit's entry of something that happened without anybody.
fn by_itself(act: Act, of: impl ToString) -> Entry {
    Entry::system(TenantId::main(), act, Resource::Directory).of(of)
}

impl Stewardship {
    /// Follows a feed from now on; its first pull is due at once.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when the source has a feed.
    pub async fn add_feed(&self, new: &NewFeed, entry: Entry, now: Timestamp) -> Result<FeedId> {
        let id: FeedId = self.0.entropy().id(now);
        let mut tx = self.0.ledger().db().write().await?;
        let name = &new.source.name;
        let of = values![id, name, new.address.as_str(), i64::from(new.every_hours), now];
        if tx.run(ADD, of).await? == 0 {
            return Err(StoreError::AlreadyThere);
        }
        join_source(&mut tx, &new.source).await?;
        self.0.ledger().commit(tx, now, entry.of(id).because("feed_added")).await?;
        Ok(id)
    }

    /// The feeds, with the newest pull of each, by their names.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn feeds(&self) -> Result<Vec<Feed>> {
        self.0.ledger().db().rows(ALL, values![None::<FeedId>, MOST_FEEDS]).await?.iter().map(feed).collect()
    }

    /// A feed and its pulls, the newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn feed(&self, id: FeedId) -> Result<(Feed, Vec<Pull>)> {
        let mut tx = self.0.ledger().db().read().await?;
        let found = tx.row(ALL, values![id, 1]).await?.ok_or(StoreError::NotFound)?;
        let pulls = tx.rows(PULLS, values![id, MOST_PULLS]).await?;
        Ok((feed(&found)?, pulls.iter().map(pull).collect::<Result<_>>()?))
    }

    /// Where a feed is, how often it is pulled, or that it is not; and what may be done with its entries.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn keep_feed(
        &self,
        ctx: &Ctx<KeepDirectory>,
        id: FeedId,
        (source, address, every_hours, paused): (&Source, &str, u16, bool),
    ) -> Result<()> {
        let every = i64::from(every_hours);
        let latest = ctx.now.saturating_add(SignedDuration::from_hours(every)).unwrap_or(Timestamp::MAX);
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(HOW, values![id, every, paused, address, latest]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        put_source(&mut tx, source).await?;
        let entry = ctx.entry(Act::Change, Resource::Directory).of(id).because("feed_changed");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Has a feed pulled now. `trusting` takes what the last pull thought too strange to take.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn pull_now(&self, id: FeedId, trusting: bool, entry: Entry, now: Timestamp) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(NOW, values![id, now, i64::from(trusting)]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        let what = if trusting { "feed_trusted" } else { "feed_pulled" };
        self.0.ledger().commit(tx, now, entry.of(id).because(what)).await
    }

    /// Claims the feed whose turn it is, of all or `only` that one, and the pull that goes on or begins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_feed(&self, only: Option<FeedId>, now: Timestamp) -> Result<Option<Claimed>> {
        if self.0.ledger().db().row(DUE, values![now, only]).await?.is_none() {
            return Ok(None);
        }
        let until = now.saturating_add(CLAIMED_FOR).unwrap_or(Timestamp::MAX);
        let mut tx = self.0.ledger().db().write().await?;
        let Some(row) = tx.row(CLAIM, values![now, until, only]).await? else { return Ok(None) };
        let feed: FeedId = row.parsed("id")?;
        let (pull, next_page, read_all, promised) = match tx.row(RUNNING, values![feed]).await? {
            Some(running) => {
                let (next_page, promised) = (running.int("next_page")?, running.int("promised")?);
                (running.parsed("id")?, next_page, running.flag("read_all")?, promised)
            }
            None => {
                let pull: PullId = self.0.entropy().id(now);
                tx.run(BEGIN, values![pull, feed, now]).await?;
                (pull, 1, false, 0)
            }
        };
        tx.commit().await?;
        Ok(Some(Claimed {
            feed,
            source: row.text("source")?,
            url: row.text("url")?,
            pull,
            next_page: u32::try_from(next_page).unwrap_or(u32::MAX),
            read_all,
            promised,
            until,
        }))
    }

    /// Holds the claim on, with what else the transaction does: until when, once it is committed, and how often in turn it broke
    /// off. `NotFound` when somebody else has it by now, or it was stopped.
    async fn hold(&self, tx: &mut Tx, claimed: &Claimed, now: Timestamp) -> Result<(Timestamp, i64)> {
        let until = now.saturating_add(CLAIMED_FOR).unwrap_or(Timestamp::MAX).max(claimed.until);
        let held = tx.row(HOLD, values![claimed.feed, claimed.until, until]).await?.ok_or(StoreError::NotFound)?;
        Ok((until, held.int("failures")?))
    }

    /// What is known of items of a page, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known(&self, claimed: &Claimed, items: &[String]) -> Result<Vec<Known>> {
        let mut tx = self.0.ledger().db().read().await?;
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let digest = tx.row(DIGEST, values![claimed.feed, item]).await?;
            let page = tx.row(STAGED_ON, values![claimed.pull, item]).await?;
            all.push(Known {
                digest: digest.map(|row| row.text("digest")).transpose()?,
                page: page.map(|row| row.int("page")).transpose()?.and_then(|page| u32::try_from(page).ok()),
            });
        }
        Ok(all)
    }

    /// Keeps what a page, or a part of it, brought; gives how many of its items had not stood on an earlier one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the claim was lost.
    pub async fn keep_page(
        &self,
        claimed: &mut Claimed,
        items: &[Staged],
        (read, said): (ReadOn, Vec<String>),
        now: Timestamp,
    ) -> Result<Kept> {
        let mut tx = self.0.ledger().db().write().await?;
        let (until, _) = self.hold(&mut tx, claimed, now).await?;
        let page = i64::from(claimed.next_page);
        let (mut fresh, mut bytes) = (0, 0);
        for one in items {
            let staged = values![claimed.pull, &one.item, page, &one.digest, one.body.clone()];
            fresh += tx.run(STAGE, staged).await?;
            bytes += one.body.as_ref().map_or(0, String::len);
        }
        let all = noted(&mut tx, claimed.pull, said).await?;
        let next = page + i64::from(read.turned);
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let told = values![
            claimed.pull,
            next,
            read.requests,
            number(fresh),
            bytes,
            read.promised,
            read.last,
            read.cut_short,
            all,
        ];
        let row = tx.row(READ_ON, told).await?.ok_or(StoreError::NotFound)?;
        tx.run(WELL_AGAIN, values![claimed.feed]).await?;
        let listed = row.int("listed")?;
        if let Some(total) = read.total.filter(|total| i64::try_from(*total).ok() != Some(listed)) {
            let strange = format!("It says that it has {total} services, and lists {listed}.");
            let all = noted(&mut tx, claimed.pull, [strange]).await?;
            tx.run(NOTED, values![claimed.pull, all]).await?;
        }
        let too_much = listed > MOST_ITEMS || row.int("bytes")? > MOST_BYTES;
        tx.commit().await?;
        claimed.until = until;
        claimed.next_page = u32::try_from(next).unwrap_or(u32::MAX);
        claimed.promised = claimed.promised.max(read.promised);
        claimed.read_all = read.last;
        Ok(Kept { fresh, too_much })
    }

    /// Takes what was read into the directory: some services with each transaction, then whatever is missing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the claim was lost.
    pub async fn take_pull(&self, claimed: &mut Claimed, now: impl Fn() -> Timestamp) -> Result<Ending> {
        let mut tx = self.0.ledger().db().read().await?;
        let counts = tx.row(COUNTS, values![claimed.pull]).await?.ok_or(StoreError::NotFound)?;
        let how = tx.row(EVERY, values![claimed.feed]).await?.ok_or(StoreError::NotFound)?;
        let before = tx.row(AGAIN, values![claimed.feed, claimed.pull]).await?.ok_or(StoreError::NotFound)?;
        drop(tx);
        let (listed, cut_short, trusting) = (counts.int("listed")?, counts.flag("cut_short")?, how.flag("trust_next")?);
        let (had, again) = (before.int("had")?, before.int("again")?);
        // Hardly anything is what it was, and as much as before is new: every id is another.
        let renamed = had >= FEW && again * 2 < had && (listed - again) * 2 > had && !trusting;
        let nothing = match (listed, renamed) {
            (0, _) => Some(Ending::Empty),
            (_, true) => Some(Ending::IdsChanged),
            _ => None,
        };
        if let Some(ending) = nothing {
            self.end_pull(claimed, ending, vec![], now()).await?;
            return Ok(ending);
        }
        while self.take_some(claimed, now()).await? {}
        let enough = again * KEEPS_AT_LEAST.1 >= had * KEEPS_AT_LEAST.0 || had < FEW || trusting;
        let ending = if enough { Ending::Taken } else { Ending::Shrunk };
        self.close_pull(claimed, (ending, enough && !cut_short), now()).await?;
        Ok(ending)
    }

    /// Takes the next services; `false` when there are no more.
    async fn take_some(&self, claimed: &mut Claimed, now: Timestamp) -> Result<bool> {
        let mut tx = self.0.ledger().db().write().await?;
        let (until, _) = self.hold(&mut tx, claimed, now).await?;
        let rows = tx.rows(TO_TAKE, values![claimed.pull, AT_ONCE]).await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let mut seq = Sequence::take(&mut tx).await?;
        let (mut counts, mut said) = (ImportCounts::default(), vec![]);
        for row in &rows {
            let item = row.text("item")?;
            let body = serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?;
            let source = &claimed.source;
            let read =
                pages::service(body).and_then(|service| service.taken(source).map_err(|refused| refused.to_string()));
            let taken = read.is_ok();
            match read {
                Ok((service, left_out)) => {
                    said.extend(left_out.map(|words| format!("{item}: {words}.")));
                    let (_, done) = take(&mut tx, (&service, source), &mut seq, (now, self.0.entropy())).await?;
                    counts.count(done);
                }
                Err(why) => {
                    counts.refused += 1;
                    said.push(format!("{item}: not taken, {why}."));
                }
            }
            tx.run(IS_TAKEN, values![claimed.pull, item, i64::from(taken)]).await?;
        }
        seq.keep(&mut tx).await?;
        let all = noted(&mut tx, claimed.pull, said).await?;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let [added, changed] = [counts.added, counts.changed].map(number);
        let [unchanged, refused] = [counts.unchanged, counts.refused].map(number);
        tx.run(COUNTED, values![claimed.pull, added, changed, unchanged, refused, all]).await?;
        self.0.ledger().commit(tx, now, by_itself(Act::Import, claimed.pull)).await?;
        claimed.until = until;
        Ok(true)
    }

    /// What the feed lists again comes back, what it left out twice leaves, and the pull is over.
    async fn close_pull(&self, claimed: &mut Claimed, (ending, whole): (Ending, bool), now: Timestamp) -> Result<()> {
        let (feed, id) = (claimed.feed, claimed.pull);
        let mut tx = self.0.ledger().db().write().await?;
        claimed.until = self.hold(&mut tx, claimed, now).await?.0;
        let untouched = count(&mut tx, UNTOUCHED, values![id]).await?;
        let missing = count(&mut tx, MISSING, values![feed, id]).await?;
        let here = |item: &str| stable_id(&claimed.source, "service", item);
        let mut seq = Sequence::take(&mut tx).await?;
        for row in tx.rows(BACK, values![feed, id, MOST_ITEMS]).await? {
            let back = values![&claimed.source, here(&row.text("item")?), seq.next()];
            if let Some(row) = tx.row(RETURN, back).await? {
                left_or_back(&mut tx, row.parsed("id")?, &mut seq, now).await?;
            }
        }
        tx.run(KEEP_ITEMS, values![feed, id]).await?;
        let mut left = 0_u64;
        if whole {
            tx.run(GONE, values![feed, id]).await?;
            for row in tx.rows(TO_LEAVE, values![feed, MOST_ITEMS]).await? {
                let gone = values![&claimed.source, here(&row.text("item")?), day_of(now), seq.next()];
                if let Some(row) = tx.row(LEAVE, gone).await? {
                    left += 1;
                    left_or_back(&mut tx, row.parsed("id")?, &mut seq, now).await?;
                }
            }
        }
        seq.keep(&mut tx).await?;
        let all = noted(&mut tx, id, None).await?;
        tx.run(CLEAR, values![id]).await?;
        let left = i64::try_from(left).unwrap_or(i64::MAX);
        tx.run(END, values![id, now, ending.code(), missing, left, untouched, all]).await?;
        self.rest(&mut tx, claimed, now).await?;
        self.0.ledger().commit(tx, now, by_itself(Act::Import, id).because("feed_taken")).await
    }

    /// Its next turn comes when its hours are over.
    async fn rest(&self, tx: &mut Tx, claimed: &Claimed, now: Timestamp) -> Result<()> {
        let every = tx.row(EVERY, values![claimed.feed]).await?.map_or(Ok(24), |row| row.int("every_hours"))?;
        let next_at = now.saturating_add(SignedDuration::from_hours(every)).unwrap_or(Timestamp::MAX);
        tx.run(REST, values![claimed.feed, claimed.until, 0, next_at, 1]).await.map(drop)
    }

    /// Ends a pull of which nothing is taken; the directory stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the claim was lost.
    pub async fn end_pull(
        &self,
        claimed: &mut Claimed,
        ending: Ending,
        said: Vec<String>,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        claimed.until = self.hold(&mut tx, claimed, now).await?.0;
        self.end(tx, claimed, (ending, said), now).await
    }

    async fn end(
        &self,
        mut tx: Tx,
        claimed: &Claimed,
        (ending, said): (Ending, Vec<String>),
        now: Timestamp,
    ) -> Result<()> {
        let all = noted(&mut tx, claimed.pull, said).await?;
        tx.run(CLEAR, values![claimed.pull]).await?;
        tx.run(END, values![claimed.pull, now, ending.code(), 0, 0, 0, all]).await?;
        self.rest(&mut tx, claimed, now).await?;
        let entry = by_itself(Act::Import, claimed.pull).because(ending.code());
        self.0.ledger().commit(tx, now, entry).await
    }

    /// A pull broke off and goes on in a while, later each time; after the fifth time, one after the other, it is over.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the claim was lost.
    pub async fn put_off(
        &self,
        claimed: &mut Claimed,
        (after, why): (Option<SignedDuration>, String),
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let (until, failed) = self.hold(&mut tx, claimed, now).await?;
        claimed.until = until;
        let failures = failed + 1;
        if failures >= PATIENCE {
            return self.end(tx, claimed, (Ending::Unreachable, vec![why]), now).await;
        }
        let minutes = SignedDuration::from_mins(1_i64 << failures.clamp(0, 10));
        let wait = after.unwrap_or(minutes).clamp(SignedDuration::from_mins(1), SignedDuration::from_hours(6));
        let next_at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        let all = noted(&mut tx, claimed.pull, [why]).await?;
        tx.run(NOTED, values![claimed.pull, all]).await?;
        tx.run(REST, values![claimed.feed, claimed.until, failures, next_at, 0]).await?;
        tx.commit().await
    }

    /// Others have their turn; the pull goes on at the next.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the claim was lost.
    pub async fn let_others(&self, claimed: &mut Claimed, now: Timestamp) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        claimed.until = self.hold(&mut tx, claimed, now).await?.0;
        tx.run(REST, values![claimed.feed, claimed.until, 0, now, 0]).await?;
        tx.commit().await
    }
}
