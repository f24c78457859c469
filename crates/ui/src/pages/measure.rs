//! Measures: which were asked, one question on one page, the same on paper.

use serde::Serialize;

use super::{Choice, Frame, Problems};
use crate::Page;

/// One assessment in the list.
#[derive(Debug, Clone, Serialize)]
pub struct AssessmentLine {
    /// The measure.
    pub title: String,
    /// "At the beginning, together, Tuesday 13 October".
    pub when: String,
    /// Where to go on, while it is not finished.
    pub go_on: Option<String>,
    /// Where a link of the person's own is made again or ended, while it is not answered.
    pub link: Option<String>,
    /// What is left, or the scores.
    pub detail: String,
}

/// A score at the beginning and at the end.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct ScoreLine {
    pub measure: String,
    pub label: String,
    pub before: String,
    pub after: String,
    /// `better`, `worse` or `same`, and the words for it.
    pub change: Option<(&'static str, String)>,
}

/// Whose a measure is, and the same on paper.
#[derive(Debug, Clone, Serialize)]
pub struct MeasureSource {
    /// The measure.
    pub title: String,
    /// Who made it, and what it may be used for.
    pub source: String,
    /// The same on paper.
    pub paper_href: String,
}

/// The measures of a person.
#[derive(Debug, Clone, Serialize)]
pub struct MeasuresPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// The person.
    pub called: String,
    /// The case is open: a measure may be begun.
    pub open: bool,
    /// Where a beginning is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// Which questions may be asked.
    pub measures: Vec<Choice>,
    /// Whose they are.
    pub sources: Vec<MeasureSource>,
    /// A link that was just made: its only showing.
    pub link: Option<String>,
    /// What was asked so far.
    pub lines: Vec<AssessmentLine>,
    /// Beginning and end beside each other.
    pub scores: Vec<ScoreLine>,
    /// At which point.
    pub moments: Vec<Choice>,
    /// How.
    pub modes: Vec<Choice>,
    /// What is wrong.
    pub problems: Problems,
}

/// One question.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The question before, or where one came from.
    pub back_href: Option<String>,
    /// Where the answer is posted.
    pub action: String,
    /// The item.
    pub item: String,
    /// "Question 2 of 4".
    pub progress: String,
    /// Said before the first question.
    pub about: Option<String>,
    /// What every question begins with; often nothing.
    pub stem: String,
    /// An answer before this one may mean danger: where help is stands above.
    pub danger: bool,
    /// The question.
    pub text: String,
    /// `scale`, `choice`, `number` or `words`.
    pub kind: &'static str,
    /// The numbers of a scale.
    pub numbers: Vec<i32>,
    /// What the lowest means; of a number, what is counted.
    pub low: String,
    /// What the highest means.
    pub high: String,
    /// The words to choose.
    pub options: Vec<Choice>,
    /// What was answered before.
    pub value: String,
    /// What is wrong.
    pub problems: Problems,
}

/// A question on paper.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the question under its own name")]
pub struct PaperQuestion {
    pub text: String,
    pub numbers: Vec<i32>,
    pub low: String,
    pub high: String,
    pub options: Vec<String>,
}

/// A questionnaire to print.
#[derive(Debug, Clone, Serialize)]
pub struct PaperPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the measures.
    pub back_href: String,
    /// The measure.
    pub title: String,
    /// Said before the first question.
    pub about: String,
    /// What every question begins with; often nothing.
    pub stem: String,
    /// The questions.
    pub questions: Vec<PaperQuestion>,
    /// To whom it is given back.
    pub worker: String,
    /// Who made it.
    pub source: String,
}

impl Page for MeasuresPage {
    const TEMPLATE: &'static str = "measures.html";
}
impl Page for QuestionPage {
    const TEMPLATE: &'static str = "question.html";
}
impl Page for PaperPage {
    const TEMPLATE: &'static str = "paper.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, anonymous, frame, problems};

    impl MeasuresPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = AssessmentLine {
                title: LONG.into(),
                when: "At the beginning".into(),
                go_on: Some("/o/x/cases/1/measures/2".into()),
                link: None,
                detail: "2 of 4 answered".into(),
            };
            let usual = Self {
                frame: frame("Measures"),
                back_href: "/o/x/cases/1".into(),
                called: "Peggy".into(),
                open: true,
                action: "/o/x/cases/1/measures".into(),
                key: "k".into(),
                measures: vec![Choice::new("ons4", LONG, true).hint("4 questions")],
                sources: vec![MeasureSource {
                    title: "Four questions".into(),
                    source: LONG.into(),
                    paper_href: "/o/x/cases/1/measures/paper?measure=ons4".into(),
                }],
                link: Some("http://localhost/l/abc".into()),
                lines: vec![
                    line.clone(),
                    AssessmentLine { go_on: None, link: Some("/o/x/cases/1/measures/2/link".into()), ..line },
                ],
                scores: [Some(("better", "Better, more than the measure's own noise".to_owned())), None]
                    .map(|change| ScoreLine {
                        measure: "Four questions".into(),
                        label: LONG.into(),
                        before: "3".into(),
                        after: "6".into(),
                        change,
                    })
                    .into(),
                moments: vec![Choice::new("before", "At the beginning", true)],
                modes: vec![Choice::new("together", "Together", true)],
                problems: problems(&["measure", "moment", "mode"]),
            };
            let empty =
                Self { open: false, link: None, lines: vec![], scores: vec![], problems: vec![], ..usual.clone() };
            vec![usual, empty]
        }
    }

    impl QuestionPage {
        pub(crate) fn samples() -> Vec<Self> {
            let scale = Self {
                frame: anonymous("Question"),
                back_href: Some("/l/abc?item=a".into()),
                action: "/l/abc".into(),
                item: "happy".into(),
                progress: "Question 2 of 4".into(),
                about: Some("No right answers".into()),
                stem: "Over the last 2 weeks".into(),
                danger: true,
                text: "How happy?".into(),
                kind: "scale",
                numbers: (0..=10).collect(),
                low: "not at all".into(),
                high: "completely".into(),
                options: vec![],
                value: "5".into(),
                problems: problems(&["answer"]),
            };
            let options = vec![Choice::new("a", LONG, true)];
            let choice = Self { kind: "choice", options, back_href: None, about: None, ..scale.clone() };
            let words = Self { kind: "words", problems: vec![], stem: String::new(), danger: false, ..choice.clone() };
            let number = Self { kind: "number", low: "minutes a day".into(), ..choice.clone() };
            vec![scale, choice, words, number]
        }
    }

    impl PaperPage {
        pub(crate) fn samples() -> Vec<Self> {
            let scale = PaperQuestion {
                text: "How happy?".into(),
                numbers: (0..=10).collect(),
                low: "not at all".into(),
                high: "completely".into(),
                options: vec![],
            };
            let choice = PaperQuestion { numbers: vec![], options: vec!["Yes".into()], ..scale.clone() };
            let number = PaperQuestion { options: vec![], low: "minutes a day".into(), ..choice.clone() };
            let words = PaperQuestion { options: vec![], low: String::new(), ..choice.clone() };
            vec![Self {
                frame: frame("Paper"),
                back_href: "/o/x/cases/1/measures".into(),
                title: "Four questions".into(),
                about: "No right answers".into(),
                stem: "Over the last 2 weeks".into(),
                questions: vec![scale, choice, number, words],
                worker: LONG.into(),
                source: "ONS".into(),
            }]
        }
    }
}
