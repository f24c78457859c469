//! The installation itself: marks, tenants, health.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::TenantId;

use crate::{Ledger, dialect, migrate};
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::values;

statements! {
    GET = "SELECT value FROM installation WHERE key = $1";
    PUT = "INSERT INTO installation (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    ADD_TENANT = "INSERT INTO tenant (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    COUNT_USERS = "SELECT COUNT(*) AS n FROM app_user";
}

const INVENTED: &str = "invented";

/// Whether the node can serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Schema version of the database.
    pub schema: i64,
}

impl Ledger {
    /// Whether everything in this database is invented. Once marked, a database stays marked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_invented(&self) -> Result<bool> {
        Ok(self.db().row(GET, values![INVENTED]).await?.is_some())
    }

    /// Marks the database as invented.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_invented(&self, seed: u64) -> Result<()> {
        let mut tx = self.db().write().await?;
        tx.run(PUT, values![INVENTED, seed.to_string()]).await?;
        tx.commit().await
    }

    /// True while nobody can sign in: a database just made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(self.db().row(COUNT_USERS, vec![]).await?.map_or(Ok(0), |row| row.int("n"))? == 0)
    }

    /// Makes sure that the tenant exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_tenant(&self, tenant: &TenantId, now: Timestamp) -> Result<()> {
        let mut tx = self.db().write().await?;
        tx.run(ADD_TENANT, values![tenant, now]).await?;
        tx.commit().await
    }

    /// Asks the database whether it answers and which schema it has.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn health(&self) -> Result<Health> {
        Ok(Health { schema: migrate::version(self.db()).await? })
    }

    /// What the engine itself finds wrong with its file; empty when it is whole.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn integrity_faults(&self) -> Result<Vec<String>> {
        let mut tx = self.db().read().await?;
        dialect::integrity(self.db(), &mut tx).await
    }
}
