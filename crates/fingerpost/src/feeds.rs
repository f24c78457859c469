//! `fingerpost feed`: feeds added, pulled and listed from a shell.

use std::io::IsTerminal;

use anyhow::{Context, anyhow, bail};
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::TenantId;
use fingerpost_feeds::{Followed, Follower, Manners};
use fingerpost_stewardship::{Claimed, Feed as KnownFeed, NewFeed, Pull, Source, Stewardship};
use fingerpost_store::{Act, Entry, Resource, Store, StoreError};

use crate::ambient;
use crate::cli::Feed;

fn told(feed: &KnownFeed, pull: &Pull) {
    match pull.ending {
        Some(ending) => println!("  {}", ending.label()),
        None if feed.failures > 0 => {
            println!("  It did not answer. It is asked again, from page {} on", pull.next_page)
        }
        None => println!("  It is being read: page {}", pull.next_page),
    }
    println!(
        "  {} services listed: {} added, {} changed, {} unchanged, {} refused; {} not listed any more, {} left the search; {} questions asked.",
        pull.listed, pull.added, pull.changed, pull.unchanged, pull.refused, pull.missing, pull.left_out, pull.requests
    );
    for note in &pull.notes {
        println!("  - {note}");
    }
}

async fn by_name(stewardship: &Stewardship, source: &str) -> anyhow::Result<KnownFeed> {
    let found = stewardship.feeds().await?.into_iter().find(|feed| feed.source.name == source);
    found.with_context(|| format!("{source}: no feed has that name; `fingerpost feed list` has them"))
}

pub(crate) async fn run(store: &Store, manners: Manners, what: Feed, now: Timestamp) -> anyhow::Result<()> {
    let stewardship = Stewardship::over(store.clone());
    let entry = |act| Entry::system(TenantId::main(), act, Resource::Directory);
    match what {
        Feed::Add { address, source, every, licence, attribution, republish } => {
            let address = manners.address(&address).map_err(|error| anyhow!("{error}"))?;
            let source = Source { name: source.trim().to_owned(), licence, attribution, republish };
            let new = NewFeed { source, address, every_hours: every };
            match stewardship.add_feed(&new, entry(Act::Create), now).await {
                Err(StoreError::AlreadyThere) => bail!("{}: this source has a feed already", new.source.name),
                added => added?,
            };
            println!(
                "{} is followed. Its first pull is due now: `fingerpost feed pull`, or a server does it.",
                new.source.name
            );
        }
        Feed::Pull { source, trust } => {
            let only = match &source {
                Some(source) => {
                    let feed = by_name(&stewardship, source).await?;
                    stewardship.pull_now(feed.id, trust, entry(Act::Change), now).await?;
                    Some(feed.id)
                }
                None => None,
            };
            let follower = Follower::new(stewardship.clone(), ambient::clock(), manners);
            let shown = std::io::stderr().is_terminal();
            let mut any = false;
            let told = |at: &Claimed| {
                if shown {
                    eprint!("\r{}: page {}  ", at.source, at.next_page);
                }
            };
            while follower.follow(only, told).await? != Followed::Nobody {
                any = true;
            }
            if shown && any {
                eprintln!();
            }
            if !any {
                println!("No feed is due.");
            }
            list(&stewardship, source.as_deref()).await?;
        }
        Feed::List => list(&stewardship, None).await?,
    }
    Ok(())
}

async fn list(stewardship: &Stewardship, only: Option<&str>) -> anyhow::Result<()> {
    let feeds = stewardship.feeds().await?;
    if feeds.is_empty() {
        println!("No feed is followed. `fingerpost feed add ADDRESS --source NAME` follows one.");
    }
    for feed in feeds.into_iter().filter(|feed| only.is_none_or(|only| only == feed.source.name)) {
        let how = if feed.paused {
            "paused".to_owned()
        } else {
            format!("every {} hours, next {}", feed.every_hours, feed.next_at.strftime("%-d %B %Y %H:%M UTC"))
        };
        println!("{}: {} ({how})", feed.source.name, feed.url);
        // With what was strange about the newest pull.
        let (feed, pulls) = stewardship.feed(feed.id).await?;
        match pulls.first() {
            Some(pull) => told(&feed, pull),
            None => println!("  Not pulled yet."),
        }
    }
    Ok(())
}
