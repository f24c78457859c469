//! What an improvement project and a survey of the staff are: their parts, and the rules that keep what they show honest.
//!
//! Pure, on the words of `domain`. Records are kept by `improvement`, which also says what they show.

pub mod project;
pub mod survey;
