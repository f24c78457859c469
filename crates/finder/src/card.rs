//! What the search reads of every entry that has the words, beside each other in memory: the entries themselves lie apart, and are
//! looked at only where they are shown.

use fingerpost_directory::entry::Entry;
use fingerpost_directory::facts::Conditions;
use fingerpost_directory::place::Direction;
use fingerpost_directory::standing::{Fading, day_number};
use fingerpost_domain::need::Need;

/// An entry as it is filtered and ranked.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(128))]
pub(crate) struct Card {
    pub(crate) conditions: Conditions,
    /// Its first place; that of its town, where its own is not known.
    pub(crate) place: Option<Direction>,
    /// It has more places than one: the nearest counts.
    pub(crate) several: bool,
    pub(crate) fading: Fading,
    /// How it answers, as the ranking counts it.
    pub(crate) answers: f32,
    /// The number of the last day on which it is found.
    last_day: i32,
    /// One bit for each need.
    needs: u16,
    pub(crate) withheld: bool,
    /// Nothing is in this slot any more.
    gone: bool,
}

const fn bit(need: Need) -> u16 {
    1 << need as u16
}

impl Card {
    pub(crate) fn of(entry: &Entry) -> Self {
        let last_day = entry.standing.last_day(entry.confirmed);
        Self {
            conditions: entry.facts.conditions,
            place: entry.facts.places.first().copied().map(Direction::from),
            several: entry.facts.places.len() > 1,
            fading: Fading::of(entry.confirmed, &entry.standing),
            answers: crate::rank::answers(&entry.standing),
            last_day: last_day.map_or(i32::MAX, day_number),
            needs: entry.needs.iter().fold(0, |needs, need| needs | bit(*need)),
            withheld: entry.standing.withheld,
            gone: false,
        }
    }

    /// The place of an entry that was taken out.
    pub(crate) fn nothing() -> Self {
        Self { gone: true, ..Self::default() }
    }

    /// Nothing is to be found under it.
    pub(crate) const fn is_nothing(&self) -> bool {
        self.gone
    }

    /// It is in the search on a day, and meets a need where one is asked for.
    pub(crate) fn is_found(&self, today: i32, need: Option<Need>) -> bool {
        !self.gone && self.last_day >= today && need.is_none_or(|need| self.needs & bit(need) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_two_lines_of_the_cache() {
        assert_eq!(size_of::<Card>(), 128);
    }
}
