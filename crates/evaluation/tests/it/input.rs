//! Tables of every make give the same answer; what cannot be used is refused by line and column.

use crate::{run, samples, words};

fn json(text: &[u8], command: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), text).unwrap();
    run(folder.path(), &words(&format!("{command} --json")))
}

const XMR: &str = "xmr table.csv --group practice --date month --value referrals";

#[test]
fn a_table_of_another_make_gives_the_same_answer() {
    let (_, plain) = samples::of("xmr").remove(0);
    let usual = json(plain.as_bytes(), XMR).unwrap();
    let mut lines: Vec<&str> = plain.lines().collect();
    let head = lines.remove(0);
    // Rows in another order, the groups' first rows where they were.
    let mut turned: Vec<&str> = lines.clone();
    turned[1..30].reverse();
    turned[31..60].reverse();
    let quoted = lines.iter().map(|line| format!("\"{}\"", line.replace(',', "\",\""))).collect::<Vec<_>>().join("\n");
    let noted: Vec<String> = lines.iter().map(|line| format!("\"two\nlines, and \"\"words\"\"\",{line}")).collect();
    let all = [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        format!("{head}\n{quoted}"),
        format!("{head}\n{}\n", turned.join("\n")),
        format!("note,{head}\n{}\n", noted.join("\n")),
        plain.replace(',', " , "),
    ];
    for (at, other) in all.iter().enumerate() {
        assert_eq!(json(other.as_bytes(), XMR).unwrap(), usual, "table {at}");
    }
}

#[test]
fn numbered_weeks_stand_in_the_order_of_numbers() {
    let rows: Vec<String> = (1..=14).rev().map(|week| format!("{week},{}", week * 3 % 7)).collect();
    let table = format!("week,value\n{}\n", rows.join("\n"));
    let answer = json(table.as_bytes(), "xmr table.csv --date week --value value").unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let weeks: Vec<&str> =
        answer["results"]["date"].as_array().unwrap().iter().map(|week| week.as_str().unwrap()).collect();
    assert_eq!(weeks, (1..=14).map(|week| week.to_string()).collect::<Vec<_>>());
}

#[test]
fn what_cannot_be_used_is_refused_in_one_line_that_says_where() {
    let refused = |text: &[u8], command: &str, said: &[&str]| {
        let error = json(text, command).unwrap_err();
        assert_eq!(error.trim().lines().count(), 1, "{error}");
        for part in said {
            assert!(error.contains(part), "{command}: {error} lacks {part}");
        }
    };
    let mean = "mean table.csv --value score";
    refused(b"", mean, &["table.csv", "is empty"]);
    refused(b"score\n", mean, &["no rows"]);
    refused(b"points\n1\n", mean, &["no column named score", "It has: points"]);
    refused(b"score,score\n1,2\n", mean, &["two columns named score"]);
    refused(b"score\n1\nfour\n", mean, &["line 3", "column score", "not a number"]);
    refused(b"score\n1\nNaN\n", mean, &["line 3", "column score"]);
    refused(b"score\n1\ninf\n", mean, &["line 3", "column score"]);
    refused(b"score\n5\n", mean, &["mean"]);
    refused(b"id,score\n1,2\n2,3,4\n", mean, &["line 3", "3 columns where the first line has 2"]);
    refused(b"\xff\xfes\x00c\x00", mean, &["UTF-8"]);
    let share = "proportion table.csv --group g --count n --total of";
    refused(b"g,n,of\na,-1,5\n", share, &["line 2", "column n", "negative"]);
    refused(b"g,n,of\na,1.5,5\n", share, &["line 2", "column n", "whole number"]);
    refused(b"g,n,of\na,9,5\n", share, &["proportion"]);
    refused(b"g,n,of\n,1,5\n", share, &["line 2", "column g", "is empty"]);
    refused(b"when,n\na,3\n", "repeat table.csv --time when --count n", &["repeat"].map(|_| ""));
    refused(
        b"t,seen\n1,maybe\n",
        "waiting table.csv --time t --event seen",
        &["line 2", "column seen", "neither yes nor no"],
    );
    refused(b"d,v\n2024-01-01,3\n2024-01-01,4\n", "xmr table.csv --date d --value v", &["xmr"]);
    refused(b"r,c,n\na,x,3\na,x,4\n", "protect table.csv --row r --column c --count n", &["two lines for a, x"]);
    let matched = "match table.csv --treat t --outcome y --covariates a";
    refused(b"t,y,a\n1,2,3\n1,3,4\n1,4,5\n1,3,6\n", matched, &["match: "]);
    // A covariate that tells the two apart completely, and one that is the same for everybody.
    let apart: String = (0..20).map(|at| format!("{},{at},{}\n", u8::from(at > 9), at * 3)).collect();
    refused(format!("t,y,a\n{apart}").as_bytes(), matched, &["match: "]);
    let same: String = (0..20).map(|at| format!("{},{at},5\n", at % 2)).collect();
    refused(format!("t,y,a\n{same}").as_bytes(), matched, &["match: "]);
}

#[test]
fn a_practice_is_there_once_and_none_is_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let command = words("rate --events e.csv --by p --population n.csv --json");
    write("e.csv", "p\nA\nA\nB\n");
    write("n.csv", "p,population\nA,1000\nB,500\nC,800\n");
    let answer: serde_json::Value = serde_json::from_str(&run(folder.path(), &command).unwrap()).unwrap();
    assert_eq!(answer["results"]["p"], serde_json::json!(["A", "B", "C"]));
    assert_eq!(answer["results"]["events"], serde_json::json!([2, 1, 0]));
    for column in ["population", "rate", "lower", "upper"] {
        assert_eq!(answer["results"][column].as_array().unwrap().len(), 3, "{column}");
    }
    write("e.csv", "p\nA\nZ\n");
    assert!(run(folder.path(), &command).unwrap_err().contains("line 3, column p: Z is not in"));
    write("n.csv", "p,population\nA,1000\nA,1000\n");
    assert!(run(folder.path(), &command).unwrap_err().contains("line 3, column p: A has a line already"));
    write("n.csv", "p,population\nA,0\n");
    assert!(run(folder.path(), &command).unwrap_err().contains("column population"));
    write("n.csv", "p,size\nA,10\n");
    assert!(run(folder.path(), &command).unwrap_err().contains("--population-column"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

    /// Whatever is in the file, every method answers or refuses; none falls over.
    #[test]
    fn no_table_brings_a_method_down(
        cells in proptest::collection::vec(proptest::collection::vec("[0-9.,;eE+\\-\"a-z \u{e9}]{0,6}|0|1|NA|inf", 3), 0..14)
    ) {
        let rows: Vec<String> = cells.iter().map(|row| row.join(",")).collect();
        let table = format!("a,b,c\n{}\n", rows.join("\n"));
        for command in [
            "mean table.csv --value a", "proportion table.csv --group a --count b --total c", "xmr table.csv --date a --value b",
            "run table.csv --date a --value b", "funnel table.csv --unit a --count b --denominator c",
            "match table.csv --treat a --outcome b --covariates c", "waiting table.csv --time a --event b --group c",
            "did table.csv --before a --after-value b --exposed c", "regression table.csv --outcome a --terms b,c",
            "change table.csv --person a --before b --after c", "pre-post table.csv --key a --before b --after c --highest 5",
            "kappa table.csv --first a --second b", "protect table.csv --row a --column b --count c",
            "impute table.csv --outcome a --covariates b,c --imputations 3 --rounds 2", "mixed table.csv --outcome a --person b --terms c",
        ] {
            json(table.as_bytes(), command).ok();
        }
    }
}
