//! Referrals whose answer somebody still has to hear, and what those find who come late.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::ReferralId;
use fingerpost_domain::person::PersonName;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_engine::{Result, Row, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::Triage;
use fingerpost_store::{Ctx, PAGE_ROWS, person_name};

use crate::Intake;

statements! {
    /// With those that wait for their referrer.
    COUNT_OPEN = "SELECT COUNT(*) AS n FROM referral WHERE tenant = $1 AND scheme = $2 AND state IN ('sent', 'returned')";
    /// Those who asked themselves and are to be told that it is not taken up.
    UNTOLD = "SELECT id, given, family, preferred, decided_at, source FROM referral \
              WHERE tenant = $1 AND scheme = $2 AND state = 'not_accepted' AND source <> 'practice' AND told_at IS NULL ORDER BY decided_at, id LIMIT $3";
    TOLD = "UPDATE referral SET told_at = $4 WHERE tenant = $1 AND scheme = $2 AND id = $3 AND state = 'not_accepted' AND source <> 'practice' AND told_at IS NULL";
    IS_WITHDRAWN = "SELECT decided_at FROM referral WHERE tenant = $1 AND scheme = $2 AND id = $3 AND state = 'withdrawn' AND sent_at IS NOT NULL";
}

/// Somebody who asked themself, or was asked for, and is to be told that the scheme cannot take it up.
#[derive(Debug, Clone)]
pub struct UntoldRow {
    /// The referral.
    pub id: ReferralId,
    /// The person.
    pub name: PersonName,
    /// Who asked.
    pub source: ReferralSource,
    /// When it was answered.
    pub decided_at: Timestamp,
}

impl Intake {
    /// How many referrals are open in a scheme, with those that wait for what their referrer says.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_open_referrals(&self, ctx: &Ctx<Triage>) -> Result<i64> {
        let scheme = values![ctx.grant.tenant(), ctx.grant.organisation()];
        self.0.ledger().db().row(COUNT_OPEN, scheme).await?.map_or(Ok(0), |row| row.int("n"))
    }

    /// Those who asked themselves and are to be told that the scheme cannot take it up, longest first; at most [`PAGE_ROWS`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to_be_told(&self, ctx: &Ctx<Triage>) -> Result<Vec<UntoldRow>> {
        let rows =
            self.0.ledger().db().rows(UNTOLD, values![ctx.grant.tenant(), ctx.grant.organisation(), PAGE_ROWS]).await?;
        let row = |row: &Row| {
            Ok(UntoldRow {
                id: row.parsed("id")?,
                name: person_name(row)?,
                source: row.coded("source", ReferralSource::from_code)?,
                decided_at: row.at("decided_at")?,
            })
        };
        rows.iter().map(row).collect()
    }

    /// Notes that somebody was told that the scheme cannot take it up. The same press twice changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told_not_accepted(&self, ctx: &Ctx<Triage>, id: ReferralId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), id, ctx.now];
        if tx.run(TOLD, of).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Referral).of(id).because("told")).await
    }

    /// When a referral was taken back before it was answered; none for any other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn taken_back_at(&self, ctx: &Ctx<Triage>, id: ReferralId) -> Result<Option<Timestamp>> {
        let row =
            self.0.ledger().db().row(IS_WITHDRAWN, values![ctx.grant.tenant(), ctx.grant.organisation(), id]).await?;
        row.map(|row| row.at("decided_at")).transpose()
    }
}
