//! What an attacker can work out: the lowest and the highest value that each hidden cell may have, given everything that is
//! shown. Found by linear programming; exact for two-way tables, and for linked tables no narrower than the truth allows.

use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, constraint, microlp, variable};

use super::{Rule, Shown, total};
use crate::interval::Interval;
use crate::refusal::{Refusal, RefusalKind};

/// Cells of which a published total is the sum, and the range in which the total is known to lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// Positions of the cells.
    pub cells: Vec<usize>,
    /// Range of the total; both ends alike when it is published exactly.
    pub range: Interval,
}

/// Everything an attacker knows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The range of each cell; both ends alike when it is published exactly, 0 to infinity when nothing is known.
    pub cells: Vec<Interval>,
    /// Published totals.
    pub sums: Vec<Sum>,
}

/// The sums of a two-way table stored row by row: first its rows, then its columns. Linked tables add sums of their own over
/// the same cells.
///
/// ```
/// use fingerpost_statistics::disclosure::two_way;
/// assert_eq!(two_way(1, 2), vec![vec![0, 1], vec![0], vec![1]]);
/// ```
pub fn two_way(rows: usize, columns: usize) -> Vec<Vec<usize>> {
    let across = (0..rows).map(|row| (0..columns).map(|column| row * columns + column).collect());
    let down = (0..columns).map(|column| (0..rows).map(|row| row * columns + column).collect());
    across.chain(down).collect()
}

/// What is known when totals are published exactly, and cells exactly or not at all.
///
/// ```
/// use fingerpost_statistics::disclosure::{exact, two_way};
/// // One hidden cell in a table with totals is no secret.
/// let known = exact(&[20, 4, 31, 50], &two_way(2, 2), &[false, true, false, false]);
/// let interval = known.interval(1).unwrap();
/// assert_eq!((interval.lower, interval.upper), (4.0, 4.0));
/// ```
pub fn exact(counts: &[u64], sums: &[Vec<usize>], hidden: &[bool]) -> Known {
    let cells = counts.iter().enumerate().map(|(index, count)| {
        if hidden.get(index).copied().unwrap_or(false) {
            Interval { lower: 0.0, upper: f64::INFINITY }
        } else {
            Interval::about(*count as f64, 0.0)
        }
    });
    let known =
        |cells: &Vec<usize>| Sum { cells: cells.clone(), range: Interval::about(total(counts, cells) as f64, 0.0) };
    Known { cells: cells.collect(), sums: sums.iter().map(known).collect() }
}

/// What is known when cells and totals are shown under a rule that rounds: hidden ones lie from 1 to the rule's end, rounded
/// ones within half a step.
///
/// ```
/// use fingerpost_statistics::disclosure::{HOSPITAL, rounded};
/// let known = rounded(&[3, 12], &[], &HOSPITAL);
/// assert_eq!((known.cells[0].lower, known.cells[0].upper), (1.0, 7.0));
/// assert_eq!((known.cells[1].lower, known.cells[1].upper), (8.0, 12.0));
/// ```
pub fn rounded(counts: &[u64], sums: &[Vec<usize>], rule: &Rule) -> Known {
    let range = |count: u64| match rule.show(count) {
        Shown::Hidden => Interval { lower: 1.0, upper: rule.hide_to as f64 },
        Shown::Number(0) if count == 0 && rule.hide_to >= rule.round_to / 2 => Interval::about(0.0, 0.0),
        Shown::Number(shown) => {
            let (below, above) = (rule.round_to / 2, rule.round_to.saturating_sub(1) / 2);
            let least = shown.saturating_sub(below).max(if shown == 0 { 0 } else { rule.hide_to.saturating_add(1) });
            Interval { lower: least as f64, upper: shown.saturating_add(above) as f64 }
        }
    };
    let cells = counts.iter().map(|count| range(*count)).collect();
    let sums = sums.iter().map(|cells| Sum { cells: cells.clone(), range: range(total(counts, cells)) }).collect();
    Known { cells, sums }
}

impl Known {
    /// The lowest and highest value that a cell may have. Refuses a cell that does not exist, and knowledge that contradicts
    /// itself.
    pub fn interval(&self, cell: usize) -> Result<Interval, Refusal> {
        let Some(range) = self.cells.get(cell) else {
            return Err(Refusal::new(RefusalKind::BadShape, format!("Cell {cell} does not exist in this table.")));
        };
        if range.lower == range.upper {
            return Ok(*range);
        }
        Ok(Interval { lower: self.extreme(cell, false)?, upper: self.extreme(cell, true)? })
    }

    /// The highest, or lowest, value of a cell. Cells known exactly are numbers here, not variables.
    pub(super) fn extreme(&self, cell: usize, highest: bool) -> Result<f64, Refusal> {
        let mut variables = ProblemVariables::new();
        let unknown: Vec<Option<Variable>> = self
            .cells
            .iter()
            .map(|range| {
                (range.lower < range.upper).then(|| {
                    let least = variable().min(range.lower);
                    variables.add(if range.upper.is_finite() { least.max(range.upper) } else { least })
                })
            })
            .collect();
        let target = unknown.get(cell).copied().flatten();
        let Some(target) = target else { return Ok(self.cells.get(cell).map_or(f64::NAN, |range| range.lower)) };
        let objective = if highest { variables.maximise(target) } else { variables.minimise(target) };
        let mut problem = objective.using(microlp);
        for sum in &self.sums {
            let (mut expression, mut fixed, mut any) = (Expression::default(), 0.0, false);
            for index in &sum.cells {
                match unknown.get(*index).copied().flatten() {
                    Some(variable) => {
                        expression += variable;
                        any = true;
                    }
                    None => fixed += self.cells.get(*index).map_or(0.0, |range| range.lower),
                }
            }
            if !any {
                continue;
            }
            let (lower, upper) = (sum.range.lower - fixed, sum.range.upper - fixed);
            if lower == upper {
                problem = problem.with(constraint!(expression == lower));
            } else {
                problem = problem.with(constraint!(expression.clone() >= lower)).with(constraint!(expression <= upper));
            }
        }
        match problem.solve() {
            Ok(solution) => Ok(whole(solution.value(target))),
            Err(good_lp::ResolutionError::Unbounded) if highest => Ok(f64::INFINITY),
            Err(error) => Err(Refusal::new(
                RefusalKind::NotConverged,
                format!(
                    "What is known of the table could not be solved ({error}): check that cells add up to their totals."
                ),
            )),
        }
    }
}

/// A whole number, where the solver came within rounding of one.
fn whole(value: f64) -> f64 {
    if (value - value.round()).abs() < 1e-6 { value.round() } else { value }
}
