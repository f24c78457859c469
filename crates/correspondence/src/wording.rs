//! A scheme's own words for messages that send themselves: each change is a further version, and one without words brings ours back.

use fingerpost_correspondence_rules::wording::{Worded, Wording};
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{OutboxId, TenantId};
use fingerpost_engine::{Result, Row, StoreError, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::SetIntake;
use fingerpost_store::{Ctx, hold_scheme};

use crate::Correspondence;

statements! {
    VERSIONS = "SELECT w.template, w.version, w.body, w.changed_at, u.name FROM message_wording w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.changed_by \
                WHERE w.tenant = $1 AND w.scheme = $2 AND w.template = $3 ORDER BY w.version DESC LIMIT 20";
    STANDING = "SELECT w.template, w.version, w.body, w.changed_at, u.name FROM message_wording w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.changed_by \
                WHERE w.tenant = $1 AND w.scheme = $2 AND w.version = (SELECT MAX(n.version) FROM message_wording n WHERE n.tenant = w.tenant AND n.scheme = w.scheme AND n.template = w.template) \
                ORDER BY w.template LIMIT 50";
    NEWEST = "SELECT version, body FROM message_wording WHERE tenant = $1 AND scheme = $2 AND template = $3 ORDER BY version DESC LIMIT 1";
    PUT = "INSERT INTO message_wording (tenant, scheme, template, version, body, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    OF_MESSAGE = "SELECT w.body FROM outbox o JOIN message_wording w ON w.tenant = o.tenant AND w.scheme = o.scheme AND w.template = o.template \
                  WHERE o.tenant = $1 AND o.id = $2 ORDER BY w.version DESC LIMIT 1";
}

/// What a scheme wrote for a message, from a moment on.
#[derive(Debug, Clone)]
pub struct WordingRow {
    /// Counts from 1.
    pub version: i64,
    /// The words; none where ours stand again.
    pub body: Option<String>,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

fn wording_row(row: &Row) -> Result<WordingRow> {
    Ok(WordingRow {
        version: row.int("version")?,
        body: row.opt_text("body")?,
        at: row.at("changed_at")?,
        by: row.text("name")?,
    })
}

impl Correspondence {
    /// What stands now of each message that the scheme ever worded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing_words(&self, ctx: &Ctx<SetIntake>) -> Result<Vec<(Worded, WordingRow)>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation()];
        let rows = self.0.ledger().db().rows(STANDING, of).await?;
        let mut found = vec![];
        for row in &rows {
            // A message of a newer program is left out.
            if let Some(worded) = Worded::from_code(&row.text("template")?) {
                found.push((worded, wording_row(row)?));
            }
        }
        Ok(found)
    }

    /// What the scheme wrote for a message, newest first: twenty versions at most. Empty where our words always stood.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wordings(&self, ctx: &Ctx<SetIntake>, worded: Worded) -> Result<Vec<WordingRow>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), worded.code()];
        let rows = self.0.ledger().db().rows(VERSIONS, of).await?;
        rows.iter().map(wording_row).collect()
    }

    /// Words a message anew, or with none brings ours back. `read` is the version that the form was made of, 0 where there was none. The
    /// same again makes no version.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when somebody else has worded it since.
    pub async fn word(
        &self,
        ctx: &Ctx<SetIntake>,
        (worded, wording, read): (Worded, Option<&Wording>, i64),
    ) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        hold_scheme(&mut tx, tenant, scheme).await?;
        let stands = tx.row(NEWEST, values![tenant, scheme, worded.code()]).await?;
        let (newest, body) = match &stands {
            Some(row) => (row.int("version")?, row.opt_text("body")?),
            None => (0, None),
        };
        let words = wording.map(Wording::as_str);
        if body.as_deref() == words {
            // The same form sent twice is no contradiction.
            return self.0.ledger().stored_before(tx).await;
        }
        if newest != read {
            return Err(StoreError::ChangedMeanwhile);
        }
        let row = values![tenant, scheme, worded.code(), newest + 1, words, ctx.grant.user(), ctx.now];
        if tx.run(PUT, row).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let entry = ctx.entry(Act::Change, Resource::Organisations).of(scheme).because("wording");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// The words in which a message leaves: its scheme's own, or ours. What does not pass the check any more leaves in ours.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn words_of(&self, tenant: &TenantId, message: OutboxId, worded: Worded) -> Result<Wording> {
        let row = self.0.ledger().db().row(OF_MESSAGE, values![tenant, message]).await?;
        let body = row.map(|row| row.opt_text("body")).transpose()?.flatten();
        let own = body.and_then(|body| Wording::parse(worded, &body).ok().flatten());
        Ok(own.unwrap_or_else(|| Wording::usual(worded)))
    }
}
