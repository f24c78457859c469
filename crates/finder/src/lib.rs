//! Finding a service. One index in memory, derived from the stored entries at any time, and one ranking, in Rust, the
//! same for every database.
//!
//! tantivy holds the words (frequencies, positions, deletions, segments); what can be compared stands beside it in
//! plain memory. A question looks each thing that was asked for up in the words, adds up how well each entry has it,
//! asks [`fingerpost_directory::fit`] whether the entry fits, and weighs distance, trust and replies. Nothing that has
//! the words is hidden: what does not fit comes after what could, with its reason.
//!
//! The ranking, in full, for an entry that has enough of the words:
//! `text × share of the things asked for that it has × nearness × trust × answers × (0.7 where something has to be asked)`,
//! see [`rank`]; then the nearer, then the name, then the id.

mod card;
mod index;
pub mod rank;
mod tally;
mod text;
mod towns;

#[cfg(test)]
mod tests;

pub use index::{Finder, Found, Hit, KnownTerm, Reader, Snapshot};
pub use towns::Towns;

/// The index could not be written or read. It lives in memory and is derived: building it anew is always safe.
#[derive(Debug, thiserror::Error)]
#[error("the index of the directory failed: {0}")]
pub struct FinderError(#[from] tantivy::TantivyError);
