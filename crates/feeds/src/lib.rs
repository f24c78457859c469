//! Directories of others that are followed: Open Referral UK, versions 3 and 1, over HTTP.
//!
//! A feed is asked politely, one question at a time with a pause between them, and believed in nothing: how many services
//! it says it has, which page it calls the last, where its redirects lead. The list is read page by page; a service is asked
//! for by itself only where the list leaves its times and places out and says something else of it than the last time. What was read is kept
//! at once (`stewardship::feeds`), so that a pull goes on where it broke off, and nothing reaches the directory before all
//! of it has been read.

mod address;
mod ask;

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use fingerpost_directory::feed::{Ending, FeedAddress};
use fingerpost_directory::pages::{self, Claims};
use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Clock;
use fingerpost_stewardship::{Claimed, MOST_ITEMS, ReadOn, Staged, Stewardship};
use fingerpost_store::StoreError;
use serde_json::Value;
use sha2::{Digest, Sha256};

use ask::{Asker, Trouble};

/// Services of one page whose own answer may fail before the page is tried again later.
const MOST_FAILURES: usize = 5;

/// How feeds are asked.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Between two questions.
    pub pause: Duration,
    /// Addresses that are not of the public internet and may be asked, without TLS too.
    pub also: Arc<[IpAddr]>,
    /// Pages of one feed, at most.
    pub most_pages: u32,
    /// How long an answer may take, from the first question of its name to its last byte.
    pub patience: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(250),
            also: Arc::from([]),
            most_pages: 5_000,
            patience: Duration::from_mins(1),
        }
    }
}

impl Manners {
    /// Reads what somebody typed as the address of a feed.
    ///
    /// # Errors
    /// Why it is none.
    pub fn address(&self, typed: &str) -> Result<FeedAddress, fingerpost_directory::feed::NotAnAddress> {
        FeedAddress::parse(typed, !self.also.is_empty())
    }
}

/// Follows feeds. Cloning shares its connections.
#[derive(Clone)]
pub struct Follower {
    stewardship: Stewardship,
    clock: Arc<dyn Clock>,
    manners: Manners,
    asker: Asker,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("manners", &self.manners).finish_non_exhaustive()
    }
}

/// What one page came to.
enum Page {
    /// It was kept; `true` when nothing follows.
    Kept(bool),
    /// It goes on another time.
    Later(Trouble),
    /// Nothing of the pull is taken.
    Over(Ending, String),
}

impl Follower {
    /// A follower over the directory's records.
    #[must_use]
    pub fn new(stewardship: Stewardship, clock: Arc<dyn Clock>, manners: Manners) -> Self {
        let asker = Asker::new(manners.also.clone(), manners.patience);
        Self { stewardship, clock, manners, asker }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn ask(&self, address: String) -> Result<Value, Trouble> {
        tokio::time::sleep(self.manners.pause).await;
        let asker = self.asker.clone();
        let asked = tokio::task::spawn_blocking(move || asker.ask(&address)).await;
        asked.unwrap_or_else(|_| Err(Trouble::Later("the question was broken off".to_owned(), None)))
    }

    /// Follows the feed whose turn it is, to the end of its pull or as far as it answers. `None` when it is nobody's turn.
    ///
    /// # Errors
    /// When the database fails, or another node took the pull over; it goes on at the next turn.
    pub async fn follow(&self, mut progress: impl FnMut(&Claimed)) -> Result<Option<Ending>, StoreError> {
        let Some(mut claimed) = self.stewardship.claim_feed(self.now()).await? else { return Ok(None) };
        let Ok(address) = self.manners.address(&claimed.url) else {
            let said = vec!["Its address may not be asked any more.".to_owned()];
            self.stewardship.end_pull(&claimed, Ending::Internal, said, self.now()).await?;
            return Ok(Some(Ending::Internal));
        };
        let mut had = Claims::default();
        while !claimed.read_all {
            progress(&claimed);
            match self.page(&mut claimed, &address, &mut had).await? {
                Page::Kept(last) if last => break,
                Page::Kept(_) => {}
                Page::Later(trouble) => {
                    let after = if let Trouble::Later(_, after) = trouble { after } else { None };
                    let why = format!("Page {}: {trouble}.", claimed.next_page);
                    self.stewardship.put_off(&claimed, (after, why), self.now()).await?;
                    tracing::warn!(feed = %claimed.feed, page = claimed.next_page, "a feed did not answer; it is asked again later");
                    return Ok(None);
                }
                Page::Over(ending, said) => {
                    tracing::warn!(feed = %claimed.feed, ending = ending.code(), "a feed was not taken");
                    self.stewardship.end_pull(&claimed, ending, vec![said], self.now()).await?;
                    return Ok(Some(ending));
                }
            }
        }
        progress(&claimed);
        let ending = self.stewardship.take_pull(claimed, || self.now()).await?;
        Ok(Some(ending))
    }

    async fn page(&self, claimed: &mut Claimed, address: &FeedAddress, had: &mut Claims) -> Result<Page, StoreError> {
        let number = claimed.next_page;
        let most = self.manners.most_pages;
        if number > most {
            return Ok(Page::Over(Ending::Endless, format!("It has more than {most} pages.")));
        }
        let whole = match self.ask(address.page(number)).await {
            Ok(whole) => whole,
            // Past its last page a feed has nothing, or says so in this way.
            Err(Trouble::NotThere(status)) if number > 1 => {
                let promised = had.pages.is_some_and(|pages| pages >= u64::from(number)) && had.last != Some(true);
                let said =
                    promised.then(|| format!("It promised a page {number} and answers {status}: read until there."));
                let read = ReadOn { requests: 1, last: true, cut_short: promised };
                self.stewardship.keep_page(claimed, &[], (read, said.into_iter().collect()), self.now()).await?;
                return Ok(Page::Kept(true));
            }
            Err(Trouble::NotThere(status)) => {
                return Ok(Page::Over(Ending::Refused, format!("It answers {status}.")));
            }
            Err(Trouble::Never(ending, what)) => return Ok(Page::Over(ending, format!("Page {number}: {what}"))),
            Err(later @ Trouble::Later(..)) => return Ok(Page::Later(later)),
        };
        let Some(page) = pages::page(whole) else {
            return Ok(Page::Over(Ending::Unreadable, format!("Page {number} has no list of services.")));
        };
        *had = page.claims;
        if page.items.is_empty() {
            return self.last(claimed, page.claims).await;
        }
        let mut said = vec![];
        let (mut items, mut bare) = (vec![], vec![]);
        for (at, item) in (1_usize..).zip(page.items) {
            match pages::id_of(&item) {
                Some(id) => {
                    items.push(id);
                    bare.push(item);
                }
                None => said.push(format!("Page {number}, {at}: it has no id and was left out.")),
            }
        }
        let known = self.stewardship.digests(claimed.feed, &items).await?;
        let (mut staged, mut requests, mut failed) = (vec![], 1, 0);
        for ((id, item), known) in items.into_iter().zip(bare).zip(known) {
            let digest = digest(&item);
            if known.as_ref() == Some(&digest) {
                staged.push(Staged { item: id, digest, body: None });
                continue;
            }
            if pages::is_whole(&item) {
                staged.push(Staged { item: id, digest, body: Some(item.to_string()) });
                continue;
            }
            requests += 1;
            match self.whole(address, &id).await {
                Ok(Some(whole)) => staged.push(Staged { item: id, digest, body: Some(whole.to_string()) }),
                // It has no page of its own: what the list says is all there is.
                Ok(None) => staged.push(Staged { item: id, digest, body: Some(item.to_string()) }),
                Err(Trouble::Never(Ending::Internal, what)) => return Ok(Page::Over(Ending::Internal, what)),
                Err(trouble) => {
                    failed += 1;
                    if failed > MOST_FAILURES {
                        return Ok(Page::Later(trouble));
                    }
                    said.push(format!("{id}: {trouble}; left as it was, and asked for again the next time."));
                    staged.push(Staged { item: id, digest: String::new(), body: None });
                }
            }
        }
        let read = ReadOn { requests, last: false, cut_short: false };
        let claims = page.claims;
        let (fresh, in_all) = self.stewardship.keep_page(claimed, &staged, (read, said), self.now()).await?;
        if in_all > MOST_ITEMS {
            return Ok(Page::Over(Ending::Endless, format!("It lists more than {MOST_ITEMS} services.")));
        }
        if fresh == 0 {
            return self.ended(claimed, claims).await;
        }
        Ok(Page::Kept(false))
    }

    /// An empty page: the end.
    async fn last(&self, claimed: &mut Claimed, claims: Claims) -> Result<Page, StoreError> {
        let read = ReadOn { requests: 1, last: true, cut_short: false };
        self.stewardship.keep_page(claimed, &[], (read, vec![]), self.now()).await?;
        self.ended(claimed, claims).await
    }

    /// What is strange at the end is said.
    async fn ended(&self, claimed: &Claimed, claims: Claims) -> Result<Page, StoreError> {
        self.stewardship.note_claim(claimed, claims.total).await?;
        Ok(Page::Kept(true))
    }

    /// A service by itself. `None` where it has no page of its own.
    async fn whole(&self, address: &FeedAddress, id: &str) -> Result<Option<Value>, Trouble> {
        match self.ask(address.service(id)).await {
            Ok(whole) if pages::id_of(&whole).as_deref() == Some(id) => Ok(Some(whole)),
            Ok(_) => Err(Trouble::Never(Ending::Unreadable, "it answers with another service".to_owned())),
            Err(Trouble::NotThere(_)) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}

/// SHA-256 of what a list says of a service, in hexadecimal.
fn digest(item: &Value) -> String {
    Sha256::digest(item.to_string().as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
