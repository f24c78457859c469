//! One service: everything that it says about itself, as rows.

use fingerpost_directory::entry::Entry;
use fingerpost_directory::hsds::{Schedule, Service};
use fingerpost_directory::opening::day_name;
use fingerpost_store::StoredService;
use fingerpost_ui::format;
use fingerpost_ui::pages::SummaryRow;

use super::reasons::{ages, answers};

/// A service as it stands, with what is reckoned from all its sources.
pub(crate) fn entry_of(stored: &StoredService) -> Entry {
    Entry::of(stored.id, &stored.told.sources, &stored.service, stored.standing)
}

/// `18:30`, with whatever a source wrote after it, as people say it.
fn clock(time: &str) -> String {
    let part = |range| time.get(range).and_then(|digits: &str| digits.parse::<i8>().ok());
    match (part(0..2), part(3..5)) {
        (Some(hour), Some(minute)) => format::clock(hour, minute),
        _ => time.to_owned(),
    }
}

pub(crate) fn when(schedule: &Schedule) -> Option<String> {
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

/// When a service takes place, on one line.
pub(crate) fn times_of(service: &Service) -> String {
    lines(service.schedules.iter().filter_map(when))
}

/// An address of the web that a link may lead to: nothing but http and https.
pub(crate) fn web_link(address: &str) -> Option<String> {
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

/// Free places, and since when that is known.
fn room(entry: &Entry) -> String {
    let Some(tag) = super::reasons::room_tag(entry, false) else { return String::new() };
    tag.text
}

/// Everything a service says about itself, as rows; what it does not say is left out.
/// Its addresses, in words.
pub(crate) fn addresses(service: &Service) -> String {
    lines(service.locations().flat_map(|location| {
        location.addresses.iter().map(|at| {
            let parts = [Some(at.address_1.clone()), Some(at.city.clone()), at.postal_code.clone()];
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        })
    }))
}

/// What is known of it, as rows.
pub(crate) fn rows(service: &Service, entry: &Entry) -> Vec<SummaryRow> {
    let access = service
        .locations()
        .flat_map(|location| &location.accessibility)
        .filter_map(|each| each.accessibility.clone().or_else(|| each.description.clone()));
    let all = [
        ("When", times_of(service)),
        ("Where", addresses(service)),
        ("Cost", entry.cost.clone().unwrap_or_else(|| "Not said: ask".to_owned())),
        (
            "Who it is for",
            lines([
                ages(entry.facts.conditions.ages).unwrap_or_default(),
                entry.facts.conditions.only_for.iter().map(|group| group.label()).collect::<Vec<_>>().join(", "),
                service.eligibility_description.clone().unwrap_or_default(),
            ]),
        ),
        ("How to join", service.application_process.clone().unwrap_or_default()),
        ("Access", lines(access)),
        ("Languages", service.languages.iter().filter_map(|l| l.name.clone()).collect::<Vec<_>>().join(", ")),
        ("Places", room(entry)),
        ("Waiting time", service.wait_time.clone().unwrap_or_default()),
        ("How they answer", answers(entry).unwrap_or_default()),
        ("Phone", lines(service.phones.iter().map(|phone| phone.number.clone()))),
        ("Email", service.email.clone().unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| SummaryRow::new(key, value)).collect()
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
}
