//! What somebody looks for, and how a sentence is understood: "gardening near me on Tuesdays, step free, free".

use fingerpost_domain::need::Need;
use fingerpost_domain::person::Postcode;

use crate::facts::Groups;
use crate::place::Point;
use crate::times::{Days, Part};
use crate::words::plain;

/// Who it is for, where the search starts from a person. What is not said stays out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Somebody {
    /// Age in years.
    pub age: Option<u16>,
    /// Groups they belong to.
    pub groups: Groups,
}

/// What is looked for. Nothing at all finds everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Words to look for.
    pub words: String,
    /// The need.
    pub need: Option<Need>,
    /// From where distances are measured.
    pub near: Option<Point>,
    /// Not farther than so many miles.
    pub within: Option<f64>,
    /// On one of these days.
    pub days: Days,
    /// In this part of the day.
    pub part: Option<Part>,
    /// It may cost so many pence; 0 is free.
    pub most: Option<u32>,
    /// Without steps.
    pub step_free: bool,
    /// With a hearing loop.
    pub hearing_loop: bool,
    /// From home.
    pub online: bool,
    /// With a place now.
    pub room: bool,
    /// In this language, folded.
    pub language: Option<String>,
    /// The person, where there is one.
    pub somebody: Option<Somebody>,
}

/// What a sentence said besides words to look for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Understood {
    /// What is looked for; a place that was named is not measured yet.
    pub wanted: Wanted,
    /// "near me".
    pub near_me: bool,
    /// A town or postcode that was named, as typed.
    pub place: Option<String>,
}

/// Words that ask, and say nothing of what is asked for.
const ASKING: &[&str] = &[
    "want",
    "wants",
    "need",
    "needs",
    "looking",
    "look",
    "find",
    "some",
    "something",
    "someone",
    "somebody",
    "somewhere",
    "anything",
    "anywhere",
    "any",
    "who",
    "what",
    "where",
    "which",
    "how",
    "can",
    "could",
    "would",
    "like",
    "likes",
    "do",
    "does",
    "get",
    "go",
    "going",
    "there",
    "have",
    "has",
    "am",
    "feel",
    "feeling",
    "about",
    "near",
    "nearby",
    "please",
    "he",
    "she",
    "his",
    "her",
    "hers",
    "him",
    "up",
    "just",
    "really",
    "very",
    "too",
    "around",
    "help",
];

/// Whether a word, by itself, asks and says nothing of what is asked for. In a phrase that people say it may.
#[must_use]
pub fn only_asks(written: &str) -> bool {
    ASKING.contains(&written)
}

/// Languages whose names mean the language when "speaking" stands beside them, or "in" before them.
const LANGUAGES: &[&str] = &[
    "albanian",
    "amharic",
    "arabic",
    "bengali",
    "bulgarian",
    "cantonese",
    "chinese",
    "creole",
    "czech",
    "dari",
    "dutch",
    "english",
    "farsi",
    "french",
    "german",
    "greek",
    "gujarati",
    "hebrew",
    "hindi",
    "hungarian",
    "italian",
    "japanese",
    "korean",
    "kurdish",
    "latvian",
    "lithuanian",
    "mandarin",
    "nepali",
    "pashto",
    "persian",
    "polish",
    "portuguese",
    "punjabi",
    "romanian",
    "russian",
    "slovak",
    "somali",
    "spanish",
    "swahili",
    "sylheti",
    "tamil",
    "tigrinya",
    "turkish",
    "ukrainian",
    "urdu",
    "vietnamese",
    "welsh",
    "yiddish",
];
/// British Sign Language goes by its letters.
const SIGNED: &str = "bsl";

/// The words of a sentence that are not yet understood.
struct Sentence(Vec<Option<String>>);

impl Sentence {
    fn at(&self, at: usize) -> Option<&str> {
        self.0.get(at)?.as_deref()
    }

    /// Takes the first place where `phrase` stands.
    fn take(&mut self, phrase: &str) -> bool {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        let here = |at: usize| phrase.iter().enumerate().all(|(step, word)| self.at(at + step) == Some(word));
        let Some(at) = (0..self.0.len()).find(|at| here(*at)) else { return false };
        self.0[at..at + phrase.len()].iter_mut().for_each(|word| *word = None);
        true
    }

    fn take_any(&mut self, phrases: &[&str]) -> bool {
        // Each of them is taken out, also after the first.
        phrases.iter().filter(|phrase| self.take(phrase)).count() > 0
    }

    /// Takes a word for which `means` gives something, with the words of `before` that stand in front of it.
    fn take_where<T>(&mut self, before: &[&str], means: impl Fn(&str) -> Option<T>) -> Option<T> {
        let (at, found) = (0..self.0.len()).find_map(|at| Some((at, means(self.at(at)?)?)))?;
        self.0[at] = None;
        for back in (0..at).rev() {
            match self.at(back) {
                Some(word) if before.contains(&word) => self.0[back] = None,
                _ => break,
            }
        }
        Some(found)
    }
}

fn day(word: &str) -> Option<Days> {
    let one = word.strip_suffix('s').unwrap_or(word);
    match one {
        "weekend" => Some(Days::WEEKEND),
        "weekday" => Some(Days::WEEKDAYS),
        _ => one.ends_with("day").then(|| Days::of(one)).flatten(),
    }
}

fn part(word: &str) -> Option<Part> {
    match word.strip_suffix('s').unwrap_or(word) {
        "morning" => Some(Part::Morning),
        "afternoon" => Some(Part::Afternoon),
        "evening" => Some(Part::Evening),
        _ => None,
    }
}

fn pounds(word: &str) -> Option<u32> {
    let amount: u32 = word.strip_prefix('\u{a3}')?.parse().ok()?;
    amount.checked_mul(100)
}

impl Understood {
    /// Reads a sentence. `is_place` knows the towns of the directory, folded; a word is taken for a town where "in",
    /// "near" or their kind stands before it, or where it ends the sentence.
    #[must_use]
    pub fn of(sentence: &str, is_place: impl Fn(&str) -> bool) -> Self {
        let mut said = Sentence(plain(sentence).into_iter().take(MOST_WORDS).map(Some).collect());
        let mut found = Self::default();
        let wanted = &mut found.wanted;
        wanted.step_free = said.take_any(&[
            "step free",
            "stepfree",
            "no steps",
            "without steps",
            "no stairs",
            "without stairs",
            "wheelchair accessible",
            "wheelchair access",
            "accessible by wheelchair",
            "cannot climb steps",
            "cannot climb stairs",
            "cant climb steps",
            "cant climb stairs",
            "cant do stairs",
            "cannot manage stairs",
            "cannot manage steps",
            "cant manage stairs",
            "cant manage steps",
            "cant do steps",
            "level access",
        ]);
        wanted.hearing_loop = said.take_any(&["with a hearing loop", "hearing loop", "induction loop"]);
        wanted.online = said.take_any(&["online", "by video", "on zoom", "by zoom", "over zoom"]);
        wanted.room =
            said.take_any(&["with places", "with a place", "free places", "places now", "with space", "not full"]);
        // What is free of something is not therefore free: "drug free" stays as it is.
        let free = said.0.iter().enumerate().any(|(at, word)| {
            let before = at.checked_sub(1).and_then(|before| said.at(before));
            word.as_deref() == Some("free") && !before.is_some_and(|word| FREE_OF.contains(&word))
        });
        if said.take_any(&["for free", "free of charge", "no cost", "for nothing"]) || free && said.take("free") {
            wanted.most = Some(0);
        } else {
            wanted.most = said.take_where(&["under", "up", "to", "below", "at", "most", "for", "less", "than"], pounds);
        }
        found.near_me = said.take_any(&[
            "near me",
            "near here",
            "close to me",
            "close to home",
            "nearby",
            "round here",
            "around here",
        ]);
        while let Some(days) = said.take_where(&["on", "at", "the", "every", "or", "and"], day) {
            wanted.days = wanted.days.with(days);
        }
        wanted.part = said.take_where(&["in", "the", "on"], part);
        wanted.language = language(&mut said);
        wanted.within = within(&mut said);
        found.place = place(&mut said, is_place);
        wanted.words = said.0.into_iter().flatten().collect::<Vec<_>>().join(" ");
        found
    }
}

/// Words of a sentence that are looked at.
const MOST_WORDS: usize = 40;

const FREE_OF: &[&str] = &["drug", "alcohol", "smoke", "sugar", "gluten", "dairy", "pain", "debt"];

fn language(said: &mut Sentence) -> Option<String> {
    let known = |word: &str| LANGUAGES.contains(&word) || word == SIGNED;
    for at in 0..said.0.len() {
        let Some(word) = said.at(at).filter(|word| known(word)).map(str::to_owned) else { continue };
        let before = at.checked_sub(1).and_then(|before| said.at(before));
        let after = said.at(at + 1);
        let speaks =
            |word: &str| matches!(word, "speaking" | "speaker" | "speakers" | "spoken" | "interpreter" | "translated");
        if after.is_some_and(speaks) {
            said.0[at + 1] = None;
        } else if before.is_some_and(|word| matches!(word, "in" | "speak" | "speaks" | "speaking")) {
            said.0[at - 1] = None;
        } else {
            continue;
        }
        said.0[at] = None;
        return Some(word);
    }
    None
}

fn within(said: &mut Sentence) -> Option<f64> {
    let at = (0..said.0.len())
        .find(|at| said.at(*at) == Some("within") && matches!(said.at(at + 2), Some("mile" | "miles")))?;
    let miles: f64 = said.at(at + 1)?.parse::<u16>().ok().map(f64::from)?;
    said.0[at..at + 3].iter_mut().for_each(|word| *word = None);
    Some(miles)
}

/// The longest name of a town, in words.
const LONGEST_TOWN: usize = 4;

fn place(said: &mut Sentence, is_place: impl Fn(&str) -> bool) -> Option<String> {
    let words = said.0.len();
    let joined = |said: &Sentence, from: usize, len: usize| -> Option<String> {
        (from..from + len).map(|at| said.at(at)).collect::<Option<Vec<_>>>().map(|words| words.join(" "))
    };
    for at in 0..words {
        for len in (1..=2.min(words - at)).rev() {
            if let Some(postcode) = joined(said, at, len).and_then(|text| Postcode::parse(&text).ok()) {
                said.0[at..at + len].iter_mut().for_each(|word| *word = None);
                return Some(postcode.as_str().to_owned());
            }
        }
    }
    let before = |said: &Sentence, at: usize| {
        at.checked_sub(1).and_then(|at| said.at(at)).is_some_and(|word| BEFORE_TOWN.contains(&word))
    };
    for at in 0..words {
        for len in (1..=LONGEST_TOWN.min(words - at)).rev() {
            let Some(town) = joined(said, at, len) else { continue };
            // A town that is the whole sentence may be something else too: words win.
            let ends = at + len == words && at > 0;
            if (before(said, at) || ends) && is_place(&town) {
                said.0[at..at + len].iter_mut().for_each(|word| *word = None);
                return Some(town);
            }
        }
    }
    None
}

const BEFORE_TOWN: &[&str] = &["in", "near", "around", "at", "by", "from", "to", "of", "outside"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(sentence: &str) -> Understood {
        Understood::of(sentence, |town| ["hialeah", "miami beach", "reading"].contains(&town))
    }

    #[test]
    fn the_sentence_of_the_plan_is_understood() {
        let found = read("gardening near me on Tuesdays, step free, free");
        let wanted = Wanted {
            words: "gardening".into(),
            days: Days::of("TU").unwrap(),
            most: Some(0),
            step_free: true,
            ..Wanted::default()
        };
        assert_eq!(found, Understood { wanted, near_me: true, place: None });
    }

    #[test]
    fn places_are_towns_of_the_directory_or_postcodes() {
        assert_eq!(read("food bank in Hialeah").place.as_deref(), Some("hialeah"));
        assert_eq!(read("yoga Miami Beach").place.as_deref(), Some("miami beach"));
        let reading = read("reading group");
        assert_eq!((reading.place, reading.wanted.words.as_str()), (None, "reading group"));
        assert_eq!(read("reading").place, None, "a word by itself is a word");
        let found = read("singing within 3 miles of M33 2AB");
        assert_eq!((found.place.as_deref(), found.wanted.within), (Some("M33 2AB"), Some(3.0)));
        assert_eq!(found.wanted.words, "singing of");
    }

    #[test]
    fn days_parts_money_and_language() {
        let found = read("Polish-speaking lunch club at the weekend or Friday mornings under \u{a3}5").wanted;
        assert_eq!(found.language.as_deref(), Some("polish"));
        assert_eq!(found.days, Days::WEEKEND.with(Days::of("FR").unwrap()));
        assert_eq!((found.part, found.most), (Some(Part::Morning), Some(500)));
        assert_eq!(found.words, "lunch club");
        assert_eq!(read("english lessons").wanted.language, None, "the language is what is taught");
        assert_eq!(read("drug free living").wanted.most, None);
        assert_eq!(read("help with debt, with places").wanted.words, "help with debt");
        assert!(read("choir with places").wanted.room);
    }

    proptest! {
        #[test]
        fn any_sentence_is_read_without_harm(sentence in ".{0,200}") {
            let _ = read(&sentence);
        }
    }
}
