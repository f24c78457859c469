//! Questions of a place's own, for its surveys: begun, added to, put in order.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::QuestionSetId;
use fingerpost_domain::measure::{AnswerKind, Item};
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::QuestionSet;
use fingerpost_improvement_rules::questions::{
    Beginning, Kind, OwnQuestions, QuestionAnswers, after_code, after_words, answers_of, named,
};
use fingerpost_policy::Improve;
use fingerpost_ui::pages::Choice;
use fingerpost_ui_improvement::{QuestionEditPage, QuestionLine, QuestionsBeginPage, QuestionsPage};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

use crate::improvement::Told;

/// Stands for a question that is not there yet.
const NEW: &str = "new";
/// Somebody else changed the questions while this page was open.
const MEANWHILE: &str =
    "Somebody else changed these questions while your page was open. Look at them as they are now, then do it again";

fn place_of(here: &May<Improve>, id: QuestionSetId) -> String {
    here.href(&format!("questions/{id}"))
}

async fn begin_page(
    here: &May<Improve>,
    (id, title, beginning): (QuestionSetId, String, &str),
    problems: &Problems,
) -> Result<QuestionsBeginPage, WebError> {
    let mut frame = here.frame("Write your own questions", "improvement").await?;
    frame.problem = !problems.is_empty();
    let choice = |with: &Beginning| Choice::new(with.code(), with.label(), beginning == with.code());
    Ok(QuestionsBeginPage {
        frame,
        back_href: here.href("surveys"),
        action: here.href("questions/new"),
        id: id.to_string(),
        title,
        beginnings: Beginning::ALL.iter().map(choice).collect(),
        problems: listed(problems),
    })
}

/// The form for questions of one's own.
///
/// # Errors
/// When the database fails.
pub async fn new_form(here: May<Improve>) -> Result<Response, WebError> {
    let id: QuestionSetId = here.app().store().entropy().id(here.ctx.now);
    let values = (id, String::new(), Beginning::Clinicians.code());
    show(here.app(), &begin_page(&here, values, &Problems::none()).await?)
}

/// Begins them.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn begin(here: May<Improve>, form: Posted) -> Result<Response, WebError> {
    let id: QuestionSetId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    let (title, beginning) = (form.text("title"), form.text("beginning"));
    match named(&title, &beginning) {
        Ok((title, with)) => {
            let questions = OwnQuestions::beginning(title, with);
            here.app().improvement().begin_questions(&here.ctx, id, &questions).await?;
            Ok(Redirect::to(&place_of(&here, id)).into_response())
        }
        Err(problems) => show_again(here.app(), &begin_page(&here, (id, title, &beginning), &problems).await?),
    }
}

/// "Yes; No; Not yet", "1 (Not at all) to 5 (Very)", "patients a week".
fn detail(item: &Item) -> String {
    match &item.answer {
        AnswerKind::Choice { options } => {
            options.iter().map(|option| option.label.as_str()).collect::<Vec<_>>().join("; ")
        }
        AnswerKind::Scale { from, to, low, high } => format!("{from} ({low}) to {to} ({high})"),
        AnswerKind::Number { unit, .. } => unit.clone(),
        AnswerKind::Words => String::new(),
    }
}

async fn list_page(
    here: &May<Improve>,
    set: &QuestionSet,
    (saved, problems): (bool, &Problems),
) -> Result<QuestionsPage, WebError> {
    let items = &set.questions.items;
    let mut frame = here.frame(set.questions.title.to_string(), "improvement").await?;
    frame.problem = !problems.is_empty();
    let place = place_of(here, set.id);
    let line = |(at, item): (usize, &Item)| QuestionLine {
        text: item.text.clone(),
        kind: Kind::of(item).label(),
        detail: detail(item),
        only_if: item.show_if.as_ref().map(|rule| after_words(items, rule)),
        href: format!("{place}/{}", item.code),
        action: format!("{place}/{}/order", item.code),
        first: at == 0,
        last: at + 1 == items.len(),
    };
    Ok(QuestionsPage {
        frame,
        back_href: here.href("surveys"),
        saved,
        title: set.questions.title.to_string(),
        read: set.version,
        questions: items.iter().enumerate().map(line).collect(),
        add_href: format!("{place}/{NEW}"),
        use_href: (!items.is_empty()).then(|| here.href(&format!("surveys/new?questions={}", set.id))),
        drop_action: format!("{place}/drop"),
        problems: listed(problems),
    })
}

/// The questions in their order.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn list(
    here: May<Improve>,
    Path((_, id)): Path<(String, QuestionSetId)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let set = here.app().improvement().question_set(&here.ctx, id).await?;
    show(here.app(), &list_page(&here, &set, (told.saved.is_some(), &Problems::none())).await?)
}

/// The questions as they stand, if they are as they were when the page was drawn.
async fn as_drawn(here: &May<Improve>, id: QuestionSetId, form: &Posted) -> Result<(QuestionSet, bool), WebError> {
    let set = here.app().improvement().question_set(&here.ctx, id).await?;
    let fresh = form.text("read") == set.version.to_string();
    Ok((set, fresh))
}

/// Moves a question, or takes it out.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn order(
    here: May<Improve>,
    Path((_, id, item)): Path<(String, QuestionSetId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let (set, fresh) = as_drawn(&here, id, &form).await?;
    let changed = match form.text("then").as_str() {
        _ if !fresh => Err(Problems::one("questions", MEANWHILE)),
        "up" => set.questions.moved(&item, true),
        "down" => set.questions.moved(&item, false),
        "drop" => set.questions.without(&item),
        _ => return Err(WebError::StaleForm),
    };
    match changed {
        Ok(changed) => {
            here.app().improvement().change_questions(&here.ctx, &set, &changed).await?;
            Ok(Redirect::to(&format!("{}?saved=order", place_of(&here, id))).into_response())
        }
        Err(problems) => show_again(here.app(), &list_page(&here, &set, (false, &problems)).await?),
    }
}

async fn edit_page(
    here: &May<Improve>,
    (set, item): (&QuestionSet, Option<&Item>),
    values: QuestionAnswers,
    problems: &Problems,
) -> Result<QuestionEditPage, WebError> {
    let mut frame =
        here.frame(if item.is_some() { "Change the question" } else { "Add a question" }, "improvement").await?;
    frame.problem = !problems.is_empty();
    let items = &set.questions.items;
    let mut after = vec![];
    for rule in set.questions.before(item.map(|item| item.code.as_str())).flat_map(answers_of) {
        after.push((after_code(&rule), after_words(items, &rule)));
    }
    // A rule with several answers, as ours have, stays one to choose.
    if let Some(rule) = item.and_then(|item| item.show_if.as_ref()).filter(|rule| rule.one_of.len() > 1) {
        after.insert(0, (after_code(rule), after_words(items, rule)));
    }
    if !after.is_empty() {
        after.insert(0, (String::new(), "Always".to_owned()));
    }
    let place = place_of(here, set.id);
    Ok(QuestionEditPage {
        frame,
        action: format!("{place}/{}", item.map_or(NEW, |item| item.code.as_str())),
        back_href: place,
        read: set.version,
        kinds: Kind::ALL
            .iter()
            .map(|kind| Choice::new(kind.code(), kind.label(), values.kind == kind.code()))
            .collect(),
        after: after.into_iter().map(|(code, words)| Choice::new(&code, words, values.after == code)).collect(),
        values,
        problems: listed(problems),
    })
}

/// The item of an address; none for a new one.
fn found<'a>(set: &'a QuestionSet, item: &str) -> Result<Option<&'a Item>, WebError> {
    if item == NEW { Ok(None) } else { set.questions.item(item).map(Some).ok_or(WebError::NotFound) }
}

/// The form of one question.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn edit_form(
    here: May<Improve>,
    Path((_, id, item)): Path<(String, QuestionSetId, String)>,
) -> Result<Response, WebError> {
    let set = here.app().improvement().question_set(&here.ctx, id).await?;
    let item = found(&set, &item)?;
    let fresh = || QuestionAnswers { steps: "5".to_owned(), ..QuestionAnswers::default() };
    let values = item.map_or_else(fresh, QuestionAnswers::from);
    show(here.app(), &edit_page(&here, (&set, item), values, &Problems::none()).await?)
}

/// Keeps a question.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn edit(
    here: May<Improve>,
    Path((_, id, code)): Path<(String, QuestionSetId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let (set, fresh) = as_drawn(&here, id, &form).await?;
    let item = found(&set, &code)?;
    let typed = QuestionAnswers {
        text: form.text("text"),
        kind: form.text("kind"),
        options: form.text("options"),
        steps: form.text("steps"),
        low: form.text("low"),
        high: form.text("high"),
        unit: form.text("unit"),
        largest: form.text("largest"),
        who: !form.text("who").is_empty(),
        after: form.text("after"),
    };
    let changed = if fresh {
        set.questions.with(item.map(|item| item.code.as_str()), &typed)
    } else {
        Err(Problems::one("text", MEANWHILE))
    };
    match changed {
        Ok(changed) => {
            here.app().improvement().change_questions(&here.ctx, &set, &changed).await?;
            Ok(Redirect::to(&format!("{}?saved=question", place_of(&here, id))).into_response())
        }
        Err(problems) => show_again(here.app(), &edit_page(&here, (&set, item), typed, &problems).await?),
    }
}

/// Throws the questions away.
///
/// # Errors
/// When the database fails.
pub async fn drop_all(
    here: May<Improve>,
    Path((_, id)): Path<(String, QuestionSetId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().improvement().drop_questions(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href("surveys")).into_response())
}
