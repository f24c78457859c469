//! Columns of a table, read whole: what methods on slices take. Labels are kept once each, so that ten million rows of seven
//! thousand names are ten million small numbers.

use std::collections::HashMap;
use std::path::Path;

use fingerpost_statistics::answer::{Answer, Outcome};
use fingerpost_statistics::words::Words;
use rustc_hash::FxBuildHasher;

use crate::sheet::{InputError, Sheet};

/// Labels of many rows, each kept once.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    names: Vec<String>,
    codes: Vec<u32>,
    known: HashMap<Vec<u8>, u32, FxBuildHasher>,
}

impl Labels {
    /// The same label on so many rows.
    pub fn same(label: &str, rows: usize) -> Self {
        let mut labels = Self::default();
        let code = labels.code(label);
        labels.codes = vec![code; rows];
        labels
    }

    /// One row more.
    pub fn push(&mut self, label: &str) {
        self.push_bytes(label.as_bytes());
    }

    /// One row more, as it stands in the file; what is no UTF-8 is marked where it stands.
    pub fn push_bytes(&mut self, label: &[u8]) {
        let last = self.codes.last().copied();
        // Rows of one group stand together.
        let same = last.filter(|code| self.names.get(*code as usize).is_some_and(|name| name.as_bytes() == label));
        let code = same.or_else(|| self.find(label)).unwrap_or_else(|| self.code(&String::from_utf8_lossy(label)));
        self.codes.push(code);
    }

    /// The code of a label that is known.
    pub fn find(&self, label: &[u8]) -> Option<u32> {
        self.known.get(label).copied()
    }

    /// The code of a label, a new one where it is not known yet.
    pub fn code(&mut self, label: &str) -> u32 {
        if let Some(code) = self.find(label.as_bytes()) {
            return code;
        }
        let code = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(label.to_owned());
        self.known.insert(label.as_bytes().to_owned(), code);
        code
    }

    /// Each row's label.
    pub fn each(&self) -> Vec<&str> {
        self.codes.iter().filter_map(|code| self.names.get(*code as usize)).map(String::as_str).collect()
    }

    /// Each row's code: 0, 1, 2, … by first appearance.
    pub fn codes(&self) -> Vec<usize> {
        self.codes.iter().map(|code| *code as usize).collect()
    }

    /// Each row's code, as it is kept.
    pub fn coded(&self) -> &[u32] {
        &self.codes
    }

    /// The labels' rows and names as they are kept, for an answer.
    pub fn into_words(self) -> Words {
        Words::coded(self.names, self.codes).unwrap_or_default()
    }

    /// Each row's place among the labels in order, as [`Labels::places`] has it.
    pub fn ranks(&self) -> Vec<usize> {
        let places = self.places();
        self.codes.iter().filter_map(|code| places.get(*code as usize)).copied().collect()
    }

    /// Each label's place in order: of numbers where all are numbers, else of the alphabet.
    pub fn places(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        // "nan" is a word like others: it has no place among numbers.
        let number = |name: &String| name.parse::<f64>().ok().filter(|number| number.is_finite());
        let numbers: Option<Vec<f64>> = self.names.iter().map(number).collect();
        if let Some(numbers) = numbers {
            let of = |code: usize| numbers.get(code).copied().unwrap_or_default();
            order.sort_by(|one, other| of(*one).total_cmp(&of(*other)));
        } else {
            order.sort_by_key(|code| self.names.get(*code));
        }
        let mut places = vec![0; order.len()];
        for (place, code) in order.into_iter().enumerate() {
            if let Some(slot) = places.get_mut(code) {
                *slot = place;
            }
        }
        places
    }

    /// The labels, by first appearance.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The labels of the rows in another order.
    #[must_use]
    pub fn in_order(&self, rows: &[usize]) -> Self {
        let codes = rows.iter().filter_map(|row| self.codes.get(*row)).copied().collect();
        Self { names: self.names.clone(), codes, known: self.known.clone() }
    }
}

/// What a method wants of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Names; none may be empty.
    Label,
    /// Numbers; none may be empty.
    Number,
    /// Numbers; an empty cell is NaN, which methods leave out and count.
    NumberOrNone,
    /// Whole numbers from 0.
    Count,
    /// Yes or no.
    Flag,
    /// Numbers where every cell is one, names where not: the columns of a model.
    Any,
}

/// The columns that a method asks for, each with its place in the answer.
#[derive(Debug, Default)]
pub struct Wanted<'a>(Vec<(&'a str, Kind)>);

impl<'a> Wanted<'a> {
    /// Asks for a column; gives its place.
    pub fn ask(&mut self, name: &'a str, kind: Kind) -> usize {
        self.0.push((name, kind));
        self.0.len() - 1
    }

    /// Asks for a column where one was named.
    pub fn ask_if(&mut self, name: Option<&'a str>, kind: Kind) -> Option<usize> {
        name.map(|name| self.ask(name, kind))
    }

    /// Asks for several; gives the place of the first.
    pub fn ask_all(&mut self, several: Vec<(&'a str, Kind)>) -> usize {
        let first = self.0.len();
        self.0.extend(several);
        first
    }

    /// Reads them.
    ///
    /// # Errors
    /// [`InputError`] of the first cell, or column, that cannot be read.
    pub fn read(&self, path: &Path) -> Result<Columns, InputError> {
        Columns::read(path, &self.0)
    }
}

/// A column of a model.
#[derive(Debug, Clone)]
pub enum Any {
    /// Numbers; an empty cell is NaN.
    Numbers(Vec<f64>),
    /// Names of groups.
    Groups(Labels),
}

/// One column.
#[derive(Debug, Clone)]
pub enum Read {
    /// Names.
    Labels(Labels),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Counts.
    Counts(Vec<u64>),
    /// Yes or no.
    Flags(Vec<bool>),
}

/// The columns that were asked for, in that order.
#[derive(Debug, Clone)]
pub struct Columns {
    read: Vec<Read>,
    places: Places,
}

/// Where rows stand in their file: for what is found wrong once all of them were read.
#[derive(Debug, Clone)]
struct Places {
    file: String,
    /// Rows with their lines where a line does not follow that of the row before (a line end inside quotes).
    jumps: Vec<(usize, u64)>,
}

impl Places {
    fn note(&mut self, row: usize, line: u64) {
        if self.line(row) != line {
            self.jumps.push((row, line));
        }
    }

    fn line(&self, row: usize) -> u64 {
        let at = self.jumps.partition_point(|(from, _)| *from <= row);
        // The head is line 1.
        let (from, line) = at.checked_sub(1).and_then(|at| self.jumps.get(at)).copied().unwrap_or((0, 2));
        line + (row - from) as u64
    }
}

macro_rules! taken {
    ($(#[$meta:meta] $name:ident: $variant:ident -> $kind:ty;)+) => {$(
        #[$meta]
        pub fn $name(&mut self, at: usize) -> $kind {
            match self.read.get_mut(at) {
                Some(Read::$variant(values)) => std::mem::take(values),
                _ => <$kind>::default(),
            }
        }
    )+};
}

impl Columns {
    /// Reads the columns of a file, each by name and kind.
    ///
    /// # Errors
    /// [`InputError`] of the first cell, or column, that cannot be read.
    pub fn read(path: &Path, wanted: &[(&str, Kind)]) -> Result<Self, InputError> {
        let sheet = Sheet::open(path)?;
        let mut columns = Vec::new();
        for (name, kind) in wanted {
            let empty = match kind {
                Kind::Label | Kind::Any => Read::Labels(Labels::default()),
                Kind::Number | Kind::NumberOrNone => Read::Numbers(Vec::new()),
                Kind::Count => Read::Counts(Vec::new()),
                Kind::Flag => Read::Flags(Vec::new()),
            };
            columns.push((sheet.column(name)?, *kind, empty));
        }
        let mut places = Places { file: sheet.name().to_owned(), jumps: vec![] };
        let mut rows = 0_usize;
        sheet.each(|row| {
            places.note(rows, row.line());
            rows += 1;
            for (at, kind, column) in &mut columns {
                match column {
                    Read::Labels(labels) => labels.push_bytes(row.named(*at, *kind == Kind::Any)?),
                    Read::Counts(counts) => counts.push(row.count(*at)?),
                    Read::Flags(flags) => flags.push(row.flag(*at)?),
                    Read::Numbers(numbers) if *kind == Kind::NumberOrNone => {
                        numbers.push(row.number_or_none(*at)?.unwrap_or(f64::NAN));
                    }
                    Read::Numbers(numbers) => numbers.push(row.number(*at)?),
                }
            }
            Ok(())
        })?;
        if rows == 0 {
            return Err(InputError::of(places.file, "has a head and no rows"));
        }
        Ok(Self { read: columns.into_iter().map(|(_, _, column)| column).collect(), places })
    }

    /// What is wrong with the cell of a row that was read, rows counted from 0.
    pub fn fault(&self, row: usize, column: &str, fault: impl Into<String>) -> InputError {
        InputError::of(format!("{}, line {}, column {column}", self.places.file, self.places.line(row)), fault)
    }

    /// A refusal of a row, said with the file and line of that row. For methods that take the rows as they stand.
    #[must_use]
    pub fn placed(&self, answer: Answer) -> Answer {
        self.placed_by(answer, Some)
    }

    /// The same for methods that take the rows in another order: `row_of` says which row of the file stands at a position.
    #[must_use]
    pub fn placed_by(&self, mut answer: Answer, row_of: impl FnOnce(usize) -> Option<usize>) -> Answer {
        let Outcome::Refused { refusal } = &mut answer.outcome else { return answer };
        let Some(position) = refusal.index else { return answer };
        let Some(rest) = refusal.message.strip_prefix(&format!("Row {}", position + 1)) else { return answer };
        let Some((fault, row)) = rest.strip_prefix([' ', ':']).map(str::trim_start).zip(row_of(position)) else {
            return answer;
        };
        refusal.message = format!("{}, line {}: {fault}", self.places.file, self.places.line(row));
        refusal.index = Some(row);
        answer
    }

    /// Takes out a column that was read as either: numbers where every cell is one.
    ///
    /// # Errors
    /// [`InputError`] when names are mixed with empty cells.
    pub fn any(&mut self, at: usize, name: &str) -> Result<Any, InputError> {
        let labels = self.labels(at);
        let number = |label: &String| match label.as_str() {
            "" | "NA" | "." => Some(f64::NAN),
            label => label.parse::<f64>().ok().filter(|number| number.is_finite()),
        };
        let numbers: Option<Vec<f64>> = labels.names().iter().map(number).collect();
        if let Some(numbers) = numbers {
            let each = labels.codes().into_iter().filter_map(|code| numbers.get(code).copied());
            return Ok(Any::Numbers(each.collect()));
        }
        self.named(labels, name)
    }

    /// Takes out a column that was read as either: names of groups, though they may be numbers.
    ///
    /// # Errors
    /// [`InputError`] when names are mixed with empty cells.
    pub fn groups(&mut self, at: usize, name: &str) -> Result<Any, InputError> {
        let labels = self.labels(at);
        self.named(labels, name)
    }

    fn named(&self, labels: Labels, name: &str) -> Result<Any, InputError> {
        match labels.each().iter().position(|label| matches!(&**label, "" | "NA" | ".")) {
            None => Ok(Any::Groups(labels)),
            Some(row) => Err(self.fault(
                row,
                name,
                "is empty among names of groups. Name the empty ones, or take those rows out",
            )),
        }
    }

    taken! {
        /// Takes out a column that was read as labels.
        labels: Labels -> Labels;
        /// Takes out a column that was read as numbers.
        numbers: Numbers -> Vec<f64>;
        /// Takes out a column that was read as counts.
        counts: Counts -> Vec<u64>;
        /// Takes out a column that was read as yes or no.
        flags: Flags -> Vec<bool>;
    }
}
