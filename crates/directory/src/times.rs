//! When things take place: days of the week and parts of the day, as sets.

use crate::hsds::Schedule;
use crate::opening::{WEEK, day_name, minutes};

/// Days, Monday first: one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Days(u8);

impl Days {
    /// No day.
    pub const NONE: Self = Self(0);
    /// Monday to Friday.
    pub const WEEKDAYS: Self = Self(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b110_0000);

    /// One day by its code of iCalendar or its English name; a number before the code (`1MO`) is left out.
    #[must_use]
    pub fn of(day: &str) -> Option<Self> {
        let name = day_name(day).unwrap_or(day);
        WEEK.iter().position(|(_, known)| known.eq_ignore_ascii_case(name)).map(|at| Self(1 << at))
    }

    /// One day as people write it, folded, also of each week: "Tuesdays", "Tues". A word that only begins like a day is none.
    #[must_use]
    pub fn said(word: &str) -> Option<Self> {
        const SHORT: &[(&str, &str)] = &[
            ("mon", "MO"),
            ("tue", "TU"),
            ("tues", "TU"),
            ("wed", "WE"),
            ("weds", "WE"),
            ("thu", "TH"),
            ("thur", "TH"),
            ("thurs", "TH"),
            ("fri", "FR"),
            ("sat", "SA"),
            ("sun", "SU"),
        ];
        let whole = Self::of(word.strip_suffix('s').unwrap_or(word)).filter(|_| word.len() > 4);
        whole.or_else(|| SHORT.iter().find(|(short, _)| *short == word).and_then(|(_, code)| Self::of(code)))
    }

    /// The days that a text names, folded words in their order; "Mon to Fri" and "Monday - Friday" are all between.
    #[must_use]
    pub fn named(words: &[String]) -> Self {
        const BETWEEN: &[&str] = &["to", "till", "until", "through"];
        let mut all = Self::NONE;
        let mut before: Option<(usize, Self)> = None;
        for (at, word) in words.iter().enumerate() {
            let Some(day) = Self::said(word) else { continue };
            all = all.with(day);
            if let Some((last, from)) = before
                && last + 2 == at
                && words.get(at - 1).is_some_and(|word| BETWEEN.contains(&word.as_str()))
                && from.0 < day.0
            {
                all = all.with(Self((day.0 - from.0) | day.0));
            }
            before = Some((at, day));
        }
        all
    }

    /// Both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// No day at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The codes of iCalendar.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        WEEK.into_iter().enumerate().filter(move |(at, _)| self.0 & (1 << at) != 0).map(|(_, (code, _))| code)
    }

    /// The English names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        WEEK.into_iter().enumerate().filter(move |(at, _)| self.0 & (1 << at) != 0).map(|(_, (_, name))| name)
    }
}

fingerpost_domain::coded! {
    /// A part of the day.
    pub enum Part {
        /// Before noon.
        Morning = "morning",
        /// From noon to five.
        Afternoon = "afternoon",
        /// After five.
        Evening = "evening",
    }
}

impl Part {
    /// The word on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Morning => "Mornings",
            Self::Afternoon => "Afternoons",
            Self::Evening => "Evenings",
        }
    }

    /// Its hours, in minutes after midnight.
    const fn span(self) -> (u16, u16) {
        match self {
            Self::Morning => (0, 720),
            Self::Afternoon => (720, 1_020),
            Self::Evening => (1_020, 1_440),
        }
    }
}

/// Less than this of a part of the day is not yet time to go there, in minutes.
const WORTH_GOING: u16 = 30;

/// When a service takes place, as far as its source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// The days.
    pub days: Days,
    /// Days by part: the parts of which something is known to fall.
    by_part: [Days; 3],
    /// Days whose hours are not known.
    untimed: Days,
    /// The earliest hour at which it begins and the latest at which it ends, in minutes after midnight.
    pub hours: Option<(u16, u16)>,
}

/// Whether something takes place at a wanted time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtThatTime {
    /// On these days.
    Yes(Days),
    /// On the right days, but the hours are not known; or nothing is known.
    NotKnown,
    /// At other times.
    No,
}

impl Times {
    /// Reads the times of a service.
    #[must_use]
    pub fn of(schedules: &[Schedule]) -> Self {
        let mut all = Self::default();
        for schedule in schedules {
            let days = schedule
                .byday
                .as_deref()
                .unwrap_or_default()
                .split(',')
                .filter_map(Days::of)
                .fold(Days::NONE, Days::with);
            all.days = all.days.with(days);
            let opens = schedule.opens_at.as_deref().and_then(minutes);
            let closes = schedule.closes_at.as_deref().and_then(minutes);
            match (opens, closes) {
                (Some(opens), closes) => {
                    // What says when it begins and not when it ends is taken to last an hour.
                    let closes = closes.filter(|closes| *closes > opens).unwrap_or((opens + 60).min(1_440));
                    let (first, last) = all.hours.unwrap_or((opens, closes));
                    all.hours = Some((first.min(opens), last.max(closes)));
                    for (part, at) in Part::ALL.iter().zip(&mut all.by_part) {
                        let (from, to) = part.span();
                        let shared = closes.min(to).saturating_sub(opens.max(from));
                        if shared >= WORTH_GOING.min(closes - opens) {
                            *at = at.with(days);
                        }
                    }
                }
                (None, _) => all.untimed = all.untimed.with(days),
            }
        }
        all
    }

    /// Whether it takes place on one of `days`, in `part` of the day; no days are any day.
    #[must_use]
    pub fn at(self, days: Days, part: Option<Part>) -> AtThatTime {
        if self.days.is_empty() {
            return AtThatTime::NotKnown;
        }
        let wanted = if days.is_empty() { Days::WEEKDAYS.with(Days::WEEKEND) } else { days };
        let known = match part {
            None => self.days,
            Some(part) => {
                Part::ALL.iter().zip(self.by_part).find(|(of, _)| **of == part).map_or(Days::NONE, |(_, days)| days)
            }
        };
        if !known.both(wanted).is_empty() {
            return AtThatTime::Yes(known.both(wanted));
        }
        if self.untimed.both(wanted).is_empty() { AtThatTime::No } else { AtThatTime::NotKnown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(all: &[(&str, Option<&str>, Option<&str>)]) -> Times {
        let schedules: Vec<Schedule> = all
            .iter()
            .map(|(byday, opens, closes)| Schedule {
                byday: Some((*byday).to_owned()),
                opens_at: opens.map(str::to_owned),
                closes_at: closes.map(str::to_owned),
                ..Schedule::default()
            })
            .collect();
        Times::of(&schedules)
    }

    fn day(code: &str) -> Days {
        Days::of(code).unwrap()
    }

    #[test]
    fn days_and_parts_are_told_apart() {
        let choir = times(&[("TU", Some("18:30"), Some("20:00")), ("1TH", Some("11:45:00+01:00"), Some("13:00"))]);
        assert_eq!(choir.at(Days::NONE, Some(Part::Evening)), AtThatTime::Yes(day("TU")));
        assert_eq!(choir.at(day("TH"), Some(Part::Afternoon)), AtThatTime::Yes(day("TH")));
        assert_eq!(choir.at(day("TH"), Some(Part::Morning)), AtThatTime::No, "a quarter of an hour before noon");
        assert_eq!(choir.at(day("FR"), None), AtThatTime::No);
        assert_eq!(choir.at(Days::WEEKDAYS, None), AtThatTime::Yes(day("TU").with(day("TH"))));
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        assert_eq!(Times::default().at(day("MO"), None), AtThatTime::NotKnown);
        let untimed = times(&[("MO", None, None)]);
        assert_eq!(untimed.at(day("MO"), Some(Part::Evening)), AtThatTime::NotKnown);
        assert_eq!(untimed.at(day("MO"), None), AtThatTime::Yes(day("MO")));
        let backwards = times(&[("MO", Some("17:00"), Some("09:00"))]);
        assert_eq!(backwards.at(Days::NONE, Some(Part::Evening)), AtThatTime::Yes(day("MO")));
    }

    #[test]
    fn days_are_named_in_their_order() {
        let days = day("SU").with(day("MO"));
        assert_eq!(days.names().collect::<Vec<_>>(), ["Monday", "Sunday"]);
        assert_eq!(days.codes().collect::<Vec<_>>(), ["MO", "SU"]);
        assert_eq!(Days::of("monday"), Some(day("MO")));
        assert_eq!(Days::of("someday"), None);
    }
}
