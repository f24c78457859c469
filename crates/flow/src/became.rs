//! What became of those whom one practice referred, and the codes that stand ready for its records.

use fingerpost_domain::Timestamp;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState};
use fingerpost_engine::{Result, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::ReadCounted;
use fingerpost_store::Ctx;

use crate::{Counted, CountedRow, Flow, PART_ROWS, counted_row};

statements! {
    BECAME = "SELECT state, reason, COUNT(*) AS n FROM referral WHERE tenant = $1 AND practice = $2 AND sent_at >= $3 AND sent_at < $4 \
              AND source = 'practice' AND state <> 'draft' GROUP BY state, reason ORDER BY state, reason";
    /// Codes that stand ready: that of a yes is dated on the day of sending, that of a no, also to the referrer, on its own day. Once for
    /// each episode: of two referrals by which one practice brought somebody into one case, the first counts.
    CODED = "SELECT (SELECT COUNT(*) FROM referral r WHERE r.tenant = $1 AND r.practice = $2 AND r.sent_at >= $3 AND r.sent_at < $4 AND r.source = 'practice' \
             AND r.agreement = 'agreed' AND r.state IN ('sent', 'returned', 'accepted') \
             AND NOT (r.joined_case = 1 AND EXISTS (SELECT 1 FROM referral e WHERE e.tenant = r.tenant AND e.case_id = r.case_id AND e.practice = r.practice AND e.source = 'practice' AND (e.joined_case = 0 OR e.id < r.id)))) AS referred, \
             (SELECT COUNT(*) FROM referral WHERE tenant = $1 AND practice = $2 AND decided_at >= $3 AND decided_at < $4 AND source = 'practice' \
             AND state = 'declined_by_person') AS declined";
    REFERRED = "SELECT r.id, NULL AS case_id, r.given, r.family, r.preferred, r.state, r.sent_at, o.name AS practice_name FROM referral r JOIN organisation o ON o.id = r.practice \
                WHERE r.tenant = $1 AND r.practice = $2 AND r.sent_at >= $3 AND r.sent_at < $4 AND r.source = 'practice' AND r.agreement = 'agreed' \
                AND r.state IN ('sent', 'returned', 'accepted') \
                AND NOT (r.joined_case = 1 AND EXISTS (SELECT 1 FROM referral e WHERE e.tenant = r.tenant AND e.case_id = r.case_id AND e.practice = r.practice AND e.source = 'practice' AND (e.joined_case = 0 OR e.id < r.id))) ORDER BY r.sent_at DESC, r.id DESC LIMIT $5 OFFSET $6";
    DECLINED = "SELECT r.id, NULL AS case_id, r.given, r.family, r.preferred, r.state, COALESCE(r.sent_at, r.decided_at) AS sent_at, o.name AS practice_name FROM referral r JOIN organisation o ON o.id = r.practice \
                WHERE r.tenant = $1 AND r.practice = $2 AND r.decided_at >= $3 AND r.decided_at < $4 AND r.source = 'practice' AND r.state = 'declined_by_person' \
                ORDER BY r.decided_at DESC, r.id DESC LIMIT $5 OFFSET $6";
    SIGNPOSTED = "SELECT COUNT(*) AS n FROM signpost WHERE tenant = $1 AND organisation = $2 AND made_at >= $3 AND made_at < $4 AND taken_back_at IS NULL";
}

/// How many referrals of a practice stand in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BecameRow {
    /// The state.
    pub state: ReferralState,
    /// Why the scheme did not accept them.
    pub reason: Option<NotAcceptedReason>,
    /// How many.
    pub sent: u64,
}

/// What became of a practice's referrals in a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Became {
    /// By state and reason.
    pub rows: Vec<BecameRow>,
    /// How often the code for a referral stands ready, and that for a no of the person.
    pub codes: (u64, u64),
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
}

impl Flow {
    /// What became of the referrals that the reader's practice sent from `from` until before `until`, and the codes of that time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn became(&self, ctx: &Ctx<ReadCounted>, (from, until): (Timestamp, Timestamp)) -> Result<Became> {
        let of = || values![ctx.grant.tenant(), ctx.grant.organisation(), from, until];
        let rows = self.0.ledger().db().rows(BECAME, of()).await?;
        let coded = self.0.ledger().db().row(CODED, of()).await?;
        let codes = match coded {
            Some(row) => (row.small("referred")?, row.small("declined")?),
            None => (0, 0),
        };
        let signposts = self.0.ledger().db().row(SIGNPOSTED, of()).await?.map_or(Ok(0), |row| row.small("n"))?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Flow)).await?;
        let rows = rows.iter().map(|row| {
            Ok(BecameRow {
                state: row.coded("state", ReferralState::from_code)?,
                reason: row.opt_coded("reason", NotAcceptedReason::from_code)?,
                sent: row.small("n")?,
            })
        });
        Ok(Became { rows: rows.collect::<Result<_>>()?, codes, signposts })
    }

    /// The people behind the codes that stand ready in a practice: one part, and one more where another follows. With `declined` those
    /// who said no, by the day of the no; otherwise those who were referred, by the day of sending.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coded_in_practice(
        &self,
        ctx: &Ctx<ReadCounted>,
        declined: bool,
        of: Counted<'_>,
    ) -> Result<Vec<CountedRow>> {
        let which = if declined { DECLINED } else { REFERRED };
        let (tenant, practice) = (ctx.grant.tenant(), ctx.grant.organisation());
        let wanted = values![tenant, practice, of.from, of.until, PART_ROWS, of.after];
        let rows = self.0.ledger().db().rows(which, wanted).await?;
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::ReferralList)).await?;
        rows.iter().map(|row| counted_row(row, true)).collect()
    }
}
