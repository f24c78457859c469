//! The register of practices, in the two shapes in which it travels.
//!
//! The national file has no header and 27 columns (NHS ODS "epraccur"): 1 code, 2 name, 5-9 address,
//! 10 postcode, 11 opened, 12 closed, 13 status (A active, C closed, D dormant, P proposed), 18 telephone,
//! 26 prescribing setting (4 is general practice). All statuses and settings are taken: who is gone must
//! not look as if they never were. The other shape has a header row with at least `ods_code` and `name`
//! and lists active general practices only.

use std::collections::HashMap;
use std::path::Path;

use fingerpost_domain::Date;
use fingerpost_domain::organisation::{Identifier, ODS, OrganisationKind, OrganisationRecord, OrganisationStatus};
use fingerpost_domain::person::{Phone, Postcode};
use fingerpost_domain::text::Line;

use crate::report::Report;
use crate::rows::{broken, each};
use crate::{ImportError, MOST_ROWS};

const NATIONAL_COLUMNS: usize = 27;
const GENERAL_PRACTICE: &str = "4";

/// Reads every row of either shape.
pub(crate) fn read(path: &Path, text: &str) -> Result<(Vec<OrganisationRecord>, Report), ImportError> {
    let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = table.records();
    let unknown = || ImportError::UnknownLayout(path.display().to_string());
    let first = rows.next().ok_or_else(unknown)?.map_err(broken(path))?;
    let (header, width) = (header_of(&first), first.len());
    if header.is_none() && first.len() != NATIONAL_COLUMNS {
        return Err(unknown());
    }
    let mut records: Vec<OrganisationRecord> = vec![];
    let mut seen: HashMap<String, u64> = HashMap::new();
    let body = header.is_none().then_some(Ok(first)).into_iter().chain(rows);
    let columns = header.as_ref().map_or(NATIONAL_COLUMNS, |_| width);
    let report = each(path, (columns, MOST_ROWS), body, |line, row| {
        let record = match &header {
            Some(header) => with_header(row, header),
            None => national(row),
        }?;
        if let Some(earlier) = seen.get(&record.identifier.value) {
            return Err(format!("{} is on line {earlier} already", record.identifier.value));
        }
        seen.insert(record.identifier.value.clone(), line);
        records.push(record);
        Ok(())
    })?;
    if let (true, Some(first)) = (records.is_empty(), report.refused.first()) {
        let first = first.to_string();
        return Err(ImportError::NothingRead { path: path.display().to_string(), rows: report.counts.read, first });
    }
    Ok((records, report))
}

fn header_of(row: &csv::StringRecord) -> Option<HashMap<String, usize>> {
    let columns: HashMap<String, usize> =
        row.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
    (columns.contains_key("ods_code") && columns.contains_key("name")).then_some(columns)
}

/// A code of the register: letters and digits, 3 to 8 of them.
pub(crate) fn code(text: &str) -> Result<String, String> {
    let code = text.trim().to_uppercase();
    let fits = (3..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits { Ok(code) } else { Err(format!("{text:?} is not an organisation code")) }
}

/// A date as registers write it, `20251031`; blank is none.
pub(crate) fn date(text: &str) -> Result<Option<Date>, String> {
    let digits = text.trim();
    if digits.is_empty() {
        return Ok(None);
    }
    let wrong = || format!("{digits:?} is not a date like 20251031");
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let number = |range: std::ops::Range<usize>| digits[range].parse::<i16>().map_err(|_| wrong());
    let small = |value: i16| i8::try_from(value).map_err(|_| wrong());
    Date::new(number(0..4)?, small(number(4..6)?)?, small(number(6..8)?)?).map(Some).map_err(|_| wrong())
}

pub(crate) fn name(text: &str) -> Result<Line<200>, String> {
    Line::parse(text).map_err(|error| error.to_string())?.ok_or_else(|| "the name is empty".to_owned())
}

pub(crate) fn address<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Line<300>> {
    let joined = lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
    Line::parse(&joined).ok().flatten()
}

fn national(row: &csv::StringRecord) -> Result<OrganisationRecord, String> {
    if row.len() != NATIONAL_COLUMNS {
        return Err(format!("{} columns instead of {NATIONAL_COLUMNS}", row.len()));
    }
    let status = match row[12].trim() {
        "A" => OrganisationStatus::Active,
        "C" => OrganisationStatus::Closed,
        "D" => OrganisationStatus::Dormant,
        "P" => OrganisationStatus::Proposed,
        other => return Err(format!("{other:?} is not a status of the register (A, C, D or P)")),
    };
    let setting = row[25].trim();
    Ok(OrganisationRecord {
        // Prisons, hospices and walk-in centres prescribe too: they are organisations, not practices.
        kind: if setting == GENERAL_PRACTICE { OrganisationKind::Practice } else { OrganisationKind::Other },
        identifier: Identifier { system: ODS, value: code(&row[0])? },
        name: name(&row[1])?,
        status,
        address: address((4..9).map(|at| &row[at])),
        postcode: Postcode::parse(&row[9]).ok(),
        phone: Phone::parse(&row[17]).ok(),
        opened_on: date(&row[10])?,
        closed_on: date(&row[11])?,
        dates_unknown: false,
        setting: (!setting.is_empty()).then(|| setting.to_owned()),
    })
}

fn with_header(row: &csv::StringRecord, header: &HashMap<String, usize>) -> Result<OrganisationRecord, String> {
    let cell = |name: &str| header.get(name).and_then(|at| row.get(*at)).unwrap_or("");
    Ok(OrganisationRecord {
        kind: OrganisationKind::Practice,
        identifier: Identifier { system: ODS, value: code(cell("ods_code"))? },
        name: name(cell("name"))?,
        status: OrganisationStatus::Active,
        address: address(["addr1", "addr2", "addr3", "addr4", "addr5"].into_iter().map(cell)),
        postcode: Postcode::parse(cell("postcode")).ok(),
        phone: Phone::parse(cell("phone")).ok(),
        opened_on: None,
        closed_on: None,
        dates_unknown: true,
        setting: Some(GENERAL_PRACTICE.to_owned()),
    })
}
