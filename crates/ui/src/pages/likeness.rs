//! Whether somebody is here twice, or mixed up with somebody else: who may be one, two records beside each other.

use serde::Serialize;

use super::{BesideRow, Frame, Problems};

crate::pages! {
    LikenessesPage: "likenesses.html",
    CompareRecordsPage: "compare_records.html",
}

/// Somebody who may be the same person.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct LikelyLine {
    pub href: String,
    pub name: String,
    pub detail: String,
}

/// A referral that was taken for the person's.
#[derive(Debug, Clone, Serialize)]
pub struct TakenLine {
    /// Its id.
    pub id: String,
    /// The name on it.
    pub name: String,
    /// Its reference.
    pub reference: String,
    /// Who sent it and when.
    pub detail: String,
    /// What comes of taking it out; none where it cannot be.
    pub consequence: Option<String>,
    /// Letters that told its sender of the person, as a sentence.
    pub letters: Option<String>,
}

/// Two records that were put together.
#[derive(Debug, Clone, Serialize)]
pub struct JoinLine {
    /// Its id.
    pub id: String,
    /// The name on the other record.
    pub name: String,
    /// By whom and when.
    pub made: String,
    /// How it was known.
    pub why: String,
    /// By whom and when it was taken apart.
    pub undone: Option<String>,
}

/// Who may be the person of a case too, and what was taken for theirs.
#[derive(Debug, Clone, Serialize)]
pub struct LikenessesPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// What was just done.
    pub saved: Option<String>,
    /// What the person is called.
    pub called: String,
    /// Whose record it is.
    pub about: String,
    /// Their cases, where there are several: where each is, and when, whose, how it ended.
    pub cases: Vec<(String, String)>,
    /// Others who may be the same.
    pub likely: Vec<LikelyLine>,
    /// Where what is pressed goes.
    pub action: String,
    /// What was typed.
    pub reference: String,
    /// The referrals of their cases.
    pub referrals: Vec<TakenLine>,
    /// Why one of them has no button.
    pub only: Option<String>,
    /// What was put together.
    pub joins: Vec<JoinLine>,
    /// What is wrong.
    pub problems: Problems,
}

/// Two records beside each other.
#[derive(Debug, Clone, Serialize)]
pub struct CompareRecordsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to who may be the same.
    pub back_href: String,
    /// The full name on the kept record.
    pub name: String,
    /// What the person is called.
    pub called: String,
    /// Row by row.
    pub rows: Vec<BesideRow>,
    /// Why they cannot be put together.
    pub obstacle: Option<String>,
    /// The same with the other record kept.
    pub swap_href: Option<String>,
    /// What would stand: a name and a value.
    pub after: Vec<(String, String)>,
    /// What ends by it.
    pub ends: Option<String>,
    /// Where it is put together.
    pub action: String,
    /// What was compared.
    pub mark: String,
    /// What was typed.
    pub why: String,
    /// What is wrong.
    pub problems: Problems,
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl LikenessesPage {
        pub(crate) fn samples() -> Vec<Self> {
            let taken = TakenLine {
                id: "1".into(),
                name: LONG.into(),
                reference: "FP 7K2M 41".into(),
                detail: format!("Sent 3 November by {LONG}, Millrace Surgery"),
                consequence: Some("It waits again to be taken up.".into()),
                letters: Some("2 letters about her went to them".into()),
            };
            let join = JoinLine {
                id: "1".into(),
                name: LONG.into(),
                made: "27 November 2026 at 9:05am, by Josephine Carr".into(),
                why: "She says so".into(),
                undone: None,
            };
            let usual = Self {
                frame: frame("Here twice?"),
                back_href: "/o/x/cases/1".into(),
                saved: Some("The two records are one now.".into()),
                called: "Peggy".into(),
                about: format!("{LONG}, born 4 June 1947"),
                cases: vec![("/o/x/cases/1".into(), format!("Open since 3 November, {LONG}"))],
                likely: vec![LikelyLine {
                    href: "/o/x/cases/1/likenesses/2".into(),
                    name: LONG.into(),
                    detail: "Same name".into(),
                }],
                action: "/o/x/cases/1/likenesses".into(),
                reference: String::new(),
                referrals: vec![taken.clone()],
                only: None,
                joins: vec![join.clone(), JoinLine { undone: Some("Taken apart".into()), ..join }],
                problems: vec![],
            };
            let alone = Self {
                saved: None,
                cases: vec![],
                likely: vec![],
                joins: vec![],
                referrals: vec![TakenLine { consequence: None, letters: None, ..taken }],
                only: Some("The only one".into()),
                problems: problems(&["reference"]),
                ..usual.clone()
            };
            vec![usual, alone]
        }
    }

    impl CompareRecordsPage {
        pub(crate) fn samples() -> Vec<Self> {
            let row = BesideRow { label: "Name", one: LONG.into(), other: String::new(), same: false };
            let usual = Self {
                frame: frame("One person or two?"),
                back_href: "/o/x/cases/1/likenesses".into(),
                name: LONG.into(),
                called: "Peggy".into(),
                rows: vec![row.clone(), BesideRow { other: LONG.into(), same: true, ..row }],
                obstacle: None,
                swap_href: Some("/o/x/cases/2/likenesses/1".into()),
                after: vec![("Phone".into(), "01632 960 142".into())],
                ends: Some("Both have an open case".into()),
                action: "/o/x/cases/1/likenesses/2".into(),
                mark: "0a".into(),
                why: String::new(),
                problems: problems(&["why"]),
            };
            let not = Self { obstacle: Some("Two numbers".into()), swap_href: None, problems: vec![], ..usual.clone() };
            vec![usual, not]
        }
    }
}
