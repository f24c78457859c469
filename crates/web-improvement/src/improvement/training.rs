//! A sheet for the talk: what is talked about, who comes, what there is near here, how to refer.

use axum::extract::Path;
use axum::response::Response;
use fingerpost_domain::id::ProjectId;
use fingerpost_domain::text::capital;
use fingerpost_policy::Improve;
use fingerpost_ui::format::long_day;
use fingerpost_ui_improvement::TrainingPage;
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

use super::place_of;

/// The sheet.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation, and while nothing is planned.
pub async fn page(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let change = record.project.change.ok_or(WebError::NotFound)?;
    let lines = |text: String| text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
    let came = match (change.came, change.invited) {
        (Some(came), Some(invited)) => Some(format!("{came} of {invited} came.")),
        (Some(came), None) => Some(format!("{came} came.")),
        (None, Some(invited)) => Some(format!("{invited} are invited.")),
        (None, None) => None,
    };
    let what = capital(change.what.as_str());
    let page = TrainingPage {
        frame: here.frame(what.clone(), "improvement").await?,
        back_href: place_of(&here, id),
        change_href: format!("{}/change", place_of(&here, id)),
        what,
        when: long_day(change.on),
        place: here.organisation.name.clone(),
        agenda: change.agenda.map(|agenda| lines(agenda.to_string())).unwrap_or_default(),
        stories: change.stories.map(|stories| stories.to_string()),
        workers: here.app().improvement().workers(&here.ctx).await?,
        here: here.app().improvement().told_most(&here.ctx).await?,
        directory_href: here.href("directory"),
        missed: change.missed.map(|missed| missed.to_string()),
        missed_link: change.missed_link.map(|link| link.to_string()),
        came,
    };
    show(here.app(), &page)
}
