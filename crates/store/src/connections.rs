//! Connections: offered with the person's agreement, answered by the group through its link or by telephone.
//!
//! One function, [`happen`], moves a connection from state to state; whoever asks for it, the rule is the domain's.
//! What a group reads and says through its link is `correspondence`.

use fingerpost_directory::hsds::Service;
use fingerpost_domain::connection::{
    Arrival, ConnectionEvent, ConnectionState, EndReason, GroupIsTold, GroupReason, Offer,
};
use fingerpost_domain::id::{CaseId, ConnectionId, RequestKey, ServiceId, TenantId};
use fingerpost_domain::person::Email;
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_intake_rules::settings::Milestone;
use fingerpost_policy::{ReadCase, WorkCase};

use crate::links::{self, LinkScope};
use crate::outbox::{self, MessageTemplate};
use crate::{Ctx, Store, cases, feedback};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::{Act, Resource};

statements! {
    ADD = "INSERT INTO connection (tenant, id, case_id, service, service_name, request_key, state, ask, first_visit, told, group_email, offered_by, offered_at) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (tenant, offered_by, request_key) DO NOTHING";
    BY_KEY = "SELECT id, case_id, service, ask, told, group_email FROM connection WHERE tenant = $1 AND offered_by = $2 AND request_key = $3";
    /// The entry, or the one that stands for it.
    SERVICE = "SELECT name, body FROM service WHERE id = COALESCE((SELECT lead FROM service_joined WHERE member = $1), $1)";
    OF_CASE = "SELECT id, service, service_name, state, ask, first_visit, told, group_email, offered_at, answered_at, answered_by, reason, started_on, came, missed, ended_at, meets, way_in, bring, said \
               FROM connection WHERE tenant = $1 AND case_id = $2 ORDER BY offered_at DESC, id DESC LIMIT 100";
    ONE = "SELECT id, service, service_name, state, ask, first_visit, told, group_email, offered_at, answered_at, answered_by, reason, started_on, came, missed, ended_at, meets, way_in, bring, said \
           FROM connection WHERE tenant = $1 AND id = $2 AND case_id = $3";
    /// Takes the connection for the rest of the transaction.
    HOLD = "UPDATE connection SET state = state WHERE tenant = $1 AND id = $2";
    STATE = "SELECT state, reason, case_id FROM connection WHERE tenant = $1 AND id = $2";
    ANSWER = "UPDATE connection SET state = $4, answered_at = $5, answered_by = $6, reason = $7 WHERE tenant = $1 AND id = $2 AND state = $3";
    MOVE = "UPDATE connection SET state = $4, ended_at = COALESCE($5, ended_at), reason = COALESCE($6, reason) WHERE tenant = $1 AND id = $2 AND state = $3";
    VISIT = "INSERT INTO connection_visit (tenant, connection, on_day, came, told_by, told_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (tenant, connection, on_day) DO UPDATE SET came = excluded.came, told_by = excluded.told_by, told_at = excluded.told_at";
    COUNT_VISITS = "UPDATE connection SET \
                    came = (SELECT COUNT(*) FROM connection_visit v WHERE v.tenant = connection.tenant AND v.connection = connection.id AND v.came = 1), \
                    missed = (SELECT COUNT(*) FROM connection_visit v WHERE v.tenant = connection.tenant AND v.connection = connection.id AND v.came = 0), \
                    started_on = (SELECT MIN(v.on_day) FROM connection_visit v WHERE v.tenant = connection.tenant AND v.connection = connection.id AND v.came = 1) \
                    WHERE tenant = $1 AND id = $2 AND state = $3 RETURNING came";
    VISITS = "SELECT on_day, came FROM connection_visit WHERE tenant = $1 AND connection = $2 ORDER BY on_day DESC LIMIT 60";
    PENDING = "SELECT id FROM connection WHERE tenant = $1 AND case_id = $2 AND state IN ('offered', 'no_reply') ORDER BY offered_at, id LIMIT 100";
    OPEN = "SELECT id FROM connection WHERE tenant = $1 AND case_id = $2 AND state IN ('offered', 'no_reply', 'accepted', 'started', 'declined_by_group') ORDER BY offered_at, id LIMIT 100";
    ANSWERED = "SELECT id FROM connection WHERE tenant = $1 AND case_id = $2 AND state IN ('accepted', 'started', 'declined_by_group') ORDER BY offered_at, id LIMIT 100";
}

/// What a group says itself.
pub const THE_GROUP: &str = "group";
pub(crate) const THE_SCHEME: &str = "scheme";

/// A connection as the scheme sees it.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    /// Its id.
    pub id: ConnectionId,
    /// The service.
    pub service: ServiceId,
    /// What it was called when it was offered.
    pub service_name: String,
    /// Where it stands.
    pub state: ConnectionState,
    /// What the group reads.
    pub ask: String,
    /// When the person would come first.
    pub first_visit: Option<String>,
    /// What the group is told after a yes.
    pub told: GroupIsTold,
    /// The group was asked by e-mail at this address.
    pub group_email: Option<String>,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// When the group answered; true when it did so through its link.
    pub answered: Option<(Timestamp, bool)>,
    /// Why the group said no.
    pub group_reason: Option<GroupReason>,
    /// How it ended.
    pub end_reason: Option<EndReason>,
    /// The first day on which the person came.
    pub started_on: Option<Date>,
    /// Days on which they came.
    pub came: u32,
    /// Days on which they were expected and did not come.
    pub missed: u32,
    /// When it ended or was taken back.
    pub ended_at: Option<Timestamp>,
    /// What helps the person arrive.
    pub arrival: Arrival,
}

/// What happens to a connection, with what is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionChange {
    /// The group said yes.
    Yes,
    /// The group said no.
    No(GroupReason),
    /// Nobody answered.
    GiveUpWaiting,
    /// The person came, or did not, on a day.
    Visit {
        /// The day.
        on: Date,
        /// They came.
        came: bool,
    },
    /// It comes to its end.
    End(EndReason),
    /// The person's agreement is taken back, or the offer is not needed any more.
    Withdraw,
}

impl ConnectionChange {
    const fn event(self) -> ConnectionEvent {
        match self {
            Self::Yes => ConnectionEvent::Accept,
            Self::No(_) => ConnectionEvent::Decline,
            Self::GiveUpWaiting => ConnectionEvent::GiveUpWaiting,
            Self::Visit { came: true, .. } => ConnectionEvent::Came,
            Self::Visit { came: false, .. } => ConnectionEvent::DidNotCome,
            Self::End(_) => ConnectionEvent::End,
            Self::Withdraw => ConnectionEvent::Withdraw,
        }
    }

    /// A word for the audit.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No(reason) => reason.code(),
            Self::GiveUpWaiting => "no_reply",
            Self::Visit { came: true, .. } => "came",
            Self::Visit { came: false, .. } => "did_not_come",
            Self::End(reason) => reason.code(),
            Self::Withdraw => "withdraw",
        }
    }
}

fn connection(row: &Row) -> Result<ConnectionRow> {
    let state = row.coded("state", ConnectionState::from_code)?;
    let reason = row.opt_text("reason")?;
    let answered = row.opt_at("answered_at")?;
    let by_link = row.opt_text("answered_by")?.as_deref() == Some(THE_GROUP);
    Ok(ConnectionRow {
        id: row.parsed("id")?,
        service: row.parsed("service")?,
        service_name: row.text("service_name")?,
        state,
        ask: row.text("ask")?,
        first_visit: row.opt_text("first_visit")?,
        told: row.coded("told", GroupIsTold::from_code)?,
        group_email: row.opt_text("group_email")?,
        offered_at: row.at("offered_at")?,
        answered: answered.map(|at| (at, by_link)),
        group_reason: reason.as_deref().and_then(GroupReason::from_code),
        end_reason: reason.as_deref().and_then(EndReason::from_code),
        started_on: row.opt_parsed("started_on")?,
        came: row.small("came")?,
        missed: row.small("missed")?,
        ended_at: row.opt_at("ended_at")?,
        arrival: arrival(row)?,
    })
}

/// The connections of a case, newest first.
pub(crate) async fn of_case(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<Vec<ConnectionRow>> {
    tx.rows(OF_CASE, values![tenant, case]).await?.iter().map(connection).collect()
}

/// What helps the person arrive, as the group said it.
///
/// # Errors
/// When a column is not there, or holds something else.
pub fn arrival(row: &Row) -> Result<Arrival> {
    let line = |column: &str| row.opt_text(column).map(Option::unwrap_or_default);
    let (meets, way_in, bring, said) = (line("meets")?, line("way_in")?, line("bring")?, line("said")?);
    Arrival::check(&meets, &way_in, &bring, &said).map_err(|_| StoreError::corrupt("arrival"))
}

/// Moves a connection on, if its state allows it. Says whether anything is different now: a button pressed twice
/// changes nothing the second time.
///
/// # Errors
/// [`StoreError::ConnectionNotNow`] when it cannot happen any more; [`StoreError::NotFound`] where there is none.
pub async fn happen(
    store: &Store,
    tx: &mut Tx,
    (tenant, id): (&TenantId, ConnectionId),
    (change, told_by): (ConnectionChange, &'static str),
    now: Timestamp,
) -> Result<bool> {
    tx.run(HOLD, values![tenant, id]).await?;
    let row = tx.row(STATE, values![tenant, id]).await?.ok_or(StoreError::NotFound)?;
    let (state, reason) = (row.coded("state", ConnectionState::from_code)?, row.opt_text("reason")?);
    let next = state.after(change.event())?;
    let said_before = match change {
        ConnectionChange::Yes => true,
        ConnectionChange::No(now) => reason.as_deref() == Some(now.code()),
        _ => false,
    };
    if said_before && state == next {
        return Ok(false);
    }
    let moved = match change {
        ConnectionChange::Yes | ConnectionChange::No(_) => {
            let reason = match change {
                ConnectionChange::No(reason) => Some(reason.code()),
                _ => None,
            };
            tx.run(ANSWER, values![tenant, id, state.code(), next.code(), now, told_by, reason]).await?
        }
        ConnectionChange::Visit { on, came } => {
            tx.run(VISIT, values![tenant, id, on, came, told_by, now]).await?;
            let counted = tx.row(COUNT_VISITS, values![tenant, id, state.code()]).await?;
            // A visit that was told wrongly can be told again: who never came has not started.
            let been_there = counted.ok_or(StoreError::ChangedMeanwhile)?.int("came")? > 0;
            let next = if been_there { ConnectionState::Started } else { ConnectionState::Accepted };
            if been_there && state != ConnectionState::Started {
                let case: CaseId = row.parsed("case_id")?;
                feedback::reached(store, tx, (tenant, case), (Milestone::Started, now)).await?;
            }
            tx.run(MOVE, values![tenant, id, state.code(), next.code(), None::<Timestamp>, None::<&str>]).await?
        }
        ConnectionChange::GiveUpWaiting | ConnectionChange::End(_) | ConnectionChange::Withdraw => {
            let ended = (change != ConnectionChange::GiveUpWaiting).then_some(now);
            let reason = match change {
                ConnectionChange::End(reason) => Some(reason.code()),
                _ => None,
            };
            tx.run(MOVE, values![tenant, id, state.code(), next.code(), ended, reason]).await?
        }
    };
    if moved == 0 {
        return Err(StoreError::ChangedMeanwhile);
    }
    if matches!(next, ConnectionState::Withdrawn | ConnectionState::Ended) {
        end_links(tx, tenant, &id.to_string(), now).await?;
    }
    Ok(true)
}

/// Ends what groups may still read and say: the case is closed. What they have not answered is taken back; what
/// they have said stands, and the person goes on with those who said yes without a page of ours.
pub(crate) async fn case_closed(
    store: &Store,
    tx: &mut Tx,
    (tenant, case): (&TenantId, CaseId),
    now: Timestamp,
) -> Result<()> {
    for row in tx.rows(PENDING, values![tenant, case]).await? {
        let id: ConnectionId = row.parsed("id")?;
        happen(store, tx, (tenant, id), (ConnectionChange::Withdraw, THE_SCHEME), now).await?;
    }
    for row in tx.rows(ANSWERED, values![tenant, case]).await? {
        end_links(tx, tenant, &row.text("id")?, now).await?;
    }
    Ok(())
}

/// Ends the page of a group about one person. Its register goes on: whoever is not looked after is not on it.
async fn end_links(tx: &mut Tx, tenant: &TenantId, id: &str, now: Timestamp) -> Result<()> {
    links::revoke(tx, tenant, LinkScope::AnswerConnection, id, now).await
}

/// Takes back everything of a case that a group may still read or say.
///
/// # Errors
/// When the database fails.
pub async fn take_back_all(
    store: &Store,
    tx: &mut Tx,
    (tenant, case): (&TenantId, CaseId),
    now: Timestamp,
) -> Result<()> {
    for row in tx.rows(OPEN, values![tenant, case]).await? {
        let id: ConnectionId = row.parsed("id")?;
        happen(store, tx, (tenant, id), (ConnectionChange::Withdraw, THE_SCHEME), now).await?;
    }
    Ok(())
}

impl Store {
    /// Offers a person of a case to a service; the group is asked by e-mail where the offer has an address. The same
    /// key offers once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope, or for a service that is not there or not running;
    /// [`StoreError::ChangedMeanwhile`] on a closed case, or when the same form was posted with other content.
    pub async fn offer_connection(
        &self,
        ctx: &Ctx<WorkCase>,
        case: CaseId,
        (service, offer, key): (ServiceId, &Offer, RequestKey),
    ) -> Result<ConnectionId> {
        let (tenant, user) = (ctx.grant.tenant(), ctx.grant.user());
        let mut tx = self.db().write().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        cases::touch(&mut tx, tenant, case, None).await?;
        // Asked once the case is held: a second press that waited finds what the first has written.
        if let Some(row) = tx.row(BY_KEY, values![tenant, user, key]).await? {
            let same = row.text("case_id")? == case.to_string()
                && row.text("service")? == service.to_string()
                && row.text("ask")? == offer.ask.as_str()
                && row.text("told")? == offer.told.code()
                && row.opt_text("group_email")?.as_deref() == offer.email.as_ref().map(Email::as_str);
            self.stored_before(tx).await?;
            return if same { row.parsed("id") } else { Err(StoreError::ChangedMeanwhile) };
        }
        let row = tx.row(SERVICE, values![service]).await?.ok_or(StoreError::NotFound)?;
        let name = row.text("name")?;
        let entry: Service = serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?;
        if !entry.is_open() {
            return Err(StoreError::NotFound);
        }
        let id: ConnectionId = self.entropy().id(ctx.now);
        let values = values![
            tenant,
            id,
            case,
            service,
            name,
            key,
            ConnectionState::Offered.code(),
            offer.ask.as_str(),
            offer.first_visit.as_ref().map(Line::as_str),
            offer.told.code(),
            offer.email.as_ref().map(Email::as_str),
            user,
            ctx.now,
        ];
        if tx.run(ADD, values).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        if offer.email.is_some() {
            let subject = id.to_string();
            let question = (MessageTemplate::ConnectionOffered, id, subject.as_str());
            let about = (ctx.grant.organisation(), case);
            outbox::to_group(self, &mut tx, tenant, question, about, ctx.now).await?;
        }
        self.commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Connection).of(id)).await?;
        Ok(id)
    }

    /// A connection with the days on which the person was there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn connection(
        &self,
        ctx: &Ctx<ReadCase>,
        (case, id): (CaseId, ConnectionId),
    ) -> Result<(ConnectionRow, Vec<(Date, bool)>)> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().read().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(ONE, values![tenant, id, case]).await?.ok_or(StoreError::NotFound)?;
        let found = connection(&row)?;
        let visits = visits(&mut tx, tenant, id).await?;
        drop(tx);
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Connection).of(id)).await?;
        Ok((found, visits))
    }

    /// Records what happened to a connection, as the scheme heard it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ConnectionNotNow`] when it cannot happen
    /// any more.
    pub async fn change_connection(
        &self,
        ctx: &Ctx<WorkCase>,
        (case, id): (CaseId, ConnectionId),
        change: ConnectionChange,
    ) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().write().await?;
        cases::in_scope(&mut tx, ctx, case).await?;
        tx.row(ONE, values![tenant, id, case]).await?.ok_or(StoreError::NotFound)?;
        happen(self, &mut tx, (tenant, id), (change, THE_SCHEME), ctx.now).await?;
        let entry = ctx.entry(Act::Change, Resource::Connection).of(id).because(change.code());
        self.commit(tx, ctx.now, entry).await
    }
}

/// The days that were told, newest first, and whether the person came.
///
/// # Errors
/// When the database fails.
pub async fn visits(tx: &mut Tx, tenant: &TenantId, id: ConnectionId) -> Result<Vec<(Date, bool)>> {
    let rows = tx.rows(VISITS, values![tenant, id]).await?;
    rows.iter().map(|row| Ok((row.parsed("on_day")?, row.flag("came")?))).collect()
}

/// What a letter to the referrer says of the connections: each service with where it stands and how often the person
/// came.
pub(crate) fn lines<'a>(connections: impl Iterator<Item = (&'a str, ConnectionState, u32)>) -> Vec<String> {
    let told = |state| matches!(state, ConnectionState::Accepted | ConnectionState::Started | ConnectionState::Ended);
    connections
        .filter(|(_, state, _)| told(*state))
        .map(|(service, state, came)| match came {
            0 => format!("{service}: {}", state.label().to_lowercase()),
            1 => format!("{service}: came once"),
            times => format!("{service}: came {times} times"),
        })
        .collect()
}
