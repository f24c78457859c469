//! What leaves, and whether it comes back.

mod directory;
mod everything;
