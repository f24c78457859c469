//! What can be compared with what somebody needs: read once out of an entry's words, figures and terms. What the
//! source does not say stays "not known"; it is never taken for a no.

use fingerpost_domain::text::folded;

use crate::hsds::Service;
use crate::place::Point;
use crate::times::Times;
use crate::words::plain;

/// Yes, no, or nobody has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody has said.
    #[default]
    NotSaid,
}

/// What it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cost {
    /// Nothing.
    Free,
    /// From so many pence.
    From(u32),
    /// Nobody has said.
    #[default]
    NotSaid,
}

/// Whether there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Room {
    /// So many places.
    Places(u32),
    /// None.
    Full,
    /// It rests.
    Resting,
    /// Nobody has said.
    #[default]
    NotSaid,
}

fingerpost_domain::coded! {
    /// People for whom alone a service may be. A service that names none is for anyone.
    pub enum Group {
        /// Women.
        Women = "women",
        /// Men.
        Men = "men",
        /// People who look after somebody.
        Carers = "carers",
        /// Parents.
        Parents = "parents",
        /// People who served in the armed forces.
        Veterans = "veterans",
        /// LGBT+ people.
        Lgbt = "lgbt",
        /// People who came as refugees or ask for asylum.
        Refugees = "refugees",
        /// People with a learning disability.
        LearningDisability = "learning_disability",
        /// People with dementia.
        Dementia = "dementia",
    }
}

impl Group {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Women => "Women",
            Self::Men => "Men",
            Self::Carers => "People who look after somebody",
            Self::Parents => "Parents",
            Self::Veterans => "Armed forces veterans",
            Self::Lgbt => "LGBT+ people",
            Self::Refugees => "Refugees and people seeking asylum",
            Self::LearningDisability => "People with a learning disability",
            Self::Dementia => "People with dementia",
        }
    }
}

/// The taxonomy under which a term says for whom alone a service is.
pub const ELIGIBILITY: &str = "eligibility";

/// A set of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Groups(u16);

impl Groups {
    /// With one more.
    #[must_use]
    pub const fn with(self, group: Group) -> Self {
        Self(self.0 | 1 << group as u16)
    }

    /// None.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Some group is in both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those in it.
    pub fn iter(self) -> impl Iterator<Item = Group> {
        Group::ALL.iter().copied().filter(move |group| self.meets(Self::default().with(*group)))
    }
}

impl FromIterator<Group> for Groups {
    fn from_iter<I: IntoIterator<Item = Group>>(groups: I) -> Self {
        groups.into_iter().fold(Self::default(), Self::with)
    }
}

/// What can be compared of one entry with what was asked for, small enough that a search reads it for thousands of entries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Conditions {
    /// When it is.
    pub times: Times,
    /// Youngest and oldest, in years.
    pub ages: (Option<f64>, Option<f64>),
    /// What it costs.
    pub cost: Cost,
    /// Whether people get in without steps.
    pub step_free: Known,
    /// Whether it has a hearing loop.
    pub hearing_loop: Known,
    /// People may attend from home.
    pub online: bool,
    /// For whom alone.
    pub only_for: Groups,
    /// Whether there is room.
    pub room: Room,
}

/// What can be compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Where it is.
    pub places: Vec<Point>,
    /// Languages, folded.
    pub languages: Vec<String>,
    /// The rest.
    pub conditions: Conditions,
}

fn cost(service: &Service) -> Cost {
    let lowest = service
        .cost_options
        .iter()
        .filter_map(|cost| cost.amount)
        .filter(|amount| *amount >= 0.0)
        .min_by(f64::total_cmp);
    if let Some(amount) = lowest {
        return match pence(amount) {
            0 => Cost::Free,
            pence => Cost::From(pence),
        };
    }
    let words =
        service.cost_options.iter().filter_map(|cost| cost.amount_description.as_deref().or(cost.option.as_deref()));
    let said: Vec<Vec<String>> = words.chain(service.fees.as_deref()).map(plain).collect();
    let begins =
        |words: &Vec<String>, with: &[&str]| words.iter().zip(with).filter(|(a, b)| a == b).count() == with.len();
    let free = |words: &Vec<String>| {
        [&["free"][..], &["no", "fee"], &["no", "fees"], &["no", "charge"], &["no", "cost"], &["none"]]
            .iter()
            .any(|with| begins(words, with))
    };
    if !said.is_empty() && said.iter().all(free) { Cost::Free } else { Cost::NotSaid }
}

/// Pounds as pence; what is larger than any price is the largest.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
pub fn pence(pounds: f64) -> u32 {
    (pounds * 100.0).round().clamp(0.0, 1e9) as u32
}

/// Pence as people say them: `£3`, `£3.50`.
#[must_use]
pub fn money(pence: u32) -> String {
    if pence.is_multiple_of(100) {
        format!("\u{a3}{}", pence / 100)
    } else {
        format!("\u{a3}{}.{:02}", pence / 100, pence % 100)
    }
}

/// Words that say that nobody has to climb steps, that somebody has to, and that there is a hearing loop.
const LEVEL: &[&str] = &[
    "step free",
    "no steps",
    "level access",
    "wheelchair access",
    "wheelchair accessible",
    "handicap accessible",
    "fully accessible",
    "ramp",
    "lift to all floors",
    "disabled access",
];
const STEPS: &[&str] = &[
    "not step free",
    "not wheelchair",
    "no wheelchair",
    "not accessible",
    "no lift",
    "steps and no",
    "stairs only",
    "no ramp",
    "steps up to",
];
const LOOP: &[&str] = &["hearing loop", "induction loop"];

fn access(service: &Service) -> (Known, Known) {
    let said = service.locations().flat_map(|location| &location.accessibility);
    let said: Vec<String> = said
        .flat_map(|each| [each.accessibility.as_deref(), each.description.as_deref()])
        .flatten()
        .map(|words| plain(words).join(" "))
        .collect();
    let has = |phrases: &[&str]| {
        said.iter().any(|words| phrases.iter().any(|phrase| format!(" {words} ").contains(&format!(" {phrase}"))))
    };
    let step_free = if has(STEPS) {
        Known::No
    } else if has(LEVEL) {
        Known::Yes
    } else {
        Known::NotSaid
    };
    (step_free, if has(LOOP) { Known::Yes } else { Known::NotSaid })
}

fn online(service: &Service) -> bool {
    let is = |text: &Option<String>, word: &str| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(word));
    service.locations().any(|location| is(&location.location_type, "virtual"))
        || service
            .schedules
            .iter()
            .any(|schedule| is(&schedule.attending_type, "online") || is(&schedule.attending_type, "virtual"))
}

fn only_for(service: &Service) -> Groups {
    let terms = service.attributes.iter().filter_map(|given| given.taxonomy_term.as_ref());
    terms
        .filter(|term| term.taxonomy.as_deref() == Some(ELIGIBILITY))
        .filter_map(|term| {
            Group::ALL.iter().copied().find(|group| group.label() == term.name || group.code() == term.name)
        })
        .collect()
}

fn room(service: &Service) -> Room {
    if service.is_resting() {
        return Room::Resting;
    }
    let mut free = service.capacities.iter().filter_map(|capacity| capacity.available).peekable();
    if free.peek().is_none() {
        return Room::NotSaid;
    }
    match pence(free.sum::<f64>().max(0.0)) / 100 {
        0 => Room::Full,
        places => Room::Places(places),
    }
}

impl Facts {
    /// Reads them out of an entry.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        let (step_free, hearing_loop) = access(service);
        Self {
            places: service
                .locations()
                .filter_map(|location| Point::new(location.latitude?, location.longitude?))
                .collect(),
            languages: service.languages.iter().filter_map(|language| language.name.as_deref()).map(folded).collect(),
            conditions: Conditions {
                times: Times::of(&service.schedules),
                ages: (service.minimum_age, service.maximum_age),
                cost: cost(service),
                step_free,
                hearing_loop,
                online: online(service),
                only_for: only_for(service),
                room: room(service),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(more: serde_json::Value) -> Facts {
        let mut body = serde_json::json!({ "id": "1", "name": "Choir" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Facts::of(&serde_json::from_value(body).unwrap())
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        assert_eq!(facts(serde_json::json!({})), Facts::default());
    }

    #[test]
    fn costs_are_read_from_figures_and_from_plain_words_only() {
        let of = |more| facts(more).conditions.cost;
        assert_eq!(of(serde_json::json!({ "cost_options": [{ "amount": 3 }, { "amount": 2.5 }] })), Cost::From(250));
        assert_eq!(
            of(serde_json::json!({ "cost_options": [{ "amount": 0, "option": "carers" }, { "amount": 2 }] })),
            Cost::Free
        );
        assert_eq!(of(serde_json::json!({ "fees": "Free of charge" })), Cost::Free);
        assert_eq!(of(serde_json::json!({ "fees": "Sliding scale" })), Cost::NotSaid);
        assert_eq!(of(serde_json::json!({ "cost_options": [{ "amount": -1 }] })), Cost::NotSaid);
        assert_eq!([300, 250, 5].map(money), ["\u{a3}3", "\u{a3}2.50", "\u{a3}0.05"]);
    }

    #[test]
    fn steps_speak_before_a_ramp() {
        let of = |words: &str| {
            facts(serde_json::json!({ "service_at_locations": [{ "location": { "accessibility": [{ "accessibility": words }] } }] }))
                .conditions.step_free
        };
        assert_eq!(of("Step-free entrance"), Known::Yes);
        assert_eq!(of("Handicap accessible"), Known::Yes);
        assert_eq!(of("18 steps and no lift"), Known::No);
        assert_eq!(of("Not wheelchair accessible"), Known::No);
        assert_eq!(of("Parking"), Known::NotSaid);
    }

    #[test]
    fn room_is_what_was_said_of_places() {
        let of = |more| facts(more).conditions.room;
        assert_eq!(of(serde_json::json!({ "capacities": [{ "available": 2 }, { "available": 1 }] })), Room::Places(3));
        assert_eq!(of(serde_json::json!({ "capacities": [{ "available": 0, "maximum": 12 }] })), Room::Full);
        assert_eq!(of(serde_json::json!({ "capacities": [{ "maximum": 12 }] })), Room::NotSaid);
        assert_eq!(
            of(serde_json::json!({ "status": "temporarily closed", "capacities": [{ "available": 2 }] })),
            Room::Resting
        );
    }

    #[test]
    fn only_a_term_of_eligibility_keeps_people_out() {
        let term = |taxonomy: &str| serde_json::json!({ "attributes": [{ "taxonomy_term": { "name": "Men", "taxonomy": taxonomy } }] });
        assert_eq!(facts(term(ELIGIBILITY)).conditions.only_for.iter().collect::<Vec<_>>(), [Group::Men]);
        assert!(facts(term("activities")).conditions.only_for.is_empty());
    }
}
