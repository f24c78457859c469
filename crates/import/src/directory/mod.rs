//! A directory of services, in the shapes in which directories travel: a folder of HSDS tables, a file of HSDS-UK
//! JSON, a folder of pages of a feed, a spreadsheet. What is dirty is tidied and said; what cannot be shown is refused and said.

mod json;
pub(crate) mod sheet;
mod tables;
mod tabular;

use std::collections::HashSet;
use std::path::Path;

use self::sheet::Understood;
use fingerpost_directory::hsds::Service;
use fingerpost_directory::sheet::Column;

use crate::report::Report;
use crate::{ImportError, decode};

/// Services of one import at most: twenty times a large county.
const MOST_SERVICES: usize = 100_000;
/// Bytes of all pages together, at most.
const MOST_IN_ALL: usize = 1 << 30;
/// Bytes of all entries as they are kept, at most: the largest county is a thirtieth of it.
const MOST_KEPT: usize = 1 << 28;

/// Services as they are taken up, each once.
pub(crate) struct Taken<'a> {
    source: &'a str,
    seen: HashSet<String>,
    pub(crate) services: Vec<Service>,
    /// Their bytes as they are kept, and how many those may be.
    kept: usize,
    most_kept: usize,
    pub(crate) report: Report,
}

impl<'a> Taken<'a> {
    fn from(source: &'a str) -> Self {
        Self {
            source,
            seen: HashSet::new(),
            services: vec![],
            kept: 0,
            most_kept: MOST_KEPT,
            report: Report::default(),
        }
    }

    /// Takes a service, or writes down why not.
    fn take(&mut self, (file, line): (&str, u64), service: Result<Service, String>) {
        self.report.counts.read += 1;
        let taken = service.and_then(|service| service.taken(self.source).map_err(|refused| refused.to_string()));
        let reason = match taken {
            Ok((service, left_out)) => {
                if let Some(words) = left_out {
                    self.report.note_in(file, line, words);
                }
                if self.seen.insert(service.id.clone()) {
                    self.kept += service.bytes();
                    self.services.push(service);
                    return;
                }
                "a service with this id stands above already".to_owned()
            }
            Err(reason) => reason,
        };
        self.report.counts.refused += 1;
        self.report.note_in(file, line, reason);
    }
}

impl Taken<'_> {
    /// Whether these are more services than any directory has.
    fn is_too_much(&self) -> bool {
        self.services.len() > MOST_SERVICES || self.kept > self.most_kept
    }
}

/// Reads whatever stands at `path`.
pub(crate) fn read<'a>(path: &Path, source: &'a str) -> Result<Taken<'a>, ImportError> {
    let mut taken = Taken::from(source);
    let is_json = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    if !path.is_dir() {
        if !is_json(path) {
            return Err(ImportError::NoDirectory(path.display().to_string()));
        }
        json::read(path, &decode::read(path)?, &mut taken)?;
    } else if let Some(folder) = tables::folder_of(path) {
        tabular::read(&folder, &mut taken)?;
    } else {
        let failed = |source| ImportError::File { path: path.display().to_string(), source };
        let mut pages = vec![];
        for entry in std::fs::read_dir(path).map_err(failed)? {
            pages.extend(Some(entry.map_err(failed)?.path()).filter(|page| is_json(page)));
        }
        pages.sort();
        if pages.is_empty() {
            return Err(ImportError::NoDirectory(path.display().to_string()));
        }
        let mut in_all = 0_usize;
        for page in pages {
            let text = decode::read(&page)?;
            in_all += text.len();
            json::read(&page, &text, &mut taken)?;
            if in_all > MOST_IN_ALL || taken.is_too_much() {
                return Err(ImportError::TooLarge(path.display().to_string()));
            }
        }
    }
    whole(taken, path)
}

/// A spreadsheet, of which somebody said what some of its columns are.
pub(crate) fn read_sheet<'a>(
    path: &Path,
    source: &'a str,
    said: &[(Column, String)],
) -> Result<(Taken<'a>, Understood), ImportError> {
    let mut taken = Taken::from(source);
    let understood = sheet::read(path, said, &mut taken)?;
    Ok((whole(taken, path)?, understood))
}

/// What was read, unless it is too much or nothing.
fn whole<'a>(taken: Taken<'a>, path: &Path) -> Result<Taken<'a>, ImportError> {
    if taken.is_too_much() {
        return Err(ImportError::TooLarge(path.display().to_string()));
    }
    if let (true, Some(first)) = (taken.services.is_empty(), taken.report.refused.first()) {
        let first = first.to_string();
        let rows = taken.report.counts.read;
        return Err(ImportError::NothingRead { path: path.display().to_string(), rows, first });
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Few rows that name each other could become more than any memory holds.
    #[test]
    fn a_small_folder_that_would_be_huge_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("organizations.csv", &format!("id,name,description\no,Big,{}\n", "word ".repeat(2_000)));
        let services = (0..10_000).fold("id,name,organization_id\n".to_owned(), |mut text, at| {
            let _ = writeln!(text, "{at},Choir,o");
            text
        });
        put("services.csv", &services);
        let mut taken = Taken { most_kept: 100_000, ..Taken::from("test") };
        assert!(matches!(tabular::read(folder.path(), &mut taken), Err(ImportError::TooLarge(_))));
        assert_eq!(taken.services.len(), 10, "it stops as soon as there is too much");
        // One service in a hundred thousand places: refused by itself, and not built first.
        put("services.csv", "id,name\n1,Choir\n2,Walk\n");
        let places = (0..100_000).fold("id,service_id,location_id\n".to_owned(), |mut text, at| {
            let _ = writeln!(text, "{at},1,l");
            text
        });
        put("service_at_locations.csv", &places);
        put("locations.csv", &format!("id,name\nl,{}\n", "Hall ".repeat(1_000)));
        let taken = read(folder.path(), "test").unwrap();
        assert_eq!((taken.services.len(), taken.report.counts.refused), (1, 1));
        assert!(taken.report.refused[0].reason.contains("more than 500 places"), "{}", taken.report.refused[0]);
    }

    #[test]
    fn a_table_that_does_not_end_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let endless = (0..=crate::MOST_ROWS).fold("name,id\n".to_owned(), |mut text, at| {
            let _ = writeln!(text, "Choir,{at}");
            text
        });
        let sheet = folder.path().join("services.csv");
        std::fs::write(&sheet, endless).unwrap();
        assert!(matches!(read(folder.path(), "test"), Err(ImportError::TooLarge(_))));
        assert!(matches!(read_sheet(&sheet, "test", &[]), Err(ImportError::TooLarge(_))));
    }
}
