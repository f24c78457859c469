//! `docs/statistics.md`: every answer beside the one that others print for the same data. The page is made here from the
//! reference cases beside the checkout; the test fails when an answer is further off than it may be, when a command of the page
//! is not understood or gives no answer, and when the page is not what is made.

#![cfg(test)]

mod effects;
mod groups;
mod models;
mod page;
mod people;
mod soak;
mod support;
#[path = "../typing/mod.rs"]
mod typing;
mod words;

use std::path::Path;

use support::Case;

#[test]
fn the_page_says_what_the_methods_answer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/reference");
    if !folder.is_dir() {
        println!("LEFT OUT: the reference cases are not beside the checkout ({})", folder.display());
        return;
    }
    let cases: Vec<Case> =
        [groups::cases(&folder), people::cases(&folder), models::cases(&folder), effects::cases(&folder)]
            .into_iter()
            .flatten()
            .collect();
    let mut faults: Vec<String> = cases.iter().flat_map(Case::faults).collect();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if cases.iter().filter(|case| case.name == name).count() != 1 {
            faults.push(format!("{name}: this case does not stand once on the page"));
        }
    }
    for case in &cases {
        for line in case.commands.iter().filter_map(|command| command.on_the_case()) {
            if let Err(error) = page::run(&folder.join(case.name), line, case) {
                faults.push(format!("{}: {line}: {error}", case.name));
            }
        }
    }
    faults.extend(page::commands_not_understood(&cases));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let made = page::page(cases) + &soak::section(&root);
    let path = root.join("docs/statistics.md");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let printed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(printed == made, "run the test with UPDATE_SNAPSHOTS=1 and read the difference of docs/statistics.md");
}
