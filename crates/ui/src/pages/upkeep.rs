//! Keeping the directory true: a group's own entry, a reader's report, the steward's list, what is missing.

use fingerpost_directory::edit::{EntryAnswers, NewEntry};
use serde::Serialize;

use super::directory::RoomTag;
use super::joined::{EntrySide, MemberLine};
use super::{Choice, DayFields, Frame, Problems, Qr, SummaryRow};
use crate::Page;

/// The entry of a group, behind its link.
#[derive(Debug, Clone, Serialize)]
pub struct KeepEntryPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where a press is sent.
    pub action: String,
    /// What the group is called.
    pub name: String,
    /// What the entry says.
    pub description: String,
    /// When, where, for whom.
    pub rows: Vec<SummaryRow>,
    /// Free places, as told.
    pub room: Option<RoomTag>,
    /// It rests.
    pub resting: bool,
    /// It ended.
    pub ended: bool,
    /// What was just done.
    pub saved: Option<&'static str>,
    /// Numbers to press.
    pub places: Vec<String>,
    /// The day on which it opens again, as typed.
    pub until: DayFields,
    /// Words about the rest, as typed.
    pub words: String,
    /// What is wrong.
    pub problems: Problems,
}

/// The form of an entry.
#[derive(Debug, Clone, Serialize)]
pub struct EditEntryPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// Where it is sent.
    pub action: String,
    /// What the group is called.
    pub name: String,
    /// The times as they stand, in words; none where there are none.
    pub times_now: Option<String>,
    /// Days.
    pub days: Vec<Choice>,
    /// For whom alone.
    pub only_for: Vec<Choice>,
    /// What was typed.
    pub values: EntryAnswers,
    /// A steward writes, who may know only a part.
    pub steward: bool,
    /// What the entry said when the form was drawn.
    pub mark: String,
    /// What is wrong.
    pub problems: Problems,
}

/// What is wrong with an entry: for any reader.
#[derive(Debug, Clone, Serialize)]
pub struct WrongPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// Where it is sent.
    pub action: String,
    /// What the group is called.
    pub name: String,
    /// What may be wrong.
    pub wrong: Vec<Choice>,
    /// In their words.
    pub note: String,
    /// It was sent.
    pub sent: bool,
    /// What is wrong with the form.
    pub problems: Problems,
}

/// A line of the steward's list.
#[derive(Debug, Clone, Serialize)]
pub struct StewardLine {
    /// The entry.
    pub href: String,
    /// What the group is called.
    pub name: String,
    /// Why it stands here.
    pub why: Vec<String>,
    /// Who told us, and when.
    pub source: String,
    /// It cannot wait.
    pub urgent: bool,
}

/// The steward's list.
#[derive(Debug, Clone, Serialize)]
pub struct StewardPage {
    /// What surrounds it.
    pub frame: Frame,
    /// What is missing.
    pub gaps_href: String,
    /// Where entries come from.
    pub sources_href: String,
    /// Where one is added.
    pub new_href: String,
    /// Pairs that may be one service: where they are judged, and how many wait: "3 pairs wait".
    pub same: (String, String),
    /// What has to be looked at.
    pub lines: Vec<StewardLine>,
}

/// The form of a new entry.
#[derive(Debug, Clone, Serialize)]
pub struct NewEntryPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// Where it is sent.
    pub action: String,
    /// What was typed.
    pub values: NewEntry,
    /// Entries that may be the same: address, name, who runs it.
    pub alike: Vec<(String, String, String)>,
    /// What is wrong.
    pub problems: Problems,
}

/// A difference between two versions.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// The property.
    pub field: String,
    /// What it said.
    pub before: String,
    /// What it said then.
    pub after: String,
}

/// An earlier version.
#[derive(Debug, Clone, Serialize)]
pub struct VersionLine {
    /// Its number.
    pub number: String,
    /// "Until 3 March, then changed by the group".
    pub until: String,
    /// What changed then.
    pub differences: Vec<Difference>,
}

/// One entry, for the steward.
#[derive(Debug, Clone, Serialize)]
pub struct StewardEntryPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where a press is sent.
    pub action: String,
    /// Back to the list.
    pub back: (String, String),
    /// The form.
    pub edit_href: String,
    /// What the group is called.
    pub name: String,
    /// What it says.
    pub rows: Vec<SummaryRow>,
    /// Who told us, and when.
    pub source: String,
    /// What was changed here.
    pub changed: Vec<String>,
    /// Other entries for which it stands.
    pub members: Vec<MemberLine>,
    /// Entries of a name, where one was looked for that is the same service.
    pub twice: Option<(String, Vec<EntrySide>)>,
    /// What readers said.
    pub reports: Vec<String>,
    /// Something of that is open.
    pub open_reports: bool,
    /// When the page was drawn, in microseconds: what comes later is not settled with it.
    pub seen: String,
    /// It is not public.
    pub withheld: bool,
    /// Its source does not list it any more.
    pub left: bool,
    /// It left the search.
    pub expired: bool,
    /// "Asked on 3 March, no answer yet".
    pub asked: Option<String>,
    /// The day on which its mailbox refused a letter, where nobody has confirmed the entry since.
    pub bounced: Option<String>,
    /// There is a mailbox to write to.
    pub can_mail: bool,
    /// What it said before.
    pub versions: Vec<VersionLine>,
    /// What was just done.
    pub saved: Option<&'static str>,
}

/// A letter to a group, to print.
#[derive(Debug, Clone, Serialize)]
pub struct EntryLetterPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the entry.
    pub back: (String, String),
    /// What the group is called.
    pub name: String,
    /// Who asks.
    pub from: String,
    /// Where the group is.
    pub address: Option<String>,
    /// What the entry says.
    pub rows: Vec<SummaryRow>,
    /// The link, to scan.
    pub qr: Qr,
    /// The link, to type.
    pub link: String,
}

/// Something that is missing.
#[derive(Debug, Clone, Serialize)]
pub struct GapLine {
    /// What was looked for.
    pub what: String,
    /// Why it is missing.
    pub why: &'static str,
    /// How often.
    pub times: String,
}

/// What is missing.
#[derive(Debug, Clone, Serialize)]
pub struct GapsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back, with its words.
    pub back: (String, String),
    /// The place.
    pub place: String,
    /// What is missing.
    pub gaps: Vec<GapLine>,
    /// One was just noted.
    pub saved: bool,
}

impl Page for KeepEntryPage {
    const TEMPLATE: &'static str = "keep_entry.html";
}
impl Page for EditEntryPage {
    const TEMPLATE: &'static str = "edit_entry.html";
}
impl Page for WrongPage {
    const TEMPLATE: &'static str = "wrong.html";
}
impl Page for StewardPage {
    const TEMPLATE: &'static str = "steward.html";
}
impl Page for StewardEntryPage {
    const TEMPLATE: &'static str = "steward_entry.html";
}
impl Page for NewEntryPage {
    const TEMPLATE: &'static str = "entry_new.html";
}
impl Page for EntryLetterPage {
    const TEMPLATE: &'static str = "entry_letter.html";
}
impl Page for GapsPage {
    const TEMPLATE: &'static str = "gaps.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    fn rows() -> Vec<SummaryRow> {
        vec![SummaryRow::new("When", "Tuesday\nThursday")]
    }

    impl KeepEntryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Is this still right?"),
                action: "/l/1".into(),
                name: LONG.into(),
                description: "Singing".into(),
                rows: rows(),
                room: Some(RoomTag { kind: "green", text: "3 places".into() }),
                resting: false,
                ended: false,
                saved: Some("Thank you"),
                places: vec!["0".into(), "1".into()],
                until: DayFields::default(),
                words: String::new(),
                problems: vec![],
            };
            let resting = Self {
                resting: true,
                room: None,
                saved: None,
                problems: problems(&["places", "until"]),
                ..usual.clone()
            };
            let ended = Self { ended: true, ..usual.clone() };
            vec![usual, resting, ended]
        }
    }

    impl EditEntryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Change"),
                back: ("/l/1".into(), "Back".into()),
                action: "/l/1".into(),
                name: LONG.into(),
                times_now: Some("Tuesday".into()),
                days: vec![Choice::new("TU", "Tue", true)],
                only_for: vec![Choice::new("women", "Women", false)],
                values: EntryAnswers { times: "keep".into(), cost: "2.50".into(), ..EntryAnswers::default() },
                steward: true,
                mark: "m".into(),
                problems: vec![],
            };
            let wrong = Self {
                times_now: None,
                steward: false,
                problems: problems(&[
                    "description",
                    "days",
                    "opens",
                    "closes",
                    "cost",
                    "phone",
                    "email",
                    "url",
                    "joining",
                    "from_age",
                    "to_age",
                    "access",
                ]),
                ..usual.clone()
            };
            vec![usual, wrong]
        }
    }

    impl WrongPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("What is wrong?"),
                back: ("/directory/1".into(), "Back".into()),
                action: "/directory/1/wrong".into(),
                name: LONG.into(),
                wrong: vec![Choice::new("time", "The time", false)],
                note: String::new(),
                sent: false,
                problems: problems(&["wrong", "note"]),
            };
            let sent = Self { sent: true, problems: vec![], ..usual.clone() };
            vec![usual, sent]
        }
    }

    impl StewardPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = StewardLine {
                href: "/o/x/steward/1".into(),
                name: LONG.into(),
                why: vec!["2 reports".into(), "7 of 9 declines: full".into()],
                source: "From a file".into(),
                urgent: true,
            };
            let usual = Self {
                frame: frame("Keep it true"),
                gaps_href: "/o/x/gaps".into(),
                sources_href: "/o/x/sources".into(),
                new_href: "/o/x/steward/new".into(),
                same: ("/o/x/steward/same".into(), "3 pairs wait".into()),
                lines: vec![line.clone(), StewardLine { urgent: false, ..line }],
            };
            let empty = Self { lines: vec![], ..usual.clone() };
            vec![usual, empty]
        }
    }

    impl StewardEntryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Choir"),
                action: "/o/x/steward/1".into(),
                back: ("/o/x/steward".into(), "Back".into()),
                edit_href: "/o/x/steward/1/edit".into(),
                name: LONG.into(),
                rows: rows(),
                source: "From a file".into(),
                changed: vec!["email, by the group".into()],
                members: vec![MemberLine { id: "2".into(), name: LONG.into(), how: "From Charity".into(), lead: None }],
                twice: Some((
                    "choir".into(),
                    vec![EntrySide {
                        id: "3".into(),
                        href: "/o/x/steward/3".into(),
                        name: LONG.into(),
                        source: "Charity".into(),
                    }],
                )),
                reports: vec!["The time".into()],
                open_reports: true,
                seen: "1".into(),
                withheld: true,
                left: true,
                expired: true,
                asked: Some("Asked on 3 March".into()),
                bounced: Some("3 March".into()),
                can_mail: true,
                versions: vec![VersionLine {
                    number: "7".into(),
                    until: "Until 3 March".into(),
                    differences: vec![Difference { field: "email".into(), before: LONG.into(), after: String::new() }],
                }],
                saved: Some("Saved"),
            };
            let bare = Self {
                changed: vec![],
                members: vec![],
                twice: None,
                reports: vec![],
                open_reports: false,
                withheld: false,
                left: false,
                expired: false,
                asked: None,
                bounced: None,
                can_mail: false,
                versions: vec![],
                saved: None,
                ..usual.clone()
            };
            vec![usual, bare]
        }
    }

    impl NewEntryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let empty = Self {
                frame: frame("Add a group or service"),
                back: ("/o/x/steward".into(), "Keep the directory true".into()),
                action: "/o/x/steward/new".into(),
                values: NewEntry::default(),
                alike: vec![],
                problems: vec![],
            };
            let wrong = Self {
                alike: vec![("/o/x/steward/1".into(), "Tuesday gardeners".into(), "Allotments".into())],
                problems: problems(&["name", "another", "postcode"]),
                ..empty.clone()
            };
            vec![empty, wrong]
        }
    }

    impl EntryLetterPage {
        pub(crate) fn samples() -> Vec<Self> {
            vec![Self {
                frame: frame("Letter"),
                back: ("/o/x/steward/1".into(), "Back".into()),
                name: LONG.into(),
                from: "Wexley Vale".into(),
                address: Some("1 High Street".into()),
                rows: rows(),
                qr: Qr::default(),
                link: "https://example.org/l/1".into(),
            }]
        }
    }

    impl GapsPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = GapLine { what: LONG.into(), why: "There is nothing", times: "2 times".into() };
            let usual = Self {
                frame: frame("What is missing"),
                back: ("/o/x/directory".into(), "Directory".into()),
                place: "Wexley Vale".into(),
                gaps: vec![line],
                saved: true,
            };
            let empty = Self { gaps: vec![], saved: false, ..usual.clone() };
            vec![usual, empty]
        }
    }
}
