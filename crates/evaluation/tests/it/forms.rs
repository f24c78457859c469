//! A table is the same table however it was saved: line ends, separators, quotes, a mark at the start, the order of its rows.

use crate::asking::{ask_in, ask_of, examples};

/// An example whose rows have no order, with the line that asks of it.
const ASKED: [(&str, &str); 6] = [
    ("coded.csv", "proportion table.csv --group practice --count coded --total offered"),
    ("people.csv", "mean table.csv --value wellbeing_after"),
    ("waits.csv", "waiting table.csv --time days --event seen --target 14"),
    ("people.csv", "regression table.csv --outcome visits --terms age,sex --family poisson --person-time years"),
    ("monthly.csv", "xmr table.csv --date month --value referrals"),
    ("appointments.csv", "before-after table.csv --before before --after after --exposed referred"),
];

fn example(name: &str) -> String {
    std::fs::read_to_string(examples().join(name)).unwrap()
}

fn is_the_same(change: impl Fn(&str) -> Vec<u8>) {
    for (name, line) in ASKED {
        let (table, line) = (example(name), format!("{line} --json"));
        let plain = ask_of(&table, &line).unwrap();
        assert_eq!(ask_of(change(&table), &line).unwrap(), plain, "{line}");
    }
}

#[test]
fn windows_line_ends_change_nothing() {
    is_the_same(|table| table.replace('\n', "\r\n").into_bytes());
}

#[test]
fn a_mark_at_the_start_changes_nothing() {
    is_the_same(|table| [b"\xef\xbb\xbf", table.as_bytes()].concat());
}

#[test]
fn semicolons_change_nothing() {
    is_the_same(|table| table.replace(',', ";").into_bytes());
}

#[test]
fn tabs_change_nothing() {
    is_the_same(|table| table.replace(',', "\t").into_bytes());
}

#[test]
fn quotes_around_every_cell_change_nothing() {
    let quoted = |line: &str| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
    is_the_same(|table| table.lines().map(|line| quoted(line) + "\n").collect::<String>().into_bytes());
}

#[test]
fn a_column_of_notes_with_line_ends_and_separators_changes_nothing() {
    is_the_same(|table| {
        let rows = table.lines().enumerate().map(|(at, line)| match at {
            0 => format!("note,{line}\n"),
            _ => format!("\"said, \"\"so\"\";\r\nand more\n\",{line}\n"),
        });
        rows.collect::<String>().into_bytes()
    });
}

#[test]
fn space_around_cells_changes_nothing() {
    is_the_same(|table| table.replace(',', " , ").into_bytes());
}

#[test]
fn no_line_end_at_the_end_changes_nothing() {
    is_the_same(|table| table.trim_end().as_bytes().to_vec());
}

#[test]
fn empty_lines_at_the_end_change_nothing() {
    is_the_same(|table| format!("{table}\n\r\n\n").into_bytes());
}

#[test]
fn the_order_of_the_columns_changes_nothing() {
    let turned = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n";
    is_the_same(|table| table.lines().map(turned).collect::<String>().into_bytes());
}

#[test]
fn charts_sort_their_rows_by_date() {
    for line in [
        "xmr table.csv --date month --value referrals --json",
        "run table.csv --date month --value referrals --json",
        "shewhart table.csv --chart p --date month --value coded --size offered --json",
    ] {
        let table = example("monthly.csv");
        let (head, rows) = table.split_once('\n').unwrap();
        let turned = format!("{head}\n{}\n", rows.lines().rev().collect::<Vec<_>>().join("\n"));
        assert_eq!(ask_of(&turned, line).unwrap(), ask_of(&table, line).unwrap(), "{line}");
    }
}

#[test]
fn numbered_weeks_stand_in_the_order_of_numbers() {
    let rows: Vec<String> = (1..=14).rev().map(|week| format!("{week},{}", week * 3 % 7)).collect();
    let table = format!("week,value\n{}\n", rows.join("\n"));
    let answer = ask_of(table, "xmr table.csv --date week --value value --json").unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let weeks: Vec<&str> =
        answer["results"]["date"].as_array().unwrap().iter().map(|week| week.as_str().unwrap()).collect();
    assert_eq!(weeks, (1..=14).map(|week| week.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_code_that_reads_as_no_number_stands_among_words() {
    let codes = ["NaN", "3", "inf", "1", "20", "nan", "2"];
    let rows: String = (0..60).map(|row| format!("{},{}\n", codes[row % 7], codes[row * row % 7])).collect();
    for weighting in ["linear", "quadratic"] {
        let line = format!("kappa table.csv --first a --second b --weighting {weighting} --order 1,2,3,20,NaN,nan,inf");
        ask_of(format!("a,b\n{rows}"), &line).unwrap();
    }
}

#[test]
fn charts_of_groups_whose_rows_are_mixed_are_those_of_sorted_rows() {
    let line = "xmr table.csv --group practice --date month --value referrals --json";
    let table = example("practice-months.csv");
    let (head, rows) = table.split_once('\n').unwrap();
    let mut mixed: Vec<&str> = rows.lines().collect();
    // By month, so that practices take turns; the groups still appear in the same order.
    mixed.sort_by_key(|row| row.split(',').nth(1));
    let mixed = format!("{head}\n{}\n", mixed.join("\n"));
    assert_eq!(ask_of(&mixed, line).unwrap(), ask_of(&table, line).unwrap());
}

#[test]
fn a_wait_that_is_coded_with_another_number_is_read() {
    let table = example("waits.csv");
    let coded: String = table.lines().map(|line| line.replace(",1,", ",2,").replace(",0,", ",1,") + "\n").collect();
    assert_eq!(
        ask_of(&coded, "waiting table.csv --time days --event seen --over 2 --json").unwrap(),
        ask_of(&table, "waiting table.csv --time days --event seen --json").unwrap()
    );
}

#[test]
fn a_line_for_each_answer_counts_as_the_counts_would() {
    let order = "--group answer --order never,weekly,daily --json";
    assert_eq!(
        ask_of("answer\nweekly\nnever\nweekly\ndaily\n", &format!("proportion table.csv {order}")).unwrap(),
        ask_of("answer,n\nnever,1\nweekly,2\ndaily,1\n", &format!("proportion table.csv --count n {order}")).unwrap()
    );
}

#[test]
fn words_for_yes_and_no_are_read() {
    let table = example("appointments.csv");
    let worded: String = table
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((start, "1")) => format!("{start},Yes\n"),
            Some((start, "0")) => format!("{start},no\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let line = "before-after table.csv --before before --after after --exposed referred --json";
    assert_eq!(ask_of(&worded, line).unwrap(), ask_of(&table, line).unwrap());
}

#[test]
fn two_questions_are_paired_by_their_key_whatever_the_order() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.csv"), "code,before\na,2\nb,3\nc,1\nd,4\ne,2\nf,2\n").unwrap();
    std::fs::write(folder.path().join("two.csv"), "code,after\nf,3\ne,3\nd,5\nc,3\nb,4\na,3\n").unwrap();
    std::fs::write(folder.path().join("both.csv"), "code,before,after\na,2,3\nb,3,4\nc,1,3\nd,4,5\ne,2,3\nf,2,3\n")
        .unwrap();
    let question = "--key code --before before --after after --highest 5 --json";
    let apart = ask_in(folder.path(), &format!("pre-post one.csv --second two.csv {question}")).unwrap();
    assert_eq!(apart, ask_in(folder.path(), &format!("pre-post both.csv {question}")).unwrap());
}

/// Examples whose rows have an order of their own, with the line that names what it goes by.
const ORDERED: [(&str, &str); 11] = [
    ("monthly.csv", "xmr table.csv --date month --value referrals"),
    ("monthly.csv", "run table.csv --date month --value referrals --change 37"),
    ("monthly.csv", "shewhart table.csv --chart p --date month --value coded --size offered"),
    ("monthly.csv", "interrupted table.csv --date month --value admissions --person-time people --before 36"),
    ("monthly.csv", "regression table.csv --outcome admissions --terms offered --newey-west 2 --date month"),
    (
        "tenths.csv",
        "inequality table.csv --group tenth --population people --value rate --standard-error se --edition x",
    ),
    ("audit.csv", "repeat table.csv --time when --count referrals --exposure list --baseline baseline"),
    ("answers.csv", "proportion table.csv --group age --order 18-39,40-64,65+"),
    ("answers.csv", "proportion table.csv --group region"),
    ("items.csv", "kappa table.csv --first first --second second --weighting linear --order no,unclear,yes"),
    ("repeated.csv", "repeated table.csv --outcome score --person person --visit visit --terms week"),
];

fn numbers_of(answer: &str) -> Vec<f64> {
    fn walk(value: &serde_json::Value, found: &mut Vec<f64>) {
        match value {
            serde_json::Value::Number(number) => found.push(number.as_f64().unwrap()),
            serde_json::Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            serde_json::Value::Object(values) => values.values().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = vec![];
    walk(&serde_json::from_str::<serde_json::Value>(answer).unwrap()["results"], &mut found);
    found
}

#[test]
fn rows_in_any_order_have_the_same_answer() {
    for (name, line) in ORDERED {
        let (table, line) = (example(name), format!("{line} --json"));
        let (head, rows) = table.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        let plain = numbers_of(&ask_of(&table, &line).unwrap());
        rows.reverse();
        let middle = rows.len() / 3;
        rows.rotate_left(middle);
        let mixed = numbers_of(&ask_of(format!("{head}\n{}\n", rows.join("\n")), &line).unwrap());
        assert_eq!(plain.len(), mixed.len(), "{line}");
        for (one, other) in plain.iter().zip(&mixed) {
            assert!((one - other).abs() <= 1e-9 * one.abs().max(1.0), "{line}: {one} and {other}");
        }
    }
}

#[test]
fn age_bands_are_found_by_their_names() {
    let line = "dsr table.csv --group area --age age --events referrals --population people --json";
    let table = example("ages.csv");
    let plain = ask_of(&table, line).unwrap();
    let (head, rows) = table.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    // The areas as they are, each of them from the oldest to the youngest.
    rows.chunks_mut(19).for_each(<[&str]>::reverse);
    assert_eq!(ask_of(format!("{head}\n{}\n", rows.join("\n")), line).unwrap(), plain);
    let renamed = table.replace("-", " to ").replace("90+", "90 and over");
    assert_eq!(ask_of(renamed, line).unwrap(), plain);
}

#[test]
fn dates_as_people_here_write_them_are_the_same_dates() {
    let line = "run table.csv --date month --value referrals --json";
    let table = example("monthly.csv");
    let plain = numbers_of(&ask_of(&table, line).unwrap());
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let spelt = |write: &dyn Fn(&str, usize) -> String| {
        let rows = table.lines().enumerate().map(|(at, line)| {
            let Some((date, rest)) = line.split_once(',').filter(|_| at > 0) else { return line.to_owned() };
            format!("{},{rest}", write(&date[..4], date[5..7].parse().unwrap()))
        });
        rows.collect::<Vec<_>>().join("\n")
    };
    type Spelling<'a> = &'a dyn Fn(&str, usize) -> String;
    let spellings: [Spelling<'_>; 4] = [
        &|year, month| format!("01/{month:02}/{year}"),
        &|year, month| format!("{}-{}", months[month - 1], &year[2..]),
        &|year, month| format!("{} {year}", months[month - 1]),
        &|year, month| format!("{year}-{month:02}"),
    ];
    for write in spellings {
        assert_eq!(numbers_of(&ask_of(spelt(write), line).unwrap()), plain);
    }
}

#[test]
fn a_person_with_several_events_counts_once_in_a_group() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.csv"), "practice,person\nA,p1\nA,p1\nA,p2\nB,p1\nA,p1\n").unwrap();
    std::fs::write(folder.path().join("people.csv"), "practice,list_size\nA,100\nB,200\n").unwrap();
    let line = "rate --events events.csv --by practice --population people.csv --person person --json";
    let answer: serde_json::Value = serde_json::from_str(&ask_in(folder.path(), line).unwrap()).unwrap();
    assert_eq!(answer["results"]["events"], serde_json::json!([2, 1]));
    assert!(answer["warnings"].to_string().contains("2 further events of people who count already"));
    let every = ask_in(folder.path(), &line.replace(" --person person", "")).unwrap();
    assert!(every.contains("\"events\":[4,1]"), "{every}");
}

#[test]
fn an_indirectly_standardised_rate_is_the_ratio_times_that_of_the_reference() {
    let line = "isr table.csv --group area --events n --population people --reference-events ref --reference-population of --json";
    let table = "area,n,people,ref,of\nA,10,1000,200,10000\nA,20,1000,100,10000\n";
    let answer: serde_json::Value = serde_json::from_str(&ask_of(table, line).unwrap()).unwrap();
    // Expected 20 + 10; the reference's own rate is 300 of 20,000.
    assert_eq!(answer["results"]["ratio"][0], 1.0);
    assert!((answer["results"]["rate"][0].as_f64().unwrap() - 15.0).abs() < 1e-9);
}
