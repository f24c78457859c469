//! Comparisons of people who come back to their mean by themselves, with and without an effect that was put in.

use fingerpost_statistics::random::Draws;
use fingerpost_statistics_models::counts::{BeforeAfterOptions, before_after};
use fingerpost_statistics_models::design::Design;
use fingerpost_statistics_models::difference::{PairedDifference, paired};
use fingerpost_statistics_models::inference::Term;
use fingerpost_statistics_models::matching::{MatchOptions, matched_comparison};

use crate::{Count, counted};

/// Appointments of a person after being referred, against what they would have been.
const FEWER: f64 = 0.7;
/// Points by which a score rises with the help, in a score that varies by 1.8 from person to person.
const BETTER: f64 = 0.8;
/// People of each arm where both are picked alike.
const ARM: usize = 150;
/// People of whom some are referred.
const ALL: usize = 800;

struct People {
    before: Vec<f64>,
    after: Vec<f64>,
    referred: Vec<bool>,
}

impl People {
    fn none() -> Self {
        Self { before: vec![], after: vec![], referred: vec![] }
    }

    fn push(&mut self, before: f64, after: f64, referred: bool) {
        self.before.push(before);
        self.after.push(after);
        self.referred.push(referred);
    }
}

/// A Poisson count, by waiting times that add up to one.
pub(crate) fn poisson(draws: &mut Draws, mean: f64) -> f64 {
    let (mut time, mut count) = (0.0, 0.0);
    loop {
        time -= draws.uniform().ln();
        if time > mean {
            return count;
        }
        count += 1.0;
    }
}

/// A person's usual appointments in a year: a gamma number of mean 4, so that what a high count leaves of itself is a straight line.
fn usual(draws: &mut Draws) -> f64 {
    -2.0 * (draws.uniform() * draws.uniform()).ln()
}

/// Everybody had seven appointments or more; a coin says who is referred.
fn picked_high(seed: u64, effect: f64) -> People {
    let (mut draws, mut people) = (Draws::seeded(seed), People::none());
    while people.before.len() < 2 * ARM {
        let rate = usual(&mut draws);
        let before = poisson(&mut draws, rate);
        if before >= 7.0 {
            let referred = people.before.len() % 2 == 0;
            let after = poisson(&mut draws, if referred { rate * effect } else { rate });
            people.push(before, after, referred);
        }
    }
    people
}

/// Everybody scored 4 or less; a coin says who is helped.
fn picked_low(seed: u64, effect: f64) -> People {
    let (mut draws, mut people) = (Draws::seeded(seed), People::none());
    while people.before.len() < 2 * ARM {
        let own = 5.0 + 1.5 * draws.normal();
        let before = own + draws.normal();
        if before <= 4.0 {
            let referred = people.before.len() % 2 == 0;
            let after = own + draws.normal() + if referred { effect } else { 0.0 };
            people.push(before, after, referred);
        }
    }
    people
}

/// The more appointments a person had, the likelier the referral; the others are what is left.
fn referred_by_count(seed: u64, effect: f64) -> People {
    let (mut draws, mut people) = (Draws::seeded(seed), People::none());
    for _ in 0..ALL {
        let rate = usual(&mut draws);
        let before = poisson(&mut draws, rate);
        let referred = draws.uniform() < 1.0 / (1.0 + (3.2 - 0.2 * before).exp());
        let after = poisson(&mut draws, if referred { rate * effect } else { rate });
        people.push(before, after, referred);
    }
    people
}

fn differences(people: &People) -> PairedDifference {
    paired(&people.before, &people.after, &people.referred, 0.95).unwrap()
}

fn ratio_of_ratios(people: &People) -> Term {
    let options = BeforeAfterOptions { exposed: Some(&people.referred), ..BeforeAfterOptions::default() };
    before_after(&people.before, &people.after, options).unwrap().ratio_of_ratios.unwrap()
}

fn matched(people: &People, caliper_sd: Option<f64>) -> Term {
    let design = Design::with_intercept(people.before.len()).column("before", &people.before).unwrap();
    matched_comparison(&people.after, &people.referred, &design, MatchOptions { caliper_sd, ..MatchOptions::default() })
        .unwrap()
        .att
}

fn found(term: &Term) -> bool {
    term.p < 0.05
}

/// How often each comparison that is fair finds an effect: none was put in, and one was. The models take longer than the means and
/// have seeds of their own.
pub(crate) fn fair(seeds: u64, of_models: u64, effect: bool) -> Vec<Count> {
    let fewer = if effect { FEWER } else { 1.0 };
    let better = if effect { BETTER } else { 0.0 };
    vec![
        counted("did, picked for a high count, both alike", seeds, |seed| {
            found(&differences(&picked_high(seed, fewer)).effect)
        }),
        counted("did, picked for a low score, both alike", seeds, |seed| {
            found(&differences(&picked_low(seed, better)).effect)
        }),
        counted("did adjusted for the baseline, referred for a high count", of_models, |seed| {
            found(&differences(&referred_by_count(seed, fewer)).adjusted_for_baseline)
        }),
        counted("before-after with controls, picked for a high count, both alike", of_models, |seed| {
            found(&ratio_of_ratios(&picked_high(seed, fewer)))
        }),
        counted("match within 0.2 sd on the count before, referred for a high count", of_models, |seed| {
            found(&matched(&referred_by_count(seed, fewer), Some(0.2)))
        }),
    ]
}

/// Matching without a caliper: whoever had most appointments gets the nearest person that is left, who had fewer.
pub(crate) fn without_caliper(seeds: u64, effect: bool) -> Count {
    let fewer = if effect { FEWER } else { 1.0 };
    counted("match without a caliper on the count before, referred for a high count", seeds, |seed| {
        found(&matched(&referred_by_count(seed, fewer), None))
    })
}

/// How often comparisons that are not fair find an effect that is not there: what the warnings are for.
pub(crate) fn unfair(seeds: u64) -> Vec<Count> {
    vec![
        counted("did, referred for a high count against those left", seeds, |seed| {
            found(&differences(&referred_by_count(seed, 1.0)).effect)
        }),
        counted("before-after with controls, referred for a high count against those left", seeds, |seed| {
            found(&ratio_of_ratios(&referred_by_count(seed, 1.0)))
        }),
        counted("before-after without controls, picked for a high count", seeds, |seed| {
            let people = picked_high(seed, 1.0);
            let options = BeforeAfterOptions::default();
            found(&before_after(&people.before, &people.after, options).unwrap().exposed_ratio)
        }),
    ]
}
