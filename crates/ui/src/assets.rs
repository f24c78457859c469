//! Files that browsers fetch: the NHS style sheet and script, and ours. Embedded in a release, read from
//! disk while developing. Their addresses carry a hash of their content, so they can be kept for ever.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "../../frontend/vendor/static"]
struct Vendor;

#[derive(RustEmbed)]
#[folder = "static"]
struct Own;

/// A file with what a browser needs to know of it.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: &'static str,
}

fn load(name: &str) -> Option<Cow<'static, [u8]>> {
    Own::get(name).or_else(|| Vendor::get(name)).map(|file| file.data)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn paths() -> &'static HashMap<String, String> {
    static PATHS: OnceLock<HashMap<String, String>> = OnceLock::new();
    PATHS.get_or_init(|| {
        let names = Own::iter().chain(Vendor::iter());
        names
            .filter_map(|name| {
                let hash = Sha256::digest(load(&name)?);
                let tag: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
                Some((name.to_string(), format!("/assets/{tag}/{name}")))
            })
            .collect()
    })
}

/// The address of a file, `/assets/{hash}/{name}`; `None` when there is none of that name.
#[must_use]
pub fn asset_path(name: &str) -> Option<&'static str> {
    paths().get(name).map(String::as_str)
}

/// The file of that name.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    load(name).map(|bytes| Asset { bytes, media_type: media_type(name) })
}
