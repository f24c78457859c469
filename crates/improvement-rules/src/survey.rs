//! Surveys, on the one questionnaire engine: of a practice's staff before a change and after it, and of clinicians by itself.
//!
//! Nobody signs in and nobody is named. Whoever answers makes a code of their own, from things that do not change and that a colleague
//! does not know, so that both of their answers can be put beside each other. That is pseudonymous and is called so: whoever knows
//! those things could work the code out. Only its digest is kept.

use jiff::civil::Date;

use crate::project::whole;
use crate::questions::OwnQuestions;
use fingerpost_domain::calendar::plus_days;
use fingerpost_domain::case::read_day;
use fingerpost_domain::measure::{AnswerKind, Answers, ChoiceOption, Item, Moment, Questionnaire, SKIPPED};
use fingerpost_domain::person::Email;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, folded};

/// A group of fewer people than this is not shown.
pub const SHOWN_FROM: usize = 5;

/// How the code is made, for whoever answers.
pub const CODE_HINT: &str = "The first two letters of the street you grew up in, then the day of the month on which you were born. For \
                             example, EL07. It puts your two answers together without your name";

/// The questions of a survey: some are asked only after the change.
///
/// # Panics
/// Never: the files are part of the program, and a test reads them.
#[must_use]
#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
pub fn staff_questions(moment: Moment) -> Questionnaire {
    let text = match moment {
        Moment::After => include_str!("../data/surveys/staff_after.v1.json"),
        Moment::Before | Moment::Between => include_str!("../data/surveys/staff_before.v1.json"),
    };
    Questionnaire::from_json(text).expect("our own questionnaire can be read")
}

fingerpost_domain::coded! {
    /// How what clinicians wrote is read.
    pub enum Approach {
        /// The reader's judgement is part of it: agreement between readers is no aim, and none is reckoned.
        Reflexive = "reflexive",
        /// Several read by one codebook, and it is said how far they agree.
        Codebook = "codebook",
    }
}

impl Approach {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reflexive => "Reflexive thematic analysis",
            Self::Codebook => "By a codebook, with two or more readers",
        }
    }
}

fingerpost_domain::coded! {
    /// What an insight is.
    pub enum InsightKind {
        /// It keeps people from being referred.
        Barrier = "barrier",
        /// It could be built on.
        Opportunity = "opportunity",
    }
}

fingerpost_domain::coded! {
    /// How strong the evidence of an insight is.
    pub enum Strength {
        /// One or two said so.
        Weak = "weak",
        /// Several said so, or a number points that way.
        Some = "some",
        /// Many said so, and a number agrees.
        Strong = "strong",
    }
}

impl Strength {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Weak => "Weak: one or two said so",
            Self::Some => "Some: several said so, or a number points that way",
            Self::Strong => "Strong: many said so, and a number agrees",
        }
    }
}

/// The characteristics by which clinicians defined social prescribing in a published survey (Moore and others 2022, table 1): a
/// codebook to begin with.
pub const PUBLISHED_THEMES: [&str; 21] = [
    "Supporting the patient",
    "Social issues",
    "Stress",
    "Non-medical support",
    "Lifestyle",
    "Physical health",
    "Plan of care",
    "Supplements medicine",
    "Holistic",
    "Community support",
    "Advice or signposting",
    "Fills a gap",
    "Addresses several issues",
    "Practical issues (housing, debt)",
    "Isolation",
    "Helps patients manage",
    "New role",
    "Mental health",
    "Diet and weight",
    "Self-management",
    "Unsure",
];

/// The item in which a clinician says where they work.
pub const PRACTICE_ITEM: &str = "practice";
/// The item whose answers the published themes are about.
pub const DEFINITION_ITEM: &str = "definition";
/// Practices of one survey at most: more than any board has.
const MOST_PRACTICES: usize = 1_000;

/// A practice that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPractice {
    /// Its name.
    pub name: Line<120>,
    /// Its network.
    pub network: Option<Line<120>>,
}

/// The code of a practice's option, by the number that was dealt to it.
#[must_use]
pub fn practice_code(number: usize) -> String {
    format!("p{number}")
}

/// The questions for clinicians, our own or those of a place, with the practices to choose from; numbers are those of [`practice_code`],
/// names in the order of the alphabet. Each survey has an edition of its own, because its practices are its own.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
#[must_use]
#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
pub fn clinician_questions(
    code: &str,
    own: Option<&OwnQuestions>,
    practices: &[(usize, AskedPractice)],
) -> Questionnaire {
    let mut questions = own.map_or_else(
        || {
            let text = include_str!("../data/surveys/clinicians.v1.json");
            Questionnaire::from_json(text).expect("our own questionnaire can be read")
        },
        |own| own.asked(code),
    );
    code.clone_into(&mut questions.code);
    if practices.len() > 1 {
        let mut named: Vec<_> = practices.iter().collect();
        named.sort_by_key(|(_, practice)| folded(practice.name.as_str()));
        let option = |(number, practice): &&(usize, AskedPractice)| ChoiceOption {
            code: practice_code(*number),
            label: practice.name.to_string(),
            value: None,
        };
        let answer = AnswerKind::Choice { options: named.iter().map(option).collect() };
        let text = "In which practice do you work most?".to_owned();
        questions.items.insert(0, Item { code: PRACTICE_ITEM.to_owned(), text, answer, show_if: None, who: true });
    }
    questions
}

/// A survey of clinicians as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct ClinicianSurveyAnswers {
    pub title: String,
    pub approach: String,
    pub practices: String,
    pub prize: String,
    pub sending: SendingAnswers,
}

/// A survey of clinicians.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicianSurvey {
    /// What it is called.
    pub title: Line<120>,
    /// How what they write is read.
    pub approach: Approach,
    /// The practices that are asked.
    pub practices: Vec<AskedPractice>,
    /// What can be won by answering, where there is a prize draw.
    pub prize: Option<Line<120>>,
    /// How it is sent.
    pub sending: Sending,
}

impl ClinicianSurveyAnswers {
    /// The survey, or everything that is wrong with it. Practices stand one on a line, each with its network after a comma.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, today: Date) -> Result<ClinicianSurvey, Problems> {
        let mut problems = Problems::none();
        let title = problems.need("title", Line::parse(&self.title), "Give the survey a name");
        let approach = Approach::from_code(&self.approach);
        if approach.is_none() {
            problems.add("approach", "Choose how you will read what they write");
        }
        let mut practices: Vec<AskedPractice> = vec![];
        for line in self.practices.lines() {
            let (name, network) = line.rsplit_once(',').unwrap_or((line, ""));
            let name = problems.take("practices", Line::parse(name)).flatten();
            let network = problems.take("practices", Line::parse(network)).flatten();
            let Some(name) = name else { continue };
            if practices.iter().any(|known| folded(known.name.as_str()) == folded(name.as_str())) {
                problems.add("practices", format!("{name} stands there twice. Take one of them out"));
            }
            practices.push(AskedPractice { name, network });
        }
        if practices.len() > MOST_PRACTICES {
            problems.add("practices", format!("There are more than {MOST_PRACTICES} practices"));
        }
        let prize = problems.take("prize", Line::parse(&self.prize)).flatten();
        let sending = problems.part(self.sending.check((false, None), today));
        match (title, approach, sending) {
            (Some(title), Some(approach), Some(sending)) if problems.is_empty() => {
                Ok(ClinicianSurvey { title, approach, practices, prize, sending })
            }
            _ => Err(problems),
        }
    }
}

/// Addresses of colleagues as typed: one on each line, or with commas between them. Each stands once.
///
/// # Errors
/// [`Problems`], named as the field; what is wrong is said by its place.
pub fn colleagues(typed: &str, most: usize) -> Result<Vec<Email>, Problems> {
    let mut problems = Problems::none();
    let mut all: Vec<Email> = vec![];
    let written = typed.split(['\n', ',', ';']).map(str::trim).filter(|address| !address.is_empty());
    for (at, address) in written.enumerate() {
        match Email::parse(address) {
            Ok(email) if all.iter().any(|known| known.folded() == email.folded()) => {}
            Ok(email) => all.push(email),
            Err(_) => {
                problems.add("addresses", format!("The address in place {} is none, like name@example.org", at + 1));
                break;
            }
        }
    }
    if problems.is_empty() && all.is_empty() {
        problems.add("addresses", "Write down at least one address");
    }
    if all.len() > most {
        problems.add("addresses", format!("Fingerpost writes to {most} colleagues about one survey at most"));
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// The contacts of a clinician in a month, as typed.
///
/// # Errors
/// [`Problems`], named as the field.
pub fn monthly_contacts(typed: &str) -> Result<u32, Problems> {
    let mut problems = Problems::none();
    let found =
        problems.need("contacts", whole(typed, (20, 5_000)), "Type how many contacts a clinician has in a month");
    found.ok_or(problems)
}

/// Two letters and two digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairCode(String);

impl PairCode {
    /// The code as typed, in any case, with or without spaces; none where nothing is typed.
    ///
    /// # Errors
    /// What to type instead.
    pub fn parse(typed: &str) -> Result<Option<Self>, String> {
        let code: String =
            typed.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect();
        if code.is_empty() {
            return Ok(None);
        }
        let letters: Vec<char> = code.chars().collect();
        let good = match letters.as_slice() {
            [a, b, c, d] => {
                let day: Option<u32> = c.to_digit(10).zip(d.to_digit(10)).map(|(tens, ones)| tens * 10 + ones);
                a.is_alphabetic() && b.is_alphabetic() && day.is_some_and(|day| (1..=31).contains(&day))
            }
            _ => false,
        };
        if good {
            Ok(Some(Self(code)))
        } else {
            Err("Type two letters and a day from 01 to 31, for example EL07".to_owned())
        }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// People of one survey at most: a large network.
const MOST_INVITED: u32 = 20_000;
/// Ways on which one survey goes out.
const MOST_WAYS: usize = 6;
/// Days for which a survey is open at most.
const OPEN_AT_MOST: i64 = 180;

/// How a survey is sent, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct SendingAnswers {
    pub invited: String,
    pub closes_day: String,
    pub closes_month: String,
    pub closes_year: String,
    pub ways: String,
}

/// How a survey is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// How many people are asked.
    pub invited: u32,
    /// The last day on which it can be answered.
    pub closes_on: Date,
    /// The ways on which it goes out.
    pub ways: Vec<Line<80>>,
}

impl SendingAnswers {
    /// How a survey is sent, or what is wrong with it. One that is open may be ended today; its ways stay as they are. Where it is asked
    /// before a change, it ends before that.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, (open, before): (bool, Option<Date>), today: Date) -> Result<Sending, Problems> {
        let mut problems = Problems::none();
        let invited = problems.need("invited", whole(&self.invited, (1, MOST_INVITED)), "Type how many people you ask");
        let closes = read_day(&self.closes_day, &self.closes_month, &self.closes_year, "the survey's end");
        let closes_on = problems.take("closes", closes);
        let earliest = if open { plus_days(today, -1) } else { plus_days(today, 1) };
        if closes_on.is_some_and(|closes| !(earliest..=plus_days(today, OPEN_AT_MOST)).contains(&closes)) {
            problems.add("closes", "Choose a day within the next half year");
        }
        if let Some(change) = before.filter(|change| closes_on.is_some_and(|closes| closes >= *change)) {
            let told = format!("It must end before the change, which comes on {}", change.strftime("%-d %B %Y"));
            problems.add("closes", told);
        }
        let mut ways = vec![];
        for way in self.ways.lines() {
            ways.extend(problems.take("ways", Line::parse(way)).flatten());
        }
        if !open && !(1..=MOST_WAYS).contains(&ways.len()) {
            problems.add(
                "ways",
                format!("Write 1 to {MOST_WAYS} ways, one on each line: for example, an e-mail to everybody"),
            );
        }
        match (invited, closes_on) {
            (Some(invited), Some(closes_on)) if problems.is_empty() => Ok(Sending { invited, closes_on, ways }),
            _ => Err(problems),
        }
    }
}

/// The answers of a page with all questions on it. What was left empty was left out; what is asked only after another answer, and was
/// not to be asked, is not kept.
///
/// # Errors
/// [`Problems`], named by the codes of the items; one for the first item where nothing at all was answered.
pub fn read_answers(questions: &Questionnaire, typed: impl Fn(&str) -> String) -> Result<Answers, Problems> {
    let mut problems = Problems::none();
    let mut answers = Answers::new();
    for item in &questions.items {
        let given = typed(&item.code);
        let skip = given.trim().is_empty();
        if let Some(answer) = problems.take(item.code.clone(), Questionnaire::accept(item, &given, skip)) {
            answers.insert(item.code.clone(), answer);
        }
    }
    let asked: Vec<String> = questions.asked(&answers).map(|item| item.code.clone()).collect();
    answers.retain(|code, _| asked.contains(code));
    if problems.is_empty() && answers.values().all(|answer| answer == SKIPPED) {
        let first = questions.items.first().map(|item| item.code.clone()).unwrap_or_default();
        problems.add(first, "Answer at least one question, or close this page");
    }
    if problems.is_empty() { Ok(answers) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_surveys_can_be_read_and_share_what_is_compared() {
        let (before, after) = (staff_questions(Moment::Before), staff_questions(Moment::After));
        assert_eq!((before.code.as_str(), after.code.as_str()), ("staff_before", "staff_after"));
        let both =
            before.items.iter().filter(|item| after.item(&item.code).is_some_and(|other| other.text == item.text));
        assert_eq!(both.count(), 11);
    }

    #[test]
    fn clinicians_choose_their_practice_by_name_and_answer_with_a_number() {
        let typed = ClinicianSurveyAnswers {
            title: "What clinicians think".into(),
            approach: "reflexive".into(),
            prize: String::new(),
            practices: "Tannery Lane, North\nAlder Surgery, South, and West\n\nMillrace".into(),
            sending: SendingAnswers {
                invited: "40".into(),
                closes_day: "9".into(),
                closes_month: "12".into(),
                closes_year: "2026".into(),
                ways: "Newsletter".into(),
            },
        };
        let today = Date::constant(2026, 11, 25);
        let read = typed.check(today).unwrap();
        assert_eq!(read.practices[1].name.as_str(), "Alder Surgery, South");
        assert_eq!(read.practices[1].network.as_ref().map(Line::as_str), Some("and West"));
        assert_eq!(read.practices[2].network, None);
        let dealt: Vec<_> = [3, 1, 2].into_iter().zip(read.practices).collect();
        let questions = clinician_questions("one", None, &dealt);
        let AnswerKind::Choice { options } = &questions.item(PRACTICE_ITEM).unwrap().answer else { panic!("a choice") };
        let shown: Vec<_> = options.iter().map(|option| (option.code.as_str(), option.label.as_str())).collect();
        assert_eq!(shown, [("p1", "Alder Surgery, South"), ("p2", "Millrace"), ("p3", "Tannery Lane")]);
        assert!(
            clinician_questions("one", None, &dealt[..1]).item(PRACTICE_ITEM).is_none(),
            "one practice need not be asked for"
        );
        assert!(questions.item(DEFINITION_ITEM).is_some());
        let twice =
            ClinicianSurveyAnswers { practices: "Millrace\nMILLRACE, North".into(), title: " ".into(), ..typed };
        let problems = twice.check(today).unwrap_err();
        assert!(problems.of("practices").is_some() && problems.of("title").is_some());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let read = |typed: &str| PairCode::parse(typed).map(|code| code.map(|code| code.as_str().to_owned()));
        for typed in ["EL07", " el 07", "El-07"] {
            assert_eq!(read(typed).unwrap().as_deref(), Some("EL07"));
        }
        assert_eq!(read("\u{e9}l07").unwrap().as_deref(), Some("\u{c9}L07"));
        assert_eq!(read(" "), Ok(None));
        for wrong in ["EL7", "EL32", "EL00", "E107", "ELM07", "07EL"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_survey_is_sent_on_some_way_and_ends_some_day() {
        let today = Date::constant(2026, 11, 25);
        let usual = SendingAnswers {
            invited: "31".into(),
            closes_day: "9".into(),
            closes_month: "12".into(),
            closes_year: "2026".into(),
            ways: "E-mail to everybody\r\n\r\nNotice in the kitchen".into(),
        };
        assert_eq!(usual.check((false, None), today).unwrap().ways.len(), 2);
        let wrong =
            SendingAnswers { ways: " ".into(), invited: "0".into(), closes_year: "2025".into(), ..usual.clone() };
        let problems = wrong.check((false, None), today).unwrap_err();
        assert!(["ways", "invited", "closes"].iter().all(|field| problems.of(field).is_some()));
        let ended =
            SendingAnswers { closes_day: "24".into(), closes_month: "11".into(), ways: String::new(), ..usual.clone() };
        assert!(ended.check((true, None), today).is_ok() && ended.check((false, None), today).is_err());
        let change = Some(Date::constant(2026, 12, 9));
        assert!(
            usual.check((false, change), today).unwrap_err().of("closes").is_some(),
            "the change comes on its last day"
        );
    }

    #[test]
    fn a_question_that_was_not_asked_is_not_answered() {
        let after = staff_questions(Moment::After);
        let given = |came: &'static str| {
            move |code: &str| match code {
                "came" => came.to_owned(),
                "helped" => "4".to_owned(),
                _ => String::new(),
            }
        };
        assert!(!read_answers(&after, given("no")).unwrap().contains_key("helped"));
        let yes = read_answers(&after, given("yes")).unwrap();
        assert_eq!((yes["helped"].as_str(), yes["role"].as_str()), ("4", SKIPPED));
        assert!(read_answers(&after, |_| String::new()).unwrap_err().of("job").is_some());
        assert!(
            read_answers(&after, |code| if code == "role" { "6".into() } else { String::new() })
                .unwrap_err()
                .of("role")
                .is_some()
        );
    }

    #[test]
    fn colleagues_are_read_once_each_and_a_wrong_one_is_said_by_its_place() {
        let all = colleagues("a@x.example, B@x.example;\nb@x.example\n\n", 10).unwrap();
        assert_eq!(all.iter().map(Email::as_str).collect::<Vec<_>>(), ["a@x.example", "B@x.example"]);
        for (typed, most) in [("", 10), ("a@x.example\nnobody", 10), ("a@x.example\nb@x.example", 1)] {
            let problems = colleagues(typed, most).unwrap_err();
            assert!(problems.of("addresses").is_some_and(|told| !told.contains("nobody")), "{typed}");
        }
    }
}
