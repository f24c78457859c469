//! Visits: planned once, seen by whom they are for, and told to others when somebody does not come back.

use fingerpost_domain::away::Away;
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::id::{CaseId, VisitId};
use fingerpost_domain::visit::{Visit, VisitKind};
use fingerpost_policy::{ReadCase, ReadCaseload, Reallocate, WorkCase};
use fingerpost_store::testing::{Village, on_both, start};
use fingerpost_store::{JobKind, LinkScope, Store, StoreError};
use jiff::civil::time;

use super::{begun, caseload, later, may};
use fingerpost_casework::Casework;

fn visit(days: i64) -> Visit {
    Visit {
        kind: VisitKind::Home,
        on: plus_days(day_of(start()), days),
        at: time(10, 30, 0, 0),
        minutes: 45,
        place: None,
        postcode: None,
        remember: None,
    }
}

async fn planned(store: &Store, casework: &Casework, v: &Village, case: CaseId) -> VisitId {
    let work = may::<WorkCase>(v, &v.worker, start());
    casework.plan_visit(&work, case, (&visit(0), false, Village::key(store.entropy()))).await.unwrap();
    let today = day_of(start());
    casework.diary(&caseload(v, &v.worker), (today, today)).await.unwrap()[0].id
}

#[tokio::test]
async fn a_form_sent_twice_plans_one_visit_that_only_its_people_see() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let work = may::<WorkCase>(&v, &v.worker, start());
        let key = Village::key(store.entropy());
        for _ in 0..2 {
            casework.plan_visit(&work, case, (&visit(3), false, key)).await.unwrap();
        }
        let week = (day_of(start()), plus_days(day_of(start()), 6));
        let of = async |who| casework.diary(&caseload(&v, who), week).await.unwrap();
        let own = of(&v.worker).await;
        assert_eq!((own.len(), &own[0].visit, own[0].recorded), (1, &visit(3), false));
        assert_eq!((of(&v.supervisor).await.len(), of(&v.other_worker).await.len()), (1, 0));
        let other = may::<WorkCase>(&v, &v.other_worker, start());
        let refused = casework.plan_visit(&other, case, (&visit(3), false, Village::key(store.entropy()))).await;
        assert!(matches!(refused, Err(StoreError::NotFound)));
        assert!(matches!(casework.cancel_visit(&other, (case, own[0].id)).await, Err(StoreError::NotFound)));
        casework.cancel_visit(&work, (case, own[0].id)).await.unwrap();
        casework.cancel_visit(&work, (case, own[0].id)).await.unwrap();
        assert!(
            matches!(casework.go_in(&work, (case, own[0].id)).await, Err(StoreError::NotFound)),
            "it is called off"
        );
        assert!(of(&v.worker).await.is_empty());
        let read = may::<ReadCase>(&v, &v.worker, start());
        assert!(casework.visit(&read, (case, own[0].id)).await.unwrap().is_none());
    })
    .await;
}

/// How many messages about somebody who is late wait for whom.
async fn told(store: &Store) -> usize {
    let claimed = store.claim_messages(50, later(600)).await.unwrap();
    claimed.iter().filter(|message| message.template.code() == "visit_overdue").count()
}

#[tokio::test]
async fn who_does_not_say_that_they_are_back_is_asked_after_first_by_a_supervisor_then_by_all() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let id = planned(store, &casework, &v, case).await;
        let work = may::<WorkCase>(&v, &v.worker, start());
        assert_eq!(casework.go_in(&work, (case, id)).await.unwrap(), later(45));
        let again = may::<WorkCase>(&v, &v.worker, later(1));
        assert_eq!(casework.go_in(&again, (case, id)).await.unwrap(), later(45), "a second press changes nothing");
        let supervisor = may::<WorkCase>(&v, &v.supervisor, later(1));
        assert!(matches!(casework.go_in(&supervisor, (case, id)).await, Err(StoreError::ChangedMeanwhile)));
        assert!(
            matches!(casework.come_out(&supervisor, (case, id)).await, Err(StoreError::NotFound)),
            "not for another"
        );
        assert!(matches!(casework.cancel_visit(&work, (case, id)).await, Err(StoreError::ChangedMeanwhile)));
        assert!(store.claim_jobs(10, later(59)).await.unwrap().iter().all(|job| job.kind != JobKind::VisitOverdue));
        let mut first = store.claim_jobs(10, later(60)).await.unwrap();
        first.retain(|job| job.kind == JobKind::VisitOverdue);
        assert_eq!(first.len(), 1);
        casework.raise_overdue(&first[0], later(60)).await.unwrap();
        assert_eq!(told(store).await, 1, "the supervisor");
        let at = |who| may::<ReadCaseload>(&v, who, later(60));
        assert_eq!(casework.out_now(&at(&v.supervisor)).await.unwrap()[0].raised, 1);
        assert!(casework.out_now(&at(&v.other_worker)).await.unwrap().is_empty(), "not yet everybody's");
        let mut second = store.claim_jobs(10, later(90)).await.unwrap();
        second.retain(|job| job.kind == JobKind::VisitOverdue);
        casework.raise_overdue(&second[0], later(90)).await.unwrap();
        assert_eq!(told(store).await, 2, "the supervisor and the other link worker");
        assert_eq!(casework.out_now(&at(&v.other_worker)).await.unwrap().len(), 1);
        assert!(store.claim_jobs(10, later(300)).await.unwrap().is_empty(), "and then no more");
        casework.reached(&may(&v, &v.other_worker, later(95)), id).await.unwrap();
        casework.reached(&may(&v, &v.supervisor, later(96)), id).await.unwrap();
        assert_eq!(casework.out_now(&at(&v.supervisor)).await.unwrap()[0].answered.as_ref().unwrap().1, later(95));
        casework.come_out(&may(&v, &v.worker, later(100)), (case, id)).await.unwrap();
        assert!(casework.out_now(&at(&v.supervisor)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn nobody_is_told_of_somebody_who_is_back() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let id = planned(store, &casework, &v, case).await;
        let work = may::<WorkCase>(&v, &v.worker, start());
        casework.go_in(&work, (case, id)).await.unwrap();
        casework.come_out(&work, (case, id)).await.unwrap();
        casework.come_out(&work, (case, id)).await.unwrap();
        for job in store.claim_jobs(10, later(120)).await.unwrap() {
            if job.kind == JobKind::VisitOverdue {
                casework.raise_overdue(&job, later(120)).await.unwrap();
            }
        }
        assert_eq!(told(store).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_elsewhere_sees_times_until_its_address_ends() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        planned(store, &casework, &v, case).await;
        let mine = caseload(&v, &v.worker);
        let first = casework.open_feed(&mine).await.unwrap();
        let link = store.live_link(&first, start()).await.unwrap().unwrap();
        assert_eq!(link.scope, LinkScope::FollowDiary);
        let seen = casework.feed(&link, start()).await.unwrap();
        assert_eq!((seen.len(), seen[0].begins, seen[0].ends), (1, visit(0).begins(), visit(0).ends()));
        assert!(casework.has_feed(&mine).await.unwrap());
        casework.open_feed(&mine).await.unwrap();
        assert!(store.live_link(&first, start()).await.unwrap().is_none(), "a new address ends the one before");
        casework.end_feed(&mine).await.unwrap();
        assert!(!casework.has_feed(&mine).await.unwrap());
        let admin = may(&v, &v.administrator, start());
        store.disable_user(&admin, v.worker.actor.user).await.unwrap();
        assert!(matches!(casework.feed(&link, start()).await, Err(StoreError::NotFound)), "nor whoever left");
    })
    .await;
}

#[tokio::test]
async fn who_covers_and_goes_in_is_the_one_who_is_asked_after() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let id = planned(store, &casework, &v, case).await;
        let today = day_of(start());
        let away =
            Away { worker: v.worker.actor.user, from: today, until: today, cover: Some(v.other_worker.actor.user) };
        let own = may::<Reallocate>(&v, &v.worker, start());
        casework.record_away(&own, &away).await.unwrap();
        casework.go_in(&may(&v, &v.other_worker, start()), (case, id)).await.unwrap();
        let out = casework.out_now(&caseload(&v, &v.supervisor)).await.unwrap();
        assert_eq!(out[0].worker_name, v.other_worker.name);
        // The cover ends while they are inside: they still see it, and can still say that they are out.
        let absence = casework.away(&own).await.unwrap()[0].id;
        casework.end_away(&own, absence).await.unwrap();
        casework.end_away(&own, absence).await.unwrap();
        let diary = casework.diary(&caseload(&v, &v.other_worker), (today, today)).await.unwrap();
        assert_eq!(diary.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
        casework.come_out(&may(&v, &v.other_worker, later(10)), (case, id)).await.unwrap();
        assert!(casework.diary(&caseload(&v, &v.other_worker), (today, today)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn where_nobody_supervises_colleagues_are_the_first_who_hear_and_see() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let id = planned(store, &casework, &v, case).await;
        store.disable_user(&may(&v, &v.administrator, start()), v.supervisor.actor.user).await.unwrap();
        casework.go_in(&may(&v, &v.worker, start()), (case, id)).await.unwrap();
        let job =
            store.claim_jobs(10, later(60)).await.unwrap().into_iter().find(|job| job.kind == JobKind::VisitOverdue);
        casework.raise_overdue(&job.unwrap(), later(60)).await.unwrap();
        assert_eq!(told(store).await, 1, "the other link worker");
        let seen = casework.out_now(&may::<ReadCaseload>(&v, &v.other_worker, later(61))).await.unwrap();
        assert_eq!((seen.len(), seen[0].raised), (1, 2));
    })
    .await;
}
