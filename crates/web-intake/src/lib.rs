//! The pages of how a scheme takes people up: what it has set, its link workers' profiles, who is met at a practice.

pub mod meet;
mod picture;
pub mod profiles;
pub mod settings;
