//! Texts of other people's directories, as a reader should meet them.

/// Letters that came through one wrong table: UTF-8 read as the code page of a 1980s terminal.
const MISREAD: &[(&str, &str)] = &[
    ("GÇÖ", "\u{2019}"),
    ("GÇÿ", "\u{2018}"),
    ("GÇ£", "\u{201C}"),
    ("GÇ¥", "\u{201D}"),
    ("GÇô", "\u{2013}"),
    ("GÇö", "\u{2014}"),
    ("GÇó", "\u{2022}"),
    ("GÇª", "\u{2026}"),
    ("GÇæ", "-"),
    ("GÇÉ", "-"),
    ("GÇï", ""),
    ("+¬", "é"),
];

fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFD}')
}

/// Rounds of mending at most: what is mended may show something else to mend.
const ROUNDS: usize = 8;

/// Line ends that were written as two letters, `\n`, are line ends again; misread letters are mended; marks of a
/// machine (`###MON###`) and hidden characters go; more than one empty line becomes one. A text that is tidy stays
/// as it is.
#[must_use]
pub fn text(raw: &str) -> String {
    let mut words = raw.to_owned();
    for _ in 0..ROUNDS {
        let mended = mend(&words);
        if mended == words {
            break;
        }
        words = mended;
    }
    words
}

fn mend(raw: &str) -> String {
    let mut words: String =
        raw.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || *c == '\t' || !is_hidden(*c)).collect();
    for (wrong, right) in [("\\r\\n", "\n"), ("\\n", "\n"), ("\\r", "\n"), ("\\t", " ")].iter().chain(MISREAD) {
        if words.contains(wrong) {
            words = words.replace(wrong, right);
        }
    }
    let mut out = String::with_capacity(words.len());
    let mut empty_lines = 0;
    for each in words.lines() {
        let kept = line(&without_marks(each));
        empty_lines = if kept.is_empty() { empty_lines + 1 } else { 0 };
        if empty_lines < 2 {
            out.push_str(&kept);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

/// One line: hidden characters out, spaces folded.
#[must_use]
pub fn line(raw: &str) -> String {
    let shown: String =
        raw.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes `###ABC###` out, also where a `#` is missing or too many.
fn without_marks(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("##") {
        out.push_str(&rest[..at]);
        let mark = rest[at..].trim_start_matches('#');
        let letters = mark.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(mark.len());
        let after = mark[letters..].trim_start_matches('#');
        if letters == 3 && after.len() < mark.len() - letters {
            rest = after;
        } else {
            out.push_str(&rest[at..rest.len() - mark.len()]);
            rest = mark;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_machine_left_in_a_text_is_taken_out() {
        assert_eq!(text("Hospice.\\n\\n\\n###MON##\\n####COL####"), "Hospice.");
        assert_eq!(text("ArmyGÇÖs  home\\nSecond"), "Army\u{2019}s home\nSecond");
        assert_eq!(text("A ## B ###TOOLONG### #1"), "A ## B ###TOOLONG### #1");
        assert_eq!(line("\u{202E}evil\tname"), "evil name");
    }

    proptest! {
        #[test]
        fn tidying_twice_is_tidying_once(raw in "[ -~\u{202E}\n#A-Z\\\\n]{0,80}") {
            let once = text(&raw);
            prop_assert_eq!(text(&once), once);
        }
    }
}
