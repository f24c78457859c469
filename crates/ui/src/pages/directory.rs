//! The directory: results with their reasons, and one service.

use serde::Serialize;

use super::{Choice, Frame, Qr, SummaryRow};
use crate::Page;

/// Why a result is there, or what to ask.
#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    /// `none` fits, `ask` is not known, `danger` does not fit.
    pub icon: &'static str,
    /// In words.
    pub text: String,
}

/// A tag beside a name: how many places are free.
#[derive(Debug, Clone, Serialize)]
pub struct RoomTag {
    /// The colour of the tag; the words carry the meaning.
    pub kind: &'static str,
    /// "3 places", "Full".
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
    /// `yes`, `ask` or `no`.
    pub fit: &'static str,
    /// Free places.
    pub room: Option<RoomTag>,
    /// Not shown to the public.
    pub withheld: bool,
    /// What people have to know before they go.
    pub alert: Option<String>,
    /// Why it is there.
    pub reasons: Vec<Reason>,
    /// Who told us, and when.
    pub source: String,
    /// It is on the shortlist.
    pub listed: bool,
    /// The same search with it on the shortlist, or off; none where the list is full.
    pub list_href: Option<String>,
    /// Where it stands on the page.
    pub anchor: String,
}

/// The form of a search, with what was asked.
#[derive(Debug, Clone, Serialize)]
pub struct SearchForm {
    /// Where the search is sent.
    pub action: String,
    /// What was typed.
    pub words: String,
    /// Needs.
    pub needs: Vec<Choice>,
    /// The postcode or town typed; none where the place comes from the case.
    pub near: Option<String>,
    /// Distances.
    pub distances: Vec<Choice>,
    /// What it may cost.
    pub costs: Vec<Choice>,
    /// Days of the week.
    pub days: Vec<Choice>,
    /// Parts of the day.
    pub parts: Vec<Choice>,
    /// What it must have.
    pub must: Vec<Choice>,
    /// The language typed.
    pub language: String,
    /// The age typed.
    pub age: String,
    /// Groups that the person belongs to.
    pub who: Vec<Choice>,
    /// The search starts from a person.
    pub person: bool,
    /// Something of what is folded away was chosen.
    pub more: bool,
    /// The shortlist, carried along.
    pub list: Vec<String>,
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
    /// The form.
    pub form: SearchForm,
    /// The two doors: search, and start from a person.
    pub doors: Option<(String, String)>,
    /// Nothing was asked yet: the form alone.
    pub waits: bool,
    /// What was typed may mean danger.
    pub danger: bool,
    /// What was taken out of the sentence, in words.
    pub understood: String,
    /// The same search for the words as they stand.
    pub exact_href: String,
    /// What was read instead of words that nothing has.
    pub corrected: Vec<String>,
    /// From where distances are measured.
    pub origin: String,
    /// How many were found.
    pub total: String,
    /// Those that could fit.
    pub results: Vec<ResultCard>,
    /// Those that do not fit now.
    pub unfit: Vec<ResultCard>,
    /// The shortlist and how many are on it.
    pub list: Option<(String, String)>,
    /// The page before.
    pub earlier: Option<String>,
    /// The page after.
    pub later: Option<String>,
    /// Nothing has been put into the directory yet.
    pub directory_empty: bool,
    /// Staff look.
    pub staff: bool,
    /// Noting that something is missing, for staff: where it is sent.
    pub gap: Option<String>,
    /// Why it may be missing.
    pub missing: Vec<Choice>,
}

/// A shortlist, to print and to send.
#[derive(Debug, Clone, Serialize)]
pub struct ListPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the search, with its words.
    pub back: (String, String),
    /// "My list".
    pub heading: String,
    /// What is on it.
    pub services: Vec<ServicePage>,
    /// A letter that the reader's own mail program writes.
    pub mail: String,
    /// The list's address, to scan.
    pub qr: Qr,
    /// It is in large print.
    pub larger: bool,
    /// The same in the other size.
    pub size_href: String,
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
    /// It takes place, or rests.
    pub open: bool,
    /// Free places.
    pub room: Option<RoomTag>,
    /// What people have to know before they go.
    pub alert: Option<String>,
    /// Not shown to the public.
    pub withheld: bool,
    /// What it says about itself.
    pub description: String,
    /// When, where, for whom.
    pub rows: Vec<SummaryRow>,
    /// Its own page.
    pub website: Option<String>,
    /// Who told us, and when.
    pub source: String,
    /// Who said each part, and when, where that is not one source alone.
    pub told: Vec<SummaryRow>,
    /// Why it does not fit the person now.
    pub against: Vec<String>,
    /// Offering it to a person.
    pub offer: Option<OfferBeside>,
    /// Putting it on the shortlist, or taking it off.
    pub list: Option<OfferBeside>,
    /// Saying that something is wrong, or mending it.
    pub wrong: Option<OfferBeside>,
}

impl Page for DirectoryPage {
    const TEMPLATE: &'static str = "directory.html";
}
impl Page for ListPage {
    const TEMPLATE: &'static str = "shortlist.html";
}
impl Page for ServicePage {
    const TEMPLATE: &'static str = "service.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame};

    impl SearchForm {
        fn sample() -> Self {
            let any = || vec![Choice::new("", "Any", true), Choice::new("x", "Another", false)];
            Self {
                action: "/o/x/directory".into(),
                words: "choir".into(),
                needs: any(),
                near: Some("WX4 2TN".into()),
                distances: any(),
                costs: any(),
                days: vec![Choice::new("TU", "Tue", true)],
                parts: any(),
                must: vec![Choice::new("steps", "No steps", true)],
                language: "Polish".into(),
                age: "81".into(),
                who: vec![Choice::new("women", "Women", false)],
                person: false,
                more: true,
                list: vec!["01".into()],
            }
        }
    }

    impl DirectoryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let card = ResultCard {
                href: "/o/x/directory/1".into(),
                name: LONG.into(),
                organisation: Some(LONG.into()),
                summary: "Singing".into(),
                fit: "yes",
                room: Some(RoomTag { kind: "green", text: "3 places".into() }),
                withheld: true,
                alert: Some("Closed in August".into()),
                reasons: vec![
                    Reason { icon: "none", text: "0.8 miles".into() },
                    Reason { icon: "ask", text: "Cost: ask".into() },
                ],
                source: "From a file".into(),
                listed: false,
                list_href: Some("/o/x/directory?list=1".into()),
                anchor: "one".into(),
            };
            let asking = ResultCard { fit: "ask", listed: true, anchor: "two".into(), room: None, ..card.clone() };
            let against = ResultCard {
                fit: "no",
                organisation: None,
                summary: String::new(),
                alert: None,
                withheld: false,
                list_href: None,
                anchor: "three".into(),
                reasons: vec![Reason { icon: "danger", text: "Up to age 25".into() }],
                ..card.clone()
            };
            let usual = Self {
                frame: frame("Directory"),
                back: Some(("/o/x/cases/1".into(), "Back to Peggy's page".into())),
                heading: "Directory".into(),
                form: SearchForm::sample(),
                doors: Some(("/o/x/directory".into(), "/o/x/directory?door=person".into())),
                waits: false,
                danger: true,
                understood: "on Tuesday, free".into(),
                exact_href: "/o/x/directory?exact=yes".into(),
                corrected: vec!["Nothing here has \u{201c}gardning\u{201d}".into()],
                origin: "Distances are from here".into(),
                total: "2 services".into(),
                results: vec![card, asking],
                unfit: vec![against],
                list: Some(("/o/x/directory/list".into(), "1 service".into())),
                earlier: Some("/o/x/directory?page=1".into()),
                later: Some("/o/x/directory?page=3".into()),
                directory_empty: false,
                staff: true,
                gap: Some("/o/x/directory/gap".into()),
                missing: vec![Choice::new("full", "It is full", false)],
            };
            let none = Self {
                results: vec![],
                unfit: vec![],
                earlier: None,
                later: None,
                back: None,
                list: None,
                danger: false,
                understood: String::new(),
                corrected: vec![],
                form: SearchForm { near: None, more: false, ..SearchForm::sample() },
                ..usual.clone()
            };
            let public = Self { staff: false, gap: None, doors: None, ..usual.clone() };
            let empty = Self { directory_empty: true, ..none.clone() };
            let person =
                Self { waits: true, form: SearchForm { person: true, ..SearchForm::sample() }, ..none.clone() };
            vec![usual, none, public, empty, person]
        }
    }

    impl ListPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("My list"),
                back: ("/directory".into(), "Back to the search".into()),
                heading: "My list".into(),
                services: ServicePage::samples(),
                mail: "mailto:?subject=x".into(),
                qr: Qr::default(),
                larger: false,
                size_href: "/directory/list?size=larger".into(),
            };
            let empty = Self { services: vec![], larger: true, ..usual.clone() };
            vec![usual, empty]
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
                room: Some(RoomTag { kind: "yellow", text: "1 place".into() }),
                alert: Some("Closed in August".into()),
                withheld: true,
                told: vec![SummaryRow::new("When", "Charity, confirmed 3 March 2026")],
                against: vec!["Full".into()],
                list: Some(OfferBeside { href: "/directory/list?list=1".into(), text: "Add to my list".into() }),
                wrong: Some(OfferBeside { href: "/directory/1/wrong".into(), text: "Something is wrong here".into() }),
                description: "One\nTwo".into(),
                rows: vec![SummaryRow::new("When", "Tuesday\nThursday")],
                website: Some("https://example.org".into()),
                source: "From a file".into(),
                offer: Some(OfferBeside { href: "/o/x/cases/1/services/2/offer".into(), text: "Offer it".into() }),
            };
            let bare = Self {
                organisation: None,
                open: false,
                room: None,
                alert: None,
                withheld: false,
                told: vec![],
                against: vec![],
                list: None,
                wrong: None,
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
