//! Cases: the caseload, the case page, recording contacts, correcting notes, closing.

use fingerpost_domain::access::AccessNeeds;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::{CaseStanding, Closing, ContactAnswers, ContactEntry, ContactKind, Happened, Outcome};
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::feedback::{self as letters, FeedbackKind, FeedbackSource, Section};
use fingerpost_domain::id::{CaseId, ContactId, OrganisationId, ReferralId, RequestKey, TenantId, UserId};
use fingerpost_domain::measure::{Completed, Paired, before_and_after};
use fingerpost_domain::need::Need;
use fingerpost_domain::person::PersonDetails;
use fingerpost_domain::plan::Plan;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::{NOTE_LIMIT, Note};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_intake_rules::settings::{IntakeSettings, Milestone};
use fingerpost_policy::{Permission, ReadCase, WorkCase};

use crate::assessments::Assessment;
use crate::connections::ConnectionRow;
use crate::{Ctx, Store, about, assessments, connections, feedback, jobs, plans, triage};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, Value, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::{self as people, PersonHere, care, details, needs_of};

statements! {
    /// Takes the case for this transaction and counts the change; no row when it is closed or, where a version
    /// is given, has changed since that was read.
    TOUCH = "UPDATE case_file SET version = version + 1 WHERE tenant = $1 AND id = $2 AND closed_at IS NULL \
             AND (CAST($3 AS BIGINT) IS NULL OR version = $3)";
    BY_KEY = "SELECT t.case_id, t.kind, t.happened, t.on_day, n.body FROM contact t \
              LEFT JOIN contact_note n ON n.tenant = t.tenant AND n.contact = t.id AND n.version = 1 \
              WHERE t.tenant = $1 AND t.author = $2 AND t.request_key = $3";
    ONE = concat!(
        "SELECT c.id, c.person, p.given, p.family, p.preferred, p.born, p.nhs_number, p.address, p.postcode, p.phone, p.email, p.communication, \
           p.reach, p.guidance, p.risk, p.risk_note, c.opened_at, c.sent_at, c.sessions_agreed, c.sessions_used, c.happened_count, c.next_action, c.next_due, \
           c.matters, c.matters_on, c.referrer_hears, c.closed_at, c.outcome, c.changed, c.continues, c.version, u.name AS worker_name, \
           (SELECT MAX(j.joined_at) FROM person_join j WHERE j.tenant = c.tenant AND j.kept = c.person AND j.scheme = c.scheme AND j.gone IS NOT NULL AND j.undone_at IS NULL) AS joined_at, \
           CASE WHEN c.outcome = 'joined_record' THEN (SELECT o.id FROM case_file o WHERE o.tenant = c.tenant AND o.person = c.person AND o.scheme = c.scheme AND o.closed_at IS NULL) END AS goes_on, w.phone AS worker_phone, o.name AS practice_name \
           FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
           JOIN organisation o ON o.id = c.practice \
           LEFT JOIN link_worker w ON w.tenant = c.tenant AND w.user_id = c.worker AND w.scheme = c.scheme \
           WHERE c.tenant = $1 AND c.scheme = $2 AND c.id = $3 AND ",
        theirs!("c.worker", "$4", "$5")
    );
    /// A link worker's own cases, and for some days those of whoever is away.
    IN_SCOPE = concat!(
        "SELECT c.id FROM case_file c WHERE c.tenant = $1 AND c.scheme = $2 AND c.id = $3 AND ",
        theirs!("c.worker", "$4", "$5")
    );
    REFERRALS = "SELECT r.id, r.reference, r.sent_at, r.needs, r.words, r.asker, r.on_behalf, r.source, r.safeguarding, r.urgent, u.name AS referrer_name, u.job_title, o.name AS practice_name \
                 FROM referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer JOIN organisation o ON o.id = r.practice \
                 WHERE r.tenant = $1 AND r.case_id = $2 ORDER BY r.sent_at DESC, r.id LIMIT 20";
    CONTACTS = "SELECT t.id, t.kind, t.happened, t.on_day, t.session_no, t.recorded_at, u.name AS author_name, n.body, n.version \
                FROM contact t JOIN app_user u ON u.tenant = t.tenant AND u.id = t.author \
                LEFT JOIN contact_note n ON n.tenant = t.tenant AND n.contact = t.id \
                AND n.version = (SELECT MAX(m.version) FROM contact_note m WHERE m.tenant = t.tenant AND m.contact = t.id) \
                WHERE t.tenant = $1 AND t.case_id = $2 ORDER BY t.on_day DESC, t.id DESC LIMIT 400";
    /// Each letter with the e-mail that says it is there.
    FEEDBACK_SENT = "SELECT f.kind, f.sent_at, f.opened_at, u.name AS referrer_name, o.sent_at AS told_at, o.failed_at, o.last_error FROM referral r CROSS JOIN feedback f \
                     JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer \
                     LEFT JOIN outbox o ON o.tenant = f.tenant AND o.id = (SELECT x.id FROM outbox x WHERE x.tenant = f.tenant AND substr(x.subject, 1, 26) = f.id AND x.template = 'feedback_arrived' ORDER BY x.id LIMIT 1) \
                     WHERE r.tenant = $1 AND r.case_id = $2 AND f.tenant = r.tenant AND f.referral = r.id AND f.withdrawn_at IS NULL ORDER BY f.sent_at DESC, f.id LIMIT 50";
    CARE_CHANGES = "SELECT a.at, u.name FROM audit_row a JOIN app_user u ON u.tenant = a.tenant AND u.id = a.actor \
                    WHERE a.tenant = $1 AND a.resource = 'case' AND a.resource_id = $2 AND a.act = 'change' AND a.detail = 'care' \
                    ORDER BY a.at DESC, a.lane, a.seq LIMIT 50";
    ADD_CONTACT = "INSERT INTO contact (tenant, id, case_id, request_key, kind, happened, on_day, session_no, author, recorded_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant, author, request_key) DO NOTHING";
    ADD_NOTE = "INSERT INTO contact_note (tenant, contact, version, body, author, written_at) VALUES ($1, $2, $3, $4, $5, $6)";
    AFTER_CONTACT = "UPDATE case_file SET sessions_used = sessions_used + $3, happened_count = happened_count + $4, \
                     first_contact = CASE WHEN CAST($5 AS TEXT) IS NULL THEN first_contact WHEN first_contact IS NULL OR first_contact > $5 THEN $5 ELSE first_contact END, \
                     last_contact = CASE WHEN CAST($5 AS TEXT) IS NULL THEN last_contact WHEN last_contact IS NULL OR last_contact < $5 THEN $5 ELSE last_contact END, \
                     next_action = COALESCE($6, next_action), next_due = COALESCE($7, next_due), matters = COALESCE($8, matters), matters_on = COALESCE($9, matters_on), \
                     referrer_hears = COALESCE($10, referrer_hears) \
                     WHERE tenant = $1 AND id = $2 AND closed_at IS NULL AND sessions_used + $3 <= sessions_agreed";
    CLOSE = "UPDATE case_file SET closed_at = $3, outcome = $4, changed = $5, continues = $6, referrer_hears = $7, next_action = NULL, next_due = NULL, version = version + 1 \
             WHERE tenant = $1 AND id = $2 AND closed_at IS NULL AND version = $8";
    PLANNED = "SELECT id FROM visit WHERE tenant = $1 AND case_id = $2 AND on_day >= $3 AND cancelled_at IS NULL LIMIT 1";
    NOTE_VERSIONS = "SELECT n.version, n.body, n.written_at, u.name AS author_name FROM contact_note n JOIN contact t ON t.tenant = n.tenant AND t.id = n.contact \
                     JOIN app_user u ON u.tenant = n.tenant AND u.id = n.author WHERE n.tenant = $1 AND n.contact = $2 AND t.case_id = $3 ORDER BY n.version LIMIT 100";
}

/// Who sent the person, for the case page.
#[derive(Debug, Clone)]
pub struct SentBy {
    /// The referral.
    pub id: ReferralId,
    /// Who.
    pub referrer_name: String,
    /// What they do.
    pub job_title: Option<String>,
    /// Where.
    pub practice_name: String,
    /// When.
    pub sent_at: Timestamp,
    /// Needs ticked.
    pub needs: Vec<Need>,
    /// Their words as the referrer heard them.
    pub words: Option<String>,
    /// The carer or friend who asked for it; the person knows.
    pub asker: Option<String>,
    /// The colleague for whom it was written.
    pub on_behalf: Option<String>,
    /// Who asked: letters go to practices only.
    pub source: ReferralSource,
    /// A worry about harm, in the referrer's words.
    pub safeguarding: Option<String>,
    /// Their own words may mean danger.
    pub urgent: bool,
}

/// A letter to the referrer, as whoever wrote it sees it.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// The milestone.
    pub kind: FeedbackKind,
    /// When it was written: from then on it can be read.
    pub sent_at: Timestamp,
    /// When the referrer first opened it.
    pub opened_at: Option<Timestamp>,
    /// To whom.
    pub referrer_name: String,
    /// When the e-mail that says it is there was taken by the mail server.
    pub told_at: Option<Timestamp>,
    /// That e-mail did not arrive.
    pub failed: bool,
    /// That e-mail was called back before it left: the person took their word back.
    pub taken_back: bool,
}

/// A contact with the newest version of its note.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// Its id.
    pub id: ContactId,
    /// What it was.
    pub kind: ContactKind,
    /// Whether it took place.
    pub happened: Happened,
    /// The day.
    pub on: Date,
    /// Which session it was, if it used one.
    pub session_no: Option<i64>,
    /// Who recorded it.
    pub author_name: String,
    /// The note.
    pub note: Option<String>,
    /// Versions of the note; more than 1 when corrected.
    pub versions: i64,
}

/// One version of a note.
#[derive(Debug, Clone)]
pub struct NoteVersion {
    /// Its number, from 1.
    pub version: i64,
    /// The words.
    pub body: String,
    /// When.
    pub written_at: Timestamp,
    /// By whom.
    pub author_name: String,
}

/// The whole case page.
#[derive(Debug, Clone)]
pub struct CasePage {
    /// The case.
    pub id: CaseId,
    /// The person.
    pub person: PersonHere,
    /// When the case was opened.
    pub opened_at: Timestamp,
    /// Sessions agreed.
    pub sessions_agreed: u16,
    /// Sessions used.
    pub sessions_used: u16,
    /// Contacts that took place.
    pub contacts_happened: u32,
    /// What comes next.
    pub next_action: Option<String>,
    /// By when.
    pub next_due: Option<Date>,
    /// What matters to them, in their words.
    pub matters: Option<String>,
    /// When they said so.
    pub matters_on: Option<Date>,
    /// The plan as last written.
    pub plan: Option<Plan>,
    /// Services the person was put in touch with, newest first.
    pub connections: Vec<ConnectionRow>,
    /// How information has to reach the person; none while nobody has asked.
    pub access: Option<AccessNeeds>,
    /// What was measured, oldest first.
    pub assessments: Vec<Assessment>,
    /// What the referrer may hear.
    pub referrer_hears: ReferrerHears,
    /// When it was closed, with how it ended.
    pub closed: Option<(Timestamp, Outcome)>,
    /// What continues.
    pub continues: Option<String>,
    /// Whose case it is.
    pub worker_name: String,
    /// The worker's phone.
    pub worker_phone: Option<String>,
    /// The practice.
    pub practice_name: String,
    /// The referrals of this case, newest first.
    pub sent_by: Vec<SentBy>,
    /// Contacts, newest first.
    pub contacts: Vec<ContactRow>,
    /// When what stands about risks and safe contact was changed, and by whom, newest first.
    pub care_changes: Vec<(Timestamp, String)>,
    /// Counts its changes: what a closing form was read from.
    pub version: i64,
    /// Letters to those who sent the person, newest first.
    pub feedback: Vec<LetterRow>,
    /// When another record of the person was last put together with this one.
    pub joined_at: Option<Timestamp>,
    /// The open case in which work goes on, where this one was a second record's.
    pub goes_on: Option<CaseId>,
}

impl CasePage {
    /// What was measured at the beginning, beside the newest after it.
    #[must_use]
    pub fn before_and_after(&self) -> Vec<Paired> {
        let finished = self.assessments.iter().filter(|each| each.finished_at.is_some());
        let completed: Vec<_> = finished
            .map(|each| Completed { questionnaire: &each.questionnaire, answers: &each.answers, moment: each.moment })
            .collect();
        before_and_after(&completed)
    }

    /// Where the case stands, for the rules.
    #[must_use]
    pub fn standing(&self) -> CaseStanding {
        CaseStanding {
            opened_on: day_of(self.opened_at),
            sessions_agreed: self.sessions_agreed,
            sessions_used: self.sessions_used,
            referrer_hears: self.referrer_hears,
        }
    }
}

/// The scope of a grant as the values `$1..$5` of the statement `ONE`.
pub(crate) fn scoped<P: Permission>(ctx: &Ctx<P>, id: CaseId) -> Vec<Value> {
    let grant = &ctx.grant;
    values![grant.tenant(), grant.organisation(), id, grant.only_user(), day_of(ctx.now)]
}

/// Says whether a case is within the reader's scope.
///
/// # Errors
/// [`StoreError::NotFound`] where it is not.
pub async fn in_scope<P: Permission>(tx: &mut Tx, ctx: &Ctx<P>, id: CaseId) -> Result<()> {
    tx.row(IN_SCOPE, scoped(ctx, id)).await?.map(drop).ok_or(StoreError::NotFound)
}

/// Takes a case for the rest of the transaction: nobody else changes it until this ends.
///
/// # Errors
/// [`StoreError::ChangedMeanwhile`] when it is closed or, where a version is given, changed since that was read.
pub async fn touch(tx: &mut Tx, tenant: &TenantId, id: CaseId, read_version: Option<i64>) -> Result<()> {
    match tx.run(TOUCH, values![tenant, id, read_version]).await? {
        0 => Err(StoreError::ChangedMeanwhile),
        _ => Ok(()),
    }
}

async fn page<P: Permission>(tx: &mut Tx, ctx: &Ctx<P>, id: CaseId) -> Result<CasePage> {
    page_in(tx, (ctx.grant.tenant(), id), scoped(ctx, id)).await
}

async fn page_in(tx: &mut Tx, (tenant, id): (&TenantId, CaseId), scope: Vec<Value>) -> Result<CasePage> {
    let row = tx.row(ONE, scope).await?.ok_or(StoreError::NotFound)?;
    let referrals = tx.rows(REFERRALS, values![tenant, id]).await?;
    let contacts = tx.rows(CONTACTS, values![tenant, id]).await?;
    let messages = tx.rows(FEEDBACK_SENT, values![tenant, id]).await?;
    let changes = tx.rows(CARE_CHANGES, values![tenant, id]).await?;
    let plan = plans::of_case(tx, tenant, id).await?;
    let connections = connections::of_case(tx, tenant, id).await?;
    let assessments = assessments::of_case(tx, tenant, id).await?;
    let access = about::access(tx, tenant, row.parsed("person")?).await?.map(|(needs, ..)| needs);
    let (safe_contact, risk) = care(&row)?.ok_or_else(|| StoreError::corrupt("reach"))?;
    let closed = match row.opt_at("closed_at")? {
        Some(at) => Some((at, row.coded("outcome", Outcome::from_code)?)),
        None => None,
    };
    Ok(CasePage {
        id,
        person: PersonHere { details: details(&row)?, safe_contact, risk },
        opened_at: row.at("opened_at")?,
        sessions_agreed: row.small("sessions_agreed")?,
        sessions_used: row.small("sessions_used")?,
        contacts_happened: row.small("happened_count")?,
        next_action: row.opt_text("next_action")?,
        next_due: row.opt_parsed("next_due")?,
        matters: row.opt_text("matters")?,
        matters_on: row.opt_parsed("matters_on")?,
        plan,
        connections,
        assessments,
        access,
        referrer_hears: row.coded("referrer_hears", ReferrerHears::from_code)?,
        closed,
        continues: row.opt_text("continues")?,
        worker_name: row.text("worker_name")?,
        worker_phone: row.opt_text("worker_phone")?,
        practice_name: row.text("practice_name")?,
        sent_by: referrals.iter().map(sent_by).collect::<Result<_>>()?,
        contacts: contacts.iter().map(contact_row).collect::<Result<_>>()?,
        care_changes: changes.iter().map(|row| Ok((row.at("at")?, row.text("name")?))).collect::<Result<_>>()?,
        version: row.int("version")?,
        joined_at: row.opt_at("joined_at")?,
        goes_on: row.opt_parsed("goes_on")?,
        feedback: messages
            .iter()
            .map(|row| {
                Ok(LetterRow {
                    kind: row.coded("kind", FeedbackKind::from_code)?,
                    sent_at: row.at("sent_at")?,
                    opened_at: row.opt_at("opened_at")?,
                    referrer_name: row.text("referrer_name")?,
                    told_at: row.opt_at("told_at")?,
                    failed: row.opt_at("failed_at")?.is_some(),
                    taken_back: row.opt_text("last_error")?.as_deref() == Some("taken_back"),
                })
            })
            .collect::<Result<_>>()?,
    })
}

fn sent_by(row: &Row) -> Result<SentBy> {
    Ok(SentBy {
        id: row.parsed("id")?,
        referrer_name: row.text("referrer_name")?,
        job_title: row.opt_text("job_title")?,
        practice_name: row.text("practice_name")?,
        sent_at: row.at("sent_at")?,
        needs: needs_of(row)?,
        words: row.opt_text("words")?,
        asker: row.opt_text("asker")?,
        on_behalf: row.opt_text("on_behalf")?,
        source: row.coded("source", ReferralSource::from_code)?,
        safeguarding: row.opt_text("safeguarding")?,
        urgent: row.flag("urgent")?,
    })
}

fn contact_row(row: &Row) -> Result<ContactRow> {
    Ok(ContactRow {
        id: row.parsed("id")?,
        kind: row.coded("kind", ContactKind::from_code)?,
        happened: row.coded("happened", Happened::from_code)?,
        on: row.parsed("on_day")?,
        session_no: row.opt_int("session_no")?,
        author_name: row.text("author_name")?,
        note: row.opt_text("body")?,
        versions: row.opt_int("version")?.unwrap_or(0),
    })
}

pub(crate) fn assessment_line(pair: &Paired) -> String {
    let after = pair.after.as_ref().map_or_else(|| "not asked again".to_owned(), |after| after.words());
    format!("{}: {} at the beginning, {after}", pair.before.label, pair.before.words())
}

fn source_of(case: &CasePage) -> FeedbackSource {
    let worker = match &case.worker_phone {
        Some(phone) => format!("{}, {phone}", case.worker_name),
        None => case.worker_name.clone(),
    };
    FeedbackSource {
        contacts_happened: case.contacts_happened,
        sessions: (case.sessions_used, case.sessions_agreed),
        matters: case.matters.clone(),
        requirements: case.access.as_ref().map(AccessNeeds::shared_lines).unwrap_or_default(),
        risk: Some(case.person.risk.words()),
        services: connections::lines(
            case.connections.iter().map(|each| (each.service_name.as_str(), each.state, each.came)),
        ),
        assessments: case.before_and_after().iter().map(assessment_line).collect(),
        goals: case.plan.as_ref().map(Plan::goal_lines).unwrap_or_default(),
        worker,
        ..FeedbackSource::default()
    }
}

/// The same with what a contact adds.
fn source_after(case: &CasePage, entry: &ContactEntry) -> FeedbackSource {
    let mut source = source_of(case);
    source.contacts_happened += u32::from(entry.happened != Happened::DidNotHappen && entry.kind.is_with_person());
    source.sessions.0 += u16::from(entry.happened == Happened::UsedSession);
    source.matters = entry.matters.as_ref().map(ToString::to_string).or(source.matters);
    source
}

/// The same with how it ended.
fn source_at_the_end(case: &CasePage, closing: &Closing) -> FeedbackSource {
    FeedbackSource {
        requested_actions: closing.requested_actions.as_ref().map(ToString::to_string),
        outcome: Some(closing.outcome.label().to_owned()),
        changed: closing.changed.as_ref().map(ToString::to_string),
        continues: Some(closing.continues.to_string()),
        ..source_of(case)
    }
}

impl CasePage {
    /// The letter that this contact would send to those who sent the person, or would have written by itself where the scheme chose that
    /// for the first one; none where it sends none. As it would be written now.
    #[must_use]
    pub fn letter_after(&self, entry: &ContactEntry, settings: &IntakeSettings) -> Option<Vec<Section>> {
        let kind = match &entry.line_for_referrer {
            Some(_) => FeedbackKind::Progress,
            None if self.is_first(entry) && settings.writes_at(Milestone::FirstContact) => FeedbackKind::FirstContact,
            None => return None,
        };
        let line = entry.line_for_referrer.as_ref().map(ToString::to_string);
        let hears = entry.referrer_hears.unwrap_or(self.referrer_hears);
        letters::write(kind, &FeedbackSource { line, ..source_after(self, entry) }, hears)
    }

    /// Whether it is the first contact that took place with the person.
    fn is_first(&self, entry: &ContactEntry) -> bool {
        entry.happened != Happened::DidNotHappen && entry.kind.is_with_person() && self.contacts_happened == 0
    }

    /// The letter that closing the case would send; none where the person said that nothing is told.
    #[must_use]
    pub fn letter_at_the_end(&self, closing: &Closing) -> Option<Vec<Section>> {
        letters::write(FeedbackKind::Closing, &source_at_the_end(self, closing), closing.referrer_hears)
    }
}

/// What a letter tells of a case, for one that nobody asked for just now: it is open, and as it stands.
pub(crate) async fn source_for_letter(
    tx: &mut Tx,
    tenant: &TenantId,
    (scheme, id): (OrganisationId, CaseId),
    now: Timestamp,
) -> Result<(FeedbackSource, ReferrerHears)> {
    let case = page_in(tx, (tenant, id), values![tenant, scheme, id, None::<UserId>, day_of(now)]).await?;
    Ok((source_of(&case), case.referrer_hears))
}

impl Store {
    /// A case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn case(&self, ctx: &Ctx<ReadCase>, id: CaseId) -> Result<CasePage> {
        let mut tx = self.db().read().await?;
        let found = page(&mut tx, ctx, id).await?;
        drop(tx);
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Case).of(id)).await?;
        Ok(found)
    }

    /// Whether a contact form was recorded already: `Some(true)` when this very content was, `Some(false)` when
    /// the same form was posted with other content.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recorded_before(
        &self,
        ctx: &Ctx<WorkCase>,
        id: CaseId,
        (entry, key): (&ContactAnswers, RequestKey),
    ) -> Result<Option<bool>> {
        let Some(row) = self.db().row(BY_KEY, values![ctx.grant.tenant(), ctx.grant.user(), key]).await? else {
            return Ok(None);
        };
        let note = Note::<NOTE_LIMIT>::parse(&entry.note).ok().flatten();
        let same = row.text("case_id")? == id.to_string()
            && row.text("kind")? == entry.kind
            && row.text("happened")? == entry.happened
            && row.opt_text("body")?.as_deref() == note.as_ref().map(Note::as_str);
        Ok(Some(same))
    }

    /// Records a contact, with all that follows from it: sessions, next action, the person's words, what
    /// the referrer may hear, and a line to the referrer. The same key records it once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] when the case
    /// was closed, its last session used, or, where the person was asked what the referrer hears, anything
    /// changed since `read_version`: somebody else may have joined who was not named.
    pub async fn record_contact(
        &self,
        ctx: &Ctx<WorkCase>,
        id: CaseId,
        (entry, key, read_version): (&ContactEntry, RequestKey, i64),
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.db().write().await?;
        tx.row(ONE, scoped(ctx, id)).await?.ok_or(StoreError::NotFound)?;
        if tx.row(BY_KEY, values![tenant, user, key]).await?.is_some() {
            return self.stored_before(tx).await;
        }
        touch(&mut tx, tenant, id, entry.referrer_hears.map(|_| read_version)).await?;
        let case = page(&mut tx, ctx, id).await?;
        let used = entry.happened == Happened::UsedSession;
        let happened = entry.happened != Happened::DidNotHappen && entry.kind.is_with_person();
        let contact: ContactId = self.entropy().id(ctx.now);
        let session_no = used.then_some(i64::from(case.sessions_used) + 1);
        let values = values![
            tenant,
            contact,
            id,
            key,
            entry.kind.code(),
            entry.happened.code(),
            entry.on,
            session_no,
            user,
            ctx.now
        ];
        if tx.run(ADD_CONTACT, values).await? == 0 {
            return self.stored_before(tx).await;
        }
        if let Some(note) = &entry.note {
            tx.run(ADD_NOTE, values![tenant, contact, 1_i64, note.as_str(), user, ctx.now]).await?;
        }
        let values = values![
            tenant,
            id,
            used,
            happened,
            happened.then_some(entry.on),
            entry.next.as_ref().map(|next| next.what.as_str()),
            entry.next.as_ref().map(|next| next.due),
            entry.matters.as_ref().map(Note::as_str),
            entry.matters.as_ref().map(|_| entry.on),
            entry.referrer_hears.map(ReferrerHears::code),
        ];
        if tx.run(AFTER_CONTACT, values).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        if let Some(hears) = entry.referrer_hears {
            feedback::change_agreement(self, &mut tx, (tenant, id), hears, (user, ctx.now)).await?;
        }
        if let Some(line) = &entry.line_for_referrer {
            let hears = entry.referrer_hears.unwrap_or(case.referrer_hears);
            let source = FeedbackSource { line: Some(line.to_string()), ..source_after(&case, entry) };
            let milestone = (FeedbackKind::Progress, hears);
            feedback::send(self, &mut tx, (tenant, id), milestone, &source, ctx.now).await?;
        } else if case.is_first(entry) {
            feedback::reached(self, &mut tx, (tenant, id), (Milestone::FirstContact, ctx.now)).await?;
        }
        self.commit(tx, ctx.now, ctx.entry(Act::RecordContact, Resource::Case).of(id)).await
    }

    /// Records what the person now says about risks, being reached and being communicated with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed
    /// case or one that changed since `read_version`.
    pub async fn change_care(
        &self,
        ctx: &Ctx<WorkCase>,
        id: CaseId,
        (person, read_version): (&PersonHere, i64),
    ) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().write().await?;
        let row = tx.row(ONE, scoped(ctx, id)).await?.ok_or(StoreError::NotFound)?;
        touch(&mut tx, tenant, id, Some(read_version)).await?;
        people::change_care(&mut tx, tenant, row.parsed("person")?, person).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Case).of(id).because("care")).await
    }

    /// Corrects who the person of a case is: name, birthday, NHS number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed case or one that changed since
    /// `read_version`; [`StoreError::AlreadyThere`] when the NHS number belongs to somebody else who is here.
    pub async fn correct_person(
        &self,
        ctx: &Ctx<WorkCase>,
        id: CaseId,
        (person, read_version): (&PersonDetails, i64),
    ) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().write().await?;
        let row = tx.row(ONE, scoped(ctx, id)).await?.ok_or(StoreError::NotFound)?;
        // Another scheme that works with them reads the new name too.
        triage::hold_open_cases(&mut tx, tenant, row.parsed("person")?, Some((id, read_version))).await?;
        people::correct(&mut tx, tenant, row.parsed("person")?, person).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Case).of(id).because("identity")).await
    }

    /// The versions of a contact's note, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn note_versions(
        &self,
        ctx: &Ctx<WorkCase>,
        (case, contact): (CaseId, ContactId),
    ) -> Result<Vec<NoteVersion>> {
        let mut tx = self.db().read().await?;
        tx.row(ONE, scoped(ctx, case)).await?.ok_or(StoreError::NotFound)?;
        let rows = tx.rows(NOTE_VERSIONS, values![ctx.grant.tenant(), contact, case]).await?;
        drop(tx);
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Case).of(case)).await?;
        rows.iter()
            .map(|row| {
                Ok(NoteVersion {
                    version: row.int("version")?,
                    body: row.text("body")?,
                    written_at: row.at("written_at")?,
                    author_name: row.text("author_name")?,
                })
            })
            .collect()
    }

    /// Corrects a note by writing a further version; the earlier ones stay.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when somebody corrected it meanwhile; [`StoreError::NotFound`] outside
    /// the reader's scope.
    pub async fn correct_note(
        &self,
        ctx: &Ctx<WorkCase>,
        (case, contact): (CaseId, ContactId),
        (read_version, body): (i64, &Note<NOTE_LIMIT>),
    ) -> Result<()> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.db().write().await?;
        tx.row(ONE, scoped(ctx, case)).await?.ok_or(StoreError::NotFound)?;
        let versions = tx.rows(NOTE_VERSIONS, values![tenant, contact, case]).await?;
        let last = versions.last().ok_or(StoreError::NotFound)?;
        let newest = last.int("version")?;
        if last.text("body")? == body.as_str() {
            return self.stored_before(tx).await;
        }
        if read_version != newest {
            return Err(StoreError::ChangedMeanwhile);
        }
        let next = newest + 1;
        tx.run(ADD_NOTE, values![tenant, contact, next, body.as_str(), user, ctx.now]).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::CorrectNote, Resource::Case).of(case)).await
    }

    /// Closes a case; the referrer hears what the person agreed to.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when it is closed already or has changed since `read_version`: what
    /// the person agreed to may have been withdrawn; [`StoreError::NotFound`] outside the reader's scope.
    pub async fn close_case(
        &self,
        ctx: &Ctx<WorkCase>,
        id: CaseId,
        (closing, read_version): (&Closing, i64),
    ) -> Result<()> {
        let (tenant, user): (_, UserId) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.db().write().await?;
        let case = page(&mut tx, ctx, id).await?;
        let values = values![
            tenant,
            id,
            ctx.now,
            closing.outcome.code(),
            closing.changed.as_ref().map(Note::as_str),
            closing.continues.as_str(),
            closing.referrer_hears.code(),
            read_version,
        ];
        if tx.run(CLOSE, values).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        connections::case_closed(self, &mut tx, (tenant, id), ctx.now).await?;
        if tx.row(PLANNED, values![tenant, id, day_of(ctx.now)]).await?.is_some() {
            let (job, about) = (crate::JobKind::EndVisits, id.to_string());
            jobs::add(self, &mut tx, tenant, (job, &about), (ctx.now, ctx.now)).await?;
        }
        assessments::case_closed(&mut tx, (tenant, id), ctx.now).await?;
        feedback::change_agreement(self, &mut tx, (tenant, id), closing.referrer_hears, (user, ctx.now)).await?;
        let source = source_at_the_end(&case, closing);
        let milestone = (FeedbackKind::Closing, closing.referrer_hears);
        feedback::send(self, &mut tx, (tenant, id), milestone, &source, ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Close, Resource::Case).of(id).because(closing.outcome.code())).await
    }
}
