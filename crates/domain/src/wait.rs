//! The honest wait: what really happened to the last people sent, not a promise.

use jiff::civil::Date;

use crate::calendar::working_days_between;

/// How many of the people sent last a wait is computed from.
pub const WAIT_SAMPLE: usize = 40;
/// Fewer than this and we say that it is too early to tell.
const ENOUGH: usize = 5;

/// Working days from sending to the first contact that took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Half of the people wait this long or less, by the product-limit (Kaplan-Meier) estimate; none while too many still wait for
    /// half to be known.
    pub median: Option<u32>,
    /// The longest of those who had a first contact.
    pub longest: u32,
    /// Of how many people this is computed, at most [`WAIT_SAMPLE`].
    pub people: usize,
    /// How many still wait.
    pub waiting: usize,
    /// The longest that anybody who still waits has waited.
    pub longest_waiting: u32,
}

/// The wait of the people sent last, newest first, from pairs of (day sent, day of first contact); `None` with fewer than five first
/// contacts.
///
/// Who still waits counts as having waited at least so long: left out, they would make a growing queue look like a short one. Where half
/// is reached exactly, the later day is taken: we would rather promise late.
#[must_use]
pub fn honest_wait(sent: &[(Date, Option<Date>)], today: Date) -> Option<Wait> {
    let sent = &sent[..sent.len().min(WAIT_SAMPLE)];
    let mut seen: Vec<u32> =
        sent.iter().filter_map(|&(sent, first)| Some(working_days_between(sent, first?))).collect();
    if seen.len() < ENOUGH {
        return None;
    }
    seen.sort_unstable();
    let waiting = sent.iter().filter(|(_, first)| first.is_none());
    let still: Vec<u32> = waiting.map(|(sent, _)| working_days_between(*sent, today)).collect();
    Some(Wait {
        median: half_seen_within(&seen, &still),
        longest: *seen.last()?,
        people: sent.len(),
        waiting: still.len(),
        longest_waiting: still.iter().copied().max().unwrap_or(0),
    })
}

/// The first day by which less than half are left, of those seen (sorted) and those who still wait.
fn half_seen_within(seen: &[u32], still: &[u32]) -> Option<u32> {
    let mut left = 1.0_f64;
    for chunk in seen.chunk_by(|a, b| a == b) {
        let day = chunk[0];
        let at_risk = seen.iter().chain(still).filter(|waited| **waited >= day).count();
        left *= 1.0 - chunk.len() as f64 / at_risk as f64;
        // A product of fractions may miss a half by its last bit.
        if left < 0.5 - 1e-9 {
            return Some(day);
        }
    }
    None
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
        let pair = (date(2026, 10, 7), Some(date(2026, 10, 13)));
        let today = date(2026, 10, 20);
        assert_eq!(honest_wait(&[pair; 4], today), None);
        let all_seen = Wait { median: Some(4), longest: 4, people: 5, waiting: 0, longest_waiting: 0 };
        assert_eq!(honest_wait(&[pair; 5], today), Some(all_seen));
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
        let pairs: Vec<_> = (6..12).map(|day| (sent, Some(date(2026, 10, day)))).collect();
        // 6, 7, 8, 9 October, then Saturday and Sunday: 1, 2, 3, 4, 4, 4 working days.
        let expected = Wait { median: Some(4), longest: 4, people: 6, waiting: 0, longest_waiting: 0 };
        assert_eq!(honest_wait(&pairs, date(2026, 10, 20)), Some(expected));
    }

    #[test]
    fn those_who_still_wait_make_the_wait_longer() {
        let sent = date(2026, 10, 5);
        // 1, 2, 3, 4 and, over a weekend, 5 working days; 11 on the day of asking.
        let firsts = [6, 7, 8, 9, 12].map(|day| (sent, Some(date(2026, 10, day))));
        let today = date(2026, 10, 20);
        let wait = |waiting: &[Date]| {
            let waiting = waiting.iter().map(|sent| (*sent, None));
            honest_wait(&firsts.into_iter().chain(waiting).collect::<Vec<_>>(), today).unwrap()
        };
        assert_eq!(wait(&[]).median, Some(3));
        // S: 6/7, 5/7, 4/7, 3/7: the fourth day.
        assert_eq!(wait(&[sent; 2]).median, Some(4));
        let queue = wait(&[sent; 6]);
        assert_eq!((queue.median, queue.waiting, queue.longest_waiting), (None, 6, 11));
        // Somebody who was sent yesterday says nothing yet of three days.
        assert_eq!(wait(&[date(2026, 10, 19)]).median, Some(3));
    }
}
