//! Assessments: what a person answered to a measure, item by item, so that it can stop and go on anywhere.

use std::collections::BTreeMap;

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{AssessmentId, CaseId, RequestKey, TenantId};
use fingerpost_domain::measure::{Answers, Mode, Moment, Questionnaire};
use fingerpost_domain::person::PersonName;
use fingerpost_policy::{ReadCase, WorkCase};
use jiff::SignedDuration;

use crate::jobs::{self, JobKind};
use crate::links::{self, LinkScope, LiveLink};
use crate::{Ctx, Store, cases};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_people::person_name;

statements! {
    KEEP_EDITION = "INSERT INTO questionnaire (code, version, body, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT (code, version) DO NOTHING";
    BEGIN = "INSERT INTO assessment (tenant, id, case_id, questionnaire, version, moment, mode, request_key, begun_by, begun_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant, begun_by, request_key) DO NOTHING";
    BY_KEY = "SELECT id FROM assessment WHERE tenant = $1 AND begun_by = $2 AND request_key = $3";
    ONE = "SELECT a.id, a.case_id, a.moment, a.mode, a.begun_at, a.finished_at, a.alert_at, a.alert_answered_at, q.body, p.given, p.family, p.preferred \
           FROM assessment a JOIN questionnaire q ON q.code = a.questionnaire AND q.version = a.version \
           JOIN case_file c ON c.tenant = a.tenant AND c.id = a.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
           WHERE a.tenant = $1 AND a.id = $2";
    ANSWERS = "SELECT item, answer FROM assessment_answer WHERE tenant = $1 AND assessment = $2 ORDER BY item LIMIT 200";
    OF_CASE = "SELECT a.id, a.case_id, a.moment, a.mode, a.begun_at, a.finished_at, a.alert_at, a.alert_answered_at, q.body, p.given, p.family, p.preferred \
               FROM assessment a JOIN questionnaire q ON q.code = a.questionnaire AND q.version = a.version \
               JOIN case_file c ON c.tenant = a.tenant AND c.id = a.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
               WHERE a.tenant = $1 AND a.case_id = $2 ORDER BY a.begun_at DESC, a.id DESC LIMIT 60";
    ANSWERS_OF_CASE = "SELECT n.assessment, n.item, n.answer FROM assessment a CROSS JOIN assessment_answer n \
                       WHERE a.tenant = $1 AND a.case_id = $2 AND n.tenant = a.tenant AND n.assessment = a.id ORDER BY a.begun_at DESC, a.id DESC, n.item LIMIT 6000";
    PUT_ANSWER = "INSERT INTO assessment_answer (tenant, assessment, item, answer, answered_at) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT (tenant, assessment, item) DO UPDATE SET answer = excluded.answer, answered_at = excluded.answered_at";
    BY_LINK = "SELECT id FROM assessment WHERE tenant = $1 AND case_id = $2 AND mode = 'link' AND finished_at IS NULL ORDER BY begun_at, id LIMIT 100";
    HOLD = "UPDATE assessment SET mode = mode WHERE tenant = $1 AND id = $2 AND finished_at IS NULL";
    ALERT = "UPDATE assessment SET alert_at = $3, alert_answered_by = NULL, alert_answered_at = NULL WHERE tenant = $1 AND id = $2";
    FINISH = "UPDATE assessment SET finished_at = $3 WHERE tenant = $1 AND id = $2 AND finished_at IS NULL";
}

/// A person answers through a link of their own for so long.
const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24 * 14);

/// An assessment with the edition of the questionnaire with which it began.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The case.
    pub case: CaseId,
    /// Whose it is.
    pub name: PersonName,
    /// The questions, as they were asked from the beginning.
    pub questionnaire: Questionnaire,
    /// At which point of the case.
    pub moment: Moment,
    /// How it is filled in.
    pub mode: Mode,
    /// When it began.
    pub begun_at: Timestamp,
    /// When the last question was answered or left out.
    pub finished_at: Option<Timestamp>,
    /// When an answer was given that may mean danger.
    pub alert_at: Option<Timestamp>,
    /// When somebody saw to it.
    pub alert_answered_at: Option<Timestamp>,
    /// What was answered so far.
    pub answers: Answers,
}

fn assessment(row: &Row, answers: Answers) -> Result<Assessment> {
    Ok(Assessment {
        id: row.parsed("id")?,
        case: row.parsed("case_id")?,
        name: person_name(row)?,
        questionnaire: serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?,
        moment: row.coded("moment", Moment::from_code)?,
        mode: row.coded("mode", Mode::from_code)?,
        begun_at: row.at("begun_at")?,
        finished_at: row.opt_at("finished_at")?,
        alert_at: row.opt_at("alert_at")?,
        alert_answered_at: row.opt_at("alert_answered_at")?,
        answers,
    })
}

/// The newest assessments of a case, oldest of them first.
pub(crate) async fn of_case(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<Vec<Assessment>> {
    let rows = tx.rows(OF_CASE, values![tenant, case]).await?;
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let mut answers: BTreeMap<String, Answers> = BTreeMap::new();
    for row in tx.rows(ANSWERS_OF_CASE, values![tenant, case]).await? {
        answers.entry(row.text("assessment")?).or_default().insert(row.text("item")?, row.text("answer")?);
    }
    rows.iter().rev().map(|row| assessment(row, answers.remove(&row.text("id")?).unwrap_or_default())).collect()
}

async fn one(tx: &mut Tx, tenant: &TenantId, id: AssessmentId) -> Result<Assessment> {
    let row = tx.row(ONE, values![tenant, id]).await?.ok_or(StoreError::NotFound)?;
    let mut answers = Answers::new();
    for row in tx.rows(ANSWERS, values![tenant, id]).await? {
        answers.insert(row.text("item")?, row.text("answer")?);
    }
    assessment(&row, answers)
}

/// Stores one answer of an assessment that is not finished, and finishes it when nothing is left to ask. The answer
/// is checked against the edition that the assessment began with. One that may mean danger is somebody's work at once.
async fn answer(
    store: &Store,
    tx: &mut Tx,
    (tenant, id): (&TenantId, AssessmentId),
    (item, given): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    if tx.run(HOLD, values![tenant, id]).await? == 0 {
        return Err(StoreError::ChangedMeanwhile);
    }
    let mut found = one(tx, tenant, id).await?;
    let asked = found.questionnaire.asked(&found.answers).find(|asked| asked.code == item);
    if !asked.is_some_and(|asked| Questionnaire::is_answer(asked, given)) {
        return Err(StoreError::ChangedMeanwhile);
    }
    tx.run(PUT_ANSWER, values![tenant, id, item, given, now]).await?;
    if found.questionnaire.means_danger(item, given) {
        tx.run(ALERT, values![tenant, id, now]).await?;
        jobs::add(store, tx, tenant, (JobKind::AnswerAlert, &id.to_string()), (now, now)).await?;
    }
    found.answers.insert(item.to_owned(), given.to_owned());
    if found.questionnaire.next(&found.answers).is_none() {
        tx.run(FINISH, values![tenant, id, now]).await?;
        links::revoke(tx, tenant, LinkScope::AnswerQuestions, &id.to_string(), now).await?;
    }
    Ok(())
}

/// Ends the links of a case that was closed: what was not answered by then is not waited for.
pub(crate) async fn case_closed(tx: &mut Tx, (tenant, case): (&TenantId, CaseId), now: Timestamp) -> Result<()> {
    for row in tx.rows(BY_LINK, values![tenant, case]).await? {
        links::revoke(tx, tenant, LinkScope::AnswerQuestions, &row.text("id")?, now).await?;
    }
    Ok(())
}

fn subject_of(link: &LiveLink) -> Result<AssessmentId> {
    if link.scope != LinkScope::AnswerQuestions {
        return Err(StoreError::NotFound);
    }
    link.subject.parse().map_err(|_| StoreError::corrupt("subject"))
}

fn by_link(link: &LiveLink, act: Act, id: AssessmentId) -> Entry {
    Entry { ground: "link", ..Entry::system(link.tenant.clone(), act, Resource::Assessment).of(id) }
}

impl Store {
    /// Begins an assessment; the edition of the questionnaire is kept with it. The same key begins once. For
    /// [`Mode::Link`] the token of the link is given: the only time that it is seen.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope, and for a link to what may not be sent;
    /// [`StoreError::ChangedMeanwhile`] on a closed case.
    pub async fn begin_assessment(
        &self,
        ctx: &Ctx<WorkCase>,
        case: CaseId,
        (questionnaire, moment, mode, key): (&Questionnaire, Moment, Mode, RequestKey),
    ) -> Result<(AssessmentId, Option<String>)> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        if mode == Mode::Link && !questionnaire.may_be_sent() {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.db().write().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        cases::touch(&mut tx, tenant, case, None).await?;
        if let Some(row) = tx.row(BY_KEY, values![tenant, user, key]).await? {
            self.stored_before(tx).await?;
            return Ok((row.parsed("id")?, None));
        }
        let body = serde_json::to_string(questionnaire).map_err(|_| StoreError::corrupt("body"))?;
        let version = i64::from(questionnaire.version);
        tx.run(KEEP_EDITION, values![&questionnaire.code, version, body, ctx.now]).await?;
        let id: AssessmentId = self.entropy().id(ctx.now);
        let values =
            values![tenant, id, case, &questionnaire.code, version, moment.code(), mode.code(), key, user, ctx.now];
        if tx.run(BEGIN, values).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let token = match mode {
            Mode::Link => Some(self.mint_own_link(&mut tx, (tenant, id), ctx.now).await?),
            Mode::Together | Mode::Paper => None,
        };
        self.commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Assessment).of(id)).await?;
        Ok((id, token))
    }

    async fn mint_own_link(
        &self,
        tx: &mut Tx,
        (tenant, id): (&TenantId, AssessmentId),
        now: Timestamp,
    ) -> Result<String> {
        let until = now.saturating_add(LINK_LASTS).unwrap_or(Timestamp::MAX);
        links::mint(self, tx, tenant, LinkScope::AnswerQuestions, &id.to_string(), (now, until)).await
    }

    /// Ends the link of an assessment that the person answers by themself, and makes a new one where `again` says so:
    /// for a link that was lost, or reached somebody else.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed case, or when
    /// there is no such link to end.
    pub async fn change_own_link(
        &self,
        ctx: &Ctx<WorkCase>,
        (case, id): (CaseId, AssessmentId),
        again: bool,
    ) -> Result<Option<String>> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().write().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        cases::touch(&mut tx, tenant, case, None).await?;
        let found = one(&mut tx, tenant, id).await?;
        if found.case != case {
            return Err(StoreError::NotFound);
        }
        if found.mode != Mode::Link || found.finished_at.is_some() {
            return Err(StoreError::ChangedMeanwhile);
        }
        let token = if again {
            Some(self.mint_own_link(&mut tx, (tenant, id), ctx.now).await?)
        } else {
            links::revoke(&mut tx, tenant, LinkScope::AnswerQuestions, &id.to_string(), ctx.now).await?;
            None
        };
        let entry = ctx.entry(Act::Change, Resource::Link).of(id).because(if again { "new" } else { "ended" });
        self.commit(tx, ctx.now, entry).await?;
        Ok(token)
    }

    /// An assessment of a case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn assessment(&self, ctx: &Ctx<ReadCase>, (case, id): (CaseId, AssessmentId)) -> Result<Assessment> {
        let mut tx = self.db().read().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        let found = one(&mut tx, ctx.grant.tenant(), id).await?;
        drop(tx);
        if found.case != case {
            return Err(StoreError::NotFound);
        }
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Assessment).of(id)).await?;
        Ok(found)
    }

    /// Stores an answer that the worker typed in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] when the assessment is
    /// finished, the case closed, the item not asked, or when the person answers by themself.
    pub async fn answer_item(
        &self,
        ctx: &Ctx<WorkCase>,
        (case, id): (CaseId, AssessmentId),
        (item, given): (&str, &str),
    ) -> Result<()> {
        let mut tx = self.db().write().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        cases::touch(&mut tx, ctx.grant.tenant(), case, None).await?;
        let found = one(&mut tx, ctx.grant.tenant(), id).await?;
        if found.case != case {
            return Err(StoreError::NotFound);
        }
        if found.mode == Mode::Link {
            return Err(StoreError::ChangedMeanwhile);
        }
        answer(self, &mut tx, (ctx.grant.tenant(), id), (item, given), ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Assessment).of(id)).await
    }

    /// The assessment behind a link of the person's own.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope.
    pub async fn assessment_by_link(&self, link: &LiveLink, now: Timestamp) -> Result<Assessment> {
        let id = subject_of(link)?;
        let mut tx = self.db().read().await?;
        let found = one(&mut tx, &link.tenant, id).await?;
        drop(tx);
        self.looked(now, by_link(link, Act::Read, id)).await?;
        Ok(found)
    }

    /// Stores an answer that the person gave through their link. The last one ends the link.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended; [`StoreError::ChangedMeanwhile`] when the assessment is
    /// finished or the item is not asked.
    pub async fn answer_item_by_link(
        &self,
        link: &LiveLink,
        (item, given): (&str, &str),
        now: Timestamp,
    ) -> Result<()> {
        let id = subject_of(link)?;
        let mut tx = self.db().write().await?;
        links::still_live(&mut tx, link, now).await?;
        answer(self, &mut tx, (&link.tenant, id), (item, given), now).await?;
        self.commit(tx, now, by_link(link, Act::Change, id)).await
    }
}
