//! Dates, times and counts as people say them.

use fingerpost_domain::calendar::{days_between, service_zone};
use fingerpost_domain::{Date, Timestamp};
use minijinja::Value;

/// `Thursday 15 October`, with the year when it is not this one.
#[must_use]
pub fn day(date: Date, today: Date) -> String {
    if date.year() == today.year() { date.strftime("%A %-d %B").to_string() } else { long_day(date) }
}

/// A reference as it is read out on the telephone: `F P, 7 K 2 M, 4 1`.
#[must_use]
pub fn reference_spoken(reference: &str) -> String {
    let spaced = |part: &str| part.chars().map(String::from).collect::<Vec<_>>().join(" ");
    reference.split(' ').map(spaced).collect::<Vec<_>>().join(", ")
}

/// `4 June 1947`.
#[must_use]
pub fn birth_day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `Thursday 15 October 2026`.
#[must_use]
pub fn long_day(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// `10:42am` on the service's clock; on the hour `10am`; `midday` and `midnight` in words.
#[must_use]
pub fn time(at: Timestamp) -> String {
    let local = at.to_zoned(service_zone());
    clock(local.hour(), local.minute())
}

/// The same from hour and minute.
#[must_use]
pub fn clock(hour: i8, minute: i8) -> String {
    let half = if hour < 12 { "am" } else { "pm" };
    let shown = match hour % 12 {
        0 => 12,
        hour => hour,
    };
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (_, 0) => format!("{shown}{half}"),
        (_, minute) => format!("{shown}:{minute:02}{half}"),
    }
}

/// `Wednesday 7 October, 10:42am`.
#[must_use]
pub fn day_and_time(at: Timestamp, today: Date) -> String {
    format!("{}, {}", day(fingerpost_domain::calendar::day_of(at), today), time(at))
}

/// A stretch of days: `1 to 5 December 2026`, `30 November to 6 December 2026`; one day alone as itself.
#[must_use]
pub fn days(from: Date, until: Date) -> String {
    let last = birth_day(until);
    if from == until {
        return last;
    }
    let first = match (from.year() == until.year(), from.month() == until.month()) {
        (true, true) => from.strftime("%-d"),
        (true, false) => from.strftime("%-d %B"),
        (false, _) => from.strftime("%-d %B %Y"),
    };
    format!("{first} to {last}")
}

/// How long ago, in days: `today`, `yesterday`, `9 days ago`.
#[must_use]
pub fn days_ago(date: Date, today: Date) -> String {
    match days_between(date, today) {
        i64::MIN..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// When something is due, in words that say how late: `3 days late`, `today`, `by Friday 13 November`.
#[must_use]
pub fn due(date: Date, today: Date) -> String {
    match days_between(today, date) {
        days @ i64::MIN..=-2 => format!("{} days late", -days),
        -1 => "1 day late".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => format!("by {}", day(date, today)),
    }
}

/// `1 place`, `2 places`.
#[must_use]
pub fn count(n: impl TryInto<i64>, one: &str, many: &str) -> String {
    let n: i64 = n.try_into().unwrap_or(i64::MAX);
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The first letters of the first and last word of a name, for the round mark that stands for a photo.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// A note as lines: template filter that gives a list, one item a line, empty lines dropped.
#[expect(clippy::needless_pass_by_value, reason = "the shape of a template filter")]
pub(crate) fn paragraphs(text: String) -> Value {
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).map(Value::from).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let at = |text: &str| time(text.parse().unwrap());
        assert_eq!(at("2026-11-21T09:42:00Z"), "9:42am");
        assert_eq!(at("2026-07-01T11:00:00Z"), "midday");
        assert_eq!(at("2026-11-21T17:30:00Z"), "5:30pm");
        assert_eq!(at("2026-11-21T10:00:00Z"), "10am");
    }

    #[test]
    fn lateness_is_said_in_days() {
        let today = date(2026, 11, 21);
        assert_eq!(due(date(2026, 11, 18), today), "3 days late");
        assert_eq!(due(today, today), "today");
        assert_eq!(due(date(2026, 11, 27), today), "by Friday 27 November");
        assert_eq!(day(date(2027, 1, 4), today), "Monday 4 January 2027");
    }

    #[test]
    fn a_stretch_of_days_says_month_and_year_once() {
        let said = |from, until| days(from, until);
        assert_eq!(said(date(2026, 11, 23), date(2026, 11, 29)), "23 to 29 November 2026");
        assert_eq!(said(date(2026, 11, 30), date(2026, 12, 6)), "30 November to 6 December 2026");
        assert_eq!(said(date(2026, 12, 28), date(2027, 1, 3)), "28 December 2026 to 3 January 2027");
        assert_eq!(said(date(2026, 12, 5), date(2026, 12, 5)), "5 December 2026");
    }

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        assert_eq!(initials("Maya Okonkwo"), "MO");
        assert_eq!(initials("Oluwaseun Temitope Adebayo-Wilkinson"), "OA");
        assert_eq!(initials("李伟"), "李");
    }
}
