//! Times of day as directories spell them: `9am`, `830am`, `9:00 a`, `17.30`.

/// The days of the week with the codes of iCalendar.
pub const WEEK: [(&str, &str); 7] = [
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
];

/// The time as `HH:MM`, or `None` where it could mean two things or nothing: then the words are kept.
///
/// A bare `5:00` is taken as the twenty-four-hour clock only where it has two digits before the colon or says more
/// than twelve: "5:00" in the afternoon column of a spreadsheet is rarely five in the morning.
#[must_use]
pub fn time_of_day(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "noon" | "midday" | "12 noon" => return Some("12:00".to_owned()),
        "midnight" => return Some("00:00".to_owned()),
        _ => {}
    }
    let digits_end = text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(digits_end);
    let half = rest.split_whitespace().collect::<String>().replace('.', "");
    let (hour, minute, two_digits) = parts(number)?;
    let hour = match half.as_str() {
        "am" | "a" if (1..=12).contains(&hour) => hour % 12,
        "pm" | "p" if (1..=12).contains(&hour) => hour % 12 + 12,
        "" if hour < 24 && (hour > 12 || two_digits && number.contains([':', '.'])) => hour,
        _ => return None,
    };
    Some(format!("{hour:02}:{minute:02}"))
}

/// The time to keep: a time of RFC 3339 (`10:00:00+01:00`, `18:30Z`), as HSDS has it, stays as it came, zone and all;
/// else [`time_of_day`].
#[must_use]
pub fn kept_time(text: &str) -> Option<String> {
    let text = text.trim();
    let in_a_zone = |at: usize| {
        let (clock, zone) = text.split_at(at);
        let offset = zone.strip_prefix(['+', '-']).and_then(two_digit_pair).is_some_and(|(h, m)| h < 24 && m < 60);
        let clock = match clock.len() {
            // Without seconds and with a dash it is rather a span: "10:00-11:00".
            5 if !zone.starts_with('-') => two_digit_pair(clock),
            8 => clock.get(6..).filter(|s| s.parse::<u8>().is_ok_and(|s| s < 60)).and(two_digit_pair(&clock[..5])),
            _ => None,
        };
        (zone.eq_ignore_ascii_case("z") || offset) && clock.is_some_and(|(h, m)| h < 24 && m < 60)
    };
    match text.find(['+', '-', 'Z', 'z']) {
        Some(at) if text.is_ascii() && in_a_zone(at) => Some(text.to_owned()),
        _ => time_of_day(text),
    }
}

/// Minutes after midnight of a kept time; a zone after it is left out, as people go by the clock on the wall.
#[must_use]
pub fn minutes(kept: &str) -> Option<u16> {
    let (hour, minute) = two_digit_pair(kept.get(..5)?)?;
    (hour < 24 && minute < 60).then(|| u16::from(hour) * 60 + u16::from(minute))
}

/// Two numbers of two digits with a colon between.
fn two_digit_pair(text: &str) -> Option<(u8, u8)> {
    let (first, second) = text.split_once(':')?;
    let plain = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (plain(first) && plain(second)).then_some(())?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

/// Hour, minute, and whether the hour was written in two digits.
fn parts(number: &str) -> Option<(u8, u8, bool)> {
    let (hour, minute) = match number.split_once([':', '.']) {
        // Seconds say nothing about when a door opens.
        Some((hour, minute)) => (hour, minute.strip_suffix(":00").unwrap_or(minute)),
        None if number.len() > 2 => number.split_at_checked(number.len() - 2)?,
        None => (number, "0"),
    };
    let fits = (1..=2).contains(&hour.len()) && (1..=2).contains(&minute.len());
    let (h, m): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    (fits && m < 60).then_some((h, m, hour.len() == 2))
}

/// Day names to the two letters of iCalendar.
#[must_use]
pub fn byday(weekday: &str) -> Option<&'static str> {
    let start = weekday.trim().get(..2)?;
    WEEK.iter().find(|(code, _)| code.eq_ignore_ascii_case(start)).map(|(code, _)| *code)
}

/// The English name of a day of iCalendar; a number before it (`1MO`, the first Monday) is left out.
#[must_use]
pub fn day_name(code: &str) -> Option<&'static str> {
    let letters = code.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
    WEEK.iter().find(|(code, _)| code.eq_ignore_ascii_case(letters)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_spell_them() {
        for (spelt, read) in [
            ("8:00am", "08:00"),
            ("9am", "09:00"),
            ("830am", "08:30"),
            ("9:0am", "09:00"),
            ("9:00a", "09:00"),
            ("9:00 am", "09:00"),
            ("7:30 am ", "07:30"),
            ("12:00am", "00:00"),
            ("12:30 p.m.", "12:30"),
            ("17:30", "17:30"),
            ("09:00", "09:00"),
            ("10:00:00", "10:00"),
            ("Noon", "12:00"),
        ] {
            assert_eq!(time_of_day(spelt).as_deref(), Some(read), "{spelt}");
        }
    }

    #[test]
    fn a_time_with_its_zone_is_kept_as_it_came() {
        for kept in ["18:30Z", "10:00:00+01:00", "09:15:00-05:00"] {
            assert_eq!(kept_time(kept).as_deref(), Some(kept));
        }
        assert_eq!(kept_time(" 9am ").as_deref(), Some("09:00"));
        for neither in ["25:00Z", "10:00:99Z", "10:00+1", "Z", "by appointment - ring", "10:00-11:00", "\u{e9}10:00Z"] {
            assert_eq!(kept_time(neither), None, "{neither}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_no_time() {
        for spelt in [
            "",
            "8:00m",
            "5:00",
            "6:300pm",
            "25:00",
            "13:00am",
            "9:75am",
            "12:00pm (dispensing)",
            "by appointment",
            "0am",
        ] {
            assert_eq!(time_of_day(spelt), None, "{spelt}");
        }
    }
}
