//! Questions of a scheme to the referrer before it answers: the referral goes back, and comes again with what they say. Nothing is lost
//! on the way: the scheme may still answer without it, and the referrer may take it back.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{add_working_days, day_of, instant_at};
use fingerpost_domain::id::{OrganisationId, ReferralId, TenantId};
use fingerpost_domain::referral::{NotNow, ReferralEvent, ReferralState};
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::Note;
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::{AnswerBack, Triage};

use crate::jobs::{self, JobKind};
use crate::outbox::{self, MessageTemplate};
use crate::{Ctx, Store, referrals, schemes};

statements! {
    AT_SCHEME = "SELECT state, source FROM referral WHERE tenant = $1 AND scheme = $2 AND id = $3 AND sent_at IS NOT NULL";
    /// One's own; and where `$5` is 1, whoever looks after the practice, one of somebody who does not sign in any more.
    AT_REFERRER = "SELECT r.state, r.scheme, s.min_age, s.max_age, s.sessions_agreed, s.answer_working_days, s.self_referral \
                   FROM referral r JOIN scheme s ON s.tenant = r.tenant AND s.organisation = r.scheme \
                   WHERE r.tenant = $1 AND r.practice = $2 AND r.id = $3 AND r.sent_at IS NOT NULL \
                   AND (r.referrer = $4 OR (CAST($5 AS BIGINT) = 1 AND EXISTS (SELECT 1 FROM app_user u WHERE u.tenant = r.tenant AND u.id = r.referrer AND u.disabled = 1)))";
    RETURN = "UPDATE referral SET state = 'returned' WHERE tenant = $1 AND id = $2 AND state = 'sent'";
    COME_AGAIN = "UPDATE referral SET state = 'sent', answer_due = $3 WHERE tenant = $1 AND id = $2 AND state = 'returned'";
    ASK = "INSERT INTO referral_question (tenant, referral, round, question, asked_by, asked_at) \
           SELECT $1, $2, COALESCE(MAX(round), 0) + 1, $3, $4, $5 FROM referral_question WHERE tenant = $1 AND referral = $2";
    ANSWER = "UPDATE referral_question SET answer = $3, answered_at = $4 WHERE tenant = $1 AND referral = $2 AND answer IS NULL";
    ROUND = "SELECT MAX(round) AS round FROM referral_question WHERE tenant = $1 AND referral = $2";
    OF_REFERRAL = "SELECT q.question, q.asked_at, q.answer, q.answered_at, u.name FROM referral_question q \
                   JOIN app_user u ON u.tenant = q.tenant AND u.id = q.asked_by WHERE q.tenant = $1 AND q.referral = $2 ORDER BY q.round LIMIT 50";
    DECLINE = "UPDATE referral SET state = 'declined_by_person', agreement = 'said_no', decided_at = $3, decided_by = $4 \
               WHERE tenant = $1 AND id = $2 AND state IN ('sent', 'returned')";
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    /// What was asked.
    pub question: String,
    /// By whom.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// What the referrer said.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
}

/// The questions of a referral, oldest first.
pub(crate) async fn of_referral(tx: &mut Tx, tenant: &TenantId, referral: ReferralId) -> Result<Vec<QuestionRow>> {
    let rows = tx.rows(OF_REFERRAL, values![tenant, referral]).await?;
    rows.iter()
        .map(|row| {
            Ok(QuestionRow {
                question: row.text("question")?,
                asked_by: row.text("name")?,
                asked_at: row.at("asked_at")?,
                answer: row.opt_text("answer")?,
                answered_at: row.opt_at("answered_at")?,
            })
        })
        .collect()
}

/// What a message of one round is about: another round is another message.
async fn subject(tx: &mut Tx, tenant: &TenantId, referral: ReferralId) -> Result<String> {
    let round = tx.row(ROUND, values![tenant, referral]).await?.map_or(Ok(0), |row| row.int("round"))?;
    Ok(format!("{referral}/{round}"))
}

fn state(row: &Row) -> Result<ReferralState> {
    row.coded("state", ReferralState::from_code)
}

impl Store {
    /// Asks the referrer something before the referral is answered.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme, or where no practice stands behind it; [`StoreError::NotNow`] when it was answered
    /// or asked already.
    pub async fn ask_back(&self, ctx: &Ctx<Triage>, id: ReferralId, question: &Note<1000>) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.db().write().await?;
        let row = tx.row(AT_SCHEME, values![tenant, scheme, id]).await?.ok_or(StoreError::NotFound)?;
        if row.coded("source", ReferralSource::from_code)? != ReferralSource::Practice {
            return Err(StoreError::NotFound);
        }
        state(&row)?.after(ReferralEvent::AskBack)?;
        if tx.run(RETURN, values![tenant, id]).await? == 0 {
            return Err(NotNow(state(&row)?).into());
        }
        tx.run(ASK, values![tenant, id, question.as_str(), ctx.grant.user(), ctx.now]).await?;
        let subject = subject(&mut tx, tenant, id).await?;
        let today = day_of(ctx.now);
        if let Some(first) = schemes::settings(&mut tx, tenant, scheme).await?.next_reminder(today, today) {
            let job = (JobKind::NudgeReferrer, id.to_string());
            jobs::add(self, &mut tx, tenant, (job.0, &job.1), (instant_at(first, 9), ctx.now)).await?;
        }
        let asked = (id, subject.as_str());
        outbox::to_referrer(self, &mut tx, tenant, MessageTemplate::QuestionBack, asked, None, ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::AskBack, Resource::Referral).of(id)).await
    }

    /// Answers the scheme's question, or that to a colleague who does not sign in any more: the referral waits for it again, with a new promised day.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for somebody else's; [`StoreError::NotNow`] when nothing is asked.
    pub async fn answer_back(&self, ctx: &Ctx<AnswerBack>, id: ReferralId, answer: &Note<1000>) -> Result<()> {
        let (tenant, practice, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
        let mut tx = self.db().write().await?;
        let practices = i64::from(ctx.grant.only_user().is_none());
        let row =
            tx.row(AT_REFERRER, values![tenant, practice, id, user, practices]).await?.ok_or(StoreError::NotFound)?;
        state(&row)?.after(ReferralEvent::AnswerBack)?;
        let terms = schemes::terms(&row)?;
        let due = add_working_days(day_of(ctx.now), u32::from(terms.answer_working_days));
        if tx.run(COME_AGAIN, values![tenant, id, due]).await? == 0 {
            return Err(NotNow(state(&row)?).into());
        }
        tx.run(ANSWER, values![tenant, id, answer.as_str(), ctx.now]).await?;
        let (scheme, subject): (OrganisationId, _) = (row.parsed("scheme")?, subject(&mut tx, tenant, id).await?);
        let triagers = schemes::triagers(&mut tx, tenant, scheme).await?;
        referrals::to_be_answered(self, &mut tx, tenant, (id, &triagers, &subject), (due, ctx.now)).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::AnswerBack, Resource::Referral).of(id)).await
    }

    /// The scheme asked the person, and they said no. The referrer hears that, and it is the person's no and nobody else's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme; [`StoreError::NotNow`] when it was answered already.
    pub async fn person_said_no(&self, ctx: &Ctx<Triage>, id: ReferralId) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.db().write().await?;
        let row = tx.row(AT_SCHEME, values![tenant, scheme, id]).await?.ok_or(StoreError::NotFound)?;
        state(&row)?.after(ReferralEvent::PersonDeclines)?;
        if tx.run(DECLINE, values![tenant, id, ctx.now, ctx.grant.user()]).await? == 0 {
            return Err(NotNow(state(&row)?).into());
        }
        self.tell_referrer(&mut tx, tenant, (&row, id), ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::PersonDeclines, Resource::Referral).of(id)).await
    }
}
