//! Mixed models as answers: coefficients with their own degrees of freedom, and the variances beside them.

use fingerpost_statistics::answer::{Answer, Column, Table};

use super::{MixedFit, MixedOptions, Repeated, random_effects, repeated_measures};
use crate::check;
use crate::design::Design;
use crate::linear::complete_rows;
use crate::reply::{Reply, Said, interval_sentence, row, terms_table, words};

/// [`repeated_measures`] as an answer. Rows with a missing value (NaN) are left out and counted; their people stay with the
/// visits they have.
pub fn repeated_measures_answer(
    y: &[f64],
    design: &Design,
    person: &[usize],
    visit: &[usize],
    structure: Repeated,
    options: MixedOptions,
) -> Answer {
    let rows = complete_rows(design, &[y]);
    let head = head("repeated_measures", &rows, design.rows(), options).word("covariance", structure.name());
    let beside = [("The outcome", y.len()), ("The list of people", person.len()), ("The list of visits", visit.len())];
    let fitted = check::all_same_length(&beside, design.rows()).and_then(|()| {
        let (y, person, visit) = (check::at(y, &rows), check::at(person, &rows), check::at(visit, &rows));
        repeated_measures(&y, &design.rows_at(&rows), &person, &visit, structure, options)
    });
    head.settle(fitted.map(|fit| said(&fit, design.rows() - rows.len(), design.rows(), options)))
}

/// [`random_effects`] as an answer. Rows with a missing value (NaN) are left out and counted.
pub fn random_effects_answer(
    y: &[f64],
    design: &Design,
    person: &[usize],
    random: &Design,
    options: MixedOptions,
) -> Answer {
    let mut more: Vec<&[f64]> = random.columns().iter().map(Vec::as_slice).collect();
    more.push(y);
    let rows = complete_rows(design, &more);
    let head = head("random_effects", &rows, design.rows(), options).word("random", random.names().join(", "));
    let beside =
        [("The outcome", y.len()), ("The list of people", person.len()), ("The random columns", random.rows())];
    let fitted = check::all_same_length(&beside, design.rows()).and_then(|()| {
        let (y, person) = (check::at(y, &rows), check::at(person, &rows));
        random_effects(&y, &design.rows_at(&rows), &person, &random.rows_at(&rows), options)
    });
    head.settle(fitted.map(|fit| said(&fit, design.rows() - rows.len(), design.rows(), options)))
}

fn head(method: &'static str, rows: &[usize], all: usize, options: MixedOptions) -> Reply {
    Reply::of(method, rows, all)
        .word("likelihood", if options.reml { "reml" } else { "ml" })
        .word("degrees_of_freedom", "satterthwaite")
        .number("level", options.level)
}

fn said(fit: &MixedFit, missing: usize, asked: usize, options: MixedOptions) -> Said {
    let components = Table::default()
        .with("component", Column::Text(fit.components.iter().map(|part| part.name.clone()).collect()))
        .with("estimate", Column::Number(fit.components.iter().map(|part| part.estimate).collect()))
        .with("standard_error", Column::Number(fit.components.iter().map(|part| part.standard_error).collect()));
    let mut warnings = Vec::new();
    if missing > 0 {
        warnings.push(format!(
            "{missing} of {asked} measurements ({} %) are missing; people stay in with those they have.",
            words(100.0 * missing as f64 / asked as f64)
        ));
    }
    let may = fit.terms.iter().filter(|term| term.name != "(Intercept)").map(|term| {
        interval_sentence(
            &format!("the outcome by {}", term.name),
            term.estimate,
            term.lower,
            term.upper,
            0.0,
            options.level,
        )
    });
    Said {
        results: terms_table(&fit.terms),
        tables: vec![
            ("components", components),
            ("fit", row(&[("minus_two_log_likelihood", fit.minus_two_log_likelihood), ("persons", fit.persons as f64)])),
        ],
        warnings,
        may: may.collect(),
        may_not: vec!["That those who stayed away would have gone on like those with the same course so far: missing at random is assumed.".to_owned()],
    }
}
