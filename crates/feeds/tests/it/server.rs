//! A feed on loopback that does what it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};

/// How it answers a question for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// As it should.
    Well,
    /// With this status, and when to come again.
    Status(u16, Option<u32>),
    /// With these bytes.
    Bytes(Vec<u8>),
    /// With bytes without an end.
    Flood,
    /// With the same page, whatever is asked.
    Loops,
    /// With new services on every page, for ever.
    Endless,
    /// From elsewhere.
    Redirects(String),
    /// It never answers.
    Silent,
    /// A byte now and then, for ever.
    Drips,
    /// It says that there are more pages than it has, and has no answer for them.
    BreaksOff,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// Services as a page of their own says them.
    pub(crate) services: Vec<Value>,
    pub(crate) behaviour: Behaviour,
    /// From this page on; before it, it behaves.
    pub(crate) from_page: usize,
    /// Services of which the own page is broken.
    pub(crate) broken: Vec<String>,
    /// What it was asked, with how often.
    pub(crate) asked: BTreeMap<String, u32>,
    /// It says that it has so many services.
    pub(crate) claims: Option<u64>,
    /// It writes version 1.
    pub(crate) old: bool,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
}

/// Services of one page.
const SIZE: usize = 10;

pub(crate) fn service(number: usize) -> Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{number:012}"), "name": format!("Group {number:03}"), "status": "active",
        "description": "Tea and talk", "last_modified": "2026-10-01T10:00:00Z",
        "organization": { "id": "11111111-0000-4000-8000-000000000000", "name": "Wexley" },
        "schedules": [{ "id": format!("22222222-0000-4000-8000-{number:012}"), "freq": "WEEKLY", "byday": "TU", "opens_at": "10:00" }]
    })
}

/// What a list says of a service.
fn bare(service: &Value) -> Value {
    let mut bare = service.clone();
    bare.as_object_mut().unwrap().remove("schedules");
    bare
}

impl Server {
    pub(crate) async fn of(count: usize) -> Self {
        let services = (0..count).map(service).collect();
        let inner = Inner {
            services,
            behaviour: Behaviour::Well,
            from_page: 1,
            broken: vec![],
            asked: BTreeMap::new(),
            claims: None,
            old: false,
        };
        let inner = Arc::new(Mutex::new(inner));
        let router = Router::new()
            .route("/api/services", get(page))
            .route("/api/services/{id}", get(one))
            .with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub(crate) fn with(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.inner.lock().unwrap());
    }

    /// Behaves like this from page `from` on.
    pub(crate) fn will(&self, behaviour: Behaviour, from: usize) {
        self.with(|inner| (inner.behaviour, inner.from_page) = (behaviour, from));
    }

    /// How often pages, and services by themselves, were asked for since the last time.
    pub(crate) fn asked(&self) -> (u32, u32) {
        let asked = std::mem::take(&mut self.inner.lock().unwrap().asked);
        let of = |pages: bool| asked.iter().filter(|(what, _)| what.starts_with("page") == pages).map(|(_, n)| n).sum();
        (of(true), of(false))
    }
}

fn number(query: &BTreeMap<String, String>) -> usize {
    query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1)
}

async fn page(State(inner): State<Arc<Mutex<Inner>>>, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let page = number(&query);
    let behaviour = {
        let mut inner = inner.lock().unwrap();
        *inner.asked.entry(format!("page {page}")).or_default() += 1;
        if page < inner.from_page { Behaviour::Well } else { inner.behaviour.clone() }
    };
    let inner = || inner.lock().unwrap();
    match behaviour {
        Behaviour::Status(status, after) => {
            let mut answer = StatusCode::from_u16(status).unwrap().into_response();
            if let Some(after) = after {
                answer.headers_mut().insert("retry-after", after.into());
            }
            answer
        }
        Behaviour::Bytes(bytes) => bytes.into_response(),
        Behaviour::Flood => {
            let lump = axum::body::Bytes::from(vec![b' '; 1 << 20]);
            let flood = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(lump.clone()));
            Body::from_stream(flood).into_response()
        }
        Behaviour::Redirects(to) => Redirect::temporary(&to).into_response(),
        Behaviour::Drips => {
            let drips = futures_util::stream::unfold((), |()| async {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                Some((Ok::<_, std::io::Error>("[ "), ()))
            });
            Body::from_stream(drips).into_response()
        }
        Behaviour::Silent => std::future::pending().await,
        Behaviour::Loops => listed(&inner(), 1),
        Behaviour::Endless => {
            let services: Vec<Value> = (0..SIZE).map(|at| service(page * SIZE + at)).collect();
            axum::Json(json!({ "contents": services, "total_pages": 1, "last_page": true })).into_response()
        }
        Behaviour::BreaksOff => StatusCode::NOT_FOUND.into_response(),
        Behaviour::Well => listed(&inner(), page),
    }
}

fn listed(inner: &Inner, page: usize) -> Response {
    let total = inner.claims.unwrap_or(inner.services.len() as u64);
    let pages = inner.services.len().div_ceil(SIZE);
    let some: Vec<Value> = inner.services.iter().skip((page - 1) * SIZE).take(SIZE).map(bare).collect();
    if inner.old {
        return axum::Json(
            json!({ "totalElements": total, "totalPages": pages, "last": page >= pages, "content": some }),
        )
        .into_response();
    }
    axum::Json(json!({
        "total_items": total, "total_pages": pages, "page_number": page, "size": some.len(), "first_page": page == 1,
        "last_page": page >= pages, "empty": some.is_empty(), "contents": some
    }))
    .into_response()
}

async fn one(State(inner): State<Arc<Mutex<Inner>>>, Path(id): Path<String>) -> Response {
    let mut inner = inner.lock().unwrap();
    *inner.asked.entry(id.clone()).or_default() += 1;
    if inner.broken.contains(&id) {
        return "<html>Something went wrong</html>".into_response();
    }
    match inner.services.iter().find(|service| service["id"] == id.as_str()) {
        Some(service) => axum::Json(service.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
