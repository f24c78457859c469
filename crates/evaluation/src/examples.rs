//! The tables of the worked examples, inside the program: whoever has only that can try each of them as it is printed.

use crate::InputError;

macro_rules! tables {
    ($($name:literal),+ $(,)?) => {
        /// Each table by its name.
        pub const TABLES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../examples/", $name)))),+];
    };
}

tables!(
    "ages.csv",
    "answers.csv",
    "appointments.csv",
    "audit.csv",
    "cells.csv",
    "coded.csv",
    "codes.csv",
    "contacts.csv",
    "counts.csv",
    "items.csv",
    "monthly.csv",
    "networks.csv",
    "outcomes.csv",
    "panel.csv",
    "people.csv",
    "practice-months.csv",
    "practices.csv",
    "referrals.csv",
    "repeated.csv",
    "scores.csv",
    "survey.csv",
    "targets.csv",
    "tenths.csv",
    "trial.csv",
    "waits.csv",
);

/// A table by its name.
///
/// # Errors
/// [`InputError`] that names those which are there.
pub fn table(name: &str) -> Result<&'static str, InputError> {
    let found = TABLES.iter().find(|(known, _)| *known == name).map(|(_, table)| *table);
    found.ok_or_else(|| {
        let there: Vec<&str> = TABLES.iter().map(|(known, _)| *known).collect();
        InputError::of(name, format!("is none of the examples: {}", there.join(", ")))
    })
}
