//! Reference figures: the real tables where they are beside the checkout, editions, and files that lie.

use fingerpost_store::Store;
use jiff::civil::date;

use super::*;

async fn take(store: &Store, kind: FigureKind, path: &Path, as_of: Option<Date>) -> Result<Report, ImportError> {
    figures(store, (kind, path), as_of, false, run(false)).await
}

#[tokio::test]
async fn the_real_tables_are_taken_and_a_second_time_changes_nothing() {
    let files = [
        (FigureKind::ListSizes, "gp-reg-pat-prac-all_2021.csv", None, 6_658, 6_658),
        (FigureKind::Deprivation, "practice_imd.csv", Some(date(2019, 9, 26)), 6_437, 6_437),
        (FigureKind::Deprivation, "uk_geo/imd2025_lsoa21_min.csv", Some(date(2025, 10, 30)), 33_755, 33_755),
        (FigureKind::Deprivation, "uk_geo/imd2019_lsoa11_min.csv", Some(date(2019, 9, 26)), 32_844, 32_844),
        (FigureKind::Appointments, "uk_gp_appointments/Regional_CSV_ELondonHCP.csv", None, 14_437, 7_765),
    ];
    if files.iter().any(|(_, name, ..)| real(name).is_none()) {
        return;
    }
    on_both(async |store| {
        for (kind, name, as_of, rows, figures) in files {
            let path = real(name).unwrap();
            let first = take(store, kind, &path, as_of).await.unwrap();
            assert_eq!((first.counts.read, first.counts.added, first.counts.refused), (rows, figures, 0), "{name}");
            let again = take(store, kind, &path, as_of).await.unwrap();
            assert_eq!((again.counts.added, again.counts.unchanged), (0, figures), "{name}");
        }
        let editions = store.editions().await.unwrap();
        let days: Vec<_> = editions.iter().map(|edition| (edition.as_of, edition.version)).collect();
        assert!(days.contains(&(date(2021, 1, 1), 1)) && days.contains(&(date(2021, 8, 31), 1)), "{days:?}");
        assert_eq!(store.deprivation_tenth("A81001").await.unwrap(), Some(2));
        assert_eq!(store.deprivation_tenth("E01000001").await.unwrap(), Some(8), "the newest table is asked first");
    })
    .await;
}

const SIZES: &str =
    "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n01JAN2021,A81001,ALL,ALL,4000\n01JAN2021,A81002,ALL,ALL,9000\n";

#[tokio::test]
async fn other_figures_for_the_same_day_are_its_next_version() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sizes.csv");
        for (text, version) in
            [(SIZES.to_owned(), 1), (SIZES.replace("9000", "9100"), 2), (SIZES.replace("9000", "9100"), 2)]
        {
            std::fs::write(&path, text).unwrap();
            take(store, FigureKind::ListSizes, &path, None).await.unwrap();
            assert_eq!(store.editions().await.unwrap().len(), version);
        }
        let newest = store.editions().await.unwrap().pop().unwrap();
        assert_eq!((newest.version, newest.rows, newest.as_of), (2, 2, date(2021, 1, 1)));
    })
    .await;
}

#[tokio::test]
async fn files_that_lie_are_refused_row_by_row_or_whole_and_what_was_there_stays() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write(SIZES);
        take(store, FigureKind::ListSizes, &path, None).await.unwrap();
        write(&format!("{SIZES}01FEB2021,A81003,ALL,ALL,1\n01JAN2021,A81001,ALL,ALL,5\n01JAN2021,A81004,ALL,ALL,-3\n01JAN2021,?,ALL,ALL,3\n"));
        let mixed = take(store, FigureKind::ListSizes, &path, None).await.unwrap();
        let reasons: Vec<String> = mixed.refused.iter().map(ToString::to_string).collect();
        assert_eq!(reasons.len(), 4, "{reasons:?}");
        assert!(reasons[0].contains("another day") && reasons[1].contains("line 2"), "{reasons:?}");
        for (kind, text) in [
            (FigureKind::ListSizes, "CODE,SEX\nA81001,ALL\n"),
            (FigureKind::ListSizes, "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\nsoon,A81001,ALL,ALL,4\n"),
            (FigureKind::Deprivation, "practice_code,imd_decile\nA81001,11\n"),
            (FigureKind::Deprivation, "practice_code,imd_decile\nA81001,1\n"),
            (FigureKind::Appointments, "a,b\n\"open"),
            (FigureKind::Appointments, ""),
        ] {
            write(text);
            let refused = take(store, kind, &path, None).await;
            assert!(refused.is_err(), "{text}");
        }
        assert_eq!(store.editions().await.unwrap().len(), 1, "the day's figures are the two that stood already");
    })
    .await;
}
