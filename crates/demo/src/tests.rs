//! The same seed gives the same place; another seed another one; and the rules hold in it.

use fingerpost_domain::ambient::Entropy;
use fingerpost_store::testing::{dump, start};
use fingerpost_store::{Address, Store};
use jiff::civil::date;

use super::*;

async fn filled(seed: u64) -> (tempfile::TempDir, Store) {
    filled_on(seed, date(2026, 11, 21)).await
}

async fn filled_on(seed: u64, today: Date) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::Folder(folder.path().to_owned());
    let store = Store::open(&address, Entropy::from_number(seed), start()).await.unwrap();
    let plan = Plan { size: Size::Neighbourhood, seed, today };
    fill(&store, plan, |_, _| {}).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_neighbourhood_to_the_letter() {
    let (_a, first) = filled(7).await;
    let (_b, second) = filled(7).await;
    let (_c, other) = filled(8).await;
    let (first, second, other) = (dump(&first).await, dump(&second).await, dump(&other).await);
    assert!(first.len() > 2_000, "{} rows", first.len());
    assert!(first == second, "the same seed gave two places");
    assert!(first != other, "two seeds gave one place");
}

#[tokio::test]
async fn a_neighbourhood_is_marked_verifies_and_is_made_only_once() {
    let (_folder, store) = filled(7).await;
    assert!(store.is_invented().await.unwrap());
    let report = store.verify_audit(None).await.unwrap();
    assert_eq!((report.faults.len(), report.unsealed), (0, 0));
    assert_eq!(store.messages_waiting().await.unwrap(), 0);
    let plan = Plan { size: Size::Neighbourhood, seed: 7, today: date(2026, 11, 21) };
    assert!(matches!(fill(&store, plan, |_, _| {}).await, Err(DemoError::InUse)));
}

#[tokio::test]
async fn a_neighbourhood_can_be_invented_on_any_day() {
    for (seed, today) in
        [(1, date(2027, 1, 1)), (2, date(2028, 2, 29)), (3, date(2027, 3, 28)), (4, date(2026, 12, 27))]
    {
        let (_folder, store) = filled_on(seed, today).await;
        assert!(store.verify_audit(None).await.unwrap().faults.is_empty(), "{today}");
    }
}
