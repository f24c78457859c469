//! A survey as whoever answers it meets it: by its address, without an account.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::measure::{AnswerKind, Item, Questionnaire};
use fingerpost_domain::person::Email;
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{Receipt, SurveyDoor, Taken};
use fingerpost_improvement_rules::questions::after_words;
use fingerpost_improvement_rules::survey::{CODE_HINT, PairCode, read_answers};
use fingerpost_ui::format::long_day;
use fingerpost_ui::pages::{Choice, Frame, MessagePage};
use fingerpost_ui_improvement::{StaffSurveyPage, SurveyQuestion, SurveyThanksPage};
use fingerpost_web_core::form::{Posted, link_token};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError};

/// Digits of the secret that a page carries.
const SECRET_DIGITS: usize = 40;
/// So many answers fit on a page as circles; more are a list to choose from.
const MOST_CIRCLES: usize = 12;

fn frame(app: &App, title: &str, of: &str) -> Frame {
    Frame { title: title.to_owned(), csrf: link_token(of), invented: app.invented(), ..Frame::default() }
}

fn question(questions: &Questionnaire, item: &Item, value: String) -> SurveyQuestion {
    let (kind, options, numbers, low, high) = match &item.answer {
        AnswerKind::Scale { from, to, low, high } => {
            ("scale", vec![], (*from..=*to).collect(), low.clone(), high.clone())
        }
        AnswerKind::Choice { options: given } => {
            let options = given.iter().map(|each| Choice::new(&each.code, &*each.label, each.code == value)).collect();
            let kind = if given.len() > MOST_CIRCLES { "select" } else { "choice" };
            (kind, options, vec![], String::new(), String::new())
        }
        AnswerKind::Number { unit, .. } => ("number", vec![], vec![], unit.clone(), String::new()),
        AnswerKind::Words => ("words", vec![], vec![], String::new(), String::new()),
    };
    let (code, text) = (item.code.clone(), item.text.clone());
    let only_if =
        item.show_if.as_ref().map(|rule| format!("{}. Leave it empty otherwise", after_words(&questions.items, rule)));
    SurveyQuestion { only_if, code, text, kind, options, numbers, low, high, value }
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
        // A code pairs what was said before a change with what was said after it.
        code_hint: door.is_paired().then_some(CODE_HINT),
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

/// The questions.
///
/// # Errors
/// [`WebError::LinkGone`] where no survey stands behind the address.
pub async fn form(State(app): State<App>, Path(code): Path<String>) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    if app.today() > door.closes_on {
        return ended(&app, &code, &door);
    }
    let key = app.improvement().new_receipt();
    show(&app, &page(&app, (&code, &door), key, &Posted::default(), &Problems::none()))
}

/// Keeps the answers.
///
/// # Errors
/// [`WebError::LinkGone`] where no survey stands behind the address.
pub async fn answer(State(app): State<App>, Path(code): Path<String>, form: Posted) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    let secret = form.text("key");
    if secret.len() != SECRET_DIGITS || !secret.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(WebError::StaleForm);
    }
    let mut problems = Problems::none();
    let answers = problems.part(read_answers(&door.questions, |item| form.text(item)));
    let pair = problems.take("code", PairCode::parse(&form.text("code"))).flatten();
    if form.text("agrees").is_empty() {
        problems.add("agrees", "Read who sees your answers, and tick the box to take part");
    }
    // No person sees this field. What fills it in is a machine, or a browser that means well.
    if !form.text("website").is_empty() {
        problems.add("agrees", "Your browser filled in a field that has to stay empty. Tick the box again, and send");
    }
    let Some(answers) = answers.filter(|_| problems.is_empty()) else {
        return show_again(&app, &page(&app, (&code, &door), secret, &form, &problems));
    };
    match app.improvement().answer_survey(&door, (&secret, &answers, pair.as_ref()), app.now()).await? {
        Taken::Kept => Ok(Redirect::to(&format!("/survey/{code}/{secret}")).into_response()),
        Taken::Ended => ended(&app, &code, &door),
        Taken::Full => {
            let told = "Far more answers came than people were asked, so this survey takes no more. Tell whoever sent it to you";
            let problems = Problems::one("agrees", told);
            show_again(&app, &page(&app, (&code, &door), secret, &form, &problems))
        }
    }
}

/// What stands on the page of an answer and is not stored.
#[derive(Default)]
struct Typed {
    email: String,
    problems: Problems,
}

async fn thanks(
    app: &App,
    (code, secret, door): (&str, &str, SurveyDoor),
    typed: Typed,
) -> Result<SurveyThanksPage, WebError> {
    let stands = app.improvement().receipt(&door, secret).await?.ok_or(WebError::LinkGone)?;
    let withdrawn = stands == Receipt::Withdrawn;
    let place = format!("{code}/{secret}");
    let open = app.today() <= door.closes_on;
    let may_enter = open && app.improvement().may_enter(&door, secret).await?;
    Ok(SurveyThanksPage {
        frame: Frame {
            problem: !typed.problems.is_empty(),
            ..frame(app, if withdrawn { "Your answers are deleted" } else { "Thank you" }, &place)
        },
        action: (!withdrawn).then(|| format!("/survey/{place}")),
        withdrawn,
        organisation: door.organisation,
        prize: door.prize,
        enter_action: may_enter.then(|| format!("/survey/{place}/draw")),
        enter_csrf: link_token(&format!("{place}/draw")),
        draw_words: if open {
            "You take part in the draw. Good luck."
        } else {
            "The survey has ended, and so has the draw."
        },
        email: typed.email,
        problems: listed(&typed.problems),
    })
}

/// What was sent, for whoever sent it: they can take it back here.
///
/// # Errors
/// [`WebError::LinkGone`] where no survey stands behind the address.
pub async fn receipt(
    State(app): State<App>,
    Path((code, secret)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    show(&app, &thanks(&app, (&code, &secret, door), Typed::default()).await?)
}

/// Takes part in the draw. What is kept says nothing of the answer.
///
/// # Errors
/// [`WebError::LinkGone`] where no survey stands behind the address.
pub async fn enter(
    State(app): State<App>,
    Path((code, secret)): Path<(String, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    let typed = form.text("email");
    match Email::parse(&typed) {
        Ok(email) => {
            app.improvement().enter_draw(&door, &secret, &email.folded(), app.now()).await?;
            Ok(Redirect::to(&format!("/survey/{code}/{secret}")).into_response())
        }
        Err(wrong) => {
            let typed = Typed { email: typed, problems: Problems::one("email", wrong.to_string()) };
            show_again(&app, &thanks(&app, (&code, &secret, door), typed).await?)
        }
    }
}

/// Deletes the answers.
///
/// # Errors
/// [`WebError::LinkGone`] where no survey stands behind the address.
pub async fn withdraw(
    State(app): State<App>,
    Path((code, secret)): Path<(String, String)>,
    _form: Posted,
) -> Result<Response, WebError> {
    let door = door(&app, &code).await?;
    app.improvement().withdraw_answer(&door, &secret, app.now()).await?;
    Ok(Redirect::to(&format!("/survey/{code}/{secret}")).into_response())
}
