//! Models for evaluating social prescribing: regression, matching, mixed models, interrupted time series, survival and
//! imputation. Pure functions on plain slices, like [`fingerpost_statistics`], whose answers and refusals they share.
//!
//! | question | method, as the answer names it | module |
//! |---|---|---|
//! | how an outcome goes with others | `linear`, `glm` | [`linear`], [`glm`] |
//! | did those helped do better than others like them | `propensity_matching`, `inverse_probability_weighting`, `standardisation` | [`matching`], [`weighting`] |
//! | did they change more than others did | `difference_in_differences`, `paired_difference_in_differences`, `panel_difference_in_differences`, `event_study` | [`difference`] |
//! | did visits to the surgery fall | `rate_ratio`, `before_after_rates` | [`counts`] |
//! | did a series turn when we began | `interrupted_time_series`, `interrupted_counts` | [`interrupted`] |
//! | how do scores go over several visits | `repeated_measures`, `random_effects` | [`mixed`] |
//! | what if answers are missing | `multiple_imputation` | [`imputation`] |
//! | how long do people wait | `waiting_time` | [`survival`] |
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
