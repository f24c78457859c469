//! Every statement of the room is understood by both engines, and finds what it reads by an index.

use fingerpost_stewardship::statements;
use fingerpost_store::testing::{found_by_index, on_both, understood};

#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    on_both(async |store| understood(store.ledger(), statements().chain(fingerpost_entries::statements())).await).await;
}

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    on_both(async |store| found_by_index(store.ledger(), statements().chain(fingerpost_entries::statements())).await)
        .await;
}
