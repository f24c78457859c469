//! Triage: what waits for an answer, and answering it.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{ReferralId, UserId};
use fingerpost_domain::person::BirthDate;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState, Refusal};
use fingerpost_domain::risk::Risk;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::Note;
use fingerpost_policy::Triage;
use fingerpost_store::{
    Allocation, LikelyPerson, PAGE_ROWS, QuestionRow, SamePerson, StoreError, WaitingPage, WaitingRow,
};
use fingerpost_ui::format::{birth_day, day_and_time, days_ago, due};
use fingerpost_ui::pages::{Choice, SummaryRow, TriageLine, TriageOnePage, TriagePage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{answer_promised, asked_by, care, listed, needs_text, person_card, short_name};

const NEW_PERSON: &str = "new";

fn line(here: &May<Triage>, row: &WaitingRow) -> TriageLine {
    let today = here.app().today();
    TriageLine {
        href: here.href(&format!("referrals/{}", row.id)),
        name: short_name(&row.name),
        age: BirthDate::from_stored(row.born).age(today),
        due: due(row.answer_due, today),
        late: row.answer_due < today,
        sent: format!("Sent {}", days_ago(day_of(row.sent_at), today)),
        needs: needs_text(&row.needs),
        risk: row.risk.clone(),
        first: row.first,
        returned: row.returned,
        practice: from(row.source, &row.practice_name),
    }
}

/// Who asked: a practice, or nobody between.
pub(crate) fn from(source: ReferralSource, practice: &str) -> String {
    match source {
        ReferralSource::Practice => practice.to_owned(),
        ReferralSource::Oneself => "Asked themself".to_owned(),
        ReferralSource::Carer => "Asked by a carer".to_owned(),
    }
}

/// What was just answered, and which page of the list. A word of ours and a number.
#[derive(Debug, Deserialize)]
pub(crate) struct Done {
    done: Option<String>,
    page: Option<u32>,
}

pub(crate) async fn list(here: May<Triage>, Query(done): Query<Done>) -> Result<Response, WebError> {
    let (number, store) = (done.page.unwrap_or(0), here.app().store());
    let rows = store.waiting(&here.ctx, number).await?;
    let (count, _) = store.count_waiting(here.ctx.grant.tenant(), here.organisation.id).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows == PAGE_ROWS);
    let heading = match count {
        0 => "Nobody is waiting for an answer".to_owned(),
        1 => "1 person is waiting for an answer".to_owned(),
        count => format!("{count} people are waiting for an answer"),
    };
    let page = TriagePage {
        frame: here.frame("Referrals", "referrals").await?,
        heading,
        saved: done.done.map(|what| match what.as_str() {
            "accepted" => "Accepted. The link worker has it, and whoever asked can see it.".to_owned(),
            "asked" => "Asked. It comes back to you with what they say.".to_owned(),
            "declined" => "Recorded: they said no. Whoever asked can see it.".to_owned(),
            _ => "Answered. Whoever asked reads what to do instead.".to_owned(),
        }),
        rows: rows.iter().map(|row| line(&here, row)).collect(),
        more_href: more.then(|| here.href(&format!("referrals?page={}", number + 1))),
        ask_address: format!("{}/self-referral/{}", here.app().public_url(), here.organisation.slug),
    };
    show(here.app(), &page)
}

/// What is known here already and the referral may not say.
fn known_risk(person: &LikelyPerson) -> String {
    person.known_risk.as_ref().map(|risk| format!(". Take care, known here: {risk}")).unwrap_or_default()
}

/// What was chosen and typed so far.
#[derive(Debug, Default)]
struct Typed {
    person: String,
    worker: String,
    reason: String,
    alternative: String,
    question: String,
}

/// What the referrer was asked, and said.
pub(crate) fn question_rows(questions: &[QuestionRow], today: Date) -> Vec<SummaryRow> {
    let rows = questions.iter().flat_map(|each| {
        let asked = format!("{} ({}, {})", each.question, each.asked_by, day_and_time(each.asked_at, today));
        let said = each.answer.clone().zip(each.answered_at);
        let said =
            said.map_or_else(|| "Not yet".to_owned(), |(text, at)| format!("{text} ({})", day_and_time(at, today)));
        [SummaryRow::new("Asked", asked), SummaryRow::new("Answered", said)]
    });
    rows.collect()
}

async fn page(
    here: &May<Triage>,
    waiting: &WaitingPage,
    typed: &Typed,
    problems: &Problems,
) -> Result<TriageOnePage, WebError> {
    let today = here.app().today();
    let card = person_card(&waiting.person, today);
    let mut frame = here.frame(format!("{}, referral", card.name), "referrals").await?;
    frame.problem = !problems.is_empty();
    let mut likely: Vec<Choice> = waiting
        .likely
        .iter()
        .map(|person| {
            let born = birth_day(person.details.born.date());
            let open = if person.has_open_case {
                ". Has an open case here: this referral joins it and stays with its link worker"
            } else {
                ""
            };
            let id = person.id.to_string();
            let chosen = typed.person == id;
            Choice::new(&id, format!("{}, born {born}", person.details.name.full()), chosen).hint(format!(
                "{}{open}{}",
                person.likeness.label(),
                known_risk(person)
            ))
        })
        .collect();
    if !likely.is_empty() {
        likely.push(Choice::new(NEW_PERSON, "Somebody new", typed.person == NEW_PERSON));
    }
    let workers = waiting
        .workers
        .iter()
        .map(|worker| {
            let id = worker.user.to_string();
            let there =
                worker.days_there.as_ref().map(|days| format!(" At this practice: {days}.")).unwrap_or_default();
            let hint = format!("{} of {} places used. {}.{there}", worker.open_cases, worker.places, worker.languages);
            Choice::new(&id, worker.name.clone(), typed.worker == id).hint(hint)
        })
        .collect();
    let reasons = NotAcceptedReason::ALL
        .iter()
        .map(|reason| Choice::new(reason.code(), reason.label(), typed.reason == reason.code()))
        .collect();
    let state_line = format!(
        "{}. Sent {}, {}.",
        waiting.reference,
        day_and_time(waiting.sent_at, today),
        answer_promised(waiting.answer_due, today)
    );
    let mut facts = care(&waiting.person, &waiting.safe_contact, &waiting.risk);
    if waiting.risk == Risk::NoneKnown {
        facts.risk_text = "The referrer knows of none.".to_owned();
    }
    let refusal_open = problems.of("reason").is_some() || problems.of("alternative").is_some();
    Ok(TriageOnePage {
        frame,
        back_href: here.href("referrals"),
        care: facts,
        state_line,
        state: waiting.state.label().to_owned(),
        waiting: matches!(waiting.state, ReferralState::Sent | ReferralState::Returned),
        words: waiting.words.clone(),
        urgent: waiting.urgent,
        safeguarding: waiting.safeguarding.clone(),
        questions: question_rows(&waiting.questions, today),
        ask_action: (waiting.source == ReferralSource::Practice && waiting.state == ReferralState::Sent)
            .then(|| here.href(&format!("referrals/{}/ask", waiting.id))),
        question: typed.question.clone(),
        declined_action: here.href(&format!("referrals/{}/declined", waiting.id)),
        reader: match waiting.source {
            ReferralSource::Practice => {
                format!("{} reads this. It is never coded as the person declining.", waiting.referrer)
            }
            ReferralSource::Oneself => {
                "They asked themselves and read this on their own page: write it to them. Tell them in the \
                                        safe way too."
                    .to_owned()
            }
            ReferralSource::Carer => {
                "The carer who asked reads this on their own page. Write nothing here that only the person may \
                                      know, and tell the person in the safe way."
                    .to_owned()
            }
        },
        summary: [
            SummaryRow::new("What would help", needs_text(&waiting.needs)),
            match waiting.source {
                ReferralSource::Practice => {
                    SummaryRow::new("Sent by", format!("{}, {}", waiting.referrer, waiting.practice_name))
                }
                source => SummaryRow::new("Sent by", from(source, &waiting.practice_name)),
            },
            SummaryRow::new("Phone", card.phone.clone().unwrap_or_else(|| "None given".to_owned())),
            SummaryRow::new("Email", card.email.clone().unwrap_or_else(|| "None given".to_owned())),
        ]
        .into_iter()
        .chain(waiting.asker.as_ref().map(|asker| asked_by(asker, waiting.person.name.called(), waiting.state)))
        .collect(),
        person: card,
        referrer: waiting.referrer.clone(),
        likely,
        workers,
        accept_action: here.href(&format!("referrals/{}/accept", waiting.id)),
        refuse_action: here.href(&format!("referrals/{}/not-accept", waiting.id)),
        reasons,
        alternative: typed.alternative.clone(),
        open_refusal: refusal_open,
        problems: listed(problems),
    })
}

pub(crate) async fn one(here: May<Triage>, Path((_, id)): Path<(String, ReferralId)>) -> Result<Response, WebError> {
    let waiting = here.app().store().waiting_one(&here.ctx, id).await?;
    show(here.app(), &page(&here, &waiting, &Typed::default(), &Problems::none()).await?)
}

pub(crate) async fn accept(
    here: May<Triage>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = Typed { person: form.text("person"), worker: form.text("worker"), ..Typed::default() };
    let mut problems = Problems::none();
    let person = match typed.person.as_str() {
        NEW_PERSON => Some(SamePerson::New),
        id => id.parse().ok().map(SamePerson::Here),
    };
    if person.is_none() {
        problems.add("person", "Say whether this is somebody we know");
    }
    let worker: Option<UserId> = typed.worker.parse().ok();
    if worker.is_none() {
        problems.add("worker", "Choose who takes it up");
    }
    if let (Some(person), Some(worker)) = (person, worker) {
        match here.app().store().accept(&here.ctx, id, Allocation { worker, person }).await {
            Ok(_) => return Ok(Redirect::to(&here.href("referrals?done=accepted")).into_response()),
            Err(StoreError::AlreadyThere) => {
                problems.add(
                    "person",
                    "This NHS number belongs to somebody who is here already. Choose them, or ask the \
                                        practice to check the number",
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    let waiting = here.app().store().waiting_one(&here.ctx, id).await?;
    show_again(here.app(), &page(&here, &waiting, &typed, &problems).await?)
}

pub(crate) async fn not_accept(
    here: May<Triage>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = Typed { reason: form.text("reason"), alternative: form.text("alternative"), ..Typed::default() };
    match Refusal::check(&typed.reason, &typed.alternative) {
        Ok(refusal) => {
            here.app().store().not_accept(&here.ctx, id, &refusal).await?;
            Ok(Redirect::to(&here.href("referrals?done=answered")).into_response())
        }
        Err(problems) => {
            let waiting = here.app().store().waiting_one(&here.ctx, id).await?;
            show_again(here.app(), &page(&here, &waiting, &typed, &problems).await?)
        }
    }
}

/// A question to the referrer, before anything is answered.
pub(crate) async fn ask(
    here: May<Triage>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = Typed { question: form.text("question"), ..Typed::default() };
    let mut problems = Problems::none();
    let question = problems.take("question", Note::parse(&typed.question)).flatten();
    if question.is_none() && problems.is_empty() {
        problems.add("question", "Write what you need to know");
    }
    match question {
        Some(question) => {
            here.app().store().ask_back(&here.ctx, id, &question).await?;
            Ok(Redirect::to(&here.href("referrals?done=asked")).into_response())
        }
        None => {
            let waiting = here.app().store().waiting_one(&here.ctx, id).await?;
            show_again(here.app(), &page(&here, &waiting, &typed, &problems).await?)
        }
    }
}

/// The person's own no, said to the scheme.
pub(crate) async fn declined(
    here: May<Triage>,
    Path((_, id)): Path<(String, ReferralId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().store().person_said_no(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href("referrals?done=declined")).into_response())
}
