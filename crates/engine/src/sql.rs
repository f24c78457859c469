//! Tables of statements: every SQL text of the crate is a constant that stands in one of them.

/// Declares the statements of a module: constants, and `STATEMENTS` for the test that prepares them.
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$meta])* const $name: &str = $sql;)+
        /// Every statement of this module with its name.
        #[cfg(any(test, feature = "testing"))]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
