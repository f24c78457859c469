//! Somebody is found by what is known of them, among those whom the reader may open.

use fingerpost_domain::lookup::Sought;
use fingerpost_domain::person::Phone;
use fingerpost_domain::text::Line;
use fingerpost_store::testing::{on_both, person};

use super::{begun, caseload};

#[tokio::test]
async fn names_numbers_and_telephones_find_a_person_within_the_readers_scope() {
    on_both(async |store| {
        let (v, casework, first) = begun(store).await;
        let mut odd = person("Síle", 2);
        odd.name.family = Line::parse("O’Donoghue-Smyth").unwrap().unwrap();
        odd.name.preferred = Line::parse("Peg").unwrap();
        odd.phone = Some(Phone::parse("+44 1632 960155").unwrap());
        let referral = v.send(store, &odd).await;
        let case = v.accept(store, referral).await;
        let number = odd.nhs_number.clone().unwrap().to_string();
        let all = caseload(&v, &v.worker);
        for typed in [
            "odonoghue",
            "sile",
            "Sile Smyth",
            "odonoghuesmyth sile",
            "PEG",
            "Peg O'Donoghue-Smyth",
            "01632 960 155",
            "960155",
            number.as_str(),
        ] {
            let found = casework.find(&all, &Sought::read(typed).unwrap()).await.unwrap();
            assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [case], "{typed}");
        }
        let other = caseload(&v, &v.other_worker);
        for typed in ["odonoghue", "960155", number.as_str()] {
            assert!(casework.find(&other, &Sought::read(typed).unwrap()).await.unwrap().is_empty(), "{typed}");
        }
        // What means something to LIKE means nothing here.
        for typed in ["%%", "__ret", "Mar%ret", "~~ab"] {
            if let Ok(sought) = Sought::read(typed) {
                assert!(casework.find(&all, &sought).await.unwrap().is_empty(), "{typed}");
            }
        }
        let both = casework.find(&caseload(&v, &v.supervisor), &Sought::read("margaret").unwrap()).await.unwrap();
        assert_eq!(both.iter().map(|row| row.id).collect::<Vec<_>>(), [first]);
    })
    .await;
}
