//! Link workers speak for themselves, and are shown to patients only where they said so.

use fingerpost_domain::id::TenantId;
use fingerpost_intake::Intake;
use fingerpost_intake_rules::profile::{Profile, ProfileAnswers};
use fingerpost_policy::KeepProfile;
use fingerpost_store::StoreError;
use fingerpost_store::testing::{Village, on_both, start};

fn profile(shown: bool, days: &str) -> Profile {
    let answers = ProfileAnswers {
        languages: "English and Yoruba".into(),
        helps_with: "Getting out again".into(),
        skills: vec!["loss".into()],
        places: "25".into(),
        shown,
        days: vec![days.into()],
        ..ProfileAnswers::default()
    };
    answers.check().unwrap()
}

#[tokio::test]
async fn a_link_worker_is_met_only_where_they_agreed() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (intake, user) = (Intake::over(store.clone()), village.worker.actor.user);
        let own = Village::ctx::<KeepProfile>(&village.worker, &village.scheme, start());
        let practices = [village.practice.id];
        intake.change_profile(&own, user, (&profile(false, "Tuesdays"), &practices)).await.unwrap();
        let slug = village.practice.slug.clone();
        assert!(intake.meet(&slug).await.unwrap().workers.is_empty());
        intake.put_picture(&own, user, b"not read here").await.unwrap();
        let at = |place| (TenantId::main(), place);
        let (tenant, here) = at(village.practice.id);
        assert_eq!(intake.picture((&tenant, here), user).await.unwrap(), b"not read here", "referrers see it");
        assert!(matches!(intake.picture_shown(&slug, user).await, Err(StoreError::NotFound)), "patients do not");

        intake.change_profile(&own, user, (&profile(true, "Tuesdays"), &practices)).await.unwrap();
        let met = intake.meet(&slug).await.unwrap();
        assert_eq!((met.workers[0].days.as_str(), met.workers[0].picture), ("Tuesdays", true));
        assert!(intake.picture_shown(&slug, user).await.is_ok());
        let row = intake.profile(&own, user).await.unwrap();
        assert_eq!((row.places, row.skills.len(), row.days[0].days.as_deref()), (25, 1, Some("Tuesdays")));

        intake.drop_picture(&own, user).await.unwrap();
        assert!(matches!(intake.picture((&tenant, here), user).await, Err(StoreError::NotFound)));
        intake.change_profile(&own, user, (&profile(true, ""), &practices)).await.unwrap();
        assert!(intake.meet(&slug).await.unwrap().workers.is_empty(), "not there any more");
        assert!(matches!(intake.meet("nowhere").await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn nobody_keeps_a_colleagues_profile_and_a_supervisor_keeps_those_of_their_scheme() {
    on_both(async |store| {
        let here = Village::build(store, &TenantId::main(), "T").await;
        let there = Village::build(store, &TenantId::main(), "U").await;
        let intake = Intake::over(store.clone());
        let own = Village::ctx::<KeepProfile>(&here.worker, &here.scheme, start());
        let supervisor = Village::ctx::<KeepProfile>(&here.supervisor, &here.scheme, start());
        let elsewhere = there.worker.actor.user;
        for ctx in [&own, &supervisor] {
            assert!(matches!(intake.profile(ctx, elsewhere).await, Err(StoreError::NotFound)));
            assert!(matches!(intake.put_picture(ctx, elsewhere, b"x").await, Err(StoreError::NotFound)));
            let practices = [there.practice.id];
            let monday = profile(true, "Mondays");
            let change = intake.change_profile(ctx, here.worker.actor.user, (&monday, &practices));
            assert!(matches!(change.await, Err(StoreError::NotFound)), "a practice of another scheme");
        }
        assert!(intake.profile(&supervisor, here.worker.actor.user).await.is_ok());
        let colleague = Village::ctx::<KeepProfile>(&here.other_worker, &here.scheme, start());
        assert!(matches!(intake.profile(&colleague, here.worker.actor.user).await, Err(StoreError::NotFound)));
    })
    .await;
}
