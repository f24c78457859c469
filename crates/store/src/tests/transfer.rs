//! A copy holds everything, on whichever engine it lands, and lands whole or not at all.

use std::collections::BTreeSet;

use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::TenantId;
use fingerpost_policy::ReadCase;

use crate::testing::{Village, columns, fresh_postgres, on_both, person, start};
use crate::{Address, Store, StoreError};
use fingerpost_ledger::{Everything, NOT_COPIED, copy_statements};

async fn targets() -> (Vec<tempfile::TempDir>, Vec<Store>) {
    let folder = tempfile::tempdir().unwrap();
    let mut addresses = vec![Address::Folder(folder.path().to_owned())];
    addresses.extend(fresh_postgres().await.map(Address::Postgres));
    let mut stores = vec![];
    for address in addresses {
        stores.push(Store::open(&address, Entropy::from_number(8), start()).await.unwrap());
    }
    (vec![folder], stores)
}

#[tokio::test]
async fn every_table_and_every_column_is_copied() {
    on_both(async |store| {
        let here: BTreeSet<(String, String)> = columns(store.ledger()).await.into_iter().collect();
        let copied: BTreeSet<(String, String)> = Everything::tables()
            .flat_map(|(table, columns)| columns.iter().map(move |column| (table.to_owned(), (*column).to_owned())))
            .collect();
        let left: Vec<_> = here
            .iter()
            .filter(|(table, _)| NOT_COPIED.iter().all(|(other, _)| other != table))
            .filter(|cell| !copied.contains(cell))
            .collect();
        assert!(left.is_empty(), "not copied: {left:?}");
        assert!(copied.is_subset(&here));
        let mut tx = store.db().write().await.unwrap();
        for (table, sql) in copy_statements() {
            tx.prepare(sql).await.unwrap_or_else(|error| panic!("{table}: {error}"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_copy_on_either_engine_holds_the_same_people_and_its_audit_still_verifies() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let referral = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, referral).await;
        while store.ledger().seal_audit(start()).await.unwrap().is_some() {}
        let read = Village::ctx::<ReadCase>(&village.worker, &village.scheme, start());
        let (_folders, targets) = targets().await;
        for target in targets {
            let mut steps = 0;
            let rows = store.ledger().copy_into(target.ledger(), |_, _| steps += 1).await.unwrap();
            assert!(rows > 40 && steps > 20, "{rows} rows, {steps} tables");
            let (there, here) = (target.case(&read, case).await.unwrap(), store.case(&read, case).await.unwrap());
            assert_eq!(there.person.details, here.person.details);
            assert_eq!(there.sent_by[0].words, here.sent_by[0].words);
            let report = target.ledger().verify_audit(None).await.unwrap();
            assert!(report.faults.is_empty(), "{:?}", report.faults);
            let again = store.ledger().copy_into(target.ledger(), |_, _| {}).await;
            assert!(matches!(again, Err(StoreError::AlreadyThere)), "what is in use is never written over");
            target.close().await;
        }
    })
    .await;
}
