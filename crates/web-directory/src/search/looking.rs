//! What was asked, as it stands in the address, and what becomes of it. It names nobody.

use fingerpost_directory::facts::Group;
use fingerpost_directory::opening::WEEK;
use fingerpost_directory::place::Point;
use fingerpost_directory::times::{Days, Part};
use fingerpost_directory::wanted::{Somebody, Understood, Wanted};
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use fingerpost_domain::person::Postcode;
use fingerpost_domain::text::{capital, folded};
use fingerpost_finder::Snapshot;
use fingerpost_store::Store;
use fingerpost_ui::pages::{Choice, SearchForm};
use fingerpost_web_core::WebError;
use serde::{Deserialize, Serialize};

/// The search as it stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) need: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) near: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) within: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) day: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) part: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cost: String,
    /// What it must have: codes of [`MUST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) must: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) language: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) age: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) who: Vec<String>,
    /// `person`: the search starts from a person.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) door: String,
    /// `yes`: the words are looked for as they stand.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) exact: String,
    /// The shortlist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) list: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) page: String,
    /// What was just done, for the line that says so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) saved: String,
    /// `larger`: the list in large print.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) size: String,
}

/// Services of a shortlist at most: what fits into an address and on two sheets.
pub(crate) const LONGEST_LIST: usize = 20;

const DISTANCES: [(&str, &str, Option<f64>); 5] = [
    ("", "Any distance", None),
    ("1", "1 mile", Some(1.0)),
    ("3", "3 miles", Some(3.0)),
    ("10", "10 miles", Some(10.0)),
    ("25", "25 miles", Some(25.0)),
];

const COSTS: [(&str, &str, Option<u32>); 4] = [
    ("", "Any cost", None),
    ("0", "Free", Some(0)),
    ("3", "Up to \u{a3}3", Some(300)),
    ("10", "Up to \u{a3}10", Some(1_000)),
];

const MUST: [(&str, &str); 4] =
    [("steps", "No steps"), ("loop", "Hearing loop"), ("online", "From home, online"), ("room", "A place now")];

/// The oldest age that is taken.
const OLDEST: u16 = 120;

/// From where distances are measured, and how the page says so.
pub(crate) struct Origin {
    pub(crate) point: Option<Point>,
    pub(crate) note: String,
}

/// A search, ready to look.
pub(crate) struct Look {
    pub(crate) wanted: Wanted,
    /// The place was asked for, and not only known.
    pub(crate) named: bool,
    /// From where distances are measured.
    pub(crate) origin: String,
    /// What was taken out of the sentence, in words.
    pub(crate) understood: Vec<String>,
}

impl Asked {
    /// Nothing was asked yet.
    pub(crate) fn is_empty(&self) -> bool {
        let nothing = Self { list: self.list.clone(), door: self.door.clone(), ..Self::default() };
        *self == nothing
    }

    /// The search starts from a person.
    pub(crate) fn starts_from_person(&self) -> bool {
        self.door == "person"
    }

    /// The shortlist: ids that can be read, each once.
    pub(crate) fn shortlist(&self) -> Vec<ServiceId> {
        let mut ids: Vec<ServiceId> = vec![];
        for id in self.list.iter().filter_map(|id| id.parse().ok()) {
            if !ids.contains(&id) && ids.len() < LONGEST_LIST {
                ids.push(id);
            }
        }
        ids
    }

    /// The same search in an address below `place`.
    pub(crate) fn address(&self, place: &str) -> String {
        match serde_html_form::to_string(self) {
            Ok(query) if !query.is_empty() => format!("{place}?{query}"),
            _ => place.to_owned(),
        }
    }

    /// The same with a service put on the shortlist, or taken off where it was on it.
    pub(crate) fn with_listed(&self, id: ServiceId) -> Self {
        let mut list = self.shortlist();
        match list.iter().position(|listed| *listed == id) {
            Some(at) => drop(list.remove(at)),
            None => list.push(id),
        }
        Self { list: list.iter().map(ToString::to_string).collect(), ..self.clone() }
    }

    /// The shortlist, and nothing else of the search.
    pub(crate) fn list_alone(&self) -> Self {
        Self { list: self.list.clone(), ..Self::default() }
    }

    fn must(&self, code: &str) -> bool {
        self.must.iter().any(|must| must == code)
    }

    fn age(&self) -> Option<u16> {
        self.age.trim().parse().ok().filter(|age| *age <= OLDEST)
    }

    /// What is looked for. `usual` is from where distances are measured where the search names no place.
    pub(crate) async fn look(&self, store: &Store, index: &Snapshot, usual: Origin) -> Result<Look, WebError> {
        let said = if self.exact == "yes" {
            Understood { wanted: Wanted { words: self.q.clone(), ..Wanted::default() }, ..Understood::default() }
        } else {
            Understood::of(&self.q, |town| index.towns().get(town).is_some())
        };
        let understood = in_words(&said);
        let typed =
            [Some(self.near.trim()), said.place.as_deref()].into_iter().flatten().find(|place| !place.is_empty());
        let (origin, typed) = match typed {
            Some(place) => (typed_origin(store, index, place).await?, true),
            None => (usual, false),
        };
        let within = DISTANCES.iter().find(|(code, ..)| *code == self.within).and_then(|(.., miles)| *miles);
        let most = COSTS.iter().find(|(code, ..)| *code == self.cost).and_then(|(.., most)| *most);
        let mut wanted = said.wanted;
        wanted.need = Need::from_code(&self.need);
        wanted.near = origin.point;
        wanted.within = within.or(wanted.within);
        wanted.days = self.day.iter().filter_map(|day| Days::of(day)).fold(wanted.days, Days::with);
        wanted.part = Part::from_code(&self.part).or(wanted.part);
        wanted.most = most.or(wanted.most);
        wanted.step_free |= self.must("steps");
        wanted.hearing_loop |= self.must("loop");
        wanted.online |= self.must("online");
        wanted.room |= self.must("room");
        wanted.language = Some(folded(&self.language)).filter(|language| !language.is_empty()).or(wanted.language);
        let groups = self.who.iter().filter_map(|code| Group::from_code(code)).collect();
        wanted.somebody = (self.starts_from_person() || self.age().is_some() || !self.who.is_empty())
            .then(|| Somebody { age: self.age(), groups });
        let named = typed || said.near_me || wanted.within.is_some();
        Ok(Look { wanted, named, origin: origin.note, understood })
    }

    /// The form with what was asked.
    pub(crate) fn form(&self, action: &str, asks_where: bool) -> SearchForm {
        let listed = |code: &str, all: &[String]| all.iter().any(|chosen| chosen == code);
        SearchForm {
            action: action.to_owned(),
            words: self.q.clone(),
            needs: std::iter::once(Choice::new("", "Any need", self.need.is_empty()))
                .chain(
                    Need::ALL
                        .iter()
                        .filter(|need| **need != Need::Other)
                        .map(|need| Choice::new(need.code(), need.label(), self.need == need.code())),
                )
                .collect(),
            near: asks_where.then(|| self.near.clone()),
            distances: DISTANCES.iter().map(|(code, text, _)| Choice::new(code, *text, self.within == *code)).collect(),
            costs: COSTS.iter().map(|(code, text, _)| Choice::new(code, *text, self.cost == *code)).collect(),
            days: WEEK.iter().map(|(code, name)| Choice::new(code, &name[..3], listed(code, &self.day))).collect(),
            parts: std::iter::once(Choice::new("", "Any time", self.part.is_empty()))
                .chain(Part::ALL.iter().map(|part| Choice::new(part.code(), part.label(), self.part == part.code())))
                .collect(),
            must: MUST.iter().map(|(code, text)| Choice::new(code, *text, listed(code, &self.must))).collect(),
            language: self.language.clone(),
            age: self.age.clone(),
            who: Group::ALL
                .iter()
                .map(|group| Choice::new(group.code(), group.label(), listed(group.code(), &self.who)))
                .collect(),
            person: self.starts_from_person(),
            // What was chosen stays in sight.
            more: *self
                != Self {
                    q: self.q.clone(),
                    need: self.need.clone(),
                    near: self.near.clone(),
                    within: self.within.clone(),
                    list: self.list.clone(),
                    page: self.page.clone(),
                    exact: self.exact.clone(),
                    ..Self::default()
                },
            list: self.shortlist().iter().map(ToString::to_string).collect(),
        }
    }
}

async fn typed_origin(store: &Store, index: &Snapshot, typed: &str) -> Result<Origin, WebError> {
    if let Ok(postcode) = Postcode::parse(typed) {
        return Ok(match store.place_of(&postcode).await? {
            Some(point) => Origin { point: Some(point), note: format!("Distances are from {}.", postcode.as_str()) },
            None => Origin {
                point: None,
                note: format!("We do not know where {} is, so distances are left out.", postcode.as_str()),
            },
        });
    }
    Ok(match index.towns().get(&folded(typed)) {
        Some(point) => Origin {
            point: Some(point),
            note: format!("Distances are from the middle of {}, by the addresses here.", titled(typed)),
        },
        None => Origin {
            point: None,
            note: "That is neither a whole postcode nor a town in this directory, so distances are left out."
                .to_owned(),
        },
    })
}

/// A town as it is written.
fn titled(town: &str) -> String {
    town.split_whitespace().map(capital).collect::<Vec<_>>().join(" ")
}

/// What was taken out of a sentence, so that nobody wonders where a result went.
fn in_words(said: &Understood) -> Vec<String> {
    let wanted = &said.wanted;
    let mut all = vec![];
    if !wanted.days.is_empty() {
        all.push(format!("on {}", wanted.days.names().collect::<Vec<_>>().join(" or ")));
    }
    all.extend(wanted.part.map(|part| part.label().to_lowercase()));
    match wanted.most {
        Some(0) => all.push("free".to_owned()),
        Some(most) => all.push(format!("up to \u{a3}{}", most / 100)),
        None => {}
    }
    for (asked, words) in [
        (wanted.step_free, "without steps"),
        (wanted.hearing_loop, "with a hearing loop"),
        (wanted.online, "from home"),
        (wanted.room, "with a place now"),
        (said.near_me, "near"),
    ] {
        if asked {
            all.push(words.to_owned());
        }
    }
    all.extend(wanted.language.as_deref().map(|language| format!("in {}", capital(language))));
    all.extend(wanted.within.map(|miles| format!("within {miles} miles")));
    all.extend(said.place.as_deref().map(|place| format!("near {}", titled(place))));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_stands_in_its_address_and_comes_back_from_it() {
        let asked = Asked { q: "gardening & tea".into(), day: vec!["TU".into(), "WE".into()], ..Asked::default() };
        let address = asked.address("/directory");
        assert_eq!(address, "/directory?q=gardening+%26+tea&day=TU&day=WE");
        let again: Asked = serde_html_form::from_str(address.split_once('?').unwrap().1).unwrap();
        assert_eq!(again, asked);
        assert_eq!(Asked::default().address("/directory"), "/directory");
    }

    #[test]
    fn a_shortlist_takes_each_once_and_gives_it_back() {
        let id: ServiceId = "01J00000000000000000000001".parse().unwrap();
        let listed = Asked { list: vec!["nonsense".into(), id.to_string(), id.to_string()], ..Asked::default() };
        assert_eq!(listed.shortlist(), [id]);
        assert!(listed.with_listed(id).shortlist().is_empty());
        assert_eq!(Asked::default().with_listed(id).shortlist(), [id]);
        assert!(listed.is_empty());
    }
}
