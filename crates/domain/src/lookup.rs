//! What somebody types to find a person: a name, an NHS number, a telephone number, or a group's name.

use crate::nhs_number::NhsNumber;
use crate::text::folded;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// An NHS number.
    Number(NhsNumber),
    /// The last digits of a telephone number; ten at most, so that +44 and 0 find the same.
    Phone(String),
    /// A part of a name, of a person or a group.
    Name {
        /// In the form in which names are compared.
        folded: String,
        /// As it was typed, with single spaces.
        typed: String,
    },
}

/// Characters that are looked at.
const LONGEST: usize = 80;
/// Digits from which on a number is looked for as one.
const FEWEST_DIGITS: usize = 6;
/// The digits of a British number behind +44 or 0.
const NATIONAL: usize = 10;

impl Sought {
    /// Reads what was typed.
    ///
    /// # Errors
    /// What to type instead.
    pub fn read(typed: &str) -> Result<Self, String> {
        let typed = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if typed.chars().count() > LONGEST {
            return Err(format!("Use {LONGEST} characters or fewer"));
        }
        if let Ok(number) = NhsNumber::parse(&typed) {
            return Ok(Self::Number(number));
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let only_a_number = typed.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
        if only_a_number && !digits.is_empty() {
            if digits.len() < FEWEST_DIGITS {
                return Err(format!("Enter at least {FEWEST_DIGITS} digits of a number"));
            }
            return Ok(Self::Phone(digits[digits.len().saturating_sub(NATIONAL)..].to_owned()));
        }
        let folded = folded(&typed);
        if folded.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            return Err("Enter at least 2 letters of a name, or a number".to_owned());
        }
        Ok(Self::Name { folded, typed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_from_a_name() {
        assert!(matches!(Sought::read("943 476 5919"), Ok(Sought::Number(_))));
        assert_eq!(Sought::read("+44 1632 960 155"), Ok(Sought::Phone("1632960155".into())));
        assert_eq!(Sought::read("01632 960 155"), Ok(Sought::Phone("1632960155".into())));
        let name = Sought::Name { folded: "odonoghue".into(), typed: "O’Donoghue".into() };
        assert_eq!(Sought::read(" O’Donoghue "), Ok(name));
    }

    #[test]
    fn too_little_says_what_is_missing() {
        for typed in ["", "  ", "a", "12345", "%", "__", "''"] {
            assert!(Sought::read(typed).is_err(), "{typed}");
        }
        assert!(Sought::read(&"a".repeat(81)).is_err());
    }
}
