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

/// A region of 25 practices in two schemes with about 600 referrals.
async fn region(seed: u64) -> (tempfile::TempDir, Store) {
    let (folder, today) = (tempfile::tempdir().unwrap(), date(2026, 11, 21));
    let address = Address::Folder(folder.path().to_owned());
    let store = Store::open(&address, Entropy::from_number(seed), start()).await.unwrap();
    let (tenant, mut dice) = (TenantId::main(), ChaCha20Rng::seed_from_u64(seed));
    let began = crate::region::began(today, YEARS);
    store.ledger().ensure_tenant(&tenant, began).await.unwrap();
    let around = crate::region::build(&store, &tenant, &mut dice, (25, 200.0), began).await.unwrap();
    assert_eq!((around.practices.len(), around.schemes.len()), (25, 2));
    let mut told = 0;
    years::tell(&store, &tenant, &around, &mut dice, (600, YEARS, today), |done, _| told = done).await.unwrap();
    assert_eq!(told, 600);
    (folder, store)
}

/// Cells of a table's rows, in the order of its columns.
fn cells<'a>(rows: &'a [String], table: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    rows.iter().filter_map(move |row| row.strip_prefix(table)?.strip_prefix('|')).map(|row| row.split('|').collect())
}

#[tokio::test]
async fn a_region_is_the_same_for_a_seed_and_goes_the_way_of_a_region() {
    let (_a, first) = region(3).await;
    let (_b, second) = region(3).await;
    let rows = dump(first.ledger()).await;
    assert!(rows == dump(second.ledger()).await, "the same seed gave two regions");
    let cases: Vec<_> = cells(&rows, "case_file").collect();
    let share = |n: usize| n as f64 / cases.len() as f64;
    assert!((440..600).contains(&cases.len()), "{} cases", cases.len());
    let closed = cases.iter().filter(|case| case[18] != "-").count();
    assert!((0.85..0.99).contains(&share(closed)), "{closed} of {} closed", cases.len());
    let lost = cases.iter().filter(|case| case[19] == "lost_touch").count();
    assert!((0.05..0.35).contains(&share(lost)), "{lost} of {} lost touch", cases.len());
    let again = cells(&rows, "person").count();
    assert!(again < cases.len(), "somebody is referred again");
    let sent: Vec<i64> = cells(&rows, "referral").filter_map(|row| row[27].parse().ok()).collect();
    let middle = (sent.iter().min().unwrap() + sent.iter().max().unwrap()) / 2;
    let late = sent.iter().filter(|at| **at > middle).count();
    assert!(late * 2 > sent.len(), "referrals grow with the years: {late} of {} in the later half", sent.len());
    assert!(second.ledger().verify_audit(None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_neighbourhood_to_the_letter() {
    let (_a, first) = filled(7).await;
    let (_b, second) = filled(7).await;
    let (_c, other) = filled(8).await;
    let (first, second, other) = (dump(first.ledger()).await, dump(second.ledger()).await, dump(other.ledger()).await);
    assert!(first.len() > 2_000, "{} rows", first.len());
    assert!(first == second, "the same seed gave two places");
    assert!(first != other, "two seeds gave one place");
}

#[tokio::test]
async fn a_neighbourhood_is_marked_verifies_and_is_made_only_once() {
    let (_folder, store) = filled(7).await;
    assert!(store.ledger().is_invented().await.unwrap());
    let report = store.ledger().verify_audit(None).await.unwrap();
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
        assert!(store.ledger().verify_audit(None).await.unwrap().faults.is_empty(), "{today}");
    }
}
