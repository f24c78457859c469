//! Indicators with two thresholds, as the Investment and Impact Fund of English primary care networks had them. Thresholds,
//! points and the one code that counts are data with a date, never constants in a formula: the indicator of social
//! prescribing changed between years and was then retired.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::numbers::same_length;
use crate::proportion::{Proportion, wilson};
use crate::refusal::{Refusal, RefusalKind};

/// An indicator of one year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Indicator<'a> {
    /// Short name.
    pub name: &'a str,
    /// The one SNOMED CT concept whose recording counts. An offer has another code and does not count.
    pub code: &'a str,
    /// Lower threshold in hundredths of a per cent: nothing is earned up to it.
    pub lower: u64,
    /// Upper threshold in hundredths of a per cent: everything is earned from it on.
    pub upper: u64,
    /// Points at the upper threshold.
    pub points: f64,
    /// The edition of these figures.
    pub edition: &'a str,
    /// Where they stand.
    pub source: &'a str,
}

/// PC-01, share of registered patients referred to social prescribing in twelve months: 1.2 to 1.6 per cent, 20 points. Other
/// years had other thresholds (0.8 to 1.2 per cent was reported in January 2023); the indicator has since been retired.
pub const PC_01: Indicator<'static> = Indicator {
    name: "PC-01",
    code: "871731000000106",
    lower: 120,
    upper: 160,
    points: 20.0,
    edition: "1.2 to 1.6 per cent, 20 points",
    source: "Ardens, support article 31000166945",
};

/// What a network earned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Achievement {
    /// Referred of those who count.
    pub proportion: Proportion,
    /// Share of the points, from 0 to 1.
    pub share_of_points: f64,
    /// Points.
    pub points: f64,
    /// Referrals still missing to the upper threshold.
    pub to_upper: u64,
}

/// Points on the straight line between both thresholds. `referred` counts people once; `adjusted` are people taken out of the
/// denominator by a personalised care adjustment (they declined).
///
/// Thresholds are compared in whole numbers, so that exactly 1.6 per cent is the upper threshold and not a rounding error
/// below it. Refuses more people referred than registered.
///
/// ```
/// use fingerpost_statistics::iif::{PC_01, achievement};
/// assert_eq!(achievement(&PC_01, 30_000, 480, 0, 0.95).unwrap().points, 20.0);
/// ```
pub fn achievement(
    indicator: &Indicator<'_>,
    registered: u64,
    referred: u64,
    adjusted: u64,
    level: f64,
) -> Result<Achievement, Refusal> {
    if indicator.lower >= indicator.upper || indicator.upper > 10_000 {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "The lower threshold is not below the upper one: correct the indicator.",
        ));
    }
    let Some(counted) = registered.checked_sub(adjusted) else {
        return Err(Refusal::new(
            RefusalKind::BadValue,
            format!("{adjusted} people adjusted of {registered} registered: count each person once."),
        ));
    };
    let proportion = wilson(referred, counted, level)?;
    let (scaled, all) = (10_000 * u128::from(referred), u128::from(counted));
    let (lower, upper) = (u128::from(indicator.lower) * all, u128::from(indicator.upper) * all);
    let share_of_points =
        if scaled >= upper { 1.0 } else { scaled.saturating_sub(lower) as f64 / (upper - lower) as f64 };
    let to_upper = upper.div_ceil(10_000).saturating_sub(u128::from(referred));
    Ok(Achievement {
        proportion,
        share_of_points,
        points: share_of_points * indicator.points,
        to_upper: u64::try_from(to_upper).unwrap_or(u64::MAX),
    })
}

/// [`achievement`] in the shared shape, one row per network.
pub fn answer(
    indicator: &Indicator<'_>,
    networks: &[&str],
    registered: &[u64],
    referred: &[u64],
    adjusted: &[u64],
) -> Answer {
    let options = Options::default()
        .with("indicator", indicator.name)
        .with("edition", indicator.edition)
        .with("source", indicator.source)
        .with("code", indicator.code)
        .with("lower_per_cent", indicator.lower as f64 / 100.0)
        .with("upper_per_cent", indicator.upper as f64 / 100.0)
        .with("points", indicator.points)
        .with("level", 0.95)
        .with("limits", "wilson");
    let given = rows(indicator, networks, registered, referred, adjusted).map(|rows| {
        let column = |pick: fn(&Achievement) -> f64| rows.iter().map(pick).collect::<Vec<_>>();
        Given::new(
            Table::default()
                .with("network", networks.to_vec())
                .with("registered", registered.to_vec())
                .with("adjusted", adjusted.to_vec())
                .with("referred", referred.to_vec())
                .with("per_cent", column(|row| 100.0 * row.proportion.share))
                .with("lower", column(|row| 100.0 * row.proportion.interval.lower))
                .with("upper", column(|row| 100.0 * row.proportion.interval.upper))
                .with("share_of_points", column(|row| row.share_of_points))
                .with("points", column(|row| row.points))
                .with("to_upper", rows.iter().map(|row| row.to_upper).collect::<Vec<_>>()),
        )
        .warn("Only the code named in the options counts; an offer of social prescribing does not.")
        .warn("The thresholds are those of the edition named in the options, and the indicator has been retired.")
        .may("The share of registered people with a coded referral, and the points it would have earned.")
        .may_not("How many people needed or wanted social prescribing, or how well it was done.")
    });
    Answer::new("iif", options, registered.iter().fold(0, |sum, count| sum.saturating_add(*count)), given)
}

fn rows(
    indicator: &Indicator<'_>,
    networks: &[&str],
    registered: &[u64],
    referred: &[u64],
    adjusted: &[u64],
) -> Result<Vec<Achievement>, Refusal> {
    same_length(("networks", networks.len()), ("registered", registered.len()))?;
    same_length(("registered", registered.len()), ("referred", referred.len()))?;
    same_length(("registered", registered.len()), ("adjusted", adjusted.len()))?;
    registered
        .iter()
        .zip(referred)
        .zip(adjusted)
        .enumerate()
        .map(|(index, ((all, some), out))| {
            achievement(indicator, *all, *some, *out, 0.95).map_err(|refusal| match refusal.kind {
                // The thresholds are at fault, not the row.
                RefusalKind::BadShape => refusal,
                _ => refusal.in_row(index),
            })
        })
        .collect()
}
