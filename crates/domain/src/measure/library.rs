//! The measures whose words we may ship, as data; what each may be used for stands in its `source`.

use std::sync::LazyLock;

use super::Questionnaire;

/// In the order in which they are offered.
const FILES: [&str; 7] = [
    include_str!("../../data/measures/ons4.v1.json"),
    include_str!("../../data/measures/everyday.v1.json"),
    include_str!("../../data/measures/ons_loneliness.v1.json"),
    include_str!("../../data/measures/ucla3.v1.json"),
    include_str!("../../data/measures/phq9.v1.json"),
    include_str!("../../data/measures/gad7.v1.json"),
    include_str!("../../data/measures/ipaq_short.v1.json"),
];

static SHIPPED: LazyLock<Vec<Questionnaire>> = LazyLock::new(|| FILES.map(read).into());

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
fn read(file: &str) -> Questionnaire {
    Questionnaire::from_json(file).expect("our own questionnaire can be read")
}

/// The measures that come with the product, in the order in which they are offered.
#[must_use]
pub fn shipped() -> &'static [Questionnaire] {
    &SHIPPED
}

/// One of them.
#[must_use]
pub fn shipped_one(code: &str) -> Option<&'static Questionnaire> {
    shipped().iter().find(|measure| measure.code == code)
}

/// The ONS4 personal well-being questions: no sum is made of them, each stands for itself.
///
/// Source: harmonised standard of the Government Analysis Function; Open Government Licence v3.0.
#[must_use]
pub fn ons4() -> Questionnaire {
    SHIPPED[0].clone()
}

#[cfg(test)]
mod tests {
    use super::super::{Answers, Change, Completed, Moment, Questionnaire, SKIPPED, before_and_after};
    use super::*;

    fn all(measure: &Questionnaire, answer: &str) -> Answers {
        measure.items.iter().map(|item| (item.code.clone(), answer.to_owned())).collect()
    }

    fn one(code: &str) -> &'static Questionnaire {
        shipped_one(code).unwrap()
    }

    #[test]
    fn every_shipped_measure_can_be_read_and_says_whose_it_is() {
        let codes: Vec<&str> = shipped().iter().map(|measure| measure.code.as_str()).collect();
        assert_eq!(codes, ["ons4", "everyday", "ons_loneliness", "ucla3", "phq9", "gad7", "ipaq_short"]);
        assert!(shipped().iter().all(|measure| measure.source.len() > 80));
        assert_eq!(shipped().iter().map(|measure| measure.items.len()).collect::<Vec<_>>(), [4, 8, 1, 3, 9, 7, 7]);
    }

    #[test]
    fn totals_and_ranges_are_those_that_are_published() {
        let total = |code: &str, answers: &Answers| {
            let score = one(code).scores(answers).remove(0);
            (score.value, score.band.unwrap_or_default())
        };
        for (answer, phq, gad) in [
            ("not_at_all", (0, "minimal"), (0, "minimal")),
            ("several_days", (9, "mild"), (7, "mild")),
            ("more_than_half", (18, "moderately severe"), (14, "moderate")),
            ("nearly_every_day", (27, "severe"), (21, "severe")),
        ] {
            assert_eq!(total("phq9", &all(one("phq9"), answer)), (Some(phq.0), phq.1.to_owned()));
            assert_eq!(total("gad7", &all(one("gad7"), answer)), (Some(gad.0), gad.1.to_owned()));
        }
        assert_eq!(total("ucla3", &all(one("ucla3"), "often")).0, Some(9));
        assert_eq!(total("ucla3", &all(one("ucla3"), "hardly_ever")).0, Some(3));
        assert_eq!(total("ons_loneliness", &all(one("ons_loneliness"), "often")), (Some(5), "often or always".into()));
    }

    #[test]
    fn a_total_with_a_gap_does_not_exist() {
        for code in ["phq9", "gad7", "ucla3"] {
            let mut answers = all(one(code), if code == "ucla3" { "often" } else { "several_days" });
            answers.insert(one(code).items[1].code.clone(), SKIPPED.to_owned());
            assert_eq!(one(code).scores(&answers)[0].value, None, "{code}");
        }
    }

    #[test]
    fn only_the_ninth_answer_means_danger_and_such_a_measure_is_not_sent() {
        let phq = one("phq9");
        assert!(
            ["several_days", "more_than_half", "nearly_every_day"].iter().all(|given| phq.means_danger("phq9", given))
        );
        assert!(!phq.means_danger("phq9", "not_at_all") && !phq.means_danger("phq9", SKIPPED));
        assert!(!phq.means_danger("phq2", "nearly_every_day"));
        let alone: Vec<&str> =
            shipped().iter().filter(|measure| !measure.may_be_sent()).map(|measure| measure.code.as_str()).collect();
        assert_eq!(alone, ["phq9"]);
    }

    #[test]
    fn a_change_is_reliable_from_the_published_limit_on() {
        let phq = one("phq9");
        let change = |before: Answers, after: Answers| {
            let at = |answers, moment| Completed { questionnaire: phq, answers, moment };
            let both = [at(&before, Moment::Before), at(&after, Moment::After)];
            before_and_after(&both)[0].change().unwrap()
        };
        let with = |n: usize| {
            let mut answers = all(phq, "not_at_all");
            for item in &phq.items[..n] {
                answers.insert(item.code.clone(), "several_days".to_owned());
            }
            answers
        };
        assert_eq!(change(with(8), with(2)), Change::Better { reliable: Some(true) });
        assert_eq!(change(with(7), with(2)), Change::Better { reliable: Some(false) });
        assert_eq!(change(with(0), with(6)), Change::Worse { reliable: Some(true) });
        assert_eq!(change(with(3), with(3)), Change::Same);
    }

    #[test]
    fn each_measure_has_its_own_beginning() {
        let (ons, ucla) = (one("ons4"), one("ucla3"));
        let (six, nine, often, rare) = (all(ons, "6"), all(ons, "9"), all(ucla, "often"), all(ucla, "hardly_ever"));
        let of = [
            Completed { questionnaire: ons, answers: &six, moment: Moment::Before },
            Completed { questionnaire: ucla, answers: &often, moment: Moment::Before },
            Completed { questionnaire: ucla, answers: &rare, moment: Moment::After },
            Completed { questionnaire: ons, answers: &nine, moment: Moment::After },
        ];
        let pairs = before_and_after(&of);
        assert_eq!(pairs.len(), 5);
        assert_eq!(pairs[0].after.as_ref().unwrap().value, Some(9));
        assert_eq!((pairs[4].before.value, pairs[4].after.as_ref().unwrap().value), (Some(9), Some(3)));
        assert_eq!(pairs[4].change(), Some(Change::Better { reliable: None }), "no limit is published");
    }

    #[test]
    fn moving_is_scored_where_days_and_minutes_are_known() {
        let ipaq = one("ipaq_short");
        let mut answers: Answers = [
            ("vigorous_days", "0"),
            ("moderate_days", "0"),
            ("walking_days", "5"),
            ("walking_minutes", "30"),
            ("sitting", "300"),
        ]
        .map(|(item, given)| (item.to_owned(), given.to_owned()))
        .into();
        assert!(ipaq.next(&answers).is_none(), "no minutes are asked of what nobody did");
        let score = |answers: &Answers| ipaq.scores(answers).remove(0);
        assert_eq!((score(&answers).value, score(&answers).band.as_deref()), (Some(495), Some("moderate")));
        answers.insert("walking_minutes".into(), SKIPPED.into());
        assert_eq!(score(&answers).value, None);
        let item = ipaq.item("sitting").unwrap();
        assert!(
            Questionnaire::accept(item, "1441", false).is_err() && Questionnaire::accept(item, "-1", false).is_err()
        );
    }
}
