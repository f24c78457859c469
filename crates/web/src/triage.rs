//! Triage: what waits for an answer, and answering it.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::{day_of, working_days_between};
use fingerpost_domain::id::{ReferralId, UserId};
use fingerpost_domain::matching::Match;
use fingerpost_domain::person::{BirthDate, Postcode};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState, Refusal};
use fingerpost_domain::risk::Risk;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::Note;
use fingerpost_intake_rules::allocation::{Candidate, Wanted, rank};
use fingerpost_intake_rules::criteria::{Checked, Referred, check};
use fingerpost_intake_rules::settings::IntakeSettings;
use fingerpost_policy::Triage;
use fingerpost_store::{
    Allocation, LikelyPerson, PAGE_ROWS, QuestionRow, SamePerson, StoreError, WaitingPage, WaitingRow,
};
use fingerpost_ui::format::{birth_day, day, day_and_time, days_ago, due};
use fingerpost_ui::pages::{
    Choice, CriterionLine, Link, MessagePage, SummaryRow, TriageLine, TriageOnePage, TriagePage, UntoldLine,
};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{answer_promised, asked_by, care, listed, needs_text, person_card, short_name};

const NEW_PERSON: &str = "new";

fn line(here: &May<Triage>, row: &WaitingRow, patience: u16) -> TriageLine {
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
        returned: row.asked_at.map(|at| {
            let waited = working_days_between(day_of(at), today);
            if patience > 0 && waited >= u32::from(patience) {
                format!("No answer in {waited} working days: decide without it")
            } else {
                format!("Waits for the referrer, asked {}", days_ago(day_of(at), today))
            }
        }),
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
    let open = here.app().intake().count_open_referrals(&here.ctx).await?;
    let returned_text = match open - count {
        ..=0 => None,
        1 => Some("1 more waits for what the referrer says.".to_owned()),
        more => Some(format!("{more} more wait for what their referrers say.")),
    };
    let today = here.app().today();
    let patience = store.intake_settings(here.ctx.grant.tenant(), here.organisation.id).await?.decide_after;
    let untold = here.app().intake().to_be_told(&here.ctx).await?;
    let heading = match count {
        0 => "Nobody is waiting for an answer".to_owned(),
        1 => "1 person is waiting for an answer".to_owned(),
        count => format!("{count} people are waiting for an answer"),
    };
    let page = TriagePage {
        frame: here.frame("Referrals", "referrals").await?,
        heading,
        returned_text,
        untold: untold
            .iter()
            .map(|row| UntoldLine {
                href: here.href(&format!("referrals/{}", row.id)),
                name: short_name(&row.name),
                what: format!("{}. Answered {}", from(row.source, ""), days_ago(day_of(row.decided_at), today)),
            })
            .collect(),
        saved: done.done.map(|what| match what.as_str() {
            "accepted" => "Accepted. The link worker has it, and whoever asked can see it.".to_owned(),
            "asked" => "Asked. It comes back to you with what they say.".to_owned(),
            "told" => "Noted: they have been told.".to_owned(),
            "declined" => "Recorded: they said no. Whoever asked can see it.".to_owned(),
            _ => "Answered. Whoever asked reads what to do instead.".to_owned(),
        }),
        rows: rows.iter().map(|row| line(&here, row, patience)).collect(),
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

/// Who can take it up, the most fitting first, each with what speaks for and against.
fn workers(waiting: &WaitingPage, typed: &Typed, today: Date) -> Vec<Choice> {
    let candidates: Vec<Candidate<'_>> = waiting
        .workers
        .iter()
        .map(|worker| Candidate {
            at_practice: worker.days_there.is_some(),
            away: worker.away_until.is_some(),
            skills: &worker.skills,
            languages: &worker.languages,
            places: worker.places,
            open_cases: worker.open_cases,
        })
        .collect();
    let communication = waiting.person.communication.as_ref().map(ToString::to_string).unwrap_or_default();
    let ranked = rank(&candidates, Wanted { needs: &waiting.needs, communication: &communication });
    ranked
        .into_iter()
        .filter_map(|fit| {
            let worker = waiting.workers.get(fit.index)?;
            let id = worker.user.to_string();
            let away = worker.away_until.map(|until| format!("Away until {}", day(until, today)));
            let there = worker.days_there.as_ref().map(|days| format!("At this practice: {days}"));
            let room = format!("{} of {} places used", worker.open_cases, worker.places);
            let parts = away.into_iter().chain(fit.reasons).chain([room, worker.languages.clone()]).chain(there);
            let hint = parts.collect::<Vec<_>>().join(". ") + ".";
            Some(Choice::new(&id, worker.name.clone(), typed.worker == id).hint(hint))
        })
        .collect()
}

/// What of the scheme's criteria is met, is not, and has to be asked.
fn criteria(waiting: &WaitingPage, settings: &IntakeSettings, today: Date) -> Vec<CriterionLine> {
    let referred = Referred {
        born: waiting.person.born,
        postcode: waiting.person.postcode.as_ref().map(Postcode::as_str),
        // Whoever may be they counts too: it is asked, and refuses nobody.
        last_ended: waiting
            .likely
            .iter()
            .filter(|person| person.likeness <= Match::NameAndBirthDate)
            .filter_map(|person| person.last_ended)
            .max()
            .map(day_of),
    };
    let line = |each: Checked| CriterionLine {
        what: each.what,
        code: each.found.code().to_owned(),
        label: each.found.label().to_owned(),
        why: each.why,
        otherwise: each.otherwise,
    };
    check(&waiting.terms, settings, referred, today).into_iter().map(line).collect()
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
                "{}{}{open}{}",
                person.likeness.label(),
                person
                    .also_known_as
                    .as_ref()
                    .map(|name| format!(", as {name} on an earlier record"))
                    .unwrap_or_default(),
                known_risk(person)
            ))
        })
        .collect();
    if !likely.is_empty() {
        likely.push(Choice::new(NEW_PERSON, "Somebody new", typed.person == NEW_PERSON));
    }
    let settings = here.app().store().intake_settings(here.ctx.grant.tenant(), here.organisation.id).await?;
    let workers = workers(waiting, typed, today);
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
        criteria: criteria(waiting, &settings, today),
        questions: question_rows(&waiting.questions, today),
        ask_action: (waiting.source == ReferralSource::Practice && waiting.state == ReferralState::Sent)
            .then(|| here.href(&format!("referrals/{}/ask", waiting.id))),
        question: typed.question.clone(),
        declined_action: here.href(&format!("referrals/{}/declined", waiting.id)),
        told_action: (waiting.state == ReferralState::NotAccepted
            && waiting.source != ReferralSource::Practice
            && waiting.told_at.is_none())
        .then(|| here.href(&format!("referrals/{}/told", waiting.id))),
        told_words: waiting.alternative.clone(),
        seen: waiting.likely.iter().map(|person| person.id.to_string()).collect::<Vec<_>>().join(" "),
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
        .chain(waiting.on_behalf.as_ref().map(|colleague| SummaryRow::new("Written for", colleague)))
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
    let waiting = match here.app().store().waiting_one(&here.ctx, id).await {
        Err(StoreError::NotFound) => return taken_back(&here, id).await,
        waiting => waiting?,
    };
    show(here.app(), &page(&here, &waiting, &Typed::default(), &Problems::none()).await?)
}

/// What stands where a referral was: whoever was told of it and comes later reads what became of it, and nobody's name.
async fn taken_back(here: &May<Triage>, id: ReferralId) -> Result<Response, WebError> {
    let at = here.app().intake().taken_back_at(&here.ctx, id).await?.ok_or(StoreError::NotFound)?;
    let page = MessagePage {
        frame: here.frame("Taken back", "referrals").await?,
        heading: "This referral was taken back".to_owned(),
        paragraphs: vec![
            format!(
                "Whoever asked took it back on {}, before it was answered. There is nothing left to do.",
                day_and_time(at, here.app().today())
            ),
            "What it said is for whoever wrote it, and is not shown here any more.".to_owned(),
        ],
        link: Some(Link { href: here.href("referrals"), text: "Back to referrals".to_owned() }),
    };
    show(here.app(), &page)
}

/// Somebody who asked themself has been told that it is not taken up.
pub(crate) async fn told(
    here: May<Triage>,
    Path((_, id)): Path<(String, ReferralId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().intake().told_not_accepted(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href("referrals?done=told")).into_response())
}

pub(crate) async fn accept(
    here: May<Triage>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = Typed { person: form.text("person"), worker: form.text("worker"), ..Typed::default() };
    let mut problems = Problems::none();
    let person = match typed.person.as_str() {
        NEW_PERSON => {
            let seen = form.text("seen");
            Some(SamePerson::New(seen.split_whitespace().filter_map(|id| id.parse().ok()).collect()))
        }
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
            // Somebody alike has come in since this page was shown: it says who, and asks again.
            Err(StoreError::ChangedMeanwhile) if typed.person == NEW_PERSON => {
                problems
                    .add("person", "Somebody with the same name and date of birth has come in meanwhile: is it them?");
            }
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
