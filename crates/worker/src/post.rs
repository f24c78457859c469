//! How messages leave: by SMTP, or into a folder where somebody can read them.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncFileTransport, AsyncTransport, Message, Tokio1Executor};

use crate::words::Letter;

/// A message did not leave. Its text names no address.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The recipient's address cannot be written to.
    #[error("the recipient's address cannot be used")]
    Recipient,
    /// The message could not be put together.
    #[error("the message could not be put together")]
    Message,
    /// What it asks is not waited for any more.
    #[error("it is not wanted any more")]
    NotWanted,
    /// The mail server refused for good.
    #[error("the mail server refused it for good")]
    RefusedForGood,
    /// The mail server cannot take it now.
    #[error("the mail server cannot take it now")]
    NotNow,
    /// The folder cannot be written to.
    #[error("the folder cannot be written to")]
    Folder,
    /// The address of the mail server, or of the sender, cannot be used.
    #[error("the mail settings cannot be used: {0}")]
    Settings(&'static str),
}

impl PostError {
    /// Trying again would not help.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        matches!(self, Self::Recipient | Self::Message | Self::NotWanted | Self::RefusedForGood)
    }

    /// A word for the outbox.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Message => "message",
            Self::NotWanted => "not_wanted",
            Self::RefusedForGood => "refused",
            Self::NotNow => "not_now",
            Self::Folder => "folder",
            Self::Settings(_) => "settings",
        }
    }
}

/// How long a mail server may take over one step.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way out.
#[derive(Debug, Clone)]
pub struct Post {
    from: Mailbox,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(AsyncFileTransport<Tokio1Executor>),
}

impl Post {
    /// By a mail server: `smtp://user:password@host:port?tls=required` or `smtps://...`.
    ///
    /// # Errors
    /// [`PostError::Settings`] when the address or the sender cannot be used.
    pub fn smtp(url: &str, from: &str) -> Result<Self, PostError> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            PostError::Settings("write the mail server as smtp://host:port or smtps://user:password@host")
        })?;
        Ok(Self { from: sender(from)?, way: Way::Smtp(builder.timeout(Some(PATIENCE)).build()) })
    }

    /// Into a folder, one `.eml` file a message.
    ///
    /// # Errors
    /// When the folder cannot be made or the sender cannot be used.
    pub fn folder(folder: &Path, from: &str) -> Result<Self, PostError> {
        // Messages hold one-time links: the folder is its owner's alone.
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|_| PostError::Folder)?;
        Ok(Self { from: sender(from)?, way: Way::Folder(AsyncFileTransport::new(folder)) })
    }

    /// Sends a letter. `id` becomes the Message-ID: the same at every attempt.
    ///
    /// # Errors
    /// [`PostError`], saying whether to try again.
    pub async fn send(&self, to: &str, id: &str, letter: &Letter) -> Result<(), PostError> {
        let to: Address = to.parse().map_err(|_| PostError::Recipient)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|_| PostError::Message)?;
        match &self.way {
            Way::Smtp(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(PostError::RefusedForGood),
                Err(_) => Err(PostError::NotNow),
            },
            Way::Folder(folder) => folder.send(message).await.map(drop).map_err(|_| PostError::Folder),
        }
    }
}

fn sender(from: &str) -> Result<Mailbox, PostError> {
    from.parse().map_err(|_| PostError::Settings("write the sender as Name <name@example.org>"))
}
