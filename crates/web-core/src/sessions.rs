//! Sessions of tower-sessions, kept in our own store: ids hashed, ended by our clock.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{LinkId, TenantId, UserId};
use fingerpost_store::StoredSession;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::{App, WebError};

/// A session without a request for so long has ended.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session ends after so long whatever happens: a working day.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// The time of the last request is stored at most so often.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

const WHO: &str = "who";
const CSRF: &str = "csrf";
const PENDING: &str = "pending";
const TOTP: &str = "totp";
const WANTED: &str = "wanted";

/// Who is signed in, as the session keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Who {
    /// Their tenant.
    pub tenant: String,
    /// Their account.
    pub user: UserId,
    /// When they signed in, microseconds.
    pub since: i64,
    /// When they were last here, microseconds.
    pub seen: i64,
}

impl Who {
    /// Their tenant, where its name can be read.
    pub fn tenant(&self) -> Option<TenantId> {
        self.tenant.parse().ok()
    }
}

/// The store of tower-sessions over ours.
#[derive(Clone)]
pub struct Sessions(App);

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait::async_trait]
impl SessionStore for Sessions {
    /// An id has 128 random bits: that one is taken already does not happen.
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // The id itself is never stored, only its hash: a copied database holds no live session.
        let nameless = Record { id: Id(0), ..record.clone() };
        let data = serde_json::to_string(&nameless).map_err(|error| Error::Encode(error.to_string()))?;
        let who: Option<Who> = record.data.get(WHO).and_then(|value| serde_json::from_value(value.clone()).ok());
        // Somebody who still owes a code counts too: a stop or a new password ends that session as well.
        let owing = record.data.get(PENDING).and_then(|value| serde_json::from_value(value.clone()).ok());
        let user = who.map(|who| who.user).or(owing.map(|(_, user): (String, UserId)| user));
        let expires_at = self.0.now().saturating_add(IDLE).unwrap_or(Timestamp::MAX);
        let session = StoredSession { data, expires_at };
        self.0.store().ledger().save_session(&record.id.to_string(), user, &session).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let stored = self.0.store().ledger().load_session(&id.to_string(), self.0.now()).await.map_err(backend)?;
        let Some(stored) = stored else { return Ok(None) };
        let record: Record = serde_json::from_str(&stored.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, ..record }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.store().ledger().delete_session(&id.to_string()).await.map_err(backend)
    }
}

/// The layer that gives handlers their session. The cookie ends with the browser; the server ends it
/// earlier when it is idle.
pub fn layer(app: &App) -> SessionManagerLayer<Sessions> {
    let secure = app.config().secure_cookies;
    SessionManagerLayer::new(Sessions(app.clone()))
        .with_name(if secure { "__Host-fingerpost" } else { "fingerpost" })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// Who is signed in, if the session has not lasted its day. Notes that they are here.
pub async fn who(session: &Session, now: Timestamp) -> std::result::Result<Option<Who>, WebError> {
    let Some(mut who) = session.get::<Who>(WHO).await? else { return Ok(None) };
    let since = Timestamp::from_microsecond(who.since).unwrap_or(Timestamp::UNIX_EPOCH);
    if now.duration_since(since) > LONGEST {
        session.flush().await?;
        return Ok(None);
    }
    let seen = Timestamp::from_microsecond(who.seen).unwrap_or(Timestamp::UNIX_EPOCH);
    if now.duration_since(seen) > TOUCH_EVERY {
        who.seen = now.as_microsecond();
        session.insert(WHO, &who).await?;
    }
    Ok(Some(who))
}

/// What somebody wanted before they signed in is theirs for so long: after that it may be the next one at the same computer.
const WANTED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Remembers the page that somebody wanted before they signed in. Only paths of ours that name nobody are kept.
pub async fn want(session: &Session, path: &str, now: Timestamp) -> std::result::Result<(), WebError> {
    Ok(session.insert(WANTED, (path, now.as_microsecond())).await?)
}

/// Begins the session of somebody who has proved who they are, under a new id. Gives the page that they wanted, or the start.
pub async fn begin(
    app: &App,
    session: &Session,
    tenant: &TenantId,
    user: UserId,
) -> std::result::Result<String, WebError> {
    let wanted: Option<(String, i64)> = session.get(WANTED).await?;
    let fresh = |at: i64| Timestamp::from_microsecond(at).is_ok_and(|at| app.now().duration_since(at) <= WANTED_FOR);
    let wanted = wanted.filter(|(_, at)| fresh(*at)).map(|(path, _)| path);
    // A new id, so that an id planted before signing in is worth nothing after it.
    session.clear().await;
    session.cycle_id().await?;
    let now = app.now().as_microsecond();
    session.insert(WHO, Who { tenant: tenant.to_string(), user, since: now, seen: now }).await?;
    token(app, session).await?;
    Ok(wanted.unwrap_or_else(|| "/".to_owned()))
}

/// Remembers who has given the right password and still owes a code.
pub async fn owe_code(session: &Session, tenant: &TenantId, user: UserId) -> std::result::Result<(), WebError> {
    session.cycle_id().await?;
    Ok(session.insert(PENDING, (tenant.as_str(), user)).await?)
}

/// Who owes a code.
pub async fn owing(session: &Session) -> std::result::Result<Option<(TenantId, UserId)>, WebError> {
    let pending: Option<(String, UserId)> = session.get(PENDING).await?;
    Ok(pending.and_then(|(tenant, user)| Some((tenant.parse().ok()?, user))))
}

/// Keeps the key of a second factor until it is confirmed by a code.
pub async fn keep_key(session: &Session, key: Option<&str>) -> std::result::Result<(), WebError> {
    match key {
        Some(key) => session.insert(TOTP, key).await?,
        None => drop(session.remove::<String>(TOTP).await?),
    }
    Ok(())
}

/// The key kept by [`keep_key`].
pub async fn kept_key(session: &Session) -> std::result::Result<Option<String>, WebError> {
    Ok(session.get(TOTP).await?)
}

/// The token that every form of this session carries.
pub async fn token(app: &App, session: &Session) -> std::result::Result<String, WebError> {
    if let Some(token) = session.get::<String>(CSRF).await? {
        return Ok(token);
    }
    let bytes = app.store().entropy().bytes::<16>();
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    session.insert(CSRF, &token).await?;
    Ok(token)
}

/// Under what a session keeps that a code was given for a link.
fn opened(link: LinkId) -> String {
    format!("opened {link}")
}

/// Remembers that a code was given on this device: the name behind a group's link stands open here for half an hour.
pub async fn open_name(session: &Session, link: LinkId) -> std::result::Result<(), WebError> {
    Ok(session.insert(&opened(link), true).await?)
}

/// Whether a code was given for a link on this device.
pub async fn name_is_open(session: &Session, link: LinkId) -> std::result::Result<bool, WebError> {
    Ok(session.get::<bool>(&opened(link)).await?.unwrap_or(false))
}
