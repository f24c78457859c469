//! Launches: a person handed over from a clinical system with a practice's key, opened once by somebody of that practice.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{LaunchId, LaunchKeyId, OrganisationId, RequestKey, TenantId, UserId};
use fingerpost_domain::person::{PersonAnswers, PersonDetails};
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_ledger::{Act, Entry, Resource, digest, hex};
use fingerpost_policy::{ManageLaunch, ReferPerson};
use jiff::SignedDuration;

use fingerpost_store::{Ctx, Started};

use crate::Intake;

statements! {
    ADD_KEY = "INSERT INTO launch_key (tenant, id, practice, public_key, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    KEYS = "SELECT k.id, k.made_at, k.used_at, k.revoked_at, u.name FROM launch_key k JOIN app_user u ON u.tenant = k.tenant AND u.id = k.made_by \
            WHERE k.tenant = $1 AND k.practice = $2 ORDER BY k.made_at DESC, k.id DESC LIMIT 50";
    REVOKE_KEY = "UPDATE launch_key SET revoked_at = $4 WHERE tenant = $1 AND practice = $2 AND id = $3 AND revoked_at IS NULL";
    KEY = "SELECT tenant, practice, public_key FROM launch_key WHERE id = $1 AND revoked_at IS NULL";
    TAKE = "INSERT INTO launch (tenant, id, launch_key, nonce, ticket_hash, person, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    USED_KEY = "UPDATE launch_key SET used_at = $3 WHERE tenant = $1 AND id = $2";
    CLAIM = "UPDATE launch SET opened_by = $3 WHERE tenant = $1 AND id = $2 AND used_at IS NULL AND (opened_by IS NULL OR opened_by = $3)";
    LIVE = "SELECT l.tenant, l.id, l.person, l.used_at, l.opened_by, k.practice FROM launch l JOIN launch_key k ON k.tenant = l.tenant AND k.id = l.launch_key \
            WHERE l.ticket_hash = $1 AND l.expires_at > $2 AND k.revoked_at IS NULL";
    USE = "UPDATE launch SET used_at = $3, person = '' WHERE tenant = $1 AND id = $2 AND used_at IS NULL AND (opened_by IS NULL OR opened_by = $4)";
    EMPTY = "UPDATE launch SET person = '' WHERE expires_at <= $1 AND expires_at > $2 AND person <> ''";
    SWEEP = "DELETE FROM launch WHERE expires_at <= $1";
}

/// Somebody of the practice opens it within this time.
const OPENED_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// The nonce of a launch is remembered far longer than its token is taken.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
const TICKET_BYTES: usize = 20;

/// A key of a practice, as its manager sees it.
#[derive(Debug, Clone)]
pub struct LaunchKeyRow {
    /// Which.
    pub id: LaunchKeyId,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When a person was last handed over with it.
    pub used_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// The key that a token names.
#[derive(Debug, Clone)]
pub struct LaunchKey {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: LaunchKeyId,
    /// The practice.
    pub practice: OrganisationId,
    /// The public half.
    pub public_key: String,
}

/// A person who was handed over.
#[derive(Debug, Clone)]
pub struct Launched {
    /// Whose.
    pub tenant: TenantId,
    /// Which launch.
    pub id: LaunchId,
    /// The practice whose key it was.
    pub practice: OrganisationId,
    /// The person; `None` once it was opened.
    pub person: Option<PersonAnswers>,
    /// Who opened it first, and was asked for what is missing: it is theirs.
    pub opened_by: Option<UserId>,
}

impl Intake {
    /// Keeps the public half of a key that was just made for the practice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_launch_key(&self, ctx: &Ctx<ManageLaunch>, id: LaunchKeyId, public_key: &str) -> Result<()> {
        let grant = &ctx.grant;
        let mut tx = self.0.ledger().db().write().await?;
        let values = values![grant.tenant(), id, grant.organisation(), public_key, grant.user(), ctx.now];
        tx.run(ADD_KEY, values).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::LaunchKey).of(id)).await
    }

    /// The keys of the practice, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn launch_keys(&self, ctx: &Ctx<ManageLaunch>) -> Result<Vec<LaunchKeyRow>> {
        let rows = self.0.ledger().db().rows(KEYS, values![ctx.grant.tenant(), ctx.grant.organisation()]).await?;
        rows.iter()
            .map(|row| {
                Ok(LaunchKeyRow {
                    id: row.parsed("id")?,
                    made_by: row.text("name")?,
                    made_at: row.at("made_at")?,
                    used_at: row.opt_at("used_at")?,
                    revoked_at: row.opt_at("revoked_at")?,
                })
            })
            .collect()
    }

    /// Ends a key: nothing signed with it is taken any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is the practice's and still good.
    pub async fn revoke_launch_key(&self, ctx: &Ctx<ManageLaunch>, id: LaunchKeyId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let values = values![ctx.grant.tenant(), ctx.grant.organisation(), id, ctx.now];
        if tx.run(REVOKE_KEY, values).await? == 0 {
            return Err(StoreError::NotFound);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Withdraw, Resource::LaunchKey).of(id)).await
    }

    /// The key that a token names, while it is good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn launch_key(&self, id: LaunchKeyId) -> Result<Option<LaunchKey>> {
        let Some(row) = self.0.ledger().db().row(KEY, values![id]).await? else { return Ok(None) };
        Ok(Some(LaunchKey {
            tenant: row.parsed("tenant")?,
            id,
            practice: row.parsed("practice")?,
            public_key: row.text("public_key")?,
        }))
    }

    /// Takes a launch whose signature was right; gives the ticket that opens it: the only time that it is seen.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when this nonce was taken before.
    pub async fn take_launch(
        &self,
        key: &LaunchKey,
        (nonce, person): (&str, &PersonAnswers),
        now: Timestamp,
    ) -> Result<String> {
        let ticket = hex(&self.0.entropy().bytes::<TICKET_BYTES>());
        let id: LaunchId = self.0.entropy().id(now);
        let person = serde_json::to_string(person).map_err(|_| StoreError::corrupt("person"))?;
        let until = now.saturating_add(OPENED_WITHIN).unwrap_or(Timestamp::MAX);
        let mut tx = self.0.ledger().db().write().await?;
        let values = values![&key.tenant, id, key.id, nonce, digest(&ticket), person, now, until];
        if tx.run(TAKE, values).await? == 0 {
            return Err(StoreError::AlreadyThere);
        }
        tx.run(USED_KEY, values![&key.tenant, key.id, now]).await?;
        let entry = Entry::system(key.tenant.clone(), Act::Create, Resource::Launch).of(id);
        self.0
            .ledger()
            .commit(tx, now, Entry { ground: "launcher", organisation: Some(key.practice), ..entry })
            .await?;
        Ok(ticket)
    }

    /// Notes that a launch was refused, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn launch_refused(&self, why: &'static str, now: Timestamp) -> Result<()> {
        self.0.ledger().looked(now, Entry::system(TenantId::main(), Act::Refuse, Resource::Launch).because(why)).await
    }

    /// The launch that a ticket opens. Changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn launched(&self, ticket: &str, now: Timestamp) -> Result<Option<Launched>> {
        let Some(row) = self.0.ledger().db().row(LIVE, values![digest(ticket), now]).await? else { return Ok(None) };
        let person = row.text("person")?;
        let person = (!person.is_empty() && row.opt_at("used_at")?.is_none()).then_some(person);
        Ok(Some(Launched {
            tenant: row.parsed("tenant")?,
            id: row.parsed("id")?,
            practice: row.parsed("practice")?,
            person: person
                .map(|text| serde_json::from_str(&text).map_err(|_| StoreError::corrupt("person")))
                .transpose()?,
            opened_by: row.opt_parsed("opened_by")?,
        }))
    }

    /// Records that somebody of the practice looked at who was handed over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn launch_looked_at(&self, ctx: &Ctx<ReferPerson>, id: LaunchId) -> Result<()> {
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Launch).of(id)).await
    }

    /// Keeps a launch in which something is missing for whoever opened it first, until they have filled it in or it runs out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when a colleague was first.
    pub async fn claim_launch(&self, ctx: &Ctx<ReferPerson>, id: LaunchId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(CLAIM, values![ctx.grant.tenant(), id, ctx.grant.user()]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::UseLink, Resource::Launch).of(id)).await
    }

    /// Opens a launch: the person becomes a draft, and the launch is emptied, both or neither. The same press twice gives the same draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no scheme serves the practice, or somebody else has opened it.
    pub async fn open_launch(&self, ctx: &Ctx<ReferPerson>, id: LaunchId, person: &PersonDetails) -> Result<Started> {
        // The launch stands for the form's key: its id is as unlikely to come twice.
        let key: RequestKey = id.to_string().parse().map_err(|_| StoreError::corrupt("id"))?;
        let mut tx = self.0.ledger().db().write().await?;
        let opened = tx.run(USE, values![ctx.grant.tenant(), id, ctx.now, ctx.grant.user()]).await? > 0;
        let (started, new) = self.0.start_in(&mut tx, ctx, person, key).await?;
        match (opened, new) {
            (false, true) => Err(StoreError::NotFound),
            (false, false) => self.0.ledger().stored_before(tx).await.map(|()| started),
            (true, _) => {
                self.0.ledger().note(&mut tx, ctx.now, ctx.entry(Act::UseLink, Resource::Launch).of(id)).await?;
                let entry = ctx.entry(Act::Create, Resource::Referral).of(started.id);
                self.0.ledger().commit(tx, ctx.now, entry).await.map(|()| started)
            }
        }
    }

    /// Empties launches that nobody opened, and forgets those of yesterday. Gives how many were emptied.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_launches(&self, now: Timestamp) -> Result<u64> {
        let before = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(SWEEP, values![before]).await?;
        let emptied = tx.run(EMPTY, values![now, before]).await?;
        tx.commit().await?;
        Ok(emptied)
    }
}
