//! The order of labels that have one: numbers, dates as people write them, what the user says. Rows may stand in any order; what has
//! no order is refused, never taken as it comes.

use std::borrow::Cow;
use std::collections::HashMap;

use fingerpost_statistics::answer::{Answer, Outcome};
use jiff::civil::{Date, DateTime, Time};
use rustc_hash::FxBuildHasher;

use crate::columns::{Columns, Labels};
use crate::sheet::InputError;

/// Dates with a day, as they are written here; the day comes before the month.
const DAYS: [&str; 10] = [
    "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%y",
    "%d-%b-%Y",
];

/// Days with a time.
const TIMES: [&str; 5] =
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"];

/// Months.
const MONTHS: [&str; 9] = ["%Y-%m", "%Y/%m", "%m/%Y", "%b-%y", "%b %y", "%b-%Y", "%b %Y", "%B %Y", "%B %y"];

/// Where labels stand on a line, and how far apart neighbours are.
#[derive(Debug, PartialEq)]
enum Line {
    /// Months since the year 0.
    Months(Vec<i64>),
    /// Days, of those on which anybody works.
    Days(Vec<i64>),
    /// Minutes.
    Minutes(Vec<i64>),
    Numbers(Vec<f64>),
    /// Only their order is known.
    Order(Vec<usize>),
}

/// Labels in time.
pub(crate) struct Timeline {
    line: Line,
    places: Vec<usize>,
}

impl Timeline {
    /// The labels of a column as dates or numbers.
    ///
    /// # Errors
    /// [`InputError`] when a label is neither: its place in time cannot be told.
    pub fn of(columns: &Columns, labels: &Labels, column: &str) -> Result<Self, InputError> {
        let Some(line) = line_of(labels.names()) else {
            let known = |name: &String| line_of(std::slice::from_ref(name)).is_some();
            let other = labels.names().iter().position(|name| !known(name)).unwrap_or(0);
            let row = labels.coded().iter().position(|code| *code as usize == other).unwrap_or(0);
            let name = labels.names().get(other).map_or("", String::as_str);
            let fault = format!("{name} is neither a date nor a number like the others. Write dates as 2025-01-31");
            return Err(columns.fault(row, column, fault));
        };
        let places = match &line {
            Line::Months(at) | Line::Days(at) | Line::Minutes(at) => placed(at, i64::cmp),
            Line::Numbers(at) => placed(at, f64::total_cmp),
            Line::Order(places) => places.clone(),
        };
        Ok(Self { line, places })
    }

    /// The order of the rows by group and time, groups as they first appear; none where they stand in it already.
    ///
    /// # Errors
    /// [`InputError`] when a group has two rows of one time.
    pub fn rows(
        &self,
        columns: &Columns,
        (groups, dates): (Option<&Labels>, &Labels),
        column: &str,
    ) -> Result<Option<Vec<usize>>, InputError> {
        let group = |row: usize| groups.and_then(|groups| groups.coded().get(row)).copied().unwrap_or(0);
        let keys = || dates.coded().iter().enumerate().map(|(row, date)| (group(row), self.place(*date)));
        if keys().is_sorted_by(|one, other| one < other) {
            return Ok(None);
        }
        let keys: Vec<_> = keys().collect();
        let mut rows: Vec<usize> = (0..keys.len()).collect();
        rows.sort_by_key(|row| keys.get(*row).copied());
        let twice = rows.windows(2).filter(|pair| keys.get(pair[0]) == keys.get(pair[1])).map(|pair| pair[1]).min();
        if let Some(row) = twice {
            let name = dates.get(row).unwrap_or_default();
            return Err(columns.fault(row, column, format!("{name} has a row already. Keep one row for each")));
        }
        Ok(Some(rows))
    }

    fn place(&self, code: u32) -> usize {
        self.places.get(code as usize).copied().unwrap_or(0)
    }

    fn apart(&self, one: u32, other: u32) -> f64 {
        match &self.line {
            Line::Months(at) | Line::Days(at) | Line::Minutes(at) => {
                let at = |code: u32| at.get(code as usize).copied().unwrap_or(0);
                (at(other) - at(one)) as f64
            }
            Line::Numbers(at) => {
                let at = |code: u32| at.get(code as usize).copied().unwrap_or(0.0);
                at(other) - at(one)
            }
            Line::Order(_) => 1.0,
        }
    }

    /// Steps longer than the usual one, where there is a usual one, in words; rows in this order.
    fn gaps(&self, (groups, dates): (Option<&Labels>, &Labels), rows: Option<&[usize]>) -> Option<String> {
        let codes = groups.map(|groups| in_order(rows, groups.coded()));
        let (all, names) = (in_order(rows, dates.coded()), groups.map_or(&[] as &[String], Labels::names));
        let group = |row: usize| codes.as_ref().and_then(|codes| codes.get(row)).copied().unwrap_or(0);
        let pairs = || {
            let pairs = all.windows(2).enumerate().filter(|(row, _)| group(*row) == group(row + 1));
            pairs.map(|(row, date)| (group(row), date[0], date[1]))
        };
        let usual = usual_step(pairs().map(|(_, one, other)| self.apart(one, other)))?;
        let (mut missing, mut charts, mut first, mut last) = (0.0, 0_usize, None, None);
        for (group, one, other) in pairs() {
            let steps = (self.apart(one, other) / usual).round();
            if steps >= 2.0 {
                missing += steps - 1.0;
                charts += usize::from(last != Some(group));
                last = Some(group);
                first.get_or_insert((group, one, other));
            }
        }
        let (group, one, other) = first?;
        let word = |names: &[String], code: u32| names.get(code as usize).cloned().unwrap_or_default();
        let points = if missing == 1.0 { "1 point is".to_owned() } else { format!("{missing} points are") };
        let of = match names.len() {
            0 | 1 => String::new(),
            all => format!(" in {charts} of {all} groups, first in {}", word(names, group)),
        };
        let (one, other) = (word(dates.names(), one), word(dates.names(), other));
        Some(format!("{points} missing{of}: none between {one} and {other}."))
    }
}

/// Values of the rows in an order; none is that in which they stand.
fn in_order<'a, T: Copy>(rows: Option<&[usize]>, values: &'a [T]) -> Cow<'a, [T]> {
    match rows {
        Some(rows) => rows.iter().filter_map(|row| values.get(*row)).copied().collect(),
        None => values.into(),
    }
}

/// Rows put into the order of their dates. The default is that of rows that have none.
#[derive(Debug, Default)]
pub(crate) struct InTime {
    rows: Option<Vec<usize>>,
    gaps: Option<String>,
    /// A gap may be a holiday: it is said, and refused by nobody.
    holidays: bool,
}

impl InTime {
    /// One series.
    ///
    /// # Errors
    /// [`InputError`] when a label is no date, or stands there twice.
    pub fn of(columns: &Columns, dates: &Labels, column: &str) -> Result<Self, InputError> {
        Self::within(columns, (None, dates), column)
    }

    /// A series for each group.
    ///
    /// # Errors
    /// As for one.
    pub fn within(
        columns: &Columns,
        (groups, dates): (Option<&Labels>, &Labels),
        column: &str,
    ) -> Result<Self, InputError> {
        let time = Timeline::of(columns, dates, column)?;
        let rows = time.rows(columns, (groups, dates), column)?;
        let gaps = time.gaps((groups, dates), rows.as_deref());
        Ok(Self { rows, gaps, holidays: matches!(time.line, Line::Days(_) | Line::Minutes(_)) })
    }

    /// Refuses a series with gaps, for methods that reckon with its time.
    ///
    /// # Errors
    /// [`InputError`] that names the first.
    pub fn whole(&self, column: &str) -> Result<(), InputError> {
        match &self.gaps {
            Some(gaps) if !self.holidays => Err(InputError::of(format!("column {column}"), gaps)),
            _ => Ok(()),
        }
    }

    /// The rows in their order, where they do not stand in it.
    pub fn rows(&self) -> Option<&[usize]> {
        self.rows.as_deref()
    }

    /// Labels in the order of time.
    pub fn labels(&self, labels: Labels) -> Labels {
        match &self.rows {
            Some(rows) => labels.in_order(rows),
            None => labels,
        }
    }

    /// Numbers in the order of time.
    pub fn numbers(&self, values: Vec<f64>) -> Vec<f64> {
        match &self.rows {
            Some(rows) => in_order(Some(rows), &values).into_owned(),
            None => values,
        }
    }

    /// An answer of rows in this order: its refusals by the lines of the file, and its gaps as a warning.
    pub fn told(self, columns: &Columns, answer: Answer) -> Answer {
        let row = |position: usize| self.rows.as_ref().map_or(Some(position), |rows| rows.get(position).copied());
        let gaps = self.gaps.as_ref().map(|gaps| {
            format!("{gaps} The points beside a gap are taken as neighbours; where nothing happened, write 0.")
        });
        warned(columns.placed_by(answer, row), gaps)
    }
}

/// An answer with a warning more, before the others.
pub(crate) fn warned(mut answer: Answer, words: Option<String>) -> Answer {
    if let (Outcome::Answered { warnings, .. }, Some(words)) = (&mut answer.outcome, words) {
        warnings.insert(0, words);
    }
    answer
}

/// The step that most neighbours are apart; none where the steps follow no rule.
fn usual_step(steps: impl Iterator<Item = f64>) -> Option<f64> {
    // There are few different ones, and equal ones follow each other.
    let (mut counts, mut all): (HashMap<u64, usize, FxBuildHasher>, usize) = (HashMap::default(), 0);
    let mut run = (0, 0);
    for step in steps {
        if step.to_bits() != run.0 {
            *counts.entry(run.0).or_default() += run.1;
            run = (step.to_bits(), 0);
        }
        run.1 += 1;
        all += 1;
    }
    *counts.entry(run.0).or_default() += run.1;
    let (step, most) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let usual = all >= 2 && most * 3 >= all * 2;
    Some(f64::from_bits(step)).filter(|step| usual && *step > 0.0)
}

/// Each label's place, equal ones at the same.
fn placed<T>(at: &[T], order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Vec<usize> {
    let mut codes: Vec<(usize, &T)> = at.iter().enumerate().collect();
    codes.sort_by(|(_, one), (_, other)| order(one, other));
    let mut places = vec![0; at.len()];
    let runs = codes.chunk_by(|(_, one), (_, other)| order(one, other).is_eq());
    for (place, run) in runs.enumerate() {
        for (code, _) in run {
            if let Some(slot) = places.get_mut(*code) {
                *slot = place;
            }
        }
    }
    places
}

/// Labels as dates, as numbers, or as words with one number.
fn line_of(names: &[String]) -> Option<Line> {
    let numbered = || counted(names).map(|all| Line::Numbers(all.into_iter().map(|number| number as f64).collect()));
    dates(names)
        .or_else(|| year_weeks(names).map(Line::Order))
        .or_else(|| numbers(names).map(Line::Numbers))
        .or_else(numbered)
}

/// Labels that are dates, all written in the same way: as months where only those differ, else as days or minutes.
fn dates(names: &[String]) -> Option<Line> {
    let all = |read: &dyn Fn(&str) -> Option<Date>| names.iter().map(|name| read(name)).collect::<Option<Vec<_>>>();
    // Years of two digits are those of this century and the last, not those of the Romans.
    let modern = |date: &Date| date.year() >= 1000;
    let written = |format: &str| all(&|name: &str| Date::strptime(format, name).ok().filter(modern));
    // A month has no day of its own: it is given its first.
    let month = |format: &str| {
        all(&|name: &str| Date::strptime(format!("%d {format}"), format!("1 {name}")).ok().filter(modern))
    };
    let timed = |format: &&str| {
        let read = |name: &String| DateTime::strptime(format, name).ok().filter(|at| modern(&at.date()));
        names.iter().map(read).collect::<Option<Vec<DateTime>>>()
    };
    let read = DAYS.iter().find_map(|format| written(format));
    let read = match read {
        Some(read) => Some(read),
        None => match TIMES.iter().find_map(timed) {
            Some(all) if all.iter().any(|at| at.time() != Time::midnight()) => {
                let minutes = |at: &DateTime| at.duration_since(DateTime::MIN).as_mins();
                return Some(Line::Minutes(all.iter().map(minutes).collect()));
            }
            all => all.map(|all| all.iter().map(|at| at.date()).collect()),
        },
    };
    let read = read.or_else(|| MONTHS.iter().find_map(|format| month(format))).or_else(|| all(&quarter));
    let read = read.or_else(|| all(&digits))?;
    let same_day = read.windows(2).all(|pair| pair[0].day() == pair[1].day());
    let last_day = read.iter().all(|date| date.day() == date.days_in_month());
    let months = |date: &Date| i64::from(date.year()) * 12 + i64::from(date.month());
    if same_day || last_day {
        return Some(Line::Months(read.iter().map(months).collect()));
    }
    // Days of the week on which there is never anything are no gaps: Monday follows Friday.
    let weekday = |date: &Date| i64::from(date.weekday().to_monday_zero_offset());
    let mut worked: Vec<i64> = read.iter().map(weekday).collect();
    worked.sort_unstable();
    worked.dedup();
    let day = |date: &Date| {
        let monday = date.duration_since(Date::MIN).as_hours() / 24 - weekday(date);
        let place = worked.iter().take_while(|known| **known < weekday(date)).count();
        monday.div_euclid(7) * worked.len() as i64 + place as i64
    };
    Some(Line::Days(read.iter().map(day).collect()))
}

/// 2024 Q1, 2024-Q1, Q1 2024: the first month of the quarter.
fn quarter(name: &str) -> Option<Date> {
    let parts: Vec<&str> = name.split([' ', '-', '/']).collect();
    let (year, quarter) = match parts.as_slice() {
        [first, second] if first.starts_with('Q') => (second, first),
        [first, second] => (first, second),
        _ => return None,
    };
    let quarter: i8 = quarter.strip_prefix('Q')?.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
    Date::new(year.parse().ok()?, quarter * 3 - 2, 1).ok()
}

/// Years with their weeks, 202452 and 202501: only their order is known.
fn year_weeks(names: &[String]) -> Option<Vec<usize>> {
    let week = |name: &String| {
        let number: u32 = name.parse().ok().filter(|_| name.len() == 6)?;
        ((1900..2200).contains(&(number / 100)) && (1..=53).contains(&(number % 100))).then_some(number)
    };
    let read = names.iter().map(week).collect::<Option<Vec<u32>>>()?;
    Some(placed(&read, u32::cmp))
}

/// 20250131 and 202501, in the years since 1900.
fn digits(name: &str) -> Option<Date> {
    let number: i32 = name.parse().ok()?;
    let (year, month, day) = match name.len() {
        6 => (number / 100, number % 100, 1),
        8 => (number / 10_000, number / 100 % 100, number % 100),
        _ => return None,
    };
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    (1900..2200).contains(&year).then_some(date)
}

/// Labels that are all numbers; "nan" is a word like others, it has no place among them.
fn numbers(names: &[String]) -> Option<Vec<f64>> {
    names.iter().map(|name| name.parse::<f64>().ok().filter(|number| number.is_finite())).collect()
}

/// The numbers of labels that differ in one number only: week 9 comes before week 10. 2024/25 is known by its year.
fn counted(names: &[String]) -> Option<Vec<u64>> {
    let year = |name: &str| name.len() == 7 && name.as_bytes().get(4) == Some(&b'/');
    let parts = |name: &'_ str| -> Option<(String, u64)> {
        if year(name) {
            return Some((String::new(), name.get(..4)?.parse().ok()?));
        }
        let from = name.find(|letter: char| letter.is_ascii_digit())?;
        let digits = name.get(from..)?;
        let to = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        let (number, rest) = digits.split_at(to);
        let one = !rest.contains(|letter: char| letter.is_ascii_digit());
        one.then(|| format!("{}#{rest}", name.get(..from).unwrap_or_default())).zip(number.parse().ok())
    };
    let read = names.iter().map(|name| parts(name)).collect::<Option<Vec<_>>>()?;
    let alike = read.windows(2).all(|pair| pair[0].0 == pair[1].0);
    alike.then(|| read.into_iter().map(|(_, number)| number).collect())
}

/// Each label's place as the user says it, or as numbers have it; none where nobody says.
///
/// # Errors
/// [`InputError`] of `--order`, when it leaves out a label or says one twice.
pub(crate) fn places(labels: &Labels, order: &[String]) -> Result<Option<Vec<usize>>, InputError> {
    if order.is_empty() {
        let names = labels.names();
        let numbers = numbers(names).map(|at| placed(&at, f64::total_cmp));
        return Ok(numbers.or_else(|| counted(names).map(|all| placed(&all, u64::cmp))));
    }
    let fault = |words: String| Err(InputError::of("--order", words));
    if let Some((at, name)) = order.iter().enumerate().find(|(at, name)| order.iter().take(*at).any(|one| one == *name))
    {
        return fault(format!("{name} stands there twice, the second time at {}", at + 1));
    }
    let place = |name: &String| order.iter().position(|one| one == name);
    if let Some(name) = labels.names().iter().find(|name| place(name).is_none()) {
        return fault(format!("{name} is an answer too. Give it its place"));
    }
    Ok(labels.names().iter().map(place).collect())
}

/// The places of labels, which have to be known.
///
/// # Errors
/// [`InputError`] where the labels are words and nobody says their order.
pub(crate) fn known_places(labels: &Labels, order: &[String], column: &str) -> Result<Vec<usize>, InputError> {
    places(labels, order)?.ok_or_else(|| {
        let names = labels.names().iter().take(6).cloned().collect::<Vec<_>>().join(", ");
        InputError::of(format!("column {column}"), format!("has words without an order ({names}). Say it with --order"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Labels {
        let mut all = Labels::default();
        names.iter().for_each(|name| all.push(name));
        all
    }

    fn read(names: &[&str]) -> Option<Line> {
        dates(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn dates_are_read_as_people_here_write_them() {
        let months = read(&["2022-02-01", "2022-11-01"]);
        assert!(months.is_some());
        for same in [
            ["01/02/2022", "01/11/2022"],
            ["1/2/22", "1/11/22"],
            ["Feb-22", "Nov-22"],
            ["Feb 2022", "Nov 2022"],
            ["February 2022", "November 2022"],
            ["2022-02", "2022-11"],
            ["202202", "202211"],
            ["20220201", "20221101"],
            ["2022-02-01T00:00:00", "2022-11-01T00:00:00"],
        ] {
            assert_eq!(read(&same), months, "{same:?}");
        }
        assert_eq!(read(&["Q1 2024", "Q3 2024"]), read(&["2024-01", "2024-07"]));
        assert_eq!(read(&["28/02/2022", "31/03/2022"]), read(&["2022-02", "2022-03"]));
        // Only days of the week on which there is ever anything are counted: every Monday, or Monday to Friday.
        let steps = |names: &[&str]| match read(names) {
            Some(Line::Days(at)) => at.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(steps(&["2022-02-07", "2022-02-14", "2022-02-28"]), [1, 2]);
        let week = ["2022-01-31", "2022-02-01", "2022-02-02", "2022-02-03", "2022-02-04", "2022-02-07", "2022-02-09"];
        assert_eq!(steps(&week), [1, 1, 1, 1, 1, 2], "Monday follows Friday, and a Tuesday is missing");
        let hours = read(&["2022-02-07 10:00", "2022-02-07 11:30"]);
        assert!(matches!(hours, Some(Line::Minutes(at)) if at[1] - at[0] == 90));
        for no in [["Feb", "Mar"], ["2022-02-01", "soon"], ["31/02/2022", "01/03/2022"], ["1", "2"]] {
            assert_eq!(read(&no), None, "{no:?}");
        }
    }

    #[test]
    fn words_with_one_number_have_its_order() {
        let of = |names: &[&str]| places(&labels(names), &[]).unwrap();
        assert_eq!(of(&["week 10", "week 9"]), Some(vec![1, 0]));
        assert_eq!(of(&["2024/25", "2023/24"]), Some(vec![1, 0]));
        assert_eq!(of(&["10", "9.5"]), Some(vec![1, 0]));
        let weeks = ["202452", "202501"].map(str::to_owned);
        assert_eq!(line_of(&weeks), Some(Line::Order(vec![0, 1])), "a year and its week");
        assert_eq!(of(&["low", "high"]), None);
        assert_eq!(of(&["Q1 2024", "Q2 2023"]), None);
    }

    #[test]
    fn an_order_names_each_label_once() {
        let given = labels(&["high", "low"]);
        let order = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(places(&given, &order(&["low", "middle", "high"])).unwrap(), Some(vec![2, 0]));
        assert!(places(&given, &order(&["low"])).is_err());
        assert!(places(&given, &order(&["low", "high", "low"])).is_err());
        assert!(known_places(&given, &[], "need").is_err());
    }

    #[test]
    fn a_usual_step_is_one_that_most_neighbours_are_apart() {
        assert_eq!(usual_step([1.0, 1.0, 2.0, 1.0].into_iter()), Some(1.0));
        assert_eq!(usual_step([3.0, 10.0, 4.0, 1.0].into_iter()), None);
        assert_eq!(usual_step([0.0, 0.0].into_iter()), None);
    }
}
