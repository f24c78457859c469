//! Every method against numbers that were not computed here: reference cases beside the repository when they are there, and
//! small published or closed-form cases that are always there.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its case has failed")]

mod difference;
mod glm;
mod hostile;
mod imputation;
mod interrupted;
mod linear;
mod matching;
mod mixed;
mod support;
mod survival;
mod weighting;
