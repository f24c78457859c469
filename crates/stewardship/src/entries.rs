//! Entries: changed, confirmed, released, taken back to what they said before.

use fingerpost_directory::edit::BY_HAND;
use fingerpost_directory::hsds::Service;
use fingerpost_directory::overlay::{self, Changed};
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{ServiceId, TenantId};
use fingerpost_domain::{Date, Timestamp, coded};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_entries::shown::{follow, settle, standing_for};
use fingerpost_entries::take::{Sequence, take};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::KeepDirectory;
use fingerpost_store::{
    Ctx, LinkScope, LiveLink, MessageTemplate, StoredService, link_still_live, mint_link_beside, write_to_entry,
};
use jiff::SignedDuration;
use serde_json::{Map, Value};

use crate::{Stewardship, entry_of};

statements! {
    NOW = "SELECT source, body FROM service WHERE id = $1";
    PUT_FIELD = "INSERT INTO service_field (service, field, value, told_by, told_at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (service, field) DO UPDATE SET value = excluded.value, told_by = excluded.told_by, told_at = excluded.told_at";
    CONFIRM = "UPDATE service SET confirmed_on = $2, confirmed_by = $3, bounced_on = NULL, seq = $4 WHERE id = $1";
    RELEASE = "UPDATE service SET withheld = $2, released = $3, seq = $4 WHERE id = $1";
    /// A group that has not answered yet is not given more time by being asked again.
    ASKED = "UPDATE service SET asked_on = CASE WHEN asked_on IS NULL OR confirmed_on >= asked_on THEN $2 ELSE asked_on END, seq = $3 WHERE id = $1";
    /// A mailbox that was changed meanwhile is not blamed.
    MAILBOX = "SELECT body FROM service WHERE id = $1";
    BOUNCED = "UPDATE service SET bounced_on = $2, seq = $3 WHERE id = $1";
    OFFERED = "SELECT service FROM connection WHERE tenant = $1 AND id = $2";
    FIELDS = "SELECT field, told_by, told_at FROM service_field WHERE service = $1 ORDER BY field";
    VERSIONS = "SELECT seq, body, until, ended_by FROM service_version WHERE service = $1 ORDER BY seq DESC LIMIT $2";
    VERSION = "SELECT body FROM service_version WHERE service = $1 AND seq = $2";
}

coded! {
    /// Who changes an entry here.
    pub enum ByWhom {
        /// The group itself, through its link.
        Group = "group",
        /// A steward.
        Steward = "steward",
    }
}

/// A property that was changed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedField {
    /// Its name in HSDS.
    pub field: String,
    /// Who said so.
    pub by: ByWhom,
    /// When.
    pub at: Timestamp,
}

/// What an entry said before.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub seq: i64,
    /// What it said.
    pub service: Service,
    /// Until when.
    pub until: Timestamp,
    /// Who changed it then: `source`, `group` or `steward`.
    pub ended_by: String,
}

/// Versions that one page shows.
const MOST_VERSIONS: i64 = 30;
/// How long the link of a group works.
const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24 * 90);

fn map(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|_| StoreError::corrupt("body"))
}

/// Changes an entry here: what differs from what `lead`, which stands for it, shows. It is kept with the entry through which it
/// came, so that it goes along when the two are taken apart. Nothing happens where nothing differs.
async fn change(
    tx: &mut Tx,
    ((id, lead), changed): ((ServiceId, ServiceId), &[Changed]),
    seq: &mut Sequence,
    (by, now): (ByWhom, Timestamp),
) -> Result<()> {
    let row = tx.row(NOW, values![lead]).await?.ok_or(StoreError::NotFound)?;
    let shown = row.text("body")?;
    let source = row.text("source")?;
    let before = map(&shown)?;
    let after = Value::from(overlay::apply(&before, changed));
    let after: Service = serde_json::from_value(after).map_err(|_| StoreError::corrupt("value"))?;
    let after = after.settled(&source).map_err(|_| StoreError::corrupt("value"))?;
    let body = serde_json::to_string(&after).map_err(|_| StoreError::corrupt("body"))?;
    let settled = map(&body)?;
    // What comes to the same goes on following its source.
    for (field, _) in changed.iter().filter(|(field, _)| settled.get(field) != before.get(field)) {
        let value = settled.get(field).map(ToString::to_string);
        tx.run(PUT_FIELD, values![id, field, value, by.code(), now]).await?;
    }
    settle(tx, (id, None), seq, (now, by.code())).await?;
    follow(tx, id, seq, (now, by.code())).await
}

async fn confirm(tx: &mut Tx, id: ServiceId, seq: &mut Sequence, (by, now): (ByWhom, Timestamp)) -> Result<()> {
    match tx.run(CONFIRM, values![id, day_of(now).to_string(), by.code(), seq.next()]).await? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

fn by_link(link: &LiveLink, act: Act, id: ServiceId) -> Entry {
    Entry { ground: "link", ..Entry::system(link.tenant.clone(), act, Resource::Directory).of(id) }
}

impl Stewardship {
    /// The entry behind a group's link. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope.
    pub async fn entry_behind(&self, link: &LiveLink) -> Result<StoredService> {
        self.0.entries().one(entry_of(link)?).await
    }

    /// The group says that its entry is right, with what it changed: that confirms all of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the link ended meanwhile.
    pub async fn group_says(&self, link: &LiveLink, changed: &[Changed], now: Timestamp) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let own = entry_of(link)?;
        let id = standing_for(&mut tx, own).await?;
        link_still_live(&mut tx, link, now).await?;
        if !changed.is_empty() {
            change(&mut tx, ((own, id), changed), &mut seq, (ByWhom::Group, now)).await?;
        }
        confirm(&mut tx, id, &mut seq, (ByWhom::Group, now)).await?;
        seq.keep(&mut tx).await?;
        let what = if changed.is_empty() { "confirmed" } else { "changed" };
        self.0.ledger().commit(tx, now, by_link(link, Act::Change, id).because(what)).await
    }

    /// A steward changes an entry, and confirms it where `sure` says that they know.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn mend(&self, ctx: &Ctx<KeepDirectory>, id: ServiceId, changed: &[Changed], sure: bool) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let lead = standing_for(&mut tx, id).await?;
        change(&mut tx, ((id, lead), changed), &mut seq, (ByWhom::Steward, ctx.now)).await?;
        if sure {
            confirm(&mut tx, lead, &mut seq, (ByWhom::Steward, ctx.now)).await?;
        }
        seq.keep(&mut tx).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Directory).of(id).because("mended")).await
    }

    /// A steward adds an entry of which they know that it is right today. Its own id is a number that was never used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add(&self, ctx: &Ctx<KeepDirectory>, service: &Service) -> Result<ServiceId> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let (id, _) = take(&mut tx, (service, BY_HAND), &mut seq, (ctx.now, self.0.entropy())).await?;
        confirm(&mut tx, id, &mut seq, (ByWhom::Steward, ctx.now)).await?;
        seq.keep(&mut tx).await?;
        let entry = ctx.entry(Act::Create, Resource::Directory).of(id).because("added");
        self.0.ledger().commit(tx, ctx.now, entry).await?;
        Ok(id)
    }

    /// A steward looked at an entry: it may be shown to everybody, or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn release(&self, ctx: &Ctx<KeepDirectory>, id: ServiceId, public: bool) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let id = standing_for(&mut tx, id).await?;
        if tx.run(RELEASE, values![id, !public, public, seq.next()]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        seq.keep(&mut tx).await?;
        let what = if public { "released" } else { "withheld" };
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Directory).of(id).because(what)).await
    }

    /// Asks the group by e-mail whether its entry is still right: at most once a day. `false` where it has no mailbox.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such entry.
    pub async fn ask_group(&self, ctx: &Ctx<KeepDirectory>, id: ServiceId) -> Result<bool> {
        let entry = self.0.entries().one(id).await?;
        let id = entry.id;
        if entry.service.email.is_none_or(|email| email.is_empty()) {
            return Ok(false);
        }
        let mut tx = self.0.ledger().db().write().await?;
        let today = day_of(ctx.now);
        self.asked(&mut tx, id, today).await?;
        write_to_entry(&self.0, &mut tx, (ctx.grant.tenant(), id), (today, ctx.now)).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Send, Resource::Directory).of(id)).await?;
        Ok(true)
    }

    /// The mailbox of an entry refused a letter for good: the entry is trusted less until somebody here confirms it. `subject` is what
    /// the letter was about: an offer, or the entry itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mailbox_refused(
        &self,
        (tenant, template, subject): (&TenantId, MessageTemplate, &str),
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        if !matches!(template, MessageTemplate::EntryStillRight | MessageTemplate::ConnectionOffered) {
            return Ok(());
        }
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        let entry = match template {
            MessageTemplate::EntryStillRight => subject.split('/').next().and_then(|id| id.parse().ok()),
            MessageTemplate::ConnectionOffered => match tx.row(OFFERED, values![tenant, subject]).await? {
                Some(row) => Some(row.parsed::<ServiceId>("service")?),
                None => None,
            },
            _ => None,
        };
        let Some(entry) = entry else { return Ok(()) };
        let id = standing_for(&mut tx, entry).await?;
        let Some(row) = tx.row(MAILBOX, values![id]).await? else { return Ok(()) };
        let known =
            map(&row.text("body")?)?.get("email").and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
        if known.is_empty() || known != address.trim().to_lowercase() {
            return Ok(());
        }
        tx.run(BOUNCED, values![id, day_of(now).to_string(), seq.next()]).await?;
        seq.keep(&mut tx).await?;
        let entry = Entry::system(TenantId::main(), Act::Change, Resource::Directory).of(id).because("bounced");
        self.0.ledger().commit(tx, now, entry).await
    }

    /// The link for a printed letter: the only time that it is seen. It counts as having been asked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such entry.
    pub async fn letter_link(&self, ctx: &Ctx<KeepDirectory>, id: ServiceId) -> Result<String> {
        let id = self.0.entries().one(id).await?.id;
        let mut tx = self.0.ledger().db().write().await?;
        self.asked(&mut tx, id, day_of(ctx.now)).await?;
        let token = self.mint(&mut tx, ctx.grant.tenant(), id, ctx.now).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Send, Resource::Directory).of(id).because("letter")).await?;
        Ok(token)
    }

    async fn asked(&self, tx: &mut Tx, id: ServiceId, today: Date) -> Result<()> {
        let mut seq = Sequence::take(tx).await?;
        tx.run(ASKED, values![id, today.to_string(), seq.next()]).await?;
        seq.keep(tx).await
    }

    async fn mint(&self, tx: &mut Tx, tenant: &TenantId, id: ServiceId, now: Timestamp) -> Result<String> {
        let until = now.saturating_add(LINK_LASTS).unwrap_or(Timestamp::MAX);
        // A letter that is in the post goes on working.
        mint_link_beside(&self.0, tx, tenant, LinkScope::KeepEntry, &id.to_string(), (now, until)).await
    }

    /// The link of the message whose subject is `SERVICE/DAY`, made at delivery; earlier ones go on working.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_entry_link(&self, tenant: &TenantId, subject: &str, now: Timestamp) -> Result<String> {
        let id =
            subject.split('/').next().and_then(|id| id.parse().ok()).ok_or_else(|| StoreError::corrupt("subject"))?;
        let mut tx = self.0.ledger().db().write().await?;
        let token = self.mint(&mut tx, tenant, id, now).await?;
        self.0.ledger().commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::Link).of(id)).await?;
        Ok(token)
    }

    /// An entry, the properties that were changed here, and what it said before: the newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn history(
        &self,
        _: &Ctx<KeepDirectory>,
        id: ServiceId,
    ) -> Result<(StoredService, Vec<ChangedField>, Vec<Version>)> {
        let entry = self.0.entries().one(id).await?;
        let id = entry.id;
        let mut tx = self.0.ledger().db().read().await?;
        let mut fields = vec![];
        for row in tx.rows(FIELDS, values![id]).await? {
            fields.push(ChangedField {
                field: row.text("field")?,
                by: row.coded("told_by", ByWhom::from_code)?,
                at: row.at("told_at")?,
            });
        }
        let mut versions = vec![];
        for row in tx.rows(VERSIONS, values![id, MOST_VERSIONS]).await? {
            versions.push(Version {
                seq: row.int("seq")?,
                service: serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?,
                until: row.at("until")?,
                ended_by: row.text("ended_by")?,
            });
        }
        Ok((entry, fields, versions))
    }

    /// Takes an entry back to what it said in an earlier version. What it says now is kept as a version too.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such version.
    pub async fn restore(&self, ctx: &Ctx<KeepDirectory>, id: ServiceId, seq: i64) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let mut numbers = Sequence::take(&mut tx).await?;
        let id = standing_for(&mut tx, id).await?;
        let then = tx.row(VERSION, values![id, seq]).await?.ok_or(StoreError::NotFound)?.text("body")?;
        let now = tx.row(NOW, values![id]).await?.ok_or(StoreError::NotFound)?.text("body")?;
        let (then, now) = (map(&then)?, map(&now)?);
        let back: Vec<Changed> = overlay::differences(&now, &then)
            .into_iter()
            .map(|(field, _, then)| (field.to_owned(), then.cloned()))
            .collect();
        change(&mut tx, ((id, id), &back), &mut numbers, (ByWhom::Steward, ctx.now)).await?;
        numbers.keep(&mut tx).await?;
        self.0
            .ledger()
            .commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Directory).of(id).because("restored"))
            .await
    }
}
