//! Further cells to hide, so that totals do not give small ones away: the cheapest choice, counted in people lost from the table,
//! by trying every choice in order of cost where the table is small, and by linear programming and pruning where it is not.

use good_lp::{Expression, ProblemVariables, Solution, SolverModel, constraint, microlp, variable};
use serde::Serialize;

use super::attack::{Known, exact};
use super::{Rule, total};
use crate::interval::Interval;
use crate::numbers::countable;
use crate::refusal::{Refusal, RefusalKind};

/// Up to this many cells that could be hidden every choice is tried.
const TRY_ALL: usize = 16;

/// Cells above which a table is refused.
const MOST_CELLS: usize = 2_000;

/// A table that is safe to publish with its totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Protected {
    /// Every hidden cell.
    pub hidden: Vec<bool>,
    /// Cells hidden because they are small.
    pub primary: Vec<usize>,
    /// Cells hidden to protect them.
    pub secondary: Vec<usize>,
    /// People in the secondary cells.
    pub lost: u64,
    /// What an attacker can still say of each primary cell.
    pub intervals: Vec<Interval>,
    /// Whether no cheaper choice exists.
    pub optimal: bool,
}

/// Hides small cells and as few others as protect them, with all sums published exactly. A small cell is protected when an
/// attacker must think it possible that it is not small: the highest value it may have lies above the rule's end.
///
/// The cost of a choice is the number of people in it, plus one a cell. Cells of zero are never hidden: that nobody is there is
/// often known. Refuses, as unprotectable, a table of which a sum is small itself, and one that hiding everything does not
/// protect. Source: Hundepool et al. 2012, Statistical Disclosure Control, chapter 4.
///
/// ```
/// use fingerpost_statistics::disclosure::{below, protect, two_way};
/// let found = protect(&[12, 3, 30, 25, 40, 18, 9, 22, 2], &two_way(3, 3), &below(5)).unwrap();
/// assert_eq!((found.secondary, found.lost), (vec![2, 7], 52));
/// ```
pub fn protect(counts: &[u64], sums: &[Vec<usize>], rule: &Rule) -> Result<Protected, Refusal> {
    check(counts, sums, rule)?;
    let primary: Vec<usize> = (0..counts.len()).filter(|index| rule.hides(counts[*index])).collect();
    let start: Vec<bool> = counts.iter().map(|count| rule.hides(*count)).collect();
    let everything: Vec<bool> = counts.iter().map(|count| *count > 0).collect();
    let table = Search { counts, sums, primary: &primary, enough: rule.hide_to.saturating_add(1) as f64 };
    if !table.safe(&everything)? {
        return Err(Refusal::new(
            RefusalKind::Unprotectable,
            "This table cannot be protected: even with every cell hidden its totals give a small one away; join rows or columns, \
             or leave totals out.",
        ));
    }
    let candidates: Vec<usize> = (0..counts.len()).filter(|index| everything[*index] && !start[*index]).collect();
    let (hidden, optimal) = if table.safe(&start)? {
        (start, true)
    } else if candidates.len() <= TRY_ALL {
        (table.cheapest(&start, &candidates)?, true)
    } else {
        (table.good(&start)?, false)
    };
    let secondary: Vec<usize> = candidates.into_iter().filter(|index| hidden[*index]).collect();
    let known = published(counts, sums, &hidden);
    let intervals = primary.iter().map(|cell| known.interval(*cell)).collect::<Result<_, _>>()?;
    Ok(Protected { lost: total(counts, &secondary), hidden, primary, secondary, intervals, optimal })
}

/// What is known of a table in which cells of zero are always shown: nobody takes a hidden one for empty.
fn published(counts: &[u64], sums: &[Vec<usize>], hidden: &[bool]) -> Known {
    let mut known = exact(counts, sums, hidden);
    known.cells.iter_mut().zip(hidden).filter(|(_, hidden)| **hidden).for_each(|(cell, _)| cell.lower = 1.0);
    known
}

fn check(counts: &[u64], sums: &[Vec<usize>], rule: &Rule) -> Result<(), Refusal> {
    if counts.is_empty() || counts.len() > MOST_CELLS {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            format!("{} cells: give 1 to {MOST_CELLS}, in several tables if need be.", counts.len()),
        ));
    }
    if sums.iter().flatten().any(|cell| *cell >= counts.len()) {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "A sum names a cell that does not exist: positions count from 0.",
        ));
    }
    countable("counts", counts)?;
    match sums.iter().position(|cells| rule.hides(total(counts, cells))) {
        None => Ok(()),
        Some(index) => Err(Refusal::at(
            RefusalKind::Unprotectable,
            index,
            "This table cannot be protected, because one of its totals is small itself: join rows or columns, or leave totals out.",
        )),
    }
}

struct Search<'a> {
    counts: &'a [u64],
    sums: &'a [Vec<usize>],
    primary: &'a [usize],
    enough: f64,
}

impl Search<'_> {
    /// Whether every primary cell may be large for all an attacker knows.
    fn safe(&self, hidden: &[bool]) -> Result<bool, Refusal> {
        // A hidden cell alone in a sum is no secret; this costs nothing to see.
        let alone = |cells: &Vec<usize>| cells.iter().filter(|cell| hidden[**cell]).count() == 1;
        if self
            .sums
            .iter()
            .any(|cells| alone(cells) && cells.iter().any(|cell| hidden[*cell] && self.primary.contains(cell)))
        {
            return Ok(false);
        }
        let known = published(self.counts, self.sums, hidden);
        for cell in self.primary {
            if known.extreme(*cell, true)? < self.enough {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn cost(&self, cell: usize) -> u64 {
        self.counts[cell] + 1
    }

    /// The cheapest safe choice, by trying all in order of cost.
    fn cheapest(&self, start: &[bool], candidates: &[usize]) -> Result<Vec<bool>, Refusal> {
        let mut choices: Vec<(u64, u32)> = (1..1_u32 << candidates.len())
            .map(|choice| {
                let chosen = candidates.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1);
                (chosen.map(|(_, cell)| self.cost(*cell)).sum(), choice)
            })
            .collect();
        choices.sort_unstable();
        let mut hidden = start.to_vec();
        for (_, choice) in choices {
            for (bit, cell) in candidates.iter().enumerate() {
                hidden[*cell] = choice >> bit & 1 == 1;
            }
            // In a cheapest choice every cell stands with another one in each of its sums, or it protects nothing.
            let useless = |cells: &Vec<usize>| cells.iter().filter(|cell| hidden[**cell]).count() == 1;
            if !self.sums.iter().any(useless) && self.safe(&hidden)? {
                return Ok(hidden);
            }
        }
        // Everything hidden is safe, and is among the choices unless a sum of one cell stands in its way.
        Ok(self.counts.iter().map(|count| *count > 0).collect())
    }

    /// A good safe choice: for each cell in danger the cheapest set of cells that can move against it, then what proves
    /// unneeded is shown again, dearest first.
    fn good(&self, start: &[bool]) -> Result<Vec<bool>, Refusal> {
        let mut hidden = start.to_vec();
        for cell in self.primary {
            if published(self.counts, self.sums, &hidden).extreme(*cell, true)? < self.enough {
                self.cover(*cell, &mut hidden)?;
            }
        }
        let mut order: Vec<usize> = (0..hidden.len()).filter(|cell| hidden[*cell] && !start[*cell]).collect();
        order.sort_by_key(|cell| (std::cmp::Reverse(self.cost(*cell)), *cell));
        for cell in order {
            hidden[cell] = false;
            if !self.safe(&hidden)? {
                hidden[cell] = true;
            }
        }
        Ok(hidden)
    }

    /// Hides the cells through which a primary one can reach the value it needs, at least cost.
    fn cover(&self, target: usize, hidden: &mut [bool]) -> Result<(), Refusal> {
        let mut variables = ProblemVariables::new();
        let mut price = Expression::default();
        let mut moves = Vec::with_capacity(hidden.len());
        for (cell, hidden) in hidden.iter().enumerate() {
            let count = self.counts[cell] as f64;
            // Those already hidden are free, but for a trifle against going in circles.
            let cost = if *hidden { 1e-6 } else { self.cost(cell) as f64 };
            let room = (count - 1.0).max(0.0);
            let (up, down) = (variables.add(variable().min(0.0)), variables.add(variable().min(0.0).max(room)));
            price += cost * up + cost * down;
            moves.push((up, down));
        }
        let mut problem = variables.minimise(price).using(microlp);
        for cells in self.sums {
            let mut change = Expression::default();
            for cell in cells {
                change += moves[*cell].0 - moves[*cell].1;
            }
            problem = problem.with(constraint!(change == 0.0));
        }
        for (cell, count) in self.counts.iter().enumerate() {
            let (up, down) = moves[cell];
            if cell == target {
                problem = problem.with(constraint!(up - down == self.enough - *count as f64));
            } else if *count == 0 {
                problem = problem.with(constraint!(up + down == 0.0));
            }
        }
        let solution = problem.solve().map_err(|error| {
            Refusal::new(
                RefusalKind::Unprotectable,
                format!("No further cells protect cell {target} ({error}): join rows or columns."),
            )
        })?;
        for (hidden, (up, down)) in hidden.iter_mut().zip(moves) {
            *hidden |= solution.value(up) + solution.value(down) > 1e-7;
        }
        Ok(())
    }
}
