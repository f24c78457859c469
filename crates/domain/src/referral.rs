//! A referral: one request that a link worker takes up one person.

use serde::Serialize;

use crate::agreement::Agreement;
use crate::need::{self, Need};
use crate::person::PersonDetails;
use crate::problem::Problems;
use crate::risk::{Risk, RiskRefused};
use crate::safe_contact::{Reach, SafeContact};
use crate::text::{Line, Note};

crate::coded! {
    /// Where a referral stands. The four endings that are not acceptance are never mixed.
    pub enum ReferralState {
        /// Being written; nothing was sent.
        Draft = "draft",
        /// Sent; the scheme has not answered.
        Sent = "sent",
        /// Back with the referrer, who is asked something before the scheme answers.
        Returned = "returned",
        /// The scheme took it up: there is a case.
        Accepted = "accepted",
        /// Not accepted by the scheme, with a reason.
        NotAccepted = "not_accepted",
        /// The person said no.
        DeclinedByPerson = "declined_by_person",
        /// Taken back by the referrer, with a reason.
        Withdrawn = "withdrawn",
    }
}

/// Something that happens to a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralEvent {
    /// The referrer sends it; the person agreed.
    Send,
    /// The person said no when asked, by the referrer or by the scheme.
    PersonDeclines,
    /// The scheme asks the referrer something.
    AskBack,
    /// The referrer says it.
    AnswerBack,
    /// The scheme takes it up.
    Accept,
    /// The scheme does not take it up.
    NotAccept,
    /// The referrer takes it back.
    Withdraw,
    /// It was taken for somebody else's and waits again.
    WaitAgain,
}

/// The event does not fit the state, for example a second answer to the same referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the referral is {} and this can no longer happen to it", .0.label())]
pub struct NotNow(pub ReferralState);

impl ReferralState {
    /// The state after `event`.
    ///
    /// # Errors
    /// [`NotNow`] when the event cannot happen in this state.
    pub const fn after(self, event: ReferralEvent) -> Result<Self, NotNow> {
        match (self, event) {
            (Self::Draft, ReferralEvent::Send) => Ok(Self::Sent),
            (Self::Draft | Self::Sent | Self::Returned, ReferralEvent::PersonDeclines) => Ok(Self::DeclinedByPerson),
            (Self::Draft | Self::Sent | Self::Returned, ReferralEvent::Withdraw) => Ok(Self::Withdrawn),
            (Self::Sent, ReferralEvent::AskBack) => Ok(Self::Returned),
            (Self::Returned, ReferralEvent::AnswerBack) => Ok(Self::Sent),
            // A question that nobody answers holds nothing up: the scheme may answer without it.
            (Self::Sent | Self::Returned, ReferralEvent::Accept) => Ok(Self::Accepted),
            (Self::Sent | Self::Returned, ReferralEvent::NotAccept) => Ok(Self::NotAccepted),
            (Self::Accepted, ReferralEvent::WaitAgain) => Ok(Self::Sent),
            _ => Err(NotNow(self)),
        }
    }

    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "not sent yet",
            Self::Sent => "waiting for an answer",
            Self::Returned => "a question for the referrer",
            Self::Accepted => "accepted",
            Self::NotAccepted => "not accepted by the scheme",
            Self::DeclinedByPerson => "declined by the person",
            Self::Withdrawn => "taken back",
        }
    }
}

crate::coded! {
    /// Why a scheme does not take up a referral.
    pub enum NotAcceptedReason {
        /// Lives outside the area.
        OutsideArea = "outside_area",
        /// Too young or too old for this scheme.
        OutsideAges = "outside_ages",
        /// Needs medical or crisis help first.
        NeedsOtherHelpFirst = "needs_other_help_first",
        /// Nobody could be reached at the details given.
        DetailsDoNotWork = "details_do_not_work",
        /// The scheme has no room.
        NoRoom = "no_room",
        /// Another reason, in words.
        Other = "other",
    }
}

impl NotAcceptedReason {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OutsideArea => "Lives outside our area",
            Self::OutsideAges => "Too young or too old for this scheme",
            Self::NeedsOtherHelpFirst => "Needs medical or crisis help first",
            Self::DetailsDoNotWork => "Could not be reached at the details given",
            Self::NoRoom => "We have no room",
            Self::Other => "Another reason",
        }
    }
}

/// A scheme's refusal: a reason from the list, and what to do instead, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: NotAcceptedReason,
    /// What the referrer and the person can do instead.
    pub alternative: Note<1000>,
}

impl Refusal {
    /// Reads reason and alternative as posted. Both are asked for: a refusal helps or it is not sent.
    ///
    /// # Errors
    /// [`Problems`] of the fields `reason` and `alternative`.
    pub fn check(reason: &str, alternative: &str) -> Result<Self, Problems> {
        let mut problems = Problems::none();
        let reason = NotAcceptedReason::from_code(reason);
        if reason.is_none() {
            problems.add("reason", "Choose why the referral is not accepted");
        }
        let alternative =
            problems.need("alternative", Note::parse(alternative), "Say what they can do instead, and who to ask");
        match (reason, alternative) {
            (Some(reason), Some(alternative)) if problems.is_empty() => Ok(Self { reason, alternative }),
            _ => Err(problems),
        }
    }
}

/// What a referrer says about a person they want taken up: the seven fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralRequest {
    /// A carer or friend who asked for it: who they are to the person, and how to reach them. `None` when the person asked, or
    /// the referrer thought of it. The person knows that they asked: [`Agreement::Agreed`] says so.
    pub asker: Option<Line<200>>,
    /// A colleague for whom it was written: "Dr Ferreira", or the agency's worker who knows the person. `None` when the writer refers.
    pub on_behalf: Option<Line<100>>,
    /// What would help, at least one.
    pub needs: Vec<Need>,
    /// What matters, in the person's own words.
    pub words: Option<Note<2000>>,
    /// The safe way to reach them; always there when the referral is sent.
    pub safe_contact: Option<SafeContact>,
    /// Risks for anyone visiting.
    pub risk: Risk,
    /// A worry that somebody may come to harm: read first at triage, and never in a letter.
    pub safeguarding: Option<Note<1000>>,
    /// What the person said.
    pub agreement: Agreement,
}

/// The referral form as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ReferralAnswers {
    pub asker: String,
    pub on_behalf: String,
    pub needs: Vec<String>,
    pub words: String,
    pub reach: String,
    pub guidance: String,
    pub risk: String,
    pub risk_note: String,
    pub safeguarding: String,
    pub agreement: String,
}

impl ReferralAnswers {
    /// The request, or everything that is wrong with it. Somebody who said no, or was not asked yet,
    /// need not have the rest filled in.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check_for(&self, person: &PersonDetails) -> Result<ReferralRequest, Problems> {
        let request = self.check()?;
        let sending = request.agreement == Agreement::Agreed;
        let way = request.safe_contact.as_ref();
        if sending && way.is_some_and(|way| !person.reachable_by(way.reach)) {
            return Err(Problems::one("reach", "Choose a way that their details allow, or add the details first"));
        }
        Ok(request)
    }

    /// The same without the person: what the form by itself tells.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self) -> Result<ReferralRequest, Problems> {
        let agreement = Agreement::from_code(&self.agreement);
        let sending = !matches!(agreement, Some(Agreement::NotAskedYet | Agreement::SaidNo));
        let mut problems = Problems::none();
        let needs = need::read(self.needs.iter().map(String::as_str));
        if sending && needs.is_empty() {
            problems.add("needs", "Tick at least one thing that would help");
        }
        let asker = problems.take("asker", Line::parse(&self.asker)).flatten();
        let on_behalf = problems.take("on_behalf", Line::parse(&self.on_behalf)).flatten();
        let words = problems.take("words", Note::parse(&self.words)).flatten();
        let reach = Reach::from_code(&self.reach);
        if sending && reach.is_none() {
            problems.add("reach", "Choose a safe way to reach them");
        }
        let guidance = problems.take("guidance", Line::parse(&self.guidance)).flatten();
        if sending && reach == Some(Reach::Trusted) && guidance.is_none() && problems.of("guidance").is_none() {
            problems.add("guidance", "Say who they trust, and how to reach that person");
        }
        let risk = match Risk::parse(&self.risk, &self.risk_note) {
            Err(RiskRefused::NoAnswer) if !sending => Some(Risk::NotAsked),
            answer => problems.take("risk", answer),
        };
        let safeguarding = problems.take("safeguarding", Note::parse(&self.safeguarding)).flatten();
        if agreement.is_none() {
            problems.add("agreement", "Say whether they agreed to this");
        }
        match (risk, agreement) {
            (Some(risk), Some(agreement)) if problems.is_empty() => Ok(ReferralRequest {
                asker,
                on_behalf,
                needs,
                words,
                safe_contact: reach.map(|reach| SafeContact { reach, guidance }),
                risk,
                safeguarding,
                agreement,
            }),
            _ => Err(problems),
        }
    }
}

/// The reference that people read out: `FP 7K2M 41`, from 30 random bits in letters that are not
/// mistaken for each other.
#[must_use]
pub fn reference(random: [u8; 4]) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = u32::from_be_bytes(random);
    let mut text = String::from("FP ");
    for at in 0..6 {
        if at == 4 {
            text.push(' ');
        }
        text.push(char::from(LETTERS[(bits & 31) as usize]));
        bits >>= 5;
    }
    text
}

/// A reference as somebody typed it, written as [`reference`] writes it: letters of any size, with spaces or without, O for 0 and I or L
/// for 1. `None` for what is no reference.
///
/// # Examples
/// ```
/// use fingerpost_domain::referral::typed_reference;
/// assert_eq!(typed_reference(" fp7k2mo1 ").as_deref(), Some("FP 7K2M 01"));
/// assert_eq!(typed_reference("7K2M"), None);
/// ```
#[must_use]
pub fn typed_reference(typed: &str) -> Option<String> {
    let letters: String =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|each| each.to_ascii_uppercase()).collect();
    let code = letters.strip_prefix("FP").unwrap_or(&letters);
    let code = code.replace('O', "0").replace(['I', 'L'], "1");
    (code.len() == 6 && typed.is_ascii()).then(|| format!("FP {} {}", &code[..4], &code[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> ReferralAnswers {
        ReferralAnswers {
            needs: vec!["company".into()],
            reach: "phone".into(),
            risk: "none_known".into(),
            agreement: "agreed".into(),
            ..ReferralAnswers::default()
        }
    }

    #[test]
    fn an_empty_form_names_every_field_that_is_missing() {
        let problems = ReferralAnswers::default().check().unwrap_err();
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_ref()).collect();
        assert_eq!(fields, ["needs", "reach", "risk", "agreement"]);
    }

    #[test]
    fn a_risk_is_described_or_not_sent() {
        let answers = ReferralAnswers { risk: "known".into(), ..complete() };
        assert!(answers.check().unwrap_err().of("risk").is_some());
    }

    #[test]
    fn a_no_needs_no_more_than_the_no() {
        let answers = ReferralAnswers { agreement: "said_no".into(), ..ReferralAnswers::default() };
        assert_eq!(answers.check().unwrap().agreement, Agreement::SaidNo);
    }

    #[test]
    fn ten_megabytes_of_words_are_refused_kindly() {
        let answers = ReferralAnswers { words: "x".repeat(10_000_000), ..complete() };
        assert_eq!(answers.check().unwrap_err().of("words"), Some("Use 2000 characters or fewer. You used 10000000"));
    }

    #[test]
    fn a_refusal_always_says_what_to_do_instead() {
        let problems = Refusal::check("no_room", " ").unwrap_err();
        assert!(problems.of("alternative").is_some());
        assert!(Refusal::check("no_room", "Ring the council's wellbeing line").is_ok());
    }

    #[test]
    fn a_reference_can_be_read_out() {
        assert_eq!(reference([0, 0, 0, 0]), "FP 0000 00");
        assert_eq!(reference([0xff; 4]), "FP ZZZZ ZZ");
    }
}
