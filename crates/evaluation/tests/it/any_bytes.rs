//! Whatever bytes stand in a file, every method answers or refuses in one line; it does not panic, and no estimate is missing
//! without a word about it.

use proptest::prelude::*;

use crate::asking::{ask_in, worked_examples};

/// Cells as they come in real files, and as they should not.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => (0..30_u8).prop_map(|number| number.to_string()),
        4 => (-50.0..50.0_f64).prop_map(|number| format!("{number:.2}")),
        4 => prop::sample::select(vec!["0", "1"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["", "NA", "a", "b", "NaN", "inf", "-3", "1e308", "\"", "\"x\ny\"", "é", "9007199254740993"])
            .prop_map(str::to_owned),
    ]
}

/// Cells that most methods can read.
fn mild_cell() -> impl Strategy<Value = String> {
    prop_oneof![3 => (0..2_u8).prop_map(|flag| flag.to_string()), 2 => (0..9_u8).prop_map(|number| number.to_string())]
}

fn head_of(folder: &std::path::Path, line: &str) -> Vec<(String, Vec<String>)> {
    let files = line.split_whitespace().filter(|word| word.ends_with(".csv"));
    files
        .map(|name| {
            let table = std::fs::read_to_string(folder.join(name)).unwrap();
            let head = table.lines().next().unwrap().split(',').map(str::to_owned).collect();
            (name.to_owned(), head)
        })
        .collect()
}

/// The answer is one, or one line; a number that is missing is spoken of.
fn is_sound(line: &str, answer: &Result<String, String>) {
    let text = match answer {
        Err(refusal) => {
            assert!(!refusal.starts_with("not understood"), "{line}: {refusal}");
            assert!(!refusal.trim().is_empty(), "{line}");
            return;
        }
        Ok(text) => text,
    };
    let read: serde_json::Value = serde_json::from_str(text).unwrap();
    // A verdict is a word about a ratio that has no meaning.
    let warned = !read["warnings"].as_array().unwrap().is_empty() || read["results"].get("verdict").is_some();
    for name in ["estimate", "att", "mean", "rate", "proportion", "ratio", "rate_ratio", "index", "kappa"] {
        if let Some(values) = read["results"].get(name).and_then(serde_json::Value::as_array) {
            assert!(
                warned || !values.iter().all(serde_json::Value::is_null),
                "{line}: no {name}, and not a word: {text}"
            );
        }
    }
}

/// Asks every worked example of tables that `write` makes of their heads.
fn ask_all(mut write: impl FnMut(&[String]) -> Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    for line in worked_examples().into_iter().flat_map(|(_, lines)| lines) {
        // No pictures here, and few draws: many tables are asked.
        let line = line.split(" --svg").next().unwrap().replace("--imputations 40", "--imputations 3 --rounds 2");
        let line = match line.split_whitespace().next() {
            Some("cost") => format!("{line} --draws 1000"),
            Some("inequality") => format!("{line} --draws 1000"),
            _ => line,
        };
        for (name, head) in head_of(&crate::asking::examples(), &line) {
            std::fs::write(folder.path().join(name), write(&head)).unwrap();
        }
        let answer = ask_in(folder.path(), &format!("{line} --json"));
        is_sound(&line, &answer);
    }
}

fn table(head: &[String], cells: &[String], rows: usize) -> Vec<u8> {
    let mut text = head.join(",");
    for row in 0..rows {
        let line = (0..head.len()).map(|at| cells[(row * head.len() + at * 7 + row * row) % cells.len()].as_str());
        text.push('\n');
        text.push_str(&line.collect::<Vec<_>>().join(","));
    }
    text.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 12, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        ask_all(|_| bytes.clone());
    }

    #[test]
    fn any_bytes_below_a_head(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        ask_all(|head| [head.join(",").as_bytes(), b"\n", bytes.as_slice()].concat());
    }

    #[test]
    fn any_cells(cells in prop::collection::vec(cell(), 5..120), rows in 0..40_usize) {
        ask_all(|head| table(head, &cells, rows));
    }

    #[test]
    fn cells_that_can_be_read(cells in prop::collection::vec(mild_cell(), 5..160), rows in 0..60_usize) {
        ask_all(|head| table(head, &cells, rows));
    }

    #[test]
    fn one_value_everywhere(cell in mild_cell(), rows in 0..60_usize) {
        ask_all(|head| table(head, std::slice::from_ref(&cell), rows));
    }
}
