//! A village, and a fresh store of each engine, for tests.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod village;

use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::TenantId;
use fingerpost_ledger::Address;
pub use fingerpost_ledger::testing::{
    Engines, START, columns, dump, found_by_index, fresh_postgres, plan, refusals, start, understood,
};

use crate::Store;

pub use village::{Village, answers, person};

/// Runs a test on a fresh store of each engine.
///
/// # Panics
/// When a database cannot be made.
pub async fn on_both(test: impl AsyncFn(&Store)) {
    let folder = tempfile::tempdir().expect("a folder");
    let address = Address::Folder(folder.path().to_owned());
    run(&address, &test).await;
    match fresh_postgres().await {
        Some(url) => run(&Address::Postgres(url), &test).await,
        None => eprintln!("LEFT OUT: PostgreSQL (FINGERPOST_TEST_POSTGRES names no server)"),
    }
}

async fn run(address: &Address, test: &impl AsyncFn(&Store)) {
    let store = Store::open(address, Entropy::from_number(7), start()).await.expect("a store");
    store.ledger().ensure_tenant(&TenantId::main(), start()).await.expect("a tenant");
    test(&store).await;
    store.close().await;
}
