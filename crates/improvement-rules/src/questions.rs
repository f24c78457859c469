//! Questions that a place writes itself, for its surveys: what may be asked, in which order, and after which answers. They are a
//! template: a survey that was opened keeps the edition with which it was opened, whatever becomes of them.

use serde::{Deserialize, Serialize};

use fingerpost_domain::measure::{AnswerKind, ChoiceOption, Item, Moment, Questionnaire, ShowIf};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;

use crate::project::whole;
use crate::survey::{clinician_questions, staff_questions};

/// Questions of one survey at most: more are not answered.
pub const MOST_QUESTIONS: usize = 40;
/// Answers to choose from at most.
const MOST_OPTIONS: usize = 30;
/// The longest scale that fits a telephone.
const LONGEST_SCALE: u32 = 10;
/// The largest number that is believed.
const LARGEST_NUMBER: u32 = 1_000_000;
/// Between the codes of answers after any of which a question is asked.
const OR: char = '|';

/// What one learns from questions that nobody has tried.
const SOURCE: &str = "Written by the organisation that asks. Not a validated scale: read each question by itself.";

fingerpost_domain::coded! {
    /// What questions of one's own begin with.
    pub enum Beginning {
        /// All questions for clinicians.
        Clinicians = "clinicians",
        /// What staff are asked before a change.
        StaffBefore = "staff_before",
        /// What staff are asked after it.
        StaffAfter = "staff_after",
        /// None.
        Nothing = "nothing",
    }
}

impl Beginning {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clinicians => "The full survey of clinicians, to change",
            Self::StaffBefore => "The short survey before training, to change",
            Self::StaffAfter => "The short survey after training, to change",
            Self::Nothing => "An empty page",
        }
    }

    fn items(self) -> Vec<Item> {
        match self {
            Self::Clinicians => clinician_questions("", None, &[]).items,
            Self::StaffBefore => staff_questions(Moment::Before).items,
            Self::StaffAfter => staff_questions(Moment::After).items,
            Self::Nothing => vec![],
        }
    }
}

fingerpost_domain::coded! {
    /// How a question is answered.
    pub enum Kind {
        /// By choosing one of several answers.
        Choice = "choice",
        /// By a number between two ends that have words.
        Scale = "scale",
        /// By typing a number.
        Number = "number",
        /// In one's own words.
        Words = "words",
    }
}

impl Kind {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Choice => "Choose one answer",
            Self::Scale => "A scale",
            Self::Number => "A number",
            Self::Words => "Their own words",
        }
    }

    /// How an item is answered.
    #[must_use]
    pub const fn of(item: &Item) -> Self {
        match item.answer {
            AnswerKind::Choice { .. } => Self::Choice,
            AnswerKind::Scale { .. } => Self::Scale,
            AnswerKind::Number { .. } => Self::Number,
            AnswerKind::Words => Self::Words,
        }
    }
}

/// Questions of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnQuestions {
    /// What they are called, for those who are asked too.
    pub title: Line<120>,
    /// The questions, in order.
    pub items: Vec<Item>,
}

impl OwnQuestions {
    /// Questions to begin with.
    #[must_use]
    pub fn beginning(title: Line<120>, with: Beginning) -> Self {
        Self { title, items: with.items() }
    }

    /// What a survey asks with them.
    #[must_use]
    pub fn asked(&self, code: &str) -> Questionnaire {
        Questionnaire {
            code: code.to_owned(),
            version: 1,
            title: self.title.to_string(),
            about: "You may leave any question out.".to_owned(),
            stem: String::new(),
            source: SOURCE.to_owned(),
            items: self.items.clone(),
            scores: vec![],
            alerts: vec![],
        }
    }

    fn place(&self, code: &str) -> Option<usize> {
        self.items.iter().position(|item| item.code == code)
    }

    /// An item.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// Questions after whose answers an item may be asked: those before it that offer answers.
    pub fn before<'a>(&'a self, code: Option<&str>) -> impl Iterator<Item = &'a Item> {
        let until = code.and_then(|code| self.place(code)).unwrap_or(self.items.len());
        self.items[..until].iter().filter(|item| matches!(Kind::of(item), Kind::Choice | Kind::Scale))
    }

    fn fresh_code(&self) -> String {
        let number = |item: &Item| item.code.strip_prefix('q').and_then(|rest| rest.parse::<u32>().ok());
        format!("q{}", self.items.iter().filter_map(number).max().unwrap_or(0) + 1)
    }

    /// With an item added at the end, or put in place of the one with this code.
    ///
    /// # Errors
    /// [`Problems`], named as the fields of the form.
    pub fn with(&self, code: Option<&str>, typed: &QuestionAnswers) -> Result<Self, Problems> {
        let place = code.and_then(|code| self.place(code));
        let mut item = typed.check(self, place)?;
        item.code = place.map_or_else(|| self.fresh_code(), |at| self.items[at].code.clone());
        let mut changed = self.clone();
        match place {
            Some(at) => changed.items[at] = item,
            None if self.items.len() >= MOST_QUESTIONS => {
                let told = format!("There are {MOST_QUESTIONS} questions already. Take one out first");
                return Err(Problems::one("text", told));
            }
            None => changed.items.push(item),
        }
        changed.held_together("options")
    }

    /// Without an item.
    ///
    /// # Errors
    /// [`Problems`], where another is asked only after an answer to it.
    pub fn without(&self, code: &str) -> Result<Self, Problems> {
        let mut changed = self.clone();
        changed.items.retain(|item| item.code != code);
        changed.held_together("questions")
    }

    /// With an item one place further up, or down.
    ///
    /// # Errors
    /// [`Problems`], where a question would come before the one on whose answer it depends.
    pub fn moved(&self, code: &str, up: bool) -> Result<Self, Problems> {
        let mut changed = self.clone();
        let to = self.place(code).and_then(|at| Some((at, if up { at.checked_sub(1)? } else { at + 1 })));
        if let Some((at, to)) = to.filter(|(_, to)| *to < self.items.len()) {
            changed.items.swap(at, to);
        }
        changed.held_together("questions")
    }

    /// Every question that depends on an answer comes after the question that offers it.
    fn held_together(self, field: &'static str) -> Result<Self, Problems> {
        for (at, item) in self.items.iter().enumerate() {
            let Some(rule) = &item.show_if else { continue };
            let told = |what: &str| {
                let told = format!(
                    "\u{201c}{}\u{201d} is asked only after an answer to a question that {what}. Change that one first",
                    item.text
                );
                Err(Problems::one(field, told))
            };
            match self.items[..at].iter().find(|before| before.code == rule.item) {
                None => return told("would come after it, or is gone"),
                Some(before) if rule.one_of.iter().any(|given| !Questionnaire::is_answer(before, given)) => {
                    return told("would not offer it any more");
                }
                Some(_) => {}
            }
        }
        Ok(self)
    }
}

/// A question as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct QuestionAnswers {
    pub text: String,
    pub kind: String,
    pub options: String,
    pub steps: String,
    pub low: String,
    pub high: String,
    pub unit: String,
    pub largest: String,
    pub who: bool,
    /// The code of an earlier question, `=`, and its answers with `|` between them; empty where it is always asked.
    pub after: String,
}

/// An answer after which a question is asked, as the form carries it.
#[must_use]
pub fn after_code(rule: &ShowIf) -> String {
    format!("{}={}", rule.item, rule.one_of.join(&OR.to_string()))
}

/// "Only if “Do you refer?” was answered with Never or Not yet".
#[must_use]
pub fn after_words(items: &[Item], rule: &ShowIf) -> String {
    let Some(item) = items.iter().find(|item| item.code == rule.item) else { return String::new() };
    let label = |code: &String| match &item.answer {
        AnswerKind::Choice { options } => options
            .iter()
            .find(|option| option.code == *code)
            .map_or_else(|| code.clone(), |option| option.label.clone()),
        _ => code.clone(),
    };
    let answers: Vec<String> = rule.one_of.iter().map(label).collect();
    format!("Only if \u{201c}{}\u{201d} was answered with {}", item.text, answers.join(" or "))
}

/// Every single answer after which a question may be asked.
pub fn answers_of(item: &Item) -> impl Iterator<Item = ShowIf> {
    let codes: Vec<String> = match &item.answer {
        AnswerKind::Choice { options } => options.iter().map(|option| option.code.clone()).collect(),
        AnswerKind::Scale { from, to, .. } => (*from..=*to).map(|n| n.to_string()).collect(),
        AnswerKind::Number { .. } | AnswerKind::Words => vec![],
    };
    codes.into_iter().map(|code| ShowIf { item: item.code.clone(), one_of: vec![code] })
}

impl From<&Item> for QuestionAnswers {
    fn from(item: &Item) -> Self {
        let mut typed = Self {
            text: item.text.clone(),
            kind: Kind::of(item).code().to_owned(),
            who: item.who,
            after: item.show_if.as_ref().map(after_code).unwrap_or_default(),
            ..Self::default()
        };
        match &item.answer {
            AnswerKind::Choice { options } => {
                typed.options = options.iter().map(|option| option.label.as_str()).collect::<Vec<_>>().join("\n");
            }
            AnswerKind::Scale { to, low, high, .. } => {
                (typed.steps, typed.low, typed.high) = (to.to_string(), low.clone(), high.clone());
            }
            AnswerKind::Number { to, unit, .. } => (typed.largest, typed.unit) = (to.to_string(), unit.clone()),
            AnswerKind::Words => {}
        }
        typed
    }
}

impl QuestionAnswers {
    fn check(&self, all: &OwnQuestions, place: Option<usize>) -> Result<Item, Problems> {
        let mut problems = Problems::none();
        let text = problems.need("text", Line::<300>::parse(&self.text), "Write the question");
        let kind = Kind::from_code(&self.kind);
        if kind.is_none() {
            problems.add("kind", "Choose how it is answered");
        }
        let stood = place.map(|at| &all.items[at]);
        let answer = kind.and_then(|kind| problems.part(self.answer(kind, stood)));
        let show_if = problems.take("after", self.after(all, stood)).flatten();
        match (text, answer) {
            (Some(text), Some(answer)) if problems.is_empty() => {
                Ok(Item { code: String::new(), text: text.to_string(), answer, show_if, who: self.who })
            }
            _ => Err(problems),
        }
    }

    fn answer(&self, kind: Kind, stood: Option<&Item>) -> Result<AnswerKind, Problems> {
        let mut problems = Problems::none();
        let found = match kind {
            Kind::Words => Some(AnswerKind::Words),
            Kind::Choice => self.choice(stood, &mut problems),
            Kind::Scale => {
                let wanted = "Type how far the scale goes: 3 to 10";
                let to = problems.need("steps", whole(&self.steps, (3, LONGEST_SCALE)), wanted);
                let low = problems.need("low", Line::<60>::parse(&self.low), "Say what 1 means");
                let high = problems.need("high", Line::<60>::parse(&self.high), "Say what the highest number means");
                to.zip(low).zip(high).and_then(|((to, low), high)| {
                    let to = i32::try_from(to).ok()?;
                    // A scale of ours that begins elsewhere goes on doing so.
                    let from = match stood.map(|item| &item.answer) {
                        Some(AnswerKind::Scale { from, .. }) => *from,
                        _ => 1,
                    };
                    Some(AnswerKind::Scale { from, to, low: low.to_string(), high: high.to_string() })
                })
            }
            Kind::Number => {
                let unit = problems.need(
                    "unit",
                    Line::<60>::parse(&self.unit),
                    "Say what is counted, such as patients a week",
                );
                let wanted = "Type the largest number that could be true";
                let to = problems.need("largest", whole(&self.largest, (1, LARGEST_NUMBER)), wanted);
                unit.zip(to).and_then(|(unit, to)| {
                    Some(AnswerKind::Number { from: 0, to: i32::try_from(to).ok()?, unit: unit.to_string() })
                })
            }
        };
        found.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// What keeps its words keeps its code: answers to it stay comparable from one survey to the next.
    fn choice(&self, stood: Option<&Item>, problems: &mut Problems) -> Option<AnswerKind> {
        let known: &[ChoiceOption] = match stood.map(|item| &item.answer) {
            Some(AnswerKind::Choice { options }) => options,
            _ => &[],
        };
        let mut options: Vec<ChoiceOption> = vec![];
        let taken =
            |options: &[ChoiceOption], code: &str| options.iter().chain(known).any(|option| option.code == code);
        for line in self.options.lines() {
            let Some(label) = problems.take("options", Line::<120>::parse(line)).flatten() else { continue };
            if options.iter().any(|option| option.label == label.as_str()) {
                problems.add("options", format!("{label} stands there twice"));
            }
            let stands = known.iter().find(|option| option.label == label.as_str()).cloned();
            let fresh = || (1..).map(|n| format!("a{n}")).find(|code| !taken(&options, code)).unwrap_or_default();
            let option =
                stands.unwrap_or_else(|| ChoiceOption { code: fresh(), label: label.to_string(), value: None });
            options.push(option);
        }
        if !(2..=MOST_OPTIONS).contains(&options.len()) {
            problems.add("options", format!("Write 2 to {MOST_OPTIONS} answers, one on each line"));
        }
        Some(AnswerKind::Choice { options })
    }

    fn after(&self, all: &OwnQuestions, stood: Option<&Item>) -> Result<Option<ShowIf>, String> {
        if self.after.is_empty() {
            return Ok(None);
        }
        let rule = self.after.split_once('=').map(|(item, answers)| ShowIf {
            item: item.to_owned(),
            one_of: answers.split(OR).map(str::to_owned).collect(),
        });
        let offered = |rule: &ShowIf| {
            let before = all.before(stood.map(|item| item.code.as_str())).find(|item| item.code == rule.item);
            before.is_some_and(|before| rule.one_of.iter().all(|given| Questionnaire::is_answer(before, given)))
        };
        rule.filter(offered)
            .map(Some)
            .ok_or_else(|| "Choose an answer to a question that comes before this one".to_owned())
    }
}

/// What questions are called and what they begin with, as typed.
///
/// # Errors
/// [`Problems`], named as the fields.
pub fn named(title: &str, beginning: &str) -> Result<(Line<120>, Beginning), Problems> {
    let mut problems = Problems::none();
    let title = problems.need("title", Line::parse(title), "Give the questions a name. Those whom you ask see it");
    let beginning = Beginning::from_code(beginning);
    if beginning.is_none() {
        problems.add("beginning", "Choose what you begin with");
    }
    title.zip(beginning).ok_or(problems)
}

#[cfg(test)]
mod tests;
