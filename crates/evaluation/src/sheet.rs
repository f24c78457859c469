//! A table as somebody saved it: CSV with commas, semicolons or tabs, with or without a BOM, Unix or Windows line ends. Rows are
//! read one at a time; only the columns that a method asks for are kept. What cannot be read is refused by line and column.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

/// A table that cannot be read, as one line that says where and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct InputError {
    place: String,
    fault: String,
}

impl InputError {
    /// A fault of a whole file, or of an option.
    pub fn of(place: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { place: place.into(), fault: fault.into() }
    }
}

/// How much is looked at to tell what separates the columns, in bytes.
const LOOKED_AT: u64 = 64 * 1024;
/// A row of more lines than these has a quote that nobody closed: it would swallow the rest of the file.
const LINES_OF_A_ROW: u64 = 200;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What was looked at, then the rest.
type Bytes = io::Chain<Cursor<Vec<u8>>, Box<dyn Read>>;

/// An open table: its head is read, its rows are not.
pub struct Sheet {
    name: String,
    head: Vec<String>,
    rows: Reader<Bytes>,
}

/// One row, with the file and line for what is wrong with it.
pub struct Row<'a> {
    sheet: &'a str,
    head: &'a [String],
    record: &'a ByteRecord,
}

fn separator(start: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => counts.iter_mut().filter(|(mark, _)| mark == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // The first of equals: a comma where there is one column only.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| *mark)
}

impl Sheet {
    /// Opens a file, or standard input for `-`, and reads its head.
    ///
    /// # Errors
    /// [`InputError`] when there is no such file, or it has no head that can be read.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let standard = path == Path::new("-");
        let name = if standard { "standard input".to_owned() } else { path.display().to_string() };
        let failed = |error: io::Error| InputError::of(&name, format!("cannot be read ({error}). Check the path"));
        let mut source: Box<dyn Read> =
            if standard { Box::new(io::stdin().lock()) } else { Box::new(File::open(path).map_err(failed)?) };
        let mut start = Vec::new();
        source.by_ref().take(LOOKED_AT).read_to_end(&mut start).map_err(failed)?;
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") || start.contains(&0) {
            return Err(InputError::of(name, "is not a CSV file in UTF-8. Save it as CSV UTF-8"));
        }
        if start.starts_with(BOM) {
            start.drain(..BOM.len());
        }
        let mark = separator(&start);
        let mut rows =
            ReaderBuilder::new().delimiter(mark).buffer_capacity(1 << 18).from_reader(Cursor::new(start).chain(source));
        let head = rows.byte_headers().map_err(|error| broken(&name, &error))?;
        let head: Vec<String> = head.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        if head.iter().all(String::is_empty) {
            return Err(InputError::of(name, "is empty. The first line has to name the columns"));
        }
        Ok(Self { name, head, rows })
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names of the columns, in order.
    pub fn head(&self) -> &[String] {
        &self.head
    }

    /// Where a column stands.
    ///
    /// # Errors
    /// [`InputError`] that names the columns which are there.
    pub fn column(&self, name: &str) -> Result<usize, InputError> {
        let mut found = self.head.iter().enumerate().filter(|(_, column)| *column == name);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(InputError::of(&self.name, format!("has two columns named {name}. Rename one"))),
            (None, _) => {
                let there = self.head.join(", ");
                Err(InputError::of(&self.name, format!("has no column named {name}. It has: {there}")))
            }
        }
    }

    /// Reads the rows that are left, one at a time.
    ///
    /// # Errors
    /// [`InputError`] of a row that cannot be read, or of `each`.
    pub fn each(mut self, mut each: impl FnMut(&Row<'_>) -> Result<(), InputError>) -> Result<(), InputError> {
        let mut record = ByteRecord::new();
        while self.rows.read_byte_record(&mut record).map_err(|error| broken(&self.name, &error))? {
            let began = record.position().map_or(0, csv::Position::line);
            if self.rows.position().line().saturating_sub(began) > LINES_OF_A_ROW {
                let fault =
                    format!("goes on for more than {LINES_OF_A_ROW} lines. Look for a quote that is not closed");
                return Err(InputError::of(format!("{}, line {began}", self.name), fault));
            }
            each(&Row { sheet: &self.name, head: &self.head, record: &record })?;
        }
        Ok(())
    }
}

fn broken(name: &str, error: &csv::Error) -> InputError {
    let line = error.position().map(|at| format!(", line {}", at.line())).unwrap_or_default();
    let fault = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "has {len} columns where the first line has {expected_len}. Look for a separator too many or a quote that is not closed"
            )
        }
        csv::ErrorKind::Io(error) => format!("cannot be read ({error})"),
        _ => "cannot be read as CSV".to_owned(),
    };
    InputError::of(format!("{name}{line}"), fault)
}

impl<'a> Row<'a> {
    /// The line on which it begins; the head is line 1.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// What is wrong with a cell of this row.
    pub fn fault(&self, at: usize, fault: impl Into<String>) -> InputError {
        let line = self.line();
        let column = self.head.get(at).map_or("", String::as_str);
        InputError::of(format!("{}, line {line}, column {column}", self.sheet), fault)
    }

    /// The cell as it stands, without the space around it.
    pub fn bytes(&self, at: usize) -> &'a [u8] {
        self.record.get(at).unwrap_or_default().trim_ascii()
    }

    /// The cell as text.
    pub fn text(&self, at: usize) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes(at))
    }

    /// A number; an empty cell, `NA` and `.` are none.
    ///
    /// # Errors
    /// [`InputError`] for text, NaN and infinities.
    pub fn number_or_none(&self, at: usize) -> Result<Option<f64>, InputError> {
        let bytes = self.bytes(at);
        if let b"" | b"NA" | b"." = bytes {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(bytes);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            Ok(_) => Err(self.fault(at, format!("{text} is not a number that can be reckoned with"))),
            Err(_) => Err(self.fault(at, format!("{text:?} is not a number"))),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// [`InputError`] for anything else.
    pub fn number(&self, at: usize) -> Result<f64, InputError> {
        self.number_or_none(at)?.ok_or_else(|| self.fault(at, "is empty where a number is needed"))
    }

    /// A count: a whole number, not negative.
    ///
    /// # Errors
    /// [`InputError`] for anything else.
    pub fn count(&self, at: usize) -> Result<u64, InputError> {
        let bytes = self.bytes(at);
        if let Ok(count) = std::str::from_utf8(bytes).unwrap_or_default().parse() {
            return Ok(count);
        }
        let number = self.number(at)?;
        if number < 0.0 {
            return Err(self.fault(at, format!("{number} is negative. A count is 0 or more")));
        }
        if number.fract() != 0.0 || number > 9e15 {
            return Err(self.fault(at, format!("{number} is not a whole number")));
        }
        Ok(number as u64)
    }

    /// Yes or no: 1/0, yes/no, true/false, in any case; none for an empty cell.
    ///
    /// # Errors
    /// [`InputError`] for anything else.
    pub fn flag_or_none(&self, at: usize) -> Result<Option<bool>, InputError> {
        let text = self.text(at).to_ascii_lowercase();
        match text.as_str() {
            "1" | "yes" | "y" | "true" | "t" => Ok(Some(true)),
            "0" | "no" | "n" | "false" | "f" => Ok(Some(false)),
            "" | "na" | "." => Ok(None),
            _ => Err(self.fault(at, format!("{text:?} is neither yes nor no (1 or 0)"))),
        }
    }

    /// Yes or no.
    ///
    /// # Errors
    /// [`InputError`] for anything else, and for an empty cell.
    pub fn flag(&self, at: usize) -> Result<bool, InputError> {
        self.flag_or_none(at)?.ok_or_else(|| self.fault(at, "is empty where yes or no (1 or 0) is needed"))
    }

    /// A label as it stands in the file; an empty one is a fault unless it may be.
    ///
    /// # Errors
    /// [`InputError`] for an empty cell.
    pub fn named(&self, at: usize, may_be_empty: bool) -> Result<&'a [u8], InputError> {
        let bytes = self.bytes(at);
        if bytes.is_empty() && !may_be_empty {
            return Err(self.fault(at, "is empty where a name is needed"));
        }
        // Two names that differ in such a letter only would become one.
        if !bytes.is_ascii() && std::str::from_utf8(bytes).is_err() {
            return Err(self.fault(at, "has letters that are not UTF-8. Save the file as CSV UTF-8"));
        }
        Ok(bytes)
    }

    /// A label; an empty one is a fault.
    ///
    /// # Errors
    /// [`InputError`] for an empty cell.
    pub fn label(&self, at: usize) -> Result<Cow<'a, str>, InputError> {
        let text = self.text(at);
        if text.is_empty() { Err(self.fault(at, "is empty where a name is needed")) } else { Ok(text) }
    }
}
