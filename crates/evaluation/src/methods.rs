//! The methods as commands, a module for each family. A method reads the columns that its options name and asks for an answer.

mod beside;
mod charts;
mod compare;
mod model;
mod money;
mod over_time;
mod people;
mod rates;
mod regression;
mod shares;
mod tables;

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
    /// Shares of groups, with intervals
    Proportion(shares::Proportion),
    /// A mean with its interval
    Mean(shares::Mean),
    /// The indicator of the networks: referred among those registered
    Iif(shares::Iif),
    /// Directly standardised rates
    Dsr(beside::Dsr),
    /// Indirectly standardised ratios
    Isr(beside::Isr),
    /// Which units lie beyond what chance alone would do
    Funnel(beside::Funnel),
    /// XmR charts by the NHS Making Data Count rules
    Xmr(charts::Xmr),
    /// Shewhart's control charts: p, u, c, single values, moving ranges, Laney
    Shewhart(charts::Shewhart),
    /// A run chart
    Run(charts::Run),
    /// A question asked before and after, of the same people
    PrePost(people::PrePost),
    /// A count and its repeats
    Repeat(shares::Repeat),
    /// Change of each person, who was lost, reliable change
    Change(people::Change),
    /// Matched comparison: each treated person with the most alike control
    Match(compare::Match),
    /// Weighting by the propensity to be treated
    Weight(compare::Weight),
    /// What a model says had everybody been treated, and had nobody
    Standardise(compare::Standardise),
    /// Difference in differences
    Did(over_time::Did),
    /// Many units over many periods; event studies
    Panel(over_time::Panel),
    /// Mixed models with random effects of each person
    Mixed(regression::Mixed),
    /// Repeated measures of the same people
    Repeated(regression::Repeated),
    /// Interrupted time series
    Interrupted(over_time::Interrupted),
    /// Linear, logistic, Poisson and negative binomial regression
    Regression(regression::Regression),
    /// A rate ratio of two groups
    RateRatio(over_time::RateRatio),
    /// Counts of the same people before and after
    BeforeAfter(people::BeforeAfter),
    /// A regression with the gaps filled many times over
    Impute(tables::Impute),
    /// Slope and relative index of inequality
    Inequality(beside::Inequality),
    /// Whether the poor or the rich have more of something
    Concentration(beside::Concentration),
    /// Waiting times, with those who still wait
    Waiting(over_time::Waiting),
    /// Cost and effect, net benefit
    Cost(money::Cost),
    /// Social return on investment
    Sroi(money::Sroi),
    /// Carbon of appointments that did not take place
    Carbon(money::Carbon),
    /// A table of counts made safe to give on
    Protect(tables::Protect),
    /// Counts with noise of a known size
    Noise(tables::Noise),
    /// A weighted survey
    Survey(tables::Survey),
    /// Weights that make a sample look like its population
    Rake(tables::Rake),
    /// Themes that two coders found
    Themes(tables::Themes),
    /// How far coders agree
    Kappa(tables::Kappa),
}
