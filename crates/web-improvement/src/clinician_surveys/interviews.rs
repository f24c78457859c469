//! Interviews that belong to a survey: written down, passages taken out, themes found in them.

use std::collections::HashSet;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::{InterviewId, PassageId, SurveyId, ThemeId};
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{HeldInterview, OwnInterview, SurveyRecord, TakenPassage, Theme};
use fingerpost_improvement_rules::interview::{INTERVIEWS, Interview, InterviewAnswers, lost, passage};
use fingerpost_policy::Improve;
use fingerpost_ui::format::birth_day;
use fingerpost_ui::pages::Choice;
use fingerpost_ui_improvement::{CountBar, InterviewPage, InterviewView, InterviewsPage, PassageView};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

use super::place_of;
use super::reading::{new_theme, ticked};
use crate::improvement::Told;

/// Stands for an interview that is not there yet.
const NEW: &str = "new";

fn interviews_of(here: &May<Improve>, survey: SurveyId) -> String {
    format!("{}/{INTERVIEWS}", place_of(here, survey))
}

fn name_of(number: usize) -> String {
    format!("Interview {number}")
}

fn choices(themes: &[Theme], chosen: &HashSet<ThemeId>) -> Vec<Choice> {
    let choice = |theme: &Theme| {
        let hint = theme.definition.clone().unwrap_or_default();
        Choice::new(&theme.id.to_string(), theme.label.clone(), chosen.contains(&theme.id)).hint(hint)
    };
    themes.iter().map(choice).collect()
}

/// In how many interviews each theme was found.
pub(super) fn found_in(themes: &[Theme], held: &[HeldInterview]) -> Vec<(String, usize)> {
    let has = |interview: &&HeldInterview, theme: &Theme| {
        interview.passages.iter().any(|passage| passage.themes.contains(&theme.id))
    };
    let line = |theme: &Theme| {
        let n = held.iter().filter(|interview| has(interview, theme)).count();
        (theme.label.clone(), n)
    };
    themes.iter().map(line).collect()
}

fn view(here: &May<Improve>, survey: SurveyId, themes: &[Theme], held: HeldInterview) -> InterviewView {
    let place = interviews_of(here, survey);
    let found = |passage: &TakenPassage| {
        let labels: Vec<&str> = themes
            .iter()
            .filter(|theme| passage.themes.contains(&theme.id))
            .map(|theme| theme.label.as_str())
            .collect();
        if labels.is_empty() { "No theme yet".to_owned() } else { labels.join("; ") }
    };
    let quoted = if held.quoted { "may be quoted" } else { "not to be quoted" };
    let job = held.job.map(|job| format!("{job}, ")).unwrap_or_default();
    InterviewView {
        name: name_of(held.number),
        detail: format!("{job}{}, {quoted}. Written down by {}.", birth_day(held.held_on), held.written_by),
        href: held.mine.then(|| format!("{place}/{}", held.id)),
        forget_action: format!("{place}/{}/forget", held.id),
        passages: held
            .passages
            .into_iter()
            .map(|passage| PassageView {
                found: found(&passage),
                id: passage.id.to_string(),
                themes: choices(themes, &passage.themes),
                action: format!("{place}/passages/{}", passage.id),
                hidden: passage.words.is_empty(),
                words: if passage.words.is_empty() {
                    "They do not want to be quoted: only whoever wrote it down reads this passage.".to_owned()
                } else {
                    passage.words
                },
            })
            .collect(),
    }
}

async fn list_page(
    here: &May<Improve>,
    survey: &SurveyRecord,
    (saved, label, meaning): (bool, String, String),
    problems: &Problems,
) -> Result<InterviewsPage, WebError> {
    let improvement = here.app().improvement();
    let themes = improvement.codebook(&here.ctx, survey.id, INTERVIEWS).await?.themes;
    let held = improvement.interviews(&here.ctx, survey.id).await?;
    let mut frame = here.frame("Interviews", "improvement").await?;
    frame.problem = !problems.is_empty();
    let place = interviews_of(here, survey.id);
    Ok(InterviewsPage {
        frame,
        back_href: place_of(here, survey.id),
        saved,
        survey: survey.title.clone(),
        new_href: format!("{place}/{NEW}"),
        themes: found_in(&themes, &held)
            .into_iter()
            .map(|(label, n)| CountBar::of(label, n as u64, held.len() as u64))
            .collect(),
        interviews: held.into_iter().map(|held| view(here, survey.id, &themes, held)).collect(),
        theme_action: format!("{place}/themes"),
        label,
        meaning,
        problems: listed(problems),
    })
}

/// The interviews of a survey.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn list(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
    let state = (told.saved.is_some(), String::new(), String::new());
    show(here.app(), &list_page(&here, &survey, state, &Problems::none()).await?)
}

fn go(place: &str) -> Response {
    Redirect::to(place).into_response()
}

/// Names a theme of the interviews.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn name_theme(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let improvement = here.app().improvement();
    let survey = improvement.clinician_survey(&here.ctx, id).await?;
    let codebook = improvement.codebook(&here.ctx, id, INTERVIEWS).await?;
    match new_theme(&form, &codebook) {
        Ok(theme) => {
            improvement.add_themes(&here.ctx, (id, INTERVIEWS), &[theme]).await?;
            Ok(go(&format!("{}?saved=theme#themes", interviews_of(&here, id))))
        }
        Err(problems) => {
            let state = (false, form.text("label"), form.text("definition"));
            show_again(here.app(), &list_page(&here, &survey, state, &problems).await?)
        }
    }
}

/// Says which themes are in a passage, or takes it back.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn find(
    here: May<Improve>,
    Path((_, survey, id)): Path<(String, SurveyId, PassageId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let improvement = here.app().improvement();
    if form.text("then") == "drop" {
        improvement.drop_passage(&here.ctx, survey, id).await?;
    } else {
        improvement.find_in_passage(&here.ctx, (survey, id), &ticked(&form)?).await?;
    }
    Ok(go(&format!("{}?saved=passage", interviews_of(&here, survey))))
}

/// Deletes an interview: the person took it back.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn forget(
    here: May<Improve>,
    Path((_, survey, id)): Path<(String, SurveyId, InterviewId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().improvement().forget_interview(&here.ctx, survey, id).await?;
    Ok(go(&format!("{}?saved=forgotten", interviews_of(&here, survey))))
}

/// What stands on the page of one interview and is not stored.
#[derive(Default)]
struct Typed {
    values: InterviewAnswers,
    id: String,
    passage: String,
    themes: HashSet<ThemeId>,
}

async fn one_page(
    here: &May<Improve>,
    (survey, standing): (SurveyId, Option<&OwnInterview>),
    typed: Typed,
    problems: &Problems,
) -> Result<InterviewPage, WebError> {
    let improvement = here.app().improvement();
    let heading = standing.map_or_else(|| "Write an interview down".to_owned(), |own| name_of(own.number));
    let mut frame = here.frame(heading.clone(), "improvement").await?;
    frame.problem = !problems.is_empty();
    let (mut themes, mut taken) = (vec![], vec![]);
    if let Some(own) = standing {
        themes = choices(&improvement.codebook(&here.ctx, survey, INTERVIEWS).await?.themes, &typed.themes);
        let held = improvement.interviews(&here.ctx, survey).await?;
        let passages = held.into_iter().filter(|held| held.id == own.id).flat_map(|held| held.passages);
        taken = passages.map(|passage| passage.words).collect();
    }
    let place = interviews_of(here, survey);
    let here_is = standing.map_or_else(|| format!("{place}/{NEW}"), |own| format!("{place}/{}", own.id));
    let fresh: PassageId = here.app().store().entropy().id(here.ctx.now);
    Ok(InterviewPage {
        frame,
        back_href: place,
        heading,
        standing: standing.is_some(),
        action: here_is,
        id: typed.id,
        read: standing.map_or(0, |own| own.version),
        values: typed.values,
        passage_id: fresh.to_string(),
        passage: typed.passage,
        themes,
        taken,
        problems: listed(problems),
    })
}

fn posted(form: &Posted) -> InterviewAnswers {
    InterviewAnswers {
        on_day: form.text("on_day"),
        on_month: form.text("on_month"),
        on_year: form.text("on_year"),
        job: form.text("job"),
        agreed: !form.text("agreed").is_empty(),
        quoted: form.text("quoted"),
        notes: form.text("notes"),
    }
}

/// The form for a new interview.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn new_form(here: May<Improve>, Path((_, survey)): Path<(String, SurveyId)>) -> Result<Response, WebError> {
    here.app().improvement().clinician_survey(&here.ctx, survey).await?;
    let id: InterviewId = here.app().store().entropy().id(here.ctx.now);
    let typed = Typed { id: id.to_string(), ..Typed::default() };
    show(here.app(), &one_page(&here, (survey, None), typed, &Problems::none()).await?)
}

/// Writes an interview down.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn add(
    here: May<Improve>,
    Path((_, survey)): Path<(String, SurveyId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let id: InterviewId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    let values = posted(&form);
    match values.check(here.app().today()) {
        Ok(interview) => {
            here.app().improvement().add_interview(&here.ctx, (survey, id), &interview).await?;
            Ok(go(&format!("{}/{id}", interviews_of(&here, survey))))
        }
        Err(problems) => {
            let typed = Typed { values, id: id.to_string(), ..Typed::default() };
            show_again(here.app(), &one_page(&here, (survey, None), typed, &problems).await?)
        }
    }
}

fn standing(own: &OwnInterview) -> Typed {
    Typed { values: InterviewAnswers::from(&own.interview), id: own.id.to_string(), ..Typed::default() }
}

/// An interview, for whoever wrote it down.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation, and for what somebody else wrote down.
pub async fn one(
    here: May<Improve>,
    Path((_, survey, id)): Path<(String, SurveyId, InterviewId)>,
) -> Result<Response, WebError> {
    let own = here.app().improvement().interview(&here.ctx, survey, id).await?;
    show(here.app(), &one_page(&here, (survey, Some(&own)), standing(&own), &Problems::none()).await?)
}

/// Why an interview is not saved as it was typed.
fn refused(form: &Posted, own: &OwnInterview, interview: &Interview, taken: &[String]) -> Option<Problems> {
    if form.text("read") != own.version.to_string() {
        let told = "You saved this from another page meanwhile. What you typed is kept here: save again to use it";
        return Some(Problems::one("notes", told));
    }
    let lost = lost(&interview.notes, taken)?;
    let told = format!(
        "A passage that was taken out would not stand here any more: \u{201c}{lost}\u{201d}. Take it back first"
    );
    Some(Problems::one("notes", told))
}

/// Keeps an interview as it was typed, and takes the passage out that stands beside it, where one does.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation, and for what somebody else wrote down.
pub async fn change(
    here: May<Improve>,
    Path((_, survey, id)): Path<(String, SurveyId, InterviewId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let improvement = here.app().improvement();
    let own = improvement.interview(&here.ctx, survey, id).await?;
    let passage_id: PassageId = form.text("passage_id").parse().map_err(|_| WebError::StaleForm)?;
    let (values, words, themes) = (posted(&form), form.text("passage"), ticked(&form)?);
    let held = improvement.interviews(&here.ctx, survey).await?.into_iter().filter(|held| held.id == id);
    let taken: Vec<String> = held.flat_map(|held| held.passages).map(|passage| passage.words).collect();
    let checked = values.check(here.app().today());
    let checked = checked.and_then(|interview| refused(&form, &own, &interview, &taken).map_or(Ok(interview), Err));
    let mut problems = Problems::none();
    let found = problems.take("passage", passage(&values.notes, &words)).flatten();
    if let Some(interview) = problems.part(checked).filter(|_| problems.is_empty()) {
        improvement.change_interview(&here.ctx, (survey, &own), &interview).await?;
        let Some(found) = found else {
            return Ok(go(&format!("{}?saved=interview", interviews_of(&here, survey))));
        };
        improvement.take_passage(&here.ctx, (survey, id, passage_id), (&found, &themes)).await?;
        return Ok(go(&format!("{}/{id}", interviews_of(&here, survey))));
    }
    let typed = Typed { values, passage: words, themes, ..standing(&own) };
    show_again(here.app(), &one_page(&here, (survey, Some(&own)), typed, &problems).await?)
}
