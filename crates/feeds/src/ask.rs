//! One question to a feed: bounded in time and size, told apart by what can be done about it.

use std::io::Read;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use fingerpost_directory::feed::Ending;
use jiff::SignedDuration;
use ureq::unversioned::transport::DefaultConnector;

use crate::address::{Guard, INSIDE, PLAIN};

/// The largest answer that is read, in bytes: a hundred large entries.
const LARGEST: u64 = 8 * 1024 * 1024;
/// How long a connection may take.
const CONNECTS_IN: Duration = Duration::from_secs(10);
/// Redirects that are followed.
const REDIRECTS: u32 = 3;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// It may answer later; after so long, where it says so.
    #[error("{0}")]
    Later(String, Option<SignedDuration>),
    /// There is nothing at this address.
    #[error("it answers {0}")]
    NotThere(u16),
    /// It will not be another time either.
    #[error("{1}")]
    Never(Ending, String),
}

/// Asks feeds. Cloning shares the connections.
#[derive(Clone)]
pub(crate) struct Asker(ureq::Agent);

/// Reads at most [`LARGEST`] bytes.
fn whole(mut from: impl Read) -> Result<Vec<u8>, Trouble> {
    let mut bytes = vec![];
    let read = from.by_ref().take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|_| Trouble::Later("its answer broke off".to_owned(), None))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        let megabytes = LARGEST / 1024 / 1024;
        return Err(Trouble::Never(Ending::TooLarge, format!("An answer was larger than {megabytes} MB.")));
    }
    Ok(bytes)
}

impl Asker {
    /// An asker that may also go to `also`, which is not of the public internet, and there without TLS.
    pub(crate) fn new(also: Arc<[IpAddr]>, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .https_only(also.is_empty())
            // A proxy would resolve names by itself, and nobody would look at what it finds.
            .proxy(None)
            .timeout_global(Some(patience))
            .timeout_connect(Some(CONNECTS_IN))
            .max_redirects(REDIRECTS)
            .max_redirects_will_error(true)
            .http_status_as_error(false)
            .user_agent(concat!("Fingerpost/", env!("CARGO_PKG_VERSION"), " (directory of services)"))
            .accept("application/json")
            .build();
        Self(ureq::Agent::with_parts(config, DefaultConnector::default(), Guard { also }))
    }

    /// What stands at an address, as text.
    pub(crate) fn ask(&self, address: &str) -> Result<String, Trouble> {
        let mut answer = self.0.get(address).call().map_err(|error| trouble(&error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            let after = answer.headers().get("retry-after").and_then(|at| at.to_str().ok()?.trim().parse::<i64>().ok());
            return Err(refusal(status, after));
        }
        let bytes = whole(answer.body_mut().as_reader())?;
        String::from_utf8(bytes).map_err(|_| Trouble::Never(Ending::Unreadable, "It is no text (UTF-8).".to_owned()))
    }
}

fn refusal(status: u16, after: Option<i64>) -> Trouble {
    match status {
        408 | 425 | 429 | 500..=599 => Trouble::Later(
            format!("it answers {status}"),
            after.filter(|after| *after > 0).map(SignedDuration::from_secs),
        ),
        404 | 410 => Trouble::NotThere(status),
        _ => Trouble::Never(Ending::Refused, format!("It answers {status}.")),
    }
}

fn trouble(error: &ureq::Error) -> Trouble {
    let never = |ending, what: &str| Trouble::Never(ending, what.to_owned());
    match error {
        ureq::Error::Io(plain) if plain.to_string() == PLAIN => {
            never(Ending::Refused, "It leads to an address without https.")
        }
        ureq::Error::Io(inside) if inside.to_string() == INSIDE => {
            never(Ending::Internal, "Its name, or a redirect, leads to an address inside.")
        }
        ureq::Error::RequireHttpsOnly(_) => never(Ending::Refused, "It leads to an address without https."),
        ureq::Error::TooManyRedirects | ureq::Error::RedirectFailed => {
            never(Ending::Refused, "It leads from one address to the next without an end.")
        }
        ureq::Error::BadUri(_) => never(Ending::Refused, "It leads to something that is no address."),
        ureq::Error::Timeout(_) => Trouble::Later("it took too long".to_owned(), None),
        ureq::Error::HostNotFound => Trouble::Later("its name is not known".to_owned(), None),
        _ => Trouble::Later("it cannot be reached".to_owned(), None),
    }
}
