//! Texts that a deployment edits: Markdown files beside the configuration, ours where there is none.

use axum::extract::State;
use axum::response::Response;
use fingerpost_ui::pages::{Frame, TextBlock, TextPage};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use fingerpost_web_core::frame::show;
use fingerpost_web_core::{App, WebError};

const PRIVACY: &str = include_str!("../texts/privacy.md");
const ACCESSIBILITY: &str = include_str!("../texts/accessibility.md");
const COOKIES: &str = include_str!("../texts/cookies.md");

/// The pieces of a Markdown text: headings, paragraphs, lists. Anything else is read as plain words.
fn blocks(source: &str) -> Vec<TextBlock> {
    let mut out: Vec<TextBlock> = vec![];
    let mut text = String::new();
    let mut in_list = false;
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::List(_)) => {
                in_list = true;
                out.push(TextBlock { kind: "list", lines: vec![] });
            }
            Event::End(TagEnd::List(_)) => in_list = false,
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Item) => {
                let line = std::mem::take(&mut text);
                if let Some(list) = out.last_mut() {
                    list.lines.push(line);
                }
            }
            Event::End(TagEnd::Heading(level)) => {
                let kind = if level == HeadingLevel::H1 { "h1" } else { "h2" };
                out.push(TextBlock { kind, lines: vec![std::mem::take(&mut text)] });
            }
            Event::End(TagEnd::Paragraph) if !in_list => {
                out.push(TextBlock { kind: "p", lines: vec![std::mem::take(&mut text)] });
            }
            _ => {}
        }
    }
    out
}

async fn text(app: &App, name: &str, ours: &str) -> Result<Response, WebError> {
    let theirs = match &app.config().texts {
        Some(folder) => tokio::fs::read_to_string(folder.join(name)).await.ok(),
        None => None,
    };
    let blocks = blocks(theirs.as_deref().unwrap_or(ours));
    let title = blocks.first().and_then(|block| block.lines.first()).cloned().unwrap_or_default();
    show(app, &TextPage { frame: Frame { title, invented: app.invented(), ..Frame::default() }, blocks })
}

pub(crate) async fn privacy(State(app): State<App>) -> Result<Response, WebError> {
    text(&app, "privacy.md", PRIVACY).await
}

pub(crate) async fn accessibility(State(app): State<App>) -> Result<Response, WebError> {
    text(&app, "accessibility.md", ACCESSIBILITY).await
}

pub(crate) async fn cookies(State(app): State<App>) -> Result<Response, WebError> {
    text(&app, "cookies.md", COOKIES).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_plain_pieces_and_markup_stays_text() {
        let pieces = blocks("# One\n\nTwo *three*\nfour\n\n- a\n- b\n\n<script>x</script>\n");
        let kinds: Vec<_> = pieces.iter().map(|piece| (piece.kind, piece.lines.join("|"))).collect();
        assert_eq!(kinds[..3], [("h1", "One".into()), ("p", "Two three four".into()), ("list", "a|b".into())]);
    }

    #[test]
    fn our_own_texts_begin_with_their_heading() {
        for source in [PRIVACY, ACCESSIBILITY, COOKIES] {
            assert_eq!(blocks(source)[0].kind, "h1");
        }
    }
}
