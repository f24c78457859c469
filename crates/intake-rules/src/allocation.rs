//! Who could take somebody up: every link worker with the reasons for and against, the most fitting first. A person chooses.

use std::cmp::Reverse;

use fingerpost_domain::need::Need;

/// A link worker as allocation sees them.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Works in the practice that sent the person.
    pub at_practice: bool,
    /// Is away today.
    pub away: bool,
    /// The needs they know best.
    pub skills: &'a [Need],
    /// Languages, in words.
    pub languages: &'a str,
    /// Places in all.
    pub places: u32,
    /// Open cases.
    pub open_cases: u32,
}

/// What somebody is referred for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Needs ticked.
    pub needs: &'a [Need],
    /// How to communicate with them, in words: a language that is named here counts.
    pub communication: &'a str,
}

/// How well a link worker fits, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Which of the candidates.
    pub index: usize,
    /// What speaks for them: "Works in this practice", "Knows money and benefits".
    pub reasons: Vec<String>,
}

/// Languages that people here speak and sign beside English, each under its names: nothing else that is written counts as one.
const LANGUAGES: [&[&str]; 40] = [
    &["British Sign Language", "BSL", "sign language"],
    &["Welsh", "Cymraeg"],
    &["Gaelic"],
    &["Irish"],
    &["Polish"],
    &["Romanian"],
    &["Punjabi", "Panjabi"],
    &["Urdu"],
    &["Bengali", "Bangla", "Sylheti"],
    &["Gujarati"],
    &["Hindi"],
    &["Tamil"],
    &["Malayalam"],
    &["Telugu"],
    &["Nepali"],
    &["Sinhala", "Sinhalese"],
    &["Arabic"],
    &["Kurdish", "Sorani", "Kurmanji"],
    &["Farsi", "Persian", "Dari"],
    &["Pashto"],
    &["Turkish"],
    &["Somali"],
    &["Tigrinya"],
    &["Amharic"],
    &["Yoruba"],
    &["Igbo"],
    &["Hausa"],
    &["Twi", "Akan"],
    &["Shona"],
    &["Swahili"],
    &["Portuguese"],
    &["Spanish"],
    &["French"],
    &["Italian"],
    &["German"],
    &["Lithuanian"],
    &["Bulgarian"],
    &["Ukrainian"],
    &["Russian"],
    &["Chinese", "Cantonese", "Mandarin"],
];

/// The language of theirs, other than English, that the person needs.
fn shared_language(languages: &str, communication: &str) -> Option<String> {
    let words = |text: &str| {
        let words = text.split(|each: char| !each.is_alphabetic()).filter(|word| !word.is_empty());
        format!(" {} ", words.map(str::to_lowercase).collect::<Vec<_>>().join(" "))
    };
    let (spoken, wanted) = (words(languages), words(communication));
    let named = |text: &str, name: &str| text.contains(&format!(" {} ", name.to_lowercase()));
    let found = LANGUAGES
        .iter()
        .find(|names| names.iter().any(|name| named(&spoken, name)) && names.iter().any(|name| named(&wanted, name)));
    found.map(|names| names[0].to_owned())
}

/// The candidates, most fitting first. Who is away comes last and who has no place before them; then who speaks the person's language,
/// works in their practice, knows their needs, and has the most room. Nobody is left out.
#[must_use]
pub fn rank(candidates: &[Candidate<'_>], wanted: Wanted<'_>) -> Vec<Fit> {
    let mut all: Vec<_> = candidates
        .iter()
        .enumerate()
        .map(|(index, who)| {
            let language = shared_language(who.languages, wanted.communication);
            let known: Vec<Need> = wanted.needs.iter().copied().filter(|need| who.skills.contains(need)).collect();
            let free = who.places.saturating_sub(who.open_cases);
            let key = (who.away, free == 0, language.is_none(), !who.at_practice, Reverse(known.len()), Reverse(free));
            let mut reasons: Vec<String> = vec![];
            reasons.extend(language.map(|language| format!("Speaks {language}")));
            if who.at_practice {
                reasons.push("Works in this practice".to_owned());
            }
            reasons.extend(known.iter().map(|need| format!("Knows well: {}", need.label().to_lowercase())));
            if free == 0 {
                reasons.push("Has no free place".to_owned());
            }
            (key, Fit { index, reasons })
        })
        .collect();
    all.sort_by_key(|(key, fit)| (*key, fit.index));
    all.into_iter().map(|(_, fit)| fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAYA: Candidate<'_> = Candidate {
        at_practice: true,
        away: false,
        skills: &[Need::Company],
        languages: "English and Yoruba",
        places: 30,
        open_cases: 20,
    };

    fn order(candidates: &[Candidate<'_>], communication: &str) -> Vec<usize> {
        let wanted = Wanted { needs: &[Need::Company, Need::Money], communication };
        rank(candidates, wanted).iter().map(|fit| fit.index).collect()
    }

    #[test]
    fn each_reason_counts_in_its_turn_and_nobody_is_left_out() {
        let elsewhere = Candidate { at_practice: false, ..MAYA };
        let full = Candidate { open_cases: 30, ..MAYA };
        let away = Candidate { away: true, ..MAYA };
        assert_eq!(order(&[away, full, elsewhere, MAYA], ""), [3, 2, 1, 0]);
        let polish = Candidate { at_practice: false, skills: &[], languages: "English, Polish", ..MAYA };
        assert_eq!(order(&[MAYA, polish], "Interpreter: Polish."), [1, 0]);
        assert_eq!(order(&[MAYA, polish], "Polishes shoes"), [0, 1], "a word is a word");
        let some = Candidate { languages: "English, some Polish, a little sign language", ..polish };
        assert_eq!(order(&[MAYA, some], "Needs some time. First language: Welsh"), [0, 1], "no language is shared");
        assert_eq!(order(&[MAYA, some], "Deaf, uses BSL"), [1, 0], "one language under two names");
        let both = Candidate { skills: &[Need::Company, Need::Money], ..MAYA };
        assert_eq!(order(&[MAYA, both], ""), [1, 0]);
        let room = Candidate { open_cases: 3, ..MAYA };
        assert_eq!(order(&[MAYA, room], ""), [1, 0]);
    }

    #[test]
    fn the_reasons_are_words_for_a_person() {
        let wanted = Wanted { needs: &[Need::Company], communication: "Speaks Yoruba" };
        let fit = &rank(&[Candidate { open_cases: 30, ..MAYA }], wanted)[0];
        let expected =
            ["Speaks Yoruba", "Works in this practice", "Knows well: company, feeling lonely", "Has no free place"];
        assert_eq!(fit.reasons, expected);
    }
}
