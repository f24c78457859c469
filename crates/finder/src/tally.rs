//! Which things of a question each entry has, and how well, while the words are looked up one after the other.

use rustc_hash::FxHashMap;

/// How well an entry has what was typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Match {
    pub(crate) slot: u32,
    pub(crate) score: f32,
    /// The share of what was asked for that it has, by weight.
    pub(crate) share: f32,
}

/// Things by entry: one bit for each, and beside them how well. Bits alone are small enough to stay near while a list of postings is
/// read; most entries have nothing of what was asked for, and only those that have are looked at afterwards.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    things: Vec<u16>,
    scores: Vec<f32>,
    touched: Vec<u32>,
}

impl Tally {
    /// Empty, for so many entries.
    pub(crate) fn for_entries(mut self, entries: usize) -> Self {
        self.things.resize(entries, 0);
        self.scores.resize(entries, 0.0);
        self
    }

    /// An entry has a thing; `false` where there is no such entry.
    pub(crate) fn note(&mut self, slot: u64, bit: usize, score: f32) -> bool {
        let Ok(at) = usize::try_from(slot) else { return false };
        let (Some(things), Some(known)) = (self.things.get_mut(at), self.scores.get_mut(at)) else { return false };
        if *things == 0 {
            self.touched.push(u32::try_from(slot).unwrap_or(u32::MAX));
            *known = score;
        } else {
            *known += score;
        }
        *things |= 1 << bit;
        true
    }

    /// What was noted, by what each thing is worth; empties it.
    pub(crate) fn take(&mut self, worth: &[f64]) -> Vec<Match> {
        let whole: f64 = worth.iter().sum();
        // Sixteen things have few combinations that occur: each is added up once, and the next entry has often the same.
        let mut shares: FxHashMap<u16, f32> = FxHashMap::default();
        let mut last = (0, 0.0);
        let mut all = Vec::with_capacity(self.touched.len());
        for slot in self.touched.drain(..) {
            let Ok(at) = usize::try_from(slot) else { continue };
            let (Some(things), Some(score)) = (self.things.get_mut(at), self.scores.get(at)) else { continue };
            if last.0 != *things {
                let has = |(bit, worth): (usize, &f64)| if *things & (1 << bit) == 0 { 0.0 } else { *worth };
                let added_up = || (worth.iter().enumerate().map(has).sum::<f64>() / whole) as f32;
                last = (*things, *shares.entry(*things).or_insert_with(added_up));
            }
            *things = 0;
            all.push(Match { slot, score: *score, share: last.1 });
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_taken_once() {
        let mut tally = Tally::default().for_entries(9);
        assert!(tally.note(7, 0, 1.0) && tally.note(3, 1, 2.0) && tally.note(7, 1, 0.5) && !tally.note(9, 0, 1.0));
        let all = tally.take(&[3.0, 1.0]);
        assert_eq!(
            all.iter().map(|one| (one.slot, one.score, one.share)).collect::<Vec<_>>(),
            [(7, 1.5, 1.0), (3, 2.0, 0.25)]
        );
        assert!(tally.note(3, 0, 0.25));
        assert_eq!(tally.take(&[3.0, 1.0])[0].score, 0.25, "nothing of the last question is left");
    }
}
