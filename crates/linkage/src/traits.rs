//! What of an entry is compared: words without endings, numbers, addresses and hosts as they mean the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use fingerpost_directory::hsds::Service;
use fingerpost_directory::opening::minutes;
use fingerpost_directory::place::Point;
use fingerpost_directory::times::{Days, Times};
use fingerpost_directory::words::{plain, stems, words};
use fingerpost_domain::text::folded;

/// Words as numbers, so that an entry is small.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    known: HashMap<String, u32>,
    words: Vec<String>,
}

impl Lexicon {
    pub(crate) fn id(&mut self, word: &str) -> u32 {
        if let Some(id) = self.known.get(word) {
            return *id;
        }
        let id = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word.to_owned());
        self.known.insert(word.to_owned(), id);
        id
    }

    pub(crate) fn word(&self, id: u32) -> &str {
        usize::try_from(id).ok().and_then(|at| self.words.get(at)).map_or("", String::as_str)
    }

    /// The words of a text, each once, in the order of their numbers.
    fn ids(&mut self, text: &str, most: usize) -> Vec<u32> {
        let mut all: Vec<u32> = stems(text).iter().take(most).map(|stem| self.id(stem)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What of an entry is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traits {
    /// Its source.
    pub(crate) source: u32,
    pub(crate) name: Vec<u32>,
    pub(crate) organisation: Vec<u32>,
    /// First letters of the organisation's words, as people shorten it: "PCT".
    pub(crate) initials: Option<u32>,
    /// What it says of itself.
    pub(crate) about: Vec<u32>,
    /// Buildings and streets.
    pub(crate) address: Vec<u32>,
    /// Its towns, folded, as whole names.
    pub(crate) towns: Vec<u32>,
    pub(crate) postcodes: Vec<u64>,
    pub(crate) point: Option<Point>,
    /// Telephone numbers by their last nine digits.
    pub(crate) phones: Vec<u64>,
    pub(crate) mails: Vec<u64>,
    pub(crate) pages: Vec<u64>,
    /// Of mailboxes and pages: whose they are.
    pub(crate) hosts: Vec<u64>,
    pub(crate) days: Days,
    /// When it opens, in minutes of the day.
    pub(crate) opens: Option<u16>,
    /// Words of the name that set it apart from its like.
    pub(crate) kind: Kind,
}

/// What in a name tells an entry from its like: for whom, which of several, on which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kind {
    /// One bit for each of [`KINDS`].
    pub(crate) words: u32,
    pub(crate) number: Option<u32>,
    pub(crate) days: Days,
}

/// Words that part services of one name, by what they part: those of one line exclude each other.
const KINDS: &[&[&str]] = &[
    &["men", "mens", "man", "dads", "fathers"],
    &["women", "womens", "ladies", "mums", "mothers"],
    &["young", "youth", "teen", "teens", "junior", "juniors"],
    &["child", "children", "childrens", "kids", "baby", "babies", "toddler", "toddlers"],
    &["older", "elders", "over", "50s", "55s", "60s", "65s", "senior", "seniors"],
    &["beginner", "beginners", "starter", "foundation", "introduction", "basic"],
    &["advanced", "improver", "improvers", "intermediate"],
    &["helpline", "phone", "telephone", "line"],
    &["online", "zoom", "virtual", "digital"],
    &["carer", "carers"],
    &["counselling", "counsellor", "therapy"],
    &["class", "classes", "course", "lessons"],
    &["drop", "dropin"],
];
/// Lines of [`KINDS`] of which one name cannot have one and mean another's.
const OPPOSITE: &[(u32, u32)] = &[(0, 1), (2, 4), (3, 4), (5, 6)];

impl Kind {
    fn of(name: &str) -> Self {
        let mut kind = Self::default();
        for word in plain(name) {
            for (bit, line) in KINDS.iter().enumerate() {
                if line.contains(&word.as_str()) {
                    kind.words |= 1 << bit;
                }
            }
            if let Ok(number) = word.parse() {
                kind.number = Some(number);
            }
            kind.days = kind.days.with(Days::said(&word).unwrap_or_default());
        }
        kind
    }

    /// One says what the other excludes.
    pub(crate) fn excludes(self, other: Self) -> bool {
        let opposite = |(one, two): &(u32, u32)| {
            let has = |kind: Self, bit: u32| kind.words & (1 << bit) != 0;
            let only = |kind: Self, bit: u32, not: u32| has(kind, bit) && !has(kind, not);
            (only(self, *one, *two) && only(other, *two, *one)) || (only(self, *two, *one) && only(other, *one, *two))
        };
        let numbers = self.number.is_some_and(|one| other.number.is_some_and(|two| one != two));
        let days = !self.days.is_empty() && !other.days.is_empty() && self.days.both(other.days).is_empty();
        numbers || days || OPPOSITE.iter().any(opposite)
    }

    /// One says for whom or which, and the other does not.
    pub(crate) const fn differs(self, other: Self) -> bool {
        self.words != other.words
    }
}

pub(crate) fn hashed(tag: u8, what: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    tag.hash(&mut hasher);
    what.hash(&mut hasher);
    hasher.finish()
}

/// The last nine digits of a telephone number: what is left of `+44 (0)1632 960 371` and `01632 960371` alike.
fn phone(text: &str) -> Option<u64> {
    let digits: Vec<u64> = text.chars().filter_map(|c| c.to_digit(10)).map(u64::from).collect();
    (digits.len() >= 6).then(|| {
        let from = digits.len().saturating_sub(9);
        digits.iter().skip(from).fold(0, |number, digit| number * 10 + digit)
    })
}

/// First letters of two words or more, as search sees words.
fn initials(text: &str) -> Option<String> {
    let words = words(text);
    (words.len() >= 2).then(|| words.iter().filter_map(|word| word.written.chars().next()).collect())
}

/// Words of a text, what it says in a mail address too.
const MOST_WORDS: usize = 150;
/// Mail that anybody can have says nothing of who somebody is.
const ANYBODYS: &[&str] = &[
    "gmail",
    "googlemail",
    "hotmail",
    "outlook",
    "yahoo",
    "icloud",
    "btinternet",
    "live",
    "aol",
    "sky",
    "talktalk",
    "virginmedia",
];

fn host(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let after = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().trim_start_matches("www.");
    let own = host.split('.').next().unwrap_or_default();
    (host.contains('.') && !ANYBODYS.contains(&own)).then(|| host.to_owned())
}

fn page(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let after = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    after.trim_start_matches("www.").trim_end_matches('/').to_owned()
}

fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}

impl Traits {
    pub(crate) fn of(source: &str, service: &Service, lexicon: &mut Lexicon) -> Self {
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        let by = service.organization.as_ref();
        let addresses = || service.locations().flat_map(|location| &location.addresses);
        let places: String = service
            .locations()
            .filter_map(|location| location.name.clone())
            .chain(addresses().map(|address| address.address_1.clone()))
            .collect::<Vec<_>>()
            .join(" ");
        let mails = [service.email.as_ref(), by.and_then(|by| by.email.as_ref())];
        let pages = [service.url.as_ref(), by.and_then(|by| by.website.as_ref())];
        let said = || {
            let mails = mails.into_iter().flatten().filter(|text| !text.trim().is_empty());
            mails.chain(pages.into_iter().flatten().filter(|text| !text.trim().is_empty()))
        };
        let hosts: Vec<u64> = said().filter_map(|text| host(text)).map(|host| hashed(1, &host)).collect();
        let whole = format!("{} {}", some(&service.description), some(&service.application_process));
        let mut days = Times::of(&service.schedules).days;
        if days.is_empty() {
            days = Days::named(&plain(&format!("{} {whole}", service.name)));
        }
        let opens = service.schedules.first().and_then(|times| minutes(times.opens_at.as_deref()?));
        Self {
            source: lexicon.id(&format!("\u{1}{source}")),
            name: lexicon.ids(&service.name, 16),
            organisation: lexicon.ids(by.map_or("", |by| by.name.as_str()), 16),
            initials: initials(by.map_or("", |by| by.name.as_str())).map(|word| lexicon.id(&word)),
            about: lexicon.ids(&whole, MOST_WORDS),
            address: lexicon.ids(&places, 24),
            towns: sorted(
                addresses()
                    .map(|address| folded(&address.city))
                    .filter(|town| !town.is_empty())
                    .map(|town| lexicon.id(&format!("\u{2}{town}")))
                    .collect(),
            ),
            postcodes: sorted(
                addresses()
                    .filter_map(|address| address.postal_code.as_ref())
                    .map(|code| folded(code).replace(' ', ""))
                    .filter(|code| code.len() >= 4)
                    .map(|code| hashed(2, &code))
                    .collect(),
            ),
            point: service.locations().find_map(|location| Point::new(location.latitude?, location.longitude?)),
            phones: sorted(service.phones.iter().filter_map(|phone_of| phone(&phone_of.number)).collect()),
            mails: sorted(
                mails
                    .into_iter()
                    .flatten()
                    .filter(|mail| mail.contains('@'))
                    .map(|mail| hashed(3, &folded(mail)))
                    .collect(),
            ),
            pages: sorted(
                pages
                    .into_iter()
                    .flatten()
                    .filter(|page| page.contains('.'))
                    .map(|text| hashed(4, &page(text)))
                    .collect(),
            ),
            hosts: sorted(hosts),
            days,
            opens,
            kind: Kind::of(&service.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_hosts_meet_however_they_are_written() {
        assert_eq!(phone("+44 (0)1632 960 371"), phone("01632-960371"));
        assert_eq!(phone("999"), None);
        assert_eq!(host("https://www.Choir.example/a?b"), Some("choir.example".to_owned()));
        assert_eq!(host("hello@choir.example"), Some("choir.example".to_owned()));
        assert_eq!(host("somebody@gmail.com"), None);
        assert_eq!(initials("Porthmere Community Trust").as_deref(), Some("pct"));
        assert_eq!(page("http://www.choir.example/"), page("https://choir.example"));
    }

    #[test]
    fn a_name_says_for_whom_and_which() {
        let of = |name: &str| Kind::of(name);
        assert!(of("Men's Shed").excludes(of("Women's Shed")));
        assert!(!of("Men and women's choir").excludes(of("Women's choir")));
        assert!(of("Pottery level 1").excludes(of("Pottery, level 2")));
        assert!(of("Monday choir").excludes(of("Thursdays choir")) && !of("Monday choir").excludes(of("Choir (Mon)")));
        assert!(of("Choir, once a month").days.is_empty());
        assert!(of("Young carers").differs(of("Carers")) && !of("Young carers").excludes(of("Carers")));
    }
}
