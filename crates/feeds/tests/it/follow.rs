//! A feed that behaves: read politely, taken once, and followed.

use fingerpost_directory::feed::Ending;
use fingerpost_domain::calendar::day_of;
use fingerpost_feeds::Followed;
use fingerpost_store::testing::{Village, on_both, start};
use serde_json::json;

use super::Following;
use super::server::{Behaviour, Server, service};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_is_read_whole_and_the_next_time_only_what_changed_is_asked_for() {
    on_both(async |store| {
        let server = Server::of(25).await;
        let following = Following::of(store, &server.url).await;
        let (ending, pull) = following.pull().await;
        assert_eq!(
            (ending, pull.listed, pull.added, pull.refused),
            (Some(Ending::Taken), 25, 25, 0),
            "{:?}",
            pull.notes
        );
        assert_eq!(server.asked(), (4, 25), "three pages, the empty one after them, and each service by itself");
        let first = &following.directory().await[0];
        assert_eq!((first.service.schedules.len(), first.source.as_str()), (1, super::SOURCE));

        let seq = store.entries().seq().await.unwrap();
        let (_, again) = following.pull().await;
        assert_eq!((again.unchanged, again.added, again.changed, again.missing), (25, 0, 0, 0));
        assert_eq!(server.asked(), (4, 0), "nothing changed: nothing is asked for by itself");
        assert_eq!(store.entries().seq().await.unwrap(), seq, "and no index has anything to read");

        server.with(|feed| {
            feed.services[3]["description"] = json!("<p>Tea &amp; cake</p><script>alert(1)</script>");
            feed.services.push(service(25));
        });
        let (_, third) = following.pull().await;
        assert_eq!((third.changed, third.added, third.unchanged), (1, 1, 24));
        assert_eq!(server.asked().1, 2);
        let words = following.directory().await[3].service.description.clone();
        assert_eq!(words.as_deref(), Some("Tea & cake"), "words, not markup");
        assert_eq!(following.follow().await, Followed::Nobody, "it is nobody's turn before tomorrow");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_mended_here_stands_over_the_next_pull() {
    on_both(async |store| {
        let server = Server::of(3).await;
        let following = Following::of(store, &server.url).await;
        following.pull().await;
        let village = Village::build(store, &fingerpost_domain::id::TenantId::main(), "T").await;
        let id = following.directory().await[1].id;
        let ctx = Village::ctx(&village.steward, &village.scheme, start());
        let mended = [("description".to_owned(), Some(json!("Coffee and talk")))];
        following.stewardship.mend(&ctx, id, &mended, true).await.unwrap();
        server.with(|feed| {
            feed.services[1]["description"] = json!("Only tea");
            feed.services[1]["url"] = json!("https://group.example");
        });
        let (_, pull) = following.pull().await;
        assert_eq!(pull.changed, 1);
        let now = store.entries().one(id).await.unwrap().service;
        assert_eq!(
            (now.description.as_deref(), now.url.as_deref()),
            (Some("Coffee and talk"), Some("https://group.example"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn version_one_is_followed_as_well_and_a_wrong_total_is_only_noted() {
    on_both(async |store| {
        let server = Server::of(12).await;
        server.with(|feed| (feed.old, feed.claims) = (true, Some(3)));
        let following = Following::of(store, &server.url).await;
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.listed, pull.added), (Some(Ending::Taken), 12, 12));
        assert_eq!(pull.notes, ["It says that it has 3 services, and lists 12."]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_out_twice_leaves_the_search_and_comes_back_with_its_source() {
    on_both(async |store| {
        let server = Server::of(30).await;
        let following = Following::of(store, &server.url).await;
        following.pull().await;
        server.with(|feed| drop(feed.services.remove(4)));
        let (_, once) = following.pull().await;
        assert_eq!((once.missing, once.left_out), (1, 0), "once may be an accident");
        let (_, twice) = following.pull().await;
        assert_eq!((twice.missing, twice.left_out), (1, 1));
        let today = day_of(following.later(0));
        let gone = following.directory().await[4].clone();
        assert_eq!((gone.service.name.as_str(), gone.standing.left_on), ("Group 004", Some(today)));
        assert!(gone.standing.has_expired(Some(today), today), "it is found no more, and its history stays");
        let (_, thrice) = following.pull().await;
        assert_eq!(thrice.left_out, 0, "it leaves once");
        server.with(|feed| feed.services.push(service(4)));
        following.pull().await;
        assert_eq!(following.directory().await[4].standing.left_on, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_lost_most_of_its_entries_or_renamed_all_of_them_changes_nothing_by_itself() {
    on_both(async |store| {
        let server = Server::of(30).await;
        let following = Following::of(store, &server.url).await;
        following.pull().await;
        let all = server_services(&server);
        server.with(|feed| feed.services.truncate(12));
        for _ in 0..3 {
            let (ending, pull) = following.pull().await;
            assert_eq!((ending, pull.missing, pull.left_out), (Some(Ending::Shrunk), 18, 0));
        }
        assert!(following.directory().await.iter().all(|stored| stored.standing.left_on.is_none()));

        server.with(|feed| feed.services = all);
        following.pull().await;
        server.with(|feed| feed.services = (100..130).map(service).collect());
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.added), (Some(Ending::IdsChanged), 0));
        assert_eq!(following.directory().await.len(), 30, "nothing stands there twice");
        let now = following.later(1);
        following.stewardship.pull_now(following.feed, true, super::entry(), now).await.unwrap();
        assert_eq!(following.follow().await, Followed::Ended(Ending::Taken));
        assert_eq!(following.directory().await.len(), 60);
        let (_, after) = following.pull().await;
        assert_eq!(
            (after.added, after.left_out),
            (0, 30),
            "those of before leave with the second pull that does not list them"
        );
    })
    .await;
}

fn server_services(server: &Server) -> Vec<serde_json::Value> {
    let mut all = vec![];
    server.with(|feed| all.clone_from(&feed.services));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_that_breaks_off_goes_on_where_it_was() {
    on_both(async |store| {
        let server = Server::of(35).await;
        server.will(Behaviour::Status(503, Some(600)), 3);
        let following = Following::of(store, &server.url).await;
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.next_page, pull.listed, pull.ended_at), (None, 3, 20, None));
        assert_eq!(following.names().await.len(), 0, "nothing is taken before all of it was read");
        assert_eq!(server.asked(), (3, 20));
        assert_eq!(following.follow().await, Followed::Nobody, "it said when to come again");
        server.will(Behaviour::Well, 1);
        following.later(1);
        assert_eq!(following.follow().await, Followed::Ended(Ending::Taken));
        assert_eq!(server.asked(), (3, 15), "pages one and two were not asked for again");
        let pull = following.last().await;
        assert_eq!((pull.added, pull.listed), (35, 35));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_comes_to_the_same() {
    on_both(async |store| {
        let server = Server::of(60).await;
        let following = Following::of(store, &server.url).await;
        following.later(25);
        let mut kills = 0;
        loop {
            // A claim of the dead runs out.
            following.later(1);
            let patience = std::time::Duration::from_millis(3 + 2 * kills);
            match tokio::time::timeout(patience, following.follower.follow(None, |_| ())).await {
                Ok(Ok(Followed::Ended(Ending::Taken))) => break,
                Ok(Err(error)) => panic!("{error}"),
                _ => kills += 1,
            }
            assert!(kills < 500, "it never ends: {:?}", following.last().await);
        }
        assert!(kills > 2, "it was killed");
        let names = following.names().await;
        assert_eq!(names, (0..60).map(|number| format!("Group {number:03}")).collect::<Vec<_>>());
        // Killed between its end and the news of it, the next one finds everything as it is.
        let pulls = following.stewardship.feed(following.feed).await.unwrap().1;
        assert_eq!(pulls.iter().map(|pull| (pull.added, pull.changed)).max(), Some((60, 0)), "each once: {pulls:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_the_work() {
    on_both(async |store| {
        let server = Server::of(20).await;
        let following = Following::of(store, &server.url).await;
        following.later(25);
        let (one, other) = tokio::join!(following.follow(), following.follow());
        let mut endings = [one, other];
        endings.sort_unstable();
        assert_eq!(endings, [Followed::Nobody, Followed::Ended(Ending::Taken)]);
        assert_eq!(server.asked(), (3, 20));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_list_does_not_show_is_asked_for_once_in_a_while_all_the_same() {
    on_both(async |store| {
        let server = Server::of(12).await;
        let following = Following::of(store, &server.url).await;
        following.pull().await;
        server.asked();
        server.with(|feed| feed.services[5]["schedules"][0]["opens_at"] = json!("16:00"));
        let (_, unseen) = following.pull().await;
        assert_eq!((unseen.changed, server.asked().1), (0, 0), "the list says nothing new");
        let weekly = fingerpost_feeds::Manners { anew_days: 7, ..super::manners() };
        let clock = std::sync::Arc::new(following.clock.clone());
        let follower = fingerpost_feeds::Follower::new(following.stewardship.clone(), clock, weekly);
        let (mut asked, mut changed) = (vec![], 0);
        for _ in 0..8 {
            following.later(24);
            assert_eq!(follower.follow(None, |_| ()).await.unwrap(), Followed::Ended(Ending::Taken));
            asked.push(server.asked().1);
            changed += following.last().await.changed;
        }
        assert_eq!(changed, 1, "the new time has arrived");
        let after_the_first: u32 = asked[1..].iter().sum();
        assert_eq!(after_the_first, 12, "each once in seven days: {asked:?}");
        assert!(asked[1..].iter().all(|each| *each < 12), "each on a day of its own: {asked:?}");
    })
    .await;
}
