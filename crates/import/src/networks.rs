//! Primary care networks and their members, from the two tables of the national "ePCN" workbook.

use std::path::Path;

use fingerpost_domain::organisation::{Identifier, ODS, OrganisationKind, OrganisationRecord, OrganisationStatus};
use fingerpost_domain::person::Postcode;
use fingerpost_store::Membership;

use crate::practices::{address, code, date, name};
use crate::report::Report;
use crate::rows::{broken, each};
use crate::{ImportError, MOST_ROWS};

/// The columns of a table by the words of their headings, whatever their order and line breaks.
struct Columns<'a> {
    path: &'a Path,
    headings: Vec<String>,
}

impl Columns<'_> {
    fn at(&self, heading: &str) -> Result<usize, ImportError> {
        self.headings.iter().position(|found| found == heading).ok_or_else(|| ImportError::Table {
            path: self.path.display().to_string(),
            message: format!("there is no column {heading:?}"),
        })
    }
}

fn table<'a>(path: &'a Path, text: &'a str) -> Result<(csv::Reader<&'a [u8]>, Columns<'a>), ImportError> {
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = table.headers().map_err(broken(path))?;
    let headings = headings.iter().map(|h| h.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()).collect();
    Ok((table, Columns { path, headings }))
}

pub(crate) fn read_bodies(path: &Path, text: &str) -> Result<(Vec<OrganisationRecord>, Report), ImportError> {
    let (mut table, columns) = table(path, text)?;
    let (at_code, at_name) = (columns.at("pcn code")?, columns.at("pcn name")?);
    let (at_open, at_close) = (columns.at("open date")?, columns.at("close date")?);
    let (at_address, at_postcode) = (columns.at("address line 1")?, columns.at("postcode")?);
    let mut records = vec![];
    let report = each(path, (columns.headings.len(), MOST_ROWS), table.records(), |_, row| {
        let cell = |at: usize| row.get(at).unwrap_or("");
        let closed_on = date(cell(at_close))?;
        records.push(OrganisationRecord {
            kind: OrganisationKind::Network,
            identifier: Identifier { system: ODS, value: code(cell(at_code))? },
            name: name(cell(at_name))?,
            status: if closed_on.is_some() { OrganisationStatus::Closed } else { OrganisationStatus::Active },
            address: address((at_address..at_address + 5).map(cell)),
            postcode: Postcode::parse(cell(at_postcode)).ok(),
            phone: None,
            opened_on: date(cell(at_open))?,
            closed_on,
            dates_unknown: false,
            setting: None,
        });
        Ok(())
    })?;
    Ok((records, report))
}

pub(crate) fn read_members(path: &Path, text: &str) -> Result<(Vec<Membership>, Vec<u64>, Report), ImportError> {
    let (mut table, columns) = table(path, text)?;
    let (at_member, at_body) = (columns.at("partner organisation code")?, columns.at("pcn code")?);
    let at_since = columns.at("practice to pcn relationship start date")?;
    let at_until = columns.at("practice to pcn relationship end date")?;
    let (mut memberships, mut lines) = (vec![], vec![]);
    let report = each(path, (columns.headings.len(), MOST_ROWS), table.records(), |line, row| {
        let cell = |at: usize| row.get(at).unwrap_or("");
        memberships.push(Membership {
            member: code(cell(at_member))?,
            body: code(cell(at_body))?,
            since: date(cell(at_since))?.ok_or("the start date is empty")?,
            until: date(cell(at_until))?,
        });
        lines.push(line);
        Ok(())
    })?;
    Ok((memberships, lines, report))
}
