//! Feeds over real connections to servers that behave, and to servers that do not: on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod follow;
mod hostile;
mod server;

use std::sync::Arc;
use std::time::Duration;

use fingerpost_directory::feed::{Ending, FeedAddress};
use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::{Clock, StoppedClock};
use fingerpost_domain::id::{FeedId, TenantId};
use fingerpost_feeds::{Followed, Follower, Manners};
use fingerpost_stewardship::{NewFeed, Pull, Source, Stewardship};
use fingerpost_store::testing::start;
use fingerpost_store::{Act, Entry, Resource, Store, StoredService};
use jiff::SignedDuration;

pub(crate) const SOURCE: &str = "County directory";

/// A store that follows one feed.
pub(crate) struct Following {
    pub(crate) stewardship: Stewardship,
    pub(crate) follower: Follower,
    pub(crate) clock: StoppedClock,
    pub(crate) feed: FeedId,
    store: Store,
}

/// A clock that goes on with each look: what is held is held by what it says then.
struct Ticking(StoppedClock);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let now = self.0.now();
        self.0.set(now.saturating_add(SignedDuration::from_millis(1_250)).unwrap());
        now
    }
}

pub(crate) fn manners() -> Manners {
    Manners {
        pause: Duration::ZERO,
        also: Arc::from(["127.0.0.1".parse().unwrap()]),
        most_pages: 40,
        patience: Duration::from_secs(20),
        anew_days: 1_000_000,
        ..Manners::default()
    }
}

pub(crate) fn entry() -> Entry {
    Entry::system(TenantId::main(), Act::Change, Resource::Directory)
}

impl Following {
    pub(crate) async fn of(store: &Store, url: &str) -> Self {
        Self::begun(store, (SOURCE, url)).await
    }

    /// Of a source that is called as its address is.
    pub(crate) async fn named(store: &Store, url: &str) -> Self {
        Self::begun(store, (url, url)).await
    }

    async fn begun(store: &Store, (name, url): (&str, &str)) -> Self {
        let stewardship = Stewardship::over(store.clone());
        let source = Source { name: name.to_owned(), licence: None, attribution: None, republish: false };
        let address = FeedAddress::parse(url, true).unwrap();
        let new = NewFeed { source, address, every_hours: 24 };
        let feed = stewardship.add_feed(&new, entry(), start()).await.unwrap();
        let clock = StoppedClock::at(start());
        let follower = Follower::new(stewardship.clone(), Arc::new(Ticking(clock.clone())), manners());
        Self { stewardship, follower, clock, feed, store: store.clone() }
    }

    /// The same day, after `hours`.
    pub(crate) fn later(&self, hours: i64) -> Timestamp {
        let then = self.clock.now().saturating_add(SignedDuration::from_hours(hours)).unwrap();
        self.clock.set(then);
        then
    }

    /// Follows whatever is due, now.
    pub(crate) async fn follow(&self) -> Followed {
        self.follower.follow(None, |_| ()).await.unwrap()
    }

    /// Pulls once, a day later.
    pub(crate) async fn pull(&self) -> (Option<Ending>, Pull) {
        self.later(25);
        let ending = match self.follow().await {
            Followed::Ended(ending) => Some(ending),
            _ => None,
        };
        (ending, self.last().await)
    }

    pub(crate) async fn last(&self) -> Pull {
        self.stewardship.feed(self.feed).await.unwrap().1.remove(0)
    }

    /// What stands in the directory, by name.
    pub(crate) async fn directory(&self) -> Vec<StoredService> {
        let mut all = self.store.entries().after(0, 10_000).await.unwrap();
        all.sort_by(|one, other| one.service.name.cmp(&other.service.name));
        all
    }

    pub(crate) async fn names(&self) -> Vec<String> {
        self.directory().await.into_iter().map(|stored| stored.service.name).collect()
    }
}
