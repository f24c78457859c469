//! Files for browsers. Their addresses carry a hash of their content: kept for a year, never asked again.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use fingerpost_ui::{asset, asset_path};

use crate::WebError;

/// One file.
///
/// # Errors
/// [`WebError::NotFound`] for a name that is none of ours.
pub async fn file(Path((hash, name)): Path<(String, String)>) -> Result<Response, WebError> {
    // A module's relative import has its importer's hash in the address: the name decides, an old hash of
    // the same file is served without the promise that it never changes.
    let current = asset_path(&name).is_some_and(|path| path == format!("/assets/{hash}/{name}"));
    let file = asset(&name).ok_or(WebError::NotFound)?;
    let cache = if current { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    Ok(([(CONTENT_TYPE, file.media_type), (CACHE_CONTROL, cache)], file.bytes.into_owned()).into_response())
}
