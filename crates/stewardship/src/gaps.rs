//! What was looked for and is missing: for the people who fund groups. No name, no address of a person.

use fingerpost_directory::edit::Missing;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::GapId;
use fingerpost_domain::need::Need;
use fingerpost_domain::text::Line;
use fingerpost_engine::{Result, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::SearchDirectory;
use fingerpost_store::Ctx;
use jiff::SignedDuration;

use crate::Stewardship;

statements! {
    ADD = "INSERT INTO directory_gap (tenant, id, organisation, why, words, need, place, days, language, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SWEEP = "DELETE FROM directory_gap WHERE made_at < $1";
    COUNTED = "SELECT why, words, need, place, days, language, CAST(COUNT(*) AS BIGINT) AS n, MAX(made_at) AS last FROM directory_gap \
               WHERE tenant = $1 AND organisation = $2 AND made_at >= $3 GROUP BY why, words, need, place, days, language \
               ORDER BY n DESC, last DESC, words NULLS LAST, place NULLS LAST, days NULLS LAST LIMIT $4";
}

/// Lines of the list.
const MOST_LINES: i64 = 100;
/// A year.
const SHOWN_OVER: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub why: Missing,
    /// What was looked for, folded.
    pub words: Option<Line<80>>,
    /// The need.
    pub need: Option<Need>,
    /// An outward code or a town.
    pub place: Option<Line<60>>,
    /// Days as iCalendar writes them.
    pub days: Option<String>,
    /// The language.
    pub language: Option<Line<40>>,
}

/// The same thing missing, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// Why.
    pub why: Missing,
    /// What was looked for.
    pub words: Option<String>,
    /// The need.
    pub need: Option<Need>,
    /// Where.
    pub place: Option<String>,
    /// On which days, by the codes of iCalendar.
    pub days: Option<String>,
    /// In which language.
    pub language: Option<String>,
    /// How often in a year.
    pub times: i64,
}

impl Stewardship {
    /// Notes that something is missing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_gap(&self, ctx: &Ctx<SearchDirectory>, gap: &Gap) -> Result<()> {
        let id: GapId = self.0.entropy().id(ctx.now);
        let mut tx = self.0.ledger().db().write().await?;
        let words = |line: Option<&str>| line.map(fingerpost_domain::text::folded);
        let values = values![
            ctx.grant.tenant(),
            id,
            ctx.grant.organisation(),
            gap.why.code(),
            words(gap.words.as_ref().map(Line::as_str)),
            gap.need.map(Need::code),
            words(gap.place.as_ref().map(Line::as_str)),
            gap.days.clone(),
            words(gap.language.as_ref().map(Line::as_str)),
            ctx.now,
        ];
        tx.run(ADD, values).await?;
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Directory).of(id).because("gap")).await
    }

    /// Deletes what was missing more than a year ago: nobody sees it any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_gaps(&self, now: Timestamp) -> Result<()> {
        let since = now.saturating_sub(SHOWN_OVER).unwrap_or(Timestamp::MIN);
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(SWEEP, values![since]).await?;
        tx.commit().await
    }

    /// What was missing here in the last year, the most often first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn gaps(&self, ctx: &Ctx<SearchDirectory>) -> Result<Vec<GapRow>> {
        let since = ctx.now.saturating_sub(SHOWN_OVER).unwrap_or(ctx.now);
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), since, MOST_LINES];
        let rows = self.0.ledger().db().rows(COUNTED, wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(GapRow {
                    why: row.coded("why", Missing::from_code)?,
                    words: row.opt_text("words")?,
                    need: row.opt_coded("need", Need::from_code)?,
                    place: row.opt_text("place")?,
                    days: row.opt_text("days")?,
                    language: row.opt_text("language")?,
                    times: row.int("n")?,
                })
            })
            .collect()
    }
}
