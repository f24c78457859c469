//! PDFs as answers. Setting one takes a core for a moment, so it is done where blocking is allowed, two at a time.

use std::sync::{Arc, LazyLock};

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use fingerpost_print::{Pdf, PrintError};
use tokio::sync::Semaphore;

use crate::WebError;

/// Everybody's pages go on while somebody prints a hundred letters.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// The lines of a text as paragraphs.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A file to keep. `name` becomes its name, so it holds a reference and nobody's name.
pub async fn download(
    name: &str,
    set: impl FnOnce() -> Result<Pdf, PrintError> + Send + 'static,
) -> Result<Response, WebError> {
    let turn = Arc::clone(&AT_ONCE).acquire_owned().await.map_err(|_| WebError::Print)?;
    // The turn goes with the work: it ends when that does, not when the visitor goes away.
    let work = move || {
        let _turn = turn;
        set()
    };
    let pdf = tokio::task::spawn_blocking(work).await.map_err(|_| WebError::Print)?.map_err(|error| {
        tracing::error!(%error, "printing failed");
        WebError::Print
    })?;
    let disposition = format!("attachment; filename=\"{name}.pdf\"");
    Ok(([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, disposition)], pdf).into_response())
}
