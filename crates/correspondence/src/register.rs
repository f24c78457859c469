//! The register of a group: everybody whom we sent to it and who comes, on one page, for one day; and its own numbers,
//! for its funders. It reaches as far as the address at which the group was asked, and no farther.

use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{ConnectionId, TenantId};
use fingerpost_domain::person::mask_email;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{
    ConnectionChange, LinkScope, LiveLink, MessageTemplate, THE_GROUP, connection_happens, link_still_live, mint_link,
    write_to_group,
};

use crate::Correspondence;
use crate::group::{LINK_LASTS, by_link, person_for_group, subject_of};

statements! {
    ANCHOR = "SELECT n.service, n.service_name, n.group_email, n.case_id, c.scheme FROM connection n JOIN case_file c ON c.tenant = n.tenant AND c.id = n.case_id \
              WHERE n.tenant = $1 AND n.id = $2 AND n.group_email IS NOT NULL";
    /// Who comes on a day: the group said yes, we still look after them, and had asked by the end of that day (`$5`).
    COMING = "SELECT n.id, n.told, n.came, p.given, p.family, p.preferred, p.phone, p.reach, p.guidance, v.came AS that_day \
              FROM connection n JOIN case_file c ON c.tenant = n.tenant AND c.id = n.case_id JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
              LEFT JOIN connection_visit v ON v.tenant = n.tenant AND v.connection = n.id AND v.on_day = $4 \
              WHERE n.tenant = $1 AND n.group_email = $2 AND n.service = $3 AND n.state IN ('accepted', 'started') AND c.closed_at IS NULL AND n.offered_at < $5 \
              ORDER BY p.name_folded, n.id LIMIT 200";
    MONTHS = "SELECT SUBSTR(v.on_day, 1, 7) AS month, CAST(COUNT(*) AS BIGINT) AS visits, CAST(COUNT(DISTINCT v.connection) AS BIGINT) AS people \
              FROM connection n CROSS JOIN connection_visit v \
              WHERE n.tenant = $1 AND n.group_email = $2 AND n.service = $3 AND v.tenant = n.tenant AND v.connection = n.id AND v.came = 1 AND v.on_day >= $4 GROUP BY SUBSTR(v.on_day, 1, 7) ORDER BY month";
    ASKED = "SELECT CAST(COUNT(*) AS BIGINT) AS asked, CAST(COALESCE(SUM(CASE WHEN started_on IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS came \
             FROM connection WHERE tenant = $1 AND group_email = $2 AND service = $3";
}

/// Days of the group's own numbers.
const NUMBERS_BACK: i64 = 365;

/// Somebody who comes.
#[derive(Debug, Clone)]
pub struct RegisterRow {
    /// The connection.
    pub id: ConnectionId,
    /// Their name, as far as they agreed.
    pub name: String,
    /// Days on which they came.
    pub came: u32,
    /// What was already told of the day.
    pub that_day: Option<bool>,
}

/// The register as a group sees it.
#[derive(Debug, Clone)]
pub struct RegisterView {
    /// The group.
    pub service_name: String,
    /// Where the code goes, most of it hidden.
    pub masked: String,
    /// Who comes; none while no code was given on the device.
    pub rows: Option<Vec<RegisterRow>>,
    /// How many were offered to the group ever, and how many of them came.
    pub asked: (i64, i64),
    /// Month, visits, different people: twelve months at most, oldest first.
    pub months: Vec<(String, i64, i64)>,
    /// Until when the link works.
    pub until: Timestamp,
}

/// Which group a link speaks for.
struct Group {
    service: String,
    name: String,
    email: String,
}

async fn group_of(tx: &mut Tx, link: &LiveLink) -> Result<Group> {
    let row = tx.row(ANCHOR, values![&link.tenant, subject_of(link)?]).await?.ok_or(StoreError::NotFound)?;
    Ok(Group { service: row.text("service")?, name: row.text("service_name")?, email: row.text("group_email")? })
}

/// The first instant after a day.
fn end_of(on: Date) -> Timestamp {
    instant_at(plus_days(on, 1), 0)
}

impl Correspondence {
    /// Queues the register's link to the address at which the group was asked; once in a day. Says whether it was queued
    /// now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended.
    pub async fn send_register(&self, link: &LiveLink, now: Timestamp) -> Result<bool> {
        let (ledger, id) = (self.0.ledger(), subject_of(link)?);
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        let row = tx.row(ANCHOR, values![&link.tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let subject = format!("{id}/{}", day_of(now));
        let about = (row.parsed("scheme")?, row.parsed("case_id")?);
        let register = (MessageTemplate::Register, id, subject.as_str());
        let queued = write_to_group(&self.0, &mut tx, &link.tenant, register, about, now).await?;
        ledger.commit(tx, now, by_link(link, Act::Change, id).because("send_register")).await?;
        Ok(queued)
    }

    /// Makes the link to a register, as its message leaves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_register_link(&self, tenant: &TenantId, subject: &str, now: Timestamp) -> Result<String> {
        let ledger = self.0.ledger();
        let id = subject.split('/').next().unwrap_or_default();
        let until = now.saturating_add(LINK_LASTS).unwrap_or(Timestamp::MAX);
        let mut tx = ledger.db().write().await?;
        let token = mint_link(&self.0, &mut tx, tenant, LinkScope::KeepRegister, id, (now, until)).await?;
        ledger.commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::Link).of(id)).await?;
        Ok(token)
    }

    /// The register for a day; names only where a code was given on the device that asks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope.
    pub async fn register(&self, link: &LiveLink, (on, opened): (Date, bool), now: Timestamp) -> Result<RegisterView> {
        if link.scope != LinkScope::KeepRegister {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.0.ledger().db().read().await?;
        let group = group_of(&mut tx, link).await?;
        let which = |more: Date| values![&link.tenant, &group.email, &group.service, more];
        let mut rows = None;
        if opened {
            let mut wanted = which(on);
            wanted.extend(values![end_of(on)]);
            let found = tx.rows(COMING, wanted).await?;
            let read = found.iter().map(|row| {
                Ok(RegisterRow {
                    id: row.parsed("id")?,
                    name: person_for_group(row)?.name,
                    came: row.small("came")?,
                    that_day: row.opt_int("that_day")?.map(|came| came == 1),
                })
            });
            rows = Some(read.collect::<Result<Vec<_>>>()?);
        }
        let months = tx.rows(MONTHS, which(plus_days(day_of(now), -NUMBERS_BACK))).await?;
        let months = months.iter().map(|row| Ok((row.text("month")?, row.int("visits")?, row.int("people")?)));
        let months = months.collect::<Result<Vec<_>>>()?;
        let asked = tx.row(ASKED, values![&link.tenant, &group.email, &group.service]).await?;
        let asked = asked.ok_or(StoreError::NotFound)?;
        let view = RegisterView {
            service_name: group.name,
            masked: mask_email(&group.email),
            rows,
            asked: (asked.int("asked")?, asked.int("came")?),
            months,
            until: link.expires_at,
        };
        drop(tx);
        let ledger = self.0.ledger();
        let whole = by_link(link, Act::Read, subject_of(link)?).because("register");
        let Some(rows) = &view.rows else {
            ledger.looked(now, whole).await?;
            return Ok(view);
        };
        // Each name that was shown is a look at that person.
        let mut tx = ledger.db().write().await?;
        for row in rows {
            ledger.note(&mut tx, now, by_link(link, Act::Read, row.id).because("name")).await?;
        }
        ledger.commit(tx, now, whole).await?;
        Ok(view)
    }

    /// Records who came on a day, for all who were ticked, at once. Whoever is not on the register, or not any more, is
    /// left out. Gives how many were recorded.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended.
    pub async fn keep_register(
        &self,
        link: &LiveLink,
        (on, said): (Date, &[(ConnectionId, bool)]),
        now: Timestamp,
    ) -> Result<usize> {
        if link.scope != LinkScope::KeepRegister {
            return Err(StoreError::NotFound);
        }
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        let group = group_of(&mut tx, link).await?;
        let rows = tx.rows(COMING, values![&link.tenant, &group.email, &group.service, on, end_of(on)]).await?;
        let mut recorded = 0;
        for row in &rows {
            let id: ConnectionId = row.parsed("id")?;
            let Some((_, came)) = said.iter().find(|(said, _)| *said == id) else { continue };
            let visit = ConnectionChange::Visit { on, came: *came };
            connection_happens(&self.0, &mut tx, (&link.tenant, id), (visit, THE_GROUP), now).await?;
            ledger.note(&mut tx, now, by_link(link, Act::Change, id).because(visit.code())).await?;
            recorded += 1;
        }
        ledger.commit(tx, now, by_link(link, Act::Change, subject_of(link)?).because("register")).await?;
        Ok(recorded)
    }
}
