//! The diary: a week of visits, and the address at which a calendar elsewhere follows it.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_casework::FeedVisit;
use fingerpost_domain::calendar::plus_days;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::ReadCaseload;
use fingerpost_store::StoreError;
use fingerpost_ui::format;
use fingerpost_ui::pages::{DiaryDay, DiaryPage};
use icalendar::{Calendar, Class, Component as _, Event};
use serde::Deserialize;

use crate::visits::{self, DIARY, cards};
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::{App, WebError};

/// Which week, and what was just done.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    from: Option<String>,
    saved: Option<String>,
}

/// The Monday of a day's week.
fn monday(day: Date) -> Date {
    plus_days(day, -i64::from(day.weekday().to_monday_zero_offset()))
}

async fn page(here: &May<ReadCaseload>, asked: &Asked, feed: Option<String>) -> Result<DiaryPage, WebError> {
    let today = here.app().today();
    let wanted = asked.from.as_deref().and_then(|text| text.parse::<Date>().ok()).unwrap_or(today);
    let from = monday(wanted);
    let until = plus_days(from, 6);
    let casework = here.app().casework();
    let rows = casework.diary(&here.ctx, (from, until)).await?;
    let own = here.ctx.grant.only_user().is_some();
    let week = |days: i64| here.href(&format!("diary?from={}", plus_days(from, days)));
    let days = (0..7).map(|after| plus_days(from, after));
    Ok(DiaryPage {
        frame: here.frame("Diary", "caseload").await?,
        back_href: here.href("caseload"),
        week: format::days(from, until),
        earlier_href: week(-7),
        later_href: week(7),
        saved: asked.saved.as_deref().and_then(|what| match what {
            "in" => Some("Noted. Press \u{201c}I have left\u{201d} when you are out."),
            "out" => Some("Noted that you have left."),
            "cancelled" => Some("The visit is called off. Tell the person, too."),
            "cancelled_told" => Some(visits::OFF_AND_TOLD),
            "ended" => Some("The address has ended: calendars that followed it see nothing any more."),
            _ => None,
        }),
        days: days
            .map(|on| {
                let from = rows.partition_point(|row| row.visit.on < on);
                let to = rows.partition_point(|row| row.visit.on <= on);
                let visits = cards(here, &rows[from..to], (here.ctx.now, DIARY));
                DiaryDay { title: format::day(on, today), today: on == today, visits }
            })
            .collect(),
        feed_action: own.then(|| here.href("diary")),
        has_feed: own && casework.has_feed(&here.ctx).await?,
        feed,
    })
}

/// A week of the diary.
pub async fn list(here: May<ReadCaseload>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    show(here.app(), &page(&here, &asked, None).await?)
}

/// Makes or ends the address of the diary.
pub async fn change_feed(here: May<ReadCaseload>, form: Posted) -> Result<Response, WebError> {
    // Whoever sees everybody's visits has none of their own.
    let own = here.ctx.grant.only_user().is_some();
    match form.text("act").as_str() {
        "make" if own => {
            let token = here.app().casework().open_feed(&here.ctx).await?;
            let address = format!("{}/calendar/{token}/visits.ics", here.app().public_url());
            show(here.app(), &page(&here, &Asked::default(), Some(address)).await?)
        }
        "end" if own => {
            here.app().casework().end_feed(&here.ctx).await?;
            Ok(Redirect::to(&here.href("diary?saved=ended")).into_response())
        }
        _ => Err(WebError::StaleForm),
    }
}

/// One visit as a calendar elsewhere sees it: when, and of which kind. Nobody's name, no place.
fn event(visit: &FeedVisit) -> Event {
    let stamp = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    Event::new()
        .uid(&format!("{}@fingerpost", visit.id))
        .summary(visit.kind.label())
        .class(Class::Private)
        .add_property("DTSTAMP", stamp(visit.planned_at))
        .add_property("DTSTART", stamp(visit.begins))
        .add_property("DTEND", stamp(visit.ends))
        .done()
}

/// The diary behind an address, as iCalendar (RFC 5545).
pub async fn feed(State(app): State<App>, Path(token): Path<String>) -> Result<Response, WebError> {
    let now = app.now();
    let Some(link) = app.store().live_link(&token, now).await? else {
        app.store().dead_link(now).await?;
        return Err(WebError::NotFound);
    };
    let visits = match app.casework().feed(&link, now).await {
        Err(StoreError::NotFound) => return Err(WebError::NotFound),
        found => found?,
    };
    let mut calendar = Calendar::new();
    calendar.name("Visits");
    for visit in &visits {
        calendar.push(event(visit));
    }
    Ok(([(CONTENT_TYPE, "text/calendar; charset=utf-8")], calendar.done().to_string()).into_response())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_begins_on_monday_whatever_the_day() {
        for on in 23..=29 {
            assert_eq!(monday(date(2026, 11, on)), date(2026, 11, 23));
        }
    }
}
