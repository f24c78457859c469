//! Counts of flow. Those who may open the lists behind them see the numbers; others see small ones hidden.

use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::small_numbers::ShownCount;
use fingerpost_domain::wait::{GroupWait, wait_of_all};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_flow::{FlowRow, PracticeRow};
use fingerpost_policy::{Ground, ReadCounted, ReadFlow};
use fingerpost_ui::format::{count, long_day};
use fingerpost_ui::pages::{Choice, FlowLine, FlowMonthLine, FlowMonthsPage, FlowPage, MonthLine, WaitLine};
use jiff::Span;
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

pub(crate) const DAYS: i64 = 365;

/// Twelve months up to this one: the first instant of each, and the next one's.
pub(crate) fn months(today: Date) -> [(Timestamp, Timestamp); 12] {
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
pub(crate) const ENOUGH: usize = 8;

/// A number as the reader may see it: exact where they may open the list behind it.
fn shown(count: u64, may_open: bool) -> String {
    if may_open { ShownCount::open(count) } else { ShownCount::suppressed(count) }.to_string()
}

/// From where people came: a practice, or straight to the scheme.
fn place_name(here: &May<ReadFlow>, slug: &str, name: &str) -> String {
    let straight = here.organisation.kind == OrganisationKind::Scheme && here.organisation.slug == slug;
    if straight { "Asked us themselves".to_owned() } else { name.to_owned() }
}

/// Where the people behind a number stand.
fn people(here: &May<ReadFlow>, of: &str, month: Option<Date>, practice: Option<&str>) -> String {
    let month = month.map(|month| format!("&month={}", month.strftime("%Y-%m"))).unwrap_or_default();
    let practice = practice.map(|practice| format!("&practice={practice}")).unwrap_or_default();
    here.href(&format!("flow/people?of={of}{month}{practice}"))
}

/// Within how many working days half of a group had a first contact, in words.
fn half_of(wait: &GroupWait, few: bool) -> String {
    match wait.half_within {
        _ if few => "Too few to say".to_owned(),
        Some(within) => count(i64::from(within), "working day", "working days"),
        None if wait.people == 0 => "Nobody yet".to_owned(),
        None => "Half or more still wait".to_owned(),
    }
}

/// What became of people is about their cases: only who may open those sees it exactly. A referrer's manager must not
/// read from a small number what the person did not share.
fn wait_line(here: &May<ReadFlow>, row: &PracticeRow, may_open: bool) -> WaitLine {
    let shown = |count: u64| shown(count, may_open);
    let wait = wait_of_all(&row.waits, here.app().today());
    let days = |n: u32| count(i64::from(n), "working day", "working days");
    let few = !may_open && wait.people < ENOUGH;
    let half = half_of(&wait, few);
    // A nought beside names that are known elsewhere says what became of each of them.
    let hidden = !may_open && row.waits.len() < ENOUGH;
    if hidden {
        let few = || "Too few to say".to_owned();
        let (practice, half, waiting, longest, open) =
            (place_name(here, &row.slug, &row.practice), few(), few(), few(), few());
        return WaitLine { practice, half, waiting, waiting_href: None, longest, open, open_href: None };
    }
    let nobody = wait.waiting == 0;
    WaitLine {
        practice: place_name(here, &row.slug, &row.practice),
        half,
        waiting: shown(u64::try_from(wait.waiting).unwrap_or(u64::MAX)),
        waiting_href: (may_open && wait.waiting > 0).then(|| people(here, "still_waiting", None, Some(&row.slug))),
        longest: if nobody {
            "Nobody waits".to_owned()
        } else if !may_open && wait.waiting < ENOUGH {
            "Too few to say".to_owned()
        } else {
            days(wait.longest_waiting)
        },
        open: shown(row.open),
        open_href: (may_open && row.open > 0).then(|| people(here, "open", None, Some(&row.slug))),
    }
}

/// Whether the reader may open the lists of a practice's referrals, and those of a scheme's.
fn opens(here: &May<ReadFlow>) -> (bool, bool) {
    let ground = here.also::<ReadCounted>().ok().map(|counted| counted.grant.ground());
    (ground == Some(Ground::Practice), ground == Some(Ground::Supervision))
}

/// What the reader is told of numbers that are hidden.
const fn note((practice, scheme): (bool, bool)) -> &'static str {
    match (practice, scheme) {
        (_, true) => "You may open the lists behind these numbers, so they are exact.",
        (true, false) => {
            "You may open the lists of those whom your practice sent, so those numbers are exact. What became of them later is \
             theirs to tell: of waits and open cases, numbers from 1 to 7 are hidden and others rounded to the nearest 5."
        }
        (false, false) => {
            "Numbers from 1 to 7 are hidden and others rounded to the nearest 5, so that nobody can be recognised."
        }
    }
}

pub(crate) async fn counts(here: May<ReadFlow>) -> Result<Response, WebError> {
    let since = instant_at(plus_days(day_of(here.ctx.now), -DAYS), 0);
    let rows = here.app().flow().flow(&here.ctx, since).await?;
    let signposts = here.app().flow().signpost_counts(&here.ctx, since).await?;
    let months = months(here.app().today());
    let by_month = here.app().flow().flow_by_month(&here.ctx, &months, None).await?;
    let practices = here.app().flow().flow_of_practices(&here.ctx, since).await?;
    let (practice, scheme) = opens(&here);
    let may_open = practice || scheme;
    let shown = |count: u64| shown(count, may_open);
    let (tenant, place) = (here.ctx.grant.tenant(), here.ctx.grant.organisation());
    let patients = here.app().store().registered_patients(tenant, place).await?;
    // A rate gives a hidden count away.
    let rate = |slug: &str, count: u64| {
        let (_, sizes) = patients.as_ref().filter(|_| may_open)?;
        let (_, size) = sizes.iter().find(|(place, size)| place == slug && *size > 0)?;
        Some(format!("{:.1}", count as f64 * 1_000.0 / *size as f64))
    };
    let signposted = |row: &FlowRow| signposts.iter().find(|each| each.slug == row.slug).map_or(0, |each| each.count);
    // Behind a nought there is nobody.
    let list =
        |of: &str, count: u64, practice: &str| (may_open && count > 0).then(|| people(&here, of, None, Some(practice)));
    let page = FlowPage {
        frame: here.frame("Referrals in the last 12 months", "flow").await?,
        note: note((practice, scheme)).to_owned(),
        became_href: practice.then(|| here.href("became")),
        rows: rows
            .iter()
            .map(|row| FlowLine {
                practice: place_name(&here, &row.slug, &row.practice),
                months_href: here.href(&format!("flow/months?practice={}", row.slug)),
                sent: shown(row.sent),
                sent_href: list("sent", row.sent, &row.slug),
                waiting: shown(row.waiting),
                waiting_href: list("waiting", row.waiting, &row.slug),
                accepted: shown(row.accepted),
                accepted_href: list("accepted", row.accepted, &row.slug),
                not_accepted: shown(row.not_accepted),
                not_accepted_href: list("not_accepted", row.not_accepted, &row.slug),
                declined: shown(row.declined),
                declined_href: list("declined", row.declined, &row.slug),
                withdrawn: shown(row.withdrawn),
                // Whoever was taken back before an answer is not the scheme's to name.
                withdrawn_href: list("withdrawn", row.withdrawn, &row.slug).filter(|_| practice),
                rate: rate(&row.slug, row.sent),
                signposts: signposted(row).to_string(),
                signpost_rate: rate(&row.slug, signposted(row)),
            })
            .collect(),
        definition_text: "Referrals sent to the scheme in the last 365 days, by the practice that sent them. Drafts, people \
                          who said no to the referrer, and signposts are not counted among them. Each referral is in one of the five columns \
                          after \u{201c}Sent\u{201d}. Signposts stand beside them, and are in none of them. \u{201c}For each 1,000 \
                          patients\u{201d} divides those sent, and the signposts, by the patients registered with the practice on the day of the list named above the table; small practices go up and \
                          down by chance alone."
            .to_owned(),
        patients_on: patients.as_ref().filter(|_| may_open).map(|(on, _)| long_day(*on)),
        months: months
            .iter()
            .zip(&by_month)
            .rev()
            .map(|((begins, _), row)| MonthLine {
                month: day_of(*begins).strftime("%B %Y").to_string(),
                referrals_href: (may_open && row.referrals > 0).then(|| people(&here, "sent", Some(day_of(*begins)), None)),
                referrals: shown(row.referrals),
                signposts: row.signposts.to_string(),
            })
            .collect(),
        months_href: here.href("flow/months"),
        waits: practices.iter().map(|row| wait_line(&here, row, scheme)).collect(),
        signposts: signposts.iter().map(|row| (row.place.clone(), row.count.to_string())).collect(),
    };
    show(here.app(), &page)
}

/// Whose months are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct Whose {
    #[serde(default)]
    practice: String,
}

/// The months of one practice, or of all: what was sent, how those fared, what was signposted.
pub(crate) async fn by_month(here: May<ReadFlow>, Query(whose): Query<Whose>) -> Result<Response, WebError> {
    let (practice, scheme) = opens(&here);
    let may_open = practice || scheme;
    let places = here.app().flow().places(&here.ctx).await?;
    let chosen = match whose.practice.as_str() {
        "" => None,
        slug => Some(here.app().store().organisation_by_slug(slug).await?.ok_or(WebError::NotFound)?),
    };
    let months = months(here.app().today());
    let of = chosen.as_ref().map(|practice| practice.id);
    let counted = here.app().flow().flow_by_month(&here.ctx, &months, of).await?;
    let waited = here.app().flow().waits_by_month(&here.ctx, &months, of).await?;
    let slug = chosen.as_ref().map(|practice| practice.slug.as_str());
    let today = here.app().today();
    let rows = months.iter().zip(counted).zip(waited).rev();
    let rows = rows.map(|(((begins, _), row), waited)| {
        let month = day_of(*begins);
        let wait = wait_of_all(&waited.waits, today);
        // A nought beside names that are known elsewhere says what became of each of them.
        let hidden = !scheme && row.referrals > 0 && waited.waits.len() < ENOUGH;
        let case = |count: u64| if hidden { "Too few to say".to_owned() } else { shown(count, scheme) };
        let list = |of: &str, count: u64, may: bool| (may && count > 0).then(|| people(&here, of, Some(month), slug));
        let waiting = wait.waiting as u64;
        FlowMonthLine {
            month: month.strftime("%B %Y").to_string(),
            referrals: shown(row.referrals, may_open),
            referrals_href: list("sent", row.referrals, may_open),
            signposts: row.signposts.to_string(),
            half: half_of(&wait, hidden),
            waiting: case(waiting),
            waiting_href: list("still_waiting", waiting, scheme),
            open: case(waited.open),
            open_href: list("open", waited.open, scheme),
        }
    });
    let rows = rows.collect();
    let all = Choice::new("", "All practices", chosen.is_none());
    let each = places.iter().map(|(at, name)| Choice::new(at, place_name(&here, at, name), slug == Some(at.as_str())));
    let whose =
        chosen.as_ref().map_or_else(|| "All practices".to_owned(), |one| place_name(&here, &one.slug, &one.name));
    let page = FlowMonthsPage {
        frame: here.frame(format!("Month by month: {whose}"), "flow").await?,
        back_href: here.href("flow"),
        whose,
        note: note((practice, scheme)).to_owned(),
        action: here.href("flow/months"),
        practices: if places.len() > 1 { std::iter::once(all).chain(each).collect() } else { vec![] },
        rows,
    };
    show(here.app(), &page)
}
