//! The national files, real where they are beside the checkout, and files that lie.

use std::path::{Path, PathBuf};

use fingerpost_domain::organisation::{ODS, OrganisationKind, OrganisationStatus};
use fingerpost_store::testing::{on_both, start};

use super::*;

mod directory;
mod figures;
mod wrong_files;

fn real(name: &str) -> Option<PathBuf> {
    let name = if name.contains('/') { name.to_owned() } else { format!("uk_ods/{name}") };
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/realdata")).join(&name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("LEFT OUT: the real file {name} is not beside the checkout");
    None
}

fn run(dry_run: bool) -> Run<'static> {
    Run { source: "test", dry_run, now: start() }
}

#[tokio::test]
async fn the_real_register_is_taken_whole_and_a_second_time_changes_nothing() {
    let Some(path) = real("gp_practices_active_2025-11.csv") else { return };
    on_both(async |store| {
        let mut steps = 0;
        let first = practices(store, &path, run(false), |_, _| steps += 1).await.unwrap();
        assert_eq!((first.counts.read, first.counts.added, first.counts.refused), (6618, 6618, 0));
        assert_eq!(steps, 6618);
        let again = practices(store, &path, run(false), |_, _| {}).await.unwrap();
        assert_eq!((again.counts.unchanged, again.counts.changed, again.counts.added), (6618, 0, 0));
        let densham = store.organisation_by_identifier(ODS, "A81001").await.unwrap().unwrap();
        assert_eq!((densham.name.as_str(), densham.slug.as_str()), ("THE DENSHAM SURGERY", "A81001"));
    })
    .await;
}

#[tokio::test]
async fn the_real_networks_and_their_members_are_taken_after_the_practices() {
    let (Some(register), Some(details), Some(partners)) = (
        real("gp_practices_active_2025-11.csv"),
        real("epcn_2023_PCNDetails.csv"),
        real("epcn_2023_PCN_Core_Partner_Details.csv"),
    ) else {
        return;
    };
    on_both(async |store| {
        practices(store, &register, run(false), |_, _| {}).await.unwrap();
        let files = (details.as_path(), partners.as_path());
        let (bodies, members) = networks(store, files, run(false), |_, _| {}).await.unwrap();
        assert_eq!((bodies.counts.read, bodies.counts.refused), (1329, 0));
        assert_eq!(members.counts.read, 7455);
        assert_eq!(members.counts.added + members.counts.refused + members.counts.unchanged, 7455);
        assert!(members.counts.added > 6_000, "{:?}", members.counts);
        let (bodies, members) = networks(store, files, run(false), |_, _| {}).await.unwrap();
        assert_eq!((bodies.counts.added, bodies.counts.changed), (0, 0));
        assert_eq!((members.counts.added, members.counts.changed), (0, 0));
    })
    .await;
}

/// A row of the national file: 27 columns without a header.
fn national(code: &str, name: &str, status: &str, setting: &str, closed: &str) -> String {
    let mut columns = vec![""; 27];
    columns[0] = code;
    columns[1] = name;
    columns[4] = "1 HIGH STREET";
    columns[7] = "MARKET WEXLEY";
    columns[9] = "WX4 2TN";
    columns[10] = "19740401";
    columns[11] = closed;
    columns[12] = status;
    columns[17] = "01632 960001";
    columns[25] = setting;
    columns.join(",")
}

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("practices.csv");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test]
async fn the_national_file_keeps_every_status_and_setting() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let rows = [
            national("A81001", "\"O'BRIEN, SMYTH & PARTNERS\"", "A", "4", ""),
            national("A81002", "CLOSED SURGERY", "C", "4", "20200331"),
            national("A81003", "SLEEPING SURGERY", "D", "4", ""),
            national("A81004", "COMING SURGERY", "P", "4", ""),
            national("Y01234", "HMP WEXLEY", "A", "25", ""),
        ];
        let path = file(&folder, rows.join("\n").as_bytes());
        let report = practices(store, &path, run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.added, report.counts.refused), (5, 0));
        let practices_here = store.count_organisations(OrganisationKind::Practice).await.unwrap();
        let statuses: Vec<_> = practices_here.iter().map(|s| (s.status, s.count)).collect();
        use OrganisationStatus::{Active, Closed, Dormant, Proposed};
        assert_eq!(statuses, [(Active, 1), (Closed, 1), (Dormant, 1), (Proposed, 1)]);
        let prison = store.organisation_by_identifier(ODS, "Y01234").await.unwrap().unwrap();
        assert_eq!(prison.kind, OrganisationKind::Other);
    })
    .await;
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_reported_by_line_and_the_rest_is_taken() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let rows = [
            national("A81001", "GOOD SURGERY", "A", "4", ""),
            national("A81001", "THE SAME AGAIN", "A", "4", ""),
            national("A81002", "", "A", "4", ""),
            national("A81003", "ODD STATUS", "X", "4", ""),
            national("A81004", "ODD DATE", "C", "4", "20201399"),
            "too,few,columns".to_owned(),
            national("A8 1005!", "ODD CODE", "A", "4", ""),
        ];
        let path = file(&folder, rows.join("\n").as_bytes());
        let report = practices(store, &path, run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.read, report.counts.added, report.counts.refused), (7, 1, 6));
        let lines: Vec<_> = report.refused.iter().map(|refused| refused.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
    })
    .await;
}

#[tokio::test]
async fn a_change_in_the_register_is_taken_and_counted() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, national("A81001", "OLD NAME", "A", "4", "").as_bytes());
        practices(store, &path, run(false), |_, _| {}).await.unwrap();
        let path = file(&folder, national("A81001", "NEW NAME", "C", "4", "20260101").as_bytes());
        let report = practices(store, &path, run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.changed, report.counts.added), (1, 0));
        let now = store.organisation_by_identifier(ODS, "A81001").await.unwrap().unwrap();
        assert_eq!(now.name, "NEW NAME");
    })
    .await;
}

#[tokio::test]
async fn the_short_list_does_not_wipe_the_days_that_the_long_one_told() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, national("A81001", "SURGERY", "A", "4", "").as_bytes());
        practices(store, &path, run(false), |_, _| {}).await.unwrap();
        let short = "ods_code,name,addr1,addr2,postcode,phone\nA81001,SURGERY,1 HIGH STREET,MARKET WEXLEY,WX4 2TN,01632 960001\n";
        let path = file(&folder, short.as_bytes());
        let report = practices(store, &path, run(false), |_, _| {}).await.unwrap();
        assert_eq!((report.counts.unchanged, report.counts.changed), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, national("A81001", "SURGERY", "A", "4", "").as_bytes());
        let report = practices(store, &path, run(true), |_, _| {}).await.unwrap();
        assert_eq!(report.counts.added, 1);
        assert!(store.organisation_by_identifier(ODS, "A81001").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn files_that_are_something_else_are_refused_with_a_sentence() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let html = file(&folder, b"<html><body>Service unavailable</body></html>");
        let error = practices(store, &html, run(false), |_, _| {}).await.unwrap_err();
        assert!(matches!(error, ImportError::UnknownLayout(_)), "{error}");
        let empty = file(&folder, b"");
        assert!(matches!(practices(store, &empty, run(false), |_, _| {}).await, Err(ImportError::UnknownLayout(_))));
        let gone = folder.path().join("gone.csv");
        assert!(matches!(practices(store, &gone, run(false), |_, _| {}).await, Err(ImportError::File { .. })));
        let wrong = file(&folder, [",".repeat(26), ",".repeat(26)].join("\n").as_bytes());
        assert!(matches!(practices(store, &wrong, run(false), |_, _| {}).await, Err(ImportError::NothingRead { .. })));
        let noise: Vec<u8> = (0..60_000_u32).map(|n| (n * 7 % 256) as u8).collect();
        let noise = file(&folder, &noise);
        assert!(practices(store, &noise, run(false), |_, _| {}).await.is_err());
    })
    .await;
}
