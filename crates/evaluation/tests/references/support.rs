//! Reading a case, and putting an answer beside the expected one.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// What an answer may be off by, relative to the expected one, unless its case says otherwise.
pub const USUAL: f64 = 1e-9;

/// A command of a case.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// It is run on the files of the case, and answers.
    Run(&'static str),
    /// The case gives its numbers in another form than the command reads; this is how the method is asked.
    Like(&'static str),
}

impl Command {
    /// The words behind `fingerpost stats`.
    pub fn line(&self) -> &'static str {
        match self {
            Self::Run(line) | Self::Like(line) => line,
        }
    }

    /// The words of a command that is run.
    pub fn on_the_case(&self) -> Option<&'static str> {
        match self {
            Self::Run(line) => Some(line),
            Self::Like(_) => None,
        }
    }
}

/// One number beside the expected one.
#[derive(Debug)]
pub struct Number {
    pub what: String,
    pub ours: f64,
    pub theirs: f64,
    pub tolerance: f64,
}

impl Number {
    /// The difference relative to the expected number; the difference itself where that is 0.
    pub fn off(&self) -> f64 {
        let off = (self.ours - self.theirs).abs();
        if self.theirs == 0.0 { off } else { off / self.theirs.abs() }
    }
}

/// A reference case with what was compared.
#[derive(Debug)]
pub struct Case {
    pub name: &'static str,
    pub what: &'static str,
    pub anchor: &'static str,
    pub commands: &'static [Command],
    pub note: &'static str,
    pub numbers: Vec<Number>,
    folder: PathBuf,
    expected: Value,
}

impl Case {
    /// Opens a case.
    pub fn open(
        folder: &Path,
        name: &'static str,
        what: &'static str,
        anchor: &'static str,
        commands: &'static [Command],
    ) -> Self {
        let folder = folder.join(name);
        let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        let expected = serde_json::from_str(&text).unwrap();
        Self { name, what, anchor, commands, note: "", numbers: vec![], folder, expected }
    }

    /// What a reader should know besides.
    pub fn noted(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// An expected number by its JSON pointer.
    pub fn at(&self, pointer: &str) -> f64 {
        let found = self.expected.pointer(pointer).and_then(Value::as_f64);
        found.unwrap_or_else(|| panic!("{}: no number at {pointer}", self.name))
    }

    /// A table of the case.
    pub fn csv(&self, file: &str) -> Sheet {
        Sheet::read(&self.folder.join(file))
    }

    /// Puts an answer beside the number at a JSON pointer.
    pub fn same(&mut self, what: &str, ours: f64, pointer: &str) {
        self.within(what, ours, pointer, USUAL);
    }

    /// The same with a tolerance of its own.
    pub fn within(&mut self, what: &str, ours: f64, pointer: &str, tolerance: f64) {
        let theirs = self.at(pointer);
        self.beside(what, ours, theirs, tolerance);
    }

    /// Puts an answer beside a number.
    pub fn beside(&mut self, what: &str, ours: f64, theirs: f64, tolerance: f64) {
        self.numbers.push(Number { what: what.to_owned(), ours, theirs, tolerance });
    }

    /// Answers that are further off than they may be.
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self
            .numbers
            .iter()
            .filter(|number| number.off().is_nan() || number.off() > number.tolerance)
            .map(|number| format!("{}: {number:?} is off by {:e}", self.name, number.off()))
            .collect();
        if !(2..=6).contains(&self.numbers.len()) {
            faults.push(format!("{}: {} numbers", self.name, self.numbers.len()));
        }
        faults
    }
}

/// Columns of a CSV file as text.
pub struct Sheet {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let head = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { head, rows }
    }

    fn place(&self, name: &str) -> usize {
        self.head.iter().position(|known| known == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// Those rows in which a column holds a word.
    pub fn only(&self, column: &str, word: &str) -> Self {
        let at = self.place(column);
        let rows = self.rows.iter().filter(|row| row[at] == word).cloned().collect();
        Self { head: self.head.clone(), rows }
    }

    /// Those rows in which a column holds a number.
    pub fn known(&self, column: &str) -> Self {
        let at = self.place(column);
        let rows = self.rows.iter().filter(|row| row[at].parse::<f64>().is_ok()).cloned().collect();
        Self { head: self.head.clone(), rows }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn text(&self, name: &str) -> Vec<&str> {
        let at = self.place(name);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// Numbers; what is none is NaN.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|value| value.parse().unwrap_or(f64::NAN)).collect()
    }

    /// Numbers of which some are missing.
    pub fn options(&self, name: &str) -> Vec<Option<f64>> {
        self.text(name).iter().map(|value| value.parse().ok()).collect()
    }

    /// Counts; an empty one adds nothing.
    pub fn counts(&self, name: &str) -> Vec<u64> {
        self.text(name).iter().map(|value| value.parse().unwrap_or(0)).collect()
    }

    pub fn flags(&self, name: &str) -> Vec<bool> {
        self.text(name).iter().map(|value| *value == "1").collect()
    }
}
