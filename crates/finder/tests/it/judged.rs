//! The ranking against judged answers: plain-language questions over a real directory, read one by one.
//!
//! The measure is nDCG at ten with the gains 0, 1, 3 of the grades 0, 1, 2, discounted by the binary logarithm of the place
//! (Järvelin and Kekäläinen, ACM TOIS 20(4), 2002). What nobody judged counts as nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use fingerpost_directory::hsds::stable_id;
use fingerpost_directory::standing::Standing;
use fingerpost_directory::wanted::Understood;
use fingerpost_domain::Date;
use fingerpost_domain::id::ServiceId;
use fingerpost_finder::{Finder, Snapshot};
use serde::Deserialize;

/// The day on which the real directory was still fresh.
const TODAY: Date = Date::constant(2019, 12, 1);
const AT: usize = 10;
const SOURCE: &str = "miami";
/// Below this the ranking has become worse: see docs/search.md for what it is.
const FLOOR: f64 = 0.60;
const HELD_OUT_FLOOR: f64 = 0.30;

#[derive(Deserialize)]
struct Collection {
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    ask: String,
    judged: HashMap<String, u8>,
}

fn real_directory() -> Option<PathBuf> {
    let shared = std::env::var_os("FINGERPOST_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("realdata/hsds_us_miami211/data");
    folder.is_dir().then_some(folder)
}

fn gain(grade: u8) -> f64 {
    f64::from((1_u32 << grade) - 1)
}

fn dcg(grades: impl Iterator<Item = u8>) -> f64 {
    grades.take(AT).zip(2_u32..).map(|(grade, place)| gain(grade) / f64::from(place).log2()).sum()
}

fn asked(snapshot: &Snapshot, ask: &str) -> Vec<ServiceId> {
    let understood = Understood::of(ask, |town| snapshot.towns().get(town).is_some());
    let mut wanted = understood.wanted;
    wanted.near = understood.place.as_deref().and_then(|town| snapshot.towns().get(town));
    let named = wanted.near.is_some();
    let found = snapshot.search(&wanted, named, TODAY, (0, AT)).unwrap();
    found.hits.iter().map(|hit| hit.entry.id).collect()
}

fn judge(name: &str, text: &str, snapshot: &Snapshot, by_id: &HashMap<ServiceId, String>) -> f64 {
    let collection: Collection = serde_json::from_str(text).unwrap();
    let mut all = vec![];
    for question in &collection.questions {
        let judged: HashMap<String, u8> =
            question.judged.iter().map(|(id, grade)| (stable_id(SOURCE, "service", id), *grade)).collect();
        let mut ideal: Vec<u8> = judged.values().copied().collect();
        ideal.sort_unstable_by(|one, other| other.cmp(one));
        let found = asked(snapshot, &question.ask);
        let grades = found.iter().map(|id| by_id.get(id).and_then(|id| judged.get(id)).copied().unwrap_or(0));
        all.push(dcg(grades) / dcg(ideal.into_iter()));
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    all.sort_by(f64::total_cmp);
    println!(
        "nDCG@10 over {} {name}: mean {mean:.4}, median {:.3}, worst {:.3}",
        all.len(),
        all[all.len() / 2],
        all[0]
    );
    mean
}

#[test]
fn what_people_ask_is_answered_on_the_first_page() {
    let seen = include_str!("../data/judged-questions.json");
    let held_out = include_str!("../data/held-out-questions.json");
    let Some(folder) = real_directory() else {
        eprintln!("left out: the real directory is not there, so the ranking was not judged");
        return;
    };
    let services = fingerpost_import::read_services(&folder, SOURCE).unwrap();
    let mut finder = Finder::new().unwrap();
    let mut by_id: HashMap<ServiceId, String> = HashMap::new();
    for (number, service) in services.iter().enumerate() {
        let id: ServiceId = format!("01J{number:023}").parse().unwrap();
        by_id.insert(id, service.id.clone());
        finder.put(id, &[SOURCE.to_owned()], service, Standing::default()).unwrap();
    }
    let snapshot = finder.publish().unwrap();
    for (name, text, floor) in [("questions", seen, FLOOR), ("held out", held_out, HELD_OUT_FLOOR)] {
        let mean = judge(name, text, &snapshot, &by_id);
        assert!(mean > floor, "{name}: nDCG@10 is {mean:.3}");
    }
}
