//! What became of those whom a practice referred.

use serde::Serialize;

use super::{Choice, Frame, Problems};

crate::pages! {
    BecamePage: "became.html",
}

/// One bar of a picture.
#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// Its length, from 0 to 100.
    pub percent: String,
    /// The number.
    pub count: String,
    /// The list behind it.
    pub href: Option<String>,
}

/// A code with how often it stands ready.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct CodeLine {
    pub concept: String,
    pub term: String,
    pub ours: String,
    pub verdict: Option<String>,
    pub href: String,
}

/// The page of a practice.
#[derive(Debug, Clone, Serialize)]
pub struct BecamePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the counts.
    pub back_href: String,
    /// "practice": the word for the place.
    pub noun: String,
    /// The page on which patients meet the link workers, with its poster. Another agency has none.
    pub meet_href: Option<String>,
    /// Where a choice goes.
    pub action: String,
    /// The month that was chosen, or none.
    pub month: String,
    /// The times to choose from.
    pub periods: Vec<Choice>,
    /// "in October 2026".
    pub when: String,
    /// Those sent.
    pub sent: String,
    /// By what became of them.
    pub states: Vec<Bar>,
    /// Those not accepted, by reason.
    pub reasons: Vec<Bar>,
    /// Signposts noted.
    pub signposts: String,
    /// Words for a newsletter.
    pub newsletter: String,
    /// Codes that stand ready.
    pub codes: Vec<CodeLine>,
    /// What the practice counted itself.
    pub referred: String,
    /// The same of those who said no.
    pub declined: String,
    /// What is wrong.
    pub problems: Problems,
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl BecamePage {
        pub(crate) fn samples() -> Vec<Self> {
            let bar = |href: Option<&str>| Bar {
                label: LONG.into(),
                percent: "40".into(),
                count: "4".into(),
                href: href.map(str::to_owned),
            };
            let code = |verdict: Option<&str>| CodeLine {
                concept: "871731000000106".into(),
                term: LONG.into(),
                ours: "12".into(),
                verdict: verdict.map(str::to_owned),
                href: "/o/x/flow/people".into(),
            };
            let usual = Self {
                frame: frame("What became"),
                back_href: "/o/x/flow".into(),
                action: "/o/x/became".into(),
                noun: "practice".into(),
                meet_href: Some("/meet/x".into()),
                month: "2026-10".into(),
                periods: vec![Choice::new("", "The last 12 months", true)],
                when: "in October 2026".into(),
                sent: "10".into(),
                states: vec![bar(Some("/o/x/flow/people")), bar(None)],
                reasons: vec![bar(None)],
                signposts: "3".into(),
                newsletter: LONG.into(),
                codes: vec![code(Some("They agree.")), code(None)],
                referred: "12".into(),
                declined: String::new(),
                problems: vec![],
            };
            let none =
                Self { sent: "0".into(), states: vec![], reasons: vec![], month: String::new(), ..usual.clone() };
            vec![Self { problems: problems(&["referred", "declined"]), ..usual.clone() }, usual, none]
        }
    }
}
