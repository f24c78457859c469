//! Greenhouse gas of appointments avoided: a number of appointments, with its interval, times a factor that carries its source.
//! Published factors differ more than tenfold (4.8 kg for a Swiss consultation without drugs, 66 kg for a British one with its
//! prescriptions), so that a range of factors is shown beside the one chosen.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{Interval, effect, said};
use crate::numbers::{finite_value, positive};
use crate::refusal::{Refusal, RefusalKind};

/// Kilograms of CO2 equivalent for one appointment, and the lowest and highest that could be argued for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Factor {
    /// The factor used.
    pub kg: f64,
    /// The lowest published.
    pub lowest: f64,
    /// The highest published.
    pub highest: f64,
    /// Where the factor stands, with its year.
    pub source: String,
}

impl Default for Factor {
    /// 9.9 kg, from 4.8 to 66.
    fn default() -> Self {
        Self {
            kg: 9.9,
            lowest: 4.8,
            highest: 66.0,
            source: "9.9 kg as guides for practices print it, origin not found; 4.8 and 66 kg published".to_owned(),
        }
    }
}

/// Where the number of avoided appointments comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Against a comparison group: a trial, or a difference in differences.
    Compared,
    /// The drop from before to after, of which regression to the mean is a part.
    RawDrop,
}

/// Carbon avoided, in kg CO2 equivalent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Carbon {
    /// Kilograms.
    pub kg: f64,
    /// Limits from those of the number of appointments.
    pub interval: Interval,
    /// Kilograms with the lowest factor.
    pub lowest: f64,
    /// Kilograms with the highest factor.
    pub highest: f64,
}

/// Appointments avoided times the factor. Refuses limits that do not hold the estimate, and factors not above zero.
///
/// ```
/// use fingerpost_statistics::carbon::{Factor, carbon};
/// use fingerpost_statistics::interval::Interval;
/// let found = carbon(223.2, Interval { lower: 100.0, upper: 350.0 }, &Factor::default()).unwrap();
/// assert!((found.kg - 2209.68).abs() < 1e-9);
/// ```
pub fn carbon(avoided: f64, interval: Interval, factor: &Factor) -> Result<Carbon, Refusal> {
    finite_value("The number of appointments avoided", avoided)?;
    finite_value("The lower limit", interval.lower)?;
    finite_value("The upper limit", interval.upper)?;
    positive("factors", &[factor.kg, factor.lowest, factor.highest])?;
    if !interval.holds(avoided) {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "The number avoided lies outside its own limits: give both from one calculation.",
        ));
    }
    Ok(Carbon {
        kg: avoided * factor.kg,
        interval: interval.times(factor.kg),
        lowest: avoided * factor.lowest,
        highest: avoided * factor.highest,
    })
}

/// [`carbon`] in the shared shape.
pub fn answer(avoided: f64, interval: Interval, basis: Basis, factor: &Factor) -> Answer {
    let options = Options::default()
        .with("kg_per_appointment", factor.kg)
        .with("source", factor.source.clone())
        .with("basis", if basis == Basis::Compared { "compared with a group" } else { "raw drop" });
    let given = carbon(avoided, interval, factor).map(|found| {
        Given::new(
            Table::default()
                .with("avoided", avoided)
                .with("kg", found.kg)
                .with("lower", found.interval.lower)
                .with("upper", found.interval.upper)
                .with("kg_lowest_factor", found.lowest)
                .with("kg_highest_factor", found.highest),
        )
        .warn(format!(
            "Factors in print differ: with others the figure goes from {} to {} kg, and the interval does not hold that.",
            said(found.lowest),
            said(found.highest)
        ))
        .warn_if(basis == Basis::RawDrop, || {
            "The drop has no comparison group: people counted at their worst go less often later by chance alone (regression to \
             the mean), and that part of it was not avoided."
                .to_owned()
        })
        .may(if basis == Basis::Compared {
            effect("a change in emissions (kg CO2 equivalent)", found.kg, found.interval, 0.0)
        } else {
            format!("{} appointments fewer at {} kg each are {} kg.", said(avoided), said(factor.kg), said(found.kg))
        })
        .may_not("That emissions fell: an appointment not taken is mostly given to somebody else.")
    });
    Answer::new("carbon", options, 1, given)
}
