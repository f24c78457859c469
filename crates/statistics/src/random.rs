//! Random numbers from an explicit seed: ChaCha with twenty rounds, turned into uniform and normal numbers by arithmetic of our
//! own, so that one seed gives one answer on every machine and with every version of every library.

use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};

use crate::interval::Interval;
use crate::numbers::quantile_sorted;
use crate::refusal::{Refusal, RefusalKind};

/// A stream of random numbers.
#[derive(Debug)]
pub struct Draws {
    stream: ChaCha20Rng,
    spare: Option<f64>,
}

impl Draws {
    /// The stream of a seed.
    ///
    /// ```
    /// use fingerpost_statistics::random::Draws;
    /// assert_eq!(Draws::seeded(7).uniform(), Draws::seeded(7).uniform());
    /// ```
    pub fn seeded(seed: u64) -> Self {
        Self { stream: ChaCha20Rng::seed_from_u64(seed), spare: None }
    }

    /// A number above 0 and below 1, one of 2^53.
    pub fn uniform(&mut self) -> f64 {
        ((self.stream.next_u64() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A standard normal number, by Marsaglia's polar method.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square > 0.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// A whole number from 0 to below `n`, each as likely as the others; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        if n < 2 {
            return 0;
        }
        // Numbers beyond the last whole multiple of n are thrown away.
        let beyond = u64::MAX - u64::MAX % n;
        loop {
            let number = self.stream.next_u64();
            if number < beyond {
                return (number % n) as usize;
            }
        }
    }
}

/// The least number of draws behind simulated or bootstrapped limits.
pub const LEAST_DRAWS: usize = 1_000;

/// The most: more take minutes and change no digit that anybody reads.
pub const MOST_DRAWS: usize = 1_000_000;

/// Refuses numbers of draws that are too few to give limits, or endless.
pub fn enough(draws: usize) -> Result<usize, Refusal> {
    if (LEAST_DRAWS..=MOST_DRAWS).contains(&draws) {
        return Ok(draws);
    }
    Err(Refusal::new(RefusalKind::BadShape, format!("{draws} draws: ask for {LEAST_DRAWS} to {MOST_DRAWS}.")))
}

/// The limits that hold the middle share of the draws.
pub(crate) fn middle(draws: &mut [f64], level: f64) -> Interval {
    draws.sort_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    Interval { lower: quantile_sorted(draws, tail), upper: quantile_sorted(draws, 1.0 - tail) }
}
