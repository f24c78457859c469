//! What readers report, and the steward's list: by harm, use × doubt.

use fingerpost_directory::edit::Wrong;
use fingerpost_directory::entry::confirmed;
use fingerpost_directory::standing::trust;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::connection::GroupReason;
use fingerpost_domain::id::{ReportId, ServiceId, TenantId};
use fingerpost_domain::text::Line;
use fingerpost_domain::{Timestamp, coded};
use fingerpost_engine::{Result, statements, values};
use fingerpost_entries::shown::standing_for;
use fingerpost_entries::take::Sequence;
use fingerpost_entries::{StoredService, entry_columns, stored};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::KeepDirectory;
use fingerpost_store::Ctx;

use crate::Stewardship;

statements! {
    OPEN = "SELECT COUNT(*) AS n FROM service_report WHERE service = $1 AND settled_at IS NULL";
    ADD = "INSERT INTO service_report (id, service, wrong, note, made_at) VALUES ($1, $2, $3, $4, $5)";
    COUNT = "UPDATE service SET open_reports = (SELECT COUNT(*) FROM service_report r WHERE r.service = service.id AND r.settled_at IS NULL), seq = $2 WHERE id = $1";
    OF_ENTRY = "SELECT id, wrong, note, made_at, settled_at FROM service_report WHERE service = $1 ORDER BY made_at DESC, id DESC LIMIT 50";
    SETTLE = "UPDATE service_report SET settled_at = $2, settled_how = $3 WHERE service = $1 AND settled_at IS NULL AND made_at <= $4";
    /// What may have to be mended: reported, held back, or used.
    TO_MEND = concat!("SELECT ", entry_columns!(), ", s.used, s.declined, s.declined_most, s.declined_why \
               FROM service s WHERE (s.open_reports > 0 OR s.withheld = 1 OR s.used > 0 OR s.left_on IS NOT NULL OR s.bounced_on IS NOT NULL) \
               AND NOT EXISTS (SELECT 1 FROM service_joined h WHERE h.member = s.id) ORDER BY s.open_reports DESC, s.withheld DESC, s.used DESC, s.id LIMIT $1");
}

/// Open reports of one entry that are taken: more say nothing new.
const MOST_REPORTS: i64 = 20;
/// Entries that are weighed for one list.
const MOST_WEIGHED: i64 = 2_000;
/// Lines of the list.
const MOST_LINES: usize = 100;
/// An entry that nobody uses does as much harm as one that a single person uses in a year.
const AT_LEAST: f64 = 1.0;

coded! {
    /// How reports were settled.
    pub enum Settled {
        /// The entry was mended.
        Mended = "mended",
        /// Nothing was wrong.
        Right = "right",
    }
}

/// What a reader said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// What is wrong.
    pub wrong: Wrong,
    /// In their words.
    pub note: Option<String>,
    /// When.
    pub made_at: Timestamp,
    /// Nobody has settled it.
    pub open: bool,
}

/// A line of the steward's list.
#[derive(Debug, Clone)]
pub struct WorkRow {
    /// The entry.
    pub stored: StoredService,
    /// People sent there or told of it in a year.
    pub used: u32,
    /// Doubt in it, 0 to 1.
    pub doubt: f64,
    /// Offers that the group declined, how many of them for one reason, and that reason.
    pub declined: Option<(u32, u32, GroupReason)>,
}

impl WorkRow {
    /// What it may do to people: use × doubt.
    #[must_use]
    pub fn harm(&self) -> f64 {
        f64::from(self.used).max(AT_LEAST) * self.doubt
    }
}

impl Stewardship {
    /// Takes what a reader says is wrong. Nobody is asked who they are. `false` where enough was reported already.
    ///
    /// # Errors
    /// `NotFound` when there is no such entry.
    pub async fn report(
        &self,
        id: ServiceId,
        (wrong, note): (Wrong, Option<&Line<300>>),
        now: Timestamp,
    ) -> Result<bool> {
        self.0.entries().one(id).await?;
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let id = standing_for(&mut tx, id).await?;
        if tx.row(OPEN, values![id]).await?.map_or(Ok(0), |row| row.int("n"))? >= MOST_REPORTS {
            return Ok(false);
        }
        let report: ReportId = self.0.entropy().id(now);
        tx.run(ADD, values![report, id, wrong.code(), note.map(|note| note.as_str().to_owned()), now]).await?;
        tx.run(COUNT, values![id, seq.next()]).await?;
        seq.keep(&mut tx).await?;
        let entry = Entry::system(TenantId::main(), Act::Create, Resource::Directory).of(id).because("report");
        self.0.ledger().commit(tx, now, entry).await?;
        Ok(true)
    }

    /// What readers said of an entry, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reports(&self, _: &Ctx<KeepDirectory>, id: ServiceId) -> Result<Vec<ReportRow>> {
        let rows = self.0.ledger().db().rows(OF_ENTRY, values![id]).await?;
        rows.iter()
            .map(|row| {
                Ok(ReportRow {
                    wrong: row.coded("wrong", Wrong::from_code)?,
                    note: row.opt_text("note")?,
                    made_at: row.at("made_at")?,
                    open: row.opt_at("settled_at")?.is_none(),
                })
            })
            .collect()
    }

    /// Settles what is open of an entry and was there at `seen`, when the steward read it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(
        &self,
        ctx: &Ctx<KeepDirectory>,
        id: ServiceId,
        (how, seen): (Settled, Timestamp),
    ) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let id = standing_for(&mut tx, id).await?;
        tx.run(SETTLE, values![id, ctx.now, how.code(), seen]).await?;
        tx.run(COUNT, values![id, seq.next()]).await?;
        seq.keep(&mut tx).await?;
        let entry = ctx.entry(Act::Change, Resource::Directory).of(id).because(how.code());
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// What has to be looked at, the most harmful first: held back and reported, then use × doubt.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to_mend(&self, ctx: &Ctx<KeepDirectory>) -> Result<Vec<WorkRow>> {
        let today = day_of(ctx.now);
        let mut all = vec![];
        for row in self.0.ledger().db().rows(TO_MEND, values![MOST_WEIGHED]).await? {
            let count = |column| row.int(column).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            let stored = stored(&row)?;
            let doubt = 1.0 - trust(confirmed(&stored.service), &stored.standing, today);
            let why = row.opt_coded("declined_why", GroupReason::from_code)?;
            let (declined, most) = (count("declined")?, count("declined_most")?);
            all.push(WorkRow { used: count("used")?, doubt, declined: why.map(|why| (declined, most, why)), stored });
        }
        let urgent = |row: &WorkRow| (row.stored.standing.open_reports > 0, row.stored.standing.withheld);
        all.retain(|row| {
            urgent(row) != (false, false) || row.stored.standing.has_bounced() || row.doubt > WORTH_ASKING
        });
        all.sort_by(|one, other| {
            urgent(other)
                .cmp(&urgent(one))
                .then(other.harm().total_cmp(&one.harm()))
                .then(one.stored.id.cmp(&other.stored.id))
        });
        all.truncate(MOST_LINES);
        Ok(all)
    }
}

/// With less doubt than this nobody has to look: it was confirmed in the last half year.
const WORTH_ASKING: f64 = 0.5;
