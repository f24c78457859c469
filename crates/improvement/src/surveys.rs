//! Surveys of the staff: the ways on which they go out, and what comes back. Whoever answers is not signed in; their answer is in the
//! database before they are thanked, and can be withdrawn with a secret that only they were shown.

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{ProjectId, ResponseId, SurveyId, TenantId, UserId};
use fingerpost_domain::measure::{Answers, Moment, Questionnaire};
use fingerpost_domain::survey::{PairCode, staff_questions};
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_ledger::{Act, Entry, Resource, digest, hex};
use fingerpost_policy::Improve;
use fingerpost_store::{ClaimedJob, Ctx, MessageTemplate, job_done, write_to_user};

use crate::Improvement;

statements! {
    KEEP_EDITION = "INSERT INTO questionnaire (code, version, body, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT (code, version) DO NOTHING";
    OPEN = "INSERT INTO staff_survey (tenant, id, project, moment, questionnaire, version, invited, closes_on, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (tenant, project, moment) DO NOTHING";
    ADD_ROUTE = "INSERT INTO staff_survey_route (tenant, survey, place, name, code) VALUES ($1, $2, $3, $4, $5)";
    AGAIN = "UPDATE staff_survey SET invited = $4, closes_on = $5 WHERE tenant = $1 AND project = $2 AND moment = $3";
    OF_PROJECT = "SELECT s.id, s.moment, s.invited, s.closes_on, q.body FROM staff_survey s JOIN questionnaire q ON q.code = s.questionnaire AND q.version = s.version \
                  WHERE s.tenant = $1 AND s.project = $2 ORDER BY s.opened_at, s.id LIMIT 2";
    ROUTES = "SELECT r.place, r.name, r.code, (SELECT COUNT(*) FROM staff_survey_response a WHERE a.tenant = r.tenant AND a.survey = r.survey AND a.route = r.place AND a.withdrawn_at IS NULL) AS answered \
              FROM staff_survey_route r WHERE r.tenant = $1 AND r.survey = $2 ORDER BY r.place";
    RESPONSES = "SELECT pair_digest, answers FROM staff_survey_response WHERE tenant = $1 AND survey = $2 AND withdrawn_at IS NULL ORDER BY submitted_at, id LIMIT $3";
    WITHDRAWN = "SELECT COUNT(*) AS n FROM staff_survey_response WHERE tenant = $1 AND survey = $2 AND withdrawn_at IS NOT NULL";
    DOOR = "SELECT r.tenant, r.survey, r.place, s.project, s.moment, s.invited, s.closes_on, q.body, o.name FROM staff_survey_route r \
            JOIN staff_survey s ON s.tenant = r.tenant AND s.id = r.survey JOIN questionnaire q ON q.code = s.questionnaire AND q.version = s.version \
            JOIN improvement_project p ON p.tenant = s.tenant AND p.id = s.project JOIN organisation o ON o.id = p.organisation WHERE r.code = $1";
    SIZE = "SELECT COUNT(*) AS n FROM staff_survey_response WHERE tenant = $1 AND survey = $2";
    ANSWER = "INSERT INTO staff_survey_response (tenant, id, survey, route, pair_digest, answers, receipt_hash, submitted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
              ON CONFLICT (tenant, id) DO NOTHING";
    RECEIPT = "SELECT withdrawn_at FROM staff_survey_response WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3";
    WITHDRAW = "UPDATE staff_survey_response SET withdrawn_at = $4, answers = '{}', pair_digest = NULL WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3 AND withdrawn_at IS NULL";
    STILL_TO_COUNT = "SELECT organisation FROM improvement_project p WHERE p.tenant = $1 AND p.id = $2 AND p.third_from IS NOT NULL \
                      AND NOT EXISTS (SELECT 1 FROM improvement_count c WHERE c.tenant = p.tenant AND c.project = p.id AND c.stage = 'third')";
}

/// Answers that are read of one survey: three times the largest network.
const MOST_ANSWERS: i64 = 60_000;
/// A survey takes three times as many answers as people were asked, and at least so many: more are no people.
const LEAST_ROOM: i64 = 50;
/// Letters of an address: none that is mistaken for another.
const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
const CODE: usize = 10;
const SECRET: usize = 20;

/// A survey that is to be opened.
#[derive(Debug, Clone)]
pub struct NewSurvey {
    /// Before the change, or after it.
    pub moment: Moment,
    /// How many people are asked.
    pub invited: u32,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// The ways on which it goes out.
    pub routes: Vec<Line<80>>,
}

/// A way on which a survey goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// What it is called.
    pub name: String,
    /// What its address ends with.
    pub code: String,
    /// How many answered on it.
    pub answered: u64,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The digest of the code they made.
    pub pair: Option<String>,
    /// What they answered.
    pub answers: Answers,
}

/// A survey with everything that came back.
#[derive(Debug, Clone)]
pub struct SurveyRecord {
    /// Its id.
    pub id: SurveyId,
    /// Before the change, or after it.
    pub moment: Moment,
    /// How many people were asked.
    pub invited: u32,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// What is asked.
    pub questions: Questionnaire,
    /// The ways on which it goes out.
    pub routes: Vec<Route>,
    /// What came back, without what was withdrawn.
    pub responses: Vec<Response>,
    /// Answers that were withdrawn.
    pub withdrawn: u64,
}

/// A survey as whoever answers it meets it.
#[derive(Debug, Clone)]
pub struct SurveyDoor {
    tenant: TenantId,
    survey: SurveyId,
    place: i64,
    project: ProjectId,
    invited: i64,
    /// Before the change, or after it.
    pub moment: Moment,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// What is asked.
    pub questions: Questionnaire,
    /// Who asks.
    pub organisation: String,
}

/// Where an answer stands, for whoever gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It counts.
    Kept,
    /// It was withdrawn.
    Withdrawn,
}

fn questions(row: &Row) -> Result<Questionnaire> {
    serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))
}

impl Improvement {
    /// Opens a survey; the same one is opened once, and changed where it stands already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn open_survey(&self, ctx: &Ctx<Improve>, project: ProjectId, new: &NewSurvey) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let asked = staff_questions(new.moment);
        let body = serde_json::to_string(&asked).map_err(|_| StoreError::corrupt("body"))?;
        let id: SurveyId = self.0.entropy().id(ctx.now);
        let (version, moment, invited) = (i64::from(asked.version), new.moment.code(), i64::from(new.invited));
        let mut tx = self.0.ledger().db().write().await?;
        self.read(&mut tx, ctx, project).await?;
        tx.run(KEEP_EDITION, values![&asked.code, version, body, ctx.now]).await?;
        let survey = values![tenant, id, project, moment, asked.code, version, invited, new.closes_on, ctx.now];
        let act = if tx.run(OPEN, survey).await? == 0 {
            tx.run(AGAIN, values![tenant, project, moment, invited, new.closes_on]).await?;
            Act::Change
        } else {
            for (place, name) in new.routes.iter().enumerate() {
                let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
                let code: String = self.0.entropy().bytes::<CODE>().into_iter().map(letter).collect();
                let place = i64::try_from(place).unwrap_or(i64::MAX);
                tx.run(ADD_ROUTE, values![tenant, id, place, name.to_string(), code]).await?;
            }
            Act::Create
        };
        self.0.ledger().commit(tx, ctx.now, ctx.entry(act, Resource::Survey).of(project).because(moment)).await
    }

    /// The surveys of a project, with what came back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn surveys(&self, ctx: &Ctx<Improve>, project: ProjectId) -> Result<Vec<SurveyRecord>> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().read().await?;
        self.read(&mut tx, ctx, project).await?;
        let mut all = vec![];
        for row in tx.rows(OF_PROJECT, values![tenant, project]).await? {
            let id: SurveyId = row.parsed("id")?;
            let route = |row: &Row| {
                Ok(Route { name: row.text("name")?, code: row.text("code")?, answered: row.small("answered")? })
            };
            let response = |row: &Row| {
                let answers =
                    serde_json::from_str(&row.text("answers")?).map_err(|_| StoreError::corrupt("answers"))?;
                Ok(Response { pair: row.opt_text("pair_digest")?, answers })
            };
            let withdrawn = tx.row(WITHDRAWN, values![tenant, id]).await?;
            all.push(SurveyRecord {
                id,
                moment: row.coded("moment", Moment::from_code)?,
                invited: row.small("invited")?,
                closes_on: row.parsed("closes_on")?,
                questions: questions(&row)?,
                routes: tx.rows(ROUTES, values![tenant, id]).await?.iter().map(route).collect::<Result<_>>()?,
                responses: tx
                    .rows(RESPONSES, values![tenant, id, MOST_ANSWERS])
                    .await?
                    .iter()
                    .map(response)
                    .collect::<Result<_>>()?,
                withdrawn: withdrawn.map_or(Ok(0), |row| row.small("n"))?,
            });
        }
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Survey).of(project)).await?;
        Ok(all)
    }

    /// The survey behind an address, open or ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn survey_door(&self, code: &str) -> Result<Option<SurveyDoor>> {
        let Some(row) = self.0.ledger().db().row(DOOR, values![code]).await? else { return Ok(None) };
        Ok(Some(SurveyDoor {
            tenant: row.parsed("tenant")?,
            survey: row.parsed("survey")?,
            place: row.int("place")?,
            project: row.parsed("project")?,
            invited: row.int("invited")?,
            moment: row.coded("moment", Moment::from_code)?,
            closes_on: row.parsed("closes_on")?,
            questions: questions(&row)?,
            organisation: row.text("name")?,
        }))
    }

    /// Keeps an answer; gives the secret with which it can be withdrawn, none where this page was sent before.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when the survey has ended or takes no more.
    pub async fn answer_survey(
        &self,
        door: &SurveyDoor,
        (id, answers, pair): (ResponseId, &Answers, Option<&PairCode>),
        now: Timestamp,
    ) -> Result<Option<String>> {
        if day_of(now) > door.closes_on {
            return Err(StoreError::ChangedMeanwhile);
        }
        let body = serde_json::to_string(answers).map_err(|_| StoreError::corrupt("answers"))?;
        // The same code in another project is another person's business: the digests differ.
        let pair = pair.map(|code| digest(&format!("{} {}", door.project, code.as_str())));
        let secret = hex(&self.0.entropy().bytes::<SECRET>());
        let mut tx = self.0.ledger().db().write().await?;
        let taken = tx.row(SIZE, values![&door.tenant, door.survey]).await?.map_or(Ok(0), |row| row.int("n"))?;
        if taken >= (door.invited * 3).max(LEAST_ROOM) {
            return Err(StoreError::ChangedMeanwhile);
        }
        let row = values![&door.tenant, id, door.survey, door.place, pair, body, digest(&secret), now];
        if tx.run(ANSWER, row).await? == 0 {
            self.0.ledger().stored_before(tx).await?;
            return Ok(None);
        }
        let entry = Entry::system(door.tenant.clone(), Act::Create, Resource::Survey).of(door.survey).because("answer");
        self.0.ledger().commit(tx, now, entry).await?;
        Ok(Some(secret))
    }

    /// Where an answer stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn receipt(&self, door: &SurveyDoor, secret: &str) -> Result<Option<Receipt>> {
        let row = self.0.ledger().db().row(RECEIPT, values![&door.tenant, door.survey, digest(secret)]).await?;
        row.map(|row| Ok(if row.opt_at("withdrawn_at")?.is_some() { Receipt::Withdrawn } else { Receipt::Kept }))
            .transpose()
    }

    /// Empties an answer and counts it no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_answer(&self, door: &SurveyDoor, secret: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(WITHDRAW, values![&door.tenant, door.survey, digest(secret), now]).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
        }
        let entry = Entry::system(door.tenant.clone(), Act::Withdraw, Resource::Survey).of(door.survey);
        self.0.ledger().commit(tx, now, entry).await
    }

    /// Reminds whoever studied a project that the months of its third count are over, if nobody has counted them.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn remind(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let (project, user) = job.subject.split_once('/').ok_or_else(|| StoreError::corrupt("subject"))?;
        let project: ProjectId = project.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let user: UserId = user.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let mut tx = self.0.ledger().db().write().await?;
        if tx.row(STILL_TO_COUNT, values![&job.tenant, project]).await?.is_some() {
            let about = format!("{project}/{}", day_of(now));
            write_to_user(&self.0, &mut tx, &job.tenant, MessageTemplate::CountAgainDue, (user, &about), now).await?;
        }
        job_done(&mut tx, job, now).await?;
        let entry = Entry::system(job.tenant.clone(), Act::Change, Resource::Improvement).of(project);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
