//! Interviews that belong to a survey of clinicians. What was said is read by whoever wrote it down; the passages that were taken out of
//! it, and the themes found in them, by everybody who works on the survey.

use std::collections::{HashMap, HashSet};

use fingerpost_domain::Date;
use fingerpost_domain::id::{InterviewId, PassageId, SurveyId, ThemeId};
use fingerpost_domain::text::{Line, Note};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_improvement_rules::interview::{INTERVIEWS, Interview, Passage, lost, passage};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::Ctx;

use crate::{Improvement, MOST_ROWS};

statements! {
    ALL = "SELECT i.id, i.number, i.held_on, i.job, i.quoted, i.written_by, u.name FROM interview i JOIN app_user u ON u.tenant = i.tenant AND u.id = i.written_by \
           WHERE i.tenant = $1 AND i.survey = $2 ORDER BY i.number LIMIT $3";
    PASSAGES = "SELECT p.id, p.interview, p.words FROM interview i CROSS JOIN interview_passage p \
                WHERE p.tenant = i.tenant AND p.interview = i.id AND i.tenant = $1 AND i.survey = $2 ORDER BY i.number, p.taken_at, p.id LIMIT $3";
    THEMES_FOUND = "SELECT f.passage, f.theme FROM interview i CROSS JOIN interview_passage p CROSS JOIN passage_theme f \
                    WHERE p.tenant = i.tenant AND p.interview = i.id AND f.tenant = p.tenant AND f.passage = p.id AND i.tenant = $1 AND i.survey = $2";
    MINE = "SELECT id, number, held_on, job, quoted, notes, version FROM interview WHERE tenant = $1 AND survey = $2 AND id = $3 AND written_by = $4";
    STANDS = "SELECT id FROM interview WHERE tenant = $1 AND survey = $2 AND id = $3";
    NEXT = "UPDATE survey SET interviews = interviews + 1 WHERE tenant = $1 AND id = $2 RETURNING interviews AS number";
    HOW_MANY = "SELECT COUNT(*) AS n FROM survey s JOIN interview i ON i.tenant = s.tenant AND i.survey = s.id WHERE s.tenant = $1 AND s.organisation = $2 AND s.id = $3";
    ADD = "INSERT INTO interview (tenant, id, survey, number, held_on, job, quoted, notes, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
           ON CONFLICT (tenant, id) DO NOTHING";
    CHANGE = "UPDATE interview SET held_on = $6, job = $7, quoted = $8, notes = $9, version = version + 1 WHERE tenant = $1 AND survey = $2 AND id = $3 AND written_by = $4 AND version = $5";
    TAKE = "INSERT INTO interview_passage (tenant, id, interview, words, taken_by, taken_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, id) DO NOTHING";
    PASSAGE_OF = "SELECT p.id FROM interview_passage p JOIN interview i ON i.tenant = p.tenant AND i.id = p.interview WHERE p.tenant = $1 AND p.id = $2 AND i.survey = $3";
    FORGET_FOUND = "DELETE FROM passage_theme WHERE tenant = $1 AND passage = $2";
    FIND = "INSERT INTO passage_theme (tenant, passage, theme) VALUES ($1, $2, $3)";
    THEMES = "SELECT id FROM survey_theme WHERE tenant = $1 AND survey = $2 AND item = $3 LIMIT $4";
    DROP_PASSAGE = "DELETE FROM interview_passage WHERE tenant = $1 AND id = $2";
    FORGET_FOUND_OF = "DELETE FROM passage_theme WHERE tenant = $1 AND passage IN (SELECT id FROM interview_passage WHERE tenant = $1 AND interview = $2)";
    FORGET_PASSAGES = "DELETE FROM interview_passage WHERE tenant = $1 AND interview = $2";
    FORGET = "DELETE FROM interview WHERE tenant = $1 AND id = $2";
    WORDS_OF = "SELECT words FROM interview_passage WHERE tenant = $1 AND interview = $2";
}

/// Passages of one survey at most that are read.
const MOST_PASSAGES: i64 = 2_000;

/// A passage with the themes that were found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenPassage {
    /// Its id.
    pub id: PassageId,
    /// The words.
    pub words: String,
    /// The themes.
    pub themes: HashSet<ThemeId>,
}

/// An interview as everybody who works on the survey sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldInterview {
    /// Its id.
    pub id: InterviewId,
    /// Stands for its name.
    pub number: usize,
    /// When it was held.
    pub held_on: Date,
    /// What they do.
    pub job: Option<String>,
    /// They agreed to be quoted.
    pub quoted: bool,
    /// The reader wrote it down, and may read the whole of it.
    pub mine: bool,
    /// Who wrote it down.
    pub written_by: String,
    /// The passages; of whoever does not want to be quoted they are empty for others, who see only which themes were found.
    pub passages: Vec<TakenPassage>,
}

/// An interview as whoever wrote it down reads it.
#[derive(Debug, Clone)]
pub struct OwnInterview {
    /// Its id.
    pub id: InterviewId,
    /// Stands for its name.
    pub number: usize,
    /// The interview.
    pub interview: Interview,
    /// Counts its changes.
    pub version: i64,
}

fn own(row: &Row) -> Result<OwnInterview> {
    let corrupt = |column: &'static str| move || StoreError::corrupt(column);
    let job = row.opt_text("job")?.unwrap_or_default();
    let interview = Interview {
        held_on: row.parsed("held_on")?,
        job: Line::parse(&job).map_err(|_| StoreError::corrupt("job"))?,
        quoted: row.int("quoted")? == 1,
        notes: Note::parse(&row.text("notes")?).ok().flatten().ok_or_else(corrupt("notes"))?,
    };
    Ok(OwnInterview { id: row.parsed("id")?, number: row.small("number")?, interview, version: row.int("version")? })
}

impl Improvement {
    /// The interviews of a survey with their passages, in the order in which they were written down.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn interviews(&self, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<Vec<HeldInterview>> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().read().await?;
        self.owns(&mut tx, ctx, survey).await?;
        let rows = tx.rows(ALL, values![tenant, survey, MOST_ROWS]).await?;
        if rows.is_empty() {
            return Ok(vec![]);
        }
        let passages = tx.rows(PASSAGES, values![tenant, survey, MOST_PASSAGES]).await?;
        let mut themes: HashMap<PassageId, HashSet<ThemeId>> = HashMap::new();
        for row in tx.rows(THEMES_FOUND, values![tenant, survey]).await? {
            themes.entry(row.parsed("passage")?).or_default().insert(row.parsed("theme")?);
        }
        drop(tx);
        let mut taken: HashMap<InterviewId, Vec<TakenPassage>> = HashMap::new();
        for row in passages {
            let id: PassageId = row.parsed("id")?;
            let passage =
                TakenPassage { id, words: row.text("words")?, themes: themes.remove(&id).unwrap_or_default() };
            taken.entry(row.parsed("interview")?).or_default().push(passage);
        }
        let reader = ctx.grant.user();
        let mut held = |row: &Row| {
            let id: InterviewId = row.parsed("id")?;
            let (mine, quoted) = (row.text("written_by")? == reader.to_string(), row.int("quoted")? == 1);
            let mut passages = taken.remove(&id).unwrap_or_default();
            if !mine && !quoted {
                passages.iter_mut().for_each(|passage| passage.words.clear());
            }
            Ok(HeldInterview {
                id,
                number: row.small("number")?,
                held_on: row.parsed("held_on")?,
                job: row.opt_text("job")?,
                quoted,
                mine,
                written_by: row.text("name")?,
                passages,
            })
        };
        let all = rows.iter().map(&mut held).collect::<Result<Vec<_>>>()?;
        let entry = ctx.entry(Act::Read, Resource::Survey).of(survey).because("interviews");
        self.0.ledger().looked(ctx.now, entry).await?;
        Ok(all)
    }

    /// How many interviews of a survey of the organisation stand there: nothing of what was said.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn interview_count(&self, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<usize> {
        let row =
            self.0.ledger().db().row(HOW_MANY, values![ctx.grant.tenant(), ctx.grant.organisation(), survey]).await?;
        row.map_or(Ok(0), |row| row.small("n"))
    }

    /// An interview that the reader wrote down.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation, and for what somebody else wrote down.
    pub async fn interview(&self, ctx: &Ctx<Improve>, survey: SurveyId, id: InterviewId) -> Result<OwnInterview> {
        let mut tx = self.0.ledger().db().read().await?;
        let found = self.mine(&mut tx, ctx, (survey, id)).await?;
        drop(tx);
        let entry = ctx.entry(Act::Read, Resource::Survey).of(survey).because("interview");
        self.0.ledger().looked(ctx.now, entry).await?;
        Ok(found)
    }

    async fn mine(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<Improve>,
        (survey, id): (SurveyId, InterviewId),
    ) -> Result<OwnInterview> {
        self.owns(tx, ctx, survey).await?;
        let wanted = values![ctx.grant.tenant(), survey, id, ctx.grant.user()];
        own(&tx.row(MINE, wanted).await?.ok_or(StoreError::NotFound)?)
    }

    /// Writes an interview down. The same id is written down once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn add_interview(
        &self,
        ctx: &Ctx<Improve>,
        (survey, id): (SurveyId, InterviewId),
        interview: &Interview,
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        if tx.row(STANDS, values![tenant, survey, id]).await?.is_some() {
            self.mine(&mut tx, ctx, (survey, id)).await?;
            return self.0.ledger().stored_before(tx).await;
        }
        let number = tx.row(NEXT, values![tenant, survey]).await?.map_or(Ok(1), |row| row.int("number"))?;
        let job = interview.job.as_ref().map(ToString::to_string);
        let mut row = values![tenant, id, survey, number, interview.held_on, job, i64::from(interview.quoted)];
        row.extend(values![interview.notes.to_string(), user, ctx.now]);
        if tx.run(ADD, row).await? == 0 {
            self.mine(&mut tx, ctx, (survey, id)).await?;
            return self.0.ledger().stored_before(tx).await;
        }
        let entry = ctx.entry(Act::Create, Resource::Survey).of(survey).because("interview");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Writes an interview anew. A passage that was taken out of it has to stand in it still.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when it is not as it was read, and where a passage would not stand in it any more.
    pub async fn change_interview(
        &self,
        ctx: &Ctx<Improve>,
        (survey, of): (SurveyId, &OwnInterview),
        interview: &Interview,
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        let taken = tx.rows(WORDS_OF, values![tenant, of.id]).await?;
        let taken = taken.iter().map(|row| row.text("words")).collect::<Result<Vec<_>>>()?;
        if lost(&interview.notes, &taken).is_some() {
            return Err(StoreError::ChangedMeanwhile);
        }
        let job = interview.job.as_ref().map(ToString::to_string);
        let mut row = values![tenant, survey, of.id, user, of.version, interview.held_on, job];
        row.extend(values![i64::from(interview.quoted), interview.notes.to_string()]);
        if tx.run(CHANGE, row).await? == 0 {
            self.mine(&mut tx, ctx, (survey, of.id)).await?;
            return Err(StoreError::ChangedMeanwhile);
        }
        let entry = ctx.entry(Act::Change, Resource::Survey).of(survey).because("interview");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Deletes an interview with everything that was taken out of it: the person took it back. Whoever works on the survey may do so.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn forget_interview(&self, ctx: &Ctx<Improve>, survey: SurveyId, id: InterviewId) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        if tx.row(STANDS, values![tenant, survey, id]).await?.is_none() {
            return self.0.ledger().stored_before(tx).await;
        }
        tx.run(FORGET_FOUND_OF, values![tenant, id]).await?;
        tx.run(FORGET_PASSAGES, values![tenant, id]).await?;
        tx.run(FORGET, values![tenant, id]).await?;
        let entry = ctx.entry(Act::Withdraw, Resource::Survey).of(survey).because("interview");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Takes a passage out of an interview that the reader wrote down. The same id is taken once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation, and for what somebody else wrote down.
    pub async fn take_passage(
        &self,
        ctx: &Ctx<Improve>,
        (survey, interview, id): (SurveyId, InterviewId, PassageId),
        (words, themes): (&Passage, &HashSet<ThemeId>),
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        let found = self.mine(&mut tx, ctx, (survey, interview)).await?;
        if passage(found.interview.notes.as_str(), words.as_str()).is_err() {
            return Err(StoreError::ChangedMeanwhile);
        }
        let row = values![tenant, id, interview, words.to_string(), user, ctx.now];
        if tx.run(TAKE, row).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
        }
        self.find(&mut tx, ctx, (survey, id), themes).await?;
        let entry = ctx.entry(Act::Create, Resource::Survey).of(survey).because("passage");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    async fn find(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<Improve>,
        (survey, id): (SurveyId, PassageId),
        themes: &HashSet<ThemeId>,
    ) -> Result<()> {
        let tenant = ctx.grant.tenant();
        tx.row(PASSAGE_OF, values![tenant, id, survey]).await?.ok_or(StoreError::NotFound)?;
        let known = tx.rows(THEMES, values![tenant, survey, INTERVIEWS, MOST_ROWS]).await?;
        let known = known.iter().map(|row| row.parsed("id")).collect::<Result<HashSet<ThemeId>>>()?;
        if !themes.is_subset(&known) {
            return Err(StoreError::NotFound);
        }
        tx.run(FORGET_FOUND, values![tenant, id]).await?;
        for theme in themes {
            tx.run(FIND, values![tenant, id, *theme]).await?;
        }
        Ok(())
    }

    /// Says which themes are in a passage, in place of what was said before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation, and for a theme that is not of its interviews.
    pub async fn find_in_passage(
        &self,
        ctx: &Ctx<Improve>,
        (survey, id): (SurveyId, PassageId),
        themes: &HashSet<ThemeId>,
    ) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        self.find(&mut tx, ctx, (survey, id), themes).await?;
        let entry = ctx.entry(Act::Change, Resource::Survey).of(survey).because("passage");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Takes a passage back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn drop_passage(&self, ctx: &Ctx<Improve>, survey: SurveyId, id: PassageId) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        if tx.row(PASSAGE_OF, values![tenant, id, survey]).await?.is_none() {
            return self.0.ledger().stored_before(tx).await;
        }
        tx.run(FORGET_FOUND, values![tenant, id]).await?;
        tx.run(DROP_PASSAGE, values![tenant, id]).await?;
        let entry = ctx.entry(Act::Change, Resource::Survey).of(survey).because("passage");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}
