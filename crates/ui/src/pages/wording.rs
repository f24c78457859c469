//! A scheme's own words for messages that send themselves.

use serde::Serialize;

use super::{Frame, Problems};
use crate::Page;

/// A message that can be worded.
#[derive(Debug, Clone, Serialize)]
pub struct WordingLine {
    /// What it is.
    pub label: String,
    /// Where it is worded.
    pub href: String,
    /// Whose words stand, and since when.
    pub state: String,
}

/// The messages that can be worded.
#[derive(Debug, Clone, Serialize)]
pub struct WordingsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to what the scheme sets.
    pub back_href: String,
    /// The messages.
    pub rows: Vec<WordingLine>,
}

/// One message, as it is worded and as it would read.
#[derive(Debug, Clone, Serialize)]
pub struct WordingPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the list.
    pub back_href: String,
    /// What it is.
    pub label: String,
    /// What was just saved.
    pub saved: Option<&'static str>,
    /// Where it is posted.
    pub action: String,
    /// The version that the form was made of.
    pub version: i64,
    /// What was typed, or stands.
    pub typed: String,
    /// What stands in square brackets: the word, what it becomes, whether it has to be there.
    pub marks: Vec<(String, String, bool)>,
    /// How it would read; none while it cannot be sent.
    pub preview: Option<String>,
    /// Their own words stand.
    pub own: bool,
    /// It goes to somebody's home.
    pub private: bool,
    /// What stood before.
    pub before: Vec<String>,
    /// What is wrong.
    pub problems: Problems,
}

impl Page for WordingsPage {
    const TEMPLATE: &'static str = "wordings.html";
}
impl Page for WordingPage {
    const TEMPLATE: &'static str = "wording.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl WordingsPage {
        pub(crate) fn samples() -> Vec<Self> {
            let row =
                WordingLine { label: LONG.into(), href: "/o/x/wording/a".into(), state: "Fingerpost's words".into() };
            vec![Self { frame: frame("Messages"), back_href: "/o/x/intake".into(), rows: vec![row] }]
        }
    }

    impl WordingPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Words"),
                back_href: "/o/x/wording".into(),
                label: LONG.into(),
                saved: Some("Saved."),
                action: "/o/x/wording/a".into(),
                version: 2,
                typed: "See you on [day].".into(),
                marks: vec![("day".into(), "the day".into(), true), ("worker".into(), LONG.into(), false)],
                preview: Some("Hello Peggy,\n\nSee you on Tuesday.".into()),
                own: true,
                private: true,
                before: vec!["Fingerpost's words".into()],
                problems: vec![],
            };
            let wrong =
                Self { problems: problems(&["words"]), preview: None, saved: None, own: false, ..usual.clone() };
            vec![usual, wrong]
        }
    }
}
