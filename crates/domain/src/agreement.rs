//! What the person said when a referral was offered.

crate::coded! {
    /// Whether the person agreed to the referral. Not consent to disclosures: see [`crate::disclosure`].
    pub enum Agreement {
        /// Yes, and to this page being shared with the scheme.
        Agreed = "agreed",
        /// Not asked yet: it is saved and nothing is sent.
        NotAskedYet = "not_asked_yet",
        /// The person said no. Recorded, with no referral.
        SaidNo = "said_no",
    }
}
