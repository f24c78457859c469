//! The person's own plan: what matters, strengths, goals, the next small steps, the day to look again.
//!
//! The parts are those of the PRSB social prescribing standard v1.1, section "Care and support plan": goals
//! with an importance of 1 to 10, actions with who, when and a confidence of 1 to 10, a planned review date.
//! A plan is written whole, as a new version; two people who wrote at the same time are brought together
//! field by field by [`merge`].

mod merge;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::read_day;
use crate::id::{GoalId, StepId};
use crate::problem::Problems;
use crate::text::{Line, Note};

pub use merge::{Conflict, merge};

/// Goals of a plan at most: more than anybody works on at once.
pub const MOST_GOALS: usize = 6;
/// Steps of a goal at most.
pub const MOST_STEPS: usize = 10;

/// A number from 1 to 10, as a person gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct OneToTen(u8);

impl OneToTen {
    /// The number; `None` for an empty field.
    ///
    /// # Errors
    /// What to type instead.
    pub fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        const WRONG: &str = "Choose a number from 1 to 10";
        match text.trim() {
            "" => Ok(None),
            text => text.parse().ok().and_then(|n: u8| Self::try_from(n).ok()).map(Some).ok_or(WRONG),
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for OneToTen {
    type Error = &'static str;
    fn try_from(n: u8) -> Result<Self, Self::Error> {
        if (1..=10).contains(&n) { Ok(Self(n)) } else { Err("not from 1 to 10") }
    }
}

impl From<OneToTen> for u8 {
    fn from(n: OneToTen) -> Self {
        n.0
    }
}

crate::coded! {
    /// Where a goal stands.
    pub enum GoalStatus {
        /// Being worked on.
        Active = "active",
        /// It has happened.
        Reached = "reached",
        /// Not wanted any more, or not now.
        SetAside = "set_aside",
    }
}

impl GoalStatus {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Working on it",
            Self::Reached => "It has happened",
            Self::SetAside => "Not now",
        }
    }
}

impl Serialize for GoalStatus {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for GoalStatus {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = String::deserialize(from)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("not a status of a goal"))
    }
}

/// One step towards a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The same in every version of the plan.
    pub id: StepId,
    /// What happens.
    pub what: Line<200>,
    /// Who does it.
    pub who: Option<Line<80>>,
    /// By when, as the person says it: "Tuesday, 6:30pm".
    pub by: Option<Line<80>>,
    /// How sure the person is that they can.
    pub confidence: Option<OneToTen>,
    /// It is done.
    pub done: bool,
}

/// Something the person wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The same in every version of the plan.
    pub id: GoalId,
    /// In their words.
    pub what: Line<300>,
    /// How much it matters to them.
    pub importance: Option<OneToTen>,
    /// Where it stands.
    pub status: GoalStatus,
    /// The steps towards it.
    pub steps: Vec<Step>,
}

/// One version of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// What matters to the person.
    pub matters: Option<Note<2000>>,
    /// What and whom they already have.
    pub strengths: Option<Note<2000>>,
    /// What is hard: needs, concerns, problems.
    pub concerns: Option<Note<2000>>,
    /// What they want, in their order.
    pub goals: Vec<Goal>,
    /// The day on which it is looked at together again.
    pub review_on: Option<Date>,
}

impl Plan {
    /// Nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Each goal that was not set aside with where it stands, a line each, as a letter says it.
    #[must_use]
    pub fn goal_lines(&self) -> Vec<String> {
        let told = self.goals.iter().filter(|goal| goal.status != GoalStatus::SetAside);
        told.map(|goal| format!("{}: {}", goal.what, goal.status.label().to_lowercase())).collect()
    }
}

/// A step as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct StepAnswers {
    pub id: String,
    pub what: String,
    pub who: String,
    pub by: String,
    pub confidence: String,
    pub done: bool,
}

/// A goal as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct GoalAnswers {
    pub id: String,
    pub what: String,
    pub importance: String,
    pub status: String,
    pub steps: Vec<StepAnswers>,
}

/// The plan as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct PlanAnswers {
    pub matters: String,
    pub strengths: String,
    pub concerns: String,
    pub goals: Vec<GoalAnswers>,
    pub review_day: String,
    pub review_month: String,
    pub review_year: String,
}

/// The name of a goal's field on the form; goals count from 1.
#[must_use]
pub fn goal_field(goal: usize, part: &str) -> String {
    format!("goal-{goal}-{part}")
}

/// The name of a step's field on the form; goals and steps count from 1.
#[must_use]
pub fn step_field(goal: usize, step: usize, part: &str) -> String {
    format!("goal-{goal}-step-{step}-{part}")
}

impl PlanAnswers {
    /// The plan, or everything that is wrong with it. A goal or a step that was emptied is taken away; more than fit
    /// are refused, not cut off. A review day is today or later, unless it stood so `before`.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend; fields are named by [`goal_field`] and [`step_field`].
    pub fn check(&self, before: &Plan, today: Date) -> Result<Plan, Problems> {
        let mut problems = Problems::none();
        let matters = problems.take("matters", Note::parse(&self.matters)).flatten();
        let strengths = problems.take("strengths", Note::parse(&self.strengths)).flatten();
        let concerns = problems.take("concerns", Note::parse(&self.concerns)).flatten();
        let mut goals = vec![];
        for (at, goal) in self.goals.iter().enumerate() {
            goals.extend(goal.check(at + 1, before, &mut problems));
        }
        if goals.len() > MOST_GOALS {
            let told = format!("There are more than {MOST_GOALS} goals. Empty what can wait, or what is done");
            problems.add(goal_field(goals.len(), "what"), told);
        }
        let review_on = self.review(before, today, &mut problems);
        if problems.is_empty() { Ok(Plan { matters, strengths, concerns, goals, review_on }) } else { Err(problems) }
    }

    fn review(&self, before: &Plan, today: Date, problems: &mut Problems) -> Option<Date> {
        let parts = [&self.review_day, &self.review_month, &self.review_year];
        if parts.iter().all(|part| part.trim().is_empty()) {
            return None;
        }
        let day = problems.take("review", read_day(parts[0], parts[1], parts[2], "the next look at the plan"))?;
        if day < today && before.review_on != Some(day) {
            problems.add("review", "The day to look at the plan must be today or later");
        }
        Some(day)
    }
}

impl GoalAnswers {
    fn check(&self, at: usize, before: &Plan, problems: &mut Problems) -> Option<Goal> {
        let what = problems.take(goal_field(at, "what"), Line::parse(&self.what)).flatten();
        let importance = problems.take(goal_field(at, "importance"), OneToTen::parse(&self.importance)).flatten();
        let mut steps = vec![];
        for (place, step) in self.steps.iter().enumerate() {
            steps.extend(step.check((at, place + 1), before, problems));
        }
        if steps.len() > MOST_STEPS {
            let told = format!("There are more than {MOST_STEPS} steps. Empty what is done");
            problems.add(step_field(at, steps.len(), "what"), told);
        }
        let emptied = what.is_none() && problems.of(&goal_field(at, "what")).is_none();
        if emptied && !steps.is_empty() {
            problems.add(goal_field(at, "what"), "Say what the goal is, or empty its steps too");
        }
        Some(Goal {
            id: self.id.parse().ok()?,
            what: what?,
            importance,
            status: GoalStatus::from_code(&self.status).unwrap_or(GoalStatus::Active),
            steps,
        })
    }
}

impl StepAnswers {
    fn check(&self, (goal, at): (usize, usize), before: &Plan, problems: &mut Problems) -> Option<Step> {
        let field = |part| step_field(goal, at, part);
        let what = problems.take(field("what"), Line::parse(&self.what)).flatten();
        let who = problems.take(field("who"), Line::parse(&self.who)).flatten();
        let by = problems.take(field("by"), Line::parse(&self.by)).flatten();
        let confidence = problems.take(field("confidence"), OneToTen::parse(&self.confidence)).flatten();
        let emptied = what.is_none() && problems.of(&field("what")).is_none();
        // A step that stands is taken away by emptying it; a new one that has a day has lost its words.
        let stands = before.goals.iter().flat_map(|goal| &goal.steps).any(|step| step.id.to_string() == self.id);
        if emptied && !stands && (by.is_some() || confidence.is_some()) {
            problems.add(field("what"), "Say what the step is");
        }
        Some(Step { id: self.id.parse().ok()?, what: what?, who, by, confidence, done: self.done })
    }
}

impl From<&Plan> for PlanAnswers {
    fn from(plan: &Plan) -> Self {
        let said = |note: &Option<Note<2000>>| note.as_ref().map(ToString::to_string).unwrap_or_default();
        let part = |read: fn(Date) -> String| plan.review_on.map(read).unwrap_or_default();
        Self {
            matters: said(&plan.matters),
            strengths: said(&plan.strengths),
            concerns: said(&plan.concerns),
            goals: plan.goals.iter().map(GoalAnswers::from).collect(),
            review_day: part(|day| day.day().to_string()),
            review_month: part(|day| day.month().to_string()),
            review_year: part(|day| day.year().to_string()),
        }
    }
}

impl From<&Goal> for GoalAnswers {
    fn from(goal: &Goal) -> Self {
        let number = |n: Option<OneToTen>| n.map(|n| n.get().to_string()).unwrap_or_default();
        let step = |step: &Step| StepAnswers {
            id: step.id.to_string(),
            what: step.what.to_string(),
            who: step.who.as_ref().map(ToString::to_string).unwrap_or_default(),
            by: step.by.as_ref().map(ToString::to_string).unwrap_or_default(),
            confidence: number(step.confidence),
            done: step.done,
        };
        Self {
            id: goal.id.to_string(),
            what: goal.what.to_string(),
            importance: number(goal.importance),
            status: goal.status.code().to_owned(),
            steps: goal.steps.iter().map(step).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::ambient::Entropy;

    const TODAY: Date = date(2026, 11, 21);

    fn fresh(number: u64) -> String {
        let id: GoalId = Entropy::from_number(number).id(jiff::Timestamp::UNIX_EPOCH);
        id.to_string()
    }

    fn singing() -> GoalAnswers {
        let step = StepAnswers { id: fresh(2), what: "Listen to the choir".into(), ..StepAnswers::default() };
        GoalAnswers {
            id: fresh(1),
            what: "Sing again".into(),
            importance: "9".into(),
            steps: vec![step],
            ..GoalAnswers::default()
        }
    }

    fn plan(goals: Vec<GoalAnswers>) -> PlanAnswers {
        PlanAnswers { goals, ..PlanAnswers::default() }
    }

    #[test]
    fn what_was_written_comes_back_as_it_was() {
        let mut answers = plan(vec![singing()]);
        answers.review_day = "10".into();
        answers.review_month = "12".into();
        answers.review_year = "2026".into();
        let written = answers.check(&Plan::default(), TODAY).unwrap();
        assert_eq!(written.goals[0].importance.map(OneToTen::get), Some(9));
        let again = PlanAnswers::from(&written).check(&written, TODAY).unwrap();
        assert_eq!(again, written);
        let stored = serde_json::to_string(&written).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), written);
    }

    #[test]
    fn an_emptied_goal_goes_and_its_steps_are_not_lost_by_the_way() {
        let emptied = GoalAnswers { what: " ".into(), ..singing() };
        let refused = plan(vec![emptied.clone()]).check(&Plan::default(), TODAY).unwrap_err();
        assert!(refused.of("goal-1-what").is_some());
        let with_steps_emptied = GoalAnswers { steps: vec![], ..emptied };
        assert!(plan(vec![with_steps_emptied]).check(&Plan::default(), TODAY).unwrap().goals.is_empty());
    }

    #[test]
    fn too_much_is_said_and_not_cut_off() {
        let many = |n| plan((0..n).map(|at| GoalAnswers { id: fresh(at), ..singing() }).collect());
        assert!(many(6).check(&Plan::default(), TODAY).is_ok());
        let refused = many(8).check(&Plan::default(), TODAY).unwrap_err();
        assert!(refused.of("goal-8-what").is_some());
    }

    #[test]
    fn a_number_is_from_one_to_ten_or_not_given() {
        for wrong in ["0", "11", "-1", "ten", "9.5"] {
            let goal = GoalAnswers { importance: wrong.into(), ..singing() };
            assert!(plan(vec![goal]).check(&Plan::default(), TODAY).unwrap_err().of("goal-1-importance").is_some());
        }
        assert_eq!(OneToTen::parse(" "), Ok(None));
        assert!(serde_json::from_str::<OneToTen>("11").is_err());
    }

    #[test]
    fn a_review_that_has_passed_stays_until_somebody_moves_it() {
        let past = PlanAnswers {
            review_day: "1".into(),
            review_month: "11".into(),
            review_year: "2026".into(),
            ..plan(vec![])
        };
        assert!(past.check(&Plan::default(), TODAY).unwrap_err().of("review").is_some());
        let before = Plan { review_on: Some(date(2026, 11, 1)), ..Plan::default() };
        assert!(past.check(&before, TODAY).is_ok());
    }
}
