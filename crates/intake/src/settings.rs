//! What a scheme has set of its intake: each change is a further version.

use fingerpost_domain::Timestamp;
use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_intake_rules::settings::IntakeSettings;
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::SetIntake;
use fingerpost_store::{Ctx, hold_scheme, intake_settings_of};

use crate::Intake;

statements! {
    VERSIONS = "SELECT s.version, s.body, s.changed_at, u.name FROM scheme_setting s JOIN app_user u ON u.tenant = s.tenant AND u.id = s.changed_by \
                WHERE s.tenant = $1 AND s.scheme = $2 ORDER BY s.version DESC LIMIT 20";
    NEWEST = "SELECT COALESCE(MAX(version), 0) AS version FROM scheme_setting WHERE tenant = $1 AND scheme = $2";
    PUT = "INSERT INTO scheme_setting (tenant, scheme, version, body, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
}

/// What a scheme had set from a moment on.
#[derive(Debug, Clone)]
pub struct SettingsRow {
    /// Counts from 1.
    pub version: i64,
    /// What was set.
    pub settings: IntakeSettings,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl Intake {
    /// What the scheme has set, newest first: twenty versions at most. Empty where it never set anything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings(&self, ctx: &Ctx<SetIntake>) -> Result<Vec<SettingsRow>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation()];
        let rows = self.0.ledger().db().rows(VERSIONS, of).await?;
        rows.iter()
            .map(|row| {
                let settings =
                    IntakeSettings::from_json(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))?;
                Ok(SettingsRow {
                    version: row.int("version")?,
                    settings,
                    at: row.at("changed_at")?,
                    by: row.text("name")?,
                })
            })
            .collect()
    }

    /// Sets the intake anew. `read_version` is the version that the form was made of, 0 where there was none. The same again makes no
    /// version.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when somebody else has set something since.
    pub async fn set(&self, ctx: &Ctx<SetIntake>, (settings, read_version): (&IntakeSettings, i64)) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        // One after the other, so that the second of two presses finds what the first one set.
        hold_scheme(&mut tx, tenant, scheme).await?;
        let stands = intake_settings_of(&mut tx, tenant, scheme).await?;
        let newest = tx.row(NEWEST, values![tenant, scheme]).await?.map_or(Ok(0), |row| row.int("version"))?;
        if newest != read_version {
            // The same form sent twice is no contradiction.
            return if stands == *settings {
                self.0.ledger().stored_before(tx).await
            } else {
                Err(StoreError::ChangedMeanwhile)
            };
        }
        if newest > 0 && stands == *settings {
            return self.0.ledger().stored_before(tx).await;
        }
        let body = settings.to_json().map_err(|_| StoreError::corrupt("body"))?;
        let row = values![tenant, scheme, newest + 1, body, ctx.grant.user(), ctx.now];
        if tx.run(PUT, row).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let entry = ctx.entry(Act::Change, Resource::Organisations).of(scheme).because("intake");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }
}
