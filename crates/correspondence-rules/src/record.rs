//! A copy of everything that is held about one person, for them: entry by entry, and what has to stay out of it, with the
//! reason. Nothing is left out by a machine.

use std::collections::BTreeMap;

use fingerpost_domain::problem::Problems;
use fingerpost_domain::{Date, coded};
use serde::Serialize;

coded! {
    /// Why an entry is left out of a copy.
    pub enum LeftOut {
        /// It tells of somebody else who has not agreed.
        NamesAnother = "names_another",
        /// It could do serious harm to the health of the person or of somebody else.
        CouldHarm = "could_harm",
        /// A law or a court says so.
        Law = "law",
    }
}

impl LeftOut {
    /// The words on the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NamesAnother => "Leave out: it tells of somebody else",
            Self::CouldHarm => "Leave out: it could do serious harm",
            Self::Law => "Leave out: a law or a court says so",
        }
    }
}

/// One thing that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordEntry {
    /// The same whenever the record is gathered, so that a choice finds its entry again.
    pub key: String,
    /// Under which heading it stands.
    pub section: &'static str,
    /// The day it is from, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// What it is.
    pub title: String,
    /// What it says.
    pub lines: Vec<String>,
    /// What to look for before it is given, for whoever reads it through.
    #[serde(skip)]
    pub look: Option<&'static str>,
}

/// What is left out, by the key of its entry.
pub type Redaction = BTreeMap<String, LeftOut>;

/// Reads what was chosen for each entry.
///
/// # Errors
/// [`Problems`], where an entry has not been read: one that needs a look has to be kept or left out by somebody.
pub fn redaction<'a>(entries: &[RecordEntry], chosen: impl Fn(&str) -> Option<&'a str>) -> Result<Redaction, Problems> {
    let mut problems = Problems::none();
    let mut left_out = Redaction::new();
    for entry in entries {
        match chosen(&entry.key) {
            Some("keep") => {}
            Some(code) if LeftOut::from_code(code).is_some() => {
                left_out.extend(LeftOut::from_code(code).map(|why| (entry.key.clone(), why)));
            }
            _ if entry.look.is_none() => {}
            _ => problems.add(entry.key.clone(), format!("Read \u{201c}{}\u{201d} and choose", entry.title)),
        }
    }
    if problems.is_empty() { Ok(left_out) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, look: Option<&'static str>) -> RecordEntry {
        RecordEntry { key: key.into(), section: "Notes", on: None, title: key.into(), lines: vec![], look }
    }

    #[test]
    fn what_needs_a_look_is_never_given_unread() {
        let entries = [entry("a", None), entry("b", Some("It may name somebody else"))];
        let unread = redaction(&entries, |_| None).unwrap_err();
        assert!(unread.of("b").is_some() && unread.of("a").is_none());
        assert_eq!(redaction(&entries, |_| Some("keep")).unwrap(), Redaction::new());
        let one = redaction(&entries, |key| Some(if key == "b" { "names_another" } else { "keep" })).unwrap();
        assert_eq!(one, Redaction::from([("b".to_owned(), LeftOut::NamesAnother)]));
        assert!(redaction(&entries, |_| Some("nonsense")).unwrap_err().of("b").is_some());
    }
}
