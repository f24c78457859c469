//! The audit shows what was done to it.

use fingerpost_domain::id::TenantId;

use crate::Store;
use crate::testing::{Village, on_both, person, start};
use fingerpost_engine::{Db, Tx};

/// Runs a statement as somebody with the database in their hands would.
async fn tamper(store: &Store, sqlite: &'static str, postgres: &'static str) {
    let mut tx: Tx = store.db().write().await.unwrap();
    let script = match store.db() {
        Db::Sqlite { .. } => sqlite,
        Db::Postgres(_) => postgres,
    };
    tx.script(script).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sealed(store: &Store) {
    let v = Village::build(store, &TenantId::main(), "T").await;
    v.send(store, &person("Margaret", 1)).await;
    store.ledger().seal_audit(start()).await.unwrap().unwrap();
    v.send(store, &person("Ann", 2)).await;
    store.ledger().seal_audit(start()).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_untouched_audit_verifies_and_nothing_is_sealed_twice() {
    on_both(async |store| {
        sealed(store).await;
        assert_eq!(store.ledger().seal_audit(start()).await.unwrap(), None);
        let report = store.ledger().verify_audit(None).await.unwrap();
        assert_eq!((report.blocks, report.unsealed, report.faults.len()), (2, 0, 0));
        assert!(report.rows > 10);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_rewrite_the_audit() {
    on_both(async |store| {
        sealed(store).await;
        for statement in [
            "DELETE FROM audit_row",
            "DELETE FROM audit_block",
            "UPDATE audit_row SET actor = 'somebody else'",
            "UPDATE audit_row SET block = NULL",
            "UPDATE audit_block SET hash = ''",
        ] {
            let mut tx = store.db().write().await.unwrap();
            assert!(tx.script(statement).await.is_err(), "{statement}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_changed_behind_the_seal_shows() {
    on_both(async |store| {
        sealed(store).await;
        tamper(
            store,
            "DROP TRIGGER audit_row_seal_once; DROP TRIGGER audit_row_fixed; UPDATE audit_row SET act = 'read' WHERE act = 'send'",
            "ALTER TABLE audit_row DISABLE TRIGGER USER; UPDATE audit_row SET act = 'read' WHERE act = 'send'",
        )
        .await;
        assert_eq!(store.ledger().verify_audit(None).await.unwrap().faults.len(), 2, "both blocks hold a sent referral");
    })
    .await;
}

#[tokio::test]
async fn a_row_taken_out_shows() {
    on_both(async |store| {
        sealed(store).await;
        tamper(
            store,
            "DROP TRIGGER audit_row_no_delete; DELETE FROM audit_row WHERE act = 'send' AND block = 2",
            "ALTER TABLE audit_row DISABLE TRIGGER USER; DELETE FROM audit_row WHERE act = 'send' AND block = 2",
        )
        .await;
        assert!(!store.ledger().verify_audit(None).await.unwrap().faults.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_end_that_was_cut_off_shows_against_a_head_noted_elsewhere() {
    on_both(async |store| {
        sealed(store).await;
        let head = store.ledger().verify_audit(None).await.unwrap().head;
        assert!(store.ledger().verify_audit(Some(&head)).await.unwrap().faults.is_empty());
        tamper(
            store,
            "DROP TRIGGER audit_row_no_delete; DROP TRIGGER audit_block_no_delete; DELETE FROM audit_row WHERE block = 2; \
             DELETE FROM audit_block WHERE number = 2",
            "ALTER TABLE audit_row DISABLE TRIGGER USER; ALTER TABLE audit_block DISABLE TRIGGER USER; \
             DELETE FROM audit_row WHERE block = 2; DELETE FROM audit_block WHERE number = 2",
        )
        .await;
        assert!(store.ledger().verify_audit(None).await.unwrap().faults.is_empty(), "by itself a shorter chain is whole");
        assert_eq!(store.ledger().verify_audit(Some(&head)).await.unwrap().faults.len(), 1);
    })
    .await;
}
