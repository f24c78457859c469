//! Copies of a person's record that were given: when, by whom, and what was left out of them for which reason.

use fingerpost_correspondence_rules::record::Redaction;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{CaseId, RecordCopyId};
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::CopyRecord;
use fingerpost_store::Ctx;

use crate::Rights;

statements! {
    /// Every case of the person of a case with this scheme, the newest first.
    CASES = "SELECT o.id FROM case_file c JOIN case_file o ON o.tenant = c.tenant AND o.person = c.person AND o.scheme = c.scheme \
             WHERE c.tenant = $1 AND c.scheme = $2 AND c.id = $3 ORDER BY o.opened_at DESC, o.id LIMIT 50";
    ADD = "INSERT INTO record_copy (tenant, id, case_id, entries, left_out, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    GIVEN = "SELECT r.made_at, r.entries, r.left_out, u.name AS made_name FROM record_copy r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.made_by \
             WHERE r.tenant = $1 AND r.case_id = $2 ORDER BY r.made_at DESC, r.id LIMIT 50";
}

/// A copy that was given.
#[derive(Debug, Clone)]
pub struct GivenCopy {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Entries in it.
    pub entries: u32,
    /// Entries left out of it.
    pub left_out: usize,
}

impl Rights {
    /// Every case of the person of a case with this scheme, the newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme.
    pub async fn cases_of_person(&self, ctx: &Ctx<CopyRecord>, case: CaseId) -> Result<Vec<CaseId>> {
        let grant = &ctx.grant;
        let rows = self.0.ledger().db().rows(CASES, values![grant.tenant(), grant.organisation(), case]).await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        rows.iter().map(|row| row.parsed("id")).collect()
    }

    /// Copies that were given before, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn copies_given(&self, ctx: &Ctx<CopyRecord>, case: CaseId) -> Result<Vec<GivenCopy>> {
        let rows = self.0.ledger().db().rows(GIVEN, values![ctx.grant.tenant(), case]).await?;
        rows.iter()
            .map(|row| {
                let left_out = row.text("left_out")?;
                Ok(GivenCopy {
                    at: row.at("made_at")?,
                    by: row.text("made_name")?,
                    entries: row.small("entries")?,
                    left_out: left_out.split(' ').filter(|each| !each.is_empty()).count(),
                })
            })
            .collect()
    }

    /// Records that a copy was given, with what was left out of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme.
    pub async fn copy_given(
        &self,
        ctx: &Ctx<CopyRecord>,
        case: CaseId,
        (entries, left_out): (usize, &Redaction),
    ) -> Result<()> {
        self.cases_of_person(ctx, case).await?;
        let ledger = self.0.ledger();
        let id: RecordCopyId = self.0.entropy().id(ctx.now);
        // Keys and codes: what was left out is said, never what it says.
        let left: Vec<String> = left_out.iter().map(|(key, why)| format!("{key}={}", why.code())).collect();
        let count = i64::try_from(entries).unwrap_or(i64::MAX);
        let row = values![ctx.grant.tenant(), id, case, count, left.join(" "), ctx.grant.user(), ctx.now];
        let mut tx = ledger.db().write().await?;
        tx.run(ADD, row).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::CopyOut, Resource::Case).of(case).because("record")).await
    }
}
