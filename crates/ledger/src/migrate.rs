//! Numbered schema steps, forward only, each under a lock and in one transaction.

use fingerpost_domain::Timestamp;

use crate::dialect::{self, Lock};
use fingerpost_engine::statements;
use fingerpost_engine::{Db, values};
use fingerpost_engine::{Result, StoreError};

struct Step {
    version: i64,
    shared: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        version: 1,
        shared: include_str!("../migrations/0001_foundation/shared.sql"),
        sqlite: include_str!("../migrations/0001_foundation/sqlite.sql"),
        postgres: include_str!("../migrations/0001_foundation/postgres.sql"),
    },
    Step { version: 2, shared: include_str!("../migrations/0002_journey/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 3, shared: include_str!("../migrations/0003_region/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 4, shared: include_str!("../migrations/0004_reach/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 5, shared: include_str!("../migrations/0005_improvement/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 6, shared: include_str!("../migrations/0006_directory/shared.sql"), sqlite: "", postgres: "" },
    Step {
        version: 7,
        shared: include_str!("../migrations/0007_day/shared.sql"),
        sqlite: include_str!("../migrations/0007_day/sqlite.sql"),
        postgres: include_str!("../migrations/0007_day/postgres.sql"),
    },
    Step { version: 8, shared: include_str!("../migrations/0008_correspondence/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 9, shared: include_str!("../migrations/0009_feeds/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 10, shared: include_str!("../migrations/0010_joined/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 11, shared: include_str!("../migrations/0011_improving/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 12, shared: include_str!("../migrations/0012_editions/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 13, shared: include_str!("../migrations/0013_keeping/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 14, shared: include_str!("../migrations/0014_intake/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 15, shared: include_str!("../migrations/0015_joining/shared.sql"), sqlite: "", postgres: "" },
    Step { version: 16, shared: include_str!("../migrations/0016_reaching/shared.sql"), sqlite: "", postgres: "" },
];

/// The newest schema this program knows.
pub const SCHEMA_VERSION: i64 = STEPS[STEPS.len() - 1].version;

const CREATE_LEDGER: &str =
    "CREATE TABLE IF NOT EXISTS schema_step (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)";

statements! {
    CURRENT = "SELECT COALESCE(MAX(version), 0) AS version FROM schema_step";
    RECORD = "INSERT INTO schema_step (version, applied_at) VALUES ($1, $2)";
}

/// Brings the database up to a version of the schema. Does nothing when it is there already.
pub(crate) async fn run_to(db: &Db, version: i64, now: Timestamp) -> Result<()> {
    let mut tx = db.write().await?;
    dialect::lock(&mut tx, Lock::Migrate).await?;
    tx.script(CREATE_LEDGER).await?;
    let found = tx.row(CURRENT, vec![]).await?.map_or(Ok(0), |row| row.int("version"))?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::Schema {
            found,
            known: SCHEMA_VERSION,
            advice: "start the newer program, or restore a backup made by this one",
        });
    }
    for step in STEPS.iter().filter(|step| step.version > found && step.version <= version) {
        tx.script(step.shared).await?;
        tx.script(dialect::own(db, step.sqlite, step.postgres)).await?;
        tx.run(RECORD, values![step.version, now]).await?;
    }
    tx.commit().await
}

/// The schema version of the database.
pub(crate) async fn version(db: &Db) -> Result<i64> {
    let mut tx = db.read().await?;
    tx.row(CURRENT, vec![]).await?.map_or(Ok(0), |row| row.int("version"))
}
