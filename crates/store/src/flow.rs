//! Counts of flow for those who see flow, not content. Suppression is the reader's page's: see
//! [`fingerpost_domain::small_numbers`].

use fingerpost_domain::Timestamp;
use fingerpost_policy::ReadFlow;

use crate::audit::{Act, Resource};
use crate::engine::values;
use crate::error::Result;
use crate::sql::statements;
use crate::{Ctx, PAGE_ROWS, Store};

statements! {
    BY_PRACTICE = "SELECT o.name, COUNT(*) AS sent, \
                   CAST(SUM(CASE WHEN r.state = 'sent' THEN 1 ELSE 0 END) AS BIGINT) AS waiting, \
                   CAST(SUM(CASE WHEN r.state = 'accepted' THEN 1 ELSE 0 END) AS BIGINT) AS accepted, \
                   CAST(SUM(CASE WHEN r.state = 'not_accepted' THEN 1 ELSE 0 END) AS BIGINT) AS not_accepted, \
                   CAST(SUM(CASE WHEN r.state = 'withdrawn' THEN 1 ELSE 0 END) AS BIGINT) AS withdrawn \
                   FROM referral r JOIN organisation o ON o.id = r.practice \
                   WHERE r.tenant = $1 AND (r.scheme = $2 OR r.practice = $2) AND r.sent_at >= $3 \
                   GROUP BY o.id, o.name, o.name_folded ORDER BY o.name_folded, o.id LIMIT $4";
    SIGNPOSTS = "SELECT o.name, COUNT(*) AS n FROM signpost s JOIN organisation o ON o.id = s.organisation \
                 WHERE s.tenant = $1 AND (s.organisation = $2 OR s.organisation IN (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2)) \
                 AND s.made_at >= $3 AND s.taken_back_at IS NULL GROUP BY o.id, o.name, o.name_folded ORDER BY o.name_folded, o.id LIMIT $4";
}

/// Signposts of one place. They are counted beside referrals, never with them.
#[derive(Debug, Clone)]
pub struct SignpostsRow {
    /// The place.
    pub place: String,
    /// How many.
    pub count: u64,
}

/// The flow of one practice.
#[derive(Debug, Clone)]
pub struct FlowRow {
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
    /// Taken back.
    pub withdrawn: u64,
}

impl Store {
    /// Counts of signposts noted since `since`, by place: the reader's own, and the practices of their scheme. Holds
    /// nobody, so it is no look at anybody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signpost_counts(&self, ctx: &Ctx<ReadFlow>, since: Timestamp) -> Result<Vec<SignpostsRow>> {
        let mut tx = self.db().read().await?;
        let values = values![ctx.grant.tenant(), ctx.grant.organisation(), since, PAGE_ROWS];
        let rows = tx.rows(SIGNPOSTS, values).await?;
        rows.iter().map(|row| Ok(SignpostsRow { place: row.text("name")?, count: row.small("n")? })).collect()
    }

    /// Counts of referrals sent since `since`, by practice, in the reader's scheme or practice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flow(&self, ctx: &Ctx<ReadFlow>, since: Timestamp) -> Result<Vec<FlowRow>> {
        let mut tx = self.db().read().await?;
        let values = values![ctx.grant.tenant(), ctx.grant.organisation(), since, PAGE_ROWS];
        let rows = tx.rows(BY_PRACTICE, values).await?;
        drop(tx);
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Flow)).await?;
        rows.iter()
            .map(|row| {
                Ok(FlowRow {
                    practice: row.text("name")?,
                    sent: row.small("sent")?,
                    waiting: row.small("waiting")?,
                    accepted: row.small("accepted")?,
                    not_accepted: row.small("not_accepted")?,
                    withdrawn: row.small("withdrawn")?,
                })
            })
            .collect()
    }
}
