//! All entries as they are compared: which may be one service at all, and which are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::ServiceId;
use strsim::jaro_winkler;

use crate::compare::Agreement;
use crate::evidence::Weights;
use crate::traits::{Lexicon, Traits, hashed};

/// How many entries have each word, and the logarithm of that, which is asked for far oftener than it changes.
#[derive(Debug, Default)]
struct Counts(Vec<(u32, f32)>);

impl Counts {
    fn change(&mut self, words: &[u32], comes: bool) {
        for at in words.iter().filter_map(|word| usize::try_from(*word).ok()) {
            if self.0.len() <= at {
                self.0.resize(at + 1, (0, 0.0));
            }
            let Some((count, bits)) = self.0.get_mut(at) else { continue };
            *count = if comes { *count + 1 } else { count.saturating_sub(1) };
            *bits = (*count).max(1) as f32;
            *bits = bits.log2();
        }
    }

    /// The binary logarithm of how many entries have a word.
    fn bits(&self, word: u32) -> f32 {
        usize::try_from(word).ok().and_then(|at| self.0.get(at)).map_or(0.0, |(_, bits)| *bits)
    }
}

/// What is known of all entries: how many have a word, a number, a mailbox.
#[derive(Debug, Default)]
pub struct Known {
    lexicon: Lexicon,
    entries: u32,
    /// The binary logarithm of how many there are.
    bits: f32,
    names: Counts,
    abouts: Counts,
    places: Counts,
    /// By the source that has them.
    contacts: HashMap<(u32, u64), u32>,
}

/// Words are the same word with a slip of the pen from here on (Jaro and Winkler).
const SLIP: f64 = 0.92;
/// Shorter words are other words with one letter changed.
const SHORTEST: usize = 5;

impl Known {
    fn tells(&self, counts: &Counts, word: u32) -> f64 {
        f64::from((self.bits - counts.bits(word)).max(0.0)) + 0.01
    }

    pub(crate) fn name_tells(&self, word: u32) -> f64 {
        self.tells(&self.names, word)
    }

    pub(crate) fn about_tells(&self, word: u32) -> f64 {
        self.tells(&self.abouts, word)
    }

    pub(crate) fn place_tells(&self, word: u32) -> f64 {
        self.tells(&self.places, word)
    }

    /// Bits that words of a name have to tell to be rare: those of one entry in all, and a third more.
    pub(crate) fn rare(&self) -> f64 {
        f64::from(self.bits.max(1.0)) * 4.0 / 3.0
    }

    /// How many entries of a source have a number, a mailbox, a page.
    pub(crate) fn have(&self, source: u32, contact: u64) -> u32 {
        self.contacts.get(&(source, contact)).copied().unwrap_or_default()
    }

    /// Two words that are one, with a slip of the pen.
    pub(crate) fn is_slip(&self, one: u32, other: u32) -> bool {
        let (one, other) = (self.lexicon.word(one), self.lexicon.word(other));
        one.len() >= SHORTEST
            && other.len() >= SHORTEST
            && one.as_bytes().first() == other.as_bytes().first()
            && one.len().abs_diff(other.len()) <= 2
            && jaro_winkler(one, other) >= SLIP
    }

    fn count(&mut self, traits: &Traits, comes: bool) {
        self.entries = if comes { self.entries + 1 } else { self.entries.saturating_sub(1) };
        self.bits = (self.entries.max(1) as f32).log2();
        self.names.change(&traits.name, comes);
        self.names.change(&traits.organisation, comes);
        self.abouts.change(&traits.about, comes);
        self.places.change(&traits.address, comes);
        for contact in [&traits.phones, &traits.mails, &traits.pages].into_iter().flatten() {
            let have = self.contacts.entry((traits.source, *contact)).or_default();
            *have = if comes { *have + 1 } else { have.saturating_sub(1) };
            if *have == 0 {
                self.contacts.remove(&(traits.source, *contact));
            }
        }
    }
}

/// Entries that share a key: those of one are compared with each other.
#[derive(Debug)]
enum Block {
    One(u32),
    Many(Vec<u32>),
    /// So many have it that it says nothing.
    Common,
}

impl Block {
    fn add(&mut self, slot: u32) {
        match self {
            Self::One(one) => *self = Self::Many(vec![*one, slot]),
            Self::Many(all) if all.len() < MOST_IN_BLOCK => all.push(slot),
            Self::Many(_) => *self = Self::Common,
            Self::Common => {}
        }
    }
}

/// A key that more entries have than this says nothing.
const MOST_IN_BLOCK: usize = 60;
/// Entries with which one is compared, at most.
const MOST_COMPARED: usize = 600;

/// What is found of two entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The other entry.
    pub other: ServiceId,
    /// How they agree.
    pub agreement: Agreement,
    /// The evidence that they are one service, in thousandths of a bit.
    pub evidence: i64,
}

/// What follows from the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are one service.
    Same,
    /// Somebody has to look.
    Ask,
}

/// From here on two entries are one service: 32 to one, as the weights reckon.
pub const SAME: i64 = 5_000;
/// From here on somebody has to look: as likely as not.
pub const ASK: i64 = 500;
/// The best match of an entry has to be better than the next one of the same source by so much: 4 to one.
pub const MARGIN: i64 = 2_000;

/// All entries as they are compared.
#[derive(Debug, Default)]
pub struct Linker {
    known: Known,
    slots: Vec<Option<(ServiceId, Traits)>>,
    by_id: HashMap<ServiceId, u32>,
    blocks: HashMap<u64, Block>,
}

fn at(slot: u32) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}

/// Keys of which two entries of one service are likely to have one in common.
fn keys(traits: &Traits) -> Vec<u64> {
    let local = |phone: &u64| phone % 1_000_000;
    let mut keys: Vec<u64> = traits.phones.iter().map(|phone| hashed(11, &local(phone))).collect();
    keys.extend(traits.mails.iter().chain(&traits.pages).chain(&traits.hosts).chain(&traits.postcodes));
    keys.extend(traits.name.iter().chain(&traits.organisation).map(|word| hashed(12, word)));
    keys.extend(traits.initials.iter().map(|word| hashed(12, word)));
    keys.extend(traits.address.iter().map(|word| hashed(15, word)));
    for town in &traits.towns {
        keys.extend(traits.name.iter().map(|word| hashed(13, &(town, word))));
        if let Some(opens) = traits.opens.filter(|_| !traits.days.is_empty()) {
            keys.push(hashed(16, &(town, traits.days, opens)));
        }
    }
    let name = &traits.name;
    let pairs = name.iter().enumerate().flat_map(|(at, one)| name.iter().skip(at + 1).map(move |other| (one, other)));
    keys.extend(pairs.take(MOST_PAIRS).map(|pair| hashed(14, &pair)));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Pairs of words of one name that are keys.
const MOST_PAIRS: usize = 10;

impl Linker {
    /// Takes an entry in, in place of what was there. `false` where nothing that is compared differs.
    pub fn put(&mut self, id: ServiceId, source: &str, service: &Service) -> bool {
        let traits = Traits::of(source, service, &mut self.known.lexicon);
        let before = self.by_id.get(&id).and_then(|slot| self.slots.get(at(*slot))?.as_ref());
        if before.is_some_and(|(_, known)| *known == traits) {
            return false;
        }
        self.remove(id);
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        for key in keys(&traits) {
            match self.blocks.entry(key) {
                Entry::Vacant(new) => drop(new.insert(Block::One(slot))),
                Entry::Occupied(mut known) => known.get_mut().add(slot),
            }
        }
        self.known.count(&traits, true);
        self.slots.push(Some((id, traits)));
        self.by_id.insert(id, slot);
        true
    }

    /// Takes an entry out; `false` where it was not there.
    pub fn remove(&mut self, id: ServiceId) -> bool {
        let Some(slot) = self.by_id.remove(&id) else { return false };
        let Some((_, traits)) = self.slots.get_mut(at(slot)).and_then(Option::take) else { return false };
        self.known.count(&traits, false);
        for key in keys(&traits) {
            match self.blocks.get_mut(&key) {
                Some(Block::One(one)) if *one == slot => drop(self.blocks.remove(&key)),
                Some(Block::Many(all)) => all.retain(|one| *one != slot),
                _ => {}
            }
        }
        true
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    fn traits(&self, id: ServiceId) -> Option<&Traits> {
        self.slots.get(at(*self.by_id.get(&id)?))?.as_ref().map(|(_, traits)| traits)
    }

    /// Every entry of another source with which one shares a key, and how they agree; the likeliest first.
    #[must_use]
    pub fn compared(&self, id: ServiceId, weights: &Weights) -> Vec<Match> {
        let Some(own) = self.traits(id) else { return vec![] };
        let mut others: Vec<u32> = vec![];
        for key in keys(own) {
            match self.blocks.get(&key) {
                Some(Block::One(one)) => others.push(*one),
                Some(Block::Many(all)) => others.extend(all),
                Some(Block::Common) | None => {}
            }
        }
        others.sort_unstable();
        others.dedup();
        others.truncate(MOST_COMPARED);
        let mut all: Vec<Match> = others
            .into_iter()
            .filter_map(|slot| self.slots.get(at(slot))?.as_ref())
            .filter(|(other, traits)| *other != id && traits.source != own.source)
            .map(|(other, traits)| {
                let agreement = Agreement::of(own, traits, &self.known);
                Match { other: *other, agreement, evidence: weights.evidence(&agreement) }
            })
            .collect();
        all.sort_by(|one, other| other.evidence.cmp(&one.evidence).then(one.other.cmp(&other.other)));
        all
    }

    /// What an entry may be one service with, and what follows. A source lists a service once: the best match of a source is one
    /// service with it where it is much better than the next, and the other way round.
    #[must_use]
    pub fn matches(&self, id: ServiceId) -> Vec<(Match, Verdict)> {
        let weights = Weights::used();
        let mut all = self.compared(id, weights);
        all.retain(|found| found.evidence >= ASK);
        let decided = |found: Match| {
            let stands_out = |from: ServiceId, others: &[Match], to: ServiceId| {
                let source = self.traits(to).map(|traits| traits.source);
                let next = others.iter().find(|other| {
                    other.other != to
                        && other.other != from
                        && self.traits(other.other).map(|traits| traits.source) == source
                });
                next.is_none_or(|next| found.evidence - next.evidence >= MARGIN)
            };
            let same = found.evidence >= SAME
                && found.agreement.names_agree()
                && stands_out(id, &all, found.other)
                && stands_out(found.other, &self.compared(found.other, weights), id);
            (found, if same { Verdict::Same } else { Verdict::Ask })
        };
        all.iter().map(|found| decided(*found)).collect()
    }
}
