//! What is said between a scheme and those at the other end: the register of a group, the card for a first visit, who
//! knows what, messages that did not arrive, and stopping them.

use fingerpost_correspondence_rules::consent::{ConsentAnswers, TellingAnswers};
use serde::Serialize;

use super::{Choice, DayFields, Frame, Problems, SummaryRow};

crate::pages! {
    RegisterPage: "register.html",
    ArrivalCardPage: "arrival_card.html",
    WhoKnowsPage: "who_knows.html",
    MessagesPage: "messages.html",
    StopMessagesPage: "stop_messages.html",
    RecordPage: "record.html",
    RecordCopyPage: "record_copy.html",
}

/// Somebody on a register.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterLine {
    /// The connection, as it is posted.
    pub id: String,
    /// Who.
    pub name: String,
    /// "Came 4 times so far".
    pub detail: String,
    /// "came", "did_not_come" or nothing was told of the day.
    pub said: &'static str,
}

/// A month of a group's own numbers.
#[derive(Debug, Clone, Serialize)]
pub struct MonthOfVisits {
    /// "November 2026".
    pub month: String,
    /// Visits.
    pub visits: i64,
    /// Different people.
    pub people: i64,
    /// How long its bar is, percent of the longest; at least 1.
    pub percent: i64,
}

/// The register of a group, behind its link.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterPage {
    /// What surrounds it.
    pub frame: Frame,
    /// This very page.
    pub action: String,
    /// The group.
    pub service: String,
    /// What was just saved.
    pub saved: Option<String>,
    /// Where the code goes, most of it hidden; none once it was given.
    pub shut: Option<String>,
    /// Who comes; empty while the names are shut, or where nobody does.
    pub lines: Vec<RegisterLine>,
    /// The day in words.
    pub on: String,
    /// The day as it is posted.
    pub on_code: String,
    /// Another day.
    pub visit: DayFields,
    /// "12 people were offered to you, and 9 came."
    pub asked: String,
    /// Twelve months at most.
    pub months: Vec<MonthOfVisits>,
    /// Until when the page works.
    pub until: String,
    /// What is wrong.
    pub problems: Problems,
}

/// A card for the first visit to a group: on paper, for the person.
#[derive(Debug, Clone, Serialize)]
pub struct ArrivalCardPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the connection.
    pub back_href: String,
    /// Where they go.
    pub service: String,
    /// Whose it is.
    pub called: String,
    /// When, where, who meets them, what to bring, how to get in; those that are known.
    pub rows: Vec<SummaryRow>,
    /// Whom to ring.
    pub worker: String,
}

/// Something that may be told, or was said not to be.
#[derive(Debug, Clone, Serialize)]
pub struct ConsentLine {
    /// Who.
    pub name: String,
    /// "Family or a friend".
    pub whom: String,
    /// What they may be told.
    pub what: String,
    /// What for.
    pub purpose: String,
    /// "Agreed", "Said no", "Taken back", "Without agreement: safeguarding".
    pub state: String,
    /// Their words, or who decided and why.
    pub words: Option<String>,
    /// "Recorded today by Maya Okonkwo".
    pub recorded: String,
    /// It can be taken back.
    pub may_withdraw: bool,
    /// It rests on the person's own word.
    pub agreed: bool,
    /// Where it is written down that they were told something; none where they may not be told.
    pub tell_href: Option<String>,
    /// Where its buttons go.
    pub action: String,
}

/// Somebody who may know something by another part of the record.
#[derive(Debug, Clone, Serialize)]
pub struct KnowsLine {
    /// Who.
    pub name: String,
    /// What.
    pub what: String,
    /// Where that is changed.
    pub href: Option<String>,
    /// The words of that link.
    pub link: &'static str,
}

/// One thing that was told.
#[derive(Debug, Clone, Serialize)]
pub struct ToldLine {
    /// When.
    pub when: String,
    /// Whom.
    pub whom: String,
    /// What.
    pub what: String,
}

/// Writing down that somebody was told something.
#[derive(Debug, Clone, Serialize)]
pub struct TellingForm {
    /// Whom.
    pub name: String,
    /// What they may be told.
    pub what: String,
    /// Where the form goes.
    pub action: String,
    /// What was typed.
    pub values: TellingAnswers,
}

/// Who may know what of a person, and who was told.
#[derive(Debug, Clone, Serialize)]
pub struct WhoKnowsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where the forms go.
    pub action: String,
    /// The person.
    pub called: String,
    /// What was just saved.
    pub saved: Option<&'static str>,
    /// The scheme, the referrer, the groups.
    pub knows: Vec<KnowsLine>,
    /// Everybody else.
    pub consents: Vec<ConsentLine>,
    /// Whether messages reach the person by themselves: "By email, by themselves".
    pub reach: String,
    /// Messages were stopped.
    pub stopped: bool,
    /// What was told, newest first.
    pub told: Vec<ToldLine>,
    /// Something may be changed.
    pub may_change: bool,
    /// The case is open: something new can be agreed.
    pub open: bool,
    /// There is something to take back.
    pub may_take_back: bool,
    /// Keep or destroy the record, for whoever may.
    pub keep_href: Option<String>,
    /// The copy of everything that is held, for those who may make it.
    pub record_href: Option<String>,
    /// What somebody may be to the person.
    pub whoms: Vec<Choice>,
    /// Grounds other than agreement.
    pub bases: Vec<Choice>,
    /// The key of the forms.
    pub key: String,
    /// What was typed.
    pub values: ConsentAnswers,
    /// Writing down that somebody was told something.
    pub telling: Option<TellingForm>,
    /// What is wrong.
    pub problems: Problems,
}

/// A message that did not arrive.
#[derive(Debug, Clone, Serialize)]
pub struct MessageLine {
    /// Which message.
    pub what: String,
    /// For whom.
    pub whom: String,
    /// The case, for those who may open it.
    pub href: Option<String>,
    /// "By email, today at 10:30am".
    pub when: String,
    /// What happened.
    pub why: String,
    /// Sending it again may help.
    pub may_send_again: bool,
    /// Where its buttons go.
    pub action: String,
}

/// Messages that did not arrive.
#[derive(Debug, Clone, Serialize)]
pub struct MessagesPage {
    /// What surrounds it.
    pub frame: Frame,
    /// What was just saved.
    pub saved: Option<&'static str>,
    /// To people and groups.
    pub outside: Vec<MessageLine>,
    /// To colleagues.
    pub inside: Vec<MessageLine>,
    /// Messages to colleagues are shown here, even when there are none.
    pub shows_inside: bool,
}

/// One thing that is held about a person.
#[derive(Debug, Clone, Serialize)]
pub struct RecordLine {
    /// Its key, as it is posted.
    pub key: String,
    /// The day it is from.
    pub when: Option<String>,
    /// What it is.
    pub title: String,
    /// What it says.
    pub lines: Vec<String>,
    /// What to look for before it is given.
    pub look: Option<&'static str>,
    /// What can be done with it.
    pub choices: Vec<Choice>,
    /// What was chosen.
    pub chosen: String,
}

/// Things that are held, under a heading.
#[derive(Debug, Clone, Serialize)]
pub struct RecordSection {
    /// The heading.
    pub heading: String,
    /// The things.
    pub lines: Vec<RecordLine>,
}

/// Everything that is held about a person, to be read through before it is given.
#[derive(Debug, Clone, Serialize)]
pub struct RecordPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to who knows what.
    pub back_href: String,
    /// Where the form goes.
    pub action: String,
    /// Whose record it is.
    pub name: String,
    /// Copies that were given before.
    pub given: Vec<String>,
    /// Everything.
    pub sections: Vec<RecordSection>,
    /// What is wrong.
    pub problems: Problems,
}

/// A copy of what is held, on paper.
#[derive(Debug, Clone, Serialize)]
pub struct RecordCopyPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to every entry.
    pub back_href: String,
    /// Whose record it is.
    pub name: String,
    /// "Made on Tuesday 1 December by Wexley Vale Social Prescribing".
    pub made: String,
    /// What is given.
    pub sections: Vec<RecordSection>,
    /// How many entries are left out.
    pub left_out: usize,
}

/// Stopping messages, through the link in one of them.
#[derive(Debug, Clone, Serialize)]
pub struct StopMessagesPage {
    /// What surrounds it.
    pub frame: Frame,
    /// This very page.
    pub action: String,
    /// It is done.
    pub done: bool,
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, anonymous, frame, problems};

    impl RegisterPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = |said| RegisterLine { id: "1".into(), name: LONG.into(), detail: "Came 4 times".into(), said };
            let open = Self {
                frame: anonymous("Your register"),
                action: "/l/abc".into(),
                service: LONG.into(),
                saved: Some("Saved".into()),
                shut: None,
                lines: vec![line(""), line("came"), line("did_not_come")],
                on: "Tuesday".into(),
                on_code: "2026-11-24".into(),
                visit: DayFields::default(),
                asked: "3 were offered".into(),
                months: vec![MonthOfVisits { month: "May 2026".into(), visits: 9, people: 3, percent: 100 }],
                until: "Saturday".into(),
                problems: problems(&["visit", "said"]),
            };
            let shut = Self {
                shut: Some("c\u{2022}\u{2022}\u{2022}@example.org".into()),
                lines: vec![],
                saved: None,
                problems: problems(&["code"]),
                ..open.clone()
            };
            let nobody = Self { lines: vec![], months: vec![], problems: vec![], ..open.clone() };
            vec![open, shut, nobody]
        }
    }

    impl ArrivalCardPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Card"),
                back_href: "/o/x/cases/1/connections/2".into(),
                service: LONG.into(),
                called: LONG.into(),
                rows: vec![SummaryRow::new("When", "Tuesday at 10am")],
                worker: "Maya Okonkwo, 01632 960 200".into(),
            };
            vec![Self { rows: vec![], ..usual.clone() }, usual]
        }
    }

    impl WhoKnowsPage {
        pub(crate) fn samples() -> Vec<Self> {
            let consent = |state: &str, may| ConsentLine {
                name: LONG.into(),
                whom: "Family or a friend".into(),
                what: "The day of the choir".into(),
                purpose: "To drive her".into(),
                state: state.into(),
                words: Some("Yes".into()),
                recorded: "Recorded today".into(),
                may_withdraw: may,
                agreed: may,
                tell_href: may.then(|| "/o/x/cases/1/who-knows?tell=2".to_owned()),
                action: "/o/x/cases/1/who-knows/2".into(),
            };
            let usual = Self {
                frame: frame("Who knows"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/who-knows".into(),
                called: LONG.into(),
                saved: Some("Saved"),
                knows: vec![KnowsLine {
                    name: LONG.into(),
                    what: "A summary".into(),
                    href: Some("/o/x/cases/1".into()),
                    link: "Change",
                }],
                consents: vec![consent("Agreed", true), consent("Said no", false)],
                reach: "By email".into(),
                stopped: false,
                told: vec![ToldLine { when: "today".into(), whom: LONG.into(), what: "A letter".into() }],
                may_change: true,
                open: true,
                may_take_back: true,
                keep_href: Some("/o/x/records/1".into()),
                record_href: Some("/o/x/cases/1/record".into()),
                whoms: vec![Choice::new("family", "Family", true)],
                bases: vec![Choice::new("safeguarding", "Safeguarding", false)],
                key: "k".into(),
                values: ConsentAnswers::default(),
                telling: Some(TellingForm {
                    name: LONG.into(),
                    what: LONG.into(),
                    action: "/o/x/cases/1/who-knows/2".into(),
                    values: TellingAnswers::default(),
                }),
                problems: problems(&[
                    "whom",
                    "name",
                    "purpose",
                    "what",
                    "said",
                    "words",
                    "basis",
                    "authority",
                    "reason",
                    "on",
                    "told",
                    "sure",
                ]),
            };
            let empty = Self {
                saved: None,
                knows: vec![],
                consents: vec![],
                told: vec![],
                stopped: true,
                may_change: false,
                may_take_back: false,
                keep_href: None,
                record_href: None,
                telling: None,
                problems: vec![],
                ..usual.clone()
            };
            let closed = Self { open: false, ..usual.clone() };
            vec![usual, empty, closed]
        }
    }

    impl MessagesPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = |again| MessageLine {
                what: "Day and time of an appointment".into(),
                whom: LONG.into(),
                href: Some("/o/x/cases/1".into()),
                when: "By email, today".into(),
                why: "The address cannot be written to.".into(),
                may_send_again: again,
                action: "/o/x/messages/1".into(),
            };
            let usual = Self {
                frame: frame("Messages"),
                saved: Some("Sent"),
                outside: vec![line(true), line(false)],
                inside: vec![line(true)],
                shows_inside: true,
            };
            let none = Self { saved: None, outside: vec![], inside: vec![], shows_inside: false, ..usual.clone() };
            vec![usual, none]
        }
    }

    fn record() -> Vec<RecordSection> {
        let line = |look: Option<&'static str>| RecordLine {
            key: "k1".into(),
            when: Some("Tuesday".into()),
            title: LONG.into(),
            lines: vec![LONG.into(), "Two\n\nparagraphs".into()],
            look,
            choices: vec![Choice::new("keep", "Give it", true)],
            chosen: "keep".into(),
        };
        vec![RecordSection { heading: "Notes".into(), lines: vec![line(None), line(Some("Look"))] }]
    }

    impl RecordPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Record"),
                back_href: "/o/x/cases/1/who-knows".into(),
                action: "/o/x/cases/1/record".into(),
                name: LONG.into(),
                given: vec!["yesterday".into()],
                sections: record(),
                problems: problems(&["k1"]),
            };
            vec![Self { given: vec![], problems: vec![], ..usual.clone() }, usual]
        }
    }

    impl RecordCopyPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Copy"),
                back_href: "/o/x/cases/1/record".into(),
                name: LONG.into(),
                made: "Made today".into(),
                sections: record(),
                left_out: 2,
            };
            [0, 1].map(|left_out| Self { left_out, ..usual.clone() }).into_iter().chain([usual.clone()]).collect()
        }
    }

    impl StopMessagesPage {
        pub(crate) fn samples() -> Vec<Self> {
            let ask = Self { frame: anonymous("Stop messages"), action: "/l/abc".into(), done: false };
            vec![Self { done: true, ..ask.clone() }, ask]
        }
    }
}
