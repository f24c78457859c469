//! A matched comparison as an answer: effect, balance for a love plot, pairs, and what the unmatched mean for the claim.

use fingerpost_statistics::answer::{Answer, Column, Table};

use super::{Balance, MatchOptions, MatchedComparison, matched_comparison};
use crate::design::Design;
use crate::reply::{Reply, Said, UNMEASURED, interval_sentence, row, terms_table, words};
use crate::{check, linear};

/// [`matched_comparison`] as an answer. Rows with a missing value (NaN) are left out and counted; pairs name rows of the input.
pub fn answer(y: &[f64], treated: &[bool], covariates: &Design, options: MatchOptions) -> Answer {
    let rows = linear::complete_rows(covariates, &[y]);
    let head = Reply::of("propensity_matching", &rows, covariates.rows())
        .word("score", "logit")
        .word("order", "descending_score")
        .word("ties", "lowest_row")
        .number("ratio", options.ratio as f64)
        .flag("replacement", options.replacement)
        .number("caliper_sd", options.caliper_sd.unwrap_or(f64::NAN))
        .word("covariance", if options.replacement { "hc1" } else { "clustered_by_pair" })
        .number("level", options.level);
    let beside = [("The outcome", y.len()), ("The list of who was treated", treated.len())];
    let fitted = check::all_same_length(&beside, covariates.rows()).and_then(|()| {
        matched_comparison(&check::at(y, &rows), &check::at(treated, &rows), &covariates.rows_at(&rows), options)
    });
    head.settle(fitted.map(|comparison| said(&comparison, &rows, options.level)))
}

fn said(comparison: &MatchedComparison, rows: &[usize], level: f64) -> Said {
    let att = &comparison.att;
    let matching = &comparison.matching;
    let matched = matching.weights.len() as u64 - matching.unmatched_treated.len() as u64 - matching.unmatched_controls;
    let results = terms_table(std::slice::from_ref(att))
        .with("unadjusted", Column::Number(vec![comparison.unadjusted]))
        .with("pairs", Column::Count(vec![matching.pairs.len() as u64]))
        .with("matched_rows", Column::Count(vec![matched]))
        .with("unmatched_treated", Column::Count(vec![matching.unmatched_treated.len() as u64]))
        .with("unmatched_controls", Column::Count(vec![matching.unmatched_controls]));
    let at = |index: usize| rows.get(index).copied().unwrap_or(index) as u64;
    let pairs = Table::default()
        .with("treated_row", Column::Count(matching.pairs.iter().map(|pair| at(pair.treated)).collect()))
        .with("control_row", Column::Count(matching.pairs.iter().map(|pair| at(pair.control)).collect()))
        .with("gap", Column::Number(matching.pairs.iter().map(|pair| pair.gap).collect()));
    let mut tables = vec![
        ("balance", balance_table(&comparison.balance)),
        ("coefficients", terms_table(&comparison.propensity.terms)),
        ("pairs", pairs),
    ];
    if let Some(caliper) = matching.caliper {
        tables.push(("caliper", row(&[("caliper", caliper)])));
    }
    Said {
        results,
        tables,
        warnings: warnings(comparison),
        may: vec![interval_sentence(
            "the outcome, treated against matched controls",
            att.estimate,
            att.lower,
            att.upper,
            0.0,
            level,
        )],
        may_not: vec![
            UNMEASURED.to_owned(),
            "An effect for people who were not matched, or for people unlike the treated.".to_owned(),
            "The interval takes the score as known and does not count the choice of covariates.".to_owned(),
        ],
    }
}

pub(crate) fn balance_table(balance: &[Balance]) -> Table {
    let number = |value: fn(&Balance) -> f64| Column::Number(balance.iter().map(value).collect());
    Table::default()
        .with("covariate", Column::Text(balance.iter().map(|entry| entry.name.clone()).collect()))
        .with("mean_treated", number(|entry| entry.mean_treated))
        .with("mean_control", number(|entry| entry.mean_control))
        .with("smd_before", number(|entry| entry.smd_before))
        .with("smd_after", number(|entry| entry.smd_after))
}

/// Columns that are still apart by 0.1 or more, as a sentence.
pub(crate) fn imbalance(balance: &[Balance]) -> Option<String> {
    let apart: Vec<String> = balance
        .iter()
        .filter(|entry| entry.smd_after.abs() >= 0.1)
        .map(|entry| format!("{} ({})", entry.name, words(entry.smd_after)))
        .collect();
    (!apart.is_empty()).then(|| {
        format!(
            "Still apart by 0.1 standard deviations or more: {}. The comparison is not yet like with like.",
            apart.join(", ")
        )
    })
}

fn warnings(comparison: &MatchedComparison) -> Vec<String> {
    let mut warnings: Vec<String> = imbalance(&comparison.balance).into_iter().collect();
    if comparison.matching.caliper.is_none() {
        // Seen in `make soak`: without a caliper an effect that is not there is found a little too often.
        warnings.push(
            "No caliper was set: whoever is most unlike the rest is matched all the same, with somebody less so. 0.2 is usual."
                .to_owned(),
        );
    }
    let wide = 0.2 * check::variance(&comparison.scores).sqrt();
    let far = comparison.matching.pairs.iter().filter(|pair| pair.gap > wide).count();
    if far > 0 {
        warnings.push(format!(
            "{far} of {} pairs lie further apart than 0.2 standard deviations of the score: these people have no real counterpart; set a caliper of 0.2.",
            comparison.matching.pairs.len()
        ));
    }
    let lost = comparison.matching.unmatched_treated.len();
    if lost > 0 {
        warnings.push(format!("{lost} of the treated have no match; the effect is not about them."));
    }
    warnings
}
