//! A scheme's own terms, as data.

use jiff::civil::Date;

use crate::person::BirthDate;

/// What a scheme agreed with those who pay for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeTerms {
    /// Youngest age taken, in whole years.
    pub min_age: i16,
    /// Oldest age taken, or `None` without an upper end.
    pub max_age: Option<i16>,
    /// Sessions agreed for each case.
    pub sessions_agreed: u16,
    /// Working days within which the referrer hears yes or no.
    pub answer_working_days: u16,
    /// People may ask for help themselves.
    pub self_referral: bool,
}

impl Default for SchemeTerms {
    /// Adults, six sessions, an answer within one working day, open to people themselves.
    fn default() -> Self {
        Self { min_age: 18, max_age: None, sessions_agreed: 6, answer_working_days: 1, self_referral: true }
    }
}

/// A person outside the scheme's ages, and what to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutsideAges {
    /// Too young for this scheme.
    #[error(
        "This scheme helps people aged {0} and over. For someone younger, ask their school nurse or the \
         council's early help team"
    )]
    TooYoung(i16),
    /// Too old for this scheme.
    #[error("This scheme helps people up to {0}. Ask the practice's care coordinator who can help instead")]
    TooOld(i16),
}

impl SchemeTerms {
    /// The ages in words: "18 to 65", "18 and over".
    #[must_use]
    pub fn ages(&self) -> String {
        match self.max_age {
            Some(oldest) => format!("{} to {oldest}", self.min_age),
            None => format!("{} and over", self.min_age),
        }
    }

    /// Whether the scheme takes somebody of this age.
    ///
    /// # Errors
    /// [`OutsideAges`] with a kind refusal and an alternative.
    pub fn admits(&self, born: BirthDate, today: Date) -> Result<(), OutsideAges> {
        let age = born.age(today);
        match self.max_age {
            _ if age < self.min_age => Err(OutsideAges::TooYoung(self.min_age)),
            Some(oldest) if age > oldest => Err(OutsideAges::TooOld(oldest)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_ages_are_inside_and_each_side_has_its_own_kind_words() {
        let terms = SchemeTerms { max_age: Some(65), ..SchemeTerms::default() };
        let today = date(2026, 11, 27);
        let admits = |day, month, year| terms.admits(BirthDate::parse(day, month, year, today).unwrap(), today);
        assert_eq!(admits("27", "11", "2008"), Ok(()), "eighteen today");
        assert_eq!(admits("28", "11", "2008"), Err(OutsideAges::TooYoung(18)));
        assert_eq!(admits("28", "11", "1960"), Ok(()), "sixty-five until tomorrow");
        assert_eq!(admits("27", "11", "1960"), Err(OutsideAges::TooOld(65)), "sixty-six today");
        for outside in [OutsideAges::TooYoung(18), OutsideAges::TooOld(65)] {
            assert!(outside.to_string().contains("sk "), "it says who can help: {outside}");
        }
    }
}
