//! Measures: begun together, on paper or by a link of the person's own; one question on one page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{AssessmentId, CaseId, RequestKey};
use fingerpost_domain::measure::{
    AnswerKind, Answers, Change, Item, Mode, Moment, Questionnaire, SKIPPED, shipped, shipped_one,
};
use fingerpost_domain::problem::Problems;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{Assessment, CasePage as Case, LiveLink, StoreError};
use fingerpost_ui::format::{count, day};
use fingerpost_ui::pages::{
    AssessmentLine, Choice, Frame, Link, MeasureSource, MeasuresPage, MessagePage, PaperPage, PaperQuestion,
    QuestionPage, ScoreLine,
};
use serde::Deserialize;

use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{of_link, show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError};

/// The question that was asked for: going back; or what was just done behind a link.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct At {
    pub item: Option<String>,
    pub saved: Option<String>,
}

/// What a change says, in a word: the colour is never alone.
fn change_words(change: Change) -> (&'static str, String) {
    let (sign, word, reliable) = match change {
        Change::Same => return ("same", "The same".to_owned()),
        Change::Better { reliable } => ("better", "Better", reliable),
        Change::Worse { reliable } => ("worse", "Worse", reliable),
    };
    let how = match reliable {
        Some(true) => ", more than the measure's own noise",
        Some(false) => ", but within the measure's own noise",
        None => "",
    };
    (sign, format!("{word}{how}"))
}

/// The beginning beside the newest after it, for each score.
pub(crate) fn score_lines(case: &Case) -> Vec<ScoreLine> {
    let pairs = case.before_and_after();
    pairs
        .into_iter()
        .map(|pair| ScoreLine {
            change: pair.change().map(change_words),
            before: pair.before.words(),
            after: pair.after.map_or_else(|| "not asked yet".to_owned(), |after| after.words()),
            label: pair.before.label,
            measure: pair.measure,
        })
        .collect()
}

fn line(here: &May<ReadCase>, each: &Assessment, today: Date, open: bool) -> AssessmentLine {
    let asked = each.questionnaire.asked(&each.answers).count();
    let answered = each.answers.len();
    let scores = each.questionnaire.scores(&each.answers);
    let detail = match each.finished_at {
        Some(_) => scores.iter().map(|s| format!("{}: {}", s.label, s.words())).collect::<Vec<_>>().join("; "),
        None => format!("{answered} of {asked} answered"),
    };
    AssessmentLine {
        title: each.questionnaire.title.clone(),
        when: format!(
            "{}. {}. {}",
            each.moment.label(),
            each.mode.label(),
            day(day_of(each.finished_at.unwrap_or(each.begun_at)), today)
        ),
        go_on: (each.finished_at.is_none() && each.mode != Mode::Link && open)
            .then(|| here.href(&format!("cases/{}/measures/{}", each.case, each.id))),
        link: (each.finished_at.is_none() && each.mode == Mode::Link && open)
            .then(|| here.href(&format!("cases/{}/measures/{}/link", each.case, each.id))),
        detail,
    }
}

/// What was chosen of the form that begins an assessment.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    measure: &'a str,
    moment: &'a str,
    mode: &'a str,
}

async fn list_page(
    here: &May<ReadCase>,
    case: &Case,
    (chosen, link): (Chosen<'_>, Option<String>),
    problems: &Problems,
) -> Result<MeasuresPage, WebError> {
    let called = case.person.details.name.called().to_owned();
    let today = here.app().today();
    let mut frame = here.frame(format!("How things are for {called}"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let place = here.href(&format!("cases/{}/measures", case.id));
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    let open = case.closed.is_none();
    Ok(MeasuresPage {
        frame,
        back_href: here.href(&format!("cases/{}", case.id)),
        called,
        open,
        sources: shipped()
            .iter()
            .map(|measure| MeasureSource {
                title: measure.title.clone(),
                source: measure.source.clone(),
                paper_href: format!("{place}/paper?measure={}", measure.code),
            })
            .collect(),
        action: place,
        key: key.to_string(),
        measures: shipped()
            .iter()
            .map(|measure| {
                let asked = count(measure.items.len(), "question", "questions");
                let hint = if measure.may_be_sent() { asked } else { format!("{asked}. Not through a link") };
                Choice::new(&measure.code, &*measure.title, chosen.measure == measure.code).hint(hint)
            })
            .collect(),
        link,
        lines: case.assessments.iter().map(|each| line(here, each, today, open)).collect(),
        scores: score_lines(case),
        moments: Moment::ALL
            .iter()
            .map(|each| Choice::new(each.code(), each.label(), chosen.moment == each.code()))
            .collect(),
        modes: Mode::ALL
            .iter()
            .map(|each| Choice::new(each.code(), each.label(), chosen.mode == each.code()))
            .collect(),
        problems: listed(problems),
    })
}

pub(crate) async fn list(here: May<ReadCase>, Path((_, id)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    // The first time it is the beginning; what comes after is for the worker to say.
    let moment = if case.assessments.is_empty() { Moment::Before.code() } else { "" };
    let chosen = Chosen { measure: &shipped()[0].code, moment, mode: Mode::Together.code() };
    let drawn = list_page(&here, &case, (chosen, None), &Problems::none()).await?;
    show(here.app(), &drawn)
}

pub(crate) async fn begin(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let key = form.key()?;
    let (code, moment, mode) = (form.text("measure"), form.text("moment"), form.text("mode"));
    let chosen = Chosen { measure: &code, moment: &moment, mode: &mode };
    let mut problems = Problems::none();
    let measure = shipped_one(&code);
    if measure.is_none() {
        problems.add("measure", "Choose which questions");
    }
    let at = Moment::from_code(&moment);
    if at.is_none() {
        problems.add("moment", "Choose when in their case this is");
    }
    let how = Mode::from_code(&mode);
    if how.is_none() {
        problems.add("mode", "Choose how the questions are answered");
    }
    if how == Some(Mode::Link) && measure.is_some_and(|measure| !measure.may_be_sent()) {
        problems.add("mode", "An answer to these may mean danger, and nobody is there to see it. Ask them together");
    }
    let (Some(measure), Some(at), Some(how), true) = (measure, at, how, problems.is_empty()) else {
        let case = here.app().store().case(&here.ctx, id).await?;
        return show_again(here.app(), &list_page(&here, &case, (chosen, None), &problems).await?);
    };
    let (begun, token) = here.app().store().begin_assessment(&work, id, (measure, at, how, key)).await?;
    match how {
        Mode::Together | Mode::Paper => {
            Ok(Redirect::to(&here.href(&format!("cases/{id}/measures/{begun}"))).into_response())
        }
        Mode::Link => {
            let case = here.app().store().case(&here.ctx, id).await?;
            let link = token.map(|token| format!("{}/l/{token}", here.app().public_url()));
            show(
                here.app(),
                &list_page(&here, &case, (Chosen { moment: "", ..chosen }, link), &Problems::none()).await?,
            )
        }
    }
}

/// A link that was lost, or reached somebody else: it ends, and another is made where that is asked for.
pub(crate) async fn change_link(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, AssessmentId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let again = match form.text("then").as_str() {
        "new" => true,
        "end" => false,
        _ => return Err(WebError::NotFound),
    };
    let token = here.app().store().change_own_link(&work, (case, id), again).await?;
    let case = here.app().store().case(&here.ctx, case).await?;
    let link = token.map(|token| format!("{}/l/{token}", here.app().public_url()));
    let chosen = Chosen { measure: "", moment: "", mode: Mode::Link.code() };
    show(here.app(), &list_page(&here, &case, (chosen, link), &Problems::none()).await?)
}

/// A page with one question: the one asked for, or the next.
fn question(
    each: &Assessment,
    (frame, action, outside): (Frame, String, Option<String>),
    (at, typed): (Option<&str>, Option<String>),
    problems: &Problems,
) -> Option<QuestionPage> {
    let asked: Vec<&Item> = each.questionnaire.asked(&each.answers).collect();
    let next = each.questionnaire.next(&each.answers);
    let chosen = at.and_then(|code| asked.iter().position(|item| item.code == code));
    let place = chosen.or_else(|| next.and_then(|next| asked.iter().position(|item| item.code == next.code)))?;
    let item = asked[place];
    let given = each.answers.get(&item.code).filter(|given| *given != SKIPPED).cloned().unwrap_or_default();
    let value = typed.unwrap_or(given);
    let (kind, numbers, low, high) = match &item.answer {
        AnswerKind::Scale { from, to, low, high } => ("scale", (*from..=*to).collect(), low.clone(), high.clone()),
        AnswerKind::Choice { .. } => ("choice", vec![], String::new(), String::new()),
        AnswerKind::Number { unit, .. } => ("number", vec![], unit.clone(), String::new()),
        AnswerKind::Words => ("words", vec![], String::new(), String::new()),
    };
    let options = match &item.answer {
        AnswerKind::Choice { options } => {
            options.iter().map(|option| Choice::new(&option.code, &*option.label, value == option.code)).collect()
        }
        _ => vec![],
    };
    let back_href = match place.checked_sub(1) {
        Some(before) => Some(format!("{action}?item={}", asked[before].code)),
        None => outside,
    };
    Some(QuestionPage {
        frame: Frame { problem: !problems.is_empty(), ..frame },
        back_href,
        action,
        item: item.code.clone(),
        progress: format!("Question {} of {}", place + 1, asked.len()),
        about: (place == 0).then(|| each.questionnaire.about.clone()).filter(|about| !about.is_empty()),
        stem: each.questionnaire.stem.clone(),
        danger: each.alert_at.is_some(),
        text: item.text.clone(),
        kind,
        numbers,
        low,
        high,
        options,
        value,
        problems: listed(problems),
    })
}

/// The answer that was posted, as it is stored, or what is wrong with it.
fn posted(each: &Assessment, form: &Posted) -> Result<(String, String), Problems> {
    let code = form.text("item");
    let item =
        each.questionnaire.item(&code).ok_or_else(|| Problems::one("answer", "This question is not asked here"))?;
    let skip = form.text("then") == "skip";
    Questionnaire::accept(item, &form.text("answer"), skip)
        .map(|answer| (code, answer))
        .map_err(|problem| Problems::one("answer", problem))
}

fn is_last(each: &Assessment, (item, given): (&str, &str)) -> bool {
    let mut answers: Answers = each.answers.clone();
    answers.insert(item.to_owned(), given.to_owned());
    each.questionnaire.next(&answers).is_none()
}

pub(crate) async fn ask(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, AssessmentId)>,
    Query(at): Query<At>,
) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let each = here.app().store().assessment(&here.ctx, (case, id)).await?;
    let place = here.href(&format!("cases/{case}/measures"));
    if each.finished_at.is_some() {
        if each.alert_at.is_some() && each.alert_answered_at.is_none() {
            return stop_here(&here, case).await;
        }
        return Ok(Redirect::to(&place).into_response());
    }
    let frame = here.frame(format!("Questions for {}", each.name.called()), "caseload").await?;
    let around = (frame, format!("{place}/{id}"), Some(place.clone()));
    match question(&each, around, (at.item.as_deref(), None), &Problems::none()) {
        Some(drawn) => show(here.app(), &drawn),
        None => Ok(Redirect::to(&place).into_response()),
    }
}

/// After an answer that may mean danger: a page that both can look at, before anything else of the case is on the screen.
async fn stop_here(here: &May<ReadCase>, case: CaseId) -> Result<Response, WebError> {
    let page = MessagePage {
        frame: here.frame("Stop here, and talk", "caseload").await?,
        heading: "Thank you for saying so. Let us stop here, and talk".to_owned(),
        paragraphs: vec![
            "Nobody has to cope with this alone.".to_owned(),
            "In danger now, or hurt: ring 999.".to_owned(),
            "Cannot keep going: ring 111 and choose the mental health option.".to_owned(),
            "Somebody to listen, day and night: Samaritans, 116 123, free.".to_owned(),
        ],
        link: Some(Link { text: "Go on, to the case".to_owned(), href: here.href(&format!("cases/{case}")) }),
    };
    show(here.app(), &page)
}

pub(crate) async fn answer(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, AssessmentId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let each = here.app().store().assessment(&here.ctx, (case, id)).await?;
    let place = here.href(&format!("cases/{case}/measures"));
    match posted(&each, &form) {
        Ok((item, given)) => {
            here.app().store().answer_item(&work, (case, id), (&item, &given)).await?;
            // After the last one too, where an answer may mean danger: the page says what helps.
            let danger = each.alert_at.is_some() || each.questionnaire.means_danger(&item, &given);
            let done = is_last(&each, (&item, &given)) && !danger;
            let next = if done { place } else { format!("{place}/{id}") };
            Ok(Redirect::to(&next).into_response())
        }
        Err(problems) => {
            let frame = here.frame(format!("Questions for {}", each.name.called()), "caseload").await?;
            let around = (frame, format!("{place}/{id}"), Some(place));
            let drawn = question(&each, around, (Some(&form.text("item")), Some(form.text("answer"))), &problems);
            show_again(here.app(), &drawn.ok_or(WebError::StaleForm)?)
        }
    }
}

/// Which questions are printed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Printed {
    measure: Option<String>,
}

pub(crate) async fn paper(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(printed): Query<Printed>,
) -> Result<Response, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    let code = printed.measure.unwrap_or_else(|| shipped()[0].code.clone());
    let measure = shipped_one(&code).ok_or(WebError::NotFound)?;
    let questions = measure.items.iter().map(|item| {
        let blank = PaperQuestion {
            text: item.text.clone(),
            numbers: vec![],
            low: String::new(),
            high: String::new(),
            options: vec![],
        };
        match &item.answer {
            AnswerKind::Scale { from, to, low, high } => {
                PaperQuestion { numbers: (*from..=*to).collect(), low: low.clone(), high: high.clone(), ..blank }
            }
            AnswerKind::Choice { options } => {
                PaperQuestion { options: options.iter().map(|option| option.label.clone()).collect(), ..blank }
            }
            AnswerKind::Number { unit, .. } => PaperQuestion { low: unit.clone(), ..blank },
            AnswerKind::Words => blank,
        }
    });
    let drawn = PaperPage {
        frame: here.frame(measure.title.clone(), "caseload").await?,
        back_href: here.href(&format!("cases/{id}/measures")),
        questions: questions.collect(),
        title: measure.title.clone(),
        about: match measure.may_be_sent() {
            true => measure.about.clone(),
            // Whoever takes it home has nobody beside them.
            false => format!(
                "{} If you think of hurting yourself, do not wait until you give this back: ring 999 in danger, 111 and the \
                 mental health option, or Samaritans on 116 123, day and night.",
                measure.about
            ),
        },
        stem: measure.stem.clone(),
        worker: case.worker_name,
        source: measure.source.clone(),
    };
    show(here.app(), &drawn)
}

fn own_page(
    app: &App,
    (token, each): (&str, &Assessment),
    (at, typed): (Option<&str>, Option<String>),
    problems: &Problems,
) -> Result<QuestionPage, WebError> {
    // The page names nobody: whoever looks over a shoulder sees a question and no more.
    let frame = of_link(app, token, &each.questionnaire.title);
    question(each, (frame, format!("/l/{token}"), None), (at, typed), problems).ok_or(WebError::LinkGone)
}

/// The person's own link: the question they have come to.
pub(crate) async fn open(app: &App, (token, link): (&str, &LiveLink), at: &At) -> Result<Response, WebError> {
    let each = app.store().assessment_by_link(link, app.now()).await?;
    show(app, &own_page(app, (token, &each), (at.item.as_deref(), None), &Problems::none())?)
}

/// What is said after the last question: a page of its own, that can be opened again.
pub(crate) async fn thank_you(State(app): State<App>) -> Result<Response, WebError> {
    let frame = Frame { title: "Thank you".to_owned(), invented: app.invented(), ..Frame::default() };
    let thanks = MessagePage {
        frame,
        heading: "Thank you. That was the last question".to_owned(),
        paragraphs: vec![
            "Your answers have reached your link worker. You can close this page.".to_owned(),
            "If you need help today, call 111. In an emergency call 999.".to_owned(),
        ],
        link: None,
    };
    show(&app, &thanks)
}

/// An answer through the person's own link. The last one ends the link.
pub(crate) async fn answer_by_link(
    app: &App,
    (token, link): (&str, &LiveLink),
    form: &Posted,
) -> Result<Response, WebError> {
    let each = app.store().assessment_by_link(link, app.now()).await?;
    match posted(&each, form) {
        Ok((item, given)) => {
            match app.store().answer_item_by_link(link, (&item, &given), app.now()).await {
                Err(StoreError::NotFound) => return Err(WebError::LinkGone),
                done => done?,
            }
            if !is_last(&each, (&item, &given)) {
                return Ok(Redirect::to(&format!("/l/{token}")).into_response());
            }
            Ok(Redirect::to("/thank-you").into_response())
        }
        Err(problems) => {
            let typed = (Some(form.text("item")), Some(form.text("answer")));
            let drawn = own_page(app, (token, &each), (typed.0.as_deref(), typed.1), &problems)?;
            show_again(app, &drawn)
        }
    }
}
