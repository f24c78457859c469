//! Who is here: somebody signed in, whatever they may do.

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use fingerpost_policy::Actor;
use fingerpost_store::SignedIn;
use tower_sessions::Session;

use crate::{App, WebError, sessions};

/// Somebody who is signed in, anywhere.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The application.
    pub app: App,
    /// Their session.
    pub session: Session,
    /// Who they are, and where.
    pub signed_in: SignedIn,
    /// The token that their forms carry.
    pub csrf: String,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let session = parts.extensions.get::<Session>().cloned().ok_or(WebError::SignedOut)?;
        let Some(who) = sessions::who(&session, app.now()).await? else {
            // A launch from a clinical system goes on after signing in; its address tells nobody anything.
            if parts.method == Method::GET && parts.uri.path().starts_with("/launch/") {
                sessions::want(&session, parts.uri.path(), app.now()).await?;
            }
            return Err(WebError::SignedOut);
        };
        let tenant = who.tenant().ok_or(WebError::SignedOut)?;
        let Some(signed_in) = app.store().load_signed_in(&tenant, who.user).await? else {
            session.flush().await?;
            return Err(WebError::SignedOut);
        };
        let csrf = sessions::token(app, &session).await?;
        Ok(Self { app: app.clone(), session, signed_in, csrf })
    }
}

impl Visitor {
    /// What they may do.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.signed_in.actor
    }
}
