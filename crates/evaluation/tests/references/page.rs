//! The page, and its commands.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use clap::CommandFactory;
use serde_json::Value;

use crate::support::{Case, Command};
use crate::typing::{Typed, typed, words};
use crate::words::{ANALYSES, HOW_TO_READ, LIMITS, TITLE};

/// Every number of an answer.
fn numbers(answer: &Value, found: &mut Vec<f64>) {
    match answer {
        Value::Number(number) => found.extend(number.as_f64()),
        Value::Array(parts) => parts.iter().for_each(|part| numbers(part, found)),
        Value::Object(parts) => parts.values().for_each(|part| numbers(part, found)),
        _ => {}
    }
}

/// Runs a command on the files of a case: it answers, and one of the numbers of the case is in its answer, as it is or as a
/// share of 1 where the case has per cents.
pub fn run(folder: &Path, line: &str, case: &Case) -> Result<(), String> {
    let placed = words(line)
        .into_iter()
        .map(|word| if word.ends_with(".csv") { folder.join(word).display().to_string() } else { word });
    let mut out = vec![];
    typed(placed.chain(["--json".to_owned()]))?.run(&mut out).map_err(|error| error.to_string())?;
    let mut found = vec![];
    numbers(&serde_json::from_slice(&out).unwrap(), &mut found);
    let holds = |ours: f64| found.iter().any(|number| (number - ours).abs() <= 1e-9 * ours.abs());
    // A whole number could stand there for something else.
    let telling = case.numbers.iter().map(|number| number.ours).filter(|ours| ours.fract() != 0.0);
    match telling.into_iter().any(|ours| holds(ours) || holds(ours / 100.0)) {
        true => Ok(()),
        false => Err("none of the numbers of the case is in its answer".to_owned()),
    }
}

/// Commands of the page that the program would not take, and methods that the page forgets.
pub fn commands_not_understood(cases: &[Case]) -> Vec<String> {
    let of_cases = cases.iter().flat_map(|case| case.commands.iter().map(Command::line));
    let of_analyses = ANALYSES.iter().flat_map(|analysis| analysis.commands.iter().copied());
    let mut faults: Vec<String> = of_cases
        .chain(of_analyses)
        .filter_map(|line| typed(words(line).into_iter()).err().map(|error| format!("{line}: {error}")))
        .collect();
    let shown: BTreeSet<&str> = ANALYSES
        .iter()
        .flat_map(|analysis| analysis.commands.iter().filter_map(|line| line.split(' ').next()))
        .collect();
    for method in Typed::command().get_subcommands() {
        if !["help", "example"].contains(&method.get_name()) && !shown.contains(method.get_name()) {
            faults.push(format!("{}: no analysis of the page has this command", method.get_name()));
        }
    }
    let known: BTreeSet<&str> = cases.iter().filter_map(|case| case.name.split('_').next()).collect();
    for analysis in ANALYSES {
        for case in analysis.cases.iter().filter(|case| !known.contains(*case)) {
            faults.push(format!("{}: there is no case {case}", analysis.what));
        }
    }
    faults
}

/// Significant digits, so few that they are the same on every machine: seven, and five where the answer is searched for or
/// simulated and so held to a wide tolerance.
fn shown(value: f64, tolerance: f64) -> String {
    let places = if tolerance > 1e-5 { 4 } else { 6 };
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{value:.*e}", places);
    let (mantissa, exponent) = scientific.split_once('e').unwrap();
    let exponent: i32 = exponent.parse().unwrap();
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-3..=6).contains(&exponent) {
        trimmed(&format!("{value:.*}", usize::try_from(places as i32 - exponent).unwrap_or(0)))
    } else {
        format!("{}e{exponent}", trimmed(mantissa))
    }
}

/// The finest step that is told apart: expected numbers have fifteen digits, and machines differ in the last of ours.
const FINEST: i32 = 11;

/// The next power of ten above a difference.
fn step(off: f64) -> String {
    let power = (0..=FINEST).rev().find(|power| off < 10_f64.powi(-power));
    power.map_or_else(|| "1 or more".to_owned(), |power| format!("below 1e-{power}"))
}

fn tolerance(value: f64) -> String {
    format!("{value:e}")
}

/// Keeps a cell of a table in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn heading(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

fn case_section(out: &mut String, case: &Case) {
    writeln!(out, "### {}: {}\n", heading(case.name), case.what).unwrap();
    writeln!(out, "Case `{}`. Published: {}.", case.name, case.anchor.trim_end_matches('.')).unwrap();
    if !case.note.is_empty() {
        writeln!(out, "{}", case.note).unwrap();
    }
    for (run, lead) in
        [(true, "On the files of the case:"), (false, "How it is asked (the case gives its numbers in another form):")]
    {
        let lines: Vec<&str> =
            case.commands.iter().filter(|command| command.on_the_case().is_some() == run).map(Command::line).collect();
        if lines.is_empty() {
            continue;
        }
        writeln!(out, "\n{lead}\n\n```").unwrap();
        for line in lines {
            writeln!(out, "fingerpost stats {line}").unwrap();
        }
        writeln!(out, "```").unwrap();
    }
    writeln!(out, "\n| | ours | theirs | difference | tolerance |\n|---|---:|---:|---|---|").unwrap();
    for number in &case.numbers {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cell(&number.what),
            shown(number.ours, number.tolerance),
            shown(number.theirs, number.tolerance),
            step(number.off()),
            tolerance(number.tolerance)
        )
        .unwrap();
    }
    out.push('\n');
}

/// The page.
pub fn page(mut cases: Vec<Case>) -> String {
    cases.sort_by_key(|case| case.name);
    let mut out = String::new();
    let numbers: Vec<_> = cases.iter().flat_map(|case| &case.numbers).collect();
    let loose = numbers.iter().filter(|number| number.tolerance > 1e-9).count();
    writeln!(out, "{TITLE}\n").unwrap();
    writeln!(
        out,
        "{} cases, {} numbers. {} of them are held to a relative difference of 1e-9, {loose} to a wider one; the case says why.\n",
        cases.len(),
        numbers.len(),
        numbers.len() - loose
    )
    .unwrap();
    writeln!(out, "{HOW_TO_READ}\n").unwrap();
    writeln!(out, "## The analyses and their commands\n").unwrap();
    writeln!(out, "`fingerpost stats METHOD --help` explains each option and has an example with its table.\n")
        .unwrap();
    writeln!(out, "| | analysis | command, after `fingerpost stats` | cases |\n|---|---|---|---|").unwrap();
    for (at, analysis) in ANALYSES.iter().enumerate() {
        let commands: Vec<String> = analysis.commands.iter().map(|line| format!("`{}`", cell(line))).collect();
        let cases = if analysis.cases.is_empty() { "none".to_owned() } else { analysis.cases.join(", ") };
        writeln!(out, "| {} | {} | {} | {cases} |", at + 1, cell(analysis.what), commands.join("<br>")).unwrap();
    }
    writeln!(out, "\n## Limits\n\n{LIMITS}\n").unwrap();
    writeln!(out, "## Case by case\n").unwrap();
    for case in &cases {
        case_section(&mut out, case);
    }
    out.trim_end().to_owned() + "\n"
}
