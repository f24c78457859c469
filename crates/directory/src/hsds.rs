//! One service as HSDS-UK 3.0 writes it: the aggregate with its organisation, places and times inside.
//!
//! Source: Open Referral UK profile 3.0, compiled `service` schema; names are the standard's. Unknown properties
//! are kept in `more` and written back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Properties that we do not name, kept as they came.
pub type More = Map<String, Value>;

/// The longest text of one field that is taken, in characters: three times the longest of a real directory.
pub const LONGEST_TEXT: usize = 10_000;
/// The longest name.
pub const LONGEST_NAME: usize = 300;
/// The largest entry, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// Records of one kind inside a service at most.
pub const MOST_PARTS: usize = 500;

/// Why a record was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAService {
    /// It cannot be shown without a name.
    #[error("it has no name")]
    NoName,
    /// It cannot be told from others without an id.
    #[error("it has no id")]
    NoId,
    /// A field is longer than any that people wrote.
    #[error("{0} is longer than {1} characters")]
    TooLong(&'static str, usize),
    /// More parts than any real service has.
    #[error("it has more than {MOST_PARTS} {0}")]
    TooMany(&'static str),
    /// More, in all, than any real entry.
    #[error("it is {0} bytes, more than {LARGEST}")]
    TooLarge(usize),
    /// A place that is not on the earth.
    #[error("its place, latitude {0}, longitude {1}, is not on the earth")]
    NoSuchPlace(String, String),
}

macro_rules! records {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $kind:ty),* $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            /// Its id: a UUID once it is in the directory.
            pub id: String,
            $($(#[$fmeta])* pub $field: $kind,)*
            /// What else it carries.
            #[serde(flatten)]
            pub more: More,
        }
    )+};
}

records! {
    /// Something an organisation offers to people.
    Service {
        /// What it is called.
        name: String,
        /// Who offers it.
        #[serde(skip_serializing_if = "Option::is_none")] organization_id: Option<String>,
        /// Another name.
        #[serde(skip_serializing_if = "Option::is_none")] alternate_name: Option<String>,
        /// What it is, in words.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        /// Its page.
        #[serde(skip_serializing_if = "Option::is_none")] url: Option<String>,
        /// Its mailbox.
        #[serde(skip_serializing_if = "Option::is_none")] email: Option<String>,
        /// `active`, `inactive`, `defunct` or `temporarily closed`.
        #[serde(skip_serializing_if = "Option::is_none")] status: Option<String>,
        /// What people have to know before they go: closed for August.
        #[serde(skip_serializing_if = "Option::is_none")] alert: Option<String>,
        /// The first day on which it is there again, `YYYY-MM-DD`. Ours: the standard has only the status.
        #[serde(skip_serializing_if = "Option::is_none")] reopens_on: Option<String>,
        /// What it costs, in words.
        #[serde(skip_serializing_if = "Option::is_none")] fees: Option<String>,
        /// How long people wait, in words.
        #[serde(skip_serializing_if = "Option::is_none")] wait_time: Option<String>,
        /// How to join.
        #[serde(skip_serializing_if = "Option::is_none")] application_process: Option<String>,
        /// Whom it is for, in words.
        #[serde(skip_serializing_if = "Option::is_none")] eligibility_description: Option<String>,
        /// Youngest, in years.
        #[serde(skip_serializing_if = "Option::is_none")] minimum_age: Option<f64>,
        /// Oldest, in years.
        #[serde(skip_serializing_if = "Option::is_none")] maximum_age: Option<f64>,
        /// The day on which somebody made sure that the entry is right.
        #[serde(skip_serializing_if = "Option::is_none")] assured_date: Option<String>,
        /// When the source last changed it.
        #[serde(skip_serializing_if = "Option::is_none")] last_modified: Option<String>,
        /// Who offers it.
        #[serde(skip_serializing_if = "Option::is_none")] organization: Option<Organization>,
        /// When.
        #[serde(skip_serializing_if = "Vec::is_empty")] schedules: Vec<Schedule>,
        /// Where.
        #[serde(skip_serializing_if = "Vec::is_empty")] service_at_locations: Vec<ServiceAtLocation>,
        /// In which languages.
        #[serde(skip_serializing_if = "Vec::is_empty")] languages: Vec<Language>,
        /// What it costs.
        #[serde(skip_serializing_if = "Vec::is_empty")] cost_options: Vec<CostOption>,
        /// Free places, in the shape of HSDS 3.1 and later.
        #[serde(skip_serializing_if = "Vec::is_empty")] capacities: Vec<ServiceCapacity>,
        /// How to ring.
        #[serde(skip_serializing_if = "Vec::is_empty")] phones: Vec<Phone>,
        /// What kind of service it is: terms of taxonomies.
        #[serde(skip_serializing_if = "Vec::is_empty")] attributes: Vec<Attribute>,
    }
    /// Who offers services.
    Organization {
        /// What it is called.
        name: String,
        /// What it is.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        /// Its mailbox.
        #[serde(skip_serializing_if = "Option::is_none")] email: Option<String>,
        /// Its page.
        #[serde(skip_serializing_if = "Option::is_none")] website: Option<String>,
    }
    /// A time at which a service takes place.
    Schedule {
        /// `WEEKLY` or `MONTHLY`.
        #[serde(skip_serializing_if = "Option::is_none")] freq: Option<String>,
        /// Days as iCalendar writes them: `TH,FR`.
        #[serde(skip_serializing_if = "Option::is_none")] byday: Option<String>,
        /// When it opens: `HH:MM`, with whatever follows.
        #[serde(skip_serializing_if = "Option::is_none")] opens_at: Option<String>,
        /// When it closes.
        #[serde(skip_serializing_if = "Option::is_none")] closes_at: Option<String>,
        /// `ONLINE`, or how else people attend.
        #[serde(skip_serializing_if = "Option::is_none")] attending_type: Option<String>,
        /// The same in words.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
    }
    /// A service at one of its places.
    ServiceAtLocation {
        /// The place.
        #[serde(skip_serializing_if = "Option::is_none")] location: Option<Location>,
    }
    /// A place.
    Location {
        /// `physical`, `postal` or `virtual`.
        #[serde(skip_serializing_if = "Option::is_none")] location_type: Option<String>,
        /// What it is called.
        #[serde(skip_serializing_if = "Option::is_none")] name: Option<String>,
        /// What it is.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        /// Degrees north.
        #[serde(skip_serializing_if = "Option::is_none")] latitude: Option<f64>,
        /// Degrees east.
        #[serde(skip_serializing_if = "Option::is_none")] longitude: Option<f64>,
        /// How post reaches it.
        #[serde(skip_serializing_if = "Vec::is_empty")] addresses: Vec<Address>,
        /// What it offers to people with a disability.
        #[serde(skip_serializing_if = "Vec::is_empty")] accessibility: Vec<Accessibility>,
    }
    /// An address.
    Address {
        /// Street and number.
        address_1: String,
        /// Town.
        city: String,
        /// County or state.
        #[serde(skip_serializing_if = "Option::is_none")] state_province: Option<String>,
        /// Postcode.
        #[serde(skip_serializing_if = "Option::is_none")] postal_code: Option<String>,
        /// Two letters.
        #[serde(skip_serializing_if = "Option::is_none")] country: Option<String>,
        /// `physical`, `postal` or `virtual`.
        #[serde(skip_serializing_if = "Option::is_none")] address_type: Option<String>,
    }
    /// What a place offers to people with a disability.
    Accessibility {
        /// In a few words.
        #[serde(skip_serializing_if = "Option::is_none")] accessibility: Option<String>,
        /// In more.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
    }
    /// A language.
    Language {
        /// Its name.
        #[serde(skip_serializing_if = "Option::is_none")] name: Option<String>,
    }
    /// A price.
    CostOption {
        /// For whom.
        #[serde(skip_serializing_if = "Option::is_none")] option: Option<String>,
        /// How much.
        #[serde(skip_serializing_if = "Option::is_none")] amount: Option<f64>,
        /// In words.
        #[serde(skip_serializing_if = "Option::is_none")] amount_description: Option<String>,
    }
    /// How many places are free.
    ServiceCapacity {
        /// What is counted.
        #[serde(skip_serializing_if = "Option::is_none")] unit: Option<Unit>,
        /// Free now.
        #[serde(skip_serializing_if = "Option::is_none")] available: Option<f64>,
        /// In all.
        #[serde(skip_serializing_if = "Option::is_none")] maximum: Option<f64>,
        /// In words.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        /// When that was said: a day or an instant.
        #[serde(skip_serializing_if = "Option::is_none")] updated: Option<String>,
    }
    /// What a capacity counts.
    Unit {
        /// "place".
        name: String,
    }
    /// A telephone.
    Phone {
        /// Its number.
        number: String,
        /// What it is for.
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
    }
    /// A term of a taxonomy, given to a service.
    Attribute {
        /// The term.
        #[serde(skip_serializing_if = "Option::is_none")] taxonomy_term: Option<TaxonomyTerm>,
    }
    /// A term of a taxonomy.
    TaxonomyTerm {
        /// What it says.
        name: String,
        /// The taxonomy that it comes from.
        #[serde(skip_serializing_if = "Option::is_none")] taxonomy: Option<String>,
    }
}

/// The id under which a record of `source` stands here: its own where that is a UUID, else one made from it, the
/// same every time.
#[must_use]
pub fn stable_id(source: &str, kind: &str, id: &str) -> String {
    match Uuid::parse_str(id.trim()) {
        Ok(uuid) => uuid.to_string(),
        Err(_) => Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("fingerpost:{source}:{kind}:{id}").as_bytes()).to_string(),
    }
}

impl TaxonomyTerm {
    /// The term's taxonomy as an id: its own where it has one, else one made from the taxonomy's name.
    #[must_use]
    pub fn taxonomy_id(&self) -> Uuid {
        let own = self.more.get("taxonomy_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id.trim()).ok());
        own.unwrap_or_else(|| {
            let name = self.taxonomy.as_deref().unwrap_or_default();
            Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("fingerpost:taxonomy:{name}").as_bytes())
        })
    }
}

/// Whether an id is a UUID: one of its record's own.
#[must_use]
pub fn is_uuid(id: &str) -> bool {
    Uuid::parse_str(id.trim()).is_ok()
}

fn too_long(field: &'static str, text: Option<&String>, limit: usize) -> Result<(), NotAService> {
    match text {
        Some(text) if text.chars().count() > limit => Err(NotAService::TooLong(field, limit)),
        _ => Ok(()),
    }
}

impl Schedule {
    /// Times as `HH:MM`, or with the zone they came with; what is no time of day, or could be two, is kept in the words beside it.
    fn settle_times(&mut self) {
        for (at, said) in [(&mut self.opens_at, "opens"), (&mut self.closes_at, "closes")] {
            let Some(spelt) = at.take().map(|text| crate::tidy::line(&text)).filter(|text| !text.is_empty()) else {
                continue;
            };
            *at = crate::opening::kept_time(&spelt);
            if at.is_none() {
                let words = self.description.take().map(|words| format!("{words}; ")).unwrap_or_default();
                self.description = Some(format!("{words}{said} {spelt}"));
            }
        }
    }
}

impl Service {
    /// The service as the directory keeps it: every record under an id of its own, texts without hidden characters,
    /// coordinates on the earth, nothing longer or more than a real directory has.
    ///
    /// # Errors
    /// [`NotAService`], when it cannot be shown.
    pub fn settled(mut self, source: &str) -> Result<Self, NotAService> {
        if self.id.trim().is_empty() {
            return Err(NotAService::NoId);
        }
        self.name = crate::tidy::line(&self.name);
        if self.name.is_empty() {
            return Err(NotAService::NoName);
        }
        too_long("its name", Some(&self.name), LONGEST_NAME)?;
        for (field, text) in [
            ("its description", &mut self.description),
            ("how to apply", &mut self.application_process),
            ("its alert", &mut self.alert),
            ("its fees", &mut self.fees),
            ("its waiting time", &mut self.wait_time),
            ("whom it is for", &mut self.eligibility_description),
        ] {
            *text = text.take().map(|words| crate::tidy::text(&words)).filter(|words| !words.is_empty());
            too_long(field, text.as_ref(), LONGEST_TEXT)?;
        }
        for (parts, count) in [
            ("times", self.schedules.len()),
            ("places", self.service_at_locations.len()),
            ("terms", self.attributes.len()),
            ("languages", self.languages.len()),
            ("prices", self.cost_options.len()),
            ("telephone numbers", self.phones.len()),
        ] {
            if count > MOST_PARTS {
                return Err(NotAService::TooMany(parts));
            }
        }
        self.check_places()?;
        self.tidy_lines();
        self.give_ids(source);
        let whole = self.bytes();
        if whole > LARGEST {
            return Err(NotAService::TooLarge(whole));
        }
        Ok(self)
    }

    /// How long it is as it is kept, in bytes of JSON.
    #[must_use]
    pub fn bytes(&self) -> usize {
        serde_json::to_string(self).map_or(0, |body| body.len())
    }

    /// The service as the directory takes it from a source: settled, without places that are not on the earth; and what was left
    /// out of it, in words.
    ///
    /// # Errors
    /// [`NotAService`], when it cannot be shown.
    pub fn taken(mut self, source: &str) -> Result<(Self, Option<&'static str>), NotAService> {
        let left_out = self.without_impossible_places() > 0;
        let words = left_out.then_some("its coordinates are not on the earth: taken without them");
        Ok((self.settled(source)?, words))
    }

    /// Takes out coordinates that are not on the earth, so that the rest of the entry can be shown; gives how many.
    pub fn without_impossible_places(&mut self) -> usize {
        let locations = self.service_at_locations.iter_mut().filter_map(|at| at.location.as_mut());
        let mut taken_out = 0;
        for location in locations {
            if let (Some(latitude), Some(longitude)) = (location.latitude, location.longitude)
                && crate::place::Point::new(latitude, longitude).is_none()
            {
                (location.latitude, location.longitude) = (None, None);
                taken_out += 1;
            }
        }
        taken_out
    }

    fn check_places(&self) -> Result<(), NotAService> {
        for location in self.locations() {
            if let (Some(latitude), Some(longitude)) = (location.latitude, location.longitude)
                && crate::place::Point::new(latitude, longitude).is_none()
            {
                return Err(NotAService::NoSuchPlace(latitude.to_string(), longitude.to_string()));
            }
        }
        Ok(())
    }

    /// Every short text that is shown, without hidden characters.
    fn tidy_lines(&mut self) {
        let line = |text: &mut String| *text = crate::tidy::line(text);
        let some = |text: &mut Option<String>| {
            *text = text.take().map(|words| crate::tidy::line(&words)).filter(|words| !words.is_empty());
        };
        [&mut self.alternate_name, &mut self.url, &mut self.email, &mut self.status].into_iter().for_each(some);
        let words = |text: &mut Option<String>| {
            *text = text.take().map(|words| crate::tidy::text(&words)).filter(|words| !words.is_empty());
        };
        if let Some(by) = &mut self.organization {
            line(&mut by.name);
            words(&mut by.description);
            [&mut by.email, &mut by.website].into_iter().for_each(some);
        }
        for schedule in &mut self.schedules {
            [&mut schedule.freq, &mut schedule.byday, &mut schedule.description].into_iter().for_each(some);
            schedule.settle_times();
        }
        for location in self.service_at_locations.iter_mut().filter_map(|at| at.location.as_mut()) {
            some(&mut location.name);
            words(&mut location.description);
            for address in &mut location.addresses {
                line(&mut address.address_1);
                line(&mut address.city);
                [&mut address.state_province, &mut address.postal_code, &mut address.country]
                    .into_iter()
                    .for_each(some);
            }
            for each in &mut location.accessibility {
                [&mut each.accessibility, &mut each.description].into_iter().for_each(some);
            }
        }
        self.languages.iter_mut().for_each(|language| some(&mut language.name));
        self.phones.iter_mut().for_each(|phone| line(&mut phone.number));
        for cost in &mut self.cost_options {
            [&mut cost.option, &mut cost.amount_description].into_iter().for_each(some);
        }
        for term in self.attributes.iter_mut().filter_map(|given| given.taxonomy_term.as_mut()) {
            line(&mut term.name);
        }
    }

    fn give_ids(&mut self, source: &str) {
        let own = self.id.clone();
        // A part without an id of its own is known by its place in its service.
        let part = |kind: &str, id: &mut String, at: usize| {
            let named = if id.trim().is_empty() { format!("{own}/{at}") } else { id.clone() };
            *id = stable_id(source, kind, &named);
        };
        if let Some(organization) = &mut self.organization {
            part("organization", &mut organization.id, 0);
            self.organization_id = Some(organization.id.clone());
        }
        for (at, each) in self.schedules.iter_mut().enumerate() {
            part("schedule", &mut each.id, at);
        }
        for (at, each) in self.service_at_locations.iter_mut().enumerate() {
            part("service_at_location", &mut each.id, at);
            if let Some(location) = &mut each.location {
                part("location", &mut location.id, at);
                for (at, address) in location.addresses.iter_mut().enumerate() {
                    part("address", &mut address.id, at);
                }
                for (at, accessibility) in location.accessibility.iter_mut().enumerate() {
                    part("accessibility", &mut accessibility.id, at);
                }
            }
        }
        for (at, each) in self.languages.iter_mut().enumerate() {
            part("language", &mut each.id, at);
        }
        for (at, each) in self.cost_options.iter_mut().enumerate() {
            part("cost_option", &mut each.id, at);
        }
        for (at, each) in self.capacities.iter_mut().enumerate() {
            part("service_capacity", &mut each.id, at);
            if let Some(unit) = &mut each.unit {
                part("unit", &mut unit.id, at);
            }
        }
        for (at, each) in self.phones.iter_mut().enumerate() {
            part("phone", &mut each.id, at);
        }
        for (at, each) in self.attributes.iter_mut().enumerate() {
            part("attribute", &mut each.id, at);
            if let Some(term) = &mut each.taxonomy_term {
                part("taxonomy_term", &mut term.id, at);
            }
        }
        self.id = stable_id(source, "service", &own);
    }

    /// Its places.
    pub fn locations(&self) -> impl Iterator<Item = &Location> {
        self.service_at_locations.iter().filter_map(|at| at.location.as_ref())
    }

    /// People can go there now, as far as its source says.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status.eq_ignore_ascii_case("active"))
    }

    /// It is not there now and means to come back.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        self.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("temporarily closed"))
    }

    /// What kind of service it is: its terms, in words.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter_map(|given| given.taxonomy_term.as_ref()).map(|term| term.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choir() -> Service {
        serde_json::from_value(serde_json::json!({
            "id": "136", "name": " Tannery   Choir ", "status": "active", "minimum_age": 18,
            "organization": { "id": "7", "name": "Tannery", "logo": "x.png" },
            "schedules": [{ "byday": "TU", "opens_at": "18:30" }, { "byday": "TH" }],
            "funding": [{ "id": "f", "source": "Lottery" }]
        }))
        .unwrap()
    }

    #[test]
    fn what_we_do_not_name_is_written_back() {
        let settled = choir().settled("test").unwrap();
        let written = serde_json::to_value(&settled).unwrap();
        assert_eq!(written["funding"][0]["source"], "Lottery");
        assert_eq!(written["organization"]["logo"], "x.png");
        let again: Service = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(again.settled("elsewhere").unwrap()).unwrap(), written);
    }

    #[test]
    fn every_record_gets_an_id_that_stays() {
        let (first, second) = (choir().settled("a").unwrap(), choir().settled("a").unwrap());
        assert_eq!(first, second);
        assert!(Uuid::parse_str(&first.id).is_ok() && first.schedules[0].id != first.schedules[1].id);
        assert_ne!(first.id, choir().settled("b").unwrap().id, "136 of another source is another service");
        assert_eq!(first.name, "Tannery Choir");
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let without = |change: fn(&mut Service)| {
            let mut service = choir();
            change(&mut service);
            service.settled("test").unwrap_err()
        };
        assert_eq!(without(|s| s.name = " \u{202E} ".into()), NotAService::NoName);
        assert_eq!(without(|s| s.id.clear()), NotAService::NoId);
        assert!(matches!(without(|s| s.description = Some("x".repeat(20_000))), NotAService::TooLong(..)));
        assert!(matches!(without(|s| s.schedules = vec![Schedule::default(); 501]), NotAService::TooMany("times")));
        let far = Location { latitude: Some(100.0), longitude: Some(0.0), ..Location::default() };
        let at = ServiceAtLocation { location: Some(far), ..ServiceAtLocation::default() };
        let mut service = choir();
        service.service_at_locations = vec![at];
        assert!(matches!(service.clone().settled("test"), Err(NotAService::NoSuchPlace(..))));
        assert_eq!(service.without_impossible_places(), 1);
        assert!(service.settled("test").is_ok());
    }
}
