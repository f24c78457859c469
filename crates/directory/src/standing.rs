//! What an installation knows of a service beyond what its entry says: how it answers, and whether it is still right.

use fingerpost_domain::Date;
use fingerpost_domain::calendar::{days_between, plus_days};

/// Answers and reports, counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    /// Offers that the group answered, or let lie until we stopped waiting, in the last year.
    pub asked: u32,
    /// Offers to which it said yes.
    pub accepted: u32,
    /// Days until the answer: the median.
    pub reply_days: Option<u32>,
    /// Reports of readers that nobody has settled.
    pub open_reports: u32,
    /// The day on which the group or a steward last said here that the entry is right.
    pub confirmed_on: Option<Date>,
    /// The day on which the group was last asked whether the entry is still right.
    pub asked_on: Option<Date>,
    /// It is shown to staff only until a steward releases it: where it is may have to stay unknown.
    pub withheld: bool,
    /// The day on which its source was seen not to list it any more.
    pub left_on: Option<Date>,
    /// The day on which its mailbox refused a letter of ours.
    pub bounced_on: Option<Date>,
}

/// Fewer answers than this say nothing about a group, and could say something about a person.
pub const FEWEST_ANSWERS: u32 = 5;

/// A group that was asked has so many days to say that its entry is still right; then the entry leaves the search.
pub const ANSWER_WITHIN: i64 = 90;

impl Standing {
    /// Its source does not list it any more, and nobody here has confirmed it since.
    #[must_use]
    pub fn has_left(&self) -> bool {
        self.left_on.is_some_and(|left| self.confirmed_on.is_none_or(|confirmed| confirmed < left))
    }

    /// Its mailbox refused a letter, and nobody here has confirmed the entry since.
    #[must_use]
    pub fn has_bounced(&self) -> bool {
        self.bounced_on.is_some_and(|day| self.confirmed_on.is_none_or(|confirmed| confirmed <= day))
    }

    /// The last day on which the entry is in the search: until then the group, which was asked, has time to answer, and nobody else
    /// confirmed the entry since; `confirmed` is what its source says. Long ago, where its source has left it out. It leaves the
    /// search, not the history.
    #[must_use]
    pub fn last_day(&self, confirmed: Option<Date>) -> Option<Date> {
        if self.has_left() {
            return Some(Date::MIN);
        }
        let since = |asked: Date| confirmed.max(self.confirmed_on).is_some_and(|day| day >= asked);
        self.asked_on.filter(|asked| !since(*asked)).map(|asked| plus_days(asked, ANSWER_WITHIN))
    }

    /// Its last day is over.
    #[must_use]
    pub fn has_expired(&self, confirmed: Option<Date>, today: Date) -> bool {
        self.last_day(confirmed).is_some_and(|last| last < today)
    }

    /// How it answers, where enough offers were made: accepted, asked, median days.
    #[must_use]
    pub fn responsiveness(&self) -> Option<(u32, u32, Option<u32>)> {
        (self.asked >= FEWEST_ANSWERS).then_some((self.accepted.min(self.asked), self.asked, self.reply_days))
    }
}

/// How far an entry can be trusted today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Confirmed not long ago.
    Fresh,
    /// Confirmed some time ago.
    Ageing,
    /// Confirmed long ago, or readers doubt it.
    Doubtful,
    /// Nobody knows when it was last confirmed.
    NotKnown,
}

/// Trust halves in so many days without a confirmation: half a year, the time after which a small group has often
/// another telephone number or another day.
const HALVES_IN: f32 = 182.0;
/// Where nobody knows when an entry was confirmed: as after a year and a half, in days.
const NOBODY_KNOWS: i32 = 546;
/// An open report of a reader takes so much of the trust.
const REPORT: f64 = 0.6;
/// A mailbox that takes no letters is wrong, and who changed it may have changed more.
const BOUNCED: f64 = 0.6;
/// A group that never answers may not be there any more.
const SILENT: f64 = 0.7;

/// Trust in an entry as it fades: what of it does not depend on today.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fading {
    /// The number of the day on which it was last confirmed.
    since: Option<i32>,
    /// What is left of it after doubts.
    left: f32,
}

/// A day as a number: the next day is the next number.
#[must_use]
pub fn day_number(day: Date) -> i32 {
    i32::try_from(days_between(Date::constant(2000, 1, 1), day)).unwrap_or_default()
}

impl Fading {
    /// Of an entry that its source last confirmed on `confirmed`.
    #[must_use]
    pub fn of(confirmed: Option<Date>, standing: &Standing) -> Self {
        let reports = REPORT.powi(i32::try_from(standing.open_reports).unwrap_or(i32::MAX));
        let silent = if standing.asked >= FEWEST_ANSWERS && standing.accepted == 0 { SILENT } else { 1.0 };
        let bounced = if standing.has_bounced() { BOUNCED } else { 1.0 };
        Self { since: confirmed.max(standing.confirmed_on).map(day_number), left: (reports * silent * bounced) as f32 }
    }

    /// Trust on a day, 0 to 1; `today` is its [`day_number`].
    #[must_use]
    pub fn on(self, today: i32) -> f64 {
        let days = self.since.map_or(NOBODY_KNOWS, |since| today.saturating_sub(since).max(0)) as f32;
        f64::from((-days / HALVES_IN).exp2() * self.left)
    }
}

/// Trust in an entry, 0 to 1, that its source last confirmed on `confirmed`.
#[must_use]
pub fn trust(confirmed: Option<Date>, standing: &Standing, today: Date) -> f64 {
    Fading::of(confirmed, standing).on(day_number(today))
}

/// The same in a word.
#[must_use]
pub fn freshness(confirmed: Option<Date>, standing: &Standing, today: Date) -> Freshness {
    let trust = trust(confirmed, standing, today);
    if confirmed.max(standing.confirmed_on).is_none() && standing.open_reports == 0 {
        return Freshness::NotKnown;
    }
    match trust {
        trust if trust >= 0.5 => Freshness::Fresh,
        trust if trust >= 0.2 => Freshness::Ageing,
        _ => Freshness::Doubtful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 26);

    #[test]
    fn trust_fades_is_renewed_and_is_shaken() {
        let ago = |days: i64| Some(plus_days(TODAY, -days));
        let none = Standing::default();
        assert!((trust(ago(182), &none, TODAY) - 0.5).abs() < 1e-6);
        assert_eq!(freshness(ago(20), &none, TODAY), Freshness::Fresh);
        assert_eq!(freshness(ago(300), &none, TODAY), Freshness::Ageing);
        assert_eq!(freshness(ago(900), &none, TODAY), Freshness::Doubtful);
        assert_eq!(freshness(None, &none, TODAY), Freshness::NotKnown);
        let confirmed = Standing { confirmed_on: ago(3), ..none };
        assert_eq!(freshness(ago(900), &confirmed, TODAY), Freshness::Fresh);
        let reported = Standing { open_reports: 2, ..none };
        assert_eq!(freshness(ago(20), &reported, TODAY), Freshness::Ageing);
        let bounced = Standing { bounced_on: ago(1), ..none };
        assert!((trust(ago(182), &bounced, TODAY) - 0.3).abs() < 1e-6);
        let mended = Standing { confirmed_on: ago(0), ..bounced };
        assert!(!mended.has_bounced(), "whoever confirms it knows");
        let silent = Standing { asked: 6, ..none };
        assert!(trust(ago(20), &silent, TODAY) < trust(ago(20), &none, TODAY));
        assert!(trust(Some(plus_days(TODAY, 9)), &none, TODAY) <= 1.0, "a day in the future is no bonus");
    }

    #[test]
    fn who_was_asked_and_said_nothing_leaves_the_search() {
        let asked = Standing { asked_on: Some(plus_days(TODAY, -91)), ..Standing::default() };
        assert!(asked.has_expired(None, TODAY) && !asked.has_expired(Some(TODAY), TODAY));
        assert!(!asked.has_expired(None, plus_days(TODAY, -1)), "the last day of the time is in it");
        let answered = Standing { confirmed_on: asked.asked_on, ..asked };
        assert!(!answered.has_expired(None, TODAY));
        assert!(!Standing::default().has_expired(None, TODAY), "nobody is put out who was never asked");
    }

    #[test]
    fn what_its_source_left_out_is_out_until_somebody_here_knows_better() {
        let left = Standing { left_on: Some(TODAY), ..Standing::default() };
        assert!(left.has_expired(Some(TODAY), TODAY), "its source does not confirm what it does not list");
        let known = Standing { confirmed_on: Some(TODAY), ..left };
        assert!(!known.has_expired(None, TODAY));
        let before = Standing { confirmed_on: Some(plus_days(TODAY, -1)), ..left };
        assert!(before.has_expired(None, TODAY));
    }

    #[test]
    fn few_answers_say_nothing() {
        assert_eq!(Standing { asked: 4, accepted: 4, ..Standing::default() }.responsiveness(), None);
        let nine = Standing { asked: 10, accepted: 9, reply_days: Some(2), ..Standing::default() };
        assert_eq!(nine.responsiveness(), Some((9, 10, Some(2))));
    }
}
