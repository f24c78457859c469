//! A visit: planning it, going in, having left, calling it off, and how it is shown.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_casework::VisitRow;
use fingerpost_correspondence_rules::message::MayLeave;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{CaseId, RequestKey, VisitId};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::visit::{GRACE, VisitAnswers, VisitKind};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{Permission, ReadCase, ReadCaseload, WorkCase};
use fingerpost_ui::format::{clock, day, time};
use fingerpost_ui::pages::{Choice, PlannedVisit, VisitCard, VisitPage};

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, one_line_address, short_name};

/// They had heard of the visit by a message.
pub const OFF_AND_TOLD: &str =
    "The visit is called off, and the person gets a message, or stands on your list of messages to pass on.";

/// The page that a visit's buttons come back to.
pub(crate) const CASELOAD: &str = "caseload";
pub(crate) const DIARY: &str = "diary";

fn icon(kind: VisitKind) -> &'static str {
    match kind {
        VisitKind::Home => "home",
        VisitKind::Practice | VisitKind::Elsewhere => "people",
        VisitKind::GoAlong => "walk",
        VisitKind::Call => "phone",
    }
}

/// "Home visit, 14 Tannery Row, WX4 1TN".
fn place(row: &VisitRow) -> String {
    let home = row.home.clone().filter(|_| row.visit.kind == VisitKind::Home);
    let typed = row.visit.place.as_ref().map(ToString::to_string);
    let parts = [Some(row.visit.kind.label().to_owned()), typed, home];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn state(row: &VisitRow, now: Timestamp) -> (Option<String>, bool) {
    match (row.out, row.back_at) {
        (Some((_, by)), None) => {
            let late = now > by.saturating_add(GRACE).unwrap_or(Timestamp::MAX);
            let said = format!("Wanted to be back by {}.", time(by));
            (Some(if late { format!("{said} Others are told.") } else { said }), late)
        }
        (Some(_), Some(back)) => {
            let written = if row.recorded { " Written down." } else { "" };
            (Some(format!("Left at {}.{written}", time(back))), false)
        }
        (None, _) if row.recorded => (Some("Written down.".to_owned()), false),
        (None, _) => (None, false),
    }
}

/// How far a visit is from the one before it on the same day, where both places are known.
fn distance(before: Option<&VisitRow>, row: &VisitRow) -> Option<String> {
    let before = before.filter(|each| each.visit.on == row.visit.on && each.worker_name == row.worker_name)?;
    let miles = before.point?.miles_to(row.point?);
    Some(format!("{miles:.1} miles in a straight line from the visit before"))
}

/// Visits as cards, in the order in which they come.
pub(crate) fn cards<P: Permission>(
    here: &May<P>,
    rows: &[VisitRow],
    (now, back): (Timestamp, &'static str),
) -> Vec<VisitCard> {
    let today = day_of(now);
    let own = &here.visitor.signed_in.name;
    let me = here.visitor.actor().user;
    rows.iter()
        .enumerate()
        .map(|(at, row)| {
            let visit = &row.visit;
            let (state, late) = state(row, now);
            let there = row.out.is_some() && row.back_at.is_none();
            let over = visit.begins() <= now;
            let ends = visit.ends().to_zoned(fingerpost_domain::calendar::service_zone());
            VisitCard {
                time: clock(visit.at.hour(), visit.at.minute()),
                until: format!("to {}", clock(ends.hour(), ends.minute())),
                name: short_name(&row.name),
                href: here.href(&format!("cases/{}", row.case)),
                icon: icon(visit.kind),
                place: place(row),
                care: match row.risk.as_str() {
                    "known" => row.risk_note.clone(),
                    "not_asked" => Some("Risks not asked yet".to_owned()),
                    _ => None,
                },
                communication: row.communication.clone(),
                remember: visit.remember.as_ref().map(ToString::to_string),
                distance: distance(at.checked_sub(1).and_then(|at| rows.get(at)), row),
                whose: (row.worker_name != *own).then(|| format!("In the diary of {}", row.worker_name)),
                state,
                late,
                action: here.href(&format!("cases/{}/visits/{}", row.case, row.id)),
                back,
                may_go_in: visit.kind.is_alone() && visit.on == today && row.out.is_none(),
                may_come_out: there && row.gone_by == Some(me),
                record_href: (over && !row.recorded && !there)
                    .then(|| here.href(&format!("cases/{}?visit={}#record", row.case, row.id))),
                may_cancel: row.out.is_none() && !row.recorded && visit.on >= today,
            }
        })
        .collect()
}

/// What is planned, as the page of the case lists it.
#[must_use]
pub fn planned(here: &May<ReadCase>, rows: &[VisitRow], today: Date) -> Vec<PlannedVisit> {
    rows.iter()
        .filter(|row| !row.recorded)
        .map(|row| PlannedVisit {
            when: format!("{}, {}", day(row.visit.on, today), clock(row.visit.at.hour(), row.visit.at.minute())),
            place: place(row),
            remember: row.visit.remember.as_ref().map(ToString::to_string),
            action: row.out.is_none().then(|| here.href(&format!("cases/{}/visits/{}", row.case, row.id))),
        })
        .collect()
}

async fn page(
    here: &May<ReadCase>,
    id: CaseId,
    (answers, telling, key): (&VisitAnswers, bool, RequestKey),
    problems: &Problems,
) -> Result<Option<VisitPage>, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    if case.closed.is_some() {
        return Ok(None);
    }
    let person = &case.person.details;
    let called = person.name.called().to_owned();
    let (tell, by_hand) = match here.app().casework().reach(&here.ctx, id).await? {
        MayLeave::By(channel) => (Some(format!("Send {called} the day and the time {}", channel.label())), None),
        MayLeave::ByHand(why) => {
            let way = case.person.safe_contact.said_for(person);
            (None, Some(format!("Tell {called} yourself: {}. {way}", why.label())))
        }
    };
    let mut frame = here.frame(format!("Plan a visit with {called}"), "caseload").await?;
    frame.problem = !problems.is_empty();
    Ok(Some(VisitPage {
        frame,
        back_href: here.href(&format!("cases/{id}")),
        action: here.href(&format!("cases/{id}/visits")),
        called,
        home: one_line_address(person),
        key: key.to_string(),
        kinds: VisitKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.code(), kind.label(), answers.kind == kind.code()))
            .collect(),
        values: answers.clone(),
        tell,
        telling,
        by_hand,
        problems: listed(problems),
    }))
}

/// The form of a visit.
pub async fn form(here: May<ReadCase>, Path((_, id)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let fresh = VisitAnswers { minutes: "60".to_owned(), ..VisitAnswers::default() };
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    match page(&here, id, (&fresh, true, key), &Problems::none()).await? {
        Some(page) => show(here.app(), &page),
        None => Ok(Redirect::to(&here.href(&format!("cases/{id}"))).into_response()),
    }
}

/// Plans a visit.
pub async fn plan(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let key = form.key()?;
    let answers = VisitAnswers {
        kind: form.text("kind"),
        on_day: form.text("on_day"),
        on_month: form.text("on_month"),
        on_year: form.text("on_year"),
        at: form.text("at"),
        minutes: form.text("minutes"),
        place: form.text("place"),
        postcode: form.text("postcode"),
        remember: form.text("remember"),
    };
    let tell = form.has("tell");
    match answers.check(here.app().today()) {
        Ok(visit) => {
            here.app().casework().plan_visit(&work, id, (&visit, tell, key)).await?;
            Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=visit"))).into_response())
        }
        Err(problems) => match page(&here, id, (&answers, tell, key), &problems).await? {
            Some(page) => show_again(here.app(), &page),
            None => Err(WebError::MovedOn("This case is closed. Nothing was saved.")),
        },
    }
}

/// Going in, having left, calling off: one button each.
pub async fn act(
    here: May<WorkCase>,
    Path((_, case, visit)): Path<(String, CaseId, VisitId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let casework = here.app().casework();
    let saved = match form.text("act").as_str() {
        "in" => {
            casework.go_in(&here.ctx, (case, visit)).await?;
            "in"
        }
        "out" => {
            casework.come_out(&here.ctx, (case, visit)).await?;
            "out"
        }
        "cancel" => {
            if casework.cancel_visit(&here.ctx, (case, visit)).await? {
                "cancelled_told"
            } else {
                "cancelled"
            }
        }
        _ => return Err(WebError::StaleForm),
    };
    let back = match form.text("back").as_str() {
        CASELOAD => here.href("caseload"),
        DIARY => here.href(&format!("diary?saved={saved}")),
        _ => here.href(&format!("cases/{case}?saved={saved}")),
    };
    Ok(Redirect::to(&back).into_response())
}

/// Says that a late colleague was reached.
pub async fn reached(
    here: May<ReadCaseload>,
    Path((_, visit)): Path<(String, VisitId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().casework().reached(&here.ctx, visit).await?;
    Ok(Redirect::to(&here.href("caseload")).into_response())
}
