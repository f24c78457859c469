//! Improvement projects: the list, one project with its steps, and the form of each step.

pub mod claims;
pub mod evidence;
pub mod monitoring;
pub mod months;
mod project;
pub mod training;
pub(crate) mod words;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::ProjectId;
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{Record, RollUp, Senders, study};
use fingerpost_improvement_rules::project::{
    ChangeAnswers, Count, CountSource, Goal, GoalAnswers, Measured, Period, PeriodAnswers, Stage, StudyAnswers,
    dated_count, typed_count,
};
use fingerpost_policy::Improve;
use fingerpost_store::{Ctx, StoreError};
use fingerpost_ui::format::count;
use fingerpost_ui::pages::Choice;
use fingerpost_ui_improvement::{
    ChangePage, GoalPage, MonthField, NumbersPage, PeriodPage, ProjectLine, ProjectsPage, StudyPage,
};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::{Posted, mark_of};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use words::{count_words, finding_view, step_title};

pub use project::one;

/// What was just done, told by a word of ours.
#[derive(Debug, Default, Deserialize)]
pub struct Told {
    /// The word.
    pub saved: Option<String>,
}

/// Somebody wrote the same part while this form was open.
const MEANWHILE: &str =
    "Somebody else saved this while you wrote. Yours is kept here: look at the project, then save again to use it";

/// What a link worker's talk holds, by the guide that the steps come from.
const AGENDA: &str = "What a link worker does, and does not do\nWho could be helped: people who come often, live alone, have debts, grieve, \
                      or are not getting out\nTwo true stories from near here\nWhat there is near here\nHow to refer, and how long it takes\n\
                      What you hear back";

fn place_of(here: &May<Improve>, id: ProjectId) -> String {
    here.href(&format!("improvement/{id}"))
}

fn done(here: &May<Improve>, id: ProjectId, what: &str) -> Response {
    Redirect::to(&format!("{}?saved={what}", place_of(here, id))).into_response()
}

/// The projects of the place.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn list(here: May<Improve>) -> Result<Response, WebError> {
    let today = here.app().today();
    let records = here.app().improvement().projects(&here.ctx).await?;
    let line = |record: &Record| {
        let done = words::done_of(&record.project.steps(words::UNASKED, today));
        ProjectLine {
            title: record.project.goal.title.to_string(),
            href: place_of(&here, record.id),
            goal: study::goal_sentence(&record.project),
            done: format!("Begun {}. {done}", words::month_of(record)),
        }
    };
    let rolled_up = match Senders::from(here.organisation.kind) {
        Senders::Practice => None,
        _ => Some(roll_up_words(here.app().improvement().roll_up(&here.ctx, today).await?)),
    };
    let page = ProjectsPage {
        frame: here.frame("Refer the people we miss", "improvement").await?,
        rolled_up,
        surveys_href: here.href("surveys"),
        found_href: (Senders::from(here.organisation.kind) == Senders::Practice)
            .then(|| here.href("improvement/found")),
        claims_href: here.href("improvement/claims"),
        new_href: here.href("improvement/new"),
        projects: records.iter().map(line).collect(),
    };
    show(here.app(), &page)
}

fn roll_up_words(all: RollUp) -> String {
    if all.projects == 0 {
        return "No practice has begun a project yet.".to_owned();
    }
    let begun = format!(
        "{} in {}.",
        count(all.projects, "project was begun", "projects were begun"),
        count(all.practices, "practice", "practices")
    );
    if all.counted_again < RollUp::TOLD_FROM {
        return format!("{begun} What came of them is shown when {} practices have counted again.", RollUp::TOLD_FROM);
    }
    format!(
        "{begun} {} counted again. Beyond what chance brings, {} more than before and {} fewer; of {} one cannot tell. {} reached the goal.",
        count(all.counted_again, "practice has", "practices have"),
        count(all.more, "project has", "projects have"),
        all.fewer,
        all.cannot_tell,
        count(all.reached, "project has", "projects have"),
    )
}

/// What was checked, unless somebody else has written the same part since the form was drawn.
fn as_read<T>(
    checked: Result<T, Problems>,
    (form, stands): (&Posted, &impl std::fmt::Debug),
    field: &'static str,
) -> Result<T, Problems> {
    let unread = form.text("read") != mark_of(stands);
    checked.and_then(|part| if unread { Err(Problems::one(field, MEANWHILE)) } else { Ok(part) })
}

async fn goal_page(
    here: &May<Improve>,
    (id, before): (ProjectId, Option<&Goal>),
    values: GoalAnswers,
    problems: &Problems,
) -> Result<GoalPage, WebError> {
    let mut frame = here.frame("What do you want to reach?", "improvement").await?;
    frame.problem = !problems.is_empty();
    let referrals = match Senders::from(here.organisation.kind) {
        Senders::Practice => "Referrals we send, a month",
        Senders::Members => "Referrals our practices send, a month",
        Senders::Scheme => "Referrals that practices send us, a month",
    };
    let place = place_of(here, id);
    Ok(GoalPage {
        frame,
        back_href: if before.is_some() { place.clone() } else { here.href("improvement") },
        action: if before.is_some() { format!("{place}/goal") } else { here.href("improvement/new") },
        fresh: before.is_none(),
        id: id.to_string(),
        read: mark_of(&before),
        measures: [
            (Measured::Referrals, referrals, "Fingerpost counts them for you, or you type the numbers"),
            (Measured::Share, "A share of something else, in per cent", "You type the numbers"),
        ]
        .map(|(kind, words, hint)| Choice::new(kind.code(), words, values.measured == kind.code()).hint(hint))
        .into(),
        values,
        problems: listed(problems),
    })
}

fn posted_goal(form: &Posted) -> GoalAnswers {
    GoalAnswers {
        title: form.text("title"),
        led_by: form.text("led_by"),
        measured: form.text("measured"),
        target: form.text("target"),
        what: form.text("what"),
        by_day: form.text("by_day"),
        by_month: form.text("by_month"),
        by_year: form.text("by_year"),
        achievable: form.text("achievable"),
        relevant: form.text("relevant"),
        balance: form.text("balance"),
    }
}

/// The form for a new goal.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn new_form(here: May<Improve>) -> Result<Response, WebError> {
    let id: ProjectId = here.app().store().entropy().id(here.ctx.now);
    let values = GoalAnswers::proposed(&here.visitor.signed_in.name, here.app().today());
    show(here.app(), &goal_page(&here, (id, None), values, &Problems::none()).await?)
}

/// Begins a project.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn begin(here: May<Improve>, form: Posted) -> Result<Response, WebError> {
    let id: ProjectId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    let answers = posted_goal(&form);
    match answers.check(None, here.app().today()) {
        Ok(goal) => {
            here.app().improvement().begin(&here.ctx, id, &goal).await?;
            Ok(done(&here, id, "begun"))
        }
        Err(problems) => show_again(here.app(), &goal_page(&here, (id, None), answers, &problems).await?),
    }
}

/// The goal of a project.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn goal_form(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let goal = &record.project.goal;
    show(here.app(), &goal_page(&here, (id, Some(goal)), GoalAnswers::from(goal), &Problems::none()).await?)
}

/// Keeps the goal.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn set_goal(
    here: May<Improve>,
    Path((_, id)): Path<(String, ProjectId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let before = &record.project.goal;
    let answers = posted_goal(&form);
    let checked = answers.check(Some(&record.project), here.app().today());
    match as_read(checked, (&form, &Some(before)), "title") {
        Ok(goal) => {
            here.app().improvement().set_goal(&here.ctx, &record, &goal).await?;
            Ok(done(&here, id, "goal"))
        }
        Err(problems) => show_again(here.app(), &goal_page(&here, (id, Some(before)), answers, &problems).await?),
    }
}

async fn change_page(
    here: &May<Improve>,
    record: &Record,
    values: ChangeAnswers,
    problems: &Problems,
) -> Result<ChangePage, WebError> {
    let mut frame = here.frame("What do you change?", "improvement").await?;
    frame.problem = !problems.is_empty();
    Ok(ChangePage {
        frame,
        back_href: place_of(here, record.id),
        action: format!("{}/change", place_of(here, record.id)),
        read: mark_of(&record.project.change),
        workers: here.app().improvement().workers(&here.ctx).await?,
        values,
        problems: listed(problems),
    })
}

/// What is changed.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn change_form(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let proposed = || ChangeAnswers { agenda: AGENDA.to_owned(), ..ChangeAnswers::default() };
    let values = record.project.change.as_ref().map_or_else(proposed, ChangeAnswers::from);
    show(here.app(), &change_page(&here, &record, values, &Problems::none()).await?)
}

/// Keeps what is changed.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn set_change(
    here: May<Improve>,
    Path((_, id)): Path<(String, ProjectId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let answers = ChangeAnswers {
        on_day: form.text("on_day"),
        on_month: form.text("on_month"),
        on_year: form.text("on_year"),
        what: form.text("what"),
        agenda: form.text("agenda"),
        stories: form.text("stories"),
        invited: form.text("invited"),
        came: form.text("came"),
        missed: form.text("missed"),
        missed_link: form.text("missed_link"),
    };
    let checked = answers.check(&record.project, here.app().today());
    match as_read(checked, (&form, &record.project.change), "what") {
        Ok(change) => {
            here.app().improvement().set_change(&here.ctx, &record, &change).await?;
            Ok(done(&here, id, "change"))
        }
        Err(problems) => show_again(here.app(), &change_page(&here, &record, answers, &problems).await?),
    }
}

async fn period_page(
    here: &May<Improve>,
    (record, stage): (&Record, Stage),
    values: PeriodAnswers,
    problems: &Problems,
) -> Result<PeriodPage, WebError> {
    let heading = step_title(stage.into());
    let mut frame = here.frame(heading, "improvement").await?;
    frame.problem = !problems.is_empty();
    let (project, today) = (&record.project, here.app().today());
    let choice = |source: CountSource, words: &str, hint: &str| {
        Choice::new(source.code(), words, values.source == source.code()).hint(hint)
    };
    let mut sources = vec![choice(CountSource::Typed, "I type the numbers", "")];
    if project.goal.measured == Measured::Referrals {
        let own =
            "The referrals that were sent here; each counts once. Those who asked for help themselves are not counted";
        sources.insert(0, choice(CountSource::Counted, "Fingerpost", own));
        let dates = "You paste the dates of referral out of your clinical system, and nothing else";
        sources.insert(1, choice(CountSource::Export, "Fingerpost, from dates I paste", dates));
    }
    Ok(PeriodPage {
        frame,
        back_href: place_of(here, record.id),
        action: format!("{}/count/{}", place_of(here, record.id), stage.code()),
        heading: heading.to_owned(),
        lede: words::count_lede(stage, project),
        standing: project.count(stage).map(|count| count_words(count, project.goal.measured, Some(today.year()))),
        sources,
        values,
        problems: listed(problems),
    })
}

async fn numbers_page(
    here: &May<Improve>,
    (record, stage): (&Record, Stage),
    (answers, period): (PeriodAnswers, Period),
    (form, problems): (&Posted, &Problems),
) -> Result<NumbersPage, WebError> {
    let exported = answers.source == CountSource::Export.code();
    let heading = if exported { "Paste the dates" } else { "Type the numbers" };
    let mut frame = here.frame(heading, "improvement").await?;
    frame.problem = !problems.is_empty();
    let goal = &record.project.goal;
    let what = match (&goal.what, goal.measured) {
        (Some(what), Measured::Share) => format!("How many: {what}."),
        _ => "Referrals to the link worker, month by month.".to_owned(),
    };
    let months = period.each().enumerate().map(|(at, month)| MonthField {
        number: at + 1,
        name: month.strftime("%B %Y").to_string(),
        count: form.text(&format!("count-{}", at + 1)),
        of: form.text(&format!("of-{}", at + 1)),
    });
    let place = format!("{}/count/{}", place_of(here, record.id), stage.code());
    Ok(NumbersPage {
        frame,
        back_href: place.clone(),
        action: place,
        heading: heading.to_owned(),
        what,
        share: goal.measured == Measured::Share,
        months: months.collect(),
        pasted: form.text("pasted"),
        period: answers,
        problems: listed(problems),
    })
}

fn stage_of(code: &str) -> Result<Stage, WebError> {
    Stage::from_code(code).ok_or(WebError::NotFound)
}

/// Months that were chosen, whose numbers are still to be given: they stand in the address, so that the page can be opened again.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    source: Option<String>,
    month: Option<String>,
    year: Option<String>,
    months: Option<String>,
}

/// Which months are counted, and their numbers.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn count_form(
    here: May<Improve>,
    Path((_, id, stage)): Path<(String, ProjectId, String)>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, WebError> {
    let stage = stage_of(&stage)?;
    let record = here.app().improvement().project(&here.ctx, id).await?;
    if let Chosen { source: Some(source), month: Some(month), year: Some(year), months: Some(months) } = chosen {
        let answers = PeriodAnswers { source, month, year, months };
        if let Ok((_, period)) = answers.check(stage, &record.project, here.app().today()) {
            let blank = (&Posted::default(), &Problems::none());
            return show(here.app(), &numbers_page(&here, (&record, stage), (answers, period), blank).await?);
        }
    }
    let mut values = PeriodAnswers::proposed(stage, &record.project, here.app().today());
    if record.project.goal.measured == Measured::Share {
        CountSource::Typed.code().clone_into(&mut values.source);
    }
    show(here.app(), &period_page(&here, (&record, stage), values, &Problems::none()).await?)
}

/// Keeps a count.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn set_count(
    here: May<Improve>,
    Path((_, id, stage)): Path<(String, ProjectId, String)>,
    form: Posted,
) -> Result<Response, WebError> {
    let stage = stage_of(&stage)?;
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let answers = PeriodAnswers {
        source: form.text("source"),
        month: form.text("month"),
        year: form.text("year"),
        months: form.text("months"),
    };
    let (source, period) = match answers.check(stage, &record.project, here.app().today()) {
        Ok(checked) => checked,
        Err(problems) => {
            return show_again(here.app(), &period_page(&here, (&record, stage), answers, &problems).await?);
        }
    };
    let given = form.has("numbers");
    let mut outside = false;
    let counted = match source {
        CountSource::Counted => {
            Ok(here.app().improvement().referrals(&here.ctx, (period, here.organisation.kind.into())).await?)
        }
        _ if !given => {
            let PeriodAnswers { source, month, year, months } = &answers;
            // All of them have passed the rules: words and numbers.
            let (month, year, months) = (month.trim(), year.trim(), months.trim());
            let place = format!("{}/count/{}", place_of(&here, id), stage.code());
            let chosen = format!("{place}?source={source}&month={month}&year={year}&months={months}");
            return Ok(Redirect::to(&chosen).into_response());
        }
        CountSource::Typed => typed_count(period, record.project.goal.measured, |field| form.text(field)),
        CountSource::Export => {
            let read = dated_count(period, &form.text("pasted"));
            read.map(|(months, out)| {
                outside = out > 0;
                months
            })
            .map_err(|problem| Problems::one("pasted", problem))
        }
    };
    match counted {
        Ok(months) => {
            let count = Count { source, months };
            here.app().improvement().set_count(&here.ctx, &record, (stage, &count)).await?;
            Ok(done(&here, id, if outside { "count-some" } else { "count" }))
        }
        Err(problems) => {
            let drawn = numbers_page(&here, (&record, stage), (answers, period), (&form, &problems)).await?;
            show_again(here.app(), &drawn)
        }
    }
}

async fn study_page(
    here: &May<Improve>,
    record: &Record,
    values: StudyAnswers,
    problems: &Problems,
) -> Result<StudyPage, WebError> {
    let mut frame = here.frame("Study it together", "improvement").await?;
    frame.problem = !problems.is_empty();
    Ok(StudyPage {
        frame,
        back_href: place_of(here, record.id),
        action: format!("{}/study", place_of(here, record.id)),
        read: mark_of(&record.project.studied),
        finding: finding_view(&record.project),
        values,
        problems: listed(problems),
    })
}

/// What is decided.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn study_form(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    if record.project.count(Stage::Repeat).is_none() {
        return Ok(Redirect::to(&place_of(&here, id)).into_response());
    }
    let proposed = || StudyAnswers::proposed(&record.project);
    let values = record.project.studied.as_ref().map_or_else(proposed, StudyAnswers::from);
    show(here.app(), &study_page(&here, &record, values, &Problems::none()).await?)
}

/// Keeps what is decided.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn set_studied(
    here: May<Improve>,
    Path((_, id)): Path<(String, ProjectId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    if record.project.count(Stage::Repeat).is_none() {
        return Err(WebError::MovedOn("There is nothing to study yet: count again first. Nothing was saved."));
    }
    let answers = StudyAnswers {
        learned: form.text("learned"),
        decided: form.text("decided"),
        third_month: form.text("third_month"),
        third_year: form.text("third_year"),
    };
    let checked = answers.check(&record.project);
    match as_read(checked, (&form, &record.project.studied), "learned") {
        Ok(studied) => {
            here.app().improvement().set_studied(&here.ctx, &record, &studied).await?;
            Ok(done(&here, id, "study"))
        }
        Err(problems) => show_again(here.app(), &study_page(&here, &record, answers, &problems).await?),
    }
}

/// The same goal and change in another place of the same person; no count and no answer goes with it.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn copy(
    here: May<Improve>,
    Path((_, id)): Path<(String, ProjectId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let slug = form.text("place");
    let places = here.visitor.signed_in.places.iter().map(|(place, _)| place);
    let Some(place) = places.filter(|place| place.id != here.organisation.id).find(|place| place.slug == slug) else {
        return Ok(Redirect::to(&place_of(&here, id)).into_response());
    };
    let grant = here.visitor.actor().grant::<Improve>(place.id).ok_or(WebError::NotFound)?;
    let there = Ctx { grant, now: here.ctx.now };
    let (goal, change) = record.project.copied(here.app().today());
    // Pressed twice it is one copy.
    let copied: ProjectId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    here.app().improvement().begin(&there, copied, &goal).await?;
    if let Some(planned) = change {
        let begun = here.app().improvement().project(&there, copied).await?;
        match here.app().improvement().set_change(&there, &begun, &planned).await {
            // Somebody there was faster: their change stands.
            Err(StoreError::ChangedMeanwhile) => {}
            saved => saved?,
        }
    }
    Ok(Redirect::to(&format!("/o/{slug}/improvement/{copied}?saved=copied")).into_response())
}
