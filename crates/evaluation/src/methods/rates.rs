//! Rates, shares and means of groups.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use clap::Args;
use fingerpost_statistics::answer::{Answer, Outcome, Table};
use fingerpost_statistics::rate::{self, Counting};

use super::Ask;
use super::model::above_zero;
use crate::InputError;
use crate::columns::Labels;
use crate::order::warned;
use crate::sheet::Sheet;

/// Names under which tables give the number of people, best first.
const PEOPLE: &[&str] = &["population", "list_size", "registered", "patients", "number_of_patients", "attendances"];

/// Referral rates of practices or other groups, with intervals.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: referrals.csv has a line for each referral, practices.csv the registered patients
of each practice.

  referrals.csv          practices.csv
  practice,date          practice,list_size,imd_decile
  A81001,2026-03-02      A81001,4120,3
  A81001,2026-03-09      A81002,18050,7

  fingerpost stats rate --events referrals.csv --by practice --population practices.csv

Every practice of practices.csv is in the answer, those without a referral with 0. Further columns
group it again, in a second table: --by practice,imd_decile. --person names a column of the events
by which each person counts once in a group. A practice that only the events name is
refused: its population is not known.

The whole table: fingerpost stats example referrals.csv, fingerpost stats example practices.csv")]
pub struct Rate {
    /// A table with one line for each event; - reads standard input
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// The column that names the group in both tables, then columns of the population table to group by as well
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    by: Vec<String>,
    /// A table with one line for each group and its people
    #[arg(long, value_name = "FILE")]
    population: PathBuf,
    /// The column with the people; found by itself under its usual names
    #[arg(long, value_name = "COLUMN")]
    population_column: Option<String>,
    /// The rate is for so many people
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000.0)]
    per: f64,
    /// The events are people, each once: more of them than the population is then refused
    #[arg(long)]
    people: bool,
    /// The column that names the person: whoever has several events counts once in each group
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
}

/// The groups with their people, and what else groups them.
struct Groups {
    names: Labels,
    people: Vec<f64>,
    further: Vec<(String, Vec<String>)>,
}

impl Rate {
    fn groups(&self, key: &str, further: &[String]) -> Result<Groups, InputError> {
        let sheet = Sheet::open(&self.population)?;
        let at = sheet.column(key)?;
        let people = match &self.population_column {
            Some(name) => sheet.column(name)?,
            None => PEOPLE.iter().find_map(|name| sheet.column(name).ok()).ok_or_else(|| {
                let there = sheet.head().join(", ");
                InputError::of(
                    sheet.name(),
                    format!("say with --population-column which column has the people: {there}"),
                )
            })?,
        };
        let places = further.iter().map(|name| sheet.column(name)).collect::<Result<Vec<_>, _>>()?;
        let mut groups = Groups {
            names: Labels::default(),
            people: Vec::new(),
            further: further.iter().map(|name| (name.clone(), Vec::new())).collect(),
        };
        sheet.each(|row| {
            let name = row.label(at)?;
            if groups.names.find(name.as_bytes()).is_some() {
                return Err(row.fault(at, format!("{name} has a line already. Each group has one")));
            }
            groups.names.push(&name);
            let number = row.number(people)?;
            if number <= 0.0 {
                return Err(row.fault(people, format!("{number} people make no rate. Leave the group out or mend it")));
            }
            groups.people.push(number);
            for (place, (_, labels)) in places.iter().zip(&mut groups.further) {
                labels.push(row.text(*place).into_owned());
            }
            Ok(())
        })?;
        if groups.people.is_empty() {
            return Err(InputError::of(self.population.display().to_string(), "has a head and no rows"));
        }
        Ok(groups)
    }

    /// The events of each group, and how many more there were of people who count already.
    fn events(&self, key: &str, groups: &Groups) -> Result<(Vec<u64>, u64), InputError> {
        let sheet = Sheet::open(&self.events)?;
        let at = sheet.column(key)?;
        let person = self.person.as_deref().map(|name| sheet.column(name)).transpose()?;
        let mut counts = vec![0_u64; groups.people.len()];
        let (mut known, mut seen, mut again) = (Labels::default(), HashSet::new(), 0);
        sheet.each(|row| {
            let code = groups.names.find(row.bytes(at));
            let first = match (person, code) {
                (Some(person), Some(code)) => seen.insert((code, known.code(&row.label(person)?))),
                _ => true,
            };
            match code.and_then(|code| counts.get_mut(code as usize)) {
                Some(count) if first => *count += 1,
                Some(_) => again += 1,
                None => {
                    let name = row.label(at)?;
                    let file = self.population.display();
                    return Err(row.fault(at, format!("{name} is not in {file}, so its population is not known")));
                }
            }
            Ok(())
        })?;
        Ok((counts, again))
    }

    fn rates(&self, by: &str, names: &[&str], events: &[u64], people: &[f64]) -> Answer {
        let counting = if self.people || self.person.is_some() { Counting::People } else { Counting::Events };
        let answer = rate::answer(names, events, people, self.per, counting);
        answer
            .with_results(|table| table.renamed("group", by).renamed("lower_95", "lower").renamed("upper_95", "upper"))
    }
}

/// The groups of one further column: the values in their order, with the events and people of each.
fn summed<'a>(labels: &'a [String], events: &[u64], people: &[f64]) -> Vec<(&'a str, (u64, f64))> {
    let mut sums: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    for ((label, count), number) in labels.iter().zip(events).zip(people) {
        let sum = sums.entry(label).or_default();
        sum.0 += count;
        sum.1 += number;
    }
    let mut rows: Vec<_> = sums.into_iter().collect();
    // Tenths and years in the order of numbers, other names in that of the alphabet.
    if rows.iter().all(|(label, _)| label.parse::<f64>().is_ok()) {
        let number = |label: &str| label.parse::<f64>().unwrap_or(f64::NAN);
        rows.sort_by(|(one, _), (other, _)| number(one).total_cmp(&number(other)));
    }
    rows
}

impl Ask for Rate {
    fn answer(&self) -> Result<Answer, InputError> {
        above_zero("--per", self.per)?;
        let (key, further) = self.by.split_first().ok_or_else(|| InputError::of("--by", "name a column"))?;
        let groups = self.groups(key, further)?;
        let (events, again) = self.events(key, &groups)?;
        let answer = self.rates(key, &groups.names.each(), &events, &groups.people);
        let said = (again > 0).then(|| {
            format!("{again} further events of people who count already are left out: each counts once for each {key}. Further groupings add these up.")
        });
        let mut answer = warned(answer, said);
        if further.is_empty() {
            return Ok(answer);
        }
        let (mut by, mut names, mut counts, mut people) = (vec![], vec![], vec![], vec![]);
        for (name, labels) in &groups.further {
            for (label, (count, number)) in summed(labels, &events, &groups.people) {
                by.push(name.as_str());
                names.push(label);
                counts.push(count);
                people.push(number);
            }
        }
        let together = self.rates("group", &names, &counts, &people);
        if let Outcome::Answered { results, .. } = together.outcome {
            answer = answer.with_table("groupings", Table::default().with("by", by).followed_by(results));
        }
        for (name, labels) in groups.further {
            answer = answer.with_results(|table| table.with(name, labels));
        }
        Ok(answer)
    }
}
