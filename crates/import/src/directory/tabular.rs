//! A folder of HSDS tables, put together into services. Versions 1 to 3 name their tables and columns differently;
//! what both mean is read from either.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use fingerpost_directory::hsds::{
    Accessibility, Address, Attribute, CostOption, Language, Location, MOST_PARTS, Organization, Phone, Schedule,
    Service, ServiceAtLocation, TaxonomyTerm, is_uuid,
};
use fingerpost_directory::opening::{byday, kept_time};
use fingerpost_directory::tidy;

use super::Taken;
use super::tables::{Cells, Table};
use crate::ImportError;
use crate::report::Report;

/// The tables of a folder.
struct Tables {
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
    links: Table,
    terms: Table,
}

impl Tables {
    fn read(folder: &Path) -> Result<Self, ImportError> {
        let table = |names: &[&str]| Table::read(folder, names);
        Ok(Self {
            services: table(&["services", "service"])?,
            organizations: table(&["organizations", "organization"])?,
            at_locations: table(&["services_at_location", "service_at_locations", "service_at_location"])?,
            locations: table(&["locations", "location"])?,
            addresses: table(&["physical_addresses", "addresses", "address"])?,
            accessibility: table(&["accessibility_for_disabilities", "accessibility"])?,
            phones: table(&["phones", "phone"])?,
            schedules: table(&["regular_schedules", "schedules", "schedule"])?,
            languages: table(&["languages", "language"])?,
            costs: table(&["cost_options", "cost_option"])?,
            links: table(&["services_taxonomy", "service_taxonomies", "attributes", "attribute"])?,
            terms: table(&["taxonomy_terms", "taxonomy_term", "taxonomy"])?,
        })
    }
}

impl Tables {
    /// The tables whose rows belong to a service.
    fn beside_services(&self) -> [&Table; 11] {
        let Self { organizations, at_locations, locations, addresses, accessibility, phones, .. } = self;
        let Self { schedules, languages, costs, links, terms, .. } = self;
        [
            organizations,
            at_locations,
            locations,
            addresses,
            accessibility,
            phones,
            schedules,
            languages,
            costs,
            links,
            terms,
        ]
    }
}

/// The rows of each table by what they belong to.
struct Joined<'t> {
    organizations: HashMap<&'t str, Vec<Cells<'t>>>,
    at_locations: HashMap<&'t str, Vec<Cells<'t>>>,
    locations: HashMap<&'t str, Vec<Cells<'t>>>,
    addresses: HashMap<&'t str, Vec<Cells<'t>>>,
    accessibility: HashMap<&'t str, Vec<Cells<'t>>>,
    phones: HashMap<&'t str, Vec<Cells<'t>>>,
    schedules: HashMap<&'t str, Vec<Cells<'t>>>,
    languages: HashMap<&'t str, Vec<Cells<'t>>>,
    costs: HashMap<&'t str, Vec<Cells<'t>>>,
    links: HashMap<&'t str, Vec<Cells<'t>>>,
    terms: HashMap<&'t str, Vec<Cells<'t>>>,
}

impl<'t> Joined<'t> {
    fn of(tables: &'t Tables) -> Self {
        let mut links = tables.links.by("service_id");
        links.extend(tables.links.by("link_id"));
        Self {
            organizations: tables.organizations.by("id"),
            at_locations: tables.at_locations.by("service_id"),
            locations: tables.locations.by("id"),
            addresses: tables.addresses.by("location_id"),
            accessibility: tables.accessibility.by("location_id"),
            phones: tables.phones.by("service_id"),
            schedules: tables.schedules.by("service_id"),
            languages: tables.languages.by("service_id"),
            costs: tables.costs.by("service_id"),
            links,
            terms: tables.terms.by("id"),
        }
    }
}

/// The rows that belong to `id`: one more than an entry may have at most, by which it is refused later. Each is copied into every
/// service that names it, so a few rows could become more than any memory holds.
fn all<'m, 't>(rows: &'m HashMap<&'t str, Vec<Cells<'t>>>, id: &str) -> &'m [Cells<'t>] {
    let found = rows.get(id).filter(|_| !id.is_empty()).map_or(&[][..], Vec::as_slice);
    &found[..found.len().min(MOST_PARTS + 1)]
}

fn first<'m, 't>(rows: &'m HashMap<&'t str, Vec<Cells<'t>>>, id: &str) -> Option<&'m Cells<'t>> {
    all(rows, id).first()
}

fn tidied(cells: Cells<'_>, column: &str) -> Option<String> {
    cells.text(column).map(|text| tidy::text(&text)).filter(|text| !text.is_empty())
}

pub(crate) fn read(folder: &Path, taken: &mut Taken<'_>) -> Result<(), ImportError> {
    let tables = Tables::read(folder)?;
    let joined = Joined::of(&tables);
    for (line, reason) in &tables.services.cut {
        taken.take((&tables.services.file, *line), Err(reason.clone()));
    }
    for table in tables.beside_services() {
        table.cut.iter().for_each(|(line, reason)| taken.report.note_in(&table.file, *line, reason));
    }
    for cells in tables.services.rows() {
        let service = service(cells, &tables, &joined, &mut taken.report);
        taken.take((&tables.services.file, cells.line), Ok(service));
        if taken.is_too_much() {
            return Err(ImportError::TooLarge(folder.display().to_string()));
        }
    }
    Ok(())
}

fn service(cells: Cells<'_>, tables: &Tables, joined: &Joined<'_>, report: &mut Report) -> Service {
    let id = cells.raw("id");
    let by = cells.raw("organization_id");
    let organization = first(&joined.organizations, by).map(|cells| organization(*cells));
    if organization.is_none() && !by.is_empty() {
        let reason = format!("its organisation {by} is not in {}: taken without one", tables.organizations.file);
        report.note_in(&tables.services.file, cells.line, reason);
    }
    Service {
        id: id.to_owned(),
        name: tidy::text(cells.raw("name")),
        organization_id: None,
        alternate_name: cells.text("alternate_name"),
        description: tidied(cells, "description"),
        url: cells.text("url"),
        email: cells.text("email"),
        status: cells.text("status"),
        application_process: tidied(cells, "application_process"),
        fees: tidied(cells, "fees"),
        wait_time: tidied(cells, "wait_time"),
        alert: tidied(cells, "alert"),
        eligibility_description: tidied(cells, "eligibility_description"),
        minimum_age: cells.number("minimum_age"),
        maximum_age: cells.number("maximum_age"),
        assured_date: cells.text("assured_date"),
        last_modified: cells.text("last_modified"),
        organization,
        schedules: schedules(all(&joined.schedules, id), &tables.schedules.file, report),
        service_at_locations: all(&joined.at_locations, id).iter().map(|at| at_location(*at, joined)).collect(),
        languages: languages(all(&joined.languages, id)),
        cost_options: all(&joined.costs, id).iter().map(|cost| cost_option(*cost)).collect(),
        phones: all(&joined.phones, id).iter().filter_map(|phone| telephone(*phone)).collect(),
        attributes: attributes(all(&joined.links, id), joined),
        ..Service::default()
    }
}

fn organization(cells: Cells<'_>) -> Organization {
    Organization {
        id: cells.raw("id").to_owned(),
        name: tidy::line(cells.raw("name")),
        description: tidied(cells, "description"),
        email: cells.text("email"),
        website: cells.text("website").or_else(|| cells.text("url")),
        ..Organization::default()
    }
}

fn at_location(cells: Cells<'_>, joined: &Joined<'_>) -> ServiceAtLocation {
    let location = first(&joined.locations, cells.raw("location_id")).map(|found| location(*found, joined));
    ServiceAtLocation { id: cells.raw("id").to_owned(), location, ..ServiceAtLocation::default() }
}

fn location(cells: Cells<'_>, joined: &Joined<'_>) -> Location {
    let id = cells.raw("id");
    Location {
        id: id.to_owned(),
        location_type: Some(cells.text("location_type").unwrap_or_else(|| "physical".to_owned())),
        name: cells.text("name").map(|name| tidy::line(&name)),
        description: tidied(cells, "description"),
        latitude: cells.number("latitude"),
        longitude: cells.number("longitude"),
        addresses: all(&joined.addresses, id).iter().filter_map(|address| postal(*address)).collect(),
        accessibility: all(&joined.accessibility, id).iter().filter_map(|each| accessibility(*each)).collect(),
        ..Location::default()
    }
}

fn postal(cells: Cells<'_>) -> Option<Address> {
    let lines = [cells.raw("address_1"), cells.raw("address_2")];
    let street = lines.iter().filter(|line| !line.is_empty()).copied().collect::<Vec<_>>().join(", ");
    let address = Address {
        id: cells.raw("id").to_owned(),
        address_1: tidy::line(&street),
        city: tidy::line(cells.raw("city")),
        state_province: cells.text("state_province"),
        postal_code: cells.text("postal_code"),
        country: cells.text("country"),
        address_type: Some(cells.text("address_type").unwrap_or_else(|| "physical".to_owned())),
        ..Address::default()
    };
    (!address.address_1.is_empty() || !address.city.is_empty() || address.postal_code.is_some()).then_some(address)
}

fn accessibility(cells: Cells<'_>) -> Option<Accessibility> {
    let (words, more) = (cells.text("accessibility"), cells.text("details").or_else(|| cells.text("description")));
    (words.is_some() || more.is_some()).then(|| Accessibility {
        id: cells.raw("id").to_owned(),
        accessibility: words,
        description: more,
        ..Accessibility::default()
    })
}

fn telephone(cells: Cells<'_>) -> Option<Phone> {
    let number = cells.text("number")?;
    Some(Phone { id: cells.raw("id").to_owned(), number, description: cells.text("description"), ..Phone::default() })
}

fn cost_option(cells: Cells<'_>) -> CostOption {
    CostOption {
        id: cells.raw("id").to_owned(),
        option: cells.text("option"),
        amount: cells.number("amount"),
        amount_description: cells.text("amount_description"),
        ..CostOption::default()
    }
}

/// The id of a row where it is one of its own: in real tables it is often that of the service, or nothing.
fn own_id(cells: Cells<'_>) -> String {
    let of_another = [cells.raw("service_id"), cells.raw("link_id")];
    cells.text("id").filter(|id| is_uuid(id) && !of_another.contains(&id.as_str())).unwrap_or_default()
}

/// Each language once, under its name.
fn languages(rows: &[Cells<'_>]) -> Vec<Language> {
    let mut seen = HashSet::new();
    rows.iter()
        .filter_map(|cells| Some((own_id(*cells), cells.text("language").or_else(|| cells.text("name"))?)))
        .map(|(id, name)| (id, tidy::line(&tidy::text(&name))))
        .filter(|(_, name)| !name.is_empty() && seen.insert(name.to_lowercase()))
        .map(|(id, name)| Language { id, name: Some(name), ..Language::default() })
        .collect()
}

/// Each term once.
fn attributes(rows: &[Cells<'_>], joined: &Joined<'_>) -> Vec<Attribute> {
    let mut seen = HashSet::new();
    rows.iter()
        .filter_map(|cells| {
            let term = cells.text("taxonomy_id").or_else(|| cells.text("taxonomy_term_id"))?;
            Some((own_id(*cells), term))
        })
        .filter(|(_, term)| seen.insert(term.clone()))
        .filter_map(|(own, id)| {
            let cells = first(&joined.terms, &id)?;
            let taxonomy = cells.text("vocabulary").or_else(|| cells.text("taxonomy"));
            let name = tidy::line(cells.raw("name"));
            let term = TaxonomyTerm { id, name, taxonomy, ..TaxonomyTerm::default() };
            Some(Attribute { id: own, taxonomy_term: Some(term), ..Attribute::default() })
        })
        .collect()
}

/// One schedule for each row; where a row is a single weekday, as in the first version of the standard, five rows of
/// the same hours become one with all of their days: one line for a reader.
fn schedules(rows: &[Cells<'_>], file: &str, report: &mut Report) -> Vec<Schedule> {
    let mut out: Vec<Schedule> = vec![];
    for cells in rows {
        let opens_at = hour(*cells, "opens_at", file, report);
        let closes_at = hour(*cells, "closes_at", file, report);
        let words = cells.text("original_text").or_else(|| cells.text("description")).map(|text| tidy::text(&text));
        let weekday = byday(cells.raw("weekday")).map(str::to_owned);
        let freq = cells.text("freq").or_else(|| weekday.as_ref().map(|_| "WEEKLY".to_owned()));
        let same = |other: &&mut Schedule| {
            other.freq == freq
                && other.opens_at == opens_at
                && other.closes_at == closes_at
                && other.description == words
        };
        if let (Some(day), Some(other)) = (&weekday, out.iter_mut().find(same)) {
            let known = other.byday.get_or_insert_default();
            if !known.split(',').any(|other| other == day) {
                known.push_str(if known.is_empty() { "" } else { "," });
                known.push_str(day);
            }
            continue;
        }
        out.push(Schedule {
            id: own_id(*cells),
            freq,
            byday: cells.text("byday").or(weekday),
            opens_at,
            closes_at,
            description: words,
            ..Schedule::default()
        });
    }
    out
}

/// A time of day; what is none, or could be two, is said, and goes into the words beside it.
fn hour(cells: Cells<'_>, column: &str, file: &str, report: &mut Report) -> Option<String> {
    let spelt = cells.text(column)?;
    let read = kept_time(&spelt);
    if read.is_none() {
        report.note_in(file, cells.line, format!("{column} {spelt:?} is not a time of day: kept in words"));
    }
    read.or(Some(spelt))
}
