//! The pages of connections: offering a person to a group, what became of it, and the group's own pages behind its link.

pub mod group;
pub mod offers;
pub mod register;
