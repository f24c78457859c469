//! The index against the real directory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod judged;
