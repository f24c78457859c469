//! How a scheme takes people up, as SQL: what it has set, what its link workers say of themselves, people handed over from a clinical
//! system, and reminders to those who were asked something.

mod answered;
mod asked;
mod known;
mod launches;
mod profiles;
mod reminders;
mod settings;

use fingerpost_store::Store;

pub use answered::UntoldRow;
pub use launches::{LaunchKey, LaunchKeyRow, Launched};
pub use profiles::{DaysRow, Met, MetWorker, ProfileRow, Worker};
pub use settings::SettingsRow;

/// How a scheme takes people up. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Intake(Store);

impl Intake {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = [
        answered::STATEMENTS,
        asked::STATEMENTS,
        known::STATEMENTS,
        launches::STATEMENTS,
        profiles::STATEMENTS,
        reminders::STATEMENTS,
        settings::STATEMENTS,
    ];
    all.into_iter().flatten().copied()
}
