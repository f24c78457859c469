//! What can go wrong in the store, as the rest of the product needs to tell it apart.

use fingerpost_domain::connection::ConnectionNotNow;
use fingerpost_domain::referral::NotNow;

/// The result of every question to the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store did not do what was asked. Carries no personal data: it may be logged.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such record within the reader's scope. A record outside it looks the same.
    #[error("no such record here")]
    NotFound,
    /// The record has moved on since the form was shown.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// The connection has moved on since the form was shown.
    #[error(transparent)]
    ConnectionNotNow(#[from] ConnectionNotNow),
    /// Somebody else changed the record since the form was shown.
    #[error("the record was changed by somebody else in the meantime")]
    ChangedMeanwhile,
    /// The scheme takes nobody for now.
    #[error("the scheme takes nobody for now")]
    Full,
    /// A constraint refused a value that has to be unique.
    #[error("that already exists")]
    AlreadyThere,
    /// The database was made by another version of the program.
    #[error("the database has schema version {found}, this program knows {known}: {advice}")]
    Schema {
        /// Version found in the database.
        found: i64,
        /// Newest version this program knows.
        known: i64,
        /// What to do.
        advice: &'static str,
    },
    /// The address of the database cannot be used.
    #[error("the database address cannot be used: {0}")]
    Address(String),
    /// A stored value is not one of ours.
    #[error("the stored value of column {0} cannot be read")]
    Corrupt(String),
    /// A file beside the database could not be used.
    #[error("the data folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// The engine failed.
    #[error("the database failed: {0}")]
    Engine(sqlx::Error),
}

impl StoreError {
    /// A stored value of `column` that is not one of ours.
    #[must_use]
    pub fn corrupt(column: &str) -> Self {
        Self::Corrupt(column.to_owned())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refused) if refused.is_unique_violation() => Self::AlreadyThere,
            _ => Self::Engine(error),
        }
    }
}
