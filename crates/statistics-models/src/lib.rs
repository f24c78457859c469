//! Models for evaluating social prescribing: regression, matching, mixed models, interrupted time series, survival and
//! imputation. Pure functions on plain slices, like [`fingerpost_statistics`], whose answers and refusals they share.
//!
//! A regression starts from a [`design::Design`]: named columns of equal length. Every method has two doors: a typed function
//! that refuses missing values, and an answer door that leaves incomplete rows out, counts them, and puts the same numbers into
//! [`fingerpost_statistics::answer::Answer`].

pub mod counts;
pub mod design;
pub mod difference;
pub mod glm;
pub mod imputation;
pub mod inference;
pub mod interrupted;
pub mod linear;
pub mod matching;
pub mod mixed;
pub mod survival;
pub mod weighting;

mod algebra;
mod check;
mod dispersion;
mod irls;
mod reply;
mod sandwich;
