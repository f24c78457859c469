//! The same people twice: McNemar, Wilcoxon, pairing, change, and counts before and after.

use fingerpost_statistics::count_ratio::{self, count_ratio};
use fingerpost_statistics::distribution::{binomial_cdf, binomial_pmf, binomial_upper};
use fingerpost_statistics::mcnemar::{Cells, mcnemar};
use fingerpost_statistics::paired_change::{
    Reliability, Settings, answer, any_better, paired_change, reliable_change_index, standard_error_of_difference,
};
use fingerpost_statistics::pre_post::{self, pair, scale_change};
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics::wilcoxon::{How, Zeros, signed_rank};

use crate::close::{Rows, USUAL, close, expected, number, rows};

const AGRESTI: Cells = Cells { yes_yes: 794, yes_no: 150, no_yes: 86, no_no: 570 };

#[test]
fn agrestis_table_has_its_printed_statistics() {
    let found = mcnemar(AGRESTI, 0.95).unwrap();
    assert_eq!((found.chi_squared * 100.0).round(), 1736.0);
    assert_eq!((found.chi_squared_corrected * 100.0).round(), 1682.0);
    let Some(all) = expected("11_mcnemar_agresti") else { return };
    close(found.chi_squared_corrected, number(&all["chi2_corrected"]), USUAL);
    close(found.p_corrected, number(&all["p_corrected"]), USUAL);
    close(found.chi_squared, number(&all["chi2"]), USUAL);
    close(found.p_uncorrected, number(&all["p"]), USUAL);
    close(found.p_exact, number(&all["p_exact"]), USUAL);
    // The case subtracts the second answer from the first; a change is after less before.
    close(-found.difference, number(&all["diff_marginal"]), USUAL);
    close(-found.wald.upper, number(&all["wald95"][0]), USUAL);
    close(-found.wald.lower, number(&all["wald95"][1]), USUAL);
}

#[test]
fn newcombes_limits_are_those_he_printed() {
    // Newcombe 1998, Stat Med 17:2635, table II, 36/12/2/0, method 10: 0.0569 to 0.3404.
    let found = mcnemar(Cells { yes_yes: 36, no_yes: 12, yes_no: 2, no_no: 0 }, 0.95).unwrap();
    assert!(
        (found.score.lower - 0.0569).abs() < 5e-5 && (found.score.upper - 0.3404).abs() < 5e-5,
        "{:?}",
        found.score
    );
    assert_eq!(found.p, found.p_exact);
}

#[test]
fn swapping_before_and_after_turns_the_sign_only() {
    let turned = mcnemar(Cells { yes_no: 86, no_yes: 150, ..AGRESTI }, 0.95).unwrap();
    let found = mcnemar(AGRESTI, 0.95).unwrap();
    assert_eq!(turned.p_exact, found.p_exact);
    close(turned.score.lower, -found.score.upper, 1e-12);
    assert_eq!(mcnemar(Cells { yes_yes: 3, ..Cells::default() }, 0.95).unwrap_err().kind, RefusalKind::Constant);
    assert_eq!(mcnemar(Cells::default(), 0.95).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(Cells::of(&[true, false], &[false, false]).unwrap().yes_no, 1);
}

#[test]
#[expect(clippy::approx_constant, reason = "3.14 is a depression score")]
fn hollander_and_wolfes_signed_ranks_come_out() {
    // Hollander and Wolfe 1973, page 29; R's help page prints V = 40, p = 0.01953.
    let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
    let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    let fall: Vec<f64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
    let found = signed_rank(&fall, Zeros::Drop, 0.95).unwrap();
    assert_eq!((found.v, found.p_greater, found.p, found.how), (40.0, 0.019_531_25, 0.039_062_5, How::Exact));
    close(found.estimate, 0.46, 1e-12);
    close(found.interval.lower, 0.01, 1e-12);
    close(found.interval.upper, 0.786, 1e-12);
}

const LIKERT: [(f64, f64); 24] = [
    (2.0, 4.0),
    (3.0, 3.0),
    (2.0, 3.0),
    (1.0, 3.0),
    (4.0, 4.0),
    (3.0, 4.0),
    (2.0, 2.0),
    (2.0, 4.0),
    (3.0, 5.0),
    (1.0, 2.0),
    (2.0, 3.0),
    (3.0, 3.0),
    (3.0, 4.0),
    (2.0, 1.0),
    (4.0, 5.0),
    (1.0, 3.0),
    (2.0, 4.0),
    (3.0, 3.0),
    (2.0, 3.0),
    (3.0, 4.0),
    (5.0, 4.0),
    (2.0, 4.0),
    (1.0, 2.0),
    (3.0, 3.0),
];

#[test]
fn answers_on_a_scale_have_rs_p_values_with_ties_and_zeros() {
    // A constructed table of the case (own data); numbers by R's wilcox.test and by coin.
    let (before, after): (Vec<f64>, Vec<f64>) = LIKERT.iter().copied().unzip();
    let dropped = scale_change(&before, &after, 5.0, Zeros::Drop, 0.95).unwrap();
    assert_eq!(dropped.test.v, 159.0);
    close(dropped.test.p, 0.001_006_910_956_213_43, USUAL);
    close(dropped.test.p_uncorrected, 0.000_929_256_244_561_172, USUAL);
    let pratt = scale_change(&before, &after, 5.0, Zeros::Pratt, 0.95).unwrap();
    close(pratt.test.z, 3.379_924_866_057_33, USUAL);
    close(pratt.test.p, 0.000_725_056_475_612_496, USUAL);
    let seen = dropped.directions;
    assert_eq!((seen.median_before, seen.median_after), (2.0, 3.0));
    assert_eq!((seen.up, seen.same, seen.down), (16, 6, 2));
    assert_eq!((dropped.top_before.count, dropped.top_after.count), (3, 11));
    assert!(scale_change(&before, &after, 4.0, Zeros::Drop, 0.95).is_err());
}

#[test]
fn the_exact_and_the_normal_test_agree_for_many_pairs() {
    let differences: Vec<f64> = (1..50_u32).map(|k| f64::from(k) * if k % 3 == 0 { -1.0 } else { 1.0 }).collect();
    let exact = signed_rank(&differences, Zeros::Drop, 0.95).unwrap();
    assert_eq!(exact.how, How::Exact);
    let mut more = differences.clone();
    more.push(50.0);
    let normal = signed_rank(&more, Zeros::Drop, 0.95).unwrap();
    assert_eq!(normal.how, How::Normal);
    assert!((exact.p / normal.p).ln().abs() < 0.7, "{exact:?} {normal:?}");
    more.reverse();
    assert_eq!(signed_rank(&more, Zeros::Drop, 0.95).unwrap(), normal);
    assert_eq!(signed_rank(&[0.0; 5], Zeros::Drop, 0.95).unwrap_err().kind, RefusalKind::Constant);
    assert_eq!(signed_rank(&[1.0, f64::NAN], Zeros::Pratt, 0.95).unwrap_err().index, Some(1));
}

#[test]
fn answers_are_paired_by_key_and_never_by_row() {
    let pairs = pair(&["a", "b", "c"], &[1.0, 2.0, 3.0], &["c", "d", "a"], &[30.0, 40.0, 10.0]).unwrap();
    assert_eq!(
        (pairs.before, pairs.after, pairs.only_before, pairs.only_after),
        (vec![1.0, 3.0], vec![10.0, 30.0], 1, 1)
    );
    assert_eq!(pair(&["a", "a"], &[1.0, 2.0], &["a"], &[1.0]).unwrap_err().kind, RefusalKind::Duplicate);
    let answered = pre_post::answer(&["a", "b"], &[1.0, 2.0], &["b", "x"], &[3.0, 1.0], 5.0, Zeros::Drop, 0.95);
    assert_eq!((answered.n, answered.missing), (1, 2));
}

#[test]
fn students_sleepers_have_their_printed_t() {
    // Student 1908, hours of sleep gained with two drugs; R prints t 4.0621, p 0.002833, limits 0.7001142 and 2.4598858.
    let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4].map(Some);
    let found = paired_change(&first, &second, &Settings::default()).unwrap();
    for (found, printed, half) in [
        (found.mean_change, 1.58, 1e-12),
        (found.t, 4.0621, 5e-5),
        (found.p, 0.002_833, 5e-7),
        (found.interval.lower, 0.700_114_2, 5e-8),
        (found.interval.upper, 2.459_885_8, 5e-8),
    ] {
        assert!((found - printed).abs() <= half, "{found} {printed}");
    }
    assert_eq!((found.progress.better.count, found.progress.same, found.progress.worse), (9, 1, 0));
}

#[test]
fn beating_the_blues_has_rs_change_effect_sizes_and_losses() {
    let (Some(all), Some(input)) = (expected("13_paired_change_btheb"), rows("13_paired_change_btheb", "input.csv"))
    else {
        return;
    };
    let settings = Settings {
        higher_is_better: false,
        reliability: Some(Reliability { r: 0.8, source: "a parameter of the case".to_owned() }),
        ..Settings::default()
    };
    for time in ["bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"] {
        let found = paired_change(&input.numbers("bdi.pre"), &input.options(time), &settings).unwrap();
        let want = &all[time];
        let reliable = found.reliable.unwrap();
        for (found, name) in [
            (found.mean_before, "mean_pre"),
            (found.mean_after, "mean_post"),
            (found.mean_change, "mean_change"),
            (found.sd_change, "sd_change"),
            (found.t, "t"),
            (found.p, "p"),
            (found.d_z, "d_z"),
            (found.d_average, "d_av"),
            (found.glass, "glass_pre"),
            (found.hedges, "hedges_gz"),
            (reliable.s_diff, "sdiff"),
            (reliable.threshold, "rc_threshold"),
            (100.0 * found.progress.better.share, "pct_improved"),
        ] {
            close(found, number(&want[name]), USUAL);
        }
        close(found.interval.lower, number(&want["ci95"][0]), USUAL);
        close(found.interval.upper, number(&want["ci95"][1]), USUAL);
        for (found, name) in [
            (found.n_total, "n_total"),
            (found.n_paired, "n_paired"),
            (found.lost, "lost"),
            (found.progress.better.count, "improved"),
            (found.progress.same, "same"),
            (found.progress.worse, "worse"),
            (reliable.better.count, "reliably_improved"),
            (reliable.worse, "reliably_worse"),
        ] {
            assert_eq!(found, want[name].as_u64().unwrap(), "{time} {name}");
        }
    }
}

#[test]
fn jacobson_and_truaxs_example_has_its_printed_index() {
    // Jacobson and Truax 1991: s 7.5, r 0.80; standard error 3.35, of a difference 4.74, index -3.16.
    let error = standard_error_of_difference(7.5, 0.8).unwrap();
    assert_eq!(((error * 100.0).round(), (error / 2.0_f64.sqrt() * 100.0).round()), (474.0, 335.0));
    let index = reliable_change_index(47.5, 32.5, 7.5, 0.8).unwrap();
    assert_eq!((index * 100.0).round(), -316.0);
    if let Some(all) = expected("14_reliable_change_published") {
        close(index, number(&all["RC"]), USUAL);
        close(error, number(&all["Sdiff"]), USUAL);
    }
    assert!(standard_error_of_difference(7.5, 1.0).is_err() && standard_error_of_difference(0.0, 0.5).is_err());
}

fn low_baseline() -> Settings {
    Settings { low_baseline: Some(2.0), ..Settings::default() }
}

fn measure_of(
    table: &Rows,
    column: &str,
    name: &str,
    after: &str,
) -> fingerpost_statistics::paired_change::PairedChange {
    let rows = table.only(column, name);
    paired_change(&rows.numbers("baseline"), &rows.options(after), &low_baseline()).unwrap()
}

#[test]
fn rotherhams_shares_come_out_of_raw_rows() {
    if let (Some(all), Some(table)) = (expected("S3_rotherham_like"), rows("S3_rotherham_like", "outcomes_long.csv")) {
        let any =
            any_better(&table.words("client"), &table.numbers("baseline"), &table.options("followup"), &low_baseline())
                .unwrap();
        assert_eq!((any.count, any.n), (232, 280));
        close(100.0 * any.interval.lower, number(&all["any_wilson95"][0]), USUAL);
        close(100.0 * any.interval.upper, number(&all["any_wilson95"][1]), USUAL);
        for (name, want) in all["measures"].as_object().unwrap() {
            let found = measure_of(&table, "measure", name, "followup");
            let low = found.low_baseline.unwrap().progress;
            assert_eq!(found.progress.better.count, want["improved"].as_u64().unwrap());
            assert_eq!(found.progress.same, want["same"].as_u64().unwrap());
            assert_eq!(found.progress.worse, want["worse"].as_u64().unwrap());
            assert_eq!(low.better.n, want["low_n"].as_u64().unwrap());
            assert_eq!(low.better.count, want["low_improved"].as_u64().unwrap());
            close(found.mean_before, number(&want["mean_base"]), USUAL);
            close(found.mean_after, number(&want["mean_follow"]), USUAL);
            close(100.0 * low.better.share, number(&want["low_pct"]), USUAL);
        }
    }
    let Some(table) = rows("S6_rotherham_published", "outcomes_long.csv") else { return };
    let all = expected("S6_rotherham_published").unwrap();
    let any =
        any_better(&table.words("client"), &table.numbers("baseline"), &table.options("follow_up"), &low_baseline())
            .unwrap();
    assert_eq!(any.count, all["any_domain_progressed"].as_u64().unwrap());
    for (name, want) in all["domains"].as_object().unwrap() {
        let found = measure_of(&table, "domain", name, "follow_up");
        let low = found.low_baseline.unwrap().progress.better;
        assert_eq!((100.0 * found.progress.better.share).round(), number(&want["printed_pct"]), "{name}");
        assert_eq!((100.0 * low.share).round(), number(&want["printed_low_pct"]), "{name}");
    }
}

#[test]
fn turning_the_scale_round_changes_no_judgement() {
    let before = [1.0, 2.0, 4.0, 3.0, 2.0];
    let after = [Some(3.0), Some(3.0), Some(4.0), None, Some(1.0)];
    let turned: Vec<f64> = before.iter().map(|score| 6.0 - score).collect();
    let turned_after: Vec<Option<f64>> = after.iter().map(|score| score.map(|score| 6.0 - score)).collect();
    let found = paired_change(&before, &after, &low_baseline()).unwrap();
    let settings = Settings { higher_is_better: false, low_baseline: Some(4.0), ..Settings::default() };
    let other = paired_change(&turned, &turned_after, &settings).unwrap();
    assert_eq!((found.mean_change, found.progress), (other.mean_change, other.progress));
    let (low, other) = (found.low_baseline.unwrap(), other.low_baseline.unwrap());
    assert_eq!(low.progress, other.progress);
    close(low.by_regression, other.by_regression, 1e-12);
}

#[test]
fn change_says_losses_first_and_never_lacks_its_warning() {
    let people = ["a", "b", "c", "d"];
    let after = [Some(2.0), Some(4.0), None, Some(5.0)];
    let answered = answer(&people, &["mood"; 4], &[1.0, 2.0, 3.0, 4.0], &after, &low_baseline());
    assert_eq!((answered.n, answered.missing), (3, 1));
    let text = serde_json::to_string(&answered).unwrap();
    assert!(text.contains("regression to the mean") && text.contains("more than a fifth were lost"));
    let names: Vec<&str> = answered.given().unwrap().columns().iter().map(|(name, _)| name.as_str()).collect();
    let place = |name: &str| names.iter().position(|known| *known == name).unwrap();
    assert!(place("lost") < place("mean_change"));
    let said = serde_json::to_value(&answered).unwrap();
    for table in ["low_baseline", "any_measure"] {
        assert!(said["tables"][table]["lost"].is_array(), "{table} says who was lost");
    }
    let twice = answer(&["a", "a"], &["mood"; 2], &[1.0, 2.0], &[Some(1.0), Some(2.0)], &low_baseline());
    assert!(twice.given().is_none());
    let nan = paired_change(&[1.0, 2.0], &[Some(f64::NAN), Some(1.0)], &low_baseline());
    assert_eq!(nan.unwrap_err().index, Some(0));
    assert_eq!(paired_change(&[1.0], &[Some(2.0)], &low_baseline()).unwrap_err().kind, RefusalKind::TooFew);
}

#[test]
fn the_limits_of_a_ratio_of_counts_are_where_the_tails_are_a_fortieth() {
    for ((first, before), (second, after)) in
        [((10, 400.0), (25, 400.0)), ((11, 800.0), (21, 3011.0)), ((3, 10.0), (0, 10.0))]
    {
        let found = count_ratio((first, before), (second, after), 0.95).unwrap();
        let all = first + second;
        let share = |ratio: f64| ratio * after / (ratio * after + before);
        close(binomial_cdf(second, all, share(found.interval.upper)), 0.025, 1e-10);
        if second > 0 {
            close(binomial_upper(second - 1, all, share(found.interval.lower)), 0.025, 1e-10);
        } else {
            assert_eq!(found.interval.lower, 0.0);
        }
        let p = after / (before + after);
        let seen = binomial_pmf(second, all, p) * (1.0 + 1e-7);
        let plain: f64 = (0..=all).map(|k| binomial_pmf(k, all, p)).filter(|chance| *chance <= seen).sum();
        close(found.p, plain.min(1.0), 1e-10);
    }
}

#[test]
fn rs_example_of_two_poisson_rates_comes_out() {
    // R, help page of poisson.test: 11 in 800 person-years against 21 in 3011 prints ratio 1.971488, limits 0.8584264 and
    // 4.2772659, p 0.07967.
    let found = count_ratio((21, 3011.0), (11, 800.0), 0.95).unwrap();
    for (found, printed, half) in [
        (found.ratio, 1.971_488, 5e-7),
        (found.interval.lower, 0.858_426_4, 5e-8),
        (found.interval.upper, 4.277_265_9, 5e-8),
        (found.p, 0.079_67, 5e-6),
    ] {
        assert!((found - printed).abs() <= half, "{found} {printed}");
    }
    let turned = count_ratio((11, 800.0), (21, 3011.0), 0.95).unwrap();
    close(turned.interval.lower, 1.0 / found.interval.upper, 1e-12);
    close(turned.p, found.p, 1e-10);
}

#[test]
fn an_audit_needs_events_and_exposure() {
    assert_eq!(count_ratio((0, 10.0), (0, 10.0), 0.95).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(count_ratio((1, 0.0), (1, 10.0), 0.95).unwrap_err().kind, RefusalKind::BadValue);
    let three = count_ratio::answer(&["audit", "repeat", "third"], &[4, 12, 11], &[100.0, 110.0, 105.0], 100.0);
    assert_eq!(three.given().unwrap().rows(), 3);
    assert!(serde_json::to_string(&three).unwrap().contains("regression to the mean"));
    assert!(count_ratio::answer(&["audit"], &[4], &[100.0], 100.0).given().is_none());
}
