//! The pages of who is told what: consents and taking them back, messages that did not arrive, stopping messages.

pub mod messages;
pub mod record;
pub mod stop;
pub mod who_knows;
