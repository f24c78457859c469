//! Rates that allow for age. The directly standardised rate asks what the rate would be in the European Standard Population;
//! the indirectly standardised ratio compares what happened with what the reference rates would have let expect.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, effect, from_to, said};
use crate::numbers::{finite_value, positive, same_length, sum};
use crate::rate::{CountMethod, byar, count_interval};
use crate::refusal::{Refusal, RefusalKind};

/// The European Standard Population of 2013 in 19 age bands: 0-4, 5-9 ... 85-89, 90 and over (Eurostat 2013).
pub const EUROPEAN_2013: [f64; 19] = [
    5000.0, 5500.0, 5500.0, 5500.0, 6000.0, 6000.0, 6500.0, 7000.0, 7000.0, 7000.0, 7000.0, 6500.0, 6000.0, 5500.0,
    5000.0, 4000.0, 2500.0, 1500.0, 1000.0,
];

/// Below this many events a directly standardised rate is not shown.
pub const LEAST_EVENTS: u64 = 10;

/// A directly standardised rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standardised {
    /// Events in all age bands.
    pub events: u64,
    /// People in all age bands.
    pub population: f64,
    /// Rate per `per`.
    pub rate: f64,
    /// Its standard error, in the same unit; for the slope index.
    pub standard_error: f64,
    /// Limits per `per`.
    pub interval: Interval,
}

/// Directly standardised rate, sum of w O/n over sum of w, with Dobson's limits on Byar's:
/// rate + sqrt(variance / O) (Byar - O), where the variance is sum of (w/n)^2 O over (sum of w)^2.
///
/// One value per age band in each slice. Assumes Poisson counts in each band. Refuses fewer than ten events in all, and bands
/// without people. Source: Dobson et al. 1991, Stat Med 10:457.
///
/// ```
/// use fingerpost_statistics::standardised::direct;
/// let rate = direct(&[10, 20], &[1000.0, 500.0], &[1.0, 1.0], 1000.0, 0.95).unwrap();
/// assert!((rate.rate - 25.0).abs() < 1e-12);
/// ```
pub fn direct(
    events: &[u64],
    population: &[f64],
    weights: &[f64],
    per: f64,
    level: f64,
) -> Result<Standardised, Refusal> {
    same_length(("events", events.len()), ("population", population.len()))?;
    same_length(("events", events.len()), ("weights", weights.len()))?;
    positive("population", population)?;
    positive("weights", weights)?;
    finite_value("The multiplier of the rate", per)?;
    let total = events.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    if total < LEAST_EVENTS {
        return Err(Refusal::new(
            RefusalKind::TooFew,
            format!("{total} events are fewer than {LEAST_EVENTS}: a directly standardised rate is not shown."),
        ));
    }
    let bands = || events.iter().zip(population).zip(weights).map(|((&count, &people), &w)| (count as f64, w / people));
    let weight = sum(weights.iter().copied());
    let rate = sum(bands().map(|(count, share)| share * count)) / weight;
    let variance = sum(bands().map(|(count, share)| share * share * count)) / (weight * weight);
    let (limits, count) = (byar(total, level)?, total as f64);
    let scale = (variance / count).sqrt();
    let interval =
        Interval { lower: rate + scale * (limits.lower - count), upper: rate + scale * (limits.upper - count) };
    Ok(Standardised {
        events: total,
        population: sum(population.iter().copied()),
        rate: rate * per,
        standard_error: variance.sqrt() * per,
        interval: interval.times(per),
    })
}

/// An indirectly standardised ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// What happened.
    pub observed: u64,
    /// What the reference rates let expect.
    pub expected: f64,
    /// Observed over expected.
    pub ratio: f64,
    /// Limits of the ratio.
    pub interval: Interval,
    /// How they were found.
    pub method: CountMethod,
}

impl Ratio {
    /// The indirectly standardised rate and its limits: the ratio times the reference's crude rate, in that rate's unit.
    ///
    /// ```
    /// use fingerpost_statistics::standardised::indirect;
    /// assert_eq!(indirect(30, 20.0, 0.95).unwrap().rate(8.0).0, 12.0);
    /// ```
    pub fn rate(&self, reference: f64) -> (f64, Interval) {
        (self.ratio * reference, self.interval.times(reference))
    }
}

/// Expected events: the sum over age bands of people times the reference rate.
///
/// Refuses people and events below zero, and bands of the reference without people. Source as for [`indirect`].
///
/// ```
/// use fingerpost_statistics::standardised::expected;
/// assert!((expected(&[100.0, 50.0], &[2.0, 8.0], &[1_000.0, 1_000.0]).unwrap() - 0.6).abs() < 1e-12);
/// ```
pub fn expected(population: &[f64], reference_events: &[f64], reference_population: &[f64]) -> Result<f64, Refusal> {
    same_length(("population", population.len()), ("reference events", reference_events.len()))?;
    same_length(("population", population.len()), ("reference population", reference_population.len()))?;
    crate::numbers::not_negative("population", population)?;
    crate::numbers::not_negative("reference events", reference_events)?;
    positive("reference population", reference_population)?;
    Ok(sum(population.iter().zip(reference_events).zip(reference_population).map(|((n, o), r)| n * o / r)))
}

/// Indirectly standardised ratio (a standardised mortality ratio, by another name): observed over expected, with the limits of
/// the observed count, exact below ten and Byar's from ten on.
///
/// Ratios of two areas have different age structures behind them and are not compared with each other. Refuses an expectation
/// that is not above zero. Source: Breslow and Day 1987, volume II, chapter 2.
///
/// ```
/// use fingerpost_statistics::standardised::indirect;
/// assert_eq!(indirect(30, 20.0, 0.95).unwrap().ratio, 1.5);
/// ```
pub fn indirect(observed: u64, expected: f64, level: f64) -> Result<Ratio, Refusal> {
    positive("expected events", &[expected])?;
    let (interval, method) = count_interval(observed, level)?;
    Ok(Ratio {
        observed,
        expected,
        ratio: observed as f64 / expected,
        interval: interval.times(1.0 / expected),
        method,
    })
}

/// [`direct`] in the shared shape, one population at 95 and 99.8 per cent.
pub fn direct_answer(events: &[u64], population: &[f64], weights: &[f64], per: f64) -> Answer {
    let european = weights == EUROPEAN_2013;
    let options = Options::default()
        .with("per", per)
        .with("standard", if european { "european 2013" } else { "given weights" })
        .with("levels", "0.95 and 0.998")
        .with("limits", "dobson on byar");
    let both = direct(events, population, weights, per, 0.95)
        .and_then(|narrow| direct(events, population, weights, per, 0.998).map(|wide| (narrow, wide)));
    let given = both.map(|(narrow, wide)| {
        Given::new(
            Table::default()
                .with("events", narrow.events)
                .with("population", narrow.population)
                .with("rate", narrow.rate)
                .with("standard_error", narrow.standard_error)
                .with("lower_95", narrow.interval.lower)
                .with("upper_95", narrow.interval.upper)
                .with("lower_998", wide.interval.lower)
                .with("upper_998", wide.interval.upper),
        )
        .may(format!(
            "With the age structure of the standard the rate would be {} per {}; the 95 per cent interval goes {}.",
            said(narrow.rate),
            said(per),
            from_to(narrow.interval)
        ))
        .may_not("The rate is no count of anything that happened: it is for comparing populations.")
        .may_not("Only age is allowed for: deprivation and illness may still differ.")
    });
    Answer::new("standardised_rate", options, events.iter().fold(0, |sum, count| sum.saturating_add(*count)), given)
}

/// [`indirect`] in the shared shape, at 95 and 99.8 per cent.
pub fn indirect_answer(observed: u64, expected: f64) -> Answer {
    let options =
        Options::default().with("levels", "0.95 and 0.998").with("limits", "exact below 10 events, byar from 10");
    let both = indirect(observed, expected, 0.95)
        .and_then(|narrow| indirect(observed, expected, 0.998).map(|wide| (narrow, wide)));
    let given = both.map(|(narrow, wide)| {
        Given::new(
            Table::default()
                .with("observed", observed)
                .with("expected", expected)
                .with("ratio", narrow.ratio)
                .with("lower_95", narrow.interval.lower)
                .with("upper_95", narrow.interval.upper)
                .with("lower_998", wide.interval.lower)
                .with("upper_998", wide.interval.upper)
                .with("method", narrow.method.name()),
        )
        .may(effect("a difference from the reference rates (a ratio of one)", narrow.ratio, narrow.interval, 1.0))
        .may_not("Two such ratios are not compared with each other: each has its own age structure behind it.")
    });
    Answer::new("standardised_ratio", options, observed, given)
}
