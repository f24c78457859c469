//! What surrounds a page: name, place, menu.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use fingerpost_domain::organisation::{Organisation, OrganisationKind};
use fingerpost_policy::Action;
use fingerpost_ui::Page;
use fingerpost_ui::pages::{Frame, NavItem, PlaceName};
use tower_sessions::Session;

use crate::form::link_token;
use crate::visitor::Visitor;
use crate::{App, WebError, sessions};

/// The menu: an item for each thing that the role may do, in the order of the day.
const MENU: &[(Action, &str, &str)] = &[
    (Action::ReadCaseload, "caseload", "Caseload"),
    (Action::Triage, "referrals", "Referrals"),
    (Action::ReferPerson, "refer", "Refer"),
    (Action::ReadSent, "sent", "People sent"),
    (Action::Signpost, "signpost", "Signpost"),
    (Action::ReadFlow, "flow", "Flow"),
    (Action::SeeMessages, "messages", "Messages"),
    (Action::Improve, "improvement", "Improvement"),
    (Action::KeepProfile, "profiles", "Profiles"),
    (Action::SetIntake, "intake", "Taking people up"),
    (Action::KeepRecords, "records", "Records"),
    (Action::ManageUsers, "users", "Who signs in"),
    (Action::ManageLaunch, "launch", "Clinical system"),
    (Action::KeepDirectory, "steward", "Keep it true"),
    (Action::SearchDirectory, "directory", "Directory"),
];

/// Whether an item has anything behind it here. Whoever leads several practices sends and signposts nobody from there and has no
/// clinical system of their own; the numbers of each practice are the practice's. Another agency refers, and has no clinical system.
const fn fits(kind: OrganisationKind, action: Action) -> bool {
    use OrganisationKind::{Cluster, Federation, HealthBoard, Icb, Network};
    let over_several = matches!(kind, Network | Federation | Cluster | HealthBoard | Icb);
    let of_one = matches!(
        action,
        Action::ReferPerson | Action::ReadSent | Action::Signpost | Action::ReadFlow | Action::ManageLaunch
    );
    let clinical = matches!(action, Action::ManageLaunch);
    !(over_several && of_one || matches!(kind, OrganisationKind::Other) && clinical)
}

/// What somebody may do in an organisation, of what it has.
fn items<'a>(
    visitor: &'a Visitor,
    organisation: &'a Organisation,
) -> impl Iterator<Item = &'static (Action, &'static str, &'static str)> + 'a {
    MENU.iter().filter(|(action, ..)| fits(organisation.kind, *action) && visitor.actor().may(organisation.id, *action))
}

/// The first screen of somebody in an organisation: what needs them now.
pub fn first_screen(visitor: &Visitor, organisation: &Organisation) -> Option<String> {
    items(visitor, organisation).next().map(|(_, path, _)| format!("/o/{}/{path}", organisation.slug))
}

/// What surrounds a page of an organisation; `current` is the menu item that is open.
///
/// # Errors
/// When the database does not answer.
pub async fn of_place(
    visitor: &Visitor,
    organisation: &Organisation,
    title: String,
    current: &str,
) -> Result<Frame, WebError> {
    let mut nav = vec![];
    for (action, path, text) in items(visitor, organisation) {
        let count = if *action == Action::Triage {
            let tenant = &visitor.actor().tenant;
            let (count, _) = visitor.app.store().count_waiting(tenant, organisation.id).await?;
            (count > 0).then_some(count)
        } else {
            None
        };
        nav.push(NavItem {
            text: (*text).to_owned(),
            href: format!("/o/{}/{path}", organisation.slug),
            current: *path == current,
            count,
        });
    }
    Ok(Frame { place: Some(PlaceName { name: organisation.name.clone() }), nav, ..of_visitor(visitor, title) })
}

/// What surrounds a page that belongs to no organisation.
pub fn of_visitor(visitor: &Visitor, title: String) -> Frame {
    let mut places: Vec<_> = visitor.signed_in.places.iter().map(|(organisation, _)| organisation.id).collect();
    places.dedup();
    Frame {
        title,
        problem: false,
        user: Some(visitor.signed_in.name.clone()),
        place: None,
        several_places: places.len() > 1,
        nav: vec![],
        csrf: visitor.csrf.clone(),
        invented: visitor.app.invented(),
    }
}

/// What surrounds a page for anyone.
pub async fn of_anyone(app: &App, session: &Session, title: &str) -> Result<Frame, WebError> {
    let csrf = sessions::token(app, session).await?;
    Ok(Frame { title: title.to_owned(), csrf, invented: app.invented(), ..Frame::default() })
}

/// What surrounds a page behind a one-time link.
pub fn of_link(app: &App, token: &str, title: &str) -> Frame {
    Frame { title: title.to_owned(), csrf: link_token(token), invented: app.invented(), ..Frame::default() }
}

/// Draws a page.
pub fn show<P: Page>(app: &App, page: &P) -> Result<Response, WebError> {
    Ok(Html(app.ui().render(page)?).into_response())
}

/// Draws a form again with what is wrong in it.
pub fn show_again<P: Page>(app: &App, page: &P) -> Result<Response, WebError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(app.ui().render(page)?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_over_several_practices_has_no_menu_of_a_practice() {
        for kind in [OrganisationKind::Network, OrganisationKind::Icb] {
            let left: Vec<&str> =
                MENU.iter().filter(|(action, ..)| fits(kind, *action)).map(|(_, path, _)| *path).collect();
            assert!(left.contains(&"improvement") && !left.contains(&"sent") && !left.contains(&"flow"), "{left:?}");
        }
        for kind in [OrganisationKind::Practice, OrganisationKind::Scheme] {
            assert!(MENU.iter().all(|(action, ..)| fits(kind, *action)));
        }
        // An agency refers, and has no clinical system.
        assert!(
            MENU.iter().all(|(action, ..)| fits(OrganisationKind::Other, *action) != (*action == Action::ManageLaunch))
        );
    }
}
