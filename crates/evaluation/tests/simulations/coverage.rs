//! How often intervals hold the value from which the data were drawn.

use fingerpost_statistics::mean::mean;
use fingerpost_statistics::proportion::wilson;
use fingerpost_statistics::random::Draws;
use fingerpost_statistics::rate::rate;
use fingerpost_statistics_models::survival::{Limits, kaplan_meier};

use crate::effects::poisson;
use crate::{Count, counted};

/// Intervals of 95 %.
pub(crate) fn intervals(seeds: u64) -> Vec<Count> {
    vec![
        counted("proportion (Wilson), 30 % of 80", seeds, |seed| {
            let mut draws = Draws::seeded(seed);
            let count = (0..80).filter(|_| draws.uniform() < 0.3).count();
            wilson(count as u64, 80, 0.95).unwrap().interval.holds(0.3)
        }),
        counted("rate (exact), 4 events expected", seeds, |seed| holds_rate(seed, 4.0)),
        counted("rate (Byar), 40 events expected", seeds, |seed| holds_rate(seed, 40.0)),
        counted("mean (t), 12 normal values", seeds, |seed| {
            let mut draws = Draws::seeded(seed);
            let values: Vec<f64> = (0..12).map(|_| 5.0 + 2.0 * draws.normal()).collect();
            mean(&values, 0.95).unwrap().interval.holds(5.0)
        }),
        counted("waiting (Kaplan-Meier median), 120 people, about a third still wait", seeds, |seed| {
            let mut draws = Draws::seeded(seed);
            let (mut time, mut seen) = (vec![], vec![]);
            for _ in 0..120 {
                let (wait, until_today) = (-draws.uniform().ln(), -2.0 * draws.uniform().ln());
                time.push(wait.min(until_today));
                seen.push(wait <= until_today);
            }
            let median = kaplan_meier(&time, &seen, Limits::Log, 0.95).unwrap().median();
            let truth = std::f64::consts::LN_2;
            // Without an upper limit the interval has no end.
            median.lower <= truth && (median.upper.is_nan() || truth <= median.upper)
        }),
    ]
}

fn holds_rate(seed: u64, expected: f64) -> bool {
    let count = poisson(&mut Draws::seeded(seed), expected);
    rate(count as u64, 1_000.0, 1_000.0, 0.95).unwrap().interval.holds(expected)
}
