//! Looking somebody up. What is typed is never part of an address.

use axum::response::Response;
use fingerpost_domain::lookup::Sought;
use fingerpost_domain::problem::Problems;
use fingerpost_policy::ReadCaseload;
use fingerpost_ui::format::{birth_day, days_ago};
use fingerpost_ui::pages::{FindPage, FoundLine};

use fingerpost_domain::calendar::day_of;
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, short_name};

async fn page(here: &May<ReadCaseload>, typed: String, problems: &Problems) -> Result<FindPage, WebError> {
    let mut frame = here.frame("Find somebody", "caseload").await?;
    frame.problem = !problems.is_empty();
    Ok(FindPage {
        frame,
        back_href: here.href("caseload"),
        action: here.href("find"),
        typed,
        found: None,
        more: false,
        among: if here.ctx.grant.only_user().is_some() { "your own people" } else { "the people of your scheme" },
        problems: listed(problems),
    })
}

/// The form alone.
pub async fn form(here: May<ReadCaseload>) -> Result<Response, WebError> {
    show(here.app(), &page(&here, String::new(), &Problems::none()).await?)
}

/// Who fits.
pub async fn find(here: May<ReadCaseload>, form: Posted) -> Result<Response, WebError> {
    let typed = form.text("typed");
    let sought = match Sought::read(&typed) {
        Ok(sought) => sought,
        Err(problem) => return show_again(here.app(), &page(&here, typed, &Problems::one("typed", problem)).await?),
    };
    let rows = here.app().casework().find(&here.ctx, &sought).await?;
    let today = here.app().today();
    let found = rows.iter().map(|row| {
        let state = match row.closed_at {
            Some(at) => format!("Closed {}. {}", days_ago(day_of(at), today), row.worker_name),
            None => format!("Open. {}", row.worker_name),
        };
        FoundLine {
            href: here.href(&format!("cases/{}", row.id)),
            name: short_name(&row.name),
            born: format!("born {}", birth_day(row.born)),
            detail: match &row.service {
                Some(service) => format!("{state}. Goes to, or was asked about: {service}"),
                None => state,
            },
        }
    });
    let page = FindPage {
        more: rows.len() >= fingerpost_casework::MOST_FOUND,
        found: Some(found.collect()),
        ..page(&here, typed, &Problems::none()).await?
    };
    show(here.app(), &page)
}
