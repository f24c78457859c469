//! The labelled sets: each says of itself how it was made. The weights are counted over the development set; the held-out set was
//! written by somebody else and is measured on only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::ServiceId;
use fingerpost_linkage::{Agreement, Linker, Verdict, Weights};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Set {
    entries: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    same: String,
    source: String,
    id: String,
    name: String,
    organisation: Option<String>,
    description: Option<String>,
    street: Option<String>,
    town: Option<String>,
    postcode: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    url: Option<String>,
    days: Vec<String>,
    opens: Option<String>,
}

impl Labelled {
    fn service(&self) -> Service {
        let mut body = json!({ "id": self.id, "name": self.name, "status": "active", "description": self.description, "email": self.email, "url": self.url });
        if let Some(by) = &self.organisation {
            body["organization"] = json!({ "id": by, "name": by });
        }
        if self.street.is_some() || self.town.is_some() || self.postcode.is_some() {
            body["service_at_locations"] = json!([{ "id": "", "location": { "id": "", "location_type": "physical", "addresses": [{
                "id": "", "address_1": self.street.clone().unwrap_or_default(), "city": self.town.clone().unwrap_or_default(), "postal_code": self.postcode }] } }]);
        }
        if let Some(number) = &self.phone {
            body["phones"] = json!([{ "id": "", "number": number }]);
        }
        if !self.days.is_empty() {
            body["schedules"] =
                json!([{ "id": "", "freq": "WEEKLY", "byday": self.days.join(","), "opens_at": self.opens }]);
        }
        serde_json::from_value::<Service>(body).unwrap().settled(&self.source).unwrap()
    }
}

fn id(number: usize) -> ServiceId {
    format!("{number:026}").parse().unwrap()
}

/// A labelled set as it is compared, with the truth of each entry.
struct Read {
    linker: Linker,
    truth: BTreeMap<ServiceId, String>,
    names: BTreeMap<ServiceId, String>,
    sources: BTreeMap<ServiceId, String>,
}

fn read(name: &str) -> Read {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let set: Set = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut read =
        Read { linker: Linker::default(), truth: BTreeMap::new(), names: BTreeMap::new(), sources: BTreeMap::new() };
    for (number, entry) in set.entries.iter().enumerate() {
        assert!(read.linker.put(id(number), &entry.source, &entry.service()));
        read.truth.insert(id(number), entry.same.clone());
        read.names.insert(
            id(number),
            format!("{} {} ({})", entry.id, entry.name, entry.organisation.as_deref().unwrap_or("-")),
        );
        read.sources.insert(id(number), entry.source.clone());
    }
    read
}

impl Read {
    fn pairs(&self) -> Vec<(ServiceId, ServiceId, Agreement, bool)> {
        let mut all = vec![];
        for one in self.truth.keys() {
            for found in self.linker.compared(*one, Weights::used()) {
                if *one < found.other {
                    all.push((*one, found.other, found.agreement, self.truth[one] == self.truth[&found.other]));
                }
            }
        }
        all
    }

    fn true_pairs(&self) -> BTreeSet<(ServiceId, ServiceId)> {
        let all: Vec<_> = self.truth.iter().collect();
        let mut pairs = BTreeSet::new();
        for (at, (one, label)) in all.iter().enumerate() {
            for (other, its) in &all[at + 1..] {
                if label == its && self.sources[*one] != self.sources[*other] {
                    pairs.insert((**one, **other));
                }
            }
        }
        pairs
    }
}

#[test]
fn the_weights_are_those_counted_over_the_development_set() {
    let pairs: Vec<(Agreement, bool)> =
        read("development.json").pairs().into_iter().map(|(_, _, agreement, same)| (agreement, same)).collect();
    let same = pairs.iter().filter(|(_, same)| *same).count();
    let about = format!(
        "Counted over {} pairs of the development set (crates/linkage/tests/data/development.json) that share a key, {same} of them one service. Thousandths of a bit.",
        pairs.len()
    );
    let counted = Weights::counted(about, &pairs);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/weights.json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, format!("{}\n", serde_json::to_string_pretty(&counted).unwrap())).unwrap();
    }
    let kept: Weights = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept, counted, "UPDATE_SNAPSHOTS=1 counts them again");
}

struct Measured {
    found: usize,
    right: usize,
    asked: usize,
    asked_right: usize,
    truth: usize,
}

fn measured(name: &str) -> Measured {
    let read = read(name);
    let truth = read.true_pairs();
    let (mut same, mut asked) = (BTreeSet::new(), BTreeSet::new());
    let loud = std::env::var_os("LOUD").is_some();
    for one in read.truth.keys() {
        for (found, verdict) in read.linker.matches(*one) {
            let pair = (*one.min(&found.other), *one.max(&found.other));
            match verdict {
                Verdict::Same => same.insert(pair),
                Verdict::Ask => asked.insert(pair),
            };
        }
    }
    asked.retain(|pair| !same.contains(pair));
    if loud {
        for pair in same.iter().filter(|pair| !truth.contains(*pair)) {
            println!("WRONG  {} = {}", read.names[&pair.0], read.names[&pair.1]);
        }
        for pair in truth.iter().filter(|pair| !same.contains(*pair)) {
            let found = read.linker.compared(pair.0, Weights::used()).into_iter().find(|found| found.other == pair.1);
            let what = if asked.contains(pair) { "ASKED " } else { "MISSED" };
            println!(
                "{what} {} = {}: {:?}",
                read.names[&pair.0],
                read.names[&pair.1],
                found.map(|found| (found.evidence, found.agreement))
            );
        }
    }
    Measured {
        found: same.len(),
        right: same.intersection(&truth).count(),
        asked: asked.len(),
        asked_right: asked.intersection(&truth).count(),
        truth: truth.len(),
    }
}

/// Parts of a whole.
fn part(some: usize, all: usize) -> f64 {
    some as f64 / all as f64
}

#[test]
fn what_is_joined_is_right_and_most_of_the_rest_is_asked() {
    // The floors lie a little under what docs/directory.md tells, so that a change for the worse is seen.
    let floors = [
        ("development.json", 0.98, 0.25, 0.72),
        ("held-out.json", 0.95, 0.15, 0.50),
        ("as-in-life.json", 0.98, 0.55, 0.88),
    ];
    for (name, precise, joined, with_asked) in floors {
        let m = measured(name);
        let (precision, recall, asking) =
            (part(m.right, m.found), part(m.right, m.truth), part(m.right + m.asked_right, m.truth));
        println!(
            "{name}: of {} true pairs {} joined ({recall:.2}), {} of {} joined are right ({precision:.3}); {} asked, {} of them right; \
             with them {asking:.2} are found",
            m.truth, m.right, m.right, m.found, m.asked, m.asked_right
        );
        assert!(precision >= precise && recall >= joined && asking >= with_asked, "{name}");
    }
}
