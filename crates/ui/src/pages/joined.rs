//! Entries that may be one service, side by side, and those that stand as one.

use serde::Serialize;

use super::Frame;

/// What two entries say of one thing.
#[derive(Debug, Clone, Serialize)]
pub struct BesideRow {
    /// Of what.
    pub label: &'static str,
    /// What one says.
    pub one: String,
    /// What the other says.
    pub other: String,
    /// They say the same.
    pub same: bool,
}

/// Two entries that may be one service.
#[derive(Debug, Clone, Serialize)]
pub struct PairCard {
    /// The one that would stand for both: its id, its address, its name, its sources.
    pub lead: EntrySide,
    /// The other.
    pub other: EntrySide,
    /// What each says.
    pub rows: Vec<BesideRow>,
}

/// One of two.
#[derive(Debug, Clone, Serialize)]
pub struct EntrySide {
    /// Its id.
    pub id: String,
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Who lists it.
    pub source: String,
}

/// An entry for which another one stands.
#[derive(Debug, Clone, Serialize)]
pub struct MemberLine {
    /// Its id.
    pub id: String,
    /// What its source calls it.
    pub name: String,
    /// "From Charity. Joined by comparison, 3 March 2026".
    pub how: String,
    /// The entry that stands for it: its page and name; none on that page itself.
    pub lead: Option<(String, String)>,
}

/// Pairs that somebody has to judge, and what was joined lately.
#[derive(Debug, Clone, Serialize)]
pub struct SamePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the steward's list.
    pub back: (String, String),
    /// Where a press is sent.
    pub action: String,
    /// How many wait: "3 pairs wait".
    pub waiting: String,
    /// The likeliest pairs.
    pub pairs: Vec<PairCard>,
    /// What the program joined by itself.
    pub lately: Vec<MemberLine>,
    /// What was just done, and the entry that was left, where it can be undone.
    pub saved: Option<(&'static str, Option<(String, String)>)>,
}

impl crate::Page for SamePage {
    const TEMPLATE: &'static str = "same.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame};

    impl SamePage {
        pub(crate) fn samples() -> Vec<Self> {
            let side = |id: &str| EntrySide {
                id: id.into(),
                href: format!("/o/x/steward/{id}"),
                name: LONG.into(),
                source: LONG.into(),
            };
            let row =
                BesideRow { label: "Phone", one: "01632 960 371".into(), other: "01632 960371".into(), same: true };
            let member = MemberLine {
                id: "3".into(),
                name: LONG.into(),
                how: "From Charity".into(),
                lead: Some(("/o/x/steward/1".into(), LONG.into())),
            };
            let usual = Self {
                frame: frame("One service or two?"),
                back: ("/o/x/steward".into(), "Back".into()),
                action: "/o/x/steward/same".into(),
                waiting: "1 pair waits".into(),
                pairs: vec![PairCard {
                    lead: side("1"),
                    other: side("2"),
                    rows: vec![row.clone(), BesideRow { same: false, other: String::new(), ..row }],
                }],
                lately: vec![member],
                saved: Some(("They stand as one entry now.", Some(("/o/x/steward/1".into(), "Choir".into())))),
            };
            let empty = Self { pairs: vec![], lately: vec![], saved: None, ..usual.clone() };
            vec![usual, empty]
        }
    }
}
