//! The monitoring form of a project: what was seen on a day, what is done about it, and who does it.

use jiff::civil::Date;
use serde::Serialize;

use fingerpost_domain::case::read_day;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};

/// A line of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// When it was seen.
    pub on: Date,
    /// What was seen.
    pub seen: Note<1000>,
    /// What is done about it.
    pub act: Option<Note<500>>,
    /// Who does it.
    pub who: Option<Line<80>>,
}

/// A line as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct WatchedAnswers {
    pub on_day: String,
    pub on_month: String,
    pub on_year: String,
    pub seen: String,
    pub act: String,
    pub who: String,
}

impl WatchedAnswers {
    /// A line of today.
    #[must_use]
    pub fn of_today(today: Date) -> Self {
        Self {
            on_day: today.day().to_string(),
            on_month: today.month().to_string(),
            on_year: today.year().to_string(),
            ..Self::default()
        }
    }

    /// The line, or what is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, today: Date) -> Result<Watched, Problems> {
        let mut problems = Problems::none();
        let on = problems.take("on", read_day(&self.on_day, &self.on_month, &self.on_year, "the day"));
        if on.is_some_and(|on| on > today) {
            problems.add("on", "The day cannot be in the future");
        }
        let seen = problems.need("seen", Note::parse(&self.seen), "Write what you saw");
        let act = problems.take("act", Note::parse(&self.act)).flatten();
        let who = problems.take("who", Line::parse(&self.who)).flatten();
        if who.is_some() && act.is_none() && problems.is_empty() {
            problems.add("act", "Write what they do, or leave out who does it");
        }
        match (on, seen) {
            (Some(on), Some(seen)) if problems.is_empty() => Ok(Watched { on, seen, act, who }),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_seen_and_nobody_does_nothing() {
        let today = Date::constant(2026, 11, 25);
        let typed =
            WatchedAnswers { seen: "Two of us did not know the form".into(), ..WatchedAnswers::of_today(today) };
        assert_eq!(typed.check(today).unwrap().on, today);
        assert!(WatchedAnswers { seen: String::new(), ..typed.clone() }.check(today).is_err());
        assert!(WatchedAnswers { who: "Asha".into(), ..typed.clone() }.check(today).is_err());
        assert!(WatchedAnswers { on_year: "2027".into(), ..typed }.check(today).is_err());
    }
}
