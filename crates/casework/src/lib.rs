//! The link worker's day, as SQL: who needs them, where they go and whether they came back, who covers for whom, and
//! who looks after somebody from now on. The case itself, and what happens in it, is the store's.

mod alerts;
mod caseload;
mod cover;
mod diary;
mod lookup;

use fingerpost_store::Store;

pub use alerts::AlertRow;
pub use caseload::{CaseloadRow, ClosedRow};
pub use cover::{AwayRow, CaseToHandOver, HandoverRow, WorkerRow};
pub use diary::{AnswerRow, FeedVisit, OutRow, VisitRow};
pub use lookup::{FoundRow, MOST_FOUND};

/// The records of the link workers' days. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Casework(Store);

impl Casework {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [alerts::STATEMENTS, caseload::STATEMENTS, cover::STATEMENTS, diary::STATEMENTS, lookup::STATEMENTS]
        .into_iter()
        .flatten()
        .copied()
}
