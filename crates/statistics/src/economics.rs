//! Cost and benefit of one way against another, from pairs of cost and effect: simulated, or bootstrapped from people. The ratio
//! of cost to effect is no number when either may be negative, so net benefit and the acceptability curve carry the answer, and
//! a ratio is printed only where it means something.

mod social_return;

use serde::Serialize;
pub use social_return::{Outcome, SocialReturn, social_return, social_return_answer};

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, effect, said};
use crate::numbers::{at_least, finite, mean, not_negative, same_length};
use crate::random::{Draws, enough, middle};
use crate::refusal::{Refusal, RefusalKind};

/// A ratio is given when this share of the draws lies in one quadrant.
pub const ONE_QUADRANT: f64 = 0.95;

/// What mean cost and mean effect say together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// More effect at more cost, or less at less: cost per unit of effect.
    Ratio(f64),
    /// More effect at no more cost.
    Dominates,
    /// No more effect at more cost, or less effect at the same.
    Dominated,
}

/// Shares of the draws in the four quadrants of the plane of effect (right is more) and cost (up is more).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quadrants {
    /// More effect, more cost.
    pub north_east: f64,
    /// More effect, no more cost.
    pub south_east: f64,
    /// No more effect, more cost.
    pub north_west: f64,
    /// No more effect, no more cost.
    pub south_west: f64,
}

/// Net benefit at one price of effect.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NetBenefit {
    /// Price of one unit of effect.
    pub price: f64,
    /// Mean of price times effect less cost.
    pub mean: f64,
    /// Limits from the draws, 95 per cent.
    pub interval: Interval,
    /// Share of draws in which it is above zero: the acceptability curve.
    pub acceptable: f64,
}

/// An evaluation of cost and effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Mean additional effect.
    pub effect: f64,
    /// Mean additional cost.
    pub cost: f64,
    /// What both say together.
    pub verdict: Verdict,
    /// Where the draws lie.
    pub quadrants: Quadrants,
    /// Whether no quadrant holds [`ONE_QUADRANT`] of the draws: the ratio is then not to be printed.
    pub mixed: bool,
    /// Net benefit at each price.
    pub net_benefit: Vec<NetBenefit>,
}

/// Evaluates draws of additional effect and additional cost at given prices of effect (20,000 and 30,000 pounds per QALY).
///
/// Refuses fewer than 100 draws, prices below zero, and draws whose mean effect is exactly zero. Source: Stinnett and Mullahy
/// 1998, Med Decis Making 18:S68; Fenwick et al. 2001, Health Econ 10:779.
///
/// ```
/// use fingerpost_statistics::economics::{Verdict, evaluate};
/// let (effects, costs): (Vec<f64>, Vec<f64>) = (0..200).map(|k| (0.01, 100.0 + f64::from(k % 2))).unzip();
/// let found = evaluate(&effects, &costs, &[20_000.0]).unwrap();
/// assert!(matches!(found.verdict, Verdict::Ratio(ratio) if (ratio - 10_050.0).abs() < 1e-6));
/// assert_eq!(found.net_benefit[0].acceptable, 1.0);
/// ```
pub fn evaluate(effects: &[f64], costs: &[f64], prices: &[f64]) -> Result<Evaluation, Refusal> {
    evaluate_around(None, effects, costs, prices)
}

/// The same around an additional effect and cost that were seen; without one, around the mean of the draws.
fn evaluate_around(
    seen: Option<(f64, f64)>,
    effects: &[f64],
    costs: &[f64],
    prices: &[f64],
) -> Result<Evaluation, Refusal> {
    same_length(("effects", effects.len()), ("costs", costs.len()))?;
    finite("effects", effects)?;
    finite("costs", costs)?;
    not_negative("prices", prices)?;
    at_least("draws", effects.len(), 100)?;
    let (effect, cost) = seen.unwrap_or((mean(effects), mean(costs)));
    if effect == 0.0 && cost == 0.0 {
        return Err(Refusal::new(RefusalKind::Constant, "Neither cost nor effect differs: there is nothing to weigh."));
    }
    let verdict = match (effect > 0.0, cost > 0.0) {
        (true, true) => Verdict::Ratio(cost / effect),
        (true, false) => Verdict::Dominates,
        (false, true) => Verdict::Dominated,
        (false, false) if effect == 0.0 => Verdict::Dominates,
        (false, false) if cost == 0.0 => Verdict::Dominated,
        (false, false) => Verdict::Ratio(cost / effect),
    };
    let share = |right: bool, up: bool| {
        let count = effects.iter().zip(costs).filter(|(e, c)| (**e > 0.0) == right && (**c > 0.0) == up).count();
        count as f64 / effects.len() as f64
    };
    let quadrants = Quadrants {
        north_east: share(true, true),
        south_east: share(true, false),
        north_west: share(false, true),
        south_west: share(false, false),
    };
    let most = [quadrants.north_east, quadrants.south_east, quadrants.north_west, quadrants.south_west];
    let net_benefit = prices
        .iter()
        .map(|price| {
            let mut net: Vec<f64> = effects.iter().zip(costs).map(|(e, c)| price * e - c).collect();
            let acceptable = net.iter().filter(|net| **net > 0.0).count() as f64 / net.len() as f64;
            NetBenefit { price: *price, mean: price * effect - cost, interval: middle(&mut net, 0.95), acceptable }
        })
        .collect();
    let mixed = most.iter().all(|share| *share < ONE_QUADRANT);
    Ok(Evaluation { effect, cost, verdict, quadrants, mixed, net_benefit })
}

/// Draws of additional effect and cost: each arm's people are drawn again with replacement, cost and effect of one person
/// staying together. Equal seeds give equal draws. Refuses fewer than two people in an arm.
///
/// Source: Briggs, Wonderling and Mooney 1997, Health Econ 6:327.
///
/// ```
/// use fingerpost_statistics::economics::bootstrap;
/// let (effects, costs) = ([0.7, 0.8, 0.6, 0.5], [100.0, 120.0, 0.0, 0.0]);
/// let (more_effect, more_cost) = bootstrap(&effects, &costs, &[true, true, false, false], 1_000, 7).unwrap();
/// assert!(more_effect.iter().all(|effect| *effect > 0.0) && more_cost.iter().all(|cost| *cost >= 100.0));
/// ```
pub fn bootstrap(
    effects: &[f64],
    costs: &[f64],
    treated: &[bool],
    draws: usize,
    seed: u64,
) -> Result<(Vec<f64>, Vec<f64>), Refusal> {
    same_length(("effects", effects.len()), ("costs", costs.len()))?;
    same_length(("effects", effects.len()), ("arms", treated.len()))?;
    finite("effects", effects)?;
    finite("costs", costs)?;
    enough(draws)?;
    let arm = |which: bool| -> Vec<(f64, f64)> {
        let rows = effects.iter().zip(costs).zip(treated);
        rows.filter(|(_, treated)| **treated == which).map(|((e, c), _)| (*e, *c)).collect()
    };
    let (with, without) = (arm(true), arm(false));
    if with.is_empty() || without.is_empty() {
        return Err(Refusal::new(
            RefusalKind::OneGroup,
            "All people are in one arm: there is nothing to compare with.",
        ));
    }
    at_least("people in the smaller arm", with.len().min(without.len()), 2)?;
    let mut stream = Draws::seeded(seed);
    let mut again = |people: &[(f64, f64)]| {
        let (mut effect, mut cost) = (0.0, 0.0);
        for _ in 0..people.len() {
            if let Some((e, c)) = people.get(stream.below(people.len())) {
                effect += e;
                cost += c;
            }
        }
        (effect / people.len() as f64, cost / people.len() as f64)
    };
    Ok((0..draws)
        .map(|_| {
            let (one, other) = (again(&with), again(&without));
            (one.0 - other.0, one.1 - other.1)
        })
        .unzip())
}

/// Prices of the acceptability curve.
const CURVE: u32 = 40;

/// Share of the draws in which it is worth its price, for prices from nothing to twice the highest that was asked for (Fenwick et al.
/// 2001, Health Econ 10:779).
fn acceptability(effects: &[f64], costs: &[f64], prices: &[f64]) -> Table {
    let highest = prices.iter().copied().fold(0.0, f64::max);
    let grid: Vec<f64> = (0..=CURVE).map(|at| 2.0 * highest * f64::from(at) / f64::from(CURVE)).collect();
    let share = |price: &f64| {
        let worth = effects.iter().zip(costs).filter(|(effect, cost)| price * *effect - *cost > 0.0).count();
        worth as f64 / effects.len() as f64
    };
    let shares: Vec<f64> = grid.iter().map(share).collect();
    Table::default().with("price", grid).with("acceptable", shares)
}

/// [`bootstrap`] and [`evaluate`] in the shared shape: from people's effects and costs, two arms, to net benefit.
pub fn people_answer(
    effects: &[f64],
    costs: &[f64],
    treated: &[bool],
    prices: &[f64],
    price_year: &str,
    (draws, seed): (usize, u64),
) -> Answer {
    // Draws say how sure it is; what was seen is the people's own difference, whatever the seed.
    let of = |values: &[f64], wanted: bool| {
        let own: Vec<f64> =
            values.iter().zip(treated).filter(|(_, arm)| **arm == wanted).map(|(value, _)| *value).collect();
        mean(&own)
    };
    let seen = [effects, costs].map(|values| of(values, true) - of(values, false));
    let mut found = match bootstrap(effects, costs, treated, draws, seed) {
        Ok((effects, costs)) => answer_around(Some((seen[0], seen[1])), &effects, &costs, prices, price_year),
        Err(refusal) => {
            let options = Options::default().with("price_year", price_year).with("draws", draws as f64);
            Answer::new("cost_effectiveness", options, 0, Err(refusal))
        }
    };
    found.options = found.options.with("resampled", "people, within each arm").with("seed", seed.to_string());
    found.n = effects.len() as u64;
    found
}

/// [`evaluate`] in the shared shape. `price_year` is the year whose money the costs are in.
pub fn answer(effects: &[f64], costs: &[f64], prices: &[f64], price_year: &str) -> Answer {
    answer_around(None, effects, costs, prices, price_year)
}

fn answer_around(seen: Option<(f64, f64)>, effects: &[f64], costs: &[f64], prices: &[f64], price_year: &str) -> Answer {
    let options = Options::default()
        .with("price_year", price_year)
        .with("prices", prices.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        .with("draws", effects.len() as f64)
        .with("ratio_needs", ONE_QUADRANT);
    let given = evaluate_around(seen, effects, costs, prices).map(|found| {
        let ratio = match found.verdict {
            Verdict::Ratio(ratio) if !found.mixed => ratio,
            _ => f64::NAN,
        };
        let verdict = match found.verdict {
            Verdict::Ratio(_) if found.effect > 0.0 => "more effect at more cost",
            Verdict::Ratio(_) => "less effect at less cost",
            Verdict::Dominates => "more effect at no more cost",
            Verdict::Dominated => "no more effect at more cost",
        };
        let results = Table::default()
            .with("effect", found.effect)
            .with("cost", found.cost)
            .with("verdict", verdict)
            .with("ratio", ratio)
            .with("north_east", found.quadrants.north_east)
            .with("south_east", found.quadrants.south_east)
            .with("north_west", found.quadrants.north_west)
            .with("south_west", found.quadrants.south_west);
        let column = |pick: fn(&NetBenefit) -> f64| found.net_benefit.iter().map(pick).collect::<Vec<_>>();
        let curve = Table::default()
            .with("price", column(|row| row.price))
            .with("net_benefit", column(|row| row.mean))
            .with("lower", column(|row| row.interval.lower))
            .with("upper", column(|row| row.interval.upper))
            .with("acceptable", column(|row| row.acceptable));
        let acceptable = acceptability(effects, costs, prices);
        let mut given = Given::new(results).table("net_benefit", curve).table("acceptability", acceptable).warn_if(found.mixed, || {
            "The draws lie in more than one quadrant, where a cost per unit of effect has no meaning: read the net benefit.".to_owned()
        });
        given = given.warn_if(ratio.is_nan() && !found.mixed, || {
            format!("There is no cost per unit of effect: it is {verdict}, and a ratio of the two would say the opposite of what it seems to.")
        });
        for row in &found.net_benefit {
            given = given.may(format!(
                "At {} a unit of effect: {}",
                said(row.price),
                effect("a net benefit or loss", row.mean, row.interval, 0.0)
            ));
        }
        given
            .may_not("That money was saved: a cost avoided is not cash in hand.")
            .may_not("A cost per unit of effect from a before and after without comparison.")
    });
    Answer::new("cost_effectiveness", options, effects.len() as u64, given)
}
