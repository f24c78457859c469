//! An answer as JSON. Columns of millions of rows are worded in stretches, several at once, and written in their order.

use std::io::{self, Write};
use std::sync::Arc;

use fingerpost_statistics::answer::{Answer, Column, Outcome, Table};
use fingerpost_statistics::steps::Steps;
use serde::Serialize;

use crate::in_order::{Spare, in_order};

/// Writes the answer as JSON: columns, every row, every digit. The same as its `Serialize` gives, made for millions of rows.
///
/// # Errors
/// When nothing can be written.
pub fn as_json(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let mut json = Json::default();
    json.answer(answer)?;
    json.raw("\n").rows(Rows::None);
    let spare = Spare::default();
    let worded = |stretch: Stretch<'_>| stretch.worded(spare.take());
    in_order(json.stretches.into_iter(), worded, |worded| {
        let worded = worded?;
        out.write_all(&worded)?;
        spare.give(worded);
        Ok(())
    })
}

/// Rows that are worded at once.
const ROWS: usize = 1 << 13;
/// Bytes of a row, about: the room that is made for a stretch before it is worded.
const BYTES_OF_A_ROW: usize = 20;
/// Steps that are worded at once, and how many rows of one belong together at most.
const STEPS: usize = 256;
const ROWS_OF_A_STEP: usize = 512;

/// A stretch of JSON: text, then rows with commas between them.
struct Stretch<'a> {
    text: Vec<u8>,
    rows: Rows<'a>,
}

/// Rows of one column.
enum Rows<'a> {
    None,
    /// Each row's word, and the words as they are in JSON.
    Text(&'a [u32], Arc<Texts>),
    Number(&'a [f64]),
    /// Numbers, each with the rows that have it.
    Steps(Vec<(f64, usize)>),
    Count(&'a [u64]),
    Flag(&'a [bool]),
}

/// Words as they are in JSON, one behind the other.
#[derive(Default)]
struct Texts {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn of(words: &[String]) -> serde_json::Result<Self> {
        let mut all = Self::default();
        for word in words {
            serde_json::to_writer(&mut all.text, word)?;
            all.ends.push(all.text.len());
        }
        Ok(all)
    }

    fn get(&self, at: usize) -> Option<&[u8]> {
        let from = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(from..*self.ends.get(at)?)
    }
}

/// JSON on its way to be worded.
#[derive(Default)]
struct Json<'a> {
    /// Words that were worded, beside what they are of: columns share them.
    texts: Vec<(&'a Arc<[String]>, Arc<Texts>)>,
    stretches: Vec<Stretch<'a>>,
    /// What stands before the next rows.
    text: Vec<u8>,
}

impl<'a> Json<'a> {
    fn answer(&mut self, answer: &'a Answer) -> serde_json::Result<()> {
        self.raw("{\"method\":").value(&answer.method)?;
        self.raw(",\"options\":").value(&answer.options)?;
        self.raw(",\"n\":").value(&answer.n)?;
        self.raw(",\"missing\":").value(&answer.missing)?;
        match &answer.outcome {
            Outcome::Refused { refusal } => self.raw(",\"refusal\":").value(refusal)?,
            Outcome::Answered { results, tables, warnings, claims } => {
                self.raw(",\"results\":").table(results)?;
                for (at, (name, table)) in tables.iter().enumerate() {
                    self.raw(if at == 0 { ",\"tables\":{" } else { "," }).value(name)?;
                    self.raw(":").table(table)?;
                }
                self.raw(if tables.is_empty() { "" } else { "}" });
                self.raw(",\"warnings\":").value(warnings)?;
                self.raw(",\"claims\":").value(claims)?;
            }
        }
        self.raw("}");
        Ok(())
    }

    fn table(&mut self, table: &'a Table) -> serde_json::Result<()> {
        for (at, (name, column)) in table.columns().iter().enumerate() {
            self.raw(if at == 0 { "{" } else { "," }).value(name)?;
            self.raw(":[");
            match column {
                Column::Text(words) => {
                    let texts = self.texts(words.kept())?;
                    self.column(words.codes(), |codes| Rows::Text(codes, Arc::clone(&texts)));
                }
                Column::Number(values) => self.column(values, Rows::Number),
                Column::Steps(values) => self.steps(values),
                Column::Count(values) => self.column(values, Rows::Count),
                Column::Flag(values) => self.column(values, Rows::Flag),
            }
            self.raw("]");
        }
        self.raw(if table.columns().is_empty() { "{}" } else { "}" });
        Ok(())
    }

    fn texts(&mut self, words: &'a Arc<[String]>) -> serde_json::Result<Arc<Texts>> {
        if let Some((_, texts)) = self.texts.iter().find(|(of, _)| Arc::ptr_eq(of, words)) {
            return Ok(Arc::clone(texts));
        }
        let texts = Arc::new(Texts::of(words)?);
        self.texts.push((words, Arc::clone(&texts)));
        Ok(texts)
    }

    fn column<T>(&mut self, values: &'a [T], rows: impl Fn(&'a [T]) -> Rows<'a>) {
        for (at, stretch) in values.chunks(ROWS).enumerate() {
            self.raw(if at == 0 { "" } else { "," }).rows(rows(stretch));
        }
    }

    fn steps(&mut self, steps: &Steps) {
        let parts = |(value, rows): (f64, usize)| {
            (0..rows).step_by(ROWS_OF_A_STEP).map(move |from| (value, (rows - from).min(ROWS_OF_A_STEP)))
        };
        let all: Vec<(f64, usize)> = steps.steps().flat_map(parts).collect();
        for (at, stretch) in all.chunks(STEPS).enumerate() {
            self.raw(if at == 0 { "" } else { "," }).rows(Rows::Steps(stretch.to_vec()));
        }
    }

    fn rows(&mut self, rows: Rows<'a>) {
        self.stretches.push(Stretch { text: std::mem::take(&mut self.text), rows });
    }

    fn raw(&mut self, text: &str) -> &mut Self {
        self.text.extend_from_slice(text.as_bytes());
        self
    }

    fn value(&mut self, value: &impl Serialize) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.text, value)
    }
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Text(rows, _) => rows.len(),
            Self::Number(rows) => rows.len(),
            Self::Steps(steps) => steps.iter().map(|(_, rows)| rows).sum(),
            Self::Count(rows) => rows.len(),
            Self::Flag(rows) => rows.len(),
        }
    }
}

impl Stretch<'_> {
    fn worded(self, mut out: Vec<u8>) -> serde_json::Result<Vec<u8>> {
        let Self { text, rows } = self;
        out.reserve(text.len() + rows.len() * BYTES_OF_A_ROW);
        out.extend_from_slice(&text);
        match rows {
            Rows::None => {}
            Rows::Text(codes, words) => {
                let alike = |code: &u32| words.get(*code as usize).unwrap_or(b"null");
                each(&mut out, runs(codes, u32::eq), |out, code| {
                    out.extend_from_slice(alike(code));
                    Ok(())
                })?;
            }
            Rows::Number(values) => {
                each(&mut out, runs(values, |one, other| one.to_bits() == other.to_bits()), number)?;
            }
            Rows::Steps(steps) => each(&mut out, steps.iter().map(|(value, rows)| (value, *rows)), worded)?,
            Rows::Count(values) => each(&mut out, runs(values, u64::eq), worded)?,
            Rows::Flag(values) => each(&mut out, runs(values, bool::eq), worded)?,
        }
        Ok(out)
    }
}

/// Equal rows that follow each other, as one with their number.
fn runs<T>(rows: &[T], same: impl Fn(&T, &T) -> bool) -> impl Iterator<Item = (&T, usize)> {
    rows.chunk_by(same).filter_map(|run| Some((run.first()?, run.len())))
}

fn worded(out: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(out, value)
}

/// A number as any other value is worded; whole ones, of which tables are full, by a shorter way.
fn number(out: &mut Vec<u8>, value: &f64) -> serde_json::Result<()> {
    const EXACT: f64 = 9e15;
    if value.fract() != 0.0 || !(1.0..EXACT).contains(value) {
        return worded(out, value);
    }
    worded(out, &(*value as u64))?;
    out.extend_from_slice(b".0");
    Ok(())
}

/// Rows with commas between them. Groups, limits and flags stay the same for many rows: such a run is worded once and copied.
fn each<'a, T: 'a>(
    out: &mut Vec<u8>,
    runs: impl Iterator<Item = (&'a T, usize)>,
    word: impl Fn(&mut Vec<u8>, &T) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    for (value, rows) in runs {
        let from = out.len();
        word(out, value)?;
        out.push(b',');
        let whole = (out.len() - from) * rows;
        while out.len() - from < whole {
            let copied = out.len() - from;
            out.extend_from_within(from..from + copied.min(whole - copied));
        }
    }
    // No stretch is empty: the last comma is one too many.
    out.pop();
    Ok(())
}

#[cfg(test)]
mod tests {
    use fingerpost_statistics::answer::{Given, Options};

    use super::*;

    #[test]
    fn json_is_what_an_answer_serialises_to() {
        use fingerpost_statistics::refusal::{Refusal, RefusalKind};
        let mut limits = Steps::default();
        limits.extend(4.5, 2);
        limits.extend(f64::NAN, 1);
        let results = Table::default()
            .with("group", vec!["A \"quoted\"\n", "B", "é"])
            .with("rate", vec![f64::NAN, 0.1 + 0.2, 0.1 + 0.2])
            .with("limit", limits)
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

    fn json_of(column: Column) -> (String, String) {
        let answer = Answer::new("xmr", Options::default(), 3, Ok(Given::new(Table::default().with("column", column))));
        let mut out = Vec::new();
        as_json(&mut out, &answer).expect("a Vec takes it");
        (String::from_utf8(out).expect("JSON is UTF-8"), serde_json::to_string(&answer).expect("JSON") + "\n")
    }

    #[test]
    fn stretches_make_one_column() {
        let mut steps = Steps::default();
        for (step, rows) in [(0.5, 1), (7.0, ROWS * 3), (0.1 + 0.2, STEPS)]
            .into_iter()
            .chain((0..1_000).map(|step| (f64::from(step), 3)))
        {
            steps.extend(step, rows);
        }
        let long: Vec<f64> = (0..ROWS as u32 * 2 + 1).map(|row| f64::from(row / 7) / 4.0).collect();
        for column in [Column::Steps(steps), Column::Number(long)] {
            let (written, expected) = json_of(column);
            assert!(written == expected, "{} bytes, expected {}", written.len(), expected.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn every_number_is_written_as_serde_writes_it(value: f64, whole in -20_000_000_000_000_000_i64..20_000_000_000_000_000) {
            for value in [value, whole as f64, -value, 0.0, -0.0, f64::INFINITY] {
                let (written, expected) = json_of(Column::Number(vec![value]));
                proptest::prop_assert_eq!(written, expected);
            }
        }
    }
}
