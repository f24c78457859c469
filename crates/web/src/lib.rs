//! The routes: one module for each area of the product.
//!
//! A request travels one way: an extractor builds the [`fingerpost_store::Ctx`] with the grant that the
//! handler names in its signature; a rule of the domain decides; the store answers within the grant's
//! scope and audits; a typed context is drawn. No handler sees a connection, a role or a raw form field
//! that a rule has not checked.

mod about;
mod account;
mod ask;
mod assets;
mod care;
mod caseload;
mod cases;
mod catalogue;
mod connections;
mod counted;
mod directory;
mod door;
mod entry;
mod errors;
mod flow;
mod form;
mod frame;
mod group;
mod health;
mod improvement;
mod launch;
mod limits;
mod measures;
mod paper;
mod passwords;
mod permitted;
mod plan_copy;
mod plans;
mod refer;
mod routes;
mod sent;
mod sessions;
mod signposts;
mod staff_surveys;
mod texts;
mod triage;
mod users;
mod view;
mod visitor;

use std::path::PathBuf;
use std::sync::Arc;

use fingerpost_domain::ambient::Clock;
use fingerpost_domain::id::TenantId;
use fingerpost_improvement::Improvement;
use fingerpost_store::Store;
use fingerpost_ui::Ui;

pub use errors::WebError;
pub use passwords::{PasswordRefused, Passwords};
pub use routes::{Guard, ROUTES, RouteInfo, router};

/// What a deployment decides about its web face.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// Cookies only over TLS: true wherever people sign in from elsewhere.
    pub secure_cookies: bool,
    /// A proxy of ours stands in front: what it says of where a request comes from is believed.
    pub behind_proxy: bool,
    /// A folder with `privacy.md`, `accessibility.md`, `cookies.md` in place of ours.
    pub texts: Option<PathBuf>,
    /// What links begin with that are shown on a page, without a slash at the end.
    pub public_url: String,
}

/// Everything a handler may use. Cloning shares it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    improvement: Improvement,
    ui: Ui,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    catalogue: catalogue::Catalogue,
    limits: limits::Limits,
    config: WebConfig,
    invented: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// The application over a store.
    ///
    /// # Errors
    /// When the database does not answer or a template cannot be read.
    pub async fn new(store: Store, clock: Arc<dyn Clock>, config: WebConfig) -> Result<Self, WebError> {
        let ui = Ui::load()?;
        let invented = store.ledger().is_invented().await?;
        let passwords = Passwords::new(store.entropy().clone());
        Ok(Self(Arc::new(Inner {
            improvement: Improvement::over(store.clone()),
            store,
            ui,
            clock,
            passwords,
            catalogue: catalogue::Catalogue::default(),
            limits: limits::Limits::default(),
            config,
            invented,
        })))
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn improvement(&self) -> &Improvement {
        &self.0.improvement
    }

    fn ui(&self) -> &Ui {
        &self.0.ui
    }

    fn now(&self) -> fingerpost_domain::Timestamp {
        self.0.clock.now()
    }

    fn today(&self) -> fingerpost_domain::Date {
        fingerpost_domain::calendar::day_of(self.now())
    }

    fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    fn limits(&self) -> &limits::Limits {
        &self.0.limits
    }

    fn public_url(&self) -> &str {
        self.0.config.public_url.trim_end_matches('/')
    }

    /// The directory as it stands now.
    async fn directory(&self) -> Result<Arc<fingerpost_directory::search::Index>, WebError> {
        self.0.catalogue.index(&self.0.store).await
    }

    fn config(&self) -> &WebConfig {
        &self.0.config
    }

    /// Everything in this installation is invented: one-click sign-in, a line on every page.
    fn invented(&self) -> bool {
        self.0.invented
    }

    /// The tenant that people sign in to by one click in an invented installation.
    fn invented_tenant() -> TenantId {
        TenantId::main()
    }
}
