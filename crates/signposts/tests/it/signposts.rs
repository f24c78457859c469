//! A signpost is counted once, holds nobody, and can be taken back by its own place for a day.

use fingerpost_domain::id::TenantId;
use fingerpost_domain::signpost::SignpostHow;
use fingerpost_policy::Signpost;
use fingerpost_signposts::Signposts;
use jiff::SignedDuration;

use fingerpost_store::testing::{Village, on_both, start};
use fingerpost_store::{Ctx, StoreError};

#[tokio::test]
async fn a_signpost_is_counted_once_and_taken_back_by_its_own_place() {
    on_both(async |store| {
        let signposts = Signposts::over(store.clone());
        let village = Village::build(store, &TenantId::main(), "T").await;
        let named = |id: &str| {
            let service = serde_json::from_value(serde_json::json!({ "id": id, "name": format!("Group {id}") }));
            let service: fingerpost_directory::hsds::Service = service.unwrap();
            service.settled("test").unwrap()
        };
        let both = [named("1"), named("2")];
        store.import_services(&both, ("test", 2, 0), (start(), false), |_, _| {}).await.unwrap();
        let ids: Vec<_> = store.entries().after(0, 10).await.unwrap().iter().map(|stored| stored.id).collect();
        let here: Ctx<Signpost> = Village::ctx(&village.gp, &village.practice, start());
        let there: Ctx<Signpost> = Village::ctx(&village.far_gp, &village.far_practice, start());
        let key = Village::key(store.entropy());
        let first = signposts.note(&here, (ids[1], SignpostHow::Told, key)).await.unwrap();
        assert_eq!(signposts.note(&here, (ids[1], SignpostHow::Told, key)).await.unwrap(), first);
        for service in [ids[0], ids[1]] {
            let key = Village::key(store.entropy());
            signposts.note(&here, (service, SignpostHow::Slip, key)).await.unwrap();
        }
        let often = async |ctx: &Ctx<Signpost>| signposts.often(ctx, (8, start())).await.unwrap();
        assert_eq!(often(&here).await, (vec![ids[1], ids[0]], 3), "the one told twice comes first");
        assert_eq!(often(&there).await, (vec![], 0));

        let theirs = signposts.take_back(&there, first).await;
        assert!(matches!(theirs, Err(StoreError::NotFound)));
        let late = Ctx { now: start() + SignedDuration::from_hours(25), ..here.clone() };
        assert!(matches!(signposts.take_back(&late, first).await, Err(StoreError::NotFound)));
        signposts.take_back(&here, first).await.unwrap();
        assert_eq!(often(&here).await.1, 2);
        assert_eq!(signposts.one(&here, first).await.unwrap(), None);
        let again = signposts.note(&here, (ids[0], SignpostHow::Slip, key)).await.unwrap();
        assert_eq!(again, first, "pressed again after going back");
        let row = signposts.one(&here, first).await.unwrap().unwrap();
        assert_eq!((often(&here).await.1, row.service, row.how), (3, ids[0], SignpostHow::Slip));
    })
    .await;
}

#[tokio::test]
async fn a_number_on_a_slip_keeps_its_service_and_each_place_counts_by_itself() {
    on_both(async |store| {
        let signposts = Signposts::over(store.clone());
        let village = Village::build(store, &TenantId::main(), "T").await;
        let choir = Village::choir(store).await;
        let here: Ctx<Signpost> = Village::ctx(&village.gp, &village.practice, start());
        let there: Ctx<Signpost> = Village::ctx(&village.far_gp, &village.far_practice, start());
        let code = signposts.make_door(&here).await.unwrap();
        assert_eq!(signposts.number_slips(&here, &[choir]).await.unwrap(), [101]);
        assert_eq!(
            signposts.number_slips(&here, &[choir]).await.unwrap(),
            [101],
            "a second sheet has the same numbers"
        );
        assert_eq!(signposts.number_slips(&there, &[choir]).await.unwrap(), [101]);
        // A new code on the wall: slips in somebody's hand still lead where they led.
        signposts.make_door(&here).await.unwrap();
        assert!(signposts.open_door(&code).await.unwrap().is_none());
        let old = signposts.any_door(&code).await.unwrap().unwrap();
        assert_eq!(signposts.numbered(&old, 101).await.unwrap(), Some(choir));
        assert_eq!(signposts.numbered(&old, 102).await.unwrap(), None);
    })
    .await;
}
