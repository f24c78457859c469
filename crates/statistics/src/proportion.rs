//! Proportions with Wilson's limits: coded of offered, declined of offered, answers in each category of a question.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, from_to, said};
use crate::numbers::{same_length, z_of};
use crate::refusal::{Refusal, RefusalKind};

/// A proportion and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Proportion {
    /// Those who have the property.
    pub count: u64,
    /// All.
    pub n: u64,
    /// Share, from 0 to 1.
    pub share: f64,
    /// Limits of the share.
    pub interval: Interval,
}

impl Proportion {
    /// Standard error of the share by the binomial distribution, sqrt(p(1 - p)/n). For the slope index.
    pub fn standard_error(&self) -> f64 {
        (self.share * (1.0 - self.share) / self.n as f64).sqrt()
    }
}

/// A proportion with Wilson's score limits: (2O + z^2 -+ z sqrt(z^2 + 4O(1 - p))) / (2(N + z^2)).
///
/// Assumes independent answers. Refuses N = 0 and O > N. Source: Wilson 1927, J Am Stat Assoc 22:209.
///
/// ```
/// use fingerpost_statistics::proportion::wilson;
/// let coded = wilson(65, 100, 0.95).unwrap();
/// assert!((coded.interval.lower - 0.552_544_432_968_88).abs() < 1e-12);
/// ```
pub fn wilson(count: u64, n: u64, level: f64) -> Result<Proportion, Refusal> {
    if n == 0 {
        return Err(Refusal::new(RefusalKind::TooFew, "The denominator is zero: there is no share of nothing."));
    }
    if count > n {
        return Err(Refusal::new(
            RefusalKind::BadValue,
            format!("{count} of {n} is more than all: check numerator and denominator."),
        ));
    }
    let (z, events, all) = (z_of(level)?, count as f64, n as f64);
    let rest = (n - count) as f64;
    let middle = 2.0 * events + z * z;
    let spread = z * (z * z + 4.0 * events * (rest / all)).sqrt();
    let below = 2.0 * (all + z * z);
    // At the ends the formula is 0 and 1 but for rounding.
    let lower = if count == 0 { 0.0 } else { ((middle - spread) / below).max(0.0) };
    let upper = if count == n { 1.0 } else { ((middle + spread) / below).min(1.0) };
    Ok(Proportion { count, n, share: events / all, interval: Interval { lower, upper } })
}

/// The share of one group less that of another, independent one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The first share.
    pub before: Proportion,
    /// The second share.
    pub after: Proportion,
    /// After less before, from -1 to 1.
    pub difference: f64,
    /// Limits of the difference.
    pub interval: Interval,
}

/// The difference of two independent shares with Newcombe's hybrid score limits (his method 10): each side joins the distances of
/// both Wilson limits from their shares.
///
/// Assumes independent answers and groups that share nobody; for the same people asked twice see [`crate::mcnemar`]. Refuses what
/// [`wilson`] refuses. Source: Newcombe 1998, Stat Med 17:873.
///
/// ```
/// use fingerpost_statistics::proportion::difference;
/// // Newcombe 1998, table II, (a): 56 of 70 and 48 of 80.
/// let found = difference((48, 80), (56, 70), 0.95).unwrap();
/// assert!((found.difference - 0.2).abs() < 1e-12);
/// assert!((found.interval.lower - 0.0524).abs() < 5e-5 && (found.interval.upper - 0.3339).abs() < 5e-5);
/// ```
pub fn difference(before: (u64, u64), after: (u64, u64), level: f64) -> Result<Difference, Refusal> {
    let (before, after) = (wilson(before.0, before.1, level)?, wilson(after.0, after.1, level)?);
    let difference = after.share - before.share;
    let joined = |one: f64, other: f64| one.hypot(other);
    let lower = difference - joined(after.share - after.interval.lower, before.interval.upper - before.share);
    let upper = difference + joined(after.interval.upper - after.share, before.share - before.interval.lower);
    Ok(Difference { before, after, difference, interval: Interval { lower, upper } })
}

/// The shares of the answers to one question, and the middle answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Categories {
    /// Answers in all.
    pub n: u64,
    /// One share per category.
    pub shares: Vec<Proportion>,
    /// Position of the category that holds the middle answer when the categories are in order.
    pub median: usize,
}

/// Shares of ordered categories, and the one that holds the median answer (the lower of two middle ones).
///
/// ```
/// use fingerpost_statistics::proportion::categories;
/// // How often 23 practices referred: the twelfth answer is "fortnightly", the third category.
/// let answers = categories(&[3, 3, 7, 5, 5], 0.95).unwrap();
/// assert_eq!((answers.n, answers.median), (23, 2));
/// ```
pub fn categories(counts: &[u64], level: f64) -> Result<Categories, Refusal> {
    let n = counts.iter().try_fold(0_u64, |total, count| total.checked_add(*count)).unwrap_or(0);
    let shares = counts.iter().map(|count| wilson(*count, n, level)).collect::<Result<Vec<_>, _>>()?;
    let middle = n.div_ceil(2);
    let mut below = 0;
    let median = counts.iter().position(|count| {
        below += count;
        below >= middle
    });
    let Some(median) = median else {
        return Err(Refusal::new(RefusalKind::TooFew, "There are no categories: give one count per answer."));
    };
    Ok(Categories { n, shares, median })
}

/// [`wilson`] in the shared shape, one row per group.
pub fn answer(groups: &[&str], counts: &[u64], totals: &[u64], level: f64) -> Answer {
    let options = Options::default().with("level", level).with("limits", "wilson");
    let given = table(groups, counts, totals, level).map(|(table, all)| {
        Given::new(table)
            .may(match all.as_slice() {
                [one] => format!(
                    "{} of {} is {} per cent; the interval goes {} per cent.",
                    one.count,
                    one.n,
                    said(100.0 * one.share),
                    from_to(one.interval.times(100.0))
                ),
                _ => "Each interval holds the shares that go together with the count seen, at its level.".to_owned(),
            })
            .may_not("What those who did not answer would have said.")
    });
    Answer::new("proportion", options, totals.iter().fold(0, |sum, total| sum.saturating_add(*total)), given)
}

fn table(groups: &[&str], counts: &[u64], totals: &[u64], level: f64) -> Result<(Table, Vec<Proportion>), Refusal> {
    same_length(("groups", groups.len()), ("counts", counts.len()))?;
    same_length(("counts", counts.len()), ("totals", totals.len()))?;
    z_of(level)?;
    let mut all = Vec::with_capacity(counts.len());
    for (index, (count, total)) in counts.iter().zip(totals).enumerate() {
        all.push(wilson(*count, *total, level).map_err(|refusal| refusal.in_row(index))?);
    }
    let table = Table::default()
        .with("group", groups.to_vec())
        .with("count", counts.to_vec())
        .with("n", totals.to_vec())
        .with("share", all.iter().map(|one| one.share).collect::<Vec<_>>())
        .with("lower", all.iter().map(|one| one.interval.lower).collect::<Vec<_>>())
        .with("upper", all.iter().map(|one| one.interval.upper).collect::<Vec<_>>());
    Ok((table, all))
}

/// [`categories`] in the shared shape: one row per category, the median named in the claims.
pub fn categories_answer(names: &[&str], counts: &[u64], ordered: bool, level: f64) -> Answer {
    let options = Options::default().with("level", level).with("limits", "wilson");
    let n = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let given = categories(counts, level).and_then(|found| {
        let totals = vec![found.n; counts.len()];
        let (results, _) = table(names, counts, &totals, level)?;
        let middle = names.get(found.median).copied().unwrap_or_default();
        let is_middle = (0..counts.len()).map(|index| index == found.median).collect::<Vec<_>>();
        let given = if ordered {
            Given::new(results.with("median", is_middle))
                .may(format!("The middle answer of {} is \"{middle}\".", found.n))
        } else {
            let most = counts.iter().zip(names).max_by_key(|(count, _)| **count).map_or("", |(_, name)| *name);
            Given::new(results).may(format!("The most frequent of {} answers is \"{most}\".", found.n))
        };
        Ok(given.may_not("What those who did not answer would have said."))
    });
    Answer::new("categories", options, n, given)
}
