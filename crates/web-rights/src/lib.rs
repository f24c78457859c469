//! The pages of who is told what: consents and taking them back, messages that did not arrive, stopping messages, how
//! long records are kept.

pub mod messages;
pub mod record;
pub mod retention;
pub mod stop;
pub mod who_knows;
