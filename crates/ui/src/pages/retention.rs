//! How long records are kept, and what is decided about those whose time is over.

use fingerpost_correspondence_rules::retention::{DecisionAnswers, ScheduleAnswers};
use serde::Serialize;

use super::{Choice, Frame, Problems};

crate::pages! {
    RetentionPage: "retention.html",
    RetentionOnePage: "retention_one.html",
}

/// A record whose time is over.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct DueLine {
    pub href: String,
    pub name: String,
    pub born: String,
    pub ended: String,
    pub kept: String,
}

/// The records to look at again, and the schedule.
#[derive(Debug, Clone, Serialize)]
pub struct RetentionPage {
    /// What surrounds it.
    pub frame: Frame,
    /// What was just done.
    pub saved: Option<String>,
    /// Those whose time is over.
    pub rows: Vec<DueLine>,
    /// There are more.
    pub more: bool,
    /// The schedule in force, in words; none while nobody has confirmed one.
    pub confirmed: Option<String>,
    /// The schedule that counts from a day to come, where none does yet.
    pub coming: Option<String>,
    /// Schedules that were confirmed, the newest first.
    pub before: Vec<String>,
    /// Where the schedule goes.
    pub action: String,
    /// What was typed.
    pub values: ScheduleAnswers,
    /// What was destroyed, without whose it was.
    pub erased: Vec<String>,
    /// What is wrong.
    pub problems: Problems,
}

/// One record, to decide about.
#[derive(Debug, Clone, Serialize)]
pub struct RetentionOnePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the list.
    pub back_href: String,
    /// Whose it is.
    pub name: String,
    /// The scheme.
    pub place: String,
    /// What is held, and until when: a name and a value.
    pub facts: Vec<(String, String)>,
    /// The case.
    pub case_href: String,
    /// A copy for the person.
    pub copy_href: String,
    /// Earlier decisions to keep it.
    pub held: Vec<String>,
    /// Work goes on.
    pub open: bool,
    /// The scheme has a schedule.
    pub confirmed: bool,
    /// Its time is not over.
    pub early: bool,
    /// A decision keeps it.
    pub held_on: bool,
    /// "2 cases".
    pub cases: String,
    /// Where the decision goes.
    pub action: String,
    /// The record that is decided about.
    pub person: String,
    /// Reasons to destroy it.
    pub grounds: Vec<Choice>,
    /// What was typed.
    pub values: DecisionAnswers,
    /// What is wrong.
    pub problems: Problems,
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl RetentionPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = DueLine {
                href: "/o/x/records/1".into(),
                name: LONG.into(),
                born: "4 June 1947".into(),
                ended: "3 November 2018".into(),
                kept: "3 November 2026".into(),
            };
            let usual = Self {
                frame: frame("Records to look at again"),
                saved: Some("Confirmed".into()),
                rows: vec![line],
                more: true,
                confirmed: Some("Records of adults are kept for 8 years".into()),
                coming: None,
                before: vec!["8 years".into()],
                action: "/o/x/records".into(),
                values: ScheduleAnswers::default(),
                erased: vec!["27 November 2026, by Josephine Carr".into()],
                problems: vec![],
            };
            let wrong = problems(&["adult_years", "child_until_age", "seventeen_until_age", "source", "from"]);
            let nobody = Self { rows: vec![], more: false, saved: None, ..usual.clone() };
            let first = Self { confirmed: None, before: vec![], erased: vec![], problems: wrong, ..nobody.clone() };
            let coming = Self { confirmed: None, coming: Some("From 1 April".into()), ..nobody.clone() };
            vec![usual, nobody, first, coming]
        }
    }

    impl RetentionOnePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Keep or destroy"),
                back_href: "/o/x/records".into(),
                name: LONG.into(),
                place: LONG.into(),
                facts: vec![("Born".into(), "4 June 1947".into())],
                case_href: "/o/x/cases/1".into(),
                copy_href: "/o/x/cases/1/record".into(),
                held: vec!["Until 2040".into()],
                open: false,
                confirmed: true,
                early: true,
                held_on: false,
                cases: "2 cases".into(),
                action: "/o/x/records/1".into(),
                person: "1".into(),
                grounds: vec![Choice::new("time_over", "The time is over", false)],
                values: DecisionAnswers::default(),
                problems: problems(&["reason", "until", "ground", "sure"]),
            };
            let open = Self { open: true, problems: vec![], ..usual.clone() };
            let unconfirmed = Self { confirmed: false, held: vec![], problems: vec![], ..usual.clone() };
            let held = Self { held_on: true, problems: vec![], ..usual.clone() };
            vec![usual, open, unconfirmed, held]
        }
    }
}
