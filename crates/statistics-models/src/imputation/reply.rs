//! A regression on imputed data as an answer: pooled beside complete cases, with what was missing in plain sight.

use fingerpost_statistics::answer::{Answer, Column, Table};
use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use super::{Fill, ImputeOptions, Pooled, Variable, impute, pool_estimates};
use crate::check;
use crate::design::Design;
use crate::linear::{Covariance, ols};
use crate::reply::{Reply, Said, interval_sentence, terms_table, words};

/// Linear regression of the first variable on all others, on imputed data sets pooled by Rubin's rules, beside the complete
/// cases. `n` counts all rows; `missing` those with at least one gap, which the imputation fills.
pub fn answer(variables: &[Variable<'_>], options: ImputeOptions, level: f64) -> Answer {
    let rows = variables.first().map_or(0, |variable| variable.values.len());
    let slices: Vec<&[f64]> = variables.iter().map(|variable| variable.values).collect();
    let complete = check::complete(rows, &slices);
    let fills = variables.iter().map(|variable| match variable.fill {
        Fill::Normal => format!("{}: normal", variable.name),
        Fill::MeanMatching { donors } => format!("{}: mean matching, {donors} donors", variable.name),
    });
    let head = Reply::new("multiple_imputation", rows, rows - complete.len())
        .number("imputations", options.imputations as f64)
        .number("rounds", options.rounds as f64)
        .number("seed", options.seed as f64)
        .word("fill", fills.collect::<Vec<_>>().join("; "))
        .word(
            "delta",
            variables.iter().map(|v| format!("{}: {}", v.name, words(v.delta))).collect::<Vec<_>>().join("; "),
        )
        .number("level", level);
    head.settle(said(variables, options, level, &complete))
}

fn regression(
    variables: &[Variable<'_>],
    columns: &[Vec<f64>],
    level: f64,
) -> Result<crate::linear::LinearFit, Refusal> {
    let Some((outcome, others)) = columns.split_first() else {
        return Err(Refusal::new(RefusalKind::BadShape, "Name an outcome and at least one other variable."));
    };
    let mut design = Design::with_intercept(outcome.len());
    for (variable, column) in variables.iter().skip(1).zip(others) {
        design = design.column(variable.name, column)?;
    }
    ols(outcome, &design, Covariance::Model, level)
}

fn said(variables: &[Variable<'_>], options: ImputeOptions, level: f64, complete: &[usize]) -> Result<Said, Refusal> {
    check::at_least("imputations", options.imputations, 2)?;
    let fits = impute(variables, options)?
        .iter()
        .map(|set| regression(variables, set, level).map(|fit| fit.estimates))
        .collect::<Result<Vec<_>, _>>()?;
    let pooled = pool_estimates(&fits)?;
    let kept: Vec<Vec<f64>> = variables.iter().map(|variable| check::at(variable.values, complete)).collect();
    let missing = variables.iter().map(|variable| variable.values.iter().filter(|value| value.is_nan()).count() as u64);
    let mut tables = vec![(
        "gaps",
        Table::default()
            .with("variable", Column::Text(variables.iter().map(|variable| variable.name.to_owned()).collect()))
            .with("missing", Column::Count(missing.collect())),
    )];
    if let Ok(fit) = regression(variables, &kept, level) {
        tables.push(("complete_cases", terms_table(&fit.estimates.terms)));
    }
    let greatest = pooled.iter().map(|entry| entry.missing_information).fold(0.0, f64::max);
    let mut warnings = Vec::new();
    if greatest * 100.0 > options.imputations as f64 {
        warnings.push(format!(
            "The gaps cost up to {} % of the information; impute at least that many times (White, Royston & Wood 2011).",
            words(greatest * 100.0)
        ));
    }
    let may = pooled.iter().skip(1).map(|entry| {
        let term = &entry.term;
        interval_sentence(
            &format!("the outcome for one unit of {}", term.name),
            term.estimate,
            term.lower,
            term.upper,
            0.0,
            level,
        )
    });
    Ok(Said {
        results: pooled_table(&pooled),
        tables,
        warnings,
        may: may.collect(),
        may_not: vec![
            "That those with gaps are like those without, given what was seen: this is assumed. A delta shows how far the answer holds without it.".to_owned(),
        ],
    })
}

fn pooled_table(pooled: &[Pooled]) -> Table {
    let terms: Vec<_> = pooled.iter().map(|entry| entry.term.clone()).collect();
    let number = |value: fn(&Pooled) -> f64| Column::Number(pooled.iter().map(value).collect());
    terms_table(&terms)
        .with("within", number(|entry| entry.within))
        .with("between", number(|entry| entry.between))
        .with("relative_increase", number(|entry| entry.relative_increase))
        .with("missing_information", number(|entry| entry.missing_information))
}
