//! Waiting times with people still waiting: Kaplan-Meier curves, medians, the share seen within a target, and the log-rank
//! test. People still waiting are part of every number; the mean of completed waits is not what is computed here.

mod reply;

use faer::Mat;
use fingerpost_statistics::distribution::{chi_squared_upper, normal_quantile};
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::{algebra, check};

pub use reply::answer;

/// On which scale the limits of a curve are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limits {
    /// S · exp(± z se(log S)), not above 1: what R's survfit gives unless told otherwise.
    #[default]
    Log,
    /// exp(-exp(log(-log S) ± z se)): always between 0 and 1.
    LogLog,
}

impl Limits {
    /// Its name as the command takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::LogLog => "log_log",
        }
    }
}

/// The curve at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Time, in the unit of the input.
    pub time: f64,
    /// Still waiting just before this time.
    pub at_risk: u64,
    /// Events at this time.
    pub events: u64,
    /// Last seen waiting at this time.
    pub censored: u64,
    /// Share still waiting just after this time.
    pub survival: f64,
    /// Greenwood standard error of the share; NaN when the share is 0.
    pub standard_error: f64,
    /// Lower limit; NaN where the scale has none.
    pub lower: f64,
    /// Upper limit; NaN where the scale has none.
    pub upper: f64,
}

/// A time at which the curve passes a share; NaN where it never does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Estimate.
    pub time: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// A Kaplan-Meier curve.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    /// One point for each distinct time.
    pub points: Vec<Point>,
    /// People.
    pub n: u64,
    /// Events.
    pub events: u64,
    /// Scale of the limits.
    pub limits: Limits,
    /// Confidence level.
    pub level: f64,
}

/// The Kaplan-Meier curve of times, where `event` is false for those still waiting when last seen.
///
/// S(t) = prod over event times of (1 - d/n); Greenwood: var(log S) = sum d / (n (n - d)). Assumes that those still waiting
/// would wait as long as the others. Refuses negative or missing times, and no event at all.
/// Sources: Kaplan & Meier 1958; Kalbfleisch & Prentice 2002 (limits); Brookmeyer & Crowley 1982 (median).
///
/// ```
/// use fingerpost_statistics_models::survival::{Limits, kaplan_meier};
/// let days = [3.0, 5.0, 5.0, 8.0, 12.0, 20.0];
/// let seen = [true, true, false, true, true, false];
/// let curve = kaplan_meier(&days, &seen, Limits::Log, 0.95)?;
/// assert_eq!(curve.median().time, 8.0);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn kaplan_meier(time: &[f64], event: &[bool], limits: Limits, level: f64) -> Result<KaplanMeier, Refusal> {
    check::level(level)?;
    check_times(time, event)?;
    if !event.contains(&true) {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Nobody has had the event yet, so there is no curve; wait longer.",
        ));
    }
    let z = normal_quantile(0.5 + level / 2.0);
    let mut survival = 1.0;
    let mut greenwood = 0.0;
    let points = risk_table(time, event)
        .into_iter()
        .map(|step| {
            let (n, d) = (step.at_risk as f64, step.events as f64);
            survival *= (n - d) / n;
            greenwood += d / (n * (n - d));
            point(step, survival, greenwood.sqrt(), limits, z)
        })
        .collect();
    let events = event.iter().filter(|seen| **seen).count() as u64;
    Ok(KaplanMeier { points, n: time.len() as u64, events, limits, level })
}

fn check_times(time: &[f64], event: &[bool]) -> Result<(), Refusal> {
    check::same_length("The list of events", event.len(), time.len())?;
    check::at_least("people", time.len(), 2)?;
    check::not_negative("Times", time)
}

struct Step {
    time: f64,
    at_risk: u64,
    events: u64,
    censored: u64,
}

/// One step for each distinct time, with those at risk just before it.
fn risk_table(time: &[f64], event: &[bool]) -> Vec<Step> {
    let mut sorted: Vec<(f64, bool)> = time.iter().copied().zip(event.iter().copied()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps: Vec<Step> = Vec::new();
    let mut left = sorted.len() as u64;
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let events = group.iter().filter(|(_, seen)| *seen).count() as u64;
        let size = group.len() as u64;
        let time = group.first().map_or(0.0, |(time, _)| *time);
        steps.push(Step { time, at_risk: left, events, censored: size - events });
        left -= size;
    }
    steps
}

fn point(step: Step, survival: f64, log_error: f64, limits: Limits, z: f64) -> Point {
    let (lower, upper) = if survival <= 0.0 {
        (f64::NAN, f64::NAN)
    } else if survival >= 1.0 {
        (1.0, 1.0)
    } else {
        match limits {
            Limits::Log => (survival * (-z * log_error).exp(), (survival * (z * log_error).exp()).min(1.0)),
            Limits::LogLog => {
                let log = survival.ln();
                let reach = z * log_error / log;
                ((log * (-reach).exp()).exp(), (log * reach.exp()).exp())
            }
        }
    };
    let standard_error = if survival <= 0.0 { f64::NAN } else { survival * log_error };
    let Step { time, at_risk, events, censored } = step;
    Point { time, at_risk, events, censored, survival, standard_error, lower, upper }
}

impl KaplanMeier {
    /// The curve at a time: that of the last step at or before it. Before the first step everybody is still waiting.
    ///
    /// ```
    /// use fingerpost_statistics_models::survival::{Limits, kaplan_meier};
    /// let curve = kaplan_meier(&[3.0, 5.0, 8.0, 9.0], &[true; 4], Limits::Log, 0.95)?;
    /// assert_eq!((curve.at(1.0).survival, curve.at(6.0).survival), (1.0, 0.5));
    /// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
    /// ```
    pub fn at(&self, time: f64) -> Point {
        let start = Point {
            time,
            at_risk: self.n,
            events: 0,
            censored: 0,
            survival: 1.0,
            standard_error: 0.0,
            lower: 1.0,
            upper: 1.0,
        };
        self.points.iter().take_while(|point| point.time <= time).last().map_or(start, |point| Point { time, ..*point })
    }

    /// The time at which half are no longer waiting, with the times at which the limits of the curve pass one half.
    pub fn median(&self) -> Quantile {
        self.quantile(0.5)
    }

    /// The time at which a share `done` is no longer waiting. Where the curve lies exactly at 1 - `done`, the middle of that
    /// stretch is taken, as R does.
    pub fn quantile(&self, done: f64) -> Quantile {
        let passes = |value: fn(&Point) -> f64| crossing(&self.points, value, 1.0 - done);
        Quantile { time: passes(|p| p.survival), lower: passes(|p| p.lower), upper: passes(|p| p.upper) }
    }

    /// The share no longer waiting at `target` with its limits: 1 - S(target). Refuses a target after the last time seen,
    /// unless nobody is waiting then.
    pub fn within(&self, target: f64) -> Result<Share, Refusal> {
        let last = self.points.last().map_or(0.0, |point| point.time);
        let point = self.at(target);
        if !target.is_finite() || target < 0.0 || (target > last && point.survival > 0.0) {
            return Err(Refusal::new(
                RefusalKind::BadShape,
                format!("The target must lie between 0 and {last}, the longest time seen; nothing is known beyond."),
            ));
        }
        let (lower, upper) = (1.0 - point.upper, 1.0 - point.lower);
        Ok(Share { target, share: 1.0 - point.survival, lower, upper })
    }

    /// Mean time waited up to `horizon` (area under the curve) and its standard error
    /// sqrt(sum (area after t)² d / (n (n - d))). Refuses a horizon outside the times seen.
    /// Source: Irwin 1949; Klein & Moeschberger 2003, section 4.5.
    ///
    /// ```
    /// use fingerpost_statistics_models::survival::{Limits, kaplan_meier};
    /// let curve = kaplan_meier(&[2.0, 4.0, 6.0, 8.0], &[true; 4], Limits::Log, 0.95)?;
    /// assert!((curve.restricted_mean(8.0)?.0 - 5.0).abs() < 1e-12);
    /// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
    /// ```
    pub fn restricted_mean(&self, horizon: f64) -> Result<(f64, f64), Refusal> {
        let last = self.points.last().map_or(0.0, |point| point.time);
        if horizon.is_nan() || horizon <= 0.0 || horizon > last {
            return Err(Refusal::new(
                RefusalKind::BadShape,
                format!("The horizon must lie above 0 and not beyond {last}, the longest time seen."),
            ));
        }
        let mut area = 0.0;
        let mut variance = 0.0;
        let mut end = horizon;
        for point in self.points.iter().rev().filter(|point| point.time < horizon) {
            area += point.survival * (end - point.time);
            end = point.time;
            let (n, d) = (point.at_risk as f64, point.events as f64);
            if n > d {
                variance += area * area * d / (n * (n - d));
            }
        }
        Ok((area + end, variance.sqrt()))
    }
}

/// The share no longer waiting at a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Target, in the unit of the input.
    pub target: f64,
    /// Share, from 0 to 1.
    pub share: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// First time at which a falling curve is at or below a share; the middle of the stretch when it lies exactly there.
fn crossing(points: &[Point], value: fn(&Point) -> f64, share: f64) -> f64 {
    // The tolerance of R's survfit for curves that reach a share only up to rounding.
    let tolerance = f64::EPSILON.sqrt();
    let steps: Vec<(f64, f64)> =
        points.iter().filter(|point| point.events > 0).map(|point| (point.time, value(point))).collect();
    let Some(at) = steps.iter().position(|(_, curve)| *curve <= share + tolerance) else { return f64::NAN };
    let (time, curve) = steps.get(at).copied().unwrap_or((f64::NAN, f64::NAN));
    if (curve - share).abs() > tolerance {
        return time;
    }
    let next = steps.iter().skip(at + 1).find(|(_, curve)| *curve < share - tolerance).map(|(time, _)| *time);
    let last = points.last().map_or(time, |point| point.time);
    next.map_or_else(|| if last > time { (time + last) / 2.0 } else { time }, |next| (time + next) / 2.0)
}

/// A log-rank test.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// Events seen in each group, in ascending order of the codes.
    pub observed: Vec<f64>,
    /// Events expected in each group if all had one curve.
    pub expected: Vec<f64>,
    /// Chi squared.
    pub chi_squared: f64,
    /// Groups - 1.
    pub df: f64,
    /// p value.
    pub p: f64,
}

/// The log-rank test that all groups have one curve: hypergeometric expectation and variance at each event time.
///
/// `group` holds codes as from [`crate::design::codes`]. Refuses one group, no event, and groups never at risk together.
/// Sources: Mantel 1966; Peto & Peto 1972.
///
/// ```
/// use fingerpost_statistics_models::survival::log_rank;
/// let test = log_rank(&[3.0, 5.0, 3.0, 5.0], &[true; 4], &[0, 0, 1, 1])?;
/// assert!(test.chi_squared.abs() < 1e-12);
/// # Ok::<(), fingerpost_statistics::refusal::Refusal>(())
/// ```
pub fn log_rank(time: &[f64], event: &[bool], group: &[usize]) -> Result<LogRank, Refusal> {
    check_times(time, event)?;
    check::same_length("The list of groups", group.len(), time.len())?;
    let mut codes: Vec<usize> = group.to_vec();
    codes.sort_unstable();
    codes.dedup();
    if codes.len() < 2 {
        return Err(Refusal::new(RefusalKind::OneGroup, "The log-rank test compares at least two groups."));
    }
    let k = codes.len();
    let mut sorted: Vec<(f64, bool, usize)> = time
        .iter()
        .zip(event)
        .zip(group)
        .map(|((time, seen), code)| (*time, *seen, codes.partition_point(|known| known < code)))
        .collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = vec![0.0; k];
    for (_, _, place) in &sorted {
        bump(&mut at_risk, *place, 1.0);
    }
    let (mut observed, mut expected) = (vec![0.0; k], vec![0.0; k]);
    let mut variance = Mat::<f64>::zeros(k, k);
    for step in sorted.chunk_by(|a, b| a.0 == b.0) {
        let n: f64 = at_risk.iter().sum();
        let d = step.iter().filter(|(_, seen, _)| *seen).count() as f64;
        if d > 0.0 {
            let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
            for (i, ni) in at_risk.iter().enumerate() {
                bump(&mut expected, i, d * ni / n);
                for (j, nj) in at_risk.iter().enumerate() {
                    let same = if i == j { ni / n } else { 0.0 };
                    variance[(i, j)] += spread * (same - ni * nj / (n * n));
                }
            }
        }
        for (_, seen, place) in step {
            bump(&mut observed, *place, if *seen { 1.0 } else { 0.0 });
            bump(&mut at_risk, *place, -1.0);
        }
    }
    let difference: Vec<f64> = observed.iter().zip(&expected).skip(1).map(|(o, e)| o - e).collect();
    let block = Mat::from_fn(k - 1, k - 1, |i, j| variance[(i + 1, j + 1)]);
    let inverse = algebra::inverse_spd(&block).ok_or_else(|| {
        Refusal::new(
            RefusalKind::Assumption,
            "Some group is never at risk together with another when events happen; join groups.",
        )
    })?;
    let chi_squared = algebra::quadratic(&difference, &inverse, &difference);
    let df = k as f64 - 1.0;
    Ok(LogRank { observed, expected, chi_squared, df, p: chi_squared_upper(chi_squared, df) })
}

fn bump(values: &mut [f64], at: usize, more: f64) {
    if let Some(slot) = values.get_mut(at) {
        *slot += more;
    }
}
