//! Texts of other people's directories, as a reader should meet them.

use html5gum::{Token, Tokenizer};

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

/// Elements of which the words are no text.
const UNREAD: [&[u8]; 4] = [b"script", b"style", b"template", b"svg"];
/// Elements that stand on lines of their own.
const LINES: [&[u8]; 4] = [b"div", b"li", b"tr", b"hr"];
/// Elements with an empty line around them.
const BLOCKS: [&[u8]; 11] = [b"p", b"ul", b"ol", b"table", b"blockquote", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"];
/// Other elements of which texts are made.
const INSIDE: [&[u8]; 16] = [
    b"br", b"a", b"b", b"i", b"u", b"em", b"strong", b"span", b"font", b"sup", b"sub", b"td", b"th", b"img", b"iframe",
    b"tbody",
];

/// Ends the line, and leaves an empty one after it where `apart`.
fn end_line(words: &mut String, apart: bool) {
    let there = words.len() - words.trim_end_matches('\n').len();
    words.push_str(match (apart, there) {
        (false, 0) => "\n",
        (true, 0) => "\n\n",
        (true, 1) => "\n",
        _ => "",
    });
}

/// The words of a text that was written as HTML; nothing of it is ever drawn as HTML. A text that only has a `<` in it
/// stays as it is.
fn without_markup(raw: &str) -> std::borrow::Cow<'_, str> {
    let is_element = |name: &[u8]| [&UNREAD[..], &LINES, &BLOCKS, &INSIDE].iter().any(|some| some.contains(&name));
    let marked = raw.contains('<')
        && Tokenizer::new(raw).any(|Ok(token)| match token {
            Token::StartTag(tag) => is_element(&tag.name),
            Token::EndTag(tag) => is_element(&tag.name),
            _ => false,
        });
    let spelt_out = raw.contains('&') && raw.contains(';');
    if !marked && !spelt_out {
        return raw.into();
    }
    // Without elements a `<` is a `<`: only the letters that are spelt out are read.
    let escaped;
    let source = if marked {
        raw
    } else {
        escaped = raw.replace('<', "&lt;");
        &escaped
    };
    let mut words = String::with_capacity(raw.len());
    let mut unread = 0_usize;
    for Ok(token) in Tokenizer::new(source) {
        match token {
            Token::StartTag(tag) => {
                let name = tag.name.as_slice();
                if UNREAD.contains(&name) && !tag.self_closing {
                    unread += 1;
                } else if name == b"br" {
                    words.push('\n');
                } else if BLOCKS.contains(&name) || LINES.contains(&name) {
                    end_line(&mut words, BLOCKS.contains(&name));
                }
                if name == b"li" {
                    words.push_str("- ");
                }
            }
            Token::EndTag(tag) => {
                let name = tag.name.as_slice();
                if UNREAD.contains(&name) {
                    unread = unread.saturating_sub(1);
                } else if BLOCKS.contains(&name) || LINES.contains(&name) {
                    end_line(&mut words, BLOCKS.contains(&name));
                }
            }
            Token::String(text) if unread == 0 => words.push_str(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    words.into()
}

fn mend(raw: &str) -> String {
    let raw = without_markup(raw);
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
    let raw = without_markup(raw);
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

    #[test]
    fn a_text_written_as_html_is_words() {
        assert_eq!(
            text(
                "<p>Tea &amp; <b>cake</b></p><ul><li>Mondays</li><li>2&nbsp;pm</li></ul><script>alert('x')</script>Come<br>in"
            ),
            "Tea & cake\n\n- Mondays\n- 2 pm\n\nCome\nin"
        );
        assert_eq!(
            text("Ages < 18 and > 60; write to <info@choir.example>"),
            "Ages < 18 and > 60; write to <info@choir.example>"
        );
        assert_eq!(text("&lt;script&gt;alert(1)&lt;/script&gt;Choir"), "Choir", "what hides once is found as well");
        assert_eq!(line("Caf&eacute; &amp; friends <3"), "Caf\u{e9} & friends <3");
        assert_eq!(line("R&D; AT&T; <b>bold</b><img src=x onerror=alert(1)>"), "R&D; AT&T; bold");
        assert_eq!(text("<p unclosed"), "<p unclosed");
    }

    proptest! {
        #[test]
        fn no_element_is_left(raw in "(<p>|</p>|<b |<script>|</script>|&lt;|&amp;|>|<!--|x| ){0,30}") {
            let once = text(&raw);
            prop_assert_eq!(text(&once), once);
        }

        #[test]
        fn tidying_twice_is_tidying_once(raw in "[ -~\u{202E}\n#A-Z\\\\n]{0,80}") {
            let once = text(&raw);
            prop_assert_eq!(text(&once), once);
        }
    }
}
