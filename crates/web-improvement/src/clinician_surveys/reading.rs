//! Reading what was written, one answer at a time: which themes are in it, and who said what.

use std::collections::HashSet;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::{ResponseId, SurveyId, ThemeId};
use fingerpost_domain::measure::Item;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};
use fingerpost_improvement::clinicians::{self, Agreement, Matrix};
use fingerpost_improvement::{Codebook, Response as Answer, SurveyRecord};
use fingerpost_improvement_rules::survey::{DEFINITION_ITEM, PUBLISHED_THEMES, SHOWN_FROM};
use fingerpost_policy::Improve;
use fingerpost_ui::pages::Choice;
use fingerpost_ui_improvement::{MatrixPage, MatrixRow, ReadLine, ReadingPage};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::{Posted, link_token};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use serde::Deserialize;

use super::{open_items, place_of, wrote};

/// Which answer was asked for, by its token, and what was just done.
#[derive(Debug, Default, Deserialize)]
pub struct At {
    response: Option<String>,
    saved: Option<String>,
}

/// What stands for an answer in addresses and forms: it says neither when the answer came nor which answer to another question is of the
/// same person.
fn token(response: ResponseId, item: &str) -> String {
    link_token(&format!("{response} {item}"))
}

/// A survey with one of its open questions, the answers in an order of that question's own.
async fn found(here: &May<Improve>, (id, code): (SurveyId, &str)) -> Result<(SurveyRecord, Item, Codebook), WebError> {
    let mut survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
    survey.responses.sort_by_cached_key(|response| token(response.id, code));
    let item = open_items(&survey).find(|item| item.code == code).cloned().ok_or(WebError::NotFound)?;
    // While few have written, what one wrote may say who it was.
    if wrote(&survey, code) < SHOWN_FROM {
        return Err(WebError::NotFound);
    }
    let codebook = here.app().improvement().codebook(&here.ctx, id, code).await?;
    Ok((survey, item, codebook))
}

fn written<'a>(survey: &'a SurveyRecord, item: &'a Item) -> Vec<(&'a Answer, &'a str)> {
    let given = |each: &'a Answer| Some((each, each.said(&item.code)?));
    survey.responses.iter().filter_map(given).collect()
}

struct Typed {
    /// Themes that were ticked and are not stored.
    themes: Option<HashSet<ThemeId>>,
    memo: Option<String>,
    label: String,
    definition: String,
}

impl Typed {
    const fn nothing() -> Self {
        Self { themes: None, memo: None, label: String::new(), definition: String::new() }
    }
}

async fn page(
    here: &May<Improve>,
    (survey, item, codebook): (&SurveyRecord, &Item, &Codebook),
    (at, typed): (&At, Typed),
    problems: &Problems,
) -> Result<ReadingPage, WebError> {
    let answers = written(survey, item);
    let me = here.ctx.grant.user();
    let mine =
        |response: ResponseId| codebook.readings.iter().find(|each| each.coder == me && each.response == response);
    let same = |wanted: &String| answers.iter().position(|(answer, _)| token(answer.id, &item.code) == *wanted);
    let asked = at.response.as_ref().and_then(same);
    let current = asked.or_else(|| answers.iter().position(|(answer, _)| mine(answer.id).is_none()));
    let read = answers.iter().filter(|(answer, _)| mine(answer.id).is_some()).count();
    let standing = current.and_then(|at| mine(answers[at].0.id));
    let place = format!("{}/{}", place_of(here, survey.id), item.code);
    let named = |at: usize| format!("Respondent {}", at + 1);
    let mut frame = here.frame(item.text.clone(), "improvement").await?;
    frame.problem = !problems.is_empty();
    let theme = |theme: &fingerpost_improvement::Theme| {
        let stored = standing.is_some_and(|reading| reading.themes.contains(&theme.id));
        let chosen = typed.themes.as_ref().map_or(stored, |typed| typed.contains(&theme.id));
        let id = theme.id.to_string();
        Choice::new(&id, theme.label.clone(), chosen).hint(theme.definition.clone().unwrap_or_default())
    };
    Ok(ReadingPage {
        frame,
        back_href: place_of(here, survey.id),
        saved: at.saved.is_some(),
        question: item.text.clone(),
        progress: format!("{read} of {} read by you", answers.len()),
        action: format!("{place}/read"),
        name: current.map(named),
        response: current.map(|at| token(answers[at].0.id, &item.code)).unwrap_or_default(),
        words: current.map(|at| answers[at].1.to_owned()).unwrap_or_default(),
        themes: codebook.themes.iter().map(theme).collect(),
        memo: typed.memo.or_else(|| standing.and_then(|reading| reading.memo.clone())).unwrap_or_default(),
        theme_action: format!("{place}/themes"),
        published: item.code == DEFINITION_ITEM && codebook.themes.is_empty(),
        label: typed.label,
        meaning: typed.definition,
        answers: answers
            .iter()
            .enumerate()
            .map(|(at, (answer, _))| ReadLine {
                name: named(at),
                href: format!("{place}/read?response={}", token(answer.id, &item.code)),
                read: mine(answer.id).is_some(),
                current: current == Some(at),
            })
            .collect(),
        matrix_href: format!("{place}/matrix"),
        problems: listed(problems),
    })
}

/// One answer, and the themes that are found in it.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn form(
    here: May<Improve>,
    Path((_, id, code)): Path<(String, SurveyId, String)>,
    Query(at): Query<At>,
) -> Result<Response, WebError> {
    let (survey, item, codebook) = found(&here, (id, &code)).await?;
    let drawn = page(&here, (&survey, &item, &codebook), (&at, Typed::nothing()), &Problems::none()).await?;
    show(here.app(), &drawn)
}

/// What was ticked, and the note, as posted.
pub(super) fn ticked(form: &Posted) -> Result<HashSet<ThemeId>, WebError> {
    let themes: Result<_, _> = form.all("themes").iter().map(|theme| theme.parse()).collect();
    themes.map_err(|_| WebError::StaleForm)
}

/// The answer that a form is about.
fn meant(survey: &SurveyRecord, item: &Item, form: &Posted) -> Result<ResponseId, WebError> {
    let wanted = form.text("response");
    let found = survey.responses.iter().find(|response| token(response.id, &item.code) == wanted);
    found.map(|response| response.id).ok_or(WebError::StaleForm)
}

/// Keeps which themes were found in an answer.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn save(
    here: May<Improve>,
    Path((_, id, code)): Path<(String, SurveyId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let (survey, item, codebook) = found(&here, (id, &code)).await?;
    let (response, themes) = (meant(&survey, &item, &form)?, ticked(&form)?);
    match Note::parse(&form.text("memo")) {
        Ok(memo) => {
            let found = (&themes, memo.as_ref());
            here.app().improvement().read_answer(&here.ctx, (id, &item.code, response), found).await?;
            let place = format!("{}/{}/read?saved=read", place_of(&here, id), item.code);
            Ok(Redirect::to(&place).into_response())
        }
        Err(wrong) => {
            let at = At { response: Some(form.text("response")), saved: None };
            let typed = Typed { themes: Some(themes), memo: Some(form.text("memo")), ..Typed::nothing() };
            let problems = Problems::one("memo", wrong.to_string());
            show_again(here.app(), &page(&here, (&survey, &item, &codebook), (&at, typed), &problems).await?)
        }
    }
}

/// A theme as typed.
pub(super) fn new_theme(form: &Posted, codebook: &Codebook) -> Result<(Line<80>, Option<Note<500>>), Problems> {
    let mut problems = Problems::none();
    let label: Option<Line<80>> = problems.need("label", Line::parse(&form.text("label")), "Name the theme");
    let definition = problems.take("definition", Note::parse(&form.text("definition"))).flatten();
    let twice = label.as_ref().is_some_and(|label| codebook.themes.iter().any(|known| known.label == label.as_str()));
    if twice {
        problems.add("label", "A theme of this name stands there already");
    }
    label.filter(|_| problems.is_empty()).map(|label| (label, definition)).ok_or(problems)
}

/// Names a theme, or takes the published ones. What is ticked and noted meanwhile stays on the page.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn name_theme(
    here: May<Improve>,
    Path((_, id, code)): Path<(String, SurveyId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let (survey, item, codebook) = found(&here, (id, &code)).await?;
    let (at, themes) = (At { response: Some(form.text("response")), saved: None }, ticked(&form)?);
    let mut problems = Problems::none();
    let published = form.text("then") == "published" && item.code == DEFINITION_ITEM && codebook.themes.is_empty();
    let named: Vec<(Line<80>, Option<Note<500>>)> = if published {
        PUBLISHED_THEMES.iter().filter_map(|label| Some((Line::parse(label).ok()??, None))).collect()
    } else {
        problems.part(new_theme(&form, &codebook)).into_iter().collect()
    };
    let typed = Typed { themes: Some(themes), memo: Some(form.text("memo")), ..Typed::nothing() };
    if !problems.is_empty() {
        let typed = Typed { label: form.text("label"), definition: form.text("definition"), ..typed };
        return show_again(here.app(), &page(&here, (&survey, &item, &codebook), (&at, typed), &problems).await?);
    }
    here.app().improvement().add_themes(&here.ctx, (id, &item.code), &named).await?;
    let codebook = here.app().improvement().codebook(&here.ctx, id, &item.code).await?;
    // Drawn and not led to: what was ticked is not stored yet.
    show(here.app(), &page(&here, (&survey, &item, &codebook), (&at, typed), &Problems::none()).await?)
}

/// How far readers agree, or why that is not said.
pub(super) fn agreement_words(agreement: &Agreement) -> String {
    let kappa = |kappa: &Option<f64>| match kappa {
        Some(kappa) => format!("{kappa:.2} (1 is full agreement, 0 what chance brings)"),
        None => "cannot be said, because the readers do not differ in a way that it could weigh".to_owned(),
    };
    match agreement {
        Agreement::NotSought => {
            "Read reflexively: the reader's judgement is part of what is found, and another reader would rightly find \
                                 other things. So no figure of agreement is given."
                .to_owned()
        }
        Agreement::TooFew => "Agreement is said once two or more of you have read the same answers.".to_owned(),
        Agreement::Cohen { n, kappa: found } => {
            format!(
                "Two readers, {n} answers that both have read, all themes together: Cohen's kappa {}.",
                kappa(found)
            )
        }
        Agreement::Fleiss { n, readers, kappa: found } => format!(
            "{readers} readers, {n} answers that all have read, all themes together: Fleiss' kappa {}.",
            kappa(found)
        ),
    }
}

/// Whether reading more people would bring new themes.
fn saturation_words(matrix: &Matrix) -> Option<String> {
    let (last, before) = match matrix.saturation.as_slice() {
        [.., before, last] => (*last, *before),
        _ => return None,
    };
    Some(format!(
        "{last:.0} themes in {} respondents. The last of them, in any order, is expected to have brought {:.1} that none before had.",
        matrix.rows.len(),
        last - before
    ))
}

/// Who said what: respondents and themes.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn matrix(
    here: May<Improve>,
    Path((_, id, code)): Path<(String, SurveyId, String)>,
) -> Result<Response, WebError> {
    let (survey, item, codebook) = found(&here, (id, &code)).await?;
    let matrix = clinicians::matrix(&survey, &item.code, &codebook);
    let answers = written(&survey, &item);
    let place = |response: ResponseId| answers.iter().position(|(answer, _)| answer.id == response);
    let n = matrix.rows.len();
    let memos = codebook.readings.iter().filter_map(|reading| {
        let (memo, at) = (reading.memo.clone()?, place(reading.response)?);
        Some((format!("{}, on respondent {}", reading.coder_name, at + 1), memo))
    });
    // Rows are those that were read, in the order of the answers: each keeps the number under which it was read.
    let read: Vec<usize> = (0..answers.len())
        .filter(|at| codebook.readings.iter().any(|reading| reading.response == answers[*at].0.id))
        .collect();
    let page = MatrixPage {
        frame: here.frame(format!("Who said what: {}", item.text), "improvement").await?,
        back_href: place_of(&here, id),
        question: item.text.clone(),
        agreement: agreement_words(&matrix.agreement),
        saturation: saturation_words(&matrix),
        themes: codebook
            .themes
            .iter()
            .zip(&matrix.counts)
            .map(|(theme, count)| (theme.label.clone(), format!("{count} of {n}")))
            .collect(),
        rows: matrix
            .rows
            .into_iter()
            .zip(read)
            .map(|(found, at)| MatrixRow { name: format!("Respondent {}", at + 1), found })
            .collect(),
        memos: memos.collect(),
    };
    show(here.app(), &page)
}
