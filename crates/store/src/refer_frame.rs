//! What surrounds the referral form in a practice: the scheme, and its link workers with the honest wait of each.

use std::collections::HashMap;

use fingerpost_domain::Date;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{OrganisationId, UserId};
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::wait::{WAIT_SAMPLE, Wait, honest_wait};
use fingerpost_policy::ReferPerson;

use crate::referrals::scheme_of;
use crate::{Ctx, Store};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, values};

statements! {
    WORKERS_OF_PRACTICE = "SELECT d.user_id, d.days, u.name, w.languages, w.phone, w.places, w.helps_with, (SELECT COUNT(*) FROM worker_picture x WHERE x.tenant = d.tenant AND x.user_id = d.user_id AND x.scheme = d.scheme) AS pictures, \
                           (SELECT MAX(b.until_day) FROM absence b WHERE b.tenant = d.tenant AND b.scheme = d.scheme AND b.worker = d.user_id AND b.from_day <= $4 AND b.until_day >= $4 AND b.ended_at IS NULL) AS away_until, \
                           (SELECT COUNT(*) FROM case_file c WHERE c.tenant = d.tenant AND c.scheme = d.scheme AND c.worker = d.user_id AND c.closed_at IS NULL) AS open_cases \
                           FROM link_worker_practice d JOIN link_worker w ON w.tenant = d.tenant AND w.user_id = d.user_id AND w.scheme = d.scheme \
                           JOIN app_user u ON u.tenant = d.tenant AND u.id = d.user_id AND u.disabled = 0 \
                           WHERE d.tenant = $1 AND d.practice = $2 AND d.scheme = $3 ORDER BY u.email_folded LIMIT 6";
    /// Of each of them the people sent last, seen or still waiting: leaving those out who wait would make a growing queue look like a
    /// short one.
    SENT_LAST = "SELECT l.worker, l.sent_at, l.first_contact FROM ( \
                 SELECT c.worker, c.sent_at, c.first_contact, ROW_NUMBER() OVER (PARTITION BY c.worker ORDER BY c.sent_at DESC, c.id DESC) AS place \
                 FROM link_worker_practice d CROSS JOIN case_file c WHERE d.tenant = $1 AND d.practice = $2 AND c.tenant = d.tenant AND c.worker = d.user_id \
                 AND c.scheme = d.scheme AND c.sent_at >= $3 AND (c.first_contact IS NOT NULL OR c.closed_at IS NULL)) l \
                 WHERE l.place <= $4 ORDER BY l.worker, l.sent_at DESC LIMIT 2000";
}

/// People sent longer ago say nothing about the wait of today.
const WAIT_MONTHS_BACK: i64 = 12;

/// A link worker as a referrer sees her before sending.
#[derive(Debug, Clone)]
pub struct WorkerCard {
    /// Who.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// Languages, in words.
    pub languages: String,
    /// Direct phone.
    pub phone: Option<String>,
    /// When in this practice, in words.
    pub days: String,
    /// Places in all.
    pub places: u32,
    /// Open cases.
    pub open_cases: u32,
    /// What they help with, in their own words.
    pub helps_with: Option<String>,
    /// There is a picture that they agreed to.
    pub picture: bool,
    /// The last day of being away, when they are away today.
    pub away_until: Option<Date>,
    /// The honest wait, when there are enough people to tell.
    pub wait: Option<Wait>,
}

/// What surrounds the referral form in a practice.
#[derive(Debug, Clone)]
pub struct ReferFrame {
    /// The scheme that takes up this practice's referrals.
    pub scheme: OrganisationId,
    /// Its name.
    pub scheme_name: String,
    /// Its terms.
    pub terms: SchemeTerms,
    /// Its link workers in this practice.
    pub workers: Vec<WorkerCard>,
}

impl Store {
    /// The scheme and link workers of the practice, or `None` when no scheme serves it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refer_frame(&self, ctx: &Ctx<ReferPerson>) -> Result<Option<ReferFrame>> {
        let (tenant, practice) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.db().read().await?;
        let Some((scheme, scheme_name, terms)) = scheme_of(&mut tx, tenant, practice).await? else { return Ok(None) };
        let today = day_of(ctx.now);
        let since = plus_days(today, -30 * WAIT_MONTHS_BACK);
        let sample = i64::try_from(WAIT_SAMPLE).unwrap_or(i64::MAX);
        let mut sent: HashMap<String, Vec<(Date, Option<Date>)>> = HashMap::new();
        for row in tx.rows(SENT_LAST, values![tenant, practice, instant_at(since, 0), sample]).await? {
            let pair = (day_of(row.at("sent_at")?), row.opt_parsed("first_contact")?);
            sent.entry(row.text("worker")?).or_default().push(pair);
        }
        let mut workers = vec![];
        for row in tx.rows(WORKERS_OF_PRACTICE, values![tenant, practice, scheme, today]).await? {
            let id = row.text("user_id")?;
            workers.push(WorkerCard {
                user: row.parsed("user_id")?,
                name: row.text("name")?,
                languages: row.text("languages")?,
                phone: row.opt_text("phone")?,
                days: row.text("days")?,
                places: row.small("places")?,
                open_cases: row.small("open_cases")?,
                helps_with: row.opt_text("helps_with")?,
                picture: row.int("pictures")? > 0,
                away_until: row.opt_parsed("away_until")?,
                wait: sent.get(&id).and_then(|people| honest_wait(people, today)),
            });
        }
        Ok(Some(ReferFrame { scheme, scheme_name, terms, workers }))
    }
}
