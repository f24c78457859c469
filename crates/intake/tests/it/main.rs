//! How a scheme takes people up, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answered;
mod profiles;
mod reminders;
mod settings;
mod statements;
