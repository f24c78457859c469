//! Funnels, plain and overdispersed.

use fingerpost_statistics::funnel::overdispersion::{Transform, Trim, overdispersion};
use fingerpost_statistics::funnel::{Measure, Significance, funnel};
use fingerpost_statistics::proportion::wilson;
use fingerpost_statistics::refusal::RefusalKind;

use crate::close::{USUAL, close, expected, near, number, rows};

#[test]
fn a_share_on_the_funnels_limit_has_a_wilson_limit_on_the_centre() {
    // Why these limits are used: the funnel and each unit's own interval then always say the same.
    let drawn = funnel(&[500, 500], &[10_000.0, 10_000.0], Measure::Proportion).unwrap();
    let limit = (drawn.limits_95[0].upper * 10_000.0).floor() as u64;
    assert!(wilson(limit, 10_000, 0.95).unwrap().interval.lower <= drawn.centre);
    assert!(wilson(limit + 1, 10_000, 0.95).unwrap().interval.lower > drawn.centre);
}

#[test]
fn the_spread_between_hospitals_agrees_with_funnelplotr() {
    let case = "09_funnel_overdispersion_medpar";
    let (Some(all), Some(input)) = (expected(case), rows(case, "aggregated.csv")) else { return };
    let (observed, hoped) = (input.numbers("numerator"), input.numbers("denominator"));
    // The package rounds expected numbers to two decimals for its SHMI method.
    let rounded: Vec<f64> = hoped.iter().map(|n| (n * 100.0).round() / 100.0).collect();
    for (name, hoped, transform, trim) in [
        ("SHMI", &rounded, Transform::LogRatio, Trim::Truncate),
        ("CQC", &hoped, Transform::SquareRootRatio, Trim::Winsorise(0.1)),
    ] {
        let found = overdispersion(&observed, hoped, transform, trim).unwrap();
        close(found.phi, number(&all[name]["phi"]), USUAL);
        close(found.tau_squared, number(&all[name]["tau2"]), USUAL);
        let (narrow, wide) = (found.limits(0.95).unwrap(), found.limits(0.998).unwrap());
        let counts: Vec<u64> = observed.iter().map(|count| *count as u64).collect();
        let plain = funnel(&counts, hoped, Measure::Ratio).unwrap();
        for row in all[name]["sample"].as_array().unwrap() {
            let at = input.words("provnum").iter().position(|unit| *unit == row["group"]).unwrap();
            close(found.transformed[at], number(&row["Y"]), 1e-8);
            close(found.z[at], number(&row["Uzscore"]), 1e-8);
            close(found.standard_error[at], number(&row["s"]), USUAL);
            // The package prints its CQC limits on the square root scale beside ratios that are not; ours are squared back.
            // It takes z as 1.959964 and 3.090232, so these limits hold to 1e-7 only.
            let scale = |limit: f64| if name == "CQC" { limit.sqrt() } else { limit };
            close(scale(narrow[at].lower), number(&row["OD95LCL"]), 1e-7);
            close(scale(narrow[at].upper), number(&row["OD95UCL"]), 1e-7);
            close(scale(wide[at].lower), number(&row["OD99LCL"]), 1e-7);
            close(scale(wide[at].upper), number(&row["OD99UCL"]), 1e-7);
            close(plain.limits_95[at].lower, number(&row["LCL95"]), USUAL);
            close(plain.limits_95[at].upper, number(&row["UCL95"]), USUAL);
            close(plain.limits_998[at].lower, number(&row["LCL99"]), USUAL);
            close(plain.limits_998[at].upper, number(&row["UCL99"]), USUAL);
        }
    }
}

#[test]
fn units_that_differ_by_chance_alone_keep_their_plain_limits() {
    let observed = [98.0, 103.0, 101.0, 97.0, 100.0, 102.0, 99.0, 104.0, 96.0, 100.0, 101.0];
    for transform in [Transform::LogRatio, Transform::SquareRootRatio, Transform::RatioOfCounts] {
        let found = overdispersion(&observed, &[100.0; 11], transform, Trim::Winsorise(0.1)).unwrap();
        assert_eq!(found.tau_squared, 0.0);
    }
    let shares = overdispersion(&observed, &[1000.0; 11], Transform::Arcsine, Trim::Nothing).unwrap();
    near(shares.limits(0.95).unwrap()[0].upper, 0.1195, 1e-3);
}

#[test]
fn equal_units_have_the_spread_that_a_simple_variance_gives() {
    // With one denominator the weights are alike, and s^2 + tau^2 is the mean square about the target times n/(n - 1).
    let observed = [30.0, 8.0, 41.0, 19.0, 25.0, 60.0, 12.0, 33.0, 21.0, 50.0];
    let found = overdispersion(&observed, &[25.0; 10], Transform::SquareRootRatio, Trim::Nothing).unwrap();
    let squares: f64 = observed.iter().map(|count: &f64| ((count / 25.0).sqrt() - 1.0).powi(2)).sum();
    close(found.phi, squares / 10.0 / 0.01, 1e-12);
    close(found.tau_squared + 0.01, squares / 9.0, 1e-12);
}

#[test]
fn the_order_of_units_does_not_matter() {
    let (observed, hoped) = ([30.0, 8.0, 41.0, 19.0, 25.0, 60.0, 12.0, 33.0, 21.0, 50.0], [25.0; 10]);
    let mut turned = observed;
    turned.reverse();
    let (one, other) = (
        overdispersion(&observed, &hoped, Transform::LogRatio, Trim::Truncate).unwrap(),
        overdispersion(&turned, &hoped, Transform::LogRatio, Trim::Truncate).unwrap(),
    );
    close(one.tau_squared, other.tau_squared, 1e-12);
}

#[test]
fn too_few_units_zero_counts_and_shares_above_one_are_refused() {
    assert_eq!(funnel(&[3], &[10.0], Measure::Rate).unwrap_err().kind, RefusalKind::TooFew);
    assert_eq!(funnel(&[3, 12], &[10.0, 10.0], Measure::Proportion).unwrap_err().index, Some(1));
    assert!(funnel(&[3, 12], &[10.0, 10.0], Measure::Rate).is_ok());
    let few = overdispersion(&[1.0; 9], &[1.0; 9], Transform::LogRatio, Trim::Truncate);
    assert_eq!(few.unwrap_err().kind, RefusalKind::TooFew);
    let mut counts = [4.0; 10];
    counts[3] = 0.0;
    assert_eq!(overdispersion(&counts, &[4.0; 10], Transform::LogRatio, Trim::Truncate).unwrap_err().index, Some(3));
    assert!(overdispersion(&counts, &[4.0; 10], Transform::SquareRootRatio, Trim::Winsorise(0.6)).is_err());
    assert_eq!(Significance::VeryHigh.label(), "High (0.001)");
}
