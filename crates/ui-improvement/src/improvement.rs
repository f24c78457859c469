//! Improvement projects and surveys of the staff.

use fingerpost_improvement_rules::project::{ChangeAnswers, GoalAnswers, PeriodAnswers, StudyAnswers};
use serde::Serialize;

use fingerpost_ui::pages::{Choice, Frame, Problems, Qr};

use crate::chart::MonthChart;

/// A project in the list.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectLine {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Its goal, in a sentence.
    pub goal: String,
    /// "4 of 7 steps done".
    pub done: String,
}

/// The projects of a place.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The surveys of clinicians.
    pub surveys_href: String,
    /// Those who could be referred; a practice has such a list.
    pub found_href: Option<String>,
    /// What others claim.
    pub claims_href: String,
    /// Where a new one is begun.
    pub new_href: String,
    /// What the practices of this place came to, where it has any.
    pub rolled_up: Option<String>,
    /// Those that there are.
    pub projects: Vec<ProjectLine>,
}

/// A step of a project.
#[derive(Debug, Clone, Serialize)]
pub struct StepLine {
    /// Its words.
    pub title: String,
    /// Where it is done; none while it cannot be begun.
    pub href: Option<String>,
    /// What is known of it.
    pub hint: String,
    /// "Done".
    pub state: &'static str,
    /// The colour of its tag, where it has one.
    pub tag: Option<&'static str>,
}

/// What was found, with its sign.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// The sign before it.
    pub icon: &'static str,
    /// The first words.
    pub head: &'static str,
    /// The numbers, in sentences.
    pub text: String,
    /// How they were worked out.
    pub how: String,
}

/// A statement of the staff, before and after.
#[derive(Debug, Clone, Serialize)]
pub struct StaffLine {
    /// The statement.
    pub text: String,
    /// "9 of 23".
    pub before: String,
    /// "12 of 14".
    pub after: String,
    /// What changed for those who answered twice.
    pub twice: String,
}

/// What was written to an open question.
#[derive(Debug, Clone, Serialize)]
pub struct WrittenBlock {
    /// The question, and when it was asked.
    pub question: String,
    /// The words.
    pub words: Vec<String>,
}

/// What the staff said.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the section under its own name")]
pub struct StaffView {
    pub rate: Vec<String>,
    pub lines: Vec<StaffLine>,
    pub how: String,
    pub written: Vec<WrittenBlock>,
}

/// A project.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ProjectPage {
    pub frame: Frame,
    /// The sheet for the talk, where something is planned.
    pub training_href: Option<String>,
    /// Every month as a run chart, where Fingerpost counts.
    pub months_href: Option<String>,
    /// What the monitoring form holds.
    pub monitored: String,
    /// The form.
    pub monitoring_href: String,
    pub list_href: String,
    pub saved: Option<String>,
    pub led_by: String,
    pub title: String,
    pub goal: String,
    pub facts: Vec<(String, String)>,
    pub fair: Vec<(&'static str, String)>,
    pub goal_href: String,
    pub done: String,
    pub next: String,
    pub steps: Vec<StepLine>,
    pub warnings: Vec<String>,
    pub finding: Option<FindingView>,
    pub outcome: Option<String>,
    pub chart: Option<MonthChart>,
    pub staff: Option<StaffView>,
    pub evidence_href: Option<String>,
    pub certificate: bool,
    pub counts_href: Option<String>,
    pub copy_action: String,
    /// Makes a copy happen once, however often it is pressed.
    pub copy_id: String,
    pub copy_to: Vec<Choice>,
}

/// Its goal.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct GoalPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub fresh: bool,
    pub id: String,
    pub read: String,
    pub measures: Vec<Choice>,
    pub values: GoalAnswers,
    pub problems: Problems,
}

/// What is changed.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct ChangePage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub read: String,
    pub workers: Vec<String>,
    pub values: ChangeAnswers,
    pub problems: Problems,
}

/// A sheet for the talk.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the sheet under its own name")]
pub struct TrainingPage {
    pub frame: Frame,
    pub back_href: String,
    pub change_href: String,
    pub what: String,
    pub when: String,
    pub place: String,
    pub agenda: Vec<String>,
    pub stories: Option<String>,
    pub workers: Vec<String>,
    pub here: Vec<String>,
    pub directory_href: String,
    pub missed: Option<String>,
    pub missed_link: Option<String>,
    pub came: Option<String>,
}

/// Every month as a run chart.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct MonthsPage {
    pub frame: Frame,
    pub back_href: String,
    pub project: String,
    pub told: String,
    pub chart: Option<MonthChart>,
    pub months: Vec<(String, u32)>,
    pub table_href: String,
}

/// Which months are counted, and by whom.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct PeriodPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub heading: String,
    pub lede: String,
    pub standing: Option<String>,
    pub sources: Vec<Choice>,
    pub values: PeriodAnswers,
    pub problems: Problems,
}

/// One month whose number is typed.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct MonthField {
    pub number: usize,
    pub name: String,
    pub count: String,
    pub of: String,
}

/// The numbers of the months, typed or out of a clinical system.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct NumbersPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub heading: String,
    pub what: String,
    pub share: bool,
    pub period: PeriodAnswers,
    pub months: Vec<MonthField>,
    pub pasted: String,
    pub problems: Problems,
}

/// What was made of it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct StudyPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub read: String,
    pub finding: Option<FindingView>,
    pub values: StudyAnswers,
    pub problems: Problems,
}

/// A way on which a survey goes out.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct RouteLine {
    pub name: String,
    pub address: String,
    pub qr: Qr,
    pub answered: String,
    /// What to write to those who are asked.
    pub invitation: String,
    /// What to write to them two weeks later.
    pub reminder: String,
}

/// A survey, for whoever sends it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct SurveyPage {
    pub frame: Frame,
    pub back_href: String,
    pub action: String,
    pub heading: &'static str,
    pub saved: bool,
    pub ended: bool,
    pub routes: Vec<RouteLine>,
    pub colleagues_href: Option<String>,
    pub rate: Option<String>,
    pub notes: Vec<String>,
    pub questions: Vec<String>,
    pub invited: String,
    pub closes_day: String,
    pub closes_month: String,
    pub closes_year: String,
    pub ways: String,
    pub problems: Problems,
}

/// One question of a survey, for whoever answers it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct SurveyQuestion {
    pub code: String,
    pub text: String,
    pub kind: &'static str,
    pub options: Vec<Choice>,
    pub numbers: Vec<i32>,
    pub low: String,
    pub high: String,
    pub value: String,
    pub only_if: Option<String>,
}

/// A survey, for whoever answers it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct StaffSurveyPage {
    pub frame: Frame,
    pub action: String,
    pub key: String,
    pub heading: String,
    pub about: String,
    pub organisation: String,
    pub closes: String,
    pub code_hint: Option<&'static str>,
    pub code: String,
    pub agrees: bool,
    pub questions: Vec<SurveyQuestion>,
    pub problems: Problems,
}

/// Thanks, and the way back.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct SurveyThanksPage {
    pub frame: Frame,
    pub action: Option<String>,
    pub withdrawn: bool,
    pub organisation: String,
    pub prize: Option<String>,
    pub enter_action: Option<String>,
    pub enter_csrf: String,
    pub draw_words: &'static str,
    pub email: String,
    pub problems: Problems,
}

fingerpost_ui::pages! {
    ProjectsPage: "improvement.html",
    ProjectPage: "improvement_one.html",
    GoalPage: "improvement_goal.html",
    ChangePage: "improvement_change.html",
    TrainingPage: "improvement_training.html",
    MonthsPage: "improvement_months.html",
    PeriodPage: "improvement_period.html",
    NumbersPage: "improvement_numbers.html",
    StudyPage: "improvement_study.html",
    SurveyPage: "improvement_survey.html",
    StaffSurveyPage: "staff_survey.html",
    SurveyThanksPage: "staff_survey_thanks.html",
}

#[cfg(test)]
mod samples;
