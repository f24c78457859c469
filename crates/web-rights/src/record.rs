//! A copy of everything that is held about one person: gathered, read through entry by entry, given on paper or as data.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use fingerpost_correspondence_rules::consent::Said;
use fingerpost_correspondence_rules::record::{LeftOut, RecordEntry, Redaction, redaction};
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::CaseId;
use fingerpost_domain::measure::AnswerKind;
use fingerpost_domain::problem::Problems;
use fingerpost_policy::{CopyRecord, ReadCase};
use fingerpost_rights::Known;
use fingerpost_store::{AboutPerson, CasePage as Case, PersonHere};
use fingerpost_ui::format::{birth_day, day, day_and_time};
use fingerpost_ui::pages::{Choice, RecordCopyPage, RecordLine, RecordPage, RecordSection};
use serde::Serialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, needs_text, one_line_address};

const ANOTHER: &str = "It may tell of somebody else, or hold what could do harm.";
const WORRY: &str = "A worry about harm. Talk to your safeguarding lead before you give it.";

/// The entries of one case, under headings in the order of the person's story.
struct Entries {
    case: CaseId,
    all: Vec<RecordEntry>,
}

impl Entries {
    fn add(
        &mut self,
        key: &str,
        section: &'static str,
        on: Option<Date>,
        (title, lines): (&str, Vec<String>),
        look: Option<&'static str>,
    ) {
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
        if lines.is_empty() {
            return;
        }
        let (key, title) = (format!("{}-{key}", self.case), title.to_owned());
        self.all.push(RecordEntry { key, section, on, title, lines, look });
    }
}

fn who(entries: &mut Entries, person: &PersonHere) {
    let details = &person.details;
    let line = |label: &str, text: Option<String>| text.map(|text| format!("{label}: {text}")).unwrap_or_default();
    let lines = vec![
        line("Name", Some(details.name.full())),
        line("Called", details.name.preferred.as_ref().map(ToString::to_string)),
        line("Born", Some(birth_day(details.born.date()))),
        line("NHS number", details.nhs_number.as_ref().map(ToString::to_string)),
        line("Address", one_line_address(details)),
        line("Phone", details.phone.as_ref().map(|phone| phone.as_str().to_owned())),
        line("Email", details.email.as_ref().map(|email| email.as_str().to_owned())),
        line("How to communicate", details.communication.as_ref().map(ToString::to_string)),
    ];
    entries.add("who", "Who you are", None, ("Your details", lines), None);
    let safe = vec![person.safe_contact.said_for(details)];
    entries.add("safe", "Who you are", None, ("The safe way to reach you", safe), Some(ANOTHER));
    let risk = person.risk.note().map(str::to_owned).unwrap_or_default();
    entries.add("risk", "Who you are", None, ("What visitors are told to take care of", vec![risk]), Some(ANOTHER));
}

fn described(entries: &mut Entries, about: &AboutPerson) {
    let said = about.said.iter().map(|(of, answer)| {
        let option = of.options().iter().find(|(code, _)| *code == answer.code()).map(|(_, label)| (*label).to_owned());
        let words = answer.words().map(str::to_owned).or(option).unwrap_or_else(|| "Prefer not to say".to_owned());
        format!("{}: {words}", of.question())
    });
    entries.add("about", "Who you are", None, ("What you said about yourself", said.collect()), None);
    if let Some((access, at)) = &about.access {
        let needs = access.needs.iter().map(|need| need.label().to_owned()).collect();
        entries.add("access", "Who you are", Some(day_of(*at)), ("How information reaches you", needs), None);
    }
}

fn story(entries: &mut Entries, case: &Case) {
    for sent in &case.sent_by {
        let on = Some(day_of(sent.sent_at));
        let lines = vec![
            format!("From {}, {}", sent.referrer_name, sent.practice_name),
            format!("Needs: {}", needs_text(&sent.needs)),
            sent.words.clone().unwrap_or_default(),
            sent.asker.as_ref().map(|asker| format!("Asked for by {asker}")).unwrap_or_default(),
        ];
        entries.add(&format!("sent-{}", sent.id), "How you came to us", on, ("A referral", lines), Some(ANOTHER));
        let worry = sent.safeguarding.clone().unwrap_or_default();
        entries.add(
            &format!("worry-{}", sent.id),
            "How you came to us",
            on,
            ("A worry about harm", vec![worry]),
            Some(WORRY),
        );
    }
    entries.add(
        "matters",
        "What matters to you",
        case.matters_on,
        ("In your words", case.matters.clone().into_iter().collect()),
        None,
    );
    if let Some(plan) = &case.plan {
        let text = |note: &Option<fingerpost_domain::text::Note<2000>>| {
            note.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        entries.add("plan-matters", "Your plan", None, ("What matters", vec![text(&plan.matters)]), None);
        entries.add("plan-strengths", "Your plan", None, ("What you have", vec![text(&plan.strengths)]), None);
        entries.add("plan-concerns", "Your plan", None, ("What is hard", vec![text(&plan.concerns)]), Some(ANOTHER));
        for goal in &plan.goals {
            let steps = goal.steps.iter().map(|step| {
                let done = if step.done { "done: " } else { "" };
                format!("Step: {done}{}", step.what)
            });
            let lines = std::iter::once(goal.what.to_string()).chain(steps).collect();
            entries.add(&format!("goal-{}", goal.id), "Your plan", None, ("A goal", lines), None);
        }
    }
    for contact in &case.contacts {
        let took_place = contact.happened != fingerpost_domain::case::Happened::DidNotHappen;
        let title = format!("{}{}", contact.kind.label(), if took_place { "" } else { ", did not take place" });
        let (key, note) = (format!("contact-{}", contact.id), contact.note.clone());
        let look = note.as_ref().map(|_| ANOTHER);
        let lines = vec![format!("Recorded by {}", contact.author_name), note.unwrap_or_default()];
        entries.add(&key, "When we met or spoke", Some(contact.on), (&title, lines), look);
    }
    for asked in &case.assessments {
        let answers = asked.questionnaire.items.iter().filter_map(|item| {
            let given = asked.answers.get(&item.code)?;
            let label = match &item.answer {
                AnswerKind::Choice { options } => {
                    options.iter().find(|option| option.code == *given).map(|option| &option.label)
                }
                _ => None,
            };
            Some(format!("{} {}", item.text, label.unwrap_or(given)))
        });
        let scores = asked
            .questionnaire
            .scores(&asked.answers)
            .into_iter()
            .map(|score| format!("{}: {}", score.label, score.words()));
        let lines = answers.chain(scores).collect();
        let on = Some(day_of(asked.finished_at.unwrap_or(asked.begun_at)));
        entries.add(&format!("asked-{}", asked.id), "How things were", on, (&asked.questionnaire.title, lines), None);
    }
    for each in &case.connections {
        let arrival = &each.arrival;
        let told = |label: &str, text: Option<String>| text.map(|text| format!("{label}: {text}")).unwrap_or_default();
        let lines = vec![
            format!("What the group read: {}", each.ask),
            format!("Where it stands: {}", each.state.label()),
            format!("Days you came: {}; days you were expected and did not: {}", each.came, each.missed),
            told("From the group", arrival.said.as_ref().map(ToString::to_string)),
        ];
        let look = arrival.said.as_ref().map(|_| ANOTHER);
        entries.add(
            &format!("group-{}", each.id),
            "Groups and services",
            Some(day_of(each.offered_at)),
            (&each.service_name, lines),
            look,
        );
    }
    if let Some((at, outcome)) = &case.closed {
        let lines = vec![outcome.label().to_owned(), case.continues.clone().unwrap_or_default()];
        entries.add("closed", "How it ended", Some(day_of(*at)), ("The end of our work", lines), None);
    }
}

fn known(entries: &mut Entries, known: &Known) {
    for row in &known.consents {
        let consent = &row.consent;
        let (words, look) = match &consent.said {
            Said::Given(words) => (words.to_string(), None),
            Said::Refused(words) => {
                (format!("No. {}", words.as_ref().map(ToString::to_string).unwrap_or_default()), None)
            }
            Said::Without { basis, authority, reason } => {
                (format!("Without your agreement ({}), decided by {authority}: {reason}", basis.label()), Some(WORRY))
            }
        };
        let lines = vec![format!("May know: {}", consent.what), format!("What for: {}", consent.purpose), words];
        entries.add(
            &format!("consent-{}", row.id),
            "Who may know what",
            Some(day_of(row.recorded_at)),
            (consent.name.as_str(), lines),
            look,
        );
    }
    // Counted from the oldest, so that what is told meanwhile moves no key.
    for (at, row) in known.told.iter().rev().enumerate() {
        entries.add(
            &format!("told-{at}-{}", row.on),
            "Who was told what",
            Some(row.on),
            (&row.whom, vec![row.what.clone()]),
            None,
        );
    }
}

/// Everything that is held, of every case of the person with this scheme.
async fn gather(here: &May<CopyRecord>, case: CaseId) -> Result<(String, Vec<RecordEntry>), WebError> {
    let read = here.also::<ReadCase>()?;
    let (store, rights) = (here.app().store(), here.app().rights());
    let (mut name, mut all) = (String::new(), vec![]);
    for (at, id) in rights.cases_of_person(&here.ctx, case).await?.into_iter().enumerate() {
        let page = store.case(&read, id).await?;
        let mut entries = Entries { case: id, all: vec![] };
        // Who they are stands once; each case adds what happened in it.
        if at == 0 {
            name = page.person.details.name.full();
            who(&mut entries, &page.person);
            described(&mut entries, &store.about_person(&read, id).await?);
        }
        story(&mut entries, &page);
        known(&mut entries, &rights.known(&read, id).await?);
        all.append(&mut entries.all);
    }
    Ok((name, all))
}

/// The entries under their headings, in the order in which each heading first comes.
fn sections(
    entries: &[RecordEntry],
    today: Date,
    draw: impl Fn(&RecordEntry, Option<String>) -> RecordLine,
) -> Vec<RecordSection> {
    let mut all: Vec<RecordSection> = vec![];
    for entry in entries {
        let line = draw(entry, entry.on.map(|on| day(on, today)));
        match all.iter_mut().find(|section| section.heading == entry.section) {
            Some(section) => section.lines.push(line),
            None => all.push(RecordSection { heading: entry.section.to_owned(), lines: vec![line] }),
        }
    }
    all
}

async fn page(
    here: &May<CopyRecord>,
    case: CaseId,
    (form, problems): (Option<&Posted>, &Problems),
) -> Result<RecordPage, WebError> {
    let (name, entries) = gather(here, case).await?;
    let today = here.app().today();
    let given = here.app().rights().copies_given(&here.ctx, case).await?;
    let mut frame = here.frame(format!("Everything held about {name}"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let line = |entry: &RecordEntry, when| {
        let chosen = form.map(|form| form.text(&entry.key)).unwrap_or_default();
        let first = if entry.look.is_some() { ("", "Read it, then choose") } else { ("keep", "Give it") };
        let mut choices = vec![Choice::new(first.0, first.1, chosen == first.0)];
        if entry.look.is_some() {
            choices.push(Choice::new("keep", "Give it", chosen == "keep"));
        }
        choices.extend(LeftOut::ALL.iter().map(|why| Choice::new(why.code(), why.label(), chosen == why.code())));
        RecordLine {
            key: entry.key.clone(),
            when,
            title: entry.title.clone(),
            lines: entry.lines.clone(),
            look: entry.look,
            choices,
            chosen,
        }
    };
    Ok(RecordPage {
        frame,
        back_href: here.href(&format!("cases/{case}/who-knows")),
        action: here.href(&format!("cases/{case}/record")),
        given: given
            .iter()
            .map(|copy| {
                format!(
                    "{} by {}: {} entries, {} left out",
                    day_and_time(copy.at, today),
                    copy.by,
                    copy.entries,
                    copy.left_out
                )
            })
            .collect(),
        sections: sections(&entries, today, line),
        name,
        problems: listed(problems),
    })
}

/// Everything that is held, to be read through.
///
/// # Errors
/// [`WebError::NotFound`] outside the scheme.
pub async fn form(here: May<CopyRecord>, Path((_, case)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    show(here.app(), &page(&here, case, (None, &Problems::none())).await?)
}

/// The copy as data: what is given, and how many entries are not.
#[derive(Serialize)]
struct AsData<'a> {
    about: &'a str,
    made_on: Date,
    entries: Vec<&'a RecordEntry>,
    left_out: BTreeMap<&'static str, usize>,
}

fn counted(left_out: &Redaction) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for why in left_out.values() {
        *counts.entry(why.code()).or_insert(0) += 1;
    }
    counts
}

/// Gives the copy: a page to print, or data.
///
/// # Errors
/// [`WebError::NotFound`] outside the scheme.
pub async fn give(
    here: May<CopyRecord>,
    Path((_, case)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let (name, entries) = gather(&here, case).await?;
    let left_out = match redaction(&entries, |key| form.value(key)) {
        Ok(left_out) => left_out,
        Err(problems) => return show_again(here.app(), &page(&here, case, (Some(&form), &problems)).await?),
    };
    let kept: Vec<RecordEntry> = entries.into_iter().filter(|entry| !left_out.contains_key(&entry.key)).collect();
    here.app().rights().copy_given(&here.ctx, case, (kept.len(), &left_out)).await?;
    let today = here.app().today();
    if form.text("as") == "data" {
        let data =
            AsData { about: &name, made_on: today, entries: kept.iter().collect(), left_out: counted(&left_out) };
        let text = serde_json::to_string_pretty(&data).map_err(|_| WebError::NotFound)?;
        let headers = [
            (CONTENT_TYPE, "application/json; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"record.json\""),
        ];
        return Ok((headers, text).into_response());
    }
    let line = |entry: &RecordEntry, when| RecordLine {
        key: entry.key.clone(),
        when,
        title: entry.title.clone(),
        lines: entry.lines.clone(),
        look: None,
        choices: vec![],
        chosen: String::new(),
    };
    let page = RecordCopyPage {
        frame: here.frame(format!("What is held about {name}"), "caseload").await?,
        back_href: here.href(&format!("cases/{case}/record")),
        made: format!("Made on {} by {}", day(today, today), here.organisation.name),
        sections: sections(&kept, today, line),
        left_out: left_out.len(),
        name,
    };
    show(here.app(), &page)
}
