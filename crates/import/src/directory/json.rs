//! HSDS-UK JSON: one service, a list of services, or a page of a feed. What a page says about its own length is not
//! believed: real feeds lie.

use std::path::Path;

use fingerpost_directory::hsds::Service;
use serde_json::Value;

use super::Taken;
use crate::ImportError;

/// Where a page keeps its items: version 3 of the UK profile, and version 1.
const LISTS: [&str; 2] = ["contents", "content"];

/// Takes out what says "nothing": feeds write an empty list as `null` as often as they leave it out.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

pub(crate) fn read(path: &Path, text: &str, taken: &mut Taken<'_>) -> Result<(), ImportError> {
    let broken = |message: String| ImportError::Table { path: path.display().to_string(), message };
    let whole: Value = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
    let items = match whole {
        Value::Array(items) => items,
        Value::Object(mut page) => {
            match LISTS.iter().find_map(|list| page.get_mut(*list).and_then(Value::as_array_mut).map(std::mem::take)) {
                Some(items) => items,
                None if page.contains_key("id") && page.contains_key("name") => vec![Value::Object(page)],
                None => return Err(ImportError::NoDirectory(path.display().to_string())),
            }
        }
        _ => return Err(ImportError::NoDirectory(path.display().to_string())),
    };
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for (at, mut item) in (1_u64..).zip(items) {
        without_nulls(&mut item);
        let service = serde_json::from_value::<Service>(item).map_err(|error| error.to_string());
        taken.take((&file, at), service);
    }
    Ok(())
}
