//! What the staff said before and after. A group of fewer than [`SHOWN_FROM`] people is not shown, nor what one of them wrote.

use std::collections::HashMap;

use fingerpost_domain::measure::{AnswerKind, Item, Moment};
use fingerpost_improvement_rules::survey::SHOWN_FROM;
use fingerpost_statistics::interval::Interval;
use fingerpost_statistics::mcnemar::{Cells, mcnemar};
use fingerpost_statistics::pre_post::scale_change;
use fingerpost_statistics::wilcoxon::Zeros;

use crate::surveys::{Response, SurveyRecord};

/// The level of every interval.
const LEVEL: f64 = 0.95;
/// On a scale of five, agreeing is this or more.
const AGREES_FROM: i32 = 4;

/// Some of those who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of {
    /// How many said yes, or agreed.
    pub yes: u64,
    /// Of how many who answered.
    pub n: u64,
}

/// One statement, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The item's code.
    pub code: String,
    /// The statement.
    pub text: String,
    /// It was answered on a scale: those who agree are counted.
    pub scale: bool,
    /// Before the change; none where too few answered.
    pub before: Option<Of>,
    /// After the change; none where too few answered.
    pub after: Option<Of>,
    /// What changed for those who answered twice; none where they are too few.
    pub pairs: Option<Paired>,
}

/// What changed for those who answered both times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// How many they are.
    pub n: u64,
    /// Said yes only after, or rose on the scale.
    pub up: u64,
    /// Said yes only before, or fell on the scale.
    pub down: u64,
    /// Exact McNemar's p for yes and no, Wilcoxon's signed ranks for a scale; none where nobody changed.
    pub p: Option<f64>,
    /// For yes and no: the share of yes after less before, with Newcombe's limits. For a scale: the typical change in steps (Hodges and
    /// Lehmann), with Tukey's. None where nobody changed.
    pub effect: Option<(f64, Interval)>,
    /// For a scale: the middle answers before and after.
    pub middles: Option<(f64, f64)>,
}

/// How answers could be put beside each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pairing {
    /// People who answered both times.
    pub pairs: usize,
    /// Answers whose code somebody else made too: they belong to no pair.
    pub doubled: usize,
    /// Answers without a code.
    pub without: usize,
}

/// What somebody says of an item, as a number: none where they left it out.
fn number(item: &Item, response: &Response) -> Option<i32> {
    let given = response.said(&item.code)?;
    match &item.answer {
        AnswerKind::Scale { .. } => given.parse().ok(),
        AnswerKind::Choice { options } => options.iter().find(|option| option.code == given)?.value,
        AnswerKind::Number { .. } | AnswerKind::Words => None,
    }
}

/// A statement that is counted: yes or no, or a scale. What somebody does here is none.
fn is_statement(item: &Item) -> bool {
    match &item.answer {
        AnswerKind::Scale { .. } => true,
        AnswerKind::Choice { options } => options.iter().all(|option| option.value.is_some()),
        AnswerKind::Number { .. } | AnswerKind::Words => false,
    }
}

fn is_scale(item: &Item) -> bool {
    matches!(item.answer, AnswerKind::Scale { .. })
}

fn says_yes(item: &Item, value: i32) -> bool {
    value >= if is_scale(item) { AGREES_FROM } else { 1 }
}

fn of(item: &Item, survey: Option<&SurveyRecord>) -> Option<Of> {
    let answered: Vec<i32> = survey?.responses.iter().filter_map(|response| number(item, response)).collect();
    let yes = answered.iter().filter(|value| says_yes(item, **value)).count() as u64;
    (answered.len() >= SHOWN_FROM).then_some(Of { yes, n: answered.len() as u64 })
}

/// Answers by the code that was made: one that two people made belongs to neither.
fn by_code(survey: &SurveyRecord) -> (HashMap<&str, &Response>, usize) {
    let mut seen: HashMap<&str, Vec<&Response>> = HashMap::new();
    for response in &survey.responses {
        if let Some(code) = &response.pair {
            seen.entry(code).or_default().push(response);
        }
    }
    let doubled = seen.values().filter(|same| same.len() > 1).map(Vec::len).sum();
    let alone = seen.into_iter().filter_map(|(code, same)| match same.as_slice() {
        [only] => Some((code, *only)),
        _ => None,
    });
    (alone.collect(), doubled)
}

fn paired(item: &Item, pairs: &[(&Response, &Response)]) -> Option<Paired> {
    let values: Vec<(i32, i32)> =
        pairs.iter().filter_map(|(first, second)| number(item, first).zip(number(item, second))).collect();
    if values.len() < SHOWN_FROM {
        return None;
    }
    let n = values.len() as u64;
    if is_scale(item) {
        let side = |pick: fn(&(i32, i32)) -> i32| values.iter().map(|pair| f64::from(pick(pair))).collect::<Vec<_>>();
        let (first, second) = (side(|pair| pair.0), side(|pair| pair.1));
        let AnswerKind::Scale { to, .. } = &item.answer else { return None };
        let up = values.iter().filter(|(first, second)| second > first).count() as u64;
        let down = values.iter().filter(|(first, second)| second < first).count() as u64;
        let found = scale_change(&first, &second, f64::from(*to), Zeros::Pratt, LEVEL).ok();
        let effect =
            found.map(|found| (found.test.estimate, found.test.interval)).filter(|(typical, _)| typical.is_finite());
        // With few pairs no range of 95% exists: then none is told.
        let effect = effect.filter(|_| found.is_some_and(|found| found.test.reached >= LEVEL));
        let middles = found.map(|found| (found.directions.median_before, found.directions.median_after));
        return Some(Paired { n, up, down, p: found.map(|found| found.test.p), effect, middles });
    }
    let yes = |pick: fn(&(i32, i32)) -> i32| values.iter().map(|pair| pick(pair) > 0).collect::<Vec<_>>();
    let cells = Cells::of(&yes(|pair| pair.0), &yes(|pair| pair.1)).ok()?;
    let found = mcnemar(cells, LEVEL).ok();
    let effect = found.map(|found| (found.difference, found.score));
    Some(Paired { n, up: cells.no_yes, down: cells.yes_no, p: found.map(|found| found.p_exact), effect, middles: None })
}

/// The statements of both surveys in their order, those of only one of them too, and how answers were paired.
#[must_use]
pub fn statements(surveys: &[SurveyRecord]) -> (Vec<Statement>, Pairing) {
    let at = |moment| surveys.iter().find(|survey| survey.moment == Some(moment));
    let (before, after) = (at(Moment::Before), at(Moment::After));
    let coded = |survey: Option<&SurveyRecord>| survey.map_or(0, |survey| survey.responses.len());
    let (first, doubled_first) = before.map(by_code).unwrap_or_default();
    let (second, doubled_second) = after.map(by_code).unwrap_or_default();
    let mut pairs: Vec<(&Response, &Response)> =
        first.iter().filter_map(|(code, response)| Some((*response, *second.get(code)?))).collect();
    // The order in which codes are found is chance; sums do not depend on it, and nothing else is told.
    pairs.sort_by_key(|(first, _)| first.pair.as_deref());
    let pairing = Pairing {
        pairs: pairs.len(),
        doubled: doubled_first + doubled_second,
        without: coded(before) + coded(after) - first.len() - second.len() - doubled_first - doubled_second,
    };
    let items = before.into_iter().chain(after).flat_map(|survey| &survey.questions.items);
    let mut all: Vec<Statement> = vec![];
    for item in items.filter(|item| is_statement(item)) {
        if all.iter().any(|known| known.code == item.code) {
            continue;
        }
        all.push(Statement {
            code: item.code.clone(),
            text: item.text.clone(),
            scale: is_scale(item),
            before: of(item, before),
            after: of(item, after),
            pairs: paired(item, &pairs),
        });
    }
    (all, pairing)
}

/// What was written to each open question, in the order of the alphabet, so that nobody is known by their place; nothing to a question
/// to which fewer than [`SHOWN_FROM`] people wrote.
#[must_use]
pub fn written(survey: &SurveyRecord) -> Vec<(String, Vec<String>)> {
    let open = survey.questions.items.iter().filter(|item| matches!(item.answer, AnswerKind::Words));
    open.map(|item| {
        let given = survey.responses.iter().filter_map(|response| response.said(&item.code));
        let mut words: Vec<String> = given.map(str::to_owned).collect();
        words.sort_by_key(|words| words.to_lowercase());
        (item.text.clone(), words)
    })
    .filter(|(_, words)| words.len() >= SHOWN_FROM)
    .collect()
}

#[cfg(test)]
mod tests {
    use fingerpost_domain::Date;
    use fingerpost_domain::ambient::Entropy;
    use fingerpost_improvement_rules::survey::staff_questions;

    use super::*;

    fn survey(moment: Moment, answers: &[(&str, &str, &str)]) -> SurveyRecord {
        let response = |&(code, name, role): &(&str, &str, &str)| Response {
            id: Entropy::from_number(2).id(fingerpost_domain::Timestamp::UNIX_EPOCH),
            pair: (!code.is_empty()).then(|| code.to_owned()),
            answers: [("name_worker", name), ("role", role), ("prevents", "Time"), ("most", "Maya")]
                .map(|(item, given)| (item.to_owned(), given.to_owned()))
                .into(),
        };
        SurveyRecord {
            id: Entropy::from_number(1).id(fingerpost_domain::Timestamp::UNIX_EPOCH),
            title: "T".into(),
            moment: Some(moment),
            approach: None,
            practices: vec![],
            invited: 31,
            closes_on: Date::constant(2026, 11, 20),
            questions: staff_questions(moment),
            prize: None,
            contacts: None,
            routes: vec![],
            answered: answers.len(),
            responses: answers.iter().map(response).collect(),
            withdrawn: 0,
        }
    }

    #[test]
    fn answers_are_paired_by_code_and_a_code_of_two_people_pairs_nobody() {
        let before = survey(
            Moment::Before,
            &[
                ("a", "no", "2"),
                ("b", "no", "3"),
                ("c", "no", "1"),
                ("d", "yes", "4"),
                ("e", "no", "2"),
                ("x", "no", "2"),
                ("x", "no", "2"),
                ("", "no", "-"),
            ],
        );
        let after = survey(
            Moment::After,
            &[
                ("a", "yes", "4"),
                ("b", "yes", "3"),
                ("c", "yes", "5"),
                ("d", "yes", "3"),
                ("e", "no", "4"),
                ("x", "yes", "5"),
                ("f", "yes", "-"),
            ],
        );
        let (all, pairing) = statements(&[before, after]);
        assert_eq!(pairing, Pairing { pairs: 5, doubled: 2, without: 1 });
        let of = |code: &str| all.iter().find(|each| each.code == code).unwrap();
        let name = of("name_worker");
        assert_eq!((name.before, name.after), (Some(Of { yes: 1, n: 8 }), Some(Of { yes: 6, n: 7 })));
        let pairs = name.pairs.unwrap();
        assert_eq!((pairs.n, pairs.up, pairs.down), (5, 3, 0));
        assert!((pairs.p.unwrap() - 0.25).abs() < 1e-12);
        let role = of("role");
        assert_eq!((role.before, role.after), (Some(Of { yes: 1, n: 7 }), Some(Of { yes: 4, n: 6 })));
        let pairs = role.pairs.unwrap();
        assert_eq!((pairs.up, pairs.down), (3, 1));
        assert!(of("helped").before.is_none(), "asked only after");
        assert!(!all.iter().any(|each| each.code == "job"), "what somebody does is no statement");
    }

    #[test]
    fn four_people_are_not_shown() {
        let four = [("a", "no", "2"), ("b", "no", "3"), ("c", "no", "1"), ("d", "yes", "4")];
        let few = survey(Moment::Before, &four);
        assert!(written(&few).is_empty());
        assert!(statements(&[few]).0.iter().all(|each| each.before.is_none() && each.after.is_none()));
        let mut five = four.to_vec();
        five.push(("e", "no", "-"));
        let five = survey(Moment::Before, &five);
        assert_eq!(
            written(&five),
            [("What keeps you from referring, if anything?".to_owned(), vec!["Time".to_owned(); 5])]
        );
        let (all, _) = statements(&[five]);
        let role = all.iter().find(|each| each.code == "role").unwrap();
        assert!(role.before.is_none(), "four of five answered this one");
    }
}
