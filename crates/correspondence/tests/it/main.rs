//! What is promised to groups, and to those who wait for an answer, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod codes;
mod groups;
mod register;
mod statements;
mod undelivered;
mod wording;
