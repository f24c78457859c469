//! What goes wrong, as one plain page that says what to do. Never a name, a path or a stack.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_store::StoreError;
use fingerpost_ui::RenderError;
use fingerpost_ui::pages::{Frame, Link, MessagePage};

use crate::App;

/// Why a request was not answered with its page.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// No such page or record within the reader's scope.
    #[error("not found")]
    NotFound,
    /// The form does not belong to this session.
    #[error("the form is from another session")]
    StaleForm,
    /// The form is larger than any that we have.
    #[error("the form is too large")]
    TooLarge,
    /// The link was used, has expired, was revoked or never was.
    #[error("the link can no longer be used")]
    LinkGone,
    /// A launch that is not good: run out, opened before, of another practice, or never one.
    #[error("the launch is refused")]
    LaunchRefused,
    /// One address has begun too much lately.
    #[error("too many were begun from one address")]
    TooMany,
    /// The record moved on since the form was shown.
    #[error("the record has moved on")]
    MovedOn(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
    /// A page could not be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A session could not be read or written.
    #[error("the session failed: {0}")]
    Session(#[from] tower_sessions::session::Error),
    /// A PDF could not be set.
    #[error("printing failed")]
    Print,
    /// The index of the directory failed.
    #[error(transparent)]
    Finder(#[from] fingerpost_finder::FinderError),
    /// Work aside from the requests broke off.
    #[error("work broke off")]
    BrokeOff,
    /// A password could not be hashed.
    #[error("hashing failed")]
    Hashing,
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::ChangedMeanwhile | StoreError::AlreadyThere => {
                Self::MovedOn("Somebody else changed this while the page was open. Nothing of yours was saved.")
            }
            StoreError::NotNow(_) | StoreError::ConnectionNotNow(_) => {
                Self::MovedOn("This was answered while the page was open. Nothing was changed.")
            }
            error => Self::Store(error),
        }
    }
}

/// What the error page says; drawn by [`draw`].
#[derive(Debug, Clone)]
struct Failure {
    heading: &'static str,
    paragraphs: Vec<String>,
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let (status, heading, text) = match &self {
            Self::SignedOut => return Redirect::to("/sign-in").into_response(),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Page not found",
                "Check the address. If you followed a link here, the page may be for somebody else.",
            ),
            Self::StaleForm => (
                StatusCode::FORBIDDEN,
                "This form is no longer good",
                "You may have signed out, or signed in as somebody else, since it was opened. Go back, reload the page \
                 and send it again. Nothing was saved.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "That is too long to save",
                "A note holds about 8,000 characters. Go back and shorten it. Nothing was saved.",
            ),
            Self::LinkGone => (
                StatusCode::NOT_FOUND,
                "This link can no longer be used",
                "It was used, has run out, or was taken back. Ask whoever sent it for a new one.",
            ),
            Self::LaunchRefused => (
                StatusCode::NOT_FOUND,
                "Start again from the person's record",
                "This start has run out, was used before, belongs to another practice, or your account cannot refer. Nothing was sent. Open the record in \
                 your clinical system and start again, or refer by hand.",
            ),
            Self::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests were begun from here",
                "Wait an hour and try again, or ring the service instead. If you need help today, call 111. In an emergency \
                 call 999.",
            ),
            Self::MovedOn(text) => (StatusCode::CONFLICT, "This has changed in the meantime", *text),
            Self::Store(_)
            | Self::Render(_)
            | Self::Session(_)
            | Self::Finder(_)
            | Self::Print
            | Self::BrokeOff
            | Self::Hashing => {
                tracing::error!(error = %self, "request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong here",
                    "It is our fault, not yours. Try again in a few minutes. What you saved before is safe.",
                )
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Failure { heading, paragraphs: vec![text.to_owned()] });
        response
    }
}

/// Draws the page of a failure. Sits outside every handler, so that an error looks the same everywhere.
pub async fn draw(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    // A machine was answered in its own words.
    if response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        return response;
    }
    let failure = response.extensions().get::<Failure>().cloned().or_else(|| plain_failure(response.status()));
    let Some(failure) = failure else { return response };
    let frame = Frame { title: failure.heading.to_owned(), invented: app.invented(), ..Frame::default() };
    let page = MessagePage {
        frame,
        heading: failure.heading.to_owned(),
        paragraphs: failure.paragraphs,
        link: Some(Link { text: "Go to the start".to_owned(), href: "/".to_owned() }),
    };
    let html = app.ui().render(&page).unwrap_or_else(|error| {
        tracing::error!(%error, "the error page could not be drawn");
        failure.heading.to_owned()
    });
    // The head stays: a cookie that was set with the failure is not lost.
    let (mut head, _) = response.into_parts();
    if head.status == StatusCode::BAD_REQUEST {
        head.status = StatusCode::NOT_FOUND;
    }
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(head, Body::from(html))
}

/// Failures that a library answers without a body of ours.
fn plain_failure(status: StatusCode) -> Option<Failure> {
    let (heading, text) = match status {
        StatusCode::BAD_REQUEST => {
            ("Page not found", "Check the address. It is not one that Fingerpost has given out.")
        }
        StatusCode::METHOD_NOT_ALLOWED => ("That does not work here", "Go back and use the button on the page."),
        StatusCode::FORBIDDEN => {
            ("This form came from another site", "For your safety nothing was saved. Open Fingerpost and try again.")
        }
        StatusCode::REQUEST_TIMEOUT => ("That took too long", "Look whether it was saved before you try again."),
        _ => return None,
    };
    Some(Failure { heading, paragraphs: vec![text.to_owned()] })
}
