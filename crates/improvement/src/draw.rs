//! A prize draw, kept apart from the answers: an address comes in once for each answer, and nothing says for which. It holds no time and
//! no way, and all addresses are written anew, in the order of the alphabet, whenever one comes in: neither their order nor the
//! transaction that wrote them tells who came when. What is drawn is drawn by the machine's own randomness. Addresses that did not win
//! are deleted as it is drawn; all of them, where nobody draws, some weeks after the survey has ended.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::SurveyId;
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_ledger::{Act, Entry, Resource, digest};
use fingerpost_policy::Improve;
use fingerpost_store::{ClaimedJob, Ctx, JobKind, add_job, job_done};

use crate::surveys::SurveyDoor;
use crate::{Improvement, REMIND_AT};

statements! {
    /// Each answer opens the draw once; one that was taken back opens it no more.
    USE_UP = "UPDATE survey_response SET entered = 1 WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3 AND entered = 0 AND withdrawn_at IS NULL";
    OPEN = "SELECT prize FROM survey WHERE tenant = $1 AND id = $2 AND prize IS NOT NULL AND drawn_at IS NULL AND closes_on >= $3";
    TURN = "SELECT COALESCE(CAST(MAX(turn) AS BIGINT), 0) AS turn FROM survey_draw WHERE tenant = $1 AND survey = $2";
    ENTER = "INSERT INTO survey_draw (tenant, survey, turn, contact) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    ANEW = "INSERT INTO survey_draw (tenant, survey, turn, contact) SELECT tenant, survey, turn + 1, contact FROM survey_draw WHERE tenant = $1 AND survey = $2 AND turn = $3 ORDER BY contact";
    FORGET_TURN = "DELETE FROM survey_draw WHERE tenant = $1 AND survey = $2 AND turn = $3";
    MAY_ENTER = "SELECT entered FROM survey_response WHERE tenant = $1 AND survey = $2 AND receipt_hash = $3 AND withdrawn_at IS NULL";
    STATE = "SELECT s.prize, s.drawn_at, (SELECT COUNT(*) FROM survey_draw d WHERE d.tenant = s.tenant AND d.survey = s.id) AS addresses, \
             (SELECT MIN(d.contact) FROM survey_draw d WHERE d.tenant = s.tenant AND d.survey = s.id AND d.won = 1) AS winner \
             FROM survey s WHERE s.tenant = $1 AND s.organisation = $2 AND s.id = $3 AND s.project IS NULL";
    ADDRESS = "SELECT contact FROM survey_draw WHERE tenant = $1 AND survey = $2 ORDER BY contact LIMIT 1 OFFSET $3";
    DRAWN = "UPDATE survey SET drawn_at = $4 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND prize IS NOT NULL AND drawn_at IS NULL AND closes_on < $5";
    WON = "UPDATE survey_draw SET won = 1 WHERE tenant = $1 AND survey = $2 AND contact = $3";
    FORGET_OTHERS = "DELETE FROM survey_draw WHERE tenant = $1 AND survey = $2 AND won = 0";
    FORGET = "DELETE FROM survey_draw WHERE tenant = $1 AND survey = $2";
}

/// Days for which it is known who won.
const KNOWN_DAYS: i64 = 30;
/// Days after the end of a survey in which its draw is drawn: then every address is deleted.
pub(crate) const DRAWN_WITHIN: i64 = 60;

/// Where a draw stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// What can be won.
    pub prize: String,
    /// Addresses in it.
    pub addresses: u64,
    /// It was drawn.
    pub drawn: bool,
    /// Who won, until that is forgotten.
    pub winner: Option<String>,
}

impl Improvement {
    /// Whether whoever holds the secret of an answer may still put an address into the draw.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_enter(&self, door: &SurveyDoor, secret: &str) -> Result<bool> {
        if door.prize.is_none() {
            return Ok(false);
        }
        let row = self.0.ledger().db().row(MAY_ENTER, values![&door.tenant, door.survey, digest(secret)]).await?;
        Ok(row.map(|row| row.int("entered")).transpose()? == Some(0))
    }

    /// Puts an address into the draw, once for each answer. False where it may not be.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enter_draw(&self, door: &SurveyDoor, secret: &str, address: &str, now: Timestamp) -> Result<bool> {
        let mut tx = self.0.ledger().db().write().await?;
        let open = tx.row(OPEN, values![&door.tenant, door.survey, day_of(now)]).await?.is_some();
        if !open || tx.run(USE_UP, values![&door.tenant, door.survey, digest(secret)]).await? == 0 {
            return self.0.ledger().stored_before(tx).await.map(|()| false);
        }
        let turn = tx.row(TURN, values![&door.tenant, door.survey]).await?.map_or(Ok(0), |row| row.int("turn"))?;
        tx.run(ENTER, values![&door.tenant, door.survey, turn, address]).await?;
        tx.run(ANEW, values![&door.tenant, door.survey, turn]).await?;
        tx.run(FORGET_TURN, values![&door.tenant, door.survey, turn]).await?;
        let entry = Entry::system(door.tenant.clone(), Act::Create, Resource::Survey).of(door.survey).because("draw");
        self.0.ledger().commit(tx, now, entry).await?;
        Ok(true)
    }

    /// The draw of a survey; none where nothing can be won.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn draw_of(&self, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<Option<Draw>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), survey];
        let row = self.0.ledger().db().row(STATE, wanted).await?.ok_or(StoreError::NotFound)?;
        let Some(prize) = row.opt_text("prize")? else { return Ok(None) };
        let winner = row.opt_text("winner")?;
        if winner.is_some() {
            let entry = ctx.entry(Act::Read, Resource::Survey).of(survey).because("draw");
            self.0.ledger().looked(ctx.now, entry).await?;
        }
        let drawn = row.opt_at("drawn_at")?.is_some();
        Ok(Some(Draw { prize, addresses: row.small("addresses")?, drawn, winner }))
    }

    /// Draws one address of those that are in, and deletes the others.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] while the survey is open, and when it was drawn already.
    pub async fn draw(&self, ctx: &Ctx<Improve>, survey: SurveyId) -> Result<()> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        let state = tx.row(STATE, values![tenant, place, survey]).await?.ok_or(StoreError::NotFound)?;
        let addresses: u64 = state.small("addresses")?;
        let today = day_of(ctx.now);
        if addresses == 0 || tx.run(DRAWN, values![tenant, place, survey, ctx.now, today]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        // 64 bits over a few hundred addresses: no address is favoured by more than one part in 10^16.
        let lot = u64::from_le_bytes(self.0.entropy().bytes::<8>()) % addresses;
        let lot = i64::try_from(lot).unwrap_or(0);
        let row = tx.row(ADDRESS, values![tenant, survey, lot]).await?.ok_or(StoreError::ChangedMeanwhile)?;
        tx.run(WON, values![tenant, survey, row.text("contact")?]).await?;
        tx.run(FORGET_OTHERS, values![tenant, survey]).await?;
        let when = instant_at(plus_days(today, KNOWN_DAYS), REMIND_AT);
        add_job(&self.0, &mut tx, tenant, (JobKind::ForgetDraw, &survey.to_string()), (when, ctx.now)).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Survey).of(survey).because("draw")).await
    }

    /// Forgets who won.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn forget_draw(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let survey: SurveyId = job.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(FORGET, values![&job.tenant, survey]).await?;
        job_done(&mut tx, job, now).await?;
        let entry = Entry::system(job.tenant.clone(), Act::Change, Resource::Survey).of(survey);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }
}
