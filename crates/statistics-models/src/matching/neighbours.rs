//! The nearest free control, fast: controls sorted by score in groups of equal score, with links that leap over groups used up.
//! The pairs are those of a plain scan that takes the first smallest gap; a test holds the two against each other.

use super::{MatchOptions, Pair};

/// Controls of one score, lowest row first.
struct Group {
    score: f64,
    /// Next free place in the sorted list of controls, and the end of the group.
    next: usize,
    end: usize,
}

struct Controls {
    rows: Vec<usize>,
    groups: Vec<Group>,
    /// Link from g to the nearest group >= g that may be free; the last entry stands for none.
    right: Vec<usize>,
    /// The same towards lower scores, one place up: entry g + 1 belongs to group g, entry 0 stands for none.
    left: Vec<usize>,
}

pub(super) fn pairs(treated: &[bool], scores: &[f64], options: MatchOptions, caliper: f64) -> Vec<Pair> {
    let score = |row: usize| scores.get(row).copied().unwrap_or(f64::NAN);
    let side = |wanted: bool| treated.iter().enumerate().filter(move |(_, flag)| **flag == wanted).map(|(row, _)| row);
    let mut order: Vec<usize> = side(true).collect();
    order.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
    let mut controls = Controls::new(side(false).collect(), &score);
    let mut pairs = Vec::new();
    if options.replacement {
        for row in order {
            let near = controls.nearest_of_all(score(row), options.ratio, caliper);
            pairs.extend(near.into_iter().map(|(gap, control)| Pair { treated: row, control, gap }));
        }
        return pairs;
    }
    for _ in 0..options.ratio {
        for row in &order {
            if let Some((gap, control)) = controls.take_nearest(score(*row), caliper) {
                pairs.push(Pair { treated: *row, control, gap });
            }
        }
    }
    pairs
}

impl Controls {
    fn new(mut rows: Vec<usize>, score: &dyn Fn(usize) -> f64) -> Self {
        // A stable sort keeps the lowest row first among equals.
        rows.sort_by(|a, b| score(*a).total_cmp(&score(*b)));
        let mut groups: Vec<Group> = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if group.score == score(*row) => group.end = place + 1,
                _ => groups.push(Group { score: score(*row), next: place, end: place + 1 }),
            }
        }
        let count = groups.len();
        Self { rows, groups, right: (0..=count).collect(), left: (0..=count).collect() }
    }

    /// Takes the free control nearest to the score, if one lies within the caliper.
    fn take_nearest(&mut self, score: f64, caliper: f64) -> Option<(f64, usize)> {
        let split = self.groups.partition_point(|group| group.score < score);
        let above = find(&mut self.right, split);
        let below = find(&mut self.left, split);
        let gap = self.gap(above, score).min(self.gap(below.wrapping_sub(1), score));
        if !gap.is_finite() || gap > caliper {
            return None;
        }
        let mut best: Option<(usize, usize)> = None;
        let mut consider = |row: Option<usize>, group: usize| {
            if let Some(row) = row
                && best.is_none_or(|(known, _)| row < known)
            {
                best = Some((row, group));
            }
        };
        // Rounding can make the gaps of neighbouring scores equal, so both directions are followed while they are.
        let mut group = above;
        while self.gap(group, score) == gap {
            consider(self.first_free(group), group);
            group = find(&mut self.right, group + 1);
        }
        let mut place = below;
        while self.gap(place.wrapping_sub(1), score) == gap {
            consider(self.first_free(place - 1), place - 1);
            place = find(&mut self.left, place - 1);
        }
        let (row, group) = best?;
        self.take(group);
        Some((gap, row))
    }

    /// The `count` nearest controls, used or not, within the caliper; equal gaps by row.
    fn nearest_of_all(&self, score: f64, count: usize, caliper: f64) -> Vec<(f64, usize)> {
        let split = self.groups.partition_point(|group| group.score < score);
        let (mut above, mut below) = (split, split.wrapping_sub(1));
        let mut near: Vec<(f64, usize)> = Vec::new();
        loop {
            let gap = self.gap(above, score).min(self.gap(below, score));
            let enough = near.len() >= count && near.last().is_some_and(|(last, _)| *last < gap);
            if !gap.is_finite() || gap > caliper || enough {
                break;
            }
            for group in [above, below] {
                if self.gap(group, score) == gap
                    && let Some(known) = self.groups.get(group)
                {
                    near.extend(self.rows.get(known.next..known.end).unwrap_or_default().iter().map(|row| (gap, *row)));
                    if group == above { above += 1 } else { below = below.wrapping_sub(1) }
                }
            }
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.truncate(count);
        near
    }

    /// Distance to a group; infinite when there is none.
    fn gap(&self, group: usize, score: f64) -> f64 {
        self.groups.get(group).map_or(f64::INFINITY, |group| (group.score - score).abs())
    }

    fn first_free(&self, group: usize) -> Option<usize> {
        self.groups.get(group).and_then(|group| self.rows.get(group.next)).copied()
    }

    /// Uses up the first control of a group, and links over the group when it was the last.
    fn take(&mut self, group: usize) {
        let Some(known) = self.groups.get_mut(group) else { return };
        known.next += 1;
        if known.next == known.end {
            if let Some(link) = self.right.get_mut(group) {
                *link = group + 1;
            }
            if let Some(link) = self.left.get_mut(group + 1) {
                *link = group;
            }
        }
    }
}

/// Follows links to their end and shortens them on the way.
fn find(links: &mut [usize], from: usize) -> usize {
    let mut end = from;
    while let Some(next) = links.get(end)
        && *next != end
    {
        end = *next;
    }
    let mut at = from;
    while at != end
        && let Some(link) = links.get_mut(at)
    {
        at = std::mem::replace(link, end);
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What an analyst writes: for each treated a scan of all controls.
    fn scan(treated: &[bool], scores: &[f64], caliper: f64) -> Vec<(usize, usize)> {
        let mut order: Vec<usize> = (0..treated.len()).filter(|row| treated[*row]).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        let mut used = treated.to_vec();
        let mut pairs = Vec::new();
        for row in order {
            let mut best: Option<(f64, usize)> = None;
            for control in 0..treated.len() {
                let gap = (scores[control] - scores[row]).abs();
                if !used[control] && gap <= caliper && best.is_none_or(|(known, _)| gap < known) {
                    best = Some((gap, control));
                }
            }
            if let Some((_, control)) = best {
                used[control] = true;
                pairs.push((row, control));
            }
        }
        pairs
    }

    proptest! {
        #[test]
        fn the_links_find_what_a_scan_finds(
            // Few distinct scores make ties in score and in gap; sevenths make gaps that round.
            rows in prop::collection::vec((any::<bool>(), 0_u8..40), 2..120),
            caliper in prop_oneof![Just(f64::INFINITY), Just(0.3), Just(1.0)],
        ) {
            let treated: Vec<bool> = rows.iter().map(|(flag, _)| *flag).collect();
            let scores: Vec<f64> = rows.iter().map(|(_, score)| f64::from(*score) / 7.0).collect();
            let fast: Vec<_> = pairs(&treated, &scores, MatchOptions::default(), caliper)
                .iter().map(|pair| (pair.treated, pair.control)).collect();
            prop_assert_eq!(fast, scan(&treated, &scores, caliper));
        }
    }
}
