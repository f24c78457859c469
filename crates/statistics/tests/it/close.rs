//! Comparing numbers, and reading the reference cases where they are at hand.

/// Relative closeness; absolute below one.
#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1e-300);
    assert!(
        (found - expected).abs() <= tolerance * scale || (found - expected).abs() <= f64::MIN_POSITIVE,
        "found {found:e}, expected {expected:e}, off by {:e} relative",
        (found - expected).abs() / scale
    );
}
