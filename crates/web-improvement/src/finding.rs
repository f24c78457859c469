//! Who could be referred: a practice's list out of its own system, and what was offered since.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::problem::Problems;
use fingerpost_improvement::{FOUND_PAGE, Found, FoundPage, Noted, Senders};
use fingerpost_improvement_rules::finding::{FindingAnswers, Group, Offered, USUALLY_OFTEN};
use fingerpost_policy::Improve;
use fingerpost_ui::format::{birth_day, count, day};
use fingerpost_ui::pages::{Choice, MessagePage};
use fingerpost_ui_improvement::{CountBar, FoundListPage, FoundPerson};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;
use serde::Deserialize;

/// Which page of the list, from 1, and what was just done.
#[derive(Debug, Default, Deserialize)]
pub struct At {
    page: Option<u32>,
    saved: Option<String>,
}

/// Only a practice has such a list: what to say elsewhere.
async fn elsewhere(here: &May<Improve>) -> Result<Option<Response>, WebError> {
    if Senders::from(here.organisation.kind) == Senders::Practice {
        return Ok(None);
    }
    let heading = "A practice makes this list";
    let page = MessagePage {
        frame: here.frame(heading, "improvement").await?,
        heading: heading.to_owned(),
        paragraphs: vec![
            "It comes out of the practice's own system, and only the practice sees it. Nobody here can look into it."
                .to_owned(),
        ],
        link: None,
    };
    show(here.app(), &page).map(Some)
}

fn bars<T: Copy>(counts: &[(T, u64)], of: u64, label: fn(T) -> &'static str) -> Vec<CountBar> {
    let bar = |(what, n): &(T, u64)| CountBar::of(label(*what).to_owned(), *n, of);
    counts.iter().filter(|(_, n)| *n > 0).map(bar).collect()
}

fn person(here: &May<Improve>, found: Found) -> FoundPerson {
    let now = found.offered.map(|(offered, _)| offered);
    let mut offered = vec![Choice::new("", "Nothing yet", now.is_none())];
    offered.extend(Offered::ALL.iter().map(|each| Choice::new(each.code(), each.label(), now == Some(*each))));
    let reasons: Vec<&str> = found.person.groups.iter().map(|group| group.label()).collect();
    FoundPerson {
        number: found.person.number,
        reasons: reasons.join(", "),
        contacts: found.person.contacts,
        offered,
        was: now.map_or("", Offered::code),
        since: found.offered.map(|(_, on)| day(on, here.app().today())),
    }
}

async fn page(
    here: &May<Improve>,
    (list, at): (Option<FoundPage>, u32),
    (saved, values): (Option<String>, FindingAnswers),
    problems: &Problems,
) -> Result<FoundListPage, WebError> {
    let mut frame = here.frame("Who could be referred?", "improvement").await?;
    frame.problem = !problems.is_empty();
    let action = here.href("improvement/found");
    let offered = list.as_ref().map_or(0, |list| list.offered.iter().map(|(_, n)| n).sum::<u64>());
    let size = FOUND_PAGE.unsigned_abs();
    let more = list.as_ref().is_some_and(|list| list.all > (u64::from(at) + 1) * size);
    let about = list.as_ref().map(|list| {
        format!(
            "{} from your own system, taken on {}. Whoever came {} times a year or more comes often. Only this practice sees it. It is thrown away on {}.",
            count(list.all, "person", "people"),
            birth_day(list.taken_on),
            list.often,
            birth_day(list.kept_until)
        )
    });
    let all = list.as_ref().map_or(0, |list| list.all);
    Ok(FoundListPage {
        frame,
        back_href: here.href("improvement"),
        saved,
        about,
        done: match offered {
            0 => "Nobody has been asked yet.".to_owned(),
            n => format!("{} been asked so far, on this list and earlier ones.", count(n, "person has", "people have")),
        },
        lost: format!(
            "This deletes {} and what was offered to {}.",
            count(all, "person", "people"),
            count(offered, "person", "people")
        ),
        groups: list.as_ref().map(|list| bars(&list.groups, all, Group::label)).unwrap_or_default(),
        offered: list.as_ref().map(|list| bars(&list.offered, offered, Offered::label)).unwrap_or_default(),
        people: list.map(|list| list.people.into_iter().map(|found| person(here, found)).collect()).unwrap_or_default(),
        before_href: (at > 0).then(|| format!("{action}?page={at}")),
        after_href: more.then(|| format!("{action}?page={}", at + 2)),
        action: if at == 0 { action } else { format!("{action}?page={}", at + 1) },
        columns: Group::ALL.iter().filter(|group| **group != Group::Often).map(|group| group.label()).collect(),
        values,
        problems: listed(problems),
    })
}

fn usual(list: Option<&FoundPage>) -> FindingAnswers {
    let often = list.map_or(USUALLY_OFTEN, |list| list.often);
    FindingAnswers { often: often.to_string(), pasted: String::new() }
}

/// The list, or how to make one.
///
/// # Errors
/// When the database fails.
pub async fn form(here: May<Improve>, Query(at): Query<At>) -> Result<Response, WebError> {
    if let Some(page) = elsewhere(&here).await? {
        return Ok(page);
    }
    let number = at.page.unwrap_or(1).saturating_sub(1);
    let list = here.app().improvement().found(&here.ctx, number).await?;
    let saved = at.saved.map(|saved| match saved.as_str() {
        "dropped" => "The list is thrown away.".to_owned(),
        // A number: so many were not saved.
        saved if saved.starts_with("list-") => {
            let read = saved.trim_start_matches("list-").parse::<u64>().unwrap_or(0);
            let kept = list.as_ref().map_or(0, |list| list.all);
            let left = read.saturating_sub(kept);
            let left = match left {
                0 => String::new(),
                n => format!(" {} not kept.", count(n, "without a reason is", "without a reason are")),
            };
            format!("The list is in. {} read, {kept} on it.{left}", count(read, "line was", "lines were"))
        }
        saved => match saved.parse::<usize>() {
            Ok(left) if left > 0 => {
                format!(
                    "Saved, but for {}: a colleague noted something there meanwhile, and it stays.",
                    count(left, "person", "people")
                )
            }
            _ => "Saved.".to_owned(),
        },
    });
    let values = usual(list.as_ref());
    show(here.app(), &page(&here, (list, number), (saved, values), &Problems::none()).await?)
}

/// What was chosen for each number.
fn noted(form: &Posted) -> Result<Vec<Noted>, WebError> {
    let (numbers, was, chosen) = (form.all("number"), form.all("was"), form.all("offered"));
    if numbers.len() != chosen.len() || numbers.len() != was.len() {
        return Err(WebError::StaleForm);
    }
    let read = |code: &str| match code {
        "" => Ok(None),
        code => Offered::from_code(code).map(Some).ok_or(WebError::StaleForm),
    };
    let one =
        |((number, was), now): ((String, String), String)| Ok(Noted { number, was: read(&was)?, now: read(&now)? });
    numbers.into_iter().zip(was).zip(chosen).map(one).collect()
}

/// Takes a list, notes what was offered, or throws the list away.
///
/// # Errors
/// When the database fails; nothing is then changed.
pub async fn save(here: May<Improve>, Query(at): Query<At>, form: Posted) -> Result<Response, WebError> {
    if let Some(page) = elsewhere(&here).await? {
        return Ok(page);
    }
    let improvement = here.app().improvement();
    let to = |place: &str| Ok(Redirect::to(&here.href(place)).into_response());
    let number = at.page.unwrap_or(1).saturating_sub(1);
    match form.text("then").as_str() {
        "offered" => {
            let left = improvement.note_offered(&here.ctx, &noted(&form)?).await?;
            to(&format!("improvement/found?page={}&saved={left}", number + 1))
        }
        "drop" => {
            improvement.drop_list(&here.ctx).await?;
            to("improvement/found?saved=dropped")
        }
        _ => {
            let values = FindingAnswers { often: form.text("often"), pasted: form.text("pasted") };
            match values.check() {
                Ok(list) => {
                    improvement.take_list(&here.ctx, &list).await?;
                    to(&format!("improvement/found?saved=list-{}", list.read))
                }
                Err(problems) => {
                    let list = improvement.found(&here.ctx, number).await?;
                    show_again(here.app(), &page(&here, (list, number), (None, values), &problems).await?)
                }
            }
        }
    }
}
