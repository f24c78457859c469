//! What the methods promise, checked against printed textbook numbers, worked cases and invariances.

mod close;
mod distribution;
