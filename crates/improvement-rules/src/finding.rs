//! Who could be referred: a list that a practice makes from an export of its own, read by the practice alone.
//!
//! It holds no names. A person is a number that means something in the practice's own system only; what could name somebody is refused
//! by its column, and by its looks. The groups are those that the published sources name: people who come often, live alone, carry a
//! long illness, feel low, have type 2 diabetes, care for somebody, grieve, or worry about money or housing.

use serde::Serialize;
use std::collections::HashMap;

use jiff::civil::Date;

use crate::project::whole;
use fingerpost_domain::problem::Problems;

/// How often somebody comes in a year who comes often, unless the practice says otherwise: about once a month.
pub const USUALLY_OFTEN: u32 = 12;
/// Nobody is believed to have come more often in a year.
const MOST_CONTACTS: u32 = 1_000;
/// Lines of one export at most: those who come often of the largest practice.
const MOST_LINES: usize = 5_000;
/// Characters of a number.
const LONGEST_NUMBER: usize = 12;
/// Problems that are told at once: a wrong column would make one on each line.
const MOST_PROBLEMS: usize = 5;

fingerpost_domain::coded! {
    /// Why somebody is on the list.
    pub enum Group {
        /// Comes often.
        Often = "often",
        /// Lives alone, or sees few people.
        Alone = "alone",
        /// Lives with an illness that stays.
        LongTerm = "long_term",
        /// Feels low or anxious, not severely.
        LowMood = "low_mood",
        /// Has type 2 diabetes.
        Diabetes = "diabetes",
        /// Cares for somebody.
        Carer = "carer",
        /// Has lost somebody.
        Bereaved = "bereaved",
        /// Worries about money, work or housing.
        Money = "money",
    }
}

impl Group {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Often => "Comes often",
            Self::Alone => "Lives alone",
            Self::LongTerm => "Long-term condition",
            Self::LowMood => "Low mood or anxious",
            Self::Diabetes => "Type 2 diabetes",
            Self::Carer => "Carer",
            Self::Bereaved => "Bereaved",
            Self::Money => "Money or housing",
        }
    }

    /// What a column may be called that says so.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Often => &[],
            Self::Alone => &["lives alone", "alone", "isolated", "lonely"],
            Self::LongTerm => &["long-term condition", "long term condition", "ltc", "long-term conditions"],
            Self::LowMood => &["low mood or anxious", "low mood", "mental health", "depression", "anxiety"],
            Self::Diabetes => &["type 2 diabetes", "diabetes", "t2dm"],
            Self::Carer => &["carer", "carers"],
            Self::Bereaved => &["bereaved", "bereavement"],
            Self::Money => &["money or housing", "money", "housing", "debt"],
        }
    }
}

fingerpost_domain::coded! {
    /// What became of somebody on the list.
    pub enum Offered {
        /// It was spoken of; they think about it.
        Thinking = "thinking",
        /// They were referred.
        Referred = "referred",
        /// They were told of a group or service.
        Signposted = "signposted",
        /// They do not want it now.
        NotNow = "not_now",
        /// It does not fit, as somebody who knows them says.
        NotSuitable = "not_suitable",
    }
}

impl Offered {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Thinking => "Thinking about it",
            Self::Referred => "Referred",
            Self::Signposted => "Signposted",
            Self::NotNow => "Not now",
            Self::NotSuitable => "Not suitable",
        }
    }
}

/// Somebody who could be referred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Their number in the practice's own system.
    pub number: String,
    /// How often they came in a year, where the export says it.
    pub contacts: Option<u32>,
    /// Why they are on the list; never empty.
    pub groups: Vec<Group>,
}

impl Listed {
    /// Whoever is on the list for most reasons stands first; of those, whoever came most often. Larger is earlier.
    #[must_use]
    pub fn weight(&self) -> i64 {
        let reasons = i64::try_from(self.groups.len()).unwrap_or(0);
        reasons * i64::from(MOST_CONTACTS + 1) + i64::from(self.contacts.unwrap_or(0))
    }
}

/// A list as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundList {
    /// From how many contacts a year somebody comes often.
    pub often: u32,
    /// Those on it.
    pub people: Vec<Listed>,
    /// Lines that were read.
    pub read: usize,
}

/// A list as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct FindingAnswers {
    pub often: String,
    pub pasted: String,
}

enum Column {
    Number,
    Contacts,
    In(Group),
}

fn column(heading: &str) -> Option<Column> {
    match heading.to_lowercase().as_str() {
        "number" | "our number" | "id" => Some(Column::Number),
        "contacts" | "appointments" | "contacts in 12 months" | "consultations" => Some(Column::Contacts),
        heading => Group::ALL.iter().find(|group| group.headings().contains(&heading)).map(|group| Column::In(*group)),
    }
}

/// What looks as if it named somebody: ten digits, as an NHS number has, typed wrongly too; a telephone number; a date; a word.
fn names_somebody(number: &str) -> Option<&'static str> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 10 && (number.starts_with('0') || number.starts_with('+')) {
        return Some("a telephone number");
    }
    if digits.len() == 10 {
        return Some("an NHS number");
    }
    let eight = |year: &str, month: &str| {
        let (year, month) = (year.parse().unwrap_or(0), month.parse().unwrap_or(0));
        digits.len() == 8 && (1900..2100).contains(&year) && (1..=12).contains(&month)
    };
    let apart = number.matches(['/', '-', '.']).count() == 2 && digits.len() >= 6;
    let together = digits.len() == 8 && (eight(&digits[..4], &digits[4..6]) || eight(&digits[4..], &digits[2..4]));
    if apart || together {
        return Some("a date");
    }
    let word = number.split(|c: char| !c.is_alphabetic()).any(|letters| letters.chars().count() >= WORD_FROM);
    (word || digits.is_empty()).then_some("a name")
}

/// So many letters beside each other may be a name.
const WORD_FROM: usize = 3;

fn yes(cell: &str) -> Result<bool, ()> {
    match cell.to_lowercase().as_str() {
        "" | "0" | "n" | "no" | "false" | "-" => Ok(false),
        "1" | "y" | "yes" | "true" | "x" => Ok(true),
        _ => Err(()),
    }
}

/// The columns by the names in the first line; empty ones at its end are none.
fn columns(head: &csv::StringRecord) -> Result<Vec<Column>, Problems> {
    let mut headings: Vec<&str> = head.iter().collect();
    while headings.last().is_some_and(|heading| heading.is_empty()) {
        headings.pop();
    }
    let told = |told: &str| Problems::one("pasted", told);
    if headings.iter().all(|heading| column(heading).is_none()) {
        return Err(told(
            "The first line has to name the columns, for example number, contacts, Lives alone. They stand apart by tabs, commas or semicolons",
        ));
    }
    let mut problems = Problems::none();
    for heading in headings.iter().filter(|heading| column(heading).is_none()).take(MOST_PROBLEMS) {
        problems.add(
            "pasted",
            format!(
                "Take out the column \u{201c}{heading}\u{201d}: nothing that could name somebody may come here, and it is none of the \
                 columns that are read"
            ),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let columns: Vec<Column> = headings.into_iter().filter_map(column).collect();
    if columns.iter().filter(|column| matches!(column, Column::Contacts)).count() > 1 {
        return Err(told("There are two columns with contacts. Leave one of them out"));
    }
    if columns.iter().filter(|column| matches!(column, Column::Number)).count() != 1 {
        return Err(told("There must be one column called number: your own number for each person"));
    }
    Ok(columns)
}

impl FindingAnswers {
    /// The list, or everything that is wrong with it. The first line names the columns; they stand apart by tabs, as they come out of a
    /// spreadsheet, by commas or semicolons. Whoever is in no group and does not come often is left out.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self) -> Result<FoundList, Problems> {
        let mut problems = Problems::none();
        let wanted = "Type from how many contacts a year somebody comes often";
        let often = problems.need("often", whole(&self.often, (1, MOST_CONTACTS)), wanted);
        let first = self.pasted.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let apart = ['\t', ';', ','].into_iter().find(|apart| first.contains(*apart)).unwrap_or(',');
        let text = format!("{}\n", self.pasted.trim_end());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(apart as u8)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        // With the line on which each ends: the reader's own begins before the empty lines that it passes over.
        let mut rows = std::iter::from_fn(|| {
            let mut row = csv::StringRecord::new();
            let more = reader.read_record(&mut row).is_ok_and(|more| more);
            more.then(|| (reader.position().line() - 1, row))
        })
        .filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
        let Some((_, head)) = rows.next() else {
            problems.add("pasted", "Paste the list, with the names of its columns in the first line");
            return Err(problems);
        };
        let columns = problems.part(columns(&head));
        let Some((columns, often)) = columns.zip(often) else { return Err(problems) };
        let mut people: Vec<Listed> = vec![];
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut read = 0;
        for (line, row) in rows {
            read += 1;
            if read > MOST_LINES {
                problems.add("pasted", format!("There are more than {MOST_LINES} lines. Choose fewer people"));
                break;
            }
            let found =
                person(&columns, &row, often).and_then(|person| match seen.insert(person.number.clone(), line) {
                    Some(before) => Err(format!("the number stands on line {before} too")),
                    None => Ok(person),
                });
            match found {
                Ok(person) if person.groups.is_empty() => {}
                Ok(person) => people.push(person),
                Err(what) => problems.add("pasted", format!("Line {line}: {what}")),
            }
            if problems.iter().count() >= MOST_PROBLEMS {
                break;
            }
        }
        if read == 0 {
            problems.add("pasted", "There is nobody below the names of the columns");
        }
        if problems.is_empty() { Ok(FoundList { often, people, read }) } else { Err(problems) }
    }
}

/// What is wrong is said without what was pasted: it may name somebody.
fn person(columns: &[Column], row: &csv::StringRecord, often: u32) -> Result<Listed, String> {
    // Empty cells at the end of a row are none.
    let given = (0..row.len()).rfind(|at| !row[*at].is_empty()).map_or(0, |last| last + 1);
    if given > columns.len() {
        return Err(format!("there are {given} columns, and the first line has {}", columns.len()));
    }
    let mut found = Listed { number: String::new(), contacts: None, groups: vec![] };
    for (column, cell) in columns.iter().zip(row.iter()) {
        match column {
            Column::Number => {
                if let Some(what) = names_somebody(cell).filter(|_| !cell.is_empty()) {
                    return Err(format!("what should be a number of your own looks like {what}"));
                }
                if cell.chars().count() > LONGEST_NUMBER || !cell.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                {
                    return Err(format!("a number has up to {LONGEST_NUMBER} letters, digits and hyphens"));
                }
                found.number = cell.to_uppercase();
            }
            Column::Contacts => {
                found.contacts = whole(cell, (0, MOST_CONTACTS))
                    .map_err(|_| format!("the contacts of a year are no number from 0 to {MOST_CONTACTS}"))?;
            }
            Column::In(group) => {
                let is =
                    yes(cell).map_err(|()| format!("\u{201c}{}\u{201d} must be yes, no or empty", group.label()))?;
                if is && !found.groups.contains(group) {
                    found.groups.push(*group);
                }
            }
        }
    }
    if found.number.is_empty() {
        return Err("there is no number".to_owned());
    }
    if found.contacts.is_some_and(|contacts| contacts >= often) {
        found.groups.insert(0, Group::Often);
    }
    Ok(found)
}

/// A list is thrown away so many days after it was taken: older, it says little, and should not lie about.
pub const KEPT_DAYS: i64 = 365;

/// The day on which a list is thrown away.
#[must_use]
pub fn kept_until(taken_on: Date) -> Date {
    fingerpost_domain::calendar::plus_days(taken_on, KEPT_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pasted: &str) -> Result<FoundList, Vec<String>> {
        let typed = FindingAnswers { often: "12".into(), pasted: pasted.into() };
        typed.check().map_err(|problems| problems.iter().map(|problem| problem.message.clone()).collect())
    }

    #[test]
    fn those_with_a_reason_are_listed_and_the_most_reasons_weigh_most() {
        let list = check("number\tcontacts\tlives alone\tCarer\nA1\t30\t\t\nA2\t3\tyes\ty\nA3\t11\tno\t\nA4\t\tx\t\n")
            .unwrap();
        let groups: Vec<(&str, &[Group])> =
            list.people.iter().map(|person| (person.number.as_str(), person.groups.as_slice())).collect();
        assert_eq!(
            groups,
            [("A1", &[Group::Often][..]), ("A2", &[Group::Alone, Group::Carer][..]), ("A4", &[Group::Alone][..])]
        );
        assert_eq!(list.read, 4);
        assert!(list.people[1].weight() > list.people[0].weight());
        assert!(list.people[0].weight() > list.people[2].weight());
    }

    #[test]
    fn what_could_name_somebody_is_refused_and_not_repeated() {
        let wrong = check("number,surname\n1,Okafor").unwrap_err();
        assert!(wrong[0].contains("Take out the column \u{201c}surname\u{201d}"), "{wrong:?}");
        // 943 476 5919 passes the check digit of an NHS number.
        for (cell, what) in [
            ("9434765919", "an NHS number"),
            ("07700900123", "a telephone number"),
            ("1951-04-02", "a date"),
            ("Okafor", "a name"),
            ("SmithJ52", "a name"),
            ("9434765910", "an NHS number"),
            ("19510402", "a date"),
            ("02041951", "a date"),
        ] {
            let wrong = check(&format!("number,carer\n{cell},yes")).unwrap_err();
            assert_eq!(wrong, [format!("Line 2: what should be a number of your own looks like {what}")]);
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_by_its_line() {
        assert!(check("").is_err());
        assert!(check("carer\nyes").unwrap_err()[0].contains("one column called number"));
        assert_eq!(
            check("number,carer\n1,perhaps").unwrap_err(),
            ["Line 2: \u{201c}Carer\u{201d} must be yes, no or empty"]
        );
        assert_eq!(check("number,carer\n1,yes\n\n1,no").unwrap_err(), ["Line 4: the number stands on line 2 too"]);
        assert_eq!(check("number,contacts\n1,-4").unwrap_err().len(), 1);
        assert!(check("number,contacts,appointments\n1,4,5").unwrap_err()[0].contains("two columns"));
        assert_eq!(check("number,contacts,,\na1,40,,\n").unwrap().people[0].number, "A1");
        assert_eq!(check("\"number\";contacts\nA1;40\n").unwrap().people[0].contacts, Some(40));
        assert_eq!(check("number,carer\n,yes").unwrap_err(), ["Line 2: there is no number"]);
        assert_eq!(
            check("number,carer\nA1,yes,x").unwrap_err(),
            ["Line 2: there are 3 columns, and the first line has 2"]
        );
        assert!(check("1,31,yes").unwrap_err()[0].starts_with("The first line has to name the columns"));
        let wide = format!("number\t{}", "x\t".repeat(100_000));
        assert_eq!(check(&wide).unwrap_err().len(), MOST_PROBLEMS);
        let many: String = (0..100).map(|_| "no such number!,yes\n").collect();
        assert_eq!(check(&format!("number,carer\n{many}")).unwrap_err().len(), MOST_PROBLEMS);
    }
}
