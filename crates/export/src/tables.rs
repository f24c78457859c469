//! The directory as HSDS 3.0 tables: one file a kind of record, named and headed as the standard does.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use csv::Writer;
use fingerpost_directory::hsds::{Location, Organization, Service};

use crate::ExportError;

/// One table that is being written.
struct Table {
    writer: Writer<File>,
    /// Ids of records that several services share: each is written once.
    seen: HashSet<String>,
}

impl Table {
    fn create(folder: &Path, name: &str, header: &[&str]) -> Result<Self, ExportError> {
        let mut writer = Writer::from_path(folder.join(format!("{name}.csv")))?;
        writer.write_record(header)?;
        Ok(Self { writer, seen: HashSet::new() })
    }

    fn row<const N: usize>(&mut self, cells: [&str; N]) -> Result<(), ExportError> {
        Ok(self.writer.write_record(cells)?)
    }

    fn is_new(&mut self, id: &str) -> bool {
        self.seen.insert(id.to_owned())
    }
}

/// All tables of an export.
pub(crate) struct Tables {
    services: Table,
    organizations: Table,
    at_locations: Table,
    locations: Table,
    addresses: Table,
    accessibility: Table,
    phones: Table,
    schedules: Table,
    languages: Table,
    costs: Table,
    attributes: Table,
    terms: Table,
}

fn text(cell: &Option<String>) -> &str {
    cell.as_deref().unwrap_or("")
}

fn number(cell: Option<f64>) -> String {
    cell.map(|number| number.to_string()).unwrap_or_default()
}

impl Tables {
    pub(crate) fn create(folder: &Path) -> Result<Self, ExportError> {
        let table = |name: &str, header: &[&str]| Table::create(folder, name, header);
        Ok(Self {
            services: table(
                "services",
                &[
                    "id",
                    "organization_id",
                    "name",
                    "alternate_name",
                    "description",
                    "url",
                    "email",
                    "status",
                    "application_process",
                    "eligibility_description",
                    "minimum_age",
                    "maximum_age",
                    "assured_date",
                    "last_modified",
                ],
            )?,
            organizations: table("organizations", &["id", "name", "description", "email", "website"])?,
            at_locations: table("service_at_locations", &["id", "service_id", "location_id"])?,
            locations: table("locations", &["id", "location_type", "name", "description", "latitude", "longitude"])?,
            addresses: table(
                "addresses",
                &["id", "location_id", "address_1", "city", "state_province", "postal_code", "country", "address_type"],
            )?,
            accessibility: table("accessibility", &["id", "location_id", "accessibility", "description"])?,
            phones: table("phones", &["id", "service_id", "number", "description"])?,
            schedules: table(
                "schedules",
                &["id", "service_id", "freq", "byday", "opens_at", "closes_at", "description"],
            )?,
            languages: table("languages", &["id", "service_id", "name"])?,
            costs: table("cost_options", &["id", "service_id", "option", "amount", "amount_description"])?,
            attributes: table("attributes", &["id", "link_id", "taxonomy_term_id"])?,
            terms: table("taxonomy_terms", &["id", "name", "taxonomy"])?,
        })
    }

    pub(crate) fn write(&mut self, service: &Service) -> Result<(), ExportError> {
        let by = service.organization.as_ref();
        self.services.row([
            &service.id,
            by.map_or("", |by| by.id.as_str()),
            &service.name,
            text(&service.alternate_name),
            text(&service.description),
            text(&service.url),
            text(&service.email),
            text(&service.status),
            text(&service.application_process),
            text(&service.eligibility_description),
            &number(service.minimum_age),
            &number(service.maximum_age),
            text(&service.assured_date),
            text(&service.last_modified),
        ])?;
        if let Some(by) = by {
            self.organization(by)?;
        }
        for at in &service.service_at_locations {
            let id = at.location.as_ref().map_or("", |location| location.id.as_str());
            self.at_locations.row([&at.id, &service.id, id])?;
            if let Some(location) = &at.location {
                self.location(location)?;
            }
        }
        for each in service.phones.iter().filter(|phone| !phone.number.is_empty()) {
            self.phones.row([&each.id, &service.id, &each.number, text(&each.description)])?;
        }
        for each in &service.schedules {
            let cells = [&each.freq, &each.byday, &each.opens_at, &each.closes_at, &each.description].map(text);
            let [freq, byday, opens_at, closes_at, description] = cells;
            self.schedules.row([&each.id, &service.id, freq, byday, opens_at, closes_at, description])?;
        }
        let mut named = HashSet::new();
        for each in &service.languages {
            if each.name.as_ref().is_some_and(|name| named.insert(name.to_lowercase())) {
                self.languages.row([&each.id, &service.id, text(&each.name)])?;
            }
        }
        for each in &service.cost_options {
            let amount = number(each.amount);
            self.costs.row([&each.id, &service.id, text(&each.option), &amount, text(&each.amount_description)])?;
        }
        let mut given = HashSet::new();
        for each in &service.attributes {
            let Some(term) = each.taxonomy_term.as_ref().filter(|term| given.insert(term.id.clone())) else { continue };
            self.attributes.row([&each.id, &service.id, &term.id])?;
            if self.terms.is_new(&term.id) {
                self.terms.row([&term.id, &term.name, text(&term.taxonomy)])?;
            }
        }
        Ok(())
    }

    fn organization(&mut self, by: &Organization) -> Result<(), ExportError> {
        if !self.organizations.is_new(&by.id) {
            return Ok(());
        }
        self.organizations.row([&by.id, &by.name, text(&by.description), text(&by.email), text(&by.website)])
    }

    fn location(&mut self, location: &Location) -> Result<(), ExportError> {
        if !self.locations.is_new(&location.id) {
            return Ok(());
        }
        let kind = |kind: &Option<String>| kind.clone().unwrap_or_else(|| "physical".to_owned());
        self.locations.row([
            &location.id,
            &kind(&location.location_type),
            text(&location.name),
            text(&location.description),
            &number(location.latitude),
            &number(location.longitude),
        ])?;
        for each in &location.addresses {
            self.addresses.row([
                &each.id,
                &location.id,
                &each.address_1,
                &each.city,
                text(&each.state_province),
                text(&each.postal_code),
                text(&each.country),
                &kind(&each.address_type),
            ])?;
        }
        for each in &location.accessibility {
            self.accessibility.row([&each.id, &location.id, text(&each.accessibility), text(&each.description)])?;
        }
        Ok(())
    }

    /// Writes what is still held back.
    pub(crate) fn finish(self) -> Result<(), ExportError> {
        let all = [
            self.services,
            self.organizations,
            self.at_locations,
            self.locations,
            self.addresses,
            self.accessibility,
            self.phones,
            self.schedules,
            self.languages,
            self.costs,
            self.attributes,
            self.terms,
        ];
        for table in all {
            table
                .writer
                .into_inner()
                .map_err(|error| csv::Error::from(error.into_error()))?
                .sync_all()
                .map_err(csv::Error::from)?;
        }
        Ok(())
    }
}
