//! Triage: what waits, and answering it.

use serde::Serialize;

use super::refer::PersonCard;
use super::{Care, Choice, Frame, Problems, SummaryRow};
use crate::Page;

/// One line of the list.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct TriageLine {
    pub href: String,
    pub name: String,
    pub age: i16,
    pub due: String,
    pub late: bool,
    pub sent: String,
    pub needs: String,
    pub risk: String,
    pub first: bool,
    pub returned: Option<String>,
    pub practice: String,
}

/// Somebody to be told that the scheme cannot take it up.
#[derive(Debug, Clone, Serialize)]
pub struct UntoldLine {
    /// The referral.
    pub href: String,
    /// The person.
    pub name: String,
    /// "Asked themself. Answered yesterday".
    pub what: String,
}

/// What waits.
#[derive(Debug, Clone, Serialize)]
pub struct TriagePage {
    /// What surrounds it.
    pub frame: Frame,
    /// "3 people are waiting for an answer".
    pub heading: String,
    /// What was just answered.
    pub saved: Option<String>,
    /// "2 of them wait for what their referrer says".
    pub returned_text: Option<String>,
    /// Those who asked themselves and are to be told that it is not taken up.
    pub untold: Vec<UntoldLine>,
    /// The lines: danger and worries about harm first, then by the promised day.
    pub rows: Vec<TriageLine>,
    /// The list goes on.
    pub more_href: Option<String>,
    /// Where people ask for help themselves.
    pub ask_address: String,
}

/// One criterion, as it is found.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct CriterionLine {
    pub what: String,
    pub code: String,
    pub label: String,
    pub why: String,
    pub otherwise: Option<String>,
}

/// One referral at triage.
#[derive(Debug, Clone, Serialize)]
pub struct TriageOnePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the list.
    pub back_href: String,
    /// The person.
    pub person: PersonCard,
    /// Risk, needs, safe contact.
    pub care: Care,
    /// "Sent yesterday, answer promised by 5pm today".
    pub state_line: String,
    /// Where it stands, when it was answered meanwhile.
    pub state: String,
    /// It still waits.
    pub waiting: bool,
    /// Their words.
    pub words: Option<String>,
    /// Their words may mean danger.
    pub urgent: bool,
    /// A worry about harm, in the referrer's words.
    pub safeguarding: Option<String>,
    /// The scheme's criteria as they are found here.
    pub criteria: Vec<CriterionLine>,
    /// Questions to the referrer, with what they said.
    pub questions: Vec<SummaryRow>,
    /// Where a question is posted; none where no practice stands behind it, or one is open.
    pub ask_action: Option<String>,
    /// The question that was typed.
    pub question: String,
    /// Where the person's own no is posted.
    pub declined_action: String,
    /// Where it is noted that they were told; none where nobody is to be, or was already.
    pub told_action: Option<String>,
    /// What they are to be told.
    pub told_words: Option<String>,
    /// Those alike who were shown: who says "somebody new" speaks of these.
    pub seen: String,
    /// Who reads the answer, and what that asks of it.
    pub reader: String,
    /// The rest of what was sent.
    pub summary: Vec<SummaryRow>,
    /// Who reads the answer.
    pub referrer: String,
    /// People already here who may be the same, and "somebody new".
    pub likely: Vec<Choice>,
    /// Who can take it up.
    pub workers: Vec<Choice>,
    /// Where accepting is posted.
    pub accept_action: String,
    /// Where not accepting is posted.
    pub refuse_action: String,
    /// Why it may not be accepted.
    pub reasons: Vec<Choice>,
    /// What was typed.
    pub alternative: String,
    /// The refusal has problems: shown open.
    pub open_refusal: bool,
    /// What is wrong.
    pub problems: Problems,
}

impl Page for TriagePage {
    const TEMPLATE: &'static str = "triage.html";
}
impl Page for TriageOnePage {
    const TEMPLATE: &'static str = "triage_one.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::pages::refer::sample_person;
    use crate::testing::{LONG, frame, problems};

    impl TriagePage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = TriageLine {
                href: "/o/x/referrals/1".into(),
                name: LONG.into(),
                age: 79,
                due: "1 day late".into(),
                late: true,
                sent: "yesterday".into(),
                needs: "Company".into(),
                risk: "not_asked".into(),
                first: true,
                returned: None,
                practice: LONG.into(),
            };
            let empty = Self {
                frame: frame("Referrals"),
                heading: "Nobody is waiting".into(),
                returned_text: None,
                untold: vec![],
                saved: Some("Accepted".into()),
                rows: vec![],
                more_href: None,
                ask_address: "https://example.org/self-referral/x".into(),
            };
            let risks = ["known", "none_known"].map(|risk| TriageLine {
                risk: risk.into(),
                late: false,
                first: false,
                returned: Some("Waits for the referrer".into()),
                ..line.clone()
            });
            let more_href = Some("/o/x/referrals?page=1".into());
            let untold = vec![UntoldLine { href: "/o/x/referrals/2".into(), name: LONG.into(), what: "Asked".into() }];
            let rows = [vec![line], risks.into()].concat();
            let returned_text = Some("1 of them waits for the referrer.".into());
            vec![Self { rows, more_href, untold, returned_text, ..empty.clone() }, empty]
        }
    }

    impl TriageOnePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Peggy"),
                back_href: "/o/x/referrals".into(),
                person: sample_person(),
                care: Care::sample("known"),
                state_line: "Sent yesterday".into(),
                state: "waiting".into(),
                waiting: true,
                words: Some("I used to sing.\nIn a choir.".into()),
                urgent: true,
                safeguarding: Some("She says that a neighbour shouts at her.".into()),
                criteria: ["met", "not_met", "ask"]
                    .map(|code| CriterionLine {
                        what: LONG.into(),
                        code: code.into(),
                        label: "Met".into(),
                        why: "Is 79".into(),
                        otherwise: (code == "not_met").then(|| "Ring the council".into()),
                    })
                    .into(),
                questions: vec![SummaryRow::new("Asked yesterday", LONG)],
                ask_action: Some("/o/x/referrals/1/ask".into()),
                question: String::new(),
                declined_action: "/o/x/referrals/1/declined".into(),
                told_action: None,
                told_words: None,
                seen: "1".into(),
                reader: "Dr Ferreira reads this.".into(),
                summary: vec![SummaryRow::new("What would help", "Company")],
                referrer: "Dr Ferreira".into(),
                likely: vec![
                    Choice::new("1", LONG, false).hint("Same name"),
                    Choice::new("new", "Somebody new", false),
                ],
                workers: vec![Choice::new("1", "Maya", false).hint("6 of 30 free")],
                accept_action: "/o/x/referrals/1/accept".into(),
                refuse_action: "/o/x/referrals/1/not-accept".into(),
                reasons: vec![Choice::new("no_room", "No room", false)],
                alternative: String::new(),
                open_refusal: false,
                problems: vec![],
            };
            let wrong = problems(&["person", "worker", "reason", "alternative", "question"]);
            let answered = Self {
                waiting: false,
                words: None,
                urgent: false,
                safeguarding: None,
                reader: "They read this.".into(),
                questions: vec![],
                criteria: vec![],
                ask_action: None,
                care: Care::sample("none_known"),
                ..usual.clone()
            };
            let untold = Self {
                told_action: Some("/o/x/referrals/1/told".into()),
                told_words: Some("Ring the\ncouncil.".into()),
                ..answered.clone()
            };
            let bare = Self { likely: vec![], workers: vec![], care: Care::sample("not_asked"), ..usual.clone() };
            vec![Self { problems: wrong, open_refusal: true, ..usual.clone() }, usual, answered, untold, bare]
        }
    }
}
