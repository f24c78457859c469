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
    ($($(#[$meta:meta])* $word:literal $name:ident($options:ty),)+) => {
        /// Every method.
        #[derive(Debug, clap::Subcommand)]
        pub enum Method {
            $($(#[$meta])* #[command(name = $word)] $name($options),)+
        }

        impl Method {
            /// Reads what the method needs and asks it.
            ///
            /// # Errors
            /// [`InputError`] when a table or an option cannot be used.
            pub fn answer(&self) -> Result<Answer, InputError> {
                // The answer bears the name that was typed.
                let (word, answer) = match self { $(Self::$name(options) => ($word, options.answer()?),)+ };
                Ok(Answer { method: word, ..answer })
            }
        }
    };
}

methods! {
    /// Referral rates of practices or other groups, with intervals
    "rate" Rate(rates::Rate),
    /// Shares of groups, with intervals
    "proportion" Proportion(shares::Proportion),
    /// A mean with its interval
    "mean" Mean(shares::Mean),
    /// The indicator of the networks: referred among those registered
    "iif" Iif(shares::Iif),
    /// Directly standardised rates
    "dsr" Dsr(beside::Dsr),
    /// Indirectly standardised ratios
    "isr" Isr(beside::Isr),
    /// Which units lie beyond what chance alone would do
    "funnel" Funnel(beside::Funnel),
    /// XmR charts by the NHS Making Data Count rules
    "xmr" Xmr(charts::Xmr),
    /// Shewhart's control charts: p, u, c, single values, moving ranges, Laney
    "shewhart" Shewhart(charts::Shewhart),
    /// A run chart
    "run" Run(charts::Run),
    /// A question asked before and after, of the same people
    "pre-post" PrePost(people::PrePost),
    /// A count and its repeats
    "repeat" Repeat(shares::Repeat),
    /// Change of each person, who was lost, reliable change
    "change" Change(people::Change),
    /// Matched comparison: each treated person with the most alike control
    "match" Match(compare::Match),
    /// Weighting by the propensity to be treated
    "weight" Weight(compare::Weight),
    /// What a model says had everybody been treated, and had nobody
    "standardise" Standardise(compare::Standardise),
    /// Difference in differences
    "did" Did(over_time::Did),
    /// Many units over many periods; event studies
    "panel" Panel(over_time::Panel),
    /// Mixed models with random effects of each person
    "mixed" Mixed(regression::Mixed),
    /// Repeated measures of the same people
    "repeated" Repeated(regression::Repeated),
    /// Interrupted time series
    "interrupted" Interrupted(over_time::Interrupted),
    /// Linear, logistic, Poisson and negative binomial regression
    "regression" Regression(regression::Regression),
    /// A rate ratio of two groups
    "rate-ratio" RateRatio(over_time::RateRatio),
    /// Counts of the same people before and after
    "before-after" BeforeAfter(people::BeforeAfter),
    /// A regression with the gaps filled many times over
    "impute" Impute(tables::Impute),
    /// Slope and relative index of inequality
    "inequality" Inequality(beside::Inequality),
    /// Whether the poor or the rich have more of something
    "concentration" Concentration(beside::Concentration),
    /// Waiting times, with those who still wait
    "waiting" Waiting(over_time::Waiting),
    /// Cost and effect, net benefit
    "cost" Cost(money::Cost),
    /// Social return on investment
    "sroi" Sroi(money::Sroi),
    /// Carbon of appointments that did not take place
    "carbon" Carbon(money::Carbon),
    /// A table of counts made safe to give on
    "protect" Protect(tables::Protect),
    /// Counts with noise of a known size
    "noise" Noise(tables::Noise),
    /// A weighted survey
    "survey" Survey(tables::Survey),
    /// Weights that make a sample look like its population
    "rake" Rake(tables::Rake),
    /// Themes that two coders found
    "themes" Themes(tables::Themes),
    /// How far coders agree
    "kappa" Kappa(tables::Kappa),
}
