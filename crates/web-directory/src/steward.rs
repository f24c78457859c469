//! The steward's work: what may do harm first, one entry with its history, and what can be done about it.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_directory::edit::{EntryAnswers, NewEntry, ended, open_again};
use fingerpost_directory::entry::{Entry, confirmed};
use fingerpost_directory::overlay::differences;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::KeepDirectory;
use fingerpost_stewardship::{ByWhom, ReportRow, Settled, Version, WorkRow};
use fingerpost_store::{StoreError, StoredService};
use fingerpost_ui::format::{birth_day, count};
use fingerpost_ui::pages::{
    Difference, EntryLetterPage, NewEntryPage, StewardEntryPage, StewardLine, StewardPage, VersionLine,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::joined;
use crate::keeping::{answers, edit_page, unmoved};
use crate::search::{entry_of, reasons, rows};
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{WebError, view};

/// Fewer people than this are not counted out: a steward sees no person.
const FEWEST_SHOWN: u32 = 5;
/// Fewer declines than this show no habit.
const FEWEST_DECLINES: u32 = 3;

fn why(row: &WorkRow, today: Date) -> Vec<String> {
    let standing = &row.stored.standing;
    let mut all = vec![];
    if standing.open_reports > 0 {
        all.push(count(standing.open_reports, "report of a reader", "reports of readers"));
    }
    if standing.withheld {
        all.push("Held back: it may be a confidential place".to_owned());
    }
    if standing.has_left() {
        all.push("Left the search: its source does not list it any more".to_owned());
    } else if standing.has_expired(confirmed(&row.stored.service), today) {
        all.push("Left the search: asked, and no answer within 90 days".to_owned());
    }
    if standing.has_bounced() {
        all.push("Its mailbox refused a letter of ours: ring them, and mend it".to_owned());
    }
    all.push(match row.used {
        0 => "Nobody was sent there in a year".to_owned(),
        used if used < FEWEST_SHOWN => {
            format!("Fewer than {FEWEST_SHOWN} people were sent there or told of it in a year")
        }
        used => format!("{used} people were sent there or told of it in a year"),
    });
    if let Some((declined, most, reason)) = row.declined.filter(|(declined, ..)| *declined >= FEWEST_DECLINES) {
        all.push(format!("{most} of {declined} declines: {}", reason.label().to_lowercase()));
    }
    all
}

/// What has to be looked at.
pub async fn list(here: May<KeepDirectory>) -> Result<Response, WebError> {
    let today = here.app().today();
    let lines = here.app().stewardship().to_mend(&here.ctx).await?;
    let waiting = here.app().stewardship().pairs_waiting(&here.ctx).await?;
    let page = StewardPage {
        frame: here.frame("Keep the directory true", "steward").await?,
        gaps_href: here.href("gaps"),
        sources_href: here.href("sources"),
        new_href: here.href("steward/new"),
        same: (here.href("steward/same"), joined::waiting(waiting)),
        lines: lines
            .iter()
            .map(|row| StewardLine {
                href: here.href(&format!("steward/{}", row.stored.id)),
                name: row.stored.service.name.clone(),
                why: why(row, today),
                source: reasons::told_by(&entry_of(&row.stored), today),
                urgent: row.stored.standing.open_reports > 0 || row.stored.standing.withheld,
            })
            .collect(),
    };
    show(here.app(), &page)
}

/// Entries that may be the same, at most.
const ALIKE: usize = 5;

/// The form of a new entry, with those that may be the same.
async fn new_page(
    here: &May<KeepDirectory>,
    (values, alike): (NewEntry, Vec<(String, String, String)>),
    problems: &Problems,
) -> Result<NewEntryPage, WebError> {
    let mut frame = here.frame("Add a group or service", "steward").await?;
    frame.problem = !problems.is_empty();
    Ok(NewEntryPage {
        frame,
        back: (here.href("steward"), "Keep the directory true".to_owned()),
        action: here.href("steward/new"),
        values,
        alike,
        problems: listed(problems),
    })
}

/// The form of a new entry.
pub async fn new_form(here: May<KeepDirectory>) -> Result<Response, WebError> {
    show(here.app(), &new_page(&here, (NewEntry::default(), vec![]), &Problems::none()).await?)
}

/// Entries that may be the same: the first few.
async fn alike(here: &May<KeepDirectory>, name: &str) -> Result<Vec<(String, String, String)>, WebError> {
    let index = here.app().directory().await?;
    let line = |entry: Arc<Entry>| {
        let href = here.href(&format!("steward/{}", entry.id));
        (href, entry.name.clone(), entry.organisation.clone().unwrap_or_default())
    };
    Ok(index.named(name, ALIKE)?.into_iter().map(line).collect())
}

/// Adds an entry, unless it may be there already and nobody says that it is another one.
pub async fn add(here: May<KeepDirectory>, form: Posted) -> Result<Response, WebError> {
    let values = NewEntry {
        name: form.text("name"),
        organisation: form.text("organisation"),
        place: form.text("place"),
        street: form.text("street"),
        town: form.text("town"),
        postcode: form.text("postcode"),
    };
    let point = match values.postcode() {
        Some(postcode) => here.app().store().place_of(&postcode).await?,
        None => None,
    };
    let own: ServiceId = here.app().store().entropy().id(here.ctx.now);
    let mut problems = Problems::none();
    let mut known = vec![];
    match values.entry(&own.to_string(), point) {
        Err(wrong) => problems = wrong,
        Ok(entry) => {
            known = alike(&here, &entry.name).await?;
            if known.is_empty() || form.has("another") {
                let id = here.app().stewardship().add(&here.ctx, &entry).await?;
                return Ok(Redirect::to(&here.href(&format!("steward/{id}?saved=added"))).into_response());
            }
            problems.add("another", "Say that it is another one, or open the entry that is there");
        }
    }
    show_again(here.app(), &new_page(&here, (values, known), &problems).await?)
}

/// What a page was opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    saved: Option<String>,
    /// The name of another entry that may be the same service.
    twice: Option<String>,
}

fn saved(what: &str) -> Option<&'static str> {
    match what {
        "ask" => Some("The group is being asked by email."),
        "confirm" => Some("It counts as confirmed today."),
        "mended" | "right" => Some("The reports are settled."),
        "release" => Some("It is public now."),
        "withhold" => Some("It is held back now."),
        "ended" => Some("It is out of the search. Its history stays."),
        "open" => Some("It is found again."),
        "restore" => Some("It says what it said then."),
        "save" => Some("Saved."),
        "join" => Some("They stand as one entry now."),
        "part" => Some("They are two entries again."),
        "added" => Some("It is kept. Say when it is and how to join: change it below."),
        _ => None,
    }
}

/// Properties by the words of the page.
fn named(field: &str) -> &str {
    match field {
        "name" => "Name",
        "description" => "What it is",
        "schedules" => "When",
        "cost_options" | "fees" => "Cost",
        "phones" => "Phone",
        "email" => "Email",
        "url" => "Web page",
        "application_process" => "How to join",
        "minimum_age" => "From age",
        "maximum_age" => "To age",
        "attributes" => "Kind, and who it is for",
        "service_at_locations" => "Where, and how people get in",
        "capacities" => "Free places",
        "status" => "Whether it is there",
        "alert" => "What people should know",
        "reopens_on" => "Opens again",
        other => other,
    }
}

/// A property as words: what people typed, without the ids of a machine.
fn spoken(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => all.iter().map(|one| spoken(Some(one))).collect::<Vec<_>>().join("; "),
        Some(Value::Object(all)) => all
            .iter()
            .filter(|(key, _)| *key != "id" && !key.ends_with("_id"))
            .map(|(_, one)| spoken(Some(one)))
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.to_string(),
    }
}

fn body(stored: &fingerpost_directory::hsds::Service) -> Map<String, Value> {
    serde_json::to_value(stored).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// Each version with what changed when it ended: the newest first.
fn versions(now: &StoredService, earlier: &[Version]) -> Vec<VersionLine> {
    let mut after = body(&now.service);
    let mut all = vec![];
    for version in earlier {
        let before = body(&version.service);
        let by = match version.ended_by.as_str() {
            "group" => "the group",
            "steward" => "a steward",
            "comparison" => "joining it with another entry",
            _ => "its source",
        };
        all.push(VersionLine {
            number: version.seq.to_string(),
            until: format!("Until {}, then changed by {by}", birth_day(day_of(version.until))),
            differences: differences(&before, &after)
                .into_iter()
                .map(|(field, before, after)| Difference {
                    field: named(field).to_owned(),
                    before: spoken(before),
                    after: spoken(after),
                })
                .collect(),
        });
        after = before;
    }
    all
}

fn report(row: &ReportRow) -> String {
    let note = row.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    let settled = if row.open { "" } else { " (settled)" };
    format!("{}{note}, {}{settled}", row.wrong.label(), birth_day(day_of(row.made_at)))
}

/// One entry.
pub async fn one(
    here: May<KeepDirectory>,
    Path((_, id)): Path<(String, ServiceId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let today = here.app().today();
    let (stored, changed, earlier) = here.app().stewardship().history(&here.ctx, id).await?;
    let reports = here.app().stewardship().reports(&here.ctx, stored.id).await?;
    let standing = &stored.standing;
    let entry = entry_of(&stored);
    let members = here.app().stewardship().members(&here.ctx, stored.id).await?;
    let twice = match &asked.twice {
        Some(name) => Some((name.clone(), joined::named(&here, name, stored.id).await?)),
        None => None,
    };
    let page = StewardEntryPage {
        members: members.iter().map(|member| joined::member(member, None)).collect(),
        twice,
        frame: here.frame(stored.service.name.clone(), "steward").await?,
        action: here.href(&format!("steward/{}", stored.id)),
        back: (here.href("steward"), "Keep the directory true".to_owned()),
        edit_href: here.href(&format!("steward/{}/edit", stored.id)),
        name: stored.service.name.clone(),
        rows: rows(&stored.service, &entry),
        source: reasons::told_by(&entry, today),
        changed: changed
            .iter()
            .map(|field| {
                let by = if field.by == ByWhom::Group { "by the group" } else { "by a steward" };
                format!("{} ({by}, {})", named(&field.field).to_lowercase(), birth_day(day_of(field.at)))
            })
            .collect(),
        seen: here.ctx.now.as_microsecond().to_string(),
        open_reports: reports.iter().any(|report| report.open),
        reports: reports.iter().map(report).collect(),
        withheld: standing.withheld,
        left: standing.has_left(),
        expired: !standing.has_left() && standing.has_expired(confirmed(&stored.service), today),
        asked: standing.asked_on.map(|day| {
            let answered = standing.confirmed_on.is_some_and(|confirmed| confirmed >= day);
            format!("Asked on {}. {}", birth_day(day), if answered { "They answered." } else { "No answer yet." })
        }),
        bounced: standing.bounced_on.filter(|_| standing.has_bounced()).map(birth_day),
        can_mail: stored.service.email.as_deref().is_some_and(|email| !email.is_empty()),
        versions: versions(&stored, &earlier),
        saved: asked.saved.as_deref().and_then(saved),
    };
    show(here.app(), &page)
}

/// What the steward presses.
pub async fn act(
    here: May<KeepDirectory>,
    Path((_, id)): Path<(String, ServiceId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let stewardship = here.app().stewardship();
    let what = form.text("do");
    match what.as_str() {
        "ask" => drop(stewardship.ask_group(&here.ctx, id).await?),
        "letter" => return letter(&here, id).await,
        "confirm" => stewardship.mend(&here.ctx, id, &[], true).await?,
        "mended" => stewardship.settle(&here.ctx, id, (Settled::Mended, seen(&form)?)).await?,
        "right" => stewardship.settle(&here.ctx, id, (Settled::Right, seen(&form)?)).await?,
        "release" => stewardship.release(&here.ctx, id, true).await?,
        "withhold" => stewardship.release(&here.ctx, id, false).await?,
        "ended" => stewardship.mend(&here.ctx, id, &ended(), false).await?,
        "open" => stewardship.mend(&here.ctx, id, &open_again(), true).await?,
        "part" => stewardship.part(&here.ctx, id, entry_id(&form, "member")?).await?,
        "join" => {
            let lead = stewardship.join(&here.ctx, id, entry_id(&form, "other")?).await?;
            return Ok(Redirect::to(&here.href(&format!("steward/{lead}?saved=join"))).into_response());
        }
        "restore" => {
            let version = form.text("version").parse().map_err(|_| WebError::Store(StoreError::NotFound))?;
            stewardship.restore(&here.ctx, id, version).await?;
        }
        _ => return Err(WebError::NotFound),
    }
    Ok(Redirect::to(&here.href(&format!("steward/{id}?saved={what}"))).into_response())
}

/// An entry that a form names.
pub(crate) fn entry_id(form: &Posted, field: &str) -> Result<ServiceId, WebError> {
    form.text(field).parse().map_err(|_| WebError::Store(StoreError::NotFound))
}

/// Until when reports had been read when the page was drawn.
fn seen(form: &Posted) -> Result<Timestamp, WebError> {
    let micros = form.text("seen").parse().map_err(|_| WebError::StaleForm)?;
    Timestamp::from_microsecond(micros).map_err(|_| WebError::StaleForm)
}

async fn letter(here: &May<KeepDirectory>, id: ServiceId) -> Result<Response, WebError> {
    let stored = here.app().store().entries().one(id).await?;
    let token = here.app().stewardship().letter_link(&here.ctx, id).await?;
    let link = format!("{}/l/{token}", here.app().public_url());
    let entry = entry_of(&stored);
    let page = EntryLetterPage {
        frame: here.frame("A letter to a group", "steward").await?,
        back: (here.href(&format!("steward/{id}")), format!("Back to {}", stored.service.name)),
        name: stored.service.name.clone(),
        from: here.organisation.name.clone(),
        rows: rows(&stored.service, &entry),
        address: entry.address,
        qr: view::qr(&link),
        link,
    };
    show(here.app(), &page)
}

fn place(here: &May<KeepDirectory>, stored: &StoredService) -> ((String, String), String) {
    let back = (here.href(&format!("steward/{}", stored.id)), format!("Back to {}", stored.service.name));
    (back, here.href(&format!("steward/{}/edit", stored.id)))
}

/// The form of an entry.
pub async fn form(here: May<KeepDirectory>, Path((_, id)): Path<(String, ServiceId)>) -> Result<Response, WebError> {
    let stored = here.app().store().entries().one(id).await?;
    let (back, action) = place(&here, &stored);
    let frame = here.frame("Change an entry", "steward").await?;
    let answers = EntryAnswers::of(&stored.service);
    show(here.app(), &edit_page((frame, back, action), &stored, (answers, true), &Problems::none()))
}

/// Saves what was changed.
pub async fn save(
    here: May<KeepDirectory>,
    Path((_, id)): Path<(String, ServiceId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let stored = here.app().store().entries().one(id).await?;
    unmoved(&form, &stored)?;
    match answers(&form).check(&stored.service) {
        Ok(changed) => {
            here.app().stewardship().mend(&here.ctx, id, &changed, form.has("sure")).await?;
            Ok(Redirect::to(&here.href(&format!("steward/{id}?saved=save"))).into_response())
        }
        Err(problems) => {
            let (back, action) = place(&here, &stored);
            let frame = here.frame("Change an entry", "steward").await?;
            show_again(here.app(), &edit_page((frame, back, action), &stored, (answers(&form), true), &problems))
        }
    }
}
