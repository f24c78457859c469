//! Text messages: through a gateway, or into a folder.
//!
//! The gateway is whatever the scheme has a contract with. It is spoken to in one way, docs/messages.md: `POST` of
//! `{"id", "to", "text"}`, answered by a status. What speaks another way gets a small translator in front.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::post::PostError;

/// How long a gateway may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where text messages go.
#[derive(Clone)]
pub(crate) enum Texts {
    /// Nowhere: none is set up.
    NotSetUp,
    /// To a gateway.
    Gateway(Gateway),
    /// Into a folder, a file a message.
    Folder(PathBuf),
}

/// A gateway for text messages.
#[derive(Clone)]
pub(crate) struct Gateway {
    agent: ureq::Agent,
    address: String,
    key: Option<String>,
}

#[derive(Serialize)]
struct Text<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
}

impl Gateway {
    /// A gateway at an address; `key` is sent as a bearer token.
    ///
    /// # Errors
    /// [`PostError::Settings`] for an address over which numbers would travel in the clear.
    pub(crate) fn new(address: &str, key: Option<&str>) -> Result<Self, PostError> {
        let wrong =
            || PostError::Settings("write the text gateway as https://host/path; plain http only on this machine");
        let at: ureq::http::Uri = address.parse().map_err(|_| wrong())?;
        let here = at.host().is_some_and(|host| ["127.0.0.1", "localhost", "[::1]"].contains(&host));
        match at.scheme_str() {
            Some("https") => {}
            Some("http") if here => {}
            _ => return Err(wrong()),
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        Ok(Self { agent, address: address.to_owned(), key: key.map(str::to_owned) })
    }

    fn send(&self, id: &str, to: &str, text: &str) -> Result<(), PostError> {
        let body = serde_json::to_vec(&Text { id, to, text }).map_err(|_| PostError::Message)?;
        let mut request =
            self.agent.post(&self.address).header("content-type", "application/json").header("idempotency-key", id);
        if let Some(key) = &self.key {
            request = request.header("authorization", &format!("Bearer {key}"));
        }
        match request.send(&body[..]).map(|answer| answer.status().as_u16()) {
            Ok(200..=299) => Ok(()),
            // Its keys, not this message: the others would fail as well, until somebody mends the settings.
            Ok(401 | 403 | 404) => Err(PostError::Settings("the text gateway does not know us")),
            Ok(408 | 425 | 429 | 500..=599) | Err(_) => Err(PostError::NotNow),
            Ok(_) => Err(PostError::RefusedForGood),
        }
    }
}

impl Texts {
    /// Sends a text. `id` is the same at every attempt.
    ///
    /// # Errors
    /// [`PostError`], saying whether to try again.
    pub(crate) async fn send(&self, id: &str, to: &str, text: &str) -> Result<(), PostError> {
        match self {
            Self::NotSetUp => Err(PostError::NotSetUp),
            Self::Gateway(gateway) => {
                let (gateway, id, to, text) = (gateway.clone(), id.to_owned(), to.to_owned(), text.to_owned());
                let sent = tokio::task::spawn_blocking(move || gateway.send(&id, &to, &text)).await;
                sent.unwrap_or(Err(PostError::Message))
            }
            Self::Folder(folder) => {
                let told = format!("To: {to}\n\n{text}\n");
                crate::post::into_folder(folder, &format!("{id}.txt"), told.into_bytes()).await
            }
        }
    }
}
