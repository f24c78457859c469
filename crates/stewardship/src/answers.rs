//! How groups answer and how much entries are used, counted over all schemes: only the service and numbers leave here.

use std::collections::BTreeMap;

use fingerpost_domain::Timestamp;
use fingerpost_domain::connection::{ConnectionState, GroupReason};
use fingerpost_domain::id::ServiceId;
use fingerpost_engine::{Result, statements, values};
use fingerpost_entries::take::Sequence;
use jiff::SignedDuration;

use crate::Stewardship;

statements! {
    /// Microseconds of a day: answers are told apart by whole days. What was offered to an entry counts for the one that stands for it.
    OFFERED = "SELECT COALESCE(j.lead, c.service) AS service, c.state, c.reason, c.answered_by, CAST((c.answered_at - c.offered_at) / 86400000000 AS BIGINT) AS days, CAST(COUNT(*) AS BIGINT) AS n \
               FROM connection c LEFT JOIN service_joined j ON j.member = c.service WHERE c.offered_at >= $1 \
               GROUP BY COALESCE(j.lead, c.service), c.state, c.reason, c.answered_by, CAST((c.answered_at - c.offered_at) / 86400000000 AS BIGINT)";
    TOLD = "SELECT COALESCE(j.lead, s.service) AS service, CAST(COUNT(*) AS BIGINT) AS n FROM signpost s LEFT JOIN service_joined j ON j.member = s.service \
            WHERE s.made_at >= $1 AND s.taken_back_at IS NULL GROUP BY COALESCE(j.lead, s.service)";
    KNOWN = "SELECT id, asked, accepted, reply_days, used, declined, declined_most, declined_why FROM service WHERE used > 0";
    COUNTED = "UPDATE service SET asked = $2, accepted = $3, reply_days = $4, used = $5, declined = $6, declined_most = $7, declined_why = $8, seq = $9 WHERE id = $1";
}

/// A year.
const COUNTED_OVER: SignedDuration = SignedDuration::from_hours(24 * 365);

/// What is counted of one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counted {
    asked: i64,
    accepted: i64,
    reply_days: Option<i64>,
    used: i64,
    declined: i64,
    most: Option<(i64, GroupReason)>,
}

/// Answers as they come out of the database.
#[derive(Default)]
struct Answers {
    counted: Counted,
    days: BTreeMap<i64, i64>,
    reasons: BTreeMap<GroupReason, i64>,
}

impl Answers {
    fn finished(mut self) -> Counted {
        let answered: i64 = self.days.values().sum();
        let mut so_far = 0;
        self.counted.reply_days = self.days.iter().find_map(|(days, n)| {
            so_far += n;
            (2 * so_far >= answered).then_some(*days)
        });
        let most = self.reasons.iter().max_by_key(|(reason, n)| (**n, std::cmp::Reverse(**reason)));
        self.counted.most = most.map(|(reason, n)| (*n, *reason));
        self.counted
    }
}

impl Stewardship {
    /// Counts anew what became of offers in the last year; gives how many entries changed by it. Safe to do twice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_answers(&self, now: Timestamp) -> Result<usize> {
        let since = now.saturating_sub(COUNTED_OVER).unwrap_or(Timestamp::MIN);
        let mut read = self.0.ledger().db().read().await?;
        let mut all: BTreeMap<ServiceId, Answers> = BTreeMap::new();
        for row in read.rows(OFFERED, values![since]).await? {
            let state = row.coded("state", ConnectionState::from_code)?;
            let n = row.int("n")?;
            let of = all.entry(row.parsed("service")?).or_default();
            of.counted.used += n;
            let reason = row.opt_text("reason")?.as_deref().and_then(GroupReason::from_code);
            match state {
                ConnectionState::Accepted | ConnectionState::Started | ConnectionState::Ended => {
                    of.counted.accepted += n
                }
                ConnectionState::DeclinedByGroup => {
                    of.counted.declined += n;
                    if let Some(reason) = reason {
                        *of.reasons.entry(reason).or_default() += n;
                    }
                }
                ConnectionState::NoReply => {}
                // Not answered yet, or taken back: it says nothing of the group.
                ConnectionState::Offered | ConnectionState::Withdrawn => continue,
            }
            of.counted.asked += n;
            if let (Some(days), true) = (row.opt_int("days")?, state != ConnectionState::NoReply) {
                *of.days.entry(days.max(0)).or_default() += n;
            }
        }
        for row in read.rows(TOLD, values![since]).await? {
            all.entry(row.parsed("service")?).or_default().counted.used += row.int("n")?;
        }
        let mut known: BTreeMap<ServiceId, Counted> = BTreeMap::new();
        for row in read.rows(KNOWN, vec![]).await? {
            let why = row.opt_coded("declined_why", GroupReason::from_code)?;
            let most = row.int("declined_most")?;
            let counted = Counted {
                asked: row.int("asked")?,
                accepted: row.int("accepted")?,
                reply_days: row.opt_int("reply_days")?,
                used: row.int("used")?,
                declined: row.int("declined")?,
                most: why.map(|why| (most, why)),
            };
            known.insert(row.parsed("id")?, counted);
        }
        drop(read);
        let mut now_counted: BTreeMap<ServiceId, Counted> =
            all.into_iter().map(|(id, answers)| (id, answers.finished())).collect();
        for id in known.keys() {
            now_counted.entry(*id).or_default();
        }
        now_counted.retain(|id, counted| known.get(id).unwrap_or(&Counted::default()) != counted);
        if now_counted.is_empty() {
            return Ok(0);
        }
        let mut tx = self.0.ledger().db().write().await?;
        let mut seq = Sequence::take(&mut tx).await?;
        for (id, counted) in &now_counted {
            let (most, why) = counted.most.map_or((0, None), |(most, why)| (most, Some(why.code())));
            let values = values![
                *id,
                counted.asked,
                counted.accepted,
                counted.reply_days,
                counted.used,
                counted.declined,
                most,
                why,
                seq.next()
            ];
            tx.run(COUNTED, values).await?;
        }
        seq.keep(&mut tx).await?;
        tx.commit().await?;
        Ok(now_counted.len())
    }
}
