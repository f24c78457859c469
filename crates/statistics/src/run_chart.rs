//! Run charts: values in time about their median, and two signs that the process has moved: a run that is too long, or too few
//! crossings of the median. Points on the median are not useful and are passed over.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::binomial_quantile;
use crate::interval::said;
use crate::numbers::{at_least, finite, median, same_length};
use crate::refusal::Refusal;

/// Useful points below which the two signs are not read.
pub const LEAST_USEFUL: usize = 10;

/// The two signs and what they are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Runs {
    /// Points off the centre line.
    pub useful: u64,
    /// The longest run on one side.
    pub longest: u64,
    /// The longest run that chance lets expect: round(log2 n + 3) (Schilling 2012).
    pub longest_expected: u64,
    /// Crossings of the centre line.
    pub crossings: u64,
    /// The fewest crossings that chance lets expect: the 5 per cent quantile of a fair coin, n - 1 throws (Chen 2010).
    pub crossings_expected: u64,
    /// Whether one of the two is beyond what chance lets expect.
    pub signal: bool,
}

/// A run chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RunChart {
    /// The centre line.
    pub median: f64,
    /// The two signs.
    pub runs: Runs,
}

/// The two signs about a given centre line (Anhoej and Olesen 2014, PLOS ONE 9:e113825). Counts whatever is there, however
/// little; [`run_chart`] refuses fewer than ten useful points.
///
/// ```
/// use fingerpost_statistics::run_chart::runs;
/// let found = runs(&[1.0, 1.0, 3.0, 3.0, 3.0, 2.0], 2.0);
/// assert_eq!((found.useful, found.longest, found.crossings), (5, 3, 1));
/// ```
pub fn runs(values: &[f64], centre: f64) -> Runs {
    let (mut useful, mut longest, mut run, mut crossings, mut last) = (0_u64, 0_u64, 0_u64, 0_u64, None);
    for value in values.iter().filter(|value| **value != centre && !value.is_nan()) {
        let above = *value > centre;
        useful += 1;
        run = if last == Some(above) { run + 1 } else { 1 };
        crossings += u64::from(last == Some(!above));
        longest = longest.max(run);
        last = Some(above);
    }
    let longest_expected = if useful == 0 { 0 } else { ((useful as f64).log2() + 3.0).round_ties_even() as u64 };
    let crossings_expected = binomial_quantile(0.05, useful.saturating_sub(1), 0.5).unwrap_or(0);
    let signal = longest > longest_expected || crossings < crossings_expected;
    Runs { useful, longest, longest_expected, crossings, crossings_expected, signal }
}

/// A run chart about the median.
///
/// Assumes points in order of time that do not depend on each other. Refuses fewer than ten points off the median.
///
/// ```
/// use fingerpost_statistics::run_chart::run_chart;
/// let moved = [4.0, 5.0, 3.0, 4.0, 5.0, 4.0, 3.0, 9.0, 8.0, 9.0, 8.0, 9.0, 8.0, 9.0];
/// assert!(run_chart(&moved).unwrap().runs.signal);
/// ```
pub fn run_chart(values: &[f64]) -> Result<RunChart, Refusal> {
    finite("values", values)?;
    let median = median(values);
    let runs = runs(values, median);
    at_least("points off the median", usize::try_from(runs.useful).unwrap_or(usize::MAX), LEAST_USEFUL)?;
    Ok(RunChart { median, runs })
}

/// [`run_chart`] in the shared shape. `change` is the position of the first point after something was done, for the drawing.
pub fn answer(dates: &[&str], values: &[f64], change: Option<usize>) -> Answer {
    let options = Options::default()
        .with("centre", "median")
        .with("longest_run", "round(log2 n + 3)")
        .with("crossings", "5 per cent quantile of binomial(n - 1, 0.5)");
    let given = same_length(("dates", dates.len()), ("values", values.len())).and_then(|()| {
        let found = run_chart(values)?;
        let results = Table::default()
            .with("date", dates.to_vec())
            .with("value", values.to_vec())
            .with("median", vec![found.median; values.len()])
            .with("after_change", (0..values.len()).map(|i| change.is_some_and(|at| i >= at)).collect::<Vec<_>>());
        let runs = found.runs;
        let sentence = if runs.signal {
            format!(
                "The process has moved: longest run {} (chance: up to {}), {} crossings (chance: at least {}).",
                runs.longest, runs.longest_expected, runs.crossings, runs.crossings_expected
            )
        } else {
            format!("No evidence that the process has moved from its median of {}.", said(found.median))
        };
        Ok(Given::new(results)
            .table("runs", runs_table(&runs))
            .may(sentence)
            .may_not("When or why the process moved.")
            .may_not("That what was done caused it: a run chart has no comparison."))
    });
    Answer::new("run_chart", options, values.len() as u64, given)
}

pub(crate) fn runs_table(runs: &Runs) -> Table {
    Table::default()
        .with("useful", runs.useful)
        .with("longest_run", runs.longest)
        .with("longest_run_expected", runs.longest_expected)
        .with("crossings", runs.crossings)
        .with("crossings_expected", runs.crossings_expected)
        .with("signal", vec![runs.signal])
}
