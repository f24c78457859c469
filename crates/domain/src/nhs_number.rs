//! The NHS number and its check digit (Modulus 11).

use std::fmt;

use serde::Serialize;

/// A ten-digit NHS number whose check digit is right.
///
/// Source: NHS Data Dictionary, "NHS NUMBER": the first nine digits weighted 10 to 2, summed, the
/// remainder of division by 11 taken from 11; 11 counts as 0 and 10 is never issued.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct NhsNumber(String);

/// Why a text is not an NHS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NhsNumberRefused {
    /// Not ten digits once spaces and hyphens are taken out.
    #[error("Enter the NHS number as 10 digits, like 999 000 0018")]
    NotTenDigits,
    /// The check digit does not fit: at least one digit is mistyped.
    #[error("Check the NHS number: one of its digits is wrong")]
    WrongCheckDigit,
}

impl NhsNumber {
    /// Reads a number as people write it, with or without spaces and hyphens.
    ///
    /// # Errors
    /// [`NhsNumberRefused`] when it is not ten digits or fails its check.
    pub fn parse(raw: &str) -> Result<Self, NhsNumberRefused> {
        let digits: String = raw.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NhsNumberRefused::NotTenDigits);
        }
        let value = |at: usize| u32::from(digits.as_bytes()[at] - b'0');
        // Ten equal digits pass the arithmetic and are never a person's: they are filled-in forms.
        let all_same = (1..10).all(|at| value(at) == value(0));
        match check_digit(value) {
            Some(check) if check == value(9) && !all_same => Ok(Self(digits)),
            _ => Err(NhsNumberRefused::WrongCheckDigit),
        }
    }

    /// The number in the reserved test range (999 000 0000 to 999 999 9999) with serial `serial`, when
    /// that serial has a valid check digit.
    #[must_use]
    pub fn invented(serial: u32) -> Option<Self> {
        let nine = format!("999{:06}", serial % 1_000_000);
        let check = check_digit(|at| u32::from(nine.as_bytes()[at] - b'0'))?;
        Self::parse(&format!("{nine}{check}")).ok()
    }

    /// The ten digits without spaces.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

fn check_digit(value: impl Fn(usize) -> u32) -> Option<u32> {
    let sum: u32 = (0..9).map(|at| value(at) * (10 - at as u32)).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// Shown in groups of 3, 3 and 4.
impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", &self.0[0..3], &self.0[3..6], &self.0[6..10])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_numbers_are_read_as_written() {
        for raw in ["999 000 0018", "999-000-0018", "9990000018", " 9990000018 "] {
            assert_eq!(NhsNumber::parse(raw).unwrap().to_string(), "999 000 0018");
        }
    }

    #[test]
    fn filled_in_nonsense_is_refused() {
        assert_eq!(NhsNumber::parse("0000000000"), Err(NhsNumberRefused::WrongCheckDigit));
        assert_eq!(NhsNumber::parse("9999999999"), Err(NhsNumberRefused::WrongCheckDigit));
        assert_eq!(NhsNumber::parse("９９９０００００１８"), Err(NhsNumberRefused::NotTenDigits));
        assert_eq!(NhsNumber::parse("99900000"), Err(NhsNumberRefused::NotTenDigits));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_caught(serial in 0u32..1_000_000, at in 0usize..10, by in 1u8..10) {
            if let Some(number) = NhsNumber::invented(serial) {
                let mut digits = number.digits().as_bytes().to_vec();
                digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
                let typo = String::from_utf8(digits).unwrap();
                prop_assert!(NhsNumber::parse(&typo).is_err());
            }
        }
    }
}
