//! Noise that hides whether any one person is counted: the two-sided geometric mechanism, with a ledger of what has been spent.
//! Every publication about the same people adds up; when the budget is gone, nothing more is published.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::said;
use crate::random::Draws;
use crate::refusal::{Refusal, RefusalKind};

/// Two-sided geometric noise: P(k) = (1 - a)/(1 + a) a^|k|, a = exp(-epsilon / sensitivity).
///
/// Source: Ghosh, Roughgarden and Sundararajan 2009, STOC, 351.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Noise {
    /// Privacy loss of one count.
    pub epsilon: f64,
    /// Cells that one person can change by one.
    pub sensitivity: f64,
    /// exp(-epsilon / sensitivity).
    pub alpha: f64,
}

/// The least privacy loss for each person and cell: half of all counts would move by more than 693.
pub const LEAST_LOSS: f64 = 0.001;

/// The most: one count in some ten thousand moves.
pub const MOST_LOSS: f64 = 10.0;

impl Noise {
    /// Noise of a privacy loss. Refuses numbers that are not above zero, and a loss for each person and cell outside
    /// [`LEAST_LOSS`] to [`MOST_LOSS`]: below it nothing of the counts is left, above it there is no noise.
    ///
    /// ```
    /// use fingerpost_statistics::disclosure::Noise;
    /// let noise = Noise::new(1.0, 1.0).unwrap();
    /// assert!((noise.probability_of_zero() - 0.462_117_157).abs() < 1e-9);
    /// ```
    pub fn new(epsilon: f64, sensitivity: f64) -> Result<Self, Refusal> {
        if !(epsilon.is_finite() && epsilon > 0.0 && sensitivity.is_finite() && sensitivity > 0.0) {
            return Err(Refusal::new(RefusalKind::BadShape, "Privacy loss and sensitivity are numbers above zero."));
        }
        if !(LEAST_LOSS..=MOST_LOSS).contains(&(epsilon / sensitivity)) {
            return Err(Refusal::new(
                RefusalKind::BadShape,
                format!(
                    "Privacy loss over sensitivity goes from {LEAST_LOSS} (all noise) to {MOST_LOSS} (no noise); usual are 0.1 to 2."
                ),
            ));
        }
        Ok(Self { epsilon, sensitivity, alpha: (-epsilon / sensitivity).exp() })
    }

    /// Chance that a count stays as it is.
    pub fn probability_of_zero(self) -> f64 {
        (1.0 - self.alpha) / (1.0 + self.alpha)
    }

    /// Variance, 2a/(1 - a)^2.
    pub fn variance(self) -> f64 {
        2.0 * self.alpha / (1.0 - self.alpha).powi(2)
    }

    /// Chance that a count moves by no more than `k`: 1 - 2 a^(k + 1)/(1 + a).
    pub fn within(self, k: u32) -> f64 {
        1.0 - 2.0 * self.alpha.powi(i32::try_from(k).unwrap_or(i32::MAX).saturating_add(1)) / (1.0 + self.alpha)
    }

    /// The smallest k within which a count stays with this chance.
    pub fn reach(self, chance: f64) -> u32 {
        (0..100_000).find(|k| self.within(*k) >= chance).unwrap_or(100_000)
    }

    /// One draw: the difference of two geometric numbers.
    pub fn draw(self, draws: &mut Draws) -> i64 {
        let mut one = || (draws.uniform().ln() / self.alpha.ln()).floor() as i64;
        one() - one()
    }

    /// Counts with noise. They may be negative and need not add up; both are left so, because mending them is no one's to guess.
    ///
    /// The seed is a secret: whoever has it can take the noise off again.
    pub fn add(self, counts: &[u64], seed: u64) -> Vec<i64> {
        let mut draws = Draws::seeded(seed);
        counts
            .iter()
            .map(|count| i64::try_from(*count).unwrap_or(i64::MAX).saturating_add(self.draw(&mut draws)))
            .collect()
    }
}

/// What has been spent on publications about the same people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ledger {
    /// All that may be spent.
    pub budget: f64,
    /// Publications and their privacy loss.
    pub entries: Vec<(String, f64)>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(budget: f64) -> Result<Self, Refusal> {
        Noise::new(budget, 1.0).map(|_| Self { budget, entries: Vec::new() })
    }

    /// What has been spent.
    pub fn spent(&self) -> f64 {
        crate::numbers::sum(self.entries.iter().map(|entry| entry.1))
    }

    /// Writes a publication down. Refuses one that the budget no longer bears.
    ///
    /// ```
    /// use fingerpost_statistics::disclosure::Ledger;
    /// let mut ledger = Ledger::new(1.0).unwrap();
    /// ledger.spend("report of March", 0.75).unwrap();
    /// assert!(ledger.spend("report of June", 0.5).is_err());
    /// ```
    pub fn spend(&mut self, publication: &str, epsilon: f64) -> Result<(), Refusal> {
        Noise::new(epsilon, 1.0)?;
        let spent = self.spent();
        if spent + epsilon > self.budget * (1.0 + 1e-12) {
            return Err(Refusal::new(
                RefusalKind::Assumption,
                format!(
                    "{} of a privacy budget of {} is spent, and this needs {}: publish less, or not.",
                    said(spent),
                    said(self.budget),
                    said(epsilon)
                ),
            ));
        }
        self.entries.push((publication.to_owned(), epsilon));
        Ok(())
    }
}

/// Counts with noise in the shared shape. The seed is not among the options: it is a secret.
pub fn geometric_answer(cells: &[&str], counts: &[u64], epsilon: f64, sensitivity: f64, seed: u64) -> Answer {
    let options = Options::default()
        .with("mechanism", "two-sided geometric")
        .with("epsilon", epsilon)
        .with("sensitivity", sensitivity);
    let given = crate::numbers::same_length(("cells", cells.len()), ("counts", counts.len()))
        .and_then(|()| Noise::new(epsilon, sensitivity))
        .map(|noise| {
            let noisy = noise.add(counts, seed).into_iter().map(|count| count as f64).collect::<Vec<_>>();
            Given::new(Table::default().with("cell", cells.to_vec()).with("noisy", noisy))
                .table(
                    "noise",
                    Table::default()
                        .with("standard_deviation", noise.variance().sqrt())
                        .with("probability_of_zero", noise.probability_of_zero())
                        .with("within_95", u64::from(noise.reach(0.95))),
                )
                .warn("Counts carry noise: they may be negative, and need not add up to their total.")
                .may(format!(
                    "Each count lies within {} of the true one with a chance of 95 per cent.",
                    noise.reach(0.95)
                ))
                .may_not("A small difference between two cells: it may be noise.")
        });
    let n = cells.len() as u64;
    Answer::new("geometric_noise", options, n, given)
}
