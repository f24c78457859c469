//! Entries of one service: joined, shown as one, taken apart, and nothing lost by it.

use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::ServiceId;
use fingerpost_entries::joined::JoinedBy;
use fingerpost_stewardship::{Compared, Comparing, Stewardship};
use fingerpost_store::testing::{on_both, start};
use fingerpost_store::{Store, StoreError};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{begun, import, shown, steward};

/// The choir as another directory has it.
fn twin(source: &str, more: Value) -> Service {
    let mut body = json!({ "id": format!("{source}-1"), "name": "Tannery Community Choir", "description": "Singing for anyone", "status": "active",
        "email": "choir@example.org", "phones": [{ "id": "", "number": "01632 960 371" }], "assured_date": "2026-10-01" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value::<Service>(body).unwrap().settled(source).unwrap()
}

/// An entry that comes later: the first one here leads.
async fn from(store: &Store, source: &str, service: Service) -> ServiceId {
    let before = store.entries().seq().await.unwrap();
    let later = start() + SignedDuration::from_mins(1);
    store.import_services(&[service], (source, 1, 0), (later, false), |_, _| {}).await.unwrap();
    store.entries().after(before, 1).await.unwrap()[0].id
}

/// What each source says of the choir, as far as the comparison goes.
async fn compare(stewardship: &Stewardship) -> Compared {
    stewardship.compare(&mut Comparing::default(), start).await.unwrap()
}

/// A directory of some size, so that words tell something.
async fn others(store: &Store) {
    let all: Vec<Service> = (0..60)
        .map(|number| {
            let name = ["Lunch club", "Walking group", "Debt advice", "Art class", "Men's shed", "Repair café"][number % 6];
            let body = json!({ "id": format!("other-{number}"), "name": format!("{name} of ward {number}"), "description": "For everybody in the ward" });
            serde_json::from_value::<Service>(body).unwrap().settled("test").unwrap()
        })
        .collect();
    store.import_services(&all, ("test", 60, 0), (start(), false), |_, _| {}).await.unwrap();
}

#[tokio::test]
async fn what_two_sources_list_becomes_one_entry_and_two_again() {
    on_both(async |store| {
        let (village, stewardship, own) = begun(store).await;
        let ctx = steward(&village);
        others(store).await;
        let phone = json!({ "phones": [{ "id": "", "number": "+44 1632 960371" }], "fees": "2 pounds" });
        import(store, super::choir(phone.clone())).await;
        assert_eq!(compare(&stewardship).await, Compared::default(), "one source has nothing to be compared with");
        let before = shown(store, own).await;
        let other = from(store, "charity", twin("charity", json!({ "url": "https://choir.example" }))).await;
        let done = compare(&stewardship).await;
        assert_eq!((done.joined, done.asked), (1, 0), "{done:?}");
        let again = compare(&stewardship).await;
        assert_eq!((again.joined, again.asked), (0, 0), "and nothing is joined twice");

        let one = shown(store, own).await;
        assert_eq!(one.told.sources, ["test", "charity"]);
        assert_eq!(one.service.name, "Tannery Choir");
        assert_eq!(one.service.alternate_name.as_deref(), Some("Tannery Community Choir"));
        assert_eq!(one.service.url.as_deref(), Some("https://choir.example"));
        assert_eq!(one.service.fees.as_deref(), Some("2 pounds"), "what only one says stays");
        assert_eq!(shown(store, other).await, one, "whoever comes by the other finds it");
        let members = stewardship.members(&ctx, own).await.unwrap();
        assert_eq!((members.len(), members[0].id, members[0].by), (1, other, JoinedBy::Comparison));
        let rows = store.entries().after(0, 1_000).await.unwrap();
        assert_eq!(rows.iter().find(|row| row.id == other).unwrap().lead, Some(own), "an index takes it out");

        // The other source changes its mind, and then what was said here stands over both.
        import_from(store, "charity", twin("charity", json!({ "url": "https://choir.example/new" }))).await;
        assert_eq!(shown(store, own).await.service.url.as_deref(), Some("https://choir.example/new"));
        let changed = vec![("url".to_owned(), Some(json!("https://here.example")))];
        stewardship.mend(&ctx, other, &changed, true).await.unwrap();
        let mended = shown(store, own).await;
        assert_eq!(mended.service.url.as_deref(), Some("https://here.example"));
        assert!(mended.told.fields["url"].here && mended.standing.confirmed_on.is_some());

        stewardship.part(&ctx, own, other).await.unwrap();
        let alone = shown(store, own).await;
        assert_eq!(alone.told.sources, ["test"]);
        assert_eq!((alone.service.phones.len(), alone.service.alternate_name), (before.service.phones.len(), None));
        let other_alone = shown(store, other).await;
        let own_url = (other_alone.id, other_alone.service.url.as_deref());
        assert_eq!(
            own_url,
            (other, Some("https://here.example")),
            "what was changed through its own address goes along"
        );
        assert_eq!(alone.service.url, None);
        assert_eq!(compare(&stewardship).await.joined, 0, "what a steward took apart stays apart");
        assert!(matches!(stewardship.part(&ctx, own, other).await, Err(StoreError::NotFound)));
    })
    .await;
}

async fn import_from(store: &Store, source: &str, service: Service) {
    store.import_services(&[service], (source, 1, 0), (start(), false), |_, _| {}).await.unwrap();
}

#[tokio::test]
async fn what_is_not_sure_waits_for_a_steward_and_what_they_say_stands() {
    on_both(async |store| {
        let (village, stewardship, own) = begun(store).await;
        let ctx = steward(&village);
        others(store).await;
        // The same mailbox, and a name that says little of it.
        let vague = twin("charity", json!({ "name": "Evening singers", "phones": [], "description": "Songs" }));
        let other = from(store, "charity", vague.clone()).await;
        let done = compare(&stewardship).await;
        assert_eq!((done.joined, done.asked), (0, 1), "{done:?}");
        let (pairs, waiting) = stewardship.pairs(&ctx).await.unwrap();
        assert_eq!((pairs.len(), waiting), (1, 1));
        assert_eq!((pairs[0].lead.id, pairs[0].other.id), (own, other), "the entry that was here first leads");
        stewardship.are_two(&ctx, own, other).await.unwrap();
        assert_eq!(stewardship.pairs_waiting(&ctx).await.unwrap(), 0);
        import_from(
            store,
            "charity",
            twin("charity", json!({ "name": "Evening singers", "description": "Old songs" })),
        )
        .await;
        compare(&stewardship).await;
        assert_eq!(stewardship.pairs_waiting(&ctx).await.unwrap(), 0, "nobody is asked again");
        assert_eq!(stewardship.join(&ctx, own, other).await.unwrap(), own, "who said two may say one");
        assert_eq!(stewardship.join(&ctx, other, own).await.unwrap(), own, "twice is once");
        assert_eq!(shown(store, other).await.id, own);
        stewardship.part(&ctx, own, other).await.unwrap();
        assert_eq!(shown(store, other).await.id, other);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_back_or_listed_twice_is_never_joined_by_itself() {
    on_both(async |store| {
        let (village, stewardship, own) = begun(store).await;
        let ctx = steward(&village);
        others(store).await;
        stewardship.release(&ctx, own, false).await.unwrap();
        let other = from(store, "charity", twin("charity", json!({}))).await;
        let done = compare(&stewardship).await;
        assert_eq!((done.joined, done.asked), (0, 1), "{done:?}");
        assert!(!shown(store, other).await.standing.withheld);
        stewardship.join(&ctx, other, own).await.unwrap();
        assert!(shown(store, other).await.standing.withheld, "what is held back stays so");
    })
    .await;
}

#[tokio::test]
async fn a_service_is_there_as_long_as_one_source_lists_it_and_its_reports_go_along() {
    on_both(async |store| {
        let (village, stewardship, own) = begun(store).await;
        let ctx = steward(&village);
        let other = from(store, "charity", twin("charity", json!({}))).await;
        let wrong = (fingerpost_directory::edit::Wrong::Time, None);
        assert!(stewardship.report(other, wrong, start()).await.unwrap());
        stewardship.join(&ctx, own, other).await.unwrap();
        assert_eq!(shown(store, own).await.standing.open_reports, 1);
        let list = stewardship.to_mend(&ctx).await.unwrap();
        assert_eq!(list.iter().filter(|row| row.stored.standing.open_reports > 0).count(), 1, "it stands there once");
        assert!(stewardship.report(other, wrong, start()).await.unwrap(), "also by whoever has the old page open");
        assert_eq!(shown(store, own).await.standing.open_reports, 2);
    })
    .await;
}

#[tokio::test]
async fn what_begins_to_look_like_a_refuge_holds_back_the_entry_that_stands_for_it() {
    on_both(async |store| {
        let (village, stewardship, own) = begun(store).await;
        let ctx = steward(&village);
        import(store, super::choir(json!({ "assured_date": "2026-11-01" }))).await;
        let other = from(store, "charity", twin("charity", json!({ "assured_date": "2025-01-01" }))).await;
        stewardship.join(&ctx, own, other).await.unwrap();
        assert!(!shown(store, own).await.standing.withheld);
        let refuge = json!({ "assured_date": "2025-01-01", "description": "At an undisclosed location." });
        import_from(store, "charity", twin("charity", refuge)).await;
        let now = shown(store, own).await;
        assert_eq!(
            now.service.description.as_deref(),
            Some("Singing"),
            "its words are not shown, and count all the same"
        );
        assert!(now.standing.withheld);
    })
    .await;
}

#[tokio::test]
async fn an_index_hears_of_every_entry_that_comes_to_stand_behind_another() {
    on_both(async |store| {
        let (village, stewardship, own) = begun(store).await;
        let ctx = steward(&village);
        let second = from(store, "charity", twin("charity", json!({}))).await;
        let third = from(store, "parish", twin("parish", json!({}))).await;
        stewardship.join(&ctx, second, third).await.unwrap();
        let before = store.entries().seq().await.unwrap();
        assert_eq!(stewardship.join(&ctx, own, second).await.unwrap(), own);
        let heard = store.entries().after(before, 10).await.unwrap();
        for behind in [second, third] {
            assert_eq!(heard.iter().find(|one| one.id == behind).unwrap().lead, Some(own));
        }
    })
    .await;
}
