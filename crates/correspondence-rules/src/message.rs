//! Messages that leave by themselves: by which way, when, and what became of them.
//!
//! [`may_leave`] is the one rule that decides whether a machine may write to a person, and how. Everybody who queues,
//! carries or repeats a message asks it again.

use fingerpost_domain::coded;
use jiff::Timestamp;
use jiff::civil::Time;

use fingerpost_domain::access::AccessNeed;
use fingerpost_domain::calendar::{add_working_days, day_of, plus_days, service_zone};
use fingerpost_domain::person::{PersonDetails, Phone};
use fingerpost_domain::safe_contact::{Reach, SafeContact};
use fingerpost_domain::visit::instant;

coded! {
    /// How a message travels.
    pub enum Channel {
        /// E-mail.
        Email = "email",
        /// A text message.
        Text = "text",
        /// A letter on paper.
        Letter = "letter",
    }
}

impl Channel {
    /// "by email".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Email => "by email",
            Self::Text => "by text",
            Self::Letter => "by letter",
        }
    }

    /// When a message may leave that is ready at `at`: a telephone does not ring at night.
    #[must_use]
    pub fn leaves_at(self, at: Timestamp) -> Timestamp {
        if self != Self::Text {
            return at;
        }
        let on = day_of(at);
        match at.to_zoned(service_zone()).time() {
            early if early < FROM => instant(on, FROM),
            late if late >= UNTIL => instant(plus_days(on, 1), FROM),
            _ => at,
        }
    }
}

/// A letter takes so many working days, the day on which it is printed not counted.
const POST_TAKES: u32 = 3;

impl Channel {
    /// Whether a message that is ready at `at` is read before `needed_by`.
    #[must_use]
    pub fn arrives_by(self, at: Timestamp, needed_by: Timestamp) -> bool {
        match self {
            Self::Email | Self::Text => self.leaves_at(at) < needed_by,
            Self::Letter => add_working_days(day_of(at), POST_TAKES) < day_of(needed_by),
        }
    }
}

/// Text messages leave from this time of the day.
const FROM: Time = Time::constant(8, 0, 0, 0);
/// Text messages leave until this time of the day.
const UNTIL: Time = Time::constant(20, 0, 0, 0);

/// Whether a message may go to a person by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayLeave {
    /// It may, this way.
    By(Channel),
    /// Somebody has to tell them, and why no machine may.
    ByHand(ByHand),
}

coded! {
    /// Why no machine writes to a person.
    pub enum ByHand {
        /// They asked that no machine writes.
        Stopped = "stopped",
        /// Something is to be known before anybody reaches them.
        Guidance = "guidance",
        /// The way that is safe is no way for a machine.
        Way = "way",
        /// The number or the address for that way is not known.
        NoAddress = "no_address",
        /// Words have to reach them in a form that has to be made.
        Format = "format",
        /// It would come too late by the way that is safe.
        TooLate = "too_late",
    }
}

impl ByHand {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Stopped => "they asked that no message is sent by itself",
            Self::Guidance => "there is something to know before reaching them",
            Self::Way => "the way that is safe for them is in person or by phone",
            Self::NoAddress => "the number or address for their safe way is not here",
            Self::Format => "words have to reach them in another form",
            Self::TooLate => "by letter it would come too late",
        }
    }
}

/// The rule: a machine writes only the way that the person named, only where nothing beside it asks for care, only until
/// they say stop, and never in a form that cannot reach them. `needs` is none while nobody has asked how information
/// reaches them.
#[must_use]
pub fn may_leave(
    person: &PersonDetails,
    (safe, stopped): (&SafeContact, bool),
    needs: Option<&[AccessNeed]>,
) -> MayLeave {
    use AccessNeed as N;
    if stopped {
        return MayLeave::ByHand(ByHand::Stopped);
    }
    if safe.guidance.is_some() {
        return MayLeave::ByHand(ByHand::Guidance);
    }
    let (channel, known) = match safe.reach {
        Reach::Email => (Channel::Email, person.email.is_some()),
        Reach::Text => (Channel::Text, person.phone.as_ref().is_some_and(Phone::takes_texts)),
        Reach::Letter => (Channel::Letter, person.address.is_some() && person.postcode.is_some()),
        Reach::Phone | Reach::Trusted => return MayLeave::ByHand(ByHand::Way),
    };
    if !known {
        return MayLeave::ByHand(ByHand::NoAddress);
    }
    // A telephone reads aloud and prints as large as its owner likes; a letter does neither, but ours are set large.
    let made = |need: &AccessNeed| match need {
        N::EasyRead | N::Braille | N::SignLanguage | N::Interpreter => true,
        N::Audio => channel == Channel::Letter,
        N::LargePrint | N::Hearing | N::MoreTime | N::Supporter => false,
    };
    // Nobody has asked, and somebody wrote something: a person has to read it.
    let unread = needs.is_none() && person.communication.is_some();
    if unread || needs.unwrap_or_default().iter().any(made) {
        MayLeave::ByHand(ByHand::Format)
    } else {
        MayLeave::By(channel)
    }
}

coded! {
    /// Why a message did not arrive, or was not sent.
    pub enum Fault {
        /// The address cannot be written to.
        Recipient = "recipient",
        /// The other side refused it for good.
        Refused = "refused",
        /// It left, and a report came back that it did not arrive.
        CameBack = "came_back",
        /// The other side could not take it for a day.
        NotNow = "not_now",
        /// The folder cannot be written to.
        Folder = "folder",
        /// It could not be put together.
        Message = "message",
        /// No way is set up for messages of this kind.
        Settings = "settings",
        /// The database failed over it.
        Store = "store",
        /// A newer program wrote it.
        Unreadable = "unreadable",
        /// Whoever it is for may not be written to any more.
        Withheld = "withheld",
        /// What it asks is not waited for any more.
        NotWanted = "not_wanted",
        /// What it tells of was over before it could leave.
        Missed = "missed",
        /// The person took their agreement back before it left.
        TakenBack = "taken_back",
        /// It waited when this installation was restored from a copy: it may have left before.
        Restored = "restored",
        /// Nobody but a person may pass it on.
        ByHand = "by_hand",
    }
}

impl Fault {
    /// What happened, in words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Recipient => "The address cannot be written to. Is it spelled right?",
            Self::Refused => "The other side refused it for good. The address may have ended.",
            Self::CameBack => "It left, and came back: it did not arrive. Is the address right?",
            Self::NotNow => "The other side could not take it for a day.",
            Self::Folder => "The folder for messages cannot be written to.",
            Self::Message => "It could not be put together.",
            Self::Settings => "No way is set up for messages like this.",
            Self::Store => "Something went wrong here.",
            Self::Unreadable => "This version of Fingerpost does not know the message.",
            Self::Withheld => "Whoever it was for may not be written to any more.",
            Self::NotWanted => "It was not needed any more.",
            Self::Missed => "It could not leave before the visit. They were not told.",
            Self::TakenBack => "It was taken back before it left.",
            Self::Restored => "It waited when everything was restored from a copy. It may have left before that.",
            Self::ByHand => "Please tell them yourself.",
        }
    }

    /// Somebody has to look: the others are as they should be.
    #[must_use]
    pub const fn needs_somebody(self) -> bool {
        !matches!(self, Self::NotWanted | Self::TakenBack)
    }

    /// Sending it again may help.
    #[must_use]
    pub const fn may_be_sent_again(self) -> bool {
        !matches!(
            self,
            Self::NotWanted | Self::TakenBack | Self::ByHand | Self::Withheld | Self::Unreadable | Self::Missed
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use fingerpost_domain::person::PersonAnswers;
    use fingerpost_domain::text::Line;

    fn peggy() -> PersonDetails {
        let answers = PersonAnswers {
            given: "Margaret".into(),
            family: "Cole".into(),
            born_day: "1".into(),
            born_month: "2".into(),
            born_year: "1944".into(),
            phone: "07700 900123".into(),
            email: "peggy@example.org".into(),
            address: "14 Tannery Row".into(),
            postcode: "WX4 1TN".into(),
            ..PersonAnswers::default()
        };
        answers.check(jiff::civil::date(2026, 11, 26)).unwrap()
    }

    fn safe(reach: Reach, guidance: &str) -> SafeContact {
        SafeContact { reach, guidance: Line::parse(guidance).unwrap() }
    }

    #[test]
    fn a_machine_writes_only_the_way_that_was_named() {
        let named = |reach| may_leave(&peggy(), (&safe(reach, ""), false), Some(&[]));
        assert_eq!(named(Reach::Email), MayLeave::By(Channel::Email));
        assert_eq!(named(Reach::Text), MayLeave::By(Channel::Text));
        assert_eq!(named(Reach::Letter), MayLeave::By(Channel::Letter));
        assert_eq!(named(Reach::Phone), MayLeave::ByHand(ByHand::Way));
        assert_eq!(named(Reach::Trusted), MayLeave::ByHand(ByHand::Way));
    }

    #[test]
    fn where_the_number_is_no_mobile_nobody_texts_it() {
        for (phone, texts) in [
            ("07700 900123", true),
            ("+44 7700 900123", true),
            ("+353 85 123 4567", true),
            ("01632 960142", false),
            ("+44 1632 960142", false),
        ] {
            let mut person = peggy();
            person.phone = fingerpost_domain::person::Phone::parse(phone).ok();
            let leaves = may_leave(&person, (&safe(Reach::Text, ""), false), Some(&[]));
            assert_eq!(leaves == MayLeave::By(Channel::Text), texts, "{phone}");
        }
    }

    #[test]
    fn the_post_takes_three_working_days() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let thursday = at("2026-11-26T10:00:00Z");
        assert!(
            !Channel::Letter.arrives_by(thursday, at("2026-12-01T10:00:00Z")),
            "it comes on Tuesday, perhaps after them"
        );
        assert!(Channel::Letter.arrives_by(thursday, at("2026-12-02T10:00:00Z")));
        assert!(Channel::Email.arrives_by(thursday, at("2026-11-26T10:30:00Z")));
        let evening = at("2026-11-26T21:00:00Z");
        assert!(
            !Channel::Text.arrives_by(evening, at("2026-11-27T08:00:00Z")),
            "a text that rests would come too late"
        );
    }

    #[test]
    fn a_form_that_has_to_be_made_is_made_by_somebody() {
        let by_letter = |need| may_leave(&peggy(), (&safe(Reach::Letter, ""), false), Some(&[need]));
        for need in [AccessNeed::Braille, AccessNeed::Interpreter, AccessNeed::Audio, AccessNeed::EasyRead] {
            assert_eq!(by_letter(need), MayLeave::ByHand(ByHand::Format));
        }
        assert_eq!(by_letter(AccessNeed::LargePrint), MayLeave::By(Channel::Letter));
        let by_text = may_leave(&peggy(), (&safe(Reach::Text, ""), false), Some(&[AccessNeed::Audio]));
        assert_eq!(by_text, MayLeave::By(Channel::Text));
    }

    #[test]
    fn words_about_communicating_that_nobody_has_asked_about_are_read_by_somebody() {
        let mut person = peggy();
        person.communication = fingerpost_domain::text::Note::parse("Speaks Somali; an interpreter").unwrap();
        let by_email = |needs| may_leave(&person, (&safe(Reach::Email, ""), false), needs);
        assert_eq!(by_email(None), MayLeave::ByHand(ByHand::Format));
        assert_eq!(by_email(Some(&[AccessNeed::Hearing])), MayLeave::By(Channel::Email), "asked: the answer counts");
        assert_eq!(may_leave(&peggy(), (&safe(Reach::Email, ""), false), None), MayLeave::By(Channel::Email));
    }

    proptest! {
        /// Whatever else is known: a condition, a stop or another way named, and no machine writes.
        #[test]
        fn nothing_leaves_against_what_was_said(
            reach in prop::sample::select(Reach::ALL.to_vec()),
            guidance in "[a-z ]{0,12}",
            stopped in any::<bool>(),
            needs in prop::collection::vec(prop::sample::select(AccessNeed::ALL.to_vec()), 0..4),
        ) {
            let safe = safe(reach, &guidance);
            let leaves = may_leave(&peggy(), (&safe, stopped), Some(&needs));
            if stopped || safe.guidance.is_some() {
                prop_assert!(matches!(leaves, MayLeave::ByHand(_)));
            }
            if let MayLeave::By(channel) = leaves {
                let named = match channel { Channel::Email => Reach::Email, Channel::Text => Reach::Text, Channel::Letter => Reach::Letter };
                prop_assert_eq!(reach, named);
            }
        }

        /// A text never leaves at night, never earlier than it is ready, never later than the next morning.
        #[test]
        fn a_telephone_does_not_ring_at_night(seconds in 1_700_000_000_i64..1_900_000_000) {
            let at = Timestamp::from_second(seconds).unwrap();
            let leaves = Channel::Text.leaves_at(at);
            let time = leaves.to_zoned(service_zone()).time();
            prop_assert!(time >= FROM && time < UNTIL);
            prop_assert!(leaves >= at && leaves.duration_since(at).as_hours() < 13);
            prop_assert_eq!(Channel::Email.leaves_at(at), at);
        }
    }
}
