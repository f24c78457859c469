//! What would help: the eight plain words a referrer hears and ticks.

crate::coded! {
    /// A need as heard at referral. High level on purpose: the link worker asks again.
    pub enum Need {
        /// Company, loneliness.
        Company = "company",
        /// Money, benefits, debt.
        Money = "money",
        /// Housing or the home.
        Home = "home",
        /// Looking after someone.
        Caring = "caring",
        /// Being more active.
        Active = "active",
        /// Low mood or worry.
        Mood = "mood",
        /// A death or another big loss.
        Loss = "loss",
        /// Something else.
        Other = "other",
    }
}

impl Need {
    /// The words on the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Company => "Company, feeling lonely",
            Self::Money => "Money, benefits, debt",
            Self::Home => "Housing or the home",
            Self::Caring => "Looking after someone",
            Self::Active => "Being more active",
            Self::Mood => "Low mood or worry",
            Self::Loss => "A death or a big loss",
            Self::Other => "Something else",
        }
    }
}

/// Reads posted or stored needs; words that are not ours are dropped, doubles are folded.
#[must_use]
pub fn read<'a>(codes: impl IntoIterator<Item = &'a str>) -> Vec<Need> {
    let mut needs: Vec<Need> = codes.into_iter().filter_map(Need::from_code).collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}
