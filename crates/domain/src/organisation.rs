//! Organisations: what kind they are, how they are identified, where they stand.

use jiff::civil::Date;

use crate::id::OrganisationId;
use crate::person::{Phone, Postcode};
use crate::text::{Line, folded};

crate::coded! {
    /// What kind of organisation it is, in all four nations.
    pub enum OrganisationKind {
        /// A general practice.
        Practice = "practice",
        /// A primary care network (England).
        Network = "network",
        /// A federation of practices.
        Federation = "federation",
        /// A cluster (Wales, Scotland).
        Cluster = "cluster",
        /// A health board or trust (Wales, Scotland, Northern Ireland).
        HealthBoard = "health_board",
        /// An integrated care board (England).
        Icb = "icb",
        /// Runs social prescribing: its own funding, criteria, workers, area.
        Scheme = "scheme",
        /// A community group.
        CommunityGroup = "community_group",
        /// Any other agency: housing, advice, adult social care. It may refer; it keeps no GP record.
        Other = "other",
    }
}

crate::coded! {
    /// Where an organisation stands in its register.
    pub enum OrganisationStatus {
        /// Open.
        Active = "active",
        /// Closed for good.
        Closed = "closed",
        /// Exists, not working.
        Dormant = "dormant",
        /// Announced, not yet open.
        Proposed = "proposed",
    }
}

impl OrganisationKind {
    /// The word for such a place on its own pages.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Scheme => "scheme",
            _ => "organisation",
        }
    }
}

/// An identifier of an organisation in some register, for example `("ods", "A81001")`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// The register: `ods` for England's organisation codes.
    pub system: &'static str,
    /// The code within it, upper case.
    pub value: String,
}

/// The name of the register of England's organisation codes.
pub const ODS: &str = "ods";

/// An organisation as a register describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRecord {
    /// Its kind.
    pub kind: OrganisationKind,
    /// Its code in the register.
    pub identifier: Identifier,
    /// Its name.
    pub name: Line<200>,
    /// Where it stands.
    pub status: OrganisationStatus,
    /// Address lines joined by commas.
    pub address: Option<Line<300>>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Telephone.
    pub phone: Option<Phone>,
    /// Day it opened.
    pub opened_on: Option<Date>,
    /// Day it closed.
    pub closed_on: Option<Date>,
    /// The file does not tell the days: what is known of them stays.
    pub dates_unknown: bool,
    /// The register's prescribing setting, `4` for general practice.
    pub setting: Option<String>,
}

/// An organisation known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name in addresses: the register's code, or words of its name.
    pub slug: String,
    /// Its kind.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: String,
}

/// The name an organisation without a register's code has in addresses: `Wexley Vale` → `wexley-vale`.
#[must_use]
pub fn slug_of(name: &str) -> String {
    let words: Vec<String> = folded(&name.replace('-', " "))
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_addresses_is_its_own() {
        assert_eq!(slug_of("St Osyth\u{2019}s Road \u{2013} Wexley-Vale"), "st-osyths-road-wexley-vale");
        assert_eq!(slug_of("st-osyths-road-wexley-vale"), "st-osyths-road-wexley-vale");
        assert_eq!(slug_of("李"), "");
    }
}
