//! What a person has said about others knowing of them, as SQL: who may be told what, who was, and taking it back; copies of a
//! record; how long it is kept, and its end.
//!
//! Taking back stops at once what has not left: messages that wait, pages of groups, letters to come. What was told
//! cannot be untold; it stays listed.

mod consents;
mod joining;
mod known;
mod record;
mod retention;

use fingerpost_store::Store;

pub use consents::ConsentRow;
pub use joining::{CaseLine, Comparison, JoinRow, Likenesses, Obstacle, RecordSide, ReferralLine};
pub use known::{GroupRow, Known, ToldRow};
pub use record::GivenCopy;
pub use retention::{Confirmed, EndedRecord, ErasureRow, RECORDS, ReviewedRecord};

/// Who may be told what. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Rights(Store);

impl Rights {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = [consents::STATEMENTS, joining::STATEMENTS, known::STATEMENTS, record::STATEMENTS, retention::STATEMENTS];
    all.into_iter().flatten().copied().chain(retention::deletions())
}
