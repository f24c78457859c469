//! What became of those whom a practice referred: in pictures, in words for a newsletter, and against the practice's own codes.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::codes::{self, CodeMeaning, SnomedCode};
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState};
use fingerpost_domain::small_numbers::ShownCount;
use fingerpost_domain::wait::wait_of_all;
use fingerpost_flow::Became;
use fingerpost_policy::{ReadCounted, ReadFlow};
use fingerpost_ui::format::count;
use fingerpost_ui::pages::{Bar, BecamePage, Choice, CodeLine};
use serde::Deserialize;

use crate::counted::span_of;
use crate::flow::{ENOUGH, months};
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// Which time is wanted, and what the practice counted itself.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    month: String,
    #[serde(default)]
    referred: String,
    #[serde(default)]
    declined: String,
}

fn bar(label: &str, count: u64, all: u64, href: Option<String>) -> Bar {
    let percent = if all == 0 { 0.0 } else { count as f64 * 100.0 / all as f64 };
    Bar { label: label.to_owned(), percent: format!("{percent:.0}"), count: count.to_string(), href }
}

fn newsletter((practice, noun): (&str, &str), when: &str, became: &Became, half: Option<u32>) -> String {
    let mut text = format!(
        "{practice} works with a link worker: somebody who listens to what matters to you and helps you find company, advice or \
         something you would enjoy."
    );
    // Of a few people nothing is said that might be said of each of them.
    if let ShownCount::About(sent) = ShownCount::suppressed(became.sent()) {
        text.push_str(&format!(" {} we made about {sent} referrals", fingerpost_domain::text::capital(when)));
        if let ShownCount::About(helped) = ShownCount::suppressed(became.sent_in(&[ReferralState::Accepted])) {
            text.push_str(&format!(", and about {helped} were taken up so far"));
        }
        text.push('.');
    }
    if let ShownCount::About(told) = ShownCount::suppressed(became.signposts) {
        text.push_str(&format!(" We also told people about something nearby, about {told} times."));
    }
    if let Some(days) = half {
        text.push_str(&format!(
            " Half of the people had a first talk within {}.",
            count(i64::from(days), "working day", "working days")
        ));
    }
    text.push_str(&format!(" Would it help you, or somebody you look after? Ask anybody at the {noun}."));
    text
}

fn counted(field: &'static str, typed: &str, problems: &mut Problems) -> Option<u64> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok().filter(|count| *count <= 1_000_000);
    if read.is_none() {
        problems.add(field, "Enter a whole number, such as 12");
    }
    read
}

/// Ours against theirs, with what to do.
fn code_line(code: SnomedCode, ours: u64, theirs: Option<u64>, href: String) -> CodeLine {
    let verdict = theirs.map(|theirs| {
        let more = |many: u64| count(i64::try_from(many).unwrap_or(i64::MAX), "code", "codes");
        match theirs.cmp(&ours) {
            std::cmp::Ordering::Equal => "They agree.".to_owned(),
            std::cmp::Ordering::Less => {
                format!(
                    "{} fewer in your records: open the list and file those that are missing. Somebody who was referred twice in one \
                     episode is coded once.",
                    more(ours - theirs)
                )
            }
            std::cmp::Ordering::Greater => format!(
                "{} more in your records: look for one filed twice, for each call, or for somebody who was not accepted, was taken \
                 back, or said no later. Referrals that did not come through Fingerpost count there too.",
                more(theirs - ours)
            ),
        }
    });
    CodeLine { concept: code.concept.to_owned(), term: code.term.to_owned(), ours: ours.to_string(), verdict, href }
}

/// What became of those whom the practice referred.
///
/// # Errors
/// [`WebError::NotFound`] for a month that is none.
pub(crate) async fn page(here: May<ReadCounted>, Query(wanted): Query<Wanted>) -> Result<Response, WebError> {
    if here.organisation.kind == OrganisationKind::Scheme {
        // A scheme has its own page of counts, of all its practices.
        return Ok(Redirect::to(&here.href("flow")).into_response());
    }
    let practice = here.organisation.kind == OrganisationKind::Practice;
    let today = here.app().today();
    let chosen = Some(wanted.month.as_str()).filter(|month| !month.is_empty());
    let (from, until, when) = span_of(chosen, today)?;
    let became = here.app().flow().became(&here.ctx, (from, until)).await?;
    // Of waits a manager hears what nobody can be recognised by.
    let half = match here.also::<ReadFlow>() {
        Ok(flow) if wanted.month.is_empty() => {
            let practices = here.app().flow().flow_of_practices(&flow, from).await?;
            let own = practices.iter().find(|row| row.slug == here.organisation.slug);
            own.filter(|row| row.waits.len() >= ENOUGH).and_then(|row| wait_of_all(&row.waits, today).half_within)
        }
        _ => None,
    };
    let month = if wanted.month.is_empty() { String::new() } else { format!("&month={}", wanted.month) };
    let list = |of: &str, count: u64| (count > 0).then(|| here.href(&format!("flow/people?of={of}{month}")));
    let sent = became.sent();
    let state = |label: &str, of: &str, states: &[ReferralState]| {
        let count = became.sent_in(states);
        bar(label, count, sent, list(of, count))
    };
    let refused = became.sent_in(&[ReferralState::NotAccepted]);
    let reason = |reason: &NotAcceptedReason| {
        let of =
            became.rows.iter().filter(|row| row.reason == Some(*reason) && row.state == ReferralState::NotAccepted);
        let count: u64 = of.map(|row| row.sent).sum();
        let href = here.href(&format!("flow/people?of=not_accepted&reason={}{month}", reason.code()));
        (count > 0).then(|| bar(reason.label(), count, refused, Some(href)))
    };
    let mut problems = Problems::none();
    let theirs =
        (counted("referred", &wanted.referred, &mut problems), counted("declined", &wanted.declined, &mut problems));
    let (referred, declined) = became.codes;
    // The last day of the time, or today.
    let last = plus_days(day_of(until.min(here.ctx.now)), if until < here.ctx.now { -1 } else { 0 });
    let mut frame = here.frame("What became of those we referred", "flow").await?;
    frame.problem = !problems.is_empty();
    let month_choice = |(begins, _): &(Timestamp, Timestamp)| {
        let code = day_of(*begins).strftime("%Y-%m").to_string();
        let chosen = code == wanted.month;
        Choice::new(&code, day_of(*begins).strftime("%B %Y").to_string(), chosen)
    };
    let all = Choice::new("", "The last 12 months", wanted.month.is_empty());
    let wrong = !problems.is_empty();
    let page = BecamePage {
        frame,
        back_href: here.href("flow"),
        noun: here.organisation.kind.noun().to_owned(),
        meet_href: practice.then(|| format!("/meet/{}", here.organisation.slug)),
        action: here.href("became"),
        month: wanted.month.clone(),
        periods: std::iter::once(all).chain(months(today).iter().rev().map(month_choice)).collect(),
        when: when.clone(),
        sent: sent.to_string(),
        states: vec![
            state("Waiting for an answer", "waiting", &[ReferralState::Sent, ReferralState::Returned]),
            state("Accepted", "accepted", &[ReferralState::Accepted]),
            state("Not accepted by the scheme", "not_accepted", &[ReferralState::NotAccepted]),
            state("Declined by them", "declined", &[ReferralState::DeclinedByPerson]),
            state("Taken back", "withdrawn", &[ReferralState::Withdrawn]),
        ],
        reasons: NotAcceptedReason::ALL.iter().filter_map(reason).collect(),
        signposts: became.signposts.to_string(),
        newsletter: newsletter((&here.organisation.name, here.organisation.kind.noun()), &when, &became, half),
        codes: [
            (CodeMeaning::Referred, referred, theirs.0, here.href(&format!("flow/people?of=coded{month}"))),
            (CodeMeaning::Declined, declined, theirs.1, here.href(&format!("flow/people?of=said_no{month}"))),
        ]
        .into_iter()
        .filter(|_| practice)
        .filter_map(|(means, ours, theirs, href)| {
            let code = codes::in_force(means, last)?;
            Some(code_line(code, ours, theirs, href))
        })
        .collect(),
        referred: wanted.referred,
        declined: wanted.declined,
        problems: listed(&problems),
    };
    if wrong { show_again(here.app(), &page) } else { show(here.app(), &page) }
}
