//! What the world must hear: stored with the change that causes it, delivered at least once, each
//! message once for each recipient and subject. Rows hold ids; the words are written at delivery.
//!
//! [`to_person`] is the one place where safe contact decides whether a machine may write to a person.

use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::{ConnectionId, OutboxId, PersonId, ServiceId, TenantId, UserId};
use fingerpost_domain::safe_contact::{MayLeave, SafeContact};
use fingerpost_domain::{Date, Timestamp, coded};
use jiff::SignedDuration;

use crate::{Store, connections, people};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, values};
use fingerpost_ledger::dialect;
use fingerpost_ledger::{Act, Entry, Resource};

coded! {
    /// Which message it is.
    pub enum MessageTemplate {
        /// Come and choose a password.
        Invitation = "invitation",
        /// A referral waits for triage.
        ReferralArrived = "referral_arrived",
        /// A referral is still waiting at the time its referrer was promised an answer.
        AnswerDue = "answer_due",
        /// The scheme asks the referrer something before it answers.
        QuestionBack = "question_back",
        /// A referral was answered.
        ReferralAnswered = "referral_answered",
        /// There is feedback to read.
        FeedbackArrived = "feedback_arrived",
        /// The months of a third count are over.
        CountAgainDue = "count_again_due",
        /// Not everybody has answered a survey.
        SurveyReminder = "survey_reminder",
        /// To a group: can you welcome somebody?
        ConnectionOffered = "connection_offered",
        /// A group has answered.
        GroupAnswered = "group_answered",
        /// To a group: is what the directory says of you still right?
        EntryStillRight = "entry_still_right",
        /// An answer to a questionnaire may mean danger.
        AnswerAlert = "answer_alert",
        /// Somebody of the scheme has not said that they are back from a visit.
        VisitOverdue = "visit_overdue",
        /// People of a colleague's are yours now.
        PeopleHandedOver = "people_handed_over",
        /// To the person: a link worker will be in touch.
        WorkerWillBeInTouch = "worker_will_be_in_touch",
    }
}

coded! {
    /// How delivery of a message ended.
    pub enum OutboxEnd {
        /// It left.
        Sent = "sent",
        /// It cannot be delivered: somebody has to look.
        Failed = "failed",
        /// Not now; it is tried again later.
        Later = "later",
    }
}

/// A message whose turn it is, claimed by this worker for a while.
#[derive(Debug, Clone)]
pub struct ClaimedMessage {
    /// Tenant.
    pub tenant: TenantId,
    /// Its id: the same at every attempt, so that a mail server can tell a repetition.
    pub id: OutboxId,
    /// Which message.
    pub template: MessageTemplate,
    /// To whom.
    pub addressee: Addressee,
    /// The record it is about.
    pub subject: String,
    /// Attempts so far, with this one.
    pub attempts: i64,
}

/// To whom a message goes, resolved at delivery.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The user, when it is one.
    pub user: Option<UserId>,
}

statements! {
    INSERT = "INSERT INTO outbox (tenant, id, template, recipient_kind, recipient, subject, run_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
              ON CONFLICT (tenant, template, recipient, subject) DO NOTHING";
    USER_ADDRESS = "SELECT name, email FROM app_user WHERE tenant = $1 AND id = $2 AND disabled = 0";
    PERSON_ADDRESS = "SELECT given, preferred, email, reach, guidance, risk, risk_note FROM person WHERE tenant = $1 AND id = $2";
    ENTRY_ADDRESS = "SELECT name, body FROM service WHERE id = $1";
    SENT = "UPDATE outbox SET sent_at = $3 WHERE tenant = $1 AND id = $2";
    FAILED = "UPDATE outbox SET failed_at = $3, last_error = $4 WHERE tenant = $1 AND id = $2";
    LATER = "UPDATE outbox SET run_at = $3, last_error = $4 WHERE tenant = $1 AND id = $2";
    WAITING = "SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL";
}

const USER: &str = "user";
const PERSON: &str = "person";
const GROUP: &str = "group";
const ENTRY: &str = "entry";
/// A claimed message whose worker died is taken up again after this.
const CLAIM_FOR: SignedDuration = SignedDuration::from_mins(5);
/// After so many attempts, about a day, a message waits for a person to look at it.
const GIVE_UP_AFTER: i64 = 19;

/// Queues a message to somebody who signs in.
///
/// # Errors
/// When the database fails.
pub async fn to_user(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    template: MessageTemplate,
    (user, subject): (UserId, &str),
    now: Timestamp,
) -> Result<()> {
    let id: OutboxId = store.entropy().id(now);
    tx.run(INSERT, values![tenant, id, template.code(), USER, user, subject, now]).await.map(drop)
}

/// Queues the question of an offer to its group.
pub(crate) async fn to_group(
    store: &Store,
    tx: &mut Tx,
    (tenant, connection): (&TenantId, ConnectionId),
    now: Timestamp,
) -> Result<()> {
    let id: OutboxId = store.entropy().id(now);
    let template = MessageTemplate::ConnectionOffered;
    tx.run(INSERT, values![tenant, id, template.code(), GROUP, connection, connection, now]).await.map(drop)
}

/// Queues the question whether an entry of the directory is still right; at most once on a day.
///
/// # Errors
/// When the database fails.
pub async fn to_entry(
    store: &Store,
    tx: &mut Tx,
    (tenant, service): (&TenantId, ServiceId),
    (today, now): (Date, Timestamp),
) -> Result<()> {
    let id: OutboxId = store.entropy().id(now);
    let template = MessageTemplate::EntryStillRight;
    let subject = format!("{service}/{today}");
    tx.run(INSERT, values![tenant, id, template.code(), ENTRY, service, subject, now]).await.map(drop)
}

/// Queues a message to a person where their safe contact allows a machine to write; otherwise records
/// that it was held back for somebody to pass on by hand.
pub(crate) async fn to_person(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    template: MessageTemplate,
    (person, subject, safe_contact): (PersonId, &str, &SafeContact),
    now: Timestamp,
) -> Result<()> {
    match safe_contact.automatic() {
        MayLeave::By(_) => {
            let id: OutboxId = store.entropy().id(now);
            tx.run(INSERT, values![tenant, id, template.code(), PERSON, person, subject, now]).await.map(drop)
        }
        MayLeave::ByHandOnly(_) => {
            let entry = Entry::system(tenant.clone(), Act::Withhold, Resource::Message).of(subject);
            store.ledger().note(tx, now, entry.because(template.code())).await
        }
    }
}

impl Store {
    /// Claims up to `limit` due messages. A message whose recipient can no longer be written to is ended
    /// here and not given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_messages(&self, limit: i64, now: Timestamp) -> Result<Vec<ClaimedMessage>> {
        let mut tx = self.db().write().await?;
        let again = now.saturating_add(CLAIM_FOR).unwrap_or(Timestamp::MAX);
        let claim = dialect::claim_outbox(&tx);
        let rows = tx.rows(claim, values![now, again, limit]).await?;
        let mut claimed = vec![];
        for row in &rows {
            let (tenant, id): (TenantId, OutboxId) = (row.parsed("tenant")?, row.parsed("id")?);
            let (kind, recipient) = (row.text("recipient_kind")?, row.text("recipient")?);
            // A row of a newer program, or a broken one, must not hold up the rest.
            let Some(template) = MessageTemplate::from_code(&row.text("template")?) else {
                tx.run(FAILED, values![&tenant, id, now, "unreadable"]).await?;
                continue;
            };
            let Some(addressee) = addressee(&mut tx, &tenant, &kind, &recipient).await? else {
                tx.run(FAILED, values![&tenant, id, now, "withheld"]).await?;
                continue;
            };
            claimed.push(ClaimedMessage {
                tenant,
                id,
                template,
                addressee,
                subject: row.text("subject")?,
                attempts: row.int("attempts")?,
            });
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// Records how delivery of a message ended. `reason` is a code or an error class, never an address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_delivery(
        &self,
        message: &ClaimedMessage,
        end: OutboxEnd,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.db().write().await?;
        let (tenant, id) = (&message.tenant, message.id);
        match end {
            OutboxEnd::Sent => tx.run(SENT, values![tenant, id, now]).await?,
            OutboxEnd::Later if message.attempts < GIVE_UP_AFTER => {
                // 30 seconds, then twice as long each time, two hours at most.
                let seconds = 15_i64 << message.attempts.clamp(1, 9);
                let next = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
                tx.run(LATER, values![tenant, id, next, reason]).await?
            }
            OutboxEnd::Later | OutboxEnd::Failed => tx.run(FAILED, values![tenant, id, now, reason]).await?,
        };
        let entry = Entry::system(tenant.clone(), Act::Deliver, Resource::Message).of(id).because(end.code());
        self.commit(tx, now, entry).await
    }

    /// Messages that have not left yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_waiting(&self) -> Result<i64> {
        self.db().row(WAITING, vec![]).await?.map_or(Ok(0), |row| row.int("n"))
    }
}

async fn addressee(tx: &mut Tx, tenant: &TenantId, kind: &str, recipient: &str) -> Result<Option<Addressee>> {
    match kind {
        USER => {
            let user: UserId = recipient.parse().map_err(|_| StoreError::corrupt("recipient"))?;
            let Some(row) = tx.row(USER_ADDRESS, values![tenant, user]).await? else { return Ok(None) };
            Ok(Some(Addressee { name: row.text("name")?, email: row.text("email")?, user: Some(user) }))
        }
        PERSON => {
            let Some(row) = tx.row(PERSON_ADDRESS, values![tenant, recipient]).await? else { return Ok(None) };
            // Asked again now: what was safe when the message was queued may not be any more.
            let safe = people::care(&row)?.is_some_and(|(way, _)| matches!(way.automatic(), MayLeave::By(_)));
            let Some(email) = row.opt_text("email")?.filter(|_| safe) else { return Ok(None) };
            let name = row.opt_text("preferred")?.map_or_else(|| row.text("given"), Ok)?;
            Ok(Some(Addressee { name, email, user: None }))
        }
        GROUP => {
            let group = connections::group_to_ask(tx, tenant, recipient).await?;
            Ok(group.map(|(email, name)| Addressee { name, email, user: None }))
        }
        ENTRY => {
            let Some(row) = tx.row(ENTRY_ADDRESS, values![recipient]).await? else { return Ok(None) };
            let entry: Service = serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?;
            let name = row.text("name")?;
            Ok(entry.email.map(|email| Addressee { name, email, user: None }))
        }
        _ => Err(StoreError::corrupt("recipient_kind")),
    }
}
