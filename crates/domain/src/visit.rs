//! A visit: a time in a link worker's diary at which they meet somebody, and whether they came back from it.
//!
//! What was planned is no contact. It counts as one only when somebody writes down that it happened.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::calendar::{plus_days, service_zone};
use crate::case::{ContactKind, read_day};
use crate::person::Postcode;
use crate::problem::Problems;
use crate::text::Line;

crate::coded! {
    /// Where somebody is met.
    pub enum VisitKind {
        /// At the person's home.
        Home = "home",
        /// At the practice.
        Practice = "practice",
        /// In a café, a library, on a walk.
        Elsewhere = "elsewhere",
        /// Going along to a group, often the first time.
        GoAlong = "go_along",
        /// On the telephone or by video.
        Call = "call",
    }
}

impl VisitKind {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home visit",
            Self::Practice => "At the surgery",
            Self::Elsewhere => "Meeting somewhere else",
            Self::GoAlong => "Going along with them",
            Self::Call => "Phone or video call",
        }
    }

    /// What it is when it has happened.
    #[must_use]
    pub const fn contact(self) -> ContactKind {
        match self {
            Self::Home => ContactKind::HomeVisit,
            Self::Practice | Self::Elsewhere => ContactKind::Met,
            Self::GoAlong => ContactKind::WentAlong,
            Self::Call => ContactKind::Phone,
        }
    }

    /// Whether a worker is alone there, and others wait to hear that they are back.
    #[must_use]
    pub const fn is_alone(self) -> bool {
        matches!(self, Self::Home | Self::Elsewhere | Self::GoAlong)
    }
}

/// A visit takes at most so long, minutes.
pub const LONGEST: u16 = 480;
/// Visits are planned at most so far ahead, days.
const FARTHEST: i64 = 366;
/// Others are told when somebody is so late in saying that they are back.
pub const GRACE: SignedDuration = SignedDuration::from_mins(15);

/// A visit as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Where they meet.
    pub kind: VisitKind,
    /// The day.
    pub on: Date,
    /// When it begins, by the clock on the wall.
    pub at: Time,
    /// How long it takes, minutes.
    pub minutes: u16,
    /// Which room, which bus stop.
    pub place: Option<Line<120>>,
    /// For the distance from the visit before.
    pub postcode: Option<Postcode>,
    /// What to remember: who comes along, what to bring.
    pub remember: Option<Line<200>>,
}

impl Visit {
    /// When it begins. On the night on which the clocks change an hour that is not there is taken as the one after it.
    #[must_use]
    pub fn begins(&self) -> Timestamp {
        instant(self.on, self.at)
    }

    /// When it ends.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        let long = SignedDuration::from_mins(i64::from(self.minutes));
        self.begins().saturating_add(long).unwrap_or(Timestamp::MAX)
    }
}

/// The instant at which a clock on the wall shows `at` on `day`.
#[must_use]
pub fn instant(day: Date, at: Time) -> Timestamp {
    day.to_datetime(at).to_zoned(service_zone()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// The form as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct VisitAnswers {
    pub kind: String,
    pub on_day: String,
    pub on_month: String,
    pub on_year: String,
    pub at: String,
    pub minutes: String,
    pub place: String,
    pub postcode: String,
    pub remember: String,
}

impl VisitAnswers {
    /// The visit, or everything that is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, today: Date) -> Result<Visit, Problems> {
        let mut problems = Problems::none();
        let kind = VisitKind::from_code(&self.kind);
        if kind.is_none() {
            problems.add("kind", "Choose where you meet");
        }
        let on = problems.take("on", read_day(&self.on_day, &self.on_month, &self.on_year, "the visit"));
        if on.is_some_and(|day| day < today || day > plus_days(today, FARTHEST)) {
            problems.add("on", "The visit must be today or within the next year");
        }
        let at = problems.take("at", read_time(&self.at));
        let minutes = self.minutes.trim().parse::<u16>().ok().filter(|minutes| (5..=LONGEST).contains(minutes));
        if minutes.is_none() {
            problems.add("minutes", format!("Say how long it takes: 5 to {LONGEST} minutes"));
        }
        let place = problems.take("place", Line::parse(&self.place)).flatten();
        let typed = self.postcode.trim();
        let postcode = (!typed.is_empty()).then(|| problems.take("postcode", Postcode::parse(typed))).flatten();
        let remember = problems.take("remember", Line::parse(&self.remember)).flatten();
        match (kind, on, at, minutes) {
            (Some(kind), Some(on), Some(at), Some(minutes)) if problems.is_empty() => {
                Ok(Visit { kind, on, at, minutes, place, postcode, remember })
            }
            _ => Err(problems),
        }
    }
}

/// A time as people write it: "10:30", "10.30", "1030", "9am", "2:15 pm".
///
/// # Errors
/// What to type instead.
pub fn read_time(typed: &str) -> Result<Time, String> {
    let wrong = || "Enter a time, for example 10:30 or 2pm".to_owned();
    let text: String = typed.trim().to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    match text.as_str() {
        "midday" | "noon" => return Ok(Time::constant(12, 0, 0, 0)),
        "midnight" => return Ok(Time::midnight()),
        _ => {}
    }
    let (text, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(rest), _) => (rest, Some(0)),
        (_, Some(rest)) => (rest, Some(12)),
        _ => (text.as_str(), None),
    };
    let number = |part: &str| {
        let digits = !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<i8>().ok() } else { None }
    };
    let (hour, minute) = match text.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (number(hour), number(minute)),
        Some(_) => (None, None),
        // "9" alone could be morning or evening; "9am" could not.
        None if text.len() <= 2 && half.is_some() => (number(text), Some(0)),
        None if text.len() == 4 && text.is_ascii() => (number(&text[..2]), number(&text[2..])),
        None => (None, None),
    };
    let (Some(hour), Some(minute)) = (hour, minute) else { return Err(wrong()) };
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return Err(wrong()),
        Some(half) => hour % 12 + half,
        None if (1..=6).contains(&hour) => {
            return Err("Say whether it is in the morning or the afternoon, for example 2:30pm".to_owned());
        }
        None => hour,
    };
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;

    fn visit() -> VisitAnswers {
        VisitAnswers {
            kind: "home".into(),
            on_day: "26".into(),
            on_month: "11".into(),
            on_year: "2026".into(),
            at: "10:30".into(),
            minutes: "45".into(),
            ..VisitAnswers::default()
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (typed, read) in [
            ("10:30", time(10, 30, 0, 0)),
            ("9.05", time(9, 5, 0, 0)),
            ("1430", time(14, 30, 0, 0)),
            ("2 PM", time(14, 0, 0, 0)),
            ("12am", time(0, 0, 0, 0)),
            ("12:15pm", time(12, 15, 0, 0)),
            ("Midday", time(12, 0, 0, 0)),
        ] {
            assert_eq!(read_time(typed), Ok(read), "{typed}");
        }
        for typed in [
            "", "9", "25:00", "10:3", "10:60", "13pm", "0am", "2:30", "0230", "half ten", "+9:30", "1:234", "é5:3",
            "日本",
        ] {
            assert!(read_time(typed).is_err(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn every_time_of_a_day_can_be_typed(hour in 0..24_i8, minute in 0..60_i8) {
            let at = time(hour, minute, 0, 0);
            let bare = read_time(&format!("{hour}:{minute:02}"));
            // "2:30" is an afternoon to most, and a night to a computer: neither is guessed.
            if (1..=6).contains(&hour) { prop_assert!(bare.is_err()) } else { prop_assert_eq!(bare, Ok(at)) }
            let (half, shown) = (if hour < 12 { "am" } else { "pm" }, if hour % 12 == 0 { 12 } else { hour % 12 });
            prop_assert_eq!(read_time(&format!("{shown}.{minute:02} {half}")), Ok(at));
        }

        #[test]
        fn whatever_is_typed_is_read_or_refused(typed in "\\PC{0,12}") {
            let _ = read_time(&typed);
        }
    }

    #[test]
    fn a_visit_is_planned_from_today_on() {
        let today = date(2026, 11, 26);
        assert!(visit().check(today).is_ok());
        assert!(visit().check(date(2026, 11, 27)).unwrap_err().of("on").is_some());
        let far = VisitAnswers { on_year: "2028".into(), ..visit() };
        assert!(far.check(today).unwrap_err().of("on").is_some());
        let endless = VisitAnswers { minutes: "481".into(), postcode: "nowhere".into(), ..visit() };
        let problems = endless.check(today).unwrap_err();
        assert!(problems.of("minutes").is_some() && problems.of("postcode").is_some());
    }

    #[test]
    fn a_visit_lasts_as_long_when_the_clocks_change() {
        // On 29 March 2026 one o'clock is not there; on 25 October it is there twice.
        for (on, at) in [
            (date(2026, 3, 29), time(0, 30, 0, 0)),
            (date(2026, 3, 29), time(1, 30, 0, 0)),
            (date(2026, 10, 25), time(0, 45, 0, 0)),
        ] {
            let planned = Visit { on, at, minutes: 90, ..visit().check(date(2026, 11, 26)).unwrap() };
            assert_eq!(planned.ends().duration_since(planned.begins()), SignedDuration::from_mins(90));
        }
        assert_eq!(instant(date(2026, 3, 29), time(1, 30, 0, 0)), instant(date(2026, 3, 29), time(2, 30, 0, 0)));
    }
}
