//! Comparing numbers, and reading the reference cases where they are at hand.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;

/// What a case is compared at unless it says otherwise.
pub const USUAL: f64 = 1e-9;

/// Relative closeness; the smallest numbers count as zero.
#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= tolerance * expected.abs() || off <= 1e-300,
        "found {found:e}, expected {expected:e}, off by {:e} relative",
        off / expected.abs()
    );
}

/// As [`close`], for numbers that may be zero but for rounding.
#[track_caller]
pub fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "found {found:e}, expected {expected:e}");
}

/// A file of a reference case, or nothing, said aloud, where the cases are not at hand.
pub fn reference(case: &str, file: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference").join(case).join(file);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("left out: {case}/{file} is not at hand");
    }
    text
}

/// The expected numbers of a case.
pub fn expected(case: &str) -> Option<Value> {
    reference(case, "expected.json").map(|text| serde_json::from_str(&text).expect("JSON"))
}

/// A number in expected JSON.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Rows of a table by column name.
pub struct Rows(Vec<HashMap<String, String>>);

/// A table of a case.
pub fn rows(case: &str, file: &str) -> Option<Rows> {
    reference(case, file).map(|text| Rows::read(&text))
}

impl Rows {
    /// Reads CSV with a heading.
    pub fn read(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().expect("heading").iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|row| names.iter().cloned().zip(row.expect("row").iter().map(str::to_owned)).collect())
            .collect();
        Self(rows)
    }

    /// Those rows in which a column holds a word.
    pub fn only(&self, column: &str, word: &str) -> Self {
        Self(self.0.iter().filter(|row| row[column] == word).cloned().collect())
    }

    /// Those rows in which none of these columns is empty.
    pub fn without_gaps(&self, columns: &[&str]) -> Self {
        Self(self.0.iter().filter(|row| columns.iter().all(|column| !row[*column].is_empty())).cloned().collect())
    }

    /// A column of words.
    pub fn words(&self, column: &str) -> Vec<&str> {
        self.0.iter().map(|row| row[column].as_str()).collect()
    }

    /// A column of numbers; NaN for an empty field.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        self.0.iter().map(|row| row[column].parse().unwrap_or(f64::NAN)).collect()
    }

    /// A column of counts.
    pub fn counts(&self, column: &str) -> Vec<u64> {
        self.0.iter().map(|row| row[column].parse().unwrap_or_else(|_| panic!("{column}: {}", row[column]))).collect()
    }

    /// A column of numbers of which some are missing.
    pub fn options(&self, column: &str) -> Vec<Option<f64>> {
        self.0.iter().map(|row| row[column].parse().ok()).collect()
    }
}
