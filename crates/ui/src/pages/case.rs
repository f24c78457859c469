//! The pages of a case: the person's story, notes, closing.

use fingerpost_domain::case::{ClosingAnswers, ContactAnswers};
use fingerpost_domain::feedback::Section;
use fingerpost_domain::person::{CareAnswers, PersonAnswers};
use serde::Serialize;

use super::{AlertLine, Choice, ConnectionLine, Frame, Problems, ScoreLine};
use crate::Page;

/// Risk, needs, safe contact: on every page of a case.
#[derive(Debug, Clone, Serialize)]
pub struct Care {
    /// The risk answer's code.
    pub risk: String,
    /// "Take care", "No known risks", "Risks not asked".
    pub risk_label: String,
    /// What to do about it.
    pub risk_text: String,
    /// How to communicate.
    pub communication: String,
    /// The safe way, with the number or address.
    pub reach: String,
    /// What to know about it.
    pub guidance: Option<String>,
}

/// The person of a case.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct CasePerson {
    pub short: String,
    pub name: String,
    pub called: String,
    pub born: String,
    pub age: i16,
    pub nhs_number: Option<String>,
    pub address: Option<String>,
}

/// The person's words.
#[derive(Debug, Clone, Serialize)]
pub struct Matters {
    /// The words.
    pub text: String,
    /// Who said them, when.
    pub who: String,
}

/// A goal, in short.
#[derive(Debug, Clone, Serialize)]
pub struct GoalLine {
    /// What the person wants.
    pub what: String,
    /// How much it matters, where that was said.
    pub importance: Option<String>,
    /// Where it stands.
    pub status: String,
    /// The next step that is not done.
    pub next: String,
}

/// A visit that is planned.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedVisit {
    /// "Thursday 26 November, 10am".
    pub when: String,
    /// Where.
    pub place: String,
    /// What to remember.
    pub remember: Option<String>,
    /// Where calling it off goes; none while somebody is there.
    pub action: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct Event {
    pub icon: &'static str,
    pub when: String,
    pub tag: Option<String>,
    pub title: Option<String>,
    pub text: String,
    pub foot_icon: Option<&'static str>,
    pub foot: Option<String>,
    pub note_href: Option<String>,
    pub note_text: String,
}

/// Sessions used of those agreed.
#[derive(Debug, Clone, Serialize)]
pub struct Sessions {
    /// "2 of 6 sessions used".
    pub text: String,
    /// One for each agreed, true when used.
    pub pips: Vec<bool>,
    /// The number of the next; none when all are used.
    pub next: Option<u16>,
}

/// A case.
#[derive(Debug, Clone, Serialize)]
pub struct CasePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the caseload.
    pub back_href: String,
    /// What was just saved.
    pub saved: Option<String>,
    /// The person.
    pub person: CasePerson,
    /// Where name, birthday and NHS number are put right.
    pub who_href: String,
    /// Where a record is put together with another, for whoever may.
    pub likenesses_href: Option<String>,
    /// That two records were put together, or that work goes on in another case, with where.
    pub joined: Option<(String, Option<String>)>,
    /// The practice.
    pub practice: String,
    /// Risk, needs, safe contact.
    pub care: Care,
    /// What they agreed to share.
    pub sharing: String,
    /// Who knows what, in full.
    pub who_knows_href: String,
    /// "Open since 7 October".
    pub state_line: String,
    /// It is open.
    pub open: bool,
    /// What matters to them.
    pub matters: Option<Matters>,
    /// The person's goals.
    pub goals: Vec<GoalLine>,
    /// A plan has been written.
    pub planned: bool,
    /// Where the plan is written.
    pub plan_href: String,
    /// Services the person was put in touch with.
    pub connections: Vec<ConnectionLine>,
    /// Where services are looked for.
    pub services_href: String,
    /// Scores at the beginning and after it.
    pub scores: Vec<ScoreLine>,
    /// Where measures are asked.
    pub measures_href: String,
    /// What has happened, newest first.
    pub timeline: Vec<Event>,
    /// Visits that are planned, soonest first.
    pub planned_visits: Vec<PlannedVisit>,
    /// Where a visit is planned.
    pub visit_href: String,
    /// Where the case is given to somebody else.
    pub hand_over_href: String,
    /// Sessions.
    pub sessions: Sessions,
    /// What comes next.
    pub next_line: String,
    /// Where a contact is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// Counts the changes of the case: what its forms were read from.
    pub version: i64,
    /// Where what they say about themself is written.
    pub about_href: String,
    /// Where risks and the safe way are changed.
    pub care_href: String,
    /// Where the case is closed.
    pub close_href: String,
    /// Kinds of contact.
    pub kinds: Vec<Choice>,
    /// Answers that may mean danger, and that nobody has seen to.
    pub alerts: Vec<AlertLine>,
    /// A worry about harm, or words that may mean danger, from those who asked.
    pub worries: Vec<String>,
    /// Those of a practice who sent the person; nobody where they asked themselves.
    pub referrer: Option<String>,
    /// What the referrer may hear now.
    pub hears_now: String,
    /// What they may hear from now on.
    pub hears: Vec<Choice>,
    /// The letter that saving would send, where it was asked for.
    pub letter: Option<LetterPreview>,
    /// The part about the referrer is shown open.
    pub open_sharing: bool,
    /// What was typed.
    pub values: ContactAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// One version of a note.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct NoteVersion {
    pub number: i64,
    pub when: String,
    pub who: String,
    pub body: String,
}

/// A note with its corrections.
#[derive(Debug, Clone, Serialize)]
pub struct NotePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where a correction is posted.
    pub action: String,
    /// Versions, oldest first.
    pub versions: Vec<NoteVersion>,
    /// The newest number: what a correction was read from.
    pub latest: i64,
    /// What was typed.
    pub body: String,
    /// What is wrong.
    pub problems: Problems,
}

/// Changing risks, the safe way and how to communicate.
#[derive(Debug, Clone, Serialize)]
pub struct CarePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where the form is posted.
    pub action: String,
    /// The person.
    pub called: String,
    /// Counts the changes of the case: what this form was read from.
    pub version: i64,
    /// Ways to reach them.
    pub reaches: Vec<Choice>,
    /// What was typed.
    pub values: CareAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// Closing a case.
#[derive(Debug, Clone, Serialize)]
pub struct ClosePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where the form is posted.
    pub action: String,
    /// The person.
    pub called: String,
    /// Counts the changes of the case: what this form was read from.
    pub version: i64,
    /// Those of a practice who sent them; nobody where they asked themselves.
    pub referrer: Option<String>,
    /// How it may have ended.
    pub outcomes: Vec<Choice>,
    /// What the referrer may hear.
    pub hears: Vec<Choice>,
    /// The letter that closing would send, where it was asked for.
    pub letter: Option<LetterPreview>,
    /// What was typed.
    pub values: ClosingAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// A letter before it goes.
#[derive(Debug, Clone, Serialize)]
pub struct LetterPreview {
    /// Those who would read it.
    pub to: String,
    /// Its sections; none where nothing goes.
    pub sections: Vec<Section>,
    /// More than one sent the person: whoever was not named when they agreed hears less.
    pub several: bool,
}

#[cfg(test)]
impl LetterPreview {
    pub(crate) fn sample() -> Self {
        let heading = "Plan and requested actions".to_owned();
        Self {
            to: "Dr Ferreira".into(),
            sections: vec![Section { heading, text: "None.\nReally.".into() }],
            several: true,
        }
    }
}

/// Who somebody is, to be put right.
#[derive(Debug, Clone, Serialize)]
pub struct WhoPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where it is posted.
    pub action: String,
    /// What they are called.
    pub called: String,
    /// Counts the changes of the case: what this form was read from.
    pub version: i64,
    /// What stands, or was typed.
    pub values: PersonAnswers,
    /// What is wrong.
    pub problems: Problems,
}

impl Page for WhoPage {
    const TEMPLATE: &'static str = "who.html";
}
impl Page for CasePage {
    const TEMPLATE: &'static str = "case.html";
}
impl Page for NotePage {
    const TEMPLATE: &'static str = "note.html";
}
impl Page for CarePage {
    const TEMPLATE: &'static str = "care.html";
}
impl Page for ClosePage {
    const TEMPLATE: &'static str = "close.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl Care {
        pub(crate) fn sample(risk: &str) -> Self {
            Self {
                risk: risk.into(),
                risk_label: "Take care".into(),
                risk_text: "Lively dog".into(),
                communication: "Not asked".into(),
                reach: "01632 960 142".into(),
                guidance: Some("before 2pm".into()),
            }
        }
    }

    impl CasePage {
        pub(crate) fn samples() -> Vec<Self> {
            let person = CasePerson {
                short: "Peggy Alderthwaite".into(),
                name: LONG.into(),
                called: "Peggy".into(),
                born: "4 June 1947".into(),
                age: 79,
                nhs_number: Some("999 000 0018".into()),
                address: Some("14 Tannery Row".into()),
            };
            let event = Event {
                icon: "home",
                when: "today".into(),
                tag: Some("Session 1".into()),
                title: Some("Visit".into()),
                text: "One\nTwo".into(),
                foot_icon: Some("lock"),
                foot: Some("Private".into()),
                note_href: Some("/n".into()),
                note_text: "Correct".into(),
            };
            let usual = Self {
                frame: frame("Peggy"),
                back_href: "/o/x/caseload".into(),
                saved: Some("Saved".into()),
                person: person.clone(),
                who_href: "/o/x/cases/1/who".into(),
                likenesses_href: Some("/o/x/cases/1/likenesses".into()),
                joined: Some(("Two records were put together.".into(), Some("/o/x/cases/2".into()))),
                practice: "Millrace".into(),
                care: Care::sample("known"),
                sharing: "Nothing".into(),
                who_knows_href: "/o/x/cases/1/who-knows".into(),
                state_line: "Open".into(),
                open: true,
                matters: Some(Matters { text: "Singing".into(), who: "Peggy".into() }),
                goals: vec![GoalLine {
                    what: LONG.into(),
                    importance: Some("9 of 10".into()),
                    status: "Working on it".into(),
                    next: "Listen to the choir".into(),
                }],
                planned: true,
                plan_href: "/o/x/cases/1/plan".into(),
                connections: vec![ConnectionLine {
                    href: "/o/x/cases/1/connections/2".into(),
                    service: LONG.into(),
                    state: "Group said yes".into(),
                    detail: "Came 3 times".into(),
                }],
                services_href: "/o/x/cases/1/services".into(),
                scores: vec![ScoreLine {
                    measure: "Four questions".into(),
                    label: LONG.into(),
                    before: "3 (low)".into(),
                    after: "Not asked yet".into(),
                    change: Some(("better", "Better".into())),
                }],
                measures_href: "/o/x/cases/1/measures".into(),
                timeline: vec![event.clone()],
                planned_visits: vec![PlannedVisit {
                    when: "Thursday 26 November, 10am".into(),
                    place: LONG.into(),
                    remember: Some("Bring the leaflet".into()),
                    action: Some("/o/x/cases/1/visits/2".into()),
                }],
                visit_href: "/o/x/cases/1/visits".into(),
                hand_over_href: "/o/x/hand-over?case=1".into(),
                sessions: Sessions { text: "1 of 6".into(), pips: vec![true, false], next: Some(2) },
                next_line: "Ring".into(),
                action: "/o/x/cases/1/contacts".into(),
                key: "k".into(),
                version: 1,
                about_href: "/o/x/cases/1/about".into(),
                care_href: "/o/x/cases/1/care".into(),
                close_href: "/o/x/cases/1/close".into(),
                kinds: vec![Choice::new("phone", "Phone", false)],
                alerts: vec![AlertLine::sample()],
                worries: vec!["A neighbour shouts at her".into()],
                referrer: Some("Dr F".into()),
                hears_now: "Not asked".into(),
                hears: vec![Choice::new("summary", "A summary", false)],
                letter: None,
                open_sharing: false,
                values: ContactAnswers::default(),
                problems: vec![],
            };
            let fields =
                ["kind", "on", "happened", "note", "matters", "referrer_hears", "line_for_referrer", "next", "due"];
            let none_left = Sessions { text: "6 of 6".into(), pips: vec![true; 6], next: None };
            let wrong = Self {
                letter: Some(LetterPreview::sample()),
                problems: problems(&fields),
                open_sharing: true,
                sessions: none_left,
                ..usual.clone()
            };
            let plain = Event {
                tag: None,
                title: None,
                foot_icon: None,
                foot: None,
                note_href: None,
                text: String::new(),
                ..event
            };
            let stranger = CasePerson { nhs_number: None, address: None, ..person };
            let closed = Self {
                open: false,
                saved: None,
                matters: None,
                goals: vec![],
                planned: false,
                connections: vec![],
                scores: vec![],
                timeline: vec![plain],
                person: stranger,
                care: Care { guidance: None, ..Care::sample("not_asked") },
                ..usual.clone()
            };
            vec![usual, wrong, closed]
        }
    }

    impl NotePage {
        pub(crate) fn samples() -> Vec<Self> {
            let version = NoteVersion { number: 1, when: "today".into(), who: LONG.into(), body: "Words".into() };
            let usual = Self {
                frame: frame("Note"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/contacts/1/note".into(),
                versions: vec![version],
                latest: 1,
                body: "Words".into(),
                problems: vec![],
            };
            vec![Self { problems: problems(&["note"]), ..usual.clone() }, usual]
        }
    }

    impl CarePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Care"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/care".into(),
                called: LONG.into(),
                version: 1,
                reaches: vec![Choice::new("phone", "Phone", true)],
                values: CareAnswers::default(),
                problems: vec![],
            };
            let fields =
                ["risk", "risk_note", "reach", "phone", "email", "address", "postcode", "guidance", "communication"];
            vec![Self { problems: problems(&fields), ..usual.clone() }, usual]
        }
    }

    impl WhoPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Who"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/who".into(),
                called: LONG.into(),
                version: 1,
                values: PersonAnswers::default(),
                problems: vec![],
            };
            let wrong = problems(&["given", "family", "preferred", "born", "nhs_number"]);
            vec![Self { problems: wrong, ..usual.clone() }, usual]
        }
    }

    impl ClosePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Close"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/close".into(),
                called: "Peggy".into(),
                version: 1,
                referrer: Some("Dr F".into()),
                outcomes: vec![Choice::new("reached", "Reached", false)],
                hears: vec![Choice::new("summary", "A summary", true)],
                letter: None,
                values: ClosingAnswers::default(),
                problems: vec![],
            };
            let empty = LetterPreview { sections: vec![], ..LetterPreview::sample() };
            let fields = ["outcome", "changed", "continues", "requested_actions", "referrer_hears"];
            let seen = Self { letter: Some(LetterPreview::sample()), ..usual.clone() };
            let nothing = Self { letter: Some(empty), ..usual.clone() };
            vec![Self { problems: problems(&fields), ..usual.clone() }, seen, nothing, usual]
        }
    }
}
