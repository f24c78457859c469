//! The code that opens a name: six digits sent to the address that is held for a group.
//!
//! A link can be passed on; a code goes only to the address that was asked. Who has both is taken for the group.

use jiff::SignedDuration;

use fingerpost_domain::ambient::Entropy;

/// A code works for so long.
pub const CODE_LASTS: SignedDuration = SignedDuration::from_mins(30);
/// A code that was typed wrong so often is dead.
pub const TRIES: i64 = 5;
/// So many codes are sent for one link within a day: nobody's mailbox is flooded.
pub const MOST_IN_A_DAY: i64 = 6;

/// Six digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCode(String);

impl GroupCode {
    /// A new code.
    #[must_use]
    pub fn new(entropy: &Entropy) -> Self {
        let number = u64::from_le_bytes(entropy.bytes::<8>()) % 1_000_000;
        Self(format!("{number:06}"))
    }

    /// A code as typed: with spaces, or a dash in the middle.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        (plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(plain))
    }

    /// Its digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// As it stands in a message: "482 913".
    #[must_use]
    pub fn spaced(&self) -> String {
        format!("{} {}", &self.0[..3], &self.0[3..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_as_it_was_written() {
        let entropy = Entropy::from_number(7);
        for _ in 0..200 {
            let code = GroupCode::new(&entropy);
            assert_eq!(GroupCode::parse(&code.spaced()), Some(code));
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        for typed in ["", "12345", "1234567", "12345a", "１２３４５６", "12 34 5"] {
            assert_eq!(GroupCode::parse(typed), None, "{typed}");
        }
    }
}
