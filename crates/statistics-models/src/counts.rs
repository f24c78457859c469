//! Rates before and after, of those referred and of others: rate ratios, the ratio of two ratios, errors clustered by person,
//! and always how much of a fall regression to the mean would have brought by itself.

mod reply;

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::check;
use crate::design::Design;
use crate::difference::{PairedDifference, paired};
use crate::glm::{Family, GlmFit, GlmOptions, fit};
use crate::inference::Term;
use crate::linear::Covariance;

pub use reply::{answer, before_after_answer};

/// A rate ratio. All terms are logarithms; [`Term::ratio`] gives the ratio.
#[derive(Debug, Clone, PartialEq)]
pub struct RateRatio {
    /// Logarithm of the rate of the exposed divided by that of the others.
    pub ratio: Term,
    /// Events per unit of person-time among the exposed.
    pub rate_exposed: f64,
    /// Events per unit of person-time among the others.
    pub rate_others: f64,
    /// The model.
    pub fit: GlmFit,
}

/// Rate ratio of two groups with person-time as offset, by Poisson, quasi-Poisson or negative binomial regression.
///
/// `events` are counts, `person_time` is positive, in any unit. Rows of the same person want clusters. `adjust` holds
/// covariates without an intercept. Refuses one group, no event in a group, person-time of zero, and what [`fit`] refuses.
///
/// ```
/// use fingerpost_statistics_models::{counts::rate_ratio, glm::Family};
/// let result = rate_ratio(&[4.0, 6.0, 3.0, 2.0], &[1.0; 4], &[false, false, true, true], None, Family::Poisson, None, 0.95)?;
/// assert!((result.ratio.ratio().0 - 0.5).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn rate_ratio(
    events: &[f64],
    person_time: &[f64],
    exposed: &[bool],
    adjust: Option<&Design>,
    family: Family,
    clusters: Option<&[usize]>,
    level: f64,
) -> Result<RateRatio, Refusal> {
    check::same_length("The list of who was exposed", exposed.len(), events.len())?;
    check::two_groups("Exposed and others", exposed)?;
    let offset = log_time(person_time, events.len())?;
    check_family(family)?;
    let mut design = Design::with_intercept(events.len()).flag("exposed", exposed)?;
    if let Some(adjust) = adjust {
        for (name, column) in adjust.names().iter().zip(adjust.columns()) {
            design = design.column(name.clone(), column)?;
        }
    }
    let covariance = clusters.map_or(Covariance::Model, Covariance::Clustered);
    let fit = fit(family, events, &design, GlmOptions { offset: Some(&offset), covariance, level })?;
    let rate = |wanted: bool| {
        let rows = events.iter().zip(person_time).zip(exposed).filter(|(_, flag)| **flag == wanted);
        let (count, time) = rows.fold((0.0, 0.0), |(count, time), ((e, t), _)| (count + e, time + t));
        count / time
    };
    Ok(RateRatio {
        ratio: fit.estimates.term("exposed")?.clone(),
        rate_exposed: rate(true),
        rate_others: rate(false),
        fit,
    })
}

fn log_time(person_time: &[f64], rows: usize) -> Result<Vec<f64>, Refusal> {
    check::same_length("The list of person-time", person_time.len(), rows)?;
    check::finite("Person-time", person_time)?;
    if let Some(row) = person_time.iter().position(|time| *time <= 0.0) {
        return Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("Row {} has no person-time; leave out whoever was not observed.", row + 1),
        ));
    }
    Ok(person_time.iter().map(|time| time.ln()).collect())
}

fn check_family(family: Family) -> Result<(), Refusal> {
    if family == Family::Logit {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "Rates are counts; use poisson, quasi_poisson or negative_binomial.",
        ));
    }
    Ok(())
}

/// The same people before and after, with others to compare or without. Terms of ratios are logarithms.
#[derive(Debug, Clone, PartialEq)]
pub struct BeforeAfter {
    /// Rate before and after among the exposed (everybody, when there are no others), per unit of person-time.
    pub exposed_rates: (f64, f64),
    /// Rate before and after among the others.
    pub other_rates: Option<(f64, f64)>,
    /// Log of rate after / rate before among the exposed.
    pub exposed_ratio: Term,
    /// The same among the others.
    pub other_ratio: Option<Term>,
    /// Log of the ratio of the two ratios.
    pub ratio_of_ratios: Option<Term>,
    /// The same comparison as a difference of mean changes per person, with baseline and regression to the mean.
    pub difference: Option<PairedDifference>,
    /// What regression to the mean may have brought.
    pub regression_to_the_mean: RegressionToTheMean,
    /// People.
    pub people: u64,
}

/// How much of a fall would have come by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionToTheMean {
    /// What a start one unit above the usual leaves of itself, from 0 (nothing) to 1 (all): the slope of after on before among
    /// the others; without others, the correlation of before and after among the exposed.
    pub kept: f64,
    /// The usual level the exposed are held against: the others' mean before, or the mean given.
    pub usual: Option<f64>,
    /// Change expected without any effect: (kept - 1) · (mean before of the exposed - usual). None without a usual level.
    pub expected_change: Option<f64>,
}

/// What [`before_after`] compares.
#[derive(Debug, Clone, Copy)]
pub struct BeforeAfterOptions<'a> {
    /// Who was exposed; none when everybody was, and then nothing is compared.
    pub exposed: Option<&'a [bool]>,
    /// Person-time before and after for each person; one unit each when none.
    pub person_time: Option<(&'a [f64], &'a [f64])>,
    /// The usual mean of such people before, where it is known from elsewhere.
    pub usual: Option<f64>,
    /// Count model.
    pub family: Family,
    /// Confidence level.
    pub level: f64,
}

impl Default for BeforeAfterOptions<'_> {
    fn default() -> Self {
        Self { exposed: None, person_time: None, usual: None, family: Family::Poisson, level: 0.95 }
    }
}

/// Counts of the same people before and after: rate ratios with errors clustered by person, and with others their ratio.
///
/// The model is log rate = a + b·after (+ c·exposed + d·exposed·after); exp(d) is the ratio of ratios. Without others a change
/// is a change and no effect. With others it is one only if rates would have moved in parallel on the ratio scale. Refuses
/// fewer than three people in a group, no event in a cell, and what [`fit`] refuses. Sources: Liang & Zeger 1986;
/// Barnett, van der Pols & Dobson 2005 (regression to the mean).
///
/// ```
/// use fingerpost_statistics_models::counts::{BeforeAfterOptions, before_after};
/// let before = [9.0, 12.0, 10.0, 9.0, 4.0, 3.0, 5.0, 4.0];
/// let after = [7.0, 9.0, 9.0, 7.0, 4.0, 4.0, 5.0, 3.0];
/// let exposed = [true, true, true, true, false, false, false, false];
/// let result = before_after(&before, &after, BeforeAfterOptions { exposed: Some(&exposed), ..Default::default() })?;
/// assert!((result.ratio_of_ratios.unwrap().ratio().0 - 0.8).abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn before_after(before: &[f64], after: &[f64], options: BeforeAfterOptions<'_>) -> Result<BeforeAfter, Refusal> {
    let people = before.len();
    check::same_length("The list of counts after", after.len(), people)?;
    check::not_negative("Counts before", before)?;
    check::not_negative("Counts after", after)?;
    check::whole("Counts before", before)?;
    check::whole("Counts after", after)?;
    check::at_least("people", people, 3)?;
    check_family(options.family)?;
    let ones = vec![1.0; people];
    let (time_before, time_after) = options.person_time.unwrap_or((&ones, &ones));
    let everybody = vec![true; people];
    let exposed = options.exposed.unwrap_or(&everybody);
    check::same_length("The list of who was exposed", exposed.len(), people)?;
    let mut offset = log_time(time_before, people)?;
    offset.extend(log_time(time_after, people)?);
    let events = [before, after].concat();
    let persons: Vec<usize> = (0..people).chain(0..people).collect();
    let is_after: Vec<bool> = (0..2 * people).map(|row| row >= people).collect();
    let mut design = Design::with_intercept(2 * people).flag("after", &is_after)?;
    if options.exposed.is_some() {
        check::two_groups("Exposed and others", exposed)?;
        design = design.flag("exposed", &[exposed, exposed].concat())?.product("exposed", "after")?;
    }
    let glm = GlmOptions { offset: Some(&offset), covariance: Covariance::Clustered(&persons), level: options.level };
    let fit = fit(options.family, &events, &design, glm)?;
    let rates = |wanted: bool| {
        let of = |values: &[f64]| -> f64 {
            values.iter().zip(exposed).filter(|(_, flag)| **flag == wanted).map(|(value, _)| value).sum()
        };
        (of(before) / of(time_before), of(after) / of(time_after))
    };
    let mean_before = rates(true).0;
    let compared = options.exposed.is_some();
    let (exposed_ratio, other_ratio, ratio_of_ratios) = if compared {
        let exposed_ratio = fit.estimates.combination("exposed_ratio", &[0.0, 1.0, 0.0, 1.0])?;
        let other = renamed(fit.estimates.term("after")?, "other_ratio");
        (exposed_ratio, Some(other), Some(renamed(fit.estimates.term("exposed:after")?, "ratio_of_ratios")))
    } else {
        (renamed(fit.estimates.term("after")?, "exposed_ratio"), None, None)
    };
    let per =
        |counts: &[f64], time: &[f64]| counts.iter().zip(time).map(|(count, time)| count / time).collect::<Vec<_>>();
    let (rate_before, rate_after) = (per(before, time_before), per(after, time_after));
    let difference = if compared { Some(paired(&rate_before, &rate_after, exposed, options.level)?) } else { None };
    let regression_to_the_mean = match &difference {
        Some(difference) => RegressionToTheMean {
            kept: difference.slope_of_others,
            usual: Some(difference.others.0),
            expected_change: Some(difference.regression_to_the_mean),
        },
        None => alone(&rate_before, &rate_after, mean_before, options.usual)?,
    };
    Ok(BeforeAfter {
        exposed_rates: rates(true),
        other_rates: compared.then(|| rates(false)),
        exposed_ratio,
        other_ratio,
        ratio_of_ratios,
        difference,
        regression_to_the_mean,
        people: people as u64,
    })
}

fn renamed(term: &Term, name: &str) -> Term {
    Term { name: name.to_owned(), ..term.clone() }
}

/// Without others: the correlation of before and after stands in for what a high start keeps of itself.
fn alone(before: &[f64], after: &[f64], mean: f64, usual: Option<f64>) -> Result<RegressionToTheMean, Refusal> {
    let (spread_before, spread_after) = (check::variance(before), check::variance(after));
    if spread_before <= 0.0 || spread_after <= 0.0 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Everybody has the same count before or after, so regression to the mean cannot be judged.",
        ));
    }
    let (mb, ma) = (check::mean(before), check::mean(after));
    let together: f64 = before.iter().zip(after).map(|(b, a)| (b - mb) * (a - ma)).sum();
    let kept = together / (before.len() as f64 - 1.0) / (spread_before * spread_after).sqrt();
    Ok(RegressionToTheMean { kept, usual, expected_change: usual.map(|usual| (kept - 1.0) * (mean - usual)) })
}
