//! What people say and what directories write: needs, activities and plain words, as data (`data/vocabulary.json`).
//!
//! Our own small vocabulary. What a directory's source says in its own taxonomy is kept beside it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use fingerpost_domain::need::Need;
use serde::Deserialize;

use crate::words::{Word, stems, words};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    needs: BTreeMap<String, NeedWords>,
    activities: Vec<ActivityWords>,
    synonyms: Vec<Synonym>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedWords {
    words: Vec<String>,
}

/// Its code and its label in the file are for whoever mends the file.
#[derive(Deserialize)]
struct ActivityWords {
    words: Vec<String>,
    needs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Synonym {
    /// What is said tells for whom it is, and not what is looked for.
    #[serde(default)]
    who: bool,
    said: Vec<String>,
    means: Vec<String>,
}

/// Something that groups do and people want, and the needs that it answers.
#[derive(Debug)]
struct Activity {
    needs: Vec<Need>,
    phrases: Vec<Phrase>,
}

/// Words next to each other, as stems.
pub type Phrase = Vec<String>;

/// The longest phrase of the vocabulary, in words.
const LONGEST: usize = 5;

/// The vocabulary, read once.
#[derive(Debug)]
pub struct Vocabulary {
    needs: Vec<(Need, Vec<Phrase>)>,
    activities: Vec<Activity>,
    /// What else may be looked for, by what was said.
    others: HashMap<Phrase, Vec<Other>>,
    /// What tells for whom it is.
    who: HashSet<Phrase>,
    /// Everything that people say in one word: as they write it, and its stem.
    single: Vec<Word>,
}

fn phrases(words: &[String]) -> Vec<Phrase> {
    words.iter().map(|words| stems(words)).filter(|phrase| !phrase.is_empty()).collect()
}

impl Vocabulary {
    fn read(text: &str) -> Result<Self, serde_json::Error> {
        let file: File = serde_json::from_str(text)?;
        let mut others: HashMap<Phrase, Vec<Other>> = HashMap::new();
        let mut also = |said: &Phrase, means: &[Phrase], kin: bool| {
            let known = others.entry(said.clone()).or_default();
            for phrase in means {
                if phrase != said && !known.iter().any(|other| other.phrase == *phrase) {
                    known.push(Other { phrase: phrase.clone(), kin });
                }
            }
        };
        let mut who = HashSet::new();
        for synonym in &file.synonyms {
            if synonym.who {
                who.extend(phrases(&synonym.said));
            }
            let means = phrases(&synonym.means);
            phrases(&synonym.said).iter().for_each(|said| also(said, &means, false));
        }
        let said = file.synonyms.iter().flat_map(|synonym| &synonym.said);
        let said = said.chain(file.activities.iter().flat_map(|activity| &activity.words));
        let single = said
            .filter_map(|said| match words(said).as_slice() {
                [word] => Some(word.clone()),
                _ => None,
            })
            .collect();
        let activities: Vec<Activity> = file
            .activities
            .into_iter()
            .map(|activity| Activity {
                needs: activity.needs.iter().filter_map(|code| Need::from_code(code)).collect(),
                phrases: phrases(&activity.words),
            })
            .collect();
        for activity in &activities {
            activity.phrases.iter().for_each(|said| also(said, &activity.phrases, true));
        }
        let needs = file
            .needs
            .iter()
            .filter_map(|(code, words)| Some((Need::from_code(code)?, phrases(&words.words))))
            .collect();
        Ok(Self { needs, activities, others, who, single })
    }

    /// The needs that a service answers, from the stems of its name and of each of its terms.
    #[must_use]
    pub fn needs_of(&self, texts: &[Vec<String>]) -> Vec<Need> {
        let has = |phrase: &Phrase| texts.iter().any(|text| crate::words::position(text, phrase).is_some());
        let mut found: Vec<Need> =
            self.needs.iter().filter(|(_, phrases)| phrases.iter().any(has)).map(|(need, _)| *need).collect();
        for activity in &self.activities {
            if activity.phrases.iter().any(has) {
                found.extend(&activity.needs);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A word of its own that people say.
    #[must_use]
    pub fn knows(&self, stem: &str) -> bool {
        self.others.contains_key(std::slice::from_ref(&stem.to_owned()))
    }

    /// Everything that people say in one word.
    #[must_use]
    pub fn single_words(&self) -> &[Word] {
        &self.single
    }

    /// Parts what was typed into things to look for: the longest phrase that the vocabulary knows, or a word.
    #[must_use]
    pub fn concepts(&self, typed: &[String]) -> Vec<Concept> {
        let mut all = vec![];
        let mut at = 0;
        while at < typed.len() {
            let known = (1..=LONGEST.min(typed.len() - at))
                .rev()
                .find_map(|len| self.others.get(&typed[at..at + len]).map(|others| (len, others.clone())));
            let (len, others) = known.unwrap_or((1, vec![]));
            let said = typed[at..at + len].to_vec();
            all.push(Concept { who: self.who.contains(&said), said, others });
            at += len;
        }
        all
    }
}

/// One thing to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// The words that were typed.
    pub said: Phrase,
    /// What directories may write instead.
    pub others: Vec<Other>,
    /// It tells for whom it is, and not what is looked for.
    pub who: bool,
}

/// Words that may be looked for instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The words.
    pub phrase: Phrase,
    /// Only of the same kind of thing, not the same: crochet for knitting.
    pub kin: bool,
}

/// The vocabulary.
///
/// # Panics
/// Never: a test reads the file.
#[must_use]
pub fn vocabulary() -> &'static Vocabulary {
    static READ: LazyLock<Vocabulary> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "our own file; a test reads it")]
        Vocabulary::read(include_str!("../data/vocabulary.json")).expect("our own vocabulary can be read")
    });
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(text: &str) -> Vec<Need> {
        vocabulary().needs_of(&[stems(text)])
    }

    #[test]
    fn every_need_and_every_code_of_the_file_is_ours() {
        let file: File = serde_json::from_str(include_str!("../data/vocabulary.json")).unwrap();
        let codes = file.needs.keys().chain(file.activities.iter().flat_map(|activity| &activity.needs));
        for code in codes {
            assert!(Need::from_code(code).is_some(), "{code}");
        }
        for need in Need::ALL.iter().filter(|need| **need != Need::Other) {
            assert!(file.needs.contains_key(need.code()), "{need:?}");
        }
        let whole: serde_json::Value = serde_json::from_str(include_str!("../data/vocabulary.json")).unwrap();
        let activities = whole["activities"].as_array().unwrap();
        let known: HashSet<&str> = activities.iter().map(|activity| activity["code"].as_str().unwrap()).collect();
        assert_eq!(known.len(), activities.len(), "an activity stands there twice");
        let longest = file.synonyms.iter().flat_map(|synonym| phrases(&synonym.said)).map(|said| said.len()).max();
        assert!(longest <= Some(LONGEST));
    }

    #[test]
    fn a_need_is_found_by_whole_words() {
        assert!(needs("Tannery choir").contains(&Need::Company));
        assert_eq!(needs("Debt and benefits advice"), [Need::Money]);
        assert!(needs("Current affairs").is_empty(), "rent inside another word is no rent");
    }

    #[test]
    fn what_people_say_leads_to_what_directories_write() {
        let concepts = vocabulary().concepts(&stems("skint and lonely zebra"));
        assert_eq!(concepts.len(), 3);
        let leads_to = |at: usize, words: &str| concepts[at].others.iter().any(|other| other.phrase == stems(words));
        assert!(leads_to(0, "debt advice") && leads_to(0, "food bank"), "{:?}", concepts[0]);
        assert!(leads_to(1, "befriending"), "{:?}", concepts[1]);
        assert!(concepts[2].others.is_empty());
    }
}
