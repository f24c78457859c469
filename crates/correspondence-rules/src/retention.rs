//! How long a record is kept, and what may end it. The schedule is data with a day from which it counts; the one that ships is a
//! proposal, and a scheme destroys nothing before it has confirmed one of its own.

use fingerpost_domain::calendar::age_on;
use fingerpost_domain::case::read_day;
use fingerpost_domain::coded;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Somebody of this age has grown up.
const GROWN_UP: i16 = 18;

/// How long records are kept after the last work with somebody has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Years after the end, for somebody who was 18 or older then.
    pub adult_years: u8,
    /// The birthday until which the record of a child is kept.
    pub child_until_age: u8,
    /// The same for somebody who was 17 at the end.
    pub seventeen_until_age: u8,
    /// The day from which the schedule counts.
    pub in_force_from: Date,
    /// Where it comes from: the code of practice, the scheme's own policy.
    pub source: Line<200>,
}

impl Schedule {
    /// The one that ships: to be confirmed by whoever uses it.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn proposed() -> Self {
        #[expect(clippy::expect_used, reason = "our own file, read by a test")]
        serde_json::from_str(include_str!("../data/retention.json")).expect("a schedule")
    }

    /// The last day on which the record of somebody is kept, whose work ended on `ended`.
    ///
    /// # Examples
    /// ```
    /// use fingerpost_correspondence_rules::retention::Schedule;
    /// use jiff::civil::date;
    ///
    /// let kept = Schedule::proposed().keep_until(date(1947, 6, 4), date(2026, 11, 3));
    /// assert_eq!(kept, date(2034, 11, 3));
    /// ```
    #[must_use]
    pub fn keep_until(&self, born: Date, ended: Date) -> Date {
        match age_on(born, ended) {
            GROWN_UP.. => plus_years(ended, self.adult_years),
            17 => plus_years(born, self.seventeen_until_age),
            _ => plus_years(born, self.child_until_age),
        }
    }
}

impl Schedule {
    /// The fewest years after the end for which anybody's record is kept: an adult's, or that of a child just before a birthday.
    #[must_use]
    pub fn shortest_years(&self) -> u8 {
        let of_child = self.child_until_age.saturating_sub(17);
        self.adult_years.min(of_child).min(self.seventeen_until_age.saturating_sub(18))
    }
}

fn plus_years(day: Date, years: u8) -> Date {
    day.saturating_add(Span::new().years(years))
}

/// The form of a schedule as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ScheduleAnswers {
    pub adult_years: String,
    pub child_until_age: String,
    pub seventeen_until_age: String,
    pub source: String,
    pub from_day: String,
    pub from_month: String,
    pub from_year: String,
}

impl From<&Schedule> for ScheduleAnswers {
    fn from(schedule: &Schedule) -> Self {
        Self {
            adult_years: schedule.adult_years.to_string(),
            child_until_age: schedule.child_until_age.to_string(),
            seventeen_until_age: schedule.seventeen_until_age.to_string(),
            source: schedule.source.to_string(),
            from_day: schedule.in_force_from.day().to_string(),
            from_month: schedule.in_force_from.month().to_string(),
            from_year: schedule.in_force_from.year().to_string(),
        }
    }
}

impl ScheduleAnswers {
    /// The schedule, or what is wrong with the form.
    ///
    /// # Errors
    /// What to type instead, by field.
    pub fn check(&self) -> Result<Schedule, Problems> {
        let mut problems = Problems::none();
        let mut number = |field: &'static str, text: &str, low: u8, high: u8| {
            let read = text.trim().parse().ok().filter(|number| (low..=high).contains(number));
            if read.is_none() {
                problems.add(field, format!("Enter a number from {low} to {high}"));
            }
            read.unwrap_or(low)
        };
        let adult_years = number("adult_years", &self.adult_years, 1, 100);
        let child_until_age = number("child_until_age", &self.child_until_age, 18, 100);
        let seventeen_until_age = number("seventeen_until_age", &self.seventeen_until_age, 18, 100);
        let source = match Line::parse(&self.source) {
            Ok(Some(source)) => Some(source),
            Ok(None) => {
                problems.add("source", "Say which policy or code of practice says so");
                None
            }
            Err(error) => {
                problems.add("source", error.to_string());
                None
            }
        };
        let from = read_day(&self.from_day, &self.from_month, &self.from_year, "the beginning");
        let in_force_from = from.map_err(|wrong| problems.add("from", wrong)).ok();
        match (problems.is_empty(), source, in_force_from) {
            (true, Some(source), Some(in_force_from)) => {
                Ok(Schedule { adult_years, child_until_age, seventeen_until_age, in_force_from, source })
            }
            _ => Err(problems),
        }
    }
}

coded! {
    /// Why a record is destroyed.
    pub enum ErasureGround {
        /// The time for which it is kept is over, and nobody needs it.
        TimeOver = "time_over",
        /// They asked for it, and no law says that it has to be kept.
        TheyAsked = "they_asked",
        /// It should never have been made: somebody else was meant.
        Mistake = "mistake",
    }
}

impl ErasureGround {
    /// The words on the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::TimeOver => "The time for which it is kept is over",
            Self::TheyAsked => "They asked for it, and nothing says that it has to be kept",
            Self::Mistake => "It should never have been made: somebody else was meant",
        }
    }

    /// Whether it stands before the time is over.
    #[must_use]
    pub const fn before_time(self) -> bool {
        !matches!(self, Self::TimeOver)
    }
}

/// What was decided about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is kept longer.
    Keep {
        /// Until when.
        until: Date,
        /// Why.
        reason: Note<600>,
    },
    /// It is destroyed for good.
    Destroy(ErasureGround),
}

/// The form of a decision as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct DecisionAnswers {
    pub decision: String,
    pub ground: String,
    pub sure: bool,
    pub reason: String,
    pub until_day: String,
    pub until_month: String,
    pub until_year: String,
}

impl DecisionAnswers {
    /// The decision about a record that is kept until `kept`, or what is wrong with the form.
    ///
    /// # Errors
    /// What to type instead, by field.
    pub fn check(&self, kept: Date, today: Date) -> Result<Decision, Problems> {
        let mut problems = Problems::none();
        if self.decision != "destroy" {
            let reason = Note::parse(&self.reason).map_err(|error| problems.add("reason", error.to_string()));
            let reason = reason.ok().flatten();
            if reason.is_none() && problems.of("reason").is_none() {
                problems.add("reason", "Say why it is kept longer");
            }
            let until = read_day(&self.until_day, &self.until_month, &self.until_year, "the next look");
            let until = until.map_err(|wrong| problems.add("until", wrong)).ok();
            if until.is_some_and(|until| until <= today) {
                problems.add("until", "The day of the next look must be in the future");
            }
            return match (problems.is_empty(), until, reason) {
                (true, Some(until), Some(reason)) => Ok(Decision::Keep { until, reason }),
                _ => Err(problems),
            };
        }
        let ground = ErasureGround::from_code(&self.ground);
        match ground {
            None => problems.add("ground", "Choose why it is destroyed"),
            Some(ground) if !ground.before_time() && today <= kept => {
                problems.add("ground", "The time for which it is kept is not over yet");
            }
            Some(_) => {}
        }
        if !self.sure {
            problems.add("sure", "Say that nobody needs it any more");
        }
        match (problems.is_empty(), ground) {
            (true, Some(ground)) => Ok(Decision::Destroy(ground)),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn adults_are_kept_for_years_and_children_until_a_birthday() {
        let schedule = Schedule::proposed();
        let kept = |born, ended| schedule.keep_until(born, ended);
        assert_eq!(kept(date(2000, 1, 1), date(2018, 1, 1)), date(2026, 1, 1), "eighteen on that day");
        assert_eq!(kept(date(2000, 1, 2), date(2018, 1, 1)), date(2026, 1, 2), "seventeen: until 26");
        assert_eq!(kept(date(2001, 1, 2), date(2018, 1, 1)), date(2026, 1, 2), "sixteen: until 25");
        assert_eq!(kept(date(1990, 5, 5), date(2024, 2, 29)), date(2032, 2, 29));
        assert_eq!(kept(date(1990, 5, 5), date(2020, 2, 29)), date(2028, 2, 29));
    }

    proptest::proptest! {
        /// Whoever is looked for by the shortest time is everybody who is due.
        #[test]
        fn nobody_is_kept_for_less_than_the_shortest_time(adult in 1_u8..30, child in 18_u8..40, seventeen in 18_u8..40, days in 0_i32..20_000) {
            let schedule = Schedule { adult_years: adult, child_until_age: child, seventeen_until_age: seventeen, ..Schedule::proposed() };
            let born = date(1990, 3, 1);
            let ended = born.saturating_add(Span::new().days(days));
            let shortest = plus_years(ended, schedule.shortest_years());
            proptest::prop_assert!(schedule.keep_until(born, ended) >= shortest.saturating_sub(Span::new().days(1)));
        }
    }

    #[test]
    fn a_schedule_says_where_it_comes_from() {
        let right = ScheduleAnswers::from(&Schedule::proposed());
        assert_eq!(right.check(), Ok(Schedule::proposed()));
        let wrong = ScheduleAnswers {
            adult_years: "0".into(),
            child_until_age: "x".into(),
            seventeen_until_age: "101".into(),
            source: " ".into(),
            from_month: "13".into(),
            ..right
        };
        let problems = wrong.check().unwrap_err();
        for field in ["adult_years", "child_until_age", "seventeen_until_age", "source", "from"] {
            assert!(problems.of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn nothing_is_destroyed_before_its_time_by_the_passing_of_time() {
        let (kept, today) = (date(2034, 1, 1), date(2030, 1, 1));
        let ask = |ground: &str, sure| DecisionAnswers {
            decision: "destroy".into(),
            ground: ground.into(),
            sure,
            ..DecisionAnswers::default()
        };
        assert!(ask("time_over", true).check(kept, today).unwrap_err().of("ground").is_some());
        assert!(ask("time_over", true).check(kept, kept).is_err(), "the last day is one of them");
        assert_eq!(
            ask("time_over", true).check(kept, date(2034, 1, 2)),
            Ok(Decision::Destroy(ErasureGround::TimeOver))
        );
        assert_eq!(ask("mistake", true).check(kept, today), Ok(Decision::Destroy(ErasureGround::Mistake)));
        assert!(ask("mistake", false).check(kept, today).unwrap_err().of("sure").is_some());
        assert!(ask("", true).check(kept, today).unwrap_err().of("ground").is_some());
        let keep = DecisionAnswers {
            until_day: "1".into(),
            until_month: "1".into(),
            until_year: "2031".into(),
            reason: "A complaint is open".into(),
            ..DecisionAnswers::default()
        };
        assert!(matches!(keep.check(kept, today), Ok(Decision::Keep { .. })));
        assert!(keep.check(kept, date(2031, 1, 1)).unwrap_err().of("until").is_some());
        assert!(
            DecisionAnswers { reason: String::new(), ..keep }.check(kept, today).unwrap_err().of("reason").is_some()
        );
    }
}
