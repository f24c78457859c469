//! What became of those whom one practice referred, and the codes that stand ready for its records.

use fingerpost_domain::Timestamp;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState};
use fingerpost_engine::{Result, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::ReadCounted;
use fingerpost_store::Ctx;

use crate::Flow;

statements! {
    /// Also those who said no to the referrer: nothing was sent, and a code stands ready.
    BECAME = "SELECT state, reason, COUNT(*) AS n, CAST(SUM(CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS sent, \
              CAST(SUM(CASE WHEN agreement = 'agreed' THEN 1 ELSE 0 END) AS BIGINT) AS agreed FROM referral \
              WHERE tenant = $1 AND practice = $2 AND created_at < $4 AND COALESCE(sent_at, decided_at) >= $3 AND COALESCE(sent_at, decided_at) < $4 \
              AND source = 'practice' AND state <> 'draft' GROUP BY state, reason ORDER BY state, reason";
    SIGNPOSTED = "SELECT COUNT(*) AS n FROM signpost WHERE tenant = $1 AND organisation = $2 AND made_at >= $3 AND made_at < $4 AND taken_back_at IS NULL";
}

/// How many referrals of a practice stand in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BecameRow {
    /// The state.
    pub state: ReferralState,
    /// Why the scheme did not accept them.
    pub reason: Option<NotAcceptedReason>,
    /// All of them.
    pub all: u64,
    /// Those that were sent.
    pub sent: u64,
    /// Those where the person agreed.
    pub agreed: u64,
}

/// What became of a practice's referrals in a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Became {
    /// By state and reason.
    pub rows: Vec<BecameRow>,
    /// Signposts noted: beside referrals, never with them.
    pub signposts: u64,
}

impl Became {
    /// Those that were sent.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.rows.iter().map(|row| row.sent).sum()
    }

    /// Those sent that stand in one of these states.
    #[must_use]
    pub fn sent_in(&self, states: &[ReferralState]) -> u64 {
        self.rows.iter().filter(|row| states.contains(&row.state)).map(|row| row.sent).sum()
    }

    /// How often the code for a referral stands ready, and that for a no of the person.
    #[must_use]
    pub fn codes(&self) -> (u64, u64) {
        let referred = [ReferralState::Sent, ReferralState::Returned, ReferralState::Accepted];
        let referred = self.rows.iter().filter(|row| referred.contains(&row.state)).map(|row| row.agreed).sum();
        let declined = self.rows.iter().filter(|row| row.state == ReferralState::DeclinedByPerson).map(|row| row.all);
        (referred, declined.sum())
    }
}

impl Flow {
    /// What became of the referrals of the reader's practice that were sent, or said no to, from `from` until before `until`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn became(&self, ctx: &Ctx<ReadCounted>, (from, until): (Timestamp, Timestamp)) -> Result<Became> {
        let of = || values![ctx.grant.tenant(), ctx.grant.organisation(), from, until];
        let rows = self.0.ledger().db().rows(BECAME, of()).await?;
        let signposts = self.0.ledger().db().row(SIGNPOSTED, of()).await?.map_or(Ok(0), |row| row.small("n"))?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Flow)).await?;
        let rows = rows.iter().map(|row| {
            Ok(BecameRow {
                state: row.coded("state", ReferralState::from_code)?,
                reason: row.opt_coded("reason", NotAcceptedReason::from_code)?,
                all: row.small("n")?,
                sent: row.small("sent")?,
                agreed: row.small("agreed")?,
            })
        });
        Ok(Became { rows: rows.collect::<Result<_>>()?, signposts })
    }
}
