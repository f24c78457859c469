//! Small numbers in tables, attacks on them, and noise.

use fingerpost_statistics::disclosure::{
    HOSPITAL, HOSPITAL_BEFORE_2018, Ledger, Noise, Shown, answer, below, exact, geometric_answer, protect, rounded,
    two_way,
};
use fingerpost_statistics::random::Draws;
use fingerpost_statistics::refusal::RefusalKind;
use serde_json::Value;

use crate::close::{USUAL, close, expected, number, reference};

/// The three tables of the case (own data), row by row.
const TABLES: [(usize, usize, &[u64]); 3] = [
    (3, 3, &[12, 3, 30, 25, 40, 18, 9, 22, 2]),
    (4, 3, &[0, 6, 8, 7, 13, 12, 3, 4, 5, 17, 22, 23]),
    (2, 2, &[20, 4, 31, 50]),
];

#[test]
fn the_cheapest_further_cells_are_those_of_the_worked_tables() {
    let found = TABLES.map(|(rows, columns, counts)| protect(counts, &two_way(rows, columns), &below(5)).unwrap());
    assert_eq!((found[0].secondary.clone(), found[0].lost), (vec![2, 7], 52));
    assert_eq!((found[1].secondary.clone(), found[1].lost), (vec![3, 4], 20));
    assert_eq!((found[2].secondary.clone(), found[2].lost), (vec![0, 2, 3], 101));
    assert!(found.iter().all(|found| found.optimal));
    let Some(all) = expected("28_disclosure_control") else { return };
    for (index, found) in found.iter().enumerate() {
        let want = &all[format!("t{}", index + 1)]["optimal_secondary"];
        assert_eq!(found.lost, want["lost_count"].as_u64().unwrap());
        assert_eq!(found.secondary.len() as u64, want["n_secondary"].as_u64().unwrap());
        // The reference's attacker does not know that zeros are never hidden; ours does, and comes at least as close.
        let (rows, columns, counts) = TABLES[index];
        let known = exact(counts, &two_way(rows, columns), &found.hidden);
        for ((cell, ours), want) in
            found.primary.iter().zip(&found.intervals).zip(want["intervals"].as_array().unwrap())
        {
            let theirs = known.interval(*cell).unwrap();
            assert_eq!((theirs.lower, theirs.upper), (number(&want[0]), number(&want[1])));
            assert!(ours.lower >= theirs.lower.max(1.0) && ours.upper <= theirs.upper);
        }
    }
}

#[test]
fn hidden_cells_without_further_ones_are_worked_back_from_totals() {
    let Some(all) = expected("28_disclosure_control") else { return };
    for (index, (rows, columns, counts)) in TABLES.into_iter().enumerate() {
        let name = format!("t{}", index + 1);
        let file = reference("28_disclosure_control", &format!("{name}.csv")).unwrap();
        let read: Vec<u64> = file.split([',', '\n']).filter_map(|field| field.trim().parse().ok()).collect();
        assert_eq!(read, counts);
        let hidden: Vec<bool> = counts.iter().map(|count| below(5).hides(*count)).collect();
        let known = exact(counts, &two_way(rows, columns), &hidden);
        for (cell, want) in all[&name]["attack_on_lt5_with_exact_margins"].as_object().unwrap() {
            let at: Vec<usize> = cell.split(',').map(|part| part.parse().unwrap()).collect();
            let interval = known.interval(at[0] * columns + at[1]).unwrap();
            assert_eq!((interval.lower, interval.upper), (number(&want[0]), number(&want[1])), "{name} {cell}");
        }
        let shown = |rule: fingerpost_statistics::disclosure::Rule, count: u64, want: &Value| {
            let text = want.as_str().map_or_else(|| want.to_string(), str::to_owned);
            assert_eq!(rule.show(count).text(), text, "{name}: {count}");
        };
        for (cell, count) in counts.iter().enumerate() {
            shown(HOSPITAL, *count, &all[&name]["nhsd_rule"][cell / columns][cell % columns]);
            shown(below(5), *count, &all[&name]["lt5_rule"][cell / columns][cell % columns]);
        }
        for row in 0..rows {
            shown(
                HOSPITAL,
                counts[row * columns..(row + 1) * columns].iter().sum(),
                &all[&name]["nhsd_row_totals"][row],
            );
        }
        for column in 0..columns {
            let total = counts.iter().skip(column).step_by(columns).sum();
            shown(HOSPITAL, total, &all[&name]["nhsd_col_totals"][column]);
        }
    }
}

#[test]
fn a_protected_table_withstands_the_attack_and_loses_no_cell_in_vain() {
    // Six by six is beyond trying every choice.
    let counts: Vec<u64> = (0..36_u64).map(|cell| (cell * 37 + 11) % 53 + 1).collect();
    let sums = two_way(6, 6);
    let found = protect(&counts, &sums, &below(8)).unwrap();
    assert!(!found.optimal && !found.secondary.is_empty());
    assert!(found.intervals.iter().all(|interval| interval.upper >= 8.0 && interval.lower < interval.upper));
    for cell in &found.secondary {
        let mut hidden = found.hidden.clone();
        hidden[*cell] = false;
        let known = exact(&counts, &sums, &hidden);
        let safe = found.primary.iter().all(|cell| known.interval(*cell).unwrap().upper >= 8.0);
        assert!(!safe, "cell {cell} was hidden in vain");
    }
}

#[test]
fn linked_tables_are_protected_together() {
    // Two tables of three ages, by sex, sharing the row of women: one sum more over the same cells.
    let counts = [20, 4, 31, 50, 12, 40, 33, 25, 18];
    let mut sums = two_way(3, 3);
    let alone = protect(&counts, &sums, &below(5)).unwrap();
    sums.push(vec![0, 1]);
    let linked = protect(&counts, &sums, &below(5)).unwrap();
    assert!(linked.lost >= alone.lost);
    assert!(linked.intervals.iter().all(|interval| interval.upper >= 5.0));
}

#[test]
fn what_cannot_be_protected_is_said_so() {
    // A total that is small itself, and a cell that another table gives away.
    let small = protect(&[1, 2, 30, 40], &two_way(2, 2), &below(5)).unwrap_err();
    assert_eq!((small.kind, small.index), (RefusalKind::Unprotectable, Some(0)));
    // The total, and the one other cell elsewhere, are published: nothing can be hidden from that.
    let elsewhere = protect(&[3, 9], &[vec![0, 1], vec![1]], &below(5)).unwrap_err();
    assert_eq!(elsewhere.kind, RefusalKind::Unprotectable);
    let zeros = protect(&[3, 0, 0, 40], &two_way(2, 2), &below(5)).unwrap_err();
    assert_eq!(zeros.kind, RefusalKind::Unprotectable);
    let endless = answer(&["a"], &["x", "y"], &[u64::MAX, u64::MAX], &HOSPITAL);
    assert!(endless.given().is_none());
    assert!(protect(&[], &[], &below(5)).is_err() && protect(&[9, 9], &[vec![7]], &below(5)).is_err());
    assert!(answer(&["a"], &["b", "c"], &[3, 4, 5], &HOSPITAL).given().is_none());
    let refused = answer(&["a", "b"], &["c", "d"], &[1, 2, 30, 40], &HOSPITAL_BEFORE_2018);
    assert!(refused.given().is_none());
}

#[test]
fn nothing_hidden_is_nothing_lost() {
    let found = protect(&[20, 14, 31, 50], &two_way(2, 2), &below(5)).unwrap();
    assert!(found.secondary.is_empty() && found.lost == 0 && found.optimal);
}

#[test]
fn rounded_totals_keep_a_range_and_say_when_they_do_not() {
    let counts = [12, 3, 30, 25, 40, 18, 9, 22, 2];
    let known = rounded(&counts, &two_way(3, 3), &HOSPITAL);
    let interval = known.interval(1).unwrap();
    assert!(interval.lower <= 3.0 && interval.upper >= 3.0 && interval.upper > interval.lower);
    // Rates and means follow the shown counts.
    assert_eq!(HOSPITAL.rate(12, 98, 1000.0), Some(100.0));
    assert_eq!(HOSPITAL.rate(7, 98, 1000.0), None);
    assert_eq!((HOSPITAL.mean(3.2, 7), HOSPITAL.mean(3.2, 8)), (None, Some(3.2)));
    assert_eq!(HOSPITAL.show(u64::MAX), Shown::Number(u64::MAX / 5 * 5));
    let leaky = serde_json::to_string(&answer(&["a", "b"], &["c", "d"], &[20, 4, 31, 50], &below(5))).unwrap();
    // What the further cells hold would give the small one away: 105 - 101 = 4.
    assert!(!leaky.contains("101") && !leaky.contains("\"4\""));
    let shown = serde_json::to_string(&answer(&["a", "b", "c"], &["x", "y", "z"], &counts, &HOSPITAL)).unwrap();
    assert!(shown.contains("\"*\"") && !shown.contains("\"3\""));
    assert_eq!(answer(&["a", "b", "c"], &["x", "y", "z"], &counts, &HOSPITAL).n, 160);
}

#[test]
fn geometric_noise_has_its_published_moments() {
    let Some(all) = expected("29_dp_geometric") else { return };
    for (epsilon, want) in all.as_object().unwrap() {
        let noise = Noise::new(epsilon.parse().unwrap(), 1.0).unwrap();
        close(noise.alpha, number(&want["alpha"]), USUAL);
        close(noise.probability_of_zero(), number(&want["p_zero"]), USUAL);
        close(noise.variance(), number(&want["variance"]), USUAL);
        close(noise.within(5), number(&want["p_abs_le_5"]), USUAL);
    }
}

#[test]
fn drawn_noise_follows_its_distribution_by_chi_squared() {
    for epsilon in [0.1, 0.5, 1.0, 2.0] {
        let noise = Noise::new(epsilon, 1.0).unwrap();
        let mut draws = Draws::seeded(99);
        let n = 100_000;
        // Five values in the middle, and both ends.
        let mut seen = [0.0_f64; 7];
        let mut squares = 0.0;
        for _ in 0..n {
            let k = noise.draw(&mut draws);
            squares += (k * k) as f64;
            seen[(k.clamp(-3, 3) + 3) as usize] += 1.0;
        }
        let inner = |k: i32| noise.probability_of_zero() * noise.alpha.powi(k.abs());
        let end = 0.5 * (1.0 - noise.within(2));
        let hoped = [end, inner(-2), inner(-1), inner(0), inner(1), inner(2), end];
        let statistic: f64 =
            seen.iter().zip(hoped).map(|(seen, p)| (seen - p * f64::from(n)).powi(2) / (p * f64::from(n))).sum();
        // The 99.9 per cent point on six degrees of freedom; the seed is fixed, so this does not fail by chance later.
        assert!(statistic < 22.46, "{epsilon}: {statistic}");
        close(squares / f64::from(n), noise.variance(), 0.03);
    }
}

#[test]
fn noise_repeats_by_seed_and_the_budget_ends() {
    let noise = Noise::new(0.5, 1.0).unwrap();
    assert_eq!(noise.add(&[10, 20, 30], 7), noise.add(&[10, 20, 30], 7));
    assert_ne!(noise.add(&[10; 50], 7), noise.add(&[10; 50], 8));
    let mut ledger = Ledger::new(1.0).unwrap();
    ledger.spend("a", 0.5).unwrap();
    ledger.spend("b", 0.5).unwrap();
    assert_eq!(ledger.spend("c", 0.1).unwrap_err().kind, RefusalKind::Assumption);
    assert_eq!(ledger.entries.len(), 2);
    assert!(Noise::new(0.0, 1.0).is_err() && Noise::new(f64::NAN, 1.0).is_err() && ledger.spend("d", -1.0).is_err());
    let text = serde_json::to_string(&geometric_answer(&["a"], &[4], 1.0, 1.0, 12_345)).unwrap();
    assert!(!text.contains("12345"), "the seed is a secret");
}
