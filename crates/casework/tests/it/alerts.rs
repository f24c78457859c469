//! An answer that may mean danger is told until somebody has seen to it.

use fingerpost_domain::away::Away;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{AssessmentId, CaseId};
use fingerpost_domain::measure::{Mode, Moment, shipped_one};
use fingerpost_policy::{ReadCase, Reallocate, WorkCase};
use fingerpost_store::testing::{Village, on_both, start};
use fingerpost_store::{ClaimedJob, JobKind, Store, StoreError};

use super::{begun, caseload, later, may};

async fn answered(store: &Store, v: &Village, case: CaseId, given: &str) -> AssessmentId {
    let work = may::<WorkCase>(v, &v.worker, start());
    let begin = (shipped_one("phq9").unwrap(), Moment::Before, Mode::Together, Village::key(store.entropy()));
    let (id, _) = store.begin_assessment(&work, case, begin).await.unwrap();
    for item in (1..=8).map(|n| format!("phq{n}")) {
        store.answer_item(&work, (case, id), (&item, "not_at_all")).await.unwrap();
    }
    store.answer_item(&work, (case, id), ("phq9", given)).await.unwrap();
    id
}

async fn due(store: &Store, minutes: i64) -> Option<ClaimedJob> {
    let jobs = store.claim_jobs(20, later(minutes)).await.unwrap();
    jobs.into_iter().find(|job| job.kind == JobKind::AnswerAlert)
}

async fn told(store: &Store) -> usize {
    let claimed = store.claim_messages(50, later(600)).await.unwrap();
    claimed.iter().filter(|message| message.template.code() == "answer_alert").count()
}

#[tokio::test]
async fn nought_is_no_alert() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        answered(store, &v, case, "not_at_all").await;
        assert!(due(store, 60).await.is_none());
        assert!(casework.alerts(&caseload(&v, &v.worker)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn more_than_nought_is_told_every_hour_until_somebody_has_seen_to_it() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let id = answered(store, &v, case, "several_days").await;
        let of = async |who| casework.alerts(&caseload(&v, who)).await.unwrap().len();
        assert_eq!((of(&v.worker).await, of(&v.supervisor).await, of(&v.other_worker).await), (1, 1, 0));
        casework.raise_alert(&due(store, 0).await.unwrap(), later(0)).await.unwrap();
        assert_eq!(told(store).await, 2, "whose case it is, and the supervisor");
        assert!(due(store, 59).await.is_none());
        casework.raise_alert(&due(store, 60).await.unwrap(), later(60)).await.unwrap();
        assert_eq!(told(store).await, 3, "and the other link worker");
        let stranger = casework.see_to(&may(&v, &v.other_worker, later(59)), (case, id)).await;
        assert!(matches!(stranger, Err(StoreError::NotFound)));
        // Whoever is told sees it, and can say that they have seen to it; the case stays closed to them.
        let colleague = may(&v, &v.other_worker, later(61));
        let seen = casework.alerts(&colleague).await.unwrap();
        assert_eq!((seen.len(), seen[0].own, &seen[0].worker_name), (1, false, &v.worker.name));
        assert!(store.case(&may::<ReadCase>(&v, &v.other_worker, later(61)), case).await.is_err());
        for who in [&v.other_worker, &v.worker, &v.supervisor] {
            casework.see_to(&may(&v, who, later(61)), (case, id)).await.unwrap();
        }
        casework.raise_alert(&due(store, 120).await.unwrap(), later(120)).await.unwrap();
        assert_eq!((told(store).await, due(store, 300).await.is_none()), (0, true), "and then no more");
        let read = store.case(&may::<ReadCase>(&v, &v.worker, later(63)), case).await.unwrap();
        assert_eq!(
            (read.assessments[0].alert_at, read.assessments[0].alert_answered_at),
            (Some(start()), Some(later(61)))
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_covers_is_told_too() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let today = day_of(start());
        let away =
            Away { worker: v.worker.actor.user, from: today, until: today, cover: Some(v.other_worker.actor.user) };
        casework.record_away(&may::<Reallocate>(&v, &v.worker, start()), &away).await.unwrap();
        let id = answered(store, &v, case, "nearly_every_day").await;
        assert_eq!(casework.alerts(&caseload(&v, &v.other_worker)).await.unwrap()[0].id, id);
        casework.raise_alert(&due(store, 0).await.unwrap(), later(0)).await.unwrap();
        assert_eq!(told(store).await, 3);
    })
    .await;
}
