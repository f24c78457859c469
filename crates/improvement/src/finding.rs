//! A practice's list of those who could be referred: taken from an export of its own, worked through, thrown away after a year. Only the
//! practice itself has one, and only its own people read it.

use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_improvement_rules::finding::{FoundList, Group, KEPT_DAYS, Listed, Offered, kept_until};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::{ClaimedJob, Ctx, JobKind, add_job, job_done};

use crate::{Improvement, REMIND_AT};

/// People on one page.
pub const PAGE: i64 = 50;

statements! {
    LIST = "SELECT often, taken_on, kept_until FROM found_list WHERE tenant = $1 AND organisation = $2";
    TAKE = "INSERT INTO found_list (tenant, organisation, often, taken_on, kept_until) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (tenant, organisation) DO UPDATE SET often = excluded.often, taken_on = excluded.taken_on, kept_until = excluded.kept_until";
    /// Whoever was offered something is counted on; whoever was not and does not stand in the new list is forgotten.
    FORGET_UNTOUCHED = "DELETE FROM found_person WHERE tenant = $1 AND organisation = $2 AND offered IS NULL";
    /// Of whoever is not in the newest list it is kept for a year that something was offered, and nothing of why.
    ALL_GONE = "UPDATE found_person SET gone = 1, contacts = NULL, reasons = '' WHERE tenant = $1 AND organisation = $2";
    FORGET_LONG_GONE = "DELETE FROM found_person WHERE tenant = $1 AND organisation = $2 AND gone = 1 AND offered_on < $3";
    PUT = "INSERT INTO found_person (tenant, organisation, number, contacts, reasons, weight) VALUES ($1, $2, $3, $4, $5, $6) \
           ON CONFLICT (tenant, organisation, number) DO UPDATE SET contacts = excluded.contacts, reasons = excluded.reasons, weight = excluded.weight, gone = 0";
    PEOPLE = "SELECT number, contacts, reasons, offered, offered_on FROM found_person WHERE tenant = $1 AND organisation = $2 AND gone = 0 \
              ORDER BY weight DESC, number LIMIT $3 OFFSET $4";
    COUNTS = "SELECT reasons, offered, gone, COUNT(*) AS n FROM found_person WHERE tenant = $1 AND organisation = $2 GROUP BY reasons, offered, gone";
    OFFER = "UPDATE found_person SET offered = $4, offered_on = $5 WHERE tenant = $1 AND organisation = $2 AND number = $3 AND COALESCE(offered, '') = $6";
    FORGET_PEOPLE = "DELETE FROM found_person WHERE tenant = $1 AND organisation = $2";
    FORGET_LIST = "DELETE FROM found_list WHERE tenant = $1 AND organisation = $2";
    FORGET_PEOPLE_OF_OLD = "DELETE FROM found_person WHERE tenant = $1 AND organisation = (SELECT organisation FROM found_list WHERE tenant = $1 AND organisation = $2 AND kept_until <= $3)";
    FORGET_OLD = "DELETE FROM found_list WHERE tenant = $1 AND organisation = $2 AND kept_until <= $3";
}

/// Somebody on the list, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who, by number.
    pub person: Listed,
    /// What was offered, and when.
    pub offered: Option<(Offered, Date)>,
}

/// What somebody chose on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Whose.
    pub number: String,
    /// What stood there when the page was drawn.
    pub was: Option<Offered>,
    /// What is chosen.
    pub now: Option<Offered>,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct FoundPage {
    /// From how many contacts a year somebody comes often.
    pub often: u32,
    /// When it was taken.
    pub taken_on: Date,
    /// When it is thrown away.
    pub kept_until: Date,
    /// Those on this page.
    pub people: Vec<Found>,
    /// How many are on the list.
    pub all: u64,
    /// How many are in each group; somebody may be in several.
    pub groups: Vec<(Group, u64)>,
    /// How many have been offered each; also those who do not stand in the newest export.
    pub offered: Vec<(Offered, u64)>,
}

fn groups(reasons: &str) -> Result<Vec<Group>> {
    reasons.split(' ').map(|code| Group::from_code(code).ok_or_else(|| StoreError::corrupt("reasons"))).collect()
}

fn found(row: &Row) -> Result<Found> {
    let contacts =
        row.opt_int("contacts")?.map(u32::try_from).transpose().map_err(|_| StoreError::corrupt("contacts"))?;
    let person = Listed { number: row.text("number")?, contacts, groups: groups(&row.text("reasons")?)? };
    let offered = row.opt_coded("offered", Offered::from_code)?.zip(row.opt_parsed("offered_on")?);
    Ok(Found { person, offered })
}

impl Improvement {
    /// A page of the list, from 0; none where there is no list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn found(&self, ctx: &Ctx<Improve>, page: u32) -> Result<Option<FoundPage>> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let Some(list) = tx.row(LIST, values![tenant, place]).await? else { return Ok(None) };
        let people = tx.rows(PEOPLE, values![tenant, place, PAGE, i64::from(page) * PAGE]).await?;
        let counts = tx.rows(COUNTS, values![tenant, place]).await?;
        drop(tx);
        let mut told = FoundPage {
            often: list.small("often")?,
            taken_on: list.parsed("taken_on")?,
            kept_until: list.parsed("kept_until")?,
            people: people.iter().map(found).collect::<Result<_>>()?,
            all: 0,
            groups: Group::ALL.iter().map(|group| (*group, 0)).collect(),
            offered: Offered::ALL.iter().map(|offered| (*offered, 0)).collect(),
        };
        for row in counts {
            let n: u64 = row.small("n")?;
            if let Some(offered) = row.opt_coded("offered", Offered::from_code)? {
                told.offered[offered as usize].1 += n;
            }
            if row.int("gone")? == 0 {
                told.all += n;
                for group in groups(&row.text("reasons")?)? {
                    told.groups[group as usize].1 += n;
                }
            }
        }
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Improvement).because("found_list")).await?;
        Ok(Some(told))
    }

    /// Takes a list in place of the one before; what was offered to somebody stays with their number.
    ///
    /// # Errors
    /// When the database fails; the list before then stays.
    pub async fn take_list(&self, ctx: &Ctx<Improve>, list: &FoundList) -> Result<()> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let (today, until) = (day_of(ctx.now), kept_until(day_of(ctx.now)));
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(TAKE, values![tenant, place, i64::from(list.often), today, until]).await?;
        tx.run(FORGET_UNTOUCHED, values![tenant, place]).await?;
        tx.run(ALL_GONE, values![tenant, place]).await?;
        for person in &list.people {
            let reasons: Vec<&str> = person.groups.iter().map(|group| group.code()).collect();
            let contacts = person.contacts.map(i64::from);
            tx.later(PUT, values![tenant, place, &person.number, contacts, reasons.join(" "), person.weight()]).await?;
        }
        tx.run(FORGET_LONG_GONE, values![tenant, place, plus_days(today, -KEPT_DAYS)]).await?;
        let when = (instant_at(until, REMIND_AT), ctx.now);
        add_job(&self.0, &mut tx, tenant, (JobKind::ForgetList, &place.to_string()), when).await?;
        let entry = ctx.entry(Act::Create, Resource::Improvement).because("found_list");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Notes what was offered to whom; nothing takes a note back. What a colleague noted since the page was drawn stays: how many those
    /// are.
    ///
    /// # Errors
    /// When the database fails; nothing is then noted.
    pub async fn note_offered(&self, ctx: &Ctx<Improve>, noted: &[Noted]) -> Result<usize> {
        let (tenant, place, today) = (ctx.grant.tenant(), ctx.grant.organisation(), day_of(ctx.now));
        let mut tx = self.0.ledger().db().write().await?;
        let mut left = 0;
        for Noted { number, was, now } in noted.iter().filter(|noted| noted.was != noted.now) {
            let (what, on, was) = (now.map(Offered::code), now.map(|_| today), was.map_or("", Offered::code));
            let done = tx.run(OFFER, values![tenant, place, number, what, on, was]).await?;
            left += usize::from(done == 0);
        }
        let entry = ctx.entry(Act::Change, Resource::Improvement).because("found_list");
        self.0.ledger().commit(tx, ctx.now, entry).await?;
        Ok(left)
    }

    /// Throws the list away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_list(&self, ctx: &Ctx<Improve>) -> Result<()> {
        let of = || values![ctx.grant.tenant(), ctx.grant.organisation()];
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(FORGET_PEOPLE, of()).await?;
        tx.run(FORGET_LIST, of()).await?;
        let entry = ctx.entry(Act::Change, Resource::Improvement).because("found_list");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Throws a list away that has lain for a year; one that was taken anew meanwhile stays.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn forget_list(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let of = || values![&job.tenant, &job.subject, day_of(now)];
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(FORGET_PEOPLE_OF_OLD, of()).await?;
        tx.run(FORGET_OLD, of()).await?;
        job_done(&mut tx, job, now).await?;
        let entry = Entry::system(job.tenant.clone(), Act::Change, Resource::Improvement);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
