//! JSON of a directory: one service, a list of services, or a page of a feed. What a page says about its own length is not
//! believed: real feeds lie.

use std::path::Path;

use fingerpost_directory::pages;

use super::Taken;
use crate::ImportError;

pub(crate) fn read(path: &Path, text: &str, taken: &mut Taken<'_>) -> Result<(), ImportError> {
    let broken = |message: String| ImportError::Table { path: path.display().to_string(), message };
    let page = pages::page(text).map_err(|error| broken(error.to_string()))?;
    let page = page.ok_or_else(|| ImportError::NoDirectory(path.display().to_string()))?;
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for (at, item) in (1_u64..).zip(page.items) {
        let read = serde_json::from_str(item.get()).map_err(|error| error.to_string());
        taken.take((&file, at), read.and_then(pages::service));
    }
    Ok(())
}
