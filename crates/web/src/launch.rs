//! Launching from a clinical system: a launcher posts a signed token and gets an address that tells nobody anything; whoever opens it
//! signs in, sees who it is, and presses once.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::Date;
use fingerpost_domain::id::{LaunchKeyId, OrganisationId};
use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::organisation::Organisation;
use fingerpost_domain::person::{BirthDate, PersonAnswers};
use fingerpost_intake::{LaunchKey, LaunchKeyRow, Launched};
use fingerpost_launch::{Refused, SECRET, Sealed, Secret, SetUp};
use fingerpost_policy::{ManageLaunch, ReferPerson};
use fingerpost_store::{Ctx, StoreError};
use fingerpost_ui::format::{birth_day, day_and_time};
use fingerpost_ui::pages::{LaunchKeyLine, LaunchKeysPage, LaunchPage, SummaryRow};

use crate::refer;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{self, show};
use fingerpost_web_core::limits::{Beginning, Caller};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::visitor::Visitor;
use fingerpost_web_core::{App, WebError};

/// The field of a launcher's form.
const TOKEN: &[u8] = b"token=";

/// Reads a launcher's form: one field, of letters that need no escape.
fn token(body: &[u8]) -> Result<Sealed, Refused> {
    let token = body.strip_prefix(TOKEN).ok_or(Refused::Unreadable)?;
    std::str::from_utf8(token).map_err(|_| Refused::Unreadable)?.parse()
}

async fn taken(app: &App, body: &[u8]) -> Result<Result<String, &'static str>, StoreError> {
    let sealed = match token(body) {
        Ok(sealed) => sealed,
        Err(refused) => return Ok(Err(refused.code())),
    };
    let Some(key): Option<LaunchKey> = app.intake().launch_key(sealed.key()).await? else { return Ok(Err("no_key")) };
    let launch = match sealed.open(&key.public_key, app.now()) {
        Ok(launch) => launch,
        Err(refused) => return Ok(Err(refused.code())),
    };
    match app.intake().take_launch(&key, (&launch.nonce, &launch.person), app.now()).await {
        Err(StoreError::AlreadyThere) => Ok(Err("replayed")),
        taken => taken.map(Ok),
    }
}

/// What a launcher posts. The answer is one address, or one line: a program reads it.
pub(crate) async fn take(State(app): State<App>, caller: Caller, body: Bytes) -> Result<Response, WebError> {
    match taken(&app, &body).await? {
        Ok(ticket) => Ok(format!("{}/launch/{ticket}\n", app.public_url()).into_response()),
        Err(why) => {
            // Whoever tries many is held back, and does not fill the audit.
            caller.may_begin(&app, Beginning::RefusedLaunch)?;
            app.intake().launch_refused(why, app.now()).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, "Refused.\n").into_response())
        }
    }
}

/// The launch behind a ticket, with the right of whoever opens it to refer from the practice that made it.
async fn ticket(visitor: &Visitor, ticket: &str) -> Result<(Launched, Organisation, Ctx<ReferPerson>), WebError> {
    let app = &visitor.app;
    let Some(launched) = app.intake().launched(ticket, app.now()).await? else {
        app.intake().launch_refused("no_ticket", app.now()).await?;
        return Err(WebError::LaunchRefused);
    };
    let practice: OrganisationId = launched.practice;
    let place = visitor.signed_in.places.iter().map(|(place, _)| place).find(|place| place.id == practice).cloned();
    let grant = visitor.actor().grant::<ReferPerson>(practice);
    let (Some(place), Some(grant), true) = (place, grant, visitor.actor().tenant == launched.tenant) else {
        app.intake().launch_refused("wrong_practice", app.now()).await?;
        return Err(WebError::LaunchRefused);
    };
    if launched.opened_by.is_some_and(|first| first != grant.user()) {
        app.intake().launch_refused("opened", app.now()).await?;
        return Err(WebError::LaunchRefused);
    }
    Ok((launched, place, Ctx { grant, now: app.now() }))
}

fn said(person: &PersonAnswers, today: Date) -> Vec<SummaryRow> {
    let name = format!("{} {}", person.given, person.family);
    // As the rest of the product writes them; what cannot be read stands as it came.
    let typed = [&person.born_day, &person.born_month, &person.born_year].map(String::as_str);
    let [day, month, year] = typed;
    let born =
        BirthDate::parse(day, month, year, today).map_or_else(|_| typed.join(" "), |born| birth_day(born.date()));
    let number =
        NhsNumber::parse(&person.nhs_number).map_or_else(|_| person.nhs_number.clone(), |number| number.to_string());
    let address = format!("{} {}", person.address, person.postcode);
    [
        ("Name", name.trim()),
        ("Likes to be called", person.preferred.trim()),
        ("Born", born.trim()),
        ("NHS number", number.trim()),
        ("Phone", person.phone.trim()),
        ("Email", person.email.trim()),
        ("Address", address.trim()),
        ("How to communicate", person.communication.trim()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| SummaryRow::new(key, value))
    .collect()
}

/// Who was handed over. Looking changes nothing.
pub(crate) async fn look(visitor: Visitor, Path(secret): Path<String>) -> Result<Response, WebError> {
    let (launched, place, ctx) = ticket(&visitor, &secret).await?;
    let Some(person) = launched.person else {
        // It was opened before: the list of what was begun is where its draft is.
        return Ok(Redirect::to(&format!("/o/{}/sent", place.slug)).into_response());
    };
    visitor.app.intake().launch_looked_at(&ctx, launched.id).await?;
    let called = if person.given.trim().is_empty() { "this person" } else { person.given.trim() };
    let page = LaunchPage {
        frame: frame::of_place(&visitor, &place, format!("Refer {called}?"), "refer").await?,
        heading: format!("Refer {called}?"),
        action: format!("/launch/{secret}"),
        button: format!("Yes, refer {called}"),
        rows: said(&person, visitor.app.today()),
    };
    show(&visitor.app, &page)
}

/// One press: the person is a draft, or the form asks for what the clinical system did not hand over.
pub(crate) async fn open(visitor: Visitor, Path(secret): Path<String>, _form: Posted) -> Result<Response, WebError> {
    let (launched, place, ctx) = ticket(&visitor, &secret).await?;
    let Some(person) = launched.person else {
        return Ok(Redirect::to(&format!("/o/{}/sent", place.slug)).into_response());
    };
    let here = May { visitor, organisation: place, ctx };
    refer::from_launch(here, launched.id, person).await
}

fn line(here: &May<ManageLaunch>, row: &LaunchKeyRow) -> LaunchKeyLine {
    let today = here.app().today();
    LaunchKeyLine {
        made: format!("{}, by {}", day_and_time(row.made_at, today), row.made_by),
        used: row.used_at.map_or_else(|| "Never".to_owned(), |at| day_and_time(at, today)),
        ended: row.revoked_at.map(|at| day_and_time(at, today)),
        end: row.revoked_at.is_none().then(|| here.href(&format!("launch/{}/end", row.id))),
    }
}

async fn keys_page(here: &May<ManageLaunch>, set_up: Option<String>) -> Result<LaunchKeysPage, WebError> {
    let rows = here.app().intake().launch_keys(&here.ctx).await?;
    Ok(LaunchKeysPage {
        frame: here.frame("Start from your clinical system", "launch").await?,
        place_name: here.organisation.name.clone(),
        action: here.href("launch"),
        set_up,
        rows: rows.iter().map(|row| line(here, row)).collect(),
    })
}

/// The practice's keys.
pub(crate) async fn keys(here: May<ManageLaunch>) -> Result<Response, WebError> {
    show(here.app(), &keys_page(&here, None).await?)
}

/// Makes a key and shows its secret half, once.
pub(crate) async fn make(here: May<ManageLaunch>, _form: Posted) -> Result<Response, WebError> {
    let store = here.app().store();
    let secret = Secret::new(store.entropy().bytes::<SECRET>());
    let id: LaunchKeyId = store.entropy().id(here.ctx.now);
    let public = secret.public().map_err(|_| WebError::Hashing)?;
    let line = SetUp::new(here.app().public_url(), id, &secret).line().map_err(|_| WebError::Hashing)?;
    here.app().intake().add_launch_key(&here.ctx, id, &public).await?;
    show(here.app(), &keys_page(&here, Some(line)).await?)
}

/// Ends a key.
pub(crate) async fn end(
    here: May<ManageLaunch>,
    Path((_, id)): Path<(String, LaunchKeyId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().intake().revoke_launch_key(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href("launch")).into_response())
}
