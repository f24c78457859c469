//! What invented people want, and the small steps towards it.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::id::{CaseId, GoalId, StepId};
use fingerpost_domain::plan::{GoalAnswers, PlanAnswers, StepAnswers};
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{PlanSaved, SignedIn, Store};
use rand::{Rng, RngExt};

use crate::DemoError;
use crate::people::{chance, one};
use crate::places::Cast;

/// A goal, a step towards it, who takes it.
pub(crate) const GOALS: &[(&str, &str, &str)] = &[
    ("Have company on two days of the week", "Go to the Wednesday cafe once, with somebody", "Me, with my link worker"),
    ("Open the letters the day they come", "Put the letters in one box for Friday", "Me"),
    ("Sleep through the night again", "Walk round the block before supper", "Me"),
    ("Cook for myself three times a week", "Ask the food pantry about the Tuesday class", "My link worker"),
    ("Have an afternoon to myself", "Ask the carers' centre about a sitter", "My link worker"),
    ("Walk to the shops without stopping", "Walk to the postbox and back each morning", "Me"),
];
pub(crate) const STRENGTHS: &[&str] = &[
    "My daughter rings on Sundays. I can mend most things.",
    "A garden, and the neighbour who waters it. I read a lot.",
    "I was a cook for thirty years. The cat.",
];

fn goal(
    store: &Store,
    now: Timestamp,
    (what, step, who): (&str, &str, &str),
    (importance, confidence): (u32, u32),
) -> GoalAnswers {
    let (goal, id): (GoalId, StepId) = (store.entropy().id(now), store.entropy().id(now));
    let step = StepAnswers {
        id: id.to_string(),
        what: step.to_owned(),
        who: who.to_owned(),
        by: "the end of next week".to_owned(),
        confidence: confidence.to_string(),
        ..StepAnswers::default()
    };
    GoalAnswers {
        id: goal.to_string(),
        what: what.to_owned(),
        importance: importance.to_string(),
        steps: vec![step],
        ..GoalAnswers::default()
    }
}

fn peggys(store: &Store, now: Timestamp) -> PlanAnswers {
    PlanAnswers {
        strengths: "A good alto voice. Bess the dog. Joan next door. I never forget a tune.".to_owned(),
        concerns: "Walking in alone. The evenings.".to_owned(),
        goals: vec![
            goal(
                store,
                now,
                ("Sing with other people once a week", "Listen to the Tannery Choir for one evening", "Me and Maya"),
                (9, 7),
            ),
            goal(store, now, ("Get to the shops without a taxi", "Ask about the Dial-a-Bus pass", "Maya"), (7, 8)),
        ],
        ..PlanAnswers::default()
    }
}

/// The plan that was written at a conversation.
pub(crate) async fn write(
    store: &Store,
    cast: &Cast,
    dice: &mut impl Rng,
    (worker, case, now): (&SignedIn, CaseId, Timestamp),
    peggy: bool,
) -> Result<(), DemoError> {
    let before = store.plan(&Cast::ctx::<ReadCase>(worker, cast.scheme.id, now)?, case).await?;
    let written = if peggy {
        peggys(store, now)
    } else {
        let first = dice.random_range(0..GOALS.len());
        let goals = if chance(dice, 40) { vec![first, (first + 1) % GOALS.len()] } else { vec![first] };
        PlanAnswers {
            strengths: one(dice, STRENGTHS).to_owned(),
            goals: goals
                .into_iter()
                .map(|at| {
                    goal(store, now, GOALS[at], (5 + dice.random_range(0..6_u32), 4 + dice.random_range(0..7_u32)))
                })
                .collect(),
            ..PlanAnswers::default()
        }
    };
    let today = day_of(now);
    let review = plus_days(today, 42);
    let answers = PlanAnswers {
        matters: before.plan.matters.as_ref().map(ToString::to_string).unwrap_or_default(),
        review_day: review.day().to_string(),
        review_month: review.month().to_string(),
        review_year: review.year().to_string(),
        ..written
    };
    let plan = answers.check(&before.plan, today).map_err(|_| DemoError::Refused("plan"))?;
    let ctx = Cast::ctx::<WorkCase>(worker, cast.scheme.id, now)?;
    let matters = before.plan.matters.clone();
    match store.save_plan(&ctx, case, (&plan, before.version, matters), today).await? {
        PlanSaved::Saved => Ok(()),
        PlanSaved::Conflicting { .. } => Err(DemoError::Refused("plan")),
    }
}
