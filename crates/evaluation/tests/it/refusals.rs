//! What cannot be used is refused: one line, with the file, the line and the column where there is one.

use crate::asking::{ask_in, ask_of, examples};

fn refused(table: impl AsRef<[u8]>, line: &str) -> String {
    let refusal = match ask_of(table, line) {
        Err(refusal) => refusal,
        Ok(text) => panic!("{line} answered: {text}"),
    };
    assert!(!refusal.contains('\n'), "{line}: {refusal}");
    assert!(!refusal.starts_with("not understood"), "{line}: {refusal}");
    refusal
}

fn refused_with(table: impl AsRef<[u8]>, line: &str, parts: &[&str]) {
    let refusal = refused(table, line);
    assert!(parts.iter().all(|part| refusal.contains(part)), "{line}: {refusal:?} lacks one of {parts:?}");
}

const MEAN: &str = "mean table.csv --value score";

#[test]
fn a_wrong_column_is_named_with_those_that_are_there() {
    refused_with("id,points\n1,2\n", MEAN, &["table.csv: has no column named score. It has: id, points"]);
}

#[test]
fn two_columns_of_one_name_are_refused() {
    refused_with("score,score\n1,2\n", MEAN, &["table.csv", "two columns named score"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let refusal = ask_in(&examples(), "mean none.csv --value score").unwrap_err();
    assert!(refusal.contains("none.csv") && !refusal.contains('\n'), "{refusal}");
}

#[test]
fn text_among_numbers_is_refused_by_line_and_column() {
    refused_with("score\n1\nmany\n3\n", MEAN, &["table.csv, line 3, column score", "\"many\" is not a number"]);
}

#[test]
fn the_line_counts_the_line_ends_inside_quotes() {
    refused_with("note,score\n\"a\nb\",1\nc,many\n", MEAN, &["line 4, column score"]);
}

#[test]
fn infinities_and_nan_are_not_numbers() {
    for cell in ["NaN", "inf", "-Infinity", "1e999"] {
        refused_with(format!("score\n1\n{cell}\n"), MEAN, &["table.csv, line 3, column score"]);
    }
}

const SHARE: &str = "proportion table.csv --group practice --count yes --total all";

#[test]
fn negative_counts_are_refused() {
    refused_with("practice,yes,all\nA,3,9\nB,-1,9\n", SHARE, &["table.csv, line 3, column yes", "negative"]);
}

#[test]
fn counts_that_are_not_whole_are_refused() {
    refused_with("practice,yes,all\nA,3.5,9\n", SHARE, &["table.csv, line 2, column yes", "whole"]);
}

#[test]
fn more_than_all_is_refused() {
    refused_with("practice,yes,all\nA,3,9\nB,10,9\n", SHARE, &["table.csv, line 3: 10 of 9 is more than all"]);
    let line = "iif table.csv --network practice --registered all --referred yes";
    refused_with("practice,yes,all\nA,3,9\nB,10,9\n", line, &["line 3"]);
}

#[test]
fn an_empty_name_is_refused() {
    refused_with("practice,yes,all\n,3,9\n", SHARE, &["table.csv, line 2, column practice", "empty"]);
}

#[test]
fn rows_of_another_length_are_refused_by_line() {
    refused_with("practice,yes,all\nA,3,9\nB,3\n", SHARE, &["table.csv, line 3", "2 columns", "3"]);
    refused_with("practice,yes,all\nA,3,9\nB,3,9,7\n", SHARE, &["table.csv, line 3", "4 columns", "3"]);
}

#[test]
fn an_empty_file_is_refused() {
    refused_with("", MEAN, &["table.csv: is empty"]);
    refused_with("\n\n", MEAN, &["table.csv: is empty"]);
}

#[test]
fn a_head_without_rows_is_refused() {
    refused_with("score\n", MEAN, &["table.csv: has a head and no rows"]);
}

#[test]
fn a_row_that_a_method_refuses_has_its_line_whatever_stands_inside_quotes() {
    let table = "note,practice,yes,all\n\"a\nb\",A,3,9\nc,B,4,9\n\"d\n\n\",C,3,9\ne,D,10,9\n";
    refused_with(table, SHARE, &["table.csv, line 8: 10 of 9 is more than all"]);
}

#[test]
fn an_event_word_that_never_stands_there_is_refused_with_those_that_do() {
    refused_with(
        "d,e\n4,1\n5,2\n6,1\n",
        "waiting table.csv --time d --event e --over seen",
        &["column e", "is never seen. It has: 1, 2"],
    );
}

#[test]
fn other_encodings_are_refused_with_what_to_do() {
    let wide: Vec<u8> = "score\n1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused_with([b"\xff\xfe", wide.as_slice()].concat(), MEAN, &["table.csv: ", "UTF-8"]);
    refused_with(wide, MEAN, &["table.csv: ", "UTF-8"]);
}

#[test]
fn a_group_with_two_populations_is_refused_by_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.csv"), "practice\nA\n").unwrap();
    std::fs::write(folder.path().join("people.csv"), "practice,population\nA,100\nA,200\n").unwrap();
    let refusal = ask_in(folder.path(), "rate --events events.csv --by practice --population people.csv").unwrap_err();
    assert!(refusal.contains("people.csv, line 3, column practice: A has a line already"), "{refusal}");
}

#[test]
fn an_event_of_an_unknown_group_is_refused_by_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.csv"), "practice\nA\nB\n").unwrap();
    std::fs::write(folder.path().join("people.csv"), "practice,population\nA,100\n").unwrap();
    let refusal = ask_in(folder.path(), "rate --events events.csv --by practice --population people.csv").unwrap_err();
    assert!(refusal.contains("events.csv, line 3, column practice: B is not in "), "{refusal}");
}

#[test]
fn one_person_twice_is_refused() {
    let table = "person,before,after\np1,3,4\np1,2,4\np2,3,3\np3,1,2\n";
    refused_with(
        table,
        "change table.csv --person person --before before --after after",
        &["table.csv, line 3: repeats"],
    );
    let table = "code,before,after\na,3,4\na,2,4\nb,3,3\nc,1,2\n";
    let line = "pre-post table.csv --key code --before before --after after --highest 5";
    refused_with(table, line, &["table.csv, line 3, column code: a has an answer already"]);
}

#[test]
fn too_few_are_refused() {
    refused("score\n1\n", MEAN);
    refused("month,n\n2025-01-01,3\n", "xmr table.csv --date month --value n");
    refused("y,x\n1,2\n2,3\n", "regression table.csv --outcome y --terms x");
    refused("v\n1\n2\n3\n4\n5\n6\n", "interrupted table.csv --date v --value v --before 3");
}

#[test]
fn one_group_makes_no_comparison() {
    let one = "y,t,x\n1,1,2\n2,1,3\n4,1,1\n2,1,5\n5,1,4\n6,1,2\n3,1,1\n4,1,2\n1,1,4\n2,1,3\n";
    for line in [
        "match table.csv --treat t --outcome y --covariates x",
        "weight table.csv --treat t --outcome y --covariates x",
        "standardise table.csv --treat t --outcome y --covariates x",
        "rate-ratio table.csv --events y --exposed t",
        "cost table.csv --effect y --cost x --treat t --price-year 2025",
        "did table.csv --before y --after-value x --exposed t",
    ] {
        refused(one, line);
    }
}

#[test]
fn an_outcome_that_a_column_settles_is_refused() {
    let table = "y,x\n0,1\n0,2\n0,3\n0,4\n0,5\n1,6\n1,7\n1,8\n1,9\n1,10\n";
    let refusal = refused(table, "regression table.csv --family logit --outcome y --terms x");
    assert!(refusal.contains("separat") || refusal.contains('x'), "{refusal}");
}

#[test]
fn people_whom_a_covariate_tells_apart_completely_are_not_matched() {
    let matched = "match table.csv --treat t --outcome y --covariates a";
    let apart: String = (0..20).map(|at| format!("{},{at},{}\n", u8::from(at > 9), at * 3)).collect();
    refused(format!("t,y,a\n{apart}"), matched);
    let same: String = (0..20).map(|at| format!("{},{at},5\n", at % 2)).collect();
    refused(format!("t,y,a\n{same}"), matched);
}

#[test]
fn columns_that_follow_from_each_other_are_refused() {
    let table = "y,x,double\n1,1,2\n3,2,4\n2,3,6\n5,4,8\n4,5,10\n6,6,12\n";
    let refusal = refused(table, "regression table.csv --outcome y --terms x,double");
    assert!(refusal.contains("double"), "{refusal}");
    refused("y,x\n1,3\n3,3\n2,3\n5,3\n4,3\n6,3\n", "regression table.csv --outcome y --terms x");
}

#[test]
fn an_outcome_that_never_changes_is_refused() {
    let table = "y,x\n0,1\n0,2\n0,3\n0,4\n0,5\n0,6\n0,7\n0,8\n0,9\n0,10\n";
    refused(table, "regression table.csv --family logit --outcome y --terms x");
    refused(table, "regression table.csv --family poisson --outcome y --terms x");
}

#[test]
fn a_month_twice_is_refused() {
    let months: String = (1..=12).map(|month| format!("2025-{month:02}-01,{}\n", month % 5)).collect();
    let line = "xmr table.csv --date month --value n";
    refused_with(
        format!("month,n\n{months}2025-12-01,4\n"),
        line,
        &["table.csv, line 14, column month: 2025-12-01 has a row already"],
    );
    // The line is that of the file, not that of the sorted rows.
    let unsorted = "month,n\n2025-03-01,4\n2025-02-01,1\n2025-02-01,2\n2025-01-01,3\n2025-04-01,1\n";
    refused_with(unsorted, line, &["table.csv, line 4, column month: 2025-02-01 has a row already"]);
}

#[test]
fn an_empty_month_of_a_chart_is_refused_by_line() {
    refused_with(
        "month,n\n2025-01-01,3\n2025-02-01,\n",
        "xmr table.csv --date month --value n",
        &["line 3, column n", "empty"],
    );
}

#[test]
fn two_lines_for_one_cell_are_refused() {
    refused_with(
        "row,column,n\na,x,20\na,x,21\n",
        "protect table.csv --row row --column column --count n",
        &["table.csv", "two lines for a, x"],
    );
}

#[test]
fn a_table_that_cannot_be_protected_is_refused() {
    let refusal =
        refused("row,column,n\na,x,3\n", "protect table.csv --row row --column column --count n --rule below-5");
    assert!(refusal.contains("protect"), "{refusal}");
}

#[test]
fn neither_yes_nor_no_is_refused_by_line() {
    refused_with(
        "d,e\n4,1\n5,2\n",
        "waiting table.csv --time d --event e",
        &["table.csv, line 3, column e", "neither"],
    );
}

#[test]
fn names_mixed_with_empty_cells_are_refused_by_column() {
    refused_with(
        "y,x\n1,a\n2,\n3,b\n",
        "regression table.csv --outcome y --terms x",
        &["table.csv, line 3, column x", "empty among names"],
    );
}

#[test]
fn a_level_beyond_sense_is_refused() {
    for level in ["0", "1", "95", "NaN"] {
        refused("score\n1\n2\n4\n", &format!("{MEAN} --level {level}"));
    }
}

#[test]
fn a_refusal_as_json_is_json_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), "score\n1\n").unwrap();
    assert!(ask_in(folder.path(), "mean table.csv --value score --json").is_err());
}

fn warned(table: impl AsRef<[u8]>, line: &str, words: &str) {
    let answer = ask_of(table, &format!("{line} --json")).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains(words), "{line}: {warnings}");
}

fn example(name: &str) -> String {
    std::fs::read_to_string(examples().join(name)).unwrap()
}

fn without(table: &str, words: &str) -> String {
    table.lines().filter(|line| !line.contains(words)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_month_that_is_missing_is_named() {
    let (months, practices) = (without(&example("monthly.csv"), "2023-04-01"), example("practice-months.csv"));
    let gap = "1 point is missing: none between 2023-03-01 and 2023-05-01";
    for line in [
        "xmr table.csv --date month --value referrals",
        "run table.csv --date month --value referrals",
        "shewhart table.csv --chart c --date month --value referrals",
    ] {
        warned(&months, line, gap);
    }
    refused_with(&months, "interrupted table.csv --date month --value referrals --before 20", &["column month", gap]);
    let line = "xmr table.csv --group practice --date month --value referrals";
    let second = practices.lines().nth(2).unwrap();
    warned(without(&practices, second), line, "missing in 1 of");
}

#[test]
fn a_date_that_is_none_is_refused() {
    let table = "month,n\nJan,1\nFeb,2\nMar,3\n";
    refused_with(table, "xmr table.csv --date month --value n", &["line 2, column month: Jan is neither a date"]);
}

#[test]
fn slips_among_the_numbers_of_a_model_make_no_groups() {
    let line = "regression table.csv --outcome y --terms age";
    let rows: String = (0..30).map(|row| format!("{},{}\n", row % 7, 40 + row)).collect();
    for slip in ["n/a", "NaN", "inf", "\"41,5\""] {
        let table = format!("y,age\n{rows}3,{slip}\n");
        refused_with(table, line, &["table.csv, line 32, column age", "is not a number, others are"]);
    }
}

#[test]
fn time_and_people_of_nothing_are_refused_where_they_stand() {
    let rows: String = (0..30).map(|row| format!("{},{},1\n", row % 3, row % 5)).collect();
    let line = "regression table.csv --family poisson --outcome y --terms x --person-time time";
    refused_with(format!("y,x,time\n{rows}1,2,0\n"), line, &["line 32, column time: 0 is not above zero"]);
    let dsr = "dsr table.csv --group area --age age --events referrals --population people";
    let people = example("ages.csv").replace(",1842,", ",-1842,");
    refused_with(people, dsr, &["line 2, column people: -1842 is below zero"]);
    // One area that is not whole does not keep the others from their rates.
    warned(without(&example("ages.csv"), "Northtown,5-9"), dsr, "Northtown: There are 18 rows");
    warned(example("ages.csv").replacen("Northtown,5-9", "Northtown,0 to 4", 1), dsr, "Northtown: There are 19 rows");
    refused_with(example("ages.csv").replace("5-9", "5-10"), dsr, &["column age: 5-10 is no band"]);
}

#[test]
fn what_stands_twice_is_refused_where_it_stands() {
    for (name, line) in [
        ("practices.csv", "funnel table.csv --unit practice --count referred --denominator list_size"),
        ("networks.csv", "iif table.csv --network network --registered registered --referred referred"),
        ("coded.csv", "proportion table.csv --group practice --count coded --total offered"),
        ("cells.csv", "noise table.csv --cell practice --count people --epsilon 1 --seed 5"),
        ("monthly.csv", "run table.csv --date month --value referrals"),
        ("audit.csv", "repeat table.csv --time when --count referrals --baseline baseline"),
        ("ages.csv", "dsr table.csv --group area --age age --events referrals --population people"),
    ] {
        let table = example(name);
        let twice = format!("{table}{}\n", table.lines().nth(1).unwrap());
        let line_of_it = format!("line {}", twice.lines().count());
        refused_with(twice, line, &[&line_of_it, "has a row already"]);
    }
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let months = example("monthly.csv");
    let chart = "shewhart table.csv --chart c --date month --value referrals --exclude";
    refused_with(&months, &format!("{chart} 0"), &["--exclude", "counted from 1"]);
    refused_with(&months, &format!("{chart} 99"), &["--exclude", "there is no point 99"]);
    let funnel = "funnel table.csv --unit practice --count referred --denominator list_size --measure proportion";
    refused_with(example("practices.csv"), &format!("{funnel} --spread square-root"), &["--spread", "--measure ratio"]);
    let iif = "iif table.csv --network network --registered registered --referred referred --lower 1.205";
    refused_with(example("networks.csv"), iif, &["--lower", "more than two decimals"]);
    let order = "proportion table.csv --group age --order 18-39,18-39,40-64,65+";
    refused_with(example("answers.csv"), order, &["--order", "twice"]);
    let rate = "rate --events table.csv --by practice --population table.csv --per 0";
    refused_with(example("referrals.csv"), rate, &["--per"]);
    let noise = "noise table.csv --cell practice --count people --seed 5 --epsilon";
    for epsilon in ["0.000000001", "1e-17", "50"] {
        refused_with(example("cells.csv"), &format!("{noise} {epsilon}"), &["Privacy loss"]);
    }
    refused_with("a,b\nlow,high\nhigh,low\n", "kappa table.csv --first a --second b --weighting linear", &["--order"]);
}

#[test]
fn values_that_are_not_on_their_scale_are_refused() {
    let line = "pre-post table.csv --key k --before b --after a --highest 5";
    let rows: String = (0..12).map(|row| format!("p{row},{},{}\n", row % 5, (row + 2) % 5)).collect();
    refused_with(format!("k,b,a\n{rows}q,-5,2\n"), line, &["answer before that is not on the scale, 0 to 5"]);
    let table = "v,r\n1,1\n5,2\n15,3\n";
    let line = "concentration table.csv --value v --rank-by r";
    refused_with(table, &format!("{line} --lowest 0 --highest 10"), &["line 4", "outside the bounds"]);
    refused_with("v,r\n1,1\n-5,2\n15,3\n", line, &["line 3", "below zero"]);
}

#[test]
fn a_table_of_which_the_hidden_cells_must_each_be_one_is_refused_or_hidden_further() {
    let mut table = "row,column,people\n".to_owned();
    for (row, counts) in [("A", [1, 1, 1, 1, 1]), ("B", [40, 50, 60, 70, 80]), ("C", [41, 52, 63, 74, 85])] {
        for (column, count) in counts.into_iter().enumerate() {
            table += &format!("{row},c{column},{count}\n");
        }
    }
    refused_with(
        table,
        "protect table.csv --row row --column column --count people --rule below-5",
        &["cannot be protected"],
    );
}

#[test]
fn few_clusters_and_few_people_are_said() {
    let rows: String = (0..40).map(|row| format!("{},{},{},c{}\n", 3 + row % 5, row % 2, 20 + row, row % 4)).collect();
    let table = format!("visits,seen,age,practice\n{rows}");
    let line = "rate-ratio table.csv --events visits --exposed seen --cluster practice";
    warned(&table, line, "Only 4 clusters");
    warned(&table, line, "Only 20 in the smaller group");
}
