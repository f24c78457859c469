//! Why a method gave no number. A refusal is an answer: it names what was wrong, where, and what would help.

use serde::Serialize;

/// No number, and the reason in words that a reader who is no statistician understands.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of fault it is; stable, for programs.
    pub kind: RefusalKind,
    /// One sentence: what is wrong, and what to do.
    pub message: String,
    /// Position in the input slice where the fault was first seen, counted from 0, where there is one.
    pub index: Option<usize>,
}

/// Kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Fewer observations than the method can use.
    TooFew,
    /// A value that is not a number, is infinite, or lies outside what it may be.
    BadValue,
    /// Slices whose lengths do not fit, or an option outside its range.
    BadShape,
    /// An identifier that must be unique is not.
    Duplicate,
    /// Columns that say the same, so that no estimate is unique.
    Singular,
    /// A covariate tells the groups apart completely.
    Separation,
    /// Nothing varies.
    Constant,
    /// Only one group where two are compared.
    OneGroup,
    /// The iteration did not settle.
    NotConverged,
    /// A table that cannot be protected.
    Unprotectable,
    /// A condition of the method's own is not met.
    Assumption,
}

impl Refusal {
    /// A refusal without a position.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), index: None }
    }

    /// A refusal at a position of the input.
    pub fn at(kind: RefusalKind, index: usize, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), index: Some(index) }
    }

    /// What it says, with its row named as it is in another table.
    ///
    /// ```
    /// use fingerpost_statistics::refusal::{Refusal, RefusalKind};
    /// let refusal = Refusal::at(RefusalKind::BadValue, 4, "The outcome of row 5 is not a whole number.");
    /// assert_eq!(refusal.said_of("line 9"), "The outcome of line 9 is not a whole number.");
    /// ```
    pub fn said_of(&self, place: &str) -> String {
        let Some(index) = self.index else { return self.message.clone() };
        let known = format!("row {}", index + 1);
        let whole = |at: &usize| {
            let rest = self.message.get(at + known.len()..).unwrap_or_default();
            !rest.starts_with(|letter: char| letter.is_ascii_digit())
        };
        let lower = self.message.to_ascii_lowercase();
        match lower.match_indices(&known).map(|(at, _)| at).find(whole) {
            Some(at) => {
                let (before, rest) = self.message.split_at(at);
                let mut place = place.to_owned();
                if rest.starts_with('R') {
                    place.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
                }
                format!("{before}{place}{}", rest.get(known.len()..).unwrap_or_default())
            }
            None => self.message.clone(),
        }
    }

    /// The same refusal with the row of the input that it is about, which its message begins with.
    #[must_use]
    pub fn in_row(self, index: usize) -> Self {
        Self { message: format!("Row {}: {}", index + 1, self.message), index: Some(index), ..self }
    }
}
