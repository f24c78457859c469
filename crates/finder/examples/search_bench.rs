//! How fast the index is: built from nothing, and asked mixed questions, beside a bare tantivy query of the same words.
//!
//! `cargo run --release -p fingerpost-finder --example search_bench -- [SERVICES] [QUESTIONS] [SEED]` prints one line of JSON. The services are
//! invented; a fifth of them have the word "support", and so have a tenth of the questions.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use std::time::Instant;

use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::Point;
use fingerpost_directory::standing::Standing;
use fingerpost_directory::times::Days;
use fingerpost_directory::wanted::Wanted;
use fingerpost_domain::Date;
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use fingerpost_finder::Finder;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::json;

const TODAY: Date = Date::constant(2026, 11, 26);
const TOPICS: &[&str] = &[
    "choir",
    "gardening",
    "walking",
    "debt advice",
    "lunch club",
    "carers",
    "yoga",
    "counselling",
    "food bank",
    "housing",
    "craft",
    "football",
    "dementia cafe",
    "swimming",
    "reading",
    "bereavement",
    "employment",
    "befriending",
    "transport",
    "energy",
];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A word of an invented language: the lower its number, the more often it is drawn.
fn word(dice: &mut impl Rng) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi",
        "yo", "zu",
    ];
    let draw: f64 = dice.random_range(0.0..1.0);
    let mut number = (draw * draw * draw * 30_000.0) as usize;
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(SYLLABLES[number % 20]);
        number /= 20;
    }
    word
}

fn text(dice: &mut impl Rng, words: usize) -> String {
    (0..words).map(|_| word(dice)).collect::<Vec<_>>().join(" ")
}

fn place(dice: &mut impl Rng) -> (f64, f64) {
    (51.0 + dice.random_range(0.0..3.0), -3.0 + dice.random_range(0.0..3.0))
}

fn service(at: usize, dice: &mut impl Rng) -> Service {
    let topic = TOPICS[dice.random_range(0..TOPICS.len())];
    let (latitude, longitude) = place(dice);
    let common = if at.is_multiple_of(5) { " support" } else { "" };
    let length = dice.random_range(30..80);
    let body = json!({
        "id": at.to_string(), "name": format!("{} {topic}", text(dice, 2)), "description": format!("{topic} {}{common}", text(dice, length)),
        "status": "active", "organization": { "id": "1", "name": text(dice, 2) },
        "schedules": [{ "byday": DAYS[dice.random_range(0..7)], "opens_at": "10:00", "closes_at": "12:00" }],
        "cost_options": [{ "amount": if at.is_multiple_of(2) { 0.0 } else { 3.0 } }],
        "capacities": if at.is_multiple_of(3) { json!([{ "available": at % 4 }]) } else { json!([]) },
        "attributes": [{ "taxonomy_term": { "name": topic } }],
        "service_at_locations": [{ "location": { "latitude": latitude, "longitude": longitude } }],
    });
    serde_json::from_value(body).unwrap()
}

fn question(at: usize, dice: &mut impl Rng) -> Wanted {
    let topic = TOPICS[dice.random_range(0..TOPICS.len())];
    let (latitude, longitude) = place(dice);
    let words = match at % 10 {
        0 => format!("{topic} support"),
        1..=4 => format!("{topic} {}", word(dice)),
        _ => topic.to_owned(),
    };
    Wanted {
        words,
        need: (at % 4 == 3).then_some(Need::Company),
        near: Point::new(latitude, longitude),
        within: Some(10.0),
        days: Days::of(DAYS[dice.random_range(0..7)]).unwrap(),
        room: at.is_multiple_of(2),
        ..Wanted::default()
    }
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn main() {
    let mut given = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let (services, questions, seed) =
        (given.next().unwrap_or(100_000), given.next().unwrap_or(2_000), given.next().unwrap_or(7));
    let mut dice = StdRng::seed_from_u64(seed as u64);
    let all: Vec<Service> = (0..services).map(|at| service(at, &mut dice)).collect();
    let began = Instant::now();
    let mut finder = Finder::new().unwrap();
    for (at, service) in all.iter().enumerate() {
        let id: ServiceId = format!("01J{at:023}").parse().unwrap();
        finder.put(id, &["bench".to_owned()], service, Standing::default()).unwrap();
    }
    let snapshot = finder.publish().unwrap();
    let rebuilt = began.elapsed().as_secs_f64();
    let asked: Vec<Wanted> = (0..questions).map(|at| question(at, &mut dice)).collect();
    let (mut ours, mut bare, mut found) = (vec![], vec![], 0);
    for wanted in &asked {
        let began = Instant::now();
        found += snapshot.search(wanted, true, TODAY, (0, 20)).unwrap().total();
        ours.push(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        snapshot.bare(&wanted.words).unwrap();
        bare.push(began.elapsed().as_secs_f64() * 1e3);
    }
    ours.sort_by(f64::total_cmp);
    bare.sort_by(f64::total_cmp);
    let line = json!({
        "services": services, "questions": questions, "seed": seed, "rebuilt_seconds": rebuilt, "found_each": found / questions,
        "p50_ms": percentile(&ours, 0.5), "p95_ms": percentile(&ours, 0.95), "max_ms": ours[ours.len() - 1],
        "bare_p50_ms": percentile(&bare, 0.5), "bare_p95_ms": percentile(&bare, 0.95),
        "p95_ratio": percentile(&ours, 0.95) / percentile(&bare, 0.95),
    });
    println!("{line}");
}
