//! How long the big questions take. Left out of the usual run: `cargo test --release -- --ignored --nocapture speed`.

use std::time::Instant;

use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::matching::{MatchOptions, matched_comparison};
use fingerpost_statistics_models::mixed::{MixedOptions, Repeated, repeated_measures};

use crate::support::stream;

#[test]
#[ignore = "a measurement, meant for a release build"]
fn speed_a_hundred_thousand_rows_are_matched_in_a_quarter_of_a_second() {
    let n = 100_000;
    let mut next = stream(20_260_101);
    let mut whole = |from: f64, to: f64| (0..n).map(|_| (from + (to - from) * next()).floor()).collect::<Vec<f64>>();
    let (age, female, imd) = (whole(18.0, 95.0), whole(0.0, 2.0), whole(1.0, 11.0));
    let (conditions, visits, deprived) = (whole(0.0, 4.0), whole(0.0, 13.0), whole(0.0, 1.28));
    let treated: Vec<bool> = (0..n)
        .map(|i| {
            let line =
                -3.35 + 0.012 * age[i] + 0.3 * female[i] - 0.05 * imd[i] + 0.12 * conditions[i] + 0.05 * visits[i];
            next() < 1.0 / (1.0 + (-line - 0.5 * deprived[i]).exp())
        })
        .collect();
    let y: Vec<f64> =
        (0..n).map(|i| 50.0 - 0.4 * conditions[i] + 1.5 * f64::from(u8::from(treated[i])) + 8.0 * next()).collect();
    let begin = Instant::now();
    let mut design = Design::with_intercept(n);
    for (name, column) in
        [("age", &age), ("female", &female), ("imd", &imd), ("ltc", &conditions), ("gp12", &visits), ("dep", &deprived)]
    {
        design = design.column(name, column).unwrap();
    }
    let comparison = matched_comparison(&y, &treated, &design, MatchOptions::default()).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "{n} rows, {} pairs, effect {:.3}: {seconds:.3} s",
        comparison.matching.pairs.len(),
        comparison.att.estimate
    );
    assert!(seconds < 0.25);
}

#[test]
#[ignore = "a measurement, meant for a release build"]
fn speed_two_thousand_people_at_four_visits_are_fitted_in_a_second() {
    let mut next = stream(7);
    let people = 2_000;
    let person: Vec<usize> = (0..4 * people).map(|i| i / 4).collect();
    let visit: Vec<usize> = (0..4 * people).map(|i| i % 4).collect();
    let level: Vec<f64> = (0..people).map(|_| 10.0 * next()).collect();
    let y: Vec<f64> = (0..4 * people).map(|i| level[person[i]] + visit[i] as f64 + 4.0 * next()).collect();
    let time: Vec<f64> = visit.iter().map(|visit| *visit as f64).collect();
    let design = Design::with_intercept(4 * people).column("time", &time).unwrap();
    let begin = Instant::now();
    let fit = repeated_measures(&y, &design, &person, &visit, Repeated::Unstructured, MixedOptions::default()).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    println!("{people} people, {} steps: {seconds:.3} s", fit.iterations);
    assert!(seconds < 1.0);
}
