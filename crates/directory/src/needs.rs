//! Plain words: which services answer which of the eight needs, and what people call things.
//!
//! Our own small vocabulary. A term or a name that contains one of the words counts for the need; what the
//! directory's source says in its own taxonomy is kept beside it.

use fingerpost_domain::need::Need;

/// Words by need; a word matches the beginning of a word in a name or a term.
const WORDS: &[(Need, &[&str])] = &[
    (
        Need::Company,
        &[
            "social",
            "friend",
            "befriend",
            "companion",
            "lonel",
            "isolat",
            "cafe",
            "lunch club",
            "choir",
            "singing",
            "craft",
            "shed",
            "club",
            "senior cent",
            "community cent",
            "meet",
        ],
    ),
    (
        Need::Money,
        &[
            "debt",
            "money",
            "benefit",
            "budget",
            "financ",
            "income",
            "food bank",
            "food pantr",
            "food stamp",
            "welfare",
            "utility",
            "fuel",
            "advice",
            "hardship",
        ],
    ),
    (
        Need::Home,
        &[
            "housing",
            "home repair",
            "homeless",
            "rent",
            "tenan",
            "shelter",
            "eviction",
            "handyman",
            "landlord",
            "mortgage",
        ],
    ),
    (Need::Caring, &["carer", "caregiver", "respite", "dementia", "young carer", "parent", "child care"]),
    (
        Need::Active,
        &[
            "exercise",
            "walk",
            "sport",
            "fitness",
            "swim",
            "yoga",
            "dance",
            "garden",
            "gym",
            "cycling",
            "recreation",
            "tai chi",
        ],
    ),
    (
        Need::Mood,
        &[
            "mental health",
            "counsel",
            "anxiety",
            "depress",
            "wellbeing",
            "well-being",
            "stress",
            "mindful",
            "therapy",
            "emotional",
        ],
    ),
    (Need::Loss, &["bereave", "grief", "griev", "widow", "hospice"]),
];

/// What people say, and the words under which directories have it.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("lonely", &["social", "befriend", "companion", "friend"]),
    ("skint", &["debt", "money", "benefit"]),
    ("broke", &["debt", "money", "benefit"]),
    ("bored", &["activity", "club", "craft", "volunteer"]),
    ("sad", &["counsel", "mood", "mental"]),
    ("knitting", &["craft"]),
    ("singing", &["choir"]),
    ("allotment", &["garden"]),
    ("drink", &["alcohol"]),
    ("drinking", &["alcohol"]),
];

/// The needs that a service answers, from its folded name and terms.
#[must_use]
pub fn answered_by(folded: &[String]) -> Vec<Need> {
    let begins = |text: &str, word: &str| text.starts_with(word) || text.contains(&format!(" {word}"));
    WORDS
        .iter()
        .filter(|(_, words)| words.iter().any(|word| folded.iter().any(|text| begins(text, word))))
        .map(|(need, _)| *need)
        .collect()
}

/// Other words for a word that somebody typed.
#[must_use]
pub fn synonyms(word: &str) -> &'static [&'static str] {
    SYNONYMS.iter().find(|(plain, _)| *plain == word).map_or(&[], |(_, others)| others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_found_at_the_beginning_of_a_word() {
        let of = |text: &str| answered_by(&[text.to_owned()]);
        assert_eq!(of("tannery choir"), [Need::Company]);
        assert_eq!(of("debt and benefits advice"), [Need::Money]);
        assert_eq!(of("parental control"), [Need::Caring]);
        assert!(of("current affairs").is_empty(), "rent inside another word is no rent");
    }
}
