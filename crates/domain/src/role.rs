//! The parts people play. One person may play several, in several organisations.

use crate::organisation::OrganisationKind;

crate::coded! {
    /// A role held in one organisation.
    pub enum Role {
        /// Sends people: GP, nurse, receptionist, other agency.
        Referrer = "referrer",
        /// Sees what becomes of the people a practice sends.
        PracticeManager = "practice_manager",
        /// Works with people.
        LinkWorker = "link_worker",
        /// Allocates, covers and supervises.
        Supervisor = "supervisor",
        /// Keeps the directory true; sees no person.
        Steward = "steward",
        /// Manages who signs in; sees flow, not content.
        Administrator = "administrator",
    }
}

impl Role {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Referrer => "Referrer",
            Self::PracticeManager => "Practice manager",
            Self::LinkWorker => "Link worker",
            Self::Supervisor => "Supervisor",
            Self::Steward => "Directory steward",
            Self::Administrator => "Administrator",
        }
    }

    /// Whether the role makes sense in an organisation of this kind.
    #[must_use]
    pub const fn belongs_in(self, kind: OrganisationKind) -> bool {
        let scheme = matches!(kind, OrganisationKind::Scheme);
        match self {
            Self::LinkWorker | Self::Supervisor | Self::Steward => scheme,
            Self::Referrer | Self::PracticeManager => !scheme,
            Self::Administrator => true,
        }
    }
}
