//! SQLite and PostgreSQL behind one small surface: open one, begin a transaction, run a statement, read its rows.
//!
//! It knows no table and no record; it changes when an engine does. Only the ledger and the store look into it.

mod engine;
mod error;
mod group;
mod later;
mod open;
mod rows;
mod sql;
mod upserted;

pub use engine::{Db, Row, SqliteTx, Tx, Value};
pub use error::{Result, StoreError};
pub use group::{Write, Writer};
pub use rows::{Rows, Table};
pub use upserted::Upserted;
