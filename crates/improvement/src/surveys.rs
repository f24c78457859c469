//! Surveys: the ways on which they go out, and what comes back. Whoever answers is not signed in; their answer is in the
//! database before they are thanked, and can be withdrawn with a secret that only they were shown.

use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{ProjectId, ResponseId, SurveyId, TenantId, UserId};
use fingerpost_domain::measure::{Answers, Moment, Questionnaire, SKIPPED};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_improvement_rules::questions::OwnQuestions;
use fingerpost_improvement_rules::survey::{
    Approach, AskedPractice, ClinicianSurvey, PairCode, SHOWN_FROM, Sending, clinician_questions, staff_questions,
};
use fingerpost_ledger::{Act, Entry, Resource, digest, hex};
use fingerpost_policy::Improve;
use fingerpost_store::{ClaimedJob, Ctx, JobKind, MessageTemplate, add_job, job_done, write_to_user};

use crate::draw::DRAWN_WITHIN;
use crate::{Improvement, MOST_ROWS, REMIND_AT, reminded};

statements! {
    KEEP_EDITION = "INSERT INTO questionnaire (code, version, body, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT (code, version) DO NOTHING";
    OPEN = "INSERT INTO survey (tenant, id, organisation, title, project, moment, approach, questionnaire, version, invited, closes_on, opened_at, prize) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    ADD_PRACTICE = "INSERT INTO survey_practice (tenant, survey, number, name, network) VALUES ($1, $2, $3, $4, $5)";
    PRACTICES = "SELECT number, name, network FROM survey_practice WHERE tenant = $1 AND survey = $2 ORDER BY number";
    ADD_ROUTE = "INSERT INTO survey_route (tenant, survey, place, name, code) VALUES ($1, $2, $3, $4, $5)";
    OWNED = "SELECT id FROM survey WHERE tenant = $1 AND organisation = $2 AND id = $3";
    /// What has ended stays ended: opened again, what is new would be known by what was there before.
    AGAIN = "UPDATE survey SET invited = $4, closes_on = $5 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND closes_on >= $6";
    BY_ITSELF = "SELECT s.id, s.title, s.moment, s.approach, s.invited, s.closes_on, s.prize, s.contacts, q.body FROM survey s JOIN questionnaire q ON q.code = s.questionnaire AND q.version = s.version \
                 WHERE s.tenant = $1 AND s.organisation = $2 AND s.id = $3 AND s.project IS NULL";
    /// Practices that belong here, with a network of theirs.
    PRACTICES_HERE = "SELECT o.name, MIN(n.name) AS network FROM organisation o LEFT JOIN organisation_member m ON m.member = o.id AND m.until IS NULL LEFT JOIN organisation n ON n.id = m.body AND n.kind IN ('network', 'federation', 'cluster') \
                      WHERE o.id IN (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2 UNION SELECT member FROM organisation_member WHERE body = $2 AND until IS NULL) \
                      GROUP BY o.id, o.name ORDER BY o.name, o.id LIMIT $3";
    LIST = "SELECT s.id, s.title, s.invited, s.closes_on, s.opened_at, (SELECT COUNT(*) FROM survey_response a WHERE a.tenant = s.tenant AND a.survey = s.id AND a.withdrawn_at IS NULL) AS answered \
            FROM survey s WHERE s.tenant = $1 AND s.organisation = $2 AND s.project IS NULL ORDER BY s.opened_at DESC, s.id LIMIT $3";
    OF_PROJECT = "SELECT s.id, s.title, s.moment, s.approach, s.invited, s.closes_on, s.prize, s.contacts, q.body FROM survey s JOIN questionnaire q ON q.code = s.questionnaire AND q.version = s.version \
                  WHERE s.tenant = $1 AND s.project = $2 ORDER BY s.opened_at, s.id LIMIT 2";
    ROUTES = "SELECT r.place, r.name, r.code, (SELECT COUNT(*) FROM survey_response a WHERE a.tenant = r.tenant AND a.survey = r.survey AND a.route = r.place AND a.withdrawn_at IS NULL) AS answered \
              FROM survey_route r WHERE r.tenant = $1 AND r.survey = $2 ORDER BY r.place";
    RESPONSES = "SELECT id, pair_digest, answers FROM survey_response WHERE tenant = $1 AND survey = $2 AND withdrawn_at IS NULL ORDER BY submitted_at, id LIMIT $3";
    WITHDRAWN = "SELECT COUNT(*) AS n FROM survey_response WHERE tenant = $1 AND survey = $2 AND withdrawn_at IS NOT NULL";
    HAS_PRIZE = "SELECT id FROM survey WHERE tenant = $1 AND id = $2 AND prize IS NOT NULL";
    /// Taken back when the survey had ended: whoever looked before and after could know whose it was.
    WITHDRAWN_LATE = "SELECT COUNT(*) AS n FROM survey_response WHERE tenant = $1 AND survey = $2 AND withdrawn_at >= $3";
    CONTACTS = "UPDATE survey SET contacts = $4 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND project IS NULL";
    DOOR = "SELECT r.tenant, r.survey, r.place, s.project, s.invited, s.closes_on, s.prize, q.body, o.name FROM survey_route r \
            JOIN survey s ON s.tenant = r.tenant AND s.id = r.survey JOIN questionnaire q ON q.code = s.questionnaire AND q.version = s.version \
            JOIN organisation o ON o.id = s.organisation WHERE r.code = $1";
    SIZE = "SELECT COUNT(*) AS n FROM survey_response WHERE tenant = $1 AND survey = $2 AND withdrawn_at IS NULL";
    ANSWER = "INSERT INTO survey_response (tenant, id, survey, route, pair_digest, answers, receipt_hash, submitted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
              ON CONFLICT (receipt_hash) DO NOTHING";
    ANSWER_AGAIN = "UPDATE survey_response SET pair_digest = $4, answers = $5 WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3 AND withdrawn_at IS NULL";
    BY_SECRET = "SELECT id FROM survey_response WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3 AND withdrawn_at IS NULL";
    FORGET_CODINGS = "DELETE FROM survey_coding WHERE tenant = $1 AND response = $2";
    FORGET_READINGS = "DELETE FROM survey_reading WHERE tenant = $1 AND survey = $2 AND response = $3";
    RECEIPT = "SELECT withdrawn_at FROM survey_response WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3";
    WITHDRAW = "UPDATE survey_response SET withdrawn_at = $3, answers = '{}', pair_digest = NULL WHERE tenant = $1 AND id = $2";
    STILL_OPEN = "SELECT s.invited FROM survey s WHERE s.tenant = $1 AND s.id = $2 AND s.closes_on >= $3 \
                  AND s.invited > (SELECT COUNT(*) FROM survey_response a WHERE a.tenant = s.tenant AND a.survey = s.id AND a.withdrawn_at IS NULL)";
}

/// Answers that are read of one survey: three times the largest network.
const MOST_ANSWERS: i64 = 60_000;
/// A survey takes three times as many answers as people were asked, and at least so many: more are no people.
const LEAST_ROOM: i64 = 50;
/// Days after which those who have not answered are thought of, or before a survey ends.
const REMIND_AFTER: i64 = 14;
const REMIND_BEFORE: i64 = 2;
const SECRET: usize = 20;

/// What a survey is about.
#[derive(Debug, Clone)]
pub enum About {
    /// A project: asked before its change, or after it. There is one of each.
    Project(ProjectId, Moment),
    /// Clinicians, by itself, with our questions or those of the place; the same id is opened once.
    Clinicians(SurveyId, ClinicianSurvey, Option<OwnQuestions>),
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
    /// Its id.
    pub id: ResponseId,
    /// The digest of the code they made.
    pub pair: Option<String>,
    /// What they answered.
    pub answers: Answers,
}

impl Response {
    /// What was said to an item; none where it was left out or not asked.
    #[must_use]
    pub fn said(&self, item: &str) -> Option<&str> {
        self.answers.get(item).map(String::as_str).filter(|given| *given != SKIPPED)
    }
}

/// A practice that was asked, with the number that answers hold in place of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// Dealt at random.
    pub number: usize,
    /// Its network, where that is known: for counting, not for showing.
    pub network: Option<String>,
}

/// A survey with everything that came back.
#[derive(Debug, Clone)]
pub struct SurveyRecord {
    /// Its id.
    pub id: SurveyId,
    /// What it is called.
    pub title: String,
    /// Before the change of a project or after it; none for a survey by itself.
    pub moment: Option<Moment>,
    /// How what was written is read, for a survey by itself.
    pub approach: Option<Approach>,
    /// How many people were asked.
    pub invited: u32,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// What can be won by answering.
    pub prize: Option<String>,
    /// Contacts that a clinician has in a month, where somebody said so.
    pub contacts: Option<u32>,
    /// What is asked.
    pub questions: Questionnaire,
    /// The ways on which it goes out.
    pub routes: Vec<Route>,
    /// The practices that were asked.
    pub practices: Vec<Practice>,
    /// How many have answered and not taken it back.
    pub answered: usize,
    /// What came back and may be shown, in no order: see [`shown`].
    pub responses: Vec<Response>,
    /// Answers that were withdrawn.
    pub withdrawn: u64,
}

/// A survey in a list.
#[derive(Debug, Clone)]
pub struct SurveyLine {
    /// Its id.
    pub id: SurveyId,
    /// What it is called.
    pub title: String,
    /// How many people were asked.
    pub invited: u32,
    /// How many answered.
    pub answered: u64,
    /// The last day on which it can be answered.
    pub closes_on: Date,
}

/// A survey as whoever answers it meets it.
#[derive(Debug, Clone)]
pub struct SurveyDoor {
    pub(crate) tenant: TenantId,
    pub(crate) survey: SurveyId,
    place: i64,
    project: Option<ProjectId>,
    invited: i64,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// What is asked.
    pub questions: Questionnaire,
    /// Who asks.
    pub organisation: String,
    /// What can be won by answering.
    pub prize: Option<String>,
}

impl SurveyDoor {
    /// It is asked before a change and after it: both answers of one person belong together.
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.project.is_some()
    }
}

/// What became of an answer that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It counts.
    Kept,
    /// The survey has ended.
    Ended,
    /// Far more have answered than people were asked.
    Full,
}

/// Where an answer stands, for whoever gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It counts.
    Kept,
    /// It was withdrawn.
    Withdrawn,
}

/// Those of the answers, given in the order in which they came, that may be shown. While a survey is open they are told in steps of at
/// least [`SHOWN_FROM`], always one step behind: whoever looks again and again never sees fewer people than that come to it, also when
/// it ends. Where some were taken back after it ended, so many others stay hidden that at least [`SHOWN_FROM`] went at once. Their order
/// tells nothing of when they came.
fn shown(mut all: Vec<Response>, open: bool, taken_back_late: usize) -> Vec<Response> {
    if open {
        all.truncate((all.len() / SHOWN_FROM * SHOWN_FROM).saturating_sub(SHOWN_FROM));
    }
    all.sort_by_cached_key(|response| digest(&response.id.to_string()));
    let also = taken_back_late.next_multiple_of(SHOWN_FROM) - taken_back_late;
    all.truncate(all.len().saturating_sub(also));
    all
}

fn questions(row: &Row) -> Result<Questionnaire> {
    serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))
}

impl Improvement {
    /// Opens a survey.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation; [`StoreError::ChangedMeanwhile`] when it stands already.
    pub async fn open_survey(&self, ctx: &Ctx<Improve>, about: &About, sending: &Sending) -> Result<SurveyId> {
        let (tenant, organisation) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        let (id, asked, title, (of, moment), (approach, dealt, prize)) = match about {
            About::Project(project, moment) => {
                self.read(&mut tx, ctx, *project).await?;
                let asked = staff_questions(*moment);
                let title = asked.title.clone();
                (
                    self.0.entropy().id(ctx.now),
                    asked,
                    title,
                    (Some(*project), Some(moment.code())),
                    (None, vec![], None),
                )
            }
            About::Clinicians(id, survey, own) => {
                let dealt = self.deal(&survey.practices);
                let asked = clinician_questions(&format!("clinicians-{id}"), own.as_ref(), &dealt);
                let prize = survey.prize.as_ref().map(ToString::to_string);
                (*id, asked, survey.title.to_string(), (None, None), (Some(survey.approach.code()), dealt, prize))
            }
        };
        let body = serde_json::to_string(&asked).map_err(|_| StoreError::corrupt("body"))?;
        let (version, invited) = (i64::from(asked.version), i64::from(sending.invited));
        tx.run(KEEP_EDITION, values![&asked.code, version, body, ctx.now]).await?;
        let survey = values![
            tenant,
            id,
            organisation,
            title,
            of,
            moment,
            approach,
            asked.code,
            version,
            invited,
            sending.closes_on,
            ctx.now,
            prize
        ];
        if tx.run(OPEN, survey).await? == 0 {
            // The same press twice; or somebody asked for this project meanwhile, or has the id already.
            return match tx.row(OWNED, values![tenant, organisation, id]).await? {
                Some(_) => self.0.ledger().stored_before(tx).await.map(|()| id),
                None => Err(StoreError::ChangedMeanwhile),
            };
        }
        for (place, name) in sending.ways.iter().enumerate() {
            let code = self.0.entropy().address_code();
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            tx.run(ADD_ROUTE, values![tenant, id, place, name.to_string(), code]).await?;
        }
        for (number, practice) in &dealt {
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            let network = practice.network.as_ref().map(ToString::to_string);
            tx.run(ADD_PRACTICE, values![tenant, id, number, practice.name.to_string(), network]).await?;
        }
        // Two weeks later, or before it ends, whichever comes first.
        let today = day_of(ctx.now);
        let remind_on =
            plus_days(today, REMIND_AFTER).min(plus_days(sending.closes_on, -REMIND_BEFORE)).max(plus_days(today, 1));
        let subject = format!("{id}/{}", ctx.grant.user());
        let when = (instant_at(remind_on, REMIND_AT), ctx.now);
        add_job(&self.0, &mut tx, tenant, (JobKind::RemindSurvey, &subject), when).await?;
        if let About::Clinicians(_, ClinicianSurvey { prize: Some(_), .. }, _) = about {
            self.forget_draw_after(&mut tx, ctx, id, sending.closes_on).await?;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Survey).of(id)).await?;
        Ok(id)
    }

    /// Gives a survey other people and another end, while it is open.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation; [`StoreError::ChangedMeanwhile`] when it has ended.
    pub async fn change_survey(&self, ctx: &Ctx<Improve>, id: SurveyId, sending: &Sending) -> Result<()> {
        let (tenant, organisation) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        let people = i64::from(sending.invited);
        if tx.run(AGAIN, values![tenant, organisation, id, people, sending.closes_on, day_of(ctx.now)]).await? == 0 {
            let owned = tx.row(OWNED, values![tenant, organisation, id]).await?;
            return Err(if owned.is_some() { StoreError::ChangedMeanwhile } else { StoreError::NotFound });
        }
        if tx.row(HAS_PRIZE, values![tenant, id]).await?.is_some() {
            self.forget_draw_after(&mut tx, ctx, id, sending.closes_on).await?;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Survey).of(id)).await
    }

    /// The addresses of a draw are deleted some weeks after the survey's end, also where nobody draws.
    async fn forget_draw_after(&self, tx: &mut Tx, ctx: &Ctx<Improve>, id: SurveyId, closes_on: Date) -> Result<()> {
        let when = instant_at(plus_days(closes_on, DRAWN_WITHIN), REMIND_AT);
        let (tenant, subject) = (ctx.grant.tenant(), id.to_string());
        add_job(&self.0, tx, tenant, (JobKind::ForgetDraw, &subject), (when, ctx.now)).await
    }

    /// Says how many contacts a clinician has in a month.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn set_contacts(&self, ctx: &Ctx<Improve>, id: SurveyId, contacts: u32) -> Result<()> {
        let row = values![ctx.grant.tenant(), ctx.grant.organisation(), id, i64::from(contacts)];
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(CONTACTS, row).await? == 0 {
            return Err(StoreError::NotFound);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Survey).of(id).because("contacts")).await
    }

    /// Numbers for practices, at random, so that a number says nothing about a name.
    fn deal(&self, practices: &[AskedPractice]) -> Vec<(usize, AskedPractice)> {
        let mut dealt: Vec<_> =
            practices.iter().map(|practice| (self.0.entropy().bytes::<8>(), practice.clone())).collect();
        dealt.sort_by_key(|(lot, _)| *lot);
        dealt.into_iter().enumerate().map(|(at, (_, practice))| (at + 1, practice)).collect()
    }

    async fn whole(&self, tx: &mut Tx, (tenant, today): (&TenantId, Date), row: &Row) -> Result<SurveyRecord> {
        let id: SurveyId = row.parsed("id")?;
        let closes_on: Date = row.parsed("closes_on")?;
        let route = |row: &Row| {
            Ok(Route { name: row.text("name")?, code: row.text("code")?, answered: row.small("answered")? })
        };
        let response = |row: &Row| {
            let answers = serde_json::from_str(&row.text("answers")?).map_err(|_| StoreError::corrupt("answers"))?;
            Ok(Response { id: row.parsed("id")?, pair: row.opt_text("pair_digest")?, answers })
        };
        let practice = |row: &Row| Ok(Practice { number: row.small("number")?, network: row.opt_text("network")? });
        let withdrawn = tx.row(WITHDRAWN, values![tenant, id]).await?;
        let ended = instant_at(plus_days(closes_on, 1), 0);
        let late = tx.row(WITHDRAWN_LATE, values![tenant, id, ended]).await?.map_or(Ok(0), |row| row.small("n"))?;
        let rows = tx.rows(RESPONSES, values![tenant, id, MOST_ANSWERS]).await?;
        let all = rows.iter().map(response).collect::<Result<Vec<_>>>()?;
        Ok(SurveyRecord {
            answered: all.len(),
            responses: shown(all, closes_on >= today, late),
            id,
            title: row.text("title")?,
            moment: row.opt_coded("moment", Moment::from_code)?,
            approach: row.opt_coded("approach", Approach::from_code)?,
            invited: row.small("invited")?,
            closes_on,
            prize: row.opt_text("prize")?,
            contacts: row
                .opt_int("contacts")?
                .map(u32::try_from)
                .transpose()
                .map_err(|_| StoreError::corrupt("contacts"))?,
            questions: questions(row)?,
            routes: tx.rows(ROUTES, values![tenant, id]).await?.iter().map(route).collect::<Result<_>>()?,
            practices: tx.rows(PRACTICES, values![tenant, id]).await?.iter().map(practice).collect::<Result<_>>()?,
            withdrawn: withdrawn.map_or(Ok(0), |row| row.small("n"))?,
        })
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
            all.push(self.whole(&mut tx, (tenant, day_of(ctx.now)), &row).await?);
        }
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Survey).of(project)).await?;
        Ok(all)
    }

    /// The surveys of clinicians that the organisation has made, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clinician_surveys(&self, ctx: &Ctx<Improve>) -> Result<Vec<SurveyLine>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), MOST_ROWS];
        let rows = self.0.ledger().db().rows(LIST, wanted).await?;
        let line = |row: &Row| {
            Ok(SurveyLine {
                id: row.parsed("id")?,
                title: row.text("title")?,
                invited: row.small("invited")?,
                answered: row.small("answered")?,
                closes_on: row.parsed("closes_on")?,
            })
        };
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Survey)).await?;
        rows.iter().map(line).collect()
    }

    /// The practices that belong to a scheme, network, cluster or board, as they are typed: name, network.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn practices_here(&self, ctx: &Ctx<Improve>) -> Result<String> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), MOST_ANSWERS];
        let rows = self.0.ledger().db().rows(PRACTICES_HERE, wanted).await?;
        let line = |row: &Row| {
            let (name, network) = (row.text("name")?, row.opt_text("network")?);
            // A comma of its own would be taken for the one before the network.
            Ok(format!("{}, {}", name.replace(',', ""), network.unwrap_or_default())
                .trim_end_matches([',', ' '])
                .to_owned())
        };
        Ok(rows.iter().map(line).collect::<Result<Vec<_>>>()?.join("\n"))
    }

    /// A survey of clinicians, with what came back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn clinician_survey(&self, ctx: &Ctx<Improve>, id: SurveyId) -> Result<SurveyRecord> {
        let mut tx = self.0.ledger().db().read().await?;
        let found = self.by_itself(&mut tx, ctx, id).await?;
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Survey).of(id)).await?;
        Ok(found)
    }

    async fn by_itself(&self, tx: &mut Tx, ctx: &Ctx<Improve>, id: SurveyId) -> Result<SurveyRecord> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let row = tx.row(BY_ITSELF, values![tenant, place, id]).await?.ok_or(StoreError::NotFound)?;
        self.whole(tx, (tenant, day_of(ctx.now)), &row).await
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
            project: row.opt_parsed("project")?,
            invited: row.int("invited")?,
            closes_on: row.parsed("closes_on")?,
            questions: questions(&row)?,
            organisation: row.text("name")?,
            prize: row.opt_text("prize")?,
        }))
    }

    /// A secret that a page carries: it makes its sending count once, and opens the answer for taking it back.
    #[must_use]
    pub fn new_receipt(&self) -> String {
        hex(&self.0.entropy().bytes::<SECRET>())
    }

    /// Keeps an answer. Sent again from the same page it is one answer, with what was said last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer_survey(
        &self,
        door: &SurveyDoor,
        (secret, answers, pair): (&str, &Answers, Option<&PairCode>),
        now: Timestamp,
    ) -> Result<Taken> {
        if day_of(now) > door.closes_on {
            return Ok(Taken::Ended);
        }
        let body = serde_json::to_string(answers).map_err(|_| StoreError::corrupt("answers"))?;
        // The same code in another project is another person's business: the digests differ.
        let of = door.project.map_or_else(|| door.survey.to_string(), |project| project.to_string());
        let pair = pair.map(|code| digest(&format!("{of} {}", code.as_str())));
        let id: ResponseId = self.0.entropy().id(now);
        let mut tx = self.0.ledger().db().write().await?;
        let again = values![&door.tenant, door.survey, digest(secret), pair.clone(), &body];
        if tx.run(ANSWER_AGAIN, again).await? == 0 {
            let taken = tx.row(SIZE, values![&door.tenant, door.survey]).await?.map_or(Ok(0), |row| row.int("n"))?;
            if taken >= (door.invited * 3).max(LEAST_ROOM) {
                return Ok(Taken::Full);
            }
            let row = values![&door.tenant, id, door.survey, door.place, pair, body, digest(secret), now];
            if tx.run(ANSWER, row).await? == 0 {
                // It was taken back before this page was sent again: it stays so.
                self.0.ledger().stored_before(tx).await?;
                return Ok(Taken::Kept);
            }
        }
        let entry = Entry::system(door.tenant.clone(), Act::Create, Resource::Survey).of(door.survey).because("answer");
        self.0.ledger().commit(tx, now, entry).await?;
        Ok(Taken::Kept)
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

    /// Empties an answer, forgets what readers made of it, and counts it no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_answer(&self, door: &SurveyDoor, secret: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let Some(row) = tx.row(BY_SECRET, values![&door.tenant, door.survey, digest(secret)]).await? else {
            return self.0.ledger().stored_before(tx).await;
        };
        let response: ResponseId = row.parsed("id")?;
        tx.run(FORGET_CODINGS, values![&door.tenant, response]).await?;
        tx.run(FORGET_READINGS, values![&door.tenant, door.survey, response]).await?;
        tx.run(WITHDRAW, values![&door.tenant, response, now]).await?;
        let entry = Entry::system(door.tenant.clone(), Act::Withdraw, Resource::Survey).of(door.survey);
        self.0.ledger().commit(tx, now, entry).await
    }

    /// Reminds whoever opened a survey that not everybody has answered, while it is open.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn remind_survey(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let (survey, user): (SurveyId, UserId) = reminded(job)?;
        let mut tx = self.0.ledger().db().write().await?;
        if tx.row(STILL_OPEN, values![&job.tenant, survey, day_of(now)]).await?.is_some() {
            let about = survey.to_string();
            write_to_user(&self.0, &mut tx, &job.tenant, MessageTemplate::SurveyReminder, (user, &about), now).await?;
            self.remind_colleagues(&mut tx, (&job.tenant, survey), now).await?;
        }
        job_done(&mut tx, job, now).await?;
        let entry = Entry::system(job.tenant.clone(), Act::Change, Resource::Survey).of(survey);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
