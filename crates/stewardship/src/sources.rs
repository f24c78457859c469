//! Where entries come from, and what may be done with them.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::TenantId;
use fingerpost_engine::{Result, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};

use crate::Stewardship;

statements! {
    ALL = "SELECT name, licence, attribution, republish FROM directory_source ORDER BY name LIMIT $1";
    PUT = "INSERT INTO directory_source (name, licence, attribution, republish) VALUES ($1, $2, $3, $4) \
           ON CONFLICT (name) DO UPDATE SET licence = excluded.licence, attribution = excluded.attribution, republish = excluded.republish";
    /// What nobody says anew stays.
    JOIN = "INSERT INTO directory_source (name, licence, attribution, republish) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (name) DO UPDATE SET licence = COALESCE(excluded.licence, directory_source.licence), attribution = COALESCE(excluded.attribution, directory_source.attribution), \
            republish = CASE WHEN excluded.republish = 1 THEN 1 ELSE directory_source.republish END";
}

/// Sources of one installation, at most.
const MOST: i64 = 1_000;

/// A source of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name: the one given to the import.
    pub name: String,
    /// Its licence.
    pub licence: Option<String>,
    /// How it wants to be named.
    pub attribution: Option<String>,
    /// Its entries may be given to others. A source of which nobody said so keeps its entries here.
    pub republish: bool,
}

/// Says what may be done with the entries of a source.
pub(crate) async fn put(tx: &mut Tx, source: &Source) -> Result<()> {
    let values = values![&source.name, source.licence.clone(), source.attribution.clone(), source.republish];
    tx.run(PUT, values).await.map(drop)
}

/// The same, where only what is said anew changes.
pub(crate) async fn join(tx: &mut Tx, source: &Source) -> Result<()> {
    let values = values![&source.name, source.licence.clone(), source.attribution.clone(), source.republish];
    tx.run(JOIN, values).await.map(drop)
}

impl Stewardship {
    /// The sources that somebody described.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sources(&self) -> Result<Vec<Source>> {
        let rows = self.0.ledger().db().rows(ALL, values![MOST]).await?;
        rows.iter()
            .map(|row| {
                Ok(Source {
                    name: row.text("name")?,
                    licence: row.opt_text("licence")?,
                    attribution: row.opt_text("attribution")?,
                    republish: row.flag("republish")?,
                })
            })
            .collect()
    }

    /// Says what may be done with the entries of a source; what is given to others follows at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn describe_source(&self, source: &Source, now: Timestamp) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        put(&mut tx, source).await?;
        let entry = Entry::system(TenantId::main(), Act::Change, Resource::Directory).of("source");
        self.0.ledger().commit(tx, now, entry).await
    }
}
