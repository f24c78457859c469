//! Whether a referred person is somebody already here. Asked at triage only: a referrer never learns.

use crate::nhs_number::NhsNumber;
use crate::person::BirthDate;
use crate::text::folded;

/// What two records are compared by.
#[derive(Debug, Clone)]
pub struct Likeness<'a> {
    /// First and family name.
    pub name: &'a str,
    /// Day of birth.
    pub born: BirthDate,
    /// NHS number.
    pub nhs_number: Option<&'a NhsNumber>,
}

/// How sure a match is, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The same NHS number and birth date.
    Sure,
    /// The same NHS number with another birth date: one of the two is mistyped.
    NumberOnly,
    /// The same name and birth date, and no two different NHS numbers.
    NameAndBirthDate,
}

impl Match {
    /// The words on the triage page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sure => "Same NHS number and date of birth",
            Self::NumberOnly => "Same NHS number, other date of birth: check which is right",
            Self::NameAndBirthDate => "Same name and date of birth",
        }
    }
}

/// Compares a referred person with one already here.
#[must_use]
pub fn compare(sent: &Likeness<'_>, here: &Likeness<'_>) -> Option<Match> {
    let same_birth = sent.born == here.born;
    match (sent.nhs_number, here.nhs_number) {
        (Some(a), Some(b)) if a == b => Some(if same_birth { Match::Sure } else { Match::NumberOnly }),
        (Some(_), Some(_)) => None,
        _ if same_birth && folded(sent.name) == folded(here.name) => Some(Match::NameAndBirthDate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn two_people_with_different_numbers_are_never_the_same() {
        let (a, b) = (NhsNumber::invented(1).unwrap(), NhsNumber::invented(2).unwrap());
        let born = BirthDate::from_stored(date(1947, 6, 4));
        let like = |nhs_number| Likeness { name: "Ann Shaw", born, nhs_number };
        assert_eq!(compare(&like(Some(&a)), &like(Some(&b))), None);
        assert_eq!(compare(&like(Some(&a)), &like(Some(&a))), Some(Match::Sure));
        assert_eq!(compare(&like(Some(&a)), &like(None)), Some(Match::NameAndBirthDate));
    }
}
