//! Counts of flow. Those who may open the lists behind them see the numbers; others see small ones hidden.

use axum::response::Response;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::small_numbers::ShownCount;
use fingerpost_domain::wait::wait_of_all;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{Action, ReadFlow};
use fingerpost_store::PracticeRow;
use fingerpost_ui::format::count;
use fingerpost_ui::pages::{FlowLine, FlowPage, MonthLine, WaitLine};
use jiff::Span;

use crate::WebError;
use crate::frame::show;
use crate::permitted::May;

const DAYS: i64 = 365;

/// Twelve months up to this one: the first instant of each, and the next one's.
fn months(today: Date) -> [(Timestamp, Timestamp); 12] {
    let first = today.first_of_month();
    let begins = |back: i64| {
        let month = first.saturating_sub(Span::new().months(back));
        instant_at(month, 0)
    };
    std::array::from_fn(|at| {
        let back = 11 - i64::try_from(at).unwrap_or(0);
        (begins(back), begins(back - 1))
    })
}

/// Fewer people than this are nobody's business but theirs, where the list may not be opened.
const ENOUGH: usize = 8;

/// A number as the reader may see it: exact where they may open the list behind it.
fn shown(count: u64, may_open: bool) -> String {
    if may_open { ShownCount::open(count) } else { ShownCount::suppressed(count) }.to_string()
}

/// What became of people is about their cases: only who may open those sees it exactly. A referrer's manager must not
/// read from a small number what the person did not share.
fn wait_line(here: &May<ReadFlow>, row: &PracticeRow) -> WaitLine {
    let may_open = here.may(Action::ReadCaseload);
    let shown = |count: u64| shown(count, may_open);
    let wait = wait_of_all(&row.waits, here.app().today());
    let days = |n: u32| count(i64::from(n), "working day", "working days");
    let few = !may_open && wait.people < ENOUGH;
    let half = match wait.half_within {
        _ if few => "Too few to say".to_owned(),
        Some(within) => days(within),
        None if wait.people == 0 => "Nobody yet".to_owned(),
        None => "Half or more still wait".to_owned(),
    };
    let nobody = wait.waiting == 0;
    WaitLine {
        practice: row.practice.clone(),
        half,
        waiting: shown(u64::try_from(wait.waiting).unwrap_or(u64::MAX)),
        longest: if nobody {
            "Nobody waits".to_owned()
        } else if !may_open && wait.waiting < ENOUGH {
            "Too few to say".to_owned()
        } else {
            days(wait.longest_waiting)
        },
        open: shown(row.open),
        open_href: may_open.then(|| here.href("caseload?show=everyone")),
    }
}

pub(crate) async fn counts(here: May<ReadFlow>) -> Result<Response, WebError> {
    let since = instant_at(plus_days(day_of(here.ctx.now), -DAYS), 0);
    let rows = here.app().store().flow(&here.ctx, since).await?;
    let signposts = here.app().store().signpost_counts(&here.ctx, since).await?;
    let months = months(here.app().today());
    let by_month = here.app().store().flow_by_month(&here.ctx, &months).await?;
    let practices = here.app().store().flow_of_practices(&here.ctx, since).await?;
    let may_open = here.may(Action::ReadSent) || here.may(Action::ReadCaseload);
    let shown = |count: u64| shown(count, may_open);
    let note = if may_open {
        "You may open the lists behind these numbers, so they are exact."
    } else {
        "Numbers from 1 to 7 are hidden and others rounded to the nearest 5, so that nobody can be recognised."
    };
    let page = FlowPage {
        frame: here.frame("Referrals in the last 12 months", "flow").await?,
        note: note.to_owned(),
        rows: rows
            .iter()
            .map(|row| FlowLine {
                practice: row.practice.clone(),
                sent: shown(row.sent),
                sent_href: here.may(Action::ReadSent).then(|| here.href("sent")),
                waiting: shown(row.waiting),
                waiting_href: here.may(Action::Triage).then(|| here.href("referrals")),
                accepted: shown(row.accepted),
                not_accepted: shown(row.not_accepted),
                withdrawn: shown(row.withdrawn),
            })
            .collect(),
        definition_text: "Referrals sent to the scheme in the last 365 days, by the practice that sent them. Drafts, people \
                          who said no, and signposts are not counted. Each referral is in one of the four columns after \
                          \u{201c}Sent\u{201d}."
            .to_owned(),
        months: months
            .iter()
            .zip(&by_month)
            .rev()
            .map(|((begins, _), row)| MonthLine {
                month: day_of(*begins).strftime("%B %Y").to_string(),
                referrals: shown(row.referrals),
                signposts: row.signposts.to_string(),
            })
            .collect(),
        waits: practices.iter().map(|row| wait_line(&here, row)).collect(),
        signposts: signposts.into_iter().map(|row| (row.place, row.count.to_string())).collect(),
    };
    show(here.app(), &page)
}
