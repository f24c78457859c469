//! The directory: results with their reasons, and one service.

use serde::Serialize;

use super::{Choice, Frame, SummaryRow};
use crate::Page;

/// Why a result is there, or what to ask.
#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    /// `none` fits, `ask` is not known, `danger` does not fit.
    pub icon: &'static str,
    /// In words.
    pub text: String,
}

/// One result.
#[derive(Debug, Clone, Serialize)]
pub struct ResultCard {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Who offers it, where that is another name.
    pub organisation: Option<String>,
    /// The beginning of what it says.
    pub summary: String,
    /// Nothing known speaks against it.
    pub fits: bool,
    /// Why it is there.
    pub reasons: Vec<Reason>,
    /// Who told us, and when.
    pub source: String,
}

/// The search and what it found.
#[derive(Debug, Clone, Serialize)]
pub struct DirectoryPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to a case, with its words, when the search started there.
    pub back: Option<(String, String)>,
    /// "Directory", or "What could fit Peggy?".
    pub heading: String,
    /// Where the search is sent; the page of a service is below it.
    pub action: String,
    /// What was typed.
    pub words: String,
    /// Needs.
    pub needs: Vec<Choice>,
    /// The postcode typed; none where the place comes from the case.
    pub near: Option<String>,
    /// Distances.
    pub distances: Vec<Choice>,
    /// From where distances are measured.
    pub origin: String,
    /// How many were found.
    pub total: String,
    /// The results.
    pub results: Vec<ResultCard>,
    /// The page before.
    pub earlier: Option<usize>,
    /// The page after.
    pub later: Option<usize>,
    /// Nothing has been put into the directory yet.
    pub directory_empty: bool,
}

/// What stands beside a service when it was reached from a case.
#[derive(Debug, Clone, Serialize)]
pub struct OfferBeside {
    /// Where the offer is written.
    pub href: String,
    /// "Offer this to Peggy".
    pub text: String,
}

/// One service.
#[derive(Debug, Clone, Serialize)]
pub struct ServicePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the search, with its words.
    pub back: (String, String),
    /// What it is called.
    pub name: String,
    /// Who offers it.
    pub organisation: Option<String>,
    /// It takes place.
    pub open: bool,
    /// What it says about itself.
    pub description: String,
    /// When, where, for whom.
    pub rows: Vec<SummaryRow>,
    /// Its own page.
    pub website: Option<String>,
    /// Who told us, and when.
    pub source: String,
    /// Offering it to a person.
    pub offer: Option<OfferBeside>,
}

impl Page for DirectoryPage {
    const TEMPLATE: &'static str = "directory.html";
}
impl Page for ServicePage {
    const TEMPLATE: &'static str = "service.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::pages::samples::{LONG, frame};

    impl DirectoryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let card = ResultCard {
                href: "/o/x/directory/1".into(),
                name: LONG.into(),
                organisation: Some(LONG.into()),
                summary: "Singing".into(),
                fits: true,
                reasons: vec![
                    Reason { icon: "none", text: "0.8 miles".into() },
                    Reason { icon: "ask", text: "Cost: ask".into() },
                ],
                source: "From a file".into(),
            };
            let against = ResultCard {
                fits: false,
                organisation: None,
                summary: String::new(),
                reasons: vec![Reason { icon: "danger", text: "Does not fit: up to age 25".into() }],
                ..card.clone()
            };
            let usual = Self {
                frame: frame("Directory"),
                back: Some(("/o/x/cases/1".into(), "Back to Peggy's page".into())),
                heading: "Directory".into(),
                action: "/o/x/directory".into(),
                words: "choir".into(),
                needs: vec![Choice::new("", "Any need", true)],
                near: Some("WX4 2TN".into()),
                distances: vec![Choice::new("", "Any distance", true)],
                origin: "Distances are from here".into(),
                total: "2 services".into(),
                results: vec![card, against],
                earlier: Some(1),
                later: Some(3),
                directory_empty: false,
            };
            let none = Self { results: vec![], earlier: None, later: None, back: None, near: None, ..usual.clone() };
            let empty = Self { directory_empty: true, ..none.clone() };
            vec![usual, none, empty]
        }
    }

    impl ServicePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Choir"),
                back: ("/o/x/directory".into(), "Directory".into()),
                name: LONG.into(),
                organisation: Some(LONG.into()),
                open: true,
                description: "One\nTwo".into(),
                rows: vec![SummaryRow::new("When", "Tuesday\nThursday")],
                website: Some("https://example.org".into()),
                source: "From a file".into(),
                offer: Some(OfferBeside { href: "/o/x/cases/1/services/2/offer".into(), text: "Offer it".into() }),
            };
            let bare = Self {
                organisation: None,
                open: false,
                description: String::new(),
                rows: vec![],
                website: None,
                offer: None,
                ..usual.clone()
            };
            vec![usual, bare]
        }
    }
}
