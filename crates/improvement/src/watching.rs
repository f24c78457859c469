//! The monitoring form of a project, and the figures that others claim as a place prints them.

use fingerpost_domain::id::{ProjectId, WatchId};
use fingerpost_domain::text::{Line, Note};
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_improvement_rules::claim::{Claim, Factor};
use fingerpost_improvement_rules::monitoring::Watched;
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::Ctx;

use crate::Improvement;

/// Lines of a form at most that are read: one each week for four years.
const MOST_LINES: i64 = 208;

statements! {
    WATCHED = "SELECT w.id, w.on_day, w.seen, w.act, w.who FROM improvement_watch w WHERE w.tenant = $1 AND w.project = $2 ORDER BY w.on_day DESC, w.written_at DESC LIMIT $3";
    HOW_MANY = "SELECT COUNT(*) AS n FROM improvement_project p JOIN improvement_watch w ON w.tenant = p.tenant AND w.project = p.id WHERE p.tenant = $1 AND p.organisation = $2 AND p.id = $3";
    WATCH = "INSERT INTO improvement_watch (tenant, id, project, on_day, seen, act, who, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, id) DO NOTHING";
    UNWATCH = "DELETE FROM improvement_watch WHERE tenant = $1 AND project = $2 AND id = $3";
    FACTORS = "SELECT claim, value, lower_end, upper_end, source, printed FROM claim_factor WHERE tenant = $1 AND organisation = $2";
    SET_FACTOR = "INSERT INTO claim_factor (tenant, organisation, claim, value, lower_end, upper_end, source, printed, told_by, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                  ON CONFLICT (tenant, organisation, claim) DO UPDATE SET value = excluded.value, lower_end = excluded.lower_end, upper_end = excluded.upper_end, \
                  source = excluded.source, printed = excluded.printed, told_by = excluded.told_by, told_at = excluded.told_at";
}

fn watched(row: &Row) -> Result<(WatchId, Watched)> {
    let corrupt = |column: &'static str| move |_| StoreError::corrupt(column);
    let text = |column: &str| Ok::<_, StoreError>(row.opt_text(column)?.unwrap_or_default());
    let line = Watched {
        on: row.parsed("on_day")?,
        seen: Note::parse(&text("seen")?).map_err(corrupt("seen"))?.ok_or_else(|| StoreError::corrupt("seen"))?,
        act: Note::parse(&text("act")?).map_err(corrupt("act"))?,
        who: Line::parse(&text("who")?).map_err(corrupt("who"))?,
    };
    Ok((row.parsed("id")?, line))
}

fn factor(row: &Row) -> Result<(Claim, Factor)> {
    let source = Line::parse(&row.text("source")?).ok().flatten().ok_or_else(|| StoreError::corrupt("source"))?;
    let end = |column: &str| {
        let end = row.opt_int(column)?.map(u32::try_from).transpose();
        end.map_err(|_| StoreError::corrupt(column))
    };
    let range = end("lower_end")?.zip(end("upper_end")?);
    let factor = Factor { value: row.small("value")?, range, source, printed: row.int("printed")? == 1 };
    Ok((row.coded("claim", Claim::from_code)?, factor))
}

impl Improvement {
    /// The lines of a project's monitoring form, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn watched(&self, ctx: &Ctx<Improve>, project: ProjectId) -> Result<Vec<(WatchId, Watched)>> {
        let mut tx = self.0.ledger().db().read().await?;
        self.read(&mut tx, ctx, project).await?;
        let rows = tx.rows(WATCHED, values![ctx.grant.tenant(), project, MOST_LINES]).await?;
        rows.iter().map(watched).collect()
    }

    /// How many lines it has; none outside the reader's organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watched_count(&self, ctx: &Ctx<Improve>, project: ProjectId) -> Result<usize> {
        let row =
            self.0.ledger().db().row(HOW_MANY, values![ctx.grant.tenant(), ctx.grant.organisation(), project]).await?;
        row.map_or(Ok(0), |row| row.small("n"))
    }

    /// Writes a line into it. The same id is one line.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn watch(&self, ctx: &Ctx<Improve>, (project, id): (ProjectId, WatchId), line: &Watched) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        self.read(&mut tx, ctx, project).await?;
        let (act, who) = (line.act.as_ref().map(ToString::to_string), line.who.as_ref().map(ToString::to_string));
        let row = values![tenant, id, project, line.on, line.seen.to_string(), act, who, user, ctx.now];
        if tx.run(WATCH, row).await? == 0 {
            return self.0.ledger().stored_before(tx).await;
        }
        let entry = ctx.entry(Act::Create, Resource::Improvement).of(project).because("monitoring");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Takes a line out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn unwatch(&self, ctx: &Ctx<Improve>, project: ProjectId, id: WatchId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        self.read(&mut tx, ctx, project).await?;
        tx.run(UNWATCH, values![ctx.grant.tenant(), project, id]).await?;
        let entry = ctx.entry(Act::Change, Resource::Improvement).of(project).because("monitoring");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// The figures that others claim, as the organisation prints them; as they were published where it has said nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claims(&self, ctx: &Ctx<Improve>) -> Result<Vec<(Claim, Factor)>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation()];
        let rows = self.0.ledger().db().rows(FACTORS, wanted).await?;
        let known = rows.iter().map(factor).collect::<Result<Vec<_>>>()?;
        let of = |claim: &Claim| {
            let own = known.iter().find(|(known, _)| known == claim).map(|(_, factor)| factor.clone());
            (*claim, own.unwrap_or_else(|| claim.published()))
        };
        Ok(Claim::ALL.iter().map(of).collect())
    }

    /// Writes these figures down.
    ///
    /// # Errors
    /// When the database fails; nothing is then changed.
    pub async fn set_claims(&self, ctx: &Ctx<Improve>, claims: &[(Claim, Factor)]) -> Result<()> {
        let (tenant, place, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
        let mut tx = self.0.ledger().db().write().await?;
        for (claim, factor) in claims {
            let (lower, upper) = factor.range.map(|(lower, upper)| (i64::from(lower), i64::from(upper))).unzip();
            let source = factor.source.to_string();
            let mut row = values![tenant, place, claim.code(), i64::from(factor.value), lower, upper, source];
            row.extend(values![i64::from(factor.printed), user, ctx.now]);
            tx.run(SET_FACTOR, row).await?;
        }
        let entry = ctx.entry(Act::Change, Resource::Improvement).because("claims");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}
