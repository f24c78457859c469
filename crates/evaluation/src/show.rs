//! An answer as lines for people, and as JSON with every row at full precision.

mod json;

use std::io::{self, Write};

use fingerpost_statistics::answer::{Answer, Claims, Column, Outcome, Setting, Table};

pub use self::json::as_json;

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
        Column::Steps(values) => values.get(row).map(number).unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_and_true() {
        let shown = [0.0, 1.0, 2.439_024_39, 1_000.0, 123_456.7, 0.000_12, -3.5, 1e-9, 1e20].map(number);
        assert_eq!(shown, ["0", "1", "2.439", "1000", "123457", "0.00012", "-3.5", "1.000e-9", "1.000e20"]);
    }
}
