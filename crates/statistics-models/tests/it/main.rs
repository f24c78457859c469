//! Every method against numbers that were not computed here: reference cases beside the repository when they are there, and
//! small published or closed-form cases that are always there.

mod glm;
mod linear;
mod support;
