//! Counts of flow. Those who may open the lists behind them see the numbers; others see small ones hidden.

use axum::response::Response;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::small_numbers::ShownCount;
use fingerpost_policy::{Action, ReadFlow};
use fingerpost_ui::pages::{FlowLine, FlowPage};

use crate::WebError;
use crate::frame::show;
use crate::permitted::May;

const DAYS: i64 = 365;

pub(crate) async fn counts(here: May<ReadFlow>) -> Result<Response, WebError> {
    let since = instant_at(plus_days(day_of(here.ctx.now), -DAYS), 0);
    let rows = here.app().store().flow(&here.ctx, since).await?;
    let signposts = here.app().store().signpost_counts(&here.ctx, since).await?;
    let may_open = here.may(Action::ReadSent) || here.may(Action::ReadCaseload);
    let shown = |count: u64| if may_open { ShownCount::open(count) } else { ShownCount::suppressed(count) }.to_string();
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
        signposts: signposts.into_iter().map(|row| (row.place, row.count.to_string())).collect(),
    };
    show(here.app(), &page)
}
