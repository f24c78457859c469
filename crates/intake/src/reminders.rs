//! Reminders: to a referrer who was asked something, and to the scheme once its patience is over; to those who triage of whoever still
//! waits for an answer or has to be told one; to the writer of a draft that was not sent. Nothing is ended by time: a person decides.

use fingerpost_domain::calendar::{add_working_days, day_of, instant_at};
use fingerpost_domain::id::{OrganisationId, ReferralId};
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_intake_rules::settings::{IntakeSettings, Reminder};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{
    ClaimedJob, JobKind, MessageTemplate, add_job, intake_settings_of as settings_of, job_done, triagers_of,
    write_to_referrer, write_to_user,
};

use crate::Intake;

statements! {
    STILL_ASKED = "SELECT r.scheme, q.asked_at FROM referral r JOIN referral_question q ON q.tenant = r.tenant AND q.referral = r.id AND q.answer IS NULL \
                   WHERE r.tenant = $1 AND r.id = $2 AND r.state = 'returned' ORDER BY q.round DESC LIMIT 1";
    CHASED = "SELECT scheme, state, source, answer_due, decided_at, told_at FROM referral WHERE tenant = $1 AND id = $2 AND sent_at IS NOT NULL";
    DRAFT = "SELECT scheme, referrer, created_at FROM referral WHERE tenant = $1 AND id = $2 AND state = 'draft'";
}

/// What is due about a referral on a day.
struct Chase {
    /// What those who triage hear; nothing on most days.
    template: Option<MessageTemplate>,
    /// The referrer hears that it is late.
    late: bool,
}

/// What is due about a referral on a day; none where nobody waits any more. A question has its own reminders to the referrer.
fn chase_of(row: &Row, settings: &IntakeSettings, today: Date) -> Result<Option<Chase>> {
    let practice = row.coded("source", ReferralSource::from_code)? == ReferralSource::Practice;
    let state = row.coded("state", ReferralState::from_code)?;
    Ok(match state {
        ReferralState::Sent | ReferralState::Returned => {
            let due: Date = row.parsed("answer_due")?;
            let asked = state == ReferralState::Returned;
            let hear = today == due || settings.chases(settings.late_from(due, asked), today);
            Some(Chase {
                template: hear.then_some(MessageTemplate::AnswerDue),
                late: practice && !asked && due < today,
            })
        }
        ReferralState::NotAccepted if !practice && row.opt_at("told_at")?.is_none() => {
            let hear = settings.chases(day_of(row.at("decided_at")?), today);
            Some(Chase { template: hear.then_some(MessageTemplate::StillToBeTold), late: false })
        }
        _ => None,
    })
}

impl Intake {
    /// Looks, on each working day from the promised one on, whether a referral still waits, or somebody who was turned down has still to
    /// be told: those who triage hear of it as often as the scheme has set, and its referrer once, when the answer is late.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn chase(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let referral: ReferralId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let (tenant, today) = (&job.tenant, day_of(now));
        let mut tx = self.0.ledger().db().write().await?;
        job_done(&mut tx, job, now).await?;
        if let Some(row) = tx.row(CHASED, values![tenant, referral]).await? {
            let scheme: OrganisationId = row.parsed("scheme")?;
            let settings = settings_of(&mut tx, tenant, scheme).await?;
            if let Some(chase) = chase_of(&row, &settings, today)? {
                // Another day is another message.
                let about = format!("{referral}/{today}");
                if let Some(template) = chase.template {
                    for user in triagers_of(&mut tx, tenant, scheme).await? {
                        write_to_user(&self.0, &mut tx, tenant, template, (user, about.as_str()), now).await?;
                    }
                }
                if chase.late {
                    let late = (referral, job.subject.as_str());
                    write_to_referrer(&self.0, &mut tx, tenant, MessageTemplate::AnswerLate, late, None, now).await?;
                }
                self.look_again(&mut tx, job, now).await?;
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
            let (due, again) = settings.draft_reminder(day_of(row.at("created_at")?), today);
            if due {
                let about = (row.parsed("referrer")?, &*format!("{referral}/{today}"));
                write_to_user(&self.0, &mut tx, tenant, MessageTemplate::DraftWaits, about, now).await?;
            }
            if again {
                self.look_again(&mut tx, job, now).await?;
            }
        }
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Referral).of(referral);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

    /// On the next working day: what is set may be another thing by then.
    async fn look_again(&self, tx: &mut Tx, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let next = instant_at(add_working_days(day_of(now), 1), 9);
        add_job(&self.0, tx, &job.tenant, (job.kind, job.subject.as_str()), (next, now)).await
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
