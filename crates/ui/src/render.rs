//! Rendering: our own templates, strict about every name they use.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::components::Components;
use crate::{assets, format};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// Templates that a room holds, by their files.
pub fn embedded<T: RustEmbed>() -> impl Iterator<Item = (String, String)> {
    T::iter().filter_map(|file| {
        let source = T::get(&file)?;
        Some((file.to_string(), String::from_utf8_lossy(&source.data).into_owned()))
    })
}

/// A page: the context of one template.
pub trait Page: Serialize {
    /// The file of the template.
    const TEMPLATE: &'static str;
}

/// A template and its context do not fit: a fault of ours, caught by the test that renders samples.
#[derive(Debug, thiserror::Error)]
#[error("the page {template} cannot be drawn: {source}")]
pub struct RenderError {
    template: &'static str,
    #[source]
    source: minijinja::Error,
}

/// Draws pages. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Ui(Arc<Environment<'static>>);

impl Ui {
    /// Reads the NHS components, the templates of this room, and `more` of others by their files.
    ///
    /// # Errors
    /// When a template cannot be parsed.
    pub fn load(more: impl IntoIterator<Item = (String, String)>) -> Result<Self, RenderError> {
        build(more)
            .map(|environment| Self(Arc::new(environment)))
            .map_err(|source| RenderError { template: "*", source })
    }

    /// Draws a page.
    ///
    /// # Errors
    /// When the template uses what its context does not have.
    pub fn render<P: Page>(&self, page: &P) -> Result<String, RenderError> {
        let failed = |source| RenderError { template: P::TEMPLATE, source };
        let template = self.0.get_template(P::TEMPLATE).map_err(failed)?;
        template.render(Value::from(Serde(page))).map_err(failed)
    }
}

fn build(more: impl IntoIterator<Item = (String, String)>) -> Result<Environment<'static>, minijinja::Error> {
    let mut ours = Environment::new();
    ours.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    ours.set_undefined_behavior(UndefinedBehavior::Strict);
    ours.set_auto_escape_callback(|_| AutoEscape::Html);
    ours.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    Components::load()?.register(&mut ours);
    ours.add_function("asset", |name: String| {
        assets::asset_path(&name).ok_or_else(|| {
            minijinja::Error::new(minijinja::ErrorKind::UndefinedError, format!("there is no file {name}"))
        })
    });
    ours.add_function("error_text", |problems: Value, field: String| error_text(&problems, &field));
    ours.add_function("error_of", |problems: Value, field: String| -> Result<Value, minijinja::Error> {
        let text = error_text(&problems, &field)?;
        Ok(if text.is_none() {
            text
        } else {
            minijinja::context! { text }
        })
    });
    ours.add_function("error_list", |problems: Value| error_list(&problems));
    ours.add_filter("paragraphs", format::paragraphs);
    for (file, source) in embedded::<Templates>().chain(more) {
        ours.add_template_owned(file, source)?;
    }
    Ok(ours)
}

/// The first message of a field among the problems of a page, or none.
fn error_text(problems: &Value, field: &str) -> Result<Value, minijinja::Error> {
    for problem in problems.try_iter()? {
        if problem.get_attr("field")?.as_str() == Some(field) {
            return problem.get_attr("message");
        }
    }
    Ok(Value::from(()))
}

/// The list of an error summary: each message leads to its field. A date leads to its day.
fn error_list(problems: &Value) -> Result<Value, minijinja::Error> {
    const DATES: &[&str] = &["born", "on", "due", "review", "visit", "by", "closes"];
    problems
        .try_iter()?
        .map(|problem| {
            let field = problem.get_attr("field")?.to_string();
            let href = if DATES.contains(&field.as_str()) { format!("#{field}-day") } else { format!("#{field}") };
            Ok(minijinja::context! { text => problem.get_attr("message")?, href })
        })
        .collect::<Result<Vec<Value>, minijinja::Error>>()
        .map(Value::from)
}
