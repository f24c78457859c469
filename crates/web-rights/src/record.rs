//! A copy of everything that is held about one person: gathered, read through entry by entry, given on paper or as data.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use fingerpost_correspondence_rules::consent::Said;
use fingerpost_correspondence_rules::record::{EntryKind, LeftOut, RecordEntry, Redaction, redaction};
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::Happened;
use fingerpost_domain::id::CaseId;
use fingerpost_domain::measure::AnswerKind;
use fingerpost_domain::person::{Email, Phone};
use fingerpost_domain::problem::Problems;
use fingerpost_policy::{CopyRecord, KeepRecords, ReadCase};
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

/// The entries of one case, in the order of the person's story.
struct Entries {
    case: CaseId,
    all: Vec<RecordEntry>,
}

impl Entries {
    /// Adds what is held, unless nothing is.
    fn add(&mut self, kind: EntryKind, key: &str, on: Option<Date>, title: &str, lines: Vec<String>) {
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
        if !lines.is_empty() {
            let key = format!("{}-{key}", self.case);
            self.all.push(RecordEntry { key, kind, on, title: title.to_owned(), lines });
        }
    }
}

/// "Phone: 01632 960 142", or nothing.
fn labelled(label: &str, text: Option<impl ToString>) -> String {
    text.map(|text| format!("{label}: {}", text.to_string())).unwrap_or_default()
}

fn words(text: Option<impl ToString>) -> Vec<String> {
    text.map(|text| text.to_string()).into_iter().collect()
}

fn who(entries: &mut Entries, person: &PersonHere) {
    let details = &person.details;
    let lines = vec![
        labelled("Name", Some(details.name.full())),
        labelled("Called", details.name.preferred.as_ref()),
        labelled("Born", Some(birth_day(details.born.date()))),
        labelled("NHS number", details.nhs_number.as_ref()),
        labelled("Address", one_line_address(details)),
        labelled("Phone", details.phone.as_ref().map(Phone::as_str)),
        labelled("Email", details.email.as_ref().map(Email::as_str)),
        labelled("How to communicate", details.communication.as_ref()),
    ];
    entries.add(EntryKind::Details, "who", None, "Your details", lines);
    let safe = vec![person.safe_contact.said_for(details)];
    entries.add(EntryKind::SafeWay, "safe", None, "The safe way to reach you", safe);
    entries.add(EntryKind::Risk, "risk", None, "What visitors are told to take care of", words(person.risk.note()));
}

fn described(entries: &mut Entries, about: &AboutPerson) {
    let said = about.said.iter().map(|(of, answer)| {
        let option = of.options().iter().find(|(code, _)| *code == answer.code()).map(|(_, label)| *label);
        format!("{}: {}", of.question(), answer.words().or(option).unwrap_or("Prefer not to say"))
    });
    entries.add(EntryKind::Description, "about", None, "What you said about yourself", said.collect());
    if let Some((access, at)) = &about.access {
        let needs = access.needs.iter().map(|need| need.label().to_owned()).collect();
        entries.add(EntryKind::Description, "access", Some(day_of(*at)), "How information reaches you", needs);
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
            sent.on_behalf.as_ref().map(|colleague| format!("Written for {colleague}")).unwrap_or_default(),
        ];
        entries.add(EntryKind::Referral, &format!("sent-{}", sent.id), on, "A referral", lines);
        let worry = words(sent.safeguarding.as_ref());
        entries.add(EntryKind::Worry, &format!("worry-{}", sent.id), on, "A worry about harm", worry);
    }
    entries.add(EntryKind::OwnWords, "matters", case.matters_on, "In your words", words(case.matters.as_ref()));
    if let Some(plan) = &case.plan {
        entries.add(EntryKind::Plan, "plan-matters", None, "What matters", words(plan.matters.as_ref()));
        entries.add(EntryKind::Plan, "plan-strengths", None, "What you have", words(plan.strengths.as_ref()));
        entries.add(EntryKind::Concerns, "plan-concerns", None, "What is hard", words(plan.concerns.as_ref()));
        for goal in &plan.goals {
            let steps = goal.steps.iter().map(|step| {
                let done = if step.done { "done: " } else { "" };
                format!("Step: {done}{}", step.what)
            });
            let lines = std::iter::once(goal.what.to_string()).chain(steps).collect();
            entries.add(EntryKind::Plan, &format!("goal-{}", goal.id), None, "A goal", lines);
        }
    }
    for contact in &case.contacts {
        let took_place = contact.happened != Happened::DidNotHappen;
        let title = format!("{}{}", contact.kind.label(), if took_place { "" } else { ", did not take place" });
        let kind = if contact.note.is_some() { EntryKind::Note } else { EntryKind::Contact };
        let mut lines = vec![format!("Recorded by {}", contact.author_name)];
        lines.extend(contact.note.clone());
        entries.add(kind, &format!("contact-{}", contact.id), Some(contact.on), &title, lines);
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
        let scores = asked.questionnaire.scores(&asked.answers);
        let scores = scores.into_iter().map(|score| format!("{}: {}", score.label, score.words()));
        let (lines, on) = (answers.chain(scores).collect(), day_of(asked.finished_at.unwrap_or(asked.begun_at)));
        let title = &asked.questionnaire.title;
        entries.add(EntryKind::Answers, &format!("asked-{}", asked.id), Some(on), title, lines);
    }
    for each in &case.connections {
        let said = each.arrival.said.as_ref();
        let lines = vec![
            format!("What the group read: {}", each.ask),
            format!("Where it stands: {}", each.state.label()),
            format!("Days you came: {}; days you were expected and did not: {}", each.came, each.missed),
            labelled("From the group", said),
        ];
        let kind = if said.is_some() { EntryKind::GroupSaid } else { EntryKind::Group };
        let on = Some(day_of(each.offered_at));
        entries.add(kind, &format!("group-{}", each.id), on, &each.service_name, lines);
    }
    if let Some((at, outcome)) = &case.closed {
        let lines = vec![outcome.label().to_owned(), case.continues.clone().unwrap_or_default()];
        entries.add(EntryKind::Ending, "closed", Some(day_of(*at)), "The end of our work", lines);
    }
}

fn known(entries: &mut Entries, known: &Known) {
    for row in &known.consents {
        let consent = &row.consent;
        let (kind, said) = match &consent.said {
            Said::Given(words) => (EntryKind::Consent, words.to_string()),
            Said::Refused(words) => {
                (EntryKind::Consent, format!("No. {}", words.as_ref().map(ToString::to_string).unwrap_or_default()))
            }
            Said::Without { basis, authority, reason } => (
                EntryKind::WithoutConsent,
                format!("Without your agreement ({}), decided by {authority}: {reason}", basis.label()),
            ),
        };
        let lines = vec![format!("May know: {}", consent.what), format!("What for: {}", consent.purpose), said];
        let on = Some(day_of(row.recorded_at));
        entries.add(kind, &format!("consent-{}", row.id), on, consent.name.as_str(), lines);
    }
    // Counted from the oldest, so that what is told meanwhile moves no key.
    for (at, row) in known.told.iter().rev().enumerate() {
        let key = format!("told-{at}-{}", row.on);
        entries.add(EntryKind::Told, &key, Some(row.on), &row.whom, vec![row.what.clone()]);
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
            let keeper = here.also::<KeepRecords>()?;
            for (number, (until, why, decided)) in
                rights.record_to_review(&keeper, id).await?.held.iter().rev().enumerate()
            {
                let lines = vec![format!("Until {}: {why}", birth_day(*until))];
                entries.add(EntryKind::Kept, &format!("kept-{number}"), Some(day_of(*decided)), "Kept longer", lines);
            }
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
        match all.iter_mut().find(|section| section.heading == entry.kind.section()) {
            Some(section) => section.lines.push(line),
            None => all.push(RecordSection { heading: entry.kind.section().to_owned(), lines: vec![line] }),
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
        let first = if entry.kind.look().is_some() { ("", "Read it, then choose") } else { ("keep", "Give it") };
        let mut choices = vec![Choice::new(first.0, first.1, chosen == first.0)];
        if entry.kind.look().is_some() {
            choices.push(Choice::new("keep", "Give it", chosen == "keep"));
        }
        choices.extend(LeftOut::ALL.iter().map(|why| Choice::new(why.code(), why.label(), chosen == why.code())));
        RecordLine {
            key: entry.key.clone(),
            when,
            title: entry.title.clone(),
            lines: entry.lines.clone(),
            look: entry.kind.look(),
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
