//! A scheme's criteria, looked at for one person: what is met, what is not, and what somebody has to ask.

use fingerpost_domain::person::BirthDate;
use fingerpost_domain::scheme::SchemeTerms;
use jiff::Span;
use jiff::civil::Date;

use crate::settings::IntakeSettings;

/// What a look at one criterion gives. A machine never refuses anybody: it says what it sees, and a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is so.
    Met,
    /// It is not so.
    NotMet,
    /// The referral does not say: somebody has to ask.
    Ask,
}

impl Found {
    /// The word beside the sign.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Met => "Met",
            Self::NotMet => "Not met",
            Self::Ask => "Ask",
        }
    }

    /// Its name in templates.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not_met",
            Self::Ask => "ask",
        }
    }
}

/// One criterion with what was found, why, and who helps otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The criterion.
    pub what: String,
    /// What was found.
    pub found: Found,
    /// From what: "Lives in CV10 7AB".
    pub why: String,
    /// Who helps where it is not met.
    pub otherwise: Option<String>,
}

/// What is known of somebody who was referred.
#[derive(Debug, Clone, Copy)]
pub struct Referred<'a> {
    /// When they were born.
    pub born: BirthDate,
    /// Where they live.
    pub postcode: Option<&'a str>,
    /// When a case with this scheme last ended of somebody who may be they.
    pub last_ended: Option<Date>,
}

/// Whether a postcode lies in an area: `CV` holds `CV10 7AB`, `CV1` does not, `CV10` and `CV10 7` do.
///
/// # Examples
/// ```
/// use fingerpost_intake_rules::criteria::lies_in;
/// assert!(lies_in("CV10 7AB", "CV10") && lies_in("CV10 7AB", "CV") && lies_in("CV10 7AB", "CV10 7"));
/// assert!(!lies_in("CV10 7AB", "CV1") && !lies_in("CV10 7AB", "C"));
/// ```
#[must_use]
pub fn lies_in(postcode: &str, place: &str) -> bool {
    let Some(rest) = postcode.strip_prefix(place) else { return false };
    match rest.chars().next() {
        None => true,
        Some(next) if place.contains(' ') => next.is_ascii_alphabetic(),
        Some(next) if place.chars().all(|each| each.is_ascii_alphabetic()) => next.is_ascii_digit(),
        Some(next) => next == ' ',
    }
}

/// Every criterion of a scheme, for one person: ages, area, coming again, then the scheme's own words.
#[must_use]
pub fn check(terms: &SchemeTerms, settings: &IntakeSettings, person: Referred<'_>, today: Date) -> Vec<Checked> {
    let age = person.born.age(today);
    let outside = terms.admits(person.born, today).err();
    let mut all = vec![Checked {
        what: format!("Aged {}", terms.ages()),
        found: if outside.is_none() { Found::Met } else { Found::NotMet },
        why: format!("Is {age}"),
        otherwise: outside.map(|outside| outside.to_string()),
    }];
    if !settings.area.is_empty() {
        let (found, why) = match person.postcode {
            None => (Found::Ask, "No postcode was given".to_owned()),
            Some(postcode) if settings.area.iter().any(|place| lies_in(postcode, place)) => {
                (Found::Met, format!("Lives in {postcode}"))
            }
            Some(postcode) => (Found::NotMet, format!("Lives in {postcode}")),
        };
        all.push(Checked { what: format!("Lives in {}", settings.area.join(", ")), found, why, otherwise: None });
    }
    if let (Some(ended), 1..) = (person.last_ended, settings.again_after_months) {
        let again = ended.saturating_add(Span::new().months(settings.again_after_months));
        if again > today {
            let months = settings.again_after_months;
            all.push(Checked {
                what: format!(
                    "Comes again {months} {} after the end, or later",
                    if months == 1 { "month" } else { "months" }
                ),
                found: Found::Ask,
                why: "Was here until not long ago, or somebody alike: ask what has changed since".to_owned(),
                otherwise: None,
            });
        }
    }
    all.extend(settings.criteria.iter().map(|each| Checked {
        what: each.words.to_string(),
        found: Found::Ask,
        why: String::new(),
        otherwise: each.otherwise.as_ref().map(ToString::to_string),
    }));
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::settings::SettingsAnswers;

    #[test]
    fn what_the_referral_does_not_say_is_asked_and_never_held_against_them() {
        let settings = SettingsAnswers {
            area: "CV10".into(),
            criteria: vec![("They want this".into(), "Ring the council".into())],
            again_after_months: "6".into(),
            ..SettingsAnswers::from(&IntakeSettings::default())
        };
        let settings = settings.check().unwrap();
        let today = date(2026, 11, 27);
        let born = BirthDate::from_stored(date(1947, 6, 4));
        let person = Referred { born, postcode: None, last_ended: None };
        let found = |person| -> Vec<Found> {
            check(&SchemeTerms::default(), &settings, person, today).iter().map(|each| each.found).collect()
        };
        assert_eq!(found(person), [Found::Met, Found::Ask, Found::Ask]);
        let elsewhere = Referred { postcode: Some("B1 1AA"), ..person };
        assert_eq!(found(elsewhere), [Found::Met, Found::NotMet, Found::Ask]);
        let again = Referred { postcode: Some("CV10 7AB"), last_ended: Some(date(2026, 8, 1)), ..person };
        assert_eq!(found(again), [Found::Met, Found::Met, Found::Ask, Found::Ask]);
        let long_ago = Referred { last_ended: Some(date(2026, 5, 1)), ..again };
        assert_eq!(found(long_ago).len(), 3, "six months are over");
        let child = Referred { born: BirthDate::from_stored(date(2015, 1, 1)), ..again };
        let seen = check(&SchemeTerms::default(), &settings, child, today);
        assert_eq!(seen[0].found, Found::NotMet);
        assert!(seen[0].otherwise.as_ref().unwrap().contains("school nurse"));
    }
}
