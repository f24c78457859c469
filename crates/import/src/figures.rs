//! Reference figures: registered patients, deprivation, appointments, as the publishers' tables have them.
//!
//! Registered patients: "Patients registered at a GP practice" (NHS England), totals or ages. Deprivation: the English Indices
//! by small area, or made from them by practice or network. Appointments: "Appointments in General Practice" (NHS England), by
//! area and month. Each file becomes an edition of its day: a second time changes nothing, other figures are the next version.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use csv::StringRecord;
use fingerpost_domain::Date;
use fingerpost_store::{Appointments, Deprivation, ListSize, Reference};

use crate::practices::code;
use crate::report::Report;
use crate::rows::{broken, each};
use crate::{ImportError, MOST_FIGURES};

/// What a file of figures held.
#[derive(Debug)]
pub(crate) struct Figures {
    /// What the table is called.
    pub name: String,
    /// The day that it says it is for.
    pub as_of: Option<Date>,
    pub figures: Reference,
    pub report: Report,
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// What the first column of a table of deprivation is called, and what the table is called then.
const AREAS: &[(&str, &str)] = &[
    ("practice_code", "Deprivation by practice"),
    ("pcn_code", "Deprivation by network"),
    ("lsoa21_code", "Deprivation by LSOA 2021"),
    ("lsoa11_code", "Deprivation by LSOA 2011"),
];

/// The columns of a table by their names in small letters.
struct Columns {
    at: HashMap<String, usize>,
    /// How many there are.
    width: usize,
}

impl Columns {
    fn of(header: &StringRecord) -> Self {
        let named = |(at, name): (usize, &str)| (name.trim().trim_start_matches('\u{FEFF}').to_lowercase(), at);
        Self { at: header.iter().enumerate().map(named).collect(), width: header.len() }
    }

    fn find<const N: usize>(&self, names: [&str; N]) -> Option<[usize; N]> {
        let found: Option<Vec<usize>> = names.iter().map(|name| self.at.get(*name).copied()).collect();
        found?.try_into().ok()
    }
}

fn cell(row: &StringRecord, at: usize) -> &str {
    row.get(at).unwrap_or("").trim()
}

/// A cell with every run of white space as one space.
fn words(row: &StringRecord, at: usize) -> Result<String, String> {
    let words = cell(row, at).split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() || words.len() > 80 { Err("a cell is empty or too long".to_owned()) } else { Ok(words) }
}

fn number(text: &str) -> Result<i64, String> {
    let number: Option<i64> = text.parse().ok().filter(|number| (0..=1_000_000_000).contains(number));
    number.ok_or_else(|| format!("{text:?} is not a whole number from 0"))
}

/// A number with a point as millionths.
fn millionths(text: &str) -> Result<i64, String> {
    let number: Option<f64> =
        text.parse().ok().filter(|number: &f64| number.is_finite() && (0.0..1e6).contains(number));
    number.map(|number| (number * 1e6).round() as i64).ok_or_else(|| format!("{text:?} is not a score"))
}

/// The month that three letters name, in capitals or small.
pub(crate) fn month_number(text: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|month| text.eq_ignore_ascii_case(month))?;
    i8::try_from(at + 1).ok()
}

/// A day as the registers write it, `01JAN2021`.
fn day(text: &str) -> Result<Date, String> {
    let read = || {
        let (number, rest) = (text.get(..2)?, text.get(2..)?);
        Date::new(rest.get(3..)?.parse().ok()?, month_number(rest.get(..3)?)?, number.parse().ok()?).ok()
    };
    read().ok_or_else(|| format!("{text:?} is not a day like 01JAN2021"))
}

/// The first day of a month written `MAR2019`.
fn month(text: &str) -> Result<Date, String> {
    let read = || Date::new(text.get(3..)?.parse().ok()?, month_number(text.get(..3)?)?, 1).ok();
    read().ok_or_else(|| format!("{text:?} is not a month like MAR2019"))
}

/// Refuses a second row about the same.
#[derive(Default)]
struct Once(HashMap<String, u64>);

impl Once {
    fn take(&mut self, key: String, line: u64) -> Result<(), String> {
        match self.0.get(&key) {
            Some(earlier) => Err(format!("line {earlier} is about the same")),
            None => {
                self.0.insert(key, line);
                Ok(())
            }
        }
    }
}

/// A table with its header row read.
fn opened<'a>(path: &Path, text: &'a str) -> Result<(Columns, csv::StringRecordsIntoIter<&'a [u8]>), ImportError> {
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = Columns::of(table.headers().map_err(broken(path))?);
    Ok((columns, table.into_records()))
}

fn needed(path: &Path, columns: &'static str) -> ImportError {
    ImportError::NoColumns { path: path.display().to_string(), columns }
}

fn whole(path: &Path, figures: Figures) -> Result<Figures, ImportError> {
    match (figures.figures.is_empty(), figures.report.refused.first()) {
        (true, Some(first)) => Err(ImportError::NothingRead {
            path: path.display().to_string(),
            rows: figures.report.counts.read,
            first: first.to_string(),
        }),
        _ => Ok(figures),
    }
}

/// Reads registered patients.
pub(crate) fn list_sizes(path: &Path, text: &str) -> Result<Figures, ImportError> {
    let (columns, rows) = opened(path, text)?;
    let wanted = columns.find(["code", "sex", "age", "number_of_patients", "extract_date"]);
    let [practice, sex, age, patients, extracted] =
        wanted.ok_or_else(|| needed(path, "CODE, SEX, AGE, NUMBER_OF_PATIENTS and EXTRACT_DATE"))?;
    let (mut sizes, mut once, mut as_of) = (vec![], Once::default(), None);
    let report = each(path, (columns.width, MOST_FIGURES), rows, |line, row| {
        let day = day(cell(row, extracted))?;
        if as_of.is_some_and(|first| first != day) {
            return Err(format!("{day} is another day than that of the rows before"));
        }
        let size = ListSize {
            practice: code(cell(row, practice))?,
            sex: words(row, sex)?.to_uppercase(),
            age: words(row, age)?.to_uppercase(),
            patients: number(cell(row, patients))?,
        };
        once.take(format!("{} {} {}", size.practice, size.sex, size.age), line)?;
        as_of = Some(day);
        sizes.push(size);
        Ok(())
    })?;
    let figures = Reference::ListSizes(sizes);
    whole(path, Figures { name: "Registered patients".to_owned(), as_of, figures, report })
}

/// Reads deprivation by area, practice or network.
pub(crate) fn deprivation(path: &Path, text: &str) -> Result<Figures, ImportError> {
    let (columns, rows) = opened(path, text)?;
    let wanted = || needed(path, "imd_decile and one of practice_code, pcn_code, lsoa21_code, lsoa11_code");
    let area = AREAS.iter().find_map(|(column, name)| Some((columns.find([*column])?[0], *name)));
    let (area, name) = area.ok_or_else(wanted)?;
    let [tenth] = columns.find(["imd_decile"]).ok_or_else(wanted)?;
    let (rank, score) = (columns.find(["imd_rank"]), columns.find(["imd_score"]));
    let (mut places, mut once) = (vec![], Once::default());
    let report = each(path, (columns.width, MOST_FIGURES), rows, |line, row| {
        let area = cell(row, area).to_uppercase();
        if !(3..=12).contains(&area.len()) || !area.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("{area:?} is not the code of an area"));
        }
        let tenth = number(cell(row, tenth))?;
        if !(1..=10).contains(&tenth) {
            return Err(format!("{tenth} is not a tenth from 1 to 10"));
        }
        let place = Deprivation {
            tenth,
            rank: rank.map(|[at]| number(cell(row, at))).transpose()?,
            score: score.map(|[at]| millionths(cell(row, at))).transpose()?,
            area,
        };
        once.take(place.area.clone(), line)?;
        places.push(place);
        Ok(())
    })?;
    let figures = Reference::Deprivation(places);
    whole(path, Figures { name: name.to_owned(), as_of: None, figures, report })
}

/// Reads appointments. The table is for the last day of its last month.
pub(crate) fn appointments(path: &Path, text: &str) -> Result<Figures, ImportError> {
    const AREAS: [&str; 4] = ["ccg_code", "sub_icb_location_code", "icb_code", "gp_code"];
    let (columns, rows) = opened(path, text)?;
    let wanted = || {
        needed(
            path,
            "Appointment_Month, APPT_STATUS, HCP_TYPE, APPT_MODE, TIME_BETWEEN_BOOK_AND_APPT, COUNT_OF_APPOINTMENTS and the \
             code of an area (CCG_CODE, SUB_ICB_LOCATION_CODE, ICB_CODE or GP_CODE)",
        )
    };
    let [area] = AREAS.iter().find_map(|name| columns.find([*name])).ok_or_else(wanted)?;
    let names = [
        "appointment_month",
        "appt_status",
        "hcp_type",
        "appt_mode",
        "time_between_book_and_appt",
        "count_of_appointments",
    ];
    let [when, status, professional, mode, wait, count] = columns.find(names).ok_or_else(wanted)?;
    // Where areas were merged, the publisher left the rows of each: what is counted twice over belongs together.
    let (mut months, mut places): (Vec<Appointments>, HashMap<String, usize>) = (vec![], HashMap::new());
    let report = each(path, (columns.width, MOST_FIGURES), rows, |_, row| {
        let found = Appointments {
            area: code(cell(row, area))?,
            month: month(cell(row, when))?,
            status: words(row, status)?,
            professional: words(row, professional)?,
            mode: words(row, mode)?,
            wait: words(row, wait)?,
            appointments: number(cell(row, count))?,
        };
        let Appointments { area, month, status, professional, mode, wait, .. } = &found;
        match places.entry(format!("{area}|{month}|{status}|{professional}|{mode}|{wait}")) {
            Entry::Occupied(at) => months[*at.get()].appointments += found.appointments,
            Entry::Vacant(place) => {
                place.insert(months.len());
                months.push(found);
            }
        }
        Ok(())
    })?;
    let as_of = months.iter().map(|found| found.month.last_of_month()).max();
    let figures = Reference::Appointments(months);
    whole(path, Figures { name: "Appointments in general practice".to_owned(), as_of, figures, report })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_and_months_are_read_as_the_registers_write_them() {
        assert_eq!(day("01JAN2021"), Ok(date(2021, 1, 1)));
        assert_eq!(month("mar2019"), Ok(date(2019, 3, 1)));
        for wrong in ["", "31FEB2021", "1JAN2021", "01JANU2021", "0\u{e9}JAN2021"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
        assert!(month("SMARCH2019").is_err());
    }
}
