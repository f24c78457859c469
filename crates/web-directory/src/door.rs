//! The door of a waiting room: what is near, for anyone, by a code on the wall. Looking changes nothing; a press is counted as a signpost
//! of the place, with nothing about who pressed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_directory::wanted::Wanted;
use fingerpost_domain::id::{RequestKey, ServiceId};
use fingerpost_finder::Reader;
use fingerpost_policy::Signpost;
use fingerpost_signposts::SignpostDoor;
use fingerpost_ui::pages::{DoorPage, DoorServicePage, DoorSetUpPage, Frame, NumberedSlip, SlipsPage};

use crate::search::{self, tellable};
use crate::signposts::tile;
use fingerpost_web_core::form::{Posted, link_token};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::limits::{Beginning, Caller};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::{App, WebError, view};

/// Services behind a door: as many as somebody reads on a phone while they wait.
const TILES: usize = 12;

fn frame(app: &App, title: String, code: &str) -> Frame {
    Frame { title, csrf: link_token(code), invented: app.invented(), ..Frame::default() }
}

/// What is shown behind a door, each with its number: the usual ones of the place, then the nearest.
async fn services(app: &App, door: &SignpostDoor) -> Result<Vec<ServiceId>, WebError> {
    let index = app.directory().await?;
    let most = i64::try_from(TILES).unwrap_or(i64::MAX);
    let mut ids = app.signposts().often_at_door(door, most, app.now()).await?;
    let near = app.store().place_of_organisation(door.organisation).await?;
    let wanted = Wanted { near, ..Wanted::default() };
    let found = index.search_among((&wanted, true), (Reader::Public, app.today()), (0, TILES), tellable)?;
    ids.extend(found.hits.iter().map(|hit| hit.entry.id));
    let mut shown: Vec<ServiceId> = vec![];
    for id in ids {
        if shown.len() < TILES && !shown.contains(&id) && index.get(id).is_some_and(|entry| tellable(entry)) {
            shown.push(id);
        }
    }
    Ok(shown)
}

/// The door behind a code; an older one still takes the numbers of slips that are in somebody's hand, and shows nothing else.
async fn door(app: &App, code: &str) -> Result<(SignpostDoor, bool), WebError> {
    match app.signposts().open_door(code).await? {
        Some(door) => Ok((door, true)),
        None => Ok((app.signposts().any_door(code).await?.ok_or(WebError::NotFound)?, false)),
    }
}

async fn page(
    app: &App,
    code: &str,
    (door, open, shown): (&SignpostDoor, bool, &[ServiceId]),
    (problem, typed): (Option<String>, &str),
) -> Result<DoorPage, WebError> {
    let index = app.directory().await?;
    let key: RequestKey = app.store().entropy().id(app.now());
    let mut frame = frame(app, "What is near here".to_owned(), code);
    frame.problem = problem.is_some();
    Ok(DoorPage {
        frame,
        place_name: door.name.clone(),
        action: format!("/s/{code}"),
        key: key.to_string(),
        tiles: shown.iter().filter_map(|id| index.get(*id)).map(|entry| tile(entry, false)).collect(),
        problem,
        typed: typed.to_owned(),
        open,
    })
}

/// What is near, behind a code on the wall.
pub async fn look(State(app): State<App>, Path(code): Path<String>) -> Result<Response, WebError> {
    let (door, open) = door(&app, &code).await?;
    let shown = if open { services(&app, &door).await? } else { vec![] };
    show(&app, &page(&app, &code, (&door, open, &shown), (None, "")).await?)
}

/// Counts a press, and shows what was pressed.
pub async fn choose(
    State(app): State<App>,
    Path(code): Path<String>,
    caller: Caller,
    form: Posted,
) -> Result<Response, WebError> {
    let (door, open) = door(&app, &code).await?;
    let shown = if open { services(&app, &door).await? } else { vec![] };
    let typed = form.text("number");
    let service = match typed.trim() {
        // Only what the page shows: nobody makes a service rise by naming it.
        "" => form.text("service").parse::<ServiceId>().ok().filter(|id| shown.contains(id)),
        typed => match typed.parse() {
            Ok(number) => app.signposts().numbered(&door, number).await?,
            Err(_) => None,
        },
    };
    // What may not be told any more is not counted either.
    let index = app.directory().await?;
    let service = service.filter(|id| index.get(*id).is_some_and(|entry| tellable(entry)));
    let Some(service) = service else {
        let problem = Some(match typed.trim() {
            "" => "Choose one".to_owned(),
            _ => "There is no slip with this number here, or what it led to has ended. Look at it again, or ask at the desk".to_owned(),
        });
        return show_again(&app, &page(&app, &code, (&door, open, &shown), (problem, typed.trim())).await?);
    };
    // Whoever presses without end is shown the page all the same, and not counted.
    if caller.may_begin(&app, Beginning::Looking).is_ok() {
        app.signposts().note_at_door(&door, (service, form.key()?), app.now()).await?;
    }
    Ok(Redirect::to(&format!("/s/{code}/{service}")).into_response())
}

/// One service, and what to expect there. The same page is behind the number on a slip.
pub async fn service(
    State(app): State<App>,
    Path((code, id)): Path<(String, ServiceId)>,
) -> Result<Response, WebError> {
    // A slip in somebody's hand still leads to its service when the place has a new code.
    let door = app.signposts().any_door(&code).await?.ok_or(WebError::NotFound)?;
    let stored = app.store().entries().one(id).await?;
    if stored.standing.withheld {
        return Err(WebError::NotFound);
    }
    let entry = search::entry_of(&stored);
    let page = DoorServicePage {
        frame: frame(&app, stored.service.name.clone(), &code),
        back_href: format!("/s/{code}"),
        open: stored.service.is_open(),
        name: stored.service.name.clone(),
        rows: search::rows(&stored.service, &entry),
        summary: entry.summary,
        place_name: door.name,
    };
    show(&app, &page)
}

async fn set_up_page(here: &May<Signpost>) -> Result<DoorSetUpPage, WebError> {
    let code = here.app().signposts().door_of(&here.ctx).await?;
    let address = code.as_ref().map(|code| format!("{}/s/{code}", here.app().public_url()));
    Ok(DoorSetUpPage {
        frame: here.frame("For your waiting room", "signpost").await?,
        back_href: here.href("signpost"),
        action: here.href("signpost/door"),
        place_name: here.organisation.name.clone(),
        slips_action: code.is_some().then(|| here.href("signpost/slips")),
        replaces: code.unwrap_or_default(),
        qr: address.as_deref().map(view::qr).unwrap_or_default(),
        address,
    })
}

/// The poster with the code, for staff.
pub async fn set_up(here: May<Signpost>) -> Result<Response, WebError> {
    show(here.app(), &set_up_page(&here).await?)
}

/// A sheet of numbered slips to cut up: for whoever has no computer at hand when they tell somebody.
pub async fn slips(here: May<Signpost>, _form: Posted) -> Result<Response, WebError> {
    let Some(code) = here.app().signposts().door_of(&here.ctx).await? else {
        return Ok(Redirect::to(&here.href("signpost/door")).into_response());
    };
    let (open, _) = door(here.app(), &code).await?;
    let shown = services(here.app(), &open).await?;
    let numbers = here.app().signposts().number_slips(&here.ctx, &shown).await?;
    let index = here.app().directory().await?;
    let lines = shown.iter().zip(numbers).filter_map(|(id, number)| {
        let tile = tile(index.get(*id)?, false);
        Some(NumberedSlip { number: number.to_string(), name: tile.name, detail: tile.detail })
    });
    let page = SlipsPage {
        frame: here.frame("Numbered slips", "signpost").await?,
        back_href: here.href("signpost/door"),
        place_name: here.organisation.name.clone(),
        address: format!("{}/s/{code}", here.app().public_url()),
        slips: lines.collect(),
    };
    show(here.app(), &page)
}

/// Opens the door, or a new one in place of one that should no longer be used.
pub async fn make(here: May<Signpost>, form: Posted) -> Result<Response, WebError> {
    // A second press of the same button finds another code there, and changes nothing.
    let now = here.app().signposts().door_of(&here.ctx).await?.unwrap_or_default();
    if now == form.text("replaces") {
        here.app().signposts().make_door(&here.ctx).await?;
    }
    Ok(Redirect::to(&here.href("signpost/door")).into_response())
}
