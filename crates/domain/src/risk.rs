//! Risks for anyone visiting. "None known" and "not asked" are different answers; neither is preselected.

use crate::text::Note;

/// What is known about risks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Risk {
    /// There is something to know before visiting.
    Known(Note<1000>),
    /// Asked, and nothing is known.
    NoneKnown,
    /// Nobody has asked yet.
    NotAsked,
}

/// The reasons a risk answer is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RiskRefused {
    /// No answer chosen.
    #[error("Say whether there are risks for anyone visiting")]
    NoAnswer,
    /// A risk without its description.
    #[error("Say what the risk is, so that whoever visits is safe")]
    NotDescribed,
    /// "None" beside a described risk.
    #[error("You wrote a risk. Choose \u{201c}Yes\u{201d}, or take the words out")]
    Contradiction,
    /// Too long.
    #[error(transparent)]
    Text(#[from] crate::text::TextRefused),
}

impl Risk {
    /// Reads the answer and its note as posted.
    ///
    /// # Errors
    /// [`RiskRefused`] without an answer, or with "yes" and no description.
    pub fn parse(answer: &str, note: &str) -> Result<Self, RiskRefused> {
        let note = Note::parse(note)?;
        match (answer, note) {
            ("known", Some(note)) => Ok(Self::Known(note)),
            ("known", None) => Err(RiskRefused::NotDescribed),
            ("none_known" | "not_asked", Some(_)) => Err(RiskRefused::Contradiction),
            ("none_known", None) => Ok(Self::NoneKnown),
            ("not_asked", None) => Ok(Self::NotAsked),
            _ => Err(RiskRefused::NoAnswer),
        }
    }

    /// Whether there is something to know, as a sentence for a letter. What it is stays with those who visit: it may be another
    /// referrer's word, or about somebody else.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Known(_) => "There is something to know before visiting: ask the link worker.".to_owned(),
            Self::NoneKnown => "Asked, and none known.".to_owned(),
            Self::NotAsked => "Not asked.".to_owned(),
        }
    }

    /// What is known after a further answer: what was known stays known, the newest first.
    #[must_use]
    pub fn joined_by(&self, newer: &Self) -> Self {
        match (self, newer) {
            (Self::Known(old), Self::Known(new)) => Self::Known(new.followed_by(old)),
            (Self::Known(_), _) | (_, Self::NotAsked) => self.clone(),
            (_, newer) => newer.clone(),
        }
    }

    /// The word under which the answer is stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Known(_) => "known",
            Self::NoneKnown => "none_known",
            Self::NotAsked => "not_asked",
        }
    }

    /// What to know, for a known risk.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Known(note) => Some(note.as_str()),
            Self::NoneKnown | Self::NotAsked => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_risk_that_was_written_is_never_dropped() {
        assert_eq!(Risk::parse("none_known", "Dangerous brother"), Err(RiskRefused::Contradiction));
        assert_eq!(Risk::parse("not_asked", "Dog"), Err(RiskRefused::Contradiction));
        assert_eq!(Risk::parse("none_known", " "), Ok(Risk::NoneKnown));
    }

    #[test]
    fn a_known_risk_is_never_lost_to_a_later_answer() {
        let known = |text: &str| Risk::Known(Note::parse(text).unwrap().unwrap());
        assert_eq!(known("Dog.").joined_by(&Risk::NoneKnown), known("Dog."));
        assert_eq!(known("Dog.").joined_by(&Risk::NotAsked), known("Dog."));
        assert_eq!(known("Dog.").joined_by(&known("Stairs.")), known("Stairs. Also: Dog."));
        assert_eq!(known("Dog.").joined_by(&known("Dog.")), known("Dog."));
        assert_eq!(Risk::NotAsked.joined_by(&Risk::NoneKnown), Risk::NoneKnown);
        assert_eq!(Risk::NoneKnown.joined_by(&known("Dog.")), known("Dog."));
    }
}
