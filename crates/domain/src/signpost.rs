//! A signpost: telling somebody about a service without a referral. Holds nothing about the person; counted apart
//! from referrals, never added to them.

crate::coded! {
    /// How somebody was told.
    pub enum SignpostHow {
        /// By word of mouth.
        Told = "told",
        /// With a printed slip.
        Slip = "slip",
        /// With a text to their phone.
        Text = "text",
        /// They found it themselves behind the code on the wall, or the number on a slip.
        Door = "door",
    }
}

impl SignpostHow {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Slip => "printed",
            Self::Text => "by text",
            Self::Door => "found by themselves",
        }
    }
}
