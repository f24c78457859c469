//! The typesetter: our templates and fonts, and one document's data, in a world without files, packages or network.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::Value;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "../../frontend/vendor/fonts"]
#[include = "*.ttf"]
struct Fonts;

/// The bytes of a PDF.
pub type Pdf = Vec<u8>;

/// A document that could not be set: a fault of ours, not of what was typed.
#[derive(Debug, thiserror::Error)]
#[error("{template} could not be set")]
pub struct PrintError {
    template: &'static str,
    /// The typesetter's words, for tests. They may quote a letter of the text, so they are never shown or logged.
    reason: String,
}

/// What every document shares.
struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: HashMap<FileId, Source>,
}

const DATA: &str = "data.json";

fn file(name: &str) -> Result<FileId, PrintError> {
    let path = VirtualPath::new(name).map_err(|error| PrintError { template: "file", reason: error.to_string() })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let fonts: Vec<Font> = Fonts::iter()
        .filter_map(|name| Fonts::get(&name))
        .flat_map(|font| Font::iter(Bytes::new(font.data.into_owned())).collect::<Vec<_>>())
        .collect();
    let sources = Templates::iter()
        .filter_map(|name| {
            let (id, text) = (file(&name).ok()?, Templates::get(&name)?.data);
            Some((id, Source::new(id, String::from_utf8(text.into_owned()).ok()?)))
        })
        .collect();
    Shelf {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        sources,
    }
});

/// The shelf with one document's data on it.
struct Desk {
    main: FileId,
    data: (FileId, Bytes),
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &SHELF.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHELF.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        SHELF.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHELF.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Forgets a document when it is set, however that ended: the typesetter remembers what it has laid out, and this is
/// about somebody.
struct Forget;

impl Drop for Forget {
    fn drop(&mut self) {
        typst::comemo::evict(0);
    }
}

/// Takes out what a PDF may not hold: control characters, and marks that stand for no letter.
fn printable(value: &mut Value) {
    match value {
        Value::String(text) => {
            text.retain(|c| c == '\n' || !(c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')))
        }
        Value::Array(values) => values.iter_mut().for_each(printable),
        Value::Object(fields) => fields.values_mut().for_each(printable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How large a document may be set, of its usual size, where it has to fit on one page: 11.5, 10, 9 and 8 points.
const SCALES: [f64; 4] = [1.0, 0.87, 0.785, 0.7];

/// A document that is laid out, and what it was laid out of.
fn laid_out(template: &'static str, data: &Value) -> Result<PagedDocument, PrintError> {
    let desk = Desk { main: file(template)?, data: (file(DATA)?, Bytes::new(data.to_string().into_bytes())) };
    typst::compile::<PagedDocument>(&desk).output.map_err(|errors| first(template, errors))
}

fn first(template: &'static str, errors: EcoVec<SourceDiagnostic>) -> PrintError {
    PrintError { template, reason: errors.first().map_or_else(String::new, |error| error.message.to_string()) }
}

fn data_of(template: &'static str, data: &impl Serialize) -> Result<Value, PrintError> {
    let mut data = serde_json::to_value(data).map_err(|error| PrintError { template, reason: error.to_string() })?;
    printable(&mut data);
    Ok(data)
}

/// What no font of ours has (an emoji, Chinese) keeps a document from being PDF/UA: it is then set as a tagged PDF all
/// the same, with an empty box in that place, because a letter has to arrive.
fn written(template: &'static str, document: &PagedDocument) -> Result<Pdf, PrintError> {
    let standards = PdfStandards::new(&[PdfStandard::Ua_1])
        .map_err(|error| PrintError { template, reason: error.message().to_string() })?;
    typst_pdf::pdf(document, &PdfOptions { standards, ..PdfOptions::default() })
        .or_else(|_| typst_pdf::pdf(document, &PdfOptions::default()))
        .map_err(|errors| first(template, errors))
}

/// Sets a document. Takes tens of milliseconds of one core: call it where blocking is allowed.
pub(crate) fn set(template: &'static str, data: &impl Serialize) -> Result<Pdf, PrintError> {
    let _forget = Forget;
    written(template, &laid_out(template, &data_of(template, data)?)?)
}

/// Sets a document on one page, in smaller letters where it is long. What does not fit in the smallest is set at its usual size, on as
/// many pages as it takes: nobody is given letters that cannot be read.
pub(crate) fn set_on_one_page(template: &'static str, data: &impl Serialize) -> Result<Pdf, PrintError> {
    let _forget = Forget;
    let mut data = data_of(template, data)?;
    let usual = laid_out(template, &data)?;
    let mut one = None;
    for scale in SCALES.iter().skip(1) {
        if usual.pages().len() == 1 {
            break;
        }
        data["scale"] = Value::from(*scale);
        one = Some(laid_out(template, &data)?).filter(|document| document.pages().len() == 1);
        if one.is_some() {
            break;
        }
    }
    written(template, one.as_ref().unwrap_or(&usual))
}
