//! People who sign in: invitation, sign-in with lockout, roles, second factor.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{LinkId, OrganisationId, TenantId, UserId};
use fingerpost_domain::organisation::{Organisation, OrganisationKind};
use fingerpost_domain::person::Email;
use fingerpost_domain::role::Role;
use fingerpost_policy::{Actor, ManageUsers, Membership};
use jiff::SignedDuration;

use crate::links::{self, LinkScope, LiveLink};
use crate::outbox::{self, MessageTemplate};
use crate::{Ctx, PAGE_ROWS, Store, schemes};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, values};
use fingerpost_ledger::end_sessions_of;
use fingerpost_ledger::{Act, Entry, Resource};

statements! {
    INSERT = "INSERT INTO app_user (tenant, id, name, email, email_folded, job_title, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ADD_ROLE = "INSERT INTO membership (tenant, user_id, organisation, role) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, user_id, organisation, role) DO NOTHING";
    BY_EMAIL = "SELECT tenant, id, password_hash, totp_secret, totp_last_step, disabled, failed_attempts, locked_until FROM app_user WHERE email_folded = $1";
    SECOND_FACTOR = "SELECT tenant, id, password_hash, totp_secret, totp_last_step, disabled, failed_attempts, locked_until FROM app_user WHERE tenant = $1 AND id = $2";
    /// After a rest the count begins again, so that one wrong try does not lock for another 15 minutes.
    COUNT_FAILURE = "UPDATE app_user SET \
                     failed_attempts = CASE WHEN locked_until IS NOT NULL AND locked_until <= $5 THEN 1 ELSE failed_attempts + 1 END, \
                     locked_until = CASE WHEN locked_until IS NOT NULL AND locked_until <= $5 THEN NULL \
                     WHEN failed_attempts + 1 >= $3 THEN $4 ELSE locked_until END WHERE tenant = $1 AND id = $2";
    CLEAR_FAILURES = "UPDATE app_user SET failed_attempts = 0, locked_until = NULL WHERE tenant = $1 AND id = $2";
    USE_STEP = "UPDATE app_user SET totp_last_step = $3 WHERE tenant = $1 AND id = $2 AND (totp_last_step IS NULL OR totp_last_step < $3)";
    SET_TOTP = "UPDATE app_user SET totp_secret = $3, totp_last_step = $4 WHERE tenant = $1 AND id = $2";
    SET_PASSWORD = "UPDATE app_user SET password_hash = $3, failed_attempts = 0, locked_until = NULL WHERE tenant = $1 AND id = $2 AND disabled = 0";
    LOAD = "SELECT u.name, u.totp_secret, m.role, o.id, o.slug, o.kind, o.name AS organisation_name \
            FROM app_user u LEFT JOIN membership m ON m.tenant = u.tenant AND m.user_id = u.id \
            LEFT JOIN organisation o ON o.id = m.organisation \
            WHERE u.tenant = $1 AND u.id = $2 AND u.disabled = 0 ORDER BY o.name_folded NULLS LAST, o.id NULLS LAST, m.role NULLS LAST";
    LIST = "SELECT u.id, u.name, u.email, u.job_title, u.disabled, m.role, \
            CAST(CASE WHEN u.password_hash IS NULL THEN 1 ELSE 0 END AS BIGINT) AS invited, \
            CAST(CASE WHEN u.totp_secret IS NULL THEN 0 ELSE 1 END AS BIGINT) AS second_factor \
            FROM membership m JOIN app_user u ON u.tenant = m.tenant AND u.id = m.user_id \
            WHERE m.tenant = $1 AND m.organisation = $2 ORDER BY u.email_folded, m.role LIMIT $3";
    DISABLE = "UPDATE app_user SET disabled = 1 WHERE tenant = $1 AND id = $2 AND EXISTS \
               (SELECT 1 FROM membership m WHERE m.tenant = $1 AND m.user_id = $2 AND m.organisation = $3)";
    ENABLE = "UPDATE app_user SET disabled = 0, failed_attempts = 0, locked_until = NULL WHERE tenant = $1 AND id = $2 AND EXISTS \
              (SELECT 1 FROM membership m WHERE m.tenant = $1 AND m.user_id = $2 AND m.organisation = $3)";
    DISABLE_BY_EMAIL = "UPDATE app_user SET disabled = 1 WHERE email_folded = $1";
    INVENTED_ACCOUNTS = "SELECT u.id, u.name, u.email, u.job_title, m.role, o.name AS organisation_name FROM app_user u \
                         JOIN membership m ON m.tenant = u.tenant AND m.user_id = u.id JOIN organisation o ON o.id = m.organisation \
                         WHERE u.tenant = $1 AND u.disabled = 0 AND u.id IN (SELECT id FROM app_user WHERE tenant = $1 ORDER BY id DESC LIMIT 40) \
                         ORDER BY m.role, o.name_folded, u.email_folded LIMIT 60";
}

/// Failed sign-ins in a row after which an account rests.
const LOCK_AFTER: i64 = 8;
/// How long it rests.
const LOCK_FOR: SignedDuration = SignedDuration::from_mins(15);
/// How long an invitation lasts.
const INVITATION: SignedDuration = SignedDuration::from_hours(72);

/// Languages, phone and places of a link worker who was just invited, until they are told.
const NEW_WORKER: (&str, Option<&str>, u16) = ("Languages not told yet", None, 30);

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their name.
    pub name: String,
    /// Their e-mail: what they sign in with.
    pub email: Email,
    /// What they do: "GP", "Receptionist".
    pub job_title: Option<String>,
    /// A hash of a password already chosen; `None` for an invitation.
    pub password_hash: Option<String>,
    /// Roles in organisations.
    pub roles: Vec<(OrganisationId, Role)>,
}

/// What a sign-in needs to know.
#[derive(Debug, Clone)]
pub struct SignInRecord {
    /// Tenant.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// Hash of the password, `None` while invited.
    pub password_hash: Option<String>,
    /// Secret of the second factor, base32.
    pub totp_secret: Option<String>,
    /// The last time step of a code that was used.
    pub totp_last_step: Option<i64>,
    /// May not sign in.
    pub disabled: bool,
    /// Resting after failures until then.
    pub locked_until: Option<Timestamp>,
}

/// Somebody who is signed in, with where they work.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// For the policy.
    pub actor: Actor,
    /// Their name.
    pub name: String,
    /// They have a second factor.
    pub second_factor: bool,
    /// Organisations and roles, by name.
    pub places: Vec<(Organisation, Role)>,
}

/// One line of the list of people who sign in.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// What they do.
    pub job_title: Option<String>,
    /// Role in this organisation.
    pub role: Role,
    /// The organisation, where the list spans several.
    pub organisation: Option<String>,
    /// Invited, no password chosen yet.
    pub invited: bool,
    /// Has a second factor.
    pub second_factor: bool,
    /// May not sign in.
    pub disabled: bool,
}

fn sign_in_record(row: &fingerpost_engine::Row) -> Result<SignInRecord> {
    Ok(SignInRecord {
        tenant: row.parsed("tenant")?,
        user: row.parsed("id")?,
        password_hash: row.opt_text("password_hash")?,
        totp_secret: row.opt_text("totp_secret")?,
        totp_last_step: row.opt_int("totp_last_step")?,
        disabled: row.flag("disabled")?,
        locked_until: row.opt_at("locked_until")?,
    })
}

async fn insert(store: &Store, tx: &mut Tx, tenant: &TenantId, user: &NewUser, now: Timestamp) -> Result<UserId> {
    let id: UserId = store.entropy().id(now);
    let values = values![
        tenant,
        id,
        &user.name,
        user.email.as_str(),
        user.email.folded(),
        user.job_title.clone(),
        user.password_hash.clone(),
        now,
    ];
    tx.run(INSERT, values).await?;
    for (organisation, role) in &user.roles {
        tx.run(ADD_ROLE, values![tenant, id, *organisation, role.code()]).await?;
    }
    Ok(id)
}

impl Store {
    /// Adds somebody from the command line or a demo.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when the e-mail is taken.
    pub async fn add_user(&self, tenant: &TenantId, user: &NewUser, now: Timestamp) -> Result<UserId> {
        let mut tx = self.db().write().await?;
        let id = insert(self, &mut tx, tenant, user, now).await?;
        self.commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::User).of(id)).await?;
        Ok(id)
    }

    /// Gives somebody a further role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_role(
        &self,
        tenant: &TenantId,
        user: UserId,
        (organisation, role): (OrganisationId, Role),
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.db().write().await?;
        tx.run(ADD_ROLE, values![tenant, user, organisation, role.code()]).await?;
        self.commit(tx, now, Entry::system(tenant.clone(), Act::Change, Resource::User).of(user)).await
    }

    /// Invites somebody into the administrator's organisation: they are added, and a one-time link leaves
    /// through the outbox.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when the e-mail is taken.
    pub async fn invite(&self, ctx: &Ctx<ManageUsers>, user: &NewUser) -> Result<UserId> {
        let mut tx = self.db().write().await?;
        let tenant = ctx.grant.tenant();
        let id = insert(self, &mut tx, tenant, user, ctx.now).await?;
        for (scheme, _) in user.roles.iter().filter(|(_, role)| *role == Role::LinkWorker) {
            schemes::add_worker(&mut tx, tenant, (id, *scheme), NEW_WORKER).await?;
        }
        outbox::to_user(self, &mut tx, tenant, MessageTemplate::Invitation, (id, &id.to_string()), ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Create, Resource::User).of(id)).await?;
        Ok(id)
    }

    /// Makes the link with which somebody chooses a password, and gives its token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_password_link(&self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<String> {
        let mut tx = self.db().write().await?;
        let window = (now, now.saturating_add(INVITATION).unwrap_or(Timestamp::MAX));
        let token = links::mint(self, &mut tx, tenant, LinkScope::ChoosePassword, &user.to_string(), window).await?;
        self.commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::Link).of(user)).await?;
        Ok(token)
    }

    /// Uses a link up and sets the password; every session of the user ends.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the link can no longer be used.
    pub async fn choose_password(&self, link: &LiveLink, password_hash: &str, now: Timestamp) -> Result<()> {
        let user: UserId = link.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let mut tx = self.db().write().await?;
        links::use_up(&mut tx, link, now).await?;
        if tx.run(SET_PASSWORD, values![&link.tenant, user, password_hash]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        end_sessions_of(&mut tx, user).await?;
        let entry = Entry::system(link.tenant.clone(), Act::UseLink, Resource::User).of(user).by(user);
        self.commit(tx, now, entry).await
    }

    /// Looks somebody up by the e-mail they sign in with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_record(&self, email_folded: &str) -> Result<Option<SignInRecord>> {
        self.db().row(BY_EMAIL, values![email_folded]).await?.as_ref().map(sign_in_record).transpose()
    }

    /// The same by id, for the second step.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_record_of(&self, tenant: &TenantId, user: UserId) -> Result<Option<SignInRecord>> {
        self.db().row(SECOND_FACTOR, values![tenant, user]).await?.as_ref().map(sign_in_record).transpose()
    }

    /// Counts a failed sign-in; after eight in a row the account rests for 15 minutes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_failed(&self, record: &SignInRecord, now: Timestamp) -> Result<()> {
        let mut tx = self.db().write().await?;
        let until = now.saturating_add(LOCK_FOR).unwrap_or(Timestamp::MAX);
        tx.run(COUNT_FAILURE, values![&record.tenant, record.user, LOCK_AFTER, until, now]).await?;
        let entry = Entry::system(record.tenant.clone(), Act::SignInFailed, Resource::User).of(record.user);
        self.commit(tx, now, entry).await
    }

    /// Records a failed sign-in with an address that nobody has: audited too, and at the same cost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unknown_sign_in(&self, now: Timestamp) -> Result<()> {
        let tx = self.db().write().await?;
        let entry = Entry::system(TenantId::main(), Act::SignInFailed, Resource::User).because("unknown");
        self.commit(tx, now, entry).await
    }

    /// Records a sign-in. With a second factor, `step` is the time step of its code, usable once.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when the code was used already.
    pub async fn signed_in(&self, record: &SignInRecord, step: Option<i64>, now: Timestamp) -> Result<()> {
        let mut tx = self.db().write().await?;
        if let Some(step) = step
            && tx.run(USE_STEP, values![&record.tenant, record.user, step]).await? == 0
        {
            return Err(StoreError::ChangedMeanwhile);
        }
        tx.run(CLEAR_FAILURES, values![&record.tenant, record.user]).await?;
        let entry = Entry::system(record.tenant.clone(), Act::SignIn, Resource::User).of(record.user).by(record.user);
        self.commit(tx, now, entry).await
    }

    /// Turns the second factor on (a base32 secret with the time step of the code that confirmed it, which is
    /// used up) or off (`None`).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_second_factor(&self, actor: &Actor, secret: Option<(&str, i64)>, now: Timestamp) -> Result<()> {
        let mut tx = self.db().write().await?;
        let (key, step) = secret.unzip();
        tx.run(SET_TOTP, values![&actor.tenant, actor.user, key, step]).await?;
        let entry = Entry::system(actor.tenant.clone(), Act::Change, Resource::User).of(actor.user).by(actor.user);
        self.commit(tx, now, entry.because("second_factor")).await
    }

    /// Loads somebody who is signed in; `None` when they may not any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load_signed_in(&self, tenant: &TenantId, user: UserId) -> Result<Option<SignedIn>> {
        let rows = self.db().rows(LOAD, values![tenant, user]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let (name, second_factor) = (first.text("name")?, first.opt_text("totp_secret")?.is_some());
        let mut places = vec![];
        for row in &rows {
            let Some(role) = row.opt_coded("role", Role::from_code)? else { continue };
            let organisation = Organisation {
                id: row.parsed("id")?,
                slug: row.text("slug")?,
                kind: row.coded("kind", OrganisationKind::from_code)?,
                name: row.text("organisation_name")?,
            };
            places.push((organisation, role));
        }
        let memberships = places.iter().map(|(o, role)| Membership { organisation: o.id, role: *role }).collect();
        let actor = Actor { tenant: tenant.clone(), user, memberships };
        Ok(Some(SignedIn { actor, name, second_factor, places }))
    }

    /// The people who sign in for the administrator's organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(&self, ctx: &Ctx<ManageUsers>) -> Result<Vec<UserRow>> {
        let rows = self.db().rows(LIST, values![ctx.grant.tenant(), ctx.grant.organisation(), PAGE_ROWS]).await?;
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::User)).await?;
        rows.iter()
            .map(|row| {
                Ok(UserRow {
                    id: row.parsed("id")?,
                    name: row.text("name")?,
                    email: row.text("email")?,
                    job_title: row.opt_text("job_title")?,
                    role: row.coded("role", Role::from_code)?,
                    organisation: None,
                    invited: row.flag("invited")?,
                    second_factor: row.flag("second_factor")?,
                    disabled: row.flag("disabled")?,
                })
            })
            .collect()
    }

    /// Stops somebody of the administrator's organisation from signing in; their sessions end at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for somebody of another organisation.
    pub async fn disable_user(&self, ctx: &Ctx<ManageUsers>, user: UserId) -> Result<()> {
        let mut tx = self.db().write().await?;
        if tx.run(DISABLE, values![ctx.grant.tenant(), user, ctx.grant.organisation()]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        end_sessions_of(&mut tx, user).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::User).of(user).because("disabled")).await
    }

    /// Sends somebody of the administrator's organisation a new link to choose a password, and lets in again
    /// who was stopped.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for somebody of another organisation.
    pub async fn send_link(&self, ctx: &Ctx<ManageUsers>, user: UserId) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().write().await?;
        if tx.run(ENABLE, values![tenant, user, ctx.grant.organisation()]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        // The subject makes this message another one than the first invitation.
        let request: LinkId = self.entropy().id(ctx.now);
        let message = (user, request.to_string());
        let template = MessageTemplate::Invitation;
        outbox::to_user(self, &mut tx, tenant, template, (message.0, &message.1), ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::User).of(user).because("link")).await
    }

    /// The same from the command line, by e-mail.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nobody signs in with it.
    pub async fn disable_by_email(&self, email: &Email, now: Timestamp) -> Result<()> {
        let record = self.sign_in_record(&email.folded()).await?.ok_or(StoreError::NotFound)?;
        let mut tx = self.db().write().await?;
        tx.run(DISABLE_BY_EMAIL, values![email.folded()]).await?;
        end_sessions_of(&mut tx, record.user).await?;
        let entry = Entry::system(record.tenant, Act::Change, Resource::User).of(record.user).because("disabled");
        self.commit(tx, now, entry).await
    }

    /// The accounts of an invented neighbourhood, for its one-click sign-in. Empty in a real installation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invented_accounts(&self, tenant: &TenantId) -> Result<Vec<UserRow>> {
        if !self.ledger().is_invented().await? {
            return Ok(vec![]);
        }
        let rows = self.db().rows(INVENTED_ACCOUNTS, values![tenant]).await?;
        rows.iter()
            .map(|row| {
                Ok(UserRow {
                    id: row.parsed("id")?,
                    name: row.text("name")?,
                    email: row.text("email")?,
                    job_title: row.opt_text("job_title")?,
                    role: row.coded("role", Role::from_code)?,
                    organisation: row.opt_text("organisation_name")?,
                    invited: false,
                    second_factor: false,
                    disabled: false,
                })
            })
            .collect()
    }

    /// Records a sign-out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signed_out(&self, actor: &Actor, now: Timestamp) -> Result<()> {
        let mut tx = self.db().write().await?;
        let entry = Entry::system(actor.tenant.clone(), Act::SignOut, Resource::User).of(actor.user).by(actor.user);
        self.ledger().note(&mut tx, now, entry).await?;
        tx.commit().await
    }
}
