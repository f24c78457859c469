//! Telling somebody something about a person: to whom, which fields, on which basis.

crate::coded! {
    /// Why a disclosure is lawful under the duty of confidentiality.
    pub enum Basis {
        /// The person agreed to this recipient and these fields.
        Agreed = "agreed",
        /// In their best interests, when they cannot decide.
        BestInterests = "best_interests",
        /// To keep somebody safe.
        Safeguarding = "safeguarding",
        /// The law requires it.
        LegalDuty = "legal_duty",
    }
}

impl Basis {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::BestInterests => "best interests",
            Self::Safeguarding => "safeguarding",
            Self::LegalDuty => "legal duty",
        }
    }
}

crate::coded! {
    /// Who is told.
    pub enum Recipient {
        /// The scheme that takes up the referral.
        Scheme = "scheme",
        /// The referrer and their practice.
        Referrer = "referrer",
    }
}

crate::coded! {
    /// What may be told.
    pub enum DisclosedFields {
        /// The referral page as sent.
        Referral = "referral",
        /// A summary: contacts, what matters, how information has to reach them (where they agreed), goals, groups and visits, answers about how they feel, how it ended,
        /// what continues, the person's words.
        Summary = "summary",
        /// Only that work began and ended.
        StatusOnly = "status_only",
    }
}

crate::coded! {
    /// What the person says the referrer may hear of how it goes.
    pub enum ReferrerHears {
        /// Nobody has asked the person yet: only that work began and ended.
        NotAsked = "not_asked",
        /// A summary.
        Summary = "summary",
        /// Only that work began and ended.
        StatusOnly = "status_only",
        /// Nothing more.
        Nothing = "nothing",
    }
}

impl ReferrerHears {
    /// The words beside the person's name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotAsked => "Not asked yet",
            Self::Summary => "A summary",
            Self::StatusOnly => "Only the codes: that it began and ended",
            Self::Nothing => "Nothing",
        }
    }

    /// What is told, in words, beside the label.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Summary => {
                "Contacts, what matters, goals, groups and visits, answers about how they feel, how it ended"
            }
            Self::NotAsked | Self::StatusOnly | Self::Nothing => "",
        }
    }

    /// The disclosure this answer allows, if any.
    #[must_use]
    pub const fn allows(self) -> Option<DisclosedFields> {
        match self {
            Self::Summary => Some(DisclosedFields::Summary),
            Self::StatusOnly => Some(DisclosedFields::StatusOnly),
            Self::NotAsked | Self::Nothing => None,
        }
    }
}
