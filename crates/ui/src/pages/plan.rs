//! The person's plan: the screen on which it is written, and their own copy.

use fingerpost_domain::plan::{GoalAnswers, PlanAnswers, StepAnswers};
use serde::Serialize;

use super::{Choice, Frame, Problems};
use crate::Page;

/// A step on the screen.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    /// Its place, from 1.
    pub number: usize,
    /// What it is, when it stands already: its fields are folded away behind it.
    pub summary: Option<String>,
    /// Who, by when, how sure.
    pub detail: String,
    /// Its fields are shown: something in them is wrong.
    pub open: bool,
    /// The person is not sure that they can.
    pub unsure: bool,
    /// What stands in the fields.
    pub values: StepAnswers,
}

/// A goal on the screen.
#[derive(Debug, Clone, Serialize)]
pub struct GoalView {
    /// Its place, from 1.
    pub number: usize,
    /// "My first goal".
    pub heading: String,
    /// What stands in the fields.
    pub values: GoalAnswers,
    /// Where it may stand.
    pub statuses: Vec<Choice>,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// A further step fits.
    pub room_for_step: bool,
    /// The words of the button that adds one.
    pub add_step: String,
}

/// The plan as it is written.
#[derive(Debug, Clone, Serialize)]
pub struct PlanPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// How the person is called.
    pub called: String,
    /// What was just done.
    pub saved: Option<String>,
    /// Who wrote it when, and who sees it.
    pub lede: String,
    /// Where it is posted.
    pub action: String,
    /// The version that the form was read from.
    pub version: i64,
    /// What mattered when the form was read.
    pub read_matters: String,
    /// The goals.
    pub goals: Vec<GoalView>,
    /// A further goal fits.
    pub room_for_goal: bool,
    /// A day as it is typed.
    pub example_day: String,
    /// What stands in the other fields.
    pub values: PlanAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// A step on the person's copy.
#[derive(Debug, Clone, Serialize)]
pub struct CopyStep {
    /// What.
    pub what: String,
    /// Who, by when.
    pub detail: String,
}

/// The person's copy.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a part of the page under its own name")]
pub struct PlanCopyPage {
    pub frame: Frame,
    pub back_href: String,
    pub larger: bool,
    pub whole: bool,
    pub usual_href: String,
    pub larger_href: String,
    pub other_href: String,
    pub pdf_href: String,
    pub name: String,
    pub written: String,
    pub matters: Option<String>,
    pub strengths: Option<String>,
    pub concerns: Option<String>,
    pub goals: Vec<String>,
    pub steps: Vec<CopyStep>,
    pub review: Option<String>,
    pub worker: String,
    pub sharing: String,
}

impl Page for PlanPage {
    const TEMPLATE: &'static str = "plan.html";
}
impl Page for PlanCopyPage {
    const TEMPLATE: &'static str = "plan_copy.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl PlanPage {
        pub(crate) fn samples() -> Vec<Self> {
            let stands = StepAnswers { id: "1".into(), what: LONG.into(), done: true, ..StepAnswers::default() };
            let step = StepView {
                number: 1,
                summary: Some(LONG.into()),
                detail: "Peggy, Tuesday".into(),
                open: false,
                unsure: true,
                values: stands,
            };
            let fresh = StepView { number: 2, summary: None, values: StepAnswers::default(), ..step.clone() };
            let goal = GoalView {
                number: 1,
                heading: "My first goal".into(),
                values: GoalAnswers {
                    id: "1".into(),
                    what: "Sing".into(),
                    importance: "9".into(),
                    ..GoalAnswers::default()
                },
                statuses: vec![Choice::new("active", "Working on it", true)],
                steps: vec![step, fresh],
                room_for_step: true,
                add_step: "Add another step".into(),
            };
            let blank = GoalView {
                number: 2,
                values: GoalAnswers::default(),
                steps: vec![],
                room_for_step: false,
                ..goal.clone()
            };
            let usual = Self {
                frame: frame("Plan"),
                back_href: "/o/x/cases/1".into(),
                called: "Peggy".into(),
                saved: Some("Saved".into()),
                lede: "Peggy, with Maya".into(),
                action: "/o/x/cases/1/plan".into(),
                version: 1,
                read_matters: "Sing".into(),
                goals: vec![goal, blank],
                room_for_goal: true,
                example_day: "10 12 2026".into(),
                values: PlanAnswers::default(),
                problems: vec![],
            };
            let fields = [
                "matters",
                "strengths",
                "concerns",
                "goal-1-what",
                "goal-1-importance",
                "goal-1-status",
                "goal-1-step-1-what",
                "goal-1-step-1-confidence",
                "goal-1-step-1-done",
                "review",
            ];
            let wrong = Self { problems: problems(&fields), saved: None, ..usual.clone() };
            let empty = Self { goals: vec![], room_for_goal: false, ..usual.clone() };
            vec![usual, wrong, empty]
        }
    }

    impl PlanCopyPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("My plan"),
                back_href: "/o/x/cases/1/plan".into(),
                larger: false,
                whole: true,
                usual_href: "/o/x/cases/1/plan/copy".into(),
                other_href: "/o/x/cases/1/plan/copy?with=everything".into(),
                larger_href: "/o/x/cases/1/plan/copy?size=larger".into(),
                pdf_href: "/o/x/cases/1/plan/copy.pdf".into(),
                name: LONG.into(),
                written: "12 November 2026".into(),
                matters: Some("Singing".into()),
                strengths: Some("A good alto".into()),
                concerns: Some("Walking in alone".into()),
                goals: vec!["Sing".into()],
                steps: vec![
                    CopyStep { what: "Listen".into(), detail: "Me, Tuesday".into() },
                    CopyStep { what: "Ask Joan".into(), detail: String::new() },
                ],
                review: Some("Thursday".into()),
                worker: "Ring Maya".into(),
                sharing: "This plan is mine.".into(),
            };
            let empty = Self {
                matters: None,
                strengths: None,
                concerns: None,
                goals: vec![],
                steps: vec![],
                review: None,
                larger: true,
                whole: false,
                ..usual.clone()
            };
            vec![usual, empty]
        }
    }
}
