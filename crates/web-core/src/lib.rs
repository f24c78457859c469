//! What every page stands on: the application, who comes in, what they may, the forms they post, what goes wrong.
//!
//! [`May`] is the proof of a right, [`Posted`] a form whose token was checked, [`WebError`] what becomes a plain page. No page of the
//! product lives here: those are the routes of `fingerpost-web`.

pub mod assets;
mod catalogue;
pub mod errors;
pub mod form;
pub mod frame;
pub mod health;
pub mod limits;
pub mod paper;
mod passwords;
pub mod permitted;
pub mod sessions;
pub mod texts;
pub mod view;
pub mod visitor;

use std::path::PathBuf;
use std::sync::Arc;

use fingerpost_casework::Casework;
use fingerpost_correspondence::Correspondence;
use fingerpost_domain::ambient::Clock;
use fingerpost_domain::id::TenantId;
use fingerpost_flow::Flow;
use fingerpost_improvement::Improvement;
use fingerpost_intake::Intake;
use fingerpost_rights::Rights;
use fingerpost_signposts::Signposts;
use fingerpost_stewardship::Stewardship;
use fingerpost_store::Store;
use fingerpost_ui::Ui;

pub use errors::WebError;
pub use form::Posted;
pub use passwords::{PasswordRefused, Passwords};
pub use permitted::May;

/// What a deployment decides about its web face.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// Cookies only over TLS: true wherever people sign in from elsewhere.
    pub secure_cookies: bool,
    /// A proxy of ours stands in front: what it says of where a request comes from is believed.
    pub behind_proxy: bool,
    /// A folder with `privacy.md`, `accessibility.md`, `cookies.md` in place of ours.
    pub texts: Option<PathBuf>,
    /// Some addresses inside may be asked for feeds, without TLS too.
    pub feeds_inside: bool,
    /// The way out for a text that somebody waits for.
    pub at_once: texts::AtOnce,
    /// What links begin with that are shown on a page, without a slash at the end.
    pub public_url: String,
}

/// Everything a handler may use. Cloning shares it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    improvement: Improvement,
    stewardship: Stewardship,
    casework: Casework,
    correspondence: Correspondence,
    rights: Rights,
    intake: Intake,
    flow: Flow,
    signposts: Signposts,
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
    /// The application over a store, with what draws its pages.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn new(store: Store, clock: Arc<dyn Clock>, config: WebConfig, ui: Ui) -> Result<Self, WebError> {
        let invented = store.ledger().is_invented().await?;
        let passwords = Passwords::new(store.entropy().clone());
        Ok(Self(Arc::new(Inner {
            improvement: Improvement::over(store.clone()),
            stewardship: Stewardship::over(store.clone()),
            casework: Casework::over(store.clone()),
            correspondence: Correspondence::over(store.clone()),
            rights: Rights::over(store.clone()),
            intake: Intake::over(store.clone()),
            flow: Flow::over(store.clone()),
            signposts: Signposts::over(store.clone()),
            store,
            ui,
            clock,
            passwords,
            catalogue: catalogue::Catalogue::new()?,
            limits: limits::Limits::default(),
            config,
            invented,
        })))
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The records of improvement work.
    #[must_use]
    pub fn improvement(&self) -> &Improvement {
        &self.0.improvement
    }

    /// The link workers' days.
    #[must_use]
    pub fn casework(&self) -> &Casework {
        &self.0.casework
    }

    /// What is said between a scheme and those at the other end.
    #[must_use]
    pub fn correspondence(&self) -> &Correspondence {
        &self.0.correspondence
    }

    /// How a scheme takes people up.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// The way out for a text that somebody waits for.
    #[must_use]
    pub fn at_once(&self) -> &texts::AtOnce {
        &self.0.config.at_once
    }

    /// Who may be told what.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        &self.0.rights
    }

    /// Counts of flow.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.0.flow
    }

    /// What people were told about.
    #[must_use]
    pub fn signposts(&self) -> &Signposts {
        &self.0.signposts
    }

    /// The records of the directory's upkeep.
    #[must_use]
    pub fn stewardship(&self) -> &Stewardship {
        &self.0.stewardship
    }

    /// Draws pages.
    #[must_use]
    pub fn ui(&self) -> &Ui {
        &self.0.ui
    }

    /// The instant.
    #[must_use]
    pub fn now(&self) -> fingerpost_domain::Timestamp {
        self.0.clock.now()
    }

    /// The day, for the service.
    #[must_use]
    pub fn today(&self) -> fingerpost_domain::Date {
        fingerpost_domain::calendar::day_of(self.now())
    }

    /// Hashes and checks passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// How often one address begins something.
    #[must_use]
    pub fn limits(&self) -> &limits::Limits {
        &self.0.limits
    }

    /// What links begin with.
    #[must_use]
    pub fn public_url(&self) -> &str {
        self.0.config.public_url.trim_end_matches('/')
    }

    /// The directory as it stands now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn directory(&self) -> Result<fingerpost_finder::Snapshot, WebError> {
        self.0.catalogue.snapshot(&self.0.store).await
    }

    /// What the deployment decided.
    #[must_use]
    pub fn config(&self) -> &WebConfig {
        &self.0.config
    }

    /// Everything in this installation is invented: one-click sign-in, a line on every page.
    #[must_use]
    pub fn invented(&self) -> bool {
        self.0.invented
    }

    /// The tenant that people sign in to by one click in an invented installation.
    #[must_use]
    pub fn invented_tenant() -> TenantId {
        TenantId::main()
    }
}
