//! The directory as this node searches it: an index in memory that follows the store's sequence of changes.

use std::sync::{Arc, Mutex as Lock, PoisonError};

use fingerpost_finder::{Finder, FinderError, Snapshot};
use fingerpost_store::{Store, StoredService};
use tokio::sync::Mutex;

use crate::WebError;

/// Services read at once.
const AT_ONCE: i64 = 1_000;

/// The index and how far it has read.
pub struct Catalogue {
    current: Lock<(i64, Snapshot)>,
    /// Only one request brings the index up to date; the others wait for it and find it done.
    finder: Arc<Mutex<Finder>>,
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FinderError> + Send + 'static,
) -> Result<T, WebError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| WebError::BrokeOff)?.map_err(WebError::from)
}

fn put(finder: &mut Finder, changed: &[StoredService]) -> Result<(), FinderError> {
    changed.iter().try_for_each(|stored| match stored.lead {
        Some(lead) => {
            finder.put_behind(stored.id, lead);
            Ok(())
        }
        None => finder.put(stored.id, &stored.told.sources, &stored.service, stored.standing),
    })
}

impl Catalogue {
    /// An empty index.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new() -> Result<Self, FinderError> {
        let mut finder = Finder::new()?;
        let empty = finder.publish()?;
        Ok(Self { current: Lock::new((0, empty)), finder: Arc::new(Mutex::new(finder)) })
    }

    fn known(&self) -> (i64, Snapshot) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The index as the directory stands now.
    ///
    /// # Errors
    /// When the database or the index fails.
    pub async fn snapshot(&self, store: &Store) -> Result<Snapshot, WebError> {
        let newest = store.entries().seq().await?;
        let (seq, known) = self.known();
        if seq >= newest {
            return Ok(known);
        }
        // Held over the whole of the work, by the task that does it too: a request that is broken off leaves nothing half read.
        let mut finder = Arc::clone(&self.finder).lock_owned().await;
        let (mut seq, known) = self.known();
        if seq >= newest {
            return Ok(known);
        }
        loop {
            let changed = store.entries().after(seq, AT_ONCE).await?;
            let Some(last) = changed.last() else { break };
            seq = last.seq;
            finder = aside(move || put(&mut finder, &changed).map(|()| finder)).await?;
        }
        let snapshot = aside(move || finder.publish()).await?;
        // A change that took no number of its own still moves on: what was asked for has been read.
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = (seq.max(newest), snapshot.clone());
        Ok(snapshot)
    }
}
