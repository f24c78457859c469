//! Surveys of clinicians: made, watched, and what they show. Practices are numbers; small groups are hidden.

pub mod interviews;
pub mod reading;
pub mod report;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::calendar::plus_days;
use fingerpost_domain::id::{InsightId, QuestionSetId, SurveyId};
use fingerpost_domain::measure::{AnswerKind, Item};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Note;
use fingerpost_improvement::clinicians::{self, Closed, Rarity, Reached, Split, USUAL_CONTACTS};
use fingerpost_improvement::{About, Draw, Insight, SurveyRecord};
use fingerpost_improvement_rules::interview::INTERVIEWS;
use fingerpost_improvement_rules::questions::OwnQuestions;
use fingerpost_improvement_rules::survey::{
    Approach, ClinicianSurveyAnswers, InsightKind, PRACTICE_ITEM, SHOWN_FROM, Strength, clinician_questions,
    monthly_contacts,
};
use fingerpost_policy::Improve;
use fingerpost_store::StoreError;
use fingerpost_ui::format::{count, day};
use fingerpost_ui::pages::{Choice, Link};
use fingerpost_ui_improvement::{
    AnswerLine, ClinicianSurveyLine, ClinicianSurveyPage, ClinicianSurveyValues, ClinicianSurveysPage, ClosedTable,
    DrawView, InsightLine, NewClinicianSurveyPage, OpenLine,
};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use serde::Deserialize;

use crate::improvement::words::held;
use crate::staff_surveys::{ENDED, notes, posted_sending, route_lines};

/// The questions with which a survey is begun.
#[derive(Debug, Default, Deserialize)]
pub struct Begun {
    questions: Option<String>,
}

/// What was asked for with the page: words of ours.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    by: Option<String>,
    saved: Option<String>,
}

const WAYS: &str = "Newsletter\nIntranet\nMeeting\nE-mail to each surgery";
/// A survey of clinicians is open for so many days, unless somebody chooses others.
const USUAL_DAYS: i64 = 42;

fn place_of(here: &May<Improve>, id: SurveyId) -> String {
    here.href(&format!("surveys/{id}"))
}

/// The surveys of clinicians made here.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn list(here: May<Improve>) -> Result<Response, WebError> {
    let today = here.app().today();
    let surveys = here.app().improvement().clinician_surveys(&here.ctx).await?;
    let own = here.app().improvement().question_sets(&here.ctx).await?;
    let page = ClinicianSurveysPage {
        frame: here.frame("Ask clinicians what they think", "improvement").await?,
        back_href: here.href("improvement"),
        new_href: here.href("surveys/new"),
        own: own.into_iter().map(|(id, text)| Link { href: here.href(&format!("questions/{id}")), text }).collect(),
        own_href: here.href("questions/new"),
        surveys: surveys
            .into_iter()
            .map(|survey| ClinicianSurveyLine {
                href: place_of(&here, survey.id),
                detail: format!(
                    "{} of {} answered. {} {}.",
                    survey.answered,
                    survey.invited,
                    if survey.closes_on < today { "It ended on" } else { "It closes on" },
                    day(survey.closes_on, today)
                ),
                title: survey.title,
            })
            .collect(),
    };
    show(here.app(), &page)
}

fn values(answers: &ClinicianSurveyAnswers) -> ClinicianSurveyValues {
    let sending = answers.sending.clone();
    ClinicianSurveyValues {
        title: answers.title.clone(),
        practices: answers.practices.clone(),
        prize: answers.prize.clone(),
        invited: sending.invited,
        closes_day: sending.closes_day,
        closes_month: sending.closes_month,
        closes_year: sending.closes_year,
        ways: sending.ways,
    }
}

async fn new_page(
    here: &May<Improve>,
    (id, answers, own): (SurveyId, &ClinicianSurveyAnswers, &str),
    problems: &Problems,
) -> Result<NewClinicianSurveyPage, WebError> {
    let mut frame = here.frame("Make a survey of clinicians", "improvement").await?;
    frame.problem = !problems.is_empty();
    let hints = [
        "Your judgement is part of it. No figure of agreement is reckoned, and the report says why",
        "Two or more of you read the same answers by one list of themes. The report says how far you agree",
    ];
    let approaches = Approach::ALL.iter().zip(hints).map(|(approach, hint)| {
        Choice::new(approach.code(), approach.label(), answers.approach == approach.code()).hint(hint)
    });
    let mut sets: Vec<Choice> = here
        .app()
        .improvement()
        .question_sets(&here.ctx)
        .await?
        .into_iter()
        .map(|(id, title)| Choice::new(&id.to_string(), title, own == id.to_string()).hint("Your own"))
        .collect();
    let chosen = own_questions(here, own).await?.ok().flatten();
    if !sets.is_empty() {
        sets.insert(0, Choice::new("", "The full survey of clinicians", own.is_empty()).hint("Ours"));
    }
    Ok(NewClinicianSurveyPage {
        frame,
        back_href: here.href("surveys"),
        action: here.href("surveys/new"),
        id: id.to_string(),
        approaches: approaches.collect(),
        sets,
        questions: clinician_questions("", chosen.as_ref(), &[]).items.into_iter().map(|item| item.text).collect(),
        values: values(answers),
        problems: listed(problems),
    })
}

/// The form for a new survey.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn new_form(here: May<Improve>, Query(begun): Query<Begun>) -> Result<Response, WebError> {
    let id: SurveyId = here.app().store().entropy().id(here.ctx.now);
    let closes = plus_days(here.app().today(), USUAL_DAYS);
    let mut answers = ClinicianSurveyAnswers {
        title: "What clinicians think of social prescribing".to_owned(),
        approach: Approach::Reflexive.code().to_owned(),
        practices: here.app().improvement().practices_here(&here.ctx).await?,
        ..ClinicianSurveyAnswers::default()
    };
    answers.sending.closes_day = closes.day().to_string();
    answers.sending.closes_month = closes.month().to_string();
    answers.sending.closes_year = closes.year().to_string();
    WAYS.clone_into(&mut answers.sending.ways);
    let own = begun.questions.unwrap_or_default();
    if let Ok(Some(questions)) = own_questions(&here, &own).await? {
        answers.title = questions.title.to_string();
    }
    show(here.app(), &new_page(&here, (id, &answers, &own), &Problems::none()).await?)
}

/// Opens a survey.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn make(here: May<Improve>, form: Posted) -> Result<Response, WebError> {
    let id: SurveyId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    let answers = ClinicianSurveyAnswers {
        title: form.text("title"),
        approach: form.text("approach"),
        practices: form.text("practices"),
        prize: form.text("prize"),
        sending: posted_sending(&form),
    };
    let own = form.text("questions");
    let mut problems = Problems::none();
    let survey = problems.part(answers.check(here.app().today()));
    let questions = problems.part(own_questions(&here, &own).await?).flatten();
    match survey.filter(|_| problems.is_empty()).ok_or(problems) {
        Ok(survey) => {
            let sending = survey.sending.clone();
            let about = About::Clinicians(id, survey, questions);
            here.app().improvement().open_survey(&here.ctx, &about, &sending).await?;
            Ok(Redirect::to(&format!("{}?saved=open", place_of(&here, id))).into_response())
        }
        Err(problems) => show_again(here.app(), &new_page(&here, (id, &answers, &own), &problems).await?),
    }
}

/// The questions that were chosen; none for ours.
async fn own_questions(here: &May<Improve>, chosen: &str) -> Result<Result<Option<OwnQuestions>, Problems>, WebError> {
    if chosen.is_empty() {
        return Ok(Ok(None));
    }
    let gone = || Problems::one("questions", "These questions are not there any more. Choose others");
    let Ok(id) = chosen.parse::<QuestionSetId>() else { return Ok(Err(gone())) };
    Ok(match here.app().improvement().question_set(&here.ctx, id).await {
        Err(StoreError::NotFound) => Err(gone()),
        found => {
            let questions = found?.questions;
            if questions.items.is_empty() {
                Err(Problems::one("questions", "There is no question in these yet. Add one first, or choose others"))
            } else {
                Ok(Some(questions))
            }
        }
    })
}

/// "24 of 40 answered. From 11 of 84 practices and 8 of 15 networks."
pub(super) fn reach_words(survey: &SurveyRecord) -> Vec<String> {
    let mut all = vec![format!("{} of {} answered.", survey.answered, survey.invited)];
    let Reached { practices, of_practices, networks, of_networks } = clinicians::reached(survey);
    let asked = survey.questions.item(PRACTICE_ITEM).is_some();
    if asked && of_practices > 0 && survey.responses.len() >= SHOWN_FROM {
        let of = |n: usize, of: usize, one: &str, more: &str| format!("{n} of {}", count(of, one, more));
        let networks = match of_networks {
            0 => String::new(),
            all => format!(" and {}", of(networks, all, "network", "networks")),
        };
        all.push(format!("From {}{networks}.", of(practices, of_practices, "practice", "practices")));
    }
    if survey.withdrawn > 0 {
        all.push(format!("{} taken back.", count(survey.withdrawn, "answer was", "answers were")));
    }
    let repeated = clinicians::repeated(survey);
    if repeated > 0 {
        all.push(format!(
            "{} another to the letter: somebody may have sent theirs twice.",
            count(repeated, "answer repeats", "answers repeat")
        ));
    }
    if survey.answered > survey.invited as usize {
        all.push(
            "More answers than people asked: somebody may have answered twice, or the address went further.".to_owned(),
        );
    }
    all
}

/// "13% (5 to 32)".
pub(super) fn share_words(share: f64, lower: f64, upper: f64) -> String {
    format!("{:.1}% ({:.0} to {:.0})", share * 100.0, lower * 100.0, upper * 100.0)
}

fn closed_table(closed: Closed, split: &Split) -> ClosedTable {
    let group = |(label, size): &(String, Option<u64>)| match size {
        Some(size) => format!("{label} ({size})"),
        None => format!("{label} (hidden)"),
    };
    let few = if closed.chosen.is_empty() { " Too few to show." } else { "" };
    let answered = format!("{} answered this.{few}", closed.n);
    ClosedTable {
        note: match &closed.median {
            Some(median) => format!("{answered} The middle answer: {median}."),
            None => answered,
        },
        groups: split.groups.iter().map(group).collect(),
        answers: closed
            .chosen
            .into_iter()
            .map(|each| AnswerLine {
                count: each.count,
                percent: (each.share * 100.0).round() as u32,
                share: share_words(each.share, each.interval.lower, each.interval.upper),
                groups: each
                    .groups
                    .iter()
                    .map(|group| {
                        group.map_or_else(
                            || "Hidden".to_owned(),
                            |(n, of)| format!("{n}: {}", share_words(of.share, of.interval.lower, of.interval.upper)),
                        )
                    })
                    .collect(),
                label: each.label,
            })
            .collect(),
        id: closed.code,
        text: closed.text,
    }
}

pub(super) fn open_items(survey: &SurveyRecord) -> impl Iterator<Item = &Item> {
    survey.questions.items.iter().filter(|item| matches!(item.answer, AnswerKind::Words))
}

pub(super) fn wrote(survey: &SurveyRecord, item: &str) -> usize {
    survey.responses.iter().filter(|each| each.said(item).is_some()).count()
}

fn open_line(here: &May<Improve>, survey: &SurveyRecord, item: &Item) -> OpenLine {
    let n = wrote(survey, &item.code);
    let place = format!("{}/{}", place_of(here, survey.id), item.code);
    let enough = n >= SHOWN_FROM;
    OpenLine {
        text: item.text.clone(),
        detail: if enough {
            format!("{} something.", count(n, "respondent wrote", "respondents wrote"))
        } else if survey.closes_on < here.app().today() || survey.responses.len() >= SHOWN_FROM {
            format!("Fewer than {SHOWN_FROM} wrote something: it is not shown.")
        } else {
            "It can be read from ten answers on, and all of it when the survey has ended.".to_owned()
        },
        read_href: enough.then(|| format!("{place}/read")),
        matrix_href: enough.then(|| format!("{place}/matrix")),
    }
}

/// What an insight may rest on: the closed questions, what was written, the themes of it and of interviews, by what is stored of them.
pub(super) async fn grounds(here: &May<Improve>, survey: &SurveyRecord) -> Result<Vec<(String, String)>, WebError> {
    let mut codebooks = here.app().improvement().codebooks(&here.ctx, survey.id).await?;
    let mut all = vec![];
    // What few have said is no ground, while it could tell who they are.
    let enough = survey.responses.len() >= SHOWN_FROM;
    for item in survey.questions.items.iter().filter(|_| enough) {
        if !matches!(item.answer, AnswerKind::Words) {
            all.push((item.code.clone(), format!("Chosen: {}", item.text)));
        }
    }
    for item in open_items(survey).filter(|item| wrote(survey, &item.code) >= SHOWN_FROM) {
        for theme in codebooks.remove(&item.code).unwrap_or_default().themes {
            all.push((theme.id.to_string(), format!("Theme: {} ({})", theme.label, item.text)));
        }
        all.push((item.code.clone(), format!("Written: {}", item.text)));
    }
    for theme in codebooks.remove(INTERVIEWS).unwrap_or_default().themes {
        all.push((theme.id.to_string(), format!("Theme of the interviews: {}", theme.label)));
    }
    Ok(all)
}

pub(super) const fn kind_words(kind: InsightKind) -> &'static str {
    match kind {
        InsightKind::Barrier => "Barrier",
        InsightKind::Opportunity => "Opportunity",
    }
}

/// The insight that was typed and has problems.
#[derive(Debug, Default)]
struct Typed {
    id: String,
    words: String,
    kind: String,
    strength: String,
    evidence: String,
    contacts: Option<String>,
}

/// "The middle clinician refers about 2 people a month. Of 820 contacts that is 0.24% …".
pub(super) fn rarity_words(found: &Rarity) -> String {
    let percent = |share: f64| format!("{:.2}%", share * 100.0);
    format!(
        "The middle one of {} who answered, those who never refer among them, refers about {} a month. Of {} contacts that is {} (chance \
         alone: {} to {}). An estimated 20% of contacts are rooted in social need.",
        count(found.n, "clinician", "clinicians"),
        count(found.referrals, "person", "people"),
        found.contacts,
        percent(found.share),
        percent(found.interval.lower),
        percent(found.interval.upper)
    )
}

fn draw_view(draw: Draw, ended: bool, place: &str) -> DrawView {
    let addresses = count(draw.addresses, "address is", "addresses are");
    let words = match (&draw.winner, draw.drawn, ended) {
        (Some(_), ..) => {
            "It is drawn. Write to whoever won: the address is forgotten in a month. All others are deleted.".to_owned()
        }
        (None, true, _) => "It was drawn, and every address is deleted.".to_owned(),
        (None, false, true) => format!("{addresses} in the draw. One is drawn by chance, and all others are deleted."),
        (None, false, false) => format!("{addresses} in the draw. It can be drawn when the survey has ended."),
    };
    let action = (ended && !draw.drawn && draw.addresses > 0).then(|| format!("{place}/draw"));
    DrawView { prize: draw.prize, words, winner: draw.winner, action }
}

async fn one_page(
    here: &May<Improve>,
    (survey, asked): (&SurveyRecord, &Asked),
    (sending, typed): (Option<ClinicianSurveyValues>, Typed),
    problems: &Problems,
) -> Result<ClinicianSurveyPage, WebError> {
    let mut frame = here.frame(survey.title.clone(), "improvement").await?;
    frame.problem = !problems.is_empty();
    let place = place_of(here, survey.id);
    let (split, closed) = clinicians::closed(survey, asked.by.as_deref());
    let enough = !closed.is_empty();
    let grounds = grounds(here, survey).await?;
    let insights = here.app().improvement().insights(&here.ctx, survey.id).await?;
    let interviews = here.app().improvement().interview_count(&here.ctx, survey.id).await?;
    let draw = here.app().improvement().draw_of(&here.ctx, survey.id).await?;
    let line = |insight: &Insight| InsightLine {
        words: insight.words.clone(),
        kind: kind_words(insight.kind),
        barrier: insight.kind == InsightKind::Barrier,
        evidence: ground_words(&grounds, &insight.evidence),
        strength: insight.strength.label(),
        drop_action: format!("{place}/insights/{}/drop", insight.id),
    };
    let splits = [(None, "Everybody"), (Some("job"), "By role"), (Some("years"), "By years of practice")];
    let asked_of = |by: &Option<&str>| by.is_none_or(|by| survey.questions.item(by).is_some());
    let mut splits: Vec<Choice> = splits
        .into_iter()
        .filter(|(by, _)| asked_of(by))
        .map(|(by, words)| {
            let href = by.map_or_else(|| place.clone(), |by| format!("{place}?by={by}"));
            Choice::new(&href, words, asked.by.as_deref() == by)
        })
        .collect();
    if splits.len() == 1 {
        splits.clear();
    }
    let mut evidence = vec![Choice::new("", "Choose one", typed.evidence.is_empty())];
    evidence.extend(grounds.iter().map(|(code, words)| Choice::new(code, words.clone(), *code == typed.evidence)));
    let fresh: InsightId = here.app().store().entropy().id(here.ctx.now);
    let sending = sending.unwrap_or_else(|| ClinicianSurveyValues {
        invited: survey.invited.to_string(),
        closes_day: survey.closes_on.day().to_string(),
        closes_month: survey.closes_on.month().to_string(),
        closes_year: survey.closes_on.year().to_string(),
        ..ClinicianSurveyValues::default()
    });
    Ok(ClinicianSurveyPage {
        frame,
        back_href: here.href("surveys"),
        saved: match asked.saved.as_deref() {
            Some("open") => Some("The survey is open. Send the addresses.".to_owned()),
            Some("insight") => Some("It is written down.".to_owned()),
            Some(_) => Some("Saved.".to_owned()),
            None => None,
        },
        title: survey.title.clone(),
        rate: reach_words(survey),
        notes: notes(survey, here).into_iter().chain(held(survey, here.app().today())).collect(),
        ended: survey.closes_on < here.app().today(),
        routes: route_lines(here.app(), survey),
        action: place.clone(),
        values: sending,
        splits,
        split_note: split.groups.iter().any(|(_, size)| size.is_none()).then(|| {
            format!(
                "Groups of fewer than {SHOWN_FROM} are hidden, and one more where only one would be, so that nobody can be worked out."
            )
        }),
        closed: closed.into_iter().map(|closed| closed_table(closed, &split)).collect(),
        open: open_items(survey).map(|item| open_line(here, survey, item)).collect(),
        rarity: clinicians::rarity(survey).as_ref().map(rarity_words),
        contacts: typed.contacts.unwrap_or_else(|| survey.contacts.unwrap_or(USUAL_CONTACTS).to_string()),
        contacts_action: format!("{place}/contacts"),
        colleagues_href: format!("{place}/colleagues"),
        interviews: match interviews {
            0 => "No interview was written down yet.".to_owned(),
            n => format!("{} written down.", count(n, "interview was", "interviews were")),
        },
        interviews_href: format!("{place}/{INTERVIEWS}"),
        draw: draw.map(|draw| draw_view(draw, survey.closes_on < here.app().today(), &place)),
        insights: insights.iter().map(line).collect(),
        insight_action: format!("{place}/insights"),
        insight_id: if typed.id.is_empty() { fresh.to_string() } else { typed.id },
        insight_words: typed.words,
        kinds: InsightKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.code(), kind_words(*kind), typed.kind == kind.code()))
            .collect(),
        strengths: Strength::ALL
            .iter()
            .map(|strength| Choice::new(strength.code(), strength.label(), typed.strength == strength.code()))
            .collect(),
        evidence: if grounds.is_empty() { vec![] } else { evidence },
        table_href: enough.then(|| format!("{place}/answers.csv")),
        report_href: enough.then(|| format!("{place}/report.pdf")),
        problems: listed(problems),
    })
}

pub(super) fn ground_words(grounds: &[(String, String)], code: &str) -> String {
    grounds
        .iter()
        .find(|(known, _)| known == code)
        .map_or_else(|| "nothing that is shown".to_owned(), |(_, words)| words.clone())
}

/// A survey with what came back.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn one(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
    let drawn = one_page(&here, (&survey, &asked), (None, Typed::default()), &Problems::none()).await?;
    show(here.app(), &drawn)
}

/// Other people, another end.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn change(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
    if survey.closes_on < here.app().today() {
        return Err(WebError::MovedOn(ENDED));
    }
    let answers = posted_sending(&form);
    match answers.check((true, None), here.app().today()) {
        Ok(sending) => {
            here.app().improvement().change_survey(&here.ctx, id, &sending).await?;
            Ok(Redirect::to(&format!("{}?saved=sending", place_of(&here, id))).into_response())
        }
        Err(problems) => {
            let typed = values(&ClinicianSurveyAnswers { sending: answers, ..ClinicianSurveyAnswers::default() });
            let state = (Some(typed), Typed::default());
            show_again(here.app(), &one_page(&here, (&survey, &Asked::default()), state, &problems).await?)
        }
    }
}

/// Writes down what is learnt, with what it rests on.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn add_insight(
    here: May<Improve>,
    Path((_, survey)): Path<(String, SurveyId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let record = here.app().improvement().clinician_survey(&here.ctx, survey).await?;
    let id: InsightId = form.text("id").parse().map_err(|_| WebError::StaleForm)?;
    let typed = Typed {
        id: id.to_string(),
        words: form.text("words"),
        kind: form.text("kind"),
        strength: form.text("strength"),
        evidence: form.text("evidence"),
        contacts: None,
    };
    let mut problems = Problems::none();
    let words = problems.need("words", Note::parse(&typed.words), "Write what you learn, in one sentence");
    let (kind, strength) = (InsightKind::from_code(&typed.kind), Strength::from_code(&typed.strength));
    if kind.is_none() {
        problems.add("kind", "Choose whether it is a barrier or an opportunity");
    }
    if !grounds(&here, &record).await?.iter().any(|(code, _)| *code == typed.evidence) {
        problems.add("evidence", "Choose what it rests on");
    }
    if strength.is_none() {
        problems.add("strength", "Choose how strong that is");
    }
    let (Some(words), Some(kind), Some(strength), true) = (words, kind, strength, problems.is_empty()) else {
        let drawn = one_page(&here, (&record, &Asked::default()), (None, typed), &problems).await?;
        return show_again(here.app(), &drawn);
    };
    let insight = (kind, strength, &words, typed.evidence.as_str());
    here.app().improvement().add_insight(&here.ctx, (survey, id), insight).await?;
    Ok(Redirect::to(&format!("{}?saved=insight#insights", place_of(&here, survey))).into_response())
}

/// Says how many contacts a clinician has in a month.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn contacts(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = form.text("contacts");
    match monthly_contacts(&typed) {
        Ok(contacts) => {
            here.app().improvement().set_contacts(&here.ctx, id, contacts).await?;
            Ok(Redirect::to(&format!("{}?saved=contacts#rarity", place_of(&here, id))).into_response())
        }
        Err(problems) => {
            let survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
            let typed = Typed { contacts: Some(typed), ..Typed::default() };
            show_again(here.app(), &one_page(&here, (&survey, &Asked::default()), (None, typed), &problems).await?)
        }
    }
}

/// Draws who wins.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn draw(
    here: May<Improve>,
    Path((_, id)): Path<(String, SurveyId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().improvement().draw(&here.ctx, id).await?;
    Ok(Redirect::to(&format!("{}?saved=drawn#draw", place_of(&here, id))).into_response())
}

/// Takes an insight out.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn drop_insight(
    here: May<Improve>,
    Path((_, survey, id)): Path<(String, SurveyId, InsightId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().improvement().drop_insight(&here.ctx, survey, id).await?;
    Ok(Redirect::to(&format!("{}?saved=dropped#insights", place_of(&here, survey))).into_response())
}

/// What was chosen, as a table for other programs.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn table(here: May<Improve>, Path((_, id)): Path<(String, SurveyId)>) -> Result<Response, WebError> {
    let survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
    if survey.responses.len() < SHOWN_FROM {
        return Err(WebError::NotFound);
    }
    let as_file = "attachment; filename=\"answers.csv\"";
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, as_file)];
    Ok((headers, clinicians::table(&survey).map_err(|_| WebError::Print)?).into_response())
}
