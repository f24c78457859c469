//! Small numbers: what may be shown, so that nobody is found in a table. A rule hides or rounds single cells; where totals are
//! published too, further cells are hidden until no attacker can work the first ones back; what cannot be protected is said so.

mod attack;
mod geometric;
mod secondary;

pub use attack::{Known, Sum, exact, rounded, two_way};
pub use geometric::{LEAST_LOSS, Ledger, MOST_LOSS, Noise, geometric_answer};
pub use secondary::{Protected, protect};
use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::numbers::countable;
use crate::refusal::{Refusal, RefusalKind};

/// A rule for small numbers, with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Short name.
    pub name: &'static str,
    /// Counts from 1 to this are shown as `*`. Zero is shown.
    pub hide_to: u64,
    /// Other counts are rounded to the nearest multiple of this; 1 leaves them as they are.
    pub round_to: u64,
    /// Whether further cells are hidden so that totals do not give the first ones away.
    pub secondary: bool,
    /// Means are shown from this many values on.
    pub mean_from: u64,
    /// Where the rule stands.
    pub source: &'static str,
}

/// Hospital and emergency statistics below national level: 0 shown, 1 to 7 hidden, the rest to the nearest five, rates from
/// rounded numbers, means from eight values on.
pub const HOSPITAL: Rule = Rule {
    name: "hospital",
    hide_to: 7,
    round_to: 5,
    secondary: false,
    mean_from: 8,
    source: "NHS Digital, change to disclosure control methodology for HES and ECDS from September 2018",
};

/// The older rule of the same statistics: 1 to 5 hidden, and further cells with them.
pub const HOSPITAL_BEFORE_2018: Rule = Rule {
    name: "hospital_before_2018",
    hide_to: 5,
    round_to: 1,
    secondary: true,
    mean_from: 6,
    source: "NHS Digital, HES disclosure control before September 2018",
};

/// A local rule: counts below `least` are hidden, and further cells with them (5, 8 and 10 are usual).
///
/// ```
/// use fingerpost_statistics::disclosure::below;
/// assert_eq!(below(5).hide_to, 4);
/// ```
pub fn below(least: u64) -> Rule {
    Rule {
        name: "below",
        hide_to: least.saturating_sub(1),
        round_to: 1,
        secondary: true,
        mean_from: least,
        source: "local agreement",
    }
}

/// Cells of a rounded table above which the attack on it is not tried: it would take minutes.
pub const MOST_AUDITED: usize = 1_000;

/// A cell as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A number, rounded where the rule rounds.
    Number(u64),
    /// Hidden.
    Hidden,
}

impl Shown {
    /// As printed: the number, or `*`.
    pub fn text(self) -> String {
        match self {
            Self::Number(count) => count.to_string(),
            Self::Hidden => "*".to_owned(),
        }
    }
}

impl Rule {
    /// A single count under this rule.
    ///
    /// ```
    /// use fingerpost_statistics::disclosure::{HOSPITAL, Shown};
    /// assert_eq!([0, 7, 12, 13].map(|count| HOSPITAL.show(count).text()), ["0", "*", "10", "15"]);
    /// ```
    pub fn show(self, count: u64) -> Shown {
        if self.hides(count) {
            return Shown::Hidden;
        }
        let unit = self.round_to.max(1);
        Shown::Number(count.saturating_add(unit / 2) / unit * unit)
    }

    /// Whether a count is hidden for its own sake.
    pub fn hides(self, count: u64) -> bool {
        (1..=self.hide_to).contains(&count)
    }

    /// A rate from the shown counts, so that it gives no more away than they do; nothing where one of them is hidden.
    pub fn rate(self, events: u64, population: u64, per: f64) -> Option<f64> {
        match (self.show(events), self.show(population)) {
            (Shown::Number(events), Shown::Number(people)) if people > 0 => Some(per * events as f64 / people as f64),
            _ => None,
        }
    }

    /// A mean, where enough values stand behind it.
    pub fn mean(self, mean: f64, values: u64) -> Option<f64> {
        (values >= self.mean_from).then_some(mean)
    }
}

/// A two-way table under a rule, in the shared shape: one row per cell, and the shown totals. `counts` run row by row.
///
/// The answer may be published itself, so it does not say which hidden cells are the small ones, nor how many people the others
/// hold. Refuses a table that cannot be protected while its totals are shown.
///
/// ```
/// use fingerpost_statistics::disclosure::{answer, below};
/// let answer = answer(&["men", "women"], &["yes", "no"], &[20, 4, 31, 50], &below(5));
/// assert_eq!(answer.given().unwrap().rows(), 4);
/// ```
pub fn answer(rows: &[&str], columns: &[&str], counts: &[u64], rule: &Rule) -> Answer {
    let options = Options::default()
        .with("rule", rule.name)
        .with("hidden", format!("1 to {}", rule.hide_to))
        .with("rounded_to", rule.round_to as f64)
        .with("secondary", rule.secondary)
        .with("source", rule.source);
    // The answer is as public as the table: n is rounded as a total is.
    let all = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let n = match rule.show(all) {
        Shown::Number(shown) => shown,
        Shown::Hidden => 0,
    };
    Answer::new("disclosure", options, n, given(rows, columns, counts, rule))
}

fn given(rows: &[&str], columns: &[&str], counts: &[u64], rule: &Rule) -> Result<Given, Refusal> {
    if rows.is_empty() || columns.is_empty() || rows.len().saturating_mul(columns.len()) != counts.len() {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            format!("{} rows and {} columns do not make {} cells.", rows.len(), columns.len(), counts.len()),
        ));
    }
    countable("counts", counts)?;
    let sums = two_way(rows.len(), columns.len());
    let totals: Vec<u64> = sums.iter().map(|cells| total(counts, cells)).collect();
    let (hidden, optimal) = if rule.secondary {
        let found = protect(counts, &sums, rule)?;
        (found.hidden, found.optimal)
    } else {
        (counts.iter().map(|count| rule.hides(*count)).collect(), true)
    };
    let cell = |index: usize| if hidden[index] { Shown::Hidden } else { rule.show(counts[index]) };
    let name = |names: &[&str], index: usize| names.get(index).copied().unwrap_or_default().to_owned();
    let results = Table::default()
        .with("row", (0..counts.len()).map(|i| name(rows, i / columns.len())).collect::<Vec<_>>())
        .with("column", (0..counts.len()).map(|i| name(columns, i % columns.len())).collect::<Vec<_>>())
        .with("shown", (0..counts.len()).map(|i| cell(i).text()).collect::<Vec<_>>());
    let margin = Table::default()
        .with("of", rows.iter().chain(columns).map(|name| (*name).to_owned()).collect::<Vec<_>>())
        .with("shown", totals.iter().map(|total| rule.show(*total).text()).collect::<Vec<_>>());
    let audited = rule.secondary || counts.len() <= MOST_AUDITED;
    let pinned = if rule.secondary || !audited { 0 } else { pinned(counts, &sums, rule)? };
    Ok(Given::new(results)
        .table("totals", margin)
        .warn_if(pinned > 0, || {
            format!(
                "{pinned} hidden cells can be worked out exactly from what is shown: leave totals out, or join rows."
            )
        })
        .warn_if(!audited, || {
            format!("More than {MOST_AUDITED} cells: whether hidden ones can be worked out from totals was not tried; cut the table.")
        })
        .warn_if(!optimal, || {
            "The table is large: the further cells hidden protect it, but may not be the fewest.".to_owned()
        })
        .warn("What was published before, or is published elsewhere, may give hidden cells away: check it by hand.")
        .may(format!(
            "Cells hidden: {} of {}, because they are small or because they protect small ones.",
            hidden.iter().filter(|hidden| **hidden).count(),
            counts.len()
        ))
        .may_not("Hidden cells read as zero, or added up from totals."))
}

/// Hidden cells that rounded cells and rounded totals pin down to one number.
fn pinned(counts: &[u64], sums: &[Vec<usize>], rule: &Rule) -> Result<usize, Refusal> {
    let known = rounded(counts, sums, rule);
    let mut found = 0;
    for (index, count) in counts.iter().enumerate() {
        if rule.hides(*count) {
            let interval = known.interval(index)?;
            found += usize::from(interval.lower.ceil() >= interval.upper.floor());
        }
    }
    Ok(found)
}

pub(crate) fn total(counts: &[u64], cells: &[usize]) -> u64 {
    cells.iter().filter_map(|cell| counts.get(*cell)).fold(0, |sum, count| sum.saturating_add(*count))
}
