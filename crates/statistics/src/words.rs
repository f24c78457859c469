//! The words of a column, each kept once: a table of ten million rows with seven thousand names is ten million small numbers.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;
use serde::ser::{Serialize, Serializer};

/// Words of many rows.
///
/// ```
/// use fingerpost_statistics::words::Words;
/// let words: Words = ["A81001", "A81002", "A81001"].into_iter().collect();
/// assert_eq!((words.len(), words.kept().len(), words.get(2)), (3, 2, Some("A81001")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    kept: Arc<[String]>,
    rows: Vec<u32>,
}

impl Words {
    /// Words that are kept once already, and which of them each row has; nothing where a row points beyond them.
    ///
    /// ```
    /// use fingerpost_statistics::words::Words;
    /// let words = Words::coded(vec!["A81001".to_owned(), "A81002".to_owned()], vec![0, 1, 0]).unwrap();
    /// assert_eq!(words.get(2), Some("A81001"));
    /// assert!(Words::coded(vec![], vec![0]).is_none());
    /// ```
    pub fn coded(kept: Vec<String>, rows: Vec<u32>) -> Option<Self> {
        rows.iter().all(|code| (*code as usize) < kept.len()).then(|| Self { kept: kept.into(), rows })
    }

    /// The words of some of the rows, which share what is kept; a row that is not there is left out.
    ///
    /// ```
    /// use fingerpost_statistics::words::Words;
    /// let words: Words = ["A81001", "A81001", "A81002"].into_iter().collect();
    /// assert_eq!(words.of_rows([1, 2]).iter().collect::<Vec<_>>(), ["A81001", "A81002"]);
    /// ```
    #[must_use]
    pub fn of_rows(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let rows = rows.into_iter().filter_map(|row| self.rows.get(row)).copied().collect();
        Self { kept: Arc::clone(&self.kept), rows }
    }

    /// Which of the words each row has: 0, 1, 2, … in the order of [`Words::kept`].
    pub fn codes(&self) -> &[u32] {
        &self.rows
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The word of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.kept.get(*self.rows.get(row)? as usize).map(String::as_str)
    }

    /// The word of each row.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(|code| self.kept.get(*code as usize)).map(String::as_str)
    }

    /// The words, each once, by first appearance.
    pub fn kept(&self) -> &Arc<[String]> {
        &self.kept
    }
}

impl<S: AsRef<str>> FromIterator<S> for Words {
    fn from_iter<I: IntoIterator<Item = S>>(words: I) -> Self {
        let words = words.into_iter();
        let mut kept: Vec<String> = Vec::new();
        let mut rows = Vec::with_capacity(words.size_hint().0);
        let mut known: HashMap<String, u32, FxBuildHasher> = HashMap::default();
        let mut last = 0;
        for word in words {
            let word = word.as_ref();
            // Rows of one group stand together.
            if kept.get(last as usize).is_none_or(|kept| kept != word) {
                last = match known.get(word) {
                    Some(code) => *code,
                    None => {
                        let next = u32::try_from(kept.len()).unwrap_or(u32::MAX);
                        known.insert(word.to_owned(), next);
                        kept.push(word.to_owned());
                        next
                    }
                };
            }
            rows.push(last);
        }
        Self { kept: kept.into(), rows }
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
