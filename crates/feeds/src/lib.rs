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
use std::time::{Duration, Instant};

use fingerpost_directory::feed::{Ending, FeedAddress, NotAnAddress};
use fingerpost_directory::hsds::LARGEST;
use fingerpost_directory::pages::{self, Claims};
use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::Clock;
use fingerpost_domain::id::FeedId;
use fingerpost_stewardship::{Claimed, Known, ReadOn, Staged, Stewardship};
use fingerpost_store::StoreError;
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use ask::{Asker, Trouble};

/// Items of one page, at most: fifty times what we ask for.
const MOST_ON_A_PAGE: usize = 5_000;
/// Services of one page that do not answer, before the page is tried again later.
const MOST_UNANSWERED: usize = 5;
/// Services that are asked for before what came is kept, and the claim held on.
const KEPT_AT: i64 = 20;

/// How feeds are asked.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Between two questions.
    pub pause: Duration,
    /// Addresses that are not of the public internet, at which feeds may be followed, without TLS too.
    pub also: Arc<[IpAddr]>,
    /// Pages of one feed, at most.
    pub most_pages: u32,
    /// How long an answer may take, from the first question of its name to its last byte.
    pub patience: Duration,
    /// How long one feed is read before others have their turn.
    pub turn: Duration,
    /// Days after which a service is asked for by itself, though its list says nothing new.
    pub anew_days: i64,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(250),
            also: Arc::from([]),
            most_pages: 5_000,
            patience: Duration::from_mins(1),
            turn: Duration::from_mins(30),
            anew_days: 28,
        }
    }
}

impl Manners {
    /// Reads what somebody typed as the address of a feed.
    ///
    /// # Errors
    /// Why it is none.
    pub fn address(&self, typed: &str) -> Result<FeedAddress, NotAnAddress> {
        FeedAddress::parse(typed, !self.also.is_empty())
    }
}

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Followed {
    /// It is nobody's turn.
    Nobody,
    /// A feed did not answer, or had its time; it goes on later.
    Later,
    /// Another node has it by now, or somebody stopped it.
    LetGo,
    /// A pull is over.
    Ended(Ending),
}

/// Follows feeds. Cloning shares its connections.
#[derive(Clone)]
pub struct Follower {
    stewardship: Stewardship,
    clock: Arc<dyn Clock>,
    manners: Manners,
    outside: Asker,
    inside: Asker,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("manners", &self.manners).finish_non_exhaustive()
    }
}

/// What one page came to.
enum Page {
    /// It was kept; the claim knows whether anything follows.
    Kept,
    /// It goes on another time.
    Later(Trouble),
    /// Nothing of the pull is taken.
    Over(Ending, String),
}

/// An item of a page that can be kept.
struct Listed<'a> {
    id: String,
    item: &'a RawValue,
    /// It says when or where: nobody has to ask for it by itself.
    whole: bool,
}

/// Why a service that was asked for by itself is not there.
enum Absent {
    /// It is left as it was, for a reason.
    AsItWas(String),
    /// The page goes on another time.
    Later(Trouble),
    /// Nothing of the pull is taken.
    Over(Ending, String),
}

impl Follower {
    /// A follower over the directory's records.
    #[must_use]
    pub fn new(stewardship: Stewardship, clock: Arc<dyn Clock>, manners: Manners) -> Self {
        let outside = Asker::new(Arc::from([]), manners.patience);
        let inside = Asker::new(manners.also.clone(), manners.patience);
        Self { stewardship, clock, manners, outside, inside }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks; a feed outside is never let in, wherever it leads.
    async fn ask(&self, feed: &FeedAddress, address: String) -> Result<String, Trouble> {
        tokio::time::sleep(self.manners.pause).await;
        let named = feed.ip().is_some_and(|ip| self.manners.also.contains(&ip));
        let asker = if named { self.inside.clone() } else { self.outside.clone() };
        let asked = tokio::task::spawn_blocking(move || asker.ask(&address)).await;
        asked.unwrap_or_else(|_| Err(Trouble::Later("the question was broken off".to_owned(), None)))
    }

    /// Follows the feed whose turn it is, of all or `only` that one, to the end of its pull or as far as it answers.
    ///
    /// # Errors
    /// When the database fails; it goes on at the next turn.
    pub async fn follow(&self, only: Option<FeedId>, progress: impl FnMut(&Claimed)) -> Result<Followed, StoreError> {
        let Some(mut claimed) = self.stewardship.claim_feed(only, self.now()).await? else {
            return Ok(Followed::Nobody);
        };
        match self.pull(&mut claimed, progress).await {
            Err(StoreError::NotFound) => Ok(Followed::LetGo),
            // What the database will not keep must not come round for ever.
            Err(error) => {
                tracing::warn!(feed = %claimed.feed, %error, "what a feed brought could not be kept");
                let why = format!("Page {}: it could not be kept.", claimed.next_page);
                self.stewardship.put_off(&mut claimed, (None, why), self.now()).await?;
                Ok(Followed::Later)
            }
            done => done,
        }
    }

    async fn pull(&self, claimed: &mut Claimed, mut progress: impl FnMut(&Claimed)) -> Result<Followed, StoreError> {
        let Ok(address) = self.manners.address(&claimed.url) else {
            let said = vec!["Its address may not be asked any more.".to_owned()];
            self.stewardship.end_pull(claimed, Ending::Internal, said, self.now()).await?;
            return Ok(Followed::Ended(Ending::Internal));
        };
        let began = Instant::now();
        while !claimed.read_all {
            progress(claimed);
            if began.elapsed() > self.manners.turn {
                self.stewardship.let_others(claimed, self.now()).await?;
                return Ok(Followed::Later);
            }
            match self.page(claimed, &address).await? {
                Page::Kept => {}
                Page::Later(trouble) => {
                    let page = claimed.next_page;
                    let why = format!("Page {page}: {trouble}.");
                    let after = if let Trouble::Later(_, after) = trouble { after } else { None };
                    self.stewardship.put_off(claimed, (after, why), self.now()).await?;
                    tracing::warn!(feed = %claimed.feed, page, "a feed did not answer; it is asked again later");
                    return Ok(Followed::Later);
                }
                Page::Over(ending, said) => {
                    tracing::warn!(feed = %claimed.feed, ending = ending.code(), "a feed was not taken");
                    self.stewardship.end_pull(claimed, ending, vec![said], self.now()).await?;
                    return Ok(Followed::Ended(ending));
                }
            }
        }
        progress(claimed);
        let ending = self.stewardship.take_pull(claimed, || self.now()).await?;
        Ok(Followed::Ended(ending))
    }

    async fn page(&self, claimed: &mut Claimed, address: &FeedAddress) -> Result<Page, StoreError> {
        let number = claimed.next_page;
        let most = self.manners.most_pages;
        if number > most {
            return Ok(Page::Over(Ending::Endless, format!("It has more than {most} pages.")));
        }
        let text = match self.ask(address, address.page(number)).await {
            Ok(text) => text,
            // Past its last page a feed has nothing, or says so in this way.
            Err(Trouble::NotThere(_)) if number > 1 => {
                return self.ended(claimed, Claims::default(), (number, 1)).await;
            }
            Err(Trouble::NotThere(status)) => {
                return Ok(Page::Over(Ending::Refused, format!("It answers {status}.")));
            }
            Err(Trouble::Never(ending, what)) => return Ok(Page::Over(ending, format!("Page {number}: {what}"))),
            Err(later @ Trouble::Later(..)) => return Ok(Page::Later(later)),
        };
        let page = match pages::page(&text) {
            Ok(Some(page)) => page,
            Ok(None) => {
                return Ok(Page::Over(Ending::Unreadable, format!("Page {number} has no list of services.")));
            }
            Err(error) => {
                let html = text.trim_start().starts_with('<');
                let what = if html { "a web page, not data".to_owned() } else { format!("no JSON: {error}") };
                return Ok(Page::Over(Ending::Unreadable, format!("Page {number} is {what}.")));
            }
        };
        if page.items.is_empty() {
            return self.ended(claimed, page.claims, (number, 1)).await;
        }
        if page.items.len() > MOST_ON_A_PAGE {
            let what = format!("Page {number} has more than {MOST_ON_A_PAGE} services.");
            return Ok(Page::Over(Ending::TooLarge, what));
        }
        let (items, mut said) = read(number, &page.items);
        let ids: Vec<String> = items.iter().map(|listed| listed.id.clone()).collect();
        let known = self.stewardship.known(claimed, &ids).await?;
        let promised = page.claims.pages.and_then(|pages| i64::try_from(pages).ok()).unwrap_or(0);
        let (mut staged, mut requests, mut unanswered, mut fresh) = (vec![], 1, 0, 0);
        for (listed, known) in items.into_iter().zip(known) {
            if let Some(page) = known.page {
                // On this page it was kept before the pull broke off in the middle of it.
                fresh += u64::from(page == number);
                continue;
            }
            let digest = self.digest(&listed.id, listed.item);
            if known.digest.as_ref() == Some(&digest) {
                staged.push(Staged { item: listed.id, digest, body: None });
                continue;
            }
            if listed.whole {
                staged.push(Staged { item: listed.id, digest, body: Some(listed.item.get().to_owned()) });
                continue;
            }
            requests += 1;
            let absent = match self.one(address, &listed, &known).await {
                Ok(body) => {
                    staged.push(Staged { item: listed.id, digest, body: Some(body) });
                    None
                }
                Err(Absent::AsItWas(why)) => Some((listed.id, why)),
                Err(Absent::Later(Trouble::Later(why, None))) if unanswered < MOST_UNANSWERED => {
                    unanswered += 1;
                    Some((listed.id, why))
                }
                Err(Absent::Later(trouble)) => return Ok(Page::Later(trouble)),
                Err(Absent::Over(ending, what)) => return Ok(Page::Over(ending, what)),
            };
            if let Some((item, why)) = absent {
                said.push(format!("{item}: {why}; left as it was, and asked for again the next time."));
                staged.push(Staged { item, digest: String::new(), body: None });
            }
            if requests >= KEPT_AT {
                let read = ReadOn { requests, promised, ..ReadOn::default() };
                let said = std::mem::take(&mut said);
                let kept = self.stewardship.keep_page(claimed, &staged, (read, said), self.now()).await?;
                if kept.too_much {
                    return Ok(too_much());
                }
                fresh += kept.fresh;
                (staged, requests) = (vec![], 0);
            }
        }
        let read = ReadOn { requests, promised, turned: true, ..ReadOn::default() };
        let kept = self.stewardship.keep_page(claimed, &staged, (read, said), self.now()).await?;
        if kept.too_much {
            return Ok(too_much());
        }
        if fresh + kept.fresh == 0 {
            // It brings nothing new: the end, whatever it says.
            return self.ended(claimed, page.claims, (number, 0)).await;
        }
        Ok(Page::Kept)
    }

    /// The end, at page `at`, which was not there or brought nothing new: whether it is the one that was promised.
    async fn ended(
        &self,
        claimed: &mut Claimed,
        claims: Claims,
        (at, requests): (u32, i64),
    ) -> Result<Page, StoreError> {
        let cut_short = claimed.promised >= i64::from(at) && at > 1;
        let said = cut_short
            .then(|| format!("It promised {} pages, and has nothing new from page {at} on.", claimed.promised));
        let read = ReadOn { requests, last: true, cut_short, total: claims.total, ..ReadOn::default() };
        self.stewardship.keep_page(claimed, &[], (read, said.into_iter().collect()), self.now()).await?;
        Ok(Page::Kept)
    }

    /// The digest under which an item is known: it changes with what the list says, and once in a while by itself, each item on a
    /// day of its own, because times and places may change without a word of the list.
    fn digest(&self, id: &str, item: &RawValue) -> String {
        let hex = |bytes: &[u8]| {
            bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        let own_day = i64::from(Sha256::digest(id.as_bytes())[0]);
        let period = (self.now().as_second() / (24 * 60 * 60) + own_day) / self.manners.anew_days.max(1);
        format!("{}/{period}", hex(&Sha256::digest(item.get().as_bytes())))
    }

    /// A service by itself, as text.
    async fn one(&self, address: &FeedAddress, listed: &Listed<'_>, known: &Known) -> Result<String, Absent> {
        let as_it_was = |why: &str| Err(Absent::AsItWas(why.to_owned()));
        match self.ask(address, address.service(&listed.id)).await {
            Ok(text) if text.len() > LARGEST => as_it_was("it is larger than any entry"),
            Ok(text) => match serde_json::from_str::<Value>(&text) {
                Ok(whole) if pages::id_of(&whole).as_ref() == Some(&listed.id) => Ok(text),
                Ok(_) => as_it_was("it answers with another service"),
                Err(_) => as_it_was("it answers with no service"),
            },
            // It has no page of its own: what the list says is all there is, unless more was known.
            Err(Trouble::NotThere(_)) if known.digest.is_none() => Ok(listed.item.get().to_owned()),
            Err(Trouble::NotThere(status)) => as_it_was(&format!("it answers {status}")),
            Err(Trouble::Never(Ending::Internal, what)) => Err(Absent::Over(Ending::Internal, what)),
            Err(Trouble::Never(_, what)) => as_it_was(what.trim_end_matches('.')),
            Err(later @ Trouble::Later(..)) => Err(Absent::Later(later)),
        }
    }
}

fn too_much() -> Page {
    Page::Over(Ending::Endless, "It has brought more than any directory has.".to_owned())
}

/// The items of a page that can be kept; and what is said of the others.
fn read<'a>(number: u32, items: &[&'a RawValue]) -> (Vec<Listed<'a>>, Vec<String>) {
    let (mut kept, mut said) = (vec![], vec![]);
    for (at, item) in (1_usize..).zip(items) {
        let read = if item.get().len() > LARGEST {
            Err("it is larger than any entry")
        } else {
            let read = serde_json::from_str::<Value>(item.get()).ok();
            let with_id = read.and_then(|item| Some((pages::id_of(&item)?, pages::is_whole(&item))));
            with_id.ok_or("it has no id that can be kept")
        };
        match read {
            Ok((id, whole)) => kept.push(Listed { id, item, whole }),
            Err(why) => said.push(format!("Page {number}, {at}: {why}; left out.")),
        }
    }
    (kept, said)
}
