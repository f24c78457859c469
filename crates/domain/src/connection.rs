//! A connection: with the person's agreement, the link worker puts them in touch with a service.
//!
//! Offered to the group → accepted or declined by it → started (they came once) → ended. A group's no is the group's:
//! it never becomes a "declined" of the person.

use jiff::civil::Date;
use serde::Serialize;

use crate::person::{Email, PersonDetails};
use crate::problem::Problems;
use crate::safe_contact::SafeContact;
use crate::text::{Line, Note, folded};

crate::coded! {
    /// Where a connection stands.
    pub enum ConnectionState {
        /// The group has been asked.
        Offered = "offered",
        /// The group said yes.
        Accepted = "accepted",
        /// The group said no, with a reason.
        DeclinedByGroup = "declined_by_group",
        /// The group never answered.
        NoReply = "no_reply",
        /// The person has been there.
        Started = "started",
        /// It came to its end.
        Ended = "ended",
        /// The person took their agreement back, or the offer was not needed any more.
        Withdrawn = "withdrawn",
    }
}

/// Something that happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionEvent {
    /// The group says yes.
    Accept,
    /// The group says no.
    Decline,
    /// Nobody answered, and we stop waiting.
    GiveUpWaiting,
    /// The person came.
    Came,
    /// The person was expected and did not come.
    DidNotCome,
    /// It comes to its end.
    End,
    /// The person takes their agreement back, or the offer is not needed any more.
    Withdraw,
}

/// The event does not fit the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection is {} and this can no longer happen to it", .0.label())]
pub struct ConnectionNotNow(pub ConnectionState);

impl ConnectionState {
    /// The state after `event`. A group may change its answer until the person has been there.
    ///
    /// # Errors
    /// [`ConnectionNotNow`] when the event cannot happen in this state.
    pub const fn after(self, event: ConnectionEvent) -> Result<Self, ConnectionNotNow> {
        use ConnectionEvent as E;
        match (self, event) {
            (Self::Offered | Self::Accepted | Self::DeclinedByGroup | Self::NoReply, E::Accept) => Ok(Self::Accepted),
            (Self::Offered | Self::Accepted | Self::DeclinedByGroup | Self::NoReply, E::Decline) => {
                Ok(Self::DeclinedByGroup)
            }
            (Self::Offered, E::GiveUpWaiting) => Ok(Self::NoReply),
            (Self::Accepted | Self::Started, E::Came) => Ok(Self::Started),
            (Self::Accepted, E::DidNotCome) => Ok(Self::Accepted),
            (Self::Started, E::DidNotCome) => Ok(Self::Started),
            (Self::Accepted | Self::Started, E::End) => Ok(Self::Ended),
            (Self::Offered | Self::Accepted | Self::DeclinedByGroup | Self::NoReply | Self::Started, E::Withdraw) => {
                Ok(Self::Withdrawn)
            }
            _ => Err(ConnectionNotNow(self)),
        }
    }

    /// The words on the screens of the scheme.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Offered => "Waiting for the group",
            Self::Accepted => "Group said yes",
            Self::DeclinedByGroup => "Group said no",
            Self::NoReply => "No reply",
            Self::Started => "Has been there",
            Self::Ended => "Ended",
            Self::Withdrawn => "Taken back",
        }
    }

    /// The group may see who the person is: it said yes, and that still stands.
    #[must_use]
    pub const fn names_the_person(self) -> bool {
        matches!(self, Self::Accepted | Self::Started)
    }
}

crate::coded! {
    /// Why a group says no: one tap each.
    pub enum GroupReason {
        /// No places.
        Full = "full",
        /// Not right for this person.
        NotRight = "not_right",
        /// Steps, toilets, hearing: the place does not fit.
        Access = "access",
        /// The day or the time does not fit.
        DayOrTime = "day_or_time",
        /// The group is ending or resting.
        Closing = "closing",
        /// Something else.
        Other = "other",
    }
}

impl GroupReason {
    /// The words on the buttons.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Full => "We are full",
            Self::NotRight => "Not the right group",
            Self::Access => "Steps or access",
            Self::DayOrTime => "Wrong day or time",
            Self::Closing => "We are closing",
            Self::Other => "Something else",
        }
    }
}

crate::coded! {
    /// How a connection ended.
    pub enum EndReason {
        /// They go on without us.
        GoesOn = "goes_on",
        /// What they wanted has happened.
        Finished = "finished",
        /// They did not want to go on.
        PersonStopped = "person_stopped",
        /// The group stopped.
        GroupStopped = "group_stopped",
    }
}

impl EndReason {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::GoesOn => "They go on by themselves",
            Self::Finished => "What they wanted has happened",
            Self::PersonStopped => "They did not want to go on",
            Self::GroupStopped => "The group stopped",
        }
    }
}

crate::coded! {
    /// What the person agreed that the group is told once it has said yes.
    pub enum GroupIsTold {
        /// Name and telephone: only where the telephone is the safe way, without a condition.
        NameAndPhone = "name_and_phone",
        /// Name, no telephone.
        Name = "name",
        /// The name they are called by, and no other name.
        NameOnly = "name_only",
    }
}

impl GroupIsTold {
    /// The words on the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NameAndPhone => "Name and phone number",
            Self::Name => "Name, no phone number",
            Self::NameOnly => "First name only",
        }
    }
}

/// What helps somebody arrive at a group, as the group says it after its yes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Who meets them.
    pub meets: Option<Line<200>>,
    /// Where to go in, and how to get there.
    pub way_in: Option<Line<200>>,
    /// What to bring, or to wear.
    pub bring: Option<Line<200>>,
    /// For the link worker alone.
    pub said: Option<Note<400>>,
}

impl Arrival {
    /// What the group typed, or everything that is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(meets: &str, way_in: &str, bring: &str, said: &str) -> Result<Self, Problems> {
        let mut problems = Problems::none();
        let arrival = Self {
            meets: problems.take("meets", Line::parse(meets)).flatten(),
            way_in: problems.take("way_in", Line::parse(way_in)).flatten(),
            bring: problems.take("bring", Line::parse(bring)).flatten(),
            said: problems.take("said", Note::parse(said)).flatten(),
        };
        if problems.is_empty() { Ok(arrival) } else { Err(problems) }
    }
}

/// An offer as it goes to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What the group reads before it answers: nothing that names the person.
    pub ask: Note<600>,
    /// When they would come first, in words.
    pub first_visit: Option<Line<120>>,
    /// What the person agreed that the group is told after a yes.
    pub told: GroupIsTold,
    /// Where the question goes; none when somebody rings the group.
    pub email: Option<Email>,
}

/// The offer form as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct OfferAnswers {
    pub ask: String,
    pub first_visit: String,
    pub agreed: bool,
    pub told: String,
    pub way: String,
    pub email: String,
}

/// A part of a name with so many letters is rarely another word.
const LONG_NAME: usize = 5;

/// The group is asked by a message with a link.
pub const BY_EMAIL: &str = "email";
/// Somebody rings the group and writes its answer down.
pub const BY_HAND: &str = "by_hand";

impl OfferAnswers {
    /// The offer, or everything that is wrong with it. What gives the person away must not be read by a group before
    /// it has said yes; their telephone is given on only where it is their safe way, without a condition.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, person: &PersonDetails, safe_contact: &SafeContact) -> Result<Offer, Problems> {
        let mut problems = Problems::none();
        let ask = problems.need("ask", Note::parse(&self.ask), "Say in a sentence what they are looking for");
        let first_visit = problems.take("first_visit", Line::parse(&self.first_visit)).flatten();
        for (field, text) in [("ask", &self.ask), ("first_visit", &self.first_visit)] {
            if let Some(found) = gives_away(text, person) {
                let told = format!("Leave \u{201c}{found}\u{201d} out: the group reads this before it has said yes");
                problems.add(field, told);
            }
        }
        let told = GroupIsTold::from_code(&self.told);
        if told.is_none() {
            problems.add("told", "Choose what the group is told after it says yes");
        }
        if told == Some(GroupIsTold::NameAndPhone) && !safe_contact.may_be_rung() {
            problems.add("told", "Their phone is not a safe way for everybody to reach them. Choose another answer");
        }
        if !self.agreed {
            problems.add("agreed", "Ask them first: without their agreement no group is told anything");
        }
        let email = match self.way.as_str() {
            BY_EMAIL => problems.take("email", Email::parse(&self.email)),
            BY_HAND => None,
            _ => {
                problems.add("way", "Choose how the group is asked");
                None
            }
        };
        match (ask, told) {
            (Some(ask), Some(told)) if problems.is_empty() => Ok(Offer { ask, first_visit, told, email }),
            _ => Err(problems),
        }
    }
}

/// The day of a visit as posted: today or earlier, and not before the offer.
///
/// # Errors
/// What to type instead.
pub fn visit_day((day, month, year): (&str, &str, &str), offered_on: Date, today: Date) -> Result<Date, String> {
    let on = crate::case::read_day(day, month, year, "the visit")?;
    match on {
        on if on > today => Err("The day of the visit must be today or earlier".to_owned()),
        on if on < offered_on => Err(format!(
            "The day of the visit must be on or after {}, when the group was asked",
            offered_on.strftime("%-d %B %Y")
        )),
        on => Ok(on),
    }
}

/// What stands in a text that gives somebody away: a name, or a number or address that is theirs.
///
/// A part of a name counts where it is written as the name is, or begins large; a longer part in any spelling. So "may"
/// is a word and "May" a name.
fn gives_away(text: &str, person: &PersonDetails) -> Option<String> {
    let name = &person.name;
    let names = [Some(name.given.as_str()), Some(name.family.as_str()), name.preferred.as_ref().map(Line::as_str)];
    let split = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let words = split(text);
    let same = |word: &str, part: &str| {
        let long = part.chars().count() >= LONG_NAME;
        let begins_large = word.chars().next().is_some_and(char::is_uppercase);
        word == part || ((long || begins_large) && folded(word) == folded(part))
    };
    for name in names.into_iter().flatten() {
        let parts = split(name);
        // A middle initial is no name; a name of one letter is.
        let telling = parts.iter().filter(|part| part.chars().count() > 1 || parts.len() == 1);
        for part in telling {
            if words.iter().any(|word| same(word, part)) {
                return Some(part.clone());
            }
        }
    }
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase() };
    let theirs = [
        person.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        person.email.as_ref().map(|email| email.as_str().to_owned()),
        person.postcode.as_ref().map(|postcode| postcode.as_str().to_owned()),
        person.nhs_number.as_ref().map(ToString::to_string),
    ];
    let all = plain(text);
    theirs.into_iter().flatten().find(|each| all.contains(&plain(each)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::person::PersonAnswers;
    use crate::safe_contact::Reach;

    fn offer() -> OfferAnswers {
        OfferAnswers {
            ask: "She used to sing alto and would like to again.".into(),
            agreed: true,
            told: "name_and_phone".into(),
            way: "email".into(),
            email: "choir@example.org".into(),
            ..OfferAnswers::default()
        }
    }

    fn named(given: &str, family: &str, preferred: &str) -> PersonDetails {
        let answers = PersonAnswers {
            given: given.into(),
            family: family.into(),
            preferred: preferred.into(),
            born_day: "4".into(),
            born_month: "6".into(),
            born_year: "1947".into(),
            phone: "01632 960 142".into(),
            postcode: "WX4 2TN".into(),
            ..PersonAnswers::default()
        };
        answers.check(jiff::civil::date(2026, 11, 21)).unwrap()
    }

    fn reach(reach: Reach, guidance: &str) -> SafeContact {
        SafeContact { reach, guidance: Line::parse(guidance).unwrap() }
    }

    fn problems(answers: &OfferAnswers, person: &PersonDetails) -> Problems {
        answers.check(person, &reach(Reach::Phone, "")).err().unwrap_or_default()
    }

    #[test]
    fn no_group_is_asked_without_the_persons_agreement_or_reads_who_it_is() {
        let peggy = named("Margaret", "Alderthwaite", "Peggy");
        assert_eq!(problems(&offer(), &peggy), Problems::none());
        let unasked = OfferAnswers { agreed: false, ..offer() };
        assert!(problems(&unasked, &peggy).of("agreed").is_some());
        for ask in [
            "PEGGY would like to sing",
            "Mrs \u{c1}lderthwaite sings",
            "for peggy.",
            "ring 01632960142",
            "lives at wx42tn",
        ] {
            let telling = OfferAnswers { ask: ask.into(), ..offer() };
            assert!(problems(&telling, &peggy).of("ask").is_some(), "{ask}");
        }
        let says = |person: &PersonDetails, ask: &str| problems(&OfferAnswers { ask: ask.into(), ..offer() }, person);
        let short = named("Bo", "Li", "");
        assert!(says(&short, "Bo would like to sing").of("ask").is_some());
        assert!(says(&short, "Mr LI sings").of("ask").is_some());
        let printed = named("Zo\u{eb} A", "KHAN", "");
        assert!(says(&printed, "Mr Khan sings").of("ask").is_some() && says(&printed, "Zoe sings").of("ask").is_some());
        assert_eq!(says(&printed, "A room with a piano"), Problems::none(), "an initial is no name");
        let word = named("May", "Will", "");
        assert_eq!(says(&word, "She may come, and will bring somebody"), Problems::none(), "a word is no name");
        assert!(says(&word, "May would like to sing").of("ask").is_some());
    }

    #[test]
    fn a_telephone_is_given_on_only_where_anybody_may_ring() {
        let peggy = named("Margaret", "Alderthwaite", "Peggy");
        for unsafe_way in [reach(Reach::Letter, ""), reach(Reach::Phone, "Her son answers"), reach(Reach::Email, "")] {
            assert!(offer().check(&peggy, &unsafe_way).unwrap_err().of("told").is_some());
            let name = OfferAnswers { told: "name".into(), ..offer() };
            assert!(name.check(&peggy, &unsafe_way).is_ok());
        }
    }

    #[test]
    fn everything_that_is_missing_is_said() {
        let peggy = named("Margaret", "Alderthwaite", "Peggy");
        let wrong = problems(&OfferAnswers::default(), &peggy);
        let fields: Vec<_> = wrong.iter().map(|problem| problem.field.as_ref()).collect();
        assert_eq!(fields, ["ask", "told", "agreed", "way"]);
        let no_address = OfferAnswers { email: "nobody".into(), ..offer() };
        assert!(problems(&no_address, &peggy).of("email").is_some());
        let by_hand = OfferAnswers { way: "by_hand".into(), ..offer() };
        assert_eq!(by_hand.check(&peggy, &reach(Reach::Phone, "")).unwrap().email, None);
    }

    fn events() -> impl Strategy<Value = Vec<ConnectionEvent>> {
        use ConnectionEvent as E;
        let one = prop::sample::select(vec![
            E::Accept,
            E::Decline,
            E::GiveUpWaiting,
            E::Came,
            E::DidNotCome,
            E::End,
            E::Withdraw,
        ]);
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        /// Nobody is named before the group said yes, nor after the agreement was taken back; and nobody can have
        /// been somewhere that never said yes.
        #[test]
        fn a_name_is_shown_only_between_yes_and_the_end(sequence in events()) {
            let (mut state, mut yes) = (ConnectionState::Offered, false);
            for event in sequence {
                let Ok(next) = state.after(event) else { continue };
                state = next;
                yes = match event {
                    ConnectionEvent::Accept => true,
                    ConnectionEvent::Decline | ConnectionEvent::Withdraw | ConnectionEvent::End => false,
                    _ => yes,
                };
                prop_assert_eq!(state.names_the_person(), yes);
                prop_assert!(state != ConnectionState::Started || yes);
            }
        }
    }
}
