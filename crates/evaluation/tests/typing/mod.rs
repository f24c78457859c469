//! The command as it is typed, without a process. Shared by the test programs.

use clap::Parser;
use fingerpost_evaluation::Stats;

#[derive(Debug, Parser)]
pub(crate) struct Typed {
    #[command(flatten)]
    pub(crate) stats: Stats,
}

/// Words of a line, those in single quotes kept together.
pub(crate) fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// What these words ask for; the error says what was not understood.
pub(crate) fn typed(words: impl Iterator<Item = String>) -> Result<Stats, String> {
    let typed = Typed::try_parse_from(std::iter::once("stats".to_owned()).chain(words));
    typed.map(|typed| typed.stats).map_err(|error| error.to_string())
}
