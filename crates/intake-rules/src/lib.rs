//! How a scheme takes people up: what it has set, its criteria for a person, who could take somebody up, what a link worker says of
//! themself. Pure.

pub mod allocation;
pub mod criteria;
pub mod profile;
pub mod settings;
