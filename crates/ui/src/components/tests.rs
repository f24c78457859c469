//! Every fixture that the NHS package ships, rendered by us and compared with what the package expects.

use html5gum::{Token, Tokenizer};
use minijinja::value::Serde;
use serde_json::Value as Json;

use super::*;

/// Fixtures where the Jinja port itself differs from the Nunjucks original that made the expected HTML; a
/// new name here needs a reason. Jinja2 writes JSON in an attribute with a space after each comma.
const PORT_DIFFERS: &[(&str, &str)] = &[("file-upload", "button")];

/// Tags with sorted attributes and folded text: what a browser sees.
fn shape(html: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    let mut text = String::new();
    let flush = |text: &mut String, out: &mut Vec<String>| {
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !folded.is_empty() {
            out.push(folded);
        }
        text.clear();
    };
    for token in Tokenizer::new(html).flatten() {
        match token {
            Token::StartTag(tag) => {
                flush(&mut text, &mut out);
                let attributes: Vec<String> = tag
                    .attributes
                    .iter()
                    .map(|(k, v)| {
                        let value = String::from_utf8_lossy(v).split_whitespace().collect::<Vec<_>>().join(" ");
                        format!("{}={value}", String::from_utf8_lossy(k))
                    })
                    .collect();
                out.push(format!("<{} {}>", String::from_utf8_lossy(&tag.name), attributes.join(" ")));
            }
            Token::EndTag(tag) => {
                flush(&mut text, &mut out);
                out.push(format!("</{}>", String::from_utf8_lossy(&tag.name)));
            }
            Token::String(s) => text.push_str(&String::from_utf8_lossy(&s)),
            _ => {}
        }
    }
    flush(&mut text, &mut out);
    out
}

/// The macro of a component: mostly the folder in camel case.
fn macro_of(folder: &str) -> String {
    match folder {
        "tables" => return "table".into(),
        "images" => return "image".into(),
        "do-dont-list" => return "list".into(),
        _ => {}
    }
    let mut name = String::new();
    for (at, word) in folder.split(['-', '/']).enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if at > 0 => name.extend(first.to_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.extend(letters);
    }
    name
}

#[test]
fn every_fixture_of_the_package_is_rendered_as_it_expects() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../frontend/vendor/fixtures.json");
    let fixtures: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let components = Components::load().unwrap();
    let (mut compared, mut wrong, mut differs) = (0, vec![], vec![]);
    for (folder, suite) in fixtures.as_object().unwrap() {
        for fixture in suite["fixtures"].as_array().unwrap() {
            let name = fixture["name"].as_str().unwrap();
            let params = Value::from(Serde(&fixture["context"]));
            let body = fixture.get("callBlock").map(|block| {
                let lines: Vec<&str> = match block {
                    Json::Array(lines) => lines.iter().filter_map(Json::as_str).collect(),
                    block => block.as_str().into_iter().collect(),
                };
                Value::from_safe_string(lines.join("\n"))
            });
            compared += 1;
            let expected = shape(fixture["html"].as_str().unwrap());
            let got = components.render(&macro_of(folder), &params, body.as_ref()).map(|html| shape(&html));
            if got.as_ref().is_ok_and(|got| *got == expected) {
                continue;
            }
            if PORT_DIFFERS.contains(&(folder.as_str(), name)) {
                differs.push((folder.clone(), name.to_owned()));
                continue;
            }
            wrong.push(match got {
                Err(error) => format!("{folder}: {name}: {error:#}"),
                Ok(got) => {
                    let at =
                        got.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or(got.len().min(expected.len()));
                    format!("{folder}: {name}: at {at}: got {:?}, expected {:?}", got.get(at), expected.get(at))
                }
            });
        }
    }
    println!("{compared} fixtures compared, {} of the port's own differences", differs.len());
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    let stale: Vec<_> = PORT_DIFFERS.iter().filter(|(f, n)| !differs.contains(&((*f).into(), (*n).into()))).collect();
    assert!(stale.is_empty(), "no longer different: {stale:?}");
}

#[test]
fn html_from_outside_never_reaches_a_component() {
    let mut ours = Environment::new();
    ours.set_auto_escape_callback(|_| AutoEscape::Html);
    Components::load().unwrap().register(&mut ours);
    let hostile = minijinja::context! { name => "<script>alert(1)</script>" };
    assert!(ours.render_str("{{ button({'html': name}) }}", hostile.clone()).is_err());
    let text = ours.render_str("{{ button({'text': name}) }}", hostile.clone()).unwrap();
    assert!(!text.contains("<script>"));
    let captured = "{% set x %}<b>{{ name }}</b>{% endset %}{{ button({'html': x}) }}";
    let markup = ours.render_str(captured, hostile).unwrap();
    assert!(markup.contains("<b>&lt;script&gt;"));
}
