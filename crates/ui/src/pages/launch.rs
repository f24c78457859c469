//! Starting from a clinical system: who was handed over, and the practice's keys.

use serde::Serialize;

use super::{Frame, SummaryRow};
use crate::Page;

/// Who was handed over.
#[derive(Debug, Clone, Serialize)]
pub struct LaunchPage {
    /// What surrounds it.
    pub frame: Frame,
    /// "Refer Margaret?"
    pub heading: String,
    /// Where the press is posted.
    pub action: String,
    /// "Yes, refer Margaret".
    pub button: String,
    /// What came over.
    pub rows: Vec<SummaryRow>,
}

/// One key.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct LaunchKeyLine {
    pub made: String,
    pub used: String,
    pub ended: Option<String>,
    pub end: Option<String>,
}

/// The keys of a practice.
#[derive(Debug, Clone, Serialize)]
pub struct LaunchKeysPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The practice.
    pub place_name: String,
    /// Where a new key is asked for.
    pub action: String,
    /// The line to paste: its only showing.
    pub set_up: Option<String>,
    /// Keys, newest first.
    pub rows: Vec<LaunchKeyLine>,
}

impl Page for LaunchPage {
    const TEMPLATE: &'static str = "launch.html";
}
impl Page for LaunchKeysPage {
    const TEMPLATE: &'static str = "launch_keys.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame};

    impl LaunchPage {
        pub(crate) fn samples() -> Vec<Self> {
            vec![Self {
                frame: frame("Refer Margaret?"),
                heading: "Refer Margaret?".into(),
                action: "/launch/x".into(),
                button: "Yes, refer Margaret".into(),
                rows: vec![SummaryRow::new("Name", LONG)],
            }]
        }
    }

    impl LaunchKeysPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = LaunchKeyLine {
                made: format!("Monday, by {LONG}"),
                used: "Never".into(),
                ended: None,
                end: Some("/o/x/launch/1/end".into()),
            };
            let ended = LaunchKeyLine { ended: Some("Tuesday".into()), end: None, ..line.clone() };
            let empty = Self {
                frame: frame("Start from your clinical system"),
                place_name: LONG.into(),
                action: "/o/x/launch".into(),
                set_up: None,
                rows: vec![],
            };
            vec![
                Self { set_up: Some("fingerpost-launch-1.abc".into()), rows: vec![line, ended], ..empty.clone() },
                empty,
            ]
        }
    }
}
