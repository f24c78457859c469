//! Fails the build with a sentence when the fonts are missing.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=../../frontend/vendor/fonts");
    if !Path::new("../../frontend/vendor/fonts/NotoSans_400Regular.ttf").exists() {
        println!("cargo::error=frontend/vendor/fonts is missing: run scripts/fetch-frontend (make build does)");
    }
}
