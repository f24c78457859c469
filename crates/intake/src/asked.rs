//! What somebody who asked for help says while they wait for the answer.

use fingerpost_domain::Timestamp;
use fingerpost_domain::crisis;
use fingerpost_domain::id::ReferralId;
use fingerpost_domain::safe_contact::{Reach, SafeContact};
use fingerpost_domain::text::Line;
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{LinkScope, LiveLink, MessageTemplate, triagers_of, write_to_user};

use crate::Intake;

statements! {
    WAITS = "SELECT r.id, r.scheme, r.reach, r.guidance FROM self_referral s JOIN referral r ON r.tenant = s.tenant AND r.id = s.referral \
             WHERE s.tenant = $1 AND s.id = $2 AND r.state IN ('sent', 'returned')";
    /// Held, so that two who say something at once are both heard.
    HOLD = "UPDATE referral SET guidance = guidance WHERE tenant = $1 AND id = $2 AND state IN ('sent', 'returned')";
    /// Words of danger (`$4`) put it first in the list, and nothing takes that away.
    SAY = "UPDATE referral SET guidance = $3, urgent = CASE WHEN CAST($4 AS BIGINT) = 1 THEN 1 ELSE urgent END WHERE tenant = $1 AND id = $2";
}

impl Intake {
    /// Keeps when and how somebody would rather be reached, beside what they said before: nothing that keeps them safe is lost. Words of
    /// danger put the referral first, and those who triage hear at once. The same words twice are kept once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope; [`StoreError::ChangedMeanwhile`] once it is answered;
    /// [`StoreError::Full`] where no more words fit beside what was said.
    pub async fn say_when(&self, link: &LiveLink, said: &Line<200>, now: Timestamp) -> Result<()> {
        if link.scope != LinkScope::AskForHelp {
            return Err(StoreError::NotFound);
        }
        let (tenant, asked) = (&link.tenant, link.subject.as_str());
        let mut tx = self.0.ledger().db().write().await?;
        let row = tx.row(WAITS, values![tenant, asked]).await?.ok_or(StoreError::ChangedMeanwhile)?;
        let id: ReferralId = row.parsed("id")?;
        tx.run(HOLD, values![tenant, id]).await?;
        let row = tx.row(WAITS, values![tenant, asked]).await?.ok_or(StoreError::ChangedMeanwhile)?;
        let guidance = row.opt_text("guidance")?.map(|text| Line::parse(&text)).transpose();
        let guidance = guidance.map_err(|_| StoreError::corrupt("guidance"))?.flatten();
        let before = SafeContact { reach: row.coded("reach", Reach::from_code)?, guidance };
        let stands = before.guidance.as_ref().map(Line::as_str).unwrap_or_default();
        if stands.contains(said.as_str()) {
            return self.0.ledger().stored_before(tx).await;
        }
        let after = before.beside(said.as_str());
        let Some(words) = after.guidance.filter(|words| words.as_str().contains(said.as_str())) else {
            return Err(StoreError::Full);
        };
        let danger = crisis::may_be_danger(said.as_str());
        tx.run(SAY, values![tenant, id, words.as_str(), i64::from(danger)]).await?;
        if danger {
            // Another message than the one of its arrival: somebody may have read that already.
            let about = format!("{id}/urgent");
            for user in triagers_of(&mut tx, tenant, row.parsed("scheme")?).await? {
                let arrived = (user, about.as_str());
                write_to_user(&self.0, &mut tx, tenant, MessageTemplate::ReferralArrived, arrived, now).await?;
            }
        }
        let entry = Entry { ground: "link", ..Entry::system(tenant.clone(), Act::Change, Resource::Referral).of(id) };
        self.0.ledger().commit(tx, now, entry.because("say_when")).await
    }
}
