//! Referrals as the referrer meets them: writing, sending, taking back, and what became of them.

use fingerpost_domain::agreement::Agreement;
use fingerpost_domain::calendar::{add_working_days, day_of, instant_at};
use fingerpost_domain::codes::{self, CodeMeaning, SnomedCode};
use fingerpost_domain::disclosure::{DisclosedFields, Recipient, ReferrerHears};
use fingerpost_domain::id::{FeedbackId, OrganisationId, ReferralId, RequestKey, TenantId, UserId};
use fingerpost_domain::need::Need;
use fingerpost_domain::person::{PersonDetails, PersonName};
use fingerpost_domain::referral::{NotAcceptedReason, NotNow, ReferralRequest, ReferralState, reference};
use fingerpost_domain::safe_contact::Reach;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::text::{Line, Note};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_intake_rules::settings::IntakeState;
use fingerpost_policy::{ReadSent, ReferPerson, TakeBack};
use sha2::{Digest, Sha256};

use crate::feedback::{self, FeedbackRow};
use crate::jobs::{self, JobKind};
use crate::outbox::{self, MessageTemplate};
use crate::questions::{self, QuestionRow};
use crate::{Ctx, PAGE_ROWS, Store, disclosures, schemes};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, Value, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::{details, details_values, needs_of, person_name};

statements! {
    SCHEME_OF_PRACTICE = "SELECT s.organisation, s.min_age, s.max_age, s.sessions_agreed, s.answer_working_days, s.self_referral, o.name \
                          FROM scheme_practice p JOIN scheme s ON s.tenant = p.tenant AND s.organisation = p.scheme \
                          JOIN organisation o ON o.id = s.organisation WHERE p.tenant = $1 AND p.practice = $2";
    ARRIVES_AT = "SELECT s.answer_working_days, p.scheme, u.id AS user_id, m.role FROM scheme_practice p \
                  JOIN scheme s ON s.tenant = p.tenant AND s.organisation = p.scheme \
                  LEFT JOIN membership m ON m.tenant = s.tenant AND m.organisation = s.organisation AND m.role IN ('supervisor', 'link_worker') \
                  LEFT JOIN app_user u ON u.tenant = m.tenant AND u.id = m.user_id AND u.disabled = 0 \
                  WHERE p.tenant = $1 AND p.practice = $2 ORDER BY m.role DESC, m.user_id LIMIT 200";
    START = "INSERT INTO referral (tenant, id, reference, state, scheme, practice, referrer, request_key, \
             given, family, preferred, name_folded, born, nhs_number, address, postcode, phone, email, communication, created_at) \
             SELECT $1, $2, $3, 'draft', p.scheme, p.practice, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18 \
             FROM scheme_practice p WHERE p.tenant = $1 AND p.practice = $4 ON CONFLICT DO NOTHING";
    BY_KEY = "SELECT id FROM referral WHERE tenant = $1 AND referrer = $2 AND request_key = $3";
    CHANGE_PERSON = "UPDATE referral SET given = $4, family = $5, preferred = $6, name_folded = $7, born = $8, nhs_number = $9, address = $10, \
                     postcode = $11, phone = $12, email = $13, communication = $14 WHERE tenant = $1 AND id = $2 AND referrer = $3 AND practice = $15 AND state = 'draft'";
    DRAFT = "SELECT id, reference, given, family, preferred, born, nhs_number, address, postcode, phone, email, communication, needs, words, reach, guidance, risk, risk_note, agreement, asker, on_behalf, safeguarding \
             FROM referral WHERE tenant = $1 AND practice = $2 AND id = $3 AND referrer = $4 AND state = 'draft'";
    STATE = "SELECT state FROM referral WHERE tenant = $1 AND practice = $2 AND id = $3 AND referrer = $4";
    ANSWER = "UPDATE referral SET state = $5, needs = $6, words = $7, reach = $8, guidance = $9, risk = $10, risk_note = $11, agreement = $12, \
              sent_at = $13, answer_due = $14, decided_at = $15, asker = $16, safeguarding = $17, on_behalf = $18 \
              WHERE tenant = $1 AND practice = $2 AND id = $3 AND referrer = $4 AND state = 'draft'";
    SENT_LIST = "SELECT r.id, r.reference, r.state, r.given, r.family, r.preferred, r.created_at, r.sent_at, r.answer_due, r.decided_at, r.reason, u.name AS referrer_name, \
                 w.name AS worker_name, (SELECT MIN(t.on_day) FROM contact t WHERE t.tenant = r.tenant AND t.case_id = r.case_id AND t.happened <> 'did_not_happen' \
                 AND t.kind <> 'about_person' AND t.recorded_at >= r.decided_at) AS first_contact, c.closed_at, c.referrer_hears, r.joined_case, \
                 (SELECT COUNT(*) FROM feedback f WHERE f.tenant = r.tenant AND f.referral = r.id AND f.opened_at IS NULL AND f.withdrawn_at IS NULL AND (f.opened_at IS NOT NULL OR f.disclosure IS NULL OR EXISTS (SELECT 1 FROM disclosure g JOIN disclosure d ON d.tenant = g.tenant AND d.referral = g.referral \
                   AND d.recipient = 'referrer' AND d.withdrawn_at IS NULL AND (d.fields = g.fields OR d.fields = 'summary') WHERE g.tenant = f.tenant AND g.id = f.disclosure))) AS unread \
                 FROM referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer \
                 LEFT JOIN case_file c ON c.tenant = r.tenant AND c.id = r.case_id \
                 LEFT JOIN app_user w ON w.tenant = c.tenant AND w.id = c.worker \
                 WHERE r.tenant = $1 AND r.practice = $2 AND (CAST($3 AS TEXT) IS NULL OR r.referrer = $3) \
                 AND (CAST($3 AS TEXT) IS NOT NULL OR r.sent_at IS NOT NULL OR r.state = 'declined_by_person') \
                 AND r.created_at < $4 ORDER BY r.created_at DESC, r.id DESC LIMIT $5";
    SENT_ONE = "SELECT r.id, r.reference, r.state, r.given, r.family, r.preferred, r.born, r.nhs_number, r.address, r.postcode, r.phone, r.email, r.communication, \
                r.needs, r.words, r.reach, r.guidance, r.risk, r.risk_note, r.agreement, r.asker, r.on_behalf, r.safeguarding, r.created_at, r.sent_at, r.answer_due, r.decided_at, r.reason, r.alternative, r.joined_case, r.scheme, \
                r.referrer, u.name AS referrer_name, u.email AS referrer_email, u.job_title, u.disabled AS referrer_left, \
                (SELECT MIN(i.value) FROM organisation_identifier i WHERE i.organisation = r.practice AND i.system = 'ods') AS practice_code, s.name AS scheme_name, s.phone AS scheme_phone, w.name AS worker_name, lw.phone AS worker_phone, (SELECT MIN(t.on_day) FROM contact t WHERE t.tenant = r.tenant AND t.case_id = r.case_id AND t.happened <> 'did_not_happen' \
                 AND t.kind <> 'about_person' AND t.recorded_at >= r.decided_at) AS first_contact, c.closed_at, c.referrer_hears, \
                (SELECT COUNT(*) FROM person_join j WHERE j.tenant = r.tenant AND j.referral = r.id AND j.undone_at IS NOT NULL) AS taken_out \
                FROM referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer \
                JOIN organisation s ON s.id = r.scheme \
                LEFT JOIN case_file c ON c.tenant = r.tenant AND c.id = r.case_id \
                LEFT JOIN app_user w ON w.tenant = c.tenant AND w.id = c.worker \
                LEFT JOIN link_worker lw ON lw.tenant = c.tenant AND lw.user_id = c.worker AND lw.scheme = c.scheme \
                WHERE r.tenant = $1 AND r.practice = $2 AND r.id = $3 AND (CAST($4 AS TEXT) IS NULL OR r.referrer = $4) \
                AND (CAST($4 AS TEXT) IS NOT NULL OR r.sent_at IS NOT NULL OR r.state = 'declined_by_person')";
    /// A draft follows its practice to another scheme: whoever is told of it is who holds it.
    FOLLOW = "UPDATE referral SET scheme = (SELECT p.scheme FROM scheme_practice p WHERE p.tenant = $1 AND p.practice = $2) \
              WHERE tenant = $1 AND practice = $2 AND id = $3 AND referrer = $4 AND state = 'draft' \
              AND scheme <> (SELECT p.scheme FROM scheme_practice p WHERE p.tenant = $1 AND p.practice = $2)";
    TAKE_BACK = "UPDATE referral SET state = 'withdrawn', decided_at = $5, decided_by = $4 \
                 WHERE tenant = $1 AND practice = $2 AND id = $3 AND referrer = $4 AND state IN ('draft', 'sent', 'returned')";
}

/// A referral that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub id: ReferralId,
}

/// A referral being written, with what was answered so far.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: ReferralId,
    /// The person.
    pub person: PersonDetails,
    /// The carer or friend who asked for it.
    pub asker: Option<String>,
    /// The colleague for whom it was written.
    pub on_behalf: Option<String>,
    /// Needs ticked.
    pub needs: Vec<Need>,
    /// Their words.
    pub words: Option<String>,
    /// The safe way.
    pub reach: Option<Reach>,
    /// Guidance beside it.
    pub guidance: Option<String>,
    /// The risk answer's code.
    pub risk: Option<String>,
    /// The risk.
    pub risk_note: Option<String>,
    /// A worry about harm.
    pub safeguarding: Option<String>,
}

impl Draft {
    /// What stands in it, told apart from anything else that might: a page carries it, so that a page which is no longer true
    /// overwrites nothing.
    #[must_use]
    pub fn mark(&self) -> String {
        let parts = [
            self.asker.as_deref(),
            self.on_behalf.as_deref(),
            self.words.as_deref(),
            self.guidance.as_deref(),
            self.risk.as_deref(),
            self.risk_note.as_deref(),
            self.safeguarding.as_deref(),
            self.reach.map(Reach::code),
        ];
        let mut hash = Sha256::new();
        for part in details_values(&self.person) {
            if let Value::Text(Some(text)) = part {
                hash.update(text.as_bytes());
            }
            hash.update([0]);
        }
        for part in self.needs.iter().map(|need| Some(need.code())).chain(parts) {
            hash.update(part.unwrap_or_default().as_bytes());
            hash.update([u8::from(part.is_some())]);
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// One line of the referrer's list.
#[derive(Debug, Clone)]
pub struct SentRow {
    /// Its id.
    pub id: ReferralId,
    /// Its reference.
    pub reference: String,
    /// Where it stands.
    pub state: ReferralState,
    /// The person.
    pub name: PersonName,
    /// Who sent it.
    pub referrer_name: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// By when the scheme answers.
    pub answer_due: Option<Date>,
    /// Why it was not accepted.
    pub reason: Option<NotAcceptedReason>,
    /// The link worker.
    pub worker_name: Option<String>,
    /// First contact that took place.
    pub first_contact: Option<Date>,
    /// When the case was closed.
    pub closed_at: Option<Timestamp>,
    /// The person said that the referrer hears no more.
    pub hears_nothing: bool,
    /// Messages not opened yet.
    pub unread: i64,
}

/// One referral as its referrer sees it.
#[derive(Debug, Clone)]
pub struct SentPage {
    /// The line of the list.
    pub row: SentRow,
    /// The person as sent.
    pub person: PersonDetails,
    /// It was answered by mistake, and waits again.
    pub waits_again: bool,
    /// The carer or friend who asked for it.
    pub asker: Option<String>,
    /// The colleague for whom it was written.
    pub on_behalf: Option<String>,
    /// Needs ticked.
    pub needs: Vec<Need>,
    /// Their words.
    pub words: Option<String>,
    /// The risk answer's code.
    pub risk: Option<String>,
    /// The risk.
    pub risk_note: Option<String>,
    /// A worry about harm, for whoever wrote it.
    pub safeguarding: Option<String>,
    /// The safe way.
    pub reach: Option<Reach>,
    /// Guidance beside it.
    pub guidance: Option<String>,
    /// What the referrer does.
    pub referrer_role: Option<String>,
    /// How to reach the referrer.
    pub referrer_email: String,
    /// The practice's national code.
    pub practice_code: Option<String>,
    /// The scheme.
    pub scheme_name: String,
    /// Its phone.
    pub scheme_phone: Option<String>,
    /// The worker's phone.
    pub worker_phone: Option<String>,
    /// What to do instead, when not accepted.
    pub alternative: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The code ready for the GP record.
    pub code: Option<SnomedCode>,
    /// That it was offered, where the scheme has switched that code on.
    pub offered: Option<SnomedCode>,
    /// The reader sent it: they may take it back.
    pub own: bool,
    /// Whoever sent it does not sign in any more.
    pub referrer_left: bool,
    /// Messages, newest first.
    pub feedback: Vec<FeedbackRow>,
    /// What the scheme asked, and what was said.
    pub questions: Vec<QuestionRow>,
}

/// Which letters a look opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    All,
    One(FeedbackId),
    None,
}

impl Opened {
    fn counts(self, letter: FeedbackId) -> bool {
        self == Self::All || self == Self::One(letter)
    }
}

/// References drawn for one referral at most. One in a thousand million is taken in a scheme's first year, a few in a
/// thousand when a country has sent a few million.
pub(crate) const REFERENCES: usize = 8;

pub(crate) fn needs_text(needs: &[Need]) -> String {
    needs.iter().map(|need| need.code()).collect::<Vec<_>>().join(" ")
}

pub(crate) async fn scheme_of(
    tx: &mut Tx,
    tenant: &TenantId,
    practice: OrganisationId,
) -> Result<Option<(OrganisationId, String, SchemeTerms)>> {
    let row = tx.row(SCHEME_OF_PRACTICE, values![tenant, practice]).await?;
    row.map(|row| Ok((row.parsed("organisation")?, row.text("name")?, schemes::terms(&row)?))).transpose()
}

/// What a referral brings with it once it is sent: the agreement that the scheme reads it, and that it is to be answered.
pub(crate) async fn arrived(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (id, triagers): (ReferralId, &[UserId]),
    (by, due, now): (UserId, Date, Timestamp),
) -> Result<()> {
    disclosures::disclose(store, tx, tenant, (id, Recipient::Scheme, DisclosedFields::Referral), (by, now)).await?;
    to_be_answered(store, tx, tenant, (id, triagers, &id.to_string()), (due, now)).await
}

/// Tells those who triage that a referral waits for them, in a message about `about`, and reminds them in the morning of the day on
/// which an answer was promised, while there is still time.
///
/// # Errors
/// When the database fails.
pub async fn to_be_answered(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (id, triagers, about): (ReferralId, &[UserId], &str),
    (due, now): (Date, Timestamp),
) -> Result<()> {
    for triager in triagers {
        outbox::to_user(store, tx, tenant, MessageTemplate::ReferralArrived, (*triager, about), now).await?;
    }
    let job = id.to_string();
    jobs::add(store, tx, tenant, (JobKind::RemindTriage, &job), (instant_at(due, 9), now)).await
}

impl Store {
    /// The practice's scheme with its name and terms, or `None` when no scheme serves it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refer_terms(&self, ctx: &Ctx<ReferPerson>) -> Result<Option<(OrganisationId, String, SchemeTerms)>> {
        let practice = values![ctx.grant.tenant(), ctx.grant.organisation()];
        let row = self.db().row(SCHEME_OF_PRACTICE, practice).await?;
        row.map(|row| Ok((row.parsed("organisation")?, row.text("name")?, schemes::terms(&row)?))).transpose()
    }

    /// The person of a draft, to check an answer against. No look: nothing of it is shown, and the answer is audited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is the reader's own and not sent yet.
    pub async fn draft_to_answer(&self, ctx: &Ctx<ReferPerson>, id: ReferralId) -> Result<Draft> {
        let key = values![ctx.grant.tenant(), ctx.grant.organisation(), id, ctx.grant.user()];
        draft(id, &self.db().row(DRAFT, key).await?.ok_or(StoreError::NotFound)?)
    }

    /// Begins a referral: saves the person as a draft, sends nothing. The same key gives the same draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no scheme serves the practice.
    pub async fn start_referral(
        &self,
        ctx: &Ctx<ReferPerson>,
        person: &PersonDetails,
        key: RequestKey,
    ) -> Result<Started> {
        let mut tx = self.db().write().await?;
        let (started, new) = self.start_in(&mut tx, ctx, person, key).await?;
        if new {
            self.commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Referral).of(started.id)).await?;
        } else {
            self.stored_before(tx).await?;
        }
        Ok(started)
    }

    /// The same inside a change that goes on. Also says whether it was begun just now.
    ///
    /// # Errors
    /// As [`Store::start_referral`].
    pub async fn start_in(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<ReferPerson>,
        person: &PersonDetails,
        key: RequestKey,
    ) -> Result<(Started, bool)> {
        let (tenant, practice, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
        let id: ReferralId = self.entropy().id(ctx.now);
        // A reference is short enough to read out, so two can be drawn alike: then another is drawn.
        for _ in 0..REFERENCES {
            let mut all: Vec<Value> = values![tenant, id, reference(self.entropy().bytes::<4>()), practice, user, key];
            all.extend(details_values(person));
            all.extend(values![ctx.now]);
            if tx.run(START, all).await? > 0 {
                let look = instant_at(add_working_days(day_of(ctx.now), 1), 9);
                jobs::add(self, tx, tenant, (JobKind::DraftWaits, &id.to_string()), (look, ctx.now)).await?;
                return Ok((Started { id }, true));
            }
            if let Some(row) = tx.row(BY_KEY, values![tenant, user, key]).await? {
                return Ok((Started { id: row.parsed("id")? }, false));
            }
            scheme_of(tx, tenant, practice).await?.ok_or(StoreError::NotFound)?;
        }
        Err(StoreError::AlreadyThere)
    }

    /// Changes the person of a draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is the reader's own draft.
    pub async fn change_draft_person(
        &self,
        ctx: &Ctx<ReferPerson>,
        id: ReferralId,
        person: &PersonDetails,
    ) -> Result<()> {
        let mut tx = self.db().write().await?;
        let mut all: Vec<Value> = values![ctx.grant.tenant(), id, ctx.grant.user()];
        all.extend(details_values(person));
        all.extend(values![ctx.grant.organisation()]);
        if tx.run(CHANGE_PERSON, all).await? == 0 {
            return Err(StoreError::NotFound);
        }
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Referral).of(id)).await
    }

    /// A draft of the reader's own.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is the reader's own and not sent yet.
    pub async fn draft(&self, ctx: &Ctx<ReferPerson>, id: ReferralId) -> Result<Draft> {
        let key = values![ctx.grant.tenant(), ctx.grant.organisation(), id, ctx.grant.user()];
        let row = self.db().row(DRAFT, key).await?.ok_or(StoreError::NotFound)?;
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Referral).of(id)).await?;
        draft(id, &row)
    }

    /// Answers a draft: sends it, keeps it, or records that the person said no. A second posting of the
    /// same form changes nothing and gives the state that the first one made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless the reader began it; [`StoreError::ChangedMeanwhile`] when the practice went to another scheme
    /// since it was begun: what the person said was about the one before.
    pub async fn answer_draft(
        &self,
        ctx: &Ctx<ReferPerson>,
        id: ReferralId,
        request: &ReferralRequest,
    ) -> Result<ReferralState> {
        let (tenant, practice, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
        // Read before the change begins: while it waits for answers, nobody else writes.
        let arrives_at = self.db().rows(ARRIVES_AT, values![tenant, practice]).await?;
        let days = arrives_at.first().ok_or(StoreError::NotFound)?.small("answer_working_days")?;
        let (due, triagers) = (add_working_days(day_of(ctx.now), days), schemes::triagers_among(&arrives_at)?);
        let mut tx = self.db().write().await?;
        if tx.run(FOLLOW, values![tenant, practice, id, user]).await? > 0 {
            self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Referral).of(id)).await?;
            return Err(StoreError::ChangedMeanwhile);
        }
        let state = match request.agreement {
            Agreement::Agreed => ReferralState::Sent,
            Agreement::NotAskedYet => ReferralState::Draft,
            Agreement::SaidNo => ReferralState::DeclinedByPerson,
        };
        let sending = state == ReferralState::Sent;
        // The form asked before; somebody may have said that the scheme is full since.
        if sending {
            let scheme = arrives_at.first().ok_or(StoreError::NotFound)?.parsed("scheme")?;
            if schemes::settings(&mut tx, tenant, scheme).await?.state == IntakeState::Full {
                return Err(StoreError::ChangedMeanwhile);
            }
        }
        let values = values![
            tenant,
            practice,
            id,
            user,
            state.code(),
            needs_text(&request.needs),
            request.words.as_ref().map(Note::as_str),
            request.safe_contact.as_ref().map(|way| way.reach.code()),
            request.safe_contact.as_ref().and_then(|way| way.guidance.as_ref()).map(Line::as_str),
            request.risk.code(),
            request.risk.note(),
            request.agreement.code(),
            sending.then_some(ctx.now),
            sending.then_some(due),
            (state == ReferralState::DeclinedByPerson).then_some(ctx.now),
            request.asker.as_ref().map(Line::as_str),
            request.safeguarding.as_ref().map(Note::as_str),
            request.on_behalf.as_ref().map(Line::as_str),
        ];
        if tx.run(ANSWER, values).await? == 0 {
            let row = tx.row(STATE, values![tenant, practice, id, user]).await?.ok_or(StoreError::NotFound)?;
            self.stored_before(tx).await?;
            return row.coded("state", ReferralState::from_code);
        }
        if sending {
            arrived(self, &mut tx, tenant, (id, &triagers), (user, due, ctx.now)).await?;
        }
        let act = match state {
            ReferralState::Sent => Act::Send,
            ReferralState::DeclinedByPerson => Act::PersonDeclines,
            _ => Act::Change,
        };
        self.commit(tx, ctx.now, ctx.entry(act, Resource::Referral).of(id)).await?;
        Ok(state)
    }

    /// The referrals of the reader, or of the practice for its manager, newest first, begun before
    /// `before`. At most [`PAGE_ROWS`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent(&self, ctx: &Ctx<ReadSent>, before: Timestamp) -> Result<Vec<SentRow>> {
        let grant = &ctx.grant;
        let values = values![grant.tenant(), grant.organisation(), grant.only_user(), before, PAGE_ROWS];
        let rows = self.db().rows(SENT_LIST, values).await?;
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::ReferralList)).await?;
        rows.iter().map(|row| sent_row(row, row.int("unread")?)).collect()
    }

    /// One referral with its feedback; what was unread counts as opened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn sent_one(&self, ctx: &Ctx<ReadSent>, id: ReferralId) -> Result<SentPage> {
        self.sent_with(ctx, id, Opened::All).await
    }

    /// One referral for one of its letters, as a file: only that one counts as opened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope, and for a letter that is not shown.
    pub async fn sent_letter(
        &self,
        ctx: &Ctx<ReadSent>,
        id: ReferralId,
        letter: FeedbackId,
    ) -> Result<(SentPage, FeedbackRow)> {
        let sent = self.sent_with(ctx, id, Opened::One(letter)).await?;
        let found = sent.feedback.iter().find(|message| message.id == letter).cloned();
        Ok((sent, found.ok_or(StoreError::NotFound)?))
    }

    /// One referral without its letters: none of them counts as opened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn sent_only(&self, ctx: &Ctx<ReadSent>, id: ReferralId) -> Result<SentPage> {
        self.sent_with(ctx, id, Opened::None).await
    }

    async fn sent_with(&self, ctx: &Ctx<ReadSent>, id: ReferralId, opened: Opened) -> Result<SentPage> {
        let mut tx = self.db().read().await?;
        let grant = &ctx.grant;
        let key = values![grant.tenant(), grant.organisation(), id, grant.only_user()];
        let row = tx.row(SENT_ONE, key).await?.ok_or(StoreError::NotFound)?;
        let feedback = feedback::of_referral(&mut tx, grant.tenant(), id).await?;
        let questions = questions::of_referral(&mut tx, grant.tenant(), id).await?;
        let settings = schemes::settings(&mut tx, grant.tenant(), row.parsed("scheme")?).await?;
        drop(tx);
        let unread: Vec<_> =
            feedback.iter().filter(|message| message.opened_at.is_none()).map(|message| message.id).collect();
        let mut tx = self.db().write().await?;
        let own = row.parsed::<UserId>("referrer")? == grant.user();
        // What was shown, and no more: a letter may have come in since.
        for letter in unread.iter().filter(|letter| own && opened.counts(**letter)) {
            feedback::mark_opened(&mut tx, grant.tenant(), *letter, ctx.now).await?;
        }
        self.commit(tx, ctx.now, ctx.entry(Act::Read, Resource::Referral).of(id)).await?;
        let state = row.coded("state", ReferralState::from_code)?;
        let agreement = row.opt_coded("agreement", Agreement::from_code)?;
        // A no is dated on the day on which it was said, a yes on the day of sending.
        let declined = state == ReferralState::DeclinedByPerson;
        let said_at = if declined { row.opt_at("decided_at")? } else { row.opt_at("sent_at")? };
        let said_on = day_of(said_at.unwrap_or(ctx.now));
        let offered = codes::switched_on(CodeMeaning::Offered, said_on)
            .filter(|code| settings.codes.contains(&code.means) && codes::meaning(state, agreement).is_some());
        Ok(SentPage {
            person: details(&row)?,
            waits_again: row.int("taken_out")? > 0,
            asker: row.opt_text("asker")?,
            on_behalf: row.opt_text("on_behalf")?,
            needs: needs_of(&row)?,
            words: row.opt_text("words")?,
            risk: row.opt_text("risk")?,
            risk_note: row.opt_text("risk_note")?,
            safeguarding: row.opt_text("safeguarding")?,
            reach: row.opt_coded("reach", Reach::from_code)?,
            guidance: row.opt_text("guidance")?,
            referrer_role: row.opt_text("job_title")?,
            referrer_email: row.text("referrer_email")?,
            practice_code: row.opt_text("practice_code")?,
            scheme_name: row.text("scheme_name")?,
            scheme_phone: row.opt_text("scheme_phone")?,
            worker_phone: row.opt_text("worker_phone")?,
            alternative: row.opt_text("alternative")?,
            decided_at: row.opt_at("decided_at")?,
            code: codes::ready(state, agreement, said_on),
            offered,
            own,
            referrer_left: row.flag("referrer_left")?,
            feedback,
            questions,
            row: sent_row(&row, i64::try_from(unread.len()).unwrap_or(0))?,
        })
    }

    /// Takes a referral back before it is answered.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for somebody else's; [`StoreError::NotNow`] once it is answered.
    pub async fn take_back(&self, ctx: &Ctx<TakeBack>, id: ReferralId) -> Result<()> {
        let key = || values![ctx.grant.tenant(), ctx.grant.organisation(), id, ctx.grant.user()];
        let mut tx = self.db().write().await?;
        let mut all = key();
        all.extend(values![ctx.now]);
        if tx.run(TAKE_BACK, all).await? == 0 {
            let row = tx.row(STATE, key()).await?.ok_or(StoreError::NotFound)?;
            return Err(NotNow(row.coded("state", ReferralState::from_code)?).into());
        }
        self.commit(tx, ctx.now, ctx.entry(Act::Withdraw, Resource::Referral).of(id)).await
    }
}

fn draft(id: ReferralId, row: &Row) -> Result<Draft> {
    Ok(Draft {
        id,
        person: details(row)?,
        asker: row.opt_text("asker")?,
        on_behalf: row.opt_text("on_behalf")?,
        needs: needs_of(row)?,
        words: row.opt_text("words")?,
        reach: row.opt_coded("reach", Reach::from_code)?,
        guidance: row.opt_text("guidance")?,
        risk: row.opt_text("risk")?,
        risk_note: row.opt_text("risk_note")?,
        safeguarding: row.opt_text("safeguarding")?,
    })
}

fn sent_row(row: &Row, unread: i64) -> Result<SentRow> {
    let hears = row.opt_coded("referrer_hears", ReferrerHears::from_code)?;
    let shown = hears != Some(ReferrerHears::Nothing);
    // A referral that joined an open case shows nothing from before it: its referrer never learns.
    let decided_on = row.opt_at("decided_at")?.map(day_of);
    let first_contact: Option<Date> = row.opt_parsed("first_contact")?;
    let first_contact = first_contact.filter(|first| shown && decided_on.is_none_or(|decided| *first >= decided));
    Ok(SentRow {
        id: row.parsed("id")?,
        reference: row.text("reference")?,
        state: row.coded("state", ReferralState::from_code)?,
        name: person_name(row)?,
        referrer_name: row.text("referrer_name")?,
        created_at: row.at("created_at")?,
        sent_at: row.opt_at("sent_at")?,
        answer_due: row.opt_parsed("answer_due")?,
        reason: row.opt_coded("reason", NotAcceptedReason::from_code)?,
        worker_name: row.opt_text("worker_name")?,
        first_contact,
        hears_nothing: !shown,
        closed_at: row.opt_at("closed_at")?.filter(|_| shown),
        unread,
    })
}
