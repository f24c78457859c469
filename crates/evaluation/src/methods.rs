//! The methods as commands, a module for each family. A method reads the columns that its options name and asks for an answer.

mod charts;
mod compare;
mod rates;

use fingerpost_statistics::answer::Answer;

use crate::InputError;

/// One method with its options.
pub trait Ask {
    /// Reads what it needs and asks.
    ///
    /// # Errors
    /// [`InputError`] when a table or an option cannot be used. What the method itself refuses is an answer.
    fn answer(&self) -> Result<Answer, InputError>;
}

macro_rules! methods {
    ($($(#[$meta:meta])* $name:ident($options:ty),)+) => {
        /// Every method.
        #[derive(Debug, clap::Subcommand)]
        pub enum Method {
            $($(#[$meta])* $name($options),)+
        }

        impl Method {
            /// Reads what the method needs and asks it.
            ///
            /// # Errors
            /// [`InputError`] when a table or an option cannot be used.
            pub fn answer(&self) -> Result<Answer, InputError> {
                match self { $(Self::$name(options) => options.answer(),)+ }
            }
        }
    };
}

methods! {
    /// Referral rates of practices or other groups, with intervals
    Rate(rates::Rate),
    /// XmR charts by the NHS Making Data Count rules
    Xmr(charts::Xmr),
    /// Matched comparison: each treated person with the most alike control
    Match(compare::Match),
}
