//! Fails the build with a sentence when the front-end packages are missing or are not the pair that the
//! templates were written for.

use std::path::Path;

const PAIR: &str = "nhsuk-frontend 10.6.1\nnhsuk_frontend_jinja-0.10.2\n";

fn main() {
    println!("cargo::rerun-if-changed=../../frontend/vendor/PAIR");
    let found = std::fs::read_to_string(Path::new("../../frontend/vendor/PAIR"));
    match found {
        Ok(pair) if pair == PAIR => {}
        Ok(pair) => println!(
            "cargo::error=frontend/vendor holds {pair:?}, the templates need {PAIR:?}: run scripts/fetch-frontend"
        ),
        Err(_) => println!("cargo::error=frontend/vendor is missing: run scripts/fetch-frontend (make build does)"),
    }
}
