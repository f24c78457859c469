//! The page of a group, behind its one-time link: no account, no name before its yes. Opening it changes nothing;
//! one press of a button answers, and the answer can be changed.

use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::connection::{ConnectionState, GroupReason};
use fingerpost_domain::problem::Problems;
use fingerpost_store::{ConnectionChange, GroupView, LiveLink, StoreError};
use fingerpost_ui::format::day;
use fingerpost_ui::pages::{Choice, GroupPage};

use crate::connections;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{of_link, show, show_again};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError};

/// A visit can be told for so many days afterwards.
const TOLD_WITHIN_DAYS: i64 = 60;

fn state(view: &GroupView) -> Option<&'static str> {
    match view.state {
        ConnectionState::Offered | ConnectionState::NoReply => Some("asked"),
        ConnectionState::DeclinedByGroup => Some("no"),
        ConnectionState::Accepted => Some("yes"),
        ConnectionState::Started => Some("started"),
        ConnectionState::Ended | ConnectionState::Withdrawn => None,
    }
}

fn page(
    app: &App,
    (token, view): (&str, GroupView),
    (form, problems): (Option<&Posted>, &Problems),
) -> Result<GroupPage, WebError> {
    let state = state(&view).ok_or(WebError::LinkGone)?;
    let today = app.today();
    let mut frame = of_link(app, token, "A question for your group");
    frame.problem = !problems.is_empty();
    Ok(GroupPage {
        frame,
        action: format!("/l/{token}"),
        service: view.service_name,
        worker: view.worker_name,
        worker_phone: view.worker_phone,
        state,
        ask: view.ask,
        first_visit: view.first_visit,
        needs: view
            .person
            .as_ref()
            .map(|person| person.needs.iter().map(|need| need.label()).collect::<Vec<_>>().join(", ")),
        phone: view.person.as_ref().and_then(|person| person.phone.clone()),
        person: view.person.map(|person| person.name),
        reason: view.reason.map(|reason| reason.label().to_lowercase()),
        reasons: GroupReason::ALL.iter().map(|reason| Choice::new(reason.code(), reason.label(), false)).collect(),
        visits: connections::visit_lines(&view.visits, today),
        visit: connections::day_fields(form, today),
        until: day(day_of(view.until), today),
        problems: listed(problems),
    })
}

pub(crate) async fn open(app: &App, token: &str, link: &LiveLink) -> Result<Response, WebError> {
    let view = app.store().group_view(link, app.now()).await?;
    show(app, &page(app, (token, view), (None, &Problems::none()))?)
}

pub(crate) async fn answer(app: &App, (token, link): (&str, &LiveLink), form: &Posted) -> Result<Response, WebError> {
    let today = app.today();
    let asked_on = day_of(app.store().group_view(link, app.now()).await?.offered_at);
    let said = connections::change(form, asked_on.max(plus_days(today, -TOLD_WITHIN_DAYS)), today);
    // What only the scheme may say is no answer of a group.
    let said = said.and_then(|change| match change {
        ConnectionChange::Yes | ConnectionChange::No(_) | ConnectionChange::Visit { .. } => Ok(change),
        _ => Err(Problems::one("answer", "Press one of the buttons on this page")),
    });
    match said {
        Ok(change) => match app.store().group_says(link, change, app.now()).await {
            Ok(()) => Ok(Redirect::to(&format!("/l/{token}")).into_response()),
            Err(StoreError::NotFound) => Err(WebError::LinkGone),
            Err(error) => Err(error.into()),
        },
        Err(problems) => {
            let view = app.store().group_view(link, app.now()).await?;
            show_again(app, &page(app, (token, view), (Some(form), &problems))?)
        }
    }
}
