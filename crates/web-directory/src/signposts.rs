//! Signposting: press what, press how. Nothing about anybody is asked, kept or logged.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_directory::entry::Entry;
use fingerpost_directory::wanted::Wanted;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{RequestKey, ServiceId, SignpostId};
use fingerpost_domain::person::Phone;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::signpost::SignpostHow;
use fingerpost_finder::Reader;
use fingerpost_policy::{Action, Signpost};
use fingerpost_signposts::SignpostRow;
use fingerpost_ui::format::{count, time};
use fingerpost_ui::pages::{LastSignpost, Qr, SignpostPage, SlipPage, TextSlipPage, Tile};
use serde::Deserialize;

use crate::search::{self, tellable};
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::limits::{Beginning, Caller};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{WebError, view};

/// Tiles of the page.
const TILES: usize = 8;

/// What the page was opened with. Ids of ours, nobody's name.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    last: Option<String>,
    service: Option<String>,
    undone: Option<String>,
    texted: Option<String>,
}

/// A service to press, with when, for how much and how one gets in.
pub(crate) fn tile(entry: &Entry, checked: bool) -> Tile {
    let parts = [
        entry.facts.conditions.times.days.names().collect::<Vec<_>>().join(", "),
        entry.cost.clone().unwrap_or_default(),
        entry.access.clone().unwrap_or_default(),
    ];
    Tile {
        value: entry.id.to_string(),
        name: entry.name.clone(),
        detail: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        checked,
    }
}

fn last(here: &May<Signpost>, row: &SignpostRow) -> LastSignpost {
    LastSignpost {
        text: format!("{}, {}, {}", row.service_name, row.how.label(), time(row.made_at)),
        undo: here.href(&format!("signpost/{}/undo", row.id)),
        slip: match row.how {
            SignpostHow::Slip => Some((here.href(&format!("signpost/{}/slip", row.id)), "Open the slip".to_owned())),
            SignpostHow::Text => Some((here.href(&format!("signpost/{}/text", row.id)), "Send the text".to_owned())),
            SignpostHow::Told | SignpostHow::Door => None,
        },
    }
}

async fn page(here: &May<Signpost>, asked: &Asked, problem: Option<String>) -> Result<SignpostPage, WebError> {
    let index = here.app().directory().await?;
    let monday = plus_days(here.app().today(), -i64::from(here.app().today().weekday().to_monday_zero_offset()));
    let most = i64::try_from(TILES).unwrap_or(i64::MAX);
    let store = here.app().store();
    let (often, week) = here.app().signposts().often(&here.ctx, (most, instant_at(monday, 0))).await?;
    let near = store.place_of_organisation(here.organisation.id).await?;
    let wanted = Wanted { near, ..Wanted::default() };
    let found = index.search_among((&wanted, true), (Reader::Public, here.app().today()), (0, TILES), tellable)?;
    // The one asked for, the usual ones, then the nearest.
    let chosen: Option<ServiceId> = asked.service.as_deref().and_then(|id| id.parse().ok());
    let mut ids: Vec<ServiceId> = chosen.into_iter().chain(often).collect();
    ids.extend(found.hits.iter().map(|hit| hit.entry.id));
    let mut tiles: Vec<Tile> = vec![];
    for id in ids {
        let Some(entry) = index.get(id).filter(|entry| tiles.len() < TILES && tellable(entry)) else { continue };
        if tiles.iter().all(|tile| tile.value != id.to_string()) {
            tiles.push(tile(entry, chosen == Some(id)));
        }
    }
    let noted: Option<SignpostId> = asked.last.as_deref().and_then(|id| id.parse().ok());
    let noted = match noted {
        Some(id) => here.app().signposts().one(&here.ctx, id).await?,
        None => None,
    };
    let mut frame = here.frame("Signpost somebody", "signpost").await?;
    frame.problem = problem.is_some();
    let key: RequestKey = store.entropy().id(here.ctx.now);
    let told = count(i64::try_from(week).unwrap_or(i64::MAX), "signpost", "signposts");
    Ok(SignpostPage {
        frame,
        action: here.href("signpost"),
        key: key.to_string(),
        texts: here.app().at_once().is_set_up(),
        tiles,
        directory_href: here.href("directory"),
        door_href: here.href("signpost/door"),
        refer_href: here.may(Action::ReferPerson).then(|| here.href("refer")),
        last: noted.as_ref().map(|row| last(here, row)),
        taken_back: asked.undone.is_some(),
        texted: asked.texted.is_some() && noted.is_some(),
        problem,
        week: format!("This week at {}: {told}.", here.organisation.name),
    })
}

/// The signpost page.
pub async fn form(here: May<Signpost>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    show(here.app(), &page(&here, &asked, None).await?)
}

/// Counts a signpost.
pub async fn note(here: May<Signpost>, form: Posted) -> Result<Response, WebError> {
    let key = form.key()?;
    let service: Option<ServiceId> = form.text("service").parse().ok();
    let how = SignpostHow::from_code(&form.text("how")).filter(|how| *how != SignpostHow::Door);
    let (Some(service), Some(how)) = (service, how) else {
        let problem = Some("Press what you told them about, then how".to_owned());
        return show_again(here.app(), &page(&here, &Asked::default(), problem).await?);
    };
    let stored = here.app().store().entries().one(service).await?;
    if stored.standing.withheld {
        return Err(WebError::MovedOn(
            "Where this service is may have to stay unknown: ring them first. Nothing was counted.",
        ));
    }
    if !stored.service.is_open() {
        return Err(WebError::MovedOn("Its source says that this service is not running now. Nothing was counted."));
    }
    let id = here.app().signposts().note(&here.ctx, (service, how, key)).await?;
    let next = match how {
        SignpostHow::Told | SignpostHow::Door => format!("signpost?last={id}"),
        SignpostHow::Slip => format!("signpost/{id}/slip"),
        SignpostHow::Text => format!("signpost/{id}/text"),
    };
    Ok(Redirect::to(&here.href(&next)).into_response())
}

/// What a text says: what it is, when and how one gets in, and where to read more.
async fn words(here: &May<Signpost>, service: ServiceId) -> Result<(String, String), WebError> {
    let stored = here.app().store().entries().one(service).await?;
    let tile = tile(&search::entry_of(&stored), false);
    let more = match here.app().signposts().door_of(&here.ctx).await? {
        Some(code) => format!("When, where and what to expect: {}/s/{code}/{service}", here.app().public_url()),
        None => format!("When and where: {}/directory/{service}", here.app().public_url()),
    };
    let detail = if tile.detail.is_empty() { String::new() } else { format!(": {}", tile.detail) };
    let words = format!("{} told you about {}{detail}. {more}", here.organisation.name, tile.name);
    Ok((tile.name, words))
}

async fn text_page(
    here: &May<Signpost>,
    id: SignpostId,
    key: RequestKey,
    typed: String,
) -> Result<TextSlipPage, WebError> {
    if !here.app().at_once().is_set_up() {
        return Err(WebError::NotFound);
    }
    let noted = here.app().signposts().one(&here.ctx, id).await?.ok_or(WebError::NotFound)?;
    let (name, words) = words(here, noted.service).await?;
    Ok(TextSlipPage {
        frame: here.frame(format!("Text about {name}"), "signpost").await?,
        back_href: here.href(&format!("signpost?last={id}")),
        action: here.href(&format!("signpost/{id}/text")),
        key: key.to_string(),
        name,
        words,
        typed,
        problems: vec![],
    })
}

/// The text for somebody's phone, before it goes.
pub async fn text_form(here: May<Signpost>, Path((_, id)): Path<(String, SignpostId)>) -> Result<Response, WebError> {
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    show(here.app(), &text_page(&here, id, key, String::new()).await?)
}

/// Sends it. The number is used once: it is not stored, not hashed, not logged.
pub async fn text(
    here: May<Signpost>,
    Path((_, id)): Path<(String, SignpostId)>,
    caller: Caller,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = form.text("phone");
    // The same number again is the same text: where it did leave, and its answer was lost, the other end knows it. Another number is
    // another text.
    let key = match form.text("tried") {
        tried if tried.is_empty() || tried == typed => form.key()?,
        _ => here.app().store().entropy().id(here.ctx.now),
    };
    let mut page = text_page(&here, id, key, typed.clone()).await?;
    let problem = match Phone::parse(&typed) {
        Ok(phone) if phone.takes_texts() => {
            caller.may_begin(here.app(), Beginning::Texting)?;
            if here.app().at_once().text(&key.to_string(), phone.as_str(), &page.words).await {
                let told = format!("signpost?last={id}&texted=yes");
                return Ok(Redirect::to(&here.href(&told)).into_response());
            }
            "The text did not leave. Try once more, or print it for them".to_owned()
        }
        Ok(_) => "Enter a mobile number: texts do not reach this one".to_owned(),
        Err(refused) => refused.to_string(),
    };
    page.frame.problem = true;
    page.problems = listed(&Problems::one("phone", problem));
    show_again(here.app(), &page)
}

/// Takes one back.
pub async fn undo(
    here: May<Signpost>,
    Path((_, id)): Path<(String, SignpostId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().signposts().take_back(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href("signpost?undone=yes")).into_response())
}

/// The code of this service behind the place's door, to scan; nothing where the place has no door.
async fn door_qr(here: &May<Signpost>, service: ServiceId) -> Result<Qr, WebError> {
    let code = here.app().signposts().door_of(&here.ctx).await?;
    let address = code.map(|code| format!("{}/s/{code}/{service}", here.app().public_url()));
    Ok(address.as_deref().map(view::qr).unwrap_or_default())
}

/// The slip for somebody's hand.
pub async fn slip(here: May<Signpost>, Path((_, id)): Path<(String, SignpostId)>) -> Result<Response, WebError> {
    let noted = here.app().signposts().one(&here.ctx, id).await?.ok_or(WebError::NotFound)?;
    let stored = here.app().store().entries().one(noted.service).await?;
    let entry = search::entry_of(&stored);
    let drawn = SlipPage {
        frame: here.frame(stored.service.name.clone(), "signpost").await?,
        back_href: here.href(&format!("signpost?last={id}")),
        name: stored.service.name.clone(),
        rows: search::rows(&stored.service, &entry),
        summary: entry.summary,
        place_name: here.organisation.name.clone(),
        qr: door_qr(&here, noted.service).await?,
        source: format!("{}. {}", here.organisation.name, fingerpost_ui::format::birth_day(day_of(here.ctx.now))),
    };
    show(here.app(), &drawn)
}
