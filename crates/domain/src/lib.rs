//! What social prescribing is: its types, states and rules.
//!
//! Pure: nothing here reads a clock, a random source, a file or a database. The current instant and
//! the source of ids are arguments. The words are those of the field, one meaning each; the other
//! crates use these types and add no rule of their own.

pub mod about;
pub mod access;
pub mod agreement;
pub mod ambient;
pub mod away;
pub mod calendar;
pub mod case;
pub mod codes;
pub mod connection;
pub mod crisis;
pub mod disclosure;
pub mod feedback;
pub mod id;
pub mod lookup;
pub mod matching;
pub mod measure;
pub mod need;
pub mod nhs_number;
pub mod organisation;
pub mod person;
pub mod plan;
pub mod problem;
pub mod referral;
pub mod risk;
pub mod role;
pub mod safe_contact;
pub mod scheme;
pub mod self_referral;
pub mod signpost;
pub mod small_numbers;
pub mod text;
pub mod visit;
pub mod wait;

pub use jiff::Timestamp;
pub use jiff::civil::Date;

/// Declares an enum whose variants are stored and posted as fixed words.
///
/// Gives `ALL`, `code()`, `from_code()`; the codes are part of the data format and never change.
#[macro_export]
macro_rules! coded {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every variant, in the order in which it is shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word under which the variant is stored and posted.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The variant stored under `code`, or `None` for a word that is not one of ours.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
