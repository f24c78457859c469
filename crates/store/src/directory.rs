//! Whole imports of the directory, and where postcodes are. Belongs to the installation; it is public knowledge, so looking at
//! it is not audited.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::Point;
use fingerpost_domain::id::OrganisationId;
use fingerpost_domain::person::Postcode;
use fingerpost_domain::{Date, Timestamp};

use crate::Store;
use crate::imports::ImportCounts;
use crate::reference::{NewEdition, edition_of};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, Tx, Upserted, values};
use fingerpost_entries::take::{Sequence, take};
use fingerpost_ledger::{Resource, hex};
use sha2::{Digest as _, Sha256};

statements! {
    PLACE = "SELECT latitude, longitude FROM postcode WHERE postcode = $1";
    PLACE_OF_ORGANISATION = "SELECT p.latitude, p.longitude FROM organisation o JOIN postcode p ON p.postcode = o.postcode WHERE o.id = $1";
    KNOWN_PLACE = "SELECT p.latitude, p.longitude, p.lsoa, p.edition, e.as_of, e.version FROM postcode p LEFT JOIN reference_edition e ON e.id = p.edition WHERE p.postcode = $1";
    PUT_PLACE = "INSERT INTO postcode (postcode, latitude, longitude, lsoa, source, edition) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (postcode) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude, lsoa = excluded.lsoa, source = excluded.source, \
                 edition = excluded.edition";
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

/// SHA-256 over the places of a file in its order: what tells whether it was read before.
#[derive(Debug, Default)]
pub struct PlacesDigest(Sha256);

impl PlacesDigest {
    /// Adds the next place.
    pub fn add(&mut self, place: &PostcodePlace) {
        let (latitude, longitude) = place.point.micro();
        let lsoa = place.lsoa.as_deref().unwrap_or_default();
        self.0.update(format!("{}\t{latitude}\t{longitude}\t{lsoa}\n", place.postcode.as_str()));
    }

    /// The digest, in hexadecimal.
    #[must_use]
    pub fn end(self) -> String {
        hex(&self.0.finalize())
    }
}

/// What their editions are called in the ledger, and on the command line.
const POSTCODES: &str = "postcodes";

/// Postcodes of one transaction.
const POSTCODES_AT_ONCE: usize = 2_000;

/// Takes one place of an edition. What a later edition said stays; the same place again only moves to the newer edition.
async fn take_place(
    tx: &mut Tx,
    place: &PostcodePlace,
    ((id, version), edition): ((&str, i64), NewEdition<'_>),
) -> Result<Upserted> {
    let (latitude, longitude) = place.point.micro();
    let known = tx.row(KNOWN_PLACE, values![place.postcode.as_str()]).await?;
    let mut done = Upserted::Added;
    if let Some(row) = &known {
        let known = row.opt_parsed::<Date>("as_of")?.zip(row.opt_int("version")?);
        let later = known.is_some_and(|known| known > (edition.as_of, version));
        let same = (row.int("latitude")?, row.int("longitude")?, row.opt_text("lsoa")?)
            == (latitude, longitude, place.lsoa.clone());
        if later || (same && row.opt_text("edition")?.as_deref() == Some(id)) {
            return Ok(Upserted::Unchanged);
        }
        done = if same { Upserted::Unchanged } else { Upserted::Changed };
    }
    let values = values![place.postcode.as_str(), latitude, longitude, place.lsoa.clone(), edition.source, id];
    tx.run(PUT_PLACE, values).await?;
    Ok(done)
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

    /// Takes the places of an edition with `total` postcodes, a few thousand at a time: whoever works meanwhile does not wait for
    /// a whole country. Each place stands for itself, so a run that breaks off is simply begun again.
    ///
    /// # Errors
    /// When the database fails; what was taken so far stays.
    pub async fn import_postcodes(
        &self,
        mut places: impl Iterator<Item = PostcodePlace>,
        (edition, digest, total): (NewEdition<'_>, &str, usize),
        (read, refused): (u64, u64),
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
            let head = (POSTCODES, edition);
            let (id, version) = edition_of(&mut tx, head, (digest, total as u64), (now, self.entropy())).await?;
            for place in &some {
                counts.count(take_place(&mut tx, place, ((&id, version), edition)).await?);
                done += 1;
                progress(done, total);
            }
            if !dry_run {
                tx.commit().await?;
            }
        }
        if !dry_run {
            let mut tx = self.db().write().await?;
            self.record_import(&mut tx, (POSTCODES, edition.source), (counts, Resource::Directory), now).await?;
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
