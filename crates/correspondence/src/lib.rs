//! Groups and people at the other end, as SQL: the page of a group behind its link, the code that opens a name, the
//! register of those who come, messages that did not arrive, and in whose words they leave.
//!
//! A group has no account. Its link is the ground on which it reads and says something; a code sent to the address that
//! is held for it is what a name asks for besides. Messages are queued by the store, with the change that causes them.

mod code;
mod group;
mod register;
mod undelivered;
mod wording;

use fingerpost_store::Store;

pub use code::CodeTried;
pub use group::{Door, GroupView, PersonForGroup};
pub use register::{RegisterRow, RegisterView};
pub use undelivered::{CameBack, MessageRow, Undelivered};
pub use wording::WordingRow;

/// What is said between a scheme and those at the other end. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Correspondence(Store);

impl Correspondence {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [code::STATEMENTS, group::STATEMENTS, register::STATEMENTS, undelivered::STATEMENTS, wording::STATEMENTS]
        .into_iter()
        .flatten()
        .copied()
}
