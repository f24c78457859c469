//! The directory: services as their sources describe them, and where postcodes are. Belongs to the installation;
//! it is public knowledge, so looking at it is not audited. Changing it is.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::overlay;
use fingerpost_directory::place::Point;
use fingerpost_directory::standing::Standing;
use fingerpost_directory::withheld::{holds_back, looks_confidential};
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{OrganisationId, ServiceId};
use fingerpost_domain::person::Postcode;

use crate::Store;
use crate::imports::{ImportCounts, Upserted};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::Resource;

statements! {
    /// Takes the sequence for the rest of the transaction, so that numbers become visible in their order.
    TAKE_SEQUENCE = "UPDATE directory_sequence SET value = value WHERE only_row = 1";
    SEQUENCE = "SELECT value FROM directory_sequence WHERE only_row = 1";
    MOVE_SEQUENCE = "UPDATE directory_sequence SET value = $1 WHERE only_row = 1";
    KNOWN = "SELECT id, body, source_body, seq, withheld, released FROM service WHERE source = $1 AND hsds_id = $2";
    CHANGED_HERE = "SELECT field, value FROM service_field WHERE service = $1 ORDER BY field";
    INSERT = "INSERT INTO service (id, source, hsds_id, name, body, seq, changed_at, withheld) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE service SET name = $2, body = $3, seq = $4, changed_at = $5, source_body = $6, withheld = $7 WHERE id = $1";
    KEEP_VERSION = "INSERT INTO service_version (service, seq, body, until, ended_by) VALUES ($1, $2, $3, $4, $5)";
    AFTER = "SELECT id, source, body, seq, confirmed_on, asked_on, withheld, asked, accepted, reply_days, open_reports, left_on FROM service WHERE seq > $1 ORDER BY seq LIMIT $2";
    /// Fifty at once: where fewer are wanted, the last stands there again.
    SOME = "SELECT id, source, body, seq, confirmed_on, asked_on, withheld, asked, accepted, reply_days, open_reports, left_on FROM service WHERE id IN (\
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50\
            ) ORDER BY id";
    ONE = "SELECT id, source, body, seq, confirmed_on, asked_on, withheld, asked, accepted, reply_days, open_reports, left_on FROM service WHERE id = $1";
    PLACE = "SELECT latitude, longitude FROM postcode WHERE postcode = $1";
    PLACE_OF_ORGANISATION = "SELECT p.latitude, p.longitude FROM organisation o JOIN postcode p ON p.postcode = o.postcode WHERE o.id = $1";
    KNOWN_PLACE = "SELECT latitude, longitude, lsoa FROM postcode WHERE postcode = $1";
    PUT_PLACE = "INSERT INTO postcode (postcode, latitude, longitude, lsoa, source) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (postcode) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude, lsoa = excluded.lsoa, source = excluded.source";
}

/// A service as it stands in the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredService {
    /// Its id here.
    pub id: ServiceId,
    /// Where the entry comes from.
    pub source: String,
    /// The number of its last change.
    pub seq: i64,
    /// What is known here beyond what it says.
    pub standing: Standing,
    /// What it says.
    pub service: Service,
}

/// Entries that are read at once by their ids.
pub const SOME_AT_ONCE: usize = 50;

/// Where a postcode is.
#[derive(Debug, Clone, PartialEq)]
pub struct PostcodePlace {
    /// The postcode.
    pub postcode: Postcode,
    /// Where.
    pub point: Point,
    /// Its lower layer super output area.
    pub lsoa: Option<String>,
}

/// Reads an entry and what is known of it.
///
/// # Errors
/// When a column is not what it should be.
pub fn stored(row: &Row) -> Result<StoredService> {
    let count = |column| row.int(column).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Ok(StoredService {
        id: row.parsed("id")?,
        source: row.text("source")?,
        seq: row.int("seq")?,
        standing: Standing {
            asked: count("asked")?,
            accepted: count("accepted")?,
            reply_days: row.opt_int("reply_days")?.and_then(|days| u32::try_from(days).ok()),
            open_reports: count("open_reports")?,
            asked_on: row.opt_parsed("asked_on")?,
            confirmed_on: row.opt_parsed("confirmed_on")?,
            withheld: row.flag("withheld")?,
            left_on: row.opt_parsed("left_on")?,
        },
        service: serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?,
    })
}

fn json(service: &Service) -> Result<String> {
    serde_json::to_string(service).map_err(|_| StoreError::corrupt("body"))
}

/// The properties of an entry that were changed here.
async fn changed_here(tx: &mut Tx, service: ServiceId) -> Result<Vec<overlay::Changed>> {
    let read = |row: &Row| {
        let value = row.opt_text("value")?.map(|value| serde_json::from_str(&value)).transpose();
        Ok((row.text("field")?, value.map_err(|_| StoreError::corrupt("value"))?))
    };
    tx.rows(CHANGED_HERE, values![service]).await?.iter().map(read).collect()
}

/// What a source said, with what was changed here.
fn over(said: &str, changed: &[overlay::Changed]) -> Result<Service> {
    let said = serde_json::from_str(said).map_err(|_| StoreError::corrupt("source_body"))?;
    serde_json::from_value(overlay::apply(&said, changed).into()).map_err(|_| StoreError::corrupt("value"))
}

/// Keeps what an entry said before it changes.
///
/// # Errors
/// When the database fails.
pub async fn keep_version(
    tx: &mut Tx,
    (service, seq, body): (ServiceId, i64, &str),
    (now, by): (Timestamp, &str),
) -> Result<()> {
    tx.run(KEEP_VERSION, values![service, seq, body, now, by]).await.map(drop)
}

/// Postcodes of one transaction.
const POSTCODES_AT_ONCE: usize = 2_000;

async fn take_place(tx: &mut Tx, place: &PostcodePlace, source: &str) -> Result<Upserted> {
    let (latitude, longitude) = place.point.micro();
    let known = tx.row(KNOWN_PLACE, values![place.postcode.as_str()]).await?;
    if let Some(row) = &known
        && (row.int("latitude")?, row.int("longitude")?, row.opt_text("lsoa")?)
            == (latitude, longitude, place.lsoa.clone())
    {
        return Ok(Upserted::Unchanged);
    }
    let values = values![place.postcode.as_str(), latitude, longitude, place.lsoa.clone(), source];
    tx.run(PUT_PLACE, values).await?;
    Ok(if known.is_some() { Upserted::Changed } else { Upserted::Added })
}

/// Takes the directory's sequence for the rest of the transaction, and gives the number of its last change.
///
/// # Errors
/// When the database fails.
pub async fn take_sequence(tx: &mut Tx) -> Result<i64> {
    tx.run(TAKE_SEQUENCE, vec![]).await?;
    tx.row(SEQUENCE, vec![]).await?.map_or(Ok(0), |row| row.int("value"))
}

/// Moves it on, so that every node's index follows.
///
/// # Errors
/// When the database fails.
pub async fn move_sequence(tx: &mut Tx, seq: i64) -> Result<()> {
    tx.run(MOVE_SEQUENCE, values![seq]).await.map(drop)
}

impl Store {
    /// Takes services of one source: all of them or nothing. What the source no longer lists stays as it is: a
    /// file that was cut short must not empty a directory.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn import_services(
        &self,
        services: &[Service],
        (source, read, refused): (&str, u64, u64),
        (now, dry_run): (Timestamp, bool),
        mut progress: impl FnMut(usize, usize),
    ) -> Result<ImportCounts> {
        let mut tx = self.db().write().await?;
        let mut counts = ImportCounts { read, refused, ..ImportCounts::default() };
        let mut seq = take_sequence(&mut tx).await?;
        for (at, service) in services.iter().enumerate() {
            let done = self.take_service(&mut tx, service, (source, seq + 1), now).await?;
            counts.count(done);
            seq += i64::from(done != Upserted::Unchanged);
            progress(at + 1, services.len());
        }
        move_sequence(&mut tx, seq).await?;
        self.record_import(&mut tx, ("directory", source), (counts, Resource::Directory), now).await?;
        if !dry_run {
            tx.commit().await?;
        }
        Ok(counts)
    }

    /// Takes a service of a source as the change `seq`, which the caller counts on unless nothing changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_service(
        &self,
        tx: &mut Tx,
        service: &Service,
        (source, seq): (&str, i64),
        now: Timestamp,
    ) -> Result<Upserted> {
        let said = json(service)?;
        let Some(row) = tx.row(KNOWN, values![source, &service.id]).await? else {
            let id: ServiceId = self.entropy().id(now);
            let withheld = looks_confidential(service);
            tx.run(INSERT, values![id, source, &service.id, &service.name, said, seq, now, withheld]).await?;
            return Ok(Upserted::Added);
        };
        let (shown, said_before) = (row.text("body")?, row.opt_text("source_body")?);
        if said_before.as_ref().unwrap_or(&shown) == &said {
            return Ok(Upserted::Unchanged);
        }
        let id: ServiceId = row.parsed("id")?;
        // What was changed here stands over what the source says now.
        let said_now = service;
        let (service, kept) = match said_before {
            None => (service.clone(), None),
            Some(_) => (over(&said, &changed_here(tx, id).await?)?, Some(said.clone())),
        };
        keep_version(tx, (id, row.int("seq")?, &shown), (now, "source")).await?;
        let before = serde_json::from_str(&shown).map_err(|_| StoreError::corrupt("body"))?;
        let known = (row.flag("withheld")?, row.flag("released")?);
        let withheld = holds_back(known, &before, &[said_now, &service]);
        tx.run(UPDATE, values![id, &service.name, json(&service)?, seq, now, kept, withheld]).await?;
        Ok(Upserted::Changed)
    }

    /// Takes the places of `total` postcodes, a few thousand at a time: whoever works meanwhile does not wait for a
    /// whole country. Each place stands for itself, so a run that breaks off is simply begun again.
    ///
    /// # Errors
    /// When the database fails; what was taken so far stays.
    pub async fn import_postcodes(
        &self,
        mut places: impl Iterator<Item = PostcodePlace>,
        total: usize,
        (source, read, refused): (&str, u64, u64),
        (now, dry_run): (Timestamp, bool),
        mut progress: impl FnMut(usize, usize),
    ) -> Result<ImportCounts> {
        let mut counts = ImportCounts { read, refused, ..ImportCounts::default() };
        let mut done = 0;
        loop {
            let some: Vec<PostcodePlace> = places.by_ref().take(POSTCODES_AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let mut tx = self.db().write().await?;
            for place in &some {
                counts.count(take_place(&mut tx, place, source).await?);
                done += 1;
                progress(done, total);
            }
            if !dry_run {
                tx.commit().await?;
            }
        }
        if !dry_run {
            let mut tx = self.db().write().await?;
            self.record_import(&mut tx, ("postcodes", source), (counts, Resource::Directory), now).await?;
            tx.commit().await?;
        }
        Ok(counts)
    }

    /// The number of the directory's last change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_seq(&self) -> Result<i64> {
        self.db().row(SEQUENCE, vec![]).await?.map_or(Ok(0), |row| row.int("value"))
    }

    /// Services that changed after `seq`, in that order, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn services_after(&self, seq: i64, limit: i64) -> Result<Vec<StoredService>> {
        self.db().rows(AFTER, values![seq, limit]).await?.iter().map(stored).collect()
    }

    /// A service.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none under the id.
    pub async fn service(&self, id: ServiceId) -> Result<StoredService> {
        self.db().row(ONE, values![id]).await?.as_ref().map(stored).transpose()?.ok_or(StoreError::NotFound)
    }

    /// Services by their ids, at most [`SOME_AT_ONCE`] with each question; those that are not there are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn services(&self, ids: &[ServiceId]) -> Result<Vec<StoredService>> {
        let mut all = vec![];
        for some in ids.chunks(SOME_AT_ONCE) {
            let Some(last) = some.last() else { break };
            let padded = some.iter().chain(std::iter::repeat(last)).take(SOME_AT_ONCE);
            let rows = self.db().rows(SOME, padded.map(|id| (*id).into()).collect()).await?;
            for row in &rows {
                all.push(stored(row)?);
            }
        }
        Ok(all)
    }

    /// Where a postcode is, when that was imported.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn place_of(&self, postcode: &Postcode) -> Result<Option<Point>> {
        let Some(row) = self.db().row(PLACE, values![postcode.as_str()]).await? else { return Ok(None) };
        Ok(Point::from_micro(row.int("latitude")?, row.int("longitude")?))
    }

    /// Where an organisation is, by its postcode.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn place_of_organisation(&self, organisation: OrganisationId) -> Result<Option<Point>> {
        let Some(row) = self.db().row(PLACE_OF_ORGANISATION, values![organisation]).await? else { return Ok(None) };
        Ok(Point::from_micro(row.int("latitude")?, row.int("longitude")?))
    }
}
