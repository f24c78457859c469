//! Reading what clinicians wrote: a codebook of themes, who found which of them in which answer, memos, and the insights that are drawn.
//! Only answers of surveys by themselves are read so; each reader's work is kept apart from the others'.

use std::collections::{HashMap, HashSet};

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{InsightId, ResponseId, SurveyId, ThemeId, UserId};
use fingerpost_domain::measure::Answers;
use fingerpost_domain::text::{Line, Note};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_improvement_rules::survey::{InsightKind, Strength};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::Ctx;
use jiff::SignedDuration;

use crate::{Improvement, MOST_ROWS};

statements! {
    OWNS = "SELECT id FROM survey WHERE tenant = $1 AND organisation = $2 AND id = $3 AND project IS NULL";
    ANSWER_OF = "SELECT answers FROM survey_response WHERE tenant = $1 AND id = $2 AND survey = $3 AND withdrawn_at IS NULL";
    THEMES = "SELECT id, item, label, definition, made_at FROM survey_theme WHERE tenant = $1 AND survey = $2 AND (CAST($3 AS TEXT) IS NULL OR item = $3) ORDER BY made_at, id LIMIT $4";
    ADD_THEME = "INSERT INTO survey_theme (tenant, id, survey, item, label, definition, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    READINGS = "SELECT r.item, r.response, r.coder, r.memo, r.read_at, u.name FROM survey_reading r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.coder \
                WHERE r.tenant = $1 AND r.survey = $2 AND (CAST($3 AS TEXT) IS NULL OR r.item = $3) ORDER BY r.read_at, r.response";
    /// Themes first: there are few of them, and each knows its answers.
    CODINGS = "SELECT t.item, c.theme, c.response, c.coder FROM survey_theme t CROSS JOIN survey_coding c \
               WHERE c.tenant = t.tenant AND c.theme = t.id AND t.tenant = $1 AND t.survey = $2 AND (CAST($3 AS TEXT) IS NULL OR t.item = $3)";
    READ = "INSERT INTO survey_reading (tenant, survey, response, item, coder, memo, read_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
            ON CONFLICT (tenant, survey, item, response, coder) DO UPDATE SET memo = excluded.memo, read_at = excluded.read_at";
    DROP_CODINGS = "DELETE FROM survey_coding WHERE tenant = $1 AND response = $2 AND coder = $3 AND theme IN (SELECT id FROM survey_theme WHERE tenant = $1 AND survey = $4 AND item = $5)";
    CODE = "INSERT INTO survey_coding (tenant, theme, response, coder) VALUES ($1, $2, $3, $4)";
    INSIGHTS = "SELECT id, kind, strength, words, evidence FROM survey_insight WHERE tenant = $1 AND survey = $2 ORDER BY written_at, id LIMIT $3";
    ADD_INSIGHT = "INSERT INTO survey_insight (tenant, id, survey, kind, strength, words, evidence, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                   ON CONFLICT (tenant, id) DO UPDATE SET kind = excluded.kind, strength = excluded.strength, words = excluded.words, evidence = excluded.evidence \
                   WHERE survey_insight.survey = excluded.survey";
    DROP_INSIGHT = "DELETE FROM survey_insight WHERE tenant = $1 AND survey = $2 AND id = $3";
}

/// Themes of one survey at most that are read.
const MOST_THEMES: i64 = 1_000;

/// A theme of the codebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Its id.
    pub id: ThemeId,
    /// What it is called.
    pub label: String,
    /// When it is there and when not.
    pub definition: Option<String>,
    /// When it was named.
    pub made_at: Timestamp,
}

/// What one reader made of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The answer.
    pub response: ResponseId,
    /// Who read it.
    pub coder: UserId,
    /// Their name.
    pub coder_name: String,
    /// What they noted.
    pub memo: Option<String>,
    /// The themes they found.
    pub themes: HashSet<ThemeId>,
    /// When they read it last.
    pub read_at: Timestamp,
}

/// The codebook of an open question, and every reading of its answers.
#[derive(Debug, Clone, Default)]
pub struct Codebook {
    /// The themes, in the order in which they were made.
    pub themes: Vec<Theme>,
    /// The readings, in the order in which they were made.
    pub readings: Vec<Reading>,
}

/// What was drawn from a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insight {
    /// Its id.
    pub id: InsightId,
    /// What keeps people from being referred, or could be built on.
    pub kind: InsightKind,
    /// How strong its evidence is.
    pub strength: Strength,
    /// The insight.
    pub words: String,
    /// What it rests on: the code of an item, or the id of a theme.
    pub evidence: String,
}

impl Improvement {
    /// The survey is this organisation's.
    pub(crate) async fn owns(&self, tx: &mut Tx, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<()> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), survey];
        tx.row(OWNS, of).await?.map(drop).ok_or(StoreError::NotFound)
    }

    /// The codebook of an open question of a survey.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn codebook(&self, ctx: &Ctx<Improve>, survey: SurveyId, item: &str) -> Result<Codebook> {
        let mut found = self.read_codebooks(ctx, survey, Some(item)).await?;
        Ok(found.remove(item).unwrap_or_default())
    }

    /// The codebooks of all open questions of a survey that have one, by the code of the item.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn codebooks(&self, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<HashMap<String, Codebook>> {
        self.read_codebooks(ctx, survey, None).await
    }

    async fn read_codebooks(
        &self,
        ctx: &Ctx<Improve>,
        survey: SurveyId,
        item: Option<&str>,
    ) -> Result<HashMap<String, Codebook>> {
        let of = || values![ctx.grant.tenant(), survey, item];
        let mut tx = self.0.ledger().db().read().await?;
        self.owns(&mut tx, ctx, survey).await?;
        let mut all: HashMap<String, Codebook> = HashMap::new();
        let mut wanted = of();
        wanted.extend(values![MOST_THEMES]);
        for row in tx.rows(THEMES, wanted).await? {
            let theme = Theme {
                id: row.parsed("id")?,
                label: row.text("label")?,
                definition: row.opt_text("definition")?,
                made_at: row.at("made_at")?,
            };
            all.entry(row.text("item")?).or_default().themes.push(theme);
        }
        let mut found: HashMap<(String, ResponseId, UserId), HashSet<ThemeId>> = HashMap::new();
        for row in tx.rows(CODINGS, of()).await? {
            let of = (row.text("item")?, row.parsed("response")?, row.parsed("coder")?);
            found.entry(of).or_default().insert(row.parsed("theme")?);
        }
        for row in tx.rows(READINGS, of()).await? {
            let of = (row.text("item")?, row.parsed("response")?, row.parsed("coder")?);
            let reading = Reading {
                response: of.1,
                coder: of.2,
                coder_name: row.text("name")?,
                memo: row.opt_text("memo")?,
                themes: found.remove(&of).unwrap_or_default(),
                read_at: row.at("read_at")?,
            };
            all.entry(of.0).or_default().readings.push(reading);
        }
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Survey).of(survey).because("codebook")).await?;
        Ok(all)
    }

    /// Adds themes to a codebook.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn add_themes(
        &self,
        ctx: &Ctx<Improve>,
        (survey, item): (SurveyId, &str),
        themes: &[(Line<80>, Option<Note<500>>)],
    ) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        for (label, definition, at) in
            themes.iter().zip(0_i64..).map(|((label, definition), at)| (label, definition, at))
        {
            let id: ThemeId = self.0.entropy().id(ctx.now);
            // Themes of one press keep their order.
            let made_at = ctx.now.saturating_add(SignedDuration::from_micros(at)).unwrap_or(ctx.now);
            let definition = definition.as_ref().map(ToString::to_string);
            tx.run(ADD_THEME, values![tenant, id, survey, item, label.to_string(), definition, made_at]).await?;
        }
        let entry = ctx.entry(Act::Create, Resource::Survey).of(survey).because("theme");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Writes down what the reader found in an answer, in place of what they had found before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation, and for an answer or a theme that is not of this survey.
    pub async fn read_answer(
        &self,
        ctx: &Ctx<Improve>,
        (survey, item, response): (SurveyId, &str, ResponseId),
        (themes, memo): (&HashSet<ThemeId>, Option<&Note<2000>>),
    ) -> Result<()> {
        let (tenant, coder) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        let row = tx.row(ANSWER_OF, values![tenant, response, survey]).await?.ok_or(StoreError::NotFound)?;
        let answers: Answers =
            serde_json::from_str(&row.text("answers")?).map_err(|_| StoreError::corrupt("answers"))?;
        let answered = answers.contains_key(item);
        let known = tx.rows(THEMES, values![tenant, survey, item, MOST_THEMES]).await?;
        let known = known.iter().map(|row| row.parsed("id")).collect::<Result<HashSet<ThemeId>>>()?;
        if !answered || !themes.is_subset(&known) {
            return Err(StoreError::NotFound);
        }
        let memo = memo.map(ToString::to_string);
        tx.run(READ, values![tenant, survey, response, item, coder, memo, ctx.now]).await?;
        tx.run(DROP_CODINGS, values![tenant, response, coder, survey, item]).await?;
        for theme in themes {
            tx.run(CODE, values![tenant, *theme, response, coder]).await?;
        }
        let entry = ctx.entry(Act::Change, Resource::Survey).of(survey).because("reading");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// The insights that were drawn from a survey.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn insights(&self, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<Vec<Insight>> {
        let mut tx = self.0.ledger().db().read().await?;
        self.owns(&mut tx, ctx, survey).await?;
        let rows = tx.rows(INSIGHTS, values![ctx.grant.tenant(), survey, MOST_ROWS]).await?;
        let insight = |row: &Row| {
            Ok(Insight {
                id: row.parsed("id")?,
                kind: row.coded("kind", InsightKind::from_code)?,
                strength: row.coded("strength", Strength::from_code)?,
                words: row.text("words")?,
                evidence: row.text("evidence")?,
            })
        };
        rows.iter().map(insight).collect()
    }

    /// Adds an insight; the same id is one insight, with what was said of it last.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn add_insight(
        &self,
        ctx: &Ctx<Improve>,
        (survey, id): (SurveyId, InsightId),
        (kind, strength, words, evidence): (InsightKind, Strength, &Note<1000>, &str),
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        let row = values![tenant, id, survey, kind.code(), strength.code(), words.to_string(), evidence, user, ctx.now];
        tx.run(ADD_INSIGHT, row).await?;
        let entry = ctx.entry(Act::Create, Resource::Survey).of(survey).because("insight");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Takes an insight out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn drop_insight(&self, ctx: &Ctx<Improve>, survey: SurveyId, id: InsightId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        self.owns(&mut tx, ctx, survey).await?;
        tx.run(DROP_INSIGHT, values![ctx.grant.tenant(), survey, id]).await?;
        let entry = ctx.entry(Act::Change, Resource::Survey).of(survey).because("insight");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}
