//! The caseload: what needs its worker now.

use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_casework::{AnswerRow, CaseloadRow, OutRow, Turn, Turns};
use fingerpost_domain::calendar::{day_of, plus_days, working_days_between};
use fingerpost_domain::connection::ConnectionState;
use fingerpost_domain::text::capital;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{Action, ReadCaseload, SeeMessages};
use fingerpost_ui::format::{count, day, days_ago, due, long_day, time};
use fingerpost_ui::pages::{
    CaseloadLine, CaseloadPage, ClosedLine, ClosedPage, DayView, Filter, GroupAnswerLine, Inbox, ListPages, OutLine,
    ReviewLine,
};
use serde::Deserialize;

use crate::alerts;
use crate::visits::{self, cards};
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::short_name;

/// Which people are shown.
#[derive(Debug, Deserialize)]
pub struct Shown {
    show: Option<String>,
    /// The page of the list, from 1.
    page: Option<String>,
}

/// People on one page of the list: what somebody still looks through.
const ON_A_PAGE: usize = 100;

/// The page that is shown of a list of `count`, and where it begins: one that is not there any more is the last that is.
fn part(asked: Option<usize>, count: usize) -> (usize, usize) {
    let page = asked.unwrap_or(1).clamp(1, count.div_ceil(ON_A_PAGE).max(1));
    (page, (page - 1) * ON_A_PAGE)
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
    let urgency = row.turn.urgency;
    let left = row.sessions_agreed.saturating_sub(row.sessions_used);
    let (last, last_quiet) = if supervising { (row.worker_name.clone(), false) } else { waiting(row, today) };
    CaseloadLine {
        href: here.href(&format!("cases/{}", row.turn.id)),
        name: short_name(&row.name),
        first: urgency.worried,
        next: row.next_action.clone().unwrap_or_else(|| "Decide what to do".to_owned()),
        due: urgency.due.map_or_else(|| "Nothing planned".to_owned(), |day| due(day, today)),
        late: urgency.due.is_some_and(|day| day < today),
        last_contact: urgency.last_contact.map_or_else(|| "No contact yet".to_owned(), |day| days_ago(day, today)),
        sessions: format!("{left} of {}", row.sessions_agreed),
        risk: row.risk.clone(),
        risk_note: match row.risk.as_str() {
            "not_asked" => Some("Ask at the first call".to_owned()),
            _ => row.risk_note.clone(),
        },
        last,
        last_quiet,
        covered: row.turn.covered.then(|| format!("You cover for {}", row.worker_name)),
    }
}

/// Reviews are shown so many days before they are due.
const REVIEWS_AHEAD: i64 = 7;

/// Plans to look at again with somebody, and needs to ask about again, soonest first.
fn to_review(turns: &[Turn], today: Date) -> Vec<(Date, &'static str, Turn)> {
    let until = plus_days(today, REVIEWS_AHEAD);
    let of = |turn: &Turn| {
        let plan = turn.plan_review.map(|on| (on, "Look at the plan again together"));
        let access = turn.access_review.map(|on| (on, "Ask again how information has to reach them"));
        [plan, access].into_iter().flatten().filter(|(on, _)| *on <= until).collect::<Vec<_>>()
    };
    let mut all: Vec<_> =
        turns.iter().flat_map(|turn| of(turn).into_iter().map(move |(on, what)| (on, what, *turn))).collect();
    all.sort_by_key(|(on, what, turn)| (*on, turn.id, *what));
    all.truncate(ON_A_PAGE);
    all
}

fn reviews(
    here: &May<ReadCaseload>,
    due_soon: &[(Date, &'static str, Turn)],
    rows: &[CaseloadRow],
    today: Date,
) -> Vec<ReviewLine> {
    due_soon
        .iter()
        .filter_map(|(on, what, turn)| {
            let row = rows.iter().find(|row| row.turn.id == turn.id)?;
            Some(ReviewLine {
                href: here.href(&format!("cases/{}", turn.id)),
                name: short_name(&row.name),
                what,
                due: due(*on, today),
                late: *on < today,
            })
        })
        .collect()
}

fn answer_line(here: &May<ReadCaseload>, row: &AnswerRow, today: Date) -> GroupAnswerLine {
    let when = days_ago(day_of(row.at), today);
    if let Some(on) = row.missed_on {
        return GroupAnswerLine {
            href: here.href(&format!("cases/{}", row.case)),
            text: format!("{} did not come to {}, {}", short_name(&row.name), row.service, day(on, today)),
            detail: format!("Told {when}. Ask how they are; the line goes when you write that down."),
            yes: false,
        };
    }
    let yes = row.state == ConnectionState::Accepted;
    GroupAnswerLine {
        href: here.href(&format!("cases/{}/connections/{}", row.case, row.connection)),
        text: format!(
            "{} said {} to {}",
            row.service,
            if yes { "yes" } else { "not this time" },
            short_name(&row.name)
        ),
        detail: match row.reason.filter(|_| !yes) {
            Some(reason) => format!("{}, {when}", reason.label()),
            None => capital(&when),
        },
        yes,
    }
}

fn out_line(here: &May<ReadCaseload>, row: &OutRow, today: Date) -> OutLine {
    OutLine {
        text: format!(
            "{} went in at {} and wanted to be back by {}.",
            row.worker_name,
            time(row.left_at),
            time(row.back_by)
        ),
        place: row.place.clone(),
        phone: row.worker_phone.clone(),
        late: row.raised > 0,
        answered: row
            .answered
            .as_ref()
            .map(|(name, at)| format!("{name} reached them, {} at {}.", days_ago(day_of(*at), today), time(*at))),
        action: here.href(&format!("visits/{}/reached", row.id)),
    }
}

/// The day of somebody who sees their own people.
async fn own_day(here: &May<ReadCaseload>, turns: &Turns, today: Date) -> Result<DayView, WebError> {
    let casework = here.app().casework();
    let visits = casework.diary(&here.ctx, (today, today)).await?;
    let answers = casework.answers(&here.ctx).await?;
    Ok(DayView {
        visits: cards(here, &visits, (here.ctx.now, visits::CASELOAD)),
        diary_href: here.href("diary"),
        covering: turns.covering.iter().map(|name| format!("You look after the people of {name} today.")).collect(),
        answers: answers.iter().map(|row| answer_line(here, row, today)).collect(),
    })
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

/// What did not arrive, or waits to be passed on by hand.
async fn undelivered(here: &May<ReadCaseload>) -> Result<Option<Inbox>, WebError> {
    let count_of = here.also::<SeeMessages>()?;
    let waiting = here.app().correspondence().count_undelivered(&count_of).await?;
    Ok((waiting > 0).then(|| Inbox {
        text: format!("{} for you to pass on", count(waiting, "message", "messages")),
        href: here.href("messages"),
        detail: "They did not arrive, or no machine may send them.".to_owned(),
    }))
}

/// Closed cases stay readable: how each ended, last closed first.
async fn closed(here: &May<ReadCaseload>) -> Result<Response, WebError> {
    let rows = here.app().casework().closed_cases(&here.ctx).await?;
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

/// Who needs the reader now, or everybody, or the closed cases.
pub async fn list(here: May<ReadCaseload>, Query(shown): Query<Shown>) -> Result<Response, WebError> {
    if shown.show.as_deref() == Some(CLOSED) {
        return closed(&here).await;
    }
    let today = here.app().today();
    let supervising = here.ctx.grant.only_user().is_none();
    let everyone = shown.show.as_deref() == Some(EVERYONE);
    let listed = |turn: &&Turn| everyone || turn.urgency.needs_now(today);
    // A whole scheme's reviews would be a list that nobody reads: each is somebody's own.
    let asked = shown.page.as_deref().and_then(|page| page.parse().ok());
    let due_soon = |all: &[Turn]| if supervising { vec![] } else { to_review(all, today) };
    let pick = |all: &[Turn]| {
        let (_, from) = part(asked, all.iter().filter(listed).count());
        let mut picked: Vec<Turn> = all.iter().filter(listed).skip(from).take(ON_A_PAGE).copied().collect();
        let others: Vec<Turn> = due_soon(all)
            .iter()
            .map(|(.., turn)| *turn)
            .filter(|turn| picked.iter().all(|other| other.id != turn.id))
            .collect();
        picked.extend(others);
        picked
    };
    let (turns, rows) = here.app().casework().caseload(&here.ctx, pick).await?;
    let now_count = turns.all.iter().filter(|turn| turn.urgency.needs_now(today)).count();
    let filter = |text: String, href: String, current: bool| Filter { text, href, current };
    let open = turns.all.len();
    let own_cases = turns.all.iter().filter(|turn| !turn.covered).count();
    let count_listed = if everyone { open } else { now_count };
    let (at, from) = part(asked, count_listed);
    let on_this = (count_listed - from).min(ON_A_PAGE);
    let show_page = |page: usize| {
        let shown = if everyone { "show=everyone&" } else { "" };
        here.href(&format!("caseload?{shown}page={page}"))
    };
    let page = CaseloadPage {
        frame: here.frame("What needs you now", "caseload").await?,
        today: long_day(today),
        room: format!("{own_cases} of {} used.", count(turns.places, "place", "places")),
        inbox: inbox(&here, here.ctx.now).await?,
        undelivered: undelivered(&here).await?,
        day: if supervising { None } else { Some(own_day(&here, &turns, today).await?) },
        alerts: alerts::lines(&here, today).await?,
        out: here.app().casework().out_now(&here.ctx).await?.iter().map(|row| out_line(&here, row, today)).collect(),
        reviews: reviews(&here, &due_soon(&turns.all), &rows, today),
        find_action: here.href("find"),
        cover_href: here.href("cover"),
        table_heading: if supervising { "Everybody in the scheme" } else { "Your people" }.to_owned(),
        filters: vec![
            filter(format!("Needs you now ({now_count})"), here.href("caseload"), !everyone),
            filter(format!("Everyone ({open})"), here.href("caseload?show=everyone"), everyone),
            filter("Closed".to_owned(), here.href("caseload?show=closed"), false),
        ],
        last_column: if supervising { "Link worker" } else { "Waiting" }.to_owned(),
        rows: rows.iter().take(on_this).map(|row| line(&here, row, today, supervising)).collect(),
        pages: (count_listed > ON_A_PAGE).then(|| ListPages {
            words: format!("{} to {} of {count_listed}", from + 1, from + on_this),
            before: (at > 1).then(|| show_page(at - 1)),
            after: (from + on_this < count_listed).then(|| show_page(at + 1)),
        }),
        empty_text: if turns.all.is_empty() {
            "Nobody yet. When a referral is accepted and allocated to you, the person shows here."
        } else {
            "Nobody is late, due today, without a next step, or unheard of for 4 weeks."
        }
        .to_owned(),
    };
    show(here.app(), &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_there_any_more_is_the_last_that_is() {
        assert_eq!((part(None, 0), part(Some(0), 5), part(Some(999), 0)), ((1, 0), (1, 0), (1, 0)));
        assert_eq!((part(Some(2), 101), part(Some(2), 100), part(Some(usize::MAX), 250)), ((2, 100), (1, 0), (3, 200)));
    }
}
