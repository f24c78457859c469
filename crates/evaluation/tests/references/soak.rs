//! The part of the page about what the methods find where the truth is known: `make soak` writes its numbers.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

const HEAD: &str = "## Where the truth is known

People are invented and picked because they stood badly, so that they come back to their mean by themselves. Each row is many seeds,
each a data set of its own. `make soak` draws them anew (`crates/evaluation/tests/simulations`, docs/bench/soak.json); a few hundred
draws are part of every test run.
";

const PARTS: [(&str, &str, &str); 6] = [
    (
        "no_effect_found",
        "No effect was put in. A fair comparison finds one in 5 % of the draws (held to 3.5 to 6.5 %).",
        "found",
    ),
    (
        "effect_found",
        "An effect was put in: 30 % fewer appointments, or 0.8 points of a score whose standard deviation is 1.8, with 150 people \
         in each arm where both are picked alike, else 800 people of whom about one in ten is referred. It is to be found in 90 %.",
        "found",
    ),
    (
        "unfair_no_effect_found",
        "No effect was put in, and the comparison is with those who are left. This is no promise: it is why the answer warns.",
        "found",
    ),
    (
        "without_caliper_no_effect_found",
        "No effect was put in, and people were matched without a caliper. This is no promise: it is why `match` asks for one.",
        "found",
    ),
    ("without_caliper_effect_found", "An effect was put in, and people were matched without a caliper.", "found"),
    ("interval_held", "How often an interval of 95 % holds the value that the data were drawn from.", "held"),
];

/// The section, or nothing before the first long run.
pub fn section(root: &Path) -> String {
    let Ok(text) = std::fs::read_to_string(root.join("docs/bench/soak.json")) else { return String::new() };
    let run: Value = serde_json::from_str(&text).unwrap();
    let mut out = HEAD.to_owned();
    let word = |name: &str| run[name].as_str().unwrap_or_default();
    writeln!(out, "Last run: {}, {}.", word("day"), word("machine")).unwrap();
    for (part, what, verb) in PARTS {
        writeln!(out, "\n{what}\n\n| | {verb} | of | % |\n|---|---:|---:|---:|").unwrap();
        for row in run[part].as_array().into_iter().flatten() {
            let share = row["per_cent"].as_f64().unwrap();
            writeln!(out, "| {} | {} | {} | {share:.1} |", row["what"].as_str().unwrap(), row["hits"], row["of"])
                .unwrap();
        }
    }
    out.push('\n');
    out
}
