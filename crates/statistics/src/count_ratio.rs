//! A count before and again after: the ratio of two Poisson rates, exactly. For an audit, its repeat, and a third look later.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::{beta_quantile, binomial_cdf, binomial_pmf, binomial_upper, normal_quantile};
use crate::interval::{Interval, effect, said};
use crate::numbers::{at_least, confidence, countable, positive, same_length};
use crate::refusal::{Refusal, RefusalKind};

/// The ratio of two rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CountRatio {
    /// Rate at the baseline, per unit of exposure.
    pub baseline: f64,
    /// Rate at the repeat.
    pub repeat: f64,
    /// Repeat over baseline; infinite when nothing was counted at the baseline.
    pub ratio: f64,
    /// Exact conditional limits.
    pub interval: Interval,
    /// Exact two-sided p value of a ratio of one.
    pub p: f64,
}

/// Ratio of the repeat's rate to the baseline's: given both counts together, the repeat's is binomial. Limits are Clopper and
/// Pearson's of that binomial; p adds every outcome that is no likelier than the one seen, as R's `poisson.test` does.
///
/// Both are exact but made differently, so that at the border one may speak for a change and the other not.
///
/// Counts are events in an exposure (people registered, weeks). Assumes the same mix of people at both times. Refuses exposure
/// that is not above zero, and no events at all. Source: Przyborowski and Wilenski 1940, Biometrika 31:313.
///
/// ```
/// use fingerpost_statistics::count_ratio::count_ratio;
/// let found = count_ratio((10, 400.0), (25, 400.0), 0.95).unwrap();
/// assert_eq!(found.ratio, 2.5);
/// assert!(found.interval.lower > 1.0 && found.p < 0.05);
/// ```
pub fn count_ratio(baseline: (u64, f64), repeat: (u64, f64), level: f64) -> Result<CountRatio, Refusal> {
    let ((first, first_exposure), (second, second_exposure)) = (baseline, repeat);
    positive("exposure", &[first_exposure, second_exposure])?;
    confidence(level)?;
    countable("counts", &[first, second])?;
    let all = first + second;
    if all == 0 {
        return Err(Refusal::new(
            RefusalKind::TooFew,
            "Nothing was counted at either time: there is no ratio; report the exposure.",
        ));
    }
    let share = second_exposure / (first_exposure + second_exposure);
    let tail = (1.0 - level) / 2.0;
    let (x, n) = (second as f64, all as f64);
    let odds = |p: f64| p / (1.0 - p) * (first_exposure / second_exposure);
    let lower = if second == 0 { 0.0 } else { odds(beta_quantile(tail, x, n - x + 1.0)) };
    let upper = if first == 0 { f64::INFINITY } else { odds(beta_quantile(1.0 - tail, x + 1.0, n - x)) };
    let rates = (first as f64 / first_exposure, x / second_exposure);
    Ok(CountRatio {
        baseline: rates.0,
        repeat: rates.1,
        ratio: rates.1 / rates.0,
        interval: Interval { lower, upper },
        p: two_sided(second, all, share),
    })
}

/// The sum of all binomial outcomes no likelier than k, with R's allowance of 1e-7 for rounding.
fn two_sided(k: u64, n: u64, p: f64) -> f64 {
    let seen = binomial_pmf(k, n, p) * (1.0 + 1e-7);
    let mode = n as f64 * p;
    let at = k as f64;
    if at == mode {
        return 1.0;
    }
    // Each flank is monotone, so that its border is found by halving.
    if at < mode {
        let (mut low, mut high) = (mode.ceil() as u64, n + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if binomial_pmf(middle, n, p) <= seen { high = middle } else { low = middle + 1 }
        }
        let above = if low > n { 0.0 } else { binomial_upper(low - 1, n, p) };
        (binomial_cdf(k, n, p) + above).min(1.0)
    } else {
        let (mut low, mut high) = (0, mode.floor() as u64 + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if binomial_pmf(middle, n, p) <= seen { low = middle + 1 } else { high = middle }
        }
        let below = if low == 0 { 0.0 } else { binomial_cdf(low - 1, n, p) };
        (below + binomial_upper(k - 1, n, p)).min(1.0)
    }
}

/// An audit and its repeats in the shared shape: the first row is the baseline, each other row is compared with it.
pub fn answer(times: &[&str], counts: &[u64], exposures: &[f64], per: f64) -> Answer {
    let options = Options::default()
        .with("per", per)
        .with("level", 0.95)
        .with("limits", "exact, conditional on both counts")
        .with("baseline", times.first().copied().unwrap_or_default());
    let n = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    Answer::new("count_ratio", options, n, given(times, counts, exposures, per))
}

fn given(times: &[&str], counts: &[u64], exposures: &[f64], per: f64) -> Result<Given, Refusal> {
    same_length(("times", times.len()), ("counts", counts.len()))?;
    same_length(("counts", counts.len()), ("exposures", exposures.len()))?;
    positive("exposures", exposures)?;
    at_least("times", times.len(), 2)?;
    let mut found = Vec::with_capacity(counts.len());
    let baseline = (counts.first().copied().unwrap_or(0), exposures.first().copied().unwrap_or(f64::NAN));
    for repeat in counts.iter().zip(exposures).skip(1) {
        found.push(count_ratio(baseline, (*repeat.0, *repeat.1), 0.95)?);
    }
    let column =
        |pick: fn(&CountRatio) -> f64| std::iter::once(f64::NAN).chain(found.iter().map(pick)).collect::<Vec<_>>();
    let results = Table::default()
        .with("time", times.to_vec())
        .with("count", counts.to_vec())
        .with("exposure", exposures.to_vec())
        .with(
            "rate",
            counts.iter().zip(exposures).map(|(count, exposure)| per * *count as f64 / exposure).collect::<Vec<_>>(),
        )
        .with("ratio", column(|found| found.ratio))
        .with("lower", column(|found| found.interval.lower))
        .with("upper", column(|found| found.interval.upper))
        .with("p", column(|found| found.p));
    // What a repeat would show were nothing to change: two Poisson counts, on the logarithmic scale.
    let spread = (normal_quantile(0.975) * (2.0 / baseline.0.max(1) as f64).sqrt()).exp();
    let mut given = Given::new(results).warn(format!(
        "This is a before and after without a comparison group. By chance alone, with nothing changed, a repeat would mostly lie \
         between {} and {} of the baseline; where the baseline was audited because it was low, it would rise without any change \
         (regression to the mean).",
        said(1.0 / spread),
        said(spread)
    ));
    if baseline.0 == 0 {
        given = given.warn("Nothing was counted at the baseline: the ratio has no upper limit, and is left empty.");
    }
    if found.iter().any(|found| (found.p < 0.05) == found.interval.holds(1.0)) {
        given = given.warn(
            "An exact p value and its exact interval may differ at the border, as they do here: read the interval.",
        );
    }
    for (time, found) in times.iter().skip(1).zip(&found) {
        given = given.may(format!(
            "{time}: {}",
            effect("a change of the rate (a ratio of one)", found.ratio, found.interval, 1.0)
        ));
    }
    Ok(given
        .may_not("That what was done caused the change: there is no comparison.")
        .may_not("That the change lasts, without a third look."))
}
