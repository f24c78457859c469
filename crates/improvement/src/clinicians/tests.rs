use fingerpost_domain::Date;
use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::measure::ChoiceOption;
use fingerpost_domain::text::Line;
use fingerpost_improvement_rules::survey::{AskedPractice, PUBLISHED_THEMES, clinician_questions};

use super::*;
use crate::reading::Theme;
use crate::surveys::Practice;

fn practices() -> Vec<(usize, AskedPractice)> {
    let practice = |number: usize| AskedPractice {
        name: Line::parse(&format!("Surgery {number}")).unwrap().unwrap(),
        network: Line::parse(if number < 3 { "North" } else { "South" }).unwrap(),
    };
    (1..=4).map(|number| (number, practice(number))).collect()
}

/// A survey in which each respondent is a list of answers by item.
fn survey(answers: &[&[(&str, &str)]]) -> SurveyRecord {
    let entropy = Entropy::from_number(1);
    let at = fingerpost_domain::Timestamp::UNIX_EPOCH;
    let response = |given: &&[(&str, &str)]| Response {
        id: entropy.id(at),
        pair: None,
        answers: given.iter().map(|(item, answer)| ((*item).to_owned(), (*answer).to_owned())).collect(),
    };
    let asked = practices();
    SurveyRecord {
        id: entropy.id(at),
        title: "T".into(),
        moment: None,
        approach: Some(Approach::Codebook),
        invited: 40,
        closes_on: Date::constant(2026, 11, 20),
        questions: clinician_questions("t", None, &asked),
        prize: None,
        contacts: None,
        routes: vec![],
        practices: asked
            .into_iter()
            .map(|(number, practice)| Practice { number, network: practice.network.map(|network| network.to_string()) })
            .collect(),
        answered: answers.len(),
        responses: answers.iter().map(response).collect(),
        withdrawn: 0,
    }
}

#[test]
fn the_published_table_of_frequencies_comes_out_of_raw_answers() {
    // Moore and others 2022, table 2: 3, 3, 7, 5 and 5 of 23 who had referred; the median clinician refers fortnightly.
    let times = [("2-3 a week", 3), ("weekly", 3), ("fortnightly", 7), ("monthly", 5), ("less often", 5)];
    let raw: Vec<[(&str, &str); 2]> =
        times.iter().flat_map(|(code, n)| vec![[("has_referred", "yes"), ("frequency", *code)]; *n]).collect();
    let mut rows: Vec<&[(&str, &str)]> = raw.iter().map(<[_; 2]>::as_slice).collect();
    rows.push(&[("has_referred", "no")]);
    let (_, all) = closed(&survey(&rows), None);
    let frequency = all.iter().find(|item| item.code == "frequency").unwrap();
    let shares: Vec<String> = frequency.chosen.iter().map(|each| format!("{:.1}", each.share * 100.0)).collect();
    assert_eq!((frequency.n, shares), (23, ["13.0", "13.0", "30.4", "21.7", "21.7"].map(str::to_owned).to_vec()));
    assert_eq!(frequency.median.as_deref(), Some("Fortnightly"));
    // 2 of 820: 0.24 per cent of contacts, 0.067 to 0.885 by Wilson, where an estimated 20 per cent are rooted in social need.
    let found = rarity(&survey(&rows)).unwrap();
    assert_eq!((found.referrals, found.contacts), (2, 820));
    let shown = |share: f64| format!("{:.3}", share * 100.0);
    assert_eq!([found.share, found.interval.lower, found.interval.upper].map(shown), ["0.244", "0.067", "0.885"]);
    let busy = SurveyRecord { contacts: Some(200), ..survey(&rows) };
    assert_eq!(shown(rarity(&busy).unwrap().share), "1.000");
    assert!(rarity(&survey(&rows[..4])).is_none(), "four are too few");
    let never: &[(&str, &str)] = &[("has_referred", "no")];
    let many: Vec<&[(&str, &str)]> = rows.iter().copied().chain(std::iter::repeat_n(never, 40)).collect();
    assert!(rarity(&survey(&many)).is_none(), "the middle one of all never has");
    let mut changed = survey(&rows);
    changed.questions.items.iter_mut().for_each(|item| item.text.push_str(" And signpost?"));
    assert!(rarity(&changed).is_none(), "another question");
    let referred = all.iter().find(|item| item.code == "has_referred").unwrap();
    assert_eq!((referred.n, referred.chosen[0].count, referred.median.as_ref()), (24, 23, None));
}

#[test]
fn practices_and_networks_are_counted_and_never_named() {
    let rows: [&[(&str, &str)]; 5] =
        [&[("practice", "p1")], &[("practice", "p1")], &[("practice", "p2")], &[("job", "gp")], &[("practice", "-")]];
    let survey = survey(&rows);
    assert_eq!(reached(&survey), Reached { practices: 2, of_practices: 4, networks: 1, of_networks: 2 });
    let (_, all) = closed(&survey, None);
    assert!(all.iter().all(|item| item.code != "practice"));
    let table = String::from_utf8(table(&survey).unwrap()).unwrap();
    assert!(table.starts_with("question,answer,count,answered") && !table.contains("Surgery"), "{table}");
    assert!(!table.contains("job"), "one has said what they do");
}

#[test]
fn a_small_group_is_hidden_and_another_with_it() {
    let gp: &[(&str, &str)] = &[("job", "gp"), ("name_worker", "yes")];
    let nurse: &[(&str, &str)] = &[("job", "nurse"), ("name_worker", "no")];
    let pharmacist: &[(&str, &str)] = &[("job", "pharmacist"), ("name_worker", "no")];
    let groups = |gps: usize, nurses: usize, pharmacists: usize| {
        let rows = [vec![gp; gps], vec![nurse; nurses], vec![pharmacist; pharmacists]].concat();
        let (split, all) = closed(&survey(&rows), Some("job"));
        let name = all.into_iter().find(|item| item.code == "name_worker").unwrap();
        let shown: Vec<Option<u64>> = split.groups.iter().take(3).map(|(_, size)| *size).collect();
        (shown, name.chosen[0].groups[0].map(|(n, share)| (n, share.share)), name.chosen[0].count)
    };
    assert_eq!(groups(8, 6, 5), (vec![Some(8), Some(6), Some(5)], Some((8, 1.0)), 8));
    assert_eq!(
        groups(8, 6, 2),
        (vec![Some(8), None, None], Some((8, 1.0)), 8),
        "two could be worked out from the others"
    );
    assert_eq!(groups(8, 4, 3), (vec![Some(8), None, None], Some((8, 1.0)), 8));
    // Of a question that four of a group answered, that group is hidden, and the total does not give it away.
    let silent: &[(&str, &str)] = &[("job", "nurse")];
    let rows = [vec![gp; 8], vec![nurse; 4], vec![silent; 2]].concat();
    let (split, all) = closed(&survey(&rows), Some("job"));
    let name = all.iter().find(|item| item.code == "name_worker").unwrap();
    assert_eq!((split.groups[1].1, name.chosen[0].groups[0], name.chosen[0].groups[1]), (Some(6), None, None));
    assert!(all.iter().all(|item| item.code != "job"), "what somebody is stands at the head alone");
    let (_, all) = closed(&survey(&[vec![gp; 8], vec![nurse; 6], vec![pharmacist; 2]].concat()), None);
    let job = all.iter().find(|item| item.code == "job").unwrap();
    let rows: Vec<(&str, u64)> = job.chosen.iter().map(|each| (each.label.as_str(), each.count)).collect();
    assert_eq!(rows, [("GP", 8), ("Other answers, together", 8)], "two pharmacists take the nurses with them");
    let once: &[(&str, &str)] = &[("job", "gp"), ("frequency", "weekly")];
    let (_, all) = closed(&survey(&[vec![gp; 5], vec![once; 1]].concat()), None);
    let frequency = all.iter().find(|item| item.code == "frequency").unwrap();
    assert_eq!((frequency.n, frequency.chosen.len()), (1, 0), "one answered: what is not shown");
    let (_, few) = closed(&survey(&[gp; 4]), None);
    assert!(few.is_empty(), "four have answered");
    let (split, _) = closed(&survey(&[gp; 6]), Some("practice"));
    assert!(split.groups.is_empty(), "nobody is split by where they work");
}

/// Themes of which the readings name at least two.
fn coded(survey: &SurveyRecord, readers: &[&[&[usize]]]) -> Codebook {
    let most = readers.iter().flat_map(|found| found.iter()).flat_map(|found| found.iter()).max();
    let most = most.map_or(2, |most| (most + 1).max(2));
    let entropy = Entropy::from_number(9);
    let at = fingerpost_domain::Timestamp::UNIX_EPOCH;
    let themes: Vec<Theme> = (0..most)
        .map(|n| Theme { id: entropy.id(at), label: format!("T{n}"), definition: None, made_at: at })
        .collect();
    let mut readings = vec![];
    for found in readers {
        let coder: UserId = entropy.id(at);
        for (response, found) in survey.responses.iter().zip(*found) {
            let themes = found.iter().map(|n| themes[*n].id).collect();
            readings.push(Reading {
                response: response.id,
                coder,
                coder_name: "R".into(),
                memo: None,
                themes,
                read_at: at,
            });
        }
    }
    Codebook { themes, readings }
}

#[test]
fn themes_are_counted_once_a_respondent_and_agreement_is_said_where_it_is_sought() {
    let defined: &[(&str, &str)] = &[("definition", "Help with what medicine cannot mend")];
    let mut survey = survey(&[defined; 4]);
    let first: &[&[usize]] = &[&[0], &[0, 1], &[], &[1]];
    let second: &[&[usize]] = &[&[0], &[0], &[1], &[1]];
    let two = coded(&survey, &[first, second]);
    let found = matrix(&survey, "definition", &two);
    assert_eq!((found.counts, found.rows.len()), (vec![2, 3], 4));
    // Of eight pairs of answer and theme: both 3, one alone 1 and 1, neither 3. Observed 0.75, expected 0.5.
    let Agreement::Cohen { n: 4, kappa: Some(kappa) } = found.agreement else { panic!("{:?}", found.agreement) };
    assert!((kappa - 0.5).abs() < 1e-12);
    assert!((found.saturation[3] - 2.0).abs() < 1e-12);
    let three = coded(&survey, &[first, second, first]);
    assert!(matches!(
        matrix(&survey, "definition", &three).agreement,
        Agreement::Fleiss { n: 4, readers: 3, kappa: Some(_) }
    ));
    let look: &[&[usize]] = &[&[]];
    let glanced = coded(&survey, &[first, second, look]);
    assert!(
        matches!(matrix(&survey, "definition", &glanced).agreement, Agreement::Cohen { n: 4, .. }),
        "a look is no reading"
    );
    let mut late = two.clone();
    late.themes[1].made_at = fingerpost_domain::Timestamp::MAX;
    let Agreement::Cohen { kappa: Some(kappa), .. } = matrix(&survey, "definition", &late).agreement else {
        panic!("two")
    };
    assert!((kappa - 1.0).abs() < 1e-12, "the theme that both could find was found alike");
    let one = coded(&survey, &[first]);
    assert_eq!(matrix(&survey, "definition", &one).agreement, Agreement::TooFew);
    survey.approach = Some(Approach::Reflexive);
    assert_eq!(matrix(&survey, "definition", &two).agreement, Agreement::NotSought);
    // Whoever withdrew is in no row.
    survey.responses.remove(0);
    assert_eq!(matrix(&survey, "definition", &two).rows.len(), 3);
}

#[test]
fn numbers_are_told_in_ranges_with_their_middle() {
    let rows: Vec<[(&str, &str); 1]> = ["0", "3", "4", "12", "38"].iter().map(|n| [("q1", *n)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    let mut asked = survey(&rows);
    let answer = AnswerKind::Number { from: 0, to: 200, unit: "a month".into() };
    asked.questions.items.push(Item { code: "q1".into(), text: "How many?".into(), answer, show_if: None, who: false });
    let (_, all) = closed(&asked, None);
    let found: Vec<(&str, u64)> =
        all.last().unwrap().chosen.iter().map(|each| (each.label.as_str(), each.count)).collect();
    assert_eq!(found[..4], [("0 to 4", 3), ("5 to 9", 0), ("10 to 14", 1), ("15 to 19", 0)]);
    assert_eq!((found.len(), all.last().unwrap().median.as_deref()), (8, Some("0 to 4")));
}

#[test]
fn an_answer_that_repeats_another_to_the_letter_is_counted() {
    let words = "Company, help with debt, and somebody who listens";
    let long: &[(&str, &str)] = &[("job", "gp"), ("definition", words)];
    let short: &[(&str, &str)] = &[("job", "gp"), ("definition", "Company")];
    assert_eq!(repeated(&survey(&[long, long, long, short, short])), 2);
    assert_eq!(repeated(&survey(&[long, short, &[("job", "nurse"), ("definition", words)]])), 0);
}

#[test]
fn what_says_who_somebody_is_is_put_together_below_five_in_questions_of_ones_own_too() {
    let rows: Vec<[(&str, &str); 1]> = ["a1"; 6].iter().chain(&["a2"; 2]).map(|code| [("q1", *code)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    let mut asked = survey(&rows);
    let option = |code: &str| ChoiceOption { code: code.into(), label: code.into(), value: None };
    let answer = AnswerKind::Choice { options: vec![option("a1"), option("a2")] };
    asked.questions.items.push(Item { code: "q1".into(), text: "Your role?".into(), answer, show_if: None, who: true });
    let (_, all) = closed(&asked, None);
    let found: Vec<(&str, u64)> =
        all.last().unwrap().chosen.iter().map(|each| (each.label.as_str(), each.count)).collect();
    assert_eq!(found, [("Other answers, together", 8)], "two alone could be told from six");
}

#[test]
fn a_matrix_in_the_form_of_the_published_one_comes_out_of_what_readers_ticked() {
    // 24 respondents by 21 characteristics: respondent n is said to name characteristic c where (n + c) is a multiple of 4.
    let defined: &[(&str, &str)] = &[("definition", "In my own words")];
    let survey = survey(&[defined; 24]);
    let ticked: Vec<Vec<usize>> =
        (0..24).map(|n| (0..PUBLISHED_THEMES.len()).filter(|c| (n + c) % 4 == 0).collect()).collect();
    let ticked: Vec<&[usize]> = ticked.iter().map(Vec::as_slice).collect();
    let found = matrix(&survey, "definition", &coded(&survey, &[&ticked]));
    assert_eq!((found.rows.len(), found.rows[0].len(), found.counts.len()), (24, 21, 21));
    assert!(found.rows.iter().zip(&ticked).all(|(row, ticked)| (0..21).all(|c| row[c] == ticked.contains(&c))));
    assert_eq!(found.counts, [6; 21]);
}

#[test]
fn the_matrix_and_its_agreement_are_those_of_the_reference() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/S5_thematic_matrix");
    let Ok(raw) = std::fs::read_to_string(format!("{folder}/codes_long.csv")) else {
        println!("left out: the reference S5_thematic_matrix is not here");
        return;
    };
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/expected.json")).unwrap()).unwrap();
    let (mut names, mut ticked): (Vec<&str>, [BTreeMap<&str, Vec<usize>>; 2]) =
        (vec![], [BTreeMap::new(), BTreeMap::new()]);
    for line in raw.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let theme = names.iter().position(|name| *name == cells[1]).unwrap_or_else(|| {
            names.push(cells[1]);
            names.len() - 1
        });
        for (coder, cell) in ticked.iter_mut().zip(&cells[2..]) {
            let found = coder.entry(cells[0]).or_default();
            if *cell == "1" {
                found.push(theme);
            }
        }
    }
    let defined: &[(&str, &str)] = &[("definition", "In my own words")];
    let survey = survey(&vec![defined; ticked[0].len()]);
    let [first, second] = ticked.map(|coder| coder.into_values().collect::<Vec<_>>());
    let (first, second): (Vec<&[usize]>, Vec<&[usize]>) =
        (first.iter().map(Vec::as_slice).collect(), second.iter().map(Vec::as_slice).collect());
    let found = matrix(&survey, "definition", &coded(&survey, &[&first, &second]));
    for (name, count) in names.iter().zip(&found.counts) {
        let of = |column: &str| usize::try_from(expected[name][column].as_u64().unwrap()).unwrap();
        assert_eq!(*count, of("coder_a") + of("coder_b") - of("both"), "{name}");
    }
    let Agreement::Cohen { n, kappa: Some(kappa) } = found.agreement else { panic!("{:?}", found.agreement) };
    assert_eq!(n as u64, expected[names[0]]["n"].as_u64().unwrap());
    assert!((kappa - expected["ALL"]["kappa"].as_f64().unwrap()).abs() < 1e-12, "{kappa}");
}
