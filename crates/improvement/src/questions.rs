//! Questions that a place wrote for its surveys. Each change is saved against the version that was read.

use fingerpost_domain::id::QuestionSetId;
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_improvement_rules::questions::OwnQuestions;
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::Ctx;

use crate::{Improvement, MOST_ROWS};

statements! {
    ALL = "SELECT id, title FROM question_set WHERE tenant = $1 AND organisation = $2 ORDER BY changed_at DESC, id LIMIT $3";
    ONE = "SELECT id, body, version FROM question_set WHERE tenant = $1 AND organisation = $2 AND id = $3";
    BEGIN = "INSERT INTO question_set (tenant, id, organisation, title, body, changed_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, id) DO NOTHING";
    CHANGE = "UPDATE question_set SET title = $5, body = $6, changed_at = $7, version = version + 1 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND version = $4";
    DROP = "DELETE FROM question_set WHERE tenant = $1 AND organisation = $2 AND id = $3";
}

/// Questions with their place in the store.
#[derive(Debug, Clone)]
pub struct QuestionSet {
    /// Their id.
    pub id: QuestionSetId,
    /// The questions.
    pub questions: OwnQuestions,
    /// Counts their changes.
    pub version: i64,
}

fn body(questions: &OwnQuestions) -> Result<String> {
    serde_json::to_string(questions).map_err(|_| StoreError::corrupt("body"))
}

impl Improvement {
    /// The questions that the organisation wrote, by id and name, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn question_sets(&self, ctx: &Ctx<Improve>) -> Result<Vec<(QuestionSetId, String)>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), MOST_ROWS];
        let rows = self.0.ledger().db().rows(ALL, wanted).await?;
        rows.iter().map(|row| Ok((row.parsed("id")?, row.text("title")?))).collect()
    }

    /// Questions that the organisation wrote.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn question_set(&self, ctx: &Ctx<Improve>, id: QuestionSetId) -> Result<QuestionSet> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), id];
        let row = self.0.ledger().db().row(ONE, wanted).await?.ok_or(StoreError::NotFound)?;
        let questions = |row: &Row| serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"));
        Ok(QuestionSet { id: row.parsed("id")?, questions: questions(&row)?, version: row.int("version")? })
    }

    /// Begins questions. The same id begins once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an id of somebody else.
    pub async fn begin_questions(&self, ctx: &Ctx<Improve>, id: QuestionSetId, questions: &OwnQuestions) -> Result<()> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let row = values![tenant, id, place, questions.title.to_string(), body(questions)?, ctx.now];
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(BEGIN, row).await? == 0 {
            tx.row(ONE, values![tenant, place, id]).await?.ok_or(StoreError::NotFound)?;
            return self.0.ledger().stored_before(tx).await;
        }
        let entry = ctx.entry(Act::Create, Resource::Survey).of(id).because("questions");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Writes questions anew.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when they are not as they were read.
    pub async fn change_questions(&self, ctx: &Ctx<Improve>, of: &QuestionSet, questions: &OwnQuestions) -> Result<()> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let row = values![tenant, place, of.id, of.version, questions.title.to_string(), body(questions)?, ctx.now];
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(CHANGE, row).await? == 0 {
            let stands = tx.row(ONE, values![tenant, place, of.id]).await?;
            return Err(if stands.is_some() { StoreError::ChangedMeanwhile } else { StoreError::NotFound });
        }
        let entry = ctx.entry(Act::Change, Resource::Survey).of(of.id).because("questions");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Throws questions away. Surveys that were opened with them keep theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_questions(&self, ctx: &Ctx<Improve>, id: QuestionSetId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(DROP, values![ctx.grant.tenant(), ctx.grant.organisation(), id]).await?;
        let entry = ctx.entry(Act::Change, Resource::Survey).of(id).because("questions");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}
