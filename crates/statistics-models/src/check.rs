//! What every method asks of its input before it counts: numbers that are numbers, slices of one length, a level between 0
//! and 1. Nothing here computes a result.

use fingerpost_statistics::refusal::{Refusal, RefusalKind};

use crate::design::Design;

/// Refuses NaN and infinities, with the row.
pub(crate) fn finite(what: &str, values: &[f64]) -> Result<(), Refusal> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("{what}: row {} is missing or not a finite number; leave the row out or fill it in.", row + 1),
        )),
    }
}

/// Refuses negative numbers, NaN and infinities, with the row.
pub(crate) fn not_negative(what: &str, values: &[f64]) -> Result<(), Refusal> {
    finite(what, values)?;
    match values.iter().position(|value| *value < 0.0) {
        None => Ok(()),
        Some(row) => Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("{what}: row {} is below zero, which it cannot be; correct the row.", row + 1),
        )),
    }
}

/// Refuses numbers that are not whole, with the row.
pub(crate) fn whole(what: &str, values: &[f64]) -> Result<(), Refusal> {
    match values.iter().position(|value| value.fract() != 0.0) {
        None => Ok(()),
        Some(row) => Err(Refusal::at(
            RefusalKind::BadValue,
            row,
            format!("{what}: row {} is not a whole number; correct the row.", row + 1),
        )),
    }
}

/// Refuses slices of different lengths.
pub(crate) fn same_length(what: &str, length: usize, expected: usize) -> Result<(), Refusal> {
    if length == expected {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::BadShape,
        format!("{what} has {length} values where {expected} are needed; give one for each row."),
    ))
}

/// Refuses slices beside an input of `expected` rows that have another length. An answer asks this before it leaves rows out,
/// since a slice too short would otherwise look like missing values.
pub(crate) fn all_same_length(slices: &[(&str, usize)], expected: usize) -> Result<(), Refusal> {
    slices.iter().try_for_each(|(what, length)| same_length(what, *length, expected))
}

/// Refuses fewer than `least` observations.
pub(crate) fn at_least(what: &str, count: usize, least: usize) -> Result<(), Refusal> {
    if count >= least {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::TooFew, format!("This method needs at least {least} {what} and has {count}.")))
}

/// Refuses a confidence level outside (0, 1).
pub(crate) fn level(level: f64) -> Result<(), Refusal> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::BadShape, "The confidence level must lie between 0 and 1; 0.95 is usual.".to_owned()))
}

/// Refuses a design with a bad value, an empty one, and one with no more rows than columns.
pub(crate) fn design(design: &Design) -> Result<(), Refusal> {
    for (name, column) in design.names().iter().zip(design.columns()) {
        finite(&format!("Column {name}"), column)?;
    }
    if design.width() == 0 {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "The design has no column; add an intercept or a covariate.".to_owned(),
        ));
    }
    at_least("complete rows", design.rows(), design.width() + 1)
}

/// Refuses two groups of which one is empty.
pub(crate) fn two_groups(what: &str, flags: &[bool]) -> Result<(), Refusal> {
    let yes = flags.iter().filter(|flag| **flag).count();
    if yes > 0 && yes < flags.len() {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::OneGroup, format!("{what}: all rows belong to one group; a comparison needs two.")))
}

/// Rows whose value is finite in every slice.
pub(crate) fn complete(rows: usize, slices: &[&[f64]]) -> Vec<usize> {
    (0..rows)
        .filter(|row| slices.iter().all(|values| values.get(*row).is_some_and(|value| value.is_finite())))
        .collect()
}

/// Values at rows; rows that do not exist are left out.
pub(crate) fn at<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| values.get(*row).cloned()).collect()
}

/// Sum in order: the same on every machine.
pub(crate) fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Arithmetic mean; NaN for no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// Sample variance, denominator n - 1.
pub(crate) fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}
