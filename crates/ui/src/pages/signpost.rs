//! Signposting in two presses, and the slip.

use serde::Serialize;

use super::{Frame, SummaryRow};
use crate::Page;

/// A service to press.
#[derive(Debug, Clone, Serialize)]
pub struct Tile {
    /// What is posted.
    pub value: String,
    /// What it is called.
    pub name: String,
    /// When, where, for how much.
    pub detail: String,
    /// It came with the address.
    pub checked: bool,
}

/// What was just noted.
#[derive(Debug, Clone, Serialize)]
pub struct LastSignpost {
    /// "Wexley Warm Space, told, 9:58am".
    pub text: String,
    /// Where it is taken back.
    pub undo: String,
    /// The slip to print.
    pub slip: Option<String>,
}

/// What did you tell them about?
#[derive(Debug, Clone, Serialize)]
pub struct SignpostPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where it is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// Services, the usual ones first.
    pub tiles: Vec<Tile>,
    /// Something else.
    pub directory_href: String,
    /// They need more.
    pub refer_href: Option<String>,
    /// What was just noted.
    pub last: Option<LastSignpost>,
    /// It was taken back.
    pub taken_back: bool,
    /// Nothing was chosen.
    pub problem: Option<String>,
    /// "This week at Millrace Surgery: 31 signposts."
    pub week: String,
}

/// A slip for the hand: no name on it.
#[derive(Debug, Clone, Serialize)]
pub struct SlipPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back.
    pub back_href: String,
    /// The service.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// When, where, how to reach it.
    pub rows: Vec<SummaryRow>,
    /// Who told us, and when.
    pub source: String,
}

impl Page for SignpostPage {
    const TEMPLATE: &'static str = "signpost.html";
}
impl Page for SlipPage {
    const TEMPLATE: &'static str = "slip.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::pages::samples::{LONG, frame};

    impl SignpostPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Signpost"),
                action: "/o/x/signpost".into(),
                key: "k".into(),
                tiles: vec![Tile { value: "1".into(), name: LONG.into(), detail: "Tuesdays".into(), checked: true }],
                directory_href: "/o/x/directory".into(),
                refer_href: Some("/o/x/refer".into()),
                last: Some(LastSignpost {
                    text: "Choir, told".into(),
                    undo: "/o/x/signpost/1/undo".into(),
                    slip: Some("/o/x/signpost/1/slip".into()),
                }),
                taken_back: false,
                problem: Some("Choose one".into()),
                week: "31 signposts".into(),
            };
            let empty =
                Self { tiles: vec![], refer_href: None, last: None, taken_back: true, problem: None, ..usual.clone() };
            vec![usual, empty]
        }
    }

    impl SlipPage {
        pub(crate) fn samples() -> Vec<Self> {
            vec![Self {
                frame: frame("Slip"),
                back_href: "/o/x/signpost".into(),
                name: LONG.into(),
                summary: "Singing".into(),
                rows: vec![SummaryRow::new("When", "Tuesday")],
                source: "From a file".into(),
            }]
        }
    }
}
