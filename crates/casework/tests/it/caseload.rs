//! Who sees whom, and in which order.

use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::case::ClosingAnswers;
use fingerpost_domain::plan::Plan;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::PlanSaved;
use fingerpost_store::testing::{on_both, person, start};

use super::{begun, caseload, may};

#[tokio::test]
async fn a_supervisor_sees_the_scheme_and_a_link_worker_their_own() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let of = async |who| casework.caseload(&caseload(&v, who)).await.unwrap().0.len();
        assert_eq!((of(&v.supervisor).await, of(&v.worker).await, of(&v.other_worker).await), (1, 1, 0));
        let read = store.case(&may::<ReadCase>(&v, &v.worker, start()), case).await.unwrap();
        let closing = ClosingAnswers {
            outcome: "reached".into(),
            continues: "The choir".into(),
            referrer_hears: "nothing".into(),
            ..ClosingAnswers::default()
        };
        let work = may::<WorkCase>(&v, &v.worker, start());
        store.close_case(&work, case, (&closing.check().unwrap(), read.version)).await.unwrap();
        assert_eq!(of(&v.worker).await, 0);
        let closed = casework.closed_cases(&caseload(&v, &v.worker)).await.unwrap();
        assert_eq!(closed.len(), 1, "a closed case stays readable");
        assert!(casework.closed_cases(&caseload(&v, &v.other_worker)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn those_somebody_worries_about_stand_first_until_somebody_has_spoken_with_them() {
    on_both(async |store| {
        let (v, casework, calm) = begun(store).await;
        let worry = |answers: &mut fingerpost_domain::referral::ReferralAnswers| {
            answers.safeguarding = "A neighbour shouts at her".into();
        };
        let id = v.send_with(store, &person("Ann", 2), worry).await;
        let case = v.accept(store, id).await;
        let (rows, _) = casework.caseload(&caseload(&v, &v.worker)).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.id, row.worried)).collect::<Vec<_>>(), [(case, true), (calm, false)]);
        assert!(rows[0].urgency().needs_now(day_of(start())));
    })
    .await;
}

#[tokio::test]
async fn the_day_of_looking_at_a_plan_again_stands_on_the_caseload() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let today = day_of(start());
        let work = may::<WorkCase>(&v, &v.worker, start());
        let on = async || casework.caseload(&caseload(&v, &v.worker)).await.unwrap().0[0].plan_review;
        assert_eq!(on().await, None);
        let review_on = Some(plus_days(today, 30));
        let planned = Plan { review_on, ..Plan::default() };
        let saved = store.save_plan(&work, case, (&planned, 0, None), today).await.unwrap();
        assert_eq!((saved, on().await), (PlanSaved::Saved, review_on));
        store.save_plan(&work, case, (&Plan::default(), 1, None), today).await.unwrap();
        assert_eq!(on().await, None, "what the newest version says");
    })
    .await;
}
