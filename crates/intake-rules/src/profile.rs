//! What a link worker says of themself to those who may meet them.

use fingerpost_domain::need::{self, Need};
use fingerpost_domain::person::Phone;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::Line;
use serde::Serialize;

/// Places that a link worker can hold at most: more is a slip of the finger.
const MOST_PLACES: u16 = 400;

/// A link worker's profile in one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Languages, in words.
    pub languages: Line<100>,
    /// Direct telephone.
    pub phone: Option<Phone>,
    /// What they help with, in their own words.
    pub helps_with: Option<Line<200>>,
    /// The needs they know best.
    pub skills: Vec<Need>,
    /// Open cases they can hold.
    pub places: u16,
    /// Anybody may read their name, words and days on the page of a practice.
    pub shown: bool,
    /// When they are at which practice, in words; empty where they are not. In the order of the form.
    pub days: Vec<Option<Line<100>>>,
}

/// The profile as posted; `days` in the order in which the practices were shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ProfileAnswers {
    pub languages: String,
    pub phone: String,
    pub helps_with: String,
    pub skills: Vec<String>,
    pub places: String,
    pub shown: bool,
    pub days: Vec<String>,
}

impl ProfileAnswers {
    /// The profile, or everything that is wrong with the form.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self) -> Result<Profile, Problems> {
        let mut problems = Problems::none();
        let languages = problems.need("languages", Line::parse(&self.languages), "Say which languages you speak");
        let phone = match self.phone.trim() {
            "" => None,
            typed => problems.take("phone", Phone::parse(typed)),
        };
        let helps_with = problems.take("helps_with", Line::parse(&self.helps_with)).flatten();
        let places = self.places.trim().parse().ok().filter(|places| (1..=MOST_PLACES).contains(places));
        if places.is_none() {
            problems
                .add("places", format!("Enter how many people you can look after at once, from 1 to {MOST_PLACES}"));
        }
        let days = self.days.iter().enumerate();
        let days =
            days.map(|(at, typed)| problems.take(format!("days-{}", at + 1), Line::parse(typed)).flatten()).collect();
        match (languages, places) {
            (Some(languages), Some(places)) if problems.is_empty() => Ok(Profile {
                languages,
                phone,
                helps_with,
                skills: need::read(self.skills.iter().map(String::as_str)),
                places,
                shown: self.shown,
                days,
            }),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read_field_by_field() {
        let good = ProfileAnswers {
            languages: "English and Yoruba".into(),
            phone: "01632 960 142".into(),
            skills: vec!["company".into(), "nonsense".into()],
            places: "30".into(),
            days: vec!["Tuesdays".into(), " ".into()],
            ..ProfileAnswers::default()
        };
        let profile = good.check().unwrap();
        assert_eq!((profile.skills.len(), profile.days[0].is_some(), profile.days[1].is_none()), (1, true, true));
        let bad = ProfileAnswers { phone: "ring me".into(), places: "0".into(), ..ProfileAnswers::default() };
        let problems = bad.check().unwrap_err();
        assert!(["languages", "phone", "places"].iter().all(|field| problems.of(field).is_some()));
    }
}
