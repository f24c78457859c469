//! Reference figures: registered patients, deprivation, appointments. Each file becomes an edition of its day; an edition is
//! never changed, a later file for the same day is its next version.

use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::{ImportRunId, OrganisationId, TenantId};
use fingerpost_domain::organisation::ODS;
use fingerpost_domain::{Date, Timestamp};
use sha2::{Digest, Sha256};

use crate::{ImportCounts, Store};
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::{Rows, Tx};
use fingerpost_engine::{Value, values};
use fingerpost_ledger::Resource;
use fingerpost_ledger::{hex, tables};

statements! {
    NEWEST_OF_DAY = "SELECT version, digest FROM reference_edition WHERE kind = $1 AND name = $2 AND as_of = $3 ORDER BY version DESC LIMIT 1";
    OF_DAY = "SELECT id, version FROM reference_edition WHERE kind = $1 AND name = $2 AND as_of = $3 AND digest = $4 LIMIT 1";
    ADD = "INSERT INTO reference_edition (id, kind, name, as_of, version, source, digest, row_count, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    EDITIONS = "SELECT kind, name, as_of, version, source, row_count, added_at FROM reference_edition ORDER BY kind, name, as_of, version LIMIT 500";
    NEWEST_LIST = "SELECT id, as_of FROM reference_edition WHERE kind = 'list_sizes' ORDER BY as_of DESC, version DESC, name LIMIT 1";
    PRACTICES_OF = "SELECT o.slug, l.patients FROM organisation_identifier i JOIN organisation o ON o.id = i.organisation \
                    JOIN list_size l ON l.edition = $1 AND l.practice = i.value AND l.sex = 'ALL' AND l.age = 'ALL' \
                    WHERE i.system = $4 AND i.organisation IN (SELECT practice FROM scheme_practice WHERE tenant = $2 AND (scheme = $3 OR practice = $3)) LIMIT 2000";
    TENTH = "SELECT d.tenth FROM deprivation d JOIN reference_edition e ON e.id = d.edition WHERE d.area = $1 ORDER BY e.as_of DESC, e.version DESC, e.name LIMIT 1";
}

/// Patients registered with a practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSize {
    /// The practice's code.
    pub practice: String,
    /// `ALL`, or the register's word for a sex.
    pub sex: String,
    /// `ALL`, or an age in years as the register writes it.
    pub age: String,
    /// How many.
    pub patients: i64,
}

/// How deprived a place is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprivation {
    /// Code of a small area, a practice or a network.
    pub area: String,
    /// 1 (most deprived) to 10.
    pub tenth: i64,
    /// Its rank, 1 the most deprived.
    pub rank: Option<i64>,
    /// Its score, in millionths.
    pub score: Option<i64>,
}

/// Appointments of one area in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointments {
    /// Code of the area or practice.
    pub area: String,
    /// First day of the month.
    pub month: Date,
    /// Whether they took place, in the publisher's words.
    pub status: String,
    /// With whom.
    pub professional: String,
    /// How.
    pub mode: String,
    /// How long after booking.
    pub wait: String,
    /// How many.
    pub appointments: i64,
}

/// The figures of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Registered patients.
    ListSizes(Vec<ListSize>),
    /// Deprivation.
    Deprivation(Vec<Deprivation>),
    /// Appointments.
    Appointments(Vec<Appointments>),
}

/// What a file says of itself.
#[derive(Debug, Clone, Copy)]
pub struct NewEdition<'a> {
    /// What the table is called: "Registered patients".
    pub name: &'a str,
    /// The day that its figures are for.
    pub as_of: Date,
    /// Where it comes from.
    pub source: &'a str,
}

/// An edition that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// `list_sizes`, `deprivation`, `appointments` or `postcodes`.
    pub kind: String,
    /// What the table is called.
    pub name: String,
    /// The day of its figures.
    pub as_of: Date,
    /// 1 for the first file of that day.
    pub version: i64,
    /// Where it came from.
    pub source: String,
    /// Rows in it.
    pub rows: i64,
    /// When it was read.
    pub added_at: Timestamp,
}

impl Reference {
    /// Its name in the ledger, which is its name on the command line too.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ListSizes(_) => "list_sizes",
            Self::Deprivation(_) => "deprivation",
            Self::Appointments(_) => "appointments",
        }
    }

    const fn table(&self) -> &'static str {
        match self {
            Self::ListSizes(_) => "list_size",
            Self::Deprivation(_) => "deprivation",
            Self::Appointments(_) => "appointments",
        }
    }

    /// How many figures there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::ListSizes(rows) => rows.len(),
            Self::Deprivation(rows) => rows.len(),
            Self::Appointments(rows) => rows.len(),
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cells of one row after the edition's id.
    fn cells(&self, at: usize) -> Vec<Value> {
        match self {
            Self::ListSizes(rows) => {
                let row = &rows[at];
                values![&row.practice, &row.sex, &row.age, row.patients]
            }
            Self::Deprivation(rows) => {
                let row = &rows[at];
                values![&row.area, row.tenth, row.rank, row.score]
            }
            Self::Appointments(rows) => {
                let row = &rows[at];
                values![&row.area, row.month, &row.status, &row.professional, &row.mode, &row.wait, row.appointments]
            }
        }
    }

    /// SHA-256 over every cell with its length before it, in the order of the file.
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for at in 0..self.len() {
            for cell in self.cells(at) {
                let text = match cell {
                    Value::Text(text) => text,
                    Value::Int(number) => number.map(|number| number.to_string()),
                };
                let text = text.unwrap_or_else(|| "\u{0}".to_owned());
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text.as_bytes());
            }
        }
        hex(&hash.finalize())
    }
}

/// Writes down that there is an edition, as the next version of its day; not where the newest version of that day has the same
/// digest already.
async fn open_edition(
    tx: &mut Tx,
    id: ImportRunId,
    (kind, edition): (&str, NewEdition<'_>),
    (digest, rows): (&str, u64),
    now: Timestamp,
) -> Result<bool> {
    let version = match tx.row(NEWEST_OF_DAY, values![kind, edition.name, edition.as_of]).await? {
        Some(row) if row.text("digest")? == digest => return Ok(false),
        Some(row) => row.int("version")? + 1,
        None => 1,
    };
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let head = values![id, kind, edition.name, edition.as_of, version, edition.source, digest, rows, now];
    tx.run(ADD, head).await?;
    Ok(true)
}

/// The id and version of the edition of a register that is taken piece by piece, opened by whichever piece comes first.
pub(crate) async fn edition_of(
    tx: &mut Tx,
    (kind, edition): (&str, NewEdition<'_>),
    (digest, rows): (&str, u64),
    (now, entropy): (Timestamp, &Entropy),
) -> Result<(String, i64)> {
    let key = || values![kind, edition.name, edition.as_of, digest];
    if let Some(row) = tx.row(OF_DAY, key()).await? {
        return Ok((row.text("id")?, row.int("version")?));
    }
    let id: ImportRunId = entropy.id(now);
    open_edition(tx, id, (kind, edition), (digest, rows), now).await?;
    let version = tx.row(OF_DAY, key()).await?.map_or(Ok(1), |row| row.int("version"))?;
    Ok((id.to_string(), version))
}

impl Store {
    /// Takes the figures of a file as an edition. The same figures for the same day again change nothing; other figures
    /// for it are its next version, and what was there stays.
    ///
    /// # Errors
    /// When the database fails, or two rows of the file say different things of the same.
    pub async fn import_reference(
        &self,
        figures: &Reference,
        edition: NewEdition<'_>,
        (read, refused): (u64, u64),
        (now, dry_run): (Timestamp, bool),
    ) -> Result<ImportCounts> {
        let rows = figures.len() as u64;
        let mut counts = ImportCounts { read, refused, ..ImportCounts::default() };
        let digest = figures.digest();
        let mut tx = self.db().write().await?;
        let id: ImportRunId = self.entropy().id(now);
        if !open_edition(&mut tx, id, (figures.kind(), edition), (&digest, rows), now).await? {
            counts.unchanged = rows;
            return Ok(counts);
        }
        counts.added = rows;
        let mut into = Rows::of(tables::named(figures.table())?, &tx);
        for at in 0..figures.len() {
            let mut cells = values![id];
            cells.extend(figures.cells(at));
            into.put(&mut tx, cells).await?;
        }
        into.end(&mut tx).await?;
        self.record_import(&mut tx, (figures.kind(), edition.source), (counts, Resource::Figures), now).await?;
        if !dry_run {
            tx.commit().await?;
        }
        Ok(counts)
    }

    /// The editions that are here, at most 500.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn editions(&self) -> Result<Vec<Edition>> {
        let rows = self.db().rows(EDITIONS, vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(Edition {
                    kind: row.text("kind")?,
                    name: row.text("name")?,
                    as_of: row.parsed("as_of")?,
                    version: row.int("version")?,
                    source: row.text("source")?,
                    rows: row.int("row_count")?,
                    added_at: row.at("added_at")?,
                })
            })
            .collect()
    }

    /// Patients registered with each practice of a scheme, or with one practice, by its name in addresses, from the newest
    /// list that is here, and its day. Nothing where no list was imported.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn registered_patients(
        &self,
        tenant: &TenantId,
        organisation: OrganisationId,
    ) -> Result<Option<(Date, Vec<(String, i64)>)>> {
        let mut tx = self.db().read().await?;
        let Some(edition) = tx.row(NEWEST_LIST, vec![]).await? else { return Ok(None) };
        let wanted = values![edition.text("id")?, tenant, organisation, ODS];
        let rows = tx.rows(PRACTICES_OF, wanted).await?;
        let sizes = rows.iter().map(|row| Ok((row.text("slug")?, row.int("patients")?)));
        Ok(Some((edition.parsed("as_of")?, sizes.collect::<Result<_>>()?)))
    }

    /// The tenth of deprivation of an area or practice by its code, from the newest table that knows it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deprivation_tenth(&self, area: &str) -> Result<Option<i64>> {
        self.db().row(TENTH, values![area]).await?.map(|row| row.int("tenth")).transpose()
    }
}
