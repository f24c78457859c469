//! A group keeps its own entry, behind its link: no account. Opening it changes nothing; a press of a button does.

use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_directory::edit::{EntryAnswers, ended, open_again, places, rest};
use fingerpost_directory::facts::Group;
use fingerpost_directory::opening::WEEK;
use fingerpost_directory::overlay::Changed;
use fingerpost_domain::Date;
use fingerpost_domain::case::read_day;
use fingerpost_domain::problem::Problems;
use fingerpost_store::{LiveLink, StoreError, StoredService};
use fingerpost_ui::pages::{Choice, DayFields, EditEntryPage, Frame, KeepEntryPage};

use crate::search::{entry_of, reasons, rows, times_of};
use fingerpost_web_core::form::{Posted, mark_of};
use fingerpost_web_core::frame::{of_link, show, show_again};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError};

/// Numbers of free places to press.
const PRESSED: [&str; 7] = ["0", "1", "2", "3", "4", "5", "10"];

fn saved(what: &str) -> Option<&'static str> {
    match what {
        "right" => Some("Thank you. It counts as confirmed today."),
        "places" => Some("Thank you. People see how many places are free."),
        "rest" => Some("Thank you. People see that you are closed for now."),
        "open" => Some("Thank you. People see that you are open."),
        "ended" => Some("Thank you for telling us."),
        "save" => Some("Thank you. That is what people read now."),
        _ => None,
    }
}

fn page(app: &App, token: &str, stored: &StoredService, form: Option<&Posted>, problems: &Problems) -> KeepEntryPage {
    let entry = entry_of(stored);
    let typed = |field: &str| form.map(|form| form.text(field)).unwrap_or_default();
    let mut frame = of_link(app, token, "Is this still right?");
    frame.problem = !problems.is_empty();
    KeepEntryPage {
        frame,
        action: format!("/l/{token}"),
        name: stored.service.name.clone(),
        description: stored.service.description.clone().unwrap_or_default(),
        rows: rows(&stored.service, &entry),
        room: reasons::room_tag(&entry, false),
        resting: stored.service.is_resting(),
        ended: !stored.service.is_open() && !stored.service.is_resting(),
        saved: None,
        places: PRESSED.map(str::to_owned).to_vec(),
        until: DayFields { day: typed("until_day"), month: typed("until_month"), year: typed("until_year") },
        words: typed("words"),
        problems: listed(problems),
    }
}

/// The group's page.
pub async fn open(app: &App, (token, link): (&str, &LiveLink), done: Option<&str>) -> Result<Response, WebError> {
    let stored = app.stewardship().entry_behind(link).await?;
    let drawn = page(app, token, &stored, None, &Problems::none());
    show(app, &KeepEntryPage { saved: done.and_then(saved), ..drawn })
}

/// What a form says an entry is.
pub(crate) fn answers(form: &Posted) -> EntryAnswers {
    EntryAnswers {
        description: form.text("description"),
        times: form.text("times"),
        days: form.all("days"),
        opens: form.text("opens"),
        closes: form.text("closes"),
        cost: form.text("cost"),
        phone: form.text("phone"),
        email: form.text("email"),
        url: form.text("url"),
        joining: form.text("joining"),
        from_age: form.text("from_age"),
        to_age: form.text("to_age"),
        only_for: form.all("only_for"),
        access: form.text("access"),
    }
}

/// What the entry said when the form was drawn is what it says now: nobody else's change is written over.
pub(crate) fn unmoved(form: &Posted, stored: &StoredService) -> Result<(), WebError> {
    if form.text("mark") == mark_of(&stored.service) {
        Ok(())
    } else {
        Err(WebError::MovedOn(
            "Somebody else has changed this entry since the form was opened. Nothing was saved. Open it again.",
        ))
    }
}

/// The form of an entry, with what was typed.
pub(crate) fn edit_page(
    (frame, back, action): (Frame, (String, String), String),
    stored: &StoredService,
    (answers, steward): (EntryAnswers, bool),
    problems: &Problems,
) -> EditEntryPage {
    let chosen = |code: &str, all: &[String]| all.iter().any(|one| one == code);
    let now = times_of(&stored.service);
    EditEntryPage {
        frame: Frame { problem: !problems.is_empty(), ..frame },
        back,
        action,
        name: stored.service.name.clone(),
        times_now: (!now.is_empty()).then_some(now),
        days: WEEK.iter().map(|(code, name)| Choice::new(code, &name[..3], chosen(code, &answers.days))).collect(),
        only_for: Group::ALL
            .iter()
            .map(|group| Choice::new(group.code(), group.label(), chosen(group.code(), &answers.only_for)))
            .collect(),
        values: answers,
        steward,
        mark: mark_of(&stored.service),
        problems: listed(problems),
    }
}

fn until(form: &Posted) -> Result<Option<Date>, Problems> {
    let (day, month, year) = (form.text("until_day"), form.text("until_month"), form.text("until_year"));
    if [&day, &month, &year].iter().all(|part| part.trim().is_empty()) {
        return Ok(None);
    }
    read_day(&day, &month, &year, "opening again").map(Some).map_err(|problem| Problems::one("until", problem))
}

fn change(app: &App, say: &str, form: &Posted) -> Result<Option<Vec<Changed>>, Problems> {
    Ok(Some(match say {
        "right" => vec![],
        "places" => vec![places(&form.text("places"), app.today())?],
        "rest" => rest(until(form)?, &form.text("words"), app.today())?,
        "open" => open_again(),
        "ended" => ended(),
        _ => return Ok(None),
    }))
}

/// What a pressed button says.
pub async fn says(app: &App, (token, link): (&str, &LiveLink), form: &Posted) -> Result<Response, WebError> {
    let stored = app.stewardship().entry_behind(link).await?;
    // A number that was pressed carries no other word.
    let say = if form.has("say") { form.text("say") } else { "places".to_owned() };
    let edit = |answers, problems: &Problems| {
        let back = (format!("/l/{token}"), "Back".to_owned());
        let frame = of_link(app, token, "Change what people read");
        edit_page((frame, back, format!("/l/{token}")), &stored, (answers, false), problems)
    };
    let checked = match say.as_str() {
        "change" => return show(app, &edit(EntryAnswers::of(&stored.service), &Problems::none())),
        "save" => {
            unmoved(form, &stored)?;
            // Where questions about people go is not changed by whoever holds a link.
            let email = stored.service.email.clone().unwrap_or_default();
            let answers = EntryAnswers { email, ..answers(form) };
            match answers.check(&stored.service) {
                Ok(changed) => Ok(Some(changed)),
                Err(problems) => return show_again(app, &edit(answers, &problems)),
            }
        }
        say => change(app, say, form),
    };
    match checked {
        Ok(Some(changed)) => match app.stewardship().group_says(link, &changed, app.now()).await {
            Err(StoreError::NotFound) => Err(WebError::LinkGone),
            done => {
                done?;
                Ok(Redirect::to(&format!("/l/{token}?saved={say}")).into_response())
            }
        },
        Ok(None) => show_again(
            app,
            &page(app, token, &stored, Some(form), &Problems::one("places", "Press one of the buttons")),
        ),
        Err(problems) => show_again(app, &page(app, token, &stored, Some(form), &problems)),
    }
}
