//! Whether two entries of different directories are one service: record linkage. Entries that share a telephone number, a
//! mailbox, a postcode or a rare word are compared in seven respects; each agreement tells so many bits for or against, and their
//! sum says whether they are one service, whether somebody has to look, or neither.
//!
//! Pure: what follows is written by `stewardship`. How good it is: docs/directory.md.

mod compare;
mod evidence;
mod linker;
mod traits;

pub use compare::{About, Agreement, Contact, Kind, Name, Organisation, Place, When};
pub use evidence::Weights;
pub use linker::{ASK, Known, Linker, MARGIN, Match, SAME, Verdict};
