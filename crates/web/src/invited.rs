//! Who is here and what they may do: the extractors that handlers name in their signatures.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use fingerpost_domain::organisation::Organisation;
use fingerpost_policy::{Action, Actor, Permission};
use fingerpost_store::{Ctx, SignedIn};
use fingerpost_ui::pages::Frame;
use tower_sessions::Session;

use crate::{App, WebError, frame, sessions};

/// Somebody who is signed in, anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub app: App,
    pub session: Session,
    pub signed_in: SignedIn,
    pub csrf: String,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let session = parts.extensions.get::<Session>().cloned().ok_or(WebError::SignedOut)?;
        let who = sessions::who(&session, app.now()).await?.ok_or(WebError::SignedOut)?;
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
    pub(crate) fn actor(&self) -> &Actor {
        &self.signed_in.actor
    }
}

/// Somebody who may do `P` in the organisation of the address. Without that right there is no such page.
#[derive(Debug, Clone)]
pub(crate) struct May<P> {
    pub visitor: Visitor,
    pub organisation: Organisation,
    pub ctx: Ctx<P>,
}

impl<P: Permission> FromRequestParts<App> for May<P> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let path = RawPathParams::from_request_parts(parts, app).await.map_err(|_| WebError::NotFound)?;
        let slug = path.iter().find(|(name, _)| *name == "org").map(|(_, value)| value).ok_or(WebError::NotFound)?;
        let organisation = visitor
            .signed_in
            .places
            .iter()
            .map(|(organisation, _)| organisation)
            .find(|organisation| organisation.slug == slug)
            .cloned()
            .ok_or(WebError::NotFound)?;
        let grant = visitor.actor().grant::<P>(organisation.id).ok_or(WebError::NotFound)?;
        Ok(Self { ctx: Ctx { grant, now: app.now() }, visitor, organisation })
    }
}

impl<P: Permission> May<P> {
    pub(crate) fn app(&self) -> &App {
        &self.visitor.app
    }

    /// The same person at the same moment with another right.
    pub(crate) fn also<Q: Permission>(&self) -> Result<Ctx<Q>, WebError> {
        let grant = self.visitor.actor().grant::<Q>(self.organisation.id).ok_or(WebError::NotFound)?;
        Ok(Ctx { grant, now: self.ctx.now })
    }

    pub(crate) fn may(&self, action: Action) -> bool {
        self.visitor.actor().may(self.organisation.id, action)
    }

    /// An address inside the organisation.
    pub(crate) fn href(&self, rest: &str) -> String {
        format!("/o/{}/{rest}", self.organisation.slug)
    }

    /// What surrounds a page of this organisation; `current` is the menu item that is open.
    pub(crate) async fn frame(&self, title: impl Into<String>, current: &str) -> Result<Frame, WebError> {
        frame::of_place(&self.visitor, &self.organisation, title.into(), current).await
    }
}
