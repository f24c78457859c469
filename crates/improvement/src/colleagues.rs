//! Colleagues to whom Fingerpost writes about a survey: once, and once more two weeks later. Addresses stand apart from answers, nobody
//! knows who has answered, and they are deleted when the survey has ended.

use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{ProjectId, SurveyAddressId, SurveyId, TenantId};
use fingerpost_domain::measure::Moment;
use fingerpost_domain::person::Email;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::{ClaimedJob, Ctx, JobKind, MessageTemplate, add_job, job_done, write_to_colleague};

use crate::{Improvement, REMIND_AT};

statements! {
    ONE = "SELECT title, closes_on, project, moment, (SELECT COUNT(*) FROM survey_address a WHERE a.tenant = s.tenant AND a.survey = s.id) AS written \
           FROM survey s WHERE s.tenant = $1 AND s.organisation = $2 AND s.id = $3";
    WAY = "SELECT place FROM survey_route WHERE tenant = $1 AND survey = $2 AND name = $3";
    ADD_WAY = "INSERT INTO survey_route (tenant, survey, place, name, code) SELECT $1, $2, COALESCE(CAST(MAX(place) AS BIGINT), 0) + 1, $3, $4 FROM survey_route WHERE tenant = $1 AND survey = $2";
    ADD = "INSERT INTO survey_address (tenant, id, survey, contact, added_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    ALL = "SELECT id FROM survey_address WHERE tenant = $1 AND survey = $2 ORDER BY contact LIMIT $3";
    /// What a message says: the address of the survey on this way, who asks, and until when.
    LETTER = "SELECT r.code, o.name FROM survey_address a JOIN survey s ON s.tenant = a.tenant AND s.id = a.survey JOIN organisation o ON o.id = s.organisation \
              JOIN survey_route r ON r.tenant = s.tenant AND r.survey = s.id AND r.name = $3 WHERE a.tenant = $1 AND a.id = $2 AND s.closes_on >= $4";
    ENDS = "SELECT closes_on FROM survey WHERE tenant = $1 AND id = $2";
    FORGET = "DELETE FROM survey_address WHERE tenant = $1 AND survey = $2";
}

/// The way on which answers come of those to whom Fingerpost wrote.
const OWN_WAY: &str = "E-mail from Fingerpost";
/// Colleagues of one survey to whom it writes at most.
pub const MOST_COLLEAGUES: usize = 500;

/// A survey, for whoever lets Fingerpost write about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyToSend {
    /// What it is called.
    pub title: String,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// The project that it belongs to, and when it is asked.
    pub project: Option<(ProjectId, Moment)>,
    /// Colleagues to whom Fingerpost has written.
    pub written: usize,
}

/// What a message to a colleague says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColleagueLetter {
    /// What the survey's address ends with.
    pub code: String,
    /// Who asks.
    pub organisation: String,
}

impl Improvement {
    /// A survey of the organisation, of a project or by itself.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn survey_to_send(&self, ctx: &Ctx<Improve>, id: SurveyId) -> Result<SurveyToSend> {
        let mut tx = self.0.ledger().db().read().await?;
        self.to_send(&mut tx, ctx, id).await
    }

    async fn to_send(&self, tx: &mut Tx, ctx: &Ctx<Improve>, id: SurveyId) -> Result<SurveyToSend> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), id];
        let row = tx.row(ONE, wanted).await?.ok_or(StoreError::NotFound)?;
        Ok(SurveyToSend {
            title: row.text("title")?,
            closes_on: row.parsed("closes_on")?,
            project: row.opt_parsed("project")?.zip(row.opt_coded("moment", Moment::from_code)?),
            written: row.small("written")?,
        })
    }

    /// Writes to colleagues, each once, and once more with the survey's reminder.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation; [`StoreError::ChangedMeanwhile`] when it has ended.
    pub async fn write_to_colleagues(&self, ctx: &Ctx<Improve>, id: SurveyId, addresses: &[Email]) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        let survey = self.to_send(&mut tx, ctx, id).await?;
        if survey.closes_on < day_of(ctx.now) || survey.written + addresses.len() > MOST_COLLEAGUES {
            return Err(StoreError::ChangedMeanwhile);
        }
        if tx.row(WAY, values![tenant, id, OWN_WAY]).await?.is_none() {
            tx.run(ADD_WAY, values![tenant, id, OWN_WAY, self.0.entropy().address_code()]).await?;
        }
        for address in addresses {
            let fresh: SurveyAddressId = self.0.entropy().id(ctx.now);
            if tx.run(ADD, values![tenant, fresh, id, address.folded(), ctx.now]).await? > 0 {
                let template = MessageTemplate::SurveyInvitation;
                write_to_colleague(&self.0, &mut tx, tenant, (template, fresh), ctx.now).await?;
            }
        }
        self.forget_colleagues_after(&mut tx, (tenant, id), survey.closes_on, ctx.now).await?;
        let entry = ctx.entry(Act::Change, Resource::Survey).of(id).because("colleagues");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    async fn forget_colleagues_after(
        &self,
        tx: &mut Tx,
        (tenant, id): (&TenantId, SurveyId),
        closes_on: Date,
        now: Timestamp,
    ) -> Result<()> {
        let when = instant_at(plus_days(closes_on, 1), REMIND_AT);
        add_job(&self.0, tx, tenant, (JobKind::ForgetColleagues, &id.to_string()), (when, now)).await
    }

    /// Queues the reminder of everybody to whom Fingerpost wrote: nobody knows who has answered.
    pub(crate) async fn remind_colleagues(
        &self,
        tx: &mut Tx,
        (tenant, id): (&TenantId, SurveyId),
        now: Timestamp,
    ) -> Result<()> {
        let most = i64::try_from(MOST_COLLEAGUES).unwrap_or(i64::MAX);
        for row in tx.rows(ALL, values![tenant, id, most]).await? {
            let address: SurveyAddressId = row.parsed("id")?;
            write_to_colleague(&self.0, tx, tenant, (MessageTemplate::SurveyNudge, address), now).await?;
        }
        Ok(())
    }

    /// What a message to a colleague says; none where the survey has ended since it was queued.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn colleague_letter(
        &self,
        tenant: &TenantId,
        address: &str,
        now: Timestamp,
    ) -> Result<Option<ColleagueLetter>> {
        let row = self.0.ledger().db().row(LETTER, values![tenant, address, OWN_WAY, day_of(now)]).await?;
        row.map(|row| Ok(ColleagueLetter { code: row.text("code")?, organisation: row.text("name")? })).transpose()
    }

    /// Deletes the addresses of colleagues when the survey has ended; where its end was moved, it waits until then.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn forget_colleagues(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let id: SurveyId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let mut tx = self.0.ledger().db().write().await?;
        let ends =
            tx.row(ENDS, values![&job.tenant, id]).await?.map(|row| row.parsed::<Date>("closes_on")).transpose()?;
        match ends.filter(|ends| *ends >= day_of(now)) {
            Some(ends) => self.forget_colleagues_after(&mut tx, (&job.tenant, id), ends, now).await?,
            None => {
                tx.run(FORGET, values![&job.tenant, id]).await?;
                job_done(&mut tx, job, now).await?;
            }
        }
        let entry = Entry::system(job.tenant.clone(), Act::Change, Resource::Survey).of(id);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
