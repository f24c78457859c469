//! What leaves comes back the same, whatever it was made of.

use std::path::{Path, PathBuf};

use fingerpost_import::Run;
use fingerpost_store::testing::{on_both, start};
use fingerpost_store::{Address, Store};

use crate::*;

async fn fresh(folder: &Path) -> Store {
    let entropy = fingerpost_domain::ambient::Entropy::from_number(3);
    Store::open(&Address::Folder(folder.to_owned()), entropy, start()).await.unwrap()
}

/// Every file below a folder with what is in it.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut all = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.file_name().unwrap().into(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    all.sort();
    all
}

async fn there_and_back(store: &Store, count: usize) {
    let work = tempfile::tempdir().unwrap();
    let first = work.path().join("first");
    assert_eq!(directory(store, &first, |_| {}).await.unwrap(), count);
    assert!(matches!(directory(store, &first, |_| {}).await, Err(ExportError::InUse(_))));
    for (name, path) in [("json", first.join("services.json")), ("tables", first.join("tables"))] {
        let other = fresh(&work.path().join(name)).await;
        let run = Run { source: "elsewhere", dry_run: false, now: start() };
        let report = fingerpost_import::directory(&other, &path, run, |_, _| {}).await.unwrap();
        assert_eq!((report.counts.refused, report.refused.first()), (0, None), "{name}");
        let again = work.path().join(format!("{name} again"));
        assert_eq!(directory(&other, &again, |_| {}).await.unwrap(), count);
        let of = |folder: &Path| if name == "json" { files(folder) } else { files(&folder.join("tables")) };
        assert_eq!(of(&first).len(), of(&again).len(), "as many files");
        for (before, after) in of(&first).iter().zip(of(&again)) {
            assert_eq!(before.0, after.0);
            let line = before.1.lines().zip(after.1.lines()).find(|(one, other)| one != other);
            assert_eq!(line, None, "{name}: {}", before.0.display());
            assert_eq!(before.1.len(), after.1.len(), "{name}: {}", before.0.display());
        }
        other.close().await;
    }
}

#[tokio::test]
async fn a_directory_leaves_comes_back_and_leaves_the_same() {
    on_both(async |store| {
        let work = tempfile::tempdir().unwrap();
        let feed = work.path().join("feed.json");
        let text = r#"[
            {"id": "1", "name": "Choir", "description": "One\n\ntwo, \"three\"", "minimum_age": 18, "funding": [{"id": "f", "source": "Lottery"}],
             "organization": {"id": "o", "name": "Tannery", "description": "By the\u202e river", "logo": "x"},
             "schedules": [{"byday": "TU", "opens_at": "18:30:00"}, {"byday": "TH", "opens_at": "18:30"}, {"opens_at": "10:00+01:00"}],
             "service_at_locations": [{"location": {"id": "l", "latitude": 53.8, "longitude": -1.25, "addresses": [{"address_1": "1 Lane", "city": "Wexley"}]}}, {}],
             "languages": [{"name": "English"}, {"name": "ENGLISH"}, {}], "phones": [{"number": "01632 960 310"}, {"number": ""}],
             "cost_options": [{"amount": 2.5}], "attributes": [{"taxonomy_term": {"id": "t", "name": "Music"}}, {"taxonomy_term": {"id": "t", "name": "Music"}}, {}]},
            {"id": "2", "name": "Shed", "organization_id": "nobody", "organization": {"id": "o", "name": "Tannery Row"}, "status": "inactive"}
        ]"#;
        std::fs::write(&feed, text).unwrap();
        let run = Run { source: "here", dry_run: false, now: start() };
        fingerpost_import::directory(store, &feed, run, |_, _| {}).await.unwrap();
        there_and_back(store, 2).await;
    })
    .await;
}

#[tokio::test]
async fn a_real_dirty_directory_leaves_comes_back_and_leaves_the_same() {
    let real = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/realdata/hsds_us_miami211/data"));
    if !real.exists() {
        eprintln!("LEFT OUT: the real directory is not beside the checkout");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = fresh(folder.path()).await;
    let run = Run { source: "miami", dry_run: false, now: start() };
    fingerpost_import::directory(&store, real, run, |_, _| {}).await.unwrap();
    there_and_back(&store, 4_089).await;
    store.close().await;
}
