//! Entries as their sources say them.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::withheld::looks_confidential;
use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::ServiceId;
use fingerpost_engine::{Result, StoreError, Tx, Upserted, statements, values};

use crate::shown;

statements! {
    /// Takes the sequence for the rest of the transaction, so that numbers become visible in their order.
    TAKE_SEQUENCE = "UPDATE directory_sequence SET value = value WHERE only_row = 1";
    SEQUENCE = "SELECT value FROM directory_sequence WHERE only_row = 1";
    MOVE_SEQUENCE = "UPDATE directory_sequence SET value = $1 WHERE only_row = 1";
    KNOWN = "SELECT id, body, source_body FROM service WHERE source = $1 AND hsds_id = $2";
    INSERT = "INSERT INTO service (id, source, hsds_id, name, body, seq, changed_at, withheld) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}

/// The directory's sequence, held for the rest of the transaction: each change of an entry takes the next number.
#[derive(Debug)]
pub struct Sequence {
    value: i64,
    began: i64,
}

impl Sequence {
    /// Takes it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take(tx: &mut Tx) -> Result<Self> {
        tx.run(TAKE_SEQUENCE, vec![]).await?;
        let value =
            tx.row(SEQUENCE, vec![]).await?.ok_or_else(|| StoreError::corrupt("directory_sequence"))?.int("value")?;
        Ok(Self { value, began: value })
    }

    /// The next number.
    pub const fn next(&mut self) -> i64 {
        self.value += 1;
        self.value
    }

    /// Writes it back, so that every node's index follows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep(self, tx: &mut Tx) -> Result<()> {
        if self.value == self.began {
            return Ok(());
        }
        tx.run(MOVE_SEQUENCE, values![self.value]).await.map(drop)
    }
}

/// Takes a service as its source says it; gives its id here, and what that changed. What was changed here stands over it.
///
/// # Errors
/// When the database fails.
pub async fn take(
    tx: &mut Tx,
    (service, source): (&Service, &str),
    seq: &mut Sequence,
    (now, entropy): (Timestamp, &Entropy),
) -> Result<(ServiceId, Upserted)> {
    let said = serde_json::to_string(service).map_err(|_| StoreError::corrupt("body"))?;
    let Some(row) = tx.row(KNOWN, values![source, &service.id]).await? else {
        let id: ServiceId = entropy.id(now);
        let withheld = looks_confidential(service);
        tx.run(INSERT, values![id, source, &service.id, &service.name, said, seq.next(), now, withheld]).await?;
        return Ok((id, Upserted::Added));
    };
    let id: ServiceId = row.parsed("id")?;
    let before = row.opt_text("source_body")?.map_or_else(|| row.text("body"), Ok)?;
    if before == said {
        return Ok((id, Upserted::Unchanged));
    }
    shown::says(tx, id, said, seq, now).await?;
    Ok((id, Upserted::Changed))
}
