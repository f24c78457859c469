//! What can be asked of the feed: the parameters of HSDS-UK 3.0, and three of HSDS 3.0 (`modified_after`,
//! `organization_id` is not there, `format`). They add up: each makes the answer smaller.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use fingerpost_directory::entry::Entry;
use fingerpost_directory::opening::{minutes, time_of_day};
use fingerpost_directory::place::Point;
use fingerpost_directory::times::Days;
use fingerpost_domain::Date;
use fingerpost_domain::person::Postcode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Early;

/// A parameter that cannot be read: which, and what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) &'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The question as it stands in the address. What is not named here is not read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    search: Option<String>,
    page: Option<String>,
    per_page: Option<String>,
    taxonomy_term_id: Option<String>,
    pub(crate) taxonomy_id: Option<String>,
    minimum_age: Option<String>,
    maximum_age: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    day: Option<String>,
    postcode: Option<String>,
    proximity: Option<String>,
    modified_after: Option<String>,
    format: Option<String>,
}

/// Services on a page where nobody says.
const USUAL: usize = 50;
/// Services on a page at most.
const MOST: usize = 100;
const MILES_IN_A_METRE: f64 = 1.0 / 1_609.344;

/// Which page, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// The part of a list that stands on it.
    pub(crate) fn of<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let from = (self.number - 1).saturating_mul(self.size).min(all.len());
        &all[from..from.saturating_add(self.size).min(all.len())]
    }

    /// The envelope of the standard.
    pub(crate) fn envelope(&self, contents: Vec<Value>, total: usize) -> Value {
        let pages = total.div_ceil(self.size).max(1);
        json!({
            "total_items": total, "total_pages": pages, "page_number": self.number, "size": contents.len(),
            "first_page": self.number == 1, "last_page": self.number >= pages, "empty": contents.is_empty(),
            "contents": contents,
        })
    }
}

/// A question that can be answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) search: Option<String>,
    pub(crate) postcode: Option<Postcode>,
    term: Option<Uuid>,
    taxonomy: Option<Uuid>,
    ages: (Option<f64>, Option<f64>),
    hours: (Option<u16>, Option<u16>),
    days: Option<Days>,
    within: Option<f64>,
    after: Option<Date>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Early;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Early> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
        if pairs.iter().any(|(name, value)| value.is_empty() && name != "search") {
            return Err(Refused("a parameter without a value: leave it out").into());
        }
        serde_html_form::from_str(query).map_err(|_| Refused("each parameter may stand there once").into())
    }
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim)
}

fn read<T>(text: &Option<String>, wrong: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refused> {
    given(text).map(|text| read(text).ok_or(Refused(wrong))).transpose()
}

impl Asked {
    /// Which page is asked for.
    pub(crate) fn page(&self) -> Result<Page, Refused> {
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| (1..=1_000_000).contains(number));
        let page = read(&self.page, "page: a whole number from 1", number)?;
        let size = read(&self.per_page, "per_page: a whole number from 1", number)?;
        Ok(Page { number: page.unwrap_or(1), size: size.unwrap_or(USUAL).min(MOST) })
    }

    /// All of it, a line for each.
    pub(crate) fn wants_lines(&self) -> bool {
        self.format.as_deref() == Some("ndjson")
    }

    /// The question, or which part of it cannot be read.
    pub(crate) fn read(&self) -> Result<Wanted, Refused> {
        let uuid = |text: &str| Uuid::parse_str(text).ok();
        let age = |text: &str| text.parse::<f64>().ok().filter(|age| (0.0..=200.0).contains(age));
        let time = |text: &str| time_of_day(text).as_deref().or(Some(text)).and_then(minutes);
        let day = |text: &str| Days::of(text);
        if given(&self.format).is_some_and(|format| !matches!(format, "json" | "ndjson")) {
            return Err(Refused("format: json or ndjson"));
        }
        let wanted = Wanted {
            search: given(&self.search).filter(|words| !words.is_empty()).map(str::to_owned),
            postcode: read(&self.postcode, "postcode: a whole postcode", |text| Postcode::parse(text).ok())?,
            term: read(&self.taxonomy_term_id, "taxonomy_term_id: a UUID", uuid)?,
            taxonomy: read(&self.taxonomy_id, "taxonomy_id: a UUID", uuid)?,
            ages: (
                read(&self.minimum_age, "minimum_age: a number of years", age)?,
                read(&self.maximum_age, "maximum_age: a number of years", age)?,
            ),
            hours: (
                read(&self.start_time, "start_time: a time like 09:30", time)?,
                read(&self.end_time, "end_time: a time like 17:00", time)?,
            ),
            days: read(&self.day, "day: a day of iCalendar, for example TU", day)?,
            within: read(&self.proximity, "proximity: metres", |text| {
                text.parse::<f64>()
                    .ok()
                    .filter(|metres| (0.0..=1e7).contains(metres))
                    .map(|metres| metres * MILES_IN_A_METRE)
            })?,
            after: read(&self.modified_after, "modified_after: a day or an instant", |text| {
                text.get(..10)?.parse().ok()
            })?,
        };
        Ok(wanted)
    }
}

impl Wanted {
    /// Whether an entry is asked for. `near` is where the postcode is.
    pub(crate) fn takes(&self, entry: &Entry, near: Option<Point>) -> bool {
        let has = |wanted: Option<Uuid>, of: fn(&(Uuid, Uuid)) -> Uuid| {
            wanted.is_none_or(|wanted| entry.terms.iter().any(|term| of(term) == wanted))
        };
        let (youngest, oldest) = entry.facts.conditions.ages;
        let hours = entry.facts.conditions.times.hours;
        let close = || match (near, self.within) {
            (Some(near), Some(within)) => entry.facts.places.iter().any(|place| near.miles_to(*place) <= within),
            _ => true,
        };
        has(self.term, |term| term.0)
            && has(self.taxonomy, |term| term.1)
            && self.ages.0.is_none_or(|wanted| youngest.is_some_and(|age| age >= wanted))
            && self.ages.1.is_none_or(|wanted| oldest.is_some_and(|age| age <= wanted))
            && self.hours.0.is_none_or(|wanted| hours.is_some_and(|(opens, _)| opens >= wanted))
            && self.hours.1.is_none_or(|wanted| hours.is_some_and(|(_, closes)| closes <= wanted))
            && self.days.is_none_or(|days| !entry.facts.conditions.times.days.both(days).is_empty())
            && self.after.is_none_or(|after| entry.confirmed.is_some_and(|changed| changed >= after))
            && close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        serde_html_form::from_str(query).unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_said_and_what_is_not_ours_is_not_read() {
        for wrong in ["page=0", "page=x", "per_page=-1"] {
            assert!(asked(wrong).page().is_err(), "{wrong}");
        }
        for wrong in [
            "day=someday",
            "taxonomy_id=7",
            "minimum_age=old",
            "start_time=late",
            "postcode=X",
            "proximity=near",
            "format=xml",
        ] {
            assert!(asked(wrong).read().is_err(), "{wrong}");
        }
        assert!(asked("day=TU&start_time=9am&end_time=17:00&colour=blue&search=").read().is_ok());
    }

    #[test]
    fn a_page_is_a_part_and_says_which() {
        let all: Vec<u32> = (0..7).collect();
        let page = asked("page=3&per_page=3").page().unwrap();
        assert_eq!(page.of(&all), [6]);
        let envelope = page.envelope(vec![json!(6)], 7);
        assert_eq!(
            (&envelope["total_pages"], &envelope["last_page"], &envelope["size"]),
            (&json!(3), &json!(true), &json!(1))
        );
        let beyond = asked("page=900000&per_page=1000").page().unwrap();
        assert!(beyond.of(&all).is_empty() && beyond.size == MOST);
        assert_eq!(beyond.envelope(vec![], 0)["total_pages"], 1);
    }
}
