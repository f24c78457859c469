//! What is outside one's scope is not there.

use fingerpost_domain::id::TenantId;
use fingerpost_policy::{ManageUsers, ReadCase, ReadFlow, ReadSent, ReferPerson, TakeBack, Triage, WorkCase};

use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Act, Resource, StoreError};

fn is_not_found<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::NotFound))
}

#[tokio::test]
async fn a_strangers_record_is_not_found() {
    on_both(async |store| {
        let here = Village::build(store, &TenantId::main(), "T").await;
        let there = Village::build(store, &"elsewhere".parse().unwrap(), "U").await;
        let referral = here.send(store, &person("Margaret", 1)).await;
        let waiting = here.send(store, &person("Ann", 2)).await;
        let case = here.accept(store, referral).await;
        for gp in [&here.other_gp] {
            assert!(is_not_found(
                store.sent_one(&Village::ctx::<ReadSent>(gp, &here.practice, start()), referral).await
            ));
            assert!(is_not_found(
                store.take_back(&Village::ctx::<TakeBack>(gp, &here.practice, start()), waiting).await
            ));
        }
        let far = Village::ctx::<ReadSent>(&here.far_gp, &here.far_practice, start());
        assert!(is_not_found(store.sent_one(&far, referral).await));
        let other = Village::ctx::<ReadCase>(&here.other_worker, &here.scheme, start());
        assert!(is_not_found(store.case(&other, case).await));
        for village in [&there] {
            let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
            assert!(is_not_found(store.waiting_one(&triage, waiting).await));
            let read = Village::ctx::<ReadCase>(&village.supervisor, &village.scheme, start());
            assert!(is_not_found(store.case(&read, case).await));
            let sent = Village::ctx::<ReadSent>(&village.gp, &village.practice, start());
            assert!(is_not_found(store.sent_one(&sent, referral).await));
            assert!(store.sent(&sent, jiff::Timestamp::MAX).await.unwrap().is_empty());
            let users = Village::ctx::<ManageUsers>(&village.administrator, &village.scheme, start());
            assert!(is_not_found(store.disable_user(&users, here.gp.actor.user).await));
            let flow = Village::ctx::<ReadFlow>(&village.administrator, &village.scheme, start());
            assert!(
                fingerpost_flow::Flow::over(store.clone())
                    .flow(&flow, jiff::Timestamp::UNIX_EPOCH)
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_of_another_tenant_is_never_matched() {
    on_both(async |store| {
        let here = Village::build(store, &TenantId::main(), "T").await;
        let there = Village::build(store, &"elsewhere".parse().unwrap(), "U").await;
        let first = here.send(store, &person("Margaret", 1)).await;
        here.accept(store, first).await;
        let second = there.send(store, &person("Margaret", 1)).await;
        let triage = Village::ctx::<Triage>(&there.supervisor, &there.scheme, start());
        assert!(store.waiting_one(&triage, second).await.unwrap().likely.is_empty());
        there.accept(store, second).await;
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_sees_the_scheme_and_a_manager_the_practice() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        let case = v.accept(store, referral).await;
        assert!(store.case(&Village::ctx::<ReadCase>(&v.supervisor, &v.scheme, start()), case).await.is_ok());
        let manager = Village::ctx::<ReadSent>(&v.manager, &v.practice, start());
        assert_eq!(store.sent(&manager, jiff::Timestamp::MAX).await.unwrap().len(), 1);
        let gp = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let key = Village::key(store.entropy());
        let draft = store.start_referral(&gp, &person("Ann", 2), key).await.unwrap().id;
        store.take_back(&Village::ctx::<TakeBack>(&v.gp, &v.practice, start()), draft).await.unwrap();
        assert_eq!(
            store.sent(&manager, jiff::Timestamp::MAX).await.unwrap().len(),
            1,
            "a dropped draft was never sent"
        );
        assert!(is_not_found(store.sent_one(&manager, draft).await));
    })
    .await;
}

#[tokio::test]
async fn every_look_at_a_record_is_audited_before_the_answer() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        let reads =
            async |resource, id: String| store.ledger().audited(&v.tenant, Act::Read, resource, &id).await.unwrap();
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        store.waiting_one(&triage, referral).await.unwrap();
        assert_eq!(reads(Resource::Referral, referral.to_string()).await, 1);
        store.sent_one(&Village::ctx::<ReadSent>(&v.gp, &v.practice, start()), referral).await.unwrap();
        assert_eq!(reads(Resource::Referral, referral.to_string()).await, 2);
        let case = v.accept(store, referral).await;
        store.case(&Village::ctx::<ReadCase>(&v.worker, &v.scheme, start()), case).await.unwrap();
        assert_eq!(reads(Resource::Case, case.to_string()).await, 1);
        let other = Village::ctx::<WorkCase>(&v.other_worker, &v.scheme, start());
        let contact = store.entropy().id(start());
        assert!(is_not_found(store.note_versions(&other, (case, contact)).await));
    })
    .await;
}
