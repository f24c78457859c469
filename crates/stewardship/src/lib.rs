//! Keeping the directory true: what groups say of their own entry through a link, what readers report, what a steward
//! mends, and what was looked for and is missing.
//!
//! Every change of an entry goes through one function, `entries::change`: it keeps what the entry said before, writes
//! what was changed here property by property (so that the next pull of the source does not take it away), and takes
//! the next number of the directory's sequence, so that every node's index follows. Nothing here is about a person.

mod answers;
mod comparing;
mod entries;
mod feeds;
mod gaps;
mod reports;
mod sources;

use fingerpost_domain::id::ServiceId;
use fingerpost_engine::{Result, StoreError};
use fingerpost_store::{LinkScope, LiveLink, Store};

pub use comparing::{Compared, Comparing, PairRow};
pub use entries::{ByWhom, ChangedField, Version};
pub use feeds::{Claimed, Feed, Kept, Known, NewFeed, Pull, ReadOn, Staged};
pub use fingerpost_entries::joined::{JoinedBy, Member};
pub use gaps::{Gap, GapRow};
pub use reports::{ReportRow, Settled, WorkRow};
pub use sources::Source;

/// The records of the directory's upkeep. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Stewardship(Store);

impl Stewardship {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// The entry that a link keeps.
///
/// # Errors
/// [`StoreError::NotFound`] for a link of another scope.
pub fn entry_of(link: &LiveLink) -> Result<ServiceId> {
    if link.scope != LinkScope::KeepEntry {
        return Err(StoreError::NotFound);
    }
    link.subject.parse().map_err(|_| StoreError::corrupt("subject"))
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        answers::STATEMENTS,
        comparing::STATEMENTS,
        entries::STATEMENTS,
        feeds::STATEMENTS,
        gaps::STATEMENTS,
        reports::STATEMENTS,
        sources::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
