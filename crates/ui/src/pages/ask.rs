//! Asking for help oneself: one question on one page, then where the request is.

use fingerpost_domain::self_referral::SelfReferralAnswers;
use serde::Serialize;

use super::{Choice, Frame, Problems, Step, SummaryRow};
use crate::Page;

/// Whom to ring.
#[derive(Debug, Clone, Serialize)]
pub struct PhoneLine {
    /// Who answers.
    pub name: String,
    /// The number.
    pub number: String,
}

/// The beginning: for anyone.
#[derive(Debug, Clone, Serialize)]
pub struct AskStartPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where it is posted.
    pub action: String,
    /// The scheme that is asked.
    pub scheme_name: String,
    /// "18 and over".
    pub ages: String,
    /// It takes nobody for now: there is nothing to begin.
    pub full: bool,
    /// What to do instead, while it takes nobody or nearly nobody.
    pub instead: Option<String>,
    /// For those who would rather ring.
    pub phone: Option<PhoneLine>,
    /// Me, or somebody I look after.
    pub who: Vec<Choice>,
    /// What is wrong.
    pub problems: Problems,
}

/// One question.
#[derive(Debug, Clone, Serialize)]
pub struct AskPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The question before.
    pub back_href: Option<String>,
    /// Where it is posted.
    pub action: String,
    /// Which question.
    pub question: &'static str,
    /// The person asks themself: "your", and the browser may fill in.
    pub oneself: bool,
    /// "Ask for help: question 2 of 5".
    pub progress: String,
    /// The question.
    pub heading: &'static str,
    /// What they wrote may mean danger: where help is now stands first.
    pub danger: bool,
    /// What is hard.
    pub hard: Vec<Choice>,
    /// They would rather say it to a person.
    pub talk: Choice,
    /// Safe ways.
    pub reaches: Vec<Choice>,
    /// Whether the person knows.
    pub knows: Vec<Choice>,
    /// What was typed so far.
    pub values: SelfReferralAnswers,
    /// For those who would rather ring.
    pub phone: Option<PhoneLine>,
    /// What is wrong.
    pub problems: Problems,
}

/// Everything once more before it is sent.
#[derive(Debug, Clone, Serialize)]
pub struct AskCheckPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where it is posted.
    pub action: String,
    /// The scheme that reads it.
    pub scheme_name: String,
    /// The person asks themself.
    pub oneself: bool,
    /// What they wrote may mean danger.
    pub danger: bool,
    /// The answers, each with its way back.
    pub rows: Vec<SummaryRow>,
    /// The scheme takes nobody for now, and says what to do instead.
    pub full: Option<String>,
    /// For those who would rather ring.
    pub phone: Option<PhoneLine>,
}

/// Where the request is.
#[derive(Debug, Clone, Serialize)]
pub struct AskStatusPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where a change of mind is posted.
    pub action: String,
    /// This page's own address, to write down.
    pub address: String,
    /// The reference.
    pub reference: String,
    /// The same to read out.
    pub spoken: String,
    /// "Maya will be in touch by Tuesday".
    pub heading: String,
    /// They need do nothing.
    pub nothing_to_do: bool,
    /// What was and what comes.
    pub steps: Vec<Step>,
    /// What to do instead, when it cannot be taken up.
    pub alternative: Option<String>,
    /// What they just wrote may mean danger: where help is now stands first.
    pub danger: bool,
    /// They can still say when and how they would rather be reached.
    pub say_when: bool,
    /// What they typed of that.
    pub typed: String,
    /// What is wrong.
    pub problems: Problems,
    /// It can be taken back.
    pub take_back: bool,
    /// Whom to ring when nobody rang.
    pub phone: Option<PhoneLine>,
}

impl Page for AskStartPage {
    const TEMPLATE: &'static str = "ask_start.html";
}
impl Page for AskPage {
    const TEMPLATE: &'static str = "ask.html";
}
impl Page for AskCheckPage {
    const TEMPLATE: &'static str = "ask_check.html";
}
impl Page for AskStatusPage {
    const TEMPLATE: &'static str = "ask_status.html";
}

#[cfg(test)]
mod samples {
    use fingerpost_domain::self_referral::Question;

    use super::*;
    use crate::testing::{LONG, anonymous, problems};

    fn ring() -> Option<PhoneLine> {
        Some(PhoneLine { name: LONG.into(), number: "01632 960 200".into() })
    }

    impl AskStartPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: anonymous("Ask for help"),
                action: "/self-referral/x".into(),
                scheme_name: LONG.into(),
                ages: "18 and over".into(),
                full: false,
                instead: None,
                phone: ring(),
                who: vec![Choice::new("oneself", "Me", false), Choice::new("carer", "Somebody", false)],
                problems: vec![],
            };
            let full = Self { full: true, instead: Some("Ring the council.\nAt any time.".into()), ..usual.clone() };
            vec![Self { problems: problems(&["who"]), phone: None, ..usual.clone() }, full, usual]
        }
    }

    impl AskPage {
        pub(crate) fn samples() -> Vec<Self> {
            let one = |question: &Question, oneself: bool, wrong: &[&'static str]| Self {
                frame: anonymous("What is hard?"),
                back_href: oneself.then(|| "/l/x?item=hard".into()),
                action: "/l/x".into(),
                question: question.code(),
                oneself,
                progress: "Ask for help: question 2 of 5".into(),
                heading: "What is hard at the moment?",
                danger: oneself,
                hard: vec![Choice::new("company", "I am on my own too much", true)],
                talk: Choice::new("talk", "", oneself),
                reaches: vec![Choice::new("phone", "A phone call", true)],
                knows: vec![Choice::new("yes", "Yes", true)],
                values: SelfReferralAnswers { given: LONG.into(), ..SelfReferralAnswers::default() },
                phone: ring().filter(|_| oneself),
                problems: problems(wrong),
            };
            let fields = [
                "asker_name",
                "asker_is",
                "asker_phone",
                "knows",
                "hard",
                "words",
                "given",
                "family",
                "born",
                "reach",
                "phone",
                "email",
                "address",
                "postcode",
                "guidance",
            ];
            let all = Question::ALL.iter();
            all.flat_map(|question| [one(question, true, &[]), one(question, false, &fields)]).collect()
        }
    }

    impl AskCheckPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: anonymous("Check your answers"),
                action: "/l/x".into(),
                scheme_name: LONG.into(),
                oneself: true,
                danger: false,
                rows: vec![SummaryRow::new("Name", LONG).change("/l/x?item=name".into(), "name")],
                full: None,
                phone: ring(),
            };
            vec![
                Self { full: Some("Ring the council.".into()), ..usual.clone() },
                Self { danger: true, oneself: false, phone: None, ..usual.clone() },
                usual,
            ]
        }
    }

    impl AskStatusPage {
        pub(crate) fn samples() -> Vec<Self> {
            let step = |done| Step { when: "Monday".into(), what: "Somebody reads it.".into(), done };
            let usual = Self {
                frame: anonymous("We have your request"),
                action: "/l/x".into(),
                address: "https://example.org/l/x".into(),
                reference: "FP 7K2M 41".into(),
                spoken: "F P, 7 K 2 M, 4 1".into(),
                heading: "We have your request".into(),
                nothing_to_do: true,
                steps: vec![step(true), step(false)],
                alternative: None,
                danger: true,
                say_when: true,
                typed: LONG.into(),
                problems: problems(&["when"]),
                take_back: true,
                phone: ring(),
            };
            let refused = Self {
                steps: vec![],
                alternative: Some("Ring the council.\nThey help.".into()),
                take_back: false,
                danger: false,
                say_when: false,
                problems: vec![],
                nothing_to_do: false,
                phone: None,
                ..usual.clone()
            };
            vec![usual, refused]
        }
    }
}
