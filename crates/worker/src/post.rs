//! How messages leave: one port, three ways. E-mail goes by SMTP, or into a folder where somebody can read it; texts and
//! letters have a place each ([`crate::texts`], [`crate::letters`]).

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fingerpost_correspondence_rules::message::Fault;
use fingerpost_store::Addressee;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncFileTransport, AsyncTransport, Message, Tokio1Executor};

use crate::letters::Letters;
use crate::texts::{Gateway, Texts};
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
    /// An address or a key in the settings cannot be used.
    #[error("the settings for messages cannot be used: {0}")]
    Settings(&'static str),
    /// No way is set up for messages of this kind.
    #[error("no way is set up for messages of this kind")]
    NotSetUp,
    /// It was taken back before it left.
    #[error("it was taken back before it left")]
    TakenBack,
    /// What it tells of is over.
    #[error("what it tells of is over")]
    Missed,
}

impl PostError {
    /// Trying again would not help.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::Recipient
                | Self::Message
                | Self::NotWanted
                | Self::RefusedForGood
                | Self::NotSetUp
                | Self::TakenBack
                | Self::Missed
        )
    }

    /// What the outbox keeps of it.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Recipient => Fault::Recipient,
            Self::Message => Fault::Message,
            Self::NotWanted => Fault::NotWanted,
            Self::RefusedForGood => Fault::Refused,
            Self::NotNow => Fault::NotNow,
            Self::Folder => Fault::Folder,
            Self::Settings(_) | Self::NotSetUp => Fault::Settings,
            Self::TakenBack => Fault::TakenBack,
            Self::Missed => Fault::Missed,
        }
    }
}

/// How long a mail server may take over connecting.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a mail server may take over one message, from beginning to end.
const WHOLE_PATIENCE: Duration = Duration::from_secs(45);

/// What a mail server says when it is our name or password that is wrong (RFC 4954): every message would be refused, until
/// somebody mends the settings.
const OURS: [&str; 4] = ["530", "534", "535", "538"];

/// What a mail server says when there is no such mailbox (RFC 5321): a refusal of ourselves says another number.
const NO_MAILBOX: [&str; 3] = ["550", "551", "553"];

/// The ways out.
#[derive(Clone)]
pub struct Post {
    from: Mailbox,
    mail: Mail,
    texts: Texts,
    letters: Letters,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Post")
    }
}

#[derive(Debug, Clone)]
enum Mail {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(AsyncFileTransport<Tokio1Executor>),
}

impl Post {
    /// E-mail by a mail server: `smtp://user:password@host:port?tls=required` or `smtps://...`. Texts and letters are not
    /// set up yet.
    ///
    /// # Errors
    /// [`PostError::Settings`] when the address or the sender cannot be used.
    pub fn smtp(url: &str, from: &str) -> Result<Self, PostError> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            PostError::Settings("write the mail server as smtp://host:port or smtps://user:password@host")
        })?;
        let mail = Mail::Smtp(builder.timeout(Some(PATIENCE)).build());
        Ok(Self { from: sender(from)?, mail, texts: Texts::NotSetUp, letters: Letters::NotSetUp })
    }

    /// Everything into a folder, one file a message: `.eml`, `.txt`, `.pdf`.
    ///
    /// # Errors
    /// When the folder cannot be made or the sender cannot be used.
    pub fn folder(folder: &Path, from: &str) -> Result<Self, PostError> {
        own_folder(folder)?;
        Ok(Self {
            from: sender(from)?,
            mail: Mail::Folder(AsyncFileTransport::new(folder)),
            texts: Texts::Folder(folder.to_owned()),
            letters: Letters::Folder(folder.to_owned()),
        })
    }

    /// The domain of the sender: what the ids of e-mails end with.
    pub(crate) fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Texts through a gateway; `key` is sent as a bearer token.
    ///
    /// # Errors
    /// [`PostError::Settings`] when the address cannot be used.
    pub fn with_text_gateway(self, address: &str, key: Option<&str>) -> Result<Self, PostError> {
        Ok(Self { texts: Texts::Gateway(Gateway::new(address, key)?), ..self })
    }

    /// Letters as PDF into a folder that somebody empties.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with_letters(self, folder: &Path) -> Result<Self, PostError> {
        own_folder(folder)?;
        Ok(Self { letters: Letters::Folder(folder.to_owned()), ..self })
    }

    /// Sends one text at once; the number is used for that and kept nowhere. `id` is the same at every attempt.
    ///
    /// # Errors
    /// [`PostError`], saying whether to try again.
    pub async fn text_at_once(&self, id: &str, to: &str, words: &str) -> Result<(), PostError> {
        self.texts.send(id, to, words).await
    }

    /// Sends a letter the way its addressee is reached. `id` is the same at every attempt, so that the other side can tell
    /// a repetition.
    ///
    /// # Errors
    /// [`PostError`], saying whether to try again.
    pub async fn send(&self, to: &Addressee, id: &str, letter: &Letter) -> Result<(), PostError> {
        match &to.way {
            fingerpost_store::Way::Email(address) => self.mail(address, id, letter).await,
            fingerpost_store::Way::Text(number) => self.texts.send(id, number, &letter.short).await,
            fingerpost_store::Way::Letter { lines, large } => {
                self.letters.send(id, (&to.name, lines, *large), letter).await
            }
        }
    }

    async fn mail(&self, to: &str, id: &str, letter: &Letter) -> Result<(), PostError> {
        let to: Address = to.parse().map_err(|_| PostError::Recipient)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .subject(&letter.subject);
        let message = match &letter.calendar {
            None => message.header(ContentType::TEXT_PLAIN).body(letter.body.clone()),
            Some((calendar, method)) => {
                let kind = format!("text/calendar; charset=utf-8; method={method}");
                let kind = ContentType::parse(&kind).map_err(|_| PostError::Message)?;
                let file = Attachment::new("appointment.ics".to_owned()).body(calendar.clone(), kind);
                message
                    .multipart(MultiPart::mixed().singlepart(SinglePart::plain(letter.body.clone())).singlepart(file))
            }
        };
        let message = message.map_err(|_| PostError::Message)?;
        match &self.mail {
            Mail::Smtp(server) => match tokio::time::timeout(WHOLE_PATIENCE, server.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) if error.status().is_some_and(|code| OURS.contains(&code.to_string().as_str())) => {
                    Err(PostError::Settings("the mail server does not know us"))
                }
                Ok(Err(error))
                    if error.status().is_some_and(|code| NO_MAILBOX.contains(&code.to_string().as_str())) =>
                {
                    Err(PostError::Recipient)
                }
                Ok(Err(error)) if error.is_permanent() => Err(PostError::RefusedForGood),
                // It took the message and says nothing, or it cannot take it now.
                Ok(Err(_)) | Err(_) => Err(PostError::NotNow),
            },
            Mail::Folder(folder) => folder.send(message).await.map(drop).map_err(|_| PostError::Folder),
        }
    }
}

/// Messages hold one-time links and names: the folder is its owner's alone.
fn own_folder(folder: &Path) -> Result<(), PostError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|_| PostError::Folder)
}

/// Writes a file whole or not at all: whoever empties the folder never takes half a letter.
pub(crate) async fn into_folder(folder: &Path, name: &str, bytes: Vec<u8>) -> Result<(), PostError> {
    let (half, whole): (PathBuf, PathBuf) = (folder.join(format!(".{name}.half")), folder.join(name));
    let written = tokio::task::spawn_blocking(move || {
        use std::io::Write as _;
        let mut file = std::fs::File::create(&half)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&half, &whole)
    });
    written.await.ok().and_then(Result::ok).ok_or(PostError::Folder)
}

fn sender(from: &str) -> Result<Mailbox, PostError> {
    from.parse().map_err(|_| PostError::Settings("write the sender as Name <name@example.org>"))
}
