//! The monitoring form of a project.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::{ProjectId, WatchId};
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{Record, study};
use fingerpost_improvement_rules::monitoring::{Watched, WatchedAnswers};
use fingerpost_policy::Improve;
use fingerpost_ui::format::birth_day;
use fingerpost_ui_improvement::{MonitoringPage, WatchLine};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

use super::{Told, place_of};

/// "Put a poster up. Asha does it."
pub(super) fn act_words(line: &Watched) -> Option<String> {
    let act = line.act.as_ref()?;
    Some(match &line.who {
        Some(who) => format!("{} ({who})", act.as_str().trim_end_matches('.')),
        None => act.to_string(),
    })
}

async fn page(
    here: &May<Improve>,
    record: &Record,
    (saved, values): (bool, WatchedAnswers),
    problems: &Problems,
) -> Result<MonitoringPage, WebError> {
    let mut frame = here.frame("Monitoring form", "improvement").await?;
    frame.problem = !problems.is_empty();
    let place = format!("{}/monitoring", place_of(here, record.id));
    let measured = record.project.goal.measured;
    let counted = record.project.months().filter_map(|(_, month)| {
        let value = study::month_value(month);
        value.is_finite().then(|| format!("{}: {}", month.month.strftime("%B %Y"), study::worded(value, measured)))
    });
    let id: WatchId = here.app().store().entropy().id(here.ctx.now);
    let lines = here.app().improvement().watched(&here.ctx, record.id).await?;
    Ok(MonitoringPage {
        frame,
        back_href: place_of(here, record.id),
        saved,
        project: record.project.goal.title.to_string(),
        counted: counted.collect(),
        lines: lines
            .iter()
            .map(|(id, line)| WatchLine {
                day: birth_day(line.on),
                seen: line.seen.to_string(),
                act: act_words(line),
                drop_action: format!("{place}/{id}/drop"),
            })
            .collect(),
        action: place,
        id: id.to_string(),
        values,
        problems: listed(problems),
    })
}

/// The form.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn form(
    here: May<Improve>,
    Path((_, id)): Path<(String, ProjectId)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let values = WatchedAnswers::of_today(here.app().today());
    show(here.app(), &page(&here, &record, (told.saved.is_some(), values), &Problems::none()).await?)
}

/// Writes a line into it.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn add(
    here: May<Improve>,
    Path((_, project)): Path<(String, ProjectId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, project).await?;
    let id: WatchId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    let values = WatchedAnswers {
        on_day: form.text("on_day"),
        on_month: form.text("on_month"),
        on_year: form.text("on_year"),
        seen: form.text("seen"),
        act: form.text("act"),
        who: form.text("who"),
    };
    match values.check(here.app().today()) {
        Ok(line) => {
            here.app().improvement().watch(&here.ctx, (project, id), &line).await?;
            Ok(Redirect::to(&format!("{}/monitoring?saved=line", place_of(&here, project))).into_response())
        }
        Err(problems) => show_again(here.app(), &page(&here, &record, (false, values), &problems).await?),
    }
}

/// Takes a line out.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn drop_line(
    here: May<Improve>,
    Path((_, project, id)): Path<(String, ProjectId, WatchId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().improvement().unwatch(&here.ctx, project, id).await?;
    Ok(Redirect::to(&format!("{}/monitoring?saved=line", place_of(&here, project))).into_response())
}
