//! The people behind a number, for those who may open it.

use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::referral::{NotAcceptedReason, ReferralState};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_flow::{Counted, CountedRow, PART};
use fingerpost_policy::{Action, Ground, ReadCounted};
use fingerpost_ui::format::{day, long_day};
use fingerpost_ui::pages::{CountedLine, CountedPage, ListPages};
use jiff::Span;
use serde::Deserialize;

use crate::flow::DAYS;
use fingerpost_domain::text::capital;
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

/// Which number's people are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default = "sent")]
    of: String,
    month: Option<String>,
    practice: Option<String>,
    /// Why the scheme said no.
    reason: Option<String>,
    /// Which part of the list, from 1.
    #[serde(default)]
    part: u16,
}

fn sent() -> String {
    "sent".to_owned()
}

/// The instants between which a month lies, and its name; the last 365 days where none is named.
pub(crate) fn span_of(month: Option<&str>, today: Date) -> Result<(Timestamp, Timestamp, String), WebError> {
    let Some(month) = month else {
        let since = instant_at(plus_days(today, -DAYS), 0);
        return Ok((since, Timestamp::MAX, "in the last 12 months".to_owned()));
    };
    let first: Date = format!("{month}-01").parse().map_err(|_| WebError::NotFound)?;
    let next = first.saturating_add(Span::new().months(1));
    Ok((instant_at(first, 0), instant_at(next, 0), format!("in {}", first.strftime("%B %Y"))))
}

fn counted_line(here: &May<ReadCounted>, row: &CountedRow) -> CountedLine {
    let today = here.app().today();
    let href = match (row.case, row.referral, row.state) {
        (Some(case), ..) => Some(here.href(&format!("cases/{case}"))),
        (None, Some(id), _) if here.may(Action::ReadSent) => Some(here.href(&format!("sent/{id}"))),
        (None, Some(id), _) => Some(here.href(&format!("referrals/{id}"))),
        (None, None, _) => None,
    };
    let state = match (row.state, row.first_contact) {
        (Some(state), _) => capital(state.label()),
        (None, Some(first)) => format!("First contact on {}", day(first, today)),
        (None, None) => "No first contact yet".to_owned(),
    };
    CountedLine {
        href,
        name: row.name.full(),
        practice: row.practice.clone(),
        state,
        sent: long_day(day_of(row.sent_at)),
    }
}

/// The people behind one of the numbers, for those who may open it.
pub(crate) async fn people(here: May<ReadCounted>, Query(wanted): Query<Wanted>) -> Result<Response, WebError> {
    let (from, until, when) = span_of(wanted.month.as_deref(), here.app().today())?;
    let practice = wanted.practice.as_deref();
    if practice.is_some_and(|slug| !slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')) {
        return Err(WebError::NotFound);
    }
    let (state, what) = match wanted.of.as_str() {
        "sent" => (None, "Sent"),
        "waiting" => (Some(ReferralState::Sent), "Sent, and waiting for an answer"),
        "accepted" => (Some(ReferralState::Accepted), "Sent, and accepted"),
        "not_accepted" => (Some(ReferralState::NotAccepted), "Sent, and not accepted by the scheme"),
        "declined" => (Some(ReferralState::DeclinedByPerson), "Sent, and declined by the person"),
        "withdrawn" => (Some(ReferralState::Withdrawn), "Sent, and taken back"),
        "coded" => (None, "With the code for a referral ready"),
        "said_no" => (None, "With the code for a no ready"),
        "open" => (None, "Open cases"),
        "still_waiting" => (None, "Waiting for a first contact"),
        _ => return Err(WebError::NotFound),
    };
    let reason = match wanted.reason.as_deref() {
        None => None,
        Some(code) => Some(NotAcceptedReason::from_code(code).ok_or(WebError::NotFound)?),
    };
    let cases = matches!(wanted.of.as_str(), "open" | "still_waiting");
    // Without a month all that are open are meant, however long ago they were sent.
    let ever = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    let (sent_from, sent_until) = if wanted.month.is_none() && cases { ever } else { (from, until) };
    let flow = here.app().flow();
    let before = usize::from(wanted.part.saturating_sub(1)) * PART;
    let after = i64::try_from(before).unwrap_or(i64::MAX);
    let of = Counted { state, reason, practice, from: sent_from, until: sent_until, after };
    let scheme = here.ctx.grant.ground() == Ground::Supervision;
    let coded = matches!(wanted.of.as_str(), "coded" | "said_no");
    // Codes belong into the record of a practice; a reason tells its own refusals apart, and nobody else's.
    let practice_only = coded && here.organisation.kind != OrganisationKind::Practice;
    if practice_only || reason.is_some() && (scheme || wanted.of != "not_accepted") {
        return Err(WebError::NotFound);
    }
    let (mut rows, definition) = match (scheme, cases) {
        (true, true) => {
            let since = (wanted.of == "still_waiting").then_some(from);
            let definition =
                "People whose case is open now, longest first. Waiting: those without a first contact that took place.";
            (flow.open_in_scheme(&here.ctx, of, since).await?, definition)
        }
        (true, false) => {
            let definition = "Referrals by the day on which they were sent, newest first. Whoever was taken back before an answer is \
                              counted, and not named here.";
            (flow.counted_in_scheme(&here.ctx, of).await?, definition)
        }
        // What became of people later is theirs to tell.
        (false, true) => return Err(WebError::NotFound),
        (false, false) if coded => {
            let declined = wanted.of == "said_no";
            let definition = if declined {
                "People of this practice who said no, to you or to the scheme, by the day on which they did."
            } else {
                "Referrals of this practice that were sent with the person's yes and were not turned down or taken back, by the day on \
                 which they were sent. Somebody who was referred twice in one episode is coded once."
            };
            (flow.coded_in_practice(&here.ctx, declined, of).await?, definition)
        }
        (false, false) => {
            let definition = "Referrals from here by the day on which they were sent, newest first.";
            (flow.counted_in_practice(&here.ctx, of).await?, definition)
        }
    };
    let sent_when = if wanted.month.is_some() { format!(", sent {when}") } else { String::new() };
    let heading = match (cases, practice, rows.first()) {
        (true, Some(_), Some(row)) => format!("{what}{sent_when}, {}", row.practice),
        (true, ..) => format!("{what}{sent_when}"),
        (false, Some(_), Some(row)) => format!("{what} {when}, {}", row.practice),
        (false, ..) => format!("{what} {when}"),
    };
    let heading = match reason {
        Some(reason) => format!("{heading}: {}", reason.label().to_lowercase()),
        None => heading,
    };
    let more = rows.len() > PART;
    rows.truncate(PART);
    let href = |part: usize| {
        let month = wanted.month.as_ref().map(|month| format!("&month={month}")).unwrap_or_default();
        let practice = practice.map(|practice| format!("&practice={practice}")).unwrap_or_default();
        let reason = reason.map(|reason| format!("&reason={}", reason.code())).unwrap_or_default();
        here.href(&format!("flow/people?of={}{month}{practice}{reason}&part={part}", wanted.of))
    };
    let part = before / PART + 1;
    let pages = (more || before > 0).then(|| ListPages {
        words: format!("{} to {}", before + 1, before + rows.len()),
        before: (before > 0).then(|| href(part - 1)),
        after: more.then(|| href(part + 1)),
    });
    let heading = if before > 0 { format!("{heading}, part {part}") } else { heading };
    let page = CountedPage {
        frame: here.frame(heading.clone(), "flow").await?,
        heading,
        back_href: here.href("flow"),
        rows: rows.iter().map(|row| counted_line(&here, row)).collect(),
        definition_text: definition.to_owned(),
        pages,
    };
    show(here.app(), &page)
}
