//! A scheme's own words for messages that send themselves: which may be worded, what a wording may say, and what stands in it for the
//! day, the time and whom to ring. The subject stays ours: it gives nothing away.

use fingerpost_domain::coded;
use fingerpost_domain::text::Note;

coded! {
    /// A message that a scheme may put in its own words. The codes are those of the messages in the outbox.
    pub enum Worded {
        /// To the person: a link worker will be in touch.
        InTouch = "worker_will_be_in_touch",
        /// To the person: a day and a time at which they are met.
        Appointment = "appointment",
        /// To the person: it is tomorrow.
        Reminder = "appointment_reminder",
        /// To the person: it does not take place.
        Off = "appointment_off",
        /// To a group: can you welcome somebody?
        Offered = "connection_offered",
    }
}

coded! {
    /// What stands for something that differs from message to message, written in square brackets.
    pub enum Mark {
        /// The link worker.
        Worker = "worker",
        /// Whether they meet or ring.
        Meets = "meets",
        /// The day.
        Day = "day",
        /// The time.
        Time = "time",
        /// Where they meet.
        Place = "place",
        /// Whom to ring or tell.
        Ring = "ring",
        /// The address of the group's page.
        Link = "link",
    }
}

impl Mark {
    /// What it becomes, for whoever writes.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Worker => "the link worker\u{2019}s name",
            Self::Meets => "\u{201c}meets\u{201d}, or \u{201c}rings\u{201d} for a call",
            Self::Day => "the day",
            Self::Time => "the time",
            Self::Place => "where they meet, if they do",
            Self::Ring => {
                "\u{201c}ring\u{201d} with the link worker\u{2019}s number, or \u{201c}tell\u{201d} with their name"
            }
            Self::Link => "the address of the page on which the group answers",
        }
    }

    /// What it may become: for a preview, and invented.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Worker => "Maya Okonkwo",
            Self::Meets => "meets",
            Self::Day => "Tuesday 6 October 2026",
            Self::Time => "10:30am",
            Self::Place => "at your home",
            Self::Ring => "ring 01632 960 200",
            Self::Link => "https://example.org/l/0123456789",
        }
    }
}

/// Said below the first message to a person, whoever worded it.
pub const EMERGENCY: &str = "If you need help today, call 111. In an emergency call 999.";

impl Worded {
    /// What it is.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::InTouch => "You will hear from us",
            Self::Appointment => "Day and time of an appointment",
            Self::Reminder => "The appointment is tomorrow",
            Self::Off => "An appointment is called off",
            Self::Offered => "To a group: can you welcome somebody?",
        }
    }

    /// What may stand in it; those that have to come first.
    #[must_use]
    pub const fn marks(self) -> (&'static [Mark], &'static [Mark]) {
        match self {
            Self::InTouch => (&[], &[]),
            Self::Appointment | Self::Reminder | Self::Off => {
                (&[Mark::Day, Mark::Time, Mark::Ring], &[Mark::Worker, Mark::Meets, Mark::Place])
            }
            Self::Offered => (&[Mark::Link], &[]),
        }
    }

    /// What follows whatever a scheme writes.
    #[must_use]
    pub const fn always(self) -> Option<&'static str> {
        match self {
            Self::InTouch => Some(EMERGENCY),
            _ => None,
        }
    }

    /// Our words.
    #[must_use]
    pub const fn usual(self) -> &'static str {
        match self {
            Self::InTouch => {
                "Thank you for saying yes. Somebody will be in touch with you within the next few working days, in the way you \
                 asked for. You need not do anything."
            }
            Self::Appointment => {
                "[worker] [meets] you on [day] at [time].\n\nWhere: [place].\n\nIf it does not suit you, [ring]. You need not \
                 answer this message."
            }
            Self::Reminder => {
                "This is to remind you: [worker] [meets] you tomorrow, [day], at [time].\n\nWhere: [place].\n\nIf it does not \
                 suit you any more, [ring]."
            }
            Self::Off => {
                "What was planned with [worker] for [day] at [time] is called off. If you want another day, or to know more, [ring]."
            }
            Self::Offered => {
                "Can you welcome one more person? Read what they are looking for, and answer with one press of a button. \
                 There is no account and no password:\n\n[link]\n\nPlease do not forward this message: the page is for your group."
            }
        }
    }
}

/// Words of a scheme's own, checked: every mark is one that this message knows, and none that it needs is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording(String);

/// The marks of a text in their order, or what stands in brackets and is none.
fn marks(text: &str) -> Result<Vec<Mark>, &str> {
    let mut found = vec![];
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('[') {
        let (inside, left) = after.split_once(']').ok_or(after)?;
        found.push(Mark::from_code(inside).ok_or(inside)?);
        rest = left;
    }
    Ok(found)
}

impl Wording {
    /// Reads what somebody wrote; none where the field is empty, and our words are meant.
    ///
    /// # Errors
    /// What to mend.
    pub fn parse(worded: Worded, typed: &str) -> Result<Option<Self>, String> {
        let note = Note::<800>::parse(typed).map_err(|refused| refused.to_string())?;
        let Some(note) = note else { return Ok(None) };
        let (needed, allowed) = worded.marks();
        let found = marks(note.as_str()).map_err(|strange| {
            let strange: String = strange.chars().take(20).collect();
            format!("\u{201c}[{strange}]\u{201d} is none of the words that stand in square brackets here")
        })?;
        if let Some(strange) = found.iter().find(|mark| !needed.contains(mark) && !allowed.contains(mark)) {
            return Err(format!("[{}] is not known in this message", strange.code()));
        }
        match needed.iter().find(|mark| !found.contains(mark)) {
            Some(missing) => Err(format!("Write [{}] where {} belongs", missing.code(), missing.label())),
            None => Ok(Some(Self(note.as_str().to_owned()))),
        }
    }

    /// Our words for a message.
    #[must_use]
    pub fn usual(worded: Worded) -> Self {
        Self(worded.usual().to_owned())
    }

    /// As it was written, with its marks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The message: each mark replaced once, so that nothing that is put in can hold another.
    #[must_use]
    pub fn filled(&self, value: impl Fn(Mark) -> String) -> String {
        let mut out = String::with_capacity(self.0.len() + 80);
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('[') {
            out.push_str(before);
            let (inside, left) = after.split_once(']').unwrap_or((after, ""));
            out.push_str(&Mark::from_code(inside).map(&value).unwrap_or_default());
            rest = left;
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn our_own_words_pass_the_check() {
        for &worded in Worded::ALL {
            let usual = Wording::usual(worded);
            assert_eq!(Wording::parse(worded, usual.as_str()).unwrap(), Some(usual.clone()), "{worded:?}");
            let filled = usual.filled(|mark| mark.example().to_owned());
            assert!(!filled.contains('['), "{filled}");
        }
    }

    #[test]
    fn what_is_needed_cannot_be_left_out_and_what_is_not_known_cannot_be_put_in() {
        let refused = |worded, typed: &str| Wording::parse(worded, typed).unwrap_err();
        assert!(refused(Worded::Appointment, "See you on [day]! Call [ring].").contains("[time]"));
        assert!(refused(Worded::Offered, "Can you welcome somebody?").contains("[link]"));
        assert!(refused(Worded::Offered, "[link] [name]").contains("[name"));
        assert!(refused(Worded::InTouch, "We ring on [day]").contains("[day]"));
        assert!(refused(Worded::InTouch, "We ring [").contains("square brackets"));
        assert!(refused(Worded::InTouch, &"long ".repeat(400)).contains("800"));
        assert_eq!(Wording::parse(Worded::InTouch, "  ").unwrap(), None);
        let welsh = "Bydd [worker] yn eich gweld ar [day] am [time]. Os nad yw hynny\u{2019}n gyfleus, [ring].";
        assert!(Wording::parse(Worded::Appointment, welsh).unwrap().is_some());
    }

    proptest! {
        #[test]
        fn nothing_that_is_put_in_is_read_as_a_mark(value in "\\PC{0,40}") {
            let wording = Wording::parse(Worded::Off, "[day] [time] [ring] end").unwrap().unwrap();
            let filled = wording.filled(|_| value.clone());
            prop_assert_eq!(filled, format!("{value} {value} {value} end"));
        }

        #[test]
        fn whatever_is_typed_is_taken_or_refused_in_words(typed in "[\\PC\\n\\[\\]]{0,200}") {
            if let Err(said) = Wording::parse(Worded::Offered, &typed) {
                prop_assert!(!said.is_empty());
            }
        }
    }
}
