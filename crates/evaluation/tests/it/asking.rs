//! The command as it is typed, without a process: words in, what is printed or refused out.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::typing::{Typed, typed, words};

/// Where the tables of the worked examples are.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Asks a line such as `mean people.csv --value age`; tables are read from `folder`, pictures are drawn into it.
pub(crate) fn ask_in(folder: &Path, line: &str) -> Result<String, String> {
    let placed = words(line).into_iter().map(|word| match word.rsplit_once('.') {
        Some((_, "csv" | "svg")) => folder.join(word).display().to_string(),
        _ => word,
    });
    let stats = typed(placed).map_err(|error| format!("not understood: {error}"))?;
    let mut out = vec![];
    stats.run(&mut out).map(|()| String::from_utf8(out).unwrap()).map_err(|error| error.to_string())
}

/// Asks of a table of so many bytes, `table.csv`.
pub(crate) fn ask_of(table: impl AsRef<[u8]>, line: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), table).unwrap();
    let answer = ask_in(folder.path(), line);
    let folder = format!("{}/", folder.path().display());
    answer.map(|text| text.replace(&folder, "")).map_err(|error| error.replace(&folder, ""))
}

/// The answer as JSON.
pub(crate) fn json_in(folder: &Path, line: &str) -> serde_json::Value {
    let text = ask_in(folder, &format!("{line} --json")).unwrap_or_else(|error| panic!("{line}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// A method and the lines of its worked examples, without `fingerpost stats`.
pub(crate) fn worked_examples() -> Vec<(String, Vec<String>)> {
    let command = Typed::command();
    command
        .get_subcommands()
        .filter(|method| method.get_name() != "example")
        .map(|method| {
            let help = method.get_after_help().map(ToString::to_string).unwrap_or_default().replace("\\\n", " ");
            let lines =
                help.lines().filter_map(|line| line.trim().strip_prefix("fingerpost stats ").map(str::to_owned));
            (method.get_name().to_owned(), lines.collect())
        })
        .collect()
}

/// The whole help text of each method.
pub(crate) fn help_texts() -> Vec<(String, String)> {
    let mut command = Typed::command();
    command
        .get_subcommands_mut()
        .map(|method| {
            (method.get_name().to_owned(), method.get_after_help().map(ToString::to_string).unwrap_or_default())
        })
        .collect()
}
