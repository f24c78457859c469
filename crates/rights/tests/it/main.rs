//! What a person says of others knowing of them holds, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod consents;
mod joining;
mod journeys;
mod retention;
mod statements;
