//! Feedback messages: written with the change that is their milestone, kept as sent.

use fingerpost_domain::Timestamp;
use fingerpost_domain::disclosure::{DisclosedFields, Recipient, ReferrerHears};
use fingerpost_domain::feedback::{self, FeedbackKind, FeedbackSource, Section};
use fingerpost_domain::id::{CaseId, DisclosureId, FeedbackId, ReferralId, TenantId, UserId};

use crate::jobs::{self, ClaimedJob, JobKind};
use crate::outbox::{self, MessageTemplate};
use crate::{Store, cases, disclosures, schemes};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, values};
use fingerpost_intake_rules::settings::Milestone;
use fingerpost_ledger::{Act, Entry, Resource};

statements! {
    INSERT = "INSERT INTO feedback (tenant, id, referral, disclosure, kind, sections, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// What was sent and not opened is shown while the person's word for it stands, or one that goes as far. The list of those sent counts
    /// by the same rule.
    OF_REFERRAL = "SELECT id, kind, sections, sent_at, opened_at FROM feedback f WHERE f.tenant = $1 AND f.referral = $2 AND f.withdrawn_at IS NULL AND (f.opened_at IS NOT NULL OR f.disclosure IS NULL OR EXISTS (SELECT 1 FROM disclosure g JOIN disclosure d ON d.tenant = g.tenant AND d.referral = g.referral \
                   AND d.recipient = 'referrer' AND d.withdrawn_at IS NULL AND (d.fields = g.fields OR d.fields = 'summary') WHERE g.tenant = f.tenant AND g.id = f.disclosure)) \
                   ORDER BY sent_at DESC, id DESC LIMIT 50";
    OPENED = "UPDATE feedback SET opened_at = $3 WHERE tenant = $1 AND id = $2 AND opened_at IS NULL";
    REFERRALS_OF_CASE = "SELECT id, scheme FROM referral WHERE tenant = $1 AND case_id = $2 AND source = 'practice' ORDER BY created_at, id LIMIT 20";
    STANDING = "SELECT d.id FROM disclosure d WHERE d.tenant = $1 AND d.referral = $2 AND d.recipient = 'referrer' AND d.fields = $3 AND d.withdrawn_at IS NULL \
                ORDER BY d.given_at DESC, d.id DESC LIMIT 1";
    /// The news of letters that nobody is to open any more.
    UNSENT = "UPDATE outbox SET failed_at = $3, last_error = 'taken_back', settled_at = $3 WHERE tenant = $1 AND template = 'feedback_arrived' AND sent_at IS NULL AND settled_at IS NULL \
              AND substr(subject, 1, 26) IN (SELECT f.id FROM referral r CROSS JOIN feedback f WHERE r.tenant = $1 AND r.case_id = $2 AND f.tenant = r.tenant AND f.referral = r.id)";
    /// The news of letters for which no word stands any more.
    UNSENT_HIDDEN = "UPDATE outbox SET failed_at = $3, last_error = 'taken_back', settled_at = $3 WHERE tenant = $1 AND template = 'feedback_arrived' AND sent_at IS NULL AND settled_at IS NULL \
                            AND substr(subject, 1, 26) IN (SELECT f.id FROM referral r CROSS JOIN feedback f WHERE r.tenant = $1 AND r.case_id = $2 AND f.tenant = r.tenant AND f.referral = r.id \
                     AND NOT (f.opened_at IS NOT NULL OR f.disclosure IS NULL OR EXISTS (SELECT 1 FROM disclosure g JOIN disclosure d ON d.tenant = g.tenant AND d.referral = g.referral \
                   AND d.recipient = 'referrer' AND d.withdrawn_at IS NULL AND (d.fields = g.fields OR d.fields = 'summary') WHERE g.tenant = f.tenant AND g.id = f.disclosure)))";
    /// Whoever takes an agreement back at this moment waits, or was before us.
    HOLD = "UPDATE case_file SET version = version WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    OPEN_CASE = "SELECT scheme FROM case_file WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    WRITTEN = "SELECT f.id FROM referral r CROSS JOIN feedback f WHERE r.tenant = $1 AND r.case_id = $2 AND f.tenant = r.tenant AND f.referral = r.id AND f.withdrawn_at IS NULL AND f.kind = $3 LIMIT 1";
    HEARS = "UPDATE case_file SET referrer_hears = $3, version = version + 1 WHERE tenant = $1 AND id = $2";
    WITHDRAW = "UPDATE disclosure SET withdrawn_at = $3 WHERE tenant = $1 AND recipient = 'referrer' AND withdrawn_at IS NULL \
                AND referral IN (SELECT id FROM referral WHERE tenant = $1 AND case_id = $2)";
}

/// A message as sent.
#[derive(Debug, Clone)]
pub struct FeedbackRow {
    /// Its id.
    pub id: FeedbackId,
    /// The milestone.
    pub kind: FeedbackKind,
    /// Its sections, in PRSB order.
    pub sections: Vec<Section>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When the referrer first opened it.
    pub opened_at: Option<Timestamp>,
}

pub(crate) async fn of_referral(tx: &mut Tx, tenant: &TenantId, referral: ReferralId) -> Result<Vec<FeedbackRow>> {
    let rows = tx.rows(OF_REFERRAL, values![tenant, referral]).await?;
    rows.iter()
        .map(|row| {
            Ok(FeedbackRow {
                id: row.parsed("id")?,
                kind: row.coded("kind", FeedbackKind::from_code)?,
                sections: serde_json::from_str(&row.text("sections")?).map_err(|_| StoreError::corrupt("sections"))?,
                sent_at: row.at("sent_at")?,
                opened_at: row.opt_at("opened_at")?,
            })
        })
        .collect()
}

/// Notes that a letter was shown for the first time.
pub(crate) async fn mark_opened(tx: &mut Tx, tenant: &TenantId, letter: FeedbackId, now: Timestamp) -> Result<()> {
    tx.run(OPENED, values![tenant, letter, now]).await.map(drop)
}

/// Records what the person now says about the referrer hearing of it: what stood is withdrawn at once, and so is the news of letters
/// that go further than what they say now.
pub(crate) async fn change_agreement(
    store: &Store,
    tx: &mut Tx,
    (tenant, case): (&TenantId, CaseId),
    hears: ReferrerHears,
    (by, now): (UserId, Timestamp),
) -> Result<()> {
    tx.run(WITHDRAW, values![tenant, case, now]).await?;
    if let Some(fields) = hears.allows() {
        for row in tx.rows(REFERRALS_OF_CASE, values![tenant, case]).await? {
            let to_referrer = (row.parsed("id")?, Recipient::Referrer, fields);
            disclosures::disclose(store, tx, tenant, to_referrer, (by, now)).await?;
        }
    }
    tx.run(UNSENT_HIDDEN, values![tenant, case, now]).await.map(drop)
}

/// The referrer hears nothing more: neither what is written from now on nor what they have not opened.
///
/// # Errors
/// When the database fails.
pub async fn agreement_ends(
    store: &Store,
    tx: &mut Tx,
    (tenant, case): (&TenantId, CaseId),
    (by, now): (UserId, Timestamp),
) -> Result<()> {
    let nothing = ReferrerHears::Nothing;
    tx.run(HEARS, values![tenant, case, nothing.code()]).await?;
    tx.run(UNSENT, values![tenant, case, now]).await?;
    change_agreement(store, tx, (tenant, case), nothing, (by, now)).await
}

/// Writes a message to the referrer of every referral of a case, where it was a practice that asked, and tells them that it is there. Writes
/// nothing when the person said that they hear nothing.
pub(crate) async fn send(
    store: &Store,
    tx: &mut Tx,
    (tenant, case): (&TenantId, CaseId),
    (kind, hears): (FeedbackKind, ReferrerHears),
    source: &FeedbackSource,
    now: Timestamp,
) -> Result<()> {
    for row in tx.rows(REFERRALS_OF_CASE, values![tenant, case]).await? {
        let referral: ReferralId = row.parsed("id")?;
        let fields = hears.allows().unwrap_or(DisclosedFields::StatusOnly);
        let standing = tx.row(STANDING, values![tenant, referral, fields.code()]).await?;
        let disclosure: Option<DisclosureId> = standing.map(|row| row.parsed("id")).transpose()?;
        // A referrer whose referral joined later was not named when the person agreed: to them the summary
        // is not agreed to.
        let hears = match (hears, disclosure) {
            (ReferrerHears::Summary, None) => ReferrerHears::NotAsked,
            (hears, _) => hears,
        };
        // What the title of a letter tells beyond that work goes on is told only where that was agreed to.
        if matches!(kind, FeedbackKind::PlanWritten | FeedbackKind::Started) && hears != ReferrerHears::Summary {
            continue;
        }
        let Some(sections) = feedback::write(kind, source, hears) else { continue };
        let text = serde_json::to_string(&sections).map_err(|_| StoreError::corrupt("sections"))?;
        let id: FeedbackId = store.entropy().id(now);
        tx.run(INSERT, values![tenant, id, referral, disclosure, kind.code(), &text, now]).await?;
        let subject = id.to_string();
        let message = (referral, subject.as_str());
        let about = Some((row.parsed("scheme")?, case));
        outbox::to_referrer(store, tx, tenant, MessageTemplate::FeedbackArrived, message, about, now).await?;
    }
    Ok(())
}

/// The letter of a milestone.
const fn kind_of(milestone: Milestone) -> FeedbackKind {
    match milestone {
        Milestone::FirstContact => FeedbackKind::FirstContact,
        Milestone::Plan => FeedbackKind::PlanWritten,
        Milestone::Started => FeedbackKind::Started,
    }
}

/// Notes that a milestone was reached, where the scheme has chosen it. Whether a letter comes of it is the person's to say.
pub(crate) async fn reached(
    store: &Store,
    tx: &mut Tx,
    (tenant, case): (&TenantId, CaseId),
    (milestone, now): (Milestone, Timestamp),
) -> Result<()> {
    let Some(open) = tx.row(OPEN_CASE, values![tenant, case]).await? else { return Ok(()) };
    if !schemes::settings(tx, tenant, open.parsed("scheme")?).await?.writes_at(milestone) {
        return Ok(());
    }
    let about = format!("{case}/{}", milestone.code());
    jobs::add(store, tx, tenant, (JobKind::Milestone, &about), (now, now)).await
}

impl Store {
    /// Writes the letter of a milestone: where the scheme chose it, the case is still open, and none was written of it before. Beyond
    /// that work has begun, it says what the person agreed to and nothing where that is nothing.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn write_milestone(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let corrupt = || StoreError::corrupt("subject");
        let (case, milestone) = job.subject.split_once('/').ok_or_else(corrupt)?;
        let case: CaseId = case.parse().map_err(|_| corrupt())?;
        let milestone = Milestone::from_code(milestone).ok_or_else(corrupt)?;
        let (tenant, kind) = (&job.tenant, kind_of(milestone));
        let mut tx = self.db().write().await?;
        jobs::done(&mut tx, job, now).await?;
        tx.run(HOLD, values![tenant, case]).await?;
        let open = tx.row(OPEN_CASE, values![tenant, case]).await?;
        let written = tx.row(WRITTEN, values![tenant, case, kind.code()]).await?.is_some();
        let Some(open) = open.filter(|_| !written) else { return tx.commit().await };
        let scheme = open.parsed("scheme")?;
        if !schemes::settings(&mut tx, tenant, scheme).await?.writes_at(milestone) {
            return tx.commit().await;
        }
        let (source, hears) = cases::source_for_letter(&mut tx, tenant, (scheme, case), now).await?;
        send(self, &mut tx, (tenant, case), (kind, hears), &source, now).await?;
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Case).of(case);
        self.commit(tx, now, entry.because(job.kind.code())).await
    }
}
