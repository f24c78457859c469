//! What is missing: noted from a search, read by whoever plans what a place needs.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_directory::edit::Missing;
use fingerpost_directory::times::Days;
use fingerpost_domain::need::Need;
use fingerpost_domain::person::Postcode;
use fingerpost_domain::text::{Line, capital};
use fingerpost_policy::SearchDirectory;
use fingerpost_stewardship::{Gap, GapRow};
use fingerpost_ui::format::count;
use fingerpost_ui::pages::{GapLine, GapsPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

/// A line of words, cut to what fits: what was typed into a search is no form to be sent back.
fn cut<const N: usize>(text: &str) -> Option<Line<N>> {
    let short: String = text.chars().take(N).collect();
    Line::parse(&short).ok().flatten()
}

/// A place without what would find a house: the first half of a postcode, or a town.
fn place(typed: &str) -> Option<Line<60>> {
    match Postcode::parse(typed) {
        Ok(postcode) => cut(postcode.as_str().split(' ').next().unwrap_or_default()),
        Err(_) if typed.chars().any(|c| c.is_ascii_digit()) => None,
        Err(_) => cut(typed),
    }
}

/// The words without what holds a digit: telephone numbers, postcodes, dates of birth.
fn without_numbers(text: &str) -> String {
    text.split_whitespace().filter(|word| !word.chars().any(|c| c.is_ascii_digit())).collect::<Vec<_>>().join(" ")
}

/// Notes that something is missing.
pub async fn note(here: May<SearchDirectory>, form: Posted) -> Result<Response, WebError> {
    let days = form.all("day").iter().filter_map(|day| Days::of(day)).fold(Days::NONE, Days::with);
    let gap = Gap {
        why: Missing::from_code(&form.text("why")).unwrap_or(Missing::NotFound),
        words: cut(&without_numbers(&form.text("missing"))),
        need: Need::from_code(&form.text("need")),
        place: place(&form.text("near")),
        days: (!days.is_empty()).then(|| days.codes().collect::<Vec<_>>().join(",")),
        language: cut(&form.text("language")),
    };
    here.app().stewardship().record_gap(&here.ctx, &gap).await?;
    Ok(Redirect::to(&here.href("gaps?saved=yes")).into_response())
}

fn what(gap: &GapRow) -> String {
    let days = gap.days.as_deref().map(|days| days.split(',').filter_map(Days::of).fold(Days::NONE, Days::with));
    let parts = [
        gap.words.as_deref().map(capital),
        gap.need.map(|need| need.label().to_owned()),
        gap.place.as_deref().map(|place| format!("near {}", place.to_uppercase())),
        days.map(|days| format!("on {}", days.names().collect::<Vec<_>>().join(", "))),
        gap.language.as_deref().map(|language| format!("in {}", capital(language))),
    ];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if said.is_empty() { "Anything at all".to_owned() } else { said }
}

/// What the list was opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    saved: Option<String>,
}

/// What is missing here.
pub async fn list(here: May<SearchDirectory>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let gaps = here.app().stewardship().gaps(&here.ctx).await?;
    let page = GapsPage {
        frame: here.frame("What is missing", "directory").await?,
        back: (here.href("directory"), "Directory".to_owned()),
        place: here.organisation.name.clone(),
        gaps: gaps
            .iter()
            .map(|gap| GapLine { what: what(gap), why: gap.why.label(), times: count(gap.times, "time", "times") })
            .collect(),
        saved: asked.saved.is_some(),
    };
    show(here.app(), &page)
}
