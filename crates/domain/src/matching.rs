//! Whether a referred person is somebody already here. Asked at triage only: a referrer never learns.

use crate::nhs_number::NhsNumber;
use crate::person::{BirthDate, PersonDetails, PersonName, Phone, Postcode};
use crate::text::folded;

/// What two records are compared by.
#[derive(Debug, Clone)]
pub struct Likeness<'a> {
    /// What they are called.
    pub name: &'a PersonName,
    /// Day of birth.
    pub born: BirthDate,
    /// NHS number.
    pub nhs_number: Option<&'a NhsNumber>,
    /// Telephone, however it is written.
    pub phone: Option<&'a Phone>,
    /// Postcode.
    pub postcode: Option<&'a Postcode>,
}

/// How sure a match is, surest first. From [`Match::NearlyTheName`] on somebody has to look closely: twins and neighbours are among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The same NHS number and birth date.
    Sure,
    /// The same NHS number with another birth date: one of the two is mistyped.
    NumberOnly,
    /// The same name and birth date, and no two different NHS numbers.
    NameAndBirthDate,
    /// The same birth date, and a name that differs by a slip of the pen, in its order, or in what they are called.
    NearlyTheName,
    /// The same first name and birth date, and the same telephone or postcode: people marry.
    OtherFamilyName,
    /// The same name, and a birth date that differs by one slip, or has day and month the other way round.
    NearlyTheBirthDate,
}

impl Match {
    /// The words on the triage page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sure => "Same NHS number and date of birth",
            Self::NumberOnly => "Same NHS number, other date of birth: check which is right",
            Self::NameAndBirthDate => "Same name and date of birth",
            Self::NearlyTheName => "Same date of birth, nearly the same name: look closely",
            Self::OtherFamilyName => {
                "Same first name and date of birth, same phone or postcode, other family name: look closely"
            }
            Self::NearlyTheBirthDate => "Same name, nearly the same date of birth: look closely",
        }
    }
}

/// Names that are so alike (Jaro and Winkler, 0 to 1) are one name with a slip of the pen.
const SLIP: f64 = 0.94;

/// Every way in which a name may have been written: as it stands, its parts the other way round, and with what they are called.
fn ways(name: &PersonName) -> Vec<String> {
    let (given, family) = (folded(name.given.as_str()), folded(name.family.as_str()));
    let called = name.preferred.as_ref().map(|called| format!("{} {family}", folded(called.as_str())));
    [format!("{given} {family}"), format!("{family} {given}")].into_iter().chain(called).collect()
}

fn nearly_the_name(sent: &PersonName, here: &PersonName) -> bool {
    let here = ways(here);
    ways(sent).iter().any(|one| here.iter().any(|other| strsim::jaro_winkler(one, other) >= SLIP))
}

/// One digit is another one, two digits beside each other changed places, or day and month did.
fn nearly_the_day(sent: BirthDate, here: BirthDate) -> bool {
    let (a, b) = (sent.date(), here.date());
    let swapped = a.year() == b.year() && (a.month(), a.day()) == (b.day(), b.month());
    swapped || strsim::osa_distance(&a.to_string(), &b.to_string()) == 1
}

/// The last digits of a telephone number, so that +44 and 0 are the same.
fn digits(phone: &Phone) -> String {
    const NATIONAL: usize = 10;
    let all: String = phone.as_str().chars().filter(char::is_ascii_digit).collect();
    all[all.len().saturating_sub(NATIONAL)..].to_owned()
}

fn reached_alike(sent: &Likeness<'_>, here: &Likeness<'_>) -> bool {
    let phones = sent.phone.zip(here.phone).is_some_and(|(a, b)| digits(a) == digits(b));
    phones || sent.postcode.is_some() && sent.postcode == here.postcode
}

impl<'a> Likeness<'a> {
    /// What somebody's record is compared by.
    #[must_use]
    pub const fn of(details: &'a PersonDetails) -> Self {
        Self {
            name: &details.name,
            born: details.born,
            nhs_number: details.nhs_number.as_ref(),
            phone: details.phone.as_ref(),
            postcode: details.postcode.as_ref(),
        }
    }
}

/// Compares a referred person with one already here.
#[must_use]
pub fn compare(sent: &Likeness<'_>, here: &Likeness<'_>) -> Option<Match> {
    let same_birth = sent.born == here.born;
    let same_name = folded(&sent.name.full()) == folded(&here.name.full());
    let same_first = folded(sent.name.given.as_str()) == folded(here.name.given.as_str());
    match (sent.nhs_number, here.nhs_number) {
        (Some(a), Some(b)) if a == b => Some(if same_birth { Match::Sure } else { Match::NumberOnly }),
        (Some(_), Some(_)) => None,
        _ if same_birth && same_name => Some(Match::NameAndBirthDate),
        _ if same_birth && nearly_the_name(sent.name, here.name) => Some(Match::NearlyTheName),
        _ if same_birth && same_first && reached_alike(sent, here) => Some(Match::OtherFamilyName),
        _ if same_name && nearly_the_day(sent.born, here.born) => Some(Match::NearlyTheBirthDate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn named(given: &str, family: &str, preferred: Option<&str>) -> PersonName {
        let line = |text: &str| crate::text::Line::parse(text).unwrap();
        PersonName { given: line(given).unwrap(), family: line(family).unwrap(), preferred: preferred.and_then(line) }
    }

    fn like(name: &PersonName) -> Likeness<'_> {
        let born = BirthDate::from_stored(date(1947, 6, 4));
        Likeness { name, born, nhs_number: None, phone: None, postcode: None }
    }

    #[test]
    fn two_people_with_different_numbers_are_never_the_same() {
        let (a, b) = (NhsNumber::invented(1).unwrap(), NhsNumber::invented(2).unwrap());
        let name = named("Ann", "Shaw", None);
        let like = |nhs_number| Likeness { nhs_number, ..like(&name) };
        assert_eq!(compare(&like(Some(&a)), &like(Some(&b))), None);
        assert_eq!(compare(&like(Some(&a)), &like(Some(&a))), Some(Match::Sure));
        assert_eq!(compare(&like(Some(&a)), &like(None)), Some(Match::NameAndBirthDate));
    }

    #[test]
    fn a_slip_of_the_pen_another_order_and_a_pet_name_are_asked_about() {
        let here = named("Margaret", "Alderson", Some("Peggy"));
        for (given, family) in
            [("Margret", "Alderson"), ("Alderson", "Margaret"), ("Peggy", "Alderson"), ("Margaret", "Aldersen")]
        {
            let sent = named(given, family, None);
            assert_eq!(compare(&like(&sent), &like(&here)), Some(Match::NearlyTheName), "{given} {family}");
            assert_eq!(compare(&like(&here), &like(&sent)), Some(Match::NearlyTheName), "{given} {family}");
        }
        for (given, family) in [("Mary", "Alderson"), ("Margaret", "Holt"), ("Peter", "Alderson"), ("Li", "Wu")] {
            assert_eq!(compare(&like(&named(given, family, None)), &like(&here)), None, "{given} {family}");
        }
    }

    #[test]
    fn another_family_name_needs_the_same_phone_or_postcode_and_both_the_same_first_name() {
        let (before, married, husband) =
            (named("Ann", "Shaw", None), named("Ann", "Castleton", None), named("Bill", "Shaw", None));
        let (typed, dialled) = (Phone::parse("01632 960142").unwrap(), Phone::parse("+44 1632 960 142").unwrap());
        let here = Likeness { phone: Some(&typed), ..like(&before) };
        let sent = |name| Likeness { phone: Some(&dialled), ..like(name) };
        assert_eq!(compare(&sent(&married), &here), Some(Match::OtherFamilyName));
        assert_eq!(compare(&like(&married), &here), None);
        assert_eq!(compare(&sent(&husband), &here), None);
        let (home, away) = (Postcode::parse("WX4 2TN").unwrap(), Postcode::parse("WX4 2TP").unwrap());
        let at = |name, postcode| Likeness { postcode: Some(postcode), ..like(name) };
        assert_eq!(compare(&at(&married, &home), &at(&before, &home)), Some(Match::OtherFamilyName));
        assert_eq!(compare(&at(&married, &home), &at(&before, &away)), None);
    }

    #[test]
    fn a_mistyped_birth_date_is_asked_about_where_the_name_is_the_same() {
        let (name, other) = (named("Ann", "Shaw", None), named("Anne", "Shaw", None));
        let at = |year, month, day| BirthDate::from_stored(date(year, month, day));
        let compared = |other, born| compare(&Likeness { born, ..like(other) }, &like(&name));
        for born in [at(1947, 4, 6), at(1947, 6, 5), at(1974, 6, 4), at(1946, 6, 4), at(1947, 8, 4)] {
            assert_eq!(compared(&name, born), Some(Match::NearlyTheBirthDate), "{born:?}");
            assert_eq!(compared(&other, born), None, "{born:?}: two things that differ");
        }
        for born in [at(1952, 6, 4), at(1947, 9, 14), at(1938, 6, 4)] {
            assert_eq!(compared(&name, born), None, "{born:?}: two digits are other ones");
        }
    }
}
