//! The page of a group, behind its one-time link: no account, no name before its yes and a code. Opening it changes
//! nothing; one press of a button answers, and the answer can be changed.

use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_correspondence::{CodeTried, Door, GroupView};
use fingerpost_correspondence_rules::group_code::GroupCode;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::connection::{Arrival, ConnectionState, GroupReason};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;
use fingerpost_store::{ConnectionChange, LiveLink, StoreError};
use fingerpost_ui::format::day;
use fingerpost_ui::pages::{ArrivalFields, Choice, GroupPage};
use tower_sessions::Session;

use crate::offers;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{of_link, show, show_again};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError, sessions};

/// A visit can be told for so many days afterwards.
pub(crate) const TOLD_WITHIN_DAYS: i64 = 60;

fn state(view: &GroupView) -> Option<&'static str> {
    match view.state {
        ConnectionState::Offered | ConnectionState::NoReply => Some("asked"),
        ConnectionState::DeclinedByGroup => Some("no"),
        ConnectionState::Accepted => Some("yes"),
        ConnectionState::Started => Some("started"),
        ConnectionState::Ended | ConnectionState::Withdrawn => None,
    }
}

/// What is drawn besides what stands in the records.
#[derive(Default)]
struct Drawn<'a> {
    form: Option<&'a Posted>,
    saved: Option<&'static str>,
}

fn saved(code: Option<&str>) -> Option<&'static str> {
    match code? {
        "code" => Some("A code is on its way. It takes a minute."),
        "no_code" => Some("No more codes are sent today. Ring the number below."),
        "arrival" => Some("Thank you. The link worker has it."),
        "register" => Some("The register is on its way to your address."),
        "register_before" => Some("The register went to your address earlier today. Look among your messages."),
        _ => None,
    }
}

fn arrival_fields(form: Option<&Posted>, stored: &Arrival) -> ArrivalFields {
    if let Some(form) = form.filter(|form| form.has("meets")) {
        let text = |field| form.text(field);
        return ArrivalFields {
            meets: text("meets"),
            way_in: text("way_in"),
            bring: text("bring"),
            said: text("said"),
        };
    }
    let line = |line: &Option<Line<200>>| line.as_ref().map(ToString::to_string).unwrap_or_default();
    ArrivalFields {
        meets: line(&stored.meets),
        way_in: line(&stored.way_in),
        bring: line(&stored.bring),
        said: stored.said.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

fn page(
    app: &App,
    (token, view): (&str, GroupView),
    drawn: &Drawn<'_>,
    problems: &Problems,
) -> Result<GroupPage, WebError> {
    let state = state(&view).ok_or(WebError::LinkGone)?;
    let today = app.today();
    let mut frame = of_link(app, token, "A question for your group");
    frame.problem = !problems.is_empty();
    let person = match view.door {
        Door::Open(person) => Some(person),
        Door::NotYet | Door::Shut => None,
    };
    Ok(GroupPage {
        frame,
        action: format!("/l/{token}"),
        service: view.service_name,
        worker: view.worker_name,
        worker_phone: view.worker_phone,
        state,
        ask: view.ask,
        first_visit: view.first_visit,
        saved: drawn.saved,
        masked: view.masked,
        arrival: arrival_fields(drawn.form, &view.arrival),
        helping: drawn.form.is_some_and(|form| form.has("meets"))
            || (view.arrival == Arrival::default() && person.is_some()),
        needs: person
            .as_ref()
            .map(|person| person.needs.iter().map(|need| need.label()).collect::<Vec<_>>().join(", ")),
        phone: person.as_ref().and_then(|person| person.phone.clone()),
        person: person.map(|person| person.name),
        reason: view.reason.map(|reason| reason.label().to_lowercase()),
        reasons: GroupReason::ALL.iter().map(|reason| Choice::new(reason.code(), reason.label(), false)).collect(),
        visits: offers::visit_lines(&view.visits, today),
        visit: offers::day_fields(drawn.form.filter(|form| form.has("visit_day")), today),
        until: day(day_of(view.until), today),
        problems: listed(problems),
    })
}

/// The page of a group.
///
/// # Errors
/// [`WebError::LinkGone`] where there is nothing to say any more.
pub async fn open(
    app: &App,
    session: &Session,
    (token, link): (&str, &LiveLink),
    just: Option<&str>,
) -> Result<Response, WebError> {
    let opened = sessions::name_is_open(session, link.id).await?;
    let view = app.correspondence().group_view(link, opened, app.now()).await?;
    let drawn = Drawn { saved: saved(just), ..Drawn::default() };
    show(app, &page(app, (token, view), &drawn, &Problems::none())?)
}

/// What a code that was typed opens, for a page of a group or its register: a place to go on, or what is wrong.
pub(crate) async fn with_code(
    app: &App,
    session: &Session,
    (token, link): (&str, &LiveLink),
    form: &Posted,
) -> Result<Result<Response, Problems>, WebError> {
    let wrong = |text: &str| Ok(Err(Problems::one("code", text)));
    let Some(code) = GroupCode::parse(&form.text("code")) else {
        return wrong("Type the six digits of the code");
    };
    match app.correspondence().try_code(link, &code, app.now()).await {
        Ok(CodeTried::Opens) => {
            sessions::open_name(session, link.id).await?;
            Ok(Ok(Redirect::to(&format!("/l/{token}")).into_response()))
        }
        Ok(CodeTried::Wrong) => wrong("That is not the code that we sent. Look at the newest message"),
        Ok(CodeTried::Ended) => {
            wrong("No code is waiting, or it was tried too often. Press \u{201c}Send me a code\u{201d}")
        }
        Err(StoreError::NotFound) => Err(WebError::LinkGone),
        Err(error) => Err(error.into()),
    }
}

/// Sends a code, and says so on the same page.
pub(crate) async fn new_code(app: &App, (token, link): (&str, &LiveLink)) -> Result<Response, WebError> {
    match app.correspondence().send_code(link, app.now()).await {
        Ok(sent) => {
            let just = if sent { "code" } else { "no_code" };
            Ok(Redirect::to(&format!("/l/{token}?saved={just}")).into_response())
        }
        Err(StoreError::NotFound) => Err(WebError::LinkGone),
        Err(error) => Err(error.into()),
    }
}

async fn said(
    app: &App,
    session: &Session,
    (token, link): (&str, &LiveLink),
    form: &Posted,
) -> Result<Result<Response, Problems>, WebError> {
    let today = app.today();
    let back = |just: &str| Redirect::to(&format!("/l/{token}{just}")).into_response();
    let done = |result: Result<(), StoreError>, just: &str| match result {
        Ok(()) => Ok(Ok(back(just))),
        Err(StoreError::NotFound) => Err(WebError::LinkGone),
        Err(error) => Err(error.into()),
    };
    if form.text("change") == "arrival" {
        // What they say here is handed to the person: whoever has only the link says nothing.
        if !sessions::name_is_open(session, link.id).await? {
            return Ok(Err(Problems::one("code", "Give the code first: what you write goes to the person")));
        }
        let text = |field| form.text(field);
        return match Arrival::check(&text("meets"), &text("way_in"), &text("bring"), &text("said")) {
            Ok(arrival) => done(app.correspondence().group_helps(link, &arrival, app.now()).await, "?saved=arrival"),
            Err(problems) => Ok(Err(problems)),
        };
    }
    if form.text("change") == "send_register" {
        let sent = app.correspondence().send_register(link, app.now()).await;
        let just = if sent.as_ref().is_ok_and(|sent| *sent) { "?saved=register" } else { "?saved=register_before" };
        return done(sent.map(drop), just);
    }
    let view = app.correspondence().group_view(link, false, app.now()).await?;
    let asked_on = day_of(view.offered_at);
    let said = offers::change(form, asked_on.max(plus_days(today, -TOLD_WITHIN_DAYS)), today);
    match said {
        // What only the scheme may say is no answer of a group.
        Ok(change @ (ConnectionChange::Yes | ConnectionChange::No(_) | ConnectionChange::Visit { .. })) => {
            done(app.correspondence().group_says(link, change, app.now()).await, "")
        }
        Ok(_) => Ok(Err(Problems::one("answer", "Press one of the buttons on this page"))),
        Err(problems) => Ok(Err(problems)),
    }
}

/// What a group says on its page.
///
/// # Errors
/// [`WebError::LinkGone`] where it has ended meanwhile.
pub async fn answer(
    app: &App,
    session: &Session,
    (token, link): (&str, &LiveLink),
    form: &Posted,
) -> Result<Response, WebError> {
    let outcome = match form.text("change").as_str() {
        "code" => with_code(app, session, (token, link), form).await?,
        "send_code" => return new_code(app, (token, link)).await,
        _ => said(app, session, (token, link), form).await?,
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(problems) => {
            let opened = sessions::name_is_open(session, link.id).await?;
            let view = app.correspondence().group_view(link, opened, app.now()).await?;
            show_again(app, &page(app, (token, view), &Drawn { form: Some(form), saved: None }, &problems)?)
        }
    }
}
