//! Concentration indices: is what is counted found more among the worse-off or the better-off? From -1 (all with the worst-off)
//! over 0 (alike) to 1 (all with the best-off).

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, effect, said};
use crate::numbers::{at_least, finite, not_negative, positive, same_length, sum, z_of};
use crate::refusal::{Refusal, RefusalKind};

/// A concentration index.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Concentration {
    /// People.
    pub n: u64,
    /// Mean of what is counted.
    pub mean: f64,
    /// 2 cov(h, R) / mean.
    pub index: f64,
    /// Kakwani's standard error.
    pub se: f64,
    /// Limits.
    pub interval: Interval,
    /// Erreygers' index for a value between bounds: 4 mean / (highest - lowest) times the index; NaN without bounds.
    pub erreygers: f64,
    /// Its limits.
    pub erreygers_interval: Interval,
}

/// Concentration index of single people: C = 2 cov(h, R)/mean, where R is the fractional rank by `rank_by` from the worst-off
/// up, people alike sharing their middle rank.
///
/// `bounds` are the lowest and highest possible value, for Erreygers' index (its lowest must be 0 for the two to compare).
/// Refuses fewer than three people, a value outside the bounds (below zero without any), a mean of zero, and a ranking that ranks nobody. Sources: Kakwani, Wagstaff and van Doorslaer
/// 1997, J Econometrics 77:87; Erreygers 2009, J Health Econ 28:504.
///
/// ```
/// use fingerpost_statistics::concentration::concentration;
/// let found = concentration(&[4.0, 3.0, 2.0, 1.0], &[1.0, 2.0, 3.0, 4.0], None, 0.95).unwrap();
/// assert!((found.index + 0.25).abs() < 1e-15);
/// ```
pub fn concentration(
    values: &[f64],
    rank_by: &[f64],
    bounds: Option<(f64, f64)>,
    level: f64,
) -> Result<Concentration, Refusal> {
    same_length(("values", values.len()), ("ranks", rank_by.len()))?;
    finite("values", values)?;
    finite("ranks", rank_by)?;
    at_least("people", values.len(), 3)?;
    let (lowest, highest) = bounds.unwrap_or((0.0, f64::INFINITY));
    if let Some(row) = values.iter().position(|value| *value < lowest || *value > highest) {
        let fault = match bounds {
            None => "is below zero: the index is of what can be had; for a score give its lowest and highest value."
                .to_owned(),
            Some(_) => format!("lies outside the bounds, {} to {}.", said(lowest), said(highest)),
        };
        return Err(Refusal::at(RefusalKind::BadValue, row, format!("Row {} {fault}", row + 1)));
    }
    if rank_by.iter().all(|rank| Some(rank) == rank_by.first()) {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Everybody has the same rank: there is no order to compare along.",
        ));
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| rank_by[*a].total_cmp(&rank_by[*b]));
    // People alike share a rank and, for the curve, the mean of their values: their order among themselves says nothing.
    let mut groups: Vec<(f64, f64)> = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let rank = rank_by[order[start]];
        let end = start + order[start..].iter().take_while(|index| rank_by[**index] == rank).count();
        groups.push(((end - start) as f64, sum(order[start..end].iter().map(|index| values[*index]))));
        start = end;
    }
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    check_mean(mean)?;
    let index = grouped_index(&groups);
    // Kakwani's a for each person; q is the height of the curve after and before the group.
    let (mut people, mut height, mut start, mut squares) = (0.0, 0.0, 0, Vec::with_capacity(values.len()));
    for (size, total) in &groups {
        let rank = (people + size / 2.0) / n;
        let before = height;
        height += total / (n * mean);
        for position in &order[start..start + *size as usize] {
            let a = values[*position] / mean * (2.0 * rank - 1.0 - index) + 2.0 - before - height;
            squares.push(a * a);
        }
        people += size;
        start += *size as usize;
    }
    let variance = (sum(squares) / n - (1.0 + index).powi(2)) / n;
    finish(values.len() as u64, mean, index, variance.max(0.0).sqrt(), bounds, level)
}

/// Concentration index from groups in order from the worst-off up: sizes and totals of what is counted,
/// C = sum of (p_t L_{t+1} - p_{t+1} L_t). `counts` says that totals are Poisson counts, whose chance then enters the standard
/// error (Kakwani's formula for grouped data); without, groups' means are taken as known.
///
/// Source: Fuller and Lury 1977; Kakwani, Wagstaff and van Doorslaer 1997.
/// Refuses fewer than three groups, groups of nobody and a mean of zero.
///
/// ```
/// use fingerpost_statistics::concentration::grouped;
/// let even = grouped(&[10.0, 20.0, 10.0], &[5.0, 10.0, 5.0], false, 0.95).unwrap();
/// assert!(even.index.abs() < 1e-15);
/// ```
pub fn grouped(sizes: &[f64], totals: &[f64], counts: bool, level: f64) -> Result<Concentration, Refusal> {
    same_length(("sizes", sizes.len()), ("totals", totals.len()))?;
    positive("sizes", sizes)?;
    not_negative("totals", totals)?;
    at_least("groups", sizes.len(), 3)?;
    let (n, all) = (sum(sizes.iter().copied()), sum(totals.iter().copied()));
    let mean = all / n;
    check_mean(mean)?;
    let groups: Vec<(f64, f64)> = sizes.iter().copied().zip(totals.iter().copied()).collect();
    let index = grouped_index(&groups);
    let (mut people, mut height, mut between, mut within) = (0.0, 0.0, Vec::new(), Vec::new());
    for (size, total) in &groups {
        let rank = (people + size / 2.0) / n;
        let before = height;
        height += total / all;
        let own = total / size;
        let a = own / mean * (2.0 * rank - 1.0 - index) + 2.0 - before - height;
        between.push(size / n * a * a);
        let chance = if counts { own } else { 0.0 };
        within.push(size / n * chance * (2.0 * rank - 1.0 - index).powi(2));
        people += size;
    }
    let units = if counts { n } else { sizes.len() as f64 };
    let variance = (sum(between) - (1.0 + index).powi(2)) / units + sum(within) / (n * mean * mean);
    finish(n as u64, mean, index, variance.max(0.0).sqrt(), None, level)
}

fn check_mean(mean: f64) -> Result<(), Refusal> {
    if mean > 0.0 {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::BadValue,
        "The mean is not above zero: the index divides by it; count something that occurs.",
    ))
}

fn grouped_index(groups: &[(f64, f64)]) -> f64 {
    let (n, all) = (sum(groups.iter().map(|group| group.0)), sum(groups.iter().map(|group| group.1)));
    let (mut p, mut height, mut terms) = (0.0, 0.0, Vec::with_capacity(groups.len()));
    let mut people = 0.0;
    let mut total = 0.0;
    for (size, value) in groups {
        people += size;
        total += value;
        let (next_p, next_height) = (people / n, total / all);
        terms.push(p * next_height - next_p * height);
        (p, height) = (next_p, next_height);
    }
    sum(terms)
}

fn finish(
    n: u64,
    mean: f64,
    index: f64,
    se: f64,
    bounds: Option<(f64, f64)>,
    level: f64,
) -> Result<Concentration, Refusal> {
    let margin = z_of(level)? * se;
    let factor = match bounds {
        None => f64::NAN,
        Some((lowest, highest)) if lowest < highest && mean >= lowest && mean <= highest => {
            4.0 * mean / (highest - lowest)
        }
        Some(_) => {
            return Err(Refusal::new(
                RefusalKind::BadShape,
                "The mean lies outside the bounds: give the lowest and highest possible value.",
            ));
        }
    };
    let interval = Interval::about(index, margin);
    Ok(Concentration {
        n,
        mean,
        index,
        se,
        interval,
        erreygers: factor * index,
        erreygers_interval: interval.times(factor),
    })
}

fn shape(found: &Concentration, what: &str) -> Given {
    Given::new(
        Table::default()
            .with("n", found.n)
            .with("mean", found.mean)
            .with("index", found.index)
            .with("se", found.se)
            .with("lower", found.interval.lower)
            .with("upper", found.interval.upper)
            .with("erreygers", found.erreygers)
            .with("erreygers_lower", found.erreygers_interval.lower)
            .with("erreygers_upper", found.erreygers_interval.upper),
    )
    .may(effect(what, found.index, found.interval, 0.0))
    .may_not("That need is alike along the order: more among the worse-off may still be too little.")
}

/// [`concentration`] in the shared shape.
pub fn answer(values: &[f64], rank_by: &[f64], bounds: Option<(f64, f64)>) -> Answer {
    let options = Options::default().with("level", 0.95).with("se", "kakwani").with("data", "single people");
    let given = concentration(values, rank_by, bounds, 0.95)
        .map(|found| shape(&found, "concentration along the order (below zero: among the worse-off)"));
    Answer::new("concentration_index", options, values.len() as u64, given)
}

/// [`grouped`] in the shared shape.
pub fn grouped_answer(sizes: &[f64], totals: &[f64], counts: bool) -> Answer {
    let options = Options::default()
        .with("level", 0.95)
        .with("se", "kakwani, grouped")
        .with("data", "groups")
        .with("counts", counts);
    let given = grouped(sizes, totals, counts, 0.95)
        .map(|found| shape(&found, "concentration along the order (below zero: among the worse-off)"));
    Answer::new("concentration_index", options, sizes.len() as u64, given)
}
