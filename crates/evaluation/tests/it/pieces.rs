//! Tables of several pieces: they are read by several threads, and answer as if one had read them line by line.

use std::fmt::Write as _;

use crate::asking::ask_of;

const LINE: &str = "xmr table.csv --group practice --date month --value value --json";
const GROUPS: usize = 2_000;

/// Months of many practices, about 900 kB.
fn months() -> Vec<String> {
    let mut lines = vec!["practice,month,value".to_owned()];
    for group in 0..GROUPS {
        for month in 1..=24 {
            let (year, month) = (2023 + (month - 1) / 12, (month - 1) % 12 + 1);
            let mut line = format!("P{group:05},{year}-{month:02}-01,");
            write!(line, "{}", (group * 31 + month * 17) % 53).unwrap();
            lines.push(line);
        }
    }
    lines
}

fn table(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

#[test]
fn a_quote_anywhere_changes_nothing() {
    let lines = months();
    let plain = ask_of(table(&lines), LINE).unwrap();
    for at in [0, 1, 20_000, lines.len() - 1] {
        let mut quoted = lines.clone();
        quoted[at] = quoted[at].split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        assert!(ask_of(table(&quoted), LINE).unwrap() == plain, "quotes on line {}", at + 1);
    }
}

#[test]
fn windows_line_ends_and_empty_lines_change_nothing() {
    let mut lines = months();
    let plain = ask_of(table(&lines), LINE).unwrap();
    assert!(ask_of(table(&lines).replace('\n', "\r\n"), LINE).unwrap() == plain);
    lines.insert(30_000, String::new());
    assert!(ask_of(table(&lines), LINE).unwrap() == plain);
    assert!(ask_of(table(&lines).trim_end(), LINE).unwrap() == plain);
}

/// What is said of a table with these cells in place of values, by line.
fn fault(cells: &[(usize, &str)], before: impl Fn(&mut Vec<String>)) -> String {
    let mut lines = months();
    before(&mut lines);
    for (line, cell) in cells {
        let cut = lines[line - 1].rfind(',').unwrap();
        lines[line - 1].replace_range(cut + 1.., cell);
    }
    ask_of(table(&lines), LINE).unwrap_err()
}

#[test]
fn the_first_fault_of_the_file_is_told_with_its_line() {
    let said = fault(&[(47_000, "some"), (31_415, "many"), (40_000, "more")], |_| {});
    assert!(said.contains("line 31415, column value") && said.contains("many"), "{said}");
    // Behind an empty line, and behind a quote with a line end in it.
    let said = fault(&[(31_415, "many")], |lines| lines.insert(100, String::new()));
    assert!(said.contains("line 31415,"), "{said}");
    let said = fault(&[(31_416, "many")], |lines| lines[100] = "\"P00004\n\",2023-01-01,3".to_owned());
    assert!(said.contains("line 31417,"), "{said}");
}

#[test]
fn a_row_of_another_length_is_told_with_its_line() {
    let said = fault(&[(31_415, "3,4")], |_| {});
    assert!(said.contains("line 31415: has 4 columns where the first line has 3"), "{said}");
    let said = fault(&[(31_415, "3,4")], |lines| lines[7] = lines[7].replace("P00000", "\"P00000\""));
    assert!(said.contains("line 31415: has 4 columns where the first line has 3"), "{said}");
}

#[test]
fn a_month_that_does_not_rise_is_told_with_its_line() {
    let said = fault(&[], |lines| lines[31_414] = lines[31_413].clone());
    assert!(said.contains("line 31415"), "{said}");
}

#[test]
fn a_head_that_does_not_end_is_refused() {
    let said = ask_of(format!("\"practice,month,value\n{}", "P00001,2023-01-01,3\n".repeat(40_000)), LINE).unwrap_err();
    assert!(said.contains("quote that is not closed"), "{said}");
}
