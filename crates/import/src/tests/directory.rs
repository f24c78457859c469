//! Directories, real and dirty, and files that lie.

use std::path::Path;

use fingerpost_directory::sheet::Column;
use fingerpost_domain::Date;
use fingerpost_store::Store;
use fingerpost_store::testing::on_both;
use serde_json::json;

use super::{real, run};
use crate::{ImportError, Report, Run, directory, postcodes};

async fn take(store: &Store, path: &Path) -> Result<Report, ImportError> {
    directory(store, path, run(false), |_, _| {}).await
}

fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[expect(clippy::unnecessary_wraps, reason = "as an import takes it")]
fn day() -> Option<Date> {
    Some(jiff::civil::date(2025, 11, 1))
}

async fn everything(store: &Store) -> Vec<fingerpost_store::StoredService> {
    store.entries().after(0, 10_000).await.unwrap()
}

#[tokio::test]
async fn a_real_dirty_directory_is_taken_whole_and_a_second_time_changes_nothing() {
    let Some(path) = real("hsds_us_miami211/data") else { return };
    on_both(async |store| {
        let first = take(store, &path).await.unwrap();
        assert_eq!((first.counts.read, first.counts.added, first.counts.refused), (4089, 4089, 0));
        let said = |words: &str| first.refused.iter().filter(|line| line.reason.contains(words)).count();
        assert_eq!(said("taken without one"), 447, "organisations that nobody knows");
        assert!(said("is not a time of day") > 10);
        let services = everything(store).await;
        assert_eq!(services.len(), 4089);
        let dirty = |text: &String| {
            text.contains("\\n") || text.contains("##MON") || text.contains("##COL") || text.contains("G\u{c7}")
        };
        assert_eq!(services.iter().filter_map(|s| s.service.description.as_ref()).filter(|t| dirty(t)).count(), 0);
        let school = services.iter().find(|s| s.service.name == "CORAL TERRACE ELEMENTARY").unwrap();
        assert_eq!(school.service.organization.as_ref().unwrap().name, "NICKLAUS CHILDREN'S HOSPITAL");
        assert_eq!(school.service.schedules.len(), 1);
        assert_eq!(school.service.schedules[0].byday.as_deref(), Some("MO,TU,WE,TH,FR"));
        assert_eq!(school.service.schedules[0].opens_at.as_deref(), Some("08:20"));
        let seq = store.entries().seq().await.unwrap();
        let again = take(store, &path).await.unwrap();
        assert_eq!((again.counts.unchanged, again.counts.added, again.counts.changed), (4089, 0, 0));
        assert_eq!(store.entries().seq().await.unwrap(), seq, "nothing to read again");
    })
    .await;
}

#[tokio::test]
async fn every_service_of_the_uk_examples_is_taken() {
    let Some(path) = real("oruk/uk-profile/examples/service_list.json") else { return };
    on_both(async |store| {
        let report = take(store, &path).await.unwrap();
        assert_eq!((report.counts.read, report.counts.added), (1, 1), "the page says 10 items and holds one");
        let one = path.with_file_name("service_full.json");
        let report = take(store, &one).await.unwrap();
        assert_eq!((report.counts.refused, report.counts.changed), (0, 1), "the same service, told in full");
        assert!(report.refused[0].reason.contains("not on the earth"), "its place is at latitude 100");
    })
    .await
}

#[tokio::test]
async fn pages_of_a_feed_are_read_together_and_each_service_once() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let choir = json!({ "id": "1", "name": "Choir", "email": 5 });
        let shed = json!({ "id": "2", "name": "Shed", "description": "Wood\\nwork", "funding": [{ "id": "f" }] });
        let page = json!({ "total_items": 500, "contents": [shed, choir, { "id": "3" }] });
        written(&folder, "1.json", &page.to_string());
        written(
            &folder,
            "2.json",
            &json!([{ "id": "2", "name": "Shed again" }, { "id": "4", "name": "Walk" }]).to_string(),
        );
        let report = take(store, folder.path()).await.unwrap();
        assert_eq!((report.counts.read, report.counts.added, report.counts.refused), (5, 2, 3));
        let said: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with("1.json, 2: ") && said[1] == "1.json, 3: it has no name", "{said:?}");
        assert_eq!(said[2], "2.json, 1: a service with this id stands above already");
        let services = everything(store).await;
        assert_eq!(services[0].service.description.as_deref(), Some("Wood\nwork"));
        assert!(services[0].service.more.contains_key("funding"), "what we do not name is kept");

        written(&folder, "1.json", &json!([{ "id": "2", "name": "Shed" }]).to_string());
        std::fs::remove_file(folder.path().join("2.json")).unwrap();
        let report = take(store, folder.path()).await.unwrap();
        assert_eq!((report.counts.changed, report.counts.unchanged), (1, 0));
        assert_eq!(everything(store).await.len(), 2, "what is no longer listed stays");
    })
    .await;
}

#[tokio::test]
async fn a_directory_that_is_none_changes_nothing() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("cut.json", r#"[{"id": "1", "name": "Choir"}, {"id": "2", "na"#),
            ("other.json", r#"{"hello": "world"}"#),
            ("number.json", "7"),
            ("nameless.json", r#"[{"id": "1"}]"#),
            ("table.csv", "id,name\n1,Choir\n"),
        ] {
            let path = written(&folder, name, text);
            let error = take(store, &path).await.unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(take(store, empty.path()).await, Err(ImportError::NoDirectory(_))));
        assert!(everything(store).await.is_empty());
        let dry = written(&folder, "good.json", r#"[{"id": "1", "name": "Choir"}]"#);
        let report = directory(store, &dry, run(true), |_, _| {}).await.unwrap();
        assert_eq!(report.counts.added, 1);
        assert!(everything(store).await.is_empty() && store.entries().seq().await.unwrap() == 0);
    })
    .await;
}

#[tokio::test]
async fn real_postcodes_have_their_place_and_a_broken_file_changes_nothing() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let rows = "pcds,lat,long,lsoa21\nS60 1AA,53.43,-1.36,E01007798\nnonsense,1,2,\nS60 1AB,99.999999,0,\n";
        let path = written(&folder, "p.csv", rows);
        let report = postcodes(store, &path, (day(), false), run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.read, report.counts.added, report.counts.refused), (3, 1, 2));
        let again = postcodes(store, &path, (day(), false), run(false), |_, _| {}).await.unwrap();
        assert_eq!((again.counts.unchanged, again.counts.changed), (1, 0));
        std::fs::write(folder.path().join("cut.csv.gz"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]).unwrap();
        assert!(
            postcodes(store, &folder.path().join("cut.csv.gz"), (day(), false), run(false), |_, _| {}).await.is_err()
        );
        let wrong = written(&folder, "w.csv", "a,b\n1,2\n");
        assert!(matches!(
            postcodes(store, &wrong, (day(), false), run(false), |_, _| {}).await,
            Err(ImportError::NoColumns { .. })
        ));
        let latin = folder.path().join("latin.csv");
        std::fs::write(&latin, b"pcds,lat,long\nS60 1AC,53.43,-1.36\nS\xE9\xE9 1AD,53.43,-1.36\n").unwrap();
        let report = postcodes(store, &latin, (day(), false), run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.added, report.counts.refused, report.refused[0].line), (1, 1, 3));
        // A small file that does not end: four million letters in one quote, packed.
        let endless = folder.path().join("endless.csv.gz");
        let mut packed =
            flate2::write::GzEncoder::new(std::fs::File::create(&endless).unwrap(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, b"pcds,lat,long\n\"").unwrap();
        std::io::Write::write_all(&mut packed, &vec![b'x'; 4_000_000]).unwrap();
        packed.finish().unwrap();
        let error = postcodes(store, &endless, (day(), false), run(false), |_, _| {}).await.unwrap_err().to_string();
        assert!(error.contains("a row is longer than any"), "{error}");
        let Some(path) = real("uk_geo/postcodes_subset_2025-11.csv.gz") else { return };
        let report = postcodes(store, &path, (None, false), run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.read, report.counts.refused), (120_728, 0), "{:?}", report.refused.first());
        let somewhere = fingerpost_domain::person::Postcode::parse("al100bs").unwrap();
        assert_eq!(store.place_of(&somewhere).await.unwrap().unwrap().micro(), (51_766_030, -226_790));
    })
    .await;
}

#[tokio::test]
async fn postcodes_have_editions_and_an_older_one_takes_nothing_back() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let at = fingerpost_domain::person::Postcode::parse("S60 1AA").unwrap();
        let there = async || store.place_of(&at).await.unwrap().unwrap().micro();
        let editions = async || {
            let all = store.editions().await.unwrap();
            all.iter().map(|edition| (edition.as_of.to_string(), edition.version, edition.rows)).collect::<Vec<_>>()
        };
        let undated = written(&folder, "places.csv", "pcds,lat,long\nS60 1AA,53.43,-1.36\n");
        let refused = postcodes(store, &undated, (None, false), run(false), |_, _| {}).await;
        assert!(matches!(refused, Err(ImportError::NoDay(_))));
        let dry = postcodes(store, &undated, (day(), false), run(true), |_, _| {}).await.unwrap();
        assert_eq!((dry.counts.added, editions().await.len()), (1, 0));
        let august =
            written(&folder, "ONSPD_AUG_2025_UK.csv", "pcds,lat,long\nS60 1AA,53.43,-1.36\nS60 1AB,53.44,-1.36\n");
        let november =
            written(&folder, "places-2025-11.csv", "pcds,lat,long\nS60 1AA,53.50,-1.36\nS60 1AB,53.44,-1.36\n");
        let take = async |path: &Path| {
            let counts = postcodes(store, path, (None, false), run(false), |_, _| {}).await.unwrap().counts;
            (counts.added, counts.changed, counts.unchanged)
        };
        assert_eq!(take(&august).await, (2, 0, 0));
        assert_eq!(take(&august).await, (0, 0, 2), "a second time changes nothing");
        assert_eq!(take(&november).await, (0, 1, 1));
        assert_eq!(take(&august).await, (0, 0, 2), "what a later edition said stays");
        assert_eq!(there().await, (53_500_000, -1_360_000));
        let both = [("2025-08-01".to_owned(), 1, 2), ("2025-11-01".to_owned(), 1, 2)];
        assert_eq!(editions().await, both);
        // Other places for the same month are its next version, which the first does not take back.
        let second = "pcds,lat,long\nS60 1AA,53.51,-1.36\n";
        written(&folder, "places-2025-11.csv", second);
        assert_eq!(take(&november).await, (0, 1, 0));
        let first = written(&folder, "first-2025-11.csv", "pcds,lat,long\nS60 1AA,53.50,-1.36\nS60 1AB,53.44,-1.36\n");
        assert_eq!(take(&first).await, (0, 0, 2));
        assert_eq!(there().await, (53_510_000, -1_360_000));
        let cut = written(&folder, "cut-2025-12.csv", "pcds,lat,long\nS60 1AA,53.43,-1.36\nS60 1AB,53.4,-1.");
        let refused = postcodes(store, &cut, (None, false), run(false), |_, _| {}).await;
        assert!(matches!(refused, Err(ImportError::CutShort(_))));
        let trusted = postcodes(store, &cut, (None, true), run(true), |_, _| {}).await.unwrap();
        assert_eq!(trusted.counts.read, 2);
        let short = written(&folder, "short-2025-12.csv", "pcds,lat,long,lsoa21\nS60 1AA,53.43,-1.36\n");
        assert!(matches!(
            postcodes(store, &short, (None, false), run(true), |_, _| {}).await,
            Err(ImportError::NothingRead { .. })
        ));
        assert_eq!(editions().await.last().unwrap(), &("2025-11-01".to_owned(), 2, 1));
    })
    .await;
}

#[test]
fn the_month_of_a_register_is_read_from_its_name() {
    let month = |name: &str| crate::postcodes::month_in_name(Path::new(name)).map(|day| day.to_string());
    for name in
        ["ONSPD_NOV_2025_UK.csv", "postcodes_subset_2025-11.csv.gz", "/data/pcd 11-2025.csv", "nspl_2025_NOV.csv"]
    {
        assert_eq!(month(name).as_deref(), Some("2025-11-01"), "{name}");
    }
    for name in ["postcodes.csv", "2025.csv", "uk-2025-13.csv", "1234-11.csv", "a-2025-1.csv"] {
        assert_eq!(month(name), None, "{name}");
    }
}

#[tokio::test]
async fn real_spreadsheets_of_libraries_and_food_banks_are_taken_by_their_headings() {
    let (Some(libraries), Some(banks)) = (real("uk_places/gm_libraries.csv"), real("uk_places/gm_food_banks.csv"))
    else {
        return;
    };
    on_both(async |store| {
        let (report, understood) = crate::sheet(store, &libraries, &[], run(false), |_, _| {}).await.unwrap();
        let column = |name: &str| understood.iter().find(|(heading, _)| heading == name).unwrap().1;
        assert_eq!(
            (column("name"), column("lat"), column("area_code")),
            (Some(Column::Name), Some(Column::Latitude), None)
        );
        assert_eq!((report.counts.added, report.counts.refused), (report.counts.read, 0));
        let second = Run { source: "food banks", ..run(false) };
        let (report, _) = crate::sheet(store, &banks, &[], second, |_, _| {}).await.unwrap();
        let twice = report.refused.iter().filter(|line| line.reason.contains("stands above already")).count() as u64;
        assert_eq!(report.counts.refused, twice, "{:?}", report.refused);
        let all = everything(store).await;
        let library = all.iter().find(|one| one.service.name == "Blackrod Library").unwrap();
        assert!(library.service.locations().next().unwrap().latitude.is_some());
        let bank = all.iter().find(|one| one.service.name == "BRASS Bolton").unwrap();
        assert_eq!(bank.service.email.as_deref(), Some("admin@brass-bolton.org.uk"));
        let times = &bank.service.schedules[0];
        assert_eq!(
            (times.byday.as_deref(), times.opens_at.as_deref(), times.closes_at.as_deref()),
            (Some("WE"), Some("10:00"), Some("16:00"))
        );
        let again = crate::sheet(store, &libraries, &[], run(false), |_, _| {}).await.unwrap().0;
        assert_eq!((again.counts.added, again.counts.changed), (0, 0), "the same file again changes nothing");
    })
    .await;
}

#[tokio::test]
async fn a_sheet_that_lies_is_refused_in_words_and_nothing_is_taken() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let semicolons = written(&folder, "a.csv", "Titel;Wann\nChoir;Tuesdays\n;Fridays\n");
        let wrong = crate::sheet(store, &semicolons, &[], run(false), |_, _| {}).await.unwrap_err();
        assert!(matches!(&wrong, ImportError::NoNames { headings, .. } if headings == "Titel, Wann"), "{wrong}");
        let said = |column, heading: &str| vec![(column, heading.to_owned())];
        let none = crate::sheet(store, &semicolons, &said(Column::Name, "Gruppe"), run(false), |_, _| {}).await;
        assert!(matches!(none, Err(ImportError::NoHeading { .. })));
        assert!(everything(store).await.is_empty());
        let (report, _) =
            crate::sheet(store, &semicolons, &said(Column::Name, "titel"), run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.added, report.counts.refused), (1, 1));
        assert!(report.refused[0].reason.contains("no name") && report.refused[0].line == 3);
        let empty = written(&folder, "b.csv", "name\n\n,\n");
        assert_eq!(crate::sheet(store, &empty, &[], run(false), |_, _| {}).await.unwrap().0.counts.read, 0);
    })
    .await;
}
