//! The directory as this node searches it: an index in memory that follows the store's sequence of changes.

use std::sync::{Arc, PoisonError, RwLock};

use fingerpost_directory::search::Index;
use fingerpost_store::Store;
use tokio::sync::Mutex;

use crate::WebError;

/// Services read at once.
const AT_ONCE: i64 = 500;

/// The index and how far it has read.
#[derive(Default)]
pub struct Catalogue {
    current: RwLock<(i64, Arc<Index>)>,
    /// Only one request brings the index up to date; the others wait for it and find it done.
    turn: Mutex<()>,
}

impl Catalogue {
    fn known(&self) -> (i64, Arc<Index>) {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The index as the directory stands now.
    pub async fn index(&self, store: &Store) -> Result<Arc<Index>, WebError> {
        let newest = store.directory_seq().await?;
        let (seq, index) = self.known();
        if seq >= newest {
            return Ok(index);
        }
        let _turn = self.turn.lock().await;
        let (mut seq, known) = self.known();
        if seq >= newest {
            return Ok(known);
        }
        let mut index = Index::clone(&known);
        loop {
            let changed = store.services_after(seq, AT_ONCE).await?;
            let Some(last) = changed.last() else { break };
            seq = last.seq;
            for stored in &changed {
                index.put(stored.id, &stored.source, &stored.service);
            }
        }
        index.compact();
        let index = Arc::new(index);
        // A change that took no number of its own still moves on: what was asked for has been read.
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (seq.max(newest), Arc::clone(&index));
        Ok(index)
    }
}
