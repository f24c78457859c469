//! Letting Fingerpost write to those who are asked.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::SurveyId;
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{MOST_COLLEAGUES, SurveyToSend};
use fingerpost_improvement_rules::survey::colleagues;
use fingerpost_policy::Improve;
use fingerpost_ui::format::{count, long_day};
use fingerpost_ui_improvement::ColleaguesPage;
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

use crate::improvement::Told;
use crate::staff_surveys::ENDED;

async fn page(
    here: &May<Improve>,
    (id, survey): (SurveyId, &SurveyToSend),
    (saved, addresses): (bool, String),
    problems: &Problems,
) -> Result<ColleaguesPage, WebError> {
    let mut frame = here.frame("Let Fingerpost write to them", "improvement").await?;
    frame.problem = !problems.is_empty();
    let ended = survey.closes_on < here.app().today();
    Ok(ColleaguesPage {
        frame,
        back_href: match survey.project {
            Some((project, moment)) => here.href(&format!("improvement/{project}/survey/{}", moment.code())),
            None => here.href(&format!("surveys/{id}")),
        },
        saved,
        survey: survey.title.clone(),
        written: match (survey.written, ended) {
            (0, true) => "The survey has ended, and no address is kept.".to_owned(),
            (0, false) => "Nobody has been written to yet.".to_owned(),
            (n, _) => format!("{} been written to.", count(n, "colleague has", "colleagues have")),
        },
        until: long_day(survey.closes_on),
        action: (!ended).then(|| here.href(&format!("surveys/{id}/colleagues"))),
        addresses,
        problems: listed(problems),
    })
}

/// Who has been written to, and the form.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn form(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let survey = here.app().improvement().survey_to_send(&here.ctx, id).await?;
    show(here.app(), &page(&here, (id, &survey), (told.saved.is_some(), String::new()), &Problems::none()).await?)
}

/// Writes to colleagues.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn write(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let improvement = here.app().improvement();
    let survey = improvement.survey_to_send(&here.ctx, id).await?;
    if survey.closes_on < here.app().today() {
        return Err(WebError::MovedOn(ENDED));
    }
    let typed = form.text("addresses");
    match colleagues(&typed, MOST_COLLEAGUES.saturating_sub(survey.written)) {
        Ok(addresses) => {
            improvement.write_to_colleagues(&here.ctx, id, &addresses).await?;
            Ok(Redirect::to(&here.href(&format!("surveys/{id}/colleagues?saved=written"))).into_response())
        }
        Err(problems) => show_again(here.app(), &page(&here, (id, &survey), (false, typed), &problems).await?),
    }
}
