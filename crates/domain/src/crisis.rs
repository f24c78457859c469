//! Words that may mean danger: who writes them is shown at once where help is now, and is read first.
//!
//! A short list of plain phrases, not a judgement: it finds some and misses others, and no page says that anybody was assessed.

/// Phrases, in small letters without apostrophes or hyphens.
const PHRASES: &[&str] = &[
    "kill myself",
    "killing myself",
    "dont want to live",
    "no point in living",
    "dont see the point any more",
    "dont see the point anymore",
    "nobody would miss me",
    "no one would miss me",
    "want it to be over",
    "want it all to be over",
    "dont want to wake up",
    "tired of living",
    "scared of him",
    "scared of her",
    "frightened of him",
    "frightened of her",
    "afraid of him",
    "afraid of her",
    "take my life",
    "taking my life",
    "end my life",
    "ending my life",
    "end it all",
    "take my own life",
    "taking my own life",
    "suicide",
    "suicidal",
    "want to die",
    "wish i was dead",
    "wish i were dead",
    "better off dead",
    "better off without me",
    "no reason to live",
    "nothing to live for",
    "dont want to be here any more",
    "dont want to be here anymore",
    "cant go on",
    "cannot go on",
    "hurt myself",
    "hurting myself",
    "harm myself",
    "harming myself",
    "self harm",
    "cut myself",
    "cutting myself",
    "overdose",
    "hits me",
    "hit me",
    "beats me",
    "hurts me",
    "hits her",
    "hits him",
    "beats her",
    "beats him",
    "not safe at home",
    "unsafe at home",
    "kill her",
    "kill him",
    "kill herself",
    "kill himself",
    "end her life",
    "end his life",
    "hurt herself",
    "hurt himself",
    "wants to die",
];

/// Whether a text holds words that may mean danger to somebody.
///
/// ```
/// use fingerpost_domain::crisis::may_be_danger;
/// assert!(may_be_danger("Some days I can’t go on."));
/// assert!(!may_be_danger("I can't go on the bus with my frame."));
/// ```
#[must_use]
pub fn may_be_danger(text: &str) -> bool {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|letter| !matches!(letter, '\'' | '’' | '‘'))
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    PHRASES.iter().any(|phrase| said(&words, phrase))
}

/// Going on a bus or a holiday is no despair, where that stands within the next three words.
const HARMLESS: &[&str] = &[
    "bus",
    "buses",
    "train",
    "trains",
    "plane",
    "planes",
    "holiday",
    "holidays",
    "trip",
    "trips",
    "outing",
    "outings",
    "walk",
    "walks",
    "stairs",
    "escalator",
    "boat",
    "cruise",
    "drive",
    "drives",
];

fn said(words: &[&str], phrase: &str) -> bool {
    let sought: Vec<&str> = phrase.split(' ').collect();
    words.windows(sought.len()).enumerate().any(|(at, window)| {
        let goes_on = sought.ends_with(&["go", "on"]);
        let mut next = words.iter().skip(at + sought.len()).take(3);
        window == sought && !(goes_on && next.any(|word| HARMLESS.contains(word)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_heard_however_it_is_typed() {
        for text in [
            "I want to DIE",
            "thinking about suicide.",
            "self-harm again",
            "they'd be better off without me",
            "i dont want to be here anymore",
            "My husband hits me",
            "I can't\ngo on",
            "I can't go on the way I am",
            "I cannot go on a day longer",
            "I can't go on, my life is over",
            "I don't want to live",
            "I just want it to be over",
            "there is no point in living. I am scared of him",
            "I dont see the point any more, nobody would miss me",
        ] {
            assert!(may_be_danger(text), "{text}");
        }
    }

    #[test]
    fn everyday_words_are_not_danger() {
        for text in [
            "",
            "My hip hurts",
            "We would die for a cup of tea",
            "I cannot go on holiday",
            "I can't go on the bus with my frame",
            "I cannot go on long walks",
            "Cut the grass myself",
        ] {
            assert!(!may_be_danger(text), "{text}");
        }
    }
}
