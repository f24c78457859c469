//! What people see: pages as typed contexts, rendered with the real NHS component templates.
//!
//! A page is a struct with a `TEMPLATE`, and every page has samples that a test renders strictly. Our
//! templates call NHS components as functions, `{{ button({"text": "Send"}) }}`; the components run in
//! an environment of their own, lenient as they expect. Text is escaped everywhere; `html` parameters
//! take only what a template captured, never a string from outside.

/// Which template each page is drawn with.
#[macro_export]
macro_rules! pages {
    ($($page:ident: $template:literal),+ $(,)?) => {$(
        impl $crate::Page for $page {
            const TEMPLATE: &'static str = $template;
        }
    )+};
}

mod assets;
mod components;
pub mod format;
pub mod pages;
mod render;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use assets::{Asset, asset, asset_path};
pub use render::{Page, RenderError, Ui, embedded};
