//! What may be said to whom, how and when: messages to people, the code that opens a name, consents, how long
//! records are kept, in whose words, what a letter is called in the standard. Pure.

pub mod consent;
pub mod group_code;
pub mod message;
pub mod prsb;
pub mod record;
pub mod retention;
pub mod wording;
