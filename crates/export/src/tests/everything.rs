//! Everything leaves, described, whole or not at all, and no secret with it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fingerpost_domain::id::{RequestKey, TenantId};
use fingerpost_policy::ReferPerson;
use fingerpost_store::Everything;
use fingerpost_store::testing::{Village, answers, on_both, person, start};

use crate::*;

type Sheet = Vec<BTreeMap<String, String>>;

fn sheet(folder: &Path, name: &str) -> Sheet {
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}.csv"))).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn the_dictionary_describes_every_column_and_no_other() {
    let described: Vec<(String, String)> = crate::everything::dictionary().unwrap().into_keys().collect();
    let there: Vec<(String, String)> = Everything::tables()
        .flat_map(|(table, columns)| columns.iter().map(move |column| (table.to_owned(), (*column).to_owned())))
        .collect();
    let missing: Vec<_> = there.iter().filter(|key| !described.contains(key)).collect();
    let left_over: Vec<_> = described.iter().filter(|key| !there.contains(key)).collect();
    assert!(missing.is_empty() && left_over.is_empty(), "{missing:?} {left_over:?}");
}

#[tokio::test]
async fn everything_leaves_described_and_no_secret_with_it() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let token = store.mint_password_link(&village.tenant, village.gp.actor.user, start()).await.unwrap();
        let link = store.live_link(&token, start()).await.unwrap().unwrap();
        store.choose_password(&link, "$argon2id$secret", start()).await.unwrap();
        let accepted = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, accepted).await;
        let ctx = Village::ctx::<ReferPerson>(&village.gp, &village.practice, start());
        let key: RequestKey = store.entropy().id(start());
        let no = store.start_referral(&ctx, &person("=HYPERLINK(1)", 2), key).await.unwrap();
        store.answer_draft(&ctx, no.id, &answers("said_no").check().unwrap()).await.unwrap();

        let work = tempfile::tempdir().unwrap();
        let folder = work.path().join("out");
        let rows = everything(store, &folder, (start(), |_, _| {})).await.unwrap();
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);

        let referrals = sheet(&folder, "referral");
        let of = |id: String| referrals.iter().find(|row| row["id"] == id).unwrap();
        let (yes, no) = (of(accepted.to_string()), of(no.id.to_string()));
        assert_eq!((yes["code_for_record"].as_str(), yes["case_id"].as_str()), ("871731000000106", &*case.to_string()));
        assert_eq!((no["code_for_record"].as_str(), no["given"].as_str()), ("871711000000103", "'=HYPERLINK(1)"));
        assert_eq!((yes["sent_at"].as_str(), yes["joined_case"].as_str()), (&*start().to_string(), "no"));

        let mut counted = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains("argon2id") && !text.contains(&token), "{}", path.display());
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if !["README", "dictionary"].contains(&name.as_str()) {
                counted += sheet(&folder, &name).len();
            }
        }
        assert_eq!(u64::try_from(counted).unwrap(), rows);
        let meanings = sheet(&folder, "dictionary");
        for (name, row) in [("referral", yes), ("case_file", &sheet(&folder, "case_file")[0])] {
            for column in row.keys() {
                let file = format!("{name}.csv");
                assert!(
                    meanings.iter().any(|line| line["file"] == file && line["column"] == *column),
                    "{file} {column}"
                );
            }
        }
        assert!(matches!(everything(store, &folder, (start(), |_, _| {})).await, Err(ExportError::InUse(_))));
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 1, "nothing is left beside it");
    })
    .await;
}
