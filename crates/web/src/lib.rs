//! The routes: one module for each area of the product.
//!
//! A request travels one way: an extractor builds the [`fingerpost_store::Ctx`] with the grant that the
//! handler names in its signature; a rule of the domain decides; the store answers within the grant's
//! scope and audits; a typed context is drawn. No handler sees a connection, a role or a raw form field
//! that a rule has not checked. What every page stands on is [`fingerpost_web_core`].

mod about;
mod account;
mod ask;
mod became;
mod care;
mod cases;
mod counted;
mod entry;
mod flow;
mod launch;
mod measures;
mod plan_copy;
mod plans;
mod refer;
mod routes;
mod sent;
mod texts;
mod triage;
mod users;

pub use fingerpost_web_core::texts::{AtOnce, TextsAtOnce};
pub use fingerpost_web_core::{App, PasswordRefused, Passwords, WebConfig, WebError};
pub use routes::{Guard, ROUTES, RouteInfo, router};

/// What draws the pages of every area.
///
/// # Errors
/// When a template cannot be read: a fault of ours, caught by the tests that draw samples.
pub fn screens() -> Result<fingerpost_ui::Ui, WebError> {
    Ok(fingerpost_ui::Ui::load(fingerpost_ui_improvement::templates())?)
}
