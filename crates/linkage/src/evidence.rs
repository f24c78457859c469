//! What each agreement tells: bits of evidence that two entries are one service, after Fellegi and Sunter ("A Theory for Record
//! Linkage", JASA 64, 1969). Each is the binary logarithm of how much oftener it occurs among pairs that are one service than among
//! pairs that only look alike, counted over the labelled development set; the respects are taken as independent of each other.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::compare::{About, Agreement, Contact, Kind, Name, Organisation, Place, When};

/// Evidence for each level of each respect, in thousandths of a bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// How the weights came about.
    pub about: String,
    /// Before anything is compared: how much rarer pairs of one service are than others among those that are compared.
    pub before: i64,
    /// By [`Name`].
    pub name: BTreeMap<Name, i64>,
    /// By [`Organisation`].
    pub organisation: BTreeMap<Organisation, i64>,
    /// By [`Contact`].
    pub contact: BTreeMap<Contact, i64>,
    /// By [`Place`].
    pub place: BTreeMap<Place, i64>,
    /// By [`When`].
    pub when: BTreeMap<When, i64>,
    /// By [`About`].
    pub text: BTreeMap<About, i64>,
    /// By [`Kind`].
    pub kind: BTreeMap<Kind, i64>,
}

static WEIGHTS: LazyLock<Weights> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/weights.json")).unwrap_or_else(|_| Weights::none()));

/// Half a pair is added to each count: what was never seen is rare, not impossible.
const UNSEEN: f64 = 0.5;

/// Thousandths of a bit.
fn thousandths(bits: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a logarithm of counts")]
    let whole = (bits * 1000.0).round() as i64;
    whole
}

fn counted<L: Copy + Ord>(levels: &[L], pairs: &[(Agreement, bool)], of: impl Fn(&Agreement) -> L) -> BTreeMap<L, i64> {
    let count =
        |level: L, same: bool| pairs.iter().filter(|(pair, is)| *is == same && of(pair) == level).count() as f64;
    let all = |same: bool| pairs.iter().filter(|(_, is)| *is == same).count() as f64 + UNSEEN * levels.len() as f64;
    let (same, others) = (all(true), all(false));
    let share = |level: L, same_pairs: bool, of: f64| (count(level, same_pairs) + UNSEEN) / of;
    levels
        .iter()
        .map(|level| (*level, thousandths((share(*level, true, same) / share(*level, false, others)).log2())))
        .collect()
}

impl Weights {
    fn none() -> Self {
        Self::counted(String::new(), &[])
    }

    /// Weights counted over pairs of which it is known whether they are one service.
    #[must_use]
    pub fn counted(about: String, pairs: &[(Agreement, bool)]) -> Self {
        let same = pairs.iter().filter(|(_, same)| *same).count() as f64;
        let others = pairs.len() as f64 - same;
        Self {
            about,
            before: thousandths(((same + UNSEEN) / (others + UNSEEN)).log2()),
            name: counted(Name::ALL, pairs, |pair| pair.name),
            organisation: counted(Organisation::ALL, pairs, |pair| pair.organisation),
            contact: counted(Contact::ALL, pairs, |pair| pair.contact),
            place: counted(Place::ALL, pairs, |pair| pair.place),
            when: counted(When::ALL, pairs, |pair| pair.when),
            text: counted(About::ALL, pairs, |pair| pair.about),
            kind: counted(Kind::ALL, pairs, |pair| pair.kind),
        }
    }

    /// The weights that are used.
    #[must_use]
    pub fn used() -> &'static Self {
        &WEIGHTS
    }

    /// The evidence that a pair is one service, in thousandths of a bit.
    #[must_use]
    pub fn evidence(&self, pair: &Agreement) -> i64 {
        fn of<L: Ord>(weights: &BTreeMap<L, i64>, level: L) -> i64 {
            weights.get(&level).copied().unwrap_or_default()
        }
        self.before
            + of(&self.name, pair.name)
            + of(&self.organisation, pair.organisation)
            + of(&self.contact, pair.contact)
            + of(&self.place, pair.place)
            + of(&self.when, pair.when)
            + of(&self.text, pair.about)
            + of(&self.kind, pair.kind)
    }
}
