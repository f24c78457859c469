//! A scheme's own words for messages that send themselves.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_correspondence::WordingRow;
use fingerpost_correspondence_rules::wording::{Mark, Worded, Wording};
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::problem::Problems;
use fingerpost_policy::SetIntake;
use fingerpost_store::StoreError;
use fingerpost_ui::format::day_and_time;
use fingerpost_ui::pages::{WordingLine, WordingPage, WordingsPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

const OURS: &str = "Fingerpost\u{2019}s words";
const CONFLICT: &str = "Somebody else has written this message since. Their words stand below, under what stood before: compare, and save again";

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

fn stands(row: &WordingRow) -> String {
    let whose = if row.body.is_some() { "Your own words" } else { OURS };
    format!("{whose}, since {}, by {}", day_and_time(row.at, day_of(row.at)), row.by)
}

/// The messages that can be worded.
///
/// # Errors
/// When the database does not answer.
pub async fn list(here: May<SetIntake>) -> Result<Response, WebError> {
    let standing = here.app().correspondence().standing_words(&here.ctx).await?;
    let line = |worded: &Worded| WordingLine {
        label: worded.label().to_owned(),
        href: here.href(&format!("wording/{}", worded.code())),
        state: standing.iter().find(|(of, _)| of == worded).map_or_else(|| OURS.to_owned(), |(_, row)| stands(row)),
    };
    let page = WordingsPage {
        frame: here.frame("Messages in your words", "intake").await?,
        back_href: here.href("intake"),
        rows: Worded::ALL.iter().map(line).collect(),
    };
    show(here.app(), &page)
}

/// How a message would read, with invented names and days.
fn preview(worded: Worded, wording: &Wording) -> String {
    let always = worded.always().map(|always| format!("\n\n{always}")).unwrap_or_default();
    let hello = if worded == Worded::Offered { "Tannery Choir" } else { "Peggy" };
    format!("Hello {hello},\n\n{}{always}", wording.filled(|mark| mark.example().to_owned()))
}

async fn page(
    here: &May<SetIntake>,
    worded: Worded,
    saved: Option<&str>,
    (typed, problems): (Option<(String, i64)>, &Problems),
) -> Result<WordingPage, WebError> {
    let versions = here.app().correspondence().wordings(&here.ctx, worded).await?;
    let newest = versions.first();
    let own = newest.and_then(|row| row.body.clone());
    let (typed, version) = typed.unwrap_or_else(|| {
        let words = own.clone().unwrap_or_else(|| Wording::usual(worded).as_str().to_owned());
        (words, newest.map_or(0, |row| row.version))
    });
    let (needed, allowed) = worded.marks();
    let mark = |mark: &Mark, needed| (mark.code().to_owned(), mark.label().to_owned(), needed);
    let mut frame = here.frame(worded.label(), "intake").await?;
    frame.problem = !problems.is_empty();
    Ok(WordingPage {
        frame,
        back_href: here.href("wording"),
        label: worded.label().to_owned(),
        saved: saved.map(|what| match what {
            "usual" => "Fingerpost\u{2019}s words stand again, from the next message on.",
            _ => "Saved. It counts from the next message on.",
        }),
        action: here.href(&format!("wording/{}", worded.code())),
        version,
        marks: needed.iter().map(|each| mark(each, true)).chain(allowed.iter().map(|each| mark(each, false))).collect(),
        preview: Wording::parse(worded, &typed).ok().flatten().map(|wording| preview(worded, &wording)),
        own: own.is_some(),
        private: worded != Worded::Offered,
        // After a conflict the newest is what a colleague has just written: it stands there to be compared.
        before: versions
            .iter()
            .skip(usize::from(problems.of("words") != Some(CONFLICT)))
            .map(|row| match &row.body {
                Some(body) => format!("{}: {body}", stands(row)),
                None => stands(row),
            })
            .collect(),
        typed,
        problems: listed(problems),
    })
}

fn worded(code: &str) -> Result<Worded, WebError> {
    Worded::from_code(code).ok_or(WebError::NotFound)
}

/// One message as it stands.
///
/// # Errors
/// [`WebError::NotFound`] for one that cannot be worded.
pub async fn form(
    here: May<SetIntake>,
    Path((_, code)): Path<(String, String)>,
    Query(asked): Query<Saved>,
) -> Result<Response, WebError> {
    show(here.app(), &page(&here, worded(&code)?, asked.saved.as_deref(), (None, &Problems::none())).await?)
}

/// Words it anew, shows how that would read, or brings our words back.
///
/// # Errors
/// [`WebError::NotFound`] for one that cannot be worded; when the database does not answer.
pub async fn set(
    here: May<SetIntake>,
    Path((_, code)): Path<(String, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let (worded, typed, then) = (worded(&code)?, form.text("words"), form.text("then"));
    let read: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    let wording = match then.as_str() {
        "usual" => Ok(None),
        "show" | "save" => Wording::parse(worded, &typed),
        _ => return Err(WebError::StaleForm),
    };
    let problems = match wording {
        Ok(Some(_)) if then == "show" => {
            return show(here.app(), &page(&here, worded, None, (Some((typed, read)), &Problems::none())).await?);
        }
        Ok(None) if then != "usual" => {
            Problems::one("words", "Write the message, or bring Fingerpost\u{2019}s words back")
        }
        Ok(wording) => {
            // Our words, saved as they are, are no words of one's own.
            let wording = wording.filter(|wording| *wording != Wording::usual(worded));
            match here.app().correspondence().word(&here.ctx, (worded, wording.as_ref(), read)).await {
                Ok(()) => {
                    let what = if wording.is_none() { "usual" } else { "own" };
                    return Ok(Redirect::to(&here.href(&format!("wording/{code}?saved={what}"))).into_response());
                }
                Err(StoreError::ChangedMeanwhile) => {
                    let newest = here.app().correspondence().wordings(&here.ctx, worded).await?;
                    let newest = newest.first().map_or(0, |row| row.version);
                    let problems = Problems::one("words", CONFLICT);
                    let again = page(&here, worded, None, (Some((typed, newest)), &problems)).await?;
                    return show_again(here.app(), &again);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(said) => Problems::one("words", said),
    };
    show_again(here.app(), &page(&here, worded, None, (Some((typed, read)), &problems)).await?)
}
