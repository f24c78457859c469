//! Files that are cut short, wrongly encoded or lying, for every import: each is refused in a sentence or row by row,
//! and what was there stays as it was. And right ones a second time: nothing that is exported changes.

use fingerpost_store::{Everything, Store};

use super::*;

/// One import: a file that is right, and files that are not.
struct Import {
    what: &'static str,
    /// The name of the file; a folder of tables where it ends in a slash.
    name: &'static str,
    right: &'static str,
    /// Refused as a whole.
    wrong: &'static [&'static str],
}

const PRACTICES: &str = "ods_code,name,status\nA81001,THE DENSHAM SURGERY,active\nA81002,QUEENS PARK,active\n";
const DETAILS: &str = "PCN Code,PCN Name,Open Date,Close Date,Address Line 1,Address Line 2,Address Line 3,Address Line 4,Address Line 5,Postcode\n\
    U00001,FIRST PCN,20190701,,1 HIGH STREET,,,WEXLEY,,WX4 2TN\n";
const PARTNERS: &str = "Partner Organisation Code,PCN Code,Practice to PCN Relationship Start Date,Practice to PCN Relationship End Date\n\
    A81001,U00001,20190701,\nA81009,U00001,20190701,\n";
const SIZES: &str =
    "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n01JAN2021,A81001,ALL,ALL,4512\n01JAN2021,A81002,ALL,ALL,20\n";
const TENTHS: &str = "practice_code,imd_decile\nA81001,3\nA81002,10\n";
const APPOINTMENTS: &str = "CCG_CODE,Appointment_Month,APPT_STATUS,HCP_TYPE,APPT_MODE,TIME_BETWEEN_BOOK_AND_APPT,COUNT_OF_APPOINTMENTS\n\
    00L,MAR2019,Attended,GP,Face-to-Face,Same Day,41\n";
const PLACES: &str = "pcds,lat,long\nS60 1AA,53.43,-1.36\nS60 1AB,53.44,-1.36\n";
const JSON: &str = r#"[{"id": "1", "name": "Caf\u00e9 choir"}, {"id": "2", "name": "Walk"}]"#;
const TABLES: &str = "id,name,organization_id\n1,Café choir,\n2,Walk,\n";
const SHEET: &str = "Group,When\nCafé choir,Tuesdays\nWalk,Sundays\n";

const IMPORTS: &[Import] = &[
    Import {
        what: "practices",
        name: "practices.csv",
        right: PRACTICES,
        wrong: &[
            "",
            "ods_code,nam",
            "<html>",
            "name,ods_code\nA81001,\nA81002,\n",
            "ods_code,name,status\n\"A81003,THE",
        ],
    },
    Import {
        what: "list sizes",
        name: "sizes.csv",
        right: SIZES,
        wrong: &[
            "",
            "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n01JAN2022,A81001,ALL,ALL,4512\n01JAN2022,A81002,ALL,ALL,2",
            "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n01JAN2022,A81001,ALL,ALL,4512\n",
            "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n01JAN2022,ALL,A81001,ALL,4512\n",
        ],
    },
    Import {
        what: "deprivation",
        name: "tenths.csv",
        right: TENTHS,
        wrong: &[
            "practice_code,imd_decile\nA81001,1",
            "practice_code,imd_decile\n3,A81001\n",
            "practice_code\nA81001\n",
        ],
    },
    Import {
        what: "appointments",
        name: "appointments.csv",
        right: APPOINTMENTS,
        wrong: &[
            "CCG_CODE,Appointment_Month\n00L,MAR2019\n",
            "CCG_CODE,Appointment_Month,APPT_STATUS,HCP_TYPE,APPT_MODE,TIME_BETWEEN_BOOK_AND_APPT,COUNT_OF_APPOINTMENTS\n00L,APR2019,Attended,GP,Face-to-Face,Same Day,4",
            "CCG_CODE,Appointment_Month,APPT_STATUS,HCP_TYPE,APPT_MODE,TIME_BETWEEN_BOOK_AND_APPT,COUNT_OF_APPOINTMENTS\n41,00L,MAR2019,Attended,GP,Face-to-Face,Same Day\n",
        ],
    },
    Import {
        what: "postcodes",
        name: "places-2025-11.csv",
        right: PLACES,
        wrong: &[
            "",
            "pcds,lat,long\n\"S60 1AC,53.43,-1.3",
            "pcds,lat,long\n53.43,S60 1AA,-1.36\n",
            "pcds,lat\nS60 1AA,53.43\n",
        ],
    },
    Import {
        what: "directory",
        name: "feed.json",
        right: JSON,
        wrong: &[r#"[{"id": "3", "name": "Lunch"}, {"id": "4", "na"#, r#"[{"id": "3"}]"#, "[]7", "{}"],
    },
    Import {
        what: "directory",
        name: "tables/",
        right: TABLES,
        wrong: &["id,name\n3,\"Lun", "name\nLunch\n", "id,name\n,Lunch\n"],
    },
    Import { what: "sheet", name: "sheet.csv", right: SHEET, wrong: &["", "When\nTuesdays\n", "Group,When\n\"Lun"] },
];

async fn take(store: &Store, import: &Import, path: &Path) -> Result<Report, ImportError> {
    let as_of = Some(jiff::civil::date(2021, 1, 1));
    let now = run(false);
    match import.what {
        "practices" => practices(store, path, now, |_, _| {}).await,
        "list sizes" => figures(store, (FigureKind::ListSizes, path), None, false, now).await,
        "deprivation" => figures(store, (FigureKind::Deprivation, path), as_of, false, now).await,
        "appointments" => figures(store, (FigureKind::Appointments, path), None, false, now).await,
        "postcodes" => postcodes(store, path, (None, false), now, |_, _| {}).await,
        "directory" => directory(store, path, now, |_, _| {}).await,
        _ => sheet(store, path, &[], now, |_, _| {}).await.map(|(report, _)| report),
    }
}

fn written(folder: &Path, import: &Import, bytes: &[u8]) -> PathBuf {
    let path = folder.join(import.name);
    if !import.name.ends_with('/') {
        std::fs::write(&path, bytes).unwrap();
        return path;
    }
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("services.csv"), bytes).unwrap();
    path
}

/// Every row that `export everything` would write, but the ledger of imports and the audit, which say that something was done.
async fn exported(store: &Store) -> Vec<String> {
    let mut everything = store.ledger().everything(start()).await.unwrap();
    let mut all = vec![];
    for (table, _) in Everything::tables() {
        if table == "import_run" || table.starts_with("audit") {
            continue;
        }
        let rows = everything.each_row(table, |cells| {
            all.push(format!("{table} {cells:?}"));
            Ok::<(), StoreError>(())
        });
        rows.await.unwrap();
    }
    all.sort();
    all
}

#[tokio::test]
async fn a_file_that_is_wrong_changes_nothing_and_a_right_one_changes_nothing_twice() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        for import in IMPORTS {
            let Import { what, name, .. } = import;
            let path = written(folder.path(), import, import.right.as_bytes());
            take(store, import, &path).await.unwrap_or_else(|error| panic!("{what} {name}: {error}"));
            let before = exported(store).await;
            let again = take(store, import, &path).await.unwrap().counts;
            assert_eq!((again.added, again.changed), (0, 0), "{what} {name}");
            assert_eq!(exported(store).await, before, "{what} {name} a second time");
            for wrong in import.wrong {
                let path = written(folder.path(), import, wrong.as_bytes());
                let error =
                    take(store, import, &path).await.map(|report| (*wrong, report.counts)).unwrap_err().to_string();
                assert!(!error.contains('\n') && error.len() < 600, "{what} {name} {wrong:?}: {error}");
            }
            // Neither text nor a table: bytes of any kind, and letters of two bytes without a mark that says so.
            let noise: Vec<u8> = (0..60_000_u32).map(|at| (at * 7 % 251) as u8).collect();
            let wide: Vec<u8> = import.right.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for bytes in [noise, wide] {
                let path = written(folder.path(), import, &bytes);
                assert!(take(store, import, &path).await.is_err(), "{what} {name}");
            }
            assert_eq!(exported(store).await, before, "{what} {name}: what was there stays");
        }
    })
    .await;
}

#[tokio::test]
async fn letters_of_other_encodings_are_the_same_letters() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        for import in IMPORTS.iter().filter(|import| import.right.is_ascii() || import.name == "sheet.csv") {
            let marked = import.right.encode_utf16().flat_map(u16::to_le_bytes);
            let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(marked).collect();
            let windows = encoding_rs::WINDOWS_1252.encode(import.right).0.into_owned();
            // A table of places is read as it comes, a country at a time: letters of one byte only.
            let first = if import.what == "postcodes" { windows.clone() } else { marked };
            let path = written(folder.path(), import, &first);
            let added = take(store, import, &path).await.unwrap().counts.added;
            assert!(added > 0, "{}", import.name);
            let path = written(folder.path(), import, &windows);
            let again = take(store, import, &path).await.unwrap().counts;
            assert_eq!((again.added, again.changed, again.unchanged), (0, 0, added), "{}", import.name);
        }
    })
    .await;
}

#[tokio::test]
async fn networks_that_are_none_change_nothing() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let (details, partners) = (folder.path().join("details.csv"), folder.path().join("partners.csv"));
        let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
        let practices_here = folder.path().join("practices.csv");
        write(&practices_here, PRACTICES);
        practices(store, &practices_here, run(false), |_, _| {}).await.unwrap();
        write(&details, DETAILS);
        write(&partners, PARTNERS);
        let files = (details.as_path(), partners.as_path());
        let (bodies, members) = networks(store, files, run(false), |_, _| {}).await.unwrap();
        assert_eq!(
            (bodies.counts.added, members.counts.added, members.counts.refused),
            (1, 1, 1),
            "{:?}",
            members.refused
        );
        let before = exported(store).await;
        networks(store, files, run(false), |_, _| {}).await.unwrap();
        assert_eq!(exported(store).await, before);
        let cut = [
            (&DETAILS[..DETAILS.len() - 30], PARTNERS),
            (DETAILS, "Partner"),
            ("", PARTNERS),
            (DETAILS, ""),
            ("PCN Code\nU00002\n", PARTNERS),
        ];
        for (one, other) in cut {
            write(&details, one);
            write(&partners, other);
            let refused = networks(store, files, run(false), |_, _| {}).await;
            assert!(refused.is_err() || exported(store).await == before, "{one} {other}");
        }
        assert_eq!(exported(store).await, before);
    })
    .await;
}

#[tokio::test]
async fn figures_that_look_cut_short_are_taken_where_somebody_trusts_them() {
    on_both(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sizes.csv");
        let take = async |text: &str, trusting: bool| {
            std::fs::write(&path, text).unwrap();
            figures(store, (FigureKind::ListSizes, path.as_path()), None, trusting, run(false)).await
        };
        take(SIZES, false).await.unwrap();
        let fewer = "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n01JAN2022,A81001,ALL,ALL,4512\n";
        assert!(matches!(take(fewer, false).await, Err(ImportError::MuchFewer { rows: 1, before: 2, .. })));
        assert!(matches!(take(fewer.trim_end(), false).await, Err(ImportError::CutShort(_))));
        assert_eq!(take(fewer.trim_end(), true).await.unwrap().counts.added, 1);
    })
    .await;
}

#[test]
fn a_report_is_written_row_by_row() {
    let mut report = Report::default();
    report.note(2, "a reason, with a comma");
    report.note_in("services.csv", 7, "another");
    let mut bytes = vec![];
    report.write(&mut bytes).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "file,line,reason\n,2,\"a reason, with a comma\"\nservices.csv,7,another\n"
    );
}
