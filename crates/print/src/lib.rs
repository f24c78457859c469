//! Paper: a letter to a referrer, a person's copy of their plan and the evidence of an improvement project, as PDF/UA that a screen reader can read. Says only what
//! it is given: what may be on a page is decided before it comes here. What was typed is data and never markup.

mod paper;

use serde::Serialize;

pub use paper::{Pdf, PrintError};

/// One heading with the words under it.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// The heading.
    pub heading: String,
    /// Paragraphs.
    pub lines: Vec<String>,
}

/// A letter to the referrer, in the order of the PRSB social prescribing standard.
#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    /// "How it ended".
    pub title: String,
    /// When it was sent, in words.
    pub sent: String,
    /// Who wrote: the scheme.
    pub from: String,
    /// Who reads it: the practice.
    pub to: String,
    /// Whom it is about: what it is called, and what it is.
    pub about: Vec<(String, String)>,
    /// Its sections.
    pub parts: Vec<Part>,
    /// Reference of the referral, at the foot of each page.
    pub reference: String,
    /// The installation is invented.
    pub invented: bool,
}

/// A step that is not done yet.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// What.
    pub what: String,
    /// Who and when.
    pub detail: String,
}

/// A person's copy of their plan, in large print.
#[derive(Debug, Clone, Serialize)]
pub struct PlanCopy {
    /// Whose it is.
    pub name: String,
    /// When it was written, in words.
    pub written: String,
    /// What matters, what they have, what they want: in that order, those that are written.
    pub parts: Vec<Part>,
    /// Steps to come.
    pub steps: Vec<Step>,
    /// When it is looked at again, who to ring, and the like.
    pub after: Vec<Part>,
    /// Whose the plan is and who sees it.
    pub foot: String,
    /// Very large print.
    pub larger: bool,
    /// The installation is invented.
    pub invented: bool,
}

/// One month of a chart.
#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    /// "May 2026".
    pub month: String,
    /// "18".
    pub value: String,
    /// How long it is, from 0 to 1 of the width.
    pub length: f64,
    /// It lies after the change.
    pub after: bool,
}

/// What an improvement project has measured: a certificate once all three counts are in, evidence before.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// "Certificate of an improvement project".
    pub title: String,
    /// What the project is called.
    pub project: String,
    /// Whose it is.
    pub place: String,
    /// When it was printed, in words.
    pub printed: String,
    /// Who led it, its goal, what was changed.
    pub about: Vec<(String, String)>,
    /// The months that were counted.
    pub bars: Vec<Bar>,
    /// What the marks of the chart are.
    pub chart_caption: String,
    /// Where the goal lies, from 0 to 1 of the width.
    pub goal: f64,
    /// What was found, under the regulator's key questions.
    pub parts: Vec<Part>,
    /// What is claimed elsewhere and was not measured here.
    pub elsewhere: Part,
    /// The installation is invented.
    pub invented: bool,
}

/// A table with a heading.
#[derive(Debug, Clone, Serialize)]
pub struct PrintedTable {
    /// The heading.
    pub heading: String,
    /// What is known of it, in a line.
    pub note: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

/// A report: words, then tables.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// "Insight report".
    pub kind: String,
    /// What it is about.
    pub title: String,
    /// Whose it is.
    pub place: String,
    /// When it was printed, in words.
    pub printed: String,
    /// What it says.
    pub parts: Vec<Part>,
    /// What it rests on.
    pub tables: Vec<PrintedTable>,
    /// The installation is invented.
    pub invented: bool,
}

impl Message {
    /// The letter as PDF.
    ///
    /// # Errors
    /// [`PrintError`] when it cannot be set; nothing of its content is in the error.
    pub fn pdf(&self) -> Result<Pdf, PrintError> {
        paper::set("message.typ", self)
    }
}

impl Report {
    /// The report as PDF.
    ///
    /// # Errors
    /// [`PrintError`] when it cannot be set; nothing of its content is in the error.
    pub fn pdf(&self) -> Result<Pdf, PrintError> {
        paper::set("report.typ", self)
    }
}

impl Evidence {
    /// The evidence as PDF.
    ///
    /// # Errors
    /// [`PrintError`] when it cannot be set; nothing of its content is in the error.
    pub fn pdf(&self) -> Result<Pdf, PrintError> {
        paper::set("evidence.typ", self)
    }
}

impl Letter {
    /// The letter as PDF.
    ///
    /// # Errors
    /// [`PrintError`] when it cannot be set; nothing of its content is in the error.
    pub fn pdf(&self) -> Result<Pdf, PrintError> {
        paper::set("letter.typ", self)
    }

    /// The same on one page, in smaller letters where it is long: 8 points at the least. What does not fit then takes as many pages as
    /// it needs, in letters of the usual size.
    ///
    /// # Errors
    /// [`PrintError`] when it cannot be set; nothing of its content is in the error.
    pub fn pdf_on_one_page(&self) -> Result<Pdf, PrintError> {
        paper::set_on_one_page("letter.typ", self)
    }
}

impl PlanCopy {
    /// The plan as PDF.
    ///
    /// # Errors
    /// [`PrintError`] when it cannot be set; nothing of its content is in the error.
    pub fn pdf(&self) -> Result<Pdf, PrintError> {
        paper::set("plan.typ", self)
    }
}

/// A short letter to a person, for a window envelope.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// The lines in the window: the name, then the address.
    pub to: Vec<String>,
    /// Who writes.
    pub from: String,
    /// What it is about, in a line that gives nothing away.
    pub title: String,
    /// Its paragraphs.
    pub lines: Vec<String>,
    /// They need large print.
    pub large: bool,
}
