//! Connections: offering a person to a group, what became of it, and the page of the group itself.

use fingerpost_domain::connection::OfferAnswers;
use serde::Serialize;

use super::{Choice, Frame, Problems, SummaryRow};
use crate::Page;

/// Offering a person to a service.
#[derive(Debug, Clone, Serialize)]
pub struct OfferPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the service.
    pub back_href: String,
    /// Where the form is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// The person.
    pub called: String,
    /// The service.
    pub service: String,
    /// Its telephone, for ringing.
    pub service_phone: Option<String>,
    /// Why it does not fit now, as far as is known.
    pub against: Vec<String>,
    /// The safe way to reach the person.
    pub safe_contact: String,
    /// What the group may be told after a yes.
    pub told: Vec<Choice>,
    /// The needs the group is told of too, where the person agreed to that.
    pub needs_told: Option<String>,
    /// What was typed.
    pub values: OfferAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// A day as three fields.
#[derive(Debug, Clone, Serialize, Default)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct DayFields {
    pub day: String,
    pub month: String,
    pub year: String,
}

/// What became of an offer, for the scheme.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where what happened is posted.
    pub action: String,
    /// The person.
    pub called: String,
    /// The service.
    pub service: String,
    /// What was just saved.
    pub saved: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What is known of it.
    pub rows: Vec<SummaryRow>,
    /// The group's answer can still be written down.
    pub may_answer: bool,
    /// Waiting can be given up.
    pub may_give_up: bool,
    /// Visits can be told.
    pub may_visit: bool,
    /// It can be ended.
    pub may_end: bool,
    /// The agreement can be taken back.
    pub may_withdraw: bool,
    /// The card for the first visit, once the group said yes.
    pub card_href: Option<String>,
    /// What became of the messages about it: "The question: sent yesterday".
    pub messages: Vec<String>,
    /// Where messages that did not arrive are seen to; none where all did.
    pub messages_href: Option<String>,
    /// Why a group says no.
    pub reasons: Vec<Choice>,
    /// How it ended.
    pub ends: Vec<Choice>,
    /// The day of a visit.
    pub visit: DayFields,
    /// What is wrong.
    pub problems: Problems,
}

/// A connection on the case page.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionLine {
    /// Its page.
    pub href: String,
    /// The service.
    pub service: String,
    /// Where it stands.
    pub state: String,
    /// What that means: "Asked 9 days ago", "Came 3 times".
    pub detail: String,
}

/// What helps somebody arrive, as fields.
#[derive(Debug, Clone, Serialize, Default)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ArrivalFields {
    pub meets: String,
    pub way_in: String,
    pub bring: String,
    pub said: String,
}

/// The page of a group, through its link.
#[derive(Debug, Clone, Serialize)]
pub struct GroupPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where an answer is posted: this very page.
    pub action: String,
    /// The group.
    pub service: String,
    /// The link worker.
    pub worker: String,
    /// Their telephone.
    pub worker_phone: Option<String>,
    /// `asked`, `yes`, `no`, `started`.
    pub state: &'static str,
    /// What is asked.
    pub ask: String,
    /// When the person would come first.
    pub first_visit: Option<String>,
    /// What was just saved.
    pub saved: Option<&'static str>,
    /// Where codes go, most of it hidden.
    pub masked: String,
    /// What helps the person arrive, as the group said it.
    pub arrival: ArrivalFields,
    /// It is being written now.
    pub helping: bool,
    /// Who the person is, once a code was given.
    pub person: Option<String>,
    /// Their telephone, with the name.
    pub phone: Option<String>,
    /// How information has to reach them, with the name; empty where nothing may be told.
    pub needs: Option<String>,
    /// Why the group said no.
    pub reason: Option<String>,
    /// One-tap reasons.
    pub reasons: Vec<Choice>,
    /// Days already told.
    pub visits: Vec<String>,
    /// The day of a visit.
    pub visit: DayFields,
    /// Until when the page works.
    pub until: String,
    /// What is wrong.
    pub problems: Problems,
}

impl Page for OfferPage {
    const TEMPLATE: &'static str = "offer.html";
}
impl Page for ConnectionPage {
    const TEMPLATE: &'static str = "connection.html";
}
impl Page for GroupPage {
    const TEMPLATE: &'static str = "group.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, anonymous, frame, problems};

    impl OfferPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Offer"),
                back_href: "/o/x/cases/1/services/2".into(),
                action: "/o/x/cases/1/services/2/offer".into(),
                key: "k".into(),
                called: "Peggy".into(),
                service: LONG.into(),
                service_phone: Some("01632 960 310".into()),
                against: vec!["Full".into()],
                safe_contact: "Phone 01632 960 142".into(),
                told: vec![Choice::new("name_only", "First name", true)],
                needs_told: Some("large print, interpreter".into()),
                values: OfferAnswers::default(),
                problems: vec![],
            };
            let fields = ["ask", "first_visit", "told", "agreed", "way", "email"];
            vec![Self { problems: problems(&fields), service_phone: None, needs_told: None, ..usual.clone() }, usual]
        }
    }

    impl ConnectionPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Connection"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/connections/2".into(),
                called: "Peggy".into(),
                service: LONG.into(),
                saved: Some("Saved".into()),
                state: "Group said yes".into(),
                rows: vec![SummaryRow::new("Asked", "yesterday")],
                may_answer: true,
                may_give_up: true,
                may_visit: true,
                may_end: true,
                may_withdraw: true,
                card_href: Some("/o/x/cases/1/connections/2/card".into()),
                messages: vec!["The question: sent yesterday".into()],
                messages_href: Some("/o/x/messages".into()),
                reasons: vec![Choice::new("full", "We are full", false)],
                ends: vec![Choice::new("goes_on", "They go on", false)],
                visit: DayFields::default(),
                problems: problems(&["answer", "visit", "end"]),
            };
            let over = Self {
                saved: None,
                may_answer: false,
                may_give_up: false,
                may_visit: false,
                may_end: false,
                may_withdraw: false,
                card_href: None,
                messages: vec![],
                messages_href: None,
                problems: vec![],
                ..usual.clone()
            };
            vec![usual, over]
        }
    }

    impl GroupPage {
        pub(crate) fn samples() -> Vec<Self> {
            let asked = Self {
                frame: anonymous("Can you welcome one more person?"),
                action: "/l/abc".into(),
                service: LONG.into(),
                worker: "Maya Okonkwo".into(),
                worker_phone: Some("01632 960 200".into()),
                state: "asked",
                ask: "Used to sing".into(),
                first_visit: Some("Tuesday".into()),
                saved: None,
                masked: "c\u{2022}\u{2022}\u{2022}@example.org".into(),
                arrival: ArrivalFields::default(),
                helping: false,
                person: None,
                phone: None,
                needs: None,
                reason: None,
                reasons: vec![Choice::new("full", "We are full", false)],
                visits: vec![],
                visit: DayFields::default(),
                until: "Saturday".into(),
                problems: vec![],
            };
            let yes = Self {
                state: "yes",
                person: Some(LONG.into()),
                phone: Some("01632 960 142".into()),
                needs: Some("Large print".into()),
                problems: problems(&["visit"]),
                ..asked.clone()
            };
            let shut = Self {
                person: None,
                saved: Some("Saved"),
                helping: true,
                problems: problems(&["code", "meets", "way_in", "bring", "said"]),
                ..yes.clone()
            };
            let started = Self { state: "started", phone: None, visits: vec!["Tuesday: came".into()], ..yes.clone() };
            let no = Self {
                state: "no",
                reason: Some("We are full".into()),
                worker_phone: None,
                first_visit: None,
                ..asked.clone()
            };
            vec![asked, yes, shut, started, no]
        }
    }
}
