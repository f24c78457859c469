//! Surveys of clinicians: made, watched, read.

use serde::Serialize;

use fingerpost_ui::pages::{Choice, Frame, Link, Problems};

use crate::improvement::RouteLine;

/// A survey in the list.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the line under its own name")]
pub struct ClinicianSurveyLine {
    pub title: String,
    pub href: String,
    pub detail: String,
}

/// The surveys of a place.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ClinicianSurveysPage {
    pub frame: Frame,
    pub back_href: String,
    pub new_href: String,
    pub surveys: Vec<ClinicianSurveyLine>,
    /// Questions of the place's own.
    pub own: Vec<Link>,
    pub own_href: String,
}

/// What is typed when a survey is made, or changed.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "each field is a field of the form under its own name")]
pub struct ClinicianSurveyValues {
    pub title: String,
    pub practices: String,
    pub prize: String,
    pub invited: String,
    pub closes_day: String,
    pub closes_month: String,
    pub closes_year: String,
    pub ways: String,
}

/// A new survey.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct NewClinicianSurveyPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub id: String,
    pub approaches: Vec<Choice>,
    pub questions: Vec<String>,
    /// Our questions and those of the place; empty where it has none.
    pub sets: Vec<Choice>,
    pub values: ClinicianSurveyValues,
    pub problems: Problems,
}

/// One answer of a closed question.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a cell of the row under its own name")]
pub struct AnswerLine {
    pub label: String,
    pub count: u64,
    /// Of 100.
    pub percent: u32,
    pub share: String,
    pub groups: Vec<String>,
}

/// A closed question with its answers.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the table under its own name")]
pub struct ClosedTable {
    pub id: String,
    pub text: String,
    pub note: String,
    pub groups: Vec<String>,
    pub answers: Vec<AnswerLine>,
}

/// An open question.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the line under its own name")]
pub struct OpenLine {
    pub text: String,
    pub detail: String,
    pub read_href: Option<String>,
    pub matrix_href: Option<String>,
}

/// An insight with what it rests on.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the line under its own name")]
pub struct InsightLine {
    pub words: String,
    pub kind: &'static str,
    pub barrier: bool,
    pub evidence: String,
    pub strength: &'static str,
    pub drop_action: String,
}

/// Letting Fingerpost write to those who are asked.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ColleaguesPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: bool,
    pub survey: String,
    pub written: String,
    pub until: String,
    /// None when the survey has ended.
    pub action: Option<String>,
    pub addresses: String,
    pub problems: Problems,
}

/// A prize draw.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the draw under its own name")]
pub struct DrawView {
    pub prize: String,
    pub words: String,
    pub winner: Option<String>,
    pub action: Option<String>,
}

/// A survey with what came back.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ClinicianSurveyPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: Option<String>,
    pub title: String,
    pub rate: Vec<String>,
    pub notes: Vec<String>,
    pub ended: bool,
    pub routes: Vec<RouteLine>,
    pub action: String,
    pub values: ClinicianSurveyValues,
    pub splits: Vec<Choice>,
    pub split_note: Option<String>,
    pub closed: Vec<ClosedTable>,
    pub open: Vec<OpenLine>,
    /// How rare referral is among all contacts.
    pub rarity: Option<String>,
    pub contacts: String,
    pub contacts_action: String,
    pub colleagues_href: String,
    pub interviews: String,
    pub interviews_href: String,
    pub draw: Option<DrawView>,
    pub insights: Vec<InsightLine>,
    pub insight_action: String,
    pub insight_id: String,
    pub insight_words: String,
    pub kinds: Vec<Choice>,
    pub strengths: Vec<Choice>,
    pub evidence: Vec<Choice>,
    pub table_href: Option<String>,
    pub report_href: Option<String>,
    pub problems: Problems,
}

/// An answer that was read, to open again.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the line under its own name")]
pub struct ReadLine {
    pub name: String,
    pub href: String,
    pub read: bool,
    pub current: bool,
}

/// One answer, and the themes in it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ReadingPage {
    pub frame: Frame,
    pub back_href: String,
    pub saved: bool,
    pub question: String,
    pub progress: String,
    pub action: String,
    pub name: Option<String>,
    pub response: String,
    pub words: String,
    pub themes: Vec<Choice>,
    pub memo: String,
    pub theme_action: String,
    pub published: bool,
    pub label: String,
    pub meaning: String,
    pub answers: Vec<ReadLine>,
    pub matrix_href: String,
    pub problems: Problems,
}

/// A respondent and the themes that were found.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the row under its own name")]
pub struct MatrixRow {
    pub name: String,
    pub found: Vec<bool>,
}

/// Respondents and themes.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct MatrixPage {
    pub frame: Frame,
    pub back_href: String,
    pub question: String,
    pub agreement: String,
    pub saturation: Option<String>,
    pub themes: Vec<(String, String)>,
    pub rows: Vec<MatrixRow>,
    pub memos: Vec<(String, String)>,
}

fingerpost_ui::pages! {
    ClinicianSurveysPage: "surveys.html",
    NewClinicianSurveyPage: "survey_new.html",
    ClinicianSurveyPage: "survey_one.html",
    ReadingPage: "survey_reading.html",
    MatrixPage: "survey_matrix.html",
    ColleaguesPage: "survey_colleagues.html",
}

#[cfg(test)]
mod samples;
