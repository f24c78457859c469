//! What link workers say of themselves: languages, days, what they help with, a picture; and who may be met at a practice.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{OrganisationId, TenantId, UserId};
use fingerpost_domain::need::{self, Need};
use fingerpost_domain::person::Phone;
use fingerpost_domain::text::Line;
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_intake_rules::profile::Profile;
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::KeepProfile;
use fingerpost_store::Ctx;

use crate::Intake;

statements! {
    WORKERS = "SELECT w.user_id, u.name FROM link_worker w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id AND u.disabled = 0 \
               WHERE w.tenant = $1 AND w.scheme = $2 AND (CAST($3 AS TEXT) IS NULL OR w.user_id = $3) ORDER BY u.name, w.user_id LIMIT 200";
    ONE = "SELECT u.name, w.languages, w.phone, w.places, w.helps_with, w.skills, w.shown_at, \
           (SELECT p.consented_at FROM worker_picture p WHERE p.tenant = w.tenant AND p.user_id = w.user_id AND p.scheme = w.scheme) AS picture_at \
           FROM link_worker w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id \
           WHERE w.tenant = $1 AND w.scheme = $2 AND w.user_id = $3 AND (CAST($4 AS TEXT) IS NULL OR w.user_id = $4)";
    DAYS = "SELECT p.practice, o.name, o.slug, d.days FROM scheme_practice p JOIN organisation o ON o.id = p.practice \
            LEFT JOIN link_worker_practice d ON d.tenant = p.tenant AND d.practice = p.practice AND d.user_id = $3 AND d.scheme = p.scheme \
            WHERE p.tenant = $1 AND p.scheme = $2 ORDER BY o.name_folded, o.id LIMIT 2000";
    CHANGE = "UPDATE link_worker SET languages = $4, phone = $5, places = $6, helps_with = $7, skills = $8, \
              shown_at = CASE WHEN $9 = 0 THEN NULL ELSE COALESCE(shown_at, $10) END WHERE tenant = $1 AND scheme = $2 AND user_id = $3";
    PUT_DAYS = "INSERT INTO link_worker_practice (tenant, practice, user_id, scheme, days) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT (tenant, practice, user_id) DO UPDATE SET days = excluded.days, scheme = excluded.scheme";
    DROP_DAYS = "DELETE FROM link_worker_practice WHERE tenant = $1 AND practice = $2 AND user_id = $3 AND scheme = $4";
    PUT_PICTURE = "INSERT INTO worker_picture (tenant, user_id, scheme, jpeg, consented_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (tenant, user_id, scheme) DO UPDATE SET jpeg = excluded.jpeg, consented_at = excluded.consented_at";
    DROP_PICTURE = "DELETE FROM worker_picture WHERE tenant = $1 AND user_id = $2 AND scheme = $3";
    /// For those who sign in for a practice that the scheme serves, or for the scheme.
    PICTURE = "SELECT p.jpeg FROM worker_picture p JOIN app_user u ON u.tenant = p.tenant AND u.id = p.user_id AND u.disabled = 0 WHERE p.tenant = $1 AND p.user_id = $2 AND (p.scheme = $3 \
               OR p.scheme = (SELECT s.scheme FROM scheme_practice s WHERE s.tenant = $1 AND s.practice = $3))";
    /// For anybody: only of those who agreed to be shown.
    PICTURE_SHOWN = "SELECT p.jpeg FROM organisation o JOIN link_worker_practice d ON d.practice = o.id AND d.user_id = $2 \
                     JOIN scheme_practice s ON s.tenant = d.tenant AND s.practice = d.practice AND s.scheme = d.scheme \
                     JOIN link_worker w ON w.tenant = d.tenant AND w.user_id = d.user_id AND w.scheme = d.scheme AND w.shown_at IS NOT NULL \
                     JOIN worker_picture p ON p.tenant = d.tenant AND p.user_id = d.user_id AND p.scheme = d.scheme \
                     JOIN app_user u ON u.tenant = d.tenant AND u.id = d.user_id AND u.disabled = 0 WHERE o.slug = $1";
    PLACE = "SELECT p.tenant, p.practice, p.scheme, o.name, s.name AS scheme_name, s.slug AS scheme_slug, s.phone AS scheme_phone, t.self_referral \
             FROM organisation o JOIN scheme_practice p ON p.practice = o.id JOIN organisation s ON s.id = p.scheme \
             JOIN scheme t ON t.tenant = p.tenant AND t.organisation = p.scheme WHERE o.slug = $1 ORDER BY p.tenant LIMIT 1";
    MET = "SELECT d.user_id, d.days, u.name, w.languages, w.phone, w.helps_with, \
           (SELECT COUNT(*) FROM worker_picture x WHERE x.tenant = w.tenant AND x.user_id = w.user_id AND x.scheme = w.scheme) AS pictures \
           FROM link_worker_practice d JOIN link_worker w ON w.tenant = d.tenant AND w.user_id = d.user_id AND w.scheme = d.scheme \
           JOIN app_user u ON u.tenant = d.tenant AND u.id = d.user_id AND u.disabled = 0 \
           WHERE d.tenant = $1 AND d.practice = $2 AND d.scheme = $3 AND w.shown_at IS NOT NULL ORDER BY u.name, d.user_id LIMIT 20";
}

/// A link worker whose profile may be opened.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
}

/// A link worker's profile, with the practices that the scheme serves.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    /// Their name.
    pub name: String,
    /// Languages, in words.
    pub languages: String,
    /// Direct telephone.
    pub phone: Option<String>,
    /// Open cases they can hold.
    pub places: u32,
    /// What they help with.
    pub helps_with: Option<String>,
    /// The needs they know best.
    pub skills: Vec<Need>,
    /// When they agreed that anybody may read it.
    pub shown_at: Option<Timestamp>,
    /// When they agreed to the picture; none while there is none.
    pub picture_at: Option<Timestamp>,
    /// The practices that the scheme serves, and when the worker is there.
    pub days: Vec<DaysRow>,
}

/// When a link worker is at one practice.
#[derive(Debug, Clone)]
pub struct DaysRow {
    /// The practice.
    pub practice: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// When, in words; none where never.
    pub days: Option<String>,
}

/// A practice whose link workers anybody may meet.
#[derive(Debug, Clone)]
pub struct Met {
    /// The practice.
    pub name: String,
    /// The scheme.
    pub scheme_name: String,
    /// Its name in addresses.
    pub scheme_slug: String,
    /// Its telephone.
    pub scheme_phone: Option<String>,
    /// People may ask for help themselves.
    pub self_referral: bool,
    /// Those of its link workers who agreed to be shown.
    pub workers: Vec<MetWorker>,
}

/// A link worker as anybody may meet them.
#[derive(Debug, Clone)]
pub struct MetWorker {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// When they are there.
    pub days: String,
    /// Languages, in words.
    pub languages: String,
    /// Direct telephone.
    pub phone: Option<String>,
    /// What they help with.
    pub helps_with: Option<String>,
    /// There is a picture.
    pub picture: bool,
}

fn jpeg(row: &Row) -> Result<Vec<u8>> {
    STANDARD.decode(row.text("jpeg")?).map_err(|_| StoreError::corrupt("jpeg"))
}

impl Intake {
    /// The link workers whose profiles the reader may keep: their own, or all of the scheme for its supervisor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workers(&self, ctx: &Ctx<KeepProfile>) -> Result<Vec<Worker>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.only_user()];
        let rows = self.0.ledger().db().rows(WORKERS, of).await?;
        rows.iter().map(|row| Ok(Worker { user: row.parsed("user_id")?, name: row.text("name")? })).collect()
    }

    /// The profile of a link worker.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for somebody else's, where the reader keeps their own only, and outside the scheme.
    pub async fn profile(&self, ctx: &Ctx<KeepProfile>, user: UserId) -> Result<ProfileRow> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let row = tx.row(ONE, values![tenant, scheme, user, ctx.grant.only_user()]).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let days = tx.rows(DAYS, values![tenant, scheme, user]).await?;
        let day = |row: &Row| {
            Ok(DaysRow {
                practice: row.parsed("practice")?,
                name: row.text("name")?,
                slug: row.text("slug")?,
                days: row.opt_text("days")?,
            })
        };
        Ok(ProfileRow {
            name: row.text("name")?,
            languages: row.text("languages")?,
            phone: row.opt_text("phone")?,
            places: row.small("places")?,
            helps_with: row.opt_text("helps_with")?,
            skills: need::read(row.text("skills")?.split_whitespace()),
            shown_at: row.opt_at("shown_at")?,
            picture_at: row.opt_at("picture_at")?,
            days: days.iter().map(day).collect::<Result<_>>()?,
        })
    }

    /// Changes a profile; `practices` are those of the form, in the order of its days.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] as for [`Intake::profile`], and for a practice that the scheme does not serve.
    pub async fn change_profile(
        &self,
        ctx: &Ctx<KeepProfile>,
        user: UserId,
        (profile, practices): (&Profile, &[OrganisationId]),
    ) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        tx.row(ONE, values![tenant, scheme, user, ctx.grant.only_user()]).await?.ok_or(StoreError::NotFound)?;
        let skills: Vec<&str> = profile.skills.iter().map(|need| need.code()).collect();
        let values = values![
            tenant,
            scheme,
            user,
            profile.languages.as_str(),
            profile.phone.as_ref().map(Phone::as_str),
            i64::from(profile.places),
            profile.helps_with.as_ref().map(Line::as_str),
            skills.join(" "),
            profile.shown,
            ctx.now,
        ];
        tx.run(CHANGE, values).await?;
        let mut stands: HashMap<OrganisationId, Option<String>> = HashMap::new();
        for row in tx.rows(DAYS, values![tenant, scheme, user]).await? {
            stands.insert(row.parsed("practice")?, row.opt_text("days")?);
        }
        for (practice, days) in practices.iter().zip(&profile.days) {
            let before = stands.get(practice).ok_or(StoreError::NotFound)?;
            match days {
                same if same.as_ref().map(Line::as_str) == before.as_deref() => 0,
                Some(days) => tx.run(PUT_DAYS, values![tenant, *practice, user, scheme, days.as_str()]).await?,
                None => tx.run(DROP_DAYS, values![tenant, *practice, user, scheme]).await?,
            };
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::User).of(user).because("profile")).await
    }

    /// Keeps a picture of somebody who has agreed to it: a JPEG that we wrote ourselves.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] as for [`Intake::profile`].
    pub async fn put_picture(&self, ctx: &Ctx<KeepProfile>, user: UserId, jpeg: &[u8]) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        tx.row(ONE, values![tenant, scheme, user, ctx.grant.only_user()]).await?.ok_or(StoreError::NotFound)?;
        tx.run(PUT_PICTURE, values![tenant, user, scheme, STANDARD.encode(jpeg), ctx.now]).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::User).of(user).because("picture")).await
    }

    /// Takes a picture away for good.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] as for [`Intake::profile`].
    pub async fn drop_picture(&self, ctx: &Ctx<KeepProfile>, user: UserId) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        tx.row(ONE, values![tenant, scheme, user, ctx.grant.only_user()]).await?.ok_or(StoreError::NotFound)?;
        tx.run(DROP_PICTURE, values![tenant, user, scheme]).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Withdraw, Resource::User).of(user).because("picture")).await
    }

    /// The picture of a link worker, for those who sign in at `place`: a practice that their scheme serves, or the scheme itself.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none for them.
    pub async fn picture(&self, (tenant, place): (&TenantId, OrganisationId), user: UserId) -> Result<Vec<u8>> {
        let row = self.0.ledger().db().row(PICTURE, values![tenant, user, place]).await?;
        jpeg(&row.ok_or(StoreError::NotFound)?)
    }

    /// The same for anybody: of those who agreed to be shown at this practice.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none.
    pub async fn picture_shown(&self, practice: &str, user: UserId) -> Result<Vec<u8>> {
        let row = self.0.ledger().db().row(PICTURE_SHOWN, values![practice, user]).await?;
        jpeg(&row.ok_or(StoreError::NotFound)?)
    }

    /// The link workers of a practice who agreed to be shown to anybody.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where no scheme serves a practice of this name.
    pub async fn meet(&self, slug: &str) -> Result<Met> {
        let mut tx = self.0.ledger().db().read().await?;
        let row = tx.row(PLACE, values![slug]).await?.ok_or(StoreError::NotFound)?;
        let (tenant, practice): (TenantId, OrganisationId) = (row.parsed("tenant")?, row.parsed("practice")?);
        let scheme: OrganisationId = row.parsed("scheme")?;
        let workers = tx.rows(MET, values![&tenant, practice, scheme]).await?;
        let worker = |row: &Row| {
            Ok(MetWorker {
                user: row.parsed("user_id")?,
                name: row.text("name")?,
                days: row.text("days")?,
                languages: row.text("languages")?,
                phone: row.opt_text("phone")?,
                helps_with: row.opt_text("helps_with")?,
                picture: row.int("pictures")? > 0,
            })
        };
        Ok(Met {
            name: row.text("name")?,
            scheme_name: row.text("scheme_name")?,
            scheme_slug: row.text("scheme_slug")?,
            scheme_phone: row.opt_text("scheme_phone")?,
            self_referral: row.flag("self_referral")?,
            workers: workers.iter().map(worker).collect::<Result<_>>()?,
        })
    }
}
