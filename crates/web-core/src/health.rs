//! Is it alive, and can it serve?

use axum::extract::State;
use axum::http::StatusCode;
use fingerpost_store::SCHEMA_VERSION;

use crate::App;

/// The process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The database answers and has this program's schema.
pub async fn ready(State(app): State<App>) -> (StatusCode, String) {
    match app.store().ledger().health().await {
        Ok(health) if health.schema == SCHEMA_VERSION => (StatusCode::OK, "ready\n".to_owned()),
        Ok(health) => (StatusCode::SERVICE_UNAVAILABLE, format!("schema {} is not {SCHEMA_VERSION}\n", health.schema)),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned()),
    }
}
