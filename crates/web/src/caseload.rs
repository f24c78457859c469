//! The caseload: what needs its worker now.

use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_domain::calendar::{day_of, working_days_between};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{Action, ReadCaseload};
use fingerpost_store::CaseloadRow;
use fingerpost_ui::format::{count, days_ago, due, long_day};
use fingerpost_ui::pages::{CaseloadLine, CaseloadPage, ClosedLine, ClosedPage, Filter, Inbox};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::short_name;

/// Which people are shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    show: Option<String>,
}

const EVERYONE: &str = "everyone";
const CLOSED: &str = "closed";

fn waiting(row: &CaseloadRow, today: Date) -> (String, bool) {
    if row.first_contact.is_some() {
        return ("No".to_owned(), true);
    }
    let days = i64::from(working_days_between(day_of(row.sent_at), today));
    (format!("{}, for a first contact", count(days, "working day", "working days")), false)
}

fn line(here: &May<ReadCaseload>, row: &CaseloadRow, today: Date, supervising: bool) -> CaseloadLine {
    let left = row.sessions_agreed.saturating_sub(row.sessions_used);
    let (last, last_quiet) = if supervising { (row.worker_name.clone(), false) } else { waiting(row, today) };
    CaseloadLine {
        href: here.href(&format!("cases/{}", row.id)),
        name: short_name(&row.name),
        first: row.worried,
        next: row.next_action.clone().unwrap_or_else(|| "Decide what to do".to_owned()),
        due: row.next_due.map_or_else(|| "Nothing planned".to_owned(), |day| due(day, today)),
        late: row.next_due.is_some_and(|day| day < today),
        last_contact: row.last_contact.map_or_else(|| "No contact yet".to_owned(), |day| days_ago(day, today)),
        sessions: format!("{left} of {}", row.sessions_agreed),
        risk: row.risk.clone(),
        risk_note: match row.risk.as_str() {
            "not_asked" => Some("Ask at the first call".to_owned()),
            _ => row.risk_note.clone(),
        },
        last,
        last_quiet,
    }
}

/// How the longest wait for an answer stands against what its referrer was promised.
fn promised(day: Date, today: Date) -> String {
    if day < today {
        format!("The answer that has waited longest is {}.", due(day, today))
    } else {
        format!("The next answer was promised for {}.", due(day, today).trim_start_matches("by "))
    }
}

async fn inbox(here: &May<ReadCaseload>, now: Timestamp) -> Result<Option<Inbox>, WebError> {
    if !here.may(Action::Triage) {
        return Ok(None);
    }
    let (waiting, oldest) = here.app().store().count_waiting(here.ctx.grant.tenant(), here.organisation.id).await?;
    Ok((waiting > 0).then(|| Inbox {
        text: format!("{} to open", count(waiting, "referral", "referrals")),
        href: here.href("referrals"),
        detail: oldest.map_or_else(String::new, |day| promised(day, day_of(now))),
    }))
}

/// Closed cases stay readable: how each ended, last closed first.
async fn closed(here: &May<ReadCaseload>) -> Result<Response, WebError> {
    let rows = here.app().store().closed_cases(&here.ctx).await?;
    let today = here.app().today();
    let page = ClosedPage {
        frame: here.frame("Closed cases", "caseload").await?,
        back_href: here.href("caseload"),
        rows: rows
            .iter()
            .map(|row| ClosedLine {
                href: here.href(&format!("cases/{}", row.id)),
                name: short_name(&row.name),
                outcome: row.outcome.label().to_owned(),
                closed: days_ago(day_of(row.closed_at), today),
                worker: row.worker_name.clone(),
            })
            .collect(),
    };
    show(here.app(), &page)
}

pub(crate) async fn list(here: May<ReadCaseload>, Query(shown): Query<Shown>) -> Result<Response, WebError> {
    if shown.show.as_deref() == Some(CLOSED) {
        return closed(&here).await;
    }
    let (rows, places) = here.app().store().caseload(&here.ctx).await?;
    let today = here.app().today();
    let supervising = here.ctx.grant.only_user().is_none();
    let everyone = shown.show.as_deref() == Some(EVERYONE);
    let now_count = rows.iter().filter(|row| row.urgency().needs_now(today)).count();
    let filter = |text: String, href: String, current: bool| Filter { text, href, current };
    let open = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let page = CaseloadPage {
        frame: here.frame("What needs you now", "caseload").await?,
        today: long_day(today),
        room: format!("{open} of {} used.", count(places, "place", "places")),
        inbox: inbox(&here, here.ctx.now).await?,
        table_heading: if supervising { "Everybody in the scheme" } else { "Your people" }.to_owned(),
        filters: vec![
            filter(format!("Needs you now ({now_count})"), here.href("caseload"), !everyone),
            filter(format!("Everyone ({open})"), here.href("caseload?show=everyone"), everyone),
            filter("Closed".to_owned(), here.href("caseload?show=closed"), false),
        ],
        last_column: if supervising { "Link worker" } else { "Waiting" }.to_owned(),
        rows: rows
            .iter()
            .filter(|row| everyone || row.urgency().needs_now(today))
            .map(|row| line(&here, row, today, supervising))
            .collect(),
        empty_text: if rows.is_empty() {
            "Nobody yet. When a referral is accepted and allocated to you, the person shows here."
        } else {
            "Nobody needs you right now."
        }
        .to_owned(),
    };
    show(here.app(), &page)
}
