//! What leaves: over real connections to servers that fail in every way, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod reports;
mod servers;
mod ways;
