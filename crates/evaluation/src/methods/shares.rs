//! Shares, means, the indicator of the networks, and counts before and after.

use std::path::PathBuf;

use clap::Args;
use fingerpost_statistics::answer::Answer;
use fingerpost_statistics::iif::{self, Indicator, PC_01};
use fingerpost_statistics::{count_ratio, mean, proportion};

use super::Ask;
use super::model::{Level, above_zero};
use crate::InputError;
use crate::columns::{Columns, Kind, Labels, Wanted};
use crate::order::{Timeline, places};

/// Shares of groups, with Wilson intervals.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: coded.csv has a line for each practice.

  practice,coded,offered
  A81001,41,60

  fingerpost stats proportion coded.csv --group practice --count coded --total offered

Without --total the counts are the answers to one question, and each is a share of all of them.
Without --count too, each line is one answer; --order says which answer is more than which:

  fingerpost stats proportion answers.csv --group age --order 18-39,40-64,65+

The whole table: fingerpost stats example coded.csv, fingerpost stats example answers.csv")]
pub struct Proportion {
    /// The table; - reads standard input
    file: PathBuf,
    /// The column that names the group, or the answer
    #[arg(long, value_name = "COLUMN")]
    group: String,
    /// The column with how many; without it each line counts as one
    #[arg(long, value_name = "COLUMN")]
    count: Option<String>,
    /// The column with of how many
    #[arg(long, value_name = "COLUMN", requires = "count")]
    total: Option<String>,
    /// The answers from the first to the last: only then is there a middle answer
    #[arg(long, value_name = "ANSWERS", value_delimiter = ',', conflicts_with = "total")]
    order: Vec<String>,
    #[command(flatten)]
    level: Level,
}

impl Proportion {
    /// The counts of each answer, and whether the answers have an order: one line counts as one, or for what its count says.
    fn answers(&self, labels: &Labels, counts: Option<Vec<u64>>) -> Result<(Vec<String>, Vec<u64>, bool), InputError> {
        let mut names = labels.names().to_vec();
        let mut summed = vec![0_u64; names.len()];
        let counts = counts.unwrap_or_else(|| vec![1; labels.codes().len()]);
        for (code, count) in labels.codes().into_iter().zip(counts) {
            if let Some(sum) = summed.get_mut(code) {
                *sum = sum.saturating_add(count);
            }
        }
        let places = places(labels, &self.order)?;
        if self.order.is_empty() {
            // Answers without an order stand by the alphabet, so that rows may stand as they like.
            let mut rows: Vec<usize> = (0..names.len()).collect();
            rows.sort_by_key(|code| (places.as_ref().and_then(|places| places.get(*code)).copied(), names.get(*code)));
            let names = rows.iter().filter_map(|code| labels.names().get(*code)).cloned().collect();
            return Ok((names, rows.iter().filter_map(|code| summed.get(*code)).copied().collect(), false));
        }
        let count_of = |name: &String| labels.find(name.as_bytes()).and_then(|code| summed.get(code as usize));
        let counts = self.order.iter().map(|name| count_of(name).copied().unwrap_or(0)).collect();
        names.clone_from(&self.order);
        Ok((names, counts, true))
    }
}

impl Ask for Proportion {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = Wanted::default();
        let group = wanted.ask(&self.group, Kind::Label);
        let count = wanted.ask_if(self.count.as_deref(), Kind::Count);
        let total = wanted.ask_if(self.total.as_deref(), Kind::Count);
        let mut columns = wanted.read(&self.file)?;
        let (groups, counts) = (columns.labels(group), count.map(|at| columns.counts(at)));
        let level = self.level.level;
        let answer = match (total, counts) {
            (Some(total), Some(counts)) => {
                columns.once(&[&groups], &self.group)?;
                proportion::answer(&groups.each(), &counts, &columns.counts(total), level)
            }
            (_, counts) => {
                let (names, counts, ordered) = self.answers(&groups, counts)?;
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                proportion::categories_answer(&names, &counts, ordered, level)
            }
        };
        Ok(columns.placed(answer).with_results(|table| table.renamed("group", &self.group)))
    }
}

/// A mean with its interval.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: people.csv has a line for each person.

  id,wellbeing_after
  1,6.2
  2,5.1

  fingerpost stats mean people.csv --value wellbeing_after

The whole table: fingerpost stats example people.csv")]
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

  fingerpost stats iif networks.csv --network network --registered registered \\
      --referred referred --adjusted declined

Referred are people with the code 871731000000106 in the twelve months, each once: an offer does not
count, and a signpost does not.

The whole table: fingerpost stats example networks.csv")]
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
            Some(share) if (share * 100.0 - (share * 100.0).round()).abs() > 1e-6 => {
                Err(InputError::of(option, format!("{share} has more than two decimals")))
            }
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
        columns.once(&[&networks], &self.network)?;
        let adjusted = if self.adjusted.is_some() { columns.counts(3) } else { vec![0; referred.len()] };
        let answer = iif::answer(&self.indicator()?, &networks.each(), &registered, &referred, &adjusted);
        Ok(columns.placed(answer))
    }
}

/// A count and its repeats: the ratio of rates, exactly.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: audit.csv has a line for each count.

  when,referrals,list
  baseline,31,8200
  repeat,52,8230
  re-audit,49,8300

  fingerpost stats repeat audit.csv --time when --count referrals --exposure list \\
      --baseline baseline

--baseline can be left out where the counts are named by dates, and for one that is called baseline.
Without --exposure each count was made over the same time and people.

The whole table: fingerpost stats example audit.csv")]
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
    /// Which count is the baseline; of dates the first is, and one of that name
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Rates are for so many of the exposure
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000.0)]
    per: f64,
}

impl Repeat {
    /// The rows with the baseline first: the one that is named, or of dates the first.
    fn baseline_first(&self, columns: &Columns, times: &Labels) -> Result<Vec<usize>, InputError> {
        let mut rows: Vec<usize> = (0..times.coded().len()).collect();
        let itself = times.names().iter().find(|name| name.eq_ignore_ascii_case("baseline"));
        let named = self.baseline.as_ref().or(itself);
        if let Ok(time) = Timeline::of(columns, times, &self.time) {
            rows = time.rows(columns, (None, times), &self.time)?.unwrap_or(rows);
        } else if named.is_none() {
            let fault = "names counts that are no dates. Say which is the first with --baseline";
            return Err(InputError::of(format!("column {}", self.time), fault));
        }
        if let Some(baseline) = named {
            let known = times.each().iter().position(|name| name == baseline);
            let known = known.ok_or_else(|| InputError::of("--baseline", format!("there is no count {baseline}")))?;
            rows.sort_by_key(|row| *row != known);
        }
        Ok(rows)
    }
}

impl Ask for Repeat {
    fn answer(&self) -> Result<Answer, InputError> {
        let mut wanted = vec![(self.time.as_str(), Kind::Label), (self.count.as_str(), Kind::Count)];
        wanted.extend(self.exposure.as_deref().map(|exposure| (exposure, Kind::Number)));
        let mut columns = Columns::read(&self.file, &wanted)?;
        let (times, counts): (Labels, _) = (columns.labels(0), columns.counts(1));
        let exposures = if self.exposure.is_some() { columns.numbers(2) } else { vec![1.0; counts.len()] };
        let per = if self.exposure.is_some() { above_zero("--per", self.per)? } else { 1.0 };
        columns.once(&[&times], &self.time)?;
        let rows = self.baseline_first(&columns, &times)?;
        let (counts, exposures): (Vec<u64>, Vec<f64>) =
            rows.iter().filter_map(|row| Some((*counts.get(*row)?, *exposures.get(*row)?))).unzip();
        let answer = count_ratio::answer(&times.in_order(&rows).each(), &counts, &exposures, per);
        Ok(columns.placed_by(answer, |position| rows.get(position).copied()))
    }
}
