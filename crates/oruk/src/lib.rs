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
use fingerpost_directory::standing::Standing;
use fingerpost_directory::wanted::Wanted;
use fingerpost_domain::Date;
use fingerpost_domain::id::ServiceId;
use fingerpost_finder::{KnownTerm, Reader, Snapshot};
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

fn not_found() -> Response {
    answer(StatusCode::NOT_FOUND, &json!({ "error": "There is nothing under this id" }))
}

/// An answer that ends the work: what was asked cannot be read, whoever asks has it already, or something failed.
#[derive(Debug)]
pub struct Early(Response);

impl IntoResponse for Early {
    fn into_response(self) -> Response {
        self.0
    }
}

impl From<Refused> for Early {
    fn from(refused: Refused) -> Self {
        Self(answer(StatusCode::BAD_REQUEST, &json!({ "error": refused.to_string() })))
    }
}

impl<E: Into<WebError>> From<E> for Early {
    fn from(failed: E) -> Self {
        Self(failed.into().into_response())
    }
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
    /// The feed for whoever asks; early where they have it already.
    async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Early> {
        let sources = app.stewardship().sources().await?;
        // The mark is read first: what changes meanwhile is sent with an older mark, and asked for again.
        let seq = app.store().entries().seq().await?;
        let index = app.directory().await?;
        let mut given: Vec<String> =
            sources.into_iter().filter(|source| source.republish).map(|source| source.name).collect();
        given.sort_unstable();
        let mark = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{seq} {} {given:?}", app.today()).as_bytes());
        let feed = Self {
            app: app.clone(),
            index,
            given: given.into_iter().collect(),
            mark: format!("\"{}\"", mark.simple()),
        };
        let known = headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
        if known.split(',').any(|one| one.trim().trim_start_matches("W/") == feed.mark) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            open_to_all(response.headers_mut());
            return Err(Early(feed.marked(response)));
        }
        Ok(feed)
    }

    /// An entry that several sources list is given where the leading one allows it.
    fn may_leave(&self, standing: &Standing, confirmed: Option<Date>, sources: &[String]) -> bool {
        let given = sources.first().is_some_and(|source| self.given.contains(source));
        !standing.withheld && !standing.has_expired(confirmed, self.app.today()) && given
    }

    /// The terms of an entry that may be given: none, where one of its sources keeps its words to itself, as they stand together.
    fn terms_of<'e>(&self, entry: &'e Entry) -> &'e [(Uuid, Uuid)] {
        if entry.sources.iter().all(|source| self.given.contains(source)) { &entry.terms } else { &[] }
    }

    fn gives(&self, entry: &Entry) -> bool {
        self.may_leave(&entry.standing, entry.confirmed, &entry.sources)
    }

    /// Every entry that is given, in the order of the ids under which they are published.
    fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.index.published().iter().filter(|entry| self.gives(entry))
    }

    /// The entries that a question asks for.
    async fn asked(&self, asked: &Asked) -> Result<Vec<&Arc<Entry>>, Early> {
        let wanted = asked.read()?;
        let near = match &wanted.postcode {
            Some(postcode) => match self.app.store().place_of(postcode).await? {
                Some(point) => Some(point),
                // Nothing is known to be near it.
                None => return Ok(vec![]),
            },
            None => None,
        };
        let found: Option<HashSet<ServiceId>> = match &wanted.search {
            Some(words) => {
                let question = Wanted { words: words.clone(), ..Wanted::default() };
                let reader = (Reader::Public, self.app.today());
                let everything = (0, usize::MAX);
                let found =
                    self.index.search_among((&question, false), reader, everything, |entry| self.gives(entry))?;
                Some(found.hits.iter().map(|hit| hit.entry.id).collect())
            }
            None => None,
        };
        let is_found = |entry: &Entry| found.as_ref().is_none_or(|found| found.contains(&entry.id));
        Ok(self.entries().filter(|entry| is_found(entry) && wanted.takes(entry, near)).collect())
    }

    /// What entries say now, in their order.
    async fn bodies(&self, entries: &[&Arc<Entry>]) -> Result<Vec<Service>, WebError> {
        let ids: Vec<ServiceId> = entries.iter().map(|entry| entry.id).collect();
        let mut stored = self.app.store().entries().some(&ids).await?;
        // Asked again of what stands there now: what was held back meanwhile is not sent.
        stored.retain(|stored| self.may_leave(&stored.standing, confirmed(&stored.service), &stored.told.sources));
        let mut all: Vec<Service> = vec![];
        for stored in stored {
            // What a source said that keeps its words to itself is left out.
            let whole = stored.told.sources.iter().all(|source| self.given.contains(source));
            all.extend(if whole {
                Some(stored.service)
            } else {
                self.app.store().entries().told_by(stored.id, |source| self.given.contains(source)).await?
            });
        }
        all.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }

    /// The answer with the mark of what it was made from.
    fn marked(&self, mut response: Response) -> Response {
        if let Ok(mark) = HeaderValue::from_str(&self.mark) {
            response.headers_mut().insert(ETAG, mark);
        }
        response
    }

    fn page(&self, page: &Page, contents: Vec<Value>, total: usize) -> Response {
        self.marked(answer(StatusCode::OK, &page.envelope(contents, total)))
    }

    fn one(&self, found: Option<Value>) -> Response {
        found.map_or_else(not_found, |value| self.marked(answer(StatusCode::OK, &value)))
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
pub async fn services(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, Early> {
    let feed = Feed::of(&app, &headers).await?;
    let page = asked.page()?;
    let entries = feed.asked(&asked).await?;
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
        let some: Vec<&Arc<Entry>> = entries.iter().skip(at).take(AT_ONCE).collect();
        if some.is_empty() {
            return None;
        }
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
    if let Ok(mark) = HeaderValue::from_str(&mark) {
        headers.insert(ETAG, mark);
    }
    response
}

/// Lines that are read and written at once.
const AT_ONCE: usize = 50;

/// `GET /oruk/services/{id}`.
pub async fn service(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Early> {
    let feed = Feed::of(&app, &headers).await?;
    let named = Uuid::parse_str(&id).map(|id| feed.index.published_as(id)).unwrap_or_default();
    let Some(entry) = named.iter().find(|entry| feed.gives(entry)) else { return Ok(not_found()) };
    Ok(feed.one(feed.bodies(&[entry]).await?.first().map(shape::whole)))
}

/// `GET /oruk/service_at_locations`: a page of services at their places.
pub async fn places(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, Early> {
    let feed = Feed::of(&app, &headers).await?;
    let page = asked.page()?;
    // A service at several places stands there once for each of them.
    let all: Vec<(&Arc<Entry>, Uuid)> = feed
        .asked(&asked)
        .await?
        .into_iter()
        .flat_map(|entry| entry.place_ids.iter().map(move |place| (entry, *place)))
        .collect();
    let shown = page.of(&all);
    let mut needed: Vec<&Arc<Entry>> = shown.iter().map(|(entry, _)| *entry).collect();
    needed.dedup_by_key(|entry| entry.id);
    let places: Vec<Value> = feed.bodies(&needed).await?.iter().flat_map(shape::at_locations).collect();
    let named = |id: &Uuid| places.iter().find(|place| place["id"] == id.to_string().as_str()).cloned();
    let contents = shown.iter().filter_map(|(_, id)| named(id)).collect();
    Ok(feed.page(&page, contents, all.len()))
}

/// `GET /oruk/service_at_locations/{id}`.
pub async fn place(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Early> {
    let feed = Feed::of(&app, &headers).await?;
    let Ok(id) = Uuid::parse_str(&id) else { return Ok(not_found()) };
    let Some(entry) = feed.entries().find(|entry| entry.place_ids.contains(&id)) else { return Ok(not_found()) };
    let mut places = feed.bodies(&[entry]).await?.iter().flat_map(shape::at_locations).collect::<Vec<_>>().into_iter();
    Ok(feed.one(places.find(|place| place["id"] == id.to_string().as_str())))
}

/// Terms that entries which are given have.
fn terms(feed: &Feed) -> Vec<Value> {
    let given: HashSet<Uuid> =
        feed.entries().flat_map(|entry| feed.terms_of(entry).iter().map(|(term, _)| *term)).collect();
    let of = |(id, term): (&Uuid, &KnownTerm)| {
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
        feed.entries().flat_map(|entry| feed.terms_of(entry).iter().map(|(_, taxonomy)| *taxonomy)).collect();
    let all = feed.index.terms().values().filter(|term| given.contains(&term.taxonomy) && seen.insert(term.taxonomy));
    let named = |term: &KnownTerm| {
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
) -> Result<Response, Early> {
    let feed = Feed::of(app, headers).await?;
    let page = asked.page()?;
    asked.read()?;
    let mut all = all(&feed);
    if let Some(taxonomy) = &asked.taxonomy_id {
        let wanted = taxonomy.trim().to_lowercase();
        all.retain(|term| term.get("taxonomy_id").is_none_or(|id| id.as_str() == Some(wanted.as_str())));
    }
    Ok(feed.page(&page, page.of(&all).to_vec(), all.len()))
}

async fn one_of(app: &App, id: &str, headers: &HeaderMap, all: fn(&Feed) -> Vec<Value>) -> Result<Response, Early> {
    let feed = Feed::of(app, headers).await?;
    let id = id.to_lowercase();
    Ok(feed.one(all(&feed).into_iter().find(|one| one["id"] == id.as_str())))
}

/// `GET /oruk/taxonomies`.
pub async fn taxonomies_list(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, Early> {
    list(&app, (&asked, &headers), taxonomies).await
}

/// `GET /oruk/taxonomies/{id}`.
pub async fn taxonomy(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Early> {
    one_of(&app, &id, &headers, taxonomies).await
}

/// `GET /oruk/taxonomy_terms`.
pub async fn terms_list(State(app): State<App>, asked: Asked, headers: HeaderMap) -> Result<Response, Early> {
    list(&app, (&asked, &headers), terms).await
}

/// `GET /oruk/taxonomy_terms/{id}`.
pub async fn term(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Early> {
    one_of(&app, &id, &headers, terms).await
}
