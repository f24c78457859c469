//! Writes that share a flush: stored together, undone alone, and nobody is told before it is so.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use fingerpost_engine::{Db, values};

async fn open(folder: &Path) -> Db {
    let db = Db::sqlite(&folder.join("group.sqlite")).await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.script("CREATE TABLE IF NOT EXISTS line (n BIGINT NOT NULL PRIMARY KEY)").await.unwrap();
    tx.commit().await.unwrap();
    db
}

const ADD: &str = "INSERT INTO line (n) VALUES ($1)";

async fn add(db: &Db, n: i64) -> Result<(), fingerpost_engine::StoreError> {
    let mut tx = db.write().await?;
    tx.run(ADD, values![n]).await?;
    tx.commit().await
}

async fn lines(db: &Db) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    let rows = tx.rows("SELECT n FROM line ORDER BY n LIMIT 10000", vec![]).await.unwrap();
    rows.iter().map(|row| row.int("n").unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_stored_and_each_refusal_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    add(&db, 7).await.unwrap();
    let all = (0..200).map(|n| {
        let db = db.clone();
        tokio::spawn(async move { (n, add(&db, n).await) })
    });
    let mut refused = vec![];
    for each in all.collect::<Vec<_>>() {
        let (n, added) = each.await.unwrap();
        if added.is_ok() {
            let mut tx = db.read().await.unwrap();
            let there = tx.row("SELECT n FROM line WHERE n = $1", values![n]).await.unwrap();
            assert!(there.is_some(), "{n} was told to be stored");
        } else {
            refused.push(n);
        }
    }
    assert_eq!((refused, lines(&db).await), (vec![7], (0..200).collect()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_dropped_or_cut_off_takes_nobody_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let work = (0..300).map(|n: i64| {
        let db = db.clone();
        tokio::spawn(async move {
            match n % 3 {
                0 => add(&db, n).await.map(|()| Some(n)),
                // Begun and dropped.
                1 => {
                    let mut tx = db.write().await?;
                    tx.run(ADD, values![n]).await?;
                    Ok(None)
                }
                // Cut off somewhere, as a visitor who closes the page.
                _ => {
                    let some = std::time::Duration::from_micros(u64::try_from(n * 37 % 1_500).unwrap_or(0));
                    Ok(tokio::time::timeout(some, add(&db, n)).await.is_ok().then_some(n))
                }
            }
        })
    });
    let mut told = vec![];
    for each in work.collect::<Vec<_>>() {
        told.extend(each.await.unwrap().unwrap());
    }
    let there = lines(&db).await;
    assert!(told.iter().all(|n| there.contains(n)), "everybody who was told is stored");
    assert!(there.iter().all(|n| n % 3 != 1), "nobody who was dropped is");
    assert_eq!(there.iter().filter(|n| **n % 3 == 0).count(), 100);
}

#[tokio::test]
async fn nothing_stays_open_after_the_last_write() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut dropped = db.write().await.unwrap();
    dropped.run(ADD, values![1_i64]).await.unwrap();
    drop(dropped);
    // Another process can write at once: no lock is left behind by somebody who went away.
    let other = open(folder.path()).await;
    add(&other, 2).await.unwrap();
    assert_eq!(lines(&db).await, [2]);
    let Db::Sqlite { writer, .. } = &db else { panic!("it is SQLite") };
    writer.close().await;
    assert!(add(&db, 3).await.is_err(), "a closed writer says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gives_up_while_another_process_writes_leaves_the_writer_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (db, other) = (open(folder.path()).await, open(folder.path()).await);
    for round in 0..20_i64 {
        let mut held = other.write().await.unwrap();
        held.run(ADD, values![round]).await.unwrap();
        let impatient = (0..4).map(|n| {
            let db = db.clone();
            let some = std::time::Duration::from_millis(5);
            tokio::spawn(async move { tokio::time::timeout(some, add(&db, 1_000 + round * 10 + n)).await.is_err() })
        });
        for each in impatient.collect::<Vec<_>>() {
            assert!(each.await.unwrap(), "nobody can write while another process does");
        }
        held.commit().await.unwrap();
        add(&db, 100 + round).await.unwrap();
    }
    let there = lines(&db).await;
    assert!((0..20).chain(100..120).all(|n| there.contains(&n)), "everybody who was told is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_off_is_done_in_order_and_told_when_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut tx = db.write().await.unwrap();
    for n in 0..20 {
        tx.later(ADD, values![n]).await.unwrap();
    }
    // What comes next sees it all.
    assert_eq!(tx.run("UPDATE line SET n = n + $1 WHERE n < $2", values![100_i64, 15_i64]).await.unwrap(), 15);
    tx.later("DELETE FROM line WHERE n = $1", values![17_i64]).await.unwrap();
    tx.later("UPDATE line SET n = $2 WHERE n = $1", values![19_i64, 17_i64]).await.unwrap();
    tx.commit().await.unwrap();
    let expected: Vec<i64> = (15..19).chain(100..115).collect();
    assert_eq!(lines(&db).await, expected);
    // A fault undoes everything of its change, and nothing of anybody else's.
    let mut wrong = db.write().await.unwrap();
    wrong.later(ADD, values![1_i64]).await.unwrap();
    wrong.later(ADD, values![18_i64]).await.unwrap();
    wrong.later(ADD, values![2_i64]).await.unwrap();
    assert!(wrong.commit().await.is_err());
    add(&db, 3).await.unwrap();
    let mut forgotten = db.write().await.unwrap();
    forgotten.later(ADD, values![4_i64]).await.unwrap();
    drop(forgotten);
    assert_eq!(lines(&db).await, [3].into_iter().chain(expected).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_many_pages_is_undone_alone() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut tx = db.write().await.unwrap();
    tx.script("CREATE TABLE page (n BIGINT NOT NULL PRIMARY KEY, body TEXT NOT NULL)").await.unwrap();
    // 12 MiB.
    let fill = "WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < $1) \
                INSERT INTO page SELECT n, HEX(ZEROBLOB(1500)) FROM c";
    assert_eq!(tx.run(fill, values![4_000_i64]).await.unwrap(), 4_000);
    tx.commit().await.unwrap();
    let mut large = db.write().await.unwrap();
    assert_eq!(large.run("UPDATE page SET body = $1 || body", values!["changed"]).await.unwrap(), 4_000);
    drop(large);
    add(&db, 1).await.unwrap();
    let left = db.row("SELECT COUNT(*) AS n FROM page WHERE body LIKE 'changed%'", vec![]).await.unwrap().unwrap();
    assert_eq!((left.int("n").unwrap(), lines(&db).await), (0, vec![1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_sqlite_ends_everything_by_itself_nobody_is_told_that_it_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut before = db.write().await.unwrap();
    before.script("CREATE TABLE wide (body TEXT); PRAGMA max_page_count = 50").await.unwrap();
    // In one group, in this order: they wait while another group is open.
    let waits = async || tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let adds = |n: i64| {
        let db = db.clone();
        tokio::spawn(async move { add(&db, n).await })
    };
    let first = adds(1);
    waits().await;
    let undone = tokio::spawn({
        let db = db.clone();
        async move {
            let mut tx = db.write().await.unwrap();
            tx.run(ADD, values![2_i64]).await.unwrap();
        }
    });
    waits().await;
    let too_large = tokio::spawn({
        let db = db.clone();
        async move {
            let mut tx = db.write().await?;
            tx.run("INSERT INTO wide (body) VALUES (HEX(ZEROBLOB($1)))", values![1_000_000_i64]).await
        }
    });
    waits().await;
    let last = adds(3);
    waits().await;
    before.commit().await.unwrap();
    undone.await.unwrap();
    assert!(too_large.await.unwrap().is_err(), "the file is full");
    assert!(first.await.unwrap().is_err(), "what is gone is not called stored");
    last.await.unwrap().unwrap();
    assert_eq!(lines(&db).await, [3]);
    add(&db, 4).await.unwrap();
}
