//! Counts of flow for those who see flow, not content. Suppression is the reader's page's: see
//! [`fingerpost_domain::small_numbers`].

mod became;

use std::collections::HashMap;

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{CaseId, OrganisationId, ReferralId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{ReadCounted, ReadFlow};

use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_store::{Ctx, PAGE_ROWS, Store, person_name};

statements! {
    // Each half of a union goes by its own index, where an OR would read everything that the tenant has. Those who asked a scheme
    // themselves have the scheme in both columns: they belong to the first half alone.
    BY_PRACTICE = "SELECT o.slug, o.name, COUNT(*) AS sent, \
                   CAST(SUM(CASE WHEN r.state IN ('sent', 'returned') THEN 1 ELSE 0 END) AS BIGINT) AS waiting, \
                   CAST(SUM(CASE WHEN r.state = 'accepted' THEN 1 ELSE 0 END) AS BIGINT) AS accepted, \
                   CAST(SUM(CASE WHEN r.state = 'not_accepted' THEN 1 ELSE 0 END) AS BIGINT) AS not_accepted, \
                   CAST(SUM(CASE WHEN r.state = 'declined_by_person' THEN 1 ELSE 0 END) AS BIGINT) AS declined, \
                   CAST(SUM(CASE WHEN r.state = 'withdrawn' THEN 1 ELSE 0 END) AS BIGINT) AS withdrawn \
                   FROM (SELECT practice, state FROM referral WHERE tenant = $1 AND scheme = $2 AND sent_at >= $3 \
                   UNION ALL SELECT practice, state FROM referral WHERE tenant = $1 AND practice = $2 AND scheme <> $2 AND sent_at >= $3) r \
                   JOIN organisation o ON o.id = r.practice GROUP BY o.id, o.slug, o.name, o.name_folded ORDER BY o.name_folded, o.id LIMIT $4";
    MONTHS = "WITH month (n, begins, ends) AS (VALUES (1, CAST($3 AS BIGINT), CAST($4 AS BIGINT)), (2, CAST($5 AS BIGINT), CAST($6 AS BIGINT)), (3, CAST($7 AS BIGINT), CAST($8 AS BIGINT)), (4, CAST($9 AS BIGINT), CAST($10 AS BIGINT)), (5, CAST($11 AS BIGINT), CAST($12 AS BIGINT)), (6, CAST($13 AS BIGINT), CAST($14 AS BIGINT)), (7, CAST($15 AS BIGINT), CAST($16 AS BIGINT)), (8, CAST($17 AS BIGINT), CAST($18 AS BIGINT)), (9, CAST($19 AS BIGINT), CAST($20 AS BIGINT)), (10, CAST($21 AS BIGINT), CAST($22 AS BIGINT)), (11, CAST($23 AS BIGINT), CAST($24 AS BIGINT)), (12, CAST($25 AS BIGINT), CAST($26 AS BIGINT))) \
              SELECT m.n, (SELECT COUNT(*) FROM referral r WHERE r.tenant = $1 AND r.scheme = $2 AND r.sent_at >= m.begins AND r.sent_at < m.ends AND (CAST($27 AS TEXT) IS NULL OR r.practice = $27)) \
              + (SELECT COUNT(*) FROM referral r WHERE r.tenant = $1 AND r.practice = $2 AND r.scheme <> $2 AND r.sent_at >= m.begins AND r.sent_at < m.ends AND (CAST($27 AS TEXT) IS NULL OR r.practice = $27)) AS referrals, \
              (SELECT COUNT(*) FROM signpost s WHERE s.tenant = $1 AND s.organisation IN (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2 UNION SELECT $2) \
              AND s.made_at >= m.begins AND s.made_at < m.ends AND s.taken_back_at IS NULL AND (CAST($27 AS TEXT) IS NULL OR s.organisation = $27)) AS signposts FROM month m ORDER BY m.n";
    /// A row for each practice, its waits in one text: thousands of rows would each cost a turn of the engine.
    WAITS = "SELECT practice, STRING_AGG(CAST(sent_at AS TEXT) || ' ' || COALESCE(first_contact, '') || ' ' || CASE WHEN closed_at IS NULL THEN 'open' ELSE '' END, ';') AS waits FROM (SELECT practice, sent_at, first_contact, closed_at FROM ( \
             SELECT practice, sent_at, first_contact, closed_at, opened_at, id FROM case_file WHERE tenant = $1 AND scheme = $2 AND opened_at >= $3 AND opened_at > 0 AND (first_contact IS NOT NULL OR closed_at IS NULL) AND (CAST($6 AS TEXT) IS NULL OR practice = $6) \
             UNION ALL SELECT practice, sent_at, first_contact, closed_at, opened_at, id FROM case_file WHERE tenant = $1 AND practice = $2 AND scheme <> $2 AND opened_at >= $3 AND (first_contact IS NOT NULL OR closed_at IS NULL) AND (CAST($6 AS TEXT) IS NULL OR practice = $6)) c \
             ORDER BY opened_at DESC, id LIMIT $4) w GROUP BY practice ORDER BY practice LIMIT $5";
    OPEN = "SELECT practice, COUNT(*) AS n FROM (SELECT practice FROM case_file WHERE tenant = $1 AND scheme = $2 AND closed_at IS NULL \
            UNION ALL SELECT practice FROM case_file WHERE tenant = $1 AND practice = $2 AND scheme <> $2 AND closed_at IS NULL) c GROUP BY practice ORDER BY practice LIMIT $3";
    SERVED = "SELECT o.slug, o.name FROM organisation o WHERE o.id IN (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2 UNION SELECT $2) ORDER BY o.name_folded, o.id LIMIT $3";
    NAME = "SELECT slug, name, name_folded FROM organisation WHERE id = $1";
    /// What a scheme may name: not who was taken back before it answered.
    SENT_TO = "SELECT r.id, r.case_id, r.given, r.family, r.preferred, r.state, r.sent_at, o.name AS practice_name FROM referral r JOIN organisation o ON o.id = r.practice \
               WHERE r.tenant = $1 AND r.scheme = $2 AND r.sent_at >= $3 AND r.sent_at < $4 AND (CAST($5 AS TEXT) IS NULL OR r.state = $5 OR (CAST($5 AS TEXT) = 'sent' AND r.state = 'returned')) AND (CAST($6 AS TEXT) IS NULL OR o.slug = $6) \
               AND r.state <> 'withdrawn' ORDER BY r.sent_at DESC, r.id DESC LIMIT $7 OFFSET $8";
    SENT_FROM = "SELECT r.id, NULL AS case_id, r.given, r.family, r.preferred, r.state, r.sent_at, o.name AS practice_name FROM referral r JOIN organisation o ON o.id = r.practice \
                 WHERE r.tenant = $1 AND r.practice = $2 AND r.sent_at >= $3 AND r.sent_at < $4 AND (CAST($5 AS TEXT) IS NULL OR r.state = $5 OR (CAST($5 AS TEXT) = 'sent' AND r.state = 'returned')) \
                 AND (CAST($8 AS TEXT) IS NULL OR r.reason = $8) ORDER BY r.sent_at DESC, r.id DESC LIMIT $6 OFFSET $7";
    OPEN_NOW = "SELECT c.id AS case_id, p.given, p.family, p.preferred, c.sent_at, c.first_contact, o.name AS practice_name FROM case_file c \
                JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN organisation o ON o.id = c.practice \
                WHERE c.tenant = $1 AND c.scheme = $2 AND c.closed_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR o.slug = $3) \
                AND ($4 = 0 OR (c.first_contact IS NULL AND c.opened_at >= $5)) AND c.sent_at >= $6 AND c.sent_at < $7 ORDER BY c.sent_at, c.id LIMIT $8 OFFSET $9";
    SIGNPOSTS = "SELECT o.name, o.slug, COUNT(*) AS n FROM signpost s JOIN organisation o ON o.id = s.organisation \
                 WHERE s.tenant = $1 AND s.organisation IN (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2 UNION SELECT $2) \
                 AND s.made_at >= $3 AND s.taken_back_at IS NULL GROUP BY o.id, o.name, o.slug, o.name_folded ORDER BY o.name_folded, o.id LIMIT $4";
}

/// Cases whose waits one page looks at, newest first.
const WAIT_ROWS: i64 = 20_000;

/// Places to choose from, at most.
const PLACES: i64 = 2_000;

/// The flow of one month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthRow {
    /// Referrals sent.
    pub referrals: u64,
    /// Signposts noted: beside, never with them.
    pub signposts: u64,
}

/// How those who were sent in one month fared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthWaits {
    /// For each of their cases: the day the referral was sent, the day of the first contact.
    pub waits: Vec<(Date, Option<Date>)>,
    /// Of their cases, those open now.
    pub open: u64,
}

/// How the people of one practice fared on the way to a first contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PracticeRow {
    /// Its name in addresses.
    pub slug: String,
    /// The practice.
    pub practice: String,
    /// For each case opened in the time asked about: the day the referral was sent, the day of the first contact.
    pub waits: Vec<(Date, Option<Date>)>,
    /// Cases open now.
    pub open: u64,
}

/// Signposts of one place. They are counted beside referrals, never with them.
#[derive(Debug, Clone)]
pub struct SignpostsRow {
    /// The place.
    pub place: String,
    /// Its name in addresses.
    pub slug: String,
    /// How many.
    pub count: u64,
}

/// The flow of one practice.
#[derive(Debug, Clone)]
pub struct FlowRow {
    /// Its name in addresses.
    pub slug: String,
    /// The practice.
    pub practice: String,
    /// Referrals sent.
    pub sent: u64,
    /// Of those, waiting for an answer.
    pub waiting: u64,
    /// Accepted.
    pub accepted: u64,
    /// Not accepted by the scheme.
    pub not_accepted: u64,
    /// The person said no when the scheme asked.
    pub declined: u64,
    /// Taken back.
    pub withdrawn: u64,
}

/// Which of a count's people a list names.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// Of one state, or all that were sent.
    pub state: Option<ReferralState>,
    /// Not accepted for one reason. Of one practice only.
    pub reason: Option<NotAcceptedReason>,
    /// Of one practice, by its name in addresses.
    pub practice: Option<&'a str>,
    /// Sent from this instant on.
    pub from: Timestamp,
    /// Sent before this instant.
    pub until: Timestamp,
    /// How many are left out before the first: a list is read in parts of [`PART`].
    pub after: i64,
}

/// People of one part of a list. One more is read, which says whether another part follows.
pub const PART: usize = 200;
const PART_ROWS: i64 = PART as i64 + 1;

/// One person behind a count.
#[derive(Debug, Clone)]
pub struct CountedRow {
    /// The referral, where it is one that is counted.
    pub referral: Option<ReferralId>,
    /// Their case, for the scheme.
    pub case: Option<CaseId>,
    /// The person.
    pub name: PersonName,
    /// Where the referral stands; none for an open case.
    pub state: Option<ReferralState>,
    /// The day of the first contact, for an open case.
    pub first_contact: Option<Date>,
    /// From which practice.
    pub practice: String,
    /// When the referral was sent.
    pub sent_at: Timestamp,
}

fn counted_row(row: &Row, referral: bool) -> Result<CountedRow> {
    Ok(CountedRow {
        referral: if referral { Some(row.parsed("id")?) } else { None },
        case: row.opt_parsed("case_id")?,
        name: person_name(row)?,
        state: if referral { Some(row.coded("state", ReferralState::from_code)?) } else { None },
        first_contact: if referral { None } else { row.opt_parsed("first_contact")? },
        practice: row.text("practice_name")?,
        sent_at: row.at("sent_at")?,
    })
}

/// A case as its wait counts: the day on which it was sent, that of the first contact, and whether it is open.
struct Waited {
    sent: Timestamp,
    first: Option<Date>,
    open: bool,
}

/// Reads the waits of a practice as the statement joins them.
fn waits(joined: &str) -> Result<Vec<Waited>> {
    let corrupt = || StoreError::corrupt("waits");
    joined
        .split(';')
        .map(|each| {
            let (sent, rest) = each.split_once(' ').ok_or_else(corrupt)?;
            let (first, open) = rest.split_once(' ').ok_or_else(corrupt)?;
            let sent =
                sent.parse().ok().and_then(|micros| Timestamp::from_microsecond(micros).ok()).ok_or_else(corrupt)?;
            let first = if first.is_empty() { None } else { Some(first.parse().map_err(|_| corrupt())?) };
            Ok(Waited { sent, first, open: open == "open" })
        })
        .collect()
}

pub use became::{Became, BecameRow};

/// Counts of flow. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Flow(Store);

impl Flow {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }

    /// The people behind a count of the scheme's referrals, newest first: one part, and one more where another follows. Whoever was taken back
    /// before an answer is not named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn counted_in_scheme(&self, ctx: &Ctx<ReadCounted>, of: Counted<'_>) -> Result<Vec<CountedRow>> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let state = of.state.map(ReferralState::code);
        let wanted = values![tenant, scheme, of.from, of.until, state, of.practice, PART_ROWS, of.after];
        let rows = self.0.ledger().db().rows(SENT_TO, wanted).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::ReferralList)).await?;
        rows.iter().map(|row| counted_row(row, true)).collect()
    }

    /// The people behind a count of a practice's referrals, newest first: one part, and one more where another follows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn counted_in_practice(&self, ctx: &Ctx<ReadCounted>, of: Counted<'_>) -> Result<Vec<CountedRow>> {
        let (tenant, practice) = (ctx.grant.tenant(), ctx.grant.organisation());
        let (state, reason) = (of.state.map(ReferralState::code), of.reason.map(NotAcceptedReason::code));
        let wanted = values![tenant, practice, of.from, of.until, state, PART_ROWS, of.after, reason];
        let rows = self.0.ledger().db().rows(SENT_FROM, wanted).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::ReferralList)).await?;
        rows.iter().map(|row| counted_row(row, true)).collect()
    }

    /// The people behind a count of the scheme's open cases, longest first, whatever the state of `of`: one part, and one more where
    /// another follows. With `waiting_since` only those opened since then who still wait for a first contact.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_in_scheme(
        &self,
        ctx: &Ctx<ReadCounted>,
        of: Counted<'_>,
        waiting_since: Option<Timestamp>,
    ) -> Result<Vec<CountedRow>> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let (waiting, since) = (waiting_since.is_some(), waiting_since.unwrap_or(Timestamp::UNIX_EPOCH));
        let wanted = values![tenant, scheme, of.practice, waiting, since, of.from, of.until, PART_ROWS, of.after];
        let rows = self.0.ledger().db().rows(OPEN_NOW, wanted).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Caseload)).await?;
        rows.iter().map(|row| counted_row(row, false)).collect()
    }

    /// The flow of each of twelve months, given as pairs of their first instant and the next month's; of one practice, or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flow_by_month(
        &self,
        ctx: &Ctx<ReadFlow>,
        months: &[(Timestamp, Timestamp); 12],
        practice: Option<OrganisationId>,
    ) -> Result<Vec<MonthRow>> {
        let mut all = values![ctx.grant.tenant(), ctx.grant.organisation()];
        all.extend(months.iter().flat_map(|(begins, ends)| values![*begins, *ends]));
        all.extend(values![practice]);
        let rows = self.0.ledger().db().rows(MONTHS, all).await?;
        let month = |row: &Row| Ok(MonthRow { referrals: row.small("referrals")?, signposts: row.small("signposts")? });
        rows.iter().map(month).collect()
    }

    /// The places whose flow the reader sees, by name: their own and the practices of their scheme, at most two thousand. Slug and name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn places(&self, ctx: &Ctx<ReadFlow>) -> Result<Vec<(String, String)>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), PLACES];
        let rows = self.0.ledger().db().rows(SERVED, wanted).await?;
        rows.iter().map(|row| Ok((row.text("slug")?, row.text("name")?))).collect()
    }

    /// Waits and open cases by the month in which the referral was sent, of one practice or of all; of the newest twenty thousand
    /// cases opened since the first month began.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waits_by_month(
        &self,
        ctx: &Ctx<ReadFlow>,
        months: &[(Timestamp, Timestamp); 12],
        practice: Option<OrganisationId>,
    ) -> Result<[MonthWaits; 12]> {
        let since = months[0].0;
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), since, WAIT_ROWS, PAGE_ROWS, practice];
        let mut all: [MonthWaits; 12] = Default::default();
        for row in self.0.ledger().db().rows(WAITS, wanted).await? {
            for each in waits(&row.text("waits")?)? {
                let month = months.iter().position(|(begins, ends)| (*begins..*ends).contains(&each.sent));
                // Sent before the first month, and opened in it.
                let Some(month) = month else { continue };
                all[month].waits.push((day_of(each.sent), each.first));
                all[month].open += u64::from(each.open);
            }
        }
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Flow)).await?;
        Ok(all)
    }

    /// Waits of the cases opened since `since`, at most the newest twenty thousand, and the cases open now, by
    /// practice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flow_of_practices(&self, ctx: &Ctx<ReadFlow>, since: Timestamp) -> Result<Vec<PracticeRow>> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let mut all: HashMap<String, PracticeRow> = HashMap::new();
        for row in tx.rows(WAITS, values![tenant, place, since, WAIT_ROWS, PAGE_ROWS, None::<&str>]).await? {
            let waits = waits(&row.text("waits")?)?;
            all.entry(row.text("practice")?).or_default().waits =
                waits.into_iter().map(|each| (day_of(each.sent), each.first)).collect();
        }
        for row in tx.rows(OPEN, values![tenant, place, PAGE_ROWS]).await? {
            all.entry(row.text("practice")?).or_default().open = row.small("n")?;
        }
        let mut named = vec![];
        for (id, mut practice) in all {
            let row = tx.row(NAME, values![&id]).await?.ok_or_else(|| StoreError::corrupt("practice"))?;
            (practice.slug, practice.practice) = (row.text("slug")?, row.text("name")?);
            // Two practices may bear one name.
            named.push((row.text("name_folded")?, id, practice));
        }
        named.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        Ok(named.into_iter().map(|(.., practice)| practice).collect())
    }

    /// Counts of signposts noted since `since`, by place: the reader's own, and the practices of their scheme. Holds
    /// nobody, so it is no look at anybody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signpost_counts(&self, ctx: &Ctx<ReadFlow>, since: Timestamp) -> Result<Vec<SignpostsRow>> {
        let values = values![ctx.grant.tenant(), ctx.grant.organisation(), since, PAGE_ROWS];
        let rows = self.0.ledger().db().rows(SIGNPOSTS, values).await?;
        rows.iter()
            .map(|row| Ok(SignpostsRow { place: row.text("name")?, slug: row.text("slug")?, count: row.small("n")? }))
            .collect()
    }

    /// Counts of referrals sent since `since`, by practice, in the reader's scheme or practice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flow(&self, ctx: &Ctx<ReadFlow>, since: Timestamp) -> Result<Vec<FlowRow>> {
        let values = values![ctx.grant.tenant(), ctx.grant.organisation(), since, PAGE_ROWS];
        let rows = self.0.ledger().db().rows(BY_PRACTICE, values).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Flow)).await?;
        rows.iter()
            .map(|row| {
                Ok(FlowRow {
                    slug: row.text("slug")?,
                    practice: row.text("name")?,
                    sent: row.small("sent")?,
                    waiting: row.small("waiting")?,
                    accepted: row.small("accepted")?,
                    not_accepted: row.small("not_accepted")?,
                    declined: row.small("declined")?,
                    withdrawn: row.small("withdrawn")?,
                })
            })
            .collect()
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATEMENTS.iter().chain(became::STATEMENTS).copied()
}
