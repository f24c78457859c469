//! Services that people can be connected to: what an entry of the directory is, what can be compared with what
//! somebody needs, whether it fits, and how far it can be trusted.
//!
//! The model is that of HSDS-UK 3.0 (Open Referral UK), with the parts of international HSDS that referral needs and
//! the UK profile leaves out (phones, how to apply, who it is for, free places). What an entry carries beyond that is
//! kept as it came, so that nothing is lost between reading and writing it. Pure: files are read by `import`, rows
//! are kept by `store`; `finder` holds the index.

pub mod edit;
pub mod entry;
pub mod facts;
pub mod feed;
pub mod fit;
pub mod hsds;
pub mod joined;
pub mod opening;
pub mod overlay;
pub mod pages;
pub mod place;
pub mod sheet;
pub mod standing;
pub mod tidy;
pub mod times;
pub mod vocabulary;
pub mod wanted;
pub mod withheld;
pub mod words;
