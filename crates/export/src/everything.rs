//! Everything that is stored, as one CSV file for each table with a dictionary of what each column means. It is read as
//! one moment left it, put together in a folder that only its owner may open, and appears whole or not at all. Secrets
//! are left out, and the dictionary says which.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fingerpost_domain::agreement::Agreement;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::codes;
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_store::{Everything, Store, Value};

use crate::{ExportError, empty_folder, failed};

const DICTIONARY: &str = include_str!("../data/dictionary.csv");

/// The one column that is worked out: no table holds it.
const CODE: (&str, &str) = (
    "code_for_record",
    "The SNOMED CT concept of the episode that this referral began: 871731000000106 when the person accepted, 871711000000103 when \
     the person declined. Empty when it began none.",
);

/// What a column holds, as the dictionary says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Text,
    Code,
    Day,
    Instant,
    Number,
    YesNo,
    Json,
    Secret,
}

impl Kind {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "id" => Self::Id,
            "text" => Self::Text,
            "code" => Self::Code,
            "day" => Self::Day,
            "instant" => Self::Instant,
            "number" => Self::Number,
            "yes_no" => Self::YesNo,
            "json" => Self::Json,
            "secret" => Self::Secret,
            _ => return None,
        })
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Code => "code",
            Self::Day => "day (ISO 8601)",
            Self::Instant => "date and time (ISO 8601, UTC)",
            Self::Number => "number",
            Self::YesNo => "yes or no",
            Self::Json => "JSON",
            Self::Secret => "left out",
        }
    }

    /// A cell as it is written.
    fn written(self, value: Value) -> String {
        match (self, value) {
            (Self::Instant, Value::Int(Some(at))) => {
                Timestamp::from_microsecond(at).map_or_else(|_| at.to_string(), |at| at.to_string())
            }
            (Self::YesNo, Value::Int(Some(flag))) => if flag == 0 { "no" } else { "yes" }.to_owned(),
            (_, Value::Int(number)) => number.map(|number| number.to_string()).unwrap_or_default(),
            (Self::Text, Value::Text(Some(text))) => unrun(text),
            (_, Value::Text(text)) => text.unwrap_or_default(),
        }
    }
}

/// What somebody typed, so that no spreadsheet takes it for a formula.
fn unrun(text: String) -> String {
    if text.len() > 1 && text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

/// The kind and the meaning of every column, by table and column.
pub(crate) type Dictionary = HashMap<(String, String), (Kind, String)>;

pub(crate) fn dictionary() -> Result<Dictionary, ExportError> {
    let mut found = Dictionary::new();
    for row in csv::Reader::from_reader(DICTIONARY.as_bytes()).records() {
        let row = row?;
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let kind = Kind::read(&cell(2)).ok_or_else(|| ExportError::Undescribed(cell(0), cell(1)))?;
        found.insert((cell(0), cell(1)), (kind, cell(3)));
    }
    Ok(found)
}

/// The day on which the person said it: of sending where they said yes, of the answer where they said no.
fn said_on(cell: &impl Fn(&str) -> Option<String>, state: ReferralState) -> Option<Date> {
    let column = if state == ReferralState::DeclinedByPerson { "decided_at" } else { "sent_at" };
    Some(day_of(Timestamp::from_microsecond(cell(column)?.parse().ok()?).ok()?))
}

fn code_of(cell: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let state = ReferralState::from_code(&cell("state")?)?;
    let agreement = cell("agreement").as_deref().and_then(Agreement::from_code);
    codes::of_episode(state, agreement, (cell("joined_case")? != "0", said_on(&cell, state)?)).map(|code| code.concept)
}

fn private(path: &Path, mode: u32) -> Result<(), ExportError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed(path))
}

fn sheet(folder: &Path, name: &str) -> Result<csv::Writer<File>, ExportError> {
    let path = folder.join(format!("{name}.csv"));
    let file = File::create(&path).map_err(failed(&path))?;
    private(&path, 0o600)?;
    Ok(csv::Writer::from_writer(file))
}

fn ended(sheet: csv::Writer<File>) -> Result<(), ExportError> {
    let file = sheet.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    file.sync_all().map_err(|error| csv::Error::from(error).into())
}

/// Writes one table; gives the number of rows.
async fn table(
    everything: &mut Everything,
    folder: &Path,
    (name, columns): (&'static str, &'static [&'static str]),
    kinds: &[Kind],
) -> Result<u64, ExportError> {
    let mut sheet = sheet(folder, name)?;
    let shown: Vec<usize> = (0..columns.len()).filter(|at| kinds.get(*at) != Some(&Kind::Secret)).collect();
    let referral = name == "referral";
    let head = shown.iter().filter_map(|at| columns.get(*at).copied());
    sheet.write_record(head.chain(referral.then_some(CODE.0)))?;
    let mut rows = 0;
    everything
        .each_row(name, |cells| {
            let plain = |wanted: &str| {
                let at = columns.iter().position(|column| *column == wanted)?;
                match cells.get(at)? {
                    Value::Text(text) => text.clone(),
                    Value::Int(number) => number.map(|number| number.to_string()),
                }
            };
            let code = referral.then(|| code_of(plain).unwrap_or_default().to_owned());
            let written = cells.iter().zip(kinds).filter(|(_, kind)| **kind != Kind::Secret);
            let written = written.map(|(value, kind)| kind.written(value.clone()));
            sheet.write_record(written.chain(code))?;
            rows += 1;
            Ok::<_, ExportError>(())
        })
        .await?;
    ended(sheet)?;
    Ok(rows)
}

const READ_ME: &str = "\
Everything that this installation of Fingerpost stored at one moment, as CSV (UTF-8, a head line, commas).
dictionary.csv says what each column of each file means. Secrets (passwords, keys, links) are left out.
A text that began with = + - @ or a tab has an apostrophe in front of it, so that no spreadsheet takes it for a formula.
These files are about people: keep them as you keep their records, and delete them when they have served.
";

/// Writes everything into `folder`, which is new or empty. Gives the number of rows.
///
/// # Errors
/// [`ExportError`]; nothing is left in `folder`.
pub async fn everything(
    store: &Store,
    folder: &Path,
    (now, mut progress): (Timestamp, impl FnMut(usize, usize)),
) -> Result<u64, ExportError> {
    let folder = empty_folder(folder)?;
    let beside = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let work = tempfile::Builder::new().prefix(".fingerpost-").tempdir_in(beside).map_err(failed(beside))?;
    let dictionary = dictionary()?;
    let mut meanings = sheet(work.path(), "dictionary")?;
    meanings.write_record(["file", "column", "holds", "meaning"])?;
    let mut everything = store.ledger().everything(now).await?;
    let (mut rows, all) = (0, Everything::tables().count());
    for (at, (name, columns)) in Everything::tables().enumerate() {
        let mut kinds = vec![];
        for column in columns {
            let key = (name.to_owned(), (*column).to_owned());
            let (kind, meaning) = dictionary.get(&key).ok_or(ExportError::Undescribed(key.0, key.1))?;
            meanings.write_record([&format!("{name}.csv"), *column, kind.label(), meaning])?;
            kinds.push(*kind);
        }
        if name == "referral" {
            meanings.write_record(["referral.csv", CODE.0, Kind::Code.label(), CODE.1])?;
        }
        rows += table(&mut everything, work.path(), (name, columns), &kinds).await?;
        progress(at + 1, all);
    }
    ended(meanings)?;
    let read_me = work.path().join("README.txt");
    fs::write(&read_me, READ_ME).map_err(failed(&read_me))?;
    private(work.path(), 0o700)?;
    fs::rename(work.path(), &folder).map_err(failed(&folder))?;
    // It bears its own name now: nothing is left to take away.
    drop(work.keep());
    Ok(rows)
}
