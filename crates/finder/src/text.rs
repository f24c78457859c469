//! Words: how what was typed becomes questions to tantivy, and what to do with a word that no entry has.

use std::collections::{HashMap, HashSet};

use fingerpost_directory::vocabulary::{Concept, Phrase, vocabulary};
use fingerpost_directory::wanted::only_asks;
use fingerpost_directory::words::{Word, words};
use tantivy::query::{BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use crate::FinderError;
use crate::index::Reader;
use crate::rank::{FIELDS, KIN, OTHER_WORDS};

/// Things to look for, at most.
pub(crate) const MOST_CONCEPTS: usize = 16;
/// Unknown words of one question for which another is looked for, at most: each costs a walk through all words.
const MOST_CORRECTED: usize = 4;
/// Words that are looked at: more than anybody types.
const MOST_WORDS: usize = 40;

/// What is looked for, and what was read instead of a word that no entry has.
pub(crate) struct Question {
    pub(crate) concepts: Vec<Concept>,
    pub(crate) corrected: Vec<(String, String)>,
}

/// Reads what was typed. `written` gives a word as entries write it, by its stem.
pub(crate) fn question(
    typed: &str,
    reader: Reader,
    searcher: &Searcher,
    fields: &[Field; 4],
    written: &HashMap<String, String>,
) -> Result<Question, FinderError> {
    let mut corrected = vec![];
    let mut stems: Vec<String> = vec![];
    let mut asking: HashSet<String> = HashSet::new();
    let mut looked_for = 0;
    for word in words(typed).into_iter().take(MOST_WORDS) {
        if only_asks(&word.written) {
            asking.insert(word.stem.clone());
            stems.push(word.stem);
            continue;
        }
        let known = written.contains_key(&word.stem);
        let other = if known || looked_for == MOST_CORRECTED {
            None
        } else {
            instead(&word, reader, searcher, fields, written)?
        };
        looked_for += usize::from(!known && looked_for < MOST_CORRECTED);
        match other {
            Some(other) => {
                let known = vocabulary().single_words().iter().find(|known| known.stem == other);
                let shown = written.get(&other).or_else(|| known.map(|known| &known.written)).unwrap_or(&other);
                corrected.push((word.written, shown.clone()));
                stems.push(other);
            }
            None => stems.push(word.stem),
        }
    }
    let mut concepts = vocabulary().concepts(&stems);
    // What only asks is no thing to look for, unless it stands in a phrase that people say.
    concepts.retain(|concept| !matches!(concept.said.as_slice(), [word] if asking.contains(word)));
    concepts.dedup();
    concepts.truncate(MOST_CONCEPTS);
    Ok(Question { concepts, corrected })
}

/// The word that was probably meant, where nothing has the one that was typed.
fn instead(
    word: &Word,
    reader: Reader,
    searcher: &Searcher,
    fields: &[Field; 4],
    written: &HashMap<String, String>,
) -> Result<Option<String>, FinderError> {
    let letters = word.stem.chars().count();
    if letters < 4 || word.stem.chars().any(|c| c.is_ascii_digit()) || vocabulary().knows(&word.stem) {
        return Ok(None);
    }
    for field in fields.iter().filter(|_| reader == Reader::Staff) {
        if searcher.doc_freq(&Term::from_field_text(*field, &word.stem))? > 0 {
            return Ok(None);
        }
    }
    for distance in 1..=if letters < 7 { 1 } else { 2 } {
        let near = FuzzyTermQuery::new(Term::from_field_text(fields[0], &word.stem), distance, true);
        let mut best: Option<(u64, String)> = None;
        let mut offer = |worth: u64, stem: String| {
            // The first letter is rarely wrong; the more entries have a word, the rather it was meant.
            let same_start = stem.chars().next() == word.stem.chars().next();
            let worth = if same_start { worth * 10 } else { worth };
            if best.as_ref().is_none_or(|(known, known_stem)| (worth, &stem) > (*known, known_stem)) {
                best = Some((worth, stem));
            }
        };
        for field in fields {
            for segment in searcher.segment_readers() {
                let inverted = segment.inverted_index(*field)?;
                let mut stream =
                    inverted.terms().search(near.automaton()?).into_stream().map_err(tantivy::TantivyError::from)?;
                while stream.advance() {
                    if let Ok(stem) = str::from_utf8(stream.key())
                        && written.contains_key(stem)
                    {
                        offer(u64::from(stream.value().doc_freq), stem.to_owned());
                    }
                }
            }
        }
        // A word that people say and directories do not write is a word too.
        let said = FuzzyTermQuery::new(Term::from_field_text(fields[0], &word.written), distance, true).automaton()?;
        let said = vocabulary().single_words().iter().filter(|known| accepts(&said, &known.written));
        said.for_each(|known| offer(VOCABULARY_WORTH, known.stem.clone()));
        if let Some((_, stem)) = best {
            return Ok(Some(stem));
        }
    }
    Ok(None)
}

/// A word of the vocabulary counts as if so many entries had it.
const VOCABULARY_WORTH: u64 = 20;

fn accepts<A: tantivy_fst::Automaton>(automaton: &A, word: &str) -> bool {
    let end = word.bytes().fold(automaton.start(), |state, byte| automaton.accept(&state, byte));
    automaton.is_match(&end)
}

fn one(phrase: &Phrase, field: Field) -> Box<dyn Query> {
    let term = |word: &String| Term::from_field_text(field, word);
    match phrase.as_slice() {
        [word] => Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)),
        words => Box::new(PhraseQuery::new(words.iter().map(term).collect())),
    }
}

/// The best place in which an entry has a thing counts for it, and only that one.
pub(crate) fn query(concept: &Concept, fields: &[Field; 4]) -> DisjunctionMaxQuery {
    let others = concept.others.iter().map(|other| (&other.phrase, if other.kin { KIN } else { OTHER_WORDS }));
    let ways = std::iter::once((&concept.said, 1.0)).chain(others);
    let all = ways.flat_map(|(phrase, worth)| {
        fields
            .iter()
            .zip(FIELDS)
            .map(move |(field, boost)| Box::new(BoostQuery::new(one(phrase, *field), boost * worth)) as Box<dyn Query>)
    });
    DisjunctionMaxQuery::new(all.collect())
}
