//! Feeds that lie, loop, flood, change or lead elsewhere: reported, bounded, and the directory stays.

use std::sync::Arc;

use fingerpost_directory::feed::Ending;
use fingerpost_feeds::{Followed, Follower, Manners};
use fingerpost_store::testing::on_both;
use serde_json::json;

use super::Following;
use super::server::{Behaviour, Server, service};

/// A web page, as a gateway shows it that has nothing behind it.
const HTML: &[u8] = b"<!doctype html><title>Sign in</title>";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_it_answers_the_directory_stays() {
    on_both(async |store| {
        let server = Server::of(25).await;
        let following = Following::of(store, &server.url).await;
        following.pull().await;
        let before = following.directory().await;
        let elsewhere = server.url.replace("127.0.0.1", "127.0.0.2");
        let cases = [
            (Behaviour::Bytes(HTML.to_vec()), Ending::Unreadable),
            (Behaviour::Bytes(b"{\"error\": \"no\"}".to_vec()), Ending::Unreadable),
            (
                Behaviour::Bytes(b"{\"contents\": [{\"id\": \"1\", \"name\": \"\xff\xfe\"}]}".to_vec()),
                Ending::Unreadable,
            ),
            (Behaviour::Bytes(vec![b'['; 1_000_000]), Ending::Unreadable),
            (Behaviour::Bytes(format!("[{}0]", "0,".repeat(1_000_000)).into_bytes()), Ending::TooLarge),
            (Behaviour::Flood, Ending::TooLarge),
            (Behaviour::Status(403, None), Ending::Refused),
            (Behaviour::Status(404, None), Ending::Refused),
            (Behaviour::Endless, Ending::Endless),
            (Behaviour::Redirects("/api/services".to_owned()), Ending::Refused),
            (Behaviour::Redirects(format!("{elsewhere}/services")), Ending::Internal),
            (Behaviour::Redirects("http://169.254.169.254/latest/meta-data".to_owned()), Ending::Internal),
            (Behaviour::Redirects("file:///etc/passwd".to_owned()), Ending::Refused),
            (Behaviour::Bytes(b"{\"contents\": []}".to_vec()), Ending::Empty),
        ];
        for (behaviour, expected) in cases {
            server.will(behaviour.clone(), 1);
            let (ending, pull) = following.pull().await;
            assert_eq!(ending, Some(expected), "{behaviour:.60?}: {:?}", pull.notes);
            assert!(expected == Ending::Empty || !pull.notes.is_empty(), "{behaviour:.60?} says why");
            assert_eq!(following.directory().await, before, "{behaviour:.60?}");
        }
        server.will(Behaviour::Well, 1);
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.unchanged), (Some(Ending::Taken), 25), "and it goes on when the feed is well again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_repeats_itself_or_breaks_off_is_read_as_far_as_it_goes() {
    on_both(async |store| {
        let server = Server::of(25).await;
        let following = Following::of(store, &server.url).await;
        server.will(Behaviour::Loops, 1);
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.listed, pull.cut_short), (Some(Ending::Taken), 10, true));
        assert_eq!(
            pull.notes,
            [
                "It promised 3 pages, and has nothing new from page 2 on.",
                "It says that it has 25 services, and lists 10."
            ]
        );
        server.will(Behaviour::Well, 1);
        following.pull().await;
        server.will(Behaviour::BreaksOff, 3);
        for _ in 0..3 {
            let (ending, pull) = following.pull().await;
            assert_eq!((ending, pull.cut_short, pull.left_out), (Some(Ending::Taken), true, 0), "{:?}", pull.notes);
        }
        assert_eq!(following.names().await.len(), 25);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_broken_service_does_not_keep_the_others_and_is_asked_for_again() {
    on_both(async |store| {
        let server = Server::of(5).await;
        let id = |number: usize| service(number)["id"].as_str().unwrap().to_owned();
        server.with(|feed| {
            feed.broken = vec![id(2)];
            feed.services[3]["name"] = json!("  ");
            feed.services[4]["service_at_locations"] =
                json!([{ "id": "x", "location": { "id": "y", "latitude": 151.2, "longitude": -33.8 } }]);
        });
        let following = Following::of(store, &server.url).await;
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.added, pull.refused), (Some(Ending::Taken), 3, 1));
        let said = pull.notes.join("\n");
        assert!(
            said.contains("asked for again") && said.contains("it has no name") && said.contains("not on the earth"),
            "{said}"
        );
        server.asked();
        server.with(|feed| feed.broken.clear());
        let (_, pull) = following.pull().await;
        assert_eq!(
            (pull.added, server.asked().1),
            (1, 2),
            "the broken one is asked for again, and the one without a name"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_gives_up_after_five_times_and_begins_anew_the_next_day() {
    on_both(async |store| {
        let server = Server::of(15).await;
        let following = Following::of(store, &server.url).await;
        server.will(Behaviour::Status(500, None), 2);
        for attempt in 1..=5 {
            following.later(7);
            assert_eq!(following.follow().await, Followed::Later, "{attempt}");
        }
        let given_up = following.last().await;
        assert_eq!(given_up.ending, Some(Ending::Unreachable));
        assert_eq!(following.names().await.len(), 0);
        server.will(Behaviour::Well, 1);
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.added), (Some(Ending::Taken), 15));
        assert_ne!(pull.id, given_up.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_inside_is_never_asked() {
    on_both(async |store| {
        let server = Server::of(5).await;
        let following = Following::of(store, &server.url).await;
        // The same feed, for an operator who named no address inside.
        let strict = Manners { also: Arc::from([]), ..super::manners() };
        let follower = Follower::new(following.stewardship.clone(), Arc::new(following.clock.clone()), strict.clone());
        following.later(25);
        assert_eq!(follower.follow(None, |_| ()).await.unwrap(), Followed::Ended(Ending::Internal));
        assert_eq!(server.asked(), (0, 0));
        for name in [
            "https://localhost:1/api",
            "https://[::1]:1/api",
            "https://2130706433/api",
            "https://0x7f.1/",
            "https://[::ffff:10.0.0.1]/",
        ] {
            let other = Following::named(store, name).await;
            other.later(25);
            let follower = Follower::new(other.stewardship.clone(), Arc::new(other.clock.clone()), strict.clone());
            assert_eq!(follower.follow(None, |_| ()).await.unwrap(), Followed::Ended(Ending::Internal), "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_keeps_the_line_open_is_left_and_asked_again_later() {
    on_both(async |store| {
        let server = Server::of(5).await;
        let following = Following::of(store, &server.url).await;
        let hasty = Manners { patience: std::time::Duration::from_millis(400), ..super::manners() };
        let follower = Follower::new(following.stewardship.clone(), Arc::new(following.clock.clone()), hasty);
        for behaviour in [Behaviour::Silent, Behaviour::Drips] {
            server.will(behaviour.clone(), 1);
            following.later(25);
            assert_eq!(follower.follow(None, |_| ()).await.unwrap(), Followed::Later, "{behaviour:?}");
            let pull = following.last().await;
            assert_eq!((pull.ended_at, pull.next_page), (None, 1), "{behaviour:?}");
        }
        server.will(Behaviour::Well, 1);
        following.later(25);
        assert_eq!(following.follow().await, Followed::Ended(Ending::Taken));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_and_entries_that_cannot_be_kept_are_left_out_and_what_is_said_of_them_is_short() {
    on_both(async |store| {
        let server = Server::of(3).await;
        let following = Following::of(store, &server.url).await;
        let mut page = vec![service(1)];
        for odd in [json!("a\u{0}b"), json!("\u{1b}[2J"), json!("x".repeat(100_000)), json!(null)] {
            page.push(json!({ "id": odd, "name": "Odd" }));
        }
        page.push(json!({ "id": "large", "name": "Large", "description": "y".repeat(300_000) }));
        page.push(
            json!({ "id": "wrong", "name": "Wrong", "schedules": [{ "id": "s", "byday": ["z".repeat(1_000)] }] }),
        );
        server.will(Behaviour::Bytes(json!({ "contents": page }).to_string().into_bytes()), 1);
        let (ending, pull) = following.pull().await;
        assert_eq!((ending, pull.listed, pull.added, pull.refused), (Some(Ending::Taken), 2, 1, 1), "{:?}", pull.notes);
        assert_eq!(pull.notes.iter().filter(|note| note.starts_with("Page 1,")).count(), 5, "{:?}", pull.notes);
        assert!(pull.notes.iter().all(|note| note.chars().count() <= 300 && !note.contains(char::is_control)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_was_lost_changes_nothing_and_a_feed_that_is_stopped_is_let_go() {
    on_both(async |store| {
        let server = Server::of(25).await;
        let following = Following::of(store, &server.url).await;
        let mut lost = following.stewardship.claim_feed(None, following.later(25)).await.unwrap().unwrap();
        // Its time is over: another node has it, and reads on.
        following.later(1);
        server.will(Behaviour::Status(503, None), 3);
        assert_eq!(following.follow().await, Followed::Later);
        let now = following.later(0);
        let refused = following.stewardship.end_pull(&mut lost, Ending::Unreadable, vec![], now).await;
        assert!(matches!(refused, Err(fingerpost_store::StoreError::NotFound)));
        assert_eq!(following.last().await.ended_at, None, "what was read is still there");
        let village =
            fingerpost_store::testing::Village::build(store, &fingerpost_domain::id::TenantId::main(), "T").await;
        let ctx = fingerpost_store::testing::Village::ctx(&village.steward, &village.scheme, now);
        following.later(7);
        let mut held = following.stewardship.claim_feed(None, following.later(0)).await.unwrap().unwrap();
        let (feed, _) = following.stewardship.feed(following.feed).await.unwrap();
        following.stewardship.keep_feed(&ctx, following.feed, (&feed.source, &feed.url, 24, true)).await.unwrap();
        let stopped = following.stewardship.put_off(&mut held, (None, "late".to_owned()), following.later(0)).await;
        assert!(matches!(stopped, Err(fingerpost_store::StoreError::NotFound)), "nobody reads it any more");
        server.will(Behaviour::Well, 1);
        following.stewardship.pull_now(following.feed, false, super::entry(), following.later(1)).await.unwrap();
        assert_eq!(following.follow().await, Followed::Ended(Ending::Taken), "and it goes on where it was");
        assert_eq!(following.names().await.len(), 25);
    })
    .await;
}
