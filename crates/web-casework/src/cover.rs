//! Being away, covering, and handing people over for good.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_casework::{AwayRow, WorkerRow};
use fingerpost_domain::away::{AwayAnswers, HandOverAnswers};
use fingerpost_domain::id::{AbsenceId, UserId};
use fingerpost_domain::problem::Problems;
use fingerpost_policy::Reallocate;
use fingerpost_store::StoreError;
use fingerpost_ui::format::{count, days, due};
use fingerpost_ui::pages::{AwayLine, Choice, CoverPage, Filter, HandOverPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, short_name};

/// What a page was opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    saved: Option<String>,
    case: Option<String>,
    of: Option<String>,
}

/// "Sam Reyes, 22 of 30 places, away until 5 December".
fn worker_words(row: &WorkerRow) -> String {
    let away = row.away_until.map(|until| format!(", away until {}", until.strftime("%-d %B"))).unwrap_or_default();
    format!("{}, {} of {}{away}", row.name, row.open_cases, count(row.places, "place", "places"))
}

fn choices(first: &str, rows: &[WorkerRow], chosen: &str, not: Option<UserId>) -> Vec<Choice> {
    std::iter::once(Choice::new("", first, chosen.is_empty()))
        .chain(rows.iter().filter(|row| Some(row.id) != not).map(|row| {
            let id = row.id.to_string();
            Choice::new(&id, worker_words(row), chosen == id)
        }))
        .collect()
}

fn line(here: &May<Reallocate>, row: &AwayRow) -> AwayLine {
    let may_end = here.ctx.grant.only_user().is_none_or(|own| own == row.worker);
    AwayLine {
        name: row.worker_name.clone(),
        days: days(row.from, row.until),
        cover: match &row.cover_name {
            Some(name) => format!("{name} looks after their people"),
            None => "Nobody looks after their people".to_owned(),
        },
        end_action: may_end.then(|| here.href(&format!("cover/{}/end", row.id))),
    }
}

async fn page(
    here: &May<Reallocate>,
    answers: &AwayAnswers,
    (problems, saved): (&Problems, Option<&str>),
) -> Result<CoverPage, WebError> {
    let casework = here.app().casework();
    let workers = casework.workers(&here.ctx).await?;
    let away = casework.away(&here.ctx).await?;
    let own = here.ctx.grant.only_user();
    let mut frame = here.frame("Who is away", "caseload").await?;
    frame.problem = !problems.is_empty();
    Ok(CoverPage {
        frame,
        back_href: here.href("caseload"),
        saved: saved.and_then(|what| match what {
            "away" => Some("Saved. Whoever covers sees these people on their list on those days."),
            "ended" => Some("Taken out. Whoever covered does not see these people any more."),
            "handed" => Some("Handed over. The note stands in the story of each of them."),
            _ => None,
        }),
        away: away.iter().map(|row| line(here, row)).collect(),
        action: here.href("cover"),
        workers: own.is_none().then(|| choices("Choose", &workers, &answers.worker, None)),
        covers: choices("Nobody", &workers, &answers.cover, own),
        hand_over_href: here.href("hand-over"),
        values: answers.clone(),
        problems: listed(problems),
    })
}

/// Who is away, and the form for it.
pub async fn list(here: May<Reallocate>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let drawn = page(&here, &AwayAnswers::default(), (&Problems::none(), asked.saved.as_deref())).await?;
    show(here.app(), &drawn)
}

/// Notes that somebody is away.
pub async fn record(here: May<Reallocate>, form: Posted) -> Result<Response, WebError> {
    let answers = AwayAnswers {
        worker: form.text("worker"),
        from_day: form.text("from_day"),
        from_month: form.text("from_month"),
        from_year: form.text("from_year"),
        until_day: form.text("until_day"),
        until_month: form.text("until_month"),
        until_year: form.text("until_year"),
        cover: form.text("cover"),
    };
    let casework = here.app().casework();
    let workers: Vec<UserId> = casework.workers(&here.ctx).await?.iter().map(|row| row.id).collect();
    let problems = match answers.check((here.ctx.grant.only_user(), &workers), here.app().today()) {
        Ok(away)
            if away
                .cover_is_away(casework.away(&here.ctx).await?.iter().map(|row| (row.worker, row.from, row.until))) =>
        {
            Problems::one("cover", "They are away on one of these days themselves. Choose somebody else")
        }
        Ok(away) => match casework.record_away(&here.ctx, &away).await {
            Ok(()) => return Ok(Redirect::to(&here.href("cover?saved=away")).into_response()),
            Err(StoreError::AlreadyThere) => {
                Problems::one("from", "They are away on one of these days already. Take that out first")
            }
            Err(error) => return Err(error.into()),
        },
        Err(problems) => problems,
    };
    show_again(here.app(), &page(&here, &answers, (&problems, None)).await?)
}

/// Takes days away out again.
pub async fn end(
    here: May<Reallocate>,
    Path((_, id)): Path<(String, AbsenceId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().casework().end_away(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href("cover?saved=ended")).into_response())
}

async fn handing(
    here: &May<Reallocate>,
    (answers, of): (&HandOverAnswers, Option<UserId>),
    problems: &Problems,
) -> Result<HandOverPage, WebError> {
    let casework = here.app().casework();
    let workers = casework.workers(&here.ctx).await?;
    let own = here.ctx.grant.only_user();
    let first = answers.cases.first().and_then(|id| id.parse().ok());
    let people = casework.to_hand_over(&here.ctx, (of, first)).await?;
    let today = here.app().today();
    let mut frame = here.frame("Hand people over", "caseload").await?;
    frame.problem = !problems.is_empty();
    let filter = |text: &str, of: Option<UserId>, current: bool| Filter {
        text: text.to_owned(),
        href: match of {
            Some(of) => here.href(&format!("hand-over?of={of}")),
            None => here.href("hand-over"),
        },
        current,
    };
    let filters = if own.is_some() {
        vec![]
    } else {
        std::iter::once(filter("Everyone", None, of.is_none()))
            .chain(workers.iter().map(|row| filter(&row.name, Some(row.id), of == Some(row.id))))
            .collect()
    };
    Ok(HandOverPage {
        frame,
        back_href: here.href("cover"),
        action: here.href("hand-over"),
        filters,
        people: people
            .iter()
            .map(|row| {
                let next = match (&row.next_action, row.next_due) {
                    (Some(what), Some(on)) => format!("{what}, {}", due(on, today)),
                    (Some(what), None) => what.clone(),
                    _ => "Nothing planned".to_owned(),
                };
                let whose = if own.is_some() { String::new() } else { format!("{}. ", row.worker_name) };
                let id = row.id.to_string();
                Choice::new(&id, short_name(&row.name), answers.cases.contains(&id)).hint(format!("{whose}{next}"))
            })
            .collect(),
        workers: choices("Choose", &workers, &answers.to, own),
        of: of.map(|of| of.to_string()),
        values: answers.clone(),
        problems: listed(problems),
    })
}

/// Who may be handed over.
pub async fn hand_over_form(here: May<Reallocate>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let answers = HandOverAnswers { cases: asked.case.into_iter().collect(), ..HandOverAnswers::default() };
    let of = asked.of.and_then(|id| id.parse().ok());
    show(here.app(), &handing(&here, (&answers, of), &Problems::none()).await?)
}

/// Hands people over.
pub async fn hand_over(here: May<Reallocate>, form: Posted) -> Result<Response, WebError> {
    let answers = HandOverAnswers { cases: form.all("cases"), to: form.text("to"), note: form.text("note") };
    let of = form.text("of").parse().ok();
    let casework = here.app().casework();
    let workers: Vec<UserId> = casework.workers(&here.ctx).await?.iter().map(|row| row.id).collect();
    match answers.check(&workers) {
        Ok(given) => {
            if casework.hand_over(&here.ctx, &given).await? > 0 {
                return Ok(Redirect::to(&here.href("cover?saved=handed")).into_response());
            }
            let problems = Problems::one("to", "They look after these people already. Nothing was changed");
            show_again(here.app(), &handing(&here, (&answers, of), &problems).await?)
        }
        Err(problems) => show_again(here.app(), &handing(&here, (&answers, of), &problems).await?),
    }
}
