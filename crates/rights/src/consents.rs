//! Consents: recorded, withdrawn, and what was told on them.

use fingerpost_correspondence_rules::consent::{Consent, Said, Telling, Whom};
use fingerpost_domain::Timestamp;
use fingerpost_domain::disclosure::Basis;
use fingerpost_domain::id::{CaseId, ConsentId, RequestKey, TellingId, TenantId};
use fingerpost_domain::text::{Line, Note};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::WorkCase;
use fingerpost_store::{Ctx, agreement_ends, case_in_scope, connections_end, hold_case, messages_stop};

use crate::Rights;

/// A consent with who recorded it; the rest of the condition follows.
macro_rules! consent {
    () => {
        "SELECT c.id, c.whom, c.name, c.purpose, c.what, c.said, c.words, c.basis, c.authority, c.reason, c.recorded_at, c.withdrawn_at, u.name AS recorded_name \
         FROM consent c JOIN app_user u ON u.tenant = c.tenant AND u.id = c.recorded_by WHERE c.tenant = $1 AND "
    };
}

statements! {
    ADD = "INSERT INTO consent (tenant, id, case_id, request_key, whom, name, purpose, what, said, words, basis, authority, reason, recorded_by, recorded_at) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (tenant, recorded_by, request_key) DO NOTHING";
    OF_CASE = concat!(consent!(), "c.case_id = $2 ORDER BY c.recorded_at DESC, c.id LIMIT 100");
    ONE = concat!(consent!(), "c.case_id = $2 AND c.id = $3");
    WITHDRAW = "UPDATE consent SET withdrawn_at = $4, withdrawn_by = $5 WHERE tenant = $1 AND id = $2 AND case_id = $3 AND withdrawn_at IS NULL AND said <> 'refused'";
    WITHDRAW_ALL = "UPDATE consent SET withdrawn_at = $3, withdrawn_by = $4 WHERE tenant = $1 AND case_id = $2 AND withdrawn_at IS NULL AND said = 'given'";
    TELL = "INSERT INTO telling (tenant, id, case_id, consent, request_key, on_day, what, told_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (tenant, told_by, request_key) DO NOTHING";
}

/// A consent, and what became of it.
#[derive(Debug, Clone)]
pub struct ConsentRow {
    /// Its id.
    pub id: ConsentId,
    /// As recorded.
    pub consent: Consent,
    /// When.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_name: String,
    /// When the person took it back, or the ground ended.
    pub withdrawn_at: Option<Timestamp>,
}

impl ConsentRow {
    /// Somebody may be told on it now.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.withdrawn_at.is_none() && !matches!(self.consent.said, Said::Refused(_))
    }
}

fn line<const N: usize>(row: &Row, column: &'static str) -> Result<Line<N>> {
    let parsed = Line::parse(&row.text(column)?).ok().flatten();
    parsed.ok_or_else(|| StoreError::corrupt(column))
}

fn note(row: &Row, column: &'static str) -> Result<Option<Note<600>>> {
    row.opt_text(column)?.map_or(Ok(None), |text| Note::parse(&text).map_err(|_| StoreError::corrupt(column)))
}

fn said(row: &Row) -> Result<Said> {
    Ok(match row.text("said")?.as_str() {
        "given" => Said::Given(note(row, "words")?.ok_or_else(|| StoreError::corrupt("words"))?),
        "refused" => Said::Refused(note(row, "words")?),
        "without" => Said::Without {
            basis: row.coded("basis", Basis::from_code)?,
            authority: line(row, "authority")?,
            reason: note(row, "reason")?.ok_or_else(|| StoreError::corrupt("reason"))?,
        },
        _ => return Err(StoreError::corrupt("said")),
    })
}

fn consent(row: &Row) -> Result<ConsentRow> {
    Ok(ConsentRow {
        id: row.parsed("id")?,
        consent: Consent {
            whom: row.coded("whom", Whom::from_code)?,
            name: line(row, "name")?,
            purpose: line(row, "purpose")?,
            what: line(row, "what")?,
            said: said(row)?,
        },
        recorded_at: row.at("recorded_at")?,
        recorded_name: row.text("recorded_name")?,
        withdrawn_at: row.opt_at("withdrawn_at")?,
    })
}

pub(crate) async fn of_case(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<Vec<ConsentRow>> {
    tx.rows(OF_CASE, values![tenant, case]).await?.iter().map(consent).collect()
}

impl Rights {
    /// Records what the person says about somebody being told, or on what other ground they are. The same key records
    /// once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed case.
    pub async fn record_consent(
        &self,
        ctx: &Ctx<WorkCase>,
        case: CaseId,
        (consent, key): (&Consent, RequestKey),
    ) -> Result<()> {
        let (ledger, tenant, user) = (self.0.ledger(), ctx.grant.tenant(), ctx.grant.user());
        let mut tx = ledger.db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        hold_case(&mut tx, tenant, case, None).await?;
        let id: ConsentId = self.0.entropy().id(ctx.now);
        let (words, basis, authority, reason) = match &consent.said {
            Said::Given(words) => (Some(words.as_str()), None, None, None),
            Said::Refused(words) => (words.as_ref().map(Note::as_str), None, None, None),
            Said::Without { basis, authority, reason } => {
                (None, Some(basis.code()), Some(authority.as_str()), Some(reason.as_str()))
            }
        };
        let added = values![
            tenant,
            id,
            case,
            key,
            consent.whom.code(),
            consent.name.as_str(),
            consent.purpose.as_str(),
            consent.what.as_str(),
            consent.said.code(),
            words,
            basis,
            authority,
            reason,
            user,
            ctx.now,
        ];
        if tx.run(ADD, added).await? == 0 {
            return ledger.stored_before(tx).await;
        }
        let why = consent.said.code();
        ledger.commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Consent).of(id).because(why)).await
    }

    /// The person takes a consent back, or another ground on which somebody was told has ended. A second press changes nothing; it works
    /// on a closed case, too.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn withdraw_consent(&self, ctx: &Ctx<WorkCase>, (case, id): (CaseId, ConsentId)) -> Result<()> {
        let (ledger, tenant) = (self.0.ledger(), ctx.grant.tenant());
        let mut tx = ledger.db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        tx.row(ONE, values![tenant, case, id]).await?.ok_or(StoreError::NotFound)?;
        if tx.run(WITHDRAW, values![tenant, id, case, ctx.now, ctx.grant.user()]).await? == 0 {
            return ledger.stored_before(tx).await;
        }
        ledger.commit(tx, ctx.now, ctx.entry(Act::Withdraw, Resource::Consent).of(id)).await
    }

    /// Records that somebody was told something. The same key records once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] where the person said no, or
    /// took it back.
    pub async fn record_telling(
        &self,
        ctx: &Ctx<WorkCase>,
        (case, id): (CaseId, ConsentId),
        (telling, key): (&Telling, RequestKey),
    ) -> Result<()> {
        let (ledger, tenant, user) = (self.0.ledger(), ctx.grant.tenant(), ctx.grant.user());
        let mut tx = ledger.db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(ONE, values![tenant, case, id]).await?.ok_or(StoreError::NotFound)?;
        if !consent(&row)?.stands() {
            return Err(StoreError::ChangedMeanwhile);
        }
        let telling_id: TellingId = self.0.entropy().id(ctx.now);
        let told = values![tenant, telling_id, case, id, key, telling.on, telling.what.as_str(), user, ctx.now];
        if tx.run(TELL, told).await? == 0 {
            return ledger.stored_before(tx).await;
        }
        ledger.commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Telling).of(telling_id)).await
    }

    /// The person takes everything back, at once: every consent that stands, every group that has not finished with them,
    /// what the referrer hears, and every message about them to anybody else that has not left.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn take_everything_back(&self, ctx: &Ctx<WorkCase>, case: CaseId) -> Result<()> {
        let (ledger, tenant, user) = (self.0.ledger(), ctx.grant.tenant(), ctx.grant.user());
        let mut tx = ledger.db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        tx.run(WITHDRAW_ALL, values![tenant, case, ctx.now, user]).await?;
        connections_end(&self.0, &mut tx, (tenant, case), ctx.now).await?;
        agreement_ends(&self.0, &mut tx, (tenant, case), (user, ctx.now)).await?;
        messages_stop(&mut tx, (tenant, case), ctx.now).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::Withdraw, Resource::Case).of(case).because("everything")).await
    }
}
