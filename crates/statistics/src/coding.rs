//! Themes in what people wrote: how often each was found, how far two or more coders agree beyond chance, and whether reading
//! more people would bring new themes.

mod agreement;

pub use agreement::{Fleiss, Kappa, cohen, cohen_answer, fleiss, fleiss_answer, weights};
use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::said;
use crate::numbers::same_length;
use crate::refusal::{Refusal, RefusalKind};

/// One theme, coded by two people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Theme {
    /// Name.
    pub name: String,
    /// Respondents coded.
    pub n: u64,
    /// Respondents in whom the first coder found it.
    pub first: u64,
    /// Respondents in whom the second coder found it.
    pub second: u64,
    /// Respondents in whom both did.
    pub both: u64,
    /// Share on whom they agree.
    pub agreement: f64,
    /// Cohen's kappa; `None` where a coder gave one answer throughout.
    pub kappa: Option<f64>,
}

/// Counts and agreement of each theme, in the order in which themes first stand, and of all taken together (the last).
///
/// One row per respondent and theme. Refuses a respondent and theme that occur twice.
///
/// ```
/// use fingerpost_statistics::coding::themes;
/// let found = themes(&["1", "2", "3"], &["holistic"; 3], &[true, true, false], &[true, false, false]).unwrap();
/// assert_eq!((found[0].first, found[0].second, found[0].both), (2, 1, 1));
/// ```
pub fn themes(respondents: &[&str], themes: &[&str], first: &[bool], second: &[bool]) -> Result<Vec<Theme>, Refusal> {
    same_length(("respondents", respondents.len()), ("themes", themes.len()))?;
    same_length(("respondents", respondents.len()), ("first coder", first.len()))?;
    same_length(("respondents", respondents.len()), ("second coder", second.len()))?;
    if respondents.is_empty() {
        return Err(Refusal::new(RefusalKind::TooFew, "There are no coded answers: code some first."));
    }
    unique(respondents, themes)?;
    let mut names: Vec<&str> = Vec::new();
    for theme in themes {
        if !names.contains(theme) {
            names.push(theme);
        }
    }
    let of = |name: &str, keep: &dyn Fn(&str) -> bool| {
        let rows: Vec<(bool, bool)> =
            (0..themes.len()).filter(|row| keep(themes[*row])).map(|row| (first[row], second[row])).collect();
        theme(name, &rows)
    };
    let mut found: Vec<Theme> = names.iter().map(|name| of(name, &|theme| theme == *name)).collect();
    found.push(of("all", &|_| true));
    Ok(found)
}

fn unique(respondents: &[&str], themes: &[&str]) -> Result<(), Refusal> {
    let mut seen = std::collections::HashSet::with_capacity(respondents.len());
    match respondents.iter().zip(themes).position(|row| !seen.insert(row)) {
        None => Ok(()),
        Some(row) => Err(Refusal::at(
            RefusalKind::Duplicate,
            row,
            format!("Row {} repeats a respondent and a theme: keep one row of each.", row + 1),
        )),
    }
}

fn theme(name: &str, rows: &[(bool, bool)]) -> Theme {
    let count = |test: fn(&(bool, bool)) -> bool| rows.iter().filter(|row| test(row)).count() as u64;
    let (both, neither) = (count(|row| row.0 && row.1), count(|row| !row.0 && !row.1));
    let (first, second) = (count(|row| row.0), count(|row| row.1));
    let cells = [both, first - both, second - both, neither].map(|cell| cell as f64);
    Theme {
        name: name.to_owned(),
        n: rows.len() as u64,
        first,
        second,
        both,
        agreement: (both + neither) as f64 / rows.len() as f64,
        kappa: cohen(&cells, &weights(2, 1.0)).ok().map(|found| found.kappa),
    }
}

/// Themes expected in the first m respondents were they read in any order, for m from 1 to all: the sum over themes of
/// 1 - C(n - f, m)/C(n, m), where f respondents have the theme. It flattens as reading more brings nothing new.
///
/// `found[r]` holds the themes of respondent r, by number. Refuses no respondents. Source: Hurlbert 1971, Ecology 52:577.
///
/// ```
/// use fingerpost_statistics::coding::saturation;
/// let curve = saturation(&[vec![0, 1], vec![0], vec![0, 2]]).unwrap();
/// assert!((curve[0] - 5.0 / 3.0).abs() < 1e-12 && (curve[2] - 3.0).abs() < 1e-12);
/// ```
pub fn saturation(found: &[Vec<usize>]) -> Result<Vec<f64>, Refusal> {
    if found.is_empty() {
        return Err(Refusal::new(RefusalKind::TooFew, "There are no respondents: code some first."));
    }
    let mut with: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for themes in found {
        let mut themes = themes.clone();
        themes.sort_unstable();
        themes.dedup();
        for theme in themes {
            *with.entry(theme).or_default() += 1;
        }
    }
    let n = found.len();
    let mut curve = vec![0.0; n];
    for count in with.values() {
        // The chance that none of m respondents has the theme, one respondent at a time.
        let mut none = 1.0;
        for (read, expected) in curve.iter_mut().enumerate() {
            none *= (n - read).saturating_sub(*count) as f64 / (n - read) as f64;
            *expected += 1.0 - none;
        }
    }
    Ok(curve)
}

/// [`themes`] and [`saturation`] in the shared shape. A theme counts as found in a respondent when both coders found it.
pub fn answer(respondents: &[&str], theme_names: &[&str], first: &[bool], second: &[bool]) -> Answer {
    let options = Options::default().with("agreement", "cohen's kappa").with("found", "by both coders");
    let given = themes(respondents, theme_names, first, second).and_then(|found| {
        let mut people: Vec<&str> = respondents.to_vec();
        people.sort_unstable();
        people.dedup();
        let mut of: Vec<Vec<usize>> = vec![Vec::new(); people.len()];
        let mut matrix = vec![vec![0_u64; people.len()]; found.len().saturating_sub(1)];
        for (row, name) in theme_names.iter().enumerate() {
            let place = people.binary_search(&respondents[row]).ok();
            let theme = found.iter().position(|theme| theme.name == *name);
            let (Some(person), Some(theme)) = (place, theme) else { continue };
            matrix[theme][person] = u64::from(first[row]) + u64::from(second[row]);
            if first[row] && second[row] {
                of[person].push(theme);
            }
        }
        let coded =
            found.iter().zip(matrix).fold(Table::default().with("respondent", people), |table, (theme, column)| {
                table.with(theme.name.clone(), column)
            });
        let curve = saturation(&of)?;
        let last = match curve.as_slice() {
            [.., before, last] => last - before,
            _ => f64::NAN,
        };
        let count = |pick: fn(&Theme) -> u64| found.iter().map(pick).collect::<Vec<_>>();
        let results = Table::default()
            .with("theme", found.iter().map(|theme| theme.name.clone()).collect::<Vec<_>>())
            .with("n", count(|theme| theme.n))
            .with("first_coder", count(|theme| theme.first))
            .with("second_coder", count(|theme| theme.second))
            .with("both", count(|theme| theme.both))
            .with("agreement", found.iter().map(|theme| theme.agreement).collect::<Vec<_>>())
            .with("kappa", found.iter().map(|theme| theme.kappa.unwrap_or(f64::NAN)).collect::<Vec<_>>());
        let without = found.iter().filter(|theme| theme.kappa.is_none()).count();
        let steps = (1..=curve.len() as u64).collect::<Vec<_>>();
        Ok(Given::new(results)
            .table("coders_who_found_it", coded)
            .table("saturation", Table::default().with("respondents", steps).with("themes_expected", curve))
            .warn_if(without > 0, || {
                format!("{without} themes have no kappa, because a coder gave one answer throughout.")
            })
            .may(format!(
                "The last respondent brought {} new themes on average over all orders of reading.",
                said(last)
            ))
            .may_not("How common a theme is among people who were not asked.")
            .may_not("That a theme matters more because more people named it."))
    });
    Answer::new("themes", options, respondents.len() as u64, given)
}
