//! Suppression of small counts, in this one place.
//!
//! A count of 1 to 7 about people is not shown to those who may not open the list behind it (NHS
//! England's rule for patient counts: 1 to 7 suppressed, others rounded to 5). We hide 1 to 7 and
//! round the rest to the nearest 5, so that no difference of two shown numbers gives a small one away.

use std::fmt;

/// Counts from 1 to this are hidden.
pub const HIDDEN_UP_TO: u64 = 7;
const ROUND_TO: u64 = 5;

/// A count as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownCount {
    /// Nothing to count, or the reader may open the list: the number itself.
    Exact(u64),
    /// Rounded to the nearest 5.
    About(u64),
    /// From 1 to 7.
    FewerThanEight,
}

impl ShownCount {
    /// The count for somebody who may open the list behind it.
    #[must_use]
    pub const fn open(count: u64) -> Self {
        Self::Exact(count)
    }

    /// The count for somebody who may not.
    #[must_use]
    pub const fn suppressed(count: u64) -> Self {
        match count {
            0 => Self::Exact(0),
            1..=HIDDEN_UP_TO => Self::FewerThanEight,
            _ => Self::About((count + ROUND_TO / 2) / ROUND_TO * ROUND_TO),
        }
    }
}

impl fmt::Display for ShownCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(count) => write!(f, "{count}"),
            Self::About(count) => write!(f, "about {count}"),
            Self::FewerThanEight => f.write_str("fewer than 8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_shown() {
        let shown: Vec<String> = [0, 1, 7, 8, 12, 13].map(|n| ShownCount::suppressed(n).to_string()).into();
        assert_eq!(shown, ["0", "fewer than 8", "fewer than 8", "about 10", "about 10", "about 15"]);
    }

    proptest! {
        #[test]
        fn no_two_shown_counts_differ_by_a_small_number(a in 0u64..5_000, b in 0u64..5_000) {
            if let (ShownCount::About(a), ShownCount::About(b)) = (ShownCount::suppressed(a), ShownCount::suppressed(b)) {
                prop_assert!(a == b || a.abs_diff(b) >= ROUND_TO);
            }
        }
    }
}
