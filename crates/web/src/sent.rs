//! What became of the people one sent: the list, and one referral with its feedback.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_correspondence_rules::prsb::{self, Message};
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::codes::{self, CodeMeaning, SnomedCode};
use fingerpost_domain::feedback::Section;
use fingerpost_domain::id::{FeedbackId, ReferralId};
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::person::PersonDetails;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::safe_contact::Reach;
use fingerpost_domain::text::Note;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{Action, AnswerBack, ReadSent, TakeBack};
use fingerpost_print::{Letter, Part};
use fingerpost_store::{PAGE_ROWS, SentPage as Sent, SentRow};
use fingerpost_ui::format::{day, day_and_time, days_ago, long_day, reference_spoken};
use fingerpost_ui::pages::{
    CodeToFile, FeedbackView, NextSlipPage, Notice, RefusalView, SentLine, SentOnePage, SentPage, Step, SummaryRow,
};
use serde::Deserialize;

use crate::ask::unbroken;
use crate::triage::question_rows;
use fingerpost_domain::text::capital;
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::paper::{self, lines};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{asked_by, listed, needs_text, one_line_address, reach_text, short_name};

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct Older {
    before: Option<i64>,
}

/// What was just done, for the panel on top. A word of ours, nothing about the person.
#[derive(Debug, Deserialize)]
pub(crate) struct Just {
    just: Option<String>,
}

/// Where a referral stands, in words for its referrer.
fn state(row: &SentRow) -> String {
    match (row.state, row.closed_at, row.first_contact) {
        (ReferralState::Accepted, Some(_), _) => "Ended".to_owned(),
        (ReferralState::Accepted, None, Some(_)) => "Being helped".to_owned(),
        (state, ..) => capital(state.label()),
    }
}

fn detail(row: &SentRow, today: Date) -> Option<String> {
    match row.state {
        ReferralState::Draft => Some("Saved. Finish it once they have agreed".to_owned()),
        ReferralState::Sent => row.answer_due.map(|due| {
            let late = due < today;
            format!(
                "{} {}",
                if late { "Late: an answer was promised by" } else { "Answer promised by 5pm on" },
                day(due, today)
            )
        }),
        ReferralState::Returned => Some("They need to know something from you first".to_owned()),
        ReferralState::Accepted if row.hears_nothing => Some("They have not agreed that you hear more".to_owned()),
        ReferralState::Accepted => Some(match (row.closed_at, row.first_contact) {
            (Some(at), _) => format!("Ended {}", days_ago(day_of(at), today)),
            (None, Some(first)) => format!("First contact on {}", day(first, today)),
            (None, None) => "First call to come".to_owned(),
        }),
        ReferralState::NotAccepted => row.reason.map(|reason| reason.label().to_owned()),
        ReferralState::DeclinedByPerson | ReferralState::Withdrawn => None,
    }
}

fn line(here: &May<ReadSent>, row: &SentRow, today: Date) -> SentLine {
    SentLine {
        href: here.href(&format!("sent/{}", row.id)),
        name: short_name(&row.name),
        state: state(row),
        detail: detail(row, today),
        unread: row.unread > 0,
        worker: row.worker_name.clone().unwrap_or_else(|| "None yet".to_owned()),
        sent: row.sent_at.map_or_else(|| "Not sent".to_owned(), |at| days_ago(day_of(at), today)),
        by: row.referrer_name.clone(),
    }
}

pub(crate) async fn list(here: May<ReadSent>, Query(older): Query<Older>) -> Result<Response, WebError> {
    let before = older.before.and_then(|at| Timestamp::from_microsecond(at).ok()).unwrap_or(Timestamp::MAX);
    let rows = here.app().store().sent(&here.ctx, before).await?;
    let today = here.app().today();
    let manager = here.ctx.grant.only_user().is_none();
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE_ROWS);
    let older_href = rows
        .last()
        .filter(|_| full)
        .map(|last| here.href(&format!("sent?before={}", last.created_at.as_microsecond())));
    let noun = here.organisation.kind.noun();
    let heading = if manager { format!("People this {noun} sent") } else { "People I sent".to_owned() };
    let page = SentPage {
        frame: here.frame(heading.clone(), "sent").await?,
        heading: heading.to_owned(),
        refer_href: here.may(Action::ReferPerson).then(|| here.href("refer")),
        manager,
        rows: rows.iter().map(|row| line(&here, row, today)).collect(),
        older_href,
        definition_text: if manager {
            format!(
                "Everybody whom this {noun} sent to social prescribing, newest first, with what became of it. People only signposted \
                 are not here: a signpost is not a referral."
            )
        } else {
            format!(
                "Everybody you began a referral for, newest first, with what became of it. Only you and whoever manages your {noun} see \
                 it. People only signposted are not here: a signpost is not a referral."
            )
        },
        empty_text: if manager {
            format!("This {noun} has sent nobody yet.")
        } else {
            "You have sent nobody yet.".to_owned()
        },
    };
    show(here.app(), &page)
}

fn notice(just: Option<&str>, sent: &Sent, today: Date) -> Option<Notice> {
    let name = short_name(&sent.row.name);
    match (just, sent.row.state) {
        (Some("sent"), ReferralState::Sent) => Some(Notice {
            title: format!("Sent to {}", sent.scheme_name),
            body: format!(
                "{name}, {}. Reference {}",
                sent.row.sent_at.map_or_else(String::new, |at| day_and_time(at, today)),
                sent.row.reference
            ),
        }),
        (Some("answered"), ReferralState::Sent) => Some(Notice {
            title: "Your answer has reached them".to_owned(),
            body: format!("{name} waits for {} again. Reference {}", sent.scheme_name, sent.row.reference),
        }),
        (Some("kept"), ReferralState::Draft) => Some(Notice {
            title: "Saved, and nothing was sent".to_owned(),
            body: format!("{name} is in your list. Finish it once they have agreed."),
        }),
        (Some("declined"), ReferralState::DeclinedByPerson) => Some(Notice {
            title: "Recorded: they said no".to_owned(),
            body: format!("{name}. No referral was made, and the scheme was not told."),
        }),
        _ => None,
    }
}

fn steps(sent: &Sent, today: Date) -> Vec<Step> {
    if !matches!(sent.row.state, ReferralState::Sent | ReferralState::Accepted)
        || sent.row.closed_at.is_some()
        || sent.row.hears_nothing
    {
        return vec![];
    }
    let step = |when: String, what: String, done: bool| Step { when, what, done };
    let called = sent.row.name.called();
    let worker = sent.row.worker_name.as_deref().unwrap_or("A link worker");
    let accepted = sent.row.state == ReferralState::Accepted;
    let mut steps = vec![step(
        sent.row.sent_at.map_or_else(String::new, |at| day_and_time(at, today)),
        format!("{} has it.", sent.scheme_name),
        true,
    )];
    steps.push(if accepted {
        step(
            sent.decided_at.map_or_else(String::new, |at| day_and_time(at, today)),
            format!("Accepted. {worker} takes it up."),
            true,
        )
    } else {
        match sent.row.answer_due {
            Some(due) if due < today => step(
                "Late".to_owned(),
                format!(
                    "An answer was promised by {}. It is still in their list: ring {}{} and read out the reference.",
                    day(due, today),
                    sent.scheme_name,
                    sent.scheme_phone.as_ref().map(|phone| format!(" on {}", unbroken(phone))).unwrap_or_default()
                ),
                false,
            ),
            due => {
                let due = due.map_or_else(String::new, |due| day(due, today));
                let what = if sent.waits_again {
                    "It was answered by mistake, and waits again. You hear yes, or no with a reason; a letter you had of it does not count."
                } else {
                    "You hear yes, or no with a reason."
                };
                step(format!("By {due}, 5pm"), what.to_owned(), false)
            }
        }
    });
    let phone = sent.worker_phone.as_ref().map(|phone| format!(" from {phone}")).unwrap_or_default();
    steps.push(match sent.row.first_contact {
        Some(first) => step(day(first, today), format!("{worker} and {called} had their first contact."), true),
        None => step(
            "Then".to_owned(),
            format!("{worker} is in touch with {called}{phone}, in the safe way you gave."),
            false,
        ),
    });
    steps.push(step(
        "When it ends".to_owned(),
        format!("You get one short letter: what {called} wanted, what they did, what changed, as far as they agree."),
        false,
    ));
    steps
}

/// The row that goes no further.
const WORRY: &str = "A worry about harm";

fn summary(sent: &Sent, today: Date) -> Vec<SummaryRow> {
    let mut rows = vec![SummaryRow::new(
        "Who",
        format!("{}, born {}", sent.person.name.full(), fingerpost_ui::format::birth_day(sent.person.born.date())),
    )];
    if let Some(number) = &sent.person.nhs_number {
        rows.push(SummaryRow::new("NHS number", number.to_string()));
    }
    rows.extend(sent.asker.as_ref().map(|asker| asked_by(asker, sent.row.name.called(), sent.row.state)));
    rows.push(SummaryRow::new("What would help", needs_text(&sent.needs)));
    if let Some(words) = &sent.words {
        rows.push(SummaryRow::new("In their words", words.clone()));
    }
    if let Some(reach) = sent.reach {
        let guidance = sent.guidance.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        rows.push(SummaryRow::new("Safe way to reach them", format!("{}{guidance}", reach_text(reach, &sent.person))));
    }
    let risk = match (sent.risk.as_deref(), &sent.risk_note) {
        (Some("known"), Some(note)) => note.clone(),
        (Some("none_known"), _) => "None known".to_owned(),
        _ => "Not asked".to_owned(),
    };
    rows.push(SummaryRow::new("Risks for anyone visiting", risk));
    // For whoever wrote it: it goes to the scheme, and no further.
    rows.extend(sent.safeguarding.as_ref().filter(|_| sent.own).map(|worry| SummaryRow::new(WORRY, worry)));
    let for_whom = sent.on_behalf.as_ref().map(|colleague| format!(", for {colleague}")).unwrap_or_default();
    rows.push(SummaryRow::new("Written by", format!("{}{for_whom}", sent.row.referrer_name)));
    if let Some(at) = sent.row.sent_at {
        rows.push(SummaryRow::new("Sent", day_and_time(at, today)));
    }
    let readers = match sent.row.state {
        ReferralState::Draft => "Only you.".to_owned(),
        ReferralState::DeclinedByPerson | ReferralState::Withdrawn if sent.row.sent_at.is_none() => {
            "You and your manager.".to_owned()
        }
        _ => format!("You, your manager, {}.", sent.scheme_name),
    };
    rows.push(SummaryRow::new("Who can see it", readers));
    rows
}

fn code_to_file(code: SnomedCode, sent: &Sent) -> CodeToFile {
    let said_no = code.means == CodeMeaning::Declined;
    // A no is dated on the day on which it was said, a yes on the day of sending.
    let at = if said_no { sent.decided_at } else { sent.row.sent_at };
    let on = at.map_or_else(String::new, |at| long_day(day_of(at)));
    let (line, rule) = if code.means == CodeMeaning::Offered {
        (
            format!("Social prescribing offered, {on}."),
            "Beside the other, where your scheme has switched it on. It says only that it was offered.",
        )
    } else if said_no {
        (
            format!("Social prescribing offered and declined by the person, {on}."),
            "When the person says no. Never because a scheme or a group says no, nobody answers, or a referral is taken back.",
        )
    } else {
        (
            format!("Referred to social prescribing, {}, {on}. The person agreed.", sent.scheme_name),
            "Once for each episode, when the person accepts. Not for each call or visit.",
        )
    };
    CodeToFile { concept: code.concept.to_owned(), term: code.term.to_owned(), line, rule: rule.to_owned() }
}

/// What to do with a code that was filed when it was sent, where no episode began after all.
fn no_code(sent: &Sent, today: Date) -> Option<String> {
    let said_no = sent.row.state == ReferralState::DeclinedByPerson;
    let over = said_no || matches!(sent.row.state, ReferralState::NotAccepted | ReferralState::Withdrawn);
    (over && sent.row.sent_at.is_some()).then(|| {
        let code = codes::in_force(CodeMeaning::Referred, sent.row.sent_at.map_or(today, day_of));
        let code = code.map(|code| format!("{} {}", code.concept, code.term)).unwrap_or_default();
        if said_no {
            return format!("No episode began. If {code} was filed when it was sent, mark it in the record as entered in error.");
        }
        format!(
            "None: no episode began. If {code} was filed when it was sent, mark it in the record as entered in error. It is not \
             coded as declined either: only the person's own no is."
        )
    })
}

pub(crate) async fn one(
    here: May<ReadSent>,
    Path((_, id)): Path<(String, ReferralId)>,
    Query(just): Query<Just>,
) -> Result<Response, WebError> {
    show(here.app(), &page(&here, id, (just.just.as_deref(), ""), &Problems::none()).await?)
}

/// What the referrer says to a question of the scheme.
pub(crate) async fn answer(
    here: May<AnswerBack>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = form.text("answer");
    let mut problems = Problems::none();
    let answer = problems.take("answer", Note::parse(&typed)).flatten();
    if answer.is_none() && problems.is_empty() {
        problems.add("answer", "Write your answer");
    }
    let Some(answer) = answer else {
        let here = May::<ReadSent> { ctx: here.also()?, visitor: here.visitor, organisation: here.organisation };
        return show_again(here.app(), &page(&here, id, (None, &typed), &problems).await?);
    };
    here.app().store().answer_back(&here.ctx, id, &answer).await?;
    Ok(Redirect::to(&here.href(&format!("sent/{id}?just=answered"))).into_response())
}

/// It was sent, goes on, and whoever sent it may hear of it.
fn waits_or_goes_on(row: &SentRow) -> bool {
    matches!(row.state, ReferralState::Sent | ReferralState::Returned | ReferralState::Accepted)
        && row.closed_at.is_none()
        && !row.hears_nothing
}

/// A code belongs into the GP record: another agency has none to file it in.
fn keeps_codes(here: &May<ReadSent>) -> bool {
    here.organisation.kind == OrganisationKind::Practice
}

async fn page(
    here: &May<ReadSent>,
    id: ReferralId,
    (just, typed): (Option<&str>, &str),
    problems: &Problems,
) -> Result<SentOnePage, WebError> {
    let sent = here.app().store().sent_one(&here.ctx, id).await?;
    let today = here.app().today();
    let name = short_name(&sent.row.name);
    let refusal = sent.alternative.as_ref().map(|alternative| RefusalView {
        reason: sent.row.reason.map_or_else(String::new, |reason| reason.label().to_owned()),
        alternative: alternative.clone(),
        who: format!(
            "{}, {}",
            sent.scheme_name,
            sent.decided_at.map_or_else(String::new, |at| day_and_time(at, today))
        ),
    });
    let feedback = sent
        .feedback
        .iter()
        .map(|message| FeedbackView {
            title: message.kind.label().to_owned(),
            when: format!("Sent {}", day_and_time(message.sent_at, today)),
            unread: message.opened_at.is_none(),
            pdf_href: here.href(&format!("sent/{id}/letters/{}", message.id)),
            data_href: here.href(&format!("sent/{id}/letters/{}/data", message.id)),
            to_paste: prsb(here, &sent, &message.sections).to_paste(),
            sections: message.sections.clone(),
        })
        .collect();
    let draft = sent.row.state == ReferralState::Draft;
    let can_take_back =
        sent.own && matches!(sent.row.state, ReferralState::Draft | ReferralState::Sent | ReferralState::Returned);
    let coded = keeps_codes(here);
    // What was asked of somebody who has left is answered by whoever looks after the practice.
    let for_all = here.also::<AnswerBack>().is_ok_and(|ctx| ctx.grant.only_user().is_none());
    let may_answer = sent.own || sent.referrer_left && for_all;
    let mut frame = here.frame(format!("{name}: {}", state(&sent.row).to_lowercase()), "sent").await?;
    frame.problem = !problems.is_empty();
    Ok(SentOnePage {
        frame,
        back_href: here.href("sent"),
        own: sent.own,
        noun: here.organisation.kind.noun().to_owned(),
        notice: notice(just, &sent, today),
        reference: sent.row.reference.clone(),
        state: state(&sent.row).to_lowercase(),
        refusal,
        feedback,
        steps: steps(&sent, today),
        summary_heading: match sent.row.state {
            ReferralState::Draft => "What is saved",
            ReferralState::DeclinedByPerson => "What was recorded",
            _ => "What was sent",
        }
        .to_owned(),
        summary: summary(&sent, today),
        code: sent.code.filter(|_| coded).map(|code| code_to_file(code, &sent)),
        no_code: no_code(&sent, today).filter(|_| coded),
        also: sent.offered.filter(|_| coded).map(|code| code_to_file(code, &sent)),
        take_back_text: if draft { "Drop this draft" } else { "Take this referral back" }.to_owned(),
        take_back_hint: if draft { "Nothing was sent, and nothing will be." } else { "You can until it is answered." }
            .to_owned(),
        take_back: can_take_back.then(|| here.href(&format!("sent/{id}/take-back"))),
        slip_href: waits_or_goes_on(&sent.row).then(|| here.href(&format!("sent/{id}/slip"))),
        referral_href: sent.row.sent_at.map(|_| here.href(&format!("sent/{id}/referral"))),
        continue_href: (draft && sent.own).then(|| here.href(&format!("refer/{id}"))),
        questions: question_rows(&sent.questions, today),
        question: sent
            .questions
            .last()
            .filter(|_| may_answer && sent.row.state == ReferralState::Returned)
            .map(|asked| asked.question.clone()),
        answer_action: here.href(&format!("sent/{id}/answer")),
        typed: typed.to_owned(),
        problems: listed(problems),
        name,
    })
}

/// The letter under the names of the PRSB standard.
fn prsb(here: &May<ReadSent>, sent: &Sent, sections: &[Section]) -> Message {
    Message::of(&prsb::Letter {
        person: &sent.person,
        sent_from: here.organisation.kind,
        practice_code: sent.practice_code.as_deref(),
        practice_name: &here.organisation.name,
        referrer: &sent.row.referrer_name,
        referrer_role: sent.referrer_role.as_deref(),
        referrer_contact: &sent.referrer_email,
        scheme: &sent.scheme_name,
        referred_on: day_of(sent.row.sent_at.unwrap_or(sent.row.created_at)),
        needs: &sent.needs,
        sections,
        code: sent.code.filter(|_| keeps_codes(here)),
    })
}

/// Who a paper is about.
fn about(person: &PersonDetails) -> Vec<(String, String)> {
    let born = fingerpost_ui::format::birth_day(person.born.date());
    let mut about = vec![("About".to_owned(), format!("{}, born {born}", person.name.full()))];
    about.extend(person.nhs_number.as_ref().map(|number| ("NHS number".to_owned(), number.to_string())));
    about
}

/// One letter as data, to be read by a program of the practice.
pub(crate) async fn data(
    here: May<ReadSent>,
    Path((_, id, letter)): Path<(String, ReferralId, FeedbackId)>,
) -> Result<Response, WebError> {
    let (sent, message) = here.app().store().sent_letter(&here.ctx, id, letter).await?;
    let name = format!("letter-{}.json", sent.row.reference.replace(' ', "-"));
    let as_file = format!("attachment; filename=\"{name}\"");
    let json = serde_json::to_string(&prsb(&here, &sent, &message.sections)).map_err(|_| WebError::Print)?;
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, as_file)], json).into_response())
}

/// The referral as it was sent, on paper: for the practice's own records.
pub(crate) async fn referral(
    here: May<ReadSent>,
    Path((_, id)): Path<(String, ReferralId)>,
) -> Result<Response, WebError> {
    let sent = here.app().store().sent_only(&here.ctx, id).await?;
    let today = here.app().today();
    let Some(at) = sent.row.sent_at else { return Err(WebError::NotFound) };
    let reached = [
        sent.person.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        sent.person.email.as_ref().map(|email| email.as_str().to_owned()),
        one_line_address(&sent.person),
    ];
    let reached = reached.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let communication = sent.person.communication.as_ref().map(ToString::to_string);
    // The worry about harm stands in no letter and on no sheet: it is for whoever wrote it and the scheme.
    let known = ["Who", "NHS number", "Who can see it", "Sent", WORRY];
    let rows = summary(&sent, today);
    let parts = [("How to reach them".to_owned(), reached)]
        .into_iter()
        .chain(communication.map(|text| ("How to communicate with them".to_owned(), text)))
        .chain(rows.iter().map(SummaryRow::words).filter(|(key, _)| !known.contains(&key.as_str())));
    let letter = Letter {
        title: "Referral to social prescribing".to_owned(),
        sent: format!("Sent {}", long_day(day_of(at))),
        from: format!("{}, {}", sent.row.referrer_name, here.organisation.name),
        to: sent.scheme_name.clone(),
        about: about(&sent.person),
        parts: parts
            .filter(|(_, text)| !text.is_empty())
            .map(|(heading, text)| Part { heading, lines: lines(&text) })
            .collect(),
        reference: sent.row.reference.clone(),
        invented: here.app().invented(),
    };
    paper::download(&format!("referral-{}", sent.row.reference), move || letter.pdf_on_one_page()).await
}

/// What happens now, in large print, for the person's hand. Whoever finds it learns neither who they are nor what it is about.
pub(crate) async fn slip(here: May<ReadSent>, Path((_, id)): Path<(String, ReferralId)>) -> Result<Response, WebError> {
    let sent = here.app().store().sent_only(&here.ctx, id).await?;
    if !waits_or_goes_on(&sent.row) {
        return Err(WebError::NotFound);
    }
    let (way, rung) = match sent.reach {
        Some(Reach::Phone) => ("rings you", true),
        Some(Reach::Text) => ("sends you a text", true),
        Some(Reach::Email) => ("sends you an email", false),
        Some(Reach::Letter) => ("writes you a letter", false),
        Some(Reach::Trusted) | None => ("gets in touch in the way you chose", false),
    };
    let worker = sent.row.worker_name.as_deref().unwrap_or("A link worker");
    let from = sent.worker_phone.as_ref().filter(|_| rung);
    let from = from.map(|phone| format!(" The number is {}.", unbroken(phone))).unwrap_or_default();
    let ring = sent.scheme_phone.as_ref().map_or_else(
        || format!("Ask at {}.", here.organisation.name),
        |phone| format!("Ring {} on {}.", sent.scheme_name, unbroken(phone)),
    );
    let today = here.app().today();
    let due = sent.row.answer_due.filter(|due| sent.row.state == ReferralState::Sent && *due >= today);
    let read = due.map(|due| {
        let what = "They read what was sent, and say whether they can help.";
        SummaryRow::new(&format!("By {}, 5pm", long_day(due)), what)
    });
    let next = match sent.row.first_contact {
        Some(_) => format!("You and {worker} go on as you agreed.{from}"),
        None => format!("{worker} {way}.{from} You talk about what matters to you."),
    };
    let rows = read.into_iter().chain([
        SummaryRow::new("Then", next),
        SummaryRow::new("Nobody in touch?", format!("{ring} Say {}.", reference_spoken(&sent.row.reference))),
        SummaryRow::new("Changed your mind?", format!("You can say no at any time. {ring}")),
    ]);
    let page = NextSlipPage {
        frame: here.frame("What happens now", "sent").await?,
        back_href: here.href(&format!("sent/{id}")),
        scheme_name: sent.scheme_name.clone(),
        rows: rows.collect(),
    };
    show(here.app(), &page)
}

/// One letter as PDF, as it was sent.
pub(crate) async fn letter(
    here: May<ReadSent>,
    Path((_, id, letter)): Path<(String, ReferralId, FeedbackId)>,
) -> Result<Response, WebError> {
    let (sent, message) = here.app().store().sent_letter(&here.ctx, id, letter).await?;
    let parts = message.sections.iter();
    let letter = Letter {
        title: message.kind.label().to_owned(),
        sent: format!("Sent {}", long_day(day_of(message.sent_at))),
        from: sent.scheme_name.clone(),
        to: format!("{}, {}", sent.row.referrer_name, here.organisation.name),
        about: about(&sent.person),
        parts: parts.map(|part| Part { heading: part.heading.clone(), lines: lines(&part.text) }).collect(),
        reference: sent.row.reference.clone(),
        invented: here.app().invented(),
    };
    paper::download(&format!("letter-{}", sent.row.reference), move || letter.pdf()).await
}

pub(crate) async fn take_back(
    here: May<TakeBack>,
    Path((_, id)): Path<(String, ReferralId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().store().take_back(&here.ctx, id).await?;
    Ok(Redirect::to(&here.href(&format!("sent/{id}"))).into_response())
}
