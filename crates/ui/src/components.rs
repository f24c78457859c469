//! The NHS components as functions of our templates.
//!
//! They live in an environment of their own: lenient about missing parameters, because the templates of
//! the package rely on it. The shim is two filters and the settings that make minijinja read them as
//! Jinja2 does.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../frontend/vendor/templates"]
struct Templates;

/// The components, by the name of their macro, with the file that holds it.
#[derive(Debug, Clone)]
pub(crate) struct Components {
    environment: Arc<Environment<'static>>,
    files: Arc<BTreeMap<String, String>>,
}

impl Components {
    /// Reads every component of the package.
    pub(crate) fn load() -> Result<Self, Error> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_filter("length", lenient_length);
        environment.add_filter("truncate", positional_truncate);
        let mut files = BTreeMap::new();
        for file in Templates::iter() {
            let Some(embedded) = Templates::get(&file) else { continue };
            let source = String::from_utf8_lossy(&embedded.data).into_owned();
            if file.ends_with("/macro.jinja")
                && let Some(name) = macro_name(&source)
            {
                files.insert(name.to_owned(), file.to_string());
            }
            environment.add_template_owned(file.to_string(), source)?;
        }
        Ok(Self { environment: Arc::new(environment), files: Arc::new(files) })
    }

    /// Makes every component a function of `ours`.
    pub(crate) fn register(&self, ours: &mut Environment<'static>) {
        for name in self.files.keys() {
            let (components, called) = (self.clone(), name.clone());
            ours.add_function(name.clone(), move |params: Value| -> Result<Value, Error> {
                only_captured_html(&params)?;
                components.render(&called, &params, None).map(Value::from_safe_string)
            });
        }
    }

    /// Renders one component. `body` is the content that a call block would give.
    pub(crate) fn render(&self, name: &str, params: &Value, body: Option<&Value>) -> Result<String, Error> {
        let file = self.files.get(name).ok_or_else(|| {
            Error::new(ErrorKind::UnknownFunction, format!("the NHS package has no component {name}"))
        })?;
        let mut args = vec![params.clone()];
        if let Some(body) = body {
            let body = body.clone();
            let caller = Value::from_function(move |_: Rest<Value>| body.clone());
            args.push(Value::from(Kwargs::from_iter([("caller", caller)])));
        }
        let captured = self.environment.get_template(file)?.render_captured(())?;
        let mut captured = captured;
        captured.with_state_mut(|state| state.call_macro(name, &args))
    }
}

fn macro_name(source: &str) -> Option<&str> {
    source.split_once("{% macro ")?.1.split_once('(').map(|(name, _)| name.trim())
}

/// Refuses an `html` parameter that is not markup captured by a template.
fn only_captured_html(params: &Value) -> Result<(), Error> {
    match params.kind() {
        ValueKind::Map => {
            for key in params.try_iter()? {
                let value = params.get_item(&key)?;
                let is_html = key.as_str().is_some_and(|key| key == "html" || key.ends_with("Html"));
                if is_html && value.kind() == ValueKind::String && !value.is_safe() {
                    return Err(Error::new(
                        ErrorKind::InvalidOperation,
                        "html takes only markup captured by a template: use text, or {% set x %}...{% endset %}",
                    ));
                }
                only_captured_html(&value)?;
            }
            Ok(())
        }
        ValueKind::Seq => params.try_iter()?.try_for_each(|item| only_captured_html(&item)),
        _ => Ok(()),
    }
}

/// Jinja2 counts an undefined value as empty; minijinja refuses.
fn lenient_length(value: &Value) -> usize {
    value.len().or_else(|| value.as_str().map(|text| text.chars().count())).unwrap_or(0)
}

/// Jinja2's `truncate(length, killwords)` with positional arguments.
fn positional_truncate(text: String, rest: Rest<Value>) -> String {
    let length = rest.first().and_then(|n| usize::try_from(n.clone()).ok()).unwrap_or(255);
    let kill_words = rest.get(1).is_some_and(Value::is_true);
    if text.chars().count() <= length {
        return text;
    }
    let cut: String = text.chars().take(length.saturating_sub(3)).collect();
    let kept = if kill_words { cut.as_str() } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head) };
    format!("{kept}...")
}

#[cfg(test)]
mod tests;
