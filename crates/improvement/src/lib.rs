//! Practices are helped to refer the people they now miss: improvement projects, surveys of the staff, and what both show.
//!
//! [`Improvement`] keeps the records: every method takes the grant of [`fingerpost_policy::Improve`], or the public address of a survey.
//! [`study`], [`staff`] and [`clinicians`] say what the records show; they are pure, and every number of theirs comes from the statistics.

pub mod clinicians;
mod colleagues;
mod draw;
mod finding;
mod interviews;
mod projects;
mod questions;
mod reading;
pub mod staff;
pub mod study;
mod surveys;
mod watching;

use std::str::FromStr;

use fingerpost_engine::{Result, StoreError};
use fingerpost_store::{ClaimedJob, Store};

pub use colleagues::{ColleagueLetter, MOST_COLLEAGUES, SurveyToSend};
pub use draw::Draw;
pub use finding::{Found, FoundPage, Noted, PAGE as FOUND_PAGE};
pub use interviews::{HeldInterview, OwnInterview, TakenPassage};
pub use projects::{PastChange, Record, RollUp, Senders};
pub use questions::QuestionSet;
pub use reading::{Codebook, Insight, Reading, Theme};
pub use surveys::{About, Practice, Receipt, Response, Route, SurveyDoor, SurveyLine, SurveyRecord, Taken};

/// Projects one page shows at most, and surveys of a project.
const MOST_ROWS: i64 = 100;
/// The hour at which a reminder leaves.
const REMIND_AT: i8 = 8;

/// The records of improvement work. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Improvement(Store);

impl Improvement {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// What a reminder is about, and whom it tells.
fn reminded<A: FromStr, B: FromStr>(job: &ClaimedJob) -> Result<(A, B)> {
    let corrupt = || StoreError::corrupt("subject");
    let (about, whom) = job.subject.split_once('/').ok_or_else(corrupt)?;
    Ok((about.parse().map_err(|_| corrupt())?, whom.parse().map_err(|_| corrupt())?))
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        colleagues::STATEMENTS,
        draw::STATEMENTS,
        finding::STATEMENTS,
        interviews::STATEMENTS,
        projects::STATEMENTS,
        questions::STATEMENTS,
        reading::STATEMENTS,
        surveys::STATEMENTS,
        watching::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
