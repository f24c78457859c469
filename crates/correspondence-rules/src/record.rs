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

/// What an entry is: under which heading it stands, and whether somebody has to look before it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EntryKind {
    Details,
    SafeWay,
    Risk,
    Description,
    Referral,
    Worry,
    OwnWords,
    Plan,
    Concerns,
    Contact,
    Note,
    Answers,
    Group,
    GroupSaid,
    Ending,
    Consent,
    WithoutConsent,
    Told,
    Kept,
}

impl EntryKind {
    /// The heading, in the person's own terms.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Details | Self::SafeWay | Self::Risk | Self::Description => "Who you are",
            Self::Referral | Self::Worry => "How you came to us",
            Self::OwnWords => "What matters to you",
            Self::Plan | Self::Concerns => "Your plan",
            Self::Contact | Self::Note => "When we met or spoke",
            Self::Answers => "How things were",
            Self::Group | Self::GroupSaid => "Groups and services",
            Self::Ending => "How it ended",
            Self::Consent | Self::WithoutConsent => "Who may know what",
            Self::Told => "Who was told what",
            Self::Kept => "How long this is kept",
        }
    }

    /// What to look for before it is given. A rule of thumb: free text of somebody else's may tell of a third person.
    #[must_use]
    pub const fn look(self) -> Option<&'static str> {
        match self {
            Self::SafeWay
            | Self::Risk
            | Self::Referral
            | Self::Concerns
            | Self::Note
            | Self::GroupSaid
            | Self::Kept => Some("It may tell of somebody else, or hold what could do harm."),
            Self::Worry | Self::WithoutConsent => {
                Some("A worry about harm. Talk to your safeguarding lead before you give it.")
            }
            Self::Details
            | Self::Description
            | Self::OwnWords
            | Self::Plan
            | Self::Contact
            | Self::Answers
            | Self::Group
            | Self::Ending
            | Self::Consent
            | Self::Told => None,
        }
    }
}

impl Serialize for EntryKind {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.section())
    }
}

/// One thing that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordEntry {
    /// The same whenever the record is gathered, so that a choice finds its entry again.
    pub key: String,
    /// What it is, said as its heading.
    #[serde(rename = "section")]
    pub kind: EntryKind,
    /// The day it is from, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub lines: Vec<String>,
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
            _ if entry.kind.look().is_none() => {}
            _ => problems.add(entry.key.clone(), format!("Read \u{201c}{}\u{201d} and choose", entry.title)),
        }
    }
    if problems.is_empty() { Ok(left_out) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, kind: EntryKind) -> RecordEntry {
        RecordEntry { key: key.into(), kind, on: None, title: key.into(), lines: vec![] }
    }

    #[test]
    fn what_needs_a_look_is_never_given_unread() {
        let entries = [entry("a", EntryKind::Details), entry("b", EntryKind::Note)];
        let unread = redaction(&entries, |_| None).unwrap_err();
        assert!(unread.of("b").is_some() && unread.of("a").is_none());
        assert_eq!(redaction(&entries, |_| Some("keep")).unwrap(), Redaction::new());
        let one = redaction(&entries, |key| Some(if key == "b" { "names_another" } else { "keep" })).unwrap();
        assert_eq!(one, Redaction::from([("b".to_owned(), LeftOut::NamesAnother)]));
        assert!(redaction(&entries, |_| Some("nonsense")).unwrap_err().of("b").is_some());
    }
}
