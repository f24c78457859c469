//! Messages that did not arrive, and those that only a person may pass on: somebody sees them, sends them again or says
//! that they have seen to it. Nothing that was meant for somebody disappears.

use fingerpost_correspondence_rules::message::{Channel, Fault};
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{CaseId, ConnectionId, OutboxId, TenantId};
use fingerpost_domain::person::PersonName;
use fingerpost_engine::{Result, Row, StoreError, Tx, Value, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::{ReadCase, SeeMessages};
use fingerpost_store::{Ctx, MessageTemplate, case_in_scope, person_name, theirs};

use crate::Correspondence;

/// The columns of a message beside whom it was for.
macro_rules! message {
    () => {
        "SELECT o.id, o.template, o.recipient_kind, o.channel, o.run_at, o.attempts, o.sent_at, o.failed_at, o.last_error, o.case_id, o.settled_at, "
    };
}

/// Where messages of a scheme wait for somebody, in the cases that the reader may open: `$1` to `$4` are [`scope`].
macro_rules! of_scheme {
    () => {
        concat!(
            "FROM outbox o JOIN case_file c ON c.tenant = o.tenant AND c.id = o.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
             LEFT JOIN connection n ON n.tenant = o.tenant AND n.id = o.recipient \
             LEFT JOIN app_user u ON o.recipient_kind = 'user' AND u.tenant = o.tenant AND u.id = o.recipient \
             WHERE o.tenant = $1 AND o.scheme = $2 AND o.failed_at IS NOT NULL AND o.settled_at IS NULL AND ",
            theirs!("c.worker", "$3", "$4")
        )
    };
}

/// Where messages to people who sign in wait for somebody: here, and at the practices of a scheme, because who refers has
/// nobody else to look after their mail.
macro_rules! to_users {
    () => {
        "FROM outbox o JOIN app_user u ON u.tenant = o.tenant AND u.id = o.recipient \
         WHERE o.tenant = $1 AND o.scheme IS NULL AND o.recipient_kind = 'user' AND o.failed_at IS NOT NULL AND o.settled_at IS NULL \
         AND EXISTS (SELECT 1 FROM membership m WHERE m.tenant = o.tenant AND m.user_id = o.recipient AND (m.organisation = $2 OR m.organisation IN (SELECT s.practice FROM scheme_practice s WHERE s.tenant = $1 AND s.scheme = $2)))"
    };
}

statements! {
    /// Of the scheme, in the cases that the reader may open. Names are read only for those who may (`$5`).
    OF_SCHEME = concat!(
        message!(),
        "CASE WHEN CAST($5 AS BIGINT) = 1 THEN p.given END AS given, CASE WHEN CAST($5 AS BIGINT) = 1 THEN p.family END AS family, \
         CASE WHEN CAST($5 AS BIGINT) = 1 THEN p.preferred END AS preferred, n.service_name, u.name AS user_name ",
        of_scheme!(),
        " ORDER BY o.failed_at DESC, o.id LIMIT $6"
    );
    TO_USERS = concat!(
        message!(),
        "NULL AS given, NULL AS family, NULL AS preferred, NULL AS service_name, u.name AS user_name ",
        to_users!(),
        " ORDER BY o.failed_at DESC, o.id LIMIT $3"
    );
    COUNT = concat!("SELECT CAST(COUNT(*) AS BIGINT) AS n ", of_scheme!());
    ONE_OF_SCHEME = concat!("SELECT o.last_error ", of_scheme!(), " AND o.id = $5");
    ONE_TO_USERS = concat!("SELECT o.last_error ", to_users!(), " AND o.id = $3");
    /// To a group, and to whoever holds its link.
    OF_CONNECTION = concat!(
        message!(),
        "NULL AS given, NULL AS family, NULL AS preferred, NULL AS service_name, NULL AS user_name FROM outbox o \
         WHERE o.tenant = $1 AND o.case_id = $2 AND (o.recipient = $3 OR (o.recipient_kind = 'link' AND o.recipient IN \
         (SELECT l.id FROM one_time_link l WHERE l.tenant = $1 AND l.scope = 'answer_connection' AND l.subject = $3))) ORDER BY o.id DESC LIMIT 20"
    );
    AGAIN = "UPDATE outbox SET failed_at = NULL, last_error = NULL, attempts = 0, run_at = $3 WHERE tenant = $1 AND id = $2 AND failed_at IS NOT NULL AND settled_at IS NULL";
    /// Keys begin with the tenant: of those there are few.
    CAME_BACK = "UPDATE outbox SET sent_at = NULL, failed_at = $2, last_error = 'came_back', settled_at = CASE WHEN recipient_kind IN ('entry', 'colleague') THEN $2 ELSE settled_at END \
                 WHERE tenant IN (SELECT id FROM tenant) AND id = $1 AND channel = 'email' AND sent_at IS NOT NULL AND failed_at IS NULL RETURNING tenant, template, subject";
    LEFT = "SELECT sent_at, failed_at FROM outbox WHERE tenant IN (SELECT id FROM tenant) AND id = $1";
    SETTLE = "UPDATE outbox SET settled_at = $3, settled_by = $4 WHERE tenant = $1 AND id = $2 AND failed_at IS NOT NULL AND settled_at IS NULL";
}

/// Messages that one page shows at most.
const MOST_SHOWN: i64 = 200;

/// A message, and what became of it.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its id.
    pub id: OutboxId,
    /// Which message; none where a newer program wrote it.
    pub template: Option<MessageTemplate>,
    /// The group it was for.
    pub group: Option<String>,
    /// The colleague it was for.
    pub colleague: Option<String>,
    /// The person, where the reader may know.
    pub person: Option<PersonName>,
    /// It was for the person themself.
    pub to_person: bool,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// How it travels.
    pub channel: Channel,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// When it was given up, and why.
    pub failed: Option<(Timestamp, Fault)>,
    /// Somebody has seen to it.
    pub settled: bool,
    /// When its turn comes.
    pub run_at: Timestamp,
}

impl MessageRow {
    /// It did not arrive, and nobody has seen to it.
    #[must_use]
    pub fn waits_for_somebody(&self) -> bool {
        self.sent_at.is_none() && !self.settled && self.failed.is_some_and(|(_, fault)| fault.needs_somebody())
    }
}

/// What a report means for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameBack {
    /// It had left, and is listed now: whose it is, which, and what it was about.
    Now(TenantId, MessageTemplate, String),
    /// It is listed already, or was given up.
    Known,
    /// It has not left as far as we know: the report is ahead of us.
    NotYet,
    /// It is no message of this installation.
    NotOurs,
}

/// Messages that did not arrive.
#[derive(Debug, Clone, Default)]
pub struct Undelivered {
    /// To people and groups, and to referrers about a case, newest first.
    pub outside: Vec<MessageRow>,
    /// To colleagues; for those who look after who signs in.
    pub inside: Vec<MessageRow>,
}

fn fault(row: &Row) -> Result<Fault> {
    Ok(row.opt_text("last_error")?.as_deref().and_then(Fault::from_code).unwrap_or(Fault::Message))
}

fn message(row: &Row) -> Result<MessageRow> {
    let fault = fault(row)?;
    let named = row.opt_text("given")?.is_some();
    Ok(MessageRow {
        id: row.parsed("id")?,
        template: MessageTemplate::from_code(&row.text("template")?),
        group: row.opt_text("service_name")?,
        colleague: row.opt_text("user_name")?,
        person: named.then(|| person_name(row)).transpose()?,
        to_person: row.text("recipient_kind")? == "person",
        case: row.opt_parsed("case_id")?,
        channel: row.coded("channel", Channel::from_code)?,
        sent_at: row.opt_at("sent_at")?,
        failed: row.opt_at("failed_at")?.map(|at| (at, fault)),
        settled: row.opt_at("settled_at")?.is_some(),
        run_at: row.at("run_at")?,
    })
}

/// Whose messages: the values `$1` to `$4` of the statements about a scheme.
fn scope(ctx: &Ctx<SeeMessages>) -> Vec<Value> {
    let grant = &ctx.grant;
    values![grant.tenant(), grant.organisation(), grant.only_user(), day_of(ctx.now)]
}

impl Correspondence {
    /// Messages that did not arrive. `names` where the reader may open cases; `colleagues` where they look after who signs
    /// in, or supervise.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undelivered(&self, ctx: &Ctx<SeeMessages>, (names, colleagues): (bool, bool)) -> Result<Undelivered> {
        let mut all = scope(ctx);
        all.extend(values![i64::from(names), MOST_SHOWN]);
        let mut tx = self.0.ledger().db().read().await?;
        let mut found = Undelivered::default();
        for row in &tx.rows(OF_SCHEME, all).await? {
            found.outside.push(message(row)?);
        }
        if colleagues {
            let here = values![ctx.grant.tenant(), ctx.grant.organisation(), MOST_SHOWN];
            for row in &tx.rows(TO_USERS, here).await? {
                found.inside.push(message(row)?);
            }
        }
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Message).because("undelivered")).await?;
        Ok(found)
    }

    /// How many messages about the reader's people did not arrive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_undelivered(&self, ctx: &Ctx<SeeMessages>) -> Result<i64> {
        self.0.ledger().db().row(COUNT, scope(ctx)).await?.map_or(Ok(0), |row| row.int("n"))
    }

    /// What left to the group of a connection and what did not, newest first; its page's look is audited with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn messages_of_connection(
        &self,
        ctx: &Ctx<ReadCase>,
        (case, connection): (CaseId, ConnectionId),
    ) -> Result<Vec<MessageRow>> {
        let mut tx = self.0.ledger().db().read().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let rows = tx.rows(OF_CONNECTION, values![ctx.grant.tenant(), case, connection]).await?;
        rows.iter().map(message).collect()
    }

    /// Sends a message again, from now on as if it were new. A second press finds it no more on the list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a message that is not on the reader's list; [`StoreError::ChangedMeanwhile`] where
    /// sending again cannot help.
    pub async fn send_again(&self, ctx: &Ctx<SeeMessages>, id: OutboxId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        if !listed(&mut tx, ctx, id).await?.may_be_sent_again() {
            return Err(StoreError::ChangedMeanwhile);
        }
        tx.run(AGAIN, values![ctx.grant.tenant(), id, ctx.now]).await?;
        self.seen_to(tx, ctx, (id, "send_again")).await
    }

    /// Notes that somebody has seen to a message in another way. A second press finds it no more on the list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a message that is not on the reader's list.
    pub async fn settle(&self, ctx: &Ctx<SeeMessages>, id: OutboxId) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        listed(&mut tx, ctx, id).await?;
        tx.run(SETTLE, values![ctx.grant.tenant(), id, ctx.now, ctx.grant.user()]).await?;
        self.seen_to(tx, ctx, (id, "seen_to")).await
    }

    /// A mail server reports that a message did not arrive after all: it waits for somebody, as if it had been refused at once. Of
    /// entries of the directory and of colleagues who were asked once nobody is waited for: theirs is settled as it comes back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn came_back(&self, id: OutboxId, now: Timestamp) -> Result<CameBack> {
        let mut tx = self.0.ledger().db().write().await?;
        let Some(row) = tx.row(CAME_BACK, values![id, now]).await? else {
            return Ok(match tx.row(LEFT, values![id]).await? {
                None => CameBack::NotOurs,
                Some(row) if row.opt_at("failed_at")?.is_some() => CameBack::Known,
                Some(_) => CameBack::NotYet,
            });
        };
        let (tenant, subject): (TenantId, String) = (row.parsed("tenant")?, row.text("subject")?);
        let template = MessageTemplate::from_code(&row.text("template")?);
        let entry = Entry::system(tenant.clone(), Act::Change, Resource::Message).of(id).because("came_back");
        self.0.ledger().commit(tx, now, entry).await?;
        Ok(template.map_or(CameBack::Known, |template| CameBack::Now(tenant, template, subject)))
    }

    async fn seen_to(&self, tx: Tx, ctx: &Ctx<SeeMessages>, (id, why): (OutboxId, &'static str)) -> Result<()> {
        let entry = ctx.entry(Act::Change, Resource::Message).of(id).because(why);
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}

/// Why a message on the reader's list did not arrive.
async fn listed(tx: &mut Tx, ctx: &Ctx<SeeMessages>, id: OutboxId) -> Result<Fault> {
    let mut wanted = scope(ctx);
    wanted.extend(values![id]);
    let mut row = tx.row(ONE_OF_SCHEME, wanted).await?;
    if row.is_none() && ctx.grant.only_user().is_none() {
        row = tx.row(ONE_TO_USERS, values![ctx.grant.tenant(), ctx.grant.organisation(), id]).await?;
    }
    fault(&row.ok_or(StoreError::NotFound)?)
}
