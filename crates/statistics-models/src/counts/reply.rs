//! Rate ratios as answers. A before and after without others carries its warning, with a size.

use fingerpost_statistics::answer::Answer;

use super::{BeforeAfter, BeforeAfterOptions, RegressionToTheMean, before_after, rate_ratio};
use crate::check;
use crate::design::Design;
use crate::glm::Family;
use crate::linear::complete_rows;
use crate::reply::{Reply, Said, UNMEASURED, interval_sentence, ratios_table, row, terms_table, words};

/// [`rate_ratio`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn answer(
    events: &[f64],
    person_time: &[f64],
    exposed: &[bool],
    adjust: Option<&Design>,
    family: Family,
    clusters: Option<&[usize]>,
    level: f64,
) -> Answer {
    let rows = match adjust {
        Some(adjust) => complete_rows(adjust, &[events, person_time]),
        None => check::complete(events.len(), &[events, person_time]),
    };
    let head = Reply::of("rate_ratio", &rows, events.len())
        .word("family", family.name())
        .word("covariance", if clusters.is_some() { "clustered" } else { "model" })
        .number("level", level)
        .clusters(clusters, &rows);
    let beside = [
        ("The list of who was exposed", exposed.len()),
        ("The list of person-time", person_time.len()),
        ("The list of covariates", adjust.map_or(events.len(), Design::rows)),
        ("The list of clusters", clusters.map_or(events.len(), <[usize]>::len)),
    ];
    let fitted = check::all_same_length(&beside, events.len()).and_then(|()| {
        let adjust = adjust.map(|design| design.rows_at(&rows));
        let clusters = clusters.map(|clusters| check::at(clusters, &rows));
        let (events, time, exposed) =
            (check::at(events, &rows), check::at(person_time, &rows), check::at(exposed, &rows));
        rate_ratio(&events, &time, &exposed, adjust.as_ref(), family, clusters.as_deref(), level)
    });
    head.settle(fitted.map(|result| {
        let (estimate, lower, upper) = result.ratio.ratio();
        let mut warnings = Vec::new();
        warnings.extend(few(smaller_group(&check::at(exposed, &rows))));
        if family == Family::Poisson && clusters.is_none() && result.fit.dispersion > 1.5 {
            warnings.push(format!(
                "The counts are {} times as spread as Poisson: this interval is too narrow; use negative_binomial or clusters.",
                words(result.fit.dispersion)
            ));
        }
        Said {
            results: ratios_table(std::slice::from_ref(&result.ratio)),
            tables: vec![
                ("rates", row(&[("rate_exposed", result.rate_exposed), ("rate_others", result.rate_others)])),
                ("coefficients", ratios_table(&result.fit.estimates.terms)),
            ],
            warnings,
            may: vec![interval_sentence("the rate, exposed against others (as a ratio)", estimate, lower, upper, 1.0, level)],
            may_not: vec![UNMEASURED.to_owned()],
        }
    }))
}

/// [`before_after`] as an answer. People without a count before or after (NaN) are left out and counted first: who was lost
/// comes before what changed.
pub fn before_after_answer(before: &[f64], after: &[f64], options: BeforeAfterOptions<'_>) -> Answer {
    let mut slices = vec![before, after];
    if let Some((time_before, time_after)) = options.person_time {
        slices.extend([time_before, time_after]);
    }
    let rows = check::complete(before.len(), &slices);
    let lost = before.len() - rows.len();
    let head = Reply::of("before_after_rates", &rows, before.len())
        .word("family", options.family.name())
        .word("covariance", "clustered_by_person")
        .flag("comparison", options.exposed.is_some())
        .number("usual", options.usual.unwrap_or(f64::NAN))
        .number("level", options.level);
    let beside = [
        ("The list of counts after", after.len()),
        ("The list of who was exposed", options.exposed.map_or(before.len(), <[bool]>::len)),
        ("The list of person-time before", options.person_time.map_or(before.len(), |(time, _)| time.len())),
        ("The list of person-time after", options.person_time.map_or(before.len(), |(_, time)| time.len())),
    ];
    let lengths = check::all_same_length(&beside, before.len());
    let exposed = options.exposed.map(|exposed| check::at(exposed, &rows));
    let time = options.person_time.map(|(b, a)| (check::at(b, &rows), check::at(a, &rows)));
    let level = options.level;
    let options = BeforeAfterOptions {
        exposed: exposed.as_deref(),
        person_time: time.as_ref().map(|(b, a)| (b.as_slice(), a.as_slice())),
        ..options
    };
    let fitted = lengths.and_then(|()| before_after(&check::at(before, &rows), &check::at(after, &rows), options));
    let smaller = exposed.as_deref().map_or(rows.len(), smaller_group);
    head.settle(fitted.map(|result| said(&result, (lost, before.len(), smaller), level)))
}

/// People in a group below which limits that count on many do not hold.
const FEW: usize = 30;

fn few(people: usize) -> Option<String> {
    (people < FEW).then(|| {
        format!("Only {people} in the smaller group: these limits count on many, and with fewer than {FEW} they are too narrow.")
    })
}

fn smaller_group(exposed: &[bool]) -> usize {
    let with = exposed.iter().filter(|flag| **flag).count();
    with.min(exposed.len() - with)
}

fn said(result: &BeforeAfter, (lost, asked, smaller): (usize, usize, usize), level: f64) -> Said {
    let mut warnings = Vec::new();
    if lost > 0 {
        let percent = words(100.0 * lost as f64 / asked as f64);
        warnings
            .push(format!("{lost} of {asked} people ({percent} %) were not followed up and are not in these numbers."));
    }
    warnings.extend(few(smaller));
    warnings.push(about_the_mean(&result.regression_to_the_mean, result.exposed_rates));
    let terms: Vec<_> = [Some(&result.exposed_ratio), result.other_ratio.as_ref(), result.ratio_of_ratios.as_ref()]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let (other_before, other_after) = result.other_rates.unwrap_or((f64::NAN, f64::NAN));
    let rates = row(&[
        ("exposed_before", result.exposed_rates.0),
        ("exposed_after", result.exposed_rates.1),
        ("others_before", other_before),
        ("others_after", other_after),
    ]);
    let mean = &result.regression_to_the_mean;
    let regression = row(&[
        ("kept", mean.kept),
        ("usual", mean.usual.unwrap_or(f64::NAN)),
        ("expected_change", mean.expected_change.unwrap_or(f64::NAN)),
    ]);
    let mut tables = vec![("rates", rates), ("regression_to_the_mean", regression)];
    if let Some(difference) = &result.difference {
        tables
            .push(("difference", terms_table(&[difference.effect.clone(), difference.adjusted_for_baseline.clone()])));
    }
    let (what, term) = match &result.ratio_of_ratios {
        Some(term) => ("the change of rates, exposed against others (as a ratio of ratios)", term),
        None => ("the rate, after against before (as a ratio)", &result.exposed_ratio),
    };
    let (estimate, lower, upper) = term.ratio();
    let may_not = if result.ratio_of_ratios.is_some() {
        UNMEASURED.to_owned()
    } else {
        "That anything caused the change: without others to compare, what would have happened anyway is not known."
            .to_owned()
    };
    Said {
        results: ratios_table(&terms),
        tables,
        warnings,
        may: vec![interval_sentence(what, estimate, lower, upper, 1.0, level)],
        may_not: vec![may_not],
    }
}

/// The warning, with a size wherever one can be had.
fn about_the_mean(mean: &RegressionToTheMean, (before, after): (f64, f64)) -> String {
    match (mean.usual, mean.expected_change) {
        (Some(usual), Some(expected)) => format!(
            "Regression to the mean: the exposed start at {} where {} is usual, and a high start keeps {} of itself. A change of {} would be expected without any effect; seen was {}.",
            words(before),
            words(usual),
            words(mean.kept),
            words(expected),
            words(after - before)
        ),
        _ => format!(
            "Regression to the mean: people are often referred when they are at their worst. For every unit by which they stood above their usual level, a fall of about {} would be expected without any effect; seen was a change of {}.",
            words(1.0 - mean.kept),
            words(after - before)
        ),
    }
}
