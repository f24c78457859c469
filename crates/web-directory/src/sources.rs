//! Where entries come from: sources, and the feeds that are followed.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_directory::feed::{Ending, FeedAddress};
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::FeedId;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::KeepDirectory;
use fingerpost_stewardship::{Feed, NewFeed, Pull, Source};
use fingerpost_store::{Act, Resource, StoreError};
use fingerpost_ui::format::{count, day_and_time};
use fingerpost_ui::pages::{
    Choice, PullLine, SourceLine, SourceNewPage, SourceOnePage, SourceValues, SourcesPage, SummaryRow,
};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use serde::Deserialize;

/// Hours between two pulls that a page offers.
const EVERY: [(u16, &str); 3] = [(24, "Every day"), (168, "Every week"), (720, "Every month")];

fn every(chosen: i64) -> Vec<Choice> {
    let offered = EVERY.iter().map(|(hours, words)| (i64::from(*hours), (*words).to_owned()));
    // What somebody chose in a shell is offered too.
    let own =
        EVERY.iter().all(|(hours, _)| i64::from(*hours) != chosen).then(|| (chosen, format!("Every {chosen} hours")));
    offered.chain(own).map(|(hours, words)| Choice::new(&hours.to_string(), words, hours == chosen)).collect()
}

fn licence(source: &Source) -> String {
    let licence = source.licence.as_deref().unwrap_or("No licence is written down");
    let given = if source.republish { "given to other directories" } else { "not given to other directories" };
    format!("{licence}; its entries are {given}")
}

/// How a feed stands, and whether somebody has to look at it.
fn state(feed: &Feed, today: Date) -> (String, bool) {
    let next = |at: Timestamp| day_and_time(at, today);
    match &feed.last {
        _ if feed.paused => ("Nobody reads it: it was stopped".to_owned(), false),
        None => ("It is read for the first time within a minute".to_owned(), false),
        Some(pull) if waits(feed, pull) => (
            format!("It did not answer. It is asked again from page {} on: {}", pull.next_page, next(feed.next_at)),
            true,
        ),
        Some(pull) if pull.ended_at.is_none() => {
            let so_far = count(pull.listed, "service", "services");
            (format!("It is being read: page {}, {so_far} so far", pull.next_page), false)
        }
        Some(pull) => match pull.ending {
            Some(Ending::Taken) | None => (format!("Read to its end. The next time: {}", next(feed.next_at)), false),
            Some(other) => (format!("{}. The next time: {}", other.label(), next(feed.next_at)), true),
        },
    }
}

fn line(here: &May<KeepDirectory>, feed: &Feed, today: Date) -> SourceLine {
    let (state, wrong) = state(feed, today);
    SourceLine {
        href: Some(here.href(&format!("sources/{}", feed.id))),
        name: feed.source.name.clone(),
        state,
        wrong,
        brought: (feed.items > 0).then(|| count(feed.items, "service", "services")),
        licence: licence(&feed.source),
    }
}

/// Every source.
pub async fn list(here: May<KeepDirectory>) -> Result<Response, WebError> {
    let today = here.app().today();
    let stewardship = here.app().stewardship();
    let feeds = stewardship.feeds().await?;
    let mut files = stewardship.sources().await?;
    files.retain(|source| feeds.iter().all(|feed| feed.source.name != source.name));
    let page = SourcesPage {
        frame: here.frame("Where entries come from", "steward").await?,
        back: (here.href("steward"), "Keep the directory true".to_owned()),
        new_href: here.href("sources/new"),
        feeds: feeds.iter().map(|feed| line(&here, feed, today)).collect(),
        files: files
            .iter()
            .map(|source| SourceLine {
                href: None,
                name: source.name.clone(),
                state: "A file: it is as old as the day on which it was brought in".to_owned(),
                wrong: false,
                brought: None,
                licence: licence(source),
            })
            .collect(),
    };
    show(here.app(), &page)
}

fn typed(form: &Posted) -> SourceValues {
    SourceValues {
        name: form.text("name"),
        address: form.text("address"),
        licence: form.text("licence"),
        attribution: form.text("attribution"),
        republish: form.has("republish"),
    }
}

/// Hours between two pulls, as chosen; `before` where nothing that is offered was.
fn hours(form: &Posted, before: u16) -> u16 {
    let asked = form.text("every").parse().unwrap_or(before);
    EVERY.iter().map(|(hours, _)| *hours).find(|hours| *hours == asked).unwrap_or(before)
}

/// A short line, or nothing.
fn short(text: &str) -> Option<String> {
    Line::<300>::parse(text).ok().flatten().map(|line| line.as_str().to_owned())
}

fn source(name: &str, values: &SourceValues) -> Source {
    Source {
        name: name.to_owned(),
        licence: short(&values.licence),
        attribution: short(&values.attribution),
        republish: values.republish,
    }
}

/// Where it is, or what is wrong with that.
fn address(here: &May<KeepDirectory>, values: &SourceValues, problems: &mut Problems) -> Option<FeedAddress> {
    let address = FeedAddress::parse(&values.address, here.app().config().feeds_inside);
    address.map_err(|error| problems.add("address", error.to_string())).ok()
}

/// Words about its licence that cannot be kept.
fn check_licence(values: &SourceValues, problems: &mut Problems) {
    for (field, text) in [("licence", &values.licence), ("attribution", &values.attribution)] {
        if !text.trim().is_empty() && short(text).is_none() {
            problems.add(field, "Use 300 characters at most");
        }
    }
}

async fn new_page(
    here: &May<KeepDirectory>,
    (values, chosen, problems): (SourceValues, u16, Problems),
) -> Result<SourceNewPage, WebError> {
    Ok(SourceNewPage {
        frame: here.frame("Follow a directory", "steward").await?,
        back: (here.href("sources"), "Where entries come from".to_owned()),
        action: here.href("sources/new"),
        every: every(i64::from(chosen)),
        values,
        problems: listed(&problems),
    })
}

/// The form of a new feed.
pub async fn form(here: May<KeepDirectory>) -> Result<Response, WebError> {
    let page = new_page(&here, (SourceValues::default(), EVERY[0].0, Problems::none())).await?;
    show(here.app(), &page)
}

/// Follows it.
pub async fn add(here: May<KeepDirectory>, form: Posted) -> Result<Response, WebError> {
    let (values, chosen) = (typed(&form), hours(&form, EVERY[0].0));
    let mut problems = Problems::none();
    let address = address(&here, &values, &mut problems);
    let name = short(&values.name);
    if name.is_none() {
        problems.add("name", "Enter whose directory it is");
    }
    check_licence(&values, &mut problems);
    if let (Some(address), Some(name), true) = (address, name, problems.is_empty()) {
        let new = NewFeed { source: source(&name, &values), address, every_hours: chosen };
        let entry = here.ctx.entry(Act::Create, Resource::Directory);
        match here.app().stewardship().add_feed(&new, entry, here.ctx.now).await {
            Ok(id) => return Ok(Redirect::to(&here.href(&format!("sources/{id}?saved=added"))).into_response()),
            Err(StoreError::AlreadyThere) => problems.add("name", "A directory of this name is followed already"),
            Err(error) => return Err(error.into()),
        }
    }
    let page = new_page(&here, (values, chosen, problems)).await?;
    show_again(here.app(), &page)
}

/// The pull is not over, and nobody is at it: the feed did not answer.
fn waits(feed: &Feed, pull: &Pull) -> bool {
    pull.ended_at.is_none() && feed.failures > 0
}

fn pull_line(feed: &Feed, pull: &Pull, today: Date) -> PullLine {
    let ending = match pull.ending {
        Some(ending) => ending.label(),
        None if waits(feed, pull) => "It did not answer. What came so far is kept",
        None => "Not over yet",
    };
    let rows = [
        ("Listed", pull.listed),
        ("New here", pull.added),
        ("Changed", pull.changed),
        ("The same as before", pull.unchanged),
        ("Not taken", pull.refused),
        ("Not listed any more", pull.missing),
        ("Left the search", pull.left_out),
    ];
    let cut = pull
        .cut_short
        .then_some("It broke off before the end that it had promised: nothing was taken out of the search.");
    PullLine {
        when: day_and_time(pull.began_at, today),
        ending: ending.to_owned(),
        wrong: waits(feed, pull) || pull.ending.is_some_and(|ending| ending != Ending::Taken) || pull.cut_short,
        rows: rows
            .into_iter()
            .filter(|(_, number)| *number > 0)
            .map(|(words, number)| SummaryRow::new(words, number.to_string()))
            .collect(),
        notes: cut.map(str::to_owned).into_iter().chain(pull.notes.iter().cloned()).collect(),
    }
}

/// What a page was opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    saved: Option<String>,
}

fn saved(what: &str) -> Option<&'static str> {
    match what {
        "added" => Some("It is followed from now on. The first reading begins within a minute."),
        "pull" => Some("It is read again, within a minute."),
        "trust" => Some("It is read again, within a minute, and taken as it is."),
        "pause" => Some("Nobody reads it any more. Its entries stay."),
        "keep" => Some("Saved."),
        _ => None,
    }
}

/// A pull that somebody has to judge.
fn too_strange(pull: &Pull) -> Option<&'static str> {
    match pull.ending {
        Some(Ending::IdsChanged) => Some(
            "Look at a few of its entries. If this is how it is now, take it: those of before leave the search after the next reading.",
        ),
        Some(Ending::Shrunk) => Some(
            "Ask whoever publishes it. If this is how it is now, take it: what it does not list leaves the search after the next reading.",
        ),
        _ => None,
    }
}

async fn one_page(
    here: &May<KeepDirectory>,
    id: FeedId,
    (typed, saved, problems): (Option<SourceValues>, Option<&'static str>, &Problems),
) -> Result<SourceOnePage, WebError> {
    let (feed, pulls) = here.app().stewardship().feed(id).await?;
    let today = day_of(here.ctx.now);
    let mut frame = here.frame(feed.source.name.clone(), "steward").await?;
    frame.problem = !problems.is_empty();
    Ok(SourceOnePage {
        frame,
        back: (here.href("sources"), "Where entries come from".to_owned()),
        action: here.href(&format!("sources/{id}")),
        here: here.href(&format!("sources/{id}")),
        name: feed.source.name.clone(),
        address: feed.url.clone(),
        state: state(&feed, today).0,
        running: !feed.paused && feed.last.as_ref().is_none_or(|pull| pull.ended_at.is_none() && !waits(&feed, pull)),
        paused: feed.paused,
        too_strange: feed.last.as_ref().and_then(too_strange),
        pulls: pulls.iter().map(|pull| pull_line(&feed, pull, today)).collect(),
        every: every(feed.every_hours),
        values: typed.unwrap_or(SourceValues {
            name: feed.source.name,
            address: feed.url,
            licence: feed.source.licence.unwrap_or_default(),
            attribution: feed.source.attribution.unwrap_or_default(),
            republish: feed.source.republish,
        }),
        saved,
        problems: listed(problems),
    })
}

/// One feed.
pub async fn one(
    here: May<KeepDirectory>,
    Path((_, id)): Path<(String, FeedId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let page = one_page(&here, id, (None, asked.saved.as_deref().and_then(saved), &Problems::none())).await?;
    show(here.app(), &page)
}

/// What the steward presses.
pub async fn act(
    here: May<KeepDirectory>,
    Path((_, id)): Path<(String, FeedId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let stewardship = here.app().stewardship();
    let what = form.text("do");
    let entry = || here.ctx.entry(Act::Change, Resource::Directory);
    match what.as_str() {
        "pull" | "trust" => stewardship.pull_now(id, what == "trust", entry(), here.ctx.now).await?,
        "pause" => {
            let (feed, _) = stewardship.feed(id).await?;
            let every = u16::try_from(feed.every_hours).unwrap_or(EVERY[0].0);
            stewardship.keep_feed(&here.ctx, id, (&feed.source, &feed.url, every, true)).await?;
        }
        "keep" => {
            let (feed, _) = stewardship.feed(id).await?;
            let (values, mut problems) = (typed(&form), Problems::none());
            let address = address(&here, &values, &mut problems);
            check_licence(&values, &mut problems);
            let Some(address) = address.filter(|_| problems.is_empty()) else {
                return show_again(here.app(), &one_page(&here, id, (Some(values), None, &problems)).await?);
            };
            let every = hours(&form, u16::try_from(feed.every_hours).unwrap_or(EVERY[0].0));
            let kept = source(&feed.source.name, &values);
            stewardship.keep_feed(&here.ctx, id, (&kept, address.as_str(), every, feed.paused)).await?;
        }
        _ => return Err(WebError::NotFound),
    }
    Ok(Redirect::to(&here.href(&format!("sources/{id}?saved={what}"))).into_response())
}
