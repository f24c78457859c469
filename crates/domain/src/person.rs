//! The person who is helped: who they are and how to reach them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::age_on;
use crate::nhs_number::NhsNumber;
use crate::problem::Problems;
use crate::risk::Risk;
use crate::safe_contact::{Reach, SafeContact};
use crate::text::{Line, Note};

/// The earliest year of birth that is taken as meant.
const EARLIEST_BIRTH_YEAR: i16 = 1900;

/// A UK postcode, upper case with one space.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Postcode(String);

/// A telephone number as typed, checked for shape only: people share phones abroad too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Phone(String);

/// An e-mail address, checked for shape only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Email(String);

/// A text that does not have the shape of the thing asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeRefused {
    /// Not a postcode.
    #[error("Enter a full postcode, like WX4 2TN")]
    Postcode,
    /// Not a telephone number.
    #[error("Enter a phone number, like 01632 960 142")]
    Phone,
    /// Not an e-mail address.
    #[error("Enter an email address, like name@example.org")]
    Email,
}

impl Postcode {
    /// Reads a postcode as people type it.
    ///
    /// # Errors
    /// [`ShapeRefused::Postcode`] unless it is an outward code of 2 to 4 and an inward code of a digit
    /// and two letters (Royal Mail's form).
    pub fn parse(raw: &str) -> Result<Self, ShapeRefused> {
        let plain: String = raw.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = plain.as_bytes();
        if !(5..=7).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(ShapeRefused::Postcode);
        }
        let (outward, inward) = plain.split_at(plain.len() - 3);
        let inward_bytes = inward.as_bytes();
        let inward_fits = inward_bytes[0].is_ascii_digit() && inward_bytes[1..].iter().all(u8::is_ascii_uppercase);
        let outward_fits = outward.as_bytes()[0].is_ascii_uppercase() && outward.bytes().any(|b| b.is_ascii_digit());
        if inward_fits && outward_fits { Ok(Self(format!("{outward} {inward}"))) } else { Err(ShapeRefused::Postcode) }
    }

    /// The postcode.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Phone {
    /// Reads a telephone number: 7 to 15 digits, with `+`, spaces, brackets, hyphens and an extension
    /// allowed around them.
    ///
    /// # Errors
    /// [`ShapeRefused::Phone`] otherwise.
    pub fn parse(raw: &str) -> Result<Self, ShapeRefused> {
        let text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let fits = text.len() <= 35
            && (7..=15).contains(&digits)
            && text.chars().all(|c| c.is_ascii_digit() || " +()-.x".contains(c));
        if fits { Ok(Self(text)) } else { Err(ShapeRefused::Phone) }
    }

    /// The number as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether texts can be sent to it: a British mobile, or any number written with its country.
    #[must_use]
    pub fn takes_texts(&self) -> bool {
        let plain: String = self.0.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        plain.starts_with("07") && plain.len() == 11
            || plain.starts_with('+') && !plain.starts_with("+44")
            || plain.starts_with("+447")
    }
}

impl Email {
    /// Reads an address: something, `@`, something with a dot; no spaces, at most 255 characters.
    ///
    /// # Errors
    /// [`ShapeRefused::Email`] otherwise.
    pub fn parse(raw: &str) -> Result<Self, ShapeRefused> {
        let text = raw.trim();
        let Some((local, host)) = text.rsplit_once('@') else { return Err(ShapeRefused::Email) };
        let host_fits = host.contains('.')
            && host.split('.').all(|part| !part.is_empty())
            && host.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.');
        let local_fits = !local.is_empty()
            && !local.contains("..")
            && local.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c));
        if text.len() <= 255 && host_fits && local_fits { Ok(Self(text.to_owned())) } else { Err(ShapeRefused::Email) }
    }

    /// The address as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in the form in which it is compared: lower case.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// An address with most of it hidden, for a page that others may look at: "c•••@example.org".
#[must_use]
pub fn mask_email(email: &str) -> String {
    let (local, host) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}\u{2022}\u{2022}\u{2022}@{host}")
}

/// A person's names. PRSB lengths: 35, 35 and 70 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonName {
    /// First names.
    pub given: Line<70>,
    /// Family name.
    pub family: Line<70>,
    /// What they like to be called.
    pub preferred: Option<Line<70>>,
}

impl PersonName {
    /// First and family name.
    #[must_use]
    pub fn full(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// The name to use when speaking with them: preferred, else first.
    #[must_use]
    pub fn called(&self) -> &str {
        self.preferred.as_ref().unwrap_or(&self.given).as_str()
    }
}

/// A date of birth that is not in the future and not before 1900.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthDate(Date);

/// Why a date of birth was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BirthDateRefused {
    /// A part is missing or is no number.
    #[error("Enter the date of birth, for example 4 6 1947")]
    Incomplete,
    /// No such day.
    #[error("Date of birth must be a real date")]
    NoSuchDay,
    /// Later than today.
    #[error("Date of birth must be in the past")]
    InTheFuture,
    /// Two digits.
    #[error("Enter the year of birth with 4 numbers, like 1947")]
    YearInFull,
    /// Before 1900.
    #[error("Date of birth must be in 1900 or later")]
    TooLongAgo,
}

impl BirthDate {
    /// Reads day, month and year as typed.
    ///
    /// # Errors
    /// [`BirthDateRefused`], saying what to mend.
    pub fn parse(day: &str, month: &str, year: &str, today: Date) -> Result<Self, BirthDateRefused> {
        let number = |text: &str| text.trim().parse::<i16>().map_err(|_| BirthDateRefused::Incomplete);
        let (day, month, year) = (number(day)?, number(month)?, number(year)?);
        let small = |value: i16| i8::try_from(value).map_err(|_| BirthDateRefused::NoSuchDay);
        if (0..100).contains(&year) {
            return Err(BirthDateRefused::YearInFull);
        }
        if (0..EARLIEST_BIRTH_YEAR).contains(&year) {
            return Err(BirthDateRefused::TooLongAgo);
        }
        let date = Date::new(year, small(month)?, small(day)?).map_err(|_| BirthDateRefused::NoSuchDay)?;
        if date > today { Err(BirthDateRefused::InTheFuture) } else { Ok(Self(date)) }
    }

    /// A date already known to be right, from the store.
    #[must_use]
    pub const fn from_stored(date: Date) -> Self {
        Self(date)
    }

    /// The day.
    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }

    /// Whole years lived on `today`.
    #[must_use]
    pub fn age(self, today: Date) -> i16 {
        age_on(self.0, today)
    }
}

/// Who a person is and how they can be reached, as a referrer gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDetails {
    /// Names.
    pub name: PersonName,
    /// Day of birth.
    pub born: BirthDate,
    /// NHS number, when known.
    pub nhs_number: Option<NhsNumber>,
    /// Address without postcode.
    pub address: Option<Line<200>>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Telephone.
    pub phone: Option<Phone>,
    /// E-mail.
    pub email: Option<Email>,
    /// How to communicate with them: large print, hearing aid, interpreter.
    pub communication: Option<Note<500>>,
}

/// The "who are you referring?" form as posted, or as a clinical system hands it over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct PersonAnswers {
    pub given: String,
    pub family: String,
    pub preferred: String,
    pub born_day: String,
    pub born_month: String,
    pub born_year: String,
    pub nhs_number: String,
    pub address: String,
    pub postcode: String,
    pub phone: String,
    pub email: String,
    pub communication: String,
}

impl PersonAnswers {
    /// The details, or everything that is wrong with them. A name, a birth date and one way to reach
    /// the person are asked for; the rest is optional.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, today: Date) -> Result<PersonDetails, Problems> {
        let mut problems = Problems::none();
        let who = self.who(&mut problems, today);
        let phone = optional(&mut problems, "phone", &self.phone, Phone::parse);
        let email = optional(&mut problems, "email", &self.email, Email::parse);
        let address = problems.take("address", Line::parse(&self.address)).flatten();
        let postcode = optional(&mut problems, "postcode", &self.postcode, Postcode::parse);
        let communication = problems.take("communication", Note::parse(&self.communication)).flatten();
        let letters_arrive = address.is_some() && postcode.is_some();
        let tried = problems.of("phone").or(problems.of("email")).or(problems.of("postcode")).is_some();
        if phone.is_none() && email.is_none() && !letters_arrive && !tried {
            problems.add("phone", "Enter one way to reach them: a phone number, an email, or an address with postcode");
        }
        match who {
            Some((name, born, nhs_number)) if problems.is_empty() => {
                Ok(PersonDetails { name, born, nhs_number, address, postcode, phone, email, communication })
            }
            _ => Err(problems),
        }
    }

    /// Name, birthday and NHS number put right; the rest as it stands.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check_identity(&self, standing: &PersonDetails, today: Date) -> Result<PersonDetails, Problems> {
        let mut problems = Problems::none();
        match self.who(&mut problems, today) {
            Some((name, born, nhs_number)) if problems.is_empty() => {
                Ok(PersonDetails { name, born, nhs_number, ..standing.clone() })
            }
            _ => Err(problems),
        }
    }

    fn who(&self, problems: &mut Problems, today: Date) -> Option<(PersonName, BirthDate, Option<NhsNumber>)> {
        let given = problems.need("given", Line::parse(&self.given), "Enter their first name");
        let family = problems.need("family", Line::parse(&self.family), "Enter their family name");
        let preferred = problems.take("preferred", Line::parse(&self.preferred)).flatten();
        let born = problems.take("born", BirthDate::parse(&self.born_day, &self.born_month, &self.born_year, today));
        let nhs_number = optional(problems, "nhs_number", &self.nhs_number, NhsNumber::parse);
        Some((PersonName { given: given?, family: family?, preferred }, born?, nhs_number))
    }
}

impl PersonDetails {
    /// Whether what we have is enough to reach them this way.
    #[must_use]
    pub fn reachable_by(&self, reach: Reach) -> bool {
        match reach {
            Reach::Phone | Reach::Text => self.phone.is_some(),
            Reach::Email => self.email.is_some(),
            Reach::Letter => self.address.is_some() && self.postcode.is_some(),
            Reach::Trusted => true,
        }
    }
}

/// What stands on every page about a person, as changed in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// The person with phone, e-mail, address and communication as they now are.
    pub details: PersonDetails,
    /// How to reach them safely.
    pub safe_contact: SafeContact,
    /// What is known about risks.
    pub risk: Risk,
}

/// The "take care" form as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct CareAnswers {
    pub risk: String,
    pub risk_note: String,
    pub reach: String,
    pub guidance: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub postcode: String,
    pub communication: String,
}

impl CareAnswers {
    /// What now stands about `person`, or everything that is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, person: &PersonDetails) -> Result<Care, Problems> {
        let mut problems = Problems::none();
        let risk = problems.take("risk", Risk::parse(&self.risk, &self.risk_note));
        let phone = optional(&mut problems, "phone", &self.phone, Phone::parse);
        let email = optional(&mut problems, "email", &self.email, Email::parse);
        let address = problems.take("address", Line::parse(&self.address)).flatten();
        let postcode = optional(&mut problems, "postcode", &self.postcode, Postcode::parse);
        let guidance = problems.take("guidance", Line::parse(&self.guidance)).flatten();
        let communication = problems.take("communication", Note::parse(&self.communication)).flatten();
        let details = PersonDetails { phone, email, address, postcode, communication, ..person.clone() };
        let reach = Reach::from_code(&self.reach);
        match reach {
            None => problems.add("reach", "Choose a safe way to reach them"),
            Some(reach) if problems.is_empty() && !details.reachable_by(reach) => {
                problems.add(
                    "reach",
                    format!(
                        "There are no details for {}: give them, or choose another way",
                        reach.label().to_lowercase()
                    ),
                );
            }
            Some(Reach::Trusted) if guidance.is_none() && problems.of("guidance").is_none() => {
                problems.add("guidance", "Say who they trust, and how to reach that person");
            }
            Some(_) => {}
        }
        match (risk, reach) {
            (Some(risk), Some(reach)) if problems.is_empty() => {
                Ok(Care { details, safe_contact: SafeContact { reach, guidance }, risk })
            }
            _ => Err(problems),
        }
    }
}

/// Reads an optional field: blank is `None`, anything else must parse.
pub(crate) fn optional<T, E: ToString>(
    problems: &mut Problems,
    field: &'static str,
    raw: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    if raw.trim().is_empty() { None } else { problems.take(field, parse(raw)) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn peggy() -> PersonAnswers {
        PersonAnswers {
            given: "Margaret".into(),
            family: "Alderthwaite".into(),
            born_day: "4".into(),
            born_month: "6".into(),
            born_year: "1947".into(),
            phone: "01632 960 142".into(),
            ..PersonAnswers::default()
        }
    }

    #[test]
    fn a_name_a_birth_date_and_a_phone_are_enough() {
        let details = peggy().check(date(2026, 11, 21)).unwrap();
        assert_eq!(details.name.full(), "Margaret Alderthwaite");
        assert_eq!(details.born.age(date(2026, 11, 21)), 79);
    }

    #[test]
    fn every_field_says_what_is_wrong_with_it() {
        let wrong = PersonAnswers {
            born_day: "31".into(),
            born_month: "2".into(),
            nhs_number: "999 000 0019".into(),
            postcode: "nonsense".into(),
            given: " ".into(),
            ..peggy()
        };
        let problems = wrong.check(date(2026, 11, 21)).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_ref()).collect();
        assert_eq!(fields, ["given", "born", "nhs_number", "postcode"]);
    }

    #[test]
    fn impossible_birth_dates_are_refused() {
        let today = date(2026, 11, 21);
        let parse = |d, m, y| BirthDate::parse(d, m, y, today);
        assert_eq!(parse("30", "2", "1950"), Err(BirthDateRefused::NoSuchDay));
        assert_eq!(parse("22", "11", "2026"), Err(BirthDateRefused::InTheFuture));
        assert_eq!(parse("1", "1", "1899"), Err(BirthDateRefused::TooLongAgo));
        assert_eq!(parse("1", "1", "47"), Err(BirthDateRefused::YearInFull));
        assert_eq!(parse("", "1", "1950"), Err(BirthDateRefused::Incomplete));
        assert_eq!(parse("1", "999", "1950"), Err(BirthDateRefused::NoSuchDay));
    }

    #[test]
    fn nobody_is_taken_who_cannot_be_reached() {
        let problems = PersonAnswers { phone: String::new(), ..peggy() }.check(date(2026, 11, 21)).unwrap_err();
        assert!(problems.of("phone").is_some());
    }

    #[test]
    fn a_safe_way_needs_the_details_that_belong_to_it() {
        let person = peggy().check(date(2026, 11, 21)).unwrap();
        let answers = CareAnswers { risk: "none_known".into(), reach: "email".into(), ..CareAnswers::default() };
        assert!(answers.check(&person).unwrap_err().of("reach").is_some());
        let given = CareAnswers { email: "peggy@example.org".into(), ..answers };
        assert_eq!(given.check(&person).unwrap().safe_contact.reach, Reach::Email);
    }

    #[test]
    fn shapes_are_read_as_people_type_them() {
        assert_eq!(Postcode::parse("wx42tn").unwrap().as_str(), "WX4 2TN");
        assert!(Postcode::parse("WX4").is_err());
        assert!(Phone::parse("+44 (0)1632 960142").is_ok());
        assert!(Phone::parse("ring the bell").is_err());
        assert!(Email::parse("peggy@example.org").is_ok());
        assert!(Email::parse("peggy@example").is_err());
        assert!(Email::parse("a@b.c\r\nBcc: x@y.z").is_err());
    }
}
