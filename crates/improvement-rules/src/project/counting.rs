//! Numbers of months as somebody gives them: typed one by one, or as dates out of a clinical system.

use jiff::civil::Date;

use super::answers::whole;
use super::{LARGEST_COUNT, Measured, MonthCount, Period};
use fingerpost_domain::problem::Problems;

/// The numbers of a count, as typed: one for each month, or a pair for a share.
///
/// # Errors
/// [`Problems`]; fields are `count-1` and `of-1` for the first month, and so on.
pub fn typed_count(
    period: Period,
    measured: Measured,
    typed: impl Fn(&str) -> String,
) -> Result<Vec<MonthCount>, Problems> {
    let mut problems = Problems::none();
    let mut months = vec![];
    for (at, month) in period.each().enumerate() {
        let (count_field, of_field) = (format!("count-{}", at + 1), format!("of-{}", at + 1));
        let mut read = |field: &str, missing: &str| {
            problems.need(field.to_owned(), whole(&typed(field), (0, LARGEST_COUNT)), missing)
        };
        let name = month.strftime("%B %Y");
        let count = read(&count_field, &format!("Type how many in {name}; 0 where there were none"));
        let of = match measured {
            Measured::Referrals => Some(None),
            Measured::Share => read(&of_field, &format!("Type of how many in {name}")).map(Some),
        };
        let Some((count, of)) = count.zip(of) else { continue };
        if of.is_some_and(|of| count > of) {
            problems
                .add(count_field, format!("{count} is more than all of them in {name}. Change one of the two numbers"));
        }
        months.push(MonthCount { month, count, of });
    }
    if measured == Measured::Share && problems.is_empty() && months.iter().all(|month| month.of == Some(0)) {
        problems.add("of-1", "There is nothing to take a share of: every month says 0");
    }
    if problems.is_empty() { Ok(months) } else { Err(problems) }
}

/// Lines of dates that are read at most: a large practice over a year, several times over.
const MOST_DATES: usize = 20_000;

/// Counts dates by month, one on a line, as a clinical system gives them out: `21/05/2026` or `2026-05-21`, with or without a time
/// after it. Days outside the months are left out and counted apart; an empty line and a heading are no date.
///
/// # Errors
/// What cannot be read, by its line.
pub fn dated_count(period: Period, text: &str) -> Result<(Vec<MonthCount>, u64), String> {
    let mut months: Vec<MonthCount> = period.each().map(|month| MonthCount { month, count: 0, of: None }).collect();
    let (mut outside, mut seen) = (0_u64, 0_usize);
    for (at, line) in text.lines().enumerate() {
        let word = line.trim().trim_matches('"').split_whitespace().next().unwrap_or_default();
        if word.is_empty() {
            continue;
        }
        let Some(day) = read_date(word) else {
            if seen == 0 && !word.contains(|letter: char| letter.is_ascii_digit()) {
                continue;
            }
            return Err(format!(
                "Line {} is no date that can be read. Paste one date on each line, for example 21/05/2026",
                at + 1
            ));
        };
        seen += 1;
        if seen > MOST_DATES {
            return Err(format!("There are more than {MOST_DATES} dates. Paste fewer months at once"));
        }
        match months.iter_mut().find(|month| month.month == day.first_of_month()) {
            Some(month) => month.count += 1,
            None => outside += 1,
        }
    }
    if seen > 0 && outside == seen as u64 {
        return Err(format!(
            "None of the {seen} dates lies in the months you chose. Go back and choose others, or paste others"
        ));
    }
    if seen == 0 { Err("Paste the column with the dates, one on each line".to_owned()) } else { Ok((months, outside)) }
}

fn read_date(word: &str) -> Option<Date> {
    let word = word.split('T').next().unwrap_or(word);
    if let Ok(date) = word.parse() {
        return Some(date);
    }
    let mut parts = word.split(['/', '.', '-']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month, day).ok()
}
