//! Posted forms: read once, with the token of the session checked before a handler sees a field.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum_extra::extract::Form as HtmlForm;
use fingerpost_domain::id::RequestKey;
use sha2::{Digest, Sha256};
use tower_sessions::Session;

use crate::{App, WebError, sessions};

/// The fields of a form that was posted from a page of this session.
#[derive(Debug, Clone, Default)]
pub struct Posted(HashMap<String, Vec<String>>);

impl Posted {
    /// The first value of a field, empty when it is not there.
    pub fn text(&self, field: &str) -> String {
        self.value(field).map(str::to_owned).unwrap_or_default()
    }

    /// The first value of a field, where it is there.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.0.get(field).and_then(|values| values.first()).map(String::as_str)
    }

    /// What makes a form count once, however often it is posted.
    pub fn key(&self) -> Result<RequestKey, WebError> {
        self.text("key").parse().map_err(|_| WebError::StaleForm)
    }

    /// Whether a field came at all, even empty.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Every field with its first value.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(field, values)| Some((field.as_str(), values.first()?.as_str())))
    }

    /// All values of a field: ticked boxes.
    pub fn all(&self, field: &str) -> Vec<String> {
        self.0.get(field).cloned().unwrap_or_default()
    }
}

/// A form with one file, posted from a page of this session: its token comes first and was checked.
#[derive(Debug, Clone, Default)]
pub struct Uploaded {
    /// The fields.
    pub fields: Posted,
    /// What the file holds; empty where none was chosen.
    pub file: Vec<u8>,
}

impl FromRequest<App> for Uploaded {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &App) -> Result<Self, WebError> {
        let session = request.extensions().get::<Session>().cloned().ok_or(WebError::StaleForm)?;
        let expected = sessions::token(app, &session).await?;
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| WebError::StaleForm)?;
        let mut uploaded = Self::default();
        let mut checked = false;
        while let Some(part) = parts.next_field().await.map_err(|_| WebError::TooLarge)? {
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_some() {
                // Nothing is read into memory for somebody whose page is not ours.
                if !checked {
                    return Err(WebError::StaleForm);
                }
                uploaded.file = part.bytes().await.map_err(|_| WebError::TooLarge)?.to_vec();
                continue;
            }
            let value = part.text().await.map_err(|_| WebError::TooLarge)?;
            checked = checked || (name == "csrf" && same(&value, &expected));
            uploaded.fields.0.entry(name).or_default().push(value);
        }
        if checked { Ok(uploaded) } else { Err(WebError::StaleForm) }
    }
}

impl FromRequest<App> for Posted {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &App) -> Result<Self, WebError> {
        let session = request.extensions().get::<Session>().cloned().ok_or(WebError::StaleForm)?;
        let path = request.uri().path();
        let without_session = WITHOUT_SESSION.iter().find_map(|place| path.strip_prefix(place)).map(link_token);
        let (parts, body) = request.into_parts();
        let bytes =
            Bytes::from_request(Request::from_parts(parts.clone(), body), app).await.map_err(|_| WebError::TooLarge)?;
        let again = Request::from_parts(parts, bytes.into());
        let HtmlForm(pairs) =
            HtmlForm::<Vec<(String, String)>>::from_request(again, app).await.map_err(|_| WebError::StaleForm)?;
        let mut fields: HashMap<String, Vec<String>> = HashMap::new();
        for (field, value) in pairs {
            fields.entry(field).or_default().push(value);
        }
        let posted = Self(fields);
        let expected = match without_session {
            Some(token) => token,
            None => sessions::token(app, &session).await?,
        };
        if same(&posted.text("csrf"), &expected) { Ok(posted) } else { Err(WebError::StaleForm) }
    }
}

/// Where pages live that have no session: those behind one-time links, and those where anyone may begin something.
const WITHOUT_SESSION: [&str; 5] = ["/directory/", "/l/", "/self-referral/", "/s/", "/survey/"];

/// What the forms of a page without a session carry instead of its token: made from the end of the address, so that a page which was
/// opened before lunch still works after it, and no session is stored for a look. Whoever can make it for a one-time link holds the
/// link already; where anyone may begin, there is nobody's right to borrow.
pub fn link_token(link: &str) -> String {
    let digest = Sha256::digest(format!("form of {link}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// What a form carries to tell whether somebody has written the same part meanwhile.
pub fn mark_of(part: &impl std::fmt::Debug) -> String {
    link_token(&format!("{part:?}"))
}

/// Compares two secrets by their hashes, so that the time taken tells nothing about them.
fn same(a: &str, b: &str) -> bool {
    Sha256::digest(a.as_bytes()) == Sha256::digest(b.as_bytes())
}
