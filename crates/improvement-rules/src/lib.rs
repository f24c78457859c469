//! What improvement work is made of: a project, a survey of the staff, interviews, a list of those who could be referred; and the rules
//! that keep what they show honest.
//!
//! Pure, on the words of `domain`. Records are kept by `improvement`, which also says what they show.

pub mod claim;
pub mod finding;
pub mod interview;
pub mod monitoring;
pub mod project;
pub mod questions;
pub mod survey;
