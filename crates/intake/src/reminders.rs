//! Reminders to a referrer who was asked something, and the end of waiting: the scheme then decides without the answer. Nothing is ended
//! by time: a person decides.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, instant_at};
use fingerpost_domain::id::{OrganisationId, ReferralId, UserId};
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_intake_rules::settings::Reminder;
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{ClaimedJob, JobKind, MessageTemplate, add_job, job_done, triagers_of, write_to_user};

use crate::Intake;

statements! {
    STILL_ASKED = "SELECT r.scheme, r.referrer, q.asked_at FROM referral r JOIN referral_question q ON q.tenant = r.tenant AND q.referral = r.id AND q.answer IS NULL \
                   WHERE r.tenant = $1 AND r.id = $2 AND r.state = 'returned' ORDER BY q.round DESC LIMIT 1";
}

impl Intake {
    /// Asks a referrer again who has not answered, every so many working days as the scheme has set; once its patience is over, tells
    /// those who triage to decide without the answer, and asks no more.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn nudge(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let referral: ReferralId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let tenant = &job.tenant;
        let row = self.0.ledger().db().row(STILL_ASKED, values![tenant, referral]).await?;
        let asked = match row {
            Some(row) => {
                let scheme: OrganisationId = row.parsed("scheme")?;
                let settings = self.0.intake_settings(tenant, scheme).await?;
                Some((scheme, row.parsed::<UserId>("referrer")?, day_of(row.at("asked_at")?), settings))
            }
            None => None,
        };
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        if let Some((scheme, referrer, asked_on, settings)) = asked {
            let today = day_of(now);
            // Another day is another message.
            let about = format!("{referral}/{today}");
            let due = settings.reminder_due(asked_on, today);
            let (template, readers) = match due {
                Some(Reminder::DecideWithout) => {
                    (MessageTemplate::DecideWithout, triagers_of(&mut tx, tenant, scheme).await?)
                }
                Some(Reminder::AskAgain) => (MessageTemplate::QuestionBack, vec![referrer]),
                None => (MessageTemplate::QuestionBack, vec![]),
            };
            for user in readers {
                write_to_user(&self.0, &mut tx, tenant, template, (user, about.as_str()), now).await?;
            }
            let next = settings.next_reminder(asked_on, today).filter(|_| due != Some(Reminder::DecideWithout));
            if let Some(next) = next {
                let again = (JobKind::NudgeReferrer, job.subject.as_str());
                add_job(&self.0, &mut tx, tenant, again, (instant_at(next, 9), now)).await?;
            }
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Referral).of(referral);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
