//! Yes or no, asked of the same people twice. Only those who changed their answer say anything about change.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::{binomial_cdf, chi_squared_upper};
use crate::interval::{Interval, effect};
use crate::numbers::{countable, same_length, z_of};
use crate::proportion::wilson;
use crate::refusal::{Refusal, RefusalKind};

/// With fewer people than this who changed, the exact p value is the one to read.
pub const EXACT_BELOW: u64 = 25;

/// The four cells: yes or no, before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cells {
    /// Yes and yes.
    pub yes_yes: u64,
    /// Yes, then no.
    pub yes_no: u64,
    /// No, then yes.
    pub no_yes: u64,
    /// No and no.
    pub no_no: u64,
}

/// McNemar's test and the change in the share of yes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct McNemar {
    /// People who answered twice.
    pub n: u64,
    /// The cells.
    pub cells: Cells,
    /// (|b - c| - 1)^2 / (b + c).
    pub chi_squared_corrected: f64,
    /// Its p value.
    pub p_corrected: f64,
    /// (b - c)^2 / (b + c).
    pub chi_squared: f64,
    /// Its p value.
    pub p_uncorrected: f64,
    /// Exact binomial p value, two-sided.
    pub p_exact: f64,
    /// The p value to read: exact below [`EXACT_BELOW`] changes, corrected from there on.
    pub p: f64,
    /// Share of yes before.
    pub before: f64,
    /// Share of yes after.
    pub after: f64,
    /// After less before.
    pub difference: f64,
    /// Wald's limits of the difference.
    pub wald: Interval,
    /// Newcombe's score limits of the difference (his method 10), to be read when n is small.
    pub score: Interval,
}

impl Cells {
    /// Counts paired answers.
    pub fn of(before: &[bool], after: &[bool]) -> Result<Self, Refusal> {
        same_length(("answers before", before.len()), ("answers after", after.len()))?;
        let mut cells = Self::default();
        for pair in before.iter().zip(after) {
            match pair {
                (true, true) => cells.yes_yes += 1,
                (true, false) => cells.yes_no += 1,
                (false, true) => cells.no_yes += 1,
                (false, false) => cells.no_no += 1,
            }
        }
        Ok(cells)
    }

    /// Correlation of both answers (phi); NaN when one side does not vary.
    pub fn correlation(self) -> f64 {
        let [a, b, c, d] = [self.yes_yes, self.yes_no, self.no_yes, self.no_no].map(|cell| cell as f64);
        (a * d - b * c) / ((a + b) * (c + d) * (a + c) * (b + d)).sqrt()
    }

    fn total(self) -> u64 {
        [self.yes_yes, self.yes_no, self.no_yes, self.no_no].iter().fold(0, |sum, cell| sum.saturating_add(*cell))
    }
}

/// McNemar's test (Psychometrika 1947, 12:153), corrected, uncorrected and exact, with the paired difference of shares and its
/// limits: Wald's, and Newcombe's (Stat Med 1998, 17:2635).
///
/// Assumes that people answer independently of each other. Refuses no people, and nobody who changed.
///
/// ```
/// use fingerpost_statistics::mcnemar::{Cells, mcnemar};
/// // Agresti 1990, page 350: approval of a prime minister, asked twice.
/// let cells = Cells { yes_yes: 794, yes_no: 150, no_yes: 86, no_no: 570 };
/// let found = mcnemar(cells, 0.95).unwrap();
/// assert!((found.chi_squared - 17.36).abs() < 0.005);
/// assert!((found.chi_squared_corrected - 16.82).abs() < 0.005);
/// ```
pub fn mcnemar(cells: Cells, level: f64) -> Result<McNemar, Refusal> {
    let n = cells.total();
    countable("the cells", &[cells.yes_yes, cells.yes_no, cells.no_yes, cells.no_no])?;
    if n == 0 {
        return Err(Refusal::new(RefusalKind::TooFew, "Nobody answered twice: there are no pairs to compare."));
    }
    let (b, c) = (cells.yes_no, cells.no_yes);
    let changed = b.saturating_add(c);
    if changed == 0 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Nobody changed their answer: there is no change to test; report the share of yes.",
        ));
    }
    let (all, out, into, moved) = (n as f64, b as f64, c as f64, changed as f64);
    let gap = (out - into).abs();
    // A correction never turns a small gap into a larger one.
    let corrected = (gap - 1.0).max(0.0).powi(2) / moved;
    let plain = gap * gap / moved;
    let p_exact = (2.0 * binomial_cdf(b.min(c), changed, 0.5)).min(1.0);
    let p_corrected = chi_squared_upper(corrected, 1.0);
    let difference = (into - out) / all;
    let margin = z_of(level)? * (moved - (into - out).powi(2) / all).sqrt() / all;
    let (before, after) = (cells.yes_yes.saturating_add(b), cells.yes_yes.saturating_add(c));
    Ok(McNemar {
        n,
        cells,
        chi_squared_corrected: corrected,
        p_corrected,
        chi_squared: plain,
        p_uncorrected: chi_squared_upper(plain, 1.0),
        p_exact,
        p: if changed < EXACT_BELOW { p_exact } else { p_corrected },
        before: before as f64 / all,
        after: after as f64 / all,
        difference,
        wald: Interval::about(difference, margin),
        score: newcombe(cells, n, level)?,
    })
}

/// Newcombe's method 10: Wilson limits of both shares, joined by their correlation.
fn newcombe(cells: Cells, n: u64, level: f64) -> Result<Interval, Refusal> {
    let after = wilson(cells.yes_yes + cells.no_yes, n, level)?;
    let before = wilson(cells.yes_yes + cells.yes_no, n, level)?;
    let [a, b, c, d] = [cells.yes_yes, cells.no_yes, cells.yes_no, cells.no_no].map(|cell| cell as f64);
    let product = a * d - b * c;
    let half = 0.5 * n as f64;
    let product = if product > half { product - half } else { product.min(0.0) };
    let margins = ((a + b) * (c + d) * (a + c) * (b + d)).sqrt();
    let correlation = if margins == 0.0 { 0.0 } else { product / margins };
    let reach = |one: f64, other: f64| (one * one - 2.0 * correlation * one * other + other * other).max(0.0).sqrt();
    let difference = after.share - before.share;
    Ok(Interval {
        lower: difference - reach(after.share - after.interval.lower, before.interval.upper - before.share),
        upper: difference + reach(after.interval.upper - after.share, before.share - before.interval.lower),
    })
}

/// [`mcnemar`] in the shared shape.
pub fn answer(cells: Cells, level: f64) -> Answer {
    let options = Options::default()
        .with("level", level)
        .with("p", "exact below 25 changes, corrected chi squared from 25")
        .with("limits", "wald, and newcombe's method 10");
    let given = mcnemar(cells, level).map(|found| {
        let results = Table::default()
            .with("n", found.n)
            .with("yes_yes", cells.yes_yes)
            .with("yes_no", cells.yes_no)
            .with("no_yes", cells.no_yes)
            .with("no_no", cells.no_no)
            .with("before", found.before)
            .with("after", found.after)
            .with("difference", found.difference)
            .with("lower", found.wald.lower)
            .with("upper", found.wald.upper)
            .with("score_lower", found.score.lower)
            .with("score_upper", found.score.upper)
            .with("chi_squared", found.chi_squared)
            .with("p_uncorrected", found.p_uncorrected)
            .with("chi_squared_corrected", found.chi_squared_corrected)
            .with("p_corrected", found.p_corrected)
            .with("p_exact", found.p_exact)
            .with("p", found.p);
        Given::new(results)
            .warn(crate::pre_post::NO_COMPARISON)
            .warn(crate::pre_post::regression_note(cells.correlation()))
            .may(effect("a difference in the share of yes", found.difference, found.score, 0.0))
            .may_not("That anything caused the change: there is no comparison group.")
            .may_not("Anything about those who answered once only.")
    });
    Answer::new("mcnemar", options, cells.total(), given)
}
