//! Reading cases and comparing numbers.

use std::path::PathBuf;

use serde_json::Value;

/// A reference case, or none with a line that says so.
pub struct Case {
    folder: PathBuf,
    pub expected: Value,
}

/// Columns of a CSV file as text.
pub struct Columns {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub fn case(name: &str) -> Option<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference").join(name);
    let Ok(text) = std::fs::read_to_string(folder.join("expected.json")) else {
        println!("left out: reference case {name} is not beside the repository");
        return None;
    };
    Some(Case { folder, expected: serde_json::from_str(&text).unwrap() })
}

impl Case {
    pub fn csv(&self, file: &str) -> Columns {
        Columns::read(&self.folder.join(file))
    }

    /// A number by its JSON pointer.
    pub fn number(&self, pointer: &str) -> f64 {
        self.expected.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {pointer}"))
    }
}

impl Columns {
    fn read(path: &std::path::Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let names = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { names, rows }
    }

    pub fn text(&self, name: &str) -> Vec<String> {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    /// Numbers; empty and NA are NaN.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|value| value.parse().unwrap_or(f64::NAN)).collect()
    }

    pub fn flags(&self, name: &str) -> Vec<bool> {
        self.numbers(name).iter().map(|value| *value == 1.0).collect()
    }
}

/// Equal to a relative tolerance (absolute below 1e-300).
#[track_caller]
pub fn close(actual: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(f64::MIN_POSITIVE);
    assert!(((actual - expected) / scale).abs() <= tolerance, "{actual} is not {expected} to {tolerance}");
}

/// Equal to the digits printed: half a unit in the last place.
#[track_caller]
pub fn printed(actual: f64, expected: &str) {
    let decimals = expected.split_once('.').map_or(0, |(_, after)| after.len());
    let value: f64 = expected.parse().unwrap();
    assert!(
        (actual - value).abs() <= 0.500_001 * 10f64.powi(-(decimals as i32)),
        "{actual} is not printed as {expected}"
    );
}

/// A stream of numbers in (0, 1) that is the same everywhere (Park & Miller).
pub fn stream(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed % 2_147_483_646 + 1;
    move || {
        state = state * 48_271 % 2_147_483_647;
        state as f64 / 2_147_483_647.0
    }
}
/// A file of `tests/data`.
pub fn data(file: &str) -> Columns {
    Columns::read(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file))
}
