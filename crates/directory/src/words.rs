//! Words as search sees them: no accents, no endings, nothing that says nothing. Texts of the directory, the vocabulary
//! and what people type all go through here, so that they meet.

use fingerpost_domain::text::folded;
use frostem::{Algorithm, Stemmer};

/// Words too common to say anything.
const COMMON: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "i", "im", "in", "is", "it", "its", "me", "my",
    "of", "on", "or", "our", "so", "that", "the", "their", "them", "they", "this", "to", "we", "with", "you", "your",
];

/// The longest word that is looked at, in bytes: longer ones are no words.
const LONGEST: usize = 60;

/// A word: how it was written, without capitals and accents, and its stem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Without capitals and accents.
    pub written: String,
    /// Without its ending: what is compared.
    pub stem: String,
}

/// The words of a text in their order, common ones left out.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let english = Stemmer::new(Algorithm::English);
    plain(text)
        .into_iter()
        .filter(|word| word.len() <= LONGEST && !COMMON.contains(&word.as_str()))
        .map(|written| Word { stem: english.stem(&written).into_owned(), written })
        .collect()
}

/// Every word of a text, folded, in its order; a hyphen parts two words, an apostrophe does not.
#[must_use]
pub fn plain(text: &str) -> Vec<String> {
    folded(&text.replace(['-', '\u{2010}', '\u{2011}', '/'], " "))
        .split(|c: char| !c.is_alphanumeric() && c != '\u{a3}')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The stems of a text.
#[must_use]
pub fn stems(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.stem).collect()
}

/// Where `phrase` stands in `text`, both as stems: the place of its first word.
#[must_use]
pub fn position(text: &[String], phrase: &[String]) -> Option<usize> {
    (!phrase.is_empty()).then(|| text.windows(phrase.len()).position(|window| window == phrase)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_meet_without_capitals_accents_hyphens_and_endings() {
        assert_eq!(stems("The Men's SHEDS"), stems("men\u{2019}s shed"));
        assert_eq!(stems("Step-free caf\u{e9}s"), stems("step free cafe"));
        assert_eq!(stems("gardening"), stems("Gardens"));
        assert!(stems("with me and the").is_empty());
        let long = "x".repeat(LONGEST + 1);
        assert!(stems(&long).is_empty());
    }

    #[test]
    fn a_phrase_is_words_next_to_each_other() {
        let text = stems("Salvation Army food bank, Tuesdays");
        assert_eq!(position(&text, &stems("food banks")), Some(2));
        assert_eq!(position(&text, &stems("bank food")), None);
        assert_eq!(position(&text, &[]), None);
    }
}
