//! The honest wait: what really happened to the last people sent, not a promise.

use jiff::civil::Date;

use crate::calendar::working_days_between;

/// How many of the most recent first contacts a wait is computed from.
pub const WAIT_SAMPLE: usize = 20;
/// Fewer than this and we say that it is too early to tell.
const ENOUGH: usize = 5;

/// Working days from sending to the first contact that took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Half of the people waited this long or less.
    pub median: u32,
    /// The longest.
    pub longest: u32,
    /// How many people this is computed from, at most [`WAIT_SAMPLE`].
    pub people: usize,
}

/// The wait from pairs of (day sent, day of first contact); `None` with fewer than five people.
///
/// The median of an even number is the higher of the two in the middle: we would rather promise late.
#[must_use]
pub fn honest_wait(firsts: &[(Date, Date)]) -> Option<Wait> {
    let mut days: Vec<u32> =
        firsts.iter().take(WAIT_SAMPLE).map(|&(sent, first)| working_days_between(sent, first)).collect();
    days.sort_unstable();
    let longest = *days.last()?;
    (days.len() >= ENOUGH).then(|| Wait { median: days[days.len() / 2], longest, people: days.len() })
}

/// How a group of people waited, with those who still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupWait {
    /// How many people.
    pub people: usize,
    /// Half of them had a first contact within so many working days; none while half or more still wait.
    pub half_within: Option<u32>,
    /// How many still wait.
    pub waiting: usize,
    /// The longest that anybody who still waits has waited, in working days.
    pub longest_waiting: u32,
}

/// The waits of people from pairs of (day sent, day of first contact), with those who still wait counted as longer
/// than everybody who does not: leaving them out would make a growing queue look like a short one.
#[must_use]
pub fn wait_of_all(people: &[(Date, Option<Date>)], today: Date) -> GroupWait {
    let still: Vec<u32> = people
        .iter()
        .filter(|(_, first)| first.is_none())
        .map(|(sent, _)| working_days_between(*sent, today))
        .collect();
    let mut waited: Vec<u32> =
        people.iter().filter_map(|(sent, first)| Some(working_days_between(*sent, (*first)?))).collect();
    waited.sort_unstable();
    GroupWait {
        people: people.len(),
        half_within: waited.get(people.len() / 2).copied(),
        waiting: still.len(),
        longest_waiting: still.into_iter().max().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn too_few_people_give_no_number() {
        let pair = (date(2026, 10, 7), date(2026, 10, 13));
        assert_eq!(honest_wait(&[pair; 4]), None);
        assert_eq!(honest_wait(&[pair; 5]), Some(Wait { median: 4, longest: 4, people: 5 }));
    }

    #[test]
    fn a_growing_queue_never_looks_like_a_short_one() {
        let sent = date(2026, 10, 5);
        let (seen, waits) = ((sent, Some(date(2026, 10, 7))), (sent, None));
        let today = date(2026, 10, 19);
        assert_eq!(wait_of_all(&[seen, seen, waits], today).half_within, Some(2));
        let queue = wait_of_all(&[seen, waits, waits], today);
        assert_eq!((queue.half_within, queue.waiting, queue.longest_waiting, queue.people), (None, 2, 10, 3));
        assert_eq!(wait_of_all(&[], today).half_within, None);
    }

    #[test]
    fn an_even_sample_takes_the_later_middle() {
        let sent = date(2026, 10, 5);
        let pairs: Vec<_> = (6..12).map(|day| (sent, date(2026, 10, day))).collect();
        // 6, 7, 8, 9 October, then Saturday and Sunday: 1, 2, 3, 4, 4, 4 working days.
        assert_eq!(honest_wait(&pairs), Some(Wait { median: 4, longest: 4, people: 6 }));
    }
}
