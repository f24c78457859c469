//! What a place makes of improvement work itself: questions, interviews, a monitoring form, figures of others, those who could be
//! referred.

use fingerpost_improvement_rules::claim::FactorAnswers;
use fingerpost_improvement_rules::finding::FindingAnswers;
use fingerpost_improvement_rules::interview::InterviewAnswers;
use fingerpost_improvement_rules::monitoring::WatchedAnswers;
use fingerpost_improvement_rules::questions::QuestionAnswers;
use serde::Serialize;

use fingerpost_ui::pages::{Choice, Frame, Problems};

/// Beginning questions of one's own.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct QuestionsBeginPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub id: String,
    pub title: String,
    pub beginnings: Vec<Choice>,
    pub problems: Problems,
}

/// A question in its list.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the line under its own name")]
pub struct QuestionLine {
    pub text: String,
    pub kind: &'static str,
    pub detail: String,
    pub only_if: Option<String>,
    pub href: String,
    pub action: String,
    pub first: bool,
    pub last: bool,
}

/// Questions of one's own.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct QuestionsPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: bool,
    pub title: String,
    pub read: i64,
    pub questions: Vec<QuestionLine>,
    pub add_href: String,
    pub use_href: Option<String>,
    pub drop_action: String,
    pub problems: Problems,
}

/// One question.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct QuestionEditPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub read: i64,
    pub kinds: Vec<Choice>,
    pub after: Vec<Choice>,
    pub values: QuestionAnswers,
    pub problems: Problems,
}

/// A passage of an interview.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the passage under its own name")]
pub struct PassageView {
    pub words: String,
    /// Its words are not for the reader.
    pub hidden: bool,
    pub found: String,
    pub id: String,
    pub themes: Vec<Choice>,
    pub action: String,
}

/// An interview in the list.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the interview under its own name")]
pub struct InterviewView {
    pub name: String,
    pub detail: String,
    pub href: Option<String>,
    pub forget_action: String,
    pub passages: Vec<PassageView>,
}

/// The interviews of a survey.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct InterviewsPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: bool,
    pub survey: String,
    pub new_href: String,
    pub interviews: Vec<InterviewView>,
    pub themes: Vec<CountBar>,
    pub theme_action: String,
    pub label: String,
    pub meaning: String,
    pub problems: Problems,
}

/// An interview, for whoever writes it down.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct InterviewPage {
    pub frame: Frame,
    pub back_href: String,
    pub heading: String,
    pub action: String,
    pub id: String,
    pub read: i64,
    pub values: InterviewAnswers,
    /// It is written down already: passages can be taken out of it.
    pub standing: bool,
    pub passage_id: String,
    pub passage: String,
    pub themes: Vec<Choice>,
    pub taken: Vec<String>,
    pub problems: Problems,
}

/// A line of the monitoring form.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the line under its own name")]
pub struct WatchLine {
    pub day: String,
    pub seen: String,
    pub act: Option<String>,
    pub drop_action: String,
}

/// The monitoring form of a project.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct MonitoringPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: bool,
    pub project: String,
    pub counted: Vec<String>,
    pub lines: Vec<WatchLine>,
    pub action: String,
    pub id: String,
    pub values: WatchedAnswers,
    pub problems: Problems,
}

/// A figure that others claim.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the figure under its own name")]
pub struct ClaimView {
    pub code: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub values: FactorAnswers,
}

/// What others claim.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ClaimsPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: bool,
    pub action: String,
    pub claims: Vec<ClaimView>,
    pub problems: Problems,
}

/// Somebody who could be referred.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a cell of the row under its own name")]
pub struct FoundPerson {
    pub number: String,
    pub reasons: String,
    pub contacts: Option<u32>,
    pub offered: Vec<Choice>,
    /// What stands there while the page is open.
    pub was: &'static str,
    pub since: Option<String>,
}

/// How many of a kind, as a bar of 100.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the bar under its own name")]
pub struct CountBar {
    pub label: String,
    pub count: u64,
    pub percent: u32,
}

impl CountBar {
    /// So many of so many.
    #[must_use]
    pub fn of(label: String, count: u64, all: u64) -> Self {
        let percent = u32::try_from(count.saturating_mul(100) / all.max(1)).unwrap_or(100).min(100);
        Self { label, count, percent }
    }
}

/// Who could be referred.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct FoundListPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: Option<String>,
    pub action: String,
    /// What the list is, and when it is thrown away; none where there is none.
    pub about: Option<String>,
    pub done: String,
    /// What is deleted with the list.
    pub lost: String,
    pub groups: Vec<CountBar>,
    pub offered: Vec<CountBar>,
    pub people: Vec<FoundPerson>,
    pub before_href: Option<String>,
    pub after_href: Option<String>,
    pub columns: Vec<&'static str>,
    pub values: FindingAnswers,
    pub problems: Problems,
}

fingerpost_ui::pages! {
    QuestionsBeginPage: "questions_begin.html",
    QuestionsPage: "questions.html",
    QuestionEditPage: "question_edit.html",
    InterviewsPage: "interviews.html",
    InterviewPage: "interview.html",
    MonitoringPage: "monitoring.html",
    ClaimsPage: "claims.html",
    FoundListPage: "found_list.html",
}

#[cfg(test)]
mod samples;
