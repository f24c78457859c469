//! Sessions of people who are signed in. The id is stored only as its hash.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::UserId;

use crate::{Ledger, digest};
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::{Tx, values};

statements! {
    SAVE = "INSERT INTO session (id_hash, user_id, data, expires_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (id_hash) DO UPDATE SET user_id = excluded.user_id, data = excluded.data, expires_at = excluded.expires_at";
    LOAD = "SELECT data, expires_at FROM session WHERE id_hash = $1 AND expires_at > $2";
    DELETE = "DELETE FROM session WHERE id_hash = $1";
    SWEEP = "DELETE FROM session WHERE expires_at <= $1";
    END_ALL_OF_USER = "DELETE FROM session WHERE user_id = $1";
}

/// A session as stored.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// What the session holds, opaque here.
    pub data: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Ends every session of somebody, with the change that calls for it.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions_of(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run(END_ALL_OF_USER, values![user]).await.map(drop)
}

impl Ledger {
    /// Saves a session under its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_session(&self, id: &str, user: Option<UserId>, session: &StoredSession) -> Result<()> {
        let mut tx = self.db().write().await?;
        tx.run(SAVE, values![digest(id), user, &session.data, session.expires_at]).await?;
        tx.commit().await
    }

    /// Loads a session that has not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load_session(&self, id: &str, now: Timestamp) -> Result<Option<StoredSession>> {
        let row = self.db().row(LOAD, values![digest(id), now]).await?;
        row.map(|row| Ok(StoredSession { data: row.text("data")?, expires_at: row.at("expires_at")? })).transpose()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_session(&self, id: &str) -> Result<()> {
        let mut tx = self.db().write().await?;
        tx.run(DELETE, values![digest(id)]).await?;
        tx.commit().await
    }

    /// Removes sessions that have ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_sessions(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.db().write().await?;
        let swept = tx.run(SWEEP, values![now]).await?;
        tx.commit().await?;
        Ok(swept)
    }
}
