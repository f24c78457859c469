//! Statistics for evaluating social prescribing: pure functions on plain slices, usable by any Rust program. They know nothing
//! of social prescribing, read no file and no clock, and refuse in words rather than print a number that does not hold.
//!
//! Every method has two doors: a typed function (`rate::rate(events, population, level)`), and an [`answer::Answer`] that puts
//! the same numbers into the one shape in which they are printed, stored and drawn.

pub mod answer;
pub mod distribution;
pub mod numbers;
pub mod refusal;
