//! A spreadsheet of groups, as charities and practices keep one: which column says what, and a service out of each row.
//!
//! Columns are known by what people write above them; whoever brings the sheet can say otherwise. What nobody understands of a row is
//! kept in its words, and a row without a name is refused.

use fingerpost_domain::text::folded;
use serde_json::{Map, Value, json};

use crate::facts::pence;
use crate::hsds::Service;
use crate::opening::time_of_day;
use crate::tidy;
use crate::times::Days;
use crate::words::plain;

fingerpost_domain::coded! {
    /// What a column says.
    pub enum Column {
        /// Its number in the sheet, or whatever never changes.
        Id = "id",
        /// What it is called.
        Name = "name",
        /// Who runs it.
        Organisation = "organisation",
        /// What it is.
        Description = "description",
        /// How to ring.
        Phone = "phone",
        /// Its mailbox.
        Email = "email",
        /// Its page.
        Page = "page",
        /// The building and the street.
        Address = "address",
        /// The town.
        Town = "town",
        /// The postcode.
        Postcode = "postcode",
        /// Days, with times or without.
        When = "when",
        /// From when.
        Opens = "opens",
        /// Until when.
        Closes = "closes",
        /// What it costs.
        Cost = "cost",
        /// Youngest.
        FromAge = "from_age",
        /// Oldest.
        ToAge = "to_age",
        /// Whom it is for, in words.
        WhoFor = "who_for",
        /// How to join.
        Joining = "joining",
        /// Steps, toilets, hearing loop.
        Access = "access",
        /// In which languages.
        Languages = "languages",
        /// What kind it is.
        Kind = "kind",
        /// When somebody last made sure of it.
        Checked = "checked",
        /// Degrees north.
        Latitude = "latitude",
        /// Degrees east.
        Longitude = "longitude",
    }
}

impl Column {
    /// What people write above it, folded.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["id", "ref", "reference", "number", "no", "unique id", "record id"],
            Self::Name => &[
                "name",
                "group",
                "group name",
                "service",
                "service name",
                "activity",
                "name of group",
                "name of service",
                "title",
                "project",
            ],
            Self::Organisation => &[
                "organisation",
                "organization",
                "organisation name",
                "provider",
                "run by",
                "charity",
                "who runs it",
                "lead organisation",
            ],
            Self::Description => &[
                "description",
                "about",
                "what",
                "what it is",
                "what we do",
                "details",
                "summary",
                "service description",
                "what they do",
                "information",
            ],
            Self::Phone => {
                &["phone", "telephone", "tel", "phone number", "tel no", "telephone number", "contact number", "mobile"]
            }
            Self::Email => &["email", "e mail", "mail", "email address", "contact email", "contact", "contact details"],
            Self::Page => &["website", "web", "url", "web page", "webpage", "site", "link", "web address"],
            Self::Address => &[
                "address",
                "venue",
                "location",
                "where",
                "street",
                "place",
                "address 1",
                "address line 1",
                "venue address",
            ],
            Self::Town => &["town", "city", "village", "town city", "area", "locality", "area name"],
            Self::Postcode => &["postcode", "post code", "pc"],
            Self::When => &[
                "when",
                "day",
                "days",
                "day and time",
                "days and times",
                "day time",
                "times and days",
                "day s",
                "opening times",
                "opening hours",
                "schedule",
            ],
            Self::Opens => &["opens", "start", "start time", "from", "opens at", "begins", "time"],
            Self::Closes => &["closes", "end", "end time", "until", "to", "closes at", "finish", "finish time"],
            Self::Cost => &["cost", "price", "fee", "fees", "charge", "costs", "how much"],
            Self::FromAge => &["from age", "minimum age", "min age", "age from", "youngest"],
            Self::ToAge => &["to age", "maximum age", "max age", "age to", "oldest"],
            Self::WhoFor => &[
                "who for",
                "for whom",
                "who is it for",
                "eligibility",
                "target group",
                "client group",
                "audience",
                "criteria",
                "who its for",
            ],
            Self::Joining => &[
                "how to join",
                "joining",
                "referral",
                "how to refer",
                "referral route",
                "referral method",
                "booking",
                "how to book",
                "access route",
                "how to access",
            ],
            Self::Access => &["access", "accessibility", "disabled access", "wheelchair access", "step free"],
            Self::Languages => &["language", "languages", "languages spoken"],
            Self::Kind => &["category", "type", "kind", "theme", "categories", "type of service", "tags"],
            Self::Checked => &[
                "last checked",
                "checked",
                "last updated",
                "updated",
                "date checked",
                "last confirmed",
                "confirmed",
                "last reviewed",
            ],
            Self::Latitude => &["latitude", "lat"],
            Self::Longitude => &["longitude", "lon", "long", "lng"],
        }
    }
}

fn heading(text: &str) -> String {
    plain(&tidy::line(text)).join(" ")
}

/// Which column of a sheet says what, by its place; nothing, where it is not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns(Vec<Option<Column>>);

impl Columns {
    /// By what stands above them; the first of two that say the same is taken.
    #[must_use]
    pub fn guessed(headings: &[&str]) -> Self {
        let mut taken: Vec<Column> = vec![];
        let mut guess = |text: &&str| {
            let text = heading(text);
            let known = Column::ALL.iter().copied().find(|column| column.headings().contains(&text.as_str()));
            let known = known.filter(|column| !taken.contains(column))?;
            taken.push(known);
            Some(known)
        };
        Self(headings.iter().map(&mut guess).collect())
    }

    /// Has the column under a heading say something; whatever said it before is not read any more. `None` where there is no such heading.
    #[must_use]
    pub fn with(mut self, headings: &[&str], column: Column, under: &str) -> Option<Self> {
        let at = headings.iter().position(|text| heading(text) == heading(under))?;
        for known in self.0.iter_mut().filter(|known| **known == Some(column)) {
            *known = None;
        }
        *self.0.get_mut(at)? = Some(column);
        Some(self)
    }

    /// What each column says, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Option<Column>> {
        self.0.iter().copied()
    }

    /// Whether some column says it.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&Some(column))
    }

    fn cell<'c>(&self, cells: &[&'c str], column: Column) -> Option<&'c str> {
        let at = self.0.iter().position(|known| *known == Some(column))?;
        cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// The service of a row. Its id is its own, or made from its name, who runs it and its postcode.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn service(&self, cells: &[&str]) -> Result<Service, String> {
        let cell = |column| self.cell(cells, column);
        let name = cell(Column::Name).ok_or("it has no name")?;
        let made = || {
            let parts = [Some(name), cell(Column::Organisation), cell(Column::Postcode)];
            parts.into_iter().flatten().map(|part| folded(&tidy::line(part))).collect::<Vec<_>>().join("|")
        };
        let mut body =
            json!({ "id": cell(Column::Id).map_or_else(made, str::to_owned), "name": name, "status": "active" });
        let texts = [
            ("description", Column::Description),
            ("url", Column::Page),
            ("application_process", Column::Joining),
            ("eligibility_description", Column::WhoFor),
        ];
        for (property, column) in texts {
            if let Some(text) = cell(column) {
                body[property] = text.into();
            }
        }
        let by = cell(Column::Organisation).unwrap_or(name);
        body["organization"] = json!({ "id": folded(by), "name": by, "description": by });
        // People write either into a column for one of them.
        let contacts = [cell(Column::Phone), cell(Column::Email)].into_iter().flatten();
        let (mails, numbers): (Vec<&str>, Vec<&str>) = contacts.partition(|text| text.contains('@'));
        if let Some(mail) = mails.first() {
            body["email"] = (*mail).into();
        }
        let numbers: Vec<Value> = numbers
            .into_iter()
            .filter(|text| text.chars().any(|c| c.is_ascii_digit()))
            .map(|number| json!({ "id": "", "number": number }))
            .collect();
        if !numbers.is_empty() {
            body["phones"] = numbers.into();
        }
        if let Some(place) = self.place(cells) {
            body["service_at_locations"] = place;
        }
        if let Some(times) = self.times(cells) {
            body["schedules"] = times;
        }
        self.cost(cells, &mut body);
        for (property, column) in [("minimum_age", Column::FromAge), ("maximum_age", Column::ToAge)] {
            if let Some(age) = cell(column).and_then(|text| text.trim_end_matches('+').parse::<f64>().ok()) {
                body[property] = age.into();
            }
        }
        let each = |text: &str| {
            text.split([',', ';', '/'])
                .map(|one| one.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect::<Vec<_>>()
        };
        if let Some(languages) = cell(Column::Languages) {
            body["languages"] = each(languages).iter().map(|name| json!({ "id": "", "name": name })).collect();
        }
        if let Some(kinds) = cell(Column::Kind) {
            body["attributes"] = each(kinds)
                .iter()
                .map(|kind| json!({ "id": "", "taxonomy_term": { "id": folded(kind), "name": kind, "description": kind, "taxonomy": "Categories of the sheet" } }))
                .collect();
        }
        if let Some(day) = cell(Column::Checked).and_then(day_of) {
            body["assured_date"] = day.into();
        }
        serde_json::from_value(body).map_err(|error| error.to_string())
    }

    fn place(&self, cells: &[&str]) -> Option<Value> {
        let cell = |column| self.cell(cells, column);
        let (street, town, postcode) = (cell(Column::Address), cell(Column::Town), cell(Column::Postcode));
        let access = cell(Column::Access);
        street.or(town).or(postcode).or(access)?;
        let address = json!({ "id": "", "address_1": street.unwrap_or_default(), "city": town.unwrap_or_default(), "state_province": "",
            "postal_code": postcode.unwrap_or_default(), "country": "GB", "address_type": "physical" });
        let mut location = json!({ "id": "", "location_type": "physical", "addresses": [address] });
        let degrees = |column| cell(column).and_then(|text| text.parse::<f64>().ok());
        if let (Some(north), Some(east)) = (degrees(Column::Latitude), degrees(Column::Longitude)) {
            location["latitude"] = north.into();
            location["longitude"] = east.into();
        }
        if let Some(access) = access {
            location["accessibility"] = json!([{ "id": "", "accessibility": access }]);
        }
        Some(json!([{ "id": "", "location": location }]))
    }

    /// Days and hours, as far as they can be read; the words beside them, where that is not all that they say.
    fn times(&self, cells: &[&str]) -> Option<Value> {
        let (when, opens, closes) =
            (self.cell(cells, Column::When), self.cell(cells, Column::Opens), self.cell(cells, Column::Closes));
        when.or(opens).or(closes)?;
        let words = tidy::line(when.unwrap_or_default());
        // A dash between days or hours is a "to".
        let plain_words = plain(&words.replace([' ', '\u{a0}'], " ").replace(['-', '\u{2013}', '\u{2014}'], " to "));
        let days = Days::named(&plain_words);
        let hours = span(opens.unwrap_or_default()).or_else(|| span(&words));
        let from = opens.and_then(time_of_day).or_else(|| hours.as_ref().map(|(from, _)| from.clone()));
        let until = closes.and_then(time_of_day).or_else(|| hours.map(|(_, until)| until));
        let some_weeks = NOT_EVERY_WEEK.iter().any(|word| plain_words.iter().any(|said| said == word));
        let mut schedule = Map::from_iter([("id".to_owned(), json!(""))]);
        let codes = days.codes().collect::<Vec<_>>().join(",");
        if !codes.is_empty() && !some_weeks {
            schedule.insert("freq".to_owned(), "WEEKLY".into());
            schedule.insert("byday".to_owned(), codes.into());
        }
        for (property, time) in [("opens_at", from), ("closes_at", until)] {
            if let Some(time) = time {
                schedule.insert(property.to_owned(), time.into());
            }
        }
        if !words.is_empty() {
            schedule.insert("description".to_owned(), words.into());
        }
        Some(Value::from(vec![Value::from(schedule)]))
    }

    fn cost(&self, cells: &[&str], body: &mut Value) {
        let Some(text) = self.cell(cells, Column::Cost) else { return };
        let bare = text.trim_start_matches(['\u{a3}', ' ']).trim();
        match bare.parse::<f64>() {
            Ok(pounds) if pounds >= 0.0 && pounds.is_finite() => {
                body["cost_options"] = json!([{ "id": "", "amount": f64::from(pence(pounds)) / 100.0 }]);
            }
            _ => body["fees"] = text.into(),
        }
    }
}

/// Words with which a day is not every week's, or is the one on which nothing is.
const NOT_EVERY_WEEK: &[&str] = &[
    "month",
    "monthly",
    "fortnight",
    "fortnightly",
    "alternate",
    "other",
    "first",
    "1st",
    "second",
    "2nd",
    "third",
    "3rd",
    "fourth",
    "4th",
    "last",
    "weeks",
    "except",
    "not",
    "no",
    "closed",
    "excluding",
];

/// Two times of one text, where it has only these two: "10am - 12 noon", "2 to 4pm", "10:00-11:30"; the half of the day of the second
/// goes for both where the first has none. Two numbers that nothing says are times are none: they may be ages.
fn span(text: &str) -> Option<(String, String)> {
    let text = folded(&text.replace(['-', '\u{2013}', '\u{2014}'], " to "))
        .replace(" until ", " to ")
        .replace(" till ", " to ");
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches([',', ';', '(', ')'])).collect();
    let numbers = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        words.get(at) == Some(&"to")
            && before.is_some_and(|before| {
                before.starts_with(|c: char| c.is_ascii_digit()) || ["am", "pm", "noon", "midday"].contains(before)
            })
    };
    let spans: Vec<usize> = (0..words.len()).filter(|at| numbers(*at)).collect();
    let [at] = spans[..] else { return None };
    let is_time =
        |text: &str| text.contains([':', '.']) || ["am", "pm", "noon"].iter().any(|half| text.ends_with(half));
    let joined = |first: Option<&&str>, second: Option<&&str>| {
        let (first, second) = (first?, second);
        let half = second.filter(|half| ["am", "pm", "noon"].contains(half));
        Some(half.map_or_else(|| (*first).to_owned(), |half| format!("{first}{half}")))
    };
    let until = joined(words.get(at + 1), words.get(at + 2))?.replace("12noon", "noon");
    let before = words.get(at - 1)?;
    let from = if ["am", "pm"].contains(before) {
        format!("{}{before}", words.get(at.checked_sub(2)?)?)
    } else {
        (*before).to_owned()
    };
    if !is_time(&from) && !is_time(&until) {
        return None;
    }
    let closes = time_of_day(&until)?;
    let half = if until.ends_with("am") {
        "am"
    } else if until.ends_with("pm") {
        "pm"
    } else {
        ""
    };
    let opens = time_of_day(&from).or_else(|| time_of_day(&format!("{from}{half}")))?;
    (opens < closes).then_some((opens, closes))
}

/// A day as sheets write it: 2026-03-14, 14/03/2026, 14.3.2026, with a time behind it or none.
fn day_of(text: &str) -> Option<String> {
    let text = tidy::line(text);
    if let Ok(day) = text.get(..10).unwrap_or(&text).parse::<fingerpost_domain::Date>() {
        return Some(day.to_string());
    }
    let day = text.split(' ').next().unwrap_or_default();
    let parts: Vec<i16> = day.split(['/', '.']).map_while(|part| part.trim().parse().ok()).collect();
    let [day, month, year] = parts[..] else { return None };
    let year = if year < 100 { year + 2_000 } else { year };
    let found = fingerpost_domain::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    found.ok().map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::{Cost, Facts};

    const HEADINGS: &[&str] = &[
        "Group Name",
        "Run by",
        "Tel.",
        "E-mail",
        "Venue",
        "Post code",
        "Day and time",
        "Cost",
        "Notes",
        "Last checked",
    ];
    const ROW: &[&str] = &[
        "Tannery Choir",
        "Tannery",
        "01632 960 371",
        "choir@example.org",
        "Corn Hall, 2 Corn Street",
        "WX4 1TN",
        "Tuesdays 6.30pm - 8pm",
        "£2.50",
        "ask for Jo",
        "14/03/2026",
    ];

    #[test]
    fn a_row_becomes_an_entry_by_what_stands_above_its_columns() {
        let columns = Columns::guessed(HEADINGS);
        assert!(columns.has(Column::Phone) && columns.iter().nth(8) == Some(None), "notes are nobody's");
        let choir = columns.service(ROW).unwrap().settled("sheet").unwrap();
        assert_eq!((choir.name.as_str(), choir.phones[0].number.as_str()), ("Tannery Choir", "01632 960 371"));
        assert_eq!(choir.schedules[0].byday.as_deref(), Some("TU"));
        assert_eq!(
            (choir.schedules[0].opens_at.as_deref(), choir.schedules[0].closes_at.as_deref()),
            (Some("18:30"), Some("20:00"))
        );
        assert_eq!(
            (Facts::of(&choir).conditions.cost, choir.assured_date.as_deref()),
            (Cost::From(250), Some("2026-03-14"))
        );
        let again = columns.service(ROW).unwrap().settled("sheet").unwrap();
        assert_eq!(choir.id, again.id, "the same row is the same entry");
        assert_eq!(columns.service(&["  "]).unwrap_err(), "it has no name");
    }

    #[test]
    fn whoever_brings_it_may_say_what_a_column_is() {
        let headings = ["Project", "Notes", "Title"];
        let guessed = Columns::guessed(&headings);
        assert_eq!(guessed.iter().next(), Some(Some(Column::Name)));
        let columns = guessed
            .with(&headings, Column::Name, "title")
            .unwrap()
            .with(&headings, Column::Description, "Notes")
            .unwrap();
        let service = columns.service(&["Old", "Songs", "Choir"]).unwrap();
        assert_eq!((service.name.as_str(), service.description.as_deref()), ("Choir", Some("Songs")));
        assert_eq!(columns.with(&headings, Column::Cost, "Price"), None);
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(span("10am - 12 noon"), Some(("10:00".into(), "12:00".into())));
        assert_eq!(span("2 to 4pm"), Some(("14:00".into(), "16:00".into())));
        assert_eq!(span("10:00-11:30"), Some(("10:00".into(), "11:30".into())));
        for unclear in ["whenever", "Mon 10am-12pm, Thu 2pm-4pm", "Tuesdays, ages 14-16", "Ages 13-18, Fridays 7pm-9pm"]
        {
            assert_eq!(span(unclear), None, "{unclear}");
        }
        let days = |text: &str| Days::named(&plain(&text.replace('-', " to "))).codes().collect::<Vec<_>>();
        assert_eq!(days("Mon-Fri"), ["MO", "TU", "WE", "TH", "FR"]);
        assert_eq!(days("Tuesdays and Thurs"), ["TU", "TH"]);
        let columns = Columns::guessed(&["name", "when"]);
        for some in [
            "Every other Wednesday",
            "1st & 3rd Tuesday",
            "Closed Mondays",
            "Fortnightly on Mondays",
            "Daily except Sunday",
        ] {
            let service = columns.service(&["Choir", some]).unwrap();
            assert_eq!(
                (service.schedules[0].byday.as_deref(), service.schedules[0].description.as_deref()),
                (None, Some(some))
            );
        }
        let monthly = columns.service(&["Choir", "First Monday of the month, 2pm - 4pm"]).unwrap();
        assert_eq!(
            (monthly.schedules[0].byday.as_deref(), monthly.schedules[0].opens_at.as_deref()),
            (None, Some("14:00")),
            "not every Monday"
        );
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(cells in proptest::collection::vec(".{0,20}", 0..10)) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            if let Ok(service) = Columns::guessed(HEADINGS).service(&cells) {
                let _ = service.settled("sheet");
            }
        }
    }
}
