//! An answer as lines for people, and as JSON with every row at full precision.

use std::io::{self, Write};
use std::sync::mpsc::{self, SyncSender};

use fingerpost_statistics::answer::{Answer, Claims, Column, Outcome, Setting, Table};
use serde::Serialize;

/// Rows of a table that are shown to people; JSON has all of them.
const ROWS_SHOWN: usize = 40;
/// Digits of a number that are shown to people.
const DIGITS: i32 = 5;
/// The widest line of a sentence, or of a table that can be turned.
const WIDE: usize = 100;
/// A table of so few rows is turned when it is wider than the screen.
const FEW_ROWS: usize = 5;

/// A number as people read it: five digits, no more zeros than it needs.
fn number(value: f64) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    if value == 0.0 || value.is_infinite() {
        return value.to_string();
    }
    let size = value.abs().log10().floor();
    if !(-4.0..15.0).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = usize::try_from((DIGITS - 1 - size as i32).max(0)).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn cell(column: &Column, row: usize) -> String {
    match column {
        Column::Text(values) => values.get(row).unwrap_or_default().to_owned(),
        Column::Number(values) => values.get(row).map(|value| number(*value)).unwrap_or_default(),
        Column::Count(values) => values.get(row).map(ToString::to_string).unwrap_or_default(),
        Column::Flag(values) => {
            values.get(row).map(|flag| if *flag { "yes" } else { "no" }.to_owned()).unwrap_or_default()
        }
    }
}

/// A sentence in lines that fit a screen.
fn sentence(out: &mut impl Write, mark: &str, text: &str) -> io::Result<()> {
    let mut line = mark.to_owned();
    for word in text.split_whitespace() {
        if line.len() + word.len() + 1 > WIDE && line.trim() != mark.trim() {
            writeln!(out, "{}", line.trim_end())?;
            line = " ".repeat(mark.len());
        }
        line.push_str(word);
        line.push(' ');
    }
    writeln!(out, "{}", line.trim_end())
}

/// The cells that are shown, column by column, under their names.
struct Shown<'a> {
    name: &'a str,
    right: bool,
    cells: Vec<String>,
    wide: usize,
}

fn shown<'a>(table: &'a Table, rows: usize) -> Vec<Shown<'a>> {
    let column = |(name, column): &'a (String, Column)| {
        let cells: Vec<String> = (0..rows).map(|row| cell(column, row)).collect();
        let wide = cells.iter().map(|cell| cell.chars().count()).chain([name.chars().count()]).max().unwrap_or(0);
        Shown { name, right: !matches!(column, Column::Text(_)), cells, wide }
    };
    table.columns().iter().map(column).collect()
}

/// A few rows of many columns, from top to bottom: a line for each column.
fn turned(out: &mut impl Write, columns: &[Shown<'_>], rows: usize) -> io::Result<()> {
    let wide = columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
    let each: Vec<usize> = (0..rows)
        .map(|row| {
            columns
                .iter()
                .filter_map(|column| column.cells.get(row))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for column in columns {
        let cells = column.cells.iter().zip(&each).map(|(cell, wide)| format!("  {cell:<wide$}"));
        let line = format!("  {:<wide$}{}", column.name, cells.collect::<String>());
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn table(out: &mut impl Write, table: &Table) -> io::Result<()> {
    let rows = table.rows().min(ROWS_SHOWN);
    let columns = shown(table, rows);
    let wide: usize = columns.iter().map(|column| column.wide + 2).sum();
    if table.rows() <= FEW_ROWS && (wide > WIDE || (table.rows() == 1 && columns.len() > 5)) {
        return turned(out, &columns, rows);
    }
    let line = |at: Option<usize>| {
        let mut text = String::new();
        for Shown { name, right, cells, wide } in &columns {
            let cell = at.map_or(*name, |row| cells.get(row).map_or("", String::as_str));
            text.push_str(&if *right { format!("  {cell:>wide$}") } else { format!("  {cell:<wide$}") });
        }
        text.trim_end().to_owned()
    };
    writeln!(out, "{}", line(None))?;
    for row in 0..rows {
        writeln!(out, "{}", line(Some(row)))?;
    }
    if table.rows() > rows {
        writeln!(out, "  … and {} rows more: --json has all of them", table.rows() - rows)?;
    }
    Ok(())
}

fn claims(out: &mut impl Write, claims: &Claims) -> io::Result<()> {
    for (heading, sentences) in [("You may claim", &claims.may), ("You may not claim", &claims.may_not)] {
        if !sentences.is_empty() {
            writeln!(out, "\n{heading}")?;
            for each in sentences {
                sentence(out, "  - ", each)?;
            }
        }
    }
    Ok(())
}

/// Writes the answer for people: how it was asked, what to know first, the numbers, what may be said.
///
/// # Errors
/// When nothing can be written.
pub fn for_people(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let options: Vec<String> = answer
        .options
        .0
        .iter()
        .map(|(name, setting)| match setting {
            Setting::Word(word) => format!("{name} {word}"),
            Setting::Number(value) => format!("{name} {}", number(*value)),
            Setting::Flag(flag) => format!("{name} {}", if *flag { "yes" } else { "no" }),
        })
        .collect();
    sentence(out, "", &format!("{}: {}", answer.method, options.join(", ")))?;
    writeln!(out, "n {}, missing {}", answer.n, answer.missing)?;
    let Outcome::Answered { results, tables, warnings, claims: claimed } = &answer.outcome else { return Ok(()) };
    for warning in warnings {
        sentence(out, "! ", warning)?;
    }
    writeln!(out)?;
    table(out, results)?;
    for (name, each) in tables {
        writeln!(out, "\n{}", name.replace('_', " "))?;
        table(out, each)?;
    }
    claims(out, claimed)
}

/// Writes the answer as JSON: columns, every row, every digit. The same as its `Serialize` gives, made for millions of rows: one
/// thread words the columns while this one writes.
///
/// # Errors
/// When nothing can be written.
pub fn as_json(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let (ready, pieces) = mpsc::sync_channel(PIECES_AHEAD);
    std::thread::scope(|scope| {
        let wording = scope.spawn(move || {
            let mut json = Json { piece: Vec::with_capacity(PIECE), ready };
            json.answer(answer)?;
            json.piece.push(b'\n');
            json.hand_over();
            Ok(())
        });
        // A failed write drops the pieces that are still to come: they are worded for nobody, and the failure is told.
        pieces.into_iter().try_for_each(|piece: Vec<u8>| out.write_all(&piece))?;
        wording.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Bytes that are written at once: small enough that the allocator gives the same pages again.
const PIECE: usize = 1 << 16;
/// Equal rows that are copied into one piece.
const ROWS_OF_A_PIECE: usize = 512;
/// Pieces that are worded before the first of them is written.
const PIECES_AHEAD: usize = 8;

/// JSON in pieces, each handed over to be written once it is full.
struct Json {
    piece: Vec<u8>,
    ready: SyncSender<Vec<u8>>,
}

impl Json {
    fn answer(&mut self, answer: &Answer) -> serde_json::Result<()> {
        self.raw(b"{\"method\":").value(&answer.method)?;
        self.raw(b",\"options\":").value(&answer.options)?;
        self.raw(b",\"n\":").value(&answer.n)?;
        self.raw(b",\"missing\":").value(&answer.missing)?;
        match &answer.outcome {
            Outcome::Refused { refusal } => self.raw(b",\"refusal\":").value(refusal)?,
            Outcome::Answered { results, tables, warnings, claims } => {
                self.raw(b",\"results\":").table(results)?;
                for (at, (name, table)) in tables.iter().enumerate() {
                    self.raw(if at == 0 { b",\"tables\":{" } else { b"," }).value(name)?;
                    self.raw(b":").table(table)?;
                }
                self.raw(if tables.is_empty() { b"" } else { b"}" });
                self.raw(b",\"warnings\":").value(warnings)?;
                self.raw(b",\"claims\":").value(claims)?;
            }
        }
        self.raw(b"}");
        Ok(())
    }

    fn table(&mut self, table: &Table) -> serde_json::Result<()> {
        for (at, (name, column)) in table.columns().iter().enumerate() {
            self.raw(if at == 0 { b"{" } else { b"," }).value(name)?;
            self.raw(b":[");
            match column {
                Column::Text(words) => {
                    let kept = words.kept().iter().map(serde_json::to_vec).collect::<Result<Vec<_>, _>>()?;
                    self.rows(words.codes(), u32::eq, |piece, code| {
                        piece.extend_from_slice(kept.get(*code as usize).map_or(b"null", Vec::as_slice));
                        Ok(())
                    })?;
                }
                Column::Number(values) => {
                    let same = |one: &f64, other: &f64| one.to_bits() == other.to_bits();
                    self.rows(values, same, |piece, value| serde_json::to_writer(piece, value))?;
                }
                Column::Count(values) => {
                    self.rows(values, u64::eq, |piece, value| serde_json::to_writer(piece, value))?;
                }
                Column::Flag(values) => {
                    self.rows(values, bool::eq, |piece, flag| serde_json::to_writer(piece, flag))?;
                }
            }
            self.raw(b"]");
        }
        self.raw(if table.columns().is_empty() { b"{}" } else { b"}" });
        Ok(())
    }

    /// Rows with commas between them. Groups, limits and flags stay the same for many rows: such a run is worded once and copied.
    fn rows<T>(
        &mut self,
        rows: &[T],
        same: impl Fn(&T, &T) -> bool,
        mut word: impl FnMut(&mut Vec<u8>, &T) -> serde_json::Result<()>,
    ) -> serde_json::Result<()> {
        for run in rows.chunk_by(same).flat_map(|run| run.chunks(ROWS_OF_A_PIECE)) {
            if self.piece.len() >= PIECE {
                self.hand_over();
            }
            let Some(first) = run.first() else { continue };
            let from = self.piece.len();
            word(&mut self.piece, first)?;
            self.piece.push(b',');
            let whole = (self.piece.len() - from) * run.len();
            while self.piece.len() - from < whole {
                let copied = self.piece.len() - from;
                self.piece.extend_from_within(from..from + copied.min(whole - copied));
            }
        }
        // A piece is handed over before a row and never behind one: the last comma is still here.
        self.piece.truncate(self.piece.len() - usize::from(!rows.is_empty()));
        Ok(())
    }

    fn raw(&mut self, text: &[u8]) -> &mut Self {
        self.piece.extend_from_slice(text);
        self
    }

    fn value(&mut self, value: &impl Serialize) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.piece, value)
    }

    fn hand_over(&mut self) {
        let full = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE + PIECE / 4));
        // Nobody takes it where the write has failed: that is told by whoever writes.
        let _ = self.ready.send(full);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_and_true() {
        let shown = [0.0, 1.0, 2.439_024_39, 1_000.0, 123_456.7, 0.000_12, -3.5, 1e-9, 1e20].map(number);
        assert_eq!(shown, ["0", "1", "2.439", "1000", "123457", "0.00012", "-3.5", "1.000e-9", "1.000e20"]);
    }

    #[test]
    fn json_is_what_an_answer_serialises_to() {
        use fingerpost_statistics::answer::{Given, Options};
        use fingerpost_statistics::refusal::{Refusal, RefusalKind};
        let results = Table::default()
            .with("group", vec!["A \"quoted\"\n", "B", "é"])
            .with("rate", vec![f64::NAN, 0.1 + 0.2, 0.1 + 0.2])
            .with("events", vec![0, u64::MAX, 7])
            .with("outside", vec![true, false, true]);
        let one = Table::default().with("n", 3_u64);
        let options = || Options::default().with("level", 0.95);
        let given = [
            Ok(Given::new(results.clone())),
            Ok(Given::new(results).table("first", one.clone()).table("second", one).may("Much.").may_not("More.")),
            Ok(Given::new(Table::default())),
            Err(Refusal::at(RefusalKind::BadShape, 2, "Row 3 is not right.")),
        ];
        for given in given {
            let answer = Answer::new("rate", options(), 3, given);
            let mut out = Vec::new();
            as_json(&mut out, &answer).expect("a Vec takes it");
            let expected = serde_json::to_string(&answer).expect("an answer is JSON") + "\n";
            assert_eq!(String::from_utf8(out).expect("JSON is UTF-8"), expected);
        }
    }
}
