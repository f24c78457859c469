//! Social return on investment: what outcomes are said to be worth, less what would have happened anyway, what was displaced, what
//! others did and what wears off. Every number in it is a judgement, so the answer shows how far the ratio moves with them.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::said;
use crate::numbers::{not_negative, positive, sum};
use crate::refusal::{Refusal, RefusalKind};

/// One outcome and its judgements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Name.
    pub name: String,
    /// How many people, or how often.
    pub quantity: f64,
    /// Worth of one, in money of the price year.
    pub proxy: f64,
    /// Share that would have happened anyway.
    pub deadweight: f64,
    /// Share that was only moved from elsewhere.
    pub displacement: f64,
    /// Share that others brought about.
    pub attribution: f64,
    /// Share of the worth lost from each year to the next.
    pub drop_off: f64,
    /// Years it lasts, from 1.
    pub years: u32,
}

/// A social return.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SocialReturn {
    /// Present value of each outcome.
    pub present_values: Vec<f64>,
    /// All of them.
    pub total: f64,
    /// Total over investment.
    pub ratio: f64,
    /// (Total - investment) over investment.
    pub net_ratio: f64,
    /// The ratio if each outcome's deadweight, displacement and attribution were a tenth of the whole higher.
    pub pessimistic: f64,
    /// The ratio if they were a tenth lower.
    pub optimistic: f64,
}

/// Social return on `investment`, discounted at `rate` a year (0.035 in the Green Book): the worth of year t is
/// quantity x proxy x (1 - deadweight)(1 - displacement)(1 - attribution)(1 - drop off)^(t - 1), over (1 + rate)^t.
///
/// Refuses shares outside 0 to 1 and an investment that is not above zero. Source: SROI Network, A guide to Social Return on
/// Investment, 2012, stages 3 to 5.
///
/// ```
/// use fingerpost_statistics::economics::{Outcome, social_return};
/// let outcome = Outcome {
///     name: "Reduced isolation".into(), quantity: 120.0, proxy: 850.0,
///     deadweight: 0.35, displacement: 0.0, attribution: 0.3, drop_off: 0.4, years: 3,
/// };
/// let found = social_return(&[outcome], 48_500.0, 0.035).unwrap();
/// assert!((found.total - 85_904.4166).abs() < 1e-3);
/// ```
pub fn social_return(outcomes: &[Outcome], investment: f64, rate: f64) -> Result<SocialReturn, Refusal> {
    positive("investment", &[investment])?;
    not_negative("discount rate", &[rate])?;
    crate::numbers::at_least("outcomes", outcomes.len(), 1)?;
    for (index, outcome) in outcomes.iter().enumerate() {
        let shares = [outcome.deadweight, outcome.displacement, outcome.attribution, outcome.drop_off];
        let sound = outcome.quantity.is_finite() && outcome.proxy.is_finite() && (1..=100).contains(&outcome.years);
        if !sound || shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                index,
                format!(
                    "{}: shares lie from 0 to 1, years from 1 to 100, and the rest are numbers: correct the row.",
                    outcome.name
                ),
            ));
        }
    }
    let present_values: Vec<f64> = outcomes.iter().map(|outcome| present_value(outcome, rate, 0.0)).collect();
    let total = sum(present_values.iter().copied());
    let shifted = |by: f64| sum(outcomes.iter().map(|outcome| present_value(outcome, rate, by))) / investment;
    Ok(SocialReturn {
        total,
        ratio: total / investment,
        net_ratio: (total - investment) / investment,
        pessimistic: shifted(0.1),
        optimistic: shifted(-0.1),
        present_values,
    })
}

fn present_value(outcome: &Outcome, rate: f64, shift: f64) -> f64 {
    let left = |share: f64| 1.0 - (share + shift).clamp(0.0, 1.0);
    let first = outcome.quantity
        * outcome.proxy
        * left(outcome.deadweight)
        * left(outcome.displacement)
        * left(outcome.attribution);
    sum((1..=outcome.years).map(|year| {
        let year = i32::try_from(year).unwrap_or(i32::MAX);
        first * (1.0 - outcome.drop_off).powi(year - 1) / (1.0 + rate).powi(year)
    }))
}

/// [`social_return`] in the shared shape.
pub fn social_return_answer(outcomes: &[Outcome], investment: f64, rate: f64, price_year: &str) -> Answer {
    let options =
        Options::default().with("investment", investment).with("discount_rate", rate).with("price_year", price_year);
    let given = social_return(outcomes, investment, rate).map(|found| {
        let column = |pick: fn(&Outcome) -> f64| outcomes.iter().map(pick).collect::<Vec<_>>();
        let rows = Table::default()
            .with("outcome", outcomes.iter().map(|outcome| outcome.name.clone()).collect::<Vec<_>>())
            .with("quantity", column(|outcome| outcome.quantity))
            .with("proxy", column(|outcome| outcome.proxy))
            .with("deadweight", column(|outcome| outcome.deadweight))
            .with("displacement", column(|outcome| outcome.displacement))
            .with("attribution", column(|outcome| outcome.attribution))
            .with("drop_off", column(|outcome| outcome.drop_off))
            .with("years", outcomes.iter().map(|outcome| u64::from(outcome.years)).collect::<Vec<_>>())
            .with("present_value", found.present_values.clone());
        Given::new(
            Table::default()
                .with("total", found.total)
                .with("ratio", found.ratio)
                .with("net_ratio", found.net_ratio)
                .with("pessimistic", found.pessimistic)
                .with("optimistic", found.optimistic),
        )
        .table("outcomes", rows)
        .warn(format!(
            "Every share and worth here is a judgement: with shares a tenth higher or lower the ratio goes from {} to {}.",
            said(found.pessimistic),
            said(found.optimistic)
        ))
        .may(format!("Under these judgements each pound is worth {} in social value over the years named.", said(found.ratio)))
        .may_not("That this money comes back to anybody: social value is not cash.")
        .may_not("A comparison with another report's ratio: its judgements were others.")
    });
    Answer::new("social_return", options, outcomes.len() as u64, given)
}
