//! A table as somebody saved it: CSV with commas, semicolons or tabs, with or without a BOM, Unix or Windows line ends. Rows are
//! read one at a time; only the columns that a method asks for are kept. What cannot be read is refused by line and column.

mod pieces;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::iter;
use std::path::Path;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, Terminator};
use memchr::{memchr_iter, memchr2_iter};

use self::pieces::{Piece, Pieces};
use crate::in_order::in_order;

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

/// A row of more lines than these has a quote that nobody closed: it would swallow the rest of the file.
const LINES_OF_A_ROW: u64 = 200;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// An open table: its head is read, its rows are not.
pub struct Sheet {
    table: Table,
    rest: Pieces,
}

/// What every row of a table needs to know of it.
struct Table {
    name: String,
    head: Vec<String>,
    separator: u8,
    /// Lines end with LF, or CR LF, and not with CR alone.
    lines: bool,
}

/// One row, with the file and line for what is wrong with it.
pub struct Row<'a> {
    table: &'a Table,
    line: u64,
    text: &'a [u8],
    /// From where to where in the text each cell stands.
    cells: &'a [(usize, usize)],
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
        let source: Box<dyn Read> = if standard {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path).map_err(|error| unreadable(&name, &error))?)
        };
        let mut rest = Pieces::of(source);
        let mut first = rest.next().map_err(|error| unreadable(&name, &error))?.unwrap_or_default();
        if first.bytes.starts_with(b"\xff\xfe") || first.bytes.starts_with(b"\xfe\xff") || first.bytes.contains(&0) {
            return Err(InputError::of(name, "is not a CSV file in UTF-8. Save it as CSV UTF-8"));
        }
        if first.bytes.starts_with(BOM) {
            first.bytes.drain(..BOM.len());
        }
        let separator = separator(&first.bytes);
        let mut rows = ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(first.bytes.as_slice());
        let mut record = ByteRecord::new();
        rows.read_byte_record(&mut record).map_err(|error| broken(&name, 0, &error))?;
        let head: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        if head.iter().all(String::is_empty) {
            return Err(InputError::of(name, "is empty. The first line has to name the columns"));
        }
        let after = rows.position().clone();
        let read = usize::try_from(after.byte()).unwrap_or(usize::MAX).min(first.bytes.len());
        // A piece may end where the head does.
        let open = memchr_iter(b'"', &first.bytes).count() % 2 == 1;
        if read == first.bytes.len() && open && !rest.ended() {
            return Err(InputError::of(format!("{name}, line 1"), "does not end. Look for a quote that is not closed"));
        }
        let lines = first.bytes.get(..read).is_some_and(|head| head.ends_with(b"\n"))
            || first.bytes.get(read).is_none_or(|next| *next == b'\n');
        first.bytes.drain(..read);
        first.line = after.line();
        rest.put_back(first);
        Ok(Self { table: Table { name, head, separator, lines }, rest })
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// Names of the columns, in order.
    pub fn head(&self) -> &[String] {
        &self.table.head
    }

    /// Where a column stands.
    ///
    /// # Errors
    /// [`InputError`] that names the columns which are there.
    pub fn column(&self, name: &str) -> Result<usize, InputError> {
        let mut found = self.head().iter().enumerate().filter(|(_, column)| *column == name);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(InputError::of(self.name(), format!("has two columns named {name}. Rename one"))),
            (None, _) => {
                let there = self.head().join(", ");
                Err(InputError::of(self.name(), format!("has no column named {name}. It has: {there}")))
            }
        }
    }

    /// Reads the rows that are left, one at a time.
    ///
    /// # Errors
    /// [`InputError`] of a row that cannot be read, or of `each`.
    pub fn each(self, mut each: impl FnMut(&Row<'_>) -> Result<(), InputError>) -> Result<(), InputError> {
        let Self { table, mut rest } = self;
        while let Some(piece) = rest.next().map_err(|error| unreadable(&table.name, &error))? {
            if !piece.is_plain() {
                return table.quoted(piece, rest, each);
            }
            table.plain(&piece, &mut each)?;
        }
        Ok(())
    }

    /// Reads the rows that are left into parts, several at once: `start` makes an empty part, `each` adds a row to it, `take` is
    /// given the parts in the order of the file. From the first quote on there is one part more: where a quoted row ends can only
    /// be told from its beginning.
    ///
    /// # Errors
    /// [`InputError`] of the first row that cannot be read, or that `each` refuses.
    pub fn in_parts<P: Send>(
        self,
        start: impl Fn() -> P + Sync,
        each: impl Fn(&mut P, &Row<'_>) -> Result<(), InputError> + Sync,
        mut take: impl FnMut(P),
    ) -> Result<(), InputError> {
        let Self { table, mut rest } = self;
        let spare = Arc::clone(&rest.spare);
        let mut other = None;
        let plain = iter::from_fn(|| match rest.next() {
            Ok(Some(piece)) if piece.is_plain() => Some(Ok(piece)),
            Ok(piece) => {
                other = piece;
                None
            }
            Err(error) => Some(Err(unreadable(&table.name, &error))),
        });
        let part = |piece: Result<Piece, InputError>| {
            let (piece, mut part) = (piece?, start());
            table.plain(&piece, |row| each(&mut part, row))?;
            spare.give(piece.bytes);
            Ok(part)
        };
        in_order(plain, part, |part| part.map(&mut take))?;
        let Some(piece) = other else { return Ok(()) };
        let mut part = start();
        table.quoted(piece, rest, |row| each(&mut part, row))?;
        take(part);
        Ok(())
    }
}

impl Table {
    /// The rows of a piece without quotes.
    fn plain(&self, piece: &Piece, mut each: impl FnMut(&Row<'_>) -> Result<(), InputError>) -> Result<(), InputError> {
        let text = piece.bytes.as_slice();
        let mut cells = Vec::with_capacity(self.head.len());
        let (mut from, mut line) = (0, piece.line);
        // The last line of a file may lack its end.
        let last = (!text.ends_with(b"\n")).then_some(text.len());
        for at in memchr2_iter(self.separator, b'\n', text).chain(last) {
            let ends = text.get(at) != Some(&self.separator);
            let to = at - usize::from(ends && at > from && text.get(at - 1) == Some(&b'\r'));
            // An empty line is no row.
            if !ends || to > from || !cells.is_empty() {
                cells.push((from, to));
            }
            from = at + 1;
            if ends {
                if !cells.is_empty() {
                    each(&self.row(line, text, &cells)?)?;
                }
                cells.clear();
                line += 1;
            }
        }
        Ok(())
    }

    /// The rows of a piece and of all that follows it, with quotes.
    fn quoted(
        &self,
        piece: Piece,
        rest: Pieces,
        mut each: impl FnMut(&Row<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let before = piece.line - 1;
        let mut rows = ReaderBuilder::new()
            .delimiter(self.separator)
            .has_headers(false)
            .flexible(true)
            .terminator(if self.lines { Terminator::Any(b'\n') } else { Terminator::CRLF })
            .buffer_capacity(1 << 18)
            // The last line of a file may lack its end.
            .from_reader(rest.after(piece).chain(b"\n".as_slice()));
        let (mut record, mut cells) = (ByteRecord::new(), Vec::with_capacity(self.head.len()));
        while rows.read_byte_record(&mut record).map_err(|error| broken(&self.name, before, &error))? {
            if self.lines && record.as_slice() == b"\r" {
                continue;
            }
            let within = memchr_iter(b'\n', record.as_slice()).count() as u64;
            let began = if self.lines {
                // From its end: empty lines before it are passed over without a word.
                rows.position().line().saturating_sub(within + 1)
            } else {
                record.position().map_or(0, csv::Position::line)
            };
            if within > LINES_OF_A_ROW {
                let fault =
                    format!("goes on for more than {LINES_OF_A_ROW} lines. Look for a quote that is not closed");
                return Err(InputError::of(format!("{}, line {}", self.name, began + before), fault));
            }
            cells.clear();
            cells.extend((0..record.len()).filter_map(|at| record.range(at)).map(|range| (range.start, range.end)));
            each(&self.row(began + before, record.as_slice(), &cells)?)?;
        }
        Ok(())
    }

    /// A row that has as many cells as the head.
    fn row<'a>(&'a self, line: u64, text: &'a [u8], cells: &'a [(usize, usize)]) -> Result<Row<'a>, InputError> {
        let (there, named) = (cells.len(), self.head.len());
        if there == named {
            return Ok(Row { table: self, line, text, cells });
        }
        Err(InputError::of(
            format!("{}, line {line}", self.name),
            format!(
                "has {there} columns where the first line has {named}. Look for a separator too many or a quote that is not closed"
            ),
        ))
    }
}

/// A whole number of so few digits that a float holds it exactly; most numbers of a table are such.
fn whole(digits: &[u8]) -> Option<u64> {
    let add = |number: u64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'));
    if (1..=15).contains(&digits.len()) { digits.iter().try_fold(0, add) } else { None }
}

fn unreadable(name: &str, error: &io::Error) -> InputError {
    InputError::of(name, format!("cannot be read ({error}). Check the path"))
}

fn broken(name: &str, lines_before: u64, error: &csv::Error) -> InputError {
    let line = error.position().map(|at| format!(", line {}", at.line() + lines_before)).unwrap_or_default();
    let fault = match error.kind() {
        csv::ErrorKind::Io(error) => format!("cannot be read ({error})"),
        _ => "cannot be read as CSV".to_owned(),
    };
    InputError::of(format!("{name}{line}"), fault)
}

impl<'a> Row<'a> {
    /// The line on which it begins; the head is line 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What is wrong with a cell of this row.
    pub fn fault(&self, at: usize, fault: impl Into<String>) -> InputError {
        let column = self.table.head.get(at).map_or("", String::as_str);
        InputError::of(format!("{}, line {}, column {column}", self.table.name, self.line), fault)
    }

    /// The cell as it stands, without the space around it.
    pub fn bytes(&self, at: usize) -> &'a [u8] {
        let cell = self.cells.get(at).and_then(|(from, to)| self.text.get(*from..*to));
        cell.unwrap_or_default().trim_ascii()
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
        if let Some(whole) = whole(bytes) {
            return Ok(Some(whole as f64));
        }
        match std::str::from_utf8(bytes).unwrap_or_default().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            Ok(_) => Err(self.fault(at, format!("{} is not a number that can be reckoned with", self.text(at)))),
            Err(_) => Err(self.fault(at, format!("{:?} is not a number", self.text(at)))),
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
