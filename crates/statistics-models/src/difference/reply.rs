//! Differences in differences as answers. Parallel trends are named in every claim, regression to the mean with its size.

use fingerpost_statistics::answer::{Answer, Column, Table};

use super::panel::{Absorbed, PanelOptions};
use super::{PairedDifference, event_study, paired, panel, two_by_two};
use crate::check;
use crate::design::Design;
use crate::linear::{Covariance, beside, complete_rows, covariance_at};
use crate::reply::{Reply, Said, UNMEASURED, interval_sentence, row, terms_table, words};

const PARALLEL: &str =
    "That the exposed would have changed like the others without exposure: parallel trends are assumed, not shown.";
const STAGGERED: &str = "Exposure begins in different periods: a two-way fixed-effects estimate mixes early and late starters, and can mislead when effects grow with time.";

/// [`two_by_two`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn answer(
    y: &[f64],
    exposed: &[bool],
    after: &[bool],
    adjust: Option<&Design>,
    covariance: Covariance<'_>,
    level: f64,
) -> Answer {
    let rows = match adjust {
        Some(adjust) => complete_rows(adjust, &[y]),
        None => check::complete(y.len(), &[y]),
    };
    let head = Reply::of("difference_in_differences", &rows, y.len())
        .word("covariance", covariance.name())
        .number("covariates", adjust.map_or(0.0, |design| design.width() as f64))
        .number("level", level)
        .clusters(covariance.clusters(), &rows);
    let mut kept = Vec::new();
    let beside = [
        ("The list of who was exposed", exposed.len()),
        ("The list of what is after", after.len()),
        ("The list of covariates", adjust.map_or(y.len(), Design::rows)),
        beside(covariance, y.len()),
    ];
    let fitted = check::all_same_length(&beside, y.len()).and_then(|()| {
        let covariance = covariance_at(covariance, &rows, &mut kept);
        let adjust = adjust.map(|design| design.rows_at(&rows));
        let (y, exposed, after) = (check::at(y, &rows), check::at(exposed, &rows), check::at(after, &rows));
        two_by_two(&y, &exposed, &after, adjust.as_ref(), covariance, level)
    });
    head.settle(fitted.map(|result| Said {
        results: terms_table(std::slice::from_ref(&result.effect)),
        tables: vec![
            (
                "means",
                row(&[
                    ("exposed_before", result.exposed_before),
                    ("exposed_after", result.exposed_after),
                    ("others_before", result.others_before),
                    ("others_after", result.others_after),
                ]),
            ),
            ("coefficients", terms_table(&result.fit.estimates.terms)),
        ],
        warnings: Vec::new(),
        may: vec![interval_sentence(
            "the change, exposed against others",
            result.effect.estimate,
            result.effect.lower,
            result.effect.upper,
            0.0,
            level,
        )],
        may_not: vec![PARALLEL.to_owned()],
    }))
}

/// [`paired`] as an answer. People without a value before or after (NaN) are left out and counted: that is the loss to
/// follow-up, and it stands first among the warnings.
pub fn paired_answer(before: &[f64], after: &[f64], exposed: &[bool], level: f64) -> Answer {
    let rows = check::complete(before.len(), &[before, after]);
    let lost = before.len() - rows.len();
    let head = Reply::of("paired_difference_in_differences", &rows, before.len())
        .word("covariance", "welch")
        .number("level", level);
    let beside = [("The list of values after", after.len()), ("The list of who was exposed", exposed.len())];
    let fitted = check::all_same_length(&beside, before.len())
        .and_then(|()| paired(&check::at(before, &rows), &check::at(after, &rows), &check::at(exposed, &rows), level));
    head.settle(fitted.map(|result| said_of_paired(&result, lost, before.len(), level)))
}

fn said_of_paired(result: &PairedDifference, lost: usize, asked: usize, level: f64) -> Said {
    let effect = &result.effect;
    let mut warnings = Vec::new();
    if lost > 0 {
        let percent = words(100.0 * lost as f64 / asked as f64);
        warnings.push(format!(
            "{lost} of {asked} people ({percent} %) have no value before or after and are not in these numbers."
        ));
    }
    warnings.push(format!(
        "Regression to the mean: the exposed start at {} and the others at {}. Among the others a start one unit higher leaves {} of itself; by that alone a difference of {} would be expected, of {} seen.",
        words(result.exposed.0),
        words(result.others.0),
        words(result.slope_of_others),
        words(result.regression_to_the_mean),
        words(effect.estimate)
    ));
    Said {
        results: terms_table(&[effect.clone(), result.adjusted_for_baseline.clone()]),
        tables: vec![(
            "means",
            row(&[
                ("exposed_before", result.exposed.0),
                ("exposed_after", result.exposed.1),
                ("others_before", result.others.0),
                ("others_after", result.others.1),
                ("slope_of_others", result.slope_of_others),
                ("regression_to_the_mean", result.regression_to_the_mean),
            ]),
        )],
        warnings,
        may: vec![interval_sentence(
            "the change, exposed against others",
            effect.estimate,
            effect.lower,
            effect.upper,
            0.0,
            level,
        )],
        may_not: vec![PARALLEL.to_owned(), UNMEASURED.to_owned()],
    }
}

/// [`panel`] as an answer. Rows with a missing outcome (NaN) are left out and counted.
pub fn panel_answer(
    unit: &[usize],
    period: &[usize],
    y: &[f64],
    exposed: &[bool],
    options: PanelOptions<'_>,
) -> Answer {
    let rows = check::complete(y.len(), &[y]);
    let beside =
        panel_lengths(unit.len(), period.len(), ("The list of who was exposed", exposed.len()), y.len(), options);
    let head = panel_head("panel_difference_in_differences", &rows, y.len(), options)
        .clusters(options.clusters.or(Some(unit)), &rows);
    let clusters = options.clusters.map(|clusters| check::at(clusters, &rows));
    let options = PanelOptions { clusters: clusters.as_deref(), ..options };
    let fitted = check::all_same_length(&beside, y.len()).and_then(|()| {
        let (unit, period, y) = (check::at(unit, &rows), check::at(period, &rows), check::at(y, &rows));
        panel(&unit, &period, &y, &check::at(exposed, &rows), options)
    });
    head.settle(fitted.map(|result| {
        let effect = &result.effect;
        Said {
            results: terms_table(std::slice::from_ref(effect))
                .with("units", Column::Count(vec![result.units]))
                .with("periods", Column::Count(vec![result.periods])),
            warnings: result.staggered.then(|| STAGGERED.to_owned()).into_iter().collect(),
            may: vec![interval_sentence(
                "the outcome under exposure",
                effect.estimate,
                effect.lower,
                effect.upper,
                0.0,
                options.level,
            )],
            may_not: vec![PARALLEL.to_owned()],
            ..Said::default()
        }
    }))
}

fn panel_lengths(
    units: usize,
    periods: usize,
    third: (&'static str, usize),
    rows: usize,
    options: PanelOptions<'_>,
) -> [(&'static str, usize); 4] {
    let clusters = options.clusters.map_or(rows, <[usize]>::len);
    [("The list of units", units), ("The list of periods", periods), third, ("The list of clusters", clusters)]
}

fn panel_head(method: &'static str, used: &[usize], all: usize, options: PanelOptions<'_>) -> Reply {
    Reply::of(method, used, all)
        .word("fixed_effects", "unit_and_period")
        .word("covariance", if options.clusters.is_some() { "clustered" } else { "clustered_by_unit" })
        .word("absorbed", if options.absorbed == Absorbed::Counted { "counted" } else { "nested_not_counted" })
        .number("level", options.level)
}

/// [`event_study`] as an answer. Rows with a missing outcome (NaN) are left out and counted.
pub fn event_study_answer(
    unit: &[usize],
    period: &[i64],
    y: &[f64],
    start: &[Option<i64>],
    window: i64,
    options: PanelOptions<'_>,
) -> Answer {
    let rows = check::complete(y.len(), &[y]);
    let beside = panel_lengths(unit.len(), period.len(), ("The list of starts", start.len()), y.len(), options);
    let head = panel_head("event_study", &rows, y.len(), options)
        .number("window", window as f64)
        .clusters(options.clusters.or(Some(unit)), &rows);
    let clusters = options.clusters.map(|clusters| check::at(clusters, &rows));
    let options = PanelOptions { clusters: clusters.as_deref(), ..options };
    let fitted = check::all_same_length(&beside, y.len()).and_then(|()| {
        let (unit, period, y) = (check::at(unit, &rows), check::at(period, &rows), check::at(y, &rows));
        event_study(&unit, &period, &y, &check::at(start, &rows), window, options)
    });
    head.settle(fitted.map(|study| {
        let since = Column::Number(study.since.iter().map(|step| *step as f64).collect());
        let results = terms_table(&study.effects).with("since", since);
        let tables: Vec<(&'static str, Table)> = study
            .before_exposure
            .iter()
            .map(|test| {
                (
                    "before_exposure",
                    row(&[
                        ("f", test.statistic),
                        ("df", test.df),
                        ("df_denominator", test.df_denominator),
                        ("p", test.p),
                    ]),
                )
            })
            .collect();
        let may = match study.before_exposure {
            Some(test) if test.p < 1.0 - options.level => {
                format!(
                    "Trends already differed before exposure (p = {}); effects after it are not to be trusted.",
                    words(test.p)
                )
            }
            Some(test) => format!(
                "No evidence that trends differed before exposure (p = {}), which is no proof that they did not.",
                words(test.p)
            ),
            None => "Nothing: with one period before exposure, trends before it cannot be seen.".to_owned(),
        };
        Said {
            results,
            tables,
            warnings: study.staggered.then(|| STAGGERED.to_owned()).into_iter().collect(),
            may: vec![may],
            may_not: vec![PARALLEL.to_owned()],
        }
    }))
}
