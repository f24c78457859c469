//! What only the store itself can see: statements, schema, seals, copies. Its promises to others are in `tests/it`.

mod audit;
mod statements;
mod transfer;
mod upkeep;
