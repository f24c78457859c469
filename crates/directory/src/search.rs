//! Finding a service by what it is called and says, by need and by distance. One index in memory, derived from the
//! stored entries at any time; one ranking, the same for every database.
//!
//! The ranking, in full: entries that have more of the typed words come first; among them the better match, where a
//! word in the name counts for more than one in the text and a rare word for more than a common one, less the
//! logarithm of the distance; then the nearer; then the name. Without words, the nearer first.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use fingerpost_domain::text::folded;

use crate::hsds::Service;
use crate::needs;
use crate::opening::day_name;
use crate::place::Point;

/// What a list of results and a signpost need to know of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id here.
    pub id: ServiceId,
    /// What it is called.
    pub name: String,
    /// Who offers it.
    pub organisation: Option<String>,
    /// The beginning of what it says about itself.
    pub summary: String,
    /// Where it is.
    pub places: Vec<Point>,
    /// The first address, on one line.
    pub address: Option<String>,
    /// Days on which it takes place, Monday first.
    pub days: Vec<&'static str>,
    /// Costs as the source words them; `Some("Free")` where every price is nothing.
    pub cost: Option<String>,
    /// Youngest and oldest, in years.
    pub ages: (Option<f64>, Option<f64>),
    /// What its place says about access.
    pub access: Option<String>,
    /// The first telephone.
    pub phone: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
    /// The page.
    pub url: Option<String>,
    /// The needs it answers, by our vocabulary.
    pub needs: Vec<Need>,
    /// The day on which its source last confirmed or changed it.
    pub confirmed: Option<String>,
    /// Where the entry comes from.
    pub source: String,
}

/// Characters of the summary.
const SUMMARY: usize = 280;

const IN_NAME: u8 = 8;
const IN_TERM: u8 = 4;
const IN_ORGANISATION: u8 = 3;
const IN_TEXT: u8 = 1;

fn shortened(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= SUMMARY {
        return one_line;
    }
    let cut: String = one_line.chars().take(SUMMARY).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words}\u{2026}")
}

fn said<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    let joined =
        parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    (!joined.is_empty()).then_some(joined)
}

fn cost(service: &Service) -> Option<String> {
    let options = &service.cost_options;
    if !options.is_empty() && options.iter().all(|cost| cost.amount == Some(0.0)) {
        return Some("Free".to_owned());
    }
    let words = options.iter().map(|cost| {
        let amount = cost.amount.map(|amount| format!("\u{a3}{amount}"));
        let of = cost.amount_description.clone().or(amount);
        match (&cost.option, of) {
            (Some(option), Some(of)) => format!("{option}: {of}"),
            (Some(one), None) => one.clone(),
            (None, of) => of.unwrap_or_default(),
        }
    });
    let words: Vec<String> = words.filter(|words| !words.is_empty()).take(3).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn days(service: &Service) -> Vec<&'static str> {
    const WEEK: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let named: Vec<&str> = service
        .schedules
        .iter()
        .filter_map(|schedule| schedule.byday.as_deref())
        .flat_map(|days| days.split(',').filter_map(day_name))
        .collect();
    WEEK.into_iter().filter(|day| named.contains(day)).collect()
}

impl Entry {
    /// The entry of a stored service.
    #[must_use]
    pub fn of(id: ServiceId, source: &str, service: &Service) -> Self {
        let locations: Vec<_> = service.locations().collect();
        let address = locations.iter().flat_map(|location| &location.addresses).next();
        let access = locations.iter().flat_map(|location| &location.accessibility);
        let confirmed = service.assured_date.as_deref().or(service.last_modified.as_deref());
        let mut words = vec![folded(&service.name)];
        words.extend(terms(service).map(folded));
        Self {
            id,
            name: service.name.clone(),
            organisation: service.organization.as_ref().map(|by| by.name.clone()).filter(|name| !name.is_empty()),
            summary: shortened(service.description.as_deref().unwrap_or_default()),
            places: locations
                .iter()
                .filter_map(|location| Point::new(location.latitude?, location.longitude?))
                .collect(),
            address: address
                .and_then(|at| said([Some(at.address_1.as_str()), Some(&at.city), at.postal_code.as_deref()])),
            days: days(service),
            cost: cost(service),
            ages: (service.minimum_age, service.maximum_age),
            access: said(access.map(|each| each.accessibility.as_deref().or(each.description.as_deref()))),
            phone: service.phones.first().map(|phone| phone.number.clone()).filter(|number| !number.is_empty()),
            email: service.email.clone(),
            url: service.url.clone(),
            needs: needs::answered_by(&words),
            confirmed: confirmed.map(|day| day.chars().take(10).collect()),
            source: source.to_owned(),
        }
    }
}

fn terms(service: &Service) -> impl Iterator<Item = &str> {
    service.attributes.iter().filter_map(|given| given.taxonomy_term.as_ref()).map(|term| term.name.as_str())
}

/// What is looked for. Nothing at all finds everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// What was typed.
    pub words: String,
    /// The need.
    pub need: Option<Need>,
    /// From where distances are measured.
    pub near: Option<Point>,
    /// Not farther than so many miles; what has no place is then left out, and counted.
    pub within: Option<f64>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Hit<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Miles to its nearest place, in a straight line.
    pub miles: Option<f64>,
    /// How many of the typed words it has.
    pub words_found: usize,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// The results of this page, best first.
    pub hits: Vec<Hit<'a>>,
    /// How many there are in all.
    pub total: usize,
    /// How many words were looked for.
    pub words: usize,
    /// How many were left out because nobody knows where they are.
    pub without_place: usize,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    slot: u32,
    weight: u8,
}

/// The index of a directory.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// An entry that was changed leaves an empty slot behind.
    slots: Vec<Option<Entry>>,
    by_id: HashMap<ServiceId, u32>,
    words: BTreeMap<String, Vec<Posting>>,
}

/// Words too common to say anything.
const COMMON: &[&str] = &[
    "a", "an", "and", "at", "by", "for", "from", "i", "in", "is", "me", "my", "near", "of", "on", "or", "the", "to",
    "with",
];
/// Typed words that are looked at, at most.
const MOST_WORDS: usize = 12;

fn split(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = folded(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !COMMON.contains(word))
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

impl Index {
    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// An entry.
    #[must_use]
    pub fn get(&self, id: ServiceId) -> Option<&Entry> {
        self.slots.get(usize::try_from(*self.by_id.get(&id)?).ok()?)?.as_ref()
    }

    /// Takes a service in, in place of what was there; one that is not open is taken out.
    pub fn put(&mut self, id: ServiceId, source: &str, service: &Service) {
        if let Some(old) = self.by_id.remove(&id).and_then(|slot| usize::try_from(slot).ok()) {
            self.slots[old] = None;
        }
        let Ok(slot) = u32::try_from(self.slots.len()) else { return };
        if !service.is_open() {
            return;
        }
        let mut weights: HashMap<String, u8> = HashMap::new();
        let mut weigh = |text: &str, weight: u8| {
            for word in split(text) {
                let known = weights.entry(word).or_default();
                *known = weight.max(*known);
            }
        };
        weigh(&service.name, IN_NAME);
        weigh(service.alternate_name.as_deref().unwrap_or_default(), IN_NAME);
        terms(service).for_each(|term| weigh(term, IN_TERM));
        weigh(service.organization.as_ref().map_or("", |by| by.name.as_str()), IN_ORGANISATION);
        weigh(service.description.as_deref().unwrap_or_default(), IN_TEXT);
        weigh(service.eligibility_description.as_deref().unwrap_or_default(), IN_TEXT);
        for (word, weight) in weights {
            self.words.entry(word).or_default().push(Posting { slot, weight });
        }
        self.slots.push(Some(Entry::of(id, source, service)));
        self.by_id.insert(id, slot);
    }

    /// Forgets the empty slots once they are more than the full ones: called after a batch of [`Index::put`].
    pub fn compact(&mut self) {
        if self.slots.len() < 2 * self.by_id.len() + 1_000 {
            return;
        }
        let mut moved: Vec<Option<u32>> = Vec::with_capacity(self.slots.len());
        let mut next = 0;
        for slot in &self.slots {
            moved.push(slot.as_ref().map(|_| next));
            next += u32::from(slot.is_some());
        }
        let at = |slot: u32| usize::try_from(slot).ok().and_then(|slot| moved.get(slot).copied().flatten());
        for postings in self.words.values_mut() {
            *postings = postings
                .iter()
                .filter_map(|posting| Some(Posting { slot: at(posting.slot)?, weight: posting.weight }))
                .collect();
        }
        self.words.retain(|_, postings| !postings.is_empty());
        self.by_id.values_mut().for_each(|slot| *slot = at(*slot).unwrap_or(*slot));
        self.slots.retain(Option::is_some);
    }

    /// How well each slot answers the words: words found, and score.
    fn matches(&self, words: &[String]) -> HashMap<u32, (usize, f64)> {
        let mut all: HashMap<u32, (usize, f64)> = HashMap::new();
        for word in words {
            let mut best: HashMap<u32, f64> = HashMap::new();
            let mut take = |looked_for: &str, worth: f64| {
                for (found, postings) in self.words.range(looked_for.to_owned()..) {
                    if !found.starts_with(looked_for) {
                        break;
                    }
                    let rarity = (1.0 + count(self.len()) / count(postings.len())).ln();
                    let whole = if found == looked_for { 2.0 } else { 1.0 };
                    for posting in postings {
                        let score = f64::from(posting.weight) * rarity * whole * worth;
                        let known = best.entry(posting.slot).or_default();
                        *known = known.max(score);
                    }
                }
            };
            take(word, 1.0);
            needs::synonyms(word).iter().for_each(|other| take(other, 0.5));
            for (slot, score) in best {
                let entry = all.entry(slot).or_default();
                entry.0 += 1;
                entry.1 += score;
            }
        }
        all
    }

    /// Looks. Gives the results from `skip` on, at most `take` of them.
    #[must_use]
    pub fn search(&self, query: &Query, (skip, take): (usize, usize)) -> Found<'_> {
        let words: Vec<String> = split(&query.words).take(MOST_WORDS).collect();
        let scores = self.matches(&words);
        let mut without_place = 0;
        let mut ranked: Vec<(Hit<'_>, f64)> = vec![];
        for (slot, entry) in (0_u32..).zip(&self.slots) {
            let Some(entry) = entry else { continue };
            let (words_found, score) = scores.get(&slot).copied().unwrap_or_default();
            if (!words.is_empty() && words_found == 0) || query.need.is_some_and(|need| !entry.needs.contains(&need)) {
                continue;
            }
            let miles = query
                .near
                .and_then(|near| entry.places.iter().map(|place| near.miles_to(*place)).min_by(f64::total_cmp));
            if let (Some(within), Some(_)) = (query.within, query.near) {
                match miles {
                    None => without_place += 1,
                    Some(miles) if miles <= within => {}
                    Some(_) => continue,
                }
                if miles.is_none() {
                    continue;
                }
            }
            let worth = score - miles.map_or(0.0, |miles| (1.0 + miles).ln());
            ranked.push((Hit { entry, miles, words_found }, worth));
        }
        ranked.sort_by(|(a, a_worth), (b, b_worth)| {
            let by_words = b.words_found.cmp(&a.words_found);
            let by_worth = if words.is_empty() { Ordering::Equal } else { b_worth.total_cmp(a_worth) };
            let nearer = a.miles.unwrap_or(f64::INFINITY).total_cmp(&b.miles.unwrap_or(f64::INFINITY));
            by_words
                .then(by_worth)
                .then(nearer)
                .then_with(|| a.entry.name.cmp(&b.entry.name))
                .then(a.entry.id.cmp(&b.entry.id))
        });
        let total = ranked.len();
        let hits = ranked.into_iter().skip(skip).take(take).map(|(hit, _)| hit).collect();
        Found { hits, total, words: words.len(), without_place }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of entries are far below 2^52")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use fingerpost_domain::Timestamp;
    use fingerpost_domain::ambient::Entropy;
    use serde_json::json;

    use super::*;

    fn id(number: u64) -> ServiceId {
        Entropy::from_number(number).id(Timestamp::UNIX_EPOCH)
    }

    fn service(name: &str, description: &str, north: Option<f64>) -> Service {
        let place = north.map(|latitude| json!([{ "location": { "latitude": latitude, "longitude": -1.5 } }]));
        let service = json!({ "id": name, "name": name, "description": description, "service_at_locations": place.unwrap_or(json!([])) });
        serde_json::from_value(service).unwrap()
    }

    fn index() -> Index {
        let mut index = Index::default();
        let all = [
            service("Tannery Choir", "Singing for everybody", Some(53.80)),
            service("Men's Shed", "Woodwork and company. No singing.", Some(53.81)),
            service("Debt Desk", "Benefits and debt advice", Some(54.50)),
            service("Befriending by phone", "Somebody rings you", None),
        ];
        for (at, service) in (1..).zip(&all) {
            index.put(id(at), "test", service);
        }
        index
    }

    fn names(index: &Index, query: &Query) -> Vec<String> {
        index.search(query, (0, 10)).hits.iter().map(|hit| hit.entry.name.clone()).collect()
    }

    fn typed(words: &str) -> Query {
        Query { words: words.to_owned(), ..Query::default() }
    }

    #[test]
    fn words_find_by_name_first_then_by_text_and_by_what_people_say() {
        let index = index();
        assert_eq!(names(&index, &typed("singing")), ["Tannery Choir", "Men's Shed"]);
        assert_eq!(names(&index, &typed("SING choir")), ["Tannery Choir", "Men's Shed"], "both words before one");
        assert_eq!(names(&index, &typed("mens shed")), ["Men's Shed"]);
        assert_eq!(names(&index, &typed("skint")), ["Debt Desk"]);
        assert!(names(&index, &typed("zebra")).is_empty());
        assert_eq!(names(&index, &typed("the of")).len(), 4, "nothing that says anything finds everything");
    }

    #[test]
    fn need_and_distance_narrow_and_order() {
        let index = index();
        let near = Point::new(53.82, -1.5);
        assert_eq!(names(&index, &Query { need: Some(Need::Money), ..Query::default() }), ["Debt Desk"]);
        let all = names(&index, &Query { near, ..Query::default() });
        assert_eq!(all, ["Men's Shed", "Tannery Choir", "Debt Desk", "Befriending by phone"]);
        let query = Query { near, within: Some(5.0), ..Query::default() };
        let found = index.search(&query, (0, 1));
        assert_eq!((found.total, found.hits.len(), found.without_place), (2, 1, 1));
        assert!((found.hits[0].miles.unwrap() - 0.69).abs() < 0.01);
    }

    #[test]
    fn what_changed_is_found_as_it_is_now_and_what_closed_is_not() {
        let mut index = index();
        for round in 0..1_500 {
            index.put(id(1), "test", &service(&format!("Choir {round}"), "", None));
        }
        index.compact();
        assert!(index.slots.len() < 10);
        assert_eq!(names(&index, &typed("choir")), ["Choir 1499"]);
        assert_eq!(index.get(id(2)).unwrap().name, "Men's Shed");
        let closed = Service { status: Some("temporarily closed".into()), ..service("Choir", "", None) };
        index.put(id(1), "test", &closed);
        assert!(names(&index, &typed("choir")).is_empty());
        assert_eq!(index.len(), 3);
    }
}
