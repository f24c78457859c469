//! Who is met at a practice: a page for anybody and a poster. Only those stand there who agreed to it.

use axum::extract::{Path, State};
use axum::response::Response;
use fingerpost_domain::id::UserId;
use fingerpost_intake::Met;
use fingerpost_ui::format::initials;
use fingerpost_ui::pages::{Frame, MeetLine, MeetPage, MeetPosterPage};
use fingerpost_web_core::frame::show;
use fingerpost_web_core::{App, WebError, view};

use crate::profiles::jpeg;

fn frame(app: &App, title: &str) -> Frame {
    Frame { title: title.to_owned(), invented: app.invented(), ..Frame::default() }
}

fn lines(slug: &str, met: &Met) -> Vec<MeetLine> {
    let line = |worker: &fingerpost_intake::MetWorker| MeetLine {
        name: worker.name.clone(),
        initials: initials(&worker.name),
        picture: worker.picture.then(|| format!("/meet/{slug}/{}/picture", worker.user)),
        days: worker.days.clone(),
        languages: worker.languages.clone(),
        helps_with: worker.helps_with.clone(),
        phone: worker.phone.clone(),
    };
    met.workers.iter().map(line).collect()
}

/// Who is met at a practice.
///
/// # Errors
/// [`WebError::NotFound`] where no scheme serves a practice of this name.
pub async fn page(State(app): State<App>, Path(slug): Path<String>) -> Result<Response, WebError> {
    let met = app.intake().meet(&slug).await?;
    let page = MeetPage {
        frame: frame(&app, &format!("Meet your link workers at {}", met.name)),
        workers: lines(&slug, &met),
        ask_href: met.self_referral.then(|| format!("/self-referral/{}", met.scheme_slug)),
        practice: met.name,
        scheme: met.scheme_name,
        phone: met.scheme_phone,
        poster_href: format!("/meet/{slug}/poster"),
    };
    show(&app, &page)
}

/// The same on one sheet, with a square to scan.
///
/// # Errors
/// [`WebError::NotFound`] where no scheme serves a practice of this name.
pub async fn poster(State(app): State<App>, Path(slug): Path<String>) -> Result<Response, WebError> {
    let met = app.intake().meet(&slug).await?;
    let address = format!("{}/meet/{slug}", app.public_url());
    let page = MeetPosterPage {
        frame: frame(&app, "Poster: meet your link workers"),
        back_href: format!("/meet/{slug}"),
        workers: lines(&slug, &met),
        practice: met.name,
        scheme: met.scheme_name,
        phone: met.scheme_phone,
        qr: view::qr(&address),
        address,
    };
    show(&app, &page)
}

/// The picture of somebody who is met there.
///
/// # Errors
/// [`WebError::NotFound`] where there is none, or they are not shown.
pub async fn picture(State(app): State<App>, Path((slug, user)): Path<(String, UserId)>) -> Result<Response, WebError> {
    Ok(jpeg(app.intake().picture_shown(&slug, user).await?, "public, max-age=600"))
}
