//! From bytes to text: UTF-8 with or without its mark, else Windows-1252, in which every byte is a letter.

use std::io::Read as _;
use std::path::Path;

use crate::{ImportError, MOST_BYTES};

pub(crate) fn read(path: &Path) -> Result<String, ImportError> {
    let failed = |source| ImportError::File { path: path.display().to_string(), source };
    // Read as far as it may be, whatever it says of its size: a pipe says none.
    let mut bytes = vec![];
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(ImportError::TooLarge(path.display().to_string()));
    }
    let text = decoded(&bytes);
    if text.contains('\0') {
        let message = "this is no text in an encoding that we know: save it as UTF-8".to_owned();
        return Err(ImportError::Table { path: path.display().to_string(), message });
    }
    Ok(text)
}

fn decoded(bytes: &[u8]) -> String {
    let (text, _, had_errors) = encoding_rs::UTF_8.decode(bytes);
    if had_errors { encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned() } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_does_not_end_is_left() {
        assert!(matches!(read(Path::new("/dev/zero")), Err(ImportError::TooLarge(_))));
    }

    #[test]
    fn both_encodings_of_registers_are_read() {
        assert_eq!(decoded("\u{FEFF}Siân".as_bytes()), "Siân");
        assert_eq!(decoded(b"Si\xE2n O\x92Brien"), "Siân O’Brien");
    }
}
