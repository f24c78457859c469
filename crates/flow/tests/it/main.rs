//! Counts of flow: their statements on both engines. What they count is tested with the journeys, in `store` and `web`.

mod became;

use fingerpost_flow::statements;
use fingerpost_store::testing::{found_by_index, on_both, understood};

#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    on_both(async |store| understood(store.ledger(), statements()).await).await;
}

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    on_both(async |store| found_by_index(store.ledger(), statements()).await).await;
}
