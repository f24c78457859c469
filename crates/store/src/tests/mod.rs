//! The promises of the store, each on both engines.

mod assessments;
mod audit;
mod connections;
mod journey;
mod plans;
mod scope;
mod signposts;
mod statements;
mod transfer;
mod upkeep;
