//! The pages of the directory: searching it, signposting out of it, and keeping it true.
//!
//! Handlers as in `fingerpost-web`, whose table of routes names them. The directory is public knowledge: nothing here
//! reads a person's record but the search that starts from a case.

pub mod door;
pub mod gaps;
pub mod joined;
pub mod keeping;
pub mod search;
pub mod signposts;
pub mod sources;
pub mod steward;
pub mod wrong;
