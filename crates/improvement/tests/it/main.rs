//! What is promised of projects and surveys, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod own;
mod projects;
mod statements;
mod surveys;

use fingerpost_domain::Date;
use fingerpost_domain::calendar::{day_of, instant_at};
use fingerpost_domain::id::ProjectId;
use fingerpost_improvement::Improvement;
use fingerpost_improvement_rules::project::{Goal, GoalAnswers};
use fingerpost_policy::Improve;
use fingerpost_store::testing::{Village, start};
use fingerpost_store::{Ctx, Store};

fn today() -> Date {
    day_of(start())
}

/// The first of the month so many months after that of the start.
fn month(from: i64) -> Date {
    today().first_of_month().saturating_add(jiff::Span::new().months(from))
}

fn goal(title: &str) -> Goal {
    let answers = GoalAnswers {
        title: title.to_owned(),
        led_by: "Helen".to_owned(),
        measured: "referrals".to_owned(),
        target: "26".to_owned(),
        by_day: "1".to_owned(),
        by_month: "1".to_owned(),
        by_year: "2030".to_owned(),
        ..GoalAnswers::default()
    };
    answers.check(None, today()).unwrap()
}

/// The manager of the village's practice at noon of a day.
fn manager(village: &Village, on: Date) -> Ctx<Improve> {
    Village::ctx(&village.manager, &village.practice, instant_at(on, 12))
}

async fn begun(store: &Store, ctx: &Ctx<Improve>, title: &str) -> ProjectId {
    let id: ProjectId = store.entropy().id(ctx.now);
    Improvement::over(store.clone()).begin(ctx, id, &goal(title)).await.unwrap();
    id
}
