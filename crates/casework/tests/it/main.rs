//! What is promised of the link worker's day, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alerts;
mod caseload;
mod cover;
mod diary;
mod lookup;
mod statements;

use fingerpost_casework::Casework;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{CaseId, TenantId};
use fingerpost_policy::{Permission, ReadCaseload};
use fingerpost_store::testing::{Village, person, start};
use fingerpost_store::{Ctx, SignedIn, Store};
use jiff::SignedDuration;

/// A village with one open case, Margaret's, of its first link worker.
async fn begun(store: &Store) -> (Village, Casework, CaseId) {
    let village = Village::build(store, &TenantId::main(), "T").await;
    let referral = village.send(store, &person("Margaret", 1)).await;
    let case = village.accept(store, referral).await;
    (village, Casework::over(store.clone()), case)
}

fn may<P: Permission>(village: &Village, who: &SignedIn, now: Timestamp) -> Ctx<P> {
    Village::ctx(who, &village.scheme, now)
}

fn caseload(village: &Village, who: &SignedIn) -> Ctx<ReadCaseload> {
    may(village, who, start())
}

fn later(minutes: i64) -> Timestamp {
    start().saturating_add(SignedDuration::from_mins(minutes)).unwrap()
}
