//! Each example of `--help` runs as it stands there, for people, as JSON and, where there is one, as a picture.

use clap::{Args, Command};
use fingerpost_evaluation::Stats;

use crate::{run, samples, words};

/// The commands that the help of a method gives, without `fingerpost stats`.
fn examples(help: &str) -> Vec<Vec<String>> {
    let joined = help.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter_map(|line| line.strip_prefix("fingerpost stats "));
    lines.map(words).collect()
}

fn methods() -> Vec<(String, String)> {
    let all = Stats::augment_args(Command::new("stats"));
    let methods = all.get_subcommands().filter(|method| method.get_name() != "help");
    methods
        .map(|m| (m.get_name().to_owned(), m.get_after_help().map(ToString::to_string).unwrap_or_default()))
        .collect()
}

const KEYS: [&str; 7] = ["method", "options", "n", "missing", "results", "warnings", "claims"];

#[test]
fn every_example_of_the_help_runs_as_it_stands_there() {
    let all = methods();
    assert!(all.len() > 35);
    for (method, help) in all {
        let found = examples(&help);
        assert!(!found.is_empty(), "{method} has no example");
        for example in found {
            assert_eq!(example.first(), Some(&method), "{example:?}");
            let folder = tempfile::tempdir().unwrap();
            samples::write(folder.path(), &method);
            let shown = run(folder.path(), &example).unwrap_or_else(|error| panic!("{example:?}: {error}"));
            assert!(shown.contains("\nn ") && shown.contains("You may"), "{example:?}: {shown}");
            assert!(shown.lines().all(|line| line.chars().count() < 240), "{example:?}: {shown}");
            let json = run(folder.path(), &[example.clone(), vec!["--json".to_owned()]].concat()).unwrap();
            let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(answer["method"], method.as_str());
            let keys: Vec<&str> = KEYS.into_iter().filter(|key| answer.get(key).is_none()).collect();
            assert!(keys.is_empty(), "{example:?} lacks {keys:?}");
            for words in ["may", "may_not"] {
                assert!(
                    answer["claims"][words].as_array().is_some_and(|all| !all.is_empty()) || words == "may",
                    "{example:?}"
                );
            }
            let again = run(folder.path(), &[example.clone(), vec!["--json".to_owned()]].concat()).unwrap();
            assert_eq!(json, again, "{example:?}: the same twice");
        }
    }
}

#[test]
fn a_picture_tells_what_it_shows_and_where_there_is_none_that_is_said() {
    let mut drawn = 0;
    for (method, help) in methods() {
        for example in examples(&help) {
            let folder = tempfile::tempdir().unwrap();
            samples::write(folder.path(), &method);
            let asked: Vec<String> = match example.iter().position(|word| word == "--svg") {
                Some(_) => example,
                None => example.into_iter().chain(["--svg".to_owned(), "picture.svg".to_owned()]).collect(),
            };
            let name = asked.iter().find(|word| word.ends_with(".svg")).unwrap();
            match run(folder.path(), &asked) {
                Ok(_) => {
                    let svg = std::fs::read_to_string(folder.path().join(name)).unwrap();
                    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{method}");
                    assert!(
                        svg.contains("role=\"img\"") && svg.contains("<title") && svg.contains("<desc"),
                        "{method}"
                    );
                    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{method}");
                    drawn += 1;
                }
                Err(error) => assert!(error.contains("has no picture"), "{method}: {error}"),
            }
        }
    }
    assert!(drawn > 12, "{drawn}");
}
