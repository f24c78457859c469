//! Whole imports of the directory, and where postcodes are. Belongs to the installation; it is public knowledge, so looking at
//! it is not audited.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::Point;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::OrganisationId;
use fingerpost_domain::person::Postcode;

use crate::Store;
use crate::imports::ImportCounts;
use fingerpost_engine::statements;
use fingerpost_engine::{Result, Tx, Upserted, values};
use fingerpost_entries::take::{Sequence, take};
use fingerpost_ledger::Resource;

statements! {
    PLACE = "SELECT latitude, longitude FROM postcode WHERE postcode = $1";
    PLACE_OF_ORGANISATION = "SELECT p.latitude, p.longitude FROM organisation o JOIN postcode p ON p.postcode = o.postcode WHERE o.id = $1";
    KNOWN_PLACE = "SELECT latitude, longitude, lsoa FROM postcode WHERE postcode = $1";
    PUT_PLACE = "INSERT INTO postcode (postcode, latitude, longitude, lsoa, source) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (postcode) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude, lsoa = excluded.lsoa, source = excluded.source";
}

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
        let mut seq = Sequence::take(&mut tx).await?;
        for (at, service) in services.iter().enumerate() {
            let (_, done) = take(&mut tx, (service, source), &mut seq, (now, self.entropy())).await?;
            counts.count(done);
            progress(at + 1, services.len());
        }
        seq.keep(&mut tx).await?;
        self.record_import(&mut tx, ("directory", source), (counts, Resource::Directory), now).await?;
        if !dry_run {
            tx.commit().await?;
        }
        Ok(counts)
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
