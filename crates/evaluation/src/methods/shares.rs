//! Shares, means, the indicator of the networks, and counts before and after.

use std::path::PathBuf;

use clap::Args;
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::iif::{self, Indicator, PC_01};
use fingerpost_statistics::{count_ratio, mean, proportion};

use super::Ask;
use super::model::Level;
use crate::InputError;
use crate::columns::{Columns, Kind, Labels};

/// Shares of groups, with Wilson intervals.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: coded.csv has a line for each practice.

  practice,coded,offered
  A81001,41,60

  fingerpost stats proportion coded.csv --group practice --count coded --total offered

Without --total the counts are the answers to one question, in order, and each is a share of all of them.")]
pub struct Proportion {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the group, or the answer
    #[arg(long, value_name = "COLUMN")]
    group: String,
    /// The column with how many
    #[arg(long, value_name = "COLUMN")]
    count: String,
    /// The column with of how many
    #[arg(long, value_name = "COLUMN")]
    total: Option<String>,
    #[command(flatten)]
    level: Level,
}

impl Ask for Proportion {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.group.as_str(), Kind::Label), (self.count.as_str(), Kind::Count)];
        wanted.extend(self.total.as_deref().map(|total| (total, Kind::Count)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (groups, counts, level) = (columns.labels(0), columns.counts(1), self.level.level);
        let answer = match &self.total {
            Some(_) => proportion::answer(&groups.each(), &counts, &columns.counts(2), level),
            None => proportion::categories_answer(&groups.each(), &counts, level),
        };
        Ok(answer.with_results(|table| table.renamed("group", &self.group)))
    }
}

/// A mean with its interval.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n\n  fingerpost stats mean scores.csv --value wellbeing")]
pub struct Mean {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column with the values; empty cells are left out and counted
    #[arg(long, value_name = "COLUMN")]
    value: String,
    #[command(flatten)]
    level: Level,
}

impl Ask for Mean {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut values = Columns::read(&self.file, &[(&self.value, Kind::NumberOrNone)])?.numbers(0);
        let rows = values.len();
        values.retain(|value| !value.is_nan());
        Ok(mean::answer(&values, self.level.level).with_missing((rows - values.len()) as u64))
    }
}

/// The indicator of the networks (IIF PC-01): referred in twelve months among those registered.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: networks.csv has a line for each network.

  network,registered,referred,declined
  U12345,41200,480,35

  fingerpost stats iif networks.csv --network network --registered registered --referred referred --adjusted declined

Referred are people with the code 871731000000106 in the twelve months, each once: an offer does not count, and a signpost does not.")]
pub struct Iif {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the network
    #[arg(long, value_name = "COLUMN")]
    network: String,
    /// The column with the people registered
    #[arg(long, value_name = "COLUMN")]
    registered: String,
    /// The column with the people referred
    #[arg(long, value_name = "COLUMN")]
    referred: String,
    /// The column with the people taken out, such as those who declined
    #[arg(long, value_name = "COLUMN")]
    adjusted: Option<String>,
    /// Lower threshold in per cent, in place of the edition's
    #[arg(long, value_name = "PER CENT")]
    lower: Option<f64>,
    /// Upper threshold in per cent, in place of the edition's
    #[arg(long, value_name = "PER CENT")]
    upper: Option<f64>,
    /// Points at the upper threshold, in place of the edition's
    #[arg(long, value_name = "POINTS")]
    points: Option<f64>,
}

impl Iif {
    fn indicator(&self) -> Result<Indicator<'static>, InputError> {
        let hundredths = |option: &str, typed: Option<f64>, otherwise: u64| match typed {
            None => Ok(otherwise),
            Some(share) if (0.0..=100.0).contains(&share) => Ok((share * 100.0).round() as u64),
            Some(share) => Err(InputError::of(option, format!("{share} is not between 0 and 100 per cent"))),
        };
        let changed = self.lower.is_some() || self.upper.is_some() || self.points.is_some();
        Ok(Indicator {
            lower: hundredths("--lower", self.lower, PC_01.lower)?,
            upper: hundredths("--upper", self.upper, PC_01.upper)?,
            points: self.points.unwrap_or(PC_01.points),
            edition: if changed { "with thresholds of your own" } else { PC_01.edition },
            ..PC_01
        })
    }
}

impl Ask for Iif {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![
            (self.network.as_str(), Kind::Label),
            (self.registered.as_str(), Kind::Count),
            (self.referred.as_str(), Kind::Count),
        ];
        wanted.extend(self.adjusted.as_deref().map(|adjusted| (adjusted, Kind::Count)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (networks, registered, referred) = (columns.labels(0), columns.counts(1), columns.counts(2));
        let adjusted = if self.adjusted.is_some() { columns.counts(3) } else { vec![0; referred.len()] };
        Ok(iif::answer(&self.indicator()?, &networks.each(), &registered, &referred, &adjusted))
    }
}

/// A count and its repeats: the ratio of rates, exactly.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: audit.csv has a line for each count, the baseline first.

  when,referrals,list
  baseline,31,8200
  repeat,52,8230
  re-audit,49,8300

  fingerpost stats repeat audit.csv --time when --count referrals --exposure list

Without --exposure each count was made over the same time and people.")]
pub struct Repeat {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the count
    #[arg(long, value_name = "COLUMN")]
    time: String,
    /// The column with the count
    #[arg(long, value_name = "COLUMN")]
    count: String,
    /// The column with the people, or the time, that it was made over
    #[arg(long, value_name = "COLUMN")]
    exposure: Option<String>,
    /// Rates are for so many of the exposure
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000.0)]
    per: f64,
}

impl Ask for Repeat {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.time.as_str(), Kind::Label), (self.count.as_str(), Kind::Count)];
        wanted.extend(self.exposure.as_deref().map(|exposure| (exposure, Kind::Number)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (times, counts): (Labels, _) = (columns.labels(0), columns.counts(1));
        let exposures = if self.exposure.is_some() { columns.numbers(2) } else { vec![1.0; counts.len()] };
        let per = if self.exposure.is_some() { self.per } else { 1.0 };
        Ok(count_ratio::answer(&times.each(), &counts, &exposures, per))
    }
}
