//! Where the directory's entries come from: sources, and feeds that are followed.

use serde::Serialize;

use super::{Choice, Frame, Problems, SummaryRow};

/// A feed that is followed, or a source of a file.
#[derive(Debug, Clone, Serialize)]
pub struct SourceLine {
    /// Its page, where it is followed.
    pub href: Option<String>,
    /// What it is called.
    pub name: String,
    /// How it stands.
    pub state: String,
    /// Somebody has to look at it.
    pub wrong: bool,
    /// What it brought.
    pub brought: Option<String>,
    /// What may be done with its entries.
    pub licence: String,
}

/// Every source.
#[derive(Debug, Clone, Serialize)]
pub struct SourcesPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// Where a feed is added.
    pub new_href: String,
    /// Feeds.
    pub feeds: Vec<SourceLine>,
    /// Sources of files.
    pub files: Vec<SourceLine>,
}

/// What was typed about a feed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourceValues {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Its licence.
    pub licence: String,
    /// How it wants to be named.
    pub attribution: String,
    /// Its entries may be given on.
    pub republish: bool,
}

/// The form of a new feed.
#[derive(Debug, Clone, Serialize)]
pub struct SourceNewPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// Where it is sent.
    pub action: String,
    /// How often it can be pulled.
    pub every: Vec<Choice>,
    /// What was typed.
    pub values: SourceValues,
    /// What is wrong.
    pub problems: Problems,
}

/// One pull.
#[derive(Debug, Clone, Serialize)]
pub struct PullLine {
    /// When.
    pub when: String,
    /// How it ended.
    pub ending: String,
    /// It brought nothing.
    pub wrong: bool,
    /// What it brought, in numbers.
    pub rows: Vec<SummaryRow>,
    /// What was strange.
    pub notes: Vec<String>,
}

/// One feed.
#[derive(Debug, Clone, Serialize)]
pub struct SourceOnePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// Where it is sent.
    pub action: String,
    /// Here again.
    pub here: String,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// How it stands.
    pub state: String,
    /// A pull is on its way.
    pub running: bool,
    /// Nobody pulls it.
    pub paused: bool,
    /// What a steward may take all the same.
    pub too_strange: Option<&'static str>,
    /// Pulls, the newest first.
    pub pulls: Vec<PullLine>,
    /// How often it can be pulled.
    pub every: Vec<Choice>,
    /// What is known of it.
    pub values: SourceValues,
    /// What was just done.
    pub saved: Option<&'static str>,
    /// What is wrong with the form.
    pub problems: Problems,
}

crate::pages! {
    SourcesPage: "sources.html",
    SourceNewPage: "source_new.html",
    SourceOnePage: "source_one.html",
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    fn every() -> Vec<Choice> {
        vec![Choice::new("24", "Every day", true), Choice::new("168", "Every week", false)]
    }

    fn values() -> SourceValues {
        SourceValues {
            name: LONG.into(),
            address: "https://directory.example.org/api".into(),
            licence: LONG.into(),
            attribution: LONG.into(),
            republish: true,
        }
    }

    impl SourcesPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = SourceLine {
                href: Some("/o/x/sources/1".into()),
                name: LONG.into(),
                state: "Read to its end today".into(),
                wrong: false,
                brought: Some("31 services".into()),
                licence: LONG.into(),
            };
            let usual = Self {
                frame: frame("Sources"),
                back: ("/o/x/steward".into(), "Back".into()),
                new_href: "/o/x/sources/new".into(),
                feeds: vec![SourceLine { wrong: true, brought: None, ..line.clone() }, line.clone()],
                files: vec![SourceLine { href: None, ..line }],
            };
            let empty = Self { feeds: vec![], files: vec![], ..usual.clone() };
            vec![usual, empty]
        }
    }

    impl SourceNewPage {
        pub(crate) fn samples() -> Vec<Self> {
            let empty = Self {
                frame: frame("Follow a directory"),
                back: ("/o/x/sources".into(), "Back".into()),
                action: "/o/x/sources/new".into(),
                every: every(),
                values: SourceValues::default(),
                problems: vec![],
            };
            let wrong = Self { values: values(), problems: problems(&["address", "name"]), ..empty.clone() };
            vec![empty, wrong]
        }
    }

    impl SourceOnePage {
        pub(crate) fn samples() -> Vec<Self> {
            let pull = PullLine {
                when: "Today at 9:00".into(),
                ending: "Read to its end".into(),
                wrong: false,
                rows: vec![SummaryRow::new("Listed", "31")],
                notes: vec![LONG.into()],
            };
            let usual = Self {
                frame: frame("A source"),
                back: ("/o/x/sources".into(), "Back".into()),
                action: "/o/x/sources/1".into(),
                here: "/o/x/sources/1".into(),
                name: LONG.into(),
                address: "https://directory.example.org/api".into(),
                state: "Page 7".into(),
                running: true,
                paused: false,
                too_strange: Some("Take it"),
                pulls: vec![PullLine { wrong: true, ..pull.clone() }, PullLine { notes: vec![], ..pull }],
                every: every(),
                values: values(),
                saved: Some("Saved"),
                problems: problems(&["address", "licence", "attribution"]),
            };
            let bare = Self {
                running: false,
                paused: true,
                too_strange: None,
                pulls: vec![],
                values: SourceValues::default(),
                saved: None,
                problems: vec![],
                ..usual.clone()
            };
            vec![usual, bare]
        }
    }
}
