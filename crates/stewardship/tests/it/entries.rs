//! Entries: what was changed here stands, every version is kept, a link changes its own entry alone.

use fingerpost_directory::edit::{BY_HAND, NewEntry, Wrong, ended, open_again, places, rest};
use fingerpost_directory::facts::{Facts, Room};
use fingerpost_directory::overlay::Changed;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::text::Line;
use fingerpost_policy::SearchDirectory;
use fingerpost_stewardship::{ByWhom, Gap, Settled};
use fingerpost_store::testing::{Village, on_both, start};
use fingerpost_store::{LiveLink, Store, StoreError};
use jiff::SignedDuration;
use serde_json::json;

use super::{begun, choir, import, shown, steward};

fn words(text: &str) -> Vec<Changed> {
    vec![("description".to_owned(), Some(json!(text)))]
}

async fn link(store: &Store, token: &str) -> LiveLink {
    store.live_link(token, start()).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_was_changed_here_stands_over_the_next_pull_and_the_rest_follows_the_source() {
    on_both(async |store| {
        let (village, stewardship, id) = begun(store).await;
        let ctx = steward(&village);
        stewardship.mend(&ctx, id, &words("Singing and tea"), true).await.unwrap();
        let seq = shown(store, id).await.seq;
        import(store, choir(json!({}))).await;
        assert_eq!(shown(store, id).await.seq, seq, "the source said nothing new");
        import(store, choir(json!({ "description": "Singing on Mondays", "url": "https://choir.example" }))).await;
        let now = shown(store, id).await;
        assert_eq!(now.service.description.as_deref(), Some("Singing and tea"));
        assert_eq!(now.service.url.as_deref(), Some("https://choir.example"));
        assert_eq!(now.standing.confirmed_on, Some(day_of(start())));
        let (_, fields, versions) = stewardship.history(&ctx, id).await.unwrap();
        assert_eq!((fields.len(), fields[0].field.as_str(), fields[0].by), (1, "description", ByWhom::Steward));
        let ended: Vec<&str> = versions.iter().map(|version| version.ended_by.as_str()).collect();
        assert_eq!(ended, ["source", "steward"], "both earlier versions are kept");
        stewardship.restore(&ctx, id, versions[1].seq).await.unwrap();
        let back = shown(store, id).await.service;
        assert_eq!(
            (back.description.as_deref(), back.url),
            (Some("Singing"), None),
            "as it was before anybody mended it"
        );
        assert!(matches!(stewardship.restore(&ctx, id, 999).await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_group_keeps_its_own_entry_through_its_link_until_that_ends() {
    on_both(async |store| {
        let (village, stewardship, id) = begun(store).await;
        let ctx = steward(&village);
        assert!(stewardship.ask_group(&ctx, id).await.unwrap() && stewardship.ask_group(&ctx, id).await.unwrap());
        let messages = store.claim_messages(10, start()).await.unwrap();
        assert_eq!((messages.len(), messages[0].addressee.email()), (1, "choir@example.org"), "once a day");
        let token = stewardship.mint_entry_link(&messages[0].tenant, &messages[0].subject, start()).await.unwrap();
        let group = link(store, &token).await;
        assert_eq!(stewardship.entry_behind(&group).await.unwrap().id, id);
        assert_eq!(shown(store, id).await.standing.confirmed_on, None, "a look confirms nothing");
        stewardship.group_says(&group, &[], start()).await.unwrap();
        assert_eq!(shown(store, id).await.standing.confirmed_on, Some(day_of(start())));
        stewardship.group_says(&group, &[places("0", day_of(start())).unwrap()], start()).await.unwrap();
        assert_eq!(Facts::of(&shown(store, id).await.service).conditions.room, Room::Full);
        let august = rest(None, "Closed for August", day_of(start())).unwrap();
        stewardship.group_says(&group, &august, start()).await.unwrap();
        assert!(shown(store, id).await.service.is_resting());
        stewardship.group_says(&group, &open_again(), start()).await.unwrap();
        let open = shown(store, id).await.service;
        assert!(open.is_open() && open.alert.is_none());
        // A letter in the post goes on working beside a newer one; a link of another kind opens nothing here.
        let letter = stewardship.letter_link(&ctx, id).await.unwrap();
        assert!(store.live_link(&token, start()).await.unwrap().is_some());
        stewardship.group_says(&group, &ended(), start()).await.unwrap();
        assert!(!shown(store, id).await.service.is_open());
        let newer = link(store, &letter).await;
        let other = LiveLink { scope: fingerpost_store::LinkScope::AskForHelp, ..newer.clone() };
        assert!(matches!(stewardship.group_says(&other, &[], start()).await, Err(StoreError::NotFound)));
        let late = start() + SignedDuration::from_hours(24 * 91);
        assert!(store.live_link(&letter, late).await.unwrap().is_none());
        assert!(matches!(stewardship.group_says(&newer, &[], late).await, Err(StoreError::NotFound)));
        import(store, choir(json!({ "email": "" }))).await;
        assert!(!stewardship.ask_group(&ctx, id).await.unwrap(), "nobody to write to");
    })
    .await;
}

#[tokio::test]
async fn reports_are_taken_up_to_a_number_and_settled_together() {
    on_both(async |store| {
        let (village, stewardship, id) = begun(store).await;
        let note = Line::parse("It is on Mondays").unwrap();
        for _ in 0..20 {
            assert!(stewardship.report(id, (Wrong::Time, note.as_ref()), start()).await.unwrap());
        }
        assert!(!stewardship.report(id, (Wrong::Time, None), start()).await.unwrap(), "more say nothing new");
        assert_eq!(shown(store, id).await.standing.open_reports, 20);
        let ctx = steward(&village);
        let list = stewardship.to_mend(&ctx).await.unwrap();
        assert_eq!((list.len(), list[0].stored.id), (1, id));
        assert_eq!(stewardship.reports(&ctx, id).await.unwrap()[0].note.as_deref(), Some("It is on Mondays"));
        let before = start() - SignedDuration::from_secs(1);
        stewardship.settle(&ctx, id, (Settled::Right, before)).await.unwrap();
        assert_eq!(shown(store, id).await.standing.open_reports, 20, "what came after the page was drawn stays");
        stewardship.settle(&ctx, id, (Settled::Mended, start())).await.unwrap();
        assert_eq!(shown(store, id).await.standing.open_reports, 0);
        assert!(stewardship.to_mend(&ctx).await.unwrap().is_empty());
        assert!(!stewardship.reports(&ctx, id).await.unwrap()[0].open);
    })
    .await;
}

#[tokio::test]
async fn a_refuge_is_held_back_until_a_steward_looked_and_stays_as_they_said() {
    on_both(async |store| {
        let (village, stewardship, id) = begun(store).await;
        let refuge = |more: serde_json::Value| {
            let mut body = json!({ "id": "oak", "name": "Oak House refuge" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value::<fingerpost_directory::hsds::Service>(body).unwrap().settled("test").unwrap()
        };
        import(store, refuge(json!({}))).await;
        let oak = store.entries().after(1, 5).await.unwrap()[0].id;
        assert!(shown(store, oak).await.standing.withheld && !shown(store, id).await.standing.withheld);
        let ctx = steward(&village);
        assert_eq!(stewardship.to_mend(&ctx).await.unwrap()[0].stored.id, oak);
        stewardship.release(&ctx, oak, true).await.unwrap();
        import(store, refuge(json!({ "description": "New words" }))).await;
        assert!(!shown(store, oak).await.standing.withheld, "a steward looked at it");
        stewardship.release(&ctx, oak, false).await.unwrap();
        assert!(shown(store, oak).await.standing.withheld);
        let steward_withholds = refuge(json!({ "name": "Oak House", "description": "Quiet." }));
        import(store, steward_withholds).await;
        assert!(shown(store, oak).await.standing.withheld, "new words of the source release nothing");
        let confidential = vec![("description".to_owned(), Some(json!("At a confidential location")))];
        stewardship.mend(&ctx, id, &confidential, false).await.unwrap();
        assert!(shown(store, id).await.standing.withheld, "nor does it matter who wrote them");
        // A choir that becomes a refuge is held back with the change.
        import(store, choir(json!({ "name": "Tannery Women\u{2019}s Aid" }))).await;
        assert!(shown(store, id).await.standing.withheld);
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_counted_where_it_was_looked_for() {
    on_both(async |store| {
        let (village, stewardship, _) = begun(store).await;
        let gap = |words: &str| Gap {
            why: fingerpost_directory::edit::Missing::NotFound,
            words: Line::parse(words).unwrap(),
            need: None,
            place: None,
            days: Some("TU".into()),
            language: None,
        };
        let here = Village::ctx::<SearchDirectory>(&village.worker, &village.scheme, start());
        let there = Village::ctx::<SearchDirectory>(&village.gp, &village.practice, start());
        for words in ["Daytime choir", "daytime  CHOIR", "Furniture"] {
            stewardship.record_gap(&here, &gap(words)).await.unwrap();
        }
        let all = stewardship.gaps(&here).await.unwrap();
        assert_eq!((all.len(), all[0].times, all[0].words.as_deref()), (2, 2, Some("daytime choir")));
        assert!(stewardship.gaps(&there).await.unwrap().is_empty());
        stewardship.sweep_gaps(start()).await.unwrap();
        assert_eq!(stewardship.gaps(&here).await.unwrap().len(), 2);
        stewardship.sweep_gaps(start() + SignedDuration::from_hours(24 * 366)).await.unwrap();
        assert!(stewardship.gaps(&here).await.unwrap().is_empty(), "nothing is kept longer than it is shown");
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_is_added_is_found_confirmed_and_kept_like_any_other() {
    on_both(async |store| {
        let (village, stewardship, _) = begun(store).await;
        let ctx = steward(&village);
        let typed = NewEntry { name: "Bench by bench".into(), town: "Wexley".into(), ..NewEntry::default() };
        let before = store.entries().seq().await.unwrap();
        let id = stewardship.add(&ctx, &typed.entry("own-1", None).unwrap()).await.unwrap();
        let now = shown(store, id).await;
        assert_eq!((now.service.name.as_str(), now.source.as_str()), ("Bench by bench", BY_HAND));
        assert_eq!(now.standing.confirmed_on, Some(day_of(start())));
        assert!(store.entries().after(before, 9).await.unwrap().iter().any(|one| one.id == id), "the index follows");
        stewardship.mend(&ctx, id, &words("A bench for everybody"), false).await.unwrap();
        assert_eq!(shown(store, id).await.service.description.as_deref(), Some("A bench for everybody"));
        let another = stewardship.add(&ctx, &typed.entry("own-2", None).unwrap()).await.unwrap();
        assert_ne!(id, another, "two groups may have one name");
        let hidden = NewEntry { name: "Women's refuge".into(), ..NewEntry::default() };
        let hidden = stewardship.add(&ctx, &hidden.entry("own-3", None).unwrap()).await.unwrap();
        assert!(shown(store, hidden).await.standing.withheld, "what may be a confidential place is held back");
    })
    .await;
}
