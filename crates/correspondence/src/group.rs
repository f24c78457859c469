//! The page of a group, behind its one-time link: what it may read is decided by the state of the connection, and by
//! whether a code was given on the device that asks.

use fingerpost_domain::access::AccessNeed;
use fingerpost_domain::connection::{Arrival, ConnectionState, GroupIsTold, GroupReason};
use fingerpost_domain::id::{ConnectionId, TenantId, UserId};
use fingerpost_domain::person::mask_email;
use fingerpost_domain::safe_contact::{Reach, SafeContact};
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{
    ConnectionChange, LinkScope, LiveLink, MessageTemplate, THE_GROUP, access_of, arrival_of, connection_happens,
    connection_visits, link_still_live, mint_link, write_to_user,
};
use jiff::SignedDuration;

use crate::{Correspondence, code};

statements! {
    FOR_GROUP = "SELECT n.service_name, n.state, n.ask, n.first_visit, n.told, n.reason, n.offered_at, n.group_email, n.meets, n.way_in, n.bring, n.said, c.person, \
                 p.given, p.family, p.preferred, p.phone, p.reach, p.guidance, u.name AS worker_name, w.phone AS worker_phone \
                 FROM connection n JOIN case_file c ON c.tenant = n.tenant AND c.id = n.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
                 JOIN app_user u ON u.tenant = c.tenant AND u.id = c.worker \
                 LEFT JOIN link_worker w ON w.tenant = c.tenant AND w.user_id = c.worker AND w.scheme = c.scheme \
                 WHERE n.tenant = $1 AND n.id = $2";
    WORKER = "SELECT c.worker FROM connection n JOIN case_file c ON c.tenant = n.tenant AND c.id = n.case_id WHERE n.tenant = $1 AND n.id = $2";
    MAY_BE_ASKED = "SELECT id FROM connection WHERE tenant = $1 AND id = $2 AND state = 'offered' AND group_email IS NOT NULL";
    /// Only while the group has said yes: who said no helps nobody to arrive.
    ARRIVE = "UPDATE connection SET meets = $3, way_in = $4, bring = $5, said = $6 WHERE tenant = $1 AND id = $2 AND state IN ('accepted', 'started')";
}

/// A group answers, tells who came and changes its mind through one link for so long.
pub(crate) const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24 * 60);

/// Whether the name stands open to whoever looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// It is not the time to know a name.
    NotYet,
    /// A code opens it.
    Shut,
    /// A code was given on this device.
    Open(PersonForGroup),
}

/// What a group may know of the person: after its yes, as far as they agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonForGroup {
    /// How they are called; the whole name where they agreed to that.
    pub name: String,
    /// Their telephone, where they agreed.
    pub phone: Option<String>,
    /// How information has to reach them, where they agreed that groups are told.
    pub needs: Vec<AccessNeed>,
}

/// What a group sees through its link.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// The group.
    pub service_name: String,
    /// Where it stands.
    pub state: ConnectionState,
    /// What is asked.
    pub ask: String,
    /// When the person would come first.
    pub first_visit: Option<String>,
    /// Why the group said no.
    pub reason: Option<GroupReason>,
    /// Who the person is.
    pub door: Door,
    /// Where codes go, most of it hidden.
    pub masked: String,
    /// What the group has said to help them arrive; with the name only.
    pub arrival: Arrival,
    /// The link worker.
    pub worker_name: String,
    /// Their telephone.
    pub worker_phone: Option<String>,
    /// Days already told, newest first, and whether the person came.
    pub visits: Vec<(Date, bool)>,
    /// When it was asked.
    pub offered_at: Timestamp,
    /// Until when the link works.
    pub until: Timestamp,
}

pub(crate) fn subject_of(link: &LiveLink) -> Result<ConnectionId> {
    if !matches!(link.scope, LinkScope::AnswerConnection | LinkScope::KeepRegister) {
        return Err(StoreError::NotFound);
    }
    link.subject.parse().map_err(|_| StoreError::corrupt("subject"))
}

pub(crate) fn by_link(link: &LiveLink, act: Act, id: ConnectionId) -> Entry {
    Entry { ground: "link", ..Entry::system(link.tenant.clone(), act, Resource::Connection).of(id) }
}

/// As much of somebody as they agreed that the group is told. The columns are those of a person, and `told`.
pub(crate) fn person_for_group(row: &Row) -> Result<PersonForGroup> {
    let called = row.opt_text("preferred")?.map_or_else(|| row.text("given"), Ok)?;
    let whole = || Ok::<_, StoreError>(format!("{called} {}", row.text("family")?));
    Ok(match row.coded("told", GroupIsTold::from_code)? {
        GroupIsTold::NameOnly => PersonForGroup { name: called.clone(), phone: None, needs: vec![] },
        GroupIsTold::Name => PersonForGroup { name: whole()?, phone: None, needs: vec![] },
        GroupIsTold::NameAndPhone => {
            // Asked again now: what was safe when the person agreed may not be any more.
            let guidance = row.opt_text("guidance")?.unwrap_or_default();
            let safe = SafeContact {
                reach: row.coded("reach", Reach::from_code)?,
                guidance: Line::parse(&guidance).map_err(|_| StoreError::corrupt("guidance"))?,
            };
            let phone = row.opt_text("phone")?.filter(|_| safe.may_be_rung());
            PersonForGroup { name: whole()?, phone, needs: vec![] }
        }
    })
}

async fn door(tx: &mut Tx, link: &LiveLink, row: &Row, opened: bool) -> Result<Door> {
    let state = row.coded("state", ConnectionState::from_code)?;
    if !state.names_the_person() {
        return Ok(Door::NotYet);
    }
    if !opened {
        return Ok(Door::Shut);
    }
    let access = access_of(tx, &link.tenant, row.parsed("person")?).await?;
    let needs = access
        .map(|(access, ..)| access)
        .filter(|access| access.may_share)
        .map(|access| access.needs)
        .unwrap_or_default();
    Ok(Door::Open(PersonForGroup { needs, ..person_for_group(row)? }))
}

impl Correspondence {
    /// Makes the link through which a group answers; `None` when its answer is not waited for any more. An earlier
    /// link of the same offer ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_group_link(&self, tenant: &TenantId, id: &str, now: Timestamp) -> Result<Option<String>> {
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        if tx.row(MAY_BE_ASKED, values![tenant, id]).await?.is_none() {
            return Ok(None);
        }
        let until = now.saturating_add(LINK_LASTS).unwrap_or(Timestamp::MAX);
        let token = mint_link(&self.0, &mut tx, tenant, LinkScope::AnswerConnection, id, (now, until)).await?;
        ledger.commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::Link).of(id)).await?;
        Ok(Some(token))
    }

    /// What a group sees through its link; `opened` where a code was given on the device that asks. Changes nothing but
    /// the audit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope.
    pub async fn group_view(&self, link: &LiveLink, opened: bool, now: Timestamp) -> Result<GroupView> {
        if link.scope != LinkScope::AnswerConnection {
            return Err(StoreError::NotFound);
        }
        let id = subject_of(link)?;
        let mut tx = self.0.ledger().db().read().await?;
        let row = tx.row(FOR_GROUP, values![&link.tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let door = door(&mut tx, link, &row, opened).await?;
        let state = row.coded("state", ConnectionState::from_code)?;
        // Before its yes a group has told of no visit.
        let visits =
            if state.names_the_person() { connection_visits(&mut tx, &link.tenant, id).await? } else { vec![] };
        let view = GroupView {
            service_name: row.text("service_name")?,
            state,
            ask: row.text("ask")?,
            first_visit: row.opt_text("first_visit")?,
            reason: row.opt_text("reason")?.as_deref().and_then(GroupReason::from_code),
            // What a group writes may tell of the person: it stands where the name does.
            arrival: if matches!(door, Door::Open(_)) { arrival_of(&row)? } else { Arrival::default() },
            worker_name: row.text("worker_name")?,
            worker_phone: row.opt_text("worker_phone")?,
            visits,
            offered_at: row.at("offered_at")?,
            until: link.expires_at,
            masked: row.opt_text("group_email")?.as_deref().map(mask_email).unwrap_or_default(),
            door,
        };
        drop(tx);
        // A look at a page without a name and a look at a name are not the same.
        let what = if matches!(view.door, Door::Open(_)) { "name" } else { "question" };
        self.0.ledger().looked(now, by_link(link, Act::Read, id).because(what)).await?;
        Ok(view)
    }

    /// Records what a group says through its link. The link worker is told of an answer; a yes sends the code that
    /// opens the name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope; [`StoreError::ConnectionNotNow`] when it cannot happen
    /// any more.
    pub async fn group_says(&self, link: &LiveLink, change: ConnectionChange, now: Timestamp) -> Result<()> {
        let (ledger, id) = (self.0.ledger(), subject_of(link)?);
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        if !connection_happens(&self.0, &mut tx, (&link.tenant, id), (change, THE_GROUP), now).await? {
            return ledger.stored_before(tx).await;
        }
        if matches!(change, ConnectionChange::Yes | ConnectionChange::No(_)) {
            self.tell_worker(&mut tx, &link.tenant, id, now).await?;
        }
        if change == ConnectionChange::Yes {
            code::queue(&self.0, &mut tx, link, now).await?;
        }
        ledger.commit(tx, now, by_link(link, Act::Change, id).because(change.code())).await
    }

    /// Records what helps the person arrive, and a word for the link worker, who is told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended; [`StoreError::ChangedMeanwhile`] where the group has not said
    /// yes.
    pub async fn group_helps(&self, link: &LiveLink, arrival: &Arrival, now: Timestamp) -> Result<()> {
        let (ledger, id) = (self.0.ledger(), subject_of(link)?);
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        let text = |line: &Option<Line<200>>| line.as_ref().map(ToString::to_string);
        let helped = values![
            &link.tenant,
            id,
            text(&arrival.meets),
            text(&arrival.way_in),
            text(&arrival.bring),
            arrival.said.as_ref().map(ToString::to_string),
        ];
        if tx.run(ARRIVE, helped).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        self.tell_worker(&mut tx, &link.tenant, id, now).await?;
        ledger.commit(tx, now, by_link(link, Act::Change, id).because("arrival")).await
    }

    async fn tell_worker(&self, tx: &mut Tx, tenant: &TenantId, id: ConnectionId, now: Timestamp) -> Result<()> {
        let row = tx.row(WORKER, values![tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let worker: UserId = row.parsed("worker")?;
        // Each changed mind is a message of its own.
        let subject = format!("{id}/{}", now.as_microsecond());
        write_to_user(&self.0, tx, tenant, MessageTemplate::GroupAnswered, (worker, &subject), now).await
    }
}
