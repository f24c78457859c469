//! Dates as people of the service use them: ages, working days, the London day of an instant.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// England's bank holidays 2018 to 2030 as `YYYY-MM-DD`, one a line, ascending.
const BANK_HOLIDAYS: &str = include_str!("../data/bank_holidays_england.txt");

/// Those of them that are no weekend, ascending.
static HOLIDAYS: LazyLock<Vec<Date>> = LazyLock::new(|| {
    let days = BANK_HOLIDAYS.lines().filter_map(|line| line.parse().ok());
    days.filter(|day| !is_weekend(*day)).collect()
});

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The time zone in which a service keeps its diary.
#[must_use]
pub fn service_zone() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

/// The day on which `instant` falls for the service.
#[must_use]
pub fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(service_zone()).date()
}

/// The instant at which `hour` o'clock strikes on `day` for the service.
#[must_use]
pub fn instant_at(day: Date, hour: i8) -> Timestamp {
    day.at(hour, 0, 0, 0).to_zoned(service_zone()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// Monday to Friday and not a bank holiday in England.
#[must_use]
pub fn is_working_day(day: Date) -> bool {
    !is_weekend(day) && HOLIDAYS.binary_search(&day).is_err()
}

/// The day that is `days` working days after `from`, `from` itself not counted. At most 2,000.
#[must_use]
pub fn add_working_days(from: Date, days: u32) -> Date {
    let mut day = from;
    for _ in 0..days.min(2_000) {
        loop {
            day = plus_days(day, 1);
            if is_working_day(day) {
                break;
            }
        }
    }
    day
}

/// Working days after `from` up to and including `until`; 0 when `until` is not later.
#[must_use]
pub fn working_days_between(from: Date, until: Date) -> u32 {
    let days = days_between(from, until).max(0);
    let rest = (1..=days % 7).filter(|after| !is_weekend(plus_days(from, *after))).count();
    let weekdays = days / 7 * 5 + i64::try_from(rest).unwrap_or(0);
    let upto = |day: Date| HOLIDAYS.partition_point(|holiday| *holiday <= day);
    let holidays = upto(until).saturating_sub(upto(from));
    u32::try_from(weekdays).unwrap_or(u32::MAX).saturating_sub(u32::try_from(holidays).unwrap_or(0))
}

/// Calendar days from `from` to `until`, negative when `until` is earlier.
#[must_use]
pub fn days_between(from: Date, until: Date) -> i64 {
    i64::from(from.until(until).map_or(0, |span: Span| span.get_days()))
}

/// `day` moved by `days` calendar days, held inside the calendar's range.
#[must_use]
pub fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// Whole years lived on `today` by somebody born on `born`. Somebody born on 29 February is a year
/// older on 1 March in common years (as the law of England has it).
#[must_use]
pub fn age_on(born: Date, today: Date) -> i16 {
    let years = today.year() - born.year();
    if (today.month(), today.day()) < (born.month(), born.day()) { years - 1 } else { years }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn working_days_skip_weekends_and_bank_holidays() {
        // 25 December 2026 is a Friday; 28 December is the substitute for Boxing Day.
        assert_eq!(add_working_days(date(2026, 12, 24), 1), date(2026, 12, 29));
        assert_eq!(working_days_between(date(2026, 12, 24), date(2026, 12, 29)), 1);
        assert_eq!(working_days_between(date(2026, 12, 24), date(2026, 12, 24)), 0);
    }

    proptest! {
        #[test]
        fn working_days_are_as_many_as_counting_them_one_by_one_finds(start in 0..4_000_i64, days in -20..900_i64) {
            let from = plus_days(date(2019, 1, 1), start);
            let counted = (1..=days).filter(|after| is_working_day(plus_days(from, *after))).count();
            prop_assert_eq!(working_days_between(from, plus_days(from, days)) as usize, counted);
        }
    }

    #[test]
    fn an_age_turns_on_the_birthday() {
        let born = date(1947, 6, 4);
        assert_eq!(age_on(born, date(2026, 6, 3)), 78);
        assert_eq!(age_on(born, date(2026, 6, 4)), 79);
        assert_eq!(age_on(date(2008, 2, 29), date(2026, 2, 28)), 17);
        assert_eq!(age_on(date(2008, 2, 29), date(2026, 3, 1)), 18);
    }

    #[test]
    fn the_service_day_follows_british_summer_time() {
        let late: Timestamp = "2026-07-01T23:30:00Z".parse().unwrap();
        assert_eq!(day_of(late), date(2026, 7, 2));
        assert_eq!(instant_at(date(2026, 7, 1), 17).to_string(), "2026-07-01T16:00:00Z");
    }
}
