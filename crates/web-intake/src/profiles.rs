//! What link workers say of themselves, kept by them or by their supervisor.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{OrganisationId, UserId};
use fingerpost_domain::need::Need;
use fingerpost_domain::problem::Problems;
use fingerpost_intake::ProfileRow;
use fingerpost_intake_rules::profile::ProfileAnswers;
use fingerpost_policy::{KeepProfile, SearchDirectory};
use fingerpost_ui::format::birth_day;
use fingerpost_ui::pages::{Choice, Link, ProfilePage, ProfilesPage};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::picture;
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::{Posted, Uploaded, mark_of};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// The largest picture that is read, in bytes, with the form around it.
pub const LARGEST_UPLOAD: usize = 4 * 1024 * 1024 + 64 * 1024;

/// Pictures are read one after the other: each may take much memory for a moment.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

/// The link workers of the scheme, for their supervisor; a link worker comes to their own profile at once.
///
/// # Errors
/// When the database does not answer.
pub async fn list(here: May<KeepProfile>) -> Result<Response, WebError> {
    let workers = here.app().intake().workers(&here.ctx).await?;
    if let (Some(own), Some(_)) = (workers.first(), here.ctx.grant.only_user()) {
        return Ok(Redirect::to(&here.href(&format!("profiles/{}", own.user))).into_response());
    }
    let page = ProfilesPage {
        frame: here.frame("Link workers", "profiles").await?,
        rows: workers
            .iter()
            .map(|worker| Link { href: here.href(&format!("profiles/{}", worker.user)), text: worker.name.clone() })
            .collect(),
    };
    show(here.app(), &page)
}

fn standing(row: &ProfileRow) -> ProfileAnswers {
    ProfileAnswers {
        languages: row.languages.clone(),
        phone: row.phone.clone().unwrap_or_default(),
        helps_with: row.helps_with.clone().unwrap_or_default(),
        skills: row.skills.iter().map(|need| need.code().to_owned()).collect(),
        places: row.places.to_string(),
        shown: row.shown_at.is_some(),
        days: row.days.iter().map(|at| at.days.clone().unwrap_or_default()).collect(),
    }
}

async fn page(
    here: &May<KeepProfile>,
    (user, row): (UserId, &ProfileRow),
    saved: Option<&str>,
    (values, problems): (ProfileAnswers, &Problems),
) -> Result<ProfilePage, WebError> {
    let mut frame = here.frame(row.name.clone(), "profiles").await?;
    frame.problem = !problems.is_empty();
    let there = row.days.iter().filter(|at| at.days.is_some() && row.shown_at.is_some());
    let met = there.map(|at| Link { href: format!("/meet/{}", at.slug), text: at.name.clone() }).collect();
    Ok(ProfilePage {
        frame,
        back_href: here.ctx.grant.only_user().is_none().then(|| here.href("profiles")),
        name: row.name.clone(),
        own: user == here.ctx.grant.user(),
        saved: saved.map(|what| match what {
            "picture" => "The picture is shown from now on.".to_owned(),
            "removed" => "The picture is gone.".to_owned(),
            _ => "Saved. It is read like this from now on.".to_owned(),
        }),
        read: mark_of(&standing(row)),
        may_show: user == here.ctx.grant.user() || row.shown_at.is_some(),
        action: here.href(&format!("profiles/{user}")),
        needs: Need::ALL
            .iter()
            .map(|need| Choice::new(need.code(), need.label(), values.skills.iter().any(|code| code == need.code())))
            .collect(),
        practices: row.days.iter().map(|at| (at.practice.to_string(), at.name.clone())).collect(),
        values,
        picture: row
            .picture_at
            .map(|at| (here.href(&format!("workers/{user}/picture?of={}", at.as_second())), birth_day(day_of(at)))),
        picture_action: here.href(&format!("profiles/{user}/picture")),
        met,
        problems: listed(problems),
    })
}

/// A profile.
///
/// # Errors
/// [`WebError::NotFound`] for one that the reader does not keep.
pub async fn form(
    here: May<KeepProfile>,
    Path((_, user)): Path<(String, UserId)>,
    Query(asked): Query<Saved>,
) -> Result<Response, WebError> {
    let row = here.app().intake().profile(&here.ctx, user).await?;
    let page = page(&here, (user, &row), asked.saved.as_deref(), (standing(&row), &Problems::none())).await?;
    show(here.app(), &page)
}

/// Changes a profile.
///
/// # Errors
/// [`WebError::NotFound`] for one that the reader does not keep.
pub async fn change(
    here: May<KeepProfile>,
    Path((_, user)): Path<(String, UserId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let practices: Result<Vec<OrganisationId>, _> = form.all("practice").iter().map(|id| id.parse()).collect();
    let practices = practices.map_err(|_| WebError::StaleForm)?;
    let row = here.app().intake().profile(&here.ctx, user).await?;
    let own = user == here.ctx.grant.user();
    let answers = ProfileAnswers {
        languages: form.text("languages"),
        phone: form.text("phone"),
        helps_with: form.text("helps_with"),
        skills: form.all("skills"),
        places: form.text("places"),
        // A yes to being shown is the worker's own; whoever else keeps the profile may only take it out.
        shown: form.text("shown") == "yes" && (own || row.shown_at.is_some()),
        days: form.all("days"),
    };
    if practices.len() != answers.days.len() {
        return Err(WebError::StaleForm);
    }
    let checked = if form.text("read") == mark_of(&standing(&row)) {
        answers.check()
    } else {
        Err(Problems::one(
            "helps_with",
            "This profile was changed since you opened the page. What stands here is what you typed: look it through, also whether \
             patients may see it, and save again",
        ))
    };
    match checked {
        Ok(profile) => {
            here.app().intake().change_profile(&here.ctx, user, (&profile, &practices)).await?;
            Ok(Redirect::to(&here.href(&format!("profiles/{user}?saved=yes"))).into_response())
        }
        Err(problems) => show_again(here.app(), &page(&here, (user, &row), None, (answers, &problems)).await?),
    }
}

/// Takes a picture, with the worker's yes to its being shown.
///
/// # Errors
/// [`WebError::NotFound`] for a profile that the reader does not keep; [`WebError::TooLarge`] for a file that is.
pub async fn put_picture(
    here: May<KeepProfile>,
    Path((_, user)): Path<(String, UserId)>,
    uploaded: Uploaded,
) -> Result<Response, WebError> {
    let row = here.app().intake().profile(&here.ctx, user).await?;
    // A face is shown by its owner's own yes, and by nobody else's.
    if user != here.ctx.grant.user() {
        return Err(WebError::NotFound);
    }
    let mut problems = Problems::none();
    let square = if uploaded.file.is_empty() {
        problems.add("picture", "Choose a picture first");
        None
    } else if uploaded.fields.text("agrees") != "yes" {
        problems
            .add("agrees", "Tick that it may be shown, and choose the picture again: without that yes it is not kept");
        None
    } else {
        // Pictures take a while to read: nobody else waits for that.
        let _turn = AT_ONCE.acquire().await.map_err(|_| WebError::Print)?;
        let read = tokio::task::spawn_blocking(move || picture::square(&uploaded.file)).await;
        problems.take("picture", read.unwrap_or(Err(picture::NotAPicture)))
    };
    match square {
        Some(jpeg) => {
            here.app().intake().put_picture(&here.ctx, user, &jpeg).await?;
            Ok(Redirect::to(&here.href(&format!("profiles/{user}?saved=picture"))).into_response())
        }
        None => show_again(here.app(), &page(&here, (user, &row), None, (standing(&row), &problems)).await?),
    }
}

/// Takes a picture away.
///
/// # Errors
/// [`WebError::NotFound`] for a profile that the reader does not keep.
pub async fn drop_picture(
    here: May<KeepProfile>,
    Path((_, user)): Path<(String, UserId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().intake().drop_picture(&here.ctx, user).await?;
    Ok(Redirect::to(&here.href(&format!("profiles/{user}?saved=removed"))).into_response())
}

/// The picture of a link worker, for those who sign in where they work.
///
/// # Errors
/// [`WebError::NotFound`] where there is none.
pub async fn show_picture(
    here: May<SearchDirectory>,
    Path((_, user)): Path<(String, UserId)>,
) -> Result<Response, WebError> {
    let at = (here.ctx.grant.tenant(), here.ctx.grant.organisation());
    Ok(jpeg(here.app().intake().picture(at, user).await?, "private, max-age=600"))
}

/// A picture as it is answered.
pub(crate) fn jpeg(bytes: Vec<u8>, cache: &'static str) -> Response {
    ([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, cache)], bytes).into_response()
}
