//! Reminders: to a referrer who was asked something, and to the scheme once its patience is over; to those who triage of whoever still
//! waits for an answer or has to be told one; to the writer of a draft that was not sent. Nothing is ended by time: a person decides.

use fingerpost_domain::calendar::{day_of, instant_at};
use fingerpost_domain::id::{OrganisationId, ReferralId};
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_intake_rules::settings::Reminder;
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{
    ClaimedJob, JobKind, MessageTemplate, add_job, intake_settings_of as settings_of, job_done, triagers_of,
    write_to_referrer, write_to_user,
};

use crate::Intake;

statements! {
    STILL_ASKED = "SELECT r.scheme, q.asked_at FROM referral r JOIN referral_question q ON q.tenant = r.tenant AND q.referral = r.id AND q.answer IS NULL \
                   WHERE r.tenant = $1 AND r.id = $2 AND r.state = 'returned' ORDER BY q.round DESC LIMIT 1";
    CHASED = "SELECT scheme, state, source, answer_due, told_at FROM referral WHERE tenant = $1 AND id = $2 AND sent_at IS NOT NULL";
    DRAFT = "SELECT scheme, referrer, created_at FROM referral WHERE tenant = $1 AND id = $2 AND state = 'draft'";
}

/// Who hears what of a referral that still waits.
struct Chase {
    scheme: OrganisationId,
    template: MessageTemplate,
    /// The referrer hears that it is late.
    late: bool,
    /// It is looked at again.
    again: bool,
}

/// What is due about a referral on a day; none where nobody waits any more.
fn chase_of(row: &Row, today: Date) -> Result<Option<Chase>> {
    let (scheme, source) = (row.parsed("scheme")?, row.coded("source", ReferralSource::from_code)?);
    let practice = source == ReferralSource::Practice;
    Ok(match row.coded("state", ReferralState::from_code)? {
        ReferralState::Sent => {
            let late = practice && row.parsed::<Date>("answer_due")? < today;
            Some(Chase { scheme, template: MessageTemplate::AnswerDue, late, again: true })
        }
        // What its referrer has to say is chased by itself.
        ReferralState::Returned => {
            Some(Chase { scheme, template: MessageTemplate::AnswerDue, late: false, again: false })
        }
        ReferralState::NotAccepted if !practice && row.opt_at("told_at")?.is_none() => {
            Some(Chase { scheme, template: MessageTemplate::StillToBeTold, late: false, again: true })
        }
        _ => None,
    })
}

impl Intake {
    /// Tells those who triage of a referral whose promised day has come, or of somebody who was turned down and has still to be told; and
    /// again, every so many working days as the scheme has set, until that is done. Its referrer hears once that the answer is late.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn chase(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let referral: ReferralId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let (tenant, today) = (&job.tenant, day_of(now));
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        let row = tx.row(CHASED, values![tenant, referral]).await?;
        if let Some(chase) = row.map(|row| chase_of(&row, today)).transpose()?.flatten() {
            // Another day is another message.
            let about = format!("{referral}/{today}");
            for user in triagers_of(&mut tx, tenant, chase.scheme).await? {
                write_to_user(&self.0, &mut tx, tenant, chase.template, (user, about.as_str()), now).await?;
            }
            if chase.late {
                let late = (referral, job.subject.as_str());
                write_to_referrer(&self.0, &mut tx, tenant, MessageTemplate::AnswerLate, late, None, now).await?;
            }
            let next = settings_of(&mut tx, tenant, chase.scheme).await?.next_chase(today).filter(|_| chase.again);
            if let Some(next) = next {
                let again = (JobKind::RemindTriage, job.subject.as_str());
                add_job(&self.0, &mut tx, tenant, again, (instant_at(next, 9), now)).await?;
            }
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Referral).of(referral);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

    /// Reminds whoever began a referral and did not send it, every so many working days as the scheme has set; five times at most.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn remember_draft(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let referral: ReferralId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let (tenant, today) = (&job.tenant, day_of(now));
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        if let Some(row) = tx.row(DRAFT, values![tenant, referral]).await? {
            let settings = settings_of(&mut tx, tenant, row.parsed("scheme")?).await?;
            let (due, next) = settings.draft_reminder(day_of(row.at("created_at")?), today);
            if due {
                let about = (row.parsed("referrer")?, &*format!("{referral}/{today}"));
                write_to_user(&self.0, &mut tx, tenant, MessageTemplate::DraftWaits, about, now).await?;
            }
            if let Some(next) = next {
                let again = (JobKind::DraftWaits, job.subject.as_str());
                add_job(&self.0, &mut tx, tenant, again, (instant_at(next, 9), now)).await?;
            }
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Referral).of(referral);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

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
                Some((scheme, day_of(row.at("asked_at")?), settings))
            }
            None => None,
        };
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        if let Some((scheme, asked_on, settings)) = asked {
            let today = day_of(now);
            // Another day is another message.
            let about = format!("{referral}/{today}");
            let due = settings.reminder_due(asked_on, today);
            match due {
                Some(Reminder::DecideWithout) => {
                    for user in triagers_of(&mut tx, tenant, scheme).await? {
                        let decide = (user, about.as_str());
                        write_to_user(&self.0, &mut tx, tenant, MessageTemplate::DecideWithout, decide, now).await?;
                    }
                }
                Some(Reminder::AskAgain) => {
                    let asked = (referral, about.as_str());
                    write_to_referrer(&self.0, &mut tx, tenant, MessageTemplate::QuestionBack, asked, None, now)
                        .await?;
                }
                None => {}
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
