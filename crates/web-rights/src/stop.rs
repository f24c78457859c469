//! Stopping messages, through the link in one of them. Looking stops nothing; one press does.

use axum::response::Response;
use fingerpost_store::{LiveLink, StoreError};
use fingerpost_ui::pages::StopMessagesPage;
use fingerpost_web_core::frame::{of_link, show};
use fingerpost_web_core::{App, WebError};

fn page(app: &App, token: &str, done: bool) -> StopMessagesPage {
    let title = if done { "No more messages" } else { "Do you want no more messages?" };
    StopMessagesPage { frame: of_link(app, token, title), action: format!("/l/{token}"), done }
}

/// Asks.
///
/// # Errors
/// When the page cannot be drawn.
pub fn open(app: &App, token: &str) -> Result<Response, WebError> {
    show(app, &page(app, token, false))
}

/// Does it.
///
/// # Errors
/// [`WebError::LinkGone`] where the link has ended meanwhile.
pub async fn stop(app: &App, (token, link): (&str, &LiveLink)) -> Result<Response, WebError> {
    match app.rights().stop_by_link(link, app.now()).await {
        Ok(()) => show(app, &page(app, token, true)),
        Err(StoreError::NotFound) => Err(WebError::LinkGone),
        Err(error) => Err(error.into()),
    }
}
