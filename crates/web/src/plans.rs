//! The person's plan: written together on one screen.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::id::{CaseId, GoalId, StepId};
use fingerpost_domain::plan::{
    GoalAnswers, GoalStatus, MOST_GOALS, MOST_STEPS, Plan, PlanAnswers, StepAnswers, goal_field, step_field,
};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Note;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{PlanRecord, PlanSaved};
use fingerpost_ui::format::day;
use fingerpost_ui::pages::{Choice, GoalView, PlanPage, StepView};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// What was asked for with the page: words of ours.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    saved: Option<String>,
    add: Option<String>,
}

/// Goals, and steps of a goal, that are read from a form: more than a plan may have, so that too many are refused in
/// words and not cut off.
const MOST_READ: usize = 30;

/// A confidence below this asks for a smaller step.
const SURE_ENOUGH: u8 = 7;

fn ordinal(at: usize) -> &'static str {
    ["first", "second", "third", "fourth", "fifth", "sixth"].get(at - 1).copied().unwrap_or("next")
}

pub(crate) fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

fn step_view(goal: usize, number: usize, values: StepAnswers, problems: &Problems) -> StepView {
    let wrong =
        ["what", "who", "by", "confidence"].iter().any(|part| problems.of(&step_field(goal, number, part)).is_some());
    let sure = if values.confidence.is_empty() { String::new() } else { format!("sure {} of 10", values.confidence) };
    StepView {
        number,
        summary: (!values.what.trim().is_empty()).then(|| values.what.clone()),
        detail: joined(&[&values.who, &values.by, &sure]),
        open: wrong,
        unsure: !values.done && values.confidence.parse::<u8>().is_ok_and(|n| n < SURE_ENOUGH),
        values,
    }
}

fn goal_view(
    number: usize,
    values: &GoalAnswers,
    (add_step, fresh): (bool, impl Fn() -> StepId),
    problems: &Problems,
) -> GoalView {
    let mut steps = values.steps.clone();
    let blank = |step: &StepAnswers| step.what.trim().is_empty();
    if steps.is_empty() || (add_step && steps.len() < MOST_STEPS && !steps.iter().any(blank)) {
        steps.push(StepAnswers { id: fresh().to_string(), ..StepAnswers::default() });
    }
    let room_for_step = steps.len() < MOST_STEPS;
    let status = if values.status.is_empty() { GoalStatus::Active.code() } else { &values.status };
    GoalView {
        number,
        heading: format!("My {} goal", ordinal(number)),
        statuses: GoalStatus::ALL
            .iter()
            .map(|each| Choice::new(each.code(), each.label(), status == each.code()))
            .collect(),
        steps: steps.into_iter().enumerate().map(|(at, step)| step_view(number, at + 1, step, problems)).collect(),
        room_for_step,
        add_step: "Add another step".to_owned(),
        values: values.clone(),
    }
}

fn lede(record: &PlanRecord, today: Date) -> String {
    let who = format!("{}, with {}.", record.name.called(), record.worker_name);
    let when = record.written.as_ref().map_or_else(
        || "Nothing is written yet.".to_owned(),
        |(at, author)| format!("Last written {} by {author}.", day(day_of(*at), today)),
    );
    format!("{who} {when} These are my words. Nobody else sees them until I say so.")
}

/// The page with these answers in it. `read` is the version, and what mattered, that they were read from.
async fn page(
    here: &May<ReadCase>,
    record: &PlanRecord,
    (answers, (version, read_matters)): (PlanAnswers, (i64, String)),
    (asked, problems): (&Asked, &Problems),
) -> Result<PlanPage, WebError> {
    let today = here.app().today();
    let called = record.name.called().to_owned();
    let mut frame = here.frame(format!("{called}'s plan"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let mut goals = answers.goals.clone();
    let wants_goal = asked.add.as_deref() == Some("goal");
    let blank = |goal: &GoalAnswers| goal.what.trim().is_empty();
    // What is new has its id from the page on: the same page posted twice writes it once.
    let entropy = here.app().store().entropy();
    if goals.is_empty() || (wants_goal && goals.len() < MOST_GOALS && !goals.iter().any(blank)) {
        let id: GoalId = entropy.id(here.ctx.now);
        goals.push(GoalAnswers { id: id.to_string(), ..GoalAnswers::default() });
    }
    let room_for_goal = goals.len() < MOST_GOALS;
    let in_three_weeks = plus_days(today, 21);
    Ok(PlanPage {
        frame,
        back_href: here.href(&format!("cases/{}", record.case)),
        saved: asked.saved.as_ref().map(|_| "The plan is saved.".to_owned()),
        lede: lede(record, today),
        action: here.href(&format!("cases/{}/plan", record.case)),
        version,
        read_matters,
        goals: goals
            .iter()
            .enumerate()
            .map(|(at, goal)| {
                let add = asked.add.as_deref() == Some(format!("step-{}", at + 1).as_str());
                goal_view(at + 1, goal, (add, || entropy.id(here.ctx.now)), problems)
            })
            .collect(),
        room_for_goal,
        example_day: format!("{} {} {}", in_three_weeks.day(), in_three_weeks.month(), in_three_weeks.year()),
        called,
        values: answers,
        problems: listed(problems),
    })
}

fn matters_of(plan: &Plan) -> String {
    plan.matters.as_ref().map(ToString::to_string).unwrap_or_default()
}

pub(crate) async fn form(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let record = here.app().store().plan(&here.ctx, id).await?;
    if !record.open {
        return Ok(Redirect::to(&here.href(&format!("cases/{id}/plan/copy"))).into_response());
    }
    let read = (record.version, matters_of(&record.plan));
    let answers = PlanAnswers::from(&record.plan);
    show(here.app(), &page(&here, &record, (answers, read), (&asked, &Problems::none())).await?)
}

fn posted_goal(form: &Posted, at: usize) -> GoalAnswers {
    let text = |part: &str| form.text(&goal_field(at, part));
    let steps = (1..=MOST_READ)
        .filter(|step| form.has(&step_field(at, *step, "what")))
        .map(|step| {
            let text = |part: &str| form.text(&step_field(at, step, part));
            StepAnswers {
                id: text("id"),
                what: text("what"),
                who: text("who"),
                by: text("by"),
                confidence: text("confidence"),
                done: !text("done").is_empty(),
            }
        })
        .collect();
    GoalAnswers { id: text("id"), what: text("what"), importance: text("importance"), status: text("status"), steps }
}

fn posted(form: &Posted) -> PlanAnswers {
    PlanAnswers {
        matters: form.text("matters"),
        strengths: form.text("strengths"),
        concerns: form.text("concerns"),
        goals: (1..=MOST_READ)
            .filter(|at| form.has(&goal_field(*at, "what")))
            .map(|at| posted_goal(form, at))
            .collect(),
        review_day: form.text("review_day"),
        review_month: form.text("review_month"),
        review_year: form.text("review_year"),
    }
}

/// Somebody changed the same fields meanwhile: both are shown, beside each other, and nothing is lost.
fn both_wrote(conflicts: &[fingerpost_domain::plan::Conflict]) -> Problems {
    let mut problems = Problems::none();
    for conflict in conflicts {
        let theirs = if conflict.theirs.is_empty() {
            "Somebody emptied this while you wrote".to_owned()
        } else {
            format!("While you wrote, somebody saved: \u{201c}{}\u{201d}", conflict.theirs)
        };
        problems.add(conflict.field.clone(), format!("{theirs}. Yours is kept here: save again to use it"));
    }
    problems
}

pub(crate) async fn save(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let answers = posted(&form);
    let known = |id: &str| id.parse::<GoalId>().is_ok();
    if !answers.goals.iter().all(|goal| known(&goal.id) && goal.steps.iter().all(|step| known(&step.id))) {
        return Err(WebError::StaleForm);
    }
    let version: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    let read_matters = form.text("read_matters");
    let today = here.app().today();
    let record = here.app().store().plan(&here.ctx, id).await?;
    if !record.open {
        return Err(WebError::MovedOn("This case is closed. Nothing was saved."));
    }
    let none = Asked::default();
    let plan = match answers.check(&record.plan, today) {
        Ok(plan) => plan,
        Err(problems) => {
            let drawn = page(&here, &record, (answers, (version, read_matters)), (&none, &problems)).await?;
            return show_again(here.app(), &drawn);
        }
    };
    let base = Note::parse(&read_matters).map_err(|_| WebError::StaleForm)?;
    match here.app().store().save_plan(&work, id, (&plan, version, base), today).await? {
        PlanSaved::Saved => {
            let place = here.href(&format!("cases/{id}/plan"));
            let next = match form.text("then").as_str() {
                "print" => format!("{place}/copy"),
                "goal" => format!("{place}?add=goal#goal-{}-what", plan.goals.len() + 1),
                then => match then.strip_prefix("step-").and_then(|at| at.parse::<usize>().ok()) {
                    Some(at) => format!("{place}?add=step-{at}#h-goal-{at}-"),
                    None => format!("{place}?saved=plan"),
                },
            };
            Ok(Redirect::to(&next).into_response())
        }
        PlanSaved::Conflicting { merged, conflicts, version } => {
            let stands = here.app().store().plan(&here.ctx, id).await?;
            let read = (version, matters_of(&stands.plan));
            let answers = PlanAnswers::from(&merged);
            let drawn = page(&here, &stands, (answers, read), (&none, &both_wrote(&conflicts))).await?;
            show_again(here.app(), &drawn)
        }
    }
}
