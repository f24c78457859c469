//! What somebody says about themself, in the first conversation and never before: the characteristics by which a
//! scheme sees whom it reaches. Asked, not guessed; everybody may say "prefer not to say", which is an answer.
//!
//! The answers are the national categories of the NHS Data Dictionary (ethnic category 2001, sexual orientation,
//! religious affiliation) and of the census (disability); codes are theirs where they have one.

use serde::Serialize;

use crate::problem::Problems;
use crate::text::Line;

crate::coded! {
    /// Something a person may say about themself.
    pub enum Characteristic {
        /// Ethnic group.
        EthnicGroup = "ethnic_group",
        /// Sex.
        Sex = "sex",
        /// Gender.
        Gender = "gender",
        /// Disability or long illness, and how much it limits them.
        Disability = "disability",
        /// The language they are most at ease in.
        Language = "language",
        /// Sexual orientation.
        Orientation = "orientation",
        /// Religion or belief.
        Religion = "religion",
        /// Whether they look after somebody.
        Carer = "carer",
    }
}

/// They were asked and prefer not to say.
pub const PREFER_NOT: &str = "prefer_not";
/// None of the words fits: they say it in their own.
pub const OWN_WORDS: &str = "own";

type Options = &'static [(&'static str, &'static str)];

const ETHNIC_GROUPS: Options = &[
    ("A", "White: British"),
    ("B", "White: Irish"),
    ("C", "White: any other"),
    ("D", "Mixed: White and Black Caribbean"),
    ("E", "Mixed: White and Black African"),
    ("F", "Mixed: White and Asian"),
    ("G", "Mixed: any other"),
    ("H", "Asian or Asian British: Indian"),
    ("J", "Asian or Asian British: Pakistani"),
    ("K", "Asian or Asian British: Bangladeshi"),
    ("L", "Asian or Asian British: any other"),
    ("M", "Black or Black British: Caribbean"),
    ("N", "Black or Black British: African"),
    ("P", "Black or Black British: any other"),
    ("R", "Chinese"),
    ("S", "Any other ethnic group"),
];
const SEXES: Options = &[("2", "Female"), ("1", "Male"), ("9", "Intersex or not known at birth")];
const GENDERS: Options = &[("2", "Woman"), ("1", "Man"), ("3", "Non-binary"), ("4", "Another, not in this list")];
const DISABILITIES: Options = &[
    ("a_lot", "Yes, it limits daily life a lot"),
    ("a_little", "Yes, it limits daily life a little"),
    ("not", "Yes, and it does not limit daily life"),
    ("none", "No"),
];
const LANGUAGES: Options = &[("en", "English"), ("cy", "Welsh"), ("bfi", "British Sign Language")];
const ORIENTATIONS: Options = &[
    ("1", "Heterosexual or straight"),
    ("2", "Gay or lesbian"),
    ("3", "Bisexual"),
    ("4", "Another, not in this list"),
    ("U", "Not sure"),
];
const RELIGIONS: Options = &[
    ("L", "No religion"),
    ("A", "Baha'i"),
    ("B", "Buddhist"),
    ("C", "Christian"),
    ("D", "Hindu"),
    ("E", "Jain"),
    ("F", "Jewish"),
    ("G", "Muslim"),
    ("H", "Pagan"),
    ("I", "Sikh"),
    ("J", "Zoroastrian"),
    ("K", "Another, not in this list"),
];
const CARERS: Options = &[("yes", "Yes"), ("no", "No")];

impl Characteristic {
    /// How it is asked.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::EthnicGroup => "Ethnic group",
            Self::Sex => "Sex",
            Self::Gender => "Gender",
            Self::Disability => "A disability or an illness that lasts 12 months or more",
            Self::Language => "Language they are most at ease in",
            Self::Orientation => "Sexual orientation",
            Self::Religion => "Religion or belief",
            Self::Carer => "Looks after somebody who could not do without them",
        }
    }

    /// The words to choose from, with their codes.
    #[must_use]
    pub const fn options(self) -> Options {
        match self {
            Self::EthnicGroup => ETHNIC_GROUPS,
            Self::Sex => SEXES,
            Self::Gender => GENDERS,
            Self::Disability => DISABILITIES,
            Self::Language => LANGUAGES,
            Self::Orientation => ORIENTATIONS,
            Self::Religion => RELIGIONS,
            Self::Carer => CARERS,
        }
    }
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelfDescription {
    /// One of the national categories.
    Category(&'static str),
    /// Their own words.
    OwnWords(Line<100>),
    /// They were asked and prefer not to say.
    PreferNot,
}

impl SelfDescription {
    /// The code that is stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Category(code) => code,
            Self::OwnWords(_) => OWN_WORDS,
            Self::PreferNot => PREFER_NOT,
        }
    }

    /// The words that are stored.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::OwnWords(words) => Some(words.as_str()),
            Self::Category(_) | Self::PreferNot => None,
        }
    }

    /// What was stored; `None` when it is not one of ours.
    #[must_use]
    pub fn from_stored(of: Characteristic, code: &str, words: Option<&str>) -> Option<Self> {
        match code {
            PREFER_NOT => Some(Self::PreferNot),
            OWN_WORDS => Line::parse(words?).ok().flatten().map(Self::OwnWords),
            code => of.options().iter().find(|(known, _)| *known == code).map(|(known, _)| Self::Category(known)),
        }
    }
}

/// One characteristic as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct SelfDescriptionAnswer {
    pub choice: String,
    pub words: String,
}

impl SelfDescriptionAnswer {
    /// What they say; `None` where nothing was asked, which is no answer.
    ///
    /// # Errors
    /// Adds to `problems` what is wrong, under the code of the characteristic.
    pub fn check(&self, of: Characteristic, problems: &mut Problems) -> Option<SelfDescription> {
        let words = problems.take(of.code(), Line::<100>::parse(&self.words)).flatten();
        match (self.choice.as_str(), words) {
            ("", None) => None,
            (OWN_WORDS | "", Some(words)) => Some(SelfDescription::OwnWords(words)),
            (OWN_WORDS, None) => {
                problems.add(of.code(), format!("{}: write their own words, or choose another answer", of.question()));
                None
            }
            (_, Some(_)) => {
                problems.add(
                    of.code(),
                    format!("{}: choose \u{201c}In their own words\u{201d}, or take the words out", of.question()),
                );
                None
            }
            (code, None) => {
                let found = SelfDescription::from_stored(of, code, None);
                if found.is_none() {
                    problems.add(of.code(), format!("{}: choose one of the answers", of.question()));
                }
                found
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(choice: &str, words: &str) -> (Option<SelfDescription>, bool) {
        let mut problems = Problems::none();
        let answer = SelfDescriptionAnswer { choice: choice.into(), words: words.into() };
        let said = answer.check(Characteristic::Religion, &mut problems);
        (said, problems.is_empty())
    }

    #[test]
    fn everybody_may_choose_say_it_themselves_or_not_at_all() {
        assert_eq!(check("", ""), (None, true), "not asked is no answer");
        assert_eq!(check("prefer_not", ""), (Some(SelfDescription::PreferNot), true));
        assert_eq!(check("G", ""), (Some(SelfDescription::Category("G")), true));
        assert!(matches!(check("own", "Quaker"), (Some(SelfDescription::OwnWords(_)), true)));
        assert!(matches!(check("", "Quaker"), (Some(SelfDescription::OwnWords(_)), true)), "the box may be forgotten");
        assert!(!check("own", " ").1 && !check("G", "Quaker").1 && !check("nonsense", "").1);
    }

    #[test]
    fn what_is_stored_is_read_back() {
        for &of in Characteristic::ALL {
            assert!(of.options().iter().all(|(code, _)| *code != PREFER_NOT && *code != OWN_WORDS));
            for (code, _) in of.options() {
                let said = SelfDescription::from_stored(of, code, None).unwrap();
                assert_eq!((said.code(), said.words()), (*code, None));
            }
            assert_eq!(SelfDescription::from_stored(of, "nonsense", None), None);
        }
    }
}
