//! Who signs in for an organisation: inviting and stopping, by its administrator.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::id::UserId;
use fingerpost_domain::person::Email;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::role::Role;
use fingerpost_domain::text::Line;
use fingerpost_policy::ManageUsers;
use fingerpost_store::{NewUser, StoreError, UserRow};
use fingerpost_ui::pages::{Choice, InviteValues, UserLine, UsersPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub(crate) struct Saved {
    saved: Option<String>,
}

fn line(here: &May<ManageUsers>, row: &UserRow) -> UserLine {
    let state = match (row.disabled, row.invited, row.second_factor) {
        (true, ..) => "Stopped",
        (false, true, _) if here.app().invented() => "Signs in by one press",
        (false, true, _) => "Invited, not here yet",
        (false, false, true) => "Can sign in, with a second step",
        (false, false, false) => "Can sign in",
    };
    let own = row.id == here.ctx.grant.user();
    UserLine {
        name: row.name.clone(),
        role: row.role.label().to_owned(),
        job_title: row.job_title.clone().filter(|title| title != row.role.label()),
        email: row.email.clone(),
        state: state.to_owned(),
        link: (!own).then(|| here.href(&format!("users/{}/link", row.id))),
        link_text: if row.disabled { "Let in again" } else { "Send a new link" }.to_owned(),
        disable: (!row.disabled && !own).then(|| here.href(&format!("users/{}/disable", row.id))),
    }
}

async fn page(
    here: &May<ManageUsers>,
    (values, role): (InviteValues, &str),
    problems: &Problems,
    saved: Option<&str>,
) -> Result<UsersPage, WebError> {
    let rows = here.app().store().users(&here.ctx).await?;
    let mut frame = here.frame("Who signs in", "users").await?;
    frame.problem = !problems.is_empty();
    let saved = saved.map(|what| match what {
        "invited" => "Invited. The link is on its way.".to_owned(),
        "link" => "A new link is on its way. It works once, for 3 days.".to_owned(),
        _ => "Stopped. Every session of theirs has ended.".to_owned(),
    });
    Ok(UsersPage {
        frame,
        place_name: here.organisation.name.clone(),
        saved,
        rows: rows.iter().map(|row| line(here, row)).collect(),
        action: here.href("users"),
        roles: Role::ALL
            .iter()
            .filter(|choice| choice.belongs_in(here.organisation.kind))
            .map(|choice| Choice::new(choice.code(), choice.label(), role == choice.code()))
            .collect(),
        values,
        problems: listed(problems),
    })
}

pub(crate) async fn list(here: May<ManageUsers>, Query(saved): Query<Saved>) -> Result<Response, WebError> {
    let nothing = (InviteValues::default(), "");
    show(here.app(), &page(&here, nothing, &Problems::none(), saved.saved.as_deref()).await?)
}

pub(crate) async fn invite(here: May<ManageUsers>, form: Posted) -> Result<Response, WebError> {
    let values = InviteValues { name: form.text("name"), email: form.text("email"), job_title: form.text("job_title") };
    let mut problems = Problems::none();
    let name = problems.take("name", Line::<100>::parse(&values.name)).flatten();
    if name.is_none() && problems.of("name").is_none() {
        problems.add("name", "Enter their name");
    }
    let email = problems.take("email", Email::parse(&values.email));
    let job_title = problems.take("job_title", Line::<70>::parse(&values.job_title)).flatten();
    let role = Role::from_code(&form.text("role")).filter(|role| role.belongs_in(here.organisation.kind));
    if role.is_none() {
        problems.add("role", "Choose their role");
    }
    if let (Some(name), Some(email), Some(role), true) = (name, email, role, problems.is_empty()) {
        let user = NewUser {
            name: name.to_string(),
            email,
            job_title: job_title.map(|title| title.to_string()),
            password_hash: None,
            roles: vec![(here.organisation.id, role)],
        };
        match here.app().store().invite(&here.ctx, &user).await {
            Ok(_) => return Ok(Redirect::to(&here.href("users?saved=invited")).into_response()),
            Err(StoreError::AlreadyThere) => {
                problems.add("email", "Somebody signs in with this email already. Use another one");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let role = form.text("role");
    show_again(here.app(), &page(&here, (values, &role), &problems, None).await?)
}

pub(crate) async fn disable(
    here: May<ManageUsers>,
    Path((_, user)): Path<(String, UserId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().store().disable_user(&here.ctx, user).await?;
    Ok(Redirect::to(&here.href("users?saved=stopped")).into_response())
}

/// A new link to choose a password; somebody who was stopped is let in again by it.
pub(crate) async fn link(
    here: May<ManageUsers>,
    Path((_, user)): Path<(String, UserId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().store().send_link(&here.ctx, user).await?;
    Ok(Redirect::to(&here.href("users?saved=link")).into_response())
}
