//! The index: entries, their words, and looking.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fingerpost_directory::entry::Entry;
use fingerpost_directory::fit::{Mark, fit};
use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::{Direction, Point};
use fingerpost_directory::standing::{Standing, day_number};
use fingerpost_directory::vocabulary::Concept;
use fingerpost_directory::wanted::Wanted;
use fingerpost_directory::words::{plain, words};
use fingerpost_domain::Date;
use fingerpost_domain::id::ServiceId;
use tantivy::query::{EnableScoring, Query};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{DocSet, IndexReader, IndexWriter, ReloadPolicy, Searcher, TERMINATED, TantivyDocument, Term};
use uuid::Uuid;

use crate::card::Card;
use crate::tally::{Match, Tally};
use crate::towns::Towns;
use crate::{FinderError, rank, text};

/// Memory of the writer before it makes a segment, in bytes.
const WRITER_MEMORY: usize = 60_000_000;
/// The name of the field that says which entry a document is.
const SLOT: &str = "slot";

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Anyone: what is withheld is not there, and changes nothing that they see.
    Public,
    /// Staff.
    Staff,
}

/// What is written into: one for each node.
pub struct Finder {
    writer: IndexWriter,
    reader: IndexReader,
    slot: Field,
    /// Name, terms, organisation, text: the order of [`rank::FIELDS`].
    fields: [Field; 4],
    /// Shared with the snapshots that were given: a change copies the tables that it changes, once.
    entries: Arc<Vec<Option<Arc<Entry>>>>,
    cards: Arc<Vec<Card>>,
    by_id: Arc<HashMap<ServiceId, u32>>,
    /// Entries for which another one stands.
    behind: Arc<HashMap<ServiceId, ServiceId>>,
    written: Arc<HashMap<String, String>>,
    terms: Arc<BTreeMap<Uuid, KnownTerm>>,
}

/// A term of a taxonomy that some entry has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTerm {
    /// What it says.
    pub name: String,
    /// What it means, where its source says so.
    pub description: Option<String>,
    /// Its taxonomy.
    pub taxonomy: Uuid,
    /// What the taxonomy is called; empty where its source does not say.
    pub taxonomy_name: String,
}

/// The directory as it can be searched: it does not change. Cloning shares it.
#[derive(Clone)]
pub struct Snapshot {
    searcher: Searcher,
    fields: [Field; 4],
    entries: Arc<Vec<Option<Arc<Entry>>>>,
    cards: Arc<Vec<Card>>,
    by_id: Arc<HashMap<ServiceId, u32>>,
    behind: Arc<HashMap<ServiceId, ServiceId>>,
    written: Arc<HashMap<String, String>>,
    towns: Arc<Towns>,
    terms: Arc<BTreeMap<Uuid, KnownTerm>>,
    /// The entries in the order of the ids under which they are published; made when it is first wanted.
    published: Arc<OnceLock<Vec<Arc<Entry>>>>,
    /// Empty tallies for the next searches: each is as large as there are entries.
    spare: Arc<Mutex<Vec<Tally>>>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Miles to its nearest place, in a straight line.
    pub miles: Option<f64>,
    /// The distance is that of its town.
    pub by_town: bool,
    /// Whether it fits.
    pub mark: Mark,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The results of this page: those that could fit first, each kind best first.
    pub hits: Vec<Hit>,
    /// How many could fit.
    pub could_fit: usize,
    /// How many do not fit now.
    pub do_not_fit: usize,
    /// Words that no entry has, and what was read instead.
    pub corrected: Vec<(String, String)>,
}

impl Found {
    /// How many there are in all.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.could_fit + self.do_not_fit
    }
}

fn add_words(
    document: &mut TantivyDocument,
    written: &mut Arc<HashMap<String, String>>,
    (field, public): (Field, bool),
    texts: &[&str],
) {
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let tokens = words(text)
            .into_iter()
            .enumerate()
            .map(|(position, word)| {
                if public && !written.contains_key(&word.stem) {
                    Arc::make_mut(written).insert(word.stem.clone(), word.written);
                }
                Token { offset_from: 0, offset_to: 0, position, text: word.stem, position_length: 1 }
            })
            .collect();
        document.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
    }
}

impl Finder {
    /// An empty index.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new() -> Result<Self, FinderError> {
        let mut schema = Schema::builder();
        let slot = schema.add_u64_field(SLOT, INDEXED | FAST);
        let words = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqsAndPositions),
        );
        let fields = ["name", "terms", "organisation", "text"].map(|name| schema.add_text_field(name, words.clone()));
        let index = tantivy::Index::create_in_ram(schema.build());
        let writer = index.writer_with_num_threads(1, WRITER_MEMORY)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            writer,
            reader,
            slot,
            fields,
            entries: Arc::default(),
            cards: Arc::default(),
            by_id: Arc::default(),
            behind: Arc::default(),
            written: Arc::default(),
            terms: Arc::default(),
        })
    }

    /// Takes a service in, in place of what was there. One that ended is taken out; one that rests is found as resting.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn put(
        &mut self,
        id: ServiceId,
        sources: &[String],
        service: &Service,
        standing: Standing,
    ) -> Result<(), FinderError> {
        Arc::make_mut(&mut self.behind).remove(&id);
        let known = self.by_id.get(&id).copied();
        if let Some(slot) = known {
            self.writer.delete_term(Term::from_field_u64(self.slot, u64::from(slot)));
        }
        if !service.is_open() && !service.is_resting() {
            self.remove(id);
            return Ok(());
        }
        let Some(slot) = known.or_else(|| u32::try_from(self.entries.len()).ok()) else { return Ok(()) };
        let mut document = TantivyDocument::new();
        document.add_u64(self.slot, u64::from(slot));
        let terms: Vec<&str> = service.terms().collect();
        let some = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let (other, about, for_whom) =
            (some(&service.alternate_name), some(&service.description), some(&service.eligibility_description));
        let by = service.organization.as_ref().map_or("", |by| by.name.as_str());
        // Words that only withheld entries have are never offered in place of others.
        let [name_field, terms_field, by_field, text_field] = self.fields.map(|field| (field, !standing.withheld));
        add_words(&mut document, &mut self.written, name_field, &[&service.name, &other]);
        add_words(&mut document, &mut self.written, terms_field, &terms);
        add_words(&mut document, &mut self.written, by_field, &[by]);
        add_words(&mut document, &mut self.written, text_field, &[&about, &for_whom]);
        self.writer.add_document(document)?;
        for term in service.attributes.iter().filter_map(|given| given.taxonomy_term.as_ref()) {
            let Ok(id) = Uuid::parse_str(&term.id) else { continue };
            if !self.terms.contains_key(&id) {
                let known = KnownTerm {
                    name: term.name.clone(),
                    description: term.more.get("description").and_then(|text| text.as_str()).map(str::to_owned),
                    taxonomy: term.taxonomy_id(),
                    taxonomy_name: term.taxonomy.clone().unwrap_or_default(),
                };
                Arc::make_mut(&mut self.terms).insert(id, known);
            }
        }
        let entry = Entry::of(id, sources, service, standing);
        let (entries, cards) = (Arc::make_mut(&mut self.entries), Arc::make_mut(&mut self.cards));
        let card = Card::of(&entry);
        let at = known.and_then(|slot| usize::try_from(slot).ok());
        match at.and_then(|at| Some((entries.get_mut(at)?, cards.get_mut(at)?))) {
            Some((place, its_card)) => (*place, *its_card) = (Some(Arc::new(entry)), card),
            None => {
                entries.push(Some(Arc::new(entry)));
                cards.push(card);
                Arc::make_mut(&mut self.by_id).insert(id, slot);
            }
        }
        Ok(())
    }

    /// Takes an entry out for which another one stands: it is found as that one.
    pub fn put_behind(&mut self, id: ServiceId, lead: ServiceId) {
        self.remove(id);
        Arc::make_mut(&mut self.behind).insert(id, lead);
    }

    /// Takes a service out.
    pub fn remove(&mut self, id: ServiceId) {
        let Some(slot) = self.by_id.get(&id).copied() else { return };
        Arc::make_mut(&mut self.by_id).remove(&id);
        self.writer.delete_term(Term::from_field_u64(self.slot, u64::from(slot)));
        let Ok(at) = usize::try_from(slot) else { return };
        if let Some(place) = Arc::make_mut(&mut self.entries).get_mut(at) {
            *place = None;
        }
        if let Some(card) = Arc::make_mut(&mut self.cards).get_mut(at) {
            *card = Card::nothing();
        }
    }

    /// Makes what was put visible, and gives it.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn publish(&mut self) -> Result<Snapshot, FinderError> {
        self.writer.commit()?;
        self.reader.reload()?;
        let towns = Towns::of(self.entries.iter().flatten());
        // Where its own place is not known, that of its town.
        for (card, entry) in Arc::make_mut(&mut self.cards).iter_mut().zip(self.entries.iter()) {
            if let Some(entry) = entry.as_ref().filter(|entry| entry.facts.places.is_empty()) {
                card.place = entry.town.as_deref().and_then(|town| towns.get(town)).map(Direction::from);
            }
        }
        Ok(Snapshot {
            searcher: self.reader.searcher(),
            fields: self.fields,
            entries: Arc::clone(&self.entries),
            cards: Arc::clone(&self.cards),
            by_id: Arc::clone(&self.by_id),
            behind: Arc::clone(&self.behind),
            written: Arc::clone(&self.written),
            towns: Arc::new(towns),
            terms: Arc::clone(&self.terms),
            published: Arc::default(),
            spare: Arc::default(),
        })
    }
}

/// An entry on its way into the order.
struct Ranked {
    slot: u32,
    weight: f64,
    miles: Option<f64>,
    mark: Mark,
}

impl Snapshot {
    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// An entry, or the one that stands for it.
    #[must_use]
    pub fn get(&self, id: ServiceId) -> Option<&Arc<Entry>> {
        let id = self.behind.get(&id).copied().unwrap_or(id);
        self.entries.get(usize::try_from(*self.by_id.get(&id)?).ok()?)?.as_ref()
    }

    /// Terms that some entry has or had, by their ids.
    #[must_use]
    pub fn terms(&self) -> &BTreeMap<Uuid, KnownTerm> {
        &self.terms
    }

    /// Where towns are.
    #[must_use]
    pub fn towns(&self) -> &Towns {
        &self.towns
    }

    /// Every entry, in the order of the ids under which they are published.
    #[must_use]
    pub fn published(&self) -> &[Arc<Entry>] {
        self.published.get_or_init(|| {
            let mut all: Vec<Arc<Entry>> = self.entries.iter().flatten().cloned().collect();
            all.sort_unstable_by_key(|entry| (entry.hsds_id, entry.id));
            all
        })
    }

    /// The entries that are published under an id: one for each source that has it.
    #[must_use]
    pub fn published_as(&self, id: Uuid) -> &[Arc<Entry>] {
        let all = self.published();
        let from = all.partition_point(|entry| entry.hsds_id < id);
        let until = all.partition_point(|entry| entry.hsds_id <= id);
        &all[from..until]
    }

    /// How well each entry has each thing. A thing weighs the more, the fewer entries have it; what tells for whom it
    /// is weighs less; what no entry has weighs nothing.
    fn matches(&self, concepts: &[Concept]) -> Result<Vec<Match>, FinderError> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tally = spare.unwrap_or_default().for_entries(self.entries.len());
        let mut worth = vec![0.0; concepts.len()];
        for (bit, concept) in concepts.iter().enumerate() {
            let weight =
                text::query(concept, &self.fields).weight(EnableScoring::enabled_from_searcher(&self.searcher))?;
            let mut having = 0_u32;
            let share = if concept.who { rank::WHO } else { 1.0 };
            for segment in self.searcher.segment_readers() {
                let slots = segment.fast_fields().u64(SLOT)?.first_or_default_col(u64::MAX);
                let mut scorer = weight.scorer(segment, share)?;
                let mut document = scorer.doc();
                while document != TERMINATED {
                    let alive = segment.alive_bitset().is_none_or(|alive| alive.is_alive(document));
                    if alive && tally.note(slots.get_val(document), bit, scorer.score()) {
                        having += 1;
                    }
                    document = scorer.advance();
                }
            }
            if having > 0 {
                worth[bit] = f64::from(share) * (1.0 + self.len() as f64 / f64::from(having)).ln();
            }
        }
        let matches = tally.take(&worth);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(tally);
        Ok(matches)
    }

    /// The same words as a bare query of tantivy, the best twenty and how many there are: what the ranking is measured
    /// against. Gives the number.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn bare(&self, words: &str) -> Result<usize, FinderError> {
        let question = text::question(words, Reader::Staff, &self.searcher, &self.fields, &self.written)?;
        let things = question.concepts.iter().map(|concept| {
            (tantivy::query::Occur::Should, Box::new(text::query(concept, &self.fields)) as Box<dyn Query>)
        });
        let query = tantivy::query::BooleanQuery::new(things.collect());
        let best = tantivy::collector::TopDocs::with_limit(20).order_by_score();
        let (_, count) = self.searcher.search(&query, &(best, tantivy::collector::Count))?;
        Ok(count)
    }

    fn miles(&self, slot: u32, card: &Card, near: Option<(Point, Direction)>) -> Option<f64> {
        let (near, towards) = near?;
        let nearest =
            |entry: &Entry| entry.facts.places.iter().map(|place| near.miles_to(*place)).min_by(f64::total_cmp);
        let of_several = || self.entries.get(at(slot))?.as_deref().and_then(nearest);
        if card.several { of_several() } else { card.place.map(|place| towards.miles_to(place)) }
    }

    /// Entries whose names have all the words of a name, or the other way round, those that left the search too: the first `take`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn named(&self, name: &str, take: usize) -> Result<Vec<Arc<Entry>>, FinderError> {
        let typed = plain(name);
        let among = |some: &[String], all: &[String]| some.iter().all(|word| all.contains(word));
        let question = text::question(name, Reader::Staff, &self.searcher, &self.fields, &self.written)?;
        let mut alike: Vec<Arc<Entry>> = vec![];
        for found in self.matches(&question.concepts)? {
            let Some(entry) = self.entries.get(at(found.slot)).and_then(Clone::clone) else { continue };
            let known = plain(&entry.name);
            if among(&typed, &known) || among(&known, &typed) {
                alike.push(entry);
            }
        }
        alike.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        alike.truncate(take);
        Ok(alike)
    }

    /// Looks, as staff. `named` says that the place was asked for and not only known. Gives the results from `skip` on, at most `take`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(
        &self,
        wanted: &Wanted,
        named: bool,
        today: Date,
        (skip, take): (usize, usize),
    ) -> Result<Found, FinderError> {
        self.search_among((wanted, named), (Reader::Staff, today), (skip, take), |_| true)
    }

    /// The same among the entries that `may` be shown.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search_among(
        &self,
        (wanted, named): (&Wanted, bool),
        (reader, today): (Reader, Date),
        (skip, take): (usize, usize),
        may: impl Fn(&Entry) -> bool,
    ) -> Result<Found, FinderError> {
        let question = text::question(&wanted.words, reader, &self.searcher, &self.fields, &self.written)?;
        let things = question.concepts.len();
        let mut matches: Vec<Match> = if things == 0 {
            let slots = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            (0..slots).map(|slot| Match { slot, score: 1.0, share: 1.0 }).collect()
        } else {
            self.matches(&question.concepts)?
        };
        let day = day_number(today);
        let near = wanted.near.map(|near| (near, Direction::from(near)));
        // What may not be shown does not change either how much is enough.
        let shown = |slot: u32| {
            let card = self.cards.get(at(slot))?;
            let hidden = (reader == Reader::Public && card.withheld) || !card.is_found(day, wanted.need);
            (!hidden && may(self.entries.get(at(slot))?.as_deref()?)).then_some(card)
        };
        let enough = enough(&matches, |slot| shown(slot).is_some());
        matches.retain(|found| found.share >= enough);
        let mut ranked: Vec<Ranked> = Vec::with_capacity(matches.len());
        // A few cards are taken together, so that all of them are on their way: they lie all over the memory.
        for some in matches.chunks(TOGETHER) {
            let mut cards = [Card::nothing(); TOGETHER];
            for (card, found) in cards.iter_mut().zip(some) {
                *card = shown(found.slot).copied().unwrap_or(Card::nothing());
            }
            for (card, found) in cards.iter().zip(some).filter(|(card, _)| !card.is_nothing()) {
                let miles = self.miles(found.slot, card, near);
                let entry = || self.entries.get(at(found.slot)).and_then(Option::as_deref);
                let mark = fit(&card.conditions, || entry().map_or(&[], |entry| &entry.facts.languages), wanted, miles);
                let (text, share) = (f64::from(found.score), f64::from(found.share));
                let weight = rank::weight(card, text, share, (wanted.near.is_some(), named, miles), mark, day);
                ranked.push(Ranked { slot: found.slot, weight, miles, mark });
            }
        }
        let do_not_fit = ranked.iter().filter(|one| one.mark == Mark::Against).count();
        let could_fit = ranked.len() - do_not_fit;
        let end = skip.saturating_add(take).min(ranked.len());
        let order = |one: &Ranked, other: &Ranked| self.order(one, other);
        if end < ranked.len() && end > 0 {
            ranked.select_nth_unstable_by(end - 1, order);
            ranked.truncate(end);
        }
        ranked.sort_unstable_by(order);
        let hits = ranked.into_iter().skip(skip).take(take).filter_map(|one| {
            let entry = self.entries.get(at(one.slot))?.clone()?;
            let by_town = entry.facts.places.is_empty() && one.miles.is_some();
            Some(Hit { entry, miles: one.miles, by_town, mark: one.mark })
        });
        Ok(Found { hits: hits.collect(), could_fit, do_not_fit, corrected: question.corrected })
    }

    fn order(&self, one: &Ranked, other: &Ranked) -> Ordering {
        let entry = |ranked: &Ranked| self.entries.get(at(ranked.slot)).and_then(Option::as_deref);
        (one.mark == Mark::Against)
            .cmp(&(other.mark == Mark::Against))
            .then_with(|| other.weight.total_cmp(&one.weight))
            .then_with(|| one.miles.unwrap_or(f64::MAX).total_cmp(&other.miles.unwrap_or(f64::MAX)))
            .then_with(|| {
                entry(one).map(|entry| (&entry.name, entry.id)).cmp(&entry(other).map(|entry| (&entry.name, entry.id)))
            })
    }
}

fn at(slot: u32) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}

/// Cards that are taken together.
const TOGETHER: usize = 32;

/// The share that an entry must have to be a result: most of what was asked for where some that are shown have that, else some
/// of it, else any.
fn enough(matches: &[Match], shown: impl Fn(u32) -> bool) -> f32 {
    let have = |share: f32| matches.iter().filter(move |found| found.share >= share);
    let some_have = |share: &f32| have(*share).filter(|found| shown(found.slot)).nth(FEW).is_some();
    rank::ENOUGH.into_iter().find(some_have).unwrap_or(f32::MIN_POSITIVE)
}

/// With fewer results than this, entries with less of what was asked for are shown too.
const FEW: usize = 5;
