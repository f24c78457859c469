//! Why a result is there, in words, in the order of the design; and what is said of where its entry comes from.

use fingerpost_directory::entry::Entry;
use fingerpost_directory::facts::{Cost, Known, Room, money};
use fingerpost_directory::fit::{Mark, What, weigh};
use fingerpost_directory::standing::{Freshness, freshness};
use fingerpost_directory::times::Days;
use fingerpost_directory::wanted::Wanted;
use fingerpost_domain::Date;
use fingerpost_domain::text::capital;
use fingerpost_finder::Hit;
use fingerpost_ui::format::birth_day;
use fingerpost_ui::pages::{Reason, RoomTag};

/// `0.8 miles`, `12 miles`; what is next door is `under 0.1 miles`.
pub(crate) fn miles(distance: f64) -> String {
    match distance {
        d if d < 0.1 => "under 0.1 miles".to_owned(),
        d if d < 10.0 => format!("{d:.1} miles"),
        d => format!("{d:.0} miles"),
    }
}

pub(crate) fn ages((youngest, oldest): (Option<f64>, Option<f64>)) -> Option<String> {
    match (youngest.filter(|age| *age > 0.0), oldest.filter(|age| *age < 110.0)) {
        (Some(from), Some(to)) => Some(format!("For ages {from} to {to}")),
        (Some(from), None) => Some(format!("For ages {from} and over")),
        (None, Some(to)) => Some(format!("Up to age {to}")),
        (None, None) => None,
    }
}

fn days(days: Days) -> String {
    if days == Days::WEEKDAYS {
        return "Monday to Friday".to_owned();
    }
    days.names().collect::<Vec<_>>().join(", ")
}

fn words(mark: Mark, what: What<'_>, entry: &Entry, by_town: bool) -> Option<String> {
    let against = mark == Mark::Against;
    Some(match what {
        What::Miles(distance) if by_town => format!("About {}, by its town", miles(distance)),
        What::Miles(distance) if against => format!("{} away: farther than you asked for", miles(distance)),
        What::Miles(distance) => format!("{}, in a straight line", miles(distance)),
        What::PlaceNotKnown => "Where it is: not known".to_owned(),
        What::Online => "Can be joined from home".to_owned(),
        What::NotOnline => "Not known to be online".to_owned(),
        What::On(on) if against => {
            format!("Only {}", if on.is_empty() { "at other times".to_owned() } else { days(on) })
        }
        What::On(on) => days(on),
        What::TimeNotKnown => "When it is: not known".to_owned(),
        What::Costs(Cost::Free) => "Free".to_owned(),
        What::Costs(Cost::From(pence)) => {
            entry.cost.clone().filter(|_| !against).unwrap_or_else(|| format!("Costs from {}", money(pence)))
        }
        What::Costs(Cost::NotSaid) => {
            entry.cost.as_ref().map_or_else(|| "Cost: ask".to_owned(), |cost| format!("Cost: {cost}"))
        }
        What::StepFree(Known::No) => "There are steps".to_owned(),
        What::StepFree(Known::Yes) => "No steps".to_owned(),
        What::StepFree(Known::NotSaid) => "Whether there are steps: not known".to_owned(),
        What::HearingLoop(Known::NotSaid | Known::No) => "Hearing loop: not known".to_owned(),
        What::HearingLoop(Known::Yes) => "Hearing loop".to_owned(),
        What::Language(language) => format!("In {}", capital(language)),
        What::LanguageNotSaid => "Whether anybody speaks that language: not known".to_owned(),
        What::Ages(from, to) => {
            let words = ages((from, to))?;
            if mark == Mark::Ask { format!("{words}: ask their age") } else { words }
        }
        What::OnlyFor(group) => format!("Only for: {}", group.label().to_lowercase().replace("lgbt+", "LGBT+")),
        What::Room(Room::Places(1)) => "1 place free".to_owned(),
        What::Room(Room::Places(places)) => format!("{places} places free"),
        What::Room(Room::Full) => "Full".to_owned(),
        What::Room(Room::Resting) => resting(entry),
        What::Room(Room::NotSaid) => "Places: not known, ring first".to_owned(),
    })
}

fn resting(entry: &Entry) -> String {
    match entry.reopens_on.as_deref().and_then(|day| day.parse::<Date>().ok()) {
        Some(day) => format!("Closed until {}", birth_day(day)),
        None => "Closed for now".to_owned(),
    }
}

/// Everything that speaks for or against a result.
pub(crate) fn reasons(hit: &Hit, wanted: &Wanted) -> Vec<Reason> {
    let entry = &hit.entry;
    let mut all = vec![];
    weigh(&entry.facts, wanted, hit.miles, |mark, what| {
        let icon = match (mark, what) {
            // Nobody asked about it; it is still no recommendation.
            (Mark::Fits, What::StepFree(Known::No) | What::Costs(Cost::NotSaid)) | (Mark::Ask, _) => "ask",
            (Mark::Fits, _) => "none",
            (Mark::Against, _) => "danger",
        };
        all.extend(words(mark, what, entry, hit.by_town).map(|text| Reason { icon, text }));
    });
    all.extend(answers(entry).map(|text| Reason { icon: "none", text }));
    all
}

/// What speaks against an entry, wherever it is.
pub(crate) fn against(entry: &Entry, wanted: &Wanted) -> Vec<String> {
    let mut all = vec![];
    weigh(&entry.facts, wanted, None, |mark, what| {
        if mark == Mark::Against {
            all.extend(words(mark, what, entry, false));
        }
    });
    all
}

/// How the group answers, where enough offers were made.
pub(crate) fn answers(entry: &Entry) -> Option<String> {
    let (accepted, asked, days) = entry.standing.responsiveness()?;
    let took = format!("Said yes to {accepted} of the last {asked} people we sent");
    Some(match days {
        None => took,
        Some(0) => format!("{took}, usually on the same day"),
        Some(1) => format!("{took}, usually in a day"),
        Some(days) => format!("{took}, usually in {days} days"),
    })
}

/// The tag beside the name.
pub(crate) fn room_tag(entry: &Entry, asked: bool) -> Option<RoomTag> {
    let tag = |kind: &'static str, text: String| Some(RoomTag { kind, text });
    match entry.facts.conditions.room {
        Room::Places(1) => tag("yellow", "1 place".to_owned()),
        Room::Places(places) => tag("green", format!("{places} places")),
        Room::Full => tag("grey", "Full".to_owned()),
        Room::Resting => tag("grey", resting(entry)),
        Room::NotSaid => asked.then(|| RoomTag { kind: "white", text: "Places not known".to_owned() }),
    }
}

/// Names as people list them.
pub(crate) fn and(names: &[String]) -> String {
    match names {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        names => names.join(""),
    }
}

/// Who told us, when, and how far that can be trusted today.
pub(crate) fn told_by(entry: &Entry, today: Date) -> String {
    let source = and(&entry.sources);
    let day = entry.confirmed.max(entry.standing.confirmed_on);
    let said = match (day, entry.standing.confirmed_on) {
        (Some(day), here) if here == Some(day) => format!("From {source}, confirmed here {}", birth_day(day)),
        (Some(day), _) => format!("From {source}, confirmed {}", birth_day(day)),
        (None, _) => format!("From {source}. Not known when it was last confirmed"),
    };
    let doubt = match (entry.standing.open_reports, freshness(entry.confirmed, &entry.standing, today)) {
        (0, Freshness::Fresh) => "",
        (0, Freshness::Ageing) => ": some time ago, so ring first",
        (0, Freshness::Doubtful) => ": long ago, so ring first",
        (0, Freshness::NotKnown) => ": ring first",
        (1, _) => ". A reader says that something is wrong: ring first",
        (_, _) => ". Readers say that something is wrong: ring first",
    };
    let bounced = if entry.standing.has_bounced() { ". Its email address does not work" } else { "" };
    format!("{said}{doubt}{bounced}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_said_as_people_say_them() {
        assert_eq!([0.04, 0.84, 12.4].map(miles), ["under 0.1 miles", "0.8 miles", "12 miles"]);
    }
}
