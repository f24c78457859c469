//! One text, sent at once. What it is given is used for that and kept nowhere: no queue, no hash, no log.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

/// What sends a text while somebody waits.
#[async_trait]
pub trait TextsAtOnce: Send + Sync {
    /// Sends `words` to the number `to`; `id` is the same when the same form is posted again. Says whether the other side took it.
    async fn text(&self, id: &str, to: &str, words: &str) -> bool;
}

/// The way out for such texts, where one is set up.
#[derive(Clone, Default)]
pub struct AtOnce(Option<Arc<dyn TextsAtOnce>>);

impl AtOnce {
    /// Through this.
    #[must_use]
    pub fn through(sender: Arc<dyn TextsAtOnce>) -> Self {
        Self(Some(sender))
    }

    /// Whether a text can be sent at all.
    #[must_use]
    pub const fn is_set_up(&self) -> bool {
        self.0.is_some()
    }

    /// Sends one; not where no way is set up.
    pub async fn text(&self, id: &str, to: &str, words: &str) -> bool {
        match &self.0 {
            Some(sender) => sender.text(id, to, words).await,
            None => false,
        }
    }
}

impl fmt::Debug for AtOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AtOnce({})", if self.is_set_up() { "set up" } else { "nowhere" })
    }
}
