//! The pages of who is told what: consents and taking them back, messages that did not arrive, stopping messages, how
//! long records are kept, and whether somebody is here twice.

pub mod joining;
pub mod messages;
pub mod record;
pub mod retention;
pub mod stop;
pub mod who_knows;
pub mod wording;
