//! Being away opens the cases to whoever covers, on those days and no others; handing over changes whose they are.

use fingerpost_domain::away::{Away, HandOver};
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::text::Note;
use fingerpost_domain::visit::{Visit, VisitKind};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{ReadCase, ReadCaseload, Reallocate, WorkCase};
use fingerpost_store::StoreError;
use fingerpost_store::testing::{Village, on_both, person, start};
use jiff::civil::time;

use super::{begun, may};

fn today() -> Date {
    day_of(start())
}

fn morning(days: i64) -> Timestamp {
    instant_at(plus_days(today(), days), 9)
}

fn leave(v: &Village) -> Away {
    let (from, until) = (plus_days(today(), 2), plus_days(today(), 4));
    Away { worker: v.worker.actor.user, from, until, cover: Some(v.other_worker.actor.user) }
}

#[tokio::test]
async fn whoever_covers_works_the_cases_on_those_days_only() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        casework.record_away(&may::<Reallocate>(&v, &v.worker, start()), &leave(&v)).await.unwrap();
        for (days, open) in [(1, false), (2, true), (4, true), (5, false)] {
            let now = morning(days);
            let found = store.case(&may::<ReadCase>(&v, &v.other_worker, now), case).await;
            assert_eq!(found.is_ok(), open, "day {days}");
            let plan = store.plan(&may::<ReadCase>(&v, &v.other_worker, now), case).await;
            assert_eq!(plan.is_ok(), open, "day {days}");
            let (turns, rows) =
                casework.caseload(&may::<ReadCaseload>(&v, &v.other_worker, now), <[_]>::to_vec).await.unwrap();
            assert_eq!(turns.covering.len(), usize::from(open));
            assert_eq!(
                rows.iter().map(|row| row.turn.covered).collect::<Vec<_>>(),
                if open { vec![true] } else { vec![] }
            );
            assert!(store.case(&may::<ReadCase>(&v, &v.worker, now), case).await.is_ok(), "they stay their own");
        }
        // Covering is no giving away.
        let given = HandOver { cases: vec![case], to: v.other_worker.actor.user, note: note() };
        let taken = casework.hand_over(&may(&v, &v.other_worker, morning(2)), &given).await;
        assert!(matches!(taken, Err(StoreError::NotFound)));
        let away = casework.away(&may(&v, &v.worker, start())).await.unwrap();
        let others = casework.end_away(&may(&v, &v.other_worker, start()), away[0].id).await;
        assert!(matches!(others, Err(StoreError::NotFound)), "only they themself, or a supervisor");
        casework.end_away(&may(&v, &v.supervisor, start()), away[0].id).await.unwrap();
        let found = store.case(&may::<ReadCase>(&v, &v.other_worker, morning(3)), case).await;
        assert!(matches!(found, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn somebody_is_away_once_and_speaks_for_themself() {
    on_both(async |store| {
        let (v, casework, _) = begun(store).await;
        let own = may::<Reallocate>(&v, &v.worker, start());
        for _ in 0..2 {
            casework.record_away(&own, &leave(&v)).await.unwrap();
        }
        assert_eq!(casework.away(&own).await.unwrap().len(), 1, "a form sent twice");
        let touching = Away { from: leave(&v).until, until: plus_days(leave(&v).until, 9), ..leave(&v) };
        assert!(matches!(casework.record_away(&own, &touching).await, Err(StoreError::AlreadyThere)));
        let other = may::<Reallocate>(&v, &v.other_worker, start());
        let for_a_colleague = Away { from: plus_days(today(), 20), until: plus_days(today(), 21), ..leave(&v) };
        assert!(matches!(casework.record_away(&other, &for_a_colleague).await, Err(StoreError::NotFound)));
        let stranger = Away { cover: Some(v.gp.actor.user), ..for_a_colleague };
        assert!(matches!(casework.record_away(&own, &stranger).await, Err(StoreError::NotFound)));
    })
    .await;
}

fn note() -> Note<1000> {
    Note::parse("Rings on Fridays.").unwrap().unwrap()
}

#[tokio::test]
async fn handing_over_takes_plan_and_visits_along_and_says_why() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let visit = Visit {
            kind: VisitKind::Practice,
            on: plus_days(today(), 3),
            at: time(9, 0, 0, 0),
            minutes: 30,
            place: None,
            postcode: None,
            remember: None,
        };
        let work = may::<WorkCase>(&v, &v.worker, start());
        casework.plan_visit(&work, case, (&visit, false, Village::key(store.entropy()))).await.unwrap();
        let given = HandOver { cases: vec![case], to: v.other_worker.actor.user, note: note() };
        for _ in 0..2 {
            assert_eq!(casework.hand_over(&may(&v, &v.worker, start()), &given).await.unwrap(), 1, "and once");
        }
        let gone = store.case(&may::<ReadCase>(&v, &v.worker, start()), case).await;
        assert!(matches!(gone, Err(StoreError::NotFound)), "it is not theirs any more");
        let theirs = may::<ReadCase>(&v, &v.other_worker, start());
        assert!(store.case(&theirs, case).await.is_ok());
        let beside = casework.beside_case(&theirs, case).await.unwrap();
        let rows = beside.handovers;
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((row.note.as_str(), &row.to_name), ("Rings on Fridays.", &v.other_worker.name));
        assert_eq!(beside.visits[0].worker_name, v.other_worker.name);
        let messages = store.claim_messages(50, start()).await.unwrap();
        assert_eq!(messages.iter().filter(|m| m.template.code() == "people_handed_over").count(), 1);
        assert_eq!(casework.hand_over(&may(&v, &v.supervisor, start()), &given).await.unwrap(), 0, "theirs already");
    })
    .await;
}

#[tokio::test]
async fn all_are_handed_over_or_none() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let referral = v.send(store, &person("Ann", 2)).await;
        let foreign: fingerpost_domain::id::CaseId = store.entropy().id(start());
        let own = v.accept(store, referral).await;
        let given = HandOver { cases: vec![case, own, foreign], to: v.other_worker.actor.user, note: note() };
        let refused = casework.hand_over(&may(&v, &v.worker, start()), &given).await;
        assert!(matches!(refused, Err(StoreError::NotFound)));
        let rows = casework.whole_caseload(&may(&v, &v.worker, start())).await.unwrap();
        assert_eq!(rows.len(), 2);
        let to_a_gp = HandOver { cases: vec![case], to: v.gp.actor.user, note: note() };
        assert!(matches!(casework.hand_over(&may(&v, &v.worker, start()), &to_a_gp).await, Err(StoreError::NotFound)));
        let all = casework
            .to_hand_over(&may(&v, &v.supervisor, start()), (Some(v.worker.actor.user), Some(own)))
            .await
            .unwrap();
        assert_eq!((all.len(), all[0].id), (2, own));
        assert!(casework.to_hand_over(&may(&v, &v.other_worker, start()), (None, None)).await.unwrap().is_empty());
    })
    .await;
}
