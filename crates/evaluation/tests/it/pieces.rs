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

/// The same table with Windows line ends, and a quote on one line.
fn windows(lines: &mut [String], quoted: usize) -> String {
    let cells: Vec<String> = lines[quoted].split(',').map(|cell| format!("\"{cell}\"")).collect();
    lines[quoted] = cells.join(",");
    table(lines).replace('\n', "\r\n")
}

#[test]
fn a_line_is_told_alike_with_and_without_quotes_and_windows_line_ends() {
    for quoted in [1, 7, 20_000, 31_000] {
        let mut lines = months();
        lines.insert(50, String::new());
        lines.insert(31_100, String::new());
        lines[31_414] = "P01308,2024-01-01,many".to_owned();
        let said = ask_of(windows(&mut lines, quoted), LINE).unwrap_err();
        assert!(said.contains("line 31415, column value"), "quotes on line {}: {said}", quoted + 1);
        let said = ask_of(table(&lines), LINE).unwrap_err();
        assert!(said.contains("line 31415, column value"), "quotes on line {}: {said}", quoted + 1);
    }
    // The last line, without its end.
    let mut lines = months();
    *lines.last_mut().unwrap() = "P01999,2024-12-01,many".to_owned();
    let last = lines.len();
    for text in [table(&lines), windows(&mut lines, 9)] {
        let said = ask_of(text.trim_end(), LINE).unwrap_err();
        assert!(said.contains(&format!("line {last}, column value")), "{said}");
    }
}

#[test]
fn many_empty_lines_are_no_open_quote() {
    let mut lines = months();
    let plain = ask_of(table(&lines), LINE).unwrap();
    lines[3] = lines[3].replace("P00000", "\"P00000\"");
    lines.splice(30..30, std::iter::repeat_n(String::new(), 500));
    assert!(ask_of(table(&lines), LINE).unwrap() == plain);
    assert!(ask_of(table(&lines).replace('\n', "\r\n"), LINE).unwrap() == plain);
}

#[test]
fn lines_that_end_with_cr_alone_are_read() {
    let lines = months();
    let plain = ask_of(table(&lines), LINE).unwrap();
    assert!(ask_of(table(&lines).replace('\n', "\r"), LINE).unwrap() == plain);
}

#[test]
fn a_head_of_many_columns_and_rows_as_wide_are_read() {
    let wide = std::iter::repeat_n("a number of words", 5_000).collect::<Vec<_>>().join(",");
    let names: Vec<String> = (0..5_000).map(|at| format!("a column {at:07}")).collect();
    let row = |day: u32| format!("2024-01-{day:02},{day},{wide}");
    let text = format!("day,value,{}\n{}\n{}\n", names.join(","), row(1), row(2));
    let said = ask_of(text, "mean table.csv --value value --json").unwrap();
    assert!(said.contains("\"n\":2"), "{said}");
}

#[test]
fn a_number_of_many_digits_is_read() {
    let mut lines = months();
    lines[5] = "P00000,2023-05-01,123456789012345678901".to_owned();
    assert!(ask_of(table(&lines), LINE).unwrap().contains("1.2345678901234568e"));
}
