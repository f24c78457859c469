//! Each method's `--help` shows an example; each of them gives an answer.

use crate::asking::{ask_in, examples, help_texts, json_in, worked_examples};

/// The examples read here and draw into a folder of their own.
fn copy_of_examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

#[test]
fn every_method_has_a_worked_example_that_names_it() {
    let all = worked_examples();
    assert!(all.len() >= 37, "{}", all.len());
    for (method, lines) in all {
        assert!(!lines.is_empty(), "{method} has no example");
        assert!(lines.iter().all(|line| line.split_whitespace().next() == Some(&method)), "{method}: {lines:?}");
    }
}

#[test]
fn every_worked_example_answers_people() {
    let folder = copy_of_examples();
    for line in worked_examples().into_iter().flat_map(|(_, lines)| lines) {
        let text = ask_in(folder.path(), &line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(text.contains("\nn "), "{line}: {text}");
        assert!(!text.contains("NaN"), "{line}: {text}");
    }
}

#[test]
fn every_worked_example_answers_machines_in_the_one_shape() {
    let folder = copy_of_examples();
    for line in worked_examples().into_iter().flat_map(|(_, lines)| lines) {
        let answer = json_in(folder.path(), &line);
        assert_eq!(answer["method"].as_str(), line.split_whitespace().next(), "{line}");
        for key in ["method", "options", "n", "missing", "results", "warnings", "claims"] {
            assert!(answer.get(key).is_some(), "{line} has no {key}: {answer}");
        }
        assert!(answer["n"].as_u64().unwrap() > 0, "{line}");
        let said =
            answer["claims"]["may"].as_array().unwrap().len() + answer["claims"]["may_not"].as_array().unwrap().len();
        assert!(said > 0, "{line} claims nothing and denies nothing");
    }
}

#[test]
fn every_table_of_a_worked_example_is_there_with_the_columns_it_shows() {
    for (method, text) in help_texts() {
        // "Example: people.csv has a line for ..." then an empty line, then the head.
        let Some(name) = text.strip_prefix("Example: ").and_then(|rest| rest.split_whitespace().next()) else {
            continue;
        };
        if !name.ends_with(".csv") {
            continue;
        }
        let table =
            std::fs::read_to_string(examples().join(name)).unwrap_or_else(|error| panic!("{method}: {name}: {error}"));
        let there: Vec<&str> = table.lines().next().unwrap().split(',').collect();
        let Some(head) = text.lines().skip_while(|line| !line.is_empty()).nth(1).map(str::trim) else { continue };
        if head.contains(' ') || head.starts_with("fingerpost") {
            // Two tables beside each other.
            continue;
        }
        for column in head.split(',') {
            assert!(there.contains(&column), "{method}: {name} has no column {column}");
        }
    }
}

#[test]
fn whoever_has_only_the_program_has_its_tables() {
    for file in std::fs::read_dir(examples()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with(".csv") {
            let printed = crate::asking::ask_in(std::path::Path::new(""), &format!("example {name}")).unwrap();
            assert_eq!(printed, std::fs::read_to_string(&path).unwrap(), "{name}");
        }
    }
    for (method, text) in help_texts() {
        for name in text.split("stats example ").skip(1).filter_map(|rest| rest.split([',', '\n']).next()) {
            assert!(fingerpost_evaluation::examples::table(name).is_ok(), "{method}: {name}");
        }
    }
    let refused = crate::asking::ask_in(std::path::Path::new(""), "example none").unwrap_err();
    assert!(refused.contains("people.csv"), "{refused}");
}

#[test]
fn help_texts_fit_a_screen_of_a_hundred_columns() {
    for (method, text) in help_texts() {
        for line in text.lines() {
            assert!(line.chars().count() <= 102, "{method}: {line}");
        }
    }
}
