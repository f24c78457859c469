//! Messages that did not arrive, or that only a person may pass on.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_correspondence::MessageRow;
use fingerpost_correspondence_rules::message::Fault;
use fingerpost_domain::id::OutboxId;
use fingerpost_policy::{ReadCase, SeeMessages};
use fingerpost_store::MessageTemplate;
use fingerpost_ui::format::day_and_time;
use fingerpost_ui::pages::{MessageLine, MessagesPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::short_name;

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

fn line(here: &May<SeeMessages>, row: &MessageRow) -> MessageLine {
    let today = here.app().today();
    let (at, fault) = row.failed.unwrap_or((row.run_at, Fault::Message));
    let about = |whom: String| match &row.person {
        Some(person) => format!("{whom}, about {}", short_name(person)),
        None => whom,
    };
    let whom = if let Some(colleague) = &row.colleague {
        about(colleague.clone())
    } else if row.to_person {
        row.person.as_ref().map_or_else(|| "Somebody who is helped".to_owned(), short_name)
    } else {
        about(row.group.clone().unwrap_or_else(|| "A group".to_owned()))
    };
    let how = if fault == Fault::ByHand { "Waits for somebody since" } else { "Given up" };
    MessageLine {
        what: row.template.map_or("A message", MessageTemplate::label).to_owned(),
        whom,
        href: row.case.filter(|_| row.person.is_some()).map(|case| here.href(&format!("cases/{case}"))),
        when: format!(
            "{how} {}, {}",
            day_and_time(at, today),
            if fault == Fault::ByHand { "by hand" } else { row.channel.label() }
        ),
        why: fault.label().to_owned(),
        may_send_again: fault.may_be_sent_again(),
        action: here.href(&format!("messages/{}", row.id)),
    }
}

/// Those that wait for somebody.
///
/// # Errors
/// When the database does not answer.
pub async fn list(here: May<SeeMessages>, Query(saved): Query<Saved>) -> Result<Response, WebError> {
    // Somebody may see every message by one role and open only their own cases by another: names go by the second.
    let names = here.also::<ReadCase>().is_ok_and(|read| read.grant.only_user() == here.ctx.grant.only_user());
    let colleagues = here.ctx.grant.only_user().is_none();
    let found = here.app().correspondence().undelivered(&here.ctx, (names, colleagues)).await?;
    let page = MessagesPage {
        frame: here.frame("Messages that did not arrive", "messages").await?,
        saved: saved.saved.as_deref().and_then(|what| match what {
            "again" => Some("It is sent again in a moment. If it fails, it comes back here."),
            "settle" => Some("Noted. It is off the list."),
            _ => None,
        }),
        outside: found.outside.iter().map(|row| line(&here, row)).collect(),
        inside: found.inside.iter().map(|row| line(&here, row)).collect(),
        shows_inside: colleagues,
    };
    show(here.app(), &page)
}

/// Sends one again, or says that somebody has seen to it.
///
/// # Errors
/// [`WebError::NotFound`] for one that is not on the reader's list.
pub async fn act(
    here: May<SeeMessages>,
    Path((_, id)): Path<(String, OutboxId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let correspondence = here.app().correspondence();
    let done = match form.text("act").as_str() {
        "again" => {
            correspondence.send_again(&here.ctx, id).await?;
            "again"
        }
        "settle" => {
            correspondence.settle(&here.ctx, id).await?;
            "settle"
        }
        _ => return Err(WebError::StaleForm),
    };
    Ok(Redirect::to(&here.href(&format!("messages?saved={done}"))).into_response())
}
