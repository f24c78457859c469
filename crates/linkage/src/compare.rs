//! Two entries side by side: how far they agree in each respect.

use serde::{Deserialize, Serialize};

use crate::linker::Known;
use crate::traits::Traits;

/// A respect in which two entries are compared, and how far they agree in it: the first is the strongest agreement.
macro_rules! respects {
    ($($(#[$meta:meta])* $name:ident { $($(#[$lmeta:meta])* $level:ident),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$lmeta])* $level),+ }
        impl $name {
            /// Every level.
            pub const ALL: &[Self] = &[$(Self::$level),+];
        }
    )+};
}

respects! {
    /// What they are called.
    Name {
        /// The same, in words that few have.
        SameRare,
        /// The same, in words that many have.
        Same,
        /// Most words are the same, some of them rare.
        CloseRare,
        /// Most words are the same.
        Close,
        /// One name has all of the other, some of it rare.
        WithinRare,
        /// One name has all of the other.
        Within,
        /// Some words are the same, some of them rare.
        SomeRare,
        /// Some words are the same.
        Some,
        /// None are.
        Other,
    }
    /// Who offers them; an organisation may stand in the other's name.
    Organisation {
        /// The same.
        Same,
        /// Much of it is the same.
        Alike,
        /// It stands in the other's name.
        InName,
        /// Nobody says.
        NotSaid,
        /// Somebody else.
        Other,
    }
    /// Telephone, mailbox and page.
    Contact {
        /// Two of them are the same, and no other entry of either source has them.
        TwoOwn,
        /// One is the same, and no other entry of either source has it.
        Own,
        /// One is the same that several entries of a source have.
        Shared,
        /// They are of one house.
        House,
        /// Nothing can be compared.
        NotSaid,
        /// What can be compared differs.
        Other,
    }
    /// Where they are.
    Place {
        /// One postcode and one street or building.
        SameDoor,
        /// One street or building.
        SameStreet,
        /// One postcode, or hardly apart.
        SamePostcode,
        /// One town.
        SameTown,
        /// Nobody says.
        NotSaid,
        /// Another street of one town.
        OtherStreet,
        /// Another town.
        OtherTown,
    }
    /// When they are.
    When {
        /// The same days, the same hour.
        SameHour,
        /// The same days.
        SameDays,
        /// Some days.
        SomeDays,
        /// Nobody says.
        NotSaid,
        /// Other days.
        OtherDays,
    }
    /// What they say of themselves.
    About {
        /// Much the same.
        Alike,
        /// Some of it is the same.
        Some,
        /// Little.
        Little,
        /// Nobody says.
        NotSaid,
        /// Nothing.
        Other,
    }
    /// For whom, and which of several.
    Kind {
        /// The names say the same, or nothing.
        Same,
        /// One name says for whom or which, and the other does not.
        Differs,
        /// One name says what the other excludes.
        Excludes,
    }
}

/// How two entries agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// What they are called.
    pub name: Name,
    /// Who offers them.
    pub organisation: Organisation,
    /// Telephone, mailbox and page.
    pub contact: Contact,
    /// Where they are.
    pub place: Place,
    /// When they are.
    pub when: When,
    /// What they say of themselves.
    pub about: About,
    /// For whom, and which of several.
    pub kind: Kind,
}

/// Words of one text that the other has too, a slip of the pen allowed, by what they tell: shared, in one, in the other.
fn overlap(one: &[u32], other: &[u32], known: &Known, tells: impl Fn(u32) -> f64) -> (f64, f64, f64) {
    let sum = |words: &[u32]| words.iter().map(|word| tells(*word)).sum::<f64>();
    let mut shared = 0.0;
    for word in one {
        if other.binary_search(word).is_ok() {
            shared += tells(*word);
        } else if let Some(near) =
            other.iter().find(|near| one.binary_search(near).is_err() && known.is_slip(*word, **near))
        {
            shared += tells(*word).min(tells(*near));
        }
    }
    (shared, sum(one), sum(other))
}

fn any<T: Ord>(one: &[T], other: &[T]) -> bool {
    one.iter().any(|each| other.binary_search(each).is_ok())
}

/// Parts of the shared words that count as all of them, most of them, some of them.
const ALL: f64 = 0.9;
const MOST: f64 = 0.6;
const SOME: f64 = 0.35;
/// Hardly apart, in miles.
const HARDLY: f64 = 0.1;
impl Name {
    fn of(one: &Traits, other: &Traits, known: &Known) -> Self {
        let (shared, first, second) = overlap(&one.name, &other.name, known, |word| known.name_tells(word));
        let whole = first + second - shared;
        if whole <= 0.0 || shared <= 0.0 {
            return Self::Other;
        }
        let rare = shared >= known.rare();
        let (together, within) = (shared / whole, shared / first.min(second));
        match (together, within) {
            (together, _) if together >= ALL => {
                if rare {
                    Self::SameRare
                } else {
                    Self::Same
                }
            }
            (together, _) if together >= MOST => {
                if rare {
                    Self::CloseRare
                } else {
                    Self::Close
                }
            }
            (_, within) if within >= ALL => {
                if rare {
                    Self::WithinRare
                } else {
                    Self::Within
                }
            }
            (_, within) if within >= SOME => {
                if rare {
                    Self::SomeRare
                } else {
                    Self::Some
                }
            }
            _ => Self::Other,
        }
    }
}

impl Organisation {
    fn of(one: &Traits, other: &Traits, known: &Known) -> Self {
        let tells = |word| known.name_tells(word);
        if !one.organisation.is_empty() && !other.organisation.is_empty() {
            let (shared, first, second) = overlap(&one.organisation, &other.organisation, known, tells);
            let together = shared / (first + second - shared).max(f64::MIN_POSITIVE);
            let within = shared / first.min(second).max(f64::MIN_POSITIVE);
            return if together >= ALL {
                Self::Same
            } else if within >= MOST || Self::short_for(one, other) || Self::short_for(other, one) {
                Self::Alike
            } else if Self::in_name(one, other, known) || Self::in_name(other, one, known) {
                Self::InName
            } else {
                Self::Other
            };
        }
        if Self::in_name(one, other, known) || Self::in_name(other, one, known) { Self::InName } else { Self::NotSaid }
    }

    /// What one calls the organisation is the first letters of what the other calls it.
    fn short_for(one: &Traits, other: &Traits) -> bool {
        other.initials.is_some_and(|initials| one.organisation.binary_search(&initials).is_ok())
    }

    /// The organisation of one stands in what the other is called.
    fn in_name(one: &Traits, other: &Traits, known: &Known) -> bool {
        let (shared, first, _) = overlap(&one.organisation, &other.name, known, |word| known.name_tells(word));
        let short = one.initials.is_some_and(|initials| other.name.binary_search(&initials).is_ok());
        short || (first > 0.0 && shared / first >= MOST)
    }
}

impl Contact {
    fn of(one: &Traits, other: &Traits, known: &Known) -> Self {
        let kinds = [(&one.phones, &other.phones), (&one.mails, &other.mails), (&one.pages, &other.pages)];
        let (mut own, mut shared, mut compared) = (0, false, false);
        for (ones, others) in kinds {
            compared |= !ones.is_empty() && !others.is_empty();
            let pairs = ones.iter().flat_map(|each| others.iter().map(move |other| (*each, *other)));
            let same = pairs.filter(|(each, other)| same_contact(*each, *other));
            let have = same.map(|(each, theirs)| known.have(one.source, each).max(known.have(other.source, theirs)));
            match have.min() {
                Some(1) => own += 1,
                Some(_) => shared = true,
                None => {}
            }
        }
        match own {
            0 if shared => Self::Shared,
            0 if any(&one.hosts, &other.hosts) => Self::House,
            0 if compared => Self::Other,
            0 => Self::NotSaid,
            1 => Self::Own,
            _ => Self::TwoOwn,
        }
    }
}

/// Six digits: a number that was written without its area.
const LOCAL: u64 = 1_000_000;

/// Two numbers are one, also where one was written without its area.
fn same_contact(one: u64, other: u64) -> bool {
    one == other || (one.min(other) < LOCAL && one.min(other) >= LOCAL / 10 && one % LOCAL == other % LOCAL)
}

impl Place {
    fn of(one: &Traits, other: &Traits, known: &Known) -> Self {
        let (shared, first, second) = overlap(&one.address, &other.address, known, |word| known.place_tells(word));
        let street = first > 0.0 && second > 0.0 && shared / first.min(second) >= MOST;
        let near = match (one.point, other.point) {
            (Some(here), Some(there)) => Some(here.miles_to(there) <= HARDLY),
            _ => None,
        };
        let postcode = any(&one.postcodes, &other.postcodes) || near == Some(true);
        let towns = !one.towns.is_empty() && !other.towns.is_empty();
        if street && postcode {
            Self::SameDoor
        } else if street && (!towns || any(&one.towns, &other.towns)) {
            Self::SameStreet
        } else if postcode {
            Self::SamePostcode
        } else if towns && !any(&one.towns, &other.towns) {
            Self::OtherTown
        } else if first > 0.0 && second > 0.0 {
            Self::OtherStreet
        } else if towns {
            Self::SameTown
        } else {
            Self::NotSaid
        }
    }
}

impl When {
    fn of(one: &Traits, other: &Traits) -> Self {
        if one.days.is_empty() || other.days.is_empty() {
            return Self::NotSaid;
        }
        if one.days == other.days {
            let hour = one.opens.is_some() && one.opens == other.opens;
            return if hour { Self::SameHour } else { Self::SameDays };
        }
        if one.days.both(other.days).is_empty() { Self::OtherDays } else { Self::SomeDays }
    }
}

impl About {
    fn of(one: &Traits, other: &Traits, known: &Known) -> Self {
        if one.about.is_empty() || other.about.is_empty() {
            return Self::NotSaid;
        }
        let tells = |word| known.about_tells(word);
        let sum = |words: &[u32]| words.iter().map(|word| tells(*word)).sum::<f64>();
        let shared: f64 =
            one.about.iter().filter(|word| other.about.binary_search(word).is_ok()).map(|word| tells(*word)).sum();
        match shared / sum(&one.about).min(sum(&other.about)).max(f64::MIN_POSITIVE) {
            part if part >= 0.4 => Self::Alike,
            part if part >= 0.2 => Self::Some,
            part if part >= 0.08 => Self::Little,
            _ => Self::Other,
        }
    }
}

impl Agreement {
    /// What they are called speaks for one service, too: a telephone number is an organisation's as often as a service's, so
    /// nothing is joined by it, by where and by when alone.
    #[must_use]
    pub fn names_agree(&self) -> bool {
        self.name != Name::Other && self.kind != Kind::Excludes
    }

    pub(crate) fn of(one: &Traits, other: &Traits, known: &Known) -> Self {
        let kind = if one.kind.excludes(other.kind) {
            Kind::Excludes
        } else if one.kind.differs(other.kind) {
            Kind::Differs
        } else {
            Kind::Same
        };
        Self {
            name: Name::of(one, other, known),
            organisation: Organisation::of(one, other, known),
            contact: Contact::of(one, other, known),
            place: Place::of(one, other, known),
            when: When::of(one, other),
            about: About::of(one, other, known),
            kind,
        }
    }
}
