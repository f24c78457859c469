//! The case page: the person's story, recording a contact, correcting a note, closing.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_casework::HandoverRow;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::{day_of, days_between};
use fingerpost_domain::case::{ClosingAnswers, ContactAnswers, ContactKind, Happened, Outcome};
use fingerpost_domain::connection::ConnectionState;
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::feedback::{FeedbackKind, Section};
use fingerpost_domain::id::{CaseId, ContactId, RequestKey, VisitId};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::Note;
use fingerpost_policy::{Action, ReadCase, WorkCase};
use fingerpost_store::{CasePage as Case, ContactRow, LetterRow, SentBy, StoreError};
use fingerpost_ui::format::{birth_day, count, day, day_and_time, due};
use fingerpost_ui::pages::{
    AlertLine, Care, CasePage, CasePerson, Choice, ClosePage, Event, GoalLine, LetterPreview, Matters, NotePage,
    NoteVersion, Sessions,
};
use serde::Deserialize;

use crate::{measures, triage};
use fingerpost_web_casework::visits;
use fingerpost_web_connections::offers;
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{care, listed, needs_text, one_line_address, short_name};

/// What was just saved, a word of ours; the visit that is to be written down.
#[derive(Debug, Deserialize)]
pub(crate) struct Saved {
    saved: Option<String>,
    visit: Option<VisitId>,
}

fn contact_icon(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::HomeVisit => "home",
        ContactKind::Phone | ContactKind::Video => "phone",
        ContactKind::Message => "letter",
        ContactKind::Met | ContactKind::AboutPerson => "people",
        ContactKind::WentAlong => "walk",
    }
}

fn contact_event(here: &May<ReadCase>, case: CaseId, contact: &ContactRow, today: Date) -> Event {
    let missed = contact.happened == Happened::DidNotHappen;
    let note_href = contact.note.as_ref().map(|_| here.href(&format!("cases/{case}/contacts/{}/note", contact.id)));
    let private = format!("Private. Written by {}.", contact.author_name);
    Event {
        icon: contact_icon(contact.kind),
        when: format!(
            "{}, {}{}",
            day(contact.on, today),
            contact.kind.label().to_lowercase(),
            if missed { ", not there or no answer" } else { "" }
        ),
        tag: contact.session_no.map(|number| format!("Session {number}")),
        title: None,
        text: contact.note.clone().unwrap_or_else(|| "Uses no session.".to_owned()),
        foot_icon: note_href.as_ref().map(|_| "lock"),
        foot: note_href.as_ref().map(|_| private),
        note_text: match contact.versions {
            0 | 1 => "Correct it".to_owned(),
            2 => "Corrected once: see both versions".to_owned(),
            versions => format!("Corrected {} times: see all versions", versions - 1),
        },
        note_href,
    }
}

/// Everything that happened, newest first; contacts of one day stay in the order in which they are stored.
fn timeline(here: &May<ReadCase>, case: &Case, handovers: &[HandoverRow], today: Date) -> Vec<Event> {
    let plain = |icon, when: String, title: String, text: String| Event {
        icon,
        when,
        tag: None,
        title: Some(title),
        text,
        foot_icon: None,
        foot: None,
        note_href: None,
        note_text: String::new(),
    };
    let mut events: Vec<(Date, u8, Event)> = vec![];
    for contact in &case.contacts {
        events.push((contact.on, 1, contact_event(here, case.id, contact, today)));
    }
    for LetterRow { kind, sent_at, opened_at, referrer_name, told_at, failed, taken_back } in &case.feedback {
        let what = match kind {
            FeedbackKind::Progress => "Told",
            FeedbackKind::FirstContact | FeedbackKind::PlanWritten | FeedbackKind::Started => "Written by itself to",
            FeedbackKind::Closing => "Closing letter to",
        };
        let opened = match (opened_at, told_at, failed) {
            (Some(at), ..) => format!("Opened {}.", day_and_time(*at, today)),
            (None, _, true) if *taken_back => {
                "Not opened. It was taken back before the e-mail about it left.".to_owned()
            }
            (None, _, true) => {
                let again = "it stands under Messages, to be sent again. Or ring them.";
                format!("Not opened yet. The e-mail about it did not arrive: {again}")
            }
            (None, Some(at), _) => format!("Not opened yet. The e-mail about it left {}.", day_and_time(*at, today)),
            (None, None, _) => "Not opened yet. The e-mail about it is on its way.".to_owned(),
        };
        events.push((
            day_of(*sent_at),
            2,
            plain("letter", day(day_of(*sent_at), today), format!("{what} {referrer_name}"), opened),
        ));
    }
    for (at, who) in &case.care_changes {
        let title = "Risks, needs or safe contact changed".to_owned();
        let text = format!("By {who}. What stands now is at the top of this page.");
        events.push((day_of(*at), 2, plain("care", day_and_time(*at, today), title, text)));
    }
    for each in handovers {
        let title = format!("{} handed over to {}", each.from_name, each.to_name);
        let by = if each.by_name == each.from_name { String::new() } else { format!("\nBy {}.", each.by_name) };
        let text = format!("{}{by}", each.note);
        events.push((day_of(each.at), 2, plain("people", day_and_time(each.at, today), title, text)));
    }
    for each in &case.connections {
        let on = day_of(each.offered_at);
        let title = format!("{} was asked", each.service_name);
        events.push((on, 2, plain("people", day(on, today), title, each.ask.clone())));
        let Some((at, _)) = each.answered else { continue };
        let took = match days_between(on, day_of(at)) {
            0 => "They answered the same day.".to_owned(),
            days => format!("They answered in {}.", count(days, "day", "days")),
        };
        let title = match each.group_reason {
            Some(reason) => format!("{}: not this time. {}", each.service_name, reason.label()),
            None => format!("{} said yes", each.service_name),
        };
        events.push((day_of(at), 3, plain("people", day(day_of(at), today), title, took)));
    }
    for sent in &case.sent_by {
        let role = sent.job_title.as_ref().map(|title| format!(", {title}")).unwrap_or_default();
        let words = sent.words.as_ref().map(|words| format!("\n\u{201c}{words}\u{201d}")).unwrap_or_default();
        let asker = sent.asker.as_ref().map(|asker| format!("\nAsked for by {asker}.")).unwrap_or_default();
        let title = match sent.source {
            ReferralSource::Practice => {
                let whom = sent.on_behalf.as_ref().map(|colleague| format!(", for {colleague}")).unwrap_or_default();
                format!("Referred by {}{role}{whom}, {}", sent.referrer_name, sent.practice_name)
            }
            source => triage::from(source, &sent.practice_name),
        };
        let on = day_of(sent.sent_at);
        events.push((
            on,
            0,
            plain("page", day(on, today), title, format!("{}{words}{asker}", needs_text(&sent.needs))),
        ));
    }
    if let Some((at, outcome)) = case.closed {
        let on = day_of(at);
        let text = case.continues.clone().unwrap_or_default();
        events.push((
            on,
            3,
            plain("page", day(on, today), format!("Closed: {}", outcome.label().to_lowercase()), text),
        ));
    }
    events.sort_by_key(|(on, order, _)| std::cmp::Reverse((*on, *order)));
    events.into_iter().map(|(_, _, event)| event).collect()
}

/// What makes words arrive: what they were asked about, and what was noted at referral.
fn meet_needs(case: &Case) -> String {
    let noted = case.person.details.communication.as_ref().map(ToString::to_string);
    let asked = case.access.as_ref().map(|access| {
        let needs: Vec<&str> = access.needs.iter().map(|need| need.label()).collect();
        if needs.is_empty() { "Asked: nothing needed.".to_owned() } else { format!("{}.", needs.join(", ")) }
    });
    match (asked, noted) {
        (Some(asked), Some(noted)) => format!("{asked} {noted}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => "Not asked yet.".to_owned(),
    }
}

fn goal_lines(case: &Case) -> Vec<GoalLine> {
    let goals = case.plan.iter().flat_map(|plan| &plan.goals);
    goals
        .map(|goal| GoalLine {
            what: goal.what.to_string(),
            importance: goal.importance.map(|n| format!("{} of 10", n.get())),
            status: goal.status.label().to_owned(),
            next: match goal.steps.iter().find(|step| !step.done) {
                Some(step) => format!("Next: {}", step.what),
                None if goal.steps.is_empty() => "No steps yet".to_owned(),
                None => "All steps done".to_owned(),
            },
        })
        .collect()
}

/// Answers that may mean danger, until somebody has seen to them.
fn alerts(here: &May<ReadCase>, case: &Case) -> Vec<AlertLine> {
    let today = here.app().today();
    let open = case.assessments.iter().filter(|each| each.alert_answered_at.is_none());
    open.filter_map(|each| {
        let at = each.alert_at?;
        Some(AlertLine {
            text: format!("An answer may mean danger: {}, {}.", each.questionnaire.title, day_and_time(at, today)),
            detail: None,
            name: case.person.details.name.called().to_owned(),
            href: None,
            action: here.href(&format!("cases/{}/measures/{}/seen", case.id, each.id)),
        })
    })
    .collect()
}

/// What those who asked wrote of harm, and where it stands.
fn worries(case: &Case) -> Vec<String> {
    let of = |sent: &SentBy| {
        let worry =
            sent.safeguarding.as_ref().map(|text| format!("A worry about harm, from {}: {text}", sent.referrer_name));
        let urgent =
            "What was written when they asked, or under safe contact, may mean danger. Read it, and ask.".to_owned();
        worry.into_iter().chain(sent.urgent.then_some(urgent))
    };
    case.sent_by.iter().flat_map(of).collect()
}

/// That two records of the person were put together, or that this was the second one.
fn joined(here: &May<ReadCase>, case: &Case, today: Date) -> Option<(String, Option<String>)> {
    if let Some((_, Outcome::JoinedRecord)) = case.closed {
        let everywhere = here.may(Action::MergePeople);
        let open = case.goes_on.filter(|_| everywhere).map(|other| here.href(&format!("cases/{other}")));
        let goes_on = if case.goes_on.is_some() {
            "Work goes on in their other case."
        } else {
            "It went on in another case of theirs."
        };
        return Some((format!("This was a second record of theirs. {goes_on}"), open));
    }
    case.joined_at.map(|at| {
        (format!("Put together from two records {}: read what stands here now.", day(day_of(at), today)), None)
    })
}

/// What groups were told.
fn groups_told(case: &Case) -> String {
    let groups = case.connections.iter().filter(|each| {
        matches!(each.state, ConnectionState::Offered | ConnectionState::Accepted | ConnectionState::Started)
    });
    groups.map(|each| format!(" {}: {}.", each.service_name, each.told.label().to_lowercase())).collect()
}

fn sharing(case: &Case) -> String {
    if matches!(case.closed, Some((_, Outcome::JoinedRecord))) {
        return "Nothing any more: what they agreed to stands in their other case.".to_owned();
    }
    let Some(referrer) = referrer_of(case) else {
        return "With us. They asked themselves: no practice hears of it.".to_owned() + &groups_told(case);
    };
    let told = match case.referrer_hears {
        ReferrerHears::NotAsked => format!("The referral, with us. {referrer}: not asked yet."),
        ReferrerHears::Summary => format!("{referrer}: a summary."),
        ReferrerHears::StatusOnly => format!("{referrer}: only that it began and ended."),
        ReferrerHears::Nothing => format!("{referrer}: nothing."),
    };
    told + &groups_told(case)
}

fn hears_choices(chosen: &str) -> Vec<Choice> {
    [ReferrerHears::Summary, ReferrerHears::StatusOnly, ReferrerHears::Nothing]
        .map(|hears| Choice::new(hears.code(), hears.label(), chosen == hears.code()).hint(hears.detail()))
        .into()
}

/// Everybody of a practice who sent this person: all of them hear, so all of them are named when the person is asked. Nobody where the
/// person, or a carer, asked.
fn referrer_of(case: &Case) -> Option<String> {
    let practices = case.sent_by.iter().rev().filter(|sent| sent.source == ReferralSource::Practice);
    let mut names: Vec<&str> = practices.map(|sent| sent.referrer_name.as_str()).collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join(" and "))
}

async fn page(
    here: &May<ReadCase>,
    case: &Case,
    (answers, key): (&ContactAnswers, String),
    (problems, saved): (&Problems, Option<&str>),
) -> Result<CasePage, WebError> {
    let today = here.app().today();
    let beside = here.app().casework().beside_case(&here.ctx, case.id).await?;
    let person = &case.person.details;
    let short = short_name(&person.name);
    let mut frame = here.frame(format!("{short}, case"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let opened = day(day_of(case.opened_at), today);
    let state_line = match case.closed {
        Some((at, _)) => format!("Closed {}. {}", day(day_of(at), today), case.worker_name),
        None => format!("Open since {opened}. {}", case.worker_name),
    };
    let next = case.sessions_used + 1;
    let sessions = Sessions {
        text: format!("{} of {} sessions used", case.sessions_used, case.sessions_agreed),
        pips: (0..case.sessions_agreed).map(|at| at < case.sessions_used).collect(),
        next: (next <= case.sessions_agreed).then_some(next),
    };
    let next_line = match (&case.next_action, case.next_due) {
        (Some(what), Some(on)) => format!("Next: {what}, {}.", due(on, today)),
        (Some(what), None) => format!("Next: {what}."),
        _ if case.closed.is_some() => "Nothing more is planned: the case is closed.".to_owned(),
        _ => "Nothing is planned yet.".to_owned(),
    };
    let saved = saved.filter(|what| *what != "closed" || case.closed.is_some()).map(|what| match what {
        "contact" => "The contact is saved.".to_owned(),
        "who" => "Saved. The name stands like this everywhere from now on; letters that were sent stay as they were."
            .to_owned(),
        "care" => "Saved. It stands on every page of this case.".to_owned(),
        "about" => "Saved. Answers that changed are kept beside the earlier ones.".to_owned(),
        "visit" => "The visit is in the diary.".to_owned(),
        "seen" => "Noted that you have seen to it. Write down what was said.".to_owned(),
        "cancelled" => format!("The visit is called off. Tell {}, too.", person.name.called()),
        "cancelled_told" => visits::OFF_AND_TOLD.to_owned(),
        "note" => "The correction is saved beside the first version.".to_owned(),
        "closed" if case.referrer_hears == ReferrerHears::Nothing => "The case is closed. Nobody was told.".to_owned(),
        "closed" => match referrer_of(case) {
            Some(referrer) => format!("The case is closed. {referrer} hears what was agreed."),
            None => "The case is closed.".to_owned(),
        },
        _ => "Saved.".to_owned(),
    });
    Ok(CasePage {
        frame,
        back_href: here.href("caseload"),
        saved,
        person: CasePerson {
            name: person.name.full(),
            called: person.name.called().to_owned(),
            born: birth_day(person.born.date()),
            age: person.born.age(today),
            nhs_number: person.nhs_number.as_ref().map(ToString::to_string),
            address: one_line_address(person),
            short,
        },
        practice: case.practice_name.clone(),
        care: Care { communication: meet_needs(case), ..care(person, &case.person.safe_contact, &case.person.risk) },
        sharing: sharing(case),
        who_knows_href: here.href(&format!("cases/{}/who-knows", case.id)),
        state_line,
        open: case.closed.is_none(),
        matters: case.matters.as_ref().map(|text| Matters {
            text: text.clone(),
            who: format!(
                "{}{}",
                person.name.called(),
                case.matters_on.map(|on| format!(", {}", day(on, today))).unwrap_or_default()
            ),
        }),
        goals: goal_lines(case),
        planned: case.plan.is_some(),
        plan_href: here.href(&format!("cases/{}/plan", case.id)),
        connections: case.connections.iter().map(|row| offers::line(here, case.id, row, today)).collect(),
        services_href: here.href(&format!("cases/{}/services", case.id)),
        scores: measures::score_lines(case),
        measures_href: here.href(&format!("cases/{}/measures", case.id)),
        timeline: timeline(here, case, &beside.handovers, today),
        planned_visits: visits::planned(here, &beside.visits, today),
        visit_href: here.href(&format!("cases/{}/visits", case.id)),
        hand_over_href: here.href(&format!("hand-over?case={}", case.id)),
        sessions,
        next_line,
        who_href: here.href(&format!("cases/{}/who", case.id)),
        likenesses_href: here.may(Action::MergePeople).then(|| here.href(&format!("cases/{}/likenesses", case.id))),
        joined: joined(here, case, today),
        action: here.href(&format!("cases/{}/contacts", case.id)),
        key,
        version: case.version,
        about_href: here.href(&format!("cases/{}/about", case.id)),
        care_href: here.href(&format!("cases/{}/care", case.id)),
        close_href: here.href(&format!("cases/{}/close", case.id)),
        kinds: std::iter::once(Choice::new("", "Choose", false))
            .chain(ContactKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.label(), false)))
            .collect(),
        alerts: alerts(here, case),
        worries: worries(case),
        referrer: referrer_of(case),
        hears_now: case.referrer_hears.label().to_lowercase(),
        hears: hears_choices(&answers.referrer_hears),
        letter: None,
        open_sharing: !answers.line_for_referrer.is_empty()
            || !answers.referrer_hears.is_empty()
            || problems.of("referrer_hears").is_some(),
        values: answers.clone(),
        problems: listed(problems),
    })
}

pub(crate) async fn one(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(saved): Query<Saved>,
) -> Result<Response, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    // What was planned is written down with its day and kind filled in.
    let planned = match saved.visit {
        Some(visit) => here.app().casework().visit(&here.ctx, (id, visit)).await?,
        None => None,
    };
    let on = planned.as_ref().map_or_else(|| here.app().today(), |row| row.visit.on);
    let fresh = ContactAnswers {
        kind: planned.map(|row| row.visit.kind.contact().code().to_owned()).unwrap_or_default(),
        on_day: on.day().to_string(),
        on_month: on.month().to_string(),
        on_year: on.year().to_string(),
        ..ContactAnswers::default()
    };
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    let drawn = page(&here, &case, (&fresh, key.to_string()), (&Problems::none(), saved.saved.as_deref())).await?;
    show(here.app(), &drawn)
}

/// The case changed while a contact was being written: what was typed is kept, and what the person agreed to
/// is asked again, because somebody may hear now who was not named.
async fn changed_meanwhile(
    here: &May<ReadCase>,
    id: CaseId,
    answers: ContactAnswers,
    key: RequestKey,
) -> Result<Response, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    if case.closed.is_some() {
        return Err(WebError::MovedOn("This case was closed meanwhile. Nothing was saved."));
    }
    let answers = ContactAnswers { referrer_hears: String::new(), ..answers };
    let told = "This case changed while you wrote. Look at the top of the page, then choose again";
    let problems = Problems::one("referrer_hears", told);
    let drawn = page(here, &case, (&answers, key.to_string()), (&problems, None)).await?;
    show_again(here.app(), &drawn)
}

/// The page that is drawn again carries the newest version: what the person agreed to before somebody else could hear is
/// asked again.
fn asked_again(case: &Case, read: i64, answers: &mut ContactAnswers, problems: &mut Problems) {
    if case.version != read && !answers.referrer_hears.is_empty() {
        answers.referrer_hears = String::new();
        problems
            .add("referrer_hears", "This case changed while you wrote. Look at the top of the page, then choose again");
    }
}

/// The number of the session that the next contact would use.
fn next_session(case: &Case) -> String {
    (case.sessions_used + 1).to_string()
}

pub(crate) async fn record(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let key = form.key()?;
    let answers = ContactAnswers {
        kind: form.text("kind"),
        on_day: form.text("on_day"),
        on_month: form.text("on_month"),
        on_year: form.text("on_year"),
        happened: form.text("happened"),
        note: form.text("note"),
        matters: form.text("matters"),
        next: form.text("next"),
        due_day: form.text("due_day"),
        due_month: form.text("due_month"),
        due_year: form.text("due_year"),
        referrer_hears: form.text("referrer_hears"),
        line_for_referrer: form.text("line_for_referrer"),
    };
    let case = here.app().store().case(&here.ctx, id).await?;
    match here.app().store().recorded_before(&work, id, (&answers, key)).await? {
        Some(true) => return Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=contact"))).into_response()),
        Some(false) => {
            return Err(WebError::MovedOn(
                "This contact was saved already, with other words. Open the case and correct its note there.",
            ));
        }
        None => {}
    }
    if case.closed.is_some() {
        return Err(WebError::MovedOn("This case is closed. Nothing was saved."));
    }
    let read: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    // Two tabs that both said "uses session 1" would use up two.
    let session = form.text("session");
    if answers.happened == Happened::UsedSession.code() && !session.is_empty() && session != next_session(&case) {
        let told = "A session was recorded while you wrote. Look at what has happened, then choose again";
        let (mut answers, mut problems) =
            (ContactAnswers { happened: String::new(), ..answers }, Problems::one("happened", told));
        asked_again(&case, read, &mut answers, &mut problems);
        let drawn = page(&here, &case, (&answers, key.to_string()), (&problems, None)).await?;
        return show_again(here.app(), &drawn);
    }
    match answers.check(case.standing(), here.app().today()) {
        Ok(entry) if form.text("then") == PREVIEW => {
            let (mut answers, mut problems) = (answers, Problems::none());
            asked_again(&case, read, &mut answers, &mut problems);
            if !problems.is_empty() {
                let drawn = page(&here, &case, (&answers, key.to_string()), (&problems, None)).await?;
                return show_again(here.app(), &drawn);
            }
            let (tenant, scheme) = (here.ctx.grant.tenant(), here.organisation.id);
            let settings = here.app().store().intake_settings(tenant, scheme).await?;
            let letter = preview(&case, case.letter_after(&entry, &settings));
            let drawn = page(&here, &case, (&answers, key.to_string()), (&Problems::none(), None)).await?;
            // What was read stays what the next press saves: somebody else may change the case while this is read.
            show(here.app(), &CasePage { letter: Some(letter), open_sharing: true, version: read, ..drawn })
        }
        Ok(entry) => match here.app().store().record_contact(&work, id, (&entry, key, read)).await {
            Ok(()) => Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=contact"))).into_response()),
            Err(StoreError::ChangedMeanwhile) => changed_meanwhile(&here, id, answers, key).await,
            Err(error) => Err(error.into()),
        },
        Err(mut problems) => {
            let mut answers = answers;
            asked_again(&case, read, &mut answers, &mut problems);
            let drawn = page(&here, &case, (&answers, key.to_string()), (&problems, None)).await?;
            show_again(here.app(), &drawn)
        }
    }
}

async fn note_page(
    here: &May<WorkCase>,
    (case, contact): (CaseId, ContactId),
    (typed, problems): (Option<String>, &Problems),
) -> Result<NotePage, WebError> {
    let versions = here.app().store().note_versions(&here.ctx, (case, contact)).await?;
    let today = here.app().today();
    let mut frame = here.frame("This note and its corrections", "caseload").await?;
    frame.problem = !problems.is_empty();
    let newest = versions.last().map(|version| version.body.clone()).unwrap_or_default();
    Ok(NotePage {
        frame,
        back_href: here.href(&format!("cases/{case}")),
        action: here.href(&format!("cases/{case}/contacts/{contact}/note")),
        latest: versions.last().map_or(0, |version| version.version),
        body: typed.unwrap_or(newest),
        versions: versions
            .into_iter()
            .map(|version| NoteVersion {
                number: version.version,
                when: day_and_time(version.written_at, today),
                who: version.author_name,
                body: version.body,
            })
            .collect(),
        problems: listed(problems),
    })
}

pub(crate) async fn note_form(
    here: May<WorkCase>,
    Path((_, case, contact)): Path<(String, CaseId, ContactId)>,
) -> Result<Response, WebError> {
    show(here.app(), &note_page(&here, (case, contact), (None, &Problems::none())).await?)
}

pub(crate) async fn note(
    here: May<WorkCase>,
    Path((_, case, contact)): Path<(String, CaseId, ContactId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let read: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    let typed = form.text("note");
    let problems = match Note::parse(&typed) {
        Ok(Some(body)) => match here.app().store().correct_note(&here.ctx, (case, contact), (read, &body)).await {
            Ok(()) => return Ok(Redirect::to(&here.href(&format!("cases/{case}?saved=note"))).into_response()),
            // What was typed is kept: the page shows the newest version above it and reads from that one.
            Err(StoreError::ChangedMeanwhile) => Problems::one(
                "note",
                "This note was corrected meanwhile. Read the newest version above, then save yours again",
            ),
            Err(error) => return Err(error.into()),
        },
        Ok(None) => Problems::one("note", "Write the corrected note. A note cannot be emptied"),
        Err(refused) => Problems::one("note", refused.to_string()),
    };
    show_again(here.app(), &note_page(&here, (case, contact), (Some(typed), &problems)).await?)
}

/// What is posted to see a letter before it goes.
const PREVIEW: &str = "preview";

/// The letter as it would go, or that none would.
fn preview(case: &Case, sections: Option<Vec<Section>>) -> LetterPreview {
    let practices = case.sent_by.iter().filter(|sent| sent.source == ReferralSource::Practice).count();
    LetterPreview {
        to: referrer_of(case).unwrap_or_default(),
        sections: sections.unwrap_or_default(),
        several: practices > 1,
    }
}

async fn close_page(
    here: &May<ReadCase>,
    case: &Case,
    answers: &ClosingAnswers,
    problems: &Problems,
) -> Result<ClosePage, WebError> {
    let called = case.person.details.name.called().to_owned();
    let mut frame = here.frame(format!("Close {called}'s case"), "caseload").await?;
    frame.problem = !problems.is_empty();
    Ok(ClosePage {
        frame,
        back_href: here.href(&format!("cases/{}", case.id)),
        action: here.href(&format!("cases/{}/close", case.id)),
        called,
        version: case.version,
        referrer: referrer_of(case),
        outcomes: Outcome::ALL
            .iter()
            .filter(|outcome| outcome.is_an_ending())
            .map(|outcome| Choice::new(outcome.code(), outcome.label(), answers.outcome == outcome.code()))
            .collect(),
        hears: hears_choices(&answers.referrer_hears),
        values: answers.clone(),
        letter: None,
        problems: listed(problems),
    })
}

pub(crate) async fn close_form(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let case = here.app().store().case(&here.ctx, id).await?;
    if case.closed.is_some() {
        return Ok(Redirect::to(&here.href(&format!("cases/{id}"))).into_response());
    }
    // What stood before is filled in; what nobody asked is not chosen for the person.
    let hears = case.referrer_hears.allows().map(|_| case.referrer_hears.code().to_owned()).unwrap_or_default();
    let answers = ClosingAnswers { referrer_hears: hears, ..ClosingAnswers::default() };
    show(here.app(), &close_page(&here, &case, &answers, &Problems::none()).await?)
}

pub(crate) async fn close(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let answers = ClosingAnswers {
        outcome: form.text("outcome"),
        changed: form.text("changed"),
        continues: form.text("continues"),
        requested_actions: form.text("requested_actions"),
        referrer_hears: form.text("referrer_hears"),
    };
    let read: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    match answers.check() {
        Ok(closing) if form.text("then") == PREVIEW => {
            let case = here.app().store().case(&here.ctx, id).await?;
            let letter = preview(&case, case.letter_at_the_end(&closing));
            let drawn = close_page(&here, &case, &answers, &Problems::none()).await?;
            // What was read stays what the press closes: somebody else may have changed the case since.
            show(here.app(), &ClosePage { letter: Some(letter), version: read, ..drawn })
        }
        Ok(closing) => {
            here.app().store().close_case(&work, id, (&closing, read)).await?;
            Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=closed"))).into_response())
        }
        Err(problems) => {
            let case = here.app().store().case(&here.ctx, id).await?;
            // Drawn again it would carry the newest version with what was agreed before.
            if case.version != read {
                return Err(StoreError::ChangedMeanwhile.into());
            }
            show_again(here.app(), &close_page(&here, &case, &answers, &problems).await?)
        }
    }
}
