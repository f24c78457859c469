//! Connections from the case: the service, the offer, what became of it.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_correspondence::MessageRow;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::connection::{
    BY_EMAIL, BY_HAND, ConnectionEvent, ConnectionState, EndReason, GroupIsTold, GroupReason, OfferAnswers, visit_day,
};
use fingerpost_domain::id::{CaseId, ConnectionId, RequestKey, ServiceId};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{CasePage as Case, ConnectionChange, ConnectionRow, MessageTemplate, StoredService};
use fingerpost_ui::format::{count, day, day_and_time, days_ago};
use fingerpost_ui::pages::{
    ArrivalCardPage, Choice, ConnectionLine, ConnectionPage, DayFields, OfferBeside, OfferPage, SummaryRow,
};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use fingerpost_web_directory::search;

/// What was just saved. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

/// A connection as the case page lists it.
pub fn line(here: &May<ReadCase>, case: CaseId, row: &ConnectionRow, today: Date) -> ConnectionLine {
    let asked = format!("Asked {}", days_ago(day_of(row.offered_at), today));
    let detail = match row.state {
        ConnectionState::Offered | ConnectionState::NoReply => asked,
        ConnectionState::Accepted => row.first_visit.clone().unwrap_or_else(|| "Not been there yet".to_owned()),
        ConnectionState::DeclinedByGroup => row.group_reason.map_or(asked, |reason| reason.label().to_owned()),
        ConnectionState::Started => format!("Came {}", count(i64::from(row.came), "time", "times")),
        ConnectionState::Ended => row.end_reason.map_or_else(String::new, |reason| reason.label().to_owned()),
        ConnectionState::Withdrawn => "The group's page has ended".to_owned(),
    };
    ConnectionLine {
        href: here.href(&format!("cases/{case}/connections/{}", row.id)),
        service: row.service_name.clone(),
        state: row.state.label().to_owned(),
        detail,
    }
}

/// The page of a service, reached from a case: with the button that offers it.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's scope.
pub async fn service(
    here: May<ReadCase>,
    Path((_, id, service)): Path<(String, CaseId, ServiceId)>,
) -> Result<Response, WebError> {
    let case = here.app().store().case(&here.ctx, id).await?;
    let stored = here.app().store().entries().one(service).await?;
    let called = case.person.details.name.called().to_owned();
    let back = (here.href(&format!("cases/{id}/services")), format!("What could fit {called}?"));
    let frame = here.frame(stored.service.name.clone(), "caseload").await?;
    let mut page = search::page(here.app(), &stored, (frame, back), true);
    page.against = search::against(here.app(), service, &search::wanted_for(&case, here.app().today())).await?;
    page.offer = (case.closed.is_none() && stored.service.is_open()).then(|| OfferBeside {
        href: here.href(&format!("cases/{id}/services/{service}/offer")),
        text: format!("Offer this to {called}"),
    });
    show(here.app(), &page)
}

async fn offer_page(
    here: &May<ReadCase>,
    (case, stored): (&Case, &StoredService),
    (answers, key): (OfferAnswers, String),
    problems: &Problems,
) -> Result<OfferPage, WebError> {
    let called = case.person.details.name.called().to_owned();
    let name = stored.service.name.clone();
    let mut frame = here.frame(format!("Offer {name} to {called}"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let place = here.href(&format!("cases/{}/services/{}", case.id, stored.id));
    Ok(OfferPage {
        frame,
        action: format!("{place}/offer"),
        back_href: place,
        key,
        called,
        service: name,
        against: search::against(here.app(), stored.id, &search::wanted_for(case, here.app().today())).await?,
        service_phone: stored.service.phones.first().map(|phone| phone.number.clone()),
        safe_contact: case.person.safe_contact.said_for(&case.person.details),
        told: GroupIsTold::ALL
            .iter()
            // A telephone is not offered for giving on where it is not a safe way for everybody.
            .filter(|told| **told != GroupIsTold::NameAndPhone || case.person.safe_contact.may_be_rung())
            .map(|told| Choice::new(told.code(), told.label(), answers.told == told.code()))
            .collect(),
        needs_told: (case.access.as_ref())
            .filter(|access| access.may_share && !access.needs.is_empty())
            .map(|access| access.needs.iter().map(|need| need.label().to_lowercase()).collect::<Vec<_>>().join(", ")),
        values: answers,
        problems: listed(problems),
    })
}

/// A service that its source calls closed is not offered, whatever an old page still shows.
fn running(stored: &StoredService) -> Result<(), WebError> {
    if stored.service.is_open() {
        Ok(())
    } else {
        Err(WebError::MovedOn("Its source says that this service is not running now. Nobody was asked."))
    }
}

/// The form of an offer.
///
/// # Errors
/// [`WebError::MovedOn`] for a service that is not running.
pub async fn offer_form(
    here: May<ReadCase>,
    Path((_, id, service)): Path<(String, CaseId, ServiceId)>,
) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let case = here.app().store().case(&here.ctx, id).await?;
    let stored = here.app().store().entries().one(service).await?;
    running(&stored)?;
    let email = stored.service.email.clone().unwrap_or_default();
    let way = if email.is_empty() { BY_HAND } else { BY_EMAIL };
    let answers = OfferAnswers { way: way.to_owned(), email, ..OfferAnswers::default() };
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    let drawn = offer_page(&here, (&case, &stored), (answers, key.to_string()), &Problems::none()).await?;
    show(here.app(), &drawn)
}

/// Offers the person to the service.
///
/// # Errors
/// [`WebError::MovedOn`] for a service that is not running.
pub async fn offer(
    here: May<ReadCase>,
    Path((_, id, service)): Path<(String, CaseId, ServiceId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let key = form.key()?;
    let answers = OfferAnswers {
        ask: form.text("ask"),
        first_visit: form.text("first_visit"),
        agreed: !form.text("agreed").is_empty(),
        told: form.text("told"),
        way: form.text("way"),
        email: form.text("email"),
    };
    let case = here.app().store().case(&here.ctx, id).await?;
    let stored = here.app().store().entries().one(service).await?;
    running(&stored)?;
    match answers.check(&case.person.details, &case.person.safe_contact) {
        Ok(offer) => {
            let made = here.app().store().offer_connection(&work, id, (service, &offer, key)).await?;
            Ok(Redirect::to(&here.href(&format!("cases/{id}/connections/{made}?saved=offer"))).into_response())
        }
        Err(problems) => {
            let drawn = offer_page(&here, (&case, &stored), (answers, key.to_string()), &problems).await?;
            show_again(here.app(), &drawn)
        }
    }
}

/// Today, or what was typed, in three fields.
pub fn day_fields(form: Option<&Posted>, today: Date) -> DayFields {
    match form {
        Some(form) => {
            DayFields { day: form.text("visit_day"), month: form.text("visit_month"), year: form.text("visit_year") }
        }
        None => {
            DayFields { day: today.day().to_string(), month: today.month().to_string(), year: today.year().to_string() }
        }
    }
}

/// What a pressed button says, or what is wrong beside it.
pub fn change(form: &Posted, offered_on: Date, today: Date) -> Result<ConnectionChange, Problems> {
    let came = |came| {
        let fields = day_fields(Some(form), today);
        let on = visit_day((&fields.day, &fields.month, &fields.year), offered_on, today);
        on.map(|on| ConnectionChange::Visit { on, came }).map_err(|problem| Problems::one("visit", problem))
    };
    match form.text("change").as_str() {
        "yes" => Ok(ConnectionChange::Yes),
        "no_reply" => Ok(ConnectionChange::GiveUpWaiting),
        "withdraw" => Ok(ConnectionChange::Withdraw),
        "came" => came(true),
        "did_not_come" => came(false),
        "end" => EndReason::from_code(&form.text("end"))
            .map(ConnectionChange::End)
            .ok_or_else(|| Problems::one("end", "Choose how it ended")),
        reason => GroupReason::from_code(reason)
            .map(ConnectionChange::No)
            .ok_or_else(|| Problems::one("answer", "Press the button that says what they answered")),
    }
}

async fn page(
    here: &May<ReadCase>,
    (case, id): (CaseId, ConnectionId),
    (form, problems): (Option<&Posted>, &Problems),
    saved: Option<&str>,
) -> Result<ConnectionPage, WebError> {
    let (row, visits) = here.app().store().connection(&here.ctx, (case, id)).await?;
    let messages = here.app().correspondence().messages_of_connection(&here.ctx, (case, id)).await?;
    let plan = here.app().store().plan(&here.ctx, case).await?;
    let today = here.app().today();
    let called = plan.name.called().to_owned();
    let mut frame = here.frame(format!("{called} and {}", row.service_name), "caseload").await?;
    frame.problem = !problems.is_empty();
    let works = here.may(fingerpost_policy::Action::WorkCase);
    let may = |event| works && row.state.after(event).is_ok();
    Ok(ConnectionPage {
        frame,
        back_href: here.href(&format!("cases/{case}")),
        action: here.href(&format!("cases/{case}/connections/{id}")),
        rows: rows(&row, &visits, today),
        service: row.service_name.clone(),
        // Once the group has answered, that it is being asked is no news.
        saved: saved.filter(|what| *what != "offer" || row.state == ConnectionState::Offered).map(|what| match what {
            "offer" if row.group_email.is_some() => "The group is being asked by email.".to_owned(),
            "offer" => "Saved. Ring the group, then write its answer down here.".to_owned(),
            _ => "Saved.".to_owned(),
        }),
        state: row.state.label().to_owned(),
        may_answer: may(ConnectionEvent::Accept),
        may_give_up: may(ConnectionEvent::GiveUpWaiting),
        may_visit: may(ConnectionEvent::Came),
        may_end: may(ConnectionEvent::End),
        may_withdraw: may(ConnectionEvent::Withdraw),
        card_href: (row.state == ConnectionState::Accepted)
            .then(|| here.href(&format!("cases/{case}/connections/{id}/card"))),
        messages_href: messages.iter().any(MessageRow::waits_for_somebody).then(|| here.href("messages")),
        messages: messages.iter().map(|message| message_line(message, today)).collect(),
        reasons: GroupReason::ALL.iter().map(|reason| Choice::new(reason.code(), reason.label(), false)).collect(),
        ends: EndReason::ALL.iter().map(|reason| Choice::new(reason.code(), reason.label(), false)).collect(),
        visit: day_fields(form, today),
        called,
        problems: listed(problems),
    })
}

/// "The question whether they can welcome somebody: sent yesterday at 10:30am".
fn message_line(message: &MessageRow, today: Date) -> String {
    let what = message.template.map_or("A message", MessageTemplate::label);
    match (message.sent_at, message.failed) {
        (Some(at), _) => format!("{what}: sent {}", day_and_time(at, today)),
        (None, Some((_, fault))) => format!("{what}: {}", fault.label()),
        (None, None) => format!("{what}: leaves in a moment"),
    }
}

fn rows(row: &ConnectionRow, visits: &[(Date, bool)], today: Date) -> Vec<SummaryRow> {
    let asked = match &row.group_email {
        Some(email) => format!("{}, by email to {email}", day_and_time(row.offered_at, today)),
        None => format!("{}, by hand", day_and_time(row.offered_at, today)),
    };
    let mut all = vec![SummaryRow::new("Asked", asked), SummaryRow::new("What they read", row.ask.clone())];
    all.extend(row.first_visit.clone().map(|visit| SummaryRow::new("First visit", visit)));
    all.push(SummaryRow::new("Told after a yes", row.told.label()));
    if let Some((at, by_link)) = row.answered {
        let how = if by_link { "through their link" } else { "written down here" };
        let reason = row.group_reason.map(|reason| format!(": {}", reason.label().to_lowercase())).unwrap_or_default();
        all.push(SummaryRow::new("Answered", format!("{}, {how}{reason}", day_and_time(at, today))));
    }
    let arrival = &row.arrival;
    let helps =
        [("Who meets them", &arrival.meets), ("How they get in", &arrival.way_in), ("What to bring", &arrival.bring)];
    all.extend(
        helps.into_iter().filter_map(|(key, text)| text.as_ref().map(|text| SummaryRow::new(key, text.as_str()))),
    );
    all.extend(arrival.said.as_ref().map(|said| SummaryRow::new("A word from the group", said.as_str())));
    if !visits.is_empty() {
        all.push(SummaryRow::new("Visits", visit_lines(visits, today).join("; ")));
    }
    if let Some(at) = row.ended_at {
        let reason = row.end_reason.map(|reason| format!(": {}", reason.label().to_lowercase())).unwrap_or_default();
        all.push(SummaryRow::new("Ended", format!("{}{reason}", day_and_time(at, today))));
    }
    all
}

/// "Tuesday 17 November: came".
pub fn visit_lines(visits: &[(Date, bool)], today: Date) -> Vec<String> {
    visits
        .iter()
        .map(|(on, came)| format!("{}: {}", day(*on, today), if *came { "came" } else { "did not come" }))
        .collect()
}

/// What became of an offer.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's scope.
pub async fn one(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, ConnectionId)>,
    Query(saved): Query<Saved>,
) -> Result<Response, WebError> {
    let drawn = page(&here, (case, id), (None, &Problems::none()), saved.saved.as_deref()).await?;
    show(here.app(), &drawn)
}

/// Records what happened.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's scope.
pub async fn say(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, ConnectionId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let (row, _) = here.app().store().connection(&here.ctx, (case, id)).await?;
    match change(&form, day_of(row.offered_at), here.app().today()) {
        Ok(change) => {
            here.app().store().change_connection(&work, (case, id), change).await?;
            Ok(Redirect::to(&here.href(&format!("cases/{case}/connections/{id}?saved=change"))).into_response())
        }
        Err(problems) => show_again(here.app(), &page(&here, (case, id), (Some(&form), &problems), None).await?),
    }
}

/// The card for the first visit, on paper for the person: where, not why.
pub async fn card(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, ConnectionId)>,
) -> Result<Response, WebError> {
    let (row, _) = here.app().store().connection(&here.ctx, (case, id)).await?;
    if !row.state.names_the_person() {
        return Err(WebError::MovedOn("The group has not said yes. There is no card for a first visit yet."));
    }
    let page = here.app().store().case(&here.ctx, case).await?;
    let service = here.app().store().entries().one(row.service).await.ok();
    let place = service.as_ref().and_then(|stored| search::where_it_is(&stored.service));
    let arrival = &row.arrival;
    let line = |text: &Option<Line<200>>| text.as_ref().map(ToString::to_string);
    let facts = [
        ("When", row.first_visit.clone()),
        ("Where", place),
        ("How I get in", line(&arrival.way_in)),
        ("Who meets me", line(&arrival.meets)),
        ("What I bring", line(&arrival.bring)),
    ];
    let worker = match &page.worker_phone {
        Some(phone) => format!("{}, {phone}", page.worker_name),
        None => page.worker_name.clone(),
    };
    show(
        here.app(),
        &ArrivalCardPage {
            frame: here.frame(format!("Card for {}", row.service_name), "caseload").await?,
            back_href: here.href(&format!("cases/{case}/connections/{id}")),
            service: row.service_name,
            called: page.person.details.name.called().to_owned(),
            rows: facts.into_iter().filter_map(|(key, text)| text.map(|text| SummaryRow::new(key, text))).collect(),
            worker,
        },
    )
}
