//! Rates with confidence limits: referrals per 1,000 registered people, per 1,000 attendances, per clinician. Limits are exact
//! below ten events and Byar's from ten on, the rule of English public health statistics. People and events are never mixed:
//! somebody referred twice is one person and two events.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::{chi_squared_quantile, normal_quantile};
use crate::interval::{Interval, from_to, said};
use crate::numbers::{confidence, finite_value, positive, same_length, z_of};
use crate::refusal::{Refusal, RefusalKind};

/// From this many events on Byar's limits are used.
pub const BYAR_FROM: u64 = 10;

/// What the numerator counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Each person once, so that there are never more than the population.
    People,
    /// Each event.
    Events,
}

/// How the limits of a count were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountMethod {
    /// Exact Poisson limits, from chi squared.
    Exact,
    /// Byar's approximation.
    Byar,
}

impl CountMethod {
    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Byar => "byar",
        }
    }
}

/// A rate and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// Events, or people.
    pub events: u64,
    /// Population, attendances, clinicians or person-time.
    pub population: f64,
    /// Events per `per` of the population.
    pub rate: f64,
    /// Limits at the level asked for, in the same unit.
    pub interval: Interval,
    /// How the limits were found.
    pub method: CountMethod,
}

impl Rate {
    /// Standard error of the rate by the Poisson distribution, in its unit: sqrt(O) per population. For the slope index.
    pub fn standard_error(&self) -> f64 {
        if self.events == 0 { 0.0 } else { self.rate / (self.events as f64).sqrt() }
    }
}

/// Exact Poisson limits of a count: chi2(a/2; 2O)/2 and chi2(1 - a/2; 2O + 2)/2 (Garwood 1936).
///
/// ```
/// use fingerpost_statistics::rate::exact_poisson;
/// let limits = exact_poisson(0, 0.95).unwrap();
/// assert_eq!(limits.lower, 0.0);
/// assert!((limits.upper - 3.688_879_454_113_94).abs() < 1e-12);
/// ```
pub fn exact_poisson(events: u64, level: f64) -> Result<Interval, Refusal> {
    exact_poisson_of(events as f64, level)
}

/// As [`exact_poisson`], for an expected number that is no whole number: the control limits of a funnel.
pub(crate) fn exact_poisson_of(events: f64, level: f64) -> Result<Interval, Refusal> {
    let alpha = 1.0 - confidence(level)?;
    // So far out both agree to twelve digits, and only Byar's takes no time.
    if events > 1e8 {
        return z_of(level).map(|z| byar_at(events, z));
    }
    let lower = if events == 0.0 { 0.0 } else { 0.5 * chi_squared_quantile(0.5 * alpha, 2.0 * events) };
    Ok(Interval { lower, upper: 0.5 * chi_squared_quantile(1.0 - 0.5 * alpha, 2.0 * events + 2.0) })
}

/// Byar's limits of a count: O(1 - 1/(9O) - z/(3 sqrt O))^3 and, with O + 1 for O and plus z, the upper one
/// (Breslow and Day 1987, volume II, page 69).
///
/// ```
/// use fingerpost_statistics::rate::byar;
/// let limits = byar(65, 0.95).unwrap();
/// assert!((limits.lower - 50.163_187_710_459_5).abs() < 1e-9);
/// ```
pub fn byar(events: u64, level: f64) -> Result<Interval, Refusal> {
    z_of(level).map(|z| byar_at(events as f64, z))
}

fn byar_at(events: f64, z: f64) -> Interval {
    let limit = |count: f64, z: f64| count * (1.0 - 1.0 / (9.0 * count) + z / (3.0 * count.sqrt())).powi(3);
    Interval { lower: if events == 0.0 { 0.0 } else { limit(events, -z) }, upper: limit(events + 1.0, z) }
}

/// Limits of a count by the rule: exact below [`BYAR_FROM`], Byar from there on.
///
/// ```
/// use fingerpost_statistics::rate::{CountMethod, count_interval};
/// assert_eq!(count_interval(9, 0.95).unwrap().1, CountMethod::Exact);
/// assert_eq!(count_interval(10, 0.95).unwrap().1, CountMethod::Byar);
/// ```
pub fn count_interval(events: u64, level: f64) -> Result<(Interval, CountMethod), Refusal> {
    if events < BYAR_FROM {
        Ok((exact_poisson(events, level)?, CountMethod::Exact))
    } else {
        Ok((byar(events, level)?, CountMethod::Byar))
    }
}

/// A rate of `events` per `per` of the population, with limits at `level`.
///
/// Assumes that events are independent of each other (a Poisson count). Refuses a population that is not above zero.
/// Source: OHID Fingertips technical guidance, "Confidence intervals", 2018.
///
/// ```
/// use fingerpost_statistics::rate::rate;
/// // Two referrals among 820 appointments.
/// let rate = rate(2, 820.0, 1000.0, 0.95).unwrap();
/// assert!((rate.rate - 2.439_024).abs() < 1e-6);
/// assert!((rate.interval.upper - 8.810_594_7).abs() < 1e-6);
/// ```
pub fn rate(events: u64, population: f64, per: f64, level: f64) -> Result<Rate, Refusal> {
    positive("population", &[population])?;
    finite_value("The multiplier of the rate", per)?;
    let (interval, method) = count_interval(events, level)?;
    let factor = per / population;
    Ok(Rate { events, population, rate: events as f64 * factor, interval: interval.times(factor), method })
}

/// Rates of many groups at once, at 95 and 99.8 per cent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rates {
    /// Events per `per`.
    pub rate: Vec<f64>,
    /// Lower 95 per cent limits.
    pub lower_95: Vec<f64>,
    /// Upper 95 per cent limits.
    pub upper_95: Vec<f64>,
    /// Lower 99.8 per cent limits.
    pub lower_998: Vec<f64>,
    /// Upper 99.8 per cent limits.
    pub upper_998: Vec<f64>,
    /// How the limits were found.
    pub method: Vec<CountMethod>,
}

/// Rates of many groups at once: `events[i]` per `per` of `population[i]`.
///
/// Refuses a population that is not above zero and, when people are counted, more people than the population.
/// Assumptions and source as for [`rate`].
///
/// ```
/// use fingerpost_statistics::rate::{Counting, rates};
/// let found = rates(&[8, 65], &[4_000.0, 5_000.0], 1_000.0, Counting::Events).unwrap();
/// assert_eq!(found.rate, [2.0, 13.0]);
/// ```
pub fn rates(events: &[u64], population: &[f64], per: f64, counting: Counting) -> Result<Rates, Refusal> {
    same_length(("events", events.len()), ("population", population.len()))?;
    positive("population", population)?;
    finite_value("The multiplier of the rate", per)?;
    let (z_95, z_998) = (normal_quantile(0.975), normal_quantile(0.999));
    // Below ten there are only ten counts, so their chi squared quantiles are looked up.
    let mut exact = Vec::with_capacity(BYAR_FROM as usize);
    for count in 0..BYAR_FROM {
        exact.push((exact_poisson(count, 0.95)?, exact_poisson(count, 0.998)?));
    }
    let mut out = Rates::default();
    for (index, (&count, &people)) in events.iter().zip(population).enumerate() {
        if counting == Counting::People && count as f64 > people {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                index,
                format!(
                    "Row {} counts {count} people among {people}: count each person once, or count events.",
                    index + 1
                ),
            ));
        }
        let ((narrow, wide), method) = match exact.get(usize::try_from(count).unwrap_or(usize::MAX)) {
            Some(&limits) => (limits, CountMethod::Exact),
            None => ((byar_at(count as f64, z_95), byar_at(count as f64, z_998)), CountMethod::Byar),
        };
        let factor = per / people;
        out.rate.push(count as f64 * factor);
        out.lower_95.push(narrow.lower * factor);
        out.upper_95.push(narrow.upper * factor);
        out.lower_998.push(wide.lower * factor);
        out.upper_998.push(wide.upper * factor);
        out.method.push(method);
    }
    Ok(out)
}

/// [`rates`] in the shared shape, one row per group.
pub fn answer(groups: &[&str], events: &[u64], population: &[f64], per: f64, counting: Counting) -> Answer {
    let options = Options::default()
        .with("per", per)
        .with("counting", if counting == Counting::People { "people" } else { "events" })
        .with("levels", "0.95 and 0.998")
        .with("limits", "exact below 10 events, byar from 10");
    let given = same_length(("groups", groups.len()), ("events", events.len())).and_then(|()| {
        let rates = rates(events, population, per, counting)?;
        let few = events.iter().filter(|count| **count < BYAR_FROM).count();
        let claim = match (events, &rates.rate[..], &rates.lower_95[..], &rates.upper_95[..]) {
            ([count], [rate], [lower], [upper]) => format!(
                "{count} in {} is {} per {}; the 95 per cent interval goes {}.",
                said(population.iter().sum()),
                said(*rate),
                said(per),
                from_to(Interval { lower: *lower, upper: *upper })
            ),
            _ => "Each interval holds the rates that go together with the count seen, at its level.".to_owned(),
        };
        let table = Table::default()
            .with("group", groups.to_vec())
            .with("events", events.to_vec())
            .with("population", population.to_vec())
            .with("rate", rates.rate)
            .with("lower_95", rates.lower_95)
            .with("upper_95", rates.upper_95)
            .with("lower_998", rates.lower_998)
            .with("upper_998", rates.upper_998)
            .with("method", rates.method.into_iter().map(CountMethod::name).collect::<Vec<_>>());
        Ok(Given::new(table)
            .warn_if(few > 0, || format!("Groups with fewer than 10 events: {few} of {}; their limits are wide.", groups.len()))
            .may(claim)
            .may_not("A difference between two groups is not shown by their rates alone: populations differ in age and need.")
            .may_not("A league table by rank: most ranks are chance."))
    });
    Answer::new("rate", options, groups.len() as u64, given)
}
