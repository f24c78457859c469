//! A question asked before and after. Answers are paired by a key that the people chose themselves, never by the order of rows;
//! answers without a partner are counted and left out.

use std::collections::HashMap;

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::interval::{from_to, said};
use crate::mcnemar::{self, Cells};
use crate::numbers::{correlation, finite, same_length};
use crate::proportion::{Proportion, wilson};
use crate::refusal::{Refusal, RefusalKind};
use crate::wilcoxon::{Directions, How, SignedRank, Zeros, directions, signed_rank};

/// What every before and after says first.
pub(crate) const NO_COMPARISON: &str = "This is a before and after without a comparison group: people who ask for help when they \
are at their worst are better later by chance alone (regression to the mean), and time helps too.";

/// How much of a poor start comes back by chance alone, for a correlation of first and second scores.
pub(crate) fn regression_note(r: f64) -> String {
    if r.is_nan() {
        return "How much regression to the mean there is cannot be estimated here: scores do not vary.".to_owned();
    }
    let back = 1.0 - r.clamp(0.0, 1.0);
    format!(
        "Estimated regression to the mean: of each point by which people started worse than usual about {} would come back \
         by chance alone (1 less the correlation of both scores, {}).",
        said(back),
        said(r)
    )
}

/// Answers brought together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pairs {
    /// First answers.
    pub before: Vec<f64>,
    /// Second answers of the same people.
    pub after: Vec<f64>,
    /// First answers without a second.
    pub only_before: u64,
    /// Second answers without a first.
    pub only_after: u64,
}

/// Brings answers together by key. Refuses a key that occurs twice on one side.
///
/// ```
/// use fingerpost_statistics::pre_post::pair;
/// let pairs = pair(&["elm", "oak"], &[2.0, 3.0], &["oak", "yew"], &[4.0, 5.0]).unwrap();
/// assert_eq!((pairs.before, pairs.after), (vec![3.0], vec![4.0]));
/// assert_eq!((pairs.only_before, pairs.only_after), (1, 1));
/// ```
pub fn pair(keys_before: &[&str], before: &[f64], keys_after: &[&str], after: &[f64]) -> Result<Pairs, Refusal> {
    same_length(("keys before", keys_before.len()), ("answers before", before.len()))?;
    same_length(("keys after", keys_after.len()), ("answers after", after.len()))?;
    finite("answers before", before)?;
    finite("answers after", after)?;
    let index = |keys: &[&str]| -> Result<HashMap<String, usize>, Refusal> {
        let mut seen = HashMap::with_capacity(keys.len());
        for (row, key) in keys.iter().enumerate() {
            if seen.insert((*key).to_owned(), row).is_some() {
                return Err(Refusal::at(
                    RefusalKind::Duplicate,
                    row,
                    format!("Row {} has a key that stood before: one answer per person on each side.", row + 1),
                ));
            }
        }
        Ok(seen)
    };
    index(keys_before)?;
    let later = index(keys_after)?;
    let mut pairs = Pairs { before: vec![], after: vec![], only_before: 0, only_after: 0 };
    for (key, first) in keys_before.iter().zip(before) {
        match later.get(*key).and_then(|row| after.get(*row)) {
            Some(second) => {
                pairs.before.push(*first);
                pairs.after.push(*second);
            }
            None => pairs.only_before += 1,
        }
    }
    pairs.only_after = (keys_after.len() - pairs.after.len()) as u64;
    Ok(pairs)
}

/// Change on a scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScaleChange {
    /// Medians and directions.
    pub directions: Directions,
    /// The signed-rank test of after less before.
    pub test: SignedRank,
    /// Share in the top two answers before.
    pub top_before: Proportion,
    /// Share in the top two answers after.
    pub top_after: Proportion,
}

/// Change of paired answers on a scale of whole numbers up to `highest`: Wilcoxon's test, medians, directions and the share in
/// the top two answers ("top-two-box").
///
/// Refuses an answer that is not on the scale, and what [`signed_rank`] refuses. Sources as there and for [`wilson`].
///
/// ```
/// use fingerpost_statistics::{pre_post::scale_change, wilcoxon::Zeros};
/// let found = scale_change(&[1.0, 2.0, 3.0, 2.0], &[4.0, 3.0, 5.0, 2.0], 5.0, Zeros::Drop, 0.95).unwrap();
/// assert_eq!((found.directions.up, found.directions.same), (3, 1));
/// ```
pub fn scale_change(
    before: &[f64],
    after: &[f64],
    highest: f64,
    zeros: Zeros,
    level: f64,
) -> Result<ScaleChange, Refusal> {
    same_length(("answers before", before.len()), ("answers after", after.len()))?;
    finite("answers before", before)?;
    finite("answers after", after)?;
    for (name, values) in [("before", before), ("after", after)] {
        if let Some(row) = values.iter().position(|value| *value > highest || *value < 0.0) {
            return Err(Refusal::at(
                RefusalKind::BadValue,
                row,
                format!(
                    "Pair {} has an answer {name} that is not on the scale, 0 to {highest}: correct one of them.",
                    row + 1
                ),
            ));
        }
    }
    let differences: Vec<f64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    let top = |values: &[f64]| {
        let count = values.iter().filter(|value| **value >= highest - 1.0).count() as u64;
        wilson(count, values.len() as u64, level)
    };
    Ok(ScaleChange {
        test: signed_rank(&differences, zeros, level)?,
        directions: directions(before, after),
        top_before: top(before)?,
        top_after: top(after)?,
    })
}

/// [`pair`] and [`scale_change`] in the shared shape.
pub fn answer(
    keys_before: &[&str],
    before: &[f64],
    keys_after: &[&str],
    after: &[f64],
    highest: f64,
    zeros: Zeros,
    level: f64,
) -> Answer {
    let options = Options::default()
        .with("test", "wilcoxon signed rank")
        .with("zeros", if zeros == Zeros::Pratt { "pratt" } else { "drop" })
        .with("highest", highest)
        .with("level", level);
    let paired = pair(keys_before, before, keys_after, after);
    let (n, missing) =
        paired.as_ref().map_or((0, 0), |pairs| (pairs.before.len() as u64, pairs.only_before + pairs.only_after));
    let given = paired.and_then(|pairs| {
        let change = scale_change(&pairs.before, &pairs.after, highest, zeros, level)?;
        Ok(given(&pairs, &change, level))
    });
    Answer::new("pre_post", options, n, given).with_missing(missing)
}

fn given(pairs: &Pairs, change: &ScaleChange, level: f64) -> Given {
    let (test, directions) = (&change.test, &change.directions);
    let n = pairs.before.len();
    let results = Table::default()
        .with("pairs", n as u64)
        .with("only_before", pairs.only_before)
        .with("only_after", pairs.only_after)
        .with("median_before", directions.median_before)
        .with("median_after", directions.median_after)
        .with("up", directions.up)
        .with("same", directions.same)
        .with("down", directions.down)
        .with("top_two_before", change.top_before.share)
        .with("top_two_after", change.top_after.share)
        .with("v", test.v)
        .with("p_by", if test.how == How::Exact { "exact" } else { "normal" })
        .with("p", test.p)
        .with("p_uncorrected", test.p_uncorrected)
        .with("estimate", test.estimate)
        .with("lower", test.interval.lower)
        .with("upper", test.interval.upper);
    let lost = pairs.only_before + pairs.only_after;
    Given::new(results)
        .warn_if(lost > 0, || {
            format!("{lost} answers have no partner and are left out: those who answered once may be different.")
        })
        .warn_if(test.reached < level - 1e-9, || {
            format!("So few pairs give an interval of {} per cent at most.", said(100.0 * test.reached))
        })
        .warn(NO_COMPARISON)
        .warn(regression_note(correlation(&pairs.before, &pairs.after)))
        .may(format!(
            "Of {n} people who answered twice {} went up, {} stayed and {} went down.",
            directions.up, directions.same, directions.down
        ))
        .may({
            let evidence = if test.p < 0.05 { "Evidence" } else { "No evidence" };
            format!(
                "{evidence} of a difference between before and after (p {}); the estimate is {}, and the interval goes {}.",
                p_word(test.p),
                said(test.estimate),
                from_to(test.interval)
            )
        })
        .may_not("That anything caused the change: there is no comparison group.")
        .may_not("Anything about those who answered once only.")
}

/// A p value as a sentence shows it.
pub(crate) fn p_word(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { said(p) }
}

/// Yes or no before and after, paired by key as [`pair`] does, by McNemar's test, in the shared shape.
pub fn yes_no_answer(keys_before: &[&str], before: &[bool], keys_after: &[&str], after: &[bool], level: f64) -> Answer {
    let numbers = |flags: &[bool]| flags.iter().map(|flag| f64::from(u8::from(*flag))).collect::<Vec<_>>();
    match pair(keys_before, &numbers(before), keys_after, &numbers(after)) {
        Err(refusal) => Answer::new("mcnemar", Options::default().with("level", level), 0, Err(refusal)),
        Ok(pairs) => {
            let flags = |values: &[f64]| values.iter().map(|value| *value > 0.5).collect::<Vec<_>>();
            let missing = pairs.only_before + pairs.only_after;
            match Cells::of(&flags(&pairs.before), &flags(&pairs.after)) {
                Ok(cells) => mcnemar::answer(cells, level).with_missing(missing),
                Err(refusal) => Answer::new("mcnemar", Options::default().with("level", level), 0, Err(refusal)),
            }
        }
    }
}
