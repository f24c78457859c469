//! XmR, Shewhart and run charts.

use fingerpost_statistics::answer::{Answer, Column};
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics::run_chart::{run_chart, runs};
use fingerpost_statistics::shewhart::{Kind, control_chart};
use fingerpost_statistics::xmr::{Assurance, Better, Rule, Settings, Variation, answer, chart, charts};
use serde_json::Value;

use crate::close::{USUAL, close, expected, near, number, rows};

#[test]
fn the_vignette_with_one_outlier_has_both_published_answers() {
    // NHSRplotthedots (MIT), vignette "deviations": 4.6 / 1.94 / -0.72 screened, 6.95 / 1.94 / -3.06 as the Excel tool.
    let mut values: Vec<f64> = (0..18).map(|day| 1.0 + f64::from(day % 2)).collect();
    values[4] = 10.0;
    values[5..].iter_mut().enumerate().for_each(|(index, value)| *value = 1.0 + (index % 2) as f64);
    for (screen, lower, upper) in
        [(true, -0.715_555_555_555_556, 4.604_444_444_444_44), (false, -3.062_614_379_084_97, 6.951_503_267_973_86)]
    {
        let drawn = chart(&values, &Settings { screen, ..Settings::default() }).unwrap();
        close(drawn.mean[0], 1.944_444_444_444_444, 1e-14);
        close(drawn.lower[0], lower, 1e-13);
        close(drawn.upper[0], upper, 1e-13);
    }
}

#[test]
fn every_point_of_a_hospitals_breaches_is_flagged_as_in_the_package() {
    let (Some(all), Some(input)) =
        (expected("06_xmr_making_data_count"), rows("06_xmr_making_data_count", "ae_RQM_type1.csv"))
    else {
        return;
    };
    let values = input.numbers("breaches");
    for (case, fix_after) in [("rqm_breaches", None), ("rqm_fix12", Some(12))] {
        let settings = Settings { fix_after, better: Better::Lower, ..Settings::default() };
        let drawn = chart(&values, &settings).unwrap();
        for (index, row) in all[case]["rows"].as_array().unwrap().iter().enumerate() {
            close(drawn.mean[index], number(&row["mean_col"]), USUAL);
            close(drawn.lower[index], number(&row["lpl"]), USUAL);
            close(drawn.upper[index], number(&row["upl"]), USUAL);
            assert_eq!(drawn.outside[index], row["outside_limits"].as_bool().unwrap());
            let rule = match row["special_cause_type"].as_str().unwrap() {
                "Common Cause" => None,
                "Above UCL" => Some((Rule::Outside, true)),
                "2 in 3 Above CL" => Some((Rule::TwoOfThree, true)),
                "2 in 3 Below CL" => Some((Rule::TwoOfThree, false)),
                "7 Points Below CL" => Some((Rule::Shift, false)),
                other => panic!("{other}"),
            };
            assert_eq!(drawn.rule(index, &values), rule, "{case} {index}");
            let said = match drawn.variation(index, &values, Better::Lower) {
                Variation::CommonCause => "common_cause",
                Variation::Improvement => "special_cause_improvement",
                _ => "special_cause_concern",
            };
            assert_eq!(said, row["point_type"].as_str().unwrap());
        }
    }
    let target = &all["rqm_target1200"];
    let drawn = chart(&values, &Settings::default()).unwrap();
    let icon = match drawn.assurance(values.len() - 1, 1200.0, Better::Lower) {
        Some(Assurance::Passing) => "consistently_passing",
        Some(Assurance::Failing) => "consistently_failing",
        _ => "inconsistent",
    };
    assert_eq!(icon, target["assurance_type"].as_str().unwrap());
}

#[test]
fn seven_rising_points_are_a_trend_and_six_are_not() {
    let mut values = vec![5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    assert!(!chart(&values, &Settings::default()).unwrap().trend.contains(&true));
    values.push(7.0);
    let drawn = chart(&values, &Settings::default()).unwrap();
    assert_eq!(drawn.trend.iter().filter(|flag| **flag).count(), 7);
    assert!(!drawn.trend[7] && drawn.trend[8] && drawn.trend[14]);
}

#[test]
fn a_trend_that_follows_another_keeps_its_own_direction() {
    let up = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let mut values = up.to_vec();
    // Down by one step that belongs to neither, and up again.
    values.extend(up.map(|value| value - 0.5));
    let settings = Settings { fix_after: Some(2), ..Settings::default() };
    let drawn = chart(&values, &settings).unwrap();
    assert!(drawn.trend.iter().all(|flag| *flag) && drawn.rising.iter().all(|flag| *flag));
    // A peak belongs to the rise that ends there, its neighbour to the fall.
    let mut peak = up.to_vec();
    peak.extend(up.iter().rev().skip(1));
    let drawn = chart(&peak, &settings).unwrap();
    assert_eq!(drawn.rising.iter().filter(|flag| **flag).count(), 7);
    assert!(drawn.trend.iter().all(|flag| *flag) && drawn.rising[6] && !drawn.rising[7]);
}

#[test]
fn two_near_points_on_opposite_sides_are_nothing() {
    let steady = [10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 10.0];
    let mut values = steady.to_vec();
    values.extend([13.9, 6.2, 10.0]);
    let settings = Settings { fix_after: Some(10), ..Settings::default() };
    let drawn = chart(&values, &settings).unwrap();
    assert!(!drawn.two_of_three.contains(&true), "{drawn:?}");
    values.truncate(10);
    values.extend([13.2, 13.1, 10.5]);
    let drawn = chart(&values, &settings).unwrap();
    assert_eq!(&drawn.two_of_three[10..], [true, true, false], "{drawn:?}");
}

#[test]
fn rebased_limits_begin_anew_and_units_do_not_matter() {
    let values = [1.0, 2.0, 1.0, 3.0, 11.0, 12.0, 10.0, 13.0];
    let drawn = chart(&values, &Settings { rebase: vec![4], ..Settings::default() }).unwrap();
    assert_eq!((drawn.mean[3], drawn.mean[4]), (1.75, 11.5));
    let scaled: Vec<f64> = values.iter().map(|value| value * 8.0).collect();
    let other = chart(&scaled, &Settings { rebase: vec![4], ..Settings::default() }).unwrap();
    close(other.upper[6], 8.0 * drawn.upper[6], 1e-14);
    assert_eq!(other.outside, drawn.outside);
    assert_eq!(
        chart(&values, &Settings { rebase: vec![9], ..Settings::default() }).unwrap_err().kind,
        RefusalKind::BadShape
    );
    assert!(chart(&values, &Settings { rebase: vec![5, 4], ..Settings::default() }).is_err());
}

#[test]
fn charts_in_one_go_are_the_charts_one_by_one() {
    let values: Vec<f64> = (0..360_u32).map(|index| f64::from((index * 7919) % 101)).collect();
    let ends: Vec<usize> = (1..=10).map(|group| group * 36).collect();
    let all = charts(&values, &ends, &Settings::default()).unwrap();
    for group in 0..10 {
        let range = group * 36..(group + 1) * 36;
        let one = chart(&values[range.clone()], &Settings::default()).unwrap();
        assert!(range.clone().all(|row| all.upper[row] == one.upper[0]));
        assert_eq!(all.two_of_three[range], one.two_of_three[..]);
    }
    assert!(charts(&values, &[36, 20], &Settings::default()).is_err());
    assert!(charts(&values, &[36], &Settings::default()).is_err());
}

#[test]
fn many_points_are_the_charts_one_by_one() {
    let values: Vec<f64> = (0..150_000_u32).map(|index| f64::from((index * 7919) % 1009)).collect();
    // Groups of 12 to 48 points, so that no part of them ends where another would.
    let mut ends = vec![];
    while ends.last().is_none_or(|end| *end < values.len()) {
        let size = 12 + (ends.len() * 31) % 37;
        ends.push((ends.last().copied().unwrap_or(0) + size).min(values.len()));
    }
    if ends.len() > 1 && ends[ends.len() - 1] - ends[ends.len() - 2] < 2 {
        ends.remove(ends.len() - 2);
    }
    let all = charts(&values, &ends, &Settings::default()).unwrap();
    let mut start = 0;
    for end in ends.iter().copied() {
        let one = chart(&values[start..end], &Settings::default()).unwrap();
        assert_eq!((all.lower[start], all.mean[end - 1]), (one.lower[0], one.mean[0]));
        assert_eq!((&all.shift[start..end], &all.trend[start..end]), (&one.shift[..], &one.trend[..]));
        start = end;
    }
    let mut wrong = values.clone();
    wrong[140_000] = f64::NAN;
    wrong[149_000] = f64::NAN;
    assert_eq!(charts(&wrong, &ends, &Settings::default()).unwrap_err().index, Some(140_000));
}

#[test]
fn a_constant_series_has_limits_at_its_value_and_says_nothing() {
    let drawn = chart(&[4.0; 20], &Settings::default()).unwrap();
    assert_eq!((drawn.lower[0], drawn.upper[0]), (4.0, 4.0));
    assert!((0..20).all(|index| drawn.rule(index, &[4.0; 20]).is_none()));
    // A tenth has no exact binary form; its mean must not drift from it.
    let tenths = chart(&[0.1; 20], &Settings::default()).unwrap();
    assert!((0..20).all(|index| tenths.rule(index, &[0.1; 20]).is_none()));
    assert_eq!(chart(&[4.0], &Settings::default()).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(chart(&[4.0, f64::NAN], &Settings::default()).unwrap_err().index, Some(1));
}

#[test]
fn the_answer_refuses_mixed_groups_and_unsorted_dates() {
    let drawn = |groups: &[&str], dates: &[&str], values: &[f64], settings: &Settings| -> Answer {
        answer(groups.iter().collect(), dates.iter().collect(), values.to_vec(), settings)
    };
    let dates = ["2024-01-01", "2024-02-01", "2024-03-01"];
    let refused = drawn(&["A", "B", "A"], &dates, &[1.0, 2.0, 3.0], &Settings::default());
    assert!(refused.given().is_none());
    let unsorted =
        drawn(&["A"; 3], &["2024-02-01", "2024-01-01", "2024-03-01"], &[1.0, 2.0, 3.0], &Settings::default());
    assert!(unsorted.given().is_none());
    let months: Vec<String> = (1..=24).map(|month| format!("{month:02}")).collect();
    let months: Vec<&str> = months.iter().map(String::as_str).collect();
    let values: Vec<f64> = (0..24_u32).map(|month| f64::from(month * 7 % 5)).collect();
    let warns = |rebase: Vec<usize>| {
        let settings = Settings { rebase, ..Settings::default() };
        serde_json::to_string(&drawn(&["A"; 24], &months, &values, &settings)).unwrap().contains("fewer than 12 points")
    };
    assert!(!warns(vec![]) && !warns(vec![12]) && warns(vec![13]) && warns(vec![6]));
    let few = drawn(&["A"; 3], &dates, &[1.0, 2.0, 4.0], &Settings::default());
    assert!(matches!(few.given().unwrap().column("upper"), Some(Column::Steps(upper)) if upper.len() == 3));
}

#[test]
fn montgomerys_printed_limits_come_out() {
    // Montgomery, Introduction to Statistical Quality Control, table 7.1: centre 0.2313, limits 0.0524 and 0.4102; without
    // samples 15 and 23 0.2150, 0.0407 and 0.3893.
    let counts = [
        12.0, 15.0, 8.0, 10.0, 4.0, 7.0, 16.0, 9.0, 14.0, 10.0, 5.0, 6.0, 17.0, 12.0, 22.0, 8.0, 10.0, 5.0, 13.0, 11.0,
        20.0, 18.0, 24.0, 15.0, 9.0, 12.0, 7.0, 13.0, 9.0, 6.0,
    ];
    let printed = |excluded: &[usize], centre: f64, lower: f64, upper: f64| {
        let chart = control_chart(Kind::P, &counts, &[50.0; 30], None, excluded).unwrap();
        for (found, printed) in [(chart.centre, centre), (chart.limits[0].lower, lower), (chart.limits[0].upper, upper)]
        {
            assert!((found - printed).abs() < 5.1e-5, "{found} {printed}");
        }
    };
    printed(&[], 0.2313, 0.0524, 0.4102);
    printed(&[14, 22], 0.2150, 0.0407, 0.3893);
}

#[test]
fn montgomerys_single_values_and_defects_come_out() {
    // The same book: loan costs of 20 weeks, mean 300.5, limits 279.78 and 321.22, moving ranges 7.79 up to 25.45.
    let costs = [
        310.0, 288.0, 297.0, 298.0, 307.0, 303.0, 294.0, 297.0, 308.0, 306.0, 294.0, 299.0, 297.0, 299.0, 314.0, 295.0,
        293.0, 306.0, 301.0, 304.0,
    ];
    let single = control_chart(Kind::I, &costs, &[], None, &[]).unwrap();
    let ranges = control_chart(Kind::Mr, &costs, &[], None, &[]).unwrap();
    for (found, printed) in [
        (single.centre, 300.5),
        (single.limits[0].lower, 279.78),
        (single.limits[0].upper, 321.22),
        (ranges.centre, 7.79),
        (ranges.limits[0].upper, 25.45),
    ] {
        assert!((found - printed).abs() <= 0.005, "{found} {printed}");
    }
    assert!(ranges.value[0].is_nan() && !ranges.outside[0]);
    // 20 samples of 50 with 74 shipping errors: u 0.0740, limits 0 and 0.1894.
    let errors = [2.0, 3.0, 8.0, 1.0, 1.0, 4.0, 1.0, 4.0, 5.0, 1.0, 8.0, 2.0, 4.0, 3.0, 4.0, 1.0, 8.0, 3.0, 7.0, 4.0];
    let chart = control_chart(Kind::U, &errors, &[50.0; 20], None, &[]).unwrap();
    assert!((chart.centre - 0.074).abs() < 1e-12 && (chart.limits[0].upper - 0.1894).abs() < 5e-5);
    assert_eq!(chart.limits[0].lower, 0.0);
}

#[test]
fn laneys_limits_are_those_of_p_times_the_spread_between_points() {
    let (counts, sizes) = ([480.0, 530.0, 470.0, 550.0, 500.0, 460.0], [10_000.0; 6]);
    let p = control_chart(Kind::P, &counts, &sizes, None, &[]).unwrap();
    let laney = control_chart(Kind::LaneyP, &counts, &sizes, None, &[]).unwrap();
    let sd = (p.centre * (1.0 - p.centre) / 10_000.0).sqrt();
    let steps: f64 = counts.windows(2).map(|pair| (pair[1] - pair[0]).abs() / 10_000.0 / sd).sum();
    let spread = steps / 5.0 / 1.128;
    close(laney.limits[0].upper - laney.centre, spread * (p.limits[0].upper - p.centre), 1e-12);
}

fn compare(kind: Kind, rows: &[Value], counts: &[f64], sizes: &[f64], baseline: Option<usize>, excluded: &[usize]) {
    let chart = control_chart(kind, counts, sizes, baseline, excluded).unwrap();
    for (index, row) in rows.iter().enumerate() {
        near(chart.centre, number(&row["cl"]), USUAL);
        near(chart.limits[index].lower, number(&row["lcl"]), USUAL);
        near(chart.limits[index].upper, number(&row["ucl"]), USUAL);
        if row["y"].is_null() {
            continue;
        }
        assert_eq!(chart.outside[index], row["sigma.signal"].as_bool().unwrap());
        for (found, name) in [
            (chart.runs.useful, "n.useful"),
            (chart.runs.longest, "longest.run"),
            (chart.runs.longest_expected, "longest.run.max"),
            (chart.runs.crossings, "n.crossings"),
            (chart.runs.crossings_expected, "n.crossings.min"),
        ] {
            assert_eq!(found, row[name].as_u64().unwrap(), "{name}");
        }
    }
}

fn list<'a>(all: &'a Value, name: &str) -> &'a [Value] {
    all[name].as_array().unwrap()
}

#[test]
fn shewhart_charts_agree_with_qicharts2() {
    let case = "07_shewhart_montgomery";
    let (Some(all), Some(table)) = (expected(case), rows(case, "tbl_07_03.csv")) else { return };
    let (counts, sizes) = (table.numbers("count"), table.numbers("size"));
    let variable = rows(case, "tbl_07_04.csv").unwrap();
    compare(Kind::P, list(&all, "p_variable"), &variable.numbers("count"), &variable.numbers("size"), None, &[]);
    // Two phases, the second with its own limits.
    let phases = list(&all, "p_7.1_excl_15_23");
    compare(Kind::P, &phases[..30], &counts[..30], &sizes[..30], None, &[14, 22]);
    compare(Kind::P, &phases[30..], &counts[30..], &sizes[30..], None, &[]);
    let nonconforming = rows(case, "tbl_07_08.csv").unwrap();
    compare(Kind::C, list(&all, "c_7.3"), &nonconforming.numbers("count"), &[], Some(26), &[5, 19]);
    let units = rows(case, "tbl_07_10.csv").unwrap();
    compare(Kind::U, list(&all, "u_7.4"), &units.numbers("count"), &units.numbers("size"), None, &[]);
    let single = rows(case, "tbl_06_07.csv").unwrap();
    compare(Kind::I, list(&all, "i_6.5"), &single.numbers("cost"), &[], Some(20), &[]);
    compare(Kind::Mr, list(&all, "mr_6.5"), &single.numbers("cost"), &[], Some(20), &[]);
}

#[test]
fn run_and_laney_charts_agree_with_qicharts2() {
    let case = "08_run_chart_open";
    let (Some(all), Some(table)) = (expected(case), rows(case, "input.csv")) else { return };
    let (counts, sizes) = (table.numbers("r"), table.numbers("n"));
    compare(Kind::P, list(&all, "p"), &counts, &sizes, None, &[]);
    compare(Kind::LaneyP, list(&all, "pprime"), &counts, &sizes, None, &[]);
    let shares: Vec<f64> = counts.iter().zip(&sizes).map(|(r, n)| r / n).collect();
    let found = run_chart(&shares).unwrap();
    let row = &all["run"][0];
    close(found.median, number(&row["cl"]), USUAL);
    for (found, name) in [
        (found.runs.useful, "n.useful"),
        (found.runs.longest, "longest.run"),
        (found.runs.longest_expected, "longest.run.max"),
        (found.runs.crossings, "n.crossings"),
        (found.runs.crossings_expected, "n.crossings.min"),
    ] {
        assert_eq!(found, row[name].as_u64().unwrap(), "{name}");
    }
    assert_eq!(found.runs.signal, row["runs.signal"].as_bool().unwrap());
}

#[test]
fn the_two_signs_of_a_run_chart_follow_the_printed_table() {
    // Anhoej and Olesen 2014, table 1: 10 points: longest 6, crossings 2; 20: 7 and 6; 24: 8 and 8.
    for (n, longest, crossings) in [(10, 6, 2), (20, 7, 6), (24, 8, 8)] {
        let values: Vec<f64> = (0..n).map(|index| if index % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let found = runs(&values, 0.0);
        assert_eq!((found.longest_expected, found.crossings_expected), (longest, crossings), "{n}");
        assert_eq!(found.crossings, n as u64 - 1);
    }
    assert_eq!(run_chart(&[3.0; 30]).unwrap_err().kind, RefusalKind::TooFew);
}

#[test]
fn shewhart_refuses_what_it_cannot_draw() {
    assert_eq!(control_chart(Kind::P, &[3.0, 4.0], &[2.0, 9.0], None, &[]).unwrap_err().index, Some(0));
    assert_eq!(control_chart(Kind::C, &[3.0], &[], None, &[]).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(control_chart(Kind::C, &[3.0, 4.0], &[], None, &[7]).unwrap_err().kind, RefusalKind::BadShape);
    assert!(control_chart(Kind::U, &[3.0, 4.0], &[1.0], None, &[]).is_err());
    assert!(control_chart(Kind::I, &[f64::NAN, 4.0], &[], None, &[]).is_err());
}
