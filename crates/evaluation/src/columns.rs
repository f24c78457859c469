//! Columns of a table, read whole: what methods on slices take. Labels are kept once each, so that ten million rows of seven
//! thousand names are ten million small numbers.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use fingerpost_statistics::answer::{Answer, Outcome};
use fingerpost_statistics::words::Words;
use rustc_hash::FxBuildHasher;

use crate::sheet::{InputError, Row, Sheet};

/// Labels of many rows, each kept once.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    names: Vec<String>,
    codes: Vec<u32>,
    known: HashMap<Vec<u8>, u32, FxBuildHasher>,
    /// The code of the row that was added last, and whether it was another than the one before: 0 or 1.
    last: u32,
    step: u32,
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
        if !self.push_known(label) {
            let code = self.code(&String::from_utf8_lossy(label));
            self.push_code(code);
        }
    }

    /// One row more where the label is known already.
    fn push_known(&mut self, label: &[u8]) -> bool {
        // Rows of one group stand together, and the months of one follow each other as those of another did: a step as the last is
        // tried first.
        let guesses = [self.step, 1 - self.step].map(|step| self.last.wrapping_add(step));
        let code = guesses.into_iter().find(|code| self.is(*code, label)).or_else(|| self.find(label));
        code.inspect(|code| self.push_code(*code)).is_some()
    }

    fn push_code(&mut self, code: u32) {
        self.step = u32::from(code != self.last);
        self.last = code;
        self.codes.push(code);
    }

    fn is(&self, code: u32, label: &[u8]) -> bool {
        self.names.get(code as usize).is_some_and(|name| name.as_bytes() == label)
    }

    /// The rows of others behind these.
    fn append(&mut self, others: &Self) {
        let codes: Vec<u32> = others.names.iter().map(|name| self.code(name)).collect();
        self.codes.extend(others.codes.iter().filter_map(|code| codes.get(*code as usize)));
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

    /// The label of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.names.get(*self.codes.get(row)? as usize).map(String::as_str)
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

    /// The labels, by first appearance.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The labels of the rows in another order.
    #[must_use]
    pub fn in_order(&self, rows: &[usize]) -> Self {
        let codes = rows.iter().filter_map(|row| self.codes.get(*row)).copied().collect();
        Self { names: self.names.clone(), codes, known: self.known.clone(), ..Self::default() }
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

impl Read {
    fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Label | Kind::Any => Self::Labels(Labels::default()),
            Kind::Number | Kind::NumberOrNone => Self::Numbers(Vec::new()),
            Kind::Count => Self::Counts(Vec::new()),
            Kind::Flag => Self::Flags(Vec::new()),
        }
    }

    /// One row more.
    fn push(&mut self, row: &Row<'_>, at: usize, kind: Kind) -> Result<(), InputError> {
        match self {
            Self::Labels(labels) => {
                // A label that is known was looked at when it was new.
                if !labels.push_known(row.bytes(at)) {
                    labels.push_bytes(row.named(at, kind == Kind::Any)?);
                }
            }
            Self::Counts(counts) => counts.push(row.count(at)?),
            Self::Flags(flags) => flags.push(row.flag(at)?),
            Self::Numbers(numbers) if kind == Kind::NumberOrNone => {
                numbers.push(row.number_or_none(at)?.unwrap_or(f64::NAN));
            }
            Self::Numbers(numbers) => numbers.push(row.number(at)?),
        }
        Ok(())
    }

    /// The rows of a column of the same kind behind these.
    fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::Labels(rows), Self::Labels(more)) => rows.append(&more),
            (Self::Numbers(rows), Self::Numbers(mut more)) => rows.append(&mut more),
            (Self::Counts(rows), Self::Counts(mut more)) => rows.append(&mut more),
            (Self::Flags(rows), Self::Flags(mut more)) => rows.append(&mut more),
            _ => debug_assert!(false, "parts of one column are of one kind"),
        }
    }
}

/// Where rows stand in their file: for what is found wrong once all of them were read.
#[derive(Debug, Clone)]
struct Places {
    file: String,
    rows: usize,
    /// Rows with their lines where a line does not follow that of the row before (a line end inside quotes).
    jumps: Vec<(usize, u64)>,
}

impl Places {
    /// One row more, which stands on this line.
    fn note(&mut self, line: u64) {
        if self.line(self.rows) != line {
            self.jumps.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// The rows of a part behind these.
    fn append(&mut self, part: &Self) {
        if part.rows == 0 {
            return;
        }
        // The first row of a part stands where the last one ended, or it is a jump.
        let first = (part.jumps.first().is_none_or(|(row, _)| *row > 0)).then(|| (0, part.line(0)));
        for (row, line) in first.iter().chain(&part.jumps) {
            let row = self.rows + row;
            if self.line(row) != *line {
                self.jumps.push((row, *line));
            }
        }
        self.rows += part.rows;
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
        let at = wanted.iter().map(|(name, _)| sheet.column(name)).collect::<Result<Vec<_>, _>>()?;
        let empty = || Self {
            read: wanted.iter().map(|(_, kind)| Read::empty(*kind)).collect(),
            places: Places { file: String::new(), jumps: vec![], rows: 0 },
        };
        let mut all = empty();
        sheet.name().clone_into(&mut all.places.file);
        let each = |part: &mut Self, row: &Row<'_>| {
            part.places.note(row.line());
            let mut cells = part.read.iter_mut().zip(wanted).zip(&at);
            cells.try_for_each(|((column, (_, kind)), at)| column.push(row, *at, *kind))
        };
        sheet.in_parts(empty, each, |part| all.append(part))?;
        if all.places.rows == 0 {
            return Err(InputError::of(all.places.file, "has a head and no rows"));
        }
        Ok(all)
    }

    fn append(&mut self, part: Self) {
        for (column, more) in self.read.iter_mut().zip(part.read) {
            column.append(more);
        }
        self.places.append(&part.places);
    }

    /// What is wrong with the cell of a row that was read, rows counted from 0.
    pub fn fault(&self, row: usize, column: &str, fault: impl Into<String>) -> InputError {
        InputError::of(format!("{}, line {}, column {column}", self.places.file, self.places.line(row)), fault)
    }

    /// Refuses a row that names what an earlier one has named.
    ///
    /// # Errors
    /// [`InputError`] of the second such row.
    pub fn once(&self, keys: &[&Labels], column: &str) -> Result<(), InputError> {
        let mut seen: HashSet<Vec<u32>, FxBuildHasher> = HashSet::default();
        for row in 0..self.places.rows {
            let key = keys.iter().filter_map(|labels| labels.codes.get(row)).copied().collect();
            if !seen.insert(key) {
                let names: Vec<&str> = keys.iter().filter_map(|labels| labels.get(row)).collect();
                let fault = format!("{} has a row already. Keep one row of each", names.join(", "));
                return Err(self.fault(row, column, fault));
            }
        }
        Ok(())
    }

    /// Refuses a row whose number is not above zero.
    ///
    /// # Errors
    /// [`InputError`] of the first such row.
    pub fn above_zero(&self, column: &str, values: &[f64]) -> Result<(), InputError> {
        match values.iter().enumerate().find(|(_, value)| **value <= 0.0) {
            Some((row, value)) => Err(self.fault(row, column, format!("{value} is not above zero"))),
            None => Ok(()),
        }
    }

    /// Refuses a row whose number is below zero.
    ///
    /// # Errors
    /// [`InputError`] of the first such row.
    pub fn not_negative(&self, column: &str, values: &[f64]) -> Result<(), InputError> {
        match values.iter().enumerate().find(|(_, value)| **value < 0.0) {
            Some((row, value)) => Err(self.fault(row, column, format!("{value} is below zero"))),
            None => Ok(()),
        }
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
        let Some(row) = row_of(position) else { return answer };
        let line = self.places.line(row);
        let rest = refusal.message.strip_prefix(&format!("Row {}", position + 1));
        let fault = match rest.and_then(|rest| rest.strip_prefix([' ', ':'])) {
            Some(fault) => fault.trim_start().to_owned(),
            None => match refusal.said_of(&format!("line {line}")) {
                // It is not about a row.
                said if said == refusal.message => return answer,
                said => said,
            },
        };
        refusal.message = format!("{}, line {line}: {fault}", self.places.file);
        refusal.index = Some(row);
        answer
    }

    /// Takes out a column that was read as either: numbers where every cell is one, names where none is.
    ///
    /// # Errors
    /// [`InputError`] when names are mixed with numbers or with empty cells.
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
        // One slip among numbers would make a group of each of them.
        let numeric = labels.names().iter().any(|label| number(label).is_some_and(|number| !number.is_nan()));
        let comma = |label: &&String| label.replacen(',', ".", 1).parse::<f64>().is_ok() && label.contains(',');
        let slip = labels.names().iter().find(comma).or_else(|| {
            let mut names = labels.names().iter();
            names.find(|label| number(label).is_none()).filter(|_| numeric)
        });
        if let Some(slip) = slip {
            let row = labels.each().iter().position(|label| label == slip).unwrap_or(0);
            let fault = format!(
                "{slip} is not a number, others are. Write numbers with a point, leave empty what is not known, or say group({name}) where numbers are names"
            );
            return Err(self.fault(row, name, fault));
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
