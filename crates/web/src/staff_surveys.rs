//! Surveys of the staff: opened and watched by whoever leads a project; answered by anyone with the address, without an account.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::calendar::{days_between, plus_days};
use fingerpost_domain::id::{ProjectId, ResponseId};
use fingerpost_domain::measure::{AnswerKind, Item, Moment, Questionnaire};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::survey::{CODE_HINT, PairCode, SendingAnswers, read_answers, staff_questions};
use fingerpost_improvement::{NewSurvey, Receipt, Record, SurveyDoor, SurveyRecord};
use fingerpost_policy::Improve;
use fingerpost_store::StoreError;
use fingerpost_ui::format::{count, long_day};
use fingerpost_ui::pages::{
    Choice, Frame, MessagePage, RouteLine, StaffSurveyPage, SurveyPage, SurveyQuestion, SurveyThanksPage,
};

use crate::improvement::Told;
use fingerpost_web_core::form::{Posted, link_token};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, qr};
use fingerpost_web_core::{App, WebError};

/// Where somebody lands whose page was sent before: they were given the secret then.
const SENT_BEFORE: &str = "sent";

/// Days after which those who have not answered are reminded.
const REMIND_AFTER: i64 = 7;

const WAYS: &str = "E-mail to everybody\nNotice by the kettle";

fn moment_of(code: &str) -> Result<Moment, WebError> {
    Moment::from_code(code).filter(|moment| *moment != Moment::Between).ok_or(WebError::NotFound)
}

fn notes(survey: &SurveyRecord, here: &May<Improve>) -> Vec<String> {
    let left = days_between(here.app().today(), survey.closes_on);
    let missing = i64::from(survey.invited) - i64::try_from(survey.responses.len()).unwrap_or(i64::MAX);
    let mut all = vec![];
    if left < 0 {
        all.push("It has ended. To open it again, set a later day below.".to_owned());
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
    let address = |code: &str| format!("{}/survey/{code}", here.app().public_url());
    let questions = survey.map_or_else(|| staff_questions(moment), |survey| survey.questions.clone());
    let routes = survey.map(|survey| survey.routes.as_slice()).unwrap_or_default();
    Ok(SurveyPage {
        frame,
        back_href: place.clone(),
        action: format!("{place}/survey/{}", moment.code()),
        heading,
        saved,
        routes: routes
            .iter()
            .map(|route| RouteLine {
                name: route.name.clone(),
                qr: qr(&address(&route.code)),
                address: address(&route.code),
                answered: count(i64::try_from(route.answered).unwrap_or(i64::MAX), "answer", "answers"),
            })
            .collect(),
        rate: survey.map(|survey| format!("{} of {} answered.", survey.responses.len(), survey.invited)),
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
    Ok((record, surveys.into_iter().find(|survey| survey.moment == moment)))
}

/// Nobody can be asked before a change that has come, nor after one that is not planned.
fn in_its_time(record: &Record, moment: Moment, here: &May<Improve>) -> bool {
    let change = record.project.change.as_ref().map(|change| change.on);
    let happened = change.is_some_and(|on| on <= here.app().today());
    if moment == Moment::After { happened } else { !happened }
}

pub(crate) async fn sending_form(
    here: May<Improve>,
    Path((_, id, moment)): Path<(String, ProjectId, String)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let moment = moment_of(&moment)?;
    let (record, survey) = found(&here, id, moment).await?;
    if survey.is_none() && !in_its_time(&record, moment, &here) {
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

pub(crate) async fn send(
    here: May<Improve>,
    Path((_, id, moment)): Path<(String, ProjectId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let moment = moment_of(&moment)?;
    let (record, survey) = found(&here, id, moment).await?;
    if survey.is_none() && !in_its_time(&record, moment, &here) {
        return Err(WebError::MovedOn(
            "The day of the change has moved. Look at the project again. Nothing was saved.",
        ));
    }
    let answers = SendingAnswers {
        invited: form.text("invited"),
        closes_day: form.text("closes_day"),
        closes_month: form.text("closes_month"),
        closes_year: form.text("closes_year"),
        ways: form.text("ways"),
    };
    match answers.check(survey.is_some(), here.app().today()) {
        Ok(sending) => {
            let new =
                NewSurvey { moment, invited: sending.invited, closes_on: sending.closes_on, routes: sending.ways };
            here.app().improvement().open_survey(&here.ctx, id, &new).await?;
            let place = here.href(&format!("improvement/{id}/survey/{}?saved=survey", moment.code()));
            Ok(Redirect::to(&place).into_response())
        }
        Err(problems) => {
            let standing = (&record, moment, survey.as_ref());
            show_again(here.app(), &sending_page(&here, standing, (answers, false), &problems).await?)
        }
    }
}

fn frame(app: &App, title: &str, of: &str) -> Frame {
    Frame { title: title.to_owned(), csrf: link_token(of), invented: app.invented(), ..Frame::default() }
}

/// When a question is asked that depends on another, in words.
fn only_if(questions: &Questionnaire, item: &Item) -> Option<String> {
    let rule = item.show_if.as_ref()?;
    let AnswerKind::Choice { options } = &questions.item(&rule.item)?.answer else { return None };
    let labels: Vec<&str> =
        options.iter().filter(|each| rule.one_of.contains(&each.code)).map(|each| each.label.as_str()).collect();
    Some(format!("Only if you answered the question before it with {}", labels.join(" or ")))
}

fn question(questions: &Questionnaire, item: &Item, value: String) -> SurveyQuestion {
    let (kind, options, numbers, low, high) = match &item.answer {
        AnswerKind::Scale { from, to, low, high } => {
            ("scale", vec![], (*from..=*to).collect(), low.clone(), high.clone())
        }
        AnswerKind::Choice { options } => {
            let options =
                options.iter().map(|each| Choice::new(&each.code, &*each.label, each.code == value)).collect();
            ("choice", options, vec![], String::new(), String::new())
        }
        AnswerKind::Words => ("words", vec![], vec![], String::new(), String::new()),
    };
    let (code, text) = (item.code.clone(), item.text.clone());
    SurveyQuestion { only_if: only_if(questions, item), code, text, kind, options, numbers, low, high, value }
}

fn page(
    app: &App,
    (code, door): (&str, &SurveyDoor),
    key: String,
    form: &Posted,
    problems: &Problems,
) -> StaffSurveyPage {
    let questions = &door.questions;
    StaffSurveyPage {
        frame: Frame { problem: !problems.is_empty(), ..frame(app, &questions.title, code) },
        action: format!("/survey/{code}"),
        key,
        heading: questions.title.clone(),
        about: questions.about.clone(),
        organisation: door.organisation.clone(),
        closes: long_day(door.closes_on),
        code_hint: CODE_HINT,
        code: form.text("code"),
        agrees: !form.text("agrees").is_empty(),
        questions: questions.items.iter().map(|item| question(questions, item, form.text(&item.code))).collect(),
        problems: listed(problems),
    }
}

async fn door(app: &App, code: &str) -> Result<SurveyDoor, WebError> {
    app.improvement().survey_door(code).await?.ok_or(WebError::LinkGone)
}

fn ended(app: &App, code: &str, door: &SurveyDoor) -> Result<Response, WebError> {
    let page = MessagePage {
        frame: frame(app, "This survey has ended", code),
        heading: "This survey has ended".to_owned(),
        paragraphs: vec![format!(
            "It takes no more answers. If you still want to say something, tell whoever leads the project at {}.",
            door.organisation
        )],
        link: None,
    };
    show(app, &page)
}

pub(crate) async fn form(State(app): State<App>, Path(code): Path<String>) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    if app.today() > door.closes_on {
        return ended(&app, &code, &door);
    }
    let key: ResponseId = app.store().entropy().id(app.now());
    show(&app, &page(&app, (&code, &door), key.to_string(), &Posted::default(), &Problems::none()))
}

pub(crate) async fn answer(
    State(app): State<App>,
    Path(code): Path<String>,
    form: Posted,
) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    let key: ResponseId = form.text("key").parse().map_err(|_| WebError::StaleForm)?;
    let mut problems = Problems::none();
    let answers = read_answers(&door.questions, |item| form.text(item));
    let answers = answers.unwrap_or_else(|wrong| {
        wrong.iter().for_each(|problem| problems.add(problem.field.clone(), problem.message.clone()));
        Default::default()
    });
    let pair = problems.take("code", PairCode::parse(&form.text("code"))).flatten();
    if form.text("agrees").is_empty() {
        problems.add("agrees", "Read who sees your answers, and tick the box to take part");
    }
    // No person sees this field. What fills it in is a machine, or a browser that means well.
    if !form.text("website").is_empty() {
        problems.add("agrees", "Your browser filled in a field that has to stay empty. Tick the box again, and send");
    }
    if !problems.is_empty() {
        return show_again(&app, &page(&app, (&code, &door), key.to_string(), &form, &problems));
    }
    match app.improvement().answer_survey(&door, (key, &answers, pair.as_ref()), app.now()).await {
        Ok(secret) => {
            let secret = secret.unwrap_or_else(|| SENT_BEFORE.to_owned());
            Ok(Redirect::to(&format!("/survey/{code}/{secret}")).into_response())
        }
        Err(StoreError::ChangedMeanwhile) => ended(&app, &code, &door),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn receipt(
    State(app): State<App>,
    Path((code, secret)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    let stands = if secret == SENT_BEFORE { None } else { app.improvement().receipt(&door, &secret).await? };
    let action = match stands {
        None if secret != SENT_BEFORE => return Err(WebError::LinkGone),
        Some(Receipt::Kept) => Some(format!("/survey/{code}/{secret}")),
        _ => None,
    };
    let withdrawn = stands == Some(Receipt::Withdrawn);
    let title = if withdrawn { "Your answers are deleted" } else { "Thank you" };
    let frame = frame(&app, title, &format!("{code}/{secret}"));
    show(&app, &SurveyThanksPage { frame, action, withdrawn, organisation: door.organisation })
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    Path((code, secret)): Path<(String, String)>,
    _form: Posted,
) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    app.improvement().withdraw_answer(&door, &secret, app.now()).await?;
    Ok(Redirect::to(&format!("/survey/{code}/{secret}")).into_response())
}
