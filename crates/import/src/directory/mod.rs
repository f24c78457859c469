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

/// Services as they are taken up, each once.
pub(crate) struct Taken<'a> {
    source: &'a str,
    seen: HashSet<String>,
    pub(crate) services: Vec<Service>,
    pub(crate) report: Report,
}

impl<'a> Taken<'a> {
    fn from(source: &'a str) -> Self {
        Self { source, seen: HashSet::new(), services: vec![], report: Report::default() }
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
            if in_all > MOST_IN_ALL || taken.services.len() > MOST_SERVICES {
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
    if taken.services.len() > MOST_SERVICES {
        return Err(ImportError::TooLarge(path.display().to_string()));
    }
    if let (true, Some(first)) = (taken.services.is_empty(), taken.report.refused.first()) {
        let first = first.to_string();
        let rows = taken.report.counts.read;
        return Err(ImportError::NothingRead { path: path.display().to_string(), rows, first });
    }
    Ok(taken)
}
