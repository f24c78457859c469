//! The register of a group, behind its link: everybody from us who comes to it, for one day; and its own numbers.

use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_correspondence::{RegisterRow, RegisterView};
use fingerpost_domain::Date;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::id::ConnectionId;
use fingerpost_domain::problem::Problems;
use fingerpost_store::{LiveLink, StoreError};
use fingerpost_ui::format::{count, day};
use fingerpost_ui::pages::{DayFields, MonthOfVisits, RegisterLine, RegisterPage};
use serde::Deserialize;
use tower_sessions::Session;

use crate::group::{TOLD_WITHIN_DAYS, new_code, with_code};
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{of_link, show, show_again};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError, sessions};

/// Which day, and what was just saved.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Day {
    /// What was just saved.
    pub saved: Option<String>,
    /// The day as a link carries it.
    pub on: Option<String>,
    /// The day as the form asks for it.
    pub visit_day: Option<String>,
    /// Its month.
    pub visit_month: Option<String>,
    /// Its year.
    pub visit_year: Option<String>,
}

impl Day {
    /// The day that is wanted: today where none is; a problem where it is not one of the last two months.
    fn read(&self, today: Date) -> Result<Date, Problems> {
        let wrong = || Problems::one("visit", "The day must be today or within the last two months");
        let within =
            |on: Date| (on <= today && on >= plus_days(today, -TOLD_WITHIN_DAYS)).then_some(on).ok_or_else(wrong);
        if let Some(on) = &self.on {
            return on.parse().ok().map_or_else(|| Err(wrong()), within);
        }
        let (Some(day), Some(month), Some(year)) = (&self.visit_day, &self.visit_month, &self.visit_year) else {
            return Ok(today);
        };
        let read = fingerpost_domain::case::read_day(day, month, year, "the session");
        read.map_err(|problem| Problems::one("visit", problem)).and_then(within)
    }
}

/// "2026-11" as "November 2026".
fn month_words(code: &str) -> String {
    format!("{code}-01").parse::<Date>().map_or_else(|_| code.to_owned(), |first| first.strftime("%B %Y").to_string())
}

fn months(rows: &[(String, i64, i64)]) -> Vec<MonthOfVisits> {
    let most = rows.iter().map(|(_, visits, _)| *visits).max().unwrap_or(1).max(1);
    rows.iter()
        .map(|(month, visits, people)| MonthOfVisits {
            month: month_words(month),
            visits: *visits,
            people: *people,
            percent: (visits * 100 / most).max(1),
        })
        .collect()
}

fn line(row: &RegisterRow) -> RegisterLine {
    RegisterLine {
        id: row.id.to_string(),
        name: row.name.clone(),
        detail: match row.came {
            0 => "Has not been yet".to_owned(),
            came => format!("Came {}", count(i64::from(came), "time", "times")),
        },
        said: match row.that_day {
            Some(true) => "came",
            Some(false) => "did_not_come",
            None => "",
        },
    }
}

fn page(
    app: &App,
    (token, view): (&str, RegisterView),
    (on, saved): (Date, Option<String>),
    problems: &Problems,
) -> RegisterPage {
    let today = app.today();
    let mut frame = of_link(app, token, "Your register");
    frame.problem = !problems.is_empty();
    let (asked, came) = view.asked;
    RegisterPage {
        frame,
        action: format!("/l/{token}"),
        service: view.service_name,
        saved,
        shut: view.rows.is_none().then_some(view.masked),
        lines: view.rows.unwrap_or_default().iter().map(line).collect(),
        on: day(on, today),
        on_code: on.to_string(),
        visit: DayFields { day: on.day().to_string(), month: on.month().to_string(), year: on.year().to_string() },
        asked: format!("We asked you about {}; {came} came.", count(asked, "person", "people")),
        months: months(&view.months),
        until: day(day_of(view.until), today),
        problems: listed(problems),
    }
}

async fn view(app: &App, session: &Session, link: &LiveLink, on: Date) -> Result<RegisterView, WebError> {
    let opened = sessions::name_is_open(session, link.id).await?;
    Ok(app.correspondence().register(link, (on, opened), app.now()).await?)
}

fn saved(code: Option<&str>) -> Option<String> {
    match code? {
        "code" => Some("A code is on its way. It takes a minute.".to_owned()),
        "no_code" => Some("No more codes are sent today. Ring us.".to_owned()),
        recorded => {
            recorded.parse::<u16>().ok().map(|people| format!("Saved for {}.", count(people, "person", "people")))
        }
    }
}

/// The register for a day.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    app: &App,
    session: &Session,
    (token, link): (&str, &LiveLink),
    asked: &Day,
) -> Result<Response, WebError> {
    let today = app.today();
    match asked.read(today) {
        Ok(on) => show(
            app,
            &page(
                app,
                (token, view(app, session, link, on).await?),
                (on, saved(asked.saved.as_deref())),
                &Problems::none(),
            ),
        ),
        Err(problems) => {
            let view = view(app, session, link, today).await?;
            show_again(app, &page(app, (token, view), (today, None), &problems))
        }
    }
}

/// Who came, or a code.
///
/// # Errors
/// [`WebError::LinkGone`] where it has ended meanwhile.
pub async fn says(
    app: &App,
    session: &Session,
    (token, link): (&str, &LiveLink),
    form: &Posted,
) -> Result<Response, WebError> {
    let today = app.today();
    let asked = Day { on: Some(form.text("on")).filter(|on| !on.is_empty()), ..Day::default() };
    let outcome = match form.text("change").as_str() {
        "code" => with_code(app, session, (token, link), form).await?,
        "send_code" => return new_code(app, (token, link)).await,
        _ => keep(app, (token, link), (form, asked.read(today))).await?,
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(problems) => {
            let on = asked.read(today).unwrap_or(today);
            let view = view(app, session, link, on).await?;
            show_again(app, &page(app, (token, view), (on, None), &problems))
        }
    }
}

async fn keep(
    app: &App,
    (token, link): (&str, &LiveLink),
    (form, on): (&Posted, Result<Date, Problems>),
) -> Result<Result<Response, Problems>, WebError> {
    // Whoever posts these ids has read them beside the names. That they were read some time ago loses no ticks: nothing is
    // shown for it.
    let on = match on {
        Ok(on) => on,
        Err(problems) => return Ok(Err(problems)),
    };
    let said: Vec<(ConnectionId, bool)> =
        form.fields().filter_map(|(field, value)| Some((field.parse().ok()?, value == "came"))).collect();
    if said.is_empty() {
        return Ok(Err(Problems::one("said", "Say of one person at least whether they came")));
    }
    match app.correspondence().keep_register(link, (on, &said), app.now()).await {
        Ok(recorded) => Ok(Ok(Redirect::to(&format!("/l/{token}?saved={recorded}&on={on}")).into_response())),
        Err(StoreError::NotFound) => Err(WebError::LinkGone),
        Err(error) => Err(error.into()),
    }
}
