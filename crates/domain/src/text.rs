//! Text that people typed: normalised to NFC, without invisible control characters, bounded.
//!
//! Emoji, apostrophes and right-to-left names are kept as they are. What could disguise a line
//! (control characters, NUL, direction overrides) is taken out.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextRefused {
    /// More characters than the field holds.
    #[error("Use {limit} characters or fewer. You used {used}")]
    TooLong {
        /// Characters the field holds.
        limit: usize,
        /// Characters that came.
        used: usize,
    },
    /// Bytes that are no text in UTF-8 arrived.
    #[error("Some letters could not be read. Type them again")]
    Unreadable,
}

/// One line of at most `MAX` characters; never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// Several lines of at most `MAX` characters; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Note<const MAX: usize>(String);

/// The longest note that a contact, a risk or a quotation may hold, in characters.
pub const NOTE_LIMIT: usize = 8_000;

impl<const MAX: usize> Line<MAX> {
    /// The line, folded to single spaces; `None` when nothing is left.
    ///
    /// # Errors
    /// [`TextRefused::TooLong`] with more than `MAX` characters.
    pub fn parse(raw: &str) -> Result<Option<Self>, TextRefused> {
        let clean = clean(raw, false);
        let folded = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        bounded::<MAX>(folded).map(|text| text.map(Self))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Note<MAX> {
    /// This text, with a newer one after it as far as there is room; the same text is not said twice.
    #[must_use]
    pub fn followed_by_newer(&self, newer: &Self) -> Self {
        if self.0.contains(&newer.0) {
            return self.clone();
        }
        Self(format!("{} {}", self.0, newer.0).chars().take(MAX).collect())
    }

    /// This text, with an earlier one after it as far as there is room; the same text is not said twice.
    #[must_use]
    pub fn followed_by(&self, earlier: &Self) -> Self {
        Self(followed(&self.0, &earlier.0, MAX))
    }

    /// The note, trimmed, with `\n` line ends; `None` when nothing is left.
    ///
    /// # Errors
    /// [`TextRefused::TooLong`] with more than `MAX` characters.
    pub fn parse(raw: &str) -> Result<Option<Self>, TextRefused> {
        let clean = clean(&raw.replace("\r\n", "\n"), true);
        bounded::<MAX>(clean.trim().to_owned()).map(|text| text.map(Self))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was stored is read under the same rule as what is typed.
impl<'de, const MAX: usize> Deserialize<'de> for Line<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)?.ok_or_else(|| serde::de::Error::custom("an empty line"))
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Note<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)?.ok_or_else(|| serde::de::Error::custom("an empty note"))
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Display for Note<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text with a capital in front.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn followed(new: &str, earlier: &str, most: usize) -> String {
    if new.contains(earlier) {
        return new.to_owned();
    }
    let joined = format!("{new} Also: {earlier}");
    if joined.chars().count() <= most { joined } else { joined.chars().take(most - 1).chain(['\u{2026}']).collect() }
}

fn bounded<const MAX: usize>(text: String) -> Result<Option<String>, TextRefused> {
    if text.contains('\u{FFFD}') {
        return Err(TextRefused::Unreadable);
    }
    let used = text.chars().count();
    if used > MAX {
        return Err(TextRefused::TooLong { limit: MAX, used });
    }
    Ok((!text.is_empty()).then_some(text))
}

fn clean(raw: &str, lines: bool) -> String {
    raw.nfc().filter(|&c| (c == '\n' && lines) || c == '\t' || c == ' ' || !is_hidden(c)).collect()
}

/// Control characters and the marks that reorder or hide text. Joiners stay: names and emoji need them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The form in which text is sorted and searched on every engine: NFKD, no accents, lower case,
/// apostrophes and hyphens dropped, single spaces. `"O’Donoghue-Édouard"` gives `"odonoghueedouard"`.
#[must_use]
pub fn folded(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '-' | '\u{2010}' | '\u{2011}'))
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_kept() {
        for name in ["Siân O’Donoghue-Smyth", "محمد الأمين", "李伟", "Zoë 🌻", "D'Arcy"] {
            assert_eq!(Line::<70>::parse(name).unwrap().unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_could_disguise_a_line_is_taken_out() {
        let line = Line::<70>::parse("Peg\u{0}gy\u{202E} A\r\nlder").unwrap().unwrap();
        assert_eq!(line.as_str(), "Peggy Alder");
    }

    #[test]
    fn too_long_says_how_long() {
        let error = Line::<3>::parse("four").unwrap_err();
        assert_eq!(error.to_string(), "Use 3 characters or fewer. You used 4");
    }

    #[test]
    fn what_was_no_text_is_refused() {
        assert_eq!(Line::<70>::parse("Si\u{FFFD}n"), Err(TextRefused::Unreadable));
    }

    #[test]
    fn blank_is_nothing() {
        assert_eq!(Note::<9>::parse(" \r\n\t ").unwrap(), None);
    }

    #[test]
    fn folding_ignores_accents_case_and_apostrophes() {
        assert_eq!(folded("  O’Donoghue   ÉDOUARD "), "odonoghue edouard");
        assert_eq!(folded("O'Donoghue Edouard"), "odonoghue edouard");
    }
}
