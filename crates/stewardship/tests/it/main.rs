//! What is promised of the directory's upkeep, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod comparing;
mod entries;
mod statements;

use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::{ServiceId, TenantId};
use fingerpost_policy::KeepDirectory;
use fingerpost_stewardship::Stewardship;
use fingerpost_store::testing::{Village, start};
use fingerpost_store::{Ctx, Store, StoredService};
use serde_json::{Value, json};

fn choir(more: Value) -> Service {
    let mut body = json!({ "id": "choir", "name": "Tannery Choir", "description": "Singing", "email": "choir@example.org", "status": "active" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value::<Service>(body).unwrap().settled("test").unwrap()
}

async fn import(store: &Store, service: Service) {
    store.import_services(&[service], ("test", 1, 0), (start(), false), |_, _| {}).await.unwrap();
}

/// A village with a choir in its directory.
async fn begun(store: &Store) -> (Village, Stewardship, ServiceId) {
    let village = Village::build(store, &TenantId::main(), "T").await;
    import(store, choir(json!({}))).await;
    let id = store.entries().after(0, 1).await.unwrap()[0].id;
    (village, Stewardship::over(store.clone()), id)
}

fn steward(village: &Village) -> Ctx<KeepDirectory> {
    Village::ctx(&village.steward, &village.scheme, start())
}

async fn shown(store: &Store, id: ServiceId) -> StoredService {
    store.entries().one(id).await.unwrap()
}
