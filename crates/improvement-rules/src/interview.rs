//! Interviews that belong to a survey of clinicians: notes or a transcript, what the person agreed to, and passages taken out of them.
//! No name is asked for. The whole of an interview is read by whoever wrote it down; others read the passages.

use jiff::civil::Date;
use serde::Serialize;

use fingerpost_domain::case::read_day;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note, folded};

/// Stands for interviews where the codebook of a question is named by its item.
pub const INTERVIEWS: &str = "interviews";

/// Notes of an hour's talk, or its transcript.
pub type Talk = Note<80_000>;
/// A passage.
pub type Passage = Note<1_000>;

/// An interview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interview {
    /// When it was held.
    pub held_on: Date,
    /// What they do, in words that do not name them.
    pub job: Option<Line<80>>,
    /// Whether they agreed to be quoted without their name.
    pub quoted: bool,
    /// What was said.
    pub notes: Talk,
}

/// An interview as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the form of the same name")]
pub struct InterviewAnswers {
    pub on_day: String,
    pub on_month: String,
    pub on_year: String,
    pub job: String,
    pub agreed: bool,
    pub quoted: String,
    pub notes: String,
}

impl From<&Interview> for InterviewAnswers {
    fn from(interview: &Interview) -> Self {
        Self {
            on_day: interview.held_on.day().to_string(),
            on_month: interview.held_on.month().to_string(),
            on_year: interview.held_on.year().to_string(),
            job: interview.job.as_ref().map(ToString::to_string).unwrap_or_default(),
            agreed: true,
            quoted: if interview.quoted { "yes" } else { "no" }.to_owned(),
            notes: interview.notes.to_string(),
        }
    }
}

impl InterviewAnswers {
    /// The interview, or what is wrong with it. Without agreement nothing is kept.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, today: Date) -> Result<Interview, Problems> {
        let mut problems = Problems::none();
        let held = read_day(&self.on_day, &self.on_month, &self.on_year, "the interview");
        let held_on = problems.take("on", held);
        if held_on.is_some_and(|held| held > today) {
            problems.add("on", "The interview cannot be in the future");
        }
        let job = problems.take("job", Line::parse(&self.job)).flatten();
        if !self.agreed {
            problems.add(
                "agreed",
                "Keep notes only of somebody who knows what they are for and agrees. Tick the box, or leave this page",
            );
        }
        let quoted = match self.quoted.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                problems.add("quoted", "Choose whether they agreed to be quoted");
                None
            }
        };
        let notes = problems.need("notes", Note::parse(&self.notes), "Write down what was said");
        match (held_on, quoted, notes) {
            (Some(held_on), Some(quoted), Some(notes)) if problems.is_empty() => {
                Ok(Interview { held_on, job, quoted, notes })
            }
            _ => Err(problems),
        }
    }
}

fn holds(notes: &str, words: &str) -> bool {
    folded(notes).contains(&folded(words))
}

/// The first of the passages that were taken out which would not stand in the notes any more.
pub fn lost<'a>(notes: &Talk, taken: impl IntoIterator<Item = &'a String>) -> Option<&'a str> {
    taken.into_iter().map(String::as_str).find(|words| !holds(notes.as_str(), words))
}

/// A passage that stands in the notes, line ends, capitals and the shape of apostrophes aside.
///
/// # Errors
/// What to do instead.
pub fn passage(notes: &str, typed: &str) -> Result<Option<Passage>, String> {
    let Some(passage) = Passage::parse(typed).map_err(|wrong| wrong.to_string())? else { return Ok(None) };
    if holds(notes, passage.as_str()) {
        Ok(Some(passage))
    } else {
        Err("These words do not stand in the notes. Copy the passage as it stands there".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> InterviewAnswers {
        InterviewAnswers {
            on_day: "20".into(),
            on_month: "11".into(),
            on_year: "2026".into(),
            job: "GP".into(),
            agreed: true,
            quoted: "no".into(),
            notes: "I never know who is  there.\nI would refer\nmore.".into(),
        }
    }

    #[test]
    fn nothing_is_kept_without_agreement() {
        let today = Date::constant(2026, 11, 25);
        let kept = typed().check(today).unwrap();
        assert_eq!(InterviewAnswers::from(&kept), typed());
        assert!(InterviewAnswers { agreed: false, ..typed() }.check(today).is_err());
        assert!(InterviewAnswers { quoted: String::new(), ..typed() }.check(today).is_err());
        assert!(InterviewAnswers { on_day: "26".into(), ..typed() }.check(today).is_err());
        assert!(InterviewAnswers { notes: " ".into(), ..typed() }.check(today).is_err());
    }

    #[test]
    fn a_passage_stands_in_the_notes() {
        let notes = typed().notes;
        assert!(passage(&notes, "who is there. I would").unwrap().is_some());
        assert!(passage(&notes, "").unwrap().is_none());
        assert!(passage(&notes, "I would not refer").is_err());
        let notes = typed().check(Date::constant(2026, 11, 25)).unwrap().notes;
        let taken = ["who is there".to_owned(), "who was there".to_owned()];
        assert_eq!((lost(&notes, &taken[..1]), lost(&notes, &taken)), (None, Some("who was there")));
    }
}
