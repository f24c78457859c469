//! Interrupted time series as answers: coefficients, the line and the line as it would have gone on, and neighbours' likeness.

use fingerpost_statistics::answer::{Answer, Column, Table};
use fingerpost_statistics::refusal::Refusal;

use super::{InterruptedSeries, SegmentOptions, segmented, segmented_counts};
use crate::reply::{Reply, Said, interval_sentence, ratios_table, row, terms_table, words};

const CO_INTERVENTION: &str =
    "That nothing else changed at the same time: one series alone cannot tell two changes of one month apart.";

fn head(method: &'static str, points: usize, options: &SegmentOptions) -> Reply {
    let covariance = options.covariance().name();
    Reply::new(method, points, 0)
        .number("before", options.before as f64)
        .flag("slope_change", options.slope_change)
        .number("harmonics", options.harmonics as f64)
        .number("period", options.period)
        .word("covariance", covariance)
        .number("level", options.level)
}

/// [`segmented`] as an answer. A missing point is refused: a series with a hole is not a series.
pub fn answer(y: &[f64], options: SegmentOptions) -> Answer {
    let head = head("interrupted_time_series", y.len(), &options);
    head.settle(segmented(y, options).and_then(|series| said(&series, y, options, false)))
}

/// [`segmented_counts`] as an answer. A missing point is refused.
pub fn counts_answer(events: &[f64], person_time: &[f64], options: SegmentOptions) -> Answer {
    let head = head("interrupted_counts", events.len(), &options).word("family", "quasi_poisson");
    head.settle(segmented_counts(events, person_time, options).and_then(|series| said(&series, events, options, true)))
}

fn said(series: &InterruptedSeries, seen: &[f64], options: SegmentOptions, ratios: bool) -> Result<Said, Refusal> {
    let level = series.estimates.term("level")?;
    let terms = &series.estimates.terms;
    let may = if ratios {
        let (estimate, lower, upper) = level.ratio();
        interval_sentence("the level at the start (as a ratio)", estimate, lower, upper, 1.0, options.level)
    } else {
        interval_sentence("the level at the start", level.estimate, level.lower, level.upper, 0.0, options.level)
    };
    let total = &series.total;
    let lags = (1..=series.autocorrelation.len() as u64).collect();
    let mut warnings = Vec::new();
    let first = series.autocorrelation.first().copied().unwrap_or(0.0);
    if options.lag.is_none() && first.abs() > series.autocorrelation_bound {
        warnings.push(format!(
            "Neighbouring points are alike (autocorrelation {}): these intervals are too narrow; state a lag for Newey-West errors.",
            words(first)
        ));
    }
    Ok(Said {
        results: if ratios { ratios_table(terms) } else { terms_table(terms) },
        tables: vec![
            ("effects", terms_table(&[series.at_end.clone(), total.clone()])),
            (
                "line",
                Table::default()
                    .with("time", Column::Count((1..=seen.len() as u64).collect()))
                    .with("seen", Column::Number(seen.to_vec()))
                    .with("fitted", Column::Number(series.fitted.clone()))
                    .with("counterfactual", Column::Number(series.counterfactual.clone())),
            ),
            (
                "autocorrelation",
                Table::default()
                    .with("lag", Column::Count(lags))
                    .with("autocorrelation", Column::Number(series.autocorrelation.clone())),
            ),
            (
                "fit",
                row(&[
                    ("durbin_watson", series.durbin_watson),
                    ("autocorrelation_bound", series.autocorrelation_bound),
                    ("dispersion", series.dispersion.unwrap_or(f64::NAN)),
                ]),
            ),
        ],
        warnings,
        may: vec![
            may,
            interval_sentence(
                "the sum over all points after the start, against the line as it would have gone on",
                total.estimate,
                total.lower,
                total.upper,
                0.0,
                options.level,
            ),
        ],
        may_not: vec![
            CO_INTERVENTION.to_owned(),
            "That the old line would have gone on: it is drawn on, not seen.".to_owned(),
        ],
    })
}
