//! Schemes: their terms, the practices they serve, their link workers.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{OrganisationId, TenantId, UserId};
use fingerpost_domain::person::Phone;
use fingerpost_domain::role::Role;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_intake_rules::settings::IntakeSettings;

use crate::Store;
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::{Act, Entry, Resource};

statements! {
    /// One writer at a time for what has to be true of a whole scheme.
    HOLD = "UPDATE scheme SET min_age = min_age WHERE tenant = $1 AND organisation = $2";
    SETTINGS = "SELECT body FROM scheme_setting WHERE tenant = $1 AND scheme = $2 ORDER BY version DESC LIMIT 1";
    SETTINGS_AT = "SELECT body FROM scheme_setting WHERE tenant = $1 AND scheme = $2 AND changed_at <= $3 ORDER BY version DESC LIMIT 1";
    TERMS = "SELECT min_age, max_age, sessions_agreed, answer_working_days, self_referral FROM scheme WHERE tenant = $1 AND organisation = $2";
    HOLDERS = "SELECT m.user_id FROM membership m JOIN app_user u ON u.tenant = m.tenant AND u.id = m.user_id AND u.disabled = 0 \
               WHERE m.tenant = $1 AND m.organisation = $2 AND m.role = $3 ORDER BY m.user_id LIMIT 200";
    TRIAGERS = "SELECT m.user_id, m.role FROM membership m JOIN app_user u ON u.tenant = m.tenant AND u.id = m.user_id AND u.disabled = 0 \
                WHERE m.tenant = $1 AND m.organisation = $2 AND m.role IN ('supervisor', 'link_worker') ORDER BY m.role DESC, m.user_id LIMIT 200";
    INSERT = "INSERT INTO scheme (tenant, organisation, min_age, max_age, sessions_agreed, answer_working_days, self_referral) VALUES ($1, $2, $3, $4, $5, $6, $7) \
              ON CONFLICT (tenant, organisation) DO UPDATE SET min_age = excluded.min_age, max_age = excluded.max_age, \
              sessions_agreed = excluded.sessions_agreed, answer_working_days = excluded.answer_working_days, self_referral = excluded.self_referral";
    PUT_PHONE = "UPDATE organisation SET phone = $2, changed_at = $3 WHERE id = $1";
    SERVE = "INSERT INTO scheme_practice (tenant, practice, scheme) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant, practice) DO UPDATE SET scheme = excluded.scheme";
    ADD_WORKER = "INSERT INTO link_worker (tenant, user_id, scheme, languages, phone, places) VALUES ($1, $2, $3, $4, $5, $6) \
                  ON CONFLICT (tenant, user_id, scheme) DO UPDATE SET languages = excluded.languages, phone = excluded.phone, places = excluded.places";
    PUT_DAYS = "INSERT INTO link_worker_practice (tenant, practice, user_id, scheme, days) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT (tenant, practice, user_id) DO UPDATE SET days = excluded.days";
}

/// A scheme to be set up, with the practices it serves.
#[derive(Debug, Clone)]
pub struct NewScheme {
    /// The organisation that runs it.
    pub organisation: OrganisationId,
    /// Its phone, where it is to be set.
    pub phone: Option<Phone>,
    /// Its terms.
    pub terms: SchemeTerms,
    /// The practices it serves.
    pub practices: Vec<OrganisationId>,
}

/// When a link worker is where.
#[derive(Debug, Clone)]
pub struct WorkerDays {
    /// The practice.
    pub practice: OrganisationId,
    /// In words: "Tuesdays and Thursdays, room 4".
    pub days: String,
}

pub(crate) fn terms(row: &Row) -> Result<SchemeTerms> {
    Ok(SchemeTerms {
        min_age: row.small("min_age")?,
        max_age: row.opt_int("max_age")?.and_then(|age| i16::try_from(age).ok()),
        sessions_agreed: row.small("sessions_agreed")?,
        answer_working_days: row.small("answer_working_days")?,
        self_referral: row.flag("self_referral")?,
    })
}

/// Makes somebody a link worker: languages, direct phone, places.
pub(crate) async fn add_worker(
    tx: &mut Tx,
    tenant: &TenantId,
    (user, scheme): (UserId, OrganisationId),
    (languages, phone, places): (&str, Option<&str>, u16),
) -> Result<()> {
    tx.run(ADD_WORKER, values![tenant, user, scheme, languages, phone, i64::from(places)]).await.map(drop)
}

/// Who is told of a waiting referral: supervisors, or link workers where a scheme has none.
///
/// # Errors
/// When the database fails.
pub async fn triagers(tx: &mut Tx, tenant: &TenantId, scheme: OrganisationId) -> Result<Vec<UserId>> {
    triagers_among(&tx.rows(TRIAGERS, values![tenant, scheme]).await?)
}

/// The same, of rows with the supervisors and link workers of a scheme: `user_id` and `role`, empty where there is nobody.
pub(crate) fn triagers_among(rows: &[Row]) -> Result<Vec<UserId>> {
    let mut found: Vec<(Role, UserId)> = vec![];
    for row in rows {
        found.extend(row.opt_coded("role", Role::from_code)?.zip(row.opt_parsed("user_id")?));
    }
    let supervised = found.iter().any(|(role, _)| *role == Role::Supervisor);
    Ok(found.into_iter().filter(|(role, _)| !supervised || *role == Role::Supervisor).map(|(_, user)| user).collect())
}

/// Who has a role in a scheme and can sign in.
///
/// # Errors
/// When the database fails.
pub async fn holders(tx: &mut Tx, tenant: &TenantId, scheme: OrganisationId, role: Role) -> Result<Vec<UserId>> {
    let rows = tx.rows(HOLDERS, values![tenant, scheme, role.code()]).await?;
    rows.iter().map(|row| row.parsed("user_id")).collect()
}

fn settings_read(row: Option<&Row>) -> Result<IntakeSettings> {
    let Some(row) = row else { return Ok(IntakeSettings::default()) };
    IntakeSettings::from_json(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))
}

/// Holds a scheme until the change ends: whoever else holds it waits.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut Tx, tenant: &TenantId, scheme: OrganisationId) -> Result<()> {
    tx.run(HOLD, values![tenant, scheme]).await.map(drop)
}

/// What a scheme has set of its intake, inside a change.
///
/// # Errors
/// When the database fails.
pub async fn settings(tx: &mut Tx, tenant: &TenantId, scheme: OrganisationId) -> Result<IntakeSettings> {
    settings_read(tx.row(SETTINGS, values![tenant, scheme]).await?.as_ref())
}

/// What a scheme had set at a moment: what was promised then stays promised.
///
/// # Errors
/// When the database fails.
pub(crate) async fn settings_at(
    tx: &mut Tx,
    (tenant, scheme): (&TenantId, OrganisationId),
    at: Timestamp,
) -> Result<IntakeSettings> {
    settings_read(tx.row(SETTINGS_AT, values![tenant, scheme, at]).await?.as_ref())
}

impl Store {
    /// What a scheme has set of its intake; what every scheme begins with where it has set nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn intake_settings(&self, tenant: &TenantId, scheme: OrganisationId) -> Result<IntakeSettings> {
        settings_read(self.db().row(SETTINGS, values![tenant, scheme]).await?.as_ref())
    }

    /// The terms of a scheme; none where the organisation runs none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scheme_terms(&self, tenant: &TenantId, scheme: OrganisationId) -> Result<Option<SchemeTerms>> {
        self.db().row(TERMS, values![tenant, scheme]).await?.as_ref().map(terms).transpose()
    }

    /// Sets a scheme up, or changes its terms and adds practices.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_scheme(&self, tenant: &TenantId, scheme: &NewScheme, now: Timestamp) -> Result<()> {
        let mut tx = self.db().write().await?;
        let terms = &scheme.terms;
        let values = values![
            tenant,
            scheme.organisation,
            i64::from(terms.min_age),
            terms.max_age.map(i64::from),
            i64::from(terms.sessions_agreed),
            i64::from(terms.answer_working_days),
            terms.self_referral,
        ];
        tx.run(INSERT, values).await?;
        if let Some(phone) = &scheme.phone {
            tx.run(PUT_PHONE, values![scheme.organisation, phone.as_str(), now]).await?;
        }
        for practice in &scheme.practices {
            tx.run(SERVE, values![tenant, *practice, scheme.organisation]).await?;
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Organisations).of(scheme.organisation);
        self.commit(tx, now, entry).await
    }

    /// Makes somebody a link worker of a scheme: languages, direct phone, places, days at practices.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_link_worker(
        &self,
        tenant: &TenantId,
        (user, scheme): (UserId, OrganisationId),
        profile: (&str, Option<&str>, u16),
        days: &[WorkerDays],
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.db().write().await?;
        add_worker(&mut tx, tenant, (user, scheme), profile).await?;
        for day in days {
            tx.run(PUT_DAYS, values![tenant, day.practice, user, scheme, &day.days]).await?;
        }
        self.commit(tx, now, Entry::system(tenant.clone(), Act::Change, Resource::User).of(user)).await
    }
}
