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
    let (mut words, mut ends) = (vec![], vec![]);
    for line in text.to_lowercase().lines() {
        for written in line.split_whitespace() {
            let plain = written.replace(['\'', '\u{2019}', '\u{2018}'], "");
            let before = words.len();
            words.extend(
                plain
                    .split(|letter: char| !letter.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned),
            );
            ends.resize(words.len(), false);
            // A sentence ends with this word, or with the one before where nothing but a stop stands here.
            let stops = written.ends_with(['.', '!', '?', ';', ':', '\u{2026}', ')']);
            if let Some(end) = ends.last_mut().filter(|_| stops || words.len() == before) {
                *end |= stops;
            }
        }
        if let Some(end) = ends.last_mut() {
            *end = true;
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    PHRASES.iter().any(|phrase| said(&words, &ends, phrase))
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

/// Whether a phrase is said. `ends` tells after which words a sentence ends: what makes it harmless has to stand in the same one.
fn said(words: &[&str], ends: &[bool], phrase: &str) -> bool {
    let sought: Vec<&str> = phrase.split(' ').collect();
    words.windows(sought.len()).enumerate().any(|(at, window)| {
        if window != sought {
            return false;
        }
        let last = at + sought.len() - 1;
        let same_sentence = (last..).take_while(|word| !ends.get(*word).copied().unwrap_or(true)).count();
        let mut next = words.iter().skip(last + 1).take(same_sentence.min(3));
        !(sought.ends_with(&["go", "on"]) && next.any(|word| HARMLESS.contains(word)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_heard_however_it_is_typed() {
        for text in [
            "I want to DIE",
            "I can't go on. Long walks don't help",
            "I can't go on\nThe bus is late",
            "cannot go on ! holidays are the worst",
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
