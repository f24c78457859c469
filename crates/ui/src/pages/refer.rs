//! The referrer's pages: who, the seven fields, the receipt, the list with the feedback.

use fingerpost_domain::feedback::Section;
use fingerpost_domain::person::PersonAnswers;
use fingerpost_domain::referral::ReferralAnswers;
use serde::Serialize;

use super::{Choice, Frame, Problems, SummaryRow};
use crate::Page;

/// Who is referred, by hand.
#[derive(Debug, Clone, Serialize)]
pub struct ReferWhoPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where the form is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// The scheme.
    pub scheme_name: String,
    /// Its ages, in words: "aged 18 and over".
    pub ages: String,
    /// It takes nobody, or nearly nobody.
    pub intake: Option<IntakeNotice>,
    /// The form on paper.
    pub paper_href: String,
    /// The rest was filled in from a referral that the reader sent before.
    pub found: bool,
    /// What was typed.
    pub values: PersonAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// The form on paper, to be filled in by hand.
#[derive(Debug, Clone, Serialize)]
pub struct ReferPaperPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the form.
    pub back_href: String,
    /// The practice.
    pub practice: String,
    /// The scheme.
    pub scheme_name: String,
    /// Its ages, in words: "aged 18 and over".
    pub ages: String,
    /// What would help.
    pub needs: Vec<String>,
    /// Ways to reach somebody.
    pub reaches: Vec<String>,
    /// The link workers here, with their days.
    pub workers: Vec<String>,
}

/// The person, filled in.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct PersonCard {
    pub name: String,
    pub called: String,
    pub preferred: Option<String>,
    pub born: String,
    pub age: i16,
    pub nhs_number: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub communication: Option<String>,
}

/// What a scheme says while it takes nobody or nearly nobody.
#[derive(Debug, Clone, Serialize)]
pub struct IntakeNotice {
    /// "Wexley Vale is full and takes nobody for now".
    pub title: String,
    /// What to do instead.
    pub instead: String,
    /// Nobody can be sent.
    pub full: bool,
}

#[cfg(test)]
impl IntakeNotice {
    pub(crate) fn sample(full: bool) -> Self {
        Self { title: "It is full".into(), instead: "Ring the council.\nOr us.".into(), full }
    }
}

/// The link worker, before sending.
#[derive(Debug, Clone, Serialize)]
pub struct WorkerView {
    /// Her name.
    pub name: String,
    /// Its first letters.
    pub initials: String,
    /// Her picture, where she agreed to one.
    pub picture: Option<String>,
    /// Languages.
    pub languages: String,
    /// Days here.
    pub days: String,
    /// "6 of 30 places free".
    pub room: String,
    /// What she helps with, in her words.
    pub helps_with: Option<String>,
    /// "Away until Friday 5 December".
    pub away: Option<String>,
    /// Direct phone.
    pub phone: Option<String>,
    /// "In about 6 working days, by Thursday 15 October".
    pub wait: Option<String>,
    /// How we know.
    pub wait_basis: Option<String>,
}

/// The referral form with the person filled in.
#[derive(Debug, Clone, Serialize)]
pub struct ReferPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where the form is posted.
    pub action: String,
    /// Where the person's details are changed.
    pub change_href: String,
    /// The person.
    pub person: PersonCard,
    /// The scheme.
    pub scheme_name: String,
    /// It takes nobody, or nearly nobody.
    pub intake: Option<IntakeNotice>,
    /// The postcodes that it serves; empty where it does not say.
    pub area: String,
    /// Its own criteria, with who helps otherwise.
    pub criteria: Vec<String>,
    /// The link workers here.
    pub workers: Vec<WorkerView>,
    /// What would help.
    pub needs: Vec<Choice>,
    /// Ways to reach them.
    pub reaches: Vec<Choice>,
    /// What the page was drawn from.
    pub read: String,
    /// What was typed.
    pub values: ReferralAnswers,
    /// "Send to Wexley Vale": the scheme decides who takes it up.
    pub send_text: String,
    /// Where somebody is told of a service instead.
    pub signpost_href: Option<String>,
    /// What is wrong.
    pub problems: Problems,
}

/// One line of the list.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct SentLine {
    pub href: String,
    pub name: String,
    pub state: String,
    pub detail: Option<String>,
    pub unread: bool,
    pub worker: String,
    pub sent: String,
    pub by: String,
}

/// People I sent.
#[derive(Debug, Clone, Serialize)]
pub struct SentPage {
    /// What surrounds it.
    pub frame: Frame,
    /// "People I sent", or the practice's.
    pub heading: String,
    /// Where to refer somebody.
    pub refer_href: Option<String>,
    /// The practice's list: says who sent.
    pub manager: bool,
    /// The lines.
    pub rows: Vec<SentLine>,
    /// Older ones.
    pub older_href: Option<String>,
    /// What the list is.
    pub definition_text: String,
    /// Said when there is none.
    pub empty_text: String,
}

/// The green panel after sending.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    /// Who has it.
    pub title: String,
    /// Who, when, reference.
    pub body: String,
}

/// A scheme's answer that is no.
#[derive(Debug, Clone, Serialize)]
pub struct RefusalView {
    /// Why.
    pub reason: String,
    /// What to do instead.
    pub alternative: String,
    /// Who says so, and when.
    pub who: String,
}

/// A message from the link worker.
#[derive(Debug, Clone, Serialize)]
pub struct FeedbackView {
    /// Which milestone.
    pub title: String,
    /// When it was sent.
    pub when: String,
    /// Not opened before.
    pub unread: bool,
    /// The same as PDF.
    pub pdf_href: String,
    /// The same as data under the names of the PRSB standard.
    pub data_href: String,
    /// The same as lines to paste into a record, the code on top.
    pub to_paste: String,
    /// Its sections, in PRSB order.
    pub sections: Vec<Section>,
}

/// A dated step.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// When.
    pub when: String,
    /// What.
    pub what: String,
    /// It has happened.
    pub done: bool,
}

/// The code for the GP record.
#[derive(Debug, Clone, Serialize)]
pub struct CodeToFile {
    /// Concept id.
    pub concept: String,
    /// What it says.
    pub term: String,
    /// A line for the notes.
    pub line: String,
    /// When to file it.
    pub rule: String,
}

/// One referral as its referrer sees it.
#[derive(Debug, Clone, Serialize)]
pub struct SentOnePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the list.
    pub back_href: String,
    /// The reader sent it.
    pub own: bool,
    /// "practice": the word for the place.
    pub noun: String,
    /// Just sent: the panel.
    pub notice: Option<Notice>,
    /// Its reference.
    pub reference: String,
    /// The person.
    pub name: String,
    /// Where it stands.
    pub state: String,
    /// The scheme's no.
    pub refusal: Option<RefusalView>,
    /// Messages, newest first.
    pub feedback: Vec<FeedbackView>,
    /// What the scheme asked, and what was said.
    pub questions: Vec<SummaryRow>,
    /// The question that waits for an answer of the reader.
    pub question: Option<String>,
    /// Where the answer is posted.
    pub answer_action: String,
    /// What was typed.
    pub typed: String,
    /// What is wrong.
    pub problems: Problems,
    /// What happens next.
    pub steps: Vec<Step>,
    /// "What was sent", "What is saved".
    pub summary_heading: String,
    /// What was sent.
    pub summary: Vec<SummaryRow>,
    /// The code.
    pub code: Option<CodeToFile>,
    /// A second one, which the scheme has switched on.
    pub also: Option<CodeToFile>,
    /// Why there is none, and what to do with one that was filed already.
    pub no_code: Option<String>,
    /// What happens now, for the person's hand.
    pub slip_href: Option<String>,
    /// The referral on paper.
    pub referral_href: Option<String>,
    /// "Take this referral back", "Drop this draft".
    pub take_back_text: String,
    /// Until when.
    pub take_back_hint: String,
    /// Where it is taken back.
    pub take_back: Option<String>,
    /// A draft: where it is finished.
    pub continue_href: Option<String>,
}

impl Page for ReferPaperPage {
    const TEMPLATE: &'static str = "refer_paper.html";
}
impl Page for ReferWhoPage {
    const TEMPLATE: &'static str = "refer_who.html";
}
impl Page for ReferPage {
    const TEMPLATE: &'static str = "refer.html";
}
impl Page for SentPage {
    const TEMPLATE: &'static str = "sent.html";
}
/// For the person's hand: what happens now. It says neither who they are nor what for.
#[derive(Debug, Clone, Serialize)]
pub struct NextSlipPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the referral.
    pub back_href: String,
    /// The scheme.
    pub scheme_name: String,
    /// What happens when, and what to do otherwise.
    pub rows: Vec<SummaryRow>,
}

impl Page for NextSlipPage {
    const TEMPLATE: &'static str = "next_slip.html";
}
impl Page for SentOnePage {
    const TEMPLATE: &'static str = "sent_one.html";
}

#[cfg(test)]
pub(crate) use samples::person as sample_person;

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl ReferPaperPage {
        pub(crate) fn samples() -> Vec<Self> {
            let some = Self {
                frame: frame("On paper"),
                back_href: "/o/x/refer".into(),
                practice: LONG.into(),
                scheme_name: "Wexley Vale".into(),
                ages: "aged 18 and over".into(),
                needs: vec!["Company".into()],
                reaches: vec!["Phone".into()],
                workers: vec!["Maya: Tuesdays".into()],
            };
            vec![Self { workers: vec![], ..some.clone() }, some]
        }
    }

    impl ReferWhoPage {
        pub(crate) fn samples() -> Vec<Self> {
            let empty = Self {
                frame: frame("Refer"),
                action: "/o/x/refer".into(),
                key: "k".into(),
                scheme_name: "Wexley Vale".into(),
                ages: "aged 18 and over".into(),
                intake: None,
                found: false,
                paper_href: "/o/x/refer/paper".into(),
                values: PersonAnswers::default(),
                problems: vec![],
            };
            let wrong = problems(&["given", "family", "born", "nhs_number", "phone", "email", "postcode"]);
            let values = PersonAnswers { given: LONG.into(), ..PersonAnswers::default() };
            let intake = Some(IntakeNotice::sample(true));
            vec![
                Self { problems: wrong, values, ..empty.clone() },
                Self { intake, found: true, ..empty.clone() },
                empty,
            ]
        }
    }

    pub fn person() -> PersonCard {
        PersonCard {
            name: "Margaret Alderthwaite".into(),
            called: "Peggy".into(),
            preferred: Some("Peggy".into()),
            born: "4 June 1947".into(),
            age: 79,
            nhs_number: Some("999 000 0018".into()),
            address: Some("14 Tannery Row, WX4 2TN".into()),
            phone: Some("01632 960 142".into()),
            email: None,
            communication: Some("Large print".into()),
        }
    }

    impl ReferPage {
        pub(crate) fn samples() -> Vec<Self> {
            let worker = WorkerView {
                name: "Maya Okonkwo".into(),
                initials: "MO".into(),
                picture: None,
                languages: "English and Yoruba".into(),
                days: "Tuesdays".into(),
                room: "6 of 30 places free".into(),
                helps_with: Some("Company, and getting out again".into()),
                away: Some("Away until Friday 5 December".into()),
                phone: None,
                wait: Some("In about 6 working days".into()),
                wait_basis: Some("Of the last 20 people".into()),
            };
            let usual = Self {
                frame: frame("Refer Peggy"),
                read: "0123456789abcdef".into(),
                action: "/o/x/refer/1".into(),
                change_href: "/o/x/refer/1/person".into(),
                person: person(),
                scheme_name: "Wexley Vale".into(),
                workers: vec![worker],
                intake: None,
                area: String::new(),
                criteria: vec![],
                needs: vec![Choice::new("company", "Company", true)],
                reaches: vec![Choice::new("phone", "Phone", false).hint("01632")],
                values: ReferralAnswers::default(),
                send_text: "Send to Maya".into(),
                signpost_href: Some("/o/x/signpost".into()),
                problems: vec![],
            };
            let wrong = problems(&["needs", "words", "reach", "guidance", "risk", "risk_note", "agreement"]);
            let bare = PersonCard {
                preferred: None,
                nhs_number: None,
                address: None,
                phone: None,
                communication: None,
                called: LONG.into(),
                name: LONG.into(),
                ..person()
            };
            let full = Self {
                intake: Some(IntakeNotice::sample(true)),
                area: "CV10".into(),
                criteria: vec!["They want this".into()],
                ..usual.clone()
            };
            let nearly = Self { intake: Some(IntakeNotice::sample(false)), ..usual.clone() };
            vec![usual.clone(), full, nearly, Self { problems: wrong, workers: vec![], person: bare, ..usual }]
        }
    }

    impl SentPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = SentLine {
                href: "/o/x/sent/1".into(),
                name: LONG.into(),
                state: "Accepted".into(),
                detail: Some("First contact".into()),
                unread: true,
                worker: "Maya".into(),
                sent: "today".into(),
                by: "Dr F".into(),
            };
            let empty = Self {
                frame: frame("People I sent"),
                heading: "People I sent".into(),
                refer_href: Some("/o/x/refer".into()),
                manager: false,
                rows: vec![],
                older_href: None,
                definition_text: "All".into(),
                empty_text: "Nobody yet".into(),
            };
            let full = Self {
                rows: vec![line.clone(), SentLine { detail: None, unread: false, ..line }],
                manager: true,
                older_href: Some("?before=1".into()),
                refer_href: None,
                ..empty.clone()
            };
            vec![full, empty]
        }
    }

    impl NextSlipPage {
        pub(crate) fn samples() -> Vec<Self> {
            vec![Self {
                frame: frame("What happens now"),
                back_href: "/o/x/sent/1".into(),
                scheme_name: LONG.into(),
                rows: vec![SummaryRow::new("By Tuesday 6 October, 5pm", LONG)],
            }]
        }
    }

    impl SentOnePage {
        pub(crate) fn samples() -> Vec<Self> {
            let bare = Self {
                frame: frame("Peggy"),
                back_href: "/o/x/sent".into(),
                own: true,
                noun: "practice".into(),
                notice: None,
                reference: "FP 7K2M 41".into(),
                name: LONG.into(),
                state: "accepted".into(),
                refusal: None,
                feedback: vec![],
                steps: vec![],
                summary_heading: "What was sent".into(),
                summary: vec![SummaryRow::new("What would help", "Company")],
                code: None,
                no_code: Some("None: no episode began.".into()),
                also: None,
                slip_href: Some("/o/x/sent/1/slip".into()),
                referral_href: Some("/o/x/sent/1/referral".into()),
                take_back_text: "Take it back".into(),
                take_back_hint: "You can".into(),
                take_back: None,
                continue_href: None,
                questions: vec![SummaryRow::new("Asked", "When is she at home?")],
                question: None,
                answer_action: "/o/x/sent/1/answer".into(),
                typed: String::new(),
                problems: vec![],
            };
            let asked =
                Self { question: Some("When is she at home?".into()), problems: problems(&["answer"]), ..bare.clone() };
            let section = Section { heading: "Plan and requested actions".into(), text: "None.\nReally".into() };
            let full = Self {
                notice: Some(Notice { title: "Sent to Maya".into(), body: "Peggy".into() }),
                refusal: Some(RefusalView {
                    reason: "No room".into(),
                    alternative: "Ring\nthem".into(),
                    who: "Maya".into(),
                }),
                feedback: vec![FeedbackView {
                    title: "How it ended".into(),
                    when: "today".into(),
                    unread: true,
                    pdf_href: "/o/x/sent/1/letters/1".into(),
                    data_href: "/o/x/sent/1/letters/1/data".into(),
                    to_paste: "871731000000106 | Referral |\nPlan and requested actions: none".into(),
                    sections: vec![section],
                }],
                steps: vec![
                    Step { when: "Today".into(), what: "Sent".into(), done: true },
                    Step { when: "By Friday".into(), what: "Answer".into(), done: false },
                ],
                no_code: None,
                slip_href: None,
                referral_href: None,
                also: Some(CodeToFile {
                    concept: "871691000000100".into(),
                    term: "Offered".into(),
                    line: "Offered".into(),
                    rule: "Beside".into(),
                }),
                code: Some(CodeToFile {
                    concept: "871731000000106".into(),
                    term: "Referral".into(),
                    line: "Referred".into(),
                    rule: "Once".into(),
                }),
                take_back: Some("/o/x/sent/1/take-back".into()),
                continue_href: Some("/o/x/refer/1".into()),
                ..bare.clone()
            };
            vec![full, asked, bare]
        }
    }
}
