//! When a link worker is away, who looks after their people, and handing people over for good.

use jiff::civil::Date;
use serde::Serialize;

use crate::calendar::days_between;
use crate::case::read_day;
use crate::id::{CaseId, UserId};
use crate::problem::Problems;
use crate::text::Note;

/// Somebody is away at most so long, days; after that their people are somebody else's.
const LONGEST: i64 = 366;
/// People that are handed over at once.
pub const MOST_AT_ONCE: usize = 200;

/// Days on which a link worker is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away {
    /// Who.
    pub worker: UserId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Who opens and works their people's cases on those days; nobody, where somebody else decides each time.
    pub cover: Option<UserId>,
}

impl Away {
    /// Whether whoever covers is away themself on one of the days. `known`: who is away, from when to when.
    #[must_use]
    pub fn cover_is_away(&self, known: impl IntoIterator<Item = (UserId, Date, Date)>) -> bool {
        known.into_iter().any(|(who, from, until)| Some(who) == self.cover && from <= self.until && until >= self.from)
    }
}

/// The form as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct AwayAnswers {
    pub worker: String,
    pub from_day: String,
    pub from_month: String,
    pub from_year: String,
    pub until_day: String,
    pub until_month: String,
    pub until_year: String,
    pub cover: String,
}

impl AwayAnswers {
    /// The days, or everything that is wrong with them. `workers` are those whom the reader may choose from.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, (mine, workers): (Option<UserId>, &[UserId]), today: Date) -> Result<Away, Problems> {
        let mut problems = Problems::none();
        let known = |typed: &str| typed.parse().ok().filter(|id| workers.contains(id));
        // Somebody who sees their own people only says when they themself are away.
        let worker = mine.or_else(|| known(&self.worker));
        if worker.is_none() {
            problems.add("worker", "Choose who is away");
        }
        let first = read_day(&self.from_day, &self.from_month, &self.from_year, "the first day away");
        let from = problems.take("from", first);
        let last = read_day(&self.until_day, &self.until_month, &self.until_year, "the last day away");
        let until = problems.take("until", last);
        if let (Some(from), Some(until)) = (from, until) {
            if until < from {
                problems.add("until", "The last day must be the first one or later");
            } else if until < today {
                problems.add("until", "The last day must be today or later");
            } else if days_between(from, until) > LONGEST {
                problems.add("until", "Longer than a year: hand their people over instead");
            }
        }
        let cover = match self.cover.as_str() {
            "" => None,
            typed => {
                let found = known(typed);
                if found.is_none() {
                    problems.add("cover", "Choose somebody of your scheme, or nobody");
                }
                found
            }
        };
        if cover.is_some() && cover == worker {
            problems.add("cover", "Choose somebody else: whoever is away cannot look after them");
        }
        match (worker, from, until) {
            (Some(worker), Some(from), Some(until)) if problems.is_empty() => Ok(Away { worker, from, until, cover }),
            _ => Err(problems),
        }
    }
}

/// People who get another link worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Whose cases.
    pub cases: Vec<CaseId>,
    /// Who looks after them from now on.
    pub to: UserId,
    /// What the next one needs to know. It stands in each of the cases.
    pub note: Note<1000>,
}

/// The form as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct HandOverAnswers {
    pub cases: Vec<String>,
    pub to: String,
    pub note: String,
}

impl HandOverAnswers {
    /// What is handed over, or everything that is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, workers: &[UserId]) -> Result<HandOver, Problems> {
        let mut problems = Problems::none();
        let mut cases: Vec<CaseId> = self.cases.iter().filter_map(|id| id.parse().ok()).collect();
        cases.sort_unstable();
        cases.dedup();
        if cases.is_empty() {
            problems.add("cases", "Choose at least one person");
        }
        if cases.len() > MOST_AT_ONCE {
            problems.add("cases", format!("Choose at most {MOST_AT_ONCE} people at once"));
        }
        let to = self.to.parse().ok().filter(|id| workers.contains(id));
        if to.is_none() {
            problems.add("to", "Choose who looks after them from now on");
        }
        let note = problems.need("note", Note::parse(&self.note), "Write what the next link worker needs to know");
        match (to, note) {
            (Some(to), Some(note)) if problems.is_empty() => Ok(HandOver { cases, to, note }),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 26);

    fn two() -> [UserId; 2] {
        ["01J00000000000000000000001", "01J00000000000000000000002"].map(|id| id.parse().unwrap())
    }

    fn leave() -> AwayAnswers {
        let [maya, sam] = two();
        AwayAnswers {
            worker: maya.to_string(),
            from_day: "1".into(),
            from_month: "12".into(),
            from_year: "2026".into(),
            until_day: "5".into(),
            until_month: "12".into(),
            until_year: "2026".into(),
            cover: sam.to_string(),
        }
    }

    #[test]
    fn leave_has_a_first_and_a_last_day_and_somebody_else() {
        let [maya, sam] = two();
        let all = [maya, sam];
        let away = leave().check((None, &all), TODAY).unwrap();
        assert_eq!((away.worker, away.cover), (maya, Some(sam)));
        let own = AwayAnswers { cover: maya.to_string(), ..leave() };
        assert!(own.check((None, &all), TODAY).unwrap_err().of("cover").is_some());
        let backwards = AwayAnswers { until_day: "30".into(), until_month: "11".into(), ..leave() };
        assert!(backwards.check((None, &all), TODAY).unwrap_err().of("until").is_some());
        let stranger = AwayAnswers { cover: "01J00000000000000000000009".into(), ..leave() };
        assert!(stranger.check((None, &all), TODAY).unwrap_err().of("cover").is_some());
        let nobody = AwayAnswers { cover: String::new(), ..leave() };
        assert_eq!(nobody.check((None, &all), TODAY).unwrap().cover, None);
    }

    #[test]
    fn whoever_is_away_does_not_cover() {
        let [maya, sam] = two();
        let away = leave().check((None, &[maya, sam]), TODAY).unwrap();
        let on = |from, until| (date(2026, 12, from), date(2026, 12, until));
        for ((from, until), clash) in [(on(5, 9), true), (on(1, 1), true), (on(6, 9), false)] {
            assert_eq!(away.cover_is_away([(sam, from, until)]), clash, "{from} to {until}");
            assert!(!away.cover_is_away([(maya, from, until)]));
        }
    }

    #[test]
    fn who_sees_only_their_own_people_speaks_only_for_themself() {
        let [maya, sam] = two();
        let others = AwayAnswers { worker: maya.to_string(), cover: String::new(), ..leave() };
        assert_eq!(others.check((Some(sam), &[maya, sam]), TODAY).unwrap().worker, sam);
    }

    #[test]
    fn handing_over_needs_people_somebody_and_words() {
        let [_, sam] = two();
        let problems = HandOverAnswers::default().check(&[sam]).unwrap_err();
        assert!(["cases", "to", "note"].iter().all(|field| problems.of(field).is_some()));
        let case = "01J00000000000000000000003".to_owned();
        let twice =
            HandOverAnswers { cases: vec![case.clone(), case], to: sam.to_string(), note: "Rings on Fridays.".into() };
        assert_eq!(twice.check(&[sam]).unwrap().cases.len(), 1);
    }
}
