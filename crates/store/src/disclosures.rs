//! Disclosures: who may be told what about a person, on which basis, until it is withdrawn.

use fingerpost_domain::Timestamp;
use fingerpost_domain::disclosure::{Basis, DisclosedFields, Recipient};
use fingerpost_domain::id::{DisclosureId, ReferralId, TenantId, UserId};

use crate::Store;
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::{Tx, values};

statements! {
    DISCLOSE = "INSERT INTO disclosure (tenant, id, referral, recipient, basis, fields, given_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}

/// Records that the person agreed to `recipient` hearing `fields`.
pub(crate) async fn disclose(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    (referral, recipient, fields): (ReferralId, Recipient, DisclosedFields),
    (by, now): (UserId, Timestamp),
) -> Result<DisclosureId> {
    let id: DisclosureId = store.entropy().id(now);
    let values = values![tenant, id, referral, recipient.code(), Basis::Agreed.code(), fields.code(), now, by];
    tx.later(DISCLOSE, values).await?;
    Ok(id)
}
