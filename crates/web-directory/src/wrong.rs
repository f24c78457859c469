//! A reader says that an entry is wrong. Nobody is asked who they are, and nothing of them is kept.

use axum::extract::{Path, State};
use axum::response::Response;
use fingerpost_directory::edit::Wrong;
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;
use fingerpost_ui::pages::{Choice, Frame, WrongPage};

use fingerpost_web_core::form::{Posted, link_token};
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::limits::{Beginning, Caller};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError};

async fn page(app: &App, id: ServiceId, form: Option<&Posted>, problems: &Problems) -> Result<WrongPage, WebError> {
    let stored = app.store().entries().one(id).await?;
    if stored.standing.withheld {
        return Err(WebError::NotFound);
    }
    let typed = |field: &str| form.map(|form| form.text(field)).unwrap_or_default();
    let chosen = typed("wrong");
    Ok(WrongPage {
        frame: Frame {
            title: "What is wrong?".to_owned(),
            csrf: link_token(&format!("{id}/wrong")),
            invented: app.invented(),
            problem: !problems.is_empty(),
            ..Frame::default()
        },
        back: (format!("/directory/{id}"), format!("Back to {}", stored.service.name)),
        action: format!("/directory/{id}/wrong"),
        name: stored.service.name,
        wrong: Wrong::ALL
            .iter()
            .map(|wrong| Choice::new(wrong.code(), wrong.label(), wrong.code() == chosen))
            .collect(),
        note: typed("note"),
        sent: false,
        problems: listed(problems),
    })
}

/// The form.
pub async fn form(State(app): State<App>, Path(id): Path<ServiceId>) -> Result<Response, WebError> {
    show(&app, &page(&app, id, None, &Problems::none()).await?)
}

/// Takes what was said.
pub async fn send(
    State(app): State<App>,
    Path(id): Path<ServiceId>,
    caller: Caller,
    form: Posted,
) -> Result<Response, WebError> {
    let mut problems = Problems::none();
    let note = problems.take("note", Line::<300>::parse(&form.text("note"))).flatten();
    let Some(wrong) = Wrong::from_code(&form.text("wrong")) else {
        problems.add("wrong", "Choose what is wrong");
        return show_again(&app, &page(&app, id, Some(&form), &problems).await?);
    };
    if !problems.is_empty() {
        return show_again(&app, &page(&app, id, Some(&form), &problems).await?);
    }
    let drawn = page(&app, id, None, &problems).await?;
    caller.may_begin(&app, Beginning::Reporting)?;
    app.stewardship().report(id, (wrong, note.as_ref()), app.now()).await?;
    show(&app, &WrongPage { sent: true, ..drawn })
}
