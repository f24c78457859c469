//! A picture is drawn where there is one: a sound document with a title and a description. Where there is none, one line says so.

use crate::asking::{ask_in, ask_of, examples};

/// The names of elements as they open and close, and whether each that opened is closed in its turn.
fn is_balanced(svg: &str) -> bool {
    let mut open: Vec<&str> = vec![];
    for tag in svg.split('<').skip(1) {
        let Some((inside, text)) = tag.split_once('>') else { return false };
        if text.contains('&')
            && !text.split('&').skip(1).all(|after| after.split_once(';').is_some_and(|(name, _)| name.len() < 6))
        {
            return false;
        }
        let name = inside.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        if inside.matches('"').count() % 2 != 0 {
            return false;
        }
        match (inside.starts_with('/'), inside.ends_with('/')) {
            (true, _) => {
                if open.pop() != Some(name) {
                    return false;
                }
            }
            (false, true) => {}
            (false, false) if inside.starts_with(['?', '!']) => {}
            (false, false) => open.push(name),
        }
    }
    open.is_empty()
}

fn drawn(line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.svg");
    ask_in(&examples(), &format!("{line} --svg {}", picture.display()))
        .unwrap_or_else(|error| panic!("{line}: {error}"));
    std::fs::read_to_string(picture).unwrap()
}

#[test]
fn a_picture_is_a_sound_document_that_can_be_heard() {
    for line in [
        "shewhart monthly.csv --chart p --date month --value coded --size offered",
        "run monthly.csv --date month --value referrals --change 37",
        "xmr monthly.csv --date month --value referrals",
        "waiting waits.csv --time days --event seen --group practice --target 14",
        "funnel practices.csv --unit practice --count referred --denominator list_size",
        "interrupted monthly.csv --date month --value admissions --person-time people --before 36 --harmonics 2",
        "funnel practices.csv --unit practice --count referred --denominator list_size --spread square-root",
        "dsr ages.csv --group area --age age --events referrals --population people",
        "regression people.csv --outcome visits --terms age,sex --family poisson",
        "match people.csv --treat referred --outcome wellbeing_after --covariates age,female,imd --caliper 0.2",
        "proportion coded.csv --group practice --count coded --total offered",
        "cost trial.csv --effect qaly --cost cost --treat referred --price-year 2025/26",
        "inequality tenths.csv --group tenth --population people --value rate --standard-error se --edition x",
        "change scores.csv --person person --measure measure --before before --after after",
        "concentration people.csv --value visits --rank-by income",
        "repeat audit.csv --time when --count referrals --exposure list --baseline baseline",
    ] {
        let svg = drawn(line);
        assert!(svg.starts_with("<svg") && is_balanced(&svg), "{line}");
        for part in ["role=\"img\"", "<title id=\"title\">", "<desc id=\"description\">"] {
            assert!(svg.contains(part), "{line} has no {part}");
        }
        let described = svg.split("<desc id=\"description\">").nth(1).unwrap().split('<').next().unwrap();
        assert!(described.len() > 20, "{line}: {described}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{line}");
    }
}

#[test]
fn each_picture_is_the_one_of_its_method() {
    for (line, title) in [
        ("shewhart monthly.csv --chart p --date month --value coded --size offered", "Control chart"),
        ("run monthly.csv --date month --value referrals", "Run chart"),
        ("waiting waits.csv --time days --event seen", "Share still waiting"),
        ("interrupted monthly.csv --date month --value referrals --before 36", "Interrupted time series"),
        ("funnel practices.csv --unit practice --count referred --denominator list_size", "Funnel"),
        ("cost trial.csv --effect qaly --cost cost --treat referred --price-year x", "Acceptability curve"),
        ("concentration people.csv --value visits --rank-by income", "concentration: index with its interval"),
        ("repeat audit.csv --time when --count referrals --baseline baseline", "repeat: ratio with its interval"),
        ("change scores.csv --person person --measure measure --before before --after after", "change: mean change"),
    ] {
        let svg = drawn(line);
        assert!(svg.contains(&format!("<title id=\"title\">{title}")), "{line}: {}", &svg[..200]);
    }
}

#[test]
fn a_funnel_marks_only_those_outside() {
    let table = "unit,n,of\nA,10,100\nB,11,100\nC,9,100\nD,10,90\nE,60,110\nF,20,200\nG,19,210\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), table).unwrap();
    ask_in(folder.path(), "funnel table.csv --unit unit --count n --denominator of --svg out.svg").unwrap();
    let svg = std::fs::read_to_string(folder.path().join("out.svg")).unwrap();
    let described = svg.split("<desc id=\"description\">").nth(1).unwrap();
    let answer = ask_in(folder.path(), "funnel table.csv --unit unit --count n --denominator of --json").unwrap();
    let strange = answer.matches("\"Low (").count() + answer.matches("\"High (").count();
    assert!(described.starts_with(&format!("7 units by their size; {strange} lie outside")), "{described}");
    assert!(strange < 7, "{answer}");
}

#[test]
fn names_with_marks_of_xml_are_drawn_as_text() {
    let table = "practice,yes,all\n<b>A & B</b>,4,9\n\"\"\"quoted\"\"\",5,9\n'C',3,9\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), table).unwrap();
    ask_in(folder.path(), "proportion table.csv --group practice --count yes --total all --svg out.svg").unwrap();
    let svg = std::fs::read_to_string(folder.path().join("out.svg")).unwrap();
    assert!(is_balanced(&svg));
    assert!(!svg.contains("<b>"));
}

#[test]
fn an_answer_without_a_picture_says_so_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("none.svg");
    for line in [
        "protect counts.csv --row practice --column outcome --count people --rule below-5",
        "rake answers.csv --margins age,sex --targets targets.csv",
        "sroi outcomes.csv --investment 48000 --price-year 2025/26",
        "themes codes.csv --respondent respondent --theme theme --first first --second second",
    ] {
        let refusal = ask_in(&examples(), &format!("{line} --svg {}", picture.display())).unwrap_err();
        assert!(refusal.starts_with("--svg: ") && !refusal.contains('\n'), "{line}: {refusal}");
        assert!(!picture.exists(), "{line}");
    }
}

#[test]
fn a_refusal_leaves_no_picture() {
    let table = "month,n\n2025-01-01,1\n";
    let refusal = ask_of(table, "xmr table.csv --date month --value n --svg out.svg").unwrap_err();
    assert!(!refusal.contains('\n'), "{refusal}");
}
