//! How it is safe to reach a person, and the one rule that decides whether a machine may.

use crate::text::Line;

crate::coded! {
    /// The way a person said is safe.
    pub enum Reach {
        /// By telephone.
        Phone = "phone",
        /// By text message.
        Text = "text",
        /// By e-mail.
        Email = "email",
        /// By letter.
        Letter = "letter",
        /// Through somebody they trust.
        Trusted = "trusted",
    }
}

impl Reach {
    /// The words on the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::Text => "Text message",
            Self::Email => "Email",
            Self::Letter => "Letter",
            Self::Trusted => "Someone they trust",
        }
    }
}

/// What a person said about being reached. Kept beside every message and every page about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeContact {
    /// The one way that is safe.
    pub reach: Reach,
    /// Times, messages, who must not know: "before 2pm, no messages, her son answers".
    pub guidance: Option<Line<1000>>,
}

/// How a message may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Automatic e-mail.
    Email,
}

/// Whether an automatic message may go to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayLeave {
    /// It may, this way.
    By(Channel),
    /// It may not; somebody has to do it by hand, this way.
    ByHandOnly(Reach),
}

impl SafeContact {
    /// What is safe after a further answer: the newest way, with what was said before kept beside it.
    #[must_use]
    pub fn joined_by(&self, newer: &Self) -> Self {
        let guidance = match (&self.guidance, &newer.guidance) {
            (Some(old), Some(new)) => Some(new.followed_by(old)),
            (old, new) => new.clone().or_else(|| old.clone()),
        };
        Self { reach: newer.reach, guidance }
    }

    /// The rule: a machine writes only where the person named that very way, and only when nothing
    /// beside it asks for care. Everything else is done by somebody who can read the guidance.
    #[must_use]
    pub fn automatic(&self) -> MayLeave {
        match (self.reach, &self.guidance) {
            (Reach::Email, None) => MayLeave::By(Channel::Email),
            (reach, _) => MayLeave::ByHandOnly(reach),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_writes_only_where_the_person_named_email_without_conditions() {
        for &reach in Reach::ALL {
            let plain = SafeContact { reach, guidance: None };
            let expected =
                if reach == Reach::Email { MayLeave::By(Channel::Email) } else { MayLeave::ByHandOnly(reach) };
            assert_eq!(plain.automatic(), expected);
            let careful = SafeContact { reach, guidance: Line::parse("not on Tuesdays").unwrap() };
            assert_eq!(careful.automatic(), MayLeave::ByHandOnly(reach));
        }
    }
}
