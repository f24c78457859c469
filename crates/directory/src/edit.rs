//! What a group or a steward changes in an entry: a short form, checked, as properties of HSDS.

use fingerpost_domain::Date;
use fingerpost_domain::person::{Email, Postcode};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};
use serde_json::{Map, Value, json};

use crate::facts::{ELIGIBILITY, Facts, Group, money, pence};
use crate::hsds::Service;
use crate::opening::time_of_day;
use crate::overlay::Changed;
use crate::place::Point;
use crate::times::Days;

fingerpost_domain::coded! {
    /// What a reader says is wrong.
    pub enum Wrong {
        /// It is not there any more.
        Gone = "gone",
        /// It is full.
        Full = "full",
        /// The day or the time.
        Time = "time",
        /// Telephone, mail or web page.
        Contact = "contact",
        /// The address.
        Place = "place",
        /// The cost.
        Cost = "cost",
        /// Steps, toilets, hearing.
        Access = "access",
        /// Something else.
        Other = "other",
    }
}

impl Wrong {
    /// The words on the buttons.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Gone => "It is not there any more",
            Self::Full => "It is full",
            Self::Time => "The day or time",
            Self::Contact => "The phone number, email or web page",
            Self::Place => "The address",
            Self::Cost => "The cost",
            Self::Access => "Steps, toilets or hearing",
            Self::Other => "Something else",
        }
    }
}

fingerpost_domain::coded! {
    /// Why something that was looked for is missing.
    pub enum Missing {
        /// Nothing was found.
        NotFound = "not_found",
        /// What there is, is full.
        Full = "full",
        /// What there is, is too far away.
        TooFar = "too_far",
        /// What there is does not fit: steps, age, day, language.
        DoesNotFit = "does_not_fit",
    }
}

impl Missing {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing",
            Self::Full => "It is full",
            Self::TooFar => "It is too far",
            Self::DoesNotFit => "It does not fit: steps, age, day or language",
        }
    }
}

/// Free places at most that a group says: more is no number of places.
const MOST_PLACES: u32 = 9_999;

/// Free places as a group says them.
///
/// # Errors
/// What to type instead.
pub fn places(free: &str, today: Date) -> Result<Changed, Problems> {
    let wrong = || Problems::one("places", "Type how many places are free, for example 3");
    let free: u32 = free.trim().parse().map_err(|_| wrong())?;
    if free > MOST_PLACES {
        return Err(wrong());
    }
    let capacity =
        json!([{ "id": "", "unit": { "id": "", "name": "place" }, "available": free, "updated": today.to_string() }]);
    Ok(("capacities".to_owned(), Some(capacity)))
}

/// A rest, until a day where that is known.
///
/// # Errors
/// What to type instead.
pub fn rest(until: Option<Date>, words: &str, today: Date) -> Result<Vec<Changed>, Problems> {
    let mut problems = Problems::none();
    if until.is_some_and(|until| until <= today) {
        problems.add("until", "The day on which you open again must be after today");
    }
    let words = problems.take("words", Line::<200>::parse(words)).flatten();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(vec![
        ("status".to_owned(), Some(json!("temporarily closed"))),
        ("reopens_on".to_owned(), until.map(|until| json!(until.to_string()))),
        ("alert".to_owned(), words.map(|words| json!(words.as_str()))),
    ])
}

/// The end of a rest.
#[must_use]
pub fn open_again() -> Vec<Changed> {
    vec![("status".to_owned(), Some(json!("active"))), ("reopens_on".to_owned(), None), ("alert".to_owned(), None)]
}

/// It ended for good.
#[must_use]
pub fn ended() -> Vec<Changed> {
    vec![("status".to_owned(), Some(json!("defunct")))]
}

/// The source of entries that somebody typed here.
pub const BY_HAND: &str = "our own list";

/// A new entry as typed: what it takes to be found. The rest is the form of every entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct NewEntry {
    /// What it is called.
    pub name: String,
    /// Who runs it.
    pub organisation: String,
    /// The building.
    pub place: String,
    /// The street, with the number.
    pub street: String,
    /// The town.
    pub town: String,
    /// The postcode.
    pub postcode: String,
}

impl NewEntry {
    /// The postcode, where one was typed that can be one.
    #[must_use]
    pub fn postcode(&self) -> Option<Postcode> {
        Postcode::parse(&self.postcode).ok()
    }

    /// The entry under an id of its own, at the point where its postcode is.
    ///
    /// # Errors
    /// What to type instead.
    pub fn entry(&self, id: &str, point: Option<Point>) -> Result<Service, Problems> {
        let mut problems = Problems::none();
        let name = problems.take("name", Line::<200>::parse(&self.name)).flatten();
        if name.is_none() && problems.of("name").is_none() {
            problems.add("name", "Type what it is called, for example Tuesday gardeners");
        }
        let mut line = |field: &'static str, typed: &str| {
            let line = problems.take(field, Line::<200>::parse(typed)).flatten();
            line.map(|line| line.as_str().to_owned())
        };
        let (organisation, place) = (line("organisation", &self.organisation), line("place", &self.place));
        let (street, town) = (line("street", &self.street), line("town", &self.town));
        let typed = !self.postcode.trim().is_empty();
        let postcode = if typed { problems.take("postcode", Postcode::parse(&self.postcode)) } else { None };
        let Some(name) = name.filter(|_| problems.is_empty()) else { return Err(problems) };
        let mut body = json!({ "id": id, "name": name.as_str(), "status": "active",
            "organization": { "id": "", "name": organisation.unwrap_or_else(|| name.as_str().to_owned()) } });
        if street.is_some() || town.is_some() || postcode.is_some() || place.is_some() {
            let mut location = json!({ "id": "", "location_type": "physical", "addresses": [{ "id": "", "address_1": street.unwrap_or_default(),
                "city": town.unwrap_or_default(), "state_province": "", "postal_code": postcode.map(|code| code.as_str().to_owned()).unwrap_or_default(),
                "country": "GB", "address_type": "physical" }] });
            let more = [
                ("name", place.map(Value::from)),
                ("latitude", point.map(|point| json!(point.degrees().0))),
                ("longitude", point.map(|point| json!(point.degrees().1))),
            ];
            for (field, value) in more {
                if let Some(value) = value {
                    location[field] = value;
                }
            }
            body["service_at_locations"] = json!([{ "id": "", "location": location }]);
        }
        let whole: Result<Service, _> = serde_json::from_value(body);
        let settled = whole.ok().and_then(|service| service.settled(BY_HAND).ok());
        settled.ok_or_else(|| Problems::one("name", "This cannot be kept as an entry. Type it shorter"))
    }
}

/// An entry as typed into the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct EntryAnswers {
    /// What it is, in words.
    pub description: String,
    /// `keep`: the times stay as they are; else those below stand.
    pub times: String,
    /// Days, by the codes of iCalendar.
    pub days: Vec<String>,
    /// From when.
    pub opens: String,
    /// Until when.
    pub closes: String,
    /// Pounds each time: nothing where it is not said.
    pub cost: String,
    /// The telephone.
    pub phone: String,
    /// The mailbox.
    pub email: String,
    /// The page.
    pub url: String,
    /// How to join.
    pub joining: String,
    /// Youngest.
    pub from_age: String,
    /// Oldest.
    pub to_age: String,
    /// For whom alone: codes.
    pub only_for: Vec<String>,
    /// How people get in, in words.
    pub access: String,
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

impl EntryAnswers {
    /// The form as the entry stands.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        let age = |age: Option<f64>| age.map_or_else(String::new, |age| age.to_string());
        let schedule = service.schedules.first();
        let access = service.locations().next().and_then(|location| location.accessibility.first());
        Self {
            description: text(service.description.as_ref()),
            times: if service.schedules.is_empty() { String::new() } else { "keep".to_owned() },
            days: Days::NONE
                .with(crate::times::Times::of(&service.schedules).days)
                .codes()
                .map(str::to_owned)
                .collect(),
            opens: text(schedule.and_then(|schedule| schedule.opens_at.as_ref())),
            closes: text(schedule.and_then(|schedule| schedule.closes_at.as_ref())),
            cost: service
                .cost_options
                .first()
                .and_then(|cost| cost.amount)
                .map_or_else(String::new, |amount| money(pence(amount)).trim_start_matches('\u{a3}').to_owned()),
            phone: service.phones.first().map_or_else(String::new, |phone| phone.number.clone()),
            email: text(service.email.as_ref()),
            url: text(service.url.as_ref()),
            joining: text(service.application_process.as_ref()),
            from_age: age(service.minimum_age),
            to_age: age(service.maximum_age),
            only_for: Facts::of(service).conditions.only_for.iter().map(|group| group.code().to_owned()).collect(),
            access: text(access.and_then(|access| access.accessibility.as_ref().or(access.description.as_ref()))),
        }
    }

    /// What differs from the entry, as properties of HSDS.
    ///
    /// # Errors
    /// What to type instead.
    pub fn check(&self, service: &Service) -> Result<Vec<Changed>, Problems> {
        let before = Self::of(service);
        let mut problems = Problems::none();
        let mut changed: Vec<Changed> = vec![];
        let mut set = |field: &str, differs: bool, value: Option<Value>| {
            if differs {
                changed.push((field.to_owned(), value));
            }
        };
        let words = |words: Option<String>| words.map(Value::from);
        // What is sent as it came is not checked: what a source wrote must not keep a group from saving.
        let as_it_was = |typed: &str, was: &str| typed.replace("\r\n", "\n") == was;
        let same = as_it_was(&self.description, &before.description);
        let description =
            if same { None } else { problems.take("description", Note::<3000>::parse(&self.description)).flatten() };
        set("description", !same, words(description.map(|text| text.as_str().to_owned())));
        let same = as_it_was(&self.joining, &before.joining);
        let joining = if same { None } else { problems.take("joining", Note::<1000>::parse(&self.joining)).flatten() };
        set("application_process", !same, words(joining.map(|text| text.as_str().to_owned())));
        let url = problems.take("url", Line::<300>::parse(&self.url)).flatten();
        set("url", self.url != before.url, words(url.map(|text| text.as_str().to_owned())));
        if !self.email.trim().is_empty() && self.email != before.email {
            problems.take("email", Email::parse(&self.email));
        }
        set(
            "email",
            self.email != before.email,
            Some(self.email.trim()).filter(|mail| !mail.is_empty()).map(Value::from),
        );
        let phone = problems.take("phone", Line::<40>::parse(&self.phone)).flatten();
        let digits = self.phone.chars().filter(char::is_ascii_digit).count();
        if phone.is_some() && digits < 5 && self.phone != before.phone {
            problems.add("phone", "Type the whole phone number, for example 01632 960 371");
        }
        set("phones", self.phone != before.phone, phone.map(|phone| json!([{ "id": "", "number": phone.as_str() }])));
        // What has no times may go on without any.
        let none = service.schedules.is_empty()
            && self.days.is_empty()
            && [&self.opens, &self.closes].iter().all(|typed| typed.trim().is_empty());
        if self.times != "keep" && !none {
            let schedules = self.schedule(&mut problems);
            set("schedules", true, schedules);
        }
        let cost = self.amount(&mut problems);
        set(
            "cost_options",
            self.cost != before.cost,
            cost.map(|amount| json!([{ "id": "", "option": "Each time", "amount": amount }])),
        );
        self.ages(&mut problems, &before, &mut set);
        let only: Vec<Group> = self.only_for.iter().filter_map(|code| Group::from_code(code)).collect();
        set("attributes", self.only_for != before.only_for, Some(with_groups(service, &only)));
        let access = problems.take("access", Line::<300>::parse(&self.access)).flatten();
        if self.access != before.access {
            match with_access(service, access.as_ref().map(Line::as_str)) {
                Some(places) => set("service_at_locations", true, Some(places)),
                None => problems.add("access", "This entry has no place yet, so nobody can say how people get in"),
            }
        }
        if problems.is_empty() { Ok(changed) } else { Err(problems) }
    }

    fn schedule(&self, problems: &mut Problems) -> Option<Value> {
        let days = self.days.iter().filter_map(|day| Days::of(day)).fold(Days::NONE, Days::with);
        if days.is_empty() {
            problems.add("days", "Choose the days, or keep the times as they are");
        }
        let mut at = |field: &'static str, typed: &str| {
            let typed = typed.trim();
            let read = time_of_day(typed).or_else(|| crate::opening::kept_time(typed));
            if read.is_none() && !typed.is_empty() {
                problems.add(field, "Type a time like 6:30pm");
            }
            read
        };
        let (opens, closes) = (at("opens", &self.opens), at("closes", &self.closes));
        if let (Some(opens), Some(closes)) = (&opens, &closes)
            && opens.get(..5) >= closes.get(..5)
        {
            problems.add("closes", "It must close after it opens");
        }
        let byday = days.codes().collect::<Vec<_>>().join(",");
        let mut one = Map::from_iter([
            ("id".to_owned(), json!("")),
            ("freq".to_owned(), json!("WEEKLY")),
            ("byday".to_owned(), json!(byday)),
        ]);
        one.extend(opens.map(|opens| ("opens_at".to_owned(), json!(opens))));
        one.extend(closes.map(|closes| ("closes_at".to_owned(), json!(closes))));
        Some(json!([one]))
    }

    fn amount(&self, problems: &mut Problems) -> Option<f64> {
        let typed = self.cost.trim().trim_start_matches('\u{a3}');
        if typed.is_empty() {
            return None;
        }
        if typed.eq_ignore_ascii_case("free") {
            return Some(0.0);
        }
        let amount = typed.parse::<f64>().ok().filter(|amount| (0.0..=10_000.0).contains(amount));
        if amount.is_none() {
            problems.add("cost", "Type pounds, for example 2.50, or 0 if it is free");
        }
        amount
    }

    fn ages(&self, problems: &mut Problems, before: &Self, set: &mut impl FnMut(&str, bool, Option<Value>)) {
        let mut read = |field: &'static str, typed: &str| {
            let typed = typed.trim();
            let age = typed.parse::<u8>().ok().filter(|age| *age <= 120);
            if age.is_none() && !typed.is_empty() && typed.parse::<f64>().is_err() {
                problems.add(field, "Type an age in years, for example 60");
            }
            age
        };
        let (from, to) = (read("from_age", &self.from_age), read("to_age", &self.to_age));
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            problems.add("to_age", "The oldest age must not be below the youngest");
        }
        set("minimum_age", self.from_age != before.from_age, from.map(Value::from));
        set("maximum_age", self.to_age != before.to_age, to.map(Value::from));
    }
}

/// The terms of an entry, with those groups for whom alone it is.
fn with_groups(service: &Service, groups: &[Group]) -> Value {
    let is_group = |term: &crate::hsds::TaxonomyTerm| term.taxonomy.as_deref() == Some(ELIGIBILITY);
    let others = service.attributes.iter().filter(|given| !given.taxonomy_term.as_ref().is_some_and(is_group));
    let mut all: Vec<Value> = others.filter_map(|given| serde_json::to_value(given).ok()).collect();
    all.extend(groups.iter().map(|group| {
        json!({ "id": format!("only-{}", group.code()), "taxonomy_term":
            { "id": format!("group-{}", group.code()), "name": group.label(), "description": group.label(), "taxonomy": ELIGIBILITY } })
    }));
    Value::from(all)
}

/// The places of an entry, with how people get into the first.
fn with_access(service: &Service, words: Option<&str>) -> Option<Value> {
    let mut places = serde_json::to_value(&service.service_at_locations).ok()?;
    let location = places.as_array_mut()?.first_mut()?.get_mut("location")?.as_object_mut()?;
    match words {
        Some(words) => location.insert("accessibility".to_owned(), json!([{ "id": "", "accessibility": words }])),
        None => location.remove("accessibility"),
    };
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Known, Room};
    use crate::overlay::apply;

    const TODAY: Date = Date::constant(2026, 11, 26);

    fn choir() -> Service {
        let whole: Service = serde_json::from_value(json!({
            "id": "1", "name": "Choir", "description": "Singing", "minimum_age": 18,
            "schedules": [{ "byday": "TU", "opens_at": "18:30", "closes_at": "20:00" }, { "byday": "SA" }],
            "cost_options": [{ "amount": 2.5 }],
            "service_at_locations": [{ "location": { "latitude": 53.0, "longitude": -2.0, "accessibility": [{ "accessibility": "Four steps and no ramp" }] } }],
            "attributes": [{ "taxonomy_term": { "name": "Singing" } }]
        }))
        .unwrap();
        whole.settled("test").unwrap()
    }

    fn changed(service: &Service, changes: &[Changed]) -> Service {
        let Value::Object(body) = serde_json::to_value(service).unwrap() else { unreachable!() };
        let whole: Service = serde_json::from_value(apply(&body, changes).into()).unwrap();
        whole.settled("test").unwrap()
    }

    #[test]
    fn a_form_that_is_sent_as_it_came_changes_nothing() {
        let choir = choir();
        assert_eq!(EntryAnswers::of(&choir).check(&choir), Ok(vec![]));
    }

    #[test]
    fn what_is_changed_is_in_the_entry_and_nothing_else_is() {
        let choir = choir();
        let answers = EntryAnswers {
            times: "new".into(),
            days: vec!["MO".into(), "WE".into()],
            opens: "7pm".into(),
            closes: "8:30pm".into(),
            cost: "free".into(),
            only_for: vec!["women".into()],
            access: "Step free".into(),
            ..EntryAnswers::of(&choir)
        };
        let changes = answers.check(&choir).unwrap();
        assert_eq!(changes.len(), 4, "{changes:?}");
        let after = changed(&choir, &changes);
        let facts = Facts::of(&after);
        assert_eq!(facts.conditions.times.days.codes().collect::<Vec<_>>(), ["MO", "WE"]);
        assert_eq!(
            (after.schedules[0].opens_at.as_deref(), after.schedules[0].closes_at.as_deref()),
            (Some("19:00"), Some("20:30"))
        );
        assert_eq!((facts.conditions.step_free, facts.conditions.cost), (Known::Yes, crate::facts::Cost::Free));
        assert_eq!(facts.conditions.only_for.iter().collect::<Vec<_>>(), [Group::Women]);
        assert_eq!(after.terms().collect::<Vec<_>>(), ["Singing", "Women"]);
        assert_eq!(after.description, choir.description);
    }

    #[test]
    fn what_cannot_be_is_said_beside_its_field() {
        let choir = choir();
        let answers = EntryAnswers {
            times: "new".into(),
            days: vec![],
            opens: "late".into(),
            cost: "a fiver".into(),
            phone: "ask".into(),
            email: "nobody".into(),
            from_age: "60".into(),
            to_age: "20".into(),
            ..EntryAnswers::of(&choir)
        };
        let problems = answers.check(&choir).unwrap_err();
        for field in ["days", "opens", "cost", "phone", "email", "to_age"] {
            assert!(problems.of(field).is_some(), "{field}: {problems}");
        }
    }

    #[test]
    fn a_new_entry_is_found_by_its_name_and_place() {
        let typed = NewEntry {
            name: "  Tuesday   gardeners ".into(),
            street: "2 Corn Street".into(),
            town: "Market Wexley".into(),
            postcode: "wx4 1tn".into(),
            ..NewEntry::default()
        };
        let point = Point::new(53.2, -1.5);
        let entry = typed.entry("1", point).unwrap();
        assert_eq!((entry.name.as_str(), entry.is_open()), ("Tuesday gardeners", true));
        assert_eq!(Facts::of(&entry).places.len(), 1);
        let nowhere = NewEntry { name: "Phone friends".into(), ..NewEntry::default() }.entry("2", None).unwrap();
        assert!(nowhere.service_at_locations.is_empty());
        let phone = EntryAnswers { phone: "01632 960 371".into(), ..EntryAnswers::of(&nowhere) };
        assert_eq!(phone.check(&nowhere).unwrap().len(), 1, "it needs no days to have a telephone");
        let wrong = NewEntry { postcode: "nowhere".into(), ..NewEntry::default() }.entry("3", None).unwrap_err();
        assert!(wrong.of("name").is_some() && wrong.of("postcode").is_some(), "{wrong}");
    }

    #[test]
    fn places_and_a_rest_are_facts_at_once() {
        let choir = choir();
        let full = changed(&choir, &[places("0", TODAY).unwrap()]);
        assert_eq!(Facts::of(&full).conditions.room, Room::Full);
        assert!(places("many", TODAY).is_err() && places("-1", TODAY).is_err());
        let resting = changed(&choir, &rest(Some(Date::constant(2027, 1, 4)), "Back in the new year", TODAY).unwrap());
        assert_eq!(
            (Facts::of(&resting).conditions.room, resting.alert.as_deref()),
            (Room::Resting, Some("Back in the new year"))
        );
        assert!(rest(Some(TODAY), "", TODAY).is_err());
        assert!(changed(&resting, &open_again()).is_open());
        assert!(!changed(&choir, &ended()).is_open());
    }
}
