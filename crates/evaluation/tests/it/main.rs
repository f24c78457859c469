//! The command as its reader has it: examples that run, tables of every make, refusals that say where.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod examples;
mod input;
mod samples;

use std::path::Path;

use clap::Parser;
use fingerpost_evaluation::{Stats, StatsError};

#[derive(Debug, Parser)]
struct Command {
    #[command(flatten)]
    stats: Stats,
}

/// Runs `stats` with these arguments; files are those of `folder`.
pub fn run(folder: &Path, arguments: &[String]) -> Result<String, String> {
    let placed = arguments.iter().map(|argument| {
        let file = argument.ends_with(".csv") || argument.ends_with(".svg");
        if file { folder.join(argument).display().to_string() } else { argument.clone() }
    });
    let command = Command::try_parse_from(["stats".to_owned()].into_iter().chain(placed)).map_err(|e| e.to_string())?;
    let mut out = vec![];
    let said = |error: StatsError| error.to_string().replace(&format!("{}/", folder.display()), "");
    command.stats.run(&mut out).map_err(said)?;
    Ok(String::from_utf8(out).unwrap())
}

/// Words of a line as a shell splits them.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (vec![], String::new(), false);
    for letter in line.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            letter => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
