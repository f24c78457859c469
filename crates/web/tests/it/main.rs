//! The web face, called in process: rights, forms, links, hostile and tired users.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asking;
mod client;
mod directory;
mod flow;
mod journey;
mod launch;
mod links;
mod plan;
mod rights;
mod sign_in;
mod wrong_input;
