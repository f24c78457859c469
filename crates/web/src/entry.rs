//! Coming in and going out: sign-in in one or two steps, one-time links, choosing a place.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::UserId;
use fingerpost_domain::person::Email;
use fingerpost_domain::problem::Problems;
use fingerpost_store::{LinkScope, LiveLink, SignInRecord, StoreError};
use fingerpost_ui::pages::{Account, ChoosePasswordPage, CodePage, PlaceLink, PlacesPage, SignInPage};
use tower_sessions::Session;

use crate::{account, ask, measures};
use fingerpost_web_connections::{group, register};
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{first_screen, of_anyone, of_link, of_visitor, show, show_again};
use fingerpost_web_core::limits::{Beginning, Caller};
use fingerpost_web_core::visitor::Visitor;
use fingerpost_web_core::{App, Passwords, WebError, sessions};
use fingerpost_web_directory::keeping;
use fingerpost_web_rights::stop;

/// The same whatever is wrong: who has an account, and whose rests, is nobody's business.
const REFUSED: &str = "The email or the password is not right, or the account is resting after too many tries. Wait 15 \
                       minutes, or ask your administrator for a new link";

/// `/`: the screen that one's role needs, or where to choose.
pub(crate) async fn start(visitor: Visitor) -> Response {
    let mut screens: Vec<String> =
        visitor.signed_in.places.iter().filter_map(|(place, _)| first_screen(&visitor, place)).collect();
    screens.dedup();
    match screens.as_slice() {
        [only] => Redirect::to(only).into_response(),
        _ => Redirect::to("/places").into_response(),
    }
}

pub(crate) async fn places(visitor: Visitor) -> Result<Response, WebError> {
    let mut places: Vec<PlaceLink> = vec![];
    for (organisation, role) in &visitor.signed_in.places {
        let href = first_screen(&visitor, organisation).unwrap_or_else(|| "/places".to_owned());
        match places.iter_mut().find(|place| place.href == href) {
            Some(place) => place.role = format!("{}, {}", place.role, role.label().to_lowercase()),
            None => places.push(PlaceLink { name: organisation.name.clone(), role: role.label().to_owned(), href }),
        }
    }
    show(&visitor.app, &PlacesPage { frame: of_visitor(&visitor, "Where are you working?".to_owned()), places })
}

/// `/o/{org}`: the first screen there.
pub(crate) async fn place(visitor: Visitor, Path(org): Path<String>) -> Result<Response, WebError> {
    let (organisation, _) =
        visitor.signed_in.places.iter().find(|(place, _)| place.slug == org).ok_or(WebError::NotFound)?;
    let screen = first_screen(&visitor, organisation).ok_or(WebError::NotFound)?;
    Ok(Redirect::to(&screen).into_response())
}

async fn sign_in_page(app: &App, session: &Session, email: String, problems: Problems) -> Result<SignInPage, WebError> {
    let mut frame = of_anyone(app, session, "Sign in").await?;
    frame.problem = !problems.is_empty();
    let mut accounts = app.store().invented_accounts(&App::invented_tenant()).await?;
    accounts.sort_by_key(|row| row.role);
    let accounts = accounts
        .into_iter()
        .map(|row| Account {
            id: row.id.to_string(),
            what: row.job_title.unwrap_or_else(|| row.role.label().to_owned()),
            place: row.organisation.unwrap_or_default(),
            name: row.name,
        })
        .collect();
    Ok(SignInPage { frame, email, problems: problems.iter().cloned().collect(), accounts })
}

pub(crate) async fn sign_in_form(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let page = sign_in_page(&app, &session, String::new(), Problems::none()).await?;
    show(&app, &page)
}

pub(crate) async fn sign_in(State(app): State<App>, session: Session, form: Posted) -> Result<Response, WebError> {
    let (email, password) = (form.text("email"), form.text("password"));
    let mut problems = Problems::none();
    let address = problems.take("email", Email::parse(&email));
    if password.is_empty() {
        problems.add("password", "Enter your password");
    }
    let Some(address) = address.filter(|_| problems.is_empty()) else {
        return show_again(&app, &sign_in_page(&app, &session, email, problems).await?);
    };
    match prove(&app, &address, &password).await? {
        Some(record) if record.totp_secret.is_some() => {
            sessions::owe_code(&session, &record.tenant, record.user).await?;
            Ok(Redirect::to("/sign-in/code").into_response())
        }
        Some(record) => {
            app.store().signed_in(&record, None, app.now()).await?;
            let wanted = sessions::begin(&app, &session, &record.tenant, record.user).await?;
            Ok(Redirect::to(&wanted).into_response())
        }
        None => {
            let page = sign_in_page(&app, &session, email, Problems::one("password", REFUSED)).await?;
            show_again(&app, &page)
        }
    }
}

/// The account, when the password is its own and it may sign in now.
async fn prove(app: &App, address: &Email, password: &str) -> Result<Option<SignInRecord>, WebError> {
    let record = app.store().sign_in_record(&address.folded()).await?;
    let hash = record.as_ref().and_then(|record| record.password_hash.as_deref());
    let right = app.passwords().verify(password, hash).await?;
    let Some(record) = record else {
        app.store().unknown_sign_in(app.now()).await?;
        return Ok(None);
    };
    let resting = record.locked_until.is_some_and(|until| until > app.now());
    if right && !resting && !record.disabled {
        return Ok(Some(record));
    }
    if !resting {
        app.store().sign_in_failed(&record, app.now()).await?;
    }
    Ok(None)
}

pub(crate) async fn code_form(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    if sessions::owing(&session).await?.is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let frame = of_anyone(&app, &session, "Enter the code from your app").await?;
    show(&app, &CodePage { frame, problems: vec![] })
}

pub(crate) async fn code(State(app): State<App>, session: Session, form: Posted) -> Result<Response, WebError> {
    let Some((tenant, user)) = sessions::owing(&session).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let record = app.store().sign_in_record_of(&tenant, user).await?.ok_or(WebError::SignedOut)?;
    let resting = record.disabled || record.locked_until.is_some_and(|until| until > app.now());
    let step = record.totp_secret.as_deref().and_then(|key| account::step_of(key, &form.text("code"), app.now()));
    let accepted = match step.filter(|_| !resting) {
        Some(step) => match app.store().signed_in(&record, Some(step), app.now()).await {
            Ok(()) => true,
            Err(StoreError::ChangedMeanwhile) => false,
            Err(error) => return Err(error.into()),
        },
        None => false,
    };
    if accepted {
        let wanted = sessions::begin(&app, &session, &tenant, user).await?;
        return Ok(Redirect::to(&wanted).into_response());
    }
    if !resting {
        app.store().sign_in_failed(&record, app.now()).await?;
    }
    let mut frame = of_anyone(&app, &session, "Enter the code from your app").await?;
    frame.problem = true;
    let problems = Problems::one("code", "That code is not right, or was used already. Wait for the next one");
    show_again(&app, &CodePage { frame, problems: problems.iter().cloned().collect() })
}

/// One press signs in as somebody invented. There is no such page in a real installation.
pub(crate) async fn sign_in_invented(
    State(app): State<App>,
    session: Session,
    form: Posted,
) -> Result<Response, WebError> {
    if !app.invented() {
        return Err(WebError::NotFound);
    }
    let user: UserId = form.text("user").parse().map_err(|_| WebError::NotFound)?;
    let tenant = App::invented_tenant();
    let record = app.store().sign_in_record_of(&tenant, user).await?.ok_or(WebError::NotFound)?;
    if record.disabled {
        return Err(WebError::NotFound);
    }
    app.store().signed_in(&record, None, app.now()).await?;
    let wanted = sessions::begin(&app, &session, &tenant, user).await?;
    Ok(Redirect::to(&wanted).into_response())
}

pub(crate) async fn sign_out(visitor: Visitor, _form: Posted) -> Result<Response, WebError> {
    visitor.app.store().signed_out(visitor.actor(), visitor.app.now()).await?;
    visitor.session.flush().await?;
    Ok(Redirect::to("/sign-in").into_response())
}

/// The link behind an address. One that opens nothing is noted, whatever the reason: forged, cut off, ended or used. Whoever tries many is
/// told the same, and does not fill the audit.
async fn live(app: &App, token: &str, caller: Caller) -> Result<LiveLink, WebError> {
    if let Some(link) = app.store().live_link(token, app.now()).await? {
        return Ok(link);
    }
    if caller.may_begin(app, Beginning::DeadLink).is_ok() {
        app.store().dead_link(app.now()).await?;
    }
    Err(WebError::LinkGone)
}

/// `/l/{token}`: shows what a link is for. Changes nothing: mail scanners open links.
pub(crate) async fn link_form(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(at): Query<measures::At>,
    Query(on): Query<register::Day>,
    session: Session,
    caller: Caller,
) -> Result<Response, WebError> {
    let link = live(&app, &token, caller).await?;
    match link.scope {
        LinkScope::AnswerConnection => group::open(&app, &session, (&token, &link), at.saved.as_deref()).await,
        LinkScope::KeepRegister => register::open(&app, &session, (&token, &link), &on).await,
        LinkScope::StopMessages => stop::open(&app, &token),
        LinkScope::AnswerQuestions => measures::open(&app, (&token, &link), &at).await,
        LinkScope::AskForHelp => ask::open(&app, (&token, &link), &at).await,
        LinkScope::KeepEntry => keeping::open(&app, (&token, &link), at.saved.as_deref()).await,
        // A calendar follows a diary at an address of its own.
        LinkScope::FollowDiary => Err(WebError::LinkGone),
        LinkScope::ChoosePassword => show(&app, &password_page(&app, &token, Problems::none())),
    }
}

pub(crate) async fn link(
    State(app): State<App>,
    Path(token): Path<String>,
    session: Session,
    caller: Caller,
    form: Posted,
) -> Result<Response, WebError> {
    let link = live(&app, &token, caller).await?;
    match link.scope {
        LinkScope::AnswerConnection => group::answer(&app, &session, (&token, &link), &form).await,
        LinkScope::KeepRegister => register::says(&app, &session, (&token, &link), &form).await,
        LinkScope::StopMessages => stop::stop(&app, (&token, &link)).await,
        LinkScope::AnswerQuestions => measures::answer_by_link(&app, (&token, &link), &form).await,
        LinkScope::AskForHelp => ask::post(&app, (&token, &link), &form).await,
        LinkScope::KeepEntry => keeping::says(&app, (&token, &link), &form).await,
        LinkScope::FollowDiary => Err(WebError::LinkGone),
        LinkScope::ChoosePassword => {
            let password = form.text("password");
            if let Err(refused) = Passwords::acceptable(&password) {
                let problems = Problems::one("password", refused.to_string());
                return show_again(&app, &password_page(&app, &token, problems));
            }
            let hash = app.passwords().hash(&password).await?;
            match app.store().choose_password(&link, &hash, app.now()).await {
                Err(StoreError::NotFound) => return Err(WebError::LinkGone),
                done => done?,
            }
            Ok(Redirect::to("/sign-in").into_response())
        }
    }
}

fn password_page(app: &App, token: &str, problems: Problems) -> ChoosePasswordPage {
    let mut frame = of_link(app, token, "Choose a password");
    frame.problem = !problems.is_empty();
    ChoosePasswordPage { frame, action: format!("/l/{token}"), problems: problems.iter().cloned().collect() }
}
