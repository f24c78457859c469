//! What became of a record that was written whether it was there or not.

/// What an upsert did to one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// New here.
    Added,
    /// Different from what was here.
    Changed,
    /// The same as what was here.
    Unchanged,
}
