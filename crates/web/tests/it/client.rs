//! A browser without a screen: cookies, forms with their token, and the server under it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use fingerpost_domain::ambient::{Entropy, StoppedClock};
use fingerpost_domain::id::TenantId;
use fingerpost_store::testing::{Village, fresh_postgres, start};
use fingerpost_store::{Address, SignedIn, Store};
use fingerpost_web::{App, Passwords, WebConfig, router};
use tower::ServiceExt;

pub const PASSWORD: &str = "kettle meadow trumpet";

/// A server over a fresh store with a village in it.
pub struct Server {
    pub store: Store,
    pub clock: StoppedClock,
    pub village: Village,
    router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn media_type(&self) -> &str {
        self.header("content-type")
    }

    /// The value of a hidden field of the page.
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let after = self.body.split(&field).nth(1).unwrap_or_else(|| panic!("no hidden {name} in {}", self.body));
        after.split('"').next().unwrap().to_owned()
    }
}

/// Runs a test on a server over each engine.
pub async fn on_both(test: impl AsyncFn(&Server)) {
    let folder = tempfile::tempdir().unwrap();
    test(&Server::over(Address::Folder(folder.path().to_owned()), folder, false).await).await;
    match fresh_postgres().await {
        Some(url) => test(&Server::over(Address::Postgres(url), tempfile::tempdir().unwrap(), false).await).await,
        None => eprintln!("LEFT OUT: PostgreSQL (FINGERPOST_TEST_POSTGRES names no server)"),
    }
}

impl Server {
    /// A server on SQLite.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::over(Address::Folder(folder.path().to_owned()), folder, false).await
    }

    /// A server on which everything is invented.
    pub async fn invented() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::over(Address::Folder(folder.path().to_owned()), folder, true).await
    }

    /// A server as a deployment behind a proxy has it, with texts of its own.
    pub async fn deployed(texts: &std::path::Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Folder(folder.path().to_owned());
        let config = WebConfig { secure_cookies: true, texts: Some(texts.to_owned()), ..WebConfig::default() };
        Self::with(address, folder, false, config).await
    }

    async fn over(address: Address, folder: tempfile::TempDir, invented: bool) -> Self {
        Self::with(address, folder, invented, WebConfig::default()).await
    }

    async fn with(address: Address, folder: tempfile::TempDir, invented: bool, config: WebConfig) -> Self {
        let store = Store::open(&address, Entropy::from_number(3), start()).await.unwrap();
        if invented {
            store.ledger().mark_invented(1).await.unwrap();
        }
        let village = Village::build(&store, &TenantId::main(), "T").await;
        let clock = StoppedClock::at(start());
        let app =
            App::new(store.clone(), Arc::new(clock.clone()), config, fingerpost_web::screens().unwrap()).await.unwrap();
        Self { router: router(&app), store, clock, village, _folder: folder }
    }

    /// Gives somebody the password [`PASSWORD`].
    pub async fn give_password(&self, who: &SignedIn) -> String {
        let token = self.store.mint_password_link(&self.village.tenant, who.actor.user, start()).await.unwrap();
        let link = self.store.live_link(&token, start()).await.unwrap().unwrap();
        let hash = Passwords::new(Entropy::from_number(9)).hash(PASSWORD).await.unwrap();
        self.store.choose_password(&link, &hash, start()).await.unwrap();
        format!("{}@example.org", who.name.split(' ').rev().collect::<Vec<_>>().join(".").to_lowercase())
    }

    /// Somebody signed in, by the front door.
    pub async fn signed_in(&self, who: &SignedIn) -> Client<'_> {
        let email = self.give_password(who).await;
        let mut client = self.client();
        let answer = client.sign_in(&email, PASSWORD).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"), "{}", answer.body);
        client
    }

    pub fn client(&self) -> Client<'_> {
        Client { server: self, cookie: None, csrf: String::new() }
    }
}

/// One browser.
pub struct Client<'s> {
    server: &'s Server,
    pub cookie: Option<String>,
    pub csrf: String,
}

impl Client<'_> {
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
        }
        request.headers_mut().insert(HOST, "localhost".parse().unwrap());
        let response = self.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(SET_COOKIE) {
            self.cookie = set.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let answer =
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() };
        if answer.body.contains("name=\"csrf\"") {
            self.csrf = answer.hidden("csrf");
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Posts fields with the token of the last page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let all: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.post_raw(path, &encoded(&all)).await
    }

    pub async fn post_raw(&mut self, path: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.get("/sign-in").await;
        let answer = self.post("/sign-in", &[("email", email), ("password", password)]).await;
        if answer.status == StatusCode::SEE_OTHER {
            self.get("/account").await;
        }
        answer
    }
}

/// Fields as a browser encodes them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let part = |text: &str| {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect::<String>()
    };
    fields.iter().map(|(k, v)| format!("{}={}", part(k), part(v))).collect::<Vec<_>>().join("&")
}

pub const PEGGY: &[(&str, &str)] = &[
    ("given", "Margaret"),
    ("family", "Alderthwaite"),
    ("preferred", "Peggy"),
    ("born_day", "4"),
    ("born_month", "6"),
    ("born_year", "1947"),
    ("nhs_number", "999 000 0018"),
    ("phone", "01632 960 142"),
];

pub const SEVEN: &[(&str, &str)] = &[
    ("needs", "company"),
    ("needs", "loss"),
    ("words", "I used to sing."),
    ("reach", "phone"),
    ("guidance", "before 2pm"),
    ("risk", "known"),
    ("risk_note", "Lively dog"),
    ("agreement", "agreed"),
];
