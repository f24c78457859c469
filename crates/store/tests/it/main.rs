//! The promises of the store as the rooms above see them, each on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asking;
mod assessments;
mod cut_off;
mod episodes;
mod journey;
mod plans;
mod questions;
mod scope;
