//! What an entry shows: worked out from what its sources say and what was changed here, in this one place.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::joined::{ChangedHere, Part, Provenance, compose};
use fingerpost_directory::withheld::holds_back;
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::ServiceId;
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use serde_json::{Map, Value};

use crate::take::Sequence;

statements! {
    NOW = "SELECT id, source, body, COALESCE(source_body, body) AS said, source_body, seq, withheld, released, left_on, told_by FROM service WHERE id = $1";
    MEMBERS = "SELECT s.id, s.source, COALESCE(s.source_body, s.body) AS said, s.left_on FROM service_joined j JOIN service s ON s.id = j.member WHERE j.lead = $1 ORDER BY s.id";
    /// What was changed here of an entry and of those for which it stands.
    FIELDS = "SELECT f.service, f.field, f.value, f.told_by, f.told_at FROM service_field f \
              WHERE f.service = $1 OR f.service IN (SELECT j.member FROM service_joined j WHERE j.lead = $1) ORDER BY f.told_at, f.service, f.field";
    LEAD = "SELECT lead FROM service_joined WHERE member = $1";
    SHOW = "UPDATE service SET name = $2, body = $3, seq = $4, changed_at = $5, source_body = $6, withheld = $7, told_by = $8 WHERE id = $1";
    /// What is shown stays; what its source says, or whether it is held back, does not.
    SAYS = "UPDATE service SET source_body = $2, withheld = $3, seq = $4 WHERE id = $1";
    /// Every node's index reads it again.
    MOVE = "UPDATE service SET seq = $2 WHERE id = $1";
    TO_COMPARE = "UPDATE service SET to_compare = 1 WHERE id = $1";
    KEEP_VERSION = "INSERT INTO service_version (service, seq, body, until, ended_by) VALUES ($1, $2, $3, $4, $5)";
}

fn map(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|_| StoreError::corrupt("body"))
}

fn service(map: Map<String, Value>) -> Result<Service> {
    serde_json::from_value(map.into()).map_err(|_| StoreError::corrupt("body"))
}

fn changed_here(row: &Row) -> Result<(ServiceId, ChangedHere)> {
    let value = row.opt_text("value")?.map(|value| serde_json::from_str(&value)).transpose();
    let at = row.at("told_at")?;
    let change = ChangedHere {
        field: row.text("field")?,
        value: value.map_err(|_| StoreError::corrupt("value"))?,
        by: row.text("told_by")?,
        on: day_of(at),
        order: at.as_microsecond(),
    };
    Ok((row.parsed("service")?, change))
}

/// The parts of which an entry is put together: its own first.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such entry.
pub async fn parts(tx: &mut Tx, id: ServiceId) -> Result<Vec<(ServiceId, Part)>> {
    let own = tx.row(NOW, values![id]).await?.ok_or(StoreError::NotFound)?;
    read_parts(tx, id, &own, None).await
}

async fn read_parts(tx: &mut Tx, id: ServiceId, own: &Row, said: Option<&str>) -> Result<Vec<(ServiceId, Part)>> {
    let members = tx.rows(MEMBERS, values![id]).await?;
    let mut all = vec![];
    for row in std::iter::once(own).chain(&members) {
        let of: ServiceId = row.parsed("id")?;
        let said = match said.filter(|_| of == id) {
            Some(said) => map(said)?,
            None => map(&row.text("said")?)?,
        };
        let listed = row.opt_text("left_on")?.is_none();
        all.push((of, Part { source: row.text("source")?, said, changed: vec![], listed }));
    }
    for row in tx.rows(FIELDS, values![id]).await? {
        let (of, change) = changed_here(&row)?;
        if let Some((_, part)) = all.iter_mut().find(|(id, _)| *id == of) {
            part.changed.push(change);
        }
    }
    Ok(all)
}

/// The entry that stands for one: itself, where none does.
///
/// # Errors
/// When the database fails.
pub async fn standing_for(tx: &mut Tx, id: ServiceId) -> Result<ServiceId> {
    tx.row(LEAD, values![id]).await?.map_or(Ok(id), |row| row.parsed("lead"))
}

/// Works out anew what an entry shows, and keeps what it showed before as a version that ended by `by`; `said` is what its
/// source says from now on. `false` where nothing differs.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such entry.
pub async fn settle(
    tx: &mut Tx,
    (id, said): (ServiceId, Option<&str>),
    seq: &mut Sequence,
    (now, by): (Timestamp, &str),
) -> Result<bool> {
    let row = tx.row(NOW, values![id]).await?.ok_or(StoreError::NotFound)?;
    let parts = read_parts(tx, id, &row, said).await?;
    let Some(((_, own), others)) = parts.split_first() else { return Err(StoreError::NotFound) };
    let others: Vec<Part> = others.iter().map(|(_, part)| part.clone()).collect();
    let (shows, told) = compose(own, &others);
    let shows = service(shows)?;
    let (body, before) = (serde_json::to_string(&shows).map_err(|_| StoreError::corrupt("body"))?, row.text("body")?);
    let own_words = said.map_or_else(|| row.text("said"), |said| Ok(said.to_owned()))?;
    let kept = (body != own_words).then_some(own_words);
    let alone = Provenance { sources: vec![own.source.clone()], ..Provenance::default() };
    let told = (told != alone).then(|| serde_json::to_string(&told)).transpose();
    let told = told.map_err(|_| StoreError::corrupt("told_by"))?;
    // By what each source says of it, also where that is not shown.
    let mut after = vec![];
    for (_, part) in &parts {
        after.push(service(part.said.clone())?);
    }
    let after: Vec<&Service> = after.iter().chain([&shows]).collect();
    let known = (row.flag("withheld")?, row.flag("released")?);
    let withheld = holds_back(known, &service(map(&before)?)?, &after);
    if body == before && told == row.opt_text("told_by")? {
        if kept != row.opt_text("source_body")? || withheld != known.0 {
            tx.run(SAYS, values![id, kept, withheld, seq.next()]).await?;
        }
        return Ok(false);
    }
    if body != before {
        keep_version(tx, (id, row.int("seq")?, &before), (now, by)).await?;
    }
    tx.later(SHOW, values![id, &shows.name, body, seq.next(), now, kept, withheld, told]).await?;
    Ok(true)
}

/// What its source says from now on.
pub(crate) async fn says(tx: &mut Tx, id: ServiceId, said: String, seq: &mut Sequence, now: Timestamp) -> Result<()> {
    settle(tx, (id, Some(&said)), seq, (now, "source")).await?;
    tx.later(TO_COMPARE, values![id]).await?;
    follow(tx, id, seq, (now, "source")).await
}

/// The entry that stands for one follows what was changed of it.
///
/// # Errors
/// When the database fails.
pub async fn follow(tx: &mut Tx, id: ServiceId, seq: &mut Sequence, (now, by): (Timestamp, &str)) -> Result<()> {
    let lead = standing_for(tx, id).await?;
    if lead != id {
        settle(tx, (lead, None), seq, (now, by)).await?;
    }
    Ok(())
}

/// An entry left its source's list or came back: what is shown of its service, and whether it is found, follows.
///
/// # Errors
/// When the database fails.
pub async fn left_or_back(tx: &mut Tx, id: ServiceId, seq: &mut Sequence, now: Timestamp) -> Result<()> {
    let lead = standing_for(tx, id).await?;
    settle(tx, (lead, None), seq, (now, "source")).await?;
    read_again(tx, lead, seq).await
}

/// Has every node's index read an entry again.
///
/// # Errors
/// When the database fails.
pub async fn read_again(tx: &mut Tx, id: ServiceId, seq: &mut Sequence) -> Result<()> {
    tx.later(MOVE, values![id, seq.next()]).await
}

/// Keeps what an entry said before it changes.
async fn keep_version(
    tx: &mut Tx,
    (service, seq, body): (ServiceId, i64, &str),
    (now, by): (Timestamp, &str),
) -> Result<()> {
    tx.later(KEEP_VERSION, values![service, seq, body, now, by]).await
}
