//! What somebody may do here: the permissions that handlers name in their signatures.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use fingerpost_domain::organisation::Organisation;
use fingerpost_policy::{Action, Permission};
use fingerpost_store::Ctx;
use fingerpost_ui::pages::Frame;

use crate::visitor::Visitor;
use crate::{App, WebError, frame};

/// Somebody who may do `P` in the organisation of the address. Without that right there is no such page.
#[derive(Debug, Clone)]
pub struct May<P> {
    /// Who.
    pub visitor: Visitor,
    /// Where.
    pub organisation: Organisation,
    /// The proof, and the instant.
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
    /// The application.
    pub fn app(&self) -> &App {
        &self.visitor.app
    }

    /// The same person at the same moment with another right.
    pub fn also<Q: Permission>(&self) -> Result<Ctx<Q>, WebError> {
        let grant = self.visitor.actor().grant::<Q>(self.organisation.id).ok_or(WebError::NotFound)?;
        Ok(Ctx { grant, now: self.ctx.now })
    }

    /// Whether they may also do that here.
    pub fn may(&self, action: Action) -> bool {
        self.visitor.actor().may(self.organisation.id, action)
    }

    /// An address inside the organisation.
    pub fn href(&self, rest: &str) -> String {
        format!("/o/{}/{rest}", self.organisation.slug)
    }

    /// What surrounds a page of this organisation; `current` is the menu item that is open.
    pub async fn frame(&self, title: impl Into<String>, current: &str) -> Result<Frame, WebError> {
        frame::of_place(&self.visitor, &self.organisation, title.into(), current).await
    }
}
