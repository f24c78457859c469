//! What the command promises, on tables as people save them: every worked example runs, what is read is read alike in every form,
//! what cannot be used is refused in one line that says where.

#![cfg(test)]

mod any_bytes;
mod asking;
mod columns;
mod forms;
mod pictures;
mod pieces;
mod reference;
mod refusals;
#[path = "../typing/mod.rs"]
mod typing;
mod worked;
