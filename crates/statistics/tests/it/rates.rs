//! Rates, proportions, means, indicators and standardised rates.

use fingerpost_statistics::iif::{PC_01, achievement};
use fingerpost_statistics::mean::mean;
use fingerpost_statistics::proportion::{categories, wilson};
use fingerpost_statistics::rate::{BYAR_FROM, CountMethod, Counting, answer, byar, exact_poisson, rate, rates};
use fingerpost_statistics::refusal::RefusalKind;
use fingerpost_statistics::standardised::{EUROPEAN_2013, direct, direct_answer, expected as expect, indirect};
use serde_json::json;

use crate::close::{USUAL, close, expected, number, rows};

#[test]
fn exact_limits_of_small_counts_are_those_of_the_printed_tables() {
    // Garwood 1936, as in every table of Poisson limits: 0: 0, 3.689; 1: 0.0253, 5.572; 3: 0.619, 8.77; 9: 4.12, 17.1.
    for (count, lower, upper) in [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (9, 4.1154, 17.0848)] {
        let limits = exact_poisson(count, 0.95).unwrap();
        assert!((limits.lower - lower).abs() < 5e-5 && (limits.upper - upper).abs() < 5e-5, "{count}: {limits:?}");
    }
}

#[test]
fn exact_limits_of_very_large_counts_join_those_of_byar_without_a_step() {
    let (below, above) = (exact_poisson(100_000_000, 0.998).unwrap(), exact_poisson(100_000_001, 0.998).unwrap());
    close(above.lower - below.lower, 1.0, 1e-3);
    close(above.upper - below.upper, 1.0, 1e-3);
}

#[test]
fn counts_and_shares_agree_with_the_sheet_of_the_public_health_office() {
    let Some(all) = expected("01_rates_wilson_byar") else { return };
    for (list, exact) in [("byar_examples", false), ("exact_examples", true)] {
        for case in all[list].as_array().unwrap() {
            let count = case["x"].as_u64().unwrap();
            for (level, low, high) in [(0.95, "l95", "u95"), (0.998, "l998", "u998")] {
                let limits = if exact { exact_poisson(count, level) } else { byar(count, level) }.unwrap();
                close(limits.lower, number(&case[low]), USUAL);
                close(limits.upper, number(&case[high]), USUAL);
            }
        }
    }
    for case in all["wilson_examples"].as_array().unwrap() {
        for (level, name) in [(0.95, "ci95"), (0.998, "ci998")] {
            let found = wilson(case["x"].as_u64().unwrap(), case["n"].as_u64().unwrap(), level).unwrap();
            close(found.interval.lower, number(&case[name][0]), USUAL);
            close(found.interval.upper, number(&case[name][1]), USUAL);
        }
    }
    let two = &all["rate_per_1000_820_2"];
    let found = rate(2, 820.0, 1000.0, 0.95).unwrap();
    close(found.rate, number(&two["rate"]), USUAL);
    close(found.interval.upper, number(&two["exact95"][1]), USUAL);
}

#[test]
fn every_row_of_the_rate_and_proportion_sheets_comes_out() {
    let Some(sheet) = rows("01_rates_wilson_byar", "rate_with_expected.csv") else { return };
    let sheet = sheet.without_gaps(&["Numerator", "Denominator"]);
    let (counts, people, per) = (sheet.counts("Numerator"), sheet.numbers("Denominator"), sheet.numbers("multiplier"));
    for index in 0..counts.len() {
        let found = rates(&counts[index..=index], &people[index..=index], per[index], Counting::Events).unwrap();
        close(found.rate[0], sheet.numbers("value")[index], USUAL);
        close(found.lower_95[0], sheet.numbers("lower95_0cl")[index], USUAL);
        close(found.upper_95[0], sheet.numbers("upper95_0cl")[index], USUAL);
        close(found.lower_998[0], sheet.numbers("lower99_8cl")[index], USUAL);
        close(found.upper_998[0], sheet.numbers("upper99_8cl")[index], USUAL);
        let exact = sheet.words("method")[index] == "Exact";
        assert_eq!(found.method[0] == CountMethod::Exact, exact);
    }
    let Some(sheet) = rows("01_rates_wilson_byar", "proportion_with_expected.csv") else { return };
    let sheet = sheet.without_gaps(&["Numerator", "Denominator"]);
    let (counts, totals, per) = (sheet.counts("Numerator"), sheet.counts("Denominator"), sheet.numbers("multiplier"));
    for index in 0..counts.len() {
        for (level, low, high) in [(0.95, "lower95_0cl", "upper95_0cl"), (0.998, "lower99_8cl", "upper99_8cl")] {
            let found = wilson(counts[index], totals[index], level).unwrap();
            close(found.share * per[index], sheet.numbers("value")[index], USUAL);
            close(found.interval.lower * per[index], sheet.numbers(low)[index], USUAL);
            close(found.interval.upper * per[index], sheet.numbers(high)[index], USUAL);
        }
    }
}

#[test]
fn means_have_the_limits_of_the_sheet() {
    let (Some(input), Some(sheet)) =
        (rows("01_rates_wilson_byar", "mean_input.csv"), rows("01_rates_wilson_byar", "mean_expected.csv"))
    else {
        return;
    };
    for (index, area) in sheet.words("area").into_iter().enumerate() {
        let values =
            if area == "No grouping" { input.numbers("values") } else { input.only("area", area).numbers("values") };
        for (level, low, high) in [(0.95, "lower95_0cl", "upper95_0cl"), (0.998, "lower99_8cl", "upper99_8cl")] {
            let found = mean(&values, level).unwrap();
            close(found.mean, sheet.numbers("value")[index], USUAL);
            close(found.sd, sheet.numbers("stdev")[index], USUAL);
            close(found.interval.lower, sheet.numbers(low)[index], USUAL);
            close(found.interval.upper, sheet.numbers(high)[index], USUAL);
        }
    }
}

#[test]
fn standardised_rates_agree_with_the_sheet_of_the_public_health_office() {
    let (Some(all), Some(input), Some(reference)) =
        (expected("02_dsr_isr"), rows("02_dsr_isr", "input.csv"), rows("02_dsr_isr", "reference.csv"))
    else {
        return;
    };
    for case in all["dsr_per_100000"].as_array().unwrap() {
        let area = input.only("area", case["area"].as_str().unwrap());
        for (level, low, high) in [(0.95, "lower95_0cl", "upper95_0cl"), (0.998, "lower99_8cl", "upper99_8cl")] {
            // An empty count adds nothing, as in the sheet.
            let counts: Vec<u64> = area.options("count").into_iter().map(|count| count.unwrap_or(0.0) as u64).collect();
            let found = direct(&counts, &area.numbers("pop"), &EUROPEAN_2013, 100_000.0, level);
            if case["value"].is_null() {
                assert_eq!(found.unwrap_err().kind, RefusalKind::TooFew);
                continue;
            }
            let found = found.unwrap();
            close(found.rate, number(&case["value"]), USUAL);
            close(found.interval.lower, number(&case[low]), USUAL);
            close(found.interval.upper, number(&case[high]), USUAL);
        }
    }
    for case in all["isr"].as_array().unwrap() {
        let area = input.only("area", case["area"].as_str().unwrap());
        let hoped = expect(&area.numbers("pop"), &reference.numbers("refcount"), &reference.numbers("refpop")).unwrap();
        close(hoped, number(&case["expected"]), USUAL);
        for (level, low, high) in [(0.95, "lower95_0cl", "upper95_0cl"), (0.998, "lower99_8cl", "upper99_8cl")] {
            let found = indirect(case["observed"].as_u64().unwrap(), hoped, level).unwrap();
            close(found.ratio, number(&case["value"]), USUAL);
            close(found.interval.lower, number(&case[low]), USUAL);
            close(found.interval.upper, number(&case[high]), USUAL);
        }
    }
}

#[test]
fn every_row_of_the_standardised_sheets_comes_out_but_for_its_misprint() {
    let case = "02_dsr_isr";
    let (Some(input), Some(sheet)) = (rows(case, "input.csv"), rows(case, "isr_sheet_results.csv")) else { return };
    for index in 0..sheet.words("area").len() {
        let (hoped, reference) = (sheet.numbers("expected")[index], sheet.numbers("ref_rate")[index]);
        let unit = if reference.is_nan() { 1.0 } else { reference };
        for (level, low, high) in [(0.95, "lower95_0cl", "upper95_0cl"), (0.998, "lower99_8cl", "upper99_8cl")] {
            let (rate, limits) = indirect(sheet.counts("observed")[index], hoped, level).unwrap().rate(unit);
            // Some rows give one level only.
            if sheet.numbers(low)[index].is_nan() {
                continue;
            }
            // Ratios stand in the sheet as they are or times 100.
            let scale = (sheet.numbers("value")[index] / rate).round();
            close(rate * scale, sheet.numbers("value")[index], USUAL);
            close(limits.lower * scale, sheet.numbers(low)[index], USUAL);
            close(limits.upper * scale, sheet.numbers(high)[index], USUAL);
        }
    }
    let sheet = rows(case, "dsr_sheet_results.csv").unwrap().without_gaps(&["value"]);
    for (index, name) in sheet.words("area").into_iter().enumerate() {
        let area = input.only("area", name);
        if area.words("area").is_empty() {
            continue;
        }
        let per: f64 = sheet.words("statistic")[index].trim_start_matches("dsr per ").parse().unwrap();
        for (level, low, high) in [(0.95, "lower95_0cl", "upper95_0cl"), (0.998, "lower99_8cl", "upper99_8cl")] {
            // testdata_1976 has a standard population of its own, and the misprint is in its 99.8 per cent limits.
            if name == "testdata_1976" {
                continue;
            }
            let found = direct(&area.counts("count"), &area.numbers("pop"), &EUROPEAN_2013, per, level).unwrap();
            close(found.rate, sheet.numbers("value")[index], USUAL);
            close(found.interval.lower, sheet.numbers(low)[index], USUAL);
            close(found.interval.upper, sheet.numbers(high)[index], USUAL);
        }
    }
}

#[test]
fn a_standard_equal_to_the_population_gives_the_crude_rate() {
    let (events, people) = ([12, 30, 8], [400.0, 800.0, 900.0]);
    let found = direct(&events, &people, &people, 1000.0, 0.95).unwrap();
    let crude = rate(50, 2100.0, 1000.0, 0.95).unwrap();
    close(found.rate, crude.rate, 1e-14);
    close(found.interval.lower, crude.interval.lower, 1e-13);
    let turned = direct(&[8, 12, 30], &[900.0, 400.0, 800.0], &[900.0, 400.0, 800.0], 1000.0, 0.95).unwrap();
    close(turned.interval.upper, found.interval.upper, 1e-14);
}

#[test]
fn the_indicator_pays_on_the_straight_line_between_its_thresholds() {
    let (Some(all), Some(input)) = (expected("S2_iif_pc01"), rows("S2_iif_pc01", "pcn.csv")) else { return };
    for (index, name) in input.words("pcn").into_iter().enumerate() {
        let (registered, referred) = (input.counts("registered")[index], input.counts("referred_12m")[index]);
        let found = achievement(&PC_01, registered, referred, 0, 0.95).unwrap();
        close(100.0 * found.proportion.share, number(&all[name]["pct"]), USUAL);
        // 1.2 % and 1.6 % have no exact binary form, so the case carries the rounding of their difference.
        assert!((found.share_of_points - number(&all[name]["share_of_points"])).abs() < 1e-11, "{name}");
        close(100.0 * found.proportion.interval.lower, number(&all[name]["wilson95"][0]), USUAL);
        close(100.0 * found.proportion.interval.upper, number(&all[name]["wilson95"][1]), USUAL);
    }
}

#[test]
fn a_threshold_met_exactly_is_met() {
    assert_eq!(achievement(&PC_01, 30_000, 480, 0, 0.95).unwrap().share_of_points, 1.0);
    assert_eq!(achievement(&PC_01, 30_000, 360, 0, 0.95).unwrap().share_of_points, 0.0);
    assert_eq!(achievement(&PC_01, 30_000, 420, 0, 0.95).unwrap().points, 10.0);
    // Declining takes a person out of the denominator.
    assert_eq!(achievement(&PC_01, 31_000, 480, 1_000, 0.95).unwrap().to_upper, 0);
    assert!(achievement(&PC_01, 10, 1, 11, 0.95).is_err());
}

#[test]
fn the_survey_table_of_moore_and_colleagues_comes_out_as_printed() {
    // Moore, Unwin, Evans and Howie 2022, Health Soc Care Community, Table 2 (CC BY): 3, 3, 7, 5, 5 of 23.
    let found = categories(&[3, 3, 7, 5, 5], 0.95).unwrap();
    let printed: Vec<f64> = found.shares.iter().map(|one| (1000.0 * one.share).round() / 10.0).collect();
    assert_eq!(printed, [13.0, 13.0, 30.4, 21.7, 21.7]);
    assert_eq!(found.median, 2);
    let two = wilson(2, 820, 0.95).unwrap();
    assert_eq!((10_000.0 * two.share).round() / 100.0, 0.24);
    let Some(all) = expected("S1_moore_table2") else { return };
    let names = ["2-3 times a week", "weekly", "fortnightly", "monthly", "less often"];
    for (name, share) in names.iter().zip(&found.shares) {
        close(100.0 * share.share, number(&all["percent"][name]), USUAL);
        close(100.0 * share.interval.lower, number(&all["wilson95"][name][0]), USUAL);
        close(100.0 * share.interval.upper, number(&all["wilson95"][name][1]), USUAL);
    }
    close(100.0 * two.interval.lower, number(&all["rate_wilson95_percent"][0]), USUAL);
    close(100.0 * two.interval.upper, number(&all["rate_wilson95_percent"][1]), USUAL);
}

#[test]
fn people_are_never_more_than_the_population_but_events_may_be() {
    assert!(rates(&[12], &[10.0], 1.0, Counting::Events).is_ok());
    assert_eq!(rates(&[12], &[10.0], 1.0, Counting::People).unwrap_err().index, Some(0));
}

#[test]
fn nonsense_is_refused_in_words() {
    assert_eq!(rate(3, 0.0, 1000.0, 0.95).unwrap_err().kind, RefusalKind::BadValue);
    assert_eq!(rate(3, f64::NAN, 1000.0, 0.95).unwrap_err().kind, RefusalKind::BadValue);
    assert_eq!(rate(3, 10.0, 1000.0, 1.0).unwrap_err().kind, RefusalKind::BadShape);
    assert_eq!(wilson(3, 2, 0.95).unwrap_err().kind, RefusalKind::BadValue);
    assert_eq!(wilson(0, 0, 0.95).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(mean(&[1.0], 0.95).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(mean(&[1.0, f64::INFINITY], 0.95).unwrap_err().index, Some(1));
    assert!(categories(&[], 0.95).is_err() && categories(&[0, 0], 0.95).is_err());
    assert!(indirect(3, 0.0, 0.95).is_err() && direct(&[10], &[1.0, 2.0], &[1.0], 1.0, 0.95).is_err());
}

#[test]
fn an_answer_reads_the_same_in_json_whether_given_or_refused() {
    let given = serde_json::to_value(answer(&["A", "B"], &[2, 40], &[820.0, 900.0], 1000.0, Counting::Events)).unwrap();
    assert_eq!(given["method"], json!("rate"));
    assert_eq!(given["options"]["per"], json!(1000.0));
    assert_eq!(given["results"]["method"], json!(["exact", "byar"]));
    assert_eq!(given["warnings"].as_array().unwrap().len(), 1);
    assert!(given["claims"]["may_not"].as_array().unwrap().len() >= 2 && given.get("refusal").is_none());
    let refused = serde_json::to_value(direct_answer(&[3], &[100.0], &[1.0], 1000.0)).unwrap();
    assert_eq!(refused["refusal"]["kind"], json!("too_few"));
    assert!(refused.get("results").is_none());
    assert_eq!(BYAR_FROM, 10);
}
