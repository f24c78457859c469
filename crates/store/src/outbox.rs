//! What the world must hear: stored with the change that causes it, delivered at least once, each
//! message once for each recipient and subject. Rows hold ids; the words are written at delivery.
//!
//! [`to_person`] is the one place where a message to a person is queued, and [`reach_of`] the one that asks the domain
//! whether a machine may write to them, and how. It is asked again when the message leaves.

use fingerpost_correspondence_rules::message::{Channel, Fault, MayLeave, may_leave};
use fingerpost_directory::hsds::Service;
use fingerpost_domain::access::AccessNeed;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::connection::ConnectionState;
use fingerpost_domain::id::{
    CaseId, ConnectionId, LinkId, OrganisationId, OutboxId, PersonId, ReferralId, ServiceId, SurveyAddressId, TenantId,
    UserId,
};
use fingerpost_domain::{Date, Timestamp, coded};
use jiff::SignedDuration;

use crate::{Store, about};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, Value, values};
use fingerpost_ledger::dialect;
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_people::{self as people, PersonHere};

coded! {
    /// Which message it is.
    pub enum MessageTemplate {
        /// Come and choose a password.
        Invitation = "invitation",
        /// A referral waits for triage.
        ReferralArrived = "referral_arrived",
        /// A referral is still waiting at the time its referrer was promised an answer.
        AnswerDue = "answer_due",
        /// A referrer who was asked something has not answered for as long as the scheme waits.
        DecideWithout = "decide_without",
        /// The scheme asks the referrer something before it answers.
        QuestionBack = "question_back",
        /// A referrer is told that the answer to a referral of theirs is late.
        AnswerLate = "answer_late",
        /// Somebody who was turned down has still to be told.
        StillToBeTold = "still_to_be_told",
        /// A referral was begun and not sent.
        DraftWaits = "draft_waits",
        /// A referral was answered.
        ReferralAnswered = "referral_answered",
        /// There is feedback to read.
        FeedbackArrived = "feedback_arrived",
        /// The months of a third count are over.
        CountAgainDue = "count_again_due",
        /// Not everybody has answered a survey.
        SurveyReminder = "survey_reminder",
        /// To a colleague: will you answer a survey?
        SurveyInvitation = "survey_invitation",
        /// To a colleague: there is still time to answer it.
        SurveyNudge = "survey_nudge",
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
        /// Somebody stopped messages that send themselves.
        MessagesStopped = "messages_stopped",
        /// To the person: a link worker will be in touch.
        WorkerWillBeInTouch = "worker_will_be_in_touch",
        /// To a group: the code that opens a name.
        GroupCode = "group_code",
        /// To a group: the register of those who come.
        Register = "register",
        /// To the person: a day and a time at which they are met.
        Appointment = "appointment",
        /// To the person: it is tomorrow.
        AppointmentReminder = "appointment_reminder",
        /// To the person: it does not take place.
        AppointmentOff = "appointment_off",
    }
}

impl MessageTemplate {
    /// What it is, for those who see whether it arrived.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invitation => "An invitation to sign in",
            Self::ReferralArrived => "A referral has arrived",
            Self::AnswerDue => "An answer is due",
            Self::DecideWithout => "A referrer has not answered",
            Self::QuestionBack => "A question about a referral",
            Self::AnswerLate => "An answer is late",
            Self::StillToBeTold => "Somebody has still to be told",
            Self::DraftWaits => "A referral was not sent",
            Self::ReferralAnswered => "A referral was answered",
            Self::FeedbackArrived => "There is news of somebody referred",
            Self::CountAgainDue => "It is time to count again",
            Self::SurveyReminder => "A survey is still open",
            Self::SurveyInvitation => "A survey for colleagues",
            Self::SurveyNudge => "There is still time to answer a survey",
            Self::ConnectionOffered => "The question whether they can welcome somebody",
            Self::GroupAnswered => "A group has answered",
            Self::EntryStillRight => "The question whether an entry is still right",
            Self::AnswerAlert => "An answer may mean danger",
            Self::VisitOverdue => "A colleague is not back from a visit",
            Self::PeopleHandedOver => "People were handed over",
            Self::MessagesStopped => "Somebody wants no more messages",
            Self::WorkerWillBeInTouch => "You will hear from us",
            Self::GroupCode => "The code that opens a name",
            Self::Register => "The register of those who come",
            Self::Appointment => "Day and time of an appointment",
            Self::AppointmentReminder => "The appointment is tomorrow",
            Self::AppointmentOff => "An appointment is called off",
        }
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
    /// Of which scheme it is, by name: what a letter to a person says it comes from.
    pub scheme: Option<String>,
}

/// To whom a message goes, resolved at delivery.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// Their name.
    pub name: String,
    /// Where it goes.
    pub way: Way,
    /// The user, when it is one.
    pub user: Option<UserId>,
    /// The person, when it is one.
    pub person: Option<PersonId>,
}

impl Addressee {
    /// The address of an e-mail; empty where it travels another way.
    #[must_use]
    pub fn email(&self) -> &str {
        match &self.way {
            Way::Email(address) => address,
            Way::Text(_) | Way::Letter { .. } => "",
        }
    }
}

/// How a message travels, with where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To an e-mail address.
    Email(String),
    /// To a telephone number.
    Text(String),
    /// To a house.
    Letter {
        /// The lines on the envelope, below the name.
        lines: Vec<String>,
        /// They need large print.
        large: bool,
    },
}

impl Way {
    /// Which way it is.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Text(_) => Channel::Text,
            Self::Letter { .. } => Channel::Letter,
        }
    }
}

statements! {
    INSERT = "INSERT INTO outbox (tenant, id, template, recipient_kind, recipient, subject, run_at, channel, scheme, case_id, failed_at, last_error) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (tenant, template, recipient, subject) DO NOTHING";
    USER_ADDRESS = "SELECT name, email FROM app_user WHERE tenant = $1 AND id = $2 AND disabled = 0";
    READERS = "SELECT r.referrer AS reader FROM referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer AND u.disabled = 0 WHERE r.tenant = $1 AND r.id = $2 \
               UNION SELECT m.user_id FROM referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer AND u.disabled = 1 \
               JOIN membership m ON m.tenant = r.tenant AND m.organisation = r.practice AND m.role = 'practice_manager' \
               JOIN app_user a ON a.tenant = m.tenant AND a.id = m.user_id AND a.disabled = 0 WHERE r.tenant = $1 AND r.id = $2 ORDER BY 1 LIMIT 5";
    STOP = "UPDATE person SET messages_stopped_at = $3 WHERE tenant = $1 AND id = $2 AND messages_stopped_at IS NULL";
    WRITE_AGAIN = "UPDATE person SET messages_stopped_at = NULL WHERE tenant = $1 AND id = $2";
    /// Asked by a group that still is: an offer that waits, or one that it said yes to.
    GROUP_ADDRESS = "SELECT group_email, service_name, state FROM connection WHERE tenant = $1 AND id = $2 AND group_email IS NOT NULL";
    LINK_SUBJECT = "SELECT subject FROM one_time_link WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > $3";
    TAKEN_BACK = "UPDATE outbox SET failed_at = $3, last_error = 'taken_back', settled_at = $3 WHERE tenant = $1 AND case_id = $2 AND recipient_kind IN ('group', 'link') AND sent_at IS NULL AND failed_at IS NULL";
    OFF = "UPDATE outbox SET failed_at = $4, last_error = 'not_wanted', settled_at = $4 WHERE tenant = $1 AND template = $2 AND recipient = $3 AND subject = $5 AND sent_at IS NULL AND settled_at IS NULL RETURNING attempts";
    STATE = "SELECT sent_at, settled_at FROM outbox WHERE tenant = $1 AND template = $2 AND recipient = $3 AND subject = $4";
    STILL_WAITS = "SELECT id FROM outbox WHERE tenant = $1 AND id = $2 AND sent_at IS NULL AND failed_at IS NULL";
    /// Of the entry, or of the one that stands for it.
    ENTRY_ADDRESS = "SELECT name, body FROM service WHERE id = COALESCE((SELECT lead FROM service_joined WHERE member = $1), $1)";
    /// A survey that has ended asks nobody any more.
    COLLEAGUE_ADDRESS = "SELECT a.contact FROM survey_address a JOIN survey s ON s.tenant = a.tenant AND s.id = a.survey WHERE a.tenant = $1 AND a.id = $2 AND s.closes_on >= $3";
    NAME_OF = "SELECT name FROM organisation WHERE id = $1";
    SENT = "UPDATE outbox SET sent_at = $3, channel = $4, failed_at = NULL, settled_at = NULL WHERE tenant = $1 AND id = $2";
    /// What nobody has to look at is settled as it ends (`$5`). What was taken back meanwhile stays so.
    FAILED = "UPDATE outbox SET failed_at = $3, last_error = $4, settled_at = $5 WHERE tenant = $1 AND id = $2 AND failed_at IS NULL";
    LATER = "UPDATE outbox SET run_at = $3, last_error = $4 WHERE tenant = $1 AND id = $2 AND failed_at IS NULL";
    WAITING = "SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL";
}

const USER: &str = "user";
const PERSON: &str = "person";
const GROUP: &str = "group";
const ENTRY: &str = "entry";
const LINK: &str = "link";
const COLLEAGUE: &str = "colleague";
/// A claimed message whose worker died is taken up again after this.
const CLAIM_FOR: SignedDuration = SignedDuration::from_mins(5);
/// After so many attempts, about a day, a message waits for a person to look at it.
const GIVE_UP_AFTER: i64 = 19;

/// Of which scheme and case a message is: on whose list it stands when it does not arrive.
pub type About = (OrganisationId, CaseId);

/// A message as it is queued.
struct New<'a> {
    template: MessageTemplate,
    kind: &'static str,
    recipient: &'a str,
    subject: &'a str,
    channel: Channel,
    about: Option<About>,
    by_hand: bool,
}

impl<'a> New<'a> {
    /// An e-mail: what goes to colleagues, groups and those who keep an entry.
    const fn email(
        template: MessageTemplate,
        (kind, recipient, subject): (&'static str, &'a str, &'a str),
        about: Option<About>,
    ) -> Self {
        Self { template, kind, recipient, subject, channel: Channel::Email, about, by_hand: false }
    }
}

fn row(store: &Store, tenant: &TenantId, new: &New<'_>, now: Timestamp) -> Vec<Value> {
    let id: OutboxId = store.entropy().id(now);
    let (scheme, case) = new.about.unzip();
    let (failed, why) = (new.by_hand.then_some(now), new.by_hand.then_some(Fault::ByHand.code()));
    let leaves = new.channel.leaves_at(now);
    let (template, channel) = (new.template.code(), new.channel.code());
    values![tenant, id, template, new.kind, new.recipient, new.subject, leaves, channel, scheme, case, failed, why]
}

async fn queue(store: &Store, tx: &mut Tx, tenant: &TenantId, new: &New<'_>, now: Timestamp) -> Result<()> {
    tx.later(INSERT, row(store, tenant, new, now)).await
}

/// Queues a message to whoever sent a referral; where they do not sign in any more, to those who manage their practice, who read it in
/// their place. What is `about` a case stands with its link worker when it does not arrive.
///
/// # Errors
/// When the database fails.
pub async fn to_referrer(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    template: MessageTemplate,
    (referral, subject): (ReferralId, &str),
    about: Option<About>,
    now: Timestamp,
) -> Result<()> {
    for row in tx.rows(READERS, values![tenant, referral]).await? {
        let reader = row.parsed::<UserId>("reader")?.to_string();
        let new = New::email(template, (USER, &reader, subject), about);
        queue(store, tx, tenant, &new, now).await?;
    }
    Ok(())
}

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
    let recipient = user.to_string();
    let new = New::email(template, (USER, &recipient, subject), None);
    queue(store, tx, tenant, &new, now).await
}

/// Queues a message to the group of a connection. Says whether it was not queued before.
///
/// # Errors
/// When the database fails.
pub async fn to_group(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (template, connection, subject): (MessageTemplate, ConnectionId, &str),
    about: About,
    now: Timestamp,
) -> Result<bool> {
    let recipient = connection.to_string();
    let new = New::email(template, (GROUP, &recipient, subject), Some(about));
    Ok(tx.run(INSERT, row(store, tenant, &new, now)).await? > 0)
}

/// Queues a message to the group behind a link, as long as the link lives.
///
/// # Errors
/// When the database fails.
pub async fn to_link(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (template, link, subject): (MessageTemplate, LinkId, &str),
    about: About,
    now: Timestamp,
) -> Result<()> {
    let recipient = link.to_string();
    let new = New::email(template, (LINK, &recipient, subject), Some(about));
    queue(store, tx, tenant, &new, now).await
}

/// Queues a message to a colleague about a survey, while it is open; each once.
///
/// # Errors
/// When the database fails.
pub async fn to_colleague(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (template, address): (MessageTemplate, SurveyAddressId),
    now: Timestamp,
) -> Result<()> {
    let recipient = address.to_string();
    let new = New::email(template, (COLLEAGUE, &recipient, &recipient), None);
    queue(store, tx, tenant, &new, now).await
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
    let (recipient, subject) = (service.to_string(), format!("{service}/{today}"));
    let new = New::email(MessageTemplate::EntryStillRight, (ENTRY, &recipient, &subject), None);
    queue(store, tx, tenant, &new, now).await
}

/// Queues a message to a person where a machine may write to them, and what it writes arrives before it is needed. Otherwise
/// the message stands on the list of those that somebody has to pass on (`by_hand`), or, where somebody reaches them in any
/// case, is noted only. Gives the way on which it leaves by itself.
///
/// # Errors
/// When the database fails.
pub async fn to_person(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (template, person, subject): (MessageTemplate, PersonId, &str),
    (about, by_hand, needed_by): (About, bool, Option<Timestamp>),
    now: Timestamp,
) -> Result<Option<Channel>> {
    let (reach, _) = reach_of(tx, tenant, person).await?.ok_or(StoreError::NotFound)?;
    let recipient = person.to_string();
    let (kind, about) = (PERSON, Some(about));
    let new = |channel, by_hand| New { template, kind, recipient: &recipient, subject, channel, about, by_hand };
    let in_time = |channel: Channel| needed_by.is_none_or(|by| channel.arrives_by(now, by));
    match reach {
        MayLeave::By(channel) if in_time(channel) => {
            queue(store, tx, tenant, &new(channel, false), now).await?;
            Ok(Some(channel))
        }
        MayLeave::By(_) | MayLeave::ByHand(_) => {
            if by_hand {
                queue(store, tx, tenant, &new(Channel::Letter, true), now).await?;
            }
            let entry = Entry::system(tenant.clone(), Act::Withhold, Resource::Message).of(subject);
            store.ledger().note(tx, now, entry.because(template.code())).await?;
            Ok(None)
        }
    }
}

/// Whether a machine may write to a person now, and how; with what is known of them. `None` where there is nobody.
///
/// # Errors
/// When the database fails.
pub async fn reach_of(
    tx: &mut Tx,
    tenant: &TenantId,
    person: PersonId,
) -> Result<Option<(MayLeave, (PersonHere, Vec<AccessNeed>))>> {
    let Some(row) = people::row(tx, tenant, person).await? else { return Ok(None) };
    let (here, stopped) = (people::here(&row)?, row.opt_at("messages_stopped_at")?);
    let needs = about::access(tx, tenant, person).await?.map(|(access, ..)| access.needs);
    let reach = may_leave(&here.details, (&here.safe_contact, stopped.is_some()), needs.as_deref());
    Ok(Some((reach, (here, needs.unwrap_or_default()))))
}

/// The person wants no more messages that send themselves: those that wait are held back when their turn comes. Gives whether they
/// wanted them until now.
///
/// # Errors
/// When the database fails.
pub async fn stop_writing(tx: &mut Tx, tenant: &TenantId, person: PersonId, now: Timestamp) -> Result<bool> {
    Ok(tx.run(STOP, values![tenant, person, now]).await? > 0)
}

/// The person wants messages again.
///
/// # Errors
/// When the database fails.
pub async fn write_again(tx: &mut Tx, tenant: &TenantId, person: PersonId) -> Result<()> {
    tx.run(WRITE_AGAIN, values![tenant, person]).await.map(drop)
}

/// Ends every message about a case to anybody outside that has not left.
///
/// # Errors
/// When the database fails.
pub async fn stop_messages(tx: &mut Tx, (tenant, case): (&TenantId, CaseId), now: Timestamp) -> Result<()> {
    tx.run(TAKEN_BACK, values![tenant, case, now]).await.map(drop)
}

/// Ends a message to a person that is not needed any more. Gives true where they may have heard: it has left, was tried, or
/// somebody has passed it on.
///
/// # Errors
/// When the database fails.
pub async fn not_needed(
    tx: &mut Tx,
    tenant: &TenantId,
    (template, person, subject): (MessageTemplate, PersonId, &str),
    now: Timestamp,
) -> Result<bool> {
    // What was tried may have arrived, although nobody heard of it.
    if let Some(row) = tx.row(OFF, values![tenant, template.code(), person, now, subject]).await? {
        return Ok(row.int("attempts")? > 0);
    }
    let row = tx.row(STATE, values![tenant, template.code(), person, subject]).await?;
    row.map_or(Ok(false), |row| Ok(row.opt_at("sent_at")?.is_some() || row.opt_at("settled_at")?.is_some()))
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
                tx.run(FAILED, values![&tenant, id, now, Fault::Unreadable.code(), None::<Timestamp>]).await?;
                continue;
            };
            let addressee = match addressee(&mut tx, &tenant, (template, &kind, &recipient), now).await? {
                Ok(addressee) => addressee,
                Err(fault) => {
                    let settled = (!fault.needs_somebody()).then_some(now);
                    tx.run(FAILED, values![&tenant, id, now, fault.code(), settled]).await?;
                    continue;
                }
            };
            // It waited until now, and now it is night.
            let morning = addressee.way.channel().leaves_at(now);
            if morning > now {
                tx.run(LATER, values![&tenant, id, morning, None::<&str>]).await?;
                continue;
            }
            let scheme: Option<OrganisationId> = row.opt_parsed("scheme")?.filter(|_| kind == PERSON);
            let scheme = match scheme {
                Some(scheme) => tx.row(NAME_OF, values![scheme]).await?.map(|row| row.text("name")).transpose()?,
                None => None,
            };
            claimed.push(ClaimedMessage {
                scheme,
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

    /// Whether a claimed message is still to leave: it may have been taken back since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn still_waits(&self, message: &ClaimedMessage) -> Result<bool> {
        Ok(self.db().row(STILL_WAITS, values![&message.tenant, message.id]).await?.is_some())
    }

    /// Records how delivery of a message ended; `fault` says why it did not leave.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_delivery(
        &self,
        message: &ClaimedMessage,
        end: OutboxEnd,
        fault: Option<Fault>,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.db().write().await?;
        let (tenant, id) = (&message.tenant, message.id);
        let reason = fault.map(Fault::code);
        match end {
            OutboxEnd::Sent => tx.run(SENT, values![tenant, id, now, message.addressee.way.channel().code()]).await?,
            OutboxEnd::Later if message.attempts < GIVE_UP_AFTER => {
                // 30 seconds, then twice as long each time, two hours at most.
                let seconds = 15_i64 << message.attempts.clamp(1, 9);
                let next = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
                tx.run(LATER, values![tenant, id, next, reason]).await?
            }
            OutboxEnd::Later | OutboxEnd::Failed => {
                let settled = fault.is_some_and(|fault| !fault.needs_somebody()).then_some(now);
                tx.run(FAILED, values![tenant, id, now, reason, settled]).await?
            }
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

/// Where a message goes now, or why it does not.
async fn addressee(
    tx: &mut Tx,
    tenant: &TenantId,
    (template, kind, recipient): (MessageTemplate, &str, &str),
    now: Timestamp,
) -> Result<std::result::Result<Addressee, Fault>> {
    let to = |name: String, email: String| Addressee { name, way: Way::Email(email), user: None, person: None };
    match kind {
        USER => {
            let user: UserId = recipient.parse().map_err(|_| StoreError::corrupt("recipient"))?;
            let Some(row) = tx.row(USER_ADDRESS, values![tenant, user]).await? else {
                return Ok(Err(Fault::NotWanted));
            };
            Ok(Ok(Addressee { user: Some(user), ..to(row.text("name")?, row.text("email")?) }))
        }
        PERSON => {
            let person: PersonId = recipient.parse().map_err(|_| StoreError::corrupt("recipient"))?;
            // Asked again now: what was safe when the message was queued may not be any more.
            let Some((MayLeave::By(channel), (here, needs))) = reach_of(tx, tenant, person).await? else {
                return Ok(Err(Fault::Withheld));
            };
            let details = &here.details;
            let way = match channel {
                Channel::Email => details.email.as_ref().map(|email| Way::Email(email.as_str().to_owned())),
                Channel::Text => details.phone.as_ref().map(|phone| Way::Text(phone.as_str().to_owned())),
                Channel::Letter => {
                    details.address.as_ref().zip(details.postcode.as_ref()).map(|(address, postcode)| {
                        let lines = address.as_str().split(',').map(|line| line.trim().to_owned());
                        let lines =
                            lines.filter(|line| !line.is_empty()).chain([postcode.as_str().to_owned()]).collect();
                        Way::Letter { lines, large: needs.contains(&AccessNeed::LargePrint) }
                    })
                }
            };
            // A letter is addressed to the whole name; a message on a telephone says what they are called.
            let name = if channel == Channel::Letter { details.name.full() } else { details.name.called().to_owned() };
            Ok(way.map(|way| Addressee { name, way, user: None, person: Some(person) }).ok_or(Fault::Withheld))
        }
        GROUP => {
            let Some(row) = tx.row(GROUP_ADDRESS, values![tenant, recipient]).await? else {
                return Ok(Err(Fault::NotWanted));
            };
            let state = row.coded("state", ConnectionState::from_code)?;
            let waits = match template {
                MessageTemplate::ConnectionOffered => state == ConnectionState::Offered,
                _ => state.names_the_person(),
            };
            Ok(if waits { Ok(to(row.text("service_name")?, row.text("group_email")?)) } else { Err(Fault::NotWanted) })
        }
        LINK => {
            let Some(link) = tx.row(LINK_SUBJECT, values![tenant, recipient, now]).await? else {
                return Ok(Err(Fault::NotWanted));
            };
            let row = tx.row(GROUP_ADDRESS, values![tenant, link.text("subject")?]).await?;
            let Some(row) = row else { return Ok(Err(Fault::NotWanted)) };
            Ok(Ok(to(row.text("service_name")?, row.text("group_email")?)))
        }
        ENTRY => {
            let Some(row) = tx.row(ENTRY_ADDRESS, values![recipient]).await? else { return Ok(Err(Fault::NotWanted)) };
            let entry: Service = serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?;
            let name = row.text("name")?;
            Ok(entry.email.map(|email| to(name, email)).ok_or(Fault::Withheld))
        }
        COLLEAGUE => {
            let Some(row) = tx.row(COLLEAGUE_ADDRESS, values![tenant, recipient, day_of(now)]).await? else {
                return Ok(Err(Fault::NotWanted));
            };
            Ok(Ok(to("colleague".to_owned(), row.text("contact")?)))
        }
        _ => Err(StoreError::corrupt("recipient_kind")),
    }
}
