//! How good the comparison is, on entries of which it is known which are one service.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod labelled;
mod promises;
