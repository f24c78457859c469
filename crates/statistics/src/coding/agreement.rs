//! Agreement beyond chance: Cohen's kappa for two coders, plain and weighted, and Fleiss' for several.

use serde::Serialize;

use crate::answer::{Answer, Given, Options, Table};
use crate::distribution::{normal_quantile, normal_two_sided};
use crate::interval::{Interval, from_to, said};
use crate::numbers::{finite, not_negative, sum};
use crate::refusal::{Refusal, RefusalKind};

/// Cohen's kappa.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kappa {
    /// Things coded by both.
    pub n: f64,
    /// Agreement seen (weighted, with weights).
    pub observed: f64,
    /// Agreement that chance would give.
    pub by_chance: f64,
    /// (observed - by chance)/(1 - by chance).
    pub kappa: f64,
    /// Its standard error (Fleiss, Cohen and Everitt 1969).
    pub se: f64,
    /// 95 per cent limits, cut at -1 and 1.
    pub interval: Interval,
}

/// Weights of agreement for `k` categories in order: 1 - (distance / (k - 1))^power. 1 is linear, 2 quadratic; for two
/// categories both are plain agreement.
///
/// ```
/// use fingerpost_statistics::coding::weights;
/// assert_eq!(weights(3, 2.0)[2], 0.0);
/// assert_eq!(weights(3, 2.0)[1], 0.75);
/// ```
pub fn weights(k: usize, power: f64) -> Vec<f64> {
    let far = k.saturating_sub(1).max(1) as f64;
    (0..k * k).map(|cell| 1.0 - ((cell / k).abs_diff(cell % k) as f64 / far).powf(power)).collect()
}

/// Cohen's kappa of a square table (row by row: the first coder's categories down, the second's across) with weights of
/// agreement, 1 on the diagonal. Plain kappa has 0 elsewhere: [`cohen`] takes them from 1 less a disagreement over the largest.
///
/// Refuses an empty table, one that is not square, and coders who leave nothing to chance. Sources: Cohen 1960, Educ
/// Psychol Meas 20:37; 1968, Psychol Bull 70:213; Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323.
///
/// ```
/// use fingerpost_statistics::coding::cohen;
/// let plain = [1.0, 0.0, 0.0, 1.0];
/// let found = cohen(&[20.0, 5.0, 10.0, 15.0], &plain).unwrap();
/// assert!((found.kappa - 0.4).abs() < 1e-12);
/// ```
pub fn cohen(table: &[f64], agreement: &[f64]) -> Result<Kappa, Refusal> {
    let k = (table.len() as f64).sqrt().round() as usize;
    if k < 2 || k * k != table.len() || agreement.len() != table.len() {
        return Err(Refusal::new(
            RefusalKind::BadShape,
            "The table is not square, or its weights do not fit: give k rows of k.",
        ));
    }
    not_negative("counts", table)?;
    finite("weights", agreement)?;
    let n = sum(table.iter().copied());
    if n == 0.0 {
        return Err(Refusal::new(RefusalKind::TooFew, "Nothing was coded by both: there is no agreement to measure."));
    }
    let p: Vec<f64> = table.iter().map(|count| count / n).collect();
    let rows: Vec<f64> = (0..k).map(|i| sum((0..k).map(|j| p[i * k + j]))).collect();
    let columns: Vec<f64> = (0..k).map(|j| sum((0..k).map(|i| p[i * k + j]))).collect();
    let observed = sum(p.iter().zip(agreement).map(|(p, w)| p * w));
    let by_chance = sum((0..k * k).map(|cell| agreement[cell] * rows[cell / k] * columns[cell % k]));
    if 1.0 - by_chance < 1e-12 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "Both coders gave one answer throughout: chance alone would agree as well; report the share agreed.",
        ));
    }
    let kappa = (observed - by_chance) / (1.0 - by_chance);
    let row_weight: Vec<f64> = (0..k).map(|i| sum((0..k).map(|j| columns[j] * agreement[i * k + j]))).collect();
    let column_weight: Vec<f64> = (0..k).map(|j| sum((0..k).map(|i| rows[i] * agreement[i * k + j]))).collect();
    let spread = sum((0..k * k).map(|cell| {
        p[cell] * (agreement[cell] - (row_weight[cell / k] + column_weight[cell % k]) * (1.0 - kappa)).powi(2)
    }));
    let variance = (spread - (kappa - by_chance * (1.0 - kappa)).powi(2)) / (n * (1.0 - by_chance).powi(2));
    let se = variance.max(0.0).sqrt();
    let margin = normal_quantile(0.975) * se;
    let interval = Interval { lower: (kappa - margin).max(-1.0), upper: (kappa + margin).min(1.0) };
    Ok(Kappa { n, observed, by_chance, kappa, se, interval })
}

/// Fleiss' kappa.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fleiss {
    /// Things coded.
    pub n: u64,
    /// Coders of each.
    pub coders: u64,
    /// Kappa over all categories.
    pub kappa: f64,
    /// Standard error when there is no agreement beyond chance (Fleiss, Nee and Landis 1979).
    pub se_null: f64,
    /// p value of no agreement beyond chance.
    pub p: f64,
    /// Share agreed on each thing.
    pub agreed: Vec<f64>,
}

/// Fleiss' kappa of several coders, the same number for each thing: `counts` holds, thing by thing, how many coders chose each of
/// `categories` categories.
///
/// Refuses fewer than two coders or things, things with different numbers of coders, and one category throughout. Source:
/// Fleiss 1971, Psychol Bull 76:378.
///
/// ```
/// use fingerpost_statistics::coding::fleiss;
/// let found = fleiss(&[2, 0, 0, 2, 2, 0, 1, 1], 2).unwrap();
/// assert!(found.kappa > 0.0);
/// ```
pub fn fleiss(counts: &[u64], categories: usize) -> Result<Fleiss, Refusal> {
    if categories < 2 || counts.is_empty() || !counts.len().is_multiple_of(categories) {
        return Err(Refusal::new(RefusalKind::BadShape, "Counts do not make full rows of two or more categories."));
    }
    let rows: Vec<&[u64]> = counts.chunks(categories).collect();
    crate::numbers::at_least("things coded", rows.len(), 2)?;
    let of = |row: &[u64]| row.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let coders = rows.first().map_or(0, |row| of(row));
    if let Some(index) = rows.iter().position(|row| of(row) != coders) {
        return Err(Refusal::at(
            RefusalKind::BadShape,
            index,
            format!("Row {} has another number of coders than the first: give all the same.", index + 1),
        ));
    }
    if coders < 2 {
        return Err(Refusal::new(RefusalKind::TooFew, "One coder agrees with nobody: two or more are needed."));
    }
    let (things, m) = (rows.len() as f64, coders as f64);
    let agreed: Vec<f64> =
        rows.iter().map(|row| (sum(row.iter().map(|count| (*count as f64).powi(2))) - m) / (m * (m - 1.0))).collect();
    let shares: Vec<f64> = (0..categories).map(|j| sum(rows.iter().map(|row| row[j] as f64)) / (things * m)).collect();
    let by_chance = sum(shares.iter().map(|share| share * share));
    let spread = sum(shares.iter().map(|share| share * (1.0 - share)));
    if spread < 1e-12 {
        return Err(Refusal::new(
            RefusalKind::Constant,
            "All coders chose one category throughout: report the share agreed.",
        ));
    }
    let kappa = (sum(agreed.iter().copied()) / things - by_chance) / (1.0 - by_chance);
    let skew = sum(shares.iter().map(|share| share * (1.0 - share) * (1.0 - 2.0 * share)));
    let se_null = (2.0 / (things * m * (m - 1.0))).sqrt() * (spread * spread - skew).max(0.0).sqrt() / spread;
    let p = if se_null > 0.0 { normal_two_sided(kappa / se_null) } else { f64::NAN };
    Ok(Fleiss { n: rows.len() as u64, coders, kappa, se_null, p, agreed })
}

/// [`cohen`] in the shared shape.
pub fn cohen_answer(table: &[f64], agreement: &[f64], weighting: &str) -> Answer {
    let options = Options::default().with("weights", weighting).with("level", 0.95);
    let given = cohen(table, agreement).map(|found| {
        Given::new(
            Table::default()
                .with("n", found.n)
                .with("observed", found.observed)
                .with("by_chance", found.by_chance)
                .with("kappa", found.kappa)
                .with("se", found.se)
                .with("lower", found.interval.lower)
                .with("upper", found.interval.upper),
        )
        .may(format!(
            "Agreement beyond chance is {}; the interval goes {}.",
            said(found.kappa),
            from_to(found.interval)
        ))
        .may_not("That the coders are right: two can agree on what is wrong.")
        .may_not("A comparison with a kappa of other themes: it depends on how common they are.")
    });
    Answer::new("kappa", options, table.iter().filter(|count| count.is_finite()).sum::<f64>().max(0.0) as u64, given)
}

/// [`fleiss`] in the shared shape.
pub fn fleiss_answer(counts: &[u64], categories: usize) -> Answer {
    let options = Options::default().with("categories", categories as f64).with("se", "no agreement beyond chance");
    let n = counts.len().checked_div(categories).unwrap_or(0) as u64;
    let given = fleiss(counts, categories).map(|found| {
        Given::new(
            Table::default()
                .with("n", found.n)
                .with("coders", found.coders)
                .with("kappa", found.kappa)
                .with("se_null", found.se_null)
                .with("p", found.p),
        )
        .table("things", Table::default().with("agreed", found.agreed))
        .may(format!("Agreement of {} coders beyond chance is {}.", found.coders, said(found.kappa)))
        .may_not("That the coders are right: many can agree on what is wrong.")
    });
    Answer::new("fleiss_kappa", options, n, given)
}
