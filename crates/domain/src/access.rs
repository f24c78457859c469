//! Accessible information: how words have to reach somebody so that they arrive.
//!
//! The six steps of the Accessible Information Standard (DAPB1605 v4.0): identify (ask), record, flag (the banner of
//! every page about the person), share (only with their agreement), meet, review (a day).

use jiff::civil::Date;
use serde::Serialize;

use crate::case::read_day;
use crate::problem::Problems;

crate::coded! {
    /// Something that makes words arrive.
    pub enum AccessNeed {
        /// Large print.
        LargePrint = "large_print",
        /// Easy Read: short sentences with pictures.
        EasyRead = "easy_read",
        /// Braille.
        Braille = "braille",
        /// Read aloud, or as a recording.
        Audio = "audio",
        /// A British Sign Language interpreter.
        SignLanguage = "sign_language",
        /// An interpreter for a spoken language.
        Interpreter = "interpreter",
        /// A hearing loop, or facing them while speaking.
        Hearing = "hearing",
        /// More time, or a quiet place.
        MoreTime = "more_time",
        /// Somebody with them.
        Supporter = "supporter",
    }
}

impl AccessNeed {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::LargePrint => "Large print",
            Self::EasyRead => "Easy Read",
            Self::Braille => "Braille",
            Self::Audio => "Read aloud or recorded",
            Self::SignLanguage => "Sign language interpreter",
            Self::Interpreter => "Interpreter",
            Self::Hearing => "Hearing loop, or face them",
            Self::MoreTime => "More time, a quiet place",
            Self::Supporter => "Somebody with them",
        }
    }
}

/// What is known of how information reaches somebody, from when they were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessNeeds {
    /// What they need; empty when they were asked and need nothing.
    pub needs: Vec<AccessNeed>,
    /// They agreed that groups and the referrer are told of these needs.
    pub may_share: bool,
    /// When they are asked again.
    pub review_on: Date,
}

impl AccessNeeds {
    /// What either says: every need of both, shared only where both may be, asked again on the earlier day.
    #[must_use]
    pub fn joined_by(&self, other: &Self) -> Self {
        let mut needs = [self.needs.as_slice(), &other.needs].concat();
        needs.sort_unstable();
        needs.dedup();
        Self { needs, may_share: self.may_share && other.may_share, review_on: self.review_on.min(other.review_on) }
    }

    /// What those are told whom the person lets know: a line for each need.
    #[must_use]
    pub fn shared_lines(&self) -> Vec<String> {
        let told = self.needs.iter().filter(|_| self.may_share);
        told.map(|need| need.label().to_owned()).collect()
    }
}

/// The form as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct AccessAnswers {
    pub asked: bool,
    pub needs: Vec<String>,
    pub may_share: String,
    pub review_day: String,
    pub review_month: String,
    pub review_year: String,
}

impl AccessAnswers {
    /// What is known; `None` while nobody has asked.
    ///
    /// # Errors
    /// Adds to `problems` what is wrong.
    pub fn check(&self, today: Date, problems: &mut Problems) -> Option<AccessNeeds> {
        let mut needs: Vec<AccessNeed> = self.needs.iter().filter_map(|code| AccessNeed::from_code(code)).collect();
        needs.sort_unstable();
        needs.dedup();
        if !self.asked {
            if !needs.is_empty() {
                problems.add("access_asked", "Tick that you asked, or take the needs out");
            }
            return None;
        }
        let may_share = match self.may_share.as_str() {
            "yes" => true,
            "no" => false,
            _ if needs.is_empty() => false,
            _ => {
                problems.add("may_share", "Say whether groups, and whoever referred them, may be told of these needs");
                return None;
            }
        };
        let read = read_day(&self.review_day, &self.review_month, &self.review_year, "asking again");
        let review_on = problems.take("review", read)?;
        if review_on <= today {
            problems.add("review", "The day of asking again must be after today");
            return None;
        }
        Some(AccessNeeds { needs, may_share, review_on })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn check(answers: &AccessAnswers) -> (Option<AccessNeeds>, Problems) {
        let mut problems = Problems::none();
        (answers.check(date(2026, 11, 21), &mut problems), problems)
    }

    fn asked() -> AccessAnswers {
        AccessAnswers {
            asked: true,
            needs: vec!["hearing".into(), "large_print".into(), "hearing".into(), "nonsense".into()],
            may_share: "yes".into(),
            review_day: "21".into(),
            review_month: "11".into(),
            review_year: "2027".into(),
        }
    }

    #[test]
    fn not_asked_is_not_none_needed() {
        assert_eq!(check(&AccessAnswers::default()).0, None);
        let nothing = AccessAnswers { needs: vec![], may_share: String::new(), ..asked() };
        assert_eq!(check(&nothing).0.unwrap().needs, []);
        let needs = check(&asked()).0.unwrap().needs;
        assert_eq!(needs, [AccessNeed::LargePrint, AccessNeed::Hearing]);
    }

    #[test]
    fn sharing_and_the_day_of_asking_again_are_never_assumed() {
        let silent = AccessAnswers { may_share: String::new(), ..asked() };
        assert!(check(&silent).1.of("may_share").is_some());
        let past = AccessAnswers { review_year: "2026".into(), ..asked() };
        assert!(check(&past).1.of("review").is_some());
        let unasked = AccessAnswers { asked: false, ..asked() };
        assert!(check(&unasked).1.of("access_asked").is_some());
    }
}
