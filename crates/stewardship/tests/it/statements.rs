//! Every statement of the room is understood by both engines.

use fingerpost_stewardship::statements;
use fingerpost_store::testing::{on_both, plan};

#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    on_both(async |store| {
        for (name, sql) in statements() {
            let mut tx = store.ledger().db().write().await.unwrap();
            tx.prepare(sql).await.unwrap_or_else(|error| panic!("{name}: {error}\n{sql}"));
        }
    })
    .await;
}

/// What grows with people and years is found by an index.
#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    on_both(async |store| {
        for (name, sql) in statements() {
            for step in plan(store.ledger(), sql).await {
                let whole = (step.starts_with("SCAN") && !step.contains("USING")) || step.ends_with("(tenant=?)");
                assert!(!whole, "{name}: {step}");
            }
        }
    })
    .await;
}
