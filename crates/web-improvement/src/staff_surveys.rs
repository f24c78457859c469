//! Surveys of the staff, for whoever leads a project: opened, sent on several ways, watched.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::calendar::{days_between, plus_days};
use fingerpost_domain::id::ProjectId;
use fingerpost_domain::measure::Moment;
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{About, Record, SurveyRecord};
use fingerpost_improvement_rules::survey::{SHOWN_FROM, SendingAnswers, staff_questions};
use fingerpost_policy::Improve;
use fingerpost_ui::format::{count, long_day};
use fingerpost_ui_improvement::{RouteLine, SurveyPage};
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, qr};
use fingerpost_web_core::{App, WebError};

use crate::improvement::Told;

/// Opened again, what is new would be known by what was there before.
pub(crate) const ENDED: &str = "This survey has ended and stays ended. Nothing was saved.";

/// Days after which those who have not answered are reminded.
const REMIND_AFTER: i64 = 7;

const WAYS: &str = "E-mail to everybody\nNotice by the kettle";

fn moment_of(code: &str) -> Result<Moment, WebError> {
    Moment::from_code(code).filter(|moment| *moment != Moment::Between).ok_or(WebError::NotFound)
}

/// The ways of a survey, with their addresses.
pub(crate) fn route_lines(app: &App, survey: &SurveyRecord) -> Vec<RouteLine> {
    let line = |route: &fingerpost_improvement::Route| {
        let address = format!("{}/survey/{}", app.public_url(), route.code);
        let prize = survey.prize.as_ref().map(|prize| format!(" Whoever answers can take part in a draw: {prize}."));
        // Four questions a minute, as they are.
        let minutes = survey.questions.items.len().div_ceil(4);
        let (prize, until) = (prize.unwrap_or_default(), long_day(survey.closes_on));
        RouteLine {
            name: route.name.clone(),
            invitation: format!(
                "{}\n\nWe would like to know what you think. It takes about {}. Nobody signs in, nobody is named, and \
                 you may leave any question out.{prize} Please answer by {until}:\n\n{address}",
                survey.title,
                count(minutes, "minute", "minutes"),
            ),
            reminder: format!(
                "{}\n\nTwo weeks ago we asked what you think. If you have answered: thank you, and there is nothing more to do. \
                 We cannot see who has. If you have not, it is open until {until}:\n\n{address}",
                survey.title
            ),
            qr: qr(&address),
            address,
            // A way on which one person was asked must not say whether they answered.
            answered: match route.answered {
                few if few < SHOWN_FROM as u64 => "No answer yet, or fewer than 5".to_owned(),
                n => count(n, "answer", "answers"),
            },
        }
    };
    survey.routes.iter().map(line).collect()
}

/// How a survey is sent, as it was posted.
pub(crate) fn posted_sending(form: &Posted) -> SendingAnswers {
    SendingAnswers {
        invited: form.text("invited"),
        closes_day: form.text("closes_day"),
        closes_month: form.text("closes_month"),
        closes_year: form.text("closes_year"),
        ways: form.text("ways"),
    }
}

pub(crate) fn notes(survey: &SurveyRecord, here: &May<Improve>) -> Vec<String> {
    let left = days_between(here.app().today(), survey.closes_on);
    let missing = (survey.invited as usize).saturating_sub(survey.answered);
    let mut all = vec![];
    if left < 0 {
        all.push("It has ended.".to_owned());
    } else if missing > 0 && left <= REMIND_AFTER {
        all.push(format!("{} have not answered. Send the address once more.", count(missing, "person", "people")));
    }
    all
}

async fn sending_page(
    here: &May<Improve>,
    (record, moment, survey): (&Record, Moment, Option<&SurveyRecord>),
    (values, saved): (SendingAnswers, bool),
    problems: &Problems,
) -> Result<SurveyPage, WebError> {
    let heading = if moment == Moment::After { "Ask staff after" } else { "Ask staff before" };
    let mut frame = here.frame(heading, "improvement").await?;
    frame.problem = !problems.is_empty();
    let place = here.href(&format!("improvement/{}", record.id));
    let questions = survey.map_or_else(|| staff_questions(moment), |survey| survey.questions.clone());
    Ok(SurveyPage {
        frame,
        back_href: place.clone(),
        action: format!("{place}/survey/{}", moment.code()),
        heading,
        saved,
        ended: survey.is_some_and(|survey| survey.closes_on < here.app().today()),
        routes: survey.map(|survey| route_lines(here.app(), survey)).unwrap_or_default(),
        colleagues_href: survey
            .filter(|survey| survey.closes_on >= here.app().today())
            .map(|survey| here.href(&format!("surveys/{}/colleagues", survey.id))),
        rate: survey.map(|survey| format!("{} of {} answered.", survey.answered, survey.invited)),
        notes: survey.map(|survey| notes(survey, here)).unwrap_or_default(),
        questions: questions.items.into_iter().map(|item| item.text).collect(),
        invited: values.invited,
        closes_day: values.closes_day,
        closes_month: values.closes_month,
        closes_year: values.closes_year,
        ways: values.ways,
        problems: listed(problems),
    })
}

/// A project with its survey of a moment, where it stands.
async fn found(here: &May<Improve>, id: ProjectId, moment: Moment) -> Result<(Record, Option<SurveyRecord>), WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let surveys = here.app().improvement().surveys(&here.ctx, id).await?;
    Ok((record, surveys.into_iter().find(|survey| survey.moment == Some(moment))))
}

/// How the survey of a project is sent.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn sending_form(
    here: May<Improve>,
    Path((_, id, moment)): Path<(String, ProjectId, String)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let moment = moment_of(&moment)?;
    let (record, survey) = found(&here, id, moment).await?;
    if survey.is_none() && !record.project.may_ask(moment, here.app().today()) {
        return Ok(Redirect::to(&here.href(&format!("improvement/{id}"))).into_response());
    }
    let closes = survey.as_ref().map_or_else(|| plus_days(here.app().today(), 14), |survey| survey.closes_on);
    let values = SendingAnswers {
        invited: survey.as_ref().map(|survey| survey.invited.to_string()).unwrap_or_default(),
        closes_day: closes.day().to_string(),
        closes_month: closes.month().to_string(),
        closes_year: closes.year().to_string(),
        ways: WAYS.to_owned(),
    };
    let standing = (&record, moment, survey.as_ref());
    let drawn = sending_page(&here, standing, (values, told.saved.is_some()), &Problems::none()).await?;
    show(here.app(), &drawn)
}

/// Opens the survey of a project, or changes how it is sent.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn send(
    here: May<Improve>,
    Path((_, id, moment)): Path<(String, ProjectId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let moment = moment_of(&moment)?;
    let (record, survey) = found(&here, id, moment).await?;
    if survey.is_none() && !record.project.may_ask(moment, here.app().today()) {
        return Err(WebError::MovedOn(
            "The day of the change has moved. Look at the project again. Nothing was saved.",
        ));
    }
    let answers = posted_sending(&form);
    if survey.as_ref().is_some_and(|survey| survey.closes_on < here.app().today()) {
        return Err(WebError::MovedOn(ENDED));
    }
    let before = record.project.change.as_ref().map(|change| change.on).filter(|_| moment == Moment::Before);
    match answers.check((survey.is_some(), before), here.app().today()) {
        Ok(sending) => {
            let improvement = here.app().improvement();
            match &survey {
                Some(survey) => improvement.change_survey(&here.ctx, survey.id, &sending).await?,
                None => drop(improvement.open_survey(&here.ctx, &About::Project(id, moment), &sending).await?),
            }
            let place = here.href(&format!("improvement/{id}/survey/{}?saved=survey", moment.code()));
            Ok(Redirect::to(&place).into_response())
        }
        Err(problems) => {
            let standing = (&record, moment, survey.as_ref());
            show_again(here.app(), &sending_page(&here, standing, (answers, false), &problems).await?)
        }
    }
}
