//! The machine door of the directory: Open Referral UK (HSDS-UK 3.0), read only, without a key.
//!
//! Mapping only: which entries there are says the index, what they say the store, how they look [`shape`]. What is
//! withheld, what has expired, and what its source does not let us give on is not here.

mod query;
pub mod shape;

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use fingerpost_directory::entry::{Entry, confirmed};
use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::ServiceId;
use fingerpost_finder::{Reader, Snapshot};
use fingerpost_store::StoredService;
use fingerpost_web_core::{App, WebError};
use futures_util::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use query::{Asked, Page, Refused};

/// What this feed is, for whoever reads it by machine.
const OPENAPI: &str = include_str!("../data/openapi.json");

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    open_to_all(headers);
    response
}

/// Anybody's page may read it: there is nothing here that is not public.
fn open_to_all(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
}

fn refused(refused: &Refused) -> Response {
    answer(StatusCode::BAD_REQUEST, &json!({ "error": refused.to_string() }))
}

fn not_found() -> Response {
    answer(StatusCode::NOT_FOUND, &json!({ "error": "There is nothing under this id" }))
}

/// The directory as it may be given to others.
struct Feed {
    app: App,
    index: Snapshot,
    given: HashSet<String>,
    /// Changes with every change of the directory, and every day: what expires leaves without a change.
    mark: String,
}

impl Feed {
    async fn of(app: &App) -> Result<Self, WebError> {
        let sources = app.stewardship().sources().await?;
        // The mark is read first: what changes meanwhile is sent with an older mark, and asked for again.
        let seq = app.store().directory_seq().await?;
        let index = app.directory().await?;
        let mut given: Vec<String> =
            sources.into_iter().filter(|source| source.republish).map(|source| source.name).collect();
        given.sort_unstable();
        let mark = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{seq} {} {given:?}", app.today()).as_bytes());
        Ok(Self { app: app.clone(), index, given: given.into_iter().collect(), mark: mark.simple().to_string() })
    }

    fn gives(&self, entry: &Entry) -> bool {
        let standing = &entry.standing;
        !standing.withheld
            && !standing.has_expired(entry.confirmed, self.app.today())
            && self.given.contains(&entry.source)
    }

    /// Every entry that is given, in the order of their ids.
    fn entries(&self) -> Vec<&Arc<Entry>> {
        let mut all: Vec<&Arc<Entry>> = self.index.entries().filter(|entry| self.gives(entry)).collect();
        all.sort_unstable_by_key(|entry| entry.hsds_id);
        all
    }

    /// The entries that a question asks for.
    async fn asked(&self, asked: &Asked) -> Result<Result<Vec<&Arc<Entry>>, Refused>, WebError> {
        let wanted = match asked.read() {
            Ok(wanted) => wanted,
            Err(refused) => return Ok(Err(refused)),
        };
        let near = match &wanted.postcode {
            Some(postcode) => match self.app.store().place_of(postcode).await? {
                Some(point) => Some(point),
                // Nothing is known to be near it.
                None => return Ok(Ok(vec![])),
            },
            None => None,
        };
        let found: Option<HashSet<ServiceId>> = match &wanted.search {
            Some(words) => {
                let question = fingerpost_directory::wanted::Wanted { words: words.clone(), ..Default::default() };
                let found = self.index.search_among(
                    (&question, false),
                    (Reader::Public, self.app.today()),
                    (0, usize::MAX),
                    |entry| self.gives(entry),
                )?;
                Some(found.hits.iter().map(|hit| hit.entry.id).collect())
            }
            None => None,
        };
        let mut all = self.entries();
        all.retain(|entry| found.as_ref().is_none_or(|found| found.contains(&entry.id)) && wanted.takes(entry, near));
        Ok(Ok(all))
    }

    async fn bodies(&self, entries: &[&Arc<Entry>]) -> Result<Vec<Service>, WebError> {
        let ids: Vec<ServiceId> = entries.iter().map(|entry| entry.id).collect();
        // Asked again of what stands there now: what was held back meanwhile is not sent.
        let still = |stored: &StoredService| {
            let expired = stored.standing.has_expired(confirmed(&stored.service), self.app.today());
            !stored.standing.withheld && !expired && self.given.contains(&stored.source)
        };
        let stored = self.app.store().services(&ids).await?;
        let mut all: Vec<Service> = stored.into_iter().filter(still).map(|stored| stored.service).collect();
        all.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }

    /// Whether whoever asks has this already.
    fn unchanged(&self, headers: &HeaderMap) -> Option<Response> {
        let known = headers.get(IF_NONE_MATCH)?.to_str().ok()?;
        let mine = format!("\"{}\"", self.mark);
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == mine).then(|| {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            self.marked(&mut response);
            open_to_all(response.headers_mut());
            response
        })
    }

    fn marked(&self, response: &mut Response) {
        if let Ok(mark) = HeaderValue::from_str(&format!("\"{}\"", self.mark)) {
            response.headers_mut().insert(ETAG, mark);
        }
    }

    fn page(&self, page: &Page, contents: Vec<Value>, total: usize) -> Response {
        let mut response = answer(StatusCode::OK, &page.envelope(contents, total));
        self.marked(&mut response);
        response
    }

    fn one(&self, value: &Value) -> Response {
        let mut response = answer(StatusCode::OK, value);
        self.marked(&mut response);
        response
    }
}

/// `GET /oruk`: which version this is.
pub async fn about(State(app): State<App>) -> Response {
    answer(
        StatusCode::OK,
        &json!({
            "version": "HSDS-UK-3.0",
            "profile": "https://github.com/OpenReferralUK/uk-profile",
            "openapi_url": format!("{}/oruk/openapi.json", app.public_url()),
        }),
    )
}

/// `GET /oruk/openapi.json`: what can be asked.
pub async fn openapi() -> Response {
    let mut response = OPENAPI.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    open_to_all(response.headers_mut());
    response
}

/// `GET /oruk/services`: a page of services, or all of them as lines.
pub async fn services(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, WebError> {
    let feed = Feed::of(&app).await?;
    if let Some(response) = feed.unchanged(&headers) {
        return Ok(response);
    }
    let page = match asked.page() {
        Ok(page) => page,
        Err(wrong) => return Ok(refused(&wrong)),
    };
    let entries = match feed.asked(&asked).await? {
        Ok(entries) => entries,
        Err(wrong) => return Ok(refused(&wrong)),
    };
    if asked.wants_lines() {
        let entries: Vec<Arc<Entry>> = entries.into_iter().cloned().collect();
        return Ok(lines(feed, entries));
    }
    let contents = feed.bodies(page.of(&entries)).await?.iter().map(shape::whole).collect();
    Ok(feed.page(&page, contents, entries.len()))
}

/// Everything, a line for each service, read fifty at a time.
fn lines(feed: Feed, entries: Vec<Arc<Entry>>) -> Response {
    let mark = feed.mark.clone();
    let parts = futures_util::stream::unfold((feed, entries, 0_usize), |(feed, entries, at)| async move {
        let some = entries.get(at..(at + 50).min(entries.len())).filter(|some| !some.is_empty())?;
        let some: Vec<&Arc<Entry>> = some.iter().collect();
        let read = feed.bodies(&some).await;
        let next = at + some.len();
        let text = read.map(|bodies| bodies.iter().map(|body| format!("{}\n", shape::whole(body))).collect::<String>());
        Some((text, (feed, entries, next)))
    });
    // Compression asks once more after the end.
    let mut response = Body::from_stream(parts.fuse()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    open_to_all(headers);
    if let Ok(mark) = HeaderValue::from_str(&format!("\"{mark}\"")) {
        headers.insert(ETAG, mark);
    }
    response
}

/// `GET /oruk/services/{id}`.
pub async fn service(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let feed = Feed::of(&app).await?;
    if let Some(response) = feed.unchanged(&headers) {
        return Ok(response);
    }
    let Ok(id) = Uuid::parse_str(&id) else { return Ok(not_found()) };
    let Some(entry) = feed.index.entries().find(|entry| entry.hsds_id == id && feed.gives(entry)) else {
        return Ok(not_found());
    };
    let bodies = feed.bodies(&[entry]).await?;
    Ok(bodies.first().map_or_else(not_found, |body| feed.one(&shape::whole(body))))
}

/// `GET /oruk/service_at_locations`: a page of services at their places.
pub async fn places(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, WebError> {
    let feed = Feed::of(&app).await?;
    if let Some(response) = feed.unchanged(&headers) {
        return Ok(response);
    }
    let page = match asked.page() {
        Ok(page) => page,
        Err(wrong) => return Ok(refused(&wrong)),
    };
    let mut entries = match feed.asked(&asked).await? {
        Ok(entries) => entries,
        Err(wrong) => return Ok(refused(&wrong)),
    };
    // A service at several places stands there once for each of them.
    entries.retain(|entry| entry.at_places > 0);
    let all: Vec<(&Arc<Entry>, usize)> =
        entries.iter().flat_map(|entry| (0..entry.at_places).map(move |at| (*entry, at))).collect();
    let shown = page.of(&all);
    let mut needed: Vec<&Arc<Entry>> = shown.iter().map(|(entry, _)| *entry).collect();
    needed.dedup_by_key(|entry| entry.id);
    let bodies = feed.bodies(&needed).await?;
    let contents = shown
        .iter()
        .filter_map(|(entry, at)| {
            let id = entry.hsds_id.to_string();
            let body = bodies.iter().find(|body| body.id == id)?;
            shape::at_locations(body).into_iter().nth(*at)
        })
        .collect();
    Ok(feed.page(&page, contents, all.len()))
}

/// `GET /oruk/service_at_locations/{id}`.
pub async fn place(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let feed = Feed::of(&app).await?;
    if let Some(response) = feed.unchanged(&headers) {
        return Ok(response);
    }
    let Ok(id) = Uuid::parse_str(&id) else { return Ok(not_found()) };
    let Some(entry) = feed.index.entries().find(|entry| entry.place_ids.contains(&id) && feed.gives(entry)) else {
        return Ok(not_found());
    };
    let wanted = id.to_string();
    let places =
        feed.bodies(&[entry]).await?.iter().flat_map(shape::at_locations).find(|place| place["id"] == wanted.as_str());
    Ok(places.map_or_else(not_found, |place| feed.one(&place)))
}

/// Terms that entries which are given have.
fn terms(feed: &Feed) -> Vec<Value> {
    let given: HashSet<Uuid> =
        feed.entries().iter().flat_map(|entry| entry.terms.iter().map(|(term, _)| *term)).collect();
    let of = |(id, term): (&Uuid, &fingerpost_finder::KnownTerm)| {
        given.contains(id).then(|| {
            json!({
                "id": id, "name": term.name, "description": term.description.as_ref().unwrap_or(&term.name),
                "taxonomy": term.taxonomy_name, "taxonomy_id": term.taxonomy,
            })
        })
    };
    feed.index.terms().iter().filter_map(of).collect()
}

fn taxonomies(feed: &Feed) -> Vec<Value> {
    let mut seen = HashSet::new();
    let given: HashSet<Uuid> =
        feed.entries().iter().flat_map(|entry| entry.terms.iter().map(|(_, taxonomy)| *taxonomy)).collect();
    let all = feed.index.terms().values().filter(|term| given.contains(&term.taxonomy) && seen.insert(term.taxonomy));
    let named = |term: &fingerpost_finder::KnownTerm| {
        if term.taxonomy_name.is_empty() {
            "Terms whose source names no taxonomy".to_owned()
        } else {
            term.taxonomy_name.clone()
        }
    };
    let mut all: Vec<Value> =
        all.map(|term| json!({ "id": term.taxonomy, "name": named(term), "description": named(term) })).collect();
    all.sort_by(|one, other| one["id"].as_str().cmp(&other["id"].as_str()));
    all
}

async fn list(
    app: &App,
    (asked, headers): (&Asked, &HeaderMap),
    all: fn(&Feed) -> Vec<Value>,
) -> Result<Response, WebError> {
    let feed = Feed::of(app).await?;
    if let Some(response) = feed.unchanged(headers) {
        return Ok(response);
    }
    let page = match asked.page() {
        Ok(page) => page,
        Err(wrong) => return Ok(refused(&wrong)),
    };
    if let Err(wrong) = asked.read() {
        return Ok(refused(&wrong));
    }
    let mut all = all(&feed);
    if let Some(taxonomy) = &asked.taxonomy_id {
        let wanted = taxonomy.trim().to_lowercase();
        all.retain(|term| term.get("taxonomy_id").is_none_or(|id| id.as_str() == Some(wanted.as_str())));
    }
    Ok(feed.page(&page, page.of(&all).to_vec(), all.len()))
}

async fn one_of(app: &App, id: &str, headers: &HeaderMap, all: fn(&Feed) -> Vec<Value>) -> Result<Response, WebError> {
    let feed = Feed::of(app).await?;
    if let Some(response) = feed.unchanged(headers) {
        return Ok(response);
    }
    let id = id.to_lowercase();
    Ok(all(&feed).iter().find(|one| one["id"] == id.as_str()).map_or_else(not_found, |one| feed.one(one)))
}

/// `GET /oruk/taxonomies`.
pub async fn taxonomies_list(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, WebError> {
    list(&app, (&asked, &headers), taxonomies).await
}

/// `GET /oruk/taxonomies/{id}`.
pub async fn taxonomy(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    one_of(&app, &id, &headers, taxonomies).await
}

/// `GET /oruk/taxonomy_terms`.
pub async fn terms_list(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, WebError> {
    list(&app, (&asked, &headers), terms).await
}

/// `GET /oruk/taxonomy_terms/{id}`.
pub async fn term(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    one_of(&app, &id, &headers, terms).await
}
