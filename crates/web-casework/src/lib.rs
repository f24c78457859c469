//! The pages of the link worker's day: the caseload, the diary, looking somebody up, being away, handing people over.
//!
//! Handlers as in `fingerpost-web`, whose table of routes names them. The page of a case itself is there.

pub mod alerts;
pub mod caseload;
pub mod cover;
pub mod diary;
pub mod find;
pub mod visits;
