//! Measures: questionnaires with items, rules, versions and scores, and what somebody answered.
//!
//! A questionnaire is data ([`Questionnaire`], read from JSON); this is the engine that asks, checks and scores. Which
//! question comes next is always worked out from the answers so far, so that asking can stop and go on anywhere: on a
//! telephone, on paper, with the link worker. An assessment keeps the version with which it began. A score exists only
//! where its rule allows what is missing.

mod ipaq;
mod library;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::text::Note;

pub use library::{ons4, shipped, shipped_one};

/// Items of a questionnaire at most.
pub const MOST_ITEMS: usize = 100;
/// Characters of an answer in words.
const LONGEST_ANSWER: usize = 1_000;
/// Stands for an item that was left out on purpose.
pub const SKIPPED: &str = "-";

/// How an item is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// A whole number between two ends, each with its words.
    Scale {
        /// The lowest number.
        from: i32,
        /// The highest number.
        to: i32,
        /// What the lowest means.
        low: String,
        /// What the highest means.
        high: String,
    },
    /// One of several words.
    Choice {
        /// The words, in order.
        options: Vec<ChoiceOption>,
    },
    /// A whole number, typed.
    Number {
        /// The lowest that is believed.
        from: i32,
        /// The highest that is believed.
        to: i32,
        /// What is counted: "minutes a day".
        unit: String,
    },
    /// The person's own words.
    Words,
}

/// One of the words to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// What is stored.
    pub code: String,
    /// What is shown.
    pub label: String,
    /// What it counts in a score, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
}

/// An item is asked only after certain answers to an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowIf {
    /// The earlier item.
    pub item: String,
    /// The answers after which this one is asked.
    pub one_of: Vec<String>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What is stored.
    pub code: String,
    /// The question, in the measure's own words.
    pub text: String,
    /// How it is answered.
    pub answer: AnswerKind,
    /// When it is asked; always where there is no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
    /// It says who somebody is, such as a role or an age: a few who say the same are never shown by themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub who: bool,
}

/// A range of a score with its word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// From this score.
    pub from: i32,
    /// To this score, with it.
    pub to: i32,
    /// The word.
    pub label: String,
}

/// How a score is made of answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Their sum, with the word of its range.
    #[default]
    Sum,
    /// MET-minutes a week with their category: days and minutes of vigorous activity, moderate activity and walking.
    Ipaq,
}

/// An answer that may mean danger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The item.
    pub item: String,
    /// From this value on.
    pub from: i32,
}

/// A number made of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRule {
    /// What is stored.
    pub code: String,
    /// What is shown.
    pub label: String,
    /// How it is made of the items.
    #[serde(default)]
    pub method: Method,
    /// The items that it is made of.
    pub items: Vec<String>,
    /// A higher score is the better one.
    pub higher_is_better: bool,
    /// A change of so much is more than the measure's own noise, as its source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliable_change: Option<i32>,
    /// Ranges with words.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// A questionnaire: its items, its rules, its scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questionnaire {
    /// What is stored.
    pub code: String,
    /// Counts its editions, from 1: an edition that was used is never changed.
    pub version: u32,
    /// What it is called for the person.
    pub title: String,
    /// Said before the first question.
    pub about: String,
    /// What every question begins with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stem: String,
    /// Who made it, and under which licence its words are used.
    pub source: String,
    /// The questions, in order.
    pub items: Vec<Item>,
    /// What is counted from them.
    #[serde(default)]
    pub scores: Vec<ScoreRule>,
    /// Answers that may mean danger: somebody has to see to them at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
}

/// Answers by item code; [`SKIPPED`] for what was left out on purpose.
pub type Answers = BTreeMap<String, String>;

/// A score, where its rule allows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The rule's code.
    pub code: String,
    /// What is shown.
    pub label: String,
    /// The number; none where an item is missing.
    pub value: Option<i32>,
    /// The word of its range.
    pub band: Option<String>,
    /// A higher score is the better one.
    pub higher_is_better: bool,
    /// A change of so much is more than the measure's own noise.
    pub reliable_change: Option<i32>,
}

crate::coded! {
    /// At which point of a case an assessment is made.
    pub enum Moment {
        /// At the beginning.
        Before = "before",
        /// On the way.
        Between = "between",
        /// At the end.
        After = "after",
    }
}

impl Moment {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Before => "At the beginning",
            Self::Between => "On the way",
            Self::After => "At the end",
        }
    }
}

crate::coded! {
    /// How an assessment is filled in.
    pub enum Mode {
        /// The link worker asks.
        Together = "together",
        /// The person answers on paper; the worker types it in.
        Paper = "paper",
        /// The person answers through a link of their own.
        Link = "link",
    }
}

impl Mode {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Together => "Together, now",
            Self::Paper => "On paper, typed in",
            Self::Link => "By themselves, through a link",
        }
    }
}

impl Questionnaire {
    /// Reads a questionnaire and makes sure that the engine can ask it.
    ///
    /// # Errors
    /// What is wrong with it, for whoever wrote it.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        read.check()?;
        Ok(read)
    }

    fn check(&self) -> Result<(), String> {
        if self.items.is_empty() || self.items.len() > MOST_ITEMS {
            return Err(format!("a questionnaire has 1 to {MOST_ITEMS} items"));
        }
        let mut known: HashSet<&str> = HashSet::new();
        for item in &self.items {
            let code = &item.code;
            if let Some(rule) = &item.show_if
                && !known.contains(rule.item.as_str())
            {
                return Err(format!("{code} depends on {}, which is not asked before it", rule.item));
            }
            if !known.insert(code) {
                return Err(format!("two items are called {code}"));
            }
            match &item.answer {
                AnswerKind::Scale { from, to, .. } if !(1..=100).contains(&(to - from)) => {
                    return Err(format!("{code}: a scale has 2 to 101 numbers"));
                }
                AnswerKind::Choice { options } if options.len() < 2 => {
                    return Err(format!("{code}: there is nothing to choose"));
                }
                AnswerKind::Number { from, to, .. } if from >= to => {
                    return Err(format!("{code}: there is no number to type"));
                }
                _ => {}
            }
        }
        for score in &self.scores {
            if let Some(missing) = score.items.iter().find(|item| !known.contains(item.as_str())) {
                return Err(format!("the score {} adds {missing}, which is no item", score.code));
            }
            if score.bands.windows(2).any(|pair| pair[0].to + 1 != pair[1].from) {
                return Err(format!("the ranges of {} leave a gap or overlap", score.code));
            }
            if score.method == Method::Ipaq && score.items.len() != 6 {
                return Err(format!("{} needs days and minutes of three activities", score.code));
            }
        }
        if let Some(alert) = self.alerts.iter().find(|alert| !known.contains(alert.item.as_str())) {
            return Err(format!("an alert watches {}, which is no item", alert.item));
        }
        Ok(())
    }

    /// An item.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// The items that are asked, given the answers so far.
    pub fn asked<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(|item| match &item.show_if {
            None => true,
            Some(rule) => answers.get(&rule.item).is_some_and(|given| rule.one_of.contains(given)),
        })
    }

    /// The question that comes next; none when all are answered or left out.
    #[must_use]
    pub fn next<'a>(&'a self, answers: &'a Answers) -> Option<&'a Item> {
        self.asked(answers).find(|item| !answers.contains_key(&item.code))
    }

    /// The answer to an item as it is stored; an empty one is [`SKIPPED`] when `skip` says so.
    ///
    /// # Errors
    /// What to do instead.
    pub fn accept(item: &Item, typed: &str, skip: bool) -> Result<String, String> {
        let typed = typed.trim();
        if skip {
            return Ok(SKIPPED.to_owned());
        }
        match &item.answer {
            AnswerKind::Scale { from, to, .. } => match typed.parse::<i32>() {
                Ok(number) if (*from..=*to).contains(&number) => Ok(number.to_string()),
                _ => Err(format!("Choose a number from {from} to {to}, or leave this question out")),
            },
            AnswerKind::Choice { options } => options
                .iter()
                .find(|option| option.code == typed)
                .map(|option| option.code.clone())
                .ok_or_else(|| "Choose one of the answers, or leave this question out".to_owned()),
            AnswerKind::Number { from, to, unit } => match typed.parse::<i32>() {
                Ok(number) if (*from..=*to).contains(&number) => Ok(number.to_string()),
                _ => Err(format!("Type a number of {unit} from {from} to {to}, or leave this question out")),
            },
            AnswerKind::Words => {
                let words = Note::<LONGEST_ANSWER>::parse(typed).map_err(|error| error.to_string())?;
                words
                    .map(|words| words.to_string())
                    .ok_or_else(|| "Write something, or leave this question out".to_owned())
            }
        }
    }

    /// Whether an answer is one that [`Questionnaire::accept`] gives: what may be stored.
    #[must_use]
    pub fn is_answer(item: &Item, given: &str) -> bool {
        given == SKIPPED || Self::accept(item, given, false).as_deref() == Ok(given)
    }

    /// The scores. One exists only where every item it adds was asked and answered.
    #[must_use]
    pub fn scores(&self, answers: &Answers) -> Vec<Score> {
        let asked: HashSet<&str> = self.asked(answers).map(|item| item.code.as_str()).collect();
        let number = |code: &str| {
            let item = self.item(code).filter(|item| asked.contains(item.code.as_str()))?;
            value(item, answers.get(code)?)
        };
        self.scores
            .iter()
            .map(|rule| {
                let (value, band) = match rule.method {
                    Method::Sum => {
                        let value: Option<i32> = rule.items.iter().map(|code| number(code)).sum();
                        let found =
                            value.and_then(|n| rule.bands.iter().find(|band| (band.from..=band.to).contains(&n)));
                        (value, found.map(|band| band.label.clone()))
                    }
                    Method::Ipaq => match activity(&rule.items, number) {
                        Some((met, category)) => (Some(met), Some(category.to_owned())),
                        None => (None, None),
                    },
                };
                Score {
                    code: rule.code.clone(),
                    label: rule.label.clone(),
                    value,
                    band,
                    higher_is_better: rule.higher_is_better,
                    reliable_change: rule.reliable_change,
                }
            })
            .collect()
    }

    /// Whether an answer is one that may mean danger.
    #[must_use]
    pub fn means_danger(&self, item: &str, given: &str) -> bool {
        let found = self.alerts.iter().find(|alert| alert.item == item);
        let number = self.item(item).and_then(|item| value(item, given));
        found.zip(number).is_some_and(|(alert, number)| number >= alert.from)
    }

    /// Whether somebody may be left alone with it: not where an answer may mean danger and nobody is there to see it.
    #[must_use]
    pub fn may_be_sent(&self) -> bool {
        self.alerts.is_empty()
    }
}

/// MET-minutes and their category from days and minutes of three activities. Where there was no day, there are no minutes.
fn activity(items: &[String], number: impl Fn(&str) -> Option<i32>) -> Option<(i32, &'static str)> {
    let of = |days: &str, minutes: &str| {
        let days = number(days)?;
        Some(ipaq::Activity { days, minutes: if days == 0 { 0 } else { number(minutes)? } })
    };
    let [vd, vm, md, mm, wd, wm] = items else { return None };
    ipaq::score(of(vd, vm)?, of(md, mm)?, of(wd, wm)?)
}

/// A finished assessment, as far as comparing needs it.
#[derive(Debug, Clone, Copy)]
pub struct Completed<'a> {
    /// The edition that was asked.
    pub questionnaire: &'a Questionnaire,
    /// What was answered.
    pub answers: &'a Answers,
    /// At which point of the case.
    pub moment: Moment,
}

/// A score at the beginning, and the newest after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// What the measure is called.
    pub measure: String,
    /// At the beginning.
    pub before: Score,
    /// The newest after it; none where nothing was asked since.
    pub after: Option<Score>,
}

/// What a change says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The number is the same.
    Same,
    /// Better; `reliable` where it is known to be more than the measure's own noise, or known not to be.
    Better {
        /// None where no such limit is published.
        reliable: Option<bool>,
    },
    /// Worse, likewise.
    Worse {
        /// None where no such limit is published.
        reliable: Option<bool>,
    },
}

impl Paired {
    /// What the change says; none where one of the two is missing.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        let by = self.after.as_ref()?.value? - self.before.value?;
        let reliable = self.before.reliable_change.map(|limit| by.abs() >= limit);
        Some(match (by, by > 0, self.before.higher_is_better) {
            (0, ..) => Change::Same,
            (_, true, true) | (_, false, false) => Change::Better { reliable },
            (_, true, false) | (_, false, true) => Change::Worse { reliable },
        })
    }
}

impl Score {
    /// "3 (low)", or that it was left out.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.value, &self.band) {
            (Some(value), Some(band)) => format!("{value} ({band})"),
            (Some(value), None) => value.to_string(),
            (None, _) => "left out".to_owned(),
        }
    }
}

/// For each measure the first assessment at the beginning beside the newest after it, score by score, for assessments in
/// the order in which they were made. Editions of the same questionnaire are compared by the codes of their scores.
#[must_use]
pub fn before_and_after(completed: &[Completed<'_>]) -> Vec<Paired> {
    let mut seen: HashSet<&str> = HashSet::new();
    let firsts = completed.iter().enumerate().filter(|(_, each)| each.moment == Moment::Before);
    let firsts: Vec<_> = firsts.filter(|(_, each)| seen.insert(&each.questionnaire.code)).collect();
    firsts.into_iter().flat_map(|(at, first)| paired(first, &completed[at + 1..])).collect()
}

fn paired(first: &Completed<'_>, later: &[Completed<'_>]) -> Vec<Paired> {
    let last =
        later.iter().rfind(|each| each.moment != Moment::Before && each.questionnaire.code == first.questionnaire.code);
    let later = last.map(|each| each.questionnaire.scores(each.answers)).unwrap_or_default();
    let scores = first.questionnaire.scores(first.answers).into_iter();
    scores
        .map(|before| Paired {
            measure: first.questionnaire.title.clone(),
            after: later.iter().find(|after| after.code == before.code).cloned(),
            before,
        })
        .collect()
}

fn value(item: &Item, given: &str) -> Option<i32> {
    match &item.answer {
        AnswerKind::Scale { .. } | AnswerKind::Number { .. } => given.parse().ok(),
        AnswerKind::Choice { options } => options.iter().find(|option| option.code == given)?.value,
        AnswerKind::Words => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answers(given: &[(&str, &str)]) -> Answers {
        given.iter().map(|(item, answer)| ((*item).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn ons4_asks_four_questions_and_bands_each_as_published() {
        let ons4 = Questionnaire::from_json(include_str!("../data/measures/ons4.v1.json")).unwrap();
        assert_eq!((ons4.items.len(), ons4.scores.len(), ons4.code.as_str()), (4, 4, "ons4"));
        let all = answers(&[("satisfied", "4"), ("worthwhile", "9"), ("happy", "7"), ("anxious", "6")]);
        let bands: Vec<_> = ons4.scores(&all).into_iter().map(|score| score.band.unwrap()).collect();
        assert_eq!(bands, ["low", "very high", "high", "high"]);
        assert!(ons4.next(&all).is_none());
    }

    #[test]
    fn a_score_does_not_exist_while_an_item_is_missing() {
        let given = answers(&[("satisfied", "4"), ("worthwhile", SKIPPED)]);
        let scores = ons4().scores(&given);
        assert_eq!((scores[0].value, scores[1].value, scores[2].value), (Some(4), None, None));
        assert_eq!(ons4().next(&given).unwrap().code, "happy", "what was left out is not asked again");
    }

    #[test]
    fn an_answer_outside_the_scale_is_refused() {
        let measure = ons4();
        let item = measure.item("happy").unwrap();
        for wrong in ["11", "-1", "", "five", "5.5", "1e1"] {
            assert!(Questionnaire::accept(item, wrong, false).is_err(), "{wrong}");
        }
        assert_eq!(Questionnaire::accept(item, " 07 ", false).as_deref(), Ok("7"));
        assert_eq!(Questionnaire::accept(item, "", true).as_deref(), Ok(SKIPPED));
    }

    #[test]
    fn the_beginning_stands_beside_the_newest_after_it() {
        let (measure, given) = (ons4(), |n: &str| answers(&[("happy", n)]));
        let (first, again, later, last) = (given("3"), given("9"), given("5"), given("7"));
        let at = |answers, moment| Completed { questionnaire: &measure, answers, moment };
        let all = [
            at(&first, Moment::Before),
            at(&again, Moment::Before),
            at(&later, Moment::Between),
            at(&last, Moment::After),
        ];
        let happy = |all: &[Completed<'_>]| {
            let pair = before_and_after(all).into_iter().find(|pair| pair.before.code == "happy").unwrap();
            (pair.before.words(), pair.after.map(|after| after.words()))
        };
        assert_eq!(happy(&all), ("3 (low)".to_owned(), Some("7 (high)".to_owned())));
        assert_eq!(happy(&all[..2]), ("3 (low)".to_owned(), None));
        assert!(before_and_after(&all[2..]).is_empty(), "without a beginning there is no change");
        let backwards = [all[2], all[0]];
        assert_eq!(happy(&backwards), ("3 (low)".to_owned(), None), "what was asked before it is not after it");
    }

    fn with_a_rule() -> Questionnaire {
        let text = r#"{"code": "t", "version": 1, "title": "T", "about": "", "source": "ours", "items": [
            {"code": "work", "text": "Do you work?", "answer": {"choice": {"options": [{"code": "y", "label": "Yes", "value": 1}, {"code": "n", "label": "No", "value": 0}]}}},
            {"code": "hours", "text": "How many hours?", "answer": {"scale": {"from": 1, "to": 60, "low": "", "high": ""}}, "show_if": {"item": "work", "one_of": ["y"]}},
            {"code": "else", "text": "Anything else?", "answer": "words"}
        ], "scores": [{"code": "s", "label": "S", "items": ["work", "hours"], "higher_is_better": true}]}"#;
        Questionnaire::from_json(text).unwrap()
    }

    #[test]
    fn a_question_is_asked_only_where_its_rule_says_so() {
        let measure = with_a_rule();
        let codes = |given: &Answers| measure.asked(given).map(|item| item.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&answers(&[("work", "n")])), ["work", "else"]);
        assert_eq!(codes(&answers(&[("work", "y")])), ["work", "hours", "else"]);
        let changed = answers(&[("work", "n"), ("hours", "40")]);
        assert_eq!(measure.scores(&changed)[0].value, None, "an answer to what is no longer asked counts for nothing");
        assert_eq!(measure.scores(&answers(&[("work", "y"), ("hours", "40")]))[0].value, Some(41));
    }

    #[test]
    fn a_questionnaire_that_cannot_be_asked_is_refused() {
        let whole = include_str!("../data/measures/ons4.v1.json");
        for (from, to, told) in [
            ("\"code\": \"happy\",\n      \"text\"", "\"code\": \"anxious\",\n      \"text\"", "two items"),
            ("\"items\": [\"happy\"]", "\"items\": [\"sad\"]", "no item"),
            ("\"from\": 5, \"to\": 6", "\"from\": 6, \"to\": 6", "gap"),
            ("\"from\": 0, \"to\": 10,", "\"from\": 10, \"to\": 0,", "a scale has"),
        ] {
            let broken = whole.replacen(from, to, 1);
            assert_ne!(broken, whole, "{from}");
            let refused = Questionnaire::from_json(&broken).unwrap_err();
            assert!(refused.contains(told), "{refused}");
        }
    }

    proptest! {
        /// Whatever is answered or left out, in whatever order, every question comes once and the asking ends.
        #[test]
        fn asking_always_ends(given in prop::collection::vec(prop::option::of(0_i32..11), 0..12)) {
            let measure = ons4();
            let mut answers = Answers::new();
            let mut asked = 0;
            for number in given.into_iter().chain([None; 4]) {
                let Some(item) = measure.next(&answers) else { break };
                let typed = number.map(|n| n.to_string()).unwrap_or_default();
                let answer = Questionnaire::accept(item, &typed, number.is_none()).unwrap();
                prop_assert!(answers.insert(item.code.clone(), answer).is_none());
                asked += 1;
            }
            prop_assert_eq!(asked, 4);
            prop_assert!(measure.next(&answers).is_none());
        }
    }
}
