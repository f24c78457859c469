//! From bytes to text: UTF-8 with or without its mark, else Windows-1252, in which every byte is a letter.

use std::path::Path;

use crate::{ImportError, MOST_BYTES};

pub(crate) fn read(path: &Path) -> Result<String, ImportError> {
    let failed = |source| ImportError::File { path: path.display().to_string(), source };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > MOST_BYTES {
        return Err(ImportError::TooLarge(path.display().to_string()));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    Ok(decoded(&bytes))
}

fn decoded(bytes: &[u8]) -> String {
    let (text, _, had_errors) = encoding_rs::UTF_8.decode(bytes);
    if had_errors { encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned() } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_of_registers_are_read() {
        assert_eq!(decoded("\u{FEFF}Siân".as_bytes()), "Siân");
        assert_eq!(decoded(b"Si\xE2n O\x92Brien"), "Siân O’Brien");
    }
}
