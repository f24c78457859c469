//! Consent: what a person says about somebody being told something, to whom and what for, in their words; and the other
//! grounds on which somebody may be told without it.
//!
//! The group that is offered a person and the referrer have consents of their own ([`fingerpost_domain::connection`],
//! [`fingerpost_domain::disclosure::ReferrerHears`]); these are for everybody else.

use fingerpost_domain::coded;
use jiff::civil::Date;
use serde::Serialize;

use fingerpost_domain::case::read_day;
use fingerpost_domain::disclosure::Basis;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};

coded! {
    /// What somebody is to the person.
    pub enum Whom {
        /// Family or a friend.
        Family = "family",
        /// A carer, paid or not.
        Carer = "carer",
        /// A doctor, a nurse, a social worker.
        HealthOrCare = "health_or_care",
        /// A housing association, an advice centre, an employer.
        Agency = "agency",
        /// Whoever pays for the scheme: a story in a report.
        Funder = "funder",
        /// The police or a court.
        Authority = "authority",
        /// Somebody else.
        Other = "other",
    }
}

impl Whom {
    /// The words on the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Family => "Family or a friend",
            Self::Carer => "A carer",
            Self::HealthOrCare => "Somebody in health or social care",
            Self::Agency => "Another agency, such as housing or advice",
            Self::Funder => "Whoever pays for this service",
            Self::Authority => "The police or a court",
            Self::Other => "Somebody else",
        }
    }
}

/// On what ground somebody may be told, or that they may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The person agreed, in these words.
    Given(Note<600>),
    /// The person said no.
    Refused(Option<Note<600>>),
    /// Told without their agreement: on which basis, who decided, why.
    Without {
        /// The basis; never that they agreed.
        basis: Basis,
        /// Who decided, with their office.
        authority: Line<120>,
        /// Why.
        reason: Note<600>,
    },
}

impl Said {
    /// The code that is stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Given(_) => "given",
            Self::Refused(_) => "refused",
            Self::Without { .. } => "without",
        }
    }
}

/// A consent as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// What they are to the person.
    pub whom: Whom,
    /// Who.
    pub name: Line<120>,
    /// What for.
    pub purpose: Line<200>,
    /// What they may be told.
    pub what: Line<300>,
    /// The ground.
    pub said: Said,
}

/// The form as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ConsentAnswers {
    pub whom: String,
    pub name: String,
    pub purpose: String,
    pub what: String,
    pub said: String,
    pub words: String,
    pub basis: String,
    pub authority: String,
    pub reason: String,
}

impl ConsentAnswers {
    /// The consent, or everything that is wrong with the form.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self) -> Result<Consent, Problems> {
        let mut problems = Problems::none();
        let whom = Whom::from_code(&self.whom);
        if whom.is_none() {
            problems.add("whom", "Choose what they are to the person");
        }
        let name = problems.need("name", Line::parse(&self.name), "Say who it is");
        let purpose = problems.need("purpose", Line::parse(&self.purpose), "Say what for");
        let what = problems.need("what", Line::parse(&self.what), "Say what they may be told, and no more");
        let said = match self.said.as_str() {
            "given" => problems
                .need("words", Note::parse(&self.words), "Write down what they said, in their words")
                .map(Said::Given),
            "refused" => problems.take("words", Note::parse(&self.words)).map(Said::Refused),
            "without" => {
                let basis = Basis::from_code(&self.basis).filter(|basis| *basis != Basis::Agreed);
                if basis.is_none() {
                    problems.add("basis", "Choose on what ground they are told");
                }
                let authority =
                    problems.need("authority", Line::parse(&self.authority), "Say who decided, and their office");
                let reason = problems.need("reason", Note::parse(&self.reason), "Say why they are told");
                match (basis, authority, reason) {
                    (Some(basis), Some(authority), Some(reason)) => Some(Said::Without { basis, authority, reason }),
                    _ => None,
                }
            }
            _ => {
                problems.add("said", "Choose what they said, or that it was decided without them");
                None
            }
        };
        match (whom, name, purpose, what, said) {
            (Some(whom), Some(name), Some(purpose), Some(what), Some(said)) if problems.is_empty() => {
                Ok(Consent { whom, name, purpose, what, said })
            }
            _ => Err(problems),
        }
    }
}

/// Somebody was told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The day.
    pub on: Date,
    /// What, and how.
    pub what: Line<300>,
}

/// The form as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct TellingAnswers {
    pub on_day: String,
    pub on_month: String,
    pub on_year: String,
    pub told: String,
}

impl TellingAnswers {
    /// What was told, or what is wrong with the form.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, today: Date) -> Result<Telling, Problems> {
        let mut problems = Problems::none();
        let on = problems.take("on", read_day(&self.on_day, &self.on_month, &self.on_year, "when they were told"));
        if on.is_some_and(|on| on > today) {
            problems.add("on", "The day must be today or earlier");
        }
        let what = problems.need("told", Line::parse(&self.told), "Say what they were told, and how");
        match (on, what) {
            (Some(on), Some(what)) if problems.is_empty() => Ok(Telling { on, what }),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn daughter(said: &str) -> ConsentAnswers {
        ConsentAnswers {
            whom: "family".into(),
            name: "Her daughter Ruth".into(),
            purpose: "So that she can drive her".into(),
            what: "Day and time of the choir".into(),
            said: said.into(),
            words: "Yes, tell Ruth, she drives me.".into(),
            ..ConsentAnswers::default()
        }
    }

    #[test]
    fn a_consent_is_given_in_words() {
        assert!(matches!(daughter("given").check().unwrap().said, Said::Given(_)));
        let silent = ConsentAnswers { words: String::new(), ..daughter("given") };
        assert!(silent.check().unwrap_err().of("words").is_some());
        let no = ConsentAnswers { words: String::new(), ..daughter("refused") };
        assert_eq!(no.check().unwrap().said, Said::Refused(None), "a no needs no reason");
    }

    #[test]
    fn without_agreement_somebody_decided_and_says_why() {
        let bare = daughter("without").check().unwrap_err();
        for field in ["basis", "authority", "reason"] {
            assert!(bare.of(field).is_some(), "{field}");
        }
        let told = ConsentAnswers {
            basis: "safeguarding".into(),
            authority: "J. Hall, safeguarding lead".into(),
            reason: "Bruises, and she is afraid to go home.".into(),
            ..daughter("without")
        };
        assert!(matches!(told.check().unwrap().said, Said::Without { basis: Basis::Safeguarding, .. }));
        let agreed = ConsentAnswers { basis: "agreed".into(), ..told };
        assert!(agreed.check().unwrap_err().of("basis").is_some(), "that she agreed is no ground without her");
    }

    #[test]
    fn nobody_was_told_tomorrow() {
        let today = date(2026, 11, 26);
        let told = |day: &str| TellingAnswers {
            on_day: day.into(),
            on_month: "11".into(),
            on_year: "2026".into(),
            told: "The day of the choir, by phone".into(),
        };
        assert!(told("26").check(today).is_ok());
        assert!(told("27").check(today).unwrap_err().of("on").is_some());
    }
}
