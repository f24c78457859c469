//! The web face, called in process: rights, forms, links, hostile and tired users.

mod client;
mod journey;
mod rights;
mod sign_in;
mod wrong_input;
