//! Raking: weights are moved until the sample has the known totals of age, sex or deprivation, one after the other and again,
//! until nothing moves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::weight_effect;
use crate::answer::{Answer, Given, Options, Table};
use crate::interval::said;
use crate::numbers::{at_least, positive, same_length, sum};
use crate::refusal::{Refusal, RefusalKind};

/// Rounds after which raking is given up.
const MOST_ROUNDS: u32 = 1_000;

/// How far weighted totals may lie from known ones, relative to them.
const CLOSE: f64 = 1e-10;

/// A known margin of the population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin<'a> {
    /// What it is: age, sex.
    pub name: &'a str,
    /// The group of each respondent.
    pub labels: &'a [&'a str],
    /// Every group and how many of it there are in the population.
    pub targets: &'a [(&'a str, f64)],
}

/// Raked weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Raked {
    /// One weight per respondent.
    pub weights: Vec<f64>,
    /// Rounds it took.
    pub rounds: u32,
    /// Design effect of the weights.
    pub weight_effect: f64,
    /// Largest weight over the mean weight.
    pub largest: f64,
}

/// Rakes `weights` to the margins (iterative proportional fitting; Deming and Stephan 1940, Ann Math Stat 11:427).
///
/// Refuses margins that add up to different populations, groups without respondents, respondents without a group, and weights
/// that do not settle.
///
/// ```
/// use fingerpost_statistics::survey::{Margin, rake};
/// let sex = Margin { name: "sex", labels: &["m", "f", "f", "f"], targets: &[("m", 50.0), ("f", 50.0)] };
/// let found = rake(&[1.0; 4], &[sex]).unwrap();
/// assert!((found.weights[0] - 50.0).abs() < 1e-9);
/// ```
pub fn rake(weights: &[f64], margins: &[Margin<'_>]) -> Result<Raked, Refusal> {
    positive("weights", weights)?;
    at_least("respondents", weights.len(), 1)?;
    at_least("margins", margins.len(), 1)?;
    let groups = margins.iter().map(|margin| rows_of(margin, weights.len())).collect::<Result<Vec<_>, _>>()?;
    let totals: Vec<f64> = margins.iter().map(|margin| sum(margin.targets.iter().map(|target| target.1))).collect();
    let first = totals.first().copied().unwrap_or(f64::NAN);
    if let Some(index) = totals.iter().position(|total| (total - first).abs() > 1e-6 * first) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            index,
            "The margins add up to different populations: take all from one source and year.",
        ));
    }
    let mut raked = weights.to_vec();
    for round in 1..=MOST_ROUNDS {
        let mut moved = 0.0_f64;
        for (rows, target) in groups.iter().flatten() {
            let now = sum(rows.iter().map(|row| raked[*row]));
            let factor = target / now;
            moved = moved.max((factor - 1.0).abs());
            for row in rows {
                raked[*row] *= factor;
            }
        }
        if moved < CLOSE {
            let mean = sum(raked.iter().copied()) / raked.len() as f64;
            let largest = raked.iter().copied().fold(0.0, f64::max) / mean;
            return Ok(Raked { weight_effect: weight_effect(&raked), largest, weights: raked, rounds: round });
        }
    }
    Err(Refusal::new(
        RefusalKind::NotConverged,
        "Weights do not settle: two margins contradict each other for the groups sampled; join small groups.",
    ))
}

type Groups = Vec<(Vec<usize>, f64)>;

fn rows_of(margin: &Margin<'_>, n: usize) -> Result<Groups, Refusal> {
    same_length(("weights", n), (margin.name, margin.labels.len()))?;
    let counts: Vec<f64> = margin.targets.iter().map(|target| target.1).collect();
    positive(margin.name, &counts)?;
    let mut rows: BTreeMap<&str, Vec<usize>> = margin.targets.iter().map(|target| (target.0, Vec::new())).collect();
    if rows.len() != margin.targets.len() {
        return Err(Refusal::new(RefusalKind::Duplicate, format!("{} names a group twice.", margin.name)));
    }
    for (row, label) in margin.labels.iter().enumerate() {
        let Some(group) = rows.get_mut(label) else {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                row,
                format!(
                    "Row {} has no known total of {} for its group: add it, or leave the row out.",
                    row + 1,
                    margin.name
                ),
            ));
        };
        group.push(row);
    }
    margin
        .targets
        .iter()
        .map(|(label, target)| {
            let rows = rows.remove(label).unwrap_or_default();
            if rows.is_empty() {
                return Err(Refusal::new(
                    RefusalKind::TooFew,
                    format!("Nobody of the group \"{label}\" of {} answered: join it with another.", margin.name),
                ));
            }
            Ok((rows, *target))
        })
        .collect()
}

/// [`rake`] in the shared shape, one row per respondent.
pub fn rake_answer(weights: &[f64], margins: &[Margin<'_>]) -> Answer {
    let options = Options::default()
        .with("margins", margins.iter().map(|margin| margin.name).collect::<Vec<_>>().join(", "))
        .with("tolerance", CLOSE);
    let given = rake(weights, margins).map(|found| {
        Given::new(Table::default().with("weight", found.weights))
            .table(
                "weights",
                Table::default()
                    .with("rounds", u64::from(found.rounds))
                    .with("weight_effect", found.weight_effect)
                    .with("largest_over_mean", found.largest),
            )
            .warn_if(found.largest > 5.0, || {
                format!("One respondent weighs {} times the mean: join small groups.", said(found.largest))
            })
            .may("With these weights the sample has the known totals of each margin.")
            .may_not("That the sample is now like the population in anything else.")
    });
    Answer::new("raking", options, weights.len() as u64, given)
}
