//! The directory: search by words, need and distance; one service. Started from a case, distances are measured from
//! where the person lives, which is never in the address.

use axum::extract::Path;
use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_directory::hsds::{Schedule, Service};
use fingerpost_directory::opening::day_name;
use fingerpost_directory::place::Point;
use fingerpost_directory::search::{self, Entry, Hit};
use fingerpost_domain::Date;
use fingerpost_domain::id::{CaseId, ServiceId};
use fingerpost_domain::need::Need;
use fingerpost_domain::person::Postcode;
use fingerpost_policy::{Action, Permission, ReadCase, SearchDirectory};
use fingerpost_store::StoredService;
use fingerpost_ui::format::{self, birth_day, count};
use fingerpost_ui::pages::{Choice, DirectoryPage, OfferBeside, Reason, ResultCard, ServicePage, SummaryRow};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

/// Results on one page.
const AT_ONCE: usize = 20;

/// What was asked, as it stands in the address. It names nobody: from a case, the place comes from the record.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    need: String,
    #[serde(default)]
    near: String,
    #[serde(default)]
    within: String,
    #[serde(default)]
    page: String,
}

const DISTANCES: [(&str, &str, Option<f64>); 5] = [
    ("", "Any distance", None),
    ("1", "1 mile", Some(1.0)),
    ("3", "3 miles", Some(3.0)),
    ("10", "10 miles", Some(10.0)),
    ("25", "25 miles", Some(25.0)),
];

/// From where distances are measured, and how the page says so.
struct Origin {
    point: Option<Point>,
    note: String,
}

/// `0.8 miles`, `12 miles`; what is next door is `under 0.1 miles`.
pub(crate) fn miles(distance: f64) -> String {
    match distance {
        d if d < 0.1 => "under 0.1 miles".to_owned(),
        d if d < 10.0 => format!("{d:.1} miles"),
        d => format!("{d:.0} miles"),
    }
}

fn ages((youngest, oldest): (Option<f64>, Option<f64>)) -> Option<String> {
    match (youngest.filter(|age| *age > 0.0), oldest.filter(|age| *age < 110.0)) {
        (Some(from), Some(to)) => Some(format!("For ages {from} to {to}")),
        (Some(from), None) => Some(format!("For ages {from} and over")),
        (None, Some(to)) => Some(format!("Up to age {to}")),
        (None, None) => None,
    }
}

/// Why a result is there, in the order of the design: distance, day, cost, access, for whom.
fn reasons(hit: &Hit<'_>, measured: bool, age: Option<i16>) -> Vec<Reason> {
    let entry = hit.entry;
    let known = |text: String| Reason { icon: "none", text };
    let unknown = |text: &str| Reason { icon: "ask", text: text.to_owned() };
    let mut all = vec![];
    match hit.miles {
        Some(distance) => all.push(known(format!("{}, in a straight line", miles(distance)))),
        None if measured => all.push(unknown("Where it is: not known")),
        None => {}
    }
    if !entry.days.is_empty() {
        all.push(known(entry.days.join(", ")));
    }
    all.push(entry.cost.clone().map_or_else(|| unknown("Cost: ask"), known));
    if let Some(access) = &entry.access {
        all.push(known(format!("Access: {access}")));
    }
    let fits = |age: i16| {
        let age = f64::from(age);
        entry.ages.0.is_none_or(|from| age >= from) && entry.ages.1.is_none_or(|to| age < to + 1.0)
    };
    match (ages(entry.ages), age) {
        (Some(words), Some(age)) if !fits(age) => {
            all.push(Reason { icon: "danger", text: format!("Does not fit: {}", words.to_lowercase()) })
        }
        (Some(words), _) => all.push(known(words)),
        (None, _) => {}
    }
    all
}

fn told_by(source: &str, confirmed: Option<&str>) -> String {
    let day = confirmed.and_then(|day| day.parse::<Date>().ok());
    match day {
        Some(day) => format!("From {source}, confirmed {}", birth_day(day)),
        None => format!("From {source}. Not known when it was last confirmed: ring first"),
    }
}

fn card(hit: &Hit<'_>, href: String, (measured, age): (bool, Option<i16>)) -> ResultCard {
    let entry: &Entry = hit.entry;
    let reasons = reasons(hit, measured, age);
    ResultCard {
        href,
        name: entry.name.clone(),
        organisation: entry.organisation.clone().filter(|name| *name != entry.name),
        summary: entry.summary.clone(),
        fits: !reasons.iter().any(|reason| reason.icon == "danger"),
        reasons,
        source: told_by(&entry.source, entry.confirmed.as_deref()),
    }
}

async fn typed_origin(app: &crate::App, typed: &str) -> Result<Option<Origin>, WebError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let unknown = |note: String| Ok(Some(Origin { point: None, note }));
    let Ok(postcode) = Postcode::parse(typed) else {
        return unknown("That is not a whole postcode, so distances are left out.".to_owned());
    };
    match app.store().place_of(&postcode).await? {
        Some(point) => {
            Ok(Some(Origin { point: Some(point), note: format!("Distances are from {}.", postcode.as_str()) }))
        }
        None => unknown(format!("We do not know where {} is, so distances are left out.", postcode.as_str())),
    }
}

struct Look<'a> {
    asked: &'a Asked,
    origin: Origin,
    action: String,
    age: Option<i16>,
}

async fn draw<P: Permission>(
    here: &May<P>,
    (look, back): (Look<'_>, Option<(String, String)>),
    (title, heading): (String, String),
) -> Result<Response, WebError> {
    let index = here.app().directory().await?;
    let within = DISTANCES.iter().find(|(code, ..)| *code == look.asked.within).and_then(|(.., miles)| *miles);
    let query = search::Query {
        words: look.asked.q.clone(),
        need: Need::from_code(&look.asked.need),
        near: look.origin.point,
        within,
    };
    let page: usize = look.asked.page.parse().unwrap_or(1).clamp(1, 10_000);
    let found = index.search(&query, ((page - 1) * AT_ONCE, AT_ONCE));
    let measured = look.origin.point.is_some();
    let of = i64::try_from(found.total).unwrap_or(i64::MAX);
    let mut total_line = count(of, "service", "services");
    if found.without_place > 0 {
        let without = i64::try_from(found.without_place).unwrap_or(i64::MAX);
        total_line.push_str(&format!(". {} left out because nobody knows where they are", count(without, "is", "are")));
    }
    let from_case = back.is_some();
    let drawn = DirectoryPage {
        frame: here.frame(title, if from_case { "caseload" } else { "directory" }).await?,
        back,
        heading,
        action: look.action.clone(),
        words: look.asked.q.clone(),
        needs: std::iter::once(Choice::new("", "Any need", look.asked.need.is_empty()))
            .chain(
                Need::ALL
                    .iter()
                    .filter(|need| **need != Need::Other)
                    .map(|need| Choice::new(need.code(), need.label(), look.asked.need == need.code())),
            )
            .collect(),
        near: (!from_case).then(|| look.asked.near.clone()),
        distances: DISTANCES
            .iter()
            .map(|(code, text, _)| Choice::new(code, *text, look.asked.within == *code))
            .collect(),
        origin: look.origin.note,
        total: total_line,
        results: found
            .hits
            .iter()
            .map(|hit| card(hit, format!("{}/{}", look.action, hit.entry.id), (measured, look.age)))
            .collect(),
        earlier: (page > 1).then(|| page - 1),
        later: (page * AT_ONCE < found.total).then(|| page + 1),
        directory_empty: index.is_empty(),
    };
    show(here.app(), &drawn)
}

pub(crate) async fn list(here: May<SearchDirectory>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let origin = match typed_origin(here.app(), &asked.near).await? {
        Some(origin) => origin,
        None => match here.app().store().place_of_organisation(here.organisation.id).await? {
            Some(point) => {
                Origin { point: Some(point), note: format!("Distances are from {}.", here.organisation.name) }
            }
            None => Origin { point: None, note: "Type a postcode to see distances.".to_owned() },
        },
    };
    let action = here.href("directory");
    let words = "Directory".to_owned();
    draw(&here, (Look { asked: &asked, origin, action, age: None }, None), (words.clone(), words)).await
}

/// What could fit this person: distances from their home, and whether their age fits.
pub(crate) async fn for_case(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    let called = case.person.details.name.called().to_owned();
    let point = match &case.person.details.postcode {
        Some(postcode) => here.app().store().place_of(postcode).await?,
        None => None,
    };
    let note = match (point, &case.person.details.postcode) {
        (Some(_), _) => format!("Distances are from {called}'s home."),
        (None, Some(_)) => format!("We do not know where {called}'s postcode is, so distances are left out."),
        (None, None) => format!("{called}'s postcode is not known, so distances are left out."),
    };
    let action = here.href(&format!("cases/{id}/services"));
    let age = Some(case.person.details.born.age(here.app().today()));
    let back = Some((here.href(&format!("cases/{id}")), format!("Back to {called}'s page")));
    let look = Look { asked: &asked, origin: Origin { point, note }, action, age };
    draw(&here, (look, back), (format!("Services for {called}"), format!("What could fit {called}?"))).await
}

/// `18:30`, with whatever a source wrote after it, as people say it.
fn clock(time: &str) -> String {
    let part = |range| time.get(range).and_then(|digits: &str| digits.parse::<i8>().ok());
    match (part(0..2), part(3..5)) {
        (Some(hour), Some(minute)) => format::clock(hour, minute),
        _ => time.to_owned(),
    }
}

fn when(schedule: &Schedule) -> Option<String> {
    let days: Vec<&str> = schedule.byday.as_deref().unwrap_or_default().split(',').filter_map(day_name).collect();
    let times = match (&schedule.opens_at, &schedule.closes_at) {
        (Some(from), Some(to)) => Some(format!("{} to {}", clock(from), clock(to))),
        (Some(from), None) => Some(format!("from {}", clock(from))),
        _ => None,
    };
    let monthly = schedule.freq.as_deref() == Some("MONTHLY");
    let mut parts = vec![];
    if !days.is_empty() {
        parts.push(format!("{}{}", days.join(", "), if monthly { ", monthly" } else { "" }));
    }
    parts.extend(times);
    let said = parts.join(", ");
    match &schedule.description {
        Some(words) if said.is_empty() => Some(words.clone()),
        Some(words) => Some(format!("{said}. In their words: {words}")),
        None => (!said.is_empty()).then_some(said),
    }
}

/// An address of the web that a link may lead to: nothing but http and https.
fn web_link(address: &str) -> Option<String> {
    let address = address.trim();
    let lower = address.to_lowercase();
    let plain = |text: &str| text.chars().all(|c| !c.is_whitespace() && c != '"' && c != '<' && c != '>' && c != '\\');
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return plain(address).then(|| address.to_owned());
    }
    // Directories leave the scheme out; a name with a dot and nothing that could be another scheme is a site.
    let host = address.split('/').next().unwrap_or_default();
    (plain(address) && host.contains('.') && !host.contains([':', '@'])).then(|| format!("https://{address}"))
}

fn lines(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Everything a service says about itself, as rows; what it does not say is left out.
pub(crate) fn rows(stored: &StoredService) -> Vec<SummaryRow> {
    let service: &Service = &stored.service;
    let addresses = service.locations().flat_map(|location| {
        location.addresses.iter().map(|at| {
            let parts = [Some(at.address_1.clone()), Some(at.city.clone()), at.postal_code.clone()];
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        })
    });
    let access = service
        .locations()
        .flat_map(|location| &location.accessibility)
        .filter_map(|each| each.accessibility.clone().or_else(|| each.description.clone()));
    let entry = Entry::of(stored.id, &stored.source, service);
    let all = [
        ("When", lines(service.schedules.iter().filter_map(when))),
        ("Where", lines(addresses)),
        ("Cost", entry.cost.unwrap_or_else(|| "Not said: ask".to_owned())),
        (
            "Who it is for",
            lines([ages(entry.ages).unwrap_or_default(), service.eligibility_description.clone().unwrap_or_default()]),
        ),
        ("How to join", service.application_process.clone().unwrap_or_default()),
        ("Access", lines(access)),
        ("Languages", service.languages.iter().filter_map(|l| l.name.clone()).collect::<Vec<_>>().join(", ")),
        ("Phone", lines(service.phones.iter().map(|phone| phone.number.clone()))),
        ("Email", service.email.clone().unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| SummaryRow::new(key, value)).collect()
}

/// The page of a service.
pub(crate) async fn page<P: Permission>(
    here: &May<P>,
    stored: &StoredService,
    (back, current): ((String, String), &str),
) -> Result<ServicePage, WebError> {
    let service = &stored.service;
    let by = service.organization.as_ref().map(|by| by.name.clone()).filter(|name| !name.is_empty());
    Ok(ServicePage {
        frame: here.frame(service.name.clone(), current).await?,
        back,
        name: service.name.clone(),
        organisation: by.filter(|name| *name != service.name),
        open: service.is_open(),
        description: service.description.clone().unwrap_or_default(),
        rows: rows(stored),
        website: service.url.as_deref().and_then(web_link),
        source: told_by(
            &stored.source,
            service
                .assured_date
                .as_deref()
                .or(service.last_modified.as_deref())
                .map(|day| day.get(..10).unwrap_or(day)),
        ),
        offer: None,
    })
}

pub(crate) async fn one(
    here: May<SearchDirectory>,
    Path((_, id)): Path<(String, ServiceId)>,
) -> Result<Response, WebError> {
    let stored = here.app().store().service(id).await?;
    let back = (here.href("directory"), "Directory".to_owned());
    let mut drawn = page(&here, &stored, (back, "directory")).await?;
    let may_tell = here.may(Action::Signpost) && stored.service.is_open();
    drawn.offer = may_tell.then(|| OfferBeside {
        href: here.href(&format!("signpost?service={id}")),
        text: "Tell somebody about this".to_owned(),
    });
    show(here.app(), &drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_feed_are_said_as_people_say_them() {
        assert_eq!(["18:30", "10:00:00", "09:05+01:00", "late"].map(clock), ["6:30pm", "10am", "9:05am", "late"]);
    }

    #[test]
    fn a_link_leads_to_the_web_and_nowhere_else() {
        assert_eq!(web_link("www.example.org/a").as_deref(), Some("https://www.example.org/a"));
        assert_eq!(web_link("http://example.org").as_deref(), Some("http://example.org"));
        for wrong in [
            "javascript:alert(1)",
            "data:text/html,x",
            "releasethesilence",
            "mailto:a@b.c",
            "https:/www.x.org",
            "a.b c",
        ] {
            assert_eq!(web_link(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn distances_are_said_as_people_say_them() {
        assert_eq!([0.04, 0.84, 12.4].map(miles), ["under 0.1 miles", "0.8 miles", "12 miles"]);
    }
}
