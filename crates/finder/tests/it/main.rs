//! The index against the real directory.

mod judged;
