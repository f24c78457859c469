//! What a person hears of their visits: the day and the time, once more the day before, and that it is called off.

use fingerpost_correspondence_rules::message::{Channel, MayLeave};
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{CaseId, PersonId, TenantId, VisitId};
use fingerpost_domain::visit::Visit;
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::ReadCase;
use fingerpost_store::{
    About, ClaimedJob, Ctx, JobKind, MessageTemplate, add_job, case_in_scope, job_done, message_not_needed, reach_of,
    write_to_person,
};

use crate::Casework;
use crate::diary::{call_off, visit_of};

statements! {
    OF_VISIT = "SELECT v.id, v.case_id, v.kind, v.on_day, v.at_minute, v.minutes, v.place, v.postcode, v.remember, v.planned_at, v.cancelled_at, c.person, c.scheme, c.closed_at, \
                u.name AS worker_name, w.phone AS worker_phone FROM visit v JOIN case_file c ON c.tenant = v.tenant AND c.id = v.case_id \
                JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker LEFT JOIN link_worker w ON w.tenant = c.tenant AND w.user_id = c.worker AND w.scheme = c.scheme \
                WHERE v.tenant = $1 AND v.id = $2";
    /// What is planned and has not begun; a case is closed, and nobody goes.
    PLANNED = "SELECT id FROM visit WHERE tenant = $1 AND case_id = $2 AND on_day >= $3 AND cancelled_at IS NULL AND left_at IS NULL ORDER BY on_day, id LIMIT 100";
    PERSON_OF = "SELECT person FROM case_file WHERE tenant = $1 AND id = $2";
}

/// The hour of the day before at which a person is reminded.
const REMIND_AT: i8 = 10;

/// A visit as its person hears of it.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// The visit.
    pub id: VisitId,
    /// As planned.
    pub visit: Visit,
    /// Whom they meet.
    pub worker_name: String,
    /// Their telephone.
    pub worker_phone: Option<String>,
    /// When it was planned.
    pub planned_at: Timestamp,
}

fn about(row: &Row) -> Result<(PersonId, About)> {
    Ok((row.parsed("person")?, (row.parsed("scheme")?, row.parsed("case_id")?)))
}

/// It was not called off, as far as anybody knows.
fn stands(row: &Row) -> Result<bool> {
    Ok(row.opt_at("cancelled_at")?.is_none() && row.opt_at("closed_at")?.is_none())
}

impl Casework {
    /// Tells the person of a visit that was just planned, and once more the day before.
    pub(crate) async fn tell_of_visit(
        &self,
        tx: &mut Tx,
        (tenant, visit): (&TenantId, VisitId),
        now: Timestamp,
    ) -> Result<()> {
        let row = tx.row(OF_VISIT, values![tenant, visit]).await?.ok_or(StoreError::NotFound)?;
        let ((person, about), subject) = (about(&row)?, visit.to_string());
        let told = (MessageTemplate::Appointment, person, subject.as_str());
        let visit = visit_of(&row)?;
        let way = write_to_person(&self.0, tx, tenant, told, (about, true, Some(visit.begins())), now).await?;
        let remind = instant_at(plus_days(visit.on, -1), REMIND_AT);
        // A letter of the day before would come after the visit.
        if remind > now && way != Some(Channel::Letter) {
            add_job(&self.0, tx, tenant, (JobKind::RemindVisit, &subject), (remind, now)).await?;
        }
        Ok(())
    }

    /// Tells the person that a visit is called off, where they had heard of it by a message; what has not left stays here. Says
    /// whether they are told, by a message or by somebody from the list.
    pub(crate) async fn tell_of_end(
        &self,
        tx: &mut Tx,
        (tenant, visit): (&TenantId, VisitId),
        now: Timestamp,
    ) -> Result<bool> {
        let row = tx.row(OF_VISIT, values![tenant, visit]).await?.ok_or(StoreError::NotFound)?;
        let ((person, about), subject) = (about(&row)?, visit.to_string());
        let ends =
            async |tx: &mut Tx, template| message_not_needed(tx, tenant, (template, person, &subject), now).await;
        let heard = ends(tx, MessageTemplate::Appointment).await?;
        ends(tx, MessageTemplate::AppointmentReminder).await?;
        let begins = visit_of(&row)?.begins();
        let tell = heard && begins > now;
        if tell {
            let off = (MessageTemplate::AppointmentOff, person, subject.as_str());
            write_to_person(&self.0, tx, tenant, off, (about, true, Some(begins)), now).await?;
        }
        Ok(tell)
    }

    /// Calls off what was planned with somebody whose case is closed, and tells them, where they had heard of it.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn end_visits(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let case: CaseId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let tenant = &job.tenant;
        let mut tx = self.0.ledger().db().write().await?;
        for row in tx.rows(PLANNED, values![tenant, case, day_of(now)]).await? {
            let visit: VisitId = row.parsed("id")?;
            if call_off(&mut tx, (tenant, visit, case), now).await? {
                self.tell_of_end(&mut tx, (tenant, visit), now).await?;
            }
        }
        job_done(&mut tx, job, now).await?;
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Case).of(case);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

    /// Does the reminder of a visit: queues it, if the visit still stands.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn remind_visit(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let visit: VisitId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let tenant = &job.tenant;
        let mut tx = self.0.ledger().db().write().await?;
        if let Some(row) = tx.row(OF_VISIT, values![tenant, visit]).await?
            && stands(&row)?
            && visit_of(&row)?.begins() > now
        {
            let (person, about) = about(&row)?;
            let reminder = (MessageTemplate::AppointmentReminder, person, job.subject.as_str());
            let begins = visit_of(&row)?.begins();
            write_to_person(&self.0, &mut tx, tenant, reminder, (about, true, Some(begins)), now).await?;
        }
        job_done(&mut tx, job, now).await?;
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Visit).of(visit);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

    /// The appointment that a message is about, as it leaves, even where its time is over; `None` where there is nothing to
    /// say any more. `off` where the message says that it is called off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn appointment(&self, tenant: &TenantId, subject: &str, off: bool) -> Result<Option<Appointment>> {
        let Some(row) = self.0.ledger().db().row(OF_VISIT, values![tenant, subject]).await? else { return Ok(None) };
        let says = if off { row.opt_at("cancelled_at")?.is_some() } else { stands(&row)? };
        if !says {
            return Ok(None);
        }
        Ok(Some(Appointment {
            id: row.parsed("id")?,
            visit: visit_of(&row)?,
            worker_name: row.text("worker_name")?,
            worker_phone: row.opt_text("worker_phone")?,
            planned_at: row.at("planned_at")?,
        }))
    }

    /// Whether a message may go to the person of a case by itself, and how.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn reach(&self, ctx: &Ctx<ReadCase>, case: CaseId) -> Result<MayLeave> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().read().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(PERSON_OF, values![tenant, case]).await?.ok_or(StoreError::NotFound)?;
        let found = reach_of(&mut tx, tenant, row.parsed("person")?).await?;
        found.map(|(reach, _)| reach).ok_or(StoreError::NotFound)
    }
}
