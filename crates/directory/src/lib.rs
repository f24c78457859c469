//! Services that people can be connected to: what an entry of the directory is, and how it is found.
//!
//! The model is that of HSDS-UK 3.0 (Open Referral UK), with the parts of international HSDS 3.0 that referral
//! needs and the UK profile leaves out (phones, how to apply, who it is for). What an entry carries beyond that is
//! kept as it came, so that nothing is lost between reading and writing it. Pure: files are read by `import`, rows
//! are kept by `store`; there is one ranking, here, the same for every database.

pub mod hsds;
pub mod needs;
pub mod opening;
pub mod place;
pub mod search;
pub mod tidy;
