//! How it is safe to reach a person. Whether a machine may is decided by `correspondence-rules`.

use crate::person::PersonDetails;
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

impl SafeContact {
    /// The way with the number or address that belongs to it and what to know: one line of words.
    #[must_use]
    pub fn said_for(&self, person: &PersonDetails) -> String {
        let detail = match self.reach {
            Reach::Phone | Reach::Text => person.phone.as_ref().map(|p| p.as_str().to_owned()),
            Reach::Email => person.email.as_ref().map(|e| e.as_str().to_owned()),
            Reach::Letter | Reach::Trusted => None,
        };
        let guidance = self.guidance.as_ref().map(ToString::to_string);
        let parts = [Some(self.reach.label().to_owned()), detail, guidance];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The same way, with what a further referral says kept beside it. From then on no machine writes by
    /// itself: somebody has to read both.
    #[must_use]
    pub fn beside(&self, said: &str) -> Self {
        let old = self.guidance.as_ref().map(ToString::to_string).unwrap_or_default();
        let both = format!("{old} Also said: {said}").trim().chars().take(1000).collect::<String>();
        Self { reach: self.reach, guidance: Line::parse(&both).ok().flatten().or_else(|| self.guidance.clone()) }
    }

    /// Anybody may ring them: the telephone is the way they named, and nothing beside it asks for care.
    #[must_use]
    pub const fn may_be_rung(&self) -> bool {
        matches!(self.reach, Reach::Phone) && self.guidance.is_none()
    }
}
