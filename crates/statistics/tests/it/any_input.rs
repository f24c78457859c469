//! No input makes a method panic, hang or print an infinite estimate where it should refuse: numbers of every kind, in slices of
//! every length, that need not fit.

use fingerpost_statistics::answer::{Answer, Column, Outcome};
use fingerpost_statistics::carbon::{self, Basis, Factor};
use fingerpost_statistics::coding;
use fingerpost_statistics::disclosure::{self, HOSPITAL, below};
use fingerpost_statistics::economics::{self, Outcome as Gain};
use fingerpost_statistics::equity::{self, Scale, Simulation};
use fingerpost_statistics::funnel::overdispersion::{self, Transform, Trim};
use fingerpost_statistics::funnel::{self, Measure};
use fingerpost_statistics::iif::{self, PC_01};
use fingerpost_statistics::interval::Interval;
use fingerpost_statistics::mcnemar::{self, Cells};
use fingerpost_statistics::paired_change::{self, Reliability};
use fingerpost_statistics::rate::{self, Counting};
use fingerpost_statistics::shewhart::{self, Kind};
use fingerpost_statistics::survey::{self, Design, Margin};
use fingerpost_statistics::wilcoxon::Zeros;
use fingerpost_statistics::xmr::{self, Better};
use fingerpost_statistics::{concentration, count_ratio, mean, pre_post, proportion, run_chart, standardised};
use proptest::prelude::*;

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        40 => -20.0..60.0_f64,
        40 => (0..9_u8).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => prop_oneof![Just(0.0), Just(-0.0), Just(1e308), Just(-1e308), Just(1e-308), Just(1e15)],
    ]
}

fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![40 => 0..60_u64, 1 => Just(u64::MAX), 1 => Just(1_u64 << 32), 1 => Just(1_000_000_u64)]
}

const WORDS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn any_words(longest: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 0..longest)
}

/// Every column of a table is as long as the first, and the answer can be written down.
fn sound(answer: &Answer) {
    let text = serde_json::to_string(answer).unwrap();
    assert!(text.contains(answer.method));
    if let Outcome::Answered { results, tables, .. } = &answer.outcome {
        for table in std::iter::once(results).chain(tables.iter().map(|(_, table)| table)) {
            assert!(table.columns().iter().all(|(_, column)| column.len() == table.rows()));
        }
    }
}

/// As [`sound`], and no number of these columns is infinite.
fn finite(answer: &Answer, columns: &[&str]) {
    sound(answer);
    for name in columns {
        if let Some(Column::Number(values)) = answer.given().and_then(|table| table.column(name)) {
            assert!(values.iter().all(|value| !value.is_infinite()), "{name}: {values:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn numbers_in_slices(
        one in prop::collection::vec(any_number(), 0..14),
        other in prop::collection::vec(any_number(), 0..14),
        fit in any::<bool>(),
        level in prop_oneof![3 => Just(0.95), 1 => any_number()],
        names in any_words(14),
    ) {
        let n = one.len().min(other.len()).min(names.len());
        let (one, other, names) = if fit { (&one[..n], &other[..n], &names[..n]) } else { (&one[..], &other[..], &names[..]) };
        let flags: Vec<bool> = other.iter().map(|value| *value > 3.0).collect();
        let maybe: Vec<Option<f64>> = other.iter().map(|value| (*value > -5.0).then_some(*value)).collect();
        let simulation = Simulation { draws: 1_000, seed: 5, level };
        finite(&mean::answer(one, level), &["mean"]);
        sound(&xmr::answer(names.iter().collect(), names.iter().collect(), one.to_vec(), &xmr::Settings::default()));
        let rebased = xmr::Settings { rebase: vec![2, 5], fix_after: Some(3), target: Some(level), better: Better::Lower, screen: false };
        let _ = xmr::chart(one, &rebased);
        let _ = xmr::charts(one, &[n / 2, n], &rebased);
        sound(&run_chart::answer(names, one, Some(3)));
        for kind in [Kind::P, Kind::LaneyP, Kind::U, Kind::C, Kind::I, Kind::Mr] {
            sound(&shewhart::answer(kind, names, one, other, Some(n / 2), &[1]));
        }
        sound(&pre_post::answer(names, one, names, other, 5.0, Zeros::Pratt, level));
        let _ = pre_post::scale_change(one, other, 1e300, Zeros::Drop, level);
        sound(&pre_post::yes_no_answer(names, &flags, names, &flags, level));
        let settings = paired_change::Settings {
            higher_is_better: fit,
            low_baseline: Some(2.0),
            reliability: Some(Reliability { r: level, source: String::new() }),
            level,
        };
        sound(&paired_change::answer(names, names, one, &maybe, &settings));
        let _ = paired_change::paired_change(one, &maybe, &paired_change::Settings::default());
        for scale in [Scale::Plain, Scale::Log, Scale::Logit] {
            sound(&equity::answer(names, one, other, one, scale, "none", &simulation));
        }
        finite(&concentration::answer(one, other, Some((0.0, level))), &["index", "se"]);
        sound(&concentration::grouped_answer(one, other, fit));
        sound(&economics::answer(one, other, one, "2024"));
        sound(&economics::people_answer(one, other, &flags, one, "2024", (1_000, 1)));
        sound(&carbon::answer(level, Interval { lower: -1.0, upper: 9.0 }, Basis::RawDrop, &Factor { kg: level, ..Factor::default() }));
        let design = Design { weights: other, strata: Some(names), clusters: None, population: Some(one) };
        sound(&survey::mean_answer(one, &design, level));
        sound(&survey::total_answer(one, &Design { weights: other, clusters: Some(names), ..Design::default() }, level));
        sound(&survey::ratio_answer(one, other, &Design { weights: other, ..Design::default() }, level));
        let targets: Vec<(&str, f64)> = WORDS.iter().copied().zip(one.iter().copied()).collect();
        sound(&survey::rake_answer(other, &[Margin { name: "group", labels: names, targets: &targets }]));
        sound(&coding::answer(names, names, &flags, &flags));
        sound(&coding::cohen_answer(one, other, "given"));
        for (transform, trim) in [
            (Transform::LogRatio, Trim::Truncate),
            (Transform::SquareRootRatio, Trim::Winsorise(level)),
            (Transform::Arcsine, Trim::Nothing),
            (Transform::RatioOfCounts, Trim::Winsorise(0.1)),
        ] {
            sound(&overdispersion::answer(names, one, other, transform, trim));
        }
    }

    #[test]
    fn counts_in_slices(
        one in prop::collection::vec(any_count(), 0..10),
        other in prop::collection::vec(any_count(), 0..10),
        fit in any::<bool>(),
        exposure in prop::collection::vec(any_number(), 0..10),
        names in any_words(10),
        level in prop_oneof![3 => Just(0.95), 1 => any_number()],
    ) {
        let n = one.len().min(other.len()).min(names.len()).min(exposure.len());
        let (one, other, names, exposure) =
            if fit { (&one[..n], &other[..n], &names[..n], &exposure[..n]) } else { (&one[..], &other[..], &names[..], &exposure[..]) };
        for counting in [Counting::People, Counting::Events] {
            sound(&rate::answer(names, one, exposure, 1000.0, counting));
        }
        finite(&proportion::answer(names, one, other, level), &["share", "lower", "upper"]);
        sound(&proportion::categories_answer(names, one, true, level));
        let simulation = Simulation { draws: 1_000, seed: 5, level: 0.95 };
        for scale in [Scale::Plain, Scale::Log, Scale::Logit] {
            sound(&equity::counts_answer(names, (one, exposure), 1000.0, scale, "none", &simulation));
        }
        sound(&iif::answer(&PC_01, names, one, other, other));
        sound(&standardised::direct_answer(one, exposure, exposure, level));
        let first = one.first().copied().unwrap_or(3);
        sound(&standardised::indirect_answer(first, level));
        for measure in [Measure::Proportion, Measure::Rate, Measure::Ratio] {
            sound(&funnel::answer(names, one, exposure, measure));
        }
        let cell = |index: usize| one.get(index).copied().unwrap_or(1);
        let cells = Cells { yes_yes: cell(0), yes_no: cell(1), no_yes: cell(2), no_no: cell(3) };
        sound(&mcnemar::answer(cells, level));
        sound(&count_ratio::answer(names, one, exposure, 100.0));
        sound(&coding::fleiss_answer(one, n % 4));
        sound(&disclosure::answer(names, &names[..n.min(3)], one, &below(first)));
        let (rows, columns) = (["a", "b"], ["x", "y", "z"]);
        for rule in [HOSPITAL, below(5), below(0)] {
            sound(&disclosure::answer(&rows, &columns, &one[..one.len().min(6)], &rule));
        }
        sound(&disclosure::geometric_answer(names, one, level, 1.0, first));
        let gain = Gain {
            name: "x".into(), quantity: level, proxy: 3.0, deadweight: level, displacement: 0.0, attribution: 0.1, drop_off: 0.2,
            years: 3,
        };
        sound(&economics::social_return_answer(&[gain], level, 0.035, "2024"));
    }
}
